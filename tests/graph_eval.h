/* graph_eval.h - what a graph answers, slowly and straight from the operators' definitions: the int8 reference kernels
 * of TensorFlow Lite Micro with double rounding (gemmlowp's SaturatingRoundingDoublingHighMul and RoundingDivideByPOT).
 * Values are the tensors' own numbers, one int32_t each. Knows nothing of model files. */
#ifndef SUCREF_TESTS_GRAPH_EVAL_H
#define SUCREF_TESTS_GRAPH_EVAL_H
#include "../examples/tool/gemmlowp.h"
#include "../examples/tool/graph.h"

typedef struct {
    const graph *g;
    int32_t **v, **state; /* of each tensor, NULL where nothing has given it; of each state */
} graph_eval;

/* ---- arithmetic ---- */

static int32_t eval_sat(int64_t x) { return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x; }
static int32_t eval_high(int32_t a, int32_t b) /* a * b / 2^31 to the nearest */
{
    const int64_t ab = (int64_t)a * b, nudge = ab >= 0 ? 1 << 30 : 1 - (1 << 30);
    return a == b && a == INT32_MIN ? INT32_MAX : (int32_t)((ab + nudge) / ((int64_t)1 << 31));
}
static int32_t eval_divide(int32_t x, int e) /* x / 2^e to the nearest, halves away from 0 */
{
    const int64_t mask = ((int64_t)1 << e) - 1, rest = x & mask, half = (mask >> 1) + (x < 0);
    return (int32_t)((x - rest) / (mask + 1) + (rest > half));
}
static int32_t eval_scaled(int64_t x, int32_t m, int e)
{
    return eval_divide(eval_high(eval_sat(e > 0 ? x * ((int64_t)1 << e) : x), m), e > 0 ? 0 : -e);
}
static void eval_multiplier(int32_t *m, int *e, double real)
{
    int64_t q;
    if (!(real < 1e9)) { *m = INT32_MAX; *e = 30; return; }
    q = (int64_t)floor(frexp(real, e) * 2147483648.0 + 0.5);
    if (q == (int64_t)1 << 31) { q /= 2; ++*e; }
    if (*e < -31) { *e = 0; q = 0; }
    if (*e > 30) { *e = 30; q = INT32_MAX; }
    *m = (int32_t)q;
}
static int32_t eval_clamp(int64_t x, int lo, int hi) { return (int32_t)(x < lo ? lo : x > hi ? hi : x); }

/* ---- operators with weights ---- */

static double eval_product(const graph_op *o, const graph_tensor *x, const graph_tensor *w, uint32_t row)
{
    const float product = graph_scale(x, 0) * graph_scale(w, row);
    volatile float rounded = product; /* dense layers of one scale multiply in float */
    return o->code == GRAPH_DENSE && w->n_scales == 1 ? (double)rounded
                                                      : (double)graph_scale(x, 0) * (double)graph_scale(w, row);
}

static int32_t eval_weighted(const graph *g, const graph_op *o, int64_t acc, uint32_t row)
{
    const graph_tensor *x = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]], *y = &g->tensor[o->out];
    int32_t m;
    int e, lo, hi;
    if (o->in[2] >= 0) { acc += graph_int32(&g->tensor[o->in[2]], row); }
    eval_multiplier(&m, &e, eval_product(o, x, w, row) / (double)graph_scale(y, 0));
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    return eval_clamp((int64_t)eval_scaled(acc, m, e) + y->zero, lo, hi);
}

/* one output of a convolution: the channels that it reads begin at c0, n of them */
static int64_t eval_window(const graph *g, const graph_op *o, const int32_t *in, int y, int x, int out, int c0, int n)
{
    const graph_tensor *tx = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]];
    int32_t d[4];
    int64_t acc = 0;
    int ky, kx, c;
    graph_shape(d, tx);
    for (ky = 0; ky < o->kernel[0]; ky++) {
        for (kx = 0; kx < o->kernel[1]; kx++) {
            const int iy = y * o->stride[0] - o->pad[0] + ky * o->dilation[0],
                      ix = x * o->stride[1] - o->pad[1] + kx * o->dilation[1];
            if (iy < 0 || iy >= d[1] || ix < 0 || ix >= d[2]) { continue; }
            for (c = 0; c < n; c++) {
                const int at = o->code == GRAPH_CONV ? ((out * o->kernel[0] + ky) * o->kernel[1] + kx) * n + c
                                                     : (ky * o->kernel[1] + kx) * w->dim[3] + out;
                acc += (int64_t)(in[(iy * d[2] + ix) * d[3] + c0 + c] - tx->zero) * (int8_t)w->data[at];
            }
        }
    }
    return acc;
}

