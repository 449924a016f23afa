/* note.h - a line of text behind a model, for people: what split says of a device's part, and info shows. It is an
 * optional section (METHOD 7) behind the last stop, of a type that is the tool's own: devices skip it. */
#ifndef SUCREF_TOOL_NOTE_H
#define SUCREF_TOOL_NOTE_H
#include "labels.h"

enum { NOTE_TYPE = 0x8001, NOTE_MOST = 120 };

/* adds a line to the bytes of a whole model, from malloc, which is longer then; 0 where there is no memory */
static inline int note_add(uint8_t **bytes, uint32_t *len, const char *text)
{
    const size_t n = strlen(text) < NOTE_MOST ? strlen(text) : NOTE_MOST;
    return section_add(bytes, len, NOTE_TYPE, (const uint8_t *)text, (uint32_t)n);
}

/* the line behind an opened model; empty: there is none that can be shown */
static inline void note_of_model(char text[NOTE_MOST + 1], const sucref_model *m)
{
    const uint32_t at = section_at(m, NOTE_TYPE);
    uint32_t n = 0, k;
    text[0] = 0;
    if (at == 0) { return; }
    while (n < npz_u32(m->bytes + at + 8) && n < NOTE_MOST && m->bytes[at + LABELS_FRAME + n] != 0) { n++; }
    for (k = 0; k < n; k += (uint32_t)label_char(m->bytes + at + LABELS_FRAME + k, n - k)) {
        if (label_char(m->bytes + at + LABELS_FRAME + k, n - k) == 0) { return; }
    }
    memcpy(text, m->bytes + at + LABELS_FRAME, n);
    text[n] = 0;
}
#endif
