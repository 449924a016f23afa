/* mcu_cases.c - the models of cases.h, which tests/mcu_gen.c writes. */
#include "../examples/mcu/board.h"
#include "mcu_cases.h"
#include "cases.h"

#define ONE(k) { case##k.bytes, input##k, sizeof case##k.bytes, HASH##k },
const mcu_case cases[] = { FOR_CASES(ONE) };
const uint32_t n_cases = sizeof cases / sizeof cases[0], case_work_len = CASE_WORK_LEN;
uint32_t case_work[CASE_WORK_LEN];
uint8_t case_x[CASE_WIDEST];
