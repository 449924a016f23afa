#!/bin/sh
# tool.sh - the host tool: each command does what it says; each bad argument or file gives its own line and status 2
# shellcheck disable=SC2086 # flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
t=./build/sucref; d=build/tool; mkdir -p $d
a=${TEST_DIR:-build}; m=examples/models/even.sucref; m44=examples/models/digits_44.sucref
n=examples/models/even0.npz; is='--input-scale 1/255'; u=$a/unscaled.sucref
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
left() { # file, test: that test leaves the file behind; run alone, where it has not, it runs now
    [ -n "${LIST:-}" ] || [ -f "$a/$1" ] || TEST_DIR=$a "./build/test_$2" >$d/log 2>&1 ||
        fail "build/test_$2, which leaves $a/$1: $(tail -n 1 $d/log)"
}
left conv.u8 conv_files; left heads_net.s8 heads; left stream.out lower; left nan.npy prepare
left real_samples.npy real
left labels5.zip labels; left same.sucref rows; left unscaled.sucref units; left nested.u8 widths
first() { dd if="$2" bs="$1" count=1 2>/dev/null; } # the first N bytes of a file
first 7840 examples/models/even0.npz >$d/x.u8 # ten inputs of arbitrary bytes
cp $d/x.u8 $d/x.s8; first 784 $d/x.u8 >$d/one.u8
first 100 $d/x.u8 >$d/short.u8; first 40 $d/x.u8 >$d/tiny; : >$d/empty.u8
printf '\0\1\2\375\376\377' >$d/six.u8; cp $d/six.u8 $d/six.s8; first 600 /dev/zero >$d/zeros.u8
cat >$d/e.c <<'X'
#include <stdio.h>
#include "even.h"
int main(void) { return fwrite(even_model.bytes, 1, EVEN_BYTES, stdout) != EVEN_BYTES; }
X
cat >$d/u.c <<'X'
#include "u.h"
int main(void) { return U_INPUTS != 3 || U_OUTPUTS != 4 || U_STOPS != 2 || U_INPUT_SCALE != 0.5F || U_SIGNED; }
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
w8=examples/models/widths.sucref
ok "retarget packs for a core, and back" "$t retarget $w8 --target m4 -o $d/w4 && ! cmp -s $w8 $d/w4 &&
    $t retarget $w8 --target m55 -o $d/w5 && $t info $d/w5 | grep -q 'MVE' && $t retarget $d/w5 --target m4 -o $d/w6 &&
    cmp $d/w4 $d/w6 && $t info $d/w4 | grep -q 'DSP' && $t retarget $d/w4 --target m0 -o $d/w0 && cmp $w8 $d/w0 &&
    $t run $w8 --in $d/x.u8 --out $d/a --logits && $t run $d/w4 --in $d/x.u8 --out $d/b --logits && cmp $d/a $d/b"
ok "quantize --target is quantize and retarget" "$t quantize $n -o $d/qp $is --plan 8 --calibrate $d/x.u8 &&
    $t quantize $n -o $d/qd $is --plan 8 --calibrate $d/x.u8 --target m33 && $t retarget $d/qp --target dsp -o $d/qr &&
    cmp $d/qd $d/qr"
ok "emit-c compiles and holds the bytes, and says what it wrote" "$t emit-c $m -o $d/even.h | grep -q \
    \"^$d/even.h: even_model, \$(wc -c <$m) bytes, and EVEN_WORK_LEN, a work buffer of [1-9][0-9]* bytes\" &&
    $C $d/e.c -o $d/e &&
    $d/e >$d/e.bin && cmp $d/e.bin $m"
ok "quantize" "$t quantize $n -o $d/q.sucref $is --plan 2,2,4 --calibrate $d/x.u8 && $t info $d/q.sucref |
    grep -q '3 of 3 stops'"
ok "quantize, coarse plane" \
    "$t quantize $n -o $d/q.sucref $is --plan 2+8 --keep --cut-input --clip 0.9 --act relu6 &&
    $t info $d/q.sucref | grep -q 'plan 2+8'"
ok "the same file again" "$t quantize $n -o $d/q1 $is --calibrate $d/x.u8 &&
    $t quantize $n -o $d/q2 $is --calibrate $d/x.u8 && cmp $d/q1 $d/q2"
ok "calibrate says what it wrote" "$t calibrate $m --in $d/x.u8 -o $d/c.sucref >$d/made &&
    grep -q \"^$d/c.sucref: [1-9][0-9]* bytes, 4 stops, fitted to 10 samples\\$\" $d/made &&
    [ \$(wc -l <$d/made) = 1 ] && $t info $d/c.sucref | grep -q '4 of 4 stops'"
ok "exit rules that no answer fulfils: never leaves, in calibrate, info, run and evaluate" \
    "$t calibrate $m --in $d/x.u8 -o $d/never --max-disagree .01 >$d/made 2>$d/log &&
    grep -q '^stop 0: never leaves, disag' $d/made && grep -q '^stop 1: 0 of 8 left here (never leaves)$' $d/made &&
    grep -q ', 4 stops, fitted to 2 samples, with exit rules$' $d/made && $t info $d/never >$d/i &&
    grep -q '^stop 2: never leaves$' $d/i && $t run $d/never --in $d/x.u8 --out $d/y --exit margin >$d/made &&
    grep -q '^stop 2: 0 of 10 left here (never leaves)$' $d/made && $t evaluate $d/never --in $d/x.u8 >$d/ev &&
    grep -q 'stop 2: 0.0 % (never leaves), stop 3: 100.0 %$' $d/ev && ! grep 4294967295 $d/i $d/made $d/ev"
ok "calibrate keeps the last stop" "$t run $d/c.sucref --in $d/x.u8 --out $d/zc.bin --logits &&
    cmp $d/z.bin $d/zc.bin"
ok "calibrate finds exits, run uses them" "$t calibrate $m --in $d/x.u8 -o $d/c2.sucref --max-disagree 0.5 |
    grep -q 'risk <=' && $t run $d/c2.sucref --in $d/x.u8 --out $d/ze.bin --exit margin |
    grep -q 'weight bytes read, of one-shot'"
ok "calibrate --quiet keeps the last stop" "$t calibrate $m --in $d/x.u8 -o $d/q3.sucref --quiet 0.9 >$d/quiet.txt &&
    grep -q 'rows busy' $d/quiet.txt && $t run $d/q3.sucref --in $d/x.u8 --out $d/z5.bin --logits &&
    cmp $d/z.bin $d/z5.bin"
ok "a model of one stop gets a quiet one before it" "$t quantize $n -o $d/one.sucref $is --plan 8 --clip 1 &&
    $t run $d/one.sucref --in $d/x.u8 --out $d/o1 --logits &&
    $t calibrate $d/one.sucref --in $d/x.u8 -o $d/two.sucref --quiet 0.95 && $t info $d/two.sucref |
    grep -q '2 of 2 stops' && $t run $d/two.sucref --in $d/x.u8 --out $d/o2 --logits && cmp $d/o1 $d/o2"
ok "calibrate --certify, run --exit certified: never another sign" \
    "$t calibrate $m --in $d/x.u8 -o $d/ce.sucref --certify &&
    $t run $d/ce.sucref --in $d/x.u8 --out $d/z6.bin --exit certified | grep -q 'weight bytes read' &&
    $t run $d/ce.sucref --in $d/x.u8 --out $d/z7.bin --logits && cmp $d/z.bin $d/z7.bin"
ok "calibrate shifts coarse planes, keeps the last stop" "$t quantize $n -o $d/co.sucref $is --plan 2+8 --clip 1 &&
    $t run $d/co.sucref --in $d/x.u8 --out $d/co1 --logits &&
    $t calibrate $d/co.sucref --in $d/x.u8 -o $d/co2.sucref &&
    $t run $d/co2.sucref --in $d/x.u8 --out $d/co2 --logits && cmp $d/co1 $d/co2"
ok "calibrate --rows keeps the last stop and says what stops cost" \
    "$t run $m44 --in $d/x.u8 --out $d/w1 --logits &&
    $t calibrate $m44 --in $d/x.u8 -o $d/rows.sucref --rows .25,.5 --max-disagree 0.9 >$d/rows.txt &&
    grep -q 'stop 0: 0.126 of the multiply-adds (.*), 0.127 of the weight bytes read' $d/rows.txt &&
    grep -q 'layer 0: rows 32 64 of 128' $d/rows.txt && $t info $d/rows.sucref | grep -q '4 of 4 stops' &&
    $t run $d/rows.sucref --in $d/x.u8 --out $d/w2 --logits && cmp $d/w1 $d/w2"
ok "exit rules of outputs that are no classes are warned of" \
    "$t calibrate $a/same.sucref --in $d/zeros.u8 -o $d/same2 --rows .35 --max-disagree 0.5 2>&1 >/dev/null |
    grep -q 'max-disagree is for classes' && ! $t calibrate $a/same.sucref --in $d/zeros.u8 -o $d/same2 \
    --rows .35 | grep -q classes"
for r in '' 0 1 .5,.5 .5,.25 '.5,' x .1,nan .1,.11,.12,.13,.14,.15,.16,.17,.18,.19,.2,.21,.22,.23,.24,.25; do
    no "rows must be" $t calibrate $m --in $d/x.u8 -o $d/y --rows "$r"
done
ok "a risk of 0 is shown by no number of samples" \
    "$t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 0 2>&1 >$d/log |
    grep -q ', at best .*; no number of samples does'"
no "rows and --quiet" $t calibrate $m --in $d/x.u8 -o $d/y --rows .5 --quiet .1
no "in groups already" $t calibrate $d/rows.sucref --in $d/x.u8 -o $d/y --rows .5
no "no hidden layer" sh -c "$t quantize $a/good.npz -o $d/g2 $is >/dev/null &&
    exec $t calibrate $d/g2 --in $d/six.u8 -o $d/y --rows .5"
first 10 /dev/zero >$d/zero10
p="$t plan $m --in $d/x.u8"
ok "plan tries bits, rows and both, and recommends" \
    "$p --core m3 >$d/plan.txt && grep -q '^bits 4,4, rows .5 ' $d/plan.txt &&
    grep -q '^one stop ' $d/plan.txt && [ \$(grep -c '^recommended: ' $d/plan.txt) = 1 ]"
