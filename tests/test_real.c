/* test_real.c - float models: what they answer, by hand, and the int8 models made of them with samples, which stay
 * near. Leaves a float model and samples behind for the tool's tests. (Operators in test_real_operators.c, ranges in
 * test_ranges.c.) */
#include "library.h"
#include "graph_random.h"
#include "real_random.h"

/* ---- by hand ---- */

static void gives(int out, const float *x, const double *y, uint32_t n)
{
    graph_real e;
    uint32_t k;
    f.part[0].output = out;
    gf_write(&f);
    if (!tflite_read_as(&real_graph, f.file.p, f.file.n, 1) || !real_init(&e, &real_graph)) {
        printf("  %s\n", real_graph.why);
        CHECK(0);
    } else {
        memcpy(e.v[real_graph.input], x, 4 * (size_t)real_graph.tensor[real_graph.input].elements);
        real_run(&e);
        CHECK(real_graph.tensor[real_graph.output].elements == n);
        for (k = 0; k < n; k++) {
            if (fabs((double)e.v[real_graph.output][k] - y[k]) > 1e-6) {
                printf("  number %lu: %g, not %g\n", (unsigned long)k, (double)e.v[real_graph.output][k], y[k]);
                CHECK(0);
            }
        }
    }
    graph_free(&real_graph);
}

static void windows(void)
{
    static const float x[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, w[4] = { 1, 2, 3, 4 },
                       deep[8] = { 1, 1, 2, 2, 1, -1, 1, 1 }, two[4] = { 1, 10, 3, -20 },
                       bias[4] = { 0, 0, 0, 1.5F }, p[6] = { -1, 2, 1, -2, 3, 2 };
    static const int dim[4] = { 1, 2, 2, 1 }, deep_dim[4] = { 1, 2, 1, 4 }, four[1] = { 4 };
    static const double same[9] = { 37, 47, 21, 67, 77, 33, 23, 26, 9 }, y[4] = { 4, 0, 0, 1.5 },
                        average[4] = { 0.5, 1.5, 0.5, 2 }, most[4] = { 3, 2, 3, 2 }, mean[2] = { 2.0 / 3, 1 };
    static const int32_t axis = 2;
    int in[3], out, k;
    in[0] = start(3, 3, 1); in[1] = floats(4, dim, w); in[2] = -1;
    out = image(3, 3, 1);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 0, 1, 1, 3, 0);
    gives(out, x, same, 9);
    in[0] = start(2, 1, 2); in[1] = floats(4, deep_dim, deep); in[2] = floats(1, four, bias);
    out = image(1, 1, 4);
    gf_window(gf_add(&f.part[0], GRAPH_DEPTHWISE, 3, in, out), 1, 1, 1, 4, GRAPH_ACT_RELU);
    gives(out, two, y, 4);
    for (k = 0; k < 2; k++) {
        in[0] = start(2, 3, 1);
        out = image(2, 2, 1);
        gf_window(gf_add(&f.part[0], k ? GRAPH_MAX_POOL : GRAPH_AVERAGE_POOL, 1, in, out), 0, 1, 2, 5, 0);
        gf_field(last_op(), 3, 4, 2);
        gf_field(last_op(), 4, 4, 2);
        gives(out, p, k ? most : average, 4);
    }
    in[0] = start(2, 3, 1); in[1] = gf_numbers(&f, 1, &axis);
    out = image(2, 1, 1);
    gf_add(&f.part[0], GRAPH_MEAN, 2, in, out);
    gives(out, p, mean, 2);
}

