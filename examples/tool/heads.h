/* heads.h - heads by depth for a network of one stop, without training: means of tensors on the way and, behind each, a
 * small dense layer fitted to what the whole network answers on unlabelled samples. The network's own layers and its
 * last answer stay as they are.
 *
 * Needs SUCREF_HOST defined before sucref.h. */
#ifndef SUCREF_TOOL_HEADS_H
#define SUCREF_TOOL_HEADS_H
#include "ridge.h"
#include "rows.h"

enum { HEADS_MOST = 15, HEADS_GRID = 4 }; /* heads; parts of a side that are tried */

/* one head: a mean, or none of a vector, and a dense layer */
typedef struct {
    sucref_layer_spec pool, dense;
    sucref_tensor_spec pooled, out;
    int has_pool;
    unsigned grid;
    double error;              /* on samples held back: sum of squares */
} depth_head;

typedef struct {
    respec r;                  /* the network, then the network with heads */
    sucref_tensor_spec tensor[SUCREF_MAX_TENSORS];
    uint8_t answers[SUCREF_MAX_STOPS];
    unsigned n, at[HEADS_MOST]; /* heads; the layer, of the network, that each one reads */
    depth_head head[HEADS_MOST];
    unsigned grid;             /* means of so many parts of the height and of the width; 0: as many as fit best */
    unsigned n_lost;           /* shares for which there was no tensor of its own */
    double lost[HEADS_MOST];
    double macs[SUCREF_MAX_LAYERS + 1]; /* multiply-adds of the network before a layer */
} headed;

/* ---- the network ---- */

/* a chain's vectors as tensors */
static inline void heads_chain(headed *h)
{
    const sucref_model_spec *spec = &h->r.spec;
    unsigned n;
    for (n = 0; n <= spec->n_layers; n++) {
        const sucref_layer_spec *s = &spec->layers[n < spec->n_layers ? n : n - 1U];
        h->tensor[n].height = h->tensor[n].width = 1;
        h->tensor[n].channels = (uint16_t)(n < spec->n_layers ? s->n_in : s->n_out);
        h->tensor[n].zero = n < spec->n_layers ? s->in_zero : s->out_zero;
    }
    for (n = 0; n < spec->n_layers; n++) {
        h->r.layer[n].kind = SUCREF_KIND_DENSE;
        h->r.layer[n].from = (uint8_t)n; h->r.layer[n].to = (uint8_t)(n + 1U);
    }
    h->r.spec.n_tensors = (uint8_t)(spec->n_layers + 1U);
}

static inline double heads_macs(const headed *h, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *to = &h->tensor[s->to];
    return s->kind > SUCREF_KIND_DEPTHWISE ? 0 : (double)s->n_in * s->n_out *
                                                     (s->kind == SUCREF_KIND_DENSE ? 1 : to->height * to->width);
}

/* the network of a model; NULL, or why it can have no heads */
static inline const char *heads_begin(headed *h, const sucref_model *m)
{
    unsigned n;
    memset(h, 0, sizeof *h);
    if (m->n_stops != 1) { return "it has stops already: import it with --plan 8"; }
    respec_model(&h->r, m);
    if (h->r.spec.tensors != NULL) {
        memcpy(h->tensor, h->r.spec.tensors, h->r.spec.n_tensors * sizeof h->tensor[0]);
    } else {
        heads_chain(h);
    }
    h->r.spec.tensors = h->tensor;
    if (m->n_layers < 2 || h->r.layer[m->n_layers - 1U].kind > SUCREF_KIND_DEPTHWISE) {
        return "its last layer has no weights, or is its first";
    }
    for (n = 0; n < h->r.spec.n_tensors; n++) { if (h->tensor[n].state) { return "it keeps states between inputs"; } }
    for (n = 0; n < m->n_layers; n++) { h->macs[n + 1U] = h->macs[n] + heads_macs(h, &h->r.layer[n]); }
    return NULL;
}

