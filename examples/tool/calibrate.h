/* calibrate.h - the integers of an opened model as a spec again, and exit thresholds with a stated risk.
 *
 * Needs sucref.h's implementation (SUCREF_HOST) before it. Memory is the tool's and lives until it ends. */
#ifndef SUCREF_EXAMPLES_CALIBRATE_H
#define SUCREF_EXAMPLES_CALIBRATE_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sucref_model_spec spec;
    sucref_layer_spec layer[SUCREF_MAX_LAYERS];
    uint8_t in_bits[SUCREF_MAX_STOPS], *bits;
    sucref_correction *corrections;
    sucref_exit exits[SUCREF_MAX_STOPS];
} respec;

static inline void *respec_new(size_t n)
{
    void *p = calloc(n ? n : 1, 1);
    if (p == NULL) { fprintf(stderr, "sucref: out of memory\n"); exit(2); }
    return p;
}

/* a row's weights from the digits of all planes: v - 128, then unshifted */
static inline void respec_row(int8_t *w, const sucref_model *m, const sucref_layer *l, const sucref_group *g,
                              uint32_t row, unsigned shift)
{
    const int own = l->plan[l->n_planes - 1] == 8;
    uint32_t c;
    unsigned i;
    for (c = 0; c < l->n_in; c++) {
        int v = 0;
        for (i = own ? l->n_planes - 1U : 0; i < l->n_planes; i++) {
            v = v * (1 << l->plan[i]) +
                (int)sucref_plane_digit(m->bytes + g->plane_offset[i], g->n_rows, l->n_in, l->plan[i], row, c);
        }
        w[c] = (int8_t)((v - 128) / (own ? 1 : 1 << shift)); /* exact */
    }
}

static inline void respec_layer(sucref_layer_spec *s, const sucref_model *m, const sucref_layer *l)
{
    const sucref_i_params at = sucref_i_params_of(l);
    const uint32_t k = l->flags & SUCREF_LAYER_PER_ROW ? l->n_out : 1;
    int8_t *w = (int8_t *)respec_new((size_t)l->n_in * l->n_out), *exponent = (int8_t *)respec_new(k);
    int32_t *ints = (int32_t *)respec_new(((size_t)l->n_out + k) * 4);
    uint32_t *rows = (uint32_t *)respec_new(l->n_groups * sizeof(uint32_t)), r, row = 0;
    int16_t *table = (int16_t *)respec_new(2 * SUCREF_TABLE_LEN);
    uint16_t *order = (uint16_t *)respec_new(2U * l->n_out);
    unsigned g;
    for (r = 0; r < l->n_out; r++) { ints[r] = sucref_i_s32(sucref_i_u32(m->bytes + at.bias + 4 * r)); }
    for (r = 0; r < k; r++) {
        ints[l->n_out + r] = sucref_i_s32(sucref_i_u32(m->bytes + at.multiplier + 4 * r));
        exponent[r] = (int8_t)sucref_i_s8(m->bytes[at.exponent + r]);
    }
    for (r = 0; l->act == SUCREF_ACT_TABLE && r < SUCREF_TABLE_LEN; r++) {
        table[r] = sucref_i_s16(sucref_i_u16(m->bytes + at.table + 2 * r));
    }
    for (r = 0; (l->flags & SUCREF_LAYER_ORDER) && r < l->n_out; r++) {
        order[r] = sucref_i_u16(m->bytes + at.order + 2 * r);
    }
    for (g = 0; g < l->n_groups; g++) {
        sucref_group group;
        sucref_model_group(&group, m, l->first_group + g);
        rows[g] = group.n_rows;
        for (r = 0; r < group.n_rows; r++, row++) {
            respec_row(w + (size_t)row * l->n_in, m, l, &group, r, m->bytes[at.shift + row]);
        }
    }
    memset(s, 0, sizeof *s);
    s->n_in = l->n_in;
    s->n_out = l->n_out;
    s->w = w;
    s->bias = ints;
    s->multiplier = ints + l->n_out;
    s->exponent = exponent;
    s->row_shift = m->bytes + at.shift;
    s->table = table;
    s->lookup = m->bytes + at.table;
    s->order = order;
    s->group_rows = rows;
    memcpy(s->plan, l->plan, sizeof s->plan);
    s->n_planes = l->n_planes;
    s->coarse = l->coarse;
    s->n_groups = (uint8_t)l->n_groups;
    s->act = l->act;
    s->requant = l->requant;
    s->flags = (uint8_t)(l->flags & ~SUCREF_LAYER_COLUMNS);
    s->in_zero = l->in_zero;
    s->out_zero = l->out_zero;
    s->lo = l->lo;
    s->hi = l->hi;
    s->slope = l->slope;
}

