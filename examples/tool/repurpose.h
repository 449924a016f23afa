/* repurpose.h - [AB] chapter 6, RePurpose: which device computes which neuron of a trained network, and which weights
 * are dropped, so that little passes between devices:
 *
 *     minimize  |W' - W|^2 + eta1 * (weights kept) + eta2 * (weights kept whose input lies on another device)   (6.6)
 *
 * Algorithm 4 arranges layer after layer, the last one, too: each layer's neurons are put in the order of their devices
 * (`order`, `start`), its columns follow the order of the layer before, its biases its own. Answers then come in the
 * last layer's order: repurpose_undo puts them back.
 *
 * Units are neurons or, in convolutions, channels (C.1, C.2); a pair of units has `taps` weights: 1; those of a kernel
 * (`whole`: kept or dropped together); or those of a channel's flattened map, each dropped by itself.
 *
 * Where this departs from print: rows are neurons (W is [out][in], print's is in x out), and the assignment is solved
 * as the transportation problem that it is (transport.h), not with every device's row repeated. */
#ifndef SUCREF_TOOL_REPURPOSE_H
#define SUCREF_TOOL_REPURPOSE_H
#include <math.h>
#include <string.h>
#include "transport.h"

typedef struct {
    size_t n_in, n_out;      /* units */
    size_t taps;             /* weights of a pair of units */
    size_t map;              /* whole kernels: values of an input channel, all of them sent where one kernel is kept */
    int whole;               /* a pair's weights are kept or dropped together */
    double *w, *b;           /* [n_out][n_in][taps], [n_out] */
} repurpose_layer;

/* who has what: level l is the input of layer l, level n_layers the answer */
typedef struct {
    size_t n_layers, devices, widest;
    size_t *start;           /* [n_layers + 1][devices + 1]: places start[k] .. start[k + 1] - 1 are device k's */
    uint32_t *order;         /* [n_layers + 1][widest]: the unit of the original network at a place */
    double cost;             /* (6.6), all layers */
    uint64_t steps;          /* of the assignments */
} repurpose_plan;

/* what passes between devices, counted in the three ways of Remark 7 over all ordered pairs of devices */
typedef struct {
    size_t edges;            /* entries: weights (whole kernels) that are not 0 */
    size_t values;           /* rows: values to send, each once to every device that needs it */
    size_t columns;          /* neurons and devices that they hear from */
    size_t own;              /* weights that are not 0 inside the devices */
} repurpose_traffic;

static inline size_t *repurpose_start(const repurpose_plan *p, size_t level)
{
    return p->start + level * (p->devices + 1);
}

static inline uint32_t *repurpose_order(const repurpose_plan *p, size_t level) { return p->order + level * p->widest; }

static inline size_t repurpose_units(const repurpose_layer *layer, const repurpose_plan *p, size_t level)
{
    return level < p->n_layers ? layer[level].n_in : layer[level - 1].n_out;
}

static inline void repurpose_free(repurpose_plan *p)
{
    free(p->start); free(p->order);
    p->start = NULL; p->order = NULL;
}

/* ---- sizes and owners ---- */

/* n units shared out in proportion to share [devices] (not negative, finite, not all 0): whole parts, then one more
 * for the largest remainders. Shares that sum to n are kept as they are. */
static inline void repurpose_share(size_t *start, size_t n, const double *share, size_t devices)
{
    double most = 0, sum = 0;
    size_t k, given = 0;
    for (k = 0; k < devices; k++) { most = share[k] > most ? share[k] : most; }
    for (k = 0; k < devices; k++) { sum += share[k] / most; }
    start[0] = 0;
    for (k = 0; k < devices; k++) { given += start[k + 1] = (size_t)floor((double)n * (share[k] / most) / sum); }
    while (given != n) {
        double best = -INFINITY;
        size_t at = 0;
        const int less = given > n; /* rounding gave one too many */
        for (k = 0; k < devices; k++) {
            const double rest = (double)n * (share[k] / most) / sum - (double)start[k + 1], want = less ? -rest : rest;
            if (share[k] > 0 && want > best && (!less || start[k + 1] > 0)) { best = want; at = k; }
        }
        if (less) { start[at + 1]--; given--; } else { start[at + 1]++; given++; }
    }
    for (k = 0; k < devices; k++) { start[k + 1] += start[k]; }
}

