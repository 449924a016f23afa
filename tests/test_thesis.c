/* thesis: the numbered statements of [AB] chapters 2 to 6 and its appendices, corrected where print fails, checked by
 * numbers through the header's functions; golden vectors of chapters 3 and 6 and of EDEN. (Theorem 7 and Lemma 8 are
 * also rows of `make paper`; Theorem 5 is asymptotic; what is exact over all dithers is in test_dither, test_vec.) */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "../sucref.h"
#include "../bench/eden.h"
#include "../examples/repurpose.h"
#include "golden_outer.h"
#include <math.h>

static double uniform(void) { return ((double)rnd() + 0.5) / 4294967296.0; }
static double normal(void)
{
    const double r = sqrt(-2 * log(uniform()));
    return r * cos(6.283185307179586 * uniform());
}
static double squares(const double *x, int n)
{
    double s = 0;
    int i;
    for (i = 0; i < n; i++) { s += x[i] * x[i]; }
    return s;
}

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
        CHECK(sucref_nested_encode(symbol, x, N, &q, &s, 0) == SUCREF_OK &&
              sucref_nested_decode(e, symbol, y, N, &q, &s, 0) == SUCREF_OK);
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
                    const int32_t q = sucref_i_floor32(x + u, (unsigned)(s == 2 ? 1 : s == 4 ? 2 : s == 8 ? 3 : 4));
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
        for (u = 0; u < 16; u++) { up += sucref_i_floor32(x + u, 4) - sucref_i_floor32(x, 4); }
        CHECK(up == (x & 15));
    }
}

/* ---- chapter 3 ---- */

/* Lemma 3, corrected: half-normal times normal at 2 and 2 levels, one bit each: 1 - 1.765 / pi = .438,
 * 20.6 % over one bit of the product */
static void lemma_3(void)
{
    const double lo = 0.4527800399, hi = 1.5104176087, p = erf((lo + hi) / 2 / sqrt(2)),
                 square = p * lo * lo + (1 - p) * hi * hi;
    const double indirect = 1 - square * 2 / 3.141592653589793, direct = 1 - 2 / 3.141592653589793;
    double error = 0;
    int i;
    CHECK(fabs(indirect - (1 - 1.765 / 3.141592653589793)) < 1e-3 && fabs(indirect / direct - 1.206) < 2e-3);
    for (i = 0; i < 1000000; i++) {
        const double x = fabs(normal()), d = normal(),
                     e = x * d - (x < (lo + hi) / 2 ? lo : hi) * (d < 0 ? -1 : 1) * sqrt(2 / 3.141592653589793);
        error += e * e / 1000000;
    }
    CHECK(fabs(error - indirect) < 0.01);
}

/* Theorem 4 and (D.4): G from dithered factors is unbiased, its error what the header says,
 * below the theorem's bound */
