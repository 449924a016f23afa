/* train_conv.c - trains LeNet-5 or a small residual network on 28 x 28 pictures, plain or nested in width.
 *
 * Nested: the channels of every layer come in groups of 5/16, 4/16 and 7/16; a group reads no later group, and each has
 * an output layer (a head) that reads all groups up to it. All heads learn together: the last one the labels, the early
 * ones half the labels, half the last one's answer. Adam with a cosine rate; 50,000 pictures train, the next 10,000
 * validate; nothing is chosen by the test pictures. After every epoch the state is in OUT.npz.part: the same command
 * takes it up again. */
#include "idx.h"
#include "args.h"
#include "checkpoint.h"
#include "conv_file.h"
#include <time.h>

enum { BATCH = 50, CLASSES = 10, STOPS = 3, EPOCHS = 20 };
static const int share_16[STOPS] = { 5, 9, 16 }; /* channels of groups 0..t, of 16 */

typedef struct { const char *set, *out, *shape, *data; int seed, epochs, nested; } options;

static const char usage[] =
    "usage: train_conv SET OUT.npz [options]\n"
    "  SET             mnist or fashion-mnist\n"
    "  --net WHICH     lenet (default: LeNet-5) or residual\n"
    "  --nested        three groups of channels and three heads\n"
    "  --seed N        default 1\n"
    "  --epochs N      default 20\n"
    "  --data DIR      where SET/ is, else $SUCREF_DATA, data/ and ../shared/data\n";

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "train_conv: %s: %s\n", what, why);
    exit(2);
}

/* ---- the networks ---- */

/* a convolution of k x k to c channels, which come in groups where the network is nested */
static int conv(net *n, int from, int k, int stride, int same, int c, int nested, int relu)
{
    const net_op op = { NET_CONV, from, 0, k, k, stride, 1, 0, 0, relu };
    int end[STOPS], g;
    for (g = 0; g < STOPS; g++) { end[g] = (c * share_16[g] + 15) / 16; }
    return net_layer(n, op, same, nested ? end : &c, nested ? STOPS : 1);
}

/* the same with the whole map as its window */
static int dense(net *n, int from, int c, int nested)
{
    return conv(n, from, n->node[from].h, 1, 0, c, nested, 1);
}

static int pool(net *n, int kind, int from, int k, int stride)
{
    const net_op op = { kind, from, 0, k, k, stride, 1, 0, 0, 0 };
    return net_layer(n, op, 0, NULL, 0);
}

static void heads(net *n, int from, int nested)
{
    static const int end[STOPS] = { CLASSES, 2 * CLASSES, 3 * CLASSES };
    net_dense(n, from, 0, end, nested ? STOPS : 1);
}

/* two convolutions beside a way past them */
static int block(net *n, int from, int stride, int c, int nested)
{
    const int first = conv(n, from, 3, stride, 1, c, nested, 1), second = conv(n, first, 3, 1, 1, c, nested, 0);
    const int past = stride > 1 ? conv(n, from, 1, stride, 1, c, nested, 0) : from;
    return net_sum(n, past, second, 1);
}

static void lenet(net *n, int nested)
{
    int k = pool(n, NET_MAX, conv(n, 0, 5, 1, 1, 6, nested, 1), 2, 2);
    k = pool(n, NET_MAX, conv(n, k, 5, 1, 0, 16, nested, 1), 2, 2);
    heads(n, dense(n, dense(n, k, 120, nested), 84, nested), nested);
}

static void residual(net *n, int nested)
{
    int k = conv(n, 0, 5, 2, 1, 16, nested, 1);
    k = block(n, k, 1, 16, nested);
    k = block(n, k, 2, 32, nested);
    heads(n, pool(n, NET_MEAN, k, 3, 2), nested);
}

/* weights for ReLU; those beside a way past small: a block begins near what it is given. Means are small, so the
 * heads that read them begin large */
