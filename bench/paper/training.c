/* training.c - the training tables and figures of [AB] chapters 2 to 4: a short training of 784-300-100-10 by every
 * sender, errors and shapes of what is sent while 784-1000-300-100-10 and 784-300-100-10 train, and what the long
 * trainings gave (bench/trainings.csv, `make paper-long`). */
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
    for (k = 0; k < n; k++) { svg_line(&s, sender_text[senders[k]], x, t_curve[senders[k]], T_POINTS, 1); }
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
    t_figure("fig2_3.svg", "784-300-100-10, gradients shared by value (as [AB] Figs. 2.3, 2.4)", two, 6);
    t_figure("fig3_1.svg", "784-300-100-10, factors shared (as [AB] Figs. 3.1, 3.5)", three, 8);
    t_figure("fig4_5.svg", "784-300-100-10, projections shared (as [AB] Figs. 4.5, 4.6)", four, 6);
}

/* ---- Figure 4.2: error of a gradient against accuracy, by QCS-2 and by QSG (3 levels by the 2-norm) ---- */

static void t_error(learning *t, double accuracy)
{
    enum { BATCHES = 12 };
    static const char *const name[2] = { "QCS-2, gain 20.2", "QSG, 3 levels by the 2-norm" };
    const int step = t->step, n = t->net.at[1];
    const double raw = t->raw, coded = t->coded;
    double mean[2] = { 0, 0 }, square[2] = { 0, 0 };
    int b, i, k;
    for (b = 0; b < BATCHES; b++) {
        double energy = 0, error[2] = { 0, 0 };
        t->step = step + 1 + b;
        learn_batch(t, b % t->workers);
        learn_product(t_gradient, &t->net, 0, t->net.x[0], t->net.d[0]);
        t->sender = SEND_QCS_2;
        send_gradient(t, b % t->workers, t_got, t_mean);
        t->sender = SEND_PLAIN;
        for (i = 0; i < n; i++) { energy += (double)t_gradient[i] * (double)t_gradient[i]; }
        for (i = 0; i < n; i++) {
            const double g = (double)t_gradient[i], norm = sqrt(energy), q = norm * floor(g / norm + uniform());
            error[0] += ((double)t_got[i] - g) * ((double)t_got[i] - g); error[1] += (q - g) * (q - g);
        }
        for (k = 0; k < 2; k++) {
            mean[k] += error[k] / energy / BATCHES;
            square[k] += error[k] / energy * (error[k] / energy) / BATCHES;
        }
    }
    t->step = step; t->raw = raw; t->coded = coded;
    for (k = 0; k < 2; k++) {
        row("AB Figure 4.2", "784-300-100-10 at accuracy %.2f, first layer, %s: error over energy", accuracy, name[k]);
        row_ours(mean[k]); row_goal(k == 0 ? 0.3 : 20, k == 0 ? 3 : 400);
        row_note("spread %.3f over %d batches; print has LeNet: QCS concentrated, QSG spread",
                 sqrt(fmax(0, square[k] - mean[k] * mean[k])), BATCHES);
    }
}

/* shapes of x(1) and delta(1), Figure B.1: share of zeros, and mean |v| over rms of the others (.798 of a normal) */
static void t_shape(learning *t, double accuracy)
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
        row("AB Figure B.1", "784-300-100-10 at accuracy %.2f, %s: share of zeros", accuracy, name[k]);
        row_ours(zeros); row_goal(0.3, 0.95);
        row_note("mean |v| over rms of the others %.3f (half-normal .798); print: a peak at 0 beside a half-normal, "
                 "resp. normal", sum / (n * (1 - zeros)) / sqrt(square / (n * (1 - zeros))));
    }
}

static void t_while_training(void)
{
    static const double at[4] = { 0.4, 0.7, 0.85, 0.9 };
    learning t = t_learning(0, 4, 200, SEND_PLAIN, 0.1);
    int k = 0;
    while (k < 4 && t.step < 600) {
        double a;
        learn_step(&t);
        if (t.step > 20 && t.step % 10 != 0) { continue; }
        a = learn_accuracy(&t, 1000);
        if (a < at[k]) { continue; }
        t_error(&t, a);
        if (k == 0 || k == 3) { t_shape(&t, a); }
        while (k < 4 && a >= at[k]) { k++; }
    }
    learn_end(&t);
}

