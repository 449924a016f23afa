/* tflite_moves.h - reads operators that put numbers elsewhere, and those of numbers that are known now. */
#ifndef SUCREF_TOOL_TFLITE_MOVES_H
#define SUCREF_TOOL_TFLITE_MOVES_H
#include "tflite_tensors.h"

/* ---- slices ---- */

/* one slice of x as output k; SHAPE's numbers, which are constants, are sliced here and now */
static inline int tflite_add_slice(const tflite_op *r, const graph_tensor *x, uint32_t k, const int32_t *begin,
                                   const int32_t *step, const int32_t *size)
{
    graph_tensor *y = tflite_out(r, k);
    graph_op *o;
    int32_t d[4];
    if (y == NULL || !tflite_shape(r, d, x) || !tflite_same_scale(r, x, y)) { return 0; }
    if (y->elements != (uint32_t)size[1] * (uint32_t)size[2] * (uint32_t)size[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    o = tflite_add(r, GRAPH_SLICE, 1, y);
    if (o == NULL) { return 0; }
    o->in[0] = tflite_index(r->g, x);
    memcpy(o->begin, begin, sizeof o->begin);
    memcpy(o->step, step, sizeof o->step);
    memcpy(o->size, size, sizeof o->size);
    return 1;
}

/* SPLIT: as many equal parts as there are outputs; SPLIT_V: parts of the sizes given, one of which may be -1 */
static inline int tflite_read_split(const tflite_op *r)
{
    const int equal = r->code == GRAPH_SPLIT;
    graph_tensor *x = tflite_in(r, equal ? 1 : 0);
    const graph_tensor *axis = x != NULL ? tflite_numbers(r, equal ? 0 : 2, 1) : NULL,
                       *sizes = axis != NULL && !equal ? tflite_numbers(r, 1, 64) : NULL;
    int32_t d[4], begin[4] = { 0, 0, 0, 0 };
    const int32_t step[4] = { 1, 1, 1, 1 };
    int64_t rest;
    uint32_t k;
    int a;
    if (axis == NULL || (!equal && sizes == NULL) || !tflite_shape(r, d, x)) { return 0; }
    a = tflite_axis(x, graph_int32(axis, 0));
    if (a < 1 || r->out.len < 1 || r->out.len > 64 || (equal ? d[a] % (int32_t)r->out.len != 0
                                                             : sizes->elements != r->out.len)) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0, rest = d[a]; !equal && k < r->out.len; k++) {
        rest -= graph_int32(sizes, k) > 0 ? graph_int32(sizes, k) : 0;
    }
    for (k = 0; k < r->out.len; k++) {
        int64_t n = equal ? d[a] / (int32_t)r->out.len : graph_int32(sizes, k);
        int32_t size[4];
        memcpy(size, d, sizeof size);
        n = n == -1 ? rest : n;
        if (n < 1 || begin[a] + n > d[a]) { return tflite_say(r, "has shapes that do not fit"); }
        size[a] = (int32_t)n;
        if (!tflite_add_slice(r, x, k, begin, step, size)) { return 0; }
        begin[a] += size[a];
    }
    return begin[a] == d[a] || tflite_say(r, "has shapes that do not fit");
}

static inline int tflite_read_slice(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0);
    const graph_tensor *from = x != NULL ? tflite_numbers(r, 1, 4) : NULL,
                       *sizes = from != NULL ? tflite_numbers(r, 2, 4) : NULL;
    int32_t d[4], begin[4], size[4];
    const int32_t step[4] = { 1, 1, 1, 1 };
    int k;
    if (sizes == NULL || !tflite_shape(r, d, x)) { return 0; }
    if (from->elements != (uint32_t)x->rank || sizes->elements != (uint32_t)x->rank) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0; k < 4; k++) {
        const int have = k - 4 + x->rank;
        begin[k] = have < 0 ? 0 : graph_int32(from, (uint32_t)have);
        size[k] = have < 0 ? 1 : graph_int32(sizes, (uint32_t)have);
        if (begin[k] < 0 || begin[k] > d[k]) { return tflite_say(r, "has shapes that do not fit"); }
        if (size[k] == -1) { size[k] = d[k] - begin[k]; }
        if (size[k] < 1 || size[k] > d[k] - begin[k]) { return tflite_say(r, "has shapes that do not fit"); }
    }
    return tflite_add_slice(r, x, 0, begin, step, size);
}

