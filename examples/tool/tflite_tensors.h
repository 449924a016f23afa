/* tflite_tensors.h - an operator's tensors, as a TensorFlow Lite file describes them: read, and checked before use. */
#ifndef SUCREF_TOOL_TFLITE_TENSORS_H
#define SUCREF_TOOL_TFLITE_TENSORS_H
#include "graph.h"
#include "tflite_names.h"

#define TFLITE_INT8 "; convert it with full integer quantization (representative dataset, int8 in and out)"
#define TFLITE_CURE "; add --calibrate samples.npy, or convert it with full integer quantization (representative " \
                    "dataset, int8 in and out)"

typedef struct { /* an operator being read */
    graph *g;
    flat_table options;
    flat_vector in, out;
    const char *name;
    long place;
    int code;
    uint32_t bias;             /* which of the inputs is the bias, where there are weights */
} tflite_op;

static inline int tflite_say(const tflite_op *r, const char *what) { return graph_fail(r->g, r->place, r->name, what); }

/* ---- tensors ---- */

static inline void tflite_read_scales(graph_tensor *x, const flat *f, const flat_table *b)
{
    const flat_table q = flat_child(f, b, 4);
    const flat_vector scales = flat_vec(&q, 2, 4), zeros = flat_vec(&q, 3, 8);
    x->scales = f->p + scales.at;
    x->n_scales = scales.len;
    x->zeros = f->p + zeros.at;
    x->n_zeros = zeros.len;
    x->dimension = (int)flat_int(&q, 6, 4, 0);
    x->zero = (int)flat_number(f, zeros, 0, 0);
    if (flat_int(&q, 4, 1, 0) != 0) { x->why = "a tensor has a quantization of its own kind"; }
}

/* its data where it is a constant */
static inline void tflite_read_data(graph_tensor *x, const flat *f, const flat_table *b, flat_vector buffers)
{
    const flat_table buffer = flat_item(f, buffers, (uint32_t)flat_int(b, 2, 4, 0));
    const flat_vector data = flat_vec(&buffer, 0, 1);
    if (flat_field(&buffer, 1, 8) != 0 || flat_field(&buffer, 2, 8) != 0) {
        x->why = "a tensor's data are outside of the tables";
    }
    x->data = data.len > 0 ? f->p + data.at : NULL;
    x->data_len = data.len;
    x->given = data.len > 0;
}

static inline void tflite_read_tensor(graph_tensor *x, const flat *f, const flat_table *b, flat_vector buffers)
{
    const flat_vector shape = flat_vec(b, 0, 4);
    uint32_t k;
    x->state = -1;
    x->type = (int)flat_int(b, 1, 1, 0);
    x->elements = 1;
    tflite_read_scales(x, f, b);
    tflite_read_data(x, f, b, buffers);
    if (flat_field(b, 6, 4) != 0) { x->why = "a tensor is sparse"; }
    if (flat_int(b, 5, 1, 0) != 0) { x->why = "a tensor keeps state between inputs"; }
    if (shape.len > GRAPH_RANK) { x->why = "a tensor has more than 8 dimensions"; }
    for (k = 0; k < shape.len && k < GRAPH_RANK; k++) {
        const int32_t d = flat_number(f, shape, k, 0);
        x->dim[k] = d;
        if (d >= 1 && x->elements <= 0x7FFFFFFFU / (uint32_t)d) {
            x->elements *= (uint32_t)d;
        } else {
            x->why = "a tensor has an impossible shape";
        }
    }
    x->rank = (int)k;
    if (b->at == 0) { x->why = "a tensor is missing or damaged"; }
}

/* all tensors of a subgraph; NULL with a reason */
static inline graph_tensor *tflite_read_tensors(graph *g, flat_vector tensors, flat_vector buffers)
{
    graph_tensor *x = (graph_tensor *)graph_new(g, ((size_t)tensors.len + GRAPH_MORE) * sizeof *x);
    uint32_t k;
    for (k = 0; x != NULL && k < tensors.len; k++) {
        const flat_table b = flat_item(&g->file, tensors, k);
        tflite_read_tensor(&x[k], &g->file, &b, buffers);
    }
    return x;
}

