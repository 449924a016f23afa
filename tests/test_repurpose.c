/* test_repurpose.c - [AB] chapter 6 as the tool ships it: assignments against a dense solver and brute force, whole
 * networks before and after, Theorems 16 and 17, kernels, counts of what passes between devices. */
#include "test.h"
#include "rnd_real.h"
#include "hungarian.h"

static size_t taken; /* bytes of memory that the assignment asked for */
static void *counting_malloc(size_t n) { taken += n; return malloc(n); }
static void *counting_calloc(size_t n, size_t size) { taken += n * size; return calloc(n, size); }
#define malloc counting_malloc
#define calloc counting_calloc
#include "../examples/tool/transport.h"
#undef malloc
#undef calloc
#include "../examples/tool/repurpose_error.h"
#include "golden_outer.h"

/* ---- the assignment ---- */

enum { MOST = 48, MOST_DEVICES = 40 };

/* n items, room for n or more; costs of kind 0: reals, 1: small integers (ties), 2: either sign, 3: places equal */
static void random_case(double *cost, size_t *room, size_t *n, size_t *places, size_t most, size_t most_places)
{
    const uint32_t kind = rnd_below(4);
    size_t i, k, left;
    *n = 1 + rnd_below((uint32_t)most);
    *places = 1 + rnd_below((uint32_t)most_places);
    for (k = 0; k < *places; k++) { room[k] = 0; }
    for (left = *n + (rnd_below(2) ? rnd_below(5) : 0); left > 0; left--) { room[rnd_below((uint32_t)*places)]++; }
    for (i = 0; i < *n; i++) {
        for (k = 0; k < *places; k++) {
            cost[i * *places + k] = kind == 0 ? uniform() : kind == 1 ? rnd_below(4) : kind == 2 ? normal() : (double)i;
        }
    }
}

static int fits(const uint32_t *to, size_t n, size_t places, const size_t *room)
{
    size_t used[MOST_DEVICES] = { 0 }, i;
    for (i = 0; i < n; i++) { if (to[i] >= places || ++used[to[i]] > room[to[i]]) { return 0; } }
    return 1;
}

static void against_dense(void)
{
    static double cost[MOST * MOST_DEVICES];
    size_t room[MOST_DEVICES], n, places;
    uint32_t to[MOST];
    int trial;
    for (trial = 0; trial < 1000; trial++) {
        random_case(cost, room, &n, &places, MOST, trial % 2 ? 8 : MOST_DEVICES);
        CHECK(transport_solve(to, cost, n, places, room, NULL) == TRANSPORT_OK);
        CHECK(fits(to, n, places, room));
        CHECK(fabs(transport_cost(to, cost, n, places) - hungarian(cost, n, places, room)) < 1e-9);
    }
}

/* least cost over every way that fits */
static double brute_force(const double *cost, size_t n, size_t places, const size_t *room)
{
    uint32_t to[8] = { 0 };
    double best = INFINITY;
    size_t i;
    for (;;) {
        if (fits(to, n, places, room)) { best = fmin(best, transport_cost(to, cost, n, places)); }
        for (i = 0; i < n && ++to[i] == places; i++) { to[i] = 0; }
        if (i == n) { return best; }
    }
}

/* every number of items to 6 and of places to 4, every division of the rooms */
static void against_brute_force(void)
{
    size_t n, places, k, room[4], cases = 0;
    double cost[24];
    uint32_t to[8];
    for (n = 1; n <= 6; n++) {
        for (places = 1; places <= 4; places++) {
            size_t code, codes = 1;
            for (k = 0; k < places; k++) { codes *= n + 1; }
            for (code = 0; code < codes; code++) {
                size_t rest = code, sum = 0;
                for (k = 0; k < places; k++, rest /= n + 1) { sum += room[k] = rest % (n + 1); }
                for (k = 0; k < n * places; k++) { cost[k] = code % 2 ? normal() : rnd_below(3); }
                if (sum != n) {
                    if (sum < n) { CHECK(transport_solve(to, cost, n, places, room, NULL) == TRANSPORT_NO_ROOM); }
                    continue;
                }
                cases++;
                CHECK(transport_solve(to, cost, n, places, room, NULL) == TRANSPORT_OK);
                CHECK(fabs(transport_cost(to, cost, n, places) - brute_force(cost, n, places, room)) < 1e-12);
            }
        }
    }
    CHECK(cases == 6 * 1 + 27 + 83 + 209); /* binomials: n + places - 1 over places - 1 */
}