ok "plan with labels, a clock, a store and shares of rows" \
    "$p --per-mac 2 --clock 48 --bandwidth 50 --labels $d/zero10 --rows .25,.5 >$d/plan.txt &&
    grep -q 'right: first, exit, last' $d/plan.txt && grep -q '^rows .25,.5 ' $d/plan.txt &&
    grep -q 'costs in ms' $d/plan.txt"
ok "plan: a deadline that nothing keeps, one that a first answer keeps, one that all keep" \
    "$p --deadline 10macs | grep -q 'recommended: another deadline' && $p --deadline 12000 |
    grep -q 'one pass is too late and its stop' && $p --deadline 9e9instructions | grep -q 'recommended: '"
ok "plan: outputs that are no classes have errors" "$t plan $a/same.sucref --in $d/zeros.u8 >$d/plan.txt &&
    grep -q 'no rule to leave by' $d/plan.txt && grep -q 'constant answer' $d/plan.txt"
ok "plan: a model whose rows are in groups as it stands" "$t plan $d/rows.sucref --in $d/x.u8 >$d/plan.txt &&
    grep -q '^as it stands' $d/plan.txt && grep -q '^its last stop alone' $d/plan.txt && ! grep -q '^bits' $d/plan.txt"
no "plan needs --in" $t plan $m
no "plan needs all stops" $t plan $d/t.sucref --in $d/x.u8
no "core must be" $p --core m55
no "say the same" $p --core m0 --per-mac 2
no "per-mac must be" $p --per-mac 0
no "needs --clock" $p --bandwidth 10
no "needs --clock" $p --deadline 5ms
no "deadline is in" $p --deadline 5s
no "deadline must be" $p --deadline -5
no "risk must be" $p --risk 1
no "rows must be" $p --rows 2
no "7840 labels for 10 samples" $p --labels $d/x.u8
first 2352 $d/x.u8 >$d/three.u8
no "three.u8: too few inputs: it has 3, and 4 are the least" $t plan $m --in $d/three.u8
ok "run --exit gray" "$t run $m --in $d/x.u8 --out $d/z8.bin --exit gray --gray -1,1 |
    grep -q 'stop 0: 10 of 10 left here'"
ok "split: a part for every device" \
    "$t split $m44 --devices 4 --parity 2 -o $d/part%d.sucref >$d/split.txt &&
    grep -q 'layer 1: rows 3 3 2 2 of 128 inputs, 1 plane' $d/split.txt && $t info $d/part5.sucref |
    grep -q 'layer 0: 64 x 784, plan 8' && [ ! -e $d/part6.sucref ]"
ok "split names its files, info says which part of what one is" \
    "grep -q \"^$d/part5.sucref: parity 1, \$(wc -c <$d/part5.sucref) bytes\\$\" $d/split.txt &&
    grep -q \"^$d/part0.sucref: part 0, \$(wc -c <$d/part0.sucref) bytes\\$\" $d/split.txt &&
    $t info $d/part5.sucref >$d/i && grep -q '^2 models, one behind the other: a device.s part of' $d/i &&
    grep -q '^parity 1 of 2 (4 + 2 devices, from 0): layer 1 of 2 of digits_44.sucref$' $d/i &&
    $t info $d/part0.sucref | grep -q '^part 0 of 4 (4 + 2 devices, from 0): layer 0 of 2 of digits_44.sucref$' &&
    ! $t info $m44 | grep -q part"
cat >$d/part0.c <<'X'
#include <stdio.h>
#include "part0.h"
int main(void) { return fwrite(part0_model.bytes, 1, PART0_BYTES, stdout) != PART0_BYTES; }
X
ok "emit-c leaves out what split says of a part" "$t emit-c $d/part0.sucref -o $d/part0.h &&
    $C $d/part0.c -o $d/e && $d/e >$d/bare && [ \$(wc -c <$d/bare) -lt \$((\$(wc -c <$d/part0.sucref) - 100)) ] &&
    $t info $d/bare >$d/j && ! grep -q digits $d/j && grep '^layer 0' $d/j >$d/k && $t info $d/part0.sucref |
    grep '^layer 0' | cmp - $d/k && [ \$(wc -l <$d/k) = 2 ]"
for k in "calibrate X --in $d/x.u8 -o $d/y" "evaluate X --in $d/x.u8" "truncate X --stops 1 -o $d/y" \
    "retarget X --target m4 -o $d/y" "plan X --in $d/x.u8" "split X --devices 1 --parity 0 -o $d/y%d"; do
    no "bytes lie behind its first model: is it a device's part" $t ${k%%X*} $d/part0.sucref ${k#*X}
done
ok "run says that there is more behind the model it ran" \
    "$t run $d/part0.sucref --in $d/x.u8 --out $d/p0 2>&1 >/dev/null | grep -q 'lie behind the model that was run'"
ok "split: parity of the first plane only, rows by rates" \
    "$t split $m44 --devices 3 --parity 1 --protect 1 --rates 2,1,1 -o $d/rate%d.sucref |
    grep -q 'rows 64 32 32' && $t info $d/rate3.sucref | grep -q '1 of 1 stops'"
ok "split: parts answer plain sums" "$t run $d/part0.sucref --in $d/x.u8 --out $d/p0 --logits &&
    [ \$(wc -c <$d/p0) = 1280 ]"
no "split needs" $t split $m --devices 4 -o $d/y%d
no "must hold %d" $t split $m --devices 4 --parity 1 -o $d/y
no "devices must be" $t split $m --devices 17 --parity 1 -o $d/y%d
no "parity must be" $t split $m --devices 9 --parity 4 -o $d/y%d
no "protect must be" $t split $m --devices 2 --parity 1 --protect 0 -o $d/y%d
for r in 1,0 1 1,2,3 1,-1 1,nan 1,inf 1,1e309 ',' '' 1,x; do
    no "rates must be" $t split $m --devices 2 --parity 1 --rates "$r" -o $d/y%d
done
no "too few for these" $t split $m44 --devices 2 --parity 1 --rates 1e308,1e-308 -o $d/y%d
ok "rates whose sum no double holds" \
    "$t split $m44 --devices 2 --parity 1 --rates 1e308,1e308 -o $d/big%d.sucref | grep -q 'rows 64 64 of'"
no "must hold %d once" $t split $m --devices 2 --parity 1 -o $d/%d%d
no "too few for these" $t split $m --devices 2 --parity 1 -o $d/y%d
no "split needs all stops" $t split $d/t.sucref --devices 1 --parity 1 -o $d/y%d
# parts that exchange activations
h='examples/models/halves'
ok "split --exchange: parts of two halves of a picture, few values between them" \
    "$t split $h.sucref --devices 2 --exchange ${h}_maps.npz --number 3 -o $d/half%d.sucx >$d/split.txt &&
    grep -q \"device 1: 392 inputs, \$(wc -c <$d/half1.sucx) bytes in $d/half1.sucx, work\" $d/split.txt &&
    $t info $d/half1.sucx | grep -q '^part of exchange plan 3: device 1 of 2 (0 to 1)$' && $t info $d/half2.sucx |
    grep -q '^part of exchange plan 3: node 2, which collects the answers of 2 devices' &&
    grep -q 'node 2: 0 inputs' $d/split.txt && [ -s $d/half2.sucx ] &&
    grep -q 'an answer: 4 messages with 82 values, 200 bytes; .* 2 with 784, 824' $d/split.txt"
ok "split --exchange --without: one device's inputs and neurons go to the other" \
    "$t split $h.sucref --devices 2 --exchange ${h}_maps.npz --without 1 -o $d/half%d.sucx >$d/split.txt &&
    grep -q 'device 0: 784 inputs' $d/split.txt && grep -q 'device 1: 0 inputs, 64 bytes' $d/split.txt"
ok "split --exchange --parity: a device more, which is told what the others read" \
    "$t split $h.sucref --devices 2 --exchange ${h}_maps.npz --parity 1 -o $d/spare%d.sucx >$d/split.txt &&
    grep -q '^spare 2: 0 inputs' $d/split.txt && grep -q '^node 3: 0 inputs' $d/split.txt &&
    grep -q '8 messages with 896 values' $d/split.txt && [ -s $d/spare3.sucx ] && [ ! -e $d/spare4.sucx ]"
no "parities are for models of one stop" $t split $m44 --devices 2 --exchange ${h}_maps.npz --parity 1 -o $d/y%d
no "parity must be" $t split $h.sucref --devices 2 --exchange ${h}_maps.npz --parity 5 -o $d/y%d
no "go with" $t split $h.sucref --devices 2 --rates 1,1 --exchange ${h}_maps.npz -o $d/y%d
no "go with" $t split $h.sucref --devices 2 --parity 1 --number 2 -o $d/y%d
no "devices must be" $t split $h.sucref --devices 255 --exchange ${h}_maps.npz -o $d/y%d
no "none of 0 to 0" $t split $h.sucref --devices 1 --exchange ${h}_maps.npz -o $d/y%d
ok "split --exchange: devices that the maps do not name are told" "$t split $h.sucref --devices 3 --exchange \
    ${h}_maps.npz -o $d/three%d 2>&1 >$d/log | grep -q 'names devices 0 to 1; those up to 2 have no inputs' &&
    $t split $h.sucref --devices 2 --exchange ${h}_maps.npz -o $d/three%d 2>$d/err && [ ! -s $d/err ]"
no "is no level of this model" $t split $h.sucref --devices 2 --exchange $n -o $d/y%d
no "level1 must be there, 2 x 20" $t split $m --devices 2 --exchange ${h}_maps.npz -o $d/y%d
no "level3 is no level of this model, which has level0 (inputs) to level2" sh -c "$t repurpose $n --devices 2 \
    --eta2 1 -o $d/y --maps $d/maps3.npz >/dev/null && exec $t split $h.sucref --devices 2 --exchange $d/maps3.npz \
    -o $d/y%d"
no "zip archive .*; it is a model already .*; --exchange takes the maps" $t split $h.sucref --devices 2 \
    --exchange $h.sucref -o $d/y%d
no "number must be" $t split $h.sucref --devices 2 --exchange ${h}_maps.npz --number 256 -o $d/y%d
no "without must be" $t split $h.sucref --devices 2 --exchange ${h}_maps.npz --without 2 -o $d/y%d
# float layers over devices
p="$t repurpose $n -o $d/r.npz --devices"
ok "repurpose: edges and values before, after, and without rearranging" \
    "$p 2 --eta2 0.5 --relative >$d/rp.txt && [ \$(grep -c '^layer' $d/rp.txt) = 3 ] &&
    grep -q 'layer 0: 20 x 784, inputs 392 392, neurons 10 10, eta1 0, eta2 0.01442' $d/rp.txt &&
    grep -q 'before  *8050 edges  *814 values to send' $d/rp.txt &&
    grep -q 'rearranged  *3069 edges  *713 values' $d/rp.txt &&
    grep -q 'not rearranged  *3069 edges  *708 values' $d/rp.txt"
ok "repurpose: a network whose neurons only move gives the same answers" \
    "$t repurpose examples/models/digits.npz --devices 2 --eta2 1 --relative -o $d/cut.npz &&
    $t quantize $d/cut.npz -o $d/r2 $is &&
    $t run $d/r2 --in $d/x.u8 --out $d/rb --logits &&
    $t repurpose $d/cut.npz --devices 2 --eta2 1e-30 --owners 1:392,0:392 -o $d/r.npz --maps $d/maps.npz &&
    $t quantize $d/r.npz -o $d/r1 $is && ! cmp -s $d/r1 $d/r2 &&
    $t run $d/r1 --in $d/x.u8 --out $d/ra --logits && cmp $d/ra $d/rb"
ok "repurpose --sorted: inputs in the order of their owners" \
    "$p 2 --eta2 1 --relative && mv $d/r.npz $d/cut.npz && $t quantize $d/cut.npz -o $d/r2 $is &&
    $t run $d/r2 --in $d/x.u8 --out $d/rb --logits &&
    $t repurpose $d/cut.npz --devices 2 --eta2 1e-30 --owners 1:392,0:392 --sorted -o $d/r.npz &&
    $t quantize $d/r.npz -o $d/r1 $is && : >$d/swap.u8 && for k in 0 1 2 3 4 5 6 7 8 9; do
        dd if=$d/x.u8 bs=392 skip=\$((2 * k + 1)) count=1 2>/dev/null >>$d/swap.u8
        dd if=$d/x.u8 bs=392 skip=\$((2 * k)) count=1 2>/dev/null >>$d/swap.u8
    done; $t run $d/r1 --in $d/swap.u8 --out $d/ra --logits && cmp $d/ra $d/rb"
ok "repurpose --in: answers beside their bounds" "$p 4 --eta1 1e-5 --eta2 0.01 --in $a/real784.npy >$d/rp.txt &&
    grep -q 'by Theorem 17' $d/rp.txt && $t repurpose $a/good.npz --devices 2 --eta2 1 --act tanh -o $d/r.npz \
    --in $a/real.npy | grep -q 'largest output as before: rearranged [0-9.]* %, not rearranged'"
ok "repurpose: one device sends nothing, 100 have more places than neurons" "$p 1 --eta2 9 |
    grep -q 'before  *0 edges  *0 values' && $p 100 --eta2 0.01 | grep -q 'all layers over 100 devices'"
ok "repurpose: sizes of each layer, the answer on one device" "$p 2 --eta2 0.01 --sizes 1,3/12,8/0,1 >$d/rp.txt &&
    grep -q 'neurons 5 15' $d/rp.txt && grep -q 'neurons 12 8' $d/rp.txt && grep -q 'neurons 0 1,' $d/rp.txt"
ok "repurpose: eta of each layer" "$p 2 --eta2 0.01,0.02,0.03 --eta1 0,1e-9,0 >$d/rp.txt &&
    grep -q 'layer 1: .*, eta1 1e-09, eta2 0.02' $d/rp.txt && grep -q 'layer 2: .*, eta1 0, eta2 0.03' $d/rp.txt"
# shellcheck disable=SC2016 # awk's own
shares='/^  before/ { all = $2 } /rearranged/ { kept = $1 == "not" ? $3 : $2; off = 0; share = -1
    for (k = 2; k <= NF; k++) { if ($k == "%") { share = $(k - 1); off = share - 100 * kept / all } }
    bad += share < 0 || share > 100 || off * off > 1e-4 * share * share; n++ } END { exit bad > 0 || n != 8 }'