/* units in the order of their owners [n], those of one owner as they were; owners are below `devices` */
static inline void repurpose_sort(uint32_t *order, size_t *start, const uint32_t *owner, size_t n, size_t devices)
{
    size_t i, k;
    for (k = 0; k <= devices; k++) { start[k] = 0; }
    for (i = 0; i < n; i++) { start[owner[i] + 1]++; }
    for (k = 0; k < devices; k++) { start[k + 1] += start[k]; }
    for (i = 0; i < n; i++) { order[start[owner[i]]++] = (uint32_t)i; }
    for (k = devices; k > 0; k--) { start[k] = start[k - 1]; } /* each has moved to its end */
    start[0] = 0;
}

/* a plan with equal sizes and every unit where it is; 0, or -1 where there is no memory */
static inline int repurpose_plan_init(repurpose_plan *p, const repurpose_layer *layer, size_t n_layers, size_t devices)
{
    size_t l, i;
    double *share = (double *)malloc(devices * sizeof(double));
    memset(p, 0, sizeof *p);
    p->n_layers = n_layers;
    p->devices = devices;
    for (l = 0; l <= n_layers; l++) {
        const size_t n = repurpose_units(layer, p, l);
        p->widest = n > p->widest ? n : p->widest;
    }
    p->start = (size_t *)malloc((n_layers + 1) * (devices + 1) * sizeof(size_t));
    p->order = (uint32_t *)malloc((n_layers + 1) * p->widest * sizeof(uint32_t));
    for (i = 0; share != NULL && i < devices; i++) { share[i] = 1; }
    for (l = 0; share != NULL && p->start != NULL && p->order != NULL && l <= n_layers; l++) {
        const size_t n = repurpose_units(layer, p, l);
        repurpose_share(repurpose_start(p, l), n, share, devices);
        for (i = 0; i < n; i++) { repurpose_order(p, l)[i] = (uint32_t)i; }
    }
    free(share);
    return share != NULL && p->start != NULL && p->order != NULL ? 0 : -1;
}

/* ---- Lemma 15: the cost of a neuron on a device ---- */

/* the square of what is kept or dropped as one: weight k, or the whole kernel k */
static inline double repurpose_square(const repurpose_layer *s, size_t k)
{
    double sum = 0;
    size_t t;
    if (!s->whole) { return s->w[k] * s->w[k]; }
    for (t = 0; t < s->taps; t++) { sum += s->w[k * s->taps + t] * s->w[k * s->taps + t]; }
    return sum;
}

/* how many such things an input unit has in a row */
static inline size_t repurpose_parts(const repurpose_layer *s) { return s->whole ? 1 : s->taps; }

/* mean square of what is kept or dropped as one: a threshold relative to it fits any scale of weights */
static inline double repurpose_mean_square(const repurpose_layer *s)
{
    const size_t n = s->n_out * s->n_in * repurpose_parts(s);
    double sum = 0;
    size_t k;
    for (k = 0; k < n; k++) { sum += repurpose_square(s, k); }
    return sum / (double)n;
}

/* (6.5): c = sum of min(w^2, eta1 on the device's own inputs, eta1 + eta2 on the others'), for all devices from two
 * sums along the row: all inputs as foreign ones, and by how much a device's own are cheaper.
 * cost [n_out][devices]; start: the devices' places among the inputs, which are sorted */
static inline void repurpose_costs(double *cost, const repurpose_layer *s, const size_t *start, size_t devices,
                                   double eta1, double eta2)
{
    const size_t parts = repurpose_parts(s);
    size_t i, k, r;
    for (i = 0; i < s->n_out; i++) {
        double foreign = 0;
        for (k = 0; k < devices; k++) {
            double own = 0;
            for (r = start[k] * parts; r < start[k + 1] * parts; r++) {
                const double square = repurpose_square(s, i * s->n_in * parts + r), far = fmin(square, eta1 + eta2);
                foreign += far;
                own += fmin(square, eta1) - far;
            }
            cost[i * devices + k] = own;
        }
        for (k = 0; k < devices; k++) { cost[i * devices + k] += foreign; }
    }
}

/* ---- permutations ---- */

/* blocks of `size` values: place i gets what was at order[i]; room [n * size] */
static inline void repurpose_permute(double *v, size_t n, size_t size, const uint32_t *order, double *room)
{
    size_t i;
    for (i = 0; i < n; i++) { memcpy(room + i * size, v + order[i] * size, size * sizeof(double)); }
    memcpy(v, room, n * size * sizeof(double));
}

