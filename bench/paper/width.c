/* width.c - networks nested in width: accuracy, multiply-adds and weight bytes by stop, and with exit; planes inside
 * the groups. Shares are of the plain network, 784-128-10 or, of the deep one, 784-256-128-10. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"

enum { SEEDS = 3, MOST_STOPS = 8 };
enum { RISKS = 2 };
static const double risk[RISKS] = { 0.001, 0.0015 }; /* of exit rules, at 95 % confidence */
static const char inside[] = "4/4,4/8,8/8,8,4/8,8,8"; /* planes inside groups */
static const double plain_macs = 784 * 128 + 1280, deep_macs = 784 * 256 + 256 * 128 + 1280;

/* over the test images */
typedef struct {
    double right[MOST_STOPS], macs[MOST_STOPS], bytes[MOST_STOPS];
    struct { double macs, bytes, right, other; } left[RISKS]; /* with exit; other: answers than the last stop's */
    unsigned stops;
} width_result;

/* all stops of one picture, and the one at which it leaves; counts */
static void measure_one(width_result *r, sucref_net *net, size_t picture, unsigned which)
{
    const sucref_model *m = net->model;
    const unsigned last = m->n_stops - 1U;
    uint32_t then = 0, now = 0;
    unsigned t, left = last + 1U;
    (void)sucref_net_set_input(net, test_set.x + picture * IDX_PIXELS, m->n_in);
    for (t = 0; t <= last; t++) {
        sucref_answer a;
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { exit(2); }
        now = sucref_argmax(a.logits, a.n_out);
        if (which == 0) { r->right[t] += now == test_set.label[picture]; }
        if (left > last && (t == last || sucref_settled(m, &a))) {
            left = t;
            then = now;
        }
    }
    r->left[which].macs += r->macs[left];
    r->left[which].bytes += r->bytes[left];
    r->left[which].right += then == test_set.label[picture];
    r->left[which].other += then != now;
}

/* adds what the test images say of a model and its exit rules */
static void measure(width_result *r, const sucref_model *m, double whole, unsigned which)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    sucref_net net;
    size_t k;
    unsigned t;
    r->stops = m->n_stops;
    if (work == NULL || m->n_stops > MOST_STOPS ||
        sucref_net_init(&net, m, work, sucref_net_work_len(m)) != SUCREF_OK) {
        exit(2);
    }
    for (t = 0; t < m->n_stops; t++) {
        sucref_cost c;
        sucref_model_cost(&c, m, 0, t);
        r->macs[t] = (double)c.macs / whole;
        r->bytes[t] = (double)c.weight_bytes / whole;
    }
    for (k = 0; k < IDX_TEST; k++) { measure_one(r, &net, k, which); }
    free(work);
}

/* counts to shares of n runs over the test images */
static void to_shares(width_result *r, double n)
{
    unsigned t;
    for (t = 0; t < MOST_STOPS; t++) { r->right[t] /= n * IDX_TEST; }
    for (t = 0; t < RISKS; t++) {
        r->left[t].macs /= n * IDX_TEST; r->left[t].bytes /= n * IDX_TEST;
        r->left[t].right /= n * IDX_TEST; r->left[t].other /= n * IDX_TEST;
    }
}

/* the network examples/models/NAME.npz, or SEEDS/NAME_s1.npz .. _s3.npz, their mean */
static width_result measure_all(const char *seeds, const char *name, const char *plan, const char *schedule,
                                double whole)
{
    const int n = seeds != NULL ? SEEDS : 1;
    width_result r;
    unsigned which;
    int k;
    memset(&r, 0, sizeof r);
    for (k = 1; k <= n; k++) {
        char path[512];
        if (seeds != NULL) { snprintf(path, sizeof path, "%s/%s_s%d.npz", seeds, name, k); }
        else { snprintf(path, sizeof path, "examples/models/%s.npz", name); }
        for (which = 0; which < (schedule != NULL ? RISKS : 1U); which++) {
            sucref_model m;
            uint8_t *file = models_nested(&m, path, plan, schedule),
                    *leaving = m.n_stops > 1 && schedule != NULL ? models_with_exits(&m, risk[which]) : NULL;
            measure(&r, &m, whole, which);
            free(file); free(leaving);
        }
    }
    to_shares(&r, n);
    return r;
}

/* what must hold of a network: accuracy and share by stop; with exit, at each risk, the mean share */
typedef struct { double right[3], macs[3], mean[RISKS]; } width_goals;

static void stop_rows(const char *title, const width_result *r, const width_goals *g)
{
    unsigned t;
    for (t = 0; t < r->stops; t++) {
        row("ours, width", "%s: accuracy at stop %u", title, t + 1U);
        row_ours(r->right[t]); row_goal(g->right[t], NAN);
        row("ours, width", "%s: multiply-adds up to stop %u, of plain", title, t + 1U);
        row_ours(r->macs[t]); row_goal(NAN, g->macs[t]);
    }
}

