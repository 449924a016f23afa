/* exchange.h - a model's parts for devices that tell each other activations (the file that sucref_exchange_open reads):
 * from the owner of every input and neuron, what every device reads, sends and computes, and at which stops. */
#ifndef SUCREF_TOOL_EXCHANGE_H
#define SUCREF_TOOL_EXCHANGE_H
#include "spec.h"

enum { EXCHANGE_NONE = 0xFFFF, EXCHANGE_MAX_DEVICES = 254 };

typedef struct {
    const respec *r;
    unsigned devices, plan, n_layers, n_stops;
    uint8_t *owner[SUCREF_MAX_LAYERS + 1];  /* of each input, in the order of the first layer's columns; of each row */
    uint16_t *index[SUCREF_MAX_LAYERS + 1]; /* of each among its owner's */
    uint8_t *run;                           /* [stops][groups]: 0, 1, or 2 where S is needed */
    uint32_t answers;                       /* rows of the last layer that the node collects, from the first on */
    unsigned long messages, bytes, values;  /* of all parts written, for one answer at the last stop */
} exchange_net;

typedef struct { uint8_t *p; uint32_t len, room; } exchange_bytes;

static inline void exchange_put(exchange_bytes *b, uint32_t v, unsigned n)
{
    if (b->len + n > b->room) {
        b->room = 2U * b->room + 64U;
        b->p = (uint8_t *)realloc(b->p, b->room);
        if (b->p == NULL) { fprintf(stderr, "sucref: out of memory\n"); exit(2); }
    }
    for (; n > 0; n--, v >>= 8) { b->p[b->len++] = (uint8_t)v; }
}
static inline void exchange_set(exchange_bytes *b, uint32_t at, uint32_t v, unsigned n)
{
    for (; n > 0; n--, v >>= 8) { b->p[at++] = (uint8_t)v; }
}
static inline void exchange_align(exchange_bytes *b) { while (b->len % 4U != 0) { exchange_put(b, 0, 1); } }

/* ---- what the model says ---- */
static inline uint32_t exchange_level_len(const exchange_net *x, unsigned level)
{
    return level == 0 ? x->r->layer[0].n_in : x->r->layer[level - 1].n_out;
}
static inline unsigned exchange_flat(const exchange_net *x, unsigned layer, unsigned g)
{
    unsigned n;
    for (n = 0; n < layer; n++) { g += x->r->layer[n].n_groups; }
    return g;
}
static inline unsigned exchange_groups(const exchange_net *x) { return exchange_flat(x, x->n_layers, 0); }
static inline uint32_t exchange_columns(const sucref_layer_spec *s, unsigned g)
{
    return s->group_columns != NULL ? s->group_columns[g] : s->n_in;
}
static inline uint32_t exchange_first_row(const sucref_layer_spec *s, unsigned g)
{
    uint32_t row = 0;
    unsigned k;
    for (k = 0; k < g; k++) { row += s->group_rows[k]; }
    return row;
}
static inline unsigned exchange_group_of(const sucref_layer_spec *s, uint32_t row)
{
    unsigned g = 0;
    for (; s->n_groups > 1 && row >= exchange_first_row(s, g) + s->group_rows[g]; g++) { }
    return g;
}
static inline uint32_t exchange_end_row(const sucref_layer_spec *s, unsigned g)
{
    return s->n_groups > 1 ? exchange_first_row(s, g) + s->group_rows[g] : s->n_out;
}
static inline unsigned exchange_bits(const exchange_net *x, unsigned t, unsigned layer, unsigned g)
{
    return x->r->bits[t * exchange_groups(x) + exchange_flat(x, layer, g)];
}
static inline const sucref_correction *exchange_correction(const exchange_net *x, unsigned t, unsigned layer,
                                                           unsigned g)
{
    return x->r->had == NULL ? NULL : &x->r->had[t * exchange_groups(x) + exchange_flat(x, layer, g)];
}
static inline int exchange_corrected(const sucref_correction *c) { return c != NULL && c->beta != NULL; }

