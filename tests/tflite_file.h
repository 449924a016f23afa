/* tflite_file.h - writes small random TensorFlow Lite files of dense int8 layers, and evaluates them slowly, from the
 * interpreter's published arithmetic. Children follow their parents in the file,
 * so every offset is patched when its child starts. */
#ifndef SUCREF_TFLITE_FILE_H
#define SUCREF_TFLITE_FILE_H
#include "oracle.h"
#include "rnd.h"
#include <math.h>
#include <string.h>

enum { TF_LAYERS = 3, TF_WIDE = 12, TF_ROOM = 1 << 17 };
enum {
    TF_DENSE = 9, TF_RESHAPE = 22, TF_QUANTIZE = 114, TF_DEQUANTIZE = 6, TF_SOFTMAX = 25, TF_LOGISTIC = 14,
    TF_RELU = 19
};

enum { /* what is odd about a file */
    TF_PLAIN, TF_ODD_FORMAT, TF_ODD_DIMENSION, TF_ODD_SPARSE, TF_ODD_ZERO, TF_ODD_DETAILS, TF_ODD_EXTERNAL,
    TF_ODD_STATE
};

typedef struct {
    int n_in, n_out, per_row, has_bias, act, zero_in, zero_out;
    float scale_in, scale_out, scale_w[TF_WIDE];
    int8_t w[TF_WIDE * TF_WIDE];
    int32_t bias[TF_WIDE];
} tf_dense;
typedef struct { int op, in, out, w, bias; } tf_op;
/* what: 0 none, 1 weights, 2 bias */
typedef struct { int type, rows, cols, n_scales, zero, layer, what; const float *scale; } tf_tensor;
typedef struct {
    tf_dense layer[TF_LAYERS];
    tf_tensor tensor[24];
    tf_op op[12];
    int n_layers, n_tensors, n_ops, last; /* last: an operator behind the dense layers, or 0 */
    int odd, odd_what;                    /* one thing that readers must refuse, TF_ODD_.., in tensors of this `what` */
    int repeat;                           /* the first operator is there so many times more */
    float bias_scale[TF_LAYERS][TF_WIDE];
    uint8_t p[TF_ROOM];
    uint32_t n;
} tf_file;

static inline void tf_put(tf_file *f, uint32_t at, uint32_t v, int bytes)
{
    while (bytes-- > 0) {
        f->p[at++] = (uint8_t)v;
        v >>= 8;
    }
}
static inline uint32_t tf_get(const tf_file *f, uint32_t at)
{
    return f->p[at] | (uint32_t)f->p[at + 1] << 8 | (uint32_t)f->p[at + 2] << 16 | (uint32_t)f->p[at + 3] << 24;
}
static inline void tf_add(tf_file *f, uint32_t v, int bytes) { tf_put(f, f->n, v, bytes); f->n += (uint32_t)bytes; }

/* a table whose fields are the 4-byte slots named by `present`; the slot of field k is at + 4 + 4 * k; slot:
 * who points at it */
static inline uint32_t tf_table(tf_file *f, uint32_t slot, int fields, unsigned present)
{
    const uint32_t vtable = f->n;
    uint32_t at;
    int k;
    tf_add(f, 4U + 2U * (uint32_t)fields, 2);
    tf_add(f, 4U + 4U * (uint32_t)fields, 2);
    for (k = 0; k < fields; k++) { tf_add(f, present >> k & 1 ? 4U + 4U * (uint32_t)k : 0U, 2); }
    while (f->n % 4) { tf_add(f, 0, 1); }
    at = f->n;
    tf_put(f, slot, at - slot, 4);
    tf_add(f, at - vtable, 4);
    for (k = 0; k < fields; k++) { tf_add(f, 0, 4); }
    return at;
}
static inline uint32_t tf_vector(tf_file *f, uint32_t slot, uint32_t len, uint32_t item)
{
    while (f->n % 8 != 4) { tf_add(f, 0, 1); }
    tf_put(f, slot, f->n - slot, 4);
    tf_add(f, len, 4);
    f->n += len * item;
    memset(f->p + f->n - len * item, 0, len * item);
    while (f->n % 4) { tf_add(f, 0, 1); }
    return f->n - (len * item + 3) / 4 * 4;
}
static inline uint32_t tf_float(float v) { uint32_t u; memcpy(&u, &v, 4); return u; }

