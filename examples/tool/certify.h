/* certify.h - bounds for sucref_net_proved: norms of what the first layer's weights lack at a stop. */
#ifndef SUCREF_TOOL_CERTIFY_H
#define SUCREF_TOOL_CERTIFY_H
#include "prepare.h"

/* 4096 * R of one row: what its weights lack at a stop; c: the group's correction or NULL, i the row inside it */
static inline void prepare_residual(double *out, int64_t *beta, const sucref_layer_spec *s, const sucref_correction *c,
                                    uint32_t row, uint32_t columns, uint32_t i, unsigned bits)
{
    const int k = 8 - (int)bits, shift = (int)prepare_row_shift(s, row);
    const int64_t alpha = c != NULL && c->alpha != NULL ? c->alpha[i] : 4096 >> shift;
    const int64_t gamma = c != NULL && c->alpha != NULL ? c->gamma[i]
                          : shift >= k                  ? 0
                                                        : ((1 << (k - shift)) - 1) * 2048;
    uint32_t n;
    *beta = c != NULL && c->alpha != NULL ? c->beta[i] : prepare_bias(s, row);
    for (n = 0; n < columns; n++) {
        const int w = s->w[(size_t)row * s->n_in + n];
        out[n] = (double)(4096 * (int64_t)w - alpha * prepare_cut_weight(w, (unsigned)shift, (unsigned)k) - gamma);
    }
}

/* at least the square root of the largest eigenvalue of the symmetric g [n][n], which is overwritten, as is t: (sum of
 * the 512th powers of all)^(1/512) by eight squarings */
static inline double prepare_gram_root(double *g, double *t, uint32_t n)
{
    double log_norm = 0;
    size_t i, j, k;
    int step;
    for (step = 0; ; step++) {
        double norm = 0, *swap;
        for (i = 0; i < (size_t)n * n; i++) { norm += g[i] * g[i]; }
        norm = sqrt(norm);
        log_norm += log(norm > 0 ? norm : 1) / (double)(1 << step);
        if (step == 8 || !(norm > 0)) { return exp(log_norm / 2) * (1 + 1e-6); }
        for (i = 0; i < (size_t)n * n; i++) { g[i] /= norm; t[i] = 0; }
        for (i = 0; i < n; i++) {
            for (k = 0; k < n; k++) { for (j = 0; j < n; j++) { t[i * n + j] += g[i * n + k] * g[k * n + j]; } }
        }
        swap = g; g = t; t = swap;
    }
}

/* the group of a row, and its place inside it */
static inline unsigned prepare_spec_group(const sucref_layer_spec *s, uint32_t row, uint32_t *inside)
{
    unsigned g = 0;
    *inside = row;
    while (s->group_rows != NULL && *inside >= s->group_rows[g]) { *inside -= s->group_rows[g++]; }
    return g;
}

/* one stop's offsets and norms, and the residuals r [n_out][n_in] divided by the roots of the column weights;
 * 0 where one does not fit */
static inline int prepare_certify_rows(double *r, int32_t *offset, uint32_t *norm, const sucref_bounds *b,
                                       const sucref_model_spec *spec, unsigned stop, unsigned total)
{
    const sucref_layer_spec *s = &spec->layers[0];
    uint32_t row, inside, n;
    for (row = 0; row < s->n_out; row++) {
        const unsigned group = prepare_spec_group(s, row, &inside), bits = spec->bits[stop * total + group];
        double *x = r + (size_t)row * s->n_in, sum = 0, square = 0;
        int64_t beta;
        offset[row] = 0;
        norm[row] = 0;
        for (n = 0; n < s->n_in; n++) { x[n] = 0; }
        if (bits == 8) { continue; }
        prepare_residual(x, &beta, s, spec->corrections != NULL ? &spec->corrections[stop * total + group] : NULL, row,
                         prepare_group_columns(s, group), inside, bits);
        for (n = 0; n < s->n_in; n++) {
            sum += x[n] * b->mean[n]; /* integers whose sum stays below 2^53 */
            x[n] /= sqrt((double)b->weight[n]);
            square += x[n] * x[n];
        }
        sum = floor(sum / 4096.0) + (double)prepare_bias(s, row) - (double)beta;
        square = ceil(sqrt(square) / 16.0 * (1 + 1e-9)) + 1;
        if (fabs(sum) > 2147483647.0 || square > 4294967295.0) { return 0; }
        offset[row] = (int32_t)sum;
        norm[row] = (uint32_t)square;
    }
    return 1;
}

