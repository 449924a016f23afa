/* hadamard, compressive sampling, feedback, over-the-air coding, range coder, vector frames. */
#include "test.h"
#include "rnd_real.h"
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "../sucref.h"
#include "golden_dither.h"

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
        int16_t z[256];
        for (i = 0; i < n; i++) { x[i] = y[i] = rnd_in(-127, 127); z[i] = (int16_t)x[i]; }
        sucref_hadamard(y, (unsigned)k);
        sucref_hadamard16(z, (unsigned)k);
        for (i = 0; i < n; i++) {
            int64_t sum = 0;
            for (j = 0; j < n; j++) { sum += sylvester((uint32_t)i, (uint32_t)j) * x[j]; }
            CHECK(y[i] == sum && z[i] == sum);
        }
        sucref_hadamard(y, (unsigned)k);
        for (i = 0; i < n; i++) { CHECK(y[i] == n * x[i]); }
    }
    { /* growth of exactly log2 n bits: the extremes of both widths */
        static int32_t x[65536];
        int16_t z[256];
        for (i = 0; i < 65536; i++) { x[i] = i < 32768 ? -32768 : -32767; }
        for (i = 0; i < 256; i++) { z[i] = -127; }
        sucref_hadamard(x, 16);
        sucref_hadamard16(z, 8);
        CHECK(x[0] == -32768 * 32768 - 32767 * 32768 && z[0] == -127 * 256);
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
            CHECK(sucref_i_floor32(w[i] * g->m + g->u[i], (unsigned)g->s) == g->q[i]);
            w2[i] = sucref_i_estimate(g->q[i], g->u[i], (unsigned)g->s);
        }
        for (i = 0; i < g->k; i++) { z[i] = w2[i]; }
        sucref_i_hadamard64(z, log2_k);
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
            CHECK(sucref_i_divide(128 * v[i] * g->levels + max * (g->u[i] + 64), (uint32_t)(128 * max),
                                  0xFFFFFFFFU / (uint32_t)(128 * max)) == g->q[i]);
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
                        z[i] = sucref_i_estimate(sucref_i_floor32(v[i] + u, shift), u, shift);
                    }
                    sucref_i_hadamard64(z, k == 2 ? 1 : 2);
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
    sucref_grid st = { 1, 6 };
    int i, j;
    sucref_stream_init(&r, 1, 1, 1);
    for (i = 0; i < 100; i++) { x[i] = (int16_t)rnd_in(-500, 500); }
    CHECK(sucref_fold(v, 4, x, 100, &r, 7) == SUCREF_OK);
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
        CHECK(sucref_dither_encode(q, v, 16, &st, &r, 1000) == SUCREF_OK &&
              sucref_dither_decode(w2, q, 16, &st, &r, 1000) == SUCREF_OK);
    }
    CHECK(sucref_unfold(out, 100, w2, 4, &r, 7, work) == SUCREF_OK);
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
        CHECK(sucref_fold(v, 0, x, 65535, &r, 0) == SUCREF_OK && v[0] == sum);
        CHECK(sucref_fold(most, 16, x, 65535, &r, 0) == SUCREF_OK && most[0] == sum);
        for (i = 0; i < 65536; i++) { most[i] = INT32_MIN; }
        CHECK(sucref_unfold(out, 65535, most, 16, &r, 0, wide) == SUCREF_OK &&
              llabs(out[0]) == (int64_t)65536 * 2147483647 + 65536 && out[1] == 0 && out[65534] == 0);
    }
    CHECK(sucref_fold(NULL, 4, x, 100, &r, 7) == SUCREF_E_ARG && sucref_fold(v, 4, NULL, 100, &r, 7) == SUCREF_E_ARG &&
          sucref_fold(v, 4, x, 100, NULL, 7) == SUCREF_E_ARG);
    CHECK(sucref_fold(v, 17, x, 100, &r, 7) == SUCREF_E_RANGE && sucref_fold(v, 4, x, 0, &r, 7) == SUCREF_E_RANGE &&
          sucref_fold(v, 4, x, 65536, &r, 7) == SUCREF_E_RANGE);
    CHECK(sucref_unfold(out, 4, NULL, 4, &r, 7, work) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 4, NULL, 7, work) == SUCREF_E_ARG);
    CHECK(sucref_unfold(out, 0, w2, 4, &r, 7, work) == SUCREF_E_RANGE &&
          sucref_unfold(out, 65536, w2, 4, &r, 7, work) == SUCREF_E_RANGE);
    CHECK(sucref_unfold(NULL, 4, w2, 4, &r, 7, work) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 4, &r, 7, NULL) == SUCREF_E_ARG &&
          sucref_unfold(out, 4, w2, 17, &r, 7, work) == SUCREF_E_RANGE);
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

