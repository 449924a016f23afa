/* test_graph.c - the reader of TensorFlow Lite graphs and their reference evaluation: golden outputs byte for byte
 * where the data are; what is known now, stands for what it reads or is not needed; random networks; damaged files,
 * which are refused or read. (Operators by hand in test_graph_hand.c, what cannot be read in test_graph_refused.c.) */
#define SUCREF_HOST
#include "test.h"
#include "../sucref.h"
#include "../examples/training/data.h"
#include "graph_random.h"
#include "graph_hand.h"

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

/* ---- what becomes no operator ---- */

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
    RUN("shapes that are known now", hand_folding);
    RUN("ends that stand for what they read", ends);
    RUN("subgraphs that nobody calls, shapes of shapes", what_is_not_needed);
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
