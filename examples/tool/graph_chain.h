/* graph_chain.h - descent (graph_descent.h) on an int8 graph that is a small chain of dense layers, perhaps with a
 * softmax behind them: on its samples and on ones between two of them, which the float network answers, too. A fifth
 * of the samples is held back; where their answers are further off afterwards, or those it was fitted to, everything
 * stays as it was. */
#ifndef SUCREF_TOOL_GRAPH_CHAIN_H
#define SUCREF_TOOL_GRAPH_CHAIN_H
#include "graph_descent.h"
#include "graph_equalize.h"

enum { CHAIN_WEIGHTS = 1024, CHAIN_SAMPLES = 2048 }; /* at most */

typedef struct {
    descent d;
    graph *q;
    const graph_ranges *r;
    const graph_op *op[DESCENT_LAYERS];
    uint8_t *was[DESCENT_LAYERS]; /* weights, scales, biases before */
} small_chain;

/* its dense layers; 0 where it is something else, or large */
static inline int chain_takes(small_chain *c, const graph *q)
{
    descent *d = &c->d;
    int at = q->input;
    uint32_t k, weights = 0;
    for (k = 0; k < q->n_ops; k++) {
        const graph_op *o = &q->op[k];
        const uint32_t n = q->tensor[o->in[0]].elements;
        if (o->in[0] != at || d->beta > 0) { return 0; }
        at = o->out;
        if (o->code == GRAPH_RESHAPE) { continue; }
        if (o->code == GRAPH_SOFTMAX && d->n_layers > 0 && (uint32_t)q->tensor[o->in[0]].dim[q->tensor[o->in[0]].rank -
                                                                                              1] == n) {
            d->beta = (double)o->number;
            continue;
        }
        if (o->code != GRAPH_DENSE || d->n_layers == DESCENT_LAYERS || (uint32_t)q->tensor[o->in[1]].dim[1] != n) {
            return 0;
        }
        weights += q->tensor[o->in[1]].elements < CHAIN_WEIGHTS ? q->tensor[o->in[1]].elements : CHAIN_WEIGHTS + 1;
        if (weights > CHAIN_WEIGHTS) { return 0; }
        c->op[d->n_layers++] = o;
    }
    return at == q->output && d->n_layers > 0;
}

/* the bytes of a layer's weights, scales and biases: kept, or put back */
static inline void chain_bytes(const small_chain *c, unsigned n, int back)
{
    const graph_op *o = c->op[n];
    const graph_tensor *w = &c->q->tensor[o->in[1]], *b = &c->q->tensor[o->in[2]];
    const struct { const uint8_t *p; size_t n; } part[3] = { { w->data, w->elements }, { b->data, b->data_len },
                                                             { w->scales, 4 * (size_t)w->n_scales } };
    uint8_t *was = c->was[n];
    int k;
    for (k = 0; k < 3; was += part[k++].n) {
        uint8_t *p = (uint8_t *)(uintptr_t)part[k].p; /* of quantize_graph's own memory, where they may change */
        if (back && memcmp(p, was, part[k].n) != 0) { memcpy(p, was, part[k].n); }
        if (!back) { memcpy(was, p, part[k].n); }
    }
}

/* multipliers as lower_weights.h has them; 0 where there is none */
static inline int chain_multipliers(descent_layer *l, const graph_tensor *w, float in, float out)
{
    uint32_t k;
    for (k = 0; k < l->n_out; k++) {
        const double product = w->n_scales == 1 ? (double)graph_float(in * graph_scale(w, 0))
                                                : (double)in * (double)graph_scale(w, k);
        if (!lower_multiplier(&l->multiplier[k], &l->exponent[k], product / (double)out) || l->multiplier[k] <= 0) {
            return 0;
        }
    }
    return 1;
}

static inline int chain_layer(small_chain *c, unsigned n)
{
    graph *q = c->q;
    const graph_op *o = c->op[n];
    const graph_tensor *x = &q->tensor[o->in[0]], *w = &q->tensor[o->in[1]], *y = &q->tensor[o->out];
    const size_t rows = (size_t)w->dim[0];
    descent_layer *l = &c->d.layer[n];
    uint32_t k;
    l->n_in = (uint32_t)w->dim[1];
    l->n_out = (uint32_t)rows;
    l->w = (int8_t *)(uintptr_t)w->data;
    l->real = equalize_owns(c->r->real.g, o) ? c->r->real.layer[o - q->op].w : NULL;
    l->unit = (double)graph_scale(x, 0) / (double)graph_scale(y, 0);
    l->zero = y->zero;
    graph_clamp(&l->lo, &l->hi, o->act, graph_scale(y, 0), y->zero);
    l->bias = (int32_t *)graph_new(q, 4 * rows);
    l->multiplier = (int32_t *)graph_new(q, 4 * rows);
    l->exponent = (int8_t *)graph_new(q, rows);
    l->acc = (int32_t *)graph_new(q, 4 * rows * CHAIN_SAMPLES);
    l->y = (int16_t *)graph_new(q, 2 * rows * CHAIN_SAMPLES);
    c->was[n] = (uint8_t *)graph_new(q, (size_t)w->elements + 4 * (rows + w->n_scales));
    if (l->bias == NULL || l->multiplier == NULL || l->exponent == NULL || l->acc == NULL || l->y == NULL ||
        c->was[n] == NULL) {
        return 0;
    }
    if (l->real != NULL && w->n_scales > 1) {
        l->scale = (float *)graph_new(q, 4 * rows);
        if (l->scale == NULL) { return 0; }
        for (k = 0; k < l->n_out; k++) { l->scale[k] = graph_scale(w, k); }
    }
    for (k = 0; k < l->n_out; k++) { l->bias[k] = graph_int32(&q->tensor[o->in[2]], k); }
    chain_bytes(c, n, 0);
    return chain_multipliers(l, w, graph_scale(x, 0), graph_scale(y, 0));
}

