/* board.c - start-up and console of the emulated boards: Cortex-M and RISC-V (semihosting), AVR (UART0), or a host for
 * comparison. */
#include "board.h"
#include <stddef.h>

#if defined(__arm__) || defined(__riscv)
extern uint32_t stack_top[], stack_limit[], data_load[], data_start[], data_end[], bss_start[], bss_end[];
void reset(void);

static void semihost(uint32_t op, const void *arg)
{
#if defined(__arm__)
    register uint32_t r0 __asm__("r0") = op;
    register const void *r1 __asm__("r1") = arg;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
#else
    register uint32_t a0 __asm__("a0") = op;
    register const void *a1 __asm__("a1") = arg;
    __asm__ volatile(".option push\n\t.option norvc\n\t.balign 16\n\tslli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                     ".option pop" : "+r"(a0) : "r"(a1) : "memory");
#endif
}
void board_text(const char *s) { semihost(0x04, s); } /* SYS_WRITE0 */

static void leave(uint32_t code)
{
    const uint32_t args[2] = { 0x20026U, code }; /* ADP_Stopped_ApplicationExit */
    for (;;) { semihost(0x20, args); }           /* SYS_EXIT_EXTENDED */
}
static void fault(void) { board_text("FAULT\n"); leave(99); }

uint32_t board_stack_used(void)
{
    const uint32_t *p = stack_limit;
    while (p < stack_top && *p == 0xA5A5A5A5U) { p++; }
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)p);
}

#if defined(__riscv)
/* no C library: what a compiler may call */
#  define PLAIN __attribute__((used, optimize("no-tree-loop-distribute-patterns")))
PLAIN void *memcpy(void *to, const void *from, size_t n)
{
    uint8_t *p = (uint8_t *)to;
    const uint8_t *q = (const uint8_t *)from;
    for (; n > 0; n--) { *p++ = *q++; }
    return to;
}
PLAIN void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *p = (uint8_t *)to;
    const uint8_t *q = (const uint8_t *)from;
    if (p < q) { return memcpy(to, from, n); }
    for (; n > 0; n--) { p[n - 1] = q[n - 1]; }
    return to;
}
PLAIN void *memset(void *to, int byte, size_t n)
{
    uint8_t *p = (uint8_t *)to;
    for (; n > 0; n--) { *p++ = (uint8_t)byte; }
    return to;
}
PLAIN int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
    for (; n > 0; n--, p++, q++) { if (*p != *q) { return *p - *q; } }
    return 0;
}

__attribute__((used)) static void start(void)
{
    uint32_t *to;
    for (to = bss_start; to < bss_end; ) { *to++ = 0; }
    leave((uint32_t)board_main());
}
__attribute__((used, aligned(4))) static void trap(void) { fault(); }

/* sets the trap vector (csrw mtvec, t0, which some assemblers know under another -march only), paints the stack, so
 * that its use can be seen, then runs start() on it */
__attribute__((naked, section(".reset"))) void reset(void)
{
    __asm__ volatile("la t0, trap\n\t.4byte 0x30529073\n\tla t0, stack_limit\n\tla t1, stack_top\n\tli t2, 0xA5A5A5A5\n"
                     "1:\tsw t2, 0(t0)\n\taddi t0, t0, 4\n\tbltu t0, t1, 1b\n\tmv sp, t1\n\tj start\n\t");
}

#else
__attribute__((used)) static void start(void)
{
    const uint32_t *from = data_load;
    uint32_t *to;
    for (to = data_start; to < data_end; ) { *to++ = *from++; }
    for (to = bss_start; to < bss_end; ) { *to++ = 0; }
    leave((uint32_t)board_main());
}

/* paints the stack, so that its use can be seen, then runs start() on it */
__attribute__((naked)) void reset(void)
{
#ifdef __ARM_FEATURE_MVE /* its registers are the coprocessors' 10 and 11: CPACR */
    __asm__ volatile("ldr r0, =0xE000ED88\n\tldr r1, [r0]\n\torr r1, r1, #0xF00000\n\tstr r1, [r0]\n\tdsb\n\tisb\n\t");
#endif
    __asm__ volatile(".syntax unified\n\tldr r0, =stack_limit\n\tldr r1, =stack_top\n\tldr r2, =0xA5A5A5A5\n"
                     "1:\tstr r2, [r0]\n\tadds r0, r0, #4\n\tcmp r0, r1\n\tbne 1b\n\t"
                     "mov sp, r1\n\tldr r0, =start\n\tbx r0\n\t.ltorg\n\t");
}

static void tick(void)
{
    if (board_tick != 0) { board_tick(); } else { fault(); }
}

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) const vector vectors[16] = {
    (vector)(uintptr_t)stack_top, reset, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, tick
};
#endif

#elif defined(__AVR__)
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
extern uint8_t _end, __stack;

/* before any frame exists: paint RAM from the end of .bss to its top */
void paint(void) __attribute__((naked, used, section(".init3")));
void paint(void)
{
    __asm__ volatile("ldi r30, lo8(_end)\n\tldi r31, hi8(_end)\n\tldi r24, 0xA5\n\tldi r25, hi8(__stack)\n"
                     "1:\tst Z+, r24\n\tcpi r30, lo8(__stack)\n\tcpc r31, r25\n\tbrlo 1b\n\tbreq 1b\n\t");
}
uint32_t board_stack_used(void)
{
    const uint8_t *p = &_end;
    while (p <= &__stack && *p == 0xA5U) { p++; }
    return (uint32_t)(uint16_t)(&__stack - p + 1);
}
void board_text(const char *s)
{
    for (; *s; s++) {
        while (!(UCSR0A & (1 << UDRE0))) { }
        UDR0 = (uint8_t)*s;
    }
}
int main(void)
{
    int rc;
    UCSR0B = 1 << TXEN0;
    rc = board_main();
    board_text(rc ? "\nEXIT 1\n" : "\nEXIT 0\n");
    while (!(UCSR0A & (1 << UDRE0))) { }
    cli();
    sleep_enable();
    sleep_cpu(); /* the simulator ends: asleep with interrupts off */
    return 0;
}

#else
#include <stdio.h>
void board_text(const char *s) { fputs(s, stdout); }
uint32_t board_stack_used(void) { return 0; }
int main(void) { return board_main(); }
#endif

void board_number(uint32_t v)
{
    char text[12];
    unsigned i = sizeof text - 1U;
    text[i] = 0;
    do { text[--i] = (char)('0' + v % 10U); v /= 10U; } while (v != 0);
    board_text(text + i);
}

void board_hex(uint32_t v)
{
    char text[9];
    unsigned i;
    for (i = 0; i < 8; i++, v <<= 4) { text[i] = "0123456789abcdef"[v >> 28]; }
    text[8] = 0;
    board_text(text);
}
