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
 * up to 1 / sqrt(inputs). With --encoder conv gammas and lambdas are seven convolutions, 3 x 3 and the last 1 x 1,
 * whose weights begin larger (mixed.h); --width, --pairs and --falling are for trainings shorter than print's: fewer
 * channels, more and smaller steps, a rate that falls to 0 as half a cosine over all epochs. `centralised` and `linear`
 * are what stands beside: omega with ReLU, and one dense layer, which see every picture as it is. After every epoch
 * networks go to OUT_gamma0.npz and so on, the state to OUT.part.
 */
#include "idx.h"
#include "args.h"
#include "checkpoint.h"
#include "conv_file.h"
#include "mixed.h"
#include <time.h>

enum { GROUPS = 64, WIDTH = 20 * MIXED, SIDE = 28, MOST = 128 /* pictures a step */, TRAIN = IDX_TRAIN + IDX_VALID,
       EPOCHS = 20 };

typedef struct { const char *worker, *encoder, *out, *data; int seed, epochs, groups, width, falling; } options;

static const char usage[] =
    "usage: train_mixed WORKER OUT [options]\n"
    "  WORKER          basic or shared; or centralised or linear, which mix nothing\n"
    "  OUT             networks become OUT_gamma0.npz, OUT_omega.npz and so on\n"
    "  --encoder WHICH mlp (default: 1568-1568-784) or conv (seven convolutions; hours)\n"
    "  --width N       channels of the convolutions, default 40\n"
    "  --pairs N       pairs of pictures a step, 1 to 64 (default)\n"
    "  --falling       the rate falls to 0, else it stays at .001\n"
    "  --seed N        default 1\n"
    "  --epochs N      default 20\n"
    "  --data DIR      where fashion-mnist/ is, else $SUCREF_DATA, data/ and ../shared/data\n";

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "train_mixed: %s: %s\n", what, why);
    exit(2);
}

static int mixes(const options *o) { return strcmp(o->worker, "basic") == 0 || strcmp(o->worker, "shared") == 0; }

static mixed_code code_new(const options *o)
{
    static const int rows[3] = { 200, 100, MIXED_CLASSES };
    const int linear = strcmp(o->worker, "linear") == 0;
    mixed_code c = mixed_new(o->groups, SIDE);
    const int width = strcmp(o->encoder, "conv") == 0 ? o->width : 0;
    if (mixes(o)) { mixed_encoders(&c, SIDE, width, strcmp(o->worker, "shared") == 0); }
    c.omega = mixed_dense(o->groups * MIXED, IDX_PIXELS, linear ? rows + 2 : rows, linear ? 1 : 3, !mixes(o));
    c.omega->input_gradient = mixes(o);
    return c;
}

/* ---- training ---- */

/* share of right answers to the test pictures in pairs as they lie */
static double accuracy(mixed_code *c, const idx_set *s)
{
    const net_node *out = &c->omega->node[c->omega->n - 1];
    const uint8_t *x[MOST];
    const int all = c->groups * MIXED;
    int first, j, k, right = 0;
    for (first = 0; first < IDX_TEST; first += all) {
        for (j = 0; j < all; j++) { x[j] = s->x + (size_t)(first + j < IDX_TEST ? first + j : j) * IDX_PIXELS; }
        mixed_forward(c, x);
        for (j = 0; j < all && first + j < IDX_TEST; j++) {
            const float *z = out->y + j * MIXED_CLASSES;
            int best = 0;
            for (k = 1; k < MIXED_CLASSES; k++) { best = z[k] > z[best] ? k : best; }
            right += best == s->label[first + j];
        }
    }
    return right / (double)IDX_TEST;
}

/* Adam's rate at step t, 1, 2, .. */
static float rate(const options *o, int t)
{
    const int all = o->epochs * (TRAIN / (o->groups * MIXED));
    return o->falling ? 0.5e-3F * (1 + cosf(3.14159265F * (float)(t - 1) / (float)all)) : 1e-3F;
}

/* one step of Adam by the pictures of these numbers; the mean loss */
static double step(mixed_code *c, checkpoint *p, const options *o, const idx_set *s, const int *order)
{
    const uint8_t *x[MOST];
    uint8_t label[MOST];
    double loss;
    int j;
    for (j = 0; j < c->groups * MIXED; j++) {
        x[j] = s->x + (size_t)order[j] * IDX_PIXELS;
        label[j] = s->label[order[j]];
    }
    loss = mixed_gradients(c, x, label);
    for (p->t++, j = 0; j < p->n_nets; j++) { net_step(p->nets[j], rate(o, p->t), 0, p->t); }
    return loss;
}

