/* sensors.c - [AB] 6.5.1, set-up 1: two sensors see one coordinate each of a target, and each has to say whether it is
 * inside a region. A network 2-100-100-100-2 is trained as a whole, rearranged over the two, and trained on with the
 * zeros kept. Region and widths stand in print's drawing only: these are ours, with 4 % of the labels wrong. */
#include "pieces.h"
#include "table.h"
#include "../random.h"
#include "../../examples/tool/repurpose.h"

enum { S_W = 100, S_LAYERS = 4, S_BATCH = 64, S_STEPS = 4000, S_TUNE = 2000, S_TEST = 20000,
       S_RUNS = 3, S_ETAS = 4, S_CROSS = 2 * S_W / 2 * 2 + 2 * S_W * S_W / 2 };
#define S_DECAY 0.05F
/* eta2 of each layer in units of its mean square: the same for all; at most 5 % of each layer's edges left; a first
 * layer that is kept, as it reads two values only */
static const double s_eta2[S_ETAS][S_LAYERS] = { { 3.5, 3.5, 3.5, 3.5 }, { 10, 10, 10, 10 }, { 5, 4, 4, 4 },
                                                 { 0, 40, 40, 40 } };
static const int s_in[S_LAYERS] = { 2, S_W, S_W, S_W }, s_out[S_LAYERS] = { S_W, S_W, S_W, 2 };

/* [layer][input][output], all layers as wide as the widest: loops of constant length */
typedef struct { float w[S_LAYERS][S_W][S_W], b[S_LAYERS][S_W]; } s_net;
static s_net s_gradient, s_mean, s_square;
static uint8_t s_keep[S_LAYERS][S_W][S_W];

/* a place and its label: in one of two discs; wrong in 4 % of the cases, of the test, too */
static void s_target(float *x, float *label)
{
    float a, b, c, d;
    x[0] = (float)(2 * uniform() - 1);
    x[1] = (float)(2 * uniform() - 1);
    a = x[0] + 0.4F; b = x[1] + 0.3F; c = x[0] - 0.45F; d = x[1] - 0.4F;
    *label = (float)((a * a + b * b < 0.25F || c * c + d * d < 0.16F) ^ (uniform() < 0.04));
}

/* h [layer] are the inputs of the layers, h [S_LAYERS] the logits */
static void s_forward(const s_net *n, float h[S_LAYERS + 1][S_W])
{
    int l, i, j;
    for (l = 0; l < S_LAYERS; l++) {
        float *to = h[l + 1];
        memcpy(to, n->b[l], sizeof n->b[l]);
        for (i = 0; i < s_in[l]; i++) {
            const float v = h[l][i], *w = n->w[l][i];
            for (j = 0; v != 0 && j < S_W; j++) { to[j] += v * w[j]; }
        }
        for (j = 0; l + 1 < S_LAYERS && j < S_W; j++) { to[j] = to[j] > 0 ? to[j] : 0; }
    }
}

static void s_backward(const s_net *n, float h[S_LAYERS + 1][S_W], float y)
{
    float d[S_W] = { 0 }, before[S_W];
    int l, i, j, k;
    for (j = 0; j < 2; j++) { d[j] = (1 / (1 + expf(-h[S_LAYERS][j])) - y) / S_BATCH; }
    for (l = S_LAYERS; l-- > 0; ) {
        memset(before, 0, sizeof before);
        for (j = 0; j < S_W; j++) { s_gradient.b[l][j] += d[j]; }
        for (i = 0; i < s_in[l]; i++) {
            const float v = h[l][i], *w = n->w[l][i];
            float *g = s_gradient.w[l][i], sum[4] = { 0 };
            if (!(v > 0) && l > 0) { continue; } /* ReLU: no slope, nothing to learn from */
            for (j = 0; j < S_W; j++) { g[j] += v * d[j]; }
            for (j = 0; j < S_W; j += 4) { for (k = 0; k < 4; k++) { sum[k] += w[j + k] * d[j + k]; } }
            before[i] = sum[0] + sum[1] + (sum[2] + sum[3]);
        }
        memcpy(d, before, sizeof d);
    }
}