/* ---- layers ---- */

static repurpose_layer new_layer(size_t n_in, size_t n_out, size_t taps, int whole)
{
    repurpose_layer s;
    size_t i;
    s.n_in = n_in; s.n_out = n_out; s.taps = taps; s.whole = whole; s.map = 1;
    s.w = (double *)malloc(repurpose_size(&s) * sizeof(double));
    s.b = (double *)malloc(n_out * sizeof(double));
    if (s.w == NULL || s.b == NULL) { exit(2); }
    for (i = 0; i < repurpose_size(&s); i++) { s.w[i] = normal(); }
    for (i = 0; i < n_out; i++) { s.b[i] = normal(); }
    return s;
}

static repurpose_layer copy_layer(const repurpose_layer *from)
{
    repurpose_layer s = new_layer(from->n_in, from->n_out, from->taps, from->whole);
    s.map = from->map;
    memcpy(s.w, from->w, repurpose_size(&s) * sizeof(double));
    memcpy(s.b, from->b, s.n_out * sizeof(double));
    return s;
}

static void free_layers(repurpose_layer *s, size_t n)
{
    while (n-- > 0) { free(s[n].w); free(s[n].b); }
}

/* of a layer of n neurons and n inputs, bell-shaped weights */
static void layer_costs(double *cost, size_t n, size_t devices)
{
    repurpose_layer s = new_layer(n, n, 1, 0);
    repurpose_plan p;
    CHECK(repurpose_plan_init(&p, &s, 1, devices) == 0);
    repurpose_costs(cost, &s, repurpose_start(&p, 0), devices, 0, 1);
    repurpose_free(&p);
    free_layers(&s, 1);
}

/* N = 1000 neurons: turns of the innermost loops, and memory, of 2 to 64 devices: two reals for each neuron and device
 * at most, beside the costs */
static void steps(void)
{
    enum { N = 1000 };
    static const size_t places[4] = { 2, 4, 16, 64 };
    static double cost[N * 64];
    static uint32_t to[N];
    size_t room[64], k, i, c;
    uint64_t count;
    for (c = 0; c < 8; c++) {
        const size_t p = places[c / 2];
        for (k = 0; k < p; k++) { room[k] = N * (k + 1) / p - N * k / p; }
        for (i = 0; i < N * p; i++) { cost[i] = uniform(); }
        if (c % 2) { /* the hardest of those tried: all want the same places, the last to come the most */
            for (i = 0; i < N * p; i++) { cost[i] = (double)(i / p + 1) * (double)(i % p + 1) / N + 1e-3 * uniform(); }
        }
        if (p == 4 && c % 2 == 0) { layer_costs(cost, N, p); }
        taken = 0;
        CHECK(transport_solve(to, cost, N, p, room, &count) == TRANSPORT_OK);
        CHECK(taken > 4 * N && taken <= 16 * N * p);
        CHECK(count <= (p - 1) * N * N / 2 + N * (3 * p * p + p)); /* transport.h's */
        if (p == 4) { CHECK(count <= 6000000); }
        if (getenv("SHOW") != NULL) {
            printf("N 1000, P %lu: %lu steps, %lu bytes\n", (unsigned long)p, (unsigned long)count,
                   (unsigned long)taken);
        }
    }
}

/* sizes by random shares, inputs by a random map */
static void random_plan(repurpose_plan *p, const repurpose_layer *layer, size_t n_layers, size_t devices)
{
    double share[MOST_DEVICES];
    uint32_t owner[MOST];
    size_t l, k;
    CHECK(repurpose_plan_init(p, layer, n_layers, devices) == 0);
    for (l = 1; l <= n_layers; l++) {
        for (k = 0; k < devices; k++) { share[k] = k == 0 ? 1 : rnd_below(4); }
        repurpose_share(repurpose_start(p, l), layer[l - 1].n_out, share, devices);
        CHECK(repurpose_start(p, l)[devices] == layer[l - 1].n_out);
    }
    for (k = 0; k < layer[0].n_in; k++) { owner[k] = rnd_below((uint32_t)devices); }
    repurpose_sort(repurpose_order(p, 0), repurpose_start(p, 0), owner, layer[0].n_in, devices);
    for (k = 0; k + 1 < layer[0].n_in; k++) {
        const uint32_t a = repurpose_order(p, 0)[k], b = repurpose_order(p, 0)[k + 1];
        CHECK(owner[a] < owner[b] || (owner[a] == owner[b] && a < b));
    }
}

