/* test_sums.c - requantization where it can go wrong: sums of all pairs of bytes, and rows of a convolution whose
 * accumulators lie around the steps of their outputs, with random multipliers, against METHOD 3 in 64 bits; and sums
 * of columns without weights. */
#include "library.h"
#include <math.h>

#ifndef TEST_LAYOUT
#  define TEST_LAYOUT SUCREF_LAYOUT_PLAIN
#endif

enum { LINES = 255, COLUMNS = 256, ROWS = 250, MOST = 65535 };

static uint8_t x[MOST], got[MOST];
static int32_t logits[MOST];
static uint8_t constant[COLUMNS];
static uint8_t bits[4] = { 8, 8, 8, 8 }, in_bits = 8;

/* ---- METHOD 3 ---- */
static int64_t clamp(int64_t v, int64_t lo, int64_t hi) { return v < lo ? lo : v > hi ? hi : v; }
static int64_t below(int64_t a, int64_t b) { return a / b - (a % b < 0); } /* rounded down, b > 0 */
static int64_t nearest(int64_t a, int64_t b) { return a < 0 ? -((-a + b / 2) / b) : (a + b / 2) / b; }
static int64_t requantized(int64_t z, int64_t multiplier, int e)
{
    const int64_t left = clamp(e > 0 ? z * ((int64_t)1 << e) : z, INT32_MIN, INT32_MAX);
    const int64_t high = below(left * multiplier + ((int64_t)1 << 30), (int64_t)1 << 31);
    return clamp(nearest(high, e < 0 ? (int64_t)1 << -e : 1), INT32_MIN, INT32_MAX);
}

/* the network's outputs for x; 0 where it cannot be run */
static int run(const sucref_model_spec *spec)
{
    sucref_fault fault = { "", 0 };
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, &fault);
    uint32_t *file = (uint32_t *)malloc(bytes + 4U), *work = NULL;
    sucref_answer a;
    sucref_model m;
    sucref_net net;
    int good = bytes > 0 && sucref_model_write((uint8_t *)file, bytes, spec, &fault) == bytes &&
               sucref_model_open(&m, file, bytes, &fault) == SUCREF_OK;
    if (good) {
        const size_t len = sucref_net_work_len(&m);
        work = (uint32_t *)malloc(4 * len);
        good = sucref_net_init(&net, &m, work, len) == SUCREF_OK &&
               sucref_net_set_input(&net, x, m.n_in) == SUCREF_OK && sucref_net_run(&net, 0) == SUCREF_OK &&
               sucref_net_read(&net, &a, logits, got) == SUCREF_OK;
    }
    if (!good) { printf("  %s at %lu\n", fault.field, (unsigned long)fault.offset); }
    free(work);
    free(file);
    return good;
}

static void shape(sucref_tensor_spec *t, unsigned height, unsigned width, unsigned channels, unsigned zero)
{
    memset(t, 0, sizeof *t);
    t->height = (uint16_t)height; t->width = (uint16_t)width; t->channels = (uint16_t)channels; t->zero = (uint8_t)zero;
}

