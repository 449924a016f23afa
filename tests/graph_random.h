/* graph_random.h - random networks of all operators, as files: with branches and variables. Each step appends operators
 * behind tensor `at` and returns the new one. */
#ifndef SUCREF_TESTS_GRAPH_RANDOM_H
#define SUCREF_TESTS_GRAPH_RANDOM_H
#include "graph_file.h"

static float gf_random_scale(void) { return 0.005F + (float)rnd_below(1000) / 7000; }
static int gf_any_zero(void) { return rnd_below(3) ? rnd_in(-128, 127) : -128; }

static int gf_like(gf_file *f, int at, int h, int w, int c) /* a tensor of other sides and the same scale */
{
    return gf_image(f, h, w, c, gf_scale_of(f, at), gf_zero_of(f, at));
}

/* n random weights (few of them large) with n_out scales or one, and a bias or none, as in[1] and in[2] */
static void gf_random_weights(gf_file *f, int *in, int rank, const int *dim, int n_out, int dimension)
{
    gf_part *p = &f->part[0];
    static int8_t w[8192];
    int32_t bias[64];
    const int per_row = !f->plain && rnd_below(2), largest = f->plain ? 2 : rnd_below(2) ? 127 : 20,
              dead = f->plain || f->tame || rnd_below(3) ? 0 : 1 + (int)rnd_below(3);
    const int least = largest == 127 && rnd_below(4) == 0; /* -128 */
    int k, n = 1;
    for (k = 0; k < rank; k++) { n *= dim[k]; }
    for (k = 0; k < n; k++) { w[k] = (int8_t)rnd_in(-largest - least, largest); }
    for (k = 0; dead && k < n; k++) { /* rows that read nothing, and, but of depthwise layers, channels not read */
        const int row = dimension == 0 ? k / (n / n_out) : k % n_out, column = k % dim[rank - 1];
        if (row % 3 == dead - 1 || (dimension == 0 && column % 4 == dead)) { w[k] = 0; }
    }
    in[1] = gf_weights(f, rank, dim, w, 0);
    for (k = 0; k < (per_row ? n_out : 1); k++) {
        const float tiny = f->tame || rnd_below(30) ? 1.0F : 1e-9F;
        gf_scale(f, p, in[1], f->plain ? 1 : f->tame ? 0.01F : tiny * (0.001F + (float)rnd_below(1000) / 50000), 0);
    }
    p->tensor[in[1]].dimension = per_row ? dimension : 0;
    in[2] = -1;
    if (rnd_below(4) == 0) { return; }
    for (k = 0; k < n_out; k++) { /* some of them end at a clamp whatever comes in */
        bias[k] = f->plain ? rnd_in(-9, 9) : rnd_in(-3000, 3000);
        if (dead && rnd_below(3) == 0) { bias[k] = rnd_below(2) ? 40000000 : -40000000; }
    }
    in[2] = gf_numbers(f, n_out, bias);
}

static int gf_out_side(int in, int kernel, int stride, int dilation, int valid)
{
    const int reach = (kernel - 1) * dilation + 1;
    return valid ? (in - reach) / stride + 1 : (in + stride - 1) / stride;
}

static int gf_random_conv(gf_file *f, int at)
{
    const int deep = (int)rnd_below(2), h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), c = gf_dim(f, at, 3);
    const int times = deep ? 1 + (int)rnd_below(c < 5 ? 3 : 1) : 0, n_out = deep ? c * times : 1 + (int)rnd_below(12);
    const int point = rnd_below(3) == 0;
    int valid = (int)rnd_below(2), kh = point ? 1 : 1 + (int)rnd_below(4), kw = point ? 1 : 1 + (int)rnd_below(4);
    int dh = 1 + (int)(rnd_below(4) == 0), dw = 1 + (int)(rnd_below(4) == 0);
    const int sh = 1 + (int)(rnd_below(3) == 0), sw = 1 + (int)(rnd_below(3) == 0);
    int in[3], out;
    gf_op *o;
    if (c > 20) { return at; }
    if ((kh - 1) * dh + 1 > h || (kw - 1) * dw + 1 > w) { valid = 0; }
    {
        const int dim[4] = { deep ? 1 : n_out, kh, kw, deep ? n_out : c };
        in[0] = at;
        gf_random_weights(f, in, 4, dim, n_out, deep ? 3 : 0);
    }
    out = gf_image(f, gf_out_side(h, kh, sh, dh, valid), gf_out_side(w, kw, sw, dw, valid), n_out, gf_random_scale(),
                   gf_any_zero());
    o = gf_add(&f->part[0], deep ? GRAPH_DEPTHWISE : GRAPH_CONV, 3, in, out);
    gf_window(o, valid, sh, sw, deep ? 4 : 3, (int)rnd_below(4));
    gf_field(o, deep ? 5 : 4, 4, (uint32_t)dw);
    gf_field(o, deep ? 6 : 5, 4, (uint32_t)dh);
    return out;
}

