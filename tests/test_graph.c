/* test_graph.c - the reader of TensorFlow Lite graphs and their reference evaluation: golden outputs byte for byte
 * where the data are, small networks with results worked out by hand, and damaged files, which are refused or read. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "test.h"
#include "../sucref.h"
#include "../examples/tool/tflite_read.h"
#include "../examples/training/data.h"
#include "graph_eval.h"
#include "graph_random.h"

static graph g;
static gf_file f;

/* ---- golden outputs ---- */

static void golden(const char *model, const char *in, const char *out)
{
    size_t n, in_len, out_len, k, j, wrong = 0;
    uint8_t *p = data_read(model, &n), *x = data_read(in, &in_len), *y = data_read(out, &out_len);
    if (p == NULL || x == NULL || y == NULL) {
        SKIP(data_missing(p == NULL ? model : x == NULL ? in : out));
    } else if (!tflite_read(&g, p, n)) {
        printf("  %s\n", g.why);
        CHECK(0);
    } else {
        const size_t n_in = g.tensor[g.input].elements, n_out = g.tensor[g.output].elements;
        graph_eval e;
        eval_init(&e, &g);
        CHECK(in_len % n_in == 0 && in_len / n_in * n_out == out_len);
        for (k = 0; k < in_len / n_in; k++) {
            const int32_t *r = eval_run(&e, (const int8_t *)x + k * n_in);
            for (j = 0; j < n_out; j++) { wrong += r[j] != (int8_t)y[k * n_out + j]; }
        }
        CHECK(wrong == 0);
        eval_free(&e);
    }
    graph_free(&g);
    free(p); free(x); free(y);
}

static void keywords(void)
{
    golden("tflite/kws_ref_model.tflite", "golden/kws_rand_a.in.s8", "golden/kws_rand_a.out.s8");
}
static void person(void)
{
    golden("tflite/person_detect.tflite", "golden/person_real.in.s8", "golden/person_real.out.s8");
}
static void anomaly(void)
{
    golden("tflite/ad01_int8.tflite", "golden/ad01_real_even.in.s8", "golden/ad01_real_even.out.s8");
}
static void hello_world(void)
{
    golden("tflite/hello_world_int8.tflite", "golden/hello_world_all.in.s8", "golden/hello_world_all.out.s8");
}

/* what becomes of every public model: it is read (why NULL, with so many operators), or refused with these words */
static void public_models(void)
{
    static const struct { const char *name, *why; uint32_t n_ops; } all[] = {
        { "tflite/ad01_int8", NULL, 10 }, { "tflite/hello_world_int8", NULL, 3 }, { "tflite/kws_ref_model", NULL, 13 },
        { "tflite/person_detect", NULL, 31 }, { "tflite/pretrainedResnet_quant", NULL, 16 },
        { "tflite/vww_96_int8", NULL, 31 }, { "wild/1325b192", "operator 0: DEPTHWISE_CONV_2D of float", 0 },
        { "wild/2e5555fe", NULL, 11 }, { "wild/2fc332c8", NULL, 50 },
        { "wild/31716eae", "FULLY_CONNECTED of float", 0 },
        { "wild/339ecade", "operator 0: CONV_2D of float32 by int8 weights: a hybrid", 0 },
        { "wild/3bb65fb0", "operator 0: UNIDIRECTIONAL_SEQUENCE_LSTM is not supported", 0 },
        { "wild/50b87192", NULL, 35 }, { "wild/5aab8fac", NULL, 50 },
        { "wild/5f8fba06", "FULLY_CONNECTED of float", 0 },
        { "wild/6bbc0a06", "CONV_2D of float numbers", 0 }, { "wild/73c3493a", NULL, 78 },
        { "wild/78138530", "LSTM is not supported", 0 }, { "wild/7bf3ab3c", "FULLY_CONNECTED of float", 0 },
        { "wild/7c743178", "has 2 inputs and 1 outputs", 0 }, { "wild/80191370", NULL, 78 },
        { "wild/86959f76", NULL, 8 }, { "wild/88e4167a", "DEPTHWISE_CONV_2D of float", 0 },
        { "wild/8a5eb1b2", "LSTM is not supported", 0 }, { "wild/8b8b2ecc", NULL, 3 }, { "wild/9b931a24", NULL, 7 },
        { "wild/9ccac1a0", NULL, 6 }, { "wild/aac77e76", NULL, 4 }, { "wild/afc5fba8", NULL, 6 },
        { "wild/bf4dc85c", NULL, 16 }, { "wild/c28baebc", "LSTM is not supported", 0 }, { "wild/c7150984", NULL, 38 },
        { "wild/d12d9534", "operator 1: SVDF is not supported", 0 }, { "wild/d2a99742", "LSTM is not supported", 0 },
        { "wild/e10999b6", NULL, 8 }, { "wild/e2d95484", "LSTM is not supported", 0 }, { "wild/e3194f30", NULL, 6 },
        { "wild/fa797ba0", NULL, 6 }
    };
    size_t k, n;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        char name[64];
        uint8_t *p;
        int ok;
        snprintf(name, sizeof name, "%s.tflite", all[k].name);
        p = data_read(name, &n);
        if (p == NULL) { SKIP(data_missing(name)); return; }
        ok = tflite_read(&g, p, n);
        if (all[k].why == NULL ? !ok || g.n_ops != all[k].n_ops : ok || strstr(g.why, all[k].why) == NULL) {
            printf("  %s: %s, %lu operators\n", name, ok ? "read" : g.why, (unsigned long)g.n_ops);
            CHECK(0);
        }
        graph_free(&g);
        free(p);
    }
}

/* ---- worked out by hand: scales of 1 make numbers plain ---- */

/* the network of f on one input gives y */
static void gives(const int8_t *x, const int *y, uint32_t n)
{
    graph_eval e;
    const int32_t *r;
    uint32_t k;
    gf_write(&f);
    if (!tflite_read(&g, f.file.p, f.file.n)) {
        printf("  %s\n", g.why);
        CHECK(0);
        graph_free(&g);
        return;
    }
    CHECK(g.tensor[g.output].elements == n);
    eval_init(&e, &g);
    r = eval_run(&e, x);
    for (k = 0; k < n; k++) {
        if (r[k] != y[k]) { printf("  number %lu: %ld, not %d\n", (unsigned long)k, (long)r[k], y[k]); }
        CHECK(r[k] == y[k]);
    }
    eval_free(&e);
    graph_free(&g);
}

/* one operator, or its output, of a network that begins with an h x w x c image of zero point zero */
static int start(int h, int w, int c, int zero)
{
    gf_begin(&f);
    return f.part[0].input = gf_image(&f, h, w, c, 1, zero);
}
static void finish(int out) { f.part[0].output = out; }

