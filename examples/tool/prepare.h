/* prepare.h - what makes models on a host from real numbers: multipliers, tables, digits of floats, and a layer of a
 * spec evaluated as METHOD 2 and 3 say. corrections.h, certify.h, quantize.h and outer_fit.h build on it.
 *
 * Needs SUCREF_HOST defined before sucref.h. Uses its public functions only; link with -lm. */
#ifndef SUCREF_TOOL_PREPARE_H
#define SUCREF_TOOL_PREPARE_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../sucref.h"

/* real > 0 as multiplier * 2^(exponent - 31), multiplier in [2^30, 2^31); 0, 0 for what is no finite number, not
 * positive or has an exponent below `least` */
static inline void prepare_split(int32_t *multiplier, int *exponent, double real, int least)
{
    double q;
    int64_t m;
    *multiplier = 0;
    *exponent = 0;
    if (!(real > 0) || !isfinite(real)) { return; }
    q = frexp(real, exponent);
    m = (int64_t)floor(q * 2147483648.0 + 0.5);
    if (m == ((int64_t)1 << 31)) { m /= 2; ++*exponent; }
    if (*exponent < least) { *exponent = 0; return; }
    *multiplier = (int32_t)m;
}

/* for requantization: below 2^-32 is 0 */
static inline void prepare_multiplier(int32_t *multiplier, int *exponent, double real)
{
    prepare_split(multiplier, exponent, real, -31);
}

/* a scale of the model's head; {0, 0}, not known, for what it cannot hold */
static inline sucref_scale prepare_scale(double real)
{
    sucref_scale s;
    int exponent;
    prepare_split(&s.multiplier, &exponent, real, -128);
    if (exponent > 127) { s.multiplier = 0; exponent = 0; }
    s.exponent = (int8_t)exponent;
    return s;
}

static inline double prepare_scale_value(const sucref_scale *s) { return ldexp(s->multiplier, s->exponent - 31); }

/* prepare_table - knots of SUCREF_ACT_TABLE for a logistic or hyperbolic tangent of R * step, R the requantized z
 * (-32768..32767). sigmoid: u = 256 * value, zero point 0; tanh: u = 128 * value + 128, zero point 128. Chords of
 * 2048 * step are off by at most (2048 * step)^2 / 8 * max|f''|: sigmoid at step 2^-12 (-8..8) 0.8 of u, tanh at 2^-13
 * (-4..4) 0.8. table [SUCREF_TABLE_LEN] out. Returns SUCREF_OK, SUCREF_E_ARG, SUCREF_E_RANGE. */
enum { PREPARE_SIGMOID = 0, PREPARE_TANH = 1 };
static inline int prepare_table(int16_t *table, int kind, double step)
{
    int i;
    if (table == NULL || (kind != PREPARE_SIGMOID && kind != PREPARE_TANH)) { return SUCREF_E_ARG; }
    if (!(step > 0) || !isfinite(step)) { return SUCREF_E_RANGE; }
    /* both are 32768 * tanh in the table's units; sigmoid(x) = (1 + tanh(x / 2)) / 2 */
    for (i = 0; i < SUCREF_TABLE_LEN; i++) {
        const double x = (i - 16) * 2048.0 * step,
                     v = floor(32768.0 * tanh(kind == PREPARE_TANH ? x : x / 2) + 0.5);
        table[i] = (int16_t)(v > 32767 ? 32767 : v);
    }
    return SUCREF_OK;
}

/* prepare_softmax - the constants of a softmax over bytes of this scale, as sucref_softmax takes them; 0 where they do
 * not exist */
static inline int prepare_softmax(int32_t *multiplier, uint8_t *shift, double beta_scale)
{
    const double real = fmin(beta_scale * 67108864.0, 2147483647.0); /* 2^(31 - 5) */
    int e;
    prepare_multiplier(multiplier, &e, real);
    if (!(real >= 1) || e < 0 || e > 31) { return 0; }
    *shift = (uint8_t)e;
    return 1;
}

/* prepare_partition_float - sucref_partition for real numbers; NaN, and infinity under SUCREF_WRAP, is
 * SUCREF_E_RANGE. */
