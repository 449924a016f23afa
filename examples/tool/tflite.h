/* tflite.h - reads a TensorFlow Lite int8 model of dense layers into the words of sucref_model_spec.
 *
 * Takes one chain of FULLY_CONNECTED (int8, per-tensor or per-channel weights, int32 or no bias, fused none, ReLU or
 * ReLU6), RESHAPE, QUANTIZE at the start and DEQUANTIZE at the end, and after a dense layer RELU, RELU6, LEAKY_RELU,
 * LOGISTIC, TANH and a final SOFTMAX. Anything else is refused with its name and index. Functions of one int8 tensor
 * become 256 bytes, with the fixed-point arithmetic of the reference kernels (gemmlowp), so that the last stop equals
 * that interpreter's output.
 *
 * The file is a FlatBuffer; every offset is checked before use.
 * Needs sucref.h's implementation (SUCREF_HOST) before it. */
#ifndef SUCREF_EXAMPLES_TFLITE_H
#define SUCREF_EXAMPLES_TFLITE_H
#include "gemmlowp.h"
#include <stdio.h>

enum { TFLITE_LAYERS = 64 };
typedef struct { /* a model being read; free with tflite_free */
    sucref_layer_spec layer[TFLITE_LAYERS];
    unsigned n_layers;
    uint8_t input_type, softmax_shift;
    int32_t softmax_multiplier;
    float in_scale, out_scale; /* of the first dense layer's input and the last one's output */
    char why[200];
    const uint8_t *p;
    size_t n;
} tflite;

typedef struct { const uint8_t *p; size_t n, at, vtable, vtable_len; } tflite_table; /* at 0: absent */
typedef struct { uint32_t at, len; } tflite_vector;                                  /* at 0: absent */
typedef struct {
    int type, rank;
    int32_t dim[4];
    double zero;
    tflite_vector scale, data;
    uint32_t elements;
} tflite_tensor;

static inline uint32_t tflite_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline float tflite_f32(const uint8_t *p)
{
    const uint32_t u = tflite_u32(p);
    float f;
    memcpy(&f, &u, 4);
    return f;
}

/* keeps the first reason: `operator 3: NAME what`; op < 0 leaves the operator out, name may be empty */
static inline int tflite_fail(tflite *t, long op, const char *name, const char *what)
{
    char place[40] = "";
    if (op >= 0) { snprintf(place, sizeof place, "operator %ld: ", op); }
    if (t->why[0] == 0) { snprintf(t->why, sizeof t->why, "%s%s%s%s", place, name, *name ? " " : "", what); }
    return 0;
}

/* ---- FlatBuffer: tables, fields, vectors; an absent or impossible one has at = 0 ---- */

static inline tflite_table tflite_at(const tflite *t, size_t at)
{
    tflite_table b = { t->p, t->n, 0, 0, 0 };
    int64_t v;
    if (at < 4 || at > t->n || t->n - at < 4) { return b; }
    v = (int64_t)at - (int32_t)tflite_u32(t->p + at); /* two's complement offset back to the vtable */
    if (v < 0 || v > (int64_t)t->n - 4) { return b; }
    b.vtable_len = t->p[v] | (size_t)t->p[v + 1] << 8;
    if (b.vtable_len < 4 || b.vtable_len > t->n - (size_t)v) { return b; }
    b.vtable = (size_t)v;
    b.at = at;
    return b;
}

/* position of a field of `size` bytes, 0 where it is absent or outside */
static inline size_t tflite_field(const tflite_table *b, unsigned field, size_t size)
{
    size_t slot = 4 + 2 * (size_t)field, off;
    if (b->at == 0 || slot + 2 > b->vtable_len) { return 0; }
    off = b->p[b->vtable + slot] | (size_t)b->p[b->vtable + slot + 1] << 8;
    return off == 0 || off > b->n - b->at || b->n - b->at - off < size ? 0 : b->at + off;
}

