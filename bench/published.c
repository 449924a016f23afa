/* published.c - published tables beside ours, added to the rows of queue.c.   published OUT_DIR
 *
 * Writes OUT_DIR/paper.csv and the figures as SVG, prints the rows and counts all that the file holds (table.h). The
 * published rules are in scheme.h. */
#include "../examples/training/idx.h"
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "../examples/tool/npz.h"
#include "../examples/tool/quantize.h"
#include "../examples/tool/certify.h"
#include "../examples/tool/tflite.h"
#include "../examples/tool/calibrate.h"
#include "../examples/tool/parts.h"
#include "table.h"
#include "random.h"
#include "scheme.h"
#include "eden.h"
#include "svg.h"

enum { SEEDS = 5, CALIBRATE = 2000, STOPS = 4 };
static const int weight_p[3][5] = { { -1, -2, -3, -4, -5 }, { 0, -1, -2, -3, -4 }, { 1, 0, -1, -2, -3 } };
static idx_set test_set, train_set;
static uint8_t even[IDX_TEST];

/* area under the ROC curve from scores and labels, ties counted half */
typedef struct { double score; int label; } scored;
static int by_score(const void *a, const void *b)
{
    const double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return x < y ? -1 : x > y;
}
static double auc_sorted(scored *s, size_t n)
{
    double below = 0, area = 0, ones = 0;
    size_t i, j;
    qsort(s, n, sizeof *s, by_score);
    for (i = 0; i < n; i = j) {
        double zeros = 0, one = 0;
        for (j = i; j < n && s[j].score == s[i].score; j++) { if (s[j].label) { one++; } else { zeros++; } }
        area += one * (below + zeros / 2);
        below += zeros;
        ones += one;
    }
    return area / (ones * below);
}
static double auc(const double *score, size_t stride)
{
    static scored s[IDX_TEST];
    size_t k;
    for (k = 0; k < IDX_TEST; k++) { s[k].score = score[k * stride]; s[k].label = even[k]; }
    return auc_sorted(s, IDX_TEST);
}

static int load_npz(npz *z, const char *name)
{
    char path[256];
    FILE *f;
    uint8_t *p;
    size_t len;
    int ok;
    snprintf(path, sizeof path, "examples/models/%s.npz", name);
    f = fopen(path, "rb");
    p = (uint8_t *)malloc(4000000);
    if (f == NULL || p == NULL) { return 0; }
    len = fread(p, 1, 4000000, f);
    fclose(f);
    ok = npz_parse(z, p, len) == 0;
    free(p);
    return ok;
}

#include "dithers.h"
#include "training.h"

/* ---- the published scheme on five seeds ---- */
typedef struct {
    double acc[4], auc[4], gray[4], left[4], alive[4], adaptive_acc, adaptive_auc, float_acc;
} printed_result;

/* shares of the test images still undecided after each resolution: the published rule's,
 * then ours by a calibrated margin */
static double undecided[2][4];
static void remaining(void)
{
    static const double r[4] = { 1, 2, 3, 4 }, bits[4] = { 1, 2, 4, 8 };
    char path[256];
    svg s;
    snprintf(path, sizeof path, "%s/fig8b.svg", out_dir);
    s = svg_open(path, "[SR] Fig. 8(b): even/odd, images that need more after each resolution",
                 "resolution (published rule), bits (ours)", "share of the test images", 0, 8, 0, 1, 1, 0.2);
    svg_line(&s, "gray zone, printed", r, undecided[0], 4, 1);
    svg_line(&s, "margin, ours", bits, undecided[1], 4, 1);
    svg_close(&s);
}

