/* idx.h - MNIST-style data for the host examples: finds and reads idx and idx.gz files.
 *
 * Data is looked for in a named directory, else where data.h says, with mnist/ and fashion-mnist/ inside. A .gz is read
 * through the system's gzip. Public domain or MIT, as sucref.h. */
#ifndef SUCREF_EXAMPLES_IDX_H
#define SUCREF_EXAMPLES_IDX_H
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "data.h"
#include <string.h>

enum { IDX_PIXELS = 784, IDX_TRAIN = 50000, IDX_VALID = 10000, IDX_TEST = 10000 };

/* the pictures [n][784] and labels [n] of one file pair; NULL pictures where there are none */
typedef struct { uint8_t *x, *label; size_t n; } idx_set;

/* opens NAME or NAME.gz of a set in a named directory, or where data.h says; *piped says how to close it */
static inline FILE *idx_open(const char *dir, const char *set, const char *name, int *piped)
{
    char path[DATA_PATH], cmd[DATA_PATH + 20];
    const char *found = path;
    FILE *f;
    int gz;
    for (gz = 0; gz < 2; gz++) {
        snprintf(path, sizeof path, "%s%s%s/%s%s", dir ? dir : "", dir ? "/" : "", set, name, gz ? ".gz" : "");
        if (dir == NULL) { found = data_path(path); }
        f = found ? fopen(found, "rb") : NULL;
        *piped = gz;
        if (f == NULL) { continue; }
        if (gz == 0) { return f; }
        fclose(f);
        if (strchr(found, '\'') != NULL) { return NULL; }
        snprintf(cmd, sizeof cmd, "gzip -dc -- '%s'", found);
        return popen(cmd, "r");
    }
    return NULL;
}

/* reads the payload of one idx file of unsigned bytes; *n becomes its first dimension */
static inline uint8_t *idx_read(const char *dir, const char *set, const char *name, uint32_t item, size_t *n)
{
    int piped, dims, i;
    uint8_t head[4], dim[4], *out = NULL;
    uint32_t size = 1;
    FILE *f = idx_open(dir, set, name, &piped);
    *n = 0;
    if (f == NULL) { return NULL; }
    if (fread(head, 1, 4, f) == 4 && head[0] == 0 && head[1] == 0 && head[2] == 8) {
        dims = head[3];
        for (i = 0; i < dims && fread(dim, 1, 4, f) == 4; i++) {
            uint32_t d = (uint32_t)dim[0] << 24 | (uint32_t)dim[1] << 16 | (uint32_t)dim[2] << 8 | dim[3];
            if (i == 0) { *n = d; } else { size *= d; }
        }
        if (i == dims && size == item && *n > 0 && *n <= 1000000) {
            out = (uint8_t *)malloc(*n * item);
            if (out != NULL && fread(out, item, *n, f) != *n) { free(out); out = NULL; }
        }
    }
    if (piped) { pclose(f); } else { fclose(f); }
    return out;
}

/* test = 1: the 10,000 test pictures; test = 0: the 60,000 of which the last 10,000 validate */
static inline idx_set idx_load(const char *named, const char *set, int test)
{
    idx_set s = { NULL, NULL, 0 };
    size_t n_label = 0;
    s.x = idx_read(named, set, test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte", IDX_PIXELS, &s.n);
    s.label = idx_read(named, set, test ? "t10k-labels-idx1-ubyte" : "train-labels-idx1-ubyte", 1, &n_label);
    if (s.x == NULL || s.label == NULL || n_label != s.n) { free(s.x); free(s.label); s.x = s.label = NULL; s.n = 0; }
    return s;
}
#endif
