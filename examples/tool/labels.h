/* labels.h - names of a model's outputs: from lines of text, or from the archive that metadata of TensorFlow Lite put
 * behind a model. They lie in an optional section (METHOD 7, type 5) behind the last stop: devices need not load it,
 * and a file cut before it is whole otherwise. Whatever the bytes are, names come out as at most 63 bytes of UTF-8
 * without control characters, as many as the model has outputs; else functions return what is wrong. */
#ifndef SUCREF_TOOL_LABELS_H
#define SUCREF_TOOL_LABELS_H
#include "../../sucref.h"
#include "npz.h"

enum { LABEL_MOST = 63, LABELS_TYPE = 5, LABELS_FRAME = 16 };
typedef struct { uint8_t *text; uint32_t len; char why[160]; } labels; /* a 0 behind each name, then 0 to whole words */

/* ---- names ---- */

/* bytes of the character that begins here; 0 where it is none, or no printable one */
static inline size_t label_char(const uint8_t *p, size_t n)
{
    const unsigned c = p[0];
    const size_t need = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    size_t k;
    if (c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xC2) || need == 0 || n < need) { return 0; }
    for (k = 1; k < need; k++) { if ((p[k] & 0xC0U) != 0x80) { return 0; } }
    if ((c == 0xC2 && p[1] < 0xA0) || (c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] >= 0xA0) ||
        (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] >= 0x90)) {
        return 0; /* control characters, longer than they need be, halves of pairs, beyond the last one */
    }
    return need;
}

/* NULL, or what is wrong with a name */
static inline const char *label_bad(const uint8_t *p, size_t n)
{
    size_t at = 0, k;
    if (n == 0) { return "is empty"; }
    if (n > LABEL_MOST) { return "is longer than 63 bytes"; }
    for (; at < n; at += k) {
        k = label_char(p + at, n - at);
        if (k == 0) { return "holds a control character, or bytes that are no UTF-8"; }
    }
    return NULL;
}

/* the length of the line at `at`, whose end is *next */
static inline size_t label_line(size_t *next, const uint8_t *p, size_t n, size_t at)
{
    size_t end = at;
    while (end < n && p[end] != '\n') { end++; }
    *next = end < n ? end + 1 : n;
    return end > at && end < n && p[end - 1] == '\r' ? end - at - 1 : end - at;
}

static inline size_t label_lines(const uint8_t *p, size_t n)
{
    size_t at, next, count = 0;
    for (at = 0; at < n; at = next) { (void)label_line(&next, p, n, at); count++; }
    return count;
}

/* a name a line, as many as outputs; NULL, or l->why. Free l->text */
static inline const char *labels_of_lines(labels *l, const uint8_t *p, size_t n, uint32_t n_out)
{
    size_t at, next, count = 0, to = 0;
    memset(l, 0, sizeof *l);
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) { p += 3; n -= 3; } /* a mark that some editors write */
    if (label_lines(p, n) != n_out) {
        snprintf(l->why, sizeof l->why, "has %lu line%s, the model has %lu output%s: one line for each",
                 (unsigned long)label_lines(p, n), label_lines(p, n) == 1 ? "" : "s", (unsigned long)n_out,
                 n_out == 1 ? "" : "s");
        return l->why;
    }
    l->text = (uint8_t *)calloc(n + 5, 1);
    if (l->text == NULL) { return "out of memory"; }
    for (at = 0; at < n; at = next, count++) {
        const size_t len = label_line(&next, p, n, at);
        const char *why = label_bad(p + at, len);
        if (why != NULL) {
            snprintf(l->why, sizeof l->why, "line %lu %s", (unsigned long)count + 1, why);
            free(l->text);
            l->text = NULL;
            return l->why;
        }
        memcpy(l->text + to, p + at, len);
        to += len + 1;
    }
    l->len = (uint32_t)((to + 3) / 4 * 4);
    return NULL;
}

/* ---- the archive behind a model ---- */

typedef struct { const uint8_t *p; size_t n, at, base, left; } label_zip; /* at: the next entry of the directory */

/* 1, or 0 where the bytes end in no archive. Offsets count from where it begins, or from the file's start */
static inline int label_zip_open(label_zip *z, const uint8_t *p, size_t n)
{
    size_t at = n, dir_len, dir_at;
    memset(z, 0, sizeof *z);
    if (n < 22) { return 0; }
    for (at = n - 22; npz_u32(p + at) != 0x06054B50U || npz_u16(p + at + 20) != n - at - 22; at--) {
        if (at == 0 || n - at > 65557) { return 0; }
    }
    dir_len = npz_u32(p + at + 12);
    dir_at = npz_u32(p + at + 16);
    if (dir_len > at || dir_at > at - dir_len) { return 0; }
    z->p = p; z->n = at; z->at = at - dir_len; z->base = z->at - dir_at;
    z->left = npz_u16(p + at + 10);
    return 1;
}

