/* test_model.c - untrusted bytes: a model file cut at every byte and with every byte of its head and frames changed
 * gives an error from open or check, never a crash or a read outside (the buffers are exact,
 * for the sanitizers to see). */
#include "library.h"
#include "oracle.h"
#include "crc.h"
#include "random_spec.h"

static random_spec r;

/* a copy of exactly n bytes at the end of an allocation */
static void *exact(const void *p, size_t n)
{
    void *q = malloc(n ? n : 1);
    if (n) { memcpy(q, p, n); }
    return q;
}

/* opens and, if it opens, runs it: nothing may go wrong inside. Returns 1 when open and check accept. */
static int try_bytes(const void *bytes, size_t n)
{
    sucref_model m;
    sucref_fault fault = { NULL, 0 };
    sucref_net net;
    static uint8_t x[65536];
    const int status = sucref_model_open(&m, bytes, n, &fault);
    int ok;
    CHECK(status == SUCREF_OK || (status == SUCREF_E_DATA && fault.field != NULL));
    if (status != SUCREF_OK) { return 0; }
    ok = sucref_model_check(&m, &fault) == SUCREF_OK;
    if (sucref_net_work_len(&m) < 100000) {
        uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
        CHECK(sucref_net_run(&net, m.usable_stops - 1U) == SUCREF_OK);
        free(work);
    }
    return ok;
}

static uint32_t *small_model(uint32_t *bytes, unsigned layers)
{
    uint32_t *file;
    for (;;) {
        rs_make(&r, 9);
        if (r.spec.n_layers >= layers && r.spec.n_stops >= 2) { break; }
        rs_free(&r);
    }
    file = rs_write(&r, bytes);
    return file;
}

static void cut_at_every_byte(void)
{
    int k;
    for (k = 0; k < 3; k++) {
        uint32_t bytes, n, *file = small_model(&bytes, 2);
        sucref_model m;
        sucref_stop s;
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        sucref_model_stop(&s, &m, 0);
        for (n = 0; n <= bytes; n++) {
            void *p = exact(file, n);
            CHECK(try_bytes(p, n) == (n >= s.end));
            free(p);
        }
        free(file);
        rs_free(&r);
    }
}

/* every byte outside the planes and corrections, changed to 0, 255 and with each bit flipped */
static void every_byte_changed(void)
{
    int k;
    for (k = 0; k < 3; k++) {
        uint32_t bytes, at, *file = small_model(&bytes, k == 2 ? 3 : 1), kept = 0;
        uint8_t *p = (uint8_t *)exact(file, bytes);
        int bit;
        for (at = 0; at < bytes; at++) {
            const uint8_t was = p[at];
            for (bit = -2; bit < 8; bit++) {
                p[at] = (uint8_t)(bit == -2 ? 0 : bit == -1 ? 255 : was ^ (1 << bit));
                if (p[at] != was && try_bytes(p, bytes)) { kept++; }
            }
            p[at] = was;
        }
        CHECK(kept == 0);
        free(p);
        free(file);
        rs_free(&r);
    }
}

enum { FILE_BYTES = 8 }; /* METHOD 7: where the header has the file's bytes */

/* random damage of several bytes with the CRCs made right again: open may accept it, nothing may break */
static void damage_with_good_crcs(void)
{
    int k;
    for (k = 0; k < 40; k++) {
        uint32_t bytes, n, *file = small_model(&bytes, 1), head = get_le((const uint8_t *)file + HEAD_BYTES, 4);
        int t;
        for (t = 0; t < 400; t++) {
            uint8_t *p = (uint8_t *)exact(file, bytes);
            for (n = 1 + rnd_below(4); n > 0; n--) {
                p[rnd_below(rnd_below(2) ? head : bytes)] = (uint8_t)(rnd_below(2) ? rnd() : rnd_below(9));
            }
            head_close(p, head);
            (void)try_bytes(p, bytes);
            free(p);
        }
        free(file);
        rs_free(&r);
    }
}

