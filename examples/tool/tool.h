/* tool.h - what the commands of sucref.c share: arguments, models and what their numbers mean. */
#ifndef SUCREF_TOOL_TOOL_H
#define SUCREF_TOOL_TOOL_H
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "files.h"
#include "looks.h"

/* ---- arguments ---- */

typedef struct {
    const char *in, *out, *x, *calibrate, *plan, *act, *output, *clip, *scale, *zero, *stop, *stops, *type, *name,
        *exit_rule, *disagree, *confidence, *quiet, *rows, *gray, *devices, *parity, *protect, *rates, *schedule,
        *labels, *names, *targets, *ranges, *core, *target, *per_mac, *clock, *deadline, *bandwidth, *risk;
    const char *sizes, *owners, *eta1, *eta2, *maps, *relative, *sorted; /* of repurpose */
    const char *exchange, *without, *number;                        /* of split */
    const char *heads, *heads_at, *head_grid;                       /* of calibrate */
    const char *logits, *real, *keep, *cut_input, *every, *certify; /* not NULL: given */
} args;

/* every option, the commands that take it, and where its value goes; flags have none */
static const struct { const char *name, *commands; size_t place; int flag; } options[] = {
    { "-o", "quantize import calibrate run truncate retarget emit-c split repurpose", offsetof(args, out), 0 },
    { "--out", "quantize import calibrate run truncate retarget emit-c split repurpose", offsetof(args, out), 0 },
    { "--in", "calibrate run evaluate plan repurpose", offsetof(args, x), 0 },
    { "--labels", "calibrate evaluate plan", offsetof(args, labels), 0 },
    { "--names", "quantize import", offsetof(args, names), 0 },
    { "--labels", "quantize import", offsetof(args, names), 0 }, /* as they were called before */
    { "--targets", "evaluate", offsetof(args, targets), 0 },
    { "--calibrate", "quantize import", offsetof(args, calibrate), 0 },
    { "--ranges", "quantize import", offsetof(args, ranges), 0 },
    { "--plan", "quantize import", offsetof(args, plan), 0 },
    { "--schedule", "quantize", offsetof(args, schedule), 0 },
    { "--act", "quantize repurpose", offsetof(args, act), 0 },
    { "--output", "quantize", offsetof(args, output), 0 },
    { "--clip", "quantize", offsetof(args, clip), 0 },
    { "--input-scale", "quantize", offsetof(args, scale), 0 },
    { "--input-zero", "quantize", offsetof(args, zero), 0 },
    { "--cut-input", "quantize", offsetof(args, cut_input), 1 },
    { "--keep", "quantize import", offsetof(args, keep), 1 },
    { "--every-layer", "import", offsetof(args, every), 1 },
    { "--type", "quantize calibrate run evaluate plan", offsetof(args, type), 0 },
    { "--stop", "run", offsetof(args, stop), 0 },
    { "--exit", "run", offsetof(args, exit_rule), 0 },
    { "--gray", "run", offsetof(args, gray), 0 },
    { "--logits", "run", offsetof(args, logits), 1 },
    { "--real", "run", offsetof(args, real), 1 },
    { "--max-disagree", "calibrate", offsetof(args, disagree), 0 },
    { "--confidence", "calibrate", offsetof(args, confidence), 0 },
    { "--quiet", "calibrate", offsetof(args, quiet), 0 },
    { "--rows", "calibrate plan", offsetof(args, rows), 0 },
    { "--certify", "calibrate", offsetof(args, certify), 1 },
    { "--heads", "calibrate", offsetof(args, heads), 0 },
    { "--heads-at", "calibrate", offsetof(args, heads_at), 0 },
    { "--head-grid", "calibrate", offsetof(args, head_grid), 0 },
    { "--stops", "truncate", offsetof(args, stops), 0 },
    { "--name", "emit-c", offsetof(args, name), 0 },
    { "--devices", "split repurpose", offsetof(args, devices), 0 },
    { "--parity", "split", offsetof(args, parity), 0 },
    { "--protect", "split", offsetof(args, protect), 0 },
    { "--rates", "split", offsetof(args, rates), 0 },
    { "--exchange", "split", offsetof(args, exchange), 0 },
    { "--without", "split", offsetof(args, without), 0 },
    { "--number", "split", offsetof(args, number), 0 },
    { "--core", "plan", offsetof(args, core), 0 },
    { "--target", "quantize import retarget", offsetof(args, target), 0 },
    { "--per-mac", "plan", offsetof(args, per_mac), 0 },
    { "--clock", "plan", offsetof(args, clock), 0 },
    { "--deadline", "plan", offsetof(args, deadline), 0 },
    { "--bandwidth", "plan", offsetof(args, bandwidth), 0 },
    { "--risk", "plan", offsetof(args, risk), 0 },
    { "--sizes", "repurpose", offsetof(args, sizes), 0 },
    { "--owners", "repurpose", offsetof(args, owners), 0 },
    { "--eta1", "repurpose", offsetof(args, eta1), 0 },
    { "--eta2", "repurpose", offsetof(args, eta2), 0 },
    { "--relative", "repurpose", offsetof(args, relative), 1 },
    { "--maps", "repurpose", offsetof(args, maps), 0 },
    { "--sorted", "repurpose", offsetof(args, sorted), 1 }
};