/* ---- where heads are ---- */

static inline int heads_reads(const sucref_layer_spec *s, unsigned tensor)
{
    const int two = s->kind == SUCREF_KIND_ADD || s->kind == SUCREF_KIND_MUL;
    return s->kind != SUCREF_KIND_CONSTANT && (s->from == tensor || (two && s->from2 == tensor));
}

/* does a layer finish a tensor that a head can read? */
static inline int heads_may(const headed *h, unsigned layer)
{
    const sucref_layer_spec *s = h->r.layer;
    const sucref_tensor_spec *t = &h->tensor[s[layer].to];
    unsigned n;
    for (n = layer + 1U; n < h->r.spec.n_layers; n++) { if (s[n].to == s[layer].to) { return 0; } }
    return layer + 1U < h->r.spec.n_layers && s[layer].kind != SUCREF_KIND_CONSTANT && t->height < 256 &&
           t->width < 256;
}

/* does all that follows come from this layer's output? */
static inline int heads_is_neck(const headed *h, unsigned layer)
{
    const sucref_layer_spec *s = h->r.layer;
    unsigned n, k;
    for (n = layer + 1U; n < h->r.spec.n_layers; n++) {
        if (heads_reads(&s[n], 0)) { return 0; }
        for (k = 0; k < layer; k++) { if (s[k].to != s[layer].to && heads_reads(&s[n], s[k].to)) { return 0; } }
    }
    return 1;
}

/* heads at the necks nearest to these shares of the multiply-adds, but not so late that nothing is saved */
static inline void heads_choose(headed *h, const double *share, unsigned n)
{
    const double all = h->macs[h->r.spec.n_layers];
    unsigned i, k;
    for (i = 0; i < n; i++) {
        double near = 2;
        unsigned best = 0;
        for (k = 0; k + 1U < h->r.spec.n_layers; k++) {
            const double v = h->macs[k + 1U] / all;
            if (!(v > 0) || v > .95 || !heads_may(h, k) || !heads_is_neck(h, k)) { continue; }
            if (fabs(v - share[i]) <= near) { near = fabs(v - share[i]); best = k; } /* of equal ones the last */
        }
        if (near > 1) { continue; }
        if (h->n > 0 && best <= h->at[h->n - 1U]) {
            h->lost[h->n_lost++] = share[i];
            continue;
        }
        h->at[h->n++] = best;
    }
}

/* ---- a head's features ---- */

static inline void heads_fail(const char *why)
{
    fprintf(stderr, "sucref: %s\n", why);
    exit(2);
}

/* real > 0 as the only multiplier of a layer */
static inline void heads_multiplier(respec *r, sucref_layer_spec *s, double real)
{
    int32_t *multiplier = (int32_t *)respec_keep(r, sizeof *multiplier);
    int8_t *exponent = (int8_t *)respec_keep(r, sizeof *exponent);
    int e;
    prepare_multiplier(multiplier, &e, real);
    *exponent = (int8_t)e;
    s->multiplier = multiplier; s->exponent = exponent;
}

/* one direction: parts that cover it */
static inline uint16_t heads_parts(uint8_t *kernel, uint8_t *stride, unsigned size, unsigned parts)
{
    if (parts > size) { parts = size; }
    *stride = (uint8_t)(size / parts);
    *kernel = (uint8_t)(size - *stride * (parts - 1U));
    return (uint16_t)parts;
}

