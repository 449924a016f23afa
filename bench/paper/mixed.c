/* mixed.c - [CIC] Tables 2 and 3; of Table 2, K = 2, N = 3, R = 2, what bench/mixed.sh trains: pictures mixed by a
 * master, workers and decoding in integers by sucref_mix_*, every pair of workers apart; beside it what needs no such
 * code. Encoders run in floats and are rounded to integers once, nothing is rounded after that.
 *
 * A worker's map is affine: omega has no activations, so its three layers become one of 784 x 10, rounded to W. With
 * C_g in steps of sc, worker n gets X = 4 C_0 + n C_1 in steps of sc / 4. `shared`: V_1 in steps of s1, V_0 in steps
 * of s1 sc, and it classifies 4 V_0 + V_1 X. W's step is the smallest for which no answer can pass 32 bits. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "table.h"
#include "../../examples/training/conv_file.h"
#include "../../examples/training/mixed.h"

enum { K = MIXED, N = 3, R = 2, GROUPS = 64, CLASSES = MIXED_CLASSES, PAIRS = IDX_TEST / K, PIXELS = IDX_PIXELS,
       PARTS = 4, WORD = 127 /* the most that C_g, V_1 and W hold */ };
static const char *const part_name[PARTS] = { "gamma0", "gamma1", "lambda0", "lambda1" };

/* a trained code: what encoders make of the test pictures, in floats and in steps; omega as one affine map */
typedef struct {
    float *made[PARTS];         /* C_0, C_1 and, of `shared`, V_0, V_1: [PAIRS][784] */
    double most[PARTS];         /* largest magnitudes over some of the pictures to train on */
    int16_t *step[PARTS];       /* the same rounded */
    double w[CLASSES][PIXELS], b[CLASSES];
    int32_t wq[CLASSES][PIXELS], bq[CLASSES];
    double clipped;             /* share of values beyond their range */
    long encoder_macs;
    int shared;
} trained;

/* ---- networks ---- */

static net *mixed_read(const char *dir, const char *name, const char *part, int batch)
{
    enum { MOST = 64 << 20 };
    static npz z;
    char path[512];
    uint8_t *bytes = (uint8_t *)malloc(MOST);
    net *n = NULL;
    FILE *f;
    snprintf(path, sizeof path, "%s/%s_%s.npz", dir, name, part);
    f = fopen(path, "rb");
    if (f != NULL && bytes != NULL && npz_parse(&z, bytes, fread(bytes, 1, MOST, f)) == 0) {
        n = net_read(&z, batch);
        npz_free(&z);
    }
    if (f != NULL) { fclose(f); }
    free(bytes);
    return n;
}

static void encode(float *to, net *n, const uint8_t *x, int pairs)
{
    int first, j;
    for (first = 0; first < pairs; first += GROUPS) {
        const int now = pairs - first < GROUPS ? pairs - first : GROUPS;
        for (j = 0; j < now * K; j++) { mixed_put(n, j / K, j % K, x + (size_t)(first * K + j) * PIXELS, PIXELS); }
        net_forward(n, now);
        memcpy(to + (size_t)first * PIXELS, n->node[n->n - 1].y, (size_t)(now * PIXELS) * sizeof(float));
    }
}

/* the largest magnitude that an encoder makes of 512 pairs that it has trained on */
static double range_of(net *n)
{
    enum { SOME = 512 };
    float *v = (float *)zeros((size_t)SOME * PIXELS, sizeof(float));
    double most = 0;
    int i;
    encode(v, n, train_set.x, SOME);
    for (i = 0; i < SOME * PIXELS; i++) { most = fabs((double)v[i]) > most ? fabs((double)v[i]) : most; }
    free(v);
    return most;
}

/* layers without activations as one: w x + b */
static void collapse(trained *c, const net *omega)
{
    const int last = omega->n - 1;
    int r, i, j, k;
    for (r = 0; r < CLASSES; r++) {
        double row[1024] = { 0 }, next[1024];
        row[r] = 1;
        c->b[r] = 0;
        for (k = last; k > 0; k--) {
            const net_node *o = &omega->node[k];
            const int in = node_len(&omega->node[k - 1]);
            for (i = 0; i < in; i++) { next[i] = 0; }
            for (j = 0; j < o->c; j++) {
                c->b[r] += row[j] * (double)o->bias.v[j];
                for (i = 0; i < in; i++) { next[i] += row[j] * (double)o->weight.v[j * in + i]; }
            }
            memcpy(row, next, (size_t)in * sizeof *row);
        }
        memcpy(c->w[r], row, PIXELS * sizeof *row);
    }
}