/* sections that a reader does not know: optional ones are passed over, required ones refused */
static void unknown_sections(void)
{
    uint32_t bytes, *file = small_model(&bytes, 1);
    uint8_t *p = (uint8_t *)calloc(bytes + 24, 1);
    sucref_model m;
    sucref_fault fault;
    memcpy(p, file, bytes);
    p[bytes] = 77;
    p[bytes + 8] = 8; /* length */
    put_le(p + FILE_BYTES, bytes + 24, 4);
    put_le(p + bytes + 12, ~crc_more(crc_more(0xFFFFFFFFU, p + bytes, 12), p + bytes + 16, 8), 4);
    head_close(p, get_le(p + HEAD_BYTES, 4));
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_OK && sucref_model_check(&m, &fault) == SUCREF_OK);
    p[bytes + 16] ^= 1;
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_OK && sucref_model_check(&m, &fault) == SUCREF_E_DATA);
    CHECK(strcmp(fault.field, "section CRC") == 0 && fault.offset == bytes);
    p[bytes + 2] = 1; /* required */
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_E_DATA &&
          strcmp(fault.field, "unknown required section") == 0);
    p[bytes + 2] = 2;
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_E_DATA && strcmp(fault.field, "section flags") == 0);
    free(p);
    free(file);
    rs_free(&r);
}

static void bad_arguments(void)
{
    uint32_t bytes, *file = small_model(&bytes, 1), *work;
    uint8_t *shifted = (uint8_t *)malloc(bytes + 8);
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint8_t x[RS_WIDE] = { 0 };
    CHECK(sucref_model_open(NULL, file, bytes, NULL) == SUCREF_E_ARG);
    CHECK(sucref_model_open(&m, NULL, bytes, NULL) == SUCREF_E_ARG);
    memcpy(shifted + 1, file, bytes);
    CHECK(sucref_model_open(&m, shifted + 1, bytes, NULL) == SUCREF_E_ARG); /* misaligned */
    CHECK(sucref_model_open(&m, file, 0, NULL) == SUCREF_E_DATA &&
          sucref_model_open(&m, file, 63, NULL) == SUCREF_E_DATA);
    CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    CHECK(sucref_model_check(NULL, NULL) == SUCREF_E_ARG && sucref_model_extend(NULL, bytes, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_work_len(NULL) == 0 && sucref_net_quantum(NULL) == 0);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    CHECK(sucref_net_init(NULL, &m, work, 9999) == SUCREF_E_ARG &&
          sucref_net_init(&net, NULL, work, 9999) == SUCREF_E_ARG);
    CHECK(sucref_net_init(&net, &m, NULL, 9999) == SUCREF_E_ARG &&
          sucref_net_init(&net, &m, work, 0) == SUCREF_E_SPACE);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    CHECK(sucref_net_step(NULL, 1) == SUCREF_E_ARG && sucref_net_step(&net, 1) == SUCREF_E_STATE);
    CHECK(sucref_net_run(NULL, 0) == SUCREF_E_ARG && sucref_net_run(&net, 0) == SUCREF_E_STATE &&
          sucref_net_run(&net, 99) == SUCREF_E_RANGE);
    CHECK(sucref_net_start_at(NULL, 0) == SUCREF_E_ARG && sucref_net_start_at(&net, 0) == SUCREF_E_STATE);
    CHECK(sucref_net_answer(NULL, &a) == SUCREF_E_ARG && sucref_net_answer(&net, NULL) == SUCREF_E_ARG &&
          sucref_net_answer(&net, &a) == SUCREF_E_STATE);
    CHECK(sucref_net_read(NULL, &a, NULL, NULL) == SUCREF_E_ARG &&
          sucref_net_read(&net, NULL, NULL, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_read(&net, &a, NULL, NULL) == SUCREF_E_STATE);
    CHECK(sucref_net_set_input(NULL, x, 1) == SUCREF_E_ARG &&
          sucref_net_set_input(&net, NULL, net.model->n_in) == SUCREF_E_ARG);
    CHECK(sucref_net_set_input_bits(NULL, 8) == SUCREF_E_ARG && sucref_net_set_input_bits(&net, 0) == SUCREF_E_RANGE &&
          sucref_net_set_input_bits(&net, 9) == SUCREF_E_RANGE);
    CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK &&
          sucref_net_start_at(&net, m.usable_stops) == SUCREF_E_RANGE);
    CHECK(sucref_net_run(&net, 0) == SUCREF_OK && sucref_net_start_at(&net, 0) == SUCREF_E_STATE);
    CHECK(sucref_net_read(&net, &a, NULL, NULL) == SUCREF_OK && a.logits == NULL && a.out == NULL && a.stop == 0);
    /* a new input invalidates */
    CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_E_STATE);
    CHECK(sucref_model_write(shifted, 10, &r.spec, NULL) == 0 && sucref_model_write(NULL, 0, NULL, NULL) == 0);
    free(work);
    free(shifted);
    free(file);
    rs_free(&r);
}

