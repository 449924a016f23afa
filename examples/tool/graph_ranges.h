/* graph_ranges.h - what the bytes of every tensor of a float graph stand for: ranges over samples (ranges.h). Where
 * bytes pass an operator unchanged its input and output share a scale; LOGISTIC, TANH and SOFTMAX have the
 * reference's. */
#ifndef SUCREF_TOOL_GRAPH_RANGES_H
#define SUCREF_TOOL_GRAPH_RANGES_H
#include "graph_real.h"
#include "ranges.h"

static inline void quantized_put(uint8_t *p, uint32_t v)
{
    int k;
    for (k = 0; k < 4; k++) { p[k] = (uint8_t)(v >> 8 * k); }
}
static inline void quantized_float(uint8_t *p, float v)
{
    uint32_t u;
    memcpy(&u, &v, 4);
    quantized_put(p, u);
}

/* a real number as a byte */
static inline int quantized_byte(double v, float scale, int zero, int lo, int hi)
{
    const double q = floor(v / (double)scale + 0.5) + zero;
    return q > hi ? hi : q > lo ? (int)q : lo;
}

enum { RANGES_EFFORT = 2000000000, RANGES_HELD = 5, RANGES_FEW = 10 };

typedef struct {
    graph_real real;
    range_bins *bins;        /* of each tensor: its values over the samples, and the mean of each */
    double **mean;
    float **most;            /* of each number: the largest without its sign */
    double *top;             /* of what a SOFTMAX reads: the least that the largest of its numbers was */
    float **sample;          /* the inputs that were seen */
    uint32_t seen, room;
    int how;                 /* RANGE_..; set before ranges_choose, as percent is */
    double percent;
    uint32_t *like;          /* a tensor with which it shares its scale, or itself */
    float *scale;            /* as chosen */
    int *zero;
    uint32_t odd;            /* 1 + a tensor that was not finite on a sample, or 0 */
    uint64_t effort;         /* multiply-adds that the search for better numbers may cost; 0: plain rounding */
    int compares;            /* the answer's sums are compared with each other: its weights have one scale */
} graph_ranges;

/* 1, or 0 with g's reason; the memory is g's, a graph of real numbers */
static inline int ranges_init(graph_ranges *r, graph *g)
{
    const size_t n = g->n_tensors + 1;
    uint32_t k;
    if (!real_init(&r->real, g)) { return 0; }
    r->effort = RANGES_EFFORT;
    r->odd = r->seen = r->room = 0;
    r->sample = NULL;
    r->top = (double *)graph_new(g, n * sizeof *r->top);
    r->bins = (range_bins *)graph_new(g, n * sizeof *r->bins);
    r->mean = (double **)graph_new(g, n * sizeof *r->mean);
    r->most = (float **)graph_new(g, n * sizeof *r->most);
    r->like = (uint32_t *)graph_new(g, n * sizeof *r->like);
    r->scale = (float *)graph_new(g, n * sizeof *r->scale);
    r->zero = (int *)graph_new(g, n * sizeof *r->zero);
    if (r->top == NULL || r->most == NULL || r->bins == NULL || r->mean == NULL || r->like == NULL ||
        r->scale == NULL || r->zero == NULL) {
        return 0;
    }
    for (k = 0; k < g->n_tensors; k++) {
        if (r->real.v[k] == NULL) { continue; }
        r->mean[k] = (double *)graph_new(g, g->tensor[k].elements * sizeof(double));
        r->most[k] = (float *)graph_new(g, g->tensor[k].elements * sizeof(float));
        if (r->mean[k] == NULL || r->most[k] == NULL) { return 0; }
    }
    return 1;
}

/* the least of what a softmax takes for its largest number */
static inline void ranges_tops(graph_ranges *r, const graph_op *o, uint32_t sample)
{
    const graph_tensor *x = &r->real.g->tensor[o->in[0]];
    const float *v = r->real.v[o->in[0]];
    int32_t d[4], c;
    uint32_t at;
    graph_shape(d, x);
    for (at = 0; at < x->elements; at += (uint32_t)d[3]) {
        double most = -HUGE_VAL;
        for (c = 0; c < d[3]; c++) { most = fmax(most, (double)v[at + (uint32_t)c]); }
        if ((sample == 0 && at == 0) || most < r->top[o->in[0]]) { r->top[o->in[0]] = most; }
    }
}

