/* test_vec.c - vectors as frames. */
#include "rnd_real.h"
#include "library.h"
#include "golden_dither.h"
#include "oracle.h"
#include "crc.h"
#include "transform.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---- frames ---- */
static int16_t in[65536];
static int32_t out[65536], work[SUCREF_VEC_BLOCK];
static int64_t work64[SUCREF_VEC_BLOCK];
static uint8_t frame[300000];

/* encodes in[n], decodes, returns the squared error over the energy; bits a value without the frame's own bytes */
static double trip(uint32_t n, const sucref_vec_options *o, double *bits)
{
    size_t len = 0;
    uint32_t got = 65536, i;
    double error = 0, energy = 0;
    sucref_vec_options back = *o;
    back.fraction_bits = 8;
    CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, n), o, work) == SUCREF_OK);
    CHECK(sucref_vec_decode(out, &got, frame, len, &back, work64) == SUCREF_OK && got == n);
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

/* ---- frames by their definition ---- */

/* the sign of value i, 1 for minus; d that rounds an int32 value i */
static int minus_of(const sucref_stream *r, uint32_t i)
{
    return (int)(sucref_random(r, 0x40000000U + i / 32) >> i % 32 & 1U);
}
static int64_t brought_down(const sucref_stream *r, uint32_t i, int64_t x, int down)
{
    const int64_t one = (int64_t)1 << down;
    return oracle_floor_div(x + (down ? sucref_random(r, 0x80000000U + i) % one : 0), one);
}

/* four values y onto D4: doubled estimates */
static void lattice(int64_t *x2, const int64_t *y, const int64_t *u, int64_t s)
{
    int64_t q[4], away[4], sum = 0;
    int i, far = 0;
    for (i = 0; i < 4; i++) {
        const int64_t t = 2 * (y[i] + u[i]) + 1;
        q[i] = oracle_floor_div(t + s, 2 * s);
        away[i] = t - 2 * s * q[i];
        sum += q[i];
        if (llabs(away[i]) > llabs(away[far])) { far = i; }
    }
    if (sum % 2 != 0) { q[far] += away[far] < 0 ? -1 : 1; }
    for (i = 0; i < 4; i++) { x2[i] = 2 * s * q[i] - 2 * u[i] - 1; }
}

/* what the receiver of frame must get of x [n] */
static void definition(int32_t *y, const int32_t *x, uint32_t n, const uint8_t *head, const sucref_vec_options *o)
{
    const int64_t m = get_le(head + 8, 4);
    const int down = head[13], sparse = head[1] & SUCREF_VEC_SPARSE,
              fine = o->fraction_bits + down < 8 ? o->fraction_bits + down : 8;
    sucref_stream r;
    uint32_t i, j, k, count;
    sucref_stream_init(&r, o->seed_low, o->seed_high, get_le(head + 4, 4));
    for (i = 0; i < n; i += count) {
        int64_t w[1024], w2[1024], s;
        for (k = 5; k > 0 && (sparse || n - i < 1U << 2 * k); k--) { }
        count = 1U << 2 * k;
        s = (int64_t)1 << (head[12] + k);
        for (j = 0; j < count; j++) {
            w[j] = brought_down(&r, i + j, x[i + j], down);
            if (!sparse && minus_of(&r, i + j)) { w[j] = -w[j]; }
        }
        transform64(w, 2 * k);
        for (j = 0; j < count; j++) {
            int64_t u[4], v[4];
            int lane;
            for (lane = 0; lane < 4; lane++) {
                u[lane] = (int64_t)(((uint64_t)sucref_random(&r, i + j + (uint32_t)lane) * (uint64_t)s) >> 32);
            }
            if ((head[1] & SUCREF_VEC_D4) && k > 0) {
                u[3] = (int64_t)(((uint64_t)sucref_random(&r, i + j + 3) * (uint64_t)(2 * s)) >> 32);
                for (lane = 0; lane < 4; lane++) { v[lane] = w[j + (uint32_t)lane] * m; }
                lattice(w2 + j, v, u, s);
                j += 3;
            } else {
                const int64_t q = oracle_floor_div(w[j] * m + u[0], s);
                w2[j] = head[1] & SUCREF_VEC_HALF ? 2 * s * q : estimate2(q, u[0], s);
            }
        }
        transform64(w2, 2 * k);
        for (j = 0; j < count; j++) {
            const int64_t sum = !sparse && minus_of(&r, i + j) ? -w2[j] : w2[j], unit = m * (int64_t)count;
            int64_t v = m == 0 ? 0 : oracle_floor_div(sum * (1 << fine) + unit, 2 * unit);
            v = oracle_clamp(v, INT32_MIN, INT32_MAX) * ((int64_t)1 << (o->fraction_bits + down - fine));
            y[i + j] = (int32_t)oracle_clamp(v, INT32_MIN, INT32_MAX);
        }
    }
}

