/* sucref.c - the host tool: makes, shows, runs and cuts model files. `sucref` alone prints how.
 *
 * Build: cc -O2 -o sucref examples/tool/sucref.c -lm
 * Every refusal is one line on stderr and exit status 2. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include <unistd.h>
#include "npz.h"
#include "tflite.h"
#include "certify.h"
#include "calibrate.h"
#include "parts.h"
#include "tool.h"
#include "create.h"
#include <unistd.h>

static const char usage[] =
    "usage: sucref quantize layers.npz -o m.sucref [--plan 4,4] [--calibrate inputs.u8] [--act relu|relu6|none]\n"
    "                       [--clip share|auto] [--input-scale s] [--keep] [--cut-input]\n"
    "       sucref import model.tflite -o m.sucref [--plan 4,4] [--every-layer] [--keep]\n"
    "       sucref calibrate m.sucref --in samples -o out.sucref [--max-disagree 0.001] [--confidence 0.95]\n"
    "                       [--quiet 0.05] [--certify]\n"
    "       sucref info m.sucref\n"
    "       sucref run m.sucref --in x.u8|x.s8 --out y.bin [--stop S | --exit margin|certified|gray] [--gray LO,HI]\n"
    "                       [--logits] [--type u8|s8]\n"
    "       sucref truncate m.sucref --stops S -o t.sucref\n"
    "       sucref emit-c m.sucref -o m.h [--name net]\n"
    "       sucref split m.sucref --devices N --parity r [--protect planes] [--rates 2,1,1,..] -o shard%d.sucref\n"
    "stops count from 0; --stops is how many to keep\n";

/* ---- info, run, truncate, emit-c --------------------------------------------------------------------------------- */

/* METHOD 6: where the sections start, and the next one's payload length, type and stop at each */
enum { HEAD_AT = 12, FRAME = 16, F_STOP = 3, F_LAYER = 4, F_INDEX = 6, F_LEN = 8 };
static uint32_t little(const uint8_t *p, int bytes)
{
    uint32_t v = 0;
    while (bytes-- > 0) { v = v << 8 | p[bytes]; }
    return v;
}

/* payload bytes by kind of one stop's sections: corrections, planes, exit rules, bounds, others */
static void section_bytes(unsigned long *sum, const sucref_model *m, unsigned stop)
{
    uint32_t at = little(m->bytes + HEAD_AT, 4);
    memset(sum, 0, 5 * sizeof *sum);
    while (m->bytes_len - at >= FRAME) {
        const uint8_t *p = m->bytes + at;
        const uint32_t len = little(p + F_LEN, 4), type = little(p, 2);
        if (len > m->bytes_len - at - FRAME) { break; }
        if (p[F_STOP] == stop) { sum[type >= 1 && type <= 4 ? type - 1 : 4] += len; }
        at += FRAME + len;
    }
}