/* (6.4), (6.5): costs by their definition, for dense weights, kernels and flattened maps */
static void costs(void)
{
    static double cost[MOST * MOST_DEVICES];
    int trial;
    for (trial = 0; trial < 200; trial++) {
        repurpose_layer s = new_layer(1 + rnd_below(20), 1 + rnd_below(12), 1 + rnd_below(4), (int)rnd_below(2));
        const size_t devices = 1 + rnd_below(6), unit = repurpose_parts(&s);
        const double eta1 = rnd_below(2) ? uniform() : 0, eta2 = 3 * uniform();
        repurpose_plan p;
        size_t i, j, k, r;
        random_plan(&p, &s, 1, devices);
        repurpose_costs(cost, &s, repurpose_start(&p, 0), devices, eta1, eta2);
        for (i = 0; i < s.n_out; i++) {
            for (j = 0; j < devices; j++) {
                double sum = 0;
                for (r = 0; r < s.n_in * unit; r++) {
                    const int own = repurpose_device(repurpose_start(&p, 0), r / unit) == j;
                    double square = 0;
                    for (k = 0; k < (s.whole ? s.taps : 1); k++) {
                        const double w = s.w[i * s.n_in * s.taps + r * (s.whole ? s.taps : 1) + k];
                        square += w * w;
                    }
                    sum += fmin(square, own ? eta1 : eta1 + eta2); /* the better of dropping it and keeping it */
                }
                CHECK(fabs(cost[i * devices + j] - sum) < 1e-9);
            }
        }
        repurpose_free(&p);
        free_layers(&s, 1);
    }
}

/* Theorem 16: Algorithm 3 is optimal against all 720 orders; costs, places and weights of the golden vectors */
static void theorem_16_golden(void)
{
    static const uint32_t three_of_two[6] = { 0, 0, 0, 1, 1, 1 };
    const int *slots[2] = { golden_repurpose_slots1, golden_repurpose_slots2 };
    double cost[12], eta1[2] = { 1.0 / 16, 1.0 / 16 }, eta2[2] = { 0.25, 0.25 };
    repurpose_layer s[2];
    repurpose_plan p;
    size_t l, i, k;
    s[0] = new_layer(6, 6, 1, 0);
    s[1] = new_layer(6, 4, 1, 0);
    for (i = 0; i < 36; i++) { s[0].w[i] = golden_repurpose_w1[i % 6][i / 6] / 16.0; }
    for (i = 0; i < 24; i++) { s[1].w[i] = golden_repurpose_w2[i % 6][i / 6] / 16.0; }
    CHECK(repurpose_plan_init(&p, s, 2, 2) == 0);
    repurpose_sort(repurpose_order(&p, 0), repurpose_start(&p, 0), three_of_two, 6, 2);
    repurpose_costs(cost, &s[0], repurpose_start(&p, 0), 2, eta1[0], eta2[0]);
    for (i = 0; i < 12; i++) { CHECK(cost[i] * 256 == golden_repurpose_c1[i % 2][i / 2]); }
    CHECK(repurpose_arrange(s, &p, eta1, eta2) == 0);
    CHECK(fabs(p.cost - golden_repurpose_cost[0] - golden_repurpose_cost[1]) < 1e-12);
    for (l = 0; l < 2; l++) { /* the same neurons on the same devices, in any order there */
        for (i = 0; i < s[l].n_out; i++) {
            int here = 0;
            for (k = 0; k < s[l].n_out / 2; k++) {
                here += slots[l][i / (s[l].n_out / 2) * (s[l].n_out / 2) + k] == (int)repurpose_order(&p, l + 1)[i];
            }
            CHECK(here == 1);
        }
        (void)repurpose_threshold(&s[l], repurpose_start(&p, l), repurpose_start(&p, l + 1), 2, 1.0 / 16, 0.25, NULL);
    }
    for (i = 0; i < 6; i++) { /* weights by name: rows of print are inputs, columns by place */
        for (k = 0; k < 6; k++) {
            size_t at = 0;
            while (repurpose_order(&p, 1)[at] != (uint32_t)golden_repurpose_slots1[k]) { at++; }
            CHECK(s[0].w[at * 6 + i] * 16 == golden_repurpose_kept1[i][k]);
        }
    }
    repurpose_free(&p);
    free_layers(s, 2);
}