ok "repurpose: which share of its edges each layer and all have left" "$p 2 --eta2 0.03,0.02,0.01 | awk '$shares'"
for e in 1,2 1,2,3,4 1,,3; do no "eta2" $p 2 --eta2 $e; done
no "repurpose needs" $t repurpose $n --devices 2 -o $d/y
no "repurpose needs" $t repurpose $n --eta2 1 -o $d/y
no "devices must be" $p 0 --eta2 1
no "must not be negative" $p 2 --eta2 -1
no "must not be negative" $p 2 --eta2 1 --eta1 -1
no "eta2 must be" $p 2 --eta2 nan
for r in '' 1 1,2,3 0,0 1,-1 1,nan 1,inf a,b 1,1/1,1 1,1/1,1/1,1/1,1 1,1/; do
    no "sizes must be" $p 2 --eta2 1 --sizes "$r"
done
for r in '' 0 0:784,1 0:783,2 0:0,1:784 '0:784,' 0:392:392 -0:784 x 0:99999999999999999999; do
    no "owners must be" $p 2 --eta2 1 --owners "$r"
done
no "a device from 0 to 1" $p 2 --eta2 1 --owners $a/real784.npy
no "takes inputs from a .npy" $p 2 --eta2 1 --in $d/x.u8
ok "and said that before it reported anything" "[ ! -s $d/out ]"
no "shape does not hold" $p 2 --eta2 1 --in $a/real.npy
no "zip" $t repurpose $m --devices 2 --eta2 1 -o $d/y
no "does not take what W0 gives" $t repurpose $a/chain.npz --devices 2 --eta2 1 -o $d/y
for k in widths widths_deep; do
    no "groups0: repurpose moves neurons, and cannot carry groups, order and heads" \
        $t repurpose examples/models/$k.npz --devices 2 --eta2 1 -o $d/y
done
no "order: repurpose moves" $t repurpose $a/dense_order.npz --devices 2 --eta2 1 -o $d/y
no "heads: repurpose moves" $t repurpose $a/dense_heads.npz --devices 2 --eta2 1 -o $d/y
no "W01 is not known" $t repurpose $a/dense_W01.npz --devices 2 --eta2 1 -o $d/y
no "ops: a network of convolutions; repurpose takes dense layers" \
    $t repurpose examples/models/lenet.npz --devices 2 --eta2 1 -o $d/y
no "has no option --parity" $p 2 --parity 1
no "has no option --eta1" $t split $m --eta1 1
no "one output and --gray" $t run $m --in $d/x.u8 --out $d/y --exit gray
gray="$t run $m --in $d/x.u8 --out $d/y --exit gray --gray"
for g in '' 5 ',' '1,' ,1 -5 2,1 1,2,3 a,b ' 1,2' nan,1 inf,1 1,inf; do no "gray must be LO,HI" $gray "$g"; done
for g in 0,4294967296 -2147483649,0 0,1e300 1e1,2e-1; do no "logits are whole numbers" $gray "$g"; done
for g in 0.0,0.5 0%,5% 1.0,2 100%,101%; do no "probability must be between" $gray "$g"; done
no "knows its logit" $t run $u --in $d/six.u8 --out $d/y --exit gray --gray 0.2,0.8
no "gray needs --exit gray" $t run $m --in $d/x.u8 --out $d/y --gray 1,2
no "gray needs --exit gray" $t run $m --in $d/x.u8 --out $d/y --exit margin --gray 1,2
no "no stop can be certified" sh -c "$t quantize $n -o $d/nk.sucref $is &&
    exec $t calibrate $d/nk.sucref --in $d/x.u8 -o $d/y --certify"
no "quiet must be" $t calibrate $m --in $d/x.u8 -o $d/y --quiet 1
no "calibrate needs --in" $t calibrate $m -o $d/y
no "calibrate needs all stops" $t calibrate $d/t.sucref --in $d/x.u8 -o $d/y
no "max-disagree must be" $t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 1
no "needs stops to leave at, and it has one" $t calibrate $d/one.sucref --in $d/x.u8 -o $d/y --max-disagree .5
no "confidence needs" $t calibrate $m --in $d/x.u8 -o $d/y --confidence 0.9
no "confidence must be" $t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 0.1 --confidence 1
no "too few inputs: it has 1, and 5 are the least" $t calibrate $m --in $d/one.u8 -o $d/y --max-disagree 0.1
no "exit must be" $t run $m --in $d/x.u8 --out $d/y --exit never
no "import needs" $t import $m
no "not a TensorFlow Lite file" $t import $m -o $d/y
q="$t quantize $a/good.npz -o $d/u.sucref --input-scale 0.5"
# files of another kind, and files that are cut
ok "truncate to one stop" "$t truncate $m --stops 1 -o $d/t1"; echo 'sucref COMMAND FILE OPTIONS' >$d/sucref1
no "zip archive .*; it is a TensorFlow Lite file: sucref import" $t quantize $a/real.tflite -o $d/y $is
no "zip archive .*; it is a TensorFlow Lite file: sucref import" $t repurpose $a/real.tflite --devices 2 --eta2 1 \
    -o $d/y
