/* oracle.h - the law that sucref.h keeps, evaluated slowly and obviously in int64 from the integers of a model's spec.
 * Written from the METHOD section's equations; shares no code with the header's implementation. */
#ifndef SUCREF_ORACLE_H
#define SUCREF_ORACLE_H
#include <stdint.h>
#include "../sucref.h"

static int64_t oracle_floor_div(int64_t a, int64_t b) /* b > 0 */
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}
static int64_t oracle_pow2(int e) { return (int64_t)1 << e; }
static int64_t oracle_clamp(int64_t v, int64_t lo, int64_t hi) { return v < lo ? lo : v > hi ? hi : v; }

/* the reference's SaturatingRoundingDoublingHighMul: truncating division after a nudge of the product's sign */
static int64_t oracle_high_mul(int64_t a, int64_t b)
{
    const int64_t ab = a * b, nudge = ab >= 0 ? oracle_pow2(30) : 1 - oracle_pow2(30);
    return (ab + nudge) / oracle_pow2(31);
}
/* the reference's RoundingDivideByPOT */
static int64_t oracle_round_pow2(int64_t x, int e)
{
    const int64_t rest = x - oracle_floor_div(x, oracle_pow2(e)) * oracle_pow2(e);
    const int64_t threshold = (oracle_pow2(e) - 1) / 2 + (x < 0 ? 1 : 0);
    return oracle_floor_div(x, oracle_pow2(e)) + (rest > threshold ? 1 : 0);
}

static int oracle_requant(const sucref_layer_spec *s, int64_t z, uint32_t row)
{
    const uint32_t k = s->flags & SUCREF_LAYER_PER_ROW ? row : 0;
    const int e = s->exponent[k];
    int64_t r;
    if (s->requant == SUCREF_REQUANT_FLOOR) { r = oracle_floor_div(z, oracle_pow2(e)); }
    else if (s->requant == SUCREF_REQUANT_ROUND) { r = oracle_floor_div(2 * z + oracle_pow2(e), 2 * oracle_pow2(e)); }
    else {
        const int64_t left = e > 0 ? oracle_clamp(z * oracle_pow2(e), INT32_MIN, INT32_MAX) : z;
        r = oracle_round_pow2(oracle_high_mul(left, s->multiplier[k]), e < 0 ? -e : 0);
    }
    if (s->act == SUCREF_ACT_LEAKY && r < 0) { r = oracle_floor_div(r * s->slope + 16384, 32768); }
    if (s->act == SUCREF_ACT_TABLE) {
        const int64_t t = oracle_clamp(r, -32768, 32767) + 32768, i = t / 2048, f = t % 2048;
        r = 128 + oracle_floor_div(s->table[i] * (2048 - f) + s->table[i + 1] * f + 2048 * 128, 2048 * 256);
    } else {
        r += s->out_zero;
    }
    r = oracle_clamp(r, s->lo, s->hi);
    return s->act == SUCREF_ACT_LOOKUP ? s->lookup[r] : (int)r;
}

/* pre-activation of a row that reads `columns` columns and whose top `bits` (1..8) bits are known */
static int64_t oracle_row(const sucref_layer_spec *s, const int64_t *u, uint32_t columns, uint32_t row, int bits,
                          const sucref_correction *c, uint32_t row_in_group)
{
    const int8_t *w = s->w + (size_t)row * s->n_in;
    int shift = s->plan[0] == 8 ? 0 : (int)(s->row_shift ? s->row_shift[row] : 0), k = 8 - bits;
    int64_t acc = 0, sum = 0;
    uint32_t col;
    if (s->row_shift == NULL && s->plan[0] != 8) { /* justified */
        int max = 0;
        for (col = 0; col < s->n_in; col++) { max = w[col] > max ? w[col] : -w[col] > max ? -w[col] : max; }
        while (max > 0 && shift < 7 && (max << (shift + 1)) <= 127) { shift++; }
    }
    if (s->coarse && bits == 8) { shift = 0; }
    for (col = 0; col < columns; col++) {
        const int64_t v = oracle_clamp((int64_t)w[col] * oracle_pow2(shift), -128, 127) + 128;
        acc += (oracle_floor_div(v, oracle_pow2(k)) * oracle_pow2(k) - 128) * u[col];
        sum += u[col];
    }
    if (c != NULL && c->alpha != NULL) {
        return oracle_clamp(
            c->beta[row_in_group] +
                oracle_floor_div((int64_t)c->alpha[row_in_group] * acc + (int64_t)c->gamma[row_in_group] * sum, 4096),
            INT32_MIN, INT32_MAX);
    }
    if (bits == 8) { return s->bias[row] + oracle_floor_div(acc, oracle_pow2(shift)); }
    return oracle_clamp(s->bias[row] + oracle_floor_div(oracle_pow2(12 - shift) * acc +
                        (oracle_pow2(k > shift ? k - shift : 0) - 1) * 2048 * sum, 4096), INT32_MIN, INT32_MAX);
}

