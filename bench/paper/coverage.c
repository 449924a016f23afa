/* coverage.c - [CDC]: which splittings can be coded (Table 1), and what additional devices cover (Figures 17, 18).
 * Exact counts; no data. */
#include "pieces.h"
#include "models.h"
#include "table.h"

/* ---- Table 1, by going through every multiply-add of a small layer ---- */
enum { DEVICES = 2, MOST = 512 };
static uint8_t reads_input[DEVICES][MOST], reads_weight[DEVICES][MOST], adds_to[DEVICES][MOST];

static void touch(int device, int input, int weight, int output)
{
    reads_input[device][input] = reads_weight[device][weight] = adds_to[device][output] = 1;
}

/* a layer of `inputs` x `outputs`, by output rows or by inputs */
static void walk_dense(int by_output)
{
    enum { IN = 6, OUT = 4 };
    int i, o;
    for (o = 0; o < OUT; o++) {
        for (i = 0; i < IN; i++) { touch(by_output ? o * DEVICES / OUT : i * DEVICES / IN, i, o * IN + i, o); }
    }
}

/* 2 channels of 6 x 6, 4 kernels of 3 x 3; by output channel (the paper's channel splitting), by rows of the picture
 * (spatial), or by input channel (filter) */
static void walk_convolution(int method)
{
    enum { C = 2, F = 4, SIDE = 6, K = 3, OUT = SIDE - K + 1 };
    int f, y, x, c, i, j;
    for (f = 0; f < F; f++) {
        for (y = 0; y < OUT; y++) {
            for (x = 0; x < OUT; x++) {
                for (c = 0; c < C; c++) {
                    const int device = method == 0   ? f * DEVICES / F
                                       : method == 1 ? y * DEVICES / OUT
                                                     : c * DEVICES / C;
                    for (i = 0; i < K; i++) {
                        for (j = 0; j < K; j++) {
                            touch(device, (c * SIDE + y + i) * SIDE + x + j, ((f * C + c) * K + i) * K + j,
                                  (f * OUT + y) * OUT + x);
                        }
                    }
                }
            }
        }
    }
}

/* input and weights are divided where a device lacks some; outputs where none is made by two devices */
static void divided(int *out)
{
    int k, lack[2] = { 0, 0 }, shared = 0;
    for (k = 0; k < MOST; k++) {
        lack[0] |= reads_input[0][k] != reads_input[1][k];
        lack[1] |= reads_weight[0][k] != reads_weight[1][k];
        shared |= adds_to[0][k] && adds_to[1][k];
    }
    out[0] = lack[0]; out[1] = lack[1]; out[2] = !shared;
    out[3] = !out[0] && out[1] && out[2]; /* a parity of weights works on the same input, and adds whole outputs */
}

static void table_1(void)
{
    static const struct { const char *name; int kind, method, published[4]; } split[5] = {
        { "fully connected, output splitting", 0, 1, { 0, 1, 1, 1 } },
        { "fully connected, input splitting", 0, 0, { 1, 1, 0, 0 } },
        { "convolution, channel splitting", 1, 0, { 0, 1, 1, 1 } },
        { "convolution, spatial splitting", 1, 1, { 1, 0, 1, 0 } },
        { "convolution, filter splitting", 1, 2, { 1, 1, 1, 0 } }
    };
    static const char *const what[4] = { "divides the input", "divides the weights", "divides the output",
                                         "is suitable for parities of weights" };
    int k, i, found[4];
    for (k = 0; k < 5; k++) {
        memset(reads_input, 0, sizeof reads_input);
        memset(reads_weight, 0, sizeof reads_weight);
        memset(adds_to, 0, sizeof adds_to);
        if (split[k].kind == 0) { walk_dense(split[k].method); } else { walk_convolution(split[k].method); }
        divided(found);
        for (i = 0; i < 4; i++) {
            const int as_found = k == 4 && i == 2 ? 0 : split[k].published[i];
            row("CDC Table 1", "%s %s (1 yes, 0 no)", split[k].name, what[i]);
            row_published(split[k].published[i], 0); row_printed(found[i]); row_goal(as_found, as_found);
            if (k == 4 && i == 2) { row_note("its devices make partial sums of every output"); }
            if (k == 3 && i == 3) { row_note("parities of inputs do: W (x1 + x2) = y1 + y2, one more bit an input"); }
        }
    }
}

/* ---- Figure 17 ---- */

/* share of the devices, the added ones counted among them, that one failure may take: doubled ones, or first a parity
 * for each of `layers` split layers of `wide` devices */
static double covered(int devices, int layers, int wide, int added)
{
    int safe = 0, left = devices, k;
    for (k = 0; k < added; k++) {
        const int of = k < layers ? wide : left > 0 ? 1 : 0;
        safe += of + 1;
        left -= of;
    }
    return safe / (double)(devices + added);
}

