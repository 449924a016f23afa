/* npz.h - reads and writes NumPy .npz archives of little-endian float32 arrays (numpy.savez, not compressed).
 *
 * An .npz is a zip of stored .npy members. Reading checks every offset before use; every refusal is one
 * line in `why`. Public domain or MIT, as sucref.h. */
#ifndef SUCREF_EXAMPLES_NPZ_H
#define SUCREF_EXAMPLES_NPZ_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NPZ_MAX_ARRAYS = 64 };
typedef struct { char name[32]; uint32_t dims, shape[2]; float *v; } npz_array;
typedef struct { npz_array a[NPZ_MAX_ARRAYS]; int n; char why[160]; } npz;

static inline uint32_t npz_u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t npz_u32(const uint8_t *p) { return npz_u16(p) | npz_u16(p + 2) << 16; }
static inline void npz_put(uint8_t *p, uint32_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8) { *p++ = (uint8_t)v; }
}

static inline uint32_t npz_crc(const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFFU;
    int k;
    while (n-- > 0) {
        c ^= *p++;
        for (k = 0; k < 8; k++) { c = (c >> 1) ^ (0xEDB88320U & (0U - (c & 1U))); }
    }
    return ~c;
}

static inline int npz_fail(npz *z, const char *name, const char *why)
{
    snprintf(z->why, sizeof z->why, "%s%s%.90s", name, *name ? ": " : "", why);
    return -1;
}

/* one .npy member: header dictionary, then C-order float32 */
static inline int npz_member(npz *z, const char *name, const uint8_t *p, size_t n)
{
    char head[512];
    const char *s;
    size_t head_len, count = 1;
    npz_array *a = &z->a[z->n];
    if (n < 10 || memcmp(p, "\x93NUMPY", 6) != 0 || p[6] != 1) { return npz_fail(z, name, "not a version 1 .npy"); }
    head_len = npz_u16(p + 8);
    if (head_len >= sizeof head || 10 + head_len > n) { return npz_fail(z, name, "bad .npy header length"); }
    memcpy(head, p + 10, head_len);
    head[head_len] = 0;
    if (strstr(head, "'<f4'") == NULL) { return npz_fail(z, name, "dtype must be float32 ('<f4')"); }
    if (strstr(head, "'fortran_order': False") == NULL) {
        return npz_fail(z, name, "must be row-major (fortran_order False)");
    }
    s = strstr(head, "'shape': (");
    if (s == NULL || strlen(name) >= sizeof a->name) {
        return npz_fail(z, name, "no shape, or a name over 31 letters");
    }
    strcpy(a->name, name);
    a->shape[0] = a->shape[1] = 1;
    a->dims = 0;
    for (s += 10; *s >= '0' && *s <= '9'; ) {
        char *end;
        unsigned long d = strtoul(s, &end, 10);
        s = end;
        if (a->dims == 2 || d == 0 || d > 65535) { return npz_fail(z, name, "shape must be 1 or 2 sizes of 1..65535"); }
        a->shape[a->dims++] = (uint32_t)d;
        count *= d;
        while (*s == ',' || *s == ' ') { s++; }
    }
    if (a->dims == 0) { return npz_fail(z, name, "shape must be 1 or 2 sizes of 1..65535"); }
    if ((n - 10 - head_len) / 4 < count) { return npz_fail(z, name, "shorter than its shape"); }
    a->v = (float *)malloc(count * sizeof(float));
    if (a->v == NULL) { return npz_fail(z, name, "out of memory"); }
    memcpy(a->v, p + 10 + head_len, count * 4);
    z->n++;
    return 0;
}

