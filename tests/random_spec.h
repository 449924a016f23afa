/* random_spec.h - random models of every kind that the file can hold, for comparing the engine with the oracle: plans,
 * activations, constants and absent groups, groups of few columns, orders, heads. */
#ifndef SUCREF_RANDOM_SPEC_H
#define SUCREF_RANDOM_SPEC_H
#include "rnd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../sucref.h"

#ifndef TEST_LAYOUT
#  define TEST_LAYOUT SUCREF_LAYOUT_PLAIN /* of all files */
#endif

enum { RS_LAYERS = 6, RS_GROUPS = 4, RS_STOPS = 6, RS_WIDE = 300 };

typedef struct {
    sucref_model_spec spec;
    sucref_layer_spec layer[RS_LAYERS];
    uint32_t group_rows[RS_LAYERS][RS_GROUPS], group_columns[RS_LAYERS][RS_GROUPS];
    int16_t table[RS_LAYERS][SUCREF_TABLE_LEN];
    uint8_t lookup[RS_LAYERS][SUCREF_LOOKUP_LEN];
    int32_t *ints[RS_LAYERS];   /* bias, multiplier */
    int8_t *w[RS_LAYERS], *exponent[RS_LAYERS];
    uint8_t *shift[RS_LAYERS];
    uint16_t order[RS_WIDE], input_order[RS_WIDE];
    uint8_t heads[RS_STOPS];
    uint8_t bits[RS_STOPS * RS_LAYERS * RS_GROUPS], in_bits[RS_STOPS];
    sucref_correction correction[RS_STOPS * RS_LAYERS * RS_GROUPS];
    sucref_exit exits[RS_STOPS];
    unsigned total;
} random_spec;

#ifndef TEST_ONE_STOP
#  define TEST_ONE_STOP 0
#endif
static int rs_one_stop = TEST_ONE_STOP; /* only models that SUCREF_NO_STOPS opens? */

static const uint8_t rs_plans[][SUCREF_MAX_PLANES] = {
    { 8 },    { 4, 4 }, { 2, 2, 2, 2 }, { 3, 3, 2 }, { 1, 1, 1, 1, 1, 1, 1, 1 },
    { 2, 8 }, { 4, 8 }, { 1, 8 },       { 7, 1 },    { 1, 7 },
    { 5, 3 }, { 6, 2 }, { 1, 1, 2, 4 }, { 3, 8 },    { 7, 8 }
};

/* METHOD 1: the largest shift that keeps a row's weights */
static int rs_full_shift(const int8_t *w, uint32_t n)
{
    int most = 0, s = 0;
    uint32_t c;
    for (c = 0; c < n; c++) { most = abs(w[c]) > most ? abs(w[c]) : most; }
    while (most > 0 && s < 7 && most * (2 << s) <= 127) { s++; }
    return s;
}

static void rs_weights(random_spec *r, unsigned n, int max)
{
    sucref_layer_spec *s = &r->layer[n];
    uint32_t i, c;
    for (i = 0; i < s->n_out; i++) {
        const int row_max = max >> rnd_below(5);
        for (c = 0; c < s->n_in; c++) { r->w[n][i * s->n_in + c] = (int8_t)rnd_in(-row_max, row_max); }
        r->shift[n][i] = (uint8_t)rnd_below(4);
        if (!s->coarse) { r->shift[n][i] = (uint8_t)rs_full_shift(r->w[n] + i * s->n_in, s->n_in); }
    }
    s->w = r->w[n];
    s->row_shift = s->coarse || rnd_below(2) ? r->shift[n] : NULL;
}

