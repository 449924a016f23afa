/* training.c - eight learners that train 784-32-10 on MNIST together and exchange gradients through the header's
 * quantizers: a small stand-in for the training figures of [AB], whose networks are larger. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"
#include "../random.h"

enum { T_LEARNERS = 8, T_BATCH = 16, T_STEPS = 240, T_HIDDEN = 32, T_IN = 784, T_OUT = 10, T_POINTS = 8,
       T_W1 = T_HIDDEN * T_IN, T_W2 = T_OUT * T_HIDDEN, T_N = T_W1 + T_W2, T_LOG2_K = 11 };
enum {
    T_PLAIN,
    T_HALF,
    T_DITHER,
    T_NESTED,
    T_ONEBIT,
    T_FRAME,
    T_NAIVE,
    T_FACTORS,
    T_FACTORS2,
    T_QCS,
    T_QCS_SMALL,
    T_QCS_FEEDBACK,
    T_QCS_SMALL_FEEDBACK,
    T_QCS1,
    T_QCS2,
    T_SCHEMES
};
static const struct { const char *figure, *name; double lo, hi; } t_scheme[T_SCHEMES] = {
    { "AB Figures 2.3, 2.4", "uncompressed", 0.85, 0.92 },
    { "AB Figures 2.3, 2.4", "QSG, 3 levels", 0.85, 0.92 },
    { "AB Figures 2.3, 2.4", "dithered, 3 levels", 0.85, 0.92 },
    { "AB Figures 2.3, 2.4", "half dithered, 7 levels, half nested, k 3", 0.86, 0.92 },
    { "AB Figures 2.3, 2.4", "dithered, one bit", 0.84, 0.92 },
    { "ours, AB 2", "D4 frames at one bit a value", 0.84, 0.92 },
    { "AB Figure 3.1", "factors rounded, 3 levels", 0.65, 0.85 },
    { "AB Figure 3.5", "factors dithered, 3 levels", 0.83, 0.90 },
    { "AB Figure 3.5", "factors dithered, 5 levels", 0.85, 0.92 },
    { "ours, AB 4", "QCS, gain 247", 0.84, 0.92 },
    { "ours, AB 4", "QCS, gain 247, least squares", 0.68, 0.82 },
    { "ours, AB 4", "QCS, gain 247, feedback .05", 0.84, 0.92 },
    { "ours, AB 4", "QCS, gain 247, least squares, feedback .5", 0.83, 0.90 },
    { "AB Figures 4.5-4.7", "QCS-1, blocks of 256, k 64, Q 7, gain 32.8", 0.85, 0.92 },
    { "AB Figures 4.5-4.7", "QCS-2, blocks of 256, k 256, Q 1, gain 20.2", 0.85, 0.92 }
};

static float t_w[T_N];                                  /* W1 [hidden][in], W2 [out][hidden]; no biases */
static float t_x[T_IN][T_BATCH], t_h[T_HIDDEN][T_BATCH], t_d1[T_HIDDEN][T_BATCH], t_d2[T_OUT][T_BATCH];
static float t_residual[T_LEARNERS][T_N];

static void t_forward(const uint8_t *x, float *h, float *p)
{
    float max = -1e9F, sum = 0;
    int i, j;
    for (j = 0; j < T_HIDDEN; j++) { h[j] = 0; }
    for (i = 0; i < T_IN; i++) {
        for (j = 0; x[i] && j < T_HIDDEN; j++) { h[j] += (float)x[i] / 255 * t_w[j * T_IN + i]; }
    }
    for (j = 0; j < T_HIDDEN; j++) { h[j] = h[j] > 0 ? h[j] : 0; }
    for (j = 0; j < T_OUT; j++) {
        for (i = 0, p[j] = 0; i < T_HIDDEN; i++) { p[j] += h[i] * t_w[T_W1 + j * T_HIDDEN + i]; }
        max = p[j] > max ? p[j] : max;
    }
    for (j = 0; j < T_OUT; j++) { p[j] = expf(p[j] - max); sum += p[j]; }
    for (j = 0; j < T_OUT; j++) { p[j] /= sum; }
}