/* the answer of one stop: logits and out [n_out]; x [n_in] bytes as the model takes them */
static inline void oracle_stop(int32_t *logits, uint8_t *out, const sucref_model_spec *m, const uint8_t *x,
                               unsigned stop)
{
    static int64_t u[512], next[512], given[512];
    unsigned n, total = 0, place = 0, g;
    uint32_t c, r, i;
    for (n = 0; n < m->n_layers; n++) { total += m->layers[n].group_rows ? m->layers[n].n_groups : 1; }
    for (c = 0; c < m->layers[0].n_in; c++) {
        const int missing = 8 - m->in_bits[stop];
        const int64_t v = m->input_type == SUCREF_INPUT_S8 ? (x[c] < 128 ? x[c] + 128 : x[c] - 128) : x[c];
        const int64_t top = v / oracle_pow2(missing);
        given[c] = missing == 0 ? v : top == 0 ? 0 : top * oracle_pow2(missing) + oracle_pow2(missing - 1);
    }
    for (c = 0; c < m->layers[0].n_in; c++) {
        u[c] = given[m->layers[0].flags & SUCREF_LAYER_INPUT_ORDER ? m->layers[0].input_order[c] : c];
    }
    for (n = 0; n < m->n_layers; n++) {
        const sucref_layer_spec *s = &m->layers[n];
        const unsigned groups = s->group_rows ? s->n_groups : 1;
        for (g = 0, r = 0; g < groups; g++, place++) {
            const int bits = m->bits[stop * total + place];
            const uint32_t columns = s->group_columns ? s->group_columns[g] : s->n_in;
            const int heads = n + 1u == m->n_layers && m->heads != NULL;
            const sucref_correction *k = m->corrections ? &m->corrections[stop * total + place] : NULL;
            for (i = 0; i < (s->group_rows ? s->group_rows[g] : s->n_out); i++, r++) {
                const uint32_t to = heads ? i : s->flags & SUCREF_LAYER_ORDER ? s->order[r] : r;
                int64_t z = 0;
                if (heads && m->heads[stop] != g) { continue; }
                if (bits == SUCREF_ABSENT) {
                    next[r] = 0;
                } else if (bits == 0) {
                    next[r] = k != NULL && k->constant != NULL ? k->constant[i] : s->out_zero;
                } else {
                    z = oracle_row(s, u, columns, r, bits, k, i);
                    next[r] = oracle_requant(s, z, r);
                }
                if (n + 1u == m->n_layers) {
                    logits[to] = (int32_t)z;
                    out[to] = (uint8_t)next[r];
                }
            }
        }
        for (r = 0; r < s->n_out; r++) { u[r] = next[r]; }
    }
    if (m->softmax_multiplier != 0) { /* has an oracle of its own in test_softmax.c */
        n = m->n_layers - 1u;
        c = m->heads ? m->layers[n].group_rows[0] : m->layers[n].n_out;
        (void)sucref_softmax(out, out, c, m->softmax_multiplier, m->softmax_shift);
    }
}
#endif