/* ---- Figures 3.2 and 3.3: 784-1000-300-100-10 at an accuracy of 40 %, the layer of 1000 x 300 ---- */

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

static void t_figures_3_2_3_3(void)
{
    static const char *const what[3] = { "inputs x", "deltas", "gradient G" };
    static const int kinds[3] = { 2, 4, 8 }, senders[4] = { SEND_MSE_1, SEND_MSE_2, SEND_ISGQ_1, SEND_ISGQ_2 };
    static uint8_t bin[T_MOST];
    learning t = t_learning(1, 4, 512, SEND_PLAIN, 0.05);
    const int n = t.net.in[1] * t.net.out[1];
    const float *v[3];
    double value[16], accuracy = 0, energy, lloyd[3] = { 0, 0, 0 };
    int size[3], k, c, i;
    while (accuracy < 0.4 && t.step < 90) { learn_step(&t); accuracy = learn_accuracy(&t, 1000); }
    learn_batch(&t, 0);
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
    for (k = 0; k < 4; k++) {
        double error = 0;
        t.sender = senders[k];
        send_gradient(&t, 0, t_got, t_mean);
        for (i = 0; i < n; i++) {
            const double e = (double)t_got[t.net.at[1] + i] - (double)t_gradient[i];
            error += e * e / energy;
        }
        row("AB Figure 3.3", "the same layer, %s: error over energy", sender_text[senders[k]]);
        row_printed(lloyd[k % 2]); row_ours(error); row_goal(0, k < 2 ? 0.8 : k == 2 ? 400 : 60);
        row_note("as printed: Lloyd-Max of G, %d levels; print has both about equal%s", kinds[k % 2],
                 k < 2 ? "" : ", which dithered factors with one scale a batch are not");
    }
    learn_end(&t);
}

/* ---- what the long trainings gave ---- */

typedef struct {
    char net[24], how[8], sender[12];
    int workers, seed, epochs;
    double raw, coded, at[40], last; /* accuracy after each epoch */
} t_line;
static t_line t_lines[200];
static int t_many;

static void t_read(const char *path)
{
    char line[1000], *at;
    int k;
    FILE *f = fopen(path, "r");
    while (f != NULL && t_many < 200 && fgets(line, sizeof line, f) != NULL) {
        t_line *const o = &t_lines[t_many];
        double rate;
        int batch;
        if (sscanf(line, "%23[^,],%7[^,],%lf,%d,%d,%11[^,],%d,%d,%lf,%lf", o->net, o->how, &rate, &o->workers, &batch,
                   o->sender, &o->seed, &o->epochs, &o->raw, &o->coded) != 10) {
            continue;
        }
        for (at = strrchr(line, ',') + 1, k = 0; k < o->epochs && k < 40; k++) { o->at[k] = strtod(at, &at); }
        o->last = k > 0 ? o->at[k - 1] : 0;
        t_many++;
    }
    if (f != NULL) { fclose(f); }
}

/* means over the seeds of such trainings; n of them, 0 where there are none */
static t_line t_found(const char *net, const char *how, int workers, int epochs, int sender, int *n, double *spread)
{
    t_line sum;
    double least = 1, most = 0;
    int k;
    memset(&sum, 0, sizeof sum);
    for (k = 0, *n = 0; k < t_many; k++) {
        const t_line *const o = &t_lines[k];
        if (strcmp(o->net, net) != 0 || strcmp(o->how, how) != 0 || o->workers != workers || o->epochs != epochs ||
            strcmp(o->sender, sender_name[sender]) != 0) {
            continue;
        }
        sum.raw += o->raw; sum.coded += o->coded; sum.last += o->last;
        least = fmin(least, o->last); most = fmax(most, o->last);
        (*n)++;
    }
    if (*n > 0) { sum.raw /= *n; sum.coded /= *n; sum.last /= *n; }
    *spread = *n > 1 ? most - least : 0;
    return sum;
}