static void info_model(const sucref_model *model)
{
    static const char *act[] = { "none", "relu", "relu6", "leaky relu", "table", "lookup" };
    const sucref_model m = *model;
    sucref_stop before;
    unsigned long section[5];
    unsigned n, t, i, g;
    printf("%lu inputs (%s), %lu outputs, %u layers, %u of %u stops, %lu of %lu bytes\n", (unsigned long)m.n_in,
           m.input_type ? "s8" : "u8", (unsigned long)m.n_out, m.n_layers, m.usable_stops, m.n_stops,
           (unsigned long)m.bytes_len, (unsigned long)m.file_bytes);
    for (n = 0; n < m.n_layers; n++) {
        sucref_layer l;
        sucref_model_layer(&l, &m, n);
        printf("layer %u: %lu x %lu, plan ", n, (unsigned long)l.n_out, (unsigned long)l.n_in);
        for (i = 0; i < l.n_planes; i++) { printf("%s%u", i == 0 ? "" : l.coarse ? "+" : ",", l.plan[i]); }
        printf(", %s%s, bytes per plane", act[l.act], l.flags & SUCREF_LAYER_KEEP ? ", accumulators kept" : "");
        for (i = 0; i < l.n_planes; i++) {
            uint32_t sum = 0;
            for (g = 0; g < l.n_groups; g++) {
                sucref_group group;
                sucref_model_group(&group, &m, l.first_group + g);
                if (group.plane_offset[i] >= FRAME && group.plane_offset[i] <= m.bytes_len) { /* its frame is there */
                    sum += little(m.bytes + group.plane_offset[i] - 8, 4);
                }
            }
            printf(" %lu", (unsigned long)sum);
        }
        printf("\n");
    }
    before.end = little(m.bytes + HEAD_AT, 4);
    printf("tables and parameters: %lu bytes\n", (unsigned long)before.end);
    for (t = 0; t < m.usable_stops; t++) {
        sucref_stop s;
        sucref_cost c;
        sucref_model_stop(&s, &m, t);
        sucref_model_cost(&c, &m, 0, t);
        printf("stop %u: input bits %u, layer bits", t, s.in_bits);
        for (g = 0; g < m.n_groups; g++) {
            sucref_stop_group e;
            sucref_model_stop_group(&e, &m, t, g);
            printf(" %u", e.bits);
        }
        section_bytes(section, &m, t);
        printf(", file bytes %lu (corrections %lu, planes %lu, exit rule %lu, bounds %lu), up to here at most %llu "
               "multiply-adds and %llu weight bytes read\n",
               (unsigned long)(s.end - before.end), section[0], section[1], section[2], section[3],
               (unsigned long long)c.macs, (unsigned long long)c.weight_bytes);
        before = s;
    }
    printf("work buffer: %lu bytes, largest step: %lu multiply-adds\n", (unsigned long)sucref_net_work_len(&m) * 4,
           (unsigned long)sucref_net_quantum(&m));
}

/* a file of `split` holds one model for each layer, one behind the other */
static void info(const args *a)
{
    size_t len, at = 0;
    uint8_t *bytes;
    sucref_model m = open_model(a->in, &bytes);
    free(bytes);
    bytes = read_file(a->in, &len);
    while (at < len) {
        sucref_fault fault = { "", 0 };
        if (sucref_model_open(&m, bytes + at, len - at, &fault) != SUCREF_OK ||
            sucref_model_check(&m, &fault) != SUCREF_OK) {
            die("%s: not a valid model: %s at byte %lu", a->in, fault.field, (unsigned long)(at + fault.offset));
        }
        if (at > 0) { printf("\nand from byte %lu on:\n", (unsigned long)at); }
        info_model(&m);
        at += m.bytes_len;
    }
    free(bytes);
}

/* the inputs of --in: u8 or s8 by name or --type, which must be what the model takes */
static uint8_t *read_inputs(const args *a, const sucref_model *m, uint32_t *n)
{
    const char *dot = strrchr(a->x, '.'), *type = a->type ? a->type : dot ? dot + 1 : "";
    size_t len;
    uint8_t *x;
    if (strcmp(type, "u8") != 0 && strcmp(type, "s8") != 0) {
        die("%s: type must be u8 or s8 (by its name or --type)", a->x);
    }
    if ((type[0] == 's') != (m->input_type == SUCREF_INPUT_S8)) {
        die("%s: the model takes %s", a->x, m->input_type ? "s8" : "u8");
    }
    x = read_file(a->x, &len);
    if (len == 0 || len % m->n_in != 0 || len / m->n_in > 0xFFFFFFF) {
        die("%s: %lu bytes are not whole inputs of %lu", a->x, (unsigned long)len, (unsigned long)m->n_in);
    }
    *n = (uint32_t)(len / m->n_in);
    return x;
}

static void write_answer(FILE *f, const args *a, const sucref_answer *y)
{
    uint32_t i;
    for (i = 0; i < y->n_out; i++) {
        const uint32_t z = (uint32_t)y->logits[i];
        const uint8_t le[4] = { (uint8_t)z, (uint8_t)(z >> 8), (uint8_t)(z >> 16), (uint8_t)(z >> 24) };
        const uint8_t out = (uint8_t)(y->out[i] ^ 0x80);
        if (fwrite(a->logits ? le : &out, 1, a->logits ? 4 : 1, f) == 0) { die("%s: cannot be written", a->out); }
    }
}

