/* tflite.h - reads a TensorFlow Lite int8 model of dense layers into the words of sucref_model_spec.
 *
 * Matched are the reference kernels of TensorFlow Lite Micro, and of TensorFlow Lite up to 2.19: double rounding, and
 * float where they multiply and divide scales in float. Since TensorFlow 2.20 the interpreter's reference kernel of
 * FULLY_CONNECTED rounds by float, by which about one value in 200 differs by one; Micro's does not.
 *
 * Takes one chain of FULLY_CONNECTED (int8, per-tensor or per-channel weights, int32 or no bias, fused none, ReLU or
 * ReLU6), RESHAPE, QUANTIZE at the start and DEQUANTIZE at the end, and after a dense layer RELU, RELU6, LEAKY_RELU,
 * LOGISTIC, TANH and a final SOFTMAX. Anything else is refused with its name and index. Functions of one int8 tensor
 * become 256 bytes, with the fixed-point arithmetic of the reference kernels (gemmlowp), so that the last stop equals
 * that interpreter's output.
 *
 * The file is a FlatBuffer; every offset is checked before use, and what would change the result and is not known here
 * (other weight formats, sparse or external data, scales along another dimension) is refused by name. */
#ifndef SUCREF_TOOL_TFLITE_H
#define SUCREF_TOOL_TFLITE_H
#include "gemmlowp.h"
#include <stdio.h>

enum { TFLITE_LAYERS = 64 };
typedef struct { /* a model being read; free with tflite_free */
    sucref_layer_spec layer[TFLITE_LAYERS];
    unsigned n_layers;
    uint8_t input_type, softmax_shift;
    int32_t softmax_multiplier;
    double in_scale, out_scale, logit_scale; /* of the first layer's input, the output, the last layer's z (0: many) */
    int out_zero;                            /* of unsigned bytes */
    char why[300];
    const uint8_t *p;
    size_t n;
} tflite;

typedef struct { const uint8_t *p; size_t n, at, vtable, vtable_len; } tflite_table; /* at 0: absent */
typedef struct { uint32_t at, len; } tflite_vector;                                  /* at 0: absent */
typedef struct {
    int type, rank, dimension; /* dimension: along which the scales run */
    int32_t dim[8];
    double zero;
    tflite_vector scale, data;
    uint32_t elements;
} tflite_tensor;
enum { TFLITE_FLOAT32 = 0, TFLITE_FLOAT16 = 1, TFLITE_INT32 = 2, TFLITE_UINT8 = 3, TFLITE_INT16 = 7, TFLITE_INT8 = 9 };

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

/* scales and zero point; most: how many scales there may be */
static inline int tflite_get_quantization(tflite *t, tflite_tensor *x, const tflite_table *q, uint32_t most, long op)
{
    const tflite_vector zero = tflite_vec(q, 3, 8);
    uint32_t k;
    x->scale = tflite_vec(q, 2, 4);
    x->dimension = (int)tflite_int(q, 6, 4, 0);
    if (tflite_int(q, 4, 1, 0) != 0) { return tflite_fail(t, op, "", "a tensor has a quantization of its own kind"); }
    if (x->scale.len > most) { return tflite_fail(t, op, "", "a tensor has more scales than it may"); }
    if (zero.len > 1 && zero.len != x->scale.len) {
        return tflite_fail(t, op, "", "a tensor has another number of zero points than of scales");
    }
    for (k = 0; k < x->scale.len; k++) {
        const float s = tflite_f32(t->p + x->scale.at + 4 * k);
        if (!(s > 0) || !isfinite(s)) { return tflite_fail(t, op, "", "a tensor has a scale that is not positive"); }
    }
    for (k = 0; k < zero.len; k++) {
        const uint32_t low = tflite_u32(t->p + zero.at + 8 * k), high = tflite_u32(t->p + zero.at + 8 * k + 4);
        if (high != (low > 0x7FFFFFFFU ? 0xFFFFFFFFU : 0U)) {
            return tflite_fail(t, op, "", "a tensor has a zero point beyond 32 bits");
        }
        if (k > 0 && (double)(int32_t)low != x->zero) {
            return tflite_fail(t, op, "", "a tensor has more than one zero point");
        }
        x->zero = (double)(int32_t)low;
    }
    return 1;
}

