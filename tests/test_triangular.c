/* test_triangular.c - block-triangular networks: what a stop does is counted from the weights and activations alone,
 * and the engine's count is exactly that. No product is made twice, nothing unchanged is read again: all stops together
 * make the products of one pass, heads apart. */
#include "library.h"
#include "oracle.h"
#include "rnd.h"

enum { HIDDEN = 2, GROUPS = 4, WIDE = 400, CLASSES = 7, ROW = 12 /* charged for a row */ };

typedef struct {
    sucref_model_spec spec;
    sucref_layer_spec layer[HIDDEN + 1];
    uint32_t rows[HIDDEN + 1][GROUPS], columns[HIDDEN + 1][GROUPS];
    int8_t w[HIDDEN + 1][WIDE * WIDE], exponent[1];
    int32_t bias[WIDE], multiplier[1];
    uint16_t order[WIDE];
    uint8_t bits[GROUPS * GROUPS * (HIDDEN + 1)], in_bits[GROUPS], heads[GROUPS];
    unsigned stops, total;
} network;

static network t;
static uint8_t x[WIDE];

static void make_layer(unsigned n, int heads)
{
    sucref_layer_spec *s = &t.layer[n];
    const int last = n == HIDDEN;
    uint32_t r = 0, c, i;
    unsigned g;
    s->n_in = n == 0 ? 300 + rnd_below(WIDE - 300) /* its list stays beside another layer's */
                        : t.layer[n - 1].n_out;
    s->n_groups = (uint8_t)(last && !heads ? 1 : t.stops);
    s->n_out = 0;
    for (g = 0; g < s->n_groups; g++) {
        t.rows[n][g] = last ? (uint32_t)CLASSES : 1 + rnd_below(10);
        s->n_out += t.rows[n][g];
        if (n == 0) { /* some inputs more for each group, at last all */
            const uint32_t before = g ? t.columns[0][g - 1] : 1;
            t.columns[0][g] = g + 1U == s->n_groups ? s->n_in : before + rnd_below((s->n_in - before) / 4U + 1U);
        } else { /* all neurons of the groups so far */
            for (i = 0, c = 0; i < (last && !heads ? t.stops : g + 1U); i++) { c += t.rows[n - 1][i]; }
            t.columns[n][g] = c;
        }
    }
    for (g = 0; g < s->n_groups; g++) {
        for (i = 0; i < t.rows[n][g]; i++, r++) {
            for (c = 0; c < s->n_in; c++) {
                t.w[n][r * s->n_in + c] = (int8_t)(c < t.columns[n][g] ? rnd_in(-9, 9) : 0); /* chunks stay long */
            }
        }
    }
    s->w = t.w[n]; s->bias = t.bias; s->multiplier = t.multiplier; s->exponent = t.exponent;
    s->group_rows = t.rows[n]; s->group_columns = t.columns[n];
    s->plan[0] = 8; s->n_planes = 1;
    s->requant = SUCREF_REQUANT_FLOOR;
    s->act = (uint8_t)(last ? SUCREF_ACT_NONE : SUCREF_ACT_RELU);
    s->hi = 255;
    if (last && !heads) { s->flags = SUCREF_LAYER_KEEP; }
    t.total += s->n_groups;
}

/* a network whose stop s computes the groups 0..s; the answer from a head of its own or from one layer whose columns
 * come stop by stop */
static void make(int heads)
{
    unsigned n, g, s;
    uint32_t c;
    memset(&t, 0, sizeof t);
    t.stops = 2 + rnd_below(GROUPS - 1U);
    t.exponent[0] = 4;
    for (n = 0; n <= HIDDEN; n++) { make_layer(n, heads); }
    for (c = 0; c < t.layer[0].n_in; c++) { t.order[c] = (uint16_t)(t.layer[0].n_in - 1U - c); }
    t.layer[0].input_order = t.order;
    t.layer[0].flags = (uint8_t)(SUCREF_LAYER_KEEP_LIST | (rnd_below(2) ? SUCREF_LAYER_INPUT_ORDER : 0));
    for (s = 0; s < t.stops; s++) {
        uint8_t *bits = t.bits + s * t.total;
        t.in_bits[s] = 8;
        t.heads[s] = (uint8_t)s;
        for (n = 0; n <= HIDDEN; bits += t.layer[n++].n_groups) {
            for (g = 0; g < t.layer[n].n_groups; g++) {
                bits[g] = (uint8_t)((n < HIDDEN ? g <= s : !heads || g == s) ? 8 : SUCREF_ABSENT);
            }
        }
    }
    t.spec.layers = t.layer; t.spec.n_layers = HIDDEN + 1; t.spec.n_stops = (uint8_t)t.stops;
    t.spec.bits = t.bits; t.spec.in_bits = t.in_bits;
    t.spec.heads = heads ? t.heads : NULL;
}