/* the head's multiplier, shift and ratio from the values as they are quantized */
static void check_step(const int32_t *x, uint32_t n, const uint8_t *head, const sucref_vec_options *o)
{
    uint64_t sum = 0, most = 0, rms, norm, m;
    uint32_t i, j, k, count, shift = 19;
    sucref_stream r;
    sucref_stream_init(&r, o->seed_low, o->seed_high, o->stream);
    for (i = 0; i < n; i += count) {
        uint64_t block = 0;
        for (k = 5; k > 0 && ((o->flags & SUCREF_VEC_SPARSE) || n - i < 1U << 2 * k); k--) { }
        count = 1U << 2 * k;
        for (j = i; j < i + count; j++) {
            const int64_t v = brought_down(&r, j, x[j], head[13]);
            CHECK(v >= -32768 && v <= 32767);
            block += (uint64_t)(v * v);
        }
        sum += block;
        most = block > most ? block : most;
    }
    if (sum == 0) { CHECK(get_le(head + 8, 4) == 0 && get_le(head + 16, 4) == 0); return; }
    rms = (uint64_t)sqrt((double)(sum * 65536 / n));
    while (rms * rms > sum * 65536 / n) { rms--; }
    while ((rms + 1) * (rms + 1) <= sum * 65536 / n) { rms++; }
    norm = (uint64_t)sqrt((double)most);
    while (norm * norm < most) { norm++; }
    while (norm > 0 && (norm - 1) * (norm - 1) >= most) { norm--; }
    for (; ; shift--) { /* m = 2^shift / (ratio rms), rounded, in which |w| m < 2^29 */
        m = (((uint64_t)65536 << shift) + o->ratio * rms / 2) / (o->ratio * rms);
        if (m * norm < 1 << 24) { break; }
    }
    CHECK(get_le(head + 8, 4) == m && head[12] == shift);
    rms = ((uint64_t)65536 << shift) / (m * rms);
    CHECK(get_le(head + 14, 2) == (rms < 40 ? 40 : rms));
    if (head[13] > 0) { /* the least shift that will do */
        int wide = 0;
        for (i = 0; i < n; i++) {
            const int64_t one = (int64_t)1 << (head[13] - 1);
            wide |= x[i] > 32767 * one || x[i] < -32768 * one;
        }
        CHECK(wide);
    }
}

/* encoder and decoder against the definition, for all kinds of values of both widths; decoded int16 and int32 frames of
 * the same values are the same bytes */
