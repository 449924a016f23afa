/* 09_over_the_air.c - eight nodes send at once on the same channels; the air adds what they send, and the receiver
 * reads off their weighted mean. Each round projects 64 values onto 16 channels by new signs, half of the nodes are
 * silent, and no one uses a channel that fades: unbiased all the same, so the mean of many rounds finds it.
 *
 * Output:
 *     after    1 rounds: error 135.1 % of the energy
 *     after   10 rounds: error 59.4 % of the energy
 *     after  100 rounds: error 4.9 % of the energy
 *     after 1000 rounds: error 0.5 % of the energy
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include <stdio.h>

enum { NODES = 8, VALUES = 64, LOG2_CHANNELS = 4, CHANNELS = 1 << LOG2_CHANNELS, ROUNDS = 1000, UNIT = 65536 };

int main(void)
{
    static int16_t x[NODES][VALUES];
    static int64_t sum[VALUES], out[VALUES], work[CHANNELS];
    double mean[VALUES] = { 0 }, energy = 0;
    sucref_stream signs, world;
    uint32_t counter = 0;
    int node, i, j, round;
    sucref_stream_init(&signs, 1, 0, 0); /* known to all */
    sucref_stream_init(&world, 2, 0, 0); /* channels, and who is awake */
    for (node = 0; node < NODES; node++) {
        for (i = 0; i < VALUES; i++) {
            x[node][i] = (int16_t)((sucref_random(&world, counter++) >> 22) + 100U * (unsigned)(i % 8) - 512U);
            mean[i] += x[node][i] / (double)NODES;
        }
    }
    for (i = 0; i < VALUES; i++) { energy += mean[i] * mean[i]; }

    for (round = 1; round <= ROUNDS; round++) {
        const uint32_t first = (uint32_t)round * 1024U;
        int64_t air[CHANNELS] = { 0 };
        int32_t received[CHANNELS];
        for (node = 0; node < NODES; node++) {
            int32_t v[CHANNELS], sent[CHANNELS], gain[CHANNELS], inverse[CHANNELS];
            uint8_t used[CHANNELS];
            int count = 0;
            const int awake = (int)(sucref_random(&world, counter++) >> 31); /* half of the time */
            for (j = 0; j < CHANNELS; j++) { /* gains from 1/16 to 4, those below 1/2 are not used */
                gain[j] = (int32_t)(sucref_random(&world, counter++) >> 14) + UNIT / 16;
                used[j] = gain[j] >= UNIT / 2;
                inverse[j] = (int32_t)((int64_t)UNIT * UNIT / gain[j]);
                count += used[j];
            }
            if (!awake || count == 0) { continue; }
            (void)sucref_fold(v, LOG2_CHANNELS, x[node], VALUES, sucref_signs_of(&signs, first));
            /* weight / P(send) * k / channels used */
            sucref_air_encode(sent, v, CHANNELS, used, inverse, UNIT * 2 / NODES * CHANNELS / count);
            for (j = 0; j < CHANNELS; j++) { air[j] += (int64_t)gain[j] * sent[j] / UNIT; }
        }
        for (j = 0; j < CHANNELS; j++) { received[j] = (int32_t)air[j]; }
        (void)sucref_unfold(out, VALUES, received, LOG2_CHANNELS, sucref_signs_of(&signs, first), work);
        for (i = 0; i < VALUES; i++) { sum[i] += out[i]; }
        if (round == 1 || round == 10 || round == 100 || round == 1000) {
            double error = 0;
            for (i = 0; i < VALUES; i++) {
                const double d = (double)sum[i] / CHANNELS / round - mean[i];
                error += d * d;
            }
            printf("after %4d rounds: error %.1f %% of the energy\n", round, 100 * error / energy);
        }
    }
    return 0;
}
