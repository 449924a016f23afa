/* conv.h - networks of convolutions, pools, dense layers and sums: answers, gradients, Adam; single precision, batches.
 *
 * A network is a list of nodes; a node reads one that comes before it, a sum two. Values lie as [sample][row][column]
 * [channel], weights as [out][kernel row][kernel column][in], of a depthwise convolution as [kernel row][kernel column]
 * [channel]. A convolution is a product of its windows (`patches`) and its weights. A dense layer is a convolution with
 * the whole map as its window, a global mean a mean pool of that kind.
 *
 * Channels may come in groups, as many in every node but the input: channels of group g read groups 0..g only, other
 * weights are 0 and stay so. The nodes of a plain network have one group. */
#ifndef SUCREF_EXAMPLES_CONV_H
#define SUCREF_EXAMPLES_CONV_H
#include "learn.h"
#include <string.h>

enum { NET_INPUT, NET_CONV, NET_DEPTHWISE, NET_MAX, NET_MEAN, NET_SUM };
enum { NET_NODES = 40, NET_GROUPS = 8, NET_WINDOW = 1024 /* taps of a pool */ };
#ifdef __AVX512F__
enum { SPAN = 16 }; /* floats of a register */
#else
enum { SPAN = 8 };
#endif
enum { TILE = 4, WIDE = 3 * SPAN };

/* what a node reads, and how its window moves; places outside the map are 0, pools leave them out */
typedef struct { int kind, from, other, kh, kw, stride, dilation, top, left, relu; } net_op;

typedef struct {
    net_op op;
    int h, w, c;                    /* of what it makes */
    int groups, end[NET_GROUPS];    /* the first channel after each group */
    param weight, bias;             /* of convolutions */
    float *y, *d;                   /* [batch][h][w][c]: values, and the loss's gradient by them */
} net_node;

typedef struct {
    net_node node[NET_NODES];
    int n, batch;
    int input_gradient;             /* 1: backward gives node[0].d, too */
    float *patch, *pack;            /* windows of one sample; a panel of a product */
    int patch_len, pack_len;
} net;

static inline int node_len(const net_node *o) { return o->h * o->w * o->c; }
static inline int node_weighs(const net_node *o) { return o->op.kind == NET_CONV || o->op.kind == NET_DEPTHWISE; }

/* ---- products: c[i][j] += sum over k of a(i, k) b(k, j) ---- */

typedef struct { const float *v; int row, col; } matrix; /* element (i, j) is v[i * row + j * col] */

/* ROWS rows of c, n apart, by SPANS spans of b's columns, which lie side by side; `cols` of them are wanted. The loops
 * are short and fixed and the sums a local array, so that compilers keep them in registers, which 4 x 3 sums just fit;
 * with AVX they need to be told so, by vectors no longer than a register (a longer one goes through memory). Whatever
 * the tile, a sum's terms come in the order of k */
#if defined __GNUC__ && defined __AVX__
#  define IN_REGISTER(v) __asm__("" : "+x"(v)) /* else each sum would read it from memory again */
typedef float lanes __attribute__((vector_size(4 * SPAN)));
#  define TILE_SUMS(ROWS, SPANS)                                                                                       \
    lanes s[ROWS][SPANS], bk[SPANS];                                                                                   \
    memset(s, 0, sizeof s);                                                                                            \
    for (k = 0; k < len; k++, b += SPANS * SPAN) {                                                                     \
        _Pragma("GCC unroll 8")                                                                                        \
        for (j = 0; j < SPANS; j++) {                                                                                  \
            memcpy(&bk[j], b + j * SPAN, sizeof bk[j]);                                                                \
            IN_REGISTER(bk[j]);                                                                                        \
        }                                                                                                              \
        _Pragma("GCC unroll 8")                                                                                        \
        for (i = 0; i < ROWS; i++) {                                                                                   \
            const float v = a.v[i * a.row + k * a.col];                                                                \
            _Pragma("GCC unroll 8")                                                                                    \
            for (j = 0; j < SPANS; j++) { s[i][j] += v * bk[j]; }                                                      \
        }                                                                                                              \
    }