/* METHOD 2: is a gamma of the group's rows other than 0? */
static inline int exchange_needs_sum(const exchange_net *x, unsigned t, unsigned layer, unsigned g)
{
    const sucref_layer_spec *s = &x->r->layer[layer];
    const sucref_correction *c = exchange_correction(x, t, layer, g);
    const uint32_t first = exchange_first_row(s, g), n = exchange_end_row(s, g) - first;
    const unsigned bits = exchange_bits(x, t, layer, g);
    uint32_t i;
    if (bits == 0 || bits == SUCREF_ABSENT) { return 0; }
    for (i = 0; i < n; i++) {
        if (exchange_corrected(c) ? c->gamma[i] != 0 : bits < 8 && prepare_row_shift(s, first + i) < 8U - bits) {
            return 1;
        }
    }
    return 0;
}

static inline int exchange_same_correction(const sucref_correction *a, const sucref_correction *b, uint32_t n)
{
    const int none_a = a == NULL || (a->beta == NULL && a->constant == NULL),
              none_b = b == NULL || (b->beta == NULL && b->constant == NULL);
    if (none_a || none_b) { return none_a && none_b; }
    if ((a->beta == NULL) != (b->beta == NULL)) { return 0; }
    return a->beta != NULL ? memcmp(a->beta, b->beta, 4U * n) == 0 && memcmp(a->gamma, b->gamma, 4U * n) == 0 &&
                             memcmp(a->alpha, b->alpha, 2U * n) == 0
                           : memcmp(a->constant, b->constant, n) == 0;
}

static inline int exchange_runs(const exchange_net *x, unsigned t, unsigned layer, unsigned g)
{
    return x->run[t * exchange_groups(x) + exchange_flat(x, layer, g)];
}

/* is a group's schedule at a stop another than at the stop before? */
static inline int exchange_other(const exchange_net *x, unsigned t, unsigned layer, unsigned g)
{
    const sucref_layer_spec *s = &x->r->layer[layer];
    return t == 0 || exchange_bits(x, t, layer, g) != exchange_bits(x, t - 1, layer, g) ||
           (layer == 0 && x->r->in_bits[t] != x->r->in_bits[t - 1]) ||
           !exchange_same_correction(exchange_correction(x, t, layer, g), exchange_correction(x, t - 1, layer, g),
                                     exchange_end_row(s, g) - exchange_first_row(s, g));
}

/* which groups have to be computed at which stop */
static inline void exchange_schedule(exchange_net *x)
{
    unsigned t, l, g, k;
    for (t = 0; t < x->n_stops; t++) {
        for (l = 0; l < x->n_layers; l++) {
            for (g = 0; g < x->r->layer[l].n_groups; g++) {
                int run = exchange_other(x, t, l, g);
                for (k = 0; l > 0 && k < x->r->layer[l - 1].n_groups; k++) {
                    run |= exchange_runs(x, t, l - 1, k) &&
                           exchange_first_row(&x->r->layer[l - 1], k) < exchange_columns(&x->r->layer[l], g);
                }
                if (exchange_bits(x, t, l, g) == SUCREF_ABSENT) { run = 0; }
                x->run[t * exchange_groups(x) + exchange_flat(x, l, g)] =
                    (uint8_t)(run + (run && exchange_needs_sum(x, t, l, g)));
            }
        }
    }
}

/* ---- who reads what ---- */
/* does a device have a row in a group whose weight of a column is not 0? */
static inline int exchange_group_reads(const exchange_net *x, unsigned device, unsigned layer, unsigned g, uint32_t c)
{
    const sucref_layer_spec *s = &x->r->layer[layer];
    uint32_t r;
    for (r = exchange_first_row(s, g); c < exchange_columns(s, g) && r < exchange_end_row(s, g); r++) {
        if (x->owner[layer + 1][r] == device && s->w[(size_t)r * s->n_in + c] != 0) { return 1; }
    }
    return 0;
}
static inline int exchange_reads(const exchange_net *x, unsigned device, unsigned layer, uint32_t c)
{
    unsigned g;
    for (g = 0; g < x->r->layer[layer].n_groups; g++) {
        if (exchange_group_reads(x, device, layer, g, c)) { return 1; }
    }
    return 0;
}

/* what j's neurons of a level are to k: numbers, in order. The node collects all of the last level */
typedef struct { uint32_t n, of, *neuron; } exchange_list;

static inline exchange_list exchange_sent(const exchange_net *x, unsigned from, unsigned to, unsigned level)
{
    const uint32_t n = exchange_level_len(x, level);
    exchange_list a;
    uint32_t c;
    a.n = a.of = 0;
    a.neuron = (uint32_t *)respec_new(n * sizeof(uint32_t));
    for (c = 0; c < n; c++) {
        if (x->owner[level][c] != from) { continue; }
        a.of++;
        if (to == x->devices ? level == x->n_layers && c < x->answers
                             : level < x->n_layers && from != to && exchange_reads(x, to, level, c)) {
            a.neuron[a.n++] = c;
        }
    }
    return a;
}