/* is the word one of those in the text? */
static int has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    const char *p;
    for (p = text; (p = strstr(p, word)) != NULL; p++) {
        if ((p == text || p[-1] == ' ') && (p[n] == 0 || p[n] == ' ')) { return 1; }
    }
    return 0;
}

enum { OPTIONS = sizeof options / sizeof options[0] };

/* the option of that name that the command has; OPTIONS: the word is a file's name */
static size_t find_option(const char *command, const char *word)
{
    char taken_by[200] = "";
    size_t k;
    for (k = 0; k < OPTIONS; k++) {
        const size_t at = strlen(taken_by);
        if (strcmp(word, options[k].name) != 0) { continue; }
        if (has_word(options[k].commands, command)) { return k; }
        snprintf(taken_by + at, sizeof taken_by - at, " %s", options[k].commands);
    }
    if (taken_by[0] != 0) {
        die("%s has no option %s, which is for:%s (see sucref help %s)", command, word, taken_by, command);
    }
    if (word[0] == '-' && word[1] != 0) { die("unknown option %s (see sucref help %s)", word, command); }
    return OPTIONS;
}

static args parse(int argc, char **argv)
{
    args a;
    int i;
    memset(&a, 0, sizeof a);
    for (i = 2; i < argc; i++) {
        const size_t k = find_option(argv[1], argv[i]);
        const char **value = k == OPTIONS ? &a.in : (const char **)(void *)((char *)&a + options[k].place);
        if (k == OPTIONS && a.in != NULL) {
            die("one file expected, got %s and %s (see sucref help %s)", a.in, argv[i], argv[1]);
        }
        if (k < OPTIONS && !options[k].flag && ++i == argc) { die("%s needs a value", argv[i - 1]); }
        if (k < OPTIONS && !options[k].flag && *value != NULL) { die("%s is given twice", options[k].name); }
        *value = argv[i];
    }
    if (a.in == NULL) { die("no input file (see sucref help %s)", argv[1]); }
    return a;
}

/* refuses a new file in a folder that takes none, before hours of work */
static void check_folder(const char *out)
{
    const char *slash = out != NULL ? strrchr(out, '/') : NULL;
    char folder[4096] = ".";
    struct stat s;
    if (out == NULL || stat(out, &s) == 0) { return; }
    if (slash != NULL) { snprintf(folder, sizeof folder, "%.*s", (int)(slash - out + 1), out); }
    if (access(folder, W_OK) != 0) { cannot_write(out); }
}

/* refuses an output that is a file which the command reads; one model may take another's place */
static void check_outputs(const args *a, const char *command)
{
    const char *const read[] = { has_word("calibrate truncate retarget", command) ? NULL : a->in, a->x, a->calibrate,
                                 a->labels, a->names, a->targets, a->exchange, a->owners };
    const char *const written[] = { a->out, a->maps };
    size_t w, r;
    for (w = 0; w < sizeof written / sizeof written[0]; w++) {
        for (r = 0; r < sizeof read / sizeof read[0]; r++) { must_not_overwrite(written[w], read[r]); }
    }
    must_not_overwrite(a->maps, a->in);
    check_folder(a->out);
    check_folder(a->maps);
    if (a->out != NULL && a->maps != NULL && strcmp(a->out, a->maps) == 0) {
        die("-o and --maps are one file, %s: give them two names", a->out);
    }
}

static unsigned whole_number(const char *text, const char *what, unsigned lo, unsigned hi)
{
    char *end;
    unsigned long v;
    errno = 0;
    v = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != 0 || errno != 0 || v < lo || v > hi) {
        if (lo == hi) { die("%s must be %u, there is no other, not %s", what, lo, *text ? text : "nothing"); }
        die("%s must be a number from %u to %u, not %s", what, lo, hi, *text ? text : "nothing");
    }
    return (unsigned)v;
}

