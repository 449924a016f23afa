/* test_conv.c - archives of convolutions: the float graph answers as the trainer's network does, the int8 model of it
 * stays near, and one nested in groups of channels answers at every stop with the very integers of its head in the
 * whole network. Leaves archives behind for the tool's tests. */
#include "../examples/training/idx.h"
#include "library.h"
#include "../examples/training/conv_file.h"
#include "../examples/tool/conv_quantize.h"
#include "npy_file.h"

enum { ROWS = 12, SAMPLES = 40 };

/* ---- random archives ---- */

static npz z;
static int ops[ROWS][CONV_COLUMNS], ends[ROWS][3], n_rows, n_groups;
static int acts = 2; /* activations that rows may have */

static npz_array *put(const char *letter, int k, uint32_t dims, const uint32_t *shape)
{
    npz_array *a = &z.a[z.n++];
    size_t n = 1;
    uint32_t i;
    if (k < 0) { snprintf(a->name, sizeof a->name, "%s", letter); }
    else { snprintf(a->name, sizeof a->name, "%s%d", letter, k); }
    a->dims = dims;
    for (i = 0; i < NPZ_MAX_DIMS; i++) { a->shape[i] = i < dims ? shape[i] : 1; n *= a->shape[i]; }
    a->v = (float *)calloc(n, sizeof(float));
    return a;
}

/* a row of ops whose window is `taps` wide; channels: of each group, or NULL for those of what it reads */
static int row(int kind, int from, int other, int taps, int stride, int dilation, const int *channels)
{
    const int *in = ops[from], same = kind == CONV_SUM || in[CONV_H] <= (taps - 1) * dilation ||
                              in[CONV_W] <= (taps - 1) * dilation || rnd_below(2);
    int *o = ops[n_rows], g;
    o[CONV_KIND] = kind; o[CONV_FROM] = from; o[CONV_OTHER] = other;
    o[CONV_KH] = o[CONV_KW] = taps;
    o[CONV_STRIDE] = stride; o[CONV_DILATION] = dilation;
    o[CONV_H] = net_places(&o[CONV_TOP], in[CONV_H], taps, stride, dilation, same);
    o[CONV_W] = net_places(&o[CONV_LEFT], in[CONV_W], taps, stride, dilation, same);
    o[CONV_ACT] = (int)rnd_below((uint32_t)acts);
    for (g = 0; g < n_groups; g++) {
        ends[n_rows][g] = channels ? (g ? ends[n_rows][g - 1] : 0) + channels[g] : ends[from][g];
    }
    o[CONV_C] = ends[n_rows][n_groups - 1];
    return n_rows++;
}

static void channels_of(int *c, int most)
{
    int g;
    for (g = 0; g < n_groups; g++) { c[g] = rnd_in(1, most); }
}

/* W, b and groups of row k */
static void weights(int k)
{
    const int *o = ops[k], *in = ops[o[CONV_FROM]], deep = o[CONV_KIND] == CONV_DEPTHWISE,
              taps = o[CONV_KH] * o[CONV_KW], ci = deep ? o[CONV_C] : in[CONV_C], rows = deep ? 1 : o[CONV_C];
    const uint32_t shape[4] = { (uint32_t)rows, (uint32_t)o[CONV_KH], (uint32_t)o[CONV_KW], (uint32_t)ci },
                   channels = (uint32_t)o[CONV_C], pairs[2] = { (uint32_t)n_groups, 2 };
    float *w = put("W", k, 4, shape)->v, *b = put("b", k, 1, &channels)->v, *p;
    int r, i, g;
    for (r = g = 0; r < rows; r++) {
        while (r >= ends[k][g]) { g++; }
        for (i = 0; i < taps * ci; i++) {
            const int there = deep || i % ci < (o[CONV_FROM] == 0 ? ci : ends[o[CONV_FROM]][g]);
            const float v = (float)rnd_in(-1000, 1000) / 500 / sqrtf((float)(taps * (deep ? 1 : ci)));
            w[r * taps * ci + i] = there ? v : 0;
        }
    }
    for (i = 0; i < o[CONV_C]; i++) { b[i] = (float)rnd_in(-1000, 1000) / 4000; }
    if (n_groups == 1) { return; }
    p = put("groups", k, 2, pairs)->v;
    for (g = 0; g < n_groups; g++) {
        p[2 * g] = (float)(ends[k][g] - (g ? ends[k][g - 1] : 0));
        p[2 * g + 1] = (float)(deep ? 1 : o[CONV_FROM] == 0 ? ci : ends[o[CONV_FROM]][g]);
    }
}