static inline long tflite_int(const tflite_table *b, unsigned field, size_t size, long otherwise)
{
    const size_t at = tflite_field(b, field, size);
    return at == 0 ? otherwise : size == 1 ? (long)(int8_t)b->p[at] : (long)(int32_t)tflite_u32(b->p + at);
}

static inline size_t tflite_follow(const tflite_table *b, unsigned field)
{
    const size_t at = tflite_field(b, field, 4);
    const size_t off = at == 0 ? 0 : tflite_u32(b->p + at);
    return off == 0 || off > b->n - at ? 0 : at + off;
}

static inline tflite_table tflite_child(const tflite *t, const tflite_table *b, unsigned field)
{
    return tflite_at(t, tflite_follow(b, field));
}

static inline tflite_vector tflite_vec(const tflite_table *b, unsigned field, size_t item)
{
    tflite_vector v = { 0, 0 };
    const size_t at = tflite_follow(b, field);
    if (at == 0 || b->n - at < 4) { return v; }
    v.len = tflite_u32(b->p + at);
    if (v.len > (b->n - at - 4) / item) { v.len = 0; return v; }
    v.at = (uint32_t)(at + 4);
    return v;
}

static inline tflite_table tflite_item(const tflite *t, tflite_vector v, uint32_t k)
{
    const size_t at = v.at + 4 * (size_t)k;
    const uint32_t off = k < v.len ? tflite_u32(t->p + at) : 0;
    return tflite_at(t, off == 0 || off > t->n - at ? 0 : at + off);
}

/* ---- tensors ---- */

static inline int tflite_get_tensor(tflite *t, tflite_tensor *x, tflite_vector tensors, tflite_vector buffers,
                                    long index, long op)
{
    tflite_table b = tflite_item(t, tensors, (uint32_t)index), q = tflite_child(t, &b, 4), buffer;
    const tflite_vector shape = tflite_vec(&b, 0, 4), zero = tflite_vec(&q, 3, 8);
    uint32_t k;
    memset(x, 0, sizeof *x);
    if (index < 0 || b.at == 0) { return tflite_fail(t, op, "", "a tensor is missing or damaged"); }
    x->type = (int)tflite_int(&b, 1, 1, 0);
    x->elements = 1;
    for (k = 0; k < shape.len; k++) {
        const int32_t d = (int32_t)tflite_u32(t->p + shape.at + 4 * k);
        if (d < 1 || x->elements > 0x7FFFFFFFU / (uint32_t)d) {
            return tflite_fail(t, op, "", "a tensor has an impossible shape");
        }
        x->elements *= (uint32_t)d;
        if (k < 4) { x->dim[k] = d; }
    }
    x->rank = (int)shape.len;
    x->scale = tflite_vec(&q, 2, 4);
    if (zero.len > 0) { x->zero = (double)(int32_t)tflite_u32(t->p + zero.at); }
    for (k = 0; k < x->scale.len; k++) {
        const float s = tflite_f32(t->p + x->scale.at + 4 * k);
        if (!(s > 0) || !isfinite(s)) { return tflite_fail(t, op, "", "a tensor has a scale that is not positive"); }
    }
    for (k = 0; k < zero.len; k++) {
        if (tflite_u32(t->p + zero.at + 8 * k) != (uint32_t)(int32_t)x->zero) {
            return tflite_fail(t, op, "", "a tensor has more than one zero point");
        }
    }
    buffer = tflite_item(t, buffers, (uint32_t)tflite_int(&b, 2, 4, 0));
    x->data = tflite_vec(&buffer, 0, 1);
    return 1;
}

static inline float tflite_scale(const tflite *t, const tflite_tensor *x, uint32_t k)
{
    return tflite_f32(t->p + x->scale.at + 4 * (x->scale.len > 1 ? k : 0));
}

static inline int tflite_is_int8(const tflite_tensor *x)
{
    return x->type == 9 && x->scale.len == 1 && x->zero >= -128 && x->zero <= 127;
}

/* ---- operators ---- */