static int gf_random_dense(gf_file *f, int at)
{
    const int n = gf_dim(f, at, 1) * gf_dim(f, at, 2) * gf_dim(f, at, 3), places = (int)rnd_below(3) == 0;
    const int dim[2] = { 1 + (int)rnd_below(12), places ? gf_dim(f, at, 3) : n };
    int in[3], out;
    if (n > 600) { return at; }
    in[0] = at;
    gf_random_weights(f, in, 2, dim, dim[0], 0);
    out = gf_image(f, places ? gf_dim(f, at, 1) : 1, places ? gf_dim(f, at, 2) : 1, dim[0], gf_random_scale(),
                   gf_any_zero());
    gf_field(gf_add(&f->part[0], GRAPH_DENSE, 3, in, out), 0, 1, rnd_below(4));
    return out;
}

static int gf_random_pool(gf_file *f, int at)
{
    const int h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), kh = 1 + (int)rnd_below((uint32_t)(h < 4 ? h : 4)),
              kw = 1 + (int)rnd_below((uint32_t)(w < 4 ? w : 4)), valid = (int)rnd_below(2),
              sh = 1 + (int)rnd_below(3), sw = 1 + (int)rnd_below(3);
    const int out = gf_like(f, at, gf_out_side(h, kh, sh, 1, valid), gf_out_side(w, kw, sw, 1, valid),
                            gf_dim(f, at, 3));
    gf_op *o = gf_add(&f->part[0], rnd_below(2) ? GRAPH_AVERAGE_POOL : GRAPH_MAX_POOL, 1, &at, out);
    gf_window(o, valid, sh, sw, 5, (int)rnd_below(4));
    gf_field(o, 3, 4, (uint32_t)kw);
    gf_field(o, 4, 4, (uint32_t)kh);
    return out;
}

/* MEAN, SUM, the largest or the least over y, x, both, channels, places and channels, or all */
static int gf_random_reduce(gf_file *f, int at)
{
    static const int codes[4] = { GRAPH_MEAN, GRAPH_SUM, GRAPH_REDUCE_MAX, GRAPH_REDUCE_MIN };
    static const int which[7][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 1, 1, 0 }, { 1, 1, 0 }, { 0, 0, 1 }, { 0, 1, 1 },
                                     { 1, 1, 1 } };
    const int *over = which[rnd_below(7)], code = codes[rnd_below(4)],
              compares = code == GRAPH_REDUCE_MAX || code == GRAPH_REDUCE_MIN;
    int32_t axes[3];
    int in[2], d[3], k, n = 0, out;
    for (k = 2; k >= 0; k--) {
        d[k] = over[k] ? 1 : gf_dim(f, at, 1 + k);
        if (over[k]) { axes[n++] = rnd_below(2) ? 1 + k : k - 3; }
    }
    in[0] = at;
    in[1] = gf_numbers(f, n, axes);
    out = compares ? gf_like(f, at, d[0], d[1], d[2])
                   : gf_image(f, d[0], d[1], d[2], gf_scale_of(f, at) * (0.5F + (float)rnd_below(100) / 100),
                              gf_any_zero());
    gf_field(gf_add(&f->part[0], code, 2, in, out), 0, 1, 1);
    return out;
}

/* an operator of two tensors: with itself, with constants (one number, channels or all), with a requantized copy, or
 * with one number of each place */
