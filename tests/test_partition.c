/* test_partition.c - digits of numbers, packed planes, the schedule. Small domains are tested whole. */
#include "library.h"
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
                    CHECK(sucref_partition(got, &x, 1, exp, sucref_vector_of(vectors[v], vector_len[v]), mode) ==
                          SUCREF_OK);
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
    CHECK(sucref_partition(d, x, 1024, 0, sucref_vector_of(p, 6), SUCREF_SATURATE) == SUCREF_OK);
    for (n = 1; n <= 5; n++) {
        CHECK(sucref_join(y, d, 1024, sucref_vector_of(p, 6), n) == SUCREF_OK);
        CHECK(y[0] == -(int32_t)((((uint32_t)1 << 31) - 1) >> p[n])); /* the one that saturates */
        for (i = 1; i < 1024; i++) { CHECK(y[i] == x[i] / ((int64_t)1 << p[n])); }
    }
    CHECK(sucref_partition(d, x, 1024, 0, sucref_vector_of(p, 6), SUCREF_WRAP) == SUCREF_OK);
    CHECK(sucref_join(y, d, 1024, sucref_vector_of(p, 6), 5) == SUCREF_OK && y[0] == 0);
    x[0] = 1;
    /* far too large */
    CHECK(sucref_partition(d, x, 1, 40, sucref_vector_of(p, 6), SUCREF_SATURATE) == SUCREF_OK && d[0] == 32767 &&
          d[4] == 1);
    CHECK(sucref_partition(d, x, 1, 40, sucref_vector_of(p, 6), SUCREF_WRAP) == SUCREF_OK && d[0] == 0 && d[4] == 0);
    CHECK(sucref_partition(d, x, 1, -40, sucref_vector_of(p, 6), SUCREF_SATURATE) == SUCREF_OK && d[0] == 0 &&
          d[4] == 0);
    x[0] = 3;
    CHECK(sucref_partition(d, x, 1, 31, sucref_vector_of(p, 6), SUCREF_SATURATE) == SUCREF_OK && d[0] == 32767);
    CHECK(sucref_partition(d, x, 1, 31, sucref_vector_of(p, 6), SUCREF_WRAP) == SUCREF_OK && d[0] == 0);
}

static void partition_refuses(void)
{
    const int8_t good[] = { 3, 0 }, flat[] = { 3, 3 }, up[] = { 0, 3 }, wide[] = { 20, 4 }, deep[] = { 32, 18, 4, 0 },
                 far[] = { 65, 60 }, low[] = { -60, -65 };
    const float nan_value = NAN, inf_value = -INFINITY;
    int32_t x = 1, y[2];
    int16_t d[40];
    CHECK(sucref_partition(NULL, &x, 1, 0, sucref_vector_of(good, 2), 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, NULL, 1, 0, sucref_vector_of(good, 2), 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(NULL, 2), 0) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(good, 2), 2) == SUCREF_E_ARG);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(good, 1), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(good, 33), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(flat, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(up, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(wide, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(deep, 4), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(far, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(low, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 65, sucref_vector_of(good, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, -65, sucref_vector_of(good, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_partition(d, &x, 1, 64, sucref_vector_of(good, 2), 0) == SUCREF_OK);
    { /* the limits themselves are fine */
        const int8_t top[] = { 64, 49 }, bottom[] = { -49, -64 }, step[] = { 15, 0 }, span[] = { 31, 16, 1, 0 };
        int8_t many[33];
        int i;
        for (i = 0; i < 33; i++) { many[i] = (int8_t)(31 - i); }
        CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(top, 2), 0) == SUCREF_OK &&
              sucref_partition(d, &x, 1, 0, sucref_vector_of(bottom, 2), 0) == SUCREF_OK);
        CHECK(sucref_partition(d, &x, 1, -64, sucref_vector_of(step, 2), 0) == SUCREF_OK &&
              sucref_partition(d, &x, 1, 0, sucref_vector_of(span, 4), 0) == SUCREF_OK);
        CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(many, 32), 0) == SUCREF_OK && d[30] == 1 && d[29] == 0);
        CHECK(sucref_partition(d, &x, 1, 0, sucref_vector_of(many, 33), 0) == SUCREF_E_RANGE);
    }
    CHECK(sucref_join(NULL, d, 1, sucref_vector_of(good, 2), 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, NULL, 1, sucref_vector_of(good, 2), 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, d, 1, sucref_vector_of(NULL, 2), 1) == SUCREF_E_ARG);
    CHECK(sucref_join(y, d, 1, sucref_vector_of(good, 2), 0) == SUCREF_E_RANGE);
    CHECK(sucref_join(y, d, 1, sucref_vector_of(good, 2), 2) == SUCREF_E_RANGE);
    CHECK(sucref_join(y, d, 1, sucref_vector_of(up, 2), 1) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &nan_value, 1, good, 2, SUCREF_SATURATE) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, SUCREF_WRAP) == SUCREF_E_RANGE);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, SUCREF_SATURATE) == SUCREF_OK && d[0] == -7);
    CHECK(prepare_partition_float(NULL, &inf_value, 1, good, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, NULL, 1, good, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, NULL, 2, 0) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, good, 2, 7) == SUCREF_E_ARG);
    CHECK(prepare_partition_float(d, &inf_value, 1, up, 2, 0) == SUCREF_E_RANGE);
}

