/* the nested quantizer by its exact law and at its limits, and several senders combined. */
#include "library.h"
#include "oracle.h"
#include "find_dither.h"
#include "golden_dither.h"
#include <math.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* nested: the estimate is exact wherever the comment says so, for every dither; alpha follows its equation */
static void nested_exact(void)
{
    static const int ks[] = { 2, 3, 4, 8, 7 }, steps[] = { 1, 5, 8 };
    int a, b, x, z, u;
    for (a = 0; a < 5; a++) {
        for (b = 0; b < 3; b++) {
            sucref_nested c;
            sucref_stream r;
            uint32_t counter[8];
            memset(&c, 0, sizeof c);
            c.k = (uint16_t)ks[a]; c.step = (uint32_t)steps[b]; c.alpha = 1;
            sucref_stream_init(&r, 9, 9, c.step);
            for (u = 0; u < steps[b]; u++) { counter[u] = find_dither(&r, c.step, (uint32_t)u); }
            for (x = -60; x <= 60; x++) {
                for (u = 0; u < steps[b]; u++) {
                    const int64_t q = oracle_floor_div(x + u, steps[b]);
                    const int32_t value = x;
                    uint16_t symbol;
                    CHECK(sucref_dither_nested_encode(&symbol, sucref_int32(&value, 1), &c, &r, counter[u]) ==
                          SUCREF_OK);
                    CHECK(symbol == q - oracle_floor_div(q, c.k) * c.k);
                    for (z = -ks[a] * steps[b]; z <= ks[a] * steps[b]; z++) {
                        const int64_t whole = 2 * steps[b] * q - 2 * u + steps[b] - 1;
                        const int32_t y = x + z;
                        int64_t e;
                        CHECK(sucref_dither_nested_decode(&e, &symbol, sucref_int32(&y, 1), &c, &r, counter[u]) ==
                              SUCREF_OK);
                        if (2 * abs(z) < (ks[a] - 1) * steps[b]) { CHECK(e == whole); }
                        CHECK((e - whole) % (2 * ks[a] * steps[b]) == 0 && e - 2 * (x + z) >= -ks[a] * steps[b] &&
                              e - 2 * (x + z) < ks[a] * steps[b]);
                    }
                }
            }
        }
    }
}

/* the nested quantizer at the ends of all its ranges: the law where it holds, no overflow anywhere */
static void nested_limits(void)
{
    enum { LEN = 25 };
    static const uint16_t ks[3] = { 2, 3, 65535 };
    int a, b, k, n, i;
    for (n = 0; n < 72; n++) {
        int32_t x[LEN], y[LEN], limit;
        uint16_t symbol[LEN];
        int64_t e[LEN], v, full;
        sucref_stream r;
        sucref_nested c;
        sucref_stream_init(&r, test_seed, 5, (uint32_t)n);
        c.alpha_shift = (uint8_t)(n % 2 * 8);
        c.alpha = (uint16_t)(n / 2 % 2 ? 1 << c.alpha_shift : 1);
        c.step = n / 4 % 3 == 0   ? 1
                 : n / 4 % 3 == 1 ? 0x0FFFFFFFU >> c.alpha_shift
                                  : 1 + rnd_below(0x0FFFFFFFU >> c.alpha_shift);
        c.k = ks[n / 12 % 3];
        limit = (int32_t)(0x0FFFFFFFU / c.alpha);
        v = (int64_t)c.step << c.alpha_shift;
        full = (int64_t)1 << (2 * c.alpha_shift);
        for (a = i = 0; a < 5; a++) {
            for (b = 0; b < 5; b++, i++) {
                x[i] = (a - 2) * (limit / 2);
                y[i] = (b - 2) * (limit / 2);
            }
        }
        x[0] = -limit; x[LEN - 1] = limit; y[4] = limit; y[LEN - 5] = -limit;
        CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, LEN), &c, &r, 7) == SUCREF_OK &&
              sucref_dither_nested_decode(e, symbol, sucref_int32(y, LEN), &c, &r, 7) == SUCREF_OK);
        for (k = 0; k < LEN; k++) {
            const int64_t rest = e[k] - 2 * full * x[k] -
                                 2 * ((int64_t)c.alpha * c.alpha - full) * ((int64_t)x[k] - y[k]);
            CHECK(symbol[k] < c.k);
            if (2 * c.alpha * llabs((int64_t)x[k] - y[k]) < (c.k - 1) * v) {
                CHECK(rest % c.alpha == 0 && llabs(rest / c.alpha) <= v - 1);
            }
        }
    }
}

/* D.1: measured error of alpha below one against alpha^2 step^2 / 12 + (1 - alpha^2)^2 sigma^2; Lemma:
 * the best alpha beats one */
static void nested_variance(void)
{
    static const int alphas[] = { 256, 200, 128 };
    int a, i;
    for (a = 0; a < 3; a++) {
        enum { N = 4096 };
        static int32_t x[N], y[N];
        static int64_t e[N];
        static uint16_t symbol[N];
        const double alpha = alphas[a] / 256.0, sigma2 = (2 * 60.0 + 1) * (2 * 60.0 + 1) / 12 - 1.0 / 12;
        double sum = 0, want;
        sucref_nested c;
        sucref_stream r;
        memset(&c, 0, sizeof c);
        c.step = 100; c.k = 4; c.alpha = (uint16_t)alphas[a]; c.alpha_shift = 8;
        sucref_stream_init(&r, 5, 6, (uint32_t)a);
        for (i = 0; i < N; i++) { x[i] = rnd_in(-9000, 9000); y[i] = x[i] + rnd_in(-60, 60); }
        CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, N), &c, &r, 0) == SUCREF_OK &&
              sucref_dither_nested_decode(e, symbol, sucref_int32(y, N), &c, &r, 0) == SUCREF_OK);
        for (i = 0; i < N; i++) { const double d = (double)e[i] / 131072.0 - x[i]; sum += d * d / N; }
        want = alpha * alpha * 10000.0 / 12 + (1 - alpha * alpha) * (1 - alpha * alpha) * sigma2;
        CHECK(fabs(sum / want - 1) < 0.06);
    }
}

