/* graph_real.h - what a graph of float32 tensors answers: every operator in double, rounded to float where it writes.
 */
#ifndef SUCREF_TOOL_GRAPH_REAL_H
#define SUCREF_TOOL_GRAPH_REAL_H
#include "graph.h"

typedef struct { double *w, *b; } real_layer; /* weights in the order of their tensor, biases; NULL: none */
typedef struct {
    const graph *g;
    float **v;                 /* of each tensor, or NULL */
    real_layer *layer;         /* of each operator */
} graph_real;

/* has the operator weights? */
static inline int real_weighs(int code) { return code == GRAPH_CONV || code == GRAPH_DEPTHWISE || code == GRAPH_DENSE; }

/* the row that number k of a weight tensor belongs to, and the number of rows */
static inline uint32_t real_row(const graph_op *o, const graph_tensor *w, uint32_t k, uint32_t *rows)
{
    *rows = (uint32_t)w->dim[o->code == GRAPH_DEPTHWISE ? 3 : 0];
    return o->code == GRAPH_DEPTHWISE ? k % *rows : k / (w->elements / *rows);
}

/* number k of a weight tensor whose value k belongs to row `row` */
static inline double real_weight(const graph_tensor *w, uint32_t k, uint32_t row)
{
    return w->type == GRAPH_INT8 ? (double)(int8_t)w->data[k] * (double)graph_scale(w, row)
                                 : (double)flat_f32(w->data + 4 * (size_t)k);
}

static inline double real_act(double v, int act)
{
    const double lo = act == GRAPH_ACT_RELU_N1_TO_1 ? -1 : 0, hi = act == GRAPH_ACT_RELU6 ? 6 : 1;
    if (act == GRAPH_NO_ACT) { return v; }
    v = v < lo ? lo : v;
    return act != GRAPH_ACT_RELU && v > hi ? hi : v;
}

/* taps that reach the input: of output y, x those first..last of kernel rows and columns */
static inline void real_taps(int *first, int *last, int at, int kernel, int dilation, int side)
{
    *first = at < 0 ? (-at + dilation - 1) / dilation : 0;
    *last = at >= side ? 0 : (side - 1 - at) / dilation + 1;
    *last = *last > kernel ? kernel : *last;
}

/* one output of a convolution, of n channels from `first` on; w: of its first tap, `every` apart from tap to tap */
static inline double real_window(const graph_op *o, const float *in, const int32_t *d, int y, int x, const double *w,
                                 size_t every, int first, int n)
{
    const int row = y * o->stride[0] - o->pad[0], column = x * o->stride[1] - o->pad[1];
    double sum = 0;
    int ky, kx, c, to_y, from_x, to_x;
    real_taps(&ky, &to_y, row, o->kernel[0], o->dilation[0], d[1]);
    real_taps(&from_x, &to_x, column, o->kernel[1], o->dilation[1], d[2]);
    for (; ky < to_y; ky++) {
        for (kx = from_x; kx < to_x; kx++) {
            const float *p = in + ((row + ky * o->dilation[0]) * d[2] + column + kx * o->dilation[1]) * d[3] + first;
            const double *q = w + (size_t)(ky * o->kernel[1] + kx) * every;
            for (c = 0; c < n; c++) { sum += (double)p[c] * q[c]; }
        }
    }
    return sum;
}

static inline void real_conv(const graph *g, const graph_op *o, const real_layer *l, float *out, const float *in)
{
    const int deep = o->code == GRAPH_DEPTHWISE;
    int32_t dx[4], dy[4];
    int y, x, c;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const size_t row = (size_t)(o->kernel[0] * o->kernel[1] * dx[3]) * (size_t)c;
                const double sum = deep ? real_window(o, in, dx, y, x, l->w + c, (size_t)dy[3], c / (dy[3] / dx[3]), 1)
                                        : real_window(o, in, dx, y, x, l->w + row, (size_t)dx[3], 0, dx[3]);
                *out++ = (float)real_act(sum + l->b[c], o->act);
            }
        }
    }
}

