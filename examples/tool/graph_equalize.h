/* graph_equalize.h - bytes that stand for the numbers of one channel are coarse where another one of its tensor is far
 * larger. A channel that is only multiplied by weights, or passed on by what commutes with a positive factor (ReLU,
 * pools, padding with zeros, a change of shape), can be larger by a factor if the weights that make it are, too, and
 * those that read it less: the float network stays what it is. Larger channels ask less of their own bytes and more
 * of the readers' weights, which have one scale for each row; factors weigh one against the other. */
#ifndef SUCREF_TOOL_GRAPH_EQUALIZE_H
#define SUCREF_TOOL_GRAPH_EQUALIZE_H
#include "graph_ranges.h"

enum { EQUALIZE_MOST = 65536 };

typedef struct {
    graph_ranges *r;
    graph *g;
    uint8_t *in;               /* of each tensor: does it hold the channels in question? */
    uint32_t channels;
    double *factor, *use;      /* of each channel; use: its largest weight, as a share of its row's largest */
} equalized;

/* float weights that no other operator reads */
static inline int equalize_owns(const graph *g, const graph_op *o)
{
    uint32_t k, readers = 0;
    int i;
    for (k = 0; k < g->n_ops; k++) { for (i = 0; i < g->op[k].n_in; i++) { readers += g->op[k].in[i] == o->in[1]; } }
    return g->tensor[o->in[1]].type == GRAPH_FLOAT32 && readers == 1;
}

/* is the tensor's last side that of the channels? */
static inline int equalize_last(const equalized *e, int tensor)
{
    int32_t d[4];
    graph_shape(d, &e->g->tensor[tensor]);
    return (uint32_t)d[3] == e->channels;
}

/* operators that read the channels; 0 where one needs them as they are */
static inline int equalize_reads(equalized *e, const graph_op *o)
{
    const graph *g = e->g;
    int i, some = 0;
    for (i = 0; i < o->n_in; i++) { some |= o->in[i] >= 0 && e->in[o->in[i]]; }
    if (!some) { return 1; }
    switch (o->code) {
    case GRAPH_DENSE: return (uint32_t)g->tensor[o->in[1]].dim[1] % e->channels == 0 && equalize_owns(g, o);
    case GRAPH_CONV: case GRAPH_DEPTHWISE: return equalize_last(e, o->in[0]) && equalize_owns(g, o);
    case GRAPH_PAD:
        if (o->number < 0 || o->number > 0) { return 0; }
        break;
    case GRAPH_MEAN: case GRAPH_SUM: case GRAPH_REDUCE_MAX: case GRAPH_REDUCE_MIN: case GRAPH_AVERAGE_POOL:
    case GRAPH_MAX_POOL: case GRAPH_RELU: case GRAPH_LEAKY_RELU: break;
    case GRAPH_RESHAPE: e->in[o->out] = 1; return 1;
    default: return 0;
    }
    e->in[o->out] = 1;
    return (o->act == GRAPH_NO_ACT || o->act == GRAPH_ACT_RELU) && equalize_last(e, o->in[0]) &&
           equalize_last(e, o->out);
}

/* may the channels that this operator makes have factors? */
static inline int equalize_may(equalized *e, const graph_op *o)
{
    uint32_t k;
    if (!real_weighs(o->code) || (o->act != GRAPH_NO_ACT && o->act != GRAPH_ACT_RELU) || !equalize_owns(e->g, o)) {
        return 0;
    }
    (void)real_row(o, &e->g->tensor[o->in[1]], 0, &e->channels);
    memset(e->in, 0, e->g->n_tensors);
    e->in[o->out] = 1;
    if (!equalize_last(e, o->out)) { return 0; }
    for (k = 0; k < e->g->n_ops; k++) { if (!equalize_reads(e, &e->g->op[k])) { return 0; } }
    return e->channels <= EQUALIZE_MOST && !e->in[e->g->output];
}