static int gf_random_pair(gf_file *f, int at)
{
    static const int codes[] = { GRAPH_ADD, GRAPH_MUL, GRAPH_SUB, GRAPH_DIV, GRAPH_PRELU, GRAPH_MAXIMUM, GRAPH_MINIMUM,
                                 GRAPH_SQUARED_DIFFERENCE };
    const int h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), c = gf_dim(f, at, 3), code = codes[rnd_below(8)],
              number = code == GRAPH_DIV || code == GRAPH_SQUARED_DIFFERENCE,
              compares = code == GRAPH_MAXIMUM || code == GRAPH_MINIMUM, kind = number ? 0 : (int)rnd_below(6),
              all = kind == 2 || (number && rnd_below(2)), fixed = code == GRAPH_PRELU || code == GRAPH_DIV;
    const int dim[4] = { 1, all ? h : 1, all ? w : 1, kind == 0 && !all ? 1 : c }, low = rnd_in(-128, 127);
    const int32_t channels = 3;
    static int8_t v[4096];
    int in[2], out, k, other = at;
    float scale = compares ? gf_scale_of(f, at) : gf_random_scale();
    for (k = 0; k < dim[1] * dim[2] * dim[3]; k++) { v[k] = (int8_t)(number ? low : rnd_in(-128, 127)); }
    if (kind < 3) {
        other = gf_weights(f, 4, dim, v, scale);
        f->part[0].tensor[other].zero = compares ? gf_zero_of(f, at) : low == 127 ? -128 : rnd_in(low + 1, 127);
    } else if (kind == 3) {
        other = gf_image(f, h, w, c, scale, compares ? gf_zero_of(f, at) : gf_any_zero());
        gf_add(&f->part[0], compares ? GRAPH_RELU : GRAPH_QUANTIZE, 1, &at, other);
    } else if (kind == 5) { /* one number of each place */
        in[0] = at;
        in[1] = gf_numbers(f, 1, &channels);
        other = gf_like(f, at, h, w, 1);
        gf_add(&f->part[0], GRAPH_REDUCE_MAX, 2, in, other);
    }
    in[0] = fixed || rnd_below(2) ? at : other;
    in[1] = in[0] == at ? other : at;
    out = compares ? gf_like(f, at, h, w, c) : gf_image(f, h, w, c, gf_random_scale(), gf_any_zero());
    gf_field(gf_add(&f->part[0], code, 2, in, out), 0, 1, fixed || compares || number ? 0 : rnd_below(4));
    return out;
}

