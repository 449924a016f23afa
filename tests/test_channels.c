/* test_channels.c - convolutions over devices by output channels: random networks with tensors, whole, with lost
 * devices and with one that is wrong, against the oracle; sums from anywhere; every error. (Public networks in
 * test_channel_models.c.) */
#include "library.h"
#include "channel_world.h"
#include "picture_run.h"

static channel_world w;

/* a random network of one stop that is opened and has a state; 0: test_bad */
static int start_one_stop(running *t)
{
    do {
        rp_free(&r);
        rp_make(&r);
    } while (r.spec.n_stops != 1);
    return start(t);
}

static int as_wanted(const sucref_net *net)
{
    sucref_answer a;
    return sucref_net_answer(net, &a) == SUCREF_OK && same(&a, 0);
}

/* ---- devices ---- */

static unsigned lost_layers, shared_layers, refused_layers, alone_layers, pauses;

/* as many losses as there are spares, or one that is wrong where another spare notices */
static void trouble(channel_world *of, int wrong)
{
    unsigned i, left = of->spares;
    of->lost = 0;
    of->wrong = CW_SHARDS;
    if (wrong && left > 0) { of->wrong = (unsigned)rnd_below(of->devices + of->spares); left--; }
    for (i = rnd_below(left + 1U); i > 0; i--) {
        const unsigned k = (unsigned)rnd_below(of->devices + of->spares);
        if (k != of->wrong) { of->lost |= 1U << k; }
    }
}

static void random_networks(void)
{
    int n, k;
    for (n = 0; n < 300 && test_bad == 0; n++) {
        const unsigned devices = 1U + (unsigned)rnd_below(n % 8 ? 5 : 16),
                       spares = (unsigned)rnd_below(devices <= 8 ? 5 : 4);
        running t;
        if (start_one_stop(&t)) {
            cw_start(&w, &t.m, devices, spares);
            for (k = 0; k < 4 && test_bad == 0; k++) {
                next_input(&t.m);
                trouble(&w, k == 3);
                CHECK(sucref_net_set_input(&t.net, x, t.m.n_in) == SUCREF_OK);
                CHECK(cw_answer(&w, &t.net, (uint32_t)k, k == 0 ? 1 : rnd_below(5000)) == SUCREF_DONE);
                CHECK(as_wanted(&t.net));
                lost_layers += w.lost != 0;
            }
            shared_layers += w.shared; alone_layers += w.alone; refused_layers += w.refused;
            pauses += w.paused;
            cw_free(&w);
        }
        if (test_bad) { rp_print(&r); }
        stop(&t);
    }
    rp_free(&r);
    CHECK(shared_layers > 1000 && lost_layers > 300 && refused_layers > 100 && alone_layers > 100);
    CHECK(pauses > 1000);
}

/* with two parities to spare a wrong device is named, and its channels come out of the others' */
static void wrong_device_is_named(void)
{
    int n, found = 0;
    for (n = 0; n < 60 && test_bad == 0; n++) {
        running t;
        sucref_share ask;
        if (start_one_stop(&t)) {
            cw_start(&w, &t.m, 3, 2);
            next_input(&t.m);
            CHECK(sucref_net_set_input(&t.net, x, t.m.n_in) == SUCREF_OK);
            if (sucref_net_share(&t.net, NULL, 0xFFFFFFFFU, &ask) == SUCREF_WAIT && w.layer[ask.layer].plan.n == 3) {
                const channel_split *c = &w.layer[ask.layer];
                const size_t len = (size_t)c->positions * c->plan.rows;
                const int32_t *shard[CW_SHARDS];
                int32_t *y[5], *back = (int32_t *)malloc(4 * len);
                uint8_t *u = (uint8_t *)malloc(ask.n_in);
                const unsigned bad = (unsigned)rnd_below(5);
                sucref_recovery plan;
                uint32_t i, wrong = 0, value;
                for (i = 0; i < ask.n_in; i++) { u[i] = (uint8_t)(ask.input[i] ^ ask.flip); }
                for (i = 0; i < 5; i++) { shard[i] = y[i] = cw_compute(&w, ask.layer, (unsigned)i, u); }
                memcpy(back, y[bad], 4 * len);
                value = rnd_below((uint32_t)len);
                y[bad][value] = (int32_t)((uint32_t)y[bad][value] ^ 1U << rnd_below(20));
                CHECK(sucref_recovery_plan(&plan, 3, 2, 31, c->fusion.o.limit) == SUCREF_OK &&
                      sucref_parity_check(&wrong, &plan, shard, len) == SUCREF_E_DATA && wrong == 1U << bad);
                CHECK(sucref_recovery_plan(&plan, 3, 2, 31U & ~wrong, c->fusion.o.limit) == SUCREF_OK);
                if (bad < 3) {
                    shard[bad] = NULL;
                    CHECK(sucref_recover(y[bad], &plan, 0, shard, len) == SUCREF_OK &&
                          memcmp(y[bad], back, 4 * len) == 0);
                }
                for (i = 0; i < 5; i++) { free(y[i]); }
                free(back); free(u);
                found++;
            }
            cw_free(&w);
        }
        stop(&t);
    }
    rp_free(&r);
    CHECK(found > 10);
}