/* means of a layer's output, times `gain` */
static inline void heads_pool(headed *h, depth_head *d, unsigned layer, double gain, uint8_t zero)
{
    const sucref_tensor_spec *in = &h->tensor[h->r.layer[layer].to];
    sucref_layer_spec *s = &d->pool;
    memset(s, 0, sizeof *s);
    memset(&d->pooled, 0, sizeof d->pooled);
    s->kind = SUCREF_KIND_AVERAGE;
    s->from = h->r.layer[layer].to;
    s->to = h->r.spec.n_tensors; /* until it is joined to the network */
    d->pooled.height = heads_parts(&s->kernel_h, &s->stride_h, in->height, d->grid);
    d->pooled.width = heads_parts(&s->kernel_w, &s->stride_w, in->width, d->grid);
    d->pooled.channels = in->channels;
    d->pooled.zero = s->out_zero = zero;
    s->dilation_h = s->dilation_w = 1;
    s->hi = 255;
    heads_multiplier(&h->r, s, gain / (s->kernel_h * s->kernel_w));
}

/* numbers the tensors that layers write in that order, the input 0; returns how many there are. The last one may be
 * `more`, which the network has not */
static inline unsigned heads_tensors(sucref_tensor_spec *to, sucref_layer_spec *layers, unsigned n_layers,
                                     const headed *h, const sucref_tensor_spec *more)
{
    uint8_t new_of[SUCREF_MAX_TENSORS] = { 0 }, tensors = 1;
    unsigned n;
    to[0] = h->tensor[0];
    for (n = 0; n < n_layers; n++) {
        const unsigned old = layers[n].to;
        layers[n].from = new_of[layers[n].from];
        layers[n].from2 = new_of[layers[n].from2];
        if (new_of[old] == 0) {
            to[tensors] = old < h->r.spec.n_tensors ? h->tensor[old] : *more;
            new_of[old] = tensors++;
        }
        layers[n].to = new_of[old];
    }
    return tensors;
}

/* the model of the network up to a layer, and a mean behind it where there is one; free() its bytes */
static inline uint8_t *heads_probe(sucref_model *m, const headed *h, const depth_head *d, unsigned layer)
{
    static sucref_layer_spec layers[SUCREF_MAX_LAYERS + 1];
    static sucref_tensor_spec tensors[SUCREF_MAX_TENSORS];
    static uint8_t bits[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS], in_bits[1] = { 8 };
    sucref_model_spec spec = h->r.spec;
    uint8_t *bytes;
    uint32_t len;
    memcpy(layers, h->r.layer, (layer + 1U) * sizeof layers[0]);
    spec.n_layers = (uint8_t)(layer + 1U);
    if (d->has_pool) { layers[spec.n_layers++] = d->pool; }
    spec.n_tensors = (uint8_t)heads_tensors(tensors, layers, spec.n_layers, h, &d->pooled);
    memset(bits, 8, sizeof bits);
    spec.layers = layers; spec.tensors = tensors; spec.bits = bits; spec.in_bits = in_bits;
    spec.corrections = NULL; spec.exits = NULL; spec.softmax_multiplier = 0; spec.softmax_shift = 0;
    len = sucref_model_write(NULL, 0, &spec, NULL);
    bytes = (uint8_t *)respec_new(len);
    if (sucref_model_write(bytes, len, &spec, NULL) == 0 || sucref_model_open(m, bytes, len, NULL) != SUCREF_OK) {
        heads_fail("internal error");
    }
    return bytes;
}

/* a model's last answers on n samples: bytes or logits, [n][n_out], or NULL */
static inline void heads_run(uint8_t *out, int32_t *logits, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    const size_t len = sucref_net_work_len(m);
    uint32_t *work = (uint32_t *)respec_new(len * 4), k;
    sucref_answer a;
    sucref_net net;
    (void)sucref_net_init(&net, m, work, len);
    for (k = 0; k < n; k++) {
        (void)sucref_net_set_input(&net, x + (size_t)k * m->n_in, m->n_in);
        if (sucref_net_run(&net, m->n_stops - 1U) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) {
            heads_fail("internal error");
        }
        if (out != NULL) { memcpy(out + (size_t)k * m->n_out, a.out, m->n_out); }
        if (logits != NULL) { memcpy(logits + (size_t)k * m->n_out, a.logits, m->n_out * sizeof *logits); }
    }
    free(work);
}