static void theorem_4(void)
{
    enum { M = 4, N = 6, L = 8, T = 20000 };
    int levels, t, i;
    for (levels = 1; levels <= 4; levels *= 2) {
        int32_t x[N * L], d[M * L], x2[N * L], d2[M * L];
        int16_t q[N * L];
        int64_t g2[M * N];
        double g[M * N], mean[M * N] = { 0 }, error = 0, want, bound, xx = 0, dd = 0, off = 0, a, b;
        uint32_t most_x = 1, most_d = 1;
        sucref_step sx, sd;
        for (i = 0; i < N * L; i++) {
            x[i] = (int32_t)lrint(1000 * fabs(normal()));
            xx += (double)x[i] * x[i];
            if ((uint32_t)x[i] > most_x) { most_x = (uint32_t)x[i]; }
        }
        for (i = 0; i < M * L; i++) {
            d[i] = uniform() < 0.5 ? 0 : (int32_t)lrint(1000 * normal());
            dd += (double)d[i] * d[i];
            if ((uint32_t)abs(d[i]) > most_d) { most_d = (uint32_t)abs(d[i]); }
        }
        CHECK(sucref_step_for(&sx, most_x, (uint32_t)levels) == SUCREF_OK &&
              sucref_step_for(&sd, most_d, (uint32_t)levels) == SUCREF_OK);
        for (i = 0; i < M * N; i++) {
            int l;
            for (l = 0, g[i] = 0; l < L; l++) { g[i] += (double)d[i / N * L + l] * x[i % N * L + l] / L; }
        }
        for (t = 0; t < T; t++) {
            sucref_stream r;
            sucref_stream_init(&r, 3, (uint32_t)levels, (uint32_t)t);
            CHECK(sucref_dither_encode(q, x, N * L, &sx, &r, 0) == SUCREF_OK &&
                  sucref_dither_decode(x2, q, N * L, &sx, &r, 0) == SUCREF_OK);
            CHECK(sucref_dither_encode(q, d, M * L, &sd, &r, 5000) == SUCREF_OK &&
                  sucref_dither_decode(d2, q, M * L, &sd, &r, 5000) == SUCREF_OK);
            CHECK(sucref_outer(g2, d2, M, x2, N, L) == SUCREF_OK);
            for (i = 0; i < M * N; i++) {
                const double e = (double)g2[i] / (4.0 * sx.multiplier * sd.multiplier * L) - g[i];
                mean[i] += e / T;
                error += e * e / T;
            }
        }
        a = pow(pow(2, sx.shift) / sx.multiplier, 2) / 12;
        b = pow(pow(2, sd.shift) / sd.multiplier, 2) / 12;
        want = (M * N * L * a * b + N * a * dd + M * b * xx) / (L * L);
        bound = (double)M * N / L * (1 / (144.0 * pow(levels, 4)) + 2 / (12.0 * levels * levels)) * most_x * most_x *
                most_d * most_d;
        off = squares(mean, M * N);
        CHECK(fabs(error / want - 1) < 0.04 && error < bound && off < 2 * error / T);
    }
}

/* golden vectors of (3.8) and of Algorithm 1, whose objective never rises */
static void golden_chapter_3(void)
{
    int c, i, k;
    for (c = 0; c < 3; c++) {
        const golden_outer_case *g = &golden_outer[c];
        int32_t x2[30], d2[18];
        int64_t out[15];
        int most_x = 0, most_d = 0;
        for (i = 0; i < 30; i++) {
            most_x = abs((&golden_outer_x[0][0])[i]) > most_x ? abs((&golden_outer_x[0][0])[i]) : most_x;
        }
        for (i = 0; i < 18; i++) {
            most_d = abs((&golden_outer_d[0][0])[i]) > most_d ? abs((&golden_outer_d[0][0])[i]) : most_d;
        }
        for (i = 0; i < 30; i++) { /* floor(K x / max + u + 1/2), the estimate in 1/128 of a step */
            const int u = (&golden_outer_u[0][0])[i];
            const int32_t q = sucref_i_divide(128 * (&golden_outer_x[0][0])[i] * g->kx + most_x * (u + 64),
                                              (uint32_t)(128 * most_x), 0xFFFFFFFFU / (uint32_t)(128 * most_x));
            CHECK(q == (&g->qx[0][0])[i]);
            x2[i] = 128 * q - u;
        }
        for (i = 0; i < 18; i++) {
            const int u = (&golden_outer_v[0][0])[i];
            const int32_t q = sucref_i_divide(128 * (&golden_outer_d[0][0])[i] * g->kd + most_d * (u + 64),
                                              (uint32_t)(128 * most_d), 0xFFFFFFFFU / (uint32_t)(128 * most_d));
            CHECK(q == (&g->qd[0][0])[i]);
            d2[i] = 128 * q - u;
        }
        CHECK(sucref_outer(out, d2, 3, x2, 5, 6) == SUCREF_OK);
        for (i = 0; i < 15; i++) {
            CHECK(fabs((double)out[i] * most_x * most_d / (8192.0 * 8192 * g->kx * g->kd * 6) - (&g->g[0][0])[i]) <
                  1e-12);
        }
    }
    for (c = 0; c < 2; c++) {
        float x[30], d[18];
        double alpha[3], beta[2], objective[5];
        sucref_outer_bins b;
        for (i = 0; i < 30; i++) { x[i] = (float)(&golden_outer_x[0][0])[i] / 64; }
        for (i = 0; i < 18; i++) { d[i] = (float)(&golden_outer_d[0][0])[i] / 64; }
        b.x = x;
        b.d = d;
        b.bin_x = golden_fit_bin_x[0];
        b.bin_d = golden_fit_bin_d[0];
        b.n = 5;
        b.m = 3;
        b.batch = 6;
        b.kx = 3;
        b.kd = 2;
        b.lambda = golden_fit[c].lambda;
        CHECK(sucref_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_OK);
        for (k = 0; k < 3; k++) { CHECK(fabs(alpha[k] - golden_fit[c].alpha[k]) < 1e-9); }
        for (k = 0; k < 2; k++) { CHECK(fabs(beta[k] - golden_fit[c].beta[k]) < 1e-9); }
        for (k = 0; k < 5; k++) {
            CHECK(fabs(objective[k] - golden_fit[c].objective[k]) < 1e-9 &&
                  (k == 0 || objective[k] <= objective[k - 1] + 1e-12));
        }
        b.kd = 4; /* bins that nothing falls into stay 0 */
        CHECK(sucref_outer_fit(alpha, objective, &b, 1, NULL) == SUCREF_OK && objective[2] == 0 && objective[3] == 0);
        CHECK(sucref_outer_fit(NULL, beta, &b, 1, NULL) == SUCREF_E_ARG &&
              sucref_outer_fit(alpha, NULL, &b, 1, NULL) == SUCREF_E_ARG &&
              sucref_outer_fit(alpha, beta, NULL, 1, NULL) == SUCREF_E_ARG);
        b.kd = 1;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.kd = 17;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.kd = 2;
        b.kx = 17;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.kx = 0;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.kx = 3;
        b.batch = 0;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.n = b.m = b.batch = 1;
        b.kx = 3;
        b.kd = 2;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_OK);
        b.n = 0;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.n = 1;
        b.m = 0;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_RANGE);
        b.m = 1;
        b.x = NULL;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_ARG);
        b.x = x;
        b.d = NULL;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_ARG);
        b.d = d;
        b.bin_x = NULL;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_ARG);
        b.bin_x = golden_fit_bin_x[0];
        b.bin_d = NULL;
        CHECK(sucref_outer_fit(alpha, beta, &b, 1, NULL) == SUCREF_E_ARG);
    }
}