static inline int tflite_dense(tflite *t, const tflite_tensor *x, const tflite_tensor *w, const tflite_tensor *b,
                               const tflite_tensor *y, int act, long op)
{
    sucref_layer_spec *s = &t->layer[t->n_layers];
    const uint32_t n_out = (uint32_t)w->dim[0], n_in = (uint32_t)w->dim[1], rows = w->scale.len > 1 ? n_out : 1;
    int32_t *ints;
    int8_t *exponents;
    uint32_t r, c;
    if (t->n_layers == TFLITE_LAYERS) { return tflite_fail(t, op, "", "more than 64 dense layers"); }
    if (!tflite_is_int8(x) || !tflite_is_int8(y) || w->type != 9 || w->scale.len < 1 || w->zero != 0) {
        return tflite_fail(t, op, "FULLY_CONNECTED", "must be int8 with symmetric int8 weights");
    }
    if (w->rank != 2 || n_out < 1 || n_out > 65535 || n_in < 1 || n_in > 65535 || w->data.len != w->elements ||
        x->elements != n_in || y->elements != n_out || (w->scale.len > 1 && w->scale.len != n_out) ||
        (b != NULL && (b->type != 2 || b->data.len != 4 * n_out))) {
        return tflite_fail(t, op, "FULLY_CONNECTED", "has shapes that do not fit");
    }
    ints = (int32_t *)calloc((size_t)n_out + rows, 4);
    exponents = (int8_t *)calloc(rows, 1);
    t->n_layers++;
    s->bias = ints;
    s->multiplier = ints != NULL ? ints + n_out : NULL;
    s->exponent = exponents;
    if (ints == NULL || exponents == NULL) { return tflite_fail(t, -1, "", "out of memory"); }
    s->n_in = n_in; s->n_out = n_out;
    s->w = (const int8_t *)(t->p + w->data.at);
    for (r = 0; r < rows; r++) { /* the product of a single scale is rounded to float, as the reference does */
        const double real = w->scale.len > 1 ? (double)tflite_scale(t, x, 0) * (double)tflite_scale(t, w, r) /
                                                   (double)tflite_scale(t, y, 0)
                                             : (double)(tflite_scale(t, x, 0) * tflite_scale(t, w, 0)) /
                                                   (double)tflite_scale(t, y, 0);
        int e;
        prepare_multiplier(&ints[n_out + r], &e, real);
        if (e > 30 || !isfinite(real)) { return tflite_fail(t, op, "FULLY_CONNECTED", "has an impossible scale"); }
        exponents[r] = (int8_t)e;
    }
    for (r = 0; r < n_out; r++) {
        int64_t bias = b != NULL ? (int32_t)tflite_u32(t->p + b->data.at + 4 * r) : 0;
        for (c = 0; c < n_in; c++) {
            const int8_t v = s->w[(size_t)r * n_in + c];
            if (v == -128) { return tflite_fail(t, op, "", "a weight is -128; the format takes -127 to 127"); }
            bias -= (int64_t)(x->zero + 128) * v;
        }
        if (bias > INT32_MAX - (int64_t)n_in * 32640 || bias < -(INT32_MAX - (int64_t)n_in * 32640)) {
            return tflite_fail(t, op, "", "an accumulator could pass 32 bits");
        }
        ints[r] = (int32_t)bias;
    }
    s->flags = (uint8_t)(rows > 1 ? SUCREF_LAYER_PER_ROW : 0);
    s->in_zero = (uint8_t)(x->zero + 128);
    s->out_zero = (uint8_t)(y->zero + 128);
    s->act = (uint8_t)(act == 1 ? SUCREF_ACT_RELU : act == 3 ? SUCREF_ACT_RELU6 : SUCREF_ACT_NONE);
    s->requant = SUCREF_REQUANT_TFLITE;
    s->lo = act == 0 ? 0 : s->out_zero;
    s->hi = 255;
    if (act == 3) {
        const double six = y->zero + 128 + floor(6.0 / (double)tflite_scale(t, y, 0) + 0.5);
        s->hi = (uint8_t)(six > 255 ? 255 : six);
    }
    s->n_groups = 1;
    if (t->n_layers == 1) { t->in_scale = tflite_scale(t, x, 0); }
    t->out_scale = tflite_scale(t, y, 0);
    return act == 0 || act == 1 || act == 3
               ? 1
               : tflite_fail(t, op, "FULLY_CONNECTED", "with a fused activation other than none, ReLU and ReLU6");
}

