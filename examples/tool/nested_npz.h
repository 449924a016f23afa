/* nested_npz.h - a network nested in width from an .npz, and its stops from --schedule. */
#ifndef SUCREF_TOOL_NESTED_NPZ_H
#define SUCREF_TOOL_NESTED_NPZ_H
#include "nested.h"
#include "npz.h"
#include "tool.h"

/* a value of an array as a whole number from lo to hi */
static uint32_t npz_whole(const char *path, const npz_array *a, size_t at, uint32_t lo, uint32_t hi)
{
    const double v = (double)a->v[at];
    if (!(v >= lo && v <= hi) || v != floor(v)) {
        die("%s: %s must hold whole numbers from %lu to %lu", path, a->name, (unsigned long)lo, (unsigned long)hi);
    }
    return (uint32_t)v;
}

/* rows and columns of one layer's groups; returns how many */
static unsigned nested_layer(prepare_nested *p, const npz *z, const char *path, unsigned layer)
{
    char name[20];
    const npz_array *a;
    unsigned g;
    snprintf(name, sizeof name, "groups%u", layer);
    a = npz_get(z, name);
    if (a == NULL) { die("%s: %s is missing: either all layers have groups or none", path, name); }
    if (a->dims != 2 || a->shape[1] != 2 || a->shape[0] > SUCREF_MAX_GROUPS) {
        die("%s: %s must be (rows, columns) of at most %d groups", path, name, (int)SUCREF_MAX_GROUPS);
    }
    for (g = 0; g < a->shape[0]; g++) {
        p->rows[layer][g] = npz_whole(path, a, 2U * g, 1, 65535);
        p->columns[layer][g] = npz_whole(path, a, 2U * g + 1U, 1, 65535);
    }
    return a->shape[0];
}

/* which pixel each column reads */
static void nested_order(prepare_nested *p, const npz_array *a, const char *path, uint32_t n_in)
{
    uint16_t *order;
    uint32_t c;
    if (a == NULL) { return; }
    if (a->dims != 1 || a->shape[0] != n_in) { die("%s: order must have as many values as W0 has columns", path); }
    order = (uint16_t *)malloc(n_in * sizeof *order);
    if (order == NULL) { die("out of memory"); }
    for (c = 0; c < n_in; c++) { order[c] = (uint16_t)npz_whole(path, a, c, 0, n_in - 1U); }
    p->order = order;
}

/* is it the array of this letter or word of one of the layers? */
static int npz_of_layer(const npz_array *a, const char *word, unsigned n_layers)
{
    char name[20];
    unsigned n;
    for (n = 0; n < n_layers; n++) {
        snprintf(name, sizeof name, "%s%u", word, n);
        if (strcmp(a->name, name) == 0) { return 1; }
    }
    return 0;
}

/* does an array tell of groups of neurons? */
static int is_nested_array(const npz_array *a, unsigned n_layers)
{
    return strcmp(a->name, "order") == 0 || strcmp(a->name, "heads") == 0 || npz_of_layer(a, "groups", n_layers);
}

/* the first array that does, or NULL */
static const npz_array *nested_array(const npz *z, unsigned n_layers)
{
    int i;
    for (i = 0; i < z->n && !is_nested_array(&z->a[i], n_layers); i++) { }
    return i < z->n ? &z->a[i] : NULL;
}

/* every array is one that dense layers, or their groups, have: what nobody reads would be missed in the model */
static void check_arrays(const npz *z, const char *path, unsigned n_layers)
{
    int i;
    for (i = 0; i < z->n; i++) {
        const npz_array *a = &z->a[i];
        if (npz_of_layer(a, "W", n_layers) || npz_of_layer(a, "b", n_layers) || is_nested_array(a, n_layers)) {
            continue;
        }
        die("%s: %s is not known: arrays are W0, b0 .. W%u, b%u, and groups0 .. groups%u, order and heads; leave it "
            "out, or name it so", path, a->name, n_layers - 1U, n_layers - 1U, n_layers - 1U);
    }
}

/* groups0 .., order, heads; 0 where there are none. The order lives on, to be freed */
static int read_nested(prepare_nested *p, const npz *z, const char *path, unsigned n_layers, uint32_t n_in)
{
    const npz_array *heads = npz_get(z, "heads");
    unsigned n, g = 0;
    memset(p, 0, sizeof *p);
    if (nested_array(z, n_layers) == NULL) { return 0; }
    for (n = 0; n < n_layers; n++) {
        g = nested_layer(p, z, path, n);
        if (n == 0) { p->n_groups = (uint8_t)g; }
        if (n > 0 && n + 1U < n_layers && g != p->n_groups) {
            die("%s: groups%u has %u groups, groups0 has %u", path, n, g, p->n_groups);
        }
    }
    if (heads != NULL && (heads->dims != 1 || heads->shape[0] != 1 ||
                          npz_whole(path, heads, 0, 1, SUCREF_MAX_GROUPS) != p->n_groups)) {
        die("%s: heads must be one number, how many groups a hidden layer has, %u", path, p->n_groups);
    }
    p->heads = heads != NULL && p->n_groups > 1;
    if (g != prepare_nested_groups(p, 1)) {
        die("%s: groups%u must have %u group%s, one for each set of outputs", path, n_layers - 1U,
            prepare_nested_groups(p, 1), prepare_nested_groups(p, 1) == 1 ? "" : "s");
    }
    nested_order(p, npz_get(z, "order"), path, n_in);
    return 1;
}

/* --schedule 4/4,4/8,8/8,8,8: stop by stop the bits of the groups that are there; what they may be is checked later */
static void parse_schedule(prepare_nested *p, const char *text)
{
    const char *s = text;
    unsigned g = 0;
    int ok = *s != 0;
    p->n_stops = 0;
    memset(p->bits, SUCREF_ABSENT, sizeof p->bits);
    for (; ok && *s != 0; s++) {
        ok = *s >= '1' && *s <= '8' && p->n_stops < SUCREF_MAX_STOPS && g < p->n_groups;
        if (!ok) { break; }
        p->bits[p->n_stops][g++] = (uint8_t)(*s++ - '0');
        if (*s == '/' || *s == 0) { p->n_stops++; g = 0; }
        if (*s == 0) { break; }
        ok = (*s == ',' || *s == '/') && s[1] != 0;
    }
    if (!ok) {
        die("--schedule must be the bits of the groups at each stop, such as 4/8/8,4/8,8, of at most %u groups, not %s",
            p->n_groups, *text ? text : "nothing");
    }
}
#endif
