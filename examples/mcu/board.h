/* board.h - what the examples and tests here need from a board: text out, an exit code, and how much stack was used. */
#ifndef SUCREF_BOARD_H
#define SUCREF_BOARD_H
#include <stdint.h>

int board_main(void);            /* the program; its result becomes the emulator's exit code */
#if defined(__arm__)
void board_tick(void) __attribute__((weak)); /* the SysTick handler, if the program has one */
#endif
void board_text(const char *s);
void board_number(uint32_t v);   /* decimal */
void board_hex(uint32_t v);      /* eight digits */
uint32_t board_stack_used(void); /* bytes, so far */

#ifdef __AVR__
#  include <avr/pgmspace.h>
#  define SUCREF_FLASH PROGMEM
#  ifndef SUCREF_READ_U8
#    define SUCREF_READ_U8(p) pgm_read_byte(p)
#  endif
#  define SUCREF_READ_U32(p) pgm_read_dword(p)
#  define board_flash_u8(p) pgm_read_byte(p)
#  define board_flash_u32(p) pgm_read_dword(p)
#else
#  define SUCREF_FLASH
#  define board_flash_u8(p) (*(p))
#  define board_flash_u32(p) (*(p))
#endif
#endif
