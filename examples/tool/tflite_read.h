/* tflite_read.h - reads a TensorFlow Lite file of int8 tensors into a graph. The file may hold any bytes: every offset
 * is checked, and what would change the result and is not known here (other weight formats, sparse or external data,
 * scales along another dimension) is refused with the operator's name and number, and what would help.
 *
 * What is taken: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, AVERAGE_POOL_2D, MAX_POOL_2D, MEAN over height and width,
 * ADD, MUL, PAD, PADV2, CONCATENATION, RESHAPE, EXPAND_DIMS, SQUEEZE, SPLIT, SPLIT_V, SLICE, STRIDED_SLICE, SOFTMAX,
 * LOGISTIC, TANH, RELU, RELU6, LEAKY_RELU, QUANTIZE, DEQUANTIZE at the end, variables that CALL_ONCE sets, and SHAPE,
 * STRIDED_SLICE and PACK of constants. */
#ifndef SUCREF_TOOL_TFLITE_READ_H
#define SUCREF_TOOL_TFLITE_READ_H
#include "tflite_moves.h"

/* ---- operators ---- */

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
    if (flat_number(&r->g->file, r->in, 2, -1) < 0) { return 1; }
    b = tflite_tensor(r, r->in, 2);
    if (b == NULL) { return 0; }
    return (b->type == GRAPH_FLOAT32 && b->data_len == 4U * (uint32_t)n_out && b->elements == (uint32_t)n_out) ||
           tflite_say(r, "has a bias that does not fit");
}

/* weights and bias of n_out rows whose scales, if many, run along `dimension` */
static inline int tflite_weights(const tflite_op *r, const graph_tensor *x, int n_out, int dimension)
{
    const graph_tensor *w = tflite_tensor(r, r->in, 1), *b = NULL;
    const int has_bias = flat_number(&r->g->file, r->in, 2, -1) >= 0;
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
    b = tflite_tensor(r, r->in, 2);
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
        if (!graph_window(&o->pad[k], dx[1 + k], dy[1 + k], o->kernel[k], o->stride[k], o->dilation[k], same)) {
            return tflite_say(r, "has shapes that do not fit");
        }
    }
    return 1;
}

static inline int tflite_read_conv(const tflite_op *r)
{
    const int deep = r->code == GRAPH_DEPTHWISE, dilation = deep ? 5 : 4;
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
    if (o == NULL || !tflite_act(r, o, deep ? 4 : 3)) { return 0; }
    o->kernel[0] = w->dim[1]; o->kernel[1] = w->dim[2];
    o->stride[0] = (int)flat_int(&r->options, 2, 4, 0); o->stride[1] = (int)flat_int(&r->options, 1, 4, 0);
    o->dilation[0] = (int)flat_int(&r->options, (unsigned)dilation + 1U, 4, 1);
    o->dilation[1] = (int)flat_int(&r->options, (unsigned)dilation, 4, 1);
    return tflite_windows(r, o, dx, dy);
}

static inline int tflite_read_pool(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4];
    graph_op *o;
    if (y == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) { return 0; }
    if (x->rank != 4 || y->rank != 4 || dx[3] != dy[3]) { return tflite_say(r, "has shapes that do not fit"); }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL || !tflite_act(r, o, 5)) { return 0; }
    o->stride[0] = (int)flat_int(&r->options, 2, 4, 0); o->stride[1] = (int)flat_int(&r->options, 1, 4, 0);
    o->kernel[0] = (int)flat_int(&r->options, 4, 4, 0); o->kernel[1] = (int)flat_int(&r->options, 3, 4, 0);
    o->dilation[0] = o->dilation[1] = 1;
    return tflite_windows(r, o, dx, dy);
}

