/* fuzz_change.h - how a fuzzer changes files that are full of offsets: mostly a few numbers where they stand, so that
 * much of the file is still read; by libFuzzer's own changes, which also move bytes, one time in four. */
#ifndef SUCREF_TESTS_FUZZ_CHANGE_H
#define SUCREF_TESTS_FUZZ_CHANGE_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "crc.h"
#include "rnd.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* a number of 1, 2 or 4 bytes as files have them */
static void fuzz_change(uint8_t *data, size_t size)
{
    static const uint32_t edges[] = { 0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000,
                                      0xFFFFFFFF };
    const int bytes = 1 << rnd_below(3);
    uint8_t *p = data + rnd_below((uint32_t)size) / (uint32_t)bytes * (uint32_t)bytes;
    uint32_t v, other;
    if (p + bytes > data + size) { return; }
    v = get_le(p, bytes);
    other = rnd_below((uint32_t)size) / (uint32_t)bytes * (uint32_t)bytes;
    switch (rnd_below(6)) {
    case 0: v = edges[rnd_below(sizeof edges / sizeof edges[0])]; break;
    case 1: v = rnd_below(rnd_below(2) ? 16 : 160); break;
    case 2: v += (uint32_t)rnd_in(-8, 8); break;
    case 3: v ^= 1U << rnd_below(8U * (uint32_t)bytes); break;
    case 4: v = other + (uint32_t)bytes <= size ? get_le(data + other, bytes) : 0; break;
    default: v = rnd(); break;
    }
    put_le(p, v, bytes);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    uint32_t n;
    test_state = seed | 1U;
    (void)rnd();
    if (size < 8 || rnd_below(4) == 0) { return LLVMFuzzerMutate(data, size, max_size); }
    for (n = 1 + rnd_below(rnd_below(2) ? 1 : 4); n > 0; n--) { fuzz_change(data, size); }
    return size;
}

/* What ASAN_OPTIONS may change. Who allocated what is not written down, which would take a fifth of the time, and what
 * is freed is kept from use for as long as one input takes, not for hundreds. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "malloc_context_size=0:quarantine_size_mb=2"; }
#endif
