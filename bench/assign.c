/* assign.c - 1000 neurons given to 4 devices (examples/tool/transport.h), for counting under valgrind:
 * assign layer|hard
 *
 * layer: the costs of a layer of 1000 x 1000 bell-shaped weights; hard: all want the same devices, the last to come the
 * most. Only measured() is counted. */
#include <stdio.h>
#include <string.h>
#include "../examples/tool/repurpose.h"
#include "random.h"

enum { N = 1000, P = 4 };
static double cost[N * P], w[N * N], b[N];
static uint32_t to[N];
static uint64_t steps;

void measured(const size_t *room);
void measured(const size_t *room)
{
    if (transport_solve(to, cost, N, P, room, &steps) != TRANSPORT_OK) { fprintf(stderr, "assign: no assignment\n"); }
}

int main(int argc, char **argv)
{
    const int hard = argc == 2 && strcmp(argv[1], "hard") == 0;
    repurpose_layer layer = { N, N, 1, 1, 0, w, b };
    repurpose_plan plan;
    size_t room[P], i, k;
    random_start(1);
    for (i = 0; i < N * N; i++) { w[i] = (double)bell(); }
    if (repurpose_plan_init(&plan, &layer, 1, P) != 0) { return 2; }
    repurpose_costs(cost, &layer, repurpose_start(&plan, 0), P, 0, 1);
    for (i = 0; hard && i < N * P; i++) {
        cost[i] = (double)(i / P + 1) * (double)(i % P + 1) / N + 1e-3 * uniform();
    }
    for (k = 0; k < P; k++) { room[k] = N / P; }
    measured(room);
    printf("%lu steps\n", (unsigned long)steps);
    repurpose_free(&plan);
    return 0;
}
