/* air_training.c - [AB] Figure 5.4: 32 nodes of unequal weight train 784-300-100-10 (print: Lenet) by SGD at rate .05,
 * each awake half of the time; what is awake sends at once over the air (random linear coding), or each by itself by
 * QCS at the same channel uses in all: at gain times the 16 nodes that send, as print has it, which counts a use as 32
 * bits; or at 3 bits a use, what its 18 dB carry. */
#include "data.h"
#include "learn.h"
#include "table.h"
#include "../random.h"

enum { NODES = 32, BLOCK_MOST = 4096, STEPS = 150, MOST = 785 * 1000 };
enum { ALL, AIR, DIGITAL, DIGITAL_18 }; /* 32 bits a channel use, as print counts; 3, its capacity at 18 dB */

static float gradient[MOST], sum[MOST];

/* adds `weight` times one block as it is received; the air's own sum is linear, so that adding after unfolding is the
 * same */
static void a_block(float *to, const float *g, int len, int n, int how, int gain, double weight, uint32_t seed)
{
    static int16_t x[BLOCK_MOST], q[BLOCK_MOST];
    static int32_t v[BLOCK_MOST], back[BLOCK_MOST];
    static int64_t out[BLOCK_MOST], work[BLOCK_MOST];
    unsigned log2_k = 0, levels = 1;
    float max = 1e-20F;
    double unit;
    sucref_stream s;
    int i;
    for (i = 0; i < len; i++) { max = fmaxf(max, fabsf(g[i])); }
    for (i = 0; i < n; i++) { x[i] = (int16_t)(i < len ? lrintf(g[i] / max * 8000) : 0); }
    sucref_stream_init(&s, seed, 5, 4);
    if (how == AIR) { while (n >> log2_k > gain) { log2_k++; } }
    else if (sucref_qcs_best(&log2_k, &levels, NULL, (size_t)n,
                             (uint32_t)((how == DIGITAL ? 32 : 3) * n / (gain * NODES / 2))) != SUCREF_OK) {
        exit(2);
    }
    unit = weight * (double)max / 8000 / (1 << log2_k);
    (void)sucref_fold(v, log2_k, x, (size_t)n, sucref_signs_of(&s, 0));
    if (how >= DIGITAL) {
        uint32_t top = 1;
        sucref_grid grid;
        for (i = 0; i < 1 << log2_k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
        if (sucref_grid_for(&grid, top, levels) != SUCREF_OK ||
            sucref_dither_encode(q, sucref_int32(v, (size_t)1 << log2_k), &grid, &s, 9000) != SUCREF_OK ||
            sucref_dither_decode(back, q, (size_t)1 << log2_k, &grid, &s, 9000) != SUCREF_OK) {
            exit(2);
        }
        unit /= 2.0 * grid.multiplier;
        memcpy(v, back, sizeof v);
    }
    (void)sucref_unfold(out, (size_t)n, v, log2_k, sucref_signs_of(&s, 0), work);
    for (i = 0; i < len; i++) { to[i] += (float)((double)out[i] * unit); }
}

static double a_train(int how, int gain, int n)
{
    learning t;
    double accuracy, total = 0;
    int node, l, i, at, all;
    memset(&t, 0, sizeof t);
    t.workers = NODES; t.batch = 8 * NODES; t.sender = SEND_PLAIN; t.seed = 1; t.rate = 0.05; t.fall = 1;
    learn_start(&t);
    all = learn_values(&t);
    for (node = 0; node < NODES; node++) { total += 1 + node % 4; }
    random_start(9);
    for (t.step = 0; t.step < STEPS; t.step++) {
        memset(sum, 0, sizeof(float) * (size_t)all);
        for (node = 0; node < NODES; node++) {
            const double weight = (1 + node % 4) / total * (how == ALL ? 1 : 2);
            if (uniform() < 0.5 && how != ALL) { continue; } /* asleep */
            learn_batch(&t, node);
            for (l = 0; l < t.net.n; l++) {
                learn_product(gradient + t.net.at[l], &t.net, l, t.net.x[l], t.net.d[l]);
            }
            for (i = 0; how == ALL && i < all; i++) { sum[i] += (float)weight * gradient[i]; }
            for (at = 0; how != ALL && at < all; at += n) { /* over the air all use the same signs, else their own */
                a_block(sum + at, gradient + at, all - at < n ? all - at : n, n, how, gain, weight,
                        (uint32_t)(t.step * 1000 + at / n) * 64U + (how == AIR ? 0U : 1U + (uint32_t)node));
            }
        }
        for (i = 0; i < all; i++) { t.net.w[i] -= 0.05F * sum[i]; }
    }
    accuracy = learn_accuracy(&t, 2000);
    learn_end(&t);
    return accuracy;
}

void air_training(void)
{
    static const struct { int gain, n; } set[4] = { { 2, 2048 }, { 5, 2560 }, { 20, 2560 }, { 100, 3200 } };
    const double all = a_train(ALL, 1, 1);
    int k;
    row("AB Figure 5.4", "784-300-100-10, 32 nodes, 150 steps at .05, all sending, uncompressed: accuracy");
    row_ours(all); row_goal(0.8, 0.92); row_note("print has Lenet; 2000 test images");
    for (k = 0; k < 4; k++) {
        const double air = a_train(AIR, set[k].gain, set[k].n), digital = a_train(DIGITAL, set[k].gain, set[k].n),
                     digital_18 = a_train(DIGITAL_18, set[k].gain, set[k].n);
        row("AB Figure 5.4", "the same, half sending, over the air at gain %d: accuracy", set[k].gain);
        row_ours(air); row_goal(0.78, 0.92);
        row("AB Figure 5.4", "the same, half sending, QCS of gain %d for each of 16 nodes: accuracy", 16 * set[k].gain);
        row_ours(digital); row_goal(0.78, 0.92);
        row_note("print: slightly behind at low gain, far behind at high; not here, where a use counts as 32 bits");
        row("AB Figure 5.4", "the same, half sending, QCS at the uses of gain %d over the air, 3 bits a use: accuracy",
            set[k].gain);
        row_ours(digital_18); row_goal(0.05, air + 0.005);
        row_note("what 18 dB carry: far behind at the high gain");
    }
}
