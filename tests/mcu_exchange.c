/* mcu_exchange.c - on a board: two devices and the node that collects their answers exchange activations, all three
 * here; at every stop the node's logits are the whole network's on the host. Prints a digest of all messages. */
#include "../examples/mcu/board.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "shares.h"

enum { WORK = 800, MESSAGE = 512 };
static uint32_t work[3][WORK];
static sucref_exchange e[3];
static sucref_exchange_part part[3];
static uint8_t message[MESSAGE];
static uint32_t digest = 2166136261U;

static int start(unsigned k, unsigned d)
{
    return sucref_exchange_open(&part[d], shares[k].part[d], shares[k].len[d], NULL) == SUCREF_OK &&
           sucref_exchange_init(&e[d], &part[d], work[d], WORK, 1, k) == SUCREF_OK &&
           sucref_exchange_begin(&e[d], k, shares[k].x[d], (size_t)part[d].n_in) == SUCREF_OK;
}

static void deliver(unsigned d)
{
    size_t len, i;
    unsigned to;
    while (sucref_exchange_send(&e[d], message, sizeof message, &len, &to) == SUCREF_OK) {
        for (i = 0; i < len; i++) { digest = (digest ^ message[i]) * 16777619U; }
        (void)sucref_exchange_take(&e[to], message, len);
    }
}

/* 1 when the node's answers are right at all stops */
static int run(unsigned k)
{
    unsigned d, idle = 0, stops = 0;
    int status;
    for (d = 0; d < 3; d++) { if (!start(k, d)) { return 0; } }
    for (d = 0; idle < 1000; d = d == 2 ? 0 : d + 1U, idle++) {
        sucref_answer a;
        status = sucref_exchange_step(&e[d], 200);
        deliver(d);
        if (d < 2 || (status != SUCREF_STOP && status != SUCREF_DONE)) { continue; }
        if (sucref_exchange_answer(&e[2], &a) == SUCREF_OK && a.stop == stops) {
            uint32_t h = 2166136261U, i;
            for (i = 0; i < a.n_out; i++) { h = (h ^ (uint32_t)a.logits[i]) * 16777619U; }
            if (h != shares[k].hash[stops++]) { return 0; }
        }
        if (status == SUCREF_DONE) { return stops == part[2].n_stops; }
    }
    return 0;
}

int board_main(void)
{
    unsigned k, failed = 0;
    for (k = 0; k < SHARES; k++) { failed += !run(k); }
    board_number(SHARES - failed);
    board_text(" passed, ");
    board_number(failed);
    board_text(" failed, digest ");
    board_hex(digest);
    board_text(" stack ");
    board_number(board_stack_used());
    board_text("\n");
    return failed != 0;
}
