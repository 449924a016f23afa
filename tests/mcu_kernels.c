/* mcu_kernels.c - on a board: small random models, every stop, several budgets, against hashes of evaluator.h's; and a
 * plane's syndrome, which the digest holds. */
#include "../examples/mcu/board.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "mcu_cases.h"

static uint32_t all = 2166136261U, passed, failed;

static uint32_t fnv(uint32_t h, uint32_t byte) { return (h ^ byte) * 16777619U; }

/* hash of the answers at all stops; 0 when something refuses */
static uint32_t run(const void *bytes, uint32_t len, const uint8_t *input, uint32_t budget)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t h = 2166136261U, i, b;
    int status;
    if (sucref_model_open(&m, bytes, len, NULL) != SUCREF_OK || sucref_model_check(&m, NULL) != SUCREF_OK) { return 0; }
    if (sucref_net_init(&net, &m, case_work, case_work_len) != SUCREF_OK) { return 0; }
    for (i = 0; i < m.n_in; i++) { case_x[i] = board_flash_u8(&input[i]); }
    if (sucref_net_set_input(&net, case_x, net.model->n_in) != SUCREF_OK) { return 0; }
    do {
        do { status = sucref_net_step(&net, budget); } while (status == SUCREF_MORE);
        if (status < 0 || sucref_net_answer(&net, &a) != SUCREF_OK) { return 0; }
        for (i = 0; i < a.n_out; i++) {
            for (b = 0; b < 32; b += 8) { h = fnv(h, ((uint32_t)a.logits[i] >> b) & 0xFFU); }
            h = fnv(h, a.out[i]);
        }
    } while (status == SUCREF_STOP);
    return h;
}

static void one(const mcu_case *c)
{
    const uint32_t h = run(c->model, c->bytes, c->input, 1), g = run(c->model, c->bytes, c->input, 0xFFFFFFFFU);
    unsigned k;
    if (h == c->hash && g == c->hash) { passed++; } else { failed++; }
    for (k = 0; k < 32; k += 8) { all = fnv(all, (h >> k) & 0xFFU); }
}

/* 1,000 bits, a fifth of them 1, in runs of 64 places */
static void syndrome(void)
{
    const sucref_syndrome_code c = { 1000, 29, 6 };
    uint8_t plane[125], message[80];
    sucref_stream r;
    size_t len = 0, k;
    uint32_t i;
    sucref_stream_init(&r, 5, 6, 7);
    for (i = 0; i < 125; i++) { plane[i] = 0; }
    for (i = 0; i < 1000; i++) {
        if (sucref_random(&r, 0x80000000U + i) < 858993459U) { plane[i / 8] = (uint8_t)(plane[i / 8] | 1U << (i % 8)); }
    }
    if (sucref_syndrome_encode(message, sizeof message, &len, plane, &c, &r) == SUCREF_OK) { passed++; }
    else { failed++; }
    for (k = 0; k < len; k++) { all = fnv(all, message[k]); }
}

int board_main(void)
{
    uint32_t k;
    for (k = 0; k < n_cases; k++) { one(&cases[k]); }
    syndrome();
    board_number(passed);
    board_text(" passed, ");
    board_number(failed);
    board_text(" failed\ndigest ");
    board_hex(all);
    board_text("\n");
    return failed != 0;
}
