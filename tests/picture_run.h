/* picture_run.h - a random network with tensors as a file, its state, and the oracle beside it: what its steps answer
 * and spend. */
#ifndef SUCREF_PICTURE_RUN_H
#define SUCREF_PICTURE_RUN_H
#include "test.h"
#include "../sucref.h"
#include "picture_oracle.h"
#include "random_pictures.h"

static random_pictures r;
static picture_oracle oracle;
static int32_t want_z[RP_STOPS][RP_BYTES];
static uint8_t want_u[RP_STOPS][RP_BYTES], x[RP_BYTES];
static uint32_t spent_at[RP_STOPS];

/* a network that is written, opened and has a state */
typedef struct {
    sucref_model m;
    sucref_net net;
    uint32_t *file, bytes, *work;
} running;

static inline int same(const sucref_answer *a, unsigned stop)
{
    return a->stop == stop && memcmp(a->logits, want_z[stop], a->n_out * 4U) == 0 &&
           memcmp(a->out, want_u[stop], a->n_out) == 0;
}

static inline void oracle_all(const sucref_model_spec *spec)
{
    unsigned t;
    for (t = 0; t < spec->n_stops; t++) { (void)po_stop(&oracle, want_z[t], want_u[t], x, t); }
}

/* another input for the oracle and the network */
static inline void next_input(const sucref_model *m)
{
    rs_input(x, m->n_in, m->input_type);
    oracle_all(&r.spec);
}

/* 0: it could not be written or opened */
static inline int start(running *t)
{
    sucref_fault f = { "", 0 };
    size_t len;
    t->work = NULL;
    t->file = rp_write(&r, &t->bytes);
    CHECK(t->file != NULL);
    if (t->file == NULL || sucref_model_open(&t->m, t->file, t->bytes, &f) != SUCREF_OK) { return 0; }
    CHECK(sucref_model_check(&t->m, &f) == SUCREF_OK);
    len = sucref_net_work_len(&t->m);
    t->work = (uint32_t *)malloc(len * 4U); /* exact: a sanitizer sees every step outside */
    CHECK(sucref_net_init(&t->net, &t->m, t->work, len - 1U) == SUCREF_E_SPACE);
    CHECK(sucref_net_init(&t->net, &t->m, t->work, len) == SUCREF_OK);
    po_init(&oracle, &r.spec);
    return 1;
}

static inline void stop(running *t)
{
    if (t->work != NULL) { po_free(&oracle); }
    free(t->work);
    free(t->file);
}

/* what a run must have spent at a stop: as much as the run before on the same input, where there was one */
static inline void check_spent(const sucref_answer *a, int known)
{
    if (known) { CHECK(a->spent == spent_at[a->stop]); }
    spent_at[a->stop] = a->spent;
}

/* steps through all stops with one budget, or with any (0xFFFFFFFF: all at once; 0: any); every answer read at every
 * moment must be that of the last stop reached */
static inline void step_through(running *t, uint32_t budget, int known)
{
    sucref_answer a;
    int reached = -1, status;
    const uint32_t quantum = sucref_net_quantum(&t->m);
    CHECK(sucref_net_set_input(&t->net, x, t->m.n_in) == SUCREF_OK);
    CHECK(sucref_net_answer(&t->net, &a) == SUCREF_E_STATE);
    do {
        const uint32_t before = t->net.spent, now = budget != 0 ? budget : 1 + rnd_below(rnd_below(2) ? 20 : 2000);
        status = sucref_net_step(&t->net, now);
        CHECK(t->net.spent - before < (uint64_t)now + quantum);
        if (status == SUCREF_STOP || status == SUCREF_DONE) { reached++; }
        if (reached < 0) { CHECK(sucref_net_answer(&t->net, &a) == SUCREF_E_STATE); continue; }
        CHECK(sucref_net_answer(&t->net, &a) == SUCREF_OK && same(&a, (unsigned)reached));
        if (test_bad) { return; }
        if (status != SUCREF_MORE) { check_spent(&a, known); }
    } while (status == SUCREF_MORE || status == SUCREF_STOP);
    CHECK(status == SUCREF_DONE && reached + 1 == r.spec.n_stops);
    CHECK(sucref_net_step(&t->net, 1) == SUCREF_DONE);
}
#endif