/* the channel that number k of a reader's weights multiplies */
static inline uint32_t equalize_channel(const equalized *e, const graph_op *o, uint32_t k)
{
    const uint32_t rows = (uint32_t)e->g->tensor[o->in[1]].dim[3];
    return o->code == GRAPH_DEPTHWISE ? k % rows / (rows / e->channels) : k % e->channels;
}

/* what a reader's rows make of channels; a depthwise row has one channel and takes any factor into its scale */
static inline void equalize_use(const equalized *e, const graph_op *o, double *most)
{
    const double *w = e->r->real.layer[o - e->g->op].w;
    const uint32_t n = e->g->tensor[o->in[1]].elements;
    uint32_t k, rows, r;
    (void)real_row(o, &e->g->tensor[o->in[1]], 0, &rows);
    if (o->code == GRAPH_DEPTHWISE || rows > EQUALIZE_MOST) { return; }
    for (r = 0; r < rows; r++) { most[r] = 0; }
    for (k = 0; k < n; k++) { r = k / (n / rows); most[r] = fmax(most[r], fabs(w[k])); }
    for (r = 1; r < rows && e->r->compares && o->out == e->g->output; r++) { most[0] = fmax(most[0], most[r]); }
    for (r = 1; r < rows && e->r->compares && o->out == e->g->output; r++) { most[r] = most[0]; }
    for (k = 0; k < n; k++) {
        double *u = &e->use[equalize_channel(e, o, k)];
        r = k / (n / rows);
        if (most[r] > 0) { *u = fmax(*u, fabs(w[k]) / most[r]); }
    }
}

/* Rows of a single input number, as the bytes of that come, are exact where a step of it makes whole steps of theirs:
 * as many as fit into 255. (A ReLU's range begins at 0, so that no range is needed to know the steps.) */
static inline double equalize_whole(const equalized *e, const graph_op *o, uint32_t c, double most)
{
    const graph *g = e->g;
    const range_bins *b = &e->r->bins[g->input];
    const double step = fabs(e->r->real.layer[o - g->op].w[c]) * (double)(float)((b->hi - b->lo) / 255),
                 steps = step * 255 / most;
    if (o->in[0] != g->input || o->act != GRAPH_ACT_RELU || !(steps >= 1)) { return 1; }
    return floor(steps) / steps;
}

/* Of every channel from its largest number m and its use u: as sqrt(u / m), which makes numbers and weights equally
 * coarse. Where there is a single input number, and descent (graph_chain.h) rounds rows well, or where all readers are
 * depthwise, as 1 / m. None is taken for less than a 64th of the largest. */
static inline void equalize_factors(const equalized *e, const graph_op *o)
{
    const int single = e->g->tensor[e->g->input].elements == 1;
    const float *most = e->r->most[o->out];
    double numbers = 0, uses = 0, scaled = 0;
    uint32_t c, k;
    for (c = 0; c < e->channels; c++) { e->factor[c] = 0; }
    for (k = 0; k < e->g->tensor[o->out].elements; k++) {
        c = k % e->channels;
        e->factor[c] = fmax(e->factor[c], (double)most[k]);
        numbers = fmax(numbers, e->factor[c]);
    }
    for (c = 0; c < e->channels; c++) { uses = fmax(uses, e->use[c]); }
    for (c = 0; c < e->channels; c++) {
        const double m = fmax(e->factor[c], numbers / 64), u = fmax(e->use[c], uses / 64);
        e->factor[c] = single || !(uses > 0) ? 1 / m : sqrt(u / m);
        scaled = fmax(scaled, m * e->factor[c]);
        if (single) { e->factor[c] *= equalize_whole(e, o, c, m); }
    }
    for (c = 0; c < e->channels; c++) { e->factor[c] *= numbers / scaled; }
}

