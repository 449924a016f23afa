/* test_graph_hand.c - the operators of TensorFlow Lite graphs, read and evaluated: small networks with results worked
 * out by hand. */
#define SUCREF_HOST
#include "test.h"
#include "../sucref.h"
#include "graph_hand.h"

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
    RUN("functions of one number by hand", hand_numbers);
    RUN("softmax by hand", hand_softmax);
    RUN("reductions by hand", hand_reductions);
    RUN("two tensors by hand", hand_two);
    RUN("places by hand", hand_places);
    RUN("tensors taken apart and put together by hand", hand_pack);
    return test_report("graph_hand");
}
