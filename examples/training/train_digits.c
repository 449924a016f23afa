/* train_digits.c - trains the small digit networks in plain C and writes them as .npz.
 *
 *   train_digits NET HOW SEED OUT.npz [DATA_DIR]
 *     NET   even  784-20-20-1, is the digit even?   digits  784-128-10   small  784-20-10
 *           fashion  784-128-10 on Fashion-MNIST
 *     HOW   plain, or nested: one set of first-layer weights trained under the cuts to 1, 2, 3, 4 and 8 bits at
 *           once, with straight-through gradients, every cut also taught by the full answer; or centred: the same,
 *           and the full answer's own weights lie at the centres of their top 3 bits; or the name of an archive of
 *           such a network: training goes on from there, and its weights of 0 stay 0 (after `sucref repurpose`)
 *
 * Adam with a cosine rate, 50,000 pictures to train, the next 10,000 to validate. Pictures are mostly zeros, so
 * the first layer is computed over the lit pixels only. The nested weights are kept inside the scale that the cuts
 * use (max|w| of a row is its scale), so that `sucref quantize --clip 1` finds the same grid again.
 */
#include "idx.h"
#include "args.h"
#include "learn.h"
#include "../tool/npz.h"

enum { MAX_LAYERS = 3, MAX_UNITS = 128, BATCH = 100, MAX_CUTS = 5 };

typedef struct { int n_in, n_out; param w, b; } layer;        /* layer 0: w[in][out]; others: w[out][in] */
typedef struct { int bits, corrected; param alpha, gamma, beta; float *w; } cut; /* first layer cut to some bits */
typedef struct { float z0[MAX_UNITS], a[MAX_LAYERS][MAX_UNITS], out[10]; } trace;

static layer net[MAX_LAYERS];
static cut cuts[MAX_CUTS];
static int n_layers, n_cuts, fixed; /* fixed: weights of 0 stay so */
static float scale[MAX_UNITS]; /* integer steps per unit of weight, by row, while nested */
/* first-layer weights as integers of 8 bits, cut to `bits`, read at the centre, back in units of weight */
static void cut_weights(const cut *c)
{
    const layer *l = &net[0];
    const float step = (float)(1 << (8 - c->bits));
    int i, r;
    for (i = 0; i < l->n_in; i++) {
        for (r = 0; r < l->n_out; r++) {
            float q = floorf(l->w.v[i * l->n_out + r] * scale[r] + 0.5F);
            q = q > 127 ? 127 : q < -127 ? -127 : q;
            c->w[i * l->n_out + r] = (floorf((q + 128) / step) * step - 128 + (step - 1) / 2) / scale[r];
        }
    }
}

static void forward(trace *t, const uint8_t *x, float sum_x, const cut *c)
{
    const layer *l = &net[0];
    const float *w = c->bits ? c->w : l->w.v;
    int i, r, k;
    memset(t->z0, 0, sizeof t->z0);
    for (i = 0; i < l->n_in; i++) {
        const float v = (float)x[i] * (1.0F / 255), *row = w + i * l->n_out;
        if (x[i] == 0) { continue; }
        for (r = 0; r < l->n_out; r++) { t->z0[r] += v * row[r]; }
    }
    for (r = 0; r < l->n_out; r++) {
        float z = t->z0[r];
        if (c->corrected) { z = c->alpha.v[r] * z + c->gamma.v[r] * sum_x * 0.01F + c->beta.v[r]; }
        z += l->b.v[r];
        t->a[0][r] = z > 0 ? z : 0;
    }
    for (k = 1; k < n_layers; k++) {
        l = &net[k];
        for (r = 0; r < l->n_out; r++) {
            float z = l->b.v[r];
            for (i = 0; i < l->n_in; i++) { z += l->w.v[r * l->n_in + i] * t->a[k - 1][i]; }
            if (k == n_layers - 1) { t->out[r] = z; } else { t->a[k][r] = z > 0 ? z : 0; }
        }
    }
}

