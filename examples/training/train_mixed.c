/* train_mixed.c - trains codes across inputs on Fashion-MNIST: a master mixes K = 2 pictures, each of N workers
 * classifies a mixture, and any R answers give both classes. [CIC] J. Tang, N. Agrawal, S. Stanczak, J. Zhu, "Coded
 * Distributed Image Classification"; sucref_mix_* is the master's and workers' part in integers.
 *
 *     E(a) = C_0 + C_1 a                  C_g made of both pictures by a network gamma_g with ReLU
 *     H(x) = omega(x)                     basic: the worker knows its mixture only
 *     H(x) = omega(V_0 + V_1 x)           shared: it knows V_p, too, made of both pictures by networks lambda_p;
 *                                         the product is one of single pixels (print leaves it open)
 *     D(b_k) = H(E(b_k)), b_k = k / 2     what learns the label of picture k: no worker occurs in training
 *
 * omega is 784-200-100-10 without activations, so D is a polynomial in a of degree 1 and R = 2. As in print: pictures
 * in random pairs, each once an epoch, 64 pairs a step, Adam at .001, 20 epochs, all 60,000 pictures, weights uniform
 * up to 1 / sqrt(inputs). `centralised` and `linear` are what stands beside: omega with ReLU, and one dense layer,
 * which see every picture as it is. After every epoch networks go to OUT_gamma0.npz and so on, the state to OUT.part. */
#include "idx.h"
#include "checkpoint.h"
#include "conv_file.h"
#include <time.h>

enum { K = 2, TERMS = 2, GROUPS = 64, CLASSES = 10, TRAIN = IDX_TRAIN + IDX_VALID, EPOCHS = 20 };

typedef struct { const char *worker, *encoder, *out, *data; int seed, epochs; } options;

/* networks that are not there are NULL */
typedef struct { net *gamma[TERMS], *lambda[TERMS], *omega; } code;

static const char usage[] =
    "usage: train_mixed WORKER OUT [options]\n"
    "  WORKER          basic or shared; or centralised or linear, which mix nothing\n"
    "  OUT             networks become OUT_gamma0.npz, OUT_omega.npz and so on\n"
    "  --encoder WHICH mlp (default: 1568-1568-784) or conv (seven convolutions of 40 channels; hours)\n"
    "  --seed N        default 1\n"
    "  --epochs N      default 20\n"
    "  --data DIR      where fashion-mnist/ is, else $SUCREF_DATA, data/ and ../shared/data\n";

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "train_mixed: %s: %s\n", what, why);
    exit(2);
}

/* ---- the networks ---- */

static void start_weights(net *n)
{
    int k, i;
    for (k = 1; k < n->n; k++) {
        net_node *o = &n->node[k];
        const int fan = o->weight.n / o->c;
        node_init(n, o, 1.0F);
        for (i = 0; i < o->bias.n; i++) { o->bias.v[i] = uniform(1 / sqrtf((float)fan)); }
    }
}

static net *dense_network(int batch, int in, const int *rows, int layers, int relu)
{
    net *n = net_new(batch, 1, 1, in);
    int k;
    for (k = 0; k < layers; k++) { net_dense(n, k, relu && k + 1 < layers, &rows[k], 1); }
    start_weights(n);
    return n;
}

/* pictures as channels, 28 x 28 throughout; the windows grow by dilation until they cover the picture */
static net *conv_network(int batch)
{
    static const int dilation[7] = { 1, 1, 2, 4, 8, 1, 1 }, wide = 20 * K, one = 1;
    net *n = net_new(batch, 28, 28, K);
    int k;
    for (k = 0; k < 7; k++) {
        const int taps = k < 6 ? 3 : 1;
        const net_op op = { NET_CONV, k, 0, taps, taps, 1, dilation[k], 0, 0, k < 6 };
        net_layer(n, op, 1, k < 6 ? &wide : &one, 1);
    }
    start_weights(n);
    return n;
}

