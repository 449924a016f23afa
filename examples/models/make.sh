# make.sh - trains the networks of examples/models again (minutes on one core; needs the MNIST files) and quantizes them
d=examples/models; t=./build/train_digits; q=./build/sucref; c=build/calibrate.u8
[ "$1" = quantize ] || {
    for s in 0 1 2 3 4; do $t even plain $s $d/even$s.npz || exit 2; done
    $t even nested 0 $d/even_nested.npz && $t digits plain 3 $d/digits.npz && $t digits nested 3 $d/digits_nested.npz && $t digits centred 3 $d/digits_centred.npz && $t fashion plain 3 $d/fashion.npz && $t fashion nested 3 $d/fashion_nested.npz && $t small nested 3 $d/small_nested.npz || exit 2
}
dir=${SUCREF_DATA:-}; [ -n "$dir" ] || for dir in data ../shared/data; do [ -d $dir/mnist ] && break; done
# the first 4,000 validation pictures: 16 bytes of header, then 50,000 to train on
x=$dir/mnist/train-images-idx3-ubyte
{ if [ -f $x ]; then cat $x; else gzip -dc $x.gz; fi; } 2>/dev/null | tail -c +$((17 + 50000 * 784)) | head -c $((4000 * 784)) >$c
[ "$(wc -c <$c)" = $((4000 * 784)) ] || { echo "make.sh: no MNIST files in \$SUCREF_DATA, data/ or ../shared/data"; exit 2; }
one() { $q quantize $d/$1.npz -o $d/$2.sucref --plan $3 --input-scale 1/255 --calibrate $c --clip 1 --keep || exit 2; }
one digits_nested digits 1,1,2,4
one digits_nested digits_44 4,4
one even_nested even 1,1,2,4
one small_nested small_44 4,4
