/* test_linear.c - y = Wx + b by digit products: exact at the end,
 * inside the corrected bound of [SR] Theorem 1 before. */
#include "library.h"
#include "../examples/tool/prepare.h"

/* a layer of digits: w [dp][rows][cols], x [dq][cols] */
static int linear_init(sucref_linear *l, int32_t *y, const int16_t *w, uint32_t rows, uint32_t cols, sucref_vector p,
                       const int16_t *x, sucref_vector q, const int32_t *bias)
{
    sucref_linear_layer of;
    of.w = w; of.x = x; of.bias = bias; of.p = p; of.q = q; of.n_out = rows; of.n_in = cols;
    return sucref_linear_init(l, y, &of);
}

#ifndef CASES
#define CASES 1000000
#endif

static void products_add_up_exactly(void)
{
    static int16_t dw[8 * 20 * 60], dx[8 * 60];
    static int32_t w[20 * 60], x[60], y[20], bias[20];
    int n;
    for (n = 0; n < 400; n++) {
        int8_t p[9], q[9];
        const size_t pl = 2 + rnd_below(3), ql = 2 + rnd_below(3);
        const uint32_t rows = 1 + rnd_below(20), cols = 1 + rnd_below(60);
        uint32_t i, r, done = 0;
        sucref_linear l;
        p[0] = (int8_t)rnd_in(0, 6); q[0] = (int8_t)rnd_in(0, 6);
        for (i = 1; i < pl; i++) { p[i] = (int8_t)(p[i - 1] - rnd_in(1, 4)); }
        for (i = 1; i < ql; i++) { q[i] = (int8_t)(q[i - 1] - rnd_in(1, 4)); }
        for (i = 0; i < rows * cols; i++) {
            w[i] = rnd_in(-(1 << (p[0] - p[pl - 1])) + 1, (1 << (p[0] - p[pl - 1])) - 1);
        }
        for (i = 0; i < cols; i++) { x[i] = rnd_in(-(1 << (q[0] - q[ql - 1])) + 1, (1 << (q[0] - q[ql - 1])) - 1); }
        for (i = 0; i < cols; i++) { /* row 0 has the largest digits, with the signs of x: the rest is attained */
            w[i] = ((1 << (p[0] - p[pl - 1])) - 1) * (x[i] < 0 ? -1 : 1);
        }
        for (i = 0; i < rows; i++) { bias[i] = rnd_in(-100000, 100000); }
        CHECK(sucref_partition(dw, w, rows * cols, p[pl - 1], sucref_vector_of(p, pl), SUCREF_SATURATE) == SUCREF_OK);
        CHECK(sucref_partition(dx, x, cols, q[ql - 1], sucref_vector_of(q, ql), SUCREF_SATURATE) == SUCREF_OK);
        CHECK(linear_init(&l, y, dw, rows, cols, sucref_vector_of(p, pl), dx, sucref_vector_of(q, ql),
              n % 2 ? bias : NULL) == SUCREF_OK);
        for (;;) {
            const uint64_t bound = sucref_linear_bound(&l, done), rest = sucref_linear_rest(&l);
            for (r = 0; r < rows; r++) {
                int64_t exact = n % 2 ? bias[r] : 0, error;
                for (i = 0; i < cols; i++) { exact += (int64_t)w[r * cols + i] * x[i]; }
                error = exact - y[r];
                CHECK((uint64_t)(error < 0 ? -error : error) < bound);
                CHECK(r == 0 ? error == (int64_t)rest : (uint64_t)(error < 0 ? -error : error) <= rest);
                if (l.next == l.n_products) { CHECK(error == 0 && rest == 0); }
            }
            if (l.next == l.n_products) { break; }
            done++;
            CHECK(sucref_linear_step(&l) == (int)(l.n_products - done));
        }
        CHECK(sucref_linear_step(&l) == SUCREF_E_STATE);
        CHECK(sucref_linear_bound(&l, l.n_products + 1) == UINT64_MAX);
    }
}

