/* test_lower.c - models made of graphs answer as the reference kernels do, byte for byte: random networks with branches
 * and variables, golden inputs and public models where the data are; streams keep their state. */
#include "library.h"
#include "../examples/training/data.h"
#include "graph_random.h"
#include "lowered.h"

#ifndef CASES
#  define CASES 3000
#endif
static void random_networks(void)
{
    int k, rare = 0;
    for (k = 0; k < CASES; k++) {
        gf_random(&f);
        if (!compare(f.file.p, f.file.n, 12, NULL)) {
            int i;
            if (strstr(t.graph.why, halves) != NULL) { rare++; continue; }
            printf("  network %d:", k);
            for (i = 0; i < f.part[0].n_ops; i++) { printf(" %s", tflite_name(f.part[0].op[i].code)); }
            printf("\n");
            CHECK(0);
            if (test_shown > 5) { return; }
        }
    }
    CHECK(100 * rare < CASES);
    CHECK(left < macs); /* some networks have something to drop */
}

/* ---- small networks for what random ones seldom meet ---- */

static int begin(int h, int w, int c, int zero)
{
    gf_begin(&f);
    return f.part[0].input = gf_image(&f, h, w, c, 1, zero);
}
static void same(int out, uint32_t inputs)
{
    f.part[0].output = out;
    gf_write(&f);
    CHECK(compare(f.file.p, f.file.n, inputs, NULL));
}

/* a channel that is always 0, whose zero point is 100, differs from what lies outside of the picture */
static void constants_beside_edges(void)
{
    static const int point[4] = { 1, 1, 1, 1 }, window[4] = { 1, 3, 3, 1 };
    static const int8_t none[1] = { 0 }, ones[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    int k;
    for (k = 0; k < 4; k++) {
        const int32_t bias = k & 1 ? 1000 : -1000;
        int in[3], at;
        in[0] = begin(4, 4, 1, 0);
        in[1] = gf_weights(&f, 4, point, none, 1);
        in[2] = gf_numbers(&f, 1, &bias);
        at = gf_image(&f, 4, 4, 1, 1, k & 2 ? -28 : 27);
        gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, at), 0, 1, 1, 3, 0);
        in[0] = at;
        in[1] = gf_weights(&f, 4, window, ones, 1);
        in[2] = -1;
        gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, gf_image(&f, 4, 4, 1, 20, 0)), 0, 1, 1, 3, 0);
        same(f.part[0].op[1].out[0], 2);
    }
}

/* what a variable held is read between the making of its next value and the assignment */
static void late_reading(void)
{
    static const int dim[4] = { 1, 2, 2, 3 }, none[1] = { 0 };
    static const int8_t first[12] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    gf_part *p = &f.part[0], *q = &f.part[1];
    const int at = begin(2, 2, 3, 0), next = gf_image(&f, 2, 2, 3, 1, 0), old = gf_image(&f, 2, 2, 3, 1, 0),
              out = gf_image(&f, 2, 2, 3, 2, 0);
    int in[2];
    in[1] = gf_new(&f, q, GRAPH_INT8, 4, dim);
    gf_data(&f, q, in[1], first, 12);
    gf_scale(&f, q, in[1], 1, 0);
    in[0] = gf_handle(q, &f, "v");
    gf_add(q, GRAPH_ASSIGN, 2, in, -1);
    gf_field(gf_add(p, GRAPH_CALL_ONCE, 0, none, -1), 0, 4, 1);
    in[0] = gf_handle(p, &f, "v");
    gf_add(p, GRAPH_RELU, 1, &at, next);
    gf_add(p, GRAPH_READ, 1, in, old);
    in[1] = next;
    gf_add(p, GRAPH_ASSIGN, 2, in, -1);
    in[0] = old;
    gf_add(p, GRAPH_ADD, 2, in, out);
    same(out, 20);
}

static float some_scale(void) /* of a thousandth to a hundred */
{
    static const float corner[6] = { 1.0F / 256, 1.0F / 128, 1, 0.0235294122F, 3.0F / 128, 6.0F / 255 };
    return rnd_below(3) ? ldexpf(1 + (float)rnd_below(1 << 20) / (1 << 20), rnd_in(-10, 3)) : corner[rnd_below(6)];
}

