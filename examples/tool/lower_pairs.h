/* lower_pairs.h - operators of two tensors: layers of two inputs, or lookups where one input is a constant number. */
#ifndef SUCREF_TOOL_LOWER_PAIRS_H
#define SUCREF_TOOL_LOWER_PAIRS_H
#include "lower_lookups.h"

/* an operator whose other input is one constant number is a function of one */
static inline uint8_t lower_with_constant(const lowered *l, const graph_op *o, const lower_pair *p, int which, int u)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[which]), *k = lower_tensor_of(l, o->in[!which]),
                       *y = lower_tensor_of(l, o->out);
    const int32_t a = u - 128 - x->zero, b = (int8_t)k->data[0] - k->zero;
    int lo, hi;
    int32_t r = o->code == GRAPH_MUL ? lower_scaled(p, 0, a * b)
                                     : lower_scaled(p, 2, lower_scaled(p, which, a * 1048576) +
                                                              lower_scaled(p, !which, b * 1048576));
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    r = prepare_sat((int64_t)r + y->zero);
    return (uint8_t)((r < lo ? lo : r > hi ? hi : r) + 128);
}

static inline int lower_pair_multipliers(lowered *l, const graph_op *o, lower_pair *p)
{
    const double a = (double)graph_scale(lower_tensor_of(l, o->in[0]), 0),
                 b = (double)graph_scale(lower_tensor_of(l, o->in[1]), 0),
                 y = (double)graph_scale(lower_tensor_of(l, o->out), 0);
    memset(p, 0, sizeof *p);
    return (o->code == GRAPH_MUL ? lower_multiplier(&p->multiplier[0], &p->exponent[0], a * b / y)
                                 : lower_sum_multipliers(p, a, b, y)) ||
           lower_fail(l, o, "has an impossible scale");
}

/* the second input: of the output's shape, or one number for each channel, or a constant that is spread out */
static inline int lower_second(lowered *l, const graph_op *o, int t, const int32_t *dy)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    int32_t d[4];
    uint8_t *bytes;
    sucref_layer_spec *s;
    int y, c, k;
    graph_shape(d, x);
    if (lower_same_shape(d, dy) || (d[1] == 1 && d[2] == 1 && d[3] == dy[3])) { return lower_read(l, o, t); }
    if (x->data == NULL || (int64_t)dy[1] * dy[2] * dy[3] > 65535) {
        lower_fail(l, o, "spreads a tensor over another one in a way that is not supported");
        return -1;
    }
    s = lower_new_layer(l, o, SUCREF_KIND_CONSTANT, 0, lower_new_tensor(l, o, dy, graph_zero(x)));
    bytes = (uint8_t *)graph_new(l->g, (size_t)dy[1] * (size_t)dy[2] * (size_t)dy[3]);
    if (s == NULL || bytes == NULL) { return -1; }
    s->constant = bytes;
    s->n_out = (uint32_t)(dy[1] * dy[2] * dy[3]);
    for (y = 0; y < dy[1]; y++) {
        for (k = 0; k < dy[2]; k++) {
            for (c = 0; c < dy[3]; c++) {
                *bytes++ = x->data[((d[1] > 1 ? y : 0) * d[2] + (d[2] > 1 ? k : 0)) * d[3] + (d[3] > 1 ? c : 0)] ^ 0x80;
            }
        }
    }
    return s->to;
}

/* ADD and MUL */
static inline int lower_two(lowered *l, const graph_op *o)
{
    const graph_tensor *a = lower_tensor_of(l, o->in[0]), *b = lower_tensor_of(l, o->in[1]);
    const unsigned n = o->code == GRAPH_ADD ? 3 : 1;
    int32_t da[4], db[4], dy[4];
    int first = 0, from, second, u;
    uint8_t table[256];
    lower_pair p;
    sucref_layer_spec *s;
    if (!lower_pair_multipliers(l, o, &p)) { return 0; }
    graph_shape(da, a);
    graph_shape(db, b);
    graph_shape(dy, lower_tensor_of(l, o->out));
    if ((a->data != NULL && b->data == NULL) || !lower_same_shape(da, dy)) { first = 1; }
    if (lower_tensor_of(l, o->in[!first])->data != NULL && lower_tensor_of(l, o->in[!first])->elements == 1) {
        for (u = 0; u < 256; u++) { table[u] = lower_with_constant(l, o, &p, first, u); }
        return lower_apply(l, o, o->in[first], table);
    }
    if (!lower_same_shape(first ? db : da, dy)) {
        return lower_fail(l, o, "spreads both inputs, which is not supported");
    }
    from = lower_read(l, o, o->in[first]);
    second = from < 0 ? -1 : lower_second(l, o, o->in[!first], dy);
    s = second < 0 ? NULL : lower_new_layer(l, o, o->code == GRAPH_ADD ? SUCREF_KIND_ADD : SUCREF_KIND_MUL, from,
                                            lower_output(l, o, dy));
    if (s == NULL || !lower_one_multiplier(l, s, n)) { return 0; }
    s->from2 = (uint8_t)second;
    if (first && n == 3) { /* the inputs have changed places */
        const lower_pair was = p;
        p.multiplier[0] = was.multiplier[1]; p.multiplier[1] = was.multiplier[0];
        p.exponent[0] = was.exponent[1]; p.exponent[1] = was.exponent[0];
    }
    memcpy((void *)(uintptr_t)s->multiplier, p.multiplier, 4 * n);
    memcpy((void *)(uintptr_t)s->exponent, p.exponent, n);
    lower_clamp(l, s, o);
    return 1;
}
#endif
