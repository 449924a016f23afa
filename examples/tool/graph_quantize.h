/* graph_quantize.h - makes an int8 graph of one of float32 tensors and of samples: activations by their ranges over the
 * samples (ranges.h), weights symmetric with a scale for each output, biases that also take back what rounding the
 * weights does to an output's mean (sum of (w - rounded w) * mean input). int8 weights of hybrid models stay as they
 * are. Where bytes pass an operator unchanged its input and output share a scale; LOGISTIC, TANH and SOFTMAX have the
 * reference's. */
#ifndef SUCREF_TOOL_GRAPH_QUANTIZE_H
#define SUCREF_TOOL_GRAPH_QUANTIZE_H
#include "graph_real.h"
#include "ranges.h"

typedef struct {
    graph_real real;
    range_bins *bins;        /* of each tensor: its values over the samples, and the mean of each */
    double **mean;
    int how;                 /* RANGE_..; set before ranges_choose, as percent is */
    double percent;
    uint32_t *like;          /* a tensor with which it shares its scale, or itself */
    float *scale;            /* as chosen */
    int *zero;
    uint32_t odd;            /* 1 + a tensor that was not finite on a sample, or 0 */
    int compares;            /* the answer's sums are compared with each other: its weights have one scale */
} graph_ranges;

/* 1, or 0 with g's reason; the memory is g's, a graph of real numbers */
static inline int ranges_init(graph_ranges *r, graph *g)
{
    const size_t n = g->n_tensors + 1;
    uint32_t k;
    if (!real_init(&r->real, g)) { return 0; }
    r->odd = 0;
    r->bins = (range_bins *)graph_new(g, n * sizeof *r->bins);
    r->mean = (double **)graph_new(g, n * sizeof *r->mean);
    r->like = (uint32_t *)graph_new(g, n * sizeof *r->like);
    r->scale = (float *)graph_new(g, n * sizeof *r->scale);
    r->zero = (int *)graph_new(g, n * sizeof *r->zero);
    if (r->bins == NULL || r->mean == NULL || r->like == NULL || r->scale == NULL || r->zero == NULL) { return 0; }
    for (k = 0; k < g->n_tensors; k++) {
        if (r->real.v[k] == NULL) { continue; }
        r->mean[k] = (double *)graph_new(g, g->tensor[k].elements * sizeof(double));
        if (r->mean[k] == NULL) { return 0; }
    }
    return 1;
}

/* takes in sample number `seen` (from 0), which is in real.v[input] */
static inline void ranges_add(graph_ranges *r, uint32_t seen)
{
    const graph *g = r->real.g;
    uint32_t k, i;
    real_run(&r->real);
    for (k = 0; k < g->n_tensors; k++) {
        for (i = 0; r->real.v[k] != NULL && i < g->tensor[k].elements; i++) {
            const double v = (double)r->real.v[k][i];
            if (!isfinite(v) && r->odd == 0) { r->odd = k + 1; }
            range_add(&r->bins[k], v);
            r->mean[k][i] += (v - r->mean[k][i]) / (seen + 1.0);
        }
    }
}

static inline uint32_t ranges_root(const graph_ranges *r, uint32_t k)
{
    while (r->like[k] != k) { k = r->like[k]; }
    return k;
}

/* does the operator pass bytes on as they are? */
static inline int ranges_passes(int code)
{
    switch (code) {
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: case GRAPH_PAD: case GRAPH_MIRROR_PAD: case GRAPH_CONCATENATION:
    case GRAPH_PACK: case GRAPH_SLICE: case GRAPH_RESHAPE: case GRAPH_TRANSPOSE: case GRAPH_DEPTH_TO_SPACE:
    case GRAPH_SPACE_TO_DEPTH: case GRAPH_RESIZE_NEAREST: case GRAPH_MAXIMUM: case GRAPH_MINIMUM: case GRAPH_REDUCE_MAX:
    case GRAPH_REDUCE_MIN:
        return 1;
    default: return 0;
    }
}

/* zero and all values of lo..hi are there */
static inline void ranges_unit(float *scale, int *zero, double lo, double hi)
{
    *scale = (float)((hi - lo) / 255);
    if (!(*scale > 0) || !isfinite(*scale)) { *scale = 1; *zero = -128; return; }
    *zero = (int)floor(-128 - lo / (double)*scale + 0.5);
    *zero = *zero < -128 ? -128 : *zero > 127 ? 127 : *zero;
}

