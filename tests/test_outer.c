/* outer products from quantized factors, [AB] chapter 3: its statements by numbers, golden vectors, limits. */
#include "library.h"
#include "rnd_real.h"
#include "../examples/tool/outer_fit.h"
#include "oracle.h"
#include "golden_outer.h"

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
        sucref_grid sx, sd;
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
        CHECK(sucref_grid_for(&sx, most_x, (uint32_t)levels) == SUCREF_OK &&
              sucref_grid_for(&sd, most_d, (uint32_t)levels) == SUCREF_OK);
        for (i = 0; i < M * N; i++) {
            int l;
            for (l = 0, g[i] = 0; l < L; l++) { g[i] += (double)d[i / N * L + l] * x[i % N * L + l] / L; }
        }
        for (t = 0; t < T; t++) {
            sucref_stream r;
            sucref_stream_init(&r, 3, (uint32_t)levels, (uint32_t)t);
            CHECK(sucref_dither_encode(q, sucref_int32(x, N * L), &sx, &r, 0) == SUCREF_OK &&
                  sucref_dither_decode(x2, q, N * L, &sx, &r, 0) == SUCREF_OK);
            CHECK(sucref_dither_encode(q, sucref_int32(d, M * L), &sd, &r, 5000) == SUCREF_OK &&
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

/* every field of a fit that is out of range, by itself */
static void refused(const prepare_outer_bins *good)
{
    double alpha[16], beta[16];
    prepare_outer_bins b;
#define REFUSED(change, status)                                                                                        \
    b = *good;                                                                                                         \
    change;                                                                                                            \
    CHECK(prepare_outer_fit(alpha, beta, &b, 1, NULL) == status)
    REFUSED(b.n = b.m = b.batch = 1, SUCREF_OK);
    REFUSED(b.kd = 1, SUCREF_E_RANGE); /* below a bin */
    REFUSED(b.kx = 1, SUCREF_E_RANGE);
    REFUSED(b.kd = 0, SUCREF_E_RANGE);
    REFUSED(b.kx = 0, SUCREF_E_RANGE);
    REFUSED(b.kd = 17, SUCREF_E_RANGE);
    REFUSED(b.kx = 17, SUCREF_E_RANGE);
    REFUSED(b.n = 0, SUCREF_E_RANGE);
    REFUSED(b.m = 0, SUCREF_E_RANGE);
    REFUSED(b.batch = 0, SUCREF_E_RANGE);
    REFUSED(b.x = NULL, SUCREF_E_ARG);
    REFUSED(b.d = NULL, SUCREF_E_ARG);
    REFUSED(b.bin_x = NULL, SUCREF_E_ARG);
    REFUSED(b.bin_d = NULL, SUCREF_E_ARG);
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
            const int32_t q = (int32_t)oracle_floor_div(
                128 * (&golden_outer_x[0][0])[i] * g->kx + most_x * (u + 64), 128 * most_x);
            CHECK(q == (&g->qx[0][0])[i]);
            x2[i] = 128 * q - u;
        }
        for (i = 0; i < 18; i++) {
            const int u = (&golden_outer_v[0][0])[i];
            const int32_t q = (int32_t)oracle_floor_div(
                128 * (&golden_outer_d[0][0])[i] * g->kd + most_d * (u + 64), 128 * most_d);
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
        prepare_outer_bins b;
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
        CHECK(prepare_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_OK);
        for (k = 0; k < 3; k++) { CHECK(fabs(alpha[k] - golden_fit[c].alpha[k]) < 1e-9); }
        for (k = 0; k < 2; k++) { CHECK(fabs(beta[k] - golden_fit[c].beta[k]) < 1e-9); }
        for (k = 0; k < 5; k++) {
            CHECK(fabs(objective[k] - golden_fit[c].objective[k]) < 1e-9 &&
                  (k == 0 || objective[k] <= objective[k - 1] + 1e-12));
        }
        b.kd = 4; /* bins that nothing falls into stay 0 */
        CHECK(prepare_outer_fit(alpha, objective, &b, 1, NULL) == SUCREF_OK && objective[2] == 0 && objective[3] == 0);
        CHECK(prepare_outer_fit(NULL, beta, &b, 1, NULL) == SUCREF_E_ARG &&
              prepare_outer_fit(alpha, NULL, &b, 1, NULL) == SUCREF_E_ARG &&
              prepare_outer_fit(alpha, beta, NULL, 1, NULL) == SUCREF_E_ARG);
        b.kd = 2;
        refused(&b);
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
    prepare_outer_bins b;
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
    CHECK(prepare_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_OK && objective[0] < 1e-9 && objective[4] < 1e-6);
    b.kx = BINS + 1;
    CHECK(prepare_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_E_RANGE);
    b.kx = BINS;
    b.kd = BINS + 1;
    CHECK(prepare_outer_fit(alpha, beta, &b, 2, objective) == SUCREF_E_RANGE);
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
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("Lemma 3: one bit indirectly", lemma_3);
    RUN("Theorem 4: outer products from factors", theorem_4);
    RUN("golden vectors of chapter 3", golden_chapter_3);
    RUN("outer products: sixteen bins", outer_most_bins);
    RUN("outer products: limits and errors", outer_limits);
    return test_report("outer");
}
