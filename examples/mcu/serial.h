/* serial.h - a board's serial port for programs that talk to the host: UART0 of the MPS2 boards (CMSDK APB UART), on a
 * host standard input and output. */
#ifndef SUCREF_SERIAL_H
#define SUCREF_SERIAL_H
#include <stddef.h>
#include <stdint.h>

#if defined(__arm__)
#  define SERIAL ((volatile uint32_t *)0x40004000U) /* data, state (bit 0: cannot send, bit 1: has received), control */
static void serial_start(void) { SERIAL[4] = 16; SERIAL[2] = 3; }
static void serial_get(uint8_t *p, size_t len)
{
    for (; len > 0; len--) {
        while (!(SERIAL[1] & 2U)) { }
        *p++ = (uint8_t)SERIAL[0];
    }
}
static void serial_put(const uint8_t *p, size_t len)
{
    for (; len > 0; len--) { while (SERIAL[1] & 1U) { } SERIAL[0] = *p++; }
}
#else
#  include <stdio.h>
#  include <stdlib.h>
static void serial_start(void) { }
static void serial_get(uint8_t *p, size_t len) { if (fread(p, 1, len, stdin) != len) { exit(1); } }
static void serial_put(const uint8_t *p, size_t len)
{
    if (fwrite(p, 1, len, stdout) != len || fflush(stdout) != 0) { exit(1); }
}
#endif
#endif