static void cost_counts_passes(void)
{
    const uint8_t bits[4] = { 4, 8, 8, 8 }, in_bits[2] = { 8, 8 };
    static int8_t w[20 * 30];
    int32_t bias[20] = { 0 }, multiplier = 0;
    const int8_t exponent = 0;
    sucref_layer_spec l[2];
    sucref_model_spec spec;
    sucref_model m;
    sucref_cost c;
    uint32_t *file, bytes;
    memset(l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    l[0].n_in = 30;
    l[0].n_out = 20;
    l[0].w = w;
    l[0].bias = bias;
    l[0].multiplier = &multiplier;
    l[0].exponent = &exponent;
    l[1] = l[0];
    l[0].plan[0] = l[0].plan[1] = 4; l[0].n_planes = 2;
    l[1].n_in = 20; l[1].n_out = 3; l[1].plan[0] = 8; l[1].n_planes = 1;
    spec.layers = l; spec.n_layers = 2; spec.n_stops = 2; spec.bits = bits; spec.in_bits = in_bits;
    bytes = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint32_t *)malloc(bytes);
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes &&
          sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_cost(&c, &m, 0, 0);
    CHECK(c.macs == 600 + 60 && c.weight_bytes == 300 + 80);
    sucref_model_cost(&c, &m, 0, 1);
    CHECK(c.macs == 3 * 600 + 2 * 60 && c.weight_bytes == 3 * 300 + 2 * 80);
    sucref_model_cost(&c, &m, 1, 1);
    CHECK(c.macs == 2 * 600 + 60 && c.weight_bytes == 2 * 300 + 80);
    l[0].flags = SUCREF_LAYER_KEEP;
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes &&
          sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_cost(&c, &m, 0, 1);
    CHECK(c.macs == 2 * 600 + 2 * 60 && c.weight_bytes == 2 * 300 + 2 * 80);
    CHECK(sucref_net_quantum(&m) == (30 * 2 + 12) * 16);
    free(file);
    { /* another correction at the same bits: kept accumulators serve it, else all is computed again */
        static const int32_t beta[2][20] = { { 0 }, { 5 } }, gamma[20] = { 0 };
        static const int16_t alpha[20] = { 0 };
        static const uint8_t same[3] = { 4, 4, 8 }, in3[3] = { 8, 8, 8 };
        sucref_correction corrections[3];
        uint32_t k;
        memset(corrections, 0, sizeof corrections);
        for (k = 0; k < 2; k++) {
            corrections[k].beta = beta[k];
            corrections[k].gamma = gamma;
            corrections[k].alpha = alpha;
        }
        spec.corrections = corrections; spec.n_layers = 1; spec.n_stops = 3; spec.bits = same; spec.in_bits = in3;
        for (k = 0; k < 2; k++) {
            l[0].flags = (uint8_t)(k ? SUCREF_LAYER_KEEP : 0);
            bytes = sucref_model_write(NULL, 0, &spec, NULL);
            file = (uint32_t *)malloc(bytes);
            CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes &&
                  sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
            sucref_model_cost(&c, &m, 0, 1);
            CHECK(c.macs == (k ? 600 : 1200));
            sucref_model_cost(&c, &m, 0, 2);
            CHECK(c.macs == (k ? 1200 : 2400));
            free(file);
        }
    }
}

