/* lower_states.h - variables as tensors that are states: which of them are read and written where they lie. */
#ifndef SUCREF_TOOL_LOWER_STATES_H
#define SUCREF_TOOL_LOWER_STATES_H
#include "lower_base.h"

/* ---- variables ---- */

static inline int lower_read_variable(lowered *l, const graph_op *o)
{
    int32_t d[4];
    int to;
    if (l->place[o->out] >= 0) { return 1; } /* read where it lies */
    lower_shape_of(l, l->state[o->state], d);
    to = lower_output(l, o, d);
    return lower_copy(l, o, l->state[o->state], to, NULL, NULL, NULL) != NULL;
}

static inline int lower_assign(lowered *l, const graph_op *o)
{
    const int from = lower_bytes(l, o, o->in[0]);
    return from >= 0 && (from == l->state[o->state] ||
                         lower_copy(l, o, from, l->state[o->state], NULL, NULL, NULL) != NULL);
}

/* ---- preparation: who makes and reads what, what nobody needs ---- */

/* who makes and who reads each tensor */
static inline void lower_find_readers(lowered *l)
{
    const graph *g = l->g;
    uint32_t k;
    int i;
    for (k = 0; k < g->n_tensors; k++) { l->maker[k] = l->alone[k] = -1; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (l->dead[k]) { continue; }
        if (o->out >= 0) { l->maker[o->out] = (int)k; }
        for (i = 0; i < o->n_in && o->code != GRAPH_READ; i++) {
            if (o->in[i] >= 0) { l->alone[o->in[i]] = l->alone[o->in[i]] == -1 ? (int)k : -2; }
        }
    }
    l->alone[g->output] = l->alone[g->output] == -1 ? -3 : -2; /* the output is read by the caller */
}

/* operators whose outputs nobody reads */
static inline void lower_bury(lowered *l)
{
    int again = 1;
    uint32_t k;
    while (again) {
        again = 0;
        lower_find_readers(l);
        for (k = 0; k < l->g->n_ops; k++) {
            const graph_op *o = &l->g->op[k];
            if (!l->dead[k] && o->out >= 0 && l->alone[o->out] == -1) { l->dead[k] = 1; again = 1; }
        }
    }
}

/* a slice of a slice is one of what that reads */
static inline void lower_join_slices(lowered *l)
{
    uint32_t k;
    int i;
    for (k = 0; k < l->g->n_ops; k++) {
        graph_op *o = &l->g->op[k];
        while (o->code == GRAPH_SLICE && l->maker[o->in[0]] >= 0) {
            const graph_op *before = &l->g->op[l->maker[o->in[0]]];
            int32_t made[4];
            int whole = before->code == GRAPH_SLICE;
            if (!whole) { break; }
            graph_shape(made, lower_tensor_of(l, before->out));
            for (i = 1; i < 4; i++) { whole &= before->step[i] == 1 && before->size[i] == made[i]; }
            if (!whole) { break; }
            for (i = 1; i < 4; i++) { o->begin[i] += before->begin[i]; }
            o->in[0] = before->in[0];
        }
    }
}

/* PAD of lines and places with the zero point, read by one convolution only, is that convolution's own padding */
static inline void lower_join_pads(lowered *l)
{
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *pad = &l->g->op[k];
        graph_op *o = pad->code == GRAPH_PAD && l->alone[pad->out] >= 0 ? &l->g->op[l->alone[pad->out]] : NULL;
        int32_t dx[4], dy[4];
        int i, fits = o != NULL && (o->code == GRAPH_CONV || o->code == GRAPH_DEPTHWISE) && o->in[0] == pad->out &&
                      pad->fill == lower_tensor_of(l, pad->out)->zero && pad->begin[3] == 0 && !l->dead[k];
        if (!fits) { continue; }
        graph_shape(dx, lower_tensor_of(l, pad->in[0]));
        graph_shape(dy, lower_tensor_of(l, o->out));
        fits = dx[3] == lower_tensor_of(l, pad->out)->dim[3] && /* and the scales are not only nearly the same */
               memcmp(lower_tensor_of(l, pad->in[0])->scales, lower_tensor_of(l, pad->out)->scales, 4) == 0;
        for (i = 0; i < 2; i++) { /* each window must hold a place of the picture */
            const int sum = o->pad[i] + pad->begin[1 + i];
            fits &= sum <= (o->kernel[i] - 1) * o->dilation[i] && (dy[1 + i] - 1) * o->stride[i] < dx[1 + i] + sum;
        }
        for (i = 0; fits && i < 2; i++) { o->pad[i] += pad->begin[1 + i]; }
        if (fits) {
            o->in[0] = pad->in[0];
            l->dead[k] = 1;
        }
    }
}

