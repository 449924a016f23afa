/* corrections.h - alpha, gamma, beta and constants of every stop of a spec, by least squares on unlabelled inputs. */
#ifndef SUCREF_TOOL_CORRECTIONS_H
#define SUCREF_TOOL_CORRECTIONS_H
#include "prepare.h"

typedef struct {
    const sucref_model_spec *spec;
    sucref_correction *out;
    uint32_t widest, n;        /* of all layers' inputs and outputs; samples */
    unsigned total;            /* groups of all layers */
    uint8_t *act, *next;       /* [n][widest] inputs and outputs of a layer, cut network */
    uint8_t *full, *full_next; /* the same of the full network */
    int32_t *beta, *gamma;     /* where the next group's corrections go */
    int16_t *alpha;
    uint8_t *constant;
} prepare_calibration;

/* sums for the regression of z on (acc, sum u), one row; u: the full network's activation */
typedef struct { double n, a, s, z, aa, as, ss, az, sz, u; } prepare_sums;

/* METHOD 2: a row's correction */
typedef struct { int32_t beta, gamma; int16_t alpha; } prepare_row;

/* two of them for one row, and how they err on the samples: by least squares, and by means of absent columns */
typedef struct { prepare_row square, mean; double square_error, mean_error; } prepare_choice;

/* one layer at one stop while it is fitted */
typedef struct {
    const sucref_layer_spec *s;
    const uint8_t *bits;       /* of its groups */
    sucref_correction *out;
    uint32_t present;          /* columns that have a value */
    uint8_t *row_bits;         /* [n_out]; above 8: the weights as they stand */
    uint32_t *sum;             /* [n_out] sum(u) of the columns that a row's group reads */
    int32_t *acc;              /* [n_out] of the cut weights, then [n_out] of the full ones */
    uint32_t *column;          /* [n_in] sum of the full network's input */
    prepare_sums *sums;        /* [n_out] */
    prepare_choice *choice;    /* [n_out] */
    int16_t *cut, *whole;      /* [n_in][n_out] */
} prepare_fitted;

/* acc[r] = sum_c cut[c][r] * u_c; behind a group's columns cut is 0 */
static inline void prepare_host_acc(int32_t *acc, const int16_t *cut, const uint8_t *u, uint32_t n_in, uint32_t n_out)
{
    uint32_t c, r;
    for (r = 0; r < n_out; r++) { acc[r] = 0; }
    for (c = 0; c < n_in; c++) {
        const int32_t x = u[c];
        if (x == 0) { continue; }
        for (r = 0; r < n_out; r++) { acc[r] += x * cut[(size_t)c * n_out + r]; }
    }
}

/* sum(u) of every row's columns */
static inline void prepare_row_sums(uint32_t *sum, const sucref_layer_spec *s, const uint8_t *u)
{
    uint32_t c = 0, all = 0, row = 0, i;
    unsigned g;
    for (g = 0; g < prepare_groups(s); g++) { /* columns do not decrease */
        for (; c < prepare_group_columns(s, g); c++) { all += u[c]; }
        for (i = 0; i < prepare_group_rows(s, g); i++) { sum[row++] = all; }
    }
}

/* does a group lack columns that it reads, and has its 8 bits? */
static inline int prepare_lacks(const prepare_fitted *f, unsigned g)
{
    return f->bits[g] == 8 && prepare_group_columns(f->s, g) > f->present;
}

/* does a group get alpha, gamma and beta: does it lack bits or columns? */
static inline int prepare_corrected(const prepare_fitted *f, unsigned g)
{
    return (f->bits[g] > 0 && f->bits[g] < 8) || prepare_lacks(f, g);
}

/* column c, row r: the weight as the row's bits show it (NULL, above 8: in units of the unshifted weights) */
static inline int16_t *prepare_cut_matrix(const sucref_layer_spec *s, const uint8_t *row_bits)
{
    int16_t *cut = (int16_t *)malloc(sizeof(int16_t) * s->n_in * s->n_out);
    uint32_t r, c;
    for (r = 0; cut != NULL && r < s->n_out; r++) {
        const int whole = row_bits == NULL || row_bits[r] > 8;
        const unsigned k = whole ? 0U : 8U - row_bits[r],
                       shift = whole || (k == 0 && s->coarse) ? 0U : prepare_row_shift(s, r);
        for (c = 0; c < s->n_in; c++) {
            cut[(size_t)c * s->n_out + r] = (int16_t)prepare_cut_weight(s->w[(size_t)r * s->n_in + c], shift, k);
        }
    }
    return cut;
}

