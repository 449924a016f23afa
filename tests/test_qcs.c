/* test_qcs.c - hadamard, quantized compressive sampling, error feedback, sums over the air. */
#include "rnd_real.h"
#include "library.h"
#include "golden_dither.h"
#include "oracle.h"
#include "transform.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static int sylvester(uint32_t i, uint32_t j)
{
    uint32_t v = i & j;
    int s = 1;
    for (; v; v &= v - 1) { s = -s; }
    return s;
}

static void transform(void)
{
    int k, i, j;
    for (k = 0; k < 4; k++) { /* golden: random, largest, smallest, alternating int16 */
        int32_t x[16];
        for (i = 0; i < 16; i++) { x[i] = golden_wht[16 * k + i][0]; }
        sucref_hadamard(x, 4);
        for (i = 0; i < 16; i++) { CHECK(x[i] == golden_wht[16 * k + i][1]); }
    }
    for (k = 0; k <= 8; k++) { /* the definition, and twice is n times */
        const int n = 1 << k;
        int32_t x[256], y[256];
        for (i = 0; i < n; i++) { x[i] = y[i] = rnd_in(-127, 127); }
        CHECK(sucref_hadamard(y, (unsigned)k) == SUCREF_OK);
        for (i = 0; i < n; i++) {
            int64_t sum = 0;
            for (j = 0; j < n; j++) { sum += sylvester((uint32_t)i, (uint32_t)j) * x[j]; }
            CHECK(y[i] == sum);
        }
        sucref_hadamard(y, (unsigned)k);
        for (i = 0; i < n; i++) { CHECK(y[i] == n * x[i]); }
    }
    { /* growth of exactly log2 n bits: the extremes; beyond it wraps */
        static int32_t x[65536];
        for (i = 0; i < 65536; i++) { x[i] = i < 32768 ? -32768 : -32767; }
        CHECK(sucref_hadamard(x, 16) == SUCREF_OK && x[0] == -32768 * 32768 - 32767 * 32768);
        x[0] = x[1] = INT32_MIN;
        CHECK(sucref_hadamard(x, 1) == SUCREF_OK && x[0] == 0 && x[1] == 0);
        CHECK(sucref_hadamard(NULL, 4) == SUCREF_E_ARG && sucref_hadamard(x, 17) == SUCREF_E_RANGE);
    }
}

static void projection_golden(void)
{
    int c, i;
    for (c = 0; c < COUNT(golden_qcs); c++) {
        const golden_qcs_case *g = &golden_qcs[c];
        int32_t w[16], w2[16];
        int64_t z[16];
        unsigned log2_k = 0;
        while (1 << log2_k < g->k) { log2_k++; }
        memset(w, 0, sizeof w);
        for (i = 0; i < g->n; i++) { w[i % g->k] += g->r[i] * g->x[i]; }
        sucref_hadamard(w, log2_k);
        for (i = 0; i < g->k; i++) {
            CHECK(w[i] == g->w[i]);
            CHECK(oracle_floor_div(w[i] * g->m + g->u[i], 1 << g->s) == g->q[i]);
            w2[i] = (int32_t)estimate2(g->q[i], g->u[i], 1 << g->s);
        }
        for (i = 0; i < g->k; i++) { z[i] = w2[i]; }
        transform64(z, log2_k);
        for (i = 0; i < g->n; i++) { CHECK(g->r[i] * z[i % g->k] == g->recon[i] && g->den == 2 * g->m * g->k); }
    }
    for (c = 0; c < COUNT(golden_qcs_real); c++) { /* indices from rationals, the estimate and gamma from them */
        const golden_qcs_real_case *g = &golden_qcs_real[c];
        int32_t v[16] = { 0 }, max = 0;
        unsigned log2_k = 0;
        double z[16];
        while (1 << log2_k < g->k) { log2_k++; }
        for (i = 0; i < g->n; i++) { v[i % g->k] += g->r[i] * g->g[i]; }
        sucref_hadamard(v, log2_k);
        for (i = 0; i < g->k; i++) { max = abs(v[i]) > max ? abs(v[i]) : max; }
        for (i = 0; i < g->k; i++) {
            CHECK(oracle_floor_div(128 * v[i] * g->levels + max * (g->u[i] + 64), 128 * max) == g->q[i]);
            z[i] = max / 64.0 / g->levels * (g->q[i] - g->u[i] / 128.0);
        }
        for (i = 0; i < g->n; i++) {
            double sum = 0;
            int j;
            for (j = 0; j < g->k; j++) { sum += sylvester((uint32_t)(i % g->k), (uint32_t)j) * z[j]; }
            CHECK(fabs(g->r[i] * sum / g->k - g->estimate[i]) < 1e-9);
        }
        CHECK(
            fabs((g->k == 1 ? g->n - 1
                            : (double)g->n / g->k - 1 + g->n / (4.0 * g->levels * g->levels) * log(g->k) / (g->k - 1)) -
                 g->gamma) < 1e-9);
    }
}

