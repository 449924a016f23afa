/* lower_pairs.h - operators of two tensors: sums and products as layers of two inputs, what can be made of exact sums
 * (differences, PRELU, the larger and the smaller one), and lookups where one input is the same number everywhere. */
#ifndef SUCREF_TOOL_LOWER_PAIRS_H
#define SUCREF_TOOL_LOWER_PAIRS_H
#include "lower_lookups.h"

/* byte of the output for bytes of the inputs; of PRELU, MAXIMUM and MINIMUM nothing is fused */
static inline uint8_t lower_pair_byte(const lowered *l, const graph_op *o, const lower_pair *p, int u, int v)
{
    const graph_tensor *a = lower_tensor_of(l, o->in[0]), *b = lower_tensor_of(l, o->in[1]),
                       *y = lower_tensor_of(l, o->out);
    const int larger = o->code == GRAPH_MAXIMUM || o->code == GRAPH_MINIMUM;
    const int32_t z = lower_pair_value(p, o->code, u - 128 - (larger ? 0 : a->zero), v - 128 - (larger ? 0 : b->zero)),
                  r = prepare_sat((int64_t)z + (larger ? 0 : y->zero));
    int lo, hi;
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    return (uint8_t)((r < lo ? lo : r > hi ? hi : r) + 128);
}

static inline int lower_find_multipliers(lowered *l, const graph_op *o, lower_pair *p)
{
    return lower_pair_multipliers(p, o->code, graph_scale(lower_tensor_of(l, o->in[0]), 0),
                                  graph_scale(lower_tensor_of(l, o->in[1]), 0),
                                  graph_scale(lower_tensor_of(l, o->out), 0)) ||
           lower_fail(l, o, "has an impossible scale");
}

/* a constant in a shape, spread where a side is 1; flip: u becomes 255 - u, so that it counts backwards from its zero
 * point */
static inline int lower_spread_constant(lowered *l, const graph_op *o, int t, const int32_t *dy, int flip)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    const int64_t n = (int64_t)dy[1] * dy[2] * dy[3];
    int32_t d[4];
    uint8_t *bytes;
    sucref_layer_spec *s;
    int y, c, k;
    if (n > 65535) { lower_fail(l, o, "has a constant of more than 65535 numbers, once spread"); return -1; }
    graph_shape(d, x);
    s = lower_new_layer(l, o, SUCREF_KIND_CONSTANT, 0,
                        lower_new_tensor(l, o, dy, flip ? 255 - graph_zero(x) : graph_zero(x)));
    bytes = (uint8_t *)graph_new(l->g, (size_t)n);
    if (s == NULL || bytes == NULL) { return -1; }
    s->constant = bytes;
    s->n_out = (uint32_t)n;
    for (y = 0; y < dy[1]; y++) {
        for (k = 0; k < dy[2]; k++) {
            for (c = 0; c < dy[3]; c++) {
                *bytes++ = x->data[((d[1] > 1 ? y : 0) * d[2] + (d[2] > 1 ? k : 0)) * d[3] + (d[3] > 1 ? c : 0)] ^
                           (flip ? 0x7F : 0x80);
            }
        }
    }
    return s->to;
}

/* one number of each place as all its channels: a convolution whose weights are 1 */
static inline int lower_spread_channels(lowered *l, const graph_op *o, int from, const int32_t *dy)
{
    const size_t n = (size_t)dy[3];
    const int to = from < 0 ? -1 : lower_new_tensor(l, o, dy, l->tensor[from].zero);
    int8_t *w = (int8_t *)graph_new(l->g, n);
    int32_t *bias = (int32_t *)graph_new(l->g, 4 * n);
    sucref_layer_spec *s = to < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_CONV, from, to);
    size_t k;
    if (s == NULL || w == NULL || bias == NULL || !lower_one_multiplier(l, s, 1)) { return -1; }
    for (k = 0; k < n; k++) {
        w[k] = 1;
        bias[k] = -(int32_t)l->tensor[from].zero;
    }
    s->kernel_h = s->kernel_w = s->stride_h = s->stride_w = s->dilation_h = s->dilation_w = 1;
    s->n_in = 1;
    s->n_out = (uint32_t)n;
    s->w = w;
    s->bias = bias;
    s->n_groups = 1;
    s->plan[0] = 8;
    s->n_planes = 1;
    *(int32_t *)(uintptr_t)s->multiplier = 1 << 30;
    *(int8_t *)(uintptr_t)s->exponent = 1;
    return to;
}

/* the second input: of the output's shape, or one number for each channel or place, or a constant that is spread out */
static inline int lower_second(lowered *l, const graph_op *o, int t, const int32_t *dy)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    int32_t d[4];
    graph_shape(d, x);
    if (x->data == NULL && d[1] == dy[1] && d[2] == dy[2] && d[3] == 1 && dy[3] > 1) {
        return lower_spread_channels(l, o, lower_read(l, o, t), dy);
    }
    if (lower_same_shape(d, dy) || (d[1] == 1 && d[2] == 1 && d[3] == dy[3])) { return lower_read(l, o, t); }
    if (x->data != NULL) { return lower_spread_constant(l, o, t, dy, 0); }
    lower_fail(l, o, "spreads a tensor over another one in a way that is not supported");
    return -1;
}