/* (6.6) of the arranged and pruned weights is the assignment's cost, and no other arrangement of the same sizes has
 * less: all of them on small layers, the dense solver on larger ones */
static void theorem_16(void)
{
    static double cost[MOST * MOST_DEVICES];
    int trial;
    for (trial = 0; trial < 400; trial++) {
        const int small = trial % 2;
        repurpose_layer s = new_layer(1 + rnd_below(30), 1 + rnd_below(small ? 6 : 30), 1 + rnd_below(3),
                                      (int)rnd_below(2));
        const size_t devices = 1 + rnd_below(small ? 3 : 20);
        const double eta1 = rnd_below(2) ? 0.3 * uniform() : 0, eta2 = 2 * uniform();
        size_t room[MOST_DEVICES], k;
        repurpose_plan p;
        repurpose_layer sorted;
        repurpose_traffic t;
        double best, lost;
        random_plan(&p, &s, 1, devices);
        sorted = copy_layer(&s);
        repurpose_move(&sorted, repurpose_order(&p, 0), NULL, cost);
        CHECK(repurpose_arrange(&s, &p, &eta1, &eta2) == 0);
        repurpose_costs(cost, &sorted, repurpose_start(&p, 0), devices, eta1, eta2);
        for (k = 0; k < devices; k++) { room[k] = repurpose_start(&p, 1)[k + 1] - repurpose_start(&p, 1)[k]; }
        best = small ? brute_force(cost, s.n_out, devices, room) : hungarian(cost, s.n_out, devices, room);
        CHECK(fabs(p.cost - best) < 1e-8);
        lost = repurpose_threshold(&s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices, eta1, eta2, NULL);
        CHECK(repurpose_count(&t, &s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices) == 0);
        CHECK(fabs(lost + eta1 * (double)(t.own + t.edges) + eta2 * (double)t.edges - p.cost) < 1e-8);
        free_layers(&sorted, 1);
        free_layers(&s, 1);
        repurpose_free(&p);
    }
}

/* ---- whole networks ---- */

static double relu(double v) { return v > 0 ? v : 0; }

enum { MOST_LAYERS = 4, MOST_VALUES = 4 * MOST };

/* dense layers, the second one perhaps behind maps of 1 to 3 values; returns how many */
static size_t random_network(repurpose_layer *s, int whole_numbers)
{
    const size_t n = 1 + rnd_below(MOST_LAYERS);
    size_t l, i, in = 1 + rnd_below(30);
    const size_t taps = 1 + rnd_below(3);
    for (l = 0; l < n; l++) {
        const size_t out = 1 + rnd_below(20);
        s[l] = new_layer(in, out, l == 0 ? taps : 1, 0);
        for (i = 0; whole_numbers && i < repurpose_size(&s[l]); i++) { s[l].w[i] = rnd_in(-128, 127); }
        for (i = 0; whole_numbers && i < out; i++) { s[l].b[i] = rnd_in(-9999, 9999); }
        in = out;
    }
    return n;
}

/* an input in the order of its owners */
static void sorted_input(double *to, const double *x, const repurpose_plan *p, const repurpose_layer *first)
{
    static double room[MOST_VALUES];
    memcpy(to, x, first->n_in * first->taps * sizeof(double));
    repurpose_permute(to, first->n_in, first->taps, repurpose_order(p, 0), room);
}

