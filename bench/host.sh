# host.sh - instructions on this machine (valgrind's callgrind), one layer 784 x 128, relative to the int8 one-shot
command -v valgrind >/dev/null 2>&1 || { echo "skipped: no valgrind (Debian: valgrind)"; exit 0; }
d=build/host; mkdir -p $d build/mcu; CC=${CC:-cc}; CFLAGS=${CFLAGS:--O2}
[ -x build/mcu_gen ] || $CC -std=c99 -O1 -o build/mcu_gen tests/mcu_gen.c -lm || exit 1
$CC -std=c99 $CFLAGS -o $d/host bench/host.c -lm || exit 1
count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured $d/host $d/layer.sucref $d/layer.u8 $1 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'; }
echo "$($CC --version | head -n 1), $CFLAGS"
./build/mcu_gen layer 8 128 784 $d/layer.sucref $d/layer.u8
one=$(count oneshot)
[ -n "$one" ] || { echo "skipped: valgrind could not count"; exit 0; }
line() { awk -v what="$1" -v n=$2 -v one=$one 'BEGIN { printf "%-28s %9d instructions, %.2f of the int8 one-shot\n", what, n, n / one }'; }
line "plain C loop" $(count plain)
line "one-shot, plan 8" $one
for plan in 4,4 2,2,2,2 1,1,1,1,1,1,1,1; do
    ./build/mcu_gen layer $plan 128 784 $d/layer.sucref $d/layer.u8
    line "plan $plan, first stop" $(count 0)
    line "plan $plan, second stop" $(count 1)
done