/* the writer refuses what is inconsistent */
static void writer_refuses(void)
{
    static int8_t w[20 * 30];
    int32_t bias[20] = { 0 }, multiplier[20] = { 0 };
    int8_t exponent[20] = { 0 };
    uint8_t shift[20] = { 0 }, bits[2] = { 4, 8 }, in_bits[2] = { 8, 8 };
    uint16_t order[20] = { 0 };
    uint32_t groups[2] = { 12, 8 };
    static uint32_t file[2000];
    sucref_layer_spec l;
    sucref_model_spec spec;
    sucref_fault f;
    memset(&l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    l.n_in = 30;
    l.n_out = 20;
    l.w = w;
    l.bias = bias;
    l.multiplier = multiplier;
    l.exponent = exponent;
    l.row_shift = shift;
    l.plan[0] = l.plan[1] = 4; l.n_planes = 2; l.order = order;
    spec.layers = &l; spec.n_layers = 1; spec.n_stops = 2; spec.bits = bits; spec.in_bits = in_bits;
#define WRITES() (sucref_model_write((uint8_t *)file, sizeof file, &spec, &f) != 0)
#define REFUSES(change, back, why, at)                                                                                 \
    change;                                                                                                            \
    CHECK(!WRITES() && strstr(f.field, why) != NULL && f.offset == (at));                                              \
    back
    /* the file: header 64, layer 48, tensors 2 * 16, group 40, stops 2 * 16, entries 2 * 8, parameters */
    enum { LAYER = 64, STOPS = LAYER + 48 + 32 + 40, ENTRIES = STOPS + 32, BIAS = ENTRIES + 16, MUL = BIAS + 80 };
    CHECK(WRITES());
    REFUSES(w[7] = -128, w[7] = 0, "-128", 0);
    REFUSES(shift[3] = 8, shift[3] = 0, "row shift", 0);
    REFUSES(bits[0] = 3, bits[0] = 4, "bits of a stop", 0);
    REFUSES(bits[1] = 3, bits[1] = 8, "bits of a stop", 1);
    REFUSES(bits[1] = 4, bits[1] = 8, "bits of a stop", ENTRIES + 8);
    REFUSES((bits[0] = 8, bits[1] = 4), (bits[0] = 4, bits[1] = 8), "bits of a stop", ENTRIES + 8);
    REFUSES(in_bits[1] = 7, in_bits[1] = 8, "input bits", STOPS + 16 + 4);
    REFUSES(in_bits[0] = 0, in_bits[0] = 8, "input bits", STOPS + 4);
    REFUSES(in_bits[0] = 9, in_bits[0] = 8, "input bits", STOPS + 4);
    REFUSES(l.plan[1] = 3, l.plan[1] = 4, "plan", 0);
    REFUSES(l.act = 6, l.act = 0, "activation", LAYER + 26);
    REFUSES(spec.softmax_multiplier = 5, spec.softmax_multiplier = 0, "softmax", 32);
    REFUSES(spec.softmax_shift = 1, spec.softmax_shift = 0, "softmax", 32);
    REFUSES((spec.softmax_multiplier = 0x40000000, spec.softmax_shift = 32),
            (spec.softmax_multiplier = 0, spec.softmax_shift = 0), "softmax", 32);
    REFUSES(l.requant = 3, l.requant = 0, "requantization", LAYER + 27);
    REFUSES(l.flags = 64, l.flags = 0, "layer flags", LAYER + 28);
    REFUSES(l.lo = 9, l.lo = 0, "clamp", LAYER + 31);
    REFUSES(l.slope = 1, l.slope = 0, "reserved bytes of a layer", LAYER + 29);
    REFUSES(multiplier[0] = 0x3FFFFFFF, multiplier[0] = 0, "multiplier", MUL);
    REFUSES(multiplier[0] = -1, multiplier[0] = 0, "multiplier", MUL);
    REFUSES(exponent[0] = -32, exponent[0] = 0, "exponent", MUL + 4);
    REFUSES(exponent[0] = 31, exponent[0] = 0, "exponent", MUL + 4);
    REFUSES((l.requant = 1, exponent[0] = -1), (l.requant = 0, exponent[0] = 0), "exponent", MUL + 4);
    REFUSES((l.requant = 1, exponent[0] = 32), (l.requant = 0, exponent[0] = 0), "exponent", MUL + 4);
    REFUSES((l.flags = SUCREF_LAYER_PER_ROW, multiplier[19] = 1), (l.flags = 0, multiplier[19] = 0), "multiplier",
            MUL + 76);
    REFUSES((l.flags = SUCREF_LAYER_ORDER, order[19] = 20), (l.flags = 0, order[19] = 0), "output order",
            MUL + 4 + 4 + 20 + 38);
    REFUSES(bias[19] = 2147483647 - 30 * 32640 + 1, bias[19] = 0, "bias", BIAS + 76);
    REFUSES(bias[19] = -(2147483647 - 30 * 32640) - 1, bias[19] = 0, "bias", BIAS + 76);
    REFUSES(spec.input_type = 2, spec.input_type = 0, "input type", 29);
    REFUSES(spec.n_layers = 0, spec.n_layers = 1, "number of layers", 24);
    REFUSES(spec.layers = NULL, spec.layers = &l, "NULL", 0);
    { /* the limits themselves are fine */
        bias[19] = -(2147483647 - 30 * 32640);
        bias[18] = -bias[19];
        exponent[0] = 30;
        multiplier[0] = 0x40000000;
        shift[0] = 7;
        in_bits[0] = 1;
        CHECK(WRITES());
        exponent[0] = -31; multiplier[0] = 0x7FFFFFFF; in_bits[0] = 8;
        CHECK(WRITES());
        l.requant = 1; exponent[0] = 31;
        CHECK(WRITES());
        exponent[0] = 0; l.requant = 0;
        spec.softmax_multiplier = 0x40000000; spec.softmax_shift = 31;
        CHECK(WRITES());
        spec.softmax_multiplier = 0x7FFFFFFF; spec.softmax_shift = 0;
        CHECK(WRITES());
        spec.softmax_multiplier = 0;
    }
    { /* 16 groups are fine, 17 are not, nor 17 where another layer has fewer */
        sucref_layer_spec two[2];
        uint32_t many[17];
        uint8_t bits2[36];
        int g;
        for (g = 0; g < 17; g++) { many[g] = 1; }
        memset(bits2, 8, sizeof bits2);
        two[0] = l;
        two[1] = l;
        two[1].n_in = 20; two[1].n_out = 5;
        two[0].group_rows = many;
        spec.layers = two; spec.n_layers = 2; spec.bits = bits2;
        two[0].n_groups = 16; many[15] = 5;
        CHECK(WRITES());
        two[0].n_groups = 17; many[15] = 1; many[16] = 4;
        CHECK(!WRITES() && strcmp(f.field, "number of groups") == 0);
        spec.n_layers = 1;
        CHECK(!WRITES() && strcmp(f.field, "number of groups") == 0);
        spec.layers = &l; spec.bits = bits;
    }
    l.group_rows = groups; l.n_groups = 2;
    REFUSES(groups[1] = 9, groups[1] = 8, "rows of a group", 0);
    { uint8_t bits4[4] = { 4, 0, 8, 8 }; spec.bits = bits4; CHECK(WRITES()); }
}

/* the file's limits are fine, one more is named */
static void limits(void)
{
    enum { LAYERS = SUCREF_MAX_LAYERS + 1, STOPS = SUCREF_MAX_STOPS + 1 };
    static const int8_t one[1] = { 1 }, exponent[1] = { 0 };
    static int8_t wide[65536];
    static int32_t zeros[65536];
    static const int32_t bias[1] = { 0 }, multiplier[1] = { 1 << 30 };
    static uint8_t bits[LAYERS * STOPS];
    static sucref_layer_spec l[LAYERS];
    static uint32_t file[120000];
    sucref_model_spec spec;
    sucref_fault f = { "", 0 };
    sucref_model m;
    int n;
    memset(&spec, 0, sizeof spec);
    memset(bits, 8, sizeof bits);
    for (n = 0; n < LAYERS; n++) {
        l[n].n_in = l[n].n_out = 1;
        l[n].w = one; l[n].bias = bias; l[n].multiplier = multiplier; l[n].exponent = exponent;
        l[n].plan[0] = 8;
        l[n].n_planes = 1;
        l[n].hi = 255;
    }
    spec.layers = l; spec.bits = bits; spec.in_bits = bits;
    spec.n_layers = SUCREF_MAX_LAYERS; spec.n_stops = SUCREF_MAX_STOPS;
    CHECK(WRITES());
    CHECK(sucref_model_open(&m, file, sizeof file, NULL) == SUCREF_OK && try_bytes(file, m.file_bytes));
    spec.n_layers = LAYERS;
    CHECK(!WRITES() && strcmp(f.field, "number of layers") == 0 && f.offset == 24);
    spec.n_layers = 1;
    spec.n_stops = STOPS;
    CHECK(!WRITES() && strcmp(f.field, "number of stops") == 0 && f.offset == 28);
    spec.n_stops = 1;
    l[0].n_in = 65535;
    l[0].w = wide;
    CHECK(WRITES());
    l[0].n_in = 65536;
    CHECK(!WRITES());
    l[0].n_in = 1;
    l[0].n_out = 65535;
    l[0].bias = zeros;
    CHECK(WRITES());
    l[0].n_out = 65536;
    CHECK(!WRITES());
}

/* fields that the writer never gets wrong, changed in the file: their names and places */
static void faults(void)
{
    enum { IN = 64 + 48, OUT = IN + 16, GROUP = OUT + 16, STOP = GROUP + 40, ENTRY = STOP + 16 };
    static const struct {
        uint32_t at, value;
        const char *field;
        uint32_t offset;
    } change[] = { { 0, 0x52435554, "magic", 0 },
                   { 4, 0, "format version", 4 }, { 4, 2, "format version", 4 },
                   { 4, 1U | 9U << 16, "plane layout", 6 },
                   { 48, 1U << 24, "reserved bytes of the header", 31 },
                   { 52, 2 | 1U << 16, "reserved bytes of the header", 31 },
                   { 52, 1, "number of tensors", 52 },
                   { 52, 201, "number of tensors", 52 },
                   { 12, 48, "head length", 12 },
                   { 16, 3, "inputs", 16 },
                   { 20, 3, "shape of a layer", 64 },
                   { 64, 3, "shape of a layer", 64 },
                   { 64, 1, "shape of a layer", 64 },
                   { 64 + 4, 0, "size of a layer", 64 },
                   { 64 + 8, 0, "parameters", 64 + 8 },
                   { 64 + 28, 1U << 8, "reserved bytes of a layer", 64 + 29 },
                   { 64 + 36, 10 | 1U << 16, "kind of a layer", 64 + 36 },
                   { 64 + 36, 1U << 8 | 1U << 16, "tensors of a layer", 64 + 37 },
                   { 64 + 36, 0, "tensors of a layer", 64 + 37 },
                   { 64 + 36, 1U << 16 | 1U << 24, "tensors of a layer", 64 + 37 },
                   { 64 + 40, 1, "shape of a layer", 64 },
                   { IN, 0x10000, "size of a tensor", IN },
                   { IN + 4, 65535 | 1U << 24, "inputs", 16 },
                   { IN + 8, 1, "place of a tensor", IN + 8 },
                   { OUT + 4, 2 | 1U << 24, "flags of a tensor", OUT + 7 },
                   { OUT + 8, 0x1000000, "place of a tensor", OUT + 8 },
                   { OUT + 12, 1, "life of a tensor", OUT + 12 },
                   { OUT + 12, 1U << 16, "reserved bytes of a tensor", OUT + 14 },
                   { OUT + 12, 1U << 24, "reserved bytes of a tensor", OUT + 14 },
                   { GROUP + 8 + 4, 4, "plane that the plan lacks", GROUP + 8 + 4 },
                   { GROUP + 8 + 28, 4, "plane that the plan lacks", GROUP + 8 + 28 },
                   { GROUP, 1, "rows of a group", GROUP },
                   { GROUP + 4, 2, "columns of a group", GROUP + 6 },
                   { GROUP + 4, 2 | 3U << 16, "columns of a group", GROUP + 6 },
                   { GROUP + 8, 8, "plane", GROUP + 8 },
                   { STOP, 4, "end of a stop", STOP },
                   { STOP + 4, 0x108, "head of a stop", STOP + 5 },
                   { STOP + 4, 0x10008, "answer of a stop", STOP + 6 },
                   { STOP + 4, 0x1000008, "reserved bytes of a stop", STOP + 7 },
                   { STOP + 8, 4, "exit rule", STOP + 8 },
                   { ENTRY, 0x108, "reserved bytes of an entry", ENTRY + 1 },
                   { ENTRY + 4, 4, "correction", ENTRY + 4 } };
    static const int8_t w[4] = { 1, 2, 3, 4 }, exponent[1] = { 0 };
    static const int32_t bias[2] = { 0, 0 }, multiplier[1] = { 1 << 30 };
    static const uint8_t bits[1] = { 8 };
    uint32_t file[200], len, head, k;
    uint8_t *bytes = (uint8_t *)file;
    sucref_layer_spec l;
    sucref_model_spec spec;
    sucref_model m;
    sucref_fault f;
    memset(&l, 0, sizeof l); memset(&spec, 0, sizeof spec);
    l.n_in = l.n_out = 2;
    l.w = w; l.bias = bias; l.multiplier = multiplier; l.exponent = exponent;
    l.plan[0] = 8;
    l.n_planes = 1;
    spec.layers = &l; spec.n_layers = 1; spec.n_stops = 1; spec.bits = bits; spec.in_bits = bits;
    len = sucref_model_write(bytes, sizeof file, &spec, NULL);
    CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_OK);
    for (k = 0; k < sizeof change / sizeof change[0]; k++) {
        const uint32_t was = get_le(bytes + change[k].at, 4);
        put_le(bytes + change[k].at, change[k].value, 4);
        CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_E_DATA && strcmp(f.field, change[k].field) == 0 &&
              f.offset == change[k].offset);
        put_le(bytes + change[k].at, was, 4);
    }
    head = get_le(bytes + 12, 4);
    bytes[head + 2] = 2;
    CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_E_DATA && strcmp(f.field, "section flags") == 0 &&
          f.offset == head + 2);
    bytes[head + 2] = 1;
    bytes[head] = 5;
    CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_E_DATA && f.offset == head);
    bytes[head] = 2;
    bytes[head + 8]++;
    CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_E_DATA && strcmp(f.field, "section length") == 0 &&
          f.offset == head + 8);
    bytes[head + 8]--;
    bytes[len - 1] ^= 1;
    CHECK(sucref_model_open(&m, file, len, &f) == SUCREF_OK && sucref_model_check(&m, &f) == SUCREF_E_DATA &&
          f.offset == head);
}

