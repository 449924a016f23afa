/* fuzz_model.c - one entry for libFuzzer (CRCs are not checked: mutations would stop there); with REPLAY a main() that
 * feeds damaged copies of valid models, for `make test`. A model that opens must run to its last usable stop. */
#include <stdlib.h>
#define SUCREF_HOST
#define SUCREF_STATIC
#define SUCREF_ASSERT(cond) ((cond) ? (void)0 : abort())
#include "random_pictures.h"
#include "../sucref.h"
#include "../examples/tool/certify.h"
#ifndef REPLAY /* coverage and sanitizers do not see the loop of CRCs, which would be most of what they see */
#  define CRC_UNSEEN __attribute__((__noinline__, __no_sanitize__("coverage", "address", "undefined")))
#endif
#include "crc.h"
#ifndef REPLAY
#  include "fuzz_change.h"
#endif

enum { MOST = 50000, STEP = 500, /* multiply-adds of one input, and of a step */
       MESSAGE = 200 };          /* bytes; models begin with the same letter and are longer */

/* a vector frame whose length and CRC are made right: any payload must decode or be refused */
static void decode_frame(const uint8_t *data, size_t size)
{
    static int32_t x[2048];
    static int64_t work[SUCREF_VEC_BLOCK];
    uint8_t *p = (uint8_t *)malloc(size);
    sucref_vec_options o = { 1, 2, 0, 0, 0, 0 };
    uint32_t n = 2048;
    int status;
    if (p == NULL) { return; }
    memcpy(p, data, size);
    put_le(p + 16, (uint32_t)(size - SUCREF_VEC_OVERHEAD), 4);
    bytes_close(p, size);
    o.fraction_bits = data[1] & 7U;
    status = sucref_vec_decode(x, &n, p, size, &o, work);
    if (status != SUCREF_OK && status != SUCREF_E_DATA && status != SUCREF_E_SPACE) { abort(); }
    free(p);
}

/* a shard's message with a right CRC: a fusion state takes or drops it */
static void take_message(const uint8_t *data, size_t size)
{
    static const sucref_fusion_options o = { 1 << 20, 3, 4, 2, 2, 1, 2 };
    uint32_t memory[2 * (4 + 2 * (1 + 6 * 3))];
    int32_t out[4 * 3];
    uint8_t *p = (uint8_t *)malloc(size);
    sucref_fusion f;
    unsigned i;
    if (p == NULL || sucref_fusion_init(&f, &o, memory, sizeof memory / sizeof memory[0]) != SUCREF_OK) { abort(); }
    memcpy(p, data, size);
    (void)sucref_fusion_begin(&f, p[4], p[2]);
    for (i = 0; i < 6; i++) {
        p[9] = (uint8_t)(data[9] ^ i);
        bytes_close(p, size);
        (void)sucref_fusion_take(&f, p, size);
    }
    for (i = 0; i < 2; i++) { (void)sucref_fusion_release(&f, p[4], p[2], i, out, NULL); }
    free(p);
}

/* any opened model as a part, and any layer finished from sums */
static void as_parts(const sucref_model *m, const sucref_net *net, unsigned stop)
{
    static const int32_t sums[RS_WIDE];
    static const uint8_t input[RS_WIDE];
    const int32_t *use[SUCREF_MAX_PLANES] = { sums, sums, sums, sums, sums, sums, sums, sums };
    const sucref_layer_sums all = { use, input };
    unsigned n, half;
    sucref_layer part;
    sucref_model_layer(&part, m, 0);
    for (half = 1; half <= 2; half++) { /* of a convolution rows at each position */
        const uint32_t all_rows = part.n_out != 0 && part.n_out < m->n_out ? part.n_out : m->n_out,
                       rows = all_rows / half, positions = m->n_out / all_rows;
        int32_t *y = (int32_t *)malloc((size_t)positions * rows * 4U + 1U), *before = (int32_t *)calloc(m->n_out, 4);
        if (y == NULL || before == NULL) { abort(); }
        (void)sucref_shard_sums(y, rows, net, before);
        free(y); free(before);
    }
    for (n = 0; n < m->n_layers; n++) {
        sucref_layer l;
        sucref_tensor from, to;
        uint8_t *out;
        size_t in_bytes, out_bytes;
        sucref_model_layer(&l, m, n);
        sucref_model_tensor(&from, m, l.from);
        sucref_model_tensor(&to, m, l.to);
        in_bytes = (size_t)from.height * from.width * from.channels;
        out_bytes = (size_t)to.height * to.width * to.channels; /* of all positions of a convolution */
        if (l.n_in > in_bytes) { in_bytes = l.n_in; }
        if (l.n_out > out_bytes) { out_bytes = l.n_out; }
        if (out_bytes > RS_WIDE || in_bytes > RS_WIDE) { continue; }
        out = (uint8_t *)malloc(out_bytes);
        if (out == NULL || sucref_layer_finish(out, NULL, m, stop, n, &all) == SUCREF_E_ARG) { abort(); }
        free(out);
    }
}