/* scales and zero points that are right; most: how many there may be */
static inline int tflite_scales(const tflite_op *r, const graph_tensor *x, uint32_t most)
{
    uint32_t k;
    if (x->n_scales > most) { return tflite_say(r, "a tensor has more scales than it may"); }
    if (x->n_zeros > 1 && x->n_zeros != x->n_scales) {
        return tflite_say(r, "a tensor has another number of zero points than of scales");
    }
    for (k = 0; k < x->n_scales; k++) {
        const float s = graph_scale(x, k);
        if (!(s > 0) || !isfinite(s)) { return tflite_say(r, "a tensor has a scale that is not positive"); }
    }
    for (k = 0; k < x->n_zeros; k++) {
        const uint32_t low = flat_u32(x->zeros + 8 * (size_t)k), high = flat_u32(x->zeros + 8 * (size_t)k + 4);
        if (high != (low > 0x7FFFFFFFU ? 0xFFFFFFFFU : 0U)) {
            return tflite_say(r, "a tensor has a zero point beyond 32 bits");
        }
        if ((int32_t)low != x->zero) { return tflite_say(r, "a tensor has more than one zero point"); }
    }
    return 1;
}

/* the operator's input or output number k, as it is; NULL with a reason */
static inline graph_tensor *tflite_tensor(const tflite_op *r, flat_vector list, uint32_t k)
{
    const int32_t index = flat_number(&r->g->file, list, k, -1);
    graph_tensor *x;
    if (index < 0 || (uint32_t)index >= r->g->n_tensors) {
        tflite_say(r, "a tensor is missing or damaged");
        return NULL;
    }
    x = &r->g->tensor[index];
    if (x->why != NULL) { tflite_say(r, x->why); return NULL; }
    return x;
}

static inline int tflite_index(const graph *g, const graph_tensor *x) { return (int)(x - g->tensor); }

static inline int tflite_is_byte(const graph_tensor *x, int type)
{
    return x->type == type && x->n_scales == 1 && x->zero >= (type == GRAPH_INT8 ? -128 : 0) &&
           x->zero <= (type == GRAPH_INT8 ? 127 : 255);
}

/* is it an int8 tensor with one scale? */
static inline int tflite_check_int8(const tflite_op *r, const graph_tensor *x)
{
    if (r->g->real) {
        if (x->type != GRAPH_FLOAT32) { return tflite_say(r, "of integers in a float model is not supported"); }
        return x->data == NULL || x->data_len / 4 == x->elements || tflite_say(r, "has a constant that does not fit");
    }
    switch (x->type) {
    case GRAPH_FLOAT32: case GRAPH_FLOAT16:
        return tflite_say(r, "of float numbers: a float model, or a float part of one" TFLITE_CURE);
    case GRAPH_UINT8: return tflite_say(r, "of uint8, the old scheme" TFLITE_INT8);
    case GRAPH_INT16: return tflite_say(r, "of int16 activations is not supported");
    default: break;
    }
    if (!tflite_scales(r, x, 1)) { return 0; }
    if (!tflite_is_byte(x, GRAPH_INT8)) { return tflite_say(r, "of numbers that are not int8 with one scale"); }
    return x->data == NULL || x->data_len == x->elements || tflite_say(r, "has a constant that does not fit");
}

/* an int8 tensor that is there by now */
static inline graph_tensor *tflite_in(const tflite_op *r, uint32_t k)
{
    graph_tensor *x = tflite_tensor(r, r->in, k);
    if (x != NULL && x->stands > 0) { tflite_say(r, "behind DEQUANTIZE or ARG_MAX is not supported"); return NULL; }
    if (x == NULL || !tflite_check_int8(r, x)) { return NULL; }
    if (x->apart.from > 0) {
        tflite_say(r, "between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is not supported; convolutions are");
        return NULL;
    }
    if (!x->given) { tflite_say(r, "reads a tensor that nothing has given"); return NULL; }
    return x;
}

/* an int8 tensor that the operator gives */
static inline graph_tensor *tflite_out(const tflite_op *r, uint32_t k)
{
    graph_tensor *y = tflite_tensor(r, r->out, k);
    if (y == NULL || !tflite_check_int8(r, y)) { return NULL; }
    if (y->given || y->apart.from > 0 || y->stands > 0) {
        tflite_say(r, "gives a tensor that is there already");
        return NULL;
    }
    return y;
}