static int gf_random_pad(gf_file *f, int at)
{
    int32_t sides[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    int in[3], out, k;
    const int8_t fill = (int8_t)rnd_in(-128, 127);
    const int one[1] = { 1 }, own = (int)rnd_below(2); /* PADV2 */
    for (k = 2; k < (rnd_below(4) ? 6 : 8); k++) { sides[k] = (int32_t)rnd_below(3); }
    in[0] = at;
    in[1] = gf_numbers(f, 8, sides);
    f->part[0].tensor[in[1]].rank = 2;
    f->part[0].tensor[in[1]].dim[0] = 4;
    f->part[0].tensor[in[1]].dim[1] = 2;
    in[2] = gf_weights(f, 1, one, &fill, gf_scale_of(f, at));
    f->part[0].tensor[in[2]].zero = gf_zero_of(f, at);
    out = gf_like(f, at, gf_dim(f, at, 1) + sides[2] + sides[3], gf_dim(f, at, 2) + sides[4] + sides[5],
                  gf_dim(f, at, 3) + sides[6] + sides[7]);
    gf_add(&f->part[0], own ? GRAPH_PADV2 : GRAPH_PAD, own ? 3 : 2, in, out);
    return out;
}

/* two parts along an axis, the second one changed, put together again in another order */
static int gf_random_split(gf_file *f, int at)
{
    const int axis = 1 + (int)rnd_below(3), n = gf_dim(f, at, axis);
    int32_t sizes[2], a = rnd_below(2) ? axis : axis - 4;
    int in[3], part[2], k, changed, out;
    gf_op *o;
    if (n < 2) { return at; }
    sizes[0] = 1 + (int32_t)rnd_below((uint32_t)n - 1U);
    sizes[1] = n - sizes[0];
    for (k = 0; k < 2; k++) {
        part[k] = gf_like(f, at, axis == 1 ? sizes[k] : gf_dim(f, at, 1), axis == 2 ? sizes[k] : gf_dim(f, at, 2),
                          axis == 3 ? sizes[k] : gf_dim(f, at, 3));
    }
    if (rnd_below(2)) { sizes[1] = -1; }
    in[0] = at; in[1] = gf_numbers(f, 2, sizes); in[2] = gf_numbers(f, 1, &a);
    o = gf_add(&f->part[0], GRAPH_SPLIT_V, 3, in, part[0]);
    o->n_out = 2;
    o->out[1] = part[1];
    changed = gf_like(f, part[1], gf_dim(f, part[1], 1), gf_dim(f, part[1], 2), gf_dim(f, part[1], 3));
    gf_add(&f->part[0], GRAPH_RELU, 1, &part[1], changed);
    in[0] = changed; in[1] = part[0]; in[2] = at;
    k = 2 + (int)rnd_below(2);
    out = gf_like(f, at, gf_dim(f, at, 1) * (axis == 1 ? k - 1 : 1), gf_dim(f, at, 2) * (axis == 2 ? k - 1 : 1),
                  gf_dim(f, at, 3) * (axis == 3 ? k - 1 : 1));
    gf_field(gf_add(&f->part[0], GRAPH_CONCATENATION, k, in, out), 0, 4, (uint32_t)a);
    return out;
}

static int gf_random_slice(gf_file *f, int at)
{
    int32_t begin[4] = { 0, 0, 0, 0 }, end[4] = { 1, 0, 0, 0 }, step[4] = { 1, 1, 1, 1 };
    int in[4], n[4], k, out;
    gf_op *o;
    for (k = 1; k < 4; k++) {
        const int d = gf_dim(f, at, k);
        begin[k] = (int32_t)rnd_below((uint32_t)(d < 3 ? d : 3));
        end[k] = begin[k] + 1 + (int32_t)rnd_below((uint32_t)(d - begin[k]));
        step[k] = k < 3 ? 1 + (int32_t)(rnd_below(4) == 0) : 1;
        n[k] = (end[k] - begin[k] + step[k] - 1) / step[k];
        if (rnd_below(2)) { begin[k] -= d; }
        if (end[k] < d && rnd_below(2)) { end[k] -= d; }
    }
    in[0] = at; in[1] = gf_numbers(f, 4, begin); in[2] = gf_numbers(f, 4, end); in[3] = gf_numbers(f, 4, step);
    out = gf_like(f, at, n[1], n[2], n[3]);
    o = gf_add(&f->part[0], GRAPH_STRIDED_SLICE, 4, in, out);
    gf_field(o, 0, 4, 1);
    gf_field(o, 1, 4, 1);
    return out;
}

static int gf_random_number(gf_file *f, int at)
{
    static const int codes[] = { GRAPH_LOGISTIC, GRAPH_TANH, GRAPH_RELU, GRAPH_RELU6, GRAPH_LEAKY_RELU, GRAPH_QUANTIZE,
                                 GRAPH_RELU_N1_TO_1, GRAPH_RELU_0_TO_1, GRAPH_HARD_SWISH, GRAPH_ELU, GRAPH_GELU,
                                 GRAPH_ABS, GRAPH_NEG, GRAPH_EXP, GRAPH_LOG, GRAPH_SQRT, GRAPH_RSQRT, GRAPH_SQUARE,
                                 GRAPH_SIN, GRAPH_COS };
    const int code = codes[rnd_below(20)];
    const float scale = code == GRAPH_LOGISTIC ? 1.0F / 256 : code == GRAPH_TANH ? 1.0F / 128 : gf_random_scale();
    const int zero = code == GRAPH_LOGISTIC ? -128 : code == GRAPH_TANH ? 0 : gf_any_zero();
    const int out = gf_image(f, gf_dim(f, at, 1), gf_dim(f, at, 2), gf_dim(f, at, 3), scale, zero);
    gf_op *o = gf_add(&f->part[0], code, 1, &at, out);
    if (code == GRAPH_LEAKY_RELU) { gf_field(o, 0, 4, tf_float((float)rnd_below(100) / 100)); }
    if (code == GRAPH_GELU) { gf_field(o, 0, 1, rnd_below(2)); }
    return out;
}

/* the same bytes in another shape */
static int gf_random_reshape(gf_file *f, int at)
{
    const int h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), c = gf_dim(f, at, 3);
    const int kind = (int)rnd_below(3);
    const int out = kind == 0 ? gf_like(f, at, w, h, c) : kind == 1 ? gf_like(f, at, 1, h * w, c)
                                                                    : gf_like(f, at, h, c, w);
    gf_add(&f->part[0], GRAPH_RESHAPE, 1, &at, out);
    return out;
}

