/* create.h - the commands that make models: quantize (from float layers or convolutions) and import (from TensorFlow
 * Lite). */
#ifndef SUCREF_TOOL_CREATE_H
#define SUCREF_TOOL_CREATE_H
#include "calibrate.h"
#include "conv_quantize.h"
#include "names.h"
#include "quantize.h"
#include "graph_quantize.h"
#include "tflite.h"
#include "nested_npz.h"
#include "samples.h"
#include "target.h"

/* ---- quantize ---------------------------------------------------------------------------------------------------- */

static void parse_plan(prepare_options *o, const char *text)
{
    const char *s = text;
    unsigned sum = 0;
    int ok = 1;
    for (o->n_planes = 0; ok; s++) {
        ok = *s >= '1' && *s <= '8' && o->n_planes < SUCREF_MAX_PLANES;
        if (!ok) { break; }
        o->plan[o->n_planes++] = (uint8_t)(*s - '0');
        sum = (o->coarse ? 0 : sum) + (unsigned)(*s++ - '0');
        if (*s == '+' && o->n_planes == 1) { o->coarse = 1; } else if (*s != ',' || o->coarse) { break; }
    }
    if (!ok || *s != 0 || sum != 8 || (o->coarse && (o->n_planes != 2 || o->plan[0] > 7))) {
        die("--plan must be widths that sum to 8 such as 4,4, or b+8 with b < 8, not %s", text);
    }
}

static void check_array(const npz_array *a, const char *path)
{
    size_t i, n = (size_t)a->shape[0] * a->shape[1];
    for (i = 0; i < n; i++) { if (!isfinite(a->v[i])) { die("%s: %s holds NaN or infinity", path, a->name); } }
}

static void no_archive(const char *path, const npz *z, const uint8_t *file, size_t len)
{
    const int zip = len >= 4 && memcmp(file, "PK\3\4", 4) == 0;
    die("%s: %s%s", path, z->why, zip ? "" : looks_like(file, len, ""));
}

static unsigned read_layers(prepare_float_layer *layers, const npz *z, const char *path)
{
    unsigned n;
    for (n = 0; n < 32; n++) {
        char wn[16], bn[16];
        const npz_array *w, *b;
        snprintf(wn, sizeof wn, "W%u", n);
        snprintf(bn, sizeof bn, "b%u", n);
        w = npz_get(z, wn);
        b = npz_get(z, bn);
        if (w == NULL && b == NULL) { break; }
        if (w == NULL) { die("%s: %s is missing", path, wn); }
        if (b == NULL) { die("%s: %s is missing", path, bn); }
        if (w->dims != 2) { die("%s: %s must have two dimensions, out x in", path, wn); }
        if (b->dims != 1 || b->shape[0] != w->shape[0]) {
            die("%s: %s must have as many values as %s has rows", path, bn, wn);
        }
        if (n > 0 && w->shape[1] != layers[n - 1].n_out) {
            die("%s: %s does not take what W%u gives", path, wn, n - 1);
        }
        check_array(w, path);
        check_array(b, path);
        layers[n].n_out = w->shape[0];
        layers[n].n_in = w->shape[1];
        layers[n].w = w->v;
        layers[n].b = b->v;
    }
    if (n == 0) {
        die("%s: W0 is missing: the arrays are W0 (out x in), b0, W1 .., of convolutions ops, W1, b1 ..", path);
    }
    check_arrays(z, path, n);
    return n;
}

static void show_progress(void *user, unsigned done, unsigned of)
{
    (void)user;
    fprintf(stderr, "\rcalibrating %u of %u%s", done, of, done == of ? "\n" : "");
}

