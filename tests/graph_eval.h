/* graph_eval.h - what a graph answers, slowly and straight from the operators' definitions: the int8 reference kernels
 * of TensorFlow Lite Micro with double rounding (gemmlowp's SaturatingRoundingDoublingHighMul and RoundingDivideByPOT).
 * Values are the tensors' own numbers, one int32_t each. Knows nothing of model files. */
#ifndef SUCREF_TESTS_GRAPH_EVAL_H
#define SUCREF_TESTS_GRAPH_EVAL_H
#include "../examples/tool/gemmlowp.h"
#include "../examples/tool/graph.h"

typedef struct {
    const graph *g;
    int32_t **v, **state; /* of each tensor, NULL where nothing has given it; of each state */
} graph_eval;

/* ---- arithmetic ---- */

static int32_t eval_sat(int64_t x) { return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x; }
static int32_t eval_high(int32_t a, int32_t b) /* a * b / 2^31 to the nearest */
{
    const int64_t ab = (int64_t)a * b, nudge = ab >= 0 ? 1 << 30 : 1 - (1 << 30);
    return a == b && a == INT32_MIN ? INT32_MAX : (int32_t)((ab + nudge) / ((int64_t)1 << 31));
}
static int32_t eval_divide(int32_t x, int e) /* x / 2^e to the nearest, halves away from 0 */
{
    const int64_t mask = ((int64_t)1 << e) - 1, rest = x & mask, half = (mask >> 1) + (x < 0);
    return (int32_t)((x - rest) / (mask + 1) + (rest > half));
}
static int32_t eval_scaled(int64_t x, int32_t m, int e)
{
    return eval_divide(eval_high(eval_sat(e > 0 ? x * ((int64_t)1 << e) : x), m), e > 0 ? 0 : -e);
}
static void eval_multiplier(int32_t *m, int *e, double real)
{
    int64_t q;
    if (!(real < 1e9)) { *m = INT32_MAX; *e = 30; return; }
    q = (int64_t)floor(frexp(real, e) * 2147483648.0 + 0.5);
    if (q == (int64_t)1 << 31) { q /= 2; ++*e; }
    if (*e < -31) { *e = 0; q = 0; }
    if (*e > 30) { *e = 30; q = INT32_MAX; }
    *m = (int32_t)q;
}
static int32_t eval_clamp(int64_t x, int lo, int hi) { return (int32_t)(x < lo ? lo : x > hi ? hi : x); }

/* ---- operators with weights ---- */

static double eval_product(const graph_op *o, const graph_tensor *x, const graph_tensor *w, uint32_t row)
{
    const float product = graph_scale(x, 0) * graph_scale(w, row);
    volatile float rounded = product; /* dense layers of one scale multiply in float */
    return o->code == GRAPH_DENSE && w->n_scales == 1 ? (double)rounded
                                                      : (double)graph_scale(x, 0) * (double)graph_scale(w, row);
}

static int32_t eval_weighted(const graph *g, const graph_op *o, int64_t acc, uint32_t row)
{
    const graph_tensor *x = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]], *y = &g->tensor[o->out];
    int32_t m;
    int e, lo, hi;
    if (o->in[2] >= 0) { acc += graph_int32(&g->tensor[o->in[2]], row); }
    eval_multiplier(&m, &e, eval_product(o, x, w, row) / (double)graph_scale(y, 0));
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    return eval_clamp((int64_t)eval_scaled(acc, m, e) + y->zero, lo, hi);
}