/* most: how many scales it may have */
static inline int tflite_get_tensor(tflite *t, tflite_tensor *x, tflite_vector tensors, tflite_vector buffers,
                                    long index, uint32_t most, long op)
{
    tflite_table b = tflite_item(t, tensors, (uint32_t)index), q = tflite_child(t, &b, 4), buffer;
    const tflite_vector shape = tflite_vec(&b, 0, 4);
    uint32_t k;
    memset(x, 0, sizeof *x);
    if (index < 0 || b.at == 0) { return tflite_fail(t, op, "", "a tensor is missing or damaged"); }
    if (shape.len > 8) { return tflite_fail(t, op, "", "a tensor has more than 8 dimensions"); }
    if (tflite_field(&b, 6, 4) != 0) { return tflite_fail(t, op, "", "a tensor is sparse"); }
    if (tflite_int(&b, 5, 1, 0) != 0) { return tflite_fail(t, op, "", "a tensor keeps state between inputs"); }
    x->type = (int)tflite_int(&b, 1, 1, 0);
    x->elements = 1;
    for (k = 0; k < shape.len; k++) {
        const int32_t d = (int32_t)tflite_u32(t->p + shape.at + 4 * k);
        if (d < 1 || x->elements > 0x7FFFFFFFU / (uint32_t)d) {
            return tflite_fail(t, op, "", "a tensor has an impossible shape");
        }
        x->elements *= (uint32_t)d;
        x->dim[k] = d;
    }
    x->rank = (int)shape.len;
    buffer = tflite_item(t, buffers, (uint32_t)tflite_int(&b, 2, 4, 0));
    if (tflite_field(&buffer, 1, 8) != 0 || tflite_field(&buffer, 2, 8) != 0) {
        return tflite_fail(t, op, "", "a tensor's data are outside of the tables");
    }
    x->data = tflite_vec(&buffer, 0, 1);
    return tflite_get_quantization(t, x, &q, most, op);
}

static inline float tflite_scale(const tflite *t, const tflite_tensor *x, uint32_t k)
{
    return tflite_f32(t->p + x->scale.at + 4 * (x->scale.len > 1 ? k : 0));
}

static inline int tflite_is_int8(const tflite_tensor *x)
{
    return x->type == TFLITE_INT8 && x->scale.len == 1 && x->zero >= -128 && x->zero <= 127;
}

/* the reference's steps in float, whatever registers hold more */
static inline float tflite_float(float v)
{
    volatile float f = v;
    return f;
}
static inline float tflite_ratio(float a, float b) { return tflite_float(a / b); }

/* zero point plus 6 in units of a scale: the upper clamp of a ReLU6, at most `most` */
static inline int tflite_six(float scale, int zero, int most)
{
    const float steps = roundf(tflite_ratio(6.0F, scale));
    return steps >= (float)(most - zero) ? most : zero + (int)steps;
}

/* ---- operators ---- */

#define TFLITE_CURE "; convert it with full integer quantization (representative dataset, int8 in and out), or " \
                    "give its weights as .npz to `sucref quantize`"

