/* test_softmax.c - the integer softmax against an int64 oracle of the same fixed point, and against exp() in double. */
#include "library.h"
#include <math.h>

/* gemmlowp's operations on raw values, as its fixed-point header defines them */
static int64_t sat(int64_t v) { return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v; }
static int64_t mul(int64_t a, int64_t b) /* truncation after a nudge */
{
    const int64_t ab = a * b, nudge = ab >= 0 ? 1073741824 : 1 - 1073741824;
    return (a == INT32_MIN && b == INT32_MIN) ? INT32_MAX : (ab + nudge) / 2147483648LL;
}
static int64_t divide_pot(int64_t x, int e)
{
    const int64_t d = (int64_t)1 << e;
    int64_t q = x / d, rest = x % d;
    if (rest < 0) { rest += d; q--; }
    return q + (rest > (d - 1) / 2 + (x < 0) ? 1 : 0);
}
static int64_t exp_q5(int64_t a)
{
    static const int64_t power[7] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
    int64_t quarter = a % 16777216, x, x2, x3, x4, inner, y;
    int i;
    if (a == 0) { return INT32_MAX; }
    if (quarter < 0) { quarter += 16777216; }
    quarter -= 16777216;
    x = quarter * 32 + 268435456;
    x2 = mul(x, x); x3 = mul(x2, x); x4 = mul(x2, x2);
    inner = divide_pot(mul(divide_pot(x4, 2) + x3, 715827883) + x2, 1);
    y = sat(1895147668 + mul(1895147668, x + inner));
    for (i = 0; i < 7; i++) {
        if (((quarter - a) / 16777216) >> i & 1) { y = mul(y, power[i]); }
    }
    return y;
}
static int64_t reciprocal(int64_t a)
{
    const int64_t half = (a + INT32_MAX + 1) / 2;
    int64_t x = 1515870810 + mul(half, -1010580540);
    int i;
    for (i = 0; i < 3; i++) { x += sat(mul(x, 536870912 - mul(half, x)) * 4); }
    return sat(x * 2);
}
static void oracle(uint8_t *y, const uint8_t *x, int n, int64_t multiplier, int shift)
{
    int64_t sum = 0, e, scale;
    int i, max = 0, zeros = 0;
    for (i = 0; i < n; i++) { max = x[i] > max ? x[i] : max; }
    for (i = 0; i < n; i++) {
        sum += divide_pot(exp_q5(mul(sat((x[i] - max) * ((int64_t)1 << shift)), multiplier)), 12);
    }
    while ((sum << zeros) < 2147483648LL) { zeros++; }
    scale = reciprocal((sum << zeros) - 2147483648LL);
    for (i = 0; i < n; i++) {
        e = mul(scale, exp_q5(mul(sat((x[i] - max) * ((int64_t)1 << shift)), multiplier)));
        e = divide_pot(e, 12 - zeros + 31 - 8);
        y[i] = (uint8_t)(e > 255 ? 255 : e < 0 ? 0 : e);
    }
}

static void softmax_equals_its_oracle(void)
{
    uint8_t x[64], y[64], want[64];
    int n, k;
    double worst = 0;
    for (n = 0; n < 20000; n++) {
        const int len = 1 + (int)rnd_below(n % 10 ? 12 : 64), shift = rnd_in(18, 26), spread = rnd_in(1, 255);
        const int32_t multiplier = (int32_t)(0x40000000U + rnd() % 0x40000000U);
        const double beta = (double)multiplier / 2147483648.0 * pow(2, shift) / 67108864.0;
        double total = 0;
        int max = 0;
        for (k = 0; k < len; k++) { x[k] = (uint8_t)rnd_below((uint32_t)spread + 1); max = x[k] > max ? x[k] : max; }
        oracle(want, x, len, multiplier, shift);
        CHECK(sucref_softmax(y, x, (uint32_t)len, multiplier, shift) == SUCREF_OK && memcmp(y, want, (size_t)len) == 0);
        for (k = 0; k < len; k++) { total += exp(beta * (x[k] - max)); }
        for (k = 0; k < len; k++) {
            const double p = 256 * exp(beta * (x[k] - max)) / total, d = fabs((p > 255 ? 255 : p) - y[k]);
            worst = d > worst ? d : worst;
        }
        /* in place */
        CHECK(sucref_softmax(x, x, (uint32_t)len, multiplier, shift) == SUCREF_OK && memcmp(x, want, (size_t)len) == 0);
    }
    CHECK(worst < 0.51);
}

/* one value and `others` values one below it, a exponents of 2^-26 apart (a > 0) or equal (a 0) */
static void one_and_others(int64_t a, int others)
{
    static uint8_t x[4095], y[4095], want[4095];
    const int n = 1 + others;
    int shift = 1;
    int32_t multiplier;
    while (a >> shift) { shift++; }
    multiplier = a ? (int32_t)(a << (31 - shift)) : 0x40000000;
    memset(x, a ? 0 : 1, sizeof x);
    x[0] = 1;
    oracle(want, x, n, multiplier, shift);
    CHECK(sucref_softmax(y, x, (uint32_t)n, multiplier, shift) == SUCREF_OK && memcmp(y, want, (size_t)n) == 0);
}

/* every exponent is one multiplier and shift; sums of equal values are every share of the reciprocal's domain */
static void exp_and_reciprocal_everywhere(void)
{
    int64_t a;
    int n;
    for (a = 1; a < INT32_MAX; a += 1 + (a > 70000000 ? 9973 : a > 100000 ? 997 : 0)) {
        one_and_others(a, 1 + (int)rnd_below(a % 64 ? 3 : 300));
    }
    for (n = 0; n < 4095; n += 1 + n / 64) { one_and_others(0, n); }
}

static void softmax_limits(void)
{
    static uint8_t x[4096], y[4096];
    int k;
    CHECK(sucref_softmax(NULL, x, 1, 0x40000000, 0) == SUCREF_E_ARG &&
          sucref_softmax(y, NULL, 1, 0x40000000, 0) == SUCREF_E_ARG);
    CHECK(sucref_softmax(y, x, 0, 0x40000000, 0) == SUCREF_E_RANGE &&
          sucref_softmax(y, x, 4096, 0x40000000, 0) == SUCREF_E_RANGE);
    CHECK(sucref_softmax(y, x, 1, 0x3FFFFFFF, 0) == SUCREF_E_RANGE &&
          sucref_softmax(y, x, 1, 0x40000000, 32) == SUCREF_E_RANGE);
    CHECK(sucref_softmax(y, x, 1, 0x40000000, -1) == SUCREF_E_RANGE);
    CHECK(sucref_softmax(y, x, 1, 0x40000000, 31) == SUCREF_OK && y[0] == 255);
    /* 256/4095 rounds to 0 */
    CHECK(sucref_softmax(y, x, 4095, 0x40000000, 26) == SUCREF_OK && y[0] == 0 && y[4094] == 0);
    CHECK(sucref_softmax(y, x, 4, 0x40000000, 26) == SUCREF_OK);
    for (k = 0; k < 4; k++) { CHECK(y[k] == 64); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("softmax equals its oracle, and exp() to half a step", softmax_equals_its_oracle);
    RUN("exp and the reciprocal over their domains", exp_and_reciprocal_everywhere);
    RUN("softmax limits", softmax_limits);
    return test_report("softmax");
}