/* a 3 x 3 image of 4, 5 .. 12 with zero point 3, so of 1, 2 .. 9; the outside counts as zero */
static void hand_conv(void)
{
    static const int8_t x[9] = { 4, 5, 6, 7, 8, 9, 10, 11, 12 }, w[4] = { 1, 2, 3, 4 };
    static const int dim[4] = { 1, 2, 2, 1 }, same[9] = { 37, 47, 21, 67, 77, 33, 23, 26, 9 },
                     stride[4] = { 37, 21, 23, 9 }, dilated[1] = { 1 * 1 + 2 * 3 + 3 * 7 + 4 * 9 };
    int in[3], out;
    gf_op *o;
    in[0] = start(3, 3, 1, 3); in[1] = gf_weights(&f, 4, dim, w, 1); in[2] = -1;
    out = gf_image(&f, 3, 3, 1, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 0, 1, 1, 3, 0);
    finish(out);
    gives(x, same, 9);
    in[0] = start(3, 3, 1, 3); in[1] = gf_weights(&f, 4, dim, w, 1);
    out = gf_image(&f, 2, 2, 1, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 0, 2, 2, 3, 0);
    finish(out);
    gives(x, stride, 4);
    in[0] = start(3, 3, 1, 3); in[1] = gf_weights(&f, 4, dim, w, 1);
    out = gf_image(&f, 1, 1, 1, 1, 0);
    o = gf_add(&f.part[0], GRAPH_CONV, 3, in, out);
    gf_window(o, 1, 1, 1, 3, 0);
    gf_field(o, 4, 4, 2);
    gf_field(o, 5, 4, 2);
    finish(out);
    gives(x, dilated, 1);
}

/* 2 rows of 2 channels, each read by 2 outputs, with scales 1 and 1/2: 1 + 3, (1 - 3) / 2, 20 - 20, and .5, of which
 * the multiplication by 2^30 / 2^31 makes 1 */
static void hand_depthwise(void)
{
    static const int8_t x[4] = { 1, 10, 3, -20 }, w[8] = { 1, 1, 2, 2, 1, -1, 1, 1 };
    static const int32_t bias[4] = { 0, 0, 0, 1 };
    static const int dim[4] = { 1, 2, 1, 4 }, y[4] = { 4, -1, 0, 1 }, relu[4] = { 4, 0, 0, 1 },
                     one[4] = { 1, -1, 0, 1 };
    int in[3], out, act;
    for (act = 0; act < 4; act++) {
        in[0] = start(2, 1, 2, 0); in[1] = gf_weights(&f, 4, dim, w, 1);
        gf_scale(&f, &f.part[0], in[1], 0.5F, 0);
        gf_scale(&f, &f.part[0], in[1], 1, 0);
        gf_scale(&f, &f.part[0], in[1], 0.5F, 0);
        f.part[0].tensor[in[1]].dimension = 3;
        in[2] = gf_numbers(&f, 4, bias);
        out = gf_image(&f, 1, 1, 4, 1, 0);
        gf_window(gf_add(&f.part[0], GRAPH_DEPTHWISE, 3, in, out), 1, 1, 1, 4, act);
        finish(out);
        gives(x, act == GRAPH_NO_ACT ? y : act == GRAPH_ACT_RELU_N1_TO_1 ? one : relu, 4);
    }
}

/* two places, each a row of two */
static void hand_dense(void)
{
    static const int8_t x[4] = { 1, 2, 3, 4 }, w[4] = { 1, 10, -1, 1 };
    static const int32_t bias[2] = { 5, -5 };
    static const int dim[2] = { 2, 2 }, y[4] = { 26, -4, 48, -4 };
    int in[3], out;
    in[0] = start(1, 2, 2, 0); in[1] = gf_weights(&f, 2, dim, w, 1); in[2] = gf_numbers(&f, 2, bias);
    out = gf_image(&f, 1, 2, 2, 1, 0);
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, out), 0, 1, 0);
    finish(out);
    gives(x, y, 4);
}

static void pool(int code, int valid, int kernel_w, int stride_w, int h, int w, const int *y)
{
    static const int8_t x[6] = { -1, 2, 1, -2, 3, 2 };
    const int in = start(2, 3, 1, 0), out = gf_image(&f, h, w, 1, 1, 0);
    gf_op *o = gf_add(&f.part[0], code, 1, &in, out);
    gf_window(o, valid, 1, stride_w, 5, 0);
    gf_field(o, 3, 4, (uint32_t)kernel_w);
    gf_field(o, 4, 4, 2);
    finish(out);
    gives(x, y, (uint32_t)(h * w));
}

/* rows -1, 2, 1 and -2, 3, 2. What lies outside is not counted; averages round halves away from 0, means by the
 * multiplier, so that -1.5 gives -1 */
static void hand_pools(void)
{
    static const int8_t x[6] = { -1, 2, 1, -2, 3, 2 };
    static const int average[4] = { 1, 2, 1, 2 }, most[4] = { 3, 2, 3, 2 }, pairs[3] = { -2, 3, 2 };
    static const int over_x[2] = { 1, 1 }, over_y[3] = { -1, 3, 2 };
    static const int32_t axis[2] = { 2, 1 };
    int in[2], out, k;
    pool(GRAPH_AVERAGE_POOL, 0, 2, 2, 2, 2, average);
    pool(GRAPH_MAX_POOL, 0, 2, 2, 2, 2, most);
    pool(GRAPH_AVERAGE_POOL, 1, 1, 1, 1, 3, pairs);
    for (k = 0; k < 2; k++) {
        in[0] = start(2, 3, 1, 0);
        in[1] = gf_numbers(&f, 1, &axis[k]);
        out = gf_image(&f, k ? 1 : 2, k ? 3 : 1, 1, 1, 0);
        gf_add(&f.part[0], GRAPH_MEAN, 2, in, out);
        finish(out);
        gives(x, k ? over_y : over_x, k ? 3 : 2);
    }
}

/* 1, -2 with .5 * (2 - 1), .5 * (5 - 1), zero point 10: sums 1.5 and 0, products .5 and -4 */
static void hand_pairs(void)
{
    static const int8_t x[2] = { 1, -2 }, b[2] = { 2, 5 };
    static const int dim[1] = { 2 }, sum[2] = { 12, 10 }, product[2] = { 11, 6 }, relu[2] = { 11, 10 };
    int in[2], out, k;
    for (k = 0; k < 3; k++) {
        in[0] = start(1, 1, 2, 0);
        in[1] = gf_weights(&f, 1, dim, b, 0);
        gf_scale(&f, &f.part[0], in[1], 0.5F, 1);
        out = gf_image(&f, 1, 1, 2, 1, 10);
        gf_field(gf_add(&f.part[0], k ? GRAPH_MUL : GRAPH_ADD, 2, in, out), 0, 1, k == 2);
        finish(out);
        gives(x, k == 0 ? sum : k == 1 ? product : relu, 2);
    }
}

