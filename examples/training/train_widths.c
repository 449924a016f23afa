/* train_widths.c - trains networks that answer from their first neurons already, and the plain ones beside them.
 *
 * Neurons come in groups; stop t answers from groups 0..t, and no neuron reads a group that comes later. Early stops
 * learn the answers of a teacher (the mean of two plain 784-256-10 networks at temperature 2), the last one .7 of the
 * teacher's answer and .3 of the label. Adam with a cosine rate; 50,000 pictures train, the next 10,000 validate.
 *
 * The .npz has W0, b0, W1, ..; W is [rows][columns], rows group by group, 0 where a row does not read. Unless the
 * network is plain, groups0, groups1, .. hold (rows, columns) of each group of rows. `order` says which pixel each
 * column of W0 reads (left out where it is the pixel of the same number), `heads` how many output layers of ten rows
 * the last W holds, one a stop (left out where all stops share one, whose columns come stop by stop). */
#include "idx.h"
#include "widths.h"
#include "../tool/npz.h"
#include <time.h>

enum { EPOCHS = 25, TEACHERS = 2, TEACHER_ROWS = 256, TEACHER_SEED = 90 };

typedef struct {
    const char *set, *schedule, *out, *columns, *teacher_file, *data;
    int first_seed, last_seed, heads, labels_last, no_teacher, epochs;
} options;

typedef struct { float validation[MAX_STOPS], test[MAX_STOPS]; } result;

static const char usage[] =
    "usage: train_widths SET SCHEDULE SEED OUT.npz [options]\n"
    "  SET             mnist or fashion-mnist\n"
    "  SCHEDULE        a list of groups for each hidden layer, lists apart by /: 32x196,32x392,96x784 is one layer of\n"
    "                  160 neurons and three stops; its first 32 read 196 pixels. Later layers' groups are numbers of\n"
    "                  neurons: 32x196,32x392,192x784/32,32,64. 128 is a plain network\n"
    "  SEED            a number, or 1..3 for several; the %d of OUT.npz becomes the seed\n"
    "  --columns WHICH which pixels come first: grid (default: 49, 98, 196, 392 are grids in each other), variance,\n"
    "                  or a text file of the 784 pixels' numbers\n"
    "  --heads         an output layer for each stop (default: one, whose columns come stop by stop)\n"
    "  --last WHAT     what the last stop learns: teacher (.7 of it, .3 of the label), or labels alone. Default:\n"
    "                  teacher, for a plain network labels\n"
    "  --no-teacher    early stops learn the last stop's answer, the last one labels\n"
    "  --teacher FILE  an .npz of the teachers' answers: read where it is there, else written, for the next run\n"
    "  --epochs N      default 25; teachers have 25 always\n"
    "  --data DIR      where SET/ is, else $SUCREF_DATA, data/ and ../shared/data\n";

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "train_widths: %s: %s\n", what, why);
    exit(2);
}

/* ---- which pixels come first ---- */

/* 0 for one pixel in 16, 1 for one in 8, .. 4 for all: every level is a grid that holds the one before */
static int grid_level(int i, int j)
{
    if ((i + j) % 2 != 0) { return 4; }
    if (i % 2 != 0) { return 3; }
    if ((i / 2 + j / 2) % 2 != 0) { return 2; }
    return i % 4 != 2;
}

static void order_grid(uint16_t *order)
{
    int level, p, n = 0;
    for (level = 0; level <= 4; level++) {
        for (p = 0; p < IDX_PIXELS; p++) { if (grid_level(p / 28, p % 28) == level) { order[n++] = (uint16_t)p; } }
    }
}

/* by variance over the pictures to train on, the largest first */
static void order_variance(uint16_t *order, const idx_set *s)
{
    static double sum[IDX_PIXELS], square[IDX_PIXELS];
    int k, p, q;
    for (k = 0; k < IDX_TRAIN; k++) {
        for (p = 0; p < IDX_PIXELS; p++) {
            const double v = s->x[(size_t)k * IDX_PIXELS + (size_t)p];
            sum[p] += v; square[p] += v * v;
        }
    }
    for (p = 0; p < IDX_PIXELS; p++) { square[p] -= sum[p] * sum[p] / IDX_TRAIN; }
    for (p = 0; p < IDX_PIXELS; p++) { /* insertion: equals keep their places */
        for (q = p; q > 0 && square[order[q - 1]] < square[p]; q--) { order[q] = order[q - 1]; }
        order[q] = (uint16_t)p;
    }
}