static void start_weights(net *n)
{
    const float last = n->node[n->n - 2].op.kind == NET_MEAN ? 2.0F : 1.0F;
    int k;
    for (k = 1; k < n->n; k++) {
        const net_node *o = &n->node[k], *next = k + 1 < n->n ? o + 1 : NULL;
        const int beside = next != NULL && (next->op.kind == NET_SUM || o->op.relu == 0) && o->op.kh > 1;
        if (node_weighs(o)) { node_init(n, &n->node[k], next == NULL ? last : beside ? 1.0F : 2.4F); }
    }
}

static net *network(const char *shape, int nested)
{
    net *n = net_new(BATCH, 28, 28, 1);
    if (strcmp(shape, "lenet") == 0) { lenet(n, nested); } else { residual(n, nested); }
    start_weights(n);
    return n;
}

/* ---- training ---- */

static void pictures(net *n, const idx_set *s, const int *order, size_t from)
{
    size_t k, i;
    for (k = 0; k < BATCH; k++) {
        const uint8_t *x = s->x + (order ? (size_t)order[k] : from + k) * IDX_PIXELS;
        for (i = 0; i < IDX_PIXELS; i++) { n->node[0].y[k * IDX_PIXELS + i] = (float)x[i] / 255; }
    }
}

/* the gradients by all heads' logits */
static void lesson(net *n, const idx_set *s, const int *order)
{
    net_node *out = &n->node[n->n - 1];
    const int last = out->c - CLASSES;
    int k, at;
    for (k = 0; k < BATCH; k++) {
        float early[CLASSES], label[CLASSES] = { 0 };
        int i;
        label[s->label[order[k]]] = 1;
        probabilities(early, out->y + k * out->c + last, CLASSES);
        for (i = 0; i < CLASSES; i++) { early[i] = 0.5F * (early[i] + label[i]); }
        for (at = 0; at <= last; at += CLASSES) {
            cross_entropy(out->d + k * out->c + at, out->y + k * out->c + at, at < last ? early : label, CLASSES,
                          1.0F / BATCH);
        }
    }
}

/* share of right answers by head over `count` pictures, a multiple of BATCH */
static void accuracy(double *right, net *n, const idx_set *s, size_t from, size_t count)
{
    const net_node *out = &n->node[n->n - 1];
    size_t k, i;
    int t, c;
    for (t = 0; t < STOPS; t++) { right[t] = 0; }
    for (k = from; k < from + count; k += BATCH) {
        pictures(n, s, NULL, k);
        net_forward(n, BATCH);
        for (i = 0; i < BATCH; i++) {
            for (t = 0; t * CLASSES < out->c; t++) {
                const float *z = out->y + i * (size_t)out->c + t * CLASSES;
                int best = 0;
                for (c = 1; c < CLASSES; c++) { best = z[c] > z[best] ? c : best; }
                right[t] += (best == s->label[k + i]) / (double)count;
            }
        }
    }
}

/* `rate` falls to nearly 0 over all epochs */
static void epoch(net *n, checkpoint *c, const idx_set *s, int epochs, float rate)
{
    const int all = epochs * (IDX_TRAIN / BATCH);
    int *order = (int *)zeros(IDX_TRAIN, sizeof(int)), i;
    for (i = 0; i < IDX_TRAIN; i++) { order[i] = i; } /* anew each time: nothing but `rng` to keep */
    shuffle(order, IDX_TRAIN);
    for (i = 0; i < IDX_TRAIN; i += BATCH) {
        const float turn = 3.14159265F * (float)++c->t / (float)all;
        pictures(n, s, order + i, 0);
        net_forward(n, BATCH);
        lesson(n, s, order + i);
        net_backward(n, BATCH);
        net_step(n, rate * 0.5F * (1 + cosf(turn)) + 1e-5F, 1e-4F, c->t);
    }
    c->epoch++;
    free(order);
}

