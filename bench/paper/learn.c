/* learn.c - networks trained by workers that share gradients: forward, backward, SGD and Adam. */
#include "data.h"
#include "learn.h"
#include "../random.h"

enum { L_TILE = 32 }; /* pictures that share a pass over the weights when testing */

static void *l_zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (p == NULL) { fprintf(stderr, "out of memory\n"); exit(2); }
    return p;
}

const char *const learn_name[LEARN_NETS] = { "784-300-100-10", "784-1000-300-100-10", "lenet" };

int learn_values(const learning *t) { return t->net.at[t->net.n]; }

void learn_start(learning *t)
{
    static const int size[2][5] = { { 784, 300, 100, 10, 0 }, { 784, 1000, 300, 100, 10 } };
    learn_net *const net = &t->net;
    const int conv = t->shape == LEARN_LENET;
    int l, i, all;
    net->n = conv ? LENET_LAYERS : t->shape == LEARN_WIDE ? 4 : 3;
    net->batch = t->batch / t->workers;
    net->conv = conv ? lenet_new(net->batch) : NULL;
    t->epoch_steps = IDX_TRAIN / t->batch;
    for (l = 0; l < net->n; l++) {
        net->in[l] = conv ? lenet_in[l] : size[t->shape][l];
        net->out[l] = conv ? lenet_out[l] : size[t->shape][l + 1];
        net->at[l + 1] = net->at[l] + (net->in[l] + 1) * net->out[l];
        if (conv && l < LENET_CONVOLUTIONS) { continue; }
        net->x[l] = (float *)l_zeros((size_t)net->batch * (size_t)net->in[l], sizeof(float));
        net->d[l] = (float *)l_zeros((size_t)net->batch * (size_t)net->out[l], sizeof(float));
    }
    all = net->at[net->n];
    net->w = (float *)l_zeros((size_t)all, sizeof(float));
    t->first = (float *)l_zeros((size_t)all, sizeof(float));
    t->second = (float *)l_zeros((size_t)all, sizeof(float));
    t->residual = (float *)l_zeros((size_t)all * (size_t)t->workers, sizeof(float));
    t->order = (int *)l_zeros(IDX_TRAIN, sizeof(int));
    random_start((uint32_t)t->seed * 7919U + 17U); /* every sender the same start and batches */
    for (l = 0; l < net->n; l++) {
        for (i = net->at[l]; i < net->at[l] + net->in[l] * net->out[l]; i++) {
            net->w[i] = (float)(normal() * sqrt(2.0 / net->in[l]));
        }
    }
    for (i = 0; i < IDX_TRAIN; i++) { t->order[i] = i; }
    t->random = test_state;
}

void learn_end(learning *t)
{
    int l;
    for (l = 0; l < t->net.n; l++) { free(t->net.x[l]); free(t->net.d[l]); }
    lenet_free(t->net.conv);
    free(t->net.w); free(t->first); free(t->second); free(t->residual); free(t->order);
}

/* y [n][out] = x [n][in] and a row of ones, times the weights; ReLU below the last layer */
static void l_forward(float *y, const float *x, const learn_net *net, int l, int n)
{
    const int in = net->in[l], out = net->out[l];
    const float *w = net->w + net->at[l];
    int i, b, o;
    for (b = 0; b < n; b++) { memcpy(y + b * out, w + in * out, (size_t)out * sizeof(float)); }
    for (i = 0; i < in; i++) {
        for (b = 0; b < n; b++) {
            const float v = x[b * in + i];
            float *const row = y + b * out;
            for (o = 0; v != 0 && o < out; o++) { row[o] += v * w[i * out + o]; }
        }
    }
    for (o = 0; l + 1 < net->n && o < n * out; o++) { y[o] = y[o] > 0 ? y[o] : 0; }
}

/* d of layer l - 1 from that of layer l, through ReLU */
static void l_backward(learn_net *net, int l)
{
    const int in = net->in[l], out = net->out[l];
    const float *w = net->w + net->at[l];
    int i, b, o;
    for (i = 0; i < in; i++) {
        for (b = 0; b < net->batch; b++) {
            const float *const d = net->d[l] + b * out;
            float sum = 0;
            for (o = 0; net->x[l][b * in + i] > 0 && o < out; o++) { sum += w[i * out + o] * d[o]; }
            net->d[l - 1][b * in + i] = sum;
        }
    }
}

static void l_picture(float *x, const uint8_t *p)
{
    int i;
    for (i = 0; i < IDX_PIXELS; i++) { x[i] = (float)p[i] / 255; }
}

/* the last layer's answers, from its pictures; of LeNet its dense layers' inputs, too */
static void l_answers(learn_net *net)
{
    const int last = net->n - 1;
    int l;
    if (net->conv == NULL) {
        for (l = 0; l < last; l++) { l_forward(net->x[l + 1], net->x[l], net, l, net->batch); }
        l_forward(net->d[last], net->x[last], net, last, net->batch);
        return;
    }
    memcpy(net->d[last], lenet_forward(net->conv, net->w, net->batch),
           sizeof(float) * (size_t)(net->batch * LENET_CLASSES));
    for (l = LENET_CONVOLUTIONS; l <= last; l++) {
        memcpy(net->x[l], lenet_x(net->conv, l), sizeof(float) * (size_t)(net->batch * net->in[l]));
    }
}