/* the numbers of columns whose sums a device needs at a level; how many */
static inline unsigned exchange_sums(uint32_t *columns, const exchange_net *x, unsigned device, unsigned level)
{
    unsigned n = 0, g, t, k;
    for (g = 0; level < x->n_layers && device < x->devices && g < x->r->layer[level].n_groups; g++) {
        const sucref_layer_spec *s = &x->r->layer[level];
        uint32_t r;
        int need = 0, has = 0;
        for (t = 0; t < x->n_stops; t++) { need |= exchange_runs(x, t, level, g) == 2; }
        for (r = exchange_first_row(s, g); r < exchange_end_row(s, g); r++) { has |= x->owner[level + 1][r] == device; }
        for (k = 0; k < n && columns[k] != exchange_columns(s, g); k++) { }
        if (need && has && k == n) { columns[n++] = exchange_columns(s, g); }
    }
    return n;
}

/* does a row group of the device need sums at this stop? */
static inline int exchange_sums_at(const exchange_net *x, unsigned device, unsigned level, unsigned t)
{
    unsigned g;
    for (g = 0; g < x->r->layer[level].n_groups; g++) {
        const sucref_layer_spec *s = &x->r->layer[level];
        uint32_t r;
        for (r = exchange_first_row(s, g); exchange_runs(x, t, level, g) == 2 && r < exchange_end_row(s, g); r++) {
            if (x->owner[level + 1][r] == device) { return 1; }
        }
    }
    return 0;
}

/* of a list the first value sent at a stop, and how many; 0: no message */
static inline int exchange_window(uint32_t *first, uint32_t *n, const exchange_net *x, const exchange_list *a,
                                  unsigned to, unsigned level, unsigned sums, unsigned t)
{
    uint32_t i, end = 0;
    *first = *n = 0;
    for (i = 0; i < a->n; i++) {
        if (level == 0 ? t > 0
                       : !exchange_runs(x, t, level - 1, exchange_group_of(&x->r->layer[level - 1], a->neuron[i]))) {
            continue;
        }
        if (end == 0) { *first = i; }
        end = i + 1;
    }
    *n = end > 0 ? end - *first : 0;
    return *n > 0 || (sums > 0 && exchange_sums_at(x, to, level, t));
}

/* ---- a piece ---- */
typedef struct {
    sucref_layer_spec layer;
    sucref_model_spec spec;
    uint32_t *row, *column;   /* of the whole layer; column 65535 none */
    uint8_t bits[SUCREF_MAX_STOPS + 2], in_bits[SUCREF_MAX_STOPS + 2], run[SUCREF_MAX_STOPS];
    sucref_correction correction[SUCREF_MAX_STOPS + 2];
    unsigned n_stops;
    void *memory[3 * (SUCREF_MAX_STOPS + 2) + 8];
    unsigned n_memory;
} exchange_piece;

static inline void *exchange_keep(exchange_piece *q, size_t n)
{
    return q->memory[q->n_memory++] = respec_new(n);
}

/* one more stop: the rows' corrections, or the sum itself for z */
static inline int exchange_stop(exchange_piece *q, unsigned bits, unsigned in_bits, const sucref_correction *c,
                                uint32_t first, int raw)
{
    const uint32_t n = q->layer.n_out;
    uint32_t i;
    if (q->n_stops >= SUCREF_MAX_STOPS) { return 0; }
    q->bits[q->n_stops] = (uint8_t)bits; q->in_bits[q->n_stops] = (uint8_t)in_bits;
    if (raw || exchange_corrected(c)) {
        int32_t *beta = (int32_t *)exchange_keep(q, 8U * n);
        int16_t *alpha = (int16_t *)exchange_keep(q, 2U * n);
        for (i = 0; i < n; i++) {
            beta[i] = raw ? 0 : c->beta[q->row[i] - first];
            beta[n + i] = raw ? 0 : c->gamma[q->row[i] - first];
            alpha[i] = (int16_t)(raw ? 4096 : c->alpha[q->row[i] - first]);
        }
        q->correction[q->n_stops].beta = beta; q->correction[q->n_stops].gamma = beta + n;
        q->correction[q->n_stops].alpha = alpha;
    } else if (bits == 0 && c != NULL && c->constant != NULL) {
        uint8_t *constant = (uint8_t *)exchange_keep(q, n);
        for (i = 0; i < n; i++) { constant[i] = c->constant[q->row[i] - first]; }
        q->correction[q->n_stops].constant = constant;
    }
    q->n_stops++;
    return 1;
}

