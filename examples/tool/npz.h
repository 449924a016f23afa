/* npz.h - reads NumPy .npz archives of float32 and float64 arrays (numpy.savez, not compressed), writes float32.
 *
 * An .npz is a zip of stored .npy members. Reading checks every offset before use and every member's CRC; every refusal
 * is one line in `why`. */
#ifndef SUCREF_TOOL_NPZ_H
#define SUCREF_TOOL_NPZ_H
#include <float.h>
#include <math.h>
#include "npy.h"

enum { NPZ_MAX_ARRAYS = 64, NPZ_MAX_DIMS = 4 };
typedef struct { char name[32]; uint32_t dims, shape[NPZ_MAX_DIMS]; float *v; } npz_array;
typedef struct { npz_array a[NPZ_MAX_ARRAYS]; int n; char why[160]; } npz;

static inline uint32_t npz_u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t npz_u32(const uint8_t *p) { return npz_u16(p) | npz_u16(p + 2) << 16; }
static inline void npz_put(uint8_t *p, uint32_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8) { *p++ = (uint8_t)v; }
}

/* the CRC of what has one already and n bytes more */
static inline uint32_t npz_crc_on(uint32_t crc, const uint8_t *p, size_t n)
{
    uint32_t c = ~crc;
    int k;
    while (n-- > 0) {
        c ^= *p++;
        for (k = 0; k < 8; k++) { c = (c >> 1) ^ (0xEDB88320U & (0U - (c & 1U))); }
    }
    return ~c;
}

static inline uint32_t npz_crc(const uint8_t *p, size_t n) { return npz_crc_on(0, p, n); }

static inline int npz_fail(npz *z, const char *name, const char *why)
{
    snprintf(z->why, sizeof z->why, "%s%s%.90s", name, *name ? ": " : "", why);
    return -1;
}

static inline const npz_array *npz_get(const npz *z, const char *name)
{
    int i;
    for (i = 0; i < z->n; i++) { if (strcmp(z->a[i].name, name) == 0) { return &z->a[i]; } }
    return NULL;
}

/* one .npy member of one to four dimensions, to float32 in C order; sizes beyond its dimensions are 1 */
static inline int npz_member(npz *z, const char *name, const uint8_t *p, size_t n)
{
    npz_array *a = &z->a[z->n];
    const char *why;
    uint64_t i;
    unsigned k;
    npy in = { 0 };
    if (strlen(name) >= sizeof a->name) { return npz_fail(z, name, "has a name over 31 letters"); }
    if (npz_get(z, name) != NULL) { return npz_fail(z, name, "is there twice"); }
    why = npy_parse(&in, p, n);
    if (why != NULL) { return npz_fail(z, name, why); }
    if (in.kind != 'f') { return npz_fail(z, name, "dtype must be float32 or float64"); }
    for (k = 0; k < in.dims && k < NPZ_MAX_DIMS && in.shape[k] <= 65535; k++) { }
    if (in.dims < 1 || k < in.dims) { return npz_fail(z, name, "shape must be 1 to 4 sizes of 1..65535"); }
    strcpy(a->name, name);
    a->dims = in.dims;
    for (k = 0; k < NPZ_MAX_DIMS; k++) { a->shape[k] = k < in.dims ? in.shape[k] : 1; }
    a->v = (float *)malloc((size_t)in.count * sizeof(float));
    if (a->v == NULL) { return npz_fail(z, name, "out of memory"); }
    z->n++;
    for (i = 0; i < in.count; i++) {
        const double v = npy_value(&in, npy_place(&in, i));
        if (isfinite(v) && fabs(v) > (double)FLT_MAX) { return npz_fail(z, name, "holds a value beyond float32"); }
        a->v[i] = (float)v;
    }
    return 0;
}

/* one entry of the directory at `at`, which is whole; moves `at` on */
static inline int npz_entry(npz *z, const uint8_t *p, size_t n, size_t end, size_t *at)
{
    const uint8_t *entry = p + *at;
    const size_t name_len = npz_u16(entry + 28), local = npz_u32(entry + 42), size = npz_u32(entry + 24);
    char name[64];
    size_t data;
    if (name_len >= sizeof name || end - *at - 46 < name_len) { return npz_fail(z, "", "bad name in zip directory"); }
    memcpy(name, entry + 46, name_len);
    name[name_len] = 0;
    if (strlen(name) != name_len) { return npz_fail(z, "", "bad name in zip directory"); }
    if (npz_u16(entry + 10) != 0) { return npz_fail(z, name, "is compressed: write it with numpy.savez"); }
    if ((entry[8] & 1) != 0) { return npz_fail(z, name, "is encrypted"); }
    if (npz_u32(entry + 20) != size) { return npz_fail(z, name, "has two sizes"); }
    if (name_len > 4 && strcmp(name + name_len - 4, ".npy") == 0) { name[name_len - 4] = 0; }
    if (local > n || n - local < 30 || npz_u32(p + local) != 0x04034B50U) {
        return npz_fail(z, name, "bad zip member");
    }
    data = local + 30 + npz_u16(p + local + 26) + npz_u16(p + local + 28);
    if (data > n || n - data < size) { return npz_fail(z, name, "reaches past the end of the file"); }
    if (npz_crc(p + data, size) != npz_u32(entry + 16)) { return npz_fail(z, name, "is damaged (CRC)"); }
    if (z->n == NPZ_MAX_ARRAYS) { return npz_fail(z, name, "more than 64 arrays"); }
    *at += 46 + name_len + npz_u16(entry + 30) + npz_u16(entry + 32);
    return npz_member(z, name, p + data, size);
}

