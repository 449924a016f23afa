/* mcu_layer.c - one layer, or a network, on a board: every stop of one input in turn, then the one-shot network, each
 * between count marks, then once more in steps, whose stack is measured. The digest of all answers is compared with the
 * host's by the Makefile. */
#include "../examples/mcu/board.h"
#include "count.h"
#include "stack.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "mcu_case.h"

static uint32_t digest(uint32_t h, const sucref_net *net)
{
    sucref_answer a;
    uint32_t i, k;
    if (sucref_net_answer(net, &a) != SUCREF_OK) { return 0; }
    for (i = 0; i < a.n_out; i++) {
        for (k = 0; k < 32; k += 8) { h = (h ^ (((uint32_t)a.logits[i] >> k) & 0xFFU)) * 16777619U; }
    }
    return h;
}

/* bytes below the caller of sucref_net_step, at most; by a pointer, so that no call becomes a part of its caller */
static uint32_t step_stack(sucref_net *net)
{
    int (*volatile step)(sucref_net *, uint32_t) = sucref_net_step;
    int status;
    stack_paint();
    do { status = step(net, 5000); } while (status == SUCREF_MORE || status == SUCREF_STOP);
    return stack_depth();
}

static void line(const char *what, uint32_t n)
{
    board_text(what);
    board_number(n);
}

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a = { 0 };
    uint32_t h = 2166136261U, stack;
    unsigned t;
    if (sucref_model_open(&m, the_case.model, the_case.model_bytes, NULL) != SUCREF_OK ||
        sucref_net_init(&net, &m, the_case.work, the_case.work_len) != SUCREF_OK) {
        return 1;
    }
    next_input();
    (void)sucref_net_set_input(&net, the_case.x, net.model->n_in);
    for (t = 0; t < m.n_stops; t++) {
        COUNT_FROM();
        (void)sucref_net_run(&net, t);
        COUNT_TO();
        h = digest(h, &net);
    }
    (void)sucref_net_set_input(&net, the_case.x, net.model->n_in);
    (void)sucref_net_start_at(&net, m.n_stops - 1U);
    COUNT_FROM();
    (void)sucref_net_run(&net, m.n_stops - 1U);
    COUNT_TO();
    h = digest(h, &net);
    (void)sucref_net_answer(&net, &a);
    line("spent ", a.spent);
    (void)sucref_net_set_input(&net, the_case.x, net.model->n_in);
    stack = step_stack(&net);
    h = digest(h, &net);
    line(" stack ", stack);
    line(" scratch ", the_case.work_len * 4U);
    board_text(" digest ");
    board_hex(h);
    board_text("\n");
    return 0;
}
