/* evaluate.h - the command evaluate: right answers by stop, and what leaving early saves and costs. */
#ifndef SUCREF_TOOL_EVALUATE_H
#define SUCREF_TOOL_EVALUATE_H
#include "rows.h"
#include "targets.h"

/* how outputs are read. A single one is both: its class is the sign of its logit */
enum { READ_CLASSES, READ_SINGLE, READ_NUMBERS };

typedef struct { double sum, most; } distance; /* of outputs, in real units, or in steps where these are not known */

typedef struct {
    uint32_t n, right[SUCREF_MAX_STOPS], same[SUCREF_MAX_STOPS]; /* by stop; same: as the last stop's */
    uint32_t left[SUCREF_MAX_STOPS], exit_right, exit_other;     /* by exit rules */
    distance off[SUCREF_MAX_STOPS], exit_off;                    /* from the targets, or from the last stop */
    const double *target;                                        /* [n][n_out] or NULL, of the samples to come */
    int targets, how;
    uint32_t *count, commonest;                                  /* last answers by class, and of the commonest class */
    uint32_t *last;                                              /* [n] or NULL: the last stop's class of each sample */
    uint8_t *out;                                                /* [stops][n_out] */
    int rules;                                                   /* does a stop have one? */
} evaluation;

static uint32_t class_of(const sucref_answer *a)
{
    return a->n_out == 1 ? a->logits[0] >= 0 : sucref_argmax(a->logits, a->n_out);
}

static void add_distance(distance *d, const evaluation *e, const sucref_model *m, unsigned stop)
{
    const uint8_t *y = e->out + (size_t)stop * m->n_out, *last = e->out + (m->usable_stops - 1U) * (size_t)m->n_out;
    sucref_scales s;
    uint32_t i;
    sucref_model_scales(&s, m);
    for (i = 0; i < m->n_out; i++) {
        const double want = e->target != NULL ? e->target[i] : output_step(m) * (last[i] - s.output_zero),
                     off = fabs(output_step(m) * (y[i] - s.output_zero) - want);
        d->sum += off;
        d->most = fmax(d->most, off);
    }
}

/* all stops of one sample */
static void evaluate_one(evaluation *e, sucref_net *net, const uint8_t *x, const uint32_t *label)
{
    const sucref_model *m = net->model;
    const unsigned last = m->usable_stops - 1U;
    uint32_t answer[SUCREF_MAX_STOPS];
    unsigned t, leaves = last;
    sucref_exit rule;
    if (sucref_net_set_input(net, x, m->n_in) != SUCREF_OK) { die("internal error"); }
    for (t = 0; t <= last; t++) {
        sucref_answer a;
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { die("internal error"); }
        answer[t] = class_of(&a);
        memcpy(e->out + (size_t)t * m->n_out, a.out, m->n_out);
        if (t < leaves && sucref_model_exit(&rule, m, t) == SUCREF_OK && sucref_settled(m, &a)) { leaves = t; }
    }
    for (t = 0; t <= last; t++) {
        e->right[t] += label != NULL && answer[t] == *label;
        e->same[t] += answer[t] == answer[last];
        if (e->how != READ_CLASSES) { add_distance(&e->off[t], e, m, t); }
    }
    if (e->how != READ_CLASSES) { add_distance(&e->exit_off, e, m, leaves); }
    if (e->target != NULL) { e->target += m->n_out; }
    if (++e->count[answer[last]] > e->commonest) { e->commonest = e->count[answer[last]]; }
    if (e->last != NULL) { *e->last++ = answer[last]; }
    e->left[leaves]++;
    e->exit_right += label != NULL && answer[leaves] == *label;
    e->exit_other += answer[leaves] != answer[last];
}

/* label or target: NULL where not given; last: NULL, or [n] out, the last stop's classes */
static evaluation evaluate_with(const sucref_model *m, const uint8_t *x, const uint32_t *label, const double *target,
                                uint32_t n, uint32_t *last)
{
    const size_t work_len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)malloc(work_len * 4), k;
    sucref_exit rule;
    evaluation e;
    sucref_net net;
    unsigned t;
    memset(&e, 0, sizeof e);
    e.n = n;
    e.last = last;
    e.target = target;
    e.targets = target != NULL;
    e.how = target != NULL                    ? READ_NUMBERS
            : m->n_out == 1                   ? READ_SINGLE
            : label != NULL || has_classes(m) ? READ_CLASSES
                                              : READ_NUMBERS;
    e.count = (uint32_t *)calloc(m->n_out + 1U, sizeof *e.count);
    e.out = (uint8_t *)malloc((size_t)m->usable_stops * m->n_out);
    for (t = 0; t < m->usable_stops; t++) { e.rules |= sucref_model_exit(&rule, m, t) == SUCREF_OK; }
    if (work == NULL || e.count == NULL || e.out == NULL || sucref_net_init(&net, m, work, work_len) != SUCREF_OK) {
        die("out of memory");
    }
    for (k = 0; k < n; k++) { evaluate_one(&e, &net, x + (size_t)k * m->n_in, label != NULL ? label + k : NULL); }
    free(work); free(e.count); free(e.out);
    e.count = NULL; e.out = NULL;
    return e;
}

