/* channels.h - convolutions shared out by output channels among n devices and r spares: the parts' files, blocks of
 * positions as messages, and what the master joins. Whole weights, models of one stop; dense layers go the same way.
 *
 * The master has the whole model. Layer by layer it sends the input of one (sucref_net_share) to all devices; each runs
 * its part and sends its sums in blocks of as many positions as fit into a message, of layer l and block b as those of
 * layer l + 128 b. What has no sums, or too few rows, and a layer that too many devices owe, it computes itself. */
#ifndef SUCREF_TOOL_CHANNELS_H
#define SUCREF_TOOL_CHANNELS_H
#include "parts.h"

enum { CHANNELS_VALUES = 2048, CHANNELS_MOST_BLOCKS = 64 };

typedef struct {
    split_plan plan;           /* n 0: the master computes the layer */
    sucref_fusion fusion;      /* a job for each block */
    uint32_t positions, block; /* of the layer's output; of a message */
    unsigned layer, blocks;
} channel_split;

static inline int channels_has_sums(const sucref_layer_spec *s) { return s->kind <= SUCREF_KIND_CONV; }
static inline int channels_is_whole(const sucref_layer_spec *s) { return s->n_planes == 1 && s->plan[0] == 8; }

/* column c of row k of a part: of a parity a combination */
static inline int channels_value(const sucref_layer_spec *s, const split_plan *p, unsigned shard, uint32_t k,
                                 uint32_t c)
{
    int sum = 0;
    unsigned i;
    if (shard < p->n) { return s->w[(size_t)(p->row[shard] + k) * s->n_in + c]; }
    for (i = 0; i < p->n; i++) {
        if (k >= p->row[i + 1] - p->row[i]) { continue; }
        sum += sucref_parity_coefficient(p->n, p->r, shard - p->n, i) *
               s->w[(size_t)(p->row[i] + k) * s->n_in + c];
    }
    return sum;
}

/* a part's weights, of rows beyond int8 low and, behind all of these, high: value = low + 128 high; to be freed */
static inline int8_t *channels_weights(uint32_t *n_out, const sucref_layer_spec *s, const split_plan *p, unsigned shard)
{
    const uint32_t rows = shard < p->n ? p->row[shard + 1] - p->row[shard] : p->rows;
    int8_t *w = (int8_t *)respec_new((size_t)2 * rows * s->n_in);
    uint32_t k, c;
    *n_out = rows;
    for (k = 0; k < rows; k++) {
        for (c = 0; c < s->n_in; c++) {
            const int v = channels_value(s, p, shard, k, c);
            if (v > 127 || v < -127) { *n_out = 2 * rows; }
        }
    }
    for (k = 0; k < rows; k++) {
        for (c = 0; c < s->n_in; c++) {
            const int v = channels_value(s, p, shard, k, c), low = *n_out > rows ? (v + 64 + 65536) % 128 - 64 : v;
            w[(size_t)k * s->n_in + c] = (int8_t)low;
            w[(size_t)(rows + k) * s->n_in + c] = (int8_t)((v - low) / 128);
        }
    }
    return w;
}

