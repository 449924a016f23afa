/* sucref.c - the host tool: makes, shows, runs and cuts model files. `sucref help` prints how.
 *
 * Build: cc -O2 -o sucref examples/tool/sucref.c -lm
 * Every refusal is one line on stderr and exit status 2; no output file is ever left half written. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "certify.h"
#include "compare.h"
#include "exits.h"
#include "parts.h"
#include "split.h"
#include "create.h"
#include "devices.h"
#include "depth.h"
#include "show.h"
#include "run.h"
#include "evaluate.h"
#include "plan.h"

/* ---- calibrate --------------------------------------------------------------------------------------------------- */

/* how the samples are shared out: corrections are fitted to the first ones (all of them, or a fifth with
 * --max-disagree), which say how thresholds stand to each other, too; the rest bounds the risk */
typedef struct { uint32_t n, fit, judge; double max_disagree, confidence, quiet; } calibration_plan;

static calibration_plan plan_calibration(const args *a)
{
    calibration_plan p;
    memset(&p, 0, sizeof p);
    if (a->disagree != NULL) { p.max_disagree = real_number(a->disagree, "--max-disagree"); }
    p.confidence = a->confidence ? real_number(a->confidence, "--confidence") : 0.95;
    if (a->quiet != NULL) { p.quiet = real_number(a->quiet, "--quiet"); }
    if (p.max_disagree < 0 || p.max_disagree >= 1) { die("--max-disagree must be in 0..1, not %s", a->disagree); }
    if (!(p.confidence > 0 && p.confidence < 1)) { die("--confidence must be in 0..1, not %s", a->confidence); }
    if (!(p.quiet >= 0 && p.quiet < 1)) { die("--quiet must be in 0..1, not %s", a->quiet); }
    if (a->confidence != NULL && a->disagree == NULL) { die("--confidence needs --max-disagree"); }
    return p;
}

static void share_samples(calibration_plan *p, const args *a, uint32_t n)
{
    p->n = n;
    p->fit = a->disagree ? n / 5U : n;
    p->judge = n - p->fit;
    need_inputs(a->x, n, a->disagree ? 5 : 1);
    if (a->disagree && upper_bound(0, p->judge, p->confidence) > p->max_disagree) {
        const double need = ceil(log(1 - p->confidence) / log1p(-p->max_disagree)) * 5 / 4;
        char would[40] = "no number of samples does";
        if (p->max_disagree > 0) { snprintf(would, sizeof would, "%.0f would do", ceil(need)); }
        warn("%s: %lu samples cannot show a risk of %g at %g %% confidence, not even without one disagreement: four "
             "fifths of them judge, at best %.3g; %s", a->x, (unsigned long)n, p->max_disagree,
             100 * p->confidence, upper_bound(0, p->judge, p->confidence), would);
    }
}

/* are the answers classes? A risk of disagreeing says little of numbers or of a picture */
static void check_classes(const char *name, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    const evaluation e = evaluate_all(m, x, NULL, n);
    if (!has_classes(m)) {
        warn("%s: as many outputs as inputs: --max-disagree is for classes, the largest of the outputs", name);
    } else if (n >= 100 && e.commonest > 0.99 * n) {
        warn("%s: %.1f %% of the answers are one class: --max-disagree is for classes, the largest of the outputs or "
             "the sign of a single one", name, percent(e.commonest, n));
    }
}

