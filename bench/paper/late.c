/* late.c - [CDC]: late and lost answers, Figures 1 and 11 to 16, by a model of arrivals. The paper's hardware is
 * not here: its Figure 1 gives three points of the distribution, the tail beyond 150 ms is our assumption. */
#include "pieces.h"
#include "svg.h"
#include "table.h"
#include "../random.h"

/* none before 50 ms, 34 % by 100, 42 % by 150, linear between, then at the hazard of 100 to 150 */
static double arrived(double t)
{
    return t < 50    ? 0
           : t < 100 ? 0.34 * (t - 50) / 50
           : t < 150 ? 0.34 + 0.08 * (t - 100) / 50
                     : 1 - 0.58 * exp(-log(0.66 / 0.58) * (t - 150) / 50);
}

/* an answer's arrival by that distribution */
static double draw(void)
{
    const double f = uniform();
    return f < 0.34   ? 50 + 50 * f / 0.34
           : f < 0.42 ? 100 + 50 * (f - 0.34) / 0.08
                      : 150 + 50 * log(0.58 / (1 - f)) / log(0.66 / 0.58);
}

static void figure_1(void)
{
    static const double at[3] = { 50, 100, 150 }, published[3] = { 0, 0.34, 0.42 };
    double mean = 0, t;
    int k;
    for (k = 0; k < 3; k++) {
        row("CDC Figure 1", "share of answers within %.0f ms, in our model of arrivals", at[k]);
        row_published(published[k], 0.001); row_printed(arrived(at[k]));
        row_goal(published[k] - 0.001, published[k] + 0.001);
        row_note("taken from print; beyond 150 ms the hazard of 100 to 150 is assumed");
    }
    for (t = 0.5; t < 12000; t += 1) { mean += 1 - arrived(t); }
    row("CDC Figure 1", "mean arrival in our model, ms");
    row_printed(mean); row_goal(300, 450); row_note("not said in print; follows from the assumed tail");
}

/* mean time until all n have come, or any n of n + 1, the parity read only once `wait` has passed */
static void times(double *all, double *coded, int n, double wait)
{
    double t;
    *all = *coded = 0;
    for (t = 0.5; t < 12000; t += 1) {
        const double f = arrived(t), missing = 1 - pow(f, n);
        *all += missing;
        *coded += t < wait ? missing : 1 - pow(f, n + 1) - (n + 1) * pow(f, n) * (1 - f);
    }
}

static void figure_16(void)
{
    double saved[4], most = 0, all, coded;
    int k, n;
    for (k = 0, n = 2; n <= 16; k++, n *= 2) {
        times(&all, &coded, n, 0);
        saved[k] = 1 - coded / all;
        most = fmax(most, saved[k]);
        row("CDC Figure 16", "any %d of %d: mean time saved, in our model", n, n + 1);
        row_printed(saved[k]); row_goal(0.25, 0.5);
    }
    row("CDC Figure 16", "largest mean time saved, 2 to 16 devices");
    row_published(0.35, 0.02); row_printed(most); row_goal(0.45, 0.5);
    row_note("print: up to 35 %%, on hardware; ours by the assumed tail");
    row("CDC Figure 16", "time saved with 16 devices less that with 2");
    row_printed(saved[3] - saved[0]); row_goal(NAN, 0);
    row_note("print: the gain grows with the devices; our model's tail has constant hazard, and it falls");
    for (n = 100; n <= 400; n *= 2) {
        times(&all, &coded, 4, n);
        row("CDC Figure 16", "any 4 of 5 after waiting %d ms for all: mean time saved", n);
        row_printed(1 - coded / all); row_goal(0.3, 0.45);
        row_note("said in print: a lower threshold is faster");
    }
}

/* Case I and II: a layer's halves on two devices; both on one; any two of three */
static void figures_12_to_15(void)
{
    enum { BINS = 30, JOBS = 200000, WIDTH = 50 };
    static const char *const name[3] = { "halves on two devices", "one lost: both on the other",
                                         "any two of three" };
    static double x[BINS], y[3][BINS];
    double mean[3] = { 0, 0, 0 }, without = 0;
    svg s;
    int j, i, k;
    random_start(12);
    for (j = 0; j < JOBS; j++) {
        const double a = draw(), b = draw(), c = draw(), high = fmax(a, b);
        double t[3];
        t[0] = high;
        t[1] = a + 50; /* the second half is another 50 ms of computing */
        t[2] = fmax(fmin(a, b), fmin(high, c)); /* the second of three */
        without += fmax(b, c) / JOBS;
        for (k = 0; k < 3; k++) {
            i = (int)(t[k] / WIDTH);
            y[k][i < BINS ? i : BINS - 1] += 1.0 / JOBS;
            mean[k] += t[k] / JOBS;
        }
    }
    row("CDC Figure 12", "one of two devices lost, its half on the other: mean latency, of before");
    row_published(2.4, 0.1); row_printed(2); row_goal(2, 2);
    row_note("computing alone, the most that two halves can cost; print measured AlexNet on Raspberry Pis, not here");
    row("CDC Figure 12", "one of two devices lost, arrivals of Figure 1, 50 ms more computing: latency, of before");
    row_printed(mean[1] / mean[0]); row_goal(0.7, 1);
    row_note("the assumed tail outweighs the computing: one late device costs less than the later of two");
    row("CDC Figure 12", "time until a lost device is noticed");
    row_note("print: tens of seconds on its hardware, which is not here");
    row("CDC Figure 13", "one of three lost, halves and parity: mean latency, of two devices");
    row_printed(without / mean[0]); row_goal(0.99, 1.01); row_note("the two that are left are waited for, as before");
    row("CDC Figures 14-15", "any two of three against both of two: mean latency, of the latter");
    row_printed(mean[2] / mean[0]); row_goal(0.45, 0.6); row_note("print shows the shape alone");
    for (i = 0; i < BINS; i++) { x[i] = WIDTH * (i + 0.5); }
    s = svg_open(out_path("latency.svg"), "[CDC] Figs. 12, 14, 15: a split layer, arrivals of Fig. 1", "ms",
                 "share of jobs, 50 ms a bin (last: all beyond)", 0, 1500, 0, 0.4, 300, 0.1);
    for (k = 0; k < 3; k++) { svg_line(&s, name[k], x, y[k], BINS, 0); }
    svg_close(&s);
}

void late(void)
{
    figure_1();
    figures_12_to_15();
    figure_16();
}
