/* test_rounding.c - what makes int8 models of float ones better than rounding each number: channels that are made
 * equally coarse leave the float network what it is, and small chains are rounded by what they answer. */
#include "library.h"
#include "real_random.h"
#include "float_eval.h"
#include "graph_eval.h"
#include "rnd_real.h"

/* ---- channels ---- */

/* 2 x 10 x 10, 8 channels by 3 x 3, the largest of four, depthwise, 8 to 6 channels, dense; channel c of each is 2^(c
 * mod 7 * spread) times what it would be, its readers' weights less */
static void stretched(int spread)
{
    const int conv[4] = { 8, 3, 3, 2 }, deep[4] = { 1, 3, 3, 8 }, point[4] = { 6, 1, 1, 8 }, dense[2] = { 5, 150 };
    float w[1000], b[8];
    int in[3], at, k, n;
    const uint32_t state = test_state;
    for (k = 0; k < 100; k++) { (void)rnd(); }
    in[0] = start(10, 10, 2);
#define FACTOR(c) ((float)ldexp(1, (c) % 7 * spread))
    for (k = 0; k < 144; k++) { w[k] = any() / 2 * FACTOR(k / 18); }
    for (n = 0; n < 8; n++) { b[n] = any() / 4 * FACTOR(n); }
    in[1] = floats(4, conv, w); in[2] = floats(1, &conv[0], b);
    at = image(10, 10, 8);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, at), 0, 1, 1, 3, GRAPH_ACT_RELU);
    in[0] = at; at = image(5, 5, 8);
    gf_window(gf_add(&f.part[0], GRAPH_MAX_POOL, 1, in, at), 0, 2, 2, 5, 0);
    gf_field(last_op(), 3, 4, 2);
    gf_field(last_op(), 4, 4, 2);
    for (k = 0; k < 72; k++) { w[k] = any() / FACTOR(k % 8) * FACTOR(k % 8 + 3); }
    for (n = 0; n < 8; n++) { b[n] = any() / 4 * FACTOR(n + 3); }
    in[0] = at; in[1] = floats(4, deep, w); in[2] = floats(1, &conv[0], b);
    at = image(5, 5, 8);
    gf_window(gf_add(&f.part[0], GRAPH_DEPTHWISE, 3, in, at), 0, 1, 1, 4, GRAPH_NO_ACT);
    for (k = 0; k < 48; k++) { w[k] = any() / FACTOR(k % 8 + 3) * FACTOR(k / 8 + 1); }
    for (n = 0; n < 6; n++) { b[n] = any() / 4 * FACTOR(n + 1); }
    in[0] = at; in[1] = floats(4, point, w); in[2] = floats(1, &point[0], b);
    at = image(5, 5, 6);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, at), 0, 1, 1, 3, GRAPH_ACT_RELU);
    for (k = 0; k < 750; k++) { w[k] = any() / 4 / FACTOR(k % 6 + 1); }
    in[0] = at; in[1] = floats(2, dense, w); in[2] = -1;
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, f.part[0].output = image(1, 1, 5)), 0, 1, 0);
    gf_write(&f);
#undef FACTOR
    test_state = state;
}

/* the float network that the ranges are of against another evaluator's of the file; how far they are apart at most */
static double apart(void)
{
    static graph file;
    float_eval e;
    double far = 0;
    uint32_t k, i;
    CHECK(tflite_read_as(&file, f.file.p, f.file.n, 1));
    float_eval_init(&e, &file);
    for (k = 0; k < SAMPLES; k++) {
        const double *y;
        for (i = 0; i < 200; i++) { e.v[file.input][i] = (double)(ranges.real.v[file.input][i] = sample[k][i]); }
        real_run(&ranges.real);
        y = float_eval_run(&e);
        for (i = 0; i < 5; i++) { far = fmax(far, fabs(y[i] - (double)ranges.real.v[file.output][i])); }
    }
    float_eval_free(&e);
    graph_free(&file);
    return far;
}

static void channels_of_any_size(void)
{
    double sum[2] = { 0, 0 };
    int k, spread;
    for (k = 0; k < 10; k++) {
        random_samples();
        for (spread = 0; spread < 2; spread++) {
            double average = 1, most, moved;
            stretched(spread);
            CHECK(off(&average, &most, &moved));
            sum[spread] += average;
        }
        (void)rnd();
        stretched(1);
        CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
        memcpy(ranges.real.v[real_graph.input], sample[0], sizeof sample[0]);
        CHECK(ranges_add(&ranges, &real_graph) && ranges_choose(&ranges, &real_graph));
        CHECK(apart() < 1e-4);
        graph_free(&real_graph);
    }
    CHECK(sum[1] < 1.3 * sum[0]);
    if (test_telling || test_bad) { printf("  errors %g, channels 1 to 64 times as large %g\n", sum[0], sum[1]); }
}

/* ---- small chains ---- */

/* n_in - 12 - 8 - n_out, with a softmax or without */
static void small(int n_in, int n_out, int softmax)
{
    const int a[2] = { 12, n_in }, b[2] = { 8, 12 }, c[2] = { n_out, 8 };
    int in[3], at;
    in[0] = start(1, 1, n_in);
    weights(in, 2, a, 12, n_in);
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, at = image(1, 1, 12)), 0, 1, GRAPH_ACT_RELU);
    in[0] = at;
    weights(in, 2, b, 8, 4);
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, at = image(1, 1, 8)), 0, 1, GRAPH_ACT_RELU);
    in[0] = at;
    weights(in, 2, c, n_out, 3);
    gf_field(gf_add(&f.part[0], GRAPH_DENSE, 3, in, at = image(1, 1, n_out)), 0, 1, 0);
    f.part[0].output = at;
    if (softmax) {
        gf_field(gf_add(&f.part[0], GRAPH_SOFTMAX, 1, &at, f.part[0].output = image(1, 1, n_out)), 0, 4, tf_float(1));
    }
    gf_write(&f);
}

