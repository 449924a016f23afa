/* descent: the statements of [AB] chapters 3 to 5 about descent with quantized gradients, about residuals, about codes
 * that the air adds, and the bounds behind them, each as corrected where print fails, checked by numbers through the
 * header's functions. */
#include "library.h"
#include "rnd_real.h"
#include "qcs_run.h"
#include "../examples/tool/air.h"

enum { N = 32, LOG2_K = 4, Q = 4 };

/* f = sum w^2 / (1 + w^2): |f''| <= 2, |f'| <= 9 / (8 sqrt 3), least value 0 */
static double value_of(const double *w)
{
    double f = 0;
    int i;
    for (i = 0; i < N; i++) { f += w[i] * w[i] / (1 + w[i] * w[i]); }
    return f;
}
static double slope(double w) { return 2 * w / ((1 + w * w) * (1 + w * w)); }

typedef struct { double start, mean; } descent; /* f at the start, mean of |grad f|^2 over the steps */

/* beta 0: without feedback; the identity behind Lemma 11, w - mu r moves by -mu g, is checked on the way */
static descent descend(int steps, double mu, int shrink, double beta)
{
    enum { RUNS = 24 };
    const double gamma = qcs_gamma(N, 1 << LOG2_K, Q), less = shrink ? 1 + gamma : 1;
    descent d = { 0, 0 };
    int run, t, i;
    for (run = 0; run < RUNS; run++) {
        double w[N], r[N] = { 0 }, g[N], z[N], sent[N];
        for (i = 0; i < N; i++) { w[i] = 1.5 * normal(); }
        d.start += value_of(w) / RUNS;
        for (t = 0; t < steps; t++) {
            double off = 0;
            for (i = 0; i < N; i++) {
                d.mean += slope(w[i]) * slope(w[i]) / steps / RUNS;
                g[i] = slope(w[i]) + 0.3 * normal();
                z[i] = g[i] + beta * r[i];
            }
            qcs(sent, z, N, LOG2_K, Q, (uint32_t)(run * steps + t + 1));
            for (i = 0; i < N; i++) {
                const double before = w[i] - mu * r[i], zhat = sent[i] / less;
                w[i] -= mu * zhat;
                r[i] = beta > 0 ? (1 - beta) * r[i] + z[i] - zhat : 0;
                off = fmax(off, fabs(w[i] - mu * r[i] - (before - mu * g[i])));
            }
            CHECK(beta <= 0 || off < 1e-12);
        }
    }
    return d;
}

static double unbiased_eta(double gamma, double b) { return gamma / (1 - ((1 - b) * (1 - b) + b * b * gamma)); }
static double small_eta(double gamma, double b)
{
    const double root = sqrt(gamma + 1 - (1 - b) * (1 - b)) - sqrt(gamma);
    return gamma / (root * root);
}
/* what holds of an unbiased quantizer for any gradients of E|g|^2 <= B, also such as follow the residual */
static double safe_eta(double gamma, double b)
{
    const double root = sqrt(b * (2 - b)) - b * sqrt(gamma);
    return gamma / (root * root);
}

static const double bound_b = N * (0.6495190528383290 * 0.6495190528383290 + 0.09); /* E|g|^2 of descend() */

/* figures of another implementation (60 runs), at steps of 1 / sqrt(T), T = 50, 200, 800: means, and the bounds */
static void like(double mean, double bound, double his_mean, double his_bound)
{
    CHECK(fabs(mean / his_mean - 1) < 0.12 && fabs(bound / his_bound - 1) < 0.06);
}

/* Lemma 10: descent without feedback, unbiased and by least squares; (4.22) bounds the least by the mean */
static void lemma_10(void)
{
    static const int steps[3] = { 50, 200, 800 };
    static const double his[2][3][2] = { { { 2.505, 7.02 }, { 1.356, 3.46 }, { 0.715, 1.735 } },
                                         { { 3.045, 6.73 }, { 1.962, 3.43 }, { 1.121, 1.708 } } };
    const double gamma = qcs_gamma(N, 1 << LOG2_K, Q), l = 2;
    int k, shrink, unit;
    for (k = 0; k < 3; k++) {
        for (shrink = 0; shrink < 2; shrink++) {
            const double root = sqrt(steps[k]);
            for (unit = 1 - shrink; unit < 2; unit++) { /* unit: steps of 1 / sqrt(T) by least squares, too */
                const double mu = (unit ? 1 : 1 + gamma) / root;
                const descent d = descend(steps[k], mu, shrink, 0);
                const double bound = shrink ? (1 + gamma) * d.start / (steps[k] * mu) + l / 2 * mu * bound_b
                                            : d.start / (steps[k] * mu) + l / 2 * mu * (1 + gamma) * bound_b;
                CHECK(d.mean <= bound && d.mean >= bound / 20);
                if (unit) { like(d.mean, bound, his[shrink][k][0], his[shrink][k][1]); }
                if (unit && shrink) { continue; }
                CHECK(d.mean <= (d.start + l / 2 * (1 + gamma) * bound_b) / root); /* (4.22) */
            }
        }
    }
}