no "magic at byte 0; it is a TensorFlow Lite file: sucref import" $t info $a/real.tflite
no "magic at byte 0; it is a zip archive: .* sucref quantize" $t info $n
no "magic at byte 0; it is a NumPy array" $t run $a/real784.npy --in $d/x.u8 --out $d/y
no "Lite file; it is a zip archive: .* sucref quantize" $t import $n -o $d/y
no "Lite file; it is a model already" $t import $m -o $d/y
no "zip archive .*; it is a model already" $t quantize $m -o $d/y $is
no "magic at byte 0; it is a part of an exchange plan" $t run $d/half1.sucx --in $d/x.u8 --out $d/y
no "not a valid part of an exchange plan" sh -c "head -c 200 $d/spare0.sucx >$d/cut.sucx; exec $t info $d/cut.sucx"
first 3000 $n >$d/cut.npz; first 700 $m >$d/cut.sucref; first 400 $a/real784.npy >$d/cut.npy
no "cut.npz: is cut short: a zip archive without its end" $t quantize $d/cut.npz -o $d/y $is
no "cut.sucref: not a valid model: .*: is cut short, 700 of its" $t info $d/cut.sucref
no "cut.sucref: not a valid model: .*: is cut short, 700 of its" $t run $d/cut.sucref --in $d/x.u8 --out $d/y
no "cut.npy: is cut short: it holds fewer bytes" $t run $d/q1 --in $d/cut.npy --out $d/y
for k in 100 1000 3000; do
    first $k $a/real.tflite >$d/cut.tflite
    no "cut.tflite: is cut short, or damaged: it points beyond its $k bytes" $t import $d/cut.tflite -o $d/y
done
no "unknown command frobnicate; commands are import, quantize" $t frobnicate x
no "even.sucref is a file: a command comes first" $t $m
no "one file expected, got .* and .*x.u8 (see sucref help run)" $t run $m $d/x.u8
no "such as 0.01 or 1/100, not 1%" $t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 1%
no "stop must be 0, there is no other, not 1" $t run $d/t1 --in $d/x.u8 --out $d/y --stop 1
no "magic at byte 0, models begin with SUCR" $t info $d/zeros.u8
no "y: cannot be written: No such file" $t calibrate $m --in $d/none -o $d/none/y
ok "a word alone says what there is" "! $t 2>$d/log && grep -q '^sucref COMMAND FILE OPTIONS$' $d/log &&
    [ \$(wc -l <$d/log) = 6 ] && $t help | head -n 1 | cmp - $d/sucref1"
no "no input file" $t info
no "has no option --plan" $t run $m --plan 4,4
no "has no option --stops" $t run $m --stops 2
no "given twice" $t run $m --out $d/y --out $d/y
no "unknown option" $t info $m --frob
no "one file expected" $t info $m $m
no "needs a value" $t run $m --in
no "cannot be read" $t info $d/none
no "not a valid model: header" $t info $d/tiny
no "not a valid model: magic" $t info $n
no "run needs" $t run $m --out $d/y
no "type must be" $t run $m --in $d/x.dat --out $d/y
no "x.s8: the model takes u8, not s8$" $t run $m --in $d/x.s8 --out $d/y
no "x.u8: the model takes s8, not u8, real = (value + 3) . 0.5$" sh -c "$q --type s8 --input-zero -3 >$d/log &&
    exec $t run $d/u.sucref --in $d/x.u8 --out $d/y"
ok "run says that no stop has an exit rule, or bounds" "$t run $m --in $d/x.u8 --out $d/y --exit margin 2>&1 >$d/log |
    grep -q 'has no exit rules, all inputs go to the last stop (sucref calibrate --max-disagree' &&
    $t run $m --in $d/x.u8 --out $d/y --exit certified 2>&1 >$d/log | grep -q 'has no bounds, .* --certify' &&
    $t run $d/c2.sucref --in $d/x.u8 --out $d/y --exit margin 2>$d/err && [ ! -s $d/err ] &&
    $t run $d/ce.sucref --in $d/x.u8 --out $d/y --exit certified 2>$d/err && [ ! -s $d/err ]"
no "not whole inputs" $t run $m --in $d/short.u8 --out $d/y
no "not whole inputs" $t run $m --in $d/empty.u8 --out $d/y
no "stop must be" $t run $m --in $d/x.u8 --out $d/y --stop 4
no "stop must be" $t run $m --in $d/x.u8 --out $d/y --stop -1
no "cannot be written" $t run $m --in $d/x.u8 --out $d/none/y
no "truncate needs" $t truncate $m --stops 2
no "retarget needs" $t retarget $m --target m4
no "retarget needs" $t retarget $m -o $d/y
no "target is plain, dsp or mve" $t retarget $m --target m5 -o $d/y
no "is cut, all its stops are needed" $t retarget $d/t.sucref --target m4 -o $d/y
no "stops must be" $t truncate $m --stops 0 -o $d/y
no "stops must be" $t truncate $m --stops 5 -o $d/y
no "emit-c needs" $t emit-c $m
no "no C name" $t emit-c $m -o $d/7.h
no "quantize needs" $t quantize $n
no "plan must be" $t quantize $n -o $d/y $is --plan 4,5
no "plan must be" $t quantize $n -o $d/y $is --plan 4,4,
no "plan must be" $t quantize $n -o $d/y $is --plan 8+8
no "plan must be" $t quantize $n -o $d/y $is --plan 2+9
no "plan must be" $t quantize $n -o $d/y $is --plan 1,1,1,1,1,1,1,1,1
no "act must be" $t quantize $n -o $d/y $is --act softmax
no "clip must be" $t quantize $n -o $d/y $is --clip 2
no "clip must be" $t quantize $n -o $d/y $is --clip x
no "input-scale must be" $t quantize $n -o $d/y --input-scale 0
no "input-scale must be" $t quantize $n -o $d/y --input-scale nan
no "not whole inputs" $t quantize $n -o $d/y $is --calibrate $d/short.u8
ok "a small good archive" "$t quantize $a/good.npz -o $d/g $is && $t info $d/g |
    grep -q '3 inputs (u8), 4 outputs'"
no "b1 is missing" $t quantize $a/no_b1.npz -o $d/y $is
no "W0 is missing" $t quantize $a/no_w0.npz -o $d/y $is
no "W1 is missing" $t quantize $a/no_w1.npz -o $d/y $is
no "b1 is missing" $t quantize $a/no_b.npz -o $d/y $is
no "W2 is not known: arrays are W0, b0 .. W0, b0" $t quantize $a/gap.npz -o $d/y $is
no "W01 is not known" $t quantize $a/dense_W01.npz -o $d/y $is
no "groups0 is missing" $t quantize $a/dense_order.npz -o $d/y $is
no "does not take what W0 gives" $t quantize $a/chain.npz -o $d/y $is
no "as many values as" $t quantize $a/rows.npz -o $d/y $is
no "two dimensions" $t quantize $a/flat.npz -o $d/y $is
no "NaN or infinity" $t quantize $a/nan.npz -o $d/y $is
no "zip" $t quantize $m -o $d/y
no "zip" $t quantize $d/short.u8 -o $d/y
# what numbers mean: kept in the file, printed, emitted, used
ok "help and version" "$t --help | grep -q 'sucref run' && $t -h >/dev/null && $t help run | grep -q gray &&
    ! $t help run | grep -q quantize && $t run --help | grep -q gray && $t version | grep -q '^sucref [0-9]'"
no "unknown command" $t help frobnicate
ok "quantize says what it made" "$q >$d/made && grep -q '2 dense layers, 3 inputs, 4 outputs, 2 stops' $d/made &&
    grep -q 'inputs: uint8, real = value \* 0.5$' $d/made && grep -q 'not calibrated' $d/made"
ok "info knows the scales" "$t info $d/u.sucref | grep -q '^inputs: uint8, real = value \* 0.5$' &&
    $t info $d/u.sucref | grep -q '^logits: int32, real = value \* '"
ok "zero points as the type counts" "$q --input-zero -3 --type s8 |
    grep -q 'inputs: int8, real = (value + 3) \* 0.5' && $q --input-zero 3 |
    grep -q 'inputs: uint8, real = (value - 3) \* 0.5' && $q --type s8 | grep -q 'inputs: int8, real = value \* 0.5'"
no "input-zero must be" $q --input-zero -1
no "input-zero must be" $q --input-zero 256
no "input-zero must be" $q --type s8 --input-zero 128
no "input-zero must be" $q --input-zero 1.5
no "type must be" $q --type f32
no "input-scale is missing" $t quantize $n -o $d/y
no "input-scale is missing" $t quantize $n -o $d/y --calibrate $d/x.u8
ok "a fraction is a scale" "$t quantize $n -o $d/f1 --input-scale 1/255 &&
    $t quantize $n -o $d/f2 --input-scale 0.00392156862745098 && cmp $d/f1 $d/f2"
no "input-scale must be" $t quantize $n -o $d/y --input-scale 1/0
no "input-scale must be" $t quantize $n -o $d/y --input-scale ''
no "input-scale must be" $t quantize $n -o $d/y --input-scale 1e-60
softmax='outputs: uint8, real = value \* 0.00390625, a softmax'
for f in none relu relu6 leaky:0.1 logistic tanh; do
    for o in none softmax logistic tanh leaky:0.1; do
        ok "--act $f --output $o" "$q --act $f --output $o | grep -q '2 stops' && $t info $d/u.sucref >$d/i &&
            { [ $o = softmax ] && grep -q '$softmax' $d/i || [ $o != softmax ]; }"
    done
done
no "output must be" $q --output sigmoid
no "slope of leaky" $q --act leaky:1
no "slope of leaky" $q --act leaky:x
ok "emit-c says what numbers mean" "$q --input-zero 7 --output softmax && $t emit-c $d/u.sucref -o $d/u.h &&
    grep -q '^#define U_INPUT_SCALE 0.5F' $d/u.h && grep -q '^#define U_INPUT_ZERO 7' $d/u.h &&
    grep -q '^#define U_SOFTMAX 1' $d/u.h && grep -q '^#define U_OUTPUT_SCALE 0.00390625F' $d/u.h &&
    grep -q '^#define U_LOGIT_SCALE' $d/u.h && $C -Wno-unused $d/u.c -o $d/u && $d/u"
