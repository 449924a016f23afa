/* model_file.h - loads a model file into memory and makes a state for it, for examples on a host. */
#ifndef SUCREF_EXAMPLES_MODEL_FILE_H
#define SUCREF_EXAMPLES_MODEL_FILE_H
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* a file's bytes, or NULL with one line on stderr */
static inline uint8_t *file_load(size_t *len, const char *path)
{
    FILE *f;
    long n = -1;
    uint8_t *bytes = NULL;
    errno = 0;
    f = fopen(path, "rb");
    if (f != NULL && getc(f) != EOF && fseek(f, 0, SEEK_END) == 0) { n = ftell(f); } /* a folder has no first byte */
    if (n >= 0 && fseek(f, 0, SEEK_SET) == 0) { bytes = (uint8_t *)malloc((size_t)n + 1); }
    if (bytes != NULL && fread(bytes, 1, (size_t)n, f) != (size_t)n) { free(bytes); bytes = NULL; }
    if (bytes == NULL) {
        fprintf(stderr, "%s: cannot be read: %s%s\n", path, errno ? strerror(errno) : "it is empty",
                strncmp(path, "examples/", 9) == 0 ? " (examples run from the library's folder)" : "");
    }
    if (f != NULL) { fclose(f); }
    *len = (size_t)n;
    return bytes;
}

/* 1, or 0 with one line on stderr; the memory is never given back */
static inline int model_load(sucref_model *m, const char *path)
{
    sucref_fault fault = { "", 0 };
    size_t len;
    uint8_t *bytes = file_load(&len, path);
    if (bytes == NULL) { return 0; }
    if (sucref_model_open(m, bytes, len, &fault) != SUCREF_OK || sucref_model_check(m, &fault) != SUCREF_OK) {
        fprintf(stderr, "%s: no model that can be used: %s at byte %lu\n", path, fault.field,
                (unsigned long)fault.offset);
    } else if (m->bytes_len != len) {
        fprintf(stderr, "%s: more than one model: is it a device's part, as sucref split writes it?\n", path);
    } else {
        return 1;
    }
    free(bytes);
    return 0;
}

/* 1, or 0 when memory is short */
static inline int net_start(sucref_net *net, const sucref_model *m)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)malloc(len * sizeof(uint32_t));
    return work != NULL && sucref_net_init(net, m, work, len) == SUCREF_OK;
}
#endif
