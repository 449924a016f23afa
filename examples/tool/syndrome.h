/* syndrome.h - the receiver of sucref_syndrome_encode: finds a plane of bits from its syndrome and from how likely each
 * bit is, by belief propagation (sum-product) in integers. */
#ifndef SUCREF_TOOL_SYNDROME_H
#define SUCREF_TOOL_SYNDROME_H
#include <stdlib.h>
#include <string.h>
#include "../../sucref.h"

/* likelihoods are 32 ln(P(0) / P(1)), within +-SYNDROME_SURE */
enum { SYNDROME_SURE = 640, SYNDROME_WINDOW = 12, SYNDROME_SWEEPS = 50, SYNDROME_EDGES = 4, SYNDROME_PIECES = 8,
       SYNDROME_BACK = 20 };

typedef struct {
    sucref_syndrome_code code;
    const uint8_t *message;
    uint32_t checks, runs, at; /* at: the first check of the window */
    uint32_t *from; /* [checks + 1] where a check's edges begin in edge[] */
    uint32_t *edge; /* [4 values] 4 i + e */
    int16_t *told;  /* [4 values] what a check says of its value */
    int32_t *sum;   /* [values] likelihood of all that is known */
    int32_t *scratch; /* [2 times the most edges of a check] */
    uint8_t *asked;   /* [runs] pieces of a run that it has asked for */
    int16_t correction[2 * SYNDROME_SURE + 1]; /* 32 ln(1 + e^(-i / 32)) */
    uint32_t swept; /* checks computed so far */
    int back;       /* how often it went back */
} syndrome_decoder;

static inline void syndrome_close(syndrome_decoder *d)
{
    free(d->from); free(d->edge); free(d->told); free(d->sum); free(d->scratch); free(d->asked);
}

/* 0, or -1 without memory; syndrome_close() in either case */
static inline int syndrome_open(syndrome_decoder *d, const sucref_syndrome_code *c, const sucref_stream *r)
{
    /* the last i of 32 ln(1 + e^(-i / 32)) rounded to 22, 21 .. 1 */
    static const uint8_t last[22] = { 1, 3, 5, 7, 10, 12, 15, 17, 20, 23, 26, 30, 33, 38, 42, 47, 53, 60, 69, 80, 97,
                                      132 };
    uint32_t i, most = 0;
    unsigned e, k;
    memset(d, 0, sizeof *d);
    d->code = *c;
    d->checks = sucref_syndrome_row(c, r, c->values, 0);
    d->runs = (c->values + (1U << c->log2_run) - 1U) >> c->log2_run;
    d->from = (uint32_t *)calloc((size_t)d->checks + 2U, sizeof(uint32_t));
    d->edge = (uint32_t *)malloc((size_t)c->values * SYNDROME_EDGES * sizeof(uint32_t));
    d->told = (int16_t *)malloc((size_t)c->values * SYNDROME_EDGES * sizeof(int16_t));
    d->sum = (int32_t *)malloc((size_t)c->values * sizeof(int32_t));
    d->asked = (uint8_t *)calloc(d->runs, 1);
    if (d->from == NULL || d->edge == NULL || d->told == NULL || d->sum == NULL || d->asked == NULL) { return -1; }
    for (i = 0; i < c->values; i++) {
        for (e = 0; e < SYNDROME_EDGES; e++) { d->from[sucref_syndrome_row(c, r, i, e) + 2U]++; }
    }
    for (i = 0; i < d->checks; i++) {
        most = d->from[i + 2U] > most ? d->from[i + 2U] : most;
        d->from[i + 2U] += d->from[i + 1U];
    }
    for (i = 0; i < c->values; i++) {
        for (e = 0; e < SYNDROME_EDGES; e++) {
            d->edge[d->from[sucref_syndrome_row(c, r, i, e) + 1U]++] = i * SYNDROME_EDGES + e;
        }
    }
    d->scratch = (int32_t *)malloc(((size_t)most + 1U) * 2U * sizeof(int32_t));
    for (k = 0; k < 22; k++) { for (i = 0; i <= last[k]; i++) { d->correction[i]++; } }
    return d->scratch != NULL ? 0 : -1;
}

/* the likelihood of a xor b: min(|a|, |b|) with the sign of a b, corrected */
static inline int32_t syndrome_xor(const syndrome_decoder *d, int32_t a, int32_t b)
{
    const int32_t x = a < 0 ? -a : a, y = b < 0 ? -b : b, low = x < y ? x : y, high = x < y ? y : x,
                  m = low + d->correction[low + high] - d->correction[high - low];
    return m <= 0 ? 0 : (a < 0) != (b < 0) ? -m : m;
}

/* tells each value of check c what the others say of it */
static inline void syndrome_check(syndrome_decoder *d, uint32_t c, int bit)
{
    const uint32_t *edge = d->edge + d->from[c];
    const int n = (int)(d->from[c + 1U] - d->from[c]);
    int32_t *const own = d->scratch, *const before = d->scratch + n;
    int32_t all = SYNDROME_SURE, sum;
    int k;
    for (k = 0; k < n; k++) {
        sum = d->sum[edge[k] / SYNDROME_EDGES] - d->told[edge[k]];
        own[k] = sum > SYNDROME_SURE ? SYNDROME_SURE : sum < -SYNDROME_SURE ? -SYNDROME_SURE : sum;
        before[k] = all;
        all = k == 0 ? own[k] : syndrome_xor(d, all, own[k]);
    }
    for (k = n - 1; k >= 0; k--) {
        int32_t say = k == n - 1 ? before[k] : k == 0 ? all : syndrome_xor(d, before[k], all);
        all = k == n - 1 ? own[k] : syndrome_xor(d, all, own[k]);
        if (bit) { say = -say; }
        d->sum[edge[k] / SYNDROME_EDGES] += say - d->told[edge[k]];
        d->told[edge[k]] = (int16_t)say;
    }
    d->swept++;
}