static void numbers(void)
{
    static const float x[2] = { 1, -2 }, k[2] = { 0.5F, 3 }, four[4] = { 0, 0, 1, -1 };
    static const int two[1] = { 2 };
    static const double sum[2] = { 1.5, 1 }, product[2] = { 0.5, 0 }, leaky[2] = { 1, -0.5 },
                        curve[2] = { 0.73105857863, 0.11920292202 }, tangent[2] = { 0.76159415596, -0.96402758008 },
                        soft[4] = { 0.5, 0.5, 0.88079707798, 0.11920292202 };
    int in[2], out;
    in[0] = start(1, 1, 2); in[1] = floats(1, two, k);
    gf_field(gf_add(&f.part[0], GRAPH_ADD, 2, in, out = image(1, 1, 2)), 0, 1, 0);
    gives(out, x, sum, 2);
    in[0] = start(1, 1, 2); in[1] = floats(1, two, k);
    gf_field(gf_add(&f.part[0], GRAPH_MUL, 2, in, out = image(1, 1, 2)), 0, 1, GRAPH_ACT_RELU);
    gives(out, x, product, 2);
    in[0] = start(1, 1, 2);
    gf_field(gf_add(&f.part[0], GRAPH_LEAKY_RELU, 1, in, out = image(1, 1, 2)), 0, 4, tf_float(0.25F));
    gives(out, x, leaky, 2);
    in[0] = start(1, 1, 2);
    gf_add(&f.part[0], GRAPH_LOGISTIC, 1, in, out = image(1, 1, 2));
    gives(out, x, curve, 2);
    in[0] = start(1, 1, 2);
    gf_add(&f.part[0], GRAPH_TANH, 1, in, out = image(1, 1, 2));
    gives(out, x, tangent, 2);
    in[0] = start(1, 2, 2);
    gf_field(gf_add(&f.part[0], GRAPH_SOFTMAX, 1, in, out = image(1, 2, 2)), 0, 4, tf_float(1));
    gives(out, four, soft, 4);
}

static void curves(void)
{
    static const struct { int code; float x; double y; } all[] = {
        { GRAPH_RELU_N1_TO_1, -2, -1 }, { GRAPH_RELU_N1_TO_1, 0.5F, 0.5 }, { GRAPH_RELU_0_TO_1, -2, 0 },
        { GRAPH_RELU_0_TO_1, 3, 1 }, { GRAPH_HARD_SWISH, 2, 10.0 / 6 }, { GRAPH_HARD_SWISH, -1, -2.0 / 6 },
        { GRAPH_HARD_SWISH, 5, 5 }, { GRAPH_HARD_SWISH, -4, 0 }, { GRAPH_ELU, -1, -0.63212055883 }, { GRAPH_ELU, 2, 2 },
        { GRAPH_GELU, 1, 0.84134474607 }, { GRAPH_GELU, -1, -0.15865525393 }, { GRAPH_ABS, -3, 3 },
        { GRAPH_NEG, 3, -3 }, { GRAPH_EXP, 1, 2.71828182846 }, { GRAPH_LOG, 2, 0.69314718056 },
        { GRAPH_SQRT, 2, 1.41421356237 }, { GRAPH_RSQRT, 4, 0.5 }, { GRAPH_SQUARE, -3, 9 },
        { GRAPH_SIN, 1, 0.84147098481 }, { GRAPH_COS, 1, 0.54030230587 }
    };
    size_t k;
    int in, out;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        in = start(1, 1, 1);
        gf_add(&f.part[0], all[k].code, 1, &in, out = image(1, 1, 1));
        gives(out, &all[k].x, &all[k].y, 1);
    }
    in = start(1, 1, 1);
    gf_field(gf_add(&f.part[0], GRAPH_GELU, 1, &in, out = image(1, 1, 1)), 0, 1, 1); /* by tanh */
    {
        static const float x = 1;
        static const double y = 0.84119199060;
        gives(out, &x, &y, 1);
    }
}

/* float16 1.5, -2, the largest one without a leading 1, 65504; int8 4 and 6 less 2 of scales 1/2 and 3 */
static void constants_made_wide(void)
{
    static const uint8_t half[8] = { 0x00, 0x3E, 0x00, 0xC0, 0xFF, 0x03, 0xFF, 0x7B }, bytes[2] = { 4, 6 };
    static const int four[1] = { 4 }, two[1] = { 2 };
    static const float x[4] = { 0, 0, 0, 0 };
    static const double y[4] = { 1.5, -2, 6.09755516e-5, 65504 }, z[2] = { 1, 12 };
    gf_part *p = &f.part[0];
    int in[2], narrow, out;
    in[0] = start(1, 1, 4);
    narrow = gf_new(&f, p, GRAPH_FLOAT16, 1, four);
    gf_data(&f, p, narrow, half, 8);
    gf_add(p, GRAPH_DEQUANTIZE, 1, &narrow, in[1] = floats(1, four, NULL));
    gf_add(p, GRAPH_ADD, 2, in, out = image(1, 1, 4));
    gives(out, x, y, 4);
    in[0] = start(1, 1, 2);
    narrow = gf_new(&f, p, GRAPH_INT8, 1, two);
    gf_data(&f, p, narrow, bytes, 2);
    gf_scale(&f, p, narrow, 0.5F, 2);
    gf_scale(&f, p, narrow, 3, 2);
    gf_add(p, GRAPH_DEQUANTIZE, 1, &narrow, in[1] = floats(1, two, NULL));
    gf_add(p, GRAPH_ADD, 2, in, out = image(1, 1, 2));
    gives(out, x, z, 2);
    p->tensor[narrow].zero = INT32_MIN;
    gf_write(&f);
    CHECK(!tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && strstr(real_graph.why, "zero point") != NULL);
    graph_free(&real_graph);
}