/* what the head behind a layer reads of n samples, [n][*width]; free() it */
static inline uint8_t *heads_features(uint32_t *width, const headed *h, const depth_head *d, unsigned layer,
                                      const uint8_t *x, uint32_t n)
{
    sucref_model m;
    uint8_t *bytes = heads_probe(&m, h, d, layer), *f = (uint8_t *)respec_new((size_t)n * m.n_out);
    heads_run(f, NULL, &m, x, n);
    *width = m.n_out;
    free(bytes);
    return f;
}

/* the same with means that use the whole byte: they are small where few positions fire */
static inline uint8_t *heads_means(uint32_t *width, headed *h, depth_head *d, unsigned layer, const uint8_t *x,
                                   uint32_t n)
{
    const sucref_tensor_spec *in = &h->tensor[h->r.layer[layer].to];
    int most = 0, least = 0;
    uint8_t *f;
    size_t i;
    d->has_pool = in->height * in->width > 1;
    if (!d->has_pool) { return heads_features(width, h, d, layer, x, n); }
    heads_pool(h, d, layer, 1, in->zero);
    f = heads_features(width, h, d, layer, x, n);
    for (i = 0; i < (size_t)n * *width; i++) {
        const int v = f[i] - in->zero;
        most = v > most ? v : most;
        least = v < least ? v : least;
    }
    free(f);
    if (least < 0) { heads_pool(h, d, layer, 127 / (fmax(most, -least) + .5), 128); }
    else { heads_pool(h, d, layer, 255 / (most + .5), 0); }
    return heads_features(width, h, d, layer, x, n);
}

/* ---- a head's weights ---- */

/* the whole network's last layer before its clamp and activation, in steps of its requantization: t [n][n_out] */
static inline double *heads_targets(const headed *h, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    const sucref_layer_spec *last = &h->r.layer[h->r.spec.n_layers - 1U];
    int32_t *z = (int32_t *)respec_new((size_t)n * m->n_out * sizeof *z);
    double *t = (double *)respec_new((size_t)n * m->n_out * sizeof *t);
    uint32_t k, r;
    heads_run(NULL, z, m, x, n);
    for (r = 0; r < m->n_out; r++) {
        const uint32_t to = last->flags & SUCREF_LAYER_ORDER ? last->order[r] : r;
        const double scale = row_scale(last, last->kind == SUCREF_KIND_DENSE ? r : r % last->n_out);
        for (k = 0; k < n; k++) { t[(size_t)k * m->n_out + to] = z[(size_t)k * m->n_out + to] * scale; }
    }
    free(z);
    return t;
}

/* the dense layer of real weights w [width + 1][n_out], in the last layer's scale; means: of the features, then the
 * targets, for constants that fit the rounded weights */
static inline void heads_quantize(headed *h, depth_head *d, const double *w, uint32_t width, uint8_t zero,
                                  const double *means)
{
    const sucref_layer_spec *last = &h->r.layer[h->r.spec.n_layers - 1U];
    const uint32_t n_out = d->out.channels;
    int8_t *q = (int8_t *)respec_keep(&h->r, (size_t)width * n_out);
    int32_t *bias = (int32_t *)respec_keep(&h->r, n_out * sizeof *bias);
    double step = 1e-9;
    uint32_t r, c;
    for (r = 0; r < n_out; r++) {
        for (c = 0; c < width; c++) { step = fmax(step, fabs(w[(size_t)c * n_out + r]) / 127); }
        step = fmax(step, fabs(means[width + r]) / 1e8);
    }
    for (r = 0; r < n_out; r++) {
        double b = means[width + r] / step;
        for (c = 0; c < width; c++) {
            const double v = floor(w[(size_t)c * n_out + r] / step + .5);
            q[(size_t)r * width + c] = (int8_t)v;
            b -= v * (means[c] + zero);
        }
        bias[r] = (int32_t)floor(b + .5);
    }
    memset(&d->dense, 0, sizeof d->dense);
    d->dense.kind = SUCREF_KIND_DENSE;
    d->dense.n_in = width; d->dense.n_out = n_out;
    d->dense.w = q; d->dense.bias = bias;
    d->dense.plan[0] = 8; d->dense.n_planes = 1;
    d->dense.act = last->act; d->dense.lo = last->lo; d->dense.hi = last->hi; d->dense.out_zero = last->out_zero;
    d->dense.slope = last->slope; d->dense.table = last->table; d->dense.lookup = last->lookup;
    heads_multiplier(&h->r, &d->dense, step);
}

