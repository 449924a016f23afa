/* conv_npz.h - networks of convolutions from .npz archives (`ops`, W1, b1 .., groups1 .., heads: what they are stands
 * in ../training/README.md) as graphs of float32 tensors, and the groups of their channels put into a lowered network.
 *
 * Tensor k is the map that row k of `ops` makes. What is refused is named with its array, and what would help. */
#ifndef SUCREF_TOOL_CONV_NPZ_H
#define SUCREF_TOOL_CONV_NPZ_H
#include <stdarg.h>
#include "lower.h"
#include "graph_quantize.h"
#include "npz.h"

enum { /* columns of `ops` */
    CONV_KIND, CONV_FROM, CONV_OTHER, CONV_KH, CONV_KW, CONV_STRIDE, CONV_DILATION, CONV_TOP, CONV_LEFT, CONV_ACT,
    CONV_H, CONV_W, CONV_C, CONV_COLUMNS
};
enum { CONV_INPUT, CONV_PRODUCT, CONV_DEPTHWISE, CONV_MAX, CONV_MEAN, CONV_SUM };
enum { CONV_NONE, CONV_RELU, CONV_RELU6, CONV_LEAKY, CONV_LOGISTIC, CONV_TANH }; /* activations */
enum { CONV_NODES = 64 };

typedef struct {
    int n, node[CONV_NODES][CONV_COLUMNS];
    float slope;               /* of leaky ReLUs */
    unsigned n_groups;         /* of every map but the input; each has a head in the last row. 0: none */
    uint32_t rows[CONV_NODES][SUCREF_MAX_GROUPS];  /* channels of each group */
    uint32_t reads[CONV_NODES][SUCREF_MAX_GROUPS]; /* of products: channels that it reads */
    uint32_t columns[CONV_NODES][SUCREF_MAX_GROUPS]; /* the same as a layer counts them */
} conv_net;

static inline int conv_fail(graph *g, const char *format, ...)
{
    char text[240];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return graph_fail(g, -1, "", text);
}

static inline int conv_weighs(const int *o) { return o[CONV_KIND] == CONV_PRODUCT || o[CONV_KIND] == CONV_DEPTHWISE; }

static inline const npz_array *conv_array(const npz *z, const char *letter, int k)
{
    char name[24];
    snprintf(name, sizeof name, "%s%d", letter, k);
    return npz_get(z, name);
}

/* ---- the rows of ops ---- */

/* row k as whole numbers */
static inline int conv_row(conv_net *c, graph *g, const npz_array *ops, int k)
{
    static const char *const name[CONV_COLUMNS] = { "kind", "from", "other", "kernel rows", "kernel columns", "stride",
                                                    "dilation", "pad above", "pad left", "activation", "rows",
                                                    "columns", "channels" };
    static const int most[CONV_COLUMNS] = { CONV_SUM, CONV_NODES, CONV_NODES, 255, 255, 255, 255, 255, 255,
                                            CONV_TANH, 65535, 65535, 65535 };
    int i;
    for (i = 0; i < CONV_COLUMNS; i++) {
        const float v = ops->v[k * CONV_COLUMNS + i];
        const int least = i >= CONV_H || (k > 0 && (i == CONV_KIND || (i >= CONV_KH && i <= CONV_DILATION)));
        if (!(v >= (float)least && v <= (float)most[i]) || v != floorf(v)) {
            return conv_fail(g, "ops: row %d: %s must be a whole number from %d to %d, not %g", k, name[i], least,
                             most[i], (double)v);
        }
        c->node[k][i] = (int)v;
    }
    return 1;
}

/* does a window of each place of the map hold a place of what it reads? */
static inline int conv_window_ok(const int *o, const int *in)
{
    const int reach_h = (o[CONV_KH] - 1) * o[CONV_DILATION], reach_w = (o[CONV_KW] - 1) * o[CONV_DILATION];
    return o[CONV_TOP] <= reach_h && o[CONV_LEFT] <= reach_w &&
           (o[CONV_H] - 1) * o[CONV_STRIDE] < in[CONV_H] + o[CONV_TOP] &&
           (o[CONV_W] - 1) * o[CONV_STRIDE] < in[CONV_W] + o[CONV_LEFT];
}

static inline int conv_same_map(const int *a, const int *b)
{
    return a[CONV_H] == b[CONV_H] && a[CONV_W] == b[CONV_W] && a[CONV_C] == b[CONV_C];
}

