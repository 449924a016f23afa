# boards_lib.sh - to be sourced after lib.sh, with $d the folder for what is built: the emulated cores.
# shellcheck shell=sh disable=SC2086,SC2046,SC2154,SC2034 # flags are several words; d is the caller's
O=${BOARD_CFLAGS:--O2}; W="-Wall -Wextra -Werror"
SECTIONS="-ffunction-sections -fdata-sections -Wl,--gc-sections"
ARM="arm-none-eabi-gcc -std=c99 $O -mthumb $W $SECTIONS,--no-warn-rwx-segments -I$d -nostartfiles --specs=nano.specs
    -T examples/mcu/cm.ld"
RV="riscv64-unknown-elf-gcc -std=c99 $O -march=rv32imc -mabi=ilp32 $W $SECTIONS,--no-warn-rwx-segments -I$d -nostdlib
    -ffreestanding -T examples/mcu/rv.ld"
AVR="avr-gcc -std=c99 -mmcu=atmega1284p -DSUCREF_NO_PICTURES $O $W $SECTIONS -I$d"
SEMI="-nographic -monitor none -serial none -semihosting-config enable=on,target=native"
PLUGIN=""
VARIANT="" # flags behind those of a board's programs
# the microbit has 16 KB of RAM; code for Cortex-M0 that needs more runs on a machine with an M3
M0_PLACE="" M0_MACHINE=""
large_m0() { M0_PLACE="4M 4M"; M0_MACHINE=mps2-an385; }
small_m0() { M0_PLACE=""; M0_MACHINE=""; }

place() { # length of ROM and RAM, and where they start
    echo "-Wl,--defsym=ROM_ORG=${3:-0},--defsym=ROM_LEN=$1,--defsym=RAM_ORG=${4:-0x20000000},--defsym=RAM_LEN=$2"
}
compiler() { # core: its compiler and flags in $cc, what else its programs link in $libs
    libs=examples/mcu/board.c
    case $1 in
    host) cc="$C -Wall -Wextra -I$d"; libs="$libs $LDLIBS" ;;
    m0) cc="$ARM -mcpu=cortex-m0 $(place ${M0_PLACE:-256K 16K})" ;;
    m3) cc="$ARM -mcpu=cortex-m3 $(place 4M 4M)" ;;
    m4) cc="$ARM -mcpu=cortex-m4 -mfloat-abi=soft $(place 4M 4M)" ;;
    m7) cc="$ARM -mcpu=cortex-m7 -mfloat-abi=soft $(place 4M 4M)" ;;
    m33) cc="$ARM -mcpu=cortex-m33 -mfloat-abi=soft $(place 4M 2M 0x10000000 0x38000000)" ;;
    m55) cc="$ARM -mcpu=cortex-m55 -mfloat-abi=hard $(place 512K 512K)" ;;
    rv32) cc="$RV"; libs="$libs -lgcc" ;;
    avr) cc="$AVR" ;;
    esac
    [ $1 = host ] || cc="$cc $VARIANT"
}
build() { # core, output, sources and flags
    core=$1; out=$2; shift 2
    compiler $core && $cc -o $out "$@" $libs
}
compiled=""
build_case() { # the same of a source that has models and inputs in another one, for which flags are
    core=$1; out=$2; source=$3; object=$d/$(basename $3 .c)_$1$VARIANT.o; shift 3
    case $source in tests/mcu_kernels.c) data=tests/mcu_cases.c ;; *) data=bench/mcu_case.c ;; esac
    compiler $core
    case " $compiled " in
    *" $object "*) ;;
    *) $cc -c -o $object $source && compiled="$compiled $object" || return ;;
    esac
    $cc -o $out $object "$@" $data $libs
}
run() { # core, program: its output on stdout, counts on stderr
    esc=$(printf '\033')
    case $1 in
    host) ./$2 ;;
    m0) timeout 300 qemu-system-arm -M ${M0_MACHINE:-microbit} $SEMI $PLUGIN -kernel $2 ;;
    m3) timeout 300 qemu-system-arm -M mps2-an385 $SEMI $PLUGIN -kernel $2 ;;
    m4) timeout 300 qemu-system-arm -M mps2-an386 $SEMI $PLUGIN -kernel $2 ;;
    m7) timeout 300 qemu-system-arm -M mps2-an500 $SEMI $PLUGIN -kernel $2 ;;
    m33) timeout 300 qemu-system-arm -M mps2-an505 $SEMI $PLUGIN -kernel $2 ;;
    m55) timeout 300 qemu-system-arm -M mps3-an547 $SEMI $PLUGIN -kernel $2 ;;
    rv32) timeout 300 qemu-system-riscv32 -M virt -bios none $SEMI $PLUGIN -kernel $2 ;;
    avr) if [ -n "$PLUGIN" ]; then timeout 600 ./$d/avr_count $2
         else timeout 600 simavr -m atmega1284p -f 16000000 $2 2>&1 | sed -e "s/$esc\[[0-9;]*m//g" -e 's/\.$//'; fi ;;
    esac
}
find_cores() { # sets $cores, and $more_cores: of the same kind as m4; CORES="m0 m3" names some
    cores="" more_cores="" # the latter for who counts on them
    if have arm-none-eabi-gcc && have qemu-system-arm && $ARM -mcpu=cortex-m0 -E -x c /dev/null >/dev/null 2>&1
    then cores="m0 m3 m4" more_cores="m7 m33 m55"
    else skip "Cortex-M (Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)" 3; fi
    if have riscv64-unknown-elf-gcc && have qemu-system-riscv32; then cores="$cores rv32"
    else skip "RISC-V (Debian: gcc-riscv64-unknown-elf qemu-system-misc)"; fi
    if have avr-gcc && have simavr; then cores="$cores avr"
    else skip "AVR (Debian: gcc-avr avr-libc simavr)"; fi
    if [ -n "${CORES:-}" ]; then cores=$CORES more_cores=""; fi # of these only
}
target_of() { case $1 in m4|m7|m33) echo dsp ;; m55) echo mve ;; *) echo plain ;; esac; } # core: its planes' layout
digest() { sed -n 's/.*digest \([0-9a-f]*\).*/\1/p' | tail -n 1; }