/* rearranged without dropping anything, the answer put back: equal to rounding, with whole numbers exactly */
static void same_answers(void)
{
    int trial;
    for (trial = 0; trial < 500; trial++) {
        static double x[MOST_VALUES], moved[MOST_VALUES], a[2 * MOST_VALUES], c[2 * MOST_VALUES], y[MOST_VALUES];
        const int whole = trial % 2;
        repurpose_layer s[MOST_LAYERS], was[MOST_LAYERS];
        const size_t n = random_network(s, whole), devices = 1 + rnd_below(10);
        double eta1[MOST_LAYERS], eta2[MOST_LAYERS], most = 0;
        const double *before, *after;
        repurpose_plan p;
        size_t l, i;
        for (l = 0; l < n; l++) {
            was[l] = copy_layer(&s[l]);
            eta1[l] = 0;
            eta2[l] = uniform() * repurpose_mean_square(&s[l]);
        }
        random_plan(&p, s, n, devices);
        CHECK(repurpose_arrange(s, &p, eta1, eta2) == 0);
        for (i = 0; i < s[0].n_in * s[0].taps; i++) { x[i] = whole ? rnd_in(-128, 127) : normal(); }
        sorted_input(moved, x, &p, &s[0]);
        before = repurpose_run(was, n, x, a, MOST_VALUES, relu, NULL);
        after = repurpose_run(s, n, moved, c, MOST_VALUES, relu, NULL);
        repurpose_undo(y, after, s[n - 1].n_out, 1, repurpose_order(&p, n));
        for (i = 0; i < s[n - 1].n_out; i++) { most = fmax(most, fabs(before[i])); }
        for (i = 0; i < s[n - 1].n_out; i++) {
            if (whole) { CHECK(y[i] == before[i]); }
            CHECK(fabs(y[i] - before[i]) <= 1e-12 * (1 + most));
        }
        repurpose_free(&p);
        free_layers(s, n);
        free_layers(was, n);
    }
}

/* what Theorem 17 speaks of, measured on one input: its own e, tau and B, and the layers' */
typedef struct { double off, printed, sharper; } bounds;

static bounds measure(repurpose_layer *s, const repurpose_layer *was, size_t n, const repurpose_plan *p,
                      const double *x, const double *eta1, const double *eta2)
{
    static double moved[MOST_VALUES], a[2 * MOST_VALUES], c[2 * MOST_VALUES], y[MOST_VALUES],
        dropped[MOST * MOST_VALUES];
    double e[MOST_LAYERS], norm[MOST_LAYERS], size[MOST_LAYERS], most_e = 0, tau = 0, b = 0;
    const double *before;
    bounds r;
    size_t l, i;
    sorted_input(moved, x, p, &s[0]);
    before = repurpose_run(was, n, x, a, MOST_VALUES, relu, size);
    for (l = 0; l < n; l++) {
        const size_t cols = s[l].n_in * s[l].taps;
        most_e = fmax(most_e, sqrt(repurpose_threshold(&s[l], repurpose_start(p, l), repurpose_start(p, l + 1),
                                                       p->devices, eta1[l], eta2[l], dropped)));
        tau = fmax(tau, repurpose_length(was[l].w, repurpose_size(&was[l])));
        b = fmax(b, size[l]);
        e[l] = repurpose_norm(dropped, s[l].n_out, cols);
        norm[l] = repurpose_norm(s[l].w, s[l].n_out, cols);
    }
    repurpose_undo(y, repurpose_run(s, n, moved, c, MOST_VALUES, relu, NULL), s[n - 1].n_out, 1,
                   repurpose_order(p, n));
    r.off = 0;
    for (i = 0; i < s[n - 1].n_out; i++) { r.off += (y[i] - before[i]) * (y[i] - before[i]); }
    r.off = sqrt(r.off);
    r.printed = repurpose_theorem_17(most_e, tau, b, n);
    r.sharper = repurpose_sharper(e, norm, size, n);
    return r;
}

/* Theorem 17 and the sharper bound: networks with biases through Algorithm 4, never above; the sharper one is between
 * the error and the printed bound */
static void theorem_17(void)
{
    double most_printed = 0, most_sharper = 0;
    int trial;
    for (trial = 0; trial < 600; trial++) {
        static double x[MOST_VALUES];
        repurpose_layer s[MOST_LAYERS], was[MOST_LAYERS];
        const size_t n = random_network(s, 0), devices = 2 + rnd_below(4);
        double eta1[MOST_LAYERS], eta2[MOST_LAYERS], share = 2 * uniform();
        repurpose_plan p;
        bounds r;
        size_t l, i;
        for (l = 0; l < n; l++) {
            const double scale = 1 / sqrt((double)(s[l].n_in * s[l].taps));
            for (i = 0; i < repurpose_size(&s[l]); i++) { s[l].w[i] *= scale; }
            was[l] = copy_layer(&s[l]);
            eta1[l] = trial % 3 ? 0 : 0.1 * share * repurpose_mean_square(&s[l]);
            eta2[l] = share * repurpose_mean_square(&s[l]);
        }
        random_plan(&p, s, n, devices);
        CHECK(repurpose_arrange(s, &p, eta1, eta2) == 0);
        for (i = 0; i < s[0].n_in * s[0].taps; i++) { x[i] = normal(); }
        r = measure(s, was, n, &p, x, eta1, eta2);
        CHECK(r.off <= r.sharper + 1e-12); /* rounding, where nothing is dropped */
        CHECK(r.sharper <= r.printed * (1 + 1e-8));
        if (r.sharper > 0) {
            most_printed = fmax(most_printed, r.off / r.printed);
            most_sharper = fmax(most_sharper, r.off / r.sharper);
        }
        repurpose_free(&p);
        free_layers(s, n);
        free_layers(was, n);
    }
    if (getenv("SHOW") != NULL) { printf("error of the bound, most: %g, sharper %g\n", most_printed, most_sharper); }
    CHECK(fabs(repurpose_theorem_17(0.1, 1, 2, 3) - 2 * (pow(1.1, 3) - 1)) < 1e-12);
    CHECK(fabs(repurpose_theorem_17(0.1, 0.9, 2, 3) - 0.6) < 1e-12); /* tau + e = 1 */
}