/* types and shapes of a dense layer; NULL, or what is wrong */
static inline const char *tflite_bad_dense(const tflite_tensor *x, const tflite_tensor *w, const tflite_tensor *b,
                                           const tflite_tensor *y)
{
    if (x->type == TFLITE_FLOAT32 || w->type == TFLITE_FLOAT32 || w->type == TFLITE_FLOAT16) {
        return w->type == TFLITE_INT8 ? "of float32 by int8 weights: a hybrid model" TFLITE_CURE
                                      : "of float numbers: a float model" TFLITE_CURE;
    }
    if (x->type == TFLITE_UINT8 || w->type == TFLITE_UINT8) { return "of uint8, the old scheme" TFLITE_CURE; }
    if (x->type == TFLITE_INT16) { return "of int16 activations is not supported"; }
    if (!tflite_is_int8(x) || !tflite_is_int8(y) || w->type != TFLITE_INT8 || w->scale.len < 1 || w->zero != 0) {
        return "must be int8 with symmetric int8 weights";
    }
    if (w->rank != 2 || w->dim[0] > 65535 || w->dim[1] > 65535 || w->data.len != w->elements ||
        x->elements != (uint32_t)w->dim[1] || y->elements != (uint32_t)w->dim[0]) {
        return "has shapes that do not fit";
    }
    if (w->scale.len > 1 && (w->scale.len != (uint32_t)w->dim[0] || w->dimension != 0)) {
        return "has weight scales along another dimension than the outputs";
    }
    if (b != NULL && (b->type != TFLITE_INT32 || b->data.len != 4U * (uint32_t)w->dim[0])) {
        return "has a bias that does not fit";
    }
    return NULL;
}

/* a bias counts in units of input scale * weight scale; one percent is for rounding */
static inline int tflite_bias_fits(const tflite *t, const tflite_tensor *x, const tflite_tensor *w,
                                   const tflite_tensor *b)
{
    uint32_t r;
    if (b == NULL || b->scale.len == 0) { return 1; }
    if (b->zero != 0 || (b->scale.len != 1 && b->scale.len != w->scale.len)) { return 0; }
    for (r = 0; r < w->scale.len; r++) {
        const double want = (double)tflite_scale(t, x, 0) * (double)tflite_scale(t, w, r);
        if (!(fabs((double)tflite_scale(t, b, r) - want) <= 0.01 * want)) { return 0; }
    }
    return 1;
}

/* multipliers of all rows; 0 where one is impossible */
static inline int tflite_multipliers(const tflite *t, int32_t *multiplier, int8_t *exponent, const tflite_tensor *x,
                                     const tflite_tensor *w, const tflite_tensor *y)
{
    uint32_t r;
    for (r = 0; r < w->scale.len; r++) { /* the product of a single scale is rounded to float, as the reference does */
        const double product = w->scale.len > 1 ? (double)tflite_scale(t, x, 0) * (double)tflite_scale(t, w, r)
                                                : (double)tflite_float(tflite_scale(t, x, 0) * tflite_scale(t, w, 0));
        const double real = product / (double)tflite_scale(t, y, 0);
        int e;
        prepare_multiplier(&multiplier[r], &e, real);
        if (e > 30 || !isfinite(real)) { return 0; }
        exponent[r] = (int8_t)e;
    }
    return 1;
}

/* the bias less zero point * sum of the weights; NULL, or what is wrong */
static inline const char *tflite_biases(const tflite *t, int32_t *bias, const sucref_layer_spec *s, int zero,
                                        const tflite_tensor *b)
{
    const int64_t most = INT32_MAX - (int64_t)s->n_in * 32640;
    uint32_t r, c;
    for (r = 0; r < s->n_out; r++) {
        int64_t sum = b != NULL ? (int32_t)tflite_u32(t->p + b->data.at + 4 * r) : 0;
        for (c = 0; c < s->n_in; c++) {
            const int8_t v = s->w[(size_t)r * s->n_in + c];
            if (v == -128) { return "a weight is -128; the format takes -127 to 127"; }
            sum -= (int64_t)zero * v;
        }
        if (sum > most || sum < -most) { return "an accumulator could pass 32 bits"; }
        bias[r] = (int32_t)sum;
    }
    return NULL;
}

