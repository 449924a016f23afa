/* compare.h - what ways to refine a model cost and give: the same model by bits of its weights, and the report of
 * `sucref calibrate --rows`. */
#ifndef SUCREF_TOOL_COMPARE_H
#define SUCREF_TOOL_COMPARE_H
#include "rows.h"
#include "tool.h"

/* ---- models to compare ---- */

typedef struct { uint8_t width[SUCREF_MAX_PLANES], n; int coarse; } bits_plan;

/* refines by bits instead: layers of at least a quarter of the largest one's weights, or every one, follow the plan,
 * the others have 8 bits at every stop; for layers of one group each */
static inline void bits_refine(respec *r, const bits_plan *p, int every)
{
    const unsigned n_layers = r->spec.n_layers;
    uint8_t *bits = (uint8_t *)respec_new((size_t)p->n * n_layers);
    uint64_t most = 0;
    unsigned l, t, sum;
    for (l = 0; l < n_layers; l++) {
        const uint64_t size = (uint64_t)r->layer[l].n_in * r->layer[l].n_out;
        most = size > most ? size : most;
    }
    for (l = 0; l < n_layers; l++) {
        sucref_layer_spec *s = &r->layer[l];
        const int planned = p->n > 1 && (every || (uint64_t)s->n_in * s->n_out * 4 >= most);
        memset(s->plan, 0, sizeof s->plan);
        s->plan[0] = 8;
        if (planned) { memcpy(s->plan, p->width, p->n); }
        s->n_planes = planned ? p->n : 1;
        s->coarse = (uint8_t)(planned && p->coarse);
        s->row_shift = NULL;
        s->flags = (uint8_t)(s->flags & ~SUCREF_LAYER_KEEP);
        if (planned && !p->coarse) { s->flags |= SUCREF_LAYER_KEEP; } /* a stop reads its own plane only */
        if (planned && p->coarse) { best_shifts(r, s); }
        for (t = sum = 0; t < p->n; t++) {
            sum = p->coarse ? p->width[t] : sum + p->width[t];
            bits[t * n_layers + l] = (uint8_t)(planned ? sum : 8);
        }
    }
    memset(r->in_bits, 8, p->n);
    free(r->bits);
    free(r->corrections);
    r->bits = bits;
    r->corrections = (sucref_correction *)respec_new(sizeof(sucref_correction) * p->n * n_layers);
    r->spec.bits = bits; r->spec.corrections = r->corrections; r->spec.n_stops = p->n;
}

/* the bytes of a spec fitted to samples, opened as m; free() them */
static inline uint8_t *fitted_model(sucref_model *m, const char *name, respec *r, const uint8_t *x, uint32_t n)
{
    void *memory;
    uint32_t len;
    uint8_t *bytes;
    const int status = prepare_calibrate(r->corrections, &memory, &r->spec, x, n, NULL, NULL);
    if (status != SUCREF_OK) { die("%s: cannot be calibrated: %s", name, sucref_status_text(status)); }
    bytes = write_spec(name, &r->spec, &len);
    if (sucref_model_open(m, bytes, len, NULL) != SUCREF_OK) { die("internal error"); }
    free(memory);
    return bytes;
}

/* ---- the report of calibrate --rows ---- */

/* what a stop alone costs, of the last one alone; the file's share that must be there */
typedef struct { double macs, bytes, there; } stop_share;
static inline stop_share share_of(const sucref_model *m, unsigned first, unsigned stop)
{
    sucref_cost c, all;
    sucref_stop s;
    stop_share r;
    sucref_model_cost(&c, m, first, stop);
    sucref_model_cost(&all, m, m->n_stops - 1U, m->n_stops - 1U);
    sucref_model_stop(&s, m, stop);
    r.macs = (double)c.macs / (double)all.macs;
    r.bytes = (double)c.weight_bytes / (double)all.weight_bytes;
    r.there = (double)s.end / m->file_bytes;
    return r;
}

static void print_errors(const sucref_model *m, const stop_errors *e, unsigned t)
{
    printf("outputs err by %.3g rms, %.3g at most", e->rms[t], e->most[t]);
    if (has_classes(m)) { printf(", %.2f %% of the classes as at the last stop", 100 * e->same[t]); }
    printf("\n");
}