/* the piece's stops, and which of them the whole's stops are; 0 when they are too many */
static inline int exchange_piece_stops(exchange_piece *q, const exchange_net *x, unsigned layer, unsigned g)
{
    const uint32_t first = exchange_first_row(&x->r->layer[layer], g);
    unsigned t, run = 0;
    for (t = 0; t < x->n_stops; t++) {
        const int what = exchange_runs(x, t, layer, g);
        const unsigned bits = exchange_bits(x, t, layer, g), in_bits = layer == 0 ? x->r->in_bits[t] : 8U;
        const sucref_correction *c = exchange_correction(x, t, layer, g);
        q->run[t] = 0xFF;
        if (what == 0) { continue; }
        if (q->n_stops == 0 || exchange_other(x, t, layer, g)) {
            run = q->n_stops | (what == 2 ? 0x80U : 0U);
            if ((what == 2 && !exchange_stop(q, bits, in_bits, NULL, first, 1)) ||
                !exchange_stop(q, bits, in_bits, c, first, 0)) {
                return 0;
            }
        }
        q->run[t] = (uint8_t)run;
    }
    t = q->n_stops;
    return t > 0 && q->bits[t - 1] == 8 && q->in_bits[t - 1] == 8 && q->correction[t - 1].beta == NULL
               ? 1 : exchange_stop(q, 8, 8, NULL, first, 0);
}

static inline void exchange_piece_layer(exchange_piece *q, const sucref_layer_spec *s, unsigned in_zero)
{
    sucref_layer_spec *l = &q->layer;
    int32_t *bias = (int32_t *)exchange_keep(q, 4U * l->n_out), *multiplier;
    int8_t *w = (int8_t *)exchange_keep(q, (size_t)l->n_in * l->n_out), *exponent;
    uint8_t *shift = (uint8_t *)exchange_keep(q, l->n_out);
    uint32_t i, c;
    multiplier = (int32_t *)exchange_keep(q, 4U * l->n_out);
    exponent = (int8_t *)exchange_keep(q, l->n_out);
    for (i = 0; i < l->n_out; i++) {
        const uint32_t r = q->row[i], k = s->flags & SUCREF_LAYER_PER_ROW ? r : 0;
        bias[i] = s->bias != NULL ? s->bias[r] : 0;
        multiplier[i] = s->multiplier[k]; exponent[i] = s->exponent[k];
        shift[i] = (uint8_t)prepare_row_shift(s, r);
        for (c = 0; c < l->n_in; c++) {
            w[(size_t)i * l->n_in + c] = (int8_t)(q->column[c] == EXCHANGE_NONE
                                                      ? 0 : s->w[(size_t)r * s->n_in + q->column[c]]);
        }
    }
    l->w = w; l->bias = bias; l->multiplier = multiplier; l->exponent = exponent; l->row_shift = shift;
    l->table = s->table; l->lookup = s->lookup;
    memcpy(l->plan, s->plan, sizeof l->plan);
    l->n_planes = s->n_planes; l->coarse = s->coarse; l->act = s->act; l->requant = s->requant;
    l->flags = s->flags & SUCREF_LAYER_PER_ROW;
    l->in_zero = (uint8_t)in_zero; l->out_zero = s->out_zero; l->lo = s->lo; l->hi = s->hi; l->slope = s->slope;
    l->n_groups = 1;
}

