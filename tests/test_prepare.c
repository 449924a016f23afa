/* test_prepare.c - float layers to a model: errors, limits, and that the result is close to the float network at its
 * last stop and closer with calibration than without at the others. Leaves archives for tests/tool.sh. */
#include "library.h"
#include "rnd_real.h"

/* memory that runs out on the n-th request */
static int requests, requests_left = -1;
static void *test_malloc(size_t n) { requests++; return requests_left >= 0 && requests_left-- == 0 ? NULL : malloc(n); }
static void *test_calloc(size_t n, size_t size)
{
    requests++;
    return requests_left >= 0 && requests_left-- == 0 ? NULL : calloc(n, size);
}
#define malloc test_malloc
#define calloc test_calloc
#include "../examples/tool/quantize.h"
#include "../examples/tool/npz.h"
#include "npy_file.h"

enum { IN = 60, HIDDEN = 24, OUT = 5, SAMPLES = 200 };
static float w0[HIDDEN * IN], b0[HIDDEN], w1[OUT * HIDDEN], b1[OUT];
static uint8_t x[SAMPLES][IN];
static const prepare_float_layer layers[2] = { { IN, HIDDEN, w0, b0 }, { HIDDEN, OUT, w1, b1 } };

static prepare_options setup(void)
{
    prepare_options o;
    int i, k;
    for (i = 0; i < HIDDEN * IN; i++) { w0[i] = bell() * (i / IN % 3 ? 1 : 0.05F); }
    for (i = 0; i < OUT * HIDDEN; i++) { w1[i] = bell(); }
    for (i = 0; i < HIDDEN; i++) { b0[i] = bell(); }
    for (i = 0; i < OUT; i++) { b1[i] = bell(); }
    for (k = 0; k < SAMPLES; k++) { for (i = 0; i < IN; i++) { x[k][i] = (uint8_t)(rnd_below(2) ? 0 : rnd()); } }
    memset(&o, 0, sizeof o);
    o.plan[0] = o.plan[1] = 2; o.plan[2] = 4; o.n_planes = 3;
    o.act = SUCREF_ACT_RELU; o.input_scale = 1.0F / 255; o.clip = 1;
    o.calibrate = x[0]; o.n_calibrate = SAMPLES;
    return o;
}

static double act(double z, const prepare_options *o)
{
    if (o->act == SUCREF_ACT_NONE || z >= 0) { return o->act == SUCREF_ACT_RELU6 && z > 6 ? 6 : z; }
    return o->act == SUCREF_ACT_LEAKY ? z * o->leak : 0;
}

/* 1 - correlation of a stop's logits with the float network's, over all samples and outputs */
static double mismatch(const sucref_model *m, unsigned stop, const prepare_options *o)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    double n = 0, sa = 0, sb = 0, aa = 0, ab = 0, bb = 0;
    sucref_net net;
    int k, i, r;
    (void)sucref_net_init(&net, m, work, sucref_net_work_len(m));
    for (k = 0; k < SAMPLES; k++) {
        double h[HIDDEN];
        sucref_answer a;
        CHECK(sucref_net_set_input(&net, x[k], net.model->n_in) == SUCREF_OK &&
              sucref_net_run(&net, stop) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
        for (r = 0; r < HIDDEN; r++) {
            h[r] = b0[r];
            for (i = 0; i < IN; i++) { h[r] += (double)w0[r * IN + i] * x[k][i] * o->input_scale; }
            h[r] = act(h[r], o);
        }
        for (r = 0; r < OUT; r++) {
            double z = b1[r];
            for (i = 0; i < HIDDEN; i++) { z += w1[r * HIDDEN + i] * h[i]; }
            n++;
            sa += z;
            sb += a.logits[r];
            aa += z * z;
            bb += (double)a.logits[r] * a.logits[r];
            ab += z * a.logits[r];
        }
    }
    free(work);
    return 1 - (ab - sa * sb / n) / sqrt((aa - sa * sa / n) * (bb - sb * sb / n));
}

