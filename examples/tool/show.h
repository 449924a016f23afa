/* show.h - the commands that show a model: info, and emit-c (the same bytes as C). */
#ifndef SUCREF_TOOL_SHOW_H
#define SUCREF_TOOL_SHOW_H
#include "note.h"
#include "tool.h"

/* METHOD 6: where the sections start; a section's type, stop, layer, index and payload length in its frame */
enum { HEAD_AT = 12, FRAME = 16, F_STOP = 3, F_LAYER = 4, F_INDEX = 6, F_LEN = 8, T_PLANE = 2 };

/* payload bytes of the complete sections that `wanted` asks for, by the number it gives them (below `kinds`) */
static void section_bytes(unsigned long *sum, int kinds, const sucref_model *m,
                          int (*wanted)(const uint8_t *frame, unsigned which), unsigned which)
{
    uint32_t at = little(m->bytes + HEAD_AT, 4);
    memset(sum, 0, (size_t)kinds * sizeof *sum);
    while (m->bytes_len - at >= FRAME) {
        const uint8_t *p = m->bytes + at;
        const uint32_t len = little(p + F_LEN, 4);
        const int kind = wanted(p, which);
        if (len > m->bytes_len - at - FRAME) { break; }
        if (kind >= 0) { sum[kind] += len; }
        at += FRAME + len;
    }
}

/* corrections, planes, exit rules, bounds, others of one stop */
static int of_stop(const uint8_t *p, unsigned stop)
{
    const uint32_t type = little(p, 2);
    return p[F_STOP] != stop ? -1 : type >= 1 && type <= 4 ? (int)type - 1 : 4;
}

/* planes of one layer */
static int of_layer(const uint8_t *p, unsigned layer)
{
    return little(p, 2) == T_PLANE && little(p + F_LAYER, 2) == layer ? (int)(little(p + F_INDEX, 2) % 8) : -1;
}

/* rows x columns of each group, where there is more to say than the layer's own */
static void info_groups(const sucref_model *m, const sucref_layer *l, int heads)
{
    sucref_group group;
    unsigned g;
    sucref_model_group(&group, m, l->first_group);
    if (l->n_groups == 1 && group.n_columns == l->n_in) { return; }
    printf(", %s", heads ? "heads" : "groups");
    for (g = 0; g < l->n_groups; g++) {
        sucref_model_group(&group, m, (unsigned)l->first_group + g);
        printf(" %lux%lu", (unsigned long)group.n_rows, (unsigned long)group.n_columns);
    }
}

/* the window that a layer moves over a picture */
static void info_window(const sucref_layer *l)
{
    if (l->kind < SUCREF_KIND_CONV || l->kind > SUCREF_KIND_MAX) { return; }
    printf(", window %ux%u", l->kernel_h, l->kernel_w);
    if (l->stride_h != 1 || l->stride_w != 1) { printf(", stride %u,%u", l->stride_h, l->stride_w); }
    if (l->dilation_h != 1 || l->dilation_w != 1) { printf(", dilation %u,%u", l->dilation_h, l->dilation_w); }
    if (l->pad_top != 0 || l->pad_left != 0) { printf(", begins %u,%u outside", l->pad_top, l->pad_left); }
}

/* what a layer is and reads; of a dense one behind the layer before it there is nothing to say */
static void info_kind(const sucref_layer *l, unsigned n)
{
    if (l->kind == SUCREF_KIND_DENSE && l->from == n && l->to == n + 1U) { return; }
    printf("%s", kind_name(l->kind));
    info_window(l);
    if (l->kind != SUCREF_KIND_CONSTANT) { printf(", tensor %u", l->from); }
    if (l->kind == SUCREF_KIND_ADD || l->kind == SUCREF_KIND_MUL) { printf(" and %u", l->from2); }
    printf("%s to %u", l->kind == SUCREF_KIND_CONSTANT ? "," : "", l->to);
    if (l->kind <= SUCREF_KIND_DEPTHWISE) { printf(", "); }
}

