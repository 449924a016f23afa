/* exits.h - thresholds of exit rules, and the risk that holds in spite of their choice.
 *
 * Some samples say how thresholds stand to each other: at every stop the chance that the last stop answers otherwise is
 * fitted as a logistic function of the margin's root, and all stops may take the same chance for each byte saved. That
 * leaves one number, the chance. It rises in steps fixed beforehand as long as on the other samples the Clopper-Pearson
 * bound of the share of other answers is at most the risk asked for. Each step is a test of a hypothesis, in a sequence
 * that those samples did not choose, ended by the first that fails: thresholds of a larger risk are accepted with a
 * chance of at most 1 - confidence, however many steps were made. */
#ifndef SUCREF_TOOL_EXITS_H
#define SUCREF_TOOL_EXITS_H
#include "calibrate.h"

#define EXIT_NEVER 0xFFFFFFFFU

/* one stop: log odds of another answer = at + slope * sqrt(margin); what leaving there saves, of the most that any stop
 * does */
typedef struct { double at, slope, saves; } exit_fit;

/* a step of Newton's method for both, from n samples and, so that there always is a best fit, a disagreement at margin
 * 0 and a little dislike of slopes; returns its size */
static inline double exit_newton(exit_fit *f, const stop_result *r, uint32_t n, unsigned stops, double scale)
{
    double ga = 0, gb = -1e-3 * f->slope, aa = 1e-6, ab = 0, bb = 1e-3, da, db, most;
    uint32_t k;
    for (k = 0; k <= n; k++) {
        const double x = k < n ? sqrt((double)r[(size_t)k * stops].margin) / scale : 0,
                     z = fmax(-40, fmin(40, f->at + f->slope * x)), p = 1 / (1 + exp(-z)),
                     g = (k < n && r[(size_t)k * stops].agrees ? 0 : 1) - p, w = p * (1 - p);
        ga += g; gb += g * x;
        aa += w; ab += w * x; bb += w * x * x;
    }
    da = (ga * bb - gb * ab) / (aa * bb - ab * ab);
    db = (gb * aa - ga * ab) / (aa * bb - ab * ab);
    most = fmax(fabs(da), fabs(db));
    f->at += da * fmin(1, 2 / most);
    f->slope += db * fmin(1, 2 / most);
    return most;
}

static inline exit_fit exit_fitted(const stop_result *r, uint32_t n, unsigned stops)
{
    exit_fit f = { -3, 0, 1 };
    double scale = 0;
    uint32_t k;
    int step;
    for (k = 0; k < n; k++) { scale += sqrt((double)r[(size_t)k * stops].margin) / n; }
    if (!(scale > 0)) { scale = 1; }
    for (step = 0; step < 40 && exit_newton(&f, r, n, stops, scale) > 1e-6; step++) { }
    f.slope /= scale;
    return f;
}

/* the thresholds at which every stop takes this chance of another answer for what it saves */
static inline void exit_thresholds(uint32_t *margin, const exit_fit *f, unsigned stops, double chance)
{
    unsigned t;
    for (t = 0; t + 1U < stops; t++) {
        const double p = fmin(chance * f[t].saves, 0.49), root = (log(p / (1 - p)) - f[t].at) / f[t].slope;
        margin[t] = !(f[t].slope < 0) || root * root >= 4294967295.0 ? EXIT_NEVER
                    : root > 0                                       ? (uint32_t)(root * root)
                                                                     : 0U;
    }
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

/* what leaving at each stop saves of those that are still there, in weight bytes, or in multiply-adds where they differ
 * by depth; where thresholds are about as they will be: found from thresholds, which it changes, a few times over */
static inline void exit_weigh(exit_fit *f, const sucref_model *m, const stop_result *r, uint32_t n)
{
    const unsigned stops = m->n_stops;
    uint32_t margin[SUCREF_MAX_STOPS], left[SUCREF_MAX_STOPS], wrong[SUCREF_MAX_STOPS];
    double cost[SUCREF_MAX_STOPS];
    sucref_stop s;
    unsigned t, round;
    sucref_model_stop(&s, m, 0);
    for (t = 0; t < stops; t++) {
        sucref_cost c;
        sucref_model_cost(&c, m, 0, t);
        cost[t] = (double)(s.answer + 1U < m->n_layers ? c.macs : c.weight_bytes);
    }
    for (round = 0; round < 4; round++) {
        double later = 0, most = 0, there = 0;
        exit_thresholds(margin, f, stops, 0.03);
        (void)exit_apply(left, wrong, margin, r, n, stops);
        for (t = stops - 1U; t-- > 0;) {
            later += left[t + 1U] * cost[t + 1U];
            there += left[t + 1U];
            f[t].saves = (later + cost[t + 1U]) / (there + 1) - cost[t];
            most = fmax(most, f[t].saves);
        }
        for (t = 0; t + 1U < stops; t++) { f[t].saves = most > 0 ? f[t].saves / most : 1; }
    }
}

/* thresholds from `chosen`, lowered on `judged` as long as their risk stays at most max_disagree; left: of the judged.
 * Returns 1, or 0 where the samples are too few to show such a risk: then nothing leaves */
static inline int find_thresholds(sucref_exit *exits, uint32_t *left, const sucref_model *m, const stop_result *chosen,
                                  uint32_t n_chosen, const stop_result *judged, uint32_t n, double max_disagree,
                                  double confidence)
{
    const unsigned stops = m->n_stops;
    uint32_t now[SUCREF_MAX_STOPS], trial[SUCREF_MAX_STOPS], wrong[SUCREF_MAX_STOPS], most = 0, sum;
    exit_fit f[SUCREF_MAX_STOPS];
    double chance;
    unsigned t;
    int shown = 0;
    for (t = 0; t < stops; t++) {
        now[t] = EXIT_NEVER;
        f[t] = exit_fitted(chosen + t, n_chosen, stops);
    }
    exit_weigh(f, m, chosen, n_chosen);
    while (most < n && upper_bound(most, n, confidence) <= max_disagree) { most++; } /* fewer may be others */
    for (chance = 1e-9; most > 0 && chance < 0.5; chance *= 1.05) {
        exit_thresholds(trial, f, stops, chance);
        if (exit_apply(left, wrong, trial, judged, n, stops) >= most) { break; }
        memcpy(now, trial, (stops - 1U) * sizeof *now);
        shown = 1;
    }
    sum = exit_apply(left, wrong, now, judged, n, stops);
    for (t = 0; t + 1U < stops; t++) {
        const double risk = ceil((shown ? max_disagree : upper_bound(sum, n, confidence)) * 4294967296.0);
        exits[t].margin = now[t];
        exits[t].samples = n;
        exits[t].disagreements = wrong[t];
        exits[t].risk = risk >= 4294967295.0 ? 0xFFFFFFFFU : (uint32_t)risk;
    }
    return shown;
}
#endif