/* y, x and channels in any order */
static int gf_random_transpose(gf_file *f, int at)
{
    int32_t order[4] = { 0, 1, 2, 3 };
    int in[2], k;
    for (k = 3; k > 1; k--) {
        const int other = 1 + (int)rnd_below((uint32_t)k);
        const int32_t was = order[k];
        order[k] = order[other];
        order[other] = was;
    }
    in[0] = at;
    in[1] = gf_numbers(f, 4, order);
    at = gf_like(f, at, gf_dim(f, at, order[1]), gf_dim(f, at, order[2]), gf_dim(f, at, order[3]));
    gf_add(&f->part[0], GRAPH_TRANSPOSE, 2, in, at);
    return at;
}

/* blocks as channels and back, lines and places repeated, or margins mirrored */
static int gf_random_places(gf_file *f, int at)
{
    const int h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), c = gf_dim(f, at, 3), block = 1 + (int)rnd_below(3),
              edge = (int)rnd_below(2);
    int32_t sides[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    int in[2], out, k;
    in[0] = at;
    if (c % (block * block) == 0) {
        out = gf_like(f, at, h * block, w * block, c / block / block);
        gf_field(gf_add(&f->part[0], GRAPH_DEPTH_TO_SPACE, 1, in, out), 0, 4, (uint32_t)block);
    } else if (h % block == 0 && w % block == 0) {
        out = gf_like(f, at, h / block, w / block, c * block * block);
        gf_field(gf_add(&f->part[0], GRAPH_SPACE_TO_DEPTH, 1, in, out), 0, 4, (uint32_t)block);
    } else if (rnd_below(2)) {
        const int32_t size[2] = { h * block, w * (1 + edge) };
        in[1] = gf_numbers(f, 2, size);
        out = gf_like(f, at, size[0], size[1], c);
        gf_field(gf_add(&f->part[0], GRAPH_RESIZE_NEAREST, 2, in, out), 1, 1, rnd_below(2));
    } else {
        for (k = 2; k < 8; k++) {
            const int most = gf_dim(f, at, k / 2) - !edge;
            sides[k] = (int32_t)rnd_below((uint32_t)(most < 3 ? most : 3) + 1U);
        }
        in[1] = gf_numbers(f, 8, sides);
        out = gf_like(f, at, h + sides[2] + sides[3], w + sides[4] + sides[5], c + sides[6] + sides[7]);
        gf_field(gf_add(&f->part[0], GRAPH_MIRROR_PAD, 2, in, out), 0, 1, (uint32_t)edge);
    }
    return out;
}

/* taken apart along an axis, put together the other way round along another one */
static int gf_random_pack(gf_file *f, int at)
{
    const int axis = 1 + (int)rnd_below(3), n = gf_dim(f, at, axis), to = 1 + (int)rnd_below(3);
    int dim[4], part[4], back[4], k, i, out;
    gf_part *p = &f->part[0];
    gf_op *o;
    if (n > 4) { return at; }
    for (k = i = 0; k < 4; k++) { if (k != axis) { dim[i++] = gf_dim(f, at, k); } }
    for (k = 0; k < n; k++) {
        part[k] = gf_new(f, p, GRAPH_INT8, 3, dim);
        gf_scale(f, p, part[k], gf_scale_of(f, at), gf_zero_of(f, at));
        back[n - 1 - k] = part[k];
    }
    o = gf_add(p, GRAPH_UNPACK, 1, &at, part[0]);
    o->n_out = n;
    memcpy(o->out, part, (size_t)n * sizeof *part);
    gf_field(o, 0, 4, (uint32_t)n);
    gf_field(o, 1, 4, (uint32_t)(rnd_below(2) ? axis : axis - 4));
    for (k = i = 0; k < 4; k++) { dim[k] = k == to ? n : gf_dim(f, part[0], i++); }
    out = gf_like(f, at, dim[1], dim[2], dim[3]);
    gf_field(gf_add(p, GRAPH_PACK, n, back, out), 1, 4, (uint32_t)to);
    return out;
}