/* over all signs and all dithers the estimate sums to the input: n 4, 8 and 16, k 2 and 4,
 * S 4 (2 where n is 16 and k 4) */
static void projection_unbiased(void)
{
    static const int x[16] = { 5, -3, 2, 7, -11, 0, 1, 9, 4, -6, 13, -1, 8, -8, 3, 6 };
    int n, k, i;
    for (n = 4; n <= 16; n *= 2) {
        for (k = 2; k <= 4; k *= 2) {
            const unsigned shift = n == 16 && k == 4 ? 1 : 2;
            int64_t total[16] = { 0 }, cases = 0;
            uint32_t signs, dither;
            for (signs = 0; signs < 1UL << n; signs++) {
                int32_t v[4] = { 0 };
                for (i = 0; i < n; i++) { v[i % k] += (signs >> i & 1U) ? -x[i] : x[i]; }
                sucref_hadamard(v, k == 2 ? 1 : 2);
                for (dither = 0; dither < 1U << shift * (unsigned)k; dither++) {
                    int64_t z[4];
                    for (i = 0; i < k; i++) {
                        const int32_t u = (int32_t)(dither >> shift * (unsigned)i & ((1U << shift) - 1U));
                        z[i] = estimate2(oracle_floor_div(v[i] + u, 1 << shift), u, 1 << shift);
                    }
                    transform64(z, k == 2 ? 1 : 2);
                    for (i = 0; i < n; i++) { total[i] += (signs >> i & 1U) ? -z[i % k] : z[i % k]; }
                    cases++;
                }
            }
            for (i = 0; i < n; i++) { CHECK(total[i] == 2 * k * cases * x[i]); }
        }
    }
}

