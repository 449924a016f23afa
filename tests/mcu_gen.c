/* mcu_gen.c - writes the headers that boards are tested with.
 *
 *   mcu_gen cases N OUT.h [K [plain|dsp|mve]]  N small random models with an input each, packed for a kind of core (the
 *                                same models for each), and a hash of the answer at every stop: evaluator.h's from the
 *                                file, which must be oracle.h's from the spec; from number K on
 *   mcu_gen maps N OUT.h [K [plain|dsp|mve]]  the same of networks with tensors, against picture_oracle.h; a word
 *                                behind that: models of one stop and whole weights
 *   mcu_gen exchange N OUT.h     N models with several stops as parts for two devices and the node that collects the
 *                                answers, an input each and a hash of the whole network's logits at every stop
 *   mcu_gen parts OUT.h          a convolutional network, its parts for two devices and a spare, an input, the answer
 *   mcu_gen pictures OUT.h PGM.. the pictures as 28x28 digits (the label is the first letter of the name)
 *   mcu_gen bytes OUT.u8 PGM..   the same, 784 bytes a picture and nothing else
 *   mcu_gen colour OUT.s8 IN.s8 BY  grey int8 pictures of 96 x 96, every BY x BY pixels averaged, as three colours
 *   mcu_gen layer PLAN ROWS COLS OUT.sucref OUT.u8 KIND  one layer with bell-shaped weights, and an input of a kind
 *                                (mcu_layers.h); COLS as 3x3x16x14: a convolution over 14 x 14 positions of 16 values
 *   mcu_gen inputs N ZERO OUT.s8 KIND    N values around an int8 zero point */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define PICTURE_NO_STB
#include "random_pictures.h"
#include "picture_oracle.h"
#include "evaluator.h"
#include "../examples/digits/picture.h"
#include "../examples/tool/exchange.h"
#include "mcu_layers.h"

static void bytes_to_c(FILE *f, const uint8_t *p, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++) { fprintf(f, "%u,%s", p[i], i % 32 == 31 ? "\n" : ""); }
}

static uint32_t fnv(uint32_t h, uint32_t byte) { return (h ^ byte) * 16777619U; }

enum { MOST_MAPS = 9000, MOST_WORK = 3000 }; /* bytes of a file; words */
static random_spec r;
static random_pictures maps;
static uint32_t case_bytes;
static uint8_t case_layout; /* SUCREF_LAYOUT_* */

static uint32_t *small_model(unsigned k) /* into r as well */
{
    for (;;) {
        uint32_t *file;
        rs_make(&r, k % 4 == 3 ? 36 : 14);
        file = r.spec.n_layers <= 3 ? rs_write(&r, &case_bytes) : NULL;
        if (file != NULL && case_bytes <= 2600) {
            if (case_layout == SUCREF_LAYOUT_PLAIN) { return file; }
            free(file);
            r.spec.layout = case_layout;
            return rs_write(&r, &case_bytes);
        }
        free(file);
        rs_free(&r);
    }
}

/* the hash of all stops' answers; 0 where the evaluator and the oracle differ */
static uint32_t case_hash(const uint8_t *file, const uint8_t *x, uint32_t n_out)
{
    static int32_t z[RS_WIDE], oracle_z[RS_WIDE];
    static uint8_t u[RS_WIDE], oracle_u[RS_WIDE];
    uint32_t hash = 2166136261U, i, b;
    unsigned t;
    for (t = 0; t < r.spec.n_stops; t++) {
        evaluator_stop(z, u, file, x, t);
        oracle_stop(oracle_z, oracle_u, &r.spec, x, t);
        if (memcmp(z, oracle_z, n_out * sizeof z[0]) != 0 || memcmp(u, oracle_u, n_out) != 0) { return 0; }
        for (i = 0; i < n_out; i++) {
            for (b = 0; b < 32; b += 8) { hash = fnv(hash, ((uint32_t)z[i] >> b) & 0xFF); }
            hash = fnv(hash, u[i]);
        }
    }
    return hash;
}

