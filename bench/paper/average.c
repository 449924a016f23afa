/* average.c - [AB] 6.5.1, set-up 2: six sensors see a handwritten digit each and say together which integer is nearest
 * to the digits' mean. Widths in print are a drawing. Ours is a small network for each picture, 784-64-16 with the same
 * weights on every sensor, whose outputs are logistic so that a digit is nearly a word of 16 bits, then 96-60-10. The
 * small network learns digits first, then all is trained as a whole; RePurpose gives the last two layers' neurons to
 * the sensors, of which the first one answers; then it is trained on with the zeros kept. Beside it as many edges
 * without rearranging, and what an engineer would try first: every sensor classifies its picture and sends its digit.
 */
#include "data.h"
#include "pieces.h"
#include "svg.h"
#include "table.h"
#include "../random.h"
#include "../../examples/tool/repurpose.h"
#include <stddef.h>

enum { A_P = 6, A_H1 = 64, A_H2 = 16, A_IN = A_P * A_H2, A_D = 60, A_OUT = 10, A_WIDE = 64, A_BATCH = 64,
       A_STEPS = 8000, A_TUNE = 1000, A_TEST = 20000, A_ETAS = 6, A_LAYOUTS = 2 };
static const double a_eta[A_ETAS] = { 0.25, 0.5, 1, 2, 4, 8 };
/* who has the 60 neurons: all as many, or the one that answers, which has 12 % more to compute then */
static const double a_share[A_LAYOUTS][A_P] = { { 1, 1, 1, 1, 1, 1 }, { 1, 0, 0, 0, 0, 0 } };
static const char *const a_layout[A_LAYOUTS] = { "neurons on all sensors", "neurons on the first sensor" };
static const int a_cross[A_LAYOUTS] = { A_D * (A_IN - A_H2) + A_OUT * (A_D - A_D / A_P), A_D * (A_IN - A_H2) };

/* [input][output]; outputs beyond a layer's own stay 0 */
typedef struct {
    float w1[IDX_PIXELS][A_H1], b1[A_H1], w2[A_H1][A_H2], b2[A_H2];
    float w3[A_IN][A_WIDE], b3[A_WIDE], w4[A_WIDE][A_H2], b4[A_H2];
    float w5[A_H2][A_H2], b5[A_H2]; /* the rival's: a picture's own class */
} a_net;
enum { A_FLOATS = sizeof(a_net) / sizeof(float) };
static a_net a_gradient, a_mean, a_square, a_whole, a_rival;
static uint8_t a_keep3[A_IN][A_WIDE], a_keep4[A_WIDE][A_H2];

typedef struct { float h1[A_P][A_H1], code[A_IN], d[A_WIDE], out[A_H2]; } a_trace;

static void a_layer(float *to, const float *b, const float *w, const float *in, int n_in, int n_out, int relu)
{
    int i, j;
    for (j = 0; j < n_out; j++) { to[j] = b[j]; }
    for (i = 0; i < n_in; i++) {
        const float v = in[i];
        if (v != 0) { for (j = 0; j < n_out; j++) { to[j] += v * w[i * n_out + j]; } }
    }
    for (j = 0; relu && j < n_out; j++) { to[j] = to[j] > 0 ? to[j] : 0; }
}

/* a picture's code, by its sensor */
static void a_see(a_trace *t, const a_net *n, int p, const uint8_t *x)
{
    float *h = t->h1[p];
    int i, j;
    memcpy(h, n->b1, sizeof n->b1);
    for (i = 0; i < IDX_PIXELS; i++) {
        const float v = (float)x[i] * (1 / 255.0F), *w = n->w1[i];
        if (x[i] != 0) { for (j = 0; j < A_H1; j++) { h[j] += v * w[j]; } }
    }
    for (j = 0; j < A_H1; j++) { h[j] = h[j] > 0 ? h[j] : 0; }
    a_layer(t->code + p * A_H2, n->b2, n->w2[0], h, A_H1, A_H2, 0);
    for (j = p * A_H2; j < (p + 1) * A_H2; j++) { t->code[j] = 1 / (1 + expf(-t->code[j])); }
}

static void a_answer(a_trace *t, const a_net *n)
{
    a_layer(t->d, n->b3, n->w3[0], t->code, A_IN, A_WIDE, 1);
    a_layer(t->out, n->b4, n->w4[0], t->d, A_WIDE, A_H2, 0);
}