/* a function's name; leaky may carry its slope: leaky:0.1 */
static unsigned act_of(const char *text, const char *what, float *leak)
{
    static const struct { const char *name; unsigned act; } known[] = {
        { "none", SUCREF_ACT_NONE },        { "relu", SUCREF_ACT_RELU },
        { "relu6", SUCREF_ACT_RELU6 },      { "leaky", SUCREF_ACT_LEAKY },
        { "logistic", PREPARE_ACT_SIGMOID }, { "tanh", PREPARE_ACT_TANH },
        { "softmax", PREPARE_ACT_SOFTMAX }
    };
    const size_t n = sizeof known / sizeof known[0] - (strcmp(what, "--act") == 0);
    size_t k;
    if (strncmp(text, "leaky:", 6) == 0) {
        const double slope = real_number(text + 6, "the slope of leaky");
        if (!(slope >= 0 && slope < 1)) { die("the slope of leaky must be from 0 to below 1, not %s", text + 6); }
        *leak = (float)slope;
        return SUCREF_ACT_LEAKY;
    }
    for (k = 0; k < n; k++) { if (strcmp(text, known[k].name) == 0) { return known[k].act; } }
    die("%s must be none, relu, relu6, leaky:SLOPE, logistic or tanh%s, not %s", what,
        n == sizeof known / sizeof known[0] ? " or softmax" : "", text);
    return 0;
}

/* a scale and zero point that hold all values of an array of reals, and zero exactly */
static void unit_from_data(input_unit *u, const npy *a, const char *path)
{
    double lo, hi;
    npy_range(a, path, &lo, &hi);
    u->scale = (double)(float)((hi - lo) / 255);
    if (!(u->scale > 0) || !isfinite(u->scale)) { die("%s: no input scale can be found, all values are 0", path); }
    u->zero = (unsigned)floor(-lo / u->scale + 0.5);
}

/* the input's unit from the options, else from real samples; no other default: bytes do not say what they are */
static input_unit choose_unit(const args *a, const npy *samples)
{
    input_unit u = { 0, 0, 0 };
    if (a->type != NULL && strcmp(a->type, "u8") != 0 && strcmp(a->type, "s8") != 0) {
        die("--type must be u8 or s8, not %s", a->type);
    }
    u.is_signed = a->type != NULL && a->type[0] == 's';
    if (a->scale != NULL) {
        u.scale = (double)(float)real_number(a->scale, "--input-scale");
        if (!(u.scale > 0) || !isfinite(u.scale)) { die("--input-scale must be positive, not %s", a->scale); }
    } else if (samples != NULL && samples->kind == 'f' && a->zero == NULL) {
        unit_from_data(&u, samples, a->calibrate);
        return u;
    } else {
        die("--input-scale is missing: the real value of one step of an input byte, such as 1/255 for pictures of "
            "0..255 that stand for 0..1 (found by itself where --calibrate is a .npy of real values)");
    }
    if (a->zero != NULL) { /* as the type counts */
        const int flip = u.is_signed ? 128 : 0;
        const double zero = real_number(a->zero, "--input-zero");
        if (zero != floor(zero) || zero < -flip || zero > 255 - flip) {
            die("--input-zero must be a whole number from %d to %d, not %s", -flip, 255 - flip, a->zero);
        }
        u.zero = (unsigned)((int)zero + flip);
    } else if (u.is_signed) {
        u.zero = 128;
    }
    return u;
}

/* the samples of --calibrate, and the input's unit, to which they may lead */
static uint8_t *calibration_samples(const args *a, uint32_t n_in, input_unit *u, uint32_t *n)
{
    uint8_t *file, *x;
    size_t len;
    npy real;
    if (a->calibrate == NULL || !is_npy(a->calibrate)) {
        *u = choose_unit(a, NULL);
        *n = 0;
        return a->calibrate != NULL ? read_samples(a->calibrate, NULL, n_in, u, n) : NULL;
    }
    file = read_file(a->calibrate, &len);
    real = read_npy(a->calibrate, file, len, n_in, n);
    *u = choose_unit(a, &real);
    x = npy_inputs(&real, a->calibrate, u);
    free(file);
    return x;
}

/* samples that use little of the range were probably made for another scale */
static void warn_of_range(const char *path, const uint8_t *x, size_t n, const input_unit *u)
{
    unsigned lo = 255, hi = 0;
    size_t i;
    for (i = 0; i < n; i++) {
        const unsigned v = x[i] ^ (u->is_signed ? 0x80U : 0U);
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    }
    if (n > 0 && hi - lo < 64) {
        warn("%s: uses only %d..%d of its bytes' range: are the input scale and zero right?", path,
             (int)lo - (u->is_signed ? 128 : 0), (int)hi - (u->is_signed ? 128 : 0));
    }
}