static void histogram(const npz *z)
{
    char path[256], name[64];
    double x[41], y[41];
    int l, i, k;
    svg s;
    snprintf(path, sizeof path, "%s/fig6.svg", out_dir);
    s = svg_open(path, "[SR] Fig. 6: log2|w| by layer, P0 and the share beyond it", "log2 |w|",
                 "share of the layer's weights", -10, 2, 0, 0.5, 2, 0.1);
    for (l = 0; l < 3; l++) {
        const npz_array *w = &z->a[2 * l];
        const size_t n = (size_t)w->shape[0] * w->shape[1];
        size_t beyond = 0, c;
        for (i = 0; i <= 24; i++) { x[i] = -10 + i * 0.5; y[i] = 0; }
        for (c = 0; c < n; c++) {
            const double e = log2(fabs((double)w->v[c]) + 1e-9);
            k = (int)floor((e + 10) * 2);
            if (k >= 0 && k <= 24) { y[k] += 1.0 / (double)n; }
            beyond += e >= weight_p[l][0];
        }
        snprintf(name, sizeof name, "layer %d, P0 = %d (%.1f %%)", l + 1, weight_p[l][0],
                 100.0 * (double)beyond / (double)n);
        svg_line(&s, name, x, y, 25, 0);
        {
            const double mx[2] = { weight_p[l][0], weight_p[l][0] }, my[2] = { 0, 0.5 };
            s.series--;
            svg_line(&s, "", mx, my, 2, 0);
        }
    }
    svg_close(&s);
}

static void roc_and_outputs(const double (*p)[4])
{
    char path[256], name[32];
    static scored s[IDX_TEST];
    double x[101], y[101];
    int r, i;
    size_t k;
    svg roc, hist;
    snprintf(path, sizeof path, "%s/fig7b.svg", out_dir);
    roc = svg_open(path, "[SR] Fig. 7(b): ROC by resolution, as printed", "false positive rate", "true positive rate",
                   0, 1, 0, 1, 0.2, 0.2);
    snprintf(path, sizeof path, "%s/fig8a.svg", out_dir);
    hist = svg_open(path, "[SR] Fig. 8(a): outputs by resolution, gray zone .3 to .6", "network output",
                    "share of test images", 0, 1, 0, 1, 0.1, 0.2);
    for (r = 0; r < 4; r++) {
        double positive = 0, tp = 0, fp = 0;
        int at = 0;
        for (k = 0; k < IDX_TEST; k++) { s[k].score = -p[k][r]; s[k].label = even[k]; positive += even[k]; }
        qsort(s, IDX_TEST, sizeof *s, by_score);
        for (k = 0; k < IDX_TEST; k++) {
            if (k % 100 == 0) { x[at] = fp / (IDX_TEST - positive); y[at++] = tp / positive; }
            if (s[k].label) { tp++; } else { fp++; }
        }
        x[at] = y[at] = 1;
        snprintf(name, sizeof name, "resolution %d", r + 1);
        svg_line(&roc, name, x, y, at + 1, 0);
        for (i = 0; i < 20; i++) { x[i] = (i + 0.5) / 20; y[i] = 0; }
        for (k = 0; k < IDX_TEST; k++) { i = (int)(p[k][r] * 20); y[i > 19 ? 19 : i] += 1.0 / IDX_TEST; }
        svg_line(&hist, name, x, y, 20, 0);
    }
    svg_close(&roc);
    svg_close(&hist);
}

static double float_accuracy(const npz *z)
{
    size_t k, right = 0;
    int l, i, c;
    for (k = 0; k < IDX_TEST; k++) {
        double a[SCHEME_WIDE], b[SCHEME_WIDE];
        for (c = 0; c < 784; c++) { a[c] = test_set.x[k * 784 + (size_t)c] / 255.0; }
        for (l = 0; l < 3; l++) {
            const npz_array *w = &z->a[2 * l];
            for (i = 0; i < (int)w->shape[0]; i++) {
                b[i] = z->a[2 * l + 1].v[i];
                for (c = 0; c < (int)w->shape[1]; c++) { b[i] += a[c] * w->v[i * (int)w->shape[1] + c]; }
                if (l < 2 && b[i] < 0) { b[i] = 0; }
            }
            memcpy(a, b, sizeof(double) * w->shape[0]);
        }
        right += (a[0] > 0) == even[k];
    }
    return (double)right / IDX_TEST;
}