/* all bytes through every function of one byte, over scales and zero points */
static void every_byte(void)
{
    static const int codes[] = { GRAPH_LOGISTIC, GRAPH_TANH, GRAPH_RELU, GRAPH_RELU6, GRAPH_LEAKY_RELU, GRAPH_QUANTIZE,
                                 GRAPH_RELU_N1_TO_1, GRAPH_RELU_0_TO_1, GRAPH_HARD_SWISH, GRAPH_ELU, GRAPH_GELU,
                                 GRAPH_ABS, GRAPH_NEG, GRAPH_EXP, GRAPH_LOG, GRAPH_SQRT, GRAPH_RSQRT, GRAPH_SQUARE,
                                 GRAPH_SIN, GRAPH_COS };
    int8_t x[256];
    size_t c;
    int k;
    for (k = 0; k < 256; k++) { x[k] = (int8_t)(k - 128); }
    for (c = 0; c < sizeof codes / sizeof codes[0]; c++) {
        for (k = 0; k < 60; k++) {
            const int logistic = codes[c] == GRAPH_LOGISTIC, tanh_like = codes[c] == GRAPH_TANH,
                      zero = k % 3 ? rnd_in(-128, 127) : k % 2 ? -128 : 0;
            const float sx = some_scale(), sy = logistic ? 1.0F / 256 : tanh_like ? 1.0F / 128 : some_scale();
            int in, out;
            gf_op *o;
            if (codes[c] == GRAPH_HARD_SWISH && !(sx / sy < 128 && sx / sy > 0.004F)) { continue; } /* 16 bits */
            gf_begin(&f);
            f.part[0].input = in = gf_image(&f, 1, 1, 256, sx, gf_any_zero());
            f.part[0].output = out = gf_image(&f, 1, 1, 256, sy, logistic ? -128 : tanh_like ? 0 : zero);
            o = gf_add(&f.part[0], codes[c], 1, &in, out);
            if (codes[c] == GRAPH_LEAKY_RELU) { gf_field(o, 0, 4, tf_float((float)rnd_in(-100, 100) / 50)); }
            if (codes[c] == GRAPH_GELU) { gf_field(o, 0, 1, rnd_below(2)); }
            gf_write(&f);
            if (!compare(f.file.p, f.file.n, 1, x)) { printf("  %s, case %d\n", tflite_name(codes[c]), k); CHECK(0); }
        }
    }
}

/* all pairs of bytes: channel 0 of 256 places and channel 1, which counts */
static void every_pair(void)
{
    static const int codes[] = { GRAPH_ADD, GRAPH_MUL, GRAPH_SUB, GRAPH_MAXIMUM, GRAPH_MINIMUM };
    static const int32_t sizes[2] = { 1, 1 }, axis = 3;
    static int8_t x[256][512];
    int k, i, refused = 0;
    for (k = 0; k < 256; k++) {
        for (i = 0; i < 256; i++) { x[k][2 * i] = (int8_t)(i - 128); x[k][2 * i + 1] = (int8_t)(k - 128); }
    }
    for (k = 0; k < 60; k++) {
        const int code = codes[k % 5], same = code == GRAPH_MAXIMUM || code == GRAPH_MINIMUM, zero = rnd_in(-128, 127);
        const float scale = some_scale(), other = same ? scale : some_scale() * scale;
        int in[3], part[2];
        gf_op *o;
        gf_begin(&f);
        f.part[0].input = in[0] = gf_image(&f, 1, 256, 2, scale, zero);
        in[1] = gf_numbers(&f, 2, sizes); in[2] = gf_numbers(&f, 1, &axis);
        for (i = 0; i < 2; i++) { part[i] = gf_image(&f, 1, 256, 1, scale, zero); }
        o = gf_add(&f.part[0], GRAPH_SPLIT_V, 3, in, part[0]);
        o->n_out = 2;
        o->out[1] = part[1];
        in[0] = part[0];
        in[1] = part[1];
        if (!same) {
            in[1] = gf_image(&f, 1, 256, 1, other, gf_any_zero());
            gf_add(&f.part[0], GRAPH_QUANTIZE, 1, &part[1], in[1]);
        }
        f.part[0].output = gf_image(&f, 1, 256, 1, same ? scale : scale + other, same ? zero : gf_any_zero());
        gf_field(gf_add(&f.part[0], code, 2, in, f.part[0].output), 0, 1, same ? 0 : rnd_below(4));
        gf_write(&f);
        if (!compare(f.file.p, f.file.n, 256, x[0])) {
            if (strstr(t.graph.why, halves) != NULL) { refused++; continue; }
            printf("  %s, case %d\n", tflite_name(code), k);
            CHECK(0);
        }
    }
    CHECK(refused < 4); /* of 12 differences */
}