/* inputs and deltas of one batch */
static void t_batch(void)
{
    int b, i, j;
    for (b = 0; b < T_BATCH; b++) {
        const size_t k = (size_t)(uniform() * IDX_TRAIN);
        const uint8_t *x = train_set.x + k * T_IN;
        float h[T_HIDDEN], p[T_OUT];
        t_forward(x, h, p);
        for (i = 0; i < T_IN; i++) { t_x[i][b] = (float)x[i] / 255; }
        for (j = 0; j < T_OUT; j++) { t_d2[j][b] = p[j] - (float)(j == train_set.label[k]); }
        for (i = 0; i < T_HIDDEN; i++) {
            t_h[i][b] = h[i];
            for (j = 0, t_d1[i][b] = 0; h[i] > 0 && j < T_OUT; j++) {
                t_d1[i][b] += t_d2[j][b] * t_w[T_W1 + j * T_HIDDEN + i];
            }
        }
    }
}

/* a factor [rows][batch] as its quantizer gives it back; dither 0: rounded */
static void t_factor(float *out, const float *in, int rows, uint32_t levels, int dither, const sucref_stream *s,
                     uint32_t counter)
{
    static int32_t x[T_IN * T_BATCH], x2[T_IN * T_BATCH];
    static int16_t q[T_IN * T_BATCH];
    sucref_grid st;
    float max = 1e-20F;
    int i;
    for (i = 0; i < rows * T_BATCH; i++) { max = fabsf(in[i]) > max ? fabsf(in[i]) : max; }
    for (i = 0; i < rows * T_BATCH; i++) { x[i] = (int32_t)lrintf(in[i] / max * 100000); }
    if (sucref_grid_for(&st, 100000, levels) != SUCREF_OK ||
        sucref_dither_encode(q, sucref_int32(x, (size_t)(rows * T_BATCH)), &st, s, counter) != SUCREF_OK ||
        sucref_dither_decode(x2, q, (size_t)(rows * T_BATCH), &st, s, counter) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < rows * T_BATCH; i++) {
        out[i] = dither ? (float)x2[i] / (2 * (float)st.multiplier) / 100000 * max
                        : floorf(in[i] / max * (float)levels + 0.5F) / (float)levels * max;
    }
}

static int t_by_factors(int scheme) { return scheme >= T_NAIVE && scheme <= T_FACTORS2; }

static void t_product(float *g, const float *d, int m, const float *x, int n)
{
    int i, j, b;
    for (j = 0; j < m; j++) {
        for (i = 0; i < n; i++) {
            for (b = 0, g[j * n + i] = 0; b < T_BATCH; b++) {
                g[j * n + i] += d[j * T_BATCH + b] * x[i * T_BATCH + b] / T_BATCH;
            }
        }
    }
}

