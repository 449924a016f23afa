#!/bin/sh
# mcu.sh - exact instruction counts on every emulated core found: one layer, stop by stop, and whole networks
# into build/bench-mcu.csv, vector frames into build/bench-mcu-vec.csv, recovery into build/bench-mcu-parity.csv,
# coding across inputs into build/bench-mcu-mix.csv, networks by kinds of layers into build/bench-mcu-kinds.csv; what
# steps spend and how deep they go into build/bench-mcu-steps.csv, layers on the worst inputs into
# build/bench-mcu-worst.csv, some rows compiled otherwise into build/bench-mcu-os.csv and others, and what follows from
# all that into build/bench-mcu-ratios.csv.
# Digests are compared with the host's.
# shellcheck disable=SC2086 # lists of cores and flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/counts; mkdir -p $d
# shellcheck source=tests/boards_lib.sh
. tests/boards_lib.sh
# shellcheck source=bench/nets_lib.sh
. bench/nets_lib.sh
# shellcheck source=bench/kinds_lib.sh
. bench/kinds_lib.sh
# shellcheck source=bench/more_lib.sh
. bench/more_lib.sh
if [ -n "${QUICK:-}" ]; then # layers and networks only
    in_variants() { :; }; steps() { :; }; worst_layers() { :; }; kinds() { :; }
fi
find_cores
[ -z "$cores" ] || $CC -O2 -shared -fPIC -o $d/icount.so bench/icount.c || exit 1
case $cores in *avr*) $CC -D_DEFAULT_SOURCE -O2 -o $d/avr_count bench/avr_count.c -lsimavr -lelf 2>/dev/null ||
    { skip "counting on AVR (Debian: libsimavr-dev libelf-dev)"; cores=${cores%avr}; } ;; esac
counted() { # core, name, sources and flags: output and counts in $o; $exact says whether the digest is $want
    core=$1; o=$d/$2_$1.out; elf=$d/$2_$1; how=build; shift 2
    case $1 in *mcu_layer.c|*mcu_net.c|*mcu_kinds.c) how=build_case ;; esac
    : >$o
    PLUGIN="-plugin $d/icount.so"
    $how $core $elf "$@" && run $core $elf >$o 2>&1 # a semihosted board writes to stderr
    PLUGIN=""
    exact=0
    if [ -n "$want" ] && [ "$(digest <$o)" = "$want" ]; then exact=1; passed=$((passed + 1))
    else fail "$elf: digest '$(digest <$o)', host '$want'"; fi
}
wanted() { # name, sources and flags: the host's digest
    name=$1; how=build; shift
    case $1 in *mcu_layer.c|*mcu_net.c|*mcu_kinds.c) how=build_case ;; esac
    $how host $d/${name}_host "$@" && want=$(run host $d/${name}_host | digest)
}
rows() { # csv, names of the counts, their divisors: a line for each COUNT
    awk -v core=$core -v exact=$exact -v csv=$1 -v names="$2" -v by="$3" '
        BEGIN { most = split(names, what); split(by, n) }
        END { if (k != most) { print "FAIL " k " counts of " most " on " core; exit 1 } }
        /^COUNT/ {
            k++
            printf "%s,%s,%d,%d,%.1f,%d\n", core, what[k], $3, n[k], $3 / n[k], exact >>csv
            printf "%-4s %-14s %9d instructions, %6.1f each, exact %d\n", core, what[k], $3, $3 / n[k], exact
        }' $o || failed=$((failed + 1))
}

csv=build/bench-mcu-vec.csv
echo "core,what,instructions,values,each,exact" >$csv
wanted vec bench/mcu_vec.c
for c in $cores; do # 256 numbers of the generator, then 1024 values a frame
    counted $c vec bench/mcu_vec.c
    rows $csv "generator encode-Z encode-D4 encode-sparse" "256 1024 1024 1024"
done
csv=build/bench-mcu-parity.csv
echo "core,what,instructions,outputs,each,exact" >$csv
wanted parity bench/mcu_parity.c
for c in $cores; do # one of four shards lost, then two of eight
    counted $c parity bench/mcu_parity.c
    rows $csv "plan-1of4 recover-1of4 plan-2of8 recover-2of8" "1 128 1 256"
