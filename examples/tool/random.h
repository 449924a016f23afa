/* random.h - the one random generator of examples, tests and benchmarks: xorshift32, the same everywhere. */
#ifndef SUCREF_EXAMPLES_RANDOM_H
#define SUCREF_EXAMPLES_RANDOM_H
#include <stdint.h>

/* the next number; *state is never 0, and is the number itself */
static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13; *state ^= *state >> 17; *state ^= *state << 5;
    return *state;
}
static inline uint32_t random_below(uint32_t *state, uint32_t n) { return (random_next(state) >> 8) % n; }
#endif
