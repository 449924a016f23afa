/* sampling.c - quantized compressive sampling (QCS), [AB] chapter 4: errors against gamma, the best k and Q, and linear
 * regression by compressed gradients in the set-up of Figure 4.4. */
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"
#include "../random.h"

enum { MOST = 1056 };

/* (4.10) as printed, n / k rows of an n x n Hadamard matrix; the header folds into k bins, of which the largest holds
 * ceil(n / k) values, so that this stands for n / k where k does not divide n */
static double gamma_of(double rows, int n, int k, int levels)
{
    return rows - 1 + n / (4.0 * levels * levels) * log(k) / (k - 1);
}
static double gamma_printed(int n, int k, int levels) { return gamma_of((double)n / k, n, k, levels); }
static double gamma_folded(int n, int k, int levels) { return gamma_of((n + k - 1) / k, n, k, levels); }

/* one vector through fold, quantizer and back: estimate [n] in the units of x */
static void qcs(double *estimate, const int16_t *x, int n, unsigned log2_k, unsigned levels, const sucref_stream *r)
{
    static int32_t v[MOST], back[MOST];
    static int16_t q[MOST];
    static int64_t out[MOST], work[MOST];
    const int k = 1 << log2_k;
    sucref_grid grid;
    uint32_t top = 1;
    int i;
    (void)sucref_fold(v, log2_k, x, (size_t)n, sucref_signs_of(r, 5000));
    for (i = 0; i < k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
    if (sucref_grid_for(&grid, top, levels) != SUCREF_OK ||
        sucref_dither_encode(q, sucref_int32(v, (size_t)k), &grid, r, 0) != SUCREF_OK ||
        sucref_dither_decode(back, q, (size_t)k, &grid, r, 0) != SUCREF_OK ||
        sucref_unfold(out, (size_t)n, back, log2_k, sucref_signs_of(r, 5000), work) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < n; i++) { estimate[i] = (double)out[i] / (2.0 * grid.multiplier * k); }
}

/* mean error over the energy of `trials` estimates, as they are and divided by 1 + gamma; spike: two values of one bin
 * hold all the energy, else Gaussian */
static double qcs_error(double *shrunk, int n, unsigned log2_k, unsigned levels, int spike, double gamma, int trials)
{
    static int16_t x[MOST];
    static double y[MOST];
    double error = 0;
    int t, i;
    *shrunk = 0;
    for (t = 0; t < trials; t++) {
        sucref_stream r;
        double e2 = 0, s2 = 0, energy = 0;
        sucref_stream_init(&r, 7, 7, (uint32_t)t);
        for (i = 0; i < n; i++) {
            x[i] = (int16_t)(spike ? (i == 0 || i == 1 << log2_k) * 8000 : lrint(1000 * normal()));
            energy += (double)x[i] * x[i];
        }
        qcs(y, x, n, log2_k, levels, &r);
        for (i = 0; i < n; i++) {
            const double e = y[i] - x[i], s = y[i] / (1 + gamma) - x[i];
            e2 += e * e; s2 += s * s;
        }
        error += e2 / energy / trials; *shrunk += s2 / energy / trials;
    }
    return error;
}

static void theorem_7(void)
{
    static const unsigned log2_ks[5] = { 3, 5, 6, 7, 8 };
    static const struct { int n; unsigned log2_k, levels; } uneven[4] = { { 65, 6, 127 }, { 1025, 10, 127 },
                                                                         { 3, 1, 8 }, { 96, 6, 127 } };
    double shrunk, error;
    int c;
    unsigned levels;
    for (c = 0; c < 5; c++) {
        for (levels = 1; levels <= 2; levels++) {
            const int k = 1 << log2_ks[c];
            const double gamma = gamma_folded(256, k, (int)levels);
            error = qcs_error(&shrunk, 256, log2_ks[c], levels, 0, gamma, 400);
            row("AB Theorem 7", "QCS of 256 Gaussian values, k %d, Q %u: error, and the bound gamma", k, levels);
            row_printed(gamma); row_ours(error); row_goal(NAN, 1.02 * gamma);
            row("AB Theorem 7", "QCS of 256 Gaussian values, k %d, Q %u, least squares: error, and its bound", k,
                levels);
            row_printed(gamma / (1 + gamma)); row_ours(shrunk); row_goal(NAN, 1.02 * gamma / (1 + gamma));
            row_note("printed: gamma / (1 + gamma), gamma with ceil(n/k)");
        }
    }
    for (c = 0; c < 4; c++) { /* all energy in one bin: the worst vector where k does not divide n */
        const int n = uneven[c].n, k = 1 << uneven[c].log2_k;
        const double gamma = gamma_folded(n, k, (int)uneven[c].levels);
        error = qcs_error(&shrunk, n, uneven[c].log2_k, uneven[c].levels, 1, gamma, 2000);
        row("AB Theorem 7", "QCS, n %d, k %d, Q %u, two values of one bin: error, and gamma with ceil(n/k)", n, k,
            uneven[c].levels);
        row_printed(gamma); row_ours(error); row_goal(gamma_printed(n, k, (int)uneven[c].levels), 1.02 * gamma);
        row_note("above %.4f, gamma with n/k: k must divide n for that", gamma_printed(n, k, (int)uneven[c].levels));
    }
}

/* (4.11) and Figure 4.1: the least gamma over k and Q for a wanted gain 32 n / (k log2(2Q + 1)), beside the bounds of
 * QSG (whose gain ends at 32 / log2 3) and of unbiased sparsification, n / k - 1 */
static void figure_4_1(void)
{
    enum { N = 1024 };
    static const int gains[6] = { 2, 5, 10, 21, 50, 100 };
    double at[6], curve[3][6], qsg_at[8], qsg[8], shrunk;
    svg s;
    int g, levels = 1;
    for (g = 0; g < 6; g++) {
        unsigned log2_k, q;
        uint32_t gamma;
        double error;
        if (sucref_qcs_best(&log2_k, &q, &gamma, N, (uint32_t)(32 * N / gains[g])) != SUCREF_OK) { exit(2); }
        error = qcs_error(&shrunk, N, log2_k, q, 0, gamma / 65536.0, 300);
        at[g] = log10(gains[g]); curve[0][g] = log10(gamma / 65536.0); curve[1][g] = log10(error);
        curve[2][g] = log10(gains[g] - 1.0);
        row("AB Figure 4.1", "gain %d, 1024 values, best k %d and Q %u: error, and gamma", gains[g], 1 << log2_k, q);
        row_printed(gamma / 65536.0); row_ours(error); row_goal(NAN, 1.02 * gamma / 65536.0);
        row("AB Figure 4.1", "gain %d, 1024 values: gamma of QCS over that of unbiased sparsification", gains[g]);
        row_printed(gamma / 65536.0 / (gains[g] - 1)); row_goal(NAN, 0.12);
        row_note("print: orders of magnitude lower");
    }
    for (g = 0; g < 8; g++, levels *= 2) {
        qsg_at[g] = log10(32 / log2(2 * levels + 1));
        qsg[g] = log10(fmin((double)N / levels / levels, sqrt(N) / levels));
    }
    row("AB Figure 4.1", "gain 20.2, 1024 values: gamma of QSG, min(n / s^2, sqrt(n) / s), s = 1");
    row_printed(sqrt(N)); row_goal(32, 32); row_note("its largest gain without a variable-length code");
    s = svg_open(out_path("fig4_1.svg"), "[AB] Fig. 4.1: least error bound by gain, 1024 values",
                 "32-bit values over bits sent, log10", "gamma, log10", 0, 2.5, -5, 3, 0.5, 1);
    svg_line(&s, "QCS: gamma, best k and Q", at, curve[0], 6, 1);
    svg_line(&s, "QCS: error of Gaussian vectors", at, curve[1], 6, 1);
    svg_line(&s, "QSG: gamma", qsg_at, qsg, 8, 1);
    svg_line(&s, "unbiased sparsification: gamma", at, curve[2], 6, 1);
    svg_close(&s);
    row("AB Figure 4.3", "seconds to process and compress 100 batches on a Titan Xp");
    row_note("n/a: no GPU here; instructions of a batch by QSG, QCS, Top-K: make paper-encode, rows of AB 3.1");
}

/* ---- Figure 4.4: z = W x, 50 x 64, x normal with eigenvalues 1 to 4, batch 32, gain about 21 ---- */
enum { OUT = 50, IN = 64, BATCH = 32, STEPS = 300, RUNS = 6 };
enum { PLAIN, QCS, QCS_SHRUNK, TERNARY, QSGD, TOP_K, FEWER, SPARSE, METHODS };
static const char *const method_name[METHODS] = { "uncompressed", "QCS k 32, Q 3", "QCS k 32, Q 3, least squares",
                                                  "QSGD, 3 levels by the largest of 64",
                                                  "QSGD, 23 levels by the 2-norm", "Top-K, 3.5 % of the values",
                                                  "QCS k 32, Q 1, 44 % fewer bits",
                                                  "unbiased sparsification, 3.5 %" };

/* levels to each side of a norm, rounded at random */
static void round_at_random(double *g, int n, double norm, int levels)
{
    int i;
    for (i = 0; norm > 0 && i < n; i++) { g[i] = norm / levels * floor(g[i] / norm * levels + uniform()); }
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

static void keep_largest(double *g, int n, int keep)
{
    static double size[OUT * IN];
    int i;
    for (i = 0; i < n; i++) { size[i] = fabs(g[i]); }
    qsort(size, (size_t)n, sizeof size[0], descending);
    for (i = 0; i < n; i++) { if (fabs(g[i]) < size[keep - 1]) { g[i] = 0; } }
}

/* each value stays with a probability as its size, divided by that; `keep` are to be expected, or some fewer */
static void sparsify(double *g, int n, int keep)
{
    double sum = 1e-300;
    int i;
    for (i = 0; i < n; i++) { sum += fabs(g[i]); }
    for (i = 0; i < n; i++) {
        const double p = fmin(1, keep * fabs(g[i]) / sum);
        g[i] = uniform() < p ? g[i] / p : 0;
    }
}

static void compress_row(double *g, int method, int run, int step, int at)
{
    int16_t x[IN];
    sucref_stream s;
    double max = 1e-30;
    int i;
    for (i = 0; i < IN; i++) { max = fmax(max, fabs(g[i])); }
    if (method == TERNARY) { round_at_random(g, IN, max, 1); return; }
    for (i = 0; i < IN; i++) { x[i] = (int16_t)lrint(g[i] / max * 8000); }
    sucref_stream_init(&s, (uint32_t)run, (uint32_t)at, (uint32_t)step);
    qcs(g, x, IN, 5, method == FEWER ? 1 : 3, &s);
    for (i = 0; i < IN; i++) { g[i] *= max / 8000 / (method == QCS_SHRUNK ? 1 + gamma_folded(IN, 32, 3) : 1); }
}

static void compress(double *g, int method, int run, int step)
{
    int o;
    if (method == QSGD) { round_at_random(g, OUT * IN, sqrt(squares(g, OUT * IN)), 11); }
    if (method == TOP_K) { keep_largest(g, OUT * IN, OUT * IN * 35 / 1000); }
    if (method == SPARSE) { sparsify(g, OUT * IN, OUT * IN * 35 / 1000); }
    for (o = 0; o < OUT && (method == QCS || method == QCS_SHRUNK || method == TERNARY || method == FEWER); o++) {
        compress_row(g + o * IN, method, run, step, o);
    }
}

/* steps until |W - W*|^2 is a thousandth of what it was; STEPS + 1 where it never is */
static int regression(int method, double mu, int run)
{
    static double w[OUT * IN], g[OUT * IN];
    double start;
    int step, b, o, i;
    random_start((uint32_t)run + 1);
    for (i = 0; i < OUT * IN; i++) { w[i] = normal(); } /* W - W*: the start is 0, the goal normal */
    start = squares(w, OUT * IN);
    for (step = 1; step <= STEPS; step++) {
        memset(g, 0, sizeof g);
        for (b = 0; b < BATCH; b++) {
            double x[IN];
            for (i = 0; i < IN; i++) { x[i] = sqrt(1 + 3.0 * i / (IN - 1)) * normal(); }
            for (o = 0; o < OUT; o++) {
                double e = 0;
                for (i = 0; i < IN; i++) { e += w[o * IN + i] * x[i]; }
                for (i = 0; i < IN; i++) { g[o * IN + i] += e * x[i] / BATCH; }
            }
        }
        compress(g, method, run, step);
        for (i = 0; i < OUT * IN; i++) { w[i] -= mu * g[i]; }
        if (!(squares(w, OUT * IN) < 1e6 * start)) { break; }
        if (squares(w, OUT * IN) < 1e-3 * start) { return step; }
    }
    return STEPS + 1;
}

static void figure_4_4(void)
{
    enum { POINTS = 7 };
    static const double mus[POINTS] = { 0.02, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30 };
    static const double widest[METHODS][2] = { { 0.20, 0.25 }, { 0.10, 0.15 }, { 0.20, 0.25 }, { 0.10, 0.15 },
                                               { 0.02, 0.10 }, { 0, 0.10 }, { 0.05, 0.05 }, { 0, 0 } };
    double share[POINTS], steps[METHODS][POINTS], ends[METHODS];
    int method, k, run;
    svg s = svg_open(out_path("fig4_4.svg"), "[AB] Fig. 4.4(a): runs that converge, by step size", "step size",
                     "share of 6 runs", 0, 0.3, 0, 1, 0.05, 0.2);
    for (method = 0; method < METHODS; method++) {
        ends[method] = 0;
        for (k = 0; k < POINTS; k++) {
            share[k] = steps[method][k] = 0;
            for (run = 0; run < RUNS; run++) {
                const int n = regression(method, mus[k], run);
                share[k] += n <= STEPS ? 1.0 / RUNS : 0;
                steps[method][k] += (double)n / RUNS;
            }
            if (share[k] > 0.999) { ends[method] = mus[k]; }
            row("AB Figure 4.4", "50 x 64, step %.2f, %s: share converged in 300 steps", mus[k], method_name[method]);
            row_ours(share[k]);
            if (share[k] > 0.999) { row_note("after %.0f steps", steps[method][k]); }
        }
        svg_line(&s, method_name[method], mus, share, POINTS, 1);
    }
    svg_close(&s);
    for (method = 0; method < METHODS; method++) {
        row("AB Figure 4.4", "50 x 64, %s: largest step of all runs converged", method_name[method]);
        row_ours(ends[method]); row_goal(widest[method][0], widest[method][1]);
        if (method == QSGD || method == TOP_K || method == SPARSE) {
            row_note("its gain of about 21 needs a variable-length code");
        }
        if (method == QCS) { row_note("print: the widest range behind the uncompressed one"); }
    }
    row("AB Figure 4.4", "50 x 64: steps of QSGD (2-norm) at .05 over those of QCS at .1");
    row_published(2, 0.5); row_ours(steps[QSGD][1] / steps[QCS][2]); row_goal(1.2, 2.5);
}

void sampling(void)
{
    random_start(4);
    theorem_7();
    figure_4_1();
    figure_4_4();
}