static void projection_functions(void)
{
    static int16_t x[65535];
    static int32_t v[1024], w2[1024];
    static int64_t out[65535], work[1024];
    sucref_stream r;
    sucref_grid st = { 1, 6, SUCREF_DITHER_SUBTRACTIVE };
    int i, j;
    sucref_stream_init(&r, 1, 1, 1);
    for (i = 0; i < 100; i++) { x[i] = (int16_t)rnd_in(-500, 500); }
    CHECK(sucref_fold(v, 4, x, 100, sucref_signs_of(&r, 7)) == SUCREF_OK);
    for (j = 0; j < 16; j++) {
        int64_t sum = 0;
        for (i = 0; i < 100; i++) {
            sum += sylvester((uint32_t)j, (uint32_t)(i % 16)) *
                   ((sucref_random(&r, 7 + (uint32_t)i / 32) >> (i % 32) & 1U) ? -x[i] : x[i]);
        }
        CHECK(v[j] == sum);
    }
    {
        int16_t q[16];
        CHECK(sucref_dither_encode(q, sucref_int32(v, 16), &st, &r, 1000) == SUCREF_OK &&
              sucref_dither_decode(w2, q, 16, &st, &r, 1000) == SUCREF_OK);
    }
    CHECK(sucref_unfold(out, 100, w2, 4, sucref_signs_of(&r, 7), work) == SUCREF_OK);
    for (i = 0; i < 100; i++) {
        int64_t sum = 0;
        for (j = 0; j < 16; j++) { sum += sylvester((uint32_t)j, (uint32_t)(i % 16)) * w2[j]; }
        CHECK(out[i] == ((sucref_random(&r, 7 + (uint32_t)i / 32) >> (i % 32) & 1U) ? -sum : sum));
    }
    { /* the longest, largest input, every value with its sign: one bin takes it all; then 2^16 bins, and back */
        static int32_t most[65536];
        static int64_t wide[65536];
        int64_t sum = 0;
        for (i = 0; i < 65535; i++) {
            x[i] = (int16_t)((sucref_random(&r, (uint32_t)i / 32) >> (i % 32) & 1U) ? 32767 : -32768);
            sum -= x[i] > 0 ? 32767 : 32768;
        }
        CHECK(sucref_fold(v, 0, x, 65535, sucref_signs_of(&r, 0)) == SUCREF_OK && v[0] == sum);
        CHECK(sucref_fold(most, 16, x, 65535, sucref_signs_of(&r, 0)) == SUCREF_OK && most[0] == sum);
        for (i = 0; i < 65536; i++) { most[i] = INT32_MIN; }
        CHECK(sucref_unfold(out, 65535, most, 16, sucref_signs_of(&r, 0), wide) == SUCREF_OK &&
              llabs(out[0]) == (int64_t)65536 * 2147483647 + 65536 && out[1] == 0 && out[65534] == 0);
    }
    CHECK(sucref_fold(NULL, 4, x, 100, sucref_signs_of(&r, 7)) == SUCREF_E_ARG &&
          sucref_fold(v, 4, NULL, 100, sucref_signs_of(&r, 7)) == SUCREF_E_ARG &&
          sucref_fold(v, 4, x, 100, sucref_signs_of(NULL, 7)) == SUCREF_E_ARG);
    CHECK(sucref_fold(v, 17, x, 100, sucref_signs_of(&r, 7)) == SUCREF_E_RANGE &&
          sucref_fold(v, 4, x, 0, sucref_signs_of(&r, 7)) == SUCREF_E_RANGE &&
          sucref_fold(v, 4, x, 65536, sucref_signs_of(&r, 7)) == SUCREF_E_RANGE);
    CHECK(sucref_unfold(out, 4, NULL, 4, sucref_signs_of(&r, 7), work) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 4, sucref_signs_of(NULL, 7), work) == SUCREF_E_ARG);
    CHECK(sucref_unfold(out, 0, w2, 4, sucref_signs_of(&r, 7), work) == SUCREF_E_RANGE &&
          sucref_unfold(out, 65536, w2, 4, sucref_signs_of(&r, 7), work) == SUCREF_E_RANGE);
    CHECK(sucref_unfold(NULL, 4, w2, 4, sucref_signs_of(&r, 7), work) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 4, sucref_signs_of(&r, 7), NULL) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 17, sucref_signs_of(&r, 7), work) == SUCREF_E_RANGE);
}

