/* queue.c - the queue of layered jobs of [SR] section IV, exactly and simulated; begins the table of `make paper`.
 * queue OUT_DIR
 *
 * Jobs arrive by a Poisson process of rate 0.01 and are served first come first served. A job is 4 mini-jobs (or one
 * shot) with a barrier behind each; a mini-job is 1000 tasks, split over 5 workers in proportion to their rates; a
 * worker's task takes an exponential time of mean c / rate, c = 50 / mini-jobs. So a mini-job lasts max_p Gamma(n_p,
 * c / rate_p) and the queue is M/G/1. */
#include "paper/svg.h"
#include "paper/table.h"
#include "random.h"
#include <stdlib.h>
#include <string.h>

enum { Q_WORKERS = 5, Q_MINI = 4, Q_TASKS = 1000, Q_BINS = 101, Q_SHARDS = 20 };
static const double q_rate[Q_WORKERS] = { 350.86, 591.75, 339.45, 377.95, 339.98 };
static const double q_lambda = 0.01;

static double q_exponential(void) { return -log(uniform()); }

/* Gamma(k, 1): sums for small k, Marsaglia and Tsang's squeeze beyond */
static double q_gamma(int k)
{
    const double d = k - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = normal(), v = (1 + c * x) * (1 + c * x) * (1 + c * x);
        if (v > 0 && log(uniform()) < 0.5 * x * x + d - d * v + d * log(v)) { return d * v; }
    }
}

/* P(Gamma(k, 1) <= x) = P(Poisson(x) >= k) */
static double q_gamma_below(int k, double x)
{
    double term, sum = 0;
    int i;
    if (x <= 0) { return 0; }
    for (i = 0, term = exp(-x); i < k; i++) {
        sum += term > 0 ? term : exp(i * log(x) - x - lgamma(i + 1.0));
        term = term > 0 ? term * x / (i + 1) : 0;
    }
    return sum < 1 ? 1 - sum : 0;
}

static void q_split(int *n, int tasks)
{
    double sum = 0, part[Q_WORKERS];
    int p, left = tasks;
    for (p = 0; p < Q_WORKERS; p++) { sum += q_rate[p]; }
    for (p = 0; p < Q_WORKERS; p++) {
        part[p] = tasks * q_rate[p] / sum;
        n[p] = (int)part[p];
        left -= n[p];
        part[p] -= n[p];
    }
    for (; left > 0; left--) {
        int best = 0;
        for (p = 1; p < Q_WORKERS; p++) {
            if (part[p] > part[best]) { best = p; }
        }
        n[best]++;
        part[best] = -1;
    }
}

/* mean and variance of a mini-job by integrating 1 - prod F_p */
static void q_exact(double *mean, double *variance, double c)
{
    const double h = 0.002 * c / 12.5, end = 12 * c / 12.5;
    double m1 = 0, m2 = 0, t;
    int n[Q_WORKERS], p;
    q_split(n, 1000);
    for (t = h / 2; t < end; t += h) {
        double f = 1;
        for (p = 0; p < Q_WORKERS; p++) { f *= q_gamma_below(n[p], t * q_rate[p] / c); }
        m1 += (1 - f) * h;
        m2 += 2 * t * (1 - f) * h;
    }
    *mean = m1;
    *variance = m2 - m1 * m1;
}

/* what a simulation is asked. How a mini-job is coded: not at all; by an ideal code, any 1000 of `ideal` tasks; or by
 * one of the header's own codes, any n of n + r equal shards, whole shards dealt to the workers in proportion to their
 * rates. The first `coded` mini-jobs are. slow: in slow_share of the jobs one worker takes that many times as long. */
typedef struct {
    int mini, coded, ideal, n, r;
    double deadline, slow_share, slow;
} q_case;
typedef struct { double delay[Q_MINI], success[Q_MINI], square[Q_MINI]; } q_result;

static int q_ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* any n of n + r shards of equal size, each worker's one after the other */
static double q_shards(int n, int r, double c, const double *slow)
{
    const int size = (Q_TASKS + n - 1) / n;
    double done[Q_SHARDS];
    int shards[Q_WORKERS], p, k, at = 0;
    q_split(shards, n + r);
    for (p = 0; p < Q_WORKERS; p++) {
        double t = 0;
        for (k = 0; k < shards[p]; k++) { t += q_gamma(size) * c / q_rate[p] * slow[p]; done[at++] = t; }
    }
    qsort(done, (size_t)at, sizeof done[0], q_ascending);
    return done[n - 1];
}

