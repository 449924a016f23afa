/* mcu_channels.c - on a board: two devices and a spare with parts of a network's convolutions, and the master that
 * joins them, all four here; each device lost in turn, or none, or one wrong, which the master notices and does
 * without. Prints a digest of all sums. */
#include "../examples/mcu/board.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "parts.h"

enum { WORK = 9000, MASTER = 2000, SUMS = 12 * 12 * 8, BYTES = 12 * 12 * 8, NOBODY = 3 };
static uint32_t work[WORK], master[MASTER];
static int32_t sums[3][SUMS], joined[SUMS], before[SUMS];
static uint8_t u[BYTES];
static uint32_t digest = 2166136261U;

/* a shard's sums of the layer that was asked for */
static int compute(const sucref_share *ask, unsigned shard)
{
    sucref_model m;
    sucref_net net;
    uint32_t i;
    if (sucref_model_open(&m, layers[ask->layer].part[shard], layers[ask->layer].len[shard], NULL) != SUCREF_OK ||
        sucref_net_init(&net, &m, work, WORK) != SUCREF_OK || sucref_net_set_input(&net, u, m.n_in) != SUCREF_OK ||
        sucref_net_run(&net, 0) != SUCREF_OK ||
        sucref_shard_sums(sums[shard], layers[ask->layer].rows, &net, before) != SUCREF_OK) {
        return 0;
    }
    for (i = 0; i < ask->positions * layers[ask->layer].rows; i++) {
        digest = (digest ^ (uint32_t)sums[shard][i]) * 16777619U;
    }
    return 1;
}

/* the layer's sums without a device, into joined; SUCREF_E_DATA: one is wrong */
static int join(const sucref_share *ask, unsigned lost)
{
    const uint32_t rows = layers[ask->layer].rows, first = layers[ask->layer].first, len = ask->positions * rows;
    const int32_t *shard[3];
    sucref_recovery plan;
    uint32_t p, r;
    unsigned k;
    int status;
    for (k = 0; k < 3; k++) { shard[k] = k == lost ? NULL : sums[k]; }
    status = sucref_recovery_plan(&plan, 2, 1, 7U & ~(1U << lost), layers[ask->layer].limit);
    if (status == SUCREF_OK) { status = sucref_parity_check(NULL, &plan, shard, len); }
    if (status == SUCREF_OK && plan.n_lost > 0) {
        status = sucref_recover(sums[plan.lost[0]], &plan, 0, shard, len);
    }
    for (p = 0; status == SUCREF_OK && p < ask->positions; p++) {
        for (r = 0; r < ask->rows; r++) {
            joined[p * ask->rows + r] = r < first ? sums[0][p * rows + r] : sums[1][p * rows + r - first];
        }
    }
    return status;
}

/* an answer with one lost, or wrong; 1 when it is right */
static int run(unsigned lost, unsigned wrong)
{
    const int32_t *const planes[1] = { joined };
    sucref_model m;
    sucref_net net;
    sucref_share ask;
    sucref_answer a;
    uint32_t i, same = 0;
    int status;
    if (sucref_model_open(&m, whole, sizeof whole, NULL) != SUCREF_OK ||
        sucref_net_init(&net, &m, master, MASTER) != SUCREF_OK ||
        sucref_net_set_input(&net, input, sizeof input) != SUCREF_OK) {
        return 0;
    }
    status = sucref_net_share(&net, NULL, 1000, &ask);
    while (status == SUCREF_WAIT || status == SUCREF_MORE) {
        int given = 0;
        if (status == SUCREF_WAIT) {
            unsigned k;
            for (i = 0; i < ask.n_in; i++) { u[i] = (uint8_t)(ask.input[i] ^ ask.flip); }
            for (k = 0; k < 3; k++) { if (k != lost && !compute(&ask, k)) { return 0; } }
            if (wrong < NOBODY) { sums[wrong][ask.positions] ^= 1; }
            given = join(&ask, lost) == SUCREF_OK;
            if (given != (wrong == NOBODY)) { return 0; }
            if (!given) { (void)sucref_net_step(&net, 1); }
        }
        status = sucref_net_share(&net, given ? planes : NULL, 1000, &ask);
    }
    if (status != SUCREF_DONE || sucref_net_answer(&net, &a) != SUCREF_OK) { return 0; }
    for (i = 0; i < a.n_out; i++) { same += a.logits[i] == want[i]; }
    return same == a.n_out;
}

int board_main(void)
{
    unsigned k, passed = 0;
    for (k = 0; k <= NOBODY; k++) { passed += (unsigned)run(k, NOBODY); }
    for (k = 0; k < NOBODY; k++) { passed += (unsigned)run(NOBODY, k); }
    board_number(passed);
    board_text(" passed, ");
    board_number(7 - passed);
    board_text(" failed, digest ");
    board_hex(digest);
    board_text(" stack ");
    board_number(board_stack_used());
    board_text("\n");
    return passed != 7;
}