/* some layers on row k; returns the last one */
static int trunk(int k)
{
    int channels[3], first, n = rnd_in(1, 4);
    for (; n > 0; n--) {
        const int h = ops[k][CONV_H], taps = 1 + (int)rnd_below(3), stride = h > 3 ? rnd_in(1, 2) : 1;
        channels_of(channels, 4);
        switch (rnd_below(5)) {
        case 0: k = row(CONV_PRODUCT, k, 0, taps, stride, rnd_in(1, 2), channels); break;
        case 1: k = row(CONV_DEPTHWISE, k, 0, taps, stride, 1, NULL); break;
        case 2: k = row(CONV_MAX, k, 0, taps, stride, 1, NULL); break;
        case 3: k = row(CONV_MEAN, k, 0, taps, stride, 1, NULL); break;
        default:
            if (n_rows + 3 > ROWS - n) { break; }
            first = row(CONV_PRODUCT, k, 0, 1, 1, 1, channels);
            k = row(CONV_DEPTHWISE, first, 0, 1, 1, 1, NULL);
            k = row(CONV_SUM, k, first, 1, 1, 1, NULL);
        }
    }
    return k;
}

/* a dense layer on row k */
static void dense(int k, const int *channels, int relu)
{
    int *o = ops[row(CONV_PRODUCT, k, 0, 1, 1, 1, channels)];
    o[CONV_KH] = ops[k][CONV_H]; o[CONV_KW] = ops[k][CONV_W];
    o[CONV_H] = o[CONV_W] = 1;
    o[CONV_TOP] = o[CONV_LEFT] = 0;
    o[CONV_ACT] = relu;
}

static void random_archive(int groups)
{
    const uint32_t one = 1;
    uint32_t shape[2] = { 0, CONV_COLUMNS };
    int channels[3], k, i;
    npz_array *a;
    npz_free(&z);
    memset(ops, 0, sizeof ops);
    n_rows = 1;
    n_groups = groups;
    ops[0][CONV_H] = rnd_in(5, 9); ops[0][CONV_W] = rnd_in(5, 9); ops[0][CONV_C] = rnd_in(1, 3);
    channels_of(channels, 5);
    k = trunk(row(CONV_PRODUCT, 0, 0, rnd_in(1, 3), rnd_in(1, 2), 1, channels));
    if (rnd_below(2) && n_rows + 2 <= ROWS) {
        channels_of(channels, 9);
        dense(k, channels, 1);
        k = n_rows - 1;
    }
    channels[0] = channels[1] = channels[2] = rnd_in(2, 6);
    dense(k, channels, 0);
    shape[0] = (uint32_t)n_rows;
    a = put("ops", -1, 2, shape);
    for (k = 0; k < n_rows; k++) {
        for (i = 0; i < CONV_COLUMNS; i++) { a->v[k * CONV_COLUMNS + i] = (float)ops[k][i]; }
        if (conv_weighs(ops[k])) { weights(k); }
    }
    if (groups > 1) { put("heads", -1, 1, &one)->v[0] = (float)groups; }
}

/* ---- models ---- */

/* the model's bytes, or NULL with what is wrong printed */
static uint8_t *written(conv_model *m, uint32_t *len)
{
    static uint8_t bits[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS * SUCREF_MAX_GROUPS];
    static const uint8_t cut = 8;
    uint8_t in_bits[SUCREF_MAX_GROUPS], heads[SUCREF_MAX_GROUPS], *p;
    sucref_fault fault = { "", 0 };
    sucref_model_spec spec;
    prepare_nested nested;
    lower_spec(&spec, &m->made.net);
    memset(bits, 8, sizeof bits);
    memset(in_bits, 8, sizeof in_bits);
    memset(&nested, 0, sizeof nested);
    spec.n_stops = 1;
    if (m->net.n_groups > 0) {
        nested.n_groups = (uint8_t)m->net.n_groups;
        nested.heads = 1;
        prepare_schedule(&nested, &cut, 1);
        conv_stops(bits, heads, m, &nested);
        spec.heads = heads;
        spec.n_stops = nested.n_stops;
    }
    spec.bits = bits;
    spec.in_bits = in_bits;
    *len = sucref_model_write(NULL, 0, &spec, &fault);
    p = (uint8_t *)malloc(*len ? *len : 1);
    if (*len == 0 || sucref_model_write(p, *len, &spec, &fault) == 0) {
        printf("  %s (%lu)\n", fault.field, (unsigned long)fault.offset);
        free(p);
        return NULL;
    }
    return p;
}

