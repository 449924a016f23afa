#!/bin/sh
# host.sh - instructions on this machine (valgrind's callgrind), one layer 784 x 128, relative to the int8 one-shot
# shellcheck disable=SC2086 # C is several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/host; mkdir -p $d
have valgrind || { skip "bench (Debian: valgrind)"; total; exit; }
$C -o $d/host bench/host.c $LDLIBS || exit 1
count() { # what the program is to do: its instructions
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured $d/host $d/layer.sucref \
        $d/layer.u8 $1 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
line() { # name, instructions
    awk -v what="$1" -v n="$2" -v one="$one" \
        'BEGIN { printf "%-28s %9d instructions, %.2f of the int8 one-shot\n", what, n, n / one }'
}
layer() { ./build/mcu_gen layer $1 128 784 $d/layer.sucref $d/layer.u8 relu || exit 1; }
echo "$($CC --version | head -n 1), $CFLAGS"
layer 8
one=$(count oneshot)
[ -n "$one" ] || { echo "bench: valgrind could not count"; exit 1; }
line "plain C loop" "$(count plain)"
line "one-shot, plan 8" "$one"
for plan in 4,4 2,2,2,2 1,1,1,1,1,1,1,1; do
    layer $plan
    line "plan $plan, first stop" "$(count 0)"
    line "plan $plan, second stop" "$(count 1)"
done
