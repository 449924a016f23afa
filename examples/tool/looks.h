/* looks.h - what a file looks like that was given for another kind, for refusals that say what takes it. */
#ifndef SUCREF_TOOL_LOOKS_H
#define SUCREF_TOOL_LOOKS_H
#include <stdio.h>
#include <string.h>
#include "labels.h"

/* is it all lines of printable characters? */
static inline int looks_like_text(const uint8_t *p, size_t n)
{
    size_t at, k;
    for (at = 0; at < n; at += k) {
        k = p[at] == '\n' || p[at] == '\r' || p[at] == '\t' ? 1 : label_char(p + at, n - at);
        if (k == 0) { return 0; }
    }
    return n > 0;
}

/* what bytes begin as, and what takes that; or nothing */
static inline const char *looks_by_magic(const uint8_t *p, size_t n)
{
    static const struct { size_t at, len; const char *magic, *is; } known[] = {
        { 4, 4, "TFL3", "a TensorFlow Lite file: sucref import makes a model of it" },
        { 0, 4, "SUCR", "a model already (sucref info)" },
        { 0, 4, "SUCX", "a part of an exchange plan, as split --exchange writes it (sucref info)" },
        { 0, 4, "PK\3\4", "a zip archive: where it is one of numpy.savez, sucref quantize makes a model of it" },
        { 0, 6, "\x93NUMPY", "a NumPy array, as samples are" },
        { 0, 2, "\x1F\x8B", "compressed: gzip -dc gives what is in it" }
    };
    size_t k;
    for (k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (n >= known[k].at + known[k].len && memcmp(p + known[k].at, known[k].magic, known[k].len) == 0) {
            return known[k].is;
        }
    }
    return NULL;
}

/* "; it is ..", or nothing where nothing is known; text: what is said of lines of text */
static inline const char *looks_like(const uint8_t *p, size_t n, const char *text)
{
    static char said[200];
    const char *is = looks_by_magic(p, n);
    said[0] = 0;
    if (is != NULL) {
        snprintf(said, sizeof said, "; it is %s", is);
    } else if (n >= 8 && p[0] == 0 && p[1] == 0 && p[2] == 8 && p[3] >= 1 && p[3] <= 4) { /* of bytes, as MNIST's */
        snprintf(said, sizeof said, "; it is an IDX file, with a header: tail -c +%u leaves it out", 5U + 4U * p[3]);
    } else if (looks_like_text(p, n)) {
        snprintf(said, sizeof said, "; it is text of %lu line%s%s", (unsigned long)label_lines(p, n),
                 label_lines(p, n) == 1 ? "" : "s", text);
    }
    return said;
}
#endif
