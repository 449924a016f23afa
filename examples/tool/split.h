/* split.h - the command: parts of all layers for devices that answer sums to one that joins them, of chains of dense
 * layers plane by plane (parts.h), of networks with convolutions by output channels (channels.h); or --exchange
 * (shares.h). */
#ifndef SUCREF_TOOL_SPLIT_H
#define SUCREF_TOOL_SPLIT_H
#include "channels.h"
#include "note.h"
#include "shares.h"

typedef struct {
    respec r;
    channel_split layer[SUCREF_MAX_LAYERS]; /* of chains of dense layers their plans alone; of plans with n 0 no part */
    const char *in, *out;
    unsigned devices, spares;
    int chain;
} split_job;

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

/* says behind a part what it is */
static void note_part(const split_job *j, uint8_t **part, uint32_t *len, unsigned layer, unsigned shard)
{
    const char *slash = strrchr(j->in, '/');
    char text[NOTE_MOST + 1], of[32];
    if (shard < j->devices) { snprintf(of, sizeof of, "part %u of %u", shard, j->devices); }
    else { snprintf(of, sizeof of, "parity %u of %u", shard - j->devices, j->spares); }
    snprintf(text, sizeof text, "%s (%u + %u devices, from 0): layer %u of %u of %.40s", of, j->devices, j->spares,
             layer, j->r.spec.n_layers, slash != NULL ? slash + 1 : j->in);
    if (!note_add(part, len, text)) { die("out of memory"); }
}

/* writes every layer's part for one device to a file; returns its length, and the largest work buffer in bytes */
static size_t write_parts(const split_job *j, unsigned shard, size_t *most)
{
    char path[PART_NAME];
    uint8_t *all = NULL;
    size_t at = 0;
    unsigned n;
    part_name(path, j->out, shard);
    for (n = 0; n < j->r.spec.n_layers; n++) {
        const split_plan *p = &j->layer[n].plan;
        sucref_model m;
        uint32_t len;
        uint8_t *part;
        if (p->n == 0) { continue; }
        part = j->chain ? split_part(&len, &j->r.layer[n], p, shard) : channels_part(&len, &j->r.spec, n, p, shard);
        if (part == NULL || sucref_model_open(&m, part, len, NULL) != SUCREF_OK) { die("%s: cannot be split", j->in); }
        if (4 * sucref_net_work_len(&m) > *most) { *most = 4 * sucref_net_work_len(&m); }
        note_part(j, &part, &len, n, shard);
        all = (uint8_t *)realloc(all, at + len);
        if (all == NULL) { die("out of memory"); }
        memcpy(all + at, part, len);
        at += len;
        free(part);
    }
    write_file(path, all, at);
    printf("%s: %s %u, %lu bytes\n", path, shard < j->devices ? "part" : "parity",
           shard < j->devices ? shard : shard - j->devices, (unsigned long)at);
    free(all);
    return at;
}

/* can what a layer's devices send be recovered? */
static uint32_t split_checked_limit(const split_job *j, unsigned n)
{
    const split_plan *p = &j->layer[n].plan;
    const uint32_t limit = split_limit(&j->r.layer[n]);
    if (p->r > 0 && limit > (p->n <= 8 ? 1U << 27 : 1U << 26)) {
        die("%s: layer %u: sums up to %lu cannot be recovered exactly", j->in, n, (unsigned long)limit);
    }
    return limit;
}

static void split_print_rows(const split_plan *p)
{
    unsigned i;
    for (i = 0; i < p->n; i++) { printf(" %lu", (unsigned long)(p->row[i + 1] - p->row[i])); }
}

static void split_chain(split_job *j, unsigned devices, unsigned spares, unsigned protect, const double *rate)
{
    unsigned n;
    for (n = 0; n < j->r.spec.n_layers; n++) {
        const sucref_layer_spec *s = &j->r.layer[n];
        split_plan *p = &j->layer[n].plan;
        uint32_t limit;
        p->n = devices; p->r = spares; p->protect = protect;
        if (!split_rows(p, s->n_out, rate)) {
            die("%s: layer %u has %lu rows, too few for these %u devices", j->in, n, (unsigned long)s->n_out, devices);
        }
        limit = split_checked_limit(j, n);
        printf("layer %u: rows", n);
        split_print_rows(p);
        printf(" of %lu inputs, %u plane%s, |sum| < %lu\n", (unsigned long)s->n_in, s->n_planes,
               s->n_planes == 1 ? "" : "s", (unsigned long)limit);
    }
}