/* of one training 16 of 10,000 test images are as good as the 10 that are wanted; of three 11 a training */
static void exit_rows(const char *title, const width_result *r, int bytes, const double *mean, int seeds)
{
    unsigned k;
    for (k = 0; k < RISKS; k++) {
        row("ours, width", "%s, exit at risk %g: %s, of plain", title, risk[k],
            bytes ? "weight bytes" : "multiply-adds");
        row_ours(bytes ? r->left[k].bytes : r->left[k].macs); row_goal(NAN, mean[k]);
        row_note("risk at 95 %% confidence, from 10,000 validation pictures");
        row("ours, width", "%s, exit at risk %g: answers other than the last stop's", title, risk[k]);
        row_ours(r->left[k].other); row_goal(NAN, k == 0 ? 0.001 : seeds ? 0.0011 : 0.0016);
        row("ours, width", "%s, exit at risk %g: accuracy", title, risk[k]);
        row_ours(r->left[k].right);
    }
}

static void figure(const width_result *wide, const width_result *both)
{
    static const double quarter[3] = { 0.25, 0.5, 1 }, eighth[4] = { 0.125, 0.25, 0.5, 1 }, one = 1;
    const width_result bits = measure_all(NULL, "digits_nested", "1124", NULL, plain_macs);
    svg s = svg_open(out_path("width.svg"), "right answers on MNIST, 784-128-10 = 1",
                     "share of the plain network", "accuracy", 0, 1, 0.88, 1, 0.25, 0.02);
    if (!isnan(printed_accuracy[0])) {
        svg_line(&s, "published: bytes (even/odd)", quarter, printed_accuracy + 1, 3, 1);
    }
    svg_line(&s, "bits: bytes", eighth, bits.right, 4, 1);
    svg_line(&s, "bits: multiply-adds (next: 2)", &one, bits.right, 1, 1);
    svg_line(&s, "width: multiply-adds, bytes", wide->macs, wide->right, (int)wide->stops, 1);
    svg_line(&s, "width and bits: bytes", both->bytes, both->right, (int)both->stops, 1);
    svg_close(&s);
}

void width(const char *seeds)
{
    static const width_goals goals = { { 0.955, 0.970, 0.979 }, { 0.066, 0.196, 0.952 }, { 0.14, 0.135 } },
                             deep_goals = { { 0.955, 0.970, 0.978 }, { 0.034, 0.099, 0.816 }, { 0.09, 0.075 } };
    static const double inside_goals[RISKS] = { 0.09, 0.085 };
    static const char title[] = "784-160-10, groups 32x196 32x392 96x784, heads",
                      deep[] = "784-256-128-10, groups 32x196 32x392 192x784 and 32 32 64, heads";
    width_result r = measure_all(seeds, "plain", "8", NULL, plain_macs), both;
    row("ours, width", "784-128-10, plain: accuracy");
    row_ours(r.right[0]);
    r = measure_all(seeds, seeds ? "mnist" : "widths", "8", "8/8,8/8,8,8", plain_macs);
    stop_rows(title, &r, &goals);
    exit_rows(title, &r, 0, goals.mean, seeds != NULL);
    both = measure_all(seeds, seeds ? "mnist" : "widths", "44", inside, plain_macs);
    exit_rows("the same with planes of 4 and 4 bits", &both, 1, inside_goals, seeds != NULL);
    if (seeds == NULL) { figure(&r, &both); }
    r = measure_all(seeds, seeds ? "deep" : "widths_deep", "8", "8/8,8/8,8,8", deep_macs);
    stop_rows(deep, &r, &deep_goals);
    exit_rows(deep, &r, 0, deep_goals.mean, seeds != NULL);
}

void fashion_width(const char *seeds)
{
    const width_goals goals = { { 0.84, 0.865, 0.88 }, { 0.066, 0.196, 0.952 }, { 0.39, seeds ? 0.35 : 0.36 } };
    static const char title[] = "Fashion 784-160-10, groups 32x196 32x392 96x784, heads";
    const width_result plain = measure_all(seeds, seeds ? "fplain" : "fashion", "8", NULL, plain_macs),
                       r = measure_all(seeds, seeds ? "fashion" : "widths_fashion", "8", "8/8,8/8,8,8", plain_macs);
    row("ours, width", "Fashion 784-128-10, plain: accuracy");
    row_ours(plain.right[0]);
    stop_rows(title, &r, &goals);
    row("ours, width", "%s: accuracy lost at the last stop against plain", title);
    row_ours(plain.right[0] - r.right[2]); row_goal(NAN, 0.003);
    exit_rows(title, &r, 0, goals.mean, seeds != NULL);
}
