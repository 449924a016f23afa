/* scheme.c - see scheme.h. */
#include "scheme.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

double scheme_digit(double x, const int *p, int i, int wrap, double base)
{
    double a = fabs(x) / pow(base, p[0]);
    if (wrap) { a -= floor(a); } else if (a >= 1) { a = 1 - pow(base, p[SCHEME_R] - p[0]); }
    a *= pow(base, p[0] - p[i + 1]);
    a = floor(a) - floor(floor(a) / pow(base, p[i] - p[i + 1])) * pow(base, p[i] - p[i + 1]);
    return x < 0 ? -a : a;
}

void scheme_free(scheme *s)
{
    int l, r;
    for (l = 0; l < SCHEME_LAYERS; l++) {
        for (r = 0; r < SCHEME_R; r++) { free(s->upgrade[l][r]); }
        for (r = 0; r <= SCHEME_R; r++) { free(s->sum[l][r]); }
    }
}

void scheme_cut(scheme *s, int l, const float *w, const float *b, int n_out, int n_in, const int *p)
{
    const size_t n = (size_t)n_out * (size_t)(n_in + 1);
    int r, i, k;
    s->n_in[l] = n_in;
    s->n_out[l] = n_out;
    for (r = 0; r <= SCHEME_R; r++) { s->sum[l][r] = (double *)calloc(n, sizeof(double)); }
    for (r = 0; r < SCHEME_R; r++) {
        s->upgrade[l][r] = (double *)calloc(n, sizeof(double));
        for (i = 0; i < n_out; i++) {
            for (k = 0; k <= n_in; k++) {
                const size_t at = (size_t)i * (size_t)(n_in + 1) + (size_t)k;
                s->upgrade[l][r][at] = scheme_digit(k < n_in ? w[i * n_in + k] : b[i], p, r, s->wrap, 2) *
                                       pow(2, p[r + 1]);
                s->sum[l][r + 1][at] = s->sum[l][r][at] + s->upgrade[l][r][at];
            }
        }
    }
}

static double scheme_act(int l, double v) { return l == 0 || v > 0 ? v : 0; }

void scheme_run(const scheme *s, const unsigned char *pixels, scheme_answer *answer)
{
    static double h[SCHEME_LAYERS][SCHEME_WIDE];
    double out = 0;
    int r, l, i, k;
    memset(h, 0, sizeof h);
    for (r = 0; r < SCHEME_R; r++) {
        double d[SCHEME_WIDE], next[SCHEME_WIDE];
        for (k = 0; k < s->n_in[0]; k++) {
            d[k] = scheme_digit(pixels[k] / 255.0, s->px, r, s->wrap, 2) * pow(2, s->px[r + 1]);
        }
        for (l = 0; l < SCHEME_LAYERS; l++) {
            const int n_in = s->n_in[l];
            double dh[SCHEME_WIDE], old[SCHEME_WIDE];
            for (k = 0; k < n_in; k++) {
                old[k] = scheme_act(l, h[l][k]);
                dh[k] = scheme_act(l, h[l][k] + d[k]) - old[k];
                h[l][k] += s->literal ? dh[k] : d[k];
            }
            for (i = 0; i < s->n_out[l]; i++) {
                const double *a = s->sum[l][r] + (size_t)i * (size_t)(n_in + 1),
                             *da = s->upgrade[l][r] + (size_t)i * (size_t)(n_in + 1);
                double v = da[n_in]; /* sigma of the constant 1 is 1 */
                for (k = 0; k < n_in; k++) {
                    if (dh[k] != 0 || old[k] != 0) { v += dh[k] * (a[k] + da[k]) + old[k] * da[k]; }
                }
                next[i] = floor(v * 16) / 16;
            }
            memcpy(d, next, sizeof(double) * (size_t)s->n_out[l]);
            for (i = 0; l < 2 && i < SCHEME_HIDDEN; i++) {
                answer->node[r][l][i] = i < s->n_out[l] ? scheme_act(1, h[l + 1][i] + d[i]) : 0;
            }
        }
        out += d[0];
        answer->logit[r] = out;
    }
}