/* alpha, gamma, beta of one row: least squares with a little weight on leaving alone what the data do not show */
static inline prepare_row prepare_fit(const prepare_sums *q)
{
    prepare_row r;
    const double ma = q->a / q->n, ms = q->s / q->n, mz = q->z / q->n;
    const double aa = (q->aa / q->n - ma * ma) * (1 + 1e-5) + 1e-6, ss = (q->ss / q->n - ms * ms) * (1 + 1e-5) + 1e-6;
    const double as = q->as / q->n - ma * ms, az = q->az / q->n - ma * mz, sz = q->sz / q->n - ms * mz,
                 det = aa * ss - as * as;
    double a = (az * ss - sz * as) / det * 4096.0, g = (sz * aa - az * as) / det * 4096.0, b;
    a = floor((a > 32766 ? 32766 : a < -32768 ? -32768 : a) + 0.5);
    g = floor((g > 2e9 ? 2e9 : g < -2e9 ? -2e9 : g) + 0.5);
    b = floor(mz - (a * ma + g * ms) / 4096.0 + 0.5 + 0.5); /* the second half undoes the mean of the floor */
    r.alpha = (int16_t)a;
    r.gamma = (int32_t)g;
    r.beta = (int32_t)(b > 2e9 ? 2e9 : b < -2e9 ? -2e9 : b);
    return r;
}

/* another correction of a row of 8 bits that lacks columns: each of them stands at its mean, rounded, halves down. So a
 * row whose absent inputs are seldom other than their zero is exact on most samples, and nothing behind it is rounded
 * otherwise; least squares moves every sample a little. */
static inline prepare_row prepare_filled(const prepare_fitted *f, uint32_t row, uint32_t columns, uint32_t n)
{
    const int8_t *w = f->s->w + (size_t)row * f->s->n_in;
    int64_t z = prepare_bias(f->s, row);
    prepare_row r;
    uint32_t c;
    for (c = f->present; c < columns; c++) { z += w[c] * (int64_t)((f->column[c] + (n - 1U) / 2) / n); }
    r.alpha = (int16_t)(4096 >> (f->s->coarse ? 0U : prepare_row_shift(f->s, row)));
    r.gamma = 0;
    r.beta = prepare_sat(z);
    return r;
}

/* METHOD 2 of a corrected row */
static inline int32_t prepare_row_value(const prepare_row *r, int32_t acc, uint32_t sum)
{
    return prepare_sat(r->beta + prepare_floor((int64_t)r->alpha * acc + (int64_t)r->gamma * sum, 12));
}

/* what one sample adds to the sums of all rows */
static inline void prepare_gather(prepare_sums *sums, const int32_t *acc, const int32_t *z, const uint8_t *u,
                                  const uint32_t *sum, uint32_t n_out)
{
    uint32_t r;
    for (r = 0; r < n_out; r++) {
        prepare_sums *q = &sums[r];
        const double a = acc[r], s = sum[r], v = z[r];
        q->n++; q->a += a; q->s += s; q->z += v; q->u += u[r];
        q->aa += a * a; q->as += a * s; q->ss += s * s; q->az += a * v; q->sz += s * v;
    }
}

/* the correction that errs less on inputs like the samples; least squares has seen them, for which generalized
 * cross-validation charges its three numbers */
static inline const prepare_row *prepare_better(const prepare_choice *k, uint32_t n)
{
    const double left = n > 3 ? 1 - 3.0 / n : 0;
    return k->mean_error * left * left <= k->square_error ? &k->mean : &k->square;
}