typedef struct { sucref_model model; sucref_net net; uint8_t *bytes; uint32_t *work; } runner;

static int runs(runner *r, conv_model *m)
{
    uint32_t len;
    r->bytes = written(m, &len);
    r->work = NULL;
    CHECK(r->bytes != NULL && sucref_model_open(&r->model, r->bytes, len, NULL) == SUCREF_OK);
    if (r->bytes == NULL) { return 0; }
    r->work = (uint32_t *)malloc(sucref_net_work_len(&r->model) * 4);
    return sucref_net_init(&r->net, &r->model, r->work, sucref_net_work_len(&r->model)) == SUCREF_OK;
}

static const int32_t *logits(runner *r, unsigned stop)
{
    sucref_answer a;
    CHECK(sucref_net_run(&r->net, stop) == SUCREF_OK && sucref_net_answer(&r->net, &a) == SUCREF_OK);
    return a.logits;
}

static void gone(runner *r, conv_model *m)
{
    free(r->bytes); free(r->work);
    conv_free(m);
}

/* opens the archive and shows it samples; whole: as if it had no groups. 0 where it is refused */
static int seen(conv_model *m, const uint8_t *x, int n, int is_signed, int whole)
{
    int k;
    if (!conv_open(m, &z)) { printf("  %s\n", m->real.why); CHECK(0); return 0; }
    if (whole) { m->net.n_groups = 0; }
    m->in_scale = 1.0F / 255;
    m->in_zero = is_signed ? 128 : 0;
    m->is_signed = is_signed;
    for (k = 0; k < n; k++) { (void)conv_sample(m, x + (size_t)k * conv_inputs(m)); }
    if (!conv_lower(m, &z)) { printf("  %s\n", m->made.graph.why); CHECK(0); return 0; }
    return 1;
}

static uint8_t *random_bytes(size_t n)
{
    uint8_t *x = (uint8_t *)malloc(n);
    size_t i;
    for (i = 0; i < n; i++) { x[i] = (uint8_t)rnd_below(128); } /* less than bytes can be: the scale is the caller's */
    return x;
}

/* ---- answers ---- */

/* the trainer's answers to one sample, and ours */
static void same_floats(conv_model *m, net *want, const uint8_t *x)
{
    const net_node *last = &want->node[want->n - 1];
    const float *y;
    uint32_t i;
    for (i = 0; i < conv_inputs(m); i++) {
        want->node[0].y[i] = (float)((x[i] ^ (m->is_signed ? 0x80 : 0)) - m->in_zero) * m->in_scale;
    }
    net_forward(want, 1);
    y = conv_sample(m, x);
    for (i = 0; i < (uint32_t)last->c; i++) { CHECK(fabsf(last->y[i] - y[i]) < 1e-3F + 1e-4F * fabsf(y[i])); }
}

static void trainer_agrees(void)
{
    conv_model m;
    int round, k;
    for (round = 0; round < 60; round++) {
        uint8_t *x;
        net *want;
        random_archive((int)rnd_below(2) ? 1 : rnd_in(2, 3));
        want = net_read(&z, 1);
        CHECK(want != NULL && conv_open(&m, &z));
        if (want == NULL || m.real.why[0]) { printf("  %s\n", m.real.why); conv_free(&m); continue; }
        x = random_bytes(conv_inputs(&m) * 4U);
        m.in_scale = 1.0F / 255;
        m.is_signed = (int)rnd_below(2);
        m.in_zero = m.is_signed ? 128 : 0;
        for (k = 0; k < 4; k++) { same_floats(&m, want, x + (size_t)k * conv_inputs(&m)); }
        conv_free(&m);
        net_free(want);
        free(x);
    }
}

/* ---- activations, against formulas ---- */

static double act_of(int act, double v, double slope)
{
    switch (act) {
    case CONV_RELU: return v > 0 ? v : 0;
    case CONV_RELU6: return v > 6 ? 6 : v > 0 ? v : 0;
    case CONV_LEAKY: return v > 0 ? v : slope * v;
    case CONV_LOGISTIC: return 1 / (1 + exp(-v));
    case CONV_TANH: return tanh(v);
    default: return v;
    }
}

