/* test_units.c - what a quantized model's numbers mean: its real outputs are the float network's, for every activation,
 * zero point and type; a network in other units is the same network; numbers that no float holds are refused. */
#include "library.h"
#include "rnd_real.h"
#include "../examples/tool/quantize.h"

enum { IN = 20, HIDDEN = 16, OUT = 4, SAMPLES = 150 };
static float w0[HIDDEN * IN], b0[HIDDEN], w1[OUT * HIDDEN], b1[OUT];
static uint8_t x[SAMPLES][IN];
static prepare_float_layer layers[2] = { { IN, HIDDEN, w0, b0 }, { HIDDEN, OUT, w1, b1 } };

static prepare_options setup(void)
{
    prepare_options o;
    int i, k;
    for (i = 0; i < HIDDEN * IN; i++) { w0[i] = bell(); }
    for (i = 0; i < OUT * HIDDEN; i++) { w1[i] = bell(); }
    for (i = 0; i < HIDDEN; i++) { b0[i] = bell() / 4; }
    for (i = 0; i < OUT; i++) { b1[i] = bell() / 4; }
    for (k = 0; k < SAMPLES; k++) { for (i = 0; i < IN; i++) { x[k][i] = (uint8_t)rnd(); } }
    memset(&o, 0, sizeof o);
    o.plan[0] = o.plan[1] = 4; o.n_planes = 2;
    o.act = SUCREF_ACT_RELU; o.input_scale = 1.0F / 64; o.input_zero = 100; o.leak = 0.2F;
    o.calibrate = x[0]; o.n_calibrate = SAMPLES;
    return o;
}

static double act_of(unsigned act, double z, double leak)
{
    switch (act) {
    case SUCREF_ACT_RELU: return z > 0 ? z : 0;
    case SUCREF_ACT_RELU6: return z > 6 ? 6 : z > 0 ? z : 0;
    case SUCREF_ACT_LEAKY: return z < 0 ? z * leak : z;
    case PREPARE_ACT_SIGMOID: return 1 / (1 + exp(-z));
    case PREPARE_ACT_TANH: return tanh(z);
    default: return z;
    }
}

/* the float network: z [OUT] before and y [OUT] behind the output's activation */
static void evaluate(double *z, double *y, const uint8_t *in, const prepare_options *o)
{
    const int flip = o->input_type == SUCREF_INPUT_S8 ? 0x80 : 0;
    double h[HIDDEN], sum = 0, most = -1e9;
    int r, c;
    for (r = 0; r < HIDDEN; r++) {
        h[r] = (double)b0[r];
        for (c = 0; c < IN; c++) {
            h[r] += (double)w0[r * IN + c] * ((in[c] ^ flip) - o->input_zero) * (double)o->input_scale;
        }
        h[r] = act_of(o->act, h[r], (double)o->leak);
    }
    for (r = 0; r < OUT; r++) {
        z[r] = (double)b1[r];
        for (c = 0; c < HIDDEN; c++) { z[r] += (double)w1[r * HIDDEN + c] * h[c]; }
        most = z[r] > most ? z[r] : most;
    }
    for (r = 0; r < OUT; r++) { sum += exp(z[r] - most); }
    for (r = 0; r < OUT; r++) {
        y[r] = o->output == PREPARE_ACT_SOFTMAX ? exp(z[r] - most) / sum : act_of(o->output, z[r], (double)o->leak);
    }
}