/* ---- int8 models of random float ones ---- */

static void quantized_models(void)
{
    int k;
    for (k = 0; k < 30; k++) {
        double average = 1, most = 1, moved;
        random_samples();
        random_real(k & 1);
        CHECK(off(&average, &most, &moved));
        CHECK(average < 0.01 && most < 0.08);
        if (!(average < 0.01 && most < 0.08)) { printf("  network %d: %g on average, at most %g\n", k, average, most); }
    }
}

/* of each weight the mean of what it is multiplied by, over all places: here the number of its channel or input */
static void means_of_weights(void)
{
    uint32_t k, i;
    CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
    CHECK(real_graph.n_ops == 4); /* of the last network of means_stay: 8 channels, 12, then 300 inputs */
    for (k = 0; k < 4; k++) {
        const graph_op *o = &real_graph.op[k];
        const uint32_t every = k == 0 ? 8 : k == 2 ? 12 : 300;
        if (k == 1) { continue; }
        for (i = 0; i < real_graph.tensor[o->in[0]].elements; i++) { ranges.mean[o->in[0]][i] = i % every; }
        for (i = 0; i < real_graph.tensor[o->in[1]].elements; i++) {
            CHECK(quantized_mean(&ranges, o, &real_graph.tensor[o->in[1]], i) == i % every);
        }
    }
    graph_free(&real_graph);
}

/* Rows of one large weight and many that are less than half a step of it: rounding takes all of them, and what they
 * give on average comes back in the bias. Put together with the input, whose range is far larger or smaller. */
static void means_stay(void)
{
    const int point[4] = { 4, 1, 1, 8 }, deep[4] = { 1, 3, 3, 12 }, dense[2] = { 5, 300 };
    static float w[1500];
    int in[3], at, both, k, i, out;
    double average, most, moved = 9;
    for (k = 0; k < 20; k++) {
        const float size = k & 1 ? 3.0F : 0.05F;
        for (i = 0; i < 200 * SAMPLES; i++) { sample[i / 200][i % 200] = (float)(i % 8) / 4 + any() / 2; }
        in[0] = start(5, 5, 8);
        for (i = 0; i < 32; i++) { w[i] = i % 8 == i / 8 ? size : size * 0.003F; }
        in[1] = floats(4, point, w); in[2] = -1;
        at = image(5, 5, 4);
        gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, at), 1, 1, 1, 3, 0);
        in[1] = at; both = image(5, 5, 12);
        gf_field(gf_add(&f.part[0], GRAPH_CONCATENATION, 2, in, both), 0, 4, 3);
        in[0] = both; out = image(5, 5, 12);
        for (i = 0; i < 108; i++) { w[i] = i / 12 == 4 ? 1 : 0.003F; }
        in[1] = floats(4, deep, w);
        gf_window(gf_add(&f.part[0], GRAPH_DEPTHWISE, 3, in, out), 0, 1, 1, 4, 0);
        for (i = 0; i < 1500; i++) { w[i] = i % 300 == i / 300 ? 1 : 0.003F; }
        in[0] = out; in[1] = floats(2, dense, w);
        f.part[0].output = image(1, 1, 5);
        gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, f.part[0].output), 0, 1, 0);
        gf_write(&f);
        CHECK(off(&average, &most, &moved) && moved < 3); /* edges' means are unknown */
        if (moved >= 3) { printf("  network %d: a mean is off by %g steps\n", k, moved); }
    }
    means_of_weights();
}

/* ---- refusals, damage, files ---- */