/* Lemma 11: with weighted feedback; the other's bound has the safe eta */
static void lemma_11(void)
{
    static const int steps[3] = { 50, 200, 800 };
    static const double his[2][3][2] = { { { 2.679, 54.8 }, { 1.278, 15.9 }, { 0.654, 5.12 } },
                                         { { 2.378, 67.6 }, { 1.244, 19.2 }, { 0.626, 5.90 } } };
    const double gamma = qcs_gamma(N, 1 << LOG2_K, Q), l = 2;
    int k, shrink;
    for (k = 0; k < 3; k++) {
        for (shrink = 0; shrink < 2; shrink++) {
            const double mu = 1 / sqrt(steps[k]), beta = shrink ? 0.5 : 1 / (1 + gamma),
                         eta = shrink ? small_eta(gamma, beta) : unbiased_eta(gamma, beta);
            const descent d = descend(steps[k], mu, shrink, beta);
            const double rest = 2 * d.start / (steps[k] * mu) + l * bound_b * mu, many = 4 * l * l * bound_b * mu * mu;
            CHECK(d.mean <= rest + many * eta);
            like(d.mean, rest + many * (shrink ? eta : safe_eta(gamma, beta)), his[shrink][k][0], his[shrink][k][1]);
        }
    }
}

/* Lemma 9's best weights, Remarks 3 and 4, and where (4.15)'s advantage ends */
static void remarks_3_4(void)
{
    double gamma;
    for (gamma = 0.01; gamma < 200; gamma *= 1.3) {
        const double best = 1 / (1 + gamma), unbiased = gamma * (1 + gamma), root = sqrt(gamma + 1) - sqrt(gamma),
                     least = gamma / (root * root);
        double b, lowest = 1e30, lowest_small = 1e30, lowest_safe = 1e30;
        for (b = 0.0005; b < fmin(1, 2 / (1 + gamma)); b += 0.0005) {
            lowest = fmin(lowest, unbiased_eta(gamma, b));
            lowest_safe = fmin(lowest_safe, safe_eta(gamma, b));
            CHECK(safe_eta(gamma, b) >= unbiased_eta(gamma, b) * (1 - 1e-12));
        }
        for (b = 0.0005; b <= 1; b += 0.0005) { lowest_small = fmin(lowest_small, small_eta(gamma, b)); }
        CHECK(fabs(unbiased_eta(gamma, best) / unbiased - 1) < 1e-9 && lowest >= unbiased * (1 - 1e-9) &&
              lowest <= unbiased * 1.01);                                                   /* (4.17) */
        CHECK(fabs(small_eta(gamma, 1) / least - 1) < 1e-9 && lowest_small >= least * (1 - 1e-9)); /* (4.18) */
        CHECK(unbiased < least);                          /* Remark 3, while gradients do not follow the residual */
        CHECK(4 * gamma * (gamma + 1) > least);           /* Remark 4 */
        CHECK(fabs(safe_eta(gamma, 1 - sqrt(gamma / (1 + gamma))) / least - 1) < 1e-6 &&
              lowest_safe >= least * (1 - 1e-9));         /* and when they do, the best of both is the same */
        if (gamma < 0.02) { CHECK(fabs(unbiased / gamma - 1) < 0.03 && least / gamma < 1.4); }
        if (gamma > 100) {
            CHECK(fabs(unbiased / gamma / gamma - 1) < 0.02 && fabs(least / gamma / gamma / 4 - 1) < 0.02);
        }
    }
}

