/* generators of dithers: known answers, and a battery for uniformity and dependence. Built with SUCREF_PHILOX, too. */
#include "library.h"
#include "golden_dither.h"
#include <math.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void known_answers(void)
{
    int i;
    sucref_stream s;
#ifdef SUCREF_PHILOX
    for (i = 0; i < COUNT(golden_philox); i++) {
        s.k0 = golden_philox[i][0]; s.k1 = golden_philox[i][1];
        CHECK(sucref_random(&s, golden_philox[i][2]) == golden_philox[i][3]);
    }
#else
    for (i = 0; i < COUNT(golden_mix2); i++) {
        s.k0 = golden_mix2[i][0]; s.k1 = golden_mix2[i][1];
        CHECK(sucref_random(&s, golden_mix2[i][2]) == golden_mix2[i][3]);
    }
#endif
}

/* chi-squared of n counts of equal expectation, in standard deviations from its mean */
static double chi(const uint32_t *count, uint32_t cells, double n)
{
    double sum = 0;
    uint32_t i;
    for (i = 0; i < cells; i++) { sum += (count[i] - n / cells) * (count[i] - n / cells) * cells / n; }
    return (sum - (cells - 1)) / sqrt(2.0 * (cells - 1));
}

/* pairs of bytes: of one value, of neighbours, of streams and seeds that differ in one bit */
static void battery(void)
{
    static uint32_t count[65536];
    int test, lane;
    double worst = 0;
    for (test = 0; test < 12; test++) {
        sucref_stream a, b;
        uint32_t i, lo = 1, hi = 2, st = 3;
        sucref_stream_init(&a, lo, hi, st);
        if (test >= 3) {
            if (test % 3 == 0) {
                lo ^= 1U << test;
            } else if (test % 3 == 1) {
                hi ^= 1U << test;
            } else {
                st ^= 1U << test;
            }
        }
        sucref_stream_init(&b, lo, hi, st);
        for (lane = 0; lane < 4; lane++) {
            memset(count, 0, sizeof count);
            for (i = 0; i < 1U << 20; i++) {
                const uint32_t x = sucref_random(&a, i), y = test == 0 ? x >> 16 | x << 16
                                                             : test == 1
                                                                 ? sucref_random(&a, i + 1)
                                                                 : sucref_random(&b, test == 2 ? i ^ 0x80000000U : i);
                count[(x >> 8 * lane & 255U) << 8 | (y >> 8 * lane & 255U)]++;
            }
            if (fabs(chi(count, 65536, 1 << 20)) > worst) { worst = fabs(chi(count, 65536, 1 << 20)); }
        }
    }
    printf("  48 tests of 2^20 pairs: at most %.2f standard deviations from uniform\n", worst);
    CHECK(worst < 4.5);
}

static void battery_bits(void)
{
    sucref_stream s;
    uint32_t ones[32] = { 0 }, same[32] = { 0 }, i, b, before = 0;
    sucref_stream_init(&s, 77, 0, 5);
    for (i = 0; i < 1U << 20; i++) {
        const uint32_t x = sucref_random(&s, i);
        for (b = 0; b < 32; b++) { ones[b] += x >> b & 1U; same[b] += ~(x ^ before) >> b & 1U; }
        before = x;
    }
    for (b = 0; b < 32; b++) { CHECK(fabs(ones[b] - 524288.0) < 5 * 512 && fabs(same[b] - 524288.0) < 5 * 512); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("generators give the known answers", known_answers);
    RUN("bytes of values, neighbours, streams and seeds are independent", battery);
    RUN("bits are balanced and change half the time", battery_bits);
    return test_report("random");
}