/* all bytes by slopes of -128 to 127, and by the same one everywhere */
static void every_slope(void)
{
    static const int dim[4] = { 1, 1, 1, 256 };
    static int8_t x[256][256], slope[256];
    int k, i;
    for (k = 0; k < 256; k++) { for (i = 0; i < 256; i++) { x[k][i] = (int8_t)(k - 128); } }
    for (k = 0; k < 8; k++) {
        int in[2];
        for (i = 0; i < 256; i++) { slope[i] = (int8_t)(k == 7 ? 50 : i - 128); }
        gf_begin(&f);
        f.part[0].input = in[0] = gf_image(&f, 1, 1, 256, some_scale(), gf_any_zero());
        in[1] = gf_weights(&f, 4, dim, slope, some_scale());
        f.part[0].tensor[in[1]].zero = gf_any_zero();
        f.part[0].output = gf_image(&f, 1, 1, 256, some_scale(), gf_any_zero());
        gf_add(&f.part[0], GRAPH_PRELU, 2, in, f.part[0].output);
        gf_write(&f);
        CHECK(compare(f.file.p, f.file.n, 256, x[0]));
    }
}

/* a batch that RESHAPE makes counts as height where an operator takes any shape, and in the answer's shape */
static void batches_as_shapes(void)
{
    static const int batch[4] = { 2, 3, 4, 1 }, pictures[4] = { 2, 2, 2, 3 }, dim[2] = { 2, 3 };
    static const int8_t w[6] = { 40, -30, 20, 10, 50, -60 };
    int in[3], k;
    for (k = 0; k < 3; k++) { /* at the end, in the middle, in front of a dense layer over places */
        int at = begin(3, 4, 2, 0), out = gf_new(&f, &f.part[0], GRAPH_INT8, 4, k < 2 ? batch : pictures);
        gf_scale(&f, &f.part[0], out, 1, 0);
        gf_add(&f.part[0], GRAPH_RESHAPE, 1, &at, out);
        at = out;
        out = gf_new(&f, &f.part[0], GRAPH_INT8, 4, k < 2 ? batch : pictures);
        gf_scale(&f, &f.part[0], out, 0.5F, 3);
        gf_add(&f.part[0], GRAPH_ELU, 1, &at, out);
        at = in[0] = out;
        if (k == 1) { gf_add(&f.part[0], GRAPH_RESHAPE, 1, &at, out = gf_image(&f, 3, 4, 2, 0.5F, 3)); }
        if (k == 2) {
            in[1] = gf_weights(&f, 2, dim, w, 0.01F); in[2] = -1;
            out = gf_image(&f, 4, 2, 2, 1, 0);
            gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, out), 0, 1, 0);
        }
        same(out, 100);
    }
}