/* 0, or -1 with z->why filled; free with npz_free either way */
static inline int npz_parse(npz *z, const uint8_t *p, size_t n)
{
    size_t eocd, at, i, count;
    memset(z, 0, sizeof *z);
    if (n < 22) { return npz_fail(z, "", "too short for a zip archive"); }
    for (eocd = n - 22; npz_u32(p + eocd) != 0x06054B50U; eocd--) {
        if (eocd == 0 || n - eocd > 65557) { return npz_fail(z, "", "not a zip archive (no end record)"); }
    }
    count = npz_u16(p + eocd + 10);
    at = npz_u32(p + eocd + 16);
    for (i = 0; i < count; i++) {
        char name[64];
        size_t name_len, local, size, data;
        if (at > eocd || eocd - at < 46 || npz_u32(p + at) != 0x02014B50U) {
            return npz_fail(z, "", "bad zip directory");
        }
        name_len = npz_u16(p + at + 28);
        local = npz_u32(p + at + 42);
        size = npz_u32(p + at + 24);
        if (name_len >= sizeof name || eocd - at - 46 < name_len) {
            return npz_fail(z, "", "bad name in zip directory");
        }
        memcpy(name, p + at + 46, name_len);
        name[name_len] = 0;
        if (npz_u16(p + at + 10) != 0) { return npz_fail(z, name, "is compressed: write it with numpy.savez"); }
        if (name_len > 4 && strcmp(name + name_len - 4, ".npy") == 0) { name[name_len - 4] = 0; }
        if (local > n || n - local < 30 || npz_u32(p + local) != 0x04034B50U) {
            return npz_fail(z, name, "bad zip member");
        }
        data = local + 30 + npz_u16(p + local + 26) + npz_u16(p + local + 28);
        if (data > n || n - data < size) { return npz_fail(z, name, "reaches past the end of the file"); }
        if (z->n == NPZ_MAX_ARRAYS) { return npz_fail(z, name, "more than 64 arrays"); }
        if (npz_member(z, name, p + data, size) != 0) { return -1; }
        at += 46 + name_len + npz_u16(p + at + 30) + npz_u16(p + at + 32);
    }
    return 0;
}

static inline const npz_array *npz_get(const npz *z, const char *name)
{
    int i;
    for (i = 0; i < z->n; i++) { if (strcmp(z->a[i].name, name) == 0) { return &z->a[i]; } }
    return NULL;
}

static inline void npz_free(npz *z)
{
    while (z->n > 0) { free(z->a[--z->n].v); }
}

/* writes the arrays as numpy.savez would; 0 or -1 */
static inline int npz_write(const char *path, const npz_array *a, int n)
{
    uint8_t dir[NPZ_MAX_ARRAYS * 96], end[22] = { 0 };
    size_t dir_len = 0, at = 0;
    int i;
    FILE *f = fopen(path, "wb");
    if (f == NULL) { return -1; }
    for (i = 0; i < n; i++) {
        char name[48], dict[128], shape[40];
        uint8_t local[30] = { 0 }, *body;
        size_t count = (size_t)a[i].shape[0] * (a[i].dims == 2 ? a[i].shape[1] : 1), size = 128 + count * 4, name_len;
        if (a[i].dims == 2) { snprintf(shape, sizeof shape, "(%u, %u)", a[i].shape[0], a[i].shape[1]); }
        else { snprintf(shape, sizeof shape, "(%u,)", a[i].shape[0]); }
        snprintf(dict, sizeof dict, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape);
        snprintf(name, sizeof name, "%s.npy", a[i].name);
        name_len = strlen(name);
        body = (uint8_t *)malloc(size);
        if (body == NULL) { fclose(f); return -1; }
        memset(body, ' ', 128);
        memcpy(body, "\x93NUMPY\1\0", 8);
        npz_put(body + 8, 118, 2);
        memcpy(body + 10, dict, strlen(dict));
        body[127] = '\n';
        memcpy(body + 128, a[i].v, count * 4);
        npz_put(local, 0x04034B50U, 4); npz_put(local + 4, 20, 2); npz_put(local + 12, 0x21, 2);
        npz_put(local + 14, npz_crc(body, size), 4);
        npz_put(local + 18, (uint32_t)size, 4); npz_put(local + 22, (uint32_t)size, 4);
        npz_put(local + 26, (uint32_t)name_len, 2);
        fwrite(local, 1, 30, f); fwrite(name, 1, name_len, f); fwrite(body, 1, size, f);
        memset(dir + dir_len, 0, 46);
        npz_put(dir + dir_len, 0x02014B50U, 4); npz_put(dir + dir_len + 4, 20, 2);
        memcpy(dir + dir_len + 6, local + 4, 26);
        npz_put(dir + dir_len + 42, (uint32_t)at, 4);
        memcpy(dir + dir_len + 46, name, name_len);
        dir_len += 46 + name_len;
        at += 30 + name_len + size;
        free(body);
    }
    fwrite(dir, 1, dir_len, f);
    npz_put(end, 0x06054B50U, 4); npz_put(end + 8, (uint32_t)n, 2); npz_put(end + 10, (uint32_t)n, 2);
    npz_put(end + 12, (uint32_t)dir_len, 4); npz_put(end + 16, (uint32_t)at, 4);
    fwrite(end, 1, 22, f);
    return fclose(f) == 0 ? 0 : -1;
}
#endif