static void info_layer(const sucref_model *m, unsigned n)
{
    static const char *act[] = { "none", "relu", "relu6", "leaky relu", "table", "lookup" };
    unsigned long planes[SUCREF_MAX_PLANES];
    sucref_layer l;
    unsigned i;
    sucref_model_layer(&l, m, n);
    printf("layer %u: ", n);
    info_kind(&l, n);
    if (l.kind > SUCREF_KIND_DEPTHWISE) {
        printf("%s%s\n", l.act != SUCREF_ACT_NONE ? ", " : "", l.act != SUCREF_ACT_NONE ? act[l.act] : "");
        return;
    }
    section_bytes(planes, SUCREF_MAX_PLANES, m, of_layer, n);
    printf("%lu x %lu, plan ", (unsigned long)l.n_out, (unsigned long)l.n_in);
    for (i = 0; i < l.n_planes; i++) { printf("%s%u", i == 0 ? "" : l.coarse ? "+" : ",", l.plan[i]); }
    printf(", %s%s%s%s", act[l.act], l.flags & SUCREF_LAYER_KEEP ? ", accumulators kept" : "",
           l.flags & SUCREF_LAYER_KEEP_LIST ? ", list kept" : "",
           l.flags & SUCREF_LAYER_INPUT_ORDER ? ", inputs in an order of its own" : "");
    info_groups(m, &l, l.kind == SUCREF_KIND_DENSE && n + 1U == m->n_layers && l.n_out != m->n_out);
    printf(", bytes per plane");
    for (i = 0; i < l.n_planes; i++) { printf(" %lu", planes[i]); }
    printf("\n");
}

/* what the layers read and write: shapes, and where the bytes lie */
static void info_tensors(const sucref_model *m)
{
    sucref_tensor x;
    unsigned n;
    printf("tensors:");
    for (n = 0; n < m->n_tensors; n++) {
        sucref_model_tensor(&x, m, n);
        printf("%s %ux%ux%u", n > 0 ? "," : "", x.height, x.width, x.channels);
        if (n > 0) { printf(" at word %lu", (unsigned long)x.place); }
        if (x.flags & SUCREF_TENSOR_KEEP) { printf(" (kept)"); }
        if (x.flags & SUCREF_TENSOR_STATE) { printf(" (state)"); }
    }
    printf("\n");
}

static void info_stop(const sucref_model *m, unsigned t)
{
    unsigned long section[5];
    sucref_stop s, before;
    sucref_exit rule;
    sucref_layer last;
    sucref_cost c;
    unsigned g;
    before.end = little(m->bytes + HEAD_AT, 4);
    if (t > 0) { sucref_model_stop(&before, m, t - 1U); }
    sucref_model_stop(&s, m, t);
    sucref_model_cost(&c, m, 0, t);
    printf("stop %u: ", t);
    print_answering(m, t);
    printf("input bits %u, layer bits", s.in_bits);
    for (g = 0; g < m->n_groups; g++) {
        sucref_stop_group e;
        sucref_model_stop_group(&e, m, t, g);
        if (e.bits == 0 && e.correction_offset == 0) { printf(" -"); } else { printf(" %u", e.bits); }
    }
    sucref_model_layer(&last, m, m->n_layers - 1U);
    if (last.kind == SUCREF_KIND_DENSE && last.n_out != m->n_out) { printf(", head %u", s.head); }
    section_bytes(section, 5, m, of_stop, t);
    printf(", file bytes %lu (corrections %lu, planes %lu, exit rule %lu, bounds %lu), up to here at most %llu "
           "multiply-adds and %llu weight bytes read\n",
           (unsigned long)(s.end - before.end), section[0], section[1], section[2], section[3],
           (unsigned long long)c.macs, (unsigned long long)c.weight_bytes);
    if (never_leaves(m, t)) { printf("stop %u: never leaves\n", t); return; }
    if (sucref_model_exit(&rule, m, t) == SUCREF_OK) {
        printf("stop %u: leaves at margin %lu, risk <= %.5f from %lu samples\n", t, (unsigned long)rule.margin,
               rule.risk / 4294967296.0, (unsigned long)rule.samples);
    }
}

enum { LABELS_SHOWN = 20 };
static void info_labels(const char *path, const sucref_model *m)
{
    const labels l = need_labels(path, m);
    const char *name = (const char *)l.text;
    uint32_t k;
    for (k = 0; name != NULL && k < m->n_out && k < LABELS_SHOWN; k++, name += strlen(name) + 1) {
        printf("output %lu: %s\n", (unsigned long)k, name);
    }
    if (name != NULL && k < m->n_out) { printf("and labels of %lu outputs more\n", (unsigned long)(m->n_out - k)); }
}

