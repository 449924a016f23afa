/* answers.h - what a file answers to one input, by the bodies of sucref.h that were included before. */
#ifndef SUCREF_TESTS_ANSWERS_H
#define SUCREF_TESTS_ANSWERS_H
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_WORDS = 20000, ANSWERS_BYTES = 4000 }; /* larger networks are not run */

/* a hash of logits and outputs at all stops; 0 where the file is not accepted, 1 where it is too large */
static uint32_t answers(const void *file, size_t bytes, const uint8_t *x)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t *work, hash = 2166136261U, i;
    size_t len;
    unsigned t;
    if (sucref_model_open(&m, file, bytes, NULL) != SUCREF_OK || sucref_model_check(&m, NULL) != SUCREF_OK) {
        return 0;
    }
    len = sucref_net_work_len(&m);
    if (len > ANSWERS_WORDS || m.n_in > ANSWERS_BYTES) { return 1; }
    work = (uint32_t *)malloc(len * 4 + 4);
    (void)sucref_net_init(&net, &m, work, len);
    (void)sucref_net_set_input(&net, x, m.n_in);
    for (t = 0; t < m.usable_stops; t++) {
        if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { hash = 2; break; }
        for (i = 0; i < a.n_out; i++) {
            hash = (hash ^ (uint32_t)a.logits[i]) * 16777619U;
            hash = (hash ^ a.out[i] ^ hash >> 15) * 16777619U;
        }
    }
    free(work);
    return hash;
}
#endif