static const char *const t_narrow = "784-300-100-10", *const t_wide = "784-1000-300-100-10", *const t_lenet = "lenet";

/* uncompressed: how many workers share the batches makes no difference but rounding; after so many epochs of longer
 * trainings, too, whose rate falls alike */
static t_line t_plain(const char *net, const char *how, int epochs, int *n)
{
    t_line sum;
    int k;
    memset(&sum, 0, sizeof sum);
    for (k = 0, *n = 0; k < t_many; k++) {
        const t_line *const o = &t_lines[k];
        if (strcmp(o->net, net) != 0 || strcmp(o->how, how) != 0 || strcmp(o->sender, "plain") != 0 ||
            o->epochs < epochs || (epochs < 8 && o->seed != 1)) {
            continue;
        }
        sum.last += o->at[epochs - 1];
        (*n)++;
    }
    if (*n > 0) { sum.last /= *n; }
    return sum;
}

/* accuracy of a sender beside the uncompressed one's; below: how many points it may be below; less than 0: how many it
 * must be below at the least; NAN: no goal */
static void t_long(const char *source, const char *net, const char *how, int workers, int epochs, int sender,
                   double below)
{
    int n, m;
    double spread;
    const t_line o = t_found(net, how, workers, epochs, sender, &n, &spread),
                 plain = t_plain(net, how, epochs, &m);
    row(source, "%s, %s, %d workers, %d epochs, %s: accuracy", net, how, workers, epochs, sender_text[sender]);
    if (n == 0 || m == 0) { row_note("not trained yet: make paper-long"); return; }
    row_printed(plain.last); row_ours(o.last);
    if (below < 0) { row_goal(NAN, plain.last + below / 100); }
    else if (!isnan(below)) { row_goal(plain.last - below / 100, NAN); }
    row_note("as printed: uncompressed; mean of %d seed%s, spread %.4f; %.3f bits a value coded, %.3f raw", n,
             n > 1 ? "s" : "", spread, o.coded, o.raw);
}

/* a short training of three epochs, or of one */
static t_line t_bits_of(int workers, int sender, int *n)
{
    double spread;
    t_line o = t_found(t_narrow, "sgd", workers, 3, sender, n, &spread);
    o.epochs = 3;
    if (*n == 0) { o = t_found(t_narrow, "sgd", workers, 1, sender, n, &spread); o.epochs = 1; }
    return o;
}

static void t_tables_2(void)
{
    static const int senders[3] = { SEND_NESTED, SEND_QSG, SEND_SEIDE }, workers[3] = { 4, 8, 16 };
    static const double mbit[3] = { 0.328, 0.36, 0.339 }, kbit[3][3] = { { 374.3954, 410.9895, 340.8525 },
                                                                      { 354.5950, 389.1265, 340.0748 },
                                                                      { 328.2543, 359.6669, 339.1252 } };
    int k, p, n;
    for (k = 0; k < 3; k++) {
        const t_line o = t_bits_of(16, senders[k], &n);
        row("AB Table 2.1", "FC, 16 workers, coded Mbit a step and worker, %s", sender_text[senders[k]]);
        row_compared(mbit[k]);
        if (n == 0) { row_note("not trained yet: make paper-long"); continue; }
        row_ours(o.coded * 0.266610); row_goal(0.1, 0.3);
        row_note("one scale a layer (one bit: two a neuron), %d epochs; print's blocks are smaller, its indices denser",
                 o.epochs);
    }
    for (p = 0; p < 3; p++) {
        for (k = 0; k < 3; k++) {
            const t_line o = t_bits_of(workers[p], senders[k], &n);
            row("AB Table 2.2", "FC, %d workers, coded Kbit a step and worker, %s", workers[p],
                sender_text[senders[k]]);
            row_compared(kbit[p][k]);
            if (n == 0) { row_note("not trained yet: make paper-long"); continue; }
            row_ours(o.coded * 266.610); row_goal(100, 300);
            row_note("%d epochs by SGD, one seed; %.3f bits a value (print %.3f)", o.epochs, o.coded,
                     kbit[p][k] / 266.610);
        }
    }
}