static uint32_t *small_maps(void) /* into maps as well */
{
    for (;;) {
        uint32_t *file;
        sucref_model m;
        rp_make(&maps);
        file = rp_write(&maps, &case_bytes);
        if (file != NULL && case_bytes <= MOST_MAPS && sucref_model_open(&m, file, case_bytes, NULL) == SUCREF_OK &&
            sucref_net_work_len(&m) <= MOST_WORK) {
            free(file);
            maps.spec.layout = case_layout;
            return rp_write(&maps, &case_bytes);
        }
        free(file);
        rp_free(&maps);
    }
}

static uint32_t maps_hash(const uint8_t *x, uint32_t n_out)
{
    static int32_t z[RP_BYTES];
    static uint8_t u[RP_BYTES];
    static picture_oracle o;
    uint32_t hash = 2166136261U, i, b;
    unsigned t;
    po_init(&o, &maps.spec);
    for (t = 0; t < maps.spec.n_stops; t++) {
        (void)po_stop(&o, z, u, x, t);
        for (i = 0; i < n_out; i++) {
            for (b = 0; b < 32; b += 8) { hash = fnv(hash, ((uint32_t)z[i] >> b) & 0xFF); }
            hash = fnv(hash, u[i]);
        }
    }
    po_free(&o);
    return hash;
}

static int cases(unsigned n, unsigned first, int with_tensors, FILE *f)
{
    static uint8_t x[RP_BYTES > RS_WIDE ? RP_BYTES : RS_WIDE];
    unsigned k;
    uint32_t most = 0, widest = 0;
    fprintf(f, "/* small random models, an input each, and hashes of their answers; written by tests/mcu_gen.c */\n");
    for (k = 0; k < first + n; k++) {
        uint32_t *file = with_tensors ? small_maps() : small_model(k), hash;
        sucref_model m;
        (void)sucref_model_open(&m, file, case_bytes, NULL);
        rs_input(x, m.n_in, m.input_type);
        if (k >= first) {
            if (sucref_net_work_len(&m) > most) { most = (uint32_t)sucref_net_work_len(&m); }
            if (m.n_in > widest) { widest = m.n_in; }
            hash = with_tensors ? maps_hash(x, m.n_out) : case_hash((const uint8_t *)file, x, m.n_out);
            if (hash == 0) { fprintf(stderr, "mcu_gen: two answers for model %u\n", k); return 2; }
            fprintf(f, "static const union { uint8_t bytes[%lu]; uint32_t align; } case%u SUCREF_FLASH = { {\n",
                    (unsigned long)case_bytes, k);
            bytes_to_c(f, (const uint8_t *)file, case_bytes);
            fprintf(f, "} };\nstatic const uint8_t input%u[%lu] SUCREF_FLASH = {", k, (unsigned long)m.n_in);
            bytes_to_c(f, x, m.n_in);
            fprintf(f, "};\n#define HASH%u %luU\n", k, (unsigned long)hash);
        }
        free(file);
        if (with_tensors) { rp_free(&maps); } else { rs_free(&r); }
    }
    fprintf(f, "#define CASE_WORK_LEN %luU\n#define CASE_WIDEST %luU\n#define FOR_CASES(one)", (unsigned long)most,
            (unsigned long)widest);
    for (k = first; k < first + n; k++) { fprintf(f, " one(%u)", k); }
    fprintf(f, "\n");
    return 0;
}

static int digit_of(uint8_t digit[784], const char *path) /* 0, or why there is none on stderr */
{
    int w, h, status;
    uint8_t *p = picture_read(path, &w, &h);
    status = p != NULL ? picture_to_digit(digit, p, w, h) : -1;
    if (status != 0) { fprintf(stderr, "mcu_gen: %s cannot be read\n", path); }
    free(p);
    return status;
}

