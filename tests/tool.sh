#!/bin/sh
# tool.sh - the host tool: each command does what it says; each bad argument or file gives its own line and status 2
# shellcheck disable=SC2086 # flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
t=./build/sucref; d=build/tool; mkdir -p $d
a=${TEST_DIR:-build}; m=examples/models/even.sucref; n=examples/models/even0.npz
ok() { # sentence, command
    if [ -n "${LIST:-}" ]; then echo "tool: $1"; return; fi
    if sh -c "$2" >$d/log 2>&1; then passed=$((passed + 1)); else fail "$1"; head -n 3 $d/log; fi
}
no() { # no WORDS ARGS...: refused with one line that holds WORDS
    words=$1; shift
    if [ -n "${LIST:-}" ]; then echo "tool: refused: $words"; return; fi
    "$@" >$d/out 2>$d/err; rc=$?
    if [ $rc = 2 ] && [ "$(wc -l <$d/err)" = 1 ] && grep -q -e "$words" $d/err; then passed=$((passed + 1))
    else fail "$* should say '$words', said ($rc): $(head -n 1 $d/err)"; fi
}
first() { dd if="$2" bs="$1" count=1 2>/dev/null; } # the first N bytes of a file
first 7840 examples/models/even0.npz >$d/x.u8 # ten inputs of arbitrary bytes
cp $d/x.u8 $d/x.s8; first 784 $d/x.u8 >$d/one.u8
first 100 $d/x.u8 >$d/short.u8; first 40 $d/x.u8 >$d/tiny; : >$d/empty.u8
cat >$d/e.c <<'X'
#include <stdio.h>
#include "even.h"
int main(void) { return fwrite(even_model.bytes, 1, EVEN_BYTES, stdout) != EVEN_BYTES; }
X
ok "info" "$t info $m | grep -q 'layer 0: 20 x 784, plan 1,1,2,4'"
ok "run writes one byte an output" "$t run $m --in $d/x.u8 --out $d/y.bin && [ \$(wc -c <$d/y.bin) = 10 ]"
ok "run --logits writes four" "$t run $m --in $d/x.u8 --out $d/z.bin --logits && [ \$(wc -c <$d/z.bin) = 40 ]"
ok "run --stop 3 is the default" "$t run $m --in $d/x.u8 --out $d/z3.bin --logits --stop 3 && cmp $d/z.bin $d/z3.bin"
ok "run --type overrides" "cp $d/x.u8 $d/x.dat && $t run $m --in $d/x.dat --type u8 --out $d/z4.bin --logits &&
    cmp $d/z.bin $d/z4.bin"
ok "truncate keeps the stops" "$t truncate $m --stops 2 -o $d/t.sucref && $t info $d/t.sucref |
    grep -q '2 of 4 stops' && $t run $m --in $d/x.u8 --out $d/a --logits --stop 1 &&
    $t run $d/t.sucref --in $d/x.u8 --out $d/b --logits && cmp $d/a $d/b"
ok "emit-c compiles and holds the bytes" "$t emit-c $m -o $d/even.h && $C $d/e.c -o $d/e &&
    $d/e >$d/e.bin && cmp $d/e.bin $m"
ok "quantize" "$t quantize $n -o $d/q.sucref --plan 2,2,4 --calibrate $d/x.u8 && $t info $d/q.sucref |
    grep -q '3 of 3 stops'"
ok "quantize, coarse plane" "$t quantize $n -o $d/q.sucref --plan 2+8 --keep --cut-input --clip 0.9 --act relu6 &&
    $t info $d/q.sucref | grep -q 'plan 2+8'"
ok "the same file again" "$t quantize $n -o $d/q1 --calibrate $d/x.u8 &&
    $t quantize $n -o $d/q2 --calibrate $d/x.u8 && cmp $d/q1 $d/q2"
ok "calibrate" "$t calibrate $m --in $d/x.u8 -o $d/c.sucref && $t info $d/c.sucref | grep -q '4 of 4 stops'"
ok "calibrate keeps the last stop" "$t run $d/c.sucref --in $d/x.u8 --out $d/zc.bin --logits &&
    cmp $d/z.bin $d/zc.bin"
