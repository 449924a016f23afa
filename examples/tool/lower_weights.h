/* lower_weights.h - layers with weights: convolutions and dense layers. */
#ifndef SUCREF_TOOL_LOWER_WEIGHTS_H
#define SUCREF_TOOL_LOWER_WEIGHTS_H
#include "lower_base.h"

static inline int lower_arrays(lowered *l, sucref_layer_spec *s, const graph_op *o, uint32_t rows)
{
    int32_t *ints = (int32_t *)graph_new(l->g, 4 * ((size_t)s->n_out + rows));
    int8_t *exponents = (int8_t *)graph_new(l->g, rows);
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *w = lower_tensor_of(l, o->in[1]),
                       *y = lower_tensor_of(l, o->out);
    uint32_t r;
    if (ints == NULL || exponents == NULL) { return 0; }
    s->bias = ints;
    s->multiplier = ints + s->n_out;
    s->exponent = exponents;
    for (r = 0; r < rows; r++) { /* a dense layer's product of a single scale is rounded to float in the reference */
        const double product = o->code == GRAPH_DENSE && rows == 1
                                   ? (double)graph_float(graph_scale(x, 0) * graph_scale(w, 0))
                                   : (double)graph_scale(x, 0) * (double)graph_scale(w, r);
        if (!lower_multiplier(&ints[s->n_out + r], &exponents[r], product / (double)graph_scale(y, 0))) {
            return lower_fail(l, o, "has an impossible scale");
        }
    }
    s->flags = (uint8_t)(rows > 1 ? SUCREF_LAYER_PER_ROW : 0);
    return 1;
}

/* the bias less zero point * sum of the weights */
static inline int lower_biases(lowered *l, sucref_layer_spec *s, const graph_op *o, int zero)
{
    const graph_tensor *b = o->in[2] >= 0 ? lower_tensor_of(l, o->in[2]) : NULL;
    const int64_t most = INT32_MAX - (int64_t)s->n_in * 32640;
    int32_t *bias = (int32_t *)(uintptr_t)s->bias;
    uint32_t r, c;
    for (r = 0; r < s->n_out; r++) {
        int64_t sum = b != NULL ? graph_int32(b, r) : 0;
        for (c = 0; c < s->n_in; c++) {
            const int8_t v = s->w[(size_t)r * s->n_in + c];
            sum -= (int64_t)zero * v;
        }
        if (sum > most || sum < -most) { return lower_fail(l, o, "has an accumulator that could pass 32 bits"); }
        bias[r] = (int32_t)sum;
    }
    return 1;
}

/* a layer with weights of this shape is complete but for its weights, which are w */
static inline int lower_weights(lowered *l, sucref_layer_spec *s, const graph_op *o, const int8_t *w)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *scales = lower_tensor_of(l, o->in[1]);
    const uint32_t rows = scales->n_scales;
    if (s->n_in > 65535 || s->n_out > 65535) { return lower_fail(l, o, "has more than 65535 columns"); }
    s->w = w;
    s->n_groups = 1;
    s->plan[0] = 8;
    s->n_planes = 1;
    if (w == NULL || !lower_arrays(l, s, o, rows) || !lower_biases(l, s, o, graph_zero(x))) { return 0; }
    lower_clamp(l, s, o);
    l->logit_scale = rows == 1 ? (double)graph_scale(x, 0) * (double)graph_scale(scales, 0) : 0;
    return 1;
}

/* A weight of -128, which the format does not take, is two of -64: the tensor with all its channels twice */
static inline int lower_twice(lowered *l, const graph_op *o, int from)
{
    int32_t d[4], n[4], at[4] = { 0, 0, 0, 0 };
    int to;
    if (from < 0) { return -1; }
    lower_shape_of(l, from, n);
    memcpy(d, n, sizeof d);
    d[3] *= 2;
    at[3] = n[3];
    to = lower_new_tensor(l, o, d, l->tensor[from].zero);
    if (lower_copy(l, o, from, to, NULL, NULL, n) == NULL || lower_copy(l, o, from, to, NULL, at, n) == NULL) {
        return -1;
    }
    return to;
}