static inline void real_dense(const graph *g, const graph_op *o, const real_layer *l, float *out, const float *in)
{
    const graph_tensor *w = &g->tensor[o->in[1]];
    const uint32_t n_out = (uint32_t)w->dim[0], n_in = (uint32_t)w->dim[1];
    uint32_t at, r, c;
    for (at = 0; at < g->tensor[o->in[0]].elements; at += n_in) {
        for (r = 0; r < n_out; r++) {
            const double *p = l->w + (size_t)r * n_in;
            double sum = 0;
            for (c = 0; c < n_in; c++) { sum += (double)in[at + c] * p[c]; }
            *out++ = (float)real_act(sum + l->b[r], o->act);
        }
    }
}

static inline void real_pool(const graph *g, const graph_op *o, float *out, const float *in)
{
    int32_t dx[4], dy[4];
    int y, x, c, ky, kx;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                double sum = 0, most = -HUGE_VAL, n = 0;
                for (ky = 0; ky < o->kernel[0]; ky++) {
                    for (kx = 0; kx < o->kernel[1]; kx++) {
                        const int iy = y * o->stride[0] - o->pad[0] + ky, ix = x * o->stride[1] - o->pad[1] + kx;
                        double v;
                        if (iy < 0 || iy >= dx[1] || ix < 0 || ix >= dx[2]) { continue; }
                        v = (double)in[(iy * dx[2] + ix) * dx[3] + c];
                        sum += v;
                        most = v > most ? v : most;
                        n++;
                    }
                }
                *out++ = (float)real_act(o->code == GRAPH_MAX_POOL ? most : n > 0 ? sum / n : 0, o->act);
            }
        }
    }
}

/* MEAN, SUM, REDUCE_MAX, REDUCE_MIN of output number k */
static inline double real_reduced(const graph_op *o, const float *in, const int32_t *d, uint32_t k)
{
    int32_t n[3], at[3], y, x, c, i;
    double sum = 0, most = -HUGE_VAL, least = HUGE_VAL;
    for (i = 0; i < 3; i++) { n[i] = o->over[i] ? d[1 + i] : 1; }
    for (i = 2; i >= 0; i--) {
        const uint32_t side = o->over[i] ? 1U : (uint32_t)d[1 + i];
        at[i] = (int32_t)(k % side);
        k /= side;
    }
    for (y = 0; y < n[0]; y++) {
        for (x = 0; x < n[1]; x++) {
            for (c = 0; c < n[2]; c++) {
                const double v = (double)in[((at[0] + y) * d[2] + at[1] + x) * d[3] + at[2] + c];
                sum += v;
                most = v > most ? v : most;
                least = v < least ? v : least;
            }
        }
    }
    return o->code == GRAPH_REDUCE_MAX ? most : o->code == GRAPH_REDUCE_MIN ? least
           : o->code == GRAPH_SUM ? sum : sum / n[0] / n[1] / n[2];
}

static inline void real_reduce(const graph *g, const graph_op *o, float *out, const float *in)
{
    int32_t d[4];
    uint32_t k;
    graph_shape(d, &g->tensor[o->in[0]]);
    for (k = 0; k < g->tensor[o->out].elements; k++) { out[k] = (float)real_reduced(o, in, d, k); }
}

/* sides of 1 are repeated */
static inline double real_spread(const float *v, const int32_t *d, int y, int x, int c)
{
    return (double)v[((d[1] > 1 ? y : 0) * d[2] + (d[2] > 1 ? x : 0)) * d[3] + (d[3] > 1 ? c : 0)];
}

static inline double real_of_two(int code, double u, double v)
{
    switch (code) {
    case GRAPH_ADD: return u + v;
    case GRAPH_SUB: return u - v;
    case GRAPH_MUL: return u * v;
    case GRAPH_DIV: return u / v;
    case GRAPH_PRELU: return u >= 0 ? u : u * v;
    case GRAPH_MAXIMUM: return u > v ? u : v;
    case GRAPH_MINIMUM: return u < v ? u : v;
    default: return (u - v) * (u - v); /* SQUARED_DIFFERENCE */
    }
}

