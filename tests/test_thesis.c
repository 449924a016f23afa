/* thesis: the numbered statements of [AB] chapters 2 and 4 and its appendices, corrected where print fails, checked
 * by numbers through the header's functions; golden vectors of EDEN. (Chapter 3 is in test_outer.c, chapter 5 in
 * test_air.c, chapter 6 in test_repurpose.c, descent, Lemmas 10 to 12 and 20 and the bounds of residuals in
 * test_descent.c; Theorem 7 and Lemma 8 are also rows of `make paper`; what is exact over all dithers is in
 * test_dither.c and test_vec.c.) */
#include "library.h"
#include "rnd_real.h"
#include "oracle.h"
#include "qcs_run.h"
#include "../bench/eden.h"
#include "golden_outer.h"

/* ---- chapter 2 and appendix A ---- */

/* Lemma 1: nested decoding fails with probability at most step^2 / (3 (k step)^2) + 4 sigma^2 / (k step)^2,
 * else the error is a dither's */
static void lemma_1(void)
{
    static const struct {
        uint32_t step;
        uint16_t k;
        int sigma;
    } c[3] = { { 1000, 3, 500 }, { 1000, 3, 1000 }, { 600, 5, 700 } };
    enum { N = 60000 };
    static int32_t x[N], y[N];
    static int64_t e[N];
    static uint16_t symbol[N];
    int t, i;
    for (t = 0; t < 3; t++) {
        sucref_nested q = { c[t].step, c[t].k, 1, 0 };
        const double wide = (double)c[t].step * c[t].k, bound = (double)c[t].step * c[t].step / (3 * wide * wide) +
                                                                4.0 * c[t].sigma * c[t].sigma / (wide * wide);
        double failed = 0, error = 0;
        sucref_stream s;
        sucref_stream_init(&s, 1, 1, (uint32_t)t);
        for (i = 0; i < N; i++) {
            y[i] = (int32_t)lrint(20000 * normal());
            x[i] = y[i] + (int32_t)lrint(c[t].sigma * normal());
        }
        CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, N), &q, &s, 0) == SUCREF_OK &&
              sucref_dither_nested_decode(e, symbol, sucref_int32(y, N), &q, &s, 0) == SUCREF_OK);
        for (i = 0; i < N; i++) {
            const double d = (double)e[i] / 2 - x[i];
            if (fabs(d) > c[t].step / 2.0 + 0.5) {
                failed++;
                CHECK(fabs(d) > wide - c[t].step);
            } else {
                error += d * d;
            }
        }
        CHECK(failed / N <= bound);
        CHECK(fabs(error / (N - failed) / ((double)c[t].step * c[t].step / 12) - 1) < 0.03); /* (2.9), given success */
    }
}

/* Lemma 2, (2.11) and (2.12): senders combined one by one as all at once,
 * and no fixed weights do better than 1 / sum(1/v) */
static void lemma_2(void)
{
    int trial, i;
    for (trial = 0; trial < 300; trial++) {
        uint32_t v[5], w[5];
        double inverse = 0, variance = 0, other = 0, sum = 0, rival[5];
        for (i = 0; i < 5; i++) {
            v[i] = 1 + rnd_below(100000);
            inverse += 1.0 / v[i];
        }
        CHECK(sucref_combine_weights(w, v, 5) == SUCREF_OK);
        for (i = 0; i < 5; i++) {
            rival[i] = uniform();
            sum += rival[i];
            variance += w[i] / 65536.0 * (w[i] / 65536.0) * v[i];
        }
        for (i = 0; i < 5; i++) { other += rival[i] / sum * (rival[i] / sum) * v[i]; }
        CHECK(fabs(variance * inverse - 1) < 2e-3 && other * inverse >= 1 - 1e-12);
        { /* the recursion: precision gamma grows by 1/v, weights shrink by gamma / gamma' */
            double gamma = 1.0 / v[0], weight[5] = { 1, 0, 0, 0, 0 };
            int k;
            for (k = 1; k < 5; k++) {
                const double next = gamma + 1.0 / v[k];
                for (i = 0; i < k; i++) { weight[i] *= gamma / next; }
                weight[k] = 1.0 / v[k] / next;
                gamma = next;
            }
            for (i = 0; i < 5; i++) { CHECK(fabs(weight[i] - w[i] / 65536.0) < 5.0 / 65536); }
        }
    }
}

