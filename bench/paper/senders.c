/* senders.c - what workers send in place of their gradients: the header's quantizers and the methods that [AB] compares
 * with, each from its description. One scale a layer (a weight's bias belongs to its layer); raw bits are log2 of the
 * number of symbols for each value, coded bits those of an adaptive arithmetic code with a model of its own for every
 * layer and step, both with 32 bits for a scale. */
#include "learn.h"
#include "../random.h"
#include "../../examples/tool/outer_fit.h"

const char *const sender_name[SENDERS] = { "plain", "seide", "qsg7", "sparse", "top", "dither7", "nested", "naive1",
                                           "naive2", "mse1", "mse2", "isgq1", "isgq2", "isgq1s",
                                           "isgq2s", "isgq4s", "qcs1", "qcs2", "d4", "qsg3" };
const char *const sender_text[SENDERS] = {
    "uncompressed", "one bit (Seide) with error feedback", "QSG, 7 levels", "random sparsification, 2 % of the values",
    "Top-K, 2 % of the values, with error feedback", "dithered, 7 levels", "half dithered, 7 levels, half nested, k 3",
    "naive ISGQ, Lloyd-Max, 2 levels", "naive ISGQ, Lloyd-Max, 4 levels", "MSE-ISGQ, 2 levels", "MSE-ISGQ, 4 levels",
    "dithered ISGQ, 1 bit", "dithered ISGQ, 3 levels (1.58 bits)",
    "dithered ISGQ, 1 bit, a scale a picture", "dithered ISGQ, 3 levels, a scale a picture",
    "dithered ISGQ, 4 levels (2 bits), a scale a picture",
    "QCS-1, blocks of 256, k 64, Q 7, gain 32.8 (29.0 with scales)",
    "QCS-2, blocks of 256, k 256, Q 1, gain 20.2 (18.7 with scales)", "D4 frames at one bit a value",
    "QSG, 3 levels by the largest of 256, gain 20.2 (18.7 with scales)"
};

enum { MOST = 785 * 1000, KINDS = 16, UNIT = 30000, SCALE_BITS = 32 };
static float gradient[MOST];
static int32_t fixed[MOST], back[MOST];
static int16_t index_of[MOST];

static void must(int status) { if (status != SUCREF_OK) { fprintf(stderr, "a sender failed\n"); exit(2); } }

double adaptive_bits(const uint32_t *count, int kinds)
{
    double n = 0, bits = 0;
    int k;
    for (k = 0; k < kinds; k++) { n += count[k]; bits -= lgamma(count[k] + 0.5) - lgamma(0.5); }
    return (bits + lgamma(n + kinds / 2.0) - lgamma(kinds / 2.0)) / log(2);
}

static float largest(const float *v, int n)
{
    float max = 1e-20F;
    int i;
    for (i = 0; i < n; i++) { max = fabsf(v[i]) > max ? fabsf(v[i]) : max; }
    return max;
}

static void to_fixed(const float *v, int n, float max, float unit)
{
    int i;
    for (i = 0; i < n; i++) { fixed[i] = (int32_t)lrintf(v[i] / max * unit); }
}

static void count_bits(learning *t, const int16_t *q, int n, int lowest, int kinds)
{
    uint32_t count[KINDS] = { 0 };
    int i;
    for (i = 0; i < n; i++) { count[q[i] - lowest]++; }
    t->raw += n * log2(kinds) + SCALE_BITS;
    t->coded += adaptive_bits(count, kinds) + SCALE_BITS;
}

/* ---- value by value ---- */

/* n values by one scale, their indices to index_of [at ..] */
static void grid_of(float *g, int n, int levels, int half, int at, const sucref_stream *s, uint32_t counter)
{
    const float max = largest(g, n);
    sucref_grid grid;
    int i;
    to_fixed(g, n, max, UNIT);
    must(sucref_grid_for(&grid, UNIT, (uint32_t)levels));
    if (half) { grid.kind = SUCREF_DITHER_HALF; }
    must(sucref_dither_encode(index_of + at, sucref_int32(fixed, (size_t)n), &grid, s, counter));
    must(sucref_dither_decode(back, index_of + at, (size_t)n, &grid, s, counter));
    for (i = 0; i < n; i++) { g[i] = (float)back[i] * (max / UNIT / 2 / (float)grid.multiplier); }
}

