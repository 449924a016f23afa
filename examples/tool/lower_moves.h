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

/* ---- by several copies ---- */

enum { LOWER_COPIES = 64 }; /* most for one operator: a model has few layers */

static inline int lower_few(const lowered *l, const graph_op *o, int32_t copies)
{
    return copies <= LOWER_COPIES || lower_fail(l, o, "takes more than 64 copies, which is not supported");
}

/* a b c numbers in the order b, a, c as tensor `to`, or a new one if that is -1; -1 with a reason */
static inline int lower_swap(lowered *l, const graph_op *o, int from, int32_t a, int32_t b, int32_t c, int to)
{
    const int lines = a <= b; /* of the input become columns; else its columns become lines */
    const int32_t many = lines ? b : a, n[4] = { 1, many, 1, c }, fresh[4] = { 1, lines ? b : b * a, lines ? a : 1, c };
    int32_t k;
    if (!lower_few(l, o, lines ? a : b)) { return -1; }
    from = lines ? lower_view(l, o, from, a * b, 1, c) : lower_view(l, o, from, a, b, c);
    if (from >= 0 && to < 0) { to = lower_new_tensor(l, o, fresh, l->tensor[from].zero); }
    for (k = 0; from >= 0 && k < (lines ? a : b); k++) {
        const int32_t in[4] = { 0, lines ? k * b : 0, lines ? 0 : k, 0 },
                      out[4] = { 0, lines ? 0 : k * a, lines ? k : 0, 0 };
        if (lower_copy(l, o, from, to, in, out, n) == NULL) { return -1; }
    }
    return from < 0 ? -1 : to;
}

/* a b c numbers in the order a, c, b */
static inline int lower_swap_last(lowered *l, const graph_op *o, int from, int32_t a, int32_t b, int32_t c)
{
    const int planes = c <= b; /* of the input become columns; else its columns become planes */
    const int32_t n[4] = { 1, a, planes ? b : c, 1 }, fresh[4] = { 1, a, planes ? c * b : c, planes ? 1 : b };
    int32_t k;
    int to;
    if (!lower_few(l, o, planes ? c : b)) { return -1; }
    from = planes ? lower_view(l, o, from, a, b, c) : lower_view(l, o, from, a, b * c, 1);
    to = from < 0 ? -1 : lower_new_tensor(l, o, fresh, l->tensor[from].zero);
    for (k = 0; to >= 0 && k < (planes ? c : b); k++) {
        const int32_t in[4] = { 0, 0, planes ? 0 : k * c, planes ? k : 0 },
                      out[4] = { 0, 0, planes ? k * b : 0, planes ? 0 : k };
        if (lower_copy(l, o, from, to, in, out, n) == NULL) { return -1; }
    }
    return to;
}

static inline int lower_transpose(lowered *l, const graph_op *o)
{
    const int32_t a = o->size[0], b = o->size[1], c = o->size[2];
    int t = lower_bytes(l, o, o->in[0]);
    if (t < 0) { return 0; }
    if ((int64_t)a * b * c > 65535 * 4) { return lower_fail(l, o, "of more than 262140 numbers is not supported"); }
    if (o->step[0] == 1 && o->step[1] == 0) {
        t = lower_swap(l, o, t, a, b, c, -1);
    } else if (o->step[0] == 0) {
        t = lower_swap_last(l, o, t, a, b, c);
    } else { /* c, b, a: by b, c, a */
        t = lower_swap(l, o, t, a, b * c, 1, -1);
        t = t < 0 ? -1 : lower_swap(l, o, t, b, c, a, -1);
    }
    l->place[o->out] = t;
    return t >= 0;
}

