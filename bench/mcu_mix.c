/* mcu_mix.c - coding across inputs on a board: between count marks one worker's mixture of 784 values, a plan and one
 * input's 100 answers, for any 2 of 3 workers and 2 inputs, then for any 4 of 6 and 4. The digest of all is compared
 * with the host's. */
#include "../examples/mcu/board.h"
#include "count.h"
#define SUCREF_STATIC
#include "../sucref.h"

enum { IN = 784, OUT = 100, MOST = 4, WORKERS = 6 };
static int16_t c[MOST][IN];
static int32_t x[IN], y[WORKERS][OUT];
static int64_t back[OUT];

int board_main(void)
{
    const int16_t *of[MOST];
    const int32_t *answer[WORKERS];
    sucref_mix p;
    uint32_t h = 2166136261U, i, k;
    unsigned n, failed = 0;
    for (k = 0; k < MOST; k++) {
        for (i = 0; i < IN; i++) { c[k][i] = (int16_t)((int32_t)((i + 1U) * (k + 3U) * 2654435761U >> 23) - 256); }
        of[k] = c[k];
    }
    for (k = 0; k < WORKERS; k++) {
        for (i = 0; i < OUT; i++) { y[k][i] = (int32_t)((i + 1U) * (k + 5U) * 2654435761U >> 8) - 0x800000L; }
        answer[k] = y[k];
    }
    for (n = 2; n <= MOST; n += 2) {
        const unsigned workers = n * 3U / 2U;
        COUNT_FROM();
        failed |= sucref_mix_encode(x, of, IN, n - 1U, workers, workers - 1U) != SUCREF_OK;
        COUNT_TO();
        for (i = 0; i < IN; i++) { h = (h ^ (uint32_t)x[i]) * 16777619U; }
        COUNT_FROM();
        failed |= sucref_mix_plan(&p, n, workers, n, ~2U) != SUCREF_OK; /* the second worker is lost */
        COUNT_TO();
        COUNT_FROM();
        failed |= sucref_mix_decode(back, &p, 1, answer, OUT) != SUCREF_OK;
        COUNT_TO();
        for (i = 0; i < OUT; i++) { h = (h ^ (uint32_t)back[i] ^ (uint32_t)(back[i] >> 32)) * 16777619U; }
    }
    board_text("digest ");
    board_hex(h);
    board_text("\n");
    return (int)failed;
}