static void send_grid(learning *t, float *g, int n, int levels, int half, const sucref_stream *s, uint32_t counter)
{
    grid_of(g, n, levels, half, 0, s, counter);
    count_bits(t, index_of, n, -levels, 2 * levels + 1);
}

/* as many bits as QCS-2 sends: blocks of 256, each with a scale of its own */
static void send_ternary(learning *t, float *g, int n, const sucref_stream *s, uint32_t counter)
{
    enum { BLOCK = 256 };
    int at;
    for (at = 0; at < n; at += BLOCK) {
        grid_of(g + at, n - at < BLOCK ? n - at : BLOCK, 1, 1, at, s, counter + (uint32_t)at);
    }
    count_bits(t, index_of, n, -1, 3);
    t->raw += ((n + BLOCK - 1) / BLOCK - 1) * SCALE_BITS;
    t->coded += ((n + BLOCK - 1) / BLOCK - 1) * SCALE_BITS;
}

/* steps of a third of the largest, indices mod 3, beside the mean of the workers before */
static void send_nested(learning *t, float *g, int n, const float *mean, const sucref_stream *s, uint32_t counter)
{
    static uint16_t symbol[MOST];
    static int64_t out[MOST];
    const sucref_nested c = { UNIT / 3, 3, 1, 0 };
    const float max = largest(g, n);
    int i;
    to_fixed(g, n, max, UNIT);
    must(sucref_dither_nested_encode(symbol, sucref_int32(fixed, (size_t)n), &c, s, counter));
    for (i = 0; i < n; i++) {
        const float y = mean[i] / max * UNIT;
        fixed[i] = (int32_t)lrintf(y > 9 * UNIT ? 9 * UNIT : y < -9 * UNIT ? -9 * UNIT : y);
    }
    must(sucref_dither_nested_decode(out, symbol, sucref_int32(fixed, (size_t)n), &c, s, counter));
    for (i = 0; i < n; i++) { g[i] = (float)out[i] / 2 * (max / UNIT); index_of[i] = (int16_t)symbol[i]; }
    count_bits(t, index_of, n, 0, 3);
}

/* Seide et al.: the sign, and of each of a layer's columns (a neuron's weights) the mean of both sides */
static void send_seide(learning *t, float *g, int rows, int columns)
{
    int i, o;
    for (o = 0; o < columns; o++) {
        double sum[2] = { 0, 0 };
        int n[2] = { 0, 0 };
        for (i = 0; i < rows; i++) {
            const int side = g[i * columns + o] >= 0;
            sum[side] += (double)g[i * columns + o]; n[side]++;
        }
        for (i = 0; i < rows; i++) {
            const int side = g[i * columns + o] >= 0;
            index_of[i * columns + o] = (int16_t)side;
            g[i * columns + o] = (float)(sum[side] / n[side]);
        }
    }
    count_bits(t, index_of, rows * columns, 0, 2);
    t->raw += (2.0 * columns - 1) * SCALE_BITS;
    t->coded += (2.0 * columns - 1) * SCALE_BITS;
}

/* the keep-th largest of v [n], whose order changes */
static float quick_select(float *v, int n, int keep)
{
    int from = 0, to = n - 1;
    while (from < to) {
        const float pivot = v[from + (to - from) / 2];
        int i = from, j = to;
        while (i <= j) {
            while (v[i] > pivot) { i++; }
            while (v[j] < pivot) { j--; }
            if (i <= j) { const float o = v[i]; v[i++] = v[j]; v[j--] = o; }
        }
        if (keep - 1 <= j) { to = j; } else if (keep - 1 >= i) { from = i; } else { break; }
    }
    return v[keep - 1];
}

/* bits of a set of `kept` of n places, and 32 for each value */
static void count_places(learning *t, int n, int kept)
{
    const double places = (lgamma(n + 1.0) - lgamma(kept + 1.0) - lgamma(n - kept + 1.0)) / log(2);
    t->raw += kept * (32 + ceil(log2(n)));
    t->coded += places + 32.0 * kept;
}

static void send_top(learning *t, float *g, int n)
{
    static float size[MOST];
    const int keep = n / 50 > 0 ? n / 50 : 1;
    float limit;
    int i, kept = 0;
    for (i = 0; i < n; i++) { size[i] = fabsf(g[i]); }
    limit = quick_select(size, n, keep);
    for (i = 0; i < n; i++) {
        if (fabsf(g[i]) < limit || fabsf(g[i]) <= 0 || kept == keep) { g[i] = 0; } else { kept++; }
    }
    count_places(t, n, kept);
}

