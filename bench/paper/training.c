/* training.c - the training tables and figures of [AB] chapters 2 to 4: a short training of 784-300-100-10 by every
 * sender, errors and shapes of what is sent while LeNet and 784-1000-300-100-10 train; what the long
 * trainings gave is in longs.c. */
#include "data.h"
#include "learn.h"
#include "svg.h"
#include "table.h"
#include "../random.h"

enum { T_POINTS = 8, T_SHORT = 160, T_TESTED = 2000, T_MOST = 785 * 1000 };

static float t_gradient[T_MOST], t_got[1200000], t_mean[1200000];

static learning t_learning(int shape, int workers, int batch, int sender, double rate)
{
    learning t;
    memset(&t, 0, sizeof t);
    t.shape = shape; t.workers = workers; t.batch = batch; t.sender = sender; t.seed = 1; t.rate = rate; t.fall = 0.9;
    learn_start(&t);
    return t;
}

/* ---- 784-300-100-10 for a few steps by every sender ---- */

static double t_curve[SENDERS][T_POINTS], t_bits[SENDERS];

static void t_short(int sender)
{
    learning t = t_learning(0, 4, 200, sender, 0.1);
    while (t.step < T_SHORT) {
        learn_step(&t);
        if (t.step % (T_SHORT / T_POINTS) == 0) {
            t_curve[sender][t.step / (T_SHORT / T_POINTS) - 1] = learn_accuracy(&t, T_TESTED);
        }
    }
    t_bits[sender] = t.coded / t.workers / t.step / learn_values(&t);
    row("ours, AB 2 to 4", "784-300-100-10, 4 workers, 160 steps of 200 at rate .1, %s: accuracy", sender_text[sender]);
    row_ours(t_curve[sender][T_POINTS - 1]);
    if (sender == SEND_NAIVE_1) { row_goal(0.3, 0.88); }
    else if (sender == SEND_MSE_1 || sender == SEND_NAIVE_2) { row_goal(0.7, 0.91); }
    else if (sender == SEND_ISGQ_1) { row_goal(0.5, 0.85); }
    else { row_goal(sender == SEND_ISGQ_2 ? 0.75 : 0.86, 0.92); }
    row_note("%.3f coded bits a value, %.3f raw; 2000 test images; for print's lengths see bench/trainings.csv",
             t_bits[sender], t.raw / t.workers / t.step / learn_values(&t));
    learn_end(&t);
}

static void t_figure(const char *file, const char *title, const int *senders, int n)
{
    double x[T_POINTS];
    svg s = svg_open(out_path(file), title, "steps", "share of 2000 test images right", 0, T_SHORT, 0, 1, 20, 0.2);
    int k;
    for (k = 0; k < T_POINTS; k++) { x[k] = (k + 1) * (T_SHORT / T_POINTS); }
    for (k = 0; k < n; k++) { svg_line(&s, sender_name[senders[k]], x, t_curve[senders[k]], T_POINTS, 1); }
    svg_close(&s);
}

static void t_shorts(void)
{
    static const int two[6] = { SEND_PLAIN, SEND_QSG, SEND_DITHER, SEND_NESTED, SEND_SEIDE, SEND_D4 },
                     three[8] = { SEND_PLAIN, SEND_NAIVE_1, SEND_NAIVE_2, SEND_MSE_1, SEND_MSE_2, SEND_ISGQ_1,
                                  SEND_ISGQ_2, SEND_SEIDE },
                     four[6] = { SEND_PLAIN, SEND_QCS_1, SEND_QCS_2, SEND_TOP, SEND_SPARSE, SEND_QSG };
    int k;
    for (k = 0; k < SENDERS; k++) { t_short(k); }
    t_figure("fig2_3.svg", "784-300-100-10, gradients shared by value at .1, 4 workers of 50", two, 6);
    t_figure("fig3_1.svg", "784-300-100-10, factors shared, at .1, 4 workers of 50", three, 8);
    t_figure("fig4_5.svg", "784-300-100-10, projections shared, at .1, 4 workers of 50", four, 6);
}

/* ---- Figure 4.2: error of a gradient against accuracy while LeNet trains, its layer of 400 x 120, by QCS and by QSG
 * of levels by the layer's 2-norm ---- */

enum { E_WAYS = 4, E_POINTS = 5, E_LAYER = 2, E_BATCHES = 12 };
static const char *const e_name[E_WAYS] = { "QCS-2, gain 20.2", "QCS-1, gain 32.8", "QSG, 3 levels, gain 20.2",
                                            "QSG, 7 levels, gain 11.4" };
static const double e_bound[E_WAYS][2] = { { 0.7, 0.8 }, { 2.9, 3.2 }, { 80, 130 }, { 25, 45 } };
static double e_accuracy[E_POINTS], e_mean[E_WAYS][E_POINTS], e_sd[E_WAYS][E_POINTS];