static void split_channels(split_job *j, unsigned devices, unsigned spares, const double *rate)
{
    channel_traffic t = { 0, 0, 0 };
    unsigned n, parts = 0;
    if (j->r.spec.n_stops != 1) {
        die("%s: has %u stops, convolutions are split in models of one", j->in, j->r.spec.n_stops);
    }
    for (n = 0; n < j->r.spec.n_layers; n++) {
        const sucref_layer_spec *s = &j->r.layer[n];
        channel_split *c = &j->layer[n];
        if (s->kind > SUCREF_KIND_DEPTHWISE) { continue; }
        if (!channels_plan(c, &j->r.spec, n, devices, spares, rate)) {
            printf("layer %u: the master's, %s\n", n, s->kind == SUCREF_KIND_DEPTHWISE ? "depthwise" :
                   channels_is_whole(s) ? "too few rows" : "in planes");
            continue;
        }
        printf("layer %u: %s", n, s->kind == SUCREF_KIND_CONV ? "channels" : "rows");
        split_print_rows(&c->plan);
        printf(" of %lu inputs, %lu position%s in %u message%s, |sum| < %lu\n", (unsigned long)s->n_in,
               (unsigned long)c->positions, c->positions == 1 ? "" : "s", c->blocks, c->blocks == 1 ? "" : "s",
               (unsigned long)split_checked_limit(j, n));
        channels_count(&t, c, &j->r.spec);
        parts++;
    }
    if (parts == 0) { die("%s: no layer has as many channels as there are devices", j->in); }
    printf("an answer: %lu inputs of layers to the devices with %lu bytes, %lu messages from them with %lu\n",
           (unsigned long)parts * (devices + spares), t.to, t.messages, t.from);
}

static void split(const args *a)
{
    static split_job j;
    double rate[SUCREF_MAX_SHARDS];
    uint8_t *bytes;
    const sucref_model m = open_model(a->in, &bytes);
    size_t data = 0, parity = 0, most = 0;
    const char *mark;
    unsigned i, devices, spares, protect = SUCREF_MAX_PLANES;
    if (a->devices == NULL || (a->parity == NULL && a->exchange == NULL) || a->out == NULL) {
        die("split needs --devices N, --parity r or --exchange maps.npz, and -o shard%%d.sucref");
    }
    if (a->exchange == NULL ? a->without != NULL || a->number != NULL : a->protect != NULL || a->rates != NULL) {
        die("split: --protect and --rates go with --parity, --without and --number with --exchange");
    }
    mark = strstr(a->out, "%d");
    if (mark == NULL || strchr(mark + 1, '%') != NULL || strchr(a->out, '%') != mark) {
        die("-o must hold %%d once, the number of the device, not %s", a->out);
    }
    j.in = a->in; j.out = a->out;
    j.chain = dense_layers(&m) == m.n_layers;
    if (a->exchange != NULL) { need_dense(a->in, &m, "split --exchange", "it takes chains of dense layers"); }
    if (m.usable_stops != m.n_stops) { die("%s: is cut, split needs all stops", a->in); }
    if (a->exchange != NULL) { shares(a, &m); free(bytes); return; }
    if (!j.chain && a->protect != NULL) { die("--protect is for chains of dense layers"); }
    devices = whole_number(a->devices, "--devices", 1, SUCREF_MAX_SHARDS);
    spares = whole_number(a->parity, "--parity", 0, devices <= 8 ? 4 : 3);
    if (a->protect != NULL) { protect = whole_number(a->protect, "--protect", 1, SUCREF_MAX_PLANES); }
    if (a->rates != NULL) { parse_rates(rate, devices, a->rates); }
    j.devices = devices; j.spares = spares;
    check_parts(a, devices + spares);
    respec_model(&j.r, &m);
    if (j.chain) { split_chain(&j, devices, spares, protect, a->rates ? rate : NULL); }
    else { split_channels(&j, devices, spares, a->rates ? rate : NULL); }
    for (i = 0; i < devices + spares; i++) { *(i < devices ? &data : &parity) += write_parts(&j, i, &most); }
    printf("%u data parts of %lu bytes together, %u parity parts of %lu\n", devices, (unsigned long)data, spares,
           (unsigned long)parity);
    if (!j.chain) { printf("work buffer of a part: at most %lu bytes\n", (unsigned long)most); }
    respec_free(&j.r);
    free(bytes);
}
#endif