static void quantized_networks_are_close(void)
{
    static const uint8_t acts[] = { SUCREF_ACT_RELU, SUCREF_ACT_RELU6, SUCREF_ACT_NONE, SUCREF_ACT_LEAKY };
    int k;
    for (k = 0; k < 24; k++) {
        prepare_options o = setup();
        sucref_fault fault = { "", 0 };
        sucref_model m, plain;
        uint8_t *file = NULL, *file_plain = NULL;
        uint32_t len;
        unsigned t;
        o.act = acts[k % 4];
        o.leak = 0.25F;
        o.clip = k % 3 ? 1 : 0;
        o.keep = (uint8_t)(k & 1);
        if (k % 5 == 0) { o.plan[0] = 3; o.plan[1] = 8; o.plan[2] = 0; o.n_planes = 2; o.coarse = 1; }
        CHECK(prepare_quantize(&file, &len, layers, 2, &o, &fault) == SUCREF_OK);
        CHECK(sucref_model_open(&m, file, len, &fault) == SUCREF_OK && sucref_model_check(&m, &fault) == SUCREF_OK);
        CHECK(m.n_stops == o.n_planes && m.n_in == IN && m.n_out == OUT);
        CHECK(mismatch(&m, m.n_stops - 1U, &o) < 0.01);
        for (t = 1; t < m.n_stops; t++) { CHECK(mismatch(&m, t, &o) < mismatch(&m, t - 1, &o) * 1.05); }
        o.clip = 1;
        o.n_calibrate = 0;
        CHECK(prepare_quantize(&file_plain, &len, layers, 2, &o, &fault) == SUCREF_OK);
        CHECK(sucref_model_open(&plain, file_plain, len, &fault) == SUCREF_OK);
        CHECK(mismatch(&m, 0, &o) < mismatch(&plain, 0, &o));
        free(file);
        free(file_plain);
    }
}

static int attempt(const prepare_options *o, unsigned n)
{
    uint8_t *file = NULL;
    uint32_t len;
    const int status = prepare_quantize(&file, &len, layers, n, o, NULL);
    free(file);
    return status;
}

static void memory_runs_out(void)
{
    prepare_options o = setup();
    int n, all;
    o.cut_input = 1;
    requests = 0;
    CHECK(attempt(&o, 2) == SUCREF_OK);
    all = requests;
    for (n = 0; n < all; n++) {
        int status;
        requests_left = n;
        status = attempt(&o, 2);
        requests_left = -1;
        CHECK(status == SUCREF_E_SPACE);
    }
    CHECK(all > 25);
}

static unsigned progress_calls, progress_last, progress_of;
static void progress(void *user, unsigned done, unsigned of)
{
    CHECK(user == &progress_calls && done == progress_last + 1 && done <= of && of == progress_of);
    progress_last = done;
    progress_calls++;
}

static void progress_is_told(void)
{
    prepare_options o = setup();
    o.progress = progress;
    o.user = &progress_calls;
    progress_of = 4;
    CHECK(attempt(&o, 2) == SUCREF_OK && progress_calls == 4);
    progress_of = 2;
    progress_last = 0;
    CHECK(attempt(&o, 1) == SUCREF_OK && progress_calls == 6);
}

