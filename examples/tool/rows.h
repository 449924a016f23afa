/* rows.h - refinement by width without training: hidden neurons in order of what they give to the layer behind, the
 * first so many of them at early stops, the rest absent until the model's own stops; and what each stop costs and errs.
 *
 * Needs SUCREF_HOST defined before sucref.h. */
#ifndef SUCREF_TOOL_ROWS_H
#define SUCREF_TOOL_ROWS_H
#include "calibrate.h"

/* ROWS_LEAST: a layer of fewer rows is a bottleneck and stays whole */
enum { ROWS_SHARES = SUCREF_MAX_GROUPS - 1, ROWS_LEAST = 16 };

typedef struct { double share[ROWS_SHARES]; unsigned n; } row_shares;

/* rows that a layer computes for a share: at least it, in whole blocks of 16 where that adds little, of 4 else */
static inline uint32_t rows_for(uint32_t n_out, double share)
{
    uint32_t rows = (uint32_t)ceil(share * n_out - 1e-9), up = (rows + 15) / 16 * 16;
    if (n_out < ROWS_LEAST) { return n_out; }
    rows = up - rows <= n_out / 16 ? up : (rows + 3) / 4 * 4;
    return rows < n_out ? rows : n_out;
}

/* what one unit of a row's z is to the layer's outputs, for comparing rows of one layer */
static inline double row_scale(const sucref_layer_spec *s, uint32_t row)
{
    const uint32_t k = s->flags & SUCREF_LAYER_PER_ROW ? row : 0;
    return s->requant == SUCREF_REQUANT_TFLITE ? ldexp(s->multiplier[k], s->exponent[k] - 31)
                                               : ldexp(1, -s->exponent[k]);
}

/* sums of a hidden neuron's activation and of its square, of every layer, over n samples of the whole network */
typedef struct { double sum, square; } neuron_spread;
static inline void neuron_spreads(neuron_spread **of, const sucref_model_spec *spec, const uint8_t *x, uint32_t n)
{
    uint8_t *u = (uint8_t *)respec_new(65536U * 2U), *y = u + 65536U, *first = u, *swap;
    uint32_t k, r;
    unsigned l;
    for (k = 0; k < n; k++) {
        prepare_columns(u, spec, x + (size_t)k * spec->layers[0].n_in);
        for (l = 0; l + 1U < spec->n_layers; l++) {
            prepare_layer(y, &spec->layers[l], u);
            swap = u; u = y; y = swap;
            for (r = 0; r < spec->layers[l].n_out; r++) { of[l][r].sum += u[r]; of[l][r].square += u[r] * u[r]; }
        }
    }
    free(first);
}

typedef struct { double worth; uint32_t neuron; } neuron_worth;
static inline int by_worth(const void *a, const void *b)
{
    const neuron_worth *x = (const neuron_worth *)a, *y = (const neuron_worth *)b;
    return x->worth > y->worth ? -1 : x->worth < y->worth ? 1 : x->neuron < y->neuron ? -1 : 1;
}

/* the order of a hidden layer's neurons: norm of the weights that read one, times the spread of its activation */
static inline void order_neurons(uint32_t *order, const sucref_layer_spec *next, const neuron_spread *of, uint32_t n)
{
    neuron_worth *worth = (neuron_worth *)respec_new(next->n_in * sizeof *worth);
    uint32_t i, r;
    for (i = 0; i < next->n_in; i++) {
        const double mean = of[i].sum / n, variance = of[i].square / n - mean * mean;
        double norm = 0;
        for (r = 0; r < next->n_out; r++) {
            const double w = next->w[(size_t)r * next->n_in + i] * row_scale(next, r);
            norm += w * w;
        }
        worth[i].worth = norm * (variance > 0 ? variance : 0);
        worth[i].neuron = i;
    }
    qsort(worth, next->n_in, sizeof *worth, by_worth);
    for (i = 0; i < next->n_in; i++) { order[i] = worth[i].neuron; }
    free(worth);
}