/* how many inputs left at each stop, and the share of the one-shot network's weight bytes that they read */
static void print_exits(const sucref_model *m, const uint32_t *left, uint32_t n)
{
    sucref_cost one_shot, c;
    double sum = 0;
    unsigned t;
    sucref_model_cost(&one_shot, m, m->usable_stops - 1U, m->usable_stops - 1U);
    for (t = 0; t < m->usable_stops; t++) {
        sucref_model_cost(&c, m, 0, t);
        sum += (double)left[t] * (double)c.weight_bytes / (double)one_shot.weight_bytes / n;
        printf("stop %u: %lu of %lu left here\n", t, (unsigned long)left[t], (unsigned long)n);
    }
    printf("weight bytes read, of one-shot: %.3f\n", sum);
}

/* how `run` leaves early */
typedef struct { const args *a; uint32_t *work; size_t work_len; int32_t lo, hi; } exit_rule;

static exit_rule exit_rule_of(const args *a, const sucref_model *m)
{
    exit_rule e;
    char *end;
    memset(&e, 0, sizeof e);
    e.a = a;
    if (a->exit_rule == NULL) { return e; }
    if (a->stop != NULL || (strcmp(a->exit_rule, "margin") != 0 && strcmp(a->exit_rule, "certified") != 0 &&
                            strcmp(a->exit_rule, "gray") != 0)) {
        die("--exit must be margin, certified or gray, without --stop");
    }
    if (strcmp(a->exit_rule, "gray") == 0) {
        if (m->n_out != 1 || a->gray == NULL) {
            die("--exit gray needs a model of one output and --gray LO,HI in its logits");
        }
        e.lo = (int32_t)strtol(a->gray, &end, 10);
        e.hi = *end == ',' ? (int32_t)strtol(end + 1, &end, 10) : 0;
        if (*end != 0 || e.lo > e.hi) { die("--gray must be LO,HI with LO <= HI, not %s", a->gray); }
    }
    e.work_len = sucref_net_proof_len(m);
    e.work = (uint32_t *)malloc(e.work_len * 4);
    if (e.work == NULL) { die("out of memory"); }
    return e;
}

static int leaves(const exit_rule *e, const sucref_net *net, const sucref_answer *y)
{
    int proved;
    switch (e->a->exit_rule[0]) {
    case 'c': return sucref_net_proved(&proved, net, e->work, e->work_len) == SUCREF_OK && proved;
    case 'g': return sucref_settled_gray(y->logits[0], e->lo, e->hi);
    default: return sucref_settled(net->model, y);
    }
}

static void run(const args *a)
{
    uint8_t *bytes, *x;
    const sucref_model m = open_model(a->in, &bytes);
    const size_t work_len = sucref_net_work_len(&m);
    uint32_t *work = (uint32_t *)malloc(work_len * 4), left[SUCREF_MAX_STOPS] = { 0 }, n, k;
    unsigned stop = m.usable_stops - 1U;
    const exit_rule rule = exit_rule_of(a, &m);
    sucref_net net;
    FILE *f;
    if (a->x == NULL || a->out == NULL) { die("run needs --in x.u8|x.s8 and --out y.bin"); }
    if (a->stop != NULL) { stop = whole_number(a->stop, "--stop", 0, m.usable_stops - 1U); }
    x = read_inputs(a, &m, &n);
    if (work == NULL || sucref_net_init(&net, &m, work, work_len) != SUCREF_OK) { die("out of memory"); }
    f = fopen(a->out, "wb");
    if (f == NULL) { die("%s: cannot be written", a->out); }
    for (k = 0; k < n; k++) {
        unsigned t = a->exit_rule != NULL ? 0 : stop;
        sucref_answer y;
        (void)sucref_net_set_input(&net, x + (size_t)k * m.n_in, net.model->n_in);
        (void)sucref_net_start_at(&net, t);
        for (;; t++) {
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &y) != SUCREF_OK) {
                die("internal error");
            }
            if (t == stop || leaves(&rule, &net, &y)) { break; }
        }
        left[t]++;
        write_answer(f, a, &y);
        if (isatty(2) && k % 1000 == 999) {
            fprintf(stderr, "\r%lu of %lu%s", (unsigned long)k + 1, (unsigned long)n, k + 1 == n ? "\n" : "");
        }
    }
    if (fclose(f) != 0) { die("%s: cannot be written", a->out); }
    if (a->exit_rule != NULL) { print_exits(&m, left, n); }
    free(x); free(work); free(bytes); free(rule.work);
}

