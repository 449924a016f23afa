/* real_quantized.h - a float model in a file, the ranges of its numbers, and the int8 model that is made of both. After
 * the other graph_*.h, whose arguments are called f and t, too. */
#ifndef SUCREF_TESTS_REAL_QUANTIZED_H
#define SUCREF_TESTS_REAL_QUANTIZED_H
#include "test.h"
#include "../sucref.h"
#include "../examples/tool/graph_quantize.h"
#include "../examples/tool/tflite.h"
#include "graph_file.h"

enum { SAMPLES = 60 };
static gf_file f;
static graph real_graph;
static graph_ranges ranges;
static tflite t;

/* the int8 model that is made of the float one, in memory */
typedef struct { sucref_model m; sucref_net net; sucref_scales scales; uint32_t *file, *work; } quantized;

/* of the file's bytes; 0 where it is refused: real_graph.why or t.graph.why says why. Both graphs stay in use */
static inline int quantized_open_bytes(quantized *q, const uint8_t *p, size_t n)
{
    static const uint8_t in_bits[1] = { 8 };
    static uint8_t bits[SUCREF_MAX_LAYERS];
    sucref_model_spec spec;
    uint32_t len;
    if (!ranges_choose(&ranges, &real_graph) || !tflite_read_as(&t.graph, p, n, 1) ||
        !quantize_graph(&t.graph, &ranges) || !tflite_lower(&t)) {
        return 0;
    }
    memset(bits, 8, sizeof bits);
    lower_spec(&spec, &t.net);
    spec.n_stops = 1; spec.bits = bits; spec.in_bits = in_bits;
    len = sucref_model_write(NULL, 0, &spec, NULL);
    q->file = (uint32_t *)malloc(len + 4);
    CHECK(len != 0 && sucref_model_write((uint8_t *)q->file, len, &spec, NULL) == len &&
          sucref_model_open(&q->m, q->file, len, NULL) == SUCREF_OK);
    q->work = (uint32_t *)malloc(sucref_net_work_len(&q->m) * 4);
    CHECK(sucref_net_init(&q->net, &q->m, q->work, sucref_net_work_len(&q->m)) == SUCREF_OK);
    sucref_model_scales(&q->scales, &q->m);
    return 1;
}

static inline int quantized_open(quantized *q) { return quantized_open_bytes(q, f.file.p, f.file.n); }

static void quantized_close(quantized *q)
{
    free(q->file); free(q->work);
}

/* n numbers through both networks: the answer in bytes is y, that in float is in ranges.real.v[real_graph.output] */
static inline void quantized_run(sucref_answer *y, quantized *q, const float *x, uint32_t n)
{
    const int in = real_graph.input;
    int8_t bytes[4000];
    uint32_t i;
    memcpy(ranges.real.v[in], x, 4 * (size_t)n);
    real_run(&ranges.real);
    for (i = 0; i < n; i++) {
        bytes[i] = (int8_t)quantized_byte((double)x[i], ranges.scale[in], ranges.zero[in], -128, 127);
    }
    CHECK(sucref_net_set_input(&q->net, bytes, n) == SUCREF_OK && sucref_net_run(&q->net, 0) == SUCREF_OK &&
          sucref_net_answer(&q->net, y) == SUCREF_OK);
}
#endif