static void trained_free(trained *c)
{
    int g;
    for (g = 0; g < PARTS; g++) { free(c->made[g]); free(c->step[g]); }
    free(c);
}

/* NULL where its files are not there */
static trained *trained_read(const char *dir, const char *name, int shared)
{
    trained *c = (trained *)zeros(1, sizeof *c);
    net *omega = mixed_read(dir, name, "omega", 1);
    int g;
    c->shared = shared;
    for (g = 0; omega != NULL && g < (shared ? PARTS : TERMS); g++) {
        net *n = mixed_read(dir, name, part_name[g], GROUPS);
        if (n == NULL) { net_free(omega); omega = NULL; break; }
        c->made[g] = (float *)zeros((size_t)PAIRS * PIXELS, sizeof(float));
        c->step[g] = (int16_t *)zeros((size_t)PAIRS * PIXELS, sizeof(int16_t));
        c->most[g] = range_of(n);
        c->encoder_macs += net_products(n, 0);
        encode(c->made[g], n, test_set.x, PAIRS);
        net_free(n);
    }
    if (omega == NULL) { trained_free(c); return NULL; }
    collapse(c, omega);
    net_free(omega);
    return c;
}

/* ---- to integers ---- */

/* made[g] in steps, at most `word` of them */
static void round_made(trained *c, int g, double step, int word)
{
    size_t i;
    for (i = 0; i < (size_t)PAIRS * PIXELS; i++) {
        const double v = floor((double)c->made[g][i] / step + 0.5), cut = v > word ? word : v < -word ? -word : v;
        c->clipped += (v != cut) / ((double)PAIRS * PIXELS);
        c->step[g][i] = (int16_t)cut;
    }
}

/* W in steps of which a row's magnitudes times `most`, with its bias, stay under 2^31; x is in steps of `unit` / 4 */
static void round_map(trained *c, double most, double unit)
{
    double largest = 0, sum = 0, step;
    int r, i;
    for (r = 0; r < CLASSES; r++) {
        double row = 0;
        for (i = 0; i < PIXELS; i++) {
            row += fabs(c->w[r][i]) * most;
            largest = fabs(c->w[r][i]) > largest ? fabs(c->w[r][i]) : largest;
        }
        row += (N + 1) * fabs(c->b[r]) / unit;
        sum = row > sum ? row : sum;
    }
    step = largest / WORD > sum / 2.1e9 ? largest / WORD : sum / 2.1e9;
    for (r = 0; r < CLASSES; r++) {
        for (i = 0; i < PIXELS; i++) { c->wq[r][i] = (int32_t)floor(c->w[r][i] / step + 0.5); }
        c->bq[r] = (int32_t)floor(c->b[r] / (step * unit) + 0.5);
    }
}

static void trained_round(trained *c)
{
    const double sc = (c->most[0] > c->most[1] ? c->most[0] : c->most[1]) / WORD;
    const double x = (2 * N + 1) * WORD; /* the most of 4 C_0 + n C_1 */
    int g;
    for (g = 0; g < TERMS; g++) { round_made(c, g, sc, WORD); }
    if (!c->shared) { round_map(c, x, sc); return; }
    {
        const double s1 = c->most[3] / WORD, v0 = floor(c->most[2] / (s1 * sc)) + 1;
        const int word = v0 < 32767 ? (int)v0 : 32767;
        round_made(c, 3, s1, WORD);
        round_made(c, 2, s1 * sc, word);
        round_map(c, (N + 1) * word + WORD * x, s1 * sc);
    }
}

/* ---- workers and decoding ---- */

/* what worker n answers for a pair; 0 where an answer would pass 32 bits */
static int worker(int32_t *y, const trained *c, int pair, unsigned n)
{
    static int32_t x[PIXELS];
    const int16_t *term[TERMS];
    int r, i, g;
    for (g = 0; g < TERMS; g++) { term[g] = c->step[g] + (size_t)pair * PIXELS; }
    if (sucref_mix_encode(x, term, PIXELS, TERMS - 1, N, n) != SUCREF_OK) { exit(2); }
    for (i = 0; i < PIXELS && c->shared; i++) {
        const size_t at = (size_t)pair * PIXELS + (size_t)i;
        x[i] = (N + 1) * c->step[2][at] + c->step[3][at] * x[i];
    }
    for (r = 0; r < CLASSES; r++) {
        int64_t sum = (int64_t)(N + 1) * c->bq[r];
        for (i = 0; i < PIXELS; i++) { sum += (int64_t)c->wq[r][i] * x[i]; }
        if (sum > INT32_MAX || sum < INT32_MIN) { return 0; }
        y[r] = (int32_t)sum;
    }
    return 1;
}