/* ---- calibrate --------------------------------------------------------------------------------------------------- */

/* corrections from the first inputs (all of them, or 40 % with --max-disagree), thresholds from the next 40 %,
 * risk from the rest */
static void calibrate(const args *a)
{
    static respec r;
    uint8_t *bytes, *model, *x;
    sucref_model m = open_model(a->in, &bytes);
    const double max_disagree = a->disagree ? (double)real_number(a->disagree, "--max-disagree") : 0;
    const double confidence = a->confidence ? (double)real_number(a->confidence, "--confidence") : 0.95;
    const double quiet = a->quiet ? (double)real_number(a->quiet, "--quiet") : 0;
    uint32_t n, n_fit, n_choose, len, left[SUCREF_MAX_STOPS], busy[SUCREF_MAX_LAYERS];
    void *memory, *bounds_memory = NULL;
    sucref_bounds bounds;
    unsigned t;
    if (a->x == NULL || a->out == NULL) { die("calibrate needs --in samples and -o out.sucref"); }
    if (m.usable_stops != m.n_stops) { die("%s: is cut, calibrate needs all stops", a->in); }
    if (max_disagree < 0 || max_disagree >= 1) { die("--max-disagree must be in 0..1, not %s", a->disagree); }
    if (!(confidence > 0 && confidence < 1)) { die("--confidence must be in 0..1, not %s", a->confidence); }
    if (!(quiet >= 0 && quiet < 1)) { die("--quiet must be in 0..1, not %s", a->quiet); }
    x = read_inputs(a, &m, &n);
    n_fit = a->disagree ? (uint32_t)(0.4 * n) : n;
    n_choose = a->disagree ? (uint32_t)(0.4 * n) : 0;
    if (n_fit < 1 || (a->disagree && (n_choose < 1 || n - n_fit - n_choose < 1))) { die("%s: too few inputs", a->x); }
    respec_model(&r, &m);
    if (quiet > 0) {
        quiet_rows(&r, busy, &m, x, n_fit, quiet);
        for (t = 0; t + 1U < m.n_layers; t++) {
            printf("layer %u: %lu of %lu rows busy\n", t, (unsigned long)busy[t], (unsigned long)r.layer[t].n_out);
        }
    }
    for (t = 0; t < m.n_layers; t++) { best_shifts(&r, &r.layer[t]); }
    if (prepare_calibrate(r.corrections, &memory, &r.spec, x, n_fit, isatty(2) ? show_progress : NULL, NULL) !=
        SUCREF_OK) {
        die("out of memory");
    }
    if (a->certify) {
        if (prepare_certify(&bounds, &bounds_memory, &r.spec, x, n_fit) != SUCREF_OK) {
            die("%s: no stop can be certified: the first layer must keep its accumulators (--keep), later ones must be "
                "whole",
                a->in);
        }
        r.spec.bounds = &bounds;
    }
    model = write_spec(a, &r.spec, &len);
    if (a->disagree && r.spec.n_stops > 1) {
        stop_result *chosen, *judged;
        if (sucref_model_open(&m, model, len, NULL) != SUCREF_OK) { die("internal error"); }
        chosen = judge(&m, x + (size_t)n_fit * m.n_in, n_choose);
        judged = judge(&m, x + (size_t)(n_fit + n_choose) * m.n_in, n - n_fit - n_choose);
        choose_thresholds(r.exits, chosen, n_choose, m.n_stops, max_disagree, confidence);
        measure_risk(r.exits, left, judged, n - n_fit - n_choose, m.n_stops, confidence);
        for (t = 0; t + 1U < m.n_stops; t++) {
            printf("stop %u: margin %lu, disagreements so far %lu of %lu, risk <= %.5f at %.0f %% confidence\n", t,
                   (unsigned long)r.exits[t].margin, (unsigned long)r.exits[t].disagreements,
                   (unsigned long)r.exits[t].samples, r.exits[t].risk / 4294967296.0, 100 * confidence);
        }
        print_exits(&m, left, n - n_fit - n_choose);
        r.spec.exits = r.exits;
        free(model);
        model = write_spec(a, &r.spec, &len);
        free(chosen); free(judged);
    }
    write_file(a->out, model, len);
    free(memory); free(bounds_memory); free(model); free(x); free(bytes);
}