/* Lemma 9's caveat: gradients along the residual take it beyond (4.15), and stay below the safe eta */
static void follows_the_residual(void)
{
    enum { RUNS = 30, T = 120 };
    static const double betas[3] = { 0.05, 0.241, 0.38 };
    const double gamma = qcs_gamma(N, 1 << 3, 1); /* 3 + 8 * ln 8 / 7 */
    int c, run, t, i, above = 0;
    for (c = 0; c < 3; c++) {
        const double beta = fmin(betas[c], 1.6 / (1 + gamma));
        double most[T] = { 0 }, top = 0;
        for (run = 0; run < RUNS; run++) {
            double r[N] = { 0 }, z[N], sent[N];
            for (i = 0; i < N; i++) { r[i] = 1e-3 * normal(); }
            for (t = 0; t < T; t++) {
                const double size = sqrt(squares(r, N));
                double g[N];
                for (i = 0; i < N; i++) { g[i] = r[i] / size; z[i] = g[i] + beta * r[i]; } /* |g|^2 = 1 */
                qcs(sent, z, N, 3, 1, (uint32_t)(run * T + t + 1));
                for (i = 0; i < N; i++) { r[i] += g[i] - sent[i]; }
                most[t] += squares(r, N) / RUNS;
            }
        }
        for (t = 0; t < T; t++) { top = fmax(top, most[t]); }
        CHECK(top <= 1.05 * safe_eta(gamma, beta)); /* the largest of means of 30 runs */
        above += top > unbiased_eta(gamma, beta);
    }
    CHECK(above == 3); /* print's bound needs gradients that do not follow the residual */
}

/* Lemma 20 over all signs, and what follows for |v|_inf of k >= 2 projections (delta 1) */
static void lemma_20(void)
{
    double worst = 0;
    int trial, i;
    for (trial = 0; trial < 300; trial++) {
        const int n = 1 + (int)rnd_below(12);
        double a[12], size, lambda, mean = 0;
        unsigned signs;
        for (i = 0; i < n; i++) { a[i] = normal() * (rnd_below(3) == 0 ? 5 : 1); }
        size = squares(a, n);
        lambda = (trial % 3 == 0 ? 0.999 : uniform()) / (2 * size);
        for (signs = 0; signs < 1U << n; signs++) {
            double dot = 0;
            for (i = 0; i < n; i++) { dot += signs >> i & 1U ? -a[i] : a[i]; }
            mean += exp(lambda * dot * dot) / (double)(1U << n);
        }
        CHECK(mean <= 1 / sqrt(1 - 2 * lambda * size) * (1 + 1e-12));
    }
    for (trial = 0; trial < 60; trial++) { /* n 8, k 2, 4, 8: v = H F (r x) / sqrt(k) */
        const unsigned log2_k = 1U + rnd_below(3);
        const int k = 1 << log2_k;
        int16_t x[8];
        double energy = 0, mean = 0;
        unsigned signs;
        for (i = 0; i < 8; i++) { x[i] = (int16_t)lrint(1000 * normal()); energy += (double)x[i] * x[i]; }
        for (signs = 0; signs < 256; signs++) {
            int32_t v[8] = { 0 };
            double most = 0;
            for (i = 0; i < 8; i++) { v[i % k] += signs >> i & 1U ? -x[i] : x[i]; }
            CHECK(sucref_hadamard(v, log2_k) == SUCREF_OK);
            for (i = 0; i < k; i++) { most = fmax(most, fabs((double)v[i])); }
            mean += most * most / k / 256;
        }
        CHECK(mean <= 3 * energy * log(k) / (k - 1)); /* (D.9) */
        worst = fmax(worst, mean / (3 * energy * log(k) / (k - 1)));
    }
    CHECK(worst > 0.45 && worst < 0.6);
    /* delta .5 is tighter than 1 for k 256 */
    CHECK(fabs(2.5 / (1 - pow(256, -0.5)) - 2.667) < 1e-3 && fabs(3 / (1 - 1.0 / 256) - 3.012) < 1e-3);
}

/* Lemma 12: sets of vectors of the same weighted sum. What is linear gives the same sum of sent values, signs, largest
 * values and rounding at random do not; sucref_air_encode does but for rounding each node's values */
