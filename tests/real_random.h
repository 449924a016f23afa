/* real_random.h - float models that are put together in a file, random ones and their samples; how far the int8 models
 * made of them are off. */
#ifndef SUCREF_TESTS_REAL_RANDOM_H
#define SUCREF_TESTS_REAL_RANDOM_H
#include "real_quantized.h"

enum { MOST = 4096 };

/* ---- building ---- */

static int floats(int rank, const int *dim, const float *v) /* v NULL: no constant */
{
    const int at = gf_new(&f, &f.part[0], GRAPH_FLOAT32, rank, dim);
    uint8_t bytes[4 * MOST];
    int k, n = 1, i;
    for (k = 0; k < rank; k++) { n *= dim[k]; }
    for (k = 0; v != NULL && k < n; k++) {
        for (i = 0; i < 4; i++) { bytes[4 * k + i] = (uint8_t)(tf_float(v[k]) >> 8 * i); }
    }
    if (v != NULL) { gf_data(&f, &f.part[0], at, bytes, 4U * (uint32_t)n); }
    return at;
}
static int image(int h, int w, int c)
{
    const int dim[4] = { 1, h, w, c };
    return floats(4, dim, NULL);
}
static int start(int h, int w, int c)
{
    gf_begin(&f);
    return f.part[0].input = image(h, w, c);
}
static gf_op *last_op(void) { return &f.part[0].op[f.part[0].n_ops - 1]; }

/* ---- random ones ---- */

static float any(void) { return (float)rnd_in(-1000, 1000) / 1000; }

static int weights(int *in, int rank, const int *dim, int n_out, int fan)
{
    static float w[MOST], b[64];
    int k, n = 1;
    for (k = 0; k < rank; k++) { n *= dim[k]; }
    for (k = 0; k < n; k++) { w[k] = any() * 2 / sqrtf((float)fan); }
    for (k = 0; k < n_out; k++) { b[k] = any() / 4; }
    in[1] = floats(rank, dim, w);
    in[2] = floats(1, &n_out, b);
    return n;
}

/* convolution, depthwise, padding, a branch that is added, pool, slices put together, dense, softmax or logistic */
static inline void random_real(int logistic)
{
    const int conv[4] = { 8, 3, 3, 2 }, deep[4] = { 1, 3, 3, 8 }, dense[2] = { 5, 5 * 5 * 8 };
    int32_t sides[8] = { 0, 0, 1, 1, 1, 1, 0, 0 }, sizes[2] = { 3, 5 }, axis = 3;
    int in[3], at, sum, part[2];
    gf_op *o;
    in[0] = start(10, 10, 2);
    weights(in, 4, conv, 8, 18);
    at = image(10, 10, 8);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, at), 0, 1, 1, 3, GRAPH_ACT_RELU6);
    in[0] = at; in[1] = gf_numbers(&f, 8, sides);
    f.part[0].tensor[in[1]].rank = 2;
    f.part[0].tensor[in[1]].dim[0] = 4;
    f.part[0].tensor[in[1]].dim[1] = 2;
    sum = image(12, 12, 8);
    gf_add(&f.part[0], GRAPH_PAD, 2, in, sum);
    in[0] = sum;
    weights(in, 4, deep, 8, 9);
    sum = image(10, 10, 8);
    gf_window(gf_add(&f.part[0], GRAPH_DEPTHWISE, 3, in, sum), 1, 1, 1, 4, GRAPH_NO_ACT);
    in[0] = sum; in[1] = at;
    at = image(10, 10, 8);
    gf_field(gf_add(&f.part[0], GRAPH_ADD, 2, in, at), 0, 1, GRAPH_ACT_RELU);
    sum = image(5, 5, 8);
    gf_window(gf_add(&f.part[0], logistic ? GRAPH_AVERAGE_POOL : GRAPH_MAX_POOL, 1, &at, sum), 1, 2, 2, 5, 0);
    gf_field(last_op(), 3, 4, 2);
    gf_field(last_op(), 4, 4, 2);
    part[0] = image(5, 5, 3); part[1] = image(5, 5, 5);
    in[0] = sum; in[1] = gf_numbers(&f, 2, sizes); in[2] = gf_numbers(&f, 1, &axis);
    o = gf_add(&f.part[0], GRAPH_SPLIT_V, 3, in, part[0]);
    o->n_out = 2;
    o->out[1] = part[1];
    in[0] = part[1]; in[1] = part[0];
    gf_field(gf_add(&f.part[0], GRAPH_CONCATENATION, 2, in, at = image(5, 5, 8)), 0, 4, 3);
    in[0] = at;
    weights(in, 2, dense, 5, 40);
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, at = image(1, 1, 5)), 0, 1, 0);
    o = gf_add(&f.part[0], logistic ? GRAPH_LOGISTIC : GRAPH_SOFTMAX, 1, &at, sum = image(1, 1, 5));
    if (!logistic) { gf_field(o, 0, 4, tf_float(1)); }
    f.part[0].output = sum;
    gf_write(&f);
}

static float sample[SAMPLES][200];
static void random_samples(void)
{
    int k, i;
    for (k = 0; k < SAMPLES; k++) {
        const float level = any();
        for (i = 0; i < 200; i++) { sample[k][i] = level + any() / 2; }
    }
}

/* ---- as int8 ---- */

/* the int8 model of the float one; how far its outputs are off on the samples, on average and at most, and the largest
 * mean of one output's errors in its steps */
static int how = RANGE_DEFAULT; /* ranges of activations */
static int off(double *average, double *most, double *moved)
{
    quantized q;
    sucref_answer y;
    uint32_t k, i;
    double mean[16] = { 0 };
    int ok = tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph);
    for (k = 0; ok && k < SAMPLES; k++) {
        memcpy(ranges.real.v[real_graph.input], sample[k], sizeof sample[k]);
        (void)ranges_add(&ranges, &real_graph);
    }
    ranges.how = how;
    ranges.percent = 99;
    if (!ok || !quantized_open(&q)) { printf("  %s %s\n", real_graph.why, t.graph.why); return 0; }
    *average = *most = *moved = 0;
    for (k = 0; k < SAMPLES; k++) {
        quantized_run(&y, &q, sample[k], 200);
        for (i = 0; i < q.m.n_out; i++) {
            const double scale = prepare_scale_value(&q.scales.output),
                         e = (y.out[i] - q.scales.output_zero) * scale -
                             (double)ranges.real.v[real_graph.output][i], d = fabs(e);
            *average += d / SAMPLES / q.m.n_out;
            *most = d > *most ? d : *most;
            mean[i] += e / scale / SAMPLES;
        }
    }
    for (i = 0; i < q.m.n_out; i++) { *moved = fabs(mean[i]) > *moved ? fabs(mean[i]) : *moved; }
    quantized_close(&q);
    graph_free(&real_graph);
    tflite_free(&t);
    return 1;
}
#endif
