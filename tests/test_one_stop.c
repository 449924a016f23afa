/* test_one_stop.c - SUCREF_NO_STOPS: files of several stops or planes are refused by what they have, a file with one
 * opens. (That its integers are METHOD's say pictures_one, evaluator_one and others of the kind; see the Makefile.) */
#define SUCREF_STATIC
#define SUCREF_NO_STOPS
#include "../sucref.h"
#include "test.h"
#include "crc.h"

enum { MOST_BYTES = 200000, STOPS = 28, LAYERS = 24, GROUPS = 26, TENSORS = 52, LAYER = 48, TENSOR = 16, GROUP = 40,
       STOP = 16, PLAN = 16, PLANES = 24, COARSE = 25 }; /* METHOD 7 */

static uint32_t file[MOST_BYTES / 4];

static uint32_t load(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = 0;
    if (f == NULL) { printf("  no %s (from the top folder)\n", path); return 0; }
    n = fread(file, 1, sizeof file, f);
    fclose(f);
    return (uint32_t)n;
}

/* why a file is not opened; "" where it is */
static const char *refused(uint32_t bytes, uint32_t *at)
{
    sucref_model m;
    sucref_fault f = { "", 0 };
    const int status = sucref_model_open(&m, file, bytes, &f);
    CHECK((status == SUCREF_OK) == (f.field[0] == '\0'));
    CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
    *at = f.offset;
    return f.field;
}

/* what is made for several stops */
static void several_stops(void)
{
    static const char *const path[] = { "examples/models/widths.sucref", "examples/models/digits_44.sucref",
                                        "tests/compat/dense.sucref", "tests/compat/heads.sucref",
                                        "tests/compat/depth.sucref" };
    unsigned k;
    uint32_t at;
    for (k = 0; k < sizeof path / sizeof path[0]; k++) {
        const uint32_t bytes = load(path[k]);
        CHECK(bytes > 0 && strcmp(refused(bytes, &at), "number of stops") == 0 && at == STOPS);
    }
}

/* a byte of a file with one stop as another, its CRCs right: why that is refused, where */
static void changed(uint32_t at, uint8_t to, const char *why, uint32_t where)
{
    const uint32_t bytes = load("tests/compat/picture.sucref");
    uint8_t *const p = (uint8_t *)file;
    uint32_t told;
    CHECK(bytes > at && refused(bytes, &told)[0] == '\0' && p[at] != to);
    p[at] = to;
    file_close(p, bytes, at);
    CHECK(strcmp(refused(bytes, &told), why) == 0 && told == where);
    if (told != where) { printf("  '%s' at %lu\n", refused(bytes, &told), (unsigned long)told); }
}

/* what only several stops need, one at a time */
static void one_stop(void)
{
    const uint8_t *const p = (const uint8_t *)file;
    uint32_t layer = HEADER, stop, entry;
    CHECK(load("tests/compat/picture.sucref") > 0);
    stop = HEADER + get_le(p + LAYERS, 2) * LAYER + get_le(p + TENSORS, 2) * TENSOR + get_le(p + GROUPS, 2) * GROUP;
    entry = stop + STOP;
    while (layer < stop && p[layer + PLANES] != 1) { layer += LAYER; }
    CHECK(layer < stop && p[layer + PLAN] == 8);
    changed(STOPS, 2, "number of stops", STOPS);
    changed(layer + PLANES, 2, "number of planes: one, without stops", layer + PLANES);
    changed(layer + COARSE, 1, "number of planes: one, without stops", layer + PLANES);
    changed(layer + PLAN, 7, "plan", layer + PLAN);
    changed(stop + 4U, 7, "input bits of a stop", stop + 4U);
    changed(stop + 5U, 1, "head of a stop", stop + 5U);
    changed(stop + 6U, 1, "answer of a stop", stop + 6U);
    changed(entry, 0, "bits that the plan lacks", entry);
    changed(entry, 4, "bits that the plan lacks", entry);
    changed(entry + 4U, 4, "correction", entry + 4U);
}

/* the head of an exchange file with so many stops, the first one's input bits, its CRC right: what it is refused by; ""
 * where it opens */
static const char *exchange_refused(uint8_t stops, uint8_t bits)
{
    enum { BYTES = 256, BEHIND = 36 };
    static uint32_t words[BYTES / 4];
    uint8_t *const p = (uint8_t *)words;
    sucref_exchange_part part;
    sucref_fault f = { "", 0 };
    memset(words, 0, sizeof words);
    put_le(p, 0x58435553U, 4); put_le(p + 4, SUCREF_FORMAT, 2); put_le(p + 8, BYTES, 4);
    p[7] = 1; p[13] = 1; p[14] = stops; p[20] = 1; p[BEHIND] = bits;
    put_le(p + 32, ~crc_more(crc_more(0xFFFFFFFFU, p, 32), p + BEHIND, BYTES - BEHIND), 4);
    CHECK((sucref_exchange_open(&part, words, sizeof words, &f) == SUCREF_OK) == (f.field[0] == '\0'));
    return f.field;
}

static void exchange_of_several_stops(void)
{
    CHECK(strcmp(exchange_refused(2, 8), "exchange: header") == 0);
    CHECK(strcmp(exchange_refused(1, 7), "exchange: input bits") == 0);
    CHECK(exchange_refused(1, 8)[0] == '\0');
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("files of several stops are refused", several_stops);
    RUN("so is what one stop does not need", one_stop);
    RUN("files of devices that exchange activations have one stop, too", exchange_of_several_stops);
    return test_report("one_stop");
}