static void hand_pad(void)
{
    static const int8_t x[2] = { 1, 2 }, five = 5;
    static const int32_t sides[6] = { 0, 0, 1, 0, 0, 0 };
    static const int zero[3] = { 7, 1, 2 }, filled[3] = { 5, 1, 2 }, dim[3] = { 1, 2, 1 }, one[1] = { 1 };
    int in[3], out, k;
    for (k = 0; k < 2; k++) { /* of three dimensions: the batch is not there */
        in[0] = start(1, 2, 1, 7);
        f.part[0].tensor[in[0]].rank = 3;
        memcpy(f.part[0].tensor[in[0]].dim, dim, sizeof dim);
        in[1] = gf_numbers(&f, 6, sides);
        in[2] = gf_weights(&f, 1, one, &five, 0);
        gf_scale(&f, &f.part[0], in[2], 1, 7);
        out = gf_image(&f, 1, 3, 1, 1, 7);
        gf_add(&f.part[0], k ? GRAPH_PADV2 : GRAPH_PAD, 2 + k, in, out);
        finish(out);
        gives(x, k ? filled : zero, 3);
    }
}

/* pairs (1, 2), (3, 4), (5, 6): the first one goes to the end; then the second numbers of every other pair */
static void hand_slices(void)
{
    static const int8_t x[6] = { 1, 2, 3, 4, 5, 6 };
    static const int32_t sizes[2] = { 1, -1 }, axis = 2, begin[4] = { 0, 0, -3, 1 }, end[4] = { 1, 1, 3, 2 },
                         step[4] = { 1, 1, 2, 1 };
    static const int moved[6] = { 3, 4, 5, 6, 1, 2 }, some[2] = { 4, 2 };
    int in[4], part, all, out, k;
    gf_op *o;
    for (k = 0; k < 2; k++) {
        in[0] = start(1, 3, 2, 0); in[1] = gf_numbers(&f, 2, sizes); in[2] = gf_numbers(&f, 1, &axis);
        part = gf_image(&f, 1, 1, 2, 1, 0);
        o = gf_add(&f.part[0], GRAPH_SPLIT_V, 3, in, part);
        o->n_out = 2;
        o->out[1] = in[0] = gf_image(&f, 1, 2, 2, 1, 0);
        in[1] = part;
        all = gf_image(&f, 1, 3, 2, 1, 0);
        gf_field(gf_add(&f.part[0], GRAPH_CONCATENATION, 2, in, all), 0, 4, (uint32_t)-2);
        in[0] = all; in[1] = gf_numbers(&f, 4, begin); in[2] = gf_numbers(&f, 4, end); in[3] = gf_numbers(&f, 4, step);
        out = gf_image(&f, 1, 2, 1, 1, 0);
        gf_add(&f.part[0], GRAPH_STRIDED_SLICE, 4, in, out);
        finish(k ? out : all);
        gives(x, k ? some : moved, k ? 2 : 6);
    }
}

/* 8, 9 are there before the first input; then the last two inputs */
static void hand_state(void)
{
    static const int8_t first[2] = { 8, 9 }, x[3] = { 1, 2, 3 };
    static const int dim[4] = { 1, 2, 1, 1 }, none[1] = { 0 }, y[3][3] = { { 8, 9, 1 }, { 9, 1, 2 }, { 1, 2, 3 } };
    static const int32_t begin[2] = { 0, 1 }, end[2] = { 1, 3 }, step[2] = { 1, 1 };
    gf_part *q = &f.part[1];
    int in[4], handle, at = start(1, 1, 1, 0), old, both, last, k, j;
    graph_eval e;
    in[1] = gf_new(&f, q, GRAPH_INT8, 4, dim);
    gf_data(&f, q, in[1], first, 2);
    gf_scale(&f, q, in[1], 1, 0);
    in[0] = gf_handle(q, &f, "v");
    gf_add(q, GRAPH_ASSIGN, 2, in, -1);
    gf_field(gf_add(&f.part[0], GRAPH_CALL_ONCE, 0, none, -1), 0, 4, 1);
    handle = gf_handle(&f.part[0], &f, "v");
    old = gf_image(&f, 2, 1, 1, 1, 0); both = gf_image(&f, 3, 1, 1, 1, 0); last = gf_image(&f, 2, 1, 1, 1, 0);
    gf_add(&f.part[0], GRAPH_READ, 1, &handle, old);
    in[0] = old; in[1] = at;
    gf_field(gf_add(&f.part[0], GRAPH_CONCATENATION, 2, in, both), 0, 4, 1);
    in[0] = both; in[1] = gf_numbers(&f, 2, begin); in[2] = gf_numbers(&f, 2, end); in[3] = gf_numbers(&f, 2, step);
    gf_add(&f.part[0], GRAPH_STRIDED_SLICE, 4, in, last);
    in[0] = handle; in[1] = last;
    gf_add(&f.part[0], GRAPH_ASSIGN, 2, in, -1);
    finish(both);
    gf_write(&f);
    CHECK(tflite_read(&g, f.file.p, f.file.n) && g.n_states == 1);
    eval_init(&e, &g);
    for (k = 0; k < 3; k++) {
        const int32_t *r = eval_run(&e, &x[k]);
        for (j = 0; j < 3; j++) { CHECK(r[j] == y[k][j]); }
    }
    eval_free(&e);
    graph_free(&g);
}

/* the shape 1, 2, 3, 1 is cut to its first number and packed with a 6 */
static void hand_folding(void)
{
    static const int8_t x[6] = { 1, 2, 3, 4, 5, 6 };
    static const int32_t zero = 0, one = 1, six = 6;
    static const int four = 4, two = 2, none = 0, dim[2] = { 1, 6 }, y[6] = { 1, 2, 3, 4, 5, 6 };
    gf_part *p = &f.part[0];
    int in[4], at = start(2, 3, 1, 0), shape = gf_new(&f, p, GRAPH_INT32, 1, &four),
        first = gf_new(&f, p, GRAPH_INT32, 0, &none), packed = gf_new(&f, p, GRAPH_INT32, 1, &two),
        out = gf_new(&f, p, GRAPH_INT8, 2, dim);
    gf_scale(&f, p, out, 1, 0);
    gf_add(p, GRAPH_SHAPE, 1, &at, shape);
    in[0] = shape; in[1] = gf_numbers(&f, 1, &zero); in[2] = gf_numbers(&f, 1, &one); in[3] = gf_numbers(&f, 1, &one);
    gf_field(gf_add(p, GRAPH_STRIDED_SLICE, 4, in, first), 4, 4, 1);
    in[0] = first; in[1] = gf_numbers(&f, 1, &six);
    gf_field(gf_add(p, GRAPH_PACK, 2, in, packed), 0, 4, 2);
    in[0] = at; in[1] = packed;
    gf_add(p, GRAPH_RESHAPE, 2, in, out);
    finish(out);
    gives(x, y, 6);
    CHECK(tflite_read(&g, f.file.p, f.file.n) && graph_int32(&g.tensor[packed], 0) == 1 &&
          graph_int32(&g.tensor[packed], 1) == 6 && g.n_ops == 1);
    graph_free(&g);
}