static void quantize_refuses(void)
{
    prepare_options good = setup(), o;
    uint8_t *file;
    uint32_t len;
    prepare_float_layer odd[2];
    CHECK(prepare_quantize(NULL, &len, layers, 2, &good, NULL) == SUCREF_E_ARG &&
          prepare_quantize(&file, NULL, layers, 2, &good, NULL) == SUCREF_E_ARG);
    CHECK(prepare_quantize(&file, &len, NULL, 2, &good, NULL) == SUCREF_E_ARG &&
          prepare_quantize(&file, &len, layers, 2, NULL, NULL) == SUCREF_E_ARG);
    CHECK(attempt(&good, 0) == SUCREF_E_ARG && attempt(&good, SUCREF_MAX_LAYERS + 1) == SUCREF_E_ARG &&
          attempt(&good, 2) == SUCREF_OK &&
          attempt(&good, 1) == SUCREF_OK);
    o = good; o.calibrate = NULL; CHECK(attempt(&o, 2) == SUCREF_E_ARG);
    o = good; o.input_scale = 0; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.input_scale = INFINITY; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.clip = -0.1F; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.clip = 1.1F; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.clip = NAN; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.act = SUCREF_ACT_TABLE; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.act = SUCREF_ACT_LEAKY; o.leak = 1; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.n_planes = 0; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.n_planes = 9; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.n_planes = 2; CHECK(attempt(&o, 2) == SUCREF_E_RANGE); /* sums to 4 */
    o = good; o.plan[1] = 0; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.coarse = 1; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.coarse = 1; o.n_planes = 2; o.plan[0] = 8; o.plan[1] = 8; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o.plan[0] = 2; o.plan[1] = 6; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o.plan[1] = 8; CHECK(attempt(&o, 2) == SUCREF_OK);
    o = good; o.plan[0] = 9; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    o = good; o.n_planes = 1; o.plan[0] = 8; o.plan[1] = 0; CHECK(attempt(&o, 2) == SUCREF_OK);
    o = good; o.act = SUCREF_ACT_LEAKY; o.leak = -0.5F; CHECK(attempt(&o, 2) == SUCREF_E_RANGE);
    w0[7] = NAN; CHECK(attempt(&good, 2) == SUCREF_E_RANGE);
    w0[7] = INFINITY; CHECK(attempt(&good, 2) == SUCREF_E_RANGE);
    w0[7] = 0; b1[2] = -INFINITY; CHECK(attempt(&good, 2) == SUCREF_E_RANGE);
    b1[2] = 1e30F; CHECK(attempt(&good, 2) == SUCREF_E_RANGE); /* an accumulator could overflow */
    b1[2] = 0; CHECK(attempt(&good, 2) == SUCREF_OK);
    odd[0] = layers[0]; odd[1] = layers[1];
    odd[1].n_in--; CHECK(prepare_quantize(&file, &len, odd, 2, &good, NULL) == SUCREF_E_RANGE);
    odd[1].n_in = 0; CHECK(prepare_quantize(&file, &len, odd + 1, 1, &good, NULL) == SUCREF_E_RANGE);
    odd[1].n_in = 65536; CHECK(prepare_quantize(&file, &len, odd + 1, 1, &good, NULL) == SUCREF_E_RANGE);
    odd[1].n_in = 4; odd[1].n_out = 0; CHECK(prepare_quantize(&file, &len, odd + 1, 1, &good, NULL) == SUCREF_E_RANGE);
    odd[1].n_in = 4;
    odd[1].n_out = 65536;
    CHECK(prepare_quantize(&file, &len, odd + 1, 1, &good, NULL) == SUCREF_E_RANGE);
}