/* does row k fit what it reads? */
static inline int conv_row_fits(const conv_net *c, graph *g, int k)
{
    const int *o = c->node[k], *in = c->node[o[CONV_FROM] < k ? o[CONV_FROM] : 0];
    if (o[CONV_FROM] >= k || o[CONV_OTHER] >= k) {
        return conv_fail(g, "ops: row %d reads row %d; rows read rows before them", k,
                         o[CONV_FROM] >= k ? o[CONV_FROM] : o[CONV_OTHER]);
    }
    if (o[CONV_KIND] == CONV_SUM) {
        return (conv_same_map(o, in) && conv_same_map(o, c->node[o[CONV_OTHER]])) ||
               conv_fail(g, "ops: row %d adds maps of different sizes, or says another one for the sum", k);
    }
    if (o[CONV_KIND] != CONV_PRODUCT && o[CONV_C] != in[CONV_C]) {
        return conv_fail(g, "ops: row %d says %d channels, what it reads has %d", k, o[CONV_C], in[CONV_C]);
    }
    if ((o[CONV_KIND] == CONV_MAX || o[CONV_KIND] == CONV_MEAN) && o[CONV_DILATION] != 1) {
        return conv_fail(g, "ops: row %d is a pool with a dilation of %d; pools must have 1", k, o[CONV_DILATION]);
    }
    return conv_window_ok(o, in) ||
           conv_fail(g, "ops: row %d says %d x %d places, some of whose windows lie outside the %d x %d that it reads; "
                     "check stride, pads, rows and columns", k, o[CONV_H], o[CONV_W], in[CONV_H], in[CONV_W]);
}

/* is every row but the last one read? What nobody reads is a mistake in `from` or `other` */
static inline int conv_all_read(const conv_net *c, graph *g)
{
    int k, i;
    for (k = 0; k + 1 < c->n; k++) {
        for (i = k + 1; i < c->n && c->node[i][CONV_FROM] != k &&
                        (c->node[i][CONV_KIND] != CONV_SUM || c->node[i][CONV_OTHER] != k); i++) { }
        if (i == c->n) { return conv_fail(g, "ops: row %d is read by no row; leave it out, the last one answers", k); }
    }
    return 1;
}

/* of leaky ReLUs */
static inline int conv_slope(conv_net *c, graph *g, const npz *z)
{
    const npz_array *a = npz_get(z, "slope");
    c->slope = 0.01F;
    if (a == NULL) { return 1; }
    if (a->dims != 1 || a->shape[0] != 1 || !(a->v[0] >= 0 && a->v[0] < 1)) {
        return conv_fail(g, "slope must be one number, from 0 to below 1");
    }
    c->slope = a->v[0];
    return 1;
}

static inline int conv_rows(conv_net *c, graph *g, const npz *z)
{
    const npz_array *ops = npz_get(z, "ops");
    int k;
    memset(c, 0, sizeof *c);
    if (ops == NULL) { return conv_fail(g, "ops is missing: nodes x %d, a row for each map", (int)CONV_COLUMNS); }
    if (ops->dims != 2 || ops->shape[1] != CONV_COLUMNS || ops->shape[0] < 2 || ops->shape[0] > CONV_NODES) {
        return conv_fail(g, "ops must be nodes x %d, 2 to %d nodes", (int)CONV_COLUMNS, (int)CONV_NODES);
    }
    c->n = (int)ops->shape[0];
    for (k = 0; k < c->n; k++) { if (!conv_row(c, g, ops, k) || (k > 0 && !conv_row_fits(c, g, k))) { return 0; } }
    if (c->node[0][CONV_KIND] != CONV_INPUT) { return conv_fail(g, "ops: row 0 must be the input, kind 0"); }
    if (!conv_weighs(c->node[c->n - 1])) {
        return conv_fail(g, "ops: the last row must have weights (kind 1 or 2): its sums are the answer");
    }
    if (c->node[c->n - 1][CONV_ACT] > CONV_RELU6) {
        return conv_fail(g, "ops: the last row's sums are the answer: its activation must be 0, 1 or 2 (none, ReLU, "
                         "ReLU6), not %d", c->node[c->n - 1][CONV_ACT]);
    }
    return conv_slope(c, g, z) && conv_all_read(c, g);
}

/* ---- weights ---- */

