/* graph_descent.h - weights, their scales and biases of a small chain of dense layers, chosen by what it answers.
 * Rounding each number to the nearest is blind to what the others round to, and a network of a few hundred numbers has
 * no average to hide behind. Here single ones are moved at random: a weight by one, a bias by part of an output's step,
 * a row's scale by up to 2 %. A move stays where the answers on samples come nearer to the float network's, at first
 * also where they get a little worse (annealing). Answers are those of the integers themselves. What is exactly 0 stays
 * 0. The same samples give the same numbers. */
#ifndef SUCREF_TOOL_GRAPH_DESCENT_H
#define SUCREF_TOOL_GRAPH_DESCENT_H
#include <math.h>
#include "../../sucref.h"
#include "lower_numbers.h"
#include "random.h"

enum { DESCENT_LAYERS = 8, DESCENT_WIDE = 1024 };
#define DESCENT_HEAT 0.1 /* by which share the loss may grow at first */
#define DESCENT_FAR 0.004 /* errors beyond this share of the range weigh by their 6th power */

typedef struct {
    const double *real;        /* float weights, NULL: the bytes stay */
    int8_t *w;                 /* [n_out][n_in] */
    int32_t *bias, *multiplier;
    int8_t *exponent;
    float *scale;              /* of each row's weights, NULL: stays as it is */
    double unit;               /* input scale / output scale */
    int zero, lo, hi;          /* of the outputs */
    uint32_t n_in, n_out;
    int32_t *acc;              /* [inputs][n_out] sums */
    int16_t *y;                /* [inputs][n_out] outputs less their zero point */
} descent_layer;

typedef struct {
    descent_layer layer[DESCENT_LAYERS];
    unsigned n_layers;
    double beta;               /* of a softmax behind them; 0: none */
    uint32_t n, n_out;         /* different inputs; answers of each */
    int16_t *x;                /* [n][..] inputs less their zero point */
    float *want;               /* what the float network answers to each sample; those of an input are a list: */
    uint32_t *first, *next;    /* 1 + the input's first sample, 1 + the one behind it; 0: none */
    double scale, range;       /* of the last layer; the float answers' */
    double heat, total, *loss; /* loss: of each input */
    double real[DESCENT_WIDE]; /* answers */
    int32_t delta[2][DESCENT_WIDE]; /* outputs of a layer that move, and by how much */
    uint32_t moved[2][DESCENT_WIDE], random;
    uint64_t work;             /* multiply-adds so far */
} descent;

/* a row's bias, scale and multiplier as they may become, and a step of one of its weights */
typedef struct {
    unsigned n;
    uint32_t row, c;           /* c >= n_in: no weight */
    int step;
    int32_t bias, multiplier;
    int8_t exponent;
    float scale;
} descent_step;

static inline int descent_output(const descent_layer *l, int32_t acc, int32_t multiplier, int exponent)
{
    const int64_t v = (int64_t)prepare_requant(acc, multiplier, exponent, SUCREF_REQUANT_TFLITE) + l->zero;
    return (int)(v < l->lo ? l->lo : v > l->hi ? l->hi : v) - l->zero;
}

/* what the last layer's outputs y stand for, in d->real */
static inline void descent_answers(descent *d, const int16_t *y)
{
    double sum = 0;
    uint32_t i;
    int most = INT16_MIN;
    for (i = 0; i < d->n_out; i++) { most = y[i] > most ? y[i] : most; }
    for (i = 0; i < d->n_out; i++) {
        d->real[i] = d->beta > 0 ? exp(d->beta * (y[i] - most) * d->scale) : y[i] * d->scale;
        sum += d->real[i];
    }
    for (i = 0; d->beta > 0 && i < d->n_out; i++) { d->real[i] /= sum; }
}