static void truncate_model(const args *a)
{
    uint8_t *bytes;
    const sucref_model m = open_model(a->in, &bytes);
    sucref_stop s;
    if (a->out == NULL || a->stops == NULL) { die("truncate needs --stops S and -o t.sucref"); }
    sucref_model_stop(&s, &m, whole_number(a->stops, "--stops", 1, m.usable_stops) - 1U);
    write_file(a->out, bytes, s.end);
    free(bytes);
}

/* the file's bytes (of `split`: a model for each layer) as one array, aligned to 4 by a union,
 * named after the output file or by --name */
static void emit_c(const args *a)
{
    uint8_t *bytes;
    sucref_model m = open_model(a->in, &bytes);
    const char *base = a->out ? strrchr(a->out, '/') : NULL, *p;
    char name[64], upper[64];
    size_t k = 0, len, work = 0, at, i;
    FILE *f;
    if (a->out == NULL) { die("emit-c needs -o m.h"); }
    for (p = a->name ? a->name : base ? base + 1 : a->out; *p && *p != '.' && k < sizeof name - 1; p++) {
        name[k++] = isalnum((unsigned char)*p) ? *p : '_';
    }
    name[k] = 0;
    if (k == 0 || isdigit((unsigned char)name[0])) { die("%s: no C name can be made of it, use --name", a->out); }
    for (i = 0; i <= k; i++) { upper[i] = (char)toupper((unsigned char)name[i]); }
    free(bytes);
    bytes = read_file(a->in, &len);
    f = fopen(a->out, "w");
    if (f == NULL) { die("%s: cannot be written", a->out); }
    for (at = 0; at < len; at += m.bytes_len) {
        if (sucref_model_open(&m, bytes + at, len - at, NULL) != SUCREF_OK ||
            sucref_model_check(&m, NULL) != SUCREF_OK) {
            die("%s: not a valid model at byte %lu", a->in, (unsigned long)at);
        }
        if (sucref_net_work_len(&m) > work) { work = sucref_net_work_len(&m); }
        fprintf(f, "/* %s from byte %lu on - written by `sucref emit-c`: %lu inputs, %lu outputs, %u stops */\n", name,
                (unsigned long)at, (unsigned long)m.n_in, (unsigned long)m.n_out, m.usable_stops);
    }
    fprintf(f, "#include <stdint.h>\n#ifndef SUCREF_FLASH\n#  define SUCREF_FLASH /* e.g. PROGMEM */\n#endif\n");
    fprintf(f, "#define %s_BYTES %luU\n#define %s_WORK_LEN %luU /* uint32_t elements */\n", upper, (unsigned long)len,
            upper, (unsigned long)work);
    fprintf(f, "static const union { uint8_t bytes[%s_BYTES]; uint32_t align; } %s_model SUCREF_FLASH = { {\n", upper,
            name);
    for (i = 0; i < len; i++) { fprintf(f, "%u%s", bytes[i], i + 1 == len ? "\n" : i % 32 == 31 ? ",\n" : ","); }
    fprintf(f, "} };\n");
    if (fclose(f) != 0) { die("%s: cannot be written", a->out); }
    free(bytes);
}

/* ---- split ------------------------------------------------------------------------------------------------------- */

/* one rate for each data device, all positive */
static void parse_rates(double *rate, unsigned n, const char *text)
{
    const char *s = text;
    unsigned i;
    for (i = 0; i < n; i++) {
        char *end;
        rate[i] = strtod(s, &end);
        if (end == s || !(rate[i] > 0) || !isfinite(rate[i]) || *end != (i + 1U < n ? ',' : 0)) {
            die("--rates must be %u positive numbers with commas between, not %s", n, text);
        }
        s = end + 1;
    }
}

