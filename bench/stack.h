/* stack.h - how deep a call goes: stack_paint(), the call, stack_depth(), all in one function. The first and the last
 * are expanded there, so that the stack pointer they see is the caller's, and what lies below it is nobody's: on these
 * boards nothing interrupts. On a host the depth is 0. */
#ifndef SUCREF_BENCH_STACK_H
#define SUCREF_BENCH_STACK_H
#include <stdint.h>

enum { STACK_ROOM = 2048, STACK_PAINT = 0xA5 };
#if defined(__arm__)
#  define STACK_HERE(p) __asm__ volatile("mov %0, sp" : "=r"(p))
#elif defined(__riscv)
#  define STACK_HERE(p) __asm__ volatile("mv %0, sp" : "=r"(p))
#elif defined(__AVR__)
#  include <avr/io.h>
#  define STACK_HERE(p) ((p) = (volatile uint8_t *)SP + 1) /* SP is the next free byte */
#endif

#ifdef STACK_HERE
__attribute__((always_inline)) static inline void stack_paint(void)
{
    volatile uint8_t *p;
    int n;
    STACK_HERE(p);
    for (n = 1; n <= STACK_ROOM; n++) { p[-n] = STACK_PAINT; }
}
__attribute__((always_inline)) static inline uint32_t stack_depth(void)
{
    volatile uint8_t *p;
    int n = STACK_ROOM;
    STACK_HERE(p);
    while (n > 0 && p[-n] == STACK_PAINT) { n--; }
    return (uint32_t)n;
}
#else
static inline void stack_paint(void) { }
static inline uint32_t stack_depth(void) { return 0; }
#endif
#endif