static int picture_bytes(FILE *f, int n, char **paths)
{
    int i;
    for (i = 0; i < n; i++) {
        uint8_t digit[784];
        if (digit_of(digit, paths[i]) != 0 || fwrite(digit, 1, sizeof digit, f) != sizeof digit) { return 2; }
    }
    return 0;
}

static int colour(FILE *f, const char *path, int by)
{
    enum { SIDE = 96 };
    static uint8_t grey[SIDE][SIDE];
    FILE *in = fopen(path, "rb");
    int y, x, i;
    if (in == NULL || by < 1 || SIDE % by != 0) { return 2; }
    while (fread(grey, 1, sizeof grey, in) == sizeof grey) {
        for (y = 0; y < SIDE; y += by) {
            for (x = 0; x < SIDE; x += by) {
                int sum = 0;
                for (i = 0; i < by * by; i++) { sum += grey[y + i / by][x + i % by] ^ 0x80; }
                for (i = 0; i < 3; i++) { fputc((sum / (by * by)) ^ 0x80, f); }
            }
        }
    }
    fclose(in);
    return 0;
}

static int pictures(FILE *f, int n, char **paths)
{
    int i;
    fprintf(f, "#define PICTURE_COUNT %dU\nstatic const uint8_t pictures[%d][784] SUCREF_FLASH = {\n", n, n);
    for (i = 0; i < n; i++) {
        uint8_t digit[784];
        if (digit_of(digit, paths[i]) != 0) { return 2; }
        fprintf(f, "{");
        bytes_to_c(f, digit, 784);
        fprintf(f, "},\n");
    }
    fprintf(f, "};\nstatic const uint8_t picture_label[%d] SUCREF_FLASH = {", n);
    for (i = 0; i < n; i++) { fprintf(f, "%c,", (strrchr(paths[i], '/') ? strrchr(paths[i], '/') + 1 : paths[i])[0]); }
    fprintf(f, "};\n");
    return 0;
}

/* of the whole network's logits, stop by stop */
static int whole_logits(uint32_t *hash, const sucref_model *m, const uint8_t *x)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)malloc(4 * len), c;
    sucref_net net;
    unsigned t;
    int ok = work != NULL && sucref_net_init(&net, m, work, len) == SUCREF_OK &&
             sucref_net_set_input(&net, x, m->n_in) == SUCREF_OK;
    for (t = 0; ok && t < m->n_stops; t++) {
        sucref_answer a;
        ok = sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK;
        for (c = 0, hash[t] = 2166136261U; ok && c < a.n_out; c++) { hash[t] = fnv(hash[t], (uint32_t)a.logits[c]); }
    }
    free(work);
    return ok;
}

static void share(FILE *f, unsigned k)
{
    static respec s;
    static exchange_net net;
    uint8_t *owner[RS_LAYERS + 1], x[RS_WIDE];
    uint32_t *file, hash[RS_STOPS], i, len;
    sucref_model m;
    unsigned l, d;
    do { file = small_model(k); } while (r.spec.n_stops < 2 || r.spec.n_layers < 2);
    if (sucref_model_open(&m, file, case_bytes, NULL) != SUCREF_OK) { exit(2); }
    respec_model(&s, &m);
    for (l = 0; l <= m.n_layers; l++) {
        const uint32_t n = l == 0 ? m.n_in : s.layer[l - 1].n_out;
        owner[l] = (uint8_t *)respec_new(n);
        for (i = 0; i < n; i++) { owner[l][i] = (uint8_t)(i * 2 / n); }
    }
    rs_input(x, m.n_in, m.input_type);
    if (!exchange_init(&net, &s, (const uint8_t *const *)owner, 2, k) || !whole_logits(hash, &m, x)) { exit(2); }
    for (d = 0; d < 3; d++) {
        uint8_t *bytes = exchange_part(&len, &net, d);
        fprintf(f, "static const uint32_t part%u_%u[] SUCREF_FLASH = {\n", k, d);
        for (i = 0; i < len; i += 4) {
            fprintf(f, "%luU,%s", (unsigned long)exchange_get(bytes + i), i % 32 == 28 ? "\n" : "");
        }
        fprintf(f, "};\nstatic const uint8_t input%u_%u[] = {\n", k, d);
        for (i = 0; i < m.n_in; i++) { if (owner[0][i] == d) { fprintf(f, "%u,", x[rs_input_of(&r, i)]); } }
        fprintf(f, "0};\n");
        free(bytes);
    }
    fprintf(f, "static const uint32_t hash%u[] = {", k);
    for (l = 0; l < m.n_stops; l++) { fprintf(f, "%luU,", (unsigned long)hash[l]); }
    fprintf(f, "};\n");
    for (l = 0; l <= m.n_layers; l++) { free(owner[l]); }
    exchange_free(&net); respec_free(&s); rs_free(&r); free(file);
}