/* Theorem 18 with 2M + 1 levels: no overload exactly while |y + u| <= (M + 1/2) S; Remark 11:
 * one bit for log2 3 saves 37 % */
static void theorem_18(void)
{
    int m, s, x, u;
    for (m = 1; m <= 4; m++) {
        for (s = 2; s <= 16; s *= 2) {
            for (x = -(m + 2) * s; x <= (m + 2) * s; x++) {
                for (u = 0; u < s; u++) { /* centred: y + u - (s - 1) / 2, in halves */
                    const int64_t q = oracle_floor_div(x + u, s);
                    const int inside = 2 * x + 2 * u - (s - 1) < (2 * m + 1) * s &&
                                       2 * x + 2 * u - (s - 1) > -(2 * m + 1) * s;
                    CHECK((q >= -m && q <= m) == inside);
                }
            }
        }
    }
    CHECK(fabs(1 - 1 / (log(3) / log(2)) - 0.37) < 0.002);
}

/* Lemma 19: the half-dithered quantizer with one term rounds up with exactly the missing fraction */
static void lemma_19(void)
{
    int x, u;
    for (x = -100; x <= 100; x++) {
        int up = 0;
        for (u = 0; u < 16; u++) { up += (int)(oracle_floor_div(x + u, 16) - oracle_floor_div(x, 16)); }
        CHECK(up == (x & 15));
    }
}

/* ---- chapter 4 ---- */

/* Lemma 6: over all signs T^t T averages to the identity, and T T^t = n/k */
static void lemma_6(void)
{
    enum { N = 8 };
    unsigned log2_k, signs;
    int i, j;
    for (log2_k = 0; log2_k <= 3; log2_k++) {
        const int k = 1 << log2_k;
        int32_t sum[N][N] = { { 0 } };
        for (signs = 0; signs < 1U << N; signs++) {
            int32_t t[N][N]; /* column i of T: the fold and transform of the i-th unit vector */
            for (i = 0; i < N; i++) {
                memset(t[i], 0, sizeof t[i]);
                t[i][i % k] = signs >> i & 1U ? -1 : 1;
                sucref_hadamard(t[i], log2_k);
            }
            for (i = 0; i < N; i++) {
                for (j = 0; j < N; j++) {
                    int r;
                    for (r = 0; r < k; r++) { sum[i][j] += t[i][r] * t[j][r]; }
                }
            }
            for (i = 0; i < k; i++) {
                for (j = 0; j < k; j++) {
                    int r, s = 0;
                    for (r = 0; r < N; r++) { s += t[r][i] * t[r][j]; }
                    CHECK(s == (i == j ? N : 0));
                }
            }
        }
        for (i = 0; i < N; i++) {
            for (j = 0; j < N; j++) { CHECK(sum[i][j] == (i == j ? k * 256 : 0)); }
        }
    }
}

/* Theorem 7 (k >= 2) and Lemma 8: error below gamma, shrunk below gamma / (1 + gamma); heavy tails too */
static void theorem_7_lemma_8(void)
{
    static const struct {
        unsigned log2_k;
        int levels;
    } c[4] = { { 6, 1 }, { 6, 2 }, { 4, 1 }, { 1, 1 } };
    enum { N = 64, T = 3000 };
    double g[N], e[N], s[N], estimate[N];
    int k, t, i;
    for (k = 0; k < 4; k++) {
        const double gamma = qcs_gamma(N, 1 << c[k].log2_k, c[k].levels);
        double error = 0, shrunk = 0;
        for (i = 0; i < N; i++) {
            const double a = normal(), b = normal(), d = normal();
            g[i] = normal() / sqrt((a * a + b * b + d * d) / 3);
        }
        for (t = 0; t < T; t++) {
            qcs(estimate, g, N, c[k].log2_k, (uint32_t)c[k].levels, (uint32_t)(t + 100000 * k));
            for (i = 0; i < N; i++) {
                e[i] = estimate[i] - g[i];
                s[i] = estimate[i] / (1 + gamma) - g[i];
            }
            error += squares(e, N) / squares(g, N) / T;
            shrunk += squares(s, N) / squares(g, N) / T;
        }
        CHECK(error < 1.03 * gamma && shrunk < 1.03 * gamma / (1 + gamma));
    }
}

/* Theorem 7 where k does not divide n: all the energy in the values of one full bin is the worst, and stays below the
 * gamma that sucref_qcs_best tells, which the printed n/k would not */
