#!/bin/sh
# host.sh - instructions on this machine (valgrind's callgrind), one layer 784 x 128, relative to the int8 one-shot; on
# x86-64 those of portable pairs relative to those of SSE2 and AVX2, of two layers and three inputs; those of giving
# 1000 neurons to 4 devices. Before them ratios of times (host_time.c), cold and warm
# shellcheck disable=SC2086 # C is several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/host; mkdir -p $d
layer() { ./build/mcu_gen layer $1 ${2:-128} ${3:-784} $d/layer.sucref $d/layer.u8 ${4:-relu} || exit 1; }
$C -o $d/time bench/host_time.c $LDLIBS || exit 1
# rows, columns, cold or warm, goals of the first plane and of both, by the one-shot; the times of oneDNN and XNNPACK
# by a plain loop's (-O2, one core with AVX-512 VNNI), published, measured once, not here
timed() {
    layer 4,4 $1 $2 && mv $d/layer.sucref $d/planes.sucref && layer 8 $1 $2
    ./$d/time $d/layer.sucref $d/planes.sucref $d/layer.u8 $3 >$d/time.txt || exit 1
    awk -v what="$1 x $2 $3" -v first="$4" -v both="$5" -v one_dnn=$6 -v xnnpack=$7 '
        function goal(n, most) {
            return most == "-" ? "" : sprintf(" (goal %s: %s)", most, n <= most ? "met" : "missed") }
        { printf "%-16s first 4-bit plane %.2f of the one-shot%s, both %.2f%s; ", what, $2, goal($2, first), $3,
            goal($3, both)
          printf "one-shot %.3f of a plain C loop, published: oneDNN %s, XNNPACK %s\n", $1, one_dnn,
            xnnpack }' $d/time.txt
}
echo "$($CC --version | head -n 1), $CFLAGS"
timed 128 784 warm - - .038 .073
timed 1024 1024 warm - - .049 .109
timed 4096 4096 warm - - .129 .120
timed 4096 4096 cold .55 1.08 .224 -
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
            printf "%-32s portable %8d, SSE2 %7d (%.2f times fewer, goal 4: %s), as found here %7d (%.2f)\n",
                   what, p, s, p / s, 4 * s <= p ? "met" : "missed", a, p / a }'
    done
done
