/* 10_side_information.c - two sensors see nearly the same; the first sends which values are high, the second only the
 * syndrome of that: a third of the bits (28.6 % would be ideal). The receiver finds the second's from it and the
 * first's. Neither sensor knows the other; the matrix is the same for all: it comes from the counter generator.
 *
 * Output:
 *     first sensor:   65536 bits of plane
 *     second sensor:  21648 bits of syndrome, for 65536 of which 3284 are other than the first's
 *     found: yes, with 768 values sent as they are where the decoder got stuck
 */
#define SUCREF_IMPLEMENTATION
#include "tool/syndrome.h"
#include <stdio.h>

enum { VALUES = 65536, APART = 214748365 /* of 2^32: a value in twenty differs */ };

int main(void)
{
    static uint8_t first[VALUES / 8], second[VALUES / 8], found[VALUES / 8], message[VALUES / 8], again[VALUES / 8];
    static int16_t likely[VALUES];
    const sucref_syndrome_code code = { VALUES, 330, 10 }; /* 330 bits for each run of 1024 values */
    syndrome_decoder d;
    sucref_stream world, matrix;
    uint32_t i, apart = 0, told = 0;
    size_t len;
    int32_t piece;
    int asked = 0;
    sucref_stream_init(&world, 1, 0, 0);
    sucref_stream_init(&matrix, 2, 0, 0); /* known to both ends */
    for (i = 0; i < VALUES; i++) {
        const unsigned bit = sucref_random(&world, 2 * i) >> 31, flips = sucref_random(&world, 2 * i + 1) < APART;
        first[i / 8] = (uint8_t)(first[i / 8] | bit << (i % 8));
        second[i / 8] = (uint8_t)(second[i / 8] | (bit ^ flips) << (i % 8));
        apart += flips;
        likely[i] = bit ? -94 : 94; /* 32 ln(.95 / .05) */
    }

    if (sucref_syndrome_encode(message, sizeof message, &len, second, &code, &matrix) != SUCREF_OK ||
        syndrome_open(&d, &code, &matrix) != 0) {
        return 1;
    }
    printf("first sensor:   %d bits of plane\n", VALUES);
    printf("second sensor:  %lu bits of syndrome, for %d of which %lu are other than the first's\n",
           8UL * (unsigned long)len, VALUES, (unsigned long)apart);
    syndrome_start(&d, likely, message);
    while ((piece = syndrome_go(&d)) >= 0 && asked++ < 40) {
        told += syndrome_tell(&d, piece, second); /* the receiver asks for these bits */
    }
    printf("found: %s, with %lu values sent as they are where the decoder got stuck\n",
           syndrome_end(&d, found, again, len, &matrix) ? "yes" : "no", (unsigned long)told);
    syndrome_close(&d);
    return 0;
}