/* how far outputs y are from what all samples of input s want: squares, and more for what is far off */
static inline double descent_loss(descent *d, const int16_t *y, uint32_t s)
{
    double loss = 0;
    uint32_t i, k;
    descent_answers(d, y);
    for (k = d->first[s]; k > 0; k = d->next[k - 1]) {
        const float *want = d->want + (size_t)(k - 1) * d->n_out;
        for (i = 0; i < d->n_out; i++) {
            const double e = (d->real[i] - (double)want[i]) / d->range, far = e * e / (DESCENT_FAR * DESCENT_FAR);
            loss += e * e * (1 + far * far);
        }
    }
    return loss;
}

/* everything, as the numbers are now */
static inline void descent_forward(descent *d)
{
    unsigned n;
    uint32_t s, r, c;
    for (n = 0; n < d->n_layers; n++) {
        descent_layer *l = &d->layer[n];
        for (s = 0; s < d->n; s++) {
            const int16_t *x = (n == 0 ? d->x : d->layer[n - 1].y) + (size_t)s * l->n_in;
            for (r = 0; r < l->n_out; r++) {
                int32_t acc = l->bias[r];
                for (c = 0; c < l->n_in; c++) { acc += x[c] * l->w[(size_t)r * l->n_in + c]; }
                l->acc[(size_t)s * l->n_out + r] = acc;
                l->y[(size_t)s * l->n_out + r] = (int16_t)descent_output(l, acc, l->multiplier[r], l->exponent[r]);
            }
        }
        d->work += (uint64_t)d->n * l->n_in * l->n_out;
    }
    d->total = 0;
    for (s = 0; s < d->n; s++) {
        d->loss[s] = descent_loss(d, d->layer[d->n_layers - 1].y + (size_t)s * d->n_out, s);
        d->total += d->loss[s];
    }
}

/* outputs of layer n on input s where those of the layer before have moved: how many move; `keep` writes them */
static inline uint32_t descent_pass(descent *d, unsigned n, uint32_t s, uint32_t moved, int from, int keep)
{
    const descent_layer *l = &d->layer[n];
    const int32_t *delta = d->delta[from];
    const uint32_t *column = d->moved[from];
    uint32_t more = 0, r, k;
    for (r = 0; r < l->n_out; r++) {
        const int8_t *w = l->w + (size_t)r * l->n_in;
        const size_t at = (size_t)s * l->n_out + r;
        int32_t acc = l->acc[at];
        int by;
        for (k = 0; k < moved; k++) { acc += delta[k] * w[column[k]]; }
        by = descent_output(l, acc, l->multiplier[r], l->exponent[r]) - l->y[at];
        if (keep) { l->acc[at] = acc; l->y[at] = (int16_t)(l->y[at] + by); }
        if (by == 0) { continue; }
        d->moved[from ^ 1][more] = r;
        d->delta[from ^ 1][more++] = by;
    }
    d->work += (uint64_t)(moved + 2) * l->n_out;
    return more;
}

/* the loss of input s where output `row` of layer n is y; `keep` writes what moves */
static inline double descent_moved(descent *d, unsigned n, uint32_t row, int y, uint32_t s, int keep)
{
    const int16_t *last = d->layer[d->n_layers - 1].y + (size_t)s * d->n_out;
    int16_t now[DESCENT_WIDE], *was = &d->layer[n].y[(size_t)s * d->layer[n].n_out + row];
    uint32_t moved = 1, k;
    int from = 0;
    d->moved[0][0] = row;
    d->delta[0][0] = y - *was;
    if (keep) { *was = (int16_t)y; }
    for (n++; n < d->n_layers && moved > 0; n++, from ^= 1) { moved = descent_pass(d, n, s, moved, from, keep); }
    if (moved == 0) { return d->loss[s]; }
    memcpy(now, last, d->n_out * sizeof *now);
    for (k = 0; !keep && k < moved; k++) {
        now[d->moved[from][k]] = (int16_t)(now[d->moved[from][k]] + d->delta[from][k]);
    }
    d->work += 8U * d->n_out;
    return descent_loss(d, now, s);
}

