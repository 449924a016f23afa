/* air.c - [AB] chapter 5: random linear coding, the sum of many nodes' vectors over the air. */
#include "pieces.h"
#include "models.h"
#include "table.h"
#include "../random.h"

enum { MOST = 320, NODES = 32, ROUNDS = 300 };
static int16_t x[NODES * MOST];
static double weight[NODES], goal[MOST], energy, spread; /* weighted sum and its energy; sum a_i^2 |g_i|^2 */

/* vectors of 32 nodes of unequal weight that share a part */
static void draw_nodes(int n)
{
    double total = 0;
    int node, i;
    memset(goal, 0, sizeof goal);
    energy = spread = 0;
    for (node = 0; node < NODES; node++) { total += weight[node] = 1 + node % 4; }
    for (node = 0; node < NODES; node++) {
        double own = 0;
        weight[node] /= total;
        for (i = 0; i < n; i++) {
            const int16_t value = (int16_t)lrint(300 * normal() + 300 * sin(i));
            x[node * n + i] = value; goal[i] += weight[node] * value; own += (double)value * value;
        }
        spread += weight[node] * weight[node] * own;
    }
    for (i = 0; i < n; i++) { energy += goal[i] * goal[i]; }
}

/* error of the weighted sum over the air; share: of the nodes that send, each with weight / share */
static double over_the_air(int n, unsigned log2_k, double share)
{
    static int32_t v[MOST], sent[MOST], air_sum[MOST], ones[MOST];
    static int64_t out[MOST], work[MOST];
    static uint8_t used[MOST];
    const int k = 1 << log2_k;
    double error = 0;
    int t, i, node;
    for (i = 0; i < MOST; i++) { used[i] = 1; ones[i] = 65536; }
    for (t = 0; t < ROUNDS; t++) {
        sucref_stream signs;
        sucref_stream_init(&signs, 4, 4, (uint32_t)t);
        memset(air_sum, 0, sizeof air_sum);
        for (node = 0; node < NODES; node++) {
            if (share < 1 && uniform() >= share) { continue; }
            (void)sucref_fold(v, log2_k, x + node * n, (size_t)n, sucref_signs_of(&signs, 0));
            sucref_air_encode(sent, v, (size_t)k, used, ones, (int32_t)lrint(weight[node] / share * 65536));
            for (i = 0; i < k; i++) { air_sum[i] += sent[i]; }
        }
        (void)sucref_unfold(out, (size_t)n, air_sum, log2_k, sucref_signs_of(&signs, 0), work);
        for (i = 0; i < n; i++) { const double e = (double)out[i] / k - goal[i]; error += e * e / ROUNDS; }
    }
    return error / energy;
}

/* error of the sum when half of the nodes send k trits each, one behind the other */
static double digital(int n, unsigned log2_k)
{
    static int32_t v[MOST], back[MOST];
    static int64_t out[MOST], work[MOST];
    static int16_t q[MOST];
    const int k = 1 << log2_k;
    double error = 0;
    int t, i, node;
    for (t = 0; t < ROUNDS; t++) {
        double sum[MOST] = { 0 };
        for (node = 0; node < NODES; node++) {
            sucref_stream s;
            sucref_grid grid;
            uint32_t top = 1;
            if (uniform() < 0.5) { continue; }
            sucref_stream_init(&s, 5, (uint32_t)node + 6, (uint32_t)t);
            (void)sucref_fold(v, log2_k, x + node * n, (size_t)n, sucref_signs_of(&s, 0));
            for (i = 0; i < k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
            if (sucref_grid_for(&grid, top, 1) != SUCREF_OK ||
                sucref_dither_encode(q, sucref_int32(v, (size_t)k), &grid, &s, 9000) != SUCREF_OK ||
                sucref_dither_decode(back, q, (size_t)k, &grid, &s, 9000) != SUCREF_OK ||
                sucref_unfold(out, (size_t)n, back, log2_k, sucref_signs_of(&s, 0), work) != SUCREF_OK) {
                exit(2);
            }
            for (i = 0; i < n; i++) { sum[i] += 2 * weight[node] * (double)out[i] / (2.0 * grid.multiplier * k); }
        }
        for (i = 0; i < n; i++) { error += (sum[i] - goal[i]) * (sum[i] - goal[i]) / ROUNDS; }
    }
    return error / energy;
}

/* gains n / k of 2, 5, 20, 100; about 16 of 32 nodes send, so that k values over the air take the channel uses of
 * k / 16 values of each node */
static void figure_5_4(void)
{
    static const struct { int n; unsigned log2_k; } set[4] = { { 256, 7 }, { 160, 5 }, { 320, 4 }, { 200, 1 } };
    int c;
    random_start(5);
    for (c = 0; c < 4; c++) {
        const int n = set[c].n, k = 1 << set[c].log2_k, gain = n / k;
        double formula;
        draw_nodes(n);
        formula = ((double)gain * (energy + spread) - energy) / energy;
        row("AB (5.5)", "32 nodes over the air, all sending, gain %d: error, and n/k - 1", gain);
        row_printed(gain - 1); row_ours(over_the_air(n, set[c].log2_k, 1));
        row_goal(0.85 * (gain - 1), 1.15 * (gain - 1));
        row("AB (5.8), (5.9)", "32 nodes over the air, half sending, gain %d: error, and the formulas", gain);
        row_printed(formula); row_ours(over_the_air(n, set[c].log2_k, 0.5)); row_goal(NAN, 1.12 * formula);
        row("ours, AB 5", "half sending, gain %d, each its own slots, trits: error", gain);
        row_ours(digital(n, set[c].log2_k)); row_goal(0.2 * gain, 0.45 * gain);
        row_note("16 times the channel uses of the sum over the air");
        if (set[c].log2_k < 5) { continue; }
        row("ours, AB 5", "half sending, as many channel uses as gain %d over the air, trits: error", gain);
        row_ours(digital(n, set[c].log2_k - 4)); row_goal(over_the_air(n, set[c].log2_k, 0.5), NAN);
        row_note("k / 16 values of each node; Figure 5.4 compares at equal channel uses");
    }
}

/* CifarNet (1e6 values), 50 nodes, P / s^2 = 63: QCS of gain 30 at capacity, each node by itself, against the sum over
 * the air at gain 20 */
static void figure_5_3(void)
{
    const double capacity = 0.5 * log2(1 + 63.0), sent = 50 * 1e6 * 32 / 30, analog = 1e6 / 20;
    row("AB Figure 5.3", "50 nodes at 18 dB, QCS of gain 30: bits in all, millions");
    row_published(53, 0.5); row_printed(sent / 1e6); row_goal(53.3, 53.4);
    row("AB Figure 5.3", "50 nodes at 18 dB, QCS of gain 30: channel uses, millions");
    row_published(17.8, 0.05); row_printed(sent / capacity / 1e6); row_goal(17.7, 17.8);
    row("AB Figure 5.3", "50 nodes over the air, gain 20: channel uses, thousands");
    row_published(50, 0.5); row_printed(analog / 1e3); row_goal(50, 50);
    row("AB Figure 5.3", "50 nodes: channel uses of QCS over those over the air");
    row_published(350, 10); row_printed(sent / capacity / analog); row_goal(355, 356); row_note("print: at least 350");
    row("AB Figure 5.3", "CifarNet, 50 nodes: test accuracy against channel uses");
    row_note("n/a: Cifar10 is not here; trainings over the air are at Figure 5.4");
}

void air(void)
{
    figure_5_4();
    figure_5_3();
}
