/* plan.h - the command plan: which way to refine a model pays on a core, for a deadline and a store of weights. Every
 * candidate is fitted and given its exit thresholds on the first half of the samples and measured on the second. */
#ifndef SUCREF_TOOL_PLAN_H
#define SUCREF_TOOL_PLAN_H
#include "depth.h"
#include "exits.h"
#include "targets.h"

/* instructions per multiply-add that is done, zeros skipped, by a plane's width (1..2, 3..4, 5..8 bits): the counts of
 * whole networks of `make bench-mcu`, 784-128-10 on MNIST (ATmega: 784-20-10), over what sucref_answer calls spent.
 * Those of 2 bits stand to those of 4 as first planes of a layer of 784 x 128 do. Large inputs fill the sums
 * of whole bytes soonest: the ten layers of ad01 cost a Cortex-M3 3.5, not 4.9. */
static const struct { const char *name; double per_mac[3]; } plan_core[] = {
    { "m0", { 5.7, 4.3, 7.4 } },   { "m3", { 2.9, 2.2, 4.9 } },   { "m4", { 2.9, 2.1, 4.9 } },
    { "m7", { 2.9, 2.1, 4.9 } },   { "m33", { 2.9, 2.1, 4.9 } },  { "rv32", { 4.3, 3.4, 7.1 } },
    { "avr", { 62, 36, 29 } }
};

enum { PLAN_MOST = 24 };
typedef struct { /* what is wanted; costs count instructions, or ms where the clock is known */
    const sucref_model *m;
    const char *name;
    const uint8_t *x;
    const uint32_t *labels;
    uint32_t n, half;
    double per_mac[3], clock, bandwidth, deadline, risk;
} plan_job;

typedef struct {
    char name[160], how[240];
    unsigned stops;
    double to[SUCREF_MAX_STOPS], alone[SUCREF_MAX_STOPS]; /* mean cost from the first stop on, of one stop only */
    double most[SUCREF_MAX_STOPS], most_alone[SUCREF_MAX_STOPS]; /* the same, of the sample that costs most */
    double same[SUCREF_MAX_STOPS], rms[SUCREF_MAX_STOPS], constant; /* by stop, on the second half */
    double mean, other;          /* cost with exits; share of answers other than the last stop's */
    double right[3];             /* first stop, with exits, last */
    unsigned long file, ram;
} plan_result;

/* ---- costs ---- */

/* the width of the plane that a group with these bits read last; 0: none */
static unsigned plane_width(const sucref_layer *l, unsigned bits)
{
    unsigned i, sum = 0;
    if (bits == 0) { return 0; }
    if (l->coarse) { return bits == 8 ? 8 : l->plan[0]; }
    for (i = 0; i < l->n_planes; i++) {
        sum += l->plan[i];
        if (sum == bits) { return l->plan[i]; }
    }
    return 8;
}

/* instructions per multiply-add at a stop: the mean over layers by their work, of the planes that the stop adds */
static double per_mac_at(const plan_job *j, const sucref_model *m, unsigned stop)
{
    double sum = 0, size = 0;
    unsigned n;
    for (n = 0; n < m->n_layers; n++) {
        sucref_layer l;
        sucref_tensor to;
        sucref_stop_group e;
        unsigned width;
        double macs;
        sucref_model_layer(&l, m, n);
        if (l.kind > SUCREF_KIND_DEPTHWISE) { continue; }
        sucref_model_tensor(&to, m, l.to);
        sucref_model_stop_group(&e, m, stop, l.first_group);
        width = plane_width(&l, e.bits);
        if (width == 0) { continue; }
        macs = (double)l.n_in * l.n_out * (l.kind == SUCREF_KIND_DENSE ? 1 : (double)to.height * to.width);
        sum += macs * j->per_mac[width <= 2 ? 0 : width <= 4 ? 1 : 2];
        size += macs;
    }
    return size > 0 ? sum / size : j->per_mac[2];
}

/* of multiply-adds and weight bytes: both take their time, one after the other */
static double cost_of(const plan_job *j, double instructions, double bytes)
{
    const double ms = j->clock > 0 ? instructions / (j->clock * 1000) : instructions;
    return ms + (j->bandwidth > 0 ? bytes / j->bandwidth : 0);
}