/* 2 x 2 places of 2 channels; 1 x 1 to 3 channels; depthwise 1 x 1; the sum of both; the mean of all places; 3 to 2,
 * each row with an activation of its own. Where `slope` is 0 the archive has none, and .01 counts */
static void chain_archive(const int *act, float slope)
{
    static const int rows[6][CONV_COLUMNS] = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2 },
        { 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 2, 2, 3 }, { 2, 1, 0, 1, 1, 1, 1, 0, 0, 0, 2, 2, 3 },
        { 5, 2, 1, 1, 1, 1, 1, 0, 0, 0, 2, 2, 3 }, { 4, 3, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 3 },
        { 1, 4, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 2 } };
    static const uint32_t shape[2] = { 6, CONV_COLUMNS }, one = 1;
    npz_array *a;
    int k, i;
    npz_free(&z);
    n_groups = 1;
    a = put("ops", -1, 2, shape);
    for (k = 0; k < 6; k++) {
        for (i = 0; i < CONV_COLUMNS; i++) { ops[k][i] = rows[k][i]; }
        ops[k][CONV_ACT] = act[k];
        ends[k][0] = ops[k][CONV_C];
        for (i = 0; i < CONV_COLUMNS; i++) { a->v[k * CONV_COLUMNS + i] = (float)ops[k][i]; }
        if (conv_weighs(ops[k])) { weights(k); }
    }
    if (slope > 0) { *put("slope", -1, 1, &one)->v = slope; }
}

static double weight_of(const char *letter, int k, int at) { return (double)conv_array(&z, letter, k)->v[at]; }

/* the chain's answers, place by place */
static void chain(double *y, const int *act, double slope, const double *x)
{
    double sum[3] = { 0, 0, 0 };
    int p, c, i;
    for (p = 0; p < 4; p++) {
        for (c = 0; c < 3; c++) {
            double a = weight_of("b", 1, c), b;
            for (i = 0; i < 2; i++) { a += weight_of("W", 1, 2 * c + i) * x[2 * p + i]; }
            a = act_of(act[1], a, slope);
            b = act_of(act[2], weight_of("b", 2, c) + weight_of("W", 2, c) * a, slope);
            sum[c] += act_of(act[3], a + b, slope) / 4;
        }
    }
    for (i = 0; i < 2; i++) {
        y[i] = weight_of("b", 5, i);
        for (c = 0; c < 3; c++) { y[i] += weight_of("W", 5, 3 * i + c) * act_of(act[4], sum[c], slope); }
        y[i] = act_of(act[5], y[i], slope);
    }
}

static void activations(void)
{
    int round, k, i;
    for (round = 0; round < 200; round++) {
        const int act[6] = { 0, rnd_in(0, 5), rnd_in(0, 5), rnd_in(0, 5), rnd_in(0, 5), rnd_in(0, 2) };
        const float slope = rnd_below(2) ? 0.01F * (float)rnd_in(1, 99) : 0;
        uint8_t x[8 * SAMPLES];
        double want[2], in[8], off = 0, all = 0.1; /* what a ReLU leaves near 0 has no size of its own */
        conv_model m;
        runner r;
        net *other;
        chain_archive(act, slope);
        other = net_read(&z, 1); /* the trainer's network has none and ReLU, and refuses what it does not know */
        CHECK((other != NULL) == (act[1] < 2 && act[2] < 2 && act[3] < 2 && act[4] < 2 && act[5] < 2));
        if (other != NULL) { net_free(other); }
        for (k = 0; k < 8 * SAMPLES; k++) { x[k] = (uint8_t)rnd(); }
        if (!seen(&m, x, SAMPLES, 0, 0) || !runs(&r, &m)) { conv_free(&m); continue; }
        for (k = 0; k < SAMPLES; k++) {
            const float *y = conv_sample(&m, x + 8 * k);
            const int32_t *got;
            sucref_scales s;
            for (i = 0; i < 8; i++) { in[i] = x[8 * k + i] / 255.0; }
            chain(want, act, slope > 0 ? (double)slope : 0.01, in);
            sucref_model_scales(&s, &r.model);
            CHECK(sucref_net_set_input(&r.net, x + 8 * k, 8) == SUCREF_OK);
            got = logits(&r, 0);
            for (i = 0; i < 2; i++) {
                const double v = act_of(act[5], got[i] * ldexp((double)s.logit.multiplier, s.logit.exponent - 31), 0);
                CHECK(fabs((double)y[i] - want[i]) < 1e-4);
                off += (v - want[i]) * (v - want[i]);
                all += want[i] * want[i];
            }
        }
        CHECK(off < 0.01 * all);
        gone(&r, &m);
    }
}

