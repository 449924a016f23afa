/* spec.h - the integers of an opened model as a spec that can be changed and written again.
 *
 * Needs SUCREF_HOST defined before sucref.h. Memory is the tool's and lives until respec_free. */
#ifndef SUCREF_TOOL_SPEC_H
#define SUCREF_TOOL_SPEC_H
#include "prepare.h"
#include <stdio.h>

typedef struct {
    sucref_model_spec spec;    /* points at the arrays below */
    sucref_layer_spec layer[SUCREF_MAX_LAYERS];
    uint8_t in_bits[SUCREF_MAX_STOPS], *bits;
    sucref_correction *corrections;
    const sucref_correction *had; /* the model's own */
    sucref_exit exits[SUCREF_MAX_STOPS];
    void *memory[SUCREF_MAX_LAYERS * 16]; /* blocks to free */
    unsigned n_memory;
} respec;

static inline void *respec_new(size_t n)
{
    void *p = calloc(n ? n : 1, 1);
    if (p == NULL) { fprintf(stderr, "sucref: out of memory\n"); exit(2); }
    return p;
}

/* a block that respec_free gives back */
static inline void *respec_keep(respec *r, size_t n)
{
    void *p = respec_new(n);
    if (r->n_memory == sizeof r->memory / sizeof r->memory[0]) { fprintf(stderr, "sucref: internal error\n"); exit(2); }
    r->memory[r->n_memory++] = p;
    return p;
}

/* the spec of a whole model whose bytes stay where they are; its corrections (constants of 0 bits: the zero point),
 * exits and bounds are left out, to be made again */
static inline void respec_model(respec *r, const sucref_model *m)
{
    const size_t len = sucref_model_spec_of(NULL, NULL, 0, m);
    unsigned n, t;
    memset(r, 0, sizeof *r);
    if (sucref_model_spec_of(&r->spec, respec_keep(r, len), len, m) == 0) {
        fprintf(stderr, "sucref: a model that is cut has no spec\n");
        exit(2);
    }
    r->bits = (uint8_t *)respec_new((size_t)m->n_stops * m->n_groups);
    r->corrections = (sucref_correction *)respec_new(sizeof(sucref_correction) * m->n_stops * m->n_groups);
    for (n = 0; n < m->n_layers; n++) { r->layer[n] = r->spec.layers[n]; }
    for (t = 0; t < m->n_stops; t++) { r->in_bits[t] = r->spec.in_bits[t]; }
    memcpy(r->bits, r->spec.bits, (size_t)m->n_stops * m->n_groups);
    r->spec.layers = r->layer;
    r->spec.in_bits = r->in_bits;
    r->spec.bits = r->bits;
    r->had = r->spec.corrections;
    r->spec.corrections = r->corrections;
    r->spec.exits = NULL;
    r->spec.bounds = NULL;
    for (t = 0; t < m->n_stops && r->spec.answers != NULL && r->spec.answers[t] + 1U == m->n_layers; t++) { }
    if (t == m->n_stops) { r->spec.answers = NULL; } /* nothing to say, however many stops there will be */
}

static inline void respec_free(respec *r)
{
    while (r->n_memory > 0) { free(r->memory[--r->n_memory]); }
    free(r->bits); free(r->corrections);
    r->bits = NULL; r->corrections = NULL;
}
#endif
