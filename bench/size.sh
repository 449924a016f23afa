# size.sh - flash and RAM of the header alone, by core, at -Os, with a gate: SIZE_LIMIT bytes of Thumb code on Cortex-M0 for
# opening a model and stepping through it (the digits example's calls)
d=build/size; mkdir -p $d
cat >$d/used.c <<'X'
#define SUCREF_STATIC
#define SUCREF_NO_STATUS_TEXT
#include "../../sucref.h"
int used(sucref_model *m, sucref_net *n, sucref_answer *a, const void *p, uint32_t *w, const void *x);
int used(sucref_model *m, sucref_net *n, sucref_answer *a, const void *p, uint32_t *w, const void *x)
{
    return sucref_model_open(m, p, 9999, NULL) | sucref_net_init(n, m, w, 9999) | sucref_net_set_input(n, x) | sucref_net_step(n, 5) | sucref_net_answer(n, a);
}
X
printf '#define SUCREF_IMPLEMENTATION\n#include "../../sucref.h"\n' >$d/all.c
limit=${SIZE_LIMIT:-9000}; status=0
printf '%-22s %26s %16s\n' core 'open, step, answer (bytes)' 'everything'
one() { # name compiler flags...
    name=$1; shift
    if ! command -v $1 >/dev/null 2>&1; then echo "skipped: $name (no $1)"; return; fi
    "$@" -std=c99 -ffreestanding -Os -c $d/used.c -o $d/u.o && "$@" -std=c99 -ffreestanding -Os -c $d/all.c -o $d/a.o || { status=1; return; }
    u=$(${1%gcc}size $d/u.o | awk 'NR==2{print $1}'); a=$(${1%gcc}size $d/a.o | awk 'NR==2{print $1}')
    printf '%-22s %26s %16s\n' "$name" $u $a
    if [ "$name" = "Cortex-M0" ] && [ $u -gt $limit ]; then echo "FAIL: over $limit bytes on Cortex-M0"; status=1; fi
}
one "Cortex-M0" arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb
one "Cortex-M3" arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb
one "Cortex-M4" arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb
one "RV32IMC" riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32
one "ATmega1284P" avr-gcc -mmcu=atmega1284p
one "x86-64" gcc
exit $status