/* root mean squares of a model's real logits and outputs less the float network's, as shares of their own */
static void distances(double *logit, double *output, const uint8_t *file, uint32_t len, const prepare_options *o)
{
    sucref_model m;
    sucref_net net;
    sucref_scales s;
    sucref_answer a;
    uint32_t *work;
    double zz = 0, yy = 0, dz = 0, dy = 0;
    int k, r;
    CHECK(sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    sucref_model_scales(&s, &m);
    CHECK(fabs(prepare_scale_value(&s.input) / (double)o->input_scale - 1) < 1e-9);
    for (k = 0; k < SAMPLES; k++) {
        double z[OUT], y[OUT];
        evaluate(z, y, x[k], o);
        CHECK(sucref_net_set_input(&net, x[k], IN) == SUCREF_OK && sucref_net_run(&net, 1) == SUCREF_OK &&
              sucref_net_answer(&net, &a) == SUCREF_OK);
        for (r = 0; r < OUT; r++) {
            const double got = a.logits[r] * prepare_scale_value(&s.logit),
                         out = (a.out[r] - s.output_zero) * prepare_scale_value(&s.output);
            zz += z[r] * z[r]; dz += (got - z[r]) * (got - z[r]);
            yy += y[r] * y[r]; dy += (out - y[r]) * (out - y[r]);
        }
    }
    *logit = sqrt(dz / zz);
    *output = sqrt(dy / yy);
    free(work);
}

static void real_outputs(void)
{
    static const uint8_t acts[] = { SUCREF_ACT_NONE,  SUCREF_ACT_RELU,     SUCREF_ACT_RELU6,
                                    SUCREF_ACT_LEAKY, PREPARE_ACT_SIGMOID, PREPARE_ACT_TANH };
    static const uint8_t outs[] = { SUCREF_ACT_NONE, PREPARE_ACT_SOFTMAX, PREPARE_ACT_SIGMOID, PREPARE_ACT_TANH,
                                    SUCREF_ACT_RELU, SUCREF_ACT_LEAKY };
    unsigned k;
    for (k = 0; k < 72; k++) {
        prepare_options o = setup();
        uint8_t *file = NULL;
        uint32_t len;
        double logit, output;
        o.act = acts[k % 6];
        o.output = outs[k / 6 % 6];
        o.input_type = (uint8_t)(k / 36 ? SUCREF_INPUT_S8 : SUCREF_INPUT_U8);
        CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == SUCREF_OK);
        distances(&logit, &output, file, len, &o);
        CHECK(logit < 0.03 && output < 0.05);
        if (!(logit < 0.03 && output < 0.05)) { printf("  %u %u: %g %g\n", o.act, o.output, logit, output); }
        free(file);
    }
}

/* all stops' logits of all samples */
static void all_logits(int32_t *z, const uint8_t *file, uint32_t len)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t *work;
    unsigned k, t;
    CHECK(sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    for (k = 0; k < SAMPLES; k++) {
        CHECK(sucref_net_set_input(&net, x[k], IN) == SUCREF_OK);
        for (t = 0; t < m.n_stops; t++, z += OUT) {
            CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            memcpy(z, a.logits, OUT * 4);
        }
    }
    free(work);
}

/* the hidden layer in other units: the same integers; with the output in other units too, the same but for its scale */
static void other_units(void)
{
    static int32_t plain[SAMPLES * 2 * OUT], scaled[SAMPLES * 2 * OUT];
    int power;
    for (power = -60; power <= 60; power += 12) {
        prepare_options o = setup();
        uint8_t *file = NULL;
        uint32_t len;
        int i;
        CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == SUCREF_OK);
        all_logits(plain, file, len);
        free(file);
        for (i = 0; i < HIDDEN * IN; i++) { w0[i] = ldexpf(w0[i], power); }
        for (i = 0; i < HIDDEN; i++) { b0[i] = ldexpf(b0[i], power); }
        for (i = 0; i < OUT * HIDDEN; i++) { w1[i] = ldexpf(w1[i], -power); }
        CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == SUCREF_OK);
        all_logits(scaled, file, len);
        CHECK(memcmp(plain, scaled, sizeof plain) == 0);
        free(file);
        for (i = 0; i < OUT * HIDDEN; i++) { w1[i] = ldexpf(w1[i], power / 2); }
        for (i = 0; i < OUT; i++) { b1[i] = ldexpf(b1[i], power / 2); }
        CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == SUCREF_OK);
        all_logits(scaled, file, len);
        CHECK(memcmp(plain, scaled, sizeof plain) == 0);
        free(file);
    }
}

/* rows and layers of zeros have any scale, and spoil no other's */
static void rows_of_zeros(void)
{
    prepare_options o = setup();
    uint8_t *file = NULL;
    uint32_t len;
    double logit, output;
    memset(w0 + 3 * IN, 0, IN * sizeof *w0);
    b0[3] = 0;
    memset(w1 + HIDDEN, 0, HIDDEN * sizeof *w1);
    b1[1] = 0;
    CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == SUCREF_OK);
    distances(&logit, &output, file, len, &o);
    CHECK(logit < 0.03 && output < 0.05);
    free(file);
}

