/* conv_file.h - networks of conv.h in .npz archives: what the arrays are stands in README.md. */
#ifndef SUCREF_EXAMPLES_CONV_FILE_H
#define SUCREF_EXAMPLES_CONV_FILE_H
#include "../tool/npz.h"
#include "conv.h"

enum { OPS_COLUMNS = 13 };

/* row k of `ops`, both ways */
static inline void ops_row(net_node *o, float *row, int write)
{
    int *const field[OPS_COLUMNS] = { &o->op.kind, &o->op.from, &o->op.other, &o->op.kh, &o->op.kw, &o->op.stride,
                                      &o->op.dilation, &o->op.top, &o->op.left, &o->op.relu, &o->h, &o->w, &o->c };
    int k;
    for (k = 0; k < OPS_COLUMNS; k++) {
        if (write) { row[k] = (float)*field[k]; } else { *field[k] = (int)row[k]; }
    }
}

/* ---- writing ---- */

static inline npz_array *array_new(npz_array *a, int *n, const char *name, int k, int dims, const int *shape)
{
    npz_array *to = &a[(*n)++];
    size_t len = 1;
    int i;
    if (k < 0) { snprintf(to->name, sizeof to->name, "%s", name); }
    else { snprintf(to->name, sizeof to->name, "%s%d", name, k); }
    to->dims = (uint32_t)dims;
    for (i = 0; i < dims; i++) { to->shape[i] = (uint32_t)shape[i]; len *= (size_t)shape[i]; }
    to->v = (float *)zeros(len, sizeof(float));
    return to;
}

/* W, b and, of a nested network, groups of node k */
static inline void node_arrays(npz_array *a, int *n, const net *from, int k, int nested)
{
    const net_node *o = &from->node[k], *in = &from->node[o->op.from];
    const int conv = o->op.kind == NET_CONV;
    const int shape[4] = { conv ? o->c : 1, o->op.kh, o->op.kw, conv ? in->c : o->c }, pair[2] = { o->groups, 2 };
    npz_array *to = array_new(a, n, "W", k, 4, shape);
    int g;
    memcpy(to->v, o->weight.v, (size_t)o->weight.n * sizeof(float));
    to = array_new(a, n, "b", k, 1, &o->c);
    memcpy(to->v, o->bias.v, (size_t)o->bias.n * sizeof(float));
    if (!nested) { return; }
    to = array_new(a, n, "groups", k, 2, pair);
    for (g = 0; g < o->groups; g++) {
        to->v[2 * g] = (float)(o->end[g] - (g ? o->end[g - 1] : 0));
        to->v[2 * g + 1] = (float)node_reads(in, g);
    }
}

/* heads: how many output layers the last node holds, one a stop; 0 or -1 */
static inline int net_write(const char *path, net *n, int heads)
{
    static npz_array a[NPZ_MAX_ARRAYS];
    const int shape[2] = { n->n, OPS_COLUMNS }, one = 1, nested = n->node[n->n - 1].groups > 1;
    npz_array *ops;
    int count = 0, k, status;
    ops = array_new(a, &count, "ops", -1, 2, shape);
    for (k = 0; k < n->n; k++) { ops_row(&n->node[k], ops->v + k * OPS_COLUMNS, 1); }
    for (k = 1; k < n->n; k++) {
        if (count + 4 > NPZ_MAX_ARRAYS) { return -1; }
        if (node_weighs(&n->node[k])) { node_arrays(a, &count, n, k, nested); }
    }
    if (heads > 1) { *array_new(a, &count, "heads", -1, 1, &one)->v = (float)heads; }
    status = npz_write(path, a, count);
    while (count > 0) { free(a[--count].v); }
    return status;
}

/* ---- reading ---- */

static inline const npz_array *array_of(const npz *z, const char *name, int k)
{
    char text[32];
    snprintf(text, sizeof text, "%s%d", name, k);
    return npz_get(z, text);
}