/* --ranges: how, and of percentile=P the share */
static int ranges_of(const args *a, double *percent)
{
    const char *text = a->ranges;
    *percent = 99.99;
    if (text == NULL) { return RANGE_DEFAULT; }
    if (a->calibrate == NULL) { die("--ranges needs --calibrate"); }
    if (strcmp(text, "minmax") == 0) { return RANGE_MINMAX; }
    if (strcmp(text, "error") == 0) { return RANGE_ERROR; }
    if (strncmp(text, "percentile=", 11) == 0) {
        *percent = real_number(text + 11, "--ranges percentile");
    } else if (strcmp(text, "percentile") != 0) {
        die("--ranges must be minmax, percentile[=99.99] or error, not %s", text);
    }
    if (!(*percent >= 50 && *percent <= 100)) { die("--ranges percentile must be from 50 to 100, not %s", text + 11); }
    return RANGE_PERCENTILE;
}

static void read_options(prepare_options *o, const args *a, prepare_nested *nested)
{
    uint8_t cuts[SUCREF_MAX_PLANES];
    memset(o, 0, sizeof *o);
    o->nested = nested;
    parse_plan(o, a->plan ? a->plan : o->nested != NULL ? "8" : "4,4");
    o->leak = 0.01F;
    o->act = (uint8_t)act_of(a->act ? a->act : "relu", "--act", &o->leak);
    o->output = (uint8_t)act_of(a->output ? a->output : "none", "--output", &o->leak);
    o->clip = a->clip == NULL || strcmp(a->clip, "auto") == 0 ? 0 : (float)real_number(a->clip, "--clip");
    if (a->clip != NULL && strcmp(a->clip, "auto") != 0 && !(o->clip > 0 && o->clip <= 1)) {
        die("--clip must be auto or in 0..1, not %s", a->clip);
    }
    if (nested == NULL && a->schedule != NULL) { die("--schedule: %s has no groups of neurons", a->in); }
    if (nested != NULL && a->schedule == NULL) { prepare_schedule(nested, cuts, prepare_cuts(cuts, o)); }
    if (nested != NULL && a->schedule != NULL) {
        const char *why;
        unsigned n_cuts = prepare_cuts(cuts, o);
        parse_schedule(nested, a->schedule);
        why = prepare_bad_schedule(nested, cuts, n_cuts);
        if (why != NULL) { die("--schedule %s: %s", a->schedule, why); }
    }
    o->keep = a->keep != NULL;
    o->cut_input = a->cut_input != NULL;
    o->ranges = ranges_of(a, &o->percent);
    if (isatty(2)) { o->progress = show_progress; }
}

/* how many layers of which kinds */
static void print_layers(const sucref_model *m)
{
    unsigned count[KINDS] = { 0 }, n, k, kinds = 0;
    sucref_layer l;
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        count[l.kind]++;
    }
    if (count[SUCREF_KIND_DENSE] == m->n_layers) {
        printf("%u dense layer%s", m->n_layers, m->n_layers == 1 ? "" : "s");
        return;
    }
    printf("%u layer%s (", m->n_layers, m->n_layers == 1 ? "" : "s");
    for (k = 0; k < KINDS; k++) {
        if (count[k] > 0) { printf("%s%u %s", kinds++ > 0 ? ", " : "", count[k], kind_name(k)); }
    }
    printf(")");
}

/* what was made, in a few lines */
static void print_made(const char *path, const uint8_t *bytes, uint32_t len, const char *more)
{
    sucref_model m;
    if (sucref_model_open(&m, bytes, len, NULL) != SUCREF_OK) { die("internal error"); }
    printf("%s: ", path);
    print_layers(&m);
    printf(", %lu inputs, %lu outputs, %u stop%s, %lu bytes%s\n", (unsigned long)m.n_in, (unsigned long)m.n_out,
           m.n_stops, m.n_stops == 1 ? "" : "s", (unsigned long)len, more);
    print_meaning(&m);
}

static void quantize_conv(const args *a, const npz *z);