/* ---- coder ---- */
static void coder(void)
{
    static uint8_t bytes[20000];
    static uint32_t from[4000], share[4000];
    int trial, i;
    for (trial = 0; trial < 300; trial++) {
        const int n = (int)rnd_below(4000), skew = (int)rnd_below(4);
        double bits = 0;
        sucref_encoder e;
        sucref_decoder d;
        size_t len, again;
        for (i = 0; i < n; i++) {
            from[i] = skew == 3 ? 65535U - rnd_below(2) : rnd_below(65536U);
            share[i] = skew == 0 ? 1 : skew == 1 ? 65536U - from[i] : 1 + rnd_below(65536U - from[i]);
            bits -= log2(share[i] / 65536.0);
        }
        sucref_encoder_init(&e, bytes, sizeof bytes);
        for (i = 0; i < n; i++) { sucref_encoder_put(&e, from[i], share[i]); }
        len = sucref_encoder_end(&e);
        CHECK((double)len <= bits / 8 * 1.002 + 4);
        sucref_decoder_init(&d, bytes, len);
        for (i = 0; i < n; i++) {
            CHECK(!sucref_decoder_before(&d, from[i]) && sucref_decoder_before(&d, from[i] + share[i]));
            sucref_decoder_take(&d, from[i], share[i]);
        }
        CHECK(!d.bad);
        sucref_encoder_init(&e, bytes, len / 2); /* too little room: the length is known, nothing is written beyond */
        bytes[len / 2] = 0xA5;
        for (i = 0; i < n; i++) { sucref_encoder_put(&e, from[i], share[i]); }
        again = sucref_encoder_end(&e);
        CHECK(again >= len && again <= len + 4 && bytes[len / 2] == 0xA5);
    }
}

/* every index, escapes too, for models of every width */
static void indices(void)
{
    static uint8_t bytes[100000];
    uint32_t ratio;
    for (ratio = 40; ratio <= 2048; ratio += 127) {
        sucref_i_vec v;
        int32_t k;
        sucref_i_vec_models(&v, ratio);
        for (k = -300; k <= 300; k++) {
            CHECK(k < -v.single.window || k >= v.single.window ||
                  sucref_i_below_index(&v.single, k + 1, 77) > sucref_i_below_index(&v.single, k, 77));
        }
    }
    for (ratio = 40; ratio <= 2048; ratio += 127) {
        sucref_i_vec v;
        sucref_encoder e;
        sucref_decoder d;
        int32_t j;
        size_t len;
        uint32_t start = test_state;
        sucref_i_vec_models(&v, ratio);
        sucref_encoder_init(&e, bytes, sizeof bytes);
        for (j = -400; j <= 400; j++) {
            sucref_i_put_index(&e, &v.fourth, j * 40, j * 40 * 512 + 256 - rnd_in(0, 511));
        }
        len = sucref_encoder_end(&e);
        test_state = start;
        sucref_decoder_init(&d, bytes, len);
        for (j = -400; j <= 400; j++) { CHECK(sucref_i_get_index(&d, &v.fourth, rnd_in(0, 511)) == j * 40); }
        CHECK(!d.bad);
    }
}

/* sums of squares to full scale, where their low halves carry */
static void energies(void)
{
    static int16_t x[1024];
    int trial;
    for (trial = 0; trial < 500; trial++) {
        const uint32_t n = 4U << 2 * rnd_below(5);
        const int max = trial % 3 == 0 ? 32768 : 1 << rnd_below(16);
        uint64_t sum = 0;
        uint32_t i;
        for (i = 0; i < n; i++) {
            x[i] = (int16_t)(trial % 4 == 0 ? -32768 : rnd_in(-max, max - 1));
            sum += (uint64_t)((int64_t)x[i] * x[i]);
        }
        CHECK(sucref_i_energy(x, n) == sum);
    }
}

