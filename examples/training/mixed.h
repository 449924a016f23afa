/* mixed.h - codes across inputs [CIC], for train_mixed.c: encoders, the worker's network, one step of training them
 * together. What the parts are stands at the head of train_mixed.c. */
#ifndef SUCREF_EXAMPLES_MIXED_H
#define SUCREF_EXAMPLES_MIXED_H
#include "conv.h"
#include <stdint.h>

enum { MIXED = 2 /* pictures in a group */, TERMS = 2, MIXED_CLASSES = 10, MIXED_NETS = 2 * TERMS + 1 };

/* networks that are not there are NULL: without gamma omega sees every picture as it is */
typedef struct {
    net *gamma[TERMS], *lambda[TERMS], *omega;
    int groups, pixels;             /* groups of pictures a step; of a picture, side * side */
} mixed_code;

/* ---- the networks ---- */

/* gain: of layers with ReLU; seven such layers at 1 / sqrt(inputs) would leave little of a picture */
static inline void mixed_start(net *n, float gain)
{
    int k, i;
    for (k = 1; k < n->n; k++) {
        net_node *o = &n->node[k];
        const int fan = o->weight.n / o->c;
        node_init(n, o, o->op.relu ? gain : 1.0F);
        for (i = 0; i < o->bias.n; i++) { o->bias.v[i] = uniform(1 / sqrtf((float)fan)); }
    }
}

static inline net *mixed_dense(int batch, int in, const int *rows, int layers, int relu)
{
    net *n = net_new(batch, 1, 1, in);
    int k;
    for (k = 0; k < layers; k++) { net_dense(n, k, relu && k + 1 < layers, &rows[k], 1); }
    mixed_start(n, 1.0F);
    return n;
}

/* pictures as channels, of one size throughout; the windows grow by dilation until they cover the picture. width:
 * channels between, in print 20 a picture */
static inline net *mixed_conv(int batch, int side, int width)
{
    static const int dilation[7] = { 1, 1, 2, 4, 8, 1, 1 }, one = 1;
    net *n = net_new(batch, side, side, MIXED);
    int k;
    for (k = 0; k < 7; k++) {
        const int taps = k < 6 ? 3 : 1;
        const net_op op = { NET_CONV, k, 0, taps, taps, 1, dilation[k], 0, 0, k < 6 };
        net_layer(n, op, 1, k < 6 ? &width : &one, 1);
    }
    mixed_start(n, 2.4F);
    return n;
}

/* gammas and, of `shared`, lambdas: dense, or convolutions of `width` channels where it is not 0 */
static inline void mixed_encoders(mixed_code *c, int side, int width, int shared)
{
    const int pixels = side * side, rows[2] = { MIXED * pixels, pixels };
    int g;
    for (g = 0; g < (shared ? 2 * TERMS : TERMS); g++) {
        net *n = width ? mixed_conv(c->groups, side, width) : mixed_dense(c->groups, MIXED * pixels, rows, 2, 1);
        if (g < TERMS) { c->gamma[g] = n; } else { c->lambda[g - TERMS] = n; }
    }
}

static inline mixed_code mixed_new(int groups, int side)
{
    mixed_code c;
    memset(&c, 0, sizeof c);
    c.groups = groups;
    c.pixels = side * side;
    return c;
}

/* all networks that there are, with their names; how many */
static inline int mixed_nets(const mixed_code *c, net **nets, const char **names)
{
    static const char *const name[MIXED_NETS] = { "gamma0", "gamma1", "lambda0", "lambda1", "omega" };
    net *const all[MIXED_NETS] = { c->gamma[0], c->gamma[1], c->lambda[0], c->lambda[1], c->omega };
    int k, n = 0;
    for (k = 0; k < MIXED_NETS; k++) { if (all[k] != NULL) { nets[n] = all[k]; names[n++] = name[k]; } }
    return n;
}

static inline void mixed_free(mixed_code *c)
{
    net *nets[MIXED_NETS];
    const char *names[MIXED_NETS];
    int n = mixed_nets(c, nets, names);
    while (n > 0) { net_free(nets[--n]); }
}

/* ---- forward ---- */

static inline float *last_y(const net *n) { return n->node[n->n - 1].y; }
static inline float *last_d(const net *n) { return n->node[n->n - 1].d; }
static inline float mixed_point(int k) { return (float)(k + 1) / MIXED; }

