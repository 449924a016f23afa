/* test_partition.c - digits of numbers, packed planes, the schedule. Small domains are tested whole. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "../sucref.h"
#include "../examples/tool/prepare.h"
#include <math.h>

/* Algorithm 1 read literally: a real number's magnitude over 2^P0, its fraction cut digit by digit */
static void algorithm_1(int16_t *digit, double x, const int8_t *p, size_t p_len, int saturate)
{
    double a = fabs(x) / pow(2, p[0]);
    size_t i;
    if (saturate && a >= 1) { a = 1 - pow(2, p[p_len - 1] - p[0]); }
    a -= floor(a);
    for (i = 1; i < p_len; i++) {
        a *= pow(2, p[i - 1] - p[i]);
        digit[i - 1] = (int16_t)((x < 0 ? -1 : 1) * (int)floor(a));
        a -= floor(a);
    }
}

static const int8_t vectors[][6] = { { 3, 0, -2 },      { 0, -1, -2, -3, -4 }, { 8, 4, 0 },
                                     { 8, 6, 4, 2, 0 }, { 8, 5, 2, 0 },        { 1, 0 },
                                     { 4, -4 },         { 7, 6, 0, -1 } };
static const size_t vector_len[] = { 3, 5, 3, 5, 4, 2, 2, 4 };

static void digits_are_those_of_algorithm_1(void)
{
    unsigned v;
    int32_t x;
    int exp, mode;
    for (v = 0; v < 8; v++) {
        for (exp = -6; exp <= 3; exp++) {
            for (x = -600; x <= 600; x++) {
                for (mode = 0; mode < 2; mode++) {
                    int16_t want[8], got[8];
                    const float real = ldexpf((float)x, exp);
                    algorithm_1(want, real, vectors[v], vector_len[v], mode == SUCREF_SATURATE);
                    CHECK(sucref_partition(got, &x, 1, exp, vectors[v], vector_len[v], mode) == SUCREF_OK);
                    CHECK(memcmp(want, got, (vector_len[v] - 1) * 2) == 0);
                    CHECK(prepare_partition_float(got, &real, 1, vectors[v], vector_len[v], mode) == SUCREF_OK);
                    CHECK(memcmp(want, got, (vector_len[v] - 1) * 2) == 0);
                }
            }
        }
    }
}

static void join_undoes_partition(void)
{
    static int32_t x[1024], y[1024];
    static int16_t d[5 * 1024];
    const int8_t p[] = { 31, 16, 9, 8, 1, 0 };
    size_t i, n;
    for (i = 0; i < 1024; i++) { x[i] = (int32_t)(rnd() & 0x7FFFFFFF) * (rnd_below(2) ? 1 : -1); }
    x[0] = INT32_MIN; x[1] = INT32_MAX; x[2] = -INT32_MAX; x[3] = 0;
    CHECK(sucref_partition(d, x, 1024, 0, p, 6, SUCREF_SATURATE) == SUCREF_OK);
    for (n = 1; n <= 5; n++) {
        CHECK(sucref_join(y, d, 1024, p, 6, n) == SUCREF_OK);
        CHECK(y[0] == -(int32_t)((((uint32_t)1 << 31) - 1) >> p[n])); /* the one that saturates */
        for (i = 1; i < 1024; i++) { CHECK(y[i] == x[i] / ((int64_t)1 << p[n])); }
    }
    CHECK(sucref_partition(d, x, 1024, 0, p, 6, SUCREF_WRAP) == SUCREF_OK);
    CHECK(sucref_join(y, d, 1024, p, 6, 5) == SUCREF_OK && y[0] == 0);
    x[0] = 1;
    /* far too large */
    CHECK(sucref_partition(d, x, 1, 40, p, 6, SUCREF_SATURATE) == SUCREF_OK && d[0] == 32767 && d[4] == 1);
    CHECK(sucref_partition(d, x, 1, 40, p, 6, SUCREF_WRAP) == SUCREF_OK && d[0] == 0 && d[4] == 0);
    CHECK(sucref_partition(d, x, 1, -40, p, 6, SUCREF_SATURATE) == SUCREF_OK && d[0] == 0 && d[4] == 0);
    x[0] = 3;
    CHECK(sucref_partition(d, x, 1, 31, p, 6, SUCREF_SATURATE) == SUCREF_OK && d[0] == 32767);
    CHECK(sucref_partition(d, x, 1, 31, p, 6, SUCREF_WRAP) == SUCREF_OK && d[0] == 0);
}