/* one output of a convolution: the channels that it reads begin at c0, n of them */
static int64_t eval_window(const graph *g, const graph_op *o, const int32_t *in, int y, int x, int out, int c0, int n)
{
    const graph_tensor *tx = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]];
    int32_t d[4];
    int64_t acc = 0;
    int ky, kx, c;
    graph_shape(d, tx);
    for (ky = 0; ky < o->kernel[0]; ky++) {
        for (kx = 0; kx < o->kernel[1]; kx++) {
            const int iy = y * o->stride[0] - o->pad[0] + ky * o->dilation[0],
                      ix = x * o->stride[1] - o->pad[1] + kx * o->dilation[1];
            if (iy < 0 || iy >= d[1] || ix < 0 || ix >= d[2]) { continue; }
            for (c = 0; c < n; c++) {
                const int at = o->code == GRAPH_CONV ? ((out * o->kernel[0] + ky) * o->kernel[1] + kx) * n + c
                                                     : (ky * o->kernel[1] + kx) * w->dim[3] + out;
                acc += (int64_t)(in[(iy * d[2] + ix) * d[3] + c0 + c] - tx->zero) * (int8_t)w->data[at];
            }
        }
    }
    return acc;
}

static void eval_conv(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t dx[4], dy[4];
    int y, x, c;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int deep = o->code == GRAPH_DEPTHWISE;
                const int64_t acc = eval_window(g, o, in, y, x, c, deep ? c / (dy[3] / dx[3]) : 0, deep ? 1 : dx[3]);
                *out++ = eval_weighted(g, o, acc, (uint32_t)c);
            }
        }
    }
}

static void eval_dense(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *x = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]];
    const uint32_t n_out = (uint32_t)w->dim[0], n_in = (uint32_t)w->dim[1];
    uint32_t at, r, c;
    for (at = 0; at < x->elements; at += n_in) {
        for (r = 0; r < n_out; r++) {
            int64_t acc = 0;
            for (c = 0; c < n_in; c++) { acc += (int64_t)(in[at + c] - x->zero) * (int8_t)w->data[r * n_in + c]; }
            *out++ = eval_weighted(g, o, acc, r);
        }
    }
}

/* ---- pooling ---- */

static void eval_pool(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *ty = &g->tensor[o->out];
    int32_t dx[4], dy[4];
    int y, x, c, ky, kx, lo, hi;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, ty);
    graph_clamp(&lo, &hi, o->act, graph_scale(ty, 0), ty->zero);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                int32_t sum = 0, n = 0, most = -128;
                for (ky = 0; ky < o->kernel[0]; ky++) {
                    for (kx = 0; kx < o->kernel[1]; kx++) {
                        const int iy = y * o->stride[0] - o->pad[0] + ky, ix = x * o->stride[1] - o->pad[1] + kx;
                        const int inside = iy >= 0 && iy < dx[1] && ix >= 0 && ix < dx[2];
                        const int32_t v = inside ? in[(iy * dx[2] + ix) * dx[3] + c] : -128;
                        most = v > most ? v : most;
                        sum += inside ? v : 0;
                        n += inside;
                    }
                }
                if (n > 0) { sum = sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n; }
                *out++ = eval_clamp(o->code == GRAPH_MAX_POOL ? most : sum, lo, hi);
            }
        }
    }
}

/* the multiplier takes the division by the count in */
static void eval_mean(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *tx = &g->tensor[o->in[0]], *ty = &g->tensor[o->out];
    int32_t d[4], m;
    int e, shift = 0, y, x, c;
    int64_t count;
    uint32_t k;
    graph_shape(d, tx);
    count = (int64_t)(o->over[0] ? d[1] : 1) * (o->over[1] ? d[2] : 1);
    eval_multiplier(&m, &e, (double)graph_scale(tx, 0) / (double)graph_scale(ty, 0));
    while (count >> (shift + 1) != 0) { shift++; }
    if (shift > 32) { shift = 32; }
    if (shift > 31 + e) { shift = 31 + e; }
    m = (int32_t)(((int64_t)m << shift) / count);
    for (k = 0; k < ty->elements; k++) { out[k] = 0; }
    for (y = 0; y < d[1]; y++) {
        for (x = 0; x < d[2]; x++) {
            for (c = 0; c < d[3]; c++) {
                const int row = o->over[0] ? 0 : y, column = o->over[1] ? 0 : x, wide = o->over[1] ? 1 : d[2];
                out[(row * wide + column) * d[3] + c] += in[(y * d[2] + x) * d[3] + c] - tx->zero;
            }
        }
    }
    for (k = 0; k < ty->elements; k++) {
        out[k] = eval_clamp((int64_t)eval_scaled(out[k], m, e - shift) + ty->zero, -128, 127);
    }
}

