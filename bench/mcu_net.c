/* mcu_net.c - a whole network on a board, for each input three times: stop by stop, until sucref_settled (where the
 * model has exit rules), and the one-shot network; setting the input and reading the answer are inside the counts.
 *
 * The digest covers every
 * logit and output read. */
#include "../examples/mcu/board.h"
#include "count.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "mcu_case.h"

static uint32_t left[SUCREF_MAX_STOPS], hash = 2166136261U;

static void digest(const sucref_answer *a)
{
    uint32_t i, k;
    for (i = 0; i < a->n_out; i++) {
        for (k = 0; k < 32; k += 8) { hash = (hash ^ (((uint32_t)a->logits[i] >> k) & 0xFFU)) * 16777619U; }
        hash = (hash ^ a->out[i]) * 16777619U;
    }
}
static int has_exits(const sucref_model *m)
{
    sucref_exit e;
    return m->n_stops > 1 && sucref_model_exit(&e, m, 0) == SUCREF_OK;
}

/* an error anywhere leaves an answer of no outputs, which the digest misses */
static void refine(sucref_net *net)
{
    sucref_answer a = { 0 };
    unsigned t;
    COUNT_FROM();
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    (void)sucref_net_run(net, 0);
    (void)sucref_net_answer(net, &a);
    COUNT_TO();
    digest(&a);
    for (t = 1; t < net->model->n_stops; t++) {
        COUNT_FROM();
        (void)sucref_net_run(net, t);
        (void)sucref_net_answer(net, &a);
        COUNT_TO();
        digest(&a);
    }
}
static void settle(sucref_net *net)
{
    sucref_answer a = { 0 };
    unsigned t = 0;
    COUNT_FROM();
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    do {
        (void)sucref_net_run(net, t++);
        (void)sucref_net_answer(net, &a);
    } while (t < net->model->n_stops && !sucref_settled(net->model, &a));
    COUNT_TO();
    left[t - 1U]++;
    digest(&a);
}
static void one_shot(sucref_net *net)
{
    sucref_answer a = { 0 };
    COUNT_FROM();
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    (void)sucref_net_start_at(net, net->model->n_stops - 1U);
    (void)sucref_net_run(net, net->model->n_stops - 1U);
    (void)sucref_net_answer(net, &a);
    COUNT_TO();
    digest(&a);
}

static void line(const char *what, uint32_t a, uint32_t b, uint32_t c)
{
    board_text(what);
    board_number(a);
    board_text(" ");
    board_number(b);
    board_text(" ");
    board_number(c);
    board_text("\n");
}

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    sucref_cost cost;
    uint32_t k;
    unsigned t;
    if (sucref_model_open(&m, the_case.model, the_case.model_bytes, NULL) != SUCREF_OK ||
        m.n_in != the_case.input_bytes ||
        sucref_net_init(&net, &m, the_case.work, the_case.work_len) != SUCREF_OK) {
        board_text("the model does not open\n");
        return 1;
    }
    for (k = 0; k < the_case.n_inputs; k++) {
        next_input();
        refine(&net);
        if (has_exits(&m)) { settle(&net); }
        one_shot(&net);
    }
    for (t = 0; t < m.n_stops; t++) { /* dense cost up to each stop, and how many left there */
        sucref_model_cost(&cost, &m, 0, t);
        line("stop ", (uint32_t)cost.macs, (uint32_t)cost.weight_bytes, left[t]);
    }
    sucref_model_cost(&cost, &m, m.n_stops - 1U, m.n_stops - 1U);
    line("oneshot ", (uint32_t)cost.macs, (uint32_t)cost.weight_bytes, the_case.n_inputs);
    line("scratch ", the_case.work_len * 4U, m.n_in, m.n_out);
    board_text("digest ");
    board_hex(hash);
    board_text("\n");
    return 0;
}