cat >$d/ends.c <<'X'
#include <math.h>
#include "ends.h"
#if ENDS_SIGNED
typedef int8_t byte;
#else
typedef uint8_t byte;
#endif
static int bad;
static void nearest(double real) /* in double, halves left out: a float may round either way there */
{
    const double v = real / (double)ENDS_INPUT_SCALE + ENDS_INPUT_ZERO, lo = ENDS_SIGNED ? -128 : 0, hi = lo + 255;
    const double want = v < lo ? lo : v > hi ? hi : floor(v + 0.5);
    if (fabs(v - floor(v) - 0.5) > 1e-4 && ends_input((float)real) != want) { bad = 1; }
}
int main(void)
{
    int b, k;
    for (b = 0; b < 256; b++) {
        const int value = b - 128 * ENDS_SIGNED; /* as the type counts */
        const float out = (float)(value - ENDS_OUTPUT_ZERO) * ENDS_OUTPUT_SCALE;
        if (ends_input((float)(value - ENDS_INPUT_ZERO) * ENDS_INPUT_SCALE) != (byte)value) { bad = 1; }
        if (ends_output((uint8_t)b) < out || ends_output((uint8_t)b) > out) { bad = 1; }
    }
    for (k = -40000; k < 40000; k++) { nearest(k / 100.0 * (double)ENDS_INPUT_SCALE); }
    nearest(1e30); nearest(-1e30);
    if (ends_input((float)INFINITY) != (byte)(255 - 128 * ENDS_SIGNED) ||
        ends_input((float)NAN) != (byte)(-128 * ENDS_SIGNED)) { bad = 1; }
    return bad;
}
X
cat >$d/unused.c <<'X'
#include "ends.h"
int main(void) { return (int)sizeof ends_model.bytes == 0; }
X
strict='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual -Werror'
for z in '--input-zero 7 --output softmax' '--type s8 --input-zero -3' '--input-scale 1/255 --output tanh' \
    '--type s8 --input-scale 1/3 --output logistic'; do
    case $z in *scale*) k="$t quantize $a/good.npz -o $d/u.sucref $z" ;; *) k="$q $z" ;; esac
    ok "emit-c: bytes of real numbers and back, $z" "$k && $t emit-c $d/u.sucref -o $d/ends.h &&
        $C -Wstrict-prototypes $strict $d/ends.c -o $d/ends $LDLIBS && $d/ends &&
        $C $strict $d/unused.c -o $d/ends && { ! command -v $CXX || { cp $d/ends.c $d/ends.cpp &&
        $CXX -std=c++11 $strict $d/ends.cpp -o $d/ends $LDLIBS && $d/ends; }; }"
done
ok "emit-c: no functions where scales are not known" "$t emit-c $u -o $d/unknown.h && ! grep -q inline $d/unknown.h"
# labels
printf 'yes\nno "x"?\nd\303\251j\303\240\r\n\\4??/\n' >$d/names.txt; printf 'a\nb\nc\n' >$d/three.txt
printf 'a\nb\n\033\nd\n' >$d/control.txt; printf 'a\n\nc\nd\n' >$d/blank.txt; printf '%064d\nb\nc\nd\n' 0 >$d/long.txt
cat >$d/names.c <<'X'
#include <string.h>
#include "names.h"
static const char *const want[] = { "yes", "no \"x\"\?", "d\303\251j\303\240", "\\4\?\?/" };
int main(void)
{
    unsigned k;
    for (k = 0; k < NAMES_OUTPUTS; k++) { if (strcmp(names_labels[k], want[k]) != 0) { return 1; } }
    return sizeof names_labels / sizeof names_labels[0] != 4;
}
X
ok "labels: kept, shown, emitted; the model in C is the one without them" \
    "$q && $t emit-c $d/u.sucref -o $d/plain.h --name names && $q --names $d/names.txt && $t info $d/u.sucref >$d/i &&
    grep -q '^output 1: no .x.?$' $d/i && grep -q '^output 3: .4??/$' $d/i &&
    $t emit-c $d/u.sucref -o $d/names.h && $C $strict $d/names.c -o $d/names && $d/names && {
    sed 1d $d/names.h | diff - $d/plain.h | grep '^>'; [ \$(sed 1d $d/plain.h | diff - $d/names.h |
    grep -c '^>') = 7 ]; }"
ok "labels stay when a model is calibrated, packed, whole; truncation says that they go" \
    "$q --names $d/names.txt --target m4 && $t retarget $d/u.sucref --target m0 -o $d/u2 && $t calibrate $d/u2 --in \
    $d/six.u8 -o $d/u3 && $t truncate $d/u3 --stops 2 -o $d/u4 && $t info $d/u4 | grep -q '^output 0: yes$' &&
    cmp $d/u3 $d/u4 && $t truncate $d/u4 --stops 1 -o $d/u5 | grep -q 'names of outputs are left out' &&
    ! $t info $d/u5 | grep -q '^output 0'"
ok "more labels than info shows" "cut -c 1-20 tests/tool.sh | sed -n '/./p' | head -n 30 >$d/thirty.txt &&
    $t quantize $a/wide.npz -o $d/wide $is --names $d/thirty.txt &&
    $t info $d/wide | grep -q 'labels of 10 outputs more'"
no "three.txt: has 3 lines, the model has 4 outputs" $q --names $d/three.txt
no "control.txt: line 3 holds a control character" $q --names $d/control.txt
no "blank.txt: line 2 is empty" $q --names $d/blank.txt
no "long.txt: line 1 is longer than 63" $q --names $d/long.txt
no "cannot be read" $q --names $d/none
ok "run says what it wrote, uint8 as the input" "$q && $t run $d/u.sucref --in $d/six.u8 --out $d/r8 |
    grep -q '2 answers of 4 uint8, real = ' && $q --type s8 && $t run $d/u.sucref --in $d/six.s8 --out $d/r8 |
    grep -q '2 answers of 4 int8, real = '"
ok "run --real: float32 of outputs or logits" "$q && $t run $d/u.sucref --in $d/six.u8 --out $d/r --real --logits &&
    $t run $d/u.sucref --in $d/six.u8 --out $d/z --logits && [ \$(wc -c <$d/r) = 32 ] && ! cmp -s $d/r $d/z &&
    $t run $d/u.sucref --in $d/six.u8 --out $d/r2 --real && [ \$(wc -c <$d/r2) = 32 ]"
# arrays of samples
ok "samples as an array of bytes" "$q --calibrate $a/bytes.npy && cp $d/u.sucref $d/u1 &&
    $q --calibrate $d/six.u8 && cmp $d/u1 $d/u.sucref"
ok "real samples choose the input's scale and zero" "$t quantize $a/good.npz -o $d/v --calibrate $a/real.npy |
    grep -q 'inputs: uint8, real = (value - 64) \* 0.0156862754' &&
    $t quantize $a/good.npz -o $d/v2 --calibrate $a/real_across.npy && cmp $d/v $d/v2"
ok "run takes real inputs" "$t run $d/v --in $a/real.npy --out $d/r --real | grep -q '2 answers of 4 float32'"
ok "values beyond the scale are told" "$q --calibrate $a/real.npy 2>&1 >/dev/null |
    grep -q 'beyond what the input scale'"
ok "samples of a small range are told" "$q --calibrate $d/zeros.u8 2>&1 >/dev/null | grep -q 'uses only 0..0'"
no "NumPy array: name it" sh -c "cp $a/bytes.npy $d/bytes.u8; exec $q --calibrate $d/bytes.u8"
no "shape does not hold" $q --calibrate $a/wrong_shape.npy
no "dtype must be" $q --calibrate $a/long.npy
no "model takes uint8" $q --calibrate $a/signed.npy
no "NaN or infinity" $t quantize $a/good.npz -o $d/y --calibrate $a/nan.npy
no "does not know the scale" $t run $u --in $d/six.u8 --out $d/y --real
no "is not known" $t run $u --in $a/real.npy --out $d/y
ok "real inputs as the model's scale reads them" "$t run $d/q1 --in $a/real784.npy --out $d/y |
    grep -q '1 answers of 1 uint8, real = '"
# archives that numpy can write otherwise
o="-o $d/w $is"
ok "column order and float64" "$t quantize $a/plain.npz $o && cp $d/w $d/w1 && $t quantize $a/fortran.npz $o &&
    cmp $d/w $d/w1 && $t quantize $a/double.npz $o && cmp $d/w $d/w1"
no "structured dtype" $t quantize $a/structured.npz $o
no "values of the network beyond float32" $t quantize $a/huge.npz -o $d/w --input-scale 1
no "beyond float32" $t quantize $a/beyond.npz $o
no "more bytes than its shape" $t quantize $a/twice.npz $o
no "dtype must be" $t quantize $a/int.npz $o
no "damaged (CRC)" $t quantize $a/crc.npz $o
ok "gray in probabilities" "$t quantize $a/one.npz -o $d/one.s $is &&
    $t run $d/one.s --in $d/six.u8 --out $d/y --exit gray --gray 0.3,70% |
    grep -q 'gray zone: logits -[1-9][0-9]* to [1-9]' &&
    $t run $d/one.s --in $d/six.u8 --out $d/y --exit gray --gray -100,100 | grep -q 'logits -100 to 100'"
ok "too few samples are told" "$t calibrate $m --in $d/x.u8 -o $d/y --max-disagree 0.01 2>&1 >/dev/null |
    grep -q 'cannot show a risk of 0.01'"
# networks nested in width
w=$d/w.sucref; nx=$a/nested.u8; nq="$t quantize $a/nested.npz -o $w $is --calibrate $nx"
ok "quantize: a stop for each group, a head for each stop" "$nq | grep -q '3 stops' && $t info $w >$d/i &&
    grep -q 'groups 8x10 9x20 15x40' $d/i && grep -q 'heads 5x8 5x17 5x32' $d/i &&
    grep -q 'list kept, inputs in an order' $d/i &&
    grep -q 'stop 1: input bits 8, layer bits 8 8 - - 8 -, head 1' $d/i && grep -q '^tensors: 1x1x40, 1x1x32 at' $d/i"
ok "quantize: outputs that all stops share are kept" "$t quantize $a/nested_shared.npz -o $d/ws $is >$d/log &&
    $t info $d/ws | grep -q 'layer 1: 5 x 32, plan 8, none, accumulators kept'"
ok "quantize --schedule: bits inside groups" "$nq --plan 4,4 --keep --schedule 4/4,4/8,8/8,8,4/8,8,8 >$d/log &&
    $t info $w | grep -q 'stop 3: input bits 8, layer bits 8 8 4 - - 8, head 2' && $nq --plan 4,4 >$d/log &&
    $t info $w | grep -q '6 of 6 stops'"
