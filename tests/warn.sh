#!/bin/sh
# warn.sh - the header under strict flags with every compiler found, as C99 and C++11 (fewer switches with QUICK=1);
# freestanding, float-free, and with no undefined symbols but the four mem* functions and the compiler's own arithmetic;
# other sources under -Wall -Wextra; then the rules for sources (tests/rules.sh)
# shellcheck disable=SC2086 # compilers and their flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/warn; mkdir -p $d
W="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual -Werror"
S="-std=c99 -Wstrict-prototypes $W"
H='#include "../../sucref.h"'
printf '%s\ntypedef int warn_not_empty;\n' "$H" >$d/declared.c
printf '#define SUCREF_IMPLEMENTATION\n%s\n' "$H" >$d/body.c
printf '#define SUCREF_STATIC\n%s\ntypedef int warn_not_empty;\n' "$H" >$d/private.c
printf '#define SUCREF_HOST\n#define SUCREF_IMPLEMENTATION\n%s\n' "$H" >$d/host.c
for f in declared body private host; do cp $d/$f.c $d/$f.cpp; done
try() { # name, command
    if sh -c "$2" >$d/log 2>&1; then passed=$((passed + 1))
    else fail "$1"; grep -E 'error|warning|[uU]ndefined| U ' $d/log | head -n 2; fi
}
for c in "gcc $S" "gcc -m32 $S" "clang $S" "tcc -Wall -Werror" "g++ -std=c++11 $W" "clang++ -std=c++11 $W"; do
    x=${c%% *}; e=c
    case $x in *++) e=cpp ;; esac
    have $x || { skip "$x (Debian: $(echo $x | sed s/clang++/clang/))"; continue; }
    case $c in *-m32*) runs gcc -m32 || { skip "gcc -m32 ($I386)"; continue; } ;; esac
    for f in declared private host; do try "$c $f" "$c -O2 -c $d/$f.$e -o $d/x.o"; done
    for k in "-DSUCREF_NO_DITHER -DSUCREF_NO_PARITY" "-DSUCREF_HOST -DSUCREF_NO_PARITY"; do
        try "$c private $k" "$c $k -O2 -c $d/private.$e -o $d/x.o"
    done
    for k in "" -DSUCREF_KERNEL=1 -DSUCREF_KERNEL=2 -DSUCREF_KERNEL=4 -DSUCREF_CONSTANT_WORK -DSUCREF_NO_STATUS_TEXT \
        -DSUCREF_NO_DITHER -DSUCREF_NO_PARITY "-DSUCREF_NO_DITHER -DSUCREF_NO_PARITY" -DSUCREF_NO_PICTURES \
        -DSUCREF_NO_CHECKS -DSUCREF_NO_STOPS -DSUCREF_PHILOX; do
        case ${QUICK:+$c} in *-m32*|*++*) [ -z "$k" ] || continue ;; esac # in C++ and for i386 as it is by default only
        try "$c $k" "$c $k -O2 -c $d/body.$e -o $d/x.o"
    done
done
ALLOWED=' (mem(cpy|move|set|cmp)|__[a-z0-9_]+)$'
FLOATS='__aeabi_[fd]|__(add|sub|mul|div)[sd]f|__float|__fix'
for c in "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb" "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -DSUCREF_KERNEL=3" \
    "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb" "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -DSUCREF_NO_PICTURES" \
    "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -DSUCREF_NO_STOPS" \
    "riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32" "avr-gcc -mmcu=atmega1284p" "gcc -mgeneral-regs-only"; do
    x=${c%% *}
    have $x || { skip "$x (Debian: gcc-arm-none-eabi, gcc-riscv64-unknown-elf, gcc-avr avr-libc)" 6; continue; }
    for o in -O0 -Os -O2; do
        try "freestanding $c $o" "$c $S -ffreestanding $o -c $d/body.c -o $d/x.o"
        ${x%gcc}nm -u $d/x.o >$d/undefined
        try "no foreign symbols, $c $o" "! grep -vE '$ALLOWED' $d/undefined && ! grep -E '$FLOATS' $d/undefined"
    done
done
try "all symbols have the prefix" \
    "gcc -std=c99 -c $d/body.c -o $d/x.o && ! nm -g --defined-only $d/x.o | awk '{print \$3}' | grep -v '^sucref_'"
for f in examples/*.c examples/*/*.c tests/*.c bench/*.c bench/*/*.c; do
    [ -f "$f" ] || continue
    case $f in
    */mcu_*.c|bench/avr_count.c|examples/cluster/mpi.c|examples/mcu/*) continue ;; # as strict elsewhere
    *fuzz_model.c) k="-DREPLAY" ;;
    *) k="" ;;
    esac
    try "$f" "$CC -std=c99 -Wall -Wextra -Werror $k -O1 -c $f -o $d/x.o"
done
# shellcheck source=tests/rules.sh
. tests/rules.sh
total
