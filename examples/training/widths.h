/* widths.h - networks nested in width, for train_widths.c: shape, answers of all stops, gradients.
 *
 * Rows of a layer come in groups; a group reads only the first so many columns of its input, never fewer than the
 * group before. So the columns of a layer fall into blocks, and a block is read by one run of rows: no mask is needed.
 * Weights lie as [column][row], so that every inner loop walks a run of rows, and inputs that are 0 (dark pixels,
 * neurons at rest) are left out of all loops. */
#ifndef SUCREF_EXAMPLES_WIDTHS_H
#define SUCREF_EXAMPLES_WIDTHS_H
#include "learn.h"
#include <stdint.h>
#include <string.h>

enum { MAX_LAYERS = 5, MAX_STOPS = 8, MAX_ROWS = 4096 /* of a layer */, CLASSES = 10, BATCH = 250 };

typedef struct { int rows, cols; } group;

/* hidden layers by group, as a schedule says them */
typedef struct { int layers, stops, n_in; group g[MAX_LAYERS - 1][MAX_STOPS]; } plan;

/* columns [the last block's end, end) are read by the weights from .. from + len of their row, for the outputs at .. */
typedef struct { int end, from, at, len; } block;

/* a batch's inputs that are not 0: by sample, lying block by block, and by column */
typedef struct {
    uint16_t *col, *sample;         /* [BATCH][n_in], and [BATCH * n_in] by column */
    float *v, *v_by_col;
    int *count, *start;             /* [BATCH][MAX_STOPS], [n_in + 1] */
} inputs;

typedef struct {
    int n_in, n_out, n_groups, n_blocks;
    int n_z;                        /* values of z a sample: n_out; the shared output layer has n_out of each stop */
    group g[MAX_STOPS];
    block blocks[MAX_STOPS];
    param w, b;                     /* w[n_in][n_out] */
    inputs x;
    float *z, *d;                   /* [BATCH][n_z]: answers before ReLU, and the loss's gradient by them */
} layer;

typedef struct { int n, stops, heads; layer l[MAX_LAYERS]; } widths;

/* ---- shape ---- */

static inline int plan_units(const plan *p, int l, int stop)
{
    int t, n = 0;
    for (t = 0; t <= stop; t++) { n += p->g[l][t].rows; }
    return n;
}

static inline int plan_outputs(const plan *p, int l) { return plan_units(p, l, p->stops - 1); }

/* "32x196,32x392,96x784/32,32,64"; NULL, or why not. Only the first layer's groups may name columns. */
static inline const char *plan_parse(plan *p, const char *text, int n_in)
{
    int l = 0, t = 0;
    memset(p, 0, sizeof *p);
    p->n_in = n_in;
    for (;;) {
        char *end;
        group *g = &p->g[l][t];
        const long rows = strtol(text, &end, 10);
        long cols = n_in;
        if (end == text || rows < 1 || rows > MAX_ROWS) { return "rows must be numbers of 1..4096"; }
        if (*end == 'x') {
            text = end + 1;
            cols = strtol(text, &end, 10);
            if (l > 0) { return "only the first layer's groups say how many columns they read"; }
            if (end == text || cols < 1 || cols > n_in) { return "columns must be 1..784"; }
        }
        g->rows = (int)rows;
        g->cols = l ? plan_units(p, l - 1, t) : (int)cols;
        if (t > 0 && g->cols < g[-1].cols) { return "a group reads no fewer columns than the one before"; }
        t++;
        if (*end == ',' && t == MAX_STOPS) { return "more than 8 groups"; }
        if (*end != ',') {
            if (p->stops != 0 && t != p->stops) { return "every layer has the same number of groups"; }
            if (plan_units(p, l, t - 1) > MAX_ROWS) { return "a layer has at most 4096 neurons"; }
            p->stops = t;
            p->layers = ++l;
            t = 0;
            if (*end == 0) { return NULL; }
            if (*end != '/' || l == MAX_LAYERS - 1) { return "lists of ROWS or ROWSxCOLUMNS, at most 4 lists with /"; }
        }
        text = end + 1;
    }
}