/* a device's rows of a group as a model of one layer, behind b; 0 where it has none, -1 when it is refused */
static inline int exchange_piece_write(exchange_bytes *b, exchange_piece *q, const exchange_net *x, unsigned device,
                                       unsigned layer, unsigned g)
{
    const sucref_layer_spec *s = &x->r->layer[layer];
    sucref_fault fault = { "", 0 };
    uint32_t r, c, len, n = 0;
    memset(q, 0, sizeof *q);
    q->row = (uint32_t *)exchange_keep(q, s->n_out * sizeof(uint32_t));
    q->column = (uint32_t *)exchange_keep(q, s->n_in * sizeof(uint32_t));
    for (r = exchange_first_row(s, g); r < exchange_end_row(s, g); r++) {
        if (x->owner[layer + 1][r] == device) { q->row[q->layer.n_out++] = r; }
    }
    for (c = 0; c < s->n_in; c++) { if (exchange_group_reads(x, device, layer, g, c)) { q->column[n++] = c; } }
    if (q->layer.n_out == 0) { return 0; }
    if (n == 0) { q->column[n++] = EXCHANGE_NONE; }
    q->layer.n_in = n;
    if (!exchange_piece_stops(q, x, layer, g)) {
        fprintf(stderr, "sucref: layer %u has too many stops for parts that exchange\n", layer);
        return -1;
    }
    exchange_piece_layer(q, s, s->in_zero);
    q->spec.layers = &q->layer; q->spec.in_bits = q->in_bits; q->spec.bits = q->bits;
    q->spec.corrections = q->correction;
    q->spec.n_layers = 1; q->spec.n_stops = (uint8_t)q->n_stops;
    len = sucref_model_write(NULL, 0, &q->spec, &fault);
    exchange_align(b);
    if (len > 0) {
        uint32_t *model = (uint32_t *)respec_new(len), i;
        len = sucref_model_write((uint8_t *)model, len, &q->spec, &fault);
        for (i = 0; i < len; i++) { exchange_put(b, ((uint8_t *)model)[i], 1); }
        free(model);
    }
    if (len == 0) { fprintf(stderr, "sucref: a piece of layer %u is refused: %s\n", layer, fault.field); }
    return len > 0 ? 1 : -1;
}

static inline void exchange_piece_free(exchange_piece *q)
{
    while (q->n_memory > 0) { free(q->memory[--q->n_memory]); }
}

/* ---- a part ---- */
/* the owners' ranks and the schedule; owner [layers + 1] as above, copied. 0 when the model cannot be shared out */
static inline int exchange_init(exchange_net *x, const respec *r, const uint8_t *const *owner, unsigned devices,
                                unsigned plan)
{
    unsigned l;
    uint32_t i;
    memset(x, 0, sizeof *x);
    x->r = r; x->devices = devices; x->plan = plan;
    x->n_layers = r->spec.n_layers; x->n_stops = r->spec.n_stops;
    x->answers = r->layer[x->n_layers - 1].n_out;
    if (r->spec.answers != NULL || devices < 1 || devices > EXCHANGE_MAX_DEVICES) { return 0; }
    for (l = 0; l <= x->n_layers; l++) {
        uint16_t count[256] = { 0 };
        const uint32_t n = exchange_level_len(x, l);
        x->owner[l] = (uint8_t *)respec_new(n);
        x->index[l] = (uint16_t *)respec_new(2U * n);
        for (i = 0; i < n; i++) {
            x->owner[l][i] = owner[l][i];
            x->index[l][i] = count[owner[l][i]]++;
        }
    }
    x->run = (uint8_t *)respec_new((size_t)x->n_stops * exchange_groups(x));
    exchange_schedule(x);
    return 1;
}

static inline void exchange_free(exchange_net *x)
{
    unsigned l;
    for (l = 0; l <= x->n_layers; l++) { free(x->owner[l]); free(x->index[l]); }
    free(x->run);
}

/* where an answer's row goes */
static inline uint32_t exchange_place(const exchange_net *x, uint32_t row)
{
    const sucref_layer_spec *s = &x->r->layer[x->n_layers - 1];
    if (x->r->spec.heads != NULL) { return row - exchange_first_row(s, exchange_group_of(s, row)); }
    return s->flags & SUCREF_LAYER_ORDER ? s->order[row] : row;
}
static inline uint32_t exchange_outputs(const exchange_net *x)
{
    const sucref_layer_spec *s = &x->r->layer[x->n_layers - 1];
    return x->r->spec.heads != NULL ? s->group_rows[0] : x->answers;
}