static void partition_refuses(void)
{
    const int8_t good[] = { 3, 0 }, flat[] = { 3, 3 }, up[] = { 0, 3 }, wide[] = { 20, 4 }, deep[] = { 32, 18, 4, 0 },
                 far[] = { 65, 60 }, low[] = { -60, -65 };
    const float nan_value = NAN, inf_value = -INFINITY;
    int32_t x = 1, y[2];
    int16_t d[40];
    CHECK(sucref_partition(NULL, &x, 1, 0, good, 2, 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, NULL, 1, 0, good, 2, 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, NULL, 2, 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, good, 2, 2) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, good, 1, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, good, 33, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, flat, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, up, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, wide, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, deep, 4, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, far, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, low, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 65, good, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, -65, good, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 64, good, 2, 0) == SUCREF_OK);
    { /* the limits themselves are fine */
        const int8_t top[] = { 64, 49 }, bottom[] = { -49, -64 }, step[] = { 15, 0 }, span[] = { 31, 16, 1, 0 };
        int8_t many[33];
        int i;
        for (i = 0; i < 33; i++) { many[i] = (int8_t)(31 - i); }
        CHECK(sucref_partition(d, &x, 1, 0, top, 2, 0) == SUCREF_OK &&
              sucref_partition(d, &x, 1, 0, bottom, 2, 0) == SUCREF_OK);
        CHECK(sucref_partition(d, &x, 1, -64, step, 2, 0) == SUCREF_OK &&
              sucref_partition(d, &x, 1, 0, span, 4, 0) == SUCREF_OK);
        CHECK(sucref_partition(d, &x, 1, 0, many, 32, 0) == SUCREF_OK && d[30] == 1 && d[29] == 0);
        CHECK(sucref_partition(d, &x, 1, 0, many, 33, 0) == SUCREF_E_RANGE);
    }
    CHECK(sucref_join(NULL, d, 1, good, 2, 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, NULL, 1, good, 2, 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, d, 1, NULL, 2, 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, d, 1, good, 2, 0) == SUCREF_E_RANGE);
    CHECK(sucref_join(y, d, 1, good, 2, 2) == SUCREF_E_RANGE);
    CHECK(sucref_join(y, d, 1, up, 2, 1) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &nan_value, 1, good, 2, SUCREF_SATURATE) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, SUCREF_WRAP) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, SUCREF_SATURATE) == SUCREF_OK && d[0] == -7);
    CHECK(prepare_partition_float(NULL, &inf_value, 1, good, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, NULL, 1, good, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, NULL, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, 7) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, up, 2, 0) == SUCREF_E_RANGE);
}

static void planes_hold_their_digits(void)
{
    unsigned bits, low;
    int n;
    for (n = 0; n < 400; n++) {
        const uint32_t rows = 1 + rnd_below(n % 4 ? 40 : 19), cols = 1 + rnd_below(70);
        int8_t *w = (int8_t *)malloc(rows * cols);
        uint8_t *shift = (uint8_t *)malloc(rows), *plane;
        uint32_t r, c, bytes;
        bits = 1 + rnd_below(8);
        low = rnd_below(9 - bits);
        for (r = 0; r < rows * cols; r++) { w[r] = (int8_t)rnd_in(-127, 127); }
        for (r = 0; r < rows; r++) { shift[r] = (uint8_t)rnd_below(8); }
        bytes = sucref_plane_bytes(rows, cols, bits);
        CHECK(bytes == SUCREF_PLANE_BYTES(rows, cols, bits) && bytes % 4 == 0);
        CHECK(bytes * 8 >= (rows + 3) / 4 * 4 * cols * sucref_slot_bits(bits) &&
              bytes * 8 < (rows + 3) / 4 * 4 * cols * sucref_slot_bits(bits) + 96);
        plane = (uint8_t *)malloc(bytes);
        CHECK(sucref_plane_pack(plane, bytes - 1, w, shift, rows, cols, low, bits) == SUCREF_E_SPACE);
        CHECK(sucref_plane_pack(plane, bytes, w, n % 3 ? shift : NULL, rows, cols, low, bits) == SUCREF_OK);
        for (r = 0; r < rows; r++) {
            for (c = 0; c < cols; c++) {
                int v = w[r * cols + c] * (n % 3 ? 1 << shift[r] : 1);
                v = (v > 127 ? 127 : v < -128 ? -128 : v) + 128;
                CHECK(sucref_plane_digit(plane, rows, cols, bits, r, c) == (((unsigned)v >> low) & ((1U << bits) - 1)));
            }
        }
        w[rows * cols - 1] = -128;
        CHECK(sucref_plane_pack(plane, bytes, w, shift, rows, cols, low, bits) == SUCREF_E_RANGE);
        w[rows * cols - 1] = 0;
        shift[rows - 1] = 8;
        CHECK(sucref_plane_pack(plane, bytes, w, shift, rows, cols, low, bits) == SUCREF_E_RANGE);
        free(w); free(shift); free(plane);
    }
}