/* one output of n terms, real numbers on a grid 2^-fine below the digits: |error| against the bound, in fine units */
static int64_t worst_error(const int8_t *p, size_t pl, const int8_t *q, size_t ql, const int32_t *w, const int32_t *x,
                           uint32_t n, int fine, double *ratio, int *violations, int *printed_violations)
{
    static int16_t dw[8 * 64], dx[8 * 64];
    int32_t y;
    int64_t exact = 0, worst = 0;
    sucref_linear l;
    uint32_t i, r;
    (void)sucref_partition(dw, w, n, p[pl - 1] - fine, sucref_vector_of(p, pl), SUCREF_SATURATE);
    (void)sucref_partition(dx, x, n, q[ql - 1] - fine, sucref_vector_of(q, ql), SUCREF_SATURATE);
    if (linear_init(&l, &y, dw, 1, n, sucref_vector_of(p, pl), dx, sucref_vector_of(q, ql), NULL) !=
        SUCREF_OK) { ++*violations; return 0; }
    for (i = 0; i < n; i++) { exact += (int64_t)w[i] * x[i]; }
    for (r = 0; r <= l.n_products; r++) {
        const int64_t error = exact - (int64_t)y * ((int64_t)1 << (2 * fine)), mag = error < 0 ? -error : error;
        const int64_t bound = (int64_t)(sucref_linear_bound(&l, r) << (2 * fine));
        if (mag >= bound) { ++*violations; }
        if ((double)mag / (double)bound > *ratio) { *ratio = (double)mag / (double)bound; }
        worst = mag > worst ? mag : worst;
        /* the printed one, unlike ours, has no length n: what it allows for n = 1 */
        if (n > 1 && mag >= bound / (int64_t)n) { ++*printed_violations; }
        if (r < l.n_products) { (void)sucref_linear_step(&l); }
    }
    return worst;
}

static void bound_holds_for_every_small_case(void)
{
    static const int8_t plans[4][4] = { { 2, 1, 0, 0 }, { 3, 1, 0, 0 }, { 3, 2, 1, 0 }, { 4, 2, 0, 0 } };
    static const size_t len[4] = { 3, 3, 4, 3 };
    int32_t w[1], x[1];
    int a, b, violations = 0, printed = 0;
    double ratio = 0;
    for (a = 0; a < 4; a++) {
        for (b = 0; b < 4; b++) {
            const int wm = 1 << (plans[a][0] + 1), xm = 1 << (plans[b][0] + 1); /* one bit finer than the digits */
            for (w[0] = -wm + 1; w[0] < wm; w[0]++) {
                for (x[0] = -xm + 1; x[0] < xm; x[0]++) {
                    (void)worst_error(plans[a], len[a], plans[b], len[b], w, x, 1, 1, &ratio, &violations, &printed);
                }
            }
        }
    }
    CHECK(violations == 0);
}

static void bound_holds_at_random_and_is_attained(void)
{
    static const int8_t plans[5][5] = {
        { 8, 4, 0 }, { 8, 6, 4, 2, 0 }, { 8, 5, 2, 0 }, { 4, 3, 2, 1, 0 }, { 8, 7, 0 }
    };
    static const size_t len[5] = { 3, 5, 4, 5, 3 };
    int32_t w[64], x[64];
    int violations = 0, printed = 0, k;
    double ratio = 0;
    for (k = 0; k < CASES; k++) {
        const unsigned a = rnd_below(5), b = rnd_below(5);
        const uint32_t n = k % 16 == 0 ? 1 + rnd_below(64) : 1 + rnd_below(3);
        const int32_t wm = 1 << (plans[a][0] + 3), xm = 1 << (plans[b][0] + 3); /* three bits finer */
        uint32_t i;
        for (i = 0; i < n; i++) {
            w[i] = k % 3 ? rnd_in(-wm + 1, wm - 1) : wm - 1;
            x[i] = k % 5 ? rnd_in(-xm + 1, xm - 1) : xm - 1;
        }
        (void)worst_error(plans[a], len[a], plans[b], len[b], w, x, n, 3, &ratio, &violations, &printed);
    }
    printf("  %d random cases: %d violations, largest share of the bound %.5f, %d beyond the bound without n\n", CASES,
           violations, ratio, printed);
    CHECK(violations == 0);
    CHECK(ratio >= 0.999);
    CHECK(printed > 0);
}

