/* frame_bytes.h - little-endian numbers and the CRC-32 of frames and messages, bit by bit from its definition. */
#ifndef SUCREF_TEST_FRAME_BYTES_H
#define SUCREF_TEST_FRAME_BYTES_H
#include <stddef.h>
#include <stdint.h>

static inline uint32_t bytes_get(const uint8_t *p, int n)
{
    uint32_t v = 0;
    while (n-- > 0) { v = v << 8 | p[n]; }
    return v;
}
static inline void bytes_put(uint8_t *p, uint32_t v, int n)
{
    for (; n > 0; n--, v >>= 8) { *p++ = (uint8_t)v; }
}

/* makes the last four of len bytes right */
static inline void bytes_close(uint8_t *p, size_t len)
{
    uint32_t crc = 0xFFFFFFFFU;
    size_t i;
    int bit;
    for (i = 0; i + 4 < len; i++) {
        crc ^= p[i];
        for (bit = 0; bit < 8; bit++) { crc = crc >> 1 ^ (crc & 1U ? 0xEDB88320U : 0U); }
    }
    bytes_put(p + len - 4, ~crc, 4);
}
#endif