/* z = g + beta r; r' = r + g - zhat, on a grid of 2^-16: the golden steps, and nothing is ever lost */
static void feedback(void)
{
    int t, i;
    int32_t residual[8] = { 0 }, g[8], z[8], zhat[8];
    int64_t sent[8] = { 0 }, given[8] = { 0 };
    for (t = 0; t < 4; t++) {
        for (i = 0; i < 8; i++) {
            g[i] = (int32_t)lrint(golden_feedback[t][0][i] * 65536);
            zhat[i] = (int32_t)lrint(golden_feedback[t][1][i] * 65536);
        }
        sucref_feedback_add(z, g, residual, 8, 64);
        sucref_feedback_keep(residual, g, zhat, 8);
        for (i = 0; i < 8; i++) {
            CHECK(fabs(residual[i] / 65536.0 - golden_feedback[t][2][i]) < 1e-3);
            sent[i] += zhat[i]; given[i] += g[i];
            CHECK(given[i] - sent[i] == residual[i]); /* conservation, exact */
        }
    }
    residual[0] = 7; g[0] = 10;
    sucref_feedback_add(g, g, residual, 1, 128); /* in place, rounded */
    CHECK(g[0] == 14);
    residual[0] = INT32_MAX; g[0] = INT32_MAX; zhat[0] = INT32_MIN; /* clamped */
    CHECK(sucref_feedback_add(z, g, residual, 1, 256) == SUCREF_OK && z[0] == INT32_MAX);
    CHECK(sucref_feedback_keep(residual, g, zhat, 1) == SUCREF_OK && residual[0] == INT32_MAX);
    CHECK(sucref_feedback_add(z, g, residual, 1, 257) == SUCREF_E_RANGE &&
          sucref_feedback_add(NULL, g, residual, 1, 1) == SUCREF_E_ARG &&
          sucref_feedback_add(z, NULL, residual, 1, 1) == SUCREF_E_ARG &&
          sucref_feedback_add(z, g, NULL, 1, 1) == SUCREF_E_ARG);
    CHECK(sucref_feedback_keep(NULL, g, zhat, 1) == SUCREF_E_ARG &&
          sucref_feedback_keep(residual, NULL, zhat, 1) == SUCREF_E_ARG &&
          sucref_feedback_keep(residual, g, NULL, 1) == SUCREF_E_ARG);
}

static void over_the_air(void)
{
    static const double one = 65536.0;
    double y[4], sum;
    int32_t z[4];
    int node, i, j;
    for (j = 0; j < 4; j++) { y[j] = golden_air_noise[j]; }
    for (node = 0; node < 3; node++) {
        int32_t v[4] = { 0 }, x[4], inverse[4];
        uint8_t used[4];
        int channels = 0;
        double scale;
        for (i = 0; i < 16; i++) { v[i % 4] += golden_air_r[i] * (int32_t)lrint(golden_air_g[node][i] * one); }
        sucref_hadamard(v, 2);
        for (j = 0; j < 4; j++) {
            channels += golden_air_used[node][j];
            used[j] = (uint8_t)golden_air_used[node][j];
            inverse[j] = (int32_t)lrint(one / golden_air_h[node][j]);
        }
        scale = golden_air_c * golden_air_weight[node] * golden_air_sends[node] / golden_air_p[node] * 4 / channels;
        /* / sqrt(m), as the golden A is normalised */
        sucref_air_encode(x, v, 4, used, inverse, (int32_t)lrint(scale / 2 * one));
        for (j = 0; j < 4; j++) {
            CHECK(fabs(x[j] / one - golden_air_x[node][j]) < 1e-3);
            y[j] += golden_air_h[node][j] * x[j] / one;
        }
    }
    for (j = 0; j < 4; j++) { z[j] = (int32_t)lrint(y[j] * one); }
    sucref_hadamard(z, 2);
    for (i = 0, sum = 0; i < 16; i++) {
        sum += fabs(golden_air_r[i] * z[i % 4] / one / 2 / golden_air_c - golden_air_estimate[i]);
    }
    CHECK(sum < 0.01);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("transform", transform);
    RUN("projection: golden vectors", projection_golden);
    RUN("projection: unbiased over all signs and dithers", projection_unbiased);
    RUN("projection: functions and limits", projection_functions);
    RUN("error feedback loses nothing", feedback);
    RUN("over the air: golden vectors", over_the_air);
    return test_report("qcs");
}