/* all stops, each proved and as parts; a network of more multiply-adds than MOST only as far as these go, in steps */
static void run(const sucref_model *m, sucref_net *net)
{
    static const uint8_t x[65535];
    const size_t proof_len = sucref_net_proof_len(m);
    uint32_t *proof = (uint32_t *)malloc(proof_len * 4);
    sucref_cost cost;
    sucref_answer a;
    unsigned stop;
    int proved;
    if (proof == NULL) { return; }
    sucref_model_cost(&cost, m, 0, m->usable_stops - 1U);
    if (sucref_net_set_input(net, x, net->model->n_in) != SUCREF_OK) { abort(); }
    for (stop = 0; cost.macs > MOST && stop < MOST / STEP && sucref_net_step(net, STEP) == SUCREF_MORE; stop++) { }
    for (stop = 0; cost.macs <= MOST && stop < m->usable_stops; stop++) {
        if (sucref_net_run(net, stop) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { abort(); }
        as_parts(m, net, stop);
        if (sucref_net_proved(&proved, net, proof, proof_len) == SUCREF_E_SPACE) { abort(); }
    }
    free(proof);
}

/* what opens: with its CRCs as they are and made right, when these must not be what sucref_model_check refuses */
static void opened(sucref_model *m, uint8_t *bytes, size_t size)
{
    const size_t len = sucref_net_work_len(m);
    sucref_fault fault = { "", 0 };
    sucref_net net;
    uint32_t *work;
    (void)sucref_model_check(m, NULL);
    file_close(bytes, (uint32_t)size, CRC_ALL);
    if (sucref_model_check(m, &fault) != SUCREF_OK && strstr(fault.field, "CRC") != NULL) { abort(); }
    if (len == 0 || len >= 200000) { return; }
    work = (uint32_t *)malloc(len * 4);
    if (work != NULL && sucref_net_init(&net, m, work, len) == SUCREF_OK) { run(m, &net); }
    free(work);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = (uint8_t *)malloc(size ? size : 1); /* exact: a read behind the end is seen */
    sucref_model m;
    if (copy == NULL) { return 0; }
    if (size >= SUCREF_VEC_OVERHEAD && data[0] == 'V') { decode_frame(data, size); }
    if (size >= SUCREF_SHARD_OVERHEAD + 4U && size <= MESSAGE && data[0] == 'S') { take_message(data, size); }
    memcpy(copy, data, size);
    if (sucref_model_open(&m, copy, size, NULL) == SUCREF_OK) { opened(&m, copy, size); }
    free(copy);
    return 0;
}

#ifdef REPLAY
#include "test.h"

/* of a fuzzer's seeds: models of each kind, and their most bytes: the first ones may be large, of the rest only small
 * ones are kept, in which a change meets more */
enum { SEEDS = 3000, FIRST = 200, LARGE = 4096, SMALL = 1200 };

static void save(const char *dir, const char *name, int k, const void *bytes, size_t len)
{
    char path[512];
    FILE *f;
    if (dir == NULL || len > (k < FIRST ? LARGE : SMALL)) { return; }
    snprintf(path, sizeof path, "%s/%s%d", dir, name, k);
    f = fopen(path, "wb");
    if (f != NULL) { fwrite(bytes, 1, len, f); fclose(f); }
}

static const char *seeds; /* where small models, frames and messages are written, or NULL */

/* networks with tensors, whole and damaged */
static void pictures(void)
{
    static random_pictures r;
    uint32_t bytes, *file, n;
    int k, t;
    for (k = 0; k < (seeds != NULL ? SEEDS : 200); k++) {
        rp_make(&r);
        file = rp_write(&r, &bytes);
        CHECK(file != NULL);
        save(seeds, "picture", k, file, bytes);
        for (t = 0; t < 50 && seeds == NULL; t++) {
            uint8_t *p = (uint8_t *)malloc(bytes);
            memcpy(p, file, bytes);
            for (n = rnd_below(4); n > 0; n--) { /* mostly in the head, where it means something */
                const uint32_t within = rnd_below(4) && bytes > 600 ? 600 : bytes;
                p[rnd_below(within)] = (uint8_t)(rnd_below(3) ? rnd_below(10) : rnd());
            }
            (void)LLVMFuzzerTestOneInput(p, bytes);
            free(p);
        }
        free(file);
        rp_free(&r);
    }
}

static void replay(void)
{
    static random_spec r;
    int k, t, with = 0;
    for (k = 0; k < (seeds != NULL ? SEEDS : 200); k++) {
        uint32_t bytes, *file, n;
        static uint8_t samples[80];
        sucref_bounds bounds;
        void *memory = NULL;
        rs_make(&r, 8);
        if (prepare_certify(&bounds, &memory, &r.spec, samples, 10) == SUCREF_OK) { r.spec.bounds = &bounds; with++; }
        file = rs_write(&r, &bytes);
        CHECK(file != NULL);
        save(seeds, "seed", k, file, bytes);
        if (k % 4 == 0) { /* and frames, whole and damaged */
            static int16_t values[300];
            static int32_t work[SUCREF_VEC_BLOCK];
            uint8_t frame[900];
            sucref_vec_options o;
            size_t len, i;
            for (i = 0; i < 300; i++) { values[i] = (int16_t)rnd_in(-900, 900); }
            o.seed_low = 1;
            o.seed_high = 2;
            o.stream = rnd();
            o.ratio = (uint16_t)rnd_in(40, 2048);
            o.flags = (uint8_t)(k % 16 == 12 ? 6 : k / 4 % 3);
            if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(values, 1 + rnd_below(300)), &o, work) !=
                SUCREF_OK) {
                CHECK(0);
                return;
            }
            save(seeds, "frame", k, frame, len);
            for (t = 0; t < 100 && seeds == NULL; t++) {
                (void)LLVMFuzzerTestOneInput(frame, len);
                frame[1 + rnd_below((uint32_t)len - 1U)] = (uint8_t)rnd();
            }
        }
        if (k % 4 == 1) { /* and messages */
            uint8_t message[SUCREF_SHARD_OVERHEAD + 4 * 3];
            const int32_t y[3] = { 5, -7, 1 << 19 };
            sucref_shard s;
            size_t len;
            memset(&s, 0, sizeof s);
            s.count = 3; s.shard = (uint8_t)rnd_below(6); s.plane = (uint8_t)rnd_below(2);
            CHECK(sucref_shard_pack(message, sizeof message, &len, &s, y) == SUCREF_OK);
            save(seeds, "message", k, message, len);
            for (t = 0; t < 100 && seeds == NULL; t++) {
                (void)LLVMFuzzerTestOneInput(message, len);
                message[2 + rnd_below((uint32_t)len - 2U)] = (uint8_t)rnd();
            }
        }
        for (t = 0; t < 100 && seeds == NULL; t++) {
            uint8_t *p = (uint8_t *)malloc(bytes);
            memcpy(p, file, bytes);
            for (n = rnd_below(6); n > 0; n--) {
                p[rnd_below(bytes)] = (uint8_t)(rnd_below(3) ? rnd() : rnd_below(10));
            }
            (void)LLVMFuzzerTestOneInput(p, t % 5 ? bytes : rnd_below(bytes + 1));
            free(p);
        }
        free(file);
        free(memory);
        rs_free(&r);
    }
    CHECK(with >= 3); /* seeds with bounds */
}

/* fuzz_replay seeds DIR: for a fuzzer */
int main(int argc, char **argv)
{
    const int seeding = argc == 3 && strcmp(argv[1], "seeds") == 0;
    test_init(seeding ? 0 : argc, argv);
    if (seeding) { seeds = argv[2]; }
    RUN("models, frames and messages, whole and damaged", replay);
    RUN("networks with tensors, whole and damaged", pictures);
    return test_report("fuzz replay");
}
#endif