/* numbers as they are now, and weights that make or read them */
static inline void equalize_put(const equalized *e, const graph_op *made)
{
    const graph *g = e->g;
    const real_layer *l = &e->r->real.layer[made - g->op];
    const graph_tensor *w = &g->tensor[made->in[1]];
    uint32_t k, i, rows;
    for (i = 0; i < w->elements; i++) { l->w[i] *= e->factor[real_row(made, w, i, &rows)]; }
    for (i = 0; i < e->channels; i++) { l->b[i] *= e->factor[i]; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (!real_weighs(o->code) || !e->in[o->in[0]]) { continue; }
        l = &e->r->real.layer[k];
        for (i = 0; i < g->tensor[o->in[1]].elements; i++) { l->w[i] /= e->factor[equalize_channel(e, o, i)]; }
    }
}

/* Other inputs will pass what a channel's largest number was on the samples, the sooner the fewer there were: ends that
 * are further out by a share of 1 / sqrt(values), where they are not cut anyway. Of a single number all are known
 * (equalize_line). */
static inline void equalize_ends(const equalized *e)
{
    const graph *g = e->g;
    uint32_t k;
    for (k = 0; k < g->n_tensors; k++) {
        range_bins *b = &e->r->bins[k];
        const double values = (double)b->n / e->channels;
        if (!e->in[k] || !(values > 0) || g->tensor[g->input].elements == 1) { continue; }
        b->hi *= 1 + 1 / sqrt(values);
        b->lo *= 1 + 1 / sqrt(values);
    }
}

/* of a single input number: what lies between the samples' ends, too, step by step */
static inline void equalize_line(graph_ranges *r)
{
    const int in = r->real.g->input;
    float lo = r->sample[0][0], hi = lo;
    uint32_t k;
    for (k = 1; k < r->seen; k++) {
        lo = fminf(lo, r->sample[k][0]);
        hi = fmaxf(hi, r->sample[k][0]);
    }
    for (k = 0; k < 256; k++) {
        r->real.v[in][0] = fminf(lo + (float)k * ((hi - lo) / 255), hi);
        ranges_see(r, r->seen + k);
    }
}

/* all tensors of which it may be; 0 with g's reason where there is no room */
static inline int equalize(graph_ranges *r, graph *g)
{
    equalized e;
    double *rows = (double *)graph_new(g, EQUALIZE_MOST * sizeof *rows);
    double *whole = (double *)graph_new(g, ((size_t)g->n_ops + 1) * sizeof *whole);
    uint32_t k, i, done = 0;
    e.r = r;
    e.g = g;
    e.in = (uint8_t *)graph_new(g, g->n_tensors + 1);
    e.factor = (double *)graph_new(g, EQUALIZE_MOST * sizeof *e.factor);
    e.use = (double *)graph_new(g, EQUALIZE_MOST * sizeof *e.use);
    if (rows == NULL || whole == NULL || e.in == NULL || e.factor == NULL || e.use == NULL) { return 0; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (!equalize_may(&e, o) || !(r->bins[o->out].hi - r->bins[o->out].lo > 1e-30)) { continue; }
        memset(e.use, 0, e.channels * sizeof *e.use);
        for (i = 0; i < g->n_ops; i++) {
            if (real_weighs(g->op[i].code) && e.in[g->op[i].in[0]]) { equalize_use(&e, &g->op[i], rows); }
        }
        equalize_factors(&e, o);
        whole[k] = r->bins[o->out].hi;
        equalize_put(&e, o);
        done++;
    }
    if (done > 0) { ranges_again(r); }
    if (done > 0 && g->tensor[g->input].elements == 1) { equalize_line(r); }
    for (k = 0; done > 0 && k < g->n_ops; k++) {
        range_bins *b = &r->bins[g->op[k].out];
        if (equalize_may(&e, &g->op[k])) { equalize_ends(&e); }
        if (whole[k] > b->hi) { b->hi = whole[k]; }
    }
    return 1;
}

/* scales and zero points of all activations, of channels that were made more equal; 0 with a reason */
static inline int ranges_choose(graph_ranges *r, graph *g)
{
    if (r->odd != 0) { return ranges_not_finite(r, g); }
    if (r->effort > 0 && !equalize(r, g)) { return 0; }
    return r->odd != 0 ? ranges_not_finite(r, g) : ranges_scales(r, g);
}
#endif