/* the spectral norm's bound: never below what any vector shows, exact on what is known */
static void spectral_norms(void)
{
    int trial;
    for (trial = 0; trial < 100; trial++) {
        const size_t rows = 1 + rnd_below(20), cols = 1 + rnd_below(20);
        double w[400], v[20], u[20], reached = 0, bound;
        size_t i, k, turn;
        for (i = 0; i < rows * cols; i++) { w[i] = trial == 0 ? 0 : normal(); }
        bound = repurpose_norm(w, rows, cols);
        for (k = 0; k < cols; k++) { v[k] = normal(); }
        for (turn = 0; turn < 300; turn++) { /* power iteration comes from below */
            const double size = repurpose_length(v, cols);
            for (k = 0; k < cols; k++) { v[k] = size > 0 ? v[k] / size : 0; }
            for (i = 0; i < rows; i++) { for (u[i] = 0, k = 0; k < cols; k++) { u[i] += w[i * cols + k] * v[k]; } }
            for (k = 0; k < cols; k++) { for (v[k] = 0, i = 0; i < rows; i++) { v[k] += w[i * cols + k] * u[i]; } }
            reached = repurpose_length(u, rows);
        }
        CHECK(bound >= reached && bound <= 1.007 * reached);
    }
}

/* ---- convolutions ---- */

enum { SIDE = 6, KERNEL = 3, POSITIONS = (SIDE - KERNEL + 1) * (SIDE - KERNEL + 1) };

/* one layer of 3 x 3 kernels without padding, ReLU behind it: y [n_out][POSITIONS] of x [n_in][SIDE * SIDE] */
static void convolve(double *y, const repurpose_layer *s, const double *x)
{
    size_t o, c, r, t;
    for (o = 0; o < s->n_out; o++) {
        for (r = 0; r < POSITIONS; r++) {
            const size_t at = r / (SIDE - KERNEL + 1) * SIDE + r % (SIDE - KERNEL + 1);
            double sum = s->b[o];
            for (c = 0; c < s->n_in; c++) {
                for (t = 0; t < s->taps; t++) {
                    sum += s->w[(o * s->n_in + c) * s->taps + t] *
                           x[c * SIDE * SIDE + at + t / KERNEL * SIDE + t % KERNEL];
                }
            }
            y[o * POSITIONS + r] = relu(sum);
        }
    }
}

/* channels move with their kernels, and with their whole maps into the dense layer behind: the same answers in whole
 * numbers; then whole kernels go by (C.2), and a kept one costs a map of values */
