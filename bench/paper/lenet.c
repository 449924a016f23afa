/* lenet.c - LeNet-5 as train_conv.c has it: 6 and 16 maps by windows of 5 x 5, each with a pool of 2 x 2, then
 * 400-120-84-10; 61,706 parameters. */
#include "lenet.h"
#include "../../examples/training/conv.h"

const int lenet_in[LENET_LAYERS] = { 25, 150, 400, 120, 84 }, lenet_out[LENET_LAYERS] = { 6, 16, 120, 84, 10 };

struct lenet { net *net; int node[LENET_LAYERS]; };

/* a convolution of 5 x 5 to c maps, and a pool; returns the convolution's node */
static int convolution(net *n, int from, int same, int c)
{
    const net_op conv = { NET_CONV, from, 0, 5, 5, 1, 1, 0, 0, 1 };
    const int at = net_layer(n, conv, same, &c, 1);
    const net_op pool = { NET_MAX, at, 0, 2, 2, 2, 1, 0, 0, 0 };
    (void)net_layer(n, pool, 0, NULL, 0);
    return at;
}

lenet *lenet_new(int batch)
{
    lenet *const n = (lenet *)zeros(1, sizeof *n);
    int l;
    n->net = net_new(batch, 28, 28, 1);
    for (l = 0; l < LENET_LAYERS; l++) {
        const int from = n->net->n - 1;
        n->node[l] = l < LENET_CONVOLUTIONS ? convolution(n->net, from, l == 0, lenet_out[l])
                                            : net_dense(n->net, from, l + 1 < LENET_LAYERS, &lenet_out[l], 1);
    }
    return n;
}

void lenet_free(lenet *n)
{
    if (n == NULL) { return; }
    net_free(n->net);
    free(n);
}

static net_node *node_of(const lenet *n, int l) { return &n->net->node[n->node[l]]; }

float *lenet_pictures(lenet *n) { return n->net->node[0].y; }

const float *lenet_forward(lenet *n, const float *w, int samples)
{
    int l, i, o;
    for (l = 0; l < LENET_LAYERS; l++, w++) {
        const int in = lenet_in[l], out = lenet_out[l];
        net_node *const k = node_of(n, l);
        for (i = 0; i < in; i++) { for (o = 0; o < out; o++) { k->weight.v[o * in + i] = *w++; } }
        memcpy(k->bias.v, w, (size_t)out * sizeof(float));
        w += out - 1;
    }
    net_forward(n->net, samples);
    return n->net->node[n->net->n - 1].y;
}

void lenet_backward(lenet *n, const float *d)
{
    int l;
    for (l = 0; l < LENET_LAYERS; l++) {
        net_node *const k = node_of(n, l);
        memset(k->weight.grad, 0, (size_t)k->weight.n * sizeof(float));
        memset(k->bias.grad, 0, (size_t)k->bias.n * sizeof(float));
    }
    memcpy(n->net->node[n->net->n - 1].d, d, (size_t)(n->net->batch * LENET_CLASSES) * sizeof(float));
    net_backward(n->net, n->net->batch);
}

void lenet_gradient(const lenet *n, float *g, int l)
{
    const int in = lenet_in[l], out = lenet_out[l];
    const net_node *const k = node_of(n, l);
    const float share = 1.0F / (float)n->net->batch;
    int i, o;
    for (i = 0; i < in; i++) { for (o = 0; o < out; o++) { *g++ = k->weight.grad[o * in + i] * share; } }
    for (o = 0; o < out; o++) { *g++ = k->bias.grad[o] * share; }
}

const float *lenet_x(const lenet *n, int l) { return n->net->node[node_of(n, l)->op.from].y; }
const float *lenet_d(const lenet *n, int l) { return node_of(n, l)->d; }
