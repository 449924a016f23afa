/* count.h - marks in a board's program between which bench/icount.c and bench/avr_count.c count instructions. */
#ifndef SUCREF_BENCH_COUNT_H
#define SUCREF_BENCH_COUNT_H
#if defined(__arm__)
#  define COUNT_FROM() __asm__ volatile(".short 0x46db" ::: "memory")
#  define COUNT_TO() __asm__ volatile(".short 0x46e4" ::: "memory")
#elif defined(__riscv)
#  define COUNT_FROM() __asm__ volatile(".4byte 0x00100013" ::: "memory")
#  define COUNT_TO() __asm__ volatile(".4byte 0x00200013" ::: "memory")
#elif defined(__AVR__)
#  include <avr/io.h>
#  define COUNT_FROM() (GPIOR0 = 1)
#  define COUNT_TO() (GPIOR0 = 2)
#else
#  define COUNT_FROM() ((void)0)
#  define COUNT_TO() ((void)0)
#endif
#endif
