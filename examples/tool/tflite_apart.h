/* tflite_apart.h - reads convolutions that other operators are made of: the dilated one that SPACE_TO_BATCH_ND, a
 * convolution and BATCH_TO_SPACE_ND are, and the transposed one, as a convolution that gives all places of a step at
 * once, as channels. */
#ifndef SUCREF_TOOL_TFLITE_APART_H
#define SUCREF_TOOL_TFLITE_APART_H
#include "tflite_weights.h"

/* ---- by batches ---- */

/* block sizes and pairs of margins along y and x; tensors of three dimensions have x only */
static inline int tflite_read_block(const tflite_op *r, const graph_tensor *x, int32_t *block, int32_t *margin)
{
    const graph_tensor *sizes = tflite_numbers(r, 1, 2), *pairs = sizes != NULL ? tflite_numbers(r, 2, 4) : NULL;
    uint32_t k;
    if (pairs == NULL) { return 0; }
    if ((x->rank != 3 && x->rank != 4) || sizes->elements != (uint32_t)x->rank - 2 ||
        pairs->elements != 2 * sizes->elements) {
        return tflite_say(r, "has shapes that do not fit");
    }
    block[0] = 1;
    margin[0] = margin[1] = 0;
    for (k = 0; k < sizes->elements; k++) {
        const uint32_t at = 2 - sizes->elements + k;
        block[at] = graph_int32(sizes, k);
        margin[2 * at] = graph_int32(pairs, 2 * k);
        margin[2 * at + 1] = graph_int32(pairs, 2 * k + 1);
        if (block[at] < 1 || block[at] > 255 || margin[2 * at] < 0 || margin[2 * at] > 65535 ||
            margin[2 * at + 1] < 0 || margin[2 * at + 1] > 65535) {
            return tflite_say(r, "has an impossible block or margin");
        }
    }
    return 1;
}

/* batch, y, x, channel of a tensor that is taken apart; those of three dimensions have no y */
static inline void tflite_apart_shape(int32_t *d, const graph_tensor *x)
{
    graph_shape(d, x);
    if (x->rank == 3) { d[0] = d[1]; d[1] = 1; }
}

static inline int tflite_read_apart(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4], block[2], margin[4];
    int k;
    if (y == NULL || !tflite_shape(r, dx, x) || !tflite_read_block(r, x, block, margin)) { return 0; }
    if (!tflite_one_scale(r, x, y)) { return 0; }
    tflite_apart_shape(dy, y);
    if (y->rank != x->rank || dy[0] != block[0] * block[1] || dy[3] != dx[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0; k < 2; k++) {
        if (dx[1 + k] + margin[2 * k] + margin[2 * k + 1] != (int64_t)dy[1 + k] * block[k]) {
            return tflite_say(r, "has shapes that do not fit");
        }
        y->apart.block[k] = block[k];
        y->apart.side[k] = dx[1 + k];
        y->apart.before[k] = margin[2 * k];
    }
    y->apart.from = tflite_index(r->g, x) + 1;
    return 1;
}

static inline graph_apart tflite_apart_turned(const graph_apart *a)
{
    graph_apart b = *a;
    int k;
    for (k = 0; k < 2; k++) {
        b.block[k] = a->block[1 - k];
        b.side[k] = a->side[1 - k];
        b.before[k] = a->before[1 - k];
    }
    b.turned = !a->turned;
    return b;
}

/* EXPAND_DIMS, SQUEEZE and RESHAPE that only add or take a side of 1: of three dimensions, y is not there */
static inline int tflite_reshape_apart(const tflite_op *r, const graph_tensor *x)
{
    graph_tensor *y = tflite_out(r, 0);
    int32_t dx[4], dy[4];
    int turns, fits;
    if (y == NULL) { return 0; }
    tflite_apart_shape(dx, x);
    tflite_apart_shape(dy, y);
    turns = y->rank == 3 ? x->apart.turned : dx[1] != dy[1];
    fits = turns ? dx[1] == dy[2] && dx[2] == dy[1] && (dx[1] == 1 || dx[2] == 1) : dx[1] == dy[1] && dx[2] == dy[2];
    if (!fits || dx[0] != dy[0] || dx[3] != dy[3] || (y->rank != 3 && y->rank != 4)) {
        return tflite_say(r, "between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is supported of sides of 1");
    }
    y->apart = turns ? tflite_apart_turned(&x->apart) : x->apart;
    return 1;
}