/* ---- two inputs ---- */

static int32_t eval_add(const graph_tensor *ta, const graph_tensor *tb, const graph_tensor *ty, int32_t a, int32_t b)
{
    const double sa = (double)graph_scale(ta, 0), sb = (double)graph_scale(tb, 0), twice = 2 * (sa > sb ? sa : sb);
    int32_t ma, mb, my;
    int ea, eb, ey;
    eval_multiplier(&ma, &ea, sa / twice);
    eval_multiplier(&mb, &eb, sb / twice);
    eval_multiplier(&my, &ey, twice / (1048576.0 * (double)graph_scale(ty, 0)));
    return eval_scaled((int64_t)eval_scaled((int64_t)(a - ta->zero) * 1048576, ma, ea) +
                           eval_scaled((int64_t)(b - tb->zero) * 1048576, mb, eb), my, ey);
}

static int32_t eval_mul(const graph_tensor *ta, const graph_tensor *tb, const graph_tensor *ty, int32_t a, int32_t b)
{
    int32_t m;
    int e;
    eval_multiplier(&m, &e, (double)graph_scale(ta, 0) * (double)graph_scale(tb, 0) / (double)graph_scale(ty, 0));
    return eval_scaled((int64_t)(a - ta->zero) * (b - tb->zero), m, e);
}

static int32_t eval_spread(const int32_t *v, const int32_t *d, int y, int x, int c) /* sides of 1 are repeated */
{
    return v[((d[1] == 1 ? 0 : y) * d[2] + (d[2] == 1 ? 0 : x)) * d[3] + (d[3] == 1 ? 0 : c)];
}

static void eval_pair(const graph *g, const graph_op *o, int32_t *out, const int32_t *a, const int32_t *b)
{
    const graph_tensor *ta = &g->tensor[o->in[0]], *tb = &g->tensor[o->in[1]], *ty = &g->tensor[o->out];
    int32_t da[4], db[4], dy[4];
    int y, x, c, lo, hi;
    graph_shape(da, ta);
    graph_shape(db, tb);
    graph_shape(dy, ty);
    graph_clamp(&lo, &hi, o->act, graph_scale(ty, 0), ty->zero);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int32_t u = eval_spread(a, da, y, x, c), v = eval_spread(b, db, y, x, c);
                const int32_t r = o->code == GRAPH_ADD ? eval_add(ta, tb, ty, u, v) : eval_mul(ta, tb, ty, u, v);
                *out++ = eval_clamp((int64_t)r + ty->zero, lo, hi);
            }
        }
    }
}

/* ---- moving ---- */

static void eval_pad(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t dx[4], dy[4];
    int y, x, c;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int iy = y - o->begin[1], ix = x - o->begin[2], ic = c - o->begin[3];
                const int inside = iy >= 0 && iy < dx[1] && ix >= 0 && ix < dx[2] && ic >= 0 && ic < dx[3];
                *out++ = inside ? in[(iy * dx[2] + ix) * dx[3] + ic] : o->fill;
            }
        }
    }
}

static void eval_slice(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t d[4];
    int y, x, c;
    graph_shape(d, &g->tensor[o->in[0]]);
    for (y = 0; y < o->size[1]; y++) {
        for (x = 0; x < o->size[2]; x++) {
            for (c = 0; c < o->size[3]; c++) {
                const int iy = o->begin[1] + y * o->step[1], ix = o->begin[2] + x * o->step[2],
                          ic = o->begin[3] + c * o->step[3];
                *out++ = in[(iy * d[2] + ix) * d[3] + ic];
            }
        }
    }
}