static void eval_conv(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t dx[4], dy[4];
    int y, x, c;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int deep = o->code == GRAPH_DEPTHWISE;
                const int64_t acc = eval_window(g, o, in, y, x, c, deep ? c / (dy[3] / dx[3]) : 0, deep ? 1 : dx[3]);
                *out++ = eval_weighted(g, o, acc, (uint32_t)c);
            }
        }
    }
}

static void eval_dense(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *x = &g->tensor[o->in[0]], *w = &g->tensor[o->in[1]];
    const uint32_t n_out = (uint32_t)w->dim[0], n_in = (uint32_t)w->dim[1];
    uint32_t at, r, c;
    for (at = 0; at < x->elements; at += n_in) {
        for (r = 0; r < n_out; r++) {
            int64_t acc = 0;
            for (c = 0; c < n_in; c++) { acc += (int64_t)(in[at + c] - x->zero) * (int8_t)w->data[r * n_in + c]; }
            *out++ = eval_weighted(g, o, acc, r);
        }
    }
}

/* ---- pooling ---- */

static void eval_pool(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *ty = &g->tensor[o->out];
    int32_t dx[4], dy[4];
    int y, x, c, ky, kx, lo, hi;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, ty);
    graph_clamp(&lo, &hi, o->act, graph_scale(ty, 0), ty->zero);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                int32_t sum = 0, n = 0, most = -128;
                for (ky = 0; ky < o->kernel[0]; ky++) {
                    for (kx = 0; kx < o->kernel[1]; kx++) {
                        const int iy = y * o->stride[0] - o->pad[0] + ky, ix = x * o->stride[1] - o->pad[1] + kx;
                        const int inside = iy >= 0 && iy < dx[1] && ix >= 0 && ix < dx[2];
                        const int32_t v = inside ? in[(iy * dx[2] + ix) * dx[3] + c] : -128;
                        most = v > most ? v : most;
                        sum += inside ? v : 0;
                        n += inside;
                    }
                }
                if (n > 0) { sum = sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n; }
                *out++ = eval_clamp(o->code == GRAPH_MAX_POOL ? most : sum, lo, hi);
            }
        }
    }
}

/* output number k of all in[j] whose places agree where nothing is reduced. Of means the multiplier takes the division
 * by the count in */
static int32_t eval_reduced(const graph_op *o, const graph_tensor *tx, const graph_tensor *ty, const int32_t *in,
                            const int32_t *d, uint32_t k)
{
    int64_t count = 0, sum = 0;
    int32_t most = -128, least = 127, m;
    uint32_t j;
    int e, shift = 0;
    for (j = 0; j < tx->elements; j++) {
        const uint32_t c = j % (uint32_t)d[3], x = j / (uint32_t)d[3] % (uint32_t)d[2],
                       y = j / (uint32_t)d[3] / (uint32_t)d[2];
        const uint32_t to = ((o->over[0] ? 0 : y) * (o->over[1] ? 1 : (uint32_t)d[2]) + (o->over[1] ? 0 : x)) *
                                (o->over[2] ? 1 : (uint32_t)d[3]) + (o->over[2] ? 0 : c);
        if (to != k) { continue; }
        count++;
        sum += in[j] - tx->zero;
        most = in[j] > most ? in[j] : most;
        least = in[j] < least ? in[j] : least;
    }
    if (o->code == GRAPH_REDUCE_MAX) { return most; }
    if (o->code == GRAPH_REDUCE_MIN) { return least; }
    eval_multiplier(&m, &e, (double)graph_scale(tx, 0) / (double)graph_scale(ty, 0));
    while (o->code == GRAPH_MEAN && count >> (shift + 1) != 0) { shift++; }
    if (shift > 32) { shift = 32; }
    if (shift > 31 + e) { shift = 31 + e; }
    if (o->code == GRAPH_MEAN) { m = (int32_t)(((int64_t)m << shift) / count); }
    return eval_clamp((int64_t)eval_scaled(sum, m, e - shift) + ty->zero, -128, 127);
}

