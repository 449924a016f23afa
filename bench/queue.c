/* queue.c - the queue of layered jobs of [SR] section IV, exactly and simulated; begins the table of `make paper`.
 * queue OUT_DIR
 *
 * Jobs arrive by a Poisson process of rate 0.01 and are served first come first served. A job is 4 mini-jobs (or one
 * shot) with a barrier behind each; a mini-job is 1000 tasks, split over 5 workers in proportion to their rates; a
 * worker's task takes an exponential time of mean c / rate, c = 50 / mini-jobs. So a mini-job lasts max_p Gamma(n_p,
 * c / rate_p) and the queue is M/G/1. */
#include "table.h"
#include "random.h"
#include "svg.h"

enum { Q_WORKERS = 5, Q_MINI = 4, Q_BINS = 101 };
static const double q_rate[Q_WORKERS] = { 350.86, 591.75, 339.45, 377.95, 339.98 };
static const double q_lambda = 0.01;

static double q_exponential(void) { return -log(d_uniform()); }

/* Gamma(k, 1): sums for small k, Marsaglia and Tsang's squeeze beyond */
static double q_gamma(int k)
{
    const double d = k - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = d_normal(), v = (1 + c * x) * (1 + c * x) * (1 + c * x);
        if (v > 0 && log(d_uniform()) < 0.5 * x * x + d - d * v + d * log(v)) { return d * v; }
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

/* what a simulation is asked; tasks: sent for each mini-job, of which the first 1000 suffice where coded[r] */
typedef struct { int mini, tasks, coded_first; double deadline, slow_share, slow; } q_case;
typedef struct { double delay[Q_MINI], success[Q_MINI], square[Q_MINI]; } q_result;

static double q_mini(int tasks, int coded, double c, const double *slow)
{
    double time = 0, next[Q_WORKERS];
    int n[Q_WORKERS], p, got;
    q_split(n, coded ? tasks : 1000);
    if (!coded) {
        for (p = 0; p < Q_WORKERS; p++) { time = fmax(time, q_gamma(n[p]) * c / q_rate[p] * slow[p]); }
        return time;
    }
    for (p = 0; p < Q_WORKERS; p++) { next[p] = q_exponential() * c / q_rate[p] * slow[p]; }
    for (got = 0; got < 1000; got++) { /* any 1000 of the tasks */
        int b = 0;
        for (p = 1; p < Q_WORKERS; p++) { if (next[p] < next[b]) { b = p; } }
        time = next[b];
        next[b] = --n[b] > 0 ? time + q_exponential() * c / q_rate[b] * slow[b] : 1e300;
    }
    return time;
}

/* a run of many jobs; a job ends when done, or once its deadline has passed and another waits. counts (or NULL): shares
 * of the delays by resolution, in bins of one unit of time */
static q_result q_simulate(const q_case *q, int jobs, double (*counts)[Q_BINS])
{
    const double c = 50.0 / q->mini;
    double arrival = q_exponential() / q_lambda, next, idle_from = 0;
    q_result r;
    int j, k, p;
    memset(&r, 0, sizeof r);
    for (j = 0; j < jobs; j++, arrival = next) {
        double slow[Q_WORKERS] = { 1, 1, 1, 1, 1 }, t = fmax(arrival, idle_from), done[Q_MINI], end;
        const double start = t;
        next = arrival + q_exponential() / q_lambda;
        if (q->slow_share > 0 && d_uniform() < q->slow_share) { p = (int)(d_uniform() * Q_WORKERS); slow[p] = q->slow; }
        for (k = 0; k < q->mini; k++) { t += q_mini(q->tasks, k < q->coded_first, c, slow); done[k] = t; }
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

static void q_success_plot(void)
{
    double x[9], y[2][9];
    char path[256];
    svg s;
    int k;
    for (k = 0; k < 9; k++) {
        q_case q = { Q_MINI, 1000, 0, 0, 0, 1 };
        q_result r;
        q.deadline = x[k] = 2.0 + 4 * k;
        r = q_simulate(&q, 40000, NULL);
        y[0][k] = r.success[0]; y[1][k] = r.success[Q_MINI - 1];
    }
    snprintf(path, sizeof path, "%s/queue.svg", out_dir);
    s = svg_open(path, "[SR] IV: success against deadline", "deadline after the start of service", "share of jobs", 0,
                 36, 0, 1, 4, 0.2);
    svg_line(&s, "first resolution", x, y[0], 9, 1);
    svg_line(&s, "all four", x, y[1], 9, 1);
    svg_close(&s);
}

/* distribution of the delays: the share of jobs whose resolution is there after t */
static void q_delay_plot(void)
{
    static double x[Q_BINS], y[Q_MINI + 1][Q_BINS];
    const q_case layered = { Q_MINI, 1000, 0, 0, 0, 1 }, one_shot = { 1, 1000, 0, 0, 0, 1 };
    char path[256], name[32];
    svg s;
    int k, i;
    (void)q_simulate(&layered, 200000, y);
    (void)q_simulate(&one_shot, 200000, &y[Q_MINI]);
    for (i = 0; i < Q_BINS; i++) { x[i] = i + 1; for (k = 0; i > 0 && k <= Q_MINI; k++) { y[k][i] += y[k][i - 1]; } }
    snprintf(path, sizeof path, "%s/delay.svg", out_dir);
    s = svg_open(path, "[SR] IV: delay of the resolutions", "time since arrival", "share of jobs answered", 0, 100, 0,
                 1, 20, 0.2);
    for (k = 0; k < Q_MINI; k++) {
        snprintf(name, sizeof name, "resolution %d", k + 1);
        svg_line(&s, name, x, y[k], Q_BINS - 1, 0);
    }
    svg_line(&s, "one-shot", x, y[Q_MINI], Q_BINS - 1, 0);
    svg_close(&s);
}

static void queue(void)
{
    static const double published[Q_MINI] = { 11.33, 18.12, 24.92, 31.71 },
                        want[Q_MINI] = { 11.839, 18.623, 25.406, 32.190 };
    static const double success[Q_MINI] = { 1.000, 0.868, 0.811, 0.758 };
    double mean, variance, wait, one, one_variance, error;
    q_case q = { Q_MINI, 1000, 0, 0, 0, 1 };
    q_result r, coded;
    char item[96];
    int k;
    q_exact(&mean, &variance, 12.5);
    q_exact(&one, &one_variance, 50);
    /* Pollaczek and Khinchine */
    wait = q_lambda * (Q_MINI * variance + Q_MINI * Q_MINI * mean * mean) / (2 * (1 - q_lambda * Q_MINI * mean));
    r = q_simulate(&q, 1000000, NULL);
    for (k = 0; k < Q_MINI; k++) {
        const double exact = wait + (k + 1) * mean;
        snprintf(item, sizeof item, "delay of resolution %d, exact (printed: its lower bound)", k + 1);
        row("SR Table I", item, published[k], 6.25 * (k + 1) + 4.167, exact, want[k] - 0.005, want[k] + 0.005);
        /* jobs that follow one another are not independent: about 1.8 times */
        error = 6 * sqrt((r.square[k] - r.delay[k] * r.delay[k]) / 1000000);
        snprintf(item, sizeof item, "delay of resolution %d, 1,000,000 jobs simulated", k + 1);
        row("SR Table I", item, published[k], NAN, r.delay[k], exact - error, exact + error);
    }
    row("SR Table I", "one-shot, exact", 32.43, NAN,
        one + q_lambda * (one_variance + one * one) / (2 * (1 - q_lambda * one)), 32.194, 32.204);
    row("SR Table I", "from one resolution to the next", 6.79, NAN, mean, 6.774, 6.794);
    row("SR (6), (7)", "wait with c_s = 0 as printed, beside the true one", NAN,
        q_lambda * Q_MINI * Q_MINI * mean * mean / (2 * (1 - q_lambda * Q_MINI * mean)), wait, NAN, NAN);
    q.deadline = 10;
    r = q_simulate(&q, 400000, NULL);
    for (k = 0; k < Q_MINI; k++) {
        snprintf(item, sizeof item, "deadline 10: success of resolution %d", k + 1);
        row("SR IV", item, NAN, NAN, r.success[k], success[k] - 0.005, success[k] + 0.005);
    }
    q.deadline = 0; q.slow_share = 0.1; q.slow = 10; /* one worker ten times slower in a tenth of the jobs */
    r = q_simulate(&q, 200000, NULL);
    q.tasks = 1450; q.coded_first = Q_MINI;
    coded = q_simulate(&q, 100000, NULL);
    row("SR IV", "stragglers: D(4) uncoded (printed), any 1000 of 1450 (ours)", NAN, r.delay[Q_MINI - 1],
        coded.delay[Q_MINI - 1], NAN, r.delay[Q_MINI - 1] / 3);
    q.deadline = 10; q.coded_first = 0;
    r = q_simulate(&q, 200000, NULL);
    q.tasks = 1300; q.coded_first = 1;
    coded = q_simulate(&q, 200000, NULL);
    row("SR IV", "stragglers, deadline 10: first resolution uncoded (printed), coded (ours)", NAN, r.success[0],
        coded.success[0], 0.995, NAN);
    row("SR IV", "the same: compute in all, as a share", NAN, NAN, 1 + 0.3 / Q_MINI, NAN, 1.0751);
    q_success_plot();
    q_delay_plot();
}

int main(int argc, char **argv)
{
    table_open(argc > 1 ? argv[1] : ".", "w");
    queue();
    table_close();
    return 0;
}