static inline int tf_new_tensor(tf_file *f, int type, int rows, int cols, int n_scales, const float *scale, int zero)
{
    tf_tensor *t = &f->tensor[f->n_tensors];
    memset(t, 0, sizeof *t);
    t->type = type; t->rows = rows; t->cols = cols; t->n_scales = n_scales; t->scale = scale; t->zero = zero;
    return f->n_tensors++;
}

static inline void tf_write_tensor(tf_file *f, uint32_t slot, int k)
{
    const tf_tensor *t = &f->tensor[k];
    const int odd = t->what == f->odd_what ? f->odd : TF_PLAIN;
    const uint32_t table = tf_table(f, slot, 7, (t->n_scales ? 0x17U : 0x07U) | (odd == TF_ODD_STATE ? 0x20U : 0U) |
                                                    (odd == TF_ODD_SPARSE ? 0x40U : 0U)),
                   shape = tf_vector(f, table + 4, 2, 4);
    uint32_t q, at;
    int i;
    tf_put(f, table + 8, (uint32_t)t->type, 1);
    tf_put(f, table + 12, (uint32_t)(t->what ? k + 1 : 0), 4);
    tf_put(f, shape, (uint32_t)t->rows, 4);
    tf_put(f, shape + 4, (uint32_t)t->cols, 4);
    if (odd == TF_ODD_STATE) { tf_put(f, table + 24, 1, 1); }
    if (odd == TF_ODD_SPARSE) { tf_table(f, table + 28, 1, 0); }
    if (!t->n_scales) { return; }
    q = tf_table(f, table + 20, 7,
                 0xCU | (odd == TF_ODD_DETAILS ? 0x10U : 0U) | (odd == TF_ODD_DIMENSION ? 0x40U : 0U));
    if (odd == TF_ODD_DETAILS) { tf_put(f, q + 20, 1, 1); }
    if (odd == TF_ODD_DIMENSION) { tf_put(f, q + 28, 1, 4); }
    at = tf_vector(f, q + 12, (uint32_t)t->n_scales, 4);
    for (i = 0; i < t->n_scales; i++) { tf_put(f, at + 4 * (uint32_t)i, tf_float(t->scale[i]), 4); }
    at = tf_vector(f, q + 16, (uint32_t)t->n_scales, 8);
    for (i = 0; i < t->n_scales; i++) {
        tf_put(f, at + 8 * (uint32_t)i, (uint32_t)t->zero, 4);
        tf_put(f, at + 8 * (uint32_t)i + 4, (t->zero < 0 ? 0xFFFFFFFF : 0) ^ (odd == TF_ODD_ZERO ? 1U : 0U), 4);
    }
}

static inline void tf_write_buffer(tf_file *f, uint32_t slot, int k) /* buffer 0 is empty, k + 1 belongs to tensor k */
{
    const tf_tensor *t = k > 0 ? &f->tensor[k - 1] : NULL;
    const int n = t == NULL || t->what == 0 ? 0 : t->rows * t->cols * (t->what == 2 ? 4 : 1);
    const int odd = n > 0 && t->what == f->odd_what && f->odd == TF_ODD_EXTERNAL;
    const uint32_t table = tf_table(f, slot, odd ? 4 : 1, (n ? 1U : 0U) | (odd ? 2U : 0U)),
                   at = n ? tf_vector(f, table + 4, (uint32_t)n, 1) : 0;
    int i;
    for (i = 0; n && i < t->rows * t->cols; i++) {
        if (t->what == 2) {
            tf_put(f, at + 4 * (uint32_t)i, (uint32_t)f->layer[t->layer].bias[i], 4);
        } else {
            f->p[at + (uint32_t)i] = (uint8_t)f->layer[t->layer].w[i];
        }
    }
}