/* writes the corrections of the layer's groups at this stop */
static inline void prepare_store(prepare_calibration *c, const prepare_fitted *f)
{
    uint32_t row = 0, i;
    unsigned g;
    for (g = 0; g < prepare_groups(f->s); g++) {
        const uint32_t rows = prepare_group_rows(f->s, g);
        sucref_correction *out = &f->out[g];
        out->alpha = NULL; out->beta = out->gamma = NULL; out->constant = NULL;
        if (f->bits[g] == 0) {
            out->constant = c->constant;
            for (i = 0; i < rows; i++) { *c->constant++ = (uint8_t)(f->sums[row + i].u / f->sums[row + i].n + 0.5); }
        } else if (prepare_corrected(f, g)) {
            out->alpha = c->alpha; out->gamma = c->gamma; out->beta = c->beta;
            for (i = 0; i < rows; i++) {
                const prepare_choice *k = &f->choice[row + i];
                const prepare_row *r = prepare_lacks(f, g) ? prepare_better(k, c->n) : &k->square;
                *c->alpha++ = r->alpha; *c->gamma++ = r->gamma; *c->beta++ = r->beta;
            }
        }
        row += rows;
    }
}

/* of one sample: sums of the cut network's inputs and products, and z of the full network */
static inline void prepare_sample(const prepare_calibration *c, const prepare_fitted *f, size_t sample)
{
    const sucref_layer_spec *s = f->s;
    int32_t *z = f->acc + s->n_out;
    uint32_t r;
    prepare_host_acc(f->acc, f->cut, c->act + sample * c->widest, s->n_in, s->n_out);
    prepare_row_sums(f->sum, s, c->act + sample * c->widest);
    prepare_host_acc(z, f->whole, c->full + sample * c->widest, s->n_in, s->n_out);
    for (r = 0; r < s->n_out; r++) { z[r] += prepare_bias(s, r); }
}

/* the full network's activations of one sample, and what it adds to the sums */
static inline void prepare_observe(const prepare_calibration *c, const prepare_fitted *f, size_t sample)
{
    const uint8_t *u = c->full + sample * c->widest;
    uint8_t *full = c->full_next + sample * c->widest;
    const int32_t *z = f->acc + f->s->n_out;
    uint32_t r, i;
    prepare_sample(c, f, sample);
    for (i = 0; i < f->s->n_in; i++) { f->column[i] += u[i]; }
    for (r = 0; r < f->s->n_out; r++) { full[r] = prepare_activation(f->s, z[r], r); }
    prepare_gather(f->sums, f->acc, z, full, f->sum, f->s->n_out);
}

/* squared error of a row's activation on one sample; of its logit in the last layer, whose bytes may be coarse */
static inline double prepare_row_error(const prepare_calibration *c, const prepare_fitted *f, const prepare_row *r,
                                       uint32_t row, size_t sample)
{
    const int32_t z = prepare_row_value(r, f->acc[row], f->sum[row]);
    const double d = f->s == &c->spec->layers[c->spec->n_layers - 1U]
                         ? (double)z - f->acc[f->s->n_out + row]
                         : prepare_activation(f->s, z, row) - c->full_next[sample * c->widest + row];
    return d * d;
}

/* both corrections of every row that lacks columns, on one sample */
static inline void prepare_try_both(const prepare_calibration *c, const prepare_fitted *f, size_t sample)
{
    uint32_t row = 0, end;
    unsigned g;
    prepare_sample(c, f, sample);
    for (g = 0; g < prepare_groups(f->s); g++) {
        for (end = row + prepare_group_rows(f->s, g); row < end; row++) {
            prepare_choice *k = &f->choice[row];
            if (!prepare_lacks(f, g)) { continue; }
            k->square_error += prepare_row_error(c, f, &k->square, row, sample);
            k->mean_error += prepare_row_error(c, f, &k->mean, row, sample);
        }
    }
}

/* the corrections of all rows, from the sums */
static inline void prepare_fit_rows(const prepare_calibration *c, const prepare_fitted *f)
{
    uint32_t row = 0, end, k;
    unsigned g, lacking = 0;
    for (g = 0; g < prepare_groups(f->s); g++) {
        for (end = row + prepare_group_rows(f->s, g); row < end; row++) {
            if (!prepare_corrected(f, g)) { continue; }
            f->choice[row].square = prepare_fit(&f->sums[row]);
            f->choice[row].mean = prepare_filled(f, row, prepare_group_columns(f->s, g), c->n);
        }
        if (prepare_lacks(f, g)) { lacking++; }
    }
    for (k = 0; lacking > 0 && k < c->n; k++) { prepare_try_both(c, f, k); }
}