/* right answers by pair of workers; pairs of pictures that all three agree on, and whose answers fit 32 bits */
typedef struct { int right[3], same, fits; } mixed_result;

/* decodes one pair of pictures by every pair of workers */
static void decode(mixed_result *m, const int32_t y[N][CLASSES], int pair)
{
    static const uint32_t present[3] = { 3, 5, 6 };
    int64_t out[3][CLASSES];
    sucref_mix p[3];
    unsigned s, n;
    int k, r, same = 1;
    for (s = 0; s < 3; s++) { if (sucref_mix_plan(&p[s], K, N, R, present[s]) != SUCREF_OK) { exit(2); } }
    for (k = 0; k < K; k++) {
        for (s = 0; s < 3; s++) {
            const int32_t *seen[N];
            int best = 0;
            for (n = 0; n < N; n++) { seen[n] = present[s] >> n & 1U ? y[n] : NULL; }
            if (sucref_mix_decode(out[s], &p[s], (unsigned)k, seen, CLASSES) != SUCREF_OK) { exit(2); }
            for (r = 1; r < CLASSES; r++) { best = out[s][r] > out[s][best] ? r : best; }
            m->right[s] += best == test_set.label[pair * K + k];
            for (r = 0; r < CLASSES; r++) { same &= out[s][r] * p[0].denominator == out[0][r] * p[s].denominator; }
        }
    }
    m->same += same;
}

static mixed_result run_workers(const trained *c)
{
    mixed_result m = { { 0 }, 0, 0 };
    int32_t y[N][CLASSES];
    int pair;
    unsigned n;
    for (pair = 0; pair < PAIRS; pair++) {
        int fits = 1;
        for (n = 0; n < N; n++) { fits &= worker(y[n], c, pair, n); }
        m.fits += fits;
        if (fits) { decode(&m, (const int32_t (*)[CLASSES])y, pair); }
    }
    return m;
}

/* the same in floats, D(b_k) as it was trained */
static double in_floats(const trained *c)
{
    double right = 0, x[PIXELS];
    int pair, k, r, i;
    for (pair = 0; pair < PAIRS; pair++) {
        for (k = 0; k < K; k++) {
            const size_t at = (size_t)pair * PIXELS;
            double best = -1e30;
            int which = 0;
            for (i = 0; i < PIXELS; i++) {
                x[i] = (double)c->made[0][at + (size_t)i] + (k + 1.0) / K * (double)c->made[1][at + (size_t)i];
                if (c->shared) {
                    x[i] = (double)c->made[2][at + (size_t)i] + (double)c->made[3][at + (size_t)i] * x[i];
                }
            }
            for (r = 0; r < CLASSES; r++) {
                double z = c->b[r];
                for (i = 0; i < PIXELS; i++) { z += c->w[r][i] * x[i]; }
                if (z > best) { best = z; which = r; }
            }
            right += which == test_set.label[pair * K + k];
        }
    }
    return right / IDX_TEST;
}

/* ---- rows ---- */

/* the row of a trained code. how: it was trained otherwise than in print (like_print 0), so it need not reach what is
 * published; goal: the least mean of the three pairs */
typedef struct {
    const char *name, *title, *how;
    int shared, like_print, epochs;
    double published, goal;
} code_row;

/* epochs that a training which is not over has done, from its checkpoint; else all */
static int epochs_done(const char *dir, const char *name, int all)
{
    char path[512];
    int32_t epoch = (int32_t)all;
    FILE *f;
    snprintf(path, sizeof path, "%s/%s.part", dir, name);
    f = fopen(path, "rb");
    if (f != NULL) {
        if (fseek(f, 256, SEEK_SET) != 0 || fread(&epoch, sizeof epoch, 1, f) != 1) { epoch = 0; }
        fclose(f);
    }
    return (int)epoch;
}

