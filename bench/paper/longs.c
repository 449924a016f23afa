/* longs.c - what the long trainings of [AB]'s networks gave (bench/trainings.csv, `make paper-long`): each sender's
 * accuracy beside that of uncompressed trainings of the same network, optimizer, rate, workers, batch and seeds. A row
 * that names a figure has the figure's own workers and batch; what has others is "ours". */
#include "data.h"
#include "learn.h"
#include "svg.h"
#include "table.h"

enum { LINES = 1000, EPOCHS = 40 };
typedef struct {
    char net[24], how[8], sender[12];
    double rate;
    int workers, batch, seed, epochs;
    double raw, coded, at[EPOCHS]; /* accuracy after each epoch */
} t_line;
static t_line t_lines[LINES];
static int t_many;

static void t_read(const char *path)
{
    char line[1000], *at;
    int k;
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        t_line o;
        memset(&o, 0, sizeof o);
        if (sscanf(line, "%23[^,],%7[^,],%lf,%d,%d,%11[^,],%d,%d,%lf,%lf", o.net, o.how, &o.rate, &o.workers, &o.batch,
                   o.sender, &o.seed, &o.epochs, &o.raw, &o.coded) != 10) {
            if (strncmp(line, "net,", 4) == 0) { continue; }
            fprintf(stderr, "%s: what is: %s", path, line);
            exit(2);
        }
        if (t_many == LINES || o.epochs > EPOCHS) { fprintf(stderr, "%s: too long: %s", path, line); exit(2); }
        for (at = strrchr(line, ',') + 1, k = 0; k < o.epochs; k++) { o.at[k] = strtod(at, &at); }
        t_lines[t_many++] = o;
    }
    if (f != NULL) { fclose(f); }
}

/* the trainings that a row is of */
typedef struct { const char *net, *how; double rate; int workers, batch, epochs; } t_set;
/* n seeds of one sender: means, and standard deviations of a seed; below: what the uncompressed training of the same
 * seed has more */
typedef struct { int n; double last, sd, plain, plain_sd, below, below_sd, raw, coded; } t_mean;

static int t_is_of(const t_line *o, const t_set *s, int sender)
{
    return strcmp(o->net, s->net) == 0 && strcmp(o->how, s->how) == 0 && strcmp(o->sender, sender_name[sender]) == 0 &&
           fabs(o->rate - s->rate) < 1e-9 && o->workers == s->workers && o->batch == s->batch;
}

/* accuracy after s->epochs epochs, which a longer training passes too; NULL: there is none */
static const t_line *t_plain(const t_set *s, int seed)
{
    int k;
    for (k = 0; k < t_many; k++) {
        const t_line *const o = &t_lines[k];
        if (t_is_of(o, s, SEND_PLAIN) && o->seed == seed && o->epochs >= s->epochs) { return o; }
    }
    return NULL;
}

static double t_sd(double sum, double squares, int n)
{
    return n > 1 ? sqrt(fmax(0, squares - sum * sum / n) / (n - 1)) : 0;
}

/* only seeds of which there is an uncompressed training, too */
static t_mean t_found(const t_set *s, int sender)
{
    t_mean m;
    double square[3] = { 0, 0, 0 };
    int k;
    memset(&m, 0, sizeof m);
    for (k = 0; k < t_many; k++) {
        const t_line *const o = &t_lines[k], *const plain = t_plain(s, o->seed);
        double a, b;
        if (!t_is_of(o, s, sender) || o->epochs != s->epochs || plain == NULL) { continue; }
        a = o->at[s->epochs - 1]; b = plain->at[s->epochs - 1];
        m.raw += o->raw; m.coded += o->coded; m.last += a; m.plain += b; m.below += b - a;
        square[0] += a * a; square[1] += b * b; square[2] += (b - a) * (b - a);
        m.n++;
    }
    if (m.n == 0) { return m; }
    m.sd = t_sd(m.last, square[0], m.n); m.plain_sd = t_sd(m.plain, square[1], m.n);
    m.below_sd = t_sd(m.below, square[2], m.n);
    m.raw /= m.n; m.coded /= m.n; m.last /= m.n; m.plain /= m.n; m.below /= m.n;
    return m;
}