static void info_model(const char *path, const sucref_model *m)
{
    char note[NOTE_MOST + 1];
    unsigned n;
    note_of_model(note, m);
    if (note[0] != 0) { printf("%s\n", note); }
    printf("%lu inputs (%s), %lu outputs, %u layers, %u of %u stops, %lu of %lu bytes\n", (unsigned long)m->n_in,
           m->input_type ? "s8" : "u8", (unsigned long)m->n_out, m->n_layers, m->usable_stops, m->n_stops,
           (unsigned long)m->bytes_len, (unsigned long)m->file_bytes);
    if (m->layout == SUCREF_LAYOUT_HALVES) { printf("whole weights packed for cores with DSP instructions\n"); }
    if (m->layout == SUCREF_LAYOUT_ROWS) { printf("weights packed for cores with MVE\n"); }
    print_meaning(m);
    info_labels(path, m);
    for (n = 0; n < m->n_layers; n++) { info_layer(m, n); }
    info_tensors(m);
    printf("tables and parameters: %lu bytes\n", (unsigned long)little(m->bytes + HEAD_AT, 4));
    for (n = 0; n < m->usable_stops; n++) { info_stop(m, n); }
    printf("work buffer: %lu bytes, largest step: %lu multiply-adds\n", (unsigned long)sucref_net_work_len(m) * 4,
           (unsigned long)sucref_net_quantum(m));
}

/* the next of a file's models (`split` writes one for each layer, one behind the other) */
static sucref_model next_model(const char *path, const uint8_t *bytes, size_t len, size_t at)
{
    sucref_fault fault = { "", 0 };
    sucref_model m;
    if (sucref_model_open(&m, bytes + at, len - at, &fault) != SUCREF_OK ||
        sucref_model_check(&m, &fault) != SUCREF_OK) {
        no_model(path, bytes, len, at, &fault);
    }
    return m;
}

/* a device's part of an exchange plan (sucref.h, exchange) */
static void info_exchange(const char *path, const uint8_t *bytes, size_t len)
{
    sucref_exchange_part p;
    sucref_fault fault = { "", 0 };
    if (sucref_exchange_open(&p, bytes, len, &fault) != SUCREF_OK) {
        die("%s: not a valid part of an exchange plan: %s at byte %lu", path, fault.field, (unsigned long)fault.offset);
    }
    if (p.device == p.devices) {
        printf("part of exchange plan %u: node %u, which collects the answers of %u devices (0 to %u)\n", p.plan,
               p.device, p.devices, p.devices - 1U);
    } else {
        printf("part of exchange plan %u: device %u of %u (0 to %u)\n", p.plan, p.device, p.devices, p.devices - 1U);
    }
    printf("%lu inputs of its own (%s), %lu outputs of the whole network, %u layers, %u stop%s, %u messages, "
           "%lu bytes\n", (unsigned long)p.n_in, p.input_type == SUCREF_INPUT_S8 ? "s8" : "u8", (unsigned long)p.n_out,
           p.n_layers, p.n_stops, p.n_stops == 1 ? "" : "s", p.links, (unsigned long)p.file_bytes);
    printf("work buffer: %lu bytes with one job ahead\n", 4UL * (unsigned long)sucref_exchange_work_len(&p, 2));
}

static void info(const args *a)
{
    size_t len, at;
    unsigned n = 0;
    uint8_t *bytes = read_file(a->in, &len);
    sucref_model m;
    if (len == 0) { die("%s: not a valid model: it is empty", a->in); }
    if (len >= 4 && memcmp(bytes, "SUCX", 4) == 0) {
        info_exchange(a->in, bytes, len);
        free(bytes);
        return;
    }
    for (at = 0; at < len; at += m.bytes_len, n++) { m = next_model(a->in, bytes, len, at); }
    if (n > 1) { printf("%u models, one behind the other: a device's part of as many layers\n\n", n); }
    for (at = 0; at < len; at += m.bytes_len) {
        m = next_model(a->in, bytes, len, at);
        if (at > 0) { printf("\nand from byte %lu on:\n", (unsigned long)at); }
        info_model(a->in, &m);
    }
    free(bytes);
}

/* ---- emit-c ---- */