/* what was taken apart as h x w x channels; -1 with a reason */
static inline int tflite_whole(const tflite_op *r, const graph_apart *a, int32_t channels)
{
    graph_tensor *x = &r->g->tensor[a->from - 1], *y;
    graph_op *o;
    int32_t d[4];
    graph_shape(d, x);
    if (d[1] == a->side[0] && d[2] == a->side[1]) { return a->from - 1; }
    y = tflite_more(r, x, a->side[0], a->side[1], channels);
    o = y != NULL ? tflite_add(r, GRAPH_RESHAPE, 1, y) : NULL;
    if (o == NULL) { return -1; }
    o->in[0] = a->from - 1;
    return o->out;
}

/* The window of a convolution of a batch as one of the whole, which steps over what lies between. turned: a column of
 * taps is a line of the whole */
static inline int tflite_widen_window(const tflite_op *r, graph_op *o, const graph_apart *whole, int turned)
{
    int k;
    if (turned) {
        if (o->kernel[1] != 1) { return tflite_say(r, "has shapes that do not fit"); }
        o->kernel[1] = o->kernel[0]; o->stride[1] = o->stride[0]; o->dilation[1] = o->dilation[0];
        o->pad[1] = o->pad[0];
        o->kernel[0] = o->stride[0] = o->dilation[0] = 1;
        o->pad[0] = 0;
    }
    for (k = 0; k < 2; k++) {
        if (o->stride[k] != 1) {
            return tflite_say(r, "with steps between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is not supported");
        }
        if ((int64_t)o->dilation[k] * whole->block[k] * (o->kernel[k] > 1 ? o->kernel[k] - 1 : 1) > 65535) {
            return tflite_say(r, "has a window wider than 65536");
        }
        o->dilation[k] *= whole->block[k];
        o->pad[k] = o->pad[k] * whole->block[k] + whole->before[k];
    }
    return 1;
}

/* a convolution of a batch: its output waits for BATCH_TO_SPACE_ND */
static inline int tflite_conv_apart(const tflite_op *r, graph_tensor *x)
{
    const int deep = r->code == GRAPH_DEPTHWISE;
    graph_tensor *y = tflite_out(r, 0);
    const graph_tensor *w = tflite_tensor(r, r->in, 1);
    const graph_apart a = x->apart.turned ? tflite_apart_turned(&x->apart) : x->apart;
    const int32_t *dy;
    graph_op *o;
    int from, number;
    if (y == NULL || w == NULL) { return 0; }
    dy = y->dim;
    if (x->apart.op > 0) { return tflite_say(r, "is the second one between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND"); }
    if (x->rank != 4 || y->rank != 4 || w->rank != 4 || dy[0] != x->dim[0] || dy[3] != w->dim[deep ? 3 : 0] ||
        (deep ? w->dim[0] != 1 || dy[3] % x->dim[3] != 0 : x->dim[3] != w->dim[3])) {
        return tflite_say(r, "has shapes that do not fit");
    }
    if (!tflite_weights(r, x, dy[3], deep ? 3 : 0)) { return 0; }
    from = tflite_whole(r, &a, x->dim[3]);
    number = (int)r->g->n_ops;
    o = from >= 0 ? tflite_add(r, r->code, 3, y) : NULL;
    if (o == NULL || !tflite_conv_options(r, o, w) || !tflite_windows(r, o, x->dim, dy) ||
        !tflite_widen_window(r, o, &a, x->apart.turned)) {
        return 0;
    }
    o->in[0] = from;
    y->given = 0;
    y->apart = x->apart;
    y->apart.op = number + 1;
    r->g->n_apart++;
    return 1;
}

static inline int tflite_read_any_conv(const tflite_op *r)
{
    graph_tensor *x = tflite_tensor(r, r->in, 0);
    return x != NULL && (x->apart.from > 0 ? tflite_conv_apart(r, x) : tflite_read_conv(r));
}

