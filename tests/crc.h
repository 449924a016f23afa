/* crc.h - CRC-32 (IEEE 802.3) and little-endian numbers, for tests that repair what they damage. */
#ifndef SUCREF_TESTS_CRC_H
#define SUCREF_TESTS_CRC_H
#include <stddef.h>
#include <stdint.h>

#ifndef CRC_UNSEEN
#  define CRC_UNSEEN /* attributes of a fuzzer's loop */
#endif

/* start with 0xFFFFFFFF, invert at the end; by a table of single bytes' CRCs, made bit by bit */
CRC_UNSEEN static inline uint32_t crc_more(uint32_t crc, const uint8_t *p, size_t n)
{
    static uint32_t table[256];
    uint32_t i;
    int k;
    for (i = 0; table[255] == 0 && i < 256; i++) {
        uint32_t byte = i;
        for (k = 0; k < 8; k++) { byte = (byte >> 1) ^ (byte & 1U ? 0xEDB88320U : 0U); }
        table[i] = byte;
    }
    while (n-- > 0) { crc = crc >> 8 ^ table[(crc ^ *p++) & 255U]; }
    return crc;
}
static inline uint32_t crc_of(const uint8_t *p, size_t n) { return ~crc_more(0xFFFFFFFFU, p, n); }

static inline void put_le(uint8_t *p, uint32_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8) { *p++ = (uint8_t)v; }
}
static inline uint32_t get_le(const uint8_t *p, int bytes)
{
    uint32_t v = 0;
    while (bytes-- > 0) { v = v << 8 | p[bytes]; }
    return v;
}

/* METHOD 7 of sucref.h: where a header has its head's bytes and the head's CRC; its length, and a section's frame's */
enum { HEAD_BYTES = 12, HEAD_CRC = 60, HEADER = 64, FRAME = 16 };
#define CRC_ALL 0xFFFFFFFFU /* in place of the byte that was changed: any */

/* makes the CRC of a model file's head of so many bytes right */
static inline void head_close(uint8_t *p, uint32_t head)
{
    put_le(p + HEAD_CRC, ~crc_more(crc_more(0xFFFFFFFFU, p, HEAD_CRC), p + HEADER, head - HEADER), 4);
}

/* makes the CRCs right of the head and of the section in which a byte was changed, as far as there are such */
static inline void file_close(uint8_t *p, uint32_t bytes, uint32_t changed)
{
    const uint32_t head = get_le(p + HEAD_BYTES, 4);
    uint32_t at = head, len;
    if (head < HEADER || head > bytes) { return; }
    head_close(p, head);
    for (; at <= bytes && FRAME <= bytes - at; at += FRAME + (len + 3U) / 4U * 4U) {
        len = get_le(p + at + 8, 4);
        if (len > bytes - at - FRAME) { return; }
        if (changed != CRC_ALL && (changed < at || changed >= at + FRAME + len)) { continue; }
        put_le(p + at + 12, ~crc_more(crc_more(0xFFFFFFFFU, p + at, 12), p + at + FRAME, len), 4);
    }
}

/* makes the last four of len bytes, a frame's or a message's CRC, right */
static inline void bytes_close(uint8_t *p, size_t len) { put_le(p + len - 4, crc_of(p, len - 4), 4); }
#endif