/* halves: 1.5 gives 2, -1.5 gives -1 as above; the slope of a leak; what saturates */
static void hand_numbers(void)
{
    static const int8_t x[4] = { 3, -3, 127, -128 };
    static const struct { int code; float scale; int zero, y[4]; } all[] = {
        { GRAPH_QUANTIZE, 2, 1, { 3, 0, 65, -63 } }, { GRAPH_RELU, 1, -5, { -2, -5, 122, -5 } },
        { GRAPH_RELU6, 1, 0, { 3, 0, 6, 0 } }, { GRAPH_LEAKY_RELU, 1, 0, { 3, -1, 127, -64 } },
        { GRAPH_TANH, 1.0F / 128, 0, { 127, -127, 127, -128 } }
    };
    size_t k;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        const int in = start(1, 1, 4, 0), out = gf_image(&f, 1, 1, 4, all[k].scale, all[k].zero);
        gf_op *o = gf_add(&f.part[0], all[k].code, 1, &in, out);
        if (all[k].code == GRAPH_LEAKY_RELU) { gf_field(o, 0, 4, tf_float(0.5F)); }
        finish(out);
        gives(x, all[k].y, 4);
    }
}

static void hand_softmax(void)
{
    static const int8_t x[4] = { 5, 5, 100, -100 };
    static const int y[4] = { 0, 0, 127, -128 };
    const int in = start(1, 2, 2, 0), out = gf_image(&f, 1, 2, 2, 1.0F / 256, -128);
    gf_field(gf_add(&f.part[0], GRAPH_SOFTMAX, 1, &in, out), 0, 4, tf_float(1));
    finish(out);
    gives(x, y, 4);
}

/* the largest, the least, sums and means of rows -1, 2, 1 and -2, 3, 2 of one channel, or of as many channels */
static void hand_reductions(void)
{
    static const int8_t x[6] = { -1, 2, 1, -2, 3, 2 };
    static const int32_t axis[3] = { 1, -2, -1 };
    static const struct { int code, across, n, y[3]; } all[] = {
        { GRAPH_REDUCE_MAX, 0, 3, { -1, 3, 2 } }, { GRAPH_REDUCE_MIN, 0, 3, { -2, 2, 1 } },
        { GRAPH_SUM, 0, 3, { -3, 5, 3 } }, { GRAPH_SUM, 1, 2, { 2, 3 } }, { GRAPH_REDUCE_MAX, 1, 2, { 2, 3 } },
        { GRAPH_SUM, 2, 2, { 2, 3 } }, { GRAPH_MEAN, 2, 2, { 1, 1 } }, { GRAPH_REDUCE_MIN, 2, 2, { -1, -2 } }
    };
    size_t k;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        const int channels = all[k].across == 2;
        int in[2], out;
        in[0] = start(2, channels ? 1 : 3, channels ? 3 : 1, 0);
        in[1] = gf_numbers(&f, 1, &axis[all[k].across]);
        out = gf_image(&f, all[k].across ? 2 : 1, all[k].across ? 1 : 3, 1, 1, 0);
        gf_add(&f.part[0], all[k].code, 2, in, out);
        finish(out);
        gives(x, all[k].y, (uint32_t)all[k].n);
    }
}

/* differences of 3, -3, 127, -128 and 2 (2, -1, 0, -2 as slopes), quotients by -2; what saturates */
static void hand_two(void)
{
    static const int8_t x[4] = { 3, -3, 127, -128 }, two = 2, minus = -2, each[4] = { 2, -1, 0, -2 };
    static const int one[1] = { 1 }, four[1] = { 4 };
    static const struct { int code, kind, swapped, y[4]; } all[] = {
        { GRAPH_SUB, 0, 0, { 1, -5, 125, -128 } }, { GRAPH_SUB, 0, 1, { -1, 5, -125, 127 } },
        { GRAPH_SUB, 2, 0, { 1, -2, 127, -126 } }, { GRAPH_SUB, 2, 1, { -1, 2, -127, 126 } },
        { GRAPH_MAXIMUM, 0, 0, { 3, 2, 127, 2 } }, { GRAPH_MAXIMUM, 2, 1, { 3, -1, 127, -2 } },
        { GRAPH_MINIMUM, 0, 0, { 2, -3, 2, -128 } }, { GRAPH_MINIMUM, 2, 0, { 2, -3, 0, -128 } },
        { GRAPH_PRELU, 0, 0, { 3, -6, 127, -128 } }, { GRAPH_PRELU, 2, 0, { 3, 3, 127, 127 } },
        { GRAPH_DIV, 1, 0, { -1, 2, -63, 64 } }, { GRAPH_SQUARED_DIFFERENCE, 0, 0, { 1, 25, 127, 127 } }
    };
    size_t k;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        int in[2], at, out;
        at = start(1, 1, 4, 0);
        out = all[k].kind == 2 ? gf_weights(&f, 1, four, each, 1)
                               : gf_weights(&f, 1, one, all[k].kind ? &minus : &two, 1);
        in[0] = all[k].swapped ? out : at;
        in[1] = all[k].swapped ? at : out;
        out = gf_image(&f, 1, 1, 4, 1, 0);
        gf_add(&f.part[0], all[k].code, 2, in, out);
        finish(out);
        gives(x, all[k].y, 4);
    }
}

