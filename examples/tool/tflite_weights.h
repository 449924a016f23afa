/* tflite_weights.h - reads operators with weights: dense layers and convolutions. */
#ifndef SUCREF_TOOL_TFLITE_WEIGHTS_H
#define SUCREF_TOOL_TFLITE_WEIGHTS_H
#include "tflite_tensors.h"

/* a bias counts in units of input scale * weight scale; one percent is for rounding */
static inline int tflite_bias_fits(const graph_tensor *x, const graph_tensor *w, const graph_tensor *b)
{
    uint32_t r;
    if (b->n_scales == 0) { return 1; }
    if (b->zero != 0 || (b->n_scales != 1 && b->n_scales != w->n_scales)) { return 0; }
    for (r = 0; r < w->n_scales; r++) {
        const double want = (double)graph_scale(x, 0) * (double)graph_scale(w, r);
        if (!(fabs((double)graph_scale(b, r) - want) <= 0.01 * want)) { return 0; }
    }
    return 1;
}

/* weights and bias of a float model: float32, or int8 with scales (a hybrid one) */
static inline int tflite_real_weights(const tflite_op *r, int n_out, int dimension)
{
    const graph_tensor *w = tflite_tensor(r, r->in, 1), *b = NULL;
    if (w == NULL) { return 0; }
    if (w->type == GRAPH_INT8) {
        if (!tflite_scales(r, w, 65535)) { return 0; }
        if (w->n_scales < 1 || w->zero != 0 ||
            (w->n_scales > 1 && (w->n_scales != (uint32_t)n_out || w->dimension != dimension))) {
            return tflite_say(r, "must have symmetric int8 weights with scales along its outputs");
        }
    } else if (w->type != GRAPH_FLOAT32) {
        return tflite_say(r, "must have float32 or int8 weights");
    }
    if (w->data == NULL || w->data_len / (w->type == GRAPH_INT8 ? 1 : 4) != w->elements) {
        return tflite_say(r, "must have constant weights");
    }
    if (flat_number(&r->g->file, r->in, r->bias, -1) < 0) { return 1; }
    b = tflite_tensor(r, r->in, r->bias);
    if (b == NULL) { return 0; }
    return (b->type == GRAPH_FLOAT32 && b->data_len == 4U * (uint32_t)n_out && b->elements == (uint32_t)n_out) ||
           tflite_say(r, "has a bias that does not fit");
}

/* weights and bias of n_out rows whose scales, if many, run along `dimension` */
static inline int tflite_weights(const tflite_op *r, const graph_tensor *x, int n_out, int dimension)
{
    const graph_tensor *w = tflite_tensor(r, r->in, 1), *b = NULL;
    const int has_bias = flat_number(&r->g->file, r->in, r->bias, -1) >= 0;
    if (r->g->real) { return tflite_real_weights(r, n_out, dimension); }
    if (w == NULL || !tflite_scales(r, w, 65535)) { return 0; }
    if (w->type != GRAPH_INT8 || w->n_scales < 1 || w->zero != 0) {
        return tflite_say(r, "must have symmetric int8 weights");
    }
    if (w->data == NULL || w->data_len != w->elements) { return tflite_say(r, "must have constant weights"); }
    if (w->n_scales > 1 && (w->n_scales != (uint32_t)n_out || w->dimension != dimension)) {
        return tflite_say(r, "has weight scales along another dimension than the outputs");
    }
    if (!has_bias) { return 1; }
    b = tflite_tensor(r, r->in, r->bias);
    if (b == NULL || !tflite_scales(r, b, 65535)) { return 0; }
    if (b->type != GRAPH_INT32 || b->data_len != 4U * (uint32_t)n_out || b->elements != (uint32_t)n_out) {
        return tflite_say(r, "has a bias that does not fit");
    }
    return tflite_bias_fits(x, w, b) || tflite_say(r, "has a bias of another scale");
}

/* of float numbers, with what is known of the weights */
static inline int tflite_not_float(const tflite_op *r)
{
    const graph_tensor *x = tflite_tensor(r, r->in, 0), *w = x != NULL ? tflite_tensor(r, r->in, 1) : NULL;
    if (w == NULL) { return 0; }
    if (w->type == GRAPH_UINT8) { return tflite_say(r, "of uint8, the old scheme" TFLITE_INT8); }
    return r->g->real || x->type != GRAPH_FLOAT32 || w->type != GRAPH_INT8 ||
           tflite_say(r, "of float32 by int8 weights: a hybrid model" TFLITE_CURE);
}

