/* calibrate.h - what `sucref calibrate` does beside corrections and exits.h: quiet rows, shifts of coarse planes,
 * answers judged by their margins. */
#ifndef SUCREF_TOOL_CALIBRATE_H
#define SUCREF_TOOL_CALIBRATE_H
#include "corrections.h"
#include "spec.h"

/* how often each neuron of a layer fires (is not at its zero point) on n samples, fires[n_out], by the whole network */
static inline void count_firing(uint32_t *fires, const sucref_model_spec *spec, unsigned layer, const uint8_t *x,
                                uint32_t n)
{
    uint8_t *u = (uint8_t *)respec_new(65536U * 2U), *y = u + 65536U, *swap;
    uint32_t k, r;
    unsigned l;
    for (k = 0; k < n; k++) {
        const sucref_layer_spec *s = &spec->layers[0];
        prepare_columns(u, spec, x + (size_t)k * s->n_in);
        for (l = 0; l <= layer; l++) {
            s = &spec->layers[l];
            prepare_layer(y, s, u);
            swap = u; u = y; y = swap;
        }
        for (r = 0; r < s->n_out; r++) { fires[r] += u[r] != s->out_zero; }
    }
    free(u < y ? u : y);
}

/* puts items of `size` bytes into the order given: to[i] = from[order[i]]; NULL stays NULL */
static inline void *reordered(respec *memory, const void *from, const uint32_t *order, uint32_t n, size_t size)
{
    char *to;
    uint32_t i;
    if (from == NULL) { return NULL; }
    to = (char *)respec_keep(memory, n * size);
    for (i = 0; i < n; i++) { memcpy(to + i * size, (const char *)from + order[i] * size, size); }
    return to;
}

/* puts the neurons of a hidden layer, and the columns that read them, into the order given: the same network */
static inline void sort_neurons(respec *memory, unsigned layer, const uint32_t *order)
{
    sucref_layer_spec *s = &memory->layer[layer], *next = s + 1;
    int8_t *columns = (int8_t *)respec_keep(memory, (size_t)next->n_out * next->n_in);
    uint32_t r, i;
    s->w = (const int8_t *)reordered(memory, s->w, order, s->n_out, s->n_in);
    s->bias = (const int32_t *)reordered(memory, s->bias, order, s->n_out, 4);
    s->row_shift = (const uint8_t *)reordered(memory, s->row_shift, order, s->n_out, 1);
    if (s->flags & SUCREF_LAYER_PER_ROW) {
        s->multiplier = (const int32_t *)reordered(memory, s->multiplier, order, s->n_out, 4);
        s->exponent = (const int8_t *)reordered(memory, s->exponent, order, s->n_out, 1);
    }
    for (r = 0; r < next->n_out; r++) {
        for (i = 0; i < next->n_in; i++) {
            columns[(size_t)r * next->n_in + i] = next->w[(size_t)r * next->n_in + order[i]];
        }
    }
    next->w = columns;
    next->group_columns = NULL; /* all of them */
}

/* sorts the neurons of a hidden layer by how often they fire and puts those below `share` into a group of their own;
 * returns how many stay busy (a multiple of 16, or all) */
static inline uint32_t split_layer(respec *memory, unsigned layer, const uint32_t *fires, uint32_t n, double share)
{
    sucref_layer_spec *s = &memory->layer[layer];
    uint32_t *order = (uint32_t *)respec_new(s->n_out * sizeof(uint32_t)),
             *rows = (uint32_t *)respec_keep(memory, 2 * sizeof(uint32_t)), i, j, busy = 0;
    for (i = 0; i < s->n_out; i++) { /* stable insertion, most first */
        for (j = i; j > 0 && fires[order[j - 1]] < fires[i]; j--) { order[j] = order[j - 1]; }
        order[j] = i;
        busy += fires[i] >= share * n;
    }
    busy = (busy + 15) / 16 * 16;
    if (busy == 0) { busy = 16; }
    if (busy < s->n_out) {
        sort_neurons(memory, layer, order);
        rows[0] = busy; rows[1] = s->n_out - busy;
        s->group_rows = rows;
        s->group_columns = NULL; /* all of them */
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
    const sucref_model_spec whole = r->spec; /* layers before this one may be sorted already: that changes nothing */
    unsigned l, t, total = 0, flat = 0, from = 0;
    for (l = 0; l < m->n_layers; l++) {
        sucref_layer_spec *s = &r->layer[l];
        left[l] = s->n_out;
        if (l + 1U < m->n_layers && s->n_groups == 1) {
            uint32_t *fires = (uint32_t *)respec_new(s->n_out * sizeof(uint32_t));
            count_firing(fires, &whole, l, x, n);
            left[l] = split_layer(r, l, fires, n, share);
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
static inline void best_shifts(respec *memory, sucref_layer_spec *s)
{
    uint8_t *shift;
    uint32_t r;
    if (!s->coarse) { return; }
    shift = (uint8_t *)respec_keep(memory, s->n_out);
    for (r = 0; r < s->n_out; r++) {
        const int8_t *w = s->w + (size_t)r * s->n_in;
        const int full = (int)prepare_full_shift(w, s->n_in);
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

/* every sample's margins and agreement; answer, spent [n][n_stops]: what it says and how many multiply-adds that took,
 * or NULL */
static inline stop_result *judge(const sucref_model *m, const uint8_t *x, uint32_t n, int *answer, uint32_t *spent)
{
    stop_result *r = (stop_result *)respec_new(sizeof *r * n * m->n_stops);
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k;
    int says[SUCREF_MAX_STOPS];
    sucref_net net;
    unsigned t;
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        (void)sucref_net_set_input(&net, x + (size_t)k * m->n_in, net.model->n_in);
        for (t = 0; t < m->n_stops; t++) {
            sucref_answer a;
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            says[t] = stop_answer(&a);
            r[(size_t)k * m->n_stops + t].margin = sucref_margin(a.logits, a.n_out, 0);
            if (answer != NULL) { answer[(size_t)k * m->n_stops + t] = says[t]; }
            if (spent != NULL) { spent[(size_t)k * m->n_stops + t] = a.spent; }
        }
        for (t = 0; t < m->n_stops; t++) { r[(size_t)k * m->n_stops + t].agrees = says[t] == says[m->n_stops - 1]; }
    }
    free(work);
    return r;
}
#endif