/* the next file of the archive: its name and bytes; NULL, or what is wrong with it. *name empty: there is no other */
static inline const char *label_zip_next(label_zip *z, char name[64], const uint8_t **body, size_t *size)
{
    const uint8_t *entry = z->p + z->at;
    size_t name_len, data, local;
    name[0] = 0;
    if (z->left == 0) { return NULL; }
    z->left--;
    snprintf(name, 64, "the archive behind the model");
    if (z->n - z->at < 46 || npz_u32(entry) != 0x02014B50U || z->n - z->at - 46 < npz_u16(entry + 28)) {
        z->left = 0;
        return "is damaged";
    }
    name_len = npz_u16(entry + 28);
    if (label_bad(entry + 46, name_len) != NULL) { z->left = 0; return "has a file without a readable name"; }
    snprintf(name, 64, "%.*s", (int)name_len, (const char *)entry + 46);
    z->at += 46 + name_len + npz_u16(entry + 30) + npz_u16(entry + 32);
    if (z->at > z->n) { z->left = 0; return "is damaged"; }
    *size = npz_u32(entry + 24);
    local = z->base + npz_u32(entry + 42);
    if (npz_u16(entry + 10) != 0 || (entry[8] & 1) != 0) { return "is compressed or encrypted"; }
    if (npz_u32(entry + 20) != *size || local > z->n || z->n - local < 30 || npz_u32(z->p + local) != 0x04034B50U) {
        return "is damaged";
    }
    data = local + 30 + npz_u16(z->p + local + 26) + npz_u16(z->p + local + 28);
    if (data > z->n || z->n - data < *size) { return "is damaged"; }
    *body = z->p + data;
    return npz_crc(*body, *size) == npz_u32(entry + 16) ? NULL : "is damaged (CRC)";
}

static inline int label_is_text(const char *name)
{
    const size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".txt") == 0;
}

/* the first text of the archive that has a name for each output; l->text NULL: there is none, and where there are texts
 * l->why says what is wrong with the last one */
static inline void labels_of_archive(labels *l, char name[64], const uint8_t *p, size_t n, uint32_t n_out)
{
    char other[64], why[160] = "";
    label_zip z;
    name[0] = 0;
    memset(l, 0, sizeof *l);
    if (!label_zip_open(&z, p, n)) { return; }
    for (;;) {
        const uint8_t *body = NULL;
        size_t size = 0;
        const char *bad = label_zip_next(&z, other, &body, &size);
        if (other[0] == 0) { break; }
        if (bad == NULL && !label_is_text(other)) { continue; }
        if (bad == NULL) { bad = labels_of_lines(l, body, size, n_out); }
        memcpy(name, other, 64);
        if (bad == NULL) { return; }
        snprintf(why, sizeof why, "%s", bad);
    }
    memcpy(l->why, why, sizeof why);
}

/* ---- the section ---- */

/* METHOD 7: the file's length, and the CRC of all before the first section but its own 4 bytes */
static inline void labels_seal(uint8_t *bytes, uint32_t len)
{
    npz_put(bytes + 8, len, 4);
    npz_put(bytes + 60, npz_crc_on(npz_crc(bytes, 60), bytes + 64, npz_u32(bytes + 12) - 64), 4);
}

/* adds an optional section behind the last stop to the bytes of a whole model, from malloc, its payload filled up with
 * 0 to whole words; 0 where there is no memory */
static inline int section_add(uint8_t **bytes, uint32_t *len, unsigned type, const uint8_t *payload, uint32_t n)
{
    const uint32_t room = (n + 3U) / 4U * 4U;
    uint8_t *all = (uint8_t *)realloc(*bytes, (size_t)*len + LABELS_FRAME + room), *frame;
    if (all == NULL) { return 0; }
    frame = all + *len;
    memset(frame, 0, LABELS_FRAME + room);
    npz_put(frame, type, 2);
    frame[3] = (uint8_t)(all[28] - 1U); /* the last stop */
    npz_put(frame + 8, room, 4);
    memcpy(frame + LABELS_FRAME, payload, n);
    npz_put(frame + 12, npz_crc_on(npz_crc(frame, 12), frame + LABELS_FRAME, room), 4);
    *bytes = all;
    *len += LABELS_FRAME + room;
    labels_seal(all, *len);
    return 1;
}

/* adds names to the bytes of a whole model, from malloc; 0 where there is no memory */
static inline int labels_add(uint8_t **bytes, uint32_t *len, const labels *l)
{
    return l->text == NULL || section_add(bytes, len, LABELS_TYPE, l->text, l->len);
}

/* where a section behind the last stop begins, or 0 */
static inline uint32_t section_at(const sucref_model *m, unsigned type)
{
    sucref_stop last;
    uint32_t at, len;
    sucref_model_stop(&last, m, m->n_stops - 1U);
    for (at = last.end; at < m->bytes_len && m->bytes_len - at >= LABELS_FRAME; at += LABELS_FRAME + len) {
        len = npz_u32(m->bytes + at + 8);
        if (len > m->bytes_len - at - LABELS_FRAME) { return 0; }
        if (npz_u16(m->bytes + at) == type) { return at; }
    }
    return 0;
}

/* where the section of names begins, or 0 */
static inline uint32_t labels_at(const sucref_model *m) { return section_at(m, LABELS_TYPE); }

/* the names of an opened model; l->text NULL: there are none. It points into the model. NULL, or what is wrong */
static inline const char *labels_of_model(labels *l, const sucref_model *m)
{
    const uint32_t at = labels_at(m);
    const uint8_t *p = m->bytes + at + LABELS_FRAME;
    uint32_t k, n = 0, len;
    memset(l, 0, sizeof *l);
    if (at == 0) { return NULL; }
    len = npz_u32(m->bytes + at + 8);
    for (k = 0; k < m->n_out; k++) {
        const uint8_t *end = n < len ? (const uint8_t *)memchr(p + n, 0, len - n) : NULL;
        if (end == NULL || label_bad(p + n, (size_t)(end - p) - n) != NULL) { return "labels that cannot be read"; }
        n = (uint32_t)(end - p) + 1U;
    }
    for (k = n; k < len && p[k] == 0; k++) { }
    if (k < len || len - n > 3) { return "labels other than one for each output"; }
    l->text = (uint8_t *)(uintptr_t)p;
    l->len = len;
    return NULL;
}

/* name k */
static inline const char *label_of(const labels *l, uint32_t k)
{
    const char *p = (const char *)l->text;
    while (k-- > 0) { p += strlen(p) + 1; }
    return p;
}
#endif