static void accuracy_rows(const trained *c, const mixed_result *m, const code_row *code, int epochs)
{
    const char *title = code->title;
    static const char *const pair[3] = { "1, 2", "1, 3", "2, 3" };
    int s;
    row("CIC Table 2", "%s: accuracy, mean of the three pairs of workers", title);
    row_published(code->published, code->like_print ? 0.005 : NAN); row_goal(code->goal, NAN);
    row_ours((m->right[0] + m->right[1] + m->right[2]) / (3.0 * IDX_TEST));
    row_note("integer workers, one training of %d epochs%s; %.2g of the values clipped", epochs, code->how, c->clipped);
    for (s = 0; s < 3; s++) {
        row("CIC Table 2", "%s: accuracy, workers %s", title, pair[s]);
        row_ours((double)m->right[s] / IDX_TEST);
    }
    row("CIC Table 2", "%s: pairs of pictures whose answers agree bit for bit", title);
    row_ours((double)m->same / PAIRS); row_goal(1, 1);
    row_note("over all three pairs of workers; %d of %d have answers that fit 32 bits", m->fits, PAIRS);
    row("CIC Table 2", "%s: accuracy in floats, as trained", title);
    row_ours(in_floats(c));
}

static void work_rows(const trained *c, const char *title)
{
    row("ours, CIC", "%s: multiply-adds of the master, of two pictures", title);
    row_ours((double)c->encoder_macs + (double)TERMS * N * PIXELS + (double)K * R * CLASSES);
    row_note("%s; one round trip in all", c->shared ? "encoders, and V_p for all workers" : "encoders");
    row("ours, CIC", "%s: multiply-adds of each of three workers, of two pictures", title);
    row_ours((double)PIXELS * CLASSES + (c->shared ? PIXELS : 0));
    row_note("omega has no activations: one layer of 784 x 10");
}

static void trained_rows(const char *dir, const code_row *code)
{
    trained *c = trained_read(dir, code->name, code->shared);
    mixed_result m;
    if (c == NULL) {
        row("CIC Table 2", "%s: accuracy, mean of the three pairs of workers", code->title);
        row_compared(code->published); row_note("not trained: see bench/mixed.sh");
        return;
    }
    trained_round(c);
    m = run_workers(c);
    accuracy_rows(c, &m, code, epochs_done(dir, code->name, code->epochs));
    work_rows(c, code->title);
    trained_free(c);
}

/* multiply-adds of seven convolutions on one sample */
static double conv_products(int channels, int width)
{
    return PIXELS * (9.0 * channels * width + 5 * 9.0 * width * width + width);
}

/* printed codes that are not trained here, and how long print's training would take: of its 60,000 pictures in groups
 * of k, 20 times, forward and twice as much backward. encoders, workers: networks of convolutions; a worker's own has
 * one channel in, 40 wide, and sees k mixtures in training */
static void untrained_row(const char *source, const char *title, int k, int encoders, int worker, double published)
{
    const double one = encoders * conv_products(k, 20 * k) + (worker ? k * conv_products(1, 40) : 0);
    const double all = 20 * 60000.0 / k * 3 * one;
    row(source, "%s: accuracy", title);
    row_compared(published);
    row_note("not trained: %.1e multiply-adds, %.0f hours of one core at 2e10 a second", all, all / 2e10 / 3600);
}

/* [CIC] Table 3: convolutions for encoders and workers */
static void table_3(void)
{
    static const struct { int k, r, shared, g, p; double published; } line[] = {
        { 2, 3, 0, 2, 1, 0.873 }, { 2, 3, 1, 2, 1, 0.885 }, { 2, 3, 1, 1, 2, 0.887 }, { 4, 3, 0, 2, 1, 0.712 },
        { 4, 3, 1, 2, 1, 0.713 }, { 4, 3, 1, 1, 2, 0.768 }, { 4, 5, 0, 4, 1, 0.756 }, { 4, 5, 1, 4, 1, 0.756 },
        { 4, 5, 1, 2, 2, 0.780 }, { 4, 5, 1, 1, 4, 0.823 } };
    size_t i;
    for (i = 0; i < sizeof line / sizeof line[0]; i++) {
        const int nets = line[i].g + 1 + (line[i].shared ? line[i].p + 1 : 0);
        char title[64];
        snprintf(title, sizeof title, "K %d, R %d, %s, G %d, P %d", line[i].k, line[i].r,
                 line[i].shared ? "H_S" : "H_B", line[i].g, line[i].p);
        untrained_row("CIC Table 3", title, line[i].k, nets, !line[i].shared, line[i].published);
    }
}