/* multiply-adds up to and including a stop, nothing computed twice; a head starts anew */
static inline long plan_products(const plan *p, int heads, int stop)
{
    const int l = p->layers - 1;
    long n = 0;
    int t, k;
    for (t = 0; t <= stop; t++) {
        for (k = 0; k < p->layers; k++) { n += (long)p->g[k][t].rows * p->g[k][t].cols; }
        n += CLASSES * (heads || t == 0 ? plan_units(p, l, t) : p->g[l][t].rows);
    }
    return n;
}

/* ---- the network ---- */

static inline void layer_inputs(inputs *x, int n_in)
{
    const size_t n = (size_t)BATCH * (size_t)n_in;
    x->col = (uint16_t *)zeros(n * 2, sizeof(uint16_t));
    x->sample = x->col + n;
    x->v = (float *)zeros(n * 2, sizeof(float));
    x->v_by_col = x->v + n;
    x->count = (int *)zeros((size_t)BATCH * MAX_STOPS + (size_t)n_in + 1, sizeof(int));
    x->start = x->count + BATCH * MAX_STOPS;
}

/* groups of rows to blocks of columns: where the limit of columns rises, later columns miss the rows before */
static inline void layer_build(layer *l, int n_in, const group *g, int n_groups, int shared, int shared_rows)
{
    int t, row = 0;
    memset(l, 0, sizeof *l);
    l->n_in = n_in;
    l->n_groups = l->n_blocks = n_groups;
    for (t = 0; t < n_groups; t++) {
        l->g[t] = g[t];
        l->blocks[t].end = g[t].cols;
        l->blocks[t].at = row;
        l->blocks[t].from = shared ? 0 : row;
        row += shared ? shared_rows : g[t].rows;
    }
    l->n_z = row;
    l->n_out = shared ? shared_rows : row;
    for (t = 0; t < n_groups; t++) { l->blocks[t].len = shared ? shared_rows : row - l->blocks[t].at; }
    if (shared) { /* one set of weights: in the file one group of rows that reads all columns */
        l->n_groups = 1;
        l->g[0].rows = shared_rows; l->g[0].cols = n_in;
    }
    l->w = new_param(n_in * l->n_out, 0);
    l->b = new_param(l->n_out, 0);
    layer_inputs(&l->x, n_in);
    l->z = (float *)zeros((size_t)BATCH * (size_t)l->n_z * 2, sizeof(float));
    l->d = l->z + BATCH * l->n_z;
}

/* uniform, by the columns that a row reads; `gain` is 6 for hidden layers, 1 for the output */
static inline void layer_init(layer *l, float gain)
{
    int t, r, i, row = 0;
    for (t = 0; t < l->n_groups; t++) {
        const float limit = 0.6F * sqrtf(gain / (float)l->g[t].cols);
        for (r = 0; r < l->g[t].rows; r++, row++) {
            for (i = 0; i < l->g[t].cols; i++) { l->w.v[i * l->n_out + row] = uniform(limit); }
        }
    }
}

static inline widths *widths_new(const plan *p, int heads)
{
    widths *w = (widths *)zeros(1, sizeof *w);
    group out[MAX_STOPS];
    int k, t;
    w->n = p->layers + 1;
    w->stops = p->stops;
    w->heads = heads;
    for (t = 0; t < p->stops; t++) { out[t].rows = CLASSES; out[t].cols = plan_units(p, p->layers - 1, t); }
    for (k = 0; k < w->n; k++) {
        const int last = k == p->layers;
        layer_build(&w->l[k], k ? plan_outputs(p, k - 1) : p->n_in, last ? out : p->g[k], p->stops, last && !heads,
                    CLASSES);
        layer_init(&w->l[k], last ? 1.0F : 6.0F);
    }
    return w;
}

