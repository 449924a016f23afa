/* test_depth.c - heads by depth: stops whose answer is a layer before the last one. Nothing of the trunk is computed
 * twice, by `spent` and by sucref_model_cost, and what sucref_model_open refuses of such models it says by name. That
 * their answers are METHOD's, test_pictures shows. */
#include "library.h"
#include "crc.h"
#include "random_pictures.h"

enum { LAYER = 48, TENSOR = 16, GROUP = 40, STOP = 16 };

static random_pictures r;
static uint8_t x[RP_BYTES];

/* ---- work ---- */
/* a head: none reads it, and it is not the last layer */
static int is_head(unsigned layer) { return layer + 1U < r.spec.n_layers && !rp_is_read(&r, layer); }

static int answers(unsigned layer)
{
    unsigned t;
    for (t = 0; t < r.spec.n_stops; t++) { if (r.answers[t] == layer) { return 1; } }
    return 0;
}

/* all that a stop needs has all bits, heads elsewhere have none: what is refined is the depth alone */
static void depth_alone(void)
{
    unsigned t, n, g, flat;
    memset(r.correction, 0, sizeof r.correction);
    for (t = 0; t < r.spec.n_stops; t++) {
        r.in_bits[t] = 8;
        for (n = flat = 0; n < r.spec.n_layers; n++) {
            for (g = 0; rp_has_rows(&r.layer[n]) && g < r.layer[n].n_groups; g++, flat++) {
                const int silent = n > r.answers[t] || (is_head(n) && answers(n) && r.answers[t] != n);
                r.bits[t * r.total + flat] = silent ? SUCREF_ABSENT : 8;
            }
        }
    }
}

/* a random network of several answers, but for heads by width; 0: it was another one */
static int make_deep(void)
{
    rp_make(&r);
    if (r.spec.n_stops < 2 || r.spec.answers == NULL || r.spec.heads != NULL || r.answers[0] + 1U == r.spec.n_layers) {
        rp_free(&r);
        return 0;
    }
    depth_alone();
    return 1;
}

typedef struct { uint32_t first[RP_LAYERS], again, softmax, all; } spending; /* by layer when it came first, later */

/* every quantum alone, from a stop on. What the stops before have come to is skipped, at 1 each, but heads whose turn
 * it is */
static void spend(spending *s, sucref_net *net, const sucref_model *m, unsigned from)
{
    int status = SUCREF_MORE;
    unsigned reached = 0;
    memset(s, 0, sizeof *s);
    CHECK(sucref_net_set_input(net, x, m->n_in) == SUCREF_OK && sucref_net_start_at(net, from) == SUCREF_OK);
    while (status == SUCREF_MORE || status == SUCREF_STOP) {
        const uint32_t before = net->spent;
        const unsigned layer = net->layer, stop = net->stop;
        uint32_t cost;
        status = sucref_net_step(net, 1);
        cost = net->spent - before;
        if (status != SUCREF_MORE && r.spec.softmax_multiplier != 0) { /* a step of its own */
            CHECK(cost == m->n_out * 256U);
            s->softmax += cost;
            cost = 0;
        } else if (layer < reached && !is_head(layer)) {
            CHECK(cost == 1);
        }
        if (layer < reached) { s->again += cost; } else { s->first[layer] += cost; }
        if (status != SUCREF_MORE) { reached = r.answers[stop] + 1U; }
    }
    CHECK(status == SUCREF_DONE);
    s->all = net->spent;
}

/* the sum of all stops is the one-shot network, the heads, and 1 for each layer that is skipped */
static void compare_spending(sucref_net *net, const sucref_model *m)
{
    spending deep, once;
    uint32_t heads = 0, trunk = 0, idle = 0;
    unsigned n;
    spend(&deep, net, m, 0);
    spend(&once, net, m, r.spec.n_stops - 1U);
    for (n = 0; n < r.spec.n_layers; n++) {
        if (is_head(n)) { heads += deep.first[n]; idle += once.first[n]; continue; }
        if (answers(n) && n + 1U < r.spec.n_layers) { /* it has logits to keep: no rows that are prepared */
            CHECK(deep.first[n] <= once.first[n] + 16U * r.layer[n].n_out);
            trunk += deep.first[n];
            continue;
        }
        CHECK(deep.first[n] == once.first[n]);
        trunk += once.first[n];
    }
    CHECK(once.again == 0 && deep.all == trunk + heads + deep.again + deep.softmax);
    CHECK(idle <= once.all);
}

