/* transform.h - a Hadamard transform, and the doubled estimate of index q at dither u, in int64 by definition. */
#ifndef SUCREF_TESTS_TRANSFORM_H
#define SUCREF_TESTS_TRANSFORM_H
#include <stdint.h>
#include <string.h>

static void transform64(int64_t *x, unsigned log2_n)
{
    static int64_t y[1024];
    const uint32_t n = 1U << log2_n;
    uint32_t h, i;
    for (h = 1; h < n; h *= 2) { /* by halves: H_2n = H_n H_n over H_n -H_n, last bit first */
        for (i = 0; i < n; i++) { y[i] = i & h ? x[i - h] - x[i] : x[i] + x[i + h]; }
        memcpy(x, y, n * sizeof x[0]);
    }
}

static int64_t estimate2(int64_t q, int64_t u, int64_t s) { return 2 * s * q - 2 * u + s - 1; }
#endif