/* sixteen bins of each factor, the most: every value a bin of its own where there are so few,
 * so that nothing is lost */
static void outer_most_bins(void)
{
    enum { BINS = 16, L = 4 };
    float x[BINS], d[BINS];
    uint8_t bin[BINS];
    double alpha[BINS], beta[BINS], objective[5];
    sucref_outer_bins b;
    int k;
    for (k = 0; k < BINS; k++) {
        x[k] = (float)rnd_in(-99, 99);
        d[k] = (float)rnd_in(-99, 99);
        bin[k] = (uint8_t)k;
    }
    b.x = x;
    b.d = d;
    b.bin_x = b.bin_d = bin;
    b.n = b.m = BINS / L;
    b.batch = L;
    b.kx = b.kd = BINS;
    b.lambda = 0.5;
    CHECK(sucref_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_OK && objective[0] < 1e-9 && objective[4] < 1e-6);
    b.kx = BINS + 1;
    CHECK(sucref_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_E_RANGE);
    b.kx = BINS;
    b.kd = BINS + 1;
    CHECK(sucref_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_E_RANGE);
}

static void outer_limits(void)
{
    int32_t d[2] = { INT32_MAX, INT32_MIN }, x[2] = { INT32_MAX, 1 };
    int64_t out[4] = { 0 };
    CHECK(sucref_outer(out, d, 1, x, 1, 1) == SUCREF_OK && out[0] == (int64_t)INT32_MAX * INT32_MAX);
    CHECK(sucref_outer(out, d, 1, d, 1, 2) == SUCREF_E_RANGE); /* 2^31 * 2^31 * 2 */
    CHECK(sucref_outer(out, d, 1, x, 1, 2) == SUCREF_OK && out[0] == (int64_t)INT32_MAX * INT32_MAX + INT32_MIN);
    CHECK(sucref_outer(out, d, 0, x, 1, 1) == SUCREF_E_RANGE && sucref_outer(out, d, 1, x, 0, 1) == SUCREF_E_RANGE &&
          sucref_outer(out, d, 1, x, 1, 0) == SUCREF_E_RANGE);
    CHECK(sucref_outer(NULL, d, 1, x, 1, 1) == SUCREF_E_ARG && sucref_outer(out, NULL, 1, x, 1, 1) == SUCREF_E_ARG &&
          sucref_outer(out, d, 1, NULL, 1, 1) == SUCREF_E_ARG);
    CHECK(sucref_outer_batch(784, 300) == 216 && sucref_outer_batch(0, 5) == 0 && sucref_outer_batch(5, 0) == 0 &&
          sucref_outer_batch(2, 2) == 1);
    CHECK(sucref_outer_batch(0xFFFFFFFFU, 0xFFFFFFFFU) == 0x7FFFFFFFU);
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

/* one pass of QCS through the header's functions: estimate [n] of z */
static void qcs(double *estimate, const double *z, int n, unsigned log2_k, uint32_t levels, uint32_t trial)
{
    static int16_t x[256], q[256];
    static int32_t v[256], w2[256];
    static int64_t out[256], work[256];
    double max = 1e-12;
    uint32_t top = 1;
    sucref_stream r;
    sucref_step st;
    int i;
    sucref_stream_init(&r, trial, 4, 4);
    for (i = 0; i < n; i++) { max = fmax(max, fabs(z[i])); }
    for (i = 0; i < n; i++) { x[i] = (int16_t)lrint(z[i] / max * 8000); }
    CHECK(sucref_fold(v, log2_k, x, (size_t)n, &r, 1000) == SUCREF_OK);
    for (i = 0; i < 1 << log2_k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
    CHECK(sucref_step_for(&st, top, levels) == SUCREF_OK &&
          sucref_dither_encode(q, v, (size_t)1 << log2_k, &st, &r, 0) == SUCREF_OK);
    CHECK(sucref_dither_decode(w2, q, (size_t)1 << log2_k, &st, &r, 0) == SUCREF_OK &&
          sucref_unfold(out, (size_t)n, w2, log2_k, &r, 1000, work) == SUCREF_OK);
    for (i = 0; i < n; i++) { estimate[i] = (double)out[i] / (2.0 * st.multiplier * (1 << log2_k)) * max / 8000; }
}

static double qcs_gamma(int n, int k, int levels)
{
    return (double)n / k - 1 + n / (4.0 * levels * levels) * log(k) / (k - 1);
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
    for (trial = 1; trial < 20000; trial++) { /* its logarithm, rounded down, short by at most one */
        const uint32_t v = trial < 1000 ? (uint32_t)trial : 1 + (rnd() >> rnd_below(31));
        const double exact = log((double)v) / log(2) * 65536;
        CHECK(sucref_i_log2(v) <= exact + 1e-6 && sucref_i_log2(v) > exact - 2);
    }
    for (trial = 0; trial < 3000; trial++) {
        const size_t n = 2 + rnd_below(trial % 2 ? 300 : 65534);
        const uint32_t bits = rnd_below((uint32_t)n * 4);
        unsigned a, log2_k = 99, levels = 99, want_k = 0, q;
        uint32_t gamma = 0;
        double best = 1e18;
        const int status = sucref_qcs_best(&log2_k, &levels, &gamma, n, bits);
        for (a = 1; a < 16 && (size_t)1 << a <= n; a++) {
            for (q = 1; q <= 127; q++) {
                const double k = (double)(1 << a), g = (double)n / k - 1 + (double)n / (4.0 * q * q) * log(k) / (k - 1);
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

/* ---- chapter 5 ---- */

/* Lemmas 13 and 14: sums over the air with noise, all sending, then some channels each: the errors of the formulas */
static void lemma_13_14(void)
{
    enum { D = 32, M = 8, K = 3, T = 20000 };
    static const double weight[K] = { 0.5, 0.3, 0.2 };
    static const int channels[K] = { 8, 5, 3 };
    const double sigma = 0.3;
    int16_t x[K][D];
    uint8_t used[K][M];
    int32_t ones[M];
    double g[D] = { 0 }, want13, exact = 0, bound = 0, reach = 0, norm[K], error[2] = { 0, 0 };
    int i, j, k, t, c;
    for (k = 0; k < K; k++) {
        norm[k] = 0;
        for (i = 0; i < D; i++) {
            x[k][i] = (int16_t)lrint(1000 * normal());
            g[i] += weight[k] * x[k][i] / 1000;
            norm[k] += x[k][i] * (double)x[k][i] / 1e6;
        }
        for (j = 0; j < M; j++) {
            used[k][j] = (uint8_t)((j * 3 + k) % M < channels[k]);
            ones[j] = 65536;
        }
        reach += weight[k] * sqrt(norm[k]);
    }
    for (i = 0; i < K; i++) {
        for (j = 0; j < K; j++) {
            double dot = 0, both = 0;
            for (k = 0; k < D; k++) { dot += x[i][k] * (double)x[j][k] / 1e6; }
            for (k = 0; k < M; k++) { both += used[i][k] & used[j][k]; }
            exact += D * both / (channels[i] * channels[j]) * weight[i] * weight[j] * dot;
        }
        bound += (double)D / channels[i] * weight[i] * sqrt(norm[i]);
    }
    exact += D * sigma * sigma - squares(g, D);
    bound = bound * reach - squares(g, D) + D * sigma * sigma;
    want13 = ((double)D / M - 1) * squares(g, D) + D * sigma * sigma;
    for (c = 0; c < 2; c++) {
        for (t = 0; t < T; t++) {
            int32_t v[M], sent[M], air[M] = { 0 };
            int64_t out[D], work[M];
            sucref_stream s;
            sucref_stream_init(&s, 6, (uint32_t)c, (uint32_t)t);
            for (k = 0; k < K; k++) {
                uint8_t all[M];
                memset(all, 1, sizeof all);
                CHECK(sucref_fold(v, 3, x[k], D, &s, 0) == SUCREF_OK);
                sucref_air_encode(sent, v, M, c ? used[k] : all, ones,
                                  (int32_t)lrint(weight[k] * 65536 * (c ? (double)M / channels[k] : 1)));
                for (j = 0; j < M; j++) { air[j] += sent[j]; }
            }
            /* A is normalised by sqrt(m) */
            for (j = 0; j < M; j++) { air[j] += (int32_t)lrint(1000 * sigma * sqrt(M) * normal()); }
            CHECK(sucref_unfold(out, D, air, 3, &s, 0, work) == SUCREF_OK);
            for (i = 0; i < D; i++) {
                const double e = (double)out[i] / M / 1000 - g[i];
                error[c] += e * e / T;
            }
        }
    }
    CHECK(fabs(error[0] / want13 - 1) < 0.04 && fabs(error[1] / exact - 1) < 0.04 && exact <= bound);
}

/* (5.11): what is sent keeps the power, no scale above it would, and feedback makes up for what was held back */
static void local_power(void)
{
    enum { N = 64, K = 64, T = 400 };
    int32_t v[K], x[K], inverse[K], g[N], residual[N] = { 0 }, z[N], zhat[N];
    uint8_t used[K];
    int64_t out[N], work[K];
    double sum[N] = { 0 }, plain[N] = { 0 }, error = 0, without = 0, energy = 0;
    int trial, i, t;
    for (trial = 0; trial < 500; trial++) {
        const int32_t scale = 1 + (int32_t)rnd_below(1 << 20);
        uint64_t power = (uint64_t)rnd() << rnd_below(30) >> rnd_below(20), spent = 0, more = 0;
        int32_t got;
        for (i = 0; i < K; i++) {
            v[i] = rnd_in(-30000, 30000);
            used[i] = (uint8_t)(rnd_below(4) != 0);
            inverse[i] = 20000 + (int32_t)rnd_below(200000);
        }
        got = sucref_air_power(v, K, used, inverse, scale, power);
        CHECK(got >= 0 && got <= scale);
        sucref_air_encode(x, v, K, used, inverse, got);
        for (i = 0; i < K; i++) { spent += (uint64_t)((int64_t)x[i] * x[i]); }
        sucref_air_encode(x, v, K, used, inverse, scale);
        for (i = 0; i < K; i++) { more += (uint64_t)((int64_t)x[i] * x[i]); }
        if (more <= power) {
            CHECK(got == scale);
        } else if (got > 1000) {
            CHECK((double)spent < 1.01 * (double)power && (double)spent > 0.97 * (double)power);
        }
    }
    memset(v, 0, sizeof v);
    v[0] = INT32_MAX;
    v[1] = INT32_MAX;
    v[2] = INT32_MIN;
    v[3] = INT32_MAX;
    v[4] = INT32_MAX;
    for (i = 0; i < K; i++) {
        used[i] = 1;
        inverse[i] = 65536;
    }
    CHECK(sucref_air_power(v, 5, used, inverse, 65536, 0xFFFFFFFFU) < 2); /* the sum passes 2^64 */
    CHECK(sucref_air_power(v, 5, used, inverse, 65536, 0) == 0);
    for (i = 0; i < N; i++) {
        g[i] = rnd_in(-1000, 1000);
        energy += (double)g[i] * g[i];
    }
    for (t = 0; t < T; t++) { /* one node whose signal is 1.8 and 0.2 times g in turn, with power for 1 */
        int16_t small[N];
        int32_t now[N];
        const double part = t % 2 ? 0.2 : 1.8;
        sucref_stream s;
        int32_t scale;
        sucref_stream_init(&s, 8, 8, (uint32_t)t);
        for (i = 0; i < N; i++) {
            now[i] = (int32_t)lrint(part * g[i]);
            plain[i] += fmin(part, 1) * g[i] / T;
        }
        sucref_feedback_add(z, now, residual, N, 128);
        for (i = 0; i < N; i++) {
            small[i] = (int16_t)z[i];
            CHECK(small[i] == z[i]);
        }
        (void)sucref_fold(v, 6, small, N, &s, 0);
        scale = sucref_air_power(v, K, used, inverse, 65536, (uint64_t)(energy * N));
        sucref_air_encode(x, v, K, used, inverse, scale);
        (void)sucref_unfold(out, N, x, 6, &s, 0, work);
        for (i = 0; i < N; i++) {
            zhat[i] = (int32_t)(out[i] / K);
            sum[i] += (double)zhat[i] / T;
        }
        sucref_feedback_keep(residual, now, zhat, N);
    }
    for (i = 0; i < N; i++) {
        error += (sum[i] - g[i]) * (sum[i] - g[i]);
        without += (plain[i] - g[i]) * (plain[i] - g[i]);
    }
    printf("  power for the mean signal: error of the mean %.4f of the energy without feedback, %.4f with it\n",
           without / energy, error / energy);
    CHECK(without / energy > 0.1 && error / energy < 0.001);
}

/* ---- chapter 6 and the peer ---- */

/* Theorem 16: the assignment is optimal, against all 720 orders; golden costs and weights */
static void theorem_16(void)
{
    static const int worker_of[6] = { 0, 0, 0, 1, 1, 1 }, three[6] = { 0, 0, 1, 1, 2, 2 };
    static const size_t room1[2] = { 3, 3 }, room2[2] = { 2, 2 }, room3[3] = { 2, 2, 2 };
    double w1[36], w2[24], cost[18];
    int to[6], i, j, trial;
    for (i = 0; i < 36; i++) { w1[i] = (&golden_repurpose_w1[0][0])[i] / 16.0; }
    repurpose_costs(cost, w1, worker_of, 6, 6, 2, 1.0 / 16, 0.25);
    for (i = 0; i < 12; i++) { CHECK(cost[i] * 256 == (&golden_repurpose_c1[0][0])[i]); }
    CHECK(fabs(repurpose_assign(to, cost, 6, 2, room1) - golden_repurpose_cost[0]) < 1e-12);
    for (i = 0; i < 6; i++) { CHECK(to[golden_repurpose_slots1[i]] == i / 3); }
    repurpose_prune(w1, worker_of, to, 6, 6, 1.0 / 16, 0.25);
    for (i = 0; i < 6; i++) {
        for (j = 0; j < 6; j++) { CHECK(w1[i * 6 + golden_repurpose_slots1[j]] * 16 == golden_repurpose_kept1[i][j]); }
    }
    for (i = 0; i < 24; i++) { w2[i] = golden_repurpose_w2[golden_repurpose_slots1[i / 4]][i % 4] / 16.0; }
    repurpose_costs(cost, w2, worker_of, 6, 4, 2, 1.0 / 16, 0.25);
    for (i = 0; i < 8; i++) { CHECK(cost[i] * 256 == (&golden_repurpose_c2[0][0])[i]); }
    CHECK(fabs(repurpose_assign(to, cost, 4, 2, room2) - golden_repurpose_cost[1]) < 1e-12);
    repurpose_prune(w2, worker_of, to, 6, 4, 1.0 / 16, 0.25);
    for (i = 0; i < 6; i++) {
        for (j = 0; j < 4; j++) { CHECK(w2[i * 4 + golden_repurpose_slots2[j]] * 16 == golden_repurpose_kept2[i][j]); }
    }
    for (trial = 0; trial < 50; trial++) {
        double best = 1e9, found;
        int code;
        for (i = 0; i < 36; i++) { w1[i] = normal(); }
        repurpose_costs(cost, w1, three, 6, 6, 3, 0.1, 0.4);
        found = repurpose_assign(to, cost, 6, 3, room3);
        for (code = 0; code < 729; code++) { /* every way to give the six to three workers, two each */
            int rest = code, count[3] = { 0, 0, 0 };
            double sum = 0;
            for (i = 0; i < 6; i++, rest /= 3) {
                count[rest % 3]++;
                sum += cost[rest % 3 * 6 + i];
            }
            if (count[0] == 2 && count[1] == 2 && sum < best) { best = sum; }
        }
        CHECK(fabs(found - best) < 1e-9);
    }
    CHECK(repurpose_assign(to, cost, 6, 2, room2) < 0); /* no room */
}

/* Theorem 17: layers of norm 1 each off by e, activations that do not stretch:
 * the output is off by at most ((1 + e)^3 - 1) B */
static void theorem_17(void)
{
    enum { N = 8 };
    int trial, layer, i, j;
    for (trial = 0; trial < 300; trial++) {
        double x[N], y[N], most = 0, off = 0;
        for (i = 0; i < N; i++) { x[i] = y[i] = normal(); }
        most = squares(x, N);
        for (layer = 0; layer < 3; layer++) {
            double w[N * N], d[N * N], nx[N] = { 0 }, ny[N] = { 0 }, sw, sd;
            for (i = 0; i < N * N; i++) {
                w[i] = normal();
                d[i] = normal();
            }
            sw = sqrt(squares(w, N * N));
            sd = sqrt(squares(d, N * N));
            for (i = 0; i < N; i++) {
                for (j = 0; j < N; j++) {
                    nx[i] += w[i * N + j] / sw * x[j];
                    ny[i] += (w[i * N + j] / sw + 0.2 * d[i * N + j] / sd) * y[j];
                }
            }
            for (i = 0; i < N; i++) {
                x[i] = tanh(nx[i]);
                y[i] = tanh(ny[i]);
            }
            most = fmax(most, squares(x, N));
        }
        for (i = 0; i < N; i++) { off += (x[i] - y[i]) * (x[i] - y[i]); }
        CHECK(sqrt(off) <= (pow(1.2, 3) - 1) * sqrt(most));
    }
}

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
    RUN("Lemma 3: one bit indirectly", lemma_3);
    RUN("Theorem 4: outer products from factors", theorem_4);
    RUN("golden vectors of chapter 3", golden_chapter_3);
    RUN("outer products: sixteen bins", outer_most_bins);
    RUN("outer products: limits and errors", outer_limits);
    RUN("Lemma 6: the projection over all signs", lemma_6);
    RUN("Theorem 7, Lemma 8: compressive sampling", theorem_7_lemma_8);
    RUN("Lemma 9, Lemma 21: error feedback", lemma_9_lemma_21);
    RUN("convergence with unbiased sampling", convergence);
    RUN("(4.11): the best k and levels", best_sampling);
    RUN("Lemmas 13, 14: sums over the air", lemma_13_14);
    RUN("(5.11): local power scaling", local_power);
    RUN("Theorem 16: assignment of neurons", theorem_16);
    RUN("Theorem 17: errors through layers", theorem_17);
    RUN("golden vectors of EDEN", golden_peer);
    return test_report("thesis");
}