static void rs_scales(random_spec *r, unsigned n)
{
    sucref_layer_spec *s = &r->layer[n];
    const int spread = 4 + (s->n_in > 20) + (s->n_in > 100);
    uint32_t i;
    s->requant = (uint8_t)rnd_below(3);
    s->act = (uint8_t)rnd_below(6);
    s->flags = (uint8_t)((rnd_below(2) ? SUCREF_LAYER_PER_ROW : 0) | (rnd_below(2) ? SUCREF_LAYER_KEEP : 0));
    s->out_zero = (uint8_t)(rnd_below(2) ? 0 : rnd_below(256));
    s->lo = (uint8_t)(rnd_below(2) ? s->out_zero : 0);
    s->hi = (uint8_t)(rnd_below(2) ? 255 : s->lo + rnd_below(256U - s->lo));
    s->slope = (int16_t)(s->act == SUCREF_ACT_LEAKY ? rnd_in(-3000, 32767) : 0);
    for (i = 0; i < s->n_out; i++) {
        const int shift = s->act == SUCREF_ACT_TABLE ? rnd_in(0, 4) : rnd_in(spread, spread + 5);
        r->ints[n][i] = rnd_in(-20000, 20000);
        r->ints[n][s->n_out + i] = rnd_below(20) ? (int32_t)(0x40000000U + rnd() % 0x40000000U) : 0;
        r->exponent[n][i] = (int8_t)(s->requant == SUCREF_REQUANT_TFLITE ? (rnd_below(30) ? 1 - shift : rnd_in(1, 6))
                                                                         : shift);
    }
    for (i = 0; i < SUCREF_TABLE_LEN; i++) { r->table[n][i] = (int16_t)rnd_in(-32768, 32767); }
    s->bias = r->ints[n];
    s->multiplier = r->ints[n] + s->n_out;
    s->exponent = r->exponent[n];
    for (i = 0; i < SUCREF_LOOKUP_LEN; i++) { r->lookup[n][i] = (uint8_t)rnd(); }
    s->table = r->table[n];
    s->lookup = r->lookup[n];
}

/* the input that column c of the first layer reads */
static inline uint32_t rs_input_of(const random_spec *r, uint32_t c)
{
    return r->layer[0].flags & SUCREF_LAYER_INPUT_ORDER ? r->input_order[c] : c;
}

static void rs_permutation(uint16_t *order, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++) { order[i] = (uint16_t)i; }
    for (i = n - 1; i > 0; i--) {
        const uint32_t j = rnd_below(i + 1);
        const uint16_t o = order[i];
        order[i] = order[j]; order[j] = o;
    }
}

static int rs_is_head(const random_spec *r, unsigned layer) /* are its groups heads? */
{
    return r->spec.heads != NULL && layer + 1U == r->spec.n_layers;
}

/* only the last groups of a layer can be absent: others get the zero point as their constant */
static void rs_absent(random_spec *r)
{
    unsigned n, g, t, flat = 0;
    for (n = 0; n + 1U < r->spec.n_layers; flat += r->layer[n++].n_groups) {
        for (t = 0; t < r->spec.n_stops; t++) {
            uint8_t *bits = r->bits + t * r->total + flat;
            int behind = 1; /* are all groups behind it absent? */
            for (g = r->layer[n].n_groups; g-- > 0;) {
                if (bits[g] != SUCREF_ABSENT) { behind = 0; } else if (!behind) { bits[g] = 0; }
            }
        }
    }
}

/* groups of few columns: as many as the first groups of the layer before have rows, or any; or of all columns. The rest
 * of the weights is 0 */
static void rs_widths(random_spec *r)
{
    unsigned n, g, k;
    uint32_t i, c, row;
    for (n = 0; n < r->spec.n_layers; n++) {
        sucref_layer_spec *s = &r->layer[n];
        const uint32_t kind = rnd_below(3);
        uint32_t columns = 1;
        for (g = 0, row = 0; g < s->n_groups; g++) {
            uint32_t to = s->n_in;
            if (kind == 1) { to = columns + rnd_below(s->n_in - columns + 1U); }
            for (k = 0, i = 0; kind == 2 && n > 0 && k < r->layer[n - 1U].n_groups && k <= g; k++) {
                to = i += r->group_rows[n - 1U][k];
            }
            columns = to;
            r->group_columns[n][g] = columns;
            for (i = 0; i < s->group_rows[g]; i++, row++) {
                for (c = columns; c < s->n_in; c++) { r->w[n][row * s->n_in + c] = 0; }
            }
        }
        s->group_columns = r->group_columns[n];
    }
}

/* must a group have 8 bits and no correction at a stop? */
static int rs_whole(const random_spec *r, unsigned layer, unsigned group, unsigned stop)
{
    return stop + 1U == r->spec.n_stops || (rs_is_head(r, layer) && r->heads[stop + 1U] != group);
}

/* schedules every group: bits of the plan, not falling, 8 at last; corrections or constants where they belong; groups
 * behind the first one of a hidden layer may be absent in place of constant */
