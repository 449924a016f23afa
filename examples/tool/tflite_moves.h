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

static inline int tflite_read_pack(const tflite_op *r)
{
    int32_t v[GRAPH_RANK];
    uint32_t k;
    if (r->in.len < 1 || r->in.len > GRAPH_RANK) { return tflite_say(r, "of tensors is not supported"); }
    for (k = 0; k < r->in.len; k++) {
        const graph_tensor *x = tflite_numbers(r, k, 1);
        if (x == NULL) { return 0; }
        v[k] = graph_int32(x, 0);
    }
    return tflite_give_numbers(r, v, k);
}
#endif