/* adds to the gradients; back [n_in]: dLoss/d(in), 0 where a ReLU was shut */
static void a_back(float *back, float *gb, float *gw, const float *w, const float *in, const float *d, int n_in,
                   int n_out)
{
    int i, j;
    for (j = 0; j < n_out; j++) { gb[j] += d[j]; }
    for (i = 0; i < n_in; i++) {
        const float v = in[i];
        float sum = 0;
        back[i] = 0;
        if (!(v > 0)) { continue; }
        for (j = 0; j < n_out; j++) { gw[i * n_out + j] += v * d[j]; }
        for (j = 0; j < n_out; j++) { sum += w[i * n_out + j] * d[j]; }
        back[i] = sum;
    }
}

/* softmax of ten; d becomes (p - y) / batch */
static void a_loss(float *d, const float *z, int label)
{
    float most = z[0], sum = 0;
    int j;
    for (j = 1; j < A_OUT; j++) { most = z[j] > most ? z[j] : most; }
    for (j = 0; j < A_H2; j++) { d[j] = j < A_OUT ? expf(z[j] - most) : 0; sum += d[j]; }
    for (j = 0; j < A_OUT; j++) { d[j] = (d[j] / sum - (float)(j == label)) / A_BATCH; }
}

static void a_back_see(const a_trace *t, const a_net *n, int p, const uint8_t *x, const float *d)
{
    const float *code = t->code + p * A_H2;
    float back[A_H1], open[A_H2];
    int i, j;
    for (j = 0; j < A_H2; j++) { open[j] = d[j] * code[j] * (1 - code[j]); }
    a_back(back, a_gradient.b2, a_gradient.w2[0], n->w2[0], t->h1[p], open, A_H1, A_H2);
    for (j = 0; j < A_H1; j++) { a_gradient.b1[j] += back[j]; }
    for (i = 0; i < IDX_PIXELS; i++) {
        const float v = (float)x[i] * (1 / 255.0F);
        float *g = a_gradient.w1[i];
        if (x[i] != 0) { for (j = 0; j < A_H1; j++) { g[j] += v * back[j]; } }
    }
}

/* six pictures of the training set; the label: the integer nearest to their mean, halves up */
static int a_draw(size_t *k, size_t from, size_t n, const uint8_t *label)
{
    int p, sum = 0;
    for (p = 0; p < A_P; p++) { k[p] = from + rnd_below((uint32_t)n); sum += label[k[p]]; }
    return (2 * sum + A_P) / (2 * A_P);
}

/* one sample's gradients: of the six pictures' class, or of each picture's own */
static void a_learn(const a_net *n, int rival)
{
    a_trace t;
    float d[A_H2], back[A_WIDE], codes[A_IN], own[A_H2];
    size_t k[A_P];
    int p, label = a_draw(k, 0, IDX_TRAIN, train_set.label);
    for (p = 0; p < A_P; p++) { a_see(&t, n, p, train_set.x + k[p] * IDX_PIXELS); }
    if (!rival) {
        a_answer(&t, n);
        a_loss(d, t.out, label);
        a_back(back, a_gradient.b4, a_gradient.w4[0], n->w4[0], t.d, d, A_WIDE, A_H2);
        a_back(codes, a_gradient.b3, a_gradient.w3[0], n->w3[0], t.code, back, A_IN, A_WIDE);
    }
    for (p = 0; p < A_P; p++) {
        if (rival) {
            a_layer(own, n->b5, n->w5[0], t.code + p * A_H2, A_H2, A_H2, 0);
            a_loss(d, own, train_set.label[k[p]]);
            a_back(codes + p * A_H2, a_gradient.b5, a_gradient.w5[0], n->w5[0], t.code + p * A_H2, d, A_H2, A_H2);
        }
        a_back_see(&t, n, p, train_set.x + k[p] * IDX_PIXELS, codes + p * A_H2);
    }
}