static inline void real_pair(const graph *g, const graph_op *o, float *out, const float *a, const float *b)
{
    int32_t da[4], db[4], dy[4];
    int y, x, c;
    graph_shape(da, &g->tensor[o->in[0]]);
    graph_shape(db, &g->tensor[o->in[1]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const double u = real_spread(a, da, y, x, c), v = real_spread(b, db, y, x, c);
                *out++ = (float)real_act(real_of_two(o->code, u, v), o->act);
            }
        }
    }
}

/* copies the box size[1..3] with steps from begin in `in` (shape di) to `at` in out (shape dout) */
static inline void real_move(float *out, const int32_t *dout, const int32_t *at, const float *in, const int32_t *di,
                             const int32_t *begin, const int32_t *step, const int32_t *size)
{
    int y, x, c;
    for (y = 0; y < size[1]; y++) {
        for (x = 0; x < size[2]; x++) {
            for (c = 0; c < size[3]; c++) {
                out[((y + at[1]) * dout[2] + x + at[2]) * dout[3] + c + at[3]] =
                    in[((begin[1] + y * step[1]) * di[2] + begin[2] + x * step[2]) * di[3] + begin[3] + c * step[3]];
            }
        }
    }
}

static inline void real_moving(const graph_real *e, const graph_op *o, float *out)
{
    static const int32_t none[4] = { 0, 0, 0, 0 }, one[4] = { 1, 1, 1, 1 };
    const graph *g = e->g;
    int32_t dx[4], dy[4], at[4] = { 0, 0, 0, 0 };
    uint32_t k;
    int i;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    if (o->code == GRAPH_SLICE) { real_move(out, o->size, none, e->v[o->in[0]], dx, o->begin, o->step, o->size); }
    if (o->code == GRAPH_PAD) {
        for (k = 0; k < g->tensor[o->out].elements; k++) { out[k] = o->number; }
        real_move(out, dy, o->begin, e->v[o->in[0]], dx, none, one, dx);
    }
    for (i = 0; o->code == GRAPH_CONCATENATION && i < o->n_in; i++) {
        graph_shape(dx, &g->tensor[o->in[i]]);
        real_move(out, dy, at, e->v[o->in[i]], dx, none, one, dx);
        at[o->axis] += dx[o->axis];
    }
}

/* the place in the input of number k of the output, of what only puts numbers elsewhere */
static inline uint32_t real_source(const graph_op *o, const int32_t *dx, const int32_t *dy, uint32_t k)
{
    const int32_t c = (int32_t)(k % (uint32_t)dy[3]), x = (int32_t)(k / (uint32_t)dy[3] % (uint32_t)dy[2]),
                  y = (int32_t)(k / (uint32_t)dy[3] / (uint32_t)dy[2]), at[4] = { 0, y, x, c };
    int32_t from[4] = { 0, 0, 0, 0 }, i, side[3], place[3];
    switch (o->code) {
    case GRAPH_TRANSPOSE:
        for (i = 2; i >= 0; i--) {
            side[i] = o->size[o->step[i]];
            place[o->step[i]] = (int32_t)(k % (uint32_t)side[i]);
            k /= (uint32_t)side[i];
        }
        return (uint32_t)((place[0] * o->size[1] + place[1]) * o->size[2] + place[2]);
    case GRAPH_DEPTH_TO_SPACE:
        from[1] = y / o->step[1]; from[2] = x / o->step[2];
        from[3] = (y % o->step[1] * o->step[2] + x % o->step[2]) * dy[3] + c;
        break;
    case GRAPH_SPACE_TO_DEPTH:
        i = c / dx[3];
        from[1] = y * o->step[1] + i / o->step[2]; from[2] = x * o->step[2] + i % o->step[2]; from[3] = c % dx[3];
        break;
    case GRAPH_RESIZE_NEAREST: from[1] = y / o->step[1]; from[2] = x / o->step[2]; from[3] = c; break;
    default: /* MIRROR_PAD */
        for (i = 1; i < 4; i++) {
            from[i] = at[i] - o->begin[i];
            if (from[i] < 0) { from[i] = -from[i] - o->repeats; }
            if (from[i] >= dx[i]) { from[i] = 2 * dx[i] - 2 + o->repeats - from[i]; }
        }
    }
    return (uint32_t)((from[1] * dx[2] + from[2]) * dx[3] + from[3]);
}

