/* tool.h - what the commands of sucref.c share: refusals, files, arguments. */
#ifndef SUCREF_TOOL_TOOL_H
#define SUCREF_TOOL_TOOL_H
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "labels.h"

/* ---- outputs, written beside their names and renamed: half a model is a valid model of fewer stops ---- */

static char beside[4096]; /* the file being written, or empty */

static void drop_unfinished(void)
{
    if (beside[0] != 0) { (void)unlink(beside); }
}

static void interrupted(int number)
{
    drop_unfinished();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void die(const char *format, ...)
{
    va_list args;
    drop_unfinished();
    va_start(args, format);
    fputs("sucref: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sucref: warning: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

typedef struct { FILE *f; const char *name; char *target; } output; /* target NULL: written in place */

static void cannot_write(const char *name) { die("%s: cannot be written: %s", name, strerror(errno)); }

static output open_output(const char *name)
{
    output o = { NULL, NULL, NULL };
    struct stat s;
    const int there = stat(name, &s) == 0;
    mode_t mask;
    int fd;
    o.name = name;
    if (there && !S_ISREG(s.st_mode)) { /* a device or a pipe */
        o.f = fopen(name, "wb");
        if (o.f == NULL) { cannot_write(name); }
        return o;
    }
    o.target = there ? realpath(name, NULL) : strdup(name);
    if (o.target == NULL || (size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", o.target) >= sizeof beside) {
        beside[0] = 0;
        cannot_write(name);
    }
    fd = mkstemp(beside);
    if (fd < 0) { beside[0] = 0; cannot_write(name); }
    mask = umask(0);
    (void)umask(mask);
    (void)fchmod(fd, there ? s.st_mode & 07777 : 0666 & ~mask);
    o.f = fdopen(fd, "wb");
    if (o.f == NULL) { cannot_write(name); }
    return o;
}

static void close_output(output *o)
{
    const int bad = ferror(o->f);
    if (fclose(o->f) != 0 || bad) { cannot_write(o->name); }
    if (o->target != NULL && rename(beside, o->target) != 0) { cannot_write(o->name); }
    beside[0] = 0;
    free(o->target);
}

static void put_bytes(output *o, const void *p, size_t len)
{
    if (fwrite(p, 1, len, o->f) != len) { cannot_write(o->name); }
}

static void write_file(const char *path, const void *p, size_t len)
{
    output o = open_output(path);
    put_bytes(&o, p, len);
    close_output(&o);
}

/* are both there, and one file? */
static int same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t room = 1 << 16, got;
    *len = 0;
    if (f == NULL) { die("%s: cannot be read: %s", path, strerror(errno)); }
    for (p = (uint8_t *)malloc(room); p != NULL; ) {
        got = fread(p + *len, 1, room - *len, f);
        if (got == 0) { break; }
        *len += got;
        if (*len == room) {
            uint8_t *more = (uint8_t *)realloc(p, room *= 2);
            if (more == NULL) { free(p); }
            p = more;
        }
    }
    if (p == NULL) { die("%s: out of memory", path); }
    if (ferror(f)) { die("%s: cannot be read: %s", path, strerror(errno)); }
    fclose(f);
    return p;
}

/* ---- arguments ---- */

typedef struct {
    const char *in, *out, *x, *calibrate, *plan, *act, *output, *clip, *scale, *zero, *stop, *stops, *type, *name,
        *exit_rule, *disagree, *confidence, *quiet, *rows, *gray, *devices, *parity, *protect, *rates, *schedule,
        *labels, *ranges, *core, *target, *per_mac, *clock, *deadline, *bandwidth, *risk;
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
    { "--labels", "quantize import calibrate evaluate plan", offsetof(args, labels), 0 },
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

static args parse(int argc, char **argv)
{
    const size_t n = sizeof options / sizeof options[0];
    args a;
    size_t k;
    int i;
    memset(&a, 0, sizeof a);
    for (i = 2; i < argc; i++) {
        const char **value;
        for (k = 0; k < n && strcmp(argv[i], options[k].name) != 0; k++) { }
        if (k == n && argv[i][0] == '-' && argv[i][1] != 0) { die("unknown option %s", argv[i]); }
        value = k == n ? &a.in : (const char **)(void *)((char *)&a + options[k].place);
        if (k < n && !has_word(options[k].commands, argv[1])) { die("%s has no option %s", argv[1], argv[i]); }
        if (k < n && !options[k].flag && ++i == argc) { die("%s needs a value", argv[i - 1]); }
        if (k == n && a.in != NULL) { die("one file expected, got %s and %s", a.in, argv[i]); }
        if (k < n && !options[k].flag && *value != NULL) { die("%s is given twice", options[k].name); }
        *value = argv[i];
    }
    if (a.in == NULL) { die("no input file (see sucref help %s)", argv[1]); }
    return a;
}

static unsigned whole_number(const char *text, const char *what, unsigned lo, unsigned hi)
{
    char *end;
    unsigned long v;
    errno = 0;
    v = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != 0 || errno != 0 || v < lo || v > hi) {
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
        die("%s must be a finite number, not %s", what, *text ? text : "nothing");
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

/* what a file is that was given for another kind, and what takes it; or nothing */
static const char *other_kind(const uint8_t *p, size_t len)
{
    if (len >= 8 && memcmp(p + 4, "TFL3", 4) == 0) {
        return "; it is a TensorFlow Lite file: sucref import makes a model of it";
    }
    if (len >= 4 && memcmp(p, "SUCR", 4) == 0) { return "; it is a model already (sucref info)"; }
    if (len >= 4 && memcmp(p, "PK\3\4", 4) == 0) {
        return "; it is a zip archive: where it is one of numpy.savez, sucref quantize makes a model of it";
    }
    return len >= 6 && memcmp(p, "\x93NUMPY", 6) == 0 ? "; it is a NumPy array, as samples are" : "";
}

/* refuses bytes from `at` on that are no model */
static void no_model(const char *path, const uint8_t *p, size_t len, size_t at, const sucref_fault *fault)
{
    const int cut = len - at >= 16 && memcmp(p + at, "SUCR", 4) == 0 && little(p + at + 8, 4) > len - at;
    if (cut) {
        die("%s: not a valid model: %s at byte %lu: is cut short, %lu of its %lu bytes are there", path, fault->field,
            (unsigned long)(at + fault->offset), (unsigned long)(len - at), (unsigned long)little(p + at + 8, 4));
    }
    die("%s: not a valid model: %s at byte %lu%s", path, fault->field, (unsigned long)(at + fault->offset),
        at == 0 && memcmp(p, "SUCR", len < 4 ? len : 4) != 0 ? other_kind(p, len) : "");
}

static sucref_model open_model(const char *path, uint8_t **bytes)
{
    sucref_model m;
    sucref_fault fault = { "", 0 };
    size_t len;
    *bytes = read_file(path, &len);
    if (sucref_model_open(&m, *bytes, len, &fault) != SUCREF_OK || sucref_model_check(&m, &fault) != SUCREF_OK) {
        no_model(path, *bytes, len, 0, &fault);
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