/* Adam, weights shrinking a little; what is not kept is 0 */
static void a_train(a_net *n, int steps, float rate0, int rival, const char *what)
{
    float *w = &n->w1[0][0], *g = &a_gradient.w1[0][0], *m = &a_mean.w1[0][0], *v = &a_square.w1[0][0];
    int t, i, j;
    memset(&a_mean, 0, sizeof a_mean);
    memset(&a_square, 0, sizeof a_square);
    for (t = 1; t <= steps; t++) {
        const float rate = rate0 * (float)(steps - t + 1) / (float)steps / (1 - powf(0.9F, (float)t)),
                    fix = 1 / (1 - powf(0.999F, (float)t));
        memset(&a_gradient, 0, sizeof a_gradient);
        for (i = 0; i < A_BATCH; i++) { a_learn(n, rival); }
        for (i = 0; i < A_FLOATS; i++) {
            m[i] = 0.9F * m[i] + 0.1F * g[i];
            v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
            w[i] -= rate * (m[i] / (sqrtf(v[i] * fix) + 1e-8F) + 0.01F * w[i]);
        }
        for (i = 0; i < A_IN; i++) { for (j = 0; j < A_WIDE; j++) { if (!a_keep3[i][j]) { n->w3[i][j] = 0; } } }
        for (i = 0; i < A_WIDE; i++) { for (j = 0; j < A_H2; j++) { if (!a_keep4[i][j]) { n->w4[i][j] = 0; } } }
        if (t % 100 == 0) { fprintf(stderr, "\r%s: step %d of %d ", what, t, steps); }
    }
    fprintf(stderr, "\r%70s\r", "");
}

/* share of right answers to six test pictures, the same ones for all networks */
static double a_accuracy(const a_net *n, int rival)
{
    static float code[IDX_TEST][A_H2];
    static int digit[IDX_TEST];
    const uint32_t was = test_state;
    a_trace t;
    size_t k, six[A_P];
    int p, j, right = 0;
    for (k = 0; k < IDX_TEST; k++) {
        float z[A_H2];
        a_see(&t, n, 0, test_set.x + k * IDX_PIXELS);
        memcpy(code[k], t.code, sizeof code[k]);
        a_layer(z, n->b5, n->w5[0], t.code, A_H2, A_H2, 0);
        for (j = 1, digit[k] = 0; j < A_OUT; j++) { digit[k] = z[j] > z[digit[k]] ? j : digit[k]; }
    }
    random_start(77777);
    for (k = 0; k < A_TEST; k++) {
        const int label = a_draw(six, 0, IDX_TEST, test_set.label);
        int sum = 0, best = 0;
        for (p = 0; p < A_P; p++) { memcpy(t.code + p * A_H2, code[six[p]], sizeof code[0]); sum += digit[six[p]]; }
        if (!rival) { a_answer(&t, n); }
        for (j = 1; j < A_OUT; j++) { best = t.out[j] > t.out[best] ? j : best; }
        right += (rival ? (2 * sum + A_P) / (2 * A_P) : best) == label;
    }
    test_state = was;
    return right / (double)A_TEST;
}

/* ---- over six sensors ---- */
static void a_to_layers(repurpose_layer *to, const a_net *n)
{
    static double w[2][A_IN * A_WIDE], b[2][A_WIDE];
    int l, i, j;
    for (l = 0; l < 2; l++) {
        repurpose_layer *s = &to[l];
        s->n_in = l == 0 ? A_IN : A_D; s->n_out = l == 0 ? A_D : A_OUT;
        s->taps = s->map = 1;
        s->whole = 0;
        s->w = w[l]; s->b = b[l];
        for (j = 0; j < (int)s->n_out; j++) {
            s->b[j] = l == 0 ? n->b3[j] : n->b4[j];
            for (i = 0; i < (int)s->n_in; i++) { s->w[j * (int)s->n_in + i] = l == 0 ? n->w3[i][j] : n->w4[i][j]; }
        }
    }
}

/* back, the answers where they were; what is not 0 may be trained on */
static void a_from_layers(a_net *n, const repurpose_layer *from, const repurpose_plan *p)
{
    int i, j;
    memset(a_keep3, 0, sizeof a_keep3);
    memset(a_keep4, 0, sizeof a_keep4);
    for (j = 0; j < A_D; j++) {
        n->b3[j] = (float)from[0].b[j];
        for (i = 0; i < A_IN; i++) {
            n->w3[i][j] = (float)from[0].w[j * A_IN + i];
            a_keep3[i][j] = n->w3[i][j] != 0;
        }
    }
    for (j = 0; j < A_OUT; j++) {
        const uint32_t class = repurpose_order(p, 2)[j];
        n->b4[class] = (float)from[1].b[j];
        for (i = 0; i < A_D; i++) {
            n->w4[i][class] = (float)from[1].w[j * A_D + i];
            a_keep4[i][class] = n->w4[i][class] != 0;
        }
    }
}

typedef struct { double values, share, before, after; size_t edges[2]; } a_result;

