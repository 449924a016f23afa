/* 01_partition.c - a number cut into digits, most significant first, is known a little better with each of them.
 *
 * Output:
 *     7.3125 is 117 / 16; digits of 2, 2 and 3 bits: 1 3 2
 *     after 1 digit    4.0000
 *     after 2 digits   7.0000
 *     after 3 digits   7.2500
 *     sixteen does not fit: 7 of 8 saturated, 0 as printed in the paper
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include <stdio.h>

int main(void)
{
    const int8_t p[] = { 4, 2, 0, -3 }; /* digits of weight 4, 1 and 1/8 */
    const int8_t q[] = { 3, 0 };        /* one digit of three bits: at most 7 */
    const int32_t x = 117, sixteen = 16;
    int16_t digit[3], saturated, wrapped;
    unsigned n;
    if (sucref_partition(digit, &x, 1, -4, sucref_vector_of(p, 4), SUCREF_SATURATE) != SUCREF_OK) { return 1; }
    printf("7.3125 is 117 / 16; digits of 2, 2 and 3 bits: %d %d %d\n", digit[0], digit[1], digit[2]);
    for (n = 1; n <= 3; n++) {
        int32_t v; /* in units of 2^p[n] */
        if (sucref_join(&v, digit, 1, sucref_vector_of(p, 4), n) != SUCREF_OK) { return 1; }
        printf("after %u digit%s   %.4f\n", n, n == 1 ? " " : "s", v * (p[n] < 0 ? 1.0 / (1 << -p[n]) : 1 << p[n]));
    }
    if (sucref_partition(&saturated, &sixteen, 1, 0, sucref_vector_of(q, 2), SUCREF_SATURATE) != SUCREF_OK ||
        sucref_partition(&wrapped, &sixteen, 1, 0, sucref_vector_of(q, 2), SUCREF_WRAP) != SUCREF_OK) {
        return 1;
    }
    printf("sixteen does not fit: %d of 8 saturated, %d as printed in the paper\n", saturated, wrapped);
    return 0;
}