static inline int conv_finite(graph *g, const npz_array *a)
{
    const size_t n = (size_t)a->shape[0] * a->shape[1] * a->shape[2] * a->shape[3];
    size_t i;
    for (i = 0; i < n; i++) { if (!isfinite(a->v[i])) { return conv_fail(g, "%s holds NaN or infinity", a->name); } }
    return 1;
}

/* four sizes, or out x in where the kernel is of one tap */
static inline int conv_shape_is(const npz_array *w, const uint32_t *want, int deep)
{
    return (w->dims == 4 && memcmp(w->shape, want, 4 * sizeof *want) == 0) ||
           (w->dims == 2 && !deep && want[1] * want[2] == 1 && w->shape[0] == want[0] && w->shape[1] == want[3]);
}

/* W and b of row k; their shapes say how the numbers lie */
static inline int conv_weights_ok(const conv_net *c, graph *g, const npz *z, int k)
{
    const int *o = c->node[k], *in = c->node[o[CONV_FROM]], deep = o[CONV_KIND] == CONV_DEPTHWISE;
    const npz_array *w = conv_array(z, "W", k), *b = conv_array(z, "b", k);
    const uint32_t want[4] = { deep ? 1U : (uint32_t)o[CONV_C], (uint32_t)o[CONV_KH], (uint32_t)o[CONV_KW],
                               (uint32_t)(deep ? o[CONV_C] : in[CONV_C]) };
    if (w == NULL) { return conv_fail(g, "W%d is missing: row %d of ops has weights", k, k); }
    if (b == NULL) { return conv_fail(g, "b%d is missing: row %d of ops has weights (zeros for no bias)", k, k); }
    if (!conv_shape_is(w, want, deep)) {
        return conv_fail(g, "W%d must be %lu x %lu x %lu x %lu, %s x kernel rows x kernel columns x %s, not %lu x %lu "
                         "x %lu x %lu (of PyTorch: numpy.transpose(W, %s))", k, (unsigned long)want[0],
                         (unsigned long)want[1], (unsigned long)want[2], (unsigned long)want[3], deep ? "1" : "out",
                         deep ? "channels" : "in", (unsigned long)w->shape[0], (unsigned long)w->shape[1],
                         (unsigned long)w->shape[2], (unsigned long)w->shape[3],
                         deep ? "(1, 2, 3, 0)" : "(0, 2, 3, 1)");
    }
    if (b->dims != 1 || b->shape[0] != (uint32_t)o[CONV_C]) {
        return conv_fail(g, "b%d must have %d values, one for each channel", k, o[CONV_C]);
    }
    return conv_finite(g, w) && conv_finite(g, b);
}

/* every array is of a row that has it */
static inline int conv_arrays_ok(const conv_net *c, graph *g, const npz *z)
{
    int k, i, found;
    for (k = 1; k < c->n; k++) { if (conv_weighs(c->node[k]) && !conv_weights_ok(c, g, z, k)) { return 0; } }
    for (i = 0; i < z->n; i++) {
        const npz_array *a = &z->a[i];
        found = strcmp(a->name, "ops") == 0 || strcmp(a->name, "heads") == 0 ||
                strcmp(a->name, "slope") == 0;
        for (k = 1; k < c->n; k++) {
            found |= conv_weighs(c->node[k]) &&
                     (a == conv_array(z, "W", k) || a == conv_array(z, "b", k) || a == conv_array(z, "groups", k));
        }
        if (!found) { return conv_fail(g, "%s belongs to no row of ops that has weights", a->name); }
    }
    return 1;
}

/* ---- the graph ---- */

/* a tensor of 1 to 4 sizes, its numbers as a file would hold them */
static inline int conv_tensor(graph *g, int t, int rank, const int *dim, const float *v)
{
    graph_tensor *x = &g->tensor[t];
    uint8_t *bytes;
    uint32_t i;
    int k;
    x->type = GRAPH_FLOAT32;
    x->rank = rank;
    x->state = -1;
    x->given = 1;
    x->elements = 1;
    for (k = 0; k < rank; k++) {
        x->dim[k] = dim[k];
        if ((uint64_t)x->elements * (uint32_t)dim[k] > 0xFFFFFF) { return conv_fail(g, "ops: a map is too large"); }
        x->elements *= (uint32_t)dim[k];
    }
    if (v == NULL) { return 1; }
    bytes = (uint8_t *)graph_new(g, 4 * (size_t)x->elements);
    if (bytes == NULL) { return 0; }
    for (i = 0; i < x->elements; i++) { quantized_float(bytes + 4 * (size_t)i, v[i]); }
    x->data = bytes;
    x->data_len = 4 * x->elements;
    return 1;
}