/* the values of all tensors, of sample number `sample` (from 0), which is in real.v[input] */
static inline void ranges_see(graph_ranges *r, uint32_t sample)
{
    const graph *g = r->real.g;
    uint32_t k, i;
    real_run(&r->real);
    for (k = 0; k < g->n_tensors; k++) {
        for (i = 0; r->real.v[k] != NULL && i < g->tensor[k].elements; i++) {
            const double v = (double)r->real.v[k][i];
            if (!isfinite(v) && r->odd == 0) { r->odd = k + 1; }
            range_add(&r->bins[k], v);
            r->most[k][i] = fmaxf(r->most[k][i], fabsf(r->real.v[k][i]));
            r->mean[k][i] += (v - r->mean[k][i]) / (sample + 1.0);
        }
    }
    for (k = 0; k < g->n_ops; k++) { if (g->op[k].code == GRAPH_SOFTMAX) { ranges_tops(r, &g->op[k], sample); } }
}

/* takes in the sample that is in real.v[input] and keeps it; 0 with g's reason where there is no room */
static inline int ranges_add(graph_ranges *r, graph *g)
{
    const size_t bytes = sizeof(float) * (size_t)g->tensor[g->input].elements;
    if (r->seen == r->room) {
        float **more = (float **)graph_new(g, sizeof *more * (r->room = 2 * r->room + 64));
        if (more == NULL) { return 0; }
        if (r->seen > 0) { memcpy(more, r->sample, sizeof *more * r->seen); }
        r->sample = more;
    }
    r->sample[r->seen] = (float *)graph_new(g, bytes);
    if (r->sample[r->seen] == NULL) { return 0; }
    memcpy(r->sample[r->seen], r->real.v[g->input], bytes);
    ranges_see(r, r->seen++);
    return 1;
}

/* the values of all tensors once more, of all samples: the constants are other ones now */
static inline void ranges_again(graph_ranges *r)
{
    const graph *g = r->real.g;
    uint32_t k;
    memset(r->bins, 0, g->n_tensors * sizeof *r->bins);
    for (k = 0; k < g->n_tensors; k++) {
        if (r->most[k] != NULL) { memset(r->most[k], 0, g->tensor[k].elements * sizeof(float)); }
    }
    for (k = 0; k < r->seen; k++) {
        memcpy(r->real.v[g->input], r->sample[k], sizeof(float) * (size_t)g->tensor[g->input].elements);
        ranges_see(r, k);
    }
}

/* Is sample k held back: every fifth, which nothing is fitted to, but for the ranges? Of a few samples none is */
static inline int ranges_held(const graph_ranges *r, uint32_t k)
{
    return r->seen >= RANGES_FEW && k % RANGES_HELD == RANGES_HELD - 1;
}

static inline uint32_t ranges_root(const graph_ranges *r, uint32_t k)
{
    while (r->like[k] != k) { k = r->like[k]; }
    return k;
}

/* does the operator pass bytes on as they are? */
static inline int ranges_passes(int code)
{
    switch (code) {
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: case GRAPH_PAD: case GRAPH_MIRROR_PAD: case GRAPH_CONCATENATION:
    case GRAPH_PACK: case GRAPH_SLICE: case GRAPH_RESHAPE: case GRAPH_TRANSPOSE: case GRAPH_DEPTH_TO_SPACE:
    case GRAPH_SPACE_TO_DEPTH: case GRAPH_RESIZE_NEAREST: case GRAPH_MAXIMUM: case GRAPH_MINIMUM: case GRAPH_REDUCE_MAX:
    case GRAPH_REDUCE_MIN:
        return 1;
    default: return 0;
    }
}

/* zero and all values of lo..hi are there */
static inline void ranges_unit(float *scale, int *zero, double lo, double hi)
{
    *scale = (float)((hi - lo) / 255);
    if (!(*scale > 0) || !isfinite(*scale)) { *scale = 1; *zero = -128; return; }
    *zero = (int)floor(-128 - lo / (double)*scale + 0.5);
    *zero = *zero < -128 ? -128 : *zero > 127 ? 127 : *zero;
}

/* tensors that share a scale: the values of all are those of the first one, their root */
static inline void ranges_join(graph_ranges *r, const graph *g)
{
    uint32_t k;
    int i;
    for (k = 0; k < g->n_tensors; k++) { r->like[k] = k; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        for (i = 0; ranges_passes(o->code) && i < o->n_in; i++) {
            const uint32_t a = ranges_root(r, (uint32_t)o->in[i]), b = ranges_root(r, (uint32_t)o->out);
            if (a != b) { range_merge(&r->bins[a], &r->bins[b]); }
            r->like[b] = a;
        }
    }
}

/* is it the answer, or what a softmax answers from? Cut there, the largest ones would be equal */
static inline int ranges_answers(const graph_ranges *r, const graph *g, uint32_t root)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (o->code == GRAPH_SOFTMAX && ranges_root(r, (uint32_t)o->in[0]) == root) { return 1; }
    }
    return ranges_root(r, (uint32_t)g->output) == root;
}