/* a 2 x 2 x 2 image of 1 to 8; a line of 1, 2, 3 */
static void hand_places(void)
{
    static const int8_t x[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    static const int32_t order[4] = { 0, 3, 2, 1 }, twice[2] = { 2, 6 }, sides[8] = { 0, 0, 0, 0, 2, 2, 0, 0 };
    static const int turned[8] = { 1, 5, 3, 7, 2, 6, 4, 8 }, apart[8] = { 1, 2, 3, 4, 5, 6, 7, 8 },
                     together[8] = { 1, 2, 5, 6, 3, 4, 7, 8 }, resized[12] = { 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3 },
                     reflected[7] = { 3, 2, 1, 2, 3, 2, 1 }, symmetric[7] = { 2, 1, 1, 2, 3, 3, 2 };
    int in[2], out, k;
    in[0] = start(2, 2, 2, 0); in[1] = gf_numbers(&f, 4, order);
    gf_add(&f.part[0], GRAPH_TRANSPOSE, 2, in, out = gf_image(&f, 2, 2, 2, 1, 0));
    finish(out);
    gives(x, turned, 8);
    in[0] = start(2, 2, 2, 0);
    gf_field(gf_add(&f.part[0], GRAPH_SPACE_TO_DEPTH, 1, in, out = gf_image(&f, 1, 1, 8, 1, 0)), 0, 4, 2);
    finish(out);
    gives(x, apart, 8);
    in[0] = start(1, 2, 4, 0);
    gf_field(gf_add(&f.part[0], GRAPH_DEPTH_TO_SPACE, 1, in, out = gf_image(&f, 2, 4, 1, 1, 0)), 0, 4, 2);
    finish(out);
    gives(x, together, 8);
    in[0] = start(1, 3, 1, 0); in[1] = gf_numbers(&f, 2, twice);
    gf_field(gf_add(&f.part[0], GRAPH_RESIZE_NEAREST, 2, in, out = gf_image(&f, 2, 6, 1, 1, 0)), 1, 1, 1);
    finish(out);
    gives(x, resized, 12);
    for (k = 0; k < 2; k++) {
        in[0] = start(1, 3, 1, 0); in[1] = gf_numbers(&f, 8, sides);
        gf_field(gf_add(&f.part[0], GRAPH_MIRROR_PAD, 2, in, out = gf_image(&f, 1, 7, 1, 1, 0)), 0, 1, (uint32_t)k);
        finish(out);
        gives(x, k ? symmetric : reflected, 7);
    }
}

/* pairs (1, 2), (3, 4), (5, 6) taken apart and put together as two triples */
static void hand_pack(void)
{
    static const int8_t x[6] = { 1, 2, 3, 4, 5, 6 };
    static const int dim[3] = { 1, 1, 2 }, triples[6] = { 1, 3, 5, 2, 4, 6 };
    int in[3], out, k;
    gf_op *o;
    const int at = start(1, 3, 2, 0);
    for (k = 0; k < 3; k++) { gf_scale(&f, &f.part[0], in[k] = gf_new(&f, &f.part[0], GRAPH_INT8, 3, dim), 1, 0); }
    o = gf_add(&f.part[0], GRAPH_UNPACK, 1, &at, in[0]);
    o->n_out = 3;
    memcpy(o->out, in, sizeof in);
    gf_field(o, 1, 4, 2);
    out = gf_image(&f, 1, 2, 3, 1, 0);
    gf_field(gf_add(&f.part[0], GRAPH_PACK, 3, in, out), 1, 4, 3);
    finish(out);
    gives(x, triples, 6);
}

/* ---- convolutions in parts, by the definitions of the parts ---- */

static int32_t raw[GF_TENSORS][4096]; /* numbers of a file's tensors, batches and all, where scales are 1 */

static const gf_tensor *part_tensor(int t) { return &f.part[0].tensor[t]; }
static int32_t part_number(int t, int k) /* of a constant of int32 */
{
    return (int32_t)flat_u32(f.pool + part_tensor(t)->data + 4 * k);
}
static int32_t *raw_at(int t, int n, int y, int x, int c)
{
    const int *d = part_tensor(t)->dim;
    return &raw[t][((n * d[1] + y) * d[2] + x) * d[3] + c];
}

/* line y and place x of a picture with margins are line y / block of batch .. + y % block; back the same way */
static void raw_batches(const gf_op *o)
{
    const int apart = o->code == GRAPH_SPACE_TO_BATCH, line = part_tensor(o->in[0])->rank == 3,
              whole = apart ? o->in[0] : o->out[0], parts = apart ? o->out[0] : o->in[0];
    const int *dw = part_tensor(whole)->dim, *dp = part_tensor(parts)->dim, h = line ? 1 : dw[1],
              w = line ? dw[1] : dw[2], c = line ? dw[2] : dw[3], ph = line ? 1 : dp[1], pw = line ? dp[1] : dp[2];
    const int by = line ? 1 : part_number(o->in[1], 0), bx = part_number(o->in[1], line ? 0 : 1),
              top = line ? 0 : part_number(o->in[2], 0), left = part_number(o->in[2], line ? 0 : 2);
    int n, y, x, i;
    for (n = 0; n < by * bx; n++) {
        for (y = 0; y < ph; y++) {
            for (x = 0; x < pw; x++) {
                for (i = 0; i < c; i++) {
                    const int wy = y * by + n / bx - top, wx = x * bx + n % bx - left;
                    const int inside = wy >= 0 && wy < h && wx >= 0 && wx < w;
                    int32_t *p = &raw[parts][((n * ph + y) * pw + x) * c + i],
                            *q = inside ? &raw[whole][(wy * w + wx) * c + i] : NULL;
                    if (apart) { *p = inside ? *q : 0; } else if (inside) { *q = *p; }
                }
            }
        }
    }
}

/* CONV_2D and DEPTHWISE_CONV_2D without padding, a picture of the batch after the other */
static void raw_conv(const gf_op *o)
{
    const int deep = o->code == GRAPH_DEPTHWISE, in = o->in[0], out = o->out[0];
    const int *dy = part_tensor(out)->dim, *dw = part_tensor(o->in[1])->dim;
    const int8_t *w = (const int8_t *)f.pool + part_tensor(o->in[1])->data;
    int n, y, x, c, ky, kx, i;
    for (n = 0; n < dy[0]; n++) {
        for (y = 0; y < dy[1]; y++) {
            for (x = 0; x < dy[2]; x++) {
                for (c = 0; c < dy[3]; c++) {
                    int32_t sum = o->in[2] >= 0 ? part_number(o->in[2], c) : 0;
                    for (ky = 0; ky < dw[1]; ky++) {
                        for (kx = 0; kx < dw[2]; kx++) {
                            for (i = 0; i < (deep ? 1 : dw[3]); i++) {
                                sum += *raw_at(in, n, y + ky, x + kx, deep ? c : i) *
                                       w[deep ? (ky * dw[2] + kx) * dw[3] + c
                                              : ((c * dw[1] + ky) * dw[2] + kx) * dw[3] + i];
                            }
                        }
                    }
                    *raw_at(out, n, y, x, c) = eval_clamp(sum, -128, 127);
                }
            }
        }
    }
}

/* what every input gives to the outputs that lie around it */
static void raw_transposed(const gf_op *o)
{
    const int in = o->in[2], out = o->out[0], same = o->field[0].value == 0;
    const int step[2] = { (int)o->field[2].value, (int)o->field[1].value };
    const int *dx = part_tensor(in)->dim, *dy = part_tensor(out)->dim, *dw = part_tensor(o->in[1])->dim;
    const int8_t *w = (const int8_t *)f.pool + part_tensor(o->in[1])->data;
    int pad[2], k, y, x, ky, kx, n, c;
    for (k = 0; k < 2; k++) {
        pad[k] = same ? ((dy[1 + k] + step[k] - 1) / step[k] - 1) * step[k] + dw[1 + k] - dy[1 + k] : 0;
        pad[k] = pad[k] > 0 ? pad[k] / 2 : 0;
    }
    for (k = 0; k < dy[1] * dy[2] * dy[3]; k++) { raw[out][k] = o->n_in > 3 ? part_number(o->in[3], k % dy[3]) : 0; }
    for (y = 0; y < dx[1]; y++) {
        for (x = 0; x < dx[2]; x++) {
            for (ky = 0; ky < dw[1]; ky++) {
                for (kx = 0; kx < dw[2]; kx++) {
                    const int oy = y * step[0] + ky - pad[0], ox = x * step[1] + kx - pad[1];
                    if (oy < 0 || oy >= dy[1] || ox < 0 || ox >= dy[2]) { continue; }
                    for (n = 0; n < dy[3]; n++) {
                        for (c = 0; c < dx[3]; c++) {
                            *raw_at(out, 0, oy, ox, n) += *raw_at(in, 0, y, x, c) *
                                                          w[((n * dw[1] + ky) * dw[2] + kx) * dw[3] + c];
                        }
                    }
                }
            }
        }
    }
    for (k = 0; k < dy[1] * dy[2] * dy[3]; k++) { raw[out][k] = eval_clamp(raw[out][k], -128, 127); }
}

static void convolutions_in_parts(void)
{
    int k, i, n, out, made = 0;
    for (k = 0; k < 300; k++) {
        static int8_t x[1000];
        static int y[4096];
        const int at = start(k % 3 ? 1 + (int)rnd_below(5) : 1, 1 + (int)rnd_below(7), 1 + (int)rnd_below(3), 0);
        f.plain = 1;
        for (n = i = 0; i < 3; i++) { n = (i ? n : 1) * part_tensor(at)->dim[1 + i]; }
        for (i = 0; i < n; i++) { raw[at][i] = x[i] = (int8_t)rnd_in(-4, 4); }
        out = k & 1 ? gf_random_apart(&f, at) : gf_random_transposed(&f, at);
        for (i = 0; i < f.part[0].n_ops; i++) {
            const gf_op *o = &f.part[0].op[i];
            switch (o->code) {
            case GRAPH_SPACE_TO_BATCH: case GRAPH_BATCH_TO_SPACE: raw_batches(o); break;
            case GRAPH_CONV: case GRAPH_DEPTHWISE: raw_conv(o); break;
            case GRAPH_TRANSPOSE_CONV: raw_transposed(o); break;
            default: memcpy(raw[o->out[0]], raw[o->in[0]], sizeof raw[0]); /* another shape */
            }
        }
        for (n = i = 0; i < 3; i++) { n = (i ? n : 1) * part_tensor(out)->dim[1 + i]; }
        for (i = 0; i < n; i++) { y[i] = raw[out][i]; made += y[i] > -128 && y[i] < 127 && y[i] != 0; }
        finish(out);
        gives(x, y, (uint32_t)n);
    }
    CHECK(made > 2000);
}

/* ---- ends ---- */

/* uint8 of another scale is quantized once more; ARG_MAX and CAST behind DEQUANTIZE stand for what they read */
static void ends(void)
{
    static const int dim[4] = { 1, 1, 1, 4 }, one[1] = { 1 }, halved[4] = { -64, -32, 0, 64 };
    static const int8_t x[4] = { -128, -64, 0, 127 };
    static const int32_t axis = -1;
    gf_part *p = &f.part[0];
    int in[2], at;
    gf_begin(&f);
    p->input = gf_new(&f, p, GRAPH_UINT8, 4, dim);
    gf_scale(&f, p, p->input, 1, 128);
    at = gf_image(&f, 1, 1, 4, 2, 0);
    gf_add(p, GRAPH_QUANTIZE, 1, &p->input, at);
    in[0] = gf_new(&f, p, GRAPH_FLOAT32, 4, dim);
    gf_add(p, GRAPH_DEQUANTIZE, 1, &at, in[0]);
    in[1] = gf_numbers(&f, 1, &axis);
    at = gf_new(&f, p, GRAPH_INT64, 1, one);
    gf_add(p, GRAPH_ARG_MAX, 2, in, at);
    finish(gf_new(&f, p, GRAPH_FLOAT32, 1, one));
    gf_add(p, GRAPH_CAST, 1, &at, p->output);
    gives(x, halved, 4);
    gf_write(&f);
    CHECK(tflite_read(&g, f.file.p, f.file.n) && g.dropped != NULL && strcmp(g.dropped, "ARG_MAX") == 0);
    graph_free(&g);
}

/* what nobody calls, and shapes computed from shapes, are not looked at */
static void what_is_not_needed(void)
{
    static const int8_t x[2] = { 5, -5 };
    static const int y[2] = { 5, 0 }, four[1] = { 4 };
    const int at = start(1, 1, 2, 0), out = gf_image(&f, 1, 1, 2, 1, 0),
              shape = gf_new(&f, &f.part[0], GRAPH_INT32, 1, four), more = gf_new(&f, &f.part[0], GRAPH_INT32, 1, four);
    int in[2];
    gf_add(&f.part[1], 44, 0, four, -1); /* an LSTM in a subgraph */
    gf_add(&f.part[0], GRAPH_SHAPE, 1, &at, shape);
    in[0] = in[1] = shape;
    gf_add(&f.part[0], 95, 2, in, more); /* FLOOR_MOD */
    gf_add(&f.part[0], GRAPH_RELU, 1, &at, out);
    finish(out);
    gives(x, y, 2);
}

/* ---- refusals ---- */

static int base; /* a 4 x 4 x 2 image */

static int one_op(int code, int n_in, const int *in, int h, int w, int c)
{
    const int out = gf_image(&f, h, w, c, 1, 0);
    gf_add(&f.part[0], code, n_in, in, out);
    return out;
}
static int bad_mean(void)
{
    static const int32_t axis = 4;
    const int in[2] = { base, gf_numbers(&f, 1, &axis) };
    return one_op(GRAPH_MEAN, 2, in, 4, 4, 1);
}
static int bad_groups(void)
{
    static const int dim[4] = { 2, 1, 1, 1 };
    static const int8_t w[2] = { 1, 1 };
    const int in[3] = { base, gf_weights(&f, 4, dim, w, 1), -1 };
    return one_op(GRAPH_CONV, 3, in, 4, 4, 2);
}
static int bad_concatenation(void)
{
    const int other = gf_image(&f, 4, 4, 2, 2, 0), in[2] = { base, other };
    gf_add(&f.part[0], GRAPH_QUANTIZE, 1, &base, other);
    {
        const int out = one_op(GRAPH_CONCATENATION, 2, in, 8, 4, 2);
        gf_field(&f.part[0].op[1], 0, 4, 1);
        return out;
    }
}
static int bad_size(void) { return one_op(GRAPH_RESHAPE, 1, &base, 4, 4, 3); }
static int bad_order(void)
{
    const int later = gf_image(&f, 4, 4, 2, 1, 0);
    return one_op(GRAPH_RELU, 1, &later, 4, 4, 2);
}
static int bad_twice(void)
{
    const int out = one_op(GRAPH_RELU, 1, &base, 4, 4, 2);
    gf_add(&f.part[0], GRAPH_RELU, 1, &base, out);
    return out;
}
static int bad_step(void)
{
    static const int32_t begin[4] = { 0, 0, 3, 0 }, end[4] = { 1, 4, 0, 2 }, step[4] = { 1, 1, -1, 1 };
    const int in[4] = { base, gf_numbers(&f, 4, begin), gf_numbers(&f, 4, end), gf_numbers(&f, 4, step) };
    return one_op(GRAPH_STRIDED_SLICE, 4, in, 4, 3, 2);
}
static int bad_variable(void)
{
    const int handle = gf_handle(&f.part[0], &f, "w");
    return one_op(GRAPH_READ, 1, &handle, 4, 4, 2);
}
static int bad_batch(void)
{
    const int in[2] = { base, base }, out = one_op(GRAPH_ADD, 2, in, 4, 4, 2);
    f.part[0].tensor[base].dim[0] = f.part[0].tensor[out].dim[0] = 2;
    return out;
}
static int bad_window(void)
{
    static const int dim[4] = { 1, 3, 3, 2 };
    static const int8_t w[18] = { 1 };
    const int in[3] = { base, gf_weights(&f, 4, dim, w, 1), -1 }, out = gf_image(&f, 4, 4, 1, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 1, 1, 1, 3, 0);
    return out;
}
static int bad_fused(void)
{
    const int out = bad_window();
    f.part[0].op[0].n_fields = 0;
    gf_window(&f.part[0].op[0], 0, 1, 1, 3, 4);
    return out;
}
static int bad_lstm(void)
{
    const int out = bad_mean();
    f.part[0].op[0].code = 44;
    return out;
}
static int bad_transpose(void)
{
    static const int32_t order[4] = { 0, 2, 1, 1 };
    const int in[2] = { base, gf_numbers(&f, 4, order) };
    return one_op(GRAPH_TRANSPOSE, 2, in, 4, 4, 2);
}
static int bad_larger(void)
{
    const int other = gf_image(&f, 4, 4, 2, 2, 0), in[2] = { base, other };
    gf_add(&f.part[0], GRAPH_QUANTIZE, 1, &base, other);
    return one_op(GRAPH_MAXIMUM, 2, in, 4, 4, 2);
}
static int bad_slopes(void)
{
    static const int dim[4] = { 1, 8, 4, 2 };
    static const int8_t slope[64] = { 1 };
    const int in[2] = { base, gf_weights(&f, 4, dim, slope, 1) };
    return one_op(GRAPH_PRELU, 2, in, 8, 4, 2);
}
static int bad_resize(void)
{
    static const int32_t size[2] = { 6, 8 };
    const int in[2] = { base, gf_numbers(&f, 2, size) };
    return one_op(GRAPH_RESIZE_NEAREST, 2, in, 6, 8, 2);
}
static int bad_mirror(void)
{
    static const int32_t sides[8] = { 0, 0, 4, 0, 0, 0, 0, 0 };
    const int in[2] = { base, gf_numbers(&f, 8, sides) };
    return one_op(GRAPH_MIRROR_PAD, 2, in, 8, 4, 2);
}
static int taken_apart(void)
{
    static const int32_t block[2] = { 2, 2 }, margin[4] = { 0, 0, 0, 0 };
    static const int dim[4] = { 4, 2, 2, 2 };
    const int in[3] = { base, gf_numbers(&f, 2, block), gf_numbers(&f, 4, margin) };
    const int out = gf_new(&f, &f.part[0], GRAPH_INT8, 4, dim);
    gf_scale(&f, &f.part[0], out, 1, 0);
    gf_add(&f.part[0], GRAPH_SPACE_TO_BATCH, 3, in, out);
    return out;
}
static int bad_apart(void)
{
    const int apart = taken_apart(), out = gf_new(&f, &f.part[0], GRAPH_INT8, 4, f.part[0].tensor[apart].dim);
    gf_scale(&f, &f.part[0], out, 1, 0);
    gf_add(&f.part[0], GRAPH_RELU, 1, &apart, out);
    return out;
}
static int bad_never_together(void)
{
    static const int dim[4] = { 2, 1, 1, 2 };
    static const int8_t w[4] = { 1, 1, 1, 1 };
    const int in[3] = { taken_apart(), gf_weights(&f, 4, dim, w, 1), -1 };
    const int out = gf_new(&f, &f.part[0], GRAPH_INT8, 4, f.part[0].tensor[in[0]].dim);
    gf_scale(&f, &f.part[0], out, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 1, 1, 1, 3, 0);
    return one_op(GRAPH_RELU, 1, &base, 4, 4, 2);
}
static int bad_turned(void)
{
    static const int dim[4] = { 2, 2, 2, 2 };
    static const int8_t w[16] = { 1 };
    const int in[3] = { base, gf_weights(&f, 4, dim, w, 1), base }, out = gf_image(&f, 20, 8, 2, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_TRANSPOSE_CONV, 3, in, out), 1, 2, 2, 3, 0);
    return out;
}
static int bad_apart_scale(void)
{
    const int apart = taken_apart();
    f.scale[f.part[0].tensor[apart].scale] = 1.000001F;
    return apart;
}
static int bad_wide(void) /* 3 taps, 40000 places from each other */
{
    static const int dim[4] = { 2, 3, 1, 2 };
    static const int8_t w[12] = { 1 };
    const int in[3] = { base, gf_weights(&f, 4, dim, w, 1), -1 }, out = gf_image(&f, 4, 4, 2, 1, 0);
    gf_op *o = gf_add(&f.part[0], GRAPH_CONV, 3, in, out);
    gf_window(o, 0, 1, 1, 3, 0);
    gf_field(o, 5, 4, 40000);
    return out;
}
static int bad_strides(void) /* 255 x 255 places as channels */
{
    static const int dim[4] = { 2, 1, 1, 2 };
    static const int8_t w[4] = { 1 };
    const int in[3] = { base, gf_weights(&f, 4, dim, w, 1), base }, out = gf_image(&f, 766, 766, 2, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_TRANSPOSE_CONV, 3, in, out), 1, 255, 255, 3, 0);
    return out;
}
static int bad_arg_max(void)
{
    static const int32_t axis = 3;
    static const int dim[4] = { 1, 4, 4, 1 };
    const int in[2] = { base, gf_numbers(&f, 1, &axis) }, out = gf_new(&f, &f.part[0], GRAPH_INT32, 4, dim);
    gf_add(&f.part[0], GRAPH_ARG_MAX, 2, in, out);
    return out;
}
static int bad_behind(void)
{
    static const int dim[4] = { 1, 4, 4, 2 };
    const int real = gf_new(&f, &f.part[0], GRAPH_FLOAT32, 4, dim), out = gf_new(&f, &f.part[0], GRAPH_FLOAT32, 4, dim);
    gf_add(&f.part[0], GRAPH_DEQUANTIZE, 1, &base, real);
    gf_add(&f.part[0], GRAPH_RELU, 1, &real, out);
    return out;
}
static int bad_first_other(void) /* an operator that nobody knows is named before what is only odd */
{
    const int middle = bad_size(), out = gf_image(&f, 4, 4, 3, 1, 0);
    gf_add(&f.part[0], 32, 1, &middle, out);
    return out;
}