/* is the window all of the map, so that a product is a dense layer and a mean one of all places? */
static inline int conv_is_whole(const int *o, const int *in)
{
    return o[CONV_H] == 1 && o[CONV_W] == 1 && o[CONV_KH] == in[CONV_H] && o[CONV_KW] == in[CONV_W] &&
           o[CONV_DILATION] == 1 && o[CONV_TOP] == 0 && o[CONV_LEFT] == 0;
}

/* what an operator does to its own sums; the other activations are operators behind it */
static inline int conv_fused(const int *o)
{
    return o[CONV_ACT] == CONV_RELU ? GRAPH_ACT_RELU : o[CONV_ACT] == CONV_RELU6 ? GRAPH_ACT_RELU6 : GRAPH_NO_ACT;
}

static inline int conv_code(const int *o, const int *in)
{
    switch (o[CONV_KIND]) {
    case CONV_PRODUCT: return conv_is_whole(o, in) ? GRAPH_DENSE : GRAPH_CONV;
    case CONV_DEPTHWISE: return GRAPH_DEPTHWISE;
    case CONV_MAX: return GRAPH_MAX_POOL;
    case CONV_MEAN: return conv_is_whole(o, in) && conv_fused(o) == GRAPH_NO_ACT ? GRAPH_MEAN : GRAPH_AVERAGE_POOL;
    default: return GRAPH_ADD;
    }
}

/* the operator of row k; its weights and bias are tensors `more` and more + 1 */
static inline int conv_op(graph *g, const conv_net *c, const npz *z, int k, int more)
{
    const int *o = c->node[k], *in = c->node[o[CONV_FROM]], deep = o[CONV_KIND] == CONV_DEPTHWISE,
              channels = o[CONV_C],
              w[4] = { deep ? 1 : channels, o[CONV_KH], o[CONV_KW], deep ? channels : in[CONV_C] };
    int across[2] = { channels, 0 };
    graph_op *p = &g->op[g->n_ops++];
    p->name = "row of ops";
    p->place = k;
    p->code = conv_code(o, in);
    p->out = k;
    p->act = conv_fused(o);
    p->in = (int *)graph_new(g, 3 * sizeof *p->in);
    if (p->in == NULL) { return 0; }
    p->in[0] = o[CONV_FROM];
    p->n_in = conv_weighs(o) ? 3 : o[CONV_KIND] == CONV_SUM ? 2 : 1;
    p->kernel[0] = o[CONV_KH]; p->kernel[1] = o[CONV_KW];
    p->stride[0] = p->stride[1] = o[CONV_STRIDE];
    p->dilation[0] = p->dilation[1] = o[CONV_DILATION];
    p->pad[0] = o[CONV_TOP]; p->pad[1] = o[CONV_LEFT];
    p->over[0] = p->over[1] = 1;
    if (p->n_in == 2) { p->in[1] = o[CONV_OTHER]; }
    if (p->n_in < 3) { return 1; }
    p->in[1] = more;
    p->in[2] = more + 1;
    across[1] = o[CONV_KH] * o[CONV_KW] * in[CONV_C]; /* as many as W has */
    return (p->code == GRAPH_DENSE ? conv_tensor(g, more, 2, across, conv_array(z, "W", k)->v)
                                   : conv_tensor(g, more, 4, w, conv_array(z, "W", k)->v)) &&
           conv_tensor(g, more + 1, 1, &channels, conv_array(z, "b", k)->v);
}

/* the activation behind the last operator, which writes tensor `between` in place of row k's map */
static inline int conv_act(graph *g, const conv_net *c, int k, int between)
{
    const int *o = c->node[k], dim[4] = { 1, o[CONV_H], o[CONV_W], o[CONV_C] };
    graph_op *p = &g->op[g->n_ops];
    p[-1].out = between;
    p->name = p[-1].name;
    p->place = k;
    p->code = o[CONV_ACT] == CONV_LEAKY ? GRAPH_LEAKY_RELU : o[CONV_ACT] == CONV_TANH ? GRAPH_TANH : GRAPH_LOGISTIC;
    p->number = c->slope;
    p->out = k;
    p->n_in = 1;
    p->in = (int *)graph_new(g, sizeof *p->in);
    if (p->in == NULL) { return 0; }
    p->in[0] = between;
    g->n_ops++;
    return conv_tensor(g, between, 4, dim, NULL);
}