#include "mcu_parts.h"

/* as tables of pointers, too */
static int shares(unsigned n, FILE *f)
{
    unsigned k, d;
    for (k = 0; k < n; k++) { share(f, k); }
    fprintf(f, "enum { SHARES = %u };\nstatic const struct { const uint32_t *part[3]; size_t len[3]; "
               "const uint8_t *x[3]; const uint32_t *hash; } shares[SHARES] = {\n", n);
    for (k = 0; k < n; k++) {
        fprintf(f, "{ {");
        for (d = 0; d < 3; d++) { fprintf(f, " part%u_%u,", k, d); }
        fprintf(f, " }, {");
        for (d = 0; d < 3; d++) { fprintf(f, " sizeof part%u_%u,", k, d); }
        fprintf(f, " }, {");
        for (d = 0; d < 3; d++) { fprintf(f, " input%u_%u,", k, d); }
        fprintf(f, " }, hash%u },\n", k);
    }
    fprintf(f, "};\n");
    return 0;
}

int main(int argc, char **argv)
{
    FILE *f;
    int status = 0, with_tensors;
    test_state = 20240229;
    if (argc == 8 && strcmp(argv[1], "layer") == 0) { return layer(argv + 2); }
    if (argc == 6 && strcmp(argv[1], "inputs") == 0) { return inputs(argv + 2); }
    with_tensors = argc > 1 && strcmp(argv[1], "maps") == 0;
    f = argc >= 4 || (argc == 3 && strcmp(argv[1], "parts") == 0)
            ? fopen(with_tensors || strcmp(argv[1], "cases") == 0 || strcmp(argv[1], "exchange") == 0 ? argv[3]
                                                                                                     : argv[2], "wb")
            : NULL;
    if (f == NULL) { fprintf(stderr, "mcu_gen: see the top of tests/mcu_gen.c\n"); return 2; }
    if (with_tensors || strcmp(argv[1], "cases") == 0) {
        if (argc > 5 && strcmp(argv[5], "dsp") == 0) { case_layout = SUCREF_LAYOUT_HALVES; }
        if (argc > 5 && strcmp(argv[5], "mve") == 0) { case_layout = SUCREF_LAYOUT_ROWS; }
        rs_one_stop = argc > 6;
        status = cases((unsigned)atoi(argv[2]), argc > 4 ? (unsigned)atoi(argv[4]) : 0, with_tensors, f);
    } else if (strcmp(argv[1], "exchange") == 0) {
        status = shares((unsigned)atoi(argv[2]), f);
    } else if (strcmp(argv[1], "parts") == 0) {
        status = parts(f);
    } else if (strcmp(argv[1], "bytes") == 0) {
        status = picture_bytes(f, argc - 3, argv + 3);
    } else if (strcmp(argv[1], "colour") == 0 && argc == 5) {
        status = colour(f, argv[3], atoi(argv[4]));
    } else {
        status = pictures(f, argc - 3, argv + 3);
    }
    return fclose(f) == 0 ? status : 2;
}