/* Adam, weights shrink by `decay` of the rate */
static void s_step(float *w, const float *g, float *m, float *v, const uint8_t *keep, size_t n, float rate, float fix,
                   float decay)
{
    size_t i;
    for (i = 0; i < n; i++) {
        m[i] = 0.9F * m[i] + 0.1F * g[i];
        v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
        w[i] -= rate * (m[i] / (sqrtf(v[i] * fix) + 1e-8F) + decay * w[i]);
        if (keep != NULL) { w[i] = keep[i] ? w[i] : 0; }
    }
}

/* the rate falls to 0 */
static void s_train(s_net *n, int steps, float rate0, const char *what)
{
    int t, k;
    memset(&s_mean, 0, sizeof s_mean);
    memset(&s_square, 0, sizeof s_square);
    for (t = 1; t <= steps; t++) {
        const float rate = rate0 * (float)(steps - t + 1) / (float)steps / (1 - powf(0.9F, (float)t)),
                    fix = 1 / (1 - powf(0.999F, (float)t));
        memset(&s_gradient, 0, sizeof s_gradient);
        for (k = 0; k < S_BATCH; k++) {
            float h[S_LAYERS + 1][S_W] = { { 0 } }, y;
            s_target(h[0], &y);
            s_forward(n, h);
            s_backward(n, h, y);
        }
        s_step(&n->w[0][0][0], &s_gradient.w[0][0][0], &s_mean.w[0][0][0], &s_square.w[0][0][0], &s_keep[0][0][0],
               sizeof n->w / sizeof(float), rate, fix, S_DECAY);
        s_step(&n->b[0][0], &s_gradient.b[0][0], &s_mean.b[0][0], &s_square.b[0][0], NULL,
               sizeof n->b / sizeof(float), rate, fix, 0);
        if (t % 500 == 0) { fprintf(stderr, "\r%s: step %d of %d ", what, t, steps); }
    }
    fprintf(stderr, "\r%70s\r", ""); /* the line is empty again */
}

/* share of answers of both sensors that are right */
static double s_accuracy(const s_net *n)
{
    int k, right = 0;
    const uint32_t was = test_state;
    test_state = 77777;
    for (k = 0; k < S_TEST; k++) {
        float h[S_LAYERS + 1][S_W] = { { 0 } }, y;
        s_target(h[0], &y);
        s_forward(n, h);
        right += ((h[S_LAYERS][0] >= 0) == (y > 0)) + ((h[S_LAYERS][1] >= 0) == (y > 0));
    }
    test_state = was;
    return right / 2.0 / S_TEST;
}

/* ---- over two sensors ---- */

static void s_to_layers(repurpose_layer *to, const s_net *n)
{
    int l, i, j;
    for (l = 0; l < S_LAYERS; l++) {
        static double w[S_LAYERS][S_W * S_W], b[S_LAYERS][S_W];
        repurpose_layer *s = &to[l];
        s->n_in = (size_t)s_in[l]; s->n_out = (size_t)s_out[l];
        s->taps = s->map = 1;
        s->whole = 0;
        s->w = w[l]; s->b = b[l];
        for (j = 0; j < s_out[l]; j++) {
            s->b[j] = n->b[l][j];
            for (i = 0; i < s_in[l]; i++) { s->w[j * s_in[l] + i] = n->w[l][i][j]; }
        }
    }
}

/* back, and what is not 0 may be trained on */
static void s_from_layers(s_net *n, const repurpose_layer *from)
{
    int l, i, j;
    for (l = 0; l < S_LAYERS; l++) {
        for (j = 0; j < s_out[l]; j++) {
            n->b[l][j] = (float)from[l].b[j];
            for (i = 0; i < s_in[l]; i++) {
                n->w[l][i][j] = (float)from[l].w[j * s_in[l] + i];
                s_keep[l][i][j] = n->w[l][i][j] != 0;
            }
        }
    }
}

typedef struct { double share, values, work, before, after; size_t edges[S_LAYERS]; } s_result;

