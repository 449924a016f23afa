/* test_picture_bytes.c - every byte of a small convolutional model changed, one at a time, with the CRCs as they were
 * and made right again: the file is refused, or every family of kernels answers it with the same integers. In all
 * three layouts of planes. (That the integers are METHOD's is test_pictures.c, on bytes at random.) */
#include "library.h"
#include "picture_run.h"
#include "answers.h"
#include "crc.h"

#ifdef TEST_ANSWERS /* other families than the library's, kernel_answers.c */
uint32_t answers_single(const void *file, size_t bytes, const uint8_t *input);
uint32_t answers_eight(const void *file, size_t bytes, const uint8_t *input);
uint32_t answers_sixteen(const void *file, size_t bytes, const uint8_t *input);
uint32_t answers_sse2(const void *file, size_t bytes, const uint8_t *input);
uint32_t answers_quads(const void *file, size_t bytes, const uint8_t *input);
uint32_t answers_constant(const void *file, size_t bytes, const uint8_t *input);
static const struct {
    const char *name;
    uint32_t (*answers)(const void *, size_t, const uint8_t *);
    int plain; /* refuses files of another layout than the plain one */
} family[] = {
    { "single", answers_single, 1 }, { "eight", answers_eight, 0 }, { "sixteen", answers_sixteen, 0 },
    { "sse2", answers_sse2, 0 }, { "quads", answers_quads, 1 }, { "constant", answers_constant, 1 }
};
enum { FAMILIES = sizeof family / sizeof family[0] };
#else
enum { FAMILIES = 0 };
#endif

enum { LAYOUT = 6, MOST_FILE = 1800, MOST_MACS = 20000 };

static uint8_t input[ANSWERS_BYTES];
static uint32_t accepted, tried;

/* one file, in memory of just its size: the same on all families? Returns what they answer */
static uint32_t all_answer(const uint8_t *p, uint32_t bytes, uint32_t at)
{
    uint32_t *file = (uint32_t *)malloc(bytes), want;
    want = answers(memcpy(file, p, bytes), bytes, input);
#ifdef TEST_ANSWERS
    {
        unsigned k;
        for (k = 0; k < FAMILIES; k++) {
            const uint32_t got = family[k].answers(file, bytes, input);
            if (got != want && !(family[k].plain && p[LAYOUT] != SUCREF_LAYOUT_PLAIN && got == 0)) {
                printf("  byte %lu as %u: %s %lx, not %lx\n", (unsigned long)at, p[at], family[k].name,
                       (unsigned long)got, (unsigned long)want);
                CHECK(0);
            }
        }
    }
#else
    (void)at;
#endif
    CHECK(want != 2); /* what is accepted runs */
    free(file);
    return want;
}

/* 0, 255, one more, one less, each bit flipped, and two at random */
static uint8_t other_value(uint8_t was, unsigned k)
{
    const uint32_t v[4] = { 0, 255, was + 1U, was - 1U };
    return (uint8_t)(k < 8 ? was ^ 1U << k : k < 12 ? v[k - 8] : rnd());
}
static void change_every_byte(const uint32_t *file, uint32_t bytes)
{
    uint8_t *p = (uint8_t *)malloc(bytes), *q = (uint8_t *)malloc(bytes);
    uint32_t at;
    unsigned k;
    memcpy(p, file, bytes);
    for (at = 0; at < bytes && test_bad < 5; at++) {
        for (k = 0; k < 14; k++) {
            uint32_t got;
            memcpy(q, p, bytes);
            q[at] = other_value(p[at], k);
            if (q[at] == p[at]) { continue; }
            got = all_answer(q, bytes, at);
            if (got != 0) { printf("  byte %lu as %u: not seen by the CRCs\n", (unsigned long)at, q[at]); }
            CHECK(got == 0);
            file_close(q, bytes, at);
            accepted += all_answer(q, bytes, at) != 0;
            tried++;
        }
    }
    free(p); free(q);
}

static int is_convolutional(void) /* with sums of weights in the file, which kernels trust */
{
    unsigned n, conv = 0, deep = 0, more = 0;
    for (n = 0; n < r.spec.n_layers; n++) {
        conv += r.layer[n].kind == SUCREF_KIND_CONV && r.tensor[r.layer[n].from].zero != 0;
        deep += r.layer[n].kind == SUCREF_KIND_DEPTHWISE;
        more += r.layer[n].kind > SUCREF_KIND_DEPTHWISE;
    }
    return conv > 0 && deep > 0 && more > 0;
}

/* a random network of several kinds of layers, small enough to be run a hundred thousand times */
static uint32_t *small_network(uint32_t *bytes)
{
    for (;;) {
        sucref_model m;
        sucref_cost cost;
        uint32_t *file;
        rp_make(&r);
        file = is_convolutional() ? rp_write(&r, bytes) : NULL;
        if (file != NULL && *bytes <= MOST_FILE && sucref_model_open(&m, file, *bytes, NULL) == SUCREF_OK) {
            sucref_model_cost(&cost, &m, 0, m.n_stops - 1U);
            if (cost.macs <= MOST_MACS) { return file; }
        }
        free(file);
        rp_free(&r);
    }
}

static void every_byte_changed(void)
{
    static const uint8_t layout[] = { SUCREF_LAYOUT_PLAIN, SUCREF_LAYOUT_HALVES, SUCREF_LAYOUT_ROWS };
    uint32_t bytes, *file, i;
    unsigned k;
    file = small_network(&bytes);
    free(file);
    for (i = 0; i < sizeof input; i++) { input[i] = (uint8_t)(rnd_below(3) ? rnd() : 0U); }
    for (k = 0; k < 3; k++) {
        r.spec.layout = layout[k];
        file = rp_write(&r, &bytes);
        CHECK(file != NULL);
        if (file == NULL) { break; }
        accepted = tried = 0;
        CHECK(all_answer((const uint8_t *)file, bytes, 0) > 2);
        change_every_byte(file, bytes);
        CHECK(test_bad > 0 || (accepted > tried / 10 && accepted < tried));
        if (test_telling) {
            printf("  layout %u, %lu bytes: %lu of %lu files accepted, %u families more\n", layout[k],
                   (unsigned long)bytes, (unsigned long)accepted, (unsigned long)tried, (unsigned)FAMILIES);
        }
        free(file);
    }
    rp_free(&r);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every byte changed is refused, or the same integers on every kernel", every_byte_changed);
    return test_report("picture_bytes");
}