static void eval_reduce(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t d[4];
    uint32_t k;
    graph_shape(d, &g->tensor[o->in[0]]);
    for (k = 0; k < g->tensor[o->out].elements; k++) {
        out[k] = eval_reduced(o, &g->tensor[o->in[0]], &g->tensor[o->out], in, d, k);
    }
}

/* ---- two inputs ---- */

/* sums and differences: both inputs in units of 2^-20 of twice the larger scale. Ratios are doubles, SUB's floats */
static int32_t eval_sum(const graph_op *o, const float *s, int32_t a, int32_t b)
{
    const int minus = o->code == GRAPH_SUB;
    const double twice = 2 * (double)(s[0] > s[1] ? s[0] : s[1]);
    volatile float ra = s[0] / (float)twice, rb = s[1] / (float)twice, wide = 1048576.0F * s[2],
                   ry = (float)twice / wide;
    int32_t ma, mb, my;
    int ea, eb, ey;
    eval_multiplier(&ma, &ea, minus ? (double)ra : (double)s[0] / twice);
    eval_multiplier(&mb, &eb, minus ? (double)rb : (double)s[1] / twice);
    eval_multiplier(&my, &ey, minus ? (double)ry : twice / (1048576.0 * (double)s[2]));
    a = eval_scaled((int64_t)a * 1048576, ma, ea);
    b = eval_scaled((int64_t)b * 1048576, mb, eb);
    return eval_scaled(minus ? (int64_t)a - b : (int64_t)a + b, my, ey);
}

static int32_t eval_squared(const float *s, int32_t a, int32_t b)
{
    const double twice = 2 * (double)(s[0] > s[1] ? s[0] : s[1]);
    volatile float wide = 16384.0F * s[2];
    int32_t ma, mb, my, d;
    int ea, eb, ey;
    eval_multiplier(&ma, &ea, (double)s[0] / twice);
    eval_multiplier(&mb, &eb, (double)s[1] / twice);
    eval_multiplier(&my, &ey, twice * twice / (double)wide);
    d = eval_scaled((int64_t)a * 128, ma, ea) - eval_scaled((int64_t)b * 128, mb, eb);
    return eval_scaled((int64_t)d * d, my, ey);
}

/* a by 1 / b, which is a number of 31 bits times a power of two; a is shifted left as far as it goes */
static int32_t eval_divided(const float *s, int32_t a, int32_t b)
{
    volatile float product = s[1] * s[2], ratio = s[0] / product;
    int64_t wide = b < 0 ? -(int64_t)a : a, d = b < 0 ? -(int64_t)b : b;
    int32_t m, inverse;
    int e, up = 0, units = 0;
    if (b == 0) { return 0; }
    eval_multiplier(&m, &e, (double)ratio);
    while (d < (int64_t)1 << 31) { d *= 2; units++; }
    inverse = eval_sat((int64_t)gemmlowp_twice_inverse((int32_t)(d - ((int64_t)1 << 31))) * 2);
    while (wide != 0 && 2 * wide <= INT32_MAX && 2 * wide >= INT32_MIN) { wide *= 2; up++; }
    e -= 31 - units + up;
    return wide == 0 || e < -31 ? 0 : eval_divide(eval_high(eval_high((int32_t)wide, inverse), m), -e);
}

/* of two numbers that count from their zero points (of MAXIMUM and MINIMUM as they are); s: scales of both, output */
static int32_t eval_of_two(const graph_op *o, const float *s, int32_t a, int32_t b)
{
    int32_t m;
    int e;
    switch (o->code) {
    case GRAPH_ADD: case GRAPH_SUB: return eval_sum(o, s, a, b);
    case GRAPH_DIV: return eval_divided(s, a, b);
    case GRAPH_SQUARED_DIFFERENCE: return eval_squared(s, a, b);
    case GRAPH_MAXIMUM: return a > b ? a : b;
    case GRAPH_MINIMUM: return a < b ? a : b;
    case GRAPH_PRELU:
        if (a >= 0) {
            eval_multiplier(&m, &e, (double)s[0] / (double)s[2]);
            return eval_scaled(a, m, e);
        }
        break;
    default: break;
    }
    eval_multiplier(&m, &e, (double)s[0] * (double)s[1] / (double)s[2]);
    return eval_scaled((int64_t)a * b, m, e);
}

