/* data.c - finds the data of data.h: $SUCREF_DATA, data/, ../shared/data (idx.h). */
#include "data.h"

idx_set test_set, train_set;
uint8_t even[IDX_TEST];

int data_load(const char *set)
{
    size_t k;
    free(test_set.x); free(test_set.label); free(train_set.x); free(train_set.label);
    test_set = idx_load(NULL, set, 1);
    train_set = idx_load(NULL, set, 0);
    if (test_set.n != IDX_TEST || train_set.n != IDX_TRAIN + IDX_VALID) { return 0; }
    for (k = 0; k < IDX_TEST; k++) { even[k] = (uint8_t)(1 - test_set.label[k] % 2); }
    return 1;
}

uint8_t *data_file(const char *name, size_t *len)
{
    enum { MOST = 1 << 20 };
    const char *dir = idx_find(NULL, "mnist");
    char path[1200];
    uint8_t *p;
    FILE *f;
    if (dir == NULL) { return NULL; }
    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "rb");
    if (f == NULL) { return NULL; }
    p = (uint8_t *)malloc(MOST);
    *len = p ? fread(p, 1, MOST, f) : 0;
    fclose(f);
    return p;
}
