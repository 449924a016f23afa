/* cameras.c - [AB] 6.5.1, set-up 3, on what there is here: two cameras see a piece of clothing each (Fashion-MNIST;
 * print: CIFAR10 and a residual network), and the first one says whether there is a bag in any of the two pictures. A
 * convolutional network sees the pictures as two channels and is trained as a whole; RePurpose gives channels to the
 * cameras and drops whole kernels across ((C.1), (C.2)); then it is trained on with the zeros kept. A kernel that stays
 * costs a channel's whole map. Beside it as many kernels without rearranging. */
#include "data.h"
#include "pieces.h"
#include "table.h"
#include "../../examples/training/conv.h"
#include "../../examples/tool/repurpose.h"

enum { V_CLASS = 8, V_BATCH = 50, V_STEPS = 3000, V_TUNE = 1500, V_TEST = 5000, V_LAYERS = 3, V_ETAS = 4,
       V_PIXELS = IDX_PIXELS };
static const double v_eta[V_ETAS] = { 2, 4, 8, 16 }; /* of the convolutions; all of the means may go across */
static const int v_node[V_LAYERS] = { 1, 2, 4 }; /* of the network, those with weights */
static const size_t v_map[V_LAYERS] = { 784, 196, 9 }; /* values of a channel that is read */

typedef struct { float *w[V_LAYERS], *b[V_LAYERS]; } v_weights;

static net *v_net(void)
{
    static const int first[1] = { 16 }, second[1] = { 32 }, two[1] = { 2 };
    const net_op five = { NET_CONV, 0, 0, 5, 5, 2, 1, 0, 0, 1 }, three = { NET_CONV, 1, 0, 3, 3, 2, 1, 0, 0, 1 },
                 mean = { NET_MEAN, 2, 0, 3, 3, 2, 1, 0, 0, 0 };
    net *n = net_new(V_BATCH, 28, 28, 2);
    int l;
    (void)net_layer(n, five, 1, first, 1);
    (void)net_layer(n, three, 1, second, 1);
    (void)net_layer(n, mean, 0, NULL, 0);
    (void)net_dense(n, 3, 0, two, 1);
    for (l = 0; l < V_LAYERS; l++) { node_init(n, &n->node[v_node[l]], 1.7F); }
    return n;
}

static net_node *v_layer(net *n, int l) { return &n->node[v_node[l]]; }

static uint32_t v_below(uint32_t n) { return random_below(&rng_state, n); }

/* samples of which half have a bag; labels */
static void v_draw(net *n, int *label, const idx_set *s, size_t from_set)
{
    int k, p, i;
    for (k = 0; k < V_BATCH; k++) {
        const int want = (int)v_below(2), which = (int)v_below(2);
        label[k] = want;
        for (p = 0; p < 2; p++) {
            size_t at;
            do { at = v_below((uint32_t)from_set); }
            while (want && p == which ? s->label[at] != V_CLASS : !want && s->label[at] == V_CLASS);
            for (i = 0; i < V_PIXELS; i++) {
                n->node[0].y[(k * V_PIXELS + i) * 2 + p] = (float)s->x[at * V_PIXELS + (size_t)i] * (1 / 255.0F);
            }
        }
    }
}

/* keep [layers]: NULL or 1 for every weight that may be other than 0 */
static void v_train(net *n, int steps, float rate0, uint8_t *const *keep, const char *what)
{
    int t, k, l, i, label[V_BATCH];
    for (l = 0; l < V_LAYERS; l++) {
        net_node *o = v_layer(n, l);
        memset(o->weight.grad, 0, 3 * (size_t)o->weight.n * sizeof(float));
        memset(o->bias.grad, 0, 3 * (size_t)o->bias.n * sizeof(float));
    }
    for (t = 1; t <= steps; t++) {
        const net_node *last = &n->node[n->n - 1];
        v_draw(n, label, &train_set, IDX_TRAIN);
        net_forward(n, V_BATCH);
        for (k = 0; k < V_BATCH; k++) {
            const float target[2] = { (float)(label[k] == 0), (float)(label[k] == 1) };
            (void)cross_entropy(last->d + 2 * k, last->y + 2 * k, target, 2, 1.0F / V_BATCH);
        }
        net_backward(n, V_BATCH);
        net_step(n, rate0 * (float)(steps - t + 1) / (float)steps, 1e-4F, t);
        for (l = 0; keep != NULL && l < V_LAYERS; l++) {
            net_node *o = v_layer(n, l);
            for (i = 0; i < o->weight.n; i++) { o->weight.v[i] = keep[l][i] ? o->weight.v[i] : 0; }
        }
        if (t % 50 == 0) { fprintf(stderr, "\r%s: step %d of %d ", what, t, steps); }
    }
    fprintf(stderr, "\r%70s\r", "");
}