/* ---- the count, from the integers ---- */
static uint8_t value[HIDDEN + 1][WIDE]; /* inputs of each layer, of the whole network */

static void evaluate(void)
{
    unsigned n;
    uint32_t r, c;
    for (c = 0; c < t.layer[0].n_in; c++) {
        value[0][c] = x[t.layer[0].flags & SUCREF_LAYER_INPUT_ORDER ? t.order[c] : c];
    }
    for (n = 0; n < HIDDEN; n++) {
        for (r = 0; r < t.layer[n].n_out; r++) {
            int64_t z = 0;
            for (c = 0; c < t.layer[n].n_in; c++) { z += t.w[n][r * t.layer[n].n_in + c] * value[n][c]; }
            value[n + 1][r] = (uint8_t)oracle_requant(&t.layer[n], z, r);
        }
    }
}

static uint32_t counted(unsigned n, uint32_t from, uint32_t to) /* inputs of a layer that make products */
{
    uint32_t c, sum = 0;
#ifdef SUCREF_CONSTANT_WORK
    return to - from;
#endif
    for (c = from; c < to; c++) { sum += value[n][c] != 0; }
    return sum;
}

static uint32_t padded(uint32_t rows) { return (rows + 3) / 4 * 4; }

/* what the stop `now` does, after the stop before it or (first) as the first one: products and the rest */
static void expect(uint64_t *products, uint64_t *rest, unsigned now, int first)
{
    unsigned n, g;
    *products = *rest = 0;
    for (n = 0; n <= HIDDEN; n++) {
        uint32_t listed = n == 0 && !first ? t.columns[0][now - 1U] : 0; /* the first layer's list stays */
        for (g = 0; g < t.layer[n].n_groups; g++) {
            const uint32_t rows = t.rows[n][g];
            const int head = n == HIDDEN && t.spec.heads != NULL, answer = n == HIDDEN && t.spec.heads == NULL;
            uint32_t to = t.columns[n][g], from = 0;
            if (answer) { /* all columns that have a value; after the first stop the new ones only */
                unsigned i;
                for (to = 0, i = 0; i <= now; i++) {
                    if (i == now && !first) { from = to; }
                    to += t.rows[n - 1U][i];
                }
#ifdef SUCREF_CONSTANT_WORK
                from = 0;
#endif
            } else if (head ? g != now : g > now || (!first && g < now)) {
                *rest += 1; /* not its turn, or left as it is */
                continue;
            }
            *products += (uint64_t)padded(rows) * counted(n, from, to);
            *rest += rows * (uint64_t)ROW + (from > 0 ? 3U * (to - from) : to > listed ? to - listed : 0U);
            if (to > listed) { listed = to; }
        }
    }
}

static uint32_t *file, *work;
static sucref_model m;
static sucref_net net;

