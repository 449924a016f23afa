/* mcu_outputs.c - on a board: a network's outputs for inputs one after the other, in steps of 5,000 multiply-adds. A
 * model's states stay from one input to the next. The digest is of the output bytes alone, so that what a reference
 * has computed can be compared with it. */
#include "../examples/mcu/board.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "../bench/mcu_case.h"

static uint32_t hash = 2166136261U;

static int answer_one(sucref_net *net)
{
    sucref_answer a;
    uint32_t i;
    int status;
    next_input();
    if (sucref_net_set_input(net, the_case.x, the_case.input_bytes) != SUCREF_OK) { return 0; }
    do { status = sucref_net_step(net, 5000); } while (status == SUCREF_MORE);
    if (status != SUCREF_DONE || sucref_net_answer(net, &a) != SUCREF_OK) { return 0; }
    for (i = 0; i < a.n_out; i++) { hash = (hash ^ a.out[i]) * 16777619U; }
    return 1;
}

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t k;
    if (sucref_model_open(&m, the_case.model, the_case.model_bytes, NULL) != SUCREF_OK ||
        sucref_model_check(&m, NULL) != SUCREF_OK ||
        sucref_net_init(&net, &m, the_case.work, the_case.work_len) != SUCREF_OK) {
        board_text("the model does not open\n");
        return 1;
    }
    for (k = 0; k < the_case.n_inputs; k++) { if (!answer_one(&net)) { return 1; } }
    board_number(the_case.n_inputs);
    board_text(" inputs, work buffer ");
    board_number(the_case.work_len * 4U);
    board_text(" bytes, stack ");
    board_number(board_stack_used());
    board_text("\ndigest ");
    board_hex(hash);
    board_text("\n");
    return 0;
}