/* one direction of one pair at a level: its record, and its list and stops behind the tables */
static inline void exchange_link(exchange_bytes *records, exchange_bytes *data, exchange_net *x, unsigned device,
                                 unsigned peer, unsigned level, int imports, uint32_t *place, uint32_t *from)
{
    const unsigned j = imports ? peer : device, k = imports ? device : peer;
    uint32_t columns[SUCREF_MAX_GROUPS], i, c, first, n;
    const unsigned sums = exchange_sums(columns, x, k, level);
    exchange_list a = exchange_sent(x, j, k, level);
    unsigned t;
    if (a.n > 0 || (sums > 0 && a.of > 0)) {
        exchange_put(records, level, 1); exchange_put(records, peer, 1);
        exchange_put(records, (uint32_t)imports, 1); exchange_put(records, sums, 1);
        exchange_put(records, a.n, 2); exchange_put(records, imports && k < x->devices ? *from : 0, 2);
        exchange_put(records, a.of, 2); exchange_put(records, 0, 2);
        exchange_put(records, data->len, 4);
        for (i = 0; i < a.n; i++) {
            exchange_put(data, !imports ? x->index[level][a.neuron[i]]
                               : k == x->devices ? exchange_place(x, a.neuron[i]) : a.neuron[i], 2);
        }
        for (i = 0; !imports && i < sums; i++) {
            for (c = 0, n = 0; c < columns[i]; c++) { n += x->owner[level][c] == j; }
            exchange_put(data, n, 2);
        }
        exchange_align(data);
        exchange_put(records, data->len, 4);
        for (t = 0; t < x->n_stops; t++) {
            const int there = exchange_window(&first, &n, x, &a, k, level, sums, t);
            const uint32_t words = sums + (level == x->n_layers ? n : (n + 3U) / 4U);
            exchange_put(data, there ? first : EXCHANGE_NONE, 2); exchange_put(data, n, 2);
            exchange_put(data, imports && there ? *place : 0, 4);
            if (!there) { continue; }
            if (imports) { *place += words; } else {
                x->messages++; x->values += n; x->bytes += SUCREF_SHARD_OVERHEAD + 4U * words;
            }
        }
        if (imports && k < x->devices) { *from += a.n; }
    }
    free(a.neuron);
}

/* a piece's columns and rows as the device's own numbers, and its runs; its record */
static inline void exchange_piece_lists(exchange_bytes *records, exchange_bytes *data, const exchange_net *x,
                                        const exchange_piece *q, unsigned device, unsigned layer, unsigned g,
                                        uint32_t own)
{
    uint32_t columns[SUCREF_MAX_GROUPS], i, c, bound = 0;
    const unsigned sums = exchange_sums(columns, x, device, layer);
    unsigned t, slot = 0, j;
    uint16_t *at = (uint16_t *)respec_new(2U * q->layer.n_in + 2U * exchange_level_len(x, layer));
    uint32_t from = own;
    for (c = 0; c < exchange_level_len(x, layer); c++) {
        if (x->owner[layer][c] == device) { at[c] = x->index[layer][c]; }
    }
    for (j = 0; j < x->devices; j++) {
        exchange_list a = exchange_sent(x, j, device, layer);
        for (i = 0; i < a.n; i++) { at[a.neuron[i]] = (uint16_t)(from + i); }
        from += a.n;
        free(a.neuron);
    }
    exchange_put(records, data->len, 4);
    for (i = 0; i < q->layer.n_in; i++) {
        exchange_put(data, q->column[i] == EXCHANGE_NONE ? EXCHANGE_NONE : at[q->column[i]], 2);
    }
    exchange_put(records, data->len, 4);
    for (i = 0; i < q->layer.n_out; i++) { exchange_put(data, x->index[layer + 1][q->row[i]], 2); }
    exchange_put(records, data->len, 4);
    for (t = 0; t < x->n_stops; t++) { exchange_put(data, q->run[t], 1); }
    exchange_align(data);
    while (slot + 1 < sums && columns[slot] != exchange_columns(&x->r->layer[layer], g)) { slot++; }
    for (c = 0; c < exchange_columns(&x->r->layer[layer], g); c++) { bound += x->owner[layer][c] == device; }
    exchange_put(records, bound, 2); exchange_put(records, slot, 1); exchange_put(records, 0, 1);
    free(at);
}

static inline uint32_t exchange_crc(uint32_t crc, const uint8_t *p, uint32_t n)
{
    unsigned k;
    for (; n > 0; n--) {
        crc ^= *p++;
        for (k = 0; k < 8; k++) { crc = crc >> 1 ^ (crc & 1U ? 0xEDB88320U : 0U); }
    }
    return crc;
}

/* appends one to the other; places in its records move with it */
static inline void exchange_join(exchange_bytes *b, const exchange_bytes *tail)
{
    uint32_t i;
    for (i = 0; i < tail->len; i++) { exchange_put(b, tail->p[i], 1); }
}