static inline int tflite_read_mean(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    const graph_tensor *axes = y != NULL ? tflite_numbers(r, 1, 4) : NULL;
    int32_t d[4];
    int over[4] = { 0, 0, 0, 0 };
    graph_op *o;
    uint32_t k;
    if (axes == NULL || !tflite_shape(r, d, x)) { return 0; }
    for (k = 0; k < axes->elements; k++) {
        const int a = tflite_axis(x, graph_int32(axes, k));
        if (a < 1 || a > 2) { return tflite_say(r, "over other axes than height and width is not supported"); }
        over[a] = 1;
    }
    if (y->elements != (uint32_t)((over[1] ? 1 : d[1]) * (over[2] ? 1 : d[2])) * (uint32_t)d[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    o = tflite_add(r, GRAPH_MEAN, 1, y);
    if (o == NULL) { return 0; }
    o->over[0] = over[1];
    o->over[1] = over[2];
    return 1;
}

/* two tensors of which one may be a constant, and sides of 1 are spread. PRELU's second one are slopes */
static inline int tflite_read_pair(const tflite_op *r)
{
    graph_tensor *a = tflite_in(r, 0), *b = a != NULL ? tflite_in(r, 1) : NULL,
                 *y = b != NULL ? tflite_out(r, 0) : NULL;
    const int fuses = r->code == GRAPH_ADD || r->code == GRAPH_MUL || r->code == GRAPH_SUB || r->code == GRAPH_DIV,
              compares = r->code == GRAPH_MAXIMUM || r->code == GRAPH_MINIMUM;
    int32_t da[4], db[4], dy[4];
    graph_op *o;
    int k;
    if (y == NULL || !tflite_shape(r, da, a) || !tflite_shape(r, db, b) || !tflite_shape(r, dy, y)) { return 0; }
    if (compares && (!tflite_same_scale(r, a, y) || !tflite_same_scale(r, b, y))) { return 0; }
    for (k = 1; k < 4; k++) {
        if ((da[k] != 1 && db[k] != 1 && da[k] != db[k]) || dy[k] != (da[k] > db[k] ? da[k] : db[k]) ||
            (r->code == GRAPH_PRELU && dy[k] != da[k])) {
            return tflite_say(r, "has shapes that do not fit");
        }
    }
    o = tflite_add(r, r->code, 2, y);
    return o != NULL && (!fuses || tflite_act(r, o, 0));
}

static inline int tflite_read_pad(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL, *fill = NULL;
    const graph_tensor *sides = y != NULL ? tflite_numbers(r, 1, 8) : NULL;
    int32_t dx[4], dy[4], before[4] = { 0, 0, 0, 0 };
    graph_op *o;
    int k;
    if (sides == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) {
        return 0;
    }
    if (sides->elements != 2U * (uint32_t)x->rank) { return tflite_say(r, "has shapes that do not fit"); }
    for (k = 0; k < 4; k++) {
        const int have = k - 4 + x->rank;
        const int64_t lo = have < 0 ? 0 : graph_int32(sides, 2U * (uint32_t)have),
                      hi = have < 0 ? 0 : graph_int32(sides, 2U * (uint32_t)have + 1U);
        if (lo < 0 || hi < 0 || lo + dx[k] + hi != dy[k]) { return tflite_say(r, "has shapes that do not fit"); }
        before[k] = (int32_t)lo;
    }
    if (r->code == GRAPH_PADV2) {
        fill = tflite_in(r, 2);
        if (fill == NULL) { return 0; }
        if (fill->data == NULL || fill->elements != 1) { return tflite_say(r, "must fill with a constant"); }
        if (!tflite_same_scale(r, fill, y)) { return 0; }
    }
    o = tflite_add(r, GRAPH_PAD, 1, y);
    if (o == NULL) { return 0; }
    memcpy(o->begin, before, sizeof before);
    if (r->g->real) { o->number = fill != NULL ? flat_f32(fill->data) : 0; return 1; }
    o->fill = fill != NULL ? (int8_t)fill->data[0] : y->zero;
    return 1;
}

static inline int tflite_read_concatenation(const tflite_op *r)
{
    graph_tensor *y = tflite_out(r, 0);
    int32_t dy[4], dx[4];
    int64_t sum = 0;
    graph_op *o;
    uint32_t i;
    int axis, k;
    if (y == NULL || !tflite_shape(r, dy, y)) { return 0; }
    axis = tflite_axis(y, flat_int(&r->options, 0, 4, 0));
    if (r->in.len < 1 || r->in.len > 64) { return tflite_say(r, "of no or more than 64 inputs is not supported"); }
    if (axis < 1) { return tflite_say(r, "along the batch is not supported"); }
    for (i = 0; i < r->in.len; i++) {
        const graph_tensor *x = tflite_in(r, i);
        if (x == NULL || !tflite_shape(r, dx, x) || !tflite_same_scale(r, x, y)) { return 0; }
        for (k = 1; k < 4; k++) {
            if (k != axis && dx[k] != dy[k]) { return tflite_say(r, "has shapes that do not fit"); }
        }
        sum += dx[axis];
    }
    if (sum != dy[axis]) { return tflite_say(r, "has shapes that do not fit"); }
    o = tflite_add(r, GRAPH_CONCATENATION, r->in.len, y);
    if (o == NULL || !tflite_act(r, o, 1)) { return 0; }
    if (o->act != GRAPH_NO_ACT) { return tflite_say(r, "with a fused activation is not supported"); }
    o->axis = axis;
    return 1;
}

/* RESHAPE, EXPAND_DIMS, SQUEEZE: the shape that the file gives the output holds, whatever says it */
static inline int tflite_read_reshape(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    if (x != NULL && x == y) { return 1; }
    y = x != NULL ? tflite_out(r, 0) : NULL;
    if (y == NULL) { return 0; }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    return tflite_add(r, GRAPH_RESHAPE, 1, y) != NULL;
}

/* functions of one number */
static inline int tflite_read_elementwise(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    graph_op *o;
    if (y == NULL) { return 0; }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    if (!r->g->real &&
        ((r->code == GRAPH_LOGISTIC && (y->zero != -128 || graph_scale(y, 0) != 1.0F / 256)) ||
         (r->code == GRAPH_TANH && (y->zero != 0 || graph_scale(y, 0) != 1.0F / 128)))) {
        return tflite_say(r, "must have output scale 1/256 and zero point -128 (LOGISTIC), or 1/128 and 0 (TANH)");
    }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL) { return 0; }
    if (r->code == GRAPH_LEAKY_RELU) { o->number = flat_float(&r->options, 0, 0); }
    if (r->code == GRAPH_GELU) { o->number = flat_int(&r->options, 0, 1, 0) != 0; }
    return isfinite(o->number) || tflite_say(r, "with an impossible slope");
}

static inline int tflite_read_softmax(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t d[4], dy[4];
    graph_op *o;
    if (y == NULL || !tflite_shape(r, d, x) || !tflite_shape(r, dy, y)) { return 0; }
    if (d[3] != dy[3]) { return tflite_say(r, "has shapes that do not fit"); }
    if (x->elements != y->elements || (!r->g->real && (y->zero != -128 || graph_scale(y, 0) != 1.0F / 256))) {
        return tflite_say(r, "must be int8 with output scale 1/256 and zero point -128");
    }
    if (d[3] > 4095) { return tflite_say(r, "with over 4095 classes"); }
    o = tflite_add(r, GRAPH_SOFTMAX, 1, y);
    if (o == NULL) { return 0; }
    o->number = flat_float(&r->options, 0, 0);
    return (isfinite(o->number) && o->number > 0 &&
            (r->g->real || (double)o->number * (double)graph_scale(x, 0) * 67108864.0 >= 1)) ||
           tflite_say(r, "with an impossible scale");
}

/* QUANTIZE: between int8 scales, to uint8, and at the start from float or from uint8 of the same scale */
static inline int tflite_read_quantize(const tflite_op *r)
{
    graph *g = r->g;
    graph_tensor *x = tflite_tensor(r, r->in, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    if (y == NULL || !tflite_scales(r, x, 1) || !tflite_scales(r, y, 1)) { return 0; }
    if (g->real) { return tflite_say(r, "in a float model is not supported"); }
    if (y->given) { return tflite_say(r, "gives a tensor that is there already"); }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    if (tflite_index(g, x) == g->input && x->type != GRAPH_INT8) {
        const int same = x->type == GRAPH_UINT8 && x->n_scales == 1 && y->n_scales == 1 &&
                         x->zero == y->zero + 128 && graph_scale(x, 0) == graph_scale(y, 0);
        if (!tflite_is_byte(y, GRAPH_INT8) || (x->type != GRAPH_FLOAT32 && !same)) {
            return tflite_say(r, "is supported at the start from float, or from uint8 of the same scale");
        }
        x->given = 0; /* whoever reads it is refused */
        g->input = tflite_index(g, y);
        y->given = 1;
        return 1;
    }
    if (!tflite_is_byte(x, GRAPH_INT8) || !x->given ||
        (!tflite_is_byte(y, GRAPH_INT8) && !tflite_is_byte(y, GRAPH_UINT8))) {
        return tflite_say(r, "is supported from int8 to int8 or uint8, and at the start");
    }
    return tflite_add(r, GRAPH_QUANTIZE, 1, y) != NULL;
}

/* at the end: the output is what it reads */
static inline int tflite_read_dequantize(const tflite_op *r)
{
    const graph_tensor *x = tflite_tensor(r, r->in, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    if (y == NULL || (x->type != GRAPH_UINT8 && !tflite_check_int8(r, x))) { return 0; }
    if (r->g->real) { return tflite_say(r, "in a float model is not supported"); }
    if (!r->last || tflite_index(r->g, y) != r->g->output) { return tflite_say(r, "is supported at the end"); }
    r->g->output = tflite_index(r->g, x);
    return 1;
}

/* ---- variables ---- */

/* the state of this name, a new one where there is none; -1 with a reason */
static inline int tflite_state(const tflite_op *r)
{
    graph *g = r->g;
    const flat_vector name = flat_vec(&r->options, 1, 1);
    const uint8_t *bytes = g->file.p + name.at;
    graph_state *s;
    uint32_t k;
    if (g->state == NULL) { g->state = (graph_state *)graph_new(g, GRAPH_WORKING * sizeof *g->state); }
    if (g->state == NULL) { return -1; }
    if (name.len < 1 || name.len > 1000) { tflite_say(r, "without a name, or with too long a one"); return -1; }
    for (k = 0; k < g->n_states; k++) {
        s = &g->state[k];
        if (s->name_len == name.len && memcmp(s->name, bytes, name.len) == 0) { return (int)k; }
    }
    if (g->n_states == 200) { tflite_say(r, "is one of more than 200 variables"); return -1; }
    s = &g->state[g->n_states];
    s->name = bytes;
    s->name_len = name.len;
    return (int)g->n_states++;
}

static inline int tflite_read_handle(const tflite_op *r)
{
    graph_tensor *y = tflite_tensor(r, r->out, 0);
    if (y == NULL) { return 0; }
    if (r->g->real) { return tflite_say(r, "of float numbers is not supported"); }
    if (++r->g->n_working > GRAPH_WORKING) { return tflite_say(r, "is one of too many operators"); }
    y->state = tflite_state(r);
    return y->state >= 0;
}

/* the state that the first input names, of this tensor's size and scale; -1 with a reason */
static inline int tflite_state_like(const tflite_op *r, const graph_tensor *x)
{
    const graph_tensor *handle = tflite_tensor(r, r->in, 0);
    graph_state *s;
    if (handle == NULL) { return -1; }
    if (handle->state < 0) { tflite_say(r, "does not follow a VAR_HANDLE"); return -1; }
    s = &r->g->state[handle->state];
    if (s->elements == 0) {
        s->elements = x->elements;
        s->scale = graph_scale(x, 0);
        s->zero = x->zero;
    }
    if (s->elements != x->elements || s->zero != x->zero || s->scale != graph_scale(x, 0)) {
        tflite_say(r, "has a variable of another size or scale");
        return -1;
    }
    return handle->state;
}

static inline int tflite_read_variable(const tflite_op *r)
{
    graph_tensor *y = tflite_out(r, 0);
    const int state = y != NULL ? tflite_state_like(r, y) : -1;
    graph_op *o;
    if (state < 0) { return 0; }
    if (r->g->state[state].initial == NULL && !r->g->state[state].assigned) {
        return tflite_say(r, "of a variable that nothing has set; export the model with its initialization");
    }
    o = tflite_add(r, GRAPH_READ, 1, y);
    if (o == NULL) { return 0; }
    o->state = state;
    return 1;
}

static inline int tflite_assign_variable(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 1);
    const int state = x != NULL ? tflite_state_like(r, x) : -1;
    graph_op *o = state >= 0 ? tflite_add(r, GRAPH_ASSIGN, 2, NULL) : NULL;
    if (o == NULL) { return 0; }
    o->in[0] = o->in[1];
    o->n_in = 1;
    o->state = state;
    r->g->state[state].assigned = 1;
    return 1;
}

/* in the subgraph of CALL_ONCE: constants for variables */
static inline int tflite_initial(const tflite_op *r)
{
    const graph_tensor *x = tflite_in(r, 1);
    const int state = x != NULL ? tflite_state_like(r, x) : -1;
    if (state < 0) { return 0; }
    if (x->data == NULL) { return tflite_say(r, "of what is not a constant, in CALL_ONCE"); }
    r->g->state[state].initial = x->data;
    return 1;
}

/* ---- the file ---- */

typedef struct { graph *g; flat_vector codes, buffers, graphs; int called; } tflite_file;

/* the operator's name; of custom ones their own */
static inline const char *tflite_op_name(graph *g, const flat_table *code, int number)
{
    const flat_vector own = flat_vec(code, 1, 1);
    const uint8_t *p = g->file.p + own.at;
    uint32_t k;
    char *name;
    for (k = 0; k < own.len && k < 40 && p[k] >= ' ' && p[k] < 127; k++) { }
    if (number != 32 || k == 0) { return tflite_name(number); }
    name = (char *)graph_new(g, 64);
    if (name == NULL) { return "CUSTOM"; }
    snprintf(name, 64, "CUSTOM %.*s", (int)k, (const char *)p);
    return name;
}

/* operator k of a subgraph; 0 with a reason */
static inline int tflite_open_op(tflite_op *r, const tflite_file *t, flat_vector ops, uint32_t k)
{
    const flat *f = &t->g->file;
    const flat_table op = flat_item(f, ops, k), code = flat_item(f, t->codes, (uint32_t)flat_int(&op, 0, 4, 0));
    const long old = flat_int(&code, 0, 1, 0), now = flat_int(&code, 3, 4, 0);
    r->g = t->g;
    r->place = (long)k;
    r->last = k + 1 == ops.len;
    r->code = (int)(now > old ? now : old);
    r->options = flat_child(f, &op, 4);
    r->in = flat_vec(&op, 1, 4);
    r->out = flat_vec(&op, 2, 4);
    if (op.at == 0 || code.at == 0) { return graph_fail(t->g, (long)k, "", "is damaged"); }
    r->name = tflite_op_name(t->g, &code, r->code);
    return 1;
}

/* reads the subgraph that sets variables before the first input */
static inline int tflite_call_once(const tflite_op *r, tflite_file *t)
{
    graph *g = r->g, main = *g;
    const flat_table sub = flat_item(&g->file, t->graphs, (uint32_t)flat_int(&r->options, 0, 4, 0));
    const flat_vector ops = flat_vec(&sub, 3, 4), tensors = flat_vec(&sub, 0, 4);
    uint32_t k;
    int ok = 1;
    if (t->called || g->n_ops > 0) { return tflite_say(r, "is supported once, at the start"); }
    t->called = 1;
    if (sub.at == 0 || ops.len > GRAPH_WORKING) { return tflite_say(r, "names no subgraph of a few operators"); }
    g->tensor = tflite_read_tensors(g, tensors, t->buffers);
    g->n_tensors = g->tensor != NULL ? tensors.len : 0;
    for (k = 0; ok && k < ops.len; k++) {
        tflite_op init;
        ok = tflite_open_op(&init, t, ops, k) &&
             (init.code == GRAPH_VAR_HANDLE ? tflite_read_handle(&init)
              : init.code == GRAPH_ASSIGN   ? tflite_initial(&init)
                                            : tflite_say(&init, "is not supported in CALL_ONCE"));
    }
    g->tensor = main.tensor;
    g->n_tensors = main.n_tensors;
    return ok;
}

static inline int tflite_unsupported(const tflite_op *r)
{
    return tflite_say(r, "is not supported; supported are convolutions, dense layers, pooling, MEAN, ADD, MUL, PAD, "
                         "CONCATENATION, slices, shapes, activations and variables, all of int8");
}

/* reads the operator; with check_only says just whether it is one that can be read */
static inline int tflite_read_op(const tflite_op *r, tflite_file *t, int check_only)
{
    int (*act)(const tflite_op *) = NULL;
    switch (r->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: act = tflite_read_conv; break;
    case GRAPH_DENSE: act = tflite_read_dense; break;
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: act = tflite_read_pool; break;
    case GRAPH_MEAN: act = tflite_read_mean; break;
    case GRAPH_ADD: case GRAPH_MUL: case GRAPH_SUB: case GRAPH_DIV: case GRAPH_PRELU: case GRAPH_MAXIMUM:
    case GRAPH_MINIMUM: case GRAPH_SQUARED_DIFFERENCE:
        act = tflite_read_pair;
        break;
    case GRAPH_PAD: case GRAPH_PADV2: act = tflite_read_pad; break;
    case GRAPH_CONCATENATION: act = tflite_read_concatenation; break;
    case GRAPH_RESHAPE: case GRAPH_EXPAND_DIMS: case GRAPH_SQUEEZE: act = tflite_read_reshape; break;
    case GRAPH_LOGISTIC: case GRAPH_TANH: case GRAPH_RELU: case GRAPH_RELU6: case GRAPH_LEAKY_RELU:
    case GRAPH_RELU_N1_TO_1: case GRAPH_RELU_0_TO_1: case GRAPH_HARD_SWISH: case GRAPH_ELU: case GRAPH_GELU:
    case GRAPH_ABS: case GRAPH_NEG: case GRAPH_EXP: case GRAPH_LOG: case GRAPH_SQRT: case GRAPH_RSQRT:
    case GRAPH_SQUARE: case GRAPH_SIN: case GRAPH_COS:
        act = tflite_read_elementwise;
        break;
    case GRAPH_SOFTMAX: act = tflite_read_softmax; break;
    case GRAPH_QUANTIZE: act = tflite_read_quantize; break;
    case GRAPH_DEQUANTIZE: act = tflite_read_dequantize; break;
    case GRAPH_SPLIT: case GRAPH_SPLIT_V: act = tflite_read_split; break;
    case GRAPH_SLICE: act = tflite_read_slice; break;
    case GRAPH_STRIDED_SLICE: act = tflite_read_strided_slice; break;
    case GRAPH_SHAPE: act = tflite_read_shape; break;
    case GRAPH_PACK: act = tflite_read_pack; break;
    case GRAPH_VAR_HANDLE: act = tflite_read_handle; break;
    case GRAPH_READ: act = tflite_read_variable; break;
    case GRAPH_ASSIGN: act = tflite_assign_variable; break;
    case GRAPH_CALL_ONCE: return check_only || tflite_call_once(r, t);
    default: return tflite_unsupported(r);
    }
    return check_only || act(r);
}

/* the first subgraph, with one input and one output; at 0 with a reason where there is no such */
static inline flat_table tflite_main(const tflite_file *t)
{
    flat_table main = flat_item(&t->g->file, t->graphs, 0);
    const flat_vector inputs = flat_vec(&main, 1, 4), outputs = flat_vec(&main, 2, 4), ops = flat_vec(&main, 3, 4);
    char what[80];
    if (main.at == 0 || ops.len < 1) {
        main.at = (size_t)graph_fail(t->g, -1, "", "holds no graph with operators");
    } else if (inputs.len != 1 || outputs.len != 1) {
        snprintf(what, sizeof what, "has %lu inputs and %lu outputs, where one of each is supported",
                 (unsigned long)inputs.len, (unsigned long)outputs.len);
        main.at = (size_t)graph_fail(t->g, -1, "", what);
    }
    return main;
}

static inline int tflite_ends(graph *g, const flat_table *main)
{
    const int32_t in = flat_number(&g->file, flat_vec(main, 1, 4), 0, -1),
                  out = flat_number(&g->file, flat_vec(main, 2, 4), 0, -1);
    if (in < 0 || (uint32_t)in >= g->n_tensors || out < 0 || (uint32_t)out >= g->n_tensors || g->tensor[in].given) {
        return graph_fail(g, -1, "", "the input or the output is no tensor");
    }
    if (g->real && g->tensor[in].type != GRAPH_FLOAT32) {
        return graph_fail(g, -1, "", "is no float model: --calibrate is not for it");
    }
    g->input = in;
    g->output = out;
    g->input_type = g->tensor[in].type;
    g->output_type = g->tensor[out].type;
    g->tensor[in].given = 1;
    return 1;
}

static inline int tflite_too_many(graph *g, uint32_t graphs)
{
    char what[120];
    snprintf(what, sizeof what, "holds %lu subgraphs: only one, and one that CALL_ONCE names, is supported",
             (unsigned long)graphs);
    return graph_fail(g, -1, "", what);
}

/* 1, or 0 with g->why filled. p stays in use until graph_free, which the caller calls in both cases. real: a network
 * of float32 tensors is wanted */
static inline int tflite_read_as(graph *g, const uint8_t *p, size_t n, int real)
{
    tflite_file t;
    flat_table model, main;
    flat_vector tensors, ops;
    tflite_op r;
    uint32_t k;
    memset(g, 0, sizeof *g);
    memset(&t, 0, sizeof t);
    g->file.p = p; g->file.n = n;
    t.g = g;
    g->real = real;
    if (n < 8 || n > 0x7FFFFFFF || memcmp(p + 4, "TFL3", 4) != 0) {
        return graph_fail(g, -1, "", "not a TensorFlow Lite file");
    }
    model = flat_at(&g->file, flat_u32(p));
    t.codes = flat_vec(&model, 1, 4); t.graphs = flat_vec(&model, 2, 4); t.buffers = flat_vec(&model, 4, 4);
    main = tflite_main(&t);
    if (main.at == 0) { return 0; }
    tensors = flat_vec(&main, 0, 4); ops = flat_vec(&main, 3, 4);
    g->tensor = tflite_read_tensors(g, tensors, t.buffers);
    g->op = (graph_op *)graph_new(g, ((size_t)ops.len + GRAPH_WORKING + 1) * sizeof *g->op);
    if (g->tensor == NULL || g->op == NULL) { return 0; }
    g->n_tensors = tensors.len;
    if (!tflite_ends(g, &main)) { return 0; }
    for (k = 0; k < 2 * ops.len; k++) { /* an operator that nobody could read is named before what is only odd */
        if (!tflite_open_op(&r, &t, ops, k % ops.len) || !tflite_read_op(&r, &t, k < ops.len)) { return 0; }
    }
    if (t.graphs.len > (t.called ? 2U : 1U)) { return tflite_too_many(g, t.graphs.len); }
    return g->tensor[g->output].given || graph_fail(g, -1, "", "nothing gives the output");
}

static inline int tflite_read(graph *g, const uint8_t *p, size_t n) { return tflite_read_as(g, p, n, 0); }
#endif