/* n weights for a tensor of `channels`, in halves for one with twice as many */
static inline const int8_t *lower_halves(lowered *l, const int8_t *w, uint32_t n, uint32_t channels)
{
    int8_t *halves = (int8_t *)graph_new(l->g, 2 * (size_t)n);
    uint32_t k;
    for (k = 0; halves != NULL && k < n; k++) {
        const size_t at = 2 * (size_t)(k - k % channels) + k % channels;
        halves[at] = (int8_t)(w[k] / 2);
        halves[at + channels] = (int8_t)(w[k] - w[k] / 2);
    }
    return halves;
}

static inline int lower_dense(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *w = lower_tensor_of(l, o->in[1]);
    const int32_t n_out = w->dim[0], n_in = w->dim[1], places = (int32_t)x->elements / n_in;
    const int twice = memchr(w->data, 0x80, w->elements) != NULL;
    int32_t d[4];
    int from;
    sucref_layer_spec *s;
    if (places == 1) {
        from = lower_bytes(l, o, o->in[0]);
        if (twice) { from = lower_twice(l, o, from); }
        lower_free_shape(l, o->out, d);
        s = from < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_DENSE, from, lower_output(l, o, d));
    } else { /* the same rows at every place: a convolution of one tap */
        graph_sides(d, x);
        if (d[3] != n_in) { d[1] = 1; d[2] = places; d[3] = n_in; }
        from = lower_shaped(l, o, o->in[0], d);
        if (twice) { from = lower_twice(l, o, from); }
        d[3] = n_out;
        s = from < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_CONV, from, lower_output(l, o, d));
        if (s != NULL) {
            s->kernel_h = s->kernel_w = s->stride_h = s->stride_w = s->dilation_h = s->dilation_w = 1;
        }
    }
    if (s == NULL) { return 0; }
    s->n_in = (uint32_t)n_in * (twice ? 2U : 1U);
    s->n_out = (uint32_t)n_out;
    return lower_weights(l, s, o, twice ? lower_halves(l, (const int8_t *)w->data, w->elements,
                                                       l->tensor[from].channels / 2U)
                                        : (const int8_t *)w->data);
}

/* weights [taps][n_out] as [n_out][taps] */
static inline const int8_t *lower_turned(lowered *l, const int8_t *w, uint32_t taps, uint32_t n_out)
{
    int8_t *t = (int8_t *)graph_new(l->g, (size_t)taps * n_out);
    uint32_t k, r;
    for (k = 0; t != NULL && k < taps; k++) { for (r = 0; r < n_out; r++) { t[r * taps + k] = w[k * n_out + r]; } }
    return t;
}

static inline int lower_conv(lowered *l, const graph_op *o)
{
    const graph_tensor *w = lower_tensor_of(l, o->in[1]);
    const int deep = o->code == GRAPH_DEPTHWISE, twice = !deep && memchr(w->data, 0x80, w->elements) != NULL,
              read = lower_read(l, o, o->in[0]), from = twice ? lower_twice(l, o, read) : read;
    const uint32_t taps = (uint32_t)o->kernel[0] * (uint32_t)o->kernel[1];
    int32_t dx[4], dy[4];
    sucref_layer_spec *s;
    int whole;
    if (from < 0) { return 0; }
    lower_shape_of(l, from, dx);
    graph_shape(dy, lower_tensor_of(l, o->out));
    whole = !deep && dy[1] == 1 && dy[2] == 1 && o->kernel[0] == dx[1] && o->kernel[1] == dx[2] && o->pad[0] == 0 &&
            o->pad[1] == 0 && o->dilation[0] == 1 && o->dilation[1] == 1;
    /* of one channel it is a convolution, whose kernels are faster */
    s = lower_new_layer(l, o,
                        deep && (dx[3] > 1 || memchr(w->data, 0x80, w->elements) != NULL) ? SUCREF_KIND_DEPTHWISE
                        : whole ? SUCREF_KIND_DENSE
                                : SUCREF_KIND_CONV,
                        from, lower_output(l, o, dy));
    if (s == NULL || (!whole && !lower_window(l, s, o))) { return 0; }
    s->n_in = deep ? taps : taps * (uint32_t)dx[3];
    s->n_out = (uint32_t)dy[3];
    return lower_weights(l, s, o, deep    ? lower_turned(l, (const int8_t *)w->data, taps, s->n_out)
                                  : twice ? lower_halves(l, (const int8_t *)w->data, w->elements, (uint32_t)dx[3] / 2U)
                                          : (const int8_t *)w->data);
}
#endif