static void order_file(uint16_t *order, const char *path)
{
    uint8_t seen[IDX_PIXELS] = { 0 };
    FILE *f = fopen(path, "r");
    int n = 0, p;
    if (f == NULL) { stop(path, "cannot be read"); }
    while (n < IDX_PIXELS && fscanf(f, "%d%*[,]", &p) == 1 && p >= 0 && p < IDX_PIXELS && !seen[p]) {
        seen[p] = 1;
        order[n++] = (uint16_t)p;
    }
    fclose(f);
    if (n < IDX_PIXELS) { stop(path, "must name each of the pixels 0..783 once"); }
}

/* 1 where the order is not that of the pictures; with it, columns that all groups read stay where they are */
static int order_find(uint16_t *order, const options *o, const plan *p, const idx_set *s)
{
    int i;
    for (i = 0; i < IDX_PIXELS; i++) { order[i] = (uint16_t)i; }
    if (p->g[0][0].cols == IDX_PIXELS) { return 0; }
    if (strcmp(o->columns, "grid") == 0) { order_grid(order); }
    else if (strcmp(o->columns, "variance") == 0) { order_variance(order, s); }
    else { order_file(order, o->columns); }
    return 1;
}

static void order_pictures(idx_set *s, const uint16_t *order)
{
    uint8_t old[IDX_PIXELS];
    size_t k;
    int i;
    for (k = 0; k < s->n; k++) {
        uint8_t *x = s->x + k * IDX_PIXELS;
        memcpy(old, x, IDX_PIXELS);
        for (i = 0; i < IDX_PIXELS; i++) { x[i] = old[order[i]]; }
    }
}

/* ---- training ---- */

/* what stops learn: the teacher's answers [IDX_TRAIN][10] or NULL, and its part in what the last stop learns */
typedef struct { const float *teacher; float last; } lesson;

/* gradients of the batch's loss by the logits. An early stop weighs 2 / (stops - 1), the last one 1. */
static void lesson_gradients(widths *w, const lesson *by, const idx_set *s, const int *order)
{
    layer *out = &w->l[w->n - 1];
    const int last = w->stops - 1;
    const float early = last ? 2.0F / (float)last : 1.0F;
    int k, t, c;
    for (k = 0; k < BATCH; k++) {
        const float *teacher = by->teacher ? by->teacher + order[k] * CLASSES : NULL;
        float full[CLASSES], p[CLASSES];
        probabilities(full, out->z + k * out->n_z + last * CLASSES, CLASSES);
        for (t = 0; t <= last; t++) {
            const int at = k * out->n_z + t * CLASSES;
            probabilities(p, out->z + at, CLASSES);
            for (c = 0; c < CLASSES; c++) {
                const float label = (float)(c == s->label[order[k]]), answer = teacher ? teacher[c] : full[c];
                const float target = t < last ? answer : label + by->last * (answer - label);
                out->d[at + c] = (t < last ? early : 1.0F) * (p[c] - target) / BATCH;
            }
        }
    }
}

static void answer(widths *w, const idx_set *s, const int *order, size_t from)
{
    const uint8_t *picture[BATCH];
    size_t k;
    for (k = 0; k < BATCH; k++) { picture[k] = s->x + (order ? (size_t)order[k] : from + k) * IDX_PIXELS; }
    widths_forward(w, picture, BATCH);
}

/* share of right answers by stop over n pictures, a multiple of BATCH */
static void accuracy(float *right, widths *w, const idx_set *s, size_t from, size_t n)
{
    const layer *out = &w->l[w->n - 1];
    size_t k, i;
    int t, c;
    for (t = 0; t < w->stops; t++) { right[t] = 0; }
    for (k = from; k < from + n; k += BATCH) {
        answer(w, s, NULL, k);
        for (i = 0; i < BATCH; i++) {
            for (t = 0; t < w->stops; t++) {
                const float *z = out->z + i * (size_t)out->n_z + t * CLASSES;
                int best = 0;
                for (c = 1; c < CLASSES; c++) { best = z[c] > z[best] ? c : best; }
                right[t] += (float)(best == s->label[k + i]) / (float)n;
            }
        }
    }
}