/* the other way: the value at place i goes back to order[i] (an answer to the order of the original network) */
static inline void repurpose_undo(double *to, const double *v, size_t n, size_t size, const uint32_t *order)
{
    size_t i;
    for (i = 0; i < n; i++) { memcpy(to + order[i] * size, v + i * size, size * sizeof(double)); }
}

/* Algorithm 3: the neurons of a layer whose inputs are in order by devices. order [n_out] out; start_out: how many for
 * each device. Adds to the plan's cost and steps. 0 or -1 */
static inline int repurpose_assign(uint32_t *order, repurpose_plan *p, const repurpose_layer *s, const size_t *start_in,
                                   const size_t *start_out, double eta1, double eta2)
{
    double *cost = (double *)malloc(s->n_out * p->devices * sizeof(double));
    uint32_t *to = (uint32_t *)malloc(s->n_out * sizeof(uint32_t));
    size_t *room = (size_t *)malloc((p->devices + 1) * sizeof(size_t)), k;
    uint64_t steps = 0;
    int ok = cost != NULL && to != NULL && room != NULL;
    if (ok) {
        for (k = 0; k < p->devices; k++) { room[k] = start_out[k + 1] - start_out[k]; }
        repurpose_costs(cost, s, start_in, p->devices, eta1, eta2);
        ok = transport_solve(to, cost, s->n_out, p->devices, room, &steps) == TRANSPORT_OK;
    }
    if (ok) {
        p->cost += transport_cost(to, cost, s->n_out, p->devices);
        p->steps += steps;
        repurpose_sort(order, room, to, s->n_out, p->devices);
    }
    free(cost); free(to); free(room);
    return ok ? 0 : -1;
}

/* the columns of a layer in the order of the level before it, its rows and biases in that of the level behind;
 * room [n_out * n_in * taps] */
static inline void repurpose_move(repurpose_layer *s, const uint32_t *in, const uint32_t *out, double *room)
{
    size_t i;
    for (i = 0; in != NULL && i < s->n_out; i++) {
        repurpose_permute(s->w + i * s->n_in * s->taps, s->n_in, s->taps, in, room);
    }
    if (out != NULL) {
        repurpose_permute(s->w, s->n_out, s->n_in * s->taps, out, room);
        repurpose_permute(s->b, s->n_out, 1, out, room);
    }
}

static inline size_t repurpose_size(const repurpose_layer *s) { return s->n_out * s->n_in * s->taps; }

/* Algorithm 4 without its last step: the layers' rows, columns and biases in their new places, nothing dropped.
 * eta1, eta2 [n_layers]; the plan's start and level 0 of its order are given, the other orders are found. 0 or -1 */
static inline int repurpose_arrange(repurpose_layer *layer, repurpose_plan *p, const double *eta1, const double *eta2)
{
    size_t l, most = 0;
    double *room;
    int ok;
    for (l = 0; l < p->n_layers; l++) { most = repurpose_size(&layer[l]) > most ? repurpose_size(&layer[l]) : most; }
    room = (double *)malloc(most * sizeof(double));
    ok = room != NULL;
    p->cost = 0;
    p->steps = 0;
    for (l = 0; ok && l < p->n_layers; l++) {
        repurpose_move(&layer[l], repurpose_order(p, l), NULL, room);
        ok = repurpose_assign(repurpose_order(p, l + 1), p, &layer[l], repurpose_start(p, l),
                              repurpose_start(p, l + 1), eta1[l], eta2[l]) == 0;
        if (ok) { repurpose_move(&layer[l], NULL, repurpose_order(p, l + 1), room); }
    }
    free(room);
    return ok ? 0 : -1;
}

/* ---- weights that are dropped ---- */

/* the device of a place */
static inline size_t repurpose_device(const size_t *start, size_t place)
{
    size_t k = 0;
    while (place >= start[k + 1]) { k++; }
    return k;
}

/* drops what is kept or dropped as one; returns its square. dropped: NULL or a copy of what goes */
static inline double repurpose_drop(repurpose_layer *s, size_t k, double *dropped)
{
    const double square = repurpose_square(s, k);
    const size_t size = s->whole ? s->taps : 1;
    if (dropped != NULL) { memcpy(dropped + k * size, s->w + k * size, size * sizeof(double)); }
    memset(s->w + k * size, 0, size * sizeof(double));
    return square;
}