static void theorem_7_uneven(void)
{
    static const struct { int n; unsigned log2_k; uint32_t bits;
    } c[3] = { { 65, 6, 512 }, { 96, 6, 512 }, { 3, 1, 9 } };
    enum { T = 2000 };
    int t, i, trial;
    for (t = 0; t < 3; t++) {
        const int k = 1 << c[t].log2_k;
        double g[96] = { 0 }, estimate[96], error = 0, printed;
        unsigned log2_k, levels;
        uint32_t gamma;
        CHECK(sucref_qcs_best(&log2_k, &levels, &gamma, (size_t)c[t].n, c[t].bits) == SUCREF_OK &&
              log2_k == c[t].log2_k);
        printed = (double)c[t].n / k - 1 + c[t].n / (4.0 * levels * levels) * log(k) / (k - 1);
        g[0] = 1;
        g[k] = 1;
        for (trial = 0; trial < T; trial++) {
            qcs(estimate, g, c[t].n, log2_k, levels, (uint32_t)trial + 1U);
            for (i = 0; i < c[t].n; i++) { error += (estimate[i] - g[i]) * (estimate[i] - g[i]) / 2 / T; }
        }
        CHECK(error > 1.2 * printed && error < 1.03 * gamma / 65536.0);
    }
}

/* Lemma 9, (4.15) and (4.16) as corrected: the residual's energy stays below eta times the largest gradient's, for
 * gradients that do not depend on it. Lemma 21's caveat: in training they do, and correlate */
static double feedback_ratio(double beta, int shrink, int train, double *correlation)
{
    enum { N = 64, RUNS = 30, T = 120, LOG2_K = 5 };
    const double gamma = qcs_gamma(N, 32, 1);
    double most[T] = { 0 }, largest = 0, cross = 0, gg = 0, rr = 0, top = 0;
    int run, t, i;
    for (run = 0; run < RUNS; run++) {
        double r[N] = { 0 }, w[N], g[N], z[N], sent[N];
        for (i = 0; i < N; i++) { w[i] = normal(); }
        for (t = 0; t < T; t++) {
            for (i = 0; i < N; i++) {
                g[i] = train ? w[i] : normal();
                z[i] = g[i] + beta * r[i];
            }
            largest = fmax(largest, squares(g, N));
            for (i = 0; i < N && t > 5; i++) {
                cross += g[i] * r[i];
                gg += g[i] * g[i];
                rr += r[i] * r[i];
            }
            qcs(sent, z, N, LOG2_K, 1, (uint32_t)(run * T + t + 1));
            for (i = 0; i < N; i++) {
                if (shrink) { sent[i] /= 1 + gamma; }
                r[i] += g[i] - sent[i];
                w[i] -= 0.1 * sent[i];
            }
            most[t] += squares(r, N) / RUNS;
        }
    }
    for (t = 0; t < T; t++) { top = fmax(top, most[t]); }
    *correlation = cross / sqrt(gg * rr);
    return top / (train ? largest : N); /* E|g|^2 = N */
}
static void lemma_9_lemma_21(void)
{
    const double gamma = qcs_gamma(64, 32, 1), beta = 0.2;
    double c, eta = gamma / (1 - ((1 - beta) * (1 - beta) + beta * beta * gamma));
    CHECK(beta < 2 / (1 + gamma));
    CHECK(feedback_ratio(beta, 0, 0, &c) < 1.02 * eta && fabs(c) < 0.05);
    for (eta = 0.3; eta < 1.1; eta += 0.35) { /* with least squares any beta to 1 */
        const double root = sqrt(gamma + 1 - (1 - eta) * (1 - eta)) - sqrt(gamma);
        CHECK(feedback_ratio(eta, 1, 0, &c) < 1.02 * gamma / (root * root));
    }
    (void)feedback_ratio(0.3, 0, 1, &c);
    CHECK(fabs(c) > 0.1); /* so print's "uncorrelated for all t" does not hold here */
}

/* convergence with an unbiased quantizer of relative error gamma: descent on a function of curvature at most 4, step
 * 1 / (4 (1 + gamma)), has mean squared gradients below 2 (f(start) - least f) / (step * T), the standard bound */
