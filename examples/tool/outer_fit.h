/* outer_fit.h - [AB] Algorithm 1: values for the bins of both factors of a product, by alternating least squares. */
#ifndef SUCREF_TOOL_OUTER_FIT_H
#define SUCREF_TOOL_OUTER_FIT_H
#include "prepare.h"

/* prepare_outer_fit - values for given bins of both factors of G = D X^T / L that lessen
 *
 *     |G - G~|^2 + lambda (sum G - sum G~)^2,   G~ = sum_t beta[bin_d[j][t]] alpha[bin_x[i][t]] / L
 *
 * (alpha^T P beta where (3.5) to (3.7) print beta^T P alpha). Starts from the bins' means; a round solves for beta,
 * then for alpha.
 *   alpha [kx], beta [kd] out;  x [n][L], bin_x [n][L] below kx, d [m][L], bin_d [m][L] below kd;  k 1..16, batch L
 *   objective [1 + 2 rounds] out: before, and after each half of a round; never rises. Or NULL
 * Returns SUCREF_OK, SUCREF_E_ARG, SUCREF_E_RANGE (a size, or a bin that is none), SUCREF_E_SPACE. */
typedef struct {
    const float *x, *d;
    const uint8_t *bin_x, *bin_d;
    size_t n, m, batch;
    unsigned kx, kd;
    double lambda;
} prepare_outer_bins;

/* solves a [k][k] y = b in place by elimination with pivots; what the equations leave open is 0 */
static inline void prepare_solve(double *a, double *b, unsigned k)
{
    unsigned i, j, c, pivot_of[16];
    uint8_t used[16] = { 0 };
    double scale = 0, y[16];
    for (i = 0; i < k * k; i++) { scale = fabs(a[i]) > scale ? fabs(a[i]) : scale; }
    for (c = 0; c < k; c++) {
        unsigned best = 16;
        for (i = 0; i < k; i++) {
            if (!used[i] && (best == 16 || fabs(a[i * k + c]) > fabs(a[best * k + c]))) { best = i; }
        }
        pivot_of[c] = 16;
        if (best == 16 || fabs(a[best * k + c]) <= 1e-12 * scale) { continue; }
        used[best] = 1;
        pivot_of[c] = best;
        for (i = 0; i < k; i++) {
            const double f = i == best ? 0 : a[i * k + c] / a[best * k + c];
            for (j = c; f != 0 && j < k; j++) { a[i * k + j] -= f * a[best * k + j]; }
            b[i] -= f * b[best];
        }
    }
    for (c = 0; c < k; c++) { y[c] = pivot_of[c] == 16 ? 0 : b[pivot_of[c]] / a[pivot_of[c] * k + c]; }
    for (c = 0; c < k; c++) { b[c] = y[c]; }
}

/* feature[c][j][i] = the product with 1 for bin c of one factor, 0 for its others, and the values of the other factor.
 * of_x: the bins of X are asked for */
static inline void prepare_outer_features(double *feature, const prepare_outer_bins *b, int of_x, const double *other)
{
    const unsigned k = of_x ? b->kx : b->kd;
    size_t i, j, t;
    memset(feature, 0, sizeof(double) * k * b->m * b->n);
    for (j = 0; j < b->m; j++) {
        for (i = 0; i < b->n; i++) {
            for (t = 0; t < b->batch; t++) {
                const unsigned x = b->bin_x[i * b->batch + t], d = b->bin_d[j * b->batch + t];
                feature[((of_x ? x : d) * b->m + j) * b->n + i] += other[of_x ? d : x] / (double)b->batch;
            }
        }
    }
}