/* a tensor that no file has, with the scales of `like` and this shape; NULL with a reason */
static inline graph_tensor *tflite_more(const tflite_op *r, const graph_tensor *like, int32_t h, int32_t w, int32_t c)
{
    graph *g = r->g;
    graph_tensor *x = &g->tensor[g->n_tensors + g->n_more];
    const int64_t places = (int64_t)h * w;
    if (g->n_more == GRAPH_MORE || places > 0x7FFFFFFF || places * c > 0x7FFFFFFF) {
        tflite_say(r, "takes too many or too large tensors");
        return NULL;
    }
    *x = *like;
    x->data = NULL;
    x->data_len = 0;
    x->given = x->stands = 0;
    memset(&x->apart, 0, sizeof x->apart);
    x->rank = 4;
    x->dim[0] = 1; x->dim[1] = h; x->dim[2] = w; x->dim[3] = c;
    x->elements = (uint32_t)(places * c);
    g->n_more++;
    return x;
}

/* a constant of int32 numbers, at most `most` */
static inline const graph_tensor *tflite_numbers(const tflite_op *r, uint32_t k, uint32_t most)
{
    const graph_tensor *x = tflite_tensor(r, r->in, k);
    if (x == NULL) { return NULL; }
    if (x->type != GRAPH_INT32 || x->data == NULL || x->elements > most || x->data_len != 4 * x->elements) {
        tflite_say(r, "needs constant int32 numbers as its sizes and places");
        return NULL;
    }
    return x;
}

/* batch, height, width, channels of at most 65535, batch 1 */
static inline int tflite_shape(const tflite_op *r, int32_t *d, const graph_tensor *x)
{
    if (x->rank > 4) { return tflite_say(r, "of more than 4 dimensions is not supported"); }
    graph_shape(d, x);
    if (d[0] != 1) { return tflite_say(r, "has a batch other than 1; convert it with a batch of 1"); }
    return (d[1] <= 65535 && d[2] <= 65535 && d[3] <= 65535) || tflite_say(r, "has a side longer than 65535");
}

/* scales that the reference takes for the same, where bytes pass unchanged */
static inline int tflite_same_scale(const tflite_op *r, const graph_tensor *x, const graph_tensor *y)
{
    double a, b;
    if (r->g->real) { return 1; }
    a = (double)graph_scale(x, 0);
    b = (double)graph_scale(y, 0);
    return (x->zero == y->zero && fabs(a - b) <= 1e-5 * b) ||
           tflite_say(r, "has inputs and outputs of different scales");
}

/* exactly the same, where what counts in one is computed with the other */
static inline int tflite_one_scale(const tflite_op *r, const graph_tensor *x, const graph_tensor *y)
{
    return tflite_same_scale(r, x, y) &&
           (r->g->real || memcmp(x->scales, y->scales, 4) == 0 ||
            tflite_say(r, "has inputs and outputs of different scales"));
}

/* ---- operators ---- */

/* appends an operator with its inputs; its output is there from now on. NULL with a reason */
static inline graph_op *tflite_add(const tflite_op *r, int code, uint32_t n_in, graph_tensor *y)
{
    graph *g = r->g;
    graph_op *o = &g->op[g->n_ops];
    uint32_t k;
    o->in = (int *)graph_new(g, (n_in > 0 ? n_in : 1) * sizeof *o->in);
    if (o->in == NULL) { return NULL; }
    if (code != GRAPH_RESHAPE && ++g->n_working > GRAPH_WORKING) {
        tflite_say(r, "is one of too many operators");
        return NULL;
    }
    for (k = 0; k < n_in; k++) { o->in[k] = (int)flat_number(&g->file, r->in, k, -1); }
    o->code = code;
    o->n_in = (int)n_in;
    o->name = r->name;
    o->place = r->place;
    o->out = y != NULL ? tflite_index(g, y) : -1;
    o->state = -1;
    if (y != NULL) { y->given = 1; }
    g->n_ops++;
    return o;
}

static inline int tflite_act(const tflite_op *r, graph_op *o, unsigned field)
{
    o->act = (int)flat_int(&r->options, field, 1, 0);
    return (o->act >= GRAPH_NO_ACT && o->act <= GRAPH_ACT_RELU6) ||
           tflite_say(r, "with a fused activation other than none, ReLU, ReLU6 and ReLU_N1_TO_1");
}

/* the place of axis `a` of a tensor among batch, y, x, channel; -1 where there is no such axis */
static inline int tflite_axis(const graph_tensor *x, int64_t a)
{
    if (a < 0) { a += x->rank; }
    return a >= 0 && a < x->rank && x->rank <= 4 ? (int)(4 - x->rank + a) : -1;
}
#endif
