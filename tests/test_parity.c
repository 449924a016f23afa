/* parity: the tables are codes (every square minor), every loss pattern is exact, plane by plane too, faults are
 * noticed and located. */
#include "test.h"
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "../sucref.h"

enum { MOST = SUCREF_MAX_SHARDS + SUCREF_MAX_PARITY, LEN = 6 };
#ifndef FAULTS
#define FAULTS 1000000
#endif

static int64_t determinant(int k, int64_t a[4][4])
{
    int64_t sum = 0;
    int j, x, y;
    if (k == 1) { return a[0][0]; }
    for (j = 0; j < k; j++) {
        int64_t b[4][4];
        for (x = 1; x < k; x++) { for (y = 0; y < k; y++) { if (y != j) { b[x - 1][y - (y > j)] = a[x][y]; } } }
        sum += (j % 2 ? -1 : 1) * a[0][j] * determinant(k - 1, b);
    }
    return sum;
}

/* all square minors of both tables: other than 0 */
static void every_minor(void)
{
    static const unsigned ns[2] = { 8, 16 }, rs[2] = { 4, 3 };
    int t, minors = 0;
    for (t = 0; t < 2; t++) {
        uint32_t rows, cols;
        for (rows = 1; rows < 1U << rs[t]; rows++) {
            for (cols = 1; cols < 1U << ns[t]; cols++) {
                int64_t a[4][4];
                unsigned i, j, k = 0, m = 0;
                for (i = 0; i < rs[t]; i++) { k += rows >> i & 1U; }
                for (j = 0; j < ns[t]; j++) { m += cols >> j & 1U; }
                if (k != m) { continue; }
                for (i = 0, k = 0; i < rs[t]; i++) {
                    if (!(rows >> i & 1U)) { continue; }
                    for (j = 0, m = 0; j < ns[t]; j++) {
                        if (cols >> j & 1U) { a[k][m++] = sucref_parity_coefficient(ns[t], rs[t], i, j); }
                    }
                    k++;
                }
                CHECK(determinant((int)k, a) != 0);
                minors++;
            }
        }
        for (cols = 1; cols <= ns[t]; cols++) {
            for (rows = 1; rows <= rs[t]; rows++) {
                CHECK(cols > 8 || sucref_parity_coefficient(cols, rows, 0, cols - 1) == 1);
            }
        }
    }
    CHECK(minors == 494 + 16 * 3 + 120 * 3 + 560);
    CHECK(sucref_parity_coefficient(0, 1, 0, 0) == 0 && sucref_parity_coefficient(17, 1, 0, 0) == 0 &&
          sucref_parity_coefficient(8, 5, 0, 0) == 0 && sucref_parity_coefficient(9, 4, 0, 0) == 0);
    CHECK(sucref_parity_coefficient(4, 2, 2, 0) == 0 && sucref_parity_coefficient(4, 2, 0, 4) == 0);
}

static int32_t values[MOST][LEN];
static const int32_t *shard[MOST];

/* random outputs below the limit, and honest parities of them */
static void make(unsigned n, unsigned r, uint32_t limit)
{
    unsigned i, k;
    for (i = 0; i < n + r; i++) { shard[i] = values[i]; }
    for (i = 0; i < n; i++) {
        for (k = 0; k < LEN; k++) {
            values[i][k] = k == 0   ? (int32_t)(limit - 1)
                           : k == 1 ? -(int32_t)(limit - 1)
                                    : (int32_t)(rnd() % (2 * limit - 1)) - (int32_t)(limit - 1);
        }
    }
    for (i = 0; i < r; i++) { CHECK(sucref_parity_outputs(values[n + i], shard, LEN, n, r, i) == SUCREF_OK); }
}