static void refusals(void)
{
    static const struct { int (*make)(void); const char *why; } all[] = {
        { bad_mean, "operator 0: MEAN has an impossible axis" }, { bad_groups, "operator 0: CONV_2D in groups" },
        { bad_concatenation, "operator 1: CONCATENATION has inputs and outputs of different scales" },
        { bad_size, "RESHAPE changes the number of elements" }, { bad_order, "reads a tensor that nothing has given" },
        { bad_twice, "operator 1: RELU gives a tensor that is there already" }, { bad_step, "backwards" },
        { bad_variable, "READ_VARIABLE of a variable that nothing has set" }, { bad_batch, "ADD has a batch other" },
        { bad_window, "has shapes that do not fit" }, { bad_fused, "with a fused activation other" },
        { bad_lstm, "operator 0: UNIDIRECTIONAL_SEQUENCE_LSTM is not supported" },
        { bad_first_other, "operator 1: CUSTOM is not supported" },
        { bad_transpose, "operator 0: TRANSPOSE has shapes that do not fit" },
        { bad_larger, "operator 1: MAXIMUM has inputs and outputs of different scales" },
        { bad_slopes, "operator 0: PRELU has shapes that do not fit" },
        { bad_resize, "operator 0: RESIZE_NEAREST_NEIGHBOR by other than whole factors" },
        { bad_mirror, "operator 0: MIRROR_PAD pads more than there is" },
        { bad_apart, "operator 1: RELU between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND" },
        { bad_never_together, "a SPACE_TO_BATCH_ND is without its BATCH_TO_SPACE_ND" },
        { bad_turned, "operator 0: TRANSPOSE_CONV has an output that its input does not reach" },
        { bad_apart_scale, "operator 0: SPACE_TO_BATCH_ND has inputs and outputs of different scales" },
        { bad_wide, "operator 0: CONV_2D has a window wider than 65536" },
        { bad_strides, "operator 0: TRANSPOSE_CONV has strides by which its channels become more than 65535" },
        { bad_arg_max, "operator 0: ARG_MAX is supported at the end" },
        { bad_behind, "operator 1: RELU behind DEQUANTIZE" }
    };
    size_t k;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        base = start(4, 4, 2, 0);
        finish(all[k].make());
        gf_write(&f);
        CHECK(!tflite_read(&g, f.file.p, f.file.n) && strstr(g.why, all[k].why) != NULL);
        if (strstr(g.why, all[k].why) == NULL) { printf("  '%s', not '%s'\n", g.why, all[k].why); }
        graph_free(&g);
    }
}