static double v_accuracy(net *n)
{
    const uint32_t was = rng_state;
    int k, b, right = 0, label[V_BATCH];
    rng_state = 77777;
    for (b = 0; b < V_TEST / V_BATCH; b++) {
        const float *z;
        v_draw(n, label, &test_set, IDX_TEST);
        net_forward(n, V_BATCH);
        z = n->node[n->n - 1].y;
        for (k = 0; k < V_BATCH; k++) { right += (z[2 * k + 1] > z[2 * k]) == label[k]; }
    }
    rng_state = was;
    return right / (double)V_TEST;
}

/* ---- over two cameras ---- */

/* kernels as RePurpose has them: [out][in][taps] */
static void v_to_layers(repurpose_layer *to, net *n)
{
    int l, o, i, t;
    for (l = 0; l < V_LAYERS; l++) {
        const net_node *from = v_layer(n, l), *in = &n->node[from->op.from];
        const int taps = from->op.kh * from->op.kw;
        repurpose_layer *s = &to[l];
        s->n_in = (size_t)in->c; s->n_out = (size_t)from->c;
        s->taps = (size_t)taps; s->map = v_map[l];
        s->whole = 1;
        for (o = 0; o < from->c; o++) {
            s->b[o] = (double)from->bias.v[o];
            for (i = 0; i < in->c; i++) {
                for (t = 0; t < taps; t++) {
                    s->w[(o * in->c + i) * taps + t] = (double)from->weight.v[(o * taps + t) * in->c + i];
                }
            }
        }
    }
}

/* kernels that went are 0 in the network, whose channels stay where they were */
static void v_keep(uint8_t **keep, net *n, const repurpose_layer *from, const repurpose_plan *p)
{
    int l, o, i, t;
    for (l = 0; l < V_LAYERS; l++) {
        net_node *to = v_layer(n, l);
        const int taps = to->op.kh * to->op.kw, n_in = n->node[to->op.from].c;
        for (o = 0; o < to->c; o++) {
            for (i = 0; i < n_in; i++) {
                const int row = (int)repurpose_order(p, (size_t)l + 1)[o], col = (int)repurpose_order(p, (size_t)l)[i];
                const int stays = repurpose_square(&from[l], (size_t)(o * n_in + i)) > 0;
                for (t = 0; t < taps; t++) {
                    keep[l][(row * taps + t) * n_in + col] = (uint8_t)stays;
                    if (!stays) { to->weight.v[(row * taps + t) * n_in + col] = 0; }
                }
            }
        }
    }
}

typedef struct { double kernels, values, before, after; size_t edges[V_LAYERS]; } v_result;

static void v_copy(v_weights *w, net *n, int back)
{
    int l;
    for (l = 0; l < V_LAYERS; l++) {
        net_node *o = v_layer(n, l);
        const size_t nw = (size_t)o->weight.n * sizeof(float), nb = (size_t)o->bias.n * sizeof(float);
        memcpy(back ? o->weight.v : w->w[l], back ? w->w[l] : o->weight.v, nw);
        memcpy(back ? o->bias.v : w->b[l], back ? w->b[l] : o->bias.v, nb);
    }
}

static void v_tune(v_result *r, net *n, v_weights *whole, uint8_t **keep, const repurpose_layer *layer,
                   const repurpose_plan *p, const char *what)
{
    size_t l;
    r->values = r->kernels = 0;
    for (l = 0; l < V_LAYERS; l++) {
        repurpose_traffic t;
        if (repurpose_count(&t, &layer[l], repurpose_start(p, l), repurpose_start(p, l + 1), 2) != 0) { exit(2); }
        r->edges[l] = t.edges;
        r->kernels += (double)t.edges;
        r->values += (double)t.values;
    }
    v_copy(whole, n, 1);
    v_keep(keep, n, layer, p);
    r->before = v_accuracy(n);
    v_train(n, V_TUNE, 0.001F, keep, what);
    r->after = v_accuracy(n);
    v_copy(whole, n, 1);
}

