/* evaluate.h - the command evaluate: right answers by stop, and what leaving early saves and costs. */
#ifndef SUCREF_TOOL_EVALUATE_H
#define SUCREF_TOOL_EVALUATE_H
#include "samples.h"

typedef struct {
    uint32_t n, right[SUCREF_MAX_STOPS], same[SUCREF_MAX_STOPS]; /* by stop; same: as the last stop's */
    uint32_t left[SUCREF_MAX_STOPS], exit_right, exit_other;     /* by exit rules */
    double square[SUCREF_MAX_STOPS]; /* by stop, of a single output: squared differences from the last stop's */
    uint32_t *count, commonest;                                  /* last answers by class, and of the commonest class */
    int rules;                                                   /* does a stop have one? */
} evaluation;

/* one class a sample: bytes, or an array of numbers */
static uint32_t *read_labels(const char *path, uint32_t n, uint32_t classes)
{
    size_t len;
    uint8_t *p = read_file(path, &len);
    uint32_t *label = (uint32_t *)malloc(n * sizeof *label), k, got = (uint32_t)len;
    npy a;
    memset(&a, 0, sizeof a);
    if (is_npy(path)) { a = read_npy(path, p, len, 1, &got); }
    if (label == NULL) { die("out of memory"); }
    if (got != n) { die("%s: %lu labels for %lu samples", path, (unsigned long)got, (unsigned long)n); }
    for (k = 0; k < n; k++) {
        const double v = is_npy(path) ? npy_value(&a, npy_place(&a, k)) : p[k];
        if (!(v >= 0 && v < classes) || v != floor(v)) {
            die("%s: labels must be classes from 0 to %lu", path, (unsigned long)classes - 1U);
        }
        label[k] = (uint32_t)v;
    }
    free(p);
    return label;
}

static uint32_t class_of(const sucref_answer *a)
{
    return a->n_out == 1 ? a->logits[0] >= 0 : sucref_argmax(a->logits, a->n_out);
}

/* all stops of one sample */
static void evaluate_one(evaluation *e, sucref_net *net, const uint8_t *x, const uint32_t *label)
{
    const sucref_model *m = net->model;
    const unsigned last = m->usable_stops - 1U;
    uint32_t answer[SUCREF_MAX_STOPS];
    double out[SUCREF_MAX_STOPS];
    unsigned t, leaves = last;
    sucref_exit rule;
    if (sucref_net_set_input(net, x, m->n_in) != SUCREF_OK) { die("internal error"); }
    for (t = 0; t <= last; t++) {
        sucref_answer a;
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { die("internal error"); }
        answer[t] = class_of(&a);
        out[t] = a.out[0];
        if (t < leaves && sucref_model_exit(&rule, m, t) == SUCREF_OK && sucref_settled(m, &a)) { leaves = t; }
    }
    for (t = 0; t <= last; t++) {
        e->right[t] += label != NULL && answer[t] == *label;
        e->same[t] += answer[t] == answer[last];
        e->square[t] += (out[t] - out[last]) * (out[t] - out[last]);
    }
    if (++e->count[answer[last]] > e->commonest) { e->commonest = e->count[answer[last]]; }
    e->left[leaves]++;
    e->exit_right += label != NULL && answer[leaves] == *label;
    e->exit_other += answer[leaves] != answer[last];
}

static evaluation evaluate_all(const sucref_model *m, const uint8_t *x, const uint32_t *label, uint32_t n)
{
    const size_t work_len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)malloc(work_len * 4), k;
    sucref_exit rule;
    evaluation e;
    sucref_net net;
    unsigned t;
    memset(&e, 0, sizeof e);
    e.n = n;
    e.count = (uint32_t *)calloc(m->n_out + 1U, sizeof *e.count);
    for (t = 0; t < m->usable_stops; t++) { e.rules |= sucref_model_exit(&rule, m, t) == SUCREF_OK; }
    if (work == NULL || e.count == NULL || sucref_net_init(&net, m, work, work_len) != SUCREF_OK) {
        die("out of memory");
    }
    for (k = 0; k < n; k++) { evaluate_one(&e, &net, x + (size_t)k * m->n_in, label != NULL ? label + k : NULL); }
    free(work); free(e.count);
    e.count = NULL;
    return e;
}

static double percent(double k, double of) { return of > 0 ? 100 * k / of : 0; }

/* of a single output: how far from the last stop's it is, in real units where they are known, else in bytes' steps */
static void print_distance(const evaluation *e, const sucref_model *m, unsigned stop)
{
    const double steps = e->n > 0 ? sqrt(e->square[stop] / e->n) : 0;
    sucref_scales s;
    sucref_model_scales(&s, m);
    if (m->n_out != 1) { return; }
    if (s.output.multiplier == 0) { printf("%.2f steps from the last stop (rms), ", steps); return; }
    printf("%.4g from the last stop (rms), ", ldexp(steps * s.output.multiplier, s.output.exponent - 31));
}

/* costs are the most that a run can need (sucref_model_cost), as shares of the network in one shot */
static void print_evaluation(const evaluation *e, const sucref_model *m, int labels)
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
        if (labels) { printf("%.2f %% right, ", percent(e->right[t], e->n)); }
        print_distance(e, m, t);
        printf("%.2f %% as the last stop, multiply-adds %llu (%.3f of one-shot), weight bytes %llu (%.3f)\n",
               percent(e->same[t], e->n), (unsigned long long)c.macs, (double)c.macs / (double)one.macs,
               (unsigned long long)c.weight_bytes, (double)c.weight_bytes / (double)one.weight_bytes);
        macs += (double)c.macs * e->left[t] / e->n;
        bytes += (double)c.weight_bytes * e->left[t] / e->n;
    }
    if (!e->rules) { printf("no exit rules (sucref calibrate --max-disagree makes them)\n"); return; }
    printf("with exit: ");
    if (labels) { printf("%.2f %% right, ", percent(e->exit_right, e->n)); }
    printf("%.3f %% other than the last stop; they leave at", percent(e->exit_other, e->n));
    for (t = 0; t <= last; t++) { printf("%s stop %u: %.1f %%", t > 0 ? "," : "", t, percent(e->left[t], e->n)); }
    printf("\nwith exit: on average multiply-adds %.0f (%.3f of one-shot), weight bytes %.0f (%.3f)\n", macs,
           macs / (double)one.macs, bytes, bytes / (double)one.weight_bytes);
}

static void evaluate(const args *a)
{
    uint8_t *bytes, *x;
    const sucref_model m = open_model(a->in, &bytes);
    const input_unit unit = unit_of(&m);
    uint32_t n, *label = NULL;
    evaluation e;
    if (a->x == NULL) { die("evaluate needs --in x.u8|x.s8|x.npy"); }
    x = read_samples(a->x, a->type, m.n_in, &unit, &n);
    if (a->labels != NULL) { label = read_labels(a->labels, n, m.n_out == 1 ? 2U : m.n_out); }
    e = evaluate_all(&m, x, label, n);
    print_evaluation(&e, &m, label != NULL);
    free(x); free(label); free(bytes);
}
#endif