static int32_t eval_spread(const int32_t *v, const int32_t *d, int y, int x, int c) /* sides of 1 are repeated */
{
    return v[((d[1] == 1 ? 0 : y) * d[2] + (d[2] == 1 ? 0 : x)) * d[3] + (d[3] == 1 ? 0 : c)];
}

static void eval_pair(const graph *g, const graph_op *o, int32_t *out, const int32_t *a, const int32_t *b)
{
    const graph_tensor *ta = &g->tensor[o->in[0]], *tb = &g->tensor[o->in[1]], *ty = &g->tensor[o->out];
    const float s[3] = { graph_scale(ta, 0), graph_scale(tb, 0), graph_scale(ty, 0) };
    const int counts = o->code != GRAPH_MAXIMUM && o->code != GRAPH_MINIMUM; /* from zero points */
    int32_t da[4], db[4], dy[4];
    int y, x, c, lo, hi;
    graph_shape(da, ta);
    graph_shape(db, tb);
    graph_shape(dy, ty);
    graph_clamp(&lo, &hi, o->act, graph_scale(ty, 0), ty->zero);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int32_t u = eval_spread(a, da, y, x, c), v = eval_spread(b, db, y, x, c);
                const int32_t r = counts ? eval_of_two(o, s, u - ta->zero, v - tb->zero) : eval_of_two(o, s, u, v);
                *out++ = eval_clamp((int64_t)r + (counts ? ty->zero : 0), lo, hi);
            }
        }
    }
}

/* ---- moving ---- */

static void eval_pad(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t dx[4], dy[4];
    int y, x, c;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (y = 0; y < dy[1]; y++) {
        for (x = 0; x < dy[2]; x++) {
            for (c = 0; c < dy[3]; c++) {
                const int iy = y - o->begin[1], ix = x - o->begin[2], ic = c - o->begin[3];
                const int inside = iy >= 0 && iy < dx[1] && ix >= 0 && ix < dx[2] && ic >= 0 && ic < dx[3];
                *out++ = inside ? in[(iy * dx[2] + ix) * dx[3] + ic] : o->fill;
            }
        }
    }
}

static void eval_slice(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t d[4];
    int y, x, c;
    graph_shape(d, &g->tensor[o->in[0]]);
    for (y = 0; y < o->size[1]; y++) {
        for (x = 0; x < o->size[2]; x++) {
            for (c = 0; c < o->size[3]; c++) {
                const int iy = o->begin[1] + y * o->step[1], ix = o->begin[2] + x * o->step[2],
                          ic = o->begin[3] + c * o->step[3];
                *out++ = in[(iy * d[2] + ix) * d[3] + ic];
            }
        }
    }
}

static void eval_concatenation(const graph_eval *e, const graph_op *o, int32_t *out)
{
    const graph *g = e->g;
    int32_t dx[4], dy[4], at[4] = { 0, 0, 0, 0 };
    int i, y, x, c;
    graph_shape(dy, &g->tensor[o->out]);
    for (i = 0; i < o->n_in; i++) {
        const int32_t *in = e->v[o->in[i]];
        graph_shape(dx, &g->tensor[o->in[i]]);
        for (y = 0; y < dx[1]; y++) {
            for (x = 0; x < dx[2]; x++) {
                for (c = 0; c < dx[3]; c++) {
                    out[((y + at[1]) * dy[2] + x + at[2]) * dy[3] + c + at[3]] = *in++;
                }
            }
        }
        at[o->axis] += dx[o->axis];
    }
}

/* output (i, j, k) is the input at the places that these are the places of */
static void eval_transpose(const graph_op *o, int32_t *out, const int32_t *in)
{
    const int32_t *s = o->size, *order = o->step;
    int32_t at[3];
    for (at[0] = 0; at[0] < s[0]; at[0]++) {
        for (at[1] = 0; at[1] < s[1]; at[1]++) {
            for (at[2] = 0; at[2] < s[2]; at[2]++) {
                out[(at[order[0]] * s[order[1]] + at[order[1]]) * s[order[2]] + at[order[2]]] = *in++;
            }
        }
    }
}

