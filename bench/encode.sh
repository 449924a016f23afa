#!/bin/sh
# encode.sh DIR - instructions of one batch of [AB]'s 784-1000-300-100-10 by what a worker sends, counted by valgrind,
# to DIR/encode.csv (five minutes), which is committed beside this script
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=$1; mkdir -p "$d"
have valgrind || { skip "encode (Debian: valgrind)"; total; exit; }
echo "batch,sender,instructions of a batch" >"$d/encode.new"
for batch in 256 128 64; do
    for way in plain qsgd isgq nested qcs1 d4 seide top; do
        n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured_batch \
            ./build/published "$d" --encode $way $batch 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
        [ "${n:-0}" -gt 0 ] || { echo "encode: valgrind could not count"; exit 1; }
        echo "$batch,$way,$n" | tee -a "$d/encode.new"
    done
done
mv "$d/encode.new" "$d/encode.csv"