static void train(widths *w, const lesson *by, const idx_set *s, int epochs, const char *name, int seed)
{
    const float rate = 3e-3F, decay = 3e-4F;
    const int steps = IDX_TRAIN / BATCH;
    int *order = (int *)zeros(IDX_TRAIN, sizeof(int)), e, i, t = 0;
    float right[MAX_STOPS];
    for (i = 0; i < IDX_TRAIN; i++) { order[i] = i; }
    for (e = 0; e < epochs; e++) {
        shuffle(order, IDX_TRAIN);
        for (i = 0; i < steps; i++) {
            const float turn = 3.14159265F * (float)++t / (float)(epochs * steps);
            answer(w, s, order + i * BATCH, 0);
            lesson_gradients(w, by, s, order + i * BATCH);
            widths_step(w, rate * 0.5F * (1 + cosf(turn)) + 1e-5F, decay, t);
        }
        accuracy(right, w, s, IDX_TRAIN, IDX_VALID);
        fprintf(stderr, "%s, seed %d, epoch %d of %d: validation", name, seed, e + 1, epochs);
        for (i = 0; i < w->stops; i++) { fprintf(stderr, " %.4f", (double)right[i]); }
        fprintf(stderr, ", %.0f s\n", (double)clock() / CLOCKS_PER_SEC);
    }
    free(order);
}

/* ---- the teachers ---- */

/* the mean of the teachers' answers at temperature 2 to the pictures to train on */
static float *teacher_train(const idx_set *s)
{
    static const lesson labels = { NULL, 0 };
    float *mean = (float *)zeros((size_t)IDX_TRAIN * CLASSES, sizeof(float)), z[CLASSES], p[CLASSES];
    int n, i, k, c;
    plan of = { 0 };
    of.layers = of.stops = 1;
    of.n_in = of.g[0][0].cols = IDX_PIXELS;
    of.g[0][0].rows = TEACHER_ROWS;
    for (n = 0; n < TEACHERS; n++) {
        widths *w;
        rng_seed(TEACHER_SEED + n);
        w = widths_new(&of, 0);
        train(w, &labels, s, EPOCHS, "teacher", TEACHER_SEED + n);
        for (i = 0; i < IDX_TRAIN; i += BATCH) {
            answer(w, s, NULL, (size_t)i);
            for (k = 0; k < BATCH; k++) {
                for (c = 0; c < CLASSES; c++) { z[c] = w->l[1].z[k * CLASSES + c] / 2; }
                probabilities(p, z, CLASSES);
                for (c = 0; c < CLASSES; c++) { mean[(i + k) * CLASSES + c] += p[c] / TEACHERS; }
            }
        }
        widths_free(w);
    }
    return mean;
}

/* the answers in a file that is there, or NULL */
static float *teacher_read(const char *path, const char *set)
{
    const size_t most = (size_t)IDX_TRAIN * CLASSES * sizeof(float) + 4096;
    FILE *f = fopen(path, "rb");
    uint8_t *bytes;
    const npz_array *a;
    float *v;
    npz z;
    if (f == NULL) { return NULL; }
    bytes = (uint8_t *)zeros(most, 1);
    if (npz_parse(&z, bytes, fread(bytes, 1, most, f)) != 0) { stop(path, z.why); }
    fclose(f);
    free(bytes);
    a = npz_get(&z, set);
    if (a == NULL || a->dims != 2 || a->shape[0] != IDX_TRAIN || a->shape[1] != CLASSES) {
        stop(path, "does not hold a teacher's answers to this set");
    }
    v = (float *)zeros((size_t)IDX_TRAIN * CLASSES, sizeof(float));
    memcpy(v, a->v, (size_t)IDX_TRAIN * CLASSES * sizeof(float));
    npz_free(&z);
    return v;
}

static float *teacher_answers(const options *o, const idx_set *s)
{
    float *v = o->teacher_file ? teacher_read(o->teacher_file, o->set) : NULL;
    npz_array a = { "", 2, { IDX_TRAIN, CLASSES }, NULL };
    if (v != NULL) { return v; }
    v = a.v = teacher_train(s);
    snprintf(a.name, sizeof a.name, "%s", o->set);
    if (o->teacher_file && npz_write(o->teacher_file, &a, 1) != 0) { stop(o->teacher_file, "cannot be written"); }
    return v;
}

/* ---- what comes out ---- */

static npz_array *add(npz_array *a, int *n, const char *name, int k, int rows, int cols)
{
    npz_array *to = &a[(*n)++];
    if (k < 0) { snprintf(to->name, sizeof to->name, "%s", name); }
    else { snprintf(to->name, sizeof to->name, "%s%d", name, k); }
    to->dims = cols ? 2 : 1;
    to->shape[0] = (uint32_t)rows;
    to->shape[1] = (uint32_t)cols;
    to->v = (float *)zeros((size_t)rows * (size_t)(cols ? cols : 1), sizeof(float));
    return to;
}

