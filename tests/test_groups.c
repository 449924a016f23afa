/* test_groups.c - what a model file and a spec say of row groups, columns, heads, absent groups and tensors: every
 * fault is named, and the limits themselves are fine. */
#include "library.h"
#include "crc.h"
#include "oracle.h"
#include "rnd.h"

/* two hidden groups that read 3 and 6 of 6 inputs, two heads of 2 outputs that read 4 and 8 neurons, three stops: the
 * second one is the first again */
enum { IN = 6, HIDDEN = 8, OUT = 2, HEADS = 2, STOPS = 3, GROUPS = 4 };
enum { LAYER = 64, TENSOR = LAYER + 2 * 48, GROUP = TENSOR + 3 * 16, STOP = GROUP + GROUPS * 40,
       ENTRY = STOP + STOPS * 16 };

static int8_t w0[HIDDEN * IN], w1[HEADS * OUT * HIDDEN], exponent[1] = { 3 };
static int32_t bias[HIDDEN], multiplier[1] = { 1 << 30 };
static uint16_t order[HIDDEN];
static uint32_t rows[2][2], columns[2][2];
static uint8_t bits[STOPS * GROUPS], in_bits[STOPS], heads[STOPS];
static sucref_layer_spec layer[2];
static sucref_model_spec spec;
static uint32_t file[1000], bytes;
static sucref_fault fault;

static void reset(void)
{
    static const uint8_t schedule[STOPS * GROUPS] = { 8, SUCREF_ABSENT, 8, SUCREF_ABSENT, 8, SUCREF_ABSENT, 8,
                                                      SUCREF_ABSENT, 8, 8, SUCREF_ABSENT, 8 };
    uint32_t i, n;
    memset(layer, 0, sizeof layer); memset(&spec, 0, sizeof spec); memset(bias, 0, sizeof bias);
    for (i = 0; i < HIDDEN * IN; i++) { w0[i] = (int8_t)(i / IN < 4 && i % IN >= 3 ? 0 : (int)(i * 37 % 255) - 127); }
    for (i = 0; i < HEADS * OUT * HIDDEN; i++) {
        w1[i] = (int8_t)(i / HIDDEN < OUT && i % HIDDEN >= 4 ? 0 : (int)(i * 91 % 255) - 127);
    }
    for (n = 0; n < 2; n++) {
        sucref_layer_spec *s = &layer[n];
        s->n_in = n ? HIDDEN : IN;
        s->n_out = n ? HEADS * OUT : HIDDEN;
        s->w = n ? w1 : w0;
        s->bias = bias; s->multiplier = multiplier; s->exponent = exponent;
        s->group_rows = rows[n]; s->group_columns = columns[n]; s->n_groups = 2;
        s->plan[0] = 8; s->n_planes = 1; s->requant = SUCREF_REQUANT_FLOOR; s->hi = 255;
        rows[n][0] = rows[n][1] = n ? OUT : 4;
        columns[n][0] = n ? 4 : 3;
        columns[n][1] = n ? HIDDEN : IN;
    }
    for (i = 0; i < HIDDEN; i++) { order[i] = (uint16_t)(i < IN ? IN - 1 - i : i); }
    layer[0].input_order = order; layer[0].flags = SUCREF_LAYER_INPUT_ORDER | SUCREF_LAYER_KEEP_LIST;
    memcpy(bits, schedule, sizeof bits);
    memset(in_bits, 8, sizeof in_bits);
    heads[0] = heads[1] = 0; heads[2] = 1;
    spec.layers = layer; spec.n_layers = 2; spec.n_stops = STOPS;
    spec.bits = bits; spec.in_bits = in_bits; spec.heads = heads;
}

static int writes(void)
{
    bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, &fault);
    return bytes != 0;
}