/* 0, or -1 with z->why filled; free with npz_free either way */
static inline int npz_parse(npz *z, const uint8_t *p, size_t n)
{
    size_t eocd, at, i, count;
    memset(z, 0, sizeof *z);
    if (n < 22) { return npz_fail(z, "", "too short for a zip archive"); }
    for (eocd = n - 22; npz_u32(p + eocd) != 0x06054B50U; eocd--) {
        if (eocd == 0 || n - eocd > 65557) {
            return npz_fail(z, "", npz_u32(p) == 0x04034B50U ? "is cut short: a zip archive without its end record"
                                                             : "not a zip archive (no end record)");
        }
    }
    count = npz_u16(p + eocd + 10);
    at = npz_u32(p + eocd + 16);
    for (i = 0; i < count; i++) {
        if (at > eocd || eocd - at < 46 || npz_u32(p + at) != 0x02014B50U) {
            return npz_fail(z, "", "bad zip directory");
        }
        if (npz_entry(z, p, n, eocd, &at) != 0) { return -1; }
    }
    return 0;
}

static inline void npz_free(npz *z)
{
    while (z->n > 0) { free(z->a[--z->n].v); }
}

/* the .npy of one array: [*size] */
static inline uint8_t *npz_body(size_t *size, const npz_array *a)
{
    char dict[128], shape[60] = "";
    uint8_t *body;
    size_t i, count = 1;
    unsigned k;
    for (k = 0; k < a->dims; k++) { /* (5,), but (5, 3) */
        const size_t at = strlen(shape);
        count *= a->shape[k];
        snprintf(shape + at, sizeof shape - at, "%s%u%s", k ? ", " : "(", (unsigned)a->shape[k],
                 k + 1 < a->dims ? "" : a->dims == 1 ? ",)" : ")");
    }
    *size = 128 + count * 4;
    snprintf(dict, sizeof dict, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape);
    body = (uint8_t *)malloc(*size);
    if (body == NULL) { return NULL; }
    memset(body, ' ', 128);
    memcpy(body, "\x93NUMPY\1\0", 8);
    npz_put(body + 8, 118, 2);
    memcpy(body + 10, dict, strlen(dict));
    body[127] = '\n';
    for (i = 0; i < count; i++) {
        uint32_t u;
        memcpy(&u, &a->v[i], 4);
        npz_put(body + 128 + 4 * i, u, 4);
    }
    return body;
}

/* adds a stored member to the file and its entry to the directory; returns its bytes, 0 where it cannot */
static inline size_t npz_add(FILE *f, uint8_t *entry, size_t at, const char *array, const uint8_t *body, size_t size)
{
    char name[48];
    uint8_t local[30] = { 0 };
    size_t name_len;
    snprintf(name, sizeof name, "%.40s.npy", array);
    name_len = strlen(name);
    npz_put(local, 0x04034B50U, 4); npz_put(local + 4, 20, 2); npz_put(local + 12, 0x21, 2);
    npz_put(local + 14, npz_crc(body, size), 4);
    npz_put(local + 18, (uint32_t)size, 4); npz_put(local + 22, (uint32_t)size, 4);
    npz_put(local + 26, (uint32_t)name_len, 2);
    memset(entry, 0, 46);
    npz_put(entry, 0x02014B50U, 4); npz_put(entry + 4, 20, 2);
    memcpy(entry + 6, local + 4, 26);
    npz_put(entry + 42, (uint32_t)at, 4);
    memcpy(entry + 46, name, name_len);
    if (fwrite(local, 1, 30, f) != 30 || fwrite(name, 1, name_len, f) != name_len || fwrite(body, 1, size, f) != size) {
        return 0;
    }
    return 30 + name_len + size;
}

/* writes the directory of n members that end at `at`; 1, or 0 where it cannot */
static inline int npz_end(FILE *f, const uint8_t *dir, size_t dir_len, int n, size_t at)
{
    uint8_t end[22] = { 0 };
    npz_put(end, 0x06054B50U, 4); npz_put(end + 8, (uint32_t)n, 2); npz_put(end + 10, (uint32_t)n, 2);
    npz_put(end + 12, (uint32_t)dir_len, 4); npz_put(end + 16, (uint32_t)at, 4);
    return fwrite(dir, 1, dir_len, f) == dir_len && fwrite(end, 1, 22, f) == 22;
}

/* puts the arrays into an open file as numpy.savez would; 0 or -1 */
static inline int npz_put_arrays(FILE *f, const npz_array *a, int n)
{
    static uint8_t dir[NPZ_MAX_ARRAYS * 96];
    size_t dir_len = 0, at = 0;
    int i, ok = 1;
    for (i = 0; ok && i < n; i++) {
        size_t size, added = 0;
        uint8_t *body = npz_body(&size, &a[i]);
        if (body != NULL) { added = npz_add(f, dir + dir_len, at, a[i].name, body, size); }
        free(body);
        ok = added != 0;
        dir_len += 46 + npz_u16(dir + dir_len + 28);
        at += added;
    }
    return ok && npz_end(f, dir, dir_len, n, at) ? 0 : -1;
}

static inline int npz_write(const char *path, const npz_array *a, int n)
{
    FILE *f = fopen(path, "wb");
    const int ok = f != NULL && npz_put_arrays(f, a, n) == 0;
    return f != NULL && fclose(f) == 0 && ok ? 0 : -1;
}
#endif