#  define TILE_APART __attribute__((noinline))
#else
#  define TILE_SUMS(ROWS, SPANS)                                                                                       \
    float s[ROWS][SPANS * SPAN];                                                                                       \
    memset(s, 0, sizeof s);                                                                                            \
    for (k = 0; k < len; k++, b += SPANS * SPAN) {                                                                     \
        for (i = 0; i < ROWS; i++) {                                                                                   \
            const float v = a.v[i * a.row + k * a.col];                                                                \
            for (j = 0; j < SPANS * SPAN; j++) { s[i][j] += v * b[j]; }                                                \
        }                                                                                                              \
    }
#  define TILE_APART inline
#endif
#define TILE_OF(name, ROWS, SPANS)                                                                                     \
    static TILE_APART void name(float *c, int n, int cols, matrix a, const float *b, int len)                          \
    {                                                                                                                  \
        int i, j, k;                                                                                                   \
        TILE_SUMS(ROWS, SPANS)                                                                                         \
        for (i = 0; i < ROWS; i++, c += n) {                                                                           \
            float row[SPANS * SPAN];                                                                                   \
            memcpy(row, s[i], sizeof row);                                                                             \
            for (j = 0; j < cols; j++) { c[j] += row[j]; }                                                             \
        }                                                                                                              \
    }
TILE_OF(tile_3, TILE, 3)
TILE_OF(tile_2, TILE, 2)
TILE_OF(tile_1, TILE, 1)
TILE_OF(tile_row_3, 1, 3)
TILE_OF(tile_row_2, 1, 2)
TILE_OF(tile_row_1, 1, 1)

/* columns j .. of b, at most `wide`; where they are fewer, what makes them up to `wide` is not used */
static inline void panel(float *to, int wide, matrix b, int j, int cols, int len)
{
    int k, i;
    for (k = 0; k < len; k++, to += wide) {
        const float *from = b.v + k * b.row + j * b.col;
        for (i = 0; i < cols; i++) { to[i] = from[i * b.col]; }
    }
}

/* c is [m][n], pack has room for WIDE * len */
static inline void product(float *c, matrix a, matrix b, int m, int n, int len, float *pack)
{
    static void (*const many[])(float *, int, int, matrix, const float *, int) = { tile_1, tile_2, tile_3 };
    static void (*const one[])(float *, int, int, matrix, const float *, int) = { tile_row_1, tile_row_2, tile_row_3 };
    int i, j;
    for (j = 0; j < n; j += WIDE) {
        const int cols = n - j < WIDE ? n - j : WIDE, spans = (cols + SPAN - 1) / SPAN;
        matrix at = a;
        panel(pack, spans * SPAN, b, j, cols, len);
        for (i = 0; i + TILE <= m; i += TILE, at.v += TILE * a.row) {
            many[spans - 1](c + i * n + j, n, cols, at, pack, len);
        }
        for (; i < m; i++, at.v += a.row) { one[spans - 1](c + i * n + j, n, cols, at, pack, len); }
    }
}

/* ---- windows ---- */

/* the row or column that place `out` of a map reads at `tap` of its window, or -1 outside */
static inline int net_place(int out, int tap, int stride, int dilation, int pad, int size)
{
    const int at = out * stride + tap * dilation - pad;
    return at >= 0 && at < size ? at : -1;
}

/* are the windows the samples themselves, one behind the other? */
static inline int node_is_product(const net_node *o, const net_node *in)
{
    const net_op *p = &o->op;
    const int whole = o->h == 1 && o->w == 1 && p->kh == in->h && p->kw == in->w;
    const int pixel = p->kh == 1 && p->kw == 1 && o->h == in->h && o->w == in->w;
    return p->kind == NET_CONV && p->top == 0 && p->left == 0 && (pixel || (whole && p->dilation == 1));
}

/* `len` values of a window: zeroes outside (x NULL), else from the sample, or back, added to its gradients */
static inline void patch_run(float *restrict patch, float *restrict x, int len, int back)
{
    int k;
    if (x == NULL) { for (k = 0; k < len && !back; k++) { patch[k] = 0; } }
    else if (back) { for (k = 0; k < len; k++) { x[k] += patch[k]; } }
    else { for (k = 0; k < len; k++) { patch[k] = x[k]; } }
}

