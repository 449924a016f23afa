#!/bin/sh
# conv.sh DIR - the residual networks of examples/models in int8, plain, with heads by depth that were fitted to the
# plain one's outputs, and nested in groups of channels, on the Fashion-MNIST test pictures: accuracy and multiply-adds
# by stop, and with exit rules of a risk of 0.002 (three minutes)
set -u
# shellcheck source=examples/training/data.sh
. examples/training/data.sh
d=$1; t=./build/sucref; m=examples/models; mkdir -p "$d"
raw() { # file of the set, bytes of its head, what to write
    x=fashion-mnist/$1
    if from=$(data_dir "$x" 2>/dev/null); then tail -c +$(($2 + 1)) "$from/$x" >"$3"
    else from=$(data_dir "$x.gz") || exit 2; gzip -dc "$from/$x.gz" | tail -c +$(($2 + 1)) >"$3"
    fi
}
raw train-images-idx3-ubyte $((16 + 784 * 50000)) "$d/val.u8"
raw t10k-images-idx3-ubyte 16 "$d/test.u8"
raw t10k-labels-idx1-ubyte 8 "$d/labels.u8"
dd if="$d/val.u8" of="$d/ranges.u8" bs=784 count=1000 2>/dev/null
for n in residual residual_nested; do
    $t quantize $m/$n.npz --calibrate "$d/ranges.u8" --input-scale 1/255 -o "$d/$n.sucref" || exit 2
done
$t calibrate "$d/residual_nested.sucref" --in "$d/val.u8" --max-disagree 0.002 -o "$d/exits.sucref" || exit 2
$t calibrate "$d/residual.sucref" --heads-at 0,1,3,4 --in "$d/val.u8" --max-disagree 0.002 -o "$d/heads.sucref" ||
    exit 2
for n in residual heads exits; do
    echo "$n:"
    $t evaluate "$d/$n.sucref" --in "$d/test.u8" --labels "$d/labels.u8" || exit 2
done