/* counts what passes and trains on with the zeros kept */
static void s_tune(s_result *r, const s_net *from, const repurpose_layer *layer, const repurpose_plan *p,
                   const char *what)
{
    static s_net n;
    double edges = 0, own = 0;
    size_t l;
    r->values = 0;
    for (l = 0; l < S_LAYERS; l++) {
        repurpose_traffic t;
        if (repurpose_count(&t, &layer[l], repurpose_start(p, l), repurpose_start(p, l + 1), 2) != 0) { exit(2); }
        r->edges[l] = t.edges;
        r->values += (double)t.values;
        edges += (double)t.edges;
        own += (double)t.own;
    }
    r->share = edges / S_CROSS;
    r->work = 2 * S_CROSS / ((edges + own) / 2);
    n = *from; /* weights of no use stay 0 */
    s_from_layers(&n, layer);
    r->before = s_accuracy(&n);
    s_train(&n, S_TUNE, 0.002F, what);
    r->after = s_accuracy(&n);
}

/* r [0]: rearranged, r [1]: the same edges without; eta2 in units of each layer's mean square */
static void s_divide(s_result *r, const s_net *n, const double *eta2)
{
    const double eta1[S_LAYERS] = { 0 };
    double eta[S_LAYERS], lost;
    repurpose_layer layer[S_LAYERS];
    repurpose_plan p;
    size_t l;
    s_to_layers(layer, n);
    if (repurpose_plan_init(&p, layer, S_LAYERS, 2) != 0) { exit(2); }
    for (l = 0; l < S_LAYERS; l++) { eta[l] = eta2[l] * repurpose_mean_square(&layer[l]); }
    if (repurpose_arrange(layer, &p, eta1, eta) != 0) { exit(2); }
    for (l = 0; l < S_LAYERS; l++) {
        (void)repurpose_threshold(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), 2, 0, eta[l], NULL);
    }
    s_tune(&r[0], n, layer, &p, "two sensors, rearranged");
    s_to_layers(layer, n);
    for (l = 0; l < S_LAYERS; l++) {
        if (repurpose_sparsify(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), 2, 0, r[0].edges[l],
                               &lost) != 0) {
            exit(2);
        }
    }
    s_tune(&r[1], n, layer, &p, "two sensors, not rearranged");
    repurpose_free(&p);
}

/* a network from new weights */
static void s_whole(s_net *n, uint32_t seed)
{
    int l, i, j;
    random_start(seed);
    memset(n, 0, sizeof *n);
    memset(s_keep, 1, sizeof s_keep);
    for (l = 0; l < S_LAYERS; l++) {
        for (i = 0; i < s_in[l]; i++) {
            for (j = 0; j < s_out[l]; j++) { n->w[l][i][j] = (float)(normal() * sqrt(2.0 / s_in[l])); }
        }
    }
    s_train(n, S_STEPS, 0.003F, "two sensors, whole");
}

/* ---- rows ---- */

/* v [S_RUNS]: the mean as ours, and the spread told */
static void s_mean_of(const double *v)
{
    double sum = 0, lo = v[0], hi = v[0];
    int k;
    for (k = 0; k < S_RUNS; k++) { sum += v[k] / S_RUNS; lo = fmin(lo, v[k]); hi = fmax(hi, v[k]); }
    row_ours(sum);
    row_note("%.4g to %.4g in %d trainings", lo, hi, S_RUNS);
}

typedef struct { double published, lo, hi; } s_want;
enum { S_WHAT = 8 };

static void s_row(const double *eta2, const char *what, const double *v, s_want want)
{
    int l, same = 1;
    for (l = 1; l < S_LAYERS; l++) { same &= !(fabs(eta2[l] - eta2[0]) > 0); }
    if (same) { row("AB Setup 1", "eta2 %g mean squares: %s", eta2[0], what); }
    else { row("AB Setup 1", "eta2 %g, %g, %g, %g mean squares: %s", eta2[0], eta2[1], eta2[2], eta2[3], what); }
    if (want.published >= 0) { row_compared(want.published); }
    s_mean_of(v);
    row_goal(want.lo, want.hi);
}