/* adds the gradients of one sample and cut; d = dLoss/dlogits; g0 gains the first layer's dLoss/d(W x) */
static void backward(float *g0, float *d, const trace *t, float sum_x, cut *c)
{
    float back[MAX_UNITS];
    int i, r, k;
    for (k = n_layers - 1; k > 0; k--) {
        layer *l = &net[k];
        memset(back, 0, sizeof back);
        for (r = 0; r < l->n_out; r++) {
            if (d[r] == 0) { continue; }
            l->b.grad[r] += d[r];
            for (i = 0; i < l->n_in; i++) {
                l->w.grad[r * l->n_in + i] += d[r] * t->a[k - 1][i];
                back[i] += d[r] * l->w.v[r * l->n_in + i];
            }
        }
        for (i = 0; i < l->n_in; i++) { d[i] = t->a[k - 1][i] > 0 ? back[i] : 0; }
    }
    for (r = 0; r < net[0].n_out; r++) {
        net[0].b.grad[r] += d[r];
        g0[r] += d[r] * (c->corrected ? c->alpha.v[r] : 1.0F);
        if (c->corrected) {
            c->alpha.grad[r] += d[r] * t->z0[r];
            c->gamma.grad[r] += d[r] * sum_x * 0.01F;
            c->beta.grad[r] += d[r];
        }
    }
}

/* gradients of one picture under every cut; the last cut is the full answer and teaches the others */
static void learn(const uint8_t *x, int label)
{
    static trace t[MAX_CUTS];
    const int n_out = net[n_layers - 1].n_out;
    float p_full[10], p[10], d[MAX_UNITS], g0[MAX_UNITS] = { 0 }, sum_x = 0;
    int i, r, k;
    for (i = 0; i < net[0].n_in; i++) { sum_x += (float)x[i] * (1.0F / 255); }
    for (k = n_cuts - 1; k >= 0; k--) {
        forward(&t[k], x, sum_x, &cuts[k]);
        probabilities(k == n_cuts - 1 ? p_full : p, t[k].out, n_out);
        for (r = 0; r < n_out; r++) {
            const float y = n_out == 1 ? (float)label : (float)(r == label);
            d[r] = k == n_cuts - 1 ? p_full[r] - y : p[r] - 0.5F * (y + p_full[r]);
        }
        backward(g0, d, &t[k], sum_x, &cuts[k]);
    }
    for (i = 0; i < net[0].n_in; i++) {
        float *grad = net[0].w.grad + i * net[0].n_out;
        const float v = (float)x[i] * (1.0F / 255);
        if (x[i] == 0) { continue; }
        for (r = 0; r < net[0].n_out; r++) { grad[r] += v * g0[r]; }
    }
}

/* keeps every row inside its scale: |w| * scale <= 127 */
static void clamp_rows(void)
{
    const layer *l = &net[0];
    int i, r;
    for (i = 0; i < l->n_in; i++) {
        for (r = 0; r < l->n_out; r++) {
            float *w = &l->w.v[i * l->n_out + r];
            const float max = 127.0F / scale[r];
            *w = *w > max ? max : *w < -max ? -max : *w;
        }
    }
}

/* before a step: a weight of 0 learns nothing */
static void fix_zeros(param *p)
{
    int i;
    for (i = 0; i < p->n; i++) { if (p->v[i] == 0) { p->grad[i] = p->m[i] = 0; } }
}

static void train(const idx_set *s, int epochs, float rate, float decay)
{
    int *order = (int *)zeros(IDX_TRAIN, sizeof(int)), e, i, k, t = 0;
    for (i = 0; i < IDX_TRAIN; i++) { order[i] = i; }
    for (e = 0; e < epochs; e++) {
        const float lr = rate * 0.5F * (1 + cosf(3.14159265F * (float)e / (float)epochs)) + 1e-5F;
        shuffle(order, IDX_TRAIN);
        for (i = 0; i < IDX_TRAIN; i++) {
            if (i % BATCH == 0) { for (k = 0; k < n_cuts; k++) { if (cuts[k].bits) { cut_weights(&cuts[k]); } } }
            learn(s->x + (size_t)order[i] * IDX_PIXELS, s->label[order[i]]);
            if (i % BATCH != BATCH - 1) { continue; }
            t++;
            for (k = 0; k < net[0].w.n; k++) { net[0].w.grad[k] += decay * BATCH * net[0].w.v[k]; }
            for (k = 0; k < n_layers; k++) {
                if (fixed) { fix_zeros(&net[k].w); }
                adam(&net[k].w, BATCH, lr, t); adam(&net[k].b, BATCH, lr, t);
            }
            for (k = 0; k < n_cuts && n_cuts > 1; k++) {
                cut *c = &cuts[k];
                adam(&c->alpha, BATCH, lr, t); adam(&c->gamma, BATCH, lr, t); adam(&c->beta, BATCH, lr, t);
            }
            if (n_cuts > 1) { clamp_rows(); }
        }
        if (e % 4 == 3) { fprintf(stderr, "epoch %d of %d\n", e + 1, epochs); }
    }
    free(order);
}