/* a network of dense layers as 2-D arrays that the tool quantizes, W0, b0, .. */
static void write_dense(const char *path, const net *n)
{
    npz_array a[16];
    int k, count = 0;
    for (k = 1; k < n->n && count < 15; k++) {
        const net_node *o = &n->node[k];
        const int shape[2] = { o->c, o->weight.n / o->c };
        memcpy(array_new(a, &count, "W", k - 1, 2, shape)->v, o->weight.v, (size_t)o->weight.n * sizeof(float));
        memcpy(array_new(a, &count, "b", k - 1, 1, shape)->v, o->bias.v, (size_t)o->c * sizeof(float));
    }
    if (npz_write(path, a, count) != 0) { fprintf(stderr, "%s cannot be written\n", path); exit(2); }
    while (count > 0) { free(a[--count].v); }
}

/* right answers of a model on the test pictures */
static double model_accuracy(const sucref_model *m)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    sucref_net s;
    double right = 0;
    size_t k;
    if (work == NULL || sucref_net_init(&s, m, work, sucref_net_work_len(m)) != SUCREF_OK) { exit(2); }
    for (k = 0; k < IDX_TEST; k++) {
        sucref_answer a;
        (void)sucref_net_set_input(&s, test_set.x + k * PIXELS, m->n_in);
        if (sucref_net_run(&s, m->n_stops - 1U) != SUCREF_OK || sucref_net_answer(&s, &a) != SUCREF_OK) { exit(2); }
        right += sucref_argmax(a.logits, a.n_out) == test_set.label[k];
    }
    free(work);
    return right / IDX_TEST;
}

/* what sees every picture as it is: the centralised network, the same under row parity, one linear layer */
static void plain_rows(const char *dir, const char *name, const char *title, double published, int parity)
{
    net *n = mixed_read(dir, name, "omega", 1);
    sucref_model m;
    uint8_t *file;
    row("CIC Table 2", "%s: accuracy", title);
    if (!isnan(published)) { row_published(published, 0.005); }
    if (n == NULL) { row_note("not trained: see bench/mixed.sh"); return; }
    write_dense(out_path("dense.npz"), n);
    file = models_nested(&m, out_path("dense.npz"), "8", NULL);
    row_ours(model_accuracy(&m));
    row_note("int8; one device, no worker may be missing");
    row("ours, CIC", "%s: multiply-adds of two pictures", title);
    row_ours((double)net_products(n, 0) * K);
    if (parity) {
        row("ours, CIC", "%s under row parity, any 2 of 3 devices: accuracy", title);
        row_ours(model_accuracy(&m)); row_goal(0.88, NAN);
        row_note("rows recover exactly (tests/test_parity.c): the same answers, whichever device is lost");
        row("ours, CIC", "%s under row parity: multiply-adds of each of three devices, of two pictures", title);
        row_ours((double)net_products(n, 0) * K / R);
        row_note("%d round trips, one a layer; the master only adds up", n->n - 1);
    }
    free(file);
    net_free(n);
}

void mixed(const char *dir)
{
    static const code_row code[3] = {
        { "basic", "MLP + MLP, H_B", "", 0, 1, 20, 0.8393, 0.839 },
        { "shared", "MLP + MLP, H_S", "", 1, 1, 20, 0.8434, 0.843 },
        { "conv", "CNN + MLP, H_B", " (print: 20), 24 channels (40), 16 pairs a step (64), falling rate (constant)",
          0, 0, 7, 0.8581, 0.855 } };
    int k;
    for (k = 0; k < 3; k++) { trained_rows(dir, &code[k]); }
    untrained_row("CIC Table 2", "CNN + MLP, H_S", K, 2, 0, 0.8452);
    untrained_row("CIC Table 2", "MLP + CNN, H_B", K, 0, 1, 0.8411);
    untrained_row("CIC Table 2", "MLP + CNN, H_S", K, 2, 0, 0.8537);
    untrained_row("CIC Table 2", "CNN + CNN, H_B", K, 2, 1, 0.8594);
    untrained_row("CIC Table 2", "CNN + CNN, H_S", K, 4, 0, 0.8662);
    plain_rows(dir, "centralised", "centralised 784-200-100-10", 0.8912, 1);
    plain_rows(dir, "linear", "linear softmax", NAN, 0);
    table_3();
}