static net *encoder(const char *which)
{
    static const int rows[2] = { K * IDX_PIXELS, IDX_PIXELS };
    return strcmp(which, "conv") == 0 ? conv_network(GROUPS) : dense_network(GROUPS, K * IDX_PIXELS, rows, 2, 1);
}

static int mixes(const options *o) { return strcmp(o->worker, "basic") == 0 || strcmp(o->worker, "shared") == 0; }

static void code_new(code *c, const options *o)
{
    static const int rows[3] = { 200, 100, CLASSES };
    const int linear = strcmp(o->worker, "linear") == 0;
    int g;
    memset(c, 0, sizeof *c);
    for (g = 0; g < TERMS && mixes(o); g++) {
        c->gamma[g] = encoder(o->encoder);
        if (strcmp(o->worker, "shared") == 0) { c->lambda[g] = encoder(o->encoder); }
    }
    c->omega = dense_network(GROUPS * K, IDX_PIXELS, linear ? rows + 2 : rows, linear ? 1 : 3, !mixes(o));
    c->omega->input_gradient = mixes(o);
}

/* all networks that there are, with their names; how many */
static int code_nets(const code *c, net **nets, const char **names)
{
    static const char *const name[5] = { "gamma0", "gamma1", "lambda0", "lambda1", "omega" };
    net *const all[5] = { c->gamma[0], c->gamma[1], c->lambda[0], c->lambda[1], c->omega };
    int k, n = 0;
    for (k = 0; k < 5; k++) { if (all[k] != NULL) { nets[n] = all[k]; names[n++] = name[k]; } }
    return n;
}

/* ---- forward ---- */

static float *last_y(const net *n) { return n->node[n->n - 1].y; }
static float *last_d(const net *n) { return n->node[n->n - 1].d; }
static float point(int k) { return (float)(k + 1) / K; }

/* picture k of a group into an encoder's input: joined, or as channel k */
static void put_picture(net *n, int group, int k, const uint8_t *x)
{
    const int channels = n->node[0].h > 1, step = channels ? K : 1;
    float *to = n->node[0].y + group * K * IDX_PIXELS + (channels ? k : k * IDX_PIXELS);
    int i;
    for (i = 0; i < IDX_PIXELS; i++) { to[i * step] = (float)x[i] / 255; }
}

static void encode(net *n, const idx_set *s, const int *order)
{
    int j;
    if (n == NULL) { return; }
    for (j = 0; j < GROUPS * K; j++) { put_picture(n, j / K, j % K, s->x + (size_t)order[j] * IDX_PIXELS); }
    net_forward(n, GROUPS);
}

/* x = E(b_k) of group j / K, k = j % K */
static void mixture(const code *c, int j, float *x)
{
    const float *zero = last_y(c->gamma[0]) + j / K * IDX_PIXELS, *one = last_y(c->gamma[1]) + j / K * IDX_PIXELS;
    const float b = point(j % K);
    int i;
    for (i = 0; i < IDX_PIXELS; i++) { x[i] = zero[i] + b * one[i]; }
}

/* logits of GROUPS * K pictures, in omega's last node */
static void code_forward(code *c, const idx_set *s, const int *order)
{
    float *to = c->omega->node[0].y;
    int g, j, i;
    for (g = 0; g < TERMS; g++) { encode(c->gamma[g], s, order); encode(c->lambda[g], s, order); }
    for (j = 0; j < GROUPS * K; j++, to += IDX_PIXELS) {
        if (c->gamma[0] == NULL) {
            const uint8_t *x = s->x + (size_t)order[j] * IDX_PIXELS;
            for (i = 0; i < IDX_PIXELS; i++) { to[i] = (float)x[i] / 255; }
            continue;
        }
        mixture(c, j, to);
        if (c->lambda[0] != NULL) {
            const int at = j / K * IDX_PIXELS;
            const float *v0 = last_y(c->lambda[0]) + at, *v1 = last_y(c->lambda[1]) + at;
            for (i = 0; i < IDX_PIXELS; i++) { to[i] = v0[i] + v1[i] * to[i]; }
        }
    }
    net_forward(c->omega, GROUPS * K);
}

/* ---- backward ---- */