/* one axis of a STRIDED_SLICE: where it begins, its step and how many; 0 where that is impossible or nothing */
static inline int tflite_stride(const tflite_op *r, int32_t *begin, int32_t *step, int32_t *size, int64_t n, uint32_t k)
{
    const unsigned bit = 1U << k, shrink = (unsigned)flat_int(&r->options, 4, 4, 0) & bit;
    const graph_tensor *from = tflite_numbers(r, 1, 4), *to = from != NULL ? tflite_numbers(r, 2, 4) : NULL,
                       *by = to != NULL ? tflite_numbers(r, 3, 4) : NULL;
    int64_t b, e, s;
    if (by == NULL || k >= from->elements || k >= to->elements || k >= by->elements) { return 0; }
    b = graph_int32(from, k); e = graph_int32(to, k); s = graph_int32(by, k);
    if (s < 1) { return tflite_say(r, "with a step of 0 or backwards is not supported"); }
    b = (unsigned)flat_int(&r->options, 0, 4, 0) & bit ? 0 : b < 0 ? b + n : b;
    e = (unsigned)flat_int(&r->options, 1, 4, 0) & bit ? n : e < 0 ? e + n : e;
    b = b < 0 ? 0 : b > n ? n : b;
    e = shrink ? b + 1 : e < 0 ? 0 : e > n ? n : e;
    if (e <= b || b >= n) { return tflite_say(r, "takes nothing"); }
    *begin = (int32_t)b;
    *step = (int32_t)s;
    *size = (int32_t)((e - b + s - 1) / s);
    return 1;
}

/* numbers known now: a part of a constant list */
static inline int tflite_slice_numbers(const tflite_op *r, const graph_tensor *x)
{
    graph_tensor *y = tflite_tensor(r, r->out, 0);
    int32_t begin, step, size, k;
    uint8_t *data;
    if (y == NULL || !tflite_stride(r, &begin, &step, &size, x->elements, 0)) { return 0; }
    if (x->rank != 1 || y->type != GRAPH_INT32 || y->given || y->elements != (uint32_t)size) {
        return tflite_say(r, "has shapes that do not fit");
    }
    data = (uint8_t *)graph_new(r->g, 4 * (size_t)size);
    if (data == NULL) { return 0; }
    for (k = 0; k < size; k++) { memcpy(data + 4 * k, x->data + 4 * (size_t)(begin + k * step), 4); }
    y->data = data;
    y->data_len = 4 * (uint32_t)size;
    y->given = 1;
    return 1;
}

static inline int tflite_read_strided_slice(const tflite_op *r)
{
    graph_tensor *x = tflite_tensor(r, r->in, 0);
    int32_t d[4], begin[4] = { 0, 0, 0, 0 }, step[4] = { 1, 1, 1, 1 }, size[4];
    const graph_tensor *from;
    int k;
    if (x == NULL) { return 0; }
    if (flat_int(&r->options, 2, 4, 0) != 0 || flat_int(&r->options, 3, 4, 0) != 0 ||
        flat_int(&r->options, 5, 1, 0) != 0) {
        return tflite_say(r, "with an ellipsis, a new axis or offsets is not supported");
    }
    if (x->type == GRAPH_INT32 && x->data != NULL && x->data_len == 4 * x->elements && x->elements <= GRAPH_RANK) {
        return tflite_slice_numbers(r, x);
    }
    x = tflite_in(r, 0);
    if (x == NULL || !tflite_shape(r, d, x)) { return 0; }
    memcpy(size, d, sizeof size);
    from = tflite_numbers(r, 1, 4);
    if (from == NULL) { return 0; }
    if (from->elements > (uint32_t)x->rank) { return tflite_say(r, "has shapes that do not fit"); }
    for (k = 0; k < (int)from->elements; k++) {
        const int a = 4 - x->rank + k;
        if (!tflite_stride(r, &begin[a], &step[a], &size[a], d[a], (uint32_t)k)) {
            return tflite_say(r, "has shapes that do not fit");
        }
    }
    return tflite_add_slice(r, x, 0, begin, step, size);
}