/* a decimal number or a fraction such as 1/255 */
static double real_number(const char *text, const char *what)
{
    char *end;
    double v = strtod(text, &end);
    int ok = end != text;
    if (ok && *end == '/') {
        const char *below = end + 1;
        v /= strtod(below, &end);
        ok = end != below;
    }
    if (!ok || *end != 0 || !isfinite(v)) {
        die("%s must be a finite number such as 0.01 or 1/100, not %s", what, *text ? text : "nothing");
    }
    return v;
}

/* ---- models ---- */

/* METHOD 7: a number of the file, least significant byte first */
static uint32_t little(const uint8_t *p, int bytes)
{
    uint32_t v = 0;
    while (bytes-- > 0) { v = v << 8 | p[bytes]; }
    return v;
}

/* refuses bytes from `at` on that are no model */
static void no_model(const char *path, const uint8_t *p, size_t len, size_t at, const sucref_fault *fault)
{
    const char *is;
    const int cut = len - at >= 16 && memcmp(p + at, "SUCR", 4) == 0 && little(p + at + 8, 4) > len - at;
    if (cut) {
        die("%s: not a valid model: %s at byte %lu: is cut short, %lu of its %lu bytes are there", path, fault->field,
            (unsigned long)(at + fault->offset), (unsigned long)(len - at), (unsigned long)little(p + at + 8, 4));
    }
    is = at == 0 && memcmp(p, "SUCR", len < 4 ? len : 4) != 0 ? looks_like(p, len, ", models begin with SUCR") : "";
    if (at == 0 && len >= 4 && memcmp(p, "SUCR", 4) != 0 && is[0] == 0) { is = ", models begin with SUCR"; }
    die("%s: not a valid model: %s at byte %lu%s", path, fault->field, (unsigned long)(at + fault->offset), is);
}

/* a file's first model; *more out: the bytes behind it */
static sucref_model open_first(const char *path, uint8_t **bytes, size_t *more)
{
    sucref_model m;
    sucref_fault fault = { "", 0 };
    size_t len;
    *bytes = read_file(path, &len);
    if (sucref_model_open(&m, *bytes, len, &fault) != SUCREF_OK || sucref_model_check(&m, &fault) != SUCREF_OK) {
        no_model(path, *bytes, len, 0, &fault);
    }
    *more = len - m.bytes_len;
    return m;
}

/* the model of a file that holds no other: of a part with several only the first one would be read */
static sucref_model open_model(const char *path, uint8_t **bytes)
{
    size_t more;
    const sucref_model m = open_first(path, bytes, &more);
    if (more > 0) {
        die("%s: %lu bytes lie behind its first model: is it a device's part, as split writes it (sucref info)? One "
            "model is needed", path, (unsigned long)more);
    }
    return m;
}

static uint8_t *write_spec(const char *name, const sucref_model_spec *spec, uint32_t *len)
{
    sucref_fault fault = { "", 0 };
    uint8_t *model;
    *len = sucref_model_write(NULL, 0, spec, &fault);
    model = (uint8_t *)malloc(*len + 1U);
    if (*len == 0 || model == NULL || sucref_model_write(model, *len, spec, &fault) == 0) {
        die("%s: cannot be written: %s", name, fault.field);
    }
    return model;
}

static labels need_labels(const char *path, const sucref_model *m)
{
    labels l;
    const char *why = labels_of_model(&l, m);
    if (why != NULL) { die("%s: not a valid model: %s", path, why); }
    return l;
}

/* the names that a model has for its outputs, for what has been made of it */
static void keep_labels(uint8_t **bytes, uint32_t *len, const char *path, const sucref_model *from)
{
    const labels l = need_labels(path, from);
    if (!labels_add(bytes, len, &l)) { die("%s: out of memory", path); }
}

/* ---- what numbers mean ---- */

/* how bytes of the model's type stand for real numbers; zero is of unsigned bytes */
static const char *unit_text(const sucref_scale *s, unsigned zero, int is_signed)
{
    static char text[4][96];
    static unsigned next;
    char *to = text[next++ % 4];
    const int z = (int)zero - (is_signed ? 128 : 0);
    if (s->multiplier == 0) { snprintf(to, sizeof text[0], "real value not known"); return to; }
    if (z == 0) {
        snprintf(to, sizeof text[0], "real = value * %.9g", ldexp(s->multiplier, s->exponent - 31));
    } else {
        snprintf(to, sizeof text[0], "real = (value %c %d) * %.9g", z > 0 ? '-' : '+', z > 0 ? z : -z,
                 ldexp(s->multiplier, s->exponent - 31));
    }
    return to;
}

