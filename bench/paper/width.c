/* width.c - networks nested in width: accuracy, multiply-adds and weight bytes by stop, and with exit; planes inside the
 * groups. Shares are of the plain network, 784-128-10 or, of the deep one, 784-256-128-10. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"

enum { SEEDS = 3, MOST_STOPS = 8 };
static const char inside[] = "4/4,4/8,8/8,8,4/8,8,8"; /* planes inside groups */
static const double plain_macs = 784 * 128 + 1280, deep_macs = 784 * 256 + 256 * 128 + 1280;

/* over the test images */
typedef struct {
    double right[MOST_STOPS], macs[MOST_STOPS], bytes[MOST_STOPS];
    double left_macs, left_bytes, left_right, other; /* with exit */
    unsigned stops;
} width_result;

/* all stops of one picture, and the one at which it leaves */
static void measure_one(width_result *r, sucref_net *net, size_t picture)
{
    const sucref_model *m = net->model;
    const unsigned last = m->n_stops - 1U;
    uint32_t then = 0, now = 0;
    unsigned t, left = last + 1U;
    int right = 0;
    (void)sucref_net_set_input(net, test_set.x + picture * IDX_PIXELS, m->n_in);
    for (t = 0; t <= last; t++) {
        sucref_answer a;
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, &a) != SUCREF_OK) { exit(2); }
        now = sucref_argmax(a.logits, a.n_out);
        r->right[t] += (double)(now == test_set.label[picture]) / IDX_TEST;
        if (left > last && (t == last || sucref_settled(m, &a))) {
            left = t;
            then = now;
            right = now == test_set.label[picture];
        }
    }
    r->left_macs += r->macs[left] / IDX_TEST;
    r->left_bytes += r->bytes[left] / IDX_TEST;
    r->left_right += (double)right / IDX_TEST;
    r->other += then != now; /* counted: shares would be rounded */
}

static width_result measure(const sucref_model *m, double whole)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    width_result r;
    sucref_net net;
    size_t k;
    unsigned t;
    memset(&r, 0, sizeof r);
    r.stops = m->n_stops;
    for (t = 0; t < m->n_stops && t < MOST_STOPS; t++) {
        sucref_cost c;
        sucref_model_cost(&c, m, 0, t);
        r.macs[t] = (double)c.macs / whole;
        r.bytes[t] = (double)c.weight_bytes / whole;
    }
    if (work == NULL || m->n_stops > MOST_STOPS ||
        sucref_net_init(&net, m, work, sucref_net_work_len(m)) != SUCREF_OK) {
        exit(2);
    }
    for (k = 0; k < IDX_TEST; k++) { measure_one(&r, &net, k); }
    free(work);
    return r;
}

/* adds a share of each number; others are counted */
static void add_share(width_result *mean, const width_result *r, double share)
{
    unsigned t;
    for (t = 0; t < MOST_STOPS; t++) {
        mean->right[t] += share * r->right[t];
        mean->macs[t] += share * r->macs[t];
        mean->bytes[t] += share * r->bytes[t];
    }
    mean->left_macs += share * r->left_macs; mean->left_bytes += share * r->left_bytes;
    mean->left_right += share * r->left_right; mean->other += r->other;
    mean->stops = r->stops;
}

/* the network examples/models/NAME.npz, or SEEDS/NAME_s1.npz .. _s3.npz, their mean */
static width_result measure_all(const char *seeds, const char *name, const char *plan, const char *schedule,
                                double whole)
{
    const int n = seeds != NULL ? SEEDS : 1;
    width_result mean;
    int k;
    memset(&mean, 0, sizeof mean);
    for (k = 1; k <= n; k++) {
        sucref_model m;
        char path[512];
        uint8_t *file, *leaving = NULL;
        width_result r;
        if (seeds != NULL) { snprintf(path, sizeof path, "%s/%s_s%d.npz", seeds, name, k); }
        else { snprintf(path, sizeof path, "examples/models/%s.npz", name); }
        file = models_nested(&m, path, plan, schedule);
        if (m.n_stops > 1) { leaving = models_with_exits(&m, RISK); }
        r = measure(&m, whole);
        add_share(&mean, &r, 1.0 / n);
        free(file); free(leaving);
    }
    mean.other /= (double)n * IDX_TEST;
    return mean;
}

