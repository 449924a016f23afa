/* devices.h - the command repurpose: dense float layers over several devices, few weights across. */
#ifndef SUCREF_TOOL_DEVICES_H
#define SUCREF_TOOL_DEVICES_H
#include "create.h"
#include "repurpose_error.h"

enum { DEVICES_MAX = 65535, DEVICES_MAX_LAYERS = 32 };

typedef struct {
    repurpose_layer was[DEVICES_MAX_LAYERS];     /* neurons in place, inputs in the order of their owners */
    repurpose_layer sparse[DEVICES_MAX_LAYERS];  /* the same with as many edges as `net` */
    repurpose_layer net[DEVICES_MAX_LAYERS];     /* rearranged */
    double eta1[DEVICES_MAX_LAYERS], eta2[DEVICES_MAX_LAYERS], lost[DEVICES_MAX_LAYERS];
    double *dropped[DEVICES_MAX_LAYERS];         /* what `net` lost */
    repurpose_plan plan;
    size_t n, devices, widest;
} device_net;

static void *devices_new(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    if (p == NULL) { die("out of memory"); }
    return p;
}

static repurpose_layer devices_layer(const prepare_float_layer *in)
{
    repurpose_layer s;
    size_t i;
    s.n_in = in->n_in; s.n_out = in->n_out; s.taps = 1; s.map = 1; s.whole = 0;
    s.w = (double *)devices_new(repurpose_size(&s) * sizeof(double));
    s.b = (double *)devices_new(s.n_out * sizeof(double));
    for (i = 0; i < repurpose_size(&s); i++) { s.w[i] = (double)in->w[i]; }
    for (i = 0; i < s.n_out; i++) { s.b[i] = (double)in->b[i]; }
    return s;
}

/* ---- arguments ---- */

/* the next list of shares, not all 0; where it ends, or NULL */
static const char *devices_list_of_shares(double *share, size_t devices, const char *s)
{
    double most = 0;
    size_t k;
    for (k = 0; k < devices; k++) {
        char *end;
        share[k] = strtod(s, &end);
        if (end == s || !(share[k] >= 0) || !isfinite(share[k]) || (k + 1 < devices && *end != ',')) { return NULL; }
        most = fmax(most, share[k]);
        s = k + 1 < devices ? end + 1 : end;
    }
    return most > 0 ? s : NULL;
}

/* one list for all layers, or one for each with / between */
static void devices_sizes(device_net *d, const char *text)
{
    double *share = (double *)devices_new(d->devices * sizeof(double));
    const char *s = text;
    size_t l;
    for (l = 1; l <= d->n; l++) {
        if (l == 1 || *s == '/') { s = devices_list_of_shares(share, d->devices, l == 1 ? s : s + 1); }
        if (s == NULL || (*s != 0 && (*s != '/' || l == d->n)) || (*s == 0 && l < d->n && strchr(text, '/') != NULL)) {
            die("--sizes must be %lu numbers with commas between, for all layers or each (2,1/3,3/..), not %s",
                (unsigned long)d->devices, text);
        }
        repurpose_share(repurpose_start(&d->plan, l), d->net[l - 1].n_out, share, d->devices);
    }
    free(share);
}

/* 0:392,1:392 - device 0 owns 392 inputs, device 1 the next 392; 0,1 are inputs one by one. How many, or 0 */
static size_t devices_list(uint32_t *owner, size_t n_in, size_t devices, const char *text)
{
    const char *s = text;
    size_t n = 0;
    for (;; s++) {
        char *end;
        const unsigned long k = strtoul(s, &end, 10);
        unsigned long run = 1;
        if (!isdigit((unsigned char)*s) || k >= devices) { return 0; }
        s = end;
        if (*s == ':') {
            if (!isdigit((unsigned char)*++s)) { return 0; }
            run = strtoul(s, &end, 10);
            s = end;
        }
        if (run < 1 || run > n_in - n || (*s != 0 && *s != ',')) { return 0; }
        while (run-- > 0) { owner[n++] = (uint32_t)k; }
        if (*s == 0) { return n; }
    }
}

