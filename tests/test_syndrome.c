/* syndromes: the encoder against a matrix written out from its documentation, its limits and errors, and what the
 * host's decoder (examples/tool/syndrome.h) finds. */
#include "library.h"
#include "rnd_real.h"
#include "crc.h"
#include "../examples/tool/syndrome.h"

enum { MOST = 4096, BYTES = MOST / 8 };

/* the documentation's matrix, slowly: where the one of edge e of value i is; *all: how many checks */
static int64_t oracle_row(const sucref_syndrome_code *c, const sucref_stream *r, int64_t i, int64_t e, int64_t *all)
{
    const int64_t size = (int64_t)1 << c->log2_run, runs = (c->values + size - 1) / size, m = c->checks,
                  run = i % runs + e, w = sucref_random(r, (uint32_t)(4 * (i % runs) + e)),
                  half = (int64_t)1 << c->log2_run / 2;
    int64_t many = m, at = 0, t, x = i / runs, share;
    for (t = 0, *all = 0; t < runs + 3; t++) { /* runs + 3 groups of checks, one behind the other */
        share = t < runs ? 4 : 3 - (t - runs);
        if (t == run) { at = *all; many = (share * m + 3) / 4; }
        *all += (share * m + 3) / 4;
    }
    x = (x * (w - w % 2 + 1) + w / 4096) % size;
    x ^= x / half;
    x = x * (w / 1048576 - w / 1048576 % 2 + 1) % size;
    x ^= x / half;
    x = x * (w / 512 - w / 512 % 2 + 1) % size;
    return at + x * many / size;
}

static void random_code(sucref_syndrome_code *c)
{
    c->values = 1 + rnd_below(rnd_below(4) == 0 ? 40 : MOST);
    c->log2_run = (uint8_t)rnd_in(4, rnd_below(8) == 0 ? 15 : 8);
    c->checks = (uint16_t)(1 + rnd_below(1U << c->log2_run));
    if (c->checks > 2000) { c->checks = 2000; }
}

static void random_plane(uint8_t *plane, uint32_t values, uint32_t of_256)
{
    uint32_t i;
    memset(plane, 0, BYTES);
    for (i = 0; i < values; i++) {
        if (rnd_below(256) < of_256) { plane[i / 8] = (uint8_t)(plane[i / 8] | 1U << (i % 8)); }
    }
}

static void as_documented(void)
{
    static uint8_t plane[BYTES], message[16384], want[16384];
    int trial;
    for (trial = 0; trial < 400; trial++) {
        sucref_syndrome_code c;
        sucref_stream r;
        size_t len = 0;
        int64_t i, e, all = 0, row;
        random_code(&c);
        sucref_stream_init(&r, rnd(), rnd(), rnd());
        random_plane(plane, c.values, rnd_below(257));
        memset(want, 0, sizeof want);
        for (i = 0; i < c.values; i++) {
            for (e = 0; e < 4; e++) {
                row = oracle_row(&c, &r, i, e, &all);
                CHECK(row < all && sucref_syndrome_row(&c, &r, (uint32_t)i, (unsigned)e) == row);
                if (plane[i / 8] >> (i % 8) & 1) { want[row / 8] = (uint8_t)(want[row / 8] ^ 1 << (row % 8)); }
            }
        }
        CHECK(sucref_syndrome_row(&c, &r, c.values, 0) == all);
        put_le(want + (all + 7) / 8, crc_of(plane, (c.values + 7) / 8), 4);
        if (c.values % 8 != 0) { /* what lies above is not read */
            plane[c.values / 8] = (uint8_t)(plane[c.values / 8] | 0xFFU << (c.values % 8));
        }
        memset(message, 0xA5, sizeof message);
        CHECK(sucref_syndrome_encode(message, sizeof message, &len, plane, &c, &r) == SUCREF_OK);
        CHECK(len == (size_t)(all + 7) / 8 + 4 && memcmp(message, want, len) == 0 && message[len] == 0xA5);
    }
}

