/* random.h - random numbers of the benchmarks: the tests' generator, started again by each piece, so that a piece's
 * numbers do not depend on what ran before it. */
#ifndef SUCREF_BENCH_RANDOM_H
#define SUCREF_BENCH_RANDOM_H
#include "../tests/rnd_real.h"

static inline void random_start(uint32_t seed) { test_state = seed ? seed : 1; }
#endif