static const char *type_name(const sucref_model *m) { return m->input_type == SUCREF_INPUT_S8 ? "int8" : "uint8"; }

/* ---- what a model is made of ---- */

enum { KINDS = SUCREF_KIND_CONSTANT + 1 };
static const char *kind_name(unsigned kind)
{
    static const char *const name[KINDS] = { "dense", "convolution", "depthwise", "average", "maximum", "sum",
                                             "product", "copy", "softmax", "constant" };
    return kind < KINDS ? name[kind] : "unknown";
}

static int has_softmax(const sucref_model *m)
{
    sucref_layer last;
    sucref_model_layer(&last, m, m->n_layers - 1U);
    return m->softmax_multiplier != 0 || last.kind == SUCREF_KIND_SOFTMAX;
}

/* does a stop name a layer before the last one? */
static int has_depth(const sucref_model *m)
{
    sucref_stop s;
    sucref_model_stop(&s, m, 0);
    return s.answer + 1U < m->n_layers;
}

/* the layer that answers, where stops name layers before the last one */
static void print_answering(const sucref_model *m, unsigned stop)
{
    sucref_stop s;
    sucref_model_stop(&s, m, stop);
    if (has_depth(m)) { printf("layer %u answers, ", s.answer); }
}

/* what one of a layer's z is to its outputs, by its first multiplier */
static double z_step(const sucref_model *m, unsigned layer)
{
    const uint8_t *p;
    sucref_layer l;
    int e;
    sucref_model_layer(&l, m, layer);
    p = m->bytes + l.params_offset + 4U * l.n_out;
    e = (int8_t)p[4U * (l.flags & SUCREF_LAYER_PER_ROW ? l.n_out : 1U)];
    return l.requant == SUCREF_REQUANT_TFLITE ? ldexp((int32_t)little(p, 4), e - 31) : ldexp(1, -e);
}

/* a stop's logits in units of the last layer's, whose scale the file tells: a head's weights have their own scale */
static double logit_unit(const sucref_model *m, unsigned stop)
{
    sucref_stop s;
    sucref_model_stop(&s, m, stop);
    return s.answer + 1U == m->n_layers ? 1 : z_step(m, s.answer) / z_step(m, m->n_layers - 1U);
}

/* how many layers from the first on are dense and read the one before them */
static unsigned dense_layers(const sucref_model *m)
{
    sucref_layer l;
    unsigned n;
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        if (l.kind != SUCREF_KIND_DENSE || l.from != n || l.to != n + 1U) { return n; }
    }
    return n;
}

/* has a stop an exit rule that no answer fulfils? */
static int never_leaves(const sucref_model *m, unsigned stop)
{
    sucref_exit rule;
    return sucref_model_exit(&rule, m, stop) == SUCREF_OK && rule.margin == 0xFFFFFFFFU;
}

/* does a model keep something from one input to the next? */
static int has_states(const sucref_model *m)
{
    sucref_tensor t;
    unsigned n, any = 0;
    for (n = 0; n < m->n_tensors; n++) {
        sucref_model_tensor(&t, m, n);
        any |= t.flags & SUCREF_TENSOR_STATE;
    }
    return any != 0;
}

/* what only chains of dense layers can have done to them; cure: what else there is */
static void need_dense(const char *path, const sucref_model *m, const char *what, const char *cure)
{
    const unsigned n = dense_layers(m);
    sucref_layer l;
    if (n == m->n_layers) { return; }
    sucref_model_layer(&l, m, n);
    die("%s: layer %u (%s) is no dense layer that reads the one before it, as %s needs; %s", path, n,
        kind_name(l.kind), what, cure);
}

/* inputs, outputs and what they mean, in one line each */
static void print_meaning(const sucref_model *m)
{
    const int is_signed = m->input_type == SUCREF_INPUT_S8;
    sucref_scales s;
    sucref_tensor first;
    sucref_model_scales(&s, m);
    sucref_model_tensor(&first, m, 0);
    printf("inputs: %s, %s\n", type_name(m), unit_text(&s.input, first.zero, is_signed));
    printf("outputs: %s, %s%s\n", type_name(m), unit_text(&s.output, s.output_zero, is_signed),
           has_softmax(m) ? ", a softmax of the last layer" : "");
    printf("logits: int32, %s%s\n", unit_text(&s.logit, 0, 0), m->n_out == 1 ? "; read as a class: 1 where >= 0" : "");
}
#endif