/* BATCH_TO_SPACE_ND gives the convolution its output. Every window holds a place of the picture */
static inline int tflite_read_together(const tflite_op *r)
{
    const graph_tensor *x = tflite_tensor(r, r->in, 0);
    graph_tensor *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4], block[2], margin[4];
    graph_op *o;
    int k;
    if (y == NULL) { return 0; }
    if (x->apart.op == 0 || x->apart.turned) {
        return tflite_say(r, "is supported behind SPACE_TO_BATCH_ND and a convolution");
    }
    if (!tflite_read_block(r, x, block, margin) || !tflite_shape(r, dy, y) || !tflite_one_scale(r, x, y)) { return 0; }
    tflite_apart_shape(dx, x);
    o = &r->g->op[x->apart.op - 1];
    if (r->g->tensor[o->out].apart.op != x->apart.op || dy[3] != dx[3] || y->rank != x->rank) {
        return tflite_say(r, "has shapes that do not fit");
    }
    for (k = 0; k < 2; k++) {
        o->pad[k] -= margin[2 * k];
        if (block[k] != x->apart.block[k] ||
            (int64_t)dx[1 + k] * block[k] - margin[2 * k] - margin[2 * k + 1] != dy[1 + k] || o->pad[k] < 0 ||
            o->pad[k] > (o->kernel[k] - 1) * o->dilation[k] || dy[1 + k] - 1 - o->pad[k] >= x->apart.side[k]) {
            return tflite_say(r, "has blocks or margins that are not supported");
        }
    }
    o->out = tflite_index(r->g, y);
    y->given = 1;
    r->g->n_apart--;
    return 1;
}

/* ---- transposed ---- */

/* Output o of an axis is the sum of w[k] x[i] over i * step + k - pad = o: with o + pad = q * step + place, i = q - t
 * and k = place + step * t. So a convolution of ceil(kernel / step) taps gives at q all places of a step, as channels,
 * and what its taps read beyond the picture is nothing. */
typedef struct { int step[2], pad[2], taps[2], reach[2]; } tflite_turned; /* reach: how many q there are */

/* weights of output channels place by place; tap j reads x[q - taps + 1 + j]. NULL with a reason */
static inline graph_tensor *tflite_turned_weights(const tflite_op *r, const graph_tensor *w, const tflite_turned *s)
{
    const uint32_t size = w->type == GRAPH_FLOAT32 ? 4 : 1, c = (uint32_t)w->dim[3] * size;
    const int64_t rows = (int64_t)s->step[0] * s->step[1] * w->dim[0], len = rows * s->taps[0] * s->taps[1] * c;
    graph_tensor *v = len > 1 << 28 ? NULL : tflite_more(r, w, s->taps[0], s->taps[1], w->dim[3]);
    uint8_t *data = v != NULL ? (uint8_t *)graph_new(r->g, (size_t)len) : NULL, *to = data;
    int32_t row, jy, jx;
    if (data == NULL) { tflite_say(r, "is too large"); return NULL; }
    for (row = 0; row < rows; row++) {
        const int32_t place = row / w->dim[0], n = row % w->dim[0];
        for (jy = s->taps[0] - 1; jy >= 0; jy--) {
            for (jx = s->taps[1] - 1; jx >= 0; jx--, to += c) {
                const int32_t ky = s->step[0] * jy + place / s->step[1], kx = s->step[1] * jx + place % s->step[1];
                if (ky < w->dim[1] && kx < w->dim[2]) {
                    memcpy(to, w->data + (size_t)((n * w->dim[1] + ky) * w->dim[2] + kx) * c, c);
                }
            }
        }
    }
    v->dim[0] = (int32_t)rows;
    v->elements = (uint32_t)(len / size);
    v->data = data;
    v->data_len = (uint32_t)len;
    v->given = 1;
    return v;
}

/* n numbers of 4 bytes, so many times; NULL with a reason */
static inline const uint8_t *tflite_repeated(const tflite_op *r, const uint8_t *p, uint32_t n, uint32_t times)
{
    uint8_t *q = (uint8_t *)graph_new(r->g, 4 * (size_t)n * times);
    uint32_t k;
    for (k = 0; q != NULL && k < times; k++) { memcpy(q + 4 * (size_t)n * k, p, 4 * (size_t)n); }
    return q;
}

/* the convolution's weights, scales and bias in place of the file's; 0 with a reason */
static inline int tflite_turn(const tflite_op *r, graph_op *o, const tflite_turned *s)
{
    const graph_tensor *w = &r->g->tensor[o->in[1]], *had = o->in[2] >= 0 ? &r->g->tensor[o->in[2]] : NULL;
    const uint32_t times = (uint32_t)(s->step[0] * s->step[1]), n = (uint32_t)w->dim[0];
    graph_tensor *v = tflite_turned_weights(r, w, s), *b;
    if (v == NULL) { return 0; }
    o->in[1] = tflite_index(r->g, v);
    if (v->n_scales > 1) {
        v->scales = tflite_repeated(r, w->scales, n, times);
        v->n_zeros = 0;
        v->n_scales = n * times;
        if (v->scales == NULL) { return 0; }
    }
    if (had == NULL) { return 1; }
    b = tflite_more(r, had, 1, 1, (int32_t)(n * times));
    if (b == NULL) { return 0; }
    b->data = tflite_repeated(r, had->data, n, times);
    b->data_len = 4 * n * times;
    b->n_scales = 0;
    b->given = 1;
    o->in[2] = tflite_index(r->g, b);
    return b->data != NULL;
}