/* the spec of a whole model; its corrections (constants of 0 bits: the zero point), exits and bounds are left out */
static inline void respec_model(respec *r, const sucref_model *m)
{
    unsigned n, t, g;
    memset(r, 0, sizeof *r);
    r->bits = (uint8_t *)respec_new((size_t)m->n_stops * m->n_groups);
    r->corrections = (sucref_correction *)respec_new(sizeof(sucref_correction) * m->n_stops * m->n_groups);
    for (n = 0; n < m->n_layers; n++) {
        sucref_layer l;
        sucref_model_layer(&l, m, n);
        respec_layer(&r->layer[n], m, &l);
    }
    for (t = 0; t < m->n_stops; t++) {
        sucref_stop s;
        sucref_model_stop(&s, m, t);
        r->in_bits[t] = s.in_bits;
        for (g = 0; g < m->n_groups; g++) {
            sucref_stop_group e;
            sucref_model_stop_group(&e, m, t, g);
            r->bits[t * m->n_groups + g] = e.bits;
        }
    }
    r->spec.layers = r->layer;
    r->spec.in_bits = r->in_bits;
    r->spec.bits = r->bits;
    r->spec.corrections = r->corrections;
    r->spec.n_layers = (uint8_t)m->n_layers; r->spec.n_stops = m->n_stops; r->spec.input_type = m->input_type;
    r->spec.softmax_multiplier = m->softmax_multiplier; r->spec.softmax_shift = m->softmax_shift;
}

static inline void respec_free(respec *r)
{
    unsigned n;
    for (n = 0; n < r->spec.n_layers; n++) {
        const sucref_layer_spec *s = &r->layer[n];
        free((void *)(uintptr_t)s->w); free((void *)(uintptr_t)s->bias); free((void *)(uintptr_t)s->exponent);
        free((void *)(uintptr_t)s->table); free((void *)(uintptr_t)s->order); free((void *)(uintptr_t)s->group_rows);
    }
    free(r->bits); free(r->corrections);
}

/* how often each neuron of a layer fires (is not at its zero point) on n samples, fires[n_out], by the whole network */
static inline void count_firing(uint32_t *fires, const sucref_model *m, unsigned layer, const uint8_t *x, uint32_t n)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k, r;
    sucref_i_place at;
    sucref_layer l;
    sucref_net net;
    sucref_model_layer(&l, m, layer);
    sucref_i_place_of(&at, m, layer);
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        (void)sucref_net_set_input(&net, x + (size_t)k * m->n_in, net.model->n_in);
        (void)sucref_net_start_at(&net, m->usable_stops - 1U);
        (void)sucref_net_run(&net, m->usable_stops - 1U);
        for (r = 0; r < l.n_out; r++) { fires[r] += ((const uint8_t *)(work + at.activations))[r] != l.out_zero; }
    }
    free(work);
}

/* puts items of `size` bytes into the order given: to[i] = from[order[i]] */
static inline void *reordered(const void *from, const uint32_t *order, uint32_t n, size_t size)
{
    char *to = (char *)respec_new(n * size);
    uint32_t i;
    for (i = 0; i < n; i++) { memcpy(to + i * size, (const char *)from + order[i] * size, size); }
    return to;
}

/* sorts the neurons of a hidden layer by how often they fire and puts those below `share` into a group of their own;
 * returns how many stay busy (a multiple of 16, or all) */
static inline uint32_t split_layer(sucref_layer_spec *s, sucref_layer_spec *next, const uint32_t *fires, uint32_t n,
                                   double share)
{
    const uint32_t k = s->flags & SUCREF_LAYER_PER_ROW ? s->n_out : 1;
    uint32_t *order = (uint32_t *)respec_new(s->n_out * sizeof(uint32_t)),
             *rows = (uint32_t *)respec_new(2 * sizeof(uint32_t)), i, j, busy = 0, r;
    int8_t *columns;
    for (i = 0; i < s->n_out; i++) { /* stable insertion, most first */
        for (j = i; j > 0 && fires[order[j - 1]] < fires[i]; j--) { order[j] = order[j - 1]; }
        order[j] = i;
        busy += fires[i] >= share * n;
    }
    busy = (busy + 15) / 16 * 16;
    if (busy == 0) { busy = 16; }
    if (busy < s->n_out) {
        s->w = (const int8_t *)reordered(s->w, order, s->n_out, s->n_in);
        s->bias = (const int32_t *)reordered(s->bias, order, s->n_out, 4);
        s->row_shift = (const uint8_t *)reordered(s->row_shift, order, s->n_out, 1);
        if (k > 1) {
            s->multiplier = (const int32_t *)reordered(s->multiplier, order, k, 4);
            s->exponent = (const int8_t *)reordered(s->exponent, order, k, 1);
        }
        columns = (int8_t *)respec_new((size_t)next->n_out * next->n_in);
        for (r = 0; r < next->n_out; r++) {
            for (i = 0; i < next->n_in; i++) {
                columns[(size_t)r * next->n_in + i] = next->w[(size_t)r * next->n_in + order[i]];
            }
        }
        next->w = columns;
        rows[0] = busy; rows[1] = s->n_out - busy;
        s->group_rows = rows;
        s->n_groups = 2;
    }
    free(order);
    return busy < s->n_out ? busy : s->n_out;
}

