/* test_heads.c - heads by depth of a network that had none: least squares and its penalty; where heads are put; the
 * last stop as it was, byte for byte; heads that say what the network says as far as their features allow.
 * Leaves a small convolutional model and inputs for tests/tool.sh. */
#include "library.h"
#include "../examples/tool/heads.h"

/* ---- least squares ---- */
enum { FEATURES = 5, TARGETS = 3, POINTS = 40 };
static double f[POINTS][FEATURES], t[POINTS][TARGETS], truth[FEATURES + 1][TARGETS];

static double real(void) { return rnd_below(2001) / 1000.0 - 1; }

/* targets that are linear in the features but for some noise */
static void points(double noise)
{
    unsigned k, i, j;
    for (i = 0; i <= FEATURES; i++) { for (j = 0; j < TARGETS; j++) { truth[i][j] = 3 * real(); } }
    for (k = 0; k < POINTS; k++) {
        for (i = 0; i < FEATURES; i++) { f[k][i] = 10 * real(); }
        for (j = 0; j < TARGETS; j++) {
            t[k][j] = truth[FEATURES][j] + noise * real();
            for (i = 0; i < FEATURES; i++) { t[k][j] += truth[i][j] * f[k][i]; }
        }
    }
}

static void sums_of(ridge_sums *s, unsigned from, unsigned to)
{
    unsigned k;
    CHECK(ridge_begin(s, FEATURES, TARGETS));
    for (k = from; k < to; k++) { ridge_add(s, f[k], t[k]); }
}

static double errors_of(const double *w, unsigned from, unsigned to)
{
    double sum = 0;
    unsigned k, i, j;
    for (k = from; k < to; k++) {
        for (j = 0; j < TARGETS; j++) {
            double e = w[FEATURES * TARGETS + j] - t[k][j];
            for (i = 0; i < FEATURES; i++) { e += w[i * TARGETS + j] * f[k][i]; }
            sum += e * e;
        }
    }
    return sum;
}

/* squares of the errors and, but for constants, the penalty */
static double price(const double *w, double penalty)
{
    double sum = errors_of(w, 0, POINTS);
    unsigned i;
    for (i = 0; i < FEATURES * TARGETS; i++) { sum += penalty * POINTS * w[i] * w[i]; }
    return sum;
}

static void least_squares(void)
{
    double w[(FEATURES + 1) * TARGETS], other[(FEATURES + 1) * TARGETS];
    ridge_sums s;
    unsigned i, round;
    points(0);
    sums_of(&s, 0, POINTS);
    CHECK(ridge_solve(w, &s, 0));
    for (i = 0; i < sizeof w / sizeof w[0]; i++) { CHECK(fabs(w[i] - truth[i / TARGETS][i % TARGETS]) < 1e-9); }
    ridge_end(&s);
    for (round = 0; round < 20; round++) {
        const double penalty = round * 2.0;
        points(2);
        sums_of(&s, 0, POINTS);
        CHECK(ridge_solve(w, &s, penalty));
        CHECK(fabs(ridge_error(w, &s) - errors_of(w, 0, POINTS)) < 1e-6);
        for (i = 0; i < sizeof w / sizeof w[0]; i++) { /* no other weights are cheaper */
            memcpy(other, w, sizeof w);
            other[i] += i % 2 ? .01 : -.01;
            CHECK(price(other, penalty) > price(w, penalty));
        }
        ridge_end(&s);
    }
}

/* the penalty is the one that errs least on what was held back; then all samples count. Returns its step */
static unsigned chosen_penalty(void)
{
    double w[(FEATURES + 1) * TARGETS], want[(FEATURES + 1) * TARGETS], least = -1, best = 0, penalty = .01, got;
    ridge_sums most, held, all;
    unsigned step, i, at = 0;
    points(60);
    sums_of(&most, 0, 12); sums_of(&held, 12, POINTS); sums_of(&all, 0, POINTS);
    for (step = 0; step < 12; step++, penalty *= 4) {
        CHECK(ridge_solve(w, &most, penalty));
        got = errors_of(w, 12, POINTS);
        if (least < 0 || got < least) { least = got; best = penalty; at = step; }
    }
    got = ridge_fit(w, &most, &held, .01);
    CHECK(fabs(got - least) < 1e-6 * least);
    CHECK(ridge_solve(want, &all, best));
    for (i = 0; i < sizeof w / sizeof w[0]; i++) { CHECK(fabs(w[i] - want[i]) < 1e-9); }
    ridge_end(&most); ridge_end(&held); ridge_end(&all);
    return at;
}

