/* parity: the tables are codes (every square minor), every loss pattern is exact, plane by plane too, faults are
 * noticed and located. */
#include "library.h"

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

/* what an honest parity device answers: sum_i c_ji y_i, wrapping */
static void parity_of(int32_t *out, const int32_t *const *y, size_t len, unsigned n, unsigned r, unsigned parity)
{
    size_t k;
    unsigned i;
    for (k = 0; k < len; k++) {
        uint32_t sum = 0;
        for (i = 0; i < n; i++) { sum += (uint32_t)sucref_parity_coefficient(n, r, parity, i) * (uint32_t)y[i][k]; }
        out[k] = (int32_t)sum;
    }
}

/* a plan for these shards, and then the check */
static int check(uint32_t *wrong, const int32_t *const *y, size_t len, unsigned n, unsigned r, uint32_t present,
                 uint32_t limit)
{
    sucref_recovery p;
    const int status = sucref_recovery_plan(&p, n, r, present, limit);
    return status == SUCREF_OK ? sucref_parity_check(wrong, &p, y, len) : status;
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
    for (i = 0; i < r; i++) { parity_of(values[n + i], shard, LEN, n, r, i); }
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
            CHECK(sucref_parity_rows(parity, pw, ROWS * IN, N, R, (unsigned)j) == SUCREF_OK);
            parity_of(want, shard, ROWS, N, R, (unsigned)j);
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
                int32_t digits[N][ROWS * IN];
                const int32_t *pd[N];
                int32_t plane[MOST][LEN], row[ROWS * IN];
                const int32_t *seen[MOST];
                sucref_recovery p;
                uint32_t lost = 0, n_lost = 0;
                left -= width;
                for (i = 0; i < N; i++) {
                    pd[i] = digits[i];
                    for (k = 0; k < ROWS * IN; k++) {
                        digits[i][k] = ((w[i][k] + 128) >> left) & ((1 << width) - 1);
                    }
                    for (k = 0; k < ROWS; k++) {
                        for (c = 0, plane[i][k] = 0; c < IN; c++) { plane[i][k] += digits[i][k * IN + c] * x[c]; }
                    }
                }
                for (j = 0; j < R; j++) {
                    parity_of(row, pd, ROWS * IN, N, R, (unsigned)j);
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
        status = check(&wrong, shard, LEN, n, r, all, limit);
        noticed[r] += status == SUCREF_E_DATA && check(NULL, shard, LEN, n, r, all, limit) == SUCREF_E_DATA;
        if (wrong != 0) { located[r]++; if (wrong != 1U << at) { silent++; } }
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
        status = check(&wrong, shard, LEN, n, r, all, 1 << 24);
        CHECK(status == SUCREF_E_DATA && (wrong == 0 || wrong == (1U << a | 1U << b)) && (r == 4 || wrong == 0));
        located += wrong != 0;
    }
    CHECK(located > 1000);
}

/* what shards say by themselves: an output at the limit, a remainder, a recovered output at the limit; those that did
 * not come are not read */
static void limits(void)
{
    const int32_t *seen[MOST];
    unsigned n, r, i;
    for (n = 1; n <= 16; n++) {
        for (r = 1; r <= (n <= 8 ? 4U : 3U); r++) {
            const uint32_t limit = 1U << 20, all = (1U << (n + r)) - 1U;
            const unsigned lost = rnd_below(n), parity = n + rnd_below(r);
            const uint32_t few = ((1U << n) - 1U) & ~(1U << lost), with = few | 1U << parity;
            uint32_t wrong = 77;
            make(n, r, limit);
            for (i = 0; i < n + r; i++) { seen[i] = with >> i & 1U ? shard[i] : NULL; }
            CHECK(check(&wrong, shard, LEN, n, r, all, limit) == SUCREF_OK && wrong == 0);
            CHECK(check(NULL, seen, LEN, n, r, with, limit) == SUCREF_OK);
            /* values[.][0] is limit - 1 and values[.][1] its negative; a lower limit makes those that came too large */
            CHECK(check(NULL, seen, LEN, n, r, with, limit - 1) == SUCREF_E_DATA);
            values[lost][3] = (int32_t)limit; /* only the lost one is */
            for (i = 0; i < r; i++) { parity_of(values[n + i], shard, LEN, n, r, i); }
            CHECK(check(NULL, seen, LEN, n, r, with, limit + 1) == SUCREF_OK);
            CHECK(check(NULL, seen, LEN, n, r, with, limit) == SUCREF_E_DATA);
            values[lost][3] = INT32_MIN;
            CHECK(check(NULL, shard, LEN, n, r, (1U << n) - 1U, 0x80000000U) == SUCREF_E_DATA);
        }
    }
}

static void errors(void)
{
    static const int8_t w[1] = { -128 };
    const int8_t *pw[4] = { w, w, w, w };
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
    CHECK(sucref_recovery_plan(&p, 4, 2, 63, 1000) == SUCREF_OK &&
          sucref_parity_check(NULL, NULL, shard, LEN) == SUCREF_E_ARG &&
          sucref_parity_check(NULL, &p, NULL, LEN) == SUCREF_E_ARG);
    CHECK(p.n == 4 && p.r == 2 && p.present == 63 && p.limit == 1000);
    CHECK(check(NULL, shard, LEN, 4, 2, 63, 1000) == SUCREF_OK &&
          check(NULL, shard, LEN, 4, 2, 63 - 1, 1000) == SUCREF_OK &&
          check(&wrong, shard, LEN, 4, 2, 15, 1000) == SUCREF_OK && wrong == 0);
    CHECK(check(NULL, shard, LEN, 4, 2, 60 + 2, 0x80000000U) == SUCREF_OK &&
          check(NULL, shard, LEN, 4, 2, 63 - 2, 0) == SUCREF_E_RANGE &&
          check(NULL, shard, LEN, 4, 2, 0xFFFFFFFFU, 1000) == SUCREF_OK);
    CHECK(sucref_recover(out, NULL, 0, shard, LEN) == SUCREF_E_ARG &&
          sucref_recovery_plan(&p, 4, 2, 63 - 1, 1000) == SUCREF_OK &&
          sucref_recover(out, &p, 0, NULL, LEN) == SUCREF_E_ARG);
    CHECK(sucref_parity_rows(NULL, pw, 1, 4, 2, 0) == SUCREF_E_ARG &&
          sucref_parity_rows(row, NULL, 1, 4, 2, 0) == SUCREF_E_ARG);
    CHECK(sucref_parity_rows(row, pw, 1, 0, 2, 0) == SUCREF_E_RANGE &&
          sucref_parity_rows(row, pw, 1, 4, 2, 2) == SUCREF_E_RANGE);
    CHECK(sucref_parity_rows(row, pw, 1, 4, 2, 1) == SUCREF_OK && row[0] == -128 * (1 - 1 + 2 - 2));
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every square minor of both tables", every_minor);
    RUN("every loss pattern is exact", every_loss);
    RUN("parities of weights and of planes", rows_and_planes);
    RUN("single faults", faults);
    RUN("double faults", double_faults);
    RUN("outputs beyond the limit", limits);
    RUN("limits and errors", errors);
    return test_report("parity");
}