/* device `shard`'s part of layer n of a network, a CONV of whole weights: its bytes, to be freed; NULL when refused */
static inline uint8_t *channels_conv(uint32_t *len, const sucref_model_spec *net, unsigned n, const split_plan *p,
                                     unsigned shard)
{
    static const int32_t multiplier[1] = { 0 };
    static const int8_t exponent[1] = { 31 };
    static const uint8_t whole[1] = { 8 };
    sucref_layer_spec s = net->layers[n];
    sucref_tensor_spec tensor[2];
    sucref_model_spec spec;
    sucref_fault fault = { "", 0 };
    uint8_t *model = NULL;
    int8_t *w;
    tensor[0] = net->tensors[s.from]; tensor[1] = net->tensors[s.to];
    tensor[0].state = tensor[1].state = tensor[1].zero = 0;
    s.w = w = channels_weights(&s.n_out, &net->layers[n], p, shard);
    tensor[1].channels = (uint16_t)s.n_out;
    s.from = 0; s.to = 1;
    s.bias = NULL; s.row_shift = NULL; s.table = NULL; s.lookup = NULL; s.group_rows = s.group_columns = NULL;
    s.multiplier = multiplier; s.exponent = exponent;
    s.act = SUCREF_ACT_NONE; s.requant = SUCREF_REQUANT_FLOOR; s.flags = 0;
    s.out_zero = s.lo = 0; s.hi = 255; s.slope = 0; s.n_groups = 1;
    memset(&spec, 0, sizeof spec);
    spec.layers = &s; spec.tensors = tensor; spec.bits = whole; spec.in_bits = whole;
    spec.n_layers = spec.n_stops = 1; spec.n_tensors = 2;
    *len = sucref_model_write(NULL, 0, &spec, &fault);
    if (*len > 0) { model = (uint8_t *)respec_new(*len); }
    if (*len == 0 || sucref_model_write(model, *len, &spec, &fault) != *len) {
        fprintf(stderr, "sucref: a part of layer %u is refused: %s\n", n, fault.field);
        free(model);
        model = NULL;
    }
    free(w);
    return model;
}

static inline uint8_t *channels_part(uint32_t *len, const sucref_model_spec *net, unsigned n, const split_plan *p,
                                     unsigned shard)
{
    return net->layers[n].kind == SUCREF_KIND_CONV ? channels_conv(len, net, n, p, shard)
                                                   : split_part(len, &net->layers[n], p, shard);
}

/* messages of about as many values, where that is not too many of them */
static inline void channels_cut(channel_split *c, uint32_t values)
{
    const uint32_t least = (c->positions + CHANNELS_MOST_BLOCKS - 1U) / CHANNELS_MOST_BLOCKS,
                   block = values / c->plan.rows > least ? values / c->plan.rows : least;
    c->block = block < c->positions ? block : c->positions;
    c->blocks = (unsigned)((c->positions + c->block - 1U) / c->block);
}

/* who computes layer n: its rows on devices and spares, in proportion to the rates (NULL: equal); 0 where the master
 * does, which devices could not */
static inline int channels_plan(channel_split *c, const sucref_model_spec *net, unsigned n, unsigned devices,
                                unsigned spares, const double *rate)
{
    const sucref_layer_spec *s = &net->layers[n];
    memset(c, 0, sizeof *c);
    c->layer = n;
    if (!channels_has_sums(s) || !channels_is_whole(s)) { return 0; }
    c->plan.n = devices; c->plan.r = spares; c->plan.protect = 1;
    if (s->n_out < devices || !split_rows(&c->plan, s->n_out, rate)) { c->plan.n = 0; return 0; }
    c->positions = 1;
    if (s->kind == SUCREF_KIND_CONV) {
        c->positions = net->tensors[s->to].height * (uint32_t)net->tensors[s->to].width;
    }
    channels_cut(c, CHANNELS_VALUES);
    return 1;
}

/* values of a block, and of all of a shard's, the last block filled with zeros */
static inline uint32_t channels_values(const channel_split *c) { return c->block * c->plan.rows; }

/* bytes of the layer's input */
static inline uint32_t channels_input(const channel_split *c, const sucref_model_spec *net)
{
    const sucref_layer_spec *s = &net->layers[c->layer];
    const sucref_tensor_spec *in = s->kind == SUCREF_KIND_CONV ? &net->tensors[s->from] : NULL;
    return in != NULL ? (uint32_t)in->height * in->width * in->channels : s->n_in;
}

/* what an answer takes: bytes of inputs to all devices and spares, messages of sums from them and their bytes */
typedef struct { unsigned long to, from, messages; } channel_traffic;