static inline const char *tflite_name(int code)
{
    static const struct { int code; const char *name;
    } names[] = { { 0, "ADD" },
                  { 1, "AVERAGE_POOL_2D" },
                  { 2, "CONCATENATION" },
                  { 3, "CONV_2D" },
                  { 4, "DEPTHWISE_CONV_2D" },
                  { 6, "DEQUANTIZE" },
                  { 9, "FULLY_CONNECTED" },
                  { 14, "LOGISTIC" },
                  { 17, "MAX_POOL_2D" },
                  { 18, "MUL" },
                  { 19, "RELU" },
                  { 21, "RELU6" },
                  { 22, "RESHAPE" },
                  { 25, "SOFTMAX" },
                  { 28, "TANH" },
                  { 32, "CUSTOM" },
                  { 34, "PAD" },
                  { 40, "MEAN" },
                  { 41, "SUB" },
                  { 43, "SQUEEZE" },
                  { 44, "UNIDIRECTIONAL_SEQUENCE_LSTM" },
                  { 98, "LEAKY_RELU" },
                  { 114, "QUANTIZE" },
                  { 117, "HARD_SWISH" } };
    size_t i;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) { if (names[i].code == code) { return names[i].name; } }
    return "an operator";
}

/* the int8 kernel of one elementwise operator, v and the result -128..127 */
static inline int tflite_elementwise(int code, int v, const tflite *t, const tflite_tensor *x, const tflite_tensor *y,
                                     float alpha)
{
    const double ratio = (double)tflite_scale(t, x, 0) / (double)tflite_scale(t, y, 0);
    const int in = v - (int)x->zero, zero = (int)y->zero;
    int32_t m, r, lo = -128, hi = 127;
    int e;
    if (code == 14 || code == 28) { /* LOGISTIC, TANH */
        double q = frexp((double)tflite_scale(t, x, 0) * 134217728.0, &e);
        const int bits = code == 14 ? 8 : 7;
        const double radius = floor(15.0 * 134217728.0 / ldexp(1, e)); /* CalculateInputRadius(4, e, 31) */
        m = (int32_t)prepare_sat((int64_t)floor(q * 2147483648.0 + 0.5));
        if (e < -31) { m = 0; e = 0; }
        if (in <= -radius) { return -128; }
        if (in >= radius) { return 127; }
        r = prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE);
        r = prepare_round_shift(code == 14 ? gemmlowp_logistic(r) : gemmlowp_tanh(r), (unsigned)(31 - bits)) +
            (code == 14 ? -128 : 0);
    } else {
        if (code == 19 || code == 21) { lo = zero; }
        if (code == 21) {
            const double six = zero + floor(6.0 / (double)tflite_scale(t, y, 0) + 0.5);
            hi = six > 127 ? 127 : (int32_t)six;
        }
        prepare_multiplier(&m, &e, code == 98 && in < 0 ? ratio * (double)alpha : ratio);
        if (e > 30) { m = INT32_MAX; e = 30; }
        r = prepare_sat((int64_t)zero + prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE));
    }
    return r < lo ? lo : r > hi ? hi : r;
}