static void lemma_12(void)
{
    enum { D = 64, K = 16, NODES = 3 };
    static const double weight[NODES] = { 0.5, 0.25, 0.25 };
    int trial, i, j, set, off = 0, exact_off = 0, sums = 0, other[3] = { 0, 0, 0 };
    for (trial = 0; trial < 200; trial++) {
        int16_t x[2][NODES][D];
        int32_t air[2][K] = { { 0 } }, exact[2][K] = { { 0 } };
        double code[2][3][D] = { { { 0 } } };
        sucref_stream s;
        sucref_stream_init(&s, 9, 9, (uint32_t)trial);
        for (i = 0; i < D; i++) { /* the second set: 2a from the first node, -2a .. of the others: sum unchanged */
            const int shift = rnd_in(-300, 300), split = rnd_in(-300, 300);
            for (j = 0; j < NODES; j++) { x[0][j][i] = (int16_t)rnd_in(-2000, 2000); }
            x[1][0][i] = (int16_t)(x[0][0][i] + shift);
            x[1][1][i] = (int16_t)(x[0][1][i] - shift + split);
            x[1][2][i] = (int16_t)(x[0][2][i] - shift - split);
        }
        for (set = 0; set < 2; set++) {
            for (j = 0; j < NODES; j++) {
                int32_t v[K], sent[K], ones[K];
                uint8_t used[K];
                double norm = 0;
                int largest = 0;
                for (i = 0; i < K; i++) { used[i] = 1; ones[i] = 60000; }
                CHECK(sucref_fold(v, 4, x[set][j], D, sucref_signs_of(&s, 0)) == SUCREF_OK);
                CHECK(sucref_air_encode(sent, v, K, used, ones, (int32_t)(weight[j] * 65536)) == SUCREF_OK);
                for (i = 0; i < K; i++) { air[set][i] += sent[i]; }
                for (i = 0; i < K; i++) { ones[i] = 4 * 65536; } /* scale / h is whole: nothing is rounded */
                CHECK(sucref_air_encode(sent, v, K, used, ones, (int32_t)(weight[j] * 65536)) == SUCREF_OK);
                for (i = 0; i < K; i++) { exact[set][i] += sent[i]; }
                for (i = 0; i < D; i++) {
                    norm = fmax(norm, abs(x[set][j][i]));
                    largest = abs(x[set][j][i]) > abs(x[set][j][largest]) ? i : largest;
                }
                for (i = 0; i < D; i++) {
                    code[set][0][i] += weight[j] * (x[set][j][i] < 0 ? -1 : 1);
                    code[set][1][i] += i == largest ? weight[j] * x[set][j][i] : 0;
                    code[set][2][i] += weight[j] * norm * floor(x[set][j][i] / norm + 0.5);
                }
            }
        }
        for (i = 0; i < K; i++) {
            sums++;
            off += air[0][i] != air[1][i];
            exact_off += exact[0][i] != exact[1][i];
            CHECK(abs(air[0][i] - air[1][i]) < NODES);
        }
        for (j = 0; j < 3; j++) { other[j] += memcmp(code[0][j], code[1][j], sizeof code[0][j]) != 0; }
    }
    for (j = 0; j < 3; j++) { CHECK(other[j] > 190); } /* signs may agree by chance, once in a few thousand */
    CHECK(exact_off == 0 && off > sums * 38 / 100 && off < sums * 50 / 100);
}

/* (5.8): the energy of what sucref_air_encode sends, over signs: m c^2 a^2 |g|^2 |q|_2^2 / |q|_0^2, q = 1/h where it
 * is used; (5.10): a node that is awake with probability p and scales by 1 / p spends 1 / p of that, and its mean is
 * what it would send always */