/* squares of what the model's answers are off the float network's, and of how far those vary */
static void errors_of(runner *r, conv_model *m, const uint8_t *x, double *off, double *all)
{
    const float *y = conv_sample(m, x);
    const int32_t *got;
    sucref_scales s;
    uint32_t i;
    sucref_model_scales(&s, &r->model);
    CHECK(sucref_net_set_input(&r->net, x, r->model.n_in) == SUCREF_OK);
    got = logits(r, 0);
    for (i = 0; i < r->model.n_out; i++) {
        const double v = got[i] * ldexp((double)s.logit.multiplier, s.logit.exponent - 31);
        *off += (v - (double)y[i]) * (v - (double)y[i]);
        *all += (double)y[i] * (double)y[i];
    }
}

static void stays_near(void)
{
    double worst = 0, mean = 0;
    int round, k;
    for (round = 0; round < 40; round++) {
        const int is_signed = (int)rnd_below(2);
        double off = 0, all = 0;
        uint8_t *x;
        conv_model m;
        runner r;
        acts = round < 20 ? 2 : 6;
        random_archive(1);
        x = random_bytes((size_t)ops[0][CONV_H] * (size_t)ops[0][CONV_W] * (size_t)ops[0][CONV_C] * SAMPLES);
        if (seen(&m, x, SAMPLES, is_signed, 0) && runs(&r, &m)) {
            for (k = 0; k < SAMPLES; k++) { errors_of(&r, &m, x + (size_t)k * conv_inputs(&m), &off, &all); }
            worst = fmax(worst, sqrt(off / all));
            mean += sqrt(off / all) / 40;
            gone(&r, &m);
        }
        free(x);
    }
    acts = 2;
    CHECK(mean < 0.03 && worst < 0.2);
    if (mean >= 0.03 || worst >= 0.2) { printf("  off by %.3g on average, %.3g at worst\n", mean, worst); }
}

/* every stop's logits are those of its head in the network without groups, quantized the same way */
static void heads_equal(const uint8_t *x, int n)
{
    conv_model nested, whole;
    runner a, b;
    int k;
    unsigned t;
    uint32_t i;
    if (!seen(&nested, x, n, 0, 0) || !seen(&whole, x, n, 0, 1) || !runs(&a, &nested) || !runs(&b, &whole)) { return; }
    CHECK(a.model.n_stops == (unsigned)n_groups && a.model.n_out * (uint32_t)n_groups == b.model.n_out);
    for (k = 0; k < n; k++) {
        CHECK(sucref_net_set_input(&a.net, x + (size_t)k * a.model.n_in, a.model.n_in) == SUCREF_OK);
        CHECK(sucref_net_set_input(&b.net, x + (size_t)k * a.model.n_in, a.model.n_in) == SUCREF_OK);
        for (t = 0; t < a.model.n_stops; t++) {
            const int32_t *got = logits(&a, t), *want = logits(&b, 0) + t * a.model.n_out;
            for (i = 0; i < a.model.n_out; i++) { CHECK(got[i] == want[i]); }
        }
    }
    gone(&a, &nested);
    gone(&b, &whole);
}

static void nested_is_exact(void)
{
    int round;
    for (round = 0; round < 60; round++) {
        uint8_t *x;
        acts = round < 30 ? 2 : 3;
        random_archive(rnd_in(2, 3));
        acts = 2;
        x = random_bytes((size_t)ops[0][CONV_H] * (size_t)ops[0][CONV_W] * (size_t)ops[0][CONV_C] * 6U);
        heads_equal(x, 6);
        free(x);
    }
}

/* the first stops together compute every group of theirs once, and nothing else */
static void stops_cost_their_groups(void)
{
    int round, t;
    for (round = 0; round < 30; round++) {
        conv_model m;
        runner r;
        sucref_cost c;
        uint8_t *x;
        net *n;
        random_archive(rnd_in(2, 3));
        n = net_read(&z, 1);
        x = random_bytes((size_t)node_len(&n->node[0]));
        if (seen(&m, x, 1, 0, 0) && runs(&r, &m)) {
            for (t = 0; t < n_groups; t++) {
                sucref_model_cost(&c, &r.model, 0, (unsigned)t);
                CHECK(c.macs == (uint64_t)net_products(n, t));
            }
            gone(&r, &m);
        }
        net_free(n);
        free(x);
    }
}