static void quantize(const args *a)
{
    static prepare_nested nested;
    prepare_options o;
    prepare_float_layer layers[32];
    sucref_fault fault = { "", 0 };
    static npz z;
    uint8_t *model = NULL, *calibrate, *file;
    uint32_t model_len = 0;
    size_t len;
    input_unit unit;
    unsigned n;
    int status;
    if (a->out == NULL) { die("quantize needs -o m.sucref"); }
    file = read_file(a->in, &len);
    if (npz_parse(&z, file, len) != 0) { no_archive(a->in, &z, file, len); }
    free(file);
    if (conv_is(&z)) {
        quantize_conv(a, &z);
        npz_free(&z);
        return;
    }
    n = read_layers(layers, &z, a->in);
    read_options(&o, a, read_nested(&nested, &z, a->in, n, layers[0].n_in) ? &nested : NULL);
    calibrate = calibration_samples(a, layers[0].n_in, &unit, &o.n_calibrate);
    o.calibrate = calibrate;
    o.input_scale = (float)unit.scale;
    o.input_zero = (uint8_t)unit.zero;
    o.input_type = unit.is_signed ? SUCREF_INPUT_S8 : SUCREF_INPUT_U8;
    if (calibrate != NULL) { warn_of_range(a->calibrate, calibrate, (size_t)o.n_calibrate * layers[0].n_in, &unit); }
    status = prepare_quantize(&model, &model_len, layers, n, &o, &fault);
    if (status != SUCREF_OK) { die("%s: cannot be quantized: %s: %s", a->in, sucref_status_text(status), fault.field); }
    name_outputs(a, &model, &model_len, NULL, 0);
    write_model(a, &model, &model_len);
    print_made(a->out, model, model_len, calibrate == NULL ? ", not calibrated" : "");
    free(model);
    free(calibrate);
    free((void *)(uintptr_t)nested.order);
    npz_free(&z);
}

/* ---- shared by both ---- */

/* may a layer have digits? Depthwise ones have whole bytes */
static int takes_plan(const sucref_layer_spec *s)
{
    return s->kind == SUCREF_KIND_DENSE || s->kind == SUCREF_KIND_CONV;
}

/* of layers with weights those of at least a quarter of the largest one's weights (or every one) follow the plan,
 * others have 8 bits at every stop; bits [planes][layers with weights] out */
static void plan_layers(lowered *t, const prepare_options *plan, int every, int keep, uint8_t *bits)
{
    size_t most = 0;
    unsigned n, k, sum, weighted = 0, at = 0;
    for (n = 0; n < t->n_layers; n++) {
        const size_t size = (size_t)t->layer[n].n_in * t->layer[n].n_out;
        if (t->layer[n].kind <= SUCREF_KIND_DEPTHWISE) { weighted++; }
        if (takes_plan(&t->layer[n]) && size > most) { most = size; }
    }
    for (n = 0; n < t->n_layers; n++) {
        sucref_layer_spec *s = &t->layer[n];
        const sucref_tensor_spec *in = &t->tensor[s->from];
        const int planned = plan->n_planes > 1 && takes_plan(s) && (every || (size_t)s->n_in * s->n_out * 4 >= most);
        if (s->kind > SUCREF_KIND_DEPTHWISE) { continue; }
        s->n_planes = planned ? plan->n_planes : 1;
        s->coarse = (uint8_t)(planned && plan->coarse);
        s->plan[0] = 8;
        if (planned) { memcpy(s->plan, plan->plan, sizeof s->plan); }
        if (planned && keep && s->kind == SUCREF_KIND_DENSE && (t->dense_only || (in->height == 1 && in->width == 1))) {
            s->flags |= SUCREF_LAYER_KEEP;
        }
        for (k = 0, sum = 0; k < plan->n_planes; k++) {
            sum = plan->coarse ? plan->plan[k] : sum + plan->plan[k];
            bits[k * weighted + at] = (uint8_t)(planned ? sum : 8);
        }
        at++;
    }
}

/* stops by bits as asked for; without a word 4,4 for dense layers, and one stop for pictures, where more do not pay */
static void import_plan(prepare_options *plan, const args *a, const lowered *t)
{
    memset(plan, 0, sizeof *plan);
    parse_plan(plan, a->plan ? a->plan : t->dense_only ? "4,4" : "8");
    if (plan->n_planes == 1) { return; }
    if (t->has_state) { die("%s: keeps state between inputs: it has one stop, --plan 8", a->in); }
    if (t->layer[t->n_layers - 1U].kind > SUCREF_KIND_DEPTHWISE) {
        die("%s: does not end in a layer with weights: it has one stop, --plan 8", a->in);
    }
}

