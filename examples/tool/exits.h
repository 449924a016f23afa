/* exits.h - thresholds of exit rules, and the risk that holds in spite of their choice.
 *
 * Some samples say how the thresholds stand to each other: the cheapest for a number of answers that may be others than
 * the last stop's. From far above, all of them then fall together, in steps fixed beforehand, as long as on the other
 * samples the Clopper-Pearson bound of the share of other answers is at most the risk asked for. Each step is a test of
 * a hypothesis, in a sequence that those samples did not choose, ended by the first that fails: the chance that a
 * threshold with a larger risk is accepted is at most 1 - confidence, however many steps were made. */
#ifndef SUCREF_TOOL_EXITS_H
#define SUCREF_TOOL_EXITS_H
#include "calibrate.h"

/* the samples that choose, each stop's in the order in which they leave */
typedef struct {
    const stop_result *r;      /* [n][stops] */
    uint32_t n, *order;        /* [stops - 1][n] */
    unsigned stops;
    double cost[SUCREF_MAX_STOPS]; /* of a sample that leaves at a stop */
    uint8_t *gone;             /* [n] */
} exit_search;

#define EXIT_NEVER 0xFFFFFFFFU

/* the highest margins first */
static inline int exit_by_margin(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x > y ? -1 : x < y;
}

static inline void exit_sort(exit_search *s)
{
    uint64_t *key = (uint64_t *)respec_new(s->n * sizeof *key);
    unsigned t;
    uint32_t k;
    for (t = 0; t + 1U < s->stops; t++) {
        for (k = 0; k < s->n; k++) {
            const stop_result *r = &s->r[(size_t)k * s->stops + t];
            key[k] = (uint64_t)r->margin << 32 | k;
        }
        qsort(key, s->n, sizeof *key, exit_by_margin);
        for (k = 0; k < s->n; k++) { s->order[t * s->n + k] = (uint32_t)(key[k] & 0xFFFFFFFFU); }
    }
    free(key);
}

/* the lowest thresholds at which no more than allow[0] + .. + allow[t] answers that left by stop t are others; returns
 * the mean cost */
static inline double exit_thresholds(uint32_t *margin, exit_search *s, const uint32_t *allow)
{
    uint32_t wrong = 0, budget = 0, left = s->n, k, end;
    double cost = 0;
    unsigned t;
    memset(s->gone, 0, s->n);
    for (t = 0; t + 1U < s->stops; t++) {
        const uint32_t *order = s->order + t * s->n, before = left;
        budget += allow[t];
        margin[t] = EXIT_NEVER;
        for (k = 0; k < s->n; k = end) { /* all of one margin leave or none */
            const uint32_t at = s->r[(size_t)order[k] * s->stops + t].margin;
            uint32_t others = 0;
            for (end = k; end < s->n; end++) {
                const stop_result *r = &s->r[(size_t)order[end] * s->stops + t];
                if (r->margin != at) { break; }
                others += !s->gone[order[end]] && !r->agrees;
            }
            if (wrong + others > budget) { break; }
            wrong += others;
            margin[t] = at;
        }
        while (k-- > 0) { left -= !s->gone[order[k]]; s->gone[order[k]] = 1; }
        cost += (double)(before - left) * s->cost[t];
    }
    return (cost + (double)left * s->cost[s->stops - 1U]) / s->n;
}

/* shares a budget of other answers out over the stops: evenly, then moved from stop to stop while that saves */
static inline void exit_share_out(uint32_t *margin, exit_search *s, uint32_t most)
{
    const unsigned n = s->stops - 1U;
    uint32_t allow[SUCREF_MAX_STOPS], trial[SUCREF_MAX_STOPS], step;
    double best;
    unsigned from, to, better = 1, rounds;
    for (to = 0; to < n; to++) { allow[to] = most * (to + 1U) / n - most * to / n; }
    best = exit_thresholds(margin, s, allow);
    for (rounds = 0; better && rounds < 30; rounds++) {
        better = 0;
        for (from = 0; from < n; from++) {
            for (to = 0; to < n; to++) {
                for (step = 1; from != to && step <= allow[from]; step *= 3) {
                    double cost;
                    allow[from] -= step; allow[to] += step;
                    cost = exit_thresholds(trial, s, allow);
                    if (cost < best) {
                        best = cost;
                        memcpy(margin, trial, n * sizeof *margin);
                        better = 1;
                    } else {
                        allow[from] += step; allow[to] -= step;
                    }
                }
            }
        }
    }
}

