/* lower_lookups.h - functions of one byte as lookups, where they can behind the layer that makes it. */
#ifndef SUCREF_TOOL_LOWER_LOOKUPS_H
#define SUCREF_TOOL_LOWER_LOOKUPS_H
#include "lower_base.h"

/* may a table follow what the layer computes? */
static inline int lower_takes_lookup(const sucref_layer_spec *s)
{
    switch (s->kind) {
    case SUCREF_KIND_DENSE: case SUCREF_KIND_CONV: case SUCREF_KIND_DEPTHWISE: case SUCREF_KIND_ADD:
    case SUCREF_KIND_MUL:
        return 1;
    case SUCREF_KIND_AVERAGE: return s->multiplier[0] != 0;
    default: return 0;
    }
}

/* a table that only clamps becomes the layer's clamp, one that does nothing goes */
static inline int lower_put_lookup(lowered *l, sucref_layer_spec *s, const uint8_t *table)
{
    unsigned lo = s->lo, hi = s->hi, u;
    int clamps = s->act != SUCREF_ACT_LOOKUP && (s->kind == SUCREF_KIND_COPY || s->out_zero == l->tensor[s->to].zero);
    uint8_t *bytes;
    while (lo < hi && table[lo] == table[lo + 1U]) { lo++; }
    while (hi > lo && table[hi] == table[hi - 1U]) { hi--; }
    for (u = lo; clamps && u <= hi; u++) { clamps = table[u] == u; }
    if (s->kind == SUCREF_KIND_COPY && (lo > 0 || hi < 255)) { clamps = 0; } /* copies have no clamp */
    if (clamps) {
        s->lo = (uint8_t)lo;
        s->hi = (uint8_t)hi;
        return 1;
    }
    bytes = (uint8_t *)graph_new(l->g, SUCREF_LOOKUP_LEN);
    if (bytes == NULL) { return 0; }
    for (u = 0; u < SUCREF_LOOKUP_LEN; u++) { bytes[u] = table[s->act == SUCREF_ACT_LOOKUP ? s->lookup[u] : u]; }
    s->lookup = bytes;
    s->act = SUCREF_ACT_LOOKUP;
    return 1;
}

/* the layer that makes a tensor, where nothing else reads the tensor and one layer makes all of it; else NULL */
static inline sucref_layer_spec *lower_maker_of(lowered *l, const graph_op *o, int in)
{
    const int t = l->place[in];
    sucref_layer_spec *found = NULL;
    unsigned n;
    if (l->alone[in] != (int)(o - l->g->op)) { return NULL; }
    while (l->maker[in] >= 0 && l->g->op[l->maker[in]].code == GRAPH_RESHAPE) {
        const int before = l->g->op[l->maker[in]].in[0];
        if (l->alone[before] != l->maker[in]) { return NULL; }
        in = before;
    }
    for (n = 0; n < l->n_layers; n++) {
        if (l->layer[n].from == t || (l->layer[n].from2 == t && t != 0)) { return NULL; }
        if (l->layer[n].to == t) {
            if (found != NULL) { return NULL; }
            found = &l->layer[n];
        }
    }
    return found == NULL || t == 0 || l->tensor[t].state || !lower_takes_lookup(found) ? NULL : found;
}

/* bytes of tensor `in` through a table are the operator's output */
static inline int lower_apply(lowered *l, const graph_op *o, int in, const uint8_t *table)
{
    const int from = lower_bytes(l, o, in), wanted = l->place[o->out];
    sucref_layer_spec *s = from < 0 || wanted >= 0 ? NULL : lower_maker_of(l, o, in);
    int32_t d[4];
    if (from < 0) { return 0; }
    if (s != NULL) { /* where the maker's tensor has the new meaning now */
        l->tensor[from].zero = (uint8_t)graph_zero(lower_tensor_of(l, o->out));
        l->place[o->out] = from;
        return lower_put_lookup(l, s, table);
    }
    lower_free_shape(l, o->out, d);
    s = lower_copy(l, o, from, lower_output(l, o, d), NULL, NULL, NULL);
    return s != NULL && lower_put_lookup(l, s, table);
}

/* a tensor's bytes through a table, as a new tensor of this zero point; -1 with a reason */
static inline int lower_through(lowered *l, const graph_op *o, int from, int zero, const uint8_t *table)
{
    int32_t d[4];
    int to;
    sucref_layer_spec *s;
    lower_shape_of(l, from, d);
    to = lower_new_tensor(l, o, d, zero);
    s = lower_copy(l, o, from, to, NULL, NULL, NULL);
    return s != NULL && lower_put_lookup(l, s, table) ? to : -1;
}

/* counted backwards: 255 - u */
static inline int lower_flipped(lowered *l, const graph_op *o, int from)
{
    uint8_t table[256];
    int u;
    for (u = 0; u < 256; u++) { table[u] = (uint8_t)(255 - u); }
    return lower_through(l, o, from, 255 - l->tensor[from].zero, table);
}

static inline int lower_elementwise(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *y = lower_tensor_of(l, o->out);
    const int up = y->type == GRAPH_UINT8 ? 0 : 128, low = x->type == GRAPH_UINT8 ? 0 : -128;
    uint8_t table[256];
    int32_t m[2];
    int u, e[2];
    if (o->code == GRAPH_HARD_SWISH && !lower_swish_multipliers(m, e, graph_scale(x, 0), graph_scale(y, 0))) {
        return lower_fail(l, o, "has an impossible scale");
    }
    for (u = 0; u < 256; u++) { table[u] = (uint8_t)(lower_number(o, x, y, u + low) + up); }
    return lower_apply(l, o, o->in[0], table);
}
#endif