/* windows of one sample, [h][w] of [kh][kw][in]; back: adds windows' gradients to the sample's */
static inline void patches(const net_node *o, const net_node *in, float *patch, float *x, int back)
{
    const net_op *p = &o->op;
    const int row = in->w * in->c, run = p->kw * in->c;
    int i, j, r, q;
    for (i = 0; i < o->h; i++) {
        for (j = 0; j < o->w; j++) {
            const int left = j * p->stride - p->left;
            for (r = 0; r < p->kh; r++, patch += run) {
                const int y = net_place(i, r, p->stride, p->dilation, p->top, in->h);
                if (y < 0) { patch_run(patch, NULL, run, back); continue; }
                if (p->dilation == 1 && left >= 0 && left + p->kw <= in->w) { /* mostly: all of it at once */
                    patch_run(patch, x + y * row + left * in->c, run, back);
                    continue;
                }
                for (q = 0; q < p->kw; q++) {
                    const int z = net_place(j, q, p->stride, p->dilation, p->left, in->w);
                    patch_run(patch + q * in->c, z < 0 ? NULL : x + y * row + z * in->c, in->c, back);
                }
            }
        }
    }
}

/* ---- forward ---- */

static inline void conv_forward(net *n, net_node *o, net_node *in, int samples)
{
    const int direct = node_is_product(o, in), len = o->op.kh * o->op.kw * in->c, places = o->h * o->w;
    const matrix w = { o->weight.v, 1, len };
    int s, i;
    for (i = 0; i < samples * places; i++) { memcpy(o->y + i * o->c, o->bias.v, (size_t)o->c * sizeof(float)); }
    for (s = 0; s < samples; s += direct ? samples : 1) {
        const matrix a = { direct ? in->y : n->patch, len, 1 };
        if (!direct) { patches(o, in, n->patch, in->y + s * node_len(in), 0); }
        product(o->y + s * node_len(o), a, w, direct ? samples * places : places, o->c, len, n->pack);
    }
}

/* where the window of place (i, j) reads: at[t] of the sample for the tap of number tap[t]; returns how many */
typedef struct { int n, tap[NET_WINDOW], at[NET_WINDOW]; } net_window;
static inline void window_find(net_window *v, const net_node *o, const net_node *in, int i, int j)
{
    const net_op *p = &o->op;
    int r, q;
    for (v->n = r = 0; r < p->kh; r++) {
        const int y = net_place(i, r, p->stride, p->dilation, p->top, in->h);
        for (q = 0; q < p->kw; q++) {
            const int z = net_place(j, q, p->stride, p->dilation, p->left, in->w);
            if (y < 0 || z < 0) { continue; }
            v->tap[v->n] = r * p->kw + q;
            v->at[v->n++] = (y * in->w + z) * in->c;
        }
    }
}

/* one place of one sample of a pool or depthwise convolution: its c values y from the sample x */
static inline void place_forward(const net_node *o, const net_window *v, const float *x, float *y)
{
    const int kind = o->op.kind;
    int k, t;
    for (k = 0; k < o->c; k++) {
        y[k] = kind == NET_DEPTHWISE ? o->bias.v[k] : kind == NET_MAX && v->n ? x[v->at[0] + k] : 0;
    }
    for (t = 0; t < v->n; t++) {
        const float *in = x + v->at[t], *w = kind == NET_DEPTHWISE ? o->weight.v + v->tap[t] * o->c : NULL;
        if (kind == NET_MAX) { for (k = 0; k < o->c; k++) { y[k] = in[k] > y[k] ? in[k] : y[k]; } }
        else if (kind == NET_MEAN) { for (k = 0; k < o->c; k++) { y[k] += in[k]; } }
        else { for (k = 0; k < o->c; k++) { y[k] += w[k] * in[k]; } }
    }
    for (k = 0; k < o->c && kind == NET_MEAN && v->n; k++) { y[k] /= (float)v->n; }
}

/* the same place's gradients: of pools to dx, the gradients of the sample; of a max the first largest takes all */
static inline void pool_backward(const net_node *o, const net_window *v, const float *x, const float *d, float *dx)
{
    int k, t, best;
    for (k = 0; k < o->c && o->op.kind == NET_MAX && v->n; k++) {
        for (best = 0, t = 1; t < v->n; t++) { best = x[v->at[t] + k] > x[v->at[best] + k] ? t : best; }
        dx[v->at[best] + k] += d[k];
    }
    for (t = 0; t < v->n && o->op.kind == NET_MEAN; t++) {
        for (k = 0; k < o->c; k++) { dx[v->at[t] + k] += d[k] / (float)v->n; }
    }
}