/* D4 frames beside them all: within .3 points at 1.1 bits, mean of three seeds */
static void t_d4(void)
{
    int n, m;
    double spread, plain_spread;
    const t_line o = t_found(t_narrow, "sgd", 4, 8, SEND_D4, &n, &spread),
                 plain = t_found(t_narrow, "sgd", 4, 8, SEND_PLAIN, &m, &plain_spread);
    row("ours, AB 2", "784-300-100-10, 4 workers, D4 frames, three seeds: points below uncompressed");
    if (n < 3 || m < 3) { row_note("not trained yet: make paper-long"); return; }
    row_ours(100 * (plain.last - o.last)); row_goal(NAN, 0.3);
    row_note("%.2f and %.2f %%, spreads %.2f and %.2f points", 100 * o.last, 100 * plain.last, 100 * spread,
             100 * plain_spread);
    row("ours, AB 2", "784-300-100-10, 4 workers, D4 frames, three seeds: bits a value, frames' heads counted");
    row_ours(o.coded); row_goal(NAN, 1.1);
}

static void t_longs(void)
{
    static const int three[5] = { SEND_ISGQ_2, SEND_ISGQ_1, SEND_MSE_2, SEND_MSE_1, SEND_SEIDE },
                     four[4] = { SEND_QCS_1, SEND_QCS_2, SEND_QSG, SEND_TOP };
    int k;
    t_read("bench/trainings.csv");
    t_tables_2();
    t_d4();
    t_long("AB Figure 2.3(a)", t_narrow, "sgd", 16, 3, SEND_NESTED, 0.5);
    t_long("ours, AB 2", t_narrow, "sgd", 4, 8, SEND_NESTED, 0.5); /* as Figure 2.3(a), with 4 workers */
    t_long("AB Figure 2.4", t_narrow, "sgd", 4, 8, SEND_DITHER, 0.5); /* source coding loses nothing: the same curve */
    t_long("ours, AB 2", t_narrow, "sgd", 4, 8, SEND_SEIDE, NAN);
    t_long("ours, AB 2", t_narrow, "adam", 4, 2, SEND_D4, 0.5);
    t_long("ours, AB 2", t_narrow, "adam", 4, 2, SEND_NESTED, NAN);
    t_long("AB Figure 3.1", t_wide, "sgd", 8, 1, SEND_NAIVE_2, -0.3);
    for (k = 0; k < 5; k++) {
        t_long("AB Figures 3.4, 3.5(a)", t_wide, "sgd", 8, 1, three[k], three[k] == SEND_ISGQ_2 ? 0.3 : NAN);
    }
    for (k = 0; k < 4; k++) {
        t_long("AB Figures 4.5(a), 4.6(a)", t_wide, "sgd", 8, 1, four[k], four[k] == SEND_QCS_1 ? 0.5 : NAN);
    }
    t_long("AB Figure 2.3(b)", t_lenet, "sgd", 4, 1, SEND_NESTED, 0.5); /* print: 16 workers */
    t_long("AB Figure 2.3(b)", t_lenet, "sgd", 4, 1, SEND_SEIDE, NAN);
    t_long("AB Figure 3.5(b)", t_lenet, "sgd", 4, 1, SEND_ISGQ_2, NAN);
    t_long("AB Figures 4.5(b), 4.6(b)", t_lenet, "sgd", 4, 1, SEND_QCS_1, 0.5);
    t_long("AB Figures 4.5(b), 4.6(b)", t_lenet, "sgd", 4, 1, SEND_QCS_2, 0.5);
    t_long("ours, AB 2", t_lenet, "sgd", 4, 1, SEND_D4, 0.3);
    row("AB Figures 2.3(c), 4.7", "CifarNet");
    row_note("n/a: Cifar10 is not here; lenet above has 61,706 parameters, print's 1.66 million");
    row("AB Figure 3.4", "accuracy by number of workers, several starts, with spreads");
    row_note("only 8 workers and one start here: more lines in bench/trainings.txt, then make paper-long");
}

void training(void)
{
    t_shorts();
    t_while_training();
    t_figures_3_2_3_3();
    t_longs();
}