/* any 1000 of the tasks */
static double q_ideal(int tasks, double c, const double *slow)
{
    double time = 0, next[Q_WORKERS];
    int n[Q_WORKERS], p, got;
    q_split(n, tasks);
    for (p = 0; p < Q_WORKERS; p++) { next[p] = q_exponential() * c / q_rate[p] * slow[p]; }
    for (got = 0; got < Q_TASKS; got++) {
        int b = 0;
        for (p = 1; p < Q_WORKERS; p++) { if (next[p] < next[b]) { b = p; } }
        time = next[b];
        next[b] = --n[b] > 0 ? time + q_exponential() * c / q_rate[b] * slow[b] : 1e300;
    }
    return time;
}

static double q_mini(const q_case *q, int coded, double c, const double *slow)
{
    double time = 0;
    int n[Q_WORKERS], p;
    if (coded && q->n > 0) { return q_shards(q->n, q->r, c, slow); }
    if (coded && q->ideal > 0) { return q_ideal(q->ideal, c, slow); }
    q_split(n, Q_TASKS);
    for (p = 0; p < Q_WORKERS; p++) { time = fmax(time, q_gamma(n[p]) * c / q_rate[p] * slow[p]); }
    return time;
}

/* a run of many jobs; a job ends when done, or once its deadline has passed and another waits. counts (or NULL): shares
 * of the delays by resolution, in bins of one unit of time */
static q_result q_simulate(const q_case *q, int jobs, double (*counts)[Q_BINS])
{
    const double c = 50.0 / q->mini;
    double arrival, next, idle_from = 0;
    q_result r;
    int j, k, p;
    random_start(5); /* every case the same jobs */
    arrival = q_exponential() / q_lambda;
    memset(&r, 0, sizeof r);
    for (j = 0; j < jobs; j++, arrival = next) {
        double slow[Q_WORKERS] = { 1, 1, 1, 1, 1 }, t = fmax(arrival, idle_from), done[Q_MINI], end;
        const double start = t;
        next = arrival + q_exponential() / q_lambda;
        if (q->slow_share > 0 && uniform() < q->slow_share) { p = (int)(uniform() * Q_WORKERS); slow[p] = q->slow; }
        for (k = 0; k < q->mini; k++) { t += q_mini(q, k < q->coded, c, slow); done[k] = t; }
        end = t;
        if (q->deadline > 0) { end = fmin(end, fmax(start + q->deadline, next)); }
        for (k = 0; k < q->mini; k++) {
            r.delay[k] += (done[k] - arrival) / jobs;
            r.success[k] += done[k] <= end ? 1.0 / jobs : 0;
            r.square[k] += (done[k] - arrival) * (done[k] - arrival) / jobs;
        }
        for (k = 0; counts != NULL && k < q->mini; k++) {
            p = (int)(done[k] - arrival);
            counts[k][p < Q_BINS ? p : Q_BINS - 1] += 1.0 / jobs;
        }
        idle_from = end;
    }
    return r;
}

/* ---- figures ---- */
enum { Q_POINTS = 18 };

/* success against the deadline, of one resolution */
static void q_curve(double *y, const double *x, q_case q, int resolution)
{
    int k;
    for (k = 0; k < Q_POINTS; k++) { q.deadline = x[k]; y[k] = q_simulate(&q, 20000, NULL).success[resolution]; }
}

static void q_success_plots(void)
{
    static const q_case plain = { Q_MINI, 0, 0, 0, 0, 0, 0, 1 }, one = { 1, 0, 0, 0, 0, 0, 0, 1 },
                        slow = { Q_MINI, 0, 0, 0, 0, 0, 0.1, 10 }, coded = { Q_MINI, 1, 0, 12, 3, 0, 0.1, 10 },
                        one_slow = { 1, 0, 0, 0, 0, 0, 0.1, 10 };
    double x[Q_POINTS], y[Q_POINTS];
    char name[32];
    svg s;
    int k, r;
    for (k = 0; k < Q_POINTS; k++) { x[k] = 2 + 2 * k; }
    s = svg_open(out_path("fig4_success.svg"), "[SR] Fig. 4, right: success against deadline",
                 "deadline, from the start of a job", "share of jobs", 0, 40, 0.6, 1, 5, 0.1);
    for (r = 0; r < Q_MINI; r++) {
        q_curve(y, x, plain, r);
        snprintf(name, sizeof name, "resolution %d", r + 1);
        svg_line(&s, name, x, y, Q_POINTS, 1);
    }
    q_curve(y, x, one, 0);
    svg_line(&s, "no layering", x, y, Q_POINTS, 1);
    svg_close(&s);
    s = svg_open(out_path("queue.svg"), "Jobs with stragglers: success against deadline",
                 "deadline, from the start of a job", "share of jobs", 0, 40, 0.6, 1, 5, 0.1);
    q_curve(y, x, coded, 0);
    svg_line(&s, "first answer, 3 spare shards to 12", x, y, Q_POINTS, 1);
    q_curve(y, x, slow, 0);
    svg_line(&s, "first answer, no spares", x, y, Q_POINTS, 1);
    q_curve(y, x, slow, Q_MINI - 1);
    svg_line(&s, "last of four answers, no spares", x, y, Q_POINTS, 1);
    q_curve(y, x, one_slow, 0);
    svg_line(&s, "one answer only, no spares", x, y, Q_POINTS, 1);
    svg_close(&s);
}