/* root of the largest eigenvalue of the rows' normalised Gram matrix, in 2^-16; g, t: [n][n] scratch */
static inline uint32_t prepare_certify_root(const double *r, uint32_t n, uint32_t n_in, double *g, double *t)
{
    uint32_t i, j, k;
    double root;
    for (i = 0; i < n; i++) {
        for (j = 0; j <= i; j++) {
            double dot = 0;
            for (k = 0; k < n_in; k++) { dot += r[(size_t)i * n_in + k] * r[(size_t)j * n_in + k]; }
            g[(size_t)i * n + j] = dot;
        }
    }
    for (i = 0; i < n; i++) { t[i] = g[(size_t)i * n + i] > 0 ? sqrt(g[(size_t)i * n + i]) : 1; }
    for (i = 0; i < n; i++) {
        for (j = 0; j <= i; j++) {
            g[(size_t)i * n + j] /= t[i] * t[j];
            g[(size_t)j * n + i] = g[(size_t)i * n + j];
        }
    }
    root = prepare_gram_root(g, t, n);
    return (uint32_t)ceil((root > 1 ? root : 1) * 65536.0) + 1U;
}

/* can a stop have bounds? */
static inline int prepare_certifiable(const sucref_model_spec *spec, unsigned stop, unsigned total)
{
    const unsigned first = prepare_groups(&spec->layers[0]);
    unsigned g;
    for (g = 0; g < total; g++) {
        const unsigned bits = spec->bits[stop * total + g];
        if (g < first ? bits == 0 || bits == SUCREF_ABSENT : bits != 8) { return 0; }
    }
    return spec->in_bits[stop] == 8 && (spec->layers[0].flags & SUCREF_LAYER_KEEP);
}

/* means of the columns and weights that fall with their spread */
static inline void prepare_column_weights(uint8_t *mean, uint8_t *weight, const sucref_model_spec *spec,
                                          const uint8_t *samples, uint32_t n)
{
    const sucref_layer_spec *s = &spec->layers[0];
    uint32_t c, k;
    for (c = 0; c < s->n_in; c++) {
        const uint32_t from = (s->flags & SUCREF_LAYER_INPUT_ORDER) ? s->input_order[c] : c;
        double sum = 0, square = 0;
        for (k = 0; k < n; k++) {
            const double u = samples[(size_t)k * s->n_in + from] ^ (spec->input_type == SUCREF_INPUT_S8 ? 0x80 : 0);
            sum += u;
            square += u * u;
        }
        sum /= n;
        square = square / n - sum * sum;
        mean[c] = (uint8_t)(sum + 0.5);
        weight[c] = (uint8_t)(2040.0 / (8 + sqrt(square > 0 ? square : 0)) + 0.5); /* 15..255 */
    }
}

/* prepare_certify - bounds of every stop whose first layer keeps its accumulators, has more than 0 bits of every row
 * and 8 of the input, and whose later layers are whole. Call after the corrections are in the spec. Samples as for
 * prepare_calibrate choose mean and weight; what they show changes how tight the bounds are, not that they hold.
 *   bounds  out  spec->bounds may point at it afterwards;   memory  out  one block that it points into, free() it later
 * Returns SUCREF_OK, SUCREF_E_ARG, SUCREF_E_RANGE (sucref_model_write would refuse the spec), SUCREF_E_SPACE,
 * SUCREF_E_STATE (no stop can have bounds). Time: rows^2 * inputs + 8 * rows^3. */
static inline int prepare_certify(sucref_bounds *bounds, void **memory, const sucref_model_spec *spec,
                                  const uint8_t *samples, uint32_t n_samples)
{
    unsigned total, n, some = 0;
    size_t rows, stops;
    uint32_t n_in, *root;
    double *r, *g;
    if (bounds == NULL || memory == NULL || spec == NULL || samples == NULL || n_samples < 1) { return SUCREF_E_ARG; }
    if (!prepare_spec_ok(spec)) { return SUCREF_E_RANGE; }
    total = prepare_total_groups(spec);
    rows = spec->layers[0].n_out;
    n_in = spec->layers[0].n_in;
    stops = spec->n_stops - 1U;
    *memory = calloc(stops * (4U + 8U * rows) + 2U * n_in, 1);
    r = (double *)malloc(sizeof(double) * rows * n_in);
    g = (double *)malloc(sizeof(double) * rows * rows * 2U);
    if (*memory != NULL && r != NULL && g != NULL) {
        int32_t *offset;
        uint32_t *norm;
        uint8_t *columns;
        root = (uint32_t *)*memory;
        offset = (int32_t *)(root + stops);
        norm = (uint32_t *)(offset + stops * rows);
        columns = (uint8_t *)(norm + stops * rows);
        bounds->root = root;
        bounds->offset = offset;
        bounds->norm = norm;
        bounds->mean = columns;
        bounds->weight = columns + n_in;
        prepare_column_weights(columns, columns + n_in, spec, samples, n_samples);
        for (n = 0; n < stops; n++) {
            if (!prepare_certifiable(spec, n, total) ||
                !prepare_certify_rows(r, offset + n * rows, norm + n * rows, bounds, spec, n, total)) {
                continue;
            }
            root[n] = prepare_certify_root(r, (uint32_t)rows, n_in, g, g + rows * rows);
            some = 1;
        }
    }
    n = r != NULL && g != NULL && *memory != NULL;
    free(r);
    free(g);
    if (!some) { free(*memory); *memory = NULL; }
    return !n ? SUCREF_E_SPACE : some ? SUCREF_OK : SUCREF_E_STATE;
}
#endif