static void refused(const prepare_options *o, const char *why)
{
    sucref_fault fault = { "", 0 };
    uint8_t *file = NULL;
    uint32_t len;
    CHECK(prepare_quantize(&file, &len, layers, 2, o, &fault) == SUCREF_E_RANGE && strstr(fault.field, why) != NULL);
    if (strstr(fault.field, why) == NULL) { printf("  %s, not %s\n", fault.field, why); }
}

/* finite weights whose sums are not */
static void values_beyond_float(void)
{
    prepare_options o = setup();
    int i, known;
    for (known = 0; known < 2; known++) {
        o = setup();
        o.n_calibrate = known ? SAMPLES : 0;
        o.input_scale = 1;
        for (i = 0; i < IN; i++) { w0[i] = 3e38F; }
        refused(&o, "beyond float32");
        for (i = 0; i < IN; i++) { w0[i] = i % 2 ? 3e38F : -3e38F; }
        refused(&o, "beyond float32");
        o = setup();
        o.n_calibrate = known ? SAMPLES : 0;
        b1[2] = 1e30F;
        refused(&o, "accumulator could overflow");
        b1[2] = NAN;
        refused(&o, "NaN");
    }
    o = setup();
    o.output = 99; refused(&o, "output");
    o = setup();
    o.act = PREPARE_ACT_SOFTMAX; refused(&o, "activation");
    o = setup();
    o.output = SUCREF_ACT_LEAKY; o.leak = 1; refused(&o, "slope");
    o = setup();
    o.input_type = 2; refused(&o, "input type");
    o = setup();
    o.output = PREPARE_ACT_SOFTMAX;
    memset(w1, 0, sizeof w1);
    for (i = 0; i < OUT; i++) { b1[i] = 1e-9F; }
    refused(&o, "softmax");
}

/* multiplier and exponent of a scale, and back */
static void scales(void)
{
    int k;
    for (k = 0; k < 1000; k++) {
        const double v = ldexp(1 + rnd_below(1 << 23), rnd_in(-140, 80));
        const sucref_scale s = prepare_scale(v);
        CHECK(s.multiplier == 0 ? v < ldexp(1, -128) : fabs(prepare_scale_value(&s) / v - 1) < 1e-9);
    }
    CHECK(prepare_scale(0).multiplier == 0 && prepare_scale(-1).multiplier == 0 && prepare_scale(NAN).multiplier == 0 &&
          prepare_scale(INFINITY).multiplier == 0 && prepare_scale(ldexp(1, 127)).multiplier == 0);
}

/* a model of three inputs and one output that does not say what its numbers mean, for the tool */
static void no_scales(void)
{
    static const int8_t w[3] = { 100, -50, 25 }, e[1] = { 0 };
    static const int32_t bias[1] = { 10 }, multiplier[1] = { 0x40000000 };
    static const uint8_t bits[2] = { 4, 8 }, in_bits[2] = { 8, 8 };
    static uint32_t file[400];
    sucref_layer_spec l;
    sucref_model_spec s;
    sucref_model m;
    sucref_scales scale;
    uint32_t len;
    FILE *f;
    memset(&l, 0, sizeof l);
    memset(&s, 0, sizeof s);
    l.n_in = 3; l.n_out = 1; l.w = w; l.bias = bias; l.multiplier = multiplier; l.exponent = e;
    l.plan[0] = l.plan[1] = 4; l.n_planes = 2; l.hi = 255; l.n_groups = 1;
    s.layers = &l; s.in_bits = in_bits; s.bits = bits; s.n_layers = 1; s.n_stops = 2;
    len = sucref_model_write((uint8_t *)file, sizeof file, &s, NULL);
    CHECK(len > 0 && sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    sucref_model_scales(&scale, &m);
    CHECK(scale.input.multiplier == 0 && scale.output.multiplier == 0 && scale.logit.multiplier == 0);
    f = fopen(test_path("unscaled.sucref"), "wb");
    CHECK(f != NULL && fwrite(file, 1, len, f) == len && fclose(f) == 0);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("real outputs are those of the float network", real_outputs);
    RUN("a network in other units is the same", other_units);
    RUN("rows of zeros", rows_of_zeros);
    RUN("values beyond float are refused by name", values_beyond_float);
    RUN("scales", scales);
    RUN("a model without scales", no_scales);
    return test_report("units");
}
