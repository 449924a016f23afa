/* 08_telemetry.c - sensor values over a radio: a node sends 256 of them in one frame at about two bits each, the host
 * decodes it.
 *
 *     08_telemetry [FILE]    FILE: what examples/mcu/telemetry.c printed on a board; without it this program is the
 *                            node, too
 *
 * Output:
 *     sent 89 bytes for 512 of values: 2.03 bits a value and 24 bytes of frame
 *     received 256 values: error 8.8 % of the energy
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "mcu/telemetry.h"
#include <stdio.h>
#include <string.h>

static int16_t x[TELEMETRY_VALUES];
static uint8_t frame[600];

static size_t node(sucref_vec_options o)
{
    static int32_t work[SUCREF_VEC_BLOCK];
    size_t len = 0;
    o.stream = 1; /* a new one for every frame */
    o.flags = SUCREF_VEC_D4;
    o.ratio = sucref_vec_ratio_for_bits(2 * 256, o.flags);
    return sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(x, TELEMETRY_VALUES), &o, work) == SUCREF_OK ? len
                                                                                                             : 0;
}

/* the bytes behind "frame " in a board's output */
static size_t radio(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t len = 0;
    unsigned byte;
    char word[8] = "";
    while (f != NULL && strcmp(word, "frame") != 0 && fscanf(f, "%7s", word) == 1) { }
    while (f != NULL && len < sizeof frame && fscanf(f, "%2x", &byte) == 1) { frame[len++] = (uint8_t)byte; }
    if (f != NULL) { fclose(f); }
    return len;
}

int main(int argc, char **argv)
{
    static int32_t y[TELEMETRY_VALUES];
    static int64_t work[SUCREF_VEC_BLOCK];
    sucref_vec_options o = { TELEMETRY_SEED, 0, 0, 0, 0, 0 }; /* the seed is known to both ends */
    double error = 0, energy = 0;
    uint32_t n = TELEMETRY_VALUES, i;
    size_t len;
    telemetry_signal(x);
    len = argc > 1 ? radio(argv[1]) : node(o);
    if (sucref_vec_decode(y, &n, frame, len, &o, work) != SUCREF_OK) {
        printf("no valid frame\n");
        return 1;
    }
    for (i = 0; i < n; i++) { error += (double)(y[i] - x[i]) * (y[i] - x[i]); energy += (double)x[i] * x[i]; }
    printf("sent %lu bytes for %lu of values: %.2f bits a value and %d bytes of frame\n", (unsigned long)len,
           (unsigned long)n * 2, 8.0 * (double)(len - SUCREF_VEC_OVERHEAD) / n, SUCREF_VEC_OVERHEAD);
    printf("received %lu values: error %.1f %% of the energy\n", (unsigned long)n, 100 * error / energy);
    return 0;
}