/* the output of a layer with weights */
static int gf_random_out(gf_file *f, int rank, const int *dim)
{
    const int out = gf_new(f, &f->part[0], GRAPH_INT8, rank, dim);
    gf_scale(f, &f->part[0], out, f->plain ? 1 : gf_random_scale(), f->plain ? 0 : gf_any_zero());
    return out;
}

/* a transposed convolution */
static int gf_random_transposed(gf_file *f, int at)
{
    const int same = (int)rnd_below(2), c = gf_dim(f, at, 3), n = 1 + (int)rnd_below(4);
    int step[2], kernel[2], side[2], in[4], weights[3], dim[4], out, k;
    int32_t shape[4];
    gf_op *o;
    if (c > 12) { return at; }
    for (k = 0; k < 2; k++) {
        step[k] = 1 + (int)rnd_below(3);
        kernel[k] = 1 + (int)rnd_below(4);
        side[k] = same ? (gf_dim(f, at, 1 + k) - 1) * step[k] + 1 + (int)rnd_below((uint32_t)step[k])
                       : (gf_dim(f, at, 1 + k) - 1) * step[k] + kernel[k];
    }
    dim[0] = n; dim[1] = kernel[0]; dim[2] = kernel[1]; dim[3] = c;
    gf_random_weights(f, weights, 4, dim, n, 0);
    shape[0] = 1; shape[1] = side[0]; shape[2] = side[1]; shape[3] = n;
    in[0] = gf_numbers(f, 4, shape); in[1] = weights[1]; in[2] = at; in[3] = weights[2];
    dim[0] = 1; dim[1] = side[0]; dim[2] = side[1]; dim[3] = n;
    out = gf_random_out(f, 4, dim);
    o = gf_add(&f->part[0], GRAPH_TRANSPOSE_CONV, weights[2] < 0 ? 3 : 4, in, out);
    gf_window(o, !same, step[0], step[1], 3, f->plain ? 0 : (int)rnd_below(4));
    return out;
}

/* every block-th line or place, and what is added and taken away around; first: 1 where there is no height */
typedef struct { int first, block[2], kernel[2], side[2]; int32_t margin[4], crop[4]; } gf_apart;

/* sides that blocks divide and that hold a window; what is beyond the picture is taken away again */
static void gf_random_margins(gf_apart *a, const gf_file *f, int at)
{
    int k;
    memset(a, 0, sizeof *a);
    a->first = gf_dim(f, at, 1) == 1;
    for (k = 0; k < 2; k++) {
        const int side = gf_dim(f, at, 1 + k);
        int32_t *margin = a->margin + 2 * k, *crop = a->crop + 2 * k;
        int missing;
        a->block[k] = k < a->first ? 1 : 1 + (int)rnd_below(3);
        a->kernel[k] = k < a->first ? 1 : 1 + (int)rnd_below(3);
        margin[0] = (int32_t)rnd_below((uint32_t)((a->kernel[k] - 1) * a->block[k]) + 1U);
        missing = a->block[k] * a->kernel[k] - side - margin[0];
        margin[1] = missing > 0 ? missing : 0;
        margin[1] += (a->block[k] - (side + margin[0] + margin[1]) % a->block[k]) % a->block[k];
        a->side[k] = (side + margin[0] + margin[1]) / a->block[k];
        crop[1] = (a->side[k] - a->kernel[k] + 1) * a->block[k] - side - margin[0];
        crop[1] = crop[1] > 0 ? crop[1] : 0;
    }
}

/* the numbers of in[0] in another shape, of their scale; height 0: three dimensions */
static int gf_moved(gf_file *f, int code, int n_in, const int *in, int batch, int height, int width, int channels)
{
    const int dim[4] = { batch, height > 0 ? height : width, height > 0 ? width : channels, channels };
    const int out = gf_new(f, &f->part[0], GRAPH_INT8, height > 0 ? 4 : 3, dim);
    gf_scale(f, &f->part[0], out, gf_scale_of(f, in[0]), gf_zero_of(f, in[0]));
    gf_add(&f->part[0], code, n_in, in, out);
    return out;
}

/* SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: to so many pictures of this size */
static int gf_batches(gf_file *f, int code, int at, const gf_apart *a, int batch, const int *side, int channels)
{
    const int32_t *v = code == GRAPH_SPACE_TO_BATCH ? a->margin : a->crop, block[2] = { a->block[0], a->block[1] };
    const int in[3] = { at, gf_numbers(f, 2 - a->first, block + a->first),
                        gf_numbers(f, 4 - 2 * a->first, v + 2 * a->first) };
    return gf_moved(f, code, 3, in, batch, a->first ? 0 : side[0], side[1], channels);
}

/* the convolution of what is apart. upright: a line stands as a column */
static int gf_random_conv_apart(gf_file *f, int at, gf_apart *a, int deep, int upright, int n)
{
    const int c = gf_dim(f, at, 3), batch = gf_dim(f, at, 0), high = a->kernel[upright], wide = a->kernel[!upright];
    int in[3], dim[4], k, out;
    dim[0] = deep ? 1 : n; dim[1] = high; dim[2] = wide; dim[3] = deep ? n : c;
    gf_random_weights(f, in, 4, dim, n, deep ? 3 : 0);
    in[0] = at;
    for (k = 0; k < 2; k++) { a->side[k] -= a->kernel[k] - 1; }
    dim[0] = batch; dim[1] = a->side[upright]; dim[2] = a->side[!upright]; dim[3] = n;
    out = gf_random_out(f, 4, dim);
    gf_window(gf_add(&f->part[0], deep ? GRAPH_DEPTHWISE : GRAPH_CONV, 3, in, out), 1, 1, 1, deep ? 4 : 3,
              f->plain ? 0 : (int)rnd_below(4));
    return out;
}

/* a convolution of every other line or so: SPACE_TO_BATCH_ND, CONV_2D or DEPTHWISE_CONV_2D, BATCH_TO_SPACE_ND; of a
 * height of 1 as Keras has Conv1D, with EXPAND_DIMS and SQUEEZE between */
static int gf_random_apart(gf_file *f, int at)
{
    const int c = gf_dim(f, at, 3), deep = (int)rnd_below(2), middle = (int)rnd_below(2),
              n = deep ? c : 1 + (int)rnd_below(6);
    gf_apart a;
    int batch, upright, k;
    if (c > 12) { return at; }
    gf_random_margins(&a, f, at);
    batch = a.block[0] * a.block[1];
    upright = a.first && !middle;
    if (a.first) { at = gf_moved(f, GRAPH_SQUEEZE, 1, &at, 1, 0, gf_dim(f, at, 2), c); }
    at = gf_batches(f, GRAPH_SPACE_TO_BATCH, at, &a, batch, a.side, c);
    if (a.first) { at = gf_moved(f, GRAPH_EXPAND_DIMS, 1, &at, batch, a.side[upright], a.side[!upright], c); }
    at = gf_random_conv_apart(f, at, &a, deep, upright, n);
    if (a.first) { at = gf_moved(f, GRAPH_SQUEEZE, 1, &at, batch, 0, a.side[1], n); }
    for (k = 0; k < 2; k++) { a.side[k] = a.side[k] * a.block[k] - a.crop[2 * k + 1]; }
    at = gf_batches(f, GRAPH_BATCH_TO_SPACE, at, &a, 1, a.side, n);
    return a.first ? gf_moved(f, GRAPH_EXPAND_DIMS, 1, &at, 1, 1, a.side[1], n) : at;
}