/* the same, counted backwards */
static inline int lower_second_flipped(lowered *l, const graph_op *o, int t, const int32_t *dy)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    int32_t d[4];
    int from;
    graph_shape(d, x);
    if (x->data != NULL) {
        return lower_spread_constant(l, o, t, d[1] == 1 && d[2] == 1 && d[3] == dy[3] ? d : dy, 1);
    }
    from = lower_second(l, o, t, dy);
    return from < 0 ? -1 : lower_flipped(l, o, from);
}

/* a layer of two inputs that gives tensor `to`, with n multipliers */
static inline sucref_layer_spec *lower_both(lowered *l, const graph_op *o, int kind, int from, int second, int to,
                                            const lower_pair *p, unsigned n)
{
    sucref_layer_spec *s = second < 0 ? NULL : lower_new_layer(l, o, kind, from, to);
    if (s == NULL || !lower_one_multiplier(l, s, n)) { return NULL; }
    s->from2 = (uint8_t)second;
    memcpy((void *)(uintptr_t)s->multiplier, p->multiplier, 4 * n);
    memcpy((void *)(uintptr_t)s->exponent, p->exponent, n);
    return s;
}

/* bytes that count in one unit are added as they are: 2^20 / 2 each, and back */
static inline sucref_layer_spec *lower_exact_sum(lowered *l, const graph_op *o, int from, int second, int to)
{
    static const lower_pair plain = { { 1 << 30, 1 << 30, 1 << 30 }, { 0, 0, -18 } };
    return lower_both(l, o, SUCREF_KIND_ADD, from, second, to, &plain, 3);
}

/* ADD and MUL; `first`: the input that has the output's shape */
static inline int lower_sum_or_product(lowered *l, const graph_op *o, const lower_pair *p, int first, const int32_t *dy)
{
    const int from = lower_read(l, o, o->in[first]), second = from < 0 ? -1 : lower_second(l, o, o->in[!first], dy);
    lower_pair q = *p;
    sucref_layer_spec *s;
    if (first && o->code == GRAPH_ADD) { /* the inputs have changed places */
        q.multiplier[0] = p->multiplier[1]; q.multiplier[1] = p->multiplier[0];
        q.exponent[0] = p->exponent[1]; q.exponent[1] = p->exponent[0];
    }
    if (second < 0) { return 0; }
    s = o->code == GRAPH_ADD ? lower_both(l, o, SUCREF_KIND_ADD, from, second, lower_output(l, o, dy), &q, 3)
                             : lower_both(l, o, SUCREF_KIND_MUL, from, second, lower_output(l, o, dy), &q, 1);
    if (s == NULL) { return 0; }
    lower_clamp(l, s, o);
    return 1;
}

/* Is a - b the sum of a and of b counted backwards? Scaling rounds halves up, the other way below 0: all bytes say */
static inline int lower_is_sum(const lowered *l, const graph_op *o, const lower_pair *p)
{
    const int za = graph_zero(lower_tensor_of(l, o->in[0])), zb = graph_zero(lower_tensor_of(l, o->in[1])),
              zy = lower_tensor_of(l, o->out)->zero;
    int lo, hi, u, v;
    graph_clamp(&lo, &hi, o->act, graph_scale(lower_tensor_of(l, o->out), 0), zy);
    for (v = 0; v < 256; v++) {
        const int32_t b = (v - zb) * 1048576, there = -lower_scaled(p, 1, b), back = lower_scaled(p, 1, -b);
        for (u = 0; there != back && u < 256; u++) {
            const int32_t a = lower_scaled(p, 0, (u - za) * 1048576), y = lower_scaled(p, 2, a + there),
                          other = lower_scaled(p, 2, a + back);
            if (y != other && (y + zy > lo || other + zy > lo) && (y + zy < hi || other + zy < hi)) { return 0; }
        }
    }
    return 1;
}

static inline int lower_difference(lowered *l, const graph_op *o, const lower_pair *p, int first, const int32_t *dy)
{
    const int from = first ? lower_second_flipped(l, o, o->in[1], dy) : lower_read(l, o, o->in[0]),
              second = from < 0 ? -1 : first ? lower_second(l, o, o->in[0], dy)
                                             : lower_second_flipped(l, o, o->in[1], dy);
    lower_pair q = *p;
    sucref_layer_spec *s;
    if (!lower_is_sum(l, o, p)) {
        return lower_fail(l, o, "has scales at which halves would round the other way; quantize it once more, with one "
                                "more sample");
    }
    if (first) {
        q.multiplier[0] = p->multiplier[1]; q.multiplier[1] = p->multiplier[0];
        q.exponent[0] = p->exponent[1]; q.exponent[1] = p->exponent[0];
    }
    s = second < 0 ? NULL : lower_both(l, o, SUCREF_KIND_ADD, from, second, lower_output(l, o, dy), &q, 3);
    if (s == NULL) { return 0; }
    lower_clamp(l, s, o);
    return 1;
}

