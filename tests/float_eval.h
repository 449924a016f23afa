/* float_eval.h - what a graph of float32 tensors answers, in double from layer to layer, straight from the definitions
 * of the operators that public float models have. Shares no arithmetic with examples/tool/graph_real.h. */
#ifndef SUCREF_TESTS_FLOAT_EVAL_H
#define SUCREF_TESTS_FLOAT_EVAL_H
#include <math.h>
#include <stdlib.h>
#include "../examples/tool/graph.h"

typedef struct { const graph *g; double **v; } float_eval;

/* every number of a constant; int8 ones of hybrid models with a scale for each index of one dimension */
static inline double *float_constant(const graph_tensor *t)
{
    double *v = (double *)malloc((t->elements + 1) * sizeof *v);
    uint32_t k, below = 1;
    int i;
    for (i = t->dimension + 1; i < t->rank; i++) { below *= (uint32_t)t->dim[i]; }
    for (k = 0; k < t->elements; k++) {
        v[k] = t->type == GRAPH_INT8 ? (int8_t)t->data[k] *
                                           (double)graph_scale(t, k / below % (uint32_t)t->dim[t->dimension])
                                     : (double)flat_f32(t->data + 4 * (size_t)k);
    }
    return v;
}
static inline void float_eval_init(float_eval *e, const graph *g)
{
    uint32_t k;
    e->g = g;
    e->v = (double **)calloc(g->n_tensors + 1, sizeof *e->v);
    for (k = 0; k < g->n_tensors; k++) {
        const graph_tensor *t = &g->tensor[k];
        if (t->data != NULL && (t->type == GRAPH_FLOAT32 || t->type == GRAPH_INT8)) { e->v[k] = float_constant(t); }
        else { e->v[k] = (double *)calloc(t->elements + 1, sizeof(double)); }
    }
}
static inline void float_eval_free(float_eval *e)
{
    uint32_t k;
    for (k = 0; k < e->g->n_tensors; k++) { free(e->v[k]); }
    free(e->v);
}

static inline double float_act(double v, int act)
{
    if (act == GRAPH_ACT_RELU || act == GRAPH_ACT_RELU6) { v = fmax(v, 0); }
    return act == GRAPH_ACT_RELU6 ? fmin(v, 6) : v;
}

/* sums, averages or the largest of windows: input channel by channel, or channel c alone */
static inline void float_windows(const float_eval *e, const graph_op *o)
{
    const graph *g = e->g;
    const double *x = e->v[o->in[0]], *w = o->n_in > 1 ? e->v[o->in[1]] : NULL,
                 *b = o->n_in > 2 && o->in[2] >= 0 ? e->v[o->in[2]] : NULL;
    double *y = e->v[o->out];
    int32_t in[4], out[4], r, s, c, i, j, k;
    graph_shape(in, &g->tensor[o->in[0]]);
    graph_shape(out, &g->tensor[o->out]);
    for (r = 0; r < out[1]; r++) {
        for (s = 0; s < out[2]; s++) {
            for (c = 0; c < out[3]; c++) {
                double sum = 0, most = -HUGE_VAL, count = 0;
                for (i = 0; i < o->kernel[0]; i++) {
                    for (j = 0; j < o->kernel[1]; j++) {
                        const int32_t row = r * o->stride[0] + i * (w ? o->dilation[0] : 1) - o->pad[0],
                                      col = s * o->stride[1] + j * (w ? o->dilation[1] : 1) - o->pad[1];
                        const double *p = x + (row * in[2] + col) * in[3];
                        if (row < 0 || col < 0 || row >= in[1] || col >= in[2]) { continue; }
                        count++;
                        if (o->code == GRAPH_CONV) {
                            const double *q = w + ((c * o->kernel[0] + i) * o->kernel[1] + j) * in[3];
                            for (k = 0; k < in[3]; k++) { sum += p[k] * q[k]; }
                        } else if (o->code == GRAPH_DEPTHWISE) {
                            sum += p[c * in[3] / out[3]] * w[(i * o->kernel[1] + j) * out[3] + c];
                        } else {
                            sum += p[c];
                            most = fmax(most, p[c]);
                        }
                    }
                }
                sum = o->code == GRAPH_MAX_POOL ? most : o->code == GRAPH_AVERAGE_POOL ? sum / count : sum;
                *y++ = float_act(sum + (b != NULL ? b[c] : 0), o->act);
            }
        }
    }
}
static inline void float_dense(const float_eval *e, const graph_op *o)
{
    const graph_tensor *w = &e->g->tensor[o->in[1]];
    const double *x = e->v[o->in[0]], *p = e->v[o->in[1]], *b = o->in[2] >= 0 ? e->v[o->in[2]] : NULL;
    int32_t r, c;
    for (r = 0; r < w->dim[0]; r++) {
        double sum = b != NULL ? b[r] : 0;
        for (c = 0; c < w->dim[1]; c++) { sum += x[c] * *p++; }
        e->v[o->out][r] = float_act(sum, o->act);
    }
}
static inline void float_softmax(double *y, const double *x, uint32_t n, double beta)
{
    double sum = 0;
    uint32_t k;
    for (k = 0; k < n; k++) { sum += exp(beta * x[k]); }
    for (k = 0; k < n; k++) { y[k] = exp(beta * x[k]) / sum; }
}

/* the answer to the input in v[g->input], valid until the next; NULL where an operator is none of these */
static inline const double *float_eval_run(const float_eval *e)
{
    const graph *g = e->g;
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const uint32_t n = g->tensor[o->out].elements;
        switch (o->code) {
        case GRAPH_CONV: case GRAPH_DEPTHWISE: case GRAPH_MAX_POOL: case GRAPH_AVERAGE_POOL: float_windows(e, o); break;
        case GRAPH_DENSE: float_dense(e, o); break;
        case GRAPH_RESHAPE: memcpy(e->v[o->out], e->v[o->in[0]], n * sizeof(double)); break;
        case GRAPH_SOFTMAX: float_softmax(e->v[o->out], e->v[o->in[0]], n, (double)o->number); break;
        default: return NULL;
        }
    }
    return e->v[g->output];
}
#endif
