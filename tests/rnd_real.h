/* rnd_real.h - random reals from the tests' generator, and the energy of a vector. */
#ifndef SUCREF_RND_REAL_H
#define SUCREF_RND_REAL_H
#include "rnd.h"
#include <math.h>

static inline double uniform(void) { return ((double)rnd() + 0.5) / 4294967296.0; } /* in (0, 1) */

static inline double normal(void)
{
    const double r = sqrt(-2 * log(uniform()));
    return r * cos(6.283185307179586 * uniform());
}

/* near normal and never far out: weights */
static inline float bell(void)
{
    int k, sum = 0;
    for (k = 0; k < 6; k++) { sum += rnd_in(-1000, 1000); }
    return (float)sum / 4000;
}

static inline double squares(const double *x, int n)
{
    double s = 0;
    int i;
    for (i = 0; i < n; i++) { s += x[i] * x[i]; }
    return s;
}
#endif
