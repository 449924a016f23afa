/* graph_hand.h - networks of few operators, put together by hand in a file, and what they must give. Scales of 1 make
 * numbers plain. After the other headers, whose arguments are called g and f, too. */
#ifndef SUCREF_TESTS_GRAPH_HAND_H
#define SUCREF_TESTS_GRAPH_HAND_H
#include "test.h"
#include "../sucref.h"
#include "../examples/tool/tflite_read.h"
#include "graph_eval.h"
#include "graph_file.h"

static graph g;
static gf_file f;

/* the network of f on one input gives y */
static inline void gives(const int8_t *x, const int *y, uint32_t n)
{
    graph_eval e;
    const int32_t *r;
    uint32_t k;
    gf_write(&f);
    if (!tflite_read(&g, f.file.p, f.file.n)) {
        printf("  %s\n", g.why);
        CHECK(0);
        graph_free(&g);
        return;
    }
    CHECK(g.tensor[g.output].elements == n);
    eval_init(&e, &g);
    r = eval_run(&e, x);
    for (k = 0; k < n; k++) {
        if (r[k] != y[k]) { printf("  number %lu: %ld, not %d\n", (unsigned long)k, (long)r[k], y[k]); }
        CHECK(r[k] == y[k]);
    }
    eval_free(&e);
    graph_free(&g);
}

/* one operator, or its output, of a network that begins with an h x w x c image of zero point zero */
static inline int start(int h, int w, int c, int zero)
{
    gf_begin(&f);
    return f.part[0].input = gf_image(&f, h, w, c, 1, zero);
}
static inline void finish(int out) { f.part[0].output = out; }
#endif