static void all_pairs_once(unsigned first) /* u1 from `first` on, 255 of them; u2 any byte */
{
    int32_t multiplier[3];
    int8_t exponent[3];
    sucref_tensor_spec t[3];
    sucref_layer_spec l[2];
    sucref_model_spec spec;
    const int small = rnd_in(0, 14); /* sums of so many bits less: more of them lie between two outputs */
    unsigned i, k;
    memset(l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    shape(&t[0], LINES, 1, COLUMNS, rnd_below(256));
    shape(&t[1], 1, 1, COLUMNS, rnd_below(256));
    shape(&t[2], LINES, 1, COLUMNS, rnd_below(256));
    for (k = 0; k < 3; k++) {
        multiplier[k] = (int32_t)(rnd_below(9) ? 0x40000000U + (rnd() & 0x3FFFFFFFU) : 0x40000000U);
        exponent[k] = (int8_t)(k < 2 ? rnd_in(-2, 1) - small : rnd_in(-21, -17) + small);
    }
    l[0].n_out = COLUMNS; l[0].constant = constant; l[0].kind = SUCREF_KIND_CONSTANT; l[0].to = 1; l[0].hi = 255;
    l[1].multiplier = multiplier; l[1].exponent = exponent; l[1].kind = SUCREF_KIND_ADD; l[1].to = 2; l[1].from2 = 1;
    l[1].out_zero = t[2].zero; l[1].lo = (uint8_t)(rnd_below(2) ? 0 : l[1].out_zero); l[1].hi = 255;
    l[1].act = l[1].lo > 0 ? SUCREF_ACT_RELU : SUCREF_ACT_NONE;
    spec.layers = l; spec.n_layers = 2; spec.tensors = t; spec.n_tensors = 3; spec.n_stops = 1;
    spec.bits = bits; spec.in_bits = &in_bits;
    spec.scales.output_zero = t[2].zero;
    for (i = 0; i < COLUMNS; i++) { constant[i] = (uint8_t)i; }
    for (i = 0; i < LINES * COLUMNS; i++) { x[i] = (uint8_t)(first + i / COLUMNS); }
    CHECK(run(&spec));
    for (i = 0; i < LINES * COLUMNS && test_bad == 0; i++) {
        const int64_t a = requantized((int64_t)(x[i] - t[0].zero) * (1 << 20), multiplier[0], exponent[0]),
                      b = requantized((int64_t)(constant[i % COLUMNS] - t[1].zero) * (1 << 20), multiplier[1],
                                      exponent[1]);
        CHECK(got[i] == clamp(requantized(a + b, multiplier[2], exponent[2]) + t[2].zero, l[1].lo, l[1].hi));
    }
}

static void all_pairs(void)
{
    unsigned k;
    for (k = 0; k < 60 && test_bad == 0; k++) { all_pairs_once(k % 2); }
}

/* ROWS channels of a 1 x 1 convolution of 256 positions, each with another byte; the weight is 1 or -1, the bias next
 * to a step of the output, at a distance of 128 or less */
static void rows_at_steps_once(int zero, int any_exponent)
{
    static int32_t bias[ROWS], multiplier[ROWS];
    static int8_t exponent[ROWS], w[ROWS];
    static const uint16_t box[9] = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    sucref_tensor_spec t[3];
    sucref_layer_spec l[2];
    sucref_model_spec spec;
    unsigned i, r;
    memset(l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    shape(&t[0], 16, 16, 1, (unsigned)zero);
    shape(&t[1], 16, 16, ROWS, rnd_below(3) ? 0 : rnd_below(256));
    t[2] = t[1];
    for (r = 0; r < ROWS; r++) {
        multiplier[r] = (int32_t)(rnd_below(9) ? 0x40000000U + (rnd() & 0x3FFFFFFFU) : 0x40000000U);
        exponent[r] = (int8_t)(any_exponent && rnd_below(9) == 0 ? rnd_in(-24, 3) : rnd_in(-18, -2));
        w[r] = (int8_t)(rnd_below(2) ? 1 : -1);
        { /* half a step above output k: z = (k + 1/2) / (M / 2^31 * 2^e) */
            const double step = ldexp(1.0 / multiplier[r], 31 - exponent[r]);
            const double at = (rnd_in(-260, 260) + 0.5) * step;
            bias[r] = (int32_t)(at > 2e9 ? 2e9 : at < -2e9 ? -2e9 : at) + rnd_in(-128, 128) - 128 * w[r];
        }
    }
    l[0].n_in = 1; l[0].n_out = ROWS; l[0].w = w; l[0].bias = bias;
    l[0].multiplier = multiplier; l[0].exponent = exponent;
    l[0].n_groups = 1; l[0].plan[0] = 8; l[0].n_planes = 1; l[0].flags = SUCREF_LAYER_PER_ROW;
    l[0].kind = SUCREF_KIND_CONV; l[0].to = 1;
    l[0].kernel_h = l[0].kernel_w = l[0].stride_h = l[0].stride_w = l[0].dilation_h = l[0].dilation_w = 1;
    l[0].out_zero = t[1].zero; l[0].lo = (uint8_t)(rnd_below(2) ? 0 : t[1].zero);
    l[0].hi = (uint8_t)(rnd_below(2) ? 255 : l[0].lo + rnd_below(256U - l[0].lo));
    l[0].act = rnd_below(2) ? SUCREF_ACT_RELU6 : SUCREF_ACT_NONE;
    l[1].kind = SUCREF_KIND_COPY; l[1].from = 1; l[1].to = 2; l[1].box = box; l[1].hi = 255; l[1].out_zero = t[2].zero;
    spec.layers = l; spec.n_layers = 2; spec.tensors = t; spec.n_tensors = 3; spec.n_stops = 1;
    spec.bits = bits; spec.in_bits = &in_bits; spec.layout = TEST_LAYOUT;
    spec.scales.output_zero = t[2].zero;
    for (i = 0; i < 256; i++) { x[i] = (uint8_t)i; }
    CHECK(run(&spec));
    for (i = 0; i < 256U * ROWS && test_bad == 0; i++) {
        const int64_t z = bias[i % ROWS] + (int64_t)w[i % ROWS] * x[i / ROWS];
        CHECK(got[i] == clamp(requantized(z, multiplier[i % ROWS], exponent[i % ROWS]) + t[1].zero, l[0].lo, l[0].hi));
    }
}

static void rows_at_steps(void)
{
    unsigned k;
    for (k = 0; k < 40 && test_bad == 0; k++) { rows_at_steps_once(k % 2 ? 0 : (int)rnd_below(256), k % 4 == 3); }
}

/* most columns of a dense layer have no weights: what the list of their inputs adds up to must not matter */
static void empty_columns_once(void)
{
    enum { N_IN = 700, N_OUT = 11 };
    static int8_t w[N_OUT][N_IN];
    static int32_t bias[N_OUT];
    const int32_t multiplier = 0x40000000;
    const int8_t exponent = -10;
    const uint32_t kind = rnd_below(3), every = 1 + rnd_below(200), most = 1 + rnd_below(127);
    sucref_layer_spec l;
    sucref_model_spec spec;
    unsigned i, r;
    memset(&l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    memset(w, 0, sizeof w);
    for (i = 0; i < N_IN; i++) {
        x[i] = (uint8_t)(kind == 0 ? 255 : kind == 1 ? 0 : rnd());
        for (r = 0; r < N_OUT && rnd_below(every) == 0; r++) { w[r][i] = (int8_t)rnd_in(-(int)most, (int)most); }
    }
    l.n_in = N_IN; l.n_out = N_OUT; l.w = &w[0][0]; l.bias = bias; l.multiplier = &multiplier; l.exponent = &exponent;
    l.plan[0] = 8; l.n_planes = 1; l.hi = 255; l.in_zero = (uint8_t)(rnd_below(3) ? rnd_below(256) : 0);
    spec.layers = &l; spec.n_layers = 1; spec.n_stops = 1; spec.bits = bits; spec.in_bits = &in_bits;
    spec.layout = TEST_LAYOUT;
    CHECK(run(&spec));
    for (r = 0; r < N_OUT; r++) {
        int64_t sum = 0;
        for (i = 0; i < N_IN; i++) { sum += (int64_t)w[r][i] * x[i]; }
        CHECK(logits[r] == sum);
    }
}

static void empty_columns(void)
{
    unsigned k;
    for (k = 0; k < 2000 && test_bad == 0; k++) { empty_columns_once(); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("sums of all pairs of bytes", all_pairs);
    RUN("a layer most of whose columns have no weights", empty_columns);
    RUN("millions of accumulators around the steps of outputs", rows_at_steps);
    return test_report("sums");
}
