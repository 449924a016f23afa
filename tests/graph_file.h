/* graph_file.h - writes TensorFlow Lite files of any operators. Uses the table writer of tflite_file.h. */
#ifndef SUCREF_TESTS_GRAPH_FILE_H
#define SUCREF_TESTS_GRAPH_FILE_H
#include "../examples/tool/graph.h"
#include "tflite_file.h"

enum { GF_TENSORS = 260, GF_OPS = 140, GF_POOL = 1 << 17, GF_SCALES = 4096 };
typedef struct { int type, rank, dim[4], n_scales, zero, dimension; uint32_t scale, data, data_len; } gf_tensor;
typedef struct {
    int code, n_in, n_out, in[8], out[4], n_fields;
    struct { int field, size; uint32_t value; } field[6]; /* size 0: a text, the operator's name */
    char name[16];
} gf_op;
typedef struct { gf_tensor tensor[GF_TENSORS]; gf_op op[GF_OPS]; int n_tensors, n_ops, input, output; } gf_part;
typedef struct {
    gf_part part[2];           /* the network, and what CALL_ONCE runs */
    float scale[GF_SCALES];
    uint8_t pool[GF_POOL];
    uint32_t n_scales, n_pool;
    int plain;                 /* random weights are small, scales 1, zero points 0, and nothing is fused */
    int tame;                  /* random weights are like each other; biases do not outweigh them */
    tf_file file;              /* file.p, file.n: the result of gf_write */
} gf_file;

/* ---- builder ---- */

static inline void gf_begin(gf_file *f)
{
    const int tame = f->tame;
    memset(f, 0, sizeof *f);
    f->tame = tame;
}

static inline int gf_new(gf_file *f, gf_part *p, int type, int rank, const int *dim)
{
    gf_tensor *t = &p->tensor[p->n_tensors];
    (void)f;
    memset(t, 0, sizeof *t);
    t->type = type; t->rank = rank;
    memcpy(t->dim, dim, (size_t)rank * sizeof *dim);
    return p->n_tensors++;
}

/* one scale for all, or one more for each call */
static inline void gf_scale(gf_file *f, gf_part *p, int tensor, float scale, int zero)
{
    gf_tensor *t = &p->tensor[tensor];
    if (t->n_scales++ == 0) { t->scale = f->n_scales; }
    t->zero = zero;
    f->scale[f->n_scales++] = scale;
}

static inline void gf_data(gf_file *f, gf_part *p, int tensor, const void *data, uint32_t len)
{
    gf_tensor *t = &p->tensor[tensor];
    t->data = f->n_pool;
    t->data_len = len;
    memcpy(f->pool + f->n_pool, data, len);
    f->n_pool += len;
}

/* an int8 tensor of one image */
static inline int gf_image(gf_file *f, int h, int w, int c, float scale, int zero)
{
    const int dim[4] = { 1, h, w, c }, t = gf_new(f, &f->part[0], GRAPH_INT8, 4, dim);
    gf_scale(f, &f->part[0], t, scale, zero);
    return t;
}

/* constant numbers of 4 bytes, least significant first */
static inline int gf_numbers(gf_file *f, int n, const int32_t *v)
{
    const int t = gf_new(f, &f->part[0], GRAPH_INT32, 1, &n);
    uint8_t bytes[4 * 64];
    int k;
    for (k = 0; k < 4 * n; k++) { bytes[k] = (uint8_t)((uint32_t)v[k / 4] >> k % 4 * 8); }
    gf_data(f, &f->part[0], t, bytes, 4U * (uint32_t)n);
    return t;
}

static inline int gf_weights(gf_file *f, int rank, const int *dim, const int8_t *w, float scale)
{
    const int t = gf_new(f, &f->part[0], GRAPH_INT8, rank, dim);
    uint32_t n = 1;
    int k;
    for (k = 0; k < rank; k++) { n *= (uint32_t)dim[k]; }
    gf_data(f, &f->part[0], t, w, n);
    if (scale > 0) { gf_scale(f, &f->part[0], t, scale, 0); }
    return t;
}