static printed_result run_printed(const npz *z, int literal, int wrap, int figures)
{
    static double p[IDX_TEST][4], adaptive[IDX_TEST];
    static const int px[5] = { 0, -1, -2, -3, -4 };
    printed_result res;
    scheme s;
    size_t k, right = 0;
    int l, r;
    memset(&res, 0, sizeof res);
    memset(&s, 0, sizeof s);
    memcpy(s.px, px, sizeof px);
    s.literal = literal;
    s.wrap = wrap;
    for (l = 0; l < 3; l++) {
        scheme_cut(&s, l, z->a[2 * l].v, z->a[2 * l + 1].v, (int)z->a[2 * l].shape[0], (int)z->a[2 * l].shape[1],
                   weight_p[l]);
    }
    for (k = 0; k < IDX_TEST; k++) {
        double logit[4], alive[4];
        int in_gray = 1;
        scheme_run(&s, test_set.x + k * 784, logit, alive);
        for (r = 0; r < 4; r++) {
            const double q = 1 / (1 + exp(-logit[r]));
            const int gray = q >= 0.3 && q <= 0.6;
            p[k][r] = q;
            if (in_gray) { adaptive[k] = q; }
            in_gray = in_gray && gray;
            res.acc[r] += ((q > 0.5) == even[k]) / (double)IDX_TEST;
            res.gray[r] += gray / (double)IDX_TEST;
            res.left[r] += in_gray / (double)IDX_TEST;
            res.alive[r] += alive[r] / IDX_TEST;
        }
        right += (adaptive[k] > 0.5) == even[k];
    }
    for (r = 0; r < 4; r++) { res.auc[r] = auc(&p[0][r], 4); }
    res.adaptive_acc = (double)right / IDX_TEST;
    res.adaptive_auc = auc(adaptive, 1);
    res.float_acc = float_accuracy(z);
    if (figures) { histogram(z); roc_and_outputs((const double (*)[4])p); }
    scheme_free(&s);
    return res;
}

/* mean, least and most of one figure over the seeds */
static double mean_of(const double *v, double *lo, double *hi)
{
    double sum = 0;
    int i;
    *lo = *hi = v[0];
    for (i = 0; i < SEEDS; i++) { sum += v[i]; *lo = v[i] < *lo ? v[i] : *lo; *hi = v[i] > *hi ? v[i] : *hi; }
    return sum / SEEDS;
}

static void seeds_row(const char *item, double published, const double *v, double lo, double hi)
{
    char text[128];
    double least, most;
    const double mean = mean_of(v, &least, &most);
    snprintf(text, sizeof text, "%s; five seeds %.3f to %.3f", item, least, most);
    row("SR Table II", text, published, mean, NAN, lo, hi);
}

static double printed_acc[4];

static void table_ii(void)
{
    static const double published[4] = { 0.507, 0.769, 0.919, 0.937 }, lo[4] = { NAN, 0.66, 0.91, 0.91 },
                        hi[4] = { 0.60, 0.92, NAN, NAN };
    printed_result a[SEEDS], fixed[SEEDS];
    double v[SEEDS];
    char item[96];
    int s, r;
    static npz z;
    for (s = 0; s < SEEDS; s++) {
        char name[16];
        snprintf(name, sizeof name, "even%d", s);
        if (!load_npz(&z, name)) { return; }
        a[s] = run_printed(&z, 1, 1, s == 0);
        fixed[s] = run_printed(&z, 0, 0, 0);
        npz_free(&z);
    }
#define EACH(field) for (s = 0; s < SEEDS; s++) { v[s] = field; }
    for (r = 0; r < 4; r++) {
        EACH(a[s].acc[r])
        snprintf(item, sizeof item, "even/odd accuracy r = %d", r + 1);
        seeds_row(item, published[r], v, lo[r], hi[r]);
        printed_acc[r] = (v[0] + v[1] + v[2] + v[3] + v[4]) / 5;
    }
    EACH(a[s].float_acc)
    seeds_row("even/odd accuracy of the float network", 0.976, v, NAN, NAN);
    for (r = 0; r < 4; r++) {
        EACH(a[s].auc[r])
        snprintf(item, sizeof item, "AUC r = %d", r + 1);
        seeds_row(item, NAN, v, NAN, NAN);
    }
    for (r = 0; r < 4; r++) {
        EACH(a[s].alive[r])
        snprintf(item, sizeof item, "share of first-layer nodes alive r = %d", r + 1);
        seeds_row(item, NAN, v, NAN, r == 0 ? 0.5 : NAN);
    }
    for (r = 0; r < 4; r++) {
        EACH(a[s].gray[r])
        snprintf(item, sizeof item, "share in the gray zone [.3 .6] r = %d", r + 1);
        seeds_row(item, NAN, v, NAN, NAN);
    }
    for (r = 0; r < 4; r++) {
        EACH(a[s].left[r])
        for (undecided[0][r] = 0, s = 0; s < SEEDS; s++) { undecided[0][r] += v[s] / SEEDS; }
        snprintf(item, sizeof item, "remaining after resolution %d (adaptive)", r + 1);
        seeds_row(item, NAN, v, NAN, NAN);
    }
    EACH(a[s].adaptive_acc)
    seeds_row("adaptive accuracy", NAN, v, NAN, NAN);
    EACH(a[s].adaptive_auc)
    seeds_row("adaptive AUC", 0.9654, v, NAN, NAN);
    for (r = 0; r < 4; r++) {
        EACH(fixed[s].acc[r])
        snprintf(item, sizeof item, "saturating and pre-activations kept r = %d", r + 1);
        seeds_row(item, published[r], v, NAN, NAN);
    }
}

