/* gemmlowp.h - the fixed-point functions of the reference's int8 LOGISTIC and TANH kernels. A value in Q(n) has n
 * integer bits: real = raw / 2^(31 - n). */
#ifndef SUCREF_TOOL_GEMMLOWP_H
#define SUCREF_TOOL_GEMMLOWP_H
#include "prepare.h"

/* exp of a <= 0 in Q(bits), 4 or 5, in Q0: a Taylor polynomial on [-1/4, 0) and a product of powers of exp(-1/4) */
static inline int32_t gemmlowp_exp(int32_t a, unsigned bits)
{
    static const int32_t power[7] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
    const int32_t quarter = (int32_t)1 << (29 - bits);
    const int32_t fraction = (int32_t)((uint32_t)a & ((uint32_t)quarter - 1U)) - quarter;
    const uint32_t whole = ((uint32_t)fraction - (uint32_t)a) >> (29 - bits); /* quarters */
    const int32_t x = fraction * (1 << bits) + ((int32_t)1 << 28), x2 = prepare_mul31(x, x), x3 = prepare_mul31(x2, x),
                  x4 = prepare_mul31(x2, x2);
    const int32_t poly = prepare_round_shift(prepare_mul31(prepare_round_shift(x4, 2) + x3, 715827883) + x2, 1);
    int32_t result = 1895147668 + prepare_mul31(1895147668, x + poly);
    unsigned i;
    if (a == 0) { return INT32_MAX; }
    for (i = 0; i < 2 + bits; i++) { if (whole >> i & 1U) { result = prepare_mul31(result, power[i]); } }
    return result;
}

/* 2 / (1 + a) for a in [0, 1) in Q0, result in Q2: three Newton steps from 48/17 - 32/17 * half */
static inline int32_t gemmlowp_twice_inverse(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + prepare_mul31(half, -1010580540);
    unsigned i;
    for (i = 0; i < 3; i++) {
        x += prepare_sat((int64_t)prepare_mul31(x, ((int32_t)1 << 29) - prepare_mul31(half, x)) * 4);
    }
    return x;
}

/* a in Q4, result in Q0 */
static inline int32_t gemmlowp_logistic(int32_t a)
{
    int32_t positive;
    if (a == 0) { return (int32_t)1 << 30; }
    positive = prepare_sat((int64_t)gemmlowp_twice_inverse(gemmlowp_exp(a > 0 ? -a : a, 4)) * 2);
    return a > 0 ? positive : INT32_MAX - positive;
}

/* (1 - x) / (1 + x) with x = exp(-2 |a|), a in Q4 (doubled it is the same raw value in Q5) */
static inline int32_t gemmlowp_tanh(int32_t a)
{
    const int32_t x = gemmlowp_twice_inverse(gemmlowp_exp(a > 0 ? -a : a, 5)),
                  y = a == 0 ? 0 : prepare_sat((int64_t)(x - ((int32_t)1 << 29)) * 4);
    return a < 0 ? -y : y;
}
#endif