static inline void tf_write_op(tf_file *f, uint32_t slot, const tf_op *o, int code)
{
    const uint32_t table = tf_table(f, slot, 5, o->op == TF_DENSE || o->op == TF_SOFTMAX ? 0x17 : 0x07);
    const uint32_t in = tf_vector(f, table + 8, o->op == TF_DENSE ? 3 : 1, 4), out = tf_vector(f, table + 12, 1, 4);
    tf_put(f, table + 4, (uint32_t)code, 4);
    tf_put(f, in, (uint32_t)o->in, 4);
    if (o->op == TF_DENSE) { tf_put(f, in + 4, (uint32_t)o->w, 4); tf_put(f, in + 8, (uint32_t)o->bias, 4); }
    tf_put(f, out, (uint32_t)o->out, 4);
    if (o->op == TF_DENSE || o->op == TF_SOFTMAX) {
        const uint32_t options = tf_table(f, table + 20, 2, f->odd == TF_ODD_FORMAT ? 3 : 1);
        if (f->odd == TF_ODD_FORMAT) { tf_put(f, options + 8, 1, 1); }
        if (o->op == TF_DENSE) {
            tf_put(f, options + 4, (uint32_t)f->layer[f->tensor[o->w].layer].act, 1);
        } else {
            tf_put(f, options + 4, tf_float(1), 4);
        }
    }
}

static inline void tf_write(tf_file *f)
{
    uint32_t model, part, v;
    int k;
    memset(f->p, 0, f->repeat ? sizeof f->p : 1U << 14);
    f->n = 8;
    memcpy(f->p + 4, "TFL3", 4);
    model = tf_table(f, 0, 5, 0x16);
    v = tf_vector(f, model + 8, (uint32_t)f->n_ops, 4); /* one operator code for each operator */
    for (k = 0; k < f->n_ops; k++) {
        tf_put(f, tf_table(f, v + 4 * (uint32_t)k, 4, 0x9) + 16, (uint32_t)f->op[k].op, 4);
    }
    v = tf_vector(f, model + 12, 1, 4);
    part = tf_table(f, v, 4, 0xF);
    v = tf_vector(f, part + 4, (uint32_t)f->n_tensors, 4);
    for (k = 0; k < f->n_tensors; k++) { tf_write_tensor(f, v + 4 * (uint32_t)k, k); }
    tf_put(f, tf_vector(f, part + 8, 1, 4), (uint32_t)f->op[0].in, 4);
    tf_put(f, tf_vector(f, part + 12, 1, 4), (uint32_t)f->op[f->n_ops - 1].out, 4);
    v = tf_vector(f, part + 16, (uint32_t)(f->n_ops + f->repeat), 4);
    for (k = 0; k < f->n_ops; k++) { tf_write_op(f, v + 4 * (uint32_t)(k + f->repeat), &f->op[k], k); }
    for (k = 0; k < f->repeat; k++) { /* the same table */
        const uint32_t slot = v + 4 * (uint32_t)k, first = v + 4 * (uint32_t)f->repeat;
        tf_put(f, slot, first - slot + tf_get(f, first), 4);
    }
    v = tf_vector(f, model + 20, (uint32_t)f->n_tensors + 1, 4);
    for (k = 0; k <= f->n_tensors; k++) { tf_write_buffer(f, v + 4 * (uint32_t)k, k); }
}

static inline void tf_random_layer(tf_dense *l, int n_in, int zero_in, float scale_in)
{
    int i;
    l->n_in = n_in;
    l->n_out = 1 + (int)rnd_below(TF_WIDE);
    l->per_row = (int)rnd_below(2);
    l->has_bias = (int)rnd_below(3);
    l->act = rnd_below(3) ? rnd_below(2) ? 1 : 3 : 0;
    l->zero_in = zero_in; l->scale_in = scale_in;
    l->zero_out = rnd_in(-128, 127); l->scale_out = 0.005F + (float)rnd_below(1000) / 7000;
    for (i = 0; i < l->n_out; i++) {
        l->scale_w[i] = 0.002F + (float)rnd_below(1000) / 90000;
        l->bias[i] = rnd_in(-3000, 3000);
    }
    for (i = 0; i < l->n_out * n_in; i++) { l->w[i] = (int8_t)rnd_in(-127, 127); }
}