static void penalty_is_chosen(void)
{
    unsigned n, least = 0, inside = 0;
    for (n = 0; n < 40; n++) {
        const unsigned step = chosen_penalty();
        least += step == 0;
        inside += step > 0 && step < 11;
    }
    CHECK(inside > 0 && least < 40); /* or this shows little */
}

/* ---- a network: 12x12x1 -> conv 6x6x8 -> conv 6x6x8, and their sum -> conv 3x3x16 -> mean -> 5 ---- */
enum { CONV0, CONV1, SUM, CONV3, MEAN, LAST, LAYERS };
enum { CLASSES = 5, SIDE = 12, INPUTS = SIDE * SIDE, SAMPLES = 600 };
static sucref_layer_spec layer[LAYERS];
static sucref_tensor_spec tensor[LAYERS + 1];
static int8_t weights[LAYERS][16 * 72];
static int32_t bias[LAYERS][16], multiplier[LAYERS][3];
static int8_t exponent[LAYERS][3];
static uint8_t x[SAMPLES][INPUTS];
static uint32_t file[4096], file_bytes;
static sucref_model model;

static void shape(unsigned n, unsigned size, unsigned channels)
{
    tensor[n].height = tensor[n].width = (uint16_t)size;
    tensor[n].channels = (uint16_t)channels;
}

static sucref_layer_spec *new_layer(unsigned n, unsigned kind, unsigned from, unsigned size, unsigned stride,
                                    unsigned pad)
{
    sucref_layer_spec *s = &layer[n];
    s->kind = (uint8_t)kind; s->from = (uint8_t)from; s->to = (uint8_t)(n + 1U);
    s->hi = 255;
    s->multiplier = multiplier[n]; s->exponent = exponent[n];
    if (size > 0) {
        s->kernel_h = s->kernel_w = (uint8_t)size; s->stride_h = s->stride_w = (uint8_t)stride;
        s->dilation_h = s->dilation_w = 1; s->pad_top = s->pad_left = (uint8_t)pad;
    }
    return s;
}

/* weights of some structure, so that the network is no noise */
static void fill(unsigned n, uint32_t n_in, uint32_t n_out, double scale)
{
    sucref_layer_spec *s = &layer[n];
    uint32_t r, c;
    int e;
    for (r = 0; r < n_out; r++) {
        for (c = 0; c < n_in; c++) { weights[n][r * n_in + c] = (int8_t)rnd_in(-60, 60); }
        bias[n][r] = rnd_in(-300, 300);
    }
    s->n_in = n_in; s->n_out = n_out;
    s->w = weights[n]; s->bias = bias[n];
    s->plan[0] = 8; s->n_planes = 1;
    prepare_multiplier(&multiplier[n][0], &e, scale);
    exponent[n][0] = (int8_t)e;
}

/* a bar at one of several places and slopes, and noise */
static void make_inputs(void)
{
    unsigned k, i;
    for (k = 0; k < SAMPLES; k++) {
        const int a = rnd_in(-2, 2), b = rnd_in(-2, 2), at = rnd_in(-6, 6);
        for (i = 0; i < INPUTS; i++) {
            const int y = (int)(i / SIDE) - 6, z = (int)(i % SIDE) - 6, d = a * y + b * z + at;
            x[k][i] = (uint8_t)((unsigned)((d < 3 && d > -3 ? 200 : 0) + rnd_in(0, 40)) ^ 0x80U);
        }
    }
}