/* one batch's errors over its energy */
static void t_errors(double *error, learning *t, int worker)
{
    static const int sender[2] = { SEND_QCS_2, SEND_QCS_1 };
    const int at = t->net.at[E_LAYER], n = t->net.at[E_LAYER + 1] - at;
    double energy = 0;
    int i, k;
    learn_batch(t, worker);
    learn_product(t_gradient, &t->net, E_LAYER, t->net.x[E_LAYER], t->net.d[E_LAYER]);
    for (i = 0; i < n; i++) { energy += (double)t_gradient[i] * (double)t_gradient[i]; }
    for (k = 0; k < E_WAYS; k++) {
        const double levels = k == 2 ? 1 : 3, norm = sqrt(energy);
        error[k] = 0;
        if (k < 2) { t->sender = sender[k]; send_gradient(t, worker, t_got, t_mean); }
        for (i = 0; i < n; i++) {
            const double g = (double)t_gradient[i],
                         q = k < 2 ? (double)t_got[at + i] : norm / levels * floor(g / norm * levels + uniform());
            error[k] += (q - g) * (q - g) / energy;
        }
    }
    t->sender = SEND_PLAIN;
}

static void t_error(learning *t, int point, double accuracy)
{
    const int step = t->step;
    const double raw = t->raw, coded = t->coded;
    double square[E_WAYS] = { 0 };
    int b, k;
    e_accuracy[point] = accuracy;
    for (b = 0; b < E_BATCHES; b++) {
        double error[E_WAYS];
        t->step = step + 1 + b;
        t_errors(error, t, b % t->workers);
        for (k = 0; k < E_WAYS; k++) {
            e_mean[k][point] += error[k] / E_BATCHES;
            square[k] += error[k] * error[k] / E_BATCHES;
        }
    }
    t->step = step; t->raw = raw; t->coded = coded;
    for (k = 0; k < E_WAYS; k++) {
        e_sd[k][point] = sqrt(fmax(0, square[k] - e_mean[k][point] * e_mean[k][point]));
        row("AB Figure 4.2", "LeNet at accuracy %.2f, layer 400 x 120, %s: error over energy", accuracy, e_name[k]);
        row_ours(e_mean[k][point]); row_goal(e_bound[k][0], e_bound[k][1]);
        row_note("sd %.3f over %d batches, %.1f %% of it%s; print: QCS concentrated, QSG spread", e_sd[k][point],
                 E_BATCHES, 100 * e_sd[k][point] / e_mean[k][point], k < 2 ? "" : "; by the 2-norm of the layer");
    }
}

static void t_figure_4_2(void)
{
    static const double at[E_POINTS] = { 0.3, 0.6, 0.85, 0.92, 0.95 };
    learning t = t_learning(LEARN_LENET, 4, 200, SEND_PLAIN, 0.1);
    double y[E_POINTS];
    svg s;
    int n = 0, k, i;
    while (n < E_POINTS && t.step < 500) {
        double a;
        learn_step(&t);
        if (t.step % 10 != 0) { continue; }
        a = learn_accuracy(&t, 1000);
        if (a >= at[n]) { t_error(&t, n++, a); }
    }
    learn_end(&t);
    s = svg_open(out_path("fig4_2.svg"), "[AB] Fig. 4.2: error by accuracy while LeNet trains", "share right",
                 "error over energy, log10", 0, 1, -1, 3, 0.2, 1);
    for (k = 0; k < E_WAYS; k++) {
        for (i = 0; i < n; i++) { y[i] = log10(e_mean[k][i]); }
        svg_line(&s, e_name[k], e_accuracy, y, n, 1);
        for (i = 0; i < n; i++) {
            svg_bar(&s, e_accuracy[i], log10(e_mean[k][i] - e_sd[k][i]), log10(e_mean[k][i] + e_sd[k][i]));
        }
    }
    svg_close(&s);
}

/* shapes of x(1) and delta(1), Figure B.1: share of zeros, and mean |v| over rms of the others (.798 of a normal) */
static void t_shape(const learning *t, double accuracy)
{
    static const char *const name[2] = { "inputs x of the second layer", "deltas of the first layer" };
    const float *const from[2] = { t->net.x[1], t->net.d[0] };
    const int n = t->net.in[1] * t->net.batch;
    int k, i;
    for (k = 0; k < 2; k++) {
        double zeros = 0, sum = 0, square = 0;
        for (i = 0; i < n; i++) {
            const double v = (double)from[k][i];
            zeros += !(fabs(v) > 0) ? 1.0 / n : 0;
            sum += fabs(v); square += v * v;
        }
        row("AB Figure B.1", "%s at accuracy %.2f, %s: share of zeros", learn_name[t->shape], accuracy, name[k]);
        row_ours(zeros); row_goal(0.3, 0.95);
        row_note("mean |v| over rms of the others %.3f (half-normal .798); print: a peak at 0 beside a half-normal, "
                 "resp. normal", sum / (n * (1 - zeros)) / sqrt(square / (n * (1 - zeros))));
    }
}

