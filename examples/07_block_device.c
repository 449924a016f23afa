/* 07_block_device.c - a model on a slow block device: a callback fetches ranges, and only the bytes that the next stop
 * needs.
 *
 * Output:
 *     fetched  11776 bytes in  23 blocks of 512: stop 0 says 9
 *     fetched  25152 bytes in  50 blocks of 512: stop 1 says 9
 *     fetched 102368 bytes in 200 blocks of 512: stop 2 says 9
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "tool/model_file.h"
#include "digits/picture.h"

enum { BLOCK = 512, ROOM = 108544 };
typedef struct { FILE *file; unsigned blocks; } device; /* stands for a serial flash or an SD card */

/* reads the blocks that hold bytes from..to-1; 1 on success */
static int fetch(device *d, uint8_t *memory, uint32_t from, uint32_t to)
{
    for (from -= from % BLOCK; from < to; from += BLOCK, d->blocks++) {
        if (fseek(d->file, (long)from, SEEK_SET) != 0 || fread(memory + from, 1, BLOCK, d->file) == 0) { return 0; }
    }
    return 1;
}

int main(void)
{
    static uint32_t memory[ROOM / 4];
    static uint8_t digit[784];
    device d = { fopen("examples/models/widths.sucref", "rb"), 0 };
    uint8_t *bytes = (uint8_t *)memory;
    sucref_model m;
    sucref_net net;
    uint32_t have = BLOCK;
    int opened;
    unsigned t;
    if (!picture_digit(digit, "examples/digits/9_1.pgm") || d.file == NULL) { return 1; }

    if (!fetch(&d, bytes, 0, have)) { return 1; }
    /* until the first stop is whole */
    while ((opened = sucref_model_open(&m, memory, have, NULL)) != SUCREF_OK && have < ROOM) {
        if (!fetch(&d, bytes, have, have + BLOCK)) { return 1; }
        have += BLOCK;
    }
    if (opened != SUCREF_OK || !net_start(&net, &m)) { return 1; }
    (void)sucref_net_set_input(&net, digit, sizeof digit);
    for (t = 0; t < m.n_stops; t++) {
        sucref_answer a;
        sucref_stop s;
        sucref_model_stop(&s, &m, t);
        if (s.end > have) { /* a real program would stop here once sucref_settled says so */
            if (!fetch(&d, bytes, have, s.end)) { return 1; }
            have = (s.end + BLOCK - 1) / BLOCK * BLOCK;
            if (sucref_model_extend(&m, have, NULL) < 0) { return 1; }
        }
        if (sucref_model_check(&m, NULL) != SUCREF_OK || sucref_net_run(&net, t) != SUCREF_OK ||
            sucref_net_answer(&net, &a) != SUCREF_OK) {
            return 1;
        }
        printf("fetched %6lu bytes in %3u blocks of %d: stop %u says %lu\n", (unsigned long)s.end, d.blocks, BLOCK,
               a.stop, (unsigned long)sucref_argmax(a.logits, 10));
    }
    fclose(d.file);
    return 0;
}
