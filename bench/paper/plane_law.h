/* plane_law.h - what planes.c's server knows of a worker's indices: planes, pilots, and the law of an index given the
 * workers before and the dither, fitted to the worker; and what the code knows of them. */
#ifndef SUCREF_BENCH_PLANE_LAW_H
#define SUCREF_BENCH_PLANE_LAW_H
#include "learn.h"

enum { FIRST_LAYER = 785 * 300, VALUES = FIRST_LAYER + 301 * 100 + 101 * 10, KINDS = 7, MIDDLE = 3, CLASSES = 2,
       SIDES = 16, DITHERS = 8, CONTEXTS = CLASSES * SIDES * DITHERS, CELLS = (SIDES + DITHERS) / 2 * KINDS,
       PLANES = 4 };

typedef struct { int16_t q[VALUES]; float estimate[VALUES]; uint8_t dither[VALUES]; float step[LEARN_LAYERS]; } sent;

static double law[CONTEXTS][KINDS], share[CONTEXTS][KINDS]; /* counts so far; shares fitted to one worker */
static uint16_t context[VALUES];

/* Four planes of an index: is it odd; its second bit (in two's complement), of odd ones (0 or -2 + ..: the sign of +-1)
 * and of even ones; its third bit. The first two go as syndromes, the others, of which little is left, by a code */
static int p_pilot(int i) { return i % 17 == 0; }
/* those of plane 1 go when the server knows which indices are odd */
static int p_pilot_of(int i, int plane) { return plane == 1 ? i % 17 < 4 : p_pilot(i); }
static int p_in(int i, int q, int plane)
{
    if (p_pilot(i)) { return 0; }
    return plane == 1 ? q & 1 : plane == 2 ? !(q & 1) : plane == 3 ? (q & 3) != 0 : 1; /* q mod 4 = 0: q is 0 */
}
static int p_bit(int q, int plane) { return ((unsigned)(q + 8) >> (plane == 0 ? 0 : plane == 3 ? 2 : 1) & 1U) != 0; }
/* what is known of q before its plane */
static unsigned p_known(int q, int plane) { return (unsigned)(q + 8) & (plane == 0 ? 0U : plane == 3 ? 3U : 1U); }

/* side [VALUES]: the mean of the workers before. Contexts; returns the share of nested symbols that would jump */
static double p_contexts(const learning *t, const sent *o, const double *side)
{
    double missed = 0;
    int l, i;
    for (l = 0; l < t->net.n; l++) {
        for (i = t->net.at[l]; i < t->net.at[l + 1]; i++) {
            const double in_steps = side[i] / (double)o->step[l];
            const int bin = (int)fmin(SIDES - 1, fmax(0, floor(6 * in_steps + SIDES / 2)));
            context[i] = (uint16_t)(((l > 0) * SIDES + bin) * DITHERS + o->dither[i]);
            missed += fabs((double)o->estimate[i] / (double)o->step[l] - in_steps) > 1.5 ? 1.0 / VALUES : 0;
        }
    }
    return missed;
}

/* a context and index with the signs of side and index, and the dither, turned around: as likely */
static int p_mirror(int c)
{
    const int dither = c % DITHERS, bin = c / DITHERS % SIDES, class = c / DITHERS / SIDES;
    return (class * SIDES + SIDES - 1 - bin) * DITHERS + DITHERS - 1 - dither;
}
/* which of the counts that the pilots tell context c and index k are in: of bins of the side, of the dither; bins
 * below 0 turned around */
static int p_cell(int c, int k, int of_dither)
{
    const int bins = of_dither ? DITHERS : SIDES, bin = of_dither ? c % DITHERS : c / DITHERS % SIDES,
              fold = bin < bins / 2 ? bins / 2 - 1 - bin : bin - bins / 2;
    return ((of_dither ? SIDES / 2 : 0) + fold) * KINDS + (bin < bins / 2 ? KINDS - 1 - k : k);
}

/* shares of each index by context: those of the steps before, fitted by turns to how often each index comes in this
 * worker and to how its pilots, values sent by a code, fall into cells; for plane 1 only those of odd ones */
static void p_fit(const sent *o, const uint32_t *told, int plane)
{
    static double many[CONTEXTS], pilots[CONTEXTS], seen[CELLS], expected[CELLS];
    int c, k, i, round, part;
    memset(many, 0, sizeof many); memset(pilots, 0, sizeof pilots); memset(seen, 0, sizeof seen);
    for (i = 0; i < VALUES; i++) {
        if (plane == 1 && !(o->q[i] & 1)) { continue; }
        many[context[i]]++;
        if (!p_pilot_of(i, plane)) { continue; }
        pilots[context[i]]++;
        for (part = 0; part < 2; part++) { seen[p_cell(context[i], o->q[i] + MIDDLE, part)]++; }
    }
    for (c = 0; c < CONTEXTS; c++) {
        for (k = 0; k < KINDS; k++) {
            share[c][k] = law[c][k] + law[p_mirror(c)][KINDS - 1 - k] +
                          (k == MIDDLE ? 0.2 : abs(k - MIDDLE) == 1 ? 0.02 : 0.002);
            if (plane == 1 && !((k - MIDDLE) & 1)) { share[c][k] = 0; }
        }
    }
    for (round = 0; round < 16; round++) {
        double all[KINDS] = { 0 };
        memset(expected, 0, sizeof expected);
        for (c = 0; c < CONTEXTS; c++) {
            double sum = 0;
            for (k = 0; k < KINDS; k++) { sum += share[c][k]; }
            for (k = 0; k < KINDS; k++) {
                share[c][k] /= sum; all[k] += many[c] * share[c][k];
                expected[p_cell(c, k, round % 3 == 1)] += pilots[c] * share[c][k];
            }
        }
        for (c = 0; c < CONTEXTS && round < 15; c++) {
            for (k = 0; k < KINDS; k++) {
                const int cell = p_cell(c, k, round % 3 == 1);
                share[c][k] *= round % 3 == 2 ? (told[k] + 0.5) / (all[k] + 0.5)
                                              : (seen[cell] + 3) / (expected[cell] + 3);
            }
        }
    }
}

/* shares of 0 and 1 in a plane of an index of which the lower planes are those of q */
static void p_share(double *p, const double *of, int q, int plane)
{
    int k;
    p[0] = p[1] = 0;
    for (k = 0; k < KINDS; k++) {
        if (p_known(k - MIDDLE, plane) == p_known(q, plane)) { p[p_bit(k - MIDDLE, plane)] += of[k]; }
    }
}

static double p_entropy(const double *p)
{
    const double n = p[0] + p[1];
    return n <= 0 || p[0] <= 0 || p[1] <= 0 ? 0 : -(p[0] * log2(p[0] / n) + p[1] * log2(p[1] / n)) / n;
}

/* what the code knows of value i beside the planes before: layer and dither, which and the index it turns around where
 * the dither is below the middle, as likely */
enum { CODER = CLASSES * DITHERS / 2 };
static int p_coder(const sent *o, int i)
{
    const int d = o->dither[i];
    return (i >= FIRST_LAYER) * DITHERS / 2 + (d < DITHERS / 2 ? DITHERS / 2 - 1 - d : d - DITHERS / 2);
}
static int p_coded_as(const sent *o, int i) { return o->dither[i] < DITHERS / 2 ? -o->q[i] : o->q[i]; }
#endif
