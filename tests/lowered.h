/* lowered.h - a file of TensorFlow Lite as a model, and whether its answers are graph_eval.h's. */
#ifndef SUCREF_TESTS_LOWERED_H
#define SUCREF_TESTS_LOWERED_H
#include "test.h"
#include "../sucref.h"
#include "../examples/tool/tflite.h"
#include "graph_eval.h"
#include "graph_file.h"

static graph plain;        /* what the evaluation reads */
static tflite t;           /* what becomes a model */
static gf_file f;
static const char halves[] = "SUB has scales at which halves"; /* would round the other way: one in 300 is refused */
static uint64_t macs, left; /* multiply-adds of all models, and those that pruning leaves */

static uint8_t layout;     /* of the models' planes, SUCREF_LAYOUT_* */

/* the model of a lowered graph, in one stop; NULL with a reason printed */
static uint32_t *write_model(uint32_t *bytes)
{
    static const uint8_t in_bits[1] = { 8 };
    static uint8_t bits[SUCREF_MAX_LAYERS];
    sucref_model_spec spec;
    sucref_fault fault = { "", 0 };
    uint32_t *file;
    memset(bits, 8, sizeof bits);
    lower_spec(&spec, &t.net);
    spec.layout = layout;
    spec.n_stops = 1;
    spec.bits = bits;
    spec.in_bits = in_bits;
    *bytes = sucref_model_write(NULL, 0, &spec, &fault);
    file = (uint32_t *)malloc(*bytes + 4);
    if (*bytes != 0 && sucref_model_write((uint8_t *)file, *bytes, &spec, &fault) != 0) { return file; }
    printf("  cannot be written: %s at %lu\n", fault.field, (unsigned long)fault.offset);
    free(file);
    return NULL;
}

/* how many of n inputs' output bytes differ between the engine and the evaluation; x NULL: random inputs */
static size_t differences(const sucref_model *m, uint32_t n, const int8_t *x)
{
    const size_t len = sucref_net_work_len(m);
    const int flip = plain.tensor[plain.output].type == GRAPH_UINT8 ? 0 : 128;
    uint32_t *work = (uint32_t *)malloc(len * 4), k, r;
    int8_t *own = (int8_t *)malloc(m->n_in), *in = (int8_t *)malloc(m->n_in);
    size_t wrong = 0;
    sucref_net net;
    sucref_answer a;
    graph_eval e;
    CHECK(sucref_net_init(&net, m, work, len) == SUCREF_OK);
    eval_init(&e, &plain);
    for (k = 0; k < n; k++) {
        const int kind = (int)rnd_below(4), level = rnd_in(-128, 127);
        const int32_t *want;
        for (r = 0; r < m->n_in; r++) {
            own[r] = (int8_t)(x != NULL ? x[k * m->n_in + r] : kind == 0 ? level : rnd_in(-128, 127));
            in[r] = (int8_t)(m->input_type == SUCREF_INPUT_U8 ? own[r] ^ -128 : own[r]);
        }
        want = eval_run(&e, own);
        if (sucref_net_set_input(&net, in, m->n_in) != SUCREF_OK ||
            sucref_net_run(&net, m->n_stops - 1U) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) {
            CHECK(0);
            break;
        }
        for (r = 0; r < m->n_out; r++) { wrong += a.out[r] != (uint8_t)(want[r] + flip); }
    }
    eval_free(&e);
    free(work); free(own); free(in);
    return wrong;
}

/* a file as a model against its evaluation; 0 where they differ */
static int compare(const uint8_t *p, size_t n, uint32_t inputs, const int8_t *x)
{
    uint32_t bytes, *file = NULL;
    sucref_model m;
    size_t wrong = 0;
    int ok = tflite_read(&plain, p, n) && tflite_parse(&t, p, n);
    if (!ok && strstr(t.graph.why, halves) == NULL) { printf("  %s%s\n", plain.why, t.graph.why); }
    file = ok ? write_model(&bytes) : NULL;
    ok = file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK;
    if (ok) { wrong = differences(&m, inputs, x); }
    if (wrong > 0) { printf("  %lu bytes differ\n", (unsigned long)wrong); }
    graph_free(&plain);
    macs += t.pruned.macs;
    left += t.pruned.left;
    tflite_free(&t);
    free(file);
    return ok && wrong == 0;
}
#endif