/* the weights of a dense layer are added to what it gives */
static void weights_as_numbers(void)
{
    static const float w[4] = { 1, 2, 3, 4 }, x[2] = { 1, 1 };
    static const int dim[2] = { 2, 2 };
    int in[3], out;
    in[0] = start(1, 1, 2); in[1] = floats(2, dim, w); in[2] = -1;
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, out = image(1, 1, 2)), 0, 1, 0);
    in[0] = out;
    gf_field(gf_add(&f.part[0], GRAPH_ADD, 2, in, f.part[0].output = image(1, 2, 2)), 0, 1, 0);
    gf_write(&f);
    CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
    memcpy(ranges.real.v[real_graph.input], x, sizeof x);
    (void)ranges_add(&ranges, &real_graph);
    CHECK(ranges_choose(&ranges, &real_graph) && tflite_read_as(&t.graph, f.file.p, f.file.n, 1));
    CHECK(!quantize_graph(&t.graph, &ranges) && strstr(t.graph.why, "another operator reads as numbers") != NULL);
    graph_free(&real_graph);
    graph_free(&t.graph);
}

static void refusals(void)
{
    const int in = start(1, 1, 2), out = image(1, 1, 2), both = image(1, 1, 4);
    int two[2];
    gf_add(&f.part[0], GRAPH_LOGISTIC, 1, &in, out);
    two[0] = out; two[1] = in;
    gf_field(gf_add(&f.part[0], GRAPH_CONCATENATION, 2, two, both), 0, 4, 3);
    f.part[0].output = both;
    gf_write(&f);
    CHECK(!tflite_read(&real_graph, f.file.p, f.file.n) && strstr(real_graph.why, "add --calibrate") != NULL);
    graph_free(&real_graph);
    CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
    ranges.real.v[in][0] = 5;
    (void)ranges_add(&ranges, &real_graph);
    CHECK(!ranges_choose(&ranges, &real_graph) && strstr(real_graph.why, "LOGISTIC is put together") != NULL);
    graph_free(&real_graph);
    weights_as_numbers();
    gf_random(&f); /* of int8 */
    CHECK(!tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && strstr(real_graph.why, "is no float model") != NULL);
    graph_free(&real_graph);
}

/* damaged float files are refused or run */
static void damaged(void)
{
    uint32_t n;
    random_real(0);
    for (n = 0; n < f.file.n; n += 1 + rnd_below(8)) {
        const uint8_t was = f.file.p[n];
        f.file.p[n] = (uint8_t)(was ^ (1U << rnd_below(8)));
        if (tflite_read_as(&real_graph, f.file.p, f.file.n, 1)) {
            graph_real e;
            if (real_graph.tensor[real_graph.input].elements == 200 && real_init(&e, &real_graph)) { real_run(&e); }
        } else {
            CHECK(real_graph.why[0] != 0);
        }
        graph_free(&real_graph);
        f.file.p[n] = was;
    }
}

/* a float model, and five samples as an array */
static void files_for_the_tool(void)
{
    static uint8_t all[128 + 4 * 5 * 200];
    uint32_t k, i, u;
    FILE *o = fopen(test_path("real.tflite"), "wb");
    random_real(0);
    CHECK(o != NULL && fwrite(f.file.p, 1, f.file.n, o) == f.file.n && fclose(o) == 0);
    random_samples();
    memset(all, ' ', 128);
    memcpy(all, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(all + 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 10, 10, 2), }", 67);
    all[127] = '\n';
    for (k = 0; k < 1000; k++) {
        memcpy(&u, &sample[k / 200][k % 200], 4);
        for (i = 0; i < 4; i++) { all[128 + 4 * k + i] = (uint8_t)(u >> 8 * i); }
    }
    o = fopen(test_path("real_samples.npy"), "wb");
    CHECK(o != NULL && fwrite(all, 1, sizeof all, o) == sizeof all && fclose(o) == 0);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("windows of float numbers by hand", windows);
    RUN("functions of float numbers by hand", numbers);
    RUN("curves of float numbers by hand", curves);
    RUN("constants of float16 and int8 in a float model", constants_made_wide);
    RUN("int8 models of random float ones stay near", quantized_models);
    RUN("what rounding takes from means comes back", means_stay);
    RUN("what cannot be quantized is named", refusals);
    RUN("damaged float files", damaged);
    RUN("files for the tool's tests", files_for_the_tool);
    return test_report("real");
}
