/* 06_timer.c - a real deadline: a timer interrupts the work and reads the answer asynchronously, whatever the stepper
 * does.
 *
 * The handler runs in the middle of a step. It may read with sucref_net_answer, since the stepper cannot interrupt it;
 * the answer it sees is always that of a whole stop. (On a board the same handler is SysTick: see mcu/systick.c.)
 *
 * Output:
 *     the timer interrupted the work and read an answer 200 times
 *     every answer was that of a true stop: yes
 */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "tool/model_file.h"
#include "digits/picture.h"

static sucref_model m;
static sucref_net net;
static int32_t truth[SUCREF_MAX_STOPS][10];
static volatile sig_atomic_t reads, wrong;

static void deadline(int signal_number)
{
    sucref_answer a;
    (void)signal_number;
    if (sucref_net_answer(&net, &a) != SUCREF_OK) { return; } /* not even the first stop yet */
    wrong += memcmp(a.logits, truth[a.stop], sizeof truth[0]) != 0;
    reads++;
}

int main(void)
{
    static uint8_t digit[784];
    const struct itimerval every = { { 0, 300 }, { 0, 300 } }, never = { { 0, 0 }, { 0, 0 } };
    struct sigaction action;
    int status;
    unsigned t;
    if (!picture_digit(digit, "examples/digits/6_3.pgm")) { return 1; }
    if (!model_load(&m, "examples/models/digits.sucref") || !net_start(&net, &m)) { return 1; }
    (void)sucref_net_set_input(&net, digit, sizeof digit);
    for (t = 0; t < m.usable_stops; t++) { /* what each stop truly answers */
        sucref_answer a;
        if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { return 1; }
        memcpy(truth[t], a.logits, sizeof truth[t]);
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = deadline;
    if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &every, NULL) != 0) { return 1; }
    while (reads < 200) {
        (void)sucref_net_set_input(&net, digit, sizeof digit);
        do { status = sucref_net_step(&net, 500); } while (status == SUCREF_MORE || status == SUCREF_STOP);
        if (status != SUCREF_DONE) { return 1; }
    }
    (void)setitimer(ITIMER_REAL, &never, NULL);
    printf("the timer interrupted the work and read an answer %d times\n", reads >= 200 ? 200 : (int)reads);
    printf("every answer was that of a true stop: %s\n", wrong ? "no" : "yes");
    return 0;
}