static const char *const t_narrow = "784-300-100-10", *const t_wide = "784-1000-300-100-10", *const t_lenet = "lenet";

/* what a row says of its sender where it says nothing else */
static const char *t_remark(const t_set *s, int sender)
{
    if (sender >= SEND_NAIVE_1 && sender <= SEND_ISGQ_4S && strcmp(s->net, t_lenet) == 0) {
        return "factors of dense layers only, for so few neurons more bits than their products";
    }
    if (sender == SEND_ISGQ_1 || sender == SEND_ISGQ_2) { return "one scale a batch, as (3.8) has it"; }
    return sender == SEND_MSE_2 ? "wanted: within .3 points" : "";
}

/* accuracy of a sender beside the uncompressed one's; below: how many points it may be below; less than 0: how many it
 * must be below at the least; NAN: no goal */
static t_mean t_row(const char *source, const t_set *s, int sender, double below, const char *remark)
{
    const t_mean m = t_found(s, sender);
    const char *stop;
    if (remark[0] == 0) { remark = t_remark(s, sender); }
    stop = remark[0] != 0 ? "; " : "";
    row(source, "%s, %s at %g, %d workers of %d, %d epoch%s of %d steps, %s: accuracy", s->net, s->how, s->rate,
        s->workers, s->batch / s->workers, s->epochs, s->epochs > 1 ? "s" : "", IDX_TRAIN / s->batch,
        sender_text[sender]);
    if (m.n == 0) {
        row_note("n/a: not trained: %d s of one core (bench/trainings.txt)%s%s", 8 * s->epochs, stop, remark);
        return m;
    }
    row_printed(m.plain); row_ours(m.last);
    if (below < 0) { row_goal(NAN, m.plain + below / 100); }
    else if (!isnan(below)) { row_goal(m.plain - below / 100, NAN); }
    if (m.n == 1) { row_note("as printed: uncompressed; one seed; %.3f bits a value%s%s", m.coded, stop, remark); }
    else {
        row_note("as printed: uncompressed; %d seeds, sd %.4f and %.4f, of the difference %.4f; %.3f bits a value%s%s",
                 m.n, m.plain_sd, m.sd, m.below_sd, m.coded, stop, remark);
    }
    return m;
}

/* ---- Tables 2.1, 2.2 and 3.3: bits ---- */

/* the first seed of a sender, of three epochs, else of one */
static const t_line *t_bits(const t_set *s, int sender)
{
    const t_line *found = NULL;
    int k;
    for (k = 0; k < t_many; k++) {
        const t_line *const o = &t_lines[k];
        if (t_is_of(o, s, sender) && o->seed == 1 && o->epochs <= 3 && (found == NULL || o->epochs > found->epochs)) {
            found = o;
        }
    }
    return found;
}

static void t_table_2_1(void)
{
    static const int senders[3] = { SEND_NESTED, SEND_QSG, SEND_SEIDE };
    static const double mbit[3] = { 0.328, 0.36, 0.339 };
    const t_set s = { t_narrow, "sgd", 0.01, 16, 200, 3 };
    int k;
    for (k = 0; k < 3; k++) {
        const t_line *const o = t_bits(&s, senders[k]);
        row("AB Table 2.1", "FC, 16 workers, coded Mbit a step and worker, %s", sender_text[senders[k]]);
        row_compared(mbit[k]);
        if (o == NULL) { row_note("n/a: not trained (bench/trainings.txt)"); continue; }
        row_ours(o->coded * 0.266610); row_goal(0.1, 0.3);
        row_note("one scale a layer (one bit: two a neuron), %d epochs; print's blocks are smaller, its indices denser",
                 o->epochs);
    }
}