/* the quantizer of frames, packed and rewritten for speed, against the plain one of the dither module */
static void packed_d4(void)
{
    int trial, i;
    for (trial = 0; trial < 20000; trial++) {
        sucref_i_vec v;
        int32_t w[4], y[4], u[4], q[4];
        const unsigned shift = 8 + rnd_below(17);
        const uint32_t counter = rnd();
        sucref_stream_init(&v.stream, rnd(), rnd(), rnd());
        v.step.multiplier = 1 + rnd_below(1U << rnd_below(20));
        for (i = 0; i < 4; i++) {
            const int32_t most = (int32_t)(0x1FFFFFFFU / v.step.multiplier), near = most < 1000 ? most : 1000;
            w[i] = trial % 2 ? rnd_in(-near, near) : rnd_in(-most / 256, most / 256) * 250;
            y[i] = w[i] * (int32_t)v.step.multiplier;
            u[i] = sucref_i_d4_uniform(&v.stream, counter + (uint32_t)i, (unsigned)i, shift);
        }
        sucref_i_d4(q, y, u, shift);
        sucref_i_quantize_d4(w, 4, &v, counter, shift);
        for (i = 0; i < 4; i++) {
            CHECK(w[i] == q[i] * 256 - sucref_i_fraction(u[i], shift));
            CHECK(i == 3 ? sucref_i_floor32(w[3] + 511 - 256 * ((q[0] ^ q[1] ^ q[2]) & 1), 9) * 2 +
                                   ((q[0] ^ q[1] ^ q[2]) & 1) ==
                               q[3]
                         : sucref_i_index(w[i]) == q[i]);
        }
    }
}

/* ---- frames ---- */
static int16_t in[65536];
static int32_t out[65536], work[SUCREF_VEC_BLOCK];
static int64_t work64[SUCREF_VEC_BLOCK];
static uint8_t frame[300000];

/* encodes in[n], decodes, returns the squared error over the energy; bits a value without the frame's own bytes */
static double trip(uint32_t n, const sucref_vec_options *o, double *bits)
{
    size_t len = 0;
    uint32_t got = 0, i;
    double error = 0, energy = 0;
    CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, n, o, work) == SUCREF_OK);
    CHECK(sucref_vec_decode(out, 65536, &got, frame, len, o->seed_low, o->seed_high, 8, work64) == SUCREF_OK &&
          got == n);
    for (i = 0; i < n; i++) {
        const double d = out[i] / 256.0 - in[i];
        error += d * d;
        energy += (double)in[i] * in[i];
    }
    *bits = 8.0 * (double)(len - SUCREF_VEC_OVERHEAD) / n;
    return energy > 0 ? error / energy : error;
}

/* the error law and the rate: Gaussian vectors, length against the ideal H(q given u) + 0.03 and + 0.01 bit a value */
static void error_and_rate(void)
{
    /* ideal: by numeric integration */
    static const struct { uint8_t flags; uint16_t ratio; double error, ideal;
    } t[] = { { 0, 256, 1.0 / 12, 2.1055 },
              { 0, 512, 4.0 / 12, 1.2539 },
              { SUCREF_VEC_D4, 256, 0.10833, 1.8711 },
              { SUCREF_VEC_D4, 512, 4 * 0.10833, 1.0664 },
              { SUCREF_VEC_D4, 128, 0.10833 / 4, 2.8146 } };
    int k, trial;
    uint32_t n, i;
    for (k = 0; k < COUNT(t); k++) {
        for (n = 256; n <= 1024; n *= 4) {
            double sum = 0, bits = 0, b;
            for (trial = 0; trial < 150; trial++) {
                sucref_vec_options o;
                o.seed_low = 1;
                o.seed_high = 2;
                o.stream = (uint32_t)(1000 * k + trial);
                o.ratio = t[k].ratio;
                o.flags = t[k].flags;
                for (i = 0; i < n; i++) { in[i] = (int16_t)lrint(1500 * normal()); }
                sum += trip(n, &o, &b) / 150;
                bits += b / 150;
            }
            CHECK(fabs(sum / t[k].error - 1) < 0.02);
            if (bits > t[k].ideal + (n == 256 ? 0.03 : 0.01)) {
                printf("  case %d n %d: %.4f over %.4f\n", k, (int)n, bits, t[k].ideal);
            }
            CHECK(bits <= t[k].ideal + (n == 256 ? 0.03 : 0.01));
        }
    }
}

/* the mean of 4000 decodes of one vector is off by its error / 4000, within five standard deviations (768 values: 5 %
 * each): no bias */
