/* systick.c - a bare board (Cortex-M): SysTick interrupts the network at any point and reads the last answer.
 *
 * The handler uses sucref_net_answer, as nothing of the stepper runs while it does. It counts how many answers it read
 * and how many were not those of a true stop. MODEL_H as in digits.c. */
#include "board.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include MODEL_H
#include "pictures.h"

enum { OUTPUTS = 10, STOPS = 8 };
static uint32_t work[NET_WORK_LEN];
static int32_t truth[STOPS][OUTPUTS];
static uint8_t x[784];
static sucref_net net;
static volatile uint32_t reads, wrong;

void board_tick(void) /* the SysTick handler */
{
    sucref_answer a;
    uint32_t i;
    if (sucref_net_answer(&net, &a) != SUCREF_OK) { return; }
    for (i = 0; i < a.n_out; i++) { if (a.logits[i] != truth[a.stop][i]) { wrong = wrong + 1; } }
    reads = reads + 1;
}

int board_main(void)
{
    volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010U; /* control, reload, value */
    sucref_model m;
    uint32_t c, i, t;
    int status;
    if (sucref_model_open(&m, net_model.bytes, NET_BYTES, NULL) != SUCREF_OK || m.n_out > OUTPUTS ||
        m.n_stops > STOPS || sucref_net_init(&net, &m, work, NET_WORK_LEN) != SUCREF_OK) {
        board_text("the model does not open\n");
        return 1;
    }
    for (c = 0; c < 784; c++) { x[c] = pictures[3][c]; }
    (void)sucref_net_set_input(&net, x, net.model->n_in);
    for (t = 0; t < m.n_stops; t++) {
        sucref_answer a;
        if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { return 1; }
        for (i = 0; i < a.n_out; i++) { truth[t][i] = a.logits[i]; }
    }
    systick[1] = 2999;
    systick[2] = 0;
    systick[0] = 7; /* on, with interrupt, from the core's clock */
    while (reads < 500) {
        (void)sucref_net_set_input(&net, x, net.model->n_in);
        do { status = sucref_net_step(&net, 1000); } while (status == SUCREF_MORE || status == SUCREF_STOP);
        if (status != SUCREF_DONE) { return 1; }
    }
    systick[0] = 0;
    board_text(wrong == 0 ? "500 ticks read an answer, every one that of a true stop: 0 failed\n"
                          : "a tick read something else: 1 failed\n");
    return wrong != 0;
}
