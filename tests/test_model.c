/* test_model.c - untrusted bytes: a model file cut at every byte and with every byte of its head and frames changed gives an
 * error from open or check, never a crash or a read outside (the buffers are exact, for the sanitizers to see). */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "../sucref.h"
#include "oracle.h"
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
        CHECK(sucref_net_set_input(&net, x) == SUCREF_OK);
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

/* random damage of several bytes with the CRCs made right again: open may accept it, nothing may break */
static void damage_with_good_crcs(void)
{
    int k;
    for (k = 0; k < 40; k++) {
        uint32_t bytes, n, *file = small_model(&bytes, 1), head = file[SUCREF_I_H_HEAD / 4];
        int t;
        for (t = 0; t < 400; t++) {
            uint8_t *p = (uint8_t *)exact(file, bytes);
            uint32_t crc;
            for (n = 1 + rnd_below(4); n > 0; n--) { p[rnd_below(rnd_below(2) ? head : bytes)] = (uint8_t)(rnd_below(2) ? rnd() : rnd_below(9)); }
            crc = sucref_i_crc(0xFFFFFFFFU, p, SUCREF_I_H_CRC);
            if (head <= bytes) { crc = sucref_i_crc(crc, p + 48, head - 48); }
            crc = ~crc;
            for (n = 0; n < 4; n++) { p[44 + n] = (uint8_t)(crc >> (8 * n)); }
            (void)try_bytes(p, bytes);
            free(p);
        }
        free(file);
        rs_free(&r);
    }
}

static void put32(uint8_t *p, uint32_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); p[2] = (uint8_t)(v >> 16); p[3] = (uint8_t)(v >> 24); }

/* sections that a reader does not know: optional ones are passed over, required ones refused */
static void unknown_sections(void)
{
    uint32_t bytes, *file = small_model(&bytes, 1), crc;
    uint8_t *p = (uint8_t *)calloc(bytes + 24, 1);
    sucref_model m;
    sucref_fault fault;
    memcpy(p, file, bytes);
    p[bytes] = 77;
    p[bytes + 8] = 8; /* length */
    put32(p + 8, bytes + 24);
    crc = ~sucref_i_crc(sucref_i_crc(0xFFFFFFFFU, p + bytes, 12), p + bytes + 16, 8);
    put32(p + bytes + 12, crc);
    crc = sucref_i_crc(0xFFFFFFFFU, p, 44);
    put32(p + 44, ~sucref_i_crc(crc, p + 48, file[3] - 48));
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_OK && sucref_model_check(&m, &fault) == SUCREF_OK);
    p[bytes + 16] ^= 1;
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_OK && sucref_model_check(&m, &fault) == SUCREF_E_DATA);
    CHECK(strcmp(fault.field, "section CRC") == 0 && fault.offset == bytes);
    p[bytes + 2] = SUCREF_I_REQUIRED;
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_E_DATA && strcmp(fault.field, "unknown required section") == 0);
    p[bytes + 2] = 2;
    CHECK(sucref_model_open(&m, p, bytes + 24, &fault) == SUCREF_E_DATA && strcmp(fault.field, "section flags") == 0);
    free(p);
    free(file);
    rs_free(&r);
}