/* channel (i * block + j) * n + c of (y, x), and (y * block + i, x * block + j, c) */
static void eval_blocks(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const int deep = o->code == GRAPH_DEPTH_TO_SPACE;
    int32_t d[4], y, x, i, j, c, n;
    graph_shape(d, &g->tensor[deep ? o->in[0] : o->out]);
    n = d[3] / o->step[1] / o->step[2];
    for (y = 0; y < d[1]; y++) {
        for (x = 0; x < d[2]; x++) {
            for (i = 0; i < o->step[1]; i++) {
                for (j = 0; j < o->step[2]; j++) {
                    for (c = 0; c < n; c++) {
                        const int32_t one = (y * d[2] + x) * d[3] + (i * o->step[2] + j) * n + c,
                                      many = ((y * o->step[1] + i) * d[2] * o->step[2] + x * o->step[2] + j) * n + c;
                        out[deep ? many : one] = in[deep ? one : many];
                    }
                }
            }
        }
    }
}

/* 0 1 2: with the edge 1 0 | 0 1 2 | 2 1, without 2 1 | 0 1 2 | 1 0 */
static int32_t eval_mirrored(int32_t at, int32_t n, int edge)
{
    while (at < 0 || at >= n) { at = at < 0 ? (edge ? -1 - at : -at) : (edge ? 2 * n - 1 - at : 2 * n - 2 - at); }
    return at;
}

/* RESIZE_NEAREST_NEIGHBOR: a place's share of the side; MIRROR_PAD */
static void eval_repeat(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    int32_t dx[4], dy[4], at[4], from[4], k;
    graph_shape(dx, &g->tensor[o->in[0]]);
    graph_shape(dy, &g->tensor[o->out]);
    for (at[1] = 0; at[1] < dy[1]; at[1]++) {
        for (at[2] = 0; at[2] < dy[2]; at[2]++) {
            for (at[3] = 0; at[3] < dy[3]; at[3]++) {
                for (k = 1; k < 4; k++) {
                    from[k] = o->code == GRAPH_MIRROR_PAD ? eval_mirrored(at[k] - o->begin[k], dx[k], o->repeats)
                                                          : at[k] * dx[k] / dy[k];
                }
                *out++ = in[(from[1] * dx[2] + from[2]) * dx[3] + from[3]];
            }
        }
    }
}

static void eval_pack(const graph_eval *e, const graph_op *o, int32_t *out)
{
    int32_t k, i, j;
    for (k = 0; k < o->size[0]; k++) {
        for (i = 0; i < o->n_in; i++) {
            for (j = 0; j < o->size[1]; j++) { *out++ = e->v[o->in[i]][k * o->size[1] + j]; }
        }
    }
}

/* ---- functions of one number ---- */

static int32_t eval_curve(const graph_op *o, const graph_tensor *tx, int32_t v)
{
    const int logistic = o->code == GRAPH_LOGISTIC;
    int32_t m, r;
    int e, shift;
    double radius;
    eval_multiplier(&m, &e, (double)graph_scale(tx, 0) * 134217728.0); /* Q4.27 */
    frexp((double)graph_scale(tx, 0) * 134217728.0, &shift);
    radius = floor(15.0 * 134217728.0 / ldexp(1, shift)); /* 0 where one step is 8 or more */
    if (v - tx->zero <= -radius) { return -128; }
    if (v - tx->zero >= radius) { return 127; }
    r = eval_scaled(v - tx->zero, m, e);
    r = logistic ? eval_divide(gemmlowp_logistic(r), 23) - 128 : eval_divide(gemmlowp_tanh(r), 24);
    return eval_clamp(r, -128, 127);
}

/* 16 bits: a * b / 2^15 to the nearest, halves up; then towards 0 */
static int32_t eval_nearest16(int64_t a, int64_t b) { return (int32_t)floor((double)(a * b) / 32768 + 0.5); }
static int32_t eval_cut16(int64_t a, int64_t b) { return (int32_t)(a * b / 32768); }