static void its_answers(void)
{
    uint32_t work[400], k, c;
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint8_t x[IN], u[OUT];
    int32_t z[OUT];
    unsigned t;
    reset();
    CHECK(writes() && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK && m.n_out == OUT);
    CHECK(sucref_net_work_len(&m) <= 400 && sucref_net_init(&net, &m, work, 400) == SUCREF_OK);
    for (k = 0; k < 50; k++) {
        for (c = 0; c < IN; c++) { x[c] = (uint8_t)rnd(); }
        CHECK(sucref_net_set_input(&net, x, IN) == SUCREF_OK);
        for (t = 0; t < STOPS; t++) {
            CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            oracle_stop(z, u, &spec, x, t);
            CHECK(a.n_out == OUT && memcmp(z, a.logits, sizeof z) == 0 && memcmp(u, a.out, sizeof u) == 0);
        }
    }
}

/* a changed spec that the writer names; then the spec as it was */
#define REFUSED(change, why)                                                                                           \
    do {                                                                                                               \
        reset();                                                                                                       \
        change;                                                                                                        \
        CHECK(!writes() && strstr(fault.field, why) != NULL);                                                          \
    } while (0)

static void specs(void)
{
    REFUSED(columns[0][0] = 0, "columns of a group");
    REFUSED(columns[0][1] = IN + 1, "columns of a group");
    REFUSED(columns[1][1] = 3, "columns of a group");
    REFUSED(columns[0][0] = 2, "a weight behind a group's columns");
    REFUSED(layer[0].input_order = NULL, "order that is NULL");
    REFUSED(order[2] = IN, "input order");
    REFUSED(order[2] = order[3], "input order");
    REFUSED(layer[1].group_rows = NULL; layer[1].n_groups = 1, "heads without groups");
    REFUSED(rows[1][0] = 1; rows[1][1] = 3, "rows of a head");
    REFUSED(heads[0] = 1, "head of a stop");
    REFUSED(heads[1] = 1; heads[2] = 0; bits[1 * GROUPS + 2] = SUCREF_ABSENT; bits[1 * GROUPS + 3] = 8,
            "head of a stop");
    REFUSED(heads[2] = 0, "head of a stop");
    REFUSED(heads[2] = 2, "head of a stop");
    REFUSED(bits[1 * GROUPS + 2] = 0, "bits of a stop"); /* head 0 at the last stop that names it */
    REFUSED(bits[0 * GROUPS + 2] = SUCREF_ABSENT, "correction");
    REFUSED(bits[0] = SUCREF_ABSENT; bits[1] = 8, "group behind an absent one");
    REFUSED(bits[1] = 0, "group that is absent again");
    REFUSED(bits[2 * GROUPS + 1] = SUCREF_ABSENT, "bits of a stop");
    REFUSED(layer[1].flags = SUCREF_LAYER_ORDER; layer[1].order = order, "layer flags");
    REFUSED(layer[1].flags = SUCREF_LAYER_INPUT_ORDER; layer[1].input_order = order, "layer flags");
    REFUSED(layer[1].flags = SUCREF_LAYER_KEEP_LIST, "layer flags");
}

/* n_columns * 32640 + |bias| < 2^31, by group */
static void biases(void)
{
    reset();
    bias[0] = 2147483647 - 3 * 32640; /* three columns in one layer, four in the other */
    layer[1].bias = NULL;
    CHECK(writes());
    bias[0]++;
    CHECK(!writes() && strstr(fault.field, "bias") != NULL);
    bias[0] = 0;
    bias[4] = -(2147483647 - 6 * 32640);
    CHECK(writes());
    bias[4]--;
    CHECK(!writes() && strstr(fault.field, "bias") != NULL);
}

