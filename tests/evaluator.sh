#!/bin/sh
# evaluator.sh - MODELS small random models, in batches that fit a core's memory, on this machine and on every emulated
# core found: their answers at all stops against evaluator.h's
# shellcheck disable=SC2086 # lists of cores are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/evaluator; mkdir -p $d
# shellcheck source=tests/boards_lib.sh
. tests/boards_lib.sh
: "${MODELS:=1000}" "${CORES:=}"
find_cores
answers() { # core, models in a batch
    core=$1; batch=$2; first=0; right=0
    while [ $first -lt $MODELS ]; do
        n=$((MODELS - first)); [ $n -le $batch ] || n=$batch
        ./build/mcu_gen cases $n $d/cases.h $first "$(target_of $core)" &&
            build_case $core $d/$core tests/mcu_kernels.c && run $core $d/$core >$d/$core.out 2>&1
        got=$(sed -n 's/^\([0-9]*\) passed, 0 failed.*/\1/p' $d/$core.out)
        got=$((${got:-1} - 1)) # one is no model
        [ $got = $n ] || echo "  models $first to $((first + n - 1)) on $core: $(head -n 1 $d/$core.out)"
        right=$((right + got)); first=$((first + n))
    done
    if [ $right = $MODELS ]; then pass "$right models on $core"; else fail "$right of $MODELS models on $core"; fi
}
for c in host ${CORES:-$cores}; do
    case $c in
    avr) answers $c 30 ;; # 64 KB that a pointer reaches
    m0) answers $c 125 ;; # 256 KB of flash
    m55) answers $c 160 ;; # 512 KB
    *) answers $c 500 ;;
    esac
done
total