/* ---- sums from definitions, of any plan ---- */

/* sums of every plane of a layer, [plane][positions][rows], the slow way; u: its input, unsigned; to be freed */
static int32_t *slow_sums(const sucref_model_spec *net, unsigned layer, const uint8_t *u, uint32_t positions)
{
    const sucref_layer_spec *s = &net->layers[layer];
    const sucref_tensor_spec *in = &net->tensors[s->from], *to = &net->tensors[s->to];
    int32_t *sums = (int32_t *)malloc((size_t)s->n_planes * positions * s->n_out * 4), *at = sums;
    uint32_t p, row, c;
    unsigned t;
    for (t = 0; t < s->n_planes; t++) {
        for (p = 0; p < positions; p++) {
            for (row = 0; row < s->n_out; row++) {
                int64_t sum = 0;
                for (c = 0; c < s->n_in; c++) {
                    const int window = s->kind == SUCREF_KIND_CONV;
                    const uint32_t tap = window ? c / in->channels : 0, y = p / to->width, v = p % to->width;
                    const long iy = (long)(y * s->stride_h + (window ? tap / s->kernel_w : 0) * s->dilation_h) -
                                    s->pad_top,
                               ix = (long)(v * s->stride_w + (window ? tap % s->kernel_w : 0) * s->dilation_w) -
                                    s->pad_left;
                    const int inside = iy >= 0 && iy < in->height && ix >= 0 && ix < in->width;
                    const uint32_t from = !window ? (s->flags & SUCREF_LAYER_INPUT_ORDER ? s->input_order[c] : c)
                                                  : inside ? ((uint32_t)iy * in->width + (uint32_t)ix) * in->channels +
                                                                 c % in->channels
                                                           : 0;
                    sum += (int64_t)split_digit(s, row, c, t) * (window && !inside ? in->zero : u[from]);
                }
                *at++ = (int32_t)sum;
            }
        }
    }
    return sums;
}

/* a layer that was asked for, from slow sums: sucref_layer_finish gives the oracle's bytes; what no weights give is
 * refused and asked for again */
static int give_slowly(running *t, const sucref_share *ask, sucref_share *next)
{
    const sucref_layer_spec *s = &r.layer[ask->layer];
    const uint32_t size = ask->positions * ask->rows;
    const int last = ask->layer + 1U == t->m.n_layers, whole = s->plan[s->n_planes - 1U] == 8;
    const int32_t *planes[SUCREF_MAX_PLANES];
    uint8_t *u = (uint8_t *)malloc(ask->n_in), *out = (uint8_t *)malloc(size);
    int32_t *sums, *one;
    sucref_layer_sums of;
    uint32_t i;
    int status;
    for (i = 0; i < ask->n_in; i++) { u[i] = (uint8_t)(ask->input[i] ^ ask->flip); }
    sums = slow_sums(&r.spec, ask->layer, u, ask->positions);
    for (i = 0; i < s->n_planes; i++) { planes[i] = sums + (size_t)i * size; }
    of.planes = planes; of.input = u;
    CHECK(sucref_layer_finish(out, NULL, &t->m, 0, ask->layer, &of) == SUCREF_OK);
    CHECK(last || r.n_states > 0 || memcmp(out, oracle.bytes[s->to], size) == 0);
    one = sums + (whole ? s->n_planes - 1U : 0U) * size + rnd_below(size);
    i = (uint32_t)*one;
    *one = rnd_below(2) ? 255 * 128 * (int32_t)s->n_in : INT32_MIN;
    memset(out, 77, size);
    CHECK(sucref_layer_finish(out, NULL, &t->m, 0, ask->layer, &of) == SUCREF_E_DATA && out[0] == 77);
    CHECK(sucref_net_share(&t->net, planes, 0xFFFFFFFFU, next) == SUCREF_E_DATA);
    CHECK(sucref_net_share(&t->net, NULL, 1, next) == SUCREF_WAIT && next->layer == ask->layer &&
          next->input == ask->input);
    *one = (int32_t)i;
    status = sucref_net_share(&t->net, planes, 0xFFFFFFFFU, next);
    free(u); free(out); free(sums);
    return status;
}