/* one half of a round: the values of one factor; returns the objective */
static inline double prepare_outer_half(double *value, double *feature, const double *g, const prepare_outer_bins *b,
                                        int of_x, const double *other, int solve)
{
    const unsigned k = of_x ? b->kx : b->kd;
    const size_t size = b->m * b->n;
    double q[256], r[16], p[16], total = 0, sum = 0, error = 0;
    unsigned c, e;
    size_t i;
    prepare_outer_features(feature, b, of_x, other);
    for (i = 0; i < size; i++) { total += g[i]; }
    for (c = 0; c < k; c++) {
        r[c] = p[c] = 0;
        for (i = 0; i < size; i++) { r[c] += feature[c * size + i] * g[i]; p[c] += feature[c * size + i]; }
    }
    for (c = 0; c < k; c++) {
        for (e = 0; e < k; e++) {
            q[c * k + e] = b->lambda * p[c] * p[e];
            for (i = 0; i < size; i++) { q[c * k + e] += feature[c * size + i] * feature[e * size + i]; }
        }
        r[c] += b->lambda * total * p[c];
    }
    if (solve) {
        prepare_solve(q, r, k);
        for (c = 0; c < k; c++) { value[c] = r[c]; }
    }
    for (i = 0; i < size; i++) {
        double fit = 0;
        for (c = 0; c < k; c++) { fit += value[c] * feature[c * size + i]; }
        error += (g[i] - fit) * (g[i] - fit);
        sum += g[i] - fit;
    }
    return error + b->lambda * sum * sum;
}

/* the mean of every bin; 1, or 0 when a bin number is out of range */
static inline int prepare_bin_means(double *mean, const float *v, const uint8_t *bin, size_t len, unsigned k)
{
    double count[16] = { 0 };
    unsigned c;
    size_t i;
    for (c = 0; c < k; c++) { mean[c] = 0; }
    for (i = 0; i < len; i++) {
        if (bin[i] >= k) { return 0; }
        mean[bin[i]] += (double)v[i];
        count[bin[i]]++;
    }
    for (c = 0; c < k; c++) { if (count[c] > 0) { mean[c] /= count[c]; } }
    return 1;
}

static inline int prepare_outer_fit(double *alpha, double *beta, const prepare_outer_bins *b, unsigned rounds,
                                    double *objective)
{
    double *g, *feature, now;
    unsigned k, round;
    size_t i, j, t;
    if (alpha == NULL || beta == NULL || b == NULL || b->x == NULL || b->d == NULL || b->bin_x == NULL ||
        b->bin_d == NULL) {
        return SUCREF_E_ARG;
    }
    if (b->n < 1 || b->m < 1 || b->batch < 1 || b->kx < 1 || b->kx > 16 || b->kd < 1 || b->kd > 16) {
        return SUCREF_E_RANGE;
    }
    if (!prepare_bin_means(alpha, b->x, b->bin_x, b->n * b->batch, b->kx) ||
        !prepare_bin_means(beta, b->d, b->bin_d, b->m * b->batch, b->kd)) {
        return SUCREF_E_RANGE;
    }
    k = b->kx > b->kd ? b->kx : b->kd;
    if (b->m > (size_t)-1 / sizeof(double) / (k + 1U) / b->n) { return SUCREF_E_SPACE; }
    g = (double *)malloc(sizeof(double) * b->m * b->n * (k + 1U));
    if (g == NULL) { return SUCREF_E_SPACE; }
    feature = g + b->m * b->n;
    for (j = 0; j < b->m; j++) {
        for (i = 0; i < b->n; i++) {
            g[j * b->n + i] = 0;
            for (t = 0; t < b->batch; t++) {
                g[j * b->n + i] += (double)b->d[j * b->batch + t] * (double)b->x[i * b->batch + t] / (double)b->batch;
            }
        }
    }
    now = prepare_outer_half(beta, feature, g, b, 0, alpha, 0);
    if (objective != NULL) { objective[0] = now; }
    for (round = 0; round < 2U * rounds; round++) {
        now = round % 2U == 0 ? prepare_outer_half(beta, feature, g, b, 0, alpha, 1)
                              : prepare_outer_half(alpha, feature, g, b, 1, beta, 1);
        if (objective != NULL) { objective[round + 1U] = now; }
    }
    free(g);
    return SUCREF_OK;
}
#endif
