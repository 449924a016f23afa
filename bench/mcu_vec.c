/* mcu_vec.c - vector frames on a board: 256 dithers, then encoding 1024 values by Z and by D4, and sparse, each between
 * count marks. The digest of all frames is compared with the host's. */
#include "../examples/mcu/board.h"
#include "count.h"
#define SUCREF_STATIC
#include "../sucref.h"

enum { N = 1024 };
static int16_t x[N];
static int32_t work[SUCREF_VEC_BLOCK];
static uint8_t frame[600];

int board_main(void)
{
    static const uint8_t flags[3] = { 0, SUCREF_VEC_D4, SUCREF_VEC_SPARSE | SUCREF_VEC_HALF };
    static const uint16_t ratio[3] = { 657, 560, 1024 };
    uint32_t h = 2166136261U, i, sum = 0;
    unsigned k, failed = 0;
    sucref_stream s;
    for (i = 0; i < N; i++) {
        const uint32_t r = (i + 1U) * 2654435761U;
        x[i] = (int16_t)((int32_t)(r >> 22) + (int32_t)(r >> 10 & 1023U) - 1024);
    }
    sucref_stream_init(&s, 1, 2, 3);
    COUNT_FROM();
    for (i = 0; i < 256; i++) { sum += sucref_random(&s, i); }
    COUNT_TO();
    h ^= sum;
    for (k = 0; k < 3; k++) {
        sucref_vec_options o;
        size_t len = 0;
        o.seed_low = 1; o.seed_high = 2; o.stream = k; o.ratio = ratio[k]; o.flags = flags[k];
        for (i = 0; k == 2 && i < N; i++) { if (i % 16 != 0) { x[i] = 0; } }
        COUNT_FROM();
        failed |= sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(x, N), &o, work) != SUCREF_OK;
        COUNT_TO();
        board_text("bytes ");
        board_number((uint32_t)len);
        board_text("\n");
        for (i = 0; i < len; i++) { h = (h ^ frame[i]) * 16777619U; }
    }
    board_text("digest ");
    board_hex(h);
    board_text(" stack ");
    board_number(board_stack_used());
    board_text("\n");
    return (int)failed;
}