static void a_tune(a_result *r, const repurpose_layer *layer, const repurpose_plan *p, int layout, const char *what)
{
    static a_net n;
    size_t l;
    r->values = r->share = 0;
    for (l = 0; l < 2; l++) {
        repurpose_traffic t;
        if (repurpose_count(&t, &layer[l], repurpose_start(p, l), repurpose_start(p, l + 1), A_P) != 0) { exit(2); }
        r->edges[l] = t.edges;
        r->values += (double)t.values;
        r->share += (double)t.edges / a_cross[layout];
    }
    n = a_whole;
    a_from_layers(&n, layer, p);
    r->before = a_accuracy(&n, 0);
    a_train(&n, A_TUNE, 0.002F, 0, what);
    r->after = a_accuracy(&n, 0);
}

/* r [0] rearranged, r [1] not; eta in units of each layer's mean square */
static void a_divide(a_result *r, double eta, int layout)
{
    static const double answers[A_P] = { 1 }, none[2] = { 0 };
    repurpose_layer layer[2];
    repurpose_plan p;
    double eta2[2], lost;
    size_t l;
    a_to_layers(layer, &a_whole);
    if (repurpose_plan_init(&p, layer, 2, A_P) != 0) { exit(2); }
    repurpose_share(repurpose_start(&p, 1), A_D, a_share[layout], A_P);
    repurpose_share(repurpose_start(&p, 2), A_OUT, answers, A_P);
    for (l = 0; l < 2; l++) { eta2[l] = eta * repurpose_mean_square(&layer[l]); }
    if (repurpose_arrange(layer, &p, none, eta2) != 0) { exit(2); }
    for (l = 0; l < 2; l++) {
        (void)repurpose_threshold(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), A_P, 0, eta2[l], NULL);
    }
    a_tune(&r[0], layer, &p, layout, "six sensors, rearranged");
    a_to_layers(layer, &a_whole);
    for (l = 0; l < A_OUT; l++) { repurpose_order(&p, 2)[l] = (uint32_t)l; }
    for (l = 0; l < 2; l++) {
        if (repurpose_sparsify(&layer[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), A_P, 0, r[0].edges[l],
                               &lost) != 0) {
            exit(2);
        }
    }
    a_tune(&r[1], layer, &p, layout, "six sensors, not rearranged");
    repurpose_free(&p);
}

static void a_start(a_net *n, uint32_t seed)
{
    int i, j;
    random_start(seed);
    memset(n, 0, sizeof *n);
    memset(a_keep3, 0, sizeof a_keep3);
    memset(a_keep4, 0, sizeof a_keep4);
    for (i = 0; i < IDX_PIXELS; i++) {
        for (j = 0; j < A_H1; j++) { n->w1[i][j] = (float)(normal() * sqrt(2.0 / 150)); }
    }
    for (i = 0; i < A_H1; i++) { for (j = 0; j < A_H2; j++) { n->w2[i][j] = (float)(normal() * sqrt(2.0 / A_H1)); } }
    for (i = 0; i < A_IN; i++) {
        for (j = 0; j < A_D; j++) { n->w3[i][j] = (float)(normal() * sqrt(2.0 / A_IN)); a_keep3[i][j] = 1; }
    }
    for (i = 0; i < A_D; i++) {
        for (j = 0; j < A_OUT; j++) { n->w4[i][j] = (float)(normal() * sqrt(2.0 / A_D)); a_keep4[i][j] = 1; }
    }
    for (i = 0; i < A_H2; i++) { for (j = 0; j < A_OUT; j++) { n->w5[i][j] = (float)(normal() * sqrt(2.0 / A_H2)); } }
}

/* ---- rows ---- */
static void a_row(const char *source, const char *layout, double eta, int k, const char *what, double ours)
{
    row(source, "%s, eta2 %g mean squares, %s: %s", layout, eta,
        k == 0 ? "rearranged" : "as many edges without rearranging", what);
    row_ours(ours);
}

/* layer by layer: as many without rearranging */
static void a_row_layers(int layout, double eta, const a_result *r)
{
    const int cross[2] = { A_D * (A_IN - A_H2), a_cross[layout] - A_D * (A_IN - A_H2) };
    int l;
    for (l = 0; l < 2; l++) {
        if (cross[l] == 0) { continue; }
        row("AB Figure 6.4(b)", "%s, eta2 %g mean squares: share of the %d cross edges of joint layer %d left",
            a_layout[layout], eta, cross[l], l + 1);
        row_ours((double)r->edges[l] / cross[l]);
        row_note("%lu edges", (unsigned long)r->edges[l]);
    }
}