/* PAD whose output counts in nearly the same scale keeps its own: sums that were halves are a little less */
static void pads_of_nearly_one_scale(void)
{
    static const int dim[4] = { 1, 2, 2, 16 };
    static const int32_t sides[8] = { 0, 0, 1, 0, 1, 0, 0, 0 };
    static int8_t x[256][64], w[64];
    int in[3], at, k;
    memset(w, 64, sizeof w);
    for (k = 0; k < 256; k++) { memset(x[k], k - 128, sizeof x[k]); }
    in[0] = begin(2, 2, 16, -128); in[1] = gf_numbers(&f, 8, sides);
    at = gf_image(&f, 3, 3, 16, 0.999991F, -128);
    gf_add(&f.part[0], GRAPH_PAD, 2, in, at);
    in[0] = at; in[1] = gf_weights(&f, 4, dim, w, 1.0F / 1024); in[2] = -1;
    f.part[0].output = gf_image(&f, 2, 2, 1, 2, -128);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, f.part[0].output), 1, 1, 1, 3, 0);
    gf_write(&f);
    CHECK(compare(f.file.p, f.file.n, 256, x[0]));
}

static void golden_inputs(void)
{
    static const char *const name[][2] = { { "kws_ref_model", "kws_rand_a" }, { "person_detect", "person_real" },
                                           { "ad01_int8", "ad01_real_even" },
                                           { "hello_world_int8", "hello_world_all" } };
    size_t k, n, len;
    for (k = 0; k < 4; k++) {
        char model[64], in[64];
        uint8_t *p, *x;
        snprintf(model, sizeof model, "tflite/%s.tflite", name[k][0]);
        snprintf(in, sizeof in, "golden/%s.in.s8", name[k][1]);
        p = data_read(model, &n);
        x = data_read(in, &len);
        if (p == NULL || x == NULL) {
            SKIP(data_missing(p == NULL ? model : in));
        } else {
            graph_free(&plain);
            CHECK(tflite_read(&plain, p, n));
            len /= plain.tensor[plain.input].elements;
            graph_free(&plain);
            CHECK(compare(p, n, (uint32_t)len, (const int8_t *)x));
        }
        free(p); free(x);
    }
}

/* random inputs; those that keep state see 60 in a row */
static void public_models(void)
{
    static const struct { const char *name; uint32_t n; } all[] = {
        { "tflite/pretrainedResnet_quant", 2 }, { "tflite/vww_96_int8", 2 }, { "tflite/kws_ref_model", 6 },
        { "tflite/person_detect", 2 }, { "wild/2e5555fe", 60 }, { "wild/2fc332c8", 60 }, { "wild/50b87192", 1 },
        { "wild/5aab8fac", 60 }, { "wild/73c3493a", 60 }, { "wild/80191370", 60 }, { "wild/86959f76", 4 },
        { "wild/8b8b2ecc", 9 }, { "wild/9b931a24", 8 }, { "wild/9ccac1a0", 8 }, { "wild/aac77e76", 9 },
        { "wild/afc5fba8", 8 }, { "wild/bf4dc85c", 1 }, { "wild/c7150984", 60 }, { "wild/e10999b6", 9 },
        { "wild/e3194f30", 4 }, { "wild/fa797ba0", 4 }
    };
    size_t k, n;
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        char name[64];
        uint8_t *p;
        snprintf(name, sizeof name, "%s.tflite", all[k].name);
        p = data_read(name, &n);
        if (p == NULL) { SKIP(data_missing(name)); return; }
        if (!compare(p, n, all[k].n, NULL)) { printf("  %s\n", name); CHECK(0); }
        free(p);
    }
}

/* the largest step of one input, in multiply-adds: every quantum alone */
static uint32_t largest_step(const sucref_model *m)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)malloc(len * 4), most = 0, k;
    uint8_t *x = (uint8_t *)malloc(m->n_in);
    sucref_net net;
    int status;
    for (k = 0; k < m->n_in; k++) { x[k] = (uint8_t)rnd(); }
    CHECK(sucref_net_init(&net, m, work, len) == SUCREF_OK && sucref_net_set_input(&net, x, m->n_in) == SUCREF_OK);
    do {
        const uint32_t before = net.spent;
        status = sucref_net_step(&net, 1);
        if (net.spent - before > most) { most = net.spent - before; }
    } while (status == SUCREF_MORE);
    CHECK(status == SUCREF_DONE);
    free(work); free(x);
    return most;
}

/* MLPerf Tiny's convolutional networks and person_detect, in all layouts: no step has more than 5,000 multiply-adds,
 * eight times as many in that for MVE, and none more than sucref_net_quantum says */