/* (6.7), (C.2): 0 where w^2 <= eta1, or eta1 + eta2 across devices. Returns |W' - W|^2; dropped: NULL, or [n_out]
 * [n_in][taps] out, W - W' */
static inline double repurpose_threshold(repurpose_layer *s, const size_t *in, const size_t *out, size_t devices,
                                         double eta1, double eta2, double *dropped)
{
    const size_t parts = repurpose_parts(s);
    double lost = 0;
    size_t i, j, k, r;
    if (dropped != NULL) { memset(dropped, 0, repurpose_size(s) * sizeof(double)); }
    for (j = 0; j < devices; j++) {
        for (i = out[j]; i < out[j + 1]; i++) {
            for (k = 0; k < devices; k++) {
                const double eta = k == j ? eta1 : eta1 + eta2;
                for (r = in[k] * parts; r < in[k + 1] * parts; r++) {
                    const size_t at = i * s->n_in * parts + r;
                    if (repurpose_square(s, at) <= eta) { lost += repurpose_drop(s, at, dropped); }
                }
            }
        }
    }
    return lost;
}

/* what one device's neurons read from the others; mark [n_in * parts]: which inputs */
static inline void repurpose_count_device(repurpose_traffic *t, const repurpose_layer *s, const size_t *in,
                                          const size_t *out, size_t devices, size_t j, uint8_t *mark)
{
    const size_t parts = repurpose_parts(s);
    size_t i, k, r;
    memset(mark, 0, s->n_in * parts);
    for (i = out[j]; i < out[j + 1]; i++) {
        for (k = 0; k < devices; k++) {
            size_t kept = 0;
            for (r = in[k] * parts; r < in[k + 1] * parts; r++) {
                if (!(repurpose_square(s, i * s->n_in * parts + r) > 0)) { continue; }
                kept++;
                mark[r] = (uint8_t)(mark[r] | (k != j));
            }
            if (k == j) { t->own += kept; } else { t->edges += kept; t->columns += kept > 0; }
        }
    }
    for (r = 0; r < s->n_in * parts; r++) { t->values += mark[r] ? (s->whole ? s->map : 1) : 0; }
}

/* 0, or -1 where there is no memory */
static inline int repurpose_count(repurpose_traffic *t, const repurpose_layer *s, const size_t *in, const size_t *out,
                                  size_t devices)
{
    uint8_t *mark = (uint8_t *)malloc(s->n_in * repurpose_parts(s));
    size_t j;
    memset(t, 0, sizeof *t);
    for (j = 0; mark != NULL && j < devices; j++) { repurpose_count_device(t, s, in, out, devices, j, mark); }
    free(mark);
    return mark != NULL ? 0 : -1;
}

static inline int repurpose_larger(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* the rival of [AB] 6.5: nothing is moved; inside devices eta1 as above, across them the `edges` largest stay.
 * *lost out: |W' - W|^2. 0, or -1 where there is no memory */
static inline int repurpose_sparsify(repurpose_layer *s, const size_t *in, const size_t *out, size_t devices,
                                     double eta1, size_t edges, double *lost)
{
    const size_t parts = repurpose_parts(s), row = s->n_in * parts;
    double *square = (double *)malloc((s->n_out * row + 1) * sizeof(double)), least;
    size_t i, r, n = 0, equal = edges;
    if (square == NULL) { return -1; }
    *lost = repurpose_threshold(s, in, out, devices, eta1, 0, NULL);
    for (i = 0; i < s->n_out; i++) {
        const size_t j = repurpose_device(out, i);
        for (r = 0; r < row; r++) {
            if (r < in[j] * parts || r >= in[j + 1] * parts) { square[n++] = repurpose_square(s, i * row + r); }
        }
    }
    qsort(square, n, sizeof(double), repurpose_larger);
    least = edges == 0 ? INFINITY : edges <= n ? square[edges - 1] : 0;
    for (r = 0; r < n && square[r] > least; r++) { equal--; } /* left: how many of the least ones stay */
    for (i = 0; i < s->n_out; i++) {
        const size_t j = repurpose_device(out, i);
        for (r = 0; r < row; r++) {
            const double v = repurpose_square(s, i * row + r);
            if (r >= in[j] * parts && r < in[j + 1] * parts) { continue; }
            if (v == least && equal > 0) { equal--; continue; }
            if (v <= least) { *lost += repurpose_drop(s, i * row + r, NULL); }
        }
    }
    free(square);
    return 0;
}
#endif