/* appends an operator on one int8 tensor to the layer before: its bytes go through what that layer does already */
static inline int tflite_lookup(tflite *t, int code, const tflite_tensor *x, const tflite_tensor *y, float alpha,
                                long op)
{
    sucref_layer_spec *s;
    uint8_t *bytes;
    int u;
    if (t->n_layers == 0) { return tflite_fail(t, op, "", "an activation before the first FULLY_CONNECTED"); }
    if (!tflite_is_int8(x) || !tflite_is_int8(y) || x->elements != y->elements) {
        return tflite_fail(t, op, "", "an activation that is not int8");
    }
    if ((code == 14 && (y->zero != -128 || tflite_scale(t, y, 0) != 1.0F / 256)) ||
        (code == 28 && (y->zero != 0 || tflite_scale(t, y, 0) != 1.0F / 128))) {
        return tflite_fail(t, op, tflite_name(code),
                           "must have output scale 1/256 and zero point -128 (LOGISTIC), or 1/128 and 0 (TANH)");
    }
    s = &t->layer[t->n_layers - 1];
    bytes = (uint8_t *)malloc(SUCREF_LOOKUP_LEN);
    if (bytes == NULL) { return tflite_fail(t, -1, "", "out of memory"); }
    for (u = 0; u < SUCREF_LOOKUP_LEN; u++) {
        const int before = s->act == SUCREF_ACT_LOOKUP ? s->lookup[u] : u;
        bytes[u] = (uint8_t)(tflite_elementwise(code, before - 128, t, x, y, alpha) + 128);
    }
    free((void *)(uintptr_t)s->lookup);
    s->lookup = bytes;
    s->act = SUCREF_ACT_LOOKUP;
    return 1;
}

static inline int tflite_softmax(tflite *t, const tflite_tensor *x, const tflite_tensor *y, float beta, long op)
{
    const double real = fmin((double)beta * (double)tflite_scale(t, x, 0) * 67108864.0, 2147483647.0); /* 2^(31 - 5) */
    int e;
    if (!tflite_is_int8(x) || !tflite_is_int8(y) || x->elements != y->elements || y->zero != -128 ||
        tflite_scale(t, y, 0) != 1.0F / 256 || t->n_layers == 0) {
        return tflite_fail(t, op, "SOFTMAX", "must be int8 with output scale 1/256 and zero point -128");
    }
    prepare_multiplier(&t->softmax_multiplier, &e, real);
    if (!(real >= 1) || e < 0 || e > 31 || y->elements > 4095) {
        return tflite_fail(t, op, "SOFTMAX", "with an impossible scale or over 4095 classes");
    }
    t->softmax_shift = (uint8_t)e;
    return 1;
}

static inline int tflite_operator(tflite *t, tflite_table *op, int code, tflite_vector tensors, tflite_vector buffers,
                                  long k, long n_ops, long *current)
{
    const tflite_vector in = tflite_vec(op, 1, 4), out = tflite_vec(op, 2, 4);
    tflite_table options = tflite_child(t, op, 4);
    tflite_tensor x, y, w, b;
    long index[3] = { -1, -1, -1 }, result;
    uint32_t i;
    size_t at;
    for (i = 0; i < in.len && i < 3; i++) { index[i] = (int32_t)tflite_u32(t->p + in.at + 4 * i); }
    if (in.len < 1 || out.len != 1) { return tflite_fail(t, k, tflite_name(code), "without inputs or one output"); }
    result = (int32_t)tflite_u32(t->p + out.at);
    if (index[0] != *current) { return tflite_fail(t, k, tflite_name(code), "does not follow in one chain"); }
    if (!tflite_get_tensor(t, &x, tensors, buffers, index[0], k) ||
        !tflite_get_tensor(t, &y, tensors, buffers, result, k)) {
        return 0;
    }
    *current = result;
    if (t->softmax_multiplier != 0 && code != 6 && code != 22) {
        return tflite_fail(t, k, tflite_name(code), "after the final SOFTMAX");
    }
    at = tflite_field(&options, 0, 4);
    switch (code) {
    case 9:
        if (!tflite_get_tensor(t, &w, tensors, buffers, index[1], k) ||
            (index[2] >= 0 && !tflite_get_tensor(t, &b, tensors, buffers, index[2], k))) {
            return 0;
        }
        return tflite_dense(t, &x, &w, index[2] >= 0 ? &b : NULL, &y, (int)tflite_int(&options, 0, 1, 0), k);
    case 22:
        return x.elements == y.elements ? 1 : tflite_fail(t, k, tflite_name(code), "changes the number of elements");
    case 114:
        if (k != 0 || (x.type != 0 && !(x.type == 3 && x.scale.len == 1 && x.zero == y.zero + 128 &&
                                        tflite_scale(t, &x, 0) == tflite_scale(t, &y, 0)))) {
            return tflite_fail(t, k, tflite_name(code), "is supported at the start, from float or the same scale");
        }
        t->input_type = x.type == 3 ? SUCREF_INPUT_U8 : SUCREF_INPUT_S8;
        return 1;
    case 6: return k == n_ops - 1 ? 1 : tflite_fail(t, k, tflite_name(code), "is supported at the end");
    case 25: return tflite_softmax(t, &x, &y, at ? tflite_f32(t->p + at) : 0.0F, k);
    case 98: return tflite_lookup(t, code, &x, &y, at ? tflite_f32(t->p + at) : 0.0F, k);
    case 14: case 19: case 21: case 28: return tflite_lookup(t, code, &x, &y, 0, k);
    default:
        return tflite_fail(t, k, tflite_name(code),
                           "is not supported; supported are FULLY_CONNECTED RESHAPE QUANTIZE DEQUANTIZE RELU RELU6 "
                           "LEAKY_RELU LOGISTIC TANH SOFTMAX");
    }
}