/* ---- ours, through the shipped header ---- */
typedef struct { double acc[STOPS], auc[STOPS]; } our_result;

/* a network of examples/models with stops at 1, 2, 4 and 8 bits, calibrated; free() the result */
/* plan: one digit per width */
static uint8_t *quantized(sucref_model *m, const char *name, float clip, int cut_input, const char *plan)
{
    static npz z;
    prepare_float_layer layers[3];
    prepare_options o;
    uint8_t *file = NULL;
    uint32_t len = 0;
    int l;
    if (!load_npz(&z, name)) { fprintf(stderr, "published: examples/models/%s.npz cannot be read\n", name); exit(2); }
    for (l = 0; l < z.n / 2; l++) {
        layers[l].n_out = z.a[2 * l].shape[0];
        layers[l].n_in = z.a[2 * l].shape[1];
        layers[l].w = z.a[2 * l].v;
        layers[l].b = z.a[2 * l + 1].v;
    }
    memset(&o, 0, sizeof o);
    for (; plan[o.n_planes] != 0; o.n_planes++) { o.plan[o.n_planes] = (uint8_t)(plan[o.n_planes] - '0'); }
    o.act = SUCREF_ACT_RELU; o.keep = 1; o.clip = clip; o.cut_input = (uint8_t)cut_input; o.input_scale = 1.0F / 255;
    o.calibrate = train_set.x + (size_t)IDX_TRAIN * 784; o.n_calibrate = CALIBRATE;
    if (prepare_quantize(&file, &len, layers, (unsigned)z.n / 2, &o, NULL) != SUCREF_OK ||
        sucref_model_open(m, file, len, NULL) != SUCREF_OK) {
        exit(2);
    }
    npz_free(&z);
    return file;
}

#include "coded.h"

static our_result run_ours(const char *name, float clip, int cut_input)
{
    static double score[IDX_TEST];
    our_result res;
    sucref_model m;
    sucref_net net;
    uint8_t *file = quantized(&m, name, clip, cut_input, "1124");
    uint32_t *work, t;
    size_t k;
    for (t = 0; t < STOPS; t++) { res.acc[t] = res.auc[t] = NAN; }
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    if (work == NULL || sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK) { exit(2); }
    for (t = 0; t < STOPS; t++) {
        size_t right = 0;
        for (k = 0; k < IDX_TEST; k++) {
            sucref_answer a;
            (void)sucref_net_set_input(&net, test_set.x + k * 784, net.model->n_in);
            (void)sucref_net_start_at(&net, t);
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            score[k] = a.logits[0];
            right += a.n_out == 1 ? (a.logits[0] > 0) == even[k]
                                  : sucref_argmax(a.logits, a.n_out) == test_set.label[k];
        }
        res.acc[t] = (double)right / IDX_TEST;
        if (m.n_out == 1) { res.auc[t] = auc(score, 1); }
    }
    free(work); free(file);
    return res;
}

static void our_rows(const char *title, const our_result *r, const double *goal, const double *auc_goal,
                     const double *published, const double *printed)
{
    static const int bits[STOPS] = { 1, 2, 4, 8 };
    char item[96];
    int t;
    for (t = 0; t < STOPS; t++) {
        snprintf(item, sizeof item, "%s %d bit%s", title, bits[t], bits[t] == 1 ? "" : "s");
        row("SR Table II", item, published ? published[t] : NAN, printed ? printed[t] : NAN, r->acc[t], goal[t], NAN);
        if (auc_goal != NULL) {
            snprintf(item, sizeof item, "%s %d bit%s AUC", title, bits[t], bits[t] == 1 ? "" : "s");
            row("SR Table II", item, NAN, NAN, r->auc[t], auc_goal[t], NAN);
        }
    }
}