static inline void channels_count(channel_traffic *t, const channel_split *c, const sucref_model_spec *net)
{
    const unsigned long shards = c->plan.n + c->plan.r;
    t->to += shards * channels_input(c, net);
    t->messages += shards * c->blocks;
    t->from += shards * c->blocks * (SUCREF_SHARD_OVERHEAD + 4UL * channels_values(c));
}

/* the master's state for a layer, with memory of its own, to be freed; 1 or 0 */
static inline int channels_listen(channel_split *c, const sucref_layer_spec *s)
{
    sucref_fusion_options o;
    size_t len;
    memset(&o, 0, sizeof o);
    o.limit = split_limit(s);
    o.rows = (uint16_t)channels_values(c);
    o.n = (uint8_t)c->plan.n; o.r = (uint8_t)c->plan.r;
    o.jobs = (uint8_t)c->blocks;
    o.planes = o.protect = 1;
    len = sucref_fusion_work_len(&o);
    return channels_values(c) <= 16383 && len > 0 &&
           sucref_fusion_init(&c->fusion, &o, (uint32_t *)respec_new(4 * len), len) == SUCREF_OK;
}

/* opens all blocks of a layer's job; closes them */
static inline int channels_begin(channel_split *c, uint32_t job)
{
    int ok = 1;
    unsigned b;
    for (b = 0; b < c->blocks; b++) {
        ok &= sucref_fusion_begin(&c->fusion, job, c->layer + SUCREF_MAX_LAYERS * b) == SUCREF_OK;
    }
    return ok;
}
static inline void channels_close(channel_split *c, uint32_t job)
{
    unsigned b;
    for (b = 0; b < c->blocks; b++) { (void)sucref_fusion_close(&c->fusion, job, c->layer + SUCREF_MAX_LAYERS * b); }
}

/* is a block complete? How many are */
static inline int channels_has(const channel_split *c, uint32_t job, unsigned block)
{
    return sucref_fusion_stops(&c->fusion, job, c->layer + SUCREF_MAX_LAYERS * block) == 1;
}
static inline unsigned channels_complete(const channel_split *c, uint32_t job)
{
    unsigned b, n = 0;
    for (b = 0; b < c->blocks; b++) { n += channels_has(c, job, b) != 0; }
    return n;
}

/* a device's message of a block; y [blocks][values] of its sums. Returns its length */
static inline size_t channels_pack(uint8_t *message, size_t room, const channel_split *c, uint32_t job, unsigned shard,
                                   unsigned block, const int32_t *y)
{
    sucref_shard s;
    size_t len = 0;
    memset(&s, 0, sizeof s);
    s.job = job; s.shard = (uint8_t)shard;
    s.layer = (uint16_t)(c->layer + SUCREF_MAX_LAYERS * block);
    s.count = (uint16_t)channels_values(c);
    return sucref_shard_pack(message, room, &len, &s, y + (size_t)block * channels_values(c)) == SUCREF_OK ? len : 0;
}

/* all sums of a layer whose blocks are complete, [positions][rows of the layer]; scratch [n * values]. SUCREF_OK, or
 * what sucref_fusion_release says: the shards of a block contradict each other */
static inline int channels_sums(int32_t *sums, const channel_split *c, uint32_t job, int32_t *scratch)
{
    const split_plan *p = &c->plan;
    const uint32_t all = p->row[p->n];
    unsigned b, i;
    uint32_t k;
    for (b = 0; b < c->blocks; b++) {
        const int status = sucref_fusion_release(&c->fusion, job, c->layer + SUCREF_MAX_LAYERS * b, 0, scratch, NULL);
        if (status != SUCREF_OK) { return status; }
        for (k = 0; k < c->block && b * c->block + k < c->positions; k++) {
            for (i = 0; i < p->n; i++) {
                memcpy(sums + (size_t)(b * c->block + k) * all + p->row[i],
                       scratch + (size_t)i * channels_values(c) + k * p->rows, 4U * (p->row[i + 1] - p->row[i]));
            }
        }
    }
    return SUCREF_OK;
}
#endif