/* the graph of what conv_read has read; 1, or 0 with g->why filled. Free with graph_free either way */
static inline int conv_graph(graph *g, const conv_net *c, const npz *z)
{
    int k, more = c->n;
    memset(g, 0, sizeof *g);
    g->tensor = (graph_tensor *)graph_new(g, 4 * CONV_NODES * sizeof *g->tensor);
    g->op = (graph_op *)graph_new(g, 2 * CONV_NODES * sizeof *g->op);
    if (g->tensor == NULL || g->op == NULL) { return 0; }
    g->input = 0;
    g->output = c->n - 1;
    g->input_type = GRAPH_FLOAT32;
    g->output_type = GRAPH_FLOAT32;
    g->real = 1;
    for (k = 0; k < c->n; k++) {
        const int *o = c->node[k], dim[4] = { 1, o[CONV_H], o[CONV_W], o[CONV_C] };
        if (!conv_tensor(g, k, 4, dim, NULL) || (k > 0 && !conv_op(g, c, z, k, more))) { return 0; }
        more += conv_weighs(o) ? 2 : 0;
        if (k > 0 && o[CONV_ACT] > CONV_RELU6 && !conv_act(g, c, k, more++)) { return 0; }
    }
    g->n_tensors = (uint32_t)more;
    g->n_working = g->n_ops;
    return 1;
}

/* ---- groups of channels ---- */

static inline const char *conv_group_of(uint32_t *rows, uint32_t *reads, const npz_array *a, unsigned g)
{
    int i;
    for (i = 0; i < 2; i++) {
        const float v = a->v[2U * g + (unsigned)i];
        if (!(v >= 1 && v <= 65535) || v != floorf(v)) { return "must hold whole numbers from 1 to 65535"; }
        *(i ? reads : rows) = (uint32_t)v;
    }
    return NULL;
}

/* the channels of map k that stop t has */
static inline uint32_t conv_there(const conv_net *c, int k, unsigned t)
{
    uint32_t sum = 0;
    unsigned g;
    if (k == 0) { return (uint32_t)c->node[0][CONV_C]; }
    for (g = 0; g <= t; g++) { sum += c->rows[k][g]; }
    return sum;
}

/* NULL, or what is wrong with group g of row k; least: channels that the group before it reads */
static inline const char *conv_bad_group(const conv_net *c, int k, unsigned g, uint32_t least)
{
    const int *o = c->node[k];
    if (o[CONV_KIND] == CONV_PRODUCT && c->reads[k][g] > conv_there(c, o[CONV_FROM], g)) {
        return "has a group that reads channels of a later one";
    }
    if (o[CONV_KIND] == CONV_PRODUCT && c->reads[k][g] < least) {
        return "has a group that reads fewer channels than the one before it";
    }
    return k + 1 == c->n && c->rows[k][g] * c->n_groups != (uint32_t)o[CONV_C] ? "has heads of different sizes" : NULL;
}

/* groups of row k from its array; NULL, or what is wrong with it */
static inline const char *conv_groups_of(conv_net *c, const npz_array *a, int k)
{
    const char *why;
    uint32_t all = 0;
    unsigned g;
    if (a->dims != 2 || a->shape[1] != 2 || a->shape[0] != c->n_groups) {
        return "must be groups x 2 (channels, channels that they read), as many groups in every layer, one head for "
               "each in the last";
    }
    for (g = 0; g < c->n_groups; g++) {
        why = conv_group_of(&c->rows[k][g], &c->reads[k][g], a, g);
        if (why == NULL) { why = conv_bad_group(c, k, g, g > 0 ? c->reads[k][g - 1U] : 1U); }
        if (why != NULL) { return why; }
        all += c->rows[k][g];
    }
    return all == (uint32_t)c->node[k][CONV_C] ? NULL : "must have as many channels in all as its row of ops";
}