/* fits the head behind a layer: f [n][width] its features, above their zero point; t [n][n_out] */
static inline void heads_weights(headed *h, depth_head *d, const uint8_t *f, uint32_t width, uint8_t zero,
                                 const double *t, uint32_t n, uint32_t n_out)
{
    double *w = (double *)respec_new((size_t)(width + 1U) * n_out * sizeof *w),
           *one = (double *)respec_new((width + n_out) * sizeof *one);
    ridge_sums most, held;
    uint32_t k, c;
    if (!ridge_begin(&most, width, n_out) || !ridge_begin(&held, width, n_out)) { heads_fail("out of memory"); }
    for (k = 0; k < n; k++) { /* a fifth is held back to choose the penalty; the features' rounding is the least one */
        for (c = 0; c < width; c++) { one[c] = (double)f[(size_t)k * width + c] - zero; }
        ridge_add(k % 5 == 4 ? &held : &most, one, t + (size_t)k * n_out);
    }
    d->error = ridge_fit(w, &most, &held, 1. / 12);
    if (d->error < 0) { heads_fail("out of memory"); }
    for (c = 0; c < width; c++) { one[c] = most.ff[(size_t)width * (width + 1U) + c] / n; }
    for (c = 0; c < n_out; c++) { one[width + c] = most.ft[(size_t)width * n_out + c] / n; }
    heads_quantize(h, d, w, width, zero, one);
    ridge_end(&most); ridge_end(&held);
    free(w); free(one);
}

/* ---- the network with its heads ---- */

static inline unsigned heads_groups(const sucref_model_spec *spec)
{
    unsigned n, total = 0;
    for (n = 0; n < spec->n_layers; n++) {
        if (spec->layers[n].kind <= SUCREF_KIND_DEPTHWISE) { total += prepare_groups(&spec->layers[n]); }
    }
    return total;
}

/* the stops: each head's, then the network's. A head has bits at its own stop, a layer behind it none */
static inline void heads_stops(headed *h)
{
    respec *r = &h->r;
    const unsigned stops = h->n + 1U, total = heads_groups(&r->spec);
    unsigned t, n, g, entry, head;
    free(r->bits);
    free(r->corrections);
    r->bits = (uint8_t *)respec_new((size_t)stops * total);
    r->corrections = (sucref_correction *)respec_new(sizeof *r->corrections * stops * total);
    for (t = 0; t < stops; t++) {
        r->in_bits[t] = 8;
        for (n = entry = head = 0; n < r->spec.n_layers; n++) {
            const int is_head = head < h->n && h->answers[head] == n;
            for (g = 0; r->layer[n].kind <= SUCREF_KIND_DEPTHWISE && g < prepare_groups(&r->layer[n]); g++) {
                r->bits[t * total + entry++] = n > h->answers[t] || (is_head && head != t) ? SUCREF_ABSENT : 8;
            }
            head += (unsigned)is_head;
        }
    }
    r->spec.bits = r->bits; r->spec.corrections = r->corrections; r->spec.answers = h->answers;
    r->spec.n_stops = (uint8_t)stops;
}