/* tables with room for a group that no layer has, everything behind them moved: only the count is wrong */
static void one_group_too_many(void)
{
    static const int8_t w[4] = { 1, 2, 3, 4 }, exponent[1] = { 0 };
    static const int32_t bias[2] = { 0, 0 }, multiplier[1] = { 1 << 30 };
    static const uint8_t bits[1] = { 8 };
    enum {
        GROUP = 40, ENTRY = 8, MORE = GROUP + ENTRY, GROUPS_AT = 64 + 48 + 32, STOPS_AT = GROUPS_AT + GROUP,
        END = STOPS_AT + 16 + ENTRY
    };
    sucref_layer_spec l;
    sucref_model_spec spec;
    uint32_t file[200], wide[200] = { 0 }, len, k;
    uint8_t *from = (uint8_t *)file, *to = (uint8_t *)wide;
    /* offsets in the file: its end, the head's, parameters, plane, stop */
    static const int at[5] = { 8, 12, 64 + 8, GROUPS_AT + 8, STOPS_AT + GROUP };
    sucref_fault f = { "", 0 };
    sucref_model m;
    memset(&l, 0, sizeof l); memset(&spec, 0, sizeof spec);
    l.n_in = l.n_out = 2;
    l.w = w;
    l.bias = bias;
    l.multiplier = multiplier;
    l.exponent = exponent;
    l.plan[0] = 8;
    l.n_planes = 1;
    l.hi = 255;
    spec.layers = &l; spec.n_layers = 1; spec.n_stops = 1; spec.bits = bits; spec.in_bits = bits;
    len = sucref_model_write(from, sizeof file, &spec, NULL);
    CHECK(len > END && sucref_model_open(&m, file, len, &f) == SUCREF_OK);
    memcpy(to, from, STOPS_AT);
    memcpy(to + STOPS_AT + GROUP, from + STOPS_AT, END - STOPS_AT);
    memcpy(to + END + MORE, from + END, len - END);
    for (k = 0; k < 5; k++) { put_le(to + at[k], get_le(to + at[k], 4) + MORE, 4); }
    to[26] = 2;
    CHECK(sucref_model_open(&m, wide, len + MORE, &f) == SUCREF_E_DATA && strcmp(f.field, "number of groups") == 0);
}