/* QCS block by block, k = 2^log2_k indices of 2 `levels` + 1 values for 256 */
static void t_blocks(float *g, int n, unsigned log2_k, uint32_t levels, const sucref_stream *s, uint32_t counter)
{
    enum { BLOCK = 256 };
    static int16_t x[BLOCK], q[BLOCK];
    static int32_t v[BLOCK], back[BLOCK];
    static int64_t out[BLOCK], work[BLOCK];
    const size_t k = (size_t)1 << log2_k;
    int at, i;
    for (at = 0; at + BLOCK <= n; at += BLOCK, counter += 2 * BLOCK) {
        float max = 1e-20F;
        sucref_grid grid;
        uint32_t top = 1;
        for (i = 0; i < BLOCK; i++) { max = fmaxf(max, fabsf(g[at + i])); }
        for (i = 0; i < BLOCK; i++) { x[i] = (int16_t)lrintf(g[at + i] / max * 16000); }
        (void)sucref_fold(v, log2_k, x, BLOCK, sucref_signs_of(s, counter));
        for (i = 0; i < (int)k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
        if (sucref_grid_for(&grid, top, levels) != SUCREF_OK ||
            sucref_dither_encode(q, sucref_int32(v, k), &grid, s, counter + BLOCK) != SUCREF_OK ||
            sucref_dither_decode(back, q, k, &grid, s, counter + BLOCK) != SUCREF_OK ||
            sucref_unfold(out, BLOCK, back, log2_k, sucref_signs_of(s, counter), work) != SUCREF_OK) {
            exit(2);
        }
        for (i = 0; i < BLOCK; i++) {
            g[at + i] = (float)((double)out[i] / (2.0 * grid.multiplier * (double)k) / 16000 * (double)max);
        }
    }
}

/* through one D4 frame */
static void t_frame(float *g, int n, float max, uint32_t counter)
{
    static int16_t in[T_N];
    static uint8_t frame[4 * T_N];
    static int32_t out[T_N], work[SUCREF_VEC_BLOCK];
    static int64_t work64[SUCREF_VEC_BLOCK];
    sucref_vec_options o;
    uint32_t got = T_N;
    size_t len;
    int i;
    o.seed_low = 3; o.seed_high = 3; o.stream = counter; o.ratio = 560; o.flags = SUCREF_VEC_D4;
    o.fraction_bits = 8;
    for (i = 0; i < n; i++) { in[i] = (int16_t)lrintf(g[i] / max * 32000); }
    if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, (size_t)n), &o, work) != SUCREF_OK ||
        sucref_vec_decode(out, &got, frame, len, &o, work64) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < n; i++) { g[i] = (float)out[i] / 256 / 32000 * max; }
}

/* through the nested quantizer; side: what the receiver knows already */
static void t_nested(float *g, const int32_t *x, int n, float max, const sucref_stream *s, uint32_t counter,
                     const float *side)
{
    static int32_t y[T_N];
    static uint16_t symbol[T_N];
    static int64_t out[T_N];
    const sucref_nested c = { 10000, 3, 1, 0 };
    int i;
    for (i = 0; i < n; i++) {
        y[i] = (int32_t)lrintf(side[i] / max * 30000);
        y[i] = y[i] > 100000 ? 100000 : y[i] < -100000 ? -100000 : y[i];
    }
    if (sucref_dither_nested_encode(symbol, sucref_int32(x, (size_t)n), &c, s, counter) != SUCREF_OK ||
        sucref_dither_nested_decode(out, symbol, sucref_int32(y, (size_t)n), &c, s, counter) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < n; i++) { g[i] = (float)out[i] / 2 / 30000 * max; }
}