no "must be the bits of the groups" $nq --plan 4,4 --schedule 4//8
no "must be the bits of the groups" $nq --schedule 8/8,8/8,8,8,8
no "must be the bits of the groups" $nq --schedule ''
no "the plan does not give" $nq --schedule 4/8,8/8,8,8
no "the last stop has 8 bits" $nq --plan 4,4 --schedule 4/4,4
no "groups come one by one" $nq --schedule 8/8,8,8
no "has no groups" $t quantize $n -o $d/y $is --schedule 8
no "cut input" $nq --cut-input
no "groups1 is missing" $t quantize $a/nested_no_groups1.npz -o $d/y $is
no "heads must be one number" $t quantize $a/nested_more.npz -o $d/y $is
no "groups1 must have 1 group" $t quantize $a/nested_no_heads.npz -o $d/y $is
for k in order heads groups0; do no "$k must hold whole numbers" $t quantize $a/nested_$k.npz -o $d/y $is; done
ok "such a model calibrated, run, cut, in C" "$nq >$d/log &&
    $t calibrate $w --in $nx -o $d/wc --max-disagree 0.2 | grep -q 'risk <= 0.20000 at 95' &&
    $t run $w --in $nx --out $d/w1 --logits && $t run $d/wc --in $nx --out $d/w2 --logits && cmp $d/w1 $d/w2 &&
    $t run $d/wc --in $nx --out $d/w2 --exit margin | grep -q 'weight bytes read' &&
    $t truncate $d/wc --stops 2 -o $d/wt && $t run $w --in $nx --out $d/w1 --stop 1 &&
    $t run $d/wt --in $nx --out $d/w2 && cmp $d/w1 $d/w2 && $t emit-c $d/wc -o $d/wc.h && grep -q WC_STOPS $d/wc.h"
ok "split: all columns of its layers" "$nq >$d/log && $t split $w --devices 3 --parity 1 -o $d/ww%d |
    grep -q 'layer 1: rows 5 5 5 of 32 inputs'"
no "quiet: .* group by group" $t calibrate $w --in $nx -o $d/y --quiet 0.1
no "certify: .* group by group" $t calibrate $w --in $nx -o $d/y --certify
# evaluate
first 150 /dev/zero >$d/zero
ok "evaluate" "$t evaluate $w --in $nx --labels $d/zero >$d/ev &&
    grep -q '^stop 1: .* % right, .* % as the last stop, multiply-adds 385 (' $d/ev && grep -q 'no exit rules' $d/ev &&
    $t evaluate $d/wc --in $nx --labels $d/zero | grep -q 'with exit: .* % right, .* they leave at stop 0: ' &&
    $t evaluate $d/wc --in $nx | grep -q '^stop 2: 100.00 % as the last stop'"
# the answer is the largest input: classes 0 0 1 2 2 1, and 1 1 1 1 0 12 5 of thirteen
printf '\377\0\0\377\0\0\0\377\0\0\0\377\0\0\377\0\377\0' >$d/c3.u8; printf '\0\1\1\2\0\1' >$d/l3.u8
one() { printf '\0\0\0\0\0\0\0\0\0\0\0\0\0' | head -c "$1"; printf '\377'; first $((12 - $1)) /dev/zero; }
{ one 1; one 1; one 1; one 1; one 0; one 12; one 5; } >$d/c13.u8; printf '\3\3\1\3\0\3\4' >$d/l13.u8
sed -n 1,13p tests/lib.sh | cut -c 1-9 | sed 's/^/n/' >$d/n13
printf '\1\1\1\1\0\14\5' >$d/right.u8; printf 'cat\ndog\ncow\n' >$d/animals.txt
cat >$d/table <<'X'
confusion at the last stop (rows are labels, columns answers)
    0  1  2
 0  1  0  1  cat
 1  1  2  0  dog
 2  0  0  1  cow
X
cat >$d/pairs <<'X'
most frequent confusions at the last stop
  3 answered as 1: 3 of 4
  3 answered as 12: 1 of 4
  4 answered as 5: 1 of 1
X
ok "evaluate: confusion as counted by hand" \
    "$t quantize $a/same3.npz -o $d/s3 $is --names $d/animals.txt && $t quantize $a/same13.npz -o $d/s13 $is &&
    $t evaluate $d/s3 --in $d/c3.u8 --labels $d/l3.u8 >$d/ev && grep -q '^stop 1: 66.67 % right' $d/ev &&
    tail -n 5 $d/ev | cmp - $d/table && $t evaluate $d/s13 --in $d/c13.u8 --labels $d/l13.u8 >$d/ev &&
    tail -n 4 $d/ev | cmp - $d/pairs"
ok "evaluate: no confusion, confusion with names, a single output's" \
    "$t evaluate $d/s13 --in $d/c13.u8 --labels $d/right.u8 | tail -n 1 | grep -q '^  none$' &&
    $t quantize $a/same13.npz -o $d/s13 $is --names $d/n13 &&
    $t evaluate $d/s13 --in $d/c13.u8 --labels $d/l13.u8 | grep -q '^  4 (n.*) answered as 5 (n.*): 1 of 1' &&
    $t evaluate $m --in $d/x.u8 --labels $d/zero10 | tail -n 1 | grep -q '^ 1   0   0'"
ok "calibrate --labels says how right the last stop is" \
    "$t calibrate $w --in $nx -o $d/y --labels $d/zero | grep -q '^last stop: .* % of 150 right'"
no "evaluate needs" $t evaluate $w
ok "evaluate says that a model is cut" "$t evaluate $d/t.sucref --in $d/x.u8 | head -n 1 |
    grep -q '^cut: 2 of 4 stops are there, and the last one is stop 1 here'"
ok "a single output is read as a number and as a class" "$t evaluate $m --in $d/x.u8 >$d/ev &&
    grep -q '^the output is read as a number, and as a class' $d/ev && grep -q \
    '^stop 1: off the last stop by [1-9.][0-9.]* on average, at most [1-9][0-9]* steps, [0-9.]* % as the last' $d/ev &&
    grep -q ': off the last stop by 0 on average, at most 0 steps, 100.00 % as' $d/ev"
# outputs as numbers: good.npz has 3 inputs and 4 outputs, same3.npz answers its three inputs
npy() { # FILE SHAPE FLOATS.. as octal: float32
    f=$1; printf '\223NUMPY\1\0\166\0%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': $2, }" >$f
    shift 2; printf '%b' "$@" >>$f
}
one_f='\0\0\0200\077'; half_f='\0\0\0\077'; zero_f='\0\0\0\0'; nan_f='\0\0\0300\0177'; two_f='\0\0\0\0100'
printf '\377\0\0\0\377\0' >$d/two3.u8
npy $d/two3.npy '(2, 3)' $one_f $zero_f $half_f $zero_f $one_f $zero_f
npy $d/nan3.npy '(2, 3)' $one_f $nan_f $half_f $zero_f $one_f $zero_f
npy $d/class2.npy '(2,)' $zero_f $two_f; npy $d/hot.npy '(2, 3)' $one_f $zero_f $zero_f $zero_f $one_f $zero_f
npy $d/half2.npy '(2, 1)' $zero_f $half_f
e3="$t evaluate $d/s3 --in $d/two3.u8"
ok "evaluate: as many outputs as inputs are numbers, with --labels classes" "$e3 >$d/ev &&
    grep -q '^outputs are read as numbers: as many as inputs' $d/ev &&
    grep -q '^stop 1: off the last stop by 0 on average, at most 0, multiply-adds' $d/ev && ! grep -q '% as' $d/ev &&
    $e3 --labels $d/class2.npy >$d/ev && grep -q '^outputs are read as classes: the largest of 3 (' $d/ev &&
    grep -q '^stop 1: 50.00 % right, 100.00 % as the last stop, ' $d/ev"
ok "evaluate --targets: errors as counted by hand" "$e3 --targets $d/two3.npy >$d/ev &&
    grep -q '^outputs are read as numbers, beside --targets' $d/ev &&
    grep -q '^stop 1: off the targets by 0.08.* on average, at most 0.5, multiply-adds' $d/ev && ! grep -q '% r' $d/ev"
no "are classes, --targets real values: take one" $e3 --targets $d/two3.npy --labels $d/class2.npy
no "targets are real values in a .npy, a row of 3" $e3 --targets $d/two3.u8
no "2 targets for 2 samples of 3 outputs" $e3 --targets $d/class2.npy
no "NaN or infinity" $e3 --targets $d/nan3.npy
no "does not know what its outputs stand for" $t evaluate $m --in $d/x.u8 --targets $d/two3.npy
no "6 labels for 2 samples; are they one-hot rows" $e3 --labels $d/hot.npy
no "from 0 to 2, not 0.5 as of sample 1 (real values .* --targets" $e3 --labels $d/half2.npy
printf '\0\0\10\1\0\0\0\2\0\1' >$d/idx; gzip -c $d/class2.npy >$d/y.gz; printf 'ab\n' >$d/ab.txt; printf 'c\n' >$d/c.txt
no "10 labels for 2 samples; it is an IDX file, with a header: tail -c +9" $e3 --labels $d/idx
no "3 labels for 2 samples; it is text of 1 line; --labels is a class .* --names of" $e3 --labels $d/ab.txt
no "not 99 as of sample 0; it is text of 1 line: names of the outputs are --names" $e3 --labels $d/c.txt
no "compressed: gzip -dc" $e3 --labels $d/y.gz
no "is for: calibrate evaluate plan quantize import (see sucref help run)" $t run $m --labels $d/zero10
no "evaluate has no option --names, which is for: quantize import" $e3 --names $d/animals.txt
no "it is no text; --names is a text, a line for each output (classes" $q --names $d/six.u8
no "it is a NumPy array.*; --names is a text" $q --names $d/class2.npy
no "names is given twice" $q --names $d/names.txt --names $d/names.txt
ok "--labels of quantize is --names, as before" "$q --names $d/names.txt && cp $d/u.sucref $d/u1 &&
    $q --labels $d/names.txt && cmp $d/u1 $d/u.sucref"