/* of a depthwise convolution; dx may be NULL */
static inline void depthwise_backward(net_node *o, const net_window *v, const float *x, const float *d, float *dx)
{
    int k, t;
    for (k = 0; k < o->c; k++) { o->bias.grad[k] += d[k]; }
    for (t = 0; t < v->n; t++) {
        const int w = v->tap[t] * o->c, at = v->at[t];
        for (k = 0; k < o->c; k++) { o->weight.grad[w + k] += d[k] * x[at + k]; }
        for (k = 0; k < o->c && dx != NULL; k++) { dx[at + k] += d[k] * o->weight.v[w + k]; }
    }
}

/* pools and depthwise convolutions, both ways; below: the gradients of what the node reads, or NULL */
static inline void places(net_node *o, const net_node *in, int samples, float *below, int back)
{
    net_window v;
    int s, i, j;
    for (i = 0; i < o->h; i++) {
        for (j = 0; j < o->w; j++) {
            window_find(&v, o, in, i, j);
            for (s = 0; s < samples; s++) {
                const float *x = in->y + s * node_len(in);
                float *dx = below ? below + s * node_len(in) : NULL;
                const int at = s * node_len(o) + (i * o->w + j) * o->c;
                if (!back) { place_forward(o, &v, x, o->y + at); }
                else if (o->op.kind == NET_DEPTHWISE) { depthwise_backward(o, &v, x, o->d + at, dx); }
                else { pool_backward(o, &v, x, o->d + at, dx); }
            }
        }
    }
}

static inline void node_forward(net *n, net_node *o, int samples)
{
    net_node *in = &n->node[o->op.from];
    const int len = samples * node_len(o);
    int i;
    if (o->op.kind == NET_CONV) { conv_forward(n, o, in, samples); }
    else if (o->op.kind == NET_SUM) {
        const float *other = n->node[o->op.other].y;
        for (i = 0; i < len; i++) { o->y[i] = in->y[i] + other[i]; }
    } else {
        places(o, in, samples, NULL, 0);
    }
    for (i = 0; i < len && o->op.relu; i++) { o->y[i] = o->y[i] > 0 ? o->y[i] : 0; }
}

/* from node[0].y, which the caller fills, to the last node's y */
static inline void net_forward(net *n, int samples)
{
    int k;
    for (k = 1; k < n->n; k++) { node_forward(n, &n->node[k], samples); }
}

/* ---- backward ---- */

static inline void conv_backward(net *n, net_node *o, net_node *in, int samples, int below)
{
    const int direct = node_is_product(o, in), len = o->op.kh * o->op.kw * in->c, map = o->h * o->w;
    const int rows = direct ? samples * map : map;
    const matrix w = { o->weight.v, len, 1 };
    int s, i, k;
    for (i = 0; i < samples * map; i++) {
        for (k = 0; k < o->c; k++) { o->bias.grad[k] += o->d[i * o->c + k]; }
    }
    for (s = 0; s < samples; s += direct ? samples : 1) {
        float *d = o->d + s * node_len(o), *x = in->y + s * node_len(in), *dx = in->d + s * node_len(in);
        const matrix up = { d, 1, o->c }, across = { d, o->c, 1 }, p = { direct ? x : n->patch, len, 1 };
        if (!direct) { patches(o, in, n->patch, x, 0); }
        product(o->weight.grad, up, p, o->c, len, rows, n->pack);
        if (!below) { continue; }
        if (!direct) { memset(n->patch, 0, (size_t)(rows * len) * sizeof(float)); }
        product(direct ? dx : n->patch, across, w, rows, len, o->c, n->pack);
        if (!direct) { patches(o, in, n->patch, dx, 1); }
    }
}

/* the first channel that a row of group g does not read */
static inline int node_reads(const net_node *in, int g) { return in->end[g < in->groups ? g : in->groups - 1]; }

/* zeroes what a convolution's groups do not read */
static inline void node_mask(const net_node *o, const net_node *in, float *v)
{
    int g, r, t, taps = o->op.kh * o->op.kw;
    for (g = r = 0; g < o->groups; g++) {
        const int reads = node_reads(in, g), skip = in->c - reads;
        for (; r < o->end[g]; r++) {
            for (t = 0; t < taps && skip; t++) {
                memset(v + (r * taps + t) * in->c + reads, 0, (size_t)skip * sizeof(float));
            }
        }
    }
}

