/* npy.h - one NumPy array file (.npy, versions 1 to 3) of little-endian float32, float64, uint8 or int8, in either
 * order. The header is parsed as the dictionary that it is; whatever it says beside that is refused by name. */
#ifndef SUCREF_TOOL_NPY_H
#define SUCREF_TOOL_NPY_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NPY_MAX_DIMS = 8 };
typedef struct {
    char kind;                 /* f, u or i */
    unsigned size;             /* bytes of an element */
    int fortran;
    unsigned dims;
    uint32_t shape[NPY_MAX_DIMS];
    uint64_t count;
    const uint8_t *data;       /* [count * size] */
} npy;

/* ---- the header's dictionary: `at` moves on; NULL or what is wrong ---- */
typedef struct { const char *at, *end; } npy_text;

static inline void npy_blanks(npy_text *t)
{
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\n' || *t->at == '\r')) { t->at++; }
}

static inline int npy_sign(npy_text *t, char c)
{
    npy_blanks(t);
    if (t->at == t->end || *t->at != c) { return 0; }
    t->at++;
    return 1;
}

/* a quoted word without escapes */
static inline int npy_word(npy_text *t, char *word, size_t room)
{
    size_t n = 0;
    char quote;
    npy_blanks(t);
    if (t->at == t->end || (*t->at != '\'' && *t->at != '"')) { return 0; }
    for (quote = *t->at++; t->at < t->end && *t->at != quote; t->at++) {
        if (*t->at == '\\' || n + 1 == room) { return 0; }
        word[n++] = *t->at;
    }
    word[n] = 0;
    return t->at++ < t->end;
}

static inline const char *npy_dtype(npy *a, npy_text *t)
{
    static const struct { const char *name; char kind; unsigned size; } known[] = {
        { "<f4", 'f', 4 }, { "<f8", 'f', 8 }, { "|u1", 'u', 1 }, { "|i1", 'i', 1 }, { "u1", 'u', 1 }, { "i1", 'i', 1 }
    };
    char word[8];
    size_t k;
    npy_blanks(t);
    if (t->at < t->end && *t->at == '[') { return "has a structured dtype; save its fields as arrays of their own"; }
    if (!npy_word(t, word, sizeof word)) { return "has a dtype that cannot be read"; }
    for (k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (strcmp(word, known[k].name) == 0) {
            a->kind = known[k].kind;
            a->size = known[k].size;
            return NULL;
        }
    }
    return "dtype must be little-endian float32, float64, uint8 or int8 (numpy's astype makes it so)";
}

static inline const char *npy_order(npy *a, npy_text *t)
{
    static const char *word[2] = { "False", "True" };
    int k;
    npy_blanks(t);
    for (k = 0; k < 2; k++) {
        const size_t n = strlen(word[k]);
        if ((size_t)(t->end - t->at) >= n && memcmp(t->at, word[k], n) == 0) {
            t->at += n;
            a->fortran = k;
            return NULL;
        }
    }
    return "fortran_order must be True or False";
}

static inline const char *npy_shape(npy *a, npy_text *t)
{
    a->dims = 0;
    a->count = 1;
    if (!npy_sign(t, '(')) { return "shape must be a tuple"; }
    while (!npy_sign(t, ')')) {
        uint64_t v = 0;
        int digits = 0;
        npy_blanks(t);
        for (; t->at < t->end && *t->at >= '0' && *t->at <= '9' && v < 0x100000000U; t->at++, digits++) {
            v = v * 10 + (unsigned)(*t->at - '0');
        }
        if (digits == 0 || a->dims == NPY_MAX_DIMS) { return "shape must be at most 8 sizes"; }
        if (v < 1 || v > 0xFFFFFFFFU || a->count > 0xFFFFFFFFU / v) { return "shape is empty or too large"; }
        a->shape[a->dims++] = (uint32_t)v;
        a->count *= v;
        if (!npy_sign(t, ',')) { if (!npy_sign(t, ')')) { return "shape must be a tuple"; } break; }
    }
    return NULL;
}

static inline const char *npy_dictionary(npy *a, npy_text *t)
{
    static const char *names[3] = { "descr", "fortran_order", "shape" };
    unsigned seen = 0, k;
    if (!npy_sign(t, '{')) { return "has a header that is no dictionary"; }
    while (!npy_sign(t, '}')) {
        char key[24];
        const char *why;
        if (!npy_word(t, key, sizeof key) || !npy_sign(t, ':')) { return "has a header that is no dictionary"; }
        for (k = 0; k < 3 && strcmp(key, names[k]) != 0; k++) { }
        if (k == 3 || seen >> k & 1U) { return "has a header with other keys than descr, fortran_order and shape"; }
        seen |= 1U << k;
        why = k == 0 ? npy_dtype(a, t) : k == 1 ? npy_order(a, t) : npy_shape(a, t);
        if (why != NULL) { return why; }
        if (!npy_sign(t, ',')) { if (!npy_sign(t, '}')) { return "has a header that is no dictionary"; } break; }
    }
    npy_blanks(t);
    if (seen != 7) { return "has a header without descr, fortran_order or shape"; }
    return t->at != t->end ? "has text behind its header" : NULL;
}

/* NULL, or why p [n] is no array that can be read; a points into p */
static inline const char *npy_parse(npy *a, const uint8_t *p, size_t n)
{
    size_t head, at = 10;
    const char *why;
    npy_text t;
    if (n < 12 || memcmp(p, "\x93NUMPY", 6) != 0) { return "is no .npy array"; }
    if (p[6] < 1 || p[6] > 3) { return "is a .npy of an unknown version"; }
    head = p[8] | (size_t)p[9] << 8;
    if (p[6] > 1) { head |= (size_t)p[10] << 16 | (size_t)p[11] << 24; at = 12; }
    if (head > n - at) { return "is cut short: it has a header longer than the file"; }
    t.at = (const char *)p + at;
    t.end = t.at + head;
    why = npy_dictionary(a, &t);
    if (why != NULL) { return why; }
    a->data = p + at + head;
    if (a->count * a->size > n - at - head) { return "is cut short: it holds fewer bytes than its shape says"; }
    if (a->count * a->size < n - at - head) { return "holds more bytes than its shape says"; }
    return NULL;
}

/* element i in the file's order */
static inline double npy_value(const npy *a, uint64_t i)
{
    const uint8_t *p = a->data + i * a->size;
    uint64_t u = 0;
    unsigned k;
    for (k = a->size; k-- > 0; ) { u = u << 8 | p[k]; }
    if (a->kind == 'u') { return (double)u; }
    if (a->kind == 'i') { return u < 128 ? (double)u : (double)u - 256; }
    if (a->size == 4) {
        const uint32_t half = (uint32_t)u;
        float f;
        memcpy(&f, &half, 4);
        return (double)f;
    } else {
        double d;
        memcpy(&d, &u, 8);
        return d;
    }
}

/* where element i of C order is in the file's */
static inline uint64_t npy_place(const npy *a, uint64_t i)
{
    uint64_t place = 0, stride = a->count;
    unsigned k;
    if (!a->fortran) { return i; }
    for (k = a->dims; k-- > 0; ) {
        stride /= a->shape[k];
        place += i % a->shape[k] * stride;
        i /= a->shape[k];
    }
    return place;
}
#endif