/* says what bits of convolutions are good for, where any has more than one plane */
static void warn_of_bits(const args *a, const lowered *t)
{
    unsigned n;
    for (n = 0; n < t->n_layers; n++) {
        if (t->layer[n].kind != SUCREF_KIND_CONV || t->layer[n].n_planes == 1) { continue; }
        warn("--plan %s: of convolutions bits save bytes, hardly work: a first plane of 4 bits costs .93 to 1.01 of "
             "the whole network; sucref plan says what saves work", a->plan);
        return;
    }
}

/* what has been dropped, layer by layer (of those with weights, numbered as info does) and in all */
static void print_pruned(const char *path, const pruned *p, const lowered *l)
{
    unsigned n;
    if (p->dropped == 0) { return; }
    for (n = 0; n < l->n_layers; n++) {
        const pruned_layer *was = &p->was[n], *is = &p->is[n];
        if (was->macs == is->macs) { continue; }
        printf("%s: layer %u", path, n);
        if (l->made_of[n].place >= 0) { printf(" (operator %ld: %s)", l->made_of[n].place, l->made_of[n].name); }
        printf(": %lu of %lu channels dropped, and %lu of %lu that it reads: %llu of %llu multiply-adds and %llu of "
               "%llu weight bytes are left\n", (unsigned long)(was->makes - is->makes), (unsigned long)was->makes,
               (unsigned long)(was->reads - is->reads), (unsigned long)was->reads, (unsigned long long)is->macs,
               (unsigned long long)was->macs, (unsigned long long)is->bytes, (unsigned long long)was->bytes);
    }
    printf("%s: %lu of %lu channels dropped, which no input can change or nothing reads: %llu of %llu multiply-adds "
           "and %llu of %llu weight bytes are left, and the same answers\n", path, (unsigned long)p->dropped,
           (unsigned long)p->channels, (unsigned long long)p->left, (unsigned long long)p->macs,
           (unsigned long long)p->left_bytes, (unsigned long long)p->bytes);
}

static uint32_t largest(const float *v, uint32_t n)
{
    uint32_t best = 0, i;
    for (i = 1; i < n; i++) { if (v[i] > v[best]) { best = i; } }
    return best;
}

/* ---- quantize: convolutions -------------------------------------------------------------------------------------- */

/* options of dense layers, which an archive of convolutions says itself or has no use for */
static void check_conv_options(const args *a, const conv_model *m)
{
    if (a->calibrate == NULL) { die("quantize of convolutions needs --calibrate inputs.u8|.s8|.npy"); }
    if (a->act != NULL) { die("--act: the array ops of %s says where a ReLU is, or another activation", a->in); }
    if (a->clip != NULL || a->cut_input != NULL) { die("--clip and --cut-input are for dense layers, without ops"); }
    if (a->output != NULL && strcmp(a->output, "none") != 0 && strcmp(a->output, "softmax") != 0) {
        die("--output of convolutions must be none or softmax, not %s", a->output);
    }
    if (m->net.n_groups == 0 && a->schedule != NULL) { die("--schedule: %s has no groups of channels", a->in); }
    if (m->net.n_groups > 0 && ((a->plan != NULL && strcmp(a->plan, "8") != 0) || a->keep != NULL)) {
        die("--plan and --keep: channels in groups have 8 bits at every stop");
    }
}

/* the classes of the float network on the samples, which give the ranges: [n][heads] */
static uint32_t *conv_see(conv_model *m, const uint8_t *x, uint32_t n)
{
    const unsigned heads = conv_heads(m);
    uint32_t *want = (uint32_t *)malloc(sizeof *want * n * heads), k;
    unsigned h;
    if (want == NULL) { die("out of memory"); }
    for (k = 0; k < n; k++) {
        const float *y = conv_sample(m, x + (size_t)k * conv_inputs(m));
        for (h = 0; h < heads; h++) { want[k * heads + h] = largest(y + h * conv_outputs(m), conv_outputs(m)); }
        if (isatty(2)) { show_progress(NULL, k + 1U, n); }
    }
    return want;
}