/* tensors that share a scale: the values of all are those of the first one, their root */
static inline void ranges_join(graph_ranges *r, const graph *g)
{
    uint32_t k;
    int i;
    for (k = 0; k < g->n_tensors; k++) { r->like[k] = k; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        for (i = 0; ranges_passes(o->code) && i < o->n_in; i++) {
            const uint32_t a = ranges_root(r, (uint32_t)o->in[i]), b = ranges_root(r, (uint32_t)o->out);
            if (a != b) { range_merge(&r->bins[a], &r->bins[b]); }
            r->like[b] = a;
        }
    }
}

/* is it the answer, or what a softmax answers from? Cut there, the largest ones would be equal */
static inline int ranges_answers(const graph_ranges *r, const graph *g, uint32_t root)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (o->code == GRAPH_SOFTMAX && ranges_root(r, (uint32_t)o->in[0]) == root) { return 1; }
    }
    return ranges_root(r, (uint32_t)g->output) == root;
}

/* Is it read by LOGISTIC and TANH only? Beyond 12 their bytes stay the same */
static inline int ranges_saturates(const graph_ranges *r, const graph *g, uint32_t root)
{
    int found = 0, i;
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        for (i = 0; i < o->n_in; i++) {
            if (o->in[i] < 0 || ranges_root(r, (uint32_t)o->in[i]) != root) { continue; }
            if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_TANH) { found = 1; } else if (!ranges_passes(o->code)) {
                return 0;
            }
        }
    }
    return found && ranges_root(r, (uint32_t)g->output) != root && ranges_root(r, (uint32_t)g->input) != root;
}

static inline int ranges_not_finite(const graph_ranges *r, graph *g)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        if (g->op[k].out == (int)r->odd - 1) {
            return graph_fail(g, g->op[k].place, g->op[k].name, "gives numbers that are not finite on these samples");
        }
    }
    return graph_fail(g, -1, "", "the model's constants or the samples hold numbers that are not finite");
}

/* HARD_SWISH's 16 bits ask for steps of the output of at least 1/128 of those of the input */
static inline void ranges_swish(graph_ranges *r, const graph *g)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const uint32_t to = ranges_root(r, o->out >= 0 ? (uint32_t)o->out : 0);
        const double from = (double)r->scale[ranges_root(r, o->n_in > 0 ? (uint32_t)o->in[0] : 0)], least = from / 120;
        if (o->code == GRAPH_HARD_SWISH && (double)r->scale[to] < least) {
            ranges_unit(&r->scale[to], &r->zero[to], r->bins[to].lo, r->bins[to].lo + 255 * least);
        }
    }
}

/* scales and zero points of all activations; 0 with a reason where two of the reference's own meet */
static inline int ranges_choose(graph_ranges *r, graph *g)
{
    uint32_t k;
    if (r->odd != 0) { return ranges_not_finite(r, g); }
    ranges_join(r, g);
    for (k = 0; k < g->n_tensors; k++) {
        double lo, hi;
        if (ranges_root(r, k) != k) { continue; }
        range_choose(&lo, &hi, &r->bins[k], ranges_answers(r, g, k) ? RANGE_MINMAX : r->how, r->percent);
        if (ranges_saturates(r, g, k)) { lo = fmax(lo, -12); hi = fmin(hi, 12); }
        ranges_unit(&r->scale[k], &r->zero[k], lo, hi);
    }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const uint32_t root = o->out >= 0 ? ranges_root(r, (uint32_t)o->out) : 0;
        const int tanh_like = o->code == GRAPH_TANH;
        if (o->code != GRAPH_LOGISTIC && o->code != GRAPH_SOFTMAX && !tanh_like) { continue; }
        if (r->bins[root].lo < (tanh_like ? -1.01 : -0.01) || r->bins[root].hi > 1.01) {
            return graph_fail(g, o->place, o->name, "is put together with numbers of another range");
        }
        r->scale[root] = tanh_like ? 1.0F / 128 : 1.0F / 256;
        r->zero[root] = tanh_like ? 0 : -128;
    }
    ranges_swish(r, g);
    for (k = 0; k < g->n_tensors; k++) {
        r->scale[k] = r->scale[ranges_root(r, k)];
        r->zero[k] = r->zero[ranges_root(r, k)];
    }
    return 1;
}

/* ---- the int8 graph ---- */

static inline void quantized_put(uint8_t *p, uint32_t v)
{
    int k;
    for (k = 0; k < 4; k++) { p[k] = (uint8_t)(v >> 8 * k); }
}
static inline void quantized_float(uint8_t *p, float v)
{
    uint32_t u;
    memcpy(&u, &v, 4);
    quantized_put(p, u);
}

static inline int quantized_byte(double v, float scale, int zero, int lo, int hi)
{
    const double q = floor(v / (double)scale + 0.5) + zero;
    return q > hi ? hi : q > lo ? (int)q : lo;
}