/* ---- Figures 3.2, 3.3 and B.1: 784-1000-300-100-10 at an accuracy of 40 %, the layer of 1000 x 300 ---- */

static double t_entropy(const uint8_t *bin, int n, int kinds)
{
    double count[16] = { 0 }, h = 0;
    int i;
    for (i = 0; i < n; i++) { count[bin[i]]++; }
    for (i = 0; i < kinds; i++) { if (count[i] > 0) { h -= count[i] / n * log2(count[i] / n); } }
    return h;
}

static double t_energy(const float *v, int n)
{
    double sum = 0;
    int i;
    for (i = 0; i < n; i++) { sum += (double)v[i] * (double)v[i]; }
    return sum;
}

static void t_figures_3(void)
{
    static const char *const what[3] = { "inputs x", "deltas", "gradient G" };
    enum { WAYS = 6 };
    static const double most[WAYS] = { 0.674, 0.152, 169, 14.7, 33, 3.56 };
    static const int kinds[3] = { 2, 4, 8 }, senders[WAYS] = { SEND_MSE_1, SEND_MSE_2, SEND_ISGQ_1, SEND_ISGQ_2,
                                                               SEND_ISGQ_1S, SEND_ISGQ_2S };
    static const char *const why[3] = { "ours has a bin more, for the deltas of neurons known to be dead, at no bits",
                                        "one scale a batch, as printed, is not", "a scale a picture" };
    static uint8_t bin[T_MOST];
    learning t = t_learning(1, 4, 512, SEND_PLAIN, 0.05);
    const int n = t.net.in[1] * t.net.out[1];
    const float *v[3];
    double value[16], accuracy = 0, energy, lloyd[3] = { 0, 0, 0 };
    int size[3], k, c, i;
    while (accuracy < 0.4 && t.step < 90) { learn_step(&t); accuracy = learn_accuracy(&t, 1000); }
    learn_batch(&t, 0);
    t_shape(&t, accuracy);
    learn_product(t_gradient, &t.net, 1, t.net.x[1], t.net.d[1]);
    energy = t_energy(t_gradient, n);
    v[0] = t.net.x[1]; v[1] = t.net.d[1]; v[2] = t_gradient;
    size[0] = t.net.in[1] * t.net.batch; size[1] = t.net.out[1] * t.net.batch; size[2] = n;
    for (k = 0; k < 3; k++) {
        double zeros = 0;
        for (i = 0; i < size[k]; i++) { zeros += !(fabsf(v[k][i]) > 0) ? 1.0 / size[k] : 0; }
        row("AB Figure 3.2(a)", "784-1000-300-100-10 at accuracy %.2f, layer 1000 x 300, %s: share of non-zeros",
            accuracy, what[k]);
        row_ours(1 - zeros); row_goal(0.2, 1);
        for (c = 0; c < 3; c++) {
            const double error = lloyd_max(value, bin, v[k], size[k], kinds[c]) * size[k] / t_energy(v[k], size[k]);
            if (k == 2) { lloyd[c] = error; }
            row("AB Figure 3.2(b)", "the same, Lloyd-Max, %d levels, %s: error over energy", kinds[c], what[k]);
            row_ours(error); row_goal(0, 0.8); row_note("at an accuracy of 40 %%, one batch of 128");
            row("AB Figure 3.2(c)", "the same, Lloyd-Max, %d levels, %s: entropy", kinds[c], what[k]);
            row_ours(t_entropy(bin, size[k], kinds[c])); row_goal(0, log2(kinds[c]));
        }
    }
    for (k = 0; k < WAYS; k++) {
        double error = 0;
        t.sender = senders[k];
        send_gradient(&t, 0, t_got, t_mean);
        for (i = 0; i < n; i++) {
            const double e = (double)t_got[t.net.at[1] + i] - (double)t_gradient[i];
            error += e * e / energy;
        }
        row("AB Figure 3.3", "the same layer, %s: error over energy", sender_text[senders[k]]);
        row_printed(lloyd[k % 2]); row_ours(error); row_goal(0, most[k]);
        row_note("as printed: Lloyd-Max of G, %d levels; print: about equal; %s", kinds[k % 2], why[k / 2]);
    }
    t.sender = SEND_PLAIN;
    while (accuracy < 0.85 && t.step < 150) { learn_step(&t); accuracy = learn_accuracy(&t, 1000); }
    learn_batch(&t, 0);
    t_shape(&t, accuracy);
    learn_end(&t);
}

void training(void)
{
    t_shorts();
    t_figure_4_2();
    t_figures_3();
}