static void bad_arguments(void)
{
    uint32_t bytes, *file = small_model(&bytes, 1), *work;
    uint8_t *shifted = (uint8_t *)malloc(bytes + 8), bits8 = 0;
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    int32_t z = 0;
    uint8_t x[RS_WIDE] = { 0 };
    CHECK(sucref_model_open(NULL, file, bytes, NULL) == SUCREF_E_ARG);
    CHECK(sucref_model_open(&m, NULL, bytes, NULL) == SUCREF_E_ARG);
    memcpy(shifted + 1, file, bytes);
    CHECK(sucref_model_open(&m, shifted + 1, bytes, NULL) == SUCREF_E_ARG); /* misaligned */
    CHECK(sucref_model_open(&m, file, 0, NULL) == SUCREF_E_DATA && sucref_model_open(&m, file, 47, NULL) == SUCREF_E_DATA);
    CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    CHECK(sucref_model_check(NULL, NULL) == SUCREF_E_ARG && sucref_model_extend(NULL, bytes, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_work_len(NULL) == 0 && sucref_net_quantum(NULL) == 0);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    CHECK(sucref_net_init(NULL, &m, work, 9999) == SUCREF_E_ARG && sucref_net_init(&net, NULL, work, 9999) == SUCREF_E_ARG);
    CHECK(sucref_net_init(&net, &m, NULL, 9999) == SUCREF_E_ARG && sucref_net_init(&net, &m, work, 0) == SUCREF_E_SPACE);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    CHECK(sucref_net_step(NULL, 1) == SUCREF_E_ARG && sucref_net_step(&net, 1) == SUCREF_E_STATE);
    CHECK(sucref_net_run(NULL, 0) == SUCREF_E_ARG && sucref_net_run(&net, 0) == SUCREF_E_STATE && sucref_net_run(&net, 99) == SUCREF_E_RANGE);
    CHECK(sucref_net_skip_to(NULL, 0) == SUCREF_E_ARG && sucref_net_skip_to(&net, 0) == SUCREF_E_STATE);
    CHECK(sucref_net_answer(NULL, &a) == SUCREF_E_ARG && sucref_net_answer(&net, NULL) == SUCREF_E_ARG && sucref_net_answer(&net, &a) == SUCREF_E_STATE);
    CHECK(sucref_net_read(NULL, &a, NULL, NULL) == SUCREF_E_ARG && sucref_net_read(&net, NULL, NULL, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_read(&net, &a, NULL, NULL) == SUCREF_E_STATE);
    CHECK(sucref_net_set_input(NULL, x) == SUCREF_E_ARG && sucref_net_set_input(&net, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_input_bits(NULL, 8) == SUCREF_E_ARG && sucref_net_input_bits(&net, 0) == SUCREF_E_RANGE && sucref_net_input_bits(&net, 9) == SUCREF_E_RANGE);
    CHECK(sucref_net_set_input(&net, x) == SUCREF_OK && sucref_net_skip_to(&net, m.usable_stops) == SUCREF_E_RANGE);
    CHECK(sucref_net_run(&net, 0) == SUCREF_OK && sucref_net_skip_to(&net, 0) == SUCREF_E_STATE);
    CHECK(sucref_net_read(&net, &a, NULL, NULL) == SUCREF_OK && a.logits == NULL && a.out == NULL && a.stop == 0);
    CHECK(sucref_net_set_input(&net, x) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_E_STATE); /* a new input invalidates */
    CHECK(sucref_model_write(shifted, 10, &r.spec, NULL) == 0 && sucref_model_write(NULL, 0, NULL, NULL) == 0);
    (void)z; (void)bits8;
    free(work);
    free(shifted);
    free(file);
    rs_free(&r);
}

/* the constant-expression bound on the work buffer holds and is close */
static void work_length_macro(void)
{
    int k;
    for (k = 0; k < 300; k++) {
        uint32_t bytes, *file, hidden = 0, kept = 0, widest = 0, n;
        sucref_model m;
        size_t bound;
        rs_make(&r, 40);
        file = rs_write(&r, &bytes);
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        for (n = 0; n < m.n_layers; n++) {
            const sucref_layer_spec *s = &r.layer[n];
            hidden += s->n_out;
            widest = s->n_in > widest ? s->n_in : widest;
            if (s->flags & SUCREF_LAYER_KEEP) { kept += s->n_out + s->n_in / 4 + 1; }
        }
        bound = SUCREF_NET_WORK_LEN(widest, hidden, kept, m.n_out, m.n_layers);
        CHECK(sucref_net_work_len(&m) <= bound && bound <= sucref_net_work_len(&m) + 3U * m.n_layers + r.layer[0].n_in / 4 + 2);
        free(file);
        rs_free(&r);
    }
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
    l[0].n_in = 30; l[0].n_out = 20; l[0].w = w; l[0].bias = bias; l[0].multiplier = &multiplier; l[0].exponent = &exponent;
    l[1] = l[0];
    l[0].plan[0] = l[0].plan[1] = 4; l[0].n_planes = 2;
    l[1].n_in = 20; l[1].n_out = 3; l[1].plan[0] = 8; l[1].n_planes = 1;
    spec.layers = l; spec.n_layers = 2; spec.n_stops = 2; spec.bits = bits; spec.in_bits = in_bits;
    bytes = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint32_t *)malloc(bytes);
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_cost(&c, &m, 0, 0);
    CHECK(c.macs == 600 + 60 && c.weight_bytes == 300 + 80);
    sucref_model_cost(&c, &m, 0, 1);
    CHECK(c.macs == 3 * 600 + 2 * 60 && c.weight_bytes == 3 * 300 + 2 * 80);
    sucref_model_cost(&c, &m, 1, 1);
    CHECK(c.macs == 2 * 600 + 60 && c.weight_bytes == 2 * 300 + 80);
    l[0].flags = SUCREF_LAYER_KEEP;
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    sucref_model_cost(&c, &m, 0, 1);
    CHECK(c.macs == 2 * 600 + 2 * 60 && c.weight_bytes == 2 * 300 + 2 * 80);
    CHECK(sucref_net_quantum(&m) == 30 * 2 * 16 + 256);
    free(file);
}

static void argmax_and_margin(void)
{
    const int32_t z[] = { INT32_MIN, 5, 9, 9, INT32_MAX }, one[] = { -7 };
    CHECK(sucref_argmax(z, 4) == 2 && sucref_argmax(z, 5) == 4 && sucref_argmax(z, 1) == 0);
    CHECK(sucref_margin(z, 4, 0) == 0 && sucref_margin(z, 3, 0) == 4 && sucref_margin(z, 5, 0) == (uint32_t)INT32_MAX - 9);
    CHECK(sucref_margin(one, 1, 0) == 7 && sucref_margin(one, 1, -10) == 3);
    CHECK(sucref_margin(z, 1, INT32_MAX) == 0xFFFFFFFFU);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("a file cut at every byte", cut_at_every_byte);
    RUN("a file with every byte changed", every_byte_changed);
    RUN("damage behind good CRCs breaks nothing", damage_with_good_crcs);
    RUN("unknown sections", unknown_sections);
    RUN("bad arguments", bad_arguments);
    RUN("the work length macro", work_length_macro);
    RUN("cost counts the passes over the planes", cost_counts_passes);
    RUN("argmax and margin", argmax_and_margin);
    return test_report("model");
}