static void devices_owners(device_net *d, const char *text)
{
    const size_t n_in = d->net[0].n_in;
    uint32_t *owner = (uint32_t *)devices_new(n_in * sizeof(uint32_t)), rows;
    size_t i, len;
    if (is_npy(text)) {
        uint8_t *p = read_file(text, &len);
        const npy a = read_npy(text, p, len, (uint32_t)n_in, &rows);
        for (i = 0; i < n_in; i++) {
            const double v = npy_value(&a, npy_place(&a, i));
            if (rows != 1 || !(v >= 0 && v < (double)d->devices && floor(v) == v)) {
                die("%s: must hold a device from 0 to %lu for each of %lu inputs", text,
                    (unsigned long)d->devices - 1, (unsigned long)n_in);
            }
            owner[i] = (uint32_t)v;
        }
        free(p);
    } else if (devices_list(owner, n_in, d->devices, text) != n_in) {
        die("--owners must be a .npy or device:inputs with commas between, devices from 0 to %lu, together %lu inputs, "
            "not %s", (unsigned long)d->devices - 1, (unsigned long)n_in, text);
    }
    repurpose_sort(repurpose_order(&d->plan, 0), repurpose_start(&d->plan, 0), owner, n_in, d->devices);
    free(owner);
}

/* one number for all layers, or one for each with commas between */
static void devices_eta(double *eta, size_t layers, const char *text, const char *what)
{
    const int each = text != NULL && strchr(text, ',') != NULL;
    const char *s = text;
    size_t l, n;
    for (l = 0; l < layers; l++) {
        char one[64] = "0";
        if (l > 0 && !each) { eta[l] = eta[0]; continue; }
        n = s != NULL ? strcspn(s, ",") : 0;
        if (n >= sizeof one || (each && (s[n] == ',') != (l + 1 < layers))) {
            die("%s must be one number, or one for each of %lu layers, not %s", what, (unsigned long)layers, text);
        }
        if (s != NULL) {
            memcpy(one, s, n);
            one[n] = 0;
            s += n + (s[n] == ',');
        }
        eta[l] = real_number(one, what);
        if (!(eta[l] >= 0)) { die("%s must not be negative, is %s", what, text); }
    }
}

static void devices_etas(device_net *d, const args *a)
{
    size_t l;
    devices_eta(d->eta1, d->n, a->eta1, "--eta1");
    devices_eta(d->eta2, d->n, a->eta2, "--eta2");
    for (l = 0; l < d->n; l++) {
        const double unit = a->relative != NULL ? repurpose_mean_square(&d->net[l]) : 1;
        d->eta1[l] *= unit;
        d->eta2[l] *= unit;
    }
}

/* ---- what is printed ---- */

static void devices_add(repurpose_traffic *sum, const repurpose_traffic *t)
{
    sum->edges += t->edges; sum->values += t->values; sum->columns += t->columns; sum->own += t->own;
}

/* edges: all before, of which those left are a share; 0: nothing to be a share of */
static void devices_line(const char *what, const repurpose_traffic *t, size_t edges, double off)
{
    printf("  %-15s %8lu edges %7lu values to send %7lu columns", what, (unsigned long)t->edges,
           (unsigned long)t->values, (unsigned long)t->columns);
    if (edges > 0) { printf(", %.3g %% of the edges", 100 * (double)t->edges / (double)edges); }
    if (off >= 0) { printf(", weights off by %.3g of their norm", off); }
    putchar('\n');
}

static void devices_shares(const char *what, const size_t *start, size_t devices)
{
    size_t k;
    if (devices > 16) { return; }
    printf(", %s", what);
    for (k = 0; k < devices; k++) { printf(" %lu", (unsigned long)(start[k + 1] - start[k])); }
}

/* layer l before, after, and sparsified; adds to sum [3] */
static void devices_report(device_net *d, size_t l, repurpose_traffic *sum)
{
    static const char *what[3] = { "before", "rearranged", "not rearranged" };
    const size_t *in = repurpose_start(&d->plan, l), *out = repurpose_start(&d->plan, l + 1);
    const double size = repurpose_length(d->was[l].w, repurpose_size(&d->was[l])), unit = size > 0 ? size : 1;
    repurpose_traffic t[3];
    double lost = 0;
    int ok = repurpose_count(&t[0], &d->was[l], in, out, d->devices) == 0 &&
             repurpose_count(&t[1], &d->net[l], in, out, d->devices) == 0 &&
             repurpose_sparsify(&d->sparse[l], in, out, d->devices, d->eta1[l], t[1].edges, &lost) == 0 &&
             repurpose_count(&t[2], &d->sparse[l], in, out, d->devices) == 0, k;
    if (!ok) { die("out of memory"); }
    printf("layer %lu: %lu x %lu", (unsigned long)l, (unsigned long)d->net[l].n_out, (unsigned long)d->net[l].n_in);
    devices_shares("inputs", in, d->devices);
    devices_shares("neurons", out, d->devices);
    printf(", eta1 %.4g, eta2 %.4g\n", d->eta1[l], d->eta2[l]);
    devices_line(what[0], &t[0], 0, -1);
    devices_line(what[1], &t[1], t[0].edges, sqrt(d->lost[l]) / unit);
    devices_line(what[2], &t[2], t[0].edges, sqrt(lost) / unit);
    for (k = 0; k < 3; k++) { devices_add(&sum[k], &t[k]); }
}