/* how often a stop says what the float network's head says */
static void print_same(const char *path, const uint8_t *model, uint32_t len, const uint8_t *x, uint32_t n,
                       const uint32_t *want, unsigned heads)
{
    uint32_t same[SUCREF_MAX_STOPS] = { 0 }, k, *work;
    sucref_stop s;
    sucref_answer y;
    sucref_model m;
    sucref_net net;
    unsigned t;
    if (sucref_model_open(&m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    if (m.n_out < 2) { return; }
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    if (work == NULL) { die("out of memory"); }
    (void)sucref_net_init(&net, &m, work, sucref_net_work_len(&m));
    for (k = 0; k < n; k++) {
        if (sucref_net_set_input(&net, x + (size_t)k * m.n_in, m.n_in) != SUCREF_OK) { die("internal error"); }
        for (t = 0; t < m.n_stops; t++) {
            sucref_model_stop(&s, &m, t);
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &y) != SUCREF_OK) {
                die("internal error");
            }
            same[t] += sucref_argmax(y.logits, y.n_out) == want[k * heads + s.head];
        }
    }
    for (t = 0; t < m.n_stops; t++) {
        printf("%s: stop %u: the class is the float network's on %lu of %lu samples\n", path, t,
               (unsigned long)same[t], (unsigned long)n);
    }
    free(work);
}

/* the stops of groups: one after the other, or as --schedule says */
static void conv_schedule(prepare_nested *p, const args *a, const conv_model *m)
{
    static const uint8_t cut = 8;
    const char *why;
    memset(p, 0, sizeof *p);
    p->n_groups = (uint8_t)m->net.n_groups;
    p->heads = 1;
    if (a->schedule == NULL) { prepare_schedule(p, &cut, 1); return; }
    parse_schedule(p, a->schedule);
    why = prepare_bad_schedule(p, &cut, 1);
    if (why != NULL) { die("--schedule %s: %s", a->schedule, why); }
}

/* the model of what has been lowered */
static uint8_t *write_conv(const args *a, conv_model *m, uint32_t *len)
{
    uint8_t bits[SUCREF_MAX_STOPS * SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS], in_bits[SUCREF_MAX_STOPS],
            heads[SUCREF_MAX_STOPS];
    prepare_options plan;
    prepare_nested nested;
    sucref_model_spec spec;
    if (a->output != NULL && strcmp(a->output, "softmax") == 0 && !conv_softmax(m)) {
        die("--output softmax: %s has over 4095 outputs, or outputs too close to each other", a->in);
    }
    lower_spec(&spec, &m->made.net);
    memset(in_bits, 8, sizeof in_bits);
    if (m->net.n_groups > 0) {
        conv_schedule(&nested, a, m);
        conv_stops(bits, heads, m, &nested);
        spec.heads = heads;
        spec.n_stops = nested.n_stops;
    } else {
        import_plan(&plan, a, &m->made.net);
        plan_layers(&m->made.net, &plan, 0, a->keep != NULL, bits);
        warn_of_bits(a, &m->made.net);
        spec.n_stops = plan.n_planes;
    }
    spec.bits = bits;
    spec.in_bits = in_bits;
    return write_spec(a->in, &spec, len);
}

static void quantize_conv(const args *a, const npz *z)
{
    static conv_model m;
    uint8_t *x, *model;
    uint32_t n, len, *want;
    input_unit unit;
    if (!conv_open(&m, z)) { die("%s: %s", a->in, m.real.why); }
    check_conv_options(a, &m);
    x = calibration_samples(a, conv_inputs(&m), &unit, &n);
    warn_of_range(a->calibrate, x, (size_t)n * conv_inputs(&m), &unit);
    m.in_scale = (float)unit.scale;
    m.in_zero = (int)unit.zero;
    m.is_signed = unit.is_signed;
    m.ranges.how = ranges_of(a, &m.ranges.percent);
    want = conv_see(&m, x, n);
    if (!conv_lower(&m, z)) { die("%s: %s", a->in, m.made.graph.why); }
    model = write_conv(a, &m, &len);
    name_outputs(a, &model, &len, NULL, 0);
    write_model(a, &model, &len);
    print_made(a->out, model, len, "");
    print_pruned(a->in, &m.made.pruned, &m.made.net);
    print_same(a->in, model, len, x, n, want, conv_heads(&m));
    conv_free(&m);
    free(x); free(want); free(model);
}