static inline int prepare_partition_float(int16_t *digits, const float *x, size_t len, const int8_t *p, size_t p_len,
                                          int overflow)
{
    const int32_t none = 0;
    int16_t one[31];
    double top;
    size_t n, i;
    int status;
    if (digits == NULL || x == NULL || p == NULL) { return SUCREF_E_ARG; }
    status = sucref_partition(one, &none, 0, 0, sucref_vector_of(p, p_len), overflow);
    if (status != SUCREF_OK) { return status; }
    for (n = 0; n < len; n++) {
        if (isnan(x[n]) || (overflow == SUCREF_WRAP && isinf(x[n]))) { return SUCREF_E_RANGE; }
    }
    top = ldexp(1.0, p[0] - p[p_len - 1]);
    for (n = 0; n < len; n++) { /* in units of 2^p[last] it is an integer */
        double m = floor(ldexp(fabs((double)x[n]), -p[p_len - 1]));
        int32_t v;
        if (m >= top) { m = overflow == SUCREF_SATURATE ? top - 1 : fmod(m, top); }
        v = x[n] < 0 ? -(int32_t)m : (int32_t)m;
        status = sucref_partition(one, &v, 1, p[p_len - 1], sucref_vector_of(p, p_len), overflow);
        if (status != SUCREF_OK) { return status; }
        for (i = 0; i + 1 < p_len; i++) { digits[i * len + n] = one[i]; }
    }
    return SUCREF_OK;
}

/* ---- a spec's rows and groups ---- */

static inline unsigned prepare_groups(const sucref_layer_spec *s) { return s->group_rows != NULL ? s->n_groups : 1U; }

static inline uint32_t prepare_group_rows(const sucref_layer_spec *s, unsigned group)
{
    return s->group_rows != NULL ? s->group_rows[group] : s->n_out;
}

static inline uint32_t prepare_group_columns(const sucref_layer_spec *s, unsigned group)
{
    return s->group_columns != NULL ? s->group_columns[group] : s->n_in;
}

/* how many outputs of a layer have a value where its groups have these bits: the absent ones are the last */
static inline uint32_t prepare_present(const sucref_layer_spec *s, const uint8_t *bits)
{
    uint32_t rows = 0;
    unsigned g;
    for (g = 0; g < prepare_groups(s) && bits[g] != SUCREF_ABSENT; g++) { rows += prepare_group_rows(s, g); }
    return rows;
}

static inline unsigned prepare_total_groups(const sucref_model_spec *spec)
{
    unsigned n, total = 0;
    for (n = 0; n < spec->n_layers; n++) { total += prepare_groups(&spec->layers[n]); }
    return total;
}

/* is the spec one that sucref_model_write takes, whatever its corrections, exits and bounds may be? */
static inline int prepare_spec_ok(const sucref_model_spec *spec)
{
    sucref_model_spec bare;
    if (spec == NULL) { return 0; }
    bare = *spec;
    bare.corrections = NULL; bare.exits = NULL; bare.bounds = NULL;
    return sucref_model_write(NULL, 0, &bare, NULL) != 0;
}

/* one input of a network as its first layer's columns: u [n_in] of x [n_in], unsigned */
static inline void prepare_columns(uint8_t *u, const sucref_model_spec *spec, const uint8_t *x)
{
    const sucref_layer_spec *s = &spec->layers[0];
    const uint8_t flip = spec->input_type == SUCREF_INPUT_S8 ? 0x80 : 0;
    uint32_t c;
    for (c = 0; c < s->n_in; c++) {
        u[c] = (uint8_t)(x[(s->flags & SUCREF_LAYER_INPUT_ORDER) ? s->input_order[c] : c] ^ flip);
    }
}

/* the largest shift in 0..7 that keeps a row's |w| * 2^shift <= 127; 0 for a row of zeros */
static inline unsigned prepare_full_shift(const int8_t *w, uint32_t n_in)
{
    int most = 0, s = 0;
    uint32_t c;
    for (c = 0; c < n_in; c++) { most = abs(w[c]) > most ? abs(w[c]) : most; }
    while (most > 0 && s < 7 && most << (s + 1) <= 127) { s++; }
    return (unsigned)s;
}

static inline unsigned prepare_row_shift(const sucref_layer_spec *s, uint32_t row)
{
    if (s->row_shift != NULL) { return s->row_shift[row]; }
    return s->plan[0] == 8 ? 0 : prepare_full_shift(s->w + (size_t)row * s->n_in, s->n_in);
}

