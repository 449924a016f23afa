/* exits.c - answers that leave early: by a calibrated margin (a gray zone in [SR] section V), and by proof. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"

/* shares of the test images still undecided after each stop, of the network of Figure 8(b) */
static double undecided[STOPS];

/* a run over the test images: the answer that leaves first, by `settled`, and the full one behind it */
typedef struct { double bytes, macs, other, right, full_right, left[SUCREF_MAX_STOPS], tables; } exit_result;

/* the answer that leaves first, and its stop */
static unsigned leave(sucref_answer *a, sucref_net *net, int proof, uint32_t *scratch, size_t proof_len)
{
    const sucref_model *m = net->model;
    unsigned t;
    for (t = 0; ; t++) {
        int leaves = 0;
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, a) != SUCREF_OK) { exit(2); }
        if (!proof) {
            leaves = sucref_settled(m, a);
        } else if (sucref_net_proved(&leaves, net, scratch, proof_len) != SUCREF_OK) {
            leaves = 0;
        }
        if (leaves || t + 1U == m->n_stops) { return t; }
    }
}

static uint32_t class_of(const sucref_answer *a)
{
    return a->n_out == 1 ? a->logits[0] >= 0 : sucref_argmax(a->logits, a->n_out);
}

static exit_result run_exits(const sucref_model *m, int proof, double *score)
{
    const size_t proof_len = proof ? sucref_net_proof_len(m) : 1;
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4), *scratch = (uint32_t *)malloc(proof_len * 4);
    const unsigned last = m->n_stops - 1U;
    exit_result r;
    sucref_net net;
    sucref_cost one, c;
    size_t k, other = 0;
    memset(&r, 0, sizeof r);
    if (work == NULL || scratch == NULL || sucref_net_init(&net, m, work, sucref_net_work_len(m)) != SUCREF_OK) {
        exit(2);
    }
    sucref_model_cost(&one, m, last, last);
    for (k = 0; k < IDX_TEST; k++) {
        sucref_answer a;
        uint32_t then;
        unsigned t, i;
        (void)sucref_net_set_input(&net, test_set.x + k * IDX_PIXELS, m->n_in);
        t = leave(&a, &net, proof, scratch, proof_len);
        if (score != NULL) { score[k] = a.logits[0]; }
        then = class_of(&a);
        sucref_model_cost(&c, m, 0, t);
        r.bytes += (double)c.weight_bytes / (double)one.weight_bytes / IDX_TEST;
        r.macs += (double)c.macs / (double)one.macs / IDX_TEST;
        for (i = 0; i < t; i++) { r.left[i] += 1.0 / IDX_TEST; }
        r.tables += proof ? (t < last ? t + 1U : last) / (double)IDX_TEST : 0;
        r.right += models_is_right(&a, k) / (double)IDX_TEST;
        (void)sucref_net_run(&net, last);
        (void)sucref_net_answer(&net, &a);
        r.full_right += models_is_right(&a, k) / (double)IDX_TEST;
        other += then != class_of(&a);
    }
    r.other = (double)other / IDX_TEST;
    free(work); free(scratch);
    return r;
}

