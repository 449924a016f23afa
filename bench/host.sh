#!/bin/sh
# host.sh - instructions on this machine (valgrind's callgrind), one layer 784 x 128, relative to the int8 one-shot; on
# x86-64 those of portable pairs relative to those of SSE2 and AVX2, of two layers and three inputs; and those of giving
# 1000 neurons to 4 devices
# shellcheck disable=SC2086 # C is several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/host; mkdir -p $d
have valgrind || { skip "bench (Debian: valgrind)"; total; exit; }
$C -o $d/host bench/host.c $LDLIBS || exit 1
count() { # what the program is to do: its instructions
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured ${2:-$d/host} $d/layer.sucref \
        $d/layer.u8 $1 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
line() { # name, instructions
    awk -v what="$1" -v n="$2" -v one="$one" \
        'BEGIN { printf "%-28s %9d instructions, %.2f of the int8 one-shot\n", what, n, n / one }'
}
layer() { ./build/mcu_gen layer $1 ${2:-128} ${3:-784} $d/layer.sucref $d/layer.u8 ${4:-relu} || exit 1; }
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
$C -o $d/assign bench/assign.c $LDLIBS || exit 1
for kind in layer hard; do
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured $d/assign $kind 2>&1 |
        awk -v kind=$kind '/steps/ { steps = $1 } /Collected/ { n = $4 }
            END { printf "1000 neurons to 4 devices, %s: %d instructions, %d steps\n", kind, n, steps }'
done
case $($C -dM -E - </dev/null) in *__SSE2__*) ;; *) exit ;; esac
$C -DSUCREF_NO_SIMD -o $d/portable bench/host.c $LDLIBS || exit 1
$C -DSUCREF_NO_AVX2 -o $d/sse2 bench/host.c $LDLIBS || exit 1
for shape in "128 784" "1024 1024"; do
    for input in relu centred random; do
        layer 8 $shape $input
        awk -v what="rows, columns $shape, $input" -v p="$(count oneshot $d/portable)" \
            -v s="$(count oneshot $d/sse2)" -v a="$(count oneshot)" 'BEGIN {
            printf "%-32s portable %8d, SSE2 %7d (%.2f times fewer), as found here %7d (%.2f)\n",
                   what, p, s, p / s, a, p / a }'
    done
done