/* 64 layers; which of them follow the plan: those with at least a quarter of the largest one's weights */
static void plans_of_layers(void)
{
    static const float one[1] = { 0.5F }, none[IN] = { 0 };
    prepare_float_layer many[64], few[3];
    prepare_options o = setup();
    uint8_t *file = NULL;
    uint32_t len, i, n;
    sucref_model m;
    sucref_layer l;
    for (i = 0; i < 64; i++) {
        many[i].n_in = many[i].n_out = 1;
        many[i].w = one; many[i].b = none;
    }
    o.n_calibrate = 0;
    CHECK(prepare_quantize(&file, &len, many, 64, &o, NULL) == SUCREF_OK &&
          sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    CHECK(m.n_layers == 64);
    free(file);
    few[0].n_in = 40; few[0].n_out = 8; few[0].w = w0; few[0].b = none;
    few[1].n_in = 8; few[1].n_out = 10; few[1].w = w0; few[1].b = none;
    few[2].n_in = 10; few[2].n_out = 7; few[2].w = w0; few[2].b = none;
    CHECK(prepare_quantize(&file, &len, few, 3, &o, NULL) == SUCREF_OK &&
          sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    for (n = 0; n < 3; n++) { /* 320, 80 and 70 weights */
        sucref_model_layer(&l, &m, n);
        CHECK(l.n_planes == (n < 2 ? 3 : 1) && l.act == (n < 2 ? SUCREF_ACT_RELU : SUCREF_ACT_NONE));
        CHECK(n == 2 ? l.out_zero == 127 || l.out_zero == 128 : l.lo == 0 && l.out_zero == 0); /* unknown: symmetric */
    }
    free(file);
}

/* one calibration input is used: without it hidden ranges are those of the largest inputs */
static void one_sample_counts(void)
{
    prepare_options o = setup();
    uint8_t *file[2] = { NULL, NULL };
    uint32_t len[2], k;
    sucref_model m[2];
    sucref_stop_group e;
    sucref_layer l[2];
    memset(x[0], 1, IN);
    for (k = 0; k < 2; k++) {
        o.n_calibrate = k;
        CHECK(prepare_quantize(&file[k], &len[k], layers, 2, &o, NULL) == SUCREF_OK &&
              sucref_model_open(&m[k], file[k], len[k], NULL) == SUCREF_OK);
        sucref_model_stop_group(&e, &m[k], 0, 0);
        CHECK((e.correction_offset != 0) == (k == 1));
        sucref_model_layer(&l[k], &m[k], 0);
    }
    { /* activations of an input of ones are some hundred times smaller than of full ones, and so are their steps */
        const uint32_t exponents = 8 * HIDDEN; /* behind biases and multipliers */
        const int8_t without = (int8_t)file[0][l[0].params_offset + exponents],
                     with = (int8_t)file[1][l[1].params_offset + exponents];
        CHECK(with >= without + 4);
    }
    free(file[0]);
    free(file[1]);
}

/* a clip is chosen that makes the cut weights' error over all stops less than any other of its shares does */
static void chosen_clip_is_best(void)
{
    enum { N = 50 };
    static const double shares[7] = { 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42 };
    prepare_options o = setup();
    prepare_job j;
    double weight[N];
    float w[N];
    int8_t q[N];
    int k, i, t, trial;
    memset(&j, 0, sizeof j);
    j.opt = &o;
    o.clip = 0;
    j.n_cuts = 3;
    j.cuts[0] = 1; j.cuts[1] = 3; j.cuts[2] = 8;
    for (trial = 0; trial < 50; trial++) {
        double max = 0, best = 1e30, clip = 0;
        for (i = 0; i < N; i++) {
            w[i] = bell() * bell();
            weight[i] = 0.1 + rnd_below(100);
            if (fabs((double)w[i]) > max) { max = fabs((double)w[i]); }
        }
        /* 8 times the error of the full weights, and that of each coarser stop at its best line */
        for (k = 0; k < 7; k++) {
            const double step = max * shares[k] / 127;
            double error = 0;
            for (i = 0; i < N; i++) {
                double v = floor(w[i] / step + 0.5);
                v = v > 127 ? 127 : v < -127 ? -127 : v;
                q[i] = (int8_t)v;
                error += 8 * weight[i] * (w[i] - v * step) * (w[i] - v * step);
            }
            for (t = 0; t < 2; t++) {
                double s0 = 0, s1 = 0, s2 = 0, y1 = 0, y2 = 0, sy = 0, slope, base;
                for (i = 0; i < N; i++) {
                    const double v = floor((q[i] + 128) / ldexp(1, 8 - j.cuts[t]));
                    s0 += weight[i]; s1 += weight[i] * v; s2 += weight[i] * v * v;
                    y1 += weight[i] * w[i]; y2 += weight[i] * w[i] * w[i]; sy += weight[i] * w[i] * v;
                }
                slope = s0 * s2 - s1 * s1 > 1e-9 ? (s0 * sy - s1 * y1) / (s0 * s2 - s1 * s1) : 0;
                base = (y1 - slope * s1) / s0;
                error += y2 + slope * slope * s2 + base * base * s0 - 2 * slope * sy - 2 * base * y1 +
                         2 * slope * base * s1;
            }
            if (error < best * (1 - 1e-9)) { best = error; clip = max * shares[k]; }
        }
        CHECK(fabs(prepare_choose_clip(&j, w, q, N, max, weight) - clip) < 1e-12);
    }
}

static void all_zero_weights_work(void)
{
    prepare_options o = setup();
    memset(w0, 0, sizeof w0);
    memset(b0, 0, sizeof b0);
    CHECK(attempt(&o, 2) == SUCREF_OK);
    memset(w1, 0, sizeof w1);
    memset(b1, 0, sizeof b1);
    o.clip = 0;
    CHECK(attempt(&o, 2) == SUCREF_OK);
}

static void multipliers(void)
{
    int32_t m;
    int e, k;
    prepare_multiplier(&m, &e, 0); CHECK(m == 0 && e == 0);
    prepare_multiplier(&m, &e, 1); CHECK(m == 0x40000000 && e == 1);
    prepare_multiplier(&m, &e, 0.5); CHECK(m == 0x40000000 && e == 0);
    prepare_multiplier(&m, &e, 1 - 1e-12); CHECK(m == 0x40000000 && e == 1); /* rounds up to the next power */
    prepare_multiplier(&m, &e, ldexp(0.75, -31)); CHECK(m == 0x60000000 && e == -31);
    prepare_multiplier(&m, &e, ldexp(0.75, -32)); CHECK(m == 0 && e == 0);
    for (k = 0; k < 1000; k++) {
        const double v = ldexp(1 + rnd_below(1 << 23), rnd_in(-40, 5));
        prepare_multiplier(&m, &e, v);
        CHECK(fabs(ldexp(m, e - 31) / v - 1) < 1e-9);
    }
}

/* the tables against the functions, through a one-layer model whose z is its input */
static void tables_are_close(void)
{
    const uint8_t bits[1] = { 8 }, in_bits[1] = { 8 };
    const int8_t one = 1, exponent = 0;
    int32_t bias = 0, multiplier = 0;
    int16_t table[SUCREF_TABLE_LEN];
    sucref_layer_spec l;
    sucref_model_spec spec;
    uint32_t file[200], work[100];
    int kind, z;
    CHECK(prepare_table(NULL, 0, 1) == SUCREF_E_ARG && prepare_table(table, 2, 1) == SUCREF_E_ARG &&
          prepare_table(table, -1, 1) == SUCREF_E_ARG);
    CHECK(prepare_table(table, 0, 0) == SUCREF_E_RANGE && prepare_table(table, 0, INFINITY) == SUCREF_E_RANGE &&
          prepare_table(table, 0, NAN) == SUCREF_E_RANGE);
    memset(&l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    l.n_in = l.n_out = 1;
    l.w = &one;
    l.bias = &bias;
    l.multiplier = &multiplier;
    l.exponent = &exponent;
    l.requant = SUCREF_REQUANT_FLOOR;
    l.plan[0] = 8; l.n_planes = 1; l.act = SUCREF_ACT_TABLE; l.table = table; l.hi = 255;
    spec.layers = &l; spec.n_layers = spec.n_stops = 1; spec.bits = bits; spec.in_bits = in_bits;
    for (kind = 0; kind < 2; kind++) {
        CHECK(prepare_table(table, kind, ldexp(1, -12 - kind)) == SUCREF_OK);
        for (z = -40000; z <= 40000; z += 7) {
            sucref_model m;
            sucref_net net;
            sucref_answer a;
            const uint8_t x = 0;
            const double t = (z > 32767    ? 32767
                              : z < -32768 ? -32768
                                           : z) /
                             (4096.0 * (1 + kind)),
                         f = kind ? 128 * tanh(t) + 128 : 256 / (1 + exp(-t));
            uint32_t bytes;
            bias = z;
            bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
            CHECK(bytes != 0 && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK &&
                  sucref_net_init(&net, &m, work, 100) == SUCREF_OK);
            CHECK(sucref_net_set_input(&net, &x, net.model->n_in) == SUCREF_OK &&
                  sucref_net_run(&net, 0) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            CHECK(a.logits[0] == z && fabs((f > 255 ? 255 : f) - a.out[0]) <= 1.35);
        }
    }
}

/* archives that the tool must refuse, each for its own reason (tests/tool.sh) */
static void bad_archives(void)
{
    static float wide_v[90], same3[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, same13[169], none[13];
    npz_array same[2] = { { "W0", 2, { 3, 3 }, same3 }, { "b0", 1, { 3, 1 }, none } }, /* the answer is the input */
              wide[2] = { { "W0", 2, { 30, 3 }, wide_v }, { "b0", 1, { 30, 1 }, wide_v } };
    static float v[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, nan_v[6] = { 0, NAN, 0, 0, 0, 0 };
    npz_array a[5] = {
        { "W0", 2, { 2, 3 }, v }, { "b0", 1, { 2, 1 }, v }, { "W1", 2, { 4, 2 }, v }, { "b1", 1, { 4, 1 }, v },
        { "order", 1, { 3, 1 }, v }
    };
    int k;
    CHECK(npz_write(test_path("wide.npz"), wide, 2) == 0 && npz_write(test_path("same3.npz"), same, 2) == 0);
    for (k = 0; k < 13; k++) { same13[14 * k] = 1; }
    same[0].shape[0] = same[0].shape[1] = same[1].shape[0] = 13;
    same[0].v = same13;
    CHECK(npz_write(test_path("same13.npz"), same, 2) == 0);
    CHECK(npz_write(test_path("dense_order.npz"), a, 5) == 0); /* what is said beside dense layers */
    strcpy(a[4].name, "heads"); CHECK(npz_write(test_path("dense_heads.npz"), a, 5) == 0);
    strcpy(a[4].name, "W01"); CHECK(npz_write(test_path("dense_W01.npz"), a, 5) == 0);
    CHECK(npz_write(test_path("good.npz"), a, 4) == 0);
    CHECK(npz_write(test_path("no_b1.npz"), a, 3) == 0 && npz_write(test_path("no_w0.npz"), a + 2, 2) == 0);
    a[2].shape[1] = 1; CHECK(npz_write(test_path("chain.npz"), a, 4) == 0); a[2].shape[1] = 2;
    a[3].shape[0] = 3; CHECK(npz_write(test_path("rows.npz"), a, 4) == 0); a[3].shape[0] = 4;
    a[2].dims = 1; CHECK(npz_write(test_path("flat.npz"), a, 4) == 0); a[2].dims = 2;
    a[0].v = nan_v; CHECK(npz_write(test_path("nan.npz"), a, 4) == 0); a[0].v = v;
    strcpy(a[3].name, "c1"); CHECK(npz_write(test_path("no_b.npz"), a, 4) == 0); strcpy(a[3].name, "b1");
    strcpy(a[2].name, "V1");
    CHECK(npz_write(test_path("no_w1.npz"), a, 4) == 0);
    strcpy(a[2].name, "W2");
    strcpy(a[3].name, "b2");
    CHECK(npz_write(test_path("gap.npz"), a, 4) == 0);
}

/* archives whose members are not what numpy.savez writes for float32: good ones and bad ones */
static void odd_archives(void)
{
    static const float v[6] = { 1, 2, 3, 4, 5, 6 }, huge[6] = { 3.4e38F, 3.4e38F, 0, 0, 0, 0 };
    const double d[6] = { 1, 2, 3, 4, 5, 6 }, beyond[6] = { 1e39, 0, 0, 0, 0, 0 };
    const float across[6] = { 1, 4, 2, 5, 3, 6 }; /* the same, column by column */
    npy_member m[2];
    m[1] = npy_new("b0", "'<f4'", "False", "(2,)", v, 8);
#define W0(file, dtype, order, shape, data, size)                                                                      \
    m[0] = npy_new("W0", dtype, order, shape, data, size);                                                             \
    CHECK(npy_archive(test_path(file), m, 2) == 0)
    W0("plain.npz", "'<f4'", "False", "(2, 3)", v, 24);
    W0("fortran.npz", "'<f4'", "True", "(2, 3)", across, 24);
    W0("double.npz", "'<f8'", "False", "(2, 3)", d, 48);
    W0("structured.npz", "[('<f4', '<f4'), ('x', '<i4')]", "False", "(2, 3)", v, 24);
    W0("huge.npz", "'<f4'", "False", "(2, 3)", huge, 24);
    W0("beyond.npz", "'<f8'", "False", "(2, 3)", beyond, 48);
    W0("twice.npz", "'<f4'", "False", "(2, 3)", d, 48);
    W0("int.npz", "'<i4'", "False", "(2, 3)", v, 24);
    m[1] = npy_new("b0", "'<f4'", "False", "(1,)", v + 5, 4);
    W0("one.npz", "'<f4'", "False", "(1, 3)", v, 12);
    m[0] = npy_new("W0", "'<f4'", "False", "(2, 3)", v, 24);
    m[0].damage = 130;
    CHECK(npy_archive(test_path("crc.npz"), m, 2) == 0);
}

/* samples as .npy */
static void sample_arrays(void)
{
    static const uint8_t bytes[6] = { 0, 1, 2, 253, 254, 255 };
    const float real[6] = { -1, 0, 1, 3, -1, 2 }, nan_v[6] = { 0, NAN, 0, 0, 0, 0 };
    const double across[6] = { -1, 3, 0, -1, 1, 2 };
    CHECK(npy_file(test_path("bytes.npy"), "'|u1'", "False", "(2, 3)", bytes, 6) == 0);
    CHECK(npy_file(test_path("real.npy"), "'<f4'", "False", "(2, 3)", real, 24) == 0);
    CHECK(npy_file(test_path("real_across.npy"), "'<f8'", "True", "(2, 3)", across, 48) == 0);
    CHECK(npy_file(test_path("signed.npy"), "'|i1'", "False", "(2, 3)", bytes, 6) == 0);
    CHECK(npy_file(test_path("wrong_shape.npy"), "'<f4'", "False", "(3, 2)", real, 24) == 0);
    CHECK(npy_file(test_path("long.npy"), "'<i8'", "False", "(3,)", real, 24) == 0);
    {
        static const float many[784];
        FILE *f;
        CHECK(npy_file(test_path("real784.npy"), "'<f4'", "False", "(1, 784)", real, 24) == 0);
        f = fopen(test_path("real784.npy"), "ab");
        CHECK(f != NULL && fwrite(many, 4, 778, f) == 778 && fclose(f) == 0);
    }
    CHECK(npy_file(test_path("nan.npy"), "'<f4'", "False", "(2, 3)", nan_v, 24) == 0);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("quantized networks are close to their float ones", quantized_networks_are_close);
    RUN("memory may run out anywhere", memory_runs_out);
    RUN("progress is told", progress_is_told);
    RUN("quantize refuses what it cannot do", quantize_refuses);
    RUN("layers that follow the plan", plans_of_layers);
    RUN("one sample is enough to calibrate", one_sample_counts);
    RUN("the chosen clip is the best of its shares", chosen_clip_is_best);
    RUN("layers of zeros work", all_zero_weights_work);
    RUN("multipliers", multipliers);
    RUN("logistic and tanh by table", tables_are_close);
    RUN("archives for the tool to refuse", bad_archives);
    RUN("archives that numpy can write otherwise", odd_archives);
    RUN("samples as arrays", sample_arrays);
    return test_report("prepare");
}