/* errata: plan [8,4,0], w = x = 255: errors 7425, 3825, 225, 0, where print allows 1281, 545, 529, 513 */
static void printed_bound_fails(void)
{
    const int8_t p[] = { 8, 4, 0 };
    const int32_t v = 255, want[] = { 65025, 7425, 3825, 225, 0 }, printed[] = { 0, 1281, 545, 529, 513 };
    int16_t dw[2], dx[2];
    int32_t y;
    sucref_linear l;
    int r, broken = 0;
    CHECK(sucref_partition(dw, &v, 1, 0, sucref_vector_of(p, 3), 0) == SUCREF_OK &&
          sucref_partition(dx, &v, 1, 0, sucref_vector_of(p, 3), 0) == SUCREF_OK);
    CHECK(linear_init(&l, &y, dw, 1, 1, sucref_vector_of(p, 3), dx, sucref_vector_of(p, 3), NULL) == SUCREF_OK);
    for (r = 0; r <= 4; r++) {
        CHECK(255 * 255 - y == want[r]);
        CHECK((uint64_t)want[r] < sucref_linear_bound(&l, (uint32_t)r));
        broken += r > 0 && want[r] > printed[r];
        if (r < 4) { CHECK(sucref_linear_step(&l) == 3 - r); }
    }
    CHECK(broken == 2);
    CHECK(sucref_linear_bound(&l, 4) == 256 + 256 - 1); /* n (2^(P0+Qd) + 2^(Pd+Q0) - 2^(Pd+Qd)) */
}

/* [SR] Examples 1 and 2 with the exponents and signs of the errata: -1.625 in digits of weight 2^-1 and 2^-3, 13.125 in
 * digits of weight 1 and 2^-3; printed without sign, every partial sum is negative */
static void published_examples(void)
{
    const int8_t p[] = { 1, -1, -3 }, q[] = { 4, 0, -3 };
    const float w = -1.625F, x = 13.125F;
    const double want[] = { -19.5, -21.125, -21.3125, -21.328125 };
    int16_t dw[2], dx[2];
    int32_t y;
    sucref_linear l;
    int r;
    CHECK(prepare_partition_float(dw, &w, 1, p, 3, SUCREF_SATURATE) == SUCREF_OK && dw[0] == -3 && dw[1] == -1);
    CHECK(prepare_partition_float(dx, &x, 1, q, 3, SUCREF_SATURATE) == SUCREF_OK && dx[0] == 13 && dx[1] == 1);
    CHECK(linear_init(&l, &y, dw, 1, 1, sucref_vector_of(p, 3), dx, sucref_vector_of(q, 3), NULL) == SUCREF_OK);
    for (r = 0; r < 4; r++) {
        CHECK(sucref_linear_step(&l) == 3 - r);
        CHECK(y / 64.0 == want[r]);
    }
}

static void linear_refuses(void)
{
    const int8_t p[] = { 8, 4, 0 }, up[] = { 0, 4 }, wide[] = { 15, 0 }, many[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 };
    int16_t d[200] = { 0 };
    int32_t y[4], bias[1] = { 0x40000000 };
    sucref_linear l;
    CHECK(linear_init(NULL, y, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, NULL, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, y, NULL, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(NULL, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(p, 3), NULL, sucref_vector_of(p, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(NULL, 3), NULL) == SUCREF_E_ARG);
    CHECK(linear_init(&l, y, d, 0, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 1, 0, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 65536, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 1, 65536, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(up, 2), d, sucref_vector_of(p, 3), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(many, 10), d, sucref_vector_of(many, 10), NULL) ==
          SUCREF_E_RANGE); /* 81 products */
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(wide, 2), d, sucref_vector_of(wide, 2), NULL) ==
          SUCREF_OK); /* 2^30 */
    CHECK(linear_init(&l, y, d, 1, 2, sucref_vector_of(wide, 2), d, sucref_vector_of(wide, 2), NULL) == SUCREF_E_RANGE);
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), bias) == SUCREF_E_RANGE);
    bias[0] = -0x40000000;
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), bias) == SUCREF_E_RANGE);
    bias[0]++;
    CHECK(linear_init(&l, y, d, 1, 1, sucref_vector_of(p, 3), d, sucref_vector_of(p, 3), bias) == SUCREF_OK &&
          y[0] == bias[0]);
    CHECK(sucref_linear_step(NULL) == SUCREF_E_ARG);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("products add up exactly, within both bounds", products_add_up_exactly);
    RUN("the corrected Theorem 1 holds for every small case", bound_holds_for_every_small_case);
    RUN("it holds at random and is attained to 0.999", bound_holds_at_random_and_is_attained);
    RUN("the printed bound fails as errata say", printed_bound_fails);
    RUN("the published examples, corrected", published_examples);
    RUN("linear refuses what it cannot do", linear_refuses);
    return test_report("linear");
}