/* ---- answers on samples ---- */

static double devices_leak;
static double devices_none(double v) { return v; }
static double devices_relu(double v) { return v > 0 ? v : 0; }
static double devices_relu6(double v) { return v > 6 ? 6 : v > 0 ? v : 0; }
static double devices_leaky(double v) { return v > 0 ? v : v * devices_leak; }
static double devices_logistic(double v) { return 1 / (1 + exp(-v)); }

typedef double devices_act(double v);
static devices_act *devices_act_of(const args *a)
{
    float leak = 0;
    const unsigned act = a->act != NULL ? act_of(a->act, "--act", &leak) : SUCREF_ACT_RELU;
    devices_leak = (double)leak;
    switch (act) {
    case SUCREF_ACT_RELU: return devices_relu;
    case SUCREF_ACT_RELU6: return devices_relu6;
    case SUCREF_ACT_LEAKY: return devices_leaky;
    case PREPARE_ACT_SIGMOID: return devices_logistic;
    case PREPARE_ACT_TANH: return tanh;
    default: return devices_none;
    }
}

static size_t devices_class(const double *y, size_t n)
{
    size_t i, best = 0;
    for (i = 1; i < n; i++) { best = y[i] > y[best] ? i : best; }
    return best;
}

/* over all samples */
typedef struct { double off[2], size, b, sharper; unsigned long same[2]; } devices_answers;

/* one sample, its inputs in the order of their owners; e, norm [n] as for repurpose_sharper; room [5 * widest] */
static void devices_sample(devices_answers *r, const device_net *d, const double *x, const double *e,
                           const double *norm, devices_act *act, double *room)
{
    const size_t n_out = d->net[d->n - 1].n_out;
    double size[DEVICES_MAX_LAYERS], *a = room, *c = room + 2 * d->widest, *y = room + 4 * d->widest;
    const double *was = repurpose_run(d->was, d->n, x, a, d->widest, act, size), *other;
    size_t i, k;
    r->size = fmax(r->size, repurpose_length(was, n_out));
    r->sharper = fmax(r->sharper, repurpose_sharper(e, norm, size, d->n));
    for (i = 0; i < d->n; i++) { r->b = fmax(r->b, size[i]); }
    for (k = 0; k < 2; k++) {
        double off = 0;
        other = repurpose_run(k == 0 ? d->net : d->sparse, d->n, x, c, d->widest, act, NULL);
        if (k == 0) {
            repurpose_undo(y, other, n_out, 1, repurpose_order(&d->plan, d->n));
            other = y;
        }
        for (i = 0; i < n_out; i++) { off += (other[i] - was[i]) * (other[i] - was[i]); }
        r->off[k] = fmax(r->off[k], sqrt(off));
        r->same[k] += devices_class(other, n_out) == devices_class(was, n_out);
    }
}