/* int8 of this effort, in t */
static int rounded(uint64_t effort, int n_in)
{
    int k, i;
    CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
    ranges.effort = effort;
    for (k = 0; k < SAMPLES; k++) {
        for (i = 0; i < n_in; i++) { ranges.real.v[real_graph.input][i] = sample[k][i]; }
        CHECK(ranges_add(&ranges, &real_graph));
    }
    return ranges_choose(&ranges, &real_graph) && tflite_read_as(&t.graph, f.file.p, f.file.n, 1) &&
           quantize_graph(&t.graph, &ranges);
}

/* what descent counts, of the samples that it has, by the definition of the operators: as often as they say */
static double slow_loss(small_chain *c, uint32_t *unequal)
{
    descent *d = &c->d;
    const descent_layer *last = &d->layer[d->n_layers - 1];
    const int out = c->op[d->n_layers - 1]->out;
    const graph_tensor *in = &t.graph.tensor[t.graph.input], *logits = &t.graph.tensor[out];
    double sum = 0;
    graph_eval e;
    uint32_t s, i, k;
    eval_init(&e, &t.graph);
    for (s = 0; s < d->n; s++) {
        int8_t x[200];
        double p[16], all = 0;
        for (i = 0; i < in->elements; i++) { x[i] = (int8_t)(d->x[s * in->elements + i] + in->zero); }
        (void)eval_run(&e, x);
        for (i = 0; i < d->n_out; i++) {
            const int32_t y = e.v[out][i] - logits->zero;
            *unequal += y != last->y[s * d->n_out + i];
            p[i] = y * (double)graph_scale(logits, 0);
            if (d->beta > 0) { all += p[i] = exp(p[i]); }
        }
        for (k = d->first[s]; k > 0; k = d->next[k - 1]) {
            for (i = 0; i < d->n_out; i++) {
                const double v = d->beta > 0 ? p[i] / all : p[i],
                             q = (v - (double)d->want[(k - 1) * d->n_out + i]) / d->range;
                sum += q * q + pow(q, 6) / pow(DESCENT_FAR, 4);
            }
        }
    }
    eval_free(&e);
    return sum;
}

/* never further off on the samples that it has, seen or held back, and the integers are the operators' */
static void chains_by_their_answers(void)
{
    double all[2] = { 0, 0 };
    int k, better = 0;
    for (k = 0; k < 24; k++) {
        const int n_in = k % 3 == 0 ? 1 : 1 + (int)rnd_below(6), n_out = 1 + k % 2 * (1 + (int)rnd_below(4));
        double loss[2][2];
        int i, far;
        random_samples();
        small(n_in, n_out, k % 4 == 1);
        for (far = 0; far < 2; far++) {
            CHECK(rounded(far ? 3000000 : 1, n_in));
            for (i = 0; i < 2; i++) {
                small_chain *c = (small_chain *)graph_new(&t.graph, sizeof *c);
                uint32_t unequal = 0;
                c->q = &t.graph;
                c->r = &ranges;
                CHECK(chain_takes(c, &t.graph) && chain_room(c));
                chain_samples(c, i);
                descent_forward(&c->d);
                loss[far][i] = slow_loss(c, &unequal);
                CHECK(unequal == 0 && fabs(loss[far][i] - c->d.total) < 1e-6 * (1 + c->d.total));
                all[far] += loss[far][i];
            }
            graph_free(&real_graph);
            graph_free(&t.graph);
        }
        CHECK(loss[1][0] <= loss[0][0] && loss[1][1] <= loss[0][1]);
        better += loss[1][0] < 0.8 * loss[0][0];
    }
    CHECK(better >= 12 && all[1] < 0.8 * all[0]);
    if (test_telling || test_bad) { printf("  losses %g to %g, %d of 24 better\n", all[0], all[1], better); }
}

/* of a single input number a step makes whole steps of the first layer's rows, where it makes one or more */
static void whole_steps(void)
{
    int k, row, whole = 0;
    for (k = 0; k < 20; k++) {
        const graph_op *o;
        random_samples();
        small(1, 1, 0);
        CHECK(rounded(1, 1));
        o = &t.graph.op[0];
        for (row = 0; row < 12; row++) {
            const double steps = fabs((double)(int8_t)t.graph.tensor[o->in[1]].data[row]) *
                                 (double)graph_scale(&t.graph.tensor[o->in[1]], (uint32_t)row) *
                                 (double)graph_scale(&t.graph.tensor[o->in[0]], 0) /
                                 (double)graph_scale(&t.graph.tensor[o->out], 0);
            CHECK(steps < 1 || fabs(steps - floor(steps + 0.5)) < 1e-4 * steps);
            whole += steps > 0.99;
        }
        graph_free(&real_graph);
        graph_free(&t.graph);
    }
    CHECK(whole > 60);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("channels of any size: the same float network, bytes as good", channels_of_any_size);
    RUN("small chains are rounded by their answers, never for the worse", chains_by_their_answers);
    RUN("steps of a single input number make whole steps", whole_steps);
    return test_report("rounding");
}
