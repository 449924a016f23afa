/* statements.c - [SR]: theorems, examples and remarks that need no data. */
#include "pieces.h"
#include "models.h"
#include "scheme.h"
#include "table.h"
#include "../random.h"
#include "../../examples/tool/prepare.h"

/* a layer of digits: w [dp][rows][cols], x [dq][cols] */
static int linear_init(sucref_linear *l, int32_t *y, const int16_t *w, uint32_t rows, uint32_t cols, sucref_vector p,
                       const int16_t *x, sucref_vector q, const int32_t *bias)
{
    sucref_linear_layer of;
    of.w = w; of.x = x; of.bias = bias; of.p = p; of.q = q; of.n_out = rows; of.n_in = cols;
    return sucref_linear_init(l, y, &of);
}

/* Theorem 1's bound for plan [8 4 0], and the header's */
static void theorem_1(void)
{
    static const int8_t p[] = { 8, 4, 0 };
    uint32_t k, r, printed_broken = 0, ours_broken = 0, cases = 0;
    random_start(1);
    for (k = 0; k < 20000; k++) {
        int32_t w[4], x[4], y, exact = 0;
        int16_t dw[8], dx[8];
        sucref_linear l;
        const uint32_t n = 1 + k % 4;
        for (r = 0; r < n; r++) { w[r] = rnd_in(-255, 255); x[r] = rnd_in(0, 255); exact += w[r] * x[r]; }
        (void)sucref_partition(dw, w, n, 0, sucref_vector_of(p, 3), SUCREF_SATURATE);
        (void)sucref_partition(dx, x, n, 0, sucref_vector_of(p, 3), SUCREF_SATURATE);
        if (linear_init(&l, &y, dw, 1, n, sucref_vector_of(p, 3), dx, sucref_vector_of(p, 3), NULL) !=
            SUCREF_OK) { continue; }
        for (r = 1; r <= 4; r++) {
            int32_t error;
            sucref_product g;
            (void)sucref_linear_step(&l);
            g = l.gamma[r - 1];
            error = abs(exact - y);
            cases++;
            printed_broken += error > 256 + 256 + 1 + ((4 - (int32_t)r) << (p[g.i] + p[g.j]));
            ours_broken += (uint64_t)error >= sucref_linear_bound(&l, r);
        }
    }
    row("SR Theorem 1", "share of random cases above the bound, plan 8 4 0, n <= 4");
    row_printed((double)printed_broken / cases); row_goal(0.3, 0.42);
    row_note("the bound lacks n and the size of the digits: it does not hold as printed");
    row("SR Theorem 1", "share of random cases at or above sucref_linear_bound, plan 8 4 0, n <= 4");
    row_ours((double)ours_broken / cases); row_goal(0, 0);
}

static void example_2(void)
{
    static const int8_t p[] = { 1, -1, -3 }, q[] = { 4, 0, -3 };
    static const double published[4] = { 19.5, 21.125, 21.3125, 21.328125 };
    const float w = -1.625F, x = 13.125F;
    int16_t dw[2], dx[2];
    int32_t y;
    int r;
    sucref_linear l;
    (void)prepare_partition_float(dw, &w, 1, p, 3, SUCREF_SATURATE);
    (void)prepare_partition_float(dx, &x, 1, q, 3, SUCREF_SATURATE);
    if (linear_init(&l, &y, dw, 1, 1, sucref_vector_of(p, 3), dx, sucref_vector_of(q, 3), NULL) !=
        SUCREF_OK) { return; }
    for (r = 0; r < 4; r++) {
        (void)sucref_linear_step(&l);
        row("SR Example 2", "-1.625 * 13.125 after %d product%s", r + 1, r ? "s" : "");
        row_published(published[r], 0); row_ours(y / 64.0); row_goal(-published[r], -published[r]);
        row_note("print drops the sign of -1.625");
    }
}

/* Remark 2: digits of base 3 rejoin to within one unit of the last one (the reference only) */
static void other_bases(void)
{
    static const int p[5] = { 1, 0, -1, -2, -3 };
    double worst = 0;
    int k, r;
    for (k = -2999; k <= 2999; k++) {
        const double x = k / 1000.0;
        double sum = 0;
        for (r = 0; r < SCHEME_R; r++) { sum += scheme_digit(x, p, r, 0, 3) * pow(3, p[r + 1]); }
        worst = fmax(worst, fabs(x - sum) * 27);
    }
    row("SR Remark 2", "base 3: largest rest after four digits, in units of the last");
    row_printed(worst); row_goal(NAN, 1);
}

/* Theorem 4's model of a resolution's work, in units of (h_max - h_min) sum n_l n_(l-1), for a plan p[0..R] */
static double upgrade_cost(const int *p, int r) { return 0.5 * p[0] + 1.5 * p[r - 1] - 2 * p[r]; }

/* what the four resolutions of the published plan cost by Theorem 4's own model */
static void theorem_4(void)
{
    static const int plan[5] = { 0, -1, -2, -3, -4 }, coarse[3] = { 0, -4, -8 };
    static const double left[4] = { 1, 1, 0.79, 0.12 }; /* Figure 8(b): who goes on to resolution r + 1 */
    double sum = 0, adaptive = 0, least = 9;
    int r;
    for (r = 1; r <= 4; r++) {
        const double cost = upgrade_cost(plan, r) / 4;
        row("SR Theorem 4", "published plan: most work of resolution %d, of one-shot", r);
        row_printed(cost); row_goal(0.375 + 0.125 * r, 0.375 + 0.125 * r);
        sum += cost;
        adaptive += cost * left[r - 1];
    }
    row("SR Theorem 4", "published plan: work of all four resolutions, of one-shot");
    row_printed(sum); row_goal(2.75, 2.75);
    row_note("Theorem 2, that the resolutions cost one-shot together, is for one product, not for networks");
    row("SR Theorem 4", "published plan, adaptive by Figure 8(b): mean work, of one-shot");
    row_printed(adaptive); row_goal(1.82, 1.825);
    row_note("so the adaptive scheme costs more than the one-shot network");
    for (r = 1; r <= 2; r++) { least = fmin(least, -coarse[2] - upgrade_cost(coarse, r)); }
    row("SR Theorem 4", "plan 0 -4 -8: least epsilon(r), in its own units");
    row_printed(least); row_goal(-2, -2); row_note("print: positive in practice; not for this plan (0, then -2)");
}

void statements(void)
{
    theorem_1();
    example_2();
    other_bases();
    theorem_4();
}
