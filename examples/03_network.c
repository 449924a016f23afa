/* 03_network.c - a network that answers after 1, 2, 4 and 8 bits of its weights; the last answer is the int8 network's.
 *
 * Output:
 *     stop 0: a 3, 37138 ahead of the next
 *     stop 1: a 3, 40414 ahead of the next
 *     stop 2: a 3, 39234 ahead of the next
 *     stop 3: a 3, 38870 ahead of the next
 *     the one-shot network agrees bit for bit: yes
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "tool/model_file.h"
#include "digits/picture.h"

int main(void)
{
    static uint8_t digit[784];
    int32_t last[10];
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    int same = 1, i;
    unsigned stop;
    if (!picture_digit(digit, "examples/digits/3_4.pgm")) { return 1; }
    if (!model_load(&m, "examples/models/digits.sucref") || !net_start(&net, &m)) { return 1; }

    (void)sucref_net_set_input(&net, digit, sizeof digit);
    for (stop = 0; stop < m.usable_stops; stop++) {
        if (sucref_net_run(&net, stop) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { return 1; }
        printf("stop %u: a %lu, %lu ahead of the next\n", a.stop, (unsigned long)sucref_argmax(a.logits, a.n_out),
               (unsigned long)sucref_margin(a.logits, a.n_out, 0));
    }
    for (i = 0; i < 10; i++) { last[i] = a.logits[i]; }

    (void)sucref_net_set_input(&net, digit, sizeof digit);
    (void)sucref_net_start_at(&net, m.usable_stops - 1U); /* everything at once */
    if (sucref_net_run(&net, m.usable_stops - 1U) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) {
        return 1;
    }
    for (i = 0; i < 10; i++) { same = same && last[i] == a.logits[i]; }
    printf("the one-shot network agrees bit for bit: %s\n", same ? "yes" : "no");
    return 0;
}