/* quiet rows: neurons that fire on less than `share` of the samples keep their mean until the last stop. A model of one
 * stop gets another before it. left[layer]: how many rows stay busy. Layers that have groups already are left alone. */
static inline void quiet_rows(respec *r, uint32_t *left, const sucref_model *m, const uint8_t *x, uint32_t n,
                              double share)
{
    uint8_t *old = r->bits, *bits = (uint8_t *)respec_new(2U * SUCREF_MAX_STOPS * (m->n_groups + SUCREF_MAX_LAYERS));
    const unsigned stops = m->n_stops == 1 ? 2U : m->n_stops;
    unsigned l, t, total = 0, flat = 0, from = 0;
    for (l = 0; l < m->n_layers; l++) {
        sucref_layer_spec *s = &r->layer[l];
        left[l] = s->n_out;
        if (l + 1U < m->n_layers && s->n_groups == 1) {
            uint32_t *fires = (uint32_t *)respec_new(s->n_out * sizeof(uint32_t));
            count_firing(fires, m, l, x, n);
            left[l] = split_layer(s, &r->layer[l + 1U], fires, n, share);
            free(fires);
        }
        total += s->n_groups;
    }
    for (l = 0; l < m->n_layers; l++) {
        const int split = left[l] < r->layer[l].n_out;
        unsigned g;
        for (g = 0; g < r->layer[l].n_groups; g++, flat++) {
            for (t = 0; t < stops; t++) {
                const uint8_t b = m->n_stops == 1 ? 8 : old[t * m->n_groups + from + (split ? 0 : g)];
                bits[t * total + flat] = (uint8_t)(split && g == 1 && t + 1 < stops ? 0 : b);
            }
        }
        from += split ? 1U : r->layer[l].n_groups;
    }
    if (m->n_stops == 1) { r->in_bits[1] = 8; }
    free(old);
    free(r->corrections);
    r->corrections = (sucref_correction *)respec_new(sizeof(sucref_correction) * stops * total);
    r->bits = bits;
    r->spec.bits = bits; r->spec.corrections = r->corrections; r->spec.n_stops = (uint8_t)stops;
}

/* squared distance of w to the nearest a * q + g, q its top `bits` after a shift that may saturate */
static inline double shift_error(const int8_t *w, uint32_t n, int shift, unsigned bits)
{
    double q1 = 0, w1 = 0, qq = 0, qw = 0, ww = 0, spread;
    uint32_t c;
    for (c = 0; c < n; c++) {
        int v = w[c] * (1 << shift);
        v = (v > 127 ? 127 : v < -128 ? -128 : v) + 128;
        v >>= 8 - bits;
        q1 += v; qq += v * v; qw += v * w[c]; w1 += w[c]; ww += w[c] * w[c];
    }
    spread = qq - q1 * q1 / n;
    qw -= q1 * w1 / n;
    return ww - w1 * w1 / n - (spread > 0 ? qw * qw / spread : 0);
}

/* coarse planes: each row's shift is the one of up to two bits beyond its full range whose cut fits its weights best */
static inline void best_shifts(sucref_layer_spec *s)
{
    uint8_t *shift = (uint8_t *)respec_new(s->n_out);
    uint32_t r;
    if (!s->coarse) { free(shift); return; }
    for (r = 0; r < s->n_out; r++) {
        const int8_t *w = s->w + (size_t)r * s->n_in;
        const int full = (int)sucref_i_row_shift(w, s->n_in);
        int k, best = full;
        for (k = full + 1; k <= 7 && k <= full + 2; k++) {
            if (shift_error(w, s->n_in, k, s->plan[0]) < shift_error(w, s->n_in, best, s->plan[0])) { best = k; }
        }
        shift[r] = (uint8_t)best;
    }
    s->row_shift = shift;
}

/* log of P(X = i) for X binomial (n, p) */
static inline double log_binomial(double n, double i, double p)
{
    return lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p);
}