static void by_definition(void)
{
    static const uint8_t flags[4] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    static int32_t x[6000], want[6000];
    static uint8_t other[40000];
    int trial;
    for (trial = 0; trial < 1200; trial++) {
        const uint32_t n = 1 + (trial % 40 ? rnd_below(trial % 4 ? 90 : 1500) : rnd_below(6000));
        const int kind = trial / 4 % 8, size = (int)rnd_below(16);
        const uint32_t mask = (uint32_t)0xFFFFFFFFU >> rnd_below(32);
        sucref_vec_options o = { 0, 0, 0, 0, 0, 0 };
        size_t len, again;
        uint32_t got = 6000, i;
        int narrow = 1;
        o.seed_low = rnd(); o.seed_high = rnd(); o.stream = rnd();
        o.ratio = (uint16_t)(trial % 8 == 7 ? 40 : rnd_in(40, 2048));
        o.flags = flags[trial % 4];
        o.fraction_bits = (uint8_t)rnd_below(9);
        for (i = 0; i < n; i++) {
            x[i] = kind == 0   ? (int32_t)oracle_clamp(lrint(1500 * normal()), -32768, 32767)
                   : kind == 1 ? (rnd() & 1U ? 32767 : -32768)
                   : kind == 2 ? (i == n / 2 ? -32768 : rnd_in(0, 1))
                   : kind == 3 ? rnd_in(-(1 << size), 1 << size)
                   : kind == 4 ? (int32_t)oracle_clamp(llrint(1e7 * normal()), INT32_MIN, INT32_MAX)
                   : kind == 5 ? (rnd() & 1U ? INT32_MAX : INT32_MIN)
                   : kind == 6 ? (int32_t)oracle_clamp((int64_t)(rnd() & mask) - mask / 2, INT32_MIN, INT32_MAX)
                               : (int32_t)(i == 0 ? 32768 : -32768);
            narrow &= x[i] >= -32768 && x[i] <= 32767;
        }
        CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int32(x, n), &o, work) == SUCREF_OK);
        CHECK((frame[13] == 0) == narrow);
        check_step(x, n, frame, &o);
        CHECK(sucref_vec_decode(out, &got, frame, len, &o, work64) == SUCREF_OK && got == n);
        definition(want, x, n, frame, &o);
        CHECK(memcmp(out, want, n * sizeof out[0]) == 0);
        if (narrow) {
            for (i = 0; i < n; i++) { in[i] = (int16_t)x[i]; }
            CHECK(sucref_vec_encode(other, sizeof other, &again, sucref_int16(in, n), &o, work) == SUCREF_OK &&
                  again == len && memcmp(frame, other, len) == 0);
        }
    }
}

static void there_and_back(const int32_t *x, uint32_t n, const sucref_vec_options *o)
{
    size_t len;
    CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int32(x, n), o, work) == SUCREF_OK &&
          sucref_vec_decode(out, &n, frame, len, o, work64) == SUCREF_OK);
}

/* int32 values: the error law of their own units, and no bias from bringing them down */
static void wide_values(void)
{
    enum { N = 64, TIMES = 4000 };
    int32_t x[N];
    double error = 0, energy = 0, off = 0, sum[N] = { 0 };
    int trial, i;
    sucref_vec_options o = { 5, 6, 0, 256, SUCREF_VEC_D4, 0 };
    for (i = 0; i < N; i++) {
        x[i] = (int32_t)lrint(3e8 * normal() / 3);
        energy += (double)x[i] * x[i];
    }
    for (trial = 0; trial < TIMES; trial++) {
        o.stream = (uint32_t)trial;
        there_and_back(x, N, &o);
        for (i = 0; i < N; i++) {
            const double d = (double)out[i] - x[i];
            error += d * d / TIMES;
            sum[i] += d / TIMES;
        }
    }
    for (i = 0; i < N; i++) { off += sum[i] * sum[i]; }
    CHECK(fabs(error / energy / 0.10833 - 1) < 0.02 && off < 1.3 * error / TIMES);
    /* the roundings themselves: one small value beside a large one, and zeros */
    for (i = 0; i < N; i++) { x[i] = i ? 0 : 3 << 20; sum[i] = 0; }
    x[1] = 5;
    o.flags = SUCREF_VEC_SPARSE | SUCREF_VEC_HALF;
    o.ratio = 40;
    for (trial = 0; trial < TIMES; trial++) {
        o.stream = (uint32_t)trial;
        there_and_back(x, N, &o);
        for (i = 2; i < N; i++) { CHECK(out[i] == 0); }
        sum[0] += (double)(out[0] - x[0]) / TIMES;
    }
    CHECK(fabs(sum[0]) < 0.03 * (3 << 20) / 10);
}

