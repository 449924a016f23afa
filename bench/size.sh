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
    return sucref_model_open(m, p, 9999, NULL) | sucref_net_init(n, m, w, 9999) | sucref_net_set_input(n, x, 9) | sucref_net_step(n, 5) | sucref_net_answer(n, a);
}
X
cat >$d/recover.c <<'X'
#define SUCREF_STATIC
#define SUCREF_NO_STATUS_TEXT
#include "../../sucref.h"
int used(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, int32_t *out, unsigned which, const int32_t *const *shard, size_t len);
int used(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, int32_t *out, unsigned which, const int32_t *const *shard, size_t len)
{
    return sucref_recovery_plan(p, n, r, present, 1UL << 24) | sucref_recover(out, p, which, shard, len);
}
X
cat >$d/frames.c <<'X'
#define SUCREF_STATIC
#define SUCREF_NO_STATUS_TEXT
#include "../../sucref.h"
int used(uint8_t *frame, size_t *len, sucref_values x, const sucref_vec_options *o, int32_t *work, int32_t *y, uint32_t *n, int64_t *wide);
int used(uint8_t *frame, size_t *len, sucref_values x, const sucref_vec_options *o, int32_t *work, int32_t *y, uint32_t *n, int64_t *wide)
{
    return sucref_vec_encode(frame, 999, len, x, o, work) | sucref_vec_decode(y, n, frame, *len, o, wide);
}
X
printf '#define SUCREF_IMPLEMENTATION\n#include "../../sucref.h"\n' >$d/all.c
limit=${SIZE_LIMIT:-9000}; status=0
printf '%-22s %26s %16s %18s %12s\n' core 'open, step, answer (bytes)' everything 'plan, recover' 'frames'
bytes() { ${1%gcc}size $d/$2.o | awk 'NR==2{print $1}'; }
one() { # name compiler flags...
    name=$1; shift
    if ! command -v $1 >/dev/null 2>&1; then echo "skipped: $name (no $1)"; return; fi
    "$@" -std=c99 -ffreestanding -Os -c $d/used.c -o $d/u.o && "$@" -std=c99 -ffreestanding -Os -c $d/all.c -o $d/a.o || { status=1; return; }
    "$@" -std=c99 -ffreestanding -Os -c $d/recover.c -o $d/r.o && "$@" -std=c99 -ffreestanding -Os -c $d/frames.c -o $d/c.o || { status=1; return; }
    u=$(bytes $1 u); a=$(bytes $1 a); r=$(bytes $1 r); c=$(bytes $1 c)
    printf '%-22s %26s %16s %18s %12s\n' "$name" $u $a $r $c
    if [ "$name" = "Cortex-M0" ]; then
        [ $u -le $limit ] || { echo "FAIL: over $limit bytes on Cortex-M0"; status=1; }
        [ $r -le 1024 ] || { echo "FAIL: plan and recover over 1024 bytes on Cortex-M0"; status=1; }
        [ $c -le 6350 ] || { echo "FAIL: encoding and decoding frames over 6350 bytes on Cortex-M0"; status=1; }
    fi
}
one "Cortex-M0" arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb
one "Cortex-M3" arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb
one "Cortex-M4" arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb
one "RV32IMC" riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32
one "ATmega1284P" avr-gcc -mmcu=atmega1284p
one "x86-64" gcc
exit $status