static void eval_concatenation(const graph_eval *e, const graph_op *o, int32_t *out)
{
    const graph *g = e->g;
    int32_t dx[4], dy[4], at[4] = { 0, 0, 0, 0 };
    int i, y, x, c;
    graph_shape(dy, &g->tensor[o->out]);
    for (i = 0; i < o->n_in; i++) {
        const int32_t *in = e->v[o->in[i]];
        graph_shape(dx, &g->tensor[o->in[i]]);
        for (y = 0; y < dx[1]; y++) {
            for (x = 0; x < dx[2]; x++) {
                for (c = 0; c < dx[3]; c++) {
                    out[((y + at[1]) * dy[2] + x + at[2]) * dy[3] + c + at[3]] = *in++;
                }
            }
        }
        at[o->axis] += dx[o->axis];
    }
}

/* ---- functions of one number ---- */

static int32_t eval_curve(const graph_op *o, const graph_tensor *tx, int32_t v)
{
    const int logistic = o->code == GRAPH_LOGISTIC;
    int32_t m, r;
    int e;
    double radius;
    eval_multiplier(&m, &e, (double)graph_scale(tx, 0) * 134217728.0); /* Q4.27 */
    radius = floor(15.0 * 134217728.0 / ldexp(1, e));
    if (v - tx->zero <= -radius) { return -128; }
    if (v - tx->zero >= radius) { return 127; }
    r = eval_scaled(v - tx->zero, m, e);
    r = logistic ? eval_divide(gemmlowp_logistic(r), 23) - 128 : eval_divide(gemmlowp_tanh(r), 24);
    return eval_clamp(r, -128, 127);
}

static int32_t eval_number(const graph_op *o, const graph_tensor *tx, const graph_tensor *ty, int32_t v)
{
    const int low = ty->type == GRAPH_UINT8 ? 0 : -128, high = low + 255;
    volatile float slope = graph_scale(tx, 0), ratio;
    int32_t m;
    int e, lo = low, hi = high;
    if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_TANH) { return eval_curve(o, tx, v); }
    if (o->code == GRAPH_RELU || o->code == GRAPH_RELU6) {
        graph_clamp(&lo, &hi, o->code == GRAPH_RELU ? GRAPH_ACT_RELU : GRAPH_ACT_RELU6, graph_scale(ty, 0), ty->zero);
    }
    if (o->code == GRAPH_LEAKY_RELU && v < tx->zero) { slope = slope * o->number; }
    ratio = slope / graph_scale(ty, 0);
    eval_multiplier(&m, &e, o->code == GRAPH_QUANTIZE ? (double)graph_scale(tx, 0) / (double)graph_scale(ty, 0)
                                                      : (double)ratio);
    return eval_clamp((int64_t)eval_scaled(v - tx->zero, m, e) + ty->zero, lo, hi);
}

/* over the channels of each place */
static void eval_softmax(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *tx = &g->tensor[o->in[0]];
    const double beta = (double)o->number * (double)graph_scale(tx, 0) * 67108864.0;
    int32_t d[4], m, least;
    int e;
    uint32_t at;
    graph_shape(d, tx);
    eval_multiplier(&m, &e, beta < 2147483647.0 ? beta : 2147483647.0);
    least = -(int32_t)floor(31.0 * 67108864.0 / ldexp(1, e));
    for (at = 0; at < tx->elements; at += (uint32_t)d[3]) {
        int32_t most = -128, inverse;
        int64_t sum = 0;
        int c, over = 12;
        for (c = 0; c < d[3]; c++) { most = in[at + (uint32_t)c] > most ? in[at + (uint32_t)c] : most; }
        for (c = 0; c < d[3]; c++) {
            const int32_t diff = in[at + (uint32_t)c] - most;
            if (diff >= least) { sum += eval_divide(gemmlowp_exp(eval_scaled(diff, m, e), 5), 12); }
        }
        while (sum < (int64_t)1 << 31) { sum *= 2; over--; }
        inverse = eval_sat((int64_t)gemmlowp_twice_inverse((int32_t)(sum - ((int64_t)1 << 31))) * 2);
        for (c = 0; c < d[3]; c++) {
            const int32_t diff = in[at + (uint32_t)c] - most;
            const int32_t share = diff >= least ? eval_high(inverse, gemmlowp_exp(eval_scaled(diff, m, e), 5)) : 0;
            out[at + (uint32_t)c] = eval_clamp((int64_t)eval_divide(share, over + 31 - 8) - 128, -128, 127);
        }
    }
}