/* every pattern of at most r losses of n + r shards; exact up to the limit that the header states */
static void every_loss(void)
{
    unsigned n, r, patterns = 0, worst8 = 0, worst16 = 0;
    for (n = 1; n <= 16; n++) {
        for (r = 1; r <= (n <= 8 ? 4U : 3U); r++) {
            const uint32_t limit = n <= 8 ? 1U << 27 : 1U << 26;
            uint32_t lost;
            make(n, r, limit);
            for (lost = 0; lost < 1U << (n + r); lost++) {
                sucref_recovery p;
                unsigned i, k, count = 0, data = 0;
                const int32_t *seen[MOST];
                for (i = 0; i < n + r; i++) { count += lost >> i & 1U; seen[i] = lost >> i & 1U ? NULL : shard[i]; }
                for (i = 0; i < n; i++) { data += lost >> i & 1U; }
                if (count > r) { /* too many, unless enough parities are left for the data that are missing */
                    if (count == r + 1U) {
                        CHECK(sucref_recovery_plan(&p, n, r, ~lost, limit) ==
                              (data <= r - (count - data) && count - data <= r ? SUCREF_OK : SUCREF_E_STATE));
                    }
                    continue;
                }
                patterns++;
                CHECK(sucref_recovery_plan(&p, n, r, ~lost, limit) == SUCREF_OK && p.n_lost == data);
                if (n <= 8 && p.shift > worst8) { worst8 = p.shift; }
                if (n > 8 && p.shift > worst16) { worst16 = p.shift; }
                for (i = 0; i < p.n_lost; i++) {
                    int32_t out[LEN];
                    CHECK(sucref_recover(out, &p, i, seen, LEN) == SUCREF_OK);
                    for (k = 0; k < LEN; k++) { CHECK(out[k] == values[p.lost[i]][k]); }
                }
                if (p.shift > 0) {
                    CHECK(sucref_recovery_plan(&p, n, r, ~lost, (0x80000000U >> p.shift) + 1U) == SUCREF_E_RANGE);
                }
            }
        }
    }
    printf("  %u loss patterns, at most %u and %u factors of two\n", patterns, worst8, worst16);
    CHECK(worst8 == 4 && worst16 == 5);
}