static inline gf_op *gf_add(gf_part *p, int code, int n_in, const int *in, int out)
{
    gf_op *o = &p->op[p->n_ops++];
    memset(o, 0, sizeof *o);
    o->code = code; o->n_in = n_in;
    memcpy(o->in, in, (size_t)n_in * sizeof *in);
    o->n_out = out >= 0;
    o->out[0] = out;
    return o;
}

static inline void gf_field(gf_op *o, int field, int size, uint32_t value)
{
    o->field[o->n_fields].field = field;
    o->field[o->n_fields].size = size;
    o->field[o->n_fields++].value = value;
}

/* the fields of convolutions (last: activation) and of pools; where a convolution's dilation starts */
static inline void gf_window(gf_op *o, int valid, int stride_h, int stride_w, int act_field, int act)
{
    gf_field(o, 0, 1, (uint32_t)valid);
    gf_field(o, 1, 4, (uint32_t)stride_w);
    gf_field(o, 2, 4, (uint32_t)stride_h);
    gf_field(o, act_field, 1, (uint32_t)act);
}

static inline int gf_handle(gf_part *p, gf_file *f, const char *name)
{
    const int none[1] = { 0 }, t = gf_new(f, p, GRAPH_RESOURCE, 0, none);
    gf_op *o = gf_add(p, GRAPH_VAR_HANDLE, 0, none, t);
    snprintf(o->name, sizeof o->name, "%s", name);
    gf_field(o, 1, 0, 0);
    return t;
}

/* ---- the file ---- */

static inline void gf_write_tensor(gf_file *f, uint32_t slot, const gf_tensor *t, uint32_t buffer)
{
    tf_file *o = &f->file;
    const uint32_t table = tf_table(o, slot, 7, t->n_scales ? 0x17U : 0x07U),
                   shape = tf_vector(o, table + 4, (uint32_t)t->rank, 4);
    uint32_t q, at, i;
    int k;
    tf_put(o, table + 8, (uint32_t)t->type, 1);
    tf_put(o, table + 12, t->data_len ? buffer : 0, 4);
    for (k = 0; k < t->rank; k++) { tf_put(o, shape + 4 * (uint32_t)k, (uint32_t)t->dim[k], 4); }
    if (!t->n_scales) { return; }
    q = tf_table(o, table + 20, 7, 0x4CU);
    tf_put(o, q + 28, (uint32_t)t->dimension, 4);
    at = tf_vector(o, q + 12, (uint32_t)t->n_scales, 4);
    for (i = 0; i < (uint32_t)t->n_scales; i++) { tf_put(o, at + 4 * i, tf_float(f->scale[t->scale + i]), 4); }
    at = tf_vector(o, q + 16, 1, 8);
    tf_put(o, at, (uint32_t)t->zero, 4);
    tf_put(o, at + 4, t->zero < 0 ? 0xFFFFFFFF : 0, 4);
}

static inline void gf_write_op(gf_file *f, uint32_t slot, const gf_op *op, uint32_t code)
{
    tf_file *o = &f->file;
    const uint32_t table = tf_table(o, slot, 5, op->n_fields ? 0x17U : 0x07U),
                   in = tf_vector(o, table + 8, (uint32_t)op->n_in, 4),
                   out = tf_vector(o, table + 12, (uint32_t)op->n_out, 4);
    uint32_t options;
    unsigned present = 0;
    int k;
    tf_put(o, table + 4, code, 4);
    for (k = 0; k < op->n_in; k++) { tf_put(o, in + 4 * (uint32_t)k, (uint32_t)op->in[k], 4); }
    for (k = 0; k < op->n_out; k++) { tf_put(o, out + 4 * (uint32_t)k, (uint32_t)op->out[k], 4); }
    for (k = 0; k < op->n_fields; k++) { present |= 1U << op->field[k].field; }
    if (op->n_fields == 0) { return; }
    options = tf_table(o, table + 20, 8, present);
    for (k = 0; k < op->n_fields; k++) {
        const uint32_t at = options + 4 + 4 * (uint32_t)op->field[k].field;
        if (op->field[k].size > 0) { tf_put(o, at, op->field[k].value, op->field[k].size); continue; }
        memcpy(o->p + tf_vector(o, at, (uint32_t)strlen(op->name), 1), op->name, strlen(op->name));
    }
}