static void devices_compare(const device_net *d, const args *a)
{
    double e[DEVICES_MAX_LAYERS], norm[DEVICES_MAX_LAYERS], most_e = 0, tau = 0;
    double *room = (double *)devices_new(6 * d->widest * sizeof(double)), *x = room + 5 * d->widest;
    const size_t n_in = d->net[0].n_in;
    devices_answers r = { { 0, 0 }, 0, 0, 0, { 0, 0 } };
    devices_act *act = devices_act_of(a);
    uint32_t n, i;
    size_t len, l, c;
    uint8_t *p;
    npy in;
    p = read_file(a->x, &len);
    in = read_npy(a->x, p, len, (uint32_t)n_in, &n);
    for (l = 0; l < d->n; l++) {
        e[l] = repurpose_norm(d->dropped[l], d->net[l].n_out, d->net[l].n_in);
        norm[l] = repurpose_norm(d->net[l].w, d->net[l].n_out, d->net[l].n_in);
        most_e = fmax(most_e, sqrt(d->lost[l]));
        tau = fmax(tau, repurpose_length(d->was[l].w, repurpose_size(&d->was[l])));
    }
    for (i = 0; i < n; i++) {
        for (c = 0; c < n_in; c++) {
            x[c] = npy_value(&in, npy_place(&in, (uint64_t)i * n_in + repurpose_order(&d->plan, 0)[c]));
            if (!isfinite(x[c])) { die("%s: holds NaN or infinity", a->x); }
        }
        devices_sample(&r, d, x, e, norm, act, room);
    }
    printf("answers to %lu inputs, |y| up to %.4g: rearranged off by at most %.4g, not rearranged %.4g\n",
           (unsigned long)n, r.size, r.off[0], r.off[1]);
    printf("  bounds of rearranged: %.4g by Theorem 17 of [AB], %.4g with each layer's own norms\n",
           repurpose_theorem_17(most_e, tau, r.b, d->n), r.sharper);
    if (d->net[d->n - 1].n_out > 1) {
        printf("  largest output as before: rearranged %.4g %%, not rearranged %.4g %%\n",
               100.0 * (double)r.same[0] / n, 100.0 * (double)r.same[1] / n);
    }
    free(p); free(room);
}

/* ---- files ---- */

static void devices_write(const char *path, const npz_array *a, size_t n)
{
    output o = open_output(path);
    if (npz_put_arrays(o.f, a, (int)n) != 0) { cannot_write(path); }
    close_output(&o);
}

/* the weights, inputs and answers where they were (sorted: in the devices' order) */
static void devices_write_layers(const device_net *d, const args *a)
{
    npz_array out[2 * DEVICES_MAX_LAYERS];
    size_t l, i, c;
    for (l = 0; l < d->n; l++) {
        const repurpose_layer *s = &d->net[l];
        const int keep_in = l > 0 || a->sorted != NULL, keep_out = l + 1 < d->n || a->sorted != NULL;
        npz_array *w = &out[2 * l], *b = w + 1;
        snprintf(w->name, sizeof w->name, "W%lu", (unsigned long)l);
        snprintf(b->name, sizeof b->name, "b%lu", (unsigned long)l);
        w->dims = 2; b->dims = 1;
        w->shape[0] = b->shape[0] = (uint32_t)s->n_out;
        w->shape[1] = (uint32_t)s->n_in;
        b->shape[1] = 1;
        w->v = (float *)devices_new(repurpose_size(s) * sizeof(float));
        b->v = (float *)devices_new(s->n_out * sizeof(float));
        for (i = 0; i < s->n_out; i++) {
            const size_t row = keep_out ? i : repurpose_order(&d->plan, l + 1)[i];
            b->v[row] = (float)s->b[i];
            for (c = 0; c < s->n_in; c++) {
                w->v[row * s->n_in + (keep_in ? c : repurpose_order(&d->plan, 0)[c])] = (float)s->w[i * s->n_in + c];
            }
        }
    }
    devices_write(a->out, out, 2 * d->n);
    for (l = 0; l < 2 * d->n; l++) { free(out[l].v); }
}

/* level0 (inputs), level1 .. (neurons behind each layer): row 0 the device, row 1 where it was, in the order of -o */
static void devices_write_maps(const device_net *d, const args *a)
{
    npz_array out[DEVICES_MAX_LAYERS + 1];
    size_t l, i;
    for (l = 0; l <= d->n; l++) {
        const size_t n = repurpose_units(d->net, &d->plan, l);
        const int keep = (l > 0 && l < d->n) || a->sorted != NULL;
        snprintf(out[l].name, sizeof out[l].name, "level%lu", (unsigned long)l);
        out[l].dims = 2;
        out[l].shape[0] = 2;
        out[l].shape[1] = (uint32_t)n;
        out[l].v = (float *)devices_new(2 * n * sizeof(float));
        for (i = 0; i < n; i++) {
            const size_t unit = repurpose_order(&d->plan, l)[i], at = keep ? i : unit;
            out[l].v[at] = (float)repurpose_device(repurpose_start(&d->plan, l), i);
            out[l].v[n + at] = (float)unit;
        }
    }
    devices_write(a->maps, out, d->n + 1);
    for (l = 0; l <= d->n; l++) { free(out[l].v); }
}