static inline int tflite_dense(tflite *t, const tflite_tensor *x, const tflite_tensor *w, const tflite_tensor *b,
                               const tflite_tensor *y, int act, long op)
{
    static const char name[] = "FULLY_CONNECTED";
    sucref_layer_spec *s = &t->layer[t->n_layers];
    const char *why = tflite_bad_dense(x, w, b, y);
    const uint32_t rows = w->scale.len;
    int32_t *ints;
    int8_t *exponents;
    if (t->n_layers == TFLITE_LAYERS) { return tflite_fail(t, op, "", "more than 64 dense layers"); }
    if (why != NULL) { return tflite_fail(t, op, name, why); }
    if (!tflite_bias_fits(t, x, w, b)) { return tflite_fail(t, op, name, "has a bias of another scale"); }
    if (act != 0 && act != 1 && act != 3) {
        return tflite_fail(t, op, name, "with a fused activation other than none, ReLU and ReLU6");
    }
    s->n_in = (uint32_t)w->dim[1]; s->n_out = (uint32_t)w->dim[0];
    s->w = (const int8_t *)(t->p + w->data.at);
    ints = (int32_t *)calloc((size_t)s->n_out + rows, 4);
    exponents = (int8_t *)calloc(rows, 1);
    t->n_layers++;
    s->bias = ints;
    s->multiplier = ints != NULL ? ints + s->n_out : NULL;
    s->exponent = exponents;
    if (ints == NULL || exponents == NULL) { return tflite_fail(t, -1, "", "out of memory"); }
    s->in_zero = (uint8_t)(x->zero + 128);
    s->out_zero = (uint8_t)(y->zero + 128);
    if (!tflite_multipliers(t, ints + s->n_out, exponents, x, w, y)) {
        return tflite_fail(t, op, name, "has an impossible scale");
    }
    why = tflite_biases(t, ints, s, s->in_zero, b);
    if (why != NULL) { return tflite_fail(t, op, "", why); }
    s->flags = (uint8_t)(rows > 1 ? SUCREF_LAYER_PER_ROW : 0);
    s->act = (uint8_t)(act == 1 ? SUCREF_ACT_RELU : act == 3 ? SUCREF_ACT_RELU6 : SUCREF_ACT_NONE);
    s->requant = SUCREF_REQUANT_TFLITE;
    s->lo = act == 0 ? 0 : s->out_zero;
    s->hi = (uint8_t)(act == 3 ? tflite_six(tflite_scale(t, y, 0), s->out_zero, 255) : 255);
    s->n_groups = 1;
    if (t->n_layers == 1) { t->in_scale = (double)tflite_scale(t, x, 0); }
    t->logit_scale = rows == 1 ? (double)tflite_scale(t, x, 0) * (double)tflite_scale(t, w, 0) : 0;
    return 1;
}