/* rows of weights: a parity device's own products are the parity of the others', for weights and for digits */
static void rows_and_planes(void)
{
    static const int plans[3][5] = { { 4, 4, 0 }, { 2, 2, 2, 2, 0 }, { 3, 3, 2, 0 } };
    enum { N = 5, R = 2, IN = 40, ROWS = LEN };
    int trial, plan, i, j, k, c;
    for (trial = 0; trial < 60; trial++) {
        int8_t w[N][ROWS * IN];
        const int8_t *pw[N];
        uint8_t x[IN];
        for (i = 0; i < N; i++) {
            pw[i] = w[i];
            for (k = 0; k < ROWS * IN; k++) { w[i][k] = (int8_t)rnd_in(-127, 127); }
        }
        for (c = 0; c < IN; c++) { x[c] = (uint8_t)rnd(); }
        make(N, R, 1);
        for (i = 0; i < N; i++) {
            for (k = 0; k < ROWS; k++) {
                for (c = 0, values[i][k] = 0; c < IN; c++) { values[i][k] += w[i][k * IN + c] * x[c]; }
            }
        }
        for (j = 0; j < R; j++) {
            int16_t parity[ROWS * IN];
            int32_t want[ROWS];
            CHECK(sucref_parity_rows(parity, pw, ROWS * IN, N, R, (unsigned)j) == SUCREF_OK &&
                  sucref_parity_outputs(want, shard, ROWS, N, R, (unsigned)j) == SUCREF_OK);
            for (k = 0; k < ROWS; k++) {
                int32_t sum = 0;
                for (c = 0; c < IN; c++) { sum += parity[k * IN + c] * x[c]; }
                CHECK(sum == want[k]);
            }
        }
        for (plan = 0; plan < 3; plan++) { /* each plane loses other shards; every stop is the uncoded one */
            int32_t acc[N][ROWS] = { { 0 } }, found[N][ROWS] = { { 0 } };
            int left = 8, t;
            for (t = 0; plans[plan][t] != 0; t++) {
                const int width = plans[plan][t];
                uint8_t digits[N][ROWS * IN];
                const uint8_t *pd[N];
                int32_t plane[MOST][LEN], row[ROWS * IN];
                const int32_t *seen[MOST];
                sucref_recovery p;
                uint32_t lost = 0, n_lost = 0;
                left -= width;
                for (i = 0; i < N; i++) {
                    pd[i] = digits[i];
                    for (k = 0; k < ROWS * IN; k++) {
                        digits[i][k] = (uint8_t)(((w[i][k] + 128) >> left) & ((1 << width) - 1));
                    }
                    for (k = 0; k < ROWS; k++) {
                        for (c = 0, plane[i][k] = 0; c < IN; c++) { plane[i][k] += digits[i][k * IN + c] * x[c]; }
                    }
                }
                for (j = 0; j < R; j++) {
                    CHECK(sucref_parity_digits(row, pd, ROWS * IN, N, R, (unsigned)j) == SUCREF_OK);
                    for (k = 0; k < ROWS; k++) {
                        for (c = 0, plane[N + j][k] = 0; c < IN; c++) { plane[N + j][k] += row[k * IN + c] * x[c]; }
                    }
                }
                while (n_lost < R) {
                    const uint32_t bit = 1U << rnd_below(N + R);
                    n_lost += !(lost & bit);
                    lost |= bit;
                }
                for (i = 0; i < N + R; i++) { seen[i] = lost >> i & 1U ? NULL : plane[i]; }
                CHECK(sucref_recovery_plan(&p, N, R, ~lost, 1 << 24) == SUCREF_OK);
                for (i = 0; i < N; i++) {
                    for (j = 0; j < p.n_lost; j++) {
                        if (p.lost[j] == i) {
                            int32_t out[LEN];
                            CHECK(sucref_recover(out, &p, (unsigned)j, seen, ROWS) == SUCREF_OK);
                            for (k = 0; k < ROWS; k++) { found[i][k] = found[i][k] * (1 << width) + out[k]; }
                        }
                    }
                    if (!(lost >> i & 1U)) {
                        for (k = 0; k < ROWS; k++) { found[i][k] = found[i][k] * (1 << width) + plane[i][k]; }
                    }
                    for (k = 0; k < ROWS; k++) {
                        acc[i][k] = acc[i][k] * (1 << width) + plane[i][k];
                        CHECK(found[i][k] == acc[i][k]);
                    }
                }
            }
            for (i = 0; i < N; i++) {
                for (k = 0; k < ROWS; k++) {
                    int32_t sum = 0;
                    for (c = 0; c < IN; c++) { sum += x[c]; }
                    CHECK(acc[i][k] - 128 * sum == values[i][k]);
                }
            }
        }
    }
}

/* single faults and bit flips at random: always noticed; with two parities located, or said to be ambiguous,
 * never the wrong shard */
static void faults(void)
{
    long noticed[5] = { 0 }, located[5] = { 0 }, asked[5] = { 0 }, silent = 0, k;
    for (k = 0; k < FAULTS; k++) {
        const unsigned n = 1 + rnd_below(8), r = 1 + rnd_below(4);
        const uint32_t all = (1U << (n + r)) - 1U, limit = 1U << 24;
        unsigned at;
        uint32_t wrong = 0, error;
        size_t out = rnd_below(LEN);
        int status;
        make(n, r, limit);
        at = rnd_below(n + r);
        error = rnd_below(2) ? 1U << rnd_below(32) : rnd() | 1U;
        values[at][out] = (int32_t)((uint32_t)values[at][out] ^ error);
        asked[r]++;
        noticed[r] += sucref_parity_check(shard, LEN, n, r, all, limit) == SUCREF_E_DATA;
        status = sucref_parity_locate(&wrong, shard, LEN, n, r, all, limit);
        if (status == SUCREF_OK) { located[r]++; if (wrong != 1U << at) { silent++; } }
    }
    printf("  %ld faults: with 2 parities %.2f %% located, %ld wrongly\n", k,
           100.0 * (double)located[2] / (double)asked[2], silent);
    for (k = 1; k <= 4; k++) { CHECK(noticed[k] == asked[k]); }
    CHECK(silent == 0 && located[1] == 0 && (double)located[2] >= 0.99 * (double)asked[2] &&
          located[3] >= 0.99 * (double)asked[3] && located[4] >= 0.99 * (double)asked[4]);
}

