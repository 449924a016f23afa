/* mcu_parity.c - recovery on a board: between count marks a plan for one lost of four, its 128 outputs, then a plan and
 * 128 outputs each for two lost of eight. The digest of what was recovered is compared with the host's. */
#include "../examples/mcu/board.h"
#include "count.h"
#define SUCREF_STATIC
#include "../sucref.h"

enum { LEN = 128, MOST = 10 };
static int32_t y[MOST][LEN], back[LEN];

int board_main(void)
{
    const int32_t *shard[MOST];
    sucref_recovery p;
    uint32_t h = 2166136261U, i, k;
    unsigned n, failed = 0;
    for (n = 4; n <= 8; n += 4) {
        const unsigned lost = n / 4;
        for (i = 0; i < n; i++) {
            for (k = 0; k < LEN; k++) { y[i][k] = (int32_t)(((k + 1U) * (i + 3U) * 2654435761U) >> 8) - 0x800000L; }
        }
        for (i = 0; i < MOST; i++) { shard[i] = y[i]; }
        for (k = 0; k < lost * LEN; k++) { /* what honest parity devices answer */
            uint32_t sum = 0;
            for (i = 0; i < n; i++) {
                sum += (uint32_t)sucref_parity_coefficient(n, lost, k / LEN, i) * (uint32_t)y[i][k % LEN];
            }
            y[n + k / LEN][k % LEN] = (int32_t)sum;
        }
        COUNT_FROM();
        failed |= sucref_recovery_plan(&p, n, lost, ((1U << (n + lost)) - 1U) & ~(lost == 1 ? 2U : 10U), 1UL << 24) !=
                  SUCREF_OK;
        COUNT_TO();
        COUNT_FROM();
        for (i = 0; i < lost; i++) {
            failed |= sucref_recover(back, &p, i, shard, LEN) != SUCREF_OK;
            for (k = 0; k < LEN; k += 32) {
                h = (h ^ (uint32_t)back[k]) * 16777619U;
                failed |= back[k] != y[1 + 2 * i][k];
            }
        }
        COUNT_TO();
    }
    board_text("digest ");
    board_hex(h);
    board_text("\n");
    return (int)failed;
}