/* METHOD 1: floor(v / 2^k) * 2^k - 128 of a weight of a row with this shift, k bits missing */
static inline int prepare_cut_weight(int w, unsigned shift, unsigned k)
{
    int v = w * (1 << shift);
    v = (v > 127 ? 127 : v < -128 ? -128 : v) + 128;
    return (v >> k) * (1 << k) - 128;
}

/* METHOD 5: an input of which k bits are missing */
static inline uint8_t prepare_cut_input(unsigned u, unsigned k)
{
    return (uint8_t)(k == 0 ? u : u >> k == 0 ? 0 : (u >> k << k) + (1U << (k - 1U)));
}

static inline int32_t prepare_bias(const sucref_layer_spec *s, uint32_t row) { return s->bias ? s->bias[row] : 0; }

/* ---- METHOD 3: the activation of z ---- */

static inline int64_t prepare_floor(int64_t v, unsigned s) { return v >= 0 ? v >> s : ~(~v >> s); }
static inline int32_t prepare_sat(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

/* round(a * b / 2^31) and round(v / 2^e), halves up and away from zero: the reference's double rounding */
static inline int32_t prepare_mul31(int32_t a, int32_t b)
{
    return prepare_sat(prepare_floor((int64_t)a * b + ((int64_t)1 << 30), 31));
}
static inline int32_t prepare_round_shift(int32_t v, unsigned e)
{
    const int64_t half = e == 0 ? 0 : (int64_t)1 << (e - 1);
    return (int32_t)(v >= 0 ? ((int64_t)v + half) >> e : -((-(int64_t)v + half) >> e));
}

static inline int32_t prepare_requant(int32_t z, int32_t multiplier, int e, unsigned kind)
{
    if (kind == SUCREF_REQUANT_FLOOR) { return (int32_t)prepare_floor(z, (unsigned)e); }
    if (kind == SUCREF_REQUANT_ROUND) {
        return e == 0 ? z : (int32_t)prepare_floor((int64_t)z + ((int64_t)1 << (e - 1)), (unsigned)e);
    }
    if (e > 0) { z = prepare_sat((int64_t)z * ((int64_t)1 << e)); }
    return prepare_round_shift(prepare_mul31(z, multiplier), e < 0 ? (unsigned)-e : 0U);
}

/* piecewise linear between 33 knots of 8 fraction bits */
static inline int32_t prepare_between(const int16_t *knots, int32_t r)
{
    const int32_t t = (r > 32767 ? 32767 : r < -32768 ? -32768 : r) + 32768, i = t / 2048, f = t % 2048;
    return (int32_t)prepare_floor((int64_t)knots[i] * (2048 - f) + (int64_t)knots[i + 1] * f + 262144, 19);
}

static inline uint8_t prepare_activation(const sucref_layer_spec *s, int32_t z, uint32_t row)
{
    const uint32_t k = (s->flags & SUCREF_LAYER_PER_ROW) ? row : 0U;
    int32_t r = prepare_requant(z, s->multiplier[k], s->exponent[k], s->requant);
    if (s->act == SUCREF_ACT_LEAKY && r < 0) { r = (int32_t)prepare_floor((int64_t)r * s->slope + 16384, 15); }
    r = s->act == SUCREF_ACT_TABLE ? prepare_between(s->table, r) + 128 : prepare_sat((int64_t)r + s->out_zero);
    r = r < s->lo ? s->lo : r > s->hi ? s->hi : r;
    return s->act == SUCREF_ACT_LOOKUP ? s->lookup[r] : (uint8_t)r;
}

/* all activations of a whole layer, in row order: y [n_out] of u [n_in] */
static inline void prepare_layer(uint8_t *y, const sucref_layer_spec *s, const uint8_t *u)
{
    uint32_t r, c;
    for (r = 0; r < s->n_out; r++) {
        const int8_t *w = s->w + (size_t)r * s->n_in;
        int32_t z = prepare_bias(s, r);
        for (c = 0; c < s->n_in; c++) { z += w[c] * u[c]; }
        y[r] = prepare_activation(s, z, r);
    }
}
#endif