/* cuts a hidden layer into the rows that each share adds, and the rest; shares that add none have no group */
static inline void cut_rows(respec *memory, sucref_layer_spec *s, const row_shares *shares)
{
    uint32_t *rows = (uint32_t *)respec_keep(memory, SUCREF_MAX_GROUPS * sizeof(uint32_t)), done = 0;
    unsigned t;
    s->n_groups = 0;
    for (t = 0; t <= shares->n; t++) {
        const uint32_t to = t < shares->n ? rows_for(s->n_out, shares->share[t]) : s->n_out;
        if (to > done) { rows[s->n_groups++] = to - done; }
        done = to > done ? to : done;
    }
    s->group_rows = rows;
    s->group_columns = NULL;
}

/* bits of every group: at the stops of the shares those of the model's first stop, absent beyond the share; then the
 * model's stops. Old bits: one group a layer. */
static inline void rows_bits(respec *r, const row_shares *shares, unsigned old_stops)
{
    const unsigned stops = shares->n + old_stops, total = prepare_total_groups(&r->spec), n_layers = r->spec.n_layers;
    uint8_t *bits = (uint8_t *)respec_new((size_t)stops * total);
    unsigned t, l, g, flat;
    for (t = stops; t-- > 0;) { /* from the last on: in_bits moves in place */
        const unsigned old = t < shares->n ? 0 : t - shares->n;
        r->in_bits[t] = r->in_bits[old];
        for (l = flat = 0; l < n_layers; l++) {
            uint32_t row = 0;
            for (g = 0; g < r->layer[l].n_groups; g++) {
                const int there = t >= shares->n || l + 1U == n_layers ||
                                  row < rows_for(r->layer[l].n_out, shares->share[t]);
                bits[t * total + flat++] = there ? r->bits[old * n_layers + l] : SUCREF_ABSENT;
                row += prepare_group_rows(&r->layer[l], g);
            }
        }
    }
    free(r->bits);
    free(r->corrections);
    r->bits = bits;
    r->corrections = (sucref_correction *)respec_new(sizeof(sucref_correction) * stops * total);
    r->spec.bits = bits; r->spec.corrections = r->corrections; r->spec.n_stops = (uint8_t)stops;
}

/* stops of the shares before the model's own, whose integers stay what they were; NULL, or why not */
static inline const char *rows_refine(respec *r, const row_shares *shares, const uint8_t *x, uint32_t n)
{
    const unsigned stops = r->spec.n_stops;
    neuron_spread *of[SUCREF_MAX_LAYERS] = { NULL };
    uint32_t *order = (uint32_t *)respec_keep(r, 65536U * sizeof(uint32_t)), wide = 0;
    unsigned l;
    if (stops + shares->n > SUCREF_MAX_STOPS) { return "too many stops"; }
    for (l = 0; l < r->spec.n_layers; l++) {
        if (r->layer[l].n_groups > 1) { return "its rows are in groups already"; }
        wide += l + 1U < r->spec.n_layers && r->layer[l].n_out >= ROWS_LEAST;
    }
    if (wide == 0) { return "it has no hidden layer of 16 rows or more"; }
    for (l = 0; l + 1U < r->spec.n_layers; l++) {
        of[l] = (neuron_spread *)respec_new(r->layer[l].n_out * sizeof **of);
    }
    neuron_spreads(of, &r->spec, x, n);
    for (l = 0; l + 1U < r->spec.n_layers; l++) {
        if (r->layer[l].n_out >= ROWS_LEAST) { /* spreads are of neurons as the layer before them was and is read */
            order_neurons(order, &r->layer[l + 1U], of[l], n);
            sort_neurons(r, l, order);
        }
        cut_rows(r, &r->layer[l], shares);
        free(of[l]);
    }
    rows_bits(r, shares, stops);
    return NULL;
}

/* ---- what stops err ---- */