/* how the model errs when it is refined by bits instead, and what that reads */
static void bits_instead(stop_errors *e, stop_share *share, const sucref_model *m, const char *name, const uint8_t *x,
                         uint32_t n)
{
    static const bits_plan plan = { { 2, 2, 2, 2 }, 4, 0 };
    static respec r;
    uint8_t *bytes;
    sucref_model b;
    unsigned t;
    respec_model(&r, m);
    bits_refine(&r, &plan, 1);
    bytes = fitted_model(&b, name, &r, x, n / 2);
    measure_stops(e, &b, x + (size_t)(n / 2) * m->n_in, n - n / 2);
    printf("instead, bits of every row (two bits a plane, each a pass of multiply-adds):\n");
    for (t = 0; t + 1U < b.n_stops; t++) {
        share[t] = share_of(&b, t, t);
        printf("%u bits: %.3f of the weight bytes read, %.3f of the file there; ", 2 * t + 2, share[t].bytes,
               share[t].there);
        print_errors(&b, e, t);
    }
    respec_free(&r);
    free(bytes);
}

/* does a stop of few rows pay: does nothing that reads as few bytes err less? */
static void print_verdict(const stop_errors *e, const sucref_model *m, const stop_errors *bits, const stop_share *share,
                          unsigned stops)
{
    const double together = share_of(m, 0, m->n_stops - 1U).macs;
    unsigned t, k, paying = 0;
    for (t = 0; t < stops; t++) {
        const stop_share s = share_of(m, t, t);
        for (k = 3; k > 0 && share[k - 1].bytes > s.bytes + .02; k--) { }
        if (k == 0 || e->rms[t] <= bits->rms[k - 1]) { paying++; continue; }
        printf("stop %u does not pay in bytes: %u bits of every row err less (%.3g rms) and read as few; in "
               "multiply-adds it costs %.2f of a pass\n", t, 2 * k, bits->rms[k - 1], s.macs);
    }
    if (paying == 0) {
        printf("few rows do not pay on this model where bytes count: few bits of all rows err less; sucref plan weighs "
               "multiply-adds and exits, too\n");
    }
    if (together > 1.3) {
        printf("all stops one after the other cost %.2f passes of multiply-adds: worth it where most inputs leave "
               "early, or where a run starts at the stop that its deadline allows (sucref_net_start_at)\n", together);
    }
}

/* fits the first half of the samples, measures on the second, and says what each stop costs and gives */
static void rows_report(const sucref_model *m, const char *name, const row_shares *shares, const uint8_t *x, uint32_t n)
{
    static respec r;
    stop_errors e, bits;
    stop_spent spent;
    stop_share share[SUCREF_MAX_PLANES];
    uint8_t *bytes;
    const char *why;
    sucref_model w;
    unsigned t;
    respec_model(&r, m);
    why = rows_refine(&r, shares, x, n / 2);
    if (why != NULL) { die("%s: --rows: %s", name, why); }
    bytes = fitted_model(&w, name, &r, x, n / 2);
    measure_stops(&e, &w, x + (size_t)(n / 2) * m->n_in, n - n / 2);
    measure_spent(&spent, &w, x + (size_t)(n / 2) * m->n_in, n - n / 2);
    printf("fitted to the first half of the samples, measured on the other; read: weights that one input reads from "
           "where they lie; there: of the file, what must have arrived, whole rows with all their columns; errors in "
           "%s, of a constant answer %.3g rms\n", output_step(m) == 1 ? "steps" : "real units", e.constant);
    for (t = 0; t + 1U < w.n_stops; t++) {
        const stop_share s = share_of(&w, t, t);
        printf("stop %u: %.3f of the multiply-adds (%.3f where zeros are skipped), %.3f of the weight bytes read, %.3f "
               "of the file there; ", t, s.macs, spent.mean[t] / spent.mean[w.n_stops - 1U], s.bytes, s.there);
        print_errors(&w, &e, t);
    }
    bits_instead(&bits, share, m, name, x, n);
    print_verdict(&e, &w, &bits, share, shares->n);
    respec_free(&r);
    free(bytes);
}

/* shares between 0 and 1, rising */
static row_shares parse_shares(const char *text, const char *what)
{
    const char *s = text;
    row_shares p;
    for (p.n = 0; ; s++) {
        char *end;
        const double v = strtod(s, &end);
        if (end == s || !(v > 0 && v < 1) || (p.n > 0 && v <= p.share[p.n - 1U]) || p.n == ROWS_SHARES ||
            (*end != 0 && *end != ',')) {
            die("%s must be up to %d rising shares between 0 and 1 with commas between, not %s", what, ROWS_SHARES,
                *text ? text : "nothing");
        }
        p.share[p.n++] = v;
        s = end;
        if (*s == 0) { return p; }
    }
}
#endif
