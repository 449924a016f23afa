/* graph_float.h - a network of int8 tensors, in a file being written, as the same one of float32. */
#ifndef SUCREF_TESTS_GRAPH_FLOAT_H
#define SUCREF_TESTS_GRAPH_FLOAT_H
#include "graph_file.h"

/* the scale that number k of a tensor counts in, one of many or the only one */
static float gf_scale_at(const gf_file *f, int tensor, uint32_t k)
{
    const gf_tensor *t = &f->part[0].tensor[tensor];
    uint32_t below = 1;
    int i;
    for (i = t->dimension + 1; i < t->rank; i++) { below *= (uint32_t)t->dim[i]; }
    return f->scale[t->scale + (t->n_scales > 1 ? k / below % (uint32_t)t->dim[t->dimension] : 0)];
}

/* a tensor's numbers less zero, times scale (of biases: and the k-th of the tensor `weights`, if that is not -1) */
static void gf_real_tensor(gf_file *f, int tensor, float scale, int weights)
{
    gf_tensor *t = &f->part[0].tensor[tensor];
    const int size = t->type == GRAPH_INT32 ? 4 : 1;
    const uint32_t n = t->data_len / (uint32_t)size, at = f->n_pool;
    uint32_t k;
    for (k = 0; k < n; k++) {
        const uint8_t *q = f->pool + t->data + k * (uint32_t)size;
        const int many = weights >= 0 && f->part[0].tensor[weights].n_scales > 1;
        const float s = size == 1 ? gf_scale_at(f, tensor, k)
                        : many    ? scale * f->scale[f->part[0].tensor[weights].scale + k]
                                  : scale * gf_scale_of(f, weights);
        const uint32_t u = tf_float((float)(size == 4 ? (int32_t)flat_u32(q) : (int8_t)*q - t->zero) * s);
        int i;
        for (i = 0; i < 4; i++) { f->pool[f->n_pool++] = (uint8_t)(u >> 8 * i); }
    }
    if (n > 0) { t->data = at; t->data_len = 4 * n; }
    t->type = GRAPH_FLOAT32;
}

/* A random network of int8 tensors as one of float32: constants are what they stand for, QUANTIZE passes numbers on.
 * Variables stay what they are, and are not read */
static void gf_real(gf_file *f)
{
    gf_part *p = &f->part[0];
    int k, last = p->n_ops - 1;
    for (k = 0; k < p->n_ops; k++) { /* biases */
        gf_op *o = &p->op[k];
        const int weighs = o->code == GRAPH_CONV || o->code == GRAPH_DEPTHWISE || o->code == GRAPH_DENSE,
                  at = weighs ? 2 : o->code == GRAPH_TRANSPOSE_CONV ? 3 : -1;
        if (at > 0 && o->n_in > at && o->in[at] >= 0) {
            gf_real_tensor(f, o->in[at], gf_scale_of(f, o->in[weighs ? 0 : 2]), o->in[1]);
        }
        if (o->code == GRAPH_QUANTIZE) { o->code = GRAPH_RESHAPE; }
    }
    if (p->op[last].code == GRAPH_DEQUANTIZE) { p->output = p->op[last].in[0]; p->n_ops--; }
    for (k = 0; k < p->n_tensors; k++) {
        const int type = p->tensor[k].type;
        if (type == GRAPH_INT8 || type == GRAPH_UINT8) { gf_real_tensor(f, k, 1, -1); }
    }
    for (k = 0; k < p->n_tensors; k++) { p->tensor[k].n_scales = 0; }
    gf_write(f);
}
#endif
