/* ranges.h - which range of an activation its 256 bytes stand for: all values that samples had (min-max), all but a
 * share of them on either side, or the range whose bytes are off least in the mean square. Values are counted in bins
 * of one width, a power of two that grows with them; zeros, which every range has exactly, apart. */
#ifndef SUCREF_TOOL_RANGES_H
#define SUCREF_TOOL_RANGES_H
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { RANGE_DEFAULT, RANGE_MINMAX, RANGE_PERCENTILE, RANGE_ERROR };
#ifndef RANGE_SIDE
#  define RANGE_SIDE 2048      /* bins below and above zero; a fuzzer has less */
#endif
enum { RANGE_HALF = RANGE_SIDE, RANGE_BINS = 2 * RANGE_HALF, RANGE_TRIES = 128 };

typedef struct {               /* of values of float32; all 0 to begin with */
    double width, lo, hi;      /* of a bin; the least and the largest value, or 0 */
    uint64_t n, zeros, count[RANGE_BINS]; /* bin k: from (k - RANGE_HALF) * width on */
} range_bins;

/* twice as wide: bins 2 k and 2 k + 1 of old ones become one */
static inline void range_widen(range_bins *b)
{
    uint64_t old[RANGE_BINS];
    int k;
    memcpy(old, b->count, sizeof old);
    memset(b->count, 0, sizeof b->count);
    for (k = 0; k < RANGE_BINS; k++) { b->count[(k + RANGE_HALF) / 2] += old[k]; }
    b->width *= 2;
}

static inline void range_add(range_bins *b, double v)
{
    int e;
    b->lo = fmin(b->lo, v);
    b->hi = fmax(b->hi, v);
    b->n++;
    if (!isfinite(v) || (!(v < 0) && !(v > 0))) { b->zeros++; return; }
    if (!(b->width > 0)) { /* the first one: in the upper half of its side */
        (void)frexp(v, &e);
        b->width = ldexp(1.0 / RANGE_HALF, e);
    }
    while (!(fabs(v) < b->width * RANGE_HALF)) { range_widen(b); }
    b->count[(int)floor(v / b->width) + RANGE_HALF]++;
}

/* adds the values of c, whose bins may get wider */
static inline void range_merge(range_bins *b, range_bins *c)
{
    int k;
    if (!(b->width > 0)) { b->width = c->width; }
    while (b->width < c->width) { range_widen(b); }
    while (c->width > 0 && c->width < b->width) { range_widen(c); }
    for (k = 0; k < RANGE_BINS; k++) { b->count[k] += c->count[k]; }
    b->n += c->n;
    b->zeros += c->zeros;
    b->lo = fmin(b->lo, c->lo);
    b->hi = fmax(b->hi, c->hi);
}

/* all but at most this share of the values, on either side; zero is always in it */
static inline void range_percentile(double *lo, double *hi, const range_bins *b, double percent)
{
    const double most = (double)b->n * (1 - percent / 100);
    double out = 0;
    int k;
    for (k = RANGE_BINS - 1; k > RANGE_HALF && out + (double)b->count[k] <= most; k--) { out += (double)b->count[k]; }
    *hi = fmin(b->hi, (k - RANGE_HALF + 1) * b->width);
    for (k = 0, out = 0; k < RANGE_HALF - 1 && out + (double)b->count[k] <= most; k++) { out += (double)b->count[k]; }
    *lo = fmax(b->lo, (k - RANGE_HALF) * b->width);
}

/* the sum of squares that values beyond `end` are off when they are cut to it; side: 1 above it, -1 below */
static inline double range_cut(const range_bins *b, double end, int side)
{
    double sum = 0;
    int k;
    for (k = side > 0 ? RANGE_BINS - 1 : 0; ; k -= side) {
        const double v = (k - RANGE_HALF + 0.5) * b->width;
        if ((v - end) * side <= 0) { return sum; }
        sum += (double)b->count[k] * (v - end) * (v - end);
    }
}

/* The range of least error: values beyond it are off by how far they are out, those in it on average by a twelfth of a
 * step squared. Either end is tried at RANGE_TRIES shares of where the values end. */
static inline void range_least(double *lo, double *hi, const range_bins *b)
{
    double below[RANGE_TRIES], least = -1;
    int i, k;
    for (i = 0; i < RANGE_TRIES; i++) { below[i] = range_cut(b, b->lo * (i + 1) / RANGE_TRIES, -1); }
    *lo = b->lo;
    *hi = b->hi;
    for (k = RANGE_TRIES; k-- > (b->hi > 0 ? 0 : RANGE_TRIES - 1); ) {
        const double top = b->hi * (k + 1) / RANGE_TRIES, above = range_cut(b, top, 1);
        for (i = RANGE_TRIES; i-- > (b->lo < 0 ? 0 : RANGE_TRIES - 1); ) {
            const double bottom = b->lo * (i + 1) / RANGE_TRIES, step = (top - bottom) / 255,
                         error = (double)(b->n - b->zeros) * step * step / 12 + above + below[i];
            if (least < 0 || error < least) { least = error; *lo = bottom; *hi = top; }
        }
    }
}

/* the range that bytes shall have */
static inline void range_choose(double *lo, double *hi, const range_bins *b, int how, double percent)
{
    *lo = b->lo;
    *hi = b->hi;
    if (how == RANGE_PERCENTILE) { range_percentile(lo, hi, b, percent); }
    if (how == RANGE_ERROR) { range_least(lo, hi, b); }
}
#endif