/* a model of one layer, in a buffer aligned as one; returns the plane's bytes, *len: how many */
static const uint8_t *plane_of(const int8_t *w, uint32_t rows, uint32_t cols, unsigned first, unsigned second,
                               unsigned plane, uint32_t *len)
{
    static uint32_t file[2048];
    static const int32_t bias[64] = { 0 }, multiplier = 1 << 30;
    static const int8_t exponent = 0;
    static const uint8_t shift[64] = { 0 }, bits = 8;
    sucref_layer_spec l;
    sucref_model_spec spec;
    sucref_model m;
    sucref_group g;
    uint32_t bytes;
    memset(&l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    l.n_in = cols; l.n_out = rows; l.w = w; l.bias = bias; l.multiplier = &multiplier; l.exponent = &exponent;
    l.row_shift = shift; l.plan[0] = (uint8_t)first; l.plan[1] = (uint8_t)second; l.n_planes = second ? 2 : 1;
    l.hi = 255;
    spec.layers = &l; spec.n_layers = spec.n_stops = 1; spec.in_bits = spec.bits = &bits;
    bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(bytes != 0 && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_group(&g, &m, 0);
    *len = m.bytes[g.plane_offset[plane] - 8] + 256U * m.bytes[g.plane_offset[plane] - 7];
    return m.bytes + g.plane_offset[plane];
}

/* METHOD 4's picture of a word, written out by hand */
static void planes_have_the_documented_layout(void)
{
    int8_t w[16 * 2];
    uint32_t len, i;
    const uint8_t *p;
    /* v = 8 row + 4 col, but 1 at first */
    for (i = 0; i < 32; i++) { w[i] = (int8_t)((int)(i / 2) * 8 + (int)(i % 2) * 4 - 128 + (i == 0)); }
    p = plane_of(w, 8, 2, 8, 0, 0, &len);
    CHECK(len == 16);
    for (i = 0; i < 16; i++) { CHECK(p[i] == (i == 0 ? 1 : i % 8 * 8 + i / 8 * 4)); } /* column by column, row by row */
    for (i = 0; i < 32; i++) { w[i] = (int8_t)((int)(i / 2) * 16 - 128 + (i < 2)); }  /* high digit = row */
    p = plane_of(w, 8, 2, 4, 4, 0, &len);
    CHECK(len == 8 && p[0] == 0x10 && p[1] == 0x32 && p[2] == 0x54 && p[3] == 0x76 && p[4] == 0x10);
    p = plane_of(w, 16, 2, 1, 7, 0, &len);
    CHECK(len == 4 && p[0] == 0x00 && p[1] == 0x00 && p[2] == 0xFF && p[3] == 0xFF); /* rows 8..15 are the upper half */
    p = plane_of(w, 4, 2, 4, 4, 0, &len);
    CHECK(len == 4 && p[0] == 0x10 && p[1] == 0x10 && p[2] == 0x32 && p[3] == 0x32); /* two columns a word */
    p = plane_of(w, 3, 2, 4, 4, 0, &len);
    CHECK(len == 4 && p[2] == 0x82 && p[3] == 0x82); /* a missing row holds 128 */
}

/* slots of 1, 2, 4 and 8 bits; blocks of 16 or 8 rows, then of 8 and 4; words of several columns are filled up */
static void planes_take_the_documented_bytes(void)
{
    static const int8_t w[63 * 5];
    uint32_t rows, cols, len;
    unsigned bits;
    for (rows = 1; rows <= 63; rows++) {
        for (cols = 1; cols <= 5; cols++) {
            for (bits = 1; bits <= 8; bits++) {
                const uint32_t slot = bits <= 2 ? bits : bits <= 4 ? 4 : 8, padded = (rows + 3) / 4 * 4;
                uint32_t want = 0, left = padded, block;
                for (block = slot == 8 ? 8 : 16; block >= 4; block /= 2) {
                    for (; left >= block; left -= block) { want += (block * slot * cols + 31) / 32 * 4; }
                }
                (void)plane_of(w, rows, cols, bits, 8 - bits, 0, &len);
                CHECK(len == want);
            }
        }
    }
}

static void schedule_is_by_significance(void)
{
    const int8_t p[] = { 8, 4, 0 }, q[] = { 4, 3, 1, -2 };
    sucref_product g[64];
    int k, n, i;
    n = sucref_schedule(g, 64, sucref_vector_of(p, 3), sucref_vector_of(p, 3));
    CHECK(n == 4 && g[0].i == 1 && g[0].j == 1 && g[1].i == 1 && g[1].j == 2 && g[2].i == 2 && g[2].j == 1 &&
          g[3].i == 2 && g[3].j == 2);
    n = sucref_schedule(g, 6, sucref_vector_of(p, 3), sucref_vector_of(q, 4));
    CHECK(n == 6);
    for (k = 0; k < n; k++) {
        for (i = 0; i < k; i++) {
            const int before = p[g[i].i] + q[g[i].j], now = p[g[k].i] + q[g[k].j];
            CHECK(before > now || (before == now && g[i].i < g[k].i));
        }
    }
    CHECK(sucref_schedule(g, 5, sucref_vector_of(p, 3), sucref_vector_of(q, 4)) == SUCREF_E_SPACE);
    CHECK(sucref_schedule(NULL, 5, sucref_vector_of(p, 3), sucref_vector_of(q, 4)) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, sucref_vector_of(NULL, 3), sucref_vector_of(q, 4)) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, sucref_vector_of(p, 3), sucref_vector_of(NULL, 4)) == SUCREF_E_ARG);
    CHECK(sucref_schedule(g, 64, sucref_vector_of(p, 1), sucref_vector_of(q, 4)) == SUCREF_E_RANGE);
    CHECK(sucref_schedule(g, 64, sucref_vector_of(p, 3), sucref_vector_of(q, 1)) == SUCREF_E_RANGE);
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
    RUN("planes have the documented layout", planes_have_the_documented_layout);
    RUN("planes take the documented bytes", planes_take_the_documented_bytes);
    RUN("the schedule goes by significance, ties by smaller i", schedule_is_by_significance);
    RUN("every status has a text", status_has_text);
    return test_report("partition");
}
