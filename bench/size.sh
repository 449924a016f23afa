#!/bin/sh
# size.sh - code bytes of the header alone, by core, at -Os and -O2, into build/size.csv: the calls of the digits
# example (open, input, step, answer) with and without convolutional networks, and dense ones without the checks of
# opening, the same three with one stop only (SUCREF_NO_STOPS), everything, plan and recover, vectors as frames
# shellcheck disable=SC2086 # a compiler and its flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/size; mkdir -p $d
{ echo "#define SUCREF_STATIC"; echo "#define SUCREF_NO_STATUS_TEXT"; echo '#include "../../sucref.h"'; } >$d/head.c
{
    cat $d/head.c
    cat <<'E'
int used(sucref_model *m, sucref_net *n, sucref_answer *a, const void *p, uint32_t *w, const void *x);
int used(sucref_model *m, sucref_net *n, sucref_answer *a, const void *p, uint32_t *w, const void *x)
{
    return sucref_model_open(m, p, 9999, NULL) | sucref_net_init(n, m, w, 9999) |
           sucref_net_set_input(n, x, n->model->n_in) | sucref_net_step(n, 5) | sucref_net_answer(n, a);
}
E
} >$d/net.c
{
    cat $d/head.c
    cat <<'E'
int used(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, int32_t *out, unsigned which,
         const int32_t *const *shard, size_t len);
int used(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, int32_t *out, unsigned which,
         const int32_t *const *shard, size_t len)
{
    return sucref_recovery_plan(p, n, r, present, 1UL << 24) | sucref_recover(out, p, which, shard, len);
}
E
} >$d/recover.c
{
    cat $d/head.c
    cat <<'E'
int used(uint8_t *frame, size_t *len, sucref_values x, const sucref_vec_options *o, int32_t *work, int32_t *y,
         uint32_t *n, int64_t *wide);
int used(uint8_t *frame, size_t *len, sucref_values x, const sucref_vec_options *o, int32_t *work, int32_t *y,
         uint32_t *n, int64_t *wide)
{
    return sucref_vec_encode(frame, 999, len, x, o, work) | sucref_vec_decode(y, n, frame, *len, o, wide);
}
E
} >$d/frames.c
{ echo "#define SUCREF_NO_PICTURES"; cat $d/net.c; } >$d/dense.c
{ echo "#define SUCREF_NO_CHECKS"; cat $d/dense.c; } >$d/unchecked.c
for f in net dense unchecked; do { echo "#define SUCREF_NO_STOPS"; cat $d/$f.c; } >$d/one_$f.c; done
printf '#define SUCREF_IMPLEMENTATION\n#include "../../sucref.h"\n' >$d/all.c
csv=build/size.csv
echo "core,what,flags,bytes" >$csv
bytes() { # what, flags: the size of its code, by the compiler $cc
    if $cc -std=c99 -ffreestanding $2 -c $d/$1.c -o $d/x.o; then
        n=$(${x%gcc}size $d/x.o | awk 'NR == 2 { print $1 }'); passed=$((passed + 1))
        echo "$name,$1,$2,$n" >>$csv
    else n=-; fail "$name $1 $2"; fi
}
row() { printf '%-12s %12s %6s %10s %6s %9s %13s %6s %9s %10s %13s %6s\n' "$@"; }
row core 'pictures -Os' -O2 'dense -Os' -O2 unchecked 'one stop: all' dense unchecked everything 'plan, recover' frames
one() { # name, compiler and flags
    name=$1; x=$2; shift
    cc=$*
    have $x || { skip "$name (Debian: gcc-arm-none-eabi, gcc-riscv64-unknown-elf, gcc-avr avr-libc)"; return; }
    line=$name
    for k in 'net -Os' 'net -O2' 'dense -Os' 'dense -O2' 'unchecked -Os' 'one_net -Os' 'one_dense -Os' \
        'one_unchecked -Os' 'all -Os' 'recover -Os' 'frames -Os'; do
        bytes $k; line="$line $n"
    done
    row $line
}
one Cortex-M0 arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb
one Cortex-M3 arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb
one Cortex-M4 arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb
one Cortex-M55 arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard -mthumb
one RV32IMC riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32
one ATmega1284P avr-gcc -mmcu=atmega1284p -include avr/pgmspace.h '-DSUCREF_READ_U8(p)=pgm_read_byte(p)' \
    '-DSUCREF_READ_U32(p)=pgm_read_dword(p)' # models in flash
one x86-64 gcc
total
