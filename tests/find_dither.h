/* find_dither.h - counters at which a stream gives the dithers that a test wants, so that golden vectors with dithers
 * of their own can be had from the public functions. Needs sucref.h. */
#ifndef SUCREF_TEST_FIND_DITHER_H
#define SUCREF_TEST_FIND_DITHER_H

/* uniform on 0..v-1 as the quantizers draw it: of v = 2^shift the upper bits, else floor(v * random / 2^32) */
static inline uint32_t dither_at(const sucref_stream *r, uint32_t counter, uint32_t v)
{
    return (uint32_t)(((uint64_t)sucref_random(r, counter) * v) >> 32);
}
static inline uint32_t find_dither(const sucref_stream *r, uint32_t v, uint32_t u)
{
    uint32_t counter = 0;
    while (dither_at(r, counter, v) != u) { counter++; }
    return counter;
}
#endif