/* two wrong shards: noticed with two parities, located with four */
static void double_faults(void)
{
    int k, located = 0;
    for (k = 0; k < 3000; k++) {
        const unsigned n = 2 + rnd_below(7), r = 2 + 2 * rnd_below(2), a = rnd_below(n + r), b = rnd_below(n + r);
        const uint32_t all = (1U << (n + r)) - 1U;
        uint32_t wrong;
        int status;
        if (a == b) { continue; }
        make(n, r, 1 << 24);
        values[a][2] ^= (int32_t)(1 + rnd_below(1 << 22));
        values[b][2] ^= (int32_t)(1 + rnd_below(1 << 22));
        CHECK(sucref_parity_check(shard, LEN, n, r, all, 1 << 24) == SUCREF_E_DATA);
        if (r < 4) { continue; }
        status = sucref_parity_locate(&wrong, shard, LEN, n, r, all, 1 << 24);
        CHECK(status == SUCREF_E_DATA || wrong == (1U << a | 1U << b));
        located += status == SUCREF_OK;
    }
    CHECK(located > 1000);
}

static void checksums(void)
{
    static int8_t w[256 * 30];
    static int16_t row[30];
    static int32_t y[256];
    int k, c, t;
    for (t = 0; t < 50; t++) {
        const int rows = t == 0 ? 256 : 1 + (int)rnd_below(256);
        int32_t sum = 0;
        uint8_t x[30];
        for (k = 0; k < rows * 30; k++) { w[k] = (int8_t)(t == 0 ? -128 : rnd_in(-127, 127)); }
        for (c = 0; c < 30; c++) { x[c] = (uint8_t)rnd(); }
        sucref_checksum_row(row, w, (size_t)rows, 30);
        for (k = 0; k < rows; k++) { for (c = 0, y[k] = 0; c < 30; c++) { y[k] += w[k * 30 + c] * x[c]; } }
        for (c = 0; c < 30; c++) { sum += row[c] * x[c]; }
        CHECK(sucref_checksum_agrees(y, (size_t)rows, sum));
        y[rnd_below((uint32_t)rows)] ^= (int32_t)(1U << rnd_below(31));
        CHECK(!sucref_checksum_agrees(y, (size_t)rows, sum));
    }
}