static void mean_of_decodes(void)
{
    enum { N = 64, TIMES = 4000 };
    static double sum[N];
    const uint8_t flags[] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    int k, trial, i, vector;
    for (k = 0; k < 4; k++) {
        double single = 0, off = 0, energy = 0, bits;
        for (vector = 0; vector < 12; vector++) {
            int16_t keep[N];
            memset(sum, 0, sizeof sum);
            for (i = 0; i < N; i++) {
                in[i] = keep[i] = (int16_t)lrint(2000 * normal());
                energy += (double)in[i] * in[i];
            }
            for (trial = 0; trial < TIMES; trial++) {
                sucref_vec_options o;
                o.seed_low = 9;
                o.seed_high = (uint32_t)vector;
                o.stream = (uint32_t)trial;
                o.ratio = 560;
                o.flags = flags[k];
                (void)trip(N, &o, &bits);
                for (i = 0; i < N; i++) {
                    const double d = out[i] / 256.0 - keep[i];
                    single += d * d / TIMES;
                    sum[i] += d / TIMES;
                }
            }
            for (i = 0; i < N; i++) { off += sum[i] * sum[i]; }
        }
        CHECK(off / (single / TIMES) < 1.25 && off / (single / TIMES) > 0.75);
        CHECK(energy > 0);
    }
}

static void every_length(void)
{
    static const uint32_t lengths[] = { 1,   2,   3,   4,   5,    15,   16,   17,   63,   64,    100,
                                        255, 256, 257, 777, 1000, 1023, 1024, 1025, 5000, 65535, 65536 };
    const uint8_t flags[] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    int k, f;
    uint32_t i;
    for (k = 0; k < COUNT(lengths); k++) {
        for (f = 0; f < 4; f++) {
            const uint32_t n = lengths[k];
            int kind;
            for (kind = 0; kind < 5; kind++) { /* normal, full scale, one spike, zeros, all ones */
                sucref_vec_options o;
                double bits, error;
                o.seed_low = 3;
                o.seed_high = 4;
                o.stream = rnd();
                o.ratio = (uint16_t)rnd_in(40, 2048);
                o.flags = flags[f];
                for (i = 0; i < n; i++) {
                    in[i] = (int16_t)(kind == 0   ? lrint(300 * normal())
                                      : kind == 1 ? (rnd() & 1U ? 32767 : -32768)
                                      : kind == 2 ? (i == n / 2 ? -32768 : 0)
                                      : kind == 3 ? 0
                                                  : 1);
                }
                error = trip(n, &o, &bits);
                if (kind == 3) { CHECK(error == 0 && bits == 0); }
                if (kind == 2 && f == 3) { CHECK(bits <= 40.0 / n + 0.6); }
            }
        }
    }
}

static void targets(void)
{
    uint32_t b, i;
    int d4;
    for (d4 = 0; d4 <= 1; d4++) {
        for (b = 128; b <= 800; b += 96) { /* half a bit to three */
            sucref_vec_options o;
            double bits, sum = 0;
            int trial;
            o.flags = (uint8_t)(d4 ? SUCREF_VEC_D4 : 0);
            o.ratio = sucref_vec_ratio_for_bits(b, o.flags);
            o.seed_low = 1;
            o.seed_high = 1;
            for (trial = 0; trial < 20; trial++) {
                o.stream = (uint32_t)trial;
                for (i = 0; i < 1024; i++) { in[i] = (int16_t)lrint(1000 * normal()); }
                (void)trip(1024, &o, &bits);
                sum += bits / 20;
            }
            CHECK(fabs(sum - b / 256.0) < 0.03);
        }
        for (b = 1000; b < 60000; b = b * 3 / 2) {
            const double ratio = sucref_vec_ratio_for_error(b, d4 ? SUCREF_VEC_D4 : 0) / 256.0;
            CHECK(fabs(ratio * ratio * (d4 ? 0.10833 : 1.0 / 12) / (b / 65536.0) - 1) < 0.02);
        }
    }
    for (b = 1; b < 24; b++) { /* at the tabulated rates the quarter powers of two themselves */
        for (d4 = 0; d4 < 2; d4++) {
            CHECK(sucref_vec_ratio_for_bits(sucref_i_rates[d4][b], (unsigned)d4) ==
                  ((int)floor(256 * pow(2, ((int)b - 11) / 4.0) + 0.5)));
        }
    }
    CHECK(sucref_vec_ratio_for_bits(5000, 0) == 40 && sucref_vec_ratio_for_bits(0, 1) == 2048 &&
          sucref_vec_ratio_for_error(0, 0) == 40 && sucref_vec_ratio_for_error(0xFFFFFFFFU, 1) == 2048);
}

