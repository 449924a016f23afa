/* test_compat.c - model files of format 1 that were written once stay readable, with the answers that they had:
 * tests/compat/NAME.sucref, one of each kind. `test_compat write` writes the files again and prints the table below; do
 * that for a new format only. */
#include "library.h"
#include "random_pictures.h"

enum { MOST_BYTES = 20000 };
static const struct { const char *name; uint32_t seed, digest; } kept[] = {
    { "dense", 11, 0x0C5DAA89 },    /* several stops by bits */
    { "heads", 12, 0xCDE658EC },    /* groups of few columns, heads */
    { "picture", 13, 0xD82DCD25 },  /* one stop, states */
    { "depth", 14, 0x68709A85 },    /* stops by depth */
    { "halves", 15, 0x198ED405 },   /* SUCREF_LAYOUT_HALVES */
    { "rows", 16, 0x68771DFD }      /* SUCREF_LAYOUT_ROWS, several stops */
};
enum { FILES = sizeof kept / sizeof kept[0] };

static uint32_t file[MOST_BYTES / 4];

static uint32_t load(const char *name)
{
    char path[100];
    FILE *f;
    size_t n;
    snprintf(path, sizeof path, "tests/compat/%s.sucref", name);
    f = fopen(path, "rb");
    if (f == NULL) { printf("  no %s (from the top folder)\n", path); return 0; }
    n = fread(file, 1, sizeof file, f);
    fclose(f);
    return (uint32_t)n;
}

/* of all stops' answers to four inputs; 0 where the file is refused */
static uint32_t answers(uint32_t bytes)
{
    static uint8_t x[4][MOST_BYTES];
    uint32_t hash = 2166136261U, i, *work, state = 12345;
    sucref_answer a;
    sucref_model m;
    sucref_net net;
    unsigned k, t;
    if (sucref_model_open(&m, file, bytes, NULL) != SUCREF_OK) { return 0; }
    CHECK(sucref_model_check(&m, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(4 * sucref_net_work_len(&m));
    CHECK(m.n_in <= MOST_BYTES && sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    for (k = 0; k < 4; k++) {
        for (i = 0; i < m.n_in; i++) { x[k][i] = (uint8_t)((state = state * 1664525U + 1013904223U) >> 24); }
        CHECK(sucref_net_set_input(&net, x[k], m.n_in) == SUCREF_OK);
        for (t = 0; t < m.n_stops; t++) {
            CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            for (i = 0; i < a.n_out; i++) {
                hash = ((hash ^ (uint32_t)a.logits[i]) * 16777619U ^ a.out[i]) * 16777619U;
            }
        }
    }
    free(work);
    return hash;
}

static void kept_files(void)
{
    unsigned k;
    for (k = 0; k < FILES; k++) {
        const uint32_t bytes = load(kept[k].name);
        CHECK(bytes > 0 && answers(bytes) == kept[k].digest);
    }
}

/* ---- writing them ---- */
static random_spec dense;
static random_pictures picture;

/* the spec of a kind, where the one at hand is of it */
static const sucref_model_spec *made(unsigned kind)
{
    const sucref_model_spec *s = kind < 2 ? &dense.spec : &picture.spec;
    unsigned n, conv = 0, digits = 0;
    if (kind < 2) { rs_make(&dense, 40); } else { rp_make(&picture); }
    for (n = 0; n < s->n_layers; n++) {
        conv += kind > 1 && s->layers[n].kind == SUCREF_KIND_CONV;
        digits += kind > 1 && s->layers[n].n_planes > 1;
    }
    switch (kind) {
    case 0: return s->n_stops > 2 && s->n_layers > 1 && s->heads == NULL && s->layers[0].n_in > 20 ? s : NULL;
    case 1: return s->heads != NULL && s->layers[0].n_in > 20 ? s : NULL;
    case 2: return picture.n_states > 0 && conv > 0 ? s : NULL;
    case 3: return s->answers != NULL && picture.outputs > 0 && s->n_stops > 1 && conv > 0 ? s : NULL;
    case 4: picture.spec.layout = SUCREF_LAYOUT_HALVES; return conv > 1 && s->n_stops == 1 ? s : NULL;
    default: picture.spec.layout = SUCREF_LAYOUT_ROWS; return conv > 1 && digits > 1 && s->n_stops > 1 ? s : NULL;
    }
}

static int write_files(void)
{
    unsigned k;
    for (k = 0; k < FILES; k++) {
        char path[100];
        uint32_t bytes = 0, digest = 0;
        FILE *f;
        test_state = kept[k].seed;
        while (digest == 0) {
            const sucref_model_spec *s = made(k);
            bytes = s != NULL ? sucref_model_write(NULL, 0, s, NULL) : 0;
            if (bytes > 800 && bytes < 6000 && sucref_model_write((uint8_t *)file, bytes, s, NULL) == bytes) {
                digest = answers(bytes);
            }
        }
        snprintf(path, sizeof path, "tests/compat/%s.sucref", kept[k].name);
        f = fopen(path, "wb");
        if (f == NULL || fwrite(file, 1, bytes, f) != bytes || fclose(f) != 0) { return 2; }
        printf("    { \"%s\", %lu, 0x%08lX },\n", kept[k].name, (unsigned long)kept[k].seed, (unsigned long)digest);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "write") == 0) { return write_files(); }
    test_init(argc, argv);
    RUN("files that were written once keep their answers", kept_files);
    return test_report("compat");
}