/* picture k of a group into an encoder's input: joined, or as channel k */
static inline void mixed_put(net *n, int group, int k, const uint8_t *x, int pixels)
{
    const int channels = n->node[0].h > 1, step = channels ? MIXED : 1;
    float *to = n->node[0].y + group * MIXED * pixels + (channels ? k : k * pixels);
    int i;
    for (i = 0; i < pixels; i++) { to[i * step] = (float)x[i] / 255; }
}

static inline void mixed_encode(const mixed_code *c, net *n, const uint8_t *const *x)
{
    int j;
    if (n == NULL) { return; }
    for (j = 0; j < c->groups * MIXED; j++) { mixed_put(n, j / MIXED, j % MIXED, x[j], c->pixels); }
    net_forward(n, c->groups);
}

/* what omega sees of a group at the point a: E(a), or V_0 + V_1 E(a) */
static inline void mixed_input(const mixed_code *c, int group, float a, float *x)
{
    const int at = group * c->pixels;
    int i;
    for (i = 0; i < c->pixels; i++) { x[i] = last_y(c->gamma[0])[at + i] + a * last_y(c->gamma[1])[at + i]; }
    for (i = 0; i < c->pixels && c->lambda[0] != NULL; i++) {
        x[i] = last_y(c->lambda[0])[at + i] + last_y(c->lambda[1])[at + i] * x[i];
    }
}

/* logits of all pictures x [groups * MIXED], in omega's last node */
static inline void mixed_forward(mixed_code *c, const uint8_t *const *x)
{
    float *to = c->omega->node[0].y;
    int g, j, i;
    for (g = 0; g < TERMS; g++) { mixed_encode(c, c->gamma[g], x); mixed_encode(c, c->lambda[g], x); }
    for (j = 0; j < c->groups * MIXED; j++, to += c->pixels) {
        if (c->gamma[0] != NULL) { mixed_input(c, j / MIXED, mixed_point(j % MIXED), to); continue; }
        for (i = 0; i < c->pixels; i++) { to[i] = (float)x[j][i] / 255; }
    }
    net_forward(c->omega, c->groups * MIXED);
}

/* ---- backward ---- */

/* from the gradients by omega's inputs to those by what the encoders make */
static inline void mixed_backward(mixed_code *c)
{
    const float *d = c->omega->node[0].d;
    float *of[2 * TERMS] = { NULL };
    int g, j, i;
    for (g = 0; g < 2 * TERMS; g++) {
        net *n = g < TERMS ? c->gamma[g] : c->lambda[g - TERMS];
        if (n == NULL) { continue; }
        of[g] = last_d(n);
        memset(of[g], 0, (size_t)(c->groups * c->pixels) * sizeof(float));
    }
    for (j = 0; j < c->groups * MIXED; j++, d += c->pixels) {
        const float b = mixed_point(j % MIXED);
        const int at = j / MIXED * c->pixels;
        for (i = 0; i < c->pixels; i++) {
            const float x = last_y(c->gamma[0])[at + i] + b * last_y(c->gamma[1])[at + i];
            const float dx = of[2] ? d[i] * last_y(c->lambda[1])[at + i] : d[i];
            of[0][at + i] += dx;
            of[1][at + i] += b * dx;
            if (of[2] != NULL) { of[2][at + i] += d[i]; of[3][at + i] += d[i] * x; }
        }
    }
}

/* gradients of the mean loss over all pictures, which is returned */
static inline double mixed_gradients(mixed_code *c, const uint8_t *const *x, const uint8_t *label)
{
    net_node *out = &c->omega->node[c->omega->n - 1];
    const int all = c->groups * MIXED;
    double loss = 0;
    int j, g;
    mixed_forward(c, x);
    for (j = 0; j < all; j++) {
        float want[MIXED_CLASSES] = { 0 };
        want[label[j]] = 1;
        loss += cross_entropy(out->d + j * out->c, out->y + j * out->c, want, out->c, 1.0F / (float)all);
    }
    net_backward(c->omega, all);
    if (c->gamma[0] == NULL) { return loss; }
    mixed_backward(c);
    for (g = 0; g < TERMS; g++) {
        net_backward(c->gamma[g], c->groups);
        if (c->lambda[g] != NULL) { net_backward(c->lambda[g], c->groups); }
    }
    return loss;
}
#endif