/* what a model's stops cost: instructions per multiply-add and weight bytes from the first stop on */
typedef struct { double per[SUCREF_MAX_STOPS], bytes[SUCREF_MAX_STOPS]; } stop_prices;

static stop_prices prices_of(const plan_job *j, const sucref_model *m)
{
    stop_prices p;
    sucref_cost c;
    unsigned t;
    for (t = 0; t < m->n_stops; t++) {
        sucref_model_cost(&c, m, 0, t);
        p.per[t] = per_mac_at(j, m, t);
        p.bytes[t] = (double)c.weight_bytes;
    }
    return p;
}

/* one sample's cost up to a stop; spent: multiply-adds at each */
static double sample_cost(const plan_job *j, const stop_prices *p, const uint32_t *spent, unsigned stop)
{
    double instructions = 0;
    unsigned t;
    for (t = 0; t <= stop; t++) { instructions += p->per[t] * (spent[t] - (t > 0 ? spent[t - 1U] : 0U)); }
    return cost_of(j, instructions, p->bytes[stop]);
}

static void fill_costs(plan_result *r, const plan_job *j, const sucref_model *m, const uint32_t *spent)
{
    const stop_prices p = prices_of(j, m);
    const uint32_t n = j->n - j->half;
    stop_spent alone;
    sucref_cost c;
    uint32_t k;
    unsigned t;
    measure_spent(&alone, m, j->x + (size_t)j->half * m->n_in, n);
    for (t = 0; t < m->n_stops; t++) {
        for (k = j->half; k < j->n; k++) {
            const double cost = sample_cost(j, &p, spent + (size_t)k * m->n_stops, t);
            r->to[t] += cost / n;
            r->most[t] = cost > r->most[t] ? cost : r->most[t];
        }
        sucref_model_cost(&c, m, t, t);
        r->alone[t] = cost_of(j, p.per[t] * alone.mean[t], (double)c.weight_bytes);
        r->most_alone[t] = cost_of(j, p.per[t] * alone.most[t], (double)c.weight_bytes);
    }
}

/* ---- one candidate ---- */

/* exits from the first half of the samples, what they give on the second */
static void measure_exits(plan_result *r, const plan_job *j, const sucref_model *m, const stop_result *all,
                          const int *answer, const uint32_t *spent)
{
    const uint32_t n = j->n - j->half;
    const unsigned stops = m->n_stops;
    const stop_prices p = prices_of(j, m);
    sucref_exit exits[SUCREF_MAX_STOPS];
    uint32_t left[SUCREF_MAX_STOPS], k;
    unsigned t;
    memset(exits, 0, sizeof exits);
    if (stops > 1) { /* a quarter of the first half says how thresholds stand to each other, the rest bounds them */
        const uint32_t chosen = j->half / 4U;
        (void)find_thresholds(exits, left, m, all, chosen, all + (size_t)chosen * stops, j->half - chosen, j->risk,
                              .95);
    }
    for (k = j->half; k < j->n; k++) {
        const stop_result *of = all + (size_t)k * stops;
        const int *says = answer + (size_t)k * stops;
        for (t = 0; t < stops; t++) { r->same[t] += (double)of[t].agrees / n; }
        for (t = 0; t + 1U < stops && of[t].margin < exits[t].margin; t++) { }
        r->mean += sample_cost(j, &p, spent + (size_t)k * stops, t) / n;
        r->other += (double)!of[t].agrees / n;
        if (j->labels == NULL) { continue; }
        r->right[0] += (double)((uint32_t)says[0] == j->labels[k]) / n;
        r->right[1] += (double)((uint32_t)says[t] == j->labels[k]) / n;
        r->right[2] += (double)((uint32_t)says[stops - 1U] == j->labels[k]) / n;
    }
}