/* a random chain; last: an operator code behind it, or 0 */
static inline void tf_random(tf_file *f, int last)
{
    static const float soft = 1.0F / 256, *none = NULL;
    int k, i, at, n_in = 1 + (int)rnd_below(TF_WIDE), zero = rnd_in(-128, 127);
    static float scale;
    memset(f, 0, sizeof *f);
    scale = 0.005F + (float)rnd_below(1000) / 9000;
    f->n_layers = 1 + (int)rnd_below(TF_LAYERS);
    f->last = last;
    at = tf_new_tensor(f, 9, 1, n_in, 1, &scale, zero);
    if (rnd_below(3) == 0) { /* from float */
        const int real = tf_new_tensor(f, 0, 1, n_in, 0, none, 0);
        f->op[f->n_ops].op = TF_QUANTIZE; f->op[f->n_ops].in = real; f->op[f->n_ops++].out = at;
    }
    for (k = 0; k < f->n_layers; k++) {
        tf_dense *l = &f->layer[k];
        tf_op *o = &f->op[f->n_ops++];
        tf_random_layer(l, n_in, zero, k ? f->layer[k - 1].scale_out : scale);
        o->op = TF_DENSE; o->in = at;
        o->w = tf_new_tensor(f, 9, l->n_out, n_in, l->per_row ? l->n_out : 1, l->scale_w, 0);
        f->tensor[o->w].what = 1; f->tensor[o->w].layer = k;
        o->bias = -1;
        if (l->has_bias) {
            const int scales = rnd_below(2) == 0 ? 0 : l->per_row ? l->n_out : 1; /* they may be there */
            for (i = 0; i < l->n_out; i++) { f->bias_scale[k][i] = l->scale_in * l->scale_w[i]; }
            o->bias = tf_new_tensor(f, 2, 1, l->n_out, scales, f->bias_scale[k], 0);
            f->tensor[o->bias].what = 2;
            f->tensor[o->bias].layer = k;
        }
        o->out = at = tf_new_tensor(f, 9, 1, l->n_out, 1, &l->scale_out, l->zero_out);
        n_in = l->n_out; zero = l->zero_out;
        if (rnd_below(3) == 0 && (last != TF_SOFTMAX || k + 1 < f->n_layers)) { /* the same values in another shape */
            f->op[f->n_ops].op = TF_RESHAPE; f->op[f->n_ops].in = at;
            f->op[f->n_ops++].out = at = tf_new_tensor(f, 9, n_in, 1, 1, &l->scale_out, zero);
        }
    }
    if (last) {
        f->op[f->n_ops].op = last; f->op[f->n_ops].in = at;
        f->op[f->n_ops++].out = at = last == TF_DEQUANTIZE ? tf_new_tensor(f, 0, 1, n_in, 0, none, 0)
                                     : last == TF_RELU
                                         ? tf_new_tensor(f, 9, 1, n_in, 1, &f->layer[f->n_layers - 1].scale_out, zero)
                                         : tf_new_tensor(f, 9, 1, n_in, 1, &soft, -128);
    }
    tf_write(f);
}

/* what the interpreter gives for x [n_in], y [n_out of the last dense layer]: gemmlowp's double rounding */
static inline void tf_evaluate(int *y, const tf_file *f, const int8_t *x)
{
    int u[TF_WIDE], k, r, c;
    for (c = 0; c < f->layer[0].n_in; c++) { u[c] = x[c]; }
    for (k = 0; k < f->n_layers; k++) {
        const tf_dense *l = &f->layer[k];
        for (r = 0; r < l->n_out; r++) {
            volatile float product = l->scale_in * l->scale_w[0];
            const double real = l->per_row ? (double)l->scale_in * (double)l->scale_w[r] / (double)l->scale_out
                                           : (double)product / (double)l->scale_out;
            int e, lo = -128, hi = 127;
            const double q = frexp(real, &e);
            int64_t m = (int64_t)floor(q * 2147483648.0 + 0.5), acc = l->has_bias ? l->bias[r] : 0;
            if (m == (int64_t)1 << 31) { m /= 2; e++; }
            for (c = 0; c < l->n_in; c++) { acc += (int64_t)l->w[r * l->n_in + c] * (u[c] - l->zero_in); }
            acc = oracle_high_mul(acc * (e > 0 ? oracle_pow2(e) : 1), m);
            acc = oracle_round_pow2(acc, e < 0 ? -e : 0) + l->zero_out;
            if (l->act) { lo = l->zero_out; }
            if (l->act == 3) {
                volatile float steps = 6.0F / l->scale_out; /* the reference divides floats */
                const double six = l->zero_out + (double)roundf(steps);
                hi = six > 127 ? 127 : (int)six;
            }
            y[r] = (int)oracle_clamp(acc, lo, hi);
        }
        for (r = 0; r < l->n_out; r++) { u[r] = y[r]; }
    }
}
#endif