static void targets(void)
{
    /* bits a value in 2^-8 of a Gaussian at steps of 2^((i - 11) / 4): numeric integration, see bench/dithers.h */
    static const uint16_t rates[2][24] = { { 1228, 1165, 1101, 1037, 973, 910, 847, 784, 721, 660, 599, 539,
                                             481,  425,  371,  321,  275, 234, 198, 167, 140, 118, 99,  83 },
                                           { 1164, 1101, 1037, 973, 910, 847, 784, 721, 659, 598, 538, 479,
                                             422,  368,  318,  273,  233, 200, 173, 150, 133, 119, 109, 101 } };
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
    for (d4 = 0; d4 < 2; d4++) { /* at the tabulated rates quarter powers of two, straight between them */
        for (b = 0; b < 1300; b++) {
            int k = 0, want = 2048;
            while (k < 23 && rates[d4][k + 1] > b) { k++; }
            if (k < 23) {
                const int low = (int)floor(256 * pow(2, (k - 11) / 4.0) + 0.5),
                          high = (int)floor(256 * pow(2, (k - 10) / 4.0) + 0.5);
                want = low + (high - low) * (rates[d4][k] - (int)b) / (rates[d4][k] - rates[d4][k + 1]);
            }
            if (b >= rates[d4][0] || want < 40) { want = 40; }
            CHECK(sucref_vec_ratio_for_bits(b, (unsigned)d4) == want);
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
            CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, n), &o, work) == SUCREF_OK);
            for (b = 0; b < len; b++) { hash = (hash ^ frame[b]) * 16777619U; }
        }
        if (hash != want[f]) { printf("  frames of flags %d: 0x%08lX\n", flags[f], (unsigned long)hash); }
        CHECK(hash == want[f]);
    }
}

/* a decoder with a fresh room of 65536 values */
static int decode(const uint8_t *p, size_t len, const sucref_vec_options *o, uint32_t *n)
{
    *n = 65536;
    return sucref_vec_decode(out, n, p, len, o, work64);
}

static void safe_on_any_bytes(void)
{
    sucref_vec_options o = { 1, 2, 3, 560, 0, 0 };
    size_t len, k;
    uint32_t n, i, trial, refused = 0;
    for (i = 0; i < 200; i++) { in[i] = (int16_t)lrint(500 * normal()); }
    for (trial = 0; trial < 3; trial++) {
        o.flags = (uint8_t)(trial == 2 ? 6 : trial);
        CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, 200), &o, work) == SUCREF_OK);
        for (k = 0; k < len; k++) { /* every byte damaged, every cut */
            frame[k] ^= (uint8_t)(1U << rnd_below(8));
            CHECK(decode(frame, len, &o, &n) == SUCREF_E_DATA && decode(frame, k, &o, &n) == SUCREF_E_DATA);
            CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, 200), &o, work) == SUCREF_OK);
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
        p[13] = (uint8_t)rnd_below(19);
        p[15] &= 17;
        p[11] = 0;
        put_le(p + 16, payload, 4);
        bytes_close(p, payload + SUCREF_VEC_OVERHEAD);
        o.fraction_bits = (uint8_t)rnd_below(9);
        status = decode(p, payload + SUCREF_VEC_OVERHEAD, &o, &n);
        CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
        refused += status != SUCREF_OK;
        free(p);
    }
    CHECK(refused > 0 && refused < 20000);
}