/* sizes of a map that a batch of it has room for */
static inline int map_fits(const net_node *o, int batch)
{
    return o->h > 0 && o->w > 0 && o->c > 0 && o->h <= 1024 && o->w <= 1024 && o->c <= 65535 &&
           (double)o->h * o->w * o->c * batch <= 1 << 28;
}

/* is a row of `ops` one that this network can have next? */
static inline int ops_fit(const net_node *o, const net *n)
{
    const net_op *p = &o->op;
    const net_node *in = &n->node[p->from > 0 && p->from < n->n ? p->from : 0];
    const net_node *other = &n->node[p->other > 0 && p->other < n->n ? p->other : 0];
    const int like = p->kind != NET_SUM || (in->h == o->h && in->w == o->w && other->h == o->h && other->w == o->w &&
                                            other->c == o->c);
    return p->kind > NET_INPUT && p->kind <= NET_SUM && p->from >= 0 && p->from < n->n && p->other >= 0 &&
           p->other < n->n && p->kh > 0 && p->kw > 0 && p->kh <= 1024 && p->kw <= 1024 &&
           p->kh * p->kw <= NET_WINDOW && p->stride > 0 && p->dilation > 0 && p->top >= 0 && p->left >= 0 &&
           (p->relu == 0 || p->relu == 1) && map_fits(o, n->batch) && like && (p->kind == NET_CONV || in->c == o->c);
}

/* the channels' groups of row k, from groupsN, else those of what it reads, else one; how many */
static inline int groups_of(int *end, const npz *z, const net *n, const net_node *o, int k)
{
    const npz_array *a = array_of(z, "groups", k);
    const net_node *in = &n->node[o->op.from];
    const int weighs = o->op.kind == NET_CONV, many = a ? (int)a->shape[0] : weighs ? 1 : in->groups;
    int g;
    if (many > NET_GROUPS) { return 0; }
    for (g = 0; g < many; g++) {
        end[g] = a ? (g ? end[g - 1] : 0) + (int)a->v[a->shape[1] * (uint32_t)g] : weighs ? o->c : in->end[g];
        if (g && end[g] <= end[g - 1]) { return 0; }
    }
    return end[many - 1] == o->c ? many : 0;
}

/* adds node k as the archive says it; 0, or -1 where it does not fit */
static inline int node_read(net *n, const npz *z, float *row, int k)
{
    const npz_array *w = array_of(z, "W", k), *b = array_of(z, "b", k);
    int end[NET_GROUPS], groups;
    net_node o;
    memset(&o, 0, sizeof o);
    ops_row(&o, row, 0);
    if (!ops_fit(&o, n)) { return -1; }
    groups = groups_of(end, z, n, &o, k);
    if (groups == 0) { return -1; }
    net_add(n, o.op, o.h, o.w, end, groups);
    if (!node_weighs(&o)) { return 0; }
    if (w == NULL || b == NULL || w->dims != 4 || b->dims != 1 || (int)b->shape[0] != o.c ||
        (int)(w->shape[0] * w->shape[1] * w->shape[2] * w->shape[3]) != n->node[k].weight.n) {
        return -1;
    }
    memcpy(n->node[k].weight.v, w->v, (size_t)n->node[k].weight.n * sizeof(float));
    memcpy(n->node[k].bias.v, b->v, (size_t)o.c * sizeof(float));
    return 0;
}

/* the network of an archive for batches of so many samples, or NULL */
static inline net *net_read(const npz *z, int batch)
{
    const npz_array *ops = npz_get(z, "ops");
    net_node in;
    net *n;
    int k;
    if (ops == NULL || ops->dims != 2 || ops->shape[1] != OPS_COLUMNS || ops->shape[0] > NET_NODES) { return NULL; }
    memset(&in, 0, sizeof in);
    ops_row(&in, ops->v, 0);
    if (!map_fits(&in, batch)) { return NULL; }
    n = net_new(batch, in.h, in.w, in.c);
    for (k = 1; k < (int)ops->shape[0]; k++) {
        if (node_read(n, z, ops->v + k * OPS_COLUMNS, k) != 0) { net_free(n); return NULL; }
    }
    return n;
}
#endif