static void save(const char *path, const widths *w, const uint16_t *order, int ordered)
{
    npz_array a[3 * MAX_LAYERS + 2], *to;
    const int plain = w->stops == 1 && w->l[0].g[0].cols == IDX_PIXELS;
    int n = 0, k, r, i;
    for (k = 0; k < w->n; k++) {
        const layer *l = &w->l[k];
        to = add(a, &n, "W", k, l->n_out, l->n_in);
        for (r = 0; r < l->n_out; r++) {
            for (i = 0; i < l->n_in; i++) { to->v[r * l->n_in + i] = l->w.v[i * l->n_out + r]; }
        }
        to = add(a, &n, "b", k, l->n_out, 0);
        memcpy(to->v, l->b.v, (size_t)l->n_out * sizeof(float));
        if (plain) { continue; }
        to = add(a, &n, "groups", k, l->n_groups, 2);
        for (r = 0; r < l->n_groups; r++) {
            to->v[2 * r] = (float)l->g[r].rows;
            to->v[2 * r + 1] = (float)l->g[r].cols;
        }
    }
    if (ordered) {
        to = add(a, &n, "order", -1, IDX_PIXELS, 0);
        for (i = 0; i < IDX_PIXELS; i++) { to->v[i] = order[i]; }
    }
    if (w->heads && w->stops > 1) { *add(a, &n, "heads", -1, 1, 0)->v = (float)w->stops; }
    if (npz_write(path, a, n) != 0) { stop(path, "cannot be written"); }
    while (n > 0) { free(a[--n].v); }
}

/* OUT.npz with the first %d become the seed */
static const char *out_path(const char *out, int seed)
{
    static char path[DATA_PATH];
    const char *at = strstr(out, "%d");
    const int head = at ? (int)(at - out) : (int)strlen(out);
    int n = snprintf(path, sizeof path, "%.*s", head, out);
    if (at && n < DATA_PATH) { n += snprintf(path + n, sizeof path - (size_t)n, "%d%s", seed, at + 2); }
    if (n >= DATA_PATH) { stop(out, "is too long"); }
    return path;
}

/* the plain network that shares are of: 784-128-10, or as wide as this one where it has several hidden layers */
static double reference(const plan *p, char *name, size_t room)
{
    double n = 0;
    int k, in = p->n_in, at = snprintf(name, room, "%d", in);
    for (k = 0; k < p->layers; k++) {
        const int rows = p->layers > 1 ? plan_outputs(p, k) : 128;
        n += (double)in * rows;
        in = rows;
        at += snprintf(name + at, room - (size_t)at, "-%d", rows);
    }
    snprintf(name + at, room - (size_t)at, "-%d", CLASSES);
    return n + in * CLASSES;
}

static void report(const options *o, const plan *p, const result *r, const char *which)
{
    char name[80];
    const double whole = reference(p, name, sizeof name);
    int t;
    printf("%s %s%s, %s\n", o->set, o->schedule, o->heads ? " --heads" : "", which);
    for (t = 0; t < p->stops; t++) {
        const long n = plan_products(p, o->heads, t);
        printf("  stop %d: %6ld multiply-adds, %.3f of plain %s, validation %.4f test %.4f\n", t, n,
               (double)n / whole, name, (double)r->validation[t], (double)r->test[t]);
    }
    fflush(stdout);
}

/* ---- the command line ---- */

static const char *value(int argc, char **argv, int *k)
{
    if (*k + 1 >= argc) { stop(argv[*k], "needs a value"); }
    return argv[++*k];
}

static int number(const char *what, const char *text, const char **end, int most)
{
    char *e;
    const long n = strtol(text, &e, 10);
    if (e == text || n < 0 || n > most || (end == NULL && *e != 0)) { stop(what, "is not such a number"); }
    if (end != NULL) { *end = e; }
    return (int)n;
}

static void option(options *o, int argc, char **argv, int *k)
{
    const char *name = argv[*k];
    if (strcmp(name, "--heads") == 0) { o->heads = 1; }
    else if (strcmp(name, "--no-teacher") == 0) { o->no_teacher = 1; }
    else if (strcmp(name, "--columns") == 0) { o->columns = value(argc, argv, k); }
    else if (strcmp(name, "--teacher") == 0) { o->teacher_file = value(argc, argv, k); }
    else if (strcmp(name, "--data") == 0) { o->data = value(argc, argv, k); }
    else if (strcmp(name, "--epochs") == 0) { o->epochs = number(name, value(argc, argv, k), NULL, 10000); }
    else if (strcmp(name, "--last") == 0) {
        const char *what = value(argc, argv, k);
        o->labels_last = strcmp(what, "labels") == 0;
        if (!o->labels_last && strcmp(what, "teacher") != 0) { stop(name, "teacher or labels"); }
    } else {
        stop(name, "no such option");
    }
}

