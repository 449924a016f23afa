/* model_file.h - loads a model file into memory and makes a state for it, for examples on a host. */
#ifndef SUCREF_EXAMPLES_MODEL_FILE_H
#define SUCREF_EXAMPLES_MODEL_FILE_H
#include <stdio.h>
#include <stdlib.h>

/* 1, or 0 with one line on stderr; the memory is never given back */
static inline int model_load(sucref_model *m, const char *path)
{
    FILE *f = fopen(path, "rb");
    sucref_fault fault = { "file", 0 };
    long len = -1;
    void *bytes = NULL;
    if (f != NULL && fseek(f, 0, SEEK_END) == 0) { len = ftell(f); }
    if (len > 0 && fseek(f, 0, SEEK_SET) == 0) { bytes = malloc((size_t)len); }
    if (bytes != NULL && fread(bytes, 1, (size_t)len, f) == (size_t)len &&
        sucref_model_open(m, bytes, (size_t)len, &fault) == SUCREF_OK && sucref_model_check(m, &fault) == SUCREF_OK) {
        fclose(f);
        return 1;
    }
    fprintf(stderr, "%s: cannot be used: %s\n", path, fault.field);
    if (f != NULL) { fclose(f); }
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
