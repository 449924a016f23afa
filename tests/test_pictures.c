/* test_pictures.c - the law for networks with tensors: every stop of the stepping engine equals METHOD's integers, for
 * random networks of every kind, every work budget, every order of inputs. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "../sucref.h"
#include "picture_oracle.h"
#include "random_pictures.h"

#ifndef NETS
#define NETS 2000
#endif

static random_pictures r;
static picture_oracle oracle;
static int32_t want_z[RP_STOPS][RP_BYTES];
static uint8_t want_u[RP_STOPS][RP_BYTES], x[RP_BYTES];
static uint32_t net_state;

static int same(const sucref_answer *a, unsigned stop)
{
    return a->stop == stop && memcmp(a->logits, want_z[stop], a->n_out * 4U) == 0 &&
           memcmp(a->out, want_u[stop], a->n_out) == 0;
}

static void oracle_all(void)
{
    unsigned t;
    for (t = 0; t < r.spec.n_stops; t++) { (void)po_stop(&oracle, want_z[t], want_u[t], x, t); }
}

static void step_through(sucref_net *net, const sucref_model *m, uint32_t budget)
{
    sucref_answer a;
    int reached = -1, status;
    const uint32_t quantum = sucref_net_quantum(m);
    CHECK(sucref_net_set_input(net, x, m->n_in) == SUCREF_OK);
    do {
        const uint32_t before = net->spent;
        status = sucref_net_step(net, budget);
        CHECK(net->spent - before < (uint64_t)budget + quantum);
        if (status == SUCREF_STOP || status == SUCREF_DONE) { reached++; }
        if (reached < 0) { continue; }
        CHECK(sucref_net_answer(net, &a) == SUCREF_OK);
        CHECK(same(&a, (unsigned)reached));
    } while (status == SUCREF_MORE || status == SUCREF_STOP);
    CHECK(status == SUCREF_DONE && reached + 1 == r.spec.n_stops);
}

static void one_network(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t bytes, *file, *work;
    size_t len;
    unsigned k;
    const int bad = test_bad;
    net_state = test_state;
    rp_make(&r);
    file = rp_write(&r, &bytes);
    CHECK(file != NULL);
    if (file != NULL) {
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        CHECK(sucref_model_check(&m, NULL) == SUCREF_OK);
        len = sucref_net_work_len(&m);
        work = (uint32_t *)malloc(len * 4U); /* exact: a sanitizer sees every step outside */
        CHECK(sucref_net_init(&net, &m, work, len - 1U) == SUCREF_E_SPACE);
        CHECK(sucref_net_init(&net, &m, work, len) == SUCREF_OK);
        po_init(&oracle, &r.spec);
        for (k = 0; k < 3; k++) { /* the same state again: nothing of an earlier input may remain */
            rs_input(x, m.n_in, m.input_type);
            oracle_all();
            step_through(&net, &m, k == 0 ? 1 : k == 1 ? 1 + rnd_below(5000) : 0xFFFFFFFFU);
        }
        po_free(&oracle);
        free(work);
    }
    if (test_bad > bad && test_shown < 20) { printf("  state %lu\n", (unsigned long)net_state); rp_print(&r); }
    free(file);
    rp_free(&r);
}

static void random_networks(void)
{
    int n;
    for (n = 0; n < NETS; n++) { one_network(); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every stop of random networks equals the oracle", random_networks);
    return test_report("pictures");
}