/* channels of each line of a block become places, or the other way round */
static inline int lower_blocks(lowered *l, const graph_op *o)
{
    const int deep = o->code == GRAPH_DEPTH_TO_SPACE;
    const int32_t by = o->step[1];
    int32_t d[4], n[4];
    int from, to, k;
    graph_shape(d, lower_tensor_of(l, deep ? o->in[0] : o->out)); /* with more channels */
    n[0] = 1; n[1] = d[1]; n[2] = d[2]; n[3] = d[3] / by;
    if (!lower_few(l, o, by)) { return 0; }
    from = deep ? lower_read(l, o, o->in[0]) : lower_view(l, o, lower_bytes(l, o, o->in[0]), n[1], n[2] * by, n[3]);
    if (deep) { d[2] *= by; d[3] /= by; }
    to = from < 0 ? -1 : lower_new_tensor(l, o, d, l->tensor[from].zero);
    for (k = 0; to >= 0 && k < by; k++) {
        const int32_t at[4] = { 0, 0, k * n[2], 0 }, channel[4] = { 0, 0, 0, k * n[3] };
        if (lower_copy(l, o, from, to, deep ? channel : at, deep ? at : channel, n) == NULL) { return 0; }
    }
    l->place[o->out] = to;
    return to >= 0;
}

/* places are repeated as channels, then lines as places */
static inline int lower_resize(lowered *l, const graph_op *o)
{
    int from = lower_read(l, o, o->in[0]), axis;
    int32_t d[4], n[4], k;
    if (from < 0 || !lower_few(l, o, o->step[1] + o->step[2])) { return 0; }
    lower_shape_of(l, from, d);
    for (axis = 2; axis > 0; axis--) {
        const int32_t times = o->step[axis];
        int32_t at[4] = { 0, 0, 0, 0 };
        int to;
        memcpy(n, d, sizeof n);
        d[axis + 1] *= times;
        if (times == 1) { continue; }
        to = lower_new_tensor(l, o, d, l->tensor[from].zero);
        for (k = 0; to >= 0 && k < times; k++, at[axis + 1] += n[axis + 1]) {
            if (lower_copy(l, o, from, to, NULL, at, n) == NULL) { return 0; }
        }
        if (to < 0) { return 0; }
        from = to;
    }
    l->place[o->out] = from;
    return 1;
}

static inline int lower_pack(lowered *l, const graph_op *o)
{
    const int32_t before = o->size[0], n = o->size[1], d[4] = { 1, before, o->n_in, n }, box[4] = { 1, before, 1, n };
    int k, from[64], to;
    for (k = 0; k < o->n_in; k++) {
        from[k] = lower_view(l, o, lower_bytes(l, o, o->in[k]), before, 1, n);
        if (from[k] < 0) { return 0; }
    }
    to = lower_output(l, o, d);
    for (k = 0; k < o->n_in; k++) {
        const int32_t at[4] = { 0, 0, k, 0 };
        if (lower_copy(l, o, from[k], to, NULL, at, box) == NULL) { return 0; }
    }
    return 1;
}

/* axis by axis the middle, then line by line what is mirrored */
static inline int lower_mirror(lowered *l, const graph_op *o)
{
    int from = lower_read(l, o, o->in[0]), axis;
    int32_t dy[4], d[4], n[4];
    graph_shape(dy, lower_tensor_of(l, o->out));
    if (from < 0) { return 0; }
    lower_shape_of(l, from, d);
    if (!lower_few(l, o, dy[1] - d[1] + dy[2] - d[2] + dy[3] - d[3] + 3)) { return 0; }
    for (axis = 1; axis < 4; axis++) {
        int32_t in[4] = { 0, 0, 0, 0 }, out[4] = { 0, 0, 0, 0 }, k;
        const int32_t side = d[axis], before = o->begin[axis];
        int to;
        if (dy[axis] == side) { continue; }
        memcpy(n, d, sizeof n);
        d[axis] = dy[axis];
        to = lower_new_tensor(l, o, d, l->tensor[from].zero);
        out[axis] = before;
        if (to < 0 || lower_copy(l, o, from, to, in, out, n) == NULL) { return 0; }
        n[axis] = 1;
        for (k = 0; k < dy[axis]; k++) {
            if (k >= before && k < before + side) { continue; }
            out[axis] = k;
            in[axis] = k < before ? before - k - o->repeats : 2 * side - 2 + o->repeats - (k - before);
            if (lower_copy(l, o, from, to, in, out, n) == NULL) { return 0; }
        }
        from = to;
    }
    l->place[o->out] = from;
    return 1;
}
#endif
