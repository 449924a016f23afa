/* data.h - where data files are: $SUCREF_DATA, data/ and ../shared/data are looked in, in this order. */
#ifndef SUCREF_EXAMPLES_DATA_H
#define SUCREF_EXAMPLES_DATA_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DATA_PATH = 1200, DATA_MOST = 1 << 20 };

static inline const char *data_dir(int k)
{
    static const char *const dir[2] = { "data", "../shared/data" };
    return k == 0 ? getenv("SUCREF_DATA") : dir[k - 1];
}

/* the path of `name`, "mnist/t10k-labels-idx1-ubyte", where it is found first, or NULL; till the next call */
static inline const char *data_path(const char *name)
{
    static char path[DATA_PATH];
    int k;
    for (k = 0; k < 3; k++) {
        FILE *f;
        if (data_dir(k) == NULL || snprintf(path, sizeof path, "%s/%s", data_dir(k), name) >= DATA_PATH) { continue; }
        f = fopen(path, "rb");
        if (f != NULL) { fclose(f); return path; }
    }
    return NULL;
}

/* a file of at most DATA_MOST bytes in memory of just its size, or NULL */
static inline uint8_t *data_read(const char *name, size_t *len)
{
    const char *path = data_path(name);
    FILE *f = path ? fopen(path, "rb") : NULL;
    uint8_t *p = f ? (uint8_t *)malloc(DATA_MOST) : NULL, *q;
    *len = p ? fread(p, 1, DATA_MOST, f) : 0;
    if (f != NULL) { fclose(f); }
    q = p ? (uint8_t *)realloc(p, *len ? *len : 1) : NULL;
    return q ? q : p;
}

/* can a file of this name be written? Asked before a training, not behind it; what is there stays as it is */
static inline int data_can_write(const char *path)
{
    FILE *f = fopen(path, "rb");
    const int there = f != NULL;
    if (there) { fclose(f); }
    f = fopen(path, "ab");
    if (f != NULL) { fclose(f); }
    if (f != NULL && !there) { (void)remove(path); }
    return f != NULL;
}

/* "tflite/x.tflite is not in $SUCREF_DATA (unset), data/ or ../shared/data": for messages, till the next call */
static inline const char *data_missing(const char *name)
{
    static char text[DATA_PATH];
    const char *set = data_dir(0);
    snprintf(text, sizeof text, "%s is not in $SUCREF_DATA (%s), %s/ or %s", name, set ? set : "unset", data_dir(1),
             data_dir(2));
    return text;
}
#endif
