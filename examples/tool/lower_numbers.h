/* lower_numbers.h - bytes of one byte, and of two, as the reference kernels of TensorFlow Lite Micro compute them: with
 * multipliers of 31 bits (gemmlowp's double rounding), with 16 bits (HARD_SWISH), or by a table that is filled in float
 * (ELU, GELU and the functions behind it). Of SQUARE, SQRT, SIN, COS, EXP, LOG and NEG Micro has no int8 kernel: they
 * are filled in as ELU is, NEG is scaled as ABS. Numbers are the tensors' own. */
#ifndef SUCREF_TOOL_LOWER_NUMBERS_H
#define SUCREF_TOOL_LOWER_NUMBERS_H
#include "gemmlowp.h"
#include "graph.h"

/* one multiplier as a layer holds it; 0 where there is none */
static inline int lower_multiplier(int32_t *multiplier, int8_t *exponent, double real)
{
    int e;
    prepare_multiplier(multiplier, &e, real);
    if (e > 30 || !isfinite(real)) { return 0; }
    *exponent = (int8_t)e;
    return 1;
}

/* ---- of one byte ---- */

/* LOGISTIC and TANH: in units of 2^-27 the input saturates at 15 */
static inline int lower_curve(const graph_op *o, float scale, int in)
{
    int e;
    const double q = frexp((double)scale * 134217728.0, &e);
    const int bits = o->code == GRAPH_LOGISTIC ? 8 : 7;
    const double radius = floor(15.0 * 134217728.0 / ldexp(1, e)); /* CalculateInputRadius(4, e, 31) */
    int32_t m = (int32_t)prepare_sat((int64_t)floor(q * 2147483648.0 + 0.5)), r;
    if (e < -31) { m = 0; e = 0; }
    if (in <= -radius) { return -128; }
    if (in >= radius) { return 127; }
    r = prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE);
    r = o->code == GRAPH_LOGISTIC ? prepare_round_shift(gemmlowp_logistic(r), (unsigned)(31 - bits)) - 128
                                  : prepare_round_shift(gemmlowp_tanh(r), (unsigned)(31 - bits));
    return r < -128 ? -128 : r > 127 ? 127 : r;
}

/* a * b / 2^15 to the nearest (halves as gemmlowp has them), or towards 0 */
static inline int32_t lower_mul15(int32_t a, int32_t b, int nearest)
{
    const int32_t ab = a * b, nudge = !nearest ? 0 : ab >= 0 ? 1 << 14 : 1 - (1 << 14);
    return a == -32768 && b == -32768 ? 32767 : (ab + nudge) / 32768;
}
static inline int32_t lower_sat16(int64_t v) { return (int32_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v); }

/* a multiplier of 15 bits; 0 where there is none */
static inline int lower_multiplier15(int32_t *m, int *e, double real)
{
    prepare_multiplier(m, e, real);
    *m = *m >= INT32_MAX - 32768 ? 32767 : (*m + 32768) >> 16;
    return *e <= 30;
}

/* of HARD_SWISH: of 128 in to the output's scale, and to the one in which 3 is 2^15; 0 where 16 bits do not do */
static inline int lower_swish_multipliers(int32_t *m, int *e, float sx, float sy)
{
    const float fine = graph_float(sx / 128);
    return lower_multiplier15(&m[0], &e[0], (double)graph_ratio(fine, sy)) && e[0] <= 0 && e[0] >= -15 &&
           lower_multiplier15(&m[1], &e[1], (double)graph_ratio(fine, graph_float(3.0F / 32768)));
}

/* x * (relu6(x + 3) / 6) in 16 bits: the second factor saturates just below 1 */
static inline int lower_swish(float sx, float sy, int in, int zero)
{
    int32_t m[2], share = in * 128;
    int e[2];
    if (!lower_swish_multipliers(m, e, sx, sy)) { return zero; }
    if (e[1] > 0) { share = lower_sat16((int64_t)share * ((int64_t)1 << (e[1] - 1))); }
    share = lower_mul15(share, m[1], 1);
    if (e[1] > 0) { share = lower_sat16((int64_t)share * 2); }
    if (e[1] < 0) { share = prepare_round_shift(share, e[1] < -31 ? 31U : (unsigned)-e[1]); }
    share = (share + 32768) / 2;
    share = lower_mul15(share, lower_mul15(in * 128, m[0], 1), 0);
    return (int)prepare_round_shift(share, (unsigned)-e[0]) + zero;
}

