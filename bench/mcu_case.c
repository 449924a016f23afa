/* mcu_case.c - MODEL_H and INPUTS_H are headers that bench/mcu.sh writes: MODEL_H with `sucref emit-c`, INPUTS_H with
 * INPUT_COUNT, INPUT_BYTES and packed[], where a 0 and n stand for n zeros and other bytes for themselves. */
#include "../examples/mcu/board.h"
#include "mcu_case.h"
#include MODEL_H
#include INPUTS_H

static uint32_t work[NET_WORK_LEN];
static uint8_t x[INPUT_BYTES];
const mcu_case the_case = { net_model.bytes, packed, work, x, NET_BYTES, NET_WORK_LEN, INPUT_COUNT, INPUT_BYTES };

void next_input(void)
{
    static const uint8_t *at = packed;
    uint32_t c = 0, n;
    while (c < INPUT_BYTES) {
        x[c] = board_flash_u8(at++);
        if (x[c++] == 0) {
            for (n = board_flash_u8(at++); n > 1; n--) { x[c++] = 0; }
        }
    }
}