static inline int syndrome_bit(const uint8_t *p, uint32_t i) { return p[i / 8U] >> (i % 8U) & 1; }

/* whether checks from..to-1 agree with the message */
static inline int syndrome_holds(const syndrome_decoder *d, uint32_t from, uint32_t to)
{
    uint32_t c, k;
    for (c = from; c < to; c++) {
        int odd = syndrome_bit(d->message, c);
        for (k = d->from[c]; k < d->from[c + 1U]; k++) { odd ^= d->sum[d->edge[k] / SYNDROME_EDGES] < 0; }
        if (odd) { return 0; }
    }
    return 1;
}

/* begins with a message of sucref_syndrome_encode and likely [values] */
static inline void syndrome_start(syndrome_decoder *d, const int16_t *likely, const uint8_t *message)
{
    uint32_t i;
    for (i = 0; i < d->code.values; i++) { d->sum[i] = likely[i]; }
    memset(d->told, 0, (size_t)d->code.values * SYNDROME_EDGES * sizeof(int16_t));
    memset(d->asked, 0, d->runs);
    d->message = message;
    d->at = d->swept = 0;
    d->back = 0;
}

/* what to ask for where run `run` sticks: the next piece of it, or of those behind it; -1: there is none */
static inline int32_t syndrome_ask(syndrome_decoder *d, uint32_t run)
{
    run = run < d->runs ? run : d->runs - 1U;
    while (run + 1U < d->runs && d->asked[run] == SYNDROME_PIECES) { run++; }
    if (d->asked[run] == SYNDROME_PIECES) { return -1; }
    return (int32_t)(run * SYNDROME_PIECES + d->asked[run]++);
}

/* sweeps checks in a window that moves on as soon as its first run's agree: 0 at the end, 1 where it sticks */
static inline int syndrome_pass(syndrome_decoder *d)
{
    const uint32_t step = d->code.checks;
    uint32_t i;
    for (; d->at < d->checks; d->at += step) {
        const uint32_t lo = d->at > 4U * step ? d->at - 4U * step : 0,
                       to = d->at + step < d->checks ? d->at + step : d->checks,
                       hi = d->at + SYNDROME_WINDOW * step < d->checks ? d->at + SYNDROME_WINDOW * step : d->checks;
        int sweep;
        for (sweep = 0; !syndrome_holds(d, d->at, to); sweep++) {
            if (sweep == SYNDROME_SWEEPS) { return 1; }
            for (i = lo; i < hi; i++) {
                const uint32_t c = sweep % 2 == 0 ? i : lo + hi - 1U - i;
                syndrome_check(d, c, syndrome_bit(d->message, c));
            }
        }
    }
    return 0;
}

/* Returns -1 at the end, or the piece that it asks for where it sticks; syndrome_tell lets it go on from there. Where
 * all has been told it gives up: -1, too. Sweeps may change what a window has left behind: a few times it goes back */
static inline int32_t syndrome_go(syndrome_decoder *d)
{
    const uint32_t step = d->code.checks;
    for (;;) {
        if (syndrome_pass(d)) { return syndrome_ask(d, d->at / step); }
        for (d->at = 0; d->at < d->checks && syndrome_holds(d, d->at, d->at + 1U); d->at++) { }
        if (d->at == d->checks || d->back++ == SYNDROME_BACK) { return -1; }
        d->at -= d->at % step;
    }
}

/* the bits of a piece are known by other means: every eighth place of a run, that is, of run p / 8 those from place
 * p mod 8. Returns how many they are */
static inline uint32_t syndrome_tell(syndrome_decoder *d, int32_t piece, const uint8_t *plane)
{
    uint32_t i, n = 0, run = (uint32_t)piece / SYNDROME_PIECES, place = (uint32_t)piece % SYNDROME_PIECES;
    for (i = run + place * d->runs; i < d->code.values; i += SYNDROME_PIECES * d->runs, n++) {
        d->sum[i] += syndrome_bit(plane, i) ? -(1 << 20) : 1 << 20;
    }
    return n;
}

/* plane [(values + 7) / 8] as it stands; again: room for the message's len bytes. 1: it is the one that was encoded */
static inline int syndrome_end(const syndrome_decoder *d, uint8_t *plane, uint8_t *again, size_t len,
                               const sucref_stream *r)
{
    uint32_t i;
    size_t got;
    memset(plane, 0, ((size_t)d->code.values + 7U) / 8U);
    for (i = 0; i < d->code.values; i++) {
        if (d->sum[i] < 0) { plane[i / 8U] = (uint8_t)(plane[i / 8U] | 1U << (i % 8U)); }
    }
    return sucref_syndrome_encode(again, len, &got, plane, &d->code, r) == SUCREF_OK && got == len &&
           memcmp(again, d->message, len) == 0;
}
#endif