/* 1, or 0 with t->why filled. p stays in use until tflite_free. */
static inline int tflite_parse(tflite *t, const uint8_t *p, size_t n)
{
    tflite_table model, graph;
    tflite_vector codes, graphs, buffers, tensors, ops, inputs, outputs;
    long current;
    uint32_t k;
    memset(t, 0, sizeof *t);
    t->p = p; t->n = n;
    t->input_type = SUCREF_INPUT_S8;
    if (n < 8 || n > 0x7FFFFFFF || memcmp(p + 4, "TFL3", 4) != 0) {
        return tflite_fail(t, -1, "", "not a TensorFlow Lite file");
    }
    model = tflite_at(t, tflite_u32(p));
    codes = tflite_vec(&model, 1, 4); graphs = tflite_vec(&model, 2, 4); buffers = tflite_vec(&model, 4, 4);
    graph = tflite_item(t, graphs, 0);
    tensors = tflite_vec(&graph, 0, 4);
    inputs = tflite_vec(&graph, 1, 4);
    outputs = tflite_vec(&graph, 2, 4);
    ops = tflite_vec(&graph, 3, 4);
    if (graphs.len != 1 || graph.at == 0 || inputs.len != 1 || outputs.len != 1 || ops.len < 1) {
        return tflite_fail(t, -1, "", "must hold one graph with one input, one output and operators");
    }
    current = (int32_t)tflite_u32(p + inputs.at);
    for (k = 0; k < ops.len; k++) {
        tflite_table op = tflite_item(t, ops, k), code = tflite_item(t, codes, (uint32_t)tflite_int(&op, 0, 4, 0));
        long old, now;
        if (op.at == 0 || code.at == 0) { return tflite_fail(t, (long)k, "", "is damaged"); }
        old = tflite_int(&code, 0, 1, 0);
        now = tflite_int(&code, 3, 4, 0);
        if (!tflite_operator(t, &op, (int)(now > old ? now : old), tensors, buffers, (long)k, (long)ops.len,
                             &current)) {
            return 0;
        }
    }
    if (t->n_layers == 0) { return tflite_fail(t, -1, "", "no FULLY_CONNECTED operator"); }
    return current == (int32_t)tflite_u32(p + outputs.at)
               ? 1
               : tflite_fail(t, -1, "", "the chain does not end in the output");
}

static inline void tflite_free(tflite *t)
{
    while (t->n_layers > 0) {
        sucref_layer_spec *s = &t->layer[--t->n_layers];
        free((void *)(uintptr_t)s->bias);
        free((void *)(uintptr_t)s->exponent);
        free((void *)(uintptr_t)s->lookup);
        memset(s, 0, sizeof *s);
    }
}
#endif