no "labels for 150 samples" $t evaluate $w --in $nx --labels $d/one.u8
first 150 $nx >$d/labels
no "labels must be classes from 0 to 4" $t evaluate $w --in $nx --labels $d/labels
for i in 1 2 3 4 5 6 7; do : "$i"; cat $d/one.u8 $d/one.u8 $d/one.u8 $d/one.u8 $d/one.u8; done >$d/few.u8
cat $d/few.u8 $d/few.u8 $d/few.u8 $d/few.u8 >$d/hundred.u8
ok "outputs that are no classes are told" \
    "$t calibrate $m --in $d/hundred.u8 -o $d/y --max-disagree 0.1 2>&1 >/dev/null | grep -q 'are one class'"
# nothing that is read is written over, but a model by the one made of it
cp $d/x.u8 $d/r.u8; cp $n $d/r.npz; cp $m $d/r.sucref; cp $m44 $d/r1
[ -n "${LIST:-}" ] || cp $a/stream.tflite $d/r.tflite
ln -sf r.u8 $d/link.u8
cp ${h}_maps.npz $d/r2.npz; cp $h.sucref $d/rh1
w_over() { no "would overwrite .*, which is read" "$@"; }
w_over $t run $w --in $nx --out $nx
w_over $t run $d/r.sucref --in $d/r.u8 --out $d/r.sucref
w_over $t calibrate $d/r.sucref --in $d/r.u8 -o $d/r.u8
w_over $t calibrate $d/r.sucref --in $d/r.u8 -o $d/link.u8
w_over $t calibrate $d/r.sucref --in $d/r.u8 --labels $d/zero10 -o $d/zero10
w_over $t quantize $d/r.npz $is -o $d/r.npz
w_over $t quantize $d/r.npz $is --calibrate $d/r.u8 -o $d/r.u8
w_over $t quantize $d/r.npz $is --names $d/names.txt -o $d/names.txt
w_over $t import $d/r.tflite -o $d/r.tflite
w_over $t emit-c $d/r.sucref -o $d/r.sucref
w_over $t repurpose $d/r.npz --devices 2 --eta2 1 -o $d/r.npz
w_over $t repurpose $d/r.npz --devices 2 --eta2 1 -o $d/y --maps $d/r.npz
w_over $t repurpose $d/r.npz --devices 2 --eta2 1 -o $d/y --owners $a/real784.npy --maps $a/real784.npy
no "and --maps are one file" $t repurpose $d/r.npz --devices 2 --eta2 1 -o $d/y --maps $d/y
w_over $t split $d/r1 --devices 2 --parity 0 -o $d/r%d
w_over $t split $d/rh1 --devices 2 --exchange ${h}_maps.npz -o $d/rh%d
w_over $t split $h.sucref --devices 2 --exchange $d/r2.npz -o $d/r%d.npz
ok "all of these are as they were, and no part was written" "cmp $d/x.u8 $d/r.u8 && cmp $n $d/r.npz &&
    cmp $a/stream.tflite $d/r.tflite && cmp $m $d/r.sucref && cmp $m44 $d/r1 && cmp ${h}_maps.npz $d/r2.npz &&
    cmp $h.sucref $d/rh1 && [ ! -e $d/r0 ] && [ ! -e $d/rh0 ] && [ ! -e $d/r0.npz ]"
ok "calibrate and retarget in place" "$t calibrate $d/r.sucref --in $d/x.u8 -o $d/r.sucref && cp $w8 $d/r8 &&
    $t retarget $d/r8 --target m4 -o $d/r8 && $t info $d/r8 | grep -q DSP && $t info $d/r.sucref | grep -q '4 of 4'"
# outputs
few="rm -rf $d/few && mkdir $d/few && cp $m $d/few/kept"
ok "output = input" "cp $m $d/same && $t truncate $d/same --stops 2 -o $d/same && $t info $d/same |
    grep -q '2 of 4 stops'"
ok "a refusal leaves the old output" "cp $m $d/kept && ! $t truncate $m --stops 9 -o $d/kept 2>/dev/null &&
    cmp $m $d/kept"
ok "a full disk leaves the old output and no other file" \
    "$few && ! (ulimit -f 1; trap '' XFSZ; $t quantize $n -o $d/few/kept $is) 2>/dev/null &&
    cmp $m $d/few/kept && [ \$(ls $d/few) = kept ]"
ok "an interrupt leaves the old output and no other file" "$few && cp $d/x.u8 $d/many.u8 &&
    for i in 1 2 3 4 5 6 7 8 9; do cat $d/many.u8 $d/many.u8 >$d/more.u8; mv $d/more.u8 $d/many.u8; done
    $t run $m --in $d/many.u8 --out $d/few/kept & p=\$!
    while [ \$(ls $d/few | wc -l) = 1 ] && kill -0 \$p; do :; done
    kill -INT \$p; kill -TERM \$p; wait \$p
    [ \$? -gt 128 ] && cmp $m $d/few/kept && [ \$(ls $d/few) = kept ]"
ok "the mode of a file stays" "cp $m $d/mode && chmod 640 $d/mode && $t truncate $m --stops 2 -o $d/mode &&
    [ \$(ls -l $d/mode | cut -c1-10) = -rw-r----- ]"
ok "a link stays a link" "cp $m $d/aim && ln -sf aim $d/link && $t truncate $m --stops 2 -o $d/link &&
    [ -h $d/link ] && $t info $d/aim | grep -q '2 of 4'"
# heads by depth
hn=$a/heads_net.sucref; hx=$a/heads_net.s8; hc="$t calibrate $hn --in $hx -o $d/hd"
ok "calibrate --heads: stops by depth, the last one as it was" "$hc --heads 3 >$d/hd.txt &&
    grep -q '^stop 0: behind layer 0 (convolution, 6x6x8), .* means of' $d/hd.txt &&
    grep -q '^no tensor of its own for a head at 0.75' $d/hd.txt && grep -q '^of 300 samples that no head' $d/hd.txt &&
    grep -q '^stop 1: layer 6 answers, .* % as the last stop' $d/hd.txt &&
    $t run $hn --in $hx --out $d/h1 && $t run $d/hd --in $hx --out $d/h2 && cmp $d/h1 $d/h2 &&
    $t run $hn --in $hx --out $d/h1 --logits && $t run $d/hd --in $hx --out $d/h2 --logits && cmp $d/h1 $d/h2"
ok "info and evaluate say which layer answers" "$t info $d/hd | grep -q '^stop 0: layer 2 answers, input bits 8' &&
    $t evaluate $d/hd --in $hx | grep -q '^stop 2: layer 9 answers, 100.00 %'"
ok "calibrate --heads finds exits, run leaves" "$hc --heads-at 0,2 --head-grid 2 --max-disagree .3 >$d/hd.txt &&
    grep -q 'means of 2 x 2 parts, 5 x 32' $d/hd.txt && grep -q '^with exit: on average multiply-adds' $d/hd.txt &&
    $t run $d/hd --in $hx --out $d/h3 --exit margin | grep -q '; multiply-adds: 0'"
ok "exits of heads are found again" "$t calibrate $d/hd --in $hx -o $d/hd2 --max-disagree .2 | grep -q 'risk <= 0.20' &&
    $t run $d/hd --in $hx --out $d/h1 --stop 0 --logits && $t run $d/hd2 --in $hx --out $d/h2 --stop 0 --logits &&
    cmp $d/h1 $d/h2"
ok "a model cut behind a head answers by it" "$t truncate $d/hd --stops 1 -o $d/hd1 &&
    $t run $d/hd1 --in $hx --out $d/h2 --logits && cmp $d/h1 $d/h2"
ok "plan tries heads where layers are convolutions" "$t plan $hn --in $hx --risk .2 >$d/hd.txt &&
    grep -q '^heads 2 ' $d/hd.txt && grep -q 'bits were not tried' $d/hd.txt && grep -q '^recommended: ' $d/hd.txt &&
    $t plan $d/hd --in $hx | grep -q '^its last stop alone'"
no "heads: it has stops already" $t calibrate $d/hd --in $hx -o $d/y --heads 1
no "heads must be a number from 1 to 15" $hc --heads 16
no "heads must be up to" $hc --heads .5,.2
no "heads-at must be up to 15 rising layers" $hc --heads-at 2,1
no "heads-at must be up to 15 rising layers" $hc --heads-at 6
no "heads-at: layer 5 has no output" $hc --heads-at 5
no "say the same: take one" $hc --heads 1 --heads-at 1
no "heads goes with none of" $hc --heads 1 --quiet .1
no "head-grid needs" $hc --head-grid 2
no "head-grid must be" $hc --heads 1 --head-grid 0
no "no dense layer .* calibrate without --heads needs; it has one stop: --heads 3 adds" $hc --max-disagree .1
no "calibrate --rows needs; it has one stop: --heads 3 adds" $hc --rows .5
no "dense models without heads" $t calibrate $d/hd --in $hx -o $d/y --max-disagree .1 --quiet .1
no "for chains of dense layers; of other models plan tries heads" $t plan $hn --in $hx --rows .5
ok "split: convolutions by output channels, their parts are networks" \
    "$t split $hn --devices 3 --parity 1 -o $d/ch%d.sucref >$d/split.txt && [ ! -e $d/ch4.sucref ] &&
    grep -q 'layer 1: channels 3 3 2 of 72 inputs, 36 positions in 1 message, |sum| < ' $d/split.txt &&
    grep -q '^an answer: 16 inputs .* with 2944 bytes, 16 messages from them with 4672' $d/split.txt &&
    $t info $d/ch2.sucref | grep -q '12x12x1, 6x6x2 ' && $t info $d/ch3.sucref | grep -q '6x6x8, 6x6x6 ' &&
    cp $hx $d/ch.u8 && $t run $d/ch0.sucref --in $d/ch.u8 --out $d/h1 --logits && [ -s $d/h1 ]"
ok "split: what has too few rows is the master's" "$t split $hn --devices 9 --parity 0 --rates 1,1,1,1,1,1,1,1,2 \
    -o $d/cm%d.sucref >$d/split.txt && grep -q 'layer 0: the master.s, too few rows' $d/split.txt &&
    grep -q 'layer 3: channels 2 2 2 2 2 1 1 1 3 of' $d/split.txt"
