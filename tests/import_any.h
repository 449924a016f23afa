/* import_any.h - a TensorFlow Lite file of any bytes, as an int8 model and as a float one: read or refused with a
 * reason. After sucref.h and other headers. Who includes it says first how much is tried, MOST: numbers and
 * multiply-adds of a float network that is run; LONGEST: bytes of a model that is written. */
#ifndef SUCREF_TESTS_IMPORT_ANY_H
#define SUCREF_TESTS_IMPORT_ANY_H
#include "../examples/tool/graph_quantize.h"
#include "../examples/tool/tflite.h"

static tflite t;

/* a model of all layers at 8 bits, or cut 4,4 in two stops; NULL where it cannot be written, or is too long */
static inline uint32_t *write_model(uint32_t *bytes, int planes)
{
    static uint8_t bits[2 * SUCREF_MAX_LAYERS], in_bits[2] = { 8, 8 };
    sucref_model_spec spec;
    uint32_t *file;
    unsigned n, i = 0, weighted = 0;
    lower_spec(&spec, &t.net);
    for (n = 0; n < t.net.n_layers; n++) { weighted += t.net.layer[n].kind <= SUCREF_KIND_DEPTHWISE; }
    for (n = 0; n < t.net.n_layers; n++) {
        sucref_layer_spec *s = &t.net.layer[n];
        const int cut = planes == 2 && s->kind != SUCREF_KIND_DEPTHWISE;
        if (s->kind > SUCREF_KIND_DEPTHWISE) { continue; }
        s->n_planes = (uint8_t)(cut ? 2 : 1);
        s->plan[0] = (uint8_t)(cut ? 4 : 8);
        s->plan[1] = (uint8_t)(cut ? 4 : 0);
        bits[i] = s->plan[0];
        bits[weighted + i++] = 8;
    }
    spec.n_stops = (uint8_t)planes;
    spec.bits = bits;
    spec.in_bits = in_bits;
    *bytes = sucref_model_write(NULL, 0, &spec, NULL);
    if (*bytes > LONGEST) { return NULL; }
    file = (uint32_t *)malloc(*bytes + 4);
    if (file != NULL && sucref_model_write((uint8_t *)file, *bytes, &spec, NULL) != 0) { return file; }
    free(file);
    return NULL;
}

/* numbers and multiply-adds together; a window counts for every output, whatever of it is read */
static inline uint64_t work_of(const graph *g)
{
    uint64_t sum = 0;
    uint32_t k;
    for (k = 0; k < g->n_tensors; k++) { sum += g->tensor[k].given ? g->tensor[k].elements : 0; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const graph_tensor *w = o->n_in > 1 && o->in[1] >= 0 ? &g->tensor[o->in[1]] : NULL,
                           *y = o->out >= 0 ? &g->tensor[o->out] : &g->tensor[o->in[0]];
        const uint64_t high = o->kernel[0] > 0 ? (uint64_t)o->kernel[0] : 1,
                       wide = o->kernel[1] > 0 ? (uint64_t)o->kernel[1] : 1;
        int32_t d[4];
        graph_shape(d, y);
        sum += y->elements * (w != NULL && w->data != NULL ? w->elements / (uint32_t)d[3] + 1U : high * wide);
    }
    return sum;
}

/* a file read as a float model, and made int8 with one sample of zeros: refused with a reason, or lowered or refused */
static inline void try_real(const uint8_t *p, size_t n)
{
    static graph g;
    static graph_ranges r;
    int ok = tflite_read_as(&g, p, n, 1);
    if (!ok && g.why[0] == 0) { abort(); }
    if (ok && work_of(&g) < MOST && ranges_init(&r, &g)) {
        (void)ranges_add(&r, &g);
        r.how = RANGE_DEFAULT;
        ok = ranges_choose(&r, &g) && tflite_read_as(&t.graph, p, n, 1) && quantize_graph(&t.graph, &r) &&
             tflite_lower(&t);
        if (!ok && g.why[0] == 0 && t.graph.why[0] == 0) { abort(); }
        tflite_free(&t);
    }
    graph_free(&g);
}
#endif