/* value i stays with probability min(1, c |g_i|), as g_i / that; c so that n / 50 are to be expected */
static void send_sparse(learning *t, float *g, int n)
{
    double c = 0, sum = 0, room = n / 50.0;
    int i, round, kept = 0;
    for (i = 0; i < n; i++) { sum += (double)fabsf(g[i]); }
    for (round = 0, c = room / (sum > 0 ? sum : 1); round < 8; round++) {
        double full = 0, rest = 0;
        for (i = 0; i < n; i++) {
            const double p = c * (double)fabsf(g[i]);
            if (p >= 1) { full++; } else { rest += p; }
        }
        if (rest > 0 && room > full) { c *= (room - full) / rest; }
    }
    for (i = 0; i < n; i++) {
        const double p = fmin(1, c * (double)fabsf(g[i]));
        if (uniform() >= p) { g[i] = 0; } else { g[i] = (float)((double)g[i] / p); kept++; }
    }
    count_places(t, n, kept);
}

/* ---- blocks and frames ---- */

/* QCS block by block, k = 2^log2_k indices of 2 levels + 1 values for 256; a last short block is filled with zeros */
static void send_qcs(learning *t, float *g, int n, unsigned log2_k, int levels, const sucref_stream *s,
                     uint32_t counter)
{
    enum { BLOCK = 256 };
    int16_t x[BLOCK], q[BLOCK];
    int32_t v[BLOCK], sums[BLOCK];
    int64_t out[BLOCK], work[BLOCK];
    uint32_t count[KINDS] = { 0 };
    const int k = 1 << log2_k;
    int at, i;
    for (at = 0; at < n; at += BLOCK, counter += 2 * BLOCK) {
        const int len = n - at < BLOCK ? n - at : BLOCK;
        const float max = largest(g + at, len);
        sucref_grid grid;
        uint32_t top = 1;
        for (i = 0; i < BLOCK; i++) { x[i] = (int16_t)(i < len ? lrintf(g[at + i] / max * 16000) : 0); }
        must(sucref_fold(v, log2_k, x, BLOCK, sucref_signs_of(s, counter)));
        for (i = 0; i < k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
        must(sucref_grid_for(&grid, top, (uint32_t)levels));
        must(sucref_dither_encode(q, sucref_int32(v, (size_t)k), &grid, s, counter + BLOCK));
        must(sucref_dither_decode(sums, q, (size_t)k, &grid, s, counter + BLOCK));
        must(sucref_unfold(out, BLOCK, sums, log2_k, sucref_signs_of(s, counter), work));
        for (i = 0; i < len; i++) {
            g[at + i] = (float)((double)out[i] / (2.0 * grid.multiplier * k) / 16000 * (double)max);
        }
        for (i = 0; i < k; i++) { count[q[i] + levels]++; }
        t->raw += k * log2(2 * levels + 1) + SCALE_BITS;
        t->coded += SCALE_BITS;
    }
    t->coded += adaptive_bits(count, 2 * levels + 1);
}

/* frames of at most 65,536 values */
static void send_d4(learning *t, float *g, int n, uint32_t stream)
{
    enum { FRAME = 65536 };
    static int32_t work[SUCREF_VEC_BLOCK];
    static int64_t work64[SUCREF_VEC_BLOCK];
    static uint8_t frame[2 * FRAME];
    const float max = largest(g, n), unit = 1 << 24;
    sucref_vec_options o = { 3, 3, 0, 0, SUCREF_VEC_D4, 0 };
    int at, i;
    o.ratio = sucref_vec_ratio_for_bits(256, o.flags);
    to_fixed(g, n, max, unit);
    for (at = 0; at < n; at += FRAME, stream++) {
        const int len = n - at < FRAME ? n - at : FRAME;
        uint32_t got = FRAME;
        size_t bytes;
        o.stream = stream;
        must(sucref_vec_encode(frame, sizeof frame, &bytes, sucref_int32(fixed + at, (size_t)len), &o, work));
        must(sucref_vec_decode(back, &got, frame, bytes, &o, work64));
        for (i = 0; i < len; i++) { g[at + i] = (float)back[i] / unit * max; }
        t->raw += 8.0 * (double)bytes;
        t->coded += 8.0 * (double)bytes;
    }
}

/* ---- factors ---- */

static int double_up(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* by alternating bins and means from quantiles, on at most 4,096 of the values; zeros of a sparse factor count */
double lloyd_max(double *value, uint8_t *bin, const float *v, int n, int kinds)
{
    enum { SAMPLE = 4096 };
    static float some[SAMPLE];
    const int stride = (n + SAMPLE - 1) / SAMPLE, m = (n + stride - 1) / stride;
    double error = 0;
    int i, k, round;
    for (i = 0; i < m; i++) { some[i] = v[i * stride]; }
    qsort(some, (size_t)m, sizeof some[0], double_up);
    for (k = 0; k < kinds; k++) { /* between the ends: quantiles alone would be equal in a sparse factor */
        value[k] = (double)some[0] + (double)(some[m - 1] - some[0]) * (k + 0.5) / kinds;
    }
    for (round = 0; round < 60; round++) {
        double moved = 0;
        for (i = 0, k = 0; k < kinds; k++) {
            const double edge = k + 1 < kinds ? (value[k] + value[k + 1]) / 2 : 1e30;
            double sum = 0;
            int many = 0;
            for (; i < m && (double)some[i] < edge; i++) { sum += (double)some[i]; many++; }
            if (many > 0) { moved += fabs(value[k] - sum / many); value[k] = sum / many; }
        }
        if (moved < 1e-6 * (double)(some[m - 1] - some[0])) { break; }
    }
    for (i = 0; i < n; i++) {
        for (k = 0; k + 1 < kinds && (double)v[i] > (value[k] + value[k + 1]) / 2; k++) { }
        bin[i] = (uint8_t)k;
        error += ((double)v[i] - value[k]) * ((double)v[i] - value[k]) / n;
    }
    return error;
}

enum { WIDEST = 1000, BATCHES = 256 };

/* Algorithm 1's bins. A neuron that gives 0 has a delta of 0, so that the receiver, who knows which inputs of the next
 * layer are 0, knows those zeros: a bin of its own, which costs a delta no bit. Inputs: 0, and kinds - 1 bins of what
 * is above; deltas: 0, and kinds bins by Lloyd-Max of the others (two: by their sign). Returns the bins */
static int bins_with_zero(uint8_t *bin, const float *v, int n, int kinds)
{
    static float some[WIDEST * BATCHES];
    static uint8_t some_bin[WIDEST * BATCHES];
    double value[KINDS];
    int i, m = 0;
    for (i = 0; i < n; i++) { if (fabsf(v[i]) > 0) { some[m++] = v[i]; } }
    if (m > 0 && kinds == 2) { for (i = 0; i < m; i++) { some_bin[i] = some[i] > 0; } }
    else if (m > 0) { (void)lloyd_max(value, some_bin, some, m, kinds); }
    for (i = 0, m = 0; i < n; i++) { bin[i] = (uint8_t)(fabsf(v[i]) > 0 ? 1 + some_bin[m++] : 0); }
    return kinds + 1;
}

static void count_deltas(learning *t, const uint8_t *bin, int n, int kinds)
{
    uint32_t count[KINDS] = { 0 };
    int i;
    for (i = 0; i < n; i++) { count[bin[i]]++; }
    t->raw += n * log2(kinds) + SCALE_BITS;
    t->coded += adaptive_bits(count + 1, kinds) + SCALE_BITS;
}

/* both factors by bins, each by itself at the values of Lloyd-Max, or fitted together by one round of Algorithm 1 to
 * so few rows of each factor that at most 48 remain */
static void factors_by_bins(learning *t, float *x2, float *d2, int l, int kinds, int fit)
{
    enum { ROWS = 48 };
    static uint8_t bin[2][WIDEST * BATCHES], some_bin[2][ROWS * BATCHES];
    static float some[2][ROWS * BATCHES];
    const learn_net *const net = &t->net;
    const float *const from[2] = { net->x[l], net->d[l] };
    float *const to[2] = { x2, d2 };
    const int size[2] = { net->in[l], net->out[l] };
    double value[2][KINDS];
    int rows[2], bins[2], f, i, b;
    for (f = 0; f < 2; f++) {
        const int stride = (size[f] + ROWS - 1) / ROWS, n = size[f] * net->batch;
        bins[f] = kinds;
        if (!fit) { (void)lloyd_max(value[f], bin[f], from[f], n, kinds); }
        else { bins[f] = bins_with_zero(bin[f], from[f], n, f == 0 ? kinds - 1 : kinds); }
        for (i = stride / 2, rows[f] = 0; i < size[f]; i += stride, rows[f]++) {
            for (b = 0; b < net->batch; b++) {
                some[f][rows[f] * net->batch + b] = from[f][b * size[f] + i];
                some_bin[f][rows[f] * net->batch + b] = bin[f][b * size[f] + i];
            }
        }
    }
    if (fit) {
        prepare_outer_bins o;
        o.x = some[0]; o.d = some[1]; o.bin_x = some_bin[0]; o.bin_d = some_bin[1];
        o.n = (size_t)rows[0]; o.m = (size_t)rows[1]; o.batch = (size_t)net->batch;
        o.kx = (unsigned)bins[0]; o.kd = (unsigned)bins[1]; o.lambda = 0;
        must(prepare_outer_fit(value[0], value[1], &o, 1, NULL));
    }
    for (f = 0; f < 2; f++) {
        const int n = size[f] * net->batch;
        for (i = 0; i < n; i++) { to[f][i] = (float)value[f][bin[f][i]]; index_of[i] = bin[f][i]; }
        if (fit && f == 1) { count_deltas(t, bin[f], n, kinds); } else { count_bits(t, index_of, n, 0, kinds); }
    }
}

/* values by one bit each and one scale, their bits to index_of [at ..] */
static void one_bit_of(float *g, int n, int at, const sucref_stream *s, uint32_t counter)
{
    static uint8_t bits[MOST / 8 + 1];
    const float max = largest(g, n);
    sucref_grid grid;
    int i;
    to_fixed(g, n, max, UNIT);
    must(sucref_grid_for(&grid, UNIT, 1));
    grid.multiplier /= 2;
    must(sucref_dither_onebit_encode(bits, sucref_int32(fixed, (size_t)n), &grid, s, counter));
    must(sucref_dither_onebit_decode(back, bits, (size_t)n, &grid, s, counter));
    for (i = 0; i < n; i++) {
        g[i] = (float)back[i] * (max / UNIT / 2 / (float)grid.multiplier);
        index_of[at + i] = (int16_t)(bits[i / 8] >> (i % 8) & 1);
    }
}

/* (3.8): dithered, with one bit or `levels` to each side of the largest; every `block` values have a scale */
static void factor_dithered(learning *t, float *to, const float *from, int n, int block, int levels,
                            const sucref_stream *s, uint32_t counter)
{
    int at;
    memcpy(to, from, sizeof(float) * (size_t)n);
    for (at = 0; at < n; at += block) {
        if (levels > 0) { grid_of(to + at, block, levels, 0, at, s, counter + (uint32_t)at); }
        else { one_bit_of(to + at, block, at, s, counter + (uint32_t)at); }
    }
    count_bits(t, index_of, n, -levels, levels > 0 ? 2 * levels + 1 : 2);
    t->raw += (n / block - 1) * SCALE_BITS;
    t->coded += (n / block - 1) * SCALE_BITS;
}

/* four levels: of inputs, which are not below 0, 0 to 3 thirds of the largest; of deltas half a step to each side of 0
 * and one more, a step being two thirds of the largest. Every `block` values have a scale */
static void factor_by_four(learning *t, float *to, const float *from, int n, int block, int inputs,
                           const sucref_stream *s, uint32_t counter)
{
    const int half = inputs ? 0 : UNIT / 3;
    int at, i;
    memcpy(to, from, sizeof(float) * (size_t)n);
    for (at = 0; at < n; at += block) {
        float *const v = to + at;
        const float max = largest(v, block);
        sucref_grid grid;
        to_fixed(v, block, max, UNIT);
        for (i = 0; i < block; i++) { fixed[i] += half; }
        must(sucref_grid_for(&grid, (uint32_t)(UNIT + half), inputs ? 3 : 2));
        must(sucref_dither_encode(index_of + at, sucref_int32(fixed, (size_t)block), &grid, s, counter + (uint32_t)at));
        must(sucref_dither_decode(back, index_of + at, (size_t)block, &grid, s, counter + (uint32_t)at));
        for (i = 0; i < block; i++) {
            v[i] = ((float)back[i] / (2 * (float)grid.multiplier) - (float)half) * (max / UNIT);
        }
    }
    count_bits(t, index_of, n, inputs ? 0 : -1, 4);
    t->raw += (n / block - 1) * SCALE_BITS;
    t->coded += (n / block - 1) * SCALE_BITS;
}

/* one layer's gradient from quantized factors */
static void send_factors(learning *t, float *g, int l, const sucref_stream *s)
{
    static float x2[WIDEST * BATCHES], d2[WIDEST * BATCHES];
    const learn_net *const net = &t->net;
    const int how = t->sender, nx = net->in[l] * net->batch, nd = net->out[l] * net->batch;
    const uint32_t counter = (uint32_t)l << 24;
    if (net->x[l] == NULL) { /* a convolution: the gradient itself, as it is */
        learn_product(g, net, l, NULL, NULL);
        t->raw += 32.0 * (net->in[l] + 1) * net->out[l];
        t->coded += 32.0 * (net->in[l] + 1) * net->out[l];
        return;
    }
    if (how == SEND_ISGQ_4S) {
        factor_by_four(t, x2, net->x[l], nx, net->in[l], 1, s, counter);
        factor_by_four(t, d2, net->d[l], nd, net->out[l], 0, s, counter + (1U << 23));
    } else if (how >= SEND_ISGQ_1) { /* print: one scale of all; beside it one for each picture */
        const int levels = how == SEND_ISGQ_2 || how == SEND_ISGQ_2S, whole = how <= SEND_ISGQ_2;
        factor_dithered(t, x2, net->x[l], nx, whole ? nx : net->in[l], levels, s, counter);
        factor_dithered(t, d2, net->d[l], nd, whole ? nd : net->out[l], levels, s, counter + (1U << 23));
    } else {
        factors_by_bins(t, x2, d2, l, how == SEND_NAIVE_1 || how == SEND_MSE_1 ? 2 : 4,
                        how == SEND_MSE_1 || how == SEND_MSE_2);
    }
    learn_product(g, net, l, x2, d2);
}

static void send_layer(learning *t, float *g, int l, int worker, const float *mean, const sucref_stream *s)
{
    const int rows = t->net.in[l] + 1, n = rows * t->net.out[l];
    const uint32_t counter = (uint32_t)l << 24;
    switch (t->sender) {
    case SEND_SEIDE: send_seide(t, g, rows, t->net.out[l]); break;
    case SEND_QSG: send_grid(t, g, n, 3, 1, s, counter); break;
    case SEND_QSG_3: send_ternary(t, g, n, s, counter); break;
    case SEND_SPARSE: send_sparse(t, g, n); break;
    case SEND_TOP: send_top(t, g, n); break;
    case SEND_DITHER: send_grid(t, g, n, 3, 0, s, counter); break;
    case SEND_NESTED:
        if (worker < t->workers / 2) { send_grid(t, g, n, 3, 0, s, counter); }
        else { send_nested(t, g, n, mean, s, counter); }
        break;
    case SEND_QCS_1: send_qcs(t, g, n, 6, 7, s, counter); break;
    case SEND_QCS_2: send_qcs(t, g, n, 8, 1, s, counter); break;
    case SEND_D4: send_d4(t, g, n, (uint32_t)((t->step * t->workers + worker) * 64 + l * 16)); break;
    default: t->raw += 32.0 * n; t->coded += 32.0 * n;
    }
}

void send_gradient(learning *t, int worker, float *received, const float *mean)
{
    const int by_factors = t->sender >= SEND_NAIVE_1 && t->sender <= SEND_ISGQ_4S,
              feedback = t->sender == SEND_SEIDE || t->sender == SEND_TOP;
    float *const residual = t->residual + (size_t)worker * (size_t)learn_values(t);
    sucref_stream s;
    int l, i;
    sucref_stream_init(&s, (uint32_t)t->step, (uint32_t)worker, (uint32_t)t->seed);
    random_start((uint32_t)t->step * 65537U + (uint32_t)worker + 1U); /* of sparsification */
    for (l = 0; l < t->net.n; l++) {
        const int at = t->net.at[l], n = t->net.at[l + 1] - at;
        if (by_factors) { send_factors(t, received + at, l, &s); continue; }
        learn_product(gradient, &t->net, l, t->net.x[l], t->net.d[l]);
        for (i = 0; feedback && i < n; i++) { residual[at + i] += gradient[i]; gradient[i] = residual[at + i]; }
        send_layer(t, gradient, l, worker, mean + at, &s);
        memcpy(received + at, gradient, sizeof(float) * (size_t)n);
        for (i = 0; feedback && i < n; i++) { residual[at + i] -= gradient[i]; }
    }
}
