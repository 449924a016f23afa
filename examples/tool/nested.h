/* nested.h - networks nested in width for quantize.h: groups of neurons that come stop by stop, and the bits that each
 * has at a stop. */
#ifndef SUCREF_TOOL_NESTED_H
#define SUCREF_TOOL_NESTED_H
#include "prepare.h"

/* Every hidden layer has the same number of groups; a stop has the first of them, the same in every layer, and no
 * neuron reads a group that comes later. The last layer is one set of outputs, whose columns come stop by stop, or has
 * a set of outputs (a head) for each number of groups. */
typedef struct {
    uint32_t rows[SUCREF_MAX_LAYERS][SUCREF_MAX_GROUPS], columns[SUCREF_MAX_LAYERS][SUCREF_MAX_GROUPS];
    uint8_t n_groups, heads;   /* heads: 1 or 0 */
    const uint16_t *order;     /* [inputs] the input that column c of the first layer reads; NULL: c */
    uint8_t n_stops;
    uint8_t bits[SUCREF_MAX_STOPS][SUCREF_MAX_GROUPS]; /* SUCREF_ABSENT: not there yet */
} prepare_nested;

/* how many groups a stop has */
static inline unsigned prepare_nested_present(const prepare_nested *w, unsigned stop)
{
    unsigned g;
    for (g = 0; g < w->n_groups && w->bits[stop][g] != SUCREF_ABSENT; g++) { }
    return g;
}

/* groups of a layer: the last one has as many heads as hidden layers have groups, or one group */
static inline unsigned prepare_nested_groups(const prepare_nested *w, int last)
{
    return last && !w->heads ? 1U : w->n_groups;
}

/* a permutation of 0..n-1? */
static inline int prepare_is_order(const uint16_t *order, uint32_t n)
{
    uint8_t *seen = (uint8_t *)calloc(n, 1);
    uint32_t c;
    int ok = seen != NULL;
    for (c = 0; ok && c < n; c++) {
        ok = order[c] < n && !seen[order[c]];
        if (ok) { seen[order[c]] = 1; }
    }
    free(seen);
    return ok;
}

/* the groups of one layer; before: how many neurons of the layer before it each stop has, NULL for the first layer.
 * w [n_out][n_in] are its weights. NULL, or what is wrong */
static inline const char *prepare_bad_groups(const prepare_nested *p, unsigned layer, int last, const uint32_t *before,
                                             const float *w, uint32_t n_out, uint32_t n_in)
{
    const unsigned n = prepare_nested_groups(p, last);
    uint32_t r = 0, i, c, columns = 1, most = 0;
    unsigned g;
    for (g = 0; g < n; g++) {
        const uint32_t rows = p->rows[layer][g];
        if (rows < 1 || rows > n_out - r) { return "rows of the groups that are not those of W"; }
        if (last && p->heads && rows * p->n_groups != n_out) { return "heads of different sizes"; }
        if (p->columns[layer][g] < columns || p->columns[layer][g] > n_in) {
            return "columns of a group fewer than those of the one before, none, or more than W has";
        }
        columns = p->columns[layer][g];
        most = before != NULL ? before[last && !p->heads ? p->n_groups - 1U : g] : n_in;
        if (columns > most) { return "a group that reads neurons of a later one"; }
        for (i = 0; i < rows; i++, r++) {
            for (c = columns; c < n_in; c++) {
                if (w[(size_t)r * n_in + c] > 0 || w[(size_t)r * n_in + c] < 0) {
                    return "a weight that is not 0 behind the columns of its group";
                }
            }
        }
    }
    return r == n_out ? NULL : "rows of the groups that are not those of W";
}

/* the bits of every stop: of the plan's cuts, not falling, 8 at last; NULL, or what is wrong */
static inline const char *prepare_bad_schedule(const prepare_nested *p, const uint8_t *cuts, unsigned n_cuts)
{
    unsigned t, g, k, before = 0;
    if (p->n_stops < 1 || p->n_stops > SUCREF_MAX_STOPS) { return "a stop or more, 32 at most"; }
    for (t = 0; t < p->n_stops; t++) {
        const unsigned present = prepare_nested_present(p, t);
        if (present < 1 || present < before) { return "every stop has the groups of the one before"; }
        if (p->heads && present > before + 1U) { return "where every stop has a head, groups come one by one"; }
        for (g = 0; g < present; g++) {
            for (k = 0; k < n_cuts && cuts[k] != p->bits[t][g]; k++) { }
            if (k == n_cuts) { return "bits that the plan does not give"; }
            if (g < before && p->bits[t][g] < p->bits[t - 1U][g]) { return "bits of a group never fall"; }
            if (t + 1U == p->n_stops && p->bits[t][g] != 8) { return "the last stop has 8 bits of every group"; }
        }
        for (; g < p->n_groups; g++) {
            if (p->bits[t][g] != SUCREF_ABSENT) { return "groups come in their order"; }
        }
        before = present;
    }
    return before == p->n_groups ? NULL : "the last stop has 8 bits of every group";
}

/* the default: one group after the other, each at all of its cuts */
static inline void prepare_schedule(prepare_nested *p, const uint8_t *cuts, unsigned n_cuts)
{
    unsigned g, k, i;
    p->n_stops = 0;
    memset(p->bits, SUCREF_ABSENT, sizeof p->bits);
    for (g = 0; g < p->n_groups; g++) {
        for (k = 0; k < n_cuts && p->n_stops < SUCREF_MAX_STOPS; k++, p->n_stops++) {
            for (i = 0; i < g; i++) { p->bits[p->n_stops][i] = 8; }
            p->bits[p->n_stops][g] = cuts[k];
        }
    }
}
#endif