/* bytes that arrive later may be bad: extend says so and leaves the model as it was */
static void extend_refuses_bad_sections(void)
{
    int k, refused = 0;
    for (k = 0; k < 40; k++) {
        uint32_t bytes, *file = small_model(&bytes, 1);
        sucref_model m, before;
        sucref_stop s;
        uint8_t *p = (uint8_t *)file;
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        sucref_model_stop(&s, &m, 0);
        if (s.end < bytes) {
            CHECK(sucref_model_open(&m, file, s.end, NULL) == SUCREF_OK);
            before = m;
            p[s.end] ^= 3; /* the type of the first section behind stop 0 */
            if (sucref_model_extend(&m, bytes, NULL) == SUCREF_E_DATA) {
                refused++;
                CHECK(m.bytes_len == before.bytes_len && m.usable_stops == before.usable_stops);
            }
            p[s.end] ^= 3;
            CHECK(sucref_model_extend(&m, bytes + 999, NULL) == m.n_stops && m.bytes_len == bytes);
        }
        free(file);
        rs_free(&r);
    }
    CHECK(refused > 5);
}

/* the tests' CRC-32 is the published one, and a model's head carries it */
static void crc_is_the_usual_one(void)
{
    const uint8_t check[] = "123456789";
    uint32_t bytes, *file = small_model(&bytes, 1);
    uint8_t *p = (uint8_t *)file;
    const uint32_t was = get_le(p + HEAD_CRC, 4);
    CHECK(crc_of(check, 9) == 0xCBF43926U);
    head_close(p, get_le(p + HEAD_BYTES, 4));
    CHECK(get_le(p + HEAD_CRC, 4) == was);
    free(file);
    rs_free(&r);
}