static inline void gf_write_part(gf_file *f, uint32_t slot, const gf_part *p, uint32_t buffer, uint32_t code)
{
    tf_file *o = &f->file;
    const uint32_t part = tf_table(o, slot, 4, 0xF), whole = p == &f->part[0];
    uint32_t v = tf_vector(o, part + 4, (uint32_t)p->n_tensors, 4), k;
    for (k = 0; k < (uint32_t)p->n_tensors; k++) { gf_write_tensor(f, v + 4 * k, &p->tensor[k], buffer + k); }
    v = tf_vector(o, part + 8, whole, 4);
    if (whole) { tf_put(o, v, (uint32_t)p->input, 4); }
    v = tf_vector(o, part + 12, whole, 4);
    if (whole) { tf_put(o, v, (uint32_t)p->output, 4); }
    v = tf_vector(o, part + 16, (uint32_t)p->n_ops, 4);
    for (k = 0; k < (uint32_t)p->n_ops; k++) { gf_write_op(f, v + 4 * k, &p->op[k], code + k); }
}

static inline void gf_write(gf_file *f)
{
    tf_file *o = &f->file;
    const uint32_t parts = f->part[1].n_ops > 0 ? 2 : 1;
    uint32_t model, v, i, k, n;
    memset(o->p, 0, sizeof o->p);
    o->n = 8;
    memcpy(o->p + 4, "TFL3", 4);
    model = tf_table(o, 0, 5, 0x16);
    v = tf_vector(o, model + 8, (uint32_t)(f->part[0].n_ops + f->part[1].n_ops), 4); /* a code for each operator */
    for (i = n = 0; i < parts; i++) {
        for (k = 0; k < (uint32_t)f->part[i].n_ops; k++, n++) {
            tf_put(o, tf_table(o, v + 4 * n, 4, 0x9) + 16, (uint32_t)f->part[i].op[k].code, 4);
        }
    }
    v = tf_vector(o, model + 12, parts, 4);
    for (i = 0; i < parts; i++) {
        gf_write_part(f, v + 4 * i, &f->part[i], 1 + (i ? (uint32_t)f->part[0].n_tensors : 0),
                      i ? (uint32_t)f->part[0].n_ops : 0);
    }
    v = tf_vector(o, model + 20, (uint32_t)(1 + f->part[0].n_tensors + f->part[1].n_tensors), 4);
    tf_table(o, v, 1, 0);
    for (i = 0, n = 1; i < parts; i++) {
        for (k = 0; k < (uint32_t)f->part[i].n_tensors; k++, n++) {
            const gf_tensor *t = &f->part[i].tensor[k];
            const uint32_t table = tf_table(o, v + 4 * n, 1, t->data_len ? 1 : 0);
            if (t->data_len) { memcpy(o->p + tf_vector(o, table + 4, t->data_len, 1), f->pool + t->data, t->data_len); }
        }
    }
}

static inline int gf_dim(const gf_file *f, int t, int k) { return f->part[0].tensor[t].dim[k]; }
static inline float gf_scale_of(const gf_file *f, int t) { return f->scale[f->part[0].tensor[t].scale]; }
static inline int gf_zero_of(const gf_file *f, int t) { return f->part[0].tensor[t].zero; }
#endif