static void train(net *n, const options *o, const idx_set *s)
{
    const float rate = strcmp(o->shape, "lenet") == 0 ? 2e-3F : 6e-3F;
    checkpoint c = { "", 0, 0, 0, { NULL }, 1 };
    char part[DATA_PATH];
    double right[STOPS];
    int t, found;
    c.nets[0] = n;
    snprintf(c.title, TITLE, "train_conv %s %s, nested %d, seed %d, %d epochs", o->set, o->shape, o->nested, o->seed,
             o->epochs);
    if (snprintf(part, sizeof part, "%s.part", o->out) >= DATA_PATH) { stop(o->out, "is too long"); }
    found = checkpoint_read(&c, part);
    if (found < 0) { stop(part, "is of another training; remove it to begin anew"); }
    if (found) { fprintf(stderr, "taken up after epoch %d\n", c.epoch); }
    while (c.epoch < o->epochs) {
        epoch(n, &c, s, o->epochs, rate);
        if (checkpoint_write(&c, part) != 0) { stop(part, "cannot be written"); }
        accuracy(right, n, s, IDX_TRAIN, IDX_VALID);
        fprintf(stderr, "%s, epoch %d of %d: validation", c.title + 11, c.epoch, o->epochs);
        for (t = 0; t == 0 || (t < STOPS && o->nested); t++) { fprintf(stderr, " %.4f", right[t]); }
        fprintf(stderr, ", %.0f s\n", (double)clock() / CLOCKS_PER_SEC);
    }
    if (net_write(o->out, n, o->nested ? STOPS : 1) != 0) { stop(o->out, "cannot be written"); }
    remove(part);
}

/* ---- what comes out ---- */

static void report(const options *o, net *n, const idx_set *s, const idx_set *test)
{
    net *plain = network(o->shape, 0);
    double valid[STOPS], right[STOPS];
    int t;
    accuracy(valid, n, s, IDX_TRAIN, IDX_VALID);
    accuracy(right, n, test, 0, IDX_TEST);
    printf("%s %s%s, seed %d: %ld weights\n", o->set, o->shape, o->nested ? " --nested" : "", o->seed, net_weights(n));
    for (t = 0; t == 0 || (t < STOPS && o->nested); t++) {
        const long products = net_products(n, t);
        printf("  head %d: %7ld multiply-adds, %.3f of plain, validation %.4f test %.4f\n", t, products,
               (double)products / (double)net_products(plain, 0), valid[t], right[t]);
    }
    net_free(plain);
}

/* ---- the command line ---- */

static int options_parse(options *o, int argc, char **argv)
{
    static const char *const choice[3] = { "--net", "lenet", "residual" };
    training_args a = { { NULL, NULL }, "lenet", NULL, 1, EPOCHS, 0, { NULL, NULL }, { 0, 0 } };
    const char *what = "", *why = "";
    const int bad = args_read(&a, argc, argv, choice, "--nested", &what, &why);
    if (bad > 0) { stop(what, why); }
    o->set = a.word[0]; o->out = a.word[1]; o->shape = a.choice; o->data = a.data;
    o->seed = a.seed; o->epochs = a.epochs; o->nested = a.flag;
    return bad == 0 && (strcmp(o->set, "mnist") == 0 || strcmp(o->set, "fashion-mnist") == 0) ? 0 : -1;
}

int main(int argc, char **argv)
{
    idx_set s, test;
    options o;
    net *n;
    if (options_parse(&o, argc, argv) != 0) { fputs(usage, stderr); return 2; }
    if (!data_can_write(o.out)) { stop(o.out, "cannot be written"); }
    s = idx_load(o.data, o.set, 0);
    test = idx_load(o.data, o.set, 1);
    if (s.n != IDX_TRAIN + IDX_VALID || test.n != IDX_TEST) {
        stop("pictures", o.data ? "DIR lacks them" : data_missing(o.set));
    }
    rng_seed(o.seed);
    n = network(o.shape, o.nested);
    train(n, &o, &s);
    report(&o, n, &s, &test);
    net_free(n);
    free(s.x); free(s.label); free(test.x); free(test.label);
    return 0;
}
