/* 05_deadline.c - a loop with a deadline: whenever time runs out there is an answer, and it says how good it is.
 *
 * Time here is a counter of multiply-adds, so that the output is the same everywhere; on a board it is a timer.
 *
 * Output:
 *     deadline after   10000 multiply-adds: no answer yet
 *     deadline after   40000 multiply-adds: a 8 from stop 0, 1 bit of the weights
 *     deadline after   80000 multiply-adds: a 8 from stop 2, 4 bits of the weights
 *     deadline after  120000 multiply-adds: a 8 from stop 3, 8 bits of the weights
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "tool/model_file.h"
#include "digits/picture.h"

int main(void)
{
    static const uint32_t deadlines[] = { 10000, 40000, 80000, 120000 };
    static uint8_t digit[784];
    sucref_model m;
    sucref_net net;
    int k, status;
    if (!picture_digit(digit, "examples/digits/8_0.pgm")) { return 1; }
    if (!model_load(&m, "examples/models/digits.sucref") || !net_start(&net, &m)) { return 1; }

    for (k = 0; k < 4; k++) {
        sucref_answer a;
        sucref_stop_group e;
        (void)sucref_net_set_input(&net, digit, sizeof digit);
        do {
            status = sucref_net_step(&net, 1000); /* other work fits in here */
        } while ((status == SUCREF_MORE || status == SUCREF_STOP) && net.spent < deadlines[k]);
        printf("deadline after %7lu multiply-adds: ", (unsigned long)deadlines[k]);
        if (sucref_net_answer(&net, &a) != SUCREF_OK) { printf("no answer yet\n"); continue; }
        sucref_model_stop_group(&e, &m, a.stop, 0);
        printf("a %lu from stop %u, %u bit%s of the weights\n", (unsigned long)sucref_argmax(a.logits, a.n_out), a.stop,
               e.bits, e.bits == 1 ? "" : "s");
    }
    return 0;
}