static inline void real_place(const graph *g, const graph_op *o, float *out, const float *in)
{
    int32_t dx[4], dy[4];
    uint32_t k;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (k = 0; k < g->tensor[o->out].elements; k++) { out[k] = in[real_source(o, dx, dy, k)]; }
}

static inline void real_pack(const graph_real *e, const graph_op *o, float *out)
{
    int32_t k, i;
    for (k = 0; k < o->size[0]; k++) {
        for (i = 0; i < o->n_in; i++, out += o->size[1]) {
            memcpy(out, e->v[o->in[i]] + (size_t)k * (size_t)o->size[1], 4 * (size_t)o->size[1]);
        }
    }
}

static inline void real_softmax(const graph *g, const graph_op *o, float *out, const float *in)
{
    int32_t d[4];
    uint32_t at;
    int c;
    graph_shape(d, &g->tensor[o->in[0]]);
    for (at = 0; at < g->tensor[o->in[0]].elements; at += (uint32_t)d[3], in += d[3], out += d[3]) {
        double sum = 0, most = -HUGE_VAL;
        for (c = 0; c < d[3]; c++) { most = fmax(most, (double)in[c]); }
        for (c = 0; c < d[3]; c++) { sum += exp((double)o->number * ((double)in[c] - most)); }
        for (c = 0; c < d[3]; c++) { out[c] = (float)(exp((double)o->number * ((double)in[c] - most)) / sum); }
    }
}

static inline double real_function(const graph_op *o, double v)
{
    switch (o->code) {
    case GRAPH_LOGISTIC: return 1 / (1 + exp(-v));
    case GRAPH_TANH: return tanh(v);
    case GRAPH_RELU: return v > 0 ? v : 0;
    case GRAPH_RELU6: return v > 6 ? 6 : v > 0 ? v : 0;
    case GRAPH_LEAKY_RELU: return v > 0 ? v : v * (double)o->number;
    case GRAPH_RELU_N1_TO_1: return v > 1 ? 1 : v > -1 ? v : -1;
    case GRAPH_RELU_0_TO_1: return v > 1 ? 1 : v > 0 ? v : 0;
    case GRAPH_HARD_SWISH: return v * (v > 3 ? 1 : v > -3 ? (v + 3) / 6 : 0);
    case GRAPH_ELU: return v > 0 ? v : exp(v) - 1;
    case GRAPH_GELU:
        return o->number != 0 ? v / 2 * (1 + tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)))
                              : v / 2 * erfc(-v * 0.7071067811865476);
    case GRAPH_ABS: return fabs(v);
    case GRAPH_NEG: return -v;
    case GRAPH_EXP: return exp(v);
    case GRAPH_LOG: return log(v);
    case GRAPH_SQRT: return sqrt(v);
    case GRAPH_RSQRT: return 1 / sqrt(v);
    case GRAPH_SQUARE: return v * v;
    case GRAPH_SIN: return sin(v);
    case GRAPH_COS: return cos(v);
    default: return v; /* RESHAPE */
    }
}