/* METHOD 4's picture of a word, written out by hand */
static void planes_have_the_documented_layout(void)
{
    int8_t w[16 * 2];
    uint8_t p[64];
    unsigned i;
    /* v = 8 row + 4 col, but 1 at first */
    for (i = 0; i < 32; i++) { w[i] = (int8_t)((i / 2) * 8 + (i % 2) * 4 - 128 + (i == 0)); }
    CHECK(sucref_plane_bytes(8, 2, 8) == 16 && sucref_plane_pack(p, 16, w, NULL, 8, 2, 0, 8) == SUCREF_OK);
    for (i = 0; i < 16; i++) { CHECK(p[i] == (i == 0 ? 1 : i % 8 * 8 + i / 8 * 4)); } /* column by column, row by row */
    for (i = 0; i < 32; i++) { w[i] = (int8_t)((i / 2) * 16 - 128 + (i < 2)); }      /* high digit = row */
    CHECK(sucref_plane_bytes(8, 2, 4) == 8 && sucref_plane_pack(p, 8, w, NULL, 8, 2, 4, 4) == SUCREF_OK);
    CHECK(p[0] == 0x10 && p[1] == 0x32 && p[2] == 0x54 && p[3] == 0x76 && p[4] == 0x10);
    CHECK(sucref_plane_bytes(16, 2, 1) == 4 && sucref_plane_pack(p, 4, w, NULL, 16, 2, 7, 1) == SUCREF_OK);
    CHECK(p[0] == 0x00 && p[1] == 0x00 && p[2] == 0xFF && p[3] == 0xFF); /* rows 8..15 are the upper half */
    CHECK(sucref_plane_bytes(4, 2, 4) == 4 && sucref_plane_pack(p, 4, w, NULL, 4, 2, 4, 4) == SUCREF_OK);
    CHECK(p[0] == 0x10 && p[1] == 0x10 && p[2] == 0x32 && p[3] == 0x32); /* two columns a word */
}

static void sizes_and_shifts(void)
{
    int8_t row[3] = { 0, 0, 0 };
    unsigned b, s, max;
    CHECK(sucref_slot_bits(0) == 0 && sucref_slot_bits(9) == 0);
    for (b = 1; b <= 8; b++) {
        CHECK(sucref_slot_bits(b) == (b <= 1   ? 1
                                      : b <= 2 ? 2
                                      : b <= 4 ? 4
                                               : 8) &&
              SUCREF_SLOT_BITS(b) == sucref_slot_bits(b));
    }
    CHECK(sucref_plane_bytes(1, 1, 8) == 4 && sucref_plane_bytes(1, 65535, 1) == 32768 &&
          sucref_plane_bytes(65535, 2, 1) == 16384);
    CHECK(sucref_plane_bytes(0, 1, 8) == 0 && sucref_plane_bytes(1, 0, 8) == 0 && sucref_plane_bytes(65536, 1, 8) == 0);
    CHECK(sucref_plane_bytes(1, 65536, 8) == 0 && sucref_plane_bytes(1, 1, 0) == 0 && sucref_plane_bytes(1, 1, 9) == 0);
    CHECK(sucref_plane_bytes(65535, 65535, 8) == 0 && sucref_plane_bytes(65535, 65535, 4) != 0 &&
          sucref_plane_bytes(65535, 1, 8) == 65536);
    CHECK(sucref_plane_pack(NULL, 99, row, NULL, 1, 3, 0, 8) == SUCREF_E_ARG);
    CHECK(sucref_plane_pack((uint8_t *)row, 99, NULL, NULL, 1, 3, 0, 8) == SUCREF_E_ARG);
    CHECK(sucref_plane_pack((uint8_t *)row, 99, row, NULL, 1, 3, 1, 8) == SUCREF_E_RANGE);
    CHECK(sucref_plane_pack((uint8_t *)row, 99, row, NULL, 1, 3, 8, 1) == SUCREF_E_RANGE);
    CHECK(sucref_plane_pack((uint8_t *)row, 99, row, NULL, 0, 3, 0, 8) == SUCREF_E_RANGE);
    CHECK(sucref_row_shift(row, 3) == 0);
    for (max = 1; max <= 127; max++) {
        row[1] = (int8_t)(max % 2 ? (int)max : -(int)max);
        for (s = 0; s < 7 && (max << (s + 1)) <= 127; s++) { }
        CHECK(sucref_row_shift(row, 3) == s);
    }
}

