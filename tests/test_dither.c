/* dither: the scalar quantizers and D4 by golden vectors, and the exact statements in the header's comments, summed
 * over every dither. (The nested one in test_nested.c, generators in test_random.c.) */
#include "library.h"
#include "oracle.h"
#include "find_dither.h"
#include "golden_dither.h"
#include <math.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* index and doubled estimate of one value at a given dither, by the public functions */
static void quantize_one(int16_t *q, int32_t *x2, int32_t x, uint32_t multiplier, unsigned shift, uint32_t u)
{
    sucref_grid st = { 0, 0, SUCREF_DITHER_SUBTRACTIVE };
    sucref_stream r;
    uint32_t counter;
    sucref_stream_init(&r, 1, 2, 3);
    st.multiplier = multiplier;
    st.shift = (uint8_t)shift;
    counter = find_dither(&r, (uint32_t)1 << shift, u);
    CHECK(sucref_dither_encode(q, sucref_int32(&x, 1), &st, &r, counter) == SUCREF_OK &&
          sucref_dither_decode(x2, q, 1, &st, &r, counter) == SUCREF_OK);
}

/* symbol of x, and the estimate from it beside y */
static void nest_one(uint16_t *symbol, int64_t *e, const sucref_nested *c, int32_t x, int32_t y, uint32_t u)
{
    sucref_stream r;
    uint32_t counter;
    sucref_stream_init(&r, 1, 2, 4);
    counter = find_dither(&r, c->step << c->alpha_shift, u);
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(&x, 1), c, &r, counter) == SUCREF_OK &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(&y, 1), c, &r, counter) == SUCREF_OK);
}

static void golden_integers(void)
{
    int i;
    for (i = 0; i < COUNT(golden_dither); i++) {
        const int32_t *g = golden_dither[i];
        int16_t q;
        int32_t x2;
        quantize_one(&q, &x2, g[0], (uint32_t)g[1], (unsigned)g[2], (uint32_t)g[3]);
        CHECK(q == g[4] && x2 == g[5]);
    }
    for (i = 0; i < COUNT(golden_nested); i++) {
        const int32_t *g = golden_nested[i];
        sucref_nested c;
        uint16_t symbol;
        int64_t e;
        memset(&c, 0, sizeof c);
        c.step = (uint32_t)g[2]; c.k = (uint16_t)g[3]; c.alpha = 1;
        nest_one(&symbol, &e, &c, g[0], g[1], (uint32_t)g[4]);
        CHECK(symbol == g[5] && e == g[6]);
    }
}

/* vectors of reals on a grid: theta / kappa + u + 1/2 over a common denominator is an integer quantizer of a general
 * step, which a nested one of many symbols is */
static void golden_reals(void)
{
    int i, j;
    for (i = 0; i < COUNT(golden_subtractive); i++) {
        const golden_scalar_case *g = &golden_subtractive[i];
        int max = 0;
        for (j = 0; j < 12; j++) { max = abs(g->x[j]) > max ? abs(g->x[j]) : max; }
        for (j = 0; j < 12; j++) { /* 128 * max * (x M / max + u / 128 + 1/2) */
            sucref_nested c;
            uint16_t symbol;
            int64_t e;
            memset(&c, 0, sizeof c);
            c.step = (uint32_t)(128 * max); c.k = 65535; c.alpha = 1;
            nest_one(&symbol, &e, &c, 128 * g->x[j] * g->levels, 0, (uint32_t)(max * (g->u[j] + 64)));
            CHECK((int)symbol - (symbol > 32767 ? 65535 : 0) == g->q[j]);
        }
    }
    for (i = 0; i < COUNT(golden_stochastic); i++) {
        const golden_scalar_case *g = &golden_stochastic[i];
        for (j = 0; j < 10; j++) { /* S = 128 */
            int16_t q;
            int32_t x2;
            quantize_one(&q, &x2, 2 * g->x[j] * g->levels, 1, 7, (uint32_t)(g->u[j] + 64));
            CHECK(q == g->q[j]);
        }
    }
    for (j = 0; j < 16; j++) { /* S = 128 units of 1/128: y = 2 x, centred dither u */
        const int q = 2 * golden_onebit[0][j] + golden_onebit[1][j] > 0 ? 1 : -1;
        CHECK(q == golden_onebit[2][j] && q * 64 - golden_onebit[1][j] == golden_onebit[3][j]);
    }
    /* D1 = 640 units; u centred: u + 320 in 0..639, estimates on half units below ours */
    for (i = 0; i < COUNT(golden_nested_real); i++) {
        const int *g = golden_nested_real[i];
        sucref_nested c;
        uint16_t symbol;
        int64_t e;
        memset(&c, 0, sizeof c);
        c.step = 640; c.k = (uint16_t)g[3]; c.alpha = 1;
        nest_one(&symbol, &e, &c, g[0], g[1], (uint32_t)(g[2] + 320));
        CHECK((g[4] < 0 || symbol == g[4]) && e == 2 * g[5] - 1); /* 2 * estimate - 1 */
    }
}

