/* digits.c - the digits example on a board: the model stays in flash, ten pictures are answered stop by stop.
 *
 * PICTURES and MODEL are headers that `make mcu` writes: PICTURES with picture_count, pictures[][784] and
 * picture_label[], MODEL with `sucref emit-c`. The digest covers every logit of every stop: all boards and the host
 * must print the same. */
#include "board.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include MODEL_H
#include "pictures.h"

static uint32_t work[NET_WORK_LEN];
static uint8_t x[784];

static uint32_t digest(uint32_t h, const sucref_answer *a) /* FNV-1a over the logits' bytes, lowest first */
{
    uint32_t i, k;
    for (i = 0; i < a->n_out; i++) {
        for (k = 0; k < 32; k += 8) { h = (h ^ (((uint32_t)a->logits[i] >> k) & 0xFFU)) * 16777619U; }
    }
    return h;
}

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t h = 2166136261U, right = 0, k, c;
    if (sucref_model_open(&m, net_model.bytes, NET_BYTES, NULL) != SUCREF_OK ||
        sucref_model_check(&m, NULL) != SUCREF_OK || sucref_net_init(&net, &m, work, NET_WORK_LEN) != SUCREF_OK) {
        board_text("the model does not open\n");
        return 1;
    }
    for (k = 0; k < PICTURE_COUNT; k++) {
        uint32_t best = 0;
        int status;
        for (c = 0; c < 784; c++) { x[c] = board_flash_u8(&pictures[k][c]); }
        (void)sucref_net_set_input(&net, x, net.model->n_in);
        board_text("picture of a ");
        board_number(board_flash_u8(&picture_label[k]));
        board_text(":");
        do {
            sucref_answer a;
            do { status = sucref_net_step(&net, 2000); } while (status == SUCREF_MORE);
            if (status < 0 || sucref_net_answer(&net, &a) != SUCREF_OK) { return 1; }
            best = sucref_argmax(a.logits, a.n_out);
            board_text(" ");
            board_number(best);
            h = digest(h, &a);
        } while (status == SUCREF_STOP);
        right += best == board_flash_u8(&picture_label[k]);
        board_text("\n");
    }
    board_number(right);
    board_text(" right, work buffer ");
    board_number(NET_WORK_LEN * 4U);
    board_text(" bytes, stack ");
    board_number(board_stack_used());
    board_text(" bytes\ndigest ");
    board_hex(h);
    board_text("\n");
    return 0;
}