/* groups of what has no weights, and of depthwise rows: those of what is read */
static inline const char *conv_follow(conv_net *c, int k)
{
    const int *o = c->node[k];
    unsigned g;
    if (o[CONV_KIND] == CONV_PRODUCT) { return NULL; }
    for (g = 0; g < c->n_groups; g++) {
        const uint32_t n = conv_there(c, o[CONV_FROM], g);
        if (o[CONV_KIND] == CONV_SUM && conv_there(c, o[CONV_OTHER], g) != n) { return "adds maps of other groups"; }
        if (o[CONV_KIND] == CONV_DEPTHWISE && conv_there(c, k, g) != n) { return "must have the groups it reads"; }
        if (o[CONV_FROM] == 0) { return "reads the input: before groups of channels a convolution must come"; }
        c->rows[k][g] = n - (g > 0 ? conv_there(c, k, g - 1U) : 0U);
    }
    return NULL;
}

/* are the weights of row k 0 behind what their groups read? */
static inline int conv_masked(const conv_net *c, const npz_array *w, int k)
{
    const int *o = c->node[k], in = c->node[o[CONV_FROM]][CONV_C], taps = o[CONV_KH] * o[CONV_KW];
    uint32_t r, end = 0;
    unsigned g = 0;
    int i;
    if (o[CONV_KIND] != CONV_PRODUCT) { return 1; }
    for (r = 0; r < (uint32_t)o[CONV_C]; r++) {
        while (r >= end + c->rows[k][g]) { end += c->rows[k][g++]; }
        for (i = 0; i < taps * in; i++) {
            const float v = w->v[r * (uint32_t)(taps * in) + (uint32_t)i];
            if ((uint32_t)(i % in) >= c->reads[k][g] && (v > 0 || v < 0)) { return 0; }
        }
    }
    return 1;
}

/* groups1 .. and heads, where the archive has some: all layers with weights, or none */
static inline int conv_groups(conv_net *c, graph *g, const npz *z)
{
    const npz_array *heads = npz_get(z, "heads"), *a;
    const char *why;
    int k, found = 0;
    for (k = 1; k < c->n; k++) { found += conv_array(z, "groups", k) != NULL; }
    if (found == 0 && heads == NULL) { return 1; }
    if (heads == NULL || heads->dims != 1 || heads->shape[0] != 1 ||
        !(heads->v[0] >= 2 && heads->v[0] <= (float)SUCREF_MAX_GROUPS) || heads->v[0] != floorf(heads->v[0])) {
        return conv_fail(g, "heads must be one number, how many groups the layers have, 2 to %d: channels in groups "
                         "need a head for each group", (int)SUCREF_MAX_GROUPS);
    }
    c->n_groups = (unsigned)heads->v[0];
    if (c->node[c->n - 1][CONV_KIND] != CONV_PRODUCT ||
        !conv_is_whole(c->node[c->n - 1], c->node[c->node[c->n - 1][CONV_FROM]])) {
        return conv_fail(g, "ops: the last row must be a dense layer, whose window is the whole map: it has heads");
    }
    for (k = 1; k < c->n; k++) {
        a = conv_array(z, "groups", k);
        if (c->node[k][CONV_ACT] > CONV_RELU6) {
            return conv_fail(g, "ops: row %d: channels in groups have the activations 0, 1 and 2 (none, ReLU, ReLU6), "
                             "not %d", k, c->node[k][CONV_ACT]);
        }
        if (conv_weighs(c->node[k]) && a == NULL) {
            return conv_fail(g, "groups%d is missing: all rows with weights have groups or none", k);
        }
        why = conv_weighs(c->node[k]) ? conv_groups_of(c, a, k) : NULL;
        if (why != NULL) { return conv_fail(g, "groups%d %s", k, why); }
        why = conv_follow(c, k);
        if (why != NULL) { return conv_fail(g, "ops: row %d %s", k, why); }
        if (conv_weighs(c->node[k]) && !conv_masked(c, conv_array(z, "W", k), k)) {
            return conv_fail(g, "W%d has a weight that is not 0 behind the channels that its group reads (groups%d)",
                             k, k);
        }
    }
    return 1;
}

/* does the archive hold a network of this kind? */
static inline int conv_is(const npz *z) { return npz_get(z, "ops") != NULL; }

/* reads and checks all that is in an archive; 1, or 0 with g->why filled */
static inline int conv_read(conv_net *c, graph *g, const npz *z)
{
    memset(g, 0, sizeof *g);
    return conv_rows(c, g, z) && conv_arrays_ok(c, g, z) && conv_groups(c, g, z);
}
#endif