static void rs_schedule(random_spec *r)
{
    const unsigned stops = r->spec.n_stops;
    unsigned n, g, t, flat = 0;
    uint32_t i;
    for (n = 0; n < r->spec.n_layers; n++) {
        const sucref_layer_spec *s = &r->layer[n];
        for (g = 0; g < s->n_groups; g++, flat++) {
            const int absent = n + 1U < r->spec.n_layers && rnd_below(2);
            unsigned plane = rnd_below(3) ? rnd_below(s->n_planes + 1U) : 0;
            if (rs_is_head(r, n) && plane == 0) { plane = 1; }
            for (t = 0; t < stops; t++) {
                sucref_correction *c = &r->correction[t * r->total + flat];
                unsigned bits = 0, k;
                if (rs_whole(r, n, g, t)) { plane = s->n_planes; }
                for (k = 0; k < plane; k++) { bits = s->coarse ? s->plan[k] : bits + s->plan[k]; }
                r->bits[t * r->total + flat] = (uint8_t)(bits == 0 && absent ? SUCREF_ABSENT : bits);
                if (rs_is_head(r, n) && r->heads[t] != g) { r->bits[t * r->total + flat] = SUCREF_ABSENT; }
                if (r->bits[t * r->total + flat] == SUCREF_ABSENT) {
                    if (absent && plane < s->n_planes) { plane += rnd_below(2); }
                    continue;
                }
                if (bits == 0 && rnd_below(2)) {
                    uint8_t *v = (uint8_t *)malloc(s->group_rows[g]);
                    for (i = 0; i < s->group_rows[g]; i++) { v[i] = (uint8_t)rnd(); }
                    c->constant = v;
                } else if (bits > 0 && !rs_whole(r, n, g, t) && rnd_below(bits == 8 ? 8 : 2)) {
                    int32_t *v = (int32_t *)malloc(s->group_rows[g] * 8U);
                    int16_t *a = (int16_t *)malloc(s->group_rows[g] * 2U);
                    for (i = 0; i < s->group_rows[g]; i++) {
                        v[i] = rnd_in(-30000, 30000);
                        v[s->group_rows[g] + i] = rnd_below(10) ? rnd_in(-30000, 30000) : (int32_t)rnd();
                        a[i] = (int16_t)rnd();
                    }
                    c->beta = v; c->gamma = v + s->group_rows[g]; c->alpha = a;
                }
                if (plane < s->n_planes) { plane += rnd_below(2); }
            }
        }
    }
}

/* which stop answers by which head: from the first to the last one */
static void rs_heads(random_spec *r)
{
    const unsigned stops = r->spec.n_stops, most = stops < RS_GROUPS ? stops : RS_GROUPS, n = 2 + rnd_below(most - 1U);
    unsigned t;
    r->spec.heads = r->heads;
    for (t = 1; t < stops; t++) {
        const unsigned before = r->heads[t - 1], left = n - 1U - before; /* heads that have not come yet */
        r->heads[t] = (uint8_t)(before + (left > 0 && (left >= stops - t || rnd_below(2))));
    }
}

/* the rows of each group: of any number, or equal ones for heads */
static void rs_groups(random_spec *r, unsigned n)
{
    sucref_layer_spec *s = &r->layer[n];
    uint32_t i;
    unsigned g;
    if (!rs_is_head(r, n)) {
        s->n_groups = (uint8_t)(1 + rnd_below(s->n_out < RS_GROUPS ? s->n_out : RS_GROUPS));
    }
    for (g = 0, i = 0; g < s->n_groups; g++) {
        r->group_rows[n][g] = rs_is_head(r, n)         ? s->n_out / s->n_groups
                              : g + 1U == s->n_groups ? s->n_out - i
                                                      : 1 + rnd_below(s->n_out - i - (s->n_groups - g - 1U));
        i += r->group_rows[n][g];
    }
    s->group_rows = r->group_rows[n];
}

/* orders of the inputs and of the outputs; lists that are kept */
static void rs_orders(random_spec *r)
{
    sucref_layer_spec *first = &r->layer[0], *last = &r->layer[r->spec.n_layers - 1U];
    if (rnd_below(2) && r->spec.heads == NULL) { /* the last layer's outputs are restored to another order */
        rs_permutation(r->order, last->n_out);
        last->flags |= SUCREF_LAYER_ORDER;
        last->order = r->order;
    }
    if (rnd_below(3) == 0) {
        rs_permutation(r->input_order, first->n_in);
        first->flags |= SUCREF_LAYER_INPUT_ORDER;
        first->input_order = r->input_order;
    }
    if (rnd_below(3) == 0) { first->flags |= SUCREF_LAYER_KEEP_LIST; }
}