static void convergence(void)
{
    enum { N = 64, RUNS = 20, T = 150 };
    const double gamma = qcs_gamma(N, 32, 1), step = 1 / (4 * (1 + gamma));
    double gradients = 0, start = 0;
    int run, t, i;
    for (run = 0; run < RUNS; run++) {
        double w[N], g[N], sent[N];
        for (i = 0; i < N; i++) {
            w[i] = normal();
            start += (1 + 3.0 * i / (N - 1)) * w[i] * w[i] / 2 / RUNS;
        }
        for (t = 0; t < T; t++) {
            for (i = 0; i < N; i++) { g[i] = (1 + 3.0 * i / (N - 1)) * w[i]; }
            gradients += squares(g, N) / (RUNS * T);
            qcs(sent, g, N, 5, 1, (uint32_t)(run * T + t + 1));
            for (i = 0; i < N; i++) { w[i] -= step * sent[i]; }
        }
    }
    CHECK(gradients <= 2 * start / (step * T));
}

/* (4.11): the best k and levels, by trying all of them in doubles */
static void best_sampling(void)
{
    int trial;
    for (trial = 0; trial < 3000; trial++) {
        const size_t n = 2 + rnd_below(trial % 2 ? 300 : 65534);
        const uint32_t bits = rnd_below((uint32_t)n * 4);
        unsigned a, log2_k = 99, levels = 99, want_k = 0, q;
        uint32_t gamma = 0;
        double best = 1e18;
        const int status = sucref_qcs_best(&log2_k, &levels, &gamma, n, bits);
        for (a = 1; a < 16 && (size_t)1 << a <= n; a++) {
            for (q = 1; q <= 127; q++) {
                const double k = (double)(1 << a),
                             g = ceil((double)n / k) - 1 + (double)n / (4.0 * q * q) * log(k) / (k - 1);
                if (k * log(2 * q + 1) / log(2) <= bits && g < best) {
                    best = g;
                    want_k = a;
                }
            }
        }
        CHECK((status == SUCREF_OK) == (want_k != 0));
        if (status != SUCREF_OK) {
            CHECK(status == SUCREF_E_RANGE);
            continue;
        }
        CHECK((double)(1 << log2_k) * log(2 * levels + 1) / log(2) <= bits + 1e-9);
        if (best < 60000) { CHECK(fabs(gamma / 65536.0 - best) < 1e-3 * (1 + best)); }
    }
    {
        unsigned a, b;
        uint32_t g;
        CHECK(sucref_qcs_best(NULL, &b, &g, 64, 64) == SUCREF_E_ARG &&
              sucref_qcs_best(&a, NULL, &g, 64, 64) == SUCREF_E_ARG &&
              sucref_qcs_best(&a, &b, NULL, 64, 64) == SUCREF_OK);
        CHECK(sucref_qcs_best(&a, &b, &g, 1, 64) == SUCREF_E_RANGE &&
              sucref_qcs_best(&a, &b, &g, 65536, 64) == SUCREF_E_RANGE &&
              sucref_qcs_best(&a, &b, &g, 2, 3) == SUCREF_E_RANGE);
        CHECK(sucref_qcs_best(&a, &b, &g, 2, 4) == SUCREF_OK && a == 1 && b == 1);
        CHECK(sucref_qcs_best(&a, &b, &g, 65535, 1000000000) == SUCREF_OK && a == 15 && b == 127);
    }
}

/* ---- the peer ---- */

static void golden_peer(void)
{
    int c, i;
    for (c = 0; c < 2; c++) {
        double estimate[16];
        (void)eden(estimate, golden_eden[c].x, golden_eden[c].sign, 16, golden_eden[c].bits);
        for (i = 0; i < 16; i++) { CHECK(fabs(estimate[i] - golden_eden[c].estimate[i]) < 1e-9); }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("Lemma 1: nested decoding", lemma_1);
    RUN("Lemma 2: combining one by one", lemma_2);
    RUN("Theorem 18: levels and overload", theorem_18);
    RUN("Lemma 19: stochastic rounding", lemma_19);
    RUN("Lemma 6: the projection over all signs", lemma_6);
    RUN("Theorem 7, Lemma 8: compressive sampling", theorem_7_lemma_8);
    RUN("Theorem 7 where k does not divide n", theorem_7_uneven);
    RUN("Lemma 9, Lemma 21: error feedback", lemma_9_lemma_21);
    RUN("convergence with unbiased sampling", convergence);
    RUN("(4.11): the best k and levels", best_sampling);
    RUN("golden vectors of EDEN", golden_peer);
    return test_report("thesis");
}
