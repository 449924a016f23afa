#!/bin/sh
# make.sh [quantize] - trains the networks of examples/models again (minutes on one core; needs the MNIST files) and
# quantizes them; `quantize` only does the latter
set -u
# shellcheck source=examples/training/data.sh
. examples/training/data.sh
d=examples/models; t=./build/train_digits; w=./build/train_widths; q=./build/sucref; c=build/calibrate.u8
train() { $t "$1" "$2" "$3" "$d/$4.npz" || exit 2; } # network, how, seed, name
widths() { # set, schedule, seed, name, options
    out=$d/$4.npz; a="$1 $2 $3"; shift 4
    # shellcheck disable=SC2086 # three words in $a
    $w $a "$out" --teacher "build/teacher_${a%% *}.npz" "$@" || exit 2
}
conv() { # set, name, options
    out=$d/$2.npz; set_=$1; shift 2
    ./build/train_conv "$set_" "$out" "$@" || exit 2
}
if [ "${1:-}" != quantize ]; then
    for s in 0 1 2 3 4; do train even plain $s even$s; done
    train even nested 0 even_nested
    train digits plain 3 digits
    train digits nested 3 digits_nested
    train digits centred 3 digits_centred
    train fashion plain 3 fashion
    train fashion nested 3 fashion_nested
    train small nested 3 small_nested
    # two devices see the left and the right half of a picture, the first one answers
    row=0:14,1:14; four=$row,$row,$row,$row
    halves=$four,$four,$four,$four,$four,$four,$four
    $q repurpose $d/digits.npz --devices 2 --eta2 20,1 --relative --owners "$halves" --sizes 1,1/1,0 \
        -o build/halves_cut.npz --maps $d/halves_maps.npz || exit 2
    $t digits build/halves_cut.npz 3 build/halves.npz || exit 2
    widths mnist 128 2 plain
    widths mnist 32x196,32x392,96x784 2 widths --heads
    widths fashion-mnist 32x196,32x392,96x784 3 widths_fashion --heads --last labels
    widths mnist 32x196,32x392,192x784/32,32,64 2 widths_deep --heads
    conv mnist lenet --net lenet --epochs 8
    conv fashion-mnist residual --net residual
    conv fashion-mnist residual_nested --net residual --nested
fi
x=mnist/train-images-idx3-ubyte
if dir=$(data_dir $x 2>/dev/null); then idx=$dir/$x
else
    dir=$(data_dir $x.gz) || exit 2
    idx=build/calibrate.idx
    gzip -dc "$dir/$x.gz" >$idx
fi
# the first 4,000 validation pictures of 784 = 49 * 16 bytes: behind 16 bytes of header and 50,000 to train on
dd if="$idx" of=$c bs=16 skip=$((1 + 49 * 50000)) count=$((49 * 4000)) 2>/dev/null
[ "$(wc -c <$c)" = $((4000 * 784)) ] || { echo "make.sh: $idx holds too few pictures"; exit 2; }
one() { $q quantize $d/"$1".npz -o $d/"$2".sucref --plan "$3" \
    --input-scale 1/255 --calibrate $c --clip 1 --keep || exit 2; }
one digits_nested digits 1,1,2,4
one digits_nested digits_44 4,4
one even_nested even 1,1,2,4
one small_nested small_44 4,4
[ ! -e build/halves.npz ] || $q quantize build/halves.npz -o $d/halves.sucref --plan 8 --input-scale 1/255 \
    --calibrate $c || exit 2
# groups of neurons: all 10,000 validation pictures give the exit rules, of which the first 2,000 set the ranges
v=build/validation.u8; r=build/ranges.u8
dd if="$idx" of=$v bs=16 skip=$((1 + 49 * 50000)) count=$((49 * 10000)) 2>/dev/null
dd if=$v of=$r bs=784 count=2000 2>/dev/null
$q quantize $d/widths.npz -o build/widths_bare.sucref --input-scale 1/255 --calibrate $r || exit 2
$q calibrate build/widths_bare.sucref --in $v -o $d/widths.sucref --max-disagree 0.001 || exit 2