/* payloads that no encoder makes are refused: a code beyond the interval, and a rest of more bits than there are */
static void no_encoder(void)
{
    static const uint8_t flags[3] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE };
    static const uint8_t first[3][4] = { { 255, 255, 255, 255 }, { 255, 254, 255, 255 }, { 255, 255, 0, 0 } };
    sucref_vec_options o = { 1, 2, 3, 560, 0, 0 };
    int f, k, bad[3][3];
    for (f = 0; f < 3; f++) {
        for (k = 0; k < 3; k++) {
            size_t len;
            uint32_t n, payload;
            o.flags = flags[f];
            for (n = 0; n < 16; n++) { in[n] = (int16_t)rnd_in(-900, 900); }
            CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, 16), &o, work) == SUCREF_OK);
            payload = 40;
            memset(frame + 20, 255, payload);
            memcpy(frame + 20, first[k], 4);
            if (k == 2) { memset(frame + 24, 0, payload - 4); }
            put_le(frame + 16, payload, 4);
            bytes_close(frame, payload + SUCREF_VEC_OVERHEAD);
            bad[f][k] = decode(frame, payload + SUCREF_VEC_OVERHEAD, &o, &n) == SUCREF_E_DATA;
        }
        CHECK(bad[f][0] && bad[f][2]);
    }
    CHECK(bad[2][1]); /* sixteen ones and more of a magnitude's rest */
}

/* a frame in exactly its bytes, and in every room that is too short; every byte of its head changed, with the CRC made
 * right again; and each number of the head at both sides of its limits */
static void frame_heads(void)
{
    static const uint8_t flags[4] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    static const struct { uint8_t at, bytes; uint32_t value; int fits; } edge[] = {
        { 0, 1, 'U', 0 }, { 8, 4, 0xFFFFFF, 1 }, { 8, 4, 0x1000000, 0 }, { 8, 4, 1, 1 }, { 12, 1, 7, 0 },
        { 12, 1, 8, 1 }, { 12, 1, 19, 1 }, { 12, 1, 20, 0 }, { 13, 1, 17, 1 }, { 13, 1, 18, 0 }, { 13, 1, 255, 0 },
        { 14, 2, 39, 0 }, { 14, 2, 40, 1 }, { 14, 2, 4096, 1 }, { 14, 2, 4097, 0 }, { 1, 1, 3, 0 }, { 1, 1, 4, 0 },
        { 1, 1, 5, 0 }, { 1, 1, 7, 0 }, { 1, 1, 16, 0 }, { 1, 1, 255, 0 }
    };
    int k, at, bit;
    for (k = 0; k < 4; k++) {
        sucref_vec_options o = { 1, 2, 3, 560, 0, 0 };
        uint8_t *whole;
        size_t len, i, room;
        uint32_t n;
        o.flags = flags[k];
        for (i = 0; i < 100; i++) { in[i] = (int16_t)rnd_in(-900, 900); }
        CHECK(sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, 100), &o, work) == SUCREF_OK);
        for (room = 0; room <= len; room++) {
            whole = (uint8_t *)malloc(room + 1);
            whole[room] = 0xA5;
            CHECK(sucref_vec_encode(whole, room, &i, sucref_int16(in, 100), &o, work) ==
                      (room < len ? SUCREF_E_SPACE : SUCREF_OK) &&
                  i == len && whole[room] == 0xA5);
            if (room < len) { free(whole); }
        }
        CHECK(memcmp(whole, frame, len) == 0);
        for (at = 0; at < 20; at++) {
            for (bit = 0; bit < 8; bit++) {
                int status;
                whole[at] ^= (uint8_t)(1 << bit);
                bytes_close(whole, len);
                status = decode(whole, len, &o, &n);
                CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
                if (at == 0 || at >= 16 || (at == 1 && bit >= 3) || (at == 11) || (at == 15 && bit >= 4)) {
                    CHECK(status == SUCREF_E_DATA);
                }
                whole[at] ^= (uint8_t)(1 << bit);
            }
        }
        for (at = 0; at < COUNT(edge); at++) { /* without a payload, which a wrong head may make impossible */
            memcpy(frame, whole, 20);
            put_le(frame + edge[at].at, edge[at].value, edge[at].bytes);
#ifdef SUCREF_PHILOX
            frame[1] |= SUCREF_VEC_PHILOX;
#endif
            put_le(frame + 16, 0, 4);
            bytes_close(frame, SUCREF_VEC_OVERHEAD);
            CHECK(decode(frame, SUCREF_VEC_OVERHEAD, &o, &n) == (edge[at].fits ? SUCREF_OK : SUCREF_E_DATA));
        }
        memcpy(frame, whole, len); /* of the other generator */
        frame[1] ^= SUCREF_VEC_PHILOX;
        bytes_close(frame, len);
        CHECK(decode(frame, len, &o, &n) == SUCREF_E_DATA);
        free(whole);
    }
}