/* puts scales and biases into the graph; weights are there */
static inline void chain_put(const small_chain *c, unsigned n)
{
    const descent_layer *l = &c->d.layer[n];
    const graph_tensor *w = &c->q->tensor[c->op[n]->in[1]], *b = &c->q->tensor[c->op[n]->in[2]];
    uint32_t k;
    for (k = 0; k < l->n_out; k++) {
        quantized_put((uint8_t *)(uintptr_t)b->data + 4 * (size_t)k, (uint32_t)l->bias[k]);
        if (l->scale != NULL) { quantized_float((uint8_t *)(uintptr_t)w->scales + 4 * (size_t)k, l->scale[k]); }
    }
}

/* sample number k: the float network's answer, and its bytes, which may be those of an input that is there */
static inline void chain_add(small_chain *c, uint32_t k)
{
    descent *d = &c->d;
    const graph_tensor *in = &c->q->tensor[c->q->input];
    const size_t n = in->elements;
    const float *x = c->r->real.v[c->q->input];
    int16_t *bytes = d->x + d->n * n;
    uint32_t i;
    for (i = 0; i < n; i++) {
        bytes[i] = (int16_t)(quantized_byte((double)x[i], graph_scale(in, 0), in->zero, -128, 127) - in->zero);
    }
    real_run(&c->r->real);
    memcpy(d->want + (size_t)k * d->n_out, c->r->real.v[c->q->output], d->n_out * sizeof(float));
    for (i = 0; i < d->n && memcmp(d->x + i * n, bytes, n * sizeof *bytes) != 0; i++) { }
    d->next[k] = d->first[i];
    d->first[i] = k + 1;
    d->n += i == d->n;
}

/* a sample of those that are held back, or of the others */
static inline const float *chain_any(small_chain *c, int held)
{
    uint32_t k = random_below(&c->d.random, c->r->seen);
    if (held && !ranges_held(c->r, k)) { k -= k % RANGES_HELD + 1; } /* the one before; there may be none */
    if (held && k >= c->r->seen) { k = RANGES_HELD - 1; }
    return c->r->sample[!held && ranges_held(c->r, k) ? k - 1 : k];
}

/* the samples that are held back, or the others, and ones between two of those */
static inline void chain_samples(small_chain *c, int held)
{
    descent *d = &c->d;
    const uint32_t n = c->q->tensor[c->q->input].elements;
    float *x = c->r->real.v[c->q->input];
    uint32_t k, i, at = 0;
    d->n = 0;
    d->random = held ? 2 : 1;
    memset(d->first, 0, sizeof *d->first * CHAIN_SAMPLES);
    for (k = 0; k < c->r->seen && at < CHAIN_SAMPLES; k++) {
        if (ranges_held(c->r, k) != held) { continue; }
        memcpy(x, c->r->sample[k], 4 * (size_t)n);
        chain_add(c, at++);
    }
    while (at < CHAIN_SAMPLES) {
        const float *a = chain_any(c, held), *b = chain_any(c, held);
        const double share = random_next(&d->random) / 4294967296.0;
        for (i = 0; i < n; i++) { x[i] = (float)((double)a[i] + share * ((double)b[i] - (double)a[i])); }
        chain_add(c, at++);
    }
}

/* room for samples; the range of the answers */
static inline int chain_room(small_chain *c)
{
    descent *d = &c->d;
    const size_t inputs = c->q->tensor[c->q->input].elements;
    const graph_tensor *y = &c->q->tensor[c->q->output];
    const range_bins *b = &c->r->bins[c->q->output];
    unsigned n;
    d->n_out = y->elements;
    d->scale = (double)graph_scale(&c->q->tensor[c->op[d->n_layers - 1]->out], 0);
    d->range = b->hi - b->lo;
    d->x = (int16_t *)graph_new(c->q, sizeof *d->x * inputs * CHAIN_SAMPLES);
    d->want = (float *)graph_new(c->q, sizeof *d->want * d->n_out * CHAIN_SAMPLES);
    d->first = (uint32_t *)graph_new(c->q, sizeof *d->first * CHAIN_SAMPLES);
    d->next = (uint32_t *)graph_new(c->q, sizeof *d->next * CHAIN_SAMPLES);
    d->loss = (double *)graph_new(c->q, sizeof *d->loss * CHAIN_SAMPLES);
    if (d->x == NULL || d->want == NULL || d->first == NULL || d->next == NULL || d->loss == NULL) { return 0; }
    for (n = 0; n < d->n_layers; n++) { if (!chain_layer(c, n)) { return 0; } }
    return d->range > 0;
}

/* where q, which r's samples made, is such a chain: its numbers as they answer best */
static inline void chain_descend(graph *q, const graph_ranges *r)
{
    small_chain *c = (small_chain *)graph_new(q, sizeof *c);
    double held, before;
    unsigned n;
    if (c == NULL || r->effort == 0 || r->seen < RANGES_FEW || !chain_takes(c, q)) { return; }
    c->q = q;
    c->r = r;
    if (!chain_room(c)) { return; }
    chain_samples(c, 1);
    descent_forward(&c->d);
    held = c->d.total;
    chain_samples(c, 0);
    descent_forward(&c->d);
    before = c->d.total;
    descend(&c->d, r->effort);
    before -= c->d.total;
    for (n = 0; n < c->d.n_layers; n++) { chain_put(c, n); }
    chain_samples(c, 1);
    descent_forward(&c->d);
    for (n = 0; n < c->d.n_layers && (before < 0 || c->d.total > held); n++) { chain_bytes(c, n, 1); }
}
#endif