/* METHOD 2: the cut network's activations of one sample, with the corrections that were found */
static inline void prepare_evaluate(const prepare_calibration *c, const prepare_fitted *f, size_t sample)
{
    const sucref_layer_spec *s = f->s;
    uint8_t *next = c->next + sample * c->widest;
    uint32_t row = 0, i;
    unsigned g;
    prepare_host_acc(f->acc, f->cut, c->act + sample * c->widest, s->n_in, s->n_out);
    prepare_row_sums(f->sum, s, c->act + sample * c->widest);
    for (g = 0; g < prepare_groups(s); g++) {
        const sucref_correction *k = &f->out[g];
        const int corrected = prepare_corrected(f, g);
        prepare_row r = { 0, 0, 0 };
        for (i = 0; i < prepare_group_rows(s, g); i++, row++) {
            const int32_t acc = f->acc[row];
            if (f->bits[g] == 0 || f->bits[g] == SUCREF_ABSENT) { /* what is absent is not read */
                next[row] = f->bits[g] == 0 ? k->constant[i] : 0;
                continue;
            }
            if (corrected) { r.alpha = k->alpha[i]; r.gamma = k->gamma[i]; r.beta = k->beta[i]; }
            next[row] = prepare_activation(
                s, corrected ? prepare_row_value(&r, acc, f->sum[row]) : prepare_bias(s, row) + acc, row);
        }
    }
}

/* one layer of one stop; out: the layer's first group at this stop; bits: of its groups; present: columns that have a
 * value */
static inline int prepare_calibrate_layer(prepare_calibration *c, const sucref_layer_spec *s, const uint8_t *bits,
                                          sucref_correction *out, uint32_t present)
{
    prepare_fitted f = { s, bits, out, present, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };
    uint32_t k, r = 0, i;
    unsigned g;
    int ok;
    f.row_bits = (uint8_t *)malloc(s->n_out);
    f.sum = (uint32_t *)malloc(sizeof(uint32_t) * s->n_out);
    f.acc = (int32_t *)malloc(sizeof(int32_t) * s->n_out * 2U);
    f.column = (uint32_t *)calloc(s->n_in, sizeof(uint32_t));
    f.sums = (prepare_sums *)calloc(s->n_out, sizeof *f.sums);
    f.choice = (prepare_choice *)calloc(s->n_out, sizeof *f.choice);
    f.whole = prepare_cut_matrix(s, NULL);
    ok = f.row_bits != NULL && f.sum != NULL && f.acc != NULL && f.column != NULL && f.sums != NULL &&
         f.choice != NULL && f.whole != NULL;
    for (g = 0; ok && g < prepare_groups(s); g++) {
        const uint8_t row_bits = prepare_corrected(&f, g) || bits[g] == 0 ? bits[g] : SUCREF_ABSENT;
        for (i = 0; i < prepare_group_rows(s, g); i++) { f.row_bits[r++] = row_bits; }
    }
    if (ok) { f.cut = prepare_cut_matrix(s, f.row_bits); }
    ok = ok && f.cut != NULL;
    for (k = 0; ok && k < c->n; k++) { prepare_observe(c, &f, k); }
    if (ok) { prepare_fit_rows(c, &f); prepare_store(c, &f); }
    for (k = 0; ok && k < c->n; k++) { prepare_evaluate(c, &f, k); }
    free(f.row_bits); free(f.sum); free(f.acc); free(f.column); free(f.sums); free(f.choice);
    free(f.cut); free(f.whole);
    return ok ? SUCREF_OK : SUCREF_E_SPACE;
}

static inline int prepare_calibrate_stop(prepare_calibration *c, const uint8_t *samples, unsigned stop,
                                         void (*progress)(void *, unsigned, unsigned), void *user)
{
    const sucref_model_spec *spec = c->spec;
    const uint32_t n_in = spec->layers[0].n_in;
    uint32_t k, i, present = n_in;
    unsigned n, flat = stop * c->total;
    int status = SUCREF_OK;
    for (k = 0; k < c->n; k++) {
        uint8_t *full = c->full + (size_t)k * c->widest;
        prepare_columns(full, spec, samples + (size_t)k * n_in);
        for (i = 0; i < n_in; i++) {
            c->act[(size_t)k * c->widest + i] = prepare_cut_input(full[i], 8U - spec->in_bits[stop]);
        }
    }
    for (n = 0; status == SUCREF_OK && n < spec->n_layers; n++) {
        uint8_t *swap;
        if (n + 1U == spec->n_layers && spec->heads != NULL && spec->heads[stop + 1U] != spec->heads[stop]) {
            present = spec->layers[n].n_in; /* a head's last stop has no corrections: it was made for what is there */
        }
        status = prepare_calibrate_layer(c, &spec->layers[n], spec->bits + flat, c->out + flat, present);
        present = prepare_present(&spec->layers[n], spec->bits + flat);
        flat += prepare_groups(&spec->layers[n]);
        swap = c->act; c->act = c->next; c->next = swap;
        swap = c->full; c->full = c->full_next; c->full_next = swap;
        if (progress != NULL) { progress(user, stop * spec->n_layers + n + 1U, (spec->n_stops - 1U) * spec->n_layers); }
    }
    return status;
}

