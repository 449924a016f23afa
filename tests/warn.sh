# warn.sh - the header under strict flags with every compiler found, as C99 and C++11; freestanding, float-free, and with no
# undefined symbols but the four mem* functions and the compiler's own arithmetic; other sources under -Wall -Wextra
d=build/warn; mkdir -p $d; passed=0; failed=0; skipped=0
W="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual -Werror"
printf '#include "../../sucref.h"\ntypedef int warn_not_empty;\n' >$d/declared.c
printf '#define SUCREF_IMPLEMENTATION\n#include "../../sucref.h"\n' >$d/body.c
printf '#define SUCREF_STATIC\n#include "../../sucref.h"\ntypedef int warn_not_empty;\n' >$d/private.c
printf '#define SUCREF_HOST\n#define SUCREF_IMPLEMENTATION\n#include "../../sucref.h"\n' >$d/host.c
for f in declared body private host; do cp $d/$f.c $d/$f.cpp; done
try() { # name, command
    if sh -c "$2" >$d/log 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; grep -m 2 -E 'error|warning|[uU]ndefined| U ' $d/log; fi; }
for c in "gcc -std=c99 -Wstrict-prototypes $W" "gcc -m32 -std=c99 -Wstrict-prototypes $W" "clang -std=c99 -Wstrict-prototypes $W" "tcc -Wall -Werror" "g++ -std=c++11 $W" "clang++ -std=c++11 $W"; do
    x=${c%% *}; e=c; case $x in *++) e=cpp ;; esac
    if ! command -v $x >/dev/null 2>&1; then echo "skipped: $x (Debian: $(echo $x | sed 's/clang++/clang/'))"; skipped=$((skipped + 1)); continue; fi
    case $c in *-m32*) gcc -m32 -x c -c /dev/null -o /dev/null 2>/dev/null && echo '#include <math.h>' | gcc -m32 -E -x c - >/dev/null 2>&1 || { echo "skipped: gcc -m32 (Debian: gcc-multilib, or gcc-12-multilib beside cross compilers)"; skipped=$((skipped + 1)); continue; } ;; esac
    for f in declared body private host; do
        for k in "" -DSUCREF_KERNEL=1 -DSUCREF_KERNEL=2 -DSUCREF_KERNEL=4 -DSUCREF_CONSTANT_WORK -DSUCREF_NO_STATUS_TEXT -DSUCREF_NO_DITHER -DSUCREF_NO_PARITY "-DSUCREF_NO_DITHER -DSUCREF_NO_PARITY" -DSUCREF_PHILOX; do
            [ -n "$k" ] && [ $f != body ] && continue
            try "$c $k $f" "$c $k -O2 -c $d/$f.$e -o $d/x.o"
        done
    done
done
for c in "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb" "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb" "riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32" "avr-gcc -mmcu=atmega1284p" "gcc -mgeneral-regs-only"; do
    x=${c%% *}
    if ! command -v $x >/dev/null 2>&1; then echo "skipped: $x (Debian: gcc-arm-none-eabi, gcc-riscv64-unknown-elf, gcc-avr avr-libc)"; skipped=$((skipped + 1)); continue; fi
    for o in -O0 -Os -O2; do
        try "freestanding $c $o" "$c -std=c99 -ffreestanding -Wstrict-prototypes $W $o -c $d/body.c -o $d/x.o"
        try "no foreign symbols, $c $o" "! ${x%gcc}nm -u $d/x.o | grep -vE ' (mem(cpy|move|set|cmp)|__[a-z0-9_]+)$' && ! ${x%gcc}nm -u $d/x.o | grep -E '__aeabi_[fd]|__(add|sub|mul|div)[sd]f|__float|__fix'"
    done
done
try "all symbols have the prefix" "gcc -std=c99 -c $d/body.c -o $d/x.o && ! nm -g --defined-only $d/x.o | awk '{print \$3}' | grep -v '^sucref_'"
for f in examples/*.c examples/*/*.c tests/*.c bench/published.c bench/queue.c bench/host.c bench/paper/*.c; do
    case $f in *fuzz_model.c) k="-DREPLAY" ;; *mcu_kernels.c|examples/cluster/mpi.c|examples/mcu/*) continue ;; *) k="" ;; esac
    try "$f" "${CC:-cc} -std=c99 -Wall -Wextra -Werror $k -O1 -c $f -o $d/x.o"
done
try "sources within 120 columns" "! awk 'length > 120 { print \"error: \" FILENAME \":\" FNR }' sucref.h examples/*.[ch] examples/*/*.[ch] bench/*.[ch] bench/*/*.[ch] tests/test*.[ch] | grep ."
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