static int archive_of(const char *path)
{
    FILE *f = fopen(path, "rb");
    static uint8_t p[1 << 20];
    const size_t n = f ? fread(p, 1, sizeof p, f) : 0;
    if (f != NULL) { fclose(f); }
    npz_free(&z);
    return npz_parse(&z, p, n) == 0;
}

/* of a set's test pictures, or random ones where they are missing; freed by the caller */
static uint8_t *pictures(const char *set)
{
    idx_set s = idx_load(NULL, set, 1);
    if (s.x == NULL) { printf("%s is missing: random pictures\n", set); return random_bytes(300 * IDX_PIXELS); }
    free(s.label);
    return s.x;
}

static void lenet_agrees(void)
{
    idx_set set = idx_load(NULL, "mnist", 1);
    uint8_t *x = set.x;
    conv_model m;
    runner r;
    int k, same = 0;
    if (x == NULL) { SKIP("LeNet-5 against the float network: no mnist here"); return; } /* noise has no classes */
    free(set.label);
    CHECK(archive_of("examples/models/lenet.npz"));
    if (seen(&m, x, 300, 0, 0) && runs(&r, &m)) {
        for (k = 0; k < 300; k++) {
            const float *y = conv_sample(&m, x + k * IDX_PIXELS);
            int i, best = 0;
            for (i = 1; i < 10; i++) { best = y[i] > y[best] ? i : best; }
            CHECK(sucref_net_set_input(&r.net, x + k * IDX_PIXELS, IDX_PIXELS) == SUCREF_OK);
            same += (int)sucref_argmax(logits(&r, 0), 10) == best;
        }
        CHECK(same >= 297);
        gone(&r, &m);
    }
    free(x);
}

static void residual_is_exact(void)
{
    uint8_t *x = pictures("fashion-mnist");
    CHECK(archive_of("examples/models/residual_nested.npz"));
    n_groups = 3;
    heads_equal(x, 12);
    free(x);
}

/* ---- files and refusals ---- */

static const float small_ops[39] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 1,
                                     1, 0, 0, 2, 2, 1, 1, 0, 0, 1, 2, 2, 2,
                                     1, 1, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 2 };

/* the small network from a file of float32 or float64, either order of axes, and a model's bytes of it */
static uint8_t *from_file(int wide, int fortran, uint32_t *len)
{
    static const char *const name[5] = { "ops", "W1", "b1", "W2", "b2" },
                      *const text[5] = { "(3, 13)", "(2, 2, 2, 1)", "(2,)", "(2, 2, 2, 2)", "(2,)" };
    static const int shape[5][4] = { { 3, 13, 1, 1 }, { 2, 2, 2, 1 }, { 2, 1, 1, 1 }, { 2, 2, 2, 2 }, { 2, 1, 1, 1 } };
    static const uint8_t x[18] = { 1, 200, 30, 44, 250, 6, 70, 180, 90, 9, 8, 7, 6, 255, 4, 3, 2, 1 };
    npy_member m[5];
    conv_model model;
    uint8_t *p = NULL;
    int k, i;
    for (k = 0; k < 5; k++) {
        const int *s = shape[k], n = s[0] * s[1] * s[2] * s[3];
        double d[39];
        float f[39];
        for (i = 0; i < n; i++) {
            const int l = i % s[3], c = i / s[3] % s[2], b = i / s[3] / s[2] % s[1], a = i / s[3] / s[2] / s[1],
                      at = fortran ? a + s[0] * (b + s[1] * (c + s[2] * l)) : i;
            d[at] = k == 0 ? (double)small_ops[i] : ((i * 7 + k) % 11 - 5) / 8.0;
            f[at] = (float)d[at];
        }
        m[k] = npy_new(name[k], wide ? "'<f8'" : "'<f4'", fortran ? "True" : "False", text[k],
                       wide ? (const void *)d : (const void *)f, (wide ? 8U : 4U) * (size_t)n);
    }
    CHECK(npy_archive(test_path("conv_small.npz"), m, 5) == 0 && archive_of(test_path("conv_small.npz")));
    if (seen(&model, x, 2, 0, 0)) { p = written(&model, len); }
    conv_free(&model);
    CHECK(p != NULL);
    return p;
}