static inline void real_op(const graph_real *e, const graph_op *o)
{
    const graph *g = e->g;
    const float *in = e->v[o->in[0]];
    const real_layer *l = &e->layer[o - g->op];
    float *out = e->v[o->out];
    uint32_t k;
    switch (o->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: real_conv(g, o, l, out, in); break;
    case GRAPH_DENSE: real_dense(g, o, l, out, in); break;
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: real_pool(g, o, out, in); break;
    case GRAPH_MEAN: case GRAPH_SUM: case GRAPH_REDUCE_MAX: case GRAPH_REDUCE_MIN: real_reduce(g, o, out, in); break;
    case GRAPH_TRANSPOSE: case GRAPH_DEPTH_TO_SPACE: case GRAPH_SPACE_TO_DEPTH: case GRAPH_RESIZE_NEAREST:
    case GRAPH_MIRROR_PAD:
        real_place(g, o, out, in);
        break;
    case GRAPH_PACK: real_pack(e, o, out); break;
    case GRAPH_ADD: case GRAPH_MUL: case GRAPH_SUB: case GRAPH_DIV: case GRAPH_PRELU: case GRAPH_MAXIMUM:
    case GRAPH_MINIMUM: case GRAPH_SQUARED_DIFFERENCE:
        real_pair(g, o, out, in, e->v[o->in[1]]);
        break;
    case GRAPH_SLICE: case GRAPH_PAD: case GRAPH_CONCATENATION: real_moving(e, o, out); break;
    case GRAPH_SOFTMAX: real_softmax(g, o, out, in); break;
    default: for (k = 0; k < g->tensor[o->out].elements; k++) { out[k] = (float)real_function(o, (double)in[k]); }
    }
}

/* weights and biases of an operator that has some */
static inline int real_layer_init(real_layer *l, graph *g, const graph_op *o)
{
    const graph_tensor *w = &g->tensor[o->in[1]];
    uint32_t k, rows;
    l->w = (double *)graph_new(g, (w->elements + 1) * sizeof(double));
    (void)real_row(o, w, 0, &rows);
    l->b = (double *)graph_new(g, (rows + 1) * sizeof(double));
    if (l->w == NULL || l->b == NULL) { return 0; }
    for (k = 0; k < w->elements; k++) { l->w[k] = real_weight(w, k, real_row(o, w, k, &rows)); }
    for (k = 0; o->in[2] >= 0 && k < rows; k++) {
        l->b[k] = (double)flat_f32(g->tensor[o->in[2]].data + 4 * (size_t)k);
    }
    return 1;
}

/* room for all tensors that operators read and write, in g's memory; 0 with g's reason */
static inline int real_room(graph_real *e, graph *g)
{
    uint32_t k, i;
    e->g = g;
    e->v = (float **)graph_new(g, (g->n_tensors + 1) * sizeof *e->v);
    if (e->v == NULL) { return 0; }
    for (k = 0; k < g->n_tensors; k++) {
        const graph_tensor *x = &g->tensor[k];
        if (!x->given || x->type != GRAPH_FLOAT32 || x->why != NULL) { continue; }
        if (x->data != NULL && x->data_len / 4 != x->elements) { continue; } /* nobody reads it: it would be refused */
        e->v[k] = (float *)graph_new(g, 4 * (size_t)x->elements);
        if (e->v[k] == NULL) { return 0; }
        for (i = 0; x->data != NULL && i < x->elements; i++) { e->v[k][i] = flat_f32(x->data + 4 * (size_t)i); }
    }
    return 1;
}

/* room for all tensors and layers; 0 with g's reason */
static inline int real_init(graph_real *e, graph *g)
{
    uint32_t k;
    e->layer = (real_layer *)graph_new(g, ((size_t)g->n_ops + 1) * sizeof *e->layer);
    if (e->layer == NULL) { return 0; }
    for (k = 0; k < g->n_ops; k++) {
        if (real_weighs(g->op[k].code) && !real_layer_init(&e->layer[k], g, &g->op[k])) { return 0; }
    }
    return real_room(e, g);
}

/* runs the input that is in e->v[g->input]; the answer is in e->v[g->output] */
static inline void real_run(const graph_real *e)
{
    uint32_t k;
    for (k = 0; k < e->g->n_ops; k++) { real_op(e, &e->g->op[k]); }
}
#endif