ok "calibrate finds exits, run uses them" "$t calibrate $m --in $d/x.u8 -o $d/c2.sucref --max-disagree 0.5 |
    grep -q 'risk <=' && $t run $d/c2.sucref --in $d/x.u8 --out $d/ze.bin --exit margin |
    grep -q 'weight bytes read, of one-shot'"
ok "calibrate --quiet keeps the last stop" "$t calibrate $m --in $d/x.u8 -o $d/q3.sucref --quiet 0.9 >$d/quiet.txt &&
    grep -q 'rows busy' $d/quiet.txt && $t run $d/q3.sucref --in $d/x.u8 --out $d/z5.bin --logits &&
    cmp $d/z.bin $d/z5.bin"
ok "a model of one stop gets a quiet one before it" "$t quantize $n -o $d/one.sucref --plan 8 --clip 1 &&
    $t run $d/one.sucref --in $d/x.u8 --out $d/o1 --logits &&
    $t calibrate $d/one.sucref --in $d/x.u8 -o $d/two.sucref --quiet 0.95 && $t info $d/two.sucref |
    grep -q '2 of 2 stops' && $t run $d/two.sucref --in $d/x.u8 --out $d/o2 --logits && cmp $d/o1 $d/o2"
ok "calibrate --certify, run --exit certified: never another sign" \
    "$t calibrate $m --in $d/x.u8 -o $d/ce.sucref --certify &&
    $t run $d/ce.sucref --in $d/x.u8 --out $d/z6.bin --exit certified | grep -q 'weight bytes read' &&
    $t run $d/ce.sucref --in $d/x.u8 --out $d/z7.bin --logits && cmp $d/z.bin $d/z7.bin"
ok "calibrate shifts coarse planes, keeps the last stop" "$t quantize $n -o $d/co.sucref --plan 2+8 --clip 1 &&
    $t run $d/co.sucref --in $d/x.u8 --out $d/co1 --logits &&
    $t calibrate $d/co.sucref --in $d/x.u8 -o $d/co2.sucref &&
    $t run $d/co2.sucref --in $d/x.u8 --out $d/co2 --logits && cmp $d/co1 $d/co2"
ok "run --exit gray" "$t run $m --in $d/x.u8 --out $d/z8.bin --exit gray --gray -1,1 |
    grep -q 'stop 0: 10 of 10 left here'"
ok "split: a part for every device" \
    "$t split examples/models/digits_44.sucref --devices 4 --parity 2 -o $d/part%d.sucref >$d/split.txt &&
    grep -q 'layer 1: rows 3 3 2 2 of 128 inputs, 1 plane' $d/split.txt && $t info $d/part5.sucref |
    grep -q 'layer 0: 64 x 784, plan 8' && [ ! -e $d/part6.sucref ]"
ok "split: parity of the first plane only, rows by rates" \
    "$t split examples/models/digits_44.sucref --devices 3 --parity 1 --protect 1 --rates 2,1,1 -o $d/rate%d.sucref |
    grep -q 'rows 64 32 32' && $t info $d/rate3.sucref | grep -q '1 of 1 stops'"
ok "split: parts answer plain sums" "$t run $d/part0.sucref --in $d/x.u8 --out $d/p0 --logits &&
    [ \$(wc -c <$d/p0) = 1280 ]"
no "split needs" $t split $m --devices 4 -o $d/y%d
no "must hold %d" $t split $m --devices 4 --parity 1 -o $d/y
no "devices must be" $t split $m --devices 17 --parity 1 -o $d/y%d
no "parity must be" $t split $m --devices 9 --parity 4 -o $d/y%d
no "protect must be" $t split $m --devices 2 --parity 1 --protect 0 -o $d/y%d
no "rates must be" $t split $m --devices 2 --parity 1 --rates 1,0 -o $d/y%d
no "too few for these" $t split $m --devices 2 --parity 1 -o $d/y%d
no "split needs all stops" $t split $d/t.sucref --devices 1 --parity 1 -o $d/y%d
no "one output and --gray" $t run $m --in $d/x.u8 --out $d/y --exit gray
no "gray must be LO,HI" $t run $m --in $d/x.u8 --out $d/y --exit gray --gray 5
no "no stop can be certified" sh -c "$t quantize $n -o $d/nk.sucref &&
    exec $t calibrate $d/nk.sucref --in $d/x.u8 -o $d/y --certify"