/* the row's output on input s after the step; its sum, too */
static inline int descent_stepped(int32_t *acc, const descent *d, const descent_step *m, uint32_t s)
{
    const descent_layer *l = &d->layer[m->n];
    const int16_t *x = (m->n == 0 ? d->x : d->layer[m->n - 1].y) + (size_t)s * l->n_in;
    *acc += m->bias - l->bias[m->row] + (m->c < l->n_in ? m->step * x[m->c] : 0);
    return descent_output(l, *acc, m->multiplier, m->exponent);
}

static inline void descent_take(descent *d, const descent_step *m)
{
    descent_layer *l = &d->layer[m->n];
    int8_t *w = m->c < l->n_in ? &l->w[(size_t)m->row * l->n_in + m->c] : NULL;
    uint32_t s;
    for (s = 0; s < d->n; s++) {
        const size_t at = (size_t)s * l->n_out + m->row;
        const int y = descent_stepped(&l->acc[at], d, m, s);
        if (y != l->y[at]) { d->loss[s] = descent_moved(d, m->n, m->row, y, s, 1); }
    }
    l->bias[m->row] = m->bias;
    l->multiplier[m->row] = m->multiplier;
    l->exponent[m->row] = m->exponent;
    if (l->scale != NULL) { l->scale[m->row] = m->scale; }
    if (w != NULL) { *w = (int8_t)(*w + m->step); }
}

/* takes the step where the answers get nearer, or, while it is hot, not much further off */
static inline void descent_try(descent *d, const descent_step *m)
{
    const descent_layer *l = &d->layer[m->n];
    const double luck = -log((random_next(&d->random) + 1.0) / 4294967297.0);
    double total = 0;
    uint32_t s, changed = 0;
    for (s = 0; s < d->n; s++) {
        const size_t at = (size_t)s * l->n_out + m->row;
        int32_t acc = l->acc[at];
        const int y = descent_stepped(&acc, d, m, s);
        changed += y != l->y[at];
        total += y == l->y[at] ? d->loss[s] : descent_moved(d, m->n, m->row, y, s, 0);
    }
    d->work += 4U * d->n;
    if (changed == 0 || !(total < d->total * (1 + d->heat * luck))) { return; }
    descent_take(d, m);
    d->total = total;
}

/* a random step; 0 where it may not be */
static inline int descent_any(descent_step *m, descent *d)
{
    const descent_layer *l = &d->layer[m->n = random_below(&d->random, d->n_layers)];
    const int part = -(int)random_below(&d->random, 4), weight = random_below(&d->random, 10) < 7;
    double v;
    m->row = random_below(&d->random, l->n_out);
    m->c = random_below(&d->random, l->n_in);
    m->step = random_below(&d->random, 2) ? 1 : -1;
    m->bias = l->bias[m->row];
    m->multiplier = l->multiplier[m->row];
    m->exponent = l->exponent[m->row];
    m->scale = l->scale != NULL ? l->scale[m->row] : 0;
    if (weight && l->real != NULL) {
        const int now = l->w[(size_t)m->row * l->n_in + m->c] + m->step;
        v = l->real[(size_t)m->row * l->n_in + m->c];
        return now >= -127 && now <= 127 && (v < 0 || v > 0);
    }
    m->c = l->n_in;
    if (l->scale != NULL && random_below(&d->random, 2)) {
        m->scale *= (float)(1 + m->step * ldexp(0.02, part));
        return lower_multiplier(&m->multiplier, &m->exponent, (double)m->scale * l->unit) && m->multiplier > 0;
    }
    v = m->bias + m->step * ldexp(2147483648.0 / m->multiplier, part - m->exponent); /* part of an output's step */
    if (!(fabs(v) < 1e9)) { return 0; }
    m->bias = (int32_t)v;
    return 1;
}

/* `most` multiply-adds of it, a little more */
static inline void descend(descent *d, uint64_t most)
{
    descent_step m;
    d->work = 0;
    descent_forward(d);
    for (d->work++; d->work < most; d->work++) {
        const double left = 1 - (double)d->work / (double)most;
        d->heat = DESCENT_HEAT * left * left * left;
        if (descent_any(&m, d)) { descent_try(d, &m); }
    }
}
#endif
