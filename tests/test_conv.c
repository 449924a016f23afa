/* test_conv.c - archives of convolutions: the float graph answers as the trainer's network does, the int8 model of it
 * stays near, and one nested in groups of channels answers at every stop with the very integers of its head in the
 * whole network. */
#include "conv_archive.h"

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
    npz_free(&z);
    return test_report("conv");
}