/* 1 / sqrt(value), value 1 to 255, as multiplier and exponent: five Newton steps in Q3 from 1 */
static inline void lower_inverse_root(int32_t *multiplier, int *exponent, int32_t value)
{
    int32_t half, x = (int32_t)1 << 28;
    int k, pairs = 0;
    if (value == 1) { *multiplier = INT32_MAX; *exponent = 0; return; }
    while (value >> (29 - 2 * pairs) == 0) { pairs++; } /* the input times 4^(pairs - 1) lies in 2^27 .. 2^29 */
    pairs--;
    half = prepare_round_shift((value << 2 * pairs) >> 1, 1);
    for (k = 0; k < 5; k++) {
        const int32_t cube = prepare_sat((int64_t)prepare_mul31(prepare_mul31(x, x), x) * 64);
        x = prepare_sat(((int64_t)prepare_mul31((1 << 28) + (1 << 27), x) - prepare_mul31(half, cube)) * 8);
    }
    *multiplier = prepare_mul31(x, 1518500250); /* sqrt(1/2) */
    *exponent = pairs - 11;
}

static inline int lower_root(double scale_in, double scale_out, int in, int zero)
{
    int32_t m, y;
    int e;
    if (in <= 0) { return 127; } /* the reference stops below 0 */
    lower_inverse_root(&m, &e, in);
    y = prepare_requant(1, m, e + 20, SUCREF_REQUANT_TFLITE);
    prepare_multiplier(&m, &e, 1 / (sqrt(scale_in) * scale_out));
    if (e - 20 > 30) { return 127; }
    return prepare_sat((int64_t)zero + (e - 20 < -31 ? 0 : prepare_requant(y, m, e - 20, SUCREF_REQUANT_TFLITE)));
}

/* in float, as the reference's tables are filled */
static inline float lower_real(const graph_op *o, float v)
{
    switch (o->code) {
    case GRAPH_ELU: return v < 0 ? graph_float(expf(v)) - 1.0F : v;
    case GRAPH_EXP: return expf(v);
    case GRAPH_LOG: return v > 0 ? logf(v) : -INFINITY;
    case GRAPH_SQRT: return v > 0 ? sqrtf(v) : 0;
    case GRAPH_SIN: return sinf(v);
    case GRAPH_COS: return cosf(v);
    case GRAPH_SQUARE: return v * v;
    default: /* GELU; number: by tanh */
        return o->number != 0 ? graph_float(0.5F * v) *
                                    graph_float(1 + graph_float(tanhf(graph_float(
                                        0.797884561F * graph_float(v + graph_float(graph_float(graph_float(
                                            0.044715F * v) * v) * v))))))
                              : graph_float(0.5F * v) * graph_float(erfcf(graph_float(v * -0.707106781F)));
    }
}

static inline int lower_filled(const graph_op *o, float sx, float sy, int in, int zero)
{
    const float real = graph_float(lower_real(o, graph_float(sx * (float)in))),
                steps = roundf(graph_float(real * graph_ratio(1, sy)));
    return steps >= 512 ? 127 : steps > -512 ? (int)steps + zero : -128;
}

/* a multiplier and a clamp */
static inline int lower_scaled_number(const graph_op *o, float sx, float sy, int in, int zero)
{
    double ratio = (double)graph_ratio(o->code == GRAPH_LEAKY_RELU && in < 0 ? graph_float(sx * o->number) : sx, sy);
    int32_t m;
    int e;
    if (o->code == GRAPH_QUANTIZE || o->code == GRAPH_ABS || o->code == GRAPH_NEG) { ratio = (double)sx / (double)sy; }
    prepare_multiplier(&m, &e, fabs(ratio));
    if (e > 30) { m = INT32_MAX; e = 30; }
    if (ratio < 0) { m = -m; } /* a slope may be */
    if (o->code == GRAPH_NEG || (o->code == GRAPH_ABS && in < 0)) { in = -in; }
    return prepare_sat((int64_t)zero + prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE));
}

/* a function of one number */
static inline int lower_number(const graph_op *o, const graph_tensor *x, const graph_tensor *y, int v)
{
    const float sx = graph_scale(x, 0), sy = graph_scale(y, 0);
    const int in = v - x->zero, low = y->type == GRAPH_UINT8 ? 0 : -128;
    int lo = low, hi = low + 255, r;
    switch (o->code) {
    case GRAPH_LOGISTIC: case GRAPH_TANH: return lower_curve(o, sx, in);
    case GRAPH_HARD_SWISH: r = lower_swish(sx, sy, in, y->zero); break;
    case GRAPH_RSQRT: r = lower_root((double)sx, (double)sy, in, y->zero); break;
    case GRAPH_ELU: case GRAPH_EXP: case GRAPH_LOG: case GRAPH_SQRT: case GRAPH_SIN: case GRAPH_COS: case GRAPH_SQUARE:
    case GRAPH_GELU:
        r = lower_filled(o, sx, sy, in, y->zero);
        break;
    case GRAPH_RELU: case GRAPH_RELU6: case GRAPH_RELU_N1_TO_1: case GRAPH_RELU_0_TO_1:
        lo = o->code == GRAPH_RELU_N1_TO_1 ? graph_steps(-1.0F, sy, y->zero, -128, 127) : y->zero;
        if (o->code != GRAPH_RELU) {
            hi = graph_steps(o->code == GRAPH_RELU6 ? 6.0F : 1.0F, sy, y->zero, -128, 127);
        }
        r = lower_scaled_number(o, sx, sy, in, y->zero);
        break;
    default: r = lower_scaled_number(o, sx, sy, in, y->zero);
    }
    return r < lo ? lo : r > hi ? hi : r;
}

