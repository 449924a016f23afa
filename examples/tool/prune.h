/* prune.h - drops from a lowered network, exactly, what no input can change: channels whose byte is the same for every
 * input (interval arithmetic through the integers says which) and channels that nothing reads. What they add to who
 * reads them goes into biases. No sample decides anything: the answers, and the last layer's logits, are the same.
 *
 * Channels go together where a layer ties them: a depthwise layer, a pool, a sum or a copy has no output without its
 * input. Such a class goes only if every dense or convolutional layer that reads one of its members can do without: the
 * member is constant, and the zero point where windows reach outside the picture; or all rows that stay have weight 0
 * there. Inputs and outputs stay. A tensor of 4 n channels keeps a multiple of 4, for the kernels' sake. */
#ifndef SUCREF_TOOL_PRUNE_H
#define SUCREF_TOOL_PRUNE_H
#include "lower.h"

/* of a layer with weights: multiply-adds, weight bytes, channels that it makes and those that it reads */
typedef struct { uint64_t macs, bytes; uint32_t makes, reads; } pruned_layer;
typedef struct {
    pruned_layer was[SUCREF_MAX_LAYERS], is[SUCREF_MAX_LAYERS]; /* before and after */
    uint64_t macs, left, bytes, left_bytes;                     /* of all layers */
    uint32_t channels, dropped;                                 /* of all tensors */
} pruned;

typedef struct {
    lowered *l;
    uint32_t base[SUCREF_MAX_TENSORS + 1]; /* of a tensor's first channel among all of them */
    uint32_t n;
    uint8_t *lo, *hi, *pinned, *gone;      /* of a channel; pinned and gone: of its class */
    uint32_t *parent;                      /* classes as trees */
} prune;

static inline sucref_layer_spec *prune_layer(const prune *p, unsigned n) { return &p->l->layer[n]; }
static inline const sucref_tensor_spec *prune_tensor(const prune *p, unsigned t) { return &p->l->tensor[t]; }

static inline uint32_t prune_class(const prune *p, uint32_t c)
{
    while (p->parent[c] != c) { c = p->parent[c] = p->parent[p->parent[c]]; }
    return c;
}

static inline void prune_tie(prune *p, uint32_t a, uint32_t b)
{
    p->parent[prune_class(p, b)] = prune_class(p, a);
}

static inline void prune_pin(prune *p, uint32_t c) { p->pinned[prune_class(p, c)] = 1; }

static inline int prune_is_gone(const prune *p, unsigned t, uint32_t c)
{
    return p->gone[prune_class(p, p->base[t] + c)];
}

/* channels of a tensor below `c` that stay */
static inline uint32_t prune_kept(const prune *p, unsigned t, uint32_t c)
{
    uint32_t k = 0, i;
    for (i = 0; i < c; i++) { k += !prune_is_gone(p, t, i); }
    return k;
}

static inline int prune_reads_rows(const sucref_layer_spec *s)
{
    return s->kind == SUCREF_KIND_DENSE || s->kind == SUCREF_KIND_CONV;
}

