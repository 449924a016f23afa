/* repurpose.h - [AB] Algorithms 3 and 4: which worker computes which neuron of a layer, and which weights are dropped,
 * so that few weights reach across workers:
 *
 *     minimize  |W' - W|^2 + eta1 * (weights kept) + eta2 * (weights kept whose input lies on another worker)
 *
 * Only the worker of a neuron matters, so it is a transportation problem: neurons are placed one after the other along
 * shortest paths of moves between workers, which is optimal (Theorem 16), in N * P^2 memory reads for each. */
#ifndef SUCREF_EXAMPLES_REPURPOSE_H
#define SUCREF_EXAMPLES_REPURPOSE_H
#include <stddef.h>

enum { REPURPOSE_WORKERS = 16 };

/* cost[p * n_out + i] of neuron i on worker p; w [n_in][n_out], worker_of [n_in] */
static inline void repurpose_costs(double *cost, const double *w, const int *worker_of, size_t n_in, size_t n_out,
                                   int workers, double eta1, double eta2)
{
    size_t r, i;
    int p;
    for (p = 0; p < workers; p++) {
        for (i = 0; i < n_out; i++) {
            cost[(size_t)p * n_out + i] = 0;
            for (r = 0; r < n_in; r++) {
                const double square = w[r * n_out + i] * w[r * n_out + i],
                             keep = worker_of[r] == p ? eta1 : eta1 + eta2;
                cost[(size_t)p * n_out + i] += square < keep ? square : keep;
            }
        }
    }
}

/* to[i]: the worker of neuron i, room[p] of them on worker p; returns the least total cost.
 * room sums to n_out or more */
static inline double repurpose_assign(int *to, const double *cost, size_t n_out, int workers, const size_t *room)
{
    size_t used[REPURPOSE_WORKERS] = { 0 }, i, a;
    double total = 0;
    int p, q, again;
    for (i = 0; i < n_out; i++) {
        double best[REPURPOSE_WORKERS];          /* of the chain that ends with one more neuron on a worker */
        int from[REPURPOSE_WORKERS], end = -1;   /* the worker before it in the chain, -1: the new neuron itself */
        size_t moved[REPURPOSE_WORKERS];         /* the neuron that moves there */
        for (p = 0; p < workers; p++) { best[p] = cost[(size_t)p * n_out + i]; from[p] = -1; moved[p] = i; }
        for (again = 1; again; ) { /* Bellman and Ford: no cycle is negative, as what was placed is optimal */
            again = 0;
            for (a = 0; a < i; a++) {
                p = to[a];
                for (q = 0; q < workers; q++) {
                    const double through = best[p] + cost[(size_t)q * n_out + a] - cost[(size_t)p * n_out + a];
                    if (q != p && through < best[q] - 1e-12) {
                        best[q] = through;
                        from[q] = p;
                        moved[q] = a;
                        again = 1;
                    }
                }
            }
        }
        for (p = 0; p < workers; p++) { if (used[p] < room[p] && (end < 0 || best[p] < best[end])) { end = p; } }
        if (end < 0) { return -1; }
        used[end]++;
        total += best[end];
        for (p = end; from[p] >= 0; p = from[p]) { to[moved[p]] = p; }
        to[i] = p;
    }
    return total;
}

/* Algorithm 4's weights: w'[r][i] is 0 where keeping it costs more */
static inline void repurpose_prune(double *w, const int *worker_of, const int *to, size_t n_in, size_t n_out,
                                   double eta1, double eta2)
{
    size_t r, i;
    for (r = 0; r < n_in; r++) {
        for (i = 0; i < n_out; i++) {
            const double keep = worker_of[r] == to[i] ? eta1 : eta1 + eta2;
            if (w[r * n_out + i] * w[r * n_out + i] <= keep) { w[r * n_out + i] = 0; }
        }
    }
}
#endif
