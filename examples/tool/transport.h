/* transport.h - gives n items to places of limited room at the least total cost: a transportation problem.
 *
 * [AB] Algorithm 3 repeats the row of a device once for each neuron it has room for and solves the n x n assignment in
 * O(n^3). Those rows are equal, so places are kept instead: items come one after the other, and each takes the shortest
 * path of moves between places (the new item to p, one of p's to q, ..) that ends where there is room. Successive
 * shortest paths are optimal; potentials keep the changes of cost from being negative, so that Dijkstra finds them.
 *
 * Only the cheapest item to leave p for q matters. It is remembered for each pair and looked for again among p's items
 * when it leaves. An item's path leaves each place once, and a place has places - 1 such pairs: at most
 * (places - 1) n^2 / 2 looks, and 2 places^2 steps of Dijkstra for each item. Memory: O(n * places). */
#ifndef SUCREF_TOOL_TRANSPORT_H
#define SUCREF_TOOL_TRANSPORT_H
#include <stdint.h>
#include <stdlib.h>

#define TRANSPORT_NONE 0xFFFFFFFFU
enum { TRANSPORT_OK = 0, TRANSPORT_NO_ROOM = 1, TRANSPORT_NO_MEMORY = -1 };

typedef struct {
    const double *cost;       /* [n][places] */
    size_t n, places;
    uint32_t *to;             /* [n] */
    double *change;           /* [rows][places]: of the cheapest item to leave this place for another */
    uint32_t *mover;          /* [rows][places]: that item */
    uint32_t *row;            /* [places]: of `change`; at most n places are ever in use, and such have one */
    uint32_t *head;           /* [places]: first item there */
    uint32_t *next, *before;  /* [n]: other items there */
    double *distance, *potential; /* [places] */
    uint32_t *from;           /* [places]: the place before it on the shortest path */
    uint8_t *done;            /* [places] */
    uint32_t rows;
    uint64_t steps;           /* turns of the innermost loops */
} transport;

/* item a is on p: is it the cheapest to leave for q? */
static inline void transport_offer(transport *t, uint32_t p, uint32_t a, uint32_t q)
{
    const double *c = t->cost + (size_t)a * t->places, change = c[q] - c[p];
    const size_t k = (size_t)t->row[p] * t->places + q;
    t->steps++;
    if (q != p && (t->mover[k] == TRANSPORT_NONE || change < t->change[k])) {
        t->change[k] = change;
        t->mover[k] = a;
    }
}

static inline void transport_enter(transport *t, uint32_t p, uint32_t a)
{
    uint32_t q;
    if (t->row[p] == TRANSPORT_NONE) { t->row[p] = t->rows++; }
    t->to[a] = p;
    t->before[a] = TRANSPORT_NONE;
    t->next[a] = t->head[p];
    if (t->head[p] != TRANSPORT_NONE) { t->before[t->head[p]] = a; }
    t->head[p] = a;
    for (q = 0; q < t->places; q++) { transport_offer(t, p, a, q); }
}

static inline void transport_leave(transport *t, uint32_t p, uint32_t a)
{
    uint32_t *mover = t->mover + (size_t)t->row[p] * t->places;
    uint32_t q, other;
    if (t->before[a] != TRANSPORT_NONE) { t->next[t->before[a]] = t->next[a]; } else { t->head[p] = t->next[a]; }
    if (t->next[a] != TRANSPORT_NONE) { t->before[t->next[a]] = t->before[a]; }
    for (q = 0; q < t->places; q++) {
        if (mover[q] != a) { continue; }
        mover[q] = TRANSPORT_NONE;
        for (other = t->head[p]; other != TRANSPORT_NONE; other = t->next[other]) { transport_offer(t, p, other, q); }
    }
}

/* the place nearest to the new item that is not done */
static inline uint32_t transport_nearest(transport *t)
{
    uint32_t p, best = TRANSPORT_NONE;
    for (p = 0; p < t->places; p++) {
        if (!t->done[p] && (best == TRANSPORT_NONE || t->distance[p] < t->distance[best])) { best = p; }
    }
    t->steps += t->places;
    return best;
}

/* the place with room where the new item's shortest path ends. A place that has room has potential 0: the first such
 * to be done is the nearest. */