/* a C name from --name or the output's file name; upper: the same in capitals */
static void c_name(char *name, char *upper, size_t room, const args *a)
{
    const char *base = strrchr(a->out, '/'), *p;
    size_t k = 0, i;
    for (p = a->name ? a->name : base ? base + 1 : a->out; *p && (a->name || *p != '.'); p++) {
        if (k + 1 == room || (a->name != NULL && !isalnum((unsigned char)*p) && *p != '_')) {
            die("%s: no C name can be made of it%s", a->name ? a->name : a->out, a->name ? "" : ", use --name");
        }
        name[k++] = isalnum((unsigned char)*p) ? *p : '_';
    }
    name[k] = 0;
    if (k == 0 || isdigit((unsigned char)name[0])) {
        die("%s: no C name can be made of it%s", a->name ? a->name : a->out, a->name ? "" : ", use --name");
    }
    for (i = 0; i <= k; i++) { upper[i] = (char)toupper((unsigned char)name[i]); }
}

static void emit_scale(FILE *f, const char *upper, const char *what, const sucref_scale *s, int zero, int has_zero)
{
    char text[40];
    if (s->multiplier == 0) { return; }
    snprintf(text, sizeof text, "%.9g", ldexp(s->multiplier, s->exponent - 31));
    fprintf(f, "#define %s_%s_SCALE %s%sF\n", upper, what, text, strpbrk(text, ".e") == NULL ? ".0" : "");
    if (has_zero) { fprintf(f, "#define %s_%s_ZERO %d\n", upper, what, zero); }
}

/* functions for real numbers of the model's ends, where their scales are known. NaN becomes the lowest byte */
static void emit_functions(FILE *f, const char *name, const char *upper, const sucref_model *m)
{
    const int flip = m->input_type == SUCREF_INPUT_S8 ? 128 : 0;
    const char *type = flip ? "int8_t" : "uint8_t";
    sucref_scales s;
    sucref_model_scales(&s, m);
    if (s.input.multiplier != 0) {
        fprintf(f, "/* the input byte nearest to a real number, halves upwards, or the last one on its side */\n"
                   "static inline %s %s_input(float real)\n{\n"
                   "    const float v = real / %s_INPUT_SCALE + (float)(%s_INPUT_ZERO + %d);\n"
                   "    const int u = v >= 255.0F ? 255 : v > 0.0F ? (int)(v + 0.5F) : 0;\n"
                   "    return (%s)(u - %d);\n}\n", type, name, upper, upper, flip, type, flip);
    }
    if (s.output.multiplier != 0) {
        fprintf(f, "/* the real number that a byte of an answer's `out` stands for */\n"
                   "static inline float %s_output(uint8_t out)\n{\n"
                   "    return (float)(out - (%s_OUTPUT_ZERO + %d)) * %s_OUTPUT_SCALE;\n}\n", name, upper, flip, upper);
    }
}

/* what the numbers of one model mean: real = (value - ZERO) * SCALE, values of the model's type, logits int32 */
static void emit_meaning(FILE *f, const char *upper, const sucref_model *m)
{
    const int flip = m->input_type == SUCREF_INPUT_S8 ? 128 : 0;
    sucref_scales s;
    sucref_tensor first;
    sucref_model_scales(&s, m);
    sucref_model_tensor(&first, m, 0);
    fprintf(f, "#define %s_INPUTS %luU\n#define %s_OUTPUTS %luU\n#define %s_STOPS %uU\n", upper,
            (unsigned long)m->n_in, upper, (unsigned long)m->n_out, upper, m->usable_stops);
    fprintf(f, "#define %s_SIGNED %d /* 1: inputs are int8, outputs are out - 128 */\n", upper, flip != 0);
    fprintf(f, "#define %s_SOFTMAX %d\n", upper, has_softmax(m));
    emit_scale(f, upper, "INPUT", &s.input, (int)first.zero - flip, 1);
    emit_scale(f, upper, "OUTPUT", &s.output, (int)s.output_zero - flip, 1);
    emit_scale(f, upper, "LOGIT", &s.logit, 0, 0);
}