static void t_table_2_2(void)
{
    enum { METHODS = 3 };
    static const int senders[METHODS] = { SEND_NESTED, SEND_QSG, SEND_SEIDE }, workers[3] = { 4, 8, 16 };
    static const double kbit[3][METHODS] = { { 374.3954, 410.9895, 340.8525 }, { 354.5950, 389.1265, 340.0748 },
                                             { 328.2543, 359.6669, 339.1252 } },
                        source_coded[3] = { 299.9181, 293.7495, 285.2091 };
    int k, p;
    for (p = 0; p < 3; p++) {
        const t_set s = { t_narrow, "sgd", 0.01, workers[p], 200, 3 };
        const t_line *const first = t_bits(&s, SEND_DITHER);
        const double second = planes_spent(workers[p]);
        for (k = 0; k < METHODS; k++) {
            const t_line *const o = t_bits(&s, senders[k]);
            row("AB Table 2.2", "FC, %d workers, coded Kbit a step and worker, %s", workers[p],
                sender_text[senders[k]]);
            row_compared(kbit[p][k]);
            if (o == NULL) { row_note("n/a: not trained (bench/trainings.txt)"); continue; }
            row_ours(o->coded * 266.610); row_goal(100, 300);
            row_note("%d epochs by SGD, one seed; %.3f bits a value (print %.3f)", o->epochs, o->coded,
                     kbit[p][k] / 266.610);
        }
        row("AB Table 2.2", "FC, %d workers, Kbit a step and worker by distributed source coding, long", workers[p]);
        row_compared(source_coded[p]);
        if (first == NULL || isnan(second)) { row_note("n/a: make paper-long"); continue; }
        row_ours((first->coded + second) / 2 * 266.610); row_goal(140, 185);
        row_note("half of them coded, mean of %d epochs (trainings.csv): %.3f bits a value; half by syndromes, steps "
                 "10, 61, 600 (planes.csv): %.3f", first->epochs, first->coded, second);
    }
}

static void t_table_3_3(void)
{
    const t_set s = { t_wide, "sgd", 0.05, 8, 1024, 1 };
    const t_line *const one = t_bits(&s, SEND_SEIDE), *const factors = t_bits(&s, SEND_ISGQ_1);
    row("AB Table 3.3", "FC, one bit (Seide): gain");
    row_compared(28.4);
    if (one == NULL || factors == NULL) { row_note("n/a: not trained (bench/trainings.txt)"); return; }
    row_ours(32 / one->raw); row_goal(29.6, 29.7);
    row_note("a bit a value, two scales a neuron; 28.4 are 1.127 bits: print does not say what scales are of");
    row("AB Table 3.3", "FC, 1-bit factors as trained, batch 128 a worker: gain");
    row_compared(67); row_ours(32 / factors->raw); row_goal(77.5, 77.7);
    row_note("%.1f coded; print: 1.17 bits a value of the factors", 32 / factors->coded);
}

/* ---- Figures 3.4 and 4.5: the last accuracy by the number of workers, 128 pictures each ---- */

enum { SWEEP = 4 };
static const int sweep_workers[SWEEP] = { 2, 4, 8, 16 };

/* below [n][SWEEP]: points that a sender may be below the uncompressed one, as t_row has them */
static void t_sweep(const char *source, const char *file, const char *title, const int *senders, int n,
                    const double (*below)[SWEEP], int epochs)
{
    double x[SWEEP], y[SWEEP], sd[SWEEP];
    svg s = svg_open(out_path(file), title, "workers, 128 pictures each", "share of the test images right", 0, 16, 0.8,
                     1, 4, 0.05);
    int k, w, at, i;
    for (k = -1; k < n; k++) {
        for (w = 0, at = 0; w < SWEEP; w++) {
            const t_set set = { t_wide, "sgd", 0.05, sweep_workers[w], 128 * sweep_workers[w], epochs };
            const t_mean m = t_row(source, &set, k < 0 ? SEND_PLAIN : senders[k], k < 0 ? NAN : below[k][w], "");
            if (m.n == 0 || m.last < 0.8) { continue; } /* below the figure */
            x[at] = sweep_workers[w]; y[at] = m.last; sd[at++] = m.sd;
        }
        if (at == 0) { continue; }
        svg_line(&s, k < 0 ? "uncompressed" : sender_name[senders[k]], x, y, at, 1);
        for (i = 0; i < at; i++) { svg_bar(&s, x[i], y[i] - sd[i], y[i] + sd[i]); }
    }
    svg_close(&s);
}

/* ---- Figures 3.5 and 4.6: accuracy after each epoch, first seed ---- */

