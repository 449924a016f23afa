/* npy_file.h - writes .npy files and .npz archives with any header, for readers to be tried on. */
#ifndef SUCREF_TESTS_NPY_FILE_H
#define SUCREF_TESTS_NPY_FILE_H
#include "../examples/tool/npz.h"

/* damage: a byte of the body to change behind its CRC, or 0 */
typedef struct { char name[32]; uint8_t body[512]; size_t len, damage; } npy_member;

static inline npy_member npy_new(const char *name, const char *dtype, const char *order, const char *shape,
                                 const void *data, size_t size)
{
    const uint16_t one = 1;
    npy_member m;
    char text[128];
    memset(&m, 0, sizeof m);
    snprintf(m.name, sizeof m.name, "%s", name);
    snprintf(text, sizeof text, "{'descr': %s, 'fortran_order': %s, 'shape': %s, }", dtype, order, shape);
    memset(m.body, ' ', 128);
    memcpy(m.body, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(m.body + 10, text, strlen(text));
    m.body[127] = '\n';
    memcpy(m.body + 128, data, size);
    if (*(const uint8_t *)&one == 0 && dtype[1] == '<') { /* a big-endian host's numbers, last byte first */
        const size_t width = (size_t)(dtype[3] - '0');
        size_t i, k;
        for (i = 0; i + width <= size; i += width) {
            for (k = 0; k < width; k++) { m.body[128 + i + k] = ((const uint8_t *)data)[i + width - 1 - k]; }
        }
    }
    m.len = 128 + size;
    return m;
}

/* 0 or -1 */
static inline int npy_archive(const char *path, const npy_member *m, int n)
{
    static uint8_t dir[8 * 96];
    size_t dir_len = 0, at = 0;
    int i, ok = 1;
    FILE *f = fopen(path, "wb");
    if (f == NULL) { return -1; }
    for (i = 0; ok && i < n; i++) {
        const size_t added = npz_add(f, dir + dir_len, at, m[i].name, m[i].body, m[i].len);
        ok = added != 0;
        at += added;
        dir_len += 46 + npz_u16(dir + dir_len + 28);
        if (m[i].damage != 0) {
            ok = ok && fseek(f, (long)(at - m[i].len + m[i].damage), SEEK_SET) == 0 &&
                 fputc(~m[i].body[m[i].damage] & 255, f) != EOF && fseek(f, 0, SEEK_END) == 0;
        }
    }
    ok = ok && npz_end(f, dir, dir_len, n, at);
    return fclose(f) == 0 && ok ? 0 : -1;
}

static inline int npy_file(const char *path, const char *dtype, const char *order, const char *shape, const void *data,
                           size_t size)
{
    const npy_member m = npy_new("", dtype, order, shape, data, size);
    FILE *f = fopen(path, "wb");
    const int ok = f != NULL && fwrite(m.body, 1, m.len, f) == m.len;
    return f != NULL && fclose(f) == 0 && ok ? 0 : -1;
}
#endif