static double accuracy(const idx_set *s, size_t from, size_t n, const cut *c)
{
    static trace t;
    const int n_out = net[n_layers - 1].n_out;
    size_t right = 0, k;
    for (k = from; k < from + n; k++) {
        float sum_x = 0;
        int i, best = 0;
        for (i = 0; i < IDX_PIXELS; i++) { sum_x += (float)s->x[k * IDX_PIXELS + (size_t)i] * (1.0F / 255); }
        forward(&t, s->x + k * IDX_PIXELS, sum_x, c);
        for (i = 1; i < n_out; i++) { best = t.out[i] > t.out[best] ? i : best; }
        right += n_out == 1 ? (t.out[0] > 0) == s->label[k] : best == s->label[k];
    }
    return (double)right / (double)n;
}

static void build(const int *dims, int n)
{
    int k, i;
    n_layers = n;
    for (k = 0; k < n; k++) {
        layer *l = &net[k];
        const float limit = sqrtf(6.0F / (float)(dims[k] + dims[k + 1])); /* Glorot */
        l->n_in = dims[k]; l->n_out = dims[k + 1];
        l->w = new_param(l->n_in * l->n_out, 0);
        l->b = new_param(l->n_out, 0);
        for (i = 0; i < l->w.n; i++) { l->w.v[i] = uniform(limit); }
    }
    n_cuts = 1;
    cuts[0].bits = 0; /* the float weights themselves */
}

/* from here on the first layer is trained under its cuts; its grid spans half of today's largest weight by row */
static void nest(int centred)
{
    static const int bits[MAX_CUTS] = { 1, 2, 3, 4, 8 };
    const int n = centred ? 3 : MAX_CUTS;
    const layer *l = &net[0];
    int k, r, i;
    for (r = 0; r < l->n_out; r++) {
        float max = 1e-3F;
        for (i = 0; i < l->n_in; i++) { max = fmaxf(max, fabsf(l->w.v[i * l->n_out + r])); }
        scale[r] = 127.0F / (0.5F * max);
    }
    for (n_cuts = 0; n_cuts < n; n_cuts++) {
        cut *c = &cuts[n_cuts];
        c->bits = bits[n_cuts];
        c->corrected = n_cuts + 1 < n;
        c->alpha = new_param(l->n_out, 1); c->gamma = new_param(l->n_out, 0); c->beta = new_param(l->n_out, 0);
        c->w = new_param(l->n_in * l->n_out, 0).v;
    }
    for (k = 0; k < n_layers; k++) {
        memset(net[k].w.m, 0, sizeof(float) * 2 * (size_t)net[k].w.n);
        memset(net[k].b.m, 0, sizeof(float) * 2 * (size_t)net[k].b.n);
    }
    clamp_rows();
}

/* the weights of an archive in place of random ones; 0 where it is no such network */
static int load(const char *path)
{
    static npz z;
    uint8_t *bytes = NULL;
    FILE *f = fopen(path, "rb");
    long len = -1;
    int k, i, r, ok;
    if (f != NULL && fseek(f, 0, SEEK_END) == 0) { len = ftell(f); }
    if (len > 0 && fseek(f, 0, SEEK_SET) == 0) { bytes = (uint8_t *)malloc((size_t)len); }
    ok = bytes != NULL && fread(bytes, 1, (size_t)len, f) == (size_t)len && npz_parse(&z, bytes, (size_t)len) == 0 &&
         z.n == 2 * n_layers; /* groups of neurons would be lost */
    for (k = 0; ok && k < n_layers; k++) {
        const layer *l = &net[k];
        char name[16];
        const npz_array *w, *b;
        snprintf(name, sizeof name, "W%d", k);
        w = npz_get(&z, name);
        name[0] = 'b';
        b = npz_get(&z, name);
        ok = w != NULL && b != NULL && w->shape[0] == (uint32_t)l->n_out && w->shape[1] == (uint32_t)l->n_in &&
             b->shape[0] == (uint32_t)l->n_out;
        for (r = 0; ok && r < l->n_out; r++) {
            l->b.v[r] = b->v[r];
            for (i = 0; i < l->n_in; i++) {
                l->w.v[k == 0 ? i * l->n_out + r : r * l->n_in + i] = w->v[r * l->n_in + i];
            }
        }
    }
    if (f != NULL) { fclose(f); }
    free(bytes);
    return ok;
}