static void frame_errors(void)
{
    sucref_vec_options o = { 1, 2, 3, 560, 0, 0 };
    sucref_values both;
    size_t len;
    uint32_t n;
    int32_t few[10];
    in[0] = 5;
    both.i16 = in; both.i32 = out; both.n = 20;
#define ENCODE(frame, room, len, x, n, o, work) sucref_vec_encode(frame, room, len, sucref_int16(x, n), o, work)
    CHECK(ENCODE(NULL, 9, &len, in, 20, &o, work) == SUCREF_E_ARG &&
          ENCODE(frame, 99, NULL, in, 20, &o, work) == SUCREF_E_ARG);
    CHECK(ENCODE(frame, 99, &len, NULL, 20, &o, work) == SUCREF_E_ARG &&
          sucref_vec_encode(frame, 99, &len, both, &o, work) == SUCREF_E_ARG &&
          ENCODE(frame, 99, &len, in, 20, NULL, work) == SUCREF_E_ARG);
    CHECK(ENCODE(frame, 99, &len, in, 20, &o, NULL) == SUCREF_E_ARG);
    CHECK(ENCODE(frame, sizeof frame, &len, in, 0, &o, work) == SUCREF_E_RANGE &&
          ENCODE(frame, sizeof frame, &len, in, 65537, &o, work) == SUCREF_E_RANGE);
    CHECK(sizeof(size_t) < 8 || ENCODE(frame, sizeof frame, &len, in, (size_t)-1, &o, work) == SUCREF_E_RANGE);
    o.ratio = 39; CHECK(ENCODE(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.ratio = 2049; CHECK(ENCODE(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.ratio = 40;
    o.flags = 3; CHECK(ENCODE(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 4; CHECK(ENCODE(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 8; CHECK(ENCODE(frame, sizeof frame, &len, in, 20, &o, work) == SUCREF_E_RANGE);
    o.flags = 1;
    frame[30] = 0x77;
    CHECK(ENCODE(frame, 10, &len, in, 200, &o, work) == SUCREF_E_SPACE && len > 30);
    CHECK(ENCODE(frame, 30, &len, in, 200, &o, work) == SUCREF_E_SPACE && len > 30 && frame[30] == 0x77);
    CHECK(ENCODE(frame, len + 4, &len, in, 200, &o, work) == SUCREF_OK);
    n = 200;
    CHECK(sucref_vec_decode(NULL, &n, frame, len, &o, work64) == SUCREF_E_ARG &&
          sucref_vec_decode(out, NULL, frame, len, &o, work64) == SUCREF_E_ARG &&
          sucref_vec_decode(out, &n, NULL, len, &o, work64) == SUCREF_E_ARG);
    CHECK(sucref_vec_decode(out, &n, frame, len, NULL, work64) == SUCREF_E_ARG &&
          sucref_vec_decode(out, &n, frame, len, &o, NULL) == SUCREF_E_ARG);
    o.fraction_bits = 9;
    CHECK(sucref_vec_decode(out, &n, frame, len, &o, work64) == SUCREF_E_RANGE && n == 200);
    o.fraction_bits = 0;
    n = 10;
    CHECK(sucref_vec_decode(few, &n, frame, len, &o, work64) == SUCREF_E_SPACE && n == 200);
    n = 199;
    CHECK(sucref_vec_decode(out, &n, frame, len, &o, work64) == SUCREF_E_SPACE && n == 200);
    CHECK(sucref_vec_decode(out, &n, frame, len, &o, work64) == SUCREF_OK && n == 200);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("frames follow their definition", by_definition);
    RUN("frames: int32 values", wide_values);
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
    RUN("frames: payloads that no encoder makes", no_encoder);
    RUN("frames: exact room, damaged heads, limits", frame_heads);
    RUN("frames: errors", frame_errors);
    return test_report("vec");
}