/* the same bytes on every target: sums of frames of inputs made by integers alone */
static void golden_frames(void)
{
    static const uint8_t flags[] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    static const uint32_t want[4] = { 0x8D4FBD09U, 0xEBE9C346U, 0xB1C3D69BU, 0x18B91C50U };
    int f, k;
    uint32_t i;
    for (f = 0; f < 4; f++) {
        uint32_t hash = 2166136261U; /* FNV-1a */
        size_t b;
        for (k = 0; k < 8; k++) {
            const uint32_t n = 1 + (uint32_t)k * 173U;
            sucref_vec_options o;
            size_t len = 0;
            o.seed_low = 11;
            o.seed_high = 22;
            o.stream = (uint32_t)k;
            o.ratio = (uint16_t)(100 + 200 * k);
            o.flags = flags[f];
            for (i = 0; i < n; i++) {
                const uint32_t h = (i + 7U * (uint32_t)k) * 2654435761U;
                in[i] = (int16_t)((int)(h >> 20) - 2048 + (int)(h >> 8 & 0xFFF) - 2048);
            }
            CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, n, &o, work) == SUCREF_OK);
            for (b = 0; b < len; b++) { hash = (hash ^ frame[b]) * 16777619U; }
        }
        if (hash != want[f]) { printf("  frames of flags %d: 0x%08lX\n", flags[f], (unsigned long)hash); }
        CHECK(hash == want[f]);
    }
}

static void safe_on_any_bytes(void)
{
    sucref_vec_options o = { 1, 2, 3, 560, 0 };
    size_t len, k;
    uint32_t n, i, trial;
    for (i = 0; i < 200; i++) { in[i] = (int16_t)lrint(500 * normal()); }
    for (trial = 0; trial < 3; trial++) {
        o.flags = (uint8_t)(trial == 2 ? 6 : trial);
        CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 200, &o, work) == SUCREF_OK);
        for (k = 0; k < len; k++) { /* every byte damaged, every cut */
            frame[k] ^= (uint8_t)(1U << rnd_below(8));
            CHECK(sucref_vec_decode(out, 65536, &n, frame, len, 1, 2, 0, work64) == SUCREF_E_DATA);
            CHECK(sucref_vec_decode(out, 65536, &n, frame, k, 1, 2, 0, work64) == SUCREF_E_DATA);
            CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 200, &o, work) == SUCREF_OK);
        }
    }
    /* right CRC, random payload and head: an answer or an error, no hang, nothing read beyond */
    for (trial = 0; trial < 20000; trial++) {
        const uint32_t payload = rnd_below(60);
        uint8_t *p = (uint8_t *)malloc(payload + SUCREF_VEC_OVERHEAD);
        int status;
        for (i = 0; i < payload + 20; i++) { p[i] = (uint8_t)rnd(); }
        p[0] = 'V';
        p[1] = (uint8_t)rnd_below(9);
        p[3] &= 7;
        p[12] = (uint8_t)rnd_below(21);
        p[13] = 0;
        p[15] &= 17;
        p[11] = 0;
        sucref_i_put_le(p + 16, payload, 4);
        sucref_i_put_le(p + 20 + payload, ~sucref_i_crc(0xFFFFFFFFU, p, 20 + payload), 4);
        status = sucref_vec_decode(out, 65536, &n, p, payload + SUCREF_VEC_OVERHEAD, 1, 2, rnd_below(9), work64);
        CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
        free(p);
    }
}

/* a frame in exactly its bytes; and every byte of its head changed, with the CRC made right again */
static void frame_heads(void)
{
    static const uint8_t flags[4] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    int k, at, bit;
    for (k = 0; k < 4; k++) {
        sucref_vec_options o = { 1, 2, 3, 560, 0 };
        uint8_t *whole;
        size_t len, i;
        uint32_t n;
        o.flags = flags[k];
        for (i = 0; i < 100; i++) { in[i] = (int16_t)rnd_in(-900, 900); }
        CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 100, &o, work) == SUCREF_OK);
        whole = (uint8_t *)malloc(len);
        CHECK(sucref_vec_encode(whole, len - 1, &i, in, 100, &o, work) == SUCREF_E_SPACE);
        CHECK(sucref_vec_encode(whole, len, &i, in, 100, &o, work) == SUCREF_OK && i == len &&
              memcmp(whole, frame, len) == 0);
        for (at = 0; at < 20; at++) {
            for (bit = 0; bit < 8; bit++) {
                int status;
                whole[at] ^= (uint8_t)(1 << bit);
                sucref_i_put_le(whole + len - 4, sucref_i_crc_ram(whole, len - 4), 4);
                status = sucref_vec_decode(out, 65536, &n, whole, len, 1, 2, 0, work64);
                CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
                if (at == 0 || at == 13 || at >= 16 || (at == 1 && bit >= 3) || (at == 11) || (at == 15 && bit >= 4)) {
                    CHECK(status == SUCREF_E_DATA);
                }
                whole[at] ^= (uint8_t)(1 << bit);
            }
        }
        free(whole);
    }
}