/* r [0] rearranged, r [1] not; eta in units of each layer's mean square of a kernel */
static void v_divide(v_result *r, net *n, v_weights *whole, uint8_t **keep, repurpose_layer *layer, double eta)
{
    static const double answers[2] = { 1, 0 }, none[V_LAYERS] = { 0 };
    double eta2[V_LAYERS], lost;
    repurpose_plan p;
    size_t l, k;
    v_to_layers(layer, n);
    if (repurpose_plan_init(&p, layer, V_LAYERS, 2) != 0) { exit(2); }
    repurpose_share(repurpose_start(&p, V_LAYERS), 2, answers, 2);
    for (l = 0; l < V_LAYERS; l++) { eta2[l] = l < 2 ? eta * repurpose_mean_square(&layer[l]) : 0; }
    if (repurpose_arrange(layer, &p, none, eta2) != 0) { exit(2); }
    for (l = 0; l < V_LAYERS; l++) {
        (void)repurpose_threshold(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), 2, 0, eta2[l], NULL);
    }
    v_tune(&r[0], n, whole, keep, layer, &p, "two cameras, rearranged");
    v_to_layers(layer, n);
    for (l = 0; l < V_LAYERS; l++) {
        for (k = 0; k < layer[l].n_out; k++) { repurpose_order(&p, l + 1)[k] = (uint32_t)k; }
        if (repurpose_sparsify(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), 2, 0, r[0].edges[l],
                               &lost) != 0) {
            exit(2);
        }
    }
    v_tune(&r[1], n, whole, keep, layer, &p, "two cameras, not rearranged");
    repurpose_free(&p);
}

/* layer by layer: as many without rearranging */
static void v_row_layers(double eta, const v_result *r, const repurpose_layer *layer)
{
    int l;
    for (l = 0; l < 2; l++) {
        const size_t cross = layer[l].n_in * layer[l].n_out / 2; /* half of a layer's kernels: two cameras, alike */
        row("AB Figure 6.5(b)", "eta2 %g mean squares: share of the %lu kernels across of convolution %d left", eta,
            (unsigned long)cross, l + 1);
        row_ours((double)r->edges[l] / (double)cross);
        row_note("%lu kernels", (unsigned long)r->edges[l]);
    }
}

static void v_rows(double whole, v_result r[V_ETAS][2], const repurpose_layer *layer)
{
    double least = NAN;
    int e, k;
    row("AB Setup 3", "two cameras, is a bag in any picture: the whole network's accuracy");
    row_ours(whole);
    row_goal(0.95, 1);
    row_note("Fashion-MNIST, 2 channels, conv 5 x 5 to 16, 3 x 3 to 32, means, 2; print: CIFAR10, a residual network");
    for (e = 0; e < V_ETAS; e++) {
        v_row_layers(v_eta[e], r[e], layer);
        for (k = 0; k < 2; k++) {
            const char *how = k == 0 ? "rearranged" : "as many kernels without rearranging";
            row("AB Figure 6.5(b)", "eta2 %g mean squares, %s: kernels across", v_eta[e], how);
            row_ours(r[e][k].kernels);
            row("AB Setup 3", "eta2 %g mean squares, %s: values exchanged", v_eta[e], how);
            row_ours(r[e][k].values);
            row("AB Figure 6.5(a), (c)", "eta2 %g mean squares, %s: accuracy before fine-tuning", v_eta[e], how);
            row_ours(r[e][k].before);
            row("AB Figure 6.5(a), (c)", "eta2 %g mean squares, %s: accuracy after fine-tuning", v_eta[e], how);
            row_ours(r[e][k].after);
        }
        if (r[e][0].after >= whole - 0.01 && !(r[e][0].values >= least)) { least = r[e][0].values; }
    }
    row("AB Setup 3", "fewest values exchanged within 1 point of the whole network, fine-tuned");
    row_ours(least);
    row_goal(0, 784);
    row_note("beside it: one camera sends its picture, 784 values");
}

void cameras(void)
{
    static v_result r[V_ETAS][2];
    repurpose_layer layer[V_LAYERS];
    uint8_t *keep[V_LAYERS];
    v_weights whole;
    double accuracy;
    net *n;
    int l, e;
    rng_seed(1);
    n = v_net();
    for (l = 0; l < V_LAYERS; l++) {
        const net_node *o = v_layer(n, l);
        whole.w[l] = (float *)zeros((size_t)o->weight.n, sizeof(float));
        whole.b[l] = (float *)zeros((size_t)o->bias.n, sizeof(float));
        keep[l] = (uint8_t *)zeros((size_t)o->weight.n, 1);
        layer[l].w = (double *)zeros((size_t)o->weight.n, sizeof(double));
        layer[l].b = (double *)zeros((size_t)o->bias.n, sizeof(double));
    }
    v_train(n, V_STEPS, 0.002F, NULL, "two cameras, whole");
    accuracy = v_accuracy(n);
    v_copy(&whole, n, 0);
    fprintf(stderr, "whole %.4f\n", accuracy);
    for (e = 0; e < V_ETAS; e++) {
        v_divide(r[e], n, &whole, keep, layer, v_eta[e]);
        fprintf(stderr, "eta %g: %g values, %.4f to %.4f; %g values, %.4f to %.4f\n", v_eta[e], r[e][0].values,
                r[e][0].before, r[e][0].after, r[e][1].values, r[e][1].before, r[e][1].after);
    }
    v_rows(accuracy, r, layer);
    net_free(n);
}