/* distribution of the delays: the share of jobs whose resolution is there after t */
static void q_delay_plot(void)
{
    static double x[Q_BINS], y[Q_MINI + 1][Q_BINS];
    const q_case layered = { Q_MINI, 0, 0, 0, 0, 0, 0, 1 }, one_shot = { 1, 0, 0, 0, 0, 0, 0, 1 };
    char name[32];
    svg s;
    int k, i;
    (void)q_simulate(&layered, 200000, y);
    (void)q_simulate(&one_shot, 200000, &y[Q_MINI]);
    for (i = 0; i < Q_BINS; i++) { x[i] = i + 1; for (k = 0; i > 0 && k <= Q_MINI; k++) { y[k][i] += y[k][i - 1]; } }
    s = svg_open(out_path("fig4_delay.svg"), "[SR] Fig. 4, left: delay of the resolutions", "time since arrival",
                 "share of jobs answered", 0, 100, 0, 1, 20, 0.2);
    for (k = 0; k < Q_MINI; k++) {
        snprintf(name, sizeof name, "resolution %d", k + 1);
        svg_line(&s, name, x, y[k], Q_BINS - 1, 0);
    }
    svg_line(&s, "no layering", x, y[Q_MINI], Q_BINS - 1, 0);
    svg_close(&s);
}

/* ---- rows ---- */

/* Table I: exact means, simulated means, the printed lower bound. The mean of one run of 1000 jobs varies by .52. */
static void q_table_i(void)
{
    static const double published[Q_MINI] = { 11.33, 18.12, 24.92, 31.71 },
                        bound[Q_MINI] = { 10.42, 16.67, 22.92, 29.17 },
                        want[Q_MINI] = { 11.839, 18.623, 25.406, 32.190 };
    const q_case q = { Q_MINI, 0, 0, 0, 0, 0, 0, 1 };
    const q_result r = q_simulate(&q, 1000000, NULL);
    double mean, variance, wait, one, one_variance;
    int k;
    q_exact(&mean, &variance, 12.5);
    q_exact(&one, &one_variance, 50);
    /* Pollaczek and Khinchine */
    wait = q_lambda * (Q_MINI * variance + Q_MINI * Q_MINI * mean * mean) / (2 * (1 - q_lambda * Q_MINI * mean));
    for (k = 0; k < Q_MINI; k++) {
        const double exact = wait + (k + 1) * mean, /* jobs that follow one another are not independent: 1.8 times */
                     error = 6 * sqrt((r.square[k] - r.delay[k] * r.delay[k]) / 1000000);
        row("SR Table I", "delay of resolution %d, exact mean", k + 1);
        row_published(published[k], 3 * 0.52); row_printed(exact); row_goal(want[k] - 0.005, want[k] + 0.005);
        row_note("print is one run of 1000 jobs, whose mean varies by .52");
        row("SR Table I", "delay of resolution %d, 1,000,000 jobs simulated", k + 1);
        row_published(published[k], 3 * 0.52); row_printed(r.delay[k]); row_goal(exact - error, exact + error);
        row("SR Table I", "delay of resolution %d, printed lower bound", k + 1);
        row_published(bound[k], 0.006); row_printed(6.25 * (k + 1) + 25 / 6.0); row_goal(bound[k] - 0.006, exact);
        row_note("sets c_s = 0 in an approximation, so it is none by proof; here it lies below");
    }
    row("SR Table I", "delay of the one-shot computation, exact mean");
    row_published(32.43, 3 * 0.52); row_goal(32.194, 32.204);
    row_printed(one + q_lambda * (one_variance + one * one) / (2 * (1 - q_lambda * one)));
    row("SR Table I", "delay of the one-shot computation, printed lower bound");
    row_published(29.17, 0.006); row_printed(25 + 25 / 6.0); row_goal(29.16, 29.18);
    row("SR Table I", "from one resolution to the next, (31.71 - 11.33) / 3");
    row_published((31.71 - 11.33) / 3, 0.02); row_printed(mean); row_goal(6.774, 6.794);
    row("SR (6), (7)", "mean wait with c_s = 0 as printed");
    row_printed(q_lambda * Q_MINI * Q_MINI * mean * mean / (2 * (1 - q_lambda * Q_MINI * mean)));
    row_ours(wait); row_goal(5.05, 5.06); row_note("ours: with the variance of a mini-job");
}