/* what must hold of a network: accuracy and share by stop, with exit the mean share and the answers that are others */
typedef struct { double right[3], macs[3], mean, other; } width_goals;

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

static void exit_rows(const char *title, const char *what, double mean, double most, const width_result *r, double other)
{
    row("ours, width", "%s, margin exit: %s, of plain", title, what);
    row_ours(mean); row_goal(NAN, most);
    row_note("thresholds for a risk of %g at 95 %% confidence from 10,000 validation pictures", RISK);
    row("ours, width", "%s, margin exit: answers other than the last stop's", title);
    row_ours(r->other); row_goal(NAN, other);
    row("ours, width", "%s, margin exit: accuracy", title);
    row_ours(r->left_right);
}

static void figure(const width_result *wide, const width_result *both)
{
    static const double quarter[3] = { 0.25, 0.5, 1 }, eighth[4] = { 0.125, 0.25, 0.5, 1 }, one = 1;
    sucref_model m;
    uint8_t *file = models_nested(&m, "examples/models/digits_nested.npz", "1124", NULL);
    const width_result bits = measure(&m, plain_macs);
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
    free(file);
}

void width(const char *seeds)
{
    static const width_goals goals = { { 0.955, 0.970, 0.979 }, { 0.066, 0.196, 0.952 }, 0.14, 0.001 },
                             deep_goals = { { 0.955, 0.970, 0.978 }, { 0.034, 0.099, 0.816 }, 0.075, 0.001 };
    static const char title[] = "784-160-10, groups 32x196 32x392 96x784, heads",
                      deep[] = "784-256-128-10, groups 32x196 32x392 192x784 and 32 32 64, heads";
    width_result r, both;
    r = measure_all(seeds, "plain", "8", NULL, plain_macs);
    row("ours, width", "784-128-10, plain: accuracy");
    row_ours(r.right[0]);
    r = measure_all(seeds, seeds ? "mnist" : "widths", "8", "8/8,8/8,8,8", plain_macs);
    stop_rows(title, &r, &goals);
    exit_rows(title, "multiply-adds", r.left_macs, goals.mean, &r, goals.other);
    both = measure_all(seeds, seeds ? "mnist" : "widths", "44", inside, plain_macs);
    exit_rows("the same with planes of 4 and 4 bits", "weight bytes", both.left_bytes, 0.085, &both, 0.001);
    if (seeds == NULL) { figure(&r, &both); }
    r = measure_all(seeds, seeds ? "deep" : "widths_deep", "8", "8/8,8/8,8,8", deep_macs);
    stop_rows(deep, &r, &deep_goals);
    exit_rows(deep, "multiply-adds", r.left_macs, deep_goals.mean, &r, deep_goals.other);
}

void fashion_width(const char *seeds)
{
    static const width_goals goals = { { 0.84, 0.865, 0.88 }, { 0.066, 0.196, 0.952 }, 0.35, 0.0011 };
    static const char title[] = "Fashion 784-160-10, groups 32x196 32x392 96x784, heads";
    const width_result plain = measure_all(seeds, seeds ? "fplain" : "fashion", "8", NULL, plain_macs),
                       r = measure_all(seeds, seeds ? "fashion" : "widths_fashion", "8", "8/8,8/8,8,8", plain_macs);
    row("ours, width", "Fashion 784-128-10, plain: accuracy");
    row_ours(plain.right[0]);
    stop_rows(title, &r, &goals);
    row("ours, width", "%s: accuracy lost at the last stop against plain", title);
    row_ours(plain.right[0] - r.right[2]); row_goal(NAN, 0.003);
    exit_rows(title, "multiply-adds", r.left_macs, goals.mean, &r, goals.other);
}