static inline void widths_free(widths *w)
{
    int k;
    for (k = 0; k < w->n; k++) {
        layer *l = &w->l[k];
        free(l->w.v); free(l->b.v); free(l->x.col); free(l->x.v); free(l->x.count); free(l->z);
    }
    free(w);
}

/* ---- inner loops ---- */

/* y += four rows by four numbers: one pass over y for four of the rows */
static inline void add4(float *restrict y, const float *const row[4], const float v[4], int n)
{
    const float *restrict a = row[0], *restrict b = row[1], *restrict c = row[2], *restrict d = row[3];
    const float va = v[0], vb = v[1], vc = v[2], vd = v[3];
    int k;
    for (k = 0; k < n; k++) { y[k] += va * a[k] + vb * b[k] + vc * c[k] + vd * d[k]; }
}

/* y += sum of v[i] times the row idx[i] of `rows`; the last four are made up by a row times 0 */
static inline void add_rows(float *y, const float *rows, int stride, const uint16_t *idx, const float *v, int n,
                            int len)
{
    const float *row[4];
    float by[4];
    int i, k;
    for (i = 0; i < n; i += 4) {
        for (k = 0; k < 4; k++) {
            const int j = i + k < n ? i + k : i;
            row[k] = rows + idx[j] * stride;
            by[k] = i + k < n ? v[j] : 0;
        }
        add4(y, row, by, len);
    }
}

static inline float dot(const float *restrict a, const float *restrict b, int n)
{
    float sum = 0;
    int k;
    for (k = 0; k < n; k++) { sum += a[k] * b[k]; }
    return sum;
}

/* ---- answers ---- */

/* sample s of a batch reads those values that are over 0: pixels, or z after ReLU */
static inline void gather(layer *l, int s, const float *x)
{
    uint16_t *col = l->x.col + (size_t)s * (size_t)l->n_in;
    float *v = l->x.v + (size_t)s * (size_t)l->n_in;
    int t, i = 0, n = 0;
    for (t = 0; t < l->n_blocks; t++) {
        const int first = n;
        for (; i < l->blocks[t].end; i++) {
            col[n] = (uint16_t)i;
            v[n] = x[i];
            n += x[i] > 0;
        }
        l->x.count[s * MAX_STOPS + t] = n - first;
    }
}

static inline void layer_forward(layer *l, int samples)
{
    const int shared = l->n_z != l->n_out;
    int s, t, k;
    for (s = 0; s < samples; s++) {
        const uint16_t *col = l->x.col + (size_t)s * (size_t)l->n_in;
        const float *v = l->x.v + (size_t)s * (size_t)l->n_in;
        float *z = l->z + s * l->n_z;
        memset(z, 0, (size_t)l->n_z * sizeof *z);
        memcpy(z, l->b.v, (size_t)l->n_out * sizeof *z);
        for (t = 0; t < l->n_blocks; t++) {
            const block *b = &l->blocks[t];
            const int n = l->x.count[s * MAX_STOPS + t];
            add_rows(z + b->at, l->w.v + b->from, l->n_out, col, v, n, b->len);
            col += n; v += n;
        }
        for (k = l->n_out; shared && k < l->n_z; k++) { z[k] += z[k - l->n_out]; } /* a stop goes on from the last */
    }
}

/* logits of all stops, [samples][stops][10], in the last layer's z; pictures' bytes are in the network's order */
static inline void widths_forward(widths *w, const uint8_t *const *picture, int samples)
{
    float x[MAX_ROWS];
    int k, s, i;
    for (s = 0; s < samples; s++) {
        for (i = 0; i < w->l[0].n_in; i++) { x[i] = (float)picture[s][i] * (1.0F / 255); }
        gather(&w->l[0], s, x);
    }
    for (k = 0; k < w->n; k++) {
        layer_forward(&w->l[k], samples);
        for (s = 0; s < samples && k + 1 < w->n; s++) { gather(&w->l[k + 1], s, w->l[k].z + s * w->l[k].n_z); }
    }
}