/* every place of a run is in another place of its checks: a permutation, so that checks differ by one at most */
static void regular(void)
{
    static uint32_t count[5000];
    const sucref_syndrome_code c = { 16 * 256, 100, 8 };
    sucref_stream r;
    uint32_t i, e, least = 99, most = 0;
    sucref_stream_init(&r, 1, 2, 3);
    memset(count, 0, sizeof count);
    for (i = 0; i < c.values; i++) { for (e = 0; e < 4; e++) { count[sucref_syndrome_row(&c, &r, i, e)]++; } }
    for (i = 3 * 100; i < 16 * 100; i++) { /* those that four runs reach: 4 * 256 ones over 100 checks */
        least = count[i] < least ? count[i] : least; most = count[i] > most ? count[i] : most;
    }
    CHECK(least >= 8 && most <= 12);
}

static void errors(void)
{
    static uint8_t plane[BYTES], message[65536];
    sucref_syndrome_code c = { 100, 10, 4 };
    sucref_stream r;
    size_t len = 0, full;
    sucref_stream_init(&r, 1, 2, 3);
    CHECK(sucref_syndrome_encode(NULL, 99, &len, plane, &c, &r) == SUCREF_E_ARG &&
          sucref_syndrome_encode(message, 99, NULL, plane, &c, &r) == SUCREF_E_ARG &&
          sucref_syndrome_encode(message, 99, &len, NULL, &c, &r) == SUCREF_E_ARG &&
          sucref_syndrome_encode(message, 99, &len, plane, NULL, &r) == SUCREF_E_ARG &&
          sucref_syndrome_encode(message, 99, &len, plane, &c, NULL) == SUCREF_E_ARG);
    CHECK(sucref_syndrome_encode(message, sizeof message, &full, plane, &c, &r) == SUCREF_OK);
    memset(message, 0x5A, sizeof message);
    CHECK(sucref_syndrome_encode(message, full - 1, &len, plane, &c, &r) == SUCREF_E_SPACE && len == full &&
          message[0] == 0x5A);
    CHECK(sucref_syndrome_encode(message, full, &len, plane, &c, &r) == SUCREF_OK);
#define REFUSED(field, value)                                                                                          \
    do {                                                                                                               \
        sucref_syndrome_code d = c;                                                                                    \
        d.field = value;                                                                                               \
        CHECK(sucref_syndrome_encode(message, sizeof message, &len, plane, &d, &r) == SUCREF_E_RANGE);                 \
    } while (0)
    REFUSED(values, 0);
    REFUSED(values, (1U << 24) + 1);
    REFUSED(log2_run, 3);
    REFUSED(log2_run, 16);
    REFUSED(checks, 0);
    REFUSED(checks, 17);
    c.checks = 16;
    CHECK(sucref_syndrome_encode(message, sizeof message, &len, plane, &c, &r) == SUCREF_OK);
    c.log2_run = 15; c.checks = 32768;
    CHECK(sucref_syndrome_encode(message, sizeof message, &len, plane, &c, &r) == SUCREF_OK);
    c.values = 1U << 24; c.log2_run = 15; c.checks = 1; /* the largest plane is taken: it lacks room only */
    CHECK(sucref_syndrome_encode(message, 3, &len, plane, &c, &r) == SUCREF_E_SPACE && len == (512 + 3 + 7) / 8 + 4);
}

/* a piece, told: by the documentation places p mod 8, p mod 8 + 8 .. of run p / 8, as they are in the plane */
static void told_is_right(syndrome_decoder *d, int32_t piece, const uint8_t *plane)
{
    static int32_t before[MOST * 4];
    const uint32_t runs = (d->code.values + (1U << d->code.log2_run) - 1) >> d->code.log2_run;
    uint32_t i, n = 0;
    CHECK((uint32_t)piece < runs * 8);
    memcpy(before, d->sum, d->code.values * sizeof before[0]);
    CHECK(syndrome_tell(d, piece, plane) == d->code.values / runs / 8);
    for (i = 0; i < d->code.values; i++) {
        const int is_told = i % runs == (uint32_t)piece / 8 && i / runs % 8 == (uint32_t)piece % 8;
        CHECK(is_told ? (d->sum[i] < 0) == (plane[i / 8] >> (i % 8) & 1) : d->sum[i] == before[i]);
        n += is_told != 0;
    }
    CHECK(n == d->code.values / runs / 8);
}