static void power_5_8(void)
{
    enum { D = 96, M = 32, T = 400 };
    static const double awake[3] = { 1, 0.5, 0.25 };
    int trial, i, t;
    for (trial = 0; trial < 12; trial++) {
        int16_t g[D];
        int32_t v[M], sent[M], inverse[M];
        uint8_t used[M];
        double energy = 0, q2 = 0, measured = 0, along = 0;
        const double c = 1.5, weight = 0.25, p = awake[trial % 3];
        const double times = T / p; /* of which it is awake T */
        int channels = 0;
        for (i = 0; i < D; i++) { g[i] = (int16_t)lrint(1000 * normal()); energy += (double)g[i] * g[i]; }
        for (i = 0; i < M; i++) {
            used[i] = (uint8_t)(i == 0 || rnd_below(3) != 0);
            inverse[i] = 20000 + (int32_t)rnd_below(150000);
            if (used[i]) { channels++; q2 += inverse[i] / 65536.0 * (inverse[i] / 65536.0); }
        }
        for (t = 0; t < T; t++) {
            sucref_stream s;
            sucref_stream_init(&s, 3, (uint32_t)trial, (uint32_t)t);
            CHECK(sucref_fold(v, 5, g, D, sucref_signs_of(&s, 0)) == SUCREF_OK);
            CHECK(sucref_air_encode(sent, v, M, used, inverse, (int32_t)(c * weight / p * M / channels * 65536)) ==
                  SUCREF_OK);
            for (i = 0; i < M; i++) {
                measured += (double)sent[i] * sent[i] / times;
                if (used[i]) { along += (double)sent[i] / inverse[i] * v[i] * 65536 / M / times; }
            }
        }
        /* the header's fold is sqrt(m) times print's projection */
        CHECK(fabs(measured / M / (M * c * c * weight * weight * energy * q2 / channels / channels / p) - 1) < 0.06);
        CHECK(fabs(along / (c * weight * energy) - 1) < 0.06);
    }
}

/* 5.4.1: no set of channels that keeps the power is larger; c is the largest that all nodes keep */
static void channels_5_4_1(void)
{
    enum { M = 9, NODES = 4 };
    int trial, i, node;
    for (trial = 0; trial < 300; trial++) {
        double h[M], at_1[NODES], power[NODES], c, most = 0;
        uint8_t used[M];
        for (node = 0; node < NODES; node++) {
            const double weight = uniform(), energy = 1 + 100 * uniform(), given = 0.1 + uniform();
            unsigned set;
            size_t n, larger = 0;
            for (i = 0; i < M; i++) { h[i] = rnd_below(8) == 0 ? 0.5 : normal() * normal(); }
            power[node] = 100 * uniform() * uniform();
            n = air_channels(used, h, M, weight, energy, given, power[node]);
            for (i = 0, set = 0; i < M; i++) { set += used[i]; }
            CHECK(set == n && given * given * air_power(h, used, M, weight, energy) <= power[node]);
            for (set = 1; set < 1U << M; set++) {
                size_t size = 0;
                uint8_t other[M];
                for (i = 0; i < M; i++) { other[i] = (uint8_t)(set >> i & 1U); size += other[i]; }
                if (given * given * air_power(h, other, M, weight, energy) <= power[node] && size > larger) {
                    larger = size;
                }
            }
            CHECK(larger == n);
            at_1[node] = air_power(h, used, M, weight, energy);
        }
        c = air_common(at_1, power, NODES);
        for (node = 0; node < NODES; node++) {
            if (at_1[node] == 0) { continue; } /* it sends nothing, whatever c is */
            CHECK(c * c * at_1[node] <= power[node] * (1 + 1e-12));
            most = fmax(most, c * c * at_1[node] / power[node]);
        }
        CHECK(c > 1e299 || most >= 1 - 1e-12);
    }
}

/* dithered factors of a product, `levels` to each side of their largest, through the header */
static void factor(int32_t *x2, double *unit, const double *x, int n, uint32_t levels, const sucref_stream *s)
{
    static int32_t fixed[4096];
    static int16_t q[4096];
    sucref_grid grid;
    double most = 1e-30;
    int i;
    for (i = 0; i < n; i++) { most = fmax(most, fabs(x[i])); }
    for (i = 0; i < n; i++) { fixed[i] = (int32_t)lrint(x[i] / most * 30000); }
    CHECK(sucref_grid_for(&grid, 30000, levels) == SUCREF_OK &&
          sucref_dither_encode(q, sucref_int32(fixed, (size_t)n), &grid, s, 0) == SUCREF_OK &&
          sucref_dither_decode(x2, q, (size_t)n, &grid, s, 0) == SUCREF_OK);
    *unit = most / 30000 / 2 / grid.multiplier;
}