/* the name of an operator code */
static inline const char *tflite_name(int code)
{
    static const char *const names[] = {
        "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE", "DEQUANTIZE",
        "EMBEDDING_LOOKUP", "FLOOR", "FULLY_CONNECTED", "HASHTABLE_LOOKUP", "L2_NORMALIZATION", "L2_POOL_2D",
        "LOCAL_RESPONSE_NORMALIZATION", "LOGISTIC", "LSH_PROJECTION", "LSTM", "MAX_POOL_2D", "MUL", "RELU",
        "RELU_N1_TO_1", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "RNN", "SOFTMAX", "SPACE_TO_DEPTH", "SVDF", "TANH",
        "CONCAT_EMBEDDINGS", "SKIP_GRAM", "CALL", "CUSTOM", "EMBEDDING_LOOKUP_SPARSE", "PAD",
        "UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND", "TRANSPOSE", "MEAN", "SUB",
        "DIV", "SQUEEZE", "UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "BIDIRECTIONAL_SEQUENCE_RNN", "EXP",
        "TOPK_V2", "SPLIT", "LOG_SOFTMAX", "DELEGATE", "BIDIRECTIONAL_SEQUENCE_LSTM", "CAST", "PRELU", "MAXIMUM",
        "ARG_MAX", "MINIMUM", "LESS", "NEG", "PADV2", "GREATER", "GREATER_EQUAL", "LESS_EQUAL", "SELECT", "SLICE",
        "SIN", "TRANSPOSE_CONV", "SPARSE_TO_DENSE", "TILE", "EXPAND_DIMS", "EQUAL", "NOT_EQUAL", "LOG", "SUM", "SQRT",
        "RSQRT", "SHAPE", "POW", "ARG_MIN", "FAKE_QUANT", "REDUCE_PROD", "REDUCE_MAX", "PACK", "LOGICAL_OR", "ONE_HOT",
        "LOGICAL_AND", "LOGICAL_NOT", "UNPACK", "REDUCE_MIN", "FLOOR_DIV", "REDUCE_ANY", "SQUARE", "ZEROS_LIKE", "FILL",
        "FLOOR_MOD", "RANGE", "RESIZE_NEAREST_NEIGHBOR", "LEAKY_RELU", "SQUARED_DIFFERENCE", "MIRROR_PAD", "ABS",
        "SPLIT_V", "UNIQUE", "CEIL", "REVERSE_V2", "ADD_N", "GATHER_ND", "COS", "WHERE", "RANK", "ELU",
        "REVERSE_SEQUENCE", "MATRIX_DIAG", "QUANTIZE", "MATRIX_SET_DIAG", "ROUND", "HARD_SWISH", "IF", "WHILE",
        "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "SCATTER_ND", "SELECT_V2", "DENSIFY", "SEGMENT_SUM",
        "BATCH_MATMUL", "PLACEHOLDER", "CUMSUM", "CALL_ONCE", "BROADCAST_TO", "RFFT2D", "CONV_3D", "IMAG", "REAL",
        "COMPLEX_ABS", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE", "REDUCE_ALL",
        "CONV_3D_TRANSPOSE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "BROADCAST_ARGS",
        "RANDOM_STANDARD_NORMAL", "BUCKETIZE", "RANDOM_UNIFORM", "MULTINOMIAL", "GELU", "DYNAMIC_UPDATE_SLICE",
        "RELU_0_TO_1", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_SUM", "ATAN2",
        "UNSORTED_SEGMENT_MIN", "SIGN", "BITCAST", "BITWISE_XOR", "RIGHT_SHIFT"
    };
    static char other[32];
    if (code >= 0 && (size_t)code < sizeof names / sizeof names[0]) { return names[code]; }
    snprintf(other, sizeof other, "operator code %d", code);
    return other;
}

/* the int8 kernel of one elementwise operator, v and the result -128..127 */
static inline int tflite_elementwise(int code, int v, const tflite *t, const tflite_tensor *x, const tflite_tensor *y,
                                     float alpha)
{
    const float sx = tflite_scale(t, x, 0), sy = tflite_scale(t, y, 0);
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
        if (code == 21) { hi = tflite_six(sy, zero, 127); }
        prepare_multiplier(&m, &e, (double)tflite_ratio(code == 98 && in < 0 ? tflite_float(sx * alpha) : sx, sy));
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
    if (!tflite_is_int8(x) || !tflite_is_int8(y) || x->elements != y->elements || y->zero != -128 ||
        tflite_scale(t, y, 0) != 1.0F / 256 || t->n_layers == 0) {
        return tflite_fail(t, op, "SOFTMAX", "must be int8 with output scale 1/256 and zero point -128");
    }
    if (y->elements > 4095 ||
        !prepare_softmax(&t->softmax_multiplier, &t->softmax_shift, (double)beta * (double)tflite_scale(t, x, 0))) {
        t->softmax_multiplier = 0;
        return tflite_fail(t, op, "SOFTMAX", "with an impossible scale or over 4095 classes");
    }
    return 1;
}

/* QUANTIZE at the start: from float, or from uint8 of the same scale */
static inline int tflite_quantize(tflite *t, const tflite_tensor *x, const tflite_tensor *y, long k)
{
    const int same = x->type == TFLITE_UINT8 && x->scale.len == 1 && y->scale.len == 1 && x->zero == y->zero + 128 &&
                     tflite_scale(t, x, 0) == tflite_scale(t, y, 0);
    if (k != 0 || (x->type != TFLITE_FLOAT32 && !same)) {
        return tflite_fail(t, k, "QUANTIZE", "is supported at the start, from float or the same scale");
    }
    t->input_type = same ? SUCREF_INPUT_U8 : SUCREF_INPUT_S8;
    return 1;
}