/* bytes changed behind a good CRC */
static void bytes_of_the_file(void)
{
    static const struct {
        uint32_t at, value;
        const char *field;
        uint32_t offset;
    } change[] = { { GROUP + 4, 4, "columns of a group", GROUP + 6 },
                   { GROUP + 4, 4 | 7U << 16, "columns of a group", GROUP + 6 },
                   { GROUP + 40 + 4, 4 | 2U << 16, "columns of a group", GROUP + 40 + 6 },
                   { GROUP + 80 + 4, 1 | 4U << 16, "rows of a head", GROUP + 80 + 4 },
                   { STOP + 4, 8 | 1U << 8, "head of a stop", STOP + 5 },
                   { STOP + 32 + 4, 8, "head of a stop", STOP + 32 + 5 },
                   { ENTRY + 24, 8, "bits of a stop", ENTRY + 24 },    /* the head that is not the answer */
                   { ENTRY + 16, 0, "correction", ENTRY + 16 + 4 },    /* the one that is */
                   { TENSOR + 16 + 4, 8, "flags of a tensor", TENSOR + 16 + 7 },
                   { TENSOR + 32 + 8, 1, "tensors that share bytes", TENSOR + 32 + 8 },
                   { TENSOR + 32 + 4, 4 | 1U << 24, "shape of a layer", LAYER + 48 } };
    uint8_t *p = (uint8_t *)file;
    sucref_model m;
    size_t k;
    reset();
    CHECK(writes());
    for (k = 0; k < sizeof change / sizeof change[0]; k++) {
        const uint32_t was = get_le(p + change[k].at, 4);
        put_le(p + change[k].at, change[k].value, 4);
        CHECK(sucref_model_open(&m, file, bytes, &fault) == SUCREF_E_DATA &&
              strcmp(fault.field, change[k].field) == 0 && fault.offset == change[k].offset);
        put_le(p + change[k].at, was, 4);
    }
    CHECK(sucref_model_open(&m, file, bytes, &fault) == SUCREF_OK);
}

/* more groups than a model can have, in layers that are refused one by one */
static void too_many_groups(void)
{
    static sucref_layer_spec many[SUCREF_MAX_LAYERS];
    unsigned n;
    reset();
    for (n = 0; n < SUCREF_MAX_LAYERS; n++) { many[n] = layer[0]; many[n].n_groups = 255; }
    spec.layers = many; spec.n_layers = SUCREF_MAX_LAYERS;
    CHECK(!writes() && strstr(fault.field, "groups") != NULL);
}

/* what the spec says of a head before a stop names it is not read, and constants stand in the file once */
static void constants_of_heads(void)
{
    static uint32_t other[1000];
    uint32_t bytes_with;
    reset();
    heads[1] = 1;
    bits[0 * GROUPS + 3] = 0; bits[1 * GROUPS + 3] = 0;
    bits[1 * GROUPS + 2] = SUCREF_ABSENT;
    memset(other, 0x5A, sizeof other);
    memset(file, 0xA5, sizeof file);
    CHECK(writes());
    bytes_with = bytes;
    memcpy(other, file, bytes);
    bits[0 * GROUPS + 3] = SUCREF_ABSENT;
    CHECK(writes() && bytes == bytes_with && memcmp(other, file, bytes) == 0);
}

/* a file whose only layer has heads is nobody's part */
static void no_part(void)
{
    uint32_t work[400];
    int32_t y[8], before[8];
    sucref_model m;
    sucref_net net;
    uint8_t x[HIDDEN] = { 0 };
    reset();
    spec.layers = layer + 1; spec.n_layers = 1; spec.n_stops = HEADS;
    heads[1] = 1;
    memset(bits, SUCREF_ABSENT, sizeof bits);
    bits[0] = bits[3] = 8;
    CHECK(writes() && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    CHECK(sucref_net_init(&net, &m, work, 400) == SUCREF_OK && sucref_net_set_input(&net, x, HIDDEN) == SUCREF_OK &&
          sucref_net_run(&net, HEADS - 1U) == SUCREF_OK);
    CHECK(sucref_shard_sums(y, OUT, &net, before) == SUCREF_E_RANGE);
}

static void unaligned(void)
{
    reset();
    CHECK(writes() && sucref_model_write((uint8_t *)file + 1, sizeof file - 1U, &spec, &fault) == 0 &&
          strstr(fault.field, "aligned") != NULL);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("groups, heads and absent neurons in a small network", its_answers);
    RUN("specs that contradict themselves are named", specs);
    RUN("biases at their limit, by the columns of a group", biases);
    RUN("bytes of groups, stops and tensors that are wrong are named", bytes_of_the_file);
    RUN("more groups than there can be are refused", too_many_groups);
    RUN("a head's constants are what its own stops say", constants_of_heads);
    RUN("a file with heads is nobody's part", no_part);
    RUN("a buffer that is not aligned is refused", unaligned);
    return test_report("groups");
}