/* Hermite's identity and the error law, by the equations, for every S to 64 and every input of three periods */
static void exact_over_all_dithers(void)
{
    int s, x, u, terms;
    for (s = 1; s <= 64; s++) {
        for (x = -3 * s - 2; x <= 3 * s + 2; x++) {
            int64_t sum = 0, error = 0, square = 0;
            uint8_t seen[128] = { 0 };
            for (u = 0; u < s; u++) {
                const int64_t q = oracle_floor_div(x + u, s), e = 2 * s * q - 2 * u + s - 1 - 2 * x;
                sum += q; error += e; square += e * e;
                CHECK(e >= -(s - 1) && e <= s - 1 && (e + s - 1) % 2 == 0);
                seen[(e + s - 1) / 2]++;
            }
            CHECK(sum == x && error == 0 && 3 * square == (int64_t)s * (s * s - 1));
            for (u = 0; u < s; u++) { CHECK(seen[u] == 1); }
        }
    }
    for (s = 1; s <= 6; s++) { /* every 16-bit input by the header's functions, one dither after another */
        static int16_t narrow[65536], q[65536];
        static int32_t x2[65536];
        static int64_t sum[65536], error[65536];
        sucref_grid st = { 1, 0, SUCREF_DITHER_SUBTRACTIVE };
        sucref_stream r;
        uint32_t counter[64];
        st.shift = (uint8_t)s;
        sucref_stream_init(&r, 7, 7, (uint32_t)s);
        memset(sum, 0, sizeof sum);
        memset(error, 0, sizeof error);
        for (u = 0; u < 1 << s; u++) { counter[u] = find_dither(&r, 1U << s, (uint32_t)u); }
        for (u = 0; u < 1 << s; u++) {
            for (x = 0; x < 65536; x++) {
                narrow[x] = (int16_t)(x - 32768);
                CHECK(sucref_dither_encode(q + x, sucref_int16(narrow + x, 1), &st, &r, counter[u]) == SUCREF_OK &&
                      sucref_dither_decode(x2 + x, q + x, 1, &st, &r, counter[u]) == SUCREF_OK);
                sum[x] += q[x];
                error[x] += x2[x] - 2 * narrow[x];
            }
        }
        for (x = 0; x < 65536; x++) { CHECK(sum[x] == narrow[x] && error[x] == 0); }
    }
    for (s = 2; s <= 16; s *= 2) { /* sums of `terms` uniforms: moments up to that order are the same for every x */
        for (terms = 1; terms <= 3; terms++) {
            int64_t first[4] = { 0 };
            for (x = -s; x <= s; x++) {
                int64_t moment[4] = { 0 }, n = 0, i;
                const int64_t all = terms == 1 ? s : terms == 2 ? s * s : s * s * s;
                for (i = 0; i < all; i++) {
                    const int64_t v = i % s + (terms > 1 ? i / s % s : 0) + (terms > 2 ? i / s / s : 0);
                    const int64_t e = 2 * s * oracle_floor_div(x + v, s) - (terms - 1) * (s - 1) - 2 * x;
                    moment[1] += e; moment[2] += e * e; moment[3] += e * e * e; n++;
                }
                if (x == -s) { memcpy(first, moment, sizeof first); }
                CHECK(moment[1] == 0);
                CHECK(terms < 2 || moment[2] == first[2]);
                CHECK(terms < 3 || moment[3] == first[3]);
                if (terms == 1) { CHECK(x % s != 0 || moment[2] == 0); }
            }
        }
    }
}

