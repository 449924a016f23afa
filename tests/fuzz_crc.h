/* fuzz_crc.h - CRCs made right by a table, for a fuzzer that would spend half of its time on them, bit by bit. Its
 * coverage and sanitizers do not see the loop, which would be most of what they see. */
#ifndef SUCREF_TESTS_FUZZ_CRC_H
#define SUCREF_TESTS_FUZZ_CRC_H
#include "crc.h"

#ifdef __clang__
#  define FUZZ_UNSEEN __attribute__((__noinline__, __no_sanitize__("coverage", "address", "undefined")))
#else
#  define FUZZ_UNSEEN
#endif

FUZZ_UNSEEN static uint32_t fuzz_crc_more(uint32_t crc, const uint8_t *p, size_t n)
{
    static uint32_t table[256];
    unsigned k;
    for (k = 0; table[255] == 0 && k < 256; k++) {
        const uint8_t byte = (uint8_t)k;
        table[k] = crc_more(0, &byte, 1);
    }
    while (n-- > 0) { crc = crc >> 8 ^ table[(crc ^ *p++) & 255U]; }
    return crc;
}

/* the last four of len bytes, a frame's or a message's CRC */
static void fuzz_bytes_close(uint8_t *p, size_t len)
{
    put_le(p + len - 4, ~fuzz_crc_more(0xFFFFFFFFU, p, len - 4), 4);
}

static void fuzz_close(uint8_t *to, const uint8_t *first, size_t n_first, const uint8_t *then, size_t n_then)
{
    put_le(to, ~fuzz_crc_more(fuzz_crc_more(0xFFFFFFFFU, first, n_first), then, n_then), 4);
}

/* a model file's head and all of its sections that are whole */
static void fuzz_file_close(uint8_t *p, uint32_t bytes)
{
    const uint32_t head = get_le(p + HEAD_BYTES, 4);
    uint32_t at = head, len;
    if (head < HEADER || head > bytes) { return; }
    fuzz_close(p + HEAD_CRC, p, HEAD_CRC, p + HEADER, head - HEADER);
    for (; bytes - at >= FRAME; at += FRAME + len) {
        len = get_le(p + at + 8, 4);
        if (len > bytes - at - FRAME) { return; }
        fuzz_close(p + at + 12, p + at, 12, p + at + FRAME, len);
    }
}
#endif