/* ---- import ------------------------------------------------------------------------------------------------------ */

typedef struct { graph graph; graph_ranges ranges; npy samples; uint32_t n; uint8_t *file; } real_model;

static void put_sample(const real_model *r, uint32_t k)
{
    const uint32_t n_in = r->graph.tensor[r->graph.input].elements;
    uint32_t i;
    for (i = 0; i < n_in; i++) {
        const uint64_t at = npy_place(&r->samples, (uint64_t)k * n_in + i);
        r->ranges.real.v[r->graph.input][i] = (float)npy_value(&r->samples, at);
    }
}

static void no_network(const args *a, const graph *g, const uint8_t *file, size_t len)
{
    const int is_one = len >= 8 && memcmp(file + 4, "TFL3", 4) == 0;
    die("%s: %s%s", a->in, g->why, is_one ? "" : looks_like(file, len, ""));
}

/* reads a model of float32 tensors and, of the samples, what is to be quantized how */
static void read_real(real_model *r, const args *a, const uint8_t *file, size_t len)
{
    double lo, hi;
    size_t samples_len;
    uint32_t k;
    if (!tflite_read_as(&r->graph, file, len, 1)) { no_network(a, &r->graph, file, len); }
    if (!is_npy(a->calibrate)) { die("%s: samples of a float model are real values, in a .npy", a->calibrate); }
    r->file = read_file(a->calibrate, &samples_len);
    r->samples = read_npy(a->calibrate, r->file, samples_len, r->graph.tensor[r->graph.input].elements, &r->n);
    npy_range(&r->samples, a->calibrate, &lo, &hi);
    if (!ranges_init(&r->ranges, &r->graph)) { die("%s: %s", a->in, r->graph.why); }
    for (k = 0; k < r->n; k++) {
        put_sample(r, k);
        if (!ranges_add(&r->ranges, &r->graph)) { die("%s: %s", a->in, r->graph.why); }
        if (isatty(2)) { show_progress(NULL, k + 1U, r->n); }
    }
    r->ranges.how = ranges_of(a, &r->ranges.percent);
    if (!ranges_choose(&r->ranges, &r->graph)) { die("%s: %s", a->in, r->graph.why); }
}

/* answers of a model and of the float network, side by side */
typedef struct {
    sucref_model m;
    sucref_net net;
    sucref_scales scales;
    uint32_t *work;
    int8_t *x;
    float *got;
} real_judged;

typedef struct { double most, sum; uint32_t n, same; } real_errors;

