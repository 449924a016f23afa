/* parts.h - a model's layers shared out among n devices and r spares: rows for each, the parts' files (what they hold:
 * sucref_part_write), and what the fusion node joins. */
#ifndef SUCREF_TOOL_PARTS_H
#define SUCREF_TOOL_PARTS_H
#include "spec.h"

typedef sucref_parts split_plan;

/* rows in proportion to the rates (NULL: equal), the largest remainders first; 0 when some part would have none */
static inline int split_rows(split_plan *p, uint32_t n_out, const double *rate)
{
    double sum = 0, most = 1, part[SUCREF_MAX_SHARDS];
    uint32_t count[SUCREF_MAX_SHARDS], left = n_out;
    unsigned i;
    for (i = 0; rate != NULL && i < p->n; i++) { most = i == 0 || rate[i] > most ? rate[i] : most; }
    for (i = 0; i < p->n; i++) {
        part[i] = rate ? rate[i] / most : 1; /* a sum of rates may pass what a double holds */
        sum += part[i];
    }
    for (i = 0; i < p->n; i++) {
        part[i] = n_out * part[i] / sum;
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
    int v = w * (1 << prepare_row_shift(s, row)), below = 8;
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

/* device `shard`'s part of a layer: its bytes, to be freed */
static inline uint8_t *split_part(uint32_t *len, const sucref_layer_spec *layer, const split_plan *p, unsigned shard)
{
    sucref_fault fault = { "", 0 };
    uint8_t *model = NULL;
    *len = sucref_part_write(NULL, 0, layer, p, shard, &fault);
    if (*len > 0) { model = (uint8_t *)respec_new(*len); }
    if (*len == 0 || sucref_part_write(model, *len, layer, p, shard, &fault) != *len) {
        fprintf(stderr, "split: a part is refused: %s\n", fault.field);
        exit(2);
    }
    return model;
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