static void eval_multiplier16(int32_t *m, int *e, double real)
{
    eval_multiplier(m, e, real);
    *m = eval_clamp(((int64_t)*m + 32768) / 65536, 0, 32767);
}

/* HARD_SWISH: x in units of 1/128 of its own is scaled twice, to the output and so that 3 is 2^15, where it saturates;
 * the second one, moved to 0..1, multiplies the first */
static int32_t eval_swish(float sx, float sy, int32_t x)
{
    volatile float fine = sx / 128.0F, unit = 3.0F / 32768.0F, to_y = fine / sy, to_unit = fine / unit;
    int32_t my, mu, share;
    int64_t v = x * 128;
    int ey, eu;
    eval_multiplier16(&my, &ey, (double)to_y);
    eval_multiplier16(&mu, &eu, (double)to_unit);
    if (eu > 0) { v = eval_clamp(v * ((int64_t)1 << (eu - 1)), -32768, 32767); }
    share = eval_nearest16(v, mu);
    if (eu > 0) { share = eval_clamp((int64_t)share * 2, -32768, 32767); }
    if (eu < 0) { share = eval_divide(share, -eu); }
    share = (int32_t)floor((share + 32768) / 2.0);
    return eval_divide(eval_cut16(share, eval_nearest16(x * 128, my)), ey < 0 ? -ey : 0);
}

/* RSQRT: 1 / sqrt(x) by Newton's steps with 28 bits behind the point, times 2^20, times 1 / (sqrt(sx) sy) */
static int32_t eval_root(float sx, float sy, int32_t x)
{
    int32_t m, y = 1 << 28, half, first;
    int64_t wide = x;
    int e, k, twos = 0;
    if (x <= 0) { return 255; }
    while (x > 1 && wide < (int64_t)1 << 27) { wide *= 4; twos++; }
    half = (int32_t)((wide / 2 + 1) / 2);
    for (k = 0; k < 5; k++) {
        const int32_t cube = eval_sat((int64_t)eval_high(eval_high(y, y), y) * 64);
        y = eval_sat(((int64_t)eval_high(402653184, y) - eval_high(half, cube)) * 8);
    }
    y = x == 1 ? INT32_MAX : eval_high(y, 1518500250);
    first = eval_scaled(1, y, 20 + (x == 1 ? 0 : twos - 11));
    eval_multiplier(&m, &e, 1 / (sqrt((double)sx) * (double)sy));
    return e > 50 ? 255 : e < -11 ? 0 : eval_scaled(first, m, e - 20);
}

/* what the reference's tables are filled with, in float */
static float eval_real(const graph_op *o, float v)
{
    volatile float r, s;
    switch (o->code) {
    case GRAPH_ELU: r = expf(v); return v < 0.0F ? r - 1.0F : v;
    case GRAPH_EXP: return expf(v);
    case GRAPH_LOG: return v > 0.0F ? logf(v) : -1e30F;
    case GRAPH_SQRT: return v > 0.0F ? sqrtf(v) : 0.0F;
    case GRAPH_SIN: return sinf(v);
    case GRAPH_COS: return cosf(v);
    case GRAPH_SQUARE: return v * v;
    default: break;
    }
    if (o->number == 0.0F) {
        s = v * -0.70710678118654752F;
        s = erfcf(s);
    } else {
        s = 0.044715F * v; s = s * v; s = s * v; s = v + s;
        s = 0.7978845608028654F * s; s = tanhf(s); s = 1.0F + s;
    }
    r = 0.5F * v;
    return r * s;
}

static int32_t eval_filled(const graph_op *o, float sx, float sy, int32_t x)
{
    volatile float in = sx * (float)x, inverse = 1.0F / sy, real = eval_real(o, in), steps = real * inverse;
    return steps > 1e6F ? 1000000 : steps < -1e6F ? -1000000 : (int32_t)roundf(steps);
}

