/* air.h - [AB] 5.4.1, before a round of sums over the air: which channels a node uses, and the common factor c, such
 * that the power of sucref_air_encode's output, (5.8), keeps every node's limit. */
#ifndef SUCREF_TOOL_AIR_H
#define SUCREF_TOOL_AIR_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* (5.8) over c^2: m weight^2 |g|^2 sum 1/h^2 over the channels used / (their number)^2; 0 where none is */
static inline double air_power(const double *h, const uint8_t *used, size_t m, double weight, double energy)
{
    double sum = 0, n = 0;
    size_t j;
    for (j = 0; j < m; j++) { if (used[j]) { sum += 1 / (h[j] * h[j]); n++; } }
    return n > 0 ? (double)m * weight * weight * energy * sum / (n * n) : 0;
}

/* used [m] out: for a given c the most channels that keep `power`, the strongest; how many. For every n the power is
 * least of the strongest n, but with n it may rise and fall, so that all n are tried */
static inline size_t air_channels(uint8_t *used, const double *h, size_t m, double weight, double energy, double c,
                                  double power)
{
    size_t n, j, best = 0, last = m;
    for (j = 0; j < m; j++) { used[j] = 0; }
    for (n = 1; n <= m; n++) { /* one more, the strongest of those left */
        size_t k = m;
        for (j = 0; j < m; j++) { if (!used[j] && h[j] != 0 && (k == m || fabs(h[j]) > fabs(h[k]))) { k = j; } }
        if (k == m) { break; }
        used[k] = 1;
        if (c * c * air_power(h, used, m, weight, energy) <= power) { best = n; last = k; }
    }
    for (n = 0, j = 0; j < m; j++) { /* back to the best n: what is as strong as the last one, up to it */
        if (used[j] && (best == 0 || fabs(h[j]) < fabs(h[last]) || (fabs(h[j]) <= fabs(h[last]) && j > last))) {
            used[j] = 0;
        }
        n += used[j];
    }
    return n;
}

/* the largest c that all nodes keep: least of sqrt(power / (5.8) at c = 1); 1e300 where none sends */
static inline double air_common(const double *at_1, const double *power, size_t nodes)
{
    double c = 1e300;
    size_t i;
    for (i = 0; i < nodes; i++) { if (at_1[i] > 0) { c = fmin(c, sqrt(power[i] / at_1[i])); } }
    return c;
}
#endif
