/* rnd.h - the random numbers of tests and benchmarks. */
#ifndef SUCREF_TEST_RND_H
#define SUCREF_TEST_RND_H
#include "../examples/tool/random.h"

static uint32_t test_state = 1;

static inline uint32_t rnd(void) { return random_next(&test_state); }
static inline uint32_t rnd_below(uint32_t n) { return random_below(&test_state, n); }
static inline int rnd_in(int lo, int hi) { return lo + (int)rnd_below((uint32_t)(hi - lo + 1)); }
#endif