/* what is negative times its slope, and the rest: of the two one is always 0 */
static inline int lower_prelu(lowered *l, const graph_op *o, const lower_pair *p, const int32_t *dy)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *y = lower_tensor_of(l, o->out);
    const lower_pair slope = { { p->multiplier[1], 0, 0 }, { p->exponent[1], 0, 0 } };
    const int from = lower_read(l, o, o->in[0]), second = from < 0 ? -1 : lower_second(l, o, o->in[1], dy);
    uint8_t below[256], above[256];
    int u, low, high, scaled;
    if (second < 0) { return 0; }
    for (u = 0; u < 256; u++) {
        const int in = u - 128 - x->zero;
        const int32_t r = prepare_sat((int64_t)y->zero + (in >= 0 ? lower_scaled(p, 0, in) : 0));
        below[u] = (uint8_t)(in < 0 ? u : graph_zero(x));
        above[u] = (uint8_t)((r > 127 ? 127 : r) + 128);
    }
    low = lower_through(l, o, from, graph_zero(x), below);
    high = low < 0 ? -1 : lower_through(l, o, from, graph_zero(y), above);
    scaled = high < 0 ? -1 : lower_new_tensor(l, o, dy, graph_zero(y));
    if (scaled < 0 || lower_both(l, o, SUCREF_KIND_MUL, low, second, scaled, &slope, 1) == NULL) { return 0; }
    return lower_exact_sum(l, o, high, scaled, lower_output(l, o, dy)) != NULL;
}

/* d = max(a - b, 0) fits a byte; then b + d, or a - d */
static inline int lower_larger(lowered *l, const graph_op *o, int first, const int32_t *dy)
{
    const int a = lower_read(l, o, o->in[first]), back = a < 0 ? -1 : lower_second_flipped(l, o, o->in[!first], dy),
              d = back < 0 ? -1 : lower_new_tensor(l, o, dy, 0);
    int second;
    if (d < 0 || lower_exact_sum(l, o, a, back, d) == NULL) { return 0; }
    if (o->code == GRAPH_MAXIMUM) {
        second = lower_second(l, o, o->in[!first], dy);
        return second >= 0 && lower_exact_sum(l, o, d, second, lower_output(l, o, dy)) != NULL;
    }
    second = lower_flipped(l, o, d);
    return second >= 0 && lower_exact_sum(l, o, a, second, lower_output(l, o, dy)) != NULL;
}

/* the same number everywhere? */
static inline int lower_is_number(const graph_tensor *x)
{
    uint32_t k;
    for (k = 1; x->data != NULL && k < x->elements; k++) { if (x->data[k] != x->data[0]) { return 0; } }
    return x->data != NULL;
}

/* a function of one byte, where input !first is a number */
static inline int lower_with_number(lowered *l, const graph_op *o, const lower_pair *p, int first)
{
    const int v = lower_tensor_of(l, o->in[!first])->data[0] ^ 0x80;
    uint8_t table[256];
    int u;
    if (o->code == GRAPH_DIV && (first || v == graph_zero(lower_tensor_of(l, o->in[1])))) {
        return lower_fail(l, o, "of a number by a tensor, or by 0, is not supported");
    }
    for (u = 0; u < 256; u++) { table[u] = lower_pair_byte(l, o, p, first ? v : u, first ? u : v); }
    return lower_apply(l, o, o->in[first], table);
}

static inline int lower_two(lowered *l, const graph_op *o)
{
    const graph_tensor *a = lower_tensor_of(l, o->in[0]), *b = lower_tensor_of(l, o->in[1]);
    int32_t da[4], db[4], dy[4];
    int first = 0;
    lower_pair p;
    if (!lower_find_multipliers(l, o, &p)) { return 0; }
    graph_shape(da, a);
    graph_shape(db, b);
    graph_shape(dy, lower_tensor_of(l, o->out));
    if ((a->data != NULL && b->data == NULL) || !lower_same_shape(da, dy)) { first = 1; }
    if (!lower_same_shape(first ? db : da, dy)) {
        return lower_fail(l, o, "spreads both inputs, which is not supported");
    }
    if (lower_is_number(lower_tensor_of(l, o->in[!first]))) { return lower_with_number(l, o, &p, first); }
    switch (o->code) {
    case GRAPH_ADD: case GRAPH_MUL: return lower_sum_or_product(l, o, &p, first, dy);
    case GRAPH_SUB: return lower_difference(l, o, &p, first, dy);
    case GRAPH_PRELU: return lower_prelu(l, o, &p, dy);
    case GRAPH_MAXIMUM: case GRAPH_MINIMUM: return lower_larger(l, o, first, dy);
    default: return lower_fail(l, o, "is supported where one input is one constant number");
    }
}
#endif