/* names as strings of C: what could end them or mean more, and all beyond ASCII, as octal numbers of three digits */
static void emit_labels(FILE *f, const char *name, const char *upper, const labels *l, uint32_t n_out)
{
    const uint8_t *p = l->text;
    uint32_t k;
    fprintf(f, "static const char *const %s_labels[%s_OUTPUTS] = {\n", name, upper);
    for (k = 0; k < n_out; k++, p++) {
        fputs("    \"", f);
        for (; *p != 0; p++) {
            const int plain = *p >= 0x20 && *p < 0x7F && strchr("\"\\?", *p) == NULL;
            if (plain) { fputc(*p, f); } else { fprintf(f, "\\%03o", *p); }
        }
        fputs(k + 1 < n_out ? "\",\n" : "\"\n", f);
    }
    fputs("};\n", f);
}

/* the model without its section of names, if that is the last one: C has them as strings. Returns its length */
static size_t without_labels(uint8_t *bytes, const sucref_model *m)
{
    const uint32_t at = labels_at(m);
    if (at == 0 || at + LABELS_FRAME + little(bytes + at + 8, 4) != m->file_bytes) { return m->bytes_len; }
    labels_seal(bytes, at);
    return at;
}

/* models without their notes, each if it is the last section; returns their length */
static size_t without_notes(const char *path, uint8_t *bytes, size_t len)
{
    size_t from, to = 0;
    sucref_model m;
    for (from = 0; from < len; from += m.bytes_len) {
        uint32_t kept, at;
        m = next_model(path, bytes, len, from);
        kept = m.bytes_len;
        at = section_at(&m, NOTE_TYPE);
        if (at != 0 && at + LABELS_FRAME + little(bytes + from + at + 8, 4) == kept) {
            labels_seal(bytes + from, at);
            kept = at;
        }
        memmove(bytes + to, bytes + from, kept);
        to += kept;
    }
    return to;
}

/* the file's bytes as one array, aligned to 4 by a union */
static void emit_c(const args *a)
{
    char name[64], upper[64];
    size_t len, work = 0, at, i;
    uint8_t *bytes;
    sucref_model m;
    labels l;
    output o;
    if (a->out == NULL) { die("emit-c needs -o m.h"); }
    c_name(name, upper, sizeof name, a);
    bytes = read_file(a->in, &len);
    if (len == 0) { die("%s: not a valid model: it is empty", a->in); }
    len = without_notes(a->in, bytes, len);
    m = next_model(a->in, bytes, len, 0);
    l = need_labels(a->in, &m);
    if (m.bytes_len == len) { len = without_labels(bytes, &m); }
    o = open_output(a->out);
    for (at = 0; at < len; at += m.bytes_len) {
        m = next_model(a->in, bytes, len, at);
        if (sucref_net_work_len(&m) > work) { work = sucref_net_work_len(&m); }
        fprintf(o.f, "/* %s from byte %lu on - written by `sucref emit-c`: %lu inputs, %lu outputs, %u stops */\n",
                name, (unsigned long)at, (unsigned long)m.n_in, (unsigned long)m.n_out, m.usable_stops);
    }
    fprintf(o.f, "#ifndef %s_MODEL_H\n#define %s_MODEL_H\n", upper, upper);
    fprintf(o.f, "#include <stdint.h>\n#ifndef SUCREF_FLASH\n#  define SUCREF_FLASH /* e.g. PROGMEM */\n#endif\n");
    fprintf(o.f, "#define %s_BYTES %luU\n#define %s_WORK_LEN %luU /* uint32_t elements */\n", upper,
            (unsigned long)len, upper, (unsigned long)work);
    if (m.bytes_len == len) {
        emit_meaning(o.f, upper, &m);
        emit_functions(o.f, name, upper, &m);
        if (l.text != NULL) { emit_labels(o.f, name, upper, &l, m.n_out); }
    }
    fprintf(o.f, "static const union { uint8_t bytes[%s_BYTES]; uint32_t align; } %s_model SUCREF_FLASH = { {\n",
            upper, name);
    for (i = 0; i < len; i++) { fprintf(o.f, "%u%s", bytes[i], i + 1 == len ? "\n" : i % 32 == 31 ? ",\n" : ","); }
    fprintf(o.f, "} };\n#endif\n");
    close_output(&o);
    printf("%s: %s_model, %lu bytes, and %s_WORK_LEN, a work buffer of %lu bytes\n", a->out, name, (unsigned long)len,
           upper, 4UL * (unsigned long)work);
    free(bytes);
}
#endif