/* the bound behind Theorem 4 for Gaussian factors: (mn/L) (ln(sqrt2 n L)/(3 Kx^2) + 1) (ln(sqrt2 m L)/(3 Kd^2) + 1) */
static void theorem_4_gaussian(void)
{
    enum { M = 8, COLS = 10, T = 60 };
    static const int batch[3] = { 2, 16, 128 };
    static double x[COLS * 128], d[M * 128];
    static int32_t x2[COLS * 128], d2[M * 128];
    static int64_t out[M * COLS];
    double before = 1e30;
    int k, c, t, i;
    for (k = 1; k <= 4; k *= 4) {
        before = 1e30;
        for (c = 0; c < 3; c++) {
            const int l = batch[c];
            const double bound = (double)(M * COLS) / l * (log(sqrt(2) * COLS * l) / (3.0 * k * k) + 1) *
                                 (log(sqrt(2) * M * l) / (3.0 * k * k) + 1);
            double error = 0;
            for (t = 0; t < T; t++) {
                sucref_stream s;
                double ux, ud;
                for (i = 0; i < COLS * l; i++) { x[i] = t % 2 ? fabs(normal()) : normal(); }
                for (i = 0; i < M * l; i++) { d[i] = normal(); } /* independent: the gradient's mean is 0 */
                sucref_stream_init(&s, 1, (uint32_t)t, 1);
                factor(x2, &ux, x, COLS * l, (uint32_t)k, &s);
                sucref_stream_init(&s, 2, (uint32_t)t, 1);
                factor(d2, &ud, d, M * l, (uint32_t)k, &s);
                CHECK(sucref_outer(out, d2, M, x2, COLS, (size_t)l) == SUCREF_OK);
                for (i = 0; i < M * COLS; i++) {
                    const double g = (double)out[i] * ux * ud / l;
                    error += g * g / T;
                }
            }
            CHECK(error <= bound && error >= bound / 6 && error < before / 4);
            before = error;
        }
    }
}

/* Theorem 5: descent by products of dithered factors, steps c / (t + t0), on least squares of 4 outputs: the gradient
 * goes to 0. Only asymptotic: ten times the steps make it several times smaller, as a mean over runs */
static void theorem_5(void)
{
    enum { OUT = 4, IN = 6, L = 8, RUNS = 12, STEPS = 3000 };
    double at[3] = { 0, 0, 0 };
    int run, t, i, j, l;
    for (run = 0; run < RUNS; run++) {
        double w[OUT * IN]; /* W - W*: the gradient's mean is w itself, for inputs of unit covariance */
        for (i = 0; i < OUT * IN; i++) { w[i] = normal(); }
        for (t = 1; t <= STEPS; t++) {
            double x[IN * L], d[OUT * L], ux, ud;
            int32_t x2[IN * L], d2[OUT * L];
            int64_t out[OUT * IN];
            sucref_stream s;
            for (i = 0; i < IN * L; i++) { x[i] = normal(); }
            for (j = 0; j < OUT; j++) {
                for (l = 0; l < L; l++) {
                    d[j * L + l] = 0.3 * normal();
                    for (i = 0; i < IN; i++) { d[j * L + l] += w[j * IN + i] * x[i * L + l]; }
                }
            }
            sucref_stream_init(&s, (uint32_t)run, (uint32_t)t, 1);
            factor(x2, &ux, x, IN * L, 1, &s);
            sucref_stream_init(&s, (uint32_t)run, (uint32_t)t, 2);
            factor(d2, &ud, d, OUT * L, 1, &s);
            CHECK(sucref_outer(out, d2, OUT, x2, IN, L) == SUCREF_OK);
            for (i = 0; i < OUT * IN; i++) { w[i] -= 3.0 / (t + 20) * (double)out[i] * ux * ud / L; }
            if (t == 30 || t == 300 || t == 3000) { at[t == 30 ? 0 : t == 300 ? 1 : 2] += squares(w, OUT * IN) / RUNS; }
        }
    }
    CHECK(at[1] < at[0] / 3 && at[2] < at[1] / 3 && at[2] > 0);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("Lemma 10: descent without feedback", lemma_10);
    RUN("Lemma 11: descent with weighted feedback", lemma_11);
    RUN("Lemma 9, Remarks 3 and 4: best weights", remarks_3_4);
    RUN("Lemma 9's caveat: gradients that follow the residual", follows_the_residual);
    RUN("Lemma 12: only linear codes keep sums", lemma_12);
    RUN("Lemma 20: sums of signs", lemma_20);
    RUN("(5.8): the power of what is sent", power_5_8);
    RUN("5.4.1: the choice of channels, and the common factor", channels_5_4_1);
    RUN("Theorem 4: Gaussian factors", theorem_4_gaussian);
    RUN("Theorem 5: descent by quantized factors", theorem_5);
    return test_report("descent");
}