/* an operator whose tensors are whole; in: indices of its inputs */
static inline int tflite_apply(tflite *t, const tflite_table *op, int code, const char *name, const tflite_tensor *x,
                               const tflite_tensor *y, tflite_vector tensors, tflite_vector buffers, const long *in,
                               long k, int is_last)
{
    tflite_table options = tflite_child(t, op, 4);
    const size_t at = tflite_field(&options, 0, 4);
    const float number = at ? tflite_f32(t->p + at) : 0.0F;
    tflite_tensor w, b;
    switch (code) {
    case 9:
        if (!tflite_get_tensor(t, &w, tensors, buffers, in[1], 65535, k) ||
            (in[2] >= 0 && !tflite_get_tensor(t, &b, tensors, buffers, in[2], 65535, k))) {
            return 0;
        }
        if (tflite_int(&options, 1, 1, 0) != 0) { return tflite_fail(t, k, name, "with shuffled weights"); }
        return tflite_dense(t, x, &w, in[2] >= 0 ? &b : NULL, y, (int)tflite_int(&options, 0, 1, 0), k);
    case 22: return x->elements == y->elements ? 1 : tflite_fail(t, k, name, "changes the number of elements");
    case 114: return tflite_quantize(t, x, y, k);
    case 6: return is_last ? 1 : tflite_fail(t, k, name, "is supported at the end");
    case 25: return tflite_softmax(t, x, y, number, k);
    case 98: return tflite_lookup(t, code, x, y, number, k);
    case 14: case 19: case 21: case 28: return tflite_lookup(t, code, x, y, 0, k);
    default:
        return tflite_fail(t, k, name,
                           "is not supported; supported are FULLY_CONNECTED RESHAPE QUANTIZE DEQUANTIZE RELU RELU6 "
                           "LEAKY_RELU LOGISTIC TANH SOFTMAX");
    }
}

static inline int tflite_operator(tflite *t, const tflite_table *op, int code, const char *name, tflite_vector tensors,
                                  tflite_vector buffers, long k, int is_last, long *current)
{
    const tflite_vector in = tflite_vec(op, 1, 4), out = tflite_vec(op, 2, 4);
    long index[3] = { -1, -1, -1 }, result;
    tflite_tensor x, y;
    uint32_t i;
    for (i = 0; i < in.len && i < 3; i++) { index[i] = (int32_t)tflite_u32(t->p + in.at + 4 * i); }
    if (in.len < 1 || out.len != 1) { return tflite_fail(t, k, name, "without inputs or one output"); }
    result = (int32_t)tflite_u32(t->p + out.at);
    if (index[0] != *current) { return tflite_fail(t, k, name, "does not follow in one chain"); }
    if (!tflite_get_tensor(t, &x, tensors, buffers, index[0], 1, k) ||
        !tflite_get_tensor(t, &y, tensors, buffers, result, 1, k)) {
        return 0;
    }
    *current = result;
    if (t->softmax_multiplier != 0 && code != 6 && code != 22) {
        return tflite_fail(t, k, name, "after the final SOFTMAX");
    }
    if (x.type == TFLITE_FLOAT32 && code != 114 && code != 9) {
        return tflite_fail(t, k, name, "of float numbers: a float model, or a float part of one" TFLITE_CURE);
    }
    if (!tflite_apply(t, op, code, name, &x, &y, tensors, buffers, index, k, is_last)) { return 0; }
    if (code != 6 && tflite_is_int8(&y)) {
        t->out_scale = (double)tflite_scale(t, &y, 0);
        t->out_zero = (int)y.zero + 128;
    }
    return 1;
}

/* the operator's name; of custom ones their own */
static inline const char *tflite_op_name(const tflite *t, const tflite_table *code, int number, char *room, size_t len)
{
    const tflite_vector own = tflite_vec(code, 1, 1);
    uint32_t k;
    for (k = 0; k < own.len && t->p[own.at + k] >= ' ' && t->p[own.at + k] < 127; k++) { }
    if (number != 32 || k == 0) { return tflite_name(number); }
    snprintf(room, len, "CUSTOM %.*s", (int)(k > 40 ? 40 : k), (const char *)t->p + own.at);
    return room;
}