/* ---- random and damaged files ---- */

/* small enough to be evaluated in no time? */
static int is_small(void)
{
    uint32_t k;
    for (k = 0; k < g.n_tensors; k++) { if (g.tensor[k].elements > 5000) { return 0; } }
    for (k = 0; k < g.n_ops; k++) {
        const graph_op *o = &g.op[k];
        if (o->kernel[0] > 30 || o->kernel[1] > 30 || (o->code == GRAPH_DENSE && g.tensor[o->in[1]].elements > 10000)) {
            return 0;
        }
    }
    return 1;
}

/* a damaged file is refused with a reason, or it is a network that can be evaluated */
static void try_damaged(const uint8_t *p, size_t n)
{
    static const int8_t x[5000];
    uint8_t *q = (uint8_t *)malloc(n ? n : 1);
    memcpy(q, p, n);
    if (!tflite_read(&g, q, n)) {
        CHECK(g.why[0] != 0);
    } else if (is_small()) {
        graph_eval e;
        eval_init(&e, &g);
        eval_run(&e, x);
        eval_free(&e);
    }
    graph_free(&g);
    free(q);
}

static void damage(uint8_t *p, size_t len, size_t every)
{
    size_t n;
    for (n = 0; n < len; n += 1 + rnd_below((uint32_t)every)) {
        const uint8_t was = p[n];
        try_damaged(p, n);
        p[n] = (uint8_t)rnd();
        try_damaged(p, len);
        p[n] = (uint8_t)(was ^ (1U << rnd_below(8)));
        try_damaged(p, len);
        p[n] = was;
    }
}

