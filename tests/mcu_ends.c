/* mcu_ends.c - on a board: the ends of rows, from sums to bytes, next to the steps of their outputs and anywhere,
 * against METHOD 3 in 64 bits: of rows with prepared constants, where what the short way leaves to the long one must
 * lie within a sixteenth of a step, and of all others, with one multiplier and with one each. */
#include "../examples/mcu/board.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "rnd.h"

enum { ROWS = 24, TIMES = 3000 };

static uint32_t prepared[ROWS * SUCREF_I_PREPARED], sum[ROWS], done, left, failed;
static uint8_t u[ROWS + 1], wanted[ROWS], near_step[ROWS];

static int64_t rounded_down(int64_t a, int64_t b) { return a / b - (a % b < 0); }
static uint8_t end_of(int64_t z, int64_t multiplier, unsigned s, int zero)
{
    const int64_t high = rounded_down(z * multiplier + ((int64_t)1 << 30), (int64_t)1 << 31),
                  half = (int64_t)1 << (s - 1U),
                  r = (high < 0 ? -((-high + half) >> s) : (high + half) >> s) + zero;
    return (uint8_t)(r < 0 ? 0 : r > 255 ? 255 : r);
}

/* ends of n rows from the first one on, as far as the short way goes: how many are left */
static uint32_t ends(uint32_t first, uint32_t n, int halves)
{
    const uint32_t *const row = prepared + SUCREF_I_PREPARED * first;
#ifdef SUCREF_I_FINISH
    return halves ? sucref_i_finish_halves(u + first, sum + first, row, n)
                  : sucref_i_finish_bytes(u + first, sum + first, row, n);
#else
    uint32_t i;
    for (i = 0; i < n; i++) {
        int near = 0;
        u[first + i] = (uint8_t)sucref_i_short_row(&near, sum[first + i], row + SUCREF_I_PREPARED * i, 255, halves);
        if (near) { break; }
    }
    return n - i;
#endif
}

static int32_t any_multiplier(void)
{
    return (int32_t)(0x40000000U + (rnd_below(9) ? rnd() & 0x3FFFFFFFU : 0U));
}

/* a sum and bias of a row: anywhere near a byte, or next to a step */
static int64_t any_z(int32_t multiplier, unsigned s)
{
    if (rnd_below(2)) { return (rnd_in(-300, 300) * 2 + 1) * ((int64_t)1 << (30U + s)) / multiplier + rnd_in(-2, 2); }
    return rnd_in(-(600 << s), 600 << s);
}

static void make_row(uint32_t i, int zero)
{
    const int32_t multiplier = any_multiplier(), bias = rnd_in(-9999, 9999);
    const unsigned s = (unsigned)rnd_in(2, 14);
    const int64_t z = any_z(multiplier, s);
    sucref_i_prepare_row(prepared + SUCREF_I_PREPARED * i, bias, multiplier, s, zero);
    sum[i] = (uint32_t)((int32_t)z - bias);
    wanted[i] = end_of(z, multiplier, s, zero);
    { /* behind the point, of z M / 2^(31 + s) + 1/2; the upper word of a long product has s - 1 bits there */
        const int64_t one = (int64_t)1 << (31U + s), near = one >> (s < 5 ? s - 1U : 4U), v = z * multiplier + one / 2,
                      part = v - rounded_down(v, one) * one;
        near_step[i] = part < near || part > one - near;
    }
}

static void once(int halves)
{
    const int zero = halves ? rnd_in(1, 255) : 0;
    const uint32_t n = rnd_below(ROWS) + 1U;
    uint32_t i, at;
    for (i = 0; i < n; i++) { make_row(i, zero); }
    u[n] = 77;
    for (at = 0; at < n; at++) {
        const uint32_t end = n - ends(at, n - at, halves);
        for (; at < end; at++, done++) { failed += u[at] != wanted[at]; }
        if (at < n) { left++; failed += !near_step[at]; }
    }
    failed += u[n] != 77;
}

/* the ends of a layer's rows, without prepared constants */
static void of_layer(int each)
{
    static uint32_t words[2U * ROWS + ROWS / 4U]; /* biases, multipliers, exponents */
    static sucref_i_here h;
    uint8_t *const bytes = (uint8_t *)words;
    const uint32_t n = rnd_below(ROWS) + 1U, first = rnd_below(ROWS - n + 1U), some = rnd_below(3);
    sucref_model m;
    uint32_t i;
    int32_t multiplier = any_multiplier(), bias;
    unsigned s = (unsigned)rnd_in(1, 14);
    m.bytes = bytes;
    h.l.requant = SUCREF_REQUANT_TFLITE; h.l.act = SUCREF_ACT_NONE;
    h.l.flags = each ? SUCREF_LAYER_PER_ROW : 0U;
    h.l.out_zero = (uint8_t)rnd_below(256);
    h.l.lo = (uint8_t)(some == 1 ? rnd_below(100) : 0U); h.l.hi = (uint8_t)(some == 2 ? rnd_in(150, 254) : 255);
    h.at.bias = 0; h.at.multiplier = 4U * ROWS; h.at.exponent = 8U * ROWS;
    for (i = first; i < first + n; i++) {
        const uint32_t k = each ? i : 0U;
        int64_t z;
        if (each) { multiplier = any_multiplier(); s = (unsigned)rnd_in(1, 14); }
        z = any_z(multiplier, s);
        bias = rnd_in(-9999, 9999);
        words[i] = (uint32_t)bias; words[ROWS + k] = (uint32_t)multiplier; bytes[8U * ROWS + k] = (uint8_t)(256U - s);
        sum[i] = (uint32_t)((int32_t)z - bias);
        wanted[i] = end_of(z, multiplier, s, h.l.out_zero);
        if (wanted[i] < h.l.lo) { wanted[i] = h.l.lo; }
        if (wanted[i] > h.l.hi) { wanted[i] = h.l.hi; }
    }
    u[first + n] = 77;
    sucref_i_activate_rows(u + first, sum + first, &m, &h, first, n);
    for (i = first; i < first + n; i++, done++) { failed += u[i] != wanted[i]; }
    failed += u[first + n] != 77;
}

int board_main(void)
{
    unsigned k;
    for (k = 0; k < TIMES; k++) { once((int)(k & 1U)); of_layer((int)(k & 1U)); }
    board_number(done); board_text(" ends, "); board_number(left); board_text(" left, ");
    board_number(failed); board_text(" failed\n");
    return failed != 0;
}