static void compare_costs(const sucref_model *m)
{
    sucref_cost all, once;
    uint64_t heads = 0;
    unsigned n, g;
    sucref_model_cost(&all, m, 0, r.spec.n_stops - 1U);
    sucref_model_cost(&once, m, r.spec.n_stops - 1U, r.spec.n_stops - 1U);
    for (n = 0; n < r.spec.n_layers; n++) {
        const sucref_layer_spec *s = &r.layer[n];
        const sucref_tensor_spec *to = &r.tensor[s->to];
        const uint32_t places = s->kind == SUCREF_KIND_DENSE ? 1U : (uint32_t)to->height * to->width;
        const unsigned planes = s->coarse || s->plan[0] == 8 ? 1 : s->n_planes;
        if (!rp_has_rows(s) || !is_head(n) || !answers(n)) { continue; }
        for (g = 0; g < s->n_groups; g++) {
            heads += (uint64_t)places * planes * (s->group_rows ? s->group_rows[g] : s->n_out) *
                     (s->group_columns ? s->group_columns[g] : s->n_in);
        }
    }
    CHECK(all.macs == once.macs + heads);
}

static void nothing_is_computed_twice(void)
{
    int tries, n = 0;
    for (tries = 0; tries < 6000 && test_bad == 0; tries++) {
        sucref_model m;
        sucref_net net;
        uint32_t bytes, *file, *work;
        const uint32_t state = test_state;
        if (!make_deep()) { continue; }
        file = rp_write(&r, &bytes);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        if (test_bad == 0) {
            work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
            CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
            rs_input(x, m.n_in, m.input_type);
            compare_spending(&net, &m);
            compare_costs(&m);
            free(work);
            n++;
        }
        if (test_bad) { printf("  state %lu\n", (unsigned long)state); rp_print(&r); }
        free(file);
        rp_free(&r);
    }
    CHECK(n > 200);
}

/* ---- what is refused ----
 * input 4 x 4 x 1 -> 0 conv, 2 channels in two groups -> 1 mean -> 2 dense, 3 outputs: a head
 *                         0           -> 3 conv, 3 channels of 1 x 1 -> 4 mean, also 3 outputs
 *                                              4 -> 5 dense, 3 outputs: a head
 *                                              4 -> 6 dense, 3 outputs: the last one */
enum { LAYERS = 7, GROUPS = 6, STOPS = 3, OUTPUTS = 3 };
static const int8_t weights[3 * 8] = { 1,  -2, 3,  4,  -5, 6,   7,  8,  -9, 10, 11,  -12,
                                       13, 14, 15, 16, 17, -18, 19, 20, 21, 22, -23, 24 };
static const int32_t multiplier[1] = { 0x40000000 };
static const int8_t exponent[1] = { -4 };
static const uint32_t two_rows[2] = { 1, 1 };
static sucref_layer_spec layer[LAYERS];
static sucref_tensor_spec tensor[LAYERS + 1];
static uint8_t bits[STOPS][GROUPS], in_bits[STOPS], named[STOPS];
static sucref_correction correction[STOPS][GROUPS];
static sucref_model_spec spec;
static uint32_t file[1024];

static void rows_layer(unsigned n, unsigned kind, unsigned from, uint32_t n_in, uint32_t n_out)
{
    sucref_layer_spec *s = &layer[n];
    s->kind = (uint8_t)kind; s->from = (uint8_t)from; s->to = (uint8_t)(n + 1U);
    s->n_in = n_in; s->n_out = n_out;
    s->w = weights; s->multiplier = multiplier; s->exponent = exponent;
    s->plan[0] = s->plan[1] = 4; s->n_planes = 2;
    s->hi = 255;
}

static void window(unsigned n, unsigned kind, unsigned from, uint8_t size)
{
    sucref_layer_spec *s = &layer[n];
    s->kind = (uint8_t)kind; s->from = (uint8_t)from; s->to = (uint8_t)(n + 1U);
    s->kernel_h = s->kernel_w = size;
    s->stride_h = s->stride_w = s->dilation_h = s->dilation_w = 1;
    s->multiplier = multiplier; s->exponent = exponent;
    s->hi = 255;
}

static void shape(unsigned t, uint16_t size, uint16_t channels)
{
    tensor[t].height = tensor[t].width = size;
    tensor[t].channels = channels;
}