static void argmax_and_margin(void)
{
    const int32_t z[] = { INT32_MIN, 5, 9, 9, INT32_MAX }, one[] = { -7 };
    CHECK(sucref_argmax(z, 4) == 2 && sucref_argmax(z, 5) == 4 && sucref_argmax(z, 1) == 0);
    CHECK(sucref_margin(z, 4, 0) == 0 && sucref_margin(z, 3, 0) == 4 &&
          sucref_margin(z, 5, 0) == (uint32_t)INT32_MAX - 9);
    CHECK(sucref_margin(one, 1, 0) == 7 && sucref_margin(one, 1, -10) == 3);
    CHECK(sucref_margin(z, 1, INT32_MAX) == 0xFFFFFFFFU);
    CHECK(!sucref_settled_gray(3, 3, 5) && !sucref_settled_gray(5, 3, 5) && sucref_settled_gray(2, 3, 5) &&
          sucref_settled_gray(6, 3, 5));
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("a file cut at every byte", cut_at_every_byte);
    RUN("a file with every byte changed", every_byte_changed);
    RUN("limits of the file", limits);
    RUN("faults name the field and its place", faults);
    RUN("a group too many is named", one_group_too_many);
    RUN("damage behind good CRCs breaks nothing", damage_with_good_crcs);
    RUN("unknown sections", unknown_sections);
    RUN("bad arguments", bad_arguments);
    RUN("cost counts the passes over the planes", cost_counts_passes);
    RUN("the writer refuses what is inconsistent", writer_refuses);
    RUN("extend refuses bad sections", extend_refuses_bad_sections);
    RUN("the CRC is the usual one", crc_is_the_usual_one);
    RUN("argmax and margin", argmax_and_margin);
    return test_report("model");
}