/* thresholds from validation pictures, then the test images */
static void margin_exit(const char *title, const char *name, float clip, double goal_cost, double goal_auc)
{
    static double score[IDX_TEST];
    sucref_model m;
    uint8_t *file = models_quantized(&m, name, clip, 0, "1124"), *leaving = models_with_exits(&m, 0.0008);
    const exit_result r = run_exits(&m, 0, score);
    if (strcmp(name, "even0") == 0) { memcpy(undecided, r.left, sizeof undecided); }
    row("ours, SR V", "margin exit, %s: weight bytes read, of one-shot", title);
    row_ours(r.bytes); row_goal(NAN, goal_cost);
    row("ours, SR V", "margin exit, %s: most multiply-adds, of one-shot", title);
    row_ours(r.macs); row_goal(NAN, 2 * goal_cost);
    row_note("sucref_model_cost: no zeros skipped, later layers again at every stop");
    row("ours, SR V", "margin exit, %s: answers other than the full network's", title);
    row_ours(r.other); row_goal(NAN, 0.001);
    row("ours, SR V", "margin exit, %s: accuracy lost", title);
    row_ours(r.full_right - r.right); row_goal(NAN, 0.001);
    if (m.n_out == 1) {
        row("ours, SR V", "margin exit, %s: accuracy", title);
        row_compared(0.9347); row_ours(r.right); row_goal(0.975, NAN);
        row_note("beside it: the published adaptive scheme");
        row("ours, SR V", "margin exit, %s: AUC", title);
        row_compared(0.9654); row_ours(auc(score, 1)); row_goal(goal_auc, NAN);
        row_note("beside it: the published adaptive scheme");
    }
    free(file); free(leaving);
}

/* the plan's first `skipped` stops are left out; nothing may disagree */
static void certified_exit(const char *title, const char *name, const char *plan, unsigned skipped, double goal)
{
    sucref_model m;
    uint8_t *file = models_quantized(&m, name, 1, 0, plan), *bounded = models_certified(&m, skipped);
    const unsigned last = m.n_stops - 1U;
    const exit_result r = run_exits(&m, 1, NULL);
    sucref_layer l;
    sucref_cost one;
    sucref_model_layer(&l, &m, 0);
    sucref_model_cost(&one, &m, last, last);
    row("ours, SR V", "certified exit, %s: weight bytes read, of one-shot", title);
    row_ours(r.bytes); row_goal(NAN, goal);
    row("ours, SR V", "certified exit, %s: tables read besides, of one-shot's bytes", title);
    row_ours(r.tables * (4.0 + 18.0 * l.n_out) / (double)one.weight_bytes);
    row_note("bounds and corrections of the stops passed");
    row("ours, SR V", "certified exit, %s: answers other than the full network's", title);
    row_ours(r.other); row_goal(0, 0);
    free(file); free(bounded);
}

static void figure_8b(void)
{
    static const double r[5] = { 0, 1, 2, 3, 4 }, published[4] = { 1, 1, 0.79, 0.12 }, bits_of[5] = { 0, 1, 2, 4, 8 };
    double printed[5], ours[5];
    int i;
    svg s = svg_open(out_path("fig8b.svg"), "[SR] Fig. 8(b): images that ask for more",
                     "after this resolution (published), bits (this library)", "share of the test images", 0, 8, 0, 1,
                     1, 0.2);
    for (i = 0; i < 5; i++) { printed[i] = i ? printed_left[i - 1] : 1; ours[i] = i ? undecided[i - 1] : 1; }
    svg_line(&s, "published", r, published, 4, 1);
    svg_line(&s, "published rule, worked out here", r, printed, 5, 1);
    svg_line(&s, "this library, by a margin", bits_of, ours, 5, 1);
    svg_close(&s);
}

void exits(void)
{
    margin_exit("784-128-10 as trained", "digits", 0, 0.25, NAN);
    margin_exit("784-128-10 trained under all cuts", "digits_nested", 1, 0.20, NAN);
    margin_exit("even/odd as trained", "even0", 0, 0.32, 0.996);
    margin_exit("even/odd trained under all cuts", "even_nested", 1, 0.27, 0.996);
    figure_8b();
    certified_exit("784-128-10 as trained", "digits", "11111111", 0, 0.85);
    certified_exit("784-128-10 trained under all cuts", "digits_nested", "11111111", 0, 0.70);
    certified_exit("784-128-10 trained at 3-bit centres", "digits_centred", "2114", 1, 0.40);
}

void fashion_exits(void)
{
    margin_exit("Fashion 784-128-10 as trained", "fashion", 0, 0.32, NAN);
    margin_exit("Fashion 784-128-10 trained under all cuts", "fashion_nested", 1, 0.30, NAN);
}