static void frame_errors(void)
{
    sucref_vec_options o = { 1, 2, 3, 560, 0 };
    size_t len;
    uint32_t n;
    int32_t few[10];
    in[0] = 5;
    CHECK(sucref_vec_encode(NULL, 9, &len, in, 20, &o, work) == SUCREF_E_ARG &&
          sucref_vec_encode(frame, 99, NULL, in, 20, &o, work) == SUCREF_E_ARG);
    CHECK(sucref_vec_encode(frame, 99, &len, NULL, 20, &o, work) == SUCREF_E_ARG &&
          sucref_vec_encode(frame, 99, &len, in, 20, NULL, work) == SUCREF_E_ARG);
    CHECK(sucref_vec_encode(frame, 99, &len, in, 20, &o, NULL) == SUCREF_E_ARG);
    CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 0, &o, work) == SUCREF_E_RANGE &&
          sucref_vec_encode(frame, sizeof frame, &len, in, 65537, &o, work) == SUCREF_E_RANGE);
    o.ratio = 39; CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.ratio = 2049; CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.ratio = 40;
    o.flags = 3; CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 4; CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 8; CHECK(sucref_vec_encode(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 1;
    frame[30] = 0x77;
    CHECK(sucref_vec_encode(frame, 10, &len, in, 200, &o, work) == SUCREF_E_SPACE && len > 30);
    CHECK(sucref_vec_encode(frame, 30, &len, in, 200, &o, work) == SUCREF_E_SPACE && len > 30 && frame[30] == 0x77);
    CHECK(sucref_vec_encode(frame, len + 4, &len, in, 200, &o, work) == SUCREF_OK);
    CHECK(sucref_vec_decode(NULL, 200, &n, frame, len, 1, 2, 0, work64) == SUCREF_E_ARG &&
          sucref_vec_decode(out, 200, NULL, frame, len, 1, 2, 0, work64) == SUCREF_E_ARG);
    CHECK(sucref_vec_decode(out, 200, &n, NULL, len, 1, 2, 0, work64) == SUCREF_E_ARG &&
          sucref_vec_decode(out, 200, &n, frame, len, 1, 2, 0, NULL) == SUCREF_E_ARG);
    CHECK(sucref_vec_decode(out, 200, &n, frame, len, 1, 2, 9, work64) == SUCREF_E_RANGE);
    CHECK(sucref_vec_decode(few, 10, &n, frame, len, 1, 2, 0, work64) == SUCREF_E_SPACE && n == 200);
    CHECK(sucref_vec_decode(out, 200, &n, frame, len, 1, 2, 0, work64) == SUCREF_OK);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("transform", transform);
    RUN("projection: golden vectors", projection_golden);
    RUN("energies to full scale", energies);
    RUN("D4 as frames pack it equals the plain quantizer", packed_d4);
    RUN("projection: unbiased over all signs and dithers", projection_unbiased);
    RUN("projection: functions and limits", projection_functions);
    RUN("error feedback loses nothing", feedback);
    RUN("over the air: golden vectors", over_the_air);
    RUN("range coder", coder);
    RUN("indices of every model", indices);
    RUN("frames: error law and rate", error_and_rate);
    RUN("frames: the mean of many decodes", mean_of_decodes);
    RUN("frames: every length", every_length);
    RUN("frames: targets in bits and error", targets);
#ifndef SUCREF_PHILOX
    RUN("frames: golden bytes", golden_frames);
#else
    (void)golden_frames;
#endif
    RUN("frames: safe on any bytes", safe_on_any_bytes);
    RUN("frames: exact room, damaged heads", frame_heads);
    RUN("frames: errors", frame_errors);
    return test_report("vec");
}