done
csv=build/bench-mcu-mix.csv
echo "core,what,instructions,values,each,exact" >$csv
wanted mix bench/mcu_mix.c
for c in $cores; do # any 2 of 3 workers, then any 4 of 6
    counted $c mix bench/mcu_mix.c
    rows $csv "encode-2of3 plan-2of3 decode-2of3 encode-4of6 plan-4of6 decode-4of6" "784 1 100 784 1 100"
done

layer() { # plan rows cols input: a model for each layout, their headers, the host's digest, the cost that `info` tells
    ./build/mcu_gen layer $1 $2 $3 $d/plain.sucref $d/layer.u8 $4 &&
        ./build/sucref retarget $d/plain.sucref --target dsp -o $d/dsp.sucref >/dev/null &&
        ./build/sucref retarget $d/plain.sucref --target mve -o $d/mve.sucref >/dev/null || exit 1
    for target in dsp mve plain; do
        ./build/sucref emit-c $d/$target.sucref -o $d/$target.h --name net >/dev/null || exit 1
    done
    pack $d/layer.u8 "$(wc -c <$d/layer.u8)" 65535 >$d/inputs.h
    wanted layer bench/mcu_layer.c -DMODEL_H='"plain.h"' -DINPUTS_H='"inputs.h"'
    ./build/sucref info $d/plain.sucref |
        sed -n 's/.*at most \([0-9]*\) multiply-adds and \([0-9]*\) weight bytes.*/\1 \2/p' >$d/layer.cost
}
measure() { # core plan rows cols input
    counted $1 layer bench/mcu_layer.c -DMODEL_H="\"$(target_of $1).h\"" -DINPUTS_H='"inputs.h"'
    kernel=pairs; [ $1 != avr ] || kernel=quads
    case $(target_of $1) in dsp) kernel=halves ;; mve) kernel=rows ;; esac
    awk -v core=$core -v plan="$2" -v rows=$3 -v cols=$4 -v exact=$exact -v input=$5 -v csv=$layer_csv \
        -v kernel=$kernel -v scratch="$(sed -n 's/.*scratch \([0-9]*\).*/\1/p' $o)" '
        function row(stage, n, macs, bytes, cycles) { # cycles: where they are counted, too
            printf "%s,%s,\"%s\",%d,%d,%s,%d,%d,%d,%d,%d,%s\n", core, kernel, plan, cols, rows, stage, n, macs, bytes,
                scratch, exact, input >>csv
            printf "%-4s %-8s %4d x %-4d %-8s %9d instructions, %6.3f each, exact %d, %s%s\n", core, plan, rows,
                cols, stage, n, n / (rows * cols), exact, input,
                cycles ? sprintf(", %.2f cycles each", cycles / (rows * cols)) : "" }
        FILENAME ~ /cost$/ { macs[FNR] = $1; bytes[FNR] = $2; stops = FNR; next }
        /^COUNT/ { n[++k] = $3; taken[k] = $4 }
        END {
            if (k != stops + 1) { print "FAIL " k " counts of " stops + 1 " on " core; exit 1 }
            for (i = 1; i <= stops; i++) {
                row(i, n[i], macs[i] - macs[i-1], bytes[i] - bytes[i-1], taken[i]); sum += n[i]
            }
            row("sum", sum, macs[stops], bytes[stops])
            coarse = plan ~ /\+/
            row("oneshot", n[stops + 1], (coarse ? 1 : stops) * rows * cols, bytes[stops] - (coarse ? bytes[1] : 0),
                taken[stops + 1])
        }' $d/layer.cost $o || failed=$((failed + 1))
    [ -n "$VARIANT" ] || stepped ${4}x$3 $2 $5
}
layer_csv=build/bench-mcu.csv
start_csvs
layers() { # plan, inputs, rows, columns, cores, variants that count them, too
    for kind in $2; do
        layer $1 $3 $4 $kind
        for c in $5; do measure $c $1 $3 $4 $kind; done
        in_variants "${6:-}" "$5" measure $1 $3 $4 $kind
    done
}
others=${cores%avr} # objects end at 32,767 bytes there
all="$others $more_cores"
if [ -n "$others" ]; then
    layers 8 "relu random" 128 784 "$all" "os no-builtin freestanding c"
    layers 8 "centred full" 128 784 "$all" "os c"
    layers 4,4 relu 128 784 "$all" "os no-builtin freestanding c"
    layers 4,4 "centred full random" 128 784 "$all" os
    for plan in 2+8 2,2,2,2; do layers $plan relu 128 784 "$others"; done
    for shape in "20 784" "256 256" "64 1024"; do layers 8 "relu centred full random" $shape "$all"; done
    layer_csv=/dev/null
    layers 8 zeros 128 784 "$all" # for the budget alone
    layer_csv=build/bench-mcu.csv
    worst_layers