static inline void node_backward(net *n, net_node *o, int samples)
{
    net_node *in = &n->node[o->op.from];
    const int len = samples * node_len(o), below = o->op.from > 0 || n->input_gradient;
    int i;
    for (i = 0; i < len && o->op.relu; i++) { o->d[i] = o->y[i] > 0 ? o->d[i] : 0; }
    if (o->op.kind == NET_CONV) {
        conv_backward(n, o, in, samples, below);
        node_mask(o, in, o->weight.grad);
    } else if (o->op.kind == NET_SUM) {
        float *other = n->node[o->op.other].d;
        for (i = 0; i < len; i++) { in->d[i] += o->d[i]; other[i] += o->d[i]; }
    } else if (o->op.kind == NET_DEPTHWISE || below) {
        places(o, in, samples, below ? in->d : NULL, 1);
    }
}

/* adds to the weights' gradients, from the last node's d, which the caller fills after net_forward */
static inline void net_backward(net *n, int samples)
{
    int k;
    for (k = 0; k + 1 < n->n; k++) {
        memset(n->node[k].d, 0, (size_t)(samples * node_len(&n->node[k])) * sizeof(float));
    }
    for (k = n->n - 1; k > 0; k--) { node_backward(n, &n->node[k], samples); }
}

/* one step of Adam; t = 1, 2, .. */
static inline void net_step(net *n, float rate, float decay, int t)
{
    int k, i;
    for (k = 1; k < n->n; k++) {
        net_node *o = &n->node[k];
        if (!node_weighs(o)) { continue; }
        for (i = 0; i < o->weight.n && decay > 0; i++) { o->weight.grad[i] += decay * o->weight.v[i]; }
        adam(&o->weight, 1, rate, t);
        adam(&o->bias, 1, rate, t);
    }
}

/* ---- losses ---- */

/* d = share * (softmax(z) - target), the gradient of share times the cross-entropy; returns the latter */
static inline double cross_entropy(float *d, const float *z, const float *target, int n, float share)
{
    double loss = 0;
    int k;
    probabilities(d, z, n);
    for (k = 0; k < n; k++) {
        loss -= target[k] > 0 ? (double)target[k] * log((double)d[k] + 1e-30) : 0;
        d[k] = share * (d[k] - target[k]);
    }
    return loss * (double)share;
}

/* ---- building ---- */

static inline net *net_new(int batch, int h, int w, int c)
{
    net *n = (net *)zeros(1, sizeof *n);
    net_node *in = &n->node[0];
    n->batch = batch;
    n->n = 1;
    in->h = h; in->w = w; in->c = c;
    in->groups = 1; in->end[0] = c;
    in->y = (float *)zeros((size_t)(batch * node_len(in)) * 2, sizeof(float));
    in->d = in->y + batch * node_len(in);
    return n;
}

static inline void net_free(net *n)
{
    int k;
    for (k = 0; k < n->n; k++) { free(n->node[k].y); free(n->node[k].weight.v); free(n->node[k].bias.v); }
    free(n->patch);
    free(n->pack);
    free(n);
}

/* uniform weights up to gain / sqrt(inputs of a sum), where the groups read */
static inline void node_init(const net *n, net_node *o, float gain)
{
    const net_node *in = &n->node[o->op.from];
    const int taps = o->op.kh * o->op.kw, row = o->op.kind == NET_CONV ? taps * in->c : taps;
    int g, r, i;
    for (g = r = 0; g < o->groups; g++) {
        const int fan = o->op.kind == NET_CONV ? taps * node_reads(in, g) : taps;
        for (; r < o->end[g]; r++) {
            for (i = 0; i < row; i++) { o->weight.v[r * row + i] = uniform(gain / sqrtf((float)fan)); }
        }
    }
    if (o->op.kind == NET_CONV) { node_mask(o, in, o->weight.v); }
}

static inline float *net_room(float *old, int *len, int want)
{
    if (want <= *len) { return old; }
    free(old);
    *len = want;
    return (float *)zeros((size_t)want, sizeof(float));
}

