/* hungarian.h - the assignment of [AB] Algorithm 3 as printed: each place's column repeated for each item it has room
 * for, and the dense problem solved in O(n^3) (Kuhn and Munkres by rows, with potentials). For tests only. */
#ifndef SUCREF_TESTS_HUNGARIAN_H
#define SUCREF_TESTS_HUNGARIAN_H
#include <math.h>
#include <stddef.h>

enum { HUNGARIAN_MOST = 128 };

/* the least cost [n][places]; n at most all rooms together, those at most HUNGARIAN_MOST - 1 */
static inline double hungarian(const double *cost, size_t n, size_t places, const size_t *room)
{
    double u[HUNGARIAN_MOST] = { 0 }, v[HUNGARIAN_MOST] = { 0 }, least[HUNGARIAN_MOST], sum = 0;
    size_t column[HUNGARIAN_MOST], row_of[HUNGARIAN_MOST] = { 0 }, way[HUNGARIAN_MOST] = { 0 }, m = 0, i, j, k;
    for (k = 0; k < places; k++) { for (i = 0; i < room[k]; i++) { column[++m] = k; } }
    for (i = 1; i <= n; i++) { /* rows and columns count from 1; column 0 stands for the new row */
        int used[HUNGARIAN_MOST] = { 0 };
        size_t at = 0;
        row_of[0] = i;
        for (j = 0; j <= m; j++) { least[j] = INFINITY; }
        do {
            const size_t r = row_of[at];
            size_t next = 0;
            double delta = INFINITY;
            used[at] = 1;
            for (j = 1; j <= m; j++) {
                const double d = cost[(r - 1) * places + column[j]] - u[r] - v[j];
                if (used[j]) { continue; }
                if (d < least[j]) { least[j] = d; way[j] = at; }
                if (least[j] < delta) { delta = least[j]; next = j; }
            }
            for (j = 0; j <= m; j++) {
                if (used[j]) { u[row_of[j]] += delta; v[j] -= delta; } else { least[j] -= delta; }
            }
            at = next;
        } while (row_of[at] != 0);
        for (; at != 0; at = way[at]) { row_of[at] = row_of[way[at]]; }
    }
    for (j = 1; j <= m; j++) { if (row_of[j] != 0) { sum += cost[(row_of[j] - 1) * places + column[j]]; } }
    return sum;
}
#endif