/* one slice for each output, along an axis that goes */
static inline int tflite_read_unpack(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0);
    const int a = x != NULL ? tflite_axis(x, flat_int(&r->options, 1, 4, 0)) : -1;
    int32_t begin[4] = { 0, 0, 0, 0 }, size[4];
    const int32_t step[4] = { 1, 1, 1, 1 };
    uint32_t k;
    if (x == NULL || !tflite_shape(r, size, x)) { return 0; }
    if (a < 1 || r->out.len != (uint32_t)size[a] || r->out.len > 64) {
        return tflite_say(r, "along the batch, or into more than 64 tensors, is not supported");
    }
    size[a] = 1;
    for (k = 0; k < r->out.len; k++) {
        if (!tflite_add_slice(r, x, k, begin, step, size)) { return 0; }
        begin[a]++;
    }
    return 1;
}

/* ---- other moves ---- */

/* The sides of a TRANSPOSE but those of 1, and those that stay together as one; which of them comes first, second, ..
 * Gives their number */
static inline int tflite_merge_sides(int32_t *side, int32_t *order, const graph_tensor *x, const graph_tensor *perm)
{
    int32_t axis[GRAPH_RANK], group[GRAPH_RANK], n = 0, groups = 0, k, i;
    for (k = 0; k < x->rank; k++) { /* the input's axes in the output's order */
        const int32_t a = graph_int32(perm, (uint32_t)k);
        if (x->dim[a] > 1) { axis[n++] = a; }
    }
    for (k = 0; k < n; k++) {
        int32_t between = k > 0 ? axis[k - 1] + 1 : 0;
        while (k > 0 && between < axis[k] && x->dim[between] == 1) { between++; }
        group[k] = k > 0 && between == axis[k] ? group[k - 1] : groups++;
    }
    for (k = 0; k < groups; k++) { /* how many groups' axes lie before this one's */
        int32_t first = GRAPH_RANK;
        order[k] = 0;
        for (i = 0; i < n; i++) { if (group[i] == k && axis[i] < first) { first = axis[i]; } }
        for (i = 0; i < n; i++) {
            if (axis[i] < first && (i == 0 || group[i] != group[i - 1])) { order[k]++; }
        }
    }
    for (k = 0; k < groups; k++) { side[k] = 1; }
    for (i = 0; i < n; i++) { side[order[group[i]]] *= x->dim[axis[i]]; }
    return groups;
}

static inline int tflite_read_transpose(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    const graph_tensor *perm = y != NULL ? tflite_numbers(r, 1, GRAPH_RANK) : NULL;
    int32_t side[GRAPH_RANK], order[GRAPH_RANK];
    unsigned seen = 0;
    graph_op *o;
    int k, n;
    if (perm == NULL || !tflite_same_scale(r, x, y)) { return 0; }
    if (perm->elements != (uint32_t)x->rank || y->rank != x->rank) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0; k < x->rank; k++) {
        const int32_t a = graph_int32(perm, (uint32_t)k);
        if (a < 0 || a >= x->rank || (seen >> a & 1U) || y->dim[k] != x->dim[a]) {
            return tflite_say(r, "has shapes that do not fit");
        }
        seen |= 1U << a;
    }
    n = tflite_merge_sides(side, order, x, perm);
    if (n < 2) { return tflite_add(r, GRAPH_RESHAPE, 1, y) != NULL; }
    if (n > 3) { return tflite_say(r, "that changes the order of more than three axes is not supported"); }
    o = tflite_add(r, GRAPH_TRANSPOSE, 1, y);
    if (o == NULL) { return 0; }
    for (k = 0; k < 3; k++) { o->size[k] = k < n ? side[k] : 1; o->step[k] = k < n ? order[k] : k; }
    return 1;
}

/* DEPTH_TO_SPACE and SPACE_TO_DEPTH */
static inline int tflite_read_blocks(const tflite_op *r)
{
    const int deep = r->code == GRAPH_DEPTH_TO_SPACE;
    const int32_t block = (int32_t)flat_int(&r->options, 0, 4, 0);
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4];
    const int32_t *d = deep ? dx : dy, *e = deep ? dy : dx; /* with more channels, with more places */
    graph_op *o;
    if (y == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) { return 0; }
    if (block < 1 || block > 255 || x->rank != 4 || y->rank != 4 || (int64_t)d[1] * block != e[1] ||
        (int64_t)d[2] * block != e[2] || (int64_t)e[3] * block * block != d[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL) { return 0; }
    o->step[1] = o->step[2] = block;
    return 1;
}

