/* parts.h - a model's layers as parts for n devices and r spares. Needs sucref.h's implementation (SUCREF_HOST) and
 * calibrate.h.
 *
 * Data part i holds the rows rows[i]..rows[i + 1] - 1 of a layer, digit by digit as they are; a parity part holds, for
 * each of the first `protect` planes, the combination of the data parts' digits, in one row an output or two (low + 128
 * high) where int8 is too small. Each is a model of one layer with a stop for each plane and no bias: its answers are
 * plain sums (sucref_shard_sums). */
#ifndef SUCREF_EXAMPLES_SPLIT_H
#define SUCREF_EXAMPLES_SPLIT_H

typedef struct {
    unsigned n, r, protect;                 /* data parts, parity parts, planes that have parities */
    uint32_t row[SUCREF_MAX_SHARDS + 1];    /* first row of each data part */
    uint32_t rows;                          /* of the largest */
} split_plan;

/* rows in proportion to the rates (NULL: equal), the largest remainders first; 0 when some part would have none */
static inline int split_rows(split_plan *p, uint32_t n_out, const double *rate)
{
    double sum = 0, part[SUCREF_MAX_SHARDS];
    uint32_t count[SUCREF_MAX_SHARDS], left = n_out;
    unsigned i;
    for (i = 0; i < p->n; i++) { sum += rate ? rate[i] : 1; }
    for (i = 0; i < p->n; i++) {
        part[i] = n_out * (rate ? rate[i] : 1) / sum;
        count[i] = (uint32_t)part[i];
        part[i] -= count[i];
        left -= count[i];
    }
    for (; left > 0; left--) {
        unsigned best = 0;
        for (i = 1; i < p->n; i++) { if (part[i] > part[best]) { best = i; } }
        count[best]++;
        part[best] = -1;
    }
    for (i = 0, p->row[0] = 0, p->rows = 0; i < p->n; i++) {
        p->row[i + 1] = p->row[i] + count[i];
        if (count[i] > p->rows) { p->rows = count[i]; }
        if (count[i] == 0) { return 0; }
    }
    return 1;
}

/* digit of plane t of one weight; the first plane's is signed, a whole weight is itself */
static inline int split_digit(const sucref_layer_spec *s, uint32_t row, uint32_t col, unsigned t)
{
    const int w = s->w[(size_t)row * s->n_in + col];
    int v = w * (1 << sucref_i_spec_shift(s, row)), below = 8;
    unsigned i;
    if (s->plan[t] == 8) { return w; }
    v = (v > 127 ? 127 : v < -128 ? -128 : v) + 128;
    for (i = 0; i <= t; i++) { below -= s->plan[i]; }
    return (v >> below) % (1 << s->plan[t]) - (t == 0 ? 1 << (s->plan[0] - 1) : 0);
}

/* the largest |sum| that a row of one plane can have */
static inline uint32_t split_limit(const sucref_layer_spec *s)
{
    uint32_t most = 0, r, c;
    unsigned t;
    for (t = 0; t < s->n_planes; t++) {
        for (r = 0; r < s->n_out; r++) {
            uint32_t sum = 0;
            for (c = 0; c < s->n_in; c++) { sum += (uint32_t)abs(split_digit(s, r, c, t)) * 255U; }
            if (sum > most) { most = sum; }
        }
    }
    return most + 1;
}

/* a model of one layer of n_out rows that answers plain sums; bits [n_stops][groups] */
static inline uint8_t *split_write(uint32_t *len, sucref_layer_spec *s, uint32_t n_out, unsigned n_stops,
                                   const uint8_t *bits)
{
    static const int32_t multiplier[1] = { 0 };
    static const int8_t exponent[1] = { 31 };
    static const uint8_t whole[SUCREF_MAX_PLANES] = { 8, 8, 8, 8, 8, 8, 8, 8 };
    const unsigned groups = s->group_rows ? s->n_groups : 1U;
    sucref_correction c[SUCREF_MAX_PLANES * SUCREF_MAX_PLANES];
    sucref_model_spec spec;
    int32_t *zero = (int32_t *)respec_new(n_out * sizeof(int32_t));
    int16_t *one = (int16_t *)respec_new(n_out * sizeof(int16_t));
    uint8_t *model;
    unsigned k;
    uint32_t r;
    for (r = 0; r < n_out; r++) { one[r] = 4096; }
    memset(c, 0, sizeof c);
    for (k = 0; k < n_stops * groups; k++) {
        if (bits[k] != 0 && bits[k] != 8) {
            c[k].alpha = one;
            c[k].beta = c[k].gamma = zero;
        }
    }
    s->n_out = n_out;
    s->bias = zero; s->multiplier = multiplier; s->exponent = exponent;
    s->act = SUCREF_ACT_NONE; s->requant = SUCREF_REQUANT_FLOOR; s->flags = SUCREF_LAYER_KEEP;
    s->in_zero = s->out_zero = s->lo = 0; s->hi = 255; s->slope = 0;
    memset(&spec, 0, sizeof spec);
    spec.layers = s;
    spec.n_layers = 1;
    spec.n_stops = (uint8_t)n_stops;
    spec.bits = bits;
    spec.in_bits = whole;
    spec.corrections = c;
    *len = sucref_model_write(NULL, 0, &spec, NULL);
    model = (uint8_t *)respec_new(*len);
    if (sucref_model_write(model, *len, &spec, NULL) != *len || *len == 0) {
        fprintf(stderr, "split: a part is refused\n");
        exit(2);
    }
    free(zero); free(one);
    return model;
}