/* ---- gradients ---- */

/* the batch's inputs column by column (a counting sort): a column's gradients are then one short row of memory */
static inline void inputs_by_column(layer *l)
{
    inputs *x = &l->x;
    int s, t, i, n;
    memset(x->start, 0, ((size_t)l->n_in + 1) * sizeof(int));
    for (n = 0; n < 2; n++) { /* counts, then places */
        for (s = 0; s < BATCH; s++) {
            const size_t row = (size_t)s * (size_t)l->n_in;
            int total = 0;
            for (t = 0; t < l->n_blocks; t++) { total += x->count[s * MAX_STOPS + t]; }
            for (i = 0; i < total; i++) {
                const int c = x->col[row + (size_t)i];
                if (n == 0) { x->start[c]++; continue; }
                x->sample[x->start[c]] = (uint16_t)s;
                x->v_by_col[x->start[c]++] = x->v[row + (size_t)i];
            }
        }
        for (i = l->n_in, t = 0; n == 0 && i >= 0; i--) { t += x->start[i]; }
        for (i = l->n_in; n == 0 && i >= 0; i--) { t -= x->start[i]; x->start[i] = t; }
    } /* start[c] is now where column c ends */
}

/* gradients of the layer from l->d, and `below`, the gradient by the z of the layer before, where there is one */
static inline void layer_backward(layer *l, float *below)
{
    const int shared = l->n_z != l->n_out;
    int s, t, k, i = 0;
    for (s = 0; s < BATCH; s++) {
        float *d = l->d + s * l->n_z;
        for (k = l->n_z - 1; shared && k >= l->n_out; k--) { d[k - l->n_out] += d[k]; }
        for (k = 0; k < l->n_out; k++) { l->b.grad[k] += d[k]; }
    }
    inputs_by_column(l);
    for (t = 0; t < l->n_blocks; t++) {
        const block *b = &l->blocks[t];
        for (; i < b->end; i++) {
            const int first = i ? l->x.start[i - 1] : 0, n = l->x.start[i] - first;
            add_rows(l->w.grad + i * l->n_out + b->from, l->d + b->at, l->n_z, l->x.sample + first,
                     l->x.v_by_col + first, n, b->len);
        }
    }
    for (s = 0; s < BATCH && below != NULL; s++) {
        const uint16_t *col = l->x.col + (size_t)s * (size_t)l->n_in;
        float *to = below + s * l->n_in;
        memset(to, 0, (size_t)l->n_in * sizeof *to);
        for (t = 0; t < l->n_blocks; t++) {
            const block *b = &l->blocks[t];
            const int n = l->x.count[s * MAX_STOPS + t];
            for (k = 0; k < n; k++) { /* the others are at rest: ReLU lets nothing through */
                to[col[k]] = dot(l->w.v + col[k] * l->n_out + b->from, l->d + s * l->n_z + b->at, b->len);
            }
            col += n;
        }
    }
}

/* one step of Adam from the gradients by the logits, in the last layer's d; t = 1, 2, .. */
static inline void widths_step(widths *w, float rate, float decay, int t)
{
    int k, i;
    for (k = w->n - 1; k >= 0; k--) { layer_backward(&w->l[k], k ? w->l[k - 1].d : NULL); }
    for (k = 0; k < w->n; k++) {
        layer *l = &w->l[k];
        for (i = 0; i < l->w.n; i++) { l->w.grad[i] += decay * l->w.v[i]; }
        for (i = 0; i < l->b.n; i++) { l->b.grad[i] += decay * l->b.v[i]; }
        adam(&l->w, 1, rate, t);
        adam(&l->b, 1, rate, t);
    }
}
#endif
