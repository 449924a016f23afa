/* data.h - the pictures that the tables of `make paper` are measured on. Include it first. */
#ifndef SUCREF_BENCH_DATA_H
#define SUCREF_BENCH_DATA_H
#include "../../examples/training/idx.h"

extern idx_set test_set, train_set;
extern uint8_t even[IDX_TEST]; /* 1 where the test picture shows an even digit */

/* "mnist" or "fashion-mnist" in place of what was loaded; 1, or 0 where its files are not found */
int data_load(const char *set);
#endif
