/* telemetry.h - what the node and the host agree on, and the node's signal: a machine's vibration,
 * made of integers only. */
#ifndef SUCREF_EXAMPLES_TELEMETRY_H
#define SUCREF_EXAMPLES_TELEMETRY_H
#include "../tool/random.h"

enum { TELEMETRY_VALUES = 256, TELEMETRY_SEED = 2026 };

/* two tones by rotation (y'' = -w^2 y) and a little noise, within int16 */
static inline void telemetry_signal(int16_t *x)
{
    int32_t a = 9000, da = 0, b = 3000, db = 0, i;
    uint32_t noise = 1;
    for (i = 0; i < TELEMETRY_VALUES; i++) {
        da -= a / 8;
        a += da / 4;
        db -= b / 2;
        b += db / 3;
        x[i] = (int16_t)(a + b + (int32_t)(random_next(&noise) >> 23) - 256);
    }
}
#endif