static evaluation evaluate_all(const sucref_model *m, const uint8_t *x, const uint32_t *label, uint32_t n)
{
    return evaluate_with(m, x, label, NULL, n, NULL);
}

static double percent(double k, double of) { return of > 0 ? 100 * k / of : 0; }

static int knows_outputs(const sucref_model *m)
{
    sucref_scales s;
    sucref_model_scales(&s, m);
    return s.output.multiplier != 0;
}

/* how outputs are read, and how they would be read otherwise */
static void print_reading(const evaluation *e, const sucref_model *m)
{
    if (m->usable_stops < m->n_stops) {
        printf("cut: %u of %u stops are there, and the last one is stop %u here\n", m->usable_stops, m->n_stops,
               m->usable_stops - 1U);
    }
    if (e->targets) { printf("outputs are read as numbers, beside --targets\n"); return; }
    if (e->how == READ_SINGLE) {
        printf("the output is read as a number, and as a class: 1 where its logit is >= 0, else 0\n");
    } else if (e->how == READ_NUMBERS) {
        printf("outputs are read as numbers: as many as inputs, and no softmax (--labels reads the largest as a class, "
               "--targets y.npy compares with others than the last stop's)\n");
    } else {
        printf("outputs are read as classes: the largest of %lu%s\n", (unsigned long)m->n_out,
               has_softmax(m) ? "" : " (--targets y.npy reads them as numbers)");
    }
}

/* what is right or the same, and of numbers how far off they are */
static void print_quality(const evaluation *e, const sucref_model *m, const char *as, uint32_t right, double same,
                          const distance *d, int labelled)
{
    if (labelled) { printf("%.2f %% right, ", percent(right, e->n)); }
    if (e->how != READ_CLASSES) {
        printf("off the %s by %.3g on average, at most %.3g%s", e->targets ? "targets" : "last stop",
               d->sum / ((double)e->n * m->n_out), d->most, knows_outputs(m) ? "" : " steps");
    }
    if (e->how == READ_SINGLE) { printf(", "); }
    if (e->how != READ_NUMBERS) { printf("%.*f %% %s", as[0] == 'o' ? 3 : 2, same, as); }
}

/* costs are the most that a run can need (sucref_model_cost), as shares of the network in one shot */
static void print_evaluation(const evaluation *e, const sucref_model *m, int labelled)
{
    const unsigned last = m->usable_stops - 1U;
    sucref_cost one, c;
    double macs = 0, bytes = 0;
    unsigned t;
    sucref_model_cost(&one, m, last, last);
    for (t = 0; t <= last; t++) {
        sucref_model_cost(&c, m, 0, t);
        printf("stop %u: ", t);
        print_answering(m, t);
        print_quality(e, m, "as the last stop", e->right[t], percent(e->same[t], e->n), &e->off[t], labelled);
        printf(", multiply-adds %llu (%.3f of one-shot), weight bytes %llu (%.3f)\n", (unsigned long long)c.macs,
               (double)c.macs / (double)one.macs, (unsigned long long)c.weight_bytes,
               (double)c.weight_bytes / (double)one.weight_bytes);
        macs += (double)c.macs * e->left[t] / e->n;
        bytes += (double)c.weight_bytes * e->left[t] / e->n;
    }
    if (!e->rules) { printf("no exit rules (sucref calibrate --max-disagree makes them)\n"); return; }
    printf("with exit: ");
    print_quality(e, m, "other than the last stop", e->exit_right, percent(e->exit_other, e->n), &e->exit_off,
                  labelled);
    printf("; they leave at");
    for (t = 0; t <= last; t++) {
        printf("%s stop %u: %.1f %%%s", t > 0 ? "," : "", t, percent(e->left[t], e->n),
               never_leaves(m, t) ? " (never leaves)" : "");
    }
    printf("\nwith exit: on average multiply-adds %.0f (%.3f of one-shot), weight bytes %.0f (%.3f)\n", macs,
           macs / (double)one.macs, bytes, bytes / (double)one.weight_bytes);
}

/* ---- which classes are taken for which ---- */

enum { CONFUSION_CLASSES = 12, CONFUSION_LINES = 10 }; /* most of a table; lines where classes are more */

static void print_class(const labels *l, uint32_t k)
{
    printf("%lu", (unsigned long)k);
    if (l->text != NULL) { printf(" (%s)", label_of(l, k)); }
}

