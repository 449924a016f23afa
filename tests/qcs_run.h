/* qcs_run.h - quantized compressive sampling through the header's functions, for tests of what [AB] states of it; after
 * sucref.h. */
#ifndef SUCREF_TESTS_QCS_RUN_H
#define SUCREF_TESTS_QCS_RUN_H
#include <math.h>
#include <string.h>

/* one pass of QCS through the header's functions: estimate [n] of z */
static inline void qcs(double *estimate, const double *z, int n, unsigned log2_k, uint32_t levels, uint32_t trial)
{
    static int16_t x[256], q[256];
    static int32_t v[256], w2[256];
    static int64_t out[256], work[256];
    double max = 1e-12;
    uint32_t top = 1;
    sucref_stream r;
    sucref_grid st;
    int i;
    sucref_stream_init(&r, trial, 4, 4);
    for (i = 0; i < n; i++) { max = fmax(max, fabs(z[i])); }
    for (i = 0; i < n; i++) { x[i] = (int16_t)lrint(z[i] / max * 8000); }
    CHECK(sucref_fold(v, log2_k, x, (size_t)n, sucref_signs_of(&r, 1000)) == SUCREF_OK);
    for (i = 0; i < 1 << log2_k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
    CHECK(sucref_grid_for(&st, top, levels) == SUCREF_OK &&
          sucref_dither_encode(q, sucref_int32(v, (size_t)1 << log2_k), &st, &r, 0) == SUCREF_OK);
    CHECK(sucref_dither_decode(w2, q, (size_t)1 << log2_k, &st, &r, 0) == SUCREF_OK &&
          sucref_unfold(out, (size_t)n, w2, log2_k, sucref_signs_of(&r, 1000), work) == SUCREF_OK);
    for (i = 0; i < n; i++) { estimate[i] = (double)out[i] / (2.0 * st.multiplier * (1 << log2_k)) * max / 8000; }
}

static inline double qcs_gamma(int n, int k, int levels)
{
    return (n + k - 1) / k - 1 + n / (4.0 * levels * levels) * log(k) / (k - 1);
}
#endif
