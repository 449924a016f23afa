/* data.c - loads the pictures of data.h. */
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