static inline void rs_make(random_spec *r, uint32_t widest)
{
    unsigned n;
    uint32_t i;
    memset(r, 0, sizeof *r);
    r->spec.n_layers = (uint8_t)(1 + rnd_below(RS_LAYERS));
    r->spec.layout = TEST_LAYOUT;
    r->spec.n_stops = (uint8_t)(rs_one_stop ? 1 : 1 + rnd_below(RS_STOPS));
    r->spec.input_type = (uint8_t)rnd_below(2);
    if (rnd_below(3) == 0 && r->spec.n_stops > 1) { rs_heads(r); }
    r->spec.layers = r->layer;
    r->spec.bits = r->bits;
    r->spec.in_bits = r->in_bits;
    r->spec.corrections = r->correction;
    for (n = 0; n < r->spec.n_layers; n++) {
        sucref_layer_spec *s = &r->layer[n];
        const uint8_t *plan = rs_plans[rs_one_stop ? 0 : rnd_below(sizeof rs_plans / sizeof rs_plans[0])];
        s->n_in = n ? r->layer[n - 1].n_out : 1 + rnd_below(widest);
        s->n_out = 1 + rnd_below(rnd_below(3) ? widest : 20);
        if (rs_is_head(r, n)) {
            s->n_groups = (uint8_t)(r->heads[r->spec.n_stops - 1U] + 1U);
            s->n_out = s->n_groups * (1 + rnd_below(20));
        }
        for (s->n_planes = 0; s->n_planes < 8 && plan[s->n_planes]; s->n_planes++) {
            s->plan[s->n_planes] = plan[s->n_planes];
        }
        s->coarse = (uint8_t)(s->n_planes == 2 && plan[1] == 8);
        s->in_zero = (uint8_t)(n ? r->layer[n - 1].out_zero : rnd_below(256));
        r->w[n] = (int8_t *)malloc((size_t)s->n_in * s->n_out);
        r->shift[n] = (uint8_t *)malloc(s->n_out);
        r->exponent[n] = (int8_t *)malloc(s->n_out);
        r->ints[n] = (int32_t *)malloc(s->n_out * 2U * sizeof(int32_t));
        rs_weights(r, n, rnd_below(4) ? 127 : rnd_in(1, 127));
        rs_scales(r, n);
        rs_groups(r, n);
        r->total += s->n_groups;
    }
    rs_orders(r);
    for (n = 0, i = rnd_below(2) ? 8 : 1 + rnd_below(8); n < r->spec.n_stops; n++) {
        if (n + 1U == r->spec.n_stops) { i = 8; }
        r->in_bits[n] = (uint8_t)i;
        i += rnd_below(9 - i);
    }
    rs_schedule(r);
    rs_absent(r);
    rs_widths(r);
    for (n = 0; n < r->spec.n_stops; n++) {
        r->exits[n].margin = rnd() % 60000U;
        r->exits[n].samples = rnd();
        r->exits[n].disagreements = rnd();
        r->exits[n].risk = rnd();
    }
    if (rnd_below(2)) { r->spec.exits = r->exits; }
    if (rnd_below(4) == 0) { /* ends in a softmax */
        r->spec.softmax_multiplier = (int32_t)(0x40000000U + rnd() % 0x40000000U);
        r->spec.softmax_shift = (uint8_t)rnd_in(16, 26);
    }
}

static inline void rs_free(random_spec *r)
{
    unsigned n;
    for (n = 0; n < r->spec.n_layers; n++) { free(r->w[n]); free(r->shift[n]); free(r->exponent[n]); free(r->ints[n]); }
    for (n = 0; n < r->spec.n_stops * r->total; n++) {
        free((void *)(uintptr_t)r->correction[n].constant);
        free((void *)(uintptr_t)r->correction[n].beta);
        free((void *)(uintptr_t)r->correction[n].alpha);
    }
}

/* inputs of several kinds: dense, sparse, all zero, all largest, a few levels */
static inline void rs_input(uint8_t *x, uint32_t n, int type)
{
    const uint32_t kind = rnd_below(5);
    uint32_t i;
    for (i = 0; i < n; i++) {
        uint32_t v = kind == 0   ? rnd()
                     : kind == 1 ? (rnd_below(4) ? 0 : rnd())
                     : kind == 2 ? 0
                     : kind == 3 ? 255
                                 : rnd_below(4);
        x[i] = (uint8_t)(type == SUCREF_INPUT_S8 ? v ^ 0x80 : v);
    }
}

static inline uint32_t *rs_write(const random_spec *r, uint32_t *bytes)
{
    sucref_fault fault = { "", 0 };
    uint32_t *file;
    *bytes = sucref_model_write(NULL, 0, &r->spec, &fault);
    file = (uint32_t *)malloc(*bytes + 4U);
    if (*bytes == 0 || file == NULL || sucref_model_write((uint8_t *)file, *bytes, &r->spec, &fault) != *bytes) {
        printf("  cannot write a random model: %s at %lu\n", fault.field, (unsigned long)fault.offset);
        free(file);
        return NULL;
    }
    return file;
}
#endif