/* the rows of a layout, its lines in the figure; the fewest values within a point of the whole network */
static double a_rows(svg *s, double whole, int layout, a_result r[A_ETAS][2])
{
    static const char *const line[A_LAYOUTS][2] = { { "all sensors, trained on", "all sensors" },
                                                    { "first sensor, trained on", "first sensor" } };
    double least = NAN, x[2][A_ETAS], before[2][A_ETAS], after[2][A_ETAS];
    int e, k;
    for (e = 0; e < A_ETAS; e++) {
        a_row_layers(layout, a_eta[e], r[e]);
        for (k = 0; k < 2; k++) {
            const char *const at = a_layout[layout];
            a_row("AB Setup 2", at, a_eta[e], k, "values exchanged", r[e][k].values);
            a_row("AB Figure 6.4(b)", at, a_eta[e], k, "share of the cross edges left", r[e][k].share);
            a_row("AB Figure 6.4(a), (c)", at, a_eta[e], k, "accuracy before fine-tuning", r[e][k].before);
            a_row("AB Figure 6.4(a), (c)", at, a_eta[e], k, "accuracy after fine-tuning", r[e][k].after);
            x[k][e] = r[e][k].values;
            before[k][e] = r[e][k].before; after[k][e] = r[e][k].after;
        }
        if (r[e][0].after >= whole - 0.01 && !(r[e][0].values >= least)) { least = r[e][0].values; }
    }
    svg_line(s, line[layout][0], x[0], after[0], A_ETAS, 1);
    svg_line(s, line[layout][1], x[0], before[0], A_ETAS, 1);
    if (layout == 0) {
        svg_line(s, "not rearranged, trained on", x[1], after[1], A_ETAS, 1);
        svg_line(s, "not rearranged", x[1], before[1], A_ETAS, 1);
    }
    return least;
}

static void a_figure(double whole, double rival, a_result r[A_LAYOUTS][A_ETAS][2])
{
    const double ends[2] = { 0, 500 };
    double level[2], least[A_LAYOUTS];
    svg s = svg_open(out_path("average.svg"), "mean of six digits: right answers by values exchanged",
                     "values exchanged", "share right", 0, 500, 0.1, 1, 100, 0.1);
    int k;
    row("AB Setup 2", "the whole network's accuracy");
    row_ours(whole);
    row_goal(0.8, 1);
    row_note("784-64-16 with shared weights on each of 6 sensors, 96-60-10; print's widths are a drawing");
    row("AB Setup 2", "rival: every sensor classifies its picture and sends its digit, %d values: accuracy", A_P - 1);
    row_ours(rival);
    row_goal(0.85, 1);
    for (k = 0; k < A_LAYOUTS; k++) {
        least[k] = a_rows(&s, whole, k, r[k]);
        row("AB Setup 2", "%s: fewest values exchanged within 1 point of the whole network, fine-tuned", a_layout[k]);
        row_compared(200);
        row_ours(least[k]);
        if (k == 1) { row_goal(0, 200); }
        row_note("print: fewer than 200 at the whole network's accuracy; naive: 784 for each of 30 pairs");
    }
    level[0] = level[1] = whole;
    svg_line(&s, "whole network", ends, level, 2, 0);
    level[0] = level[1] = rival;
    svg_line(&s, "digits sent (5 values)", ends, level, 2, 0);
    svg_close(&s);
}

void average(void)
{
    static a_result r[A_LAYOUTS][A_ETAS][2];
    double whole, rival;
    int e, k;
    a_start(&a_rival, 2);
    a_train(&a_rival, A_STEPS, 0.002F, 1, "six sensors, digits");
    rival = a_accuracy(&a_rival, 1);
    a_start(&a_whole, 1);
    memcpy(&a_whole, &a_rival, offsetof(a_net, w3)); /* what sees a picture has learnt digits first */
    a_train(&a_whole, A_STEPS, 0.004F, 0, "six sensors, whole");
    whole = a_accuracy(&a_whole, 0);
    fprintf(stderr, "whole %.4f, digits sent %.4f\n", whole, rival);
    for (k = 0; k < A_LAYOUTS; k++) {
        for (e = 0; e < A_ETAS; e++) {
            const a_result *a = r[k][e];
            a_divide(r[k][e], a_eta[e], k);
            fprintf(stderr, "%s, eta %g: %g values, %.4f to %.4f; %g values, %.4f to %.4f\n", a_layout[k], a_eta[e],
                    a[0].values, a[0].before, a[0].after, a[1].values, a[1].before, a[1].after);
        }
    }
    a_figure(whole, rival, r);
}