static int options_parse(options *o, int argc, char **argv)
{
    const char *word[4] = { NULL, NULL, NULL, NULL }, *end;
    int k, n = 0;
    memset(o, 0, sizeof *o);
    o->columns = "grid"; o->epochs = EPOCHS; o->labels_last = -1;
    for (k = 1; k < argc; k++) {
        if (argv[k][0] == '-') { option(o, argc, argv, &k); }
        else if (n < 4) { word[n++] = argv[k]; }
        else { return -1; }
    }
    if (n < 4 || (strcmp(word[0], "mnist") != 0 && strcmp(word[0], "fashion-mnist") != 0)) { return -1; }
    o->set = word[0]; o->schedule = word[1]; o->out = word[3];
    o->first_seed = o->last_seed = number("SEED", word[2], &end, 99999);
    if (strncmp(end, "..", 2) == 0) { o->last_seed = number("SEED", end + 2, &end, 99999); }
    if (*end != 0 || o->last_seed < o->first_seed) { stop("SEED", "a number, or as 1..3"); }
    if (o->last_seed > o->first_seed && strstr(o->out, "%d") == NULL) { stop(o->out, "needs a %d for the seed"); }
    return 0;
}

static void run(const options *o, const plan *p, const lesson *by, const idx_set *s, const idx_set *test,
                const uint16_t *order, int ordered)
{
    const float share = 1.0F / (float)(o->last_seed - o->first_seed + 1);
    result mean = { { 0 }, { 0 } };
    char which[80];
    int seed, t;
    for (seed = o->first_seed; seed <= o->last_seed; seed++) {
        const clock_t start = clock();
        result r;
        widths *w;
        rng_seed(seed);
        w = widths_new(p, o->heads);
        train(w, by, s, o->epochs, o->schedule, seed);
        save(out_path(o->out, seed), w, order, ordered);
        accuracy(r.validation, w, s, IDX_TRAIN, IDX_VALID);
        accuracy(r.test, w, test, 0, IDX_TEST);
        for (t = 0; t < p->stops; t++) {
            mean.validation[t] += r.validation[t] * share;
            mean.test[t] += r.test[t] * share;
        }
        snprintf(which, sizeof which, "seed %d, %.0f s", seed, (double)(clock() - start) / CLOCKS_PER_SEC);
        report(o, p, &r, which);
        widths_free(w);
    }
    if (o->last_seed > o->first_seed) {
        snprintf(which, sizeof which, "mean of seeds %d..%d", o->first_seed, o->last_seed);
        report(o, p, &mean, which);
    }
}

int main(int argc, char **argv)
{
    static uint16_t order[IDX_PIXELS];
    idx_set s, test;
    options o;
    plan p;
    lesson by = { NULL, 0 };
    float *teacher = NULL;
    const char *why;
    int ordered, labels;
    if (options_parse(&o, argc, argv) != 0) { fputs(usage, stderr); return 2; }
    why = plan_parse(&p, o.schedule, IDX_PIXELS);
    if (why != NULL) { stop(o.schedule, why); }
    if (!data_can_write(out_path(o.out, o.first_seed))) { stop(o.out, "cannot be written"); }
    s = idx_load(o.data, o.set, 0);
    test = idx_load(o.data, o.set, 1);
    if (s.n != IDX_TRAIN + IDX_VALID || test.n != IDX_TEST) {
        stop("pictures", o.data ? "DIR lacks them" : data_missing(o.set));
    }
    labels = o.no_teacher || o.labels_last == 1 || (o.labels_last < 0 && p.stops == 1);
    if (!labels) { by.last = 0.7F; }
    if (!o.no_teacher && !(labels && p.stops == 1)) { by.teacher = teacher = teacher_answers(&o, &s); }
    ordered = order_find(order, &o, &p, &s); /* after the teachers: they read pictures as they are */
    if (ordered) { order_pictures(&s, order); order_pictures(&test, order); }
    run(&o, &p, &by, &s, &test, order, ordered);
    free(teacher);
    free(s.x); free(s.label); free(test.x); free(test.label);
    return 0;
}
