/* tflite.h - a TensorFlow Lite int8 model in the words of sucref_model_spec: tflite_read.h reads the file into a graph,
 * lower.h makes layers of it, prune.h drops what no input can change. Exact at the last stop.
 *
 * Matched are the reference kernels of TensorFlow Lite Micro, and of TensorFlow Lite up to 2.19: double rounding, and
 * float where they multiply and divide scales in float. Since TensorFlow 2.20 the interpreter's reference kernel of
 * FULLY_CONNECTED rounds by float, by which about one value in 200 differs by one; Micro's does not. */
#ifndef SUCREF_TOOL_TFLITE_H
#define SUCREF_TOOL_TFLITE_H
#include "lower.h"
#include "prune.h"
#include "tflite_read.h"

typedef struct { graph graph; lowered net; pruned pruned; } tflite; /* free with tflite_free */

/* layers of t->graph; a chain of dense layers is left as it is. 1, or 0 with t->graph.why filled */
static inline int tflite_lower(tflite *t)
{
    memset(&t->net, 0, sizeof t->net);
    memset(&t->pruned, 0, sizeof t->pruned);
    return lower_graph(&t->net, &t->graph) && (t->net.dense_only || prune_all(&t->pruned, &t->net));
}

/* 1, or 0 with t->graph.why filled. p stays in use until tflite_free. */
static inline int tflite_parse(tflite *t, const uint8_t *p, size_t n)
{
    return tflite_read(&t->graph, p, n) && tflite_lower(t);
}

static inline void tflite_free(tflite *t)
{
    graph_free(&t->graph);
    memset(&t->net, 0, sizeof t->net);
}
#endif