static inline uint32_t transport_path(transport *t, uint32_t item, const size_t *room, const size_t *used)
{
    uint32_t p, q;
    for (q = 0; q < t->places; q++) {
        t->distance[q] = t->cost[(size_t)item * t->places + q] - t->potential[q];
        t->from[q] = TRANSPORT_NONE;
        t->done[q] = 0;
    }
    while ((p = transport_nearest(t)) != TRANSPORT_NONE) {
        t->done[p] = 1;
        if (used[p] < room[p]) { break; }
        if (t->row[p] == TRANSPORT_NONE || t->head[p] == TRANSPORT_NONE) { continue; } /* no room and nothing there */
        for (q = 0; q < t->places; q++) {
            const double d = t->distance[p] + t->change[(size_t)t->row[p] * t->places + q] + t->potential[p] -
                             t->potential[q];
            if (!t->done[q] && d < t->distance[q]) { t->distance[q] = d; t->from[q] = p; }
        }
        t->steps += t->places;
    }
    for (q = 0; p != TRANSPORT_NONE && q < t->places; q++) {
        if (t->done[q]) { t->potential[q] += t->distance[q] - t->distance[p]; }
    }
    return p;
}

static inline int transport_init(transport *t, uint32_t *to, const double *cost, size_t n, size_t places)
{
    const size_t rows = n < places ? n : places, pairs = rows * places;
    size_t k;
    t->cost = cost; t->n = n; t->places = places; t->to = to; t->rows = 0; t->steps = 0;
    t->change = (double *)malloc((pairs + 2 * places + 1) * sizeof(double));
    t->mover = (uint32_t *)malloc((pairs + 3 * places + 2 * n + 1) * sizeof(uint32_t));
    t->done = (uint8_t *)malloc(places + 1);
    if (t->change == NULL || t->mover == NULL || t->done == NULL) { return 0; }
    t->distance = t->change + pairs;
    t->potential = t->distance + places;
    t->row = t->mover + pairs;
    t->head = t->row + places;
    t->from = t->head + places;
    t->next = t->from + places;
    t->before = t->next + n;
    for (k = 0; k < pairs; k++) { t->mover[k] = TRANSPORT_NONE; t->change[k] = 0; }
    for (k = 0; k < places; k++) { t->row[k] = t->head[k] = TRANSPORT_NONE; t->potential[k] = 0; }
    return 1;
}

/* transport_solve - the cheapest assignment of items to places.
 *
 *   to     [n]           out  the place of each item
 *   cost   [n][places]   in   finite
 *   room   [places]      in   most items of a place; together n or more
 *   steps                out  turns of the innermost loops, or NULL
 *
 *   n and places below 2^32 - 1. Returns TRANSPORT_OK, _NO_ROOM (then `to` is not whole) or _NO_MEMORY. */
static inline int transport_solve(uint32_t *to, const double *cost, size_t n, size_t places, const size_t *room,
                                  uint64_t *steps)
{
    transport t;
    size_t *used = (size_t *)calloc(places + 1, sizeof(size_t));
    int status = TRANSPORT_OK;
    uint32_t i, p, a;
    if (!transport_init(&t, to, cost, n, places) || used == NULL) { status = TRANSPORT_NO_MEMORY; }
    for (i = 0; status == TRANSPORT_OK && i < n; i++) {
        p = transport_path(&t, i, room, used);
        if (p == TRANSPORT_NONE) { status = TRANSPORT_NO_ROOM; break; }
        used[p]++;
        for (; t.from[p] != TRANSPORT_NONE; p = t.from[p]) { /* from its end: earlier movers stay as found */
            a = t.mover[(size_t)t.row[t.from[p]] * places + p];
            transport_leave(&t, t.from[p], a);
            transport_enter(&t, p, a);
        }
        transport_enter(&t, p, i);
    }
    if (steps != NULL) { *steps = status == TRANSPORT_NO_MEMORY ? 0 : t.steps; }
    free(t.change); free(t.mover); free(t.done); free(used);
    return status;
}

static inline double transport_cost(const uint32_t *to, const double *cost, size_t n, size_t places)
{
    double sum = 0;
    size_t i;
    for (i = 0; i < n; i++) { sum += cost[i * places + to[i]]; }
    return sum;
}
#endif