static int save(const char *path, int centred)
{
    const float *first = centred ? cuts[n_cuts - 1].w : net[0].w.v;
    npz_array a[2 * MAX_LAYERS];
    int k, i, r;
    for (k = 0; k < n_layers; k++) {
        const layer *l = &net[k];
        npz_array *w = &a[2 * k], *b = &a[2 * k + 1];
        snprintf(w->name, sizeof w->name, "W%d", k);
        snprintf(b->name, sizeof b->name, "b%d", k);
        w->dims = 2; w->shape[0] = (uint32_t)l->n_out; w->shape[1] = (uint32_t)l->n_in;
        b->dims = 1; b->shape[0] = (uint32_t)l->n_out;
        b->v = l->b.v;
        w->v = new_param(l->w.n, 0).v;
        for (r = 0; r < l->n_out; r++) {
            for (i = 0; i < l->n_in; i++) {
                w->v[r * l->n_in + i] = k == 0 ? first[i * l->n_out + r] : l->w.v[r * l->n_in + i];
            }
        }
    }
    return npz_write(path, a, 2 * n_layers);
}

int main(int argc, char **argv)
{
    static const int even[] = { 784, 20, 20, 1 }, digits[] = { 784, 128, 10 }, small[] = { 784, 20, 10 };
    const int is_even = argc > 1 && strcmp(argv[1], "even") == 0, centred = argc > 2 && strcmp(argv[2], "centred") == 0;
    const int nested = centred || (argc > 2 && strcmp(argv[2], "nested") == 0);
    const char *set = argc > 1 && strcmp(argv[1], "fashion") == 0 ? "fashion-mnist" : "mnist";
    idx_set train_set, test;
    size_t i;
    int k;
    if (argc < 5 || argc > 6 ||
        (!is_even && strcmp(argv[1], "digits") != 0 && strcmp(argv[1], "small") != 0 &&
         strcmp(argv[1], "fashion") != 0)) {
        fprintf(stderr, "usage: train_digits even|digits|small|fashion plain|nested|centred|IN.npz SEED OUT.npz "
                        "[DATA_DIR]\n");
        return 2;
    }
    if (args_number(argv[3]) < 0) { fprintf(stderr, "train_digits: SEED is a number, not %s\n", argv[3]); return 2; }
    if (!data_can_write(argv[4])) { fprintf(stderr, "train_digits: cannot write %s\n", argv[4]); return 2; }
    train_set = idx_load(argc > 5 ? argv[5] : NULL, set, 0);
    test = idx_load(argc > 5 ? argv[5] : NULL, set, 1);
    if (train_set.n != IDX_TRAIN + IDX_VALID || test.n == 0) {
        fprintf(stderr, "train_digits: %s\n", argc > 5 ? "DATA_DIR lacks these pictures" : data_missing(set));
        return 2;
    }
    for (i = 0; is_even && i < train_set.n; i++) { train_set.label[i] = (uint8_t)(1 - train_set.label[i] % 2); }
    for (i = 0; is_even && i < test.n; i++) { test.label[i] = (uint8_t)(1 - test.label[i] % 2); }
    rng_seed(atoi(argv[3]));
    build(is_even ? even : strcmp(argv[1], "small") == 0 ? small : digits, is_even ? 3 : 2);
    fixed = !nested && strcmp(argv[2], "plain") != 0;
    if (fixed && !load(argv[2])) { fprintf(stderr, "train_digits: %s: no such network\n", argv[2]); return 2; }
    train(&train_set, is_even ? 20 : 12, is_even ? 2e-3F : 1e-3F, is_even ? 0.0F : 1e-5F);
    if (nested) { nest(centred); train(&train_set, is_even ? 24 : 16, is_even ? 2e-3F : 1.5e-3F, 0); }
    for (k = 0; k < n_cuts; k++) {
        if (cuts[k].bits) { cut_weights(&cuts[k]); }
        printf("%s bits %d: validation %.4f test %.4f\n", argv[1], cuts[k].bits ? cuts[k].bits : 32,
               accuracy(&train_set, IDX_TRAIN, IDX_VALID, &cuts[k]), accuracy(&test, 0, test.n, &cuts[k]));
    }
    if (save(argv[4], centred) != 0) { fprintf(stderr, "train_digits: cannot write %s\n", argv[4]); return 2; }
    return 0;
}