/* ---- the command ---- */

/* refuses by name what an archive says beside its layers: neurons that move would make another network of it */
static void devices_check(const npz *z, const char *path, unsigned layers)
{
    const npz_array *more = nested_array(z, layers);
    if (more != NULL) {
        die("%s: %s: repurpose moves neurons, and cannot carry groups, order and heads through; it takes the arrays "
            "W0, b0, W1 .. alone (a network that is not nested in width, columns of W0 as the inputs come)", path,
            more->name);
    }
}

static void devices_read(device_net *d, const args *a)
{
    static prepare_float_layer in[DEVICES_MAX_LAYERS];
    static npz z;
    size_t len, l, most = 0;
    uint8_t *file = read_file(a->in, &len);
    double *room;
    if (npz_parse(&z, file, len) != 0) { no_archive(a->in, &z, file, len); }
    if (conv_is(&z)) {
        die("%s: ops: a network of convolutions; repurpose takes dense layers, arrays W0 (out x in), b0, W1 ..",
            a->in);
    }
    d->n = read_layers(in, &z, a->in);
    devices_check(&z, a->in, (unsigned)d->n);
    for (l = 0; l < d->n; l++) { d->net[l] = devices_layer(&in[l]); }
    if (repurpose_plan_init(&d->plan, d->net, d->n, d->devices) != 0) { die("out of memory"); }
    d->widest = d->plan.widest;
    if (a->sizes != NULL) { devices_sizes(d, a->sizes); }
    if (a->owners != NULL) { devices_owners(d, a->owners); }
    for (l = 0; l < d->n; l++) {
        d->was[l] = devices_layer(&in[l]);
        d->sparse[l] = devices_layer(&in[l]);
        d->dropped[l] = (double *)devices_new(repurpose_size(&d->net[l]) * sizeof(double));
        most = d->net[l].n_in > most ? d->net[l].n_in : most;
    }
    room = (double *)devices_new(most * sizeof(double));
    repurpose_move(&d->was[0], repurpose_order(&d->plan, 0), NULL, room);
    repurpose_move(&d->sparse[0], repurpose_order(&d->plan, 0), NULL, room);
    free(room); free(file);
    npz_free(&z);
}

static void devices_free(device_net *d)
{
    size_t l;
    for (l = 0; l < d->n; l++) {
        free(d->net[l].w); free(d->net[l].b);
        free(d->was[l].w); free(d->was[l].b);
        free(d->sparse[l].w); free(d->sparse[l].b);
        free(d->dropped[l]);
    }
    repurpose_free(&d->plan);
}

static void repurpose(const args *a)
{
    static device_net d;
    repurpose_traffic sum[3];
    size_t l;
    if (a->devices == NULL || a->eta2 == NULL || a->out == NULL) {
        die("repurpose needs --devices P, --eta2 y and -o out.npz");
    }
    if (a->x != NULL && !is_npy(a->x)) { die("%s: repurpose takes inputs from a .npy", a->x); }
    d.devices = whole_number(a->devices, "--devices", 1, DEVICES_MAX);
    devices_read(&d, a);
    devices_etas(&d, a);
    memset(sum, 0, sizeof sum);
    if (repurpose_arrange(d.net, &d.plan, d.eta1, d.eta2) != 0) { die("out of memory"); }
    for (l = 0; l < d.n; l++) {
        d.lost[l] = repurpose_threshold(&d.net[l], repurpose_start(&d.plan, l), repurpose_start(&d.plan, l + 1),
                                        d.devices, d.eta1[l], d.eta2[l], d.dropped[l]);
    }
    for (l = 0; l < d.n; l++) { devices_report(&d, l, sum); }
    printf("all layers over %lu device%s\n", (unsigned long)d.devices, d.devices == 1 ? "" : "s");
    devices_line("before", &sum[0], 0, -1);
    devices_line("rearranged", &sum[1], sum[0].edges, -1);
    devices_line("not rearranged", &sum[2], sum[0].edges, -1);
    if (a->x != NULL) { devices_compare(&d, a); }
    devices_write_layers(&d, a);
    if (a->maps != NULL) { devices_write_maps(&d, a); }
    devices_free(&d);
}
#endif
