/* telemetry.c - the node: one frame of 256 sensor values at about two bits each, printed in hex for
 * examples/08_telemetry.c. */
#include "board.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include "telemetry.h"

static int16_t x[TELEMETRY_VALUES];
static int32_t work[SUCREF_VEC_BLOCK];
static uint8_t frame[SUCREF_VEC_OVERHEAD + TELEMETRY_VALUES];

int board_main(void)
{
    static const char hex[] = "0123456789abcdef";
    sucref_vec_options o;
    size_t len = 0, i;
    telemetry_signal(x);
    o.seed_low = TELEMETRY_SEED;
    o.seed_high = 0;
    o.stream = 1;
    o.flags = SUCREF_VEC_D4;
    o.ratio = sucref_vec_ratio_for_bits(2 * 256, o.flags);
    if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(x, TELEMETRY_VALUES), &o, work) != SUCREF_OK) {
        return 1;
    }
    board_text("frame ");
    for (i = 0; i < len; i++) {
        char two[3];
        two[0] = hex[frame[i] >> 4];
        two[1] = hex[frame[i] & 15];
        two[2] = 0;
        board_text(two);
    }
    board_text("\n");
    return 0;
}