static void t_curves(const char *file, const char *title, const t_set *s, const int *senders, int n)
{
    double x[EPOCHS];
    const int steps = IDX_TRAIN / s->batch;
    svg f = svg_open(out_path(file), title, "steps", "share of the test images right", 0, steps * s->epochs, 0.7, 1,
                     steps, 0.05);
    int k, e, j;
    for (e = 0; e < s->epochs; e++) { x[e] = steps * (e + 1); }
    for (k = 0; k < n; k++) {
        for (j = 0; j < t_many; j++) {
            const t_line *const o = &t_lines[j];
            if (!t_is_of(o, s, senders[k]) || o->seed != 1 || o->epochs < s->epochs) { continue; }
            svg_line(&f, sender_name[senders[k]], x, o->at, s->epochs, 1);
            break;
        }
    }
    svg_close(&f);
}

static void t_rows(const char *source, const t_set *s, const int *senders, const double *below, int n,
                   const char *remark)
{
    int k;
    for (k = 0; k < n; k++) { (void)t_row(source, s, senders[k], below[k], remark); }
}

/* ---- the rows, chapter by chapter ---- */

/* D4 frames beside them all: within .3 points at 1.1 bits, mean of three seeds */
static void t_d4(void)
{
    const t_set s = { t_narrow, "sgd", 0.01, 4, 200, 8 };
    const t_mean m = t_found(&s, SEND_D4);
    row("ours, AB 2", "784-300-100-10, 4 workers, D4 frames, three seeds: points below uncompressed");
    if (m.n < 3) { row_note("n/a: not trained (bench/trainings.txt)"); return; }
    row_ours(100 * m.below); row_goal(NAN, 0.3);
    row_note("%.2f and %.2f %%, sd %.2f and %.2f points", 100 * m.last, 100 * m.plain, 100 * m.sd, 100 * m.plain_sd);
    row("ours, AB 2", "784-300-100-10, 4 workers, D4 frames, three seeds: bits a value, frames' heads counted");
    row_ours(m.coded); row_goal(NAN, 1.1);
}

static void t_chapter_2(void)
{
    const t_set sixteen = { t_narrow, "sgd", 0.01, 16, 200, 3 }, four = { t_narrow, "sgd", 0.01, 4, 200, 8 },
                adam = { t_narrow, "adam", 0.01, 4, 200, 2 }, conv = { t_lenet, "sgd", 0.01, 16, 200, 2 },
                conv_four = { t_lenet, "sgd", 0.1, 4, 200, 1 };
    static const int narrow[2] = { SEND_NESTED, SEND_SEIDE }, by_adam[2] = { SEND_D4, SEND_NESTED },
                     convs[3] = { SEND_NESTED, SEND_SEIDE, SEND_D4 };
    static const double half[2] = { 0.5, NAN }, convs_below[3] = { 0.5, NAN, 0.3 };
    t_table_2_1();
    t_table_2_2();
    t_d4();
    (void)t_row("AB Figure 2.3(a)", &sixteen, SEND_NESTED, 0.5, "12 pictures each, 192 of 200");
    (void)t_row("AB Figure 2.3(b)", &conv, SEND_NESTED, 0.5,
                "12 pictures each; 61,706 parameters, print 1.66 million");
    row("AB Figures 2.3(c), 4.7", "CifarNet");
    row_note("n/a: Cifar10 is not here");
    (void)t_row("AB Figure 2.4", &four, SEND_DITHER, 0.5, "source coding loses nothing: the same curve");
    t_rows("ours, AB 2", &four, narrow, half, 2, "");
    t_rows("ours, AB 2", &adam, by_adam, half, 2, "");
    t_rows("ours, AB 2", &conv_four, convs, convs_below, 3, "");
}