/* which place of n a place of m is taken from, in float as the reference has it */
static inline int tflite_nearest(int place, int32_t n, int32_t m, int corners, int centres)
{
    const float scale = corners && m > 1 ? graph_ratio((float)(n - 1), (float)(m - 1))
                                         : graph_ratio((float)n, (float)m),
                at = graph_float(((float)place + (centres ? 0.5F : 0.0F)) * scale);
    const int from = (int)(corners ? roundf(at) : floorf(at));
    return from > n - 1 ? n - 1 : from < 0 ? 0 : from;
}

/* RESIZE_NEAREST_NEIGHBOR that repeats each line and place as often as all others */
static inline int tflite_read_resize(const tflite_op *r)
{
    const int corners = flat_int(&r->options, 0, 1, 0) != 0, centres = flat_int(&r->options, 1, 1, 0) != 0;
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4];
    graph_op *o;
    int k, i, whole;
    if (y == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) { return 0; }
    if (x->rank != 4 || y->rank != 4 || dx[3] != dy[3]) { return tflite_say(r, "has shapes that do not fit"); }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL) { return 0; }
    for (k = 1; k < 3; k++) {
        o->step[k] = dy[k] / dx[k];
        whole = o->step[k] >= 1 && o->step[k] * dx[k] == dy[k];
        for (i = 0; whole && i < dy[k]; i++) {
            whole = tflite_nearest(i, dx[k], dy[k], corners, centres) == i / o->step[k];
        }
        if (!whole) { return tflite_say(r, "by other than whole factors is not supported"); }
    }
    return 1;
}

/* ---- numbers that are known now ---- */

static inline int tflite_give_numbers(const tflite_op *r, const int32_t *v, uint32_t n)
{
    graph_tensor *y = tflite_tensor(r, r->out, 0);
    uint8_t *data = y != NULL ? (uint8_t *)graph_new(r->g, 4 * (size_t)n) : NULL;
    uint32_t k;
    if (data == NULL) { return 0; }
    if (y->type != GRAPH_INT32 || y->given || y->elements != n) {
        return tflite_say(r, "has an output that does not fit");
    }
    for (k = 0; k < 4 * n; k++) { data[k] = (uint8_t)((uint32_t)v[k / 4] >> k % 4 * 8); }
    y->data = data;
    y->data_len = 4 * n;
    y->given = 1;
    return 1;
}

static inline int tflite_read_shape(const tflite_op *r)
{
    const graph_tensor *x = tflite_tensor(r, r->in, 0);
    return x != NULL && tflite_give_numbers(r, x->dim, (uint32_t)x->rank);
}

/* tensors of one shape along a new axis */
static inline int tflite_pack_tensors(const tflite_op *r)
{
    graph_tensor *y = tflite_out(r, 0);
    const int64_t axis = flat_int(&r->options, 1, 4, 0);
    const int at = y != NULL ? (int)(axis < 0 ? axis + y->rank : axis) : 0;
    int64_t before = 1;
    graph_op *o;
    uint32_t k;
    if (y == NULL) { return 0; }
    if (r->in.len < 1 || r->in.len > 64 || at < 0 || at >= y->rank || y->dim[at] != (int32_t)r->in.len) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0; k < r->in.len; k++) {
        const graph_tensor *x = tflite_in(r, k);
        if (x == NULL || !tflite_same_scale(r, x, y)) { return 0; }
        if ((uint64_t)x->elements * r->in.len != y->elements) { return tflite_say(r, "has shapes that do not fit"); }
    }
    o = tflite_add(r, GRAPH_PACK, r->in.len, y);
    if (o == NULL) { return 0; }
    for (k = 0; k < (uint32_t)at; k++) { before *= y->dim[k]; }
    o->size[0] = (int32_t)before;
    o->size[1] = (int32_t)(y->elements / r->in.len / before);
    return 1;
}

static inline int tflite_read_pack(const tflite_op *r)
{
    const graph_tensor *first = tflite_tensor(r, r->in, 0);
    int32_t v[GRAPH_RANK];
    uint32_t k;
    if (first == NULL) { return 0; }
    if (first->type != GRAPH_INT32) { return tflite_pack_tensors(r); }
    if (r->in.len < 1 || r->in.len > GRAPH_RANK) { return tflite_say(r, "of tensors is not supported"); }
    for (k = 0; k < r->in.len; k++) {
        const graph_tensor *x = tflite_numbers(r, k, 1);
        if (x == NULL) { return 0; }
        v[k] = graph_int32(x, 0);
    }
    return tflite_give_numbers(r, v, k);
}
#endif
