/* scheme.h - [SR] Algorithms 1 and 2 as printed, in double, for comparison. Not part of the library: it keeps the
 * printed faults on request (see `literal`, `wrap`). Other bases (Remark 2) by `base`. */
#ifndef SUCREF_BENCH_SCHEME_H
#define SUCREF_BENCH_SCHEME_H

enum { SCHEME_LAYERS = 3, SCHEME_R = 4, SCHEME_WIDE = 785, SCHEME_HIDDEN = 20 };

/* Algorithm 1: digit i (0-based) of x for exponents p[0..R] of `base`; wrap:
 * line 5 as printed drops the integer part */
double scheme_digit(double x, const int *p, int i, int wrap, double base);

typedef struct {
    int n_in[SCHEME_LAYERS], n_out[SCHEME_LAYERS];
    double *upgrade[SCHEME_LAYERS][SCHEME_R]; /* dA: [n_out][n_in + 1], bias last, value of the digit */
    double *sum[SCHEME_LAYERS][SCHEME_R + 1]; /* A before resolution r */
    int px[SCHEME_R + 1];
    int literal, wrap;
} scheme;

/* cuts layer l's weights; p its partitioning vector */
void scheme_cut(scheme *s, int l, const float *w, const float *b, int n_out, int n_in, const int *p);
void scheme_free(scheme *s);

/* what the resolutions of one picture give: the logit, and the two hidden layers' values after the nonlinearity */
typedef struct { double logit[SCHEME_R], node[SCHEME_R][2][SCHEME_HIDDEN]; } scheme_answer;

/* Algorithm 2 on one picture. literal: lines 15-16 keep the activation where the pre-activation is needed.
 * Line 18 floors to multiples of 1/16. */
void scheme_run(const scheme *s, const unsigned char *pixels, scheme_answer *out);
#endif