/* bits that are 1 with probabilities that the decoder knows: found at 1.25 times their entropy; not at .8 times */
static void found_again(void)
{
    enum { N = 16384 };
    static uint8_t plane[N / 8], found[N / 8], message[N], again[N];
    static int16_t likely[N];
    static const double p[4] = { 0.002, 0.02, 0.1, 0.4 };
    int32_t piece;
    int round, i, told;
    for (round = 0; round < 4; round++) {
        sucref_syndrome_code c = { N, 0, 9 };
        syndrome_decoder d;
        sucref_stream r;
        double entropy = 0;
        size_t len;
        sucref_stream_init(&r, rnd(), 1, 1);
        memset(plane, 0, sizeof plane);
        for (i = 0; i < N; i++) {
            const double q = p[rnd_below(4)];
            entropy -= q * log2(q) + (1 - q) * log2(1 - q);
            likely[i] = (int16_t)lrint(32 * log((1 - q) / q));
            if (uniform() < q) { plane[i / 8] = (uint8_t)(plane[i / 8] | 1U << (i % 8)); }
        }
        c.checks = (uint16_t)((round < 3 ? 1.25 : 0.8) * entropy / 32);
        CHECK(sucref_syndrome_encode(message, sizeof message, &len, plane, &c, &r) == SUCREF_OK);
        CHECK(syndrome_open(&d, &c, &r) == 0);
        syndrome_start(&d, likely, message);
        if (round < 3) {
            CHECK(syndrome_go(&d) == -1 && syndrome_end(&d, found, again, len, &r));
            CHECK(memcmp(found, plane, sizeof plane) == 0);
            message[3] ^= 1; /* another syndrome is another plane's, or none's */
            syndrome_start(&d, likely, message);
            for (told = 0; (piece = syndrome_go(&d)) >= 0; told++) { (void)syndrome_tell(&d, piece, plane); }
            CHECK(told <= N / 512 * SYNDROME_PIECES && !syndrome_end(&d, found, again, len, &r));
        } else { /* it says so, and with enough pieces told it gets there, long before all are */
            CHECK((piece = syndrome_go(&d)) >= 0 && !syndrome_end(&d, found, again, len, &r));
            for (told = 0; piece >= 0; told++, piece = syndrome_go(&d)) { told_is_right(&d, piece, plane); }
            CHECK(told > 2 && told < N / 512 * SYNDROME_PIECES / 2 && syndrome_end(&d, found, again, len, &r));
            CHECK(memcmp(found, plane, sizeof plane) == 0);
        }
        syndrome_close(&d);
    }
}

/* the decoder's rule for two bits against ln((1 + e^(a + b)) / (e^a + e^b)), and its table */
static void rule(void)
{
    const sucref_syndrome_code c = { 64, 4, 4 };
    syndrome_decoder d;
    sucref_stream r;
    int a, b, i;
    sucref_stream_init(&r, 1, 1, 1);
    CHECK(syndrome_open(&d, &c, &r) == 0);
    for (i = 0; i <= 2 * SYNDROME_SURE; i++) { CHECK(d.correction[i] == lrint(32 * log1p(exp(-i / 32.0)))); }
    for (a = -SYNDROME_SURE; a <= SYNDROME_SURE; a += 7) {
        for (b = -SYNDROME_SURE; b <= SYNDROME_SURE; b += 5) {
            const double x = a / 32.0, y = b / 32.0,
                         want = fmax(0, x + y) + log1p(exp(-fabs(x + y))) - fmax(x, y) - log1p(exp(-fabs(x - y)));
            CHECK(fabs(syndrome_xor(&d, a, b) - 32 * want) <= 1.01 && syndrome_xor(&d, a, b) == syndrome_xor(&d, b, a));
        }
    }
    syndrome_close(&d);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("the encoder's matrix is the documentation's", as_documented);
    RUN("rows of the matrix are alike", regular);
    RUN("errors and limits of the encoder", errors);
    RUN("the host finds planes again, or says that it does not", found_again);
    RUN("the decoder's rule", rule);
    return test_report("syndrome");
}
