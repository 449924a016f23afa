/* target.h - the layout of planes that a core reads fastest, and models packed for it. The numbers of a model are the
 * same in every layout. */
#ifndef SUCREF_TOOL_TARGET_H
#define SUCREF_TOOL_TARGET_H
#include "tool.h"

static unsigned target_layout(const char *target)
{
    static const struct { const char *name; unsigned layout; } known[] = {
        { "plain", SUCREF_LAYOUT_PLAIN }, { "m0", SUCREF_LAYOUT_PLAIN }, { "m3", SUCREF_LAYOUT_PLAIN },
        { "rv32", SUCREF_LAYOUT_PLAIN }, { "avr", SUCREF_LAYOUT_PLAIN }, { "host", SUCREF_LAYOUT_PLAIN },
        { "dsp", SUCREF_LAYOUT_HALVES }, { "m4", SUCREF_LAYOUT_HALVES }, { "m7", SUCREF_LAYOUT_HALVES },
        { "m33", SUCREF_LAYOUT_HALVES }, { "mve", SUCREF_LAYOUT_ROWS }, { "m55", SUCREF_LAYOUT_ROWS }
    };
    size_t i;
    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(target, known[i].name) == 0) { return known[i].layout; }
    }
    die("--target is plain, dsp or mve, or a core: m0, m3, m4, m7, m33, m55, rv32, avr, host; not %s", target);
    return 0;
}

/* the same model packed for a target; bytes of an opened model, which are freed */
static uint8_t *packed_for(const char *target, const char *name, uint8_t *bytes, uint32_t *len)
{
    const unsigned layout = target_layout(target);
    sucref_model_spec spec;
    sucref_model m;
    size_t memory_len;
    void *memory;
    uint8_t *packed;
    if (sucref_model_open(&m, bytes, *len, NULL) != SUCREF_OK || m.usable_stops != m.n_stops) {
        die("%s: is cut, all its stops are needed", name);
    }
    memory_len = sucref_model_spec_of(NULL, NULL, 0, &m);
    memory = malloc(memory_len + 1U);
    if (memory == NULL || sucref_model_spec_of(&spec, memory, memory_len, &m) == 0) { die("%s: out of memory", name); }
    spec.layout = (uint8_t)layout;
    packed = write_spec(name, &spec, len);
    keep_labels(&packed, len, name, &m);
    free(memory);
    free(bytes);
    return packed;
}

/* a new model to -o, packed for --target where that is given */
static void write_model(const args *a, uint8_t **bytes, uint32_t *len)
{
    if (a->target != NULL) { *bytes = packed_for(a->target, a->in, *bytes, len); }
    write_file(a->out, *bytes, *len);
}

static void retarget(const args *a)
{
    uint8_t *bytes;
    uint32_t len = open_model(a->in, &bytes).bytes_len;
    if (a->out == NULL || a->target == NULL) { die("retarget needs --target core and -o out.sucref"); }
    write_model(a, &bytes, &len);
    printf("%s: %lu bytes, planes for %s\n", a->out, (unsigned long)len, a->target);
    free(bytes);
}
#endif
