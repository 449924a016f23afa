/* lower_numbers.h - bytes of one byte, and of two, as the reference kernels compute them. */
#ifndef SUCREF_TOOL_LOWER_NUMBERS_H
#define SUCREF_TOOL_LOWER_NUMBERS_H
#include "gemmlowp.h"
#include "graph.h"

/* a function of one number as the reference computes it; v and the result are the tensors' own numbers */
static inline int lower_number(const graph_op *o, const graph_tensor *x, const graph_tensor *y, int v)
{
    const float sx = graph_scale(x, 0), sy = graph_scale(y, 0);
    const int in = v - x->zero, zero = y->zero, low = y->type == GRAPH_UINT8 ? 0 : -128;
    int32_t m, r, lo = low, hi = low + 255;
    int e;
    if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_TANH) {
        const double q = frexp((double)sx * 134217728.0, &e);
        const int bits = o->code == GRAPH_LOGISTIC ? 8 : 7;
        const double radius = floor(15.0 * 134217728.0 / ldexp(1, e)); /* CalculateInputRadius(4, e, 31) */
        m = (int32_t)prepare_sat((int64_t)floor(q * 2147483648.0 + 0.5));
        if (e < -31) { m = 0; e = 0; }
        if (in <= -radius) { return -128; }
        if (in >= radius) { return 127; }
        r = prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE);
        r = o->code == GRAPH_LOGISTIC ? prepare_round_shift(gemmlowp_logistic(r), (unsigned)(31 - bits)) - 128
                                      : prepare_round_shift(gemmlowp_tanh(r), (unsigned)(31 - bits));
    } else {
        const int leaks = o->code == GRAPH_LEAKY_RELU && in < 0;
        double ratio = (double)graph_ratio(leaks ? graph_float(sx * o->number) : sx, sy);
        if (o->code == GRAPH_QUANTIZE) { ratio = (double)sx / (double)sy; }
        if (o->code == GRAPH_RELU || o->code == GRAPH_RELU6) { lo = zero; }
        if (o->code == GRAPH_RELU6) { hi = graph_steps(6.0F, sy, zero, -128, 127); }
        prepare_multiplier(&m, &e, ratio);
        if (e > 30) { m = INT32_MAX; e = 30; }
        r = prepare_sat((int64_t)zero + prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE));
    }
    return r < lo ? lo : r > hi ? hi : r;
}

/* one multiplier as a layer holds it; 0 where there is none */
static inline int lower_multiplier(int32_t *multiplier, int8_t *exponent, double real)
{
    int e;
    prepare_multiplier(multiplier, &e, real);
    if (e > 30 || !isfinite(real)) { return 0; }
    *exponent = (int8_t)e;
    return 1;
}

/* sum and product of numbers that count from their zero points, before the output's zero point */
typedef struct { int32_t multiplier[3]; int8_t exponent[3]; } lower_pair;

static inline int lower_sum_multipliers(lower_pair *p, double a, double b, double y)
{
    const double twice = 2 * (a > b ? a : b);
    return lower_multiplier(&p->multiplier[0], &p->exponent[0], a / twice) &&
           lower_multiplier(&p->multiplier[1], &p->exponent[1], b / twice) &&
           lower_multiplier(&p->multiplier[2], &p->exponent[2], twice / (1048576.0 * y)) && p->exponent[2] <= 0;
}

static inline int32_t lower_scaled(const lower_pair *p, int k, int32_t z)
{
    return prepare_requant(z, p->multiplier[k], p->exponent[k], SUCREF_REQUANT_TFLITE);
}
#endif
