/* learn.h - what both trainers share: parameters with Adam's moments, random numbers of a seed, softmax. */
#ifndef SUCREF_EXAMPLES_LEARN_H
#define SUCREF_EXAMPLES_LEARN_H
#include "../tool/random.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct { float *v, *grad, *m, *u; int n; } param; /* values, gradient, Adam's two moments; v owns all */

static uint32_t rng_state;

static inline void rng_seed(int seed) { rng_state = 2463534242U + 7919U * (uint32_t)seed; }
static inline uint32_t rng(void) { return random_next(&rng_state); }
static inline float uniform(float a) { return a * ((float)(rng() >> 8) / 8388608.0F - 1.0F); }

static inline void shuffle(int *order, int n)
{
    int i;
    for (i = n - 1; i > 0; i--) {
        const int j = (int)(rng() % (uint32_t)(i + 1)), o = order[i];
        order[i] = order[j]; order[j] = o;
    }
}

/* n zeros of `size` bytes: a trainer without memory ends */
static inline void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (p == NULL) { fprintf(stderr, "out of memory\n"); exit(2); }
    return p;
}

static inline param new_param(int n, float value)
{
    param p;
    int i;
    p.n = n;
    p.v = (float *)zeros((size_t)n * 4, sizeof(float));
    p.grad = p.v + n; p.m = p.grad + n; p.u = p.m + n;
    for (i = 0; i < n; i++) { p.v[i] = value; }
    return p;
}

/* step t = 1, 2, ... by the mean of the gradients of `batch` samples, which become 0. 1e-36 is nothing beside 1e-8, but
 * without it a denormal moment's square root, which -ffast-math makes of its inverse, would be no number */
static inline void adam(param *p, int batch, float rate, int t)
{
    const float c1 = 1.0F - powf(0.9F, (float)t), c2 = 1.0F - powf(0.999F, (float)t), k = rate * sqrtf(c2) / c1;
    const float share = 1.0F / (float)batch;
    int i;
    for (i = 0; i < p->n; i++) {
        const float g = p->grad[i] * share;
        p->m[i] = 0.9F * p->m[i] + 0.1F * g;
        p->u[i] = 0.999F * p->u[i] + 0.001F * g * g;
        p->v[i] -= k * p->m[i] / (sqrtf(p->u[i] + 1e-36F) + 1e-8F);
        p->grad[i] = 0;
    }
}

/* one logit: a logistic; more: softmax */
static inline void probabilities(float *p, const float *z, int n)
{
    float max = z[0], sum = 0;
    int i;
    if (n == 1) { p[0] = 1.0F / (1.0F + expf(-z[0])); return; }
    for (i = 1; i < n; i++) { max = z[i] > max ? z[i] : max; }
    for (i = 0; i < n; i++) { p[i] = expf(z[i] - max); sum += p[i]; }
    for (i = 0; i < n; i++) { p[i] /= sum; }
}
#endif