/* Figure 4, right: of its curves the words give one point, success 1 of the first resolution at deadline 10 */
static void q_deadlines(void)
{
    static const double at[3] = { 10, 20, 25 }, want[3][Q_MINI + 1] = { { 1.000, 0.869, 0.811, 0.757, 0.758 },
                                                                       { 1.000, 1.000, 0.851, 0.744, 0.745 },
                                                                       { 1.000, 1.000, 1.000, 0.730, 0.743 } };
    int d, k;
    for (d = 0; d < 3; d++) {
        const q_case q = { Q_MINI, 0, 0, 0, 0, at[d], 0, 1 }, one = { 1, 0, 0, 0, 0, at[d], 0, 1 };
        const q_result r = q_simulate(&q, 200000, NULL), s = q_simulate(&one, 200000, NULL);
        for (k = 0; k <= Q_MINI; k++) {
            if (k < Q_MINI) {
                row("SR Figure 4", "deadline %.0f: success of resolution %d", at[d], k + 1);
                if (d == 0 && k == 0) { row_published(1, 0.001); }
                row_printed(r.success[k]);
            } else {
                row("SR Figure 4", "deadline %.0f: success with no layering", at[d]);
                row_printed(s.success[0]);
            }
            row_goal(want[d][k] - 0.006, want[d][k] + 0.006);
            if (d == 0 && k == Q_MINI) { row_note("print: \"much lower\" than the first resolution's 1"); }
        }
    }
}

/* stragglers, which print's simulation does not have: one worker ten times slower in a tenth of the jobs */
static void q_stragglers(void)
{
    static const struct { const char *name; q_case q; double lo, hi; } all[5] = {
        { "no spares", { Q_MINI, 0, 0, 0, 0, 0, 0.1, 10 }, 110, 125 },
        { "any 1000 of 1450 tasks, an ideal code", { Q_MINI, 4, 1450, 0, 0, 0, 0.1, 10 }, 29, 31 },
        { "any 16 of 19 shards, the header's code", { Q_MINI, 4, 0, 16, 3, 0, 0.1, 10 }, 41, 45 },
        { "any 12 of 15 shards, the header's code", { Q_MINI, 4, 0, 12, 3, 0, 0.1, 10 }, 36, 38 },
        { "any 8 of 12 shards, the header's code", { Q_MINI, 4, 0, 8, 4, 0, 0.1, 10 }, 40, 43 }
    }, first[4] = {
        { "no spares", { Q_MINI, 0, 0, 0, 0, 10, 0.1, 10 }, 0.945, 0.962 },
        { "any 1000 of 1300 tasks, an ideal code", { Q_MINI, 1, 1300, 0, 0, 10, 0.1, 10 }, 0.995, 1 },
        { "any 12 of 15 shards, the header's code", { Q_MINI, 1, 0, 12, 3, 10, 0.1, 10 }, 0.995, 1 },
        { "any 8 of 12 shards, the header's code", { Q_MINI, 1, 0, 8, 4, 10, 0.1, 10 }, 0.998, 1 }
    };
    int k;
    for (k = 0; k < 5; k++) {
        const q_result r = q_simulate(&all[k].q, all[k].q.ideal ? 50000 : 200000, NULL);
        row("ours, SR IV", "stragglers: delay of all four resolutions, %s", all[k].name);
        row_ours(r.delay[Q_MINI - 1]); row_goal(all[k].lo, all[k].hi);
        if (all[k].q.r) { row_note("computing: 1 + %d/%d tasks", all[k].q.r, all[k].q.n); }
        if (all[k].q.ideal) { row_note("the header has no such code: 16 + 3 or 8 + 4 shards at most"); }
    }
    for (k = 0; k < 4; k++) {
        const q_result r = q_simulate(&first[k].q, first[k].q.ideal ? 50000 : 200000, NULL);
        row("ours, SR IV", "stragglers, deadline 10: success of the first resolution, %s", first[k].name);
        row_ours(r.success[0]); row_goal(first[k].lo, first[k].hi);
        if (first[k].q.r) { row_note("computing: 1 + %d/%d of a quarter", first[k].q.r, first[k].q.n); }
        if (first[k].q.ideal) { row_note("the header has no such code: 16 + 3 or 8 + 4 shards at most"); }
    }
}

int main(int argc, char **argv)
{
    table_open(argc > 1 ? argv[1] : ".", "w");
    q_table_i();
    q_deadlines();
    q_stragglers();
    q_success_plots();
    q_delay_plot();
    table_close();
    return 0;
}