/* always the same weights, for others may have no neuron that fires; 0: the writer refuses it */
static int make_network(void)
{
    static const uint8_t bits[5] = { 8, 8, 8, 8, 8 }, in_bits[1] = { 8 };
    sucref_model_spec spec;
    sucref_fault fault = { "", 0 };
    const uint32_t state = test_state;
    int k, e;
    test_state = 6;
    memset(layer, 0, sizeof layer); memset(tensor, 0, sizeof tensor); memset(&spec, 0, sizeof spec);
    shape(0, SIDE, 1); shape(1, 6, 8); shape(2, 6, 8); shape(3, 6, 8); shape(4, 3, 16); shape(5, 1, 16);
    shape(6, 1, CLASSES);
    (void)new_layer(CONV0, SUCREF_KIND_CONV, 0, 3, 2, 0); fill(CONV0, 9, 8, .01);
    (void)new_layer(CONV1, SUCREF_KIND_CONV, 1, 3, 1, 1); fill(CONV1, 72, 8, .004);
    new_layer(SUM, SUCREF_KIND_ADD, 1, 0, 0, 0)->from2 = 2;
    for (k = 0; k < 3; k++) {
        prepare_multiplier(&multiplier[SUM][k], &e, k < 2 ? .5 : 1. / (1 << 20));
        exponent[SUM][k] = (int8_t)e;
    }
    (void)new_layer(CONV3, SUCREF_KIND_CONV, 3, 3, 2, 0); fill(CONV3, 72, 16, .004);
    (void)new_layer(MEAN, SUCREF_KIND_AVERAGE, 4, 3, 1, 0);
    (void)new_layer(LAST, SUCREF_KIND_DENSE, 5, 0, 0, 0); fill(LAST, 16, CLASSES, .01);
    layer[CONV0].pad_top = layer[CONV0].pad_left = 1;
    test_state = state;
    tensor[6].zero = layer[LAST].out_zero = 128;
    tensor[2].zero = layer[CONV1].out_zero = tensor[3].zero = layer[SUM].out_zero = 100; /* values of both signs */
    spec.layers = layer; spec.n_layers = LAYERS; spec.tensors = tensor; spec.n_tensors = LAYERS + 1;
    spec.bits = bits; spec.in_bits = in_bits; spec.n_stops = 1; spec.input_type = SUCREF_INPUT_S8;
    file_bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, &fault);
    if (file_bytes == 0) { printf("  cannot be written: %s\n", fault.field); }
    return file_bytes != 0 && sucref_model_open(&model, file, file_bytes, NULL) == SUCREF_OK;
}

static void save(const char *name, const void *p, size_t n)
{
    FILE *o = fopen(test_path(name), "wb");
    CHECK(o != NULL && fwrite(p, 1, n, o) == n);
    if (o != NULL) { fclose(o); }
}

static int start(headed *h)
{
    make_inputs();
    CHECK(make_network());
    return heads_begin(h, &model) == NULL;
}

/* the model of h's spec; free() its bytes */
static uint8_t *joined(sucref_model *m, const headed *h)
{
    const uint32_t len = sucref_model_write(NULL, 0, &h->r.spec, NULL);
    uint8_t *bytes = (uint8_t *)malloc(len + 1U);
    CHECK(len > 0 && sucref_model_write(bytes, len, &h->r.spec, NULL) == len);
    CHECK(sucref_model_open(m, bytes, len, NULL) == SUCREF_OK && sucref_model_check(m, NULL) == SUCREF_OK);
    return bytes;
}

static void places(void)
{
    static const double half[1] = { .5 }, three[3] = { .2, .6, .7 }, late[2] = { .97, .99 };
    static headed h;
    CHECK(start(&h));
    CHECK(!heads_is_neck(&h, CONV1) && heads_is_neck(&h, CONV0) && heads_is_neck(&h, SUM)); /* the sum reads past it */
    CHECK(heads_may(&h, CONV1) && !heads_may(&h, LAST));
    heads_choose(&h, half, 1);
    CHECK(h.n == 1 && h.at[0] == SUM && h.n_lost == 0);
    respec_free(&h.r);
    CHECK(start(&h));
    heads_choose(&h, three, 3);
    CHECK(h.n == 2 && h.at[0] == CONV0 && h.at[1] == SUM && h.n_lost == 1 && h.lost[0] > .69);
    respec_free(&h.r);
    CHECK(start(&h));
    heads_choose(&h, late, 2);
    CHECK(h.n == 1 && h.at[0] == SUM); /* behind the last convolution nothing is left to save */
    respec_free(&h.r);
}

