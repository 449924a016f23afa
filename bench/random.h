/* random.h - random numbers of the benchmarks, the same in every run. */
#ifndef SUCREF_BENCH_RANDOM_H
#define SUCREF_BENCH_RANDOM_H
#include <math.h>
#include <stdint.h>

static uint64_t d_state = 88172645463325252ULL;
static inline double d_uniform(void) /* in (0, 1) */
{
    d_state ^= d_state << 13; d_state ^= d_state >> 7; d_state ^= d_state << 17;
    return ((double)(d_state >> 11) + 0.5) / 9007199254740992.0;
}
static inline double d_normal(void) { return sqrt(-2 * log(d_uniform())) * cos(6.283185307179586 * d_uniform()); }
#endif