static void combining(void)
{
    uint32_t w[4], rising[4], sum = 0;
    int32_t estimate[4][5], out[5];
    const int32_t *all[4];
    int i, j, k;
    for (i = 0; i < 4; i++) {
        for (j = 0; j < 5; j++) { estimate[i][j] = golden_minimax_theta[i][j] * 1000; }
        all[i] = estimate[i];
    }
    CHECK(sucref_combine_weights(w, golden_minimax_variance, 4) == SUCREF_OK);
    for (i = 0; i < 4; i++) { sum += w[i]; CHECK(fabs(w[i] / 65536.0 - golden_minimax_weight[i]) < 1.0 / 16384); }
    CHECK(sum == 65536);
    CHECK(sucref_combine(out, all, w, 4, 5) == SUCREF_OK);
    for (j = 0; j < 5; j++) { CHECK(fabs(out[j] / 64000.0 - golden_minimax_estimate[j]) < 3e-4); }
    /* in place */
    CHECK(sucref_combine(estimate[2], all, w, 4, 5) == SUCREF_OK && memcmp(estimate[2], out, sizeof out) == 0);
    for (k = 0; k < 500; k++) {
        uint32_t v[9], n = 1 + rnd_below(9), total = 0;
        double inverse = 0;
        for (i = 0; i < (int)n; i++) { v[i] = 1 + (rnd() >> rnd_below(31)); }
        CHECK(sucref_combine_weights(w, v, n > 4 ? 4 : n) == SUCREF_OK);
        for (i = 0; i < (int)(n > 4 ? 4 : n); i++) { inverse += 1.0 / v[i]; total += w[i]; }
        for (i = 0; i < (int)(n > 4 ? 4 : n); i++) { CHECK(fabs(w[i] / 65536.0 - 1.0 / v[i] / inverse) < 5.0 / 65536); }
        CHECK(total == 65536);
    }
    sum = 0;
    { /* the most senders: one far better than the rest, and all alike */
        static uint32_t many[65535], share[65535];
        uint64_t all_shares = 0;
        for (i = 0; i < 65535; i++) { many[i] = i == 7 ? 1 : 0xFFFFFFFFU; }
        CHECK(sucref_combine_weights(share, many, 65535) == SUCREF_OK && share[7] == 65536 && share[8] == 0);
        many[7] = 0xFFFFFFFFU;
        CHECK(sucref_combine_weights(share, many, 65535) == SUCREF_OK);
        for (i = 0; i < 65535; i++) { all_shares += share[i]; }
        CHECK(all_shares == 65536 && share[0] == 2 && share[65534] == 1);
    }
    CHECK(sucref_combine_weights(w, &sum, 1) == SUCREF_E_RANGE &&
          sucref_combine_weights(w, golden_minimax_variance, 0) == SUCREF_E_RANGE);
    CHECK(sucref_combine_weights(w, NULL, 4) == SUCREF_E_ARG &&
          sucref_combine_weights(w, golden_minimax_variance, 65536) == SUCREF_E_RANGE);
    /* weights that are none: of another sum, and such that products would pass 63 bits; nothing is written */
    CHECK(sucref_combine_weights(w, golden_minimax_variance, 4) == SUCREF_OK);
    w[0]++;
    out[0] = 77;
    CHECK(sucref_combine(out, all, w, 4, 5) == SUCREF_E_RANGE && sucref_combine(out, all, w, 0, 5) == SUCREF_E_RANGE &&
          sucref_combine(out, all, w, 65536, 5) == SUCREF_E_RANGE);
    w[0]--;
    for (i = 0; i < 4; i++) { rising[i] = 0xFFFFFFFFU; }
    for (i = 0; i < 5; i++) { estimate[0][i] = estimate[1][i] = estimate[2][i] = estimate[3][i] = INT32_MIN; }
    CHECK(sucref_combine(out, all, rising, 4, 5) == SUCREF_E_RANGE && out[0] == 77);
    CHECK(sucref_combine(out, all, w, 4, 5) == SUCREF_OK && out[0] == INT32_MIN && out[4] == INT32_MIN);
    for (i = 0; i < 5; i++) { estimate[0][i] = estimate[1][i] = estimate[2][i] = estimate[3][i] = INT32_MAX; }
    CHECK(sucref_combine(out, all, w, 4, 5) == SUCREF_OK && out[0] == INT32_MAX);
    CHECK(sucref_combine(out, NULL, w, 4, 5) == SUCREF_E_ARG && sucref_combine(out, all, NULL, 4, 5) == SUCREF_E_ARG);
    CHECK(sucref_combine_weights(NULL, golden_minimax_variance, 4) == SUCREF_E_ARG &&
          sucref_combine(NULL, all, w, 4, 5) == SUCREF_E_ARG);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("nested: exact where it says", nested_exact);
    RUN("nested at its limits", nested_limits);
    RUN("nested with alpha: variance of D.1", nested_variance);
    RUN("combining senders", combining);
    return test_report("nested");
}