static void start(void)
{
    const uint32_t bytes = sucref_model_write(NULL, 0, &t.spec, NULL);
    file = (uint32_t *)malloc(bytes + 4U);
    CHECK(bytes > 0 && sucref_model_write((uint8_t *)file, bytes, &t.spec, NULL) == bytes &&
          sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK && sucref_model_check(&m, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
}

static void same_answer(unsigned stop)
{
    int32_t z[CLASSES];
    uint8_t u[CLASSES];
    sucref_answer a;
    CHECK(sucref_net_answer(&net, &a) == SUCREF_OK && a.n_out == CLASSES && a.stop == stop);
    oracle_stop(z, u, &t.spec, x, stop);
    CHECK(memcmp(z, a.logits, sizeof z) == 0 && memcmp(u, a.out, sizeof u) == 0);
}

/* every stop's count, and the law: their products together are those of the last stop alone, heads apart */
static void counts(int heads)
{
    uint64_t all = 0, products, rest, one;
    uint32_t c;
    unsigned s;
    make(heads);
    start();
    for (c = 0; c < m.n_in; c++) { x[c] = (uint8_t)(rnd_below(3) ? 0 : rnd_below(40)); }
    evaluate();
    CHECK(sucref_net_set_input(&net, x, m.n_in) == SUCREF_OK);
    for (s = 0; s < t.stops; s++) {
        const uint32_t before = net.spent;
        CHECK(sucref_net_run(&net, s) == SUCREF_OK);
        expect(&products, &rest, s, s == 0);
        CHECK(net.spent - before == products + rest);
        all += products;
        same_answer(s);
    }
    CHECK(sucref_net_set_input(&net, x, m.n_in) == SUCREF_OK &&
          sucref_net_start_at(&net, t.stops - 1U) == SUCREF_OK);
    CHECK(sucref_net_run(&net, t.stops - 1U) == SUCREF_OK);
    expect(&one, &rest, t.stops - 1U, 1);
    CHECK(net.spent == one + rest);
    same_answer(t.stops - 1U);
    for (s = 0; heads && s + 1U < t.stops; s++) { /* the earlier heads are what the last stop alone does without */
        one += (uint64_t)padded(CLASSES) * counted(HIDDEN, 0, t.columns[HIDDEN][s]);
    }
#ifdef SUCREF_CONSTANT_WORK
    if (!heads) { one = all; } /* without deltas the last layer is computed again */
#endif
    CHECK(all == one);
    free(file); free(work);
}

static void with_heads(void)
{
    int k;
    for (k = 0; k < 300; k++) { counts(1); }
}

static void with_one_layer_of_outputs(void)
{
    int k;
    for (k = 0; k < 300; k++) { counts(0); }
}

/* the cost that the file tells: dense multiply-adds of all stops are those of one pass, heads apart */
static void told_cost(void)
{
    int k;
    for (k = 0; k < 200; k++) {
        const int heads = k % 2;
        sucref_cost all, one;
        uint64_t apart = 0;
        unsigned s;
        make(heads);
        start();
        for (s = 0; heads && s + 1U < t.stops; s++) { apart += (uint64_t)CLASSES * t.columns[HIDDEN][s]; }
        sucref_model_cost(&all, &m, 0, t.stops - 1U);
        sucref_model_cost(&one, &m, t.stops - 1U, t.stops - 1U);
        CHECK(all.macs == one.macs + apart);
        free(file); free(work);
    }
}

/* a kept layer whose first inputs stay and whose last ones fall to 0, or all of whose groups change: what a stop
 * costs */
enum { STAY = 300, FALL = 10, ROWS = 64 };

static uint32_t cost_of_second_stop(const sucref_model_spec *spec, const uint8_t *in, sucref_cost *told)
{
    sucref_cost first;
    uint32_t spent;
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, NULL);
    file = (uint32_t *)malloc(bytes + 4U);
    CHECK(bytes > 0 && sucref_model_write((uint8_t *)file, bytes, spec, NULL) == bytes &&
          sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK &&
          sucref_net_set_input(&net, in, m.n_in) == SUCREF_OK && sucref_net_run(&net, 0) == SUCREF_OK);
    spent = net.spent;
    CHECK(sucref_net_run(&net, 1) == SUCREF_OK);
    sucref_model_cost(&first, &m, 0, 0);
    sucref_model_cost(told, &m, 0, 1);
    told->macs -= first.macs;
    free(file); free(work);
    return net.spent - spent;
}

static void few_that_fall(void)
{
    static int8_t w0[STAY + FALL], w1[ROWS * (STAY + FALL)];
    static int32_t bias[STAY + FALL], beta[FALL], gamma[FALL], one[1] = { 1 << 30 };
    static int16_t alpha[FALL];
    static const uint32_t rows[2] = { STAY, FALL };
    static const int8_t none[1] = { 0 };
    const uint8_t bits[6] = { 8, 4, 8, 8, 8, 8 }, in_bits[2] = { 8, 8 }, in[1] = { 3 };
    sucref_correction c[6];
    sucref_layer_spec l[2];
    sucref_model_spec spec;
    sucref_cost told;
    uint32_t i, spent;
    memset(c, 0, sizeof c); memset(l, 0, sizeof l); memset(&spec, 0, sizeof spec);
    for (i = 0; i < STAY + FALL; i++) { bias[i] = i < STAY ? 100 : 0; w0[i] = -1; }
    for (i = 0; i < FALL; i++) { beta[i] = 50; } /* at the first stop; then 3 * -1 under a ReLU */
    for (i = 0; i < sizeof w1; i++) { w1[i] = 1; }
    for (i = 0; i < 2; i++) {
        l[i].multiplier = one; l[i].exponent = none;
        l[i].requant = SUCREF_REQUANT_FLOOR; l[i].hi = 255; l[i].n_groups = 1;
        l[i].n_planes = 1; l[i].plan[0] = 8;
    }
    l[0].n_in = 1; l[0].n_out = STAY + FALL; l[0].w = w0; l[0].bias = bias; l[0].group_rows = rows; l[0].n_groups = 2;
    l[0].plan[0] = l[0].plan[1] = 4; l[0].n_planes = 2;
    l[1].n_in = STAY + FALL; l[1].n_out = ROWS; l[1].w = w1; l[1].flags = SUCREF_LAYER_KEEP;
    c[1].beta = beta; c[1].gamma = gamma; c[1].alpha = alpha;
    spec.layers = l; spec.in_bits = in_bits; spec.bits = bits; spec.corrections = c;
    spec.n_layers = 2; spec.n_stops = 2;
    spent = cost_of_second_stop(&spec, in, &told);
    CHECK(told.macs == FALL * 1U * 2U + ROWS * FALL);
#ifndef SUCREF_CONSTANT_WORK /* products, rows, lists: of the unchanged columns only what counting them costs */
    CHECK(spent <= 2U * told.macs + (FALL + 2U + ROWS) * ROW + 3U * FALL + 16U);
#endif
    (void)spent;
}

/* deltas that do not pay are not tried again by every group of a layer */
static void groups_that_all_change(void)
{
    enum { COLUMNS = 400, MANY = 16 };
    static int8_t w[MANY * COLUMNS];
    static uint8_t in[COLUMNS], bits[2 * MANY];
    static const int32_t one[1] = { 1 << 30 };
    static const int8_t none[1] = { 0 };
    const uint8_t in_bits[2] = { 4, 8 };
    uint32_t rows[MANY], i, spent[2];
    unsigned keep;
    for (i = 0; i < MANY; i++) { rows[i] = 1; bits[i] = bits[MANY + i] = 8; }
    for (i = 0; i < sizeof w; i++) { w[i] = 3; }
    for (i = 0; i < COLUMNS; i++) { in[i] = 255; }
    for (keep = 0; keep < 2; keep++) {
        sucref_layer_spec l;
        sucref_model_spec spec;
        sucref_cost told;
        memset(&l, 0, sizeof l); memset(&spec, 0, sizeof spec);
        l.multiplier = one; l.exponent = none;
        l.hi = 255; l.n_planes = 1; l.plan[0] = 8; l.group_rows = rows; l.n_groups = MANY;
        l.n_in = COLUMNS; l.n_out = MANY; l.w = w; l.flags = (uint8_t)(keep ? SUCREF_LAYER_KEEP : 0);
        spec.layers = &l; spec.in_bits = in_bits; spec.bits = bits; spec.n_layers = 1; spec.n_stops = 2;
        spent[keep] = cost_of_second_stop(&spec, in, &told);
    }
    CHECK(spent[1] <= spent[0] + 3U * COLUMNS);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("stops of networks with heads do what is new, once", with_heads);
    RUN("columns of the outputs are added as they come", with_one_layer_of_outputs);
    RUN("the cost that a file tells keeps the law", told_cost);
    RUN("a few columns that fall to 0 cost no more than they are", few_that_fall);
    RUN("a delta that does not pay is tried once", groups_that_all_change);
    return test_report("triangular");
}