static void figure_17(void)
{
    static const struct { int devices, wide; double doubled, coded; } net[2] = { { 7, 2, 0.44, 0.67 },
                                                                                { 9, 3, 0.36, 0.73 } };
    static const double want[2][2][6] = { { { 0, .25, .4444, .60, .7273, .8333 }, { 0, .375, .6667, .80, .9091, 1 } },
                                          { { 0, .20, .3636, .50, .6154, .7143 },
                                            { 0, .40, .7273, .8333, .9231, 1 } } };
    int k, added;
    for (k = 0; k < 2; k++) {
        for (added = 0; added <= 5; added++) {
            const double doubled = covered(net[k].devices, 0, 0, added),
                         coded = covered(net[k].devices, 2, net[k].wide, added);
            row("CDC Figure 17", "C3D on %d devices, %d added: share covered by doubling", net[k].devices, added);
            if (added == 2) { row_published(net[k].doubled, 0.005); }
            row_printed(doubled);
            row_goal(want[k][0][added] - 0.0001, want[k][0][added] + 0.0001);
            row("CDC Figure 17", "C3D on %d devices, %d added: share covered by parities, then doubling",
                net[k].devices, added);
            if (added == 2) { row_published(net[k].coded, 0.005); }
            row_printed(coded); row_goal(want[k][1][added] - 0.0001, want[k][1][added] + 0.0001);
            if (added != 2) { continue; }
            row_note("two split layers of %d; that it is %d in all is inferred", net[k].wide, net[k].devices);
        }
        row("CDC Figure 17", "C3D on %d devices: added devices until all are covered by doubling", net[k].devices);
        row_printed(net[k].devices); row_goal(net[k].devices, net[k].devices);
    }
    row("CDC Figure 17", "(a), (b): coverage of the other networks");
    row_note("how they are spread over devices is drawn, not said");
}

/* ---- Figure 18 ---- */

/* two-device losses that n data devices and r sums of some of them survive. A data device's type: the sums it is in,
 * one bit each. Two lost data devices need types that are independent, a lost one and a lost sum another sum. */
static int survived(const int *count, int r)
{
    const int types = 1 << r;
    int a, b, p, good = r * (r - 1) / 2;
    for (a = 1; a < types; a++) {
        for (b = a + 1; b < types; b++) { good += count[a] * count[b]; } /* different and none 0: independent */
        for (p = 0; p < r; p++) { good += (a & ~(1 << p)) ? count[a] : 0; }
    }
    return good;
}

/* the best sums that survive every single loss too (no device in none of them): over all shares of the types */
static int best_sums(int *count, int from, int left, int r)
{
    int best = -1, k;
    if (from == (1 << r) - 1) { count[from] = left; return survived(count, r); }
    for (k = 0; k <= left; k++) {
        const int got = (count[from] = k, best_sums(count, from + 1, left - k, r));
        best = got > best ? got : best;
    }
    return best;
}

/* of all losses of two among n + 2, those that the header's two parities recover */
static int header_survives(unsigned n)
{
    int good = 0;
    unsigned a, b;
    for (a = 0; a < n + 2; a++) {
        for (b = a + 1; b < n + 2; b++) {
            sucref_recovery p;
            const uint32_t present = ((1U << (n + 2)) - 1U) & ~(1U << a) & ~(1U << b);
            good += sucref_recovery_plan(&p, n, 2, present, 1U << 24) == SUCREF_OK;
        }
    }
    return good;
}

static void figure_18(void)
{
    static const int known[5][2] = { { 12, 21 }, { 16, 27 }, { 21, 34 }, { 27, 42 }, { 33, 51 } };
    int n, r, count[8];
    for (n = 4; n <= 8; n++) {
        for (r = 0; r <= 3; r++) {
            const int pairs = (n + r) * (n + r - 1) / 2, good = r == 0 ? 0 : (memset(count, 0, sizeof count),
                              best_sums(count, 1, n, r));
            row("CDC Figure 18", "%d devices, %d sums of some rows: two-device losses recovered, of %d", n, r, pairs);
            row_printed(good);
            row_goal(r < 2 ? 0 : known[n - 4][r - 2], r < 2 ? 0 : pairs - (r == 2 || n > 4));
            row_note("the best 0/1 sums, exhaustively; print: tolerates two failures, almost always");
        }
        row("CDC Figure 18", "%d devices, the header's two parities: two-device losses recovered, of %d", n,
            (n + 2) * (n + 1) / 2);
        row_ours(header_survives((unsigned)n)); row_goal((n + 2) * (n + 1) / 2, (n + 2) * (n + 1) / 2);
    }
}

void coverage(void)
{
    table_1();
    figure_17();
    figure_18();
}