static void convolutions(void)
{
    int trial;
    for (trial = 0; trial < 100; trial++) {
        static double x[8 * SIDE * SIDE], moved[8 * SIDE * SIDE], room[8 * SIDE * SIDE], map[12 * POSITIONS],
            a[24 * POSITIONS], c[24 * POSITIONS], y[20], square[96];
        const size_t devices = 1 + rnd_below(4);
        double eta1[2], eta2[2];
        repurpose_layer s[2], was[2];
        repurpose_plan p;
        repurpose_traffic t;
        size_t l, i, j, k, values = 0, edges = 0;
        s[0] = new_layer(1 + rnd_below(8), 1 + rnd_below(12), KERNEL * KERNEL, 1);
        s[1] = new_layer(s[0].n_out, 1 + rnd_below(20), POSITIONS, 0);
        s[0].map = SIDE * SIDE;
        for (l = 0; l < 2; l++) {
            for (i = 0; i < repurpose_size(&s[l]); i++) { s[l].w[i] = rnd_in(-9, 9); }
            for (i = 0; i < s[l].n_out; i++) { s[l].b[i] = rnd_in(-99, 99); }
            was[l] = copy_layer(&s[l]);
            eta1[l] = trial % 2 ? 0.3 * repurpose_mean_square(&s[l]) : 0;
            eta2[l] = 1.2 * uniform() * repurpose_mean_square(&s[l]);
        }
        random_plan(&p, s, 2, devices);
        CHECK(repurpose_arrange(s, &p, eta1, eta2) == 0);
        for (i = 0; i < s[0].n_in * SIDE * SIDE; i++) { x[i] = moved[i] = rnd_in(-9, 9); }
        repurpose_permute(moved, s[0].n_in, SIDE * SIDE, repurpose_order(&p, 0), room);
        convolve(map, &was[0], x);
        memcpy(a, repurpose_run(&was[1], 1, map, c, 12 * POSITIONS, relu, NULL), s[1].n_out * sizeof(double));
        convolve(map, &s[0], moved);
        repurpose_undo(y, repurpose_run(&s[1], 1, map, c, 12 * POSITIONS, relu, NULL), s[1].n_out, 1,
                       repurpose_order(&p, 2));
        for (i = 0; i < s[1].n_out; i++) { CHECK(y[i] == a[i]); }
        for (i = 0; i < s[0].n_out * s[0].n_in; i++) { square[i] = repurpose_square(&s[0], i); }
        (void)repurpose_threshold(&s[0], repurpose_start(&p, 0), repurpose_start(&p, 1), devices, eta1[0], eta2[0],
                                  NULL);
        for (j = 0; j < devices; j++) {
            for (k = 0; k < s[0].n_in; k++) {
                const int own = repurpose_device(repurpose_start(&p, 0), k) == j;
                int sent = 0;
                for (i = repurpose_start(&p, 1)[j]; i < repurpose_start(&p, 1)[j + 1]; i++) {
                    const double was_square = square[i * s[0].n_in + k];
                    const int kept = was_square > eta1[0] + (own ? 0 : eta2[0]);
                    CHECK(repurpose_square(&s[0], i * s[0].n_in + k) == (kept ? was_square : 0));
                    edges += kept && !own;
                    sent |= kept && !own;
                }
                values += sent ? SIDE * SIDE : 0;
            }
        }
        CHECK(repurpose_count(&t, &s[0], repurpose_start(&p, 0), repurpose_start(&p, 1), devices) == 0);
        CHECK(t.values == values && t.edges == edges);
        repurpose_free(&p);
        free_layers(s, 2);
        free_layers(was, 2);
    }
}

/* ---- counts, sizes, the rival ---- */

/* Remark 7's three counts by their definition: non-zero entries, rows and columns of each pair's block */
static void counts(void)
{
    int trial;
    for (trial = 0; trial < 200; trial++) {
        repurpose_layer s = new_layer(1 + rnd_below(15), 1 + rnd_below(15), 1, 0);
        const size_t devices = 1 + rnd_below(5);
        size_t edges = 0, rows = 0, columns = 0, own = 0, i, r, from, to;
        repurpose_plan p;
        repurpose_traffic t;
        random_plan(&p, &s, 1, devices);
        for (i = 0; i < repurpose_size(&s); i++) { if (rnd_below(4)) { s.w[i] = 0; } }
        for (from = 0; from < devices; from++) {
            for (to = 0; to < devices; to++) {
                const size_t *in = repurpose_start(&p, 0), *out = repurpose_start(&p, 1);
                for (r = in[from]; r < in[from + 1]; r++) {
                    int any = 0;
                    for (i = out[to]; i < out[to + 1]; i++) { any |= s.w[i * s.n_in + r] != 0; }
                    rows += from != to && any;
                }
                for (i = out[to]; i < out[to + 1]; i++) {
                    int any = 0;
                    for (r = in[from]; r < in[from + 1]; r++) {
                        any |= s.w[i * s.n_in + r] != 0;
                        *(from == to ? &own : &edges) += s.w[i * s.n_in + r] != 0;
                    }
                    columns += from != to && any;
                }
            }
        }
        CHECK(repurpose_count(&t, &s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices) == 0);
        CHECK(t.edges == edges && t.values == rows && t.columns == columns && t.own == own);
        repurpose_free(&p);
        free_layers(&s, 1);
    }
}