static double epoch(mixed_code *c, checkpoint *p, const options *o, const idx_set *s)
{
    const int all = c->groups * MIXED, steps = TRAIN / all;
    int *order = (int *)zeros(TRAIN, sizeof(int)), i;
    double loss = 0;
    for (i = 0; i < TRAIN; i++) { order[i] = i; } /* anew each time: nothing but `rng` to keep */
    shuffle(order, TRAIN);
    for (i = 0; i < steps; i++) { loss += step(c, p, o, s, order + i * all) / steps; }
    p->epoch++;
    free(order);
    return loss;
}

static void save(const mixed_code *c, const char *out)
{
    net *nets[MIXED_NETS];
    const char *names[MIXED_NETS];
    char path[DATA_PATH];
    const int n = mixed_nets(c, nets, names);
    int k;
    for (k = 0; k < n; k++) {
        if (snprintf(path, sizeof path, "%s_%s.npz", out, names[k]) >= DATA_PATH) { stop(out, "is too long"); }
        if (net_write(path, nets[k], 1) != 0) { stop(path, "cannot be written"); }
    }
}

/* what a checkpoint must agree in; what is as it is without options is not said */
static void title(char *to, const options *o)
{
    int n = snprintf(to, TITLE, "train_mixed %s, encoder %s, seed %d", o->worker, o->encoder, o->seed);
    if (o->width != WIDTH) { n += snprintf(to + n, (size_t)(TITLE - n), ", width %d", o->width); }
    if (o->groups != GROUPS) { n += snprintf(to + n, (size_t)(TITLE - n), ", %d pairs", o->groups); }
    if (o->falling) { snprintf(to + n, (size_t)(TITLE - n), ", falling in %d", o->epochs); }
}

/* the accuracies of epochs are shown, not chosen by: the networks of the last epoch are kept */
static void train(mixed_code *c, const options *o, const idx_set *s, const idx_set *test)
{
    checkpoint p = { "", 0, 0, 0, { NULL }, 0 };
    const char *names[MIXED_NETS];
    char part[DATA_PATH];
    int found;
    p.n_nets = mixed_nets(c, p.nets, names);
    title(p.title, o);
    if (snprintf(part, sizeof part, "%s.part", o->out) >= DATA_PATH) { stop(o->out, "is too long"); }
    found = checkpoint_read(&p, part);
    if (found < 0) { stop(part, "is of another training; remove it to begin anew"); }
    if (found) { fprintf(stderr, "taken up after epoch %d\n", p.epoch); }
    while (p.epoch < o->epochs) {
        const double loss = epoch(c, &p, o, s);
        if (checkpoint_write(&p, part) != 0) { stop(part, "cannot be written"); }
        save(c, o->out);
        fprintf(stderr, "%s, epoch %d of %d: loss %.4f, test %.4f, %.0f s\n", p.title + 12, p.epoch, o->epochs, loss,
                accuracy(c, test), (double)clock() / CLOCKS_PER_SEC);
    }
    printf("%s, %d epochs: test %.4f\n", p.title + 12, p.epoch, accuracy(c, test));
    remove(part);
}

/* ---- the command line ---- */

static int options_parse(options *o, int argc, char **argv)
{
    static const char *const choice[3] = { "--encoder", "mlp", "conv" };
    training_args a = { { NULL, NULL }, "mlp", NULL, 1, EPOCHS, 0, { "--width", "--pairs" }, { WIDTH, GROUPS } };
    const char *what = "", *why = "";
    const int bad = args_read(&a, argc, argv, choice, "--falling", &what, &why);
    if (bad > 0) { stop(what, why); }
    o->worker = a.word[0]; o->out = a.word[1]; o->encoder = a.choice; o->data = a.data;
    o->seed = a.seed; o->epochs = a.epochs; o->falling = a.flag; o->width = a.number[0]; o->groups = a.number[1];
    if (bad != 0) { return -1; }
    if (o->groups < 1 || o->groups > MOST / MIXED) { stop("--pairs", "is not such a number"); }
    if (o->width < 1 || o->width > 1024) { stop("--width", "is not such a number"); }
    return mixes(o) || strcmp(o->worker, "centralised") == 0 || strcmp(o->worker, "linear") == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    idx_set s, test;
    options o;
    mixed_code c;
    if (options_parse(&o, argc, argv) != 0) { fputs(usage, stderr); return 2; }
    if (!data_can_write(o.out)) { stop(o.out, "cannot be written"); }
    s = idx_load(o.data, "fashion-mnist", 0);
    test = idx_load(o.data, "fashion-mnist", 1);
    if (s.n != TRAIN || test.n != IDX_TEST) {
        stop("pictures", o.data ? "DIR lacks them" : data_missing("fashion-mnist"));
    }
    rng_seed(o.seed);
    c = code_new(&o);
    train(&c, &o, &s, &test);
    mixed_free(&c);
    free(s.x); free(s.label); free(test.x); free(test.label);
    return 0;
}