/* answers of a stop against the last one's: errors of outputs in real units (in steps where the scale is not known),
 * share of the same classes; constant: rms of an answer that is always the mean */
typedef struct { double rms[SUCREF_MAX_STOPS], most[SUCREF_MAX_STOPS], same[SUCREF_MAX_STOPS], constant; } stop_errors;

/* outputs that are as many as the inputs, and no softmax: an autoencoder or a curve, not classes */
static inline int has_classes(const sucref_model *m) { return m->softmax_multiplier != 0 || m->n_out != m->n_in; }

static inline double output_step(const sucref_model *m)
{
    sucref_scales s;
    sucref_model_scales(&s, m);
    return s.output.multiplier != 0 ? prepare_scale_value(&s.output) : 1;
}

/* one sample's answers at every stop: y [n_stops][n_out] */
static inline void answers_of(uint8_t *y, int *class_of, sucref_net *net, const uint8_t *x)
{
    const sucref_model *m = net->model;
    sucref_answer a;
    unsigned t;
    (void)sucref_net_set_input(net, x, m->n_in);
    for (t = 0; t < m->n_stops; t++) {
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { exit(2); }
        memcpy(y + (size_t)t * m->n_out, a.out, m->n_out);
        class_of[t] = stop_answer(&a);
    }
}

static inline void measure_stops(stop_errors *e, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k, i;
    uint8_t *y = (uint8_t *)respec_new((size_t)m->n_stops * m->n_out);
    double *sum = (double *)respec_new(2U * m->n_out * sizeof *sum), step = output_step(m);
    int class_of[SUCREF_MAX_STOPS];
    sucref_net net;
    unsigned t;
    memset(e, 0, sizeof *e);
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        const uint8_t *last = y + (m->n_stops - 1U) * (size_t)m->n_out;
        answers_of(y, class_of, &net, x + (size_t)k * m->n_in);
        for (i = 0; i < m->n_out; i++) {
            for (t = 0; t < m->n_stops; t++) {
                const double d = step * abs(y[t * (size_t)m->n_out + i] - last[i]);
                e->rms[t] += d * d;
                e->most[t] = d > e->most[t] ? d : e->most[t];
            }
            sum[2U * i] += step * last[i];
            sum[2U * i + 1U] += step * last[i] * step * last[i];
        }
        for (t = 0; t < m->n_stops; t++) { e->same[t] += class_of[t] == class_of[m->n_stops - 1U]; }
    }
    for (i = 0; i < m->n_out; i++) { e->constant += sum[2U * i + 1U] - sum[2U * i] * sum[2U * i] / n; }
    e->constant = sqrt((e->constant > 0 ? e->constant : 0) / ((double)n * m->n_out));
    for (t = 0; t < m->n_stops; t++) {
        e->rms[t] = sqrt(e->rms[t] / ((double)n * m->n_out));
        e->same[t] /= n;
    }
    free(work); free(y); free(sum);
}

/* multiply-adds that runs to a stop alone did, zeros skipped (sucref_answer's spent): mean and most of n samples */
typedef struct { double mean[SUCREF_MAX_STOPS], most[SUCREF_MAX_STOPS]; } stop_spent;

static inline void measure_spent(stop_spent *e, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k;
    sucref_answer a;
    sucref_net net;
    unsigned t;
    memset(e, 0, sizeof *e);
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        for (t = 0; t < m->n_stops; t++) {
            (void)sucref_net_set_input(&net, x + (size_t)k * m->n_in, m->n_in);
            if (sucref_net_start_at(&net, t) != SUCREF_OK || sucref_net_run(&net, t) != SUCREF_OK ||
                sucref_net_answer(&net, &a) != SUCREF_OK) {
                exit(2);
            }
            e->mean[t] += (double)a.spent / n;
            e->most[t] = a.spent > e->most[t] ? a.spent : e->most[t];
        }
    }
    free(work);
}
#endif