/* ---- of two bytes ---- */

/* multipliers of sums (of both inputs, then of the output), products, and what divides */
typedef struct { int32_t multiplier[3]; int8_t exponent[3]; } lower_pair;

static inline int32_t lower_scaled(const lower_pair *p, int k, int32_t z)
{
    return prepare_requant(z, p->multiplier[k], p->exponent[k], SUCREF_REQUANT_TFLITE);
}

static inline int lower_pair_multiplier(lower_pair *p, int k, double real)
{
    return lower_multiplier(&p->multiplier[k], &p->exponent[k], real);
}

/* 0 where the scales are impossible. ADD's ratios are of doubles, SUB's and DIV's of floats */
static inline int lower_pair_multipliers(lower_pair *p, int code, float a, float b, float y)
{
    const float most = 2 * (a > b ? a : b);
    const double twice = (double)most, da = (double)a, db = (double)b, dy = (double)y;
    memset(p, 0, sizeof *p);
    switch (code) {
    case GRAPH_MUL: return lower_pair_multiplier(p, 0, da * db / dy);
    case GRAPH_DIV: /* so that no quotient is shifted left */
        return lower_pair_multiplier(p, 0, (double)graph_ratio(a, graph_float(b * y))) && p->exponent[0] <= 23;
    case GRAPH_PRELU: return lower_pair_multiplier(p, 0, da / dy) && lower_pair_multiplier(p, 1, da * db / dy);
    case GRAPH_MAXIMUM: case GRAPH_MINIMUM: return 1;
    case GRAPH_SQUARED_DIFFERENCE:
        return lower_pair_multiplier(p, 0, da / twice) && lower_pair_multiplier(p, 1, db / twice) &&
               lower_pair_multiplier(p, 2, twice * twice / (double)graph_float(16384 * y));
    case GRAPH_SUB:
        return lower_pair_multiplier(p, 0, (double)graph_ratio(a, most)) &&
               lower_pair_multiplier(p, 1, (double)graph_ratio(b, most)) &&
               lower_pair_multiplier(p, 2, (double)graph_ratio(most, graph_float(1048576 * y))) && p->exponent[2] <= 0;
    default:
        return lower_pair_multiplier(p, 0, da / twice) && lower_pair_multiplier(p, 1, db / twice) &&
               lower_pair_multiplier(p, 2, twice / (1048576.0 * dy)) && p->exponent[2] <= 0;
    }
}

static inline int lower_leading_zeros(uint32_t v)
{
    int n = 0;
    while (n < 32 && v >> (31 - n) == 0) { n++; }
    return n;
}

/* a / b by the reciprocal of b with 31 bits; b is not 0, a at most 255 */
static inline int32_t lower_quotient(const lower_pair *p, int32_t a, int32_t b)
{
    const int32_t n = b < 0 ? -a : a, d = b < 0 ? -b : b;
    const int zeros = lower_leading_zeros((uint32_t)d),
              room = lower_leading_zeros(n < 0 ? 2U * (uint32_t)-n - 1U : (uint32_t)n) - (n >= 0),
              shift = p->exponent[0] - (31 - zeros) - room;
    const int32_t inverse = prepare_sat(
        (int64_t)gemmlowp_twice_inverse((int32_t)(((uint32_t)d << zeros) - ((uint32_t)1 << 31))) * 2);
    if (n == 0 || shift < -31) { return 0; }
    return prepare_requant(prepare_mul31((int32_t)((int64_t)n * ((int64_t)1 << room)), inverse), p->multiplier[0],
                           shift > 0 ? 0 : shift, SUCREF_REQUANT_TFLITE);
}

/* numbers that count from their zero points (of MAXIMUM and MINIMUM: from 0), before the output's zero point */
static inline int32_t lower_pair_value(const lower_pair *p, int code, int32_t a, int32_t b)
{
    int32_t d;
    switch (code) {
    case GRAPH_MUL: return lower_scaled(p, 0, a * b);
    case GRAPH_DIV: return b == 0 ? 0 : lower_quotient(p, a, b);
    case GRAPH_PRELU: return a >= 0 ? lower_scaled(p, 0, a) : lower_scaled(p, 1, a * b);
    case GRAPH_MAXIMUM: return a > b ? a : b;
    case GRAPH_MINIMUM: return a < b ? a : b;
    case GRAPH_SQUARED_DIFFERENCE:
        d = lower_scaled(p, 0, a * 128) - lower_scaled(p, 1, b * 128);
        return lower_scaled(p, 2, d * d);
    case GRAPH_SUB: return lower_scaled(p, 2, lower_scaled(p, 0, a * 1048576) - lower_scaled(p, 1, b * 1048576));
    default: return lower_scaled(p, 2, lower_scaled(p, 0, a * 1048576) + lower_scaled(p, 1, b * 1048576));
    }
}
#endif
