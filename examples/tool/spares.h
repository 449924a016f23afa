/* spares.h - devices that hold parities [CDC] of those that exchange activations: every layer gets rows more, which are
 * combinations of the others' and belong to spares, and nobody reads what they answer. To sucref_exchange a spare is a
 * device like any other: it is told all that the rows of the others read, and computes.
 *
 * Row j of a spare's combination is sum_i c_i z_i[j] (sucref_parity_coefficient) of the z of each device's row j, with
 * its bias, where it has one: of combinations beyond an int8 as two rows, z[j] + 128 z[j + half]. So the z of all
 * devices but those that were lost (sucref_exchange.z) and the spares' are what sucref_recover takes. Of models of one
 * stop, with 8 bits and one group of rows in each layer. */
#ifndef SUCREF_TOOL_SPARES_H
#define SUCREF_TOOL_SPARES_H
#include "exchange.h"

/* the rows of a layer by device, each device's in order */
typedef struct {
    const sucref_layer_spec *layer;
    unsigned devices, spares;
    uint32_t most, *row[SUCREF_MAX_SHARDS], n[SUCREF_MAX_SHARDS]; /* most: rows of one device */
} spare_rows;

/* NULL, or why a model has no spares of this kind */
static inline const char *spares_refused(const respec *r, unsigned devices, unsigned spares)
{
    unsigned n;
    if (sucref_parity_coefficient(devices, spares, 0, 0) == 0) {
        return "parities are for up to 8 devices, 1 to 4 of them, or up to 16, 1 to 3";
    }
    if (r->spec.n_stops != 1 || r->spec.heads != NULL || r->spec.answers != NULL || r->in_bits[0] != 8) {
        return "parities are for models of one stop (quantize --plan 8)";
    }
    for (n = 0; n < r->spec.n_layers; n++) {
        if (r->layer[n].n_groups != 1 || r->bits[n] != 8 || (r->had != NULL && r->had[n].beta != NULL)) {
            return "parities are for layers of 8 bits, whose rows are in one group and not corrected";
        }
    }
    return NULL;
}

/* column c of row j of a spare's combination; of the bias where c is n_in */
static inline int64_t spare_value(const spare_rows *s, unsigned spare, uint32_t j, uint32_t c)
{
    const sucref_layer_spec *l = s->layer;
    int64_t sum = 0;
    unsigned k;
    for (k = 0; k < s->devices; k++) {
        const int64_t by = sucref_parity_coefficient(s->devices, s->spares, spare, k);
        if (j >= s->n[k]) { continue; }
        if (c < l->n_in) { sum += by * l->w[(size_t)s->row[k][j] * l->n_in + c]; }
        else if (l->bias != NULL) { sum += by * l->bias[s->row[k][j]]; }
    }
    return sum;
}

/* does a combination of a spare have a weight beyond int8? */
static inline int spare_is_wide(const spare_rows *s, unsigned spare)
{
    uint32_t j, c;
    for (j = 0; j < s->most; j++) {
        for (c = 0; c < s->layer->n_in; c++) {
            const int64_t v = spare_value(s, spare, j, c);
            if (v > 127 || v < -127) { return 1; }
        }
    }
    return 0;
}

/* more than every |z| that the layer can have; 2^31 where that is too much */
static inline uint32_t spare_limit(const sucref_layer_spec *l)
{
    int64_t most = 0;
    uint32_t r, c;
    for (r = 0; r < l->n_out; r++) {
        int64_t sum = l->bias != NULL ? l->bias[r] < 0 ? -(int64_t)l->bias[r] : l->bias[r] : 0;
        for (c = 0; c < l->n_in; c++) { sum += 255 * abs(l->w[(size_t)r * l->n_in + c]); }
        most = sum > most ? sum : most;
    }
    return most < INT32_MAX ? (uint32_t)most + 1U : 0x80000000U;
}

/* the rows of one spare behind those that layer t has so far; 0 where a bias is too large */
static inline int spare_fill(sucref_layer_spec *t, int8_t *weight, int32_t *bias, const spare_rows *s, unsigned spare,
                             uint32_t rows)
{
    const uint32_t first = t->n_out;
    uint32_t j, c;
    for (j = 0; j < s->most; j++) {
        const int64_t b = spare_value(s, spare, j, s->layer->n_in);
        if (b > 1 << 30 || b < -(1 << 30)) { return 0; }
        bias[first + j] = (int32_t)b;
        for (c = 0; c < s->layer->n_in; c++) {
            const int v = (int)spare_value(s, spare, j, c), low = rows > s->most ? (v + 64 + 65536) % 128 - 64 : v;
            weight[(size_t)(first + j) * t->n_in + c] = (int8_t)low;
            if (rows > s->most) { weight[(size_t)(first + s->most + j) * t->n_in + c] = (int8_t)((v - low) / 128); }
        }
    }
    t->n_out += rows;
    return 1;
}