/* Is it read by LOGISTIC and TANH only? Beyond 12 their bytes stay the same */
static inline int ranges_saturates(const graph_ranges *r, const graph *g, uint32_t root)
{
    int found = 0, i;
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        for (i = 0; i < o->n_in; i++) {
            if (o->in[i] < 0 || ranges_root(r, (uint32_t)o->in[i]) != root) { continue; }
            if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_TANH) { found = 1; } else if (!ranges_passes(o->code)) {
                return 0;
            }
        }
    }
    return found && ranges_root(r, (uint32_t)g->output) != root && ranges_root(r, (uint32_t)g->input) != root;
}

enum { RANGES_UNSEEN = 8 };

/* Is it read by softmaxes only? Then what is RANGES_UNSEEN below the least of the largest numbers, as exp's argument,
 * gives less than e^-8, a tenth of a byte's step: bytes are for what is above. */
static inline int ranges_below(const graph_ranges *r, const graph *g, uint32_t root, double *lo)
{
    double least = HUGE_VAL;
    uint32_t k;
    int i;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        for (i = 0; i < o->n_in; i++) {
            if (o->in[i] < 0 || ranges_root(r, (uint32_t)o->in[i]) != root) { continue; }
            if (ranges_passes(o->code) && o->code != GRAPH_AVERAGE_POOL && o->code != GRAPH_MINIMUM &&
                o->code != GRAPH_REDUCE_MIN) {
                continue;
            }
            if (o->code != GRAPH_SOFTMAX || !(o->number > 0)) { return 0; }
            least = fmin(least, r->top[o->in[i]] - RANGES_UNSEEN / (double)o->number);
        }
    }
    if (ranges_root(r, (uint32_t)g->output) == root || !(least > *lo)) { return 0; }
    *lo = fmin(least, 0);
    return 1;
}

static inline int ranges_not_finite(const graph_ranges *r, graph *g)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        if (g->op[k].out == (int)r->odd - 1) {
            return graph_fail(g, g->op[k].place, g->op[k].name, "gives numbers that are not finite on these samples");
        }
    }
    return graph_fail(g, -1, "", "the model's constants or the samples hold numbers that are not finite");
}

/* HARD_SWISH's 16 bits ask for steps of the output of at least 1/128 of those of the input */
static inline void ranges_swish(graph_ranges *r, const graph *g)
{
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const uint32_t to = ranges_root(r, o->out >= 0 ? (uint32_t)o->out : 0);
        const double from = (double)r->scale[ranges_root(r, o->n_in > 0 ? (uint32_t)o->in[0] : 0)], least = from / 120;
        if (o->code == GRAPH_HARD_SWISH && (double)r->scale[to] < least) {
            ranges_unit(&r->scale[to], &r->zero[to], r->bins[to].lo, r->bins[to].lo + 255 * least);
        }
    }
}

/* scales and zero points of all activations; 0 with a reason where two of the reference's own meet */
static inline int ranges_scales(graph_ranges *r, graph *g)
{
    uint32_t k;
    ranges_join(r, g);
    for (k = 0; k < g->n_tensors; k++) {
        double lo, hi;
        if (ranges_root(r, k) != k) { continue; }
        range_choose(&lo, &hi, &r->bins[k], ranges_answers(r, g, k) ? RANGE_MINMAX : r->how, r->percent);
        if (ranges_saturates(r, g, k)) { lo = fmax(lo, -12); hi = fmin(hi, 12); }
        (void)ranges_below(r, g, k, &lo);
        ranges_unit(&r->scale[k], &r->zero[k], lo, hi);
    }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const uint32_t root = o->out >= 0 ? ranges_root(r, (uint32_t)o->out) : 0;
        const int tanh_like = o->code == GRAPH_TANH;
        if (o->code != GRAPH_LOGISTIC && o->code != GRAPH_SOFTMAX && !tanh_like) { continue; }
        if (r->bins[root].lo < (tanh_like ? -1.01 : -0.01) || r->bins[root].hi > 1.01) {
            return graph_fail(g, o->place, o->name, "is put together with numbers of another range");
        }
        r->scale[root] = tanh_like ? 1.0F / 128 : 1.0F / 256;
        r->zero[root] = tanh_like ? 0 : -128;
    }
    ranges_swish(r, g);
    for (k = 0; k < g->n_tensors; k++) {
        r->scale[k] = r->scale[ranges_root(r, k)];
        r->zero[k] = r->zero[ranges_root(r, k)];
    }
    return 1;
}

/* bytes that stand for what the caller says are the input, and what passes it on, as they are */
static inline void ranges_input(graph_ranges *r, float scale, int zero)
{
    const graph *g = r->real.g;
    const uint32_t root = ranges_root(r, (uint32_t)g->input);
    uint32_t k;
    for (k = 0; k < g->n_tensors; k++) {
        if (ranges_root(r, k) == root) { r->scale[k] = scale; r->zero[k] = zero; }
    }
}
#endif