/* an activation, with the bytes of a constant */
static inline int quantized_tensor(graph *q, graph_tensor *x, float scale, int zero)
{
    uint8_t *scales = (uint8_t *)graph_new(q, 4), *data = NULL;
    uint32_t k;
    if (scales == NULL) { return 0; }
    quantized_float(scales, scale);
    if (x->data != NULL) {
        data = (uint8_t *)graph_new(q, x->elements);
        if (data == NULL) { return 0; }
        for (k = 0; k < x->elements; k++) {
            const int v = quantized_byte((double)flat_f32(x->data + 4 * (size_t)k), scale, zero, -128, 127);
            data[k] = (uint8_t)(v & 255);
        }
        x->data = data;
        x->data_len = x->elements;
    }
    x->type = GRAPH_INT8;
    x->scales = scales;
    x->n_scales = 1;
    x->zero = zero;
    return 1;
}

/* the row that number k of a weight tensor belongs to, and the number of rows */
static inline uint32_t quantized_row(const graph_op *o, const graph_tensor *w, uint32_t k, uint32_t *rows)
{
    *rows = (uint32_t)w->dim[o->code == GRAPH_DEPTHWISE ? 3 : 0];
    return o->code == GRAPH_DEPTHWISE ? k % *rows : k / (w->elements / *rows);
}

/* one scale for all rows: the largest */
static inline void quantized_even(double *most, uint32_t rows)
{
    uint32_t r;
    for (r = 1; r < rows; r++) { most[0] = fmax(most[0], most[r]); }
    for (r = 1; r < rows; r++) { most[r] = most[0]; }
}

/* float weights as int8 with a scale for each row, or one for all */
static inline int quantized_weights(graph *q, const graph_op *o, const graph_tensor *bias, float in_scale, int even)
{
    graph_tensor *w = &q->tensor[o->in[1]];
    uint32_t rows, k, r;
    uint8_t *data, *scales;
    double *most;
    quantized_row(o, w, 0, &rows);
    if (w->type == GRAPH_INT8) { /* as the file has it, or by another operator */
        return w->n_scales == 1 || (w->n_scales == rows && w->dimension == (o->code == GRAPH_DEPTHWISE ? 3 : 0)) ||
               graph_fail(q, o->place, o->name, "shares its weights with another kind of operator");
    }
    data = (uint8_t *)graph_new(q, w->elements); scales = (uint8_t *)graph_new(q, 4 * (size_t)rows);
    most = (double *)graph_new(q, rows * sizeof *most);
    if (data == NULL || scales == NULL || most == NULL) { return 0; }
    for (k = 0; k < w->elements; k++) {
        r = quantized_row(o, w, k, &rows);
        most[r] = fmax(most[r], fabs((double)flat_f32(w->data + 4 * (size_t)k)));
    }
    for (r = 0; r < rows; r++) { /* no finer than lets the bias fit */
        const double b = bias != NULL ? fabs((double)flat_f32(bias->data + 4 * (size_t)r)) : 0;
        most[r] = fmax(most[r] / 127, b / (double)in_scale / 5e8);
    }
    if (even) { quantized_even(most, rows); }
    for (r = 0; r < rows; r++) {
        if (!(most[r] > 1e-30)) { most[r] = 1; }
        quantized_float(scales + 4 * (size_t)r, (float)most[r]);
    }
    for (k = 0; k < w->elements; k++) {
        r = quantized_row(o, w, k, &rows);
        data[k] = (uint8_t)(quantized_byte((double)flat_f32(w->data + 4 * (size_t)k), (float)most[r], 0, -127, 127) &
                            255);
    }
    w->type = GRAPH_INT8;
    w->data = data;
    w->data_len = w->elements;
    w->scales = scales;
    w->n_scales = even ? 1 : rows;
    w->dimension = o->code == GRAPH_DEPTHWISE ? 3 : 0;
    w->n_zeros = 0;
    w->zero = 0;
    return 1;
}

/* the mean of what number k of the weights is multiplied by */
static inline double quantized_mean(const graph_ranges *r, const graph_op *o, const graph_tensor *w, uint32_t k)
{
    const graph_tensor *x = &r->real.g->tensor[o->in[0]];
    const double *mean = r->mean[o->in[0]];
    int32_t d[4];
    uint32_t i, n = 0, first, every;
    double sum = 0;
    graph_shape(d, x);
    if (o->code == GRAPH_DENSE) {
        first = k % (uint32_t)w->dim[1];
        every = (uint32_t)w->dim[1];
    } else {
        first = o->code == GRAPH_CONV ? k % (uint32_t)d[3] : k % (uint32_t)w->dim[3] / (uint32_t)(w->dim[3] / d[3]);
        every = (uint32_t)d[3];
    }
    for (i = first; i < x->elements; i += every) { sum += mean[i]; n++; }
    return sum / n;
}