/* adds every layer's part for one device to a file; returns its length */
static size_t write_parts(const char *pattern, unsigned shard, const respec *r, const split_plan *plans)
{
    const char *mark = strstr(pattern, "%d");
    char path[512];
    uint8_t *all = NULL;
    size_t at = 0;
    unsigned n;
    if (snprintf(path, sizeof path, "%.*s%u%s", (int)(mark - pattern), pattern, shard, mark + 2) >= (int)sizeof path) {
        die("%s: name too long", pattern);
    }
    for (n = 0; n < r->spec.n_layers; n++) {
        uint32_t len;
        uint8_t *part = split_part(&len, &r->layer[n], &plans[n], shard);
        all = (uint8_t *)realloc(all, at + len);
        if (all == NULL) { die("out of memory"); }
        memcpy(all + at, part, len);
        at += len;
        free(part);
    }
    write_file(path, all, at);
    free(all);
    return at;
}

static void split(const args *a)
{
    static respec r;
    static split_plan plan[SUCREF_MAX_LAYERS];
    double rate[SUCREF_MAX_SHARDS];
    uint8_t *bytes;
    const sucref_model m = open_model(a->in, &bytes);
    size_t data = 0, parity = 0;
    unsigned n, i, devices, spares, protect = SUCREF_MAX_PLANES;
    if (a->devices == NULL || a->parity == NULL || a->out == NULL) {
        die("split needs --devices N, --parity r and -o shard%%d.sucref");
    }
    if (strstr(a->out, "%d") == NULL) { die("-o must hold %%d, the number of the device, not %s", a->out); }
    if (m.usable_stops != m.n_stops) { die("%s: is cut, split needs all stops", a->in); }
    devices = whole_number(a->devices, "--devices", 1, SUCREF_MAX_SHARDS);
    spares = whole_number(a->parity, "--parity", 0, devices <= 8 ? 4 : 3);
    if (a->protect != NULL) { protect = whole_number(a->protect, "--protect", 1, SUCREF_MAX_PLANES); }
    if (a->rates != NULL) { parse_rates(rate, devices, a->rates); }
    respec_model(&r, &m);
    for (n = 0; n < m.n_layers; n++) {
        split_plan *p = &plan[n];
        const uint32_t limit = split_limit(&r.layer[n]);
        p->n = devices; p->r = spares; p->protect = protect;
        if (!split_rows(p, r.layer[n].n_out, a->rates ? rate : NULL)) {
            die("%s: layer %u has %lu rows, too few for these %u devices", a->in, n, (unsigned long)r.layer[n].n_out,
                devices);
        }
        if (spares > 0 && limit > (devices <= 8 ? 1U << 27 : 1U << 26)) {
            die("%s: layer %u: sums up to %lu cannot be recovered exactly", a->in, n, (unsigned long)limit);
        }
        printf("layer %u: rows", n);
        for (i = 0; i < devices; i++) { printf(" %lu", (unsigned long)(p->row[i + 1] - p->row[i])); }
        printf(" of %lu inputs, %u plane%s, |sum| < %lu\n", (unsigned long)r.layer[n].n_in, r.layer[n].n_planes,
               r.layer[n].n_planes == 1 ? "" : "s", (unsigned long)limit);
    }
    for (i = 0; i < devices + spares; i++) { *(i < devices ? &data : &parity) += write_parts(a->out, i, &r, plan); }
    printf("%u data parts of %lu bytes together, %u parity parts of %lu\n", devices, (unsigned long)data, spares,
           (unsigned long)parity);
    respec_free(&r);
    free(bytes);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*act)(const args *);
    } command[] = { { "quantize", quantize }, { "import", import }, { "calibrate", calibrate },
                    { "info", info },         { "run", run },       { "truncate", truncate_model },
                    { "emit-c", emit_c },     { "split", split } };
    size_t i;
    args a;
    if (argc < 2) { fputs(usage, stderr); return 2; }
    for (i = 0; i < sizeof command / sizeof command[0]; i++) {
        if (strcmp(argv[1], command[i].name) == 0) {
            a = parse(argc, argv);
            command[i].act(&a);
            return 0;
        }
    }
    die("unknown command %s (see sucref without arguments)", argv[1]);
    return 2;
}