static void one_bit_exact(void)
{
    int s, x, u;
    for (s = 2; s <= 256; s *= 2) {
        for (x = -s / 2; x <= s / 2; x++) {
            int64_t sum = 0, square = 0;
            for (u = 0; u < s; u++) {
                const int bit = 2 * x + 2 * u > s - 1, e = (bit ? s : -s) - 2 * u + s - 1 - 2 * x;
                sum += e; square += e * e;
                CHECK(e >= -(s - 1) && e <= s - 1);
            }
            CHECK(sum == 0 && 3 * square == (int64_t)s * (s * s - 1));
        }
    }
}

/* D4 over all dithers of its box: unbiased, one error law, the nearest point (ties aside) */
static void d4_exact(void)
{
    unsigned shift;
    for (shift = 1; shift <= 2; shift++) {
        const int s = 1 << shift, cases = 2 * s * s * s * s;
        static uint32_t counter[512]; /* of four values with the dithers of each case */
        sucref_grid st = { 1, 0, SUCREF_DITHER_D4 };
        int64_t law = -1;
        int trial, left = cases;
        uint32_t at;
        sucref_stream r;
        st.shift = (uint8_t)shift;
        sucref_stream_init(&r, 8, 8, shift);
        memset(counter, 0xFF, sizeof counter);
        for (at = 0; left > 0; at++) {
            const uint32_t k = dither_at(&r, at, 1U << shift) | dither_at(&r, at + 1, 1U << shift) << shift |
                               dither_at(&r, at + 2, 1U << shift) << 2 * shift |
                               dither_at(&r, at + 3, 2U << shift) << 3 * shift;
            if (counter[k] == 0xFFFFFFFFU) { counter[k] = at; left--; }
        }
        for (trial = 0; trial < 40; trial++) {
            int32_t y[4], u[4], x2[4];
            int16_t q[4];
            int64_t sum[4] = { 0 }, square = 0;
            int k, i;
            for (i = 0; i < 4; i++) { y[i] = trial < 2 ? trial - 1 : rnd_in(-20, 20); }
            for (k = 0; k < cases; k++) {
                int64_t own = 0;
                int flip;
                u[0] = k % s; u[1] = k / s % s; u[2] = k / s / s % s; u[3] = k / s / s / s;
                CHECK(sucref_dither_encode(q, sucref_int32(y, 4), &st, &r, counter[k]) == SUCREF_OK &&
                      sucref_dither_decode(x2, q, 4, &st, &r, counter[k]) == SUCREF_OK);
                CHECK(((q[0] + q[1] + q[2] + q[3]) & 1) == 0);
                for (i = 0; i < 4; i++) {
                    const int64_t e = 2 * s * q[i] - 2 * u[i] - 1 - 2 * y[i];
                    CHECK(x2[i] - 2 * y[i] == e);
                    sum[i] += e;
                    own += e * e;
                }
                square += own;
                for (flip = 0; flip < 24; flip++) { /* none of the 24 neighbours is nearer */
                    int a = flip / 4 % 3, b = a + 1 + flip / 12 * (a < 2), n;
                    int64_t other = 0;
                    if (b > 3) { b = 3; }
                    for (n = 0; n < 4; n++) {
                        const int way = n == a ? 1 - 2 * (flip & 1) : n == b ? 1 - (flip & 2) : 0;
                        const int64_t e = 2 * s * (q[n] + way) - 2 * u[n] - 1 - 2 * y[n];
                        other += e * e;
                    }
                    CHECK(other >= own);
                }
            }
            CHECK(sum[0] == 0 && sum[1] == 0 && sum[2] == 0 && sum[3] == 0);
            if (law < 0) { law = square; }
            CHECK(square == law);
        }
    }
}

