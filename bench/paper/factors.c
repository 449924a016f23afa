/* factors.c - [AB] chapter 3: outer products from quantized factors, their error, gains and batch sizes. */
#include "pieces.h"
#include "models.h"
#include "table.h"
#include "../random.h"

enum { N = 32, M = 24, LONG = 64 };
static double x[N][LONG], d[M][LONG];
static int32_t xq[N][LONG], dq[M][LONG];

/* one factor drawn in steps of 1/256 of its rms, and quantized with a step of one rms */
static void draw_factor(double *value, int32_t *quantized, int half, const sucref_stream *s, uint32_t counter,
                        int batch)
{
    static int32_t in[LONG];
    static int16_t q[LONG];
    const sucref_grid grid = { 1, 8, SUCREF_DITHER_SUBTRACTIVE };
    int l;
    for (l = 0; l < batch; l++) {
        value[l] = normal() * 256;
        if (half) { value[l] = fabs(value[l]); }
        in[l] = (int32_t)lrint(value[l]);
    }
    if (sucref_dither_encode(q, sucref_int32(in, (size_t)batch), &grid, s, counter) != SUCREF_OK ||
        sucref_dither_decode(quantized, q, (size_t)batch, &grid, s, counter) != SUCREF_OK) {
        exit(2);
    }
}

/* squared errors and energy of all M x N products of one trial, added */
static void products(double *sums, int batch)
{
    int i, j, l;
    for (j = 0; j < M; j++) {
        for (i = 0; i < N; i++) {
            double g = 0, h = 0, k = 0;
            for (l = 0; l < batch; l++) {
                g += (double)lrint(d[j][l]) * (double)lrint(x[i][l]) / batch;
                h += dq[j][l] / 2.0 * xq[i][l] / 2.0 / batch;
                k += 256 * floor(d[j][l] / 256 + 0.5) * 256 * floor(x[i][l] / 256 + 0.5) / batch; /* no dither */
            }
            sums[0] += (h - g) * (h - g); sums[1] += (k - g) * (k - g); sums[2] += g * g;
        }
    }
}

/* error of an average of many products of the same factors: what dither leaves and plain rounding does not */
static void section_3_3(void)
{
    static const int batches[4] = { 4, 8, 16, 64 };
    int b, trial, i;
    random_start(3);
    for (b = 0; b < 4; b++) {
        double sums[3] = { 0, 0, 0 };
        for (trial = 0; trial < 100; trial++) {
            sucref_stream s;
            sucref_stream_init(&s, 9, 9, (uint32_t)trial);
            for (i = 0; i < N; i++) { draw_factor(x[i], xq[i], 1, &s, (uint32_t)i * LONG, batches[b]); }
            for (i = 0; i < M; i++) { draw_factor(d[i], dq[i], 0, &s, 9000U + (uint32_t)i * LONG, batches[b]); }
            products(sums, batches[b]);
        }
        row("AB (3.8)", "Gaussian factors, step one rms, batch %d: error of dithered factors", batches[b]);
        row_ours(sums[0] / sums[2]); row_goal(0.15, 0.19); row_note("unbiased");
        row("AB (3.8)", "Gaussian factors, step one rms, batch %d: error of rounded factors", batches[b]);
        row_ours(sums[1] / sums[2]); row_goal(0.15, 0.19); row_note("biased: averages do not take it away");
    }
}

/* gain of factors over 32-bit products, 784-1000-300-100-10: 1,116,410 parameters, 3,594 values a sample */
/* networks with convolutions, whose gradients go as they are, at as many bits as a factor's value. Sizes give print's
 * numbers of parameters: 32 and 64 maps of 5 x 5, then 3136-512-10; 64 and 64, then 2304-384-192-10; AlexNet of one
 * column. Print's AlexNet is as three levels for its "1-bit" and five for "2-bits" would be */