/* the one graph of a file, with one input and one output; at 0 with t->why filled where there is no such */
static inline tflite_table tflite_graph(tflite *t, const tflite_table *model)
{
    const tflite_vector graphs = tflite_vec(model, 2, 4);
    tflite_table graph = tflite_item(t, graphs, 0);
    const tflite_vector inputs = tflite_vec(&graph, 1, 4), outputs = tflite_vec(&graph, 2, 4),
                        ops = tflite_vec(&graph, 3, 4);
    char what[80];
    if (graphs.len > 1) {
        snprintf(what, sizeof what, "holds %lu subgraphs: control flow is not supported", (unsigned long)graphs.len);
        graph.at = (size_t)tflite_fail(t, -1, "", what);
    } else if (graph.at == 0 || ops.len < 1) {
        graph.at = (size_t)tflite_fail(t, -1, "", "holds no graph with operators");
    } else if (inputs.len != 1 || outputs.len != 1) {
        snprintf(what, sizeof what, "has %lu inputs and %lu outputs, where one of each is supported",
                 (unsigned long)inputs.len, (unsigned long)outputs.len);
        graph.at = (size_t)tflite_fail(t, -1, "", what);
    }
    return graph;
}

/* 1, or 0 with t->why filled. p stays in use until tflite_free. */
static inline int tflite_parse(tflite *t, const uint8_t *p, size_t n)
{
    tflite_table model, graph;
    tflite_vector codes, buffers, tensors, ops;
    long current;
    uint32_t k;
    memset(t, 0, sizeof *t);
    t->p = p; t->n = n;
    t->input_type = SUCREF_INPUT_S8;
    if (n < 8 || n > 0x7FFFFFFF || memcmp(p + 4, "TFL3", 4) != 0) {
        return tflite_fail(t, -1, "", "not a TensorFlow Lite file");
    }
    model = tflite_at(t, tflite_u32(p));
    graph = tflite_graph(t, &model);
    if (graph.at == 0) { return 0; }
    codes = tflite_vec(&model, 1, 4); buffers = tflite_vec(&model, 4, 4);
    tensors = tflite_vec(&graph, 0, 4); ops = tflite_vec(&graph, 3, 4);
    current = (int32_t)tflite_u32(p + tflite_vec(&graph, 1, 4).at);
    for (k = 0; k < ops.len; k++) {
        tflite_table op = tflite_item(t, ops, k), code = tflite_item(t, codes, (uint32_t)tflite_int(&op, 0, 4, 0));
        const long old = tflite_int(&code, 0, 1, 0), now = tflite_int(&code, 3, 4, 0);
        const int number = (int)(now > old ? now : old);
        char room[64];
        if (op.at == 0 || code.at == 0) { return tflite_fail(t, (long)k, "", "is damaged"); }
        if (!tflite_operator(t, &op, number, tflite_op_name(t, &code, number, room, sizeof room), tensors, buffers,
                             (long)k, k + 1 == ops.len, &current)) {
            return 0;
        }
    }
    if (t->n_layers == 0) { return tflite_fail(t, -1, "", "no FULLY_CONNECTED operator"); }
    return current == (int32_t)tflite_u32(p + tflite_vec(&graph, 2, 4).at)
               ? 1
               : tflite_fail(t, -1, "", "the chain does not end in the output");
}

/* what the file says of a spec; stops, plans and bits are the caller's */
static inline void tflite_spec(sucref_model_spec *spec, const tflite *t)
{
    memset(spec, 0, sizeof *spec);
    spec->layers = t->layer;
    spec->n_layers = (uint8_t)t->n_layers;
    spec->input_type = t->input_type;
    spec->softmax_multiplier = t->softmax_multiplier;
    spec->softmax_shift = t->softmax_shift;
    spec->scales.input = prepare_scale(t->in_scale);
    spec->scales.output = prepare_scale(t->out_scale);
    spec->scales.output_zero = (uint8_t)t->out_zero;
    spec->scales.logit = prepare_scale(t->logit_scale);
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
