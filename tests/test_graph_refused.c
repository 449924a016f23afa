/* test_graph_refused.c - graphs that cannot be read: networks of few operators with one thing wrong, each refused with
 * the operator and the reason. */
#define SUCREF_HOST
#include "test.h"
#include "../sucref.h"
#include "graph_hand.h"

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
static int bad_svdf(void)
{
    const int out = bad_mean();
    f.part[0].op[0].code = 27;
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
/* base by a transposed convolution, as an h x w x 2 image */
static int transposed(int kernel, int stride, int h, int w)
{
    static const int8_t weight[16] = { 1 };
    const int dim[4] = { 2, kernel, kernel, 2 };
    const int in[3] = { base, gf_weights(&f, 4, dim, weight, 1), base }, out = gf_image(&f, h, w, 2, 1, 0);
    gf_window(gf_add(&f.part[0], GRAPH_TRANSPOSE_CONV, 3, in, out), 1, stride, stride, 3, 0);
    return out;
}
static int bad_turned(void) { return transposed(2, 2, 20, 8); }
static int bad_strides(void) { return transposed(1, 255, 766, 766); } /* 255 x 255 places as channels */
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

/* inputs and outputs that no operator looks at: a constant takes the input's place, or the output's */
static int constant(uint32_t numbers)
{
    static const int dim[4] = { 1, 4, 4, 2 };
    static const int8_t w[32] = { 1 };
    const int t = gf_new(&f, &f.part[0], GRAPH_INT8, 4, dim);
    gf_data(&f, &f.part[0], t, w, numbers);
    gf_scale(&f, &f.part[0], t, 1, 0);
    return t;
}
static int bad_unread_shape(void)
{
    const int in = constant(32);
    f.part[0].tensor[base].dim[1] = 0;
    return one_op(GRAPH_RELU, 1, &in, 4, 4, 2);
}
static int bad_unread_type(void)
{
    const int in = constant(32);
    f.part[0].tensor[base].type = GRAPH_FLOAT32;
    f.part[0].tensor[base].n_scales = 0;
    return one_op(GRAPH_RELU, 1, &in, 4, 4, 2);
}
static int bad_unread_byte(void)
{
    const int in = constant(32);
    f.part[0].tensor[base].type = GRAPH_UINT8;
    f.part[0].tensor[base].zero = -1;
    return one_op(GRAPH_RELU, 1, &in, 4, 4, 2);
}
static int bad_ungiven(void)
{
    one_op(GRAPH_RELU, 1, &base, 4, 4, 2);
    return constant(31);
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
        { bad_lstm, "operator 0: UNIDIRECTIONAL_SEQUENCE_LSTM is not supported, as no recurrent layer is; convert" },
        { bad_svdf, "operator 0: SVDF is not supported; build the model with what computes the same, a dense layer" },
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
        { bad_unread_shape, "the input: a tensor has an impossible shape" },
        { bad_unread_type, "the input: of float numbers" }, { bad_unread_byte, "the input: of uint8" },
        { bad_ungiven, "the output: has a constant that does not fit" },
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

/* of an int8 model that is to be quantized an operator that nobody can read is named before that */
static void named_first(void)
{
    int (*make[3])(void);
    const char *const why[3] = { "operator 0: UNIDIRECTIONAL_SEQUENCE_LSTM is", "operator 0: SVDF is",
                                 "is no float model: its input, tensor 0, is of integers already; leave out" };
    int k;
    make[0] = bad_lstm; make[1] = bad_svdf; make[2] = bad_mean;
    for (k = 0; k < 3; k++) {
        base = start(4, 4, 2, 0);
        finish(make[k]());
        gf_write(&f);
        CHECK(!tflite_read_as(&g, f.file.p, f.file.n, 1) && strncmp(g.why, why[k], strlen(why[k])) == 0);
        if (strncmp(g.why, why[k], strlen(why[k])) != 0) { printf("  '%s'\n", g.why); }
        graph_free(&g);
    }
}

/* a small file whose part has a list, its field, behind the file's end: where the field is */
static size_t list_at_end(unsigned field)
{
    int past = 0;
    flat file = { f.file.p, 0, &past };
    flat_table model, part;
    size_t at;
    base = start(4, 4, 2, 0);
    finish(bad_twice());
    gf_write(&f);
    file.n = f.file.n;
    model = flat_at(&file, flat_u32(f.file.p));
    part = flat_item(&file, flat_vec(&model, 2, 4), 0);
    at = flat_field(&part, field, 4);
    tf_put(&f.file, (uint32_t)at, f.file.n - (uint32_t)at, 4);
    return at;
}

/* the inputs' vector (field 1) or the outputs' (2) moved to the end, with the input and the output in it */
static void two_ends(void)
{
    static const char *const why[2] = {
        "has 2 inputs and 1 outputs: tensor 0 '' (operator 0: RELU), tensor 1 '' (of no operator); export a part",
        "has 1 inputs and 2 outputs: tensor 0 '' (of no operator), tensor 1 '' (operator 0: RELU); export a part" };
    unsigned k;
    for (k = 0; k < 2; k++) {
        const size_t at = list_at_end(1 + k);
        tf_add(&f.file, 2, 4);
        tf_add(&f.file, 0, 4);
        tf_add(&f.file, 1, 4);
        CHECK(at > 0 && !tflite_read(&g, f.file.p, f.file.n) && strstr(g.why, why[k]) != NULL);
        if (strstr(g.why, why[k]) == NULL) { printf("  '%s'\n", g.why); }
        graph_free(&g);
    }
}

/* a file that is cut anywhere says so, or nothing that is read is missing */
static void cut_files(void)
{
    uint32_t n, cut = 0;
    base = start(4, 4, 2, 0);
    finish(one_op(GRAPH_RELU, 1, &base, 4, 4, 2));
    gf_write(&f);
    for (n = 8; n < f.file.n; n++) {
        uint8_t *p = (uint8_t *)malloc(n);
        int ok;
        memcpy(p, f.file.p, n);
        ok = tflite_read(&g, p, n);
        CHECK(ok || strstr(g.why, "is cut short, or damaged: it points beyond its ") == g.why);
        CHECK(!ok || g.n_ops == 1);
        cut += !ok;
        graph_free(&g);
        free(p);
    }
    CHECK(cut >= f.file.n - 44); /* the rest: less than a name or a version would be, and a subgraph that is not read */
}

/* the operators' vector moved to the end, with as many places */
static void too_many_operators(void)
{
    static uint8_t bytes[sizeof f.file.p + 4 * (GRAPH_OPERATORS + 2)];
    uint32_t n;
    for (n = GRAPH_OPERATORS; n <= GRAPH_OPERATORS + 1; n++) {
        const size_t at = list_at_end(3);
        tf_add(&f.file, n, 4);
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, f.file.p, f.file.n);
        CHECK(at > 0 && !tflite_read(&g, bytes, f.file.n + 4 * n));
        CHECK((strcmp(g.why, "more than 32768 operators") == 0) == (n > GRAPH_OPERATORS));
        graph_free(&g);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("what cannot be read is named", refusals);
    RUN("an operator that nobody can read is named before what else is odd", named_first);
    RUN("inputs and outputs of which there are two are named", two_ends);
    RUN("a file that is cut short says so", cut_files);
    RUN("operators without end are refused", too_many_operators);
    return test_report("graph_refused");
}