/* ---- states ---- */

/* the last operator that reads a tensor, changes of shape followed */
static inline int lower_last_use(const lowered *l, int t)
{
    const graph *g = l->g;
    int last = t == g->output ? (int)g->n_ops : -1, i;
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (l->dead[k] || o->code == GRAPH_READ) { continue; }
        for (i = 0; i < o->n_in; i++) {
            const int use = o->in[i] != t ? -1 : o->code == GRAPH_RESHAPE ? lower_last_use(l, o->out) : (int)k;
            last = use > last ? use : last;
        }
    }
    return last;
}

/* is the state, as it was, read at or behind operator `at`? */
static inline int lower_read_behind(const lowered *l, int state, int assign, int at)
{
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *o = &l->g->op[k];
        if (!l->dead[k] && o->code == GRAPH_READ && o->state == state && (int)k < assign &&
            lower_last_use(l, o->out) >= at) {
            return 1;
        }
    }
    return 0;
}

/* the only ASSIGN of a state; -1 none, -2 several */
static inline int lower_assign_of(const lowered *l, int state)
{
    int found = -1;
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *o = &l->g->op[k];
        if (o->code == GRAPH_ASSIGN && o->state == state) { found = found == -1 ? (int)k : -2; }
    }
    return found;
}

/* may what is assigned be written into the state at once, by the operator that makes it? */
static inline int lower_writes_state(const lowered *l, int state, int assign)
{
    const int x = l->g->op[assign].in[0], maker = l->maker[x];
    const graph_op *o = maker >= 0 ? &l->g->op[maker] : NULL;
    int32_t d[4], have[4];
    uint32_t k;
    if (o == NULL || l->place[x] >= 0 || x == l->g->output || o->code == GRAPH_RESHAPE || o->code == GRAPH_READ ||
        o->code == GRAPH_PAD || lower_read_behind(l, state, assign, maker)) {
        return 0;
    }
    for (k = 0; k < l->g->n_ops; k++) { /* and it is nowhere put into another one, too */
        if (l->g->op[k].code == GRAPH_ASSIGN && (int)k != assign && l->g->op[k].in[0] == x) { return 0; }
    }
    graph_sides(d, lower_tensor_of(l, x));
    lower_shape_of(l, l->state[state], have);
    return lower_same_shape(d, have);
}

/* makes the state's tensor, of the shape in which it is read */
static inline int lower_state(lowered *l, const graph_op *read)
{
    const graph_state *s = &l->g->state[read->state];
    int32_t d[4];
    uint32_t k;
    int t;
    for (k = 1; s->initial != NULL && k < s->elements; k++) {
        if (s->initial[k] != s->initial[0]) {
            return lower_fail(l, read, "of a variable that starts with more than one value is not supported");
        }
    }
    lower_free_shape(l, read->out, d);
    t = lower_new_tensor(l, read, d, s->zero + 128);
    if (t < 0) { return 0; }
    l->tensor[t].state = 1;
    l->tensor[t].initial = s->initial != NULL ? s->initial[0] ^ 0x80 : (uint8_t)(s->zero + 128);
    l->state[read->state] = t;
    l->has_state = 1;
    return 1;
}

/* where variables lie, and which reads and writes need no copy */
static inline int lower_states(lowered *l)
{
    const graph *g = l->g;
    uint32_t k;
    for (k = 0; k < g->n_states; k++) { l->state[k] = -1; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (!l->dead[k] && o->code == GRAPH_READ && l->state[o->state] < 0 && !lower_state(l, o)) { return 0; }
    }
    for (k = 0; k < g->n_ops; k++) { /* what nobody reads need not be kept */
        if (g->op[k].code == GRAPH_ASSIGN && l->state[g->op[k].state] < 0) { l->dead[k] = 1; }
    }
    lower_bury(l);
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const int assign = o->code == GRAPH_READ && !l->dead[k] ? lower_assign_of(l, o->state) : -2;
        int first = assign >= 0 ? assign : (int)g->n_ops;
        if (assign == -2) { continue; }
        if (assign >= 0 && lower_writes_state(l, o->state, assign)) {
            l->place[g->op[assign].in[0]] = l->state[o->state];
        }
        if (assign >= 0 && l->place[g->op[assign].in[0]] == l->state[o->state]) {
            first = l->maker[g->op[assign].in[0]];
        }
        if ((int)k > assign || lower_last_use(l, o->out) < first) { l->place[o->out] = l->state[o->state]; }
    }
    return 1;
}
#endif