/* bits of the groups: conv 0, 1; head 2; conv 3; head 4; last 5. The stops name layers 2, 5 and 6 */
static void start(void)
{
    static const uint8_t plain[STOPS][GROUPS] = { { 4, 4, 8, 255, 255, 255 },
                                                  { 8, 8, 255, 8, 8, 255 },
                                                  { 8, 8, 255, 8, 255, 8 } };
    memset(&spec, 0, sizeof spec);
    memset(layer, 0, sizeof layer);
    memset(correction, 0, sizeof correction);
    memcpy(bits, plain, sizeof bits);
    memset(in_bits, 8, sizeof in_bits);
    named[0] = 2; named[1] = 5; named[2] = 6;
    shape(0, 4, 1); shape(1, 3, 2); shape(2, 1, 2); shape(3, 1, OUTPUTS); shape(4, 2, 3); shape(5, 1, 3);
    shape(6, 1, OUTPUTS); shape(7, 1, OUTPUTS);
    window(0, SUCREF_KIND_CONV, 0, 2); rows_layer(0, SUCREF_KIND_CONV, 0, 4, 2);
    window(1, SUCREF_KIND_AVERAGE, 1, 3);
    rows_layer(2, SUCREF_KIND_DENSE, 2, 2, OUTPUTS);
    window(3, SUCREF_KIND_CONV, 1, 2); rows_layer(3, SUCREF_KIND_CONV, 1, 8, 3);
    window(4, SUCREF_KIND_AVERAGE, 4, 2);
    rows_layer(5, SUCREF_KIND_DENSE, 5, 3, OUTPUTS);
    rows_layer(6, SUCREF_KIND_DENSE, 5, 3, OUTPUTS);
    layer[0].group_rows = two_rows; layer[0].n_groups = 2;
    spec.layers = layer; spec.n_layers = LAYERS;
    spec.tensors = tensor; spec.n_tensors = LAYERS + 1;
    spec.bits = bits[0]; spec.in_bits = in_bits; spec.answers = named; spec.n_stops = STOPS;
    spec.corrections = correction[0];
}

/* what the file of the spec is refused for, or "" */
static const char *refused(void)
{
    sucref_fault f = { "", 0 };
    return sucref_model_write((uint8_t *)file, sizeof file, &spec, &f) > 0 ? "" : f.field;
}
#define REFUSED(change, why)                                                                                           \
    do {                                                                                                               \
        start();                                                                                                       \
        change;                                                                                                        \
        CHECK(strcmp(refused(), why) == 0);                                                                            \
        if (strcmp(refused(), why) != 0) { printf("  \"%s\" in place of \"%s\"\n", refused(), why); }                  \
    } while (0)

static void answers_are_refused(void)
{
    REFUSED((void)0, "");
    REFUSED(named[0] = LAYERS, "answer of a stop");
    REFUSED(named[2] = 5, "answer of a stop");                      /* the last stop */
    REFUSED((named[0] = 5, named[1] = 2, bits[0][3] = bits[0][4] = 8, bits[0][2] = 255), "answer of a stop"); /* back */
    REFUSED(named[0] = 0, "answer of a stop");                      /* 18 outputs */
    REFUSED(named[0] = 1, "answer of a stop");                      /* 2 outputs */
    REFUSED(named[1] = 4, "answer of a stop");                      /* no weights */
    REFUSED(spec.n_stops = 1, "answer of a stop");
    REFUSED((bits[0][3] = 8, bits[0][5] = 8, spec.answers = NULL, bits[1][5] = 8, bits[0][4] = 8, bits[2][4] = 8), "");
}

static void constant_of(sucref_correction *c)
{
    static const uint8_t some[4] = { 1, 2, 3, 4 };
    c->constant = some;
}

static void correct(sucref_correction *c)
{
    static const int32_t some[4] = { 1, 2, 3, 4 };
    static const int16_t alpha[4] = { 4096, 4096, 4096, 4096 };
    c->beta = c->gamma = some;
    c->alpha = alpha;
}

/* the first two stops name layer 2, with so many bits; layer 5 answers no more */
static void two_of_a_head(uint8_t first, uint8_t second)
{
    named[0] = named[1] = 2;
    bits[0][2] = first; bits[1][2] = second;
    bits[1][3] = bits[1][4] = 255;
}

static void bits_are_refused(void)
{
    REFUSED(bits[0][3] = 8, "bits of a stop");             /* behind the answer */
    REFUSED(bits[0][5] = 4, "bits of a stop");
    REFUSED(bits[0][2] = 4, "bits of a stop");             /* all of a head where it answers last */
    REFUSED(two_of_a_head(4, 4), "bits of a stop");
    REFUSED(two_of_a_head(8, 8), "group of a head that no stop names");
    REFUSED((two_of_a_head(4, 8), bits[2][4] = 8), "");
    REFUSED((two_of_a_head(8, 4), bits[2][4] = 8), "bits of a stop");
    REFUSED(bits[2][2] = 4, "bits of a stop");             /* of a head that does not answer all or none, at last */
    REFUSED(bits[2][2] = 8, "");
    REFUSED(bits[1][2] = 8, "");
    REFUSED((bits[0][0] = 255, bits[0][1] = 4), "group behind an absent one");
    REFUSED(bits[0][1] = 255, "");
    REFUSED((bits[0][0] = 0, bits[0][1] = bits[1][1] = 255, constant_of(&correction[0][0])), "");
    REFUSED((bits[0][1] = 0, constant_of(&correction[0][1]), bits[1][1] = 255), "group that is absent again");
}

