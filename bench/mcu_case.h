/* mcu_case.h - what a counting program runs: a model and its inputs, which mcu_case.c holds. The program itself, which
 * takes far longer to compile, is so compiled once for a core. */
#ifndef SUCREF_BENCH_MCU_CASE_H
#define SUCREF_BENCH_MCU_CASE_H
#include <stdint.h>

typedef struct {
    const uint8_t *model, *inputs;
    uint32_t *work;
    uint8_t *x; /* the current input */
    uint32_t model_bytes, work_len, n_inputs, input_bytes;
} mcu_case;

extern const mcu_case the_case;
void next_input(void); /* to x */
#endif
