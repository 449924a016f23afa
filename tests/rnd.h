/* rnd.h - the random numbers of the tests. */
#ifndef SUCREF_TEST_RND_H
#define SUCREF_TEST_RND_H
#include <stdint.h>

static uint32_t test_state = 1;

/* xorshift32: small, and the same everywhere */
static inline uint32_t rnd(void)
{
    test_state ^= test_state << 13; test_state ^= test_state >> 17; test_state ^= test_state << 5;
    return test_state;
}
static inline uint32_t rnd_below(uint32_t n) { return (rnd() >> 8) % n; }
static inline int rnd_in(int lo, int hi) { return lo + (int)rnd_below((uint32_t)(hi - lo + 1)); }
#endif