/* the whole functions: equal to the equations on the stream's dithers; D.1's variance; limits and errors */
static void vectors(void)
{
    enum { N = 64 };
    int trial, i;
    for (trial = 0; trial < 200; trial++) {
        int32_t x[N], x2[N], y[N];
        int64_t e[N];
        int16_t q[N];
        uint16_t symbol[N];
        uint8_t bits[N / 8];
        sucref_grid st;
        sucref_stream r;
        sucref_nested c;
        const uint32_t base = rnd();
        const unsigned terms = 1 + rnd_below(3);
        sucref_stream_init(&r, rnd(), rnd(), rnd());
        st.shift = (uint8_t)(4 + rnd_below(21)); st.multiplier = 1 + rnd_below(3000);
        for (i = 0; i < N; i++) {
            x[i] = rnd_in(-20000, 20000);
            if ((int64_t)abs(x[i]) * st.multiplier > (int64_t)32766 << st.shift) { x[i] = 1; }
        }
        st.kind = SUCREF_DITHER_SUBTRACTIVE;
        CHECK(sucref_dither_encode(q, sucref_int32(x, N), &st, &r, base) == SUCREF_OK &&
              sucref_dither_decode(x2, q, N, &st, &r, base) == SUCREF_OK);
        for (i = 0; i < N; i++) {
            const int64_t u = sucref_random(&r, base + (uint32_t)i) >> (32 - st.shift), s = (int64_t)1 << st.shift,
                          want = oracle_floor_div((int64_t)x[i] * st.multiplier + u, s);
            CHECK(q[i] == want && x2[i] == 2 * s * want - 2 * u + s - 1 &&
                  llabs(x2[i] - 2 * (int64_t)x[i] * st.multiplier) < s);
        }
        st.kind = (uint8_t)terms;
        CHECK(sucref_dither_encode(q, sucref_int32(x, N), &st, &r, base) == SUCREF_OK &&
              sucref_dither_decode(x2, q, N, &st, NULL, 0) == SUCREF_OK);
        for (i = 0; i < N; i++) {
            int64_t u = 0, s = (int64_t)1 << st.shift;
            unsigned k;
            for (k = 0; k < terms; k++) { u += sucref_random(&r, base + (uint32_t)i * terms + k) >> (32 - st.shift); }
            CHECK(q[i] == oracle_floor_div((int64_t)x[i] * st.multiplier + u, s) &&
                  x2[i] == 2 * s * q[i] - (int64_t)(terms - 1) * (s - 1));
        }
        st.kind = SUCREF_DITHER_D4;
        CHECK(sucref_dither_encode(q, sucref_int32(x, N), &st, &r, base) == SUCREF_OK &&
              sucref_dither_decode(x2, q, N, &st, &r, base) == SUCREF_OK);
        for (i = 0; i < N; i++) {
            CHECK(llabs(x2[i] - 2 * (int64_t)x[i] * st.multiplier) <= (int64_t)2 << st.shift);
            CHECK(i % 4 != 3 || ((q[i] + q[i - 1] + q[i - 2] + q[i - 3]) & 1) == 0);
        }
        for (i = 0; i < N; i++) {
            y[i] = (int32_t)rnd_in(-(1 << (st.shift - 1)), 1 << (st.shift - 1)) / (int32_t)st.multiplier;
        }
        CHECK(sucref_dither_onebit_encode(bits, sucref_int32(y, N), &st, &r, base) == SUCREF_OK &&
              sucref_dither_onebit_decode(x2, bits, N, &st, &r, base) == SUCREF_OK);
        for (i = 0; i < N; i++) { CHECK(llabs(x2[i] - 2 * (int64_t)y[i] * st.multiplier) < (int64_t)1 << st.shift); }
        memset(&c, 0, sizeof c);
        c.step = 1 + rnd_below(2000); c.k = (uint16_t)(2 + rnd_below(60)); c.alpha_shift = (uint8_t)rnd_below(9);
        c.alpha = (uint16_t)(1 + rnd_below(1U << c.alpha_shift));
        for (i = 0; i < N; i++) {
            y[i] = x[i] + rnd_in(-(int)((c.k - 1) * c.step / 2 - 0), (int)((c.k - 1) * c.step / 2));
        }
        CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, N), &c, &r, base) == SUCREF_OK &&
              sucref_dither_nested_decode(e, symbol, sucref_int32(y, N), &c, &r, base) == SUCREF_OK);
        for (i = 0; i < N; i++) { /* 2^(2b+1) x + (alpha^2 - 4^b) 2 (x - y) + alpha * e2, e2 odd steps within v - 1 */
            const int64_t v = (int64_t)c.step << c.alpha_shift, full = (int64_t)1 << (2 * c.alpha_shift);
            const int64_t rest = e[i] - 2 * full * x[i] - 2 * ((int64_t)c.alpha * c.alpha - full) * (x[i] - y[i]);
            if (2 * c.alpha * llabs((int64_t)x[i] - y[i]) < (c.k - 1) * v) {
                CHECK(rest % c.alpha == 0 && llabs(rest / c.alpha) <= v - 1);
            }
        }
    }
}