/* from here on numbers count from their zero points */
static int32_t eval_plain(const graph_op *o, float sx, float sy, int32_t x)
{
    volatile float slope = o->code == GRAPH_LEAKY_RELU && x < 0 ? sx * o->number : sx, ratio = slope / sy;
    const int exact = o->code == GRAPH_QUANTIZE || o->code == GRAPH_ABS || o->code == GRAPH_NEG;
    int32_t m;
    int e;
    eval_multiplier(&m, &e, exact ? (double)sx / (double)sy : (double)ratio);
    return eval_scaled(o->code == GRAPH_NEG || (o->code == GRAPH_ABS && x < 0) ? -x : x, m, e);
}

static int32_t eval_number(const graph_op *o, const graph_tensor *tx, const graph_tensor *ty, int32_t v)
{
    const float sx = graph_scale(tx, 0), sy = graph_scale(ty, 0);
    int low = ty->type == GRAPH_UINT8 ? 0 : -128, high = low + 255;
    int32_t r;
    switch (o->code) {
    case GRAPH_LOGISTIC: case GRAPH_TANH: return eval_curve(o, tx, v);
    case GRAPH_HARD_SWISH: r = eval_swish(sx, sy, v - tx->zero); break;
    case GRAPH_RSQRT: r = eval_root(sx, sy, v - tx->zero); break;
    case GRAPH_ELU: case GRAPH_GELU: case GRAPH_EXP: case GRAPH_LOG: case GRAPH_SQRT: case GRAPH_SIN: case GRAPH_COS:
    case GRAPH_SQUARE:
        r = eval_filled(o, sx, sy, v - tx->zero);
        break;
    case GRAPH_RELU: case GRAPH_RELU6: case GRAPH_RELU_N1_TO_1: case GRAPH_RELU_0_TO_1:
        graph_clamp(&low, &high, o->code == GRAPH_RELU    ? GRAPH_ACT_RELU
                                 : o->code == GRAPH_RELU6 ? GRAPH_ACT_RELU6
                                                          : GRAPH_ACT_RELU_N1_TO_1, sy, ty->zero);
        if (o->code == GRAPH_RELU_0_TO_1) { low = ty->zero; }
        r = eval_plain(o, sx, sy, v - tx->zero);
        break;
    default: r = eval_plain(o, sx, sy, v - tx->zero);
    }
    return eval_clamp((int64_t)r + ty->zero, low, high);
}

/* over the channels of each place */
static void eval_softmax(const graph *g, const graph_op *o, int32_t *out, const int32_t *in)
{
    const graph_tensor *tx = &g->tensor[o->in[0]];
    const double beta = (double)o->number * (double)graph_scale(tx, 0) * 67108864.0;
    int32_t d[4], m, least;
    int e;
    uint32_t at;
    graph_shape(d, tx);
    eval_multiplier(&m, &e, beta < 2147483647.0 ? beta : 2147483647.0);
    least = -(int32_t)floor(31.0 * 67108864.0 / ldexp(1, e));
    for (at = 0; at < tx->elements; at += (uint32_t)d[3]) {
        int32_t most = -128, inverse;
        int64_t sum = 0;
        int c, over = 12;
        for (c = 0; c < d[3]; c++) { most = in[at + (uint32_t)c] > most ? in[at + (uint32_t)c] : most; }
        for (c = 0; c < d[3]; c++) {
            const int32_t diff = in[at + (uint32_t)c] - most;
            if (diff >= least) { sum += eval_divide(gemmlowp_exp(eval_scaled(diff, m, e), 5), 12); }
        }
        while (sum < (int64_t)1 << 31) { sum *= 2; over--; }
        inverse = eval_sat((int64_t)gemmlowp_twice_inverse((int32_t)(sum - ((int64_t)1 << 31))) * 2);
        for (c = 0; c < d[3]; c++) {
            const int32_t diff = in[at + (uint32_t)c] - most;
            const int32_t share = diff >= least ? eval_high(inverse, gemmlowp_exp(eval_scaled(diff, m, e), 5)) : 0;
            out[at + (uint32_t)c] = eval_clamp((int64_t)eval_divide(share, over + 31 - 8) - 128, -128, 127);
        }
    }
}

/* ---- a graph ---- */

static int32_t *eval_new(graph_eval *e, int tensor)
{
    if (e->v[tensor] == NULL) { e->v[tensor] = (int32_t *)calloc(e->g->tensor[tensor].elements, 4); }
    if (e->v[tensor] == NULL) { printf("out of memory\n"); exit(1); }
    return e->v[tensor];
}