static void random_networks(void)
{
    static const int8_t x[1000];
    int k, seen = 0;
    for (k = 0; k < 400; k++) {
        gf_random(&f);
        if (!tflite_read(&g, f.file.p, f.file.n)) {
            printf("  network %d: %s\n", k, g.why);
            CHECK(0);
        } else {
            graph_eval e;
            uint32_t i;
            eval_init(&e, &g);
            eval_run(&e, x);
            for (i = 0; i < g.n_ops; i++) { seen |= g.op[i].code == GRAPH_CONCATENATION; }
            eval_free(&e);
        }
        graph_free(&g);
    }
    CHECK(seen);
}

static void damaged_random_files(void)
{
    int k;
    for (k = 0; k < 8; k++) {
        gf_random(&f);
        damage(f.file.p, f.file.n, 4);
    }
}

static void damaged_public_files(void)
{
    static const char *const name[] = { "tflite/hello_world_int8.tflite", "wild/9ccac1a0.tflite",
                                        "wild/7c743178.tflite" };
    size_t len, k;
    for (k = 0; k < 3; k++) {
        uint8_t *p = data_read(name[k], &len);
        if (p == NULL) { SKIP(data_missing(name[k])); return; }
        damage(p, len, 2);
        free(p);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("convolution by hand", hand_conv);
    RUN("depthwise convolution by hand", hand_depthwise);
    RUN("dense layer over places by hand", hand_dense);
    RUN("pooling and means by hand", hand_pools);
    RUN("sums and products by hand", hand_pairs);
    RUN("padding by hand", hand_pad);
    RUN("slices and concatenation by hand", hand_slices);
    RUN("a variable by hand", hand_state);
    RUN("shapes that are known now", hand_folding);
    RUN("functions of one number by hand", hand_numbers);
    RUN("softmax by hand", hand_softmax);
    RUN("reductions by hand", hand_reductions);
    RUN("two tensors by hand", hand_two);
    RUN("places by hand", hand_places);
    RUN("tensors taken apart and put together by hand", hand_pack);
    RUN("transposed and dilated convolutions by their parts", convolutions_in_parts);
    RUN("ends that stand for what they read", ends);
    RUN("subgraphs that nobody calls, shapes of shapes", what_is_not_needed);
    RUN("what cannot be read is named", refusals);
    RUN("random networks are read and evaluated", random_networks);
    RUN("damaged random files", damaged_random_files);
    RUN("damaged public files", damaged_public_files);
    RUN("kws equals its golden outputs byte for byte", keywords);
    RUN("person equals its golden outputs byte for byte", person);
    RUN("ad01 equals its golden outputs byte for byte", anomaly);
    RUN("hello_world equals its golden outputs byte for byte", hello_world);
    RUN("public models are read, or refused by name", public_models);
    return test_report("graph");
}
