/* test_ranges.c - the ranges of a float model's numbers, of which bytes are made: from the least to the largest, all
 * but a share, or of least error, against what counting and trying say. */
#include "library.h"
#include "real_random.h"
#include "rnd_real.h"

enum { VALUES = 2000 };
static double value[VALUES], times[VALUES]; /* how often each is there */

/* the squares that bytes of a range are off from the values, together */
static double byte_error(double lo, double hi)
{
    const double step = (hi - lo) / 255;
    double sum = 0;
    int k;
    for (k = 0; k < VALUES; k++) {
        const double v = value[k], q = v > hi ? hi : v < lo ? lo : step > 0 ? floor(v / step + 0.5) * step : 0;
        sum += times[k] * (v - q) * (v - q);
    }
    return sum;
}

/* values of one sign or both, many of them 2^doubled times, then some far out once */
static void make_values(range_bins *b, range_bins *part, int doubled, double *least, double *most)
{
    const int sides = (int)rnd_below(3), far = (int)rnd_below(5);
    const double size = ldexp(1, rnd_in(-30, 30));
    static range_bins copy;
    int k;
    memset(b, 0, sizeof *b);
    memset(part, 0, 2 * sizeof *part);
    *least = *most = 0;
    for (k = 0; k < VALUES; k++) {
        const int single = k >= VALUES - far;
        const double v = (double)bell() * size * (1 + (double)k / VALUES) * (single ? 1U << rnd_below(6) : 1);
        if (k == VALUES - far) { for (; doubled > 0; doubled--) { copy = *b; range_merge(b, &copy); } }
        value[k] = (double)(float)(sides == 0 ? fmax(v, 0) : sides == 1 ? fmin(v, 0) : v);
        times[k] = single ? 1 : ldexp(1, doubled);
        range_add(b, value[k]);
        range_add(&part[rnd_below(2)], value[k]);
        *least = fmin(*least, value[k]);
        *most = fmax(*most, value[k]);
    }
    for (; doubled > 0; doubled--) { copy = *b; range_merge(b, &copy); }
}

/* how many values are beyond these ends, of all there are; a bin more or less makes no difference of more than one */
static double beyond(double end, int above)
{
    double n = 0;
    int k;
    for (k = 0; k < VALUES; k++) { n += (above ? value[k] > end : value[k] < end) ? times[k] : 0; }
    return n;
}

/* the ranges of values against what counting and trying say */
static void ranges_of_values(void)
{
    static range_bins b, part[2];
    int j, k, i, cut = 0;
    for (j = 0; j < 60; j++) {
        const int doubled = j % 2 ? 12 : 0;
        const double percent = 90 + 10 * uniform();
        double lo, hi, most, least, tried = -1, error, all = 0, out;
        make_values(&b, part, doubled, &least, &most);
        for (k = 0; k < VALUES; k++) { all += times[k]; }
        range_choose(&lo, &hi, &b, RANGE_MINMAX, 0);
        CHECK(!(lo < least) && !(lo > least) && !(hi < most) && !(hi > most) && fabs((double)b.n - all) < 0.5);
        range_merge(&part[0], &part[1]);
        CHECK(doubled > 0 || memcmp(&part[0], &b, sizeof b) == 0); /* together the same */
        out = all * (1 - percent / 100);
        range_choose(&lo, &hi, &b, RANGE_PERCENTILE, percent);
        CHECK(beyond(hi, 1) <= out && beyond(lo, 0) <= out);
        CHECK(beyond(hi - 1.01 * b.width, 1) > out || hi < 1.01 * b.width); /* with one bin less it would be more */
        CHECK(beyond(lo + 1.01 * b.width, 0) > out || lo > -1.01 * b.width);
        range_choose(&lo, &hi, &b, RANGE_ERROR, 0);
        error = byte_error(lo, hi);
        for (k = 1; k <= 40; k++) {
            for (i = 1; i <= 40; i++) {
                const double e = byte_error(least * i / 40, most * k / 40);
                if (tried < 0 || e < tried) { tried = e; }
            }
        }
        CHECK(error <= 1.1 * tried); /* of 2,000 values some range rounds a little better than most */
        if (error > 1.1 * tried) { printf("  values %d: error %g, tried %g\n", j, error, tried); }
        cut += error < 0.5 * byte_error(least, most);
    }
    CHECK(cut > 3);
}

/* what a softmax reads: up to its largest number, and down to 8 below the least of the largest ones, or to the least */
static int shown(int tensor, const range_bins *b, double unit)
{
    const double lo = (-128 - ranges.zero[tensor]) * unit, hi = (127 - ranges.zero[tensor]) * unit;
    double least = HUGE_VAL;
    int k, i;
    for (k = 0; k < SAMPLES; k++) {
        double most = -HUGE_VAL;
        memcpy(ranges.real.v[real_graph.input], sample[k], sizeof sample[k]);
        real_run(&ranges.real);
        for (i = 0; i < 5; i++) { most = fmax(most, (double)ranges.real.v[tensor][i]); }
        least = fmin(least, most);
    }
    return hi > b->hi - unit && lo < fmax(b->lo, fmin(least - 8, 0)) + unit;
}

/* networks whose samples have a value far out now and then: of least error they are no further off, and what is
 * compared with each other, the answer and what of it a softmax shows, is never cut */
static void ranges_of_networks(void)
{
    double sum[4] = { 0, 0, 0, 0 };
    int k, i, answers = 0;
    for (k = 0; k < 12; k++) {
        random_samples();
        for (i = 0; i < 20; i++) { sample[i][rnd_below(200)] = (float)rnd_in(20, 40) * (rnd_below(2) ? 1.0F : -1.0F); }
        random_real(k & 1);
        for (how = RANGE_MINMAX; how <= RANGE_ERROR; how++) {
            double average = 1, most, moved;
            CHECK(off(&average, &most, &moved));
            sum[how] += average;
        }
    }
    how = RANGE_DEFAULT;
    CHECK(sum[RANGE_ERROR] < 1.1 * sum[RANGE_MINMAX]);
    for (k = 0; k < 2; k++) {
        random_real(k);
        CHECK(tflite_read_as(&real_graph, f.file.p, f.file.n, 1) && ranges_init(&ranges, &real_graph));
        for (i = 0; i < SAMPLES; i++) {
            memcpy(ranges.real.v[real_graph.input], sample[i], sizeof sample[i]);
            (void)ranges_add(&ranges, &real_graph);
        }
        ranges.how = RANGE_PERCENTILE;
        ranges.percent = 75;
        CHECK(ranges_choose(&ranges, &real_graph));
        for (i = 0; i < (int)real_graph.n_ops; i++) {
            const graph_op *o = &real_graph.op[i];
            const range_bins *b = &ranges.bins[o->in[0]];
            const double unit = (double)ranges.scale[o->in[0]], span = unit * 255;
            const int whole = span > 0.99 * (b->hi - b->lo);
            if (o->code == GRAPH_SOFTMAX) { CHECK(shown(o->in[0], b, unit)); answers++; }
            if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_CONV || o->code == GRAPH_DEPTHWISE) { CHECK(!whole); }
        }
        graph_free(&real_graph);
    }
    CHECK(answers == 1);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("ranges of values: all, all but a share, of least error", ranges_of_values);
    RUN("ranges of networks: no further off, answers never cut", ranges_of_networks);
    return test_report("ranges");
}