static void measure(plan_result *r, const plan_job *j, const sucref_model *m)
{
    int *answer = (int *)respec_new((size_t)j->n * m->n_stops * sizeof *answer);
    uint32_t *spent = (uint32_t *)respec_new((size_t)j->n * m->n_stops * sizeof *spent);
    stop_result *all = judge(m, j->x, j->n, answer, spent);
    r->stops = m->n_stops;
    r->file = m->file_bytes;
    r->ram = (unsigned long)sucref_net_work_len(m) * 4;
    fill_costs(r, j, m, spent);
    if (has_classes(m)) {
        measure_exits(r, j, m, all, answer, spent);
    } else { /* nothing says when to leave: a run ends where its time does */
        stop_errors e;
        measure_stops(&e, m, j->x + (size_t)j->half * m->n_in, j->n - j->half);
        memcpy(r->rms, e.rms, sizeof r->rms);
        r->constant = e.constant;
        r->mean = r->to[r->stops - 1U];
    }
    free(all); free(answer); free(spent);
}

/* the model refined by bits (NULL: one stop), by rows before that (NULL: none), fitted and measured; 0: not possible */
static int candidate(plan_result *r, const plan_job *j, const char *bits_text, const bits_plan *bits,
                     const char *rows_text, const row_shares *rows)
{
    static const bits_plan whole = { { 8 }, 1, 0 };
    static respec s;
    sucref_model m;
    uint8_t *bytes;
    int done = 0;
    memset(r, 0, sizeof *r);
    respec_model(&s, j->m);
    bits_refine(&s, bits != NULL ? bits : &whole, 0);
    if (rows == NULL || rows_refine(&s, rows, j->x, j->half) == NULL) {
        bytes = fitted_model(&m, j->name, &s, j->x, j->half);
        snprintf(r->name, sizeof r->name, "%s%s%s%s", bits ? "bits " : rows ? "" : "one stop", bits ? bits_text : "",
                 rows ? bits ? ", rows " : "rows " : "", rows ? rows_text : "");
        snprintf(r->how, sizeof r->how, "import or quantize with --plan %s%s%s%s%s", bits ? bits_text : "8",
                 bits && !bits->coarse ? " --keep" : "", bits || rows ? ", then calibrate" : "",
                 rows ? " --rows " : "", rows ? rows_text : "");
        measure(r, j, &m);
        free(bytes);
        done = 1;
    }
    respec_free(&s);
    return done;
}

/* heads by depth, fitted and measured; 0: not possible, or no more of them than `before` */
static int heads_candidate(plan_result *r, const plan_job *j, unsigned n, unsigned *before)
{
    static headed h;
    sucref_model m;
    uint8_t *bytes;
    char text[8];
    uint32_t len;
    memset(r, 0, sizeof *r);
    if (heads_begin(&h, j->m) != NULL) { respec_free(&h.r); return 0; }
    snprintf(text, sizeof text, "%u", n);
    heads_by_share(&h, text);
    if (h.n <= *before) { respec_free(&h.r); return 0; }
    *before = h.n;
    if (heads_make(&h, j->m, j->x, j->half) != NULL) { respec_free(&h.r); return 0; }
    bytes = write_spec(j->name, &h.r.spec, &len);
    if (sucref_model_open(&m, bytes, len, NULL) != SUCREF_OK) { die("internal error"); }
    snprintf(r->name, sizeof r->name, "heads %u", n);
    snprintf(r->how, sizeof r->how, "calibrate --heads %u", n);
    measure(r, j, &m);
    respec_free(&h.r);
    free(bytes);
    return 1;
}

/* ---- all of them ---- */

static void plan_progress(const char *what)
{
    if (isatty(2)) { fprintf(stderr, "\rtrying %-40s", what); }
}

/* the model as it is, where it has stops of its own; then its last stop alone */
static unsigned as_it_stands(plan_result *r, const plan_job *j)
{
    unsigned last = j->m->n_stops - 1U;
    memset(r, 0, 2 * sizeof *r);
    plan_progress("the model as it stands");
    snprintf(r->name, sizeof r->name, "as it stands");
    snprintf(r->how, sizeof r->how, "calibrate");
    measure(r, j, j->m);
    r[1] = r[0];
    snprintf(r[1].name, sizeof r->name, "its last stop alone");
    snprintf(r[1].how, sizeof r->how, "started at the last stop");
    r[1].stops = 1;
    r[1].to[0] = r[1].alone[0] = r[1].mean = r->alone[last];
    r[1].most[0] = r[1].most_alone[0] = r->most_alone[last];
    r[1].same[0] = 1; r[1].rms[0] = r[1].other = 0;
    r[1].right[0] = r[1].right[1] = r->right[2];
    return 2;
}

