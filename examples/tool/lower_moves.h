/* lower_moves.h - operators that put bytes elsewhere, as copies of boxes. */
#ifndef SUCREF_TOOL_LOWER_MOVES_H
#define SUCREF_TOOL_LOWER_MOVES_H
#include "lower_base.h"

/* ---- moving ---- */

/* what a padding adds that is not the zero point is copied into a tensor that calls it so, then taken over */
static inline int lower_pad(lowered *l, const graph_op *o)
{
    const graph_tensor *y = lower_tensor_of(l, o->out);
    const int from = lower_read(l, o, o->in[0]), own = o->fill == y->zero && l->place[o->out] < 0;
    int32_t dx[4], dy[4];
    int to;
    if (from < 0) { return 0; }
    lower_shape_of(l, from, dx);
    graph_shape(dy, y);
    to = own ? lower_output(l, o, dy) : lower_new_tensor(l, o, dy, o->fill + 128);
    if (to < 0 || lower_copy(l, o, from, to, NULL, o->begin, dx) == NULL) { return 0; }
    return own || lower_copy(l, o, to, lower_output(l, o, dy), NULL, NULL, NULL) != NULL;
}

static inline int lower_concatenation(lowered *l, const graph_op *o)
{
    int32_t d[4], at[4] = { 0, 0, 0, 0 };
    int k, from[64], to;
    for (k = 0; k < o->n_in; k++) {
        from[k] = lower_read(l, o, o->in[k]);
        if (from[k] < 0) { return 0; }
    }
    graph_shape(d, lower_tensor_of(l, o->out));
    to = lower_output(l, o, d);
    for (k = 0; k < o->n_in; k++) {
        lower_shape_of(l, from[k], d);
        if (lower_copy(l, o, from[k], to, NULL, at, d) == NULL) { return 0; }
        at[o->axis] += d[o->axis];
    }
    return 1;
}

/* a box, then every other line or place of it by a pool of one place */
static inline int lower_slice(lowered *l, const graph_op *o)
{
    const int from = lower_read(l, o, o->in[0]), steps = o->step[1] > 1 || o->step[2] > 1;
    int32_t d[4], n[4];
    graph_op window = *o;
    sucref_layer_spec *s;
    int k, box;
    if (from < 0) { return 0; }
    if (o->step[3] > 1) { return lower_fail(l, o, "of every other channel is not supported"); }
    memcpy(d, o->size, sizeof d);
    if (!steps) { return lower_copy(l, o, from, lower_output(l, o, d), o->begin, NULL, o->size) != NULL; }
    for (k = 1; k < 4; k++) { n[k] = (o->size[k] - 1) * o->step[k] + 1; }
    box = lower_new_tensor(l, o, n, l->tensor[from].zero);
    if (box < 0 || lower_copy(l, o, from, box, o->begin, NULL, n) == NULL) { return 0; }
    s = lower_new_layer(l, o, SUCREF_KIND_MAX, box, lower_output(l, o, d));
    for (k = 0; k < 2; k++) {
        window.kernel[k] = window.dilation[k] = 1;
        window.stride[k] = o->step[1 + k];
    }
    return s != NULL && lower_window(l, s, &window);
}
#endif