static void schedule_is_by_significance(void)
{
    const int8_t p[] = { 8, 4, 0 }, q[] = { 4, 3, 1, -2 };
    sucref_product g[64];
    uint32_t total, sum = 0;
    int k, n, i;
    n = sucref_schedule(g, 64, p, 3, p, 3);
    CHECK(n == 4 && g[0].i == 1 && g[0].j == 1 && g[1].i == 1 && g[1].j == 2 && g[2].i == 2 && g[2].j == 1 &&
          g[3].i == 2 && g[3].j == 2);
    n = sucref_schedule(g, 6, p, 3, q, 4);
    CHECK(n == 6);
    for (k = 0; k < n; k++) {
        sum += sucref_schedule_share(&total, p, 3, q, 4, g[k]);
        for (i = 0; i < k; i++) {
            const int before = p[g[i].i] + q[g[i].j], now = p[g[k].i] + q[g[k].j];
            CHECK(before > now || (before == now && g[i].i < g[k].i));
        }
    }
    CHECK(sum == total && total == 8 * 6); /* Theorem 2: the shares sum to the one-shot cost */
    CHECK(sucref_schedule(g, 5, p, 3, q, 4) == SUCREF_E_SPACE);
    CHECK(sucref_schedule(NULL, 5, p, 3, q, 4) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, NULL, 3, q, 4) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, p, 3, NULL, 4) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, p, 1, q, 4) == SUCREF_E_RANGE);
    CHECK(sucref_schedule(g, 64, p, 3, q, 1) == SUCREF_E_RANGE);
    g[0].i = 0; g[0].j = 1;
    CHECK(sucref_schedule_share(&total, p, 3, q, 4, g[0]) == 0);
    g[0].i = 3;
    CHECK(sucref_schedule_share(&total, p, 3, q, 4, g[0]) == 0);
    g[0].i = 1; g[0].j = 0;
    CHECK(sucref_schedule_share(&total, p, 3, q, 4, g[0]) == 0);
    g[0].j = 4;
    CHECK(sucref_schedule_share(&total, p, 3, q, 4, g[0]) == 0);
}

static void status_has_text(void)
{
    int s;
    for (s = -5; s <= 4; s++) { CHECK(strcmp(sucref_status_text(s), "unknown status") != 0); }
    CHECK(strcmp(sucref_status_text(-6), "unknown status") == 0 &&
          strcmp(sucref_status_text(5), "unknown status") == 0);
    CHECK(strcmp(sucref_status_text(0), "ok") == 0);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("digits are those of Algorithm 1", digits_are_those_of_algorithm_1);
    RUN("join undoes partition", join_undoes_partition);
    RUN("partition refuses what it cannot do", partition_refuses);
    RUN("planes hold their digits", planes_hold_their_digits);
    RUN("planes have the documented layout", planes_have_the_documented_layout);
    RUN("sizes and shifts", sizes_and_shifts);
    RUN("the schedule goes by significance, ties by smaller i", schedule_is_by_significance);
    RUN("every status has a text", status_has_text);
    return test_report("partition");
}