static void t_chapter_3(void)
{
    const t_set brief = { t_wide, "sgd", 0.05, 8, 1024, 1 }, fc = { t_wide, "sgd", 0.05, 8, 1024, 5 },
                conv = { t_lenet, "sgd", 0.1, 8, 1024, 3 }, conv_four = { t_lenet, "sgd", 0.1, 4, 200, 1 };
    static const int sweep[4] = { SEND_ISGQ_1S, SEND_ISGQ_2S, SEND_ISGQ_2, SEND_ISGQ_1 },
                     five[5] = { SEND_ISGQ_2S, SEND_ISGQ_1S, SEND_ISGQ_2, SEND_ISGQ_1, SEND_SEIDE },
                     other[5] = { SEND_ISGQ_2, SEND_ISGQ_1, SEND_MSE_2, SEND_MSE_1, SEND_SEIDE },
                     four[4] = { SEND_ISGQ_2S, SEND_ISGQ_4S, SEND_ISGQ_2, SEND_MSE_2 },
                     curves[6] = { SEND_PLAIN, SEND_ISGQ_2S, SEND_ISGQ_1S, SEND_ISGQ_2, SEND_ISGQ_1, SEND_SEIDE };
    static const double below[4][SWEEP] = { { 0.3, 0.3, 0.3, 0.3 }, { 0.3, 0.3, 0.3, 0.3 }, { NAN, NAN, NAN, NAN },
                                            { NAN, NAN, NAN, NAN } },
                        five_below[5] = { 0.3, 0.3, NAN, NAN, NAN }, other_below[5] = { 0.3, NAN, 0.4, NAN, NAN },
                        four_below[4] = { 0.3, 0.3, NAN, NAN };
    t_table_3_3();
    (void)t_row("AB Figure 3.1", &brief, SEND_NAIVE_2, -0.3, "print tells neither workers nor steps");
    t_sweep("AB Figure 3.4", "fig3_4.svg", "[AB] Fig. 3.4: 784-1000-300-100-10 after five epochs", sweep, 4, below, 5);
    t_rows("AB Figure 3.5(a)", &fc, five, five_below, 5, "");
    t_rows("AB Figure 3.5(a)", &brief, other, other_below, 5, "");
    t_curves("fig3_5a.svg", "[AB] Fig. 3.5(a): 784-1000-300-100-10, 8 workers of 128", &fc, curves, 6);
    t_rows("AB Figure 3.5(b)", &conv, five, five_below, 5, "");
    t_curves("fig3_5b.svg", "[AB] Fig. 3.5(b): LeNet-5, 8 workers of 128", &conv, curves, 6);
    t_rows("ours, AB 3", &conv_four, four, four_below, 4, "");
}

static void t_chapter_4(void)
{
    const t_set fc = { t_wide, "sgd", 0.05, 4, 512, 5 }, conv = { t_lenet, "sgd", 0.1, 4, 512, 2 },
                brief = { t_wide, "sgd", 0.05, 8, 1024, 1 }, conv_four = { t_lenet, "sgd", 0.1, 4, 200, 1 };
    static const int sweep[4] = { SEND_QCS_1, SEND_QCS_2, SEND_QSG_3, SEND_TOP },
                     other[4] = { SEND_QCS_1, SEND_QCS_2, SEND_QSG, SEND_TOP },
                     curves[4] = { SEND_PLAIN, SEND_QCS_1, SEND_QCS_2, SEND_QSG_3 };
    static const double below[4][SWEEP] = { { 0.5, 0.5, 0.5, 0.5 }, { 0.5, 0.5, 0.5, 0.5 }, { 0.5, 0.5, 0.5, 0.5 },
                                            { NAN, NAN, NAN, NAN } },
                        some_below[4] = { 0.5, 0.5, NAN, NAN };
    t_sweep("AB Figure 4.5(a)", "fig4_5a.svg", "[AB] Fig. 4.5(a): 784-1000-300-100-10 after five epochs", sweep, 4,
            below, 5);
    t_rows("AB Figure 4.6(a)", &fc, sweep, some_below, 3, "");
    t_curves("fig4_6a.svg", "[AB] Fig. 4.6(a): 784-1000-300-100-10, 4 workers of 128", &fc, curves, 4);
    t_rows("AB Figure 4.6(b)", &conv, sweep, some_below, 3, "");
    t_curves("fig4_6b.svg", "[AB] Fig. 4.6(b): LeNet-5, 4 workers of 128", &conv, curves, 4);
    row("AB Figure 4.5(b)", "LeNet by the number of workers");
    row_note("n/a: trained with 4 workers only, at Figure 4.6(b)");
    t_rows("ours, AB 4", &brief, other, some_below, 4, "");
    t_rows("ours, AB 4", &conv_four, sweep, some_below, 2, "");
}

void longs(void)
{
    t_read("bench/trainings.csv");
    t_chapter_2();
    t_chapter_3();
    t_chapter_4();
}