/* a row for each label, a column for each answer */
static void print_table(const uint32_t *label, const uint32_t *answer, uint32_t n, uint32_t classes, const labels *l)
{
    uint32_t count[CONFUSION_CLASSES][CONFUSION_CLASSES] = { { 0 } }, i, k;
    const int width = snprintf(NULL, 0, "%lu", (unsigned long)n) + 2;
    for (k = 0; k < n; k++) { count[label[k]][answer[k]]++; }
    printf("confusion at the last stop (rows are labels, columns answers)\n  ");
    for (k = 0; k < classes; k++) { printf("%*lu", width, (unsigned long)k); }
    printf("\n");
    for (i = 0; i < classes; i++) {
        printf("%2lu", (unsigned long)i);
        for (k = 0; k < classes; k++) { printf("%*lu", width, (unsigned long)count[i][k]); }
        printf("%s%s\n", l->text != NULL ? "  " : "", l->text != NULL ? label_of(l, i) : "");
    }
}

typedef struct { uint32_t label, answer, count, of; } confusion;

static int confusion_by_class(const void *a, const void *b)
{
    const confusion *x = (const confusion *)a, *y = (const confusion *)b;
    if (x->label != y->label) { return x->label < y->label ? -1 : 1; }
    return x->answer < y->answer ? -1 : x->answer > y->answer;
}

static int confusion_by_count(const void *a, const void *b)
{
    const confusion *x = (const confusion *)a, *y = (const confusion *)b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : confusion_by_class(a, b);
}

/* samples as pairs of label and answer, each pair once with how often it is there, and how often its label is */
static uint32_t gather(confusion *c, const uint32_t *label, const uint32_t *answer, uint32_t n)
{
    uint32_t k, i, first, pairs = 0;
    for (k = 0; k < n; k++) { c[k].label = label[k]; c[k].answer = answer[k]; c[k].count = c[k].of = 0; }
    qsort(c, n, sizeof *c, confusion_by_class);
    for (k = 0; k < n; k++) {
        if (k == 0 || confusion_by_class(&c[pairs - 1U], &c[k]) != 0) { c[pairs++] = c[k]; }
        c[pairs - 1U].count++;
    }
    for (first = 0; first < pairs; first = k) {
        uint32_t of = 0;
        for (k = first; k < pairs && c[k].label == c[first].label; k++) { of += c[k].count; }
        for (i = first; i < k; i++) { c[i].of = of; }
    }
    return pairs;
}

/* the commonest pairs of a label and another answer */
static void print_pairs(const uint32_t *label, const uint32_t *answer, uint32_t n, const labels *l)
{
    confusion *c = (confusion *)malloc(n * sizeof *c);
    uint32_t pairs, k, shown = 0;
    if (c == NULL) { die("out of memory"); }
    pairs = gather(c, label, answer, n);
    qsort(c, pairs, sizeof *c, confusion_by_count);
    printf("most frequent confusions at the last stop\n");
    for (k = 0; k < pairs && shown < CONFUSION_LINES; k++) {
        if (c[k].label == c[k].answer) { continue; }
        shown++;
        printf("  ");
        print_class(l, c[k].label);
        printf(" answered as ");
        print_class(l, c[k].answer);
        printf(": %lu of %lu\n", (unsigned long)c[k].count, (unsigned long)c[k].of);
    }
    if (shown == 0) { printf("  none\n"); }
    free(c);
}

static void print_confusion(const sucref_model *m, const char *path, const uint32_t *label, const uint32_t *answer,
                            uint32_t n)
{
    const uint32_t classes = m->n_out == 1 ? 2U : m->n_out;
    labels l = need_labels(path, m);
    if (m->n_out == 1) { l.text = NULL; } /* its name is that of no class */
    if (classes > CONFUSION_CLASSES) { print_pairs(label, answer, n, &l); return; }
    print_table(label, answer, n, classes, &l);
}

static void evaluate(const args *a)
{
    uint8_t *bytes, *x;
    const sucref_model m = open_model(a->in, &bytes);
    const input_unit unit = unit_of(&m);
    uint32_t n, *label = NULL, *last;
    double *target = NULL;
    evaluation e;
    if (a->x == NULL) { die("evaluate needs --in x.u8|x.s8|x.npy"); }
    if (a->labels != NULL && a->targets != NULL) { die("--labels are classes, --targets real values: take one"); }
    x = read_samples(a->x, a->type, m.n_in, &unit, &n);
    if (a->labels != NULL) { label = read_labels(a->labels, n, m.n_out == 1 ? 2U : m.n_out); }
    if (a->targets != NULL && !knows_outputs(&m)) {
        die("--targets: %s does not know what its outputs stand for: it has no output scale", a->in);
    }
    if (a->targets != NULL) { target = read_targets(a->targets, n, m.n_out); }
    last = (uint32_t *)malloc(n * sizeof *last);
    if (last == NULL) { die("out of memory"); }
    e = evaluate_with(&m, x, label, target, n, last);
    print_reading(&e, &m);
    print_evaluation(&e, &m, label != NULL);
    if (label != NULL) { print_confusion(&m, a->in, label, last, n); }
    free(x); free(label); free(target); free(last); free(bytes);
}
#endif