static void errors(void)
{
    sucref_recovery p;
    int32_t out[LEN];
    int16_t row[1];
    uint32_t wrong;
    make(4, 2, 1000);
    CHECK(sucref_recovery_plan(NULL, 4, 2, 63, 1000) == SUCREF_E_ARG &&
          sucref_recovery_plan(&p, 0, 2, 63, 1000) == SUCREF_E_RANGE &&
          sucref_recovery_plan(&p, 17, 2, 63, 1000) == SUCREF_E_RANGE);
    CHECK(sucref_recovery_plan(&p, 4, 5, 63, 1000) == SUCREF_E_RANGE &&
          sucref_recovery_plan(&p, 4, 0, 63, 1000) == SUCREF_E_RANGE &&
          sucref_recovery_plan(&p, 4, 2, 63, 0) == SUCREF_E_RANGE);
    CHECK(sucref_recovery_plan(&p, 4, 2, 63, 0x80000001U) == SUCREF_E_RANGE &&
          sucref_recovery_plan(&p, 4, 2, 63, 0x80000000U) == SUCREF_OK && p.n_lost == 0);
    CHECK(sucref_recover(out, &p, 0, shard, LEN) == SUCREF_E_ARG);
    CHECK(sucref_recovery_plan(&p, 4, 2, 63 - 1 - 2, 1000) == SUCREF_OK && p.n_lost == 2 &&
          sucref_recover(NULL, &p, 0, shard, LEN) == SUCREF_E_ARG &&
          sucref_recover(out, &p, 2, shard, LEN) == SUCREF_E_ARG);
    CHECK(p.shift > 0);
    values[4][0]++; /* contradicts: bits that must be 0 are not */
    CHECK(sucref_recover(out, &p, 0, shard, LEN) == SUCREF_E_DATA);
    values[4][0]--;
    CHECK(sucref_parity_check(NULL, LEN, 4, 2, 63, 1000) == SUCREF_E_ARG &&
          sucref_parity_check(shard, LEN, 4, 5, 63, 1000) == SUCREF_E_RANGE &&
          sucref_parity_check(shard, LEN, 4, 2, 15, 1000) == SUCREF_E_STATE);
    CHECK(sucref_parity_check(shard, LEN, 4, 2, 63, 1000) == SUCREF_OK &&
          sucref_parity_check(shard, LEN, 4, 2, 63 - 1, 1000) == SUCREF_OK);
    CHECK(sucref_parity_locate(NULL, shard, LEN, 4, 2, 63, 1000) == SUCREF_E_ARG &&
          sucref_parity_locate(&wrong, shard, LEN, 0, 2, 63, 1000) == SUCREF_E_RANGE);
    CHECK(sucref_parity_locate(&wrong, shard, LEN, 4, 2, 30, 1000) == SUCREF_E_STATE &&
          sucref_parity_locate(&wrong, shard, LEN, 4, 2, 63, 1000) == SUCREF_OK && wrong == 0);
    CHECK(sucref_parity_rows(NULL, NULL, 1, 4, 2, 0) == SUCREF_E_ARG &&
          sucref_parity_outputs(NULL, shard, 1, 4, 2, 0) == SUCREF_E_ARG &&
          sucref_parity_digits(NULL, NULL, 1, 4, 2, 0) == SUCREF_E_ARG);
    { const int8_t w[1] = { 1 }; const uint8_t d[1] = { 1 }; const int8_t *pw[4]; const uint8_t *pd[4];
      pw[0] = pw[1] = pw[2] = pw[3] = w; pd[0] = pd[1] = pd[2] = pd[3] = d;
      CHECK(sucref_parity_rows(row, NULL, 1, 4, 2, 0) == SUCREF_E_ARG &&
            sucref_parity_outputs(out, NULL, 1, 4, 2, 0) == SUCREF_E_ARG &&
            sucref_parity_digits(out, NULL, 1, 4, 2, 0) == SUCREF_E_ARG);
      CHECK(sucref_parity_rows(row, pw, 1, 0, 2, 0) == SUCREF_E_RANGE &&
            sucref_parity_outputs(out, shard, 1, 4, 5, 0) == SUCREF_E_RANGE &&
            sucref_parity_digits(out, pd, 1, 17, 2, 0) == SUCREF_E_RANGE);
      CHECK(sucref_recover(out, NULL, 0, shard, LEN) == SUCREF_E_ARG &&
            sucref_recover(out, &p, 0, NULL, LEN) == SUCREF_E_ARG &&
            sucref_parity_locate(&wrong, NULL, LEN, 4, 2, 63, 1000) == SUCREF_E_ARG);
      CHECK(sucref_parity_check(shard, LEN, 4, 2, 60 + 2, 0x80000000U) == SUCREF_OK &&
            sucref_parity_check(shard, LEN, 4, 2, 63 - 2, 0) == SUCREF_E_RANGE);
      CHECK(sucref_parity_rows(row, pw, 1, 4, 2, 2) == SUCREF_E_RANGE &&
            sucref_parity_outputs(out, shard, 1, 4, 2, 2) == SUCREF_E_RANGE &&
            sucref_parity_digits(out, pd, 1, 4, 2, 2) == SUCREF_E_RANGE);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every square minor of both tables", every_minor);
    RUN("every loss pattern is exact", every_loss);
    RUN("parities of weights and of planes", rows_and_planes);
    RUN("single faults", faults);
    RUN("double faults", double_faults);
    RUN("checksum rows", checksums);
    RUN("limits and errors", errors);
    return test_report("parity");
}