static void ours(void)
{
    static const double none[4] = { NAN, NAN, NAN, NAN }, auc2[4] = { NAN, 0.993, NAN, NAN };
    static const double even_goal[4] = { .925, .970, .979, .980 }, even_nested[4] = { .970, .980, NAN, NAN },
                        digit_goal[4] = { .950, .962, .975, NAN };
    static const double digit_nested[4] = { .970, .976, NAN, .977 }, like_goal[4] = { .905, .965, .975, NAN };
    const double published[4] = { 0.507, 0.769, 0.937, 0.976 },
                 printed[4] = { printed_acc[0], printed_acc[1], printed_acc[3], NAN };
    const double published_like[4] = { 0.507, 0.769, 0.937, NAN }, x_pub[4] = { 1, 2, 3, 4 },
                 y_pub[4] = { .507, .769, .919, .937 }, x[4] = { 1, 2, 4, 8 };
    our_result r[5];
    char path[256];
    svg s;
    r[0] = run_ours("even0", 0, 0);
    r[1] = run_ours("even_nested", 1, 0);
    r[2] = run_ours("digits", 0, 0);
    r[3] = run_ours("digits_nested", 1, 0);
    r[4] = run_ours("even0", 0, 1);
    our_rows("ours even/odd no retraining", &r[0], even_goal, auc2, published, printed);
    our_rows("ours even/odd nested", &r[1], even_nested, NULL, published, printed);
    our_rows("ours even/odd inputs cut too (products 1 4 16 64)", &r[4], like_goal, NULL, published_like, printed);
    our_rows("ours 784-128-10 no retraining", &r[2], digit_goal, NULL, NULL, NULL);
    our_rows("ours 784-128-10 nested", &r[3], digit_nested, NULL, NULL, NULL);
    row("SR Table II", "cumulative bit products of the published scheme r = 4", 16, 16, NAN, NAN, NAN);
    (void)none;
    snprintf(path, sizeof path, "%s/fig7a.svg", out_dir);
    s = svg_open(path, "[SR] Fig. 7(a): accuracy against bits, even/odd", "bits of the first layer's weights",
                 "accuracy on 10,000 test images", 0, 8, 0.5, 1, 1, 0.1);
    svg_line(&s, "published (1 to 4)", x_pub, y_pub, 4, 1);
    svg_line(&s, "as printed, 5 seeds", x_pub, printed_acc, 4, 1);
    svg_line(&s, "ours, no retraining", x, r[0].acc, 4, 1);
    svg_line(&s, "ours, inputs cut too", x, r[4].acc, 4, 1);
    svg_line(&s, "ours, nested", x, r[1].acc, 4, 1);
    svg_close(&s);
}

#include "exits.h"

/* ---- Theorem 1 and the examples: need no data ---- */
static void theorem_1(void)
{
    static const int8_t p[] = { 8, 4, 0 };
    uint32_t k, r, state = 1, printed_broken = 0, ours_broken = 0, cases = 0;
    for (k = 0; k < 20000; k++) {
        int32_t w[4], x[4], y, exact = 0;
        int16_t dw[8], dx[8];
        sucref_linear l;
        const uint32_t n = 1 + k % 4;
        for (r = 0; r < n; r++) {
            state = state * 1664525U + 1013904223U; w[r] = (int32_t)(state >> 24) * (state & 4096 ? 1 : -1);
            state = state * 1664525U + 1013904223U; x[r] = (int32_t)(state >> 24);
            exact += w[r] * x[r];
        }
        (void)sucref_partition(dw, w, n, 0, p, 3, SUCREF_SATURATE);
        (void)sucref_partition(dx, x, n, 0, p, 3, SUCREF_SATURATE);
        if (sucref_linear_init(&l, &y, dw, 1, n, p, 3, dx, p, 3, NULL) != SUCREF_OK) { continue; }
        for (r = 1; r <= 4; r++) {
            int32_t error;
            sucref_product g;
            (void)sucref_linear_step(&l);
            g = l.gamma[r - 1];
            error = abs(exact - y);
            cases++;
            printed_broken += error > 256 + 256 + 1 + ((4 - (int32_t)r) << (p[g.i] + p[g.j]));
            ours_broken += (uint64_t)error >= sucref_linear_bound(&l, r);
        }
    }
    row("SR Theorem 1", "share of random cases that break the bound [8 4 0] n <= 4", NAN,
        (double)printed_broken / cases, (double)ours_broken / cases, NAN, 0);
}