/* ---- a graph ---- */

static int32_t *eval_new(graph_eval *e, int tensor)
{
    if (e->v[tensor] == NULL) { e->v[tensor] = (int32_t *)calloc(e->g->tensor[tensor].elements, 4); }
    if (e->v[tensor] == NULL) { printf("out of memory\n"); exit(1); }
    return e->v[tensor];
}

static void eval_init(graph_eval *e, const graph *g)
{
    uint32_t k, i;
    e->g = g;
    e->v = (int32_t **)calloc(g->n_tensors, sizeof *e->v);
    e->state = (int32_t **)calloc(g->n_states + 1, sizeof *e->state);
    for (k = 0; k < g->n_tensors; k++) {
        const graph_tensor *x = &g->tensor[k];
        if (x->type != GRAPH_INT8 || x->data == NULL || x->why != NULL || x->data_len != x->elements) { continue; }
        for (i = 0; i < x->elements; i++) { eval_new(e, (int)k)[i] = (int8_t)x->data[i]; }
    }
    for (k = 0; k < g->n_states; k++) {
        const graph_state *s = &g->state[k];
        e->state[k] = (int32_t *)calloc(s->elements + 1, 4);
        for (i = 0; s->initial != NULL && i < s->elements; i++) { e->state[k][i] = (int8_t)s->initial[i]; }
    }
}

static void eval_free(graph_eval *e)
{
    uint32_t k;
    for (k = 0; k < e->g->n_tensors; k++) { free(e->v[k]); }
    for (k = 0; k < e->g->n_states; k++) { free(e->state[k]); }
    free(e->v); free(e->state);
}

static void eval_op(graph_eval *e, const graph_op *o)
{
    const graph *g = e->g;
    const graph_tensor *tx = &g->tensor[o->in[0]];
    const int32_t *in = e->v[o->in[0]];
    int32_t *out = o->out >= 0 ? eval_new(e, o->out) : NULL;
    uint32_t k;
    switch (o->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: eval_conv(g, o, out, in); break;
    case GRAPH_DENSE: eval_dense(g, o, out, in); break;
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: eval_pool(g, o, out, in); break;
    case GRAPH_MEAN: eval_mean(g, o, out, in); break;
    case GRAPH_ADD: case GRAPH_MUL: eval_pair(g, o, out, in, e->v[o->in[1]]); break;
    case GRAPH_PAD: eval_pad(g, o, out, in); break;
    case GRAPH_SLICE: eval_slice(g, o, out, in); break;
    case GRAPH_CONCATENATION: eval_concatenation(e, o, out); break;
    case GRAPH_RESHAPE: memcpy(out, in, 4 * (size_t)tx->elements); break;
    case GRAPH_SOFTMAX: eval_softmax(g, o, out, in); break;
    case GRAPH_READ: memcpy(out, e->state[o->state], 4 * (size_t)g->tensor[o->out].elements); break;
    case GRAPH_ASSIGN: memcpy(e->state[o->state], in, 4 * (size_t)tx->elements); break;
    default: for (k = 0; k < tx->elements; k++) { out[k] = eval_number(o, tx, &g->tensor[o->out], in[k]); }
    }
}

/* one input, as bytes of the graph's input tensor's type; returns the output's numbers, valid until the next */
static const int32_t *eval_run(graph_eval *e, const int8_t *x)
{
    const graph *g = e->g;
    int32_t *in = eval_new(e, g->input);
    uint32_t k;
    for (k = 0; k < g->tensor[g->input].elements; k++) { in[k] = x[k]; }
    for (k = 0; k < g->n_ops; k++) { eval_op(e, &g->op[k]); }
    return e->v[g->output];
}
#endif