static void answer_all(int32_t *z, uint8_t *u, const sucref_model *m, unsigned stop)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4U);
    sucref_answer a;
    sucref_net net;
    unsigned k;
    CHECK(sucref_net_init(&net, m, work, sucref_net_work_len(m)) == SUCREF_OK);
    for (k = 0; k < SAMPLES; k++) {
        CHECK(sucref_net_set_input(&net, x[k], INPUTS) == SUCREF_OK && sucref_net_run(&net, stop) == SUCREF_OK);
        CHECK(sucref_net_answer(&net, &a) == SUCREF_OK && a.n_out == CLASSES && a.stop == stop);
        memcpy(z + k * CLASSES, a.logits, CLASSES * sizeof *z);
        memcpy(u + k * CLASSES, a.out, CLASSES);
    }
    free(work);
}

static int32_t z[SAMPLES * CLASSES], z_then[SAMPLES * CLASSES];
static uint8_t u[SAMPLES * CLASSES], u_then[SAMPLES * CLASSES];

/* heads cost their own weights, and nothing where they do not answer */
static void check_costs(const sucref_model *with, const headed *h)
{
    sucref_cost was, all, last;
    double heads = 0;
    unsigned k;
    for (k = 0; k < h->n; k++) { heads += (double)h->head[k].dense.n_in * h->head[k].dense.n_out; }
    sucref_model_cost(&was, &model, 0, 0);
    sucref_model_cost(&all, with, 0, with->n_stops - 1U);
    sucref_model_cost(&last, with, with->n_stops - 1U, with->n_stops - 1U);
    CHECK(last.macs == was.macs && fabs((double)was.macs + heads - (double)all.macs) < .5);
    CHECK(fabs(h->macs[LAYERS] - (double)was.macs) < .5);
}

/* squares of what a head's outputs err by, of those of always saying the mean */
static double unexplained(const uint8_t *of)
{
    double err = 0, all = 0;
    unsigned k, r;
    for (r = 0; r < CLASSES; r++) {
        double mean = 0;
        for (k = 0; k < SAMPLES; k++) { mean += (double)u[k * CLASSES + r] / SAMPLES; }
        for (k = 0; k < SAMPLES; k++) {
            const double d = of[k * CLASSES + r] - u[k * CLASSES + r], v = u[k * CLASSES + r] - mean;
            err += d * d; all += v * v;
        }
    }
    return err / all;
}

static void heads_answer(void)
{
    static headed h;
    sucref_model with;
    uint8_t *bytes;
    double rest[3];
    unsigned k, grid;
    for (grid = 1; grid <= 3; grid++) {
        CHECK(start(&h));
        h.grid = grid;
        h.n = 3; h.at[0] = CONV0; h.at[1] = SUM; h.at[2] = MEAN;
        CHECK(heads_make(&h, &model, x[0], SAMPLES) == NULL);
        bytes = joined(&with, &h);
        CHECK(with.n_stops == 4 && with.n_layers == LAYERS + 5); /* the mean is a vector: it has no mean of its own */
        check_costs(&with, &h);
        answer_all(z, u, &model, 0);
        answer_all(z_then, u_then, &with, 3);
        CHECK(memcmp(z, z_then, sizeof z) == 0 && memcmp(u, u_then, sizeof u) == 0);
        for (k = 0; k < 3; k++) {
            answer_all(z_then, u_then, &with, k);
            rest[k] = unexplained(u_then);
        }
        if (test_telling) { printf("  grid %u: unexplained %.3f %.3f %.4f\n", grid, rest[0], rest[1], rest[2]); }
        CHECK(rest[0] < .9 && rest[1] < rest[0] + .1);
        CHECK(rest[2] < .01); /* behind the mean: the last layer itself, but for rounding */
        free(bytes);
        respec_free(&h.r);
    }
    save("heads_net.sucref", file, file_bytes);
    save("heads_net.s8", x, sizeof x);
}