static void example_2(void)
{
    static const int8_t p[] = { 1, -1, -3 }, q[] = { 4, 0, -3 };
    static const double want[4] = { -19.5, -21.125, -21.3125, -21.328125 };
    const float w = -1.625F, x = 13.125F;
    int16_t dw[2], dx[2];
    int32_t y;
    int r;
    char item[64];
    sucref_linear l;
    (void)prepare_partition_float(dw, &w, 1, p, 3, SUCREF_SATURATE);
    (void)prepare_partition_float(dx, &x, 1, q, 3, SUCREF_SATURATE);
    if (sucref_linear_init(&l, &y, dw, 1, 1, p, 3, dx, q, 3, NULL) != SUCREF_OK) { return; }
    for (r = 0; r < 4; r++) {
        (void)sucref_linear_step(&l);
        snprintf(item, sizeof item, "-1.625 * 13.125 after %d product%s (corrected signs)", r + 1, r ? "s" : "");
        row("SR Example 2", item, NAN, NAN, y / 64.0, want[r], want[r]);
    }
}

/* Remark 2: digits of base 3 rejoin to within one unit of the last one (the reference only) */
static void other_bases(void)
{
    static const int p[5] = { 1, 0, -1, -2, -3 };
    double worst = 0;
    int k, r;
    for (k = -2999; k <= 2999; k++) {
        const double x = k / 1000.0;
        double sum = 0;
        for (r = 0; r < SCHEME_R; r++) { sum += scheme_digit(x, p, r, 0, 3) * pow(3, p[r + 1]); }
        worst = fmax(worst, fabs(x - sum) * 27);
    }
    row("SR Remark 2", "base 3: largest rest after four digits in units of the last", NAN, worst, NAN, NAN, 1);
}

int main(int argc, char **argv)
{
    size_t k;
    table_open(argc > 1 ? argv[1] : ".", "a");
    theorem_1();
    example_2();
    other_bases();
    test_set = idx_load(NULL, "mnist", 1);
    train_set = idx_load(NULL, "mnist", 0);
    if (test_set.n == IDX_TEST && train_set.n == IDX_TRAIN + IDX_VALID) {
        for (k = 0; k < IDX_TEST; k++) { even[k] = (uint8_t)(1 - test_set.label[k] % 2); }
        table_ii();
        ours();
        early_exit("784-128-10 no retraining", "digits", 0, 0.25, NAN);
        early_exit("784-128-10 nested", "digits_nested", 1, 0.20, NAN);
        early_exit("even/odd no retraining", "even0", 0, 0.32, 0.996);
        remaining();
        early_exit("even/odd nested", "even_nested", 1, 0.27, 0.996);
        dithered();
        coded();
        training();
        certified_exit("784-128-10 no retraining", "digits", 1, "11111111", 0, 0.85);
        certified_exit("784-128-10 nested", "digits_nested", 1, "11111111", 0, 0.70);
        certified_exit("784-128-10 at 3-bit centres", "digits_centred", 1, "2114", 1, 0.40);
        free(test_set.x); free(train_set.x); free(test_set.label); free(train_set.label);
        test_set = idx_load(NULL, "fashion-mnist", 1);
        train_set = idx_load(NULL, "fashion-mnist", 0);
    }
    if (test_set.n == IDX_TEST && train_set.n == IDX_TRAIN + IDX_VALID) {
        early_exit("Fashion 784-128-10 no retraining", "fashion", 0, 0.32, NAN);
        early_exit("Fashion 784-128-10 nested", "fashion_nested", 1, 0.30, NAN);
    } else {
        printf("(no MNIST files in $SUCREF_DATA, data/ or ../shared/data: the rows that need them are n/a)\n");
        row("SR Table II", "even/odd and 784-128-10 (needs the MNIST files)", NAN, NAN, NAN, NAN, NAN);
    }
    imported();
    table_close();
    return 0;
}
