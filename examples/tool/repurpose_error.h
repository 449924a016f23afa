/* repurpose_error.h - how far dropped weights can move an answer: [AB] Theorem 17, and a sharper bound.
 *
 * Dense layers (flattened maps, too), activations with |s(u) - s(v)| <= |u - v| (A1). */
#ifndef SUCREF_TOOL_REPURPOSE_ERROR_H
#define SUCREF_TOOL_REPURPOSE_ERROR_H
#include "repurpose.h"

static inline double repurpose_length(const double *v, size_t n)
{
    double sum = 0;
    size_t i;
    for (i = 0; i < n; i++) { sum += v[i] * v[i]; }
    return sqrt(sum);
}

/* the network's answer: a [2 * widest], where widest is the most values of any level; returns where in a it is.
 * size [n_layers]: NULL, or |x| of every layer's input out */
static inline const double *repurpose_run(const repurpose_layer *layer, size_t n_layers, const double *x, double *a,
                                          size_t widest, double (*act)(double), double *size)
{
    double *from = a, *to = a + widest, *swap;
    size_t l, i, c;
    memcpy(from, x, layer[0].n_in * layer[0].taps * sizeof(double));
    for (l = 0; l < n_layers; l++) {
        const repurpose_layer *s = &layer[l];
        const size_t n = s->n_in * s->taps;
        if (size != NULL) { size[l] = repurpose_length(from, n); }
        for (i = 0; i < s->n_out; i++) {
            double sum = s->b[i];
            for (c = 0; c < n; c++) { sum += s->w[i * n + c] * from[c]; }
            to[i] = l + 1 < n_layers ? act(sum) : sum;
        }
        swap = from; from = to; to = swap;
    }
    return from;
}

/* (6.9): |W| <= tau and |W' - W| <= e in Frobenius' norm in every layer, |x(l)| <= b at every layer's input of the
 * original network, the answer not counted: |y' - y| <= e ((tau + e)^L - 1) / (tau + e - 1) b */
static inline double repurpose_theorem_17(double e, double tau, double b, size_t n_layers)
{
    double sum = 0;
    size_t l;
    for (l = 0; l < n_layers; l++) { sum = (tau + e) * sum + 1; } /* also where tau + e = 1 */
    return e * sum * b;
}

/* the same with each layer's own norms: W'x' - Wx = W'(x' - x) + (W' - W)x, hence |x'(l+1) - x(l+1)| <= |W'(l)|
 * |x'(l) - x(l)| + |W' - W| |x(l)|. norm [n]: of W', e [n]: of W' - W, both spectral or larger; size [n]: |x(l)| */
static inline double repurpose_sharper(const double *e, const double *norm, const double *size, size_t n)
{
    double d = 0;
    size_t l;
    for (l = 0; l < n; l++) { d = norm[l] * d + e[l] * size[l]; }
    return d;
}

/* symmetric g [n][n] to g * g; room as large */
static inline void repurpose_squared(double *g, size_t n, double *room)
{
    size_t i, j, k;
    memset(room, 0, n * n * sizeof(double));
    for (i = 0; i < n; i++) {
        for (k = 0; k < n; k++) {
            const double v = g[i * n + k];
            for (j = 0; v != 0 && j < n; j++) { room[i * n + j] += v * g[k * n + j]; }
        }
    }
    memcpy(g, room, n * n * sizeof(double));
}

/* g [n][n]: the smaller of w w^T and w^T w of w [rows][cols] */
static inline void repurpose_gram(double *g, const double *w, size_t rows, size_t cols)
{
    const size_t n = rows < cols ? rows : cols;
    size_t i, j, k;
    memset(g, 0, n * n * sizeof(double));
    if (n == rows) {
        for (i = 0; i < n; i++) {
            for (j = 0; j < n; j++) {
                for (k = 0; k < cols; k++) { g[i * n + j] += w[i * cols + k] * w[j * cols + k]; }
            }
        }
        return;
    }
    for (k = 0; k < rows; k++) {
        for (i = 0; i < n; i++) {
            for (j = 0; j < n; j++) { g[i * n + j] += w[k * cols + i] * w[k * cols + j]; }
        }
    }
}

/* the spectral norm of w [rows][cols], never below it: with g the Gram matrix, |g^q|_F^(1/q) is at least its largest
 * eigenvalue (power iteration would come from below) and at most n^(1/2q) times it; with q = 2^7 the norm is at most
 * 1.4 % too large at n = 1000. Where there is no memory: Frobenius' norm, which is larger. */
static inline double repurpose_norm(const double *w, size_t rows, size_t cols)
{
    enum { SQUARINGS = 7 };
    const size_t n = rows < cols ? rows : cols;
    const double frobenius = repurpose_length(w, rows * cols);
    double *g = (double *)malloc(2 * n * n * sizeof(double)), log_scale = 0, power = 1, size;
    size_t i;
    int k;
    if (g == NULL || !(frobenius > 0)) { free(g); return frobenius * (1 + 1e-9); }
    repurpose_gram(g, w, rows, cols);
    for (k = 0; k < SQUARINGS; k++) { /* g^power = g * e^(log_scale * power) */
        size = repurpose_length(g, n * n);
        for (i = 0; i < n * n; i++) { g[i] /= size; }
        log_scale += log(size) / power;
        repurpose_squared(g, n, g + n * n);
        power *= 2;
    }
    size = exp((log_scale + log(repurpose_length(g, n * n)) / power) / 2);
    free(g);
    return fmin(size, frobenius) * (1 + 1e-9); /* for what is rounded */
}
#endif