/* the same number of edges as RePurpose keeps, the largest ones, and all of the device's own */
static void sparsified(void)
{
    int trial;
    for (trial = 0; trial < 200; trial++) {
        repurpose_layer s = new_layer(1 + rnd_below(15), 1 + rnd_below(15), 1, 0), was;
        const size_t devices = 1 + rnd_below(5);
        repurpose_plan p;
        repurpose_traffic t, all;
        double lost = -1, least = INFINITY, most = 0, sum = 0;
        size_t i, edges;
        random_plan(&p, &s, 1, devices);
        for (i = 0; trial % 2 && i < repurpose_size(&s); i++) { s.w[i] = rnd_in(-2, 2); } /* ties */
        was = copy_layer(&s);
        CHECK(repurpose_count(&all, &s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices) == 0);
        edges = rnd_below((uint32_t)all.edges + 1);
        CHECK(repurpose_sparsify(&s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices, 0, edges, &lost) == 0);
        CHECK(repurpose_count(&t, &s, repurpose_start(&p, 0), repurpose_start(&p, 1), devices) == 0);
        CHECK(t.edges == edges && t.own == all.own);
        for (i = 0; i < repurpose_size(&s); i++) {
            const int own = repurpose_device(repurpose_start(&p, 0), i % s.n_in) ==
                            repurpose_device(repurpose_start(&p, 1), i / s.n_in);
            CHECK(s.w[i] == was.w[i] || (s.w[i] == 0 && !own));
            sum += (s.w[i] - was.w[i]) * (s.w[i] - was.w[i]);
            if (own || was.w[i] == 0) { continue; }
            if (s.w[i] != 0) { least = fmin(least, fabs(s.w[i])); } else { most = fmax(most, fabs(was.w[i])); }
        }
        CHECK(most <= least && fabs(sum - lost) < 1e-9);
        repurpose_free(&p);
        free_layers(&s, 1);
        free_layers(&was, 1);
    }
}

static void shares(void)
{
    static const double one[3] = { 5, 3, 2 }, third[3] = { 1, 1, 1 }, most[3] = { 1e308, 1e308, 0 };
    size_t start[41], k;
    int trial;
    repurpose_share(start, 10, one, 3);
    CHECK(start[1] == 5 && start[2] == 8 && start[3] == 10);
    repurpose_share(start, 11, third, 3);
    CHECK(start[1] == 4 && start[2] == 8 && start[3] == 11);
    repurpose_share(start, 5, most, 3);
    CHECK(start[1] == 3 && start[2] == 5 && start[3] == 5);
    for (trial = 0; trial < 2000; trial++) {
        const size_t devices = 1 + rnd_below(40), n = 1 + rnd_below(200);
        double share[40], sum = 0;
        for (k = 0; k < devices; k++) { share[k] = trial % 2 ? uniform() : rnd_below(9); }
        share[rnd_below((uint32_t)devices)] += 1;
        for (k = 0; k < devices; k++) { sum += share[k]; }
        repurpose_share(start, n, share, devices);
        CHECK(start[0] == 0 && start[devices] == n);
        for (k = 0; k < devices; k++) {
            CHECK(fabs((double)(start[k + 1] - start[k]) - (double)n * share[k] / sum) < 1 + 1e-9);
        }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("assignments equal a dense solver's on 1000 random cases", against_dense);
    RUN("assignments equal brute force on all small cases", against_brute_force);
    RUN("1000 neurons on 4 devices within 6 million steps and 16 N P bytes", steps);
    RUN("(6.5), (C.2): costs of a neuron by their definition", costs);
    RUN("Theorem 16: golden vectors", theorem_16_golden);
    RUN("Theorem 16: (6.6) is least, and equals the assignment's cost", theorem_16);
    RUN("rearranged networks give the same answers, put back", same_answers);
    RUN("Theorem 17 and the sharper bound hold", theorem_17);
    RUN("spectral norms are bounded from above", spectral_norms);
    RUN("convolutions: channels move, whole kernels go", convolutions);
    RUN("Remark 7: entries, rows and columns", counts);
    RUN("sparsified without moving: as many edges, the largest", sparsified);
    RUN("sizes by shares", shares);
    return test_report("repurpose");
}