/* from the gradients by omega's inputs to those by what the encoders make */
static void mix_backward(code *c)
{
    const float *d = c->omega->node[0].d;
    float x[IDX_PIXELS], *of[2 * TERMS] = { NULL };
    int g, j, i;
    for (g = 0; g < 2 * TERMS; g++) {
        net *n = g < TERMS ? c->gamma[g] : c->lambda[g - TERMS];
        if (n == NULL) { continue; }
        of[g] = last_d(n);
        memset(of[g], 0, (size_t)(GROUPS * IDX_PIXELS) * sizeof(float));
    }
    for (j = 0; j < GROUPS * K; j++, d += IDX_PIXELS) {
        const float b = point(j % K);
        const int at = j / K * IDX_PIXELS;
        mixture(c, j, x);
        for (i = 0; i < IDX_PIXELS; i++) {
            const float dx = of[2] ? d[i] * last_y(c->lambda[1])[at + i] : d[i];
            of[0][at + i] += dx;
            of[1][at + i] += b * dx;
            if (of[2] != NULL) { of[2][at + i] += d[i]; of[3][at + i] += d[i] * x[i]; }
        }
    }
}

/* one step on GROUPS groups of pictures; returns the mean loss */
static double code_step(code *c, const idx_set *s, const int *order, int t)
{
    net_node *out = &c->omega->node[c->omega->n - 1];
    net *nets[CHECKPOINT_NETS];
    const char *names[CHECKPOINT_NETS];
    const int n = code_nets(c, nets, names);
    double loss = 0;
    int j, k;
    code_forward(c, s, order);
    for (j = 0; j < GROUPS * K; j++) {
        float label[CLASSES] = { 0 };
        label[s->label[order[j]]] = 1;
        loss += cross_entropy(out->d + j * CLASSES, out->y + j * CLASSES, label, CLASSES, 1.0F / (GROUPS * K));
    }
    net_backward(c->omega, GROUPS * K);
    if (c->gamma[0] != NULL) { mix_backward(c); }
    for (k = 0; k < n; k++) {
        if (nets[k] != c->omega) { net_backward(nets[k], GROUPS); }
        net_step(nets[k], 1e-3F, 0, t);
    }
    return loss;
}

/* ---- training ---- */

/* share of right answers to the test pictures in pairs as they lie */
static double accuracy(code *c, const idx_set *s)
{
    const net_node *out = &c->omega->node[c->omega->n - 1];
    int order[GROUPS * K], first, j, k, right = 0;
    for (first = 0; first < IDX_TEST; first += GROUPS * K) {
        for (j = 0; j < GROUPS * K; j++) { order[j] = first + j < IDX_TEST ? first + j : j; }
        code_forward(c, s, order);
        for (j = 0; j < GROUPS * K && first + j < IDX_TEST; j++) {
            const float *z = out->y + j * CLASSES;
            int best = 0;
            for (k = 1; k < CLASSES; k++) { best = z[k] > z[best] ? k : best; }
            right += best == s->label[first + j];
        }
    }
    return right / (double)IDX_TEST;
}

static double epoch(code *c, checkpoint *p, const idx_set *s)
{
    const int steps = TRAIN / (GROUPS * K);
    int *order = (int *)zeros(TRAIN, sizeof(int)), i;
    double loss = 0;
    for (i = 0; i < TRAIN; i++) { order[i] = i; } /* anew each time: nothing but `rng` to keep */
    shuffle(order, TRAIN);
    for (i = 0; i < steps; i++) { loss += code_step(c, s, order + i * GROUPS * K, ++p->t) / steps; }
    p->epoch++;
    free(order);
    return loss;
}

static void save(const code *c, const char *out)
{
    net *nets[CHECKPOINT_NETS];
    const char *names[CHECKPOINT_NETS];
    char path[DATA_PATH];
    const int n = code_nets(c, nets, names);
    int k;
    for (k = 0; k < n; k++) {
        if (snprintf(path, sizeof path, "%s_%s.npz", out, names[k]) >= DATA_PATH) { stop(out, "is too long"); }
        if (net_write(path, nets[k], 1) != 0) { stop(path, "cannot be written"); }
    }
}