no "quiet must be" $t calibrate $m --in $d/x.u8 -o $d/y --quiet 1
no "calibrate needs --in" $t calibrate $m -o $d/y
no "calibrate needs all stops" $t calibrate $d/t.sucref --in $d/x.u8 -o $d/y
no "max-disagree must be" $t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 1
no "confidence must be" $t calibrate $m --in $d/x.u8 -o $d/y --confidence 1
no "too few inputs" $t calibrate $m --in $d/one.u8 -o $d/y --max-disagree 0.1
no "exit must be" $t run $m --in $d/x.u8 --out $d/y --exit never
no "import needs" $t import $m
no "not a TensorFlow Lite file" $t import $m -o $d/y
no "unknown command" $t frobnicate x
no "no input file" $t info
no "unknown option" $t info $m --frob
no "one file expected" $t info $m $m
no "needs a value" $t run $m --in
no "cannot be read" $t info $d/none
no "not a valid model: header" $t info $d/tiny
no "not a valid model: magic" $t info $n
no "run needs" $t run $m --out $d/y
no "type must be" $t run $m --in $d/x.dat --out $d/y
no "the model takes u8" $t run $m --in $d/x.s8 --out $d/y
no "not whole inputs" $t run $m --in $d/short.u8 --out $d/y
no "not whole inputs" $t run $m --in $d/empty.u8 --out $d/y
no "stop must be" $t run $m --in $d/x.u8 --out $d/y --stop 4
no "stop must be" $t run $m --in $d/x.u8 --out $d/y --stop -1
no "cannot be written" $t run $m --in $d/x.u8 --out $d/none/y
no "truncate needs" $t truncate $m --stops 2
no "stops must be" $t truncate $m --stops 0 -o $d/y
no "stops must be" $t truncate $m --stops 5 -o $d/y
no "emit-c needs" $t emit-c $m
no "no C name" $t emit-c $m -o $d/7.h
no "quantize needs" $t quantize $n
no "plan must be" $t quantize $n -o $d/y --plan 4,5
no "plan must be" $t quantize $n -o $d/y --plan 4,4,
no "plan must be" $t quantize $n -o $d/y --plan 8+8
no "plan must be" $t quantize $n -o $d/y --plan 2+9
no "plan must be" $t quantize $n -o $d/y --plan 1,1,1,1,1,1,1,1,1
no "act must be" $t quantize $n -o $d/y --act tanh
no "clip must be" $t quantize $n -o $d/y --clip 2
no "clip must be" $t quantize $n -o $d/y --clip x
no "input-scale must be" $t quantize $n -o $d/y --input-scale 0
no "input-scale must be" $t quantize $n -o $d/y --input-scale nan
no "not whole inputs" $t quantize $n -o $d/y --calibrate $d/short.u8
ok "a small good archive" "$t quantize $a/good.npz -o $d/g && $t info $d/g | grep -q '3 inputs (u8), 4 outputs'"
no "b1 is missing" $t quantize $a/no_b1.npz -o $d/y
no "W0 is missing" $t quantize $a/no_w0.npz -o $d/y
no "W1 is missing" $t quantize $a/no_w1.npz -o $d/y
no "b1 is missing" $t quantize $a/no_b.npz -o $d/y
no "arrays other than" $t quantize $a/gap.npz -o $d/y
no "does not take what W0 gives" $t quantize $a/chain.npz -o $d/y
no "as many values as" $t quantize $a/rows.npz -o $d/y
no "two dimensions" $t quantize $a/flat.npz -o $d/y
no "NaN or infinity" $t quantize $a/nan.npz -o $d/y
no "zip" $t quantize $m -o $d/y
no "zip" $t quantize $d/short.u8 -o $d/y
[ -n "${LIST:-}" ] || report tool