no "convolutions are split in models of one" $t split $d/hd --devices 2 --parity 0 -o $d/y%d
no "no layer has as many channels" $t split $hn --devices 16 --parity 0 -o $d/y%d \
    --rates 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,99
no "protect is for chains" $t split $hn --devices 2 --parity 1 --protect 1 -o $d/y%d
ok "pictures refuses a model without channels for so many devices" \
    "$CC -std=c99 -O0 examples/cluster/pictures.c -o $d/pictures $LDLIBS &&
    $t quantize $a/good.npz -o $d/g8 $is --plan 8 && ! $d/pictures $d/g8 8 >$d/made 2>$d/err &&
    [ ! -s $d/made ] && [ \$(wc -l <$d/err) = 1 ] &&
    grep -q 'g8: no layer has channels for so many devices' $d/err"
. examples/training/data.sh
mi=mnist/train-images-idx3-ubyte.gz; mr=wild/86959f76.tflite; dm=; dw=
if [ -n "${LIST:-}" ] || { dm=$(data_dir $mi 2>$d/missing) && dw=$(data_dir $mr 2>$d/missing); }; then
    [ -n "${LIST:-}" ] || gzip -dc "$dm/$mi" | tail -c +17 | head -c 2352000 |
        LC_ALL=C tr '\000-\377' '\200-\377\000-\177' >$d/mnist.s8
    ok "mnist_resnet_q: nine in ten answers at a third of the work, the last stop as it was" \
        "$t import $dw/$mr -o $d/mr && $t calibrate $d/mr --heads 3 --in $d/mnist.s8 -o $d/mrh >$d/hd.txt &&
        grep -q '^stop 0: layer 3 answers, 9[0-9].* (0.30[0-9] of one-shot)' $d/hd.txt &&
        $t run $d/mr --in $d/mnist.s8 --out $d/h1 && $t run $d/mrh --in $d/mnist.s8 --out $d/h2 && cmp $d/h1 $d/h2"
else skip "$(cat $d/missing)"; fi
s="$t import $a/stream.tflite -o $d/stream.sucref"
ok "a streaming network is imported and answers as the reference does" "$s >$d/made && grep -q convolution $d/made &&
    $t run $d/stream.sucref --in $a/stream.s8 --out $d/stream.out >$d/ran && cmp $d/stream.out $a/stream.out"
ok "info and emit-c show it" "$t info $d/stream.sucref | grep -q '(state)' &&
    $t emit-c $d/stream.sucref -o $d/stream.h && grep -q 'STREAM_STOPS 1U' $d/stream.h"
no "keeps state between inputs: it has one stop" $s --plan 4,4
no "nothing to calibrate" $t calibrate $d/stream.sucref \
    --in $a/stream.s8 -o $d/y
ok "split: a streaming network, its states at the master" \
    "$t split $d/stream.sucref --devices 2 --parity 0 -o $d/shard%d >$d/split.txt &&
    grep -q '^layer .*: channels' $d/split.txt"
no "as split --exchange needs" $t split $d/stream.sucref --devices 2 --exchange ${h}_maps.npz -o $d/shard%d
no "there is nothing to plan" $t plan $d/stream.sucref --in $a/stream.s8 --core m0
r="$t import $a/real.tflite -o $d/real.sucref"
ok "a float model is quantized with samples, and how well is said" "$r --calibrate $a/real_samples.npy >$d/made &&
    grep -q 'on 5 samples, the ones it was fitted to, outputs are off the float model' $d/made &&
    $t info $d/real.sucref | grep -q depthwise"
no "a float model, or a float part of one; add --calibrate samples.npy" $r
cat $a/real.tflite $a/labels5.zip >$d/named.tflite; cat $a/real.tflite $a/labels4.zip >$d/odd.tflite
ok "labels of the archive behind a model are kept, those that do not fit are warned of" \
    "$t import $d/named.tflite -o $d/named --calibrate $a/real_samples.npy | grep -q 'labels.txt in it names the out' &&
    $t info $d/named | grep -q '^output 4: e$' && $t import $d/odd.tflite -o $d/odd --calibrate $a/real_samples.npy \
    2>&1 >/dev/null | grep -q 'labels.txt in it has 4 lines, the model has 5 .*; the outputs stay without names' &&
    ! $t info $d/odd | grep -q '^output 0' && cmp $d/odd $d/real.sucref && printf '1\n2\n3\n4\n5\n' >$d/five.txt &&
    $t import $d/named.tflite -o $d/named --calibrate $a/real_samples.npy --names $d/five.txt &&
    $t info $d/named | grep -q '^output 4: 5$'"
no "in a .npy" $r --calibrate $d/x.s8
no "its shape does not hold inputs of 200 values" $r --calibrate $a/real.npy
ok "import --ranges: all values is the default, others make other models" \
    "for k in minmax percentile percentile=90 error; do $t import $a/real.tflite -o $d/real_\$k \
    --calibrate $a/real_samples.npy --ranges \$k >$d/made || exit 1; done && cmp $d/real.sucref $d/real_minmax &&
    ! cmp -s $d/real_minmax $d/real_percentile=90 && ! cmp -s $d/real_percentile $d/real_percentile=90"
ok "quantize --ranges" "for k in minmax percentile=90 error; do $t quantize $n -o $d/ranges_\$k $is \
    --calibrate $d/x.u8 --ranges \$k >$d/made || exit 1; done && ! cmp -s $d/ranges_minmax $d/ranges_percentile=90"
no "ranges needs --calibrate" $t quantize $n -o $d/y $is --ranges error
no "ranges needs --calibrate" $t import $a/real.tflite -o $d/y --ranges error
no "ranges must be" $r --calibrate $a/real_samples.npy --ranges most
no "ranges percentile must be" $r --calibrate $a/real_samples.npy --ranges percentile=20
no "ranges percentile must be" $r --calibrate $a/real_samples.npy --ranges percentile=
no "is no float model: .* leave out --calibrate" $s --calibrate $d/x.s8
no "is no float model: its input, tensor [0-9]*, is of integers already; leave out --calibrate" \
    $s --calibrate $a/real_samples.npy
c="$t quantize $a/conv.npz -o $d/conv.sucref $is"; cn="$t quantize $a/conv_nested.npz -o $d/cn.sucref $is"
ok "convolutions are quantized, and how often the class stays is said" "$c --calibrate $a/conv.u8 >$d/made &&
    grep -q '1 dense, 1 convolution), 9 inputs, 2 outputs, 1 stop' $d/made &&
    grep -q 'stop 0: the class is the float network.s on [0-9]* of 1000 samples' $d/made &&
    $t info $d/conv.sucref | grep -q convolution"
ok "what pruning drops is said layer by layer" \
    "$t quantize $a/conv_dead.npz -o $d/dead $is --calibrate $a/conv.u8 >$d/made &&
    grep -q 'layer 0 (operator 1: row of ops): 2 of 5 channels dropped, and 0 of 3 that it reads: 36 of 60' $d/made &&
    grep -q ' 0 of 2 channels dropped, and 2 of 5 that it reads: 24 of 40 .* and 24 of 40 weight bytes' $d/made &&
    grep -q '2 of 10 channels dropped, .*: 60 of 100 multiply-adds and 33 of 55 weight bytes are left' $d/made"
ok "groups of channels come stop by stop" "$cn --calibrate $a/conv.u8 >$d/made && grep -q '3 stops' $d/made &&
    grep -q 'stop 2: the class is' $d/made && cp $d/cn.sucref $d/cn3 &&
    $cn --calibrate $a/conv.u8 --schedule 8/8,8/8,8,8 && cmp $d/cn.sucref $d/cn3 &&
    $t emit-c $d/cn3 -o $d/cn.h && grep -q 'CN_STOPS 3U' $d/cn.h"
ok "exit rules of convolutions leave the stops as they are" "$t calibrate $d/cn3 --in $a/conv.u8 --max-disagree 0.1 \
    -o $d/cn4 && $t run $d/cn4 --in $a/conv.u8 --out $d/y4 --logits --stop 1 >$d/ran &&
    $t run $d/cn3 --in $a/conv.u8 --out $d/y3 --logits --stop 1 >$d/ran && cmp $d/y3 $d/y4 &&
    $t evaluate $d/cn4 --in $a/conv.u8 | grep -q 'with exit'"
ok "convolutions may end in a softmax" "$c --calibrate $a/conv.u8 --output softmax | grep -q softmax"
ok "bits of convolutions, with a warning of one line" "$c --calibrate $a/conv.u8 --plan 4,4 >$d/made 2>$d/err &&
    grep -q '2 stops' $d/made && [ \$(wc -l <$d/err) = 1 ] &&
    grep -q 'plan 4,4: .* save bytes, .* sucref plan' $d/err &&
    $c --calibrate $a/conv.u8 2>$d/err && [ ! -s $d/err ] && $r --plan 4,4 --every-layer --calibrate \
    $a/real_samples.npy 2>&1 | grep -q 'warning: --plan 4,4: of convolutions bits save bytes'"
no "convolutions needs --calibrate" $c
no "says where a ReLU is" $c --calibrate $a/conv.u8 --act relu6
no "are for dense layers" $c --calibrate $a/conv.u8 --clip 1
no "must be none or softmax" $c --calibrate $a/conv.u8 --output tanh
no "has no groups of channels" $c --calibrate $a/conv.u8 --schedule 8
no "have 8 bits at every stop" $cn --calibrate $a/conv.u8 --plan 4,4
no "the last stop has 8 bits of every group" $cn --calibrate $a/conv.u8 --schedule 8/8,8
no "bits that the plan does not give" $cn --calibrate $a/conv.u8 --schedule 4/8,8/8,8,8
no "heads needs; --max-disagree alone finds exit rules" $t calibrate $d/cn3 --in $a/conv.u8 -o $d/y
no "are for dense models without heads" $t calibrate $d/cn3 --in $a/conv.u8 -o $d/y --max-disagree 0.1 --quiet 0.1
if [ -c /dev/full ] || [ -n "${LIST:-}" ]; then
    no "standard output" sh -c "exec $t info $m >/dev/full"
    no "cannot be written" $t truncate $m --stops 2 -o /dev/full
else skip "a full device (no /dev/full)" 2; fi
[ -n "${LIST:-}" ] || report tool