/* the deltas of all layers from those of the last */
static void l_deltas(learn_net *net)
{
    int l;
    if (net->conv == NULL) {
        for (l = net->n - 1; l > 0; l--) { l_backward(net, l); }
        return;
    }
    lenet_backward(net->conv, net->d[net->n - 1]);
    for (l = LENET_CONVOLUTIONS; l + 1 < net->n; l++) {
        memcpy(net->d[l], lenet_d(net->conv, l), sizeof(float) * (size_t)(net->batch * net->out[l]));
    }
}

void learn_batch(learning *t, int worker)
{
    learn_net *const net = &t->net;
    const int in_epoch = t->step % t->epoch_steps, last = net->n - 1, out = net->out[last];
    float *const pictures = net->conv != NULL ? lenet_pictures(net->conv) : net->x[0];
    int label[IDX_PIXELS], b, o;
    for (b = 0; b < net->batch; b++) {
        const int k = t->order[in_epoch * t->batch + worker * net->batch + b];
        l_picture(pictures + b * IDX_PIXELS, train_set.x + (size_t)k * IDX_PIXELS);
        label[b] = train_set.label[k];
    }
    l_answers(net);
    for (b = 0; b < net->batch; b++) {
        float *const d = net->d[last] + b * out;
        float max = d[0], sum = 0;
        for (o = 1; o < out; o++) { max = d[o] > max ? d[o] : max; }
        for (o = 0; o < out; o++) { d[o] = expf(d[o] - max); sum += d[o]; }
        for (o = 0; o < out; o++) { d[o] = d[o] / sum - (float)(o == label[b]); }
    }
    l_deltas(net);
}

void learn_product(float *g, const learn_net *net, int l, const float *x, const float *d)
{
    const int in = net->in[l], out = net->out[l];
    const float share = 1.0F / (float)net->batch;
    int i, b, o;
    if (net->conv != NULL && l < LENET_CONVOLUTIONS) { lenet_gradient(net->conv, g, l); return; }
    memset(g, 0, sizeof(float) * (size_t)((in + 1) * out));
    for (i = 0; i <= in; i++) {
        float *const row = g + i * out;
        for (b = 0; b < net->batch; b++) {
            const float v = i == in ? share : x[b * in + i] * share;
            for (o = 0; v != 0 && o < out; o++) { row[o] += v * d[b * out + o]; }
        }
    }
}

/* a new order of the training pictures */
static void l_shuffle(learning *t)
{
    int i;
    for (i = IDX_TRAIN - 1; i > 0; i--) {
        const int j = (int)rnd_below((uint32_t)i + 1U), o = t->order[i];
        t->order[i] = t->order[j]; t->order[j] = o;
    }
}

void learn_step(learning *t)
{
    const int n = learn_values(t), epoch = t->step / t->epoch_steps;
    const float rate = (float)(t->rate * pow(t->fall, epoch));
    static float *mean, *got;
    static int room;
    int worker, i;
    if (room < n) {
        free(mean); free(got);
        mean = (float *)l_zeros((size_t)n, sizeof(float)); got = (float *)l_zeros((size_t)n, sizeof(float));
        room = n;
    }
    test_state = t->random;
    if (t->step % t->epoch_steps == 0) { l_shuffle(t); }
    t->random = test_state;
    memset(mean, 0, sizeof(float) * (size_t)n);
    for (worker = 0; worker < t->workers; worker++) {
        learn_batch(t, worker);
        send_gradient(t, worker, got, mean);
        for (i = 0; i < n; i++) { mean[i] = (mean[i] * (float)worker + got[i]) / (float)(worker + 1); }
    }
    t->step++;
    if (!t->adam) {
        for (i = 0; i < n; i++) { t->net.w[i] -= rate * mean[i]; }
    } else {
        const float c1 = 1 - powf(0.9F, (float)t->step), c2 = 1 - powf(0.999F, (float)t->step),
                    k = rate * sqrtf(c2) / c1;
        for (i = 0; i < n; i++) {
            t->first[i] = 0.9F * t->first[i] + 0.1F * mean[i];
            t->second[i] = 0.999F * t->second[i] + 0.001F * mean[i] * mean[i];
            t->net.w[i] -= k * t->first[i] / (sqrtf(t->second[i]) + 1e-8F);
        }
    }
}

/* answers to `tile` pictures in x [0] */
static const float *l_tested(float x[2][L_TILE * 1000], const learn_net *net, int tile)
{
    int l;
    for (l = 0; l < net->n; l++) { l_forward(x[(l + 1) & 1], x[l & 1], net, l, tile); }
    return x[net->n & 1];
}

double learn_accuracy(learning *t, int n)
{
    static float x[2][L_TILE * 1000];
    const learn_net *const net = &t->net;
    const int most = net->conv != NULL ? net->batch : L_TILE;
    float *const pictures = net->conv != NULL ? lenet_pictures(net->conv) : x[0];
    int at, b, o, right = 0;
    for (at = 0; at < n; at += most) {
        const int tile = n - at < most ? n - at : most, out = net->out[net->n - 1];
        const float *all;
        for (b = 0; b < tile; b++) { l_picture(pictures + b * IDX_PIXELS, test_set.x + (size_t)(at + b) * IDX_PIXELS); }
        all = net->conv != NULL ? lenet_forward(net->conv, net->w, tile) : l_tested(x, net, tile);
        for (b = 0; b < tile; b++) {
            const float *const y = all + b * out;
            int best = 0;
            for (o = 1; o < out; o++) { best = y[o] > y[best] ? o : best; }
            right += best == test_set.label[at + b];
        }
    }
    return (double)right / n;
}