/* steps, paddings and taps along both axes; 0 with a reason */
static inline int tflite_turned_sizes(const tflite_op *r, tflite_turned *s, const graph_tensor *w, const int32_t *dx,
                                      const int32_t *dy)
{
    const int same = flat_int(&r->options, 0, 1, 0) == 0;
    int k;
    s->step[0] = (int)flat_int(&r->options, 2, 4, 0);
    s->step[1] = (int)flat_int(&r->options, 1, 4, 0);
    for (k = 0; k < 2; k++) {
        const int kernel = w->dim[1 + k], step = s->step[k];
        int64_t places, missing;
        if (step < 1 || step > 255 || kernel > 65535) { return tflite_say(r, "has an impossible kernel or stride"); }
        places = ((int64_t)dy[1 + k] + step - (same ? 1 : kernel)) / step;
        missing = (places - 1) * step + kernel - dy[1 + k];
        s->pad[k] = missing > 0 ? (int)(missing / 2) : 0;
        s->taps[k] = (kernel + step - 1) / step;
        s->reach[k] = (dy[1 + k] - 1 + s->pad[k]) / step + 1;
        if (s->reach[k] > dx[1 + k] + s->taps[k] - 1) {
            return tflite_say(r, "has an output that its input does not reach");
        }
    }
    return (int64_t)s->step[0] * s->step[1] * dy[3] <= 65535 ||
           tflite_say(r, "has strides by which its channels become more than 65535");
}

/* the places of the steps put where they belong, and of them the picture; 0 with a reason */
static inline int tflite_turned_out(const tflite_op *r, const tflite_turned *s, int from, graph_tensor *y)
{
    graph_tensor *all = tflite_more(r, y, s->reach[0] * s->step[0], s->reach[1] * s->step[1], y->dim[3]);
    graph_op *o = all != NULL ? tflite_add(r, GRAPH_DEPTH_TO_SPACE, 1, all) : NULL;
    int k;
    if (o == NULL) { return 0; }
    o->in[0] = from;
    for (k = 0; k < 2; k++) { o->step[1 + k] = s->step[k]; }
    o = tflite_add(r, GRAPH_SLICE, 1, y);
    if (o == NULL) { return 0; }
    o->in[0] = tflite_index(r->g, all);
    for (k = 0; k < 4; k++) { o->step[k] = 1; o->size[k] = y->dim[k]; }
    for (k = 0; k < 2; k++) { o->begin[1 + k] = s->pad[k]; }
    return 1;
}

static inline int tflite_read_transpose_conv(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 2), *y = x != NULL ? tflite_out(r, 0) : NULL, *wide;
    const graph_tensor *w = y != NULL ? tflite_tensor(r, r->in, 1) : NULL;
    tflite_op own = *r;
    tflite_turned s;
    int32_t dx[4], dy[4];
    graph_op *o;
    int k;
    own.bias = 3;
    if (w == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y)) { return 0; }
    if (x->rank != 4 || y->rank != 4 || w->rank != 4 || dy[3] != w->dim[0] || dx[3] != w->dim[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    if (!tflite_weights(&own, x, dy[3], 0) || !tflite_turned_sizes(r, &s, w, dx, dy)) { return 0; }
    wide = tflite_more(r, y, s.reach[0], s.reach[1], s.step[0] * s.step[1] * dy[3]);
    o = wide != NULL ? tflite_add(r, GRAPH_CONV, 3, wide) : NULL;
    if (o == NULL || !tflite_act(r, o, 3)) { return 0; }
    o->in[0] = tflite_index(r->g, x);
    o->in[2] = (int)flat_number(&r->g->file, r->in, 3, -1);
    for (k = 0; k < 2; k++) {
        o->kernel[k] = s.taps[k];
        o->stride[k] = o->dilation[k] = 1;
        o->pad[k] = s.taps[k] - 1;
    }
    return tflite_turn(r, o, &s) && tflite_turned_out(r, &s, o->out, y);
}
#endif