/* the bias in units of the products, with what rounding the weights takes from the mean; its tensor is a new one */
static inline int quantized_bias(graph *q, const graph_ranges *r, graph_op *o, uint32_t tensor)
{
    const graph_tensor *w = &q->tensor[o->in[1]], *was = &r->real.g->tensor[o->in[1]];
    const double in_scale = (double)graph_scale(&q->tensor[o->in[0]], 0);
    graph_tensor *b = &q->tensor[tensor];
    uint32_t rows, k, row;
    uint8_t *data;
    double *sum;
    quantized_row(o, w, 0, &rows);
    sum = (double *)graph_new(q, rows * sizeof *sum);
    data = (uint8_t *)graph_new(q, 4 * (size_t)rows);
    if (sum == NULL || data == NULL) { return 0; }
    for (row = 0; row < rows; row++) { sum[row] = real_bias(r->real.g, o, row); }
    for (k = 0; was->type == GRAPH_FLOAT32 && k < w->elements; k++) {
        row = quantized_row(o, w, k, &rows);
        sum[row] += (real_weight(was, k, row) - real_weight(w, k, row)) * quantized_mean(r, o, was, k);
    }
    for (row = 0; row < rows; row++) {
        const double v = floor(sum[row] / (in_scale * (double)graph_scale(w, row)) + 0.5);
        if (!(fabs(v) < 1.9e9)) { return graph_fail(q, o->place, o->name, "has a bias far beyond its products"); }
        quantized_put(data + 4 * (size_t)row, (uint32_t)(int32_t)v);
    }
    memset(b, 0, sizeof *b);
    b->type = GRAPH_INT32;
    b->rank = 1;
    b->dim[0] = (int32_t)rows;
    b->elements = rows;
    b->data = data;
    b->data_len = 4 * rows;
    b->given = 1;
    b->state = -1;
    o->in[2] = (int)tensor;
    return 1;
}

/* is it an activation: does an operator read or write it as numbers, not as weights? */
static inline void quantized_mark(uint8_t *is, const graph *q)
{
    uint32_t k;
    int i;
    is[q->input] = 1;
    for (k = 0; k < q->n_ops; k++) {
        const graph_op *o = &q->op[k];
        const int weighted = o->code == GRAPH_CONV || o->code == GRAPH_DEPTHWISE || o->code == GRAPH_DENSE;
        is[o->out] = 1;
        for (i = 0; i < (weighted ? 1 : o->n_in); i++) { is[o->in[i]] = 1; }
    }
}

/* bytes that stand for what the caller says are the input, and what passes it on, as they are */
static inline void ranges_input(graph_ranges *r, float scale, int zero)
{
    const graph *g = r->real.g;
    const uint32_t root = ranges_root(r, (uint32_t)g->input);
    uint32_t k;
    for (k = 0; k < g->n_tensors; k++) {
        if (ranges_root(r, k) == root) { r->scale[k] = scale; r->zero[k] = zero; }
    }
}

/* q: the same file as r's graph, read once more; becomes int8. 1, or 0 with q's reason */
static inline int quantize_graph(graph *q, const graph_ranges *r)
{
    const uint32_t n = q->n_tensors;
    graph_tensor *more = (graph_tensor *)graph_new(q, ((size_t)n + q->n_ops) * sizeof *more);
    uint8_t *is = (uint8_t *)graph_new(q, n + 1);
    uint32_t k;
    if (more == NULL || is == NULL) { return 0; }
    memcpy(more, q->tensor, n * sizeof *more);
    q->tensor = more;
    quantized_mark(is, q);
    for (k = 0; k < n; k++) {
        if (is[k] && !quantized_tensor(q, &q->tensor[k], r->scale[k], r->zero[k])) { return 0; }
    }
    for (k = 0; k < q->n_ops; k++) {
        graph_op *o = &q->op[k];
        if (o->code == GRAPH_PAD) {
            o->fill = quantized_byte((double)o->number, r->scale[o->out], r->zero[o->out], -128, 127);
        }
        if (o->code != GRAPH_CONV && o->code != GRAPH_DEPTHWISE && o->code != GRAPH_DENSE) { continue; }
        if (is[o->in[1]]) {
            return graph_fail(q, o->place, o->name, "has weights that another operator reads as numbers");
        }
        if (!quantized_weights(q, o, o->in[2] >= 0 ? &r->real.g->tensor[o->in[2]] : NULL, r->scale[o->in[0]],
                               r->compares && o->out == q->output) ||
            !quantized_bias(q, r, o, q->n_tensors)) {
            return 0;
        }
        q->n_tensors++;
    }
    q->real = 0;
    q->input_type = GRAPH_INT8;
    return 1;
}
#endif