/* means use the byte, on both sides of a zero point where they have both signs */
static void means_use_the_byte(void)
{
    static headed h;
    unsigned k;
    for (k = 0; k < 2; k++) {
        const unsigned at = k == 0 ? CONV0 : SUM;
        uint32_t width, i, ends = 0, least = 255, most = 0;
        depth_head d;
        uint8_t *y;
        CHECK(start(&h));
        memset(&d, 0, sizeof d);
        d.grid = 2;
        y = heads_means(&width, &h, &d, at, x[0], SAMPLES);
        CHECK(width == 4U * tensor[at + 1U].channels && d.pooled.zero == (k == 0 ? 0 : 128));
        for (i = 0; i < SAMPLES * width; i++) {
            ends += y[i] == 255 || (y[i] == 0 && k == 1);
            least = y[i] < least ? y[i] : least;
            most = y[i] > most ? y[i] : most;
        }
        CHECK(ends < SAMPLES / 4 && (most > 215 || least < 40) && (k == 0 || (least < 128 && most > 128)));
        free(y);
        respec_free(&h.r);
    }
}

/* the number of parts is chosen on samples held back: more of them help here, but not beyond their share of work */
static void grid_is_chosen(void)
{
    static headed h;
    sucref_model with;
    CHECK(start(&h));
    CHECK(heads_grid_may(&h, &tensor[1], 1, 1000) && !heads_grid_may(&h, &tensor[1], 2, 1000));
    CHECK(heads_grid_may(&h, &tensor[1], 3, CLASSES) && !heads_grid_may(&h, &tensor[1], 7, 1));
    h.n = 1; h.at[0] = CONV0;
    CHECK(heads_make(&h, &model, x[0], SAMPLES) == NULL);
    CHECK(h.head[0].grid > 1 && h.head[0].grid <= HEADS_GRID);
    free(joined(&with, &h));
    respec_free(&h.r);
}

/* chains of vectors can have heads, models of stops and of one layer none */
static void other_networks(void)
{
    static headed h;
    static const uint8_t bits[2] = { 8, 8 }, in_bits[2] = { 8, 8 };
    sucref_model_spec spec;
    sucref_model m, with;
    uint8_t *bytes;
    make_inputs();
    memset(layer, 0, sizeof layer); memset(&spec, 0, sizeof spec);
    (void)new_layer(0, SUCREF_KIND_DENSE, 0, 0, 0, 0); fill(0, 72, 16, .004);
    (void)new_layer(1, SUCREF_KIND_DENSE, 0, 0, 0, 0); fill(1, 16, CLASSES, .01);
    layer[1].out_zero = 128;
    spec.layers = layer; spec.n_layers = 2; spec.bits = bits; spec.in_bits = in_bits; spec.n_stops = 1;
    file_bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(file_bytes > 0 && sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK);
    CHECK(heads_begin(&h, &m) == NULL);
    h.n = 1; h.at[0] = 0;
    CHECK(heads_make(&h, &m, x[0], SAMPLES) == NULL);
    bytes = joined(&with, &h);
    CHECK(with.n_stops == 2 && with.n_layers == 3);
    respec_free(&h.r);
    CHECK(strstr(heads_begin(&h, &with), "stops already") != NULL);
    free(bytes);
    layer[0] = layer[1];
    spec.n_layers = 1;
    file_bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(file_bytes > 0 && sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK);
    CHECK(strstr(heads_begin(&h, &m), "last layer") != NULL);
    respec_free(&h.r);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("least squares with a penalty", least_squares);
    RUN("the penalty is chosen on samples held back", penalty_is_chosen);
    RUN("heads are where all that follows comes from", places);
    RUN("heads answer what their features tell, the last stop what it did", heads_answer);
    RUN("means use the byte", means_use_the_byte);
    RUN("how many parts a head reads is chosen", grid_is_chosen);
    RUN("chains have heads, models with stops no others", other_networks);
    return test_report("heads");
}