/* QCS of the whole vector, one trit an index; shrink: by least squares */
static void t_folded(float *g, const int32_t *x, int n, float max, int shrink, const sucref_stream *s, uint32_t counter)
{
    enum { K = 1 << T_LOG2_K };
    /* the fullest of the k bins holds ceil(n / k) values */
    const double gamma = ceil((double)n / K) - 1 + n / 4.0 * log(K) / (K - 1);
    static int16_t small[T_N], q[K];
    static int32_t v[K], back[K];
    static int64_t out[T_N], work[K];
    uint32_t top = 1;
    sucref_grid grid;
    int i;
    for (i = 0; i < n; i++) { small[i] = (int16_t)x[i]; }
    (void)sucref_fold(v, T_LOG2_K, small, (size_t)n, sucref_signs_of(s, counter));
    for (i = 0; i < K; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
    if (sucref_grid_for(&grid, top, 1) != SUCREF_OK ||
        sucref_dither_encode(q, sucref_int32(v, K), &grid, s, counter + 100000U) != SUCREF_OK ||
        sucref_dither_decode(back, q, K, &grid, s, counter + 100000U) != SUCREF_OK ||
        sucref_unfold(out, (size_t)n, back, T_LOG2_K, sucref_signs_of(s, counter), work) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < n; i++) {
        g[i] = (float)((double)out[i] / (2.0 * grid.multiplier * K) / 30000 * (double)max);
        if (shrink) { g[i] /= (float)(1 + gamma); }
    }
}

/* value by value: rounded at random, with dither, or one bit */
static void t_values(float *g, const int32_t *x, int n, float max, int scheme, uint32_t levels, const sucref_stream *s,
                     uint32_t counter)
{
    static int32_t out[T_N];
    static int16_t q[T_N];
    static uint8_t bits_out[T_N / 8 + 1];
    const size_t len = (size_t)n;
    sucref_grid grid;
    int i, ok;
    if (sucref_grid_for(&grid, 30000, levels) != SUCREF_OK) { exit(2); }
    if (scheme == T_HALF) { grid.kind = SUCREF_DITHER_HALF; }
    if (scheme == T_ONEBIT) {
        grid.multiplier /= 2;
        ok = sucref_dither_onebit_encode(bits_out, sucref_int32(x, len), &grid, s, counter) == SUCREF_OK &&
             sucref_dither_onebit_decode(out, bits_out, len, &grid, s, counter) == SUCREF_OK;
    } else {
        ok = sucref_dither_encode(q, sucref_int32(x, len), &grid, s, counter) == SUCREF_OK &&
             sucref_dither_decode(out, q, len, &grid, s, counter) == SUCREF_OK;
    }
    if (!ok) { exit(2); }
    for (i = 0; i < n; i++) { g[i] = (float)out[i] / (2 * (float)grid.multiplier) / 30000 * max; }
}

/* a gradient through one of the quantizers */
static void t_quantize(float *g, int n, int scheme, uint32_t levels, const sucref_stream *s, uint32_t counter,
                       const float *side)
{
    static int32_t x[T_N];
    float max = 1e-20F;
    int i;
    for (i = 0; i < n; i++) { max = fabsf(g[i]) > max ? fabsf(g[i]) : max; }
    for (i = 0; i < n; i++) { x[i] = (int32_t)lrintf(g[i] / max * 30000); }
    switch (scheme) {
    case T_QCS1: t_blocks(g, n, 6, 7, s, counter); break;
    case T_QCS2: t_blocks(g, n, 8, 1, s, counter); break;
    case T_FRAME: t_frame(g, n, max, counter); break;
    case T_NESTED: t_nested(g, x, n, max, s, counter, side); break;
    case T_QCS: case T_QCS_FEEDBACK: t_folded(g, x, n, max, 0, s, counter); break;
    case T_QCS_SMALL: case T_QCS_SMALL_FEEDBACK: t_folded(g, x, n, max, 1, s, counter); break;
    default: t_values(g, x, n, max, scheme, levels, s, counter);
    }
}

static double t_accuracy(void)
{
    float h[T_HIDDEN], p[T_OUT];
    int k, j, right = 0;
    for (k = 0; k < 2000; k++) {
        int best = 0;
        t_forward(test_set.x + (size_t)k * T_IN, h, p);
        for (j = 1; j < T_OUT; j++) { if (p[j] > p[best]) { best = j; } }
        right += best == test_set.label[k];
    }
    return right / 2000.0;
}

/* Figure 4.2 on this network: error over the energy of the first layer's gradient at each point of the uncompressed
 * training, mean and spread over batches, by QCS-2 and by QSG (3 levels by the 2-norm) */
typedef struct { double mean[2], sd[2]; } t_error;
static t_error t_errors[T_POINTS];

static void t_measure_errors(t_error *out)
{
    enum { BATCHES = 16 };
    static float g[T_W1], z[T_W1];
    const uint32_t state = test_state; /* the training goes on with the batches that it would have had */
    int b, i, method;
    memset(out, 0, sizeof *out);
    for (b = 0; b < BATCHES; b++) {
        sucref_stream s;
        double energy = 0;
        t_batch();
        t_product(g, t_d1[0], T_HIDDEN, t_x[0], T_IN);
        for (i = 0; i < T_W1; i++) { energy += (double)g[i] * g[i]; }
        for (method = 0; method < 2; method++) {
            const double norm = sqrt(energy);
            double error = 0;
            memcpy(z, g, sizeof z);
            sucref_stream_init(&s, 4, 2, (uint32_t)b);
            if (method == 0) { t_blocks(z, T_W1, 8, 1, &s, 0); }
            for (i = 0; method == 1 && i < T_W1; i++) { z[i] = (float)(norm * floor(g[i] / norm + uniform())); }
            for (i = 0; i < T_W1; i++) { error += (z[i] - g[i]) * (double)(z[i] - g[i]); }
            out->mean[method] += error / energy / BATCHES;
            out->sd[method] += error / energy * (error / energy) / BATCHES;
        }
    }
    for (method = 0; method < 2; method++) {
        out->sd[method] = sqrt(fmax(0, out->sd[method] - out->mean[method] * out->mean[method]));
    }
    test_state = state;
}

static void t_error_rows(const double *curve)
{
    static const char *const name[2] = { "QCS-2, gain 20.2", "QSG, 3 levels by the 2-norm" };
    int k, method;
    for (k = 0; k < T_POINTS; k++) {
        for (method = 0; method < 2; method++) {
            row("AB Figure 4.2", "784-32-10 after %d steps, %s: error of a gradient", (k + 1) * T_STEPS / T_POINTS,
                name[method]);
            row_ours(t_errors[k].mean[method]); row_goal(method ? 8 : 0.5, method ? 80 : 1.2);
            row_note("spread %.3f over batches, accuracy %.3f; print: QCS concentrated, QSG spread, on LeNet",
                     t_errors[k].sd[method], curve[k]);
        }
    }
}

/* one batch's gradient of both layers, from factors where the scheme quantizes those */
static void t_gradient(float *g, int scheme, const sucref_stream *s)
{
    static float f1[T_IN * T_BATCH], f2[T_HIDDEN * T_BATCH];
    const uint32_t levels = scheme == T_FACTORS2 ? 2 : 1;
    const int dither = scheme != T_NAIVE;
    t_batch();
    if (!t_by_factors(scheme)) {
        t_product(g, t_d1[0], T_HIDDEN, t_x[0], T_IN);
        t_product(g + T_W1, t_d2[0], T_OUT, t_h[0], T_HIDDEN);
        return;
    }
    t_factor(f1, t_x[0], T_IN, levels, dither, s, 0);
    t_factor(f2, t_d1[0], T_HIDDEN, levels, dither, s, 20000);
    t_product(g, f2, T_HIDDEN, f1, T_IN);
    t_factor(f1, t_h[0], T_HIDDEN, levels, dither, s, 30000);
    t_factor(f2, t_d2[0], T_OUT, levels, dither, s, 40000);
    t_product(g + T_W1, f2, T_OUT, f1, T_HIDDEN);
}

/* z as the others receive it from a learner; the nested ones come after the mean of those before them */
static void t_send(float *z, int scheme, int learner, const float *mean, const sucref_stream *s)
{
    const int own = scheme == T_NESTED && learner < T_LEARNERS / 2 ? T_DITHER : scheme;
    const uint32_t levels = scheme == T_NESTED ? 3 : 1;
    static float side[T_N];
    int i;
    for (i = 0; i < T_N; i++) { side[i] = learner > 0 ? mean[i] / (float)learner : 0; }
    t_quantize(z, T_W1, own, levels, s, 0, side);
    t_quantize(z + T_W1, T_W2, scheme >= T_QCS ? T_PLAIN : own, levels, s, 200000, side + T_W1);
}

/* curve [T_POINTS]: accuracy after each eighth of the steps */
static void t_train(int scheme, double *curve)
{
    static float g[T_N], mean[T_N], z[T_N];
    const float beta = scheme == T_QCS_FEEDBACK ? 0.05F : scheme == T_QCS_SMALL_FEEDBACK ? 0.5F : 0;
    int step, learner, i;
    random_start(1); /* every scheme the same start and batches */
    for (i = 0; i < T_N; i++) { t_w[i] = (float)(normal() * (i < T_W1 ? sqrt(2.0 / T_IN) : sqrt(2.0 / T_HIDDEN))); }
    memset(t_residual, 0, sizeof t_residual);
    for (step = 0; step < T_STEPS; step++) {
        memset(mean, 0, sizeof mean);
        for (learner = 0; learner < T_LEARNERS; learner++) {
            sucref_stream s;
            sucref_stream_init(&s, (uint32_t)step, (uint32_t)learner, 9);
            t_gradient(g, scheme, &s);
            for (i = 0; i < T_N; i++) { z[i] = g[i] + beta * t_residual[learner][i]; }
            if (scheme != T_PLAIN && !t_by_factors(scheme)) { t_send(z, scheme, learner, mean, &s); }
            for (i = 0; i < T_N; i++) { t_residual[learner][i] += g[i] - z[i]; mean[i] += z[i]; }
        }
        for (i = 0; i < T_N; i++) { t_w[i] -= 0.2F * mean[i] / T_LEARNERS; }
        if ((step + 1) % (T_STEPS / T_POINTS) == 0) {
            const int point = (step + 1) / (T_STEPS / T_POINTS) - 1;
            curve[point] = t_accuracy();
            if (scheme == T_PLAIN) { t_measure_errors(&t_errors[point]); }
        }
    }
}

void training(void)
{
    static const char *const file[3] = { "fig2_3.svg", "fig3_1.svg", "fig4_5.svg" };
    static const int from[3] = { T_HALF, T_NAIVE, T_QCS }, to[3] = { T_FRAME, T_FACTORS2, T_QCS2 };
    static const char *const title[3] = { "Eight learners that share gradients (as [AB] Figs. 2.3, 2.4)",
                                          "Eight learners that share factors (as [AB] Figs. 3.1, 3.5)",
                                          "Eight learners that share projections (as [AB] Figs. 4.5, 4.6)" };
    double curve[T_SCHEMES][T_POINTS], x[T_POINTS];
    int k, f;
    for (k = 0; k < T_POINTS; k++) { x[k] = (k + 1) * (T_STEPS / T_POINTS); }
    for (k = 0; k < T_SCHEMES; k++) {
        t_train(k, curve[k]);
        row(t_scheme[k].figure, "8 learners, 784-32-10, %d steps, %s: accuracy", T_STEPS, t_scheme[k].name);
        row_ours(curve[k][T_POINTS - 1]); row_goal(t_scheme[k].lo, t_scheme[k].hi);
        row_note("a smaller network than print's, 2000 test images");
    }
    t_error_rows(curve[T_PLAIN]);
    row("AB Figures 2.3-4.7", "784-300-100-10, 784-1000-300-100-10, Lenet, CifarNet, AlexNet: accuracy");
    row_note("those trainings are not built; the rows above are of a smaller network");
    for (f = 0; f < 3; f++) {
        svg s = svg_open(out_path(file[f]), title[f], "steps", "share of 2000 test images right", 0, T_STEPS, 0, 1,
                         40, 0.2);
        svg_line(&s, t_scheme[T_PLAIN].name, x, curve[T_PLAIN], T_POINTS, 1);
        for (k = from[f]; k <= to[f]; k++) { svg_line(&s, t_scheme[k].name, x, curve[k], T_POINTS, 1); }
        svg_close(&s);
    }
}