/* rows of earlier inputs before this one's: a variable keeps the last ones */
static int gf_random_state(gf_file *f, int at)
{
    gf_part *p = &f->part[0], *q = &f->part[1];
    const int h = gf_dim(f, at, 1), w = gf_dim(f, at, 2), c = gf_dim(f, at, 3), keep = 1 + (int)rnd_below(4);
    const int dim[4] = { 1, keep, w, c }, none[1] = { 0 }, zero = gf_zero_of(f, at);
    static int8_t first[4096];
    int32_t begin[4] = { 0, 0, 0, 0 }, end[4] = { 0, 0, 0, 0 }, step[4] = { 1, 1, 1, 1 };
    char name[16];
    int in[4], handle, old, both, last, constant;
    gf_op *o;
    if (q->n_ops > 6 || w * c * (keep + h) > 1000) { return at; }
    snprintf(name, sizeof name, "v%d", q->n_ops);
    memset(first, zero, sizeof first);
    constant = gf_new(f, q, GRAPH_INT8, 4, dim);
    gf_data(f, q, constant, first, (uint32_t)(keep * w * c));
    gf_scale(f, q, constant, gf_scale_of(f, at), zero);
    in[0] = gf_handle(q, f, name);
    in[1] = constant;
    gf_add(q, GRAPH_ASSIGN, 2, in, -1);
    if (q->n_ops == 2) { gf_field(gf_add(p, GRAPH_CALL_ONCE, 0, none, -1), 0, 4, 1); }
    handle = gf_handle(p, f, name);
    old = gf_like(f, at, keep, w, c);
    gf_add(p, GRAPH_READ, 1, &handle, old);
    both = gf_like(f, at, keep + h, w, c);
    in[0] = old; in[1] = at;
    gf_field(gf_add(p, GRAPH_CONCATENATION, 2, in, both), 0, 4, 1);
    last = gf_like(f, at, keep, w, c);
    begin[1] = -keep;
    in[0] = both; in[1] = gf_numbers(f, 4, begin); in[2] = gf_numbers(f, 4, end); in[3] = gf_numbers(f, 4, step);
    o = gf_add(p, GRAPH_STRIDED_SLICE, 4, in, last);
    gf_field(o, 0, 4, 0xD);
    gf_field(o, 1, 4, 0xF);
    in[0] = handle; in[1] = last;
    gf_add(p, GRAPH_ASSIGN, 2, in, -1);
    return both;
}

/* CALL_ONCE comes first, whatever was added when */
static void gf_sort(gf_part *p)
{
    int k;
    for (k = 1; k < p->n_ops; k++) {
        if (p->op[k].code == GRAPH_CALL_ONCE) {
            const gf_op once = p->op[k];
            memmove(&p->op[1], &p->op[0], (size_t)k * sizeof p->op[0]);
            p->op[0] = once;
        }
    }
}

static int gf_random_end(gf_file *f, int at)
{
    const int dim[4] = { 1, gf_dim(f, at, 1), gf_dim(f, at, 2), gf_dim(f, at, 3) };
    const int kind = (int)rnd_below(5);
    int out = at;
    if (kind == 0) {
        out = gf_image(f, dim[1], dim[2], dim[3], 1.0F / 256, -128);
        gf_field(gf_add(&f->part[0], GRAPH_SOFTMAX, 1, &at, out), 0, 4, tf_float(1));
    } else if (kind == 1) {
        out = gf_new(f, &f->part[0], GRAPH_UINT8, 4, dim);
        gf_scale(f, &f->part[0], out, gf_scale_of(f, at), gf_zero_of(f, at) + 128);
        gf_add(&f->part[0], GRAPH_QUANTIZE, 1, &at, out);
    } else if (kind == 2) {
        out = gf_new(f, &f->part[0], GRAPH_FLOAT32, 4, dim);
        gf_add(&f->part[0], GRAPH_DEQUANTIZE, 1, &at, out);
    }
    return out;
}

static inline void gf_random(gf_file *f)
{
    int (*const step[])(gf_file *, int) = { gf_random_conv, gf_random_conv, gf_random_conv, gf_random_dense,
                                            gf_random_pool, gf_random_reduce, gf_random_pair, gf_random_pad,
                                            gf_random_split, gf_random_slice, gf_random_number, gf_random_reshape,
                                            gf_random_state, gf_random_transpose, gf_random_places,
                                            gf_random_pack, gf_random_transposed, gf_random_apart };
    int steps = 1 + (int)rnd_below(6), at, n;
    gf_begin(f);
    at = gf_image(f, 1 + (int)rnd_below(9), 1 + (int)rnd_below(9), 1 + (int)rnd_below(6), gf_random_scale(),
                  gf_any_zero());
    f->part[0].input = at;
    while (f->part[0].n_ops == 0 || steps-- > 0) {
        at = step[rnd_below(sizeof step / sizeof step[0])](f, at);
        n = gf_dim(f, at, 1) * gf_dim(f, at, 2) * gf_dim(f, at, 3);
        if (n > 900 || f->part[0].n_ops > GF_OPS - 30) { break; }
    }
    f->part[0].output = gf_random_end(f, at);
    gf_sort(&f->part[0]);
    gf_write(f);
}
#endif