/* the accuracies of epochs are shown, not chosen by: the networks of the last epoch are kept */
static void train(code *c, const options *o, const idx_set *s, const idx_set *test)
{
    checkpoint p = { "", 0, 0, 0, { NULL }, 0 };
    const char *names[CHECKPOINT_NETS];
    char part[DATA_PATH];
    int found;
    p.n_nets = code_nets(c, p.nets, names);
    snprintf(p.title, TITLE, "train_mixed %s, encoder %s, seed %d", o->worker, o->encoder, o->seed);
    if (snprintf(part, sizeof part, "%s.part", o->out) >= DATA_PATH) { stop(o->out, "is too long"); }
    found = checkpoint_read(&p, part);
    if (found < 0) { stop(part, "is of another training; remove it to begin anew"); }
    if (found) { fprintf(stderr, "taken up after epoch %d\n", p.epoch); }
    while (p.epoch < o->epochs) {
        const double loss = epoch(c, &p, s);
        if (checkpoint_write(&p, part) != 0) { stop(part, "cannot be written"); }
        save(c, o->out);
        fprintf(stderr, "%s, epoch %d of %d: loss %.4f, test %.4f, %.0f s\n", p.title + 12, p.epoch, o->epochs, loss,
                accuracy(c, test), (double)clock() / CLOCKS_PER_SEC);
    }
    printf("%s, %d epochs: test %.4f\n", p.title + 12, p.epoch, accuracy(c, test));
    remove(part);
}

/* ---- the command line ---- */

static int number(const char *what, const char *text)
{
    char *end;
    const long n = strtol(text, &end, 10);
    if (end == text || *end != 0 || n < 0 || n > 99999) { stop(what, "is not such a number"); }
    return (int)n;
}

static const char *option(options *o, const char *name, const char *value)
{
    if (value == NULL) { return "needs a value"; }
    if (strcmp(name, "--encoder") == 0) {
        o->encoder = value;
        return strcmp(value, "mlp") == 0 || strcmp(value, "conv") == 0 ? NULL : "mlp or conv";
    }
    if (strcmp(name, "--seed") == 0) { o->seed = number(name, value); }
    else if (strcmp(name, "--epochs") == 0) { o->epochs = number(name, value); }
    else if (strcmp(name, "--data") == 0) { o->data = value; }
    else { return "no such option"; }
    return NULL;
}

static int options_parse(options *o, int argc, char **argv)
{
    const char *word[2] = { NULL, NULL };
    int k, n = 0;
    memset(o, 0, sizeof *o);
    o->encoder = "mlp"; o->seed = 1; o->epochs = EPOCHS;
    for (k = 1; k < argc; k++) {
        if (argv[k][0] == '-') {
            const char *why = option(o, argv[k], k + 1 < argc ? argv[k + 1] : NULL);
            if (why != NULL) { stop(argv[k], why); }
            k++;
        } else if (n < 2) { word[n++] = argv[k]; }
        else { return -1; }
    }
    o->worker = word[0]; o->out = word[1];
    if (n < 2) { return -1; }
    return mixes(o) || strcmp(o->worker, "centralised") == 0 || strcmp(o->worker, "linear") == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    net *nets[CHECKPOINT_NETS];
    const char *names[CHECKPOINT_NETS];
    idx_set s, test;
    options o;
    code c;
    int k;
    if (options_parse(&o, argc, argv) != 0) { fputs(usage, stderr); return 2; }
    s = idx_load(o.data, "fashion-mnist", 0);
    test = idx_load(o.data, "fashion-mnist", 1);
    if (s.n != TRAIN || test.n != IDX_TEST) {
        stop("pictures", o.data ? "DIR lacks them" : data_missing("fashion-mnist"));
    }
    rng_seed(o.seed);
    code_new(&c, &o);
    train(&c, &o, &s, &test);
    for (k = code_nets(&c, nets, names); k > 0; ) { net_free(nets[--k]); }
    free(s.x); free(s.label); free(test.x); free(test.label);
    return 0;
}