/* the thresholds times a factor; what never leaves still does not */
static inline void exit_scaled(uint32_t *to, const uint32_t *margin, unsigned n, double factor)
{
    unsigned t;
    for (t = 0; t < n; t++) {
        const double v = floor((double)margin[t] * factor);
        to[t] = margin[t] == EXIT_NEVER || v >= (double)EXIT_NEVER ? EXIT_NEVER : (uint32_t)v;
    }
}

/* a factor at which none of the samples that chose would leave */
static inline double exit_first_factor(const uint32_t *margin, const exit_search *s)
{
    uint32_t least = EXIT_NEVER, most = 0;
    size_t k;
    unsigned t;
    for (t = 0; t + 1U < s->stops; t++) { least = margin[t] < least ? margin[t] : least; }
    for (k = 0; k < (size_t)s->n * s->stops; k++) { most = s->r[k].margin > most ? s->r[k].margin : most; }
    return 2.0 * (most + 1.0) / (least > 0 ? least : 1);
}

/* applies thresholds: left[t] samples leave at stop t, wrong[t] of those that left by then are others; returns how many
 * are in all */
static inline uint32_t exit_apply(uint32_t *left, uint32_t *wrong, const uint32_t *margin, const stop_result *r,
                                  uint32_t n, unsigned stops)
{
    uint32_t k;
    unsigned t;
    memset(left, 0, stops * sizeof *left);
    memset(wrong, 0, stops * sizeof *wrong);
    for (k = 0; k < n; k++, r += stops) {
        for (t = 0; t + 1U < stops && (margin[t] == EXIT_NEVER || r[t].margin < margin[t]); t++) { }
        left[t]++;
        wrong[t] += !r[t].agrees;
    }
    for (t = 1; t < stops; t++) { wrong[t] += wrong[t - 1U]; }
    return wrong[stops - 1U];
}

/* thresholds from `chosen`, lowered on `judged` as long as their risk stays at most max_disagree; left: of the judged.
 * Returns 1, or 0 where the samples are too few to show such a risk: then nothing leaves */
static inline int find_thresholds(sucref_exit *exits, uint32_t *left, const sucref_model *m, const stop_result *chosen,
                                  uint32_t n_chosen, const stop_result *judged, uint32_t n, double max_disagree,
                                  double confidence)
{
    const unsigned stops = m->n_stops, last = stops - 1U;
    uint32_t margin[SUCREF_MAX_STOPS], now[SUCREF_MAX_STOPS], wrong[SUCREF_MAX_STOPS], sum = 0, most;
    exit_search s = { chosen, n_chosen, NULL, stops, { 0 }, NULL };
    double factor;
    unsigned t;
    int shown = 0;
    for (t = 0; t < stops; t++) {
        sucref_cost c;
        sucref_model_cost(&c, m, 0, t);
        s.cost[t] = (double)c.weight_bytes;
        now[t] = EXIT_NEVER;
    }
    s.order = (uint32_t *)respec_new((size_t)last * n_chosen * sizeof *s.order);
    s.gone = (uint8_t *)respec_new(n_chosen);
    exit_sort(&s);
    exit_share_out(margin, &s, (uint32_t)(max_disagree * n_chosen + 0.5));
    for (most = 0; most < n && upper_bound(most, n, confidence) <= max_disagree; most++) { }
    for (factor = exit_first_factor(margin, &s); most > 0 && factor > 0.125; factor /= 1.03) {
        uint32_t trial[SUCREF_MAX_STOPS];
        exit_scaled(trial, margin, last, factor);
        if (exit_apply(left, wrong, trial, judged, n, stops) >= most) { break; } /* so many would show too little */
        memcpy(now, trial, last * sizeof *now);
        shown = 1;
    }
    sum = exit_apply(left, wrong, now, judged, n, stops);
    for (t = 0; t < last; t++) {
        const double risk = ceil((shown ? max_disagree : upper_bound(sum, n, confidence)) * 4294967296.0);
        exits[t].margin = now[t];
        exits[t].samples = n;
        exits[t].disagreements = wrong[t];
        exits[t].risk = risk >= 4294967295.0 ? 0xFFFFFFFFU : (uint32_t)risk;
    }
    free(s.order); free(s.gone);
    return shown;
}
#endif