/* Clopper-Pearson: the p at which P(X <= k of n) = 1 - confidence */
static inline double upper_bound(uint32_t k, uint32_t n, double confidence)
{
    double lo = 0, hi = 1;
    int step;
    if (n == 0 || k >= n) { return 1; }
    for (step = 0; step < 100; step++) {
        const double p = (lo + hi) / 2;
        double sum = 0;
        uint32_t i;
        for (i = 0; i <= k; i++) { sum += exp(log_binomial(n, i, p)); }
        if (sum > 1 - confidence) { lo = p; } else { hi = p; }
    }
    return hi;
}

/* margin and agreement with the last stop, by sample and stop */
typedef struct { uint32_t margin; uint8_t agrees; } stop_result;

static inline int stop_answer(const sucref_answer *a)
{
    return a->n_out == 1 ? a->logits[0] >= 0 : (int)sucref_argmax(a->logits, a->n_out);
}

static inline stop_result *judge(const sucref_model *m, const uint8_t *x, uint32_t n)
{
    stop_result *r = (stop_result *)respec_new(sizeof *r * n * m->n_stops);
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k;
    int answer[SUCREF_MAX_STOPS];
    sucref_net net;
    unsigned t;
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        (void)sucref_net_set_input(&net, x + (size_t)k * m->n_in, net.model->n_in);
        for (t = 0; t < m->n_stops; t++) {
            sucref_answer a;
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            answer[t] = stop_answer(&a);
            r[(size_t)k * m->n_stops + t].margin = sucref_margin(a.logits, a.n_out, 0);
        }
        for (t = 0; t < m->n_stops; t++) { r[(size_t)k * m->n_stops + t].agrees = answer[t] == answer[m->n_stops - 1]; }
    }
    free(work);
    return r;
}

static inline int by_margin(const void *a, const void *b)
{
    const stop_result *x = (const stop_result *)a, *y = (const stop_result *)b;
    /* equal margins: the wrong ones first */
    return x->margin > y->margin ? -1 : x->margin < y->margin ? 1 : (int)x->agrees - (int)y->agrees;
}

/* per stop the lowest margin at which the answers that have left so far disagree so rarely that the upper bound of
 * their share is at most max_disagree (never at all, where n is too small to show that) */
static inline void choose_thresholds(sucref_exit *exits, const stop_result *r, uint32_t n, unsigned n_stops,
                                     double max_disagree, double confidence)
{
    stop_result *left = (stop_result *)respec_new(sizeof *left * n);
    uint8_t *gone = (uint8_t *)respec_new(n);
    uint32_t wrong = 0, k, most = 0;
    unsigned t;
    while (most < n && upper_bound(most + 1, n, confidence) <= max_disagree) { most++; }
    for (t = 0; t + 1 < n_stops; t++) {
        const uint32_t budget = most * (t + 1) / (n_stops - 1);
        uint32_t count = 0, margin = 0xFFFFFFFFU, passed = wrong, i;
        for (k = 0; k < n; k++) { if (!gone[k]) { left[count++] = r[(size_t)k * n_stops + t]; } }
        qsort(left, count, sizeof *left, by_margin);
        for (i = 0; i < count; i++) {
            passed += !left[i].agrees;
            if (passed > budget) { break; }
            if (i + 1 == count || left[i + 1].margin != left[i].margin) { margin = left[i].margin; wrong = passed; }
        }
        exits[t].margin = margin;
        for (k = 0; k < n; k++) { if (r[(size_t)k * n_stops + t].margin >= margin) { gone[k] = 1; } }
    }
    free(left);
    free(gone);
}

/* applies the thresholds to samples that did not choose them: left[t] of them leave at stop t */
static inline void measure_risk(sucref_exit *exits, uint32_t *left, const stop_result *r, uint32_t n, unsigned n_stops,
                                double confidence)
{
    uint32_t wrong[SUCREF_MAX_STOPS] = { 0 }, k, sum = 0;
    unsigned t;
    for (t = 0; t < n_stops; t++) { left[t] = 0; }
    for (k = 0; k < n; k++) {
        for (t = 0; t + 1 < n_stops && r[(size_t)k * n_stops + t].margin < exits[t].margin; t++) { }
        left[t]++;
        wrong[t] += !r[(size_t)k * n_stops + t].agrees;
    }
    for (t = 0; t + 1 < n_stops; t++) {
        double bound;
        sum += wrong[t];
        bound = ceil(upper_bound(sum, n, confidence) * 4294967296.0);
        exits[t].samples = n;
        exits[t].disagreements = sum;
        exits[t].risk = bound >= 4294967295.0 ? 0xFFFFFFFFU : (uint32_t)bound;
    }
}
#endif
