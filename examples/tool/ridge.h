/* ridge.h - linear least squares with a penalty on large weights, chosen on samples held back: t = W f + b. */
#ifndef SUCREF_TOOL_RIDGE_H
#define SUCREF_TOOL_RIDGE_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* sums over samples of products of n features and 1, and of those with m targets */
typedef struct {
    unsigned n, m;       /* features without the 1, targets */
    double count;
    double *ff, *ft, *tt; /* [n + 1][n + 1], [n + 1][m], [m] */
} ridge_sums;

/* 1, or 0 where memory is short */
static inline int ridge_begin(ridge_sums *s, unsigned n, unsigned m)
{
    s->n = n; s->m = m; s->count = 0;
    s->ff = (double *)calloc((size_t)(n + 1U) * (n + 1U), sizeof(double));
    s->ft = (double *)calloc((size_t)(n + 1U) * m, sizeof(double));
    s->tt = (double *)calloc(m, sizeof(double));
    return s->ff != NULL && s->ft != NULL && s->tt != NULL;
}

static inline void ridge_end(ridge_sums *s) { free(s->ff); free(s->ft); free(s->tt); }

/* one sample: f [n], t [m] */
static inline void ridge_add(ridge_sums *s, const double *f, const double *t)
{
    const unsigned wide = s->n + 1U;
    unsigned i, j;
    for (i = 0; i <= s->n; i++) {
        const double v = i < s->n ? f[i] : 1;
        double *row = s->ff + (size_t)i * wide, *to = s->ft + (size_t)i * s->m;
        if (v == 0) { continue; }
        for (j = 0; j <= i; j++) { row[j] += v * (j < s->n ? f[j] : 1); }
        for (j = 0; j < s->m; j++) { to[j] += v * t[j]; }
    }
    for (j = 0; j < s->m; j++) { s->tt[j] += t[j] * t[j]; }
    s->count++;
}

static inline void ridge_join(ridge_sums *s, const ridge_sums *more)
{
    const size_t wide = s->n + 1U;
    size_t i;
    for (i = 0; i < wide * wide; i++) { s->ff[i] += more->ff[i]; }
    for (i = 0; i < wide * s->m; i++) { s->ft[i] += more->ft[i]; }
    for (i = 0; i < s->m; i++) { s->tt[i] += more->tt[i]; }
    s->count += more->count;
}

/* a = L L' below the diagonal, in place; what is not positive is raised until it is */
static inline void ridge_factor(double *a, unsigned n)
{
    unsigned i, j, k;
    for (i = 0; i < n; i++) {
        for (j = 0; j <= i; j++) {
            double v = a[(size_t)i * n + j];
            for (k = 0; k < j; k++) { v -= a[(size_t)i * n + k] * a[(size_t)j * n + k]; }
            a[(size_t)i * n + j] = i == j ? sqrt(v > 1e-12 ? v : 1e-12) : v / a[(size_t)j * n + j];
        }
    }
}

/* one column of x, stride m, of L L' x = x */
static inline void ridge_back(double *x, const double *a, unsigned n, unsigned m)
{
    unsigned i, k;
    for (i = 0; i < n; i++) {
        double v = x[(size_t)i * m];
        for (k = 0; k < i; k++) { v -= a[(size_t)i * n + k] * x[(size_t)k * m]; }
        x[(size_t)i * m] = v / a[(size_t)i * n + i];
    }
    for (i = n; i-- > 0;) {
        double v = x[(size_t)i * m];
        for (k = i + 1U; k < n; k++) { v -= a[(size_t)k * n + i] * x[(size_t)k * m]; }
        x[(size_t)i * m] = v / a[(size_t)i * n + i];
    }
}

/* w [n + 1][m]: the weights, then the constants, of least squares plus `penalty` times the weights' squares for each
 * sample; 0 where memory is short */
static inline int ridge_solve(double *w, const ridge_sums *s, double penalty)
{
    const unsigned wide = s->n + 1U;
    double *a = (double *)malloc((size_t)wide * wide * sizeof(double));
    unsigned i;
    if (a == NULL) { return 0; }
    memcpy(a, s->ff, (size_t)wide * wide * sizeof(double));
    memcpy(w, s->ft, (size_t)wide * s->m * sizeof(double));
    for (i = 0; i < s->n; i++) { a[(size_t)i * wide + i] += penalty * s->count; }
    ridge_factor(a, wide);
    for (i = 0; i < s->m; i++) { ridge_back(w + i, a, wide, s->m); }
    free(a);
    return 1;
}

/* sum of squares of what w errs by on the samples of s */
static inline double ridge_error(const double *w, const ridge_sums *s)
{
    const unsigned wide = s->n + 1U;
    double sum = 0;
    unsigned i, j, k;
    for (k = 0; k < s->m; k++) {
        sum += s->tt[k];
        for (i = 0; i < wide; i++) {
            const double v = w[(size_t)i * s->m + k];
            double of = s->ff[(size_t)i * wide + i] * v / 2;
            for (j = 0; j < i; j++) { of += s->ff[(size_t)i * wide + j] * w[(size_t)j * s->m + k]; }
            sum += 2 * v * (of - s->ft[(size_t)i * s->m + k]);
        }
    }
    return sum;
}

/* w [n + 1][m] fitted to all samples, with the penalty of those tried, from `least` on, that errs least on `held` when
 * fitted to `most` alone; `most` becomes the sums of all. Returns that sum of squares; negative: memory is short */
static inline double ridge_fit(double *w, ridge_sums *most, const ridge_sums *held, double least)
{
    double best = least, penalty, error, good = -1;
    unsigned step;
    for (step = 0, penalty = least; step < 12; step++, penalty *= 4) {
        if (!ridge_solve(w, most, penalty)) { return -1; }
        error = fmax(ridge_error(w, held), 0);
        if (good < 0 || error < good) { good = error; best = penalty; }
    }
    ridge_join(most, held);
    return ridge_solve(w, most, best) ? good : -1;
}
#endif