static inline uint8_t *split_data(uint32_t *len, const sucref_layer_spec *layer, const split_plan *p, unsigned shard)
{
    sucref_layer_spec s = *layer;
    uint8_t bits[SUCREF_MAX_PLANES], *shift = (uint8_t *)respec_new(layer->n_out), *model;
    unsigned t, sum = 0;
    uint32_t r;
    for (t = 0; t < s.n_planes; t++) { sum = s.coarse ? s.plan[t] : sum + s.plan[t]; bits[t] = (uint8_t)sum; }
    for (r = p->row[shard]; r < p->row[shard + 1]; r++) {
        shift[r - p->row[shard]] = (uint8_t)sucref_i_spec_shift(layer, r);
    }
    s.w = layer->w + (size_t)p->row[shard] * s.n_in;
    s.row_shift = shift;
    s.group_rows = NULL; s.n_groups = 1;
    model = split_write(len, &s, p->row[shard + 1] - p->row[shard], s.n_planes, bits);
    free(shift);
    return model;
}

/* sum over the data parts of coefficient * digit, of output k of each part */
static inline int split_combined(const sucref_layer_spec *s, const split_plan *p, unsigned parity, uint32_t k,
                                 uint32_t col, unsigned t)
{
    int sum = 0;
    unsigned i;
    for (i = 0; i < p->n; i++) {
        if (p->row[i] + k < p->row[i + 1]) {
            sum += sucref_parity_coefficient(p->n, p->r, parity, i) * split_digit(s, p->row[i] + k, col, t);
        }
    }
    return sum;
}

static inline uint8_t *split_parity(uint32_t *len, const sucref_layer_spec *layer, const split_plan *p, unsigned parity)
{
    const unsigned planes = p->protect < layer->n_planes ? p->protect : layer->n_planes;
    sucref_layer_spec s = *layer;
    uint8_t bits[SUCREF_MAX_PLANES * SUCREF_MAX_PLANES], *model;
    uint32_t group_rows[SUCREF_MAX_PLANES], n = 0, k, c;
    int8_t *w = (int8_t *)respec_new((size_t)2 * planes * p->rows * s.n_in);
    unsigned t, u;
    for (t = 0; t < planes; t++) {
        int8_t *low = w + (size_t)n * s.n_in, *high = low + (size_t)p->rows * s.n_in;
        int wide = 0;
        for (k = 0; k < p->rows; k++) {
            for (c = 0; c < s.n_in; c++) { wide |= abs(split_combined(layer, p, parity, k, c, t)) > 127; }
        }
        for (k = 0; k < p->rows; k++) {
            for (c = 0; c < s.n_in; c++) {
                const int v = split_combined(layer, p, parity, k, c, t), part = (v + 64) & 127;
                low[k * s.n_in + c] = (int8_t)(wide ? part - 64 : v);
                if (wide) { high[k * s.n_in + c] = (int8_t)((v - (part - 64)) / 128); }
            }
        }
        group_rows[t] = p->rows * (wide ? 2U : 1U);
        n += group_rows[t];
        for (u = 0; u < planes; u++) { bits[u * planes + t] = t <= u ? 8 : 0; }
    }
    s.w = w; s.row_shift = NULL;
    memset(s.plan, 0, sizeof s.plan);
    s.plan[0] = 8; s.n_planes = 1; s.coarse = 0;
    s.group_rows = group_rows; s.n_groups = (uint8_t)planes;
    model = split_write(len, &s, n, planes, bits);
    free(w);
    return model;
}

/* device `shard`'s part of a layer: its bytes, to be freed */
static inline uint8_t *split_part(uint32_t *len, const sucref_layer_spec *layer, const split_plan *p, unsigned shard)
{
    return shard < p->n ? split_data(len, layer, p, shard) : split_parity(len, layer, p, shard - p->n);
}

/* the fusion node's state for a layer, with memory of its own; 1 or 0 */
static inline int split_listen(sucref_fusion *f, const sucref_layer_spec *layer, const split_plan *p, unsigned jobs)
{
    sucref_fusion_options o;
    size_t len;
    memset(&o, 0, sizeof o);
    o.limit = split_limit(layer);
    o.rows = (uint16_t)p->rows;
    o.n = (uint8_t)p->n;
    o.r = (uint8_t)p->r;
    o.jobs = (uint8_t)jobs;
    o.planes = layer->n_planes; o.protect = (uint8_t)(p->protect < o.planes ? p->protect : o.planes);
    len = sucref_fusion_work_len(&o);
    return sucref_fusion_init(f, &o, (uint32_t *)respec_new(4 * len), len) == SUCREF_OK;
}

/* a complete plane of a job as the sums of all rows, one behind the other; scratch [n * rows]; 1 or 0 */
static inline int split_sums(int32_t *sums, const sucref_fusion *f, uint32_t job, unsigned layer, unsigned plane,
                             const split_plan *p, int32_t *scratch)
{
    unsigned i;
    if (sucref_fusion_release(f, job, layer, plane, scratch, NULL) != SUCREF_OK) { return 0; }
    for (i = 0; i < p->n; i++) { memcpy(sums + p->row[i], scratch + i * p->rows, 4U * (p->row[i + 1] - p->row[i])); }
    return 1;
}
#endif