static unsigned try_all(plan_result *r, const plan_job *j, const char *rows)
{
    static const struct { const char *text; bits_plan plan; } bits[] = {
        { "4,4", { { 4, 4 }, 2, 0 } }, { "2,2,2,2", { { 2, 2, 2, 2 }, 4, 0 } }, { "2+8", { { 2, 8 }, 2, 1 } }
    };
    static const char *const usual[] = { ".25", ".5", ".75" };
    const unsigned n_rows = rows ? 1 : 3;
    unsigned n = 0, i, k, grouped = 0;
    for (i = 0; i < j->m->n_layers; i++) {
        sucref_layer l;
        sucref_model_layer(&l, j->m, i);
        grouped += l.n_groups > 1;
    }
    if (j->m->n_stops > 1) { n = as_it_stands(r, j); }
    if (grouped) { return n; } /* its rows are for its own stops */
    plan_progress("one stop");
    n += (unsigned)candidate(&r[n], j, "", NULL, NULL, NULL);
    for (k = 0; k < 3; k++) {
        plan_progress(bits[k].text);
        n += (unsigned)candidate(&r[n], j, bits[k].text, &bits[k].plan, NULL, NULL);
    }
    for (i = 0; i < n_rows; i++) {
        const char *text = rows ? rows : usual[i];
        const row_shares shares = parse_shares(text, "--rows");
        plan_progress(text);
        n += (unsigned)candidate(&r[n], j, "", NULL, text, &shares);
        n += (unsigned)candidate(&r[n], j, bits[0].text, &bits[0].plan, text, &shares);
    }
    return n;
}

/* of networks that are no chains of dense layers: by depth alone */
static unsigned try_depth(plan_result *r, const plan_job *j)
{
    unsigned n = 0, k, before = 0;
    if (j->m->n_stops > 1) { return as_it_stands(r, j); }
    memset(r, 0, sizeof *r);
    plan_progress("one stop");
    snprintf(r->name, sizeof r->name, "one stop");
    snprintf(r->how, sizeof r->how, "as it stands");
    measure(&r[n++], j, j->m);
    for (k = 1; k <= 4; k++) {
        plan_progress("heads by depth");
        n += (unsigned)heads_candidate(&r[n], j, k, &before);
    }
    return n;
}

/* ---- the table ---- */

static void print_cost(const plan_job *j, double v)
{
    if (j->clock > 0) { printf(" %9.3g", v); } else { printf(" %9.1f", v / 1000); }
}

static void print_plan(const plan_result *r, unsigned n, const plan_job *j)
{
    const int classes = has_classes(j->m);
    unsigned i;
    printf("costs in %s: mean multiply-adds with zeros skipped%s; measured on %lu samples, fitted to %lu others\n",
           j->clock > 0 ? "ms" : "thousands of instructions",
           j->bandwidth > 0 ? ", and reading their weights" : "", (unsigned long)(j->n - j->half),
           (unsigned long)j->half);
    printf("%-26s %9s %9s %9s %9s %9s %8s %7s%s\n", "", "first", classes ? "same" : "error", classes ? "mean with" : "",
           classes ? "other" : "", "all stops", "file", "RAM", j->labels ? "   right: first, exit, last" : "");
    printf("%-26s %9s %9s %9s %9s %9s %8s %7s\n", "", "answer", classes ? "class" : "rms", classes ? "exit" : "",
           classes ? "than last" : "", "at most", "bytes", "bytes");
    for (i = 0; i < n; i++) {
        printf("%-26s", r[i].name);
        print_cost(j, r[i].to[0]);
        if (classes) { printf(" %8.2f%%", 100 * r[i].same[0]); } else { printf(" %9.3g", r[i].rms[0]); }
        if (classes) { print_cost(j, r[i].mean); printf(" %8.2f%%", 100 * r[i].other); } else { printf("%20s", ""); }
        print_cost(j, r[i].most[r[i].stops - 1U]);
        printf(" %8lu %7lu", r[i].file, r[i].ram);
        if (j->labels) {
            printf("   %.2f%% %.2f%% %.2f%%", 100 * r[i].right[0], 100 * r[i].right[1], 100 * r[i].right[2]);
        }
        printf("\n");
    }
    if (!classes) {
        printf("error: of outputs, in %s; a constant answer's is %.3g\n",
               output_step(j->m) == 1 ? "steps" : "real units", r[0].constant);
    }
}