static void open_judged(real_judged *j, const graph *g, const uint8_t *model, uint32_t len)
{
    if (sucref_model_open(&j->m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
    j->work = (uint32_t *)malloc(sucref_net_work_len(&j->m) * 4);
    j->x = (int8_t *)malloc(g->tensor[g->input].elements);
    j->got = (float *)malloc(4 * (size_t)g->tensor[g->output].elements);
    if (j->x == NULL || j->got == NULL || j->work == NULL) { die("out of memory"); }
    sucref_model_scales(&j->scales, &j->m);
    (void)sucref_net_init(&j->net, &j->m, j->work, sucref_net_work_len(&j->m));
}

/* adds the errors of sample k */
static void judge_sample(real_errors *e, real_judged *j, const real_model *r, uint32_t k)
{
    const graph *g = &r->graph;
    const uint32_t n_in = g->tensor[g->input].elements, n_out = g->tensor[g->output].elements;
    const float *want = r->ranges.real.v[g->output];
    const sucref_scales *s = &j->scales;
    sucref_answer y;
    uint32_t i;
    put_sample(r, k);
    for (i = 0; i < n_in; i++) {
        j->x[i] = (int8_t)quantized_byte((double)r->ranges.real.v[g->input][i], r->ranges.scale[g->input],
                                         r->ranges.zero[g->input], -128, 127);
    }
    real_run(&r->ranges.real);
    if (sucref_net_set_input(&j->net, j->x, n_in) != SUCREF_OK ||
        sucref_net_run(&j->net, j->m.n_stops - 1U) != SUCREF_OK || sucref_net_answer(&j->net, &y) != SUCREF_OK) {
        die("internal error");
    }
    for (i = 0; i < n_out; i++) {
        j->got[i] = (float)ldexp((double)(y.out[i] - s->output_zero) * s->output.multiplier, s->output.exponent - 31);
        e->sum += fabs((double)j->got[i] - (double)want[i]) / n_out;
        e->most = fmax(e->most, fabs((double)j->got[i] - (double)want[i]));
    }
    e->same += largest(j->got, n_out) == largest(want, n_out);
    e->n++;
}

static void print_judged(const args *a, const real_errors *e, const char *which, int classes)
{
    printf("%s: on %lu samples%s outputs are off the float model's by %.3g on average, at most %.3g", a->in,
           (unsigned long)e->n, which, e->sum / e->n, e->most);
    if (classes) { printf("; the largest one is the same on %lu", (unsigned long)e->same); }
    printf("\n");
}

/* how far the model's answers are from those of the float network: on the samples that it was fitted to, and on those
 * that were held back from all but ranges and means */
static void print_real(const real_model *r, const args *a, const uint8_t *model, uint32_t len)
{
    const int classes = r->graph.tensor[r->graph.output].elements > 1;
    real_errors e[2] = { { 0, 0, 0, 0 }, { 0, 0, 0, 0 } };
    real_judged j;
    uint32_t k;
    open_judged(&j, &r->graph, model, len);
    for (k = 0; k < r->n; k++) { judge_sample(&e[ranges_held(&r->ranges, k)], &j, r, k); }
    print_judged(a, &e[0], e[1].n > 0 ? " that it was fitted to" : ", the ones it was fitted to,", classes);
    if (e[1].n > 0) { print_judged(a, &e[1], " that only ranges and means know", classes); }
    free(j.x); free(j.got); free(j.work);
}

/* the file as an int8 network, lowered and pruned */
static void read_network(tflite *t, real_model *r, const args *a, const uint8_t *file, size_t len)
{
    if (a->calibrate == NULL) {
        if (a->ranges != NULL) { die("--ranges needs --calibrate"); }
        if (!tflite_parse(t, file, len)) { no_network(a, &t->graph, file, len); }
        return;
    }
    read_real(r, a, file, len);
    if (!tflite_read_as(&t->graph, file, len, 1) || !quantize_graph(&t->graph, &r->ranges) || !tflite_lower(t)) {
        die("%s: %s", a->in, t->graph.why);
    }
}

static void import(const args *a)
{
    static real_model real;
    static tflite t;
    prepare_options plan;
    sucref_model_spec spec;
    uint8_t bits[SUCREF_MAX_STOPS * SUCREF_MAX_LAYERS], in_bits[SUCREF_MAX_STOPS], *model, *file;
    size_t len;
    uint32_t model_len;
    if (a->out == NULL) { die("import needs -o m.sucref"); }
    file = read_file(a->in, &len);
    read_network(&t, &real, a, file, len);
    import_plan(&plan, a, &t.net);
    plan_layers(&t.net, &plan, a->every != NULL, a->keep != NULL, bits);
    warn_of_bits(a, &t.net);
    memset(in_bits, 8, sizeof in_bits);
    lower_spec(&spec, &t.net);
    spec.n_stops = plan.n_planes;
    spec.bits = bits;
    spec.in_bits = in_bits;
    model = write_spec(a->in, &spec, &model_len);
    name_outputs(a, &model, &model_len, file, len);
    write_model(a, &model, &model_len);
    print_made(a->out, model, model_len, "");
    print_pruned(a->in, &t.pruned, &t.net);
    if (t.graph.dropped != NULL) {
        printf("%s: %s at the end is left out: it says which of these outputs is the largest\n", a->in,
               t.graph.dropped);
    }
    if (a->calibrate != NULL) { print_real(&real, a, model, model_len); }
    tflite_free(&t);
    graph_free(&real.graph);
    free(real.file);
    free(model);
    free(file);
}
#endif
