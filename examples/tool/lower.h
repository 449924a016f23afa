/* lower.h - makes the words of sucref_model_spec of a graph: which layers, of which kinds, on which tensors, with the
 * reference's multipliers, so that the model's answers equal the graph's byte for byte. Changes of shape cost nothing
 * where who reads does not care; functions of one number become a layer's clamp or lookup where only they read it;
 * padding becomes a convolution's own; variables are tensors that are states, written and read where they lie. */
#ifndef SUCREF_TOOL_LOWER_H
#define SUCREF_TOOL_LOWER_H
#include "lower_moves.h"
#include "lower_pairs.h"
#include "lower_states.h"
#include "lower_weights.h"

/* ---- pools ---- */

static inline int lower_pool(lowered *l, const graph_op *o)
{
    const int most = o->code == GRAPH_MAX_POOL, from = lower_read(l, o, o->in[0]);
    int32_t d[4];
    sucref_layer_spec *s;
    graph_shape(d, lower_tensor_of(l, o->out));
    s = from < 0 ? NULL : lower_new_layer(l, o, most ? SUCREF_KIND_MAX : SUCREF_KIND_AVERAGE, from,
                                          lower_output(l, o, d));
    if (s == NULL || !lower_window(l, s, o) || (!most && !lower_one_multiplier(l, s, 1))) { return 0; }
    lower_clamp(l, s, o);
    return 1;
}

/* What is reduced as a window: of lines and places as they lie, else of a whole stretch of numbers, in a shape of its
 * own. The tensor, or -1 with a reason; d: the output's shape */
static inline int lower_reduced(lowered *l, const graph_op *o, graph_op *window, int32_t *d)
{
    int32_t before = 1, many = 1, behind = 1, k, apart = 0;
    int from;
    graph_shape(d, lower_tensor_of(l, o->in[0]));
    for (k = 0; k < 2; k++) {
        window->kernel[k] = o->over[k] ? d[1 + k] : 1;
        window->stride[k] = window->dilation[k] = 1;
        window->pad[k] = 0;
    }
    if (!o->over[2] && window->kernel[0] <= 255 && window->kernel[1] <= 255) {
        from = lower_read(l, o, o->in[0]);
        for (k = 0; k < 2; k++) { d[1 + k] = o->over[k] ? 1 : d[1 + k]; }
        return from;
    }
    for (k = 0; k < 3; k++) {
        if (d[1 + k] == 1) { continue; }
        if (o->over[k]) { many *= d[1 + k]; apart |= behind > 1; } else if (many > 1) { behind *= d[1 + k]; } else {
            before *= d[1 + k];
        }
    }
    if (apart) { lower_fail(l, o, "over height and channels, but not width, is not supported"); return -1; }
    for (k = 1; k < many && (many % k != 0 || many / k > 255); k++) { }
    if (k > 255 || (int64_t)before * k > 65535) {
        lower_fail(l, o, "over so many numbers is not supported");
        return -1;
    }
    window->kernel[0] = window->stride[0] = k;
    window->kernel[1] = many / k;
    d[1] = before; d[2] = 1; d[3] = behind;
    return lower_view(l, o, lower_bytes(l, o, o->in[0]), before * k, many / k, behind);
}

/* of MEAN the multiplier takes 1 / count in: it is cut, not rounded, as in the reference */
static inline int lower_sum(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *y = lower_tensor_of(l, o->out);
    graph_op window = *o;
    sucref_layer_spec *s;
    int32_t d[4], m;
    const int from = lower_reduced(l, o, &window, d);
    int e, shift = 0;
    const int64_t count = o->code == GRAPH_MEAN ? (int64_t)window.kernel[0] * window.kernel[1] : 1;
    s = from < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_AVERAGE, from, lower_output(l, o, d));
    if (s == NULL || !lower_window(l, s, &window) || !lower_one_multiplier(l, s, 1)) { return 0; }
    prepare_multiplier(&m, &e, (double)graph_scale(x, 0) / (double)graph_scale(y, 0));
    while (count >> (shift + 1) != 0) { shift++; }
    shift = shift > 32 ? 32 : shift;
    shift = shift > 31 + e ? 31 + e : shift;
    m = (int32_t)(m * ((int64_t)1 << shift) / count);
    if (m == 0 || e - shift > 30) { return lower_fail(l, o, "has an impossible scale"); }
    *(int32_t *)(uintptr_t)s->multiplier = m;
    *(int8_t *)(uintptr_t)s->exponent = (int8_t)(e - shift);
    return 1;
}