/* ---- the advice ---- */

static int plan_is_safe(const plan_result *r, const plan_job *j) /* by chance one disagreement more */
{
    const double n = j->n - j->half;
    return r->other * n <= j->risk * n + 1.5;
}

static const plan_result *one_stop_of(const plan_result *r, unsigned n)
{
    unsigned i, best = 0;
    for (i = 0; i < n; i++) {
        if (r[i].stops == 1 && (r[best].stops > 1 || r[i].to[0] < r[best].to[0])) { best = i; }
    }
    return &r[best];
}

/* the last stop that every sample reaches in time, from the first one on or started at it; -1: none */
static int stop_in_time(const plan_result *r, double deadline)
{
    int t = (int)r->stops - 1;
    while (t >= 0 && r->most[t] > deadline && r->most_alone[t] > deadline) { t--; }
    return t;
}

/* nothing exact is in time: the candidate whose answer there is best */
static void advise_late(const plan_result *r, unsigned n, const plan_job *j, double least)
{
    const int classes = has_classes(j->m);
    const plan_result *best = NULL;
    double good = 0;
    unsigned i;
    int at = 0;
    for (i = 0; i < n; i++) {
        const int t = stop_in_time(&r[i], j->deadline);
        const double v = t < 0 ? 0 : classes ? r[i].same[t] : -r[i].rms[t];
        if (t >= 0 && (best == NULL || v > good || (!(v < good) && r[i].mean < best->mean))) {
            best = &r[i];
            good = v;
            at = t;
        }
    }
    if (best == NULL) {
        printf("recommended: another deadline or a smaller network, because even the cheapest first answer costs %.3g "
               "times the deadline\n", least / j->deadline);
        return;
    }
    printf("recommended: %s (%s), because one pass is too late and its stop %d is in time", best->name, best->how, at);
    if (classes) { printf(" with %.2f %% of the classes as the last stop\n", 100 * good); }
    else { printf(" with an error of %.3g rms (a constant answer: %.3g)\n", -good, best->constant); }
}

static void advise(const plan_result *r, unsigned n, const plan_job *j)
{
    const plan_result *one = one_stop_of(r, n), *best = one;
    double least = one->most[0];
    unsigned i;
    for (i = 0; i < n; i++) {
        const double worst = r[i].most[r[i].stops - 1U];
        least = r[i].most[0] < least ? r[i].most[0] : least;
        if (j->deadline > 0 && worst > j->deadline) { continue; }
        if (plan_is_safe(&r[i], j) && r[i].mean < best->mean) { best = &r[i]; }
    }
    if (j->deadline > 0 && one->most[0] > j->deadline) { advise_late(r, n, j, least); return; }
    if (!has_classes(j->m)) {
        printf("recommended: one stop (%s), because %s and outputs that are no classes have no rule to leave by\n",
               one->how, j->deadline > 0 ? "one pass is in time" : "no deadline is given");
    } else if (best->mean > .95 * one->mean) {
        printf("recommended: one stop (%s), because no candidate that %s saves a twentieth of its %s\n", one->how,
               j->deadline > 0 ? "keeps the deadline with all its stops" : "keeps the risk", j->clock > 0 ? "time"
               : "instructions");
    } else {
        printf("recommended: %s (%s --max-disagree %g), because answers that leave when settled cost %.2f of one "
               "pass%s\n", best->name, best->how, j->risk, best->mean / one->mean,
               j->deadline > 0 ? " and all stops are in time" : "");
    }
}

/* ---- options ---- */

/* a deadline in multiply-adds (macs, what sucref_net_step counts), instructions or ms, as costs count */
static double parse_deadline(const plan_job *j, const char *text)
{
    char *unit;
    const double v = strtod(text, &unit);
    if (unit == text || !(v > 0) || !isfinite(v)) { die("--deadline must be a positive number, not %s", text); }
    if (strcmp(unit, "ms") == 0) {
        if (!(j->clock > 0)) { die("--deadline in ms needs --clock in MHz"); }
        return v;
    }
    if (*unit != 0 && strcmp(unit, "macs") != 0 && strcmp(unit, "instructions") != 0) {
        die("--deadline is in macs, instructions or ms, not %s", unit);
    }
    return cost_of(j, *unit == 'i' ? v : v * j->per_mac[2], 0);
}

