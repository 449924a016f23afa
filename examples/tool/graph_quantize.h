/* graph_quantize.h - makes an int8 graph of one of float32 tensors and of samples: activations by their ranges over the
 * samples (graph_ranges.h), weights symmetric with a scale for each output, biases that also take back what rounding
 * the weights does to an output's mean (sum of (w - rounded w) * mean input). int8 weights of hybrid models stay as
 * they are. */
#ifndef SUCREF_TOOL_GRAPH_QUANTIZE_H
#define SUCREF_TOOL_GRAPH_QUANTIZE_H
#include "graph_chain.h"

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

/* one scale for all rows: the largest */
static inline void quantized_even(double *most, uint32_t rows)
{
    uint32_t r;
    for (r = 1; r < rows; r++) { most[0] = fmax(most[0], most[r]); }
    for (r = 1; r < rows; r++) { most[r] = most[0]; }
}

/* scales of the rows of weights whose largest are `most`: no finer than lets the bias fit */
static inline void quantized_scales(double *most, const real_layer *l, uint32_t rows, float in_scale, int even)
{
    uint32_t r;
    for (r = 0; r < rows; r++) { most[r] = fmax(most[r] / 127, fabs(l->b[r]) / (double)in_scale / 5e8); }
    if (even) { quantized_even(most, rows); }
    for (r = 0; r < rows; r++) { if (!(most[r] > 1e-30)) { most[r] = 1; } }
}

/* float weights l as int8 with a scale for each row, or one for all */
static inline int quantized_weights(graph *q, const graph_op *o, const real_layer *l, float in_scale, int even)
{
    graph_tensor *w = &q->tensor[o->in[1]];
    uint32_t rows, k, r;
    uint8_t *data, *scales;
    double *most;
    (void)real_row(o, w, 0, &rows);
    if (w->type == GRAPH_INT8) { /* as the file has it, or by another operator */
        return w->n_scales == 1 || (w->n_scales == rows && w->dimension == (o->code == GRAPH_DEPTHWISE ? 3 : 0)) ||
               graph_fail(q, o->place, o->name, "shares its weights with another kind of operator");
    }
    data = (uint8_t *)graph_new(q, w->elements); scales = (uint8_t *)graph_new(q, 4 * (size_t)rows);
    most = (double *)graph_new(q, rows * sizeof *most);
    if (data == NULL || scales == NULL || most == NULL) { return 0; }
    for (k = 0; k < w->elements; k++) {
        r = real_row(o, w, k, &rows);
        most[r] = fmax(most[r], fabs(l->w[k]));
    }
    quantized_scales(most, l, rows, in_scale, even);
    for (r = 0; r < rows; r++) { quantized_float(scales + 4 * (size_t)r, (float)most[r]); }
    for (k = 0; k < w->elements; k++) {
        r = real_row(o, w, k, &rows);
        data[k] = (uint8_t)(quantized_byte(l->w[k], (float)most[r], 0, -127, 127) & 255);
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
    real_row(o, w, 0, &rows);
    sum = (double *)graph_new(q, rows * sizeof *sum);
    data = (uint8_t *)graph_new(q, 4 * (size_t)rows);
    if (sum == NULL || data == NULL) { return 0; }
    for (row = 0; row < rows; row++) { sum[row] = r->real.layer[o - q->op].b[row]; }
    for (k = 0; was->type == GRAPH_FLOAT32 && k < w->elements; k++) {
        row = real_row(o, w, k, &rows);
        sum[row] += (r->real.layer[o - q->op].w[k] - real_weight(w, k, row)) * quantized_mean(r, o, was, k);
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
        is[o->out] = 1;
        for (i = 0; i < (real_weighs(o->code) ? 1 : o->n_in); i++) { is[o->in[i]] = 1; }
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
        if (!real_weighs(o->code)) { continue; }
        if (is[o->in[1]]) {
            return graph_fail(q, o->place, o->name, "has weights that another operator reads as numbers");
        }
        if (!quantized_weights(q, o, &r->real.layer[k], r->scale[o->in[0]], r->compares && o->out == q->output) ||
            !quantized_bias(q, r, o, q->n_tensors)) {
            return 0;
        }
        q->n_tensors++;
    }
    q->real = 0;
    q->input_type = GRAPH_INT8;
    chain_descend(q, r);
    return q->why[0] == 0;
}
#endif
