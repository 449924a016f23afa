/* test_import.c - the reader of TensorFlow Lite files: golden outputs byte for byte where the data are, the elementwise
 * kernels against double, and damaged files, which are refused or read, never crashed on. */
#include "library.h"
#include "../examples/training/data.h"
#include "crc.h"
#include "oracle.h"
#include "tflite_file.h"
#include <time.h>

enum { MOST = 200000, LONGEST = 1 << 30 };
#include "import_any.h"

static void golden(const char *model, const char *in, const char *out)
{
    size_t model_len, in_len, out_len, k;
    uint8_t *p = data_read(model, &model_len), *x = data_read(in, &in_len), *y = data_read(out, &out_len);
    int planes;
    if (p == NULL || x == NULL || y == NULL) {
        SKIP(data_missing(p == NULL ? model : x == NULL ? in : out));
        free(p);
        free(x);
        free(y);
        return;
    }
    for (planes = 1; planes <= 2; planes++) {
        uint32_t bytes, *file, *work;
        size_t wrong = 0;
        sucref_model m;
        sucref_net net;
        sucref_answer a;
        CHECK(tflite_parse(&t, p, model_len));
        file = write_model(&bytes, planes);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        CHECK(in_len % m.n_in == 0 && in_len / m.n_in * m.n_out == out_len);
        for (k = 0; k < in_len / m.n_in; k++) {
            uint32_t r;
            CHECK(sucref_net_set_input(&net, x + k * m.n_in, net.model->n_in) == SUCREF_OK &&
                  sucref_net_run(&net, m.n_stops - 1U) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            for (r = 0; r < m.n_out; r++) { wrong += (uint8_t)(a.out[r] ^ 0x80) != y[k * m.n_out + r]; }
        }
        CHECK(wrong == 0);
        tflite_free(&t);
        free(work); free(file);
    }
    free(p); free(x); free(y);
}

static void anomaly_detection(void)
{
    golden("tflite/ad01_int8.tflite", "golden/ad01_real_even.in.s8", "golden/ad01_real_even.out.s8");
}
static void hello_world(void)
{
    golden("tflite/hello_world_int8.tflite", "golden/hello_world_all.in.s8", "golden/hello_world_all.out.s8");
}

static void unsupported_models_are_named(void)
{
    static const struct {
        const char *file, *why;
    } bad[] = { { "wild/3bb65fb0.tflite", "operator 0: UNIDIRECTIONAL_SEQUENCE_LSTM" },
                { "wild/d12d9534.tflite", "operator 1: SVDF" },
                { "wild/1325b192.tflite", "operator 0: DEPTHWISE_CONV_2D of float" } };
    int k;
    for (k = 0; k < 3; k++) {
        size_t len;
        uint8_t *p = data_read(bad[k].file, &len);
        if (p == NULL) { SKIP(data_missing(bad[k].file)); return; }
        CHECK(!tflite_parse(&t, p, len) && strncmp(t.graph.why, bad[k].why, strlen(bad[k].why)) == 0);
        tflite_free(&t);
        free(p);
    }
}

/* a damaged file is refused with a reason, or gives a model that can be written or is refused by the writer */
static void try_damaged(const uint8_t *p, size_t n)
{
    uint32_t bytes;
    uint8_t *q = (uint8_t *)malloc(n ? n : 1);
    memcpy(q, p, n);
    if (tflite_parse(&t, q, n)) { free(write_model(&bytes, 1)); } else { CHECK(t.graph.why[0] != 0); }
    tflite_free(&t);
    try_real(q, n);
    free(q);
}

/* chains of every kind, evaluated as the interpreter does: equal byte for byte; a function at the end to one step */
static void random_files(void)
{
    static const int ends[] = { 0, 0, TF_DEQUANTIZE, TF_RELU, TF_LOGISTIC, TF_SOFTMAX };
    static tf_file f;
    int k, i, j, r;
    for (k = 0; k < 600; k++) {
        const int last = ends[k % 6], n_in = (tf_random(&f, last), f.layer[0].n_in);
        uint32_t bytes, *file, *work;
        sucref_model m;
        sucref_net net;
        sucref_answer a;
        if (!tflite_parse(&t, f.p, f.n)) { printf("  %s\n", t.graph.why); CHECK(0); return; }
        file = write_model(&bytes, 1 + k % 2);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        for (i = 0; i < 20; i++) {
            const tf_dense *l = &f.layer[f.n_layers - 1];
            int8_t x[TF_WIDE];
            int y[TF_WIDE];
            for (j = 0; j < n_in; j++) { x[j] = (int8_t)rnd_in(-128, 127); }
            tf_evaluate(y, &f, x);
            CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK &&
                  sucref_net_run(&net, m.n_stops - 1U) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            for (r = 0; r < l->n_out; r++) {
                const int got = a.out[r] - 128;
                if (last == TF_RELU) { CHECK(got == (y[r] < l->zero_out ? l->zero_out : y[r]));
                } else if (last == TF_LOGISTIC) {
                    CHECK(fabs(256 / (1 + exp(-(y[r] - l->zero_out) * (double)l->scale_out)) - 128 - got) <= 1.02);
                } else if (last == TF_SOFTMAX) {
                    double sum = 0;
                    for (j = 0; j < l->n_out; j++) { sum += exp((y[j] - y[r]) * (double)l->scale_out); }
                    CHECK(fabs(fmin(256 / sum, 255) - 128 - got) <= 1.02);
                } else {
                    CHECK(got == y[r]);
                }
            }
        }
        tflite_free(&t);
        free(work); free(file);
    }
}

/* a file with one thing that would change the result and is not known is refused, and says what it is */
static void odd_file(int odd, int what, const char *why)
{
    static tf_file f;
    tf_dense *l = &f.layer[0];
    for (tf_random(&f, 0); !l->per_row || !l->has_bias || l->n_out < 2; tf_random(&f, 0)) { }
    CHECK(tflite_parse(&t, f.p, f.n));
    tflite_free(&t);
    f.odd = odd;
    f.odd_what = what;
    tf_write(&f);
    CHECK(!tflite_parse(&t, f.p, f.n) && strstr(t.graph.why, why) != NULL);
    if (strstr(t.graph.why, why) == NULL) { printf("  '%s', not '%s'\n", t.graph.why, why); }
    tflite_free(&t);
}

static void odd_files(void)
{
    odd_file(TF_ODD_FORMAT, 1, "shuffled weights");
    odd_file(TF_ODD_DIMENSION, 1, "another dimension");
    odd_file(TF_ODD_SPARSE, 1, "sparse");
    odd_file(TF_ODD_SPARSE, 2, "sparse");
    odd_file(TF_ODD_ZERO, 0, "beyond 32 bits");
    odd_file(TF_ODD_ZERO, 1, "beyond 32 bits");
    odd_file(TF_ODD_DETAILS, 1, "quantization of its own kind");
    odd_file(TF_ODD_EXTERNAL, 1, "outside of the tables");
    odd_file(TF_ODD_EXTERNAL, 2, "outside of the tables");
    odd_file(TF_ODD_STATE, 0, "keeps state");
}

/* what a change of one tensor or operator leads to */
static void changed(const char *why, void (*change)(tf_file *f))
{
    static tf_file f;
    do { tf_random(&f, 0); } while (!f.layer[0].has_bias || !f.tensor[f.op[f.n_ops - 1].in].type ||
                                    f.op[0].op != TF_DENSE || f.tensor[f.op[0].bias].n_scales == 0);
    change(&f);
    tf_write(&f);
    CHECK(!tflite_parse(&t, f.p, f.n) && strstr(t.graph.why, why) != NULL);
    if (strstr(t.graph.why, why) == NULL) { printf("  '%s', not '%s'\n", t.graph.why, why); }
    tflite_free(&t);
}
static void all_float(tf_file *f)
{
    int k;
    for (k = 0; k < f->n_tensors; k++) { f->tensor[k].type = GRAPH_FLOAT32; f->tensor[k].n_scales = 0; }
}
static void hybrid(tf_file *f)
{
    int k;
    for (k = 0; k < f->n_tensors; k++) { if (f->tensor[k].what != 1) { f->tensor[k].type = GRAPH_FLOAT32; } }
}
static void old_scheme(tf_file *f) { f->tensor[f->op[0].w].type = GRAPH_UINT8; }
static void int16_inputs(tf_file *f) { f->tensor[f->op[0].in].type = GRAPH_INT16; }
static void other_bias(tf_file *f) { f->bias_scale[0][0] *= 100; }
static void bias_zero(tf_file *f) { f->tensor[f->op[0].bias].zero = 1; }
static void gather(tf_file *f) { f->op[0].op = 36; }
static void tile(tf_file *f) { f->op[0].op = 69; }
static void svdf(tf_file *f) { f->op[0].op = 27; }
static void batch_matmul(tf_file *f) { f->op[0].op = 126; }
static void unknown(tf_file *f) { f->op[0].op = 200; }
static void float_pool(tf_file *f) { all_float(f); f->op[0].op = 17; }

static void two_scales(tf_file *f)
{
    static const float s[2] = { 1, 1 };
    f->tensor[f->op[0].in].scale = s;
    f->tensor[f->op[0].in].n_scales = 2;
}

/* twenty thousand operators on one tensor: each is looked at in a time that its tensors do not make longer */
static void many_operators(void)
{
    static tf_file f;
    int k;
    for (tf_random(&f, 0); f.op[0].op != TF_DENSE; tf_random(&f, 0)) { }
    for (k = f.n_ops++; k > 0; k--) { f.op[k] = f.op[k - 1]; }
    f.op[0].op = TF_RESHAPE;
    f.op[0].out = f.op[0].in;
    f.repeat = 20000;
    tf_write(&f);
    CHECK(f.n < sizeof f.p && tflite_parse(&t, f.p, f.n));
    tflite_free(&t);
    changed("more scales than it may", two_scales);
}

static void names_and_cures(void)
{
    changed("a float model, or a float part of one; add --calibrate", all_float);
    changed("hybrid model; add --calibrate", hybrid);
    changed("old scheme; convert it", old_scheme);
    changed("int16 activations", int16_inputs);
    changed("bias of another scale", other_bias);
    changed("bias of another scale", bias_zero);
    changed("GATHER is not supported", gather);
    changed("TILE is not supported", tile);
    changed("SVDF is not supported", svdf);
    changed("BATCH_MATMUL is not supported", batch_matmul);
    changed("operator code 200", unknown);
    changed("MAX_POOL_2D of float numbers: a float model", float_pool);
}

/* the head of the imported file says what its bytes are */
static void scales_are_kept(void)
{
    static const int ends[] = { 0, TF_SOFTMAX, TF_LOGISTIC, TF_RELU };
    static tf_file f;
    int k;
    for (k = 0; k < 100; k++) {
        const tf_dense *l;
        sucref_model_spec spec;
        tf_random(&f, ends[k % 4]);
        l = &f.layer[f.n_layers - 1];
        CHECK(tflite_parse(&t, f.p, f.n));
        lower_spec(&spec, &t.net);
        CHECK(fabs(prepare_scale_value(&spec.scales.input) / (double)f.layer[0].scale_in - 1) < 1e-9);
        if (k % 4 == 1 || k % 4 == 2) {
            CHECK(prepare_scale_value(&spec.scales.output) == 1.0 / 256 && spec.scales.output_zero == 0);
        } else {
            CHECK(fabs(prepare_scale_value(&spec.scales.output) / (double)l->scale_out - 1) < 1e-9 &&
                  spec.scales.output_zero == l->zero_out + 128);
        }
        CHECK(l->per_row && l->n_out > 1
                  ? spec.scales.logit.multiplier == 0
                  : fabs(prepare_scale_value(&spec.scales.logit) / ((double)l->scale_in * (double)l->scale_w[0]) - 1) <
                        1e-9);
        tflite_free(&t);
    }
}

/* scales at which 6 / scale rounds otherwise in double than in the reference's float */
static void six_in_float(void)
{
    uint32_t found = 0, k;
    for (k = 0; k < 3000000 && found < 5; k++) {
        const float s = 0.0235F + (float)rnd_below(1 << 20) / (1 << 24);
        volatile float steps = 6.0F / s;
        if (roundf(steps) == (float)floor(6.0 / (double)s + 0.5)) { continue; }
        CHECK(graph_steps(6.0F, s, 0, 0, 255) == (int)roundf(steps));
        found++;
    }
    CHECK(found == 5);
    CHECK(graph_steps(6.0F, 1e-30F, -100, -128, 127) == 127 && graph_steps(6.0F, 0.02F, 100, -128, 127) == 127 &&
          graph_steps(6.0F, 6, 1, 0, 255) == 2);
}

static void damaged_random_files(void)
{
    static const int ends[] = { 0, TF_DEQUANTIZE, TF_RELU, TF_LOGISTIC, TF_SOFTMAX };
    static tf_file f;
    int k;
    uint32_t n;
    for (k = 0; k < 5; k++) {
        tf_random(&f, ends[k]);
        for (n = 0; n < f.n; n++) {
            const uint8_t was = f.p[n];
            try_damaged(f.p, n);
            f.p[n] = (uint8_t)rnd();
            try_damaged(f.p, f.n);
            f.p[n] = (uint8_t)(was ^ (1U << rnd_below(8)));
            try_damaged(f.p, f.n);
            f.p[n] = was;
        }
    }
}

static void damaged_files(void)
{
    size_t len, n;
    uint8_t *p = data_read("tflite/hello_world_int8.tflite", &len);
    CHECK(!tflite_parse(&t, (const uint8_t *)"none", 4) && strstr(t.graph.why, "not a TensorFlow Lite file"));
    if (p == NULL) { SKIP(data_missing("tflite/hello_world_int8.tflite")); return; }
    for (n = 0; n < len; n++) {
        const uint8_t was = p[n];
        int bit;
        try_damaged(p, n);
        for (bit = -2; bit < 8; bit++) {
            p[n] = (uint8_t)(bit == -2 ? 0U : bit == -1 ? 255U : was ^ (1U << bit));
            try_damaged(p, len);
        }
        p[n] = was;
    }
    free(p);
}

/* as the file holds it, least significant byte first */
static void put_float(uint8_t *p, float v)
{
    const uint32_t u = tf_float(v);
    int k;
    for (k = 0; k < 4; k++) { p[k] = (uint8_t)(u >> 8 * k); }
}

/* LOGISTIC, TANH, RELU, RELU6 and LEAKY_RELU on all int8 values, against double */
static void elementwise_kernels(void)
{
    uint8_t scales[8];
    graph_tensor x, y;
    graph_op o;
    int code, v, k;
    const int codes[] = { 14, 28, 19, 21, 98 };
    for (k = 0; k < 200; k++) {
        const float sx = 0.001F + (float)rnd_below(1000) / 9000, alpha = (float)rnd_below(100) / 100;
        const int zx = rnd_in(-128, 127);
        for (code = 0; code < 5; code++) {
            const float sy = code == 0 ? 1.0F / 256 : code == 1 ? 1.0F / 128 : sx * (1 + (float)rnd_below(3));
            const int zy = code == 0 ? -128 : code == 1 ? 0 : rnd_in(-128, 127);
            memset(&x, 0, sizeof x);
            memset(&y, 0, sizeof y);
            put_float(scales, sx); put_float(scales + 4, sy);
            memset(&o, 0, sizeof o);
            o.code = codes[code];
            o.number = alpha;
            x.type = y.type = GRAPH_INT8;
            x.n_scales = y.n_scales = 1;
            x.scales = scales; y.scales = scales + 4;
            x.zero = zx; y.zero = zy;
            for (v = -128; v < 128; v++) {
                const double r = (v - zx) * (double)sx, f = code == 0   ? 1 / (1 + exp(-r))
                                                            : code == 1 ? tanh(r)
                                                            : r >= 0    ? (code == 3 && r > 6 ? 6 : r)
                                                            : code == 4 ? r * alpha
                                                                        : 0;
                const double want = f / sy + zy, got = lower_number(&o, &x, &y, v);
                CHECK(got >= -128 && got <= 127 && fabs((want > 127 ? 127 : want < -128 ? -128 : want) - got) <= 1.02);
            }
        }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("random chains equal a plain evaluation", random_files);
    RUN("what would change the result and is not known is refused", odd_files);
    RUN("models that cannot be read are named, with a cure", names_and_cures);
    RUN("scales are kept", scales_are_kept);
    RUN("many operators", many_operators);
    RUN("ReLU6 in the reference's float arithmetic", six_in_float);
    RUN("damaged random files", damaged_random_files);
    RUN("ad01 equals its golden outputs byte for byte", anomaly_detection);
    RUN("hello_world equals its golden outputs byte for byte", hello_world);
    RUN("unsupported models are refused by name", unsupported_models_are_named);
    RUN("damaged files", damaged_files);
    RUN("elementwise kernels", elementwise_kernels);
    return test_report("import");
}