static void sums_of_any_plan(void)
{
    int n, k, given = 0;
    for (n = 0; n < 150 && test_bad == 0; n++) {
        running t;
        if (start_one_stop(&t)) {
            for (k = 0; k < 2; k++) {
                sucref_share ask, next;
                int status;
                next_input(&t.m);
                CHECK(sucref_net_set_input(&t.net, x, t.m.n_in) == SUCREF_OK);
                status = sucref_net_share(&t.net, NULL, 0xFFFFFFFFU, &ask);
                while (status == SUCREF_WAIT && test_bad == 0) {
                    status = give_slowly(&t, &ask, &next);
                    ask = next;
                    given++;
                }
                CHECK(status == SUCREF_DONE && as_wanted(&t.net));
            }
        }
        if (test_bad) { rp_print(&r); }
        stop(&t);
    }
    rp_free(&r);
    CHECK(given > 300);
}

/* ---- errors ---- */

/* a network of one convolution of 1 x 1 and three rows, and room for its file */
typedef struct {
    sucref_layer_spec l;
    sucref_tensor_spec tensor[2];
    sucref_model_spec s;
    uint32_t file[200], work[400];
    sucref_model m;
    sucref_net net;
} tiny;

static void make_tiny(tiny *t, unsigned stops)
{
    static const int8_t weights[3] = { 127, -127, 1 }, exponent[1] = { 7 };
    static const int32_t multiplier[1] = { 0 };
    static const uint8_t bits[2] = { 8, 8 };
    uint32_t len;
    memset(t, 0, sizeof *t);
    t->l.kind = SUCREF_KIND_CONV; t->l.to = 1;
    t->l.n_in = 1; t->l.n_out = 3; t->l.w = weights;
    t->l.multiplier = multiplier; t->l.exponent = exponent; t->l.requant = SUCREF_REQUANT_FLOOR;
    t->l.plan[0] = 8; t->l.n_planes = 1; t->l.hi = 255; t->l.n_groups = 1;
    t->l.kernel_h = t->l.kernel_w = t->l.stride_h = t->l.stride_w = t->l.dilation_h = t->l.dilation_w = 1;
    t->tensor[0].height = t->tensor[1].height = 1;
    t->tensor[0].width = t->tensor[1].width = 2;
    t->tensor[0].channels = 1; t->tensor[1].channels = 3;
    t->s.layers = &t->l; t->s.tensors = t->tensor; t->s.bits = bits; t->s.in_bits = bits;
    t->s.n_layers = 1; t->s.n_tensors = 2; t->s.n_stops = (uint8_t)stops;
    len = sucref_model_write((uint8_t *)t->file, sizeof t->file, &t->s, NULL);
    CHECK(len > 0 && sucref_model_open(&t->m, t->file, len, NULL) == SUCREF_OK &&
          sucref_net_init(&t->net, &t->m, t->work, 400) == SUCREF_OK);
}