static void corrections_are_refused(void)
{
    REFUSED((two_of_a_head(255, 8), bits[2][4] = 8), "correction");          /* an answer that is absent */
    REFUSED((bits[0][3] = 0, constant_of(&correction[0][3])), "correction"); /* behind the answer */
    REFUSED(correct(&correction[0][2]), "correction");                       /* of whole heads */
    REFUSED(correct(&correction[0][0]), "");
    REFUSED((bits[2][2] = 8, correct(&correction[2][2])), "correction");
}

/* a byte of a stop's record of the file, with the CRC right again: what open says */
static const char *changed(unsigned stop, unsigned byte, uint8_t to)
{
    uint8_t *p = (uint8_t *)file;
    sucref_model m;
    sucref_fault f = { "", 0 };
    uint32_t head, at;
    start();
    CHECK(refused()[0] == '\0');
    head = get_le(p + HEAD_BYTES, 4);
    at = HEADER + LAYERS * LAYER + (LAYERS + 1U) * TENSOR + GROUPS * GROUP + stop * STOP + byte;
    CHECK(byte != 6 || p[at] == (stop == 2 ? 0 : named[stop] + 1)); /* the place is right */
    p[at] = to;
    head_close(p, head);
    if (sucref_model_open(&m, file, sizeof file, &f) == SUCREF_OK) { return ""; }
    CHECK(f.offset == at || strstr(f.field, "of a stop") == NULL || strcmp(f.field, "bits of a stop") == 0);
    return f.field;
}

static void bytes_are_refused(void)
{
    CHECK(strcmp(changed(0, 6, 3), "") == 0);
    CHECK(strcmp(changed(2, 6, LAYERS), "answer of a stop") == 0); /* the last one is written as 0 */
    CHECK(strcmp(changed(2, 6, LAYERS + 1), "answer of a stop") == 0);
    CHECK(strcmp(changed(1, 6, 255), "answer of a stop") == 0);
    CHECK(strcmp(changed(0, 7, 1), "reserved bytes of a stop") == 0);
    CHECK(strcmp(changed(0, 6, 0), "correction") == 0); /* the last layer, which is absent there */
}

/* a chain of vectors whose spec names no tensors; its spec comes back, and without answers where all are the last's */
static void chains_too(void)
{
    sucref_model m;
    sucref_stop s;
    sucref_model_spec back;
    static double memory[2000];
    uint32_t bytes;
    start();
    layer[0] = layer[1] = layer[2] = layer[6];
    layer[0].n_in = 8;
    spec.layers = layer; spec.n_layers = 3; spec.n_stops = 2;
    spec.tensors = NULL; spec.n_tensors = 0; spec.corrections = NULL;
    named[0] = 1; named[1] = 2;
    bits[0][0] = 8; bits[0][1] = 4; bits[0][2] = 255; bits[0][3] = 8; bits[0][4] = 8; bits[0][5] = 8;
    bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(bytes > 0 && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_stop(&s, &m, 0);
    CHECK(s.answer == 1);
    sucref_model_stop(&s, &m, 1);
    CHECK(s.answer == 2);
    CHECK(sucref_model_spec_of(&back, memory, sizeof memory, &m) > 0);
    CHECK(back.answers != NULL && back.answers[0] == 1 && back.answers[1] == 2);
    named[0] = 2; bits[0][2] = 4;
    bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(bytes > 0 && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    CHECK(sucref_model_spec_of(&back, memory, sizeof memory, &m) > 0 && back.answers == NULL);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("nothing of a network with heads by depth is computed twice", nothing_is_computed_twice);
    RUN("answers that layers cannot give are refused", answers_are_refused);
    RUN("bits that no answer needs are refused", bits_are_refused);
    RUN("corrections that no answer needs are refused", corrections_are_refused);
    RUN("bytes of a stop's record are refused", bytes_are_refused);
    RUN("chains of vectors have heads by depth, too", chains_too);
    return test_report("depth");
}