static void orders_and_precisions(void)
{
    uint32_t len = 0, other = 0;
    uint8_t *want = from_file(0, 0, &len);
    int k;
    for (k = 1; k < 4; k++) {
        uint8_t *got = from_file(k & 1, k >> 1, &other);
        CHECK(want && got && other == len && memcmp(want, got, len) == 0);
        free(got);
    }
    free(want);
}

static npz_array *array_named(const char *name) { return (npz_array *)(uintptr_t)npz_get(&z, name); }

/* the archive as it stands is refused with these words */
static void refused(const char *why)
{
    conv_model m;
    const int ok = conv_open(&m, &z);
    CHECK(!ok && strstr(m.real.why, why) != NULL);
    if (ok || strstr(m.real.why, why) == NULL) { printf("  '%s', not '%s'\n", m.real.why, why); }
    conv_free(&m);
}

static void value_refused(const char *name, uint32_t at, float v, const char *why)
{
    npz_array *a = array_named(name);
    const float was = a->v[at];
    a->v[at] = v;
    refused(why);
    a->v[at] = was;
}

/* without the array (what: its name's first letter changed), with one dimension less, with another size */
static void array_refused(const char *name, const char *missing, const char *shape)
{
    npz_array *a = array_named(name);
    const char was = a->name[0];
    const uint32_t dims = a->dims, size = a->shape[0];
    a->name[0] = '_';
    refused(missing);
    a->name[0] = was;
    a->dims = 3;
    refused(shape);
    a->dims = dims;
    a->shape[0] = 1;
    refused(shape);
    a->shape[0] = size;
}

static void refusals(void)
{
    uint32_t len;
    free(from_file(0, 0, &len));
    array_refused("ops", "ops is missing", "ops must be nodes x 13");
    array_refused("W1", "W1 is missing", "W1 must be 2 x 2 x 2 x 1, out x kernel rows x kernel columns x in");
    array_refused("b2", "b2 is missing", "b2 must have 2 values");
    value_refused("W2", 3, (float)NAN, "W2 holds NaN");
    value_refused("ops", 13, 6, "row 1: kind must be a whole number from 1 to 5, not 6");
    value_refused("ops", 13, 1.5F, "row 1: kind");
    value_refused("ops", 0, 1, "row 0 must be the input");
    value_refused("ops", 14, 1, "row 1 reads row 1");
    value_refused("ops", 13, 3, "says 2 channels, what it reads has 1");
    value_refused("ops", 13, 5, "adds maps of different sizes");
    value_refused("ops", 20, 9, "some of whose windows lie outside");
    value_refused("ops", 26, 4, "the last row must have weights");
    value_refused("ops", 27, 0, "row 1 is read by no row");
    z.a[z.n] = z.a[z.n - 1];
    strcpy(z.a[z.n++].name, "slope");
    refused("slope must be one number");
    z.a[z.n - 1].shape[0] = 1;
    value_refused("slope", 0, 1, "slope must be one number, from 0 to below 1");
    z.n--;
    value_refused("ops", 22, 6, "row 1: activation must be a whole number from 0 to 5, not 6");
    value_refused("ops", 35, 3, "its activation must be 0, 1 or 2");
    value_refused("ops", 18, 0, "stride must be a whole number from 1");
    array_named("b2")->name[1] = '3';
    z.n++; /* one more array than rows have */
    z.a[z.n - 1] = z.a[z.n - 2];
    strcpy(z.a[z.n - 1].name, "b2");
    refused("b3 belongs to no row of ops");
    z.n--;
}

static void groups_refused(void)
{
    npz_array *a;
    do { random_archive(3); } while (n_rows < 4 || !conv_weighs(ops[2]) || ops[2][CONV_KIND] != CONV_PRODUCT);
    value_refused("ops", 22, 5, "row 1: channels in groups have the activations 0, 1 and 2 (none, ReLU, ReLU6), not 5");
    value_refused("heads", 0, 1, "heads must be one number, how many groups");
    array_named("heads")->shape[0] = 2;
    refused("heads must be one number");
    array_named("heads")->shape[0] = 1;
    value_refused("heads", 0, 2, "groups1 must be groups x 2");
    value_refused("groups1", 0, 0.5F, "groups1 must hold whole numbers");
    value_refused("groups1", 0, 60, "groups1 must have as many channels");
    value_refused("groups2", 1, (float)(ends[1][0] + 1), "groups2 has a group that reads channels of a later one");
    a = array_named("groups2");
    a->name[0] = '_';
    refused("_roups2 belongs to no row");
    a->name[0] = 'g';
    a->dims = 1;
    refused("groups2 must be groups x 2");
    a->dims = 2;
    a->name[0] = 'g';
    a = array_named("heads");
    a->name[0] = '_';
    refused("_eads belongs to no row");
    a->name[0] = 'h';
    a = array_named("W2");
    value_refused("W2", (uint32_t)ends[1][0], 1, "W2 has a weight that is not 0 behind the channels");
}