/* may a window reach outside the picture? */
static inline int prune_reaches_out(const prune *p, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *in = prune_tensor(p, s->from), *out = prune_tensor(p, s->to);
    if (s->kind == SUCREF_KIND_DENSE) { return 0; }
    return s->pad_top > 0 || s->pad_left > 0 ||
           (out->height - 1) * s->stride_h + (s->kernel_h - 1) * s->dilation_h >= in->height ||
           (out->width - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w >= in->width;
}

/* ---- intervals ---- */

/* a channel of tensor t can be lo..hi, too */
static inline void prune_widen(prune *p, unsigned t, uint32_t c, unsigned lo, unsigned hi)
{
    const uint32_t k = p->base[t] + c;
    if (lo < p->lo[k]) { p->lo[k] = (uint8_t)lo; }
    if (hi > p->hi[k]) { p->hi[k] = (uint8_t)hi; }
}

/* the outputs of a layer's row for z from..to: requantization only grows, a table may do anything */
static inline void prune_outputs(prune *p, const sucref_layer_spec *s, uint32_t row, int64_t from, int64_t to)
{
    sucref_layer_spec plain = *s;
    unsigned lo, hi, u;
    plain.act = SUCREF_ACT_NONE;
    if (s->kind > SUCREF_KIND_DEPTHWISE) { plain.flags = 0; }
    lo = prepare_activation(&plain, prepare_sat(from), row);
    hi = prepare_activation(&plain, prepare_sat(to), row);
    if (s->act != SUCREF_ACT_LOOKUP) { prune_widen(p, s->to, row, lo, hi); return; }
    for (u = lo; u <= hi; u++) { prune_widen(p, s->to, row, s->lookup[u], s->lookup[u]); }
}

/* z of a row whose inputs are anything in their intervals */
static inline void prune_weighted(prune *p, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *in = prune_tensor(p, s->from);
    const int outside = prune_reaches_out(p, s), deep = s->kind == SUCREF_KIND_DEPTHWISE;
    const uint32_t times = deep ? s->n_out / in->channels : 1;
    uint32_t r, k;
    for (r = 0; r < s->n_out; r++) {
        int64_t from = prepare_bias(s, r), to = from;
        for (k = 0; k < s->n_in; k++) {
            const uint32_t c = p->base[s->from] + (deep ? r / times : k % in->channels);
            const int w = s->w[(size_t)r * s->n_in + k];
            int lo = p->lo[c], hi = p->hi[c];
            if (outside && in->zero < lo) { lo = in->zero; }
            if (outside && in->zero > hi) { hi = in->zero; }
            from += w * (w > 0 ? lo : hi);
            to += w * (w > 0 ? hi : lo);
        }
        if (s->kind == SUCREF_KIND_DENSE && prune_tensor(p, s->to)->channels != s->n_out) {
            prune_widen(p, s->to, r % prune_tensor(p, s->to)->channels, 0, 255); /* rows are no channels */
        } else {
            prune_outputs(p, s, r, from, to);
        }
    }
}

static inline int32_t prune_scaled(const sucref_layer_spec *s, int k, int32_t z)
{
    return prepare_requant(z * 1048576, s->multiplier[k], s->exponent[k], SUCREF_REQUANT_TFLITE);
}

/* ADD and MUL: the ends, or the corners */
static inline void prune_two(prune *p, const sucref_layer_spec *s, uint32_t c)
{
    const uint32_t a = p->base[s->from] + c, b = p->base[s->from2] + c;
    const int za = prune_tensor(p, s->from)->zero, zb = prune_tensor(p, s->from2)->zero;
    const int32_t a0 = p->lo[a] - za, a1 = p->hi[a] - za, b0 = p->lo[b] - zb, b1 = p->hi[b] - zb;
    sucref_layer_spec third = *s;
    int32_t from, to, k;
    if (s->kind == SUCREF_KIND_ADD) {
        third.multiplier = s->multiplier + 2;
        third.exponent = s->exponent + 2;
        from = prune_scaled(s, 0, a0) + prune_scaled(s, 1, b0);
        to = prune_scaled(s, 0, a1) + prune_scaled(s, 1, b1);
    } else {
        const int32_t corner[4] = { a0 * b0, a0 * b1, a1 * b0, a1 * b1 };
        from = to = corner[0];
        for (k = 1; k < 4; k++) {
            from = corner[k] < from ? corner[k] : from;
            to = corner[k] > to ? corner[k] : to;
        }
    }
    prune_outputs(p, &third, c, from, to);
}

static inline void prune_pool(prune *p, const sucref_layer_spec *s, uint32_t c)
{
    const uint32_t k = p->base[s->from] + c;
    const int zero = prune_tensor(p, s->from)->zero, count = s->kernel_h * s->kernel_w;
    const unsigned lo = p->lo[k], hi = p->hi[k];
    if (s->kind == SUCREF_KIND_AVERAGE && s->multiplier[0] != 0) {
        if (prune_reaches_out(p, s)) { prune_widen(p, s->to, c, 0, 255); return; }
        prune_outputs(p, s, c, (int64_t)count * ((int)lo - zero), (int64_t)count * ((int)hi - zero));
        return;
    }
    prune_widen(p, s->to, c, lo < s->lo ? s->lo : lo > s->hi ? s->hi : lo,
                hi < s->lo ? s->lo : hi > s->hi ? s->hi : hi);
}

/* bytes of a tensor that copies write */
static inline uint64_t prune_copied(const prune *p, unsigned t)
{
    uint64_t sum = 0;
    unsigned n;
    for (n = 0; n < p->l->n_layers; n++) {
        const sucref_layer_spec *s = prune_layer(p, n);
        if (s->to == t && s->kind == SUCREF_KIND_COPY) { sum += (uint64_t)s->box[6] * s->box[7] * s->box[8]; }
    }
    return sum;
}

static inline void prune_moved(prune *p, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *in = prune_tensor(p, s->from), *out = prune_tensor(p, s->to);
    const int all = s->box[6] == 0, same = in->channels == out->channels;
    const uint32_t n = all ? in->channels : s->box[8];
    uint32_t c, u;
    for (c = 0; c < n; c++) {
        const uint32_t k = p->base[s->from] + (all ? c : s->box[2] + c), to = all ? c : s->box[5] + c;
        if (all && !same) { prune_widen(p, s->to, c % out->channels, 0, 255); continue; }
        if (s->act != SUCREF_ACT_LOOKUP) { prune_widen(p, s->to, to, p->lo[k], p->hi[k]); continue; }
        for (u = p->lo[k]; u <= p->hi[k]; u++) { prune_widen(p, s->to, to, s->lookup[u], s->lookup[u]); }
    }
    if (all && !same) { for (c = 0; c < out->channels; c++) { prune_widen(p, s->to, c, 0, 255); } }
    if (!all && prune_copied(p, s->to) < (uint64_t)out->height * out->width * out->channels) {
        for (c = 0; c < out->channels; c++) { prune_widen(p, s->to, c, out->zero, out->zero); }
    }
}

static inline void prune_intervals(prune *p)
{
    uint32_t c;
    unsigned n;
    memset(p->lo, 255, p->n);
    memset(p->hi, 0, p->n);
    for (n = 0; n < p->l->n_tensors; n++) {
        const sucref_tensor_spec *t = prune_tensor(p, n);
        for (c = 0; (n == 0 || t->state) && c < t->channels; c++) { prune_widen(p, n, c, 0, 255); }
    }
    for (n = 0; n < p->l->n_layers; n++) {
        const sucref_layer_spec *s = prune_layer(p, n);
        const uint32_t channels = prune_tensor(p, s->to)->channels;
        if (s->kind <= SUCREF_KIND_DEPTHWISE) { prune_weighted(p, s); continue; }
        if (s->kind == SUCREF_KIND_COPY) { prune_moved(p, s); continue; }
        for (c = 0; s->kind == SUCREF_KIND_CONSTANT && c < s->n_out; c++) {
            prune_widen(p, s->to, c % channels, s->constant[c], s->constant[c]);
        }
        for (c = 0; s->kind != SUCREF_KIND_CONSTANT && c < channels; c++) {
            switch (s->kind) {
            case SUCREF_KIND_AVERAGE: case SUCREF_KIND_MAX: prune_pool(p, s, c); break;
            case SUCREF_KIND_ADD: case SUCREF_KIND_MUL: prune_two(p, s, c); break;
            default: prune_widen(p, s->to, c, 0, 255);
            }
        }
    }
}

/* ---- classes ---- */

static inline void prune_pin_tensor(prune *p, unsigned t)
{
    uint32_t c;
    for (c = 0; c < prune_tensor(p, t)->channels; c++) { prune_pin(p, p->base[t] + c); }
}

/* channels that a layer has only together with others */
static inline void prune_tie_layer(prune *p, const sucref_layer_spec *s)
{
    const uint32_t in = prune_tensor(p, s->from)->channels, out = prune_tensor(p, s->to)->channels;
    const uint32_t a = p->base[s->from], b = p->base[s->to];
    uint32_t c;
    switch (s->kind) {
    case SUCREF_KIND_DENSE: case SUCREF_KIND_CONV: case SUCREF_KIND_CONSTANT: case SUCREF_KIND_SOFTMAX: break;
    case SUCREF_KIND_COPY:
        for (c = 0; s->box[6] > 0 && c < s->box[8]; c++) { prune_tie(p, a + s->box[2] + c, b + s->box[5] + c); }
        for (c = 0; s->box[6] == 0 && in == out && c < in; c++) { prune_tie(p, a + c, b + c); }
        break;
    default:
        for (c = 0; c < out; c++) {
            prune_tie(p, a + c / (out / in), b + c);
            if (s->kind != SUCREF_KIND_ADD && s->kind != SUCREF_KIND_MUL) { continue; }
            prune_tie(p, p->base[s->from2] + c, b + c);
        }
    }
}

/* channels that must stay: those that a softmax sees, and where bytes change their places */
static inline void prune_pin_layer(prune *p, const sucref_layer_spec *s)
{
    const uint32_t in = prune_tensor(p, s->from)->channels, out = prune_tensor(p, s->to)->channels;
    if (s->kind == SUCREF_KIND_SOFTMAX || (s->kind == SUCREF_KIND_COPY && s->box[6] == 0 && in != out)) {
        prune_pin_tensor(p, s->from);
        prune_pin_tensor(p, s->to);
    }
    if (s->kind == SUCREF_KIND_DENSE && out != s->n_out) { prune_pin_tensor(p, s->to); }
}

static inline void prune_classes(prune *p)
{
    unsigned n;
    for (n = 0; n < p->n; n++) { p->parent[n] = n; }
    for (n = 0; n < p->l->n_layers; n++) { prune_tie_layer(p, prune_layer(p, n)); }
    for (n = 0; n < p->l->n_layers; n++) { prune_pin_layer(p, prune_layer(p, n)); }
    prune_pin_tensor(p, 0);
    prune_pin_tensor(p, prune_layer(p, p->l->n_layers - 1U)->to);
}

/* can a layer of rows do without a channel of what it reads? */
static inline int prune_can_miss(const prune *p, const sucref_layer_spec *s, uint32_t c)
{
    const uint32_t k = p->base[s->from] + c, channels = prune_tensor(p, s->from)->channels;
    const int rows_are_channels = prune_tensor(p, s->to)->channels == s->n_out;
    uint32_t r, i;
    if (p->lo[k] == p->hi[k] && (!prune_reaches_out(p, s) || p->lo[k] == prune_tensor(p, s->from)->zero)) { return 1; }
    for (r = 0; r < s->n_out; r++) {
        if (rows_are_channels && prune_is_gone(p, s->to, r)) { continue; }
        for (i = c; i < s->n_in; i += channels) { if (s->w[(size_t)r * s->n_in + i] != 0) { return 0; } }
    }
    return 1;
}

/* marks the classes that go, until there are no more; needed is room for one flag a channel */
static inline void prune_find(prune *p, uint8_t *needed)
{
    int again = 1;
    uint32_t c;
    unsigned n;
    memset(p->gone, 0, p->n);
    while (again) {
        again = 0;
        memset(needed, 0, p->n);
        for (n = 0; n < p->l->n_layers; n++) {
            const sucref_layer_spec *s = prune_layer(p, n);
            for (c = 0; prune_reads_rows(s) && c < prune_tensor(p, s->from)->channels; c++) {
                const uint32_t k = prune_class(p, p->base[s->from] + c);
                if (!p->pinned[k] && !needed[k] && !p->gone[k] && !prune_can_miss(p, s, c)) { needed[k] = 1; }
            }
        }
        for (c = 0; c < p->n; c++) {
            if (prune_class(p, c) == c && !p->pinned[c] && !needed[c] && !p->gone[c]) { p->gone[c] = 1; again = 1; }
        }
    }
}

/* pins channels from..from + n - 1 of a tensor until `want` of them stay; returns whether any was pinned */
static inline int prune_hold(prune *p, unsigned t, uint32_t from, uint32_t n, uint32_t want)
{
    uint32_t c, kept = prune_kept(p, t, from + n) - prune_kept(p, t, from);
    const int any = kept < want;
    for (c = from; c < from + n && kept < want; c++) {
        if (prune_is_gone(p, t, c)) { prune_pin(p, p->base[t] + c); kept++; }
    }
    return any;
}

/* a multiple of four channels where there was one, at least one, and one in every box that is copied */
static inline int prune_round(prune *p)
{
    unsigned n;
    int any = 0;
    for (n = 1; n < p->l->n_tensors; n++) {
        const uint32_t channels = prune_tensor(p, n)->channels, kept = prune_kept(p, n, channels);
        any |= prune_hold(p, n, 0, channels, channels % 4 != 0 ? 1U : kept < 1 ? 4U : (kept + 3) / 4 * 4);
    }
    for (n = 0; n < p->l->n_layers; n++) {
        const sucref_layer_spec *s = prune_layer(p, n);
        if (s->kind == SUCREF_KIND_COPY && s->box[6] > 0) { any |= prune_hold(p, s->from, s->box[2], s->box[8], 1); }
    }
    return any;
}

/* ---- the smaller network ---- */

/* rows and columns that stay, and in biases what the others gave */
static inline int prune_rows(prune *p, sucref_layer_spec *s)
{
    const int deep = s->kind == SUCREF_KIND_DEPTHWISE, own = prune_tensor(p, s->to)->channels == s->n_out;
    const uint32_t channels = prune_tensor(p, s->from)->channels, kept = prune_kept(p, s->from, channels),
                   n_in = deep ? s->n_in : s->n_in / channels * kept,
                   n_out = own ? prune_kept(p, s->to, s->n_out) : s->n_out;
    const int per_row = (s->flags & SUCREF_LAYER_PER_ROW) != 0;
    int8_t *w = (int8_t *)graph_new(p->l->g, (size_t)n_in * n_out), *exponent = (int8_t *)graph_new(p->l->g, n_out);
    int32_t *bias = (int32_t *)graph_new(p->l->g, 4 * (size_t)n_out),
            *multiplier = (int32_t *)graph_new(p->l->g, 4 * (size_t)n_out);
    uint32_t r, k, to = 0, at = 0;
    if (w == NULL || exponent == NULL || bias == NULL || multiplier == NULL) { return 0; }
    for (r = 0; r < s->n_out; r++) {
        if (own && prune_is_gone(p, s->to, r)) { continue; }
        bias[to] = prepare_bias(s, r);
        multiplier[to] = s->multiplier[per_row ? r : 0];
        exponent[to] = s->exponent[per_row ? r : 0];
        for (k = 0; k < s->n_in; k++) {
            const int8_t v = s->w[(size_t)r * s->n_in + k];
            const uint32_t c = k % channels;
            if (deep || !prune_is_gone(p, s->from, c)) {
                w[at++] = v;
            } else {
                bias[to] += v * p->lo[p->base[s->from] + c];
            }
        }
        to++;
    }
    s->w = w; s->bias = bias; s->n_in = n_in; s->n_out = n_out;
    if (per_row) { s->multiplier = multiplier; s->exponent = exponent; }
    return 1;
}

static inline int prune_box(prune *p, sucref_layer_spec *s)
{
    uint16_t *box = (uint16_t *)graph_new(p->l->g, 9 * sizeof *box);
    if (box == NULL) { return 0; }
    memcpy(box, s->box, 9 * sizeof *box);
    if (box[6] > 0) {
        box[2] = (uint16_t)prune_kept(p, s->from, s->box[2]);
        box[5] = (uint16_t)prune_kept(p, s->to, s->box[5]);
        box[8] = (uint16_t)(prune_kept(p, s->from, (uint32_t)s->box[2] + s->box[8]) - box[2]);
    }
    s->box = box;
    return 1;
}

static inline int prune_constant(prune *p, sucref_layer_spec *s)
{
    const uint32_t channels = prune_tensor(p, s->to)->channels;
    uint8_t *bytes = (uint8_t *)graph_new(p->l->g, s->n_out);
    uint32_t k, n = 0;
    if (bytes == NULL) { return 0; }
    for (k = 0; k < s->n_out; k++) { if (!prune_is_gone(p, s->to, k % channels)) { bytes[n++] = s->constant[k]; } }
    s->constant = bytes;
    s->n_out = n;
    return 1;
}

static inline int prune_apply(prune *p)
{
    unsigned n;
    for (n = 0; n < p->l->n_layers; n++) {
        sucref_layer_spec *s = prune_layer(p, n);
        if ((s->kind <= SUCREF_KIND_DEPTHWISE && !prune_rows(p, s)) ||
            (s->kind == SUCREF_KIND_COPY && !prune_box(p, s)) ||
            (s->kind == SUCREF_KIND_CONSTANT && !prune_constant(p, s))) {
            return 0;
        }
    }
    for (n = 0; n < p->l->n_tensors; n++) {
        p->l->tensor[n].channels = (uint16_t)prune_kept(p, n, prune_tensor(p, n)->channels);
    }
    return 1;
}

/* what the layers with weights are like; sums out */
static inline void prune_measure(pruned_layer *of, uint64_t *macs, uint64_t *bytes, const lowered *l)
{
    unsigned n;
    *macs = *bytes = 0;
    for (n = 0; n < l->n_layers; n++) {
        const sucref_layer_spec *s = &l->layer[n];
        const sucref_tensor_spec *out = &l->tensor[s->to];
        const uint64_t places = s->kind == SUCREF_KIND_DENSE ? 1U : (uint64_t)out->height * out->width;
        memset(&of[n], 0, sizeof of[n]);
        if (s->kind > SUCREF_KIND_DEPTHWISE) { continue; }
        of[n].bytes = (uint64_t)s->n_in * s->n_out;
        of[n].macs = places * of[n].bytes;
        of[n].makes = s->n_out;
        of[n].reads = l->tensor[s->from].channels;
        *macs += of[n].macs;
        *bytes += of[n].bytes;
    }
}

static inline int prune_start(prune *p, lowered *l)
{
    unsigned n;
    p->l = l;
    p->n = 0;
    for (n = 0; n < l->n_tensors; n++) { p->base[n] = p->n; p->n += l->tensor[n].channels; }
    p->lo = (uint8_t *)graph_new(l->g, p->n); p->hi = (uint8_t *)graph_new(l->g, p->n);
    p->pinned = (uint8_t *)graph_new(l->g, p->n); p->gone = (uint8_t *)graph_new(l->g, p->n);
    p->parent = (uint32_t *)graph_new(l->g, 4 * (size_t)p->n);
    return p->lo != NULL && p->hi != NULL && p->pinned != NULL && p->gone != NULL && p->parent != NULL;
}

/* 1, or 0 with the graph's reason */
static inline int prune_all(pruned *out, lowered *l)
{
    prune p;
    uint8_t *needed;
    uint32_t c;
    prune_measure(out->was, &out->macs, &out->bytes, l);
    if (!prune_start(&p, l)) { return 0; }
    needed = (uint8_t *)graph_new(l->g, p.n);
    if (needed == NULL) { return 0; }
    prune_intervals(&p);
    prune_classes(&p);
    do { prune_find(&p, needed); } while (prune_round(&p));
    out->channels = p.n;
    for (c = 0; c < p.n; c++) { out->dropped += p.gone[prune_class(&p, c)]; }
    if (out->dropped > 0 && !prune_apply(&p)) { return 0; }
    prune_measure(out->is, &out->left, &out->left_bytes, l);
    return 1;
}
#endif