/* of int16 vectors: the same indices as of the same values in int32, and the same refusals */
static void narrow_vectors(void)
{
    enum { N = 40 };
    int trial, i;
    for (trial = 0; trial < 300; trial++) {
        int32_t x[N];
        int16_t y[N], q[N], p[N];
        uint16_t a[N], b[N];
        int64_t e[N], g[N];
        uint8_t bits[N / 8], other[N / 8];
        sucref_grid st;
        sucref_stream r;
        sucref_nested c;
        const int max = trial % 3 ? 32768 : 300;
        memset(q, 0, sizeof q);
        memset(p, 0, sizeof p);
        memset(a, 0, sizeof a);
        memset(e, 0, sizeof e);
        memset(g, 0, sizeof g);
        memset(b, 0, sizeof b);
        memset(bits, 0, sizeof bits);
        memset(other, 0, sizeof other);
        sucref_stream_init(&r, rnd(), rnd(), rnd());
        st.shift = (uint8_t)rnd_below(26); st.multiplier = rnd_below(trial % 2 ? 40000 : 200);
        memset(&c, 0, sizeof c);
        c.step = rnd_below(2000);
        c.k = (uint16_t)rnd_below(60);
        c.alpha_shift = (uint8_t)rnd_below(9);
        c.alpha = (uint16_t)(rnd_below(2 + (1U << c.alpha_shift)));
        for (i = 0; i < N; i++) { x[i] = y[i] = (int16_t)rnd_in(-max, max - 1); }
        for (st.kind = 0; st.kind <= 5; st.kind++) {
            CHECK(sucref_dither_encode(q, sucref_int32(x, N), &st, &r, 9) ==
                      sucref_dither_encode(p, sucref_int16(y, N), &st, &r, 9) &&
                  memcmp(q, p, sizeof q) == 0);
        }
        CHECK(sucref_dither_onebit_encode(bits, sucref_int32(x, N), &st, &r, 9) ==
                  sucref_dither_onebit_encode(other, sucref_int16(y, N), &st, &r, 9) &&
              memcmp(bits, other, sizeof bits) == 0);
        CHECK(sucref_dither_nested_encode(a, sucref_int32(x, N), &c, &r, 9) ==
                  sucref_dither_nested_encode(b, sucref_int16(y, N), &c, &r, 9) &&
              memcmp(a, b, sizeof a) == 0);
        CHECK(sucref_dither_nested_decode(e, a, sucref_int32(x, N), &c, &r, 9) ==
                  sucref_dither_nested_decode(g, a, sucref_int16(y, N), &c, &r, 9) &&
              memcmp(e, g, sizeof e) == 0);
    }
}

/* the largest y that a quantizer takes: its indices fit, and what it decodes is as near as everywhere;
 * one more is refused */
static void largest(const sucref_grid *st, int32_t steps, int32_t error)
{
    enum { LEN = 512 };
    static int32_t x[LEN], x2[LEN];
    static int16_t q[LEN];
    const int64_t room = (int64_t)steps << st->shift;
    const int32_t most = (int32_t)((room < 0x1FFFFFFF ? room : 0x1FFFFFFF) / st->multiplier);
    sucref_stream r;
    int i;
    sucref_stream_init(&r, test_seed, 0, st->shift);
    for (i = 0; i < LEN; i++) { x[i] = i / 4 % 2 ? -most : most; }
    CHECK(sucref_dither_encode(q, sucref_int32(x, LEN), st, &r, 0) == SUCREF_OK &&
          sucref_dither_decode(x2, q, LEN, st, &r, 0) == SUCREF_OK);
    for (i = 0; i < LEN; i++) {
        CHECK(llabs((int64_t)x2[i] - 2 * (int64_t)x[i] * st->multiplier) <= (int64_t)error << st->shift);
    }
    x[LEN - 1] = most + 1;
    q[0] = 77;
    CHECK(sucref_dither_encode(q, sucref_int32(x, LEN), st, &r, 0) == SUCREF_E_RANGE && q[0] == 77);
}