/* weights of a convolution, and room for its products */
static inline void node_weights(net *n, net_node *o)
{
    const net_node *in = &n->node[o->op.from];
    const int taps = o->op.kh * o->op.kw, len = taps * in->c, rows = o->h * o->w, all = n->batch * rows;
    const int direct = node_is_product(o, in), deep = direct ? all : rows, most = len > o->c ? len : o->c;
    o->weight = new_param(o->op.kind == NET_CONV ? o->c * len : o->c * taps, 0);
    o->bias = new_param(o->c, 0);
    if (o->op.kind != NET_CONV) { return; }
    if (!direct) { n->patch = net_room(n->patch, &n->patch_len, rows * len); }
    n->pack = net_room(n->pack, &n->pack_len, WIDE * (deep > most ? deep : most));
}

/* adds a node of h x w places and returns its number; its c channels end, group by group, at end[0..groups - 1] */
static inline int net_add(net *n, net_op op, int h, int w, const int *end, int groups)
{
    net_node *o = &n->node[n->n];
    if (n->n == NET_NODES) { fprintf(stderr, "too many nodes\n"); exit(2); }
    o->op = op;
    o->h = h; o->w = w; o->c = end[groups - 1];
    o->groups = groups;
    memcpy(o->end, end, (size_t)groups * sizeof *end);
    o->y = (float *)zeros((size_t)(n->batch * node_len(o)) * 2, sizeof(float));
    o->d = o->y + n->batch * node_len(o);
    if (node_weighs(o)) { node_weights(n, o); }
    return n->n++;
}

/* places along a map of `size` whose window covers `taps`, and the pad before it; same: as many as size / stride */
static inline int net_places(int *pad, int size, int taps, int stride, int dilation, int same)
{
    const int cover = (taps - 1) * dilation + 1, n = same ? (size + stride - 1) / stride : (size - cover) / stride + 1;
    const int missing = (n - 1) * stride + cover - size;
    *pad = same && missing > 0 ? missing / 2 : 0;
    return n;
}

/* adds a node whose window is op.kh x op.kw, moving by op.stride over what node op.from makes: padded so that all of it
 * is covered, or inside it. end: as in net_add, or NULL for the channels that it reads (pools, depthwise) */
static inline int net_layer(net *n, net_op op, int same, const int *end, int groups)
{
    const net_node *in = &n->node[op.from];
    const int h = net_places(&op.top, in->h, op.kh, op.stride, op.dilation, same);
    const int w = net_places(&op.left, in->w, op.kw, op.stride, op.dilation, same);
    return net_add(n, op, h, w, end ? end : in->end, end ? groups : in->groups);
}

/* a dense layer on all that node `from` makes */
static inline int net_dense(net *n, int from, int relu, const int *end, int groups)
{
    const net_op op = { NET_CONV, from, 0, n->node[from].h, n->node[from].w, 1, 1, 0, 0, relu };
    return net_layer(n, op, 0, end, groups);
}

static inline int net_sum(net *n, int from, int other, int relu)
{
    const net_node *in = &n->node[from];
    const net_op op = { NET_SUM, from, other, 1, 1, 1, 1, 0, 0, relu };
    return net_add(n, op, in->h, in->w, in->end, in->groups);
}

/* ---- counts ---- */

/* multiply-adds of the convolutions' groups 0..stop of one sample */
static inline long net_products(const net *n, int stop)
{
    long all = 0;
    int k, g;
    for (k = 1; k < n->n; k++) {
        const net_node *o = &n->node[k];
        for (g = 0; g <= stop && g < o->groups && node_weighs(o); g++) {
            const long rows = o->end[g] - (g ? o->end[g - 1] : 0);
            const int reads = o->op.kind == NET_CONV ? node_reads(&n->node[o->op.from], g) : 1;
            all += rows * reads * o->op.kh * o->op.kw * o->h * o->w;
        }
    }
    return all;
}

static inline long net_weights(const net *n)
{
    long all = 0;
    int k, g, before;
    for (k = 1; k < n->n; k++) {
        const net_node *o = &n->node[k];
        for (g = before = 0; g < o->groups && node_weighs(o); before = o->end[g++]) {
            const int reads = o->op.kind == NET_CONV ? node_reads(&n->node[o->op.from], g) : 1;
            all += (long)(o->end[g] - before) * reads * o->op.kh * o->op.kw;
        }
    }
    return all;
}
#endif
