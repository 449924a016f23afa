/* mcu_layer.c - one layer on a board: every stop in turn, then the one-shot network, each between count marks. The
 * digest of all answers is compared with the host's by the Makefile. */
#include "../examples/mcu/board.h"
#include "count.h"
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

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t h = 2166136261U;
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
    board_text("digest ");
    board_hex(h);
    board_text(" scratch ");
    board_number(the_case.work_len * 4U);
    board_text(" stack ");
    board_number(board_stack_used());
    board_text("\n");
    return 0;
}
