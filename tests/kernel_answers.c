/* kernel_answers.c - answers() by a family of kernels, private to this object and named by its switches:
 * -DSUCREF_KERNEL=1 -DANSWERS=answers_single */
#define SUCREF_STATIC
#include "../sucref.h"
#include "answers.h"

#ifndef ANSWERS
#  define ANSWERS answers_own
#endif
uint32_t ANSWERS(const void *file, size_t bytes, const uint8_t *x);
uint32_t ANSWERS(const void *file, size_t bytes, const uint8_t *x) { return answers(file, bytes, x); }
