/* eden.h - DRIVE (1 bit) and EDEN (2 bits), our port from the published description: rotate, take the nearest Lloyd-Max
 * centroid of a normal, scale so that the estimate is unbiased. In double, for comparison. */
#ifndef SUCREF_BENCH_EDEN_H
#define SUCREF_BENCH_EDEN_H
#include <math.h>

static inline void eden_hadamard(double *x, int n)
{
    int h, i, j;
    for (h = 1; h < n; h *= 2) {
        for (i = 0; i < n; i += 2 * h) {
            for (j = i; j < i + h; j++) {
                const double a = x[j], b = x[j + h];
                x[j] = a + b;
                x[j + h] = a - b;
            }
        }
    }
}

/* estimate [n] of x [n], n a power of two, sign [n] of +-1; returns its squared error over the energy */
static inline double eden(double *estimate, const double *x, const int *sign, int n, int bits)
{
    double norm = 0, dot = 0, error = 0;
    int i;
    for (i = 0; i < n; i++) { estimate[i] = sign[i] * x[i] / sqrt(n); norm += x[i] * x[i]; }
    if (norm == 0) { return 0; }
    eden_hadamard(estimate, n);
    for (i = 0; i < n; i++) {
        static const double centroid[3] = { 0.7978845608, 0.4527800399, 1.5104176087 }; /* one bit; two bits */
        const double t = fabs(estimate[i]) * sqrt(n / norm);
        const double c = centroid[bits == 1 ? 0 : t < (centroid[1] + centroid[2]) / 2 ? 1 : 2];
        dot += c * fabs(estimate[i]);
        estimate[i] = estimate[i] < 0 ? -c : c;
    }
    eden_hadamard(estimate, n);
    for (i = 0; i < n; i++) {
        estimate[i] *= sign[i] * norm / dot / sqrt(n);
        error += (estimate[i] - x[i]) * (estimate[i] - x[i]);
    }
    return error / norm;
}
#endif