static double positive(const char *text, const char *what)
{
    const double v = real_number(text, what);
    if (!(v > 0)) { die("%s must be positive, not %s", what, text); }
    return v;
}

static void plan_options(plan_job *j, const args *a)
{
    const char *core = a->core ? a->core : "m0";
    const unsigned n = sizeof plan_core / sizeof plan_core[0];
    unsigned i, k;
    for (i = 0; i < n && strcmp(plan_core[i].name, core) != 0; i++) { }
    if (i == n) { die("--core must be m0, m3, m4, m7, m33, rv32 or avr, not %s (or use --per-mac)", core); }
    if (a->core && a->per_mac) { die("--core and --per-mac say the same: take one"); }
    for (k = 0; k < 3; k++) {
        j->per_mac[k] = a->per_mac ? positive(a->per_mac, "--per-mac") : plan_core[i].per_mac[k];
    }
    j->clock = a->clock ? positive(a->clock, "--clock") : 0;
    j->bandwidth = a->bandwidth ? positive(a->bandwidth, "--bandwidth") : 0;
    if (j->bandwidth > 0 && !(j->clock > 0)) { die("--bandwidth, in bytes per ms, needs --clock in MHz"); }
    j->deadline = a->deadline ? parse_deadline(j, a->deadline) : 0;
    j->risk = a->risk ? real_number(a->risk, "--risk") : .001;
    if (!(j->risk >= 0 && j->risk < 1)) { die("--risk must be in 0..1, not %s", a->risk); }
    printf("a multiply-add costs %g, %g or %g instructions in planes of 2, 4 or 8 bits (%s)%s\n", j->per_mac[0],
           j->per_mac[1], j->per_mac[2],
           a->per_mac ? "--per-mac" : "as counted on networks of digits; inputs of small values cost less",
           j->clock > 0 ? "; one instruction a cycle" : "");
}

static void plan(const args *a)
{
    static plan_result r[PLAN_MOST];
    uint8_t *bytes, *x;
    uint32_t *label = NULL;
    const sucref_model m = open_model(a->in, &bytes);
    const input_unit unit = unit_of(&m);
    plan_job j;
    unsigned n;
    int dense;
    if (a->x == NULL) { die("plan needs --in samples"); }
    if (m.usable_stops != m.n_stops) { die("%s: is cut, plan needs all stops", a->in); }
    memset(&j, 0, sizeof j);
    j.m = &m; j.name = a->in;
    plan_options(&j, a);
    if (a->rows) { (void)parse_shares(a->rows, "--rows"); }
    j.x = x = read_samples(a->x, a->type, m.n_in, &unit, &j.n);
    need_inputs(a->x, j.n, 4);
    j.half = j.n / 2;
    if (a->labels) { j.labels = label = read_labels(a->labels, j.n, m.n_out == 1 ? 2U : m.n_out); }
    dense = dense_layers(&m) == m.n_layers;
    if (has_states(&m)) {
        die("%s: keeps state between inputs: it has one stop, and there is nothing to plan; run it as it is", a->in);
    }
    if (!dense && a->rows) {
        die("--rows is for chains of dense layers; of other models plan tries heads by depth: leave --rows out");
    }
    n = dense ? try_all(r, &j, a->rows) : try_depth(r, &j);
    if (isatty(2)) { fprintf(stderr, "\r%-48s\r", ""); }
    print_plan(r, n, &j);
    if (!dense) {
        printf("bits were not tried: a first plane of 4 bits costs .93 to 1.01 of the one-shot network where layers "
               "are convolutions, as counted on Cortex-M0 and M3; --plan of import is for bytes that arrive late\n");
    }
    if (has_classes(&m) && upper_bound(0, j.n - j.half, .95) > j.risk) {
        printf("%lu samples show no risk below %.2g at 95 %% confidence: calibrate with more\n",
               (unsigned long)(j.n - j.half), upper_bound(0, j.n - j.half, .95));
    }
    advise(r, n, &j);
    free(x); free(label); free(bytes);
}
#endif
