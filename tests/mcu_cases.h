/* mcu_cases.h - small random models, which mcu_cases.c holds: what runs them is so compiled once for a core. */
#ifndef SUCREF_TESTS_MCU_CASES_H
#define SUCREF_TESTS_MCU_CASES_H
#include <stdint.h>

typedef struct {
    const uint8_t *model, *input;
    uint32_t bytes, hash; /* of its answers at all stops */
} mcu_case;

extern const mcu_case cases[];
extern const uint32_t n_cases, case_work_len;
extern uint32_t case_work[];
extern uint8_t case_x[]; /* the widest input */
#endif