/* prepare_calibrate - corrections for every stop of a spec but the last, on n_samples unlabelled inputs
 * [n_samples][n_in] as the model takes them. Layer by layer, on the activations that the cut network really has, each
 * row of 0 < bits < 8 gets the alpha, gamma, beta of the least squared distance to the full network's z; rows of 8 bits
 * that read columns which are absent at the stop get the same or those columns' means, whichever errs less; rows of 0
 * bits the mean of the full network's activation.
 *   corrections [n_stops][groups of all layers]  out  spec->corrections may point at them, before or afterwards
 *   memory                                       out  one block that they point into: free() it when they are done with
 * progress is called after every layer of every stop; it may be NULL.
 * Returns SUCREF_OK, SUCREF_E_ARG, SUCREF_E_RANGE (sucref_model_write would refuse the spec), SUCREF_E_SPACE. */
static inline int prepare_calibrate(sucref_correction *corrections, void **memory, const sucref_model_spec *spec,
                                    const uint8_t *samples, uint32_t n_samples,
                                    void (*progress)(void *user, unsigned done, unsigned of), void *user)
{
    prepare_calibration c;
    size_t rows = 0;
    uint8_t *acts;
    unsigned n;
    int status = SUCREF_E_SPACE;
    if (corrections == NULL || memory == NULL || spec == NULL || samples == NULL || n_samples < 1) {
        return SUCREF_E_ARG;
    }
    if (!prepare_spec_ok(spec)) { return SUCREF_E_RANGE; }
    memset(&c, 0, sizeof c);
    c.spec = spec; c.out = corrections; c.n = n_samples; c.total = prepare_total_groups(spec);
    for (n = 0; n < spec->n_layers; n++) {
        const sucref_layer_spec *s = &spec->layers[n];
        rows += s->n_out;
        c.widest = s->n_in > c.widest ? s->n_in : c.widest;
        c.widest = s->n_out > c.widest ? s->n_out : c.widest;
    }
    memset(corrections, 0, sizeof *corrections * c.total * spec->n_stops);
    rows *= spec->n_stops;
    *memory = malloc(rows * 11U + 1U);
    acts = (uint8_t *)malloc((size_t)c.widest * n_samples * 4U);
    if (*memory != NULL && acts != NULL) {
        c.beta = (int32_t *)*memory;
        c.gamma = c.beta + rows;
        c.alpha = (int16_t *)(c.gamma + rows);
        c.constant = (uint8_t *)(c.alpha + rows);
        c.act = acts; c.next = acts + (size_t)c.widest * n_samples;
        c.full = c.next + (size_t)c.widest * n_samples; c.full_next = c.full + (size_t)c.widest * n_samples;
        for (n = 0, status = SUCREF_OK; status == SUCREF_OK && n + 1U < spec->n_stops; n++) {
            status = prepare_calibrate_stop(&c, samples, n, progress, user);
        }
    }
    free(acts);
    if (status != SUCREF_OK) { free(*memory); *memory = NULL; }
    return status;
}

/* takes the corrections of 8 bits back: networks nested in width are trained to answer without what is absent */
static inline void prepare_leave_whole(sucref_correction *corrections, const sucref_model_spec *spec)
{
    const unsigned n = prepare_total_groups(spec) * spec->n_stops;
    unsigned i;
    for (i = 0; i < n; i++) {
        if (spec->bits[i] == 8) { corrections[i].alpha = NULL; corrections[i].beta = corrections[i].gamma = NULL; }
    }
}
#endif