static void every_error(void)
{
    static const uint8_t in[2] = { 255, 0 };
    static const int32_t good[6] = { 127 * 255, -127 * 255, 255, 0, 0, 0 };
    static tiny t;
    const int32_t *planes[1] = { good }, *none[1] = { NULL };
    sucref_layer_sums of = { planes, in };
    sucref_share ask;
    sucref_answer a;
    int32_t y[8], before[6];
    uint8_t out[6];
    uint32_t len;
    make_tiny(&t, 1);
    CHECK(sucref_net_share(NULL, NULL, 1, &ask) == SUCREF_E_ARG &&
          sucref_net_share(&t.net, NULL, 1, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_share(&t.net, NULL, 1, &ask) == SUCREF_E_STATE);
    CHECK(sucref_net_set_input(&t.net, in, 2) == SUCREF_OK && sucref_net_set_input_bits(&t.net, 7) == SUCREF_OK &&
          sucref_net_share(&t.net, NULL, 1, &ask) == SUCREF_E_STATE);
    CHECK(sucref_net_set_input_bits(&t.net, 8) == SUCREF_OK);
    CHECK(sucref_net_share(&t.net, NULL, 1, &ask) == SUCREF_WAIT && ask.input == in && ask.flip == 0 && ask.n_in == 2 &&
          ask.positions == 2 && ask.rows == 3 && ask.layer == 0);
    CHECK(sucref_net_share(&t.net, none, 1, &ask) == SUCREF_E_ARG);
    CHECK(sucref_net_step(&t.net, 1) == SUCREF_MORE); /* begun here: no sums any more, and the answer as well */
    CHECK(sucref_net_share(&t.net, planes, 1, &ask) == SUCREF_E_STATE);
    CHECK(sucref_net_share(&t.net, NULL, 10000, &ask) == SUCREF_DONE);
    CHECK(sucref_net_share(&t.net, planes, 1, &ask) == SUCREF_E_STATE &&
          sucref_net_share(&t.net, NULL, 1, &ask) == SUCREF_DONE);
    CHECK(sucref_net_answer(&t.net, &a) == SUCREF_OK && memcmp(a.logits, good, sizeof good) == 0);
    CHECK(sucref_layer_finish(out, y, &t.m, 0, 0, &of) == SUCREF_OK && memcmp(y, good, sizeof good) == 0);
    of.planes = none;
    CHECK(sucref_layer_finish(out, y, &t.m, 0, 0, &of) == SUCREF_E_ARG);
    /* its sums as a part: of three rows, of more, of two of which one is low, one high */
    CHECK(sucref_shard_sums(y, 4, &t.net, before) == SUCREF_OK && y[2] == 255 && y[3] == 0 && y[4] == 0);
    CHECK(sucref_shard_sums(y, 0, &t.net, before) == SUCREF_E_RANGE &&
          sucref_shard_sums(y, 2, &t.net, before) == SUCREF_E_RANGE);
    make_tiny(&t, 2);
    CHECK(sucref_net_set_input(&t.net, in, 2) == SUCREF_OK &&
          sucref_net_share(&t.net, NULL, 1, &ask) == SUCREF_E_RANGE);
    of.planes = planes;
    CHECK(sucref_layer_finish(out, y, &t.m, 0, 0, &of) == SUCREF_E_RANGE &&
          sucref_layer_finish(out, y, &t.m, 1, 0, &of) == SUCREF_OK);
    CHECK(sucref_net_run(&t.net, 1) == SUCREF_OK && sucref_shard_sums(y, 4, &t.net, before) == SUCREF_E_RANGE);
    make_tiny(&t, 1);
    t.l.kind = SUCREF_KIND_DEPTHWISE; /* is neither a part nor finished from sums */
    len = sucref_model_write((uint8_t *)t.file, sizeof t.file, &t.s, NULL);
    CHECK(len > 0 && sucref_model_open(&t.m, t.file, len, NULL) == SUCREF_OK &&
          sucref_net_init(&t.net, &t.m, t.work, 400) == SUCREF_OK && sucref_net_set_input(&t.net, in, 2) == SUCREF_OK);
    CHECK(sucref_layer_finish(out, y, &t.m, 0, 0, &of) == SUCREF_E_RANGE);
    CHECK(sucref_net_share(&t.net, NULL, 10000, &ask) == SUCREF_DONE &&
          sucref_shard_sums(y, 4, &t.net, before) == SUCREF_E_RANGE);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("random networks over devices: lost and wrong ones, any order, the oracle's answer", random_networks);
    RUN("a wrong device is named by two spares, its channels come from the others", wrong_device_is_named);
    RUN("sums from definitions, of any plan; sums from anywhere", sums_of_any_plan);
    RUN("every error", every_error);
    return test_report("channels");
}