/* REDUCE_MAX, and REDUCE_MIN as the largest of what counts backwards */
static inline int lower_extreme(lowered *l, const graph_op *o)
{
    const int least = o->code == GRAPH_REDUCE_MIN;
    graph_op window = *o;
    int32_t d[4];
    int from = lower_reduced(l, o, &window, d), to;
    sucref_layer_spec *s;
    if (from >= 0 && least) { from = lower_flipped(l, o, from); }
    if (from < 0) { return 0; }
    to = least ? lower_new_tensor(l, o, d, l->tensor[from].zero) : lower_output(l, o, d);
    s = lower_new_layer(l, o, SUCREF_KIND_MAX, from, to);
    if (s == NULL || !lower_window(l, s, &window)) { return 0; }
    if (least) { l->place[o->out] = lower_flipped(l, o, to); }
    return l->place[o->out] >= 0;
}

/* ---- softmax ---- */

/* the model's own softmax where it is the end of a layer with weights, which then has logits; else a layer */
static inline int lower_softmax(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]);
    const int from = lower_read(l, o, o->in[0]);
    const sucref_layer_spec *last = l->n_layers > 0 ? &l->layer[l->n_layers - 1U] : NULL;
    int32_t d[4], multiplier;
    uint8_t shift;
    sucref_layer_spec *s;
    if (from < 0) { return 0; }
    if (!prepare_softmax(&multiplier, &shift, (double)o->number * (double)graph_scale(x, 0))) {
        return lower_fail(l, o, "with an impossible scale");
    }
    lower_shape_of(l, from, d);
    if (o->out == l->g->output && d[1] == 1 && d[2] == 1 && last != NULL && last->to == from &&
        last->kind <= SUCREF_KIND_DEPTHWISE && !l->tensor[from].state && lower_maker_of(l, o, o->in[0]) == last) {
        l->softmax_multiplier = multiplier;
        l->softmax_shift = shift;
        l->tensor[from].zero = (uint8_t)graph_zero(lower_tensor_of(l, o->out));
        l->place[o->out] = from;
        return 1;
    }
    if (shift > 30) { /* more than a layer holds; a step of 16 leaves as little of what is not the largest */
        shift = 30;
        multiplier = INT32_MAX;
    }
    s = lower_new_layer(l, o, SUCREF_KIND_SOFTMAX, from, lower_output(l, o, d));
    if (s == NULL || !lower_one_multiplier(l, s, 1)) { return 0; }
    *(int32_t *)(uintptr_t)s->multiplier = multiplier;
    *(int8_t *)(uintptr_t)s->exponent = (int8_t)shift;
    return 1;
}

/* ---- all of it ---- */

static inline int lower_op(lowered *l, const graph_op *o)
{
    switch (o->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: return lower_conv(l, o);
    case GRAPH_DENSE: return lower_dense(l, o);
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: return lower_pool(l, o);
    case GRAPH_MEAN: case GRAPH_SUM: return lower_sum(l, o);
    case GRAPH_REDUCE_MAX: case GRAPH_REDUCE_MIN: return lower_extreme(l, o);
    case GRAPH_ADD: case GRAPH_MUL: case GRAPH_SUB: case GRAPH_DIV: case GRAPH_PRELU: case GRAPH_MAXIMUM:
    case GRAPH_MINIMUM: case GRAPH_SQUARED_DIFFERENCE:
        return lower_two(l, o);
    case GRAPH_PAD: return lower_pad(l, o);
    case GRAPH_CONCATENATION: return lower_concatenation(l, o);
    case GRAPH_SLICE: return lower_slice(l, o);
    case GRAPH_TRANSPOSE: return lower_transpose(l, o);
    case GRAPH_DEPTH_TO_SPACE: case GRAPH_SPACE_TO_DEPTH: return lower_blocks(l, o);
    case GRAPH_RESIZE_NEAREST: return lower_resize(l, o);
    case GRAPH_PACK: return lower_pack(l, o);
    case GRAPH_MIRROR_PAD: return lower_mirror(l, o);
    case GRAPH_SOFTMAX: return lower_softmax(l, o);
    case GRAPH_READ: return lower_read_variable(l, o);
    case GRAPH_ASSIGN: return lower_assign(l, o);
    case GRAPH_RESHAPE:
        l->place[o->out] = lower_bytes(l, o, o->in[0]);
        return l->place[o->out] >= 0;
    default: return lower_elementwise(l, o);
    }
}