/* thresholds and their risk, printed, in r->exits */
static void find_exits(respec *r, const args *a, const calibration_plan *p, const uint8_t *x)
{
    uint32_t len, left[SUCREF_MAX_STOPS];
    uint8_t *model = write_spec(a->in, &r->spec, &len);
    stop_result *chosen, *judged;
    sucref_model m;
    unsigned t;
    if (sucref_model_open(&m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    chosen = judge(&m, x, p->fit, NULL, NULL);
    judged = judge(&m, x + (size_t)p->fit * m.n_in, p->judge, NULL, NULL);
    check_classes(a->in, &m, x, p->n);
    (void)find_thresholds(r->exits, left, &m, chosen, p->fit, judged, p->judge, p->max_disagree, p->confidence);
    for (t = 0; t + 1U < m.n_stops; t++) {
        printf("stop %u: ", t);
        if (r->exits[t].margin == EXIT_NEVER) { printf("never leaves, "); }
        else { printf("margin %lu, ", (unsigned long)r->exits[t].margin); }
        printf("disagreements so far %lu of %lu, risk <= %.5f at %g %% confidence\n",
               (unsigned long)r->exits[t].disagreements, (unsigned long)r->exits[t].samples,
               r->exits[t].risk / 4294967296.0, 100 * p->confidence);
    }
    r->spec.exits = r->exits;
    free(model);
    model = write_spec(a->in, &r->spec, &len);
    if (sucref_model_open(&m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    print_exits(&m, left, p->judge, 1);
    free(chosen); free(judged); free(model);
}

/* stops of few rows before the model's own */
static void add_rows(respec *r, const sucref_model *m, const args *a, const calibration_plan *p, const uint8_t *x)
{
    const row_shares shares = parse_shares(a->rows, "--rows");
    const char *why;
    unsigned l, t;
    need_inputs(a->x, p->n, 2);
    if (a->quiet != NULL) { die("--rows and --quiet order the same neurons: take one"); }
    rows_report(m, a->in, &shares, x, p->n);
    why = rows_refine(r, &shares, x, p->fit);
    if (why != NULL) { die("%s: --rows: %s", a->in, why); }
    for (l = 0; l + 1U < m->n_layers; l++) {
        printf("layer %u: rows", l);
        for (t = 0; t < shares.n; t++) { printf(" %lu", (unsigned long)rows_for(r->layer[l].n_out, shares.share[t])); }
        printf(" of %lu\n", (unsigned long)r->layer[l].n_out);
    }
}

/* does the model correct rows of `least` bits or more? */
static int corrects(const sucref_model *m, unsigned least)
{
    sucref_stop_group e;
    unsigned t, g;
    for (t = 0; t < m->n_stops; t++) {
        for (g = 0; g < m->n_groups; g++) {
            sucref_model_stop_group(&e, m, t, g);
            if (e.bits >= least && e.correction_offset != 0) { return 1; }
        }
    }
    return 0;
}

/* do neurons come group by group, or has every stop an output layer of its own? */
static int is_nested(const respec *r, const sucref_model *m)
{
    size_t k;
    for (k = 0; k < (size_t)m->n_stops * m->n_groups; k++) { if (r->bits[k] == SUCREF_ABSENT) { return 1; } }
    return r->spec.heads != NULL;
}

/* how right the last stop is, which calibration leaves as it is */
static void print_last_stop(const args *a, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    uint32_t *label = read_labels(a->labels, n, m->n_out == 1 ? 2U : m->n_out);
    const evaluation e = evaluate_all(m, x, label, n);
    printf("last stop: %.2f %% of %lu right\n", percent(e.right[m->n_stops - 1U], n), (unsigned long)n);
    free(label);
}

/* quiet rows and shifts of coarse planes */
static void arrange(respec *r, const sucref_model *m, const uint8_t *x, const calibration_plan *p)
{
    uint32_t busy[SUCREF_MAX_LAYERS];
    unsigned n;
    if (p->quiet > 0) {
        quiet_rows(r, busy, m, x, p->fit, p->quiet);
        for (n = 0; n + 1U < m->n_layers; n++) {
            printf("layer %u: %lu of %lu rows busy\n", n, (unsigned long)busy[n], (unsigned long)r->layer[n].n_out);
        }
    }
    for (n = 0; n < m->n_layers; n++) { best_shifts(r, &r->layer[n]); }
}

/* writes what has been made of the model, with its names, and says what; frees it */
static void write_calibrated(const args *a, const sucref_model *from, uint8_t *model, uint32_t len, const char *what,
                             uint32_t n)
{
    sucref_model m;
    keep_labels(&model, &len, a->in, from);
    write_file(a->out, model, len);
    if (sucref_model_open(&m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    printf("%s: %lu bytes, %u stop%s, %s %lu samples%s%s\n", a->out, (unsigned long)len, m.n_stops,
           m.n_stops == 1 ? "" : "s", what, (unsigned long)n, a->disagree ? ", with exit rules" : "",
           a->certify ? ", with bounds (run --exit certified)" : "");
    free(model);
}

/* heads by depth: stops before the network's own, which is left as it is */
static void calibrate_heads(const args *a, const sucref_model *m, calibration_plan *p, const uint8_t *x)
{
    static headed h;
    const char *why = heads_begin(&h, m);
    uint32_t len;
    uint8_t *model;
    sucref_model with;
    evaluation e;
    if (a->quiet || a->rows || a->certify) { die("--heads goes with none of --quiet, --rows and --certify"); }
    if (a->heads && a->heads_at) { die("--heads and --heads-at say the same: take one"); }
    if (why != NULL) { die("%s: no heads: %s", a->in, why); }
    need_inputs(a->x, p->n, 10);
    if (a->disagree == NULL) { p->fit = p->n / 2; p->judge = p->n - p->fit; } /* the others say how heads do */
    if (a->head_grid) { h.grid = whole_number(a->head_grid, "--head-grid", 1, 16); }
    if (a->heads) { heads_by_share(&h, a->heads); } else { heads_by_layer(&h, a->heads_at); }
    why = heads_make(&h, m, x, p->fit);
    if (why != NULL) { die("%s: no heads: %s", a->in, why); }
    print_heads(&h, m);
    if (a->disagree) { find_exits(&h.r, a, p, x); }
    model = write_spec(a->in, &h.r.spec, &len);
    if (sucref_model_open(&with, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    printf("of %lu samples that no head was fitted to:\n", (unsigned long)p->judge);
    e = evaluate_all(&with, x + (size_t)p->fit * m->n_in, NULL, p->judge);
    print_evaluation(&e, &with, 0);
    printf("work buffer: %lu bytes, of the network alone %lu; file: %lu and %lu\n",
           (unsigned long)sucref_net_work_len(&with) * 4, (unsigned long)sucref_net_work_len(m) * 4,
           (unsigned long)len, (unsigned long)m->file_bytes);
    if (a->labels != NULL) { print_last_stop(a, &with, x, p->n); }
    write_calibrated(a, m, model, len, "heads fitted to", p->fit);
    respec_free(&h.r);
}

/* exit rules alone, of a model with tensors or heads by depth: its stops stay as they are */
static void calibrate_exits(const args *a, const sucref_model *m, const calibration_plan *p, const uint8_t *x)
{
    static respec r;
    uint32_t len;
    uint8_t *model;
    if (a->quiet || a->rows || a->certify) { die("--quiet, --rows and --certify are for dense models without heads"); }
    respec_model(&r, m);
    r.spec.corrections = r.had;
    find_exits(&r, a, p, x);
    if (a->labels != NULL) { print_last_stop(a, m, x, p->n); }
    model = write_spec(a->in, &r.spec, &len);
    write_calibrated(a, m, model, len, "as they were, judged on", p->judge);
    respec_free(&r);
}

/* fits the stops of a chain of dense layers to samples; returns what holds the corrections, to be freed */
static void *correct(respec *r, const args *a, const sucref_model *m, const uint8_t *x, const calibration_plan *p)
{
    void *memory;
    int status;
    arrange(r, m, x, p);
    status = prepare_calibrate(r->corrections, &memory, &r->spec, x, p->fit, isatty(2) ? show_progress : NULL, NULL);
    if (status != SUCREF_OK) { die("%s: cannot be calibrated: %s", a->in, sucref_status_text(status)); }
    if (a->rows == NULL && !corrects(m, 8)) { prepare_leave_whole(r->corrections, &r->spec); }
    return memory;
}

static void calibrate(const args *a)
{
    static respec r;
    uint8_t *bytes, *model, *x;
    calibration_plan p = plan_calibration(a);
    sucref_model m = open_model(a->in, &bytes);
    const input_unit unit = unit_of(&m);
    const int heads = a->heads || a->heads_at,
              exits_only = !heads && a->disagree != NULL && m.n_stops > 1 &&
                           (has_depth(&m) || dense_layers(&m) < m.n_layers);
    uint32_t n, len;
    void *memory = NULL, *bounds_memory = NULL;
    sucref_bounds bounds;
    if (a->x == NULL || a->out == NULL) { die("calibrate needs --in samples and -o out.sucref"); }
    if (a->head_grid && !a->heads && !a->heads_at) { die("--head-grid needs --heads or --heads-at"); }
    if (m.usable_stops != m.n_stops) { die("%s: is cut, calibrate needs all stops", a->in); }
    if (!heads && !exits_only) {
        need_dense(a->in, &m, a->rows ? "calibrate --rows" : "calibrate without --heads",
                   has_states(&m)   ? "models that keep state between inputs have one stop, and nothing to calibrate"
                   : m.n_stops == 1 ? "it has one stop: --heads 3 adds others by depth"
                                    : "--max-disagree alone finds exit rules for the stops that it has");
    }
    x = read_samples(a->x, a->type, m.n_in, &unit, &n);
    share_samples(&p, a, n);
    if (heads || exits_only) {
        if (heads) { calibrate_heads(a, &m, &p, x); } else { calibrate_exits(a, &m, &p, x); }
        free(x); free(bytes);
        return;
    }
    respec_model(&r, &m);
    if (a->rows) { add_rows(&r, &m, a, &p, x); }
    if (p.quiet > 0 && is_nested(&r, &m)) { die("--quiet: %s has neurons that come group by group already", a->in); }
    if (a->certify && is_nested(&r, &m)) {
        die("--certify: %s cannot be certified: its neurons come group by group", a->in);
    }
    memory = correct(&r, a, &m, x, &p);
    if (a->certify) {
        if (prepare_certify(&bounds, &bounds_memory, &r.spec, x, p.fit) != SUCREF_OK) {
            die("%s: no stop can be certified: the first layer must keep its accumulators (--keep), later ones must be "
                "whole",
                a->in);
        }
        r.spec.bounds = &bounds;
    }
    if (a->disagree && r.spec.n_stops == 1) {
        die("%s: --max-disagree needs stops to leave at, and it has one: make it with --plan 4,4, or add --rows .5",
            a->in);
    }
    if (a->disagree) { find_exits(&r, a, &p, x); }
    if (a->labels != NULL) { print_last_stop(a, &m, x, n); }
    model = write_spec(a->in, &r.spec, &len);
    write_calibrated(a, &m, model, len, "fitted to", p.fit);
    respec_free(&r);
    free(memory); free(bounds_memory); free(x); free(bytes);
}

/* ---- truncate ---------------------------------------------------------------------------------------------------- */

static void truncate_model(const args *a)
{
    uint8_t *bytes;
    const sucref_model m = open_model(a->in, &bytes);
    sucref_stop s;
    unsigned n;
    if (a->out == NULL || a->stops == NULL) { die("truncate needs --stops S and -o t.sucref"); }
    n = whole_number(a->stops, "--stops", 1, m.usable_stops);
    sucref_model_stop(&s, &m, n - 1U);
    if (n == m.n_stops) { s.end = m.bytes_len; } /* what lies behind the last one, too */
    write_file(a->out, bytes, s.end);
    printf("%s: %lu of %lu bytes%s\n", a->out, (unsigned long)s.end, (unsigned long)m.file_bytes,
           n < m.n_stops && labels_at(&m) != 0 ? ", names of outputs are left out: they lie behind the last stop" : "");
    free(bytes);
}

/* ---- help and main ----------------------------------------------------------------------------------------------- */

static const struct { const char *name; void (*act)(const args *); const char *use; } command[] = {
    { "quantize", quantize,
      "sucref quantize layers.npz -o m.sucref --input-scale s [--input-zero z] [--type u8|s8] [--plan 4,4]\n"
      "        [--calibrate inputs.u8|.s8|.npy] [--act relu|relu6|leaky:SLOPE|logistic|tanh|none]\n"
      "        [--output none|softmax|logistic|tanh|..] [--clip share|auto] [--keep] [--cut-input]\n"
      "        [--schedule 4/8/8,4/..] [--ranges minmax|percentile[=99.99]|error] [--target core]\n"
      "        [--names names.txt]\n"
      "    makes a model of float layers: arrays W0 (out x in), b0, W1, b1 .. of float32 or float64.\n"
      "    An input byte x stands for (x - z) * s; s may be a fraction such as 1/255. Where --calibrate is a .npy of\n"
      "    real values and neither is given, both are found from them. --keep: a layer's sums stay between stops, so\n"
      "    that the next one reads only its next plane (more RAM); --cut-input: stops read the input at as many bits;\n"
      "    --clip: largest |w| that keeps its value, as a share of its row's largest.\n"
      "    --ranges: what the bytes between layers stand for: all values of the samples, all but a share on either\n"
      "    side, or the range whose rounding and cutting err least; without it of dense layers what 99.5 % of the\n"
      "    samples stay in, of convolutions all values. Values that are compared, the answer's, are never cut.\n"
      "    Convolutions (arrays ops, W1, b1 .., examples/training/README.md says what they are) need --calibrate and\n"
      "    say themselves where an activation is; one stop, or one for each group of channels.\n"
      "    Neurons in groups (arrays groups0 (n x 2: rows, columns), groups1 .., order, heads): --plan is 8 and every\n"
      "    stop has a group more; --schedule: the bits of the groups at each stop, stops apart by /.\n"
      "    --target: as for retarget; --names: of the outputs, one a line: info shows, emit-c emits them.\n" },
    { "import", import,
      "sucref import model.tflite -o m.sucref [--plan 4,4] [--every-layer] [--keep] [--calibrate samples.npy]\n"
      "        [--ranges minmax|percentile[=99.99]|error] [--target core] [--names names.txt]\n"
      "    makes a model of an int8 TensorFlow Lite file, exact at its last stop: dense and convolutional layers,\n"
      "    pooling, sums, variables of streaming models (README names them all). Without --plan dense layers get the\n"
      "    stops 4,4, other models one stop: of convolutions bits save bytes, hardly work (sucref plan). What no\n"
      "    input can change is dropped, and that is said.\n"
      "    Float and hybrid models are quantized: --calibrate has inputs as rows of real values;\n"
      "    --ranges as for quantize.\n"
      "    --every-layer: small layers follow the plan too; --keep: as for quantize; --target: as for retarget.\n"
      "    --names: of the outputs, one a line; without it those of the text that metadata put behind the model,\n"
      "    where there is one with a line for each output.\n" },
    { "calibrate", calibrate,
      "sucref calibrate m.sucref --in samples.u8|.s8|.npy -o out.sucref [--type u8|s8] [--quiet 0.05] [--certify]\n"
      "        [--max-disagree 0.001] [--confidence 0.95] [--rows .625,.75] [--labels y.u8|y.npy]\n"
      "        [--heads 3|.25,.5 | --heads-at layer,.. [--head-grid G]]\n"
      "    fits every stop to unlabelled samples; with --max-disagree finds exit rules: of all samples like these at\n"
      "    most that share leaves with another answer than the last stop's, at that confidence.\n"
      "    --rows: stops before the model's own that compute these shares of each hidden layer's rows, at the bits of\n"
      "    its first stop (8 of a model made with --plan 8); says what each costs and how it errs.\n"
      "    --heads: stops by depth for an imported network of one stop: small layers behind its tensors at these\n"
      "    shares of the multiply-adds, fitted to its own answers; the network and its last answer stay as they are.\n"
      "    --head-grid: they read means of G x G parts (else of 1 to 4, as errs least on samples held back).\n"
      "    --labels: a class for each sample: says how right the last stop is.\n"
      "    Of other networks with convolutions only exit rules are found (--max-disagree), their stops stay.\n" },
    { "plan", plan,
      "sucref plan m.sucref --in samples.u8|.s8|.npy [--core m0|m3|m4|m7|m33|rv32|avr | --per-mac X]\n"
      "        [--clock MHZ] [--deadline N[macs]|Ninstructions|Nms] [--bandwidth BYTES_PER_MS] [--risk 0.001]\n"
      "        [--rows .5] [--labels y.u8|y.npy] [--type u8|s8]\n"
      "    tries ways to refine the model, by bits, by rows and by both, where there are convolutions by depth; says\n"
      "    what each costs, and recommends one, or one stop. --per-mac: instructions per multiply-add;\n"
      "    --bandwidth: of the store that weights are read from;\n"
      "    --risk: share of answers that may leave early and be others; --labels: a class for each.\n" },
    { "info", info,
      "sucref info m.sucref|part.sucref|part.sucx\n"
      "    layers, stops, bytes, and what the numbers mean; of parts, which of how many they are, and of what.\n" },
    { "run", run,
      "sucref run m.sucref --in x.u8|x.s8|x.npy --out y.bin [--stop S | --exit margin|certified|gray] [--gray LO,HI]\n"
      "        [--logits] [--real] [--type u8|s8]\n"
      "    writes one byte an output, int8 or uint8 as the inputs are; --logits: int32; --real: float32 of either.\n"
      "    --gray: whole numbers are logits, 0.3,0.7 or 30%,70% probabilities (logistic function of the logit).\n" },
    { "evaluate", evaluate,
      "sucref evaluate m.sucref --in x.u8|x.s8|x.npy [--labels y.u8|y.npy | --targets y.npy] [--type u8|s8]\n"
      "    what every stop is worth; with exit rules how many leave where, and what that saves and costs.\n"
      "    --labels: a class for each sample, bytes or an array: how right the answers are, and which classes the\n"
      "    last stop takes for which, in a table or, where they are more than 12, the commonest ones.\n"
      "    --targets: real values for each sample (of an autoencoder its inputs): how far off the outputs are.\n"
      "    Without either, answers are compared with the last stop's: as numbers where outputs are as many as\n"
      "    inputs and there is no softmax, else as classes, a single output as both (its class: its logit's sign).\n" },
    { "truncate", truncate_model,
      "sucref truncate m.sucref --stops S -o t.sucref\n"
      "    keeps the first S stops; names of outputs lie behind the last one and stay with it.\n" },
    { "retarget", retarget,
      "sucref retarget m.sucref --target m4|m7|m33|dsp | m55|mve | m0|m3|rv32|avr|host|plain -o out.sucref\n"
      "    packs weights as that core reads them fastest: dsp for cores with DSP instructions, mve for those with\n"
      "    MVE (Helium), plain for all others; cores refuse what is not theirs, all read plain. The numbers stay the\n"
      "    same.\n" },
    { "emit-c", emit_c,
      "sucref emit-c m.sucref -o m.h [--name net]\n"
      "    the file as a C array, with its sizes, scales and zero points as constants, names of outputs as strings\n"
      "    (net_labels[NET_OUTPUTS], the array is without them), and two functions:\n"
      "    net_input(real) is the input byte nearest to a real number, net_output(out) the real number of an\n"
      "    answer's byte. Names begin with --name, or with the file's: m.h has m_model, M_BYTES.\n" },
    { "split", split,
      "sucref split m.sucref --devices N --parity r [--protect planes] [--rates 2,1,1,..] -o shard%d.sucref\n"
      "    a part of every layer for N devices and r spares; of convolutions by output channels (models of one stop),\n"
      "    where a master with the whole model computes what has no such part: depthwise layers, pools, sums, layers\n"
      "    of fewer rows than devices.\n"
      "sucref split m.sucref --devices N --exchange maps.npz [--without k] [--number p] [--parity r] -o part%d.sucx\n"
      "    parts for N devices that tell each other activations, and one for the node that collects the answers: who\n"
      "    has which inputs and neurons, as repurpose --maps writes it. --number: of this plan; --without: device k\n"
      "    is gone, its neurons go where most of what they read is. --parity: r devices more, behind the others, from\n"
      "    whose sums those of a lost one come again (models of one stop).\n" },
    { "repurpose", repurpose,
      "sucref repurpose layers.npz --devices P --eta2 y [--eta1 x] [--relative] [--sizes n1,n2,..] [--owners map]\n"
      "        -o out.npz [--maps maps.npz] [--sorted] [--in samples.npy] [--act relu|..]\n"
      "    gives the neurons of float layers (W0, b0, W1 .. alone) to P devices so that few weights reach across,\n"
      "    and drops weights: w^2 <= eta1 in a device, eta1 + eta2 across, one number or one for each layer (20,1);\n"
      "    --relative: both times the layer's mean square. --sizes: shares of the neurons, for all layers or each\n"
      "    (2,1/3,3/..); --owners: who has which inputs, 0:392,1:392 or a .npy. Inputs and answers keep their places\n"
      "    (--sorted: devices' order); hidden neurons are in the devices' order. --maps: level0 (inputs), level1 ..:\n"
      "    each one's device, where it was.\n"
      "    --in: how far answers are off, beside their bounds.\n" }
};

static void print_version(FILE *f)
{
    fprintf(f, "sucref %d.%d.%d, model format %d\n", SUCREF_VERSION_MAJOR, SUCREF_VERSION_MINOR, SUCREF_VERSION_PATCH,
            SUCREF_FORMAT);
}

static const char overview[] =
    "sucref COMMAND FILE OPTIONS\n"
    "    import, quantize: make a model, of a .tflite or of arrays; repurpose: arrays for several devices\n"
    "    info, evaluate, plan: what a model is, what its stops are worth, which ones pay; run: its answers\n"
    "    calibrate, truncate, retarget: another model of it, fitted to samples, cut, or packed for a core\n"
    "    emit-c, split: a model as C, or its parts for several devices\n"
    "sucref help COMMAND (how one is used), sucref help (all), sucref version\n";

static void unknown_command(const char *word)
{
    struct stat s;
    if (stat(word, &s) == 0) { die("%s is a file: a command comes first, as in sucref info %s", word, word); }
    die("unknown command %s; commands are import, quantize, repurpose, info, evaluate, plan, run, calibrate, truncate, "
        "retarget, emit-c and split (see sucref help)", word);
}

/* how a command is used, or all of them */
static void print_help(FILE *f, const char *name)
{
    size_t i;
    int known = 0;
    if (name == NULL) { fputs(overview, f); }
    for (i = 0; i < sizeof command / sizeof command[0]; i++) {
        if (name != NULL && strcmp(name, command[i].name) != 0) { continue; }
        fputs(command[i].use, f);
        known = 1;
    }
    if (!known) { unknown_command(name); }
    if (name == NULL) { fputs("stops count from 0\n", f); }
}

static int is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

int main(int argc, char **argv)
{
    size_t i;
    int done = 0;
    args a;
    if (argc < 2) { fputs(overview, stderr); return 2; }
    (void)signal(SIGINT, interrupted);
    (void)signal(SIGTERM, interrupted);
    (void)signal(SIGHUP, interrupted);
    for (i = 0; !done && i < sizeof command / sizeof command[0]; i++) {
        if (strcmp(argv[1], command[i].name) != 0) { continue; }
        done = 1;
        if (argc > 2 && is_one_of(argv[2], "--help", "-h", "help")) { print_help(stdout, argv[1]); break; }
        a = parse(argc, argv);
        check_outputs(&a, argv[1]);
        command[i].act(&a);
    }
    if (!done && is_one_of(argv[1], "help", "--help", "-h")) {
        print_help(stdout, argc > 2 ? argv[2] : NULL);
        done = 1;
    }
    if (!done && is_one_of(argv[1], "version", "--version", "-V")) { print_version(stdout); done = 1; }
    if (!done) { unknown_command(argv[1]); }
    if (fflush(stdout) != 0 || ferror(stdout)) { die("standard output cannot be written: %s", strerror(errno)); }
    return 0;
}