/* puts each head behind the layer that it reads */
static inline void heads_join(headed *h)
{
    depth_head *d = h->head;
    static sucref_layer_spec layers[SUCREF_MAX_LAYERS];
    const unsigned old = h->r.spec.n_layers;
    unsigned n, to = 0, head = 0;
    for (n = 0; n < old; n++) {
        layers[to++] = h->r.layer[n];
        if (head == h->n || h->at[head] != n) { continue; }
        d[head].dense.from = h->r.layer[n].to;
        if (d[head].has_pool) {
            h->tensor[h->r.spec.n_tensors] = d[head].pooled;
            d[head].dense.from = d[head].pool.to = h->r.spec.n_tensors++;
            layers[to++] = d[head].pool;
        }
        h->tensor[h->r.spec.n_tensors] = d[head].out;
        d[head].dense.to = h->r.spec.n_tensors++;
        h->answers[head++] = (uint8_t)to;
        layers[to++] = d[head - 1U].dense;
    }
    h->answers[head] = (uint8_t)(to - 1U);
    memcpy(h->r.layer, layers, to * sizeof layers[0]);
    h->r.spec.n_layers = (uint8_t)to;
    heads_stops(h);
}

/* may a head read so many parts of a side? One always; else where it has at most a fiftieth of the network's
 * multiply-adds and a quarter of its weights, or 1,024 */
static inline int heads_grid_may(const headed *h, const sucref_tensor_spec *in, unsigned grid, uint32_t n_out)
{
    const double size = (double)grid * grid * in->channels * n_out;
    double weights = 0;
    unsigned n;
    for (n = 0; n < h->r.spec.n_layers; n++) { weights += (double)h->r.layer[n].n_in * h->r.layer[n].n_out; }
    return grid == 1 || (size <= .02 * h->macs[h->r.spec.n_layers] && size <= fmax(.25 * weights, 1024) &&
                         (grid <= in->height || grid <= in->width));
}

/* one head: means of as many parts as err least on samples held back */
static inline depth_head heads_one(headed *h, unsigned layer, const sucref_model *m, const uint8_t *x, uint32_t n,
                                   const double *t)
{
    const sucref_tensor_spec *in = &h->tensor[h->r.layer[layer].to];
    depth_head best, d;
    unsigned grid;
    memset(&best, 0, sizeof best);
    for (grid = h->grid ? h->grid : 1; grid <= (h->grid ? h->grid : HEADS_GRID); grid++) {
        uint32_t width;
        uint8_t *f;
        if (!h->grid && !heads_grid_may(h, in, grid, m->n_out)) { continue; }
        memset(&d, 0, sizeof d);
        d.grid = grid;
        d.out.height = d.out.width = 1;
        d.out.channels = (uint16_t)m->n_out;
        d.out.zero = h->r.layer[m->n_layers - 1U].out_zero;
        f = heads_means(&width, h, &d, layer, x, n);
        heads_weights(h, &d, f, width, d.has_pool ? d.pooled.zero : in->zero, t, n, m->n_out);
        free(f);
        if (best.grid == 0 || d.error < best.error) { best = d; }
    }
    return best;
}

/* fits all heads to samples and joins them to the network, whose spec h->r then is; NULL, or why not */
static inline const char *heads_make(headed *h, const sucref_model *m, const uint8_t *x, uint32_t n)
{
    double *t;
    unsigned i;
    if (h->n == 0) { return "no tensor that all that follows comes from: name layers with --heads-at"; }
    if (m->n_layers + 2U * h->n > SUCREF_MAX_LAYERS || h->r.spec.n_tensors + 2U * h->n > SUCREF_MAX_TENSORS) {
        return "too many layers for so many heads";
    }
    t = heads_targets(h, m, x, n);
    for (i = 0; i < h->n; i++) { h->head[i] = heads_one(h, h->at[i], m, x, n, t); }
    free(t);
    heads_join(h);
    return NULL;
}
#endif