/* the last layer must write the answer */
static inline int lower_answer(lowered *l)
{
    const graph_op none = lower_nobody();
    const graph_tensor *y = lower_tensor_of(l, l->g->output);
    const int place = lower_bytes(l, &none, l->g->output);
    int32_t d[4];
    if (place < 0) { return 0; }
    l->out_scale = (double)graph_scale(y, 0);
    l->out_zero = graph_zero(y);
    if (l->n_layers == 0 || l->layer[l->n_layers - 1U].to != place || l->tensor[place].state) {
        graph_sides(d, y);
        if (lower_copy(l, &none, place, lower_new_tensor(l, &none, d, graph_zero(y)), NULL, NULL, NULL) == NULL) {
            return 0;
        }
    }
    if (l->layer[l->n_layers - 1U].kind > SUCREF_KIND_DEPTHWISE) { l->logit_scale = l->out_scale; }
    return 1;
}

/* one chain of dense layers: what every model of this format can be, with stops by bits */
static inline int lower_is_dense(const lowered *l)
{
    unsigned n;
    for (n = 0; n < l->n_layers; n++) {
        if (l->layer[n].kind != SUCREF_KIND_DENSE || l->layer[n].from != n || l->layer[n].to != n + 1U) { return 0; }
    }
    return 1;
}

static inline int lower_start(lowered *l, graph *g)
{
    const size_t n = g->n_tensors * sizeof(int);
    const graph_op none = lower_nobody();
    int32_t d[4];
    uint32_t k;
    memset(l, 0, sizeof *l);
    l->g = g;
    l->place = (int *)graph_new(g, n); l->maker = (int *)graph_new(g, n); l->alone = (int *)graph_new(g, n);
    l->state = (int *)graph_new(g, (g->n_states + 1U) * sizeof(int));
    l->dead = (uint8_t *)graph_new(g, g->n_ops + 1U);
    if (l->place == NULL || l->maker == NULL || l->alone == NULL || l->state == NULL || l->dead == NULL) { return 0; }
    for (k = 0; k < g->n_tensors; k++) { l->place[k] = -1; }
    l->input_type = g->input_type == GRAPH_UINT8 ? SUCREF_INPUT_U8 : SUCREF_INPUT_S8;
    l->in_scale = (double)graph_scale(&g->tensor[g->input], 0);
    lower_find_readers(l);
    lower_join_slices(l);
    lower_bury(l);
    lower_join_pads(l);
    lower_bury(l);
    lower_free_shape(l, g->input, d);
    l->place[g->input] = lower_new_tensor(l, &none, d, graph_zero(&g->tensor[g->input]));
    return l->place[g->input] == 0 && lower_states(l);
}

/* 1, or 0 with g->why filled */
static inline int lower_graph(lowered *l, graph *g)
{
    uint32_t k;
    if (!lower_start(l, g)) { return 0; }
    for (k = 0; k < g->n_ops; k++) { if (!l->dead[k] && !lower_op(l, &g->op[k])) { return 0; } }
    if (!lower_answer(l)) { return 0; }
    l->dense_only = lower_is_dense(l);
    return 1;
}

/* what the file says of a spec; stops, plans and bits are the caller's */
static inline void lower_spec(sucref_model_spec *spec, const lowered *l)
{
    memset(spec, 0, sizeof *spec);
    spec->layers = l->layer;
    spec->n_layers = (uint8_t)l->n_layers;
    spec->tensors = l->dense_only ? NULL : l->tensor;
    spec->n_tensors = (uint8_t)(l->dense_only ? 0 : l->n_tensors);
    spec->input_type = l->input_type;
    spec->softmax_multiplier = l->softmax_multiplier;
    spec->softmax_shift = l->softmax_shift;
    spec->scales.input = prepare_scale(l->in_scale);
    spec->scales.output = prepare_scale(l->out_scale);
    spec->scales.output_zero = (uint8_t)l->out_zero;
    spec->scales.logit = prepare_scale(l->logit_scale);
}
#endif