static inline int tflite_read_dense(const tflite_op *r)
{
    graph_tensor *x, *y;
    const graph_tensor *w;
    graph_op *o;
    if (!tflite_not_float(r) || (x = tflite_in(r, 0)) == NULL || (y = tflite_out(r, 0)) == NULL) { return 0; }
    w = tflite_tensor(r, r->in, 1);
    if (flat_int(&r->options, 1, 1, 0) != 0) { return tflite_say(r, "with shuffled weights"); }
    if (w->rank != 2 || w->dim[0] > 65535 || w->dim[1] > 65535 || x->elements % (uint32_t)w->dim[1] != 0 ||
        y->elements % (uint32_t)w->dim[0] != 0 ||
        x->elements / (uint32_t)w->dim[1] != y->elements / (uint32_t)w->dim[0]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    if (!tflite_weights(r, x, w->dim[0], 0)) { return 0; }
    o = tflite_add(r, GRAPH_DENSE, 3, y);
    return o != NULL && tflite_act(r, o, 0);
}

/* sizes of kernel, stride and dilation, and whether the output's shape is theirs */
static inline int tflite_windows(const tflite_op *r, graph_op *o, const int32_t *dx, const int32_t *dy)
{
    const int same = flat_int(&r->options, 0, 1, 0) == 0;
    int k;
    for (k = 0; k < 2; k++) {
        if (o->kernel[k] < 1 || o->kernel[k] > 65535 || o->stride[k] < 1 || o->stride[k] > 65535 ||
            o->dilation[k] < 1 || o->dilation[k] > 65535) {
            return tflite_say(r, "has an impossible kernel, stride or dilation");
        }
        if ((int64_t)(o->kernel[k] - 1) * o->dilation[k] > 65535) {
            return tflite_say(r, "has a window wider than 65536");
        }
        if (!graph_window(&o->pad[k], dx[1 + k], dy[1 + k], o->kernel[k], o->stride[k], o->dilation[k], same)) {
            return tflite_say(r, "has shapes that do not fit");
        }
    }
    return 1;
}

/* a convolution's activation, kernel, stride and dilation */
static inline int tflite_conv_options(const tflite_op *r, graph_op *o, const graph_tensor *w)
{
    const unsigned dilation = r->code == GRAPH_DEPTHWISE ? 5 : 4;
    o->kernel[0] = w->dim[1]; o->kernel[1] = w->dim[2];
    o->stride[0] = (int)flat_int(&r->options, 2, 4, 0); o->stride[1] = (int)flat_int(&r->options, 1, 4, 0);
    o->dilation[0] = (int)flat_int(&r->options, dilation + 1U, 4, 1);
    o->dilation[1] = (int)flat_int(&r->options, dilation, 4, 1);
    return tflite_act(r, o, dilation - 1U);
}

static inline int tflite_read_conv(const tflite_op *r)
{
    const int deep = r->code == GRAPH_DEPTHWISE;
    graph_tensor *x, *y;
    const graph_tensor *w;
    int32_t dx[4], dy[4];
    graph_op *o;
    if (!tflite_not_float(r) || (x = tflite_in(r, 0)) == NULL || (y = tflite_out(r, 0)) == NULL) { return 0; }
    w = tflite_tensor(r, r->in, 1);
    if (!tflite_shape(r, dx, x) || !tflite_shape(r, dy, y)) { return 0; }
    if (x->rank != 4 || y->rank != 4 || w->rank != 4 || (deep && w->dim[0] != 1) || dy[3] != w->dim[deep ? 3 : 0]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    if (!deep && dx[3] != w->dim[3] && dx[3] % w->dim[3] == 0) { return tflite_say(r, "in groups is not supported"); }
    if (deep ? dy[3] % dx[3] != 0 : dx[3] != w->dim[3]) { return tflite_say(r, "has shapes that do not fit"); }
    if (!tflite_weights(r, x, dy[3], deep ? 3 : 0)) { return 0; }
    o = tflite_add(r, r->code, 3, y);
    return o != NULL && tflite_conv_options(r, o, w) && tflite_windows(r, o, dx, dy);
}
#endif