/* copies of n elements of `size` with room for `all`, those behind like the first one; NULL stays NULL */
static inline void *spare_longer(respec *to, const void *from, uint32_t n, uint32_t all, size_t size)
{
    uint8_t *p;
    uint32_t i;
    if (from == NULL) { return NULL; }
    p = (uint8_t *)respec_keep(to, all * size);
    memcpy(p, from, n * size);
    for (i = n; i < all; i++) { memcpy(p + i * size, from, size); }
    return p;
}

/* layer n with the spares' rows; owner of its outputs is made longer. 0 where a bias is too large */
static inline int spare_layer(respec *to, const spare_rows *s, unsigned n, uint8_t **owner)
{
    const sucref_layer_spec *from = s->layer;
    sucref_layer_spec *t = &to->layer[n];
    uint32_t rows[SUCREF_MAX_PARITY], all = from->n_out, r, i;
    uint16_t *order;
    int8_t *weight;
    int32_t *bias;
    unsigned k;
    for (k = 0; k < s->spares; k++) {
        rows[k] = s->most * (spare_is_wide(s, k) ? 2U : 1U);
        all += rows[k];
    }
    if (n > 0) { t->n_in = to->layer[n - 1].n_out; } /* what spares answer is read with weights of 0 */
    weight = (int8_t *)respec_keep(to, (size_t)all * t->n_in);
    bias = (int32_t *)respec_keep(to, 4 * (size_t)all);
    for (r = 0; r < from->n_out; r++) {
        memcpy(weight + (size_t)r * t->n_in, from->w + (size_t)r * from->n_in, from->n_in);
        bias[r] = from->bias != NULL ? from->bias[r] : 0;
    }
    if (t->flags & SUCREF_LAYER_PER_ROW) {
        t->multiplier = (int32_t *)spare_longer(to, t->multiplier, from->n_out, all, 4);
        t->exponent = (int8_t *)spare_longer(to, t->exponent, from->n_out, all, 1);
    }
    order = (uint16_t *)spare_longer(to, t->order, from->n_out, all, 2);
    for (i = from->n_out; order != NULL && i < all; i++) { order[i] = (uint16_t)i; }
    owner[n + 1] = (uint8_t *)realloc(owner[n + 1], all);
    if (owner[n + 1] == NULL) { fprintf(stderr, "sucref: out of memory\n"); exit(2); }
    for (k = 0; k < s->spares; k++) {
        memset(owner[n + 1] + t->n_out, (int)(s->devices + k), rows[k]);
        if (!spare_fill(t, weight, bias, s, k, rows[k])) { return 0; }
    }
    t->w = weight; t->bias = bias; t->order = order;
    t->row_shift = NULL; t->group_rows = t->group_columns = NULL;
    memset(t->plan, 0, sizeof t->plan);
    t->plan[0] = 8; t->n_planes = 1; t->coarse = 0;
    return 1;
}

/* spares_add - the model r with rows for spares behind those of every layer, for exchange_init with devices + spares;
 * owner [layers + 1] from malloc, made longer. Set exchange_net.answers to the outputs of r then. r stays in use until
 * to is given back with respec_free. Returns NULL, or why there are none. */
static inline const char *spares_add(respec *to, const respec *r, uint8_t **owner, unsigned devices, unsigned spares)
{
    const char *why = spares_refused(r, devices, spares);
    unsigned n, k;
    uint32_t i;
    int ok = 1;
    memset(to, 0, sizeof *to);
    if (why != NULL) { return why; }
    if (devices > SUCREF_MAX_SHARDS) { devices = SUCREF_MAX_SHARDS; } /* it is not: refused above */
    *to = *r;
    to->n_memory = 0;
    to->spec.layers = to->layer; to->spec.bits = to->bits = (uint8_t *)respec_new(r->spec.n_layers);
    to->spec.in_bits = to->in_bits;
    to->spec.corrections = to->corrections = NULL;
    to->had = NULL;
    memset(to->bits, 8, r->spec.n_layers);
    for (n = 0; ok && n < r->spec.n_layers; n++) {
        spare_rows s;
        memset(&s, 0, sizeof s);
        s.layer = &r->layer[n]; s.devices = devices; s.spares = spares;
        for (k = 0; k < devices; k++) { s.row[k] = (uint32_t *)respec_new(4 * (size_t)s.layer->n_out); }
        for (i = 0; i < s.layer->n_out; i++) {
            k = owner[n + 1][i];
            s.row[k][s.n[k]++] = i;
            s.most = s.n[k] > s.most ? s.n[k] : s.most;
        }
        ok = spare_limit(s.layer) <= (devices <= 8 ? 1U << 27 : 1U << 26) && spare_layer(to, &s, n, owner);
        for (k = 0; k < devices; k++) { free(s.row[k]); }
    }
    return ok ? NULL : "z of a layer is too large to be recovered exactly";
}
#endif