static void steps_of_public_models(void)
{
    static const char *const name[] = { "tflite/kws_ref_model", "tflite/pretrainedResnet_quant", "tflite/vww_96_int8",
                                        "wild/2e5555fe", "tflite/person_detect" };
    static const uint8_t layouts[] = { SUCREF_LAYOUT_PLAIN, SUCREF_LAYOUT_HALVES, SUCREF_LAYOUT_ROWS };
    size_t k, i, n;
    for (k = 0; k < sizeof name / sizeof name[0]; k++) {
        char path[64];
        uint8_t *p;
        snprintf(path, sizeof path, "%s.tflite", name[k]);
        p = data_read(path, &n);
        if (p == NULL) { SKIP(data_missing(path)); continue; }
        CHECK(tflite_parse(&t, p, n));
        for (i = 0; i < 3; i++) {
            const uint32_t limit = layouts[i] == SUCREF_LAYOUT_ROWS ? 40000 : 5000;
            uint32_t bytes, *file, most = 0;
            sucref_model m;
            layout = layouts[i];
            file = write_model(&bytes);
            CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
            if (test_bad == 0) { most = largest_step(&m); }
            CHECK(most > limit / 10 && most <= sucref_net_quantum(&m) && sucref_net_quantum(&m) <= limit);
            if (test_telling || test_bad > 0) {
                printf("  %s, layout %u: %lu of %lu\n", name[k], layout, (unsigned long)most,
                       (unsigned long)sucref_net_quantum(&m));
            }
            free(file);
        }
        layout = SUCREF_LAYOUT_PLAIN;
        tflite_free(&t);
        free(p);
    }
}

static void put_file(const char *name, const void *p, size_t n)
{
    FILE *o = fopen(test_path(name), "wb");
    CHECK(o != NULL && fwrite(p, 1, n, o) == n);
    if (o != NULL) { CHECK(fclose(o) == 0); }
}

/* a streaming network, inputs for it and what it answers, as files for the tool's tests */
static void files_for_the_tool(void)
{
    static int8_t x[20 * 1000];
    static uint8_t y[20 * 1000];
    uint32_t n_in, n_out, k, r;
    graph_eval e;
    int i, fits = 0;
    while (!fits) {
        gf_random(&f);
        for (i = 0; i < f.part[0].n_ops; i++) { fits |= f.part[0].op[i].code == GRAPH_CONV; }
        fits = fits && f.part[1].n_ops > 0 && f.part[0].tensor[f.part[0].output].type == GRAPH_INT8;
    }
    CHECK(tflite_read(&plain, f.file.p, f.file.n));
    n_in = plain.tensor[plain.input].elements;
    n_out = plain.tensor[plain.output].elements;
    eval_init(&e, &plain);
    for (k = 0; k < 20 && n_out <= 1000; k++) {
        const int32_t *want;
        for (r = 0; r < n_in; r++) { x[k * n_in + r] = (int8_t)rnd_in(-128, 127); }
        want = eval_run(&e, x + k * n_in);
        for (r = 0; r < n_out; r++) { y[k * n_out + r] = (uint8_t)want[r]; }
    }
    put_file("stream.tflite", f.file.p, f.file.n);
    put_file("stream.s8", x, 20 * (size_t)n_in);
    put_file("stream.out", y, 20 * (size_t)n_out);
    eval_free(&e);
    graph_free(&plain);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("random networks answer as the reference does", random_networks);
    RUN("every byte through every function", every_byte);
    RUN("every pair of bytes", every_pair);
    RUN("every byte with every slope", every_slope);
    RUN("constants beside the edges of a picture", constants_beside_edges);
    RUN("a variable that is read late", late_reading);
    RUN("batches that are only shapes", batches_as_shapes);
    RUN("padding whose scales are nearly the same", pads_of_nearly_one_scale);
    RUN("files for the tool's tests", files_for_the_tool);
    RUN("golden inputs", golden_inputs);
    RUN("public models, streams over sixty inputs", public_models);
    RUN("steps of public convolutional networks are of 5,000 multiply-adds at most", steps_of_public_models);
    return test_report("lower");
}
