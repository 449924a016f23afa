/* sums over the air, [AB] chapter 5: its statements by numbers. */
#include "library.h"
#include "rnd_real.h"

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
                CHECK(sucref_fold(v, 3, x[k], D, sucref_signs_of(&s, 0)) == SUCREF_OK);
                sucref_air_encode(sent, v, M, c ? used[k] : all, ones,
                                  (int32_t)lrint(weight[k] * 65536 * (c ? (double)M / channels[k] : 1)));
                for (j = 0; j < M; j++) { air[j] += sent[j]; }
            }
            /* A is normalised by sqrt(m) */
            for (j = 0; j < M; j++) { air[j] += (int32_t)lrint(1000 * sigma * sqrt(M) * normal()); }
            CHECK(sucref_unfold(out, D, air, 3, sucref_signs_of(&s, 0), work) == SUCREF_OK);
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
    int32_t low;
    for (trial = 0; trial < 500; trial++) {
        const int32_t scale = 1 + (int32_t)rnd_below(1 << 20);
        uint64_t power = (uint64_t)rnd() << rnd_below(30) >> rnd_below(20), spent = 0, more = 0;
        int32_t got;
        for (i = 0; i < K; i++) {
            v[i] = rnd_in(-30000, 30000);
            used[i] = (uint8_t)(rnd_below(4) != 0);
            inverse[i] = 20000 + (int32_t)rnd_below(200000);
        }
        got = scale;
        CHECK(sucref_air_power(&got, v, K, used, inverse, power) == SUCREF_OK && got >= 0 && got <= scale);
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
    low = 65536;
    CHECK(sucref_air_power(&low, v, 5, used, inverse, 0xFFFFFFFFU) == SUCREF_OK && low < 2); /* the sum passes 2^64 */
    low = 65536;
    CHECK(sucref_air_power(&low, v, 5, used, inverse, 0) == SUCREF_OK && low == 0);
    CHECK(sucref_air_power(NULL, v, 5, used, inverse, 0) == SUCREF_E_ARG &&
          sucref_air_power(&low, NULL, 5, used, inverse, 0) == SUCREF_E_ARG &&
          sucref_air_power(&low, v, 5, NULL, inverse, 0) == SUCREF_E_ARG &&
          sucref_air_power(&low, v, 5, used, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_air_encode(NULL, v, 5, used, inverse, 1) == SUCREF_E_ARG &&
          sucref_air_encode(x, NULL, 5, used, inverse, 1) == SUCREF_E_ARG &&
          sucref_air_encode(x, v, 5, NULL, inverse, 1) == SUCREF_E_ARG &&
          sucref_air_encode(x, v, 5, used, NULL, 1) == SUCREF_E_ARG);
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
        (void)sucref_fold(v, 6, small, N, sucref_signs_of(&s, 0));
        scale = 65536;
        CHECK(sucref_air_power(&scale, v, K, used, inverse, (uint64_t)(energy * N)) == SUCREF_OK);
        sucref_air_encode(x, v, K, used, inverse, scale);
        (void)sucref_unfold(out, N, x, 6, sucref_signs_of(&s, 0), work);
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

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("Lemmas 13, 14: sums over the air", lemma_13_14);
    RUN("(5.11): local power scaling", local_power);
    return test_report("air");
}