/* what is not refused is quantized and runs, whatever rows and groups say */
static void random_rows(void)
{
    int round, taken = 0;
    for (round = 0; round < 3000; round++) {
        npz_array *a;
        uint8_t *x;
        conv_model m;
        runner r;
        int n = rnd_in(1, 3);
        if (round % 20 == 0) { random_archive(rnd_in(1, 3)); }
        a = &z.a[rnd_below(3) ? 0 : rnd_below((uint32_t)z.n)];
        for (; n > 0; n--) {
            a->v[rnd_below(a->shape[0] * a->shape[1] * a->shape[2] * a->shape[3])] = (float)rnd_in(-1, 9);
        }
        if (conv_open(&m, &z)) {
            x = random_bytes(conv_inputs(&m));
            m.in_scale = 1;
            (void)conv_sample(&m, x);
            if (conv_lower(&m, &z) && runs(&r, &m)) {
                CHECK(sucref_net_set_input(&r.net, x, r.model.n_in) == SUCREF_OK);
                (void)logits(&r, r.model.n_stops - 1U);
                taken++;
                free(r.bytes); free(r.work);
            } else {
                CHECK(m.made.graph.why[0]);
            }
            free(x);
        } else {
            CHECK(m.real.why[0]);
        }
        conv_free(&m);
    }
    CHECK(taken > 50);
}

/* 2 x 2 places of 3 channels, a convolution to 5 of which two are what no input changes, a dense layer of all places */
static void dead_channels(void)
{
    static float rows[39] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3,
                              1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 2, 2, 5,
                              1, 1, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 2 },
                 w1[15] = { 1, 2, 3, 0, 0, 0, 3, 1, 2, 0, 0, 0, 2, 3, 1 }, b1[5] = { 0, -1, 0, 2, 0 }, w2[40], b2[2];
    npz_array a[5] = { { "ops", 2, { 3, 13 }, rows },       { "W1", 4, { 5, 1, 1, 3 }, w1 }, { "b1", 1, { 5, 1 }, b1 },
                       { "W2", 4, { 2, 2, 2, 5 }, w2 }, { "b2", 1, { 2, 1 }, b2 } };
    int k;
    for (k = 0; k < 40; k++) { w2[k] = (float)(k % 7 - 3) + 0.5F; }
    CHECK(npz_write(test_path("conv_dead.npz"), a, 5) == 0);
}

/* archives and samples for the tool's tests: plain, nested, and a set of inputs that fits both */
static void files_for_the_tool(void)
{
    FILE *f;
    uint8_t *x;
    uint32_t len;
    dead_channels();
    free(from_file(0, 0, &len));
    CHECK(npz_write(test_path("conv.npz"), z.a, z.n) == 0);
    do { random_archive(3); } while (ops[0][CONV_H] * ops[0][CONV_W] * ops[0][CONV_C] != 25);
    CHECK(npz_write(test_path("conv_nested.npz"), z.a, z.n) == 0);
    x = random_bytes(9 * 25 * 40);
    f = fopen(test_path("conv.u8"), "wb");
    CHECK(f != NULL && fwrite(x, 1, 9 * 25 * 40, f) == 9 * 25 * 40 && fclose(f) == 0);
    free(x);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("the graph of an archive answers as the trainer's network does", trainer_agrees);
    RUN("activations of every kind are what their formulas say", activations);
    RUN("int8 models of archives stay near the float network", stays_near);
    RUN("every stop of groups of channels has the integers of its head in the whole network", nested_is_exact);
    RUN("stops of groups cost what their groups do", stops_cost_their_groups);
    RUN("LeNet-5 in int8 has the float network's classes", lenet_agrees);
    RUN("the nested residual network's stops are exact", residual_is_exact);
    RUN("float64 and column order give the same model", orders_and_precisions);
    RUN("what is wrong with an archive is named", refusals);
    RUN("what is wrong with groups of channels is named", groups_refused);
    RUN("archives of random rows are refused or run", random_rows);
    RUN("archives for the tool", files_for_the_tool);
    npz_free(&z);
    return test_report("conv");
}