static void table_3_3_convolutional(void)
{
    enum { NETS = 3 };
    static const struct {
        const char *name;
        double all, convolutions, values, neurons, one[3], want[3], seide, ternary;
    } net[NETS] = {
        { "Lenet", 1663370, 52096, 4170, 618, { 56, 105, 180 }, { 47.54, 90.85, 166.87 }, 28, 20 },
        { "CifarNet", 1068298, 107328, 3466, 714, { 38, 65, 98 }, { 34.37, 62.05, 103.86 }, 28, 20.1 },
        { "AlexNet", 62378344, 3747200, 26600, 10568, { 117, 170, 221 }, { 189.08, 279.1, 366.28 }, 29, 19.4 } };
    static const double two[3] = { 80, 118, 153 };
    int n, k, batch;
    row("AB Table 3.3", "FC, ternary products: gain");
    row_published(20.2, 0.05); row_printed(32 / log2(3)); row_goal(20.1, 20.3);
    for (n = 0; n < NETS; n++) {
        for (k = 0, batch = 256; k < 3; k++, batch /= 2) {
            const double gain = 32 * net[n].all / (net[n].values * batch + net[n].convolutions);
            row("AB Table 3.3", "%s, 1-bit factors, batch %d a worker: gain", net[n].name, batch);
            row_compared(net[n].one[k]); row_printed(gain); row_goal(net[n].want[k] - 0.01, net[n].want[k] + 0.01);
            row_note("by arithmetic, one bit a value; print's gain is of %.2f bits", gain / net[n].one[k]);
            if (n < 2) { continue; }
            row("AB Table 3.3", "%s, factors of 3 levels, batch %d a worker: gain", net[n].name, batch);
            row_published(net[n].one[k], 0.05 * net[n].one[k]); row_printed(gain / log2(3));
            row_goal(0.95 * net[n].one[k], 1.05 * net[n].one[k]); row_note("print calls them 1-bit");
            row("AB Table 3.3", "%s, factors of 5 levels, batch %d a worker: gain", net[n].name, batch);
            row_published(two[k], 0.05 * two[k]); row_printed(gain / log2(5)); row_goal(0.95 * two[k], 1.05 * two[k]);
            row_note("print calls them 2-bits");
        }
        row("AB Table 3.3", "%s, one bit (Seide): gain", net[n].name);
        row_compared(net[n].seide); row_printed(32 * net[n].all / (net[n].all + 64 * net[n].neurons));
        row_goal(30, 32); row_note("by arithmetic, two scales a neuron or map; print does not say what scales are of");
        row("AB Table 3.3", "%s, ternary products: gain", net[n].name);
        row_published(net[n].ternary, 0.3); row_printed(32 / log2(3)); row_goal(20.1, 20.3);
        row_note("without scales");
    }
}

static void table_3_3(void)
{
    static const double published[3] = { 33, 67, 133 }, want[3] = { 38.83, 77.66, 155.32 };
    const double parameters = 1116410, values = 3594;
    int k, batch = 256;
    for (k = 0; k < 3; k++, batch /= 2) {
        const double one = 32 * parameters / (values * batch);
        row("AB Table 3.3", "FC, 1-bit factors, batch %d a worker: gain", batch);
        row_published(published[k], 1); row_printed(one); row_goal(want[k] - 0.01, want[k] + 0.01);
        row_note("at 1 bit a value; print spends %.2f: how is not told", one / published[k]);
        row("AB Table 3.3", "FC, ternary factors, batch %d a worker: gain", batch);
        row_ours(one / log2(3)); row_goal(want[k] / 1.59, want[k] / 1.58);
    }
    table_3_3_convolutional();
    row("ours, AB 3", "784 x 300: largest batch at which factors are fewer values than the product");
    row_ours(300 * 784 / (300 + 784)); row_goal(216, 216); row_note("where sucref_outer pays: batch (m + n) <= m n");
}

void factors(void)
{
    section_3_3();
    table_3_3();
    row("ours, AB 3", "784 x 300, batch 32: values quantized by factors, of those of the product");
    row_ours((784.0 + 300) * 32 / (784.0 * 300)); row_goal(0.147, 0.148);
}