static void eval_init(graph_eval *e, const graph *g)
{
    uint32_t k, i;
    e->g = g;
    e->v = (int32_t **)calloc(g->n_tensors, sizeof *e->v);
    e->state = (int32_t **)calloc(g->n_states + 1, sizeof *e->state);
    for (k = 0; k < g->n_tensors; k++) {
        const graph_tensor *x = &g->tensor[k];
        if (x->type != GRAPH_INT8 || x->data == NULL || x->why != NULL || x->data_len != x->elements) { continue; }
        for (i = 0; i < x->elements; i++) { eval_new(e, (int)k)[i] = (int8_t)x->data[i]; }
    }
    for (k = 0; k < g->n_states; k++) {
        const graph_state *s = &g->state[k];
        e->state[k] = (int32_t *)calloc(s->elements + 1, 4);
        for (i = 0; s->initial != NULL && i < s->elements; i++) { e->state[k][i] = (int8_t)s->initial[i]; }
    }
}

static void eval_free(graph_eval *e)
{
    uint32_t k;
    for (k = 0; k < e->g->n_tensors; k++) { free(e->v[k]); }
    for (k = 0; k < e->g->n_states; k++) { free(e->state[k]); }
    free(e->v); free(e->state);
}

static void eval_op(graph_eval *e, const graph_op *o)
{
    const graph *g = e->g;
    const graph_tensor *tx = &g->tensor[o->in[0]];
    const int32_t *in = e->v[o->in[0]];
    int32_t *out = o->out >= 0 ? eval_new(e, o->out) : NULL;
    uint32_t k;
    switch (o->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: eval_conv(g, o, out, in); break;
    case GRAPH_DENSE: eval_dense(g, o, out, in); break;
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: eval_pool(g, o, out, in); break;
    case GRAPH_MEAN: case GRAPH_SUM: case GRAPH_REDUCE_MAX: case GRAPH_REDUCE_MIN: eval_reduce(g, o, out, in); break;
    case GRAPH_TRANSPOSE: eval_transpose(o, out, in); break;
    case GRAPH_DEPTH_TO_SPACE: case GRAPH_SPACE_TO_DEPTH: eval_blocks(g, o, out, in); break;
    case GRAPH_RESIZE_NEAREST: case GRAPH_MIRROR_PAD: eval_repeat(g, o, out, in); break;
    case GRAPH_PACK: eval_pack(e, o, out); break;
    case GRAPH_ADD: case GRAPH_MUL: case GRAPH_SUB: case GRAPH_DIV: case GRAPH_PRELU: case GRAPH_MAXIMUM:
    case GRAPH_MINIMUM: case GRAPH_SQUARED_DIFFERENCE:
        eval_pair(g, o, out, in, e->v[o->in[1]]);
        break;
    case GRAPH_PAD: eval_pad(g, o, out, in); break;
    case GRAPH_SLICE: eval_slice(g, o, out, in); break;
    case GRAPH_CONCATENATION: eval_concatenation(e, o, out); break;
    case GRAPH_RESHAPE: memcpy(out, in, 4 * (size_t)tx->elements); break;
    case GRAPH_SOFTMAX: eval_softmax(g, o, out, in); break;
    case GRAPH_READ: memcpy(out, e->state[o->state], 4 * (size_t)g->tensor[o->out].elements); break;
    case GRAPH_ASSIGN: memcpy(e->state[o->state], in, 4 * (size_t)tx->elements); break;
    default: for (k = 0; k < tx->elements; k++) { out[k] = eval_number(o, tx, &g->tensor[o->out], in[k]); }
    }
}

/* one input, of uint8 less 128; returns the output's numbers, valid until the next */
static const int32_t *eval_run(graph_eval *e, const int8_t *x)
{
    const graph *g = e->g;
    int32_t *in = eval_new(e, g->input);
    uint32_t k;
    for (k = 0; k < g->tensor[g->input].elements; k++) {
        in[k] = g->tensor[g->input].type == GRAPH_UINT8 ? x[k] + 128 : x[k];
    }
    for (k = 0; k < g->n_ops; k++) { eval_op(e, &g->op[k]); }
    return e->v[g->output];
}
#endif