/* layer by layer; most: of the edges of each */
static void s_layers(const double *eta2, s_result r[S_RUNS][2], const double *published, double most)
{
    char what[80];
    double v[S_RUNS];
    int l, k;
    for (l = 0; l < S_LAYERS; l++) {
        const int cross = s_in[l] * s_out[l] / 2;
        const s_want want = { published != NULL && l < 3 ? published[l] : -1, 0,
                              l == 0 && eta2[0] <= 0 ? 1 : most };
        snprintf(what, sizeof what, "share of the %d cross edges of layer %d left", cross, l + 1);
        for (k = 0; k < S_RUNS; k++) { v[k] = (double)r[k][0].edges[l] / cross; }
        s_row(eta2, what, v, want);
    }
}

static void s_rows(const double *eta2, s_result r[S_RUNS][2], const double *whole, const s_want *want)
{
    static const char *what[S_WHAT] = {
        "share of the cross edges left", "values exchanged", "work of each sensor, times less than the whole network's",
        "accuracy before fine-tuning", "accuracy after fine-tuning", "accuracy lost after fine-tuning, points",
        "as many edges without rearranging: accuracy before fine-tuning",
        "as many edges without rearranging: accuracy after fine-tuning"
    };
    double v[S_WHAT][S_RUNS];
    int k;
    for (k = 0; k < S_RUNS; k++) {
        v[0][k] = r[k][0].share; v[1][k] = r[k][0].values; v[2][k] = r[k][0].work; v[3][k] = r[k][0].before;
        v[4][k] = r[k][0].after; v[5][k] = 100 * (whole[k] - r[k][0].after);
        v[6][k] = r[k][1].before; v[7][k] = r[k][1].after;
    }
    for (k = 0; k < S_WHAT; k++) { s_row(eta2, what[k], v[k], want[k]); }
}

void sensors(void)
{
    static const s_want want[S_ETAS][S_WHAT] = {
        { { -1, 0.03, 0.05 }, { -1, 80, 200 }, { 4, 3.75, 3.95 }, { 0.935, 0.75, 0.9 }, { 0.944, 0.945, 0.96 },
          { 0.1, -0.5, 0.5 }, { -1, 0.5, 0.9 }, { -1, 0.945, 0.96 } },
        { { 0.003, 0.004, 0.015 }, { 6, 20, 70 }, { 4, 3.9, 4 }, { 0.935, 0.5, 0.8 }, { 0.944, 0.935, 0.955 },
          { 0.1, 0, 1.7 }, { -1, 0.4, 0.8 }, { -1, 0.935, 0.955 } },
        { { -1, 0.03, 0.05 }, { -1, 80, 200 }, { 4, 3.75, 3.95 }, { 0.935, 0.7, 0.9 }, { 0.944, 0.945, 0.96 },
          { 0.1, -0.5, 0.5 }, { -1, 0.5, 0.9 }, { -1, 0.945, 0.96 } },
        { { 0.003, 0.0095, 0.012 }, { 6, 2, 10 }, { 4, 3.9, 4 }, { 0.935, 0.6, 0.85 }, { 0.944, 0.945, 0.96 },
          { 0.1, -0.5, 0.5 }, { -1, 0.6, 0.85 }, { -1, 0.945, 0.96 } }
    };
    static const double most[S_ETAS] = { 0.08, 0.02, 0.05, 0.01 }, print[3] = { 0.007, 0.001, 0.003 }; /* at .1 */
    static s_net n;
    static s_result r[S_RUNS][S_ETAS][2];
    double whole[S_RUNS];
    s_result one[S_RUNS][2];
    int k, e;
    for (k = 0; k < S_RUNS; k++) {
        s_whole(&n, (uint32_t)k + 1);
        whole[k] = s_accuracy(&n);
        for (e = 0; e < S_ETAS; e++) { s_divide(r[k][e], &n, s_eta2[e]); }
    }
    row("AB Setup 1", "the whole network's accuracy, %d trainings", S_RUNS);
    row_compared(0.945);
    s_mean_of(whole);
    row_goal(0.945, 0.96);
    row_note("2-100-100-100-2, two discs, 4 %% of the labels wrong: ours; region and widths in print are a drawing");
    for (e = 0; e < S_ETAS; e++) {
        for (k = 0; k < S_RUNS; k++) { memcpy(one[k], r[k][e], sizeof one[k]); }
        s_rows(s_eta2[e], one, whole, want[e]);
        s_layers(s_eta2[e], one, e == 1 || e == 3 ? print : NULL, most[e]);
    }
}