fi
case $cores in *avr*)
    for plan in 8 4,4; do layers $plan "relu centred full random" 20 784 avr "os c"; done
    layers 2,2,2,2 relu 20 784 avr
    layers 8 "relu centred full random" 24 256 avr
    layer_csv=/dev/null
    layers 8 zeros 20 784 avr
    layer_csv=build/bench-mcu.csv
    layers 4,4 relu 24 256 avr ;;
esac

# whole networks, a line each: name, plan, inputs (bytes, one after the other), model
digits
m=examples/models
quantized $m/digits.npz 8
net plain 8 $d/digits.u8 $d/quantized.sucref
net widths 8 $d/digits.u8 $m/widths.sucref
net digits_44 4,4 $d/digits.u8 $m/digits_44.sucref
net digits 1,1,2,4 $d/digits.u8 $m/digits.sucref
quantized $m/small_nested.npz 8
net small 8 $d/digits.u8 $d/quantized.sucref # 784-20-10, fits ATmega too
net small_44 4,4 $d/digits.u8 $m/small_44.sucref
echo "core,network,kind,amount,instructions,each,stack_bytes,work_bytes,exact" >$kinds_csv
if ad01=$(data_dir tflite/ad01_int8.tflite 2>/dev/null) && [ -e "$ad01/golden/ad01_real_even.in.s8" ]; then
    cp "$ad01/golden/ad01_real_even.in.s8" $d/ad01.s8
    for plan in 8 4,4; do
        imported "$ad01/tflite/ad01_int8.tflite" $plan
        net ad01 $plan $d/ad01.s8 $d/imported.sucref
        [ $plan != 8 ] || kinds ad01 $d/ad01.s8 $d/imported.sucref
    done
else skip "ad01, a network of ten layers: no tflite/ad01_int8.tflite and golden/ here"; fi
if t=$(data_dir wild/aac77e76.tflite 2>/dev/null); then # of vibrations, on a PSoC
    imported "$t/wild/aac77e76.tflite" 8
    for kind in centred random; do
        generated $kind $d/psoc.s8 8
        net psoc 8 $d/psoc.s8 $d/imported.sucref "$more_cores" $kind
    done
else skip "psoc, a vibration model: no wild/aac77e76.tflite here"; fi
# convolutional networks: of MLPerf Tiny keyword spotting, image classification and visual wake words, and person_detect
pictures() { # name, .tflite, inputs, what these are
    if t=$(data_dir tflite/$2.tflite 2>/dev/null); then
        imported "$t/tflite/$2.tflite" 8
        net $1 8 $3 $d/imported.sucref "${more_cores:+m33 m55}" $4
        [ "$1 $4" = "kws real" ] || kinds $1 $3 $d/imported.sucref
    else skip "$1: no tflite/$2.tflite here"; return 1; fi
}
if g=$(data_dir golden/person_real.in.s8 2>/dev/null); then
    cp "$g/golden/person_real.in.s8" $d/person.s8
    head -c 1960 "$g/golden/kws_rand_a.in.s8" >$d/kws.s8 # random bytes, four of them
    ./build/mcu_gen colour $d/small_picture.s8 $d/person.s8 3 &&
        ./build/mcu_gen colour $d/large_picture.s8 $d/person.s8 1 || exit 1
    pictures kws kws_ref_model $d/kws.s8 random && steps kws "random centred full zeros" "os c"
    if k=$(data_dir inputs/kws.s8 2>/dev/null); then
        cp "$k/inputs/kws.s8" $d/real.s8
        pictures kws kws_ref_model $d/real.s8 real && steps kws real
    else skip "keyword spotting of real speech: no inputs/kws.s8 here"; fi
    pictures person person_detect $d/person.s8 real && steps person full
    pictures resnet8 pretrainedResnet_quant $d/small_picture.s8 real && steps resnet8 full
    pictures vww vww_96_int8 $d/large_picture.s8 real && steps vww full
else skip "four convolutional networks: no golden/ here"; fi
ratios
total