static inline uint32_t exchange_get(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void exchange_move(exchange_bytes *records, unsigned at, unsigned places, uint32_t by)
{
    uint32_t i;
    unsigned k;
    for (i = 0; i < records->len; i += 20) {
        for (k = at; k < at + 4 * places; k += 4) {
            exchange_set(records, i + k, exchange_get(records->p + i + k) + by, 4);
        }
    }
}

static inline void exchange_header(exchange_bytes *b, const exchange_net *x, const sucref_model_spec *spec,
                                   unsigned device, uint32_t links, uint32_t pieces)
{
    unsigned t;
    exchange_put(b, 0x58435553U, 4); exchange_put(b, SUCREF_FORMAT, 2);
    exchange_put(b, device, 1); exchange_put(b, x->devices, 1); exchange_put(b, 0, 4);
    exchange_put(b, x->plan, 1); exchange_put(b, x->n_layers, 1); exchange_put(b, x->n_stops, 1);
    exchange_put(b, spec->input_type, 1);
    exchange_put(b, links, 2); exchange_put(b, pieces, 2);
    exchange_put(b, exchange_outputs(x), 2); exchange_put(b, 0, 2);
    exchange_put(b, (uint32_t)spec->scales.logit.multiplier, 4);
    exchange_put(b, (uint8_t)spec->scales.logit.exponent, 1);
    exchange_put(b, 0, 3); exchange_put(b, 0, 4);
    for (t = 0; t < x->n_stops; t++) { exchange_put(b, x->r->in_bits[t], 1); }
    exchange_align(b);
}

/* one device's part, or for device `devices` what collects the answers: its bytes, to be freed; NULL when refused */
static inline uint8_t *exchange_part(uint32_t *len, exchange_net *x, unsigned device)
{
    exchange_bytes b = { NULL, 0, 0 }, levels = { NULL, 0, 0 }, links = { NULL, 0, 0 }, pieces = { NULL, 0, 0 },
                   data = { NULL, 0, 0 };
    uint32_t place = 0, n_pieces = 0, i, base;
    unsigned l, k, g;
    int ok = 1;
    for (l = 0; ok && l <= x->n_layers; l++) {
        uint32_t columns[SUCREF_MAX_GROUPS], own = 0, imported = 0;
        const uint32_t first = n_pieces;
        for (i = 0; i < exchange_level_len(x, l); i++) { own += x->owner[l][i] == device; }
        for (k = 0; k < x->devices; k++) {
            if (k != device) { exchange_link(&links, &data, x, device, k, l, 1, &place, &imported); }
        }
        for (k = 0; device < x->devices && k <= x->devices; k++) {
            if (k != device) { exchange_link(&links, &data, x, device, k, l, 0, &place, &imported); }
        }
        for (g = 0; ok && l < x->n_layers && g < x->r->layer[l].n_groups; g++) {
            static exchange_piece q;
            const uint32_t at = (data.len + 3U) / 4U * 4U;
            const int status = exchange_piece_write(&data, &q, x, device, l, g);
            ok = status >= 0;
            if (status > 0) {
                exchange_put(&pieces, at, 4);
                exchange_piece_lists(&pieces, &data, x, &q, device, l, g, own);
                n_pieces++;
            }
            exchange_piece_free(&q);
        }
        exchange_put(&levels, own, 2); exchange_put(&levels, imported, 2);
        exchange_put(&levels, first, 2); exchange_put(&levels, n_pieces - first, 1);
        exchange_put(&levels, exchange_sums(columns, x, device, l), 1);
    }
    if (ok) {
        exchange_header(&b, x, &x->r->spec, device, links.len / 20, n_pieces);
        base = b.len + levels.len + links.len + pieces.len;
        exchange_move(&links, 12, 2, base);
        exchange_move(&pieces, 0, 4, base);
        exchange_join(&b, &levels); exchange_join(&b, &links); exchange_join(&b, &pieces); exchange_join(&b, &data);
        exchange_set(&b, 8, b.len, 4);
        exchange_set(&b, 32, ~exchange_crc(exchange_crc(0xFFFFFFFFU, b.p, 32), b.p + 36, b.len - 36), 4);
    }
    *len = b.len;
    free(levels.p); free(links.p); free(pieces.p); free(data.p);
    return b.p;
}
#endif