static void largest_values(void)
{
    sucref_grid st;
    for (st.shift = 1; st.shift <= 24; st.shift++) {
        for (st.multiplier = 1; st.multiplier < 0x1FFFFFFF; st.multiplier = st.multiplier * 5 + 2) {
            for (st.kind = 0; st.kind <= SUCREF_DITHER_D4; st.kind++) {
                const int terms = st.kind ? st.kind : 1;
                largest(&st, st.kind == SUCREF_DITHER_D4 ? 32765 : 32768 - terms, terms + 1);
            }
        }
    }
}

static void errors(void)
{
    int32_t x[4] = { 1, 2, 3, 4 }, x2[4];
    int64_t e[4];
    int16_t q[4] = { 0, 0, 0, 0 };
    uint16_t symbol[4];
    uint8_t bits[1];
    sucref_grid st = { 1, 8, 0 };
    sucref_stream r;
    sucref_values both;
    sucref_nested c = { 8, 4, 1, 0 };
    sucref_stream_init(&r, 1, 2, 3);
    CHECK(sucref_dither_encode(NULL, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_encode(q, sucref_int32(NULL, 4), &st, &r, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_encode(q, sucref_int32(x, 4), &st, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_decode(NULL, q, 4, &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_decode(x2, NULL, 4, &st, &r, 0) == SUCREF_E_ARG);
    st.kind = 5;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE &&
          sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_E_RANGE);
    for (st.kind = 0; st.kind <= SUCREF_DITHER_D4; st.kind++) { /* only a half-dithered value needs no stream */
        const int needs = st.kind == SUCREF_DITHER_SUBTRACTIVE || st.kind == SUCREF_DITHER_D4;
        CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, NULL, 0) == SUCREF_E_ARG &&
              sucref_dither_decode(x2, q, 4, &st, NULL, 0) == (needs ? SUCREF_E_ARG : SUCREF_OK));
        CHECK(sucref_dither_encode(q, sucref_int32(x, 3), &st, &r, 0) ==
                  (st.kind == SUCREF_DITHER_D4 ? SUCREF_E_RANGE : SUCREF_OK) &&
              sucref_dither_decode(x2, q, 3, &st, &r, 0) == (st.kind == SUCREF_DITHER_D4 ? SUCREF_E_RANGE : SUCREF_OK));
    }
    st.kind = SUCREF_DITHER_SUBTRACTIVE;
    both.i16 = q; both.i32 = x; both.n = 4; /* which of them? */
    CHECK(sucref_dither_encode(q, both, &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_encode(bits, both, &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_encode(symbol, both, &c, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_decode(e, symbol, both, &c, &r, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_onebit_encode(NULL, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_decode(x2, NULL, 4, &st, &r, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_decode(x2, q, 4, NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_decode(x2, q, 4, &st, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_onebit_encode(bits, sucref_int32(NULL, 4), &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_encode(bits, sucref_int32(x, 4), NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_encode(bits, sucref_int32(x, 4), &st, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_onebit_decode(NULL, bits, 4, &st, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_decode(x2, bits, 4, NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_onebit_decode(x2, bits, 4, &st, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(NULL, 4), &c, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_encode(symbol, sucref_int32(x, 4), NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, NULL, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_nested_decode(NULL, symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(NULL, 4), &c, &r, 0) == SUCREF_E_ARG);
    CHECK(sucref_dither_nested_decode(e, symbol, sucref_int32(x, 4), NULL, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(x, 4), &c, NULL, 0) == SUCREF_E_ARG);
    st.multiplier = 0;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE);
    st.multiplier = 0x20000000U;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE);
    st.multiplier = 1;
    x[3] = 129; /* the one-bit quantizer takes |y| <= S/2 */
    CHECK(sucref_dither_onebit_encode(bits, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE);
    x[3] = -128;
    CHECK(sucref_dither_onebit_encode(bits, sucref_int32(x, 4), &st, &r, 0) == SUCREF_OK);
    x[3] = INT32_MIN;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE);
    st.shift = 24; x[3] = 0x1FFFFFFF;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_OK &&
          sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_OK && abs(x2[3] - 2 * x[3]) < 1 << 24);
    q[0] = 35;
    CHECK(sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_E_RANGE);
    st.kind = SUCREF_DITHER_HALF;
    CHECK(sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_E_RANGE);
    st.kind = SUCREF_DITHER_D4;
    CHECK(sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_E_RANGE);
    st.kind = SUCREF_DITHER_SUBTRACTIVE;
    st.shift = 25;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE &&
          sucref_dither_decode(x2, q, 4, &st, &r, 0) == SUCREF_E_RANGE &&
          sucref_dither_onebit_decode(x2, bits, 4, &st, &r, 0) == SUCREF_E_RANGE);
    st.shift = 0;
    CHECK(sucref_dither_encode(q, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE &&
          sucref_dither_onebit_encode(bits, sucref_int32(x, 4), &st, &r, 0) == SUCREF_E_RANGE);
    CHECK(sucref_dither_nested_encode(NULL, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_ARG &&
          sucref_dither_nested_decode(e, NULL, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_ARG);
    x[3] = 0x0FFFFFFF;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_OK &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_OK &&
          llabs(e[3] - 2 * (int64_t)x[3]) < 8);
    x[3] = -x[3];
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_OK &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_OK &&
          llabs(e[3] - 2 * (int64_t)x[3]) < 8);
    x[3]--;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE &&
          sucref_dither_nested_decode(e, symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    x[3] = 0; c.k = 1;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    c.k = 2; c.alpha = 2;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    c.alpha = 0;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    c.alpha = 1; c.alpha_shift = 9;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    c.alpha_shift = 0; c.step = 0;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
    c.step = 0x10000000;
    CHECK(sucref_dither_nested_encode(symbol, sucref_int32(x, 4), &c, &r, 0) == SUCREF_E_RANGE);
}

static void steps(void)
{
    uint32_t max, levels;
    sucref_grid st;
    for (max = 1; max <= 0x20000000U; max = max * 3 + 1) {
        for (levels = 1; levels <= 32766; levels = levels * 2 + 1) {
            if (sucref_grid_for(&st, max, levels) == SUCREF_OK) {
                CHECK((uint64_t)max * st.multiplier <= (uint64_t)levels << st.shift &&
                      (uint64_t)max * (st.multiplier + 1U) > (uint64_t)levels << st.shift);
                CHECK((uint64_t)max * st.multiplier <= 0x20000000U && st.shift >= 1 && st.shift <= 24);
            } else {
                CHECK((uint64_t)levels << 24 < max);
            }
        }
    }
    CHECK(sucref_grid_for(NULL, 1, 1) == SUCREF_E_ARG && sucref_grid_for(&st, 0, 1) == SUCREF_E_RANGE &&
          sucref_grid_for(&st, 0x20000001U, 1) == SUCREF_E_RANGE);
    CHECK(sucref_grid_for(&st, 1, 0) == SUCREF_E_RANGE && sucref_grid_for(&st, 1, 32767) == SUCREF_E_RANGE &&
          sucref_grid_for(&st, 0x20000000U, 1) == SUCREF_E_RANGE);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("golden vectors in integers", golden_integers);
    RUN("golden vectors of reals on a grid", golden_reals);
    RUN("unbiased, one error law: every dither and step to 64", exact_over_all_dithers);
    RUN("one bit: unbiased, one error law", one_bit_exact);
    RUN("D4: unbiased, one error law, nearest points", d4_exact);
    RUN("vectors follow the equations", vectors);
    RUN("int16 vectors as int32 ones", narrow_vectors);
    RUN("the largest values of every step", largest_values);
    RUN("limits and errors", errors);
    RUN("steps from a maximum and levels", steps);
    return test_report("dither");
}
