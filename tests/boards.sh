#!/bin/sh
# boards.sh - the kernel tests, vector frames and the programs of examples/mcu on every emulated core found; their
# digests are compared with the host's, those of other people's networks with the reference's.
# shellcheck disable=SC2086,SC2154 # lists of cores are several words, boards_lib.sh sets them
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/boards; mkdir -p $d
# shellcheck source=tests/boards_lib.sh
. tests/boards_lib.sh
# shellcheck source=bench/nets_lib.sh
. bench/nets_lib.sh # pack
find_cores
ran() { # core, name, sources and flags: built and run, its output in $o; the output's digest in $got
    core=$1; o=$d/$2_$1.out; elf=$d/$2_$1; how=build; shift 2
    case $1 in bench/mcu_layer.c|bench/mcu_net.c|tests/mcu_kernels.c|tests/mcu_outputs.c) how=build_case ;; esac
    : >$o
    $how $core $elf "$@" && run $core $elf >$o 2>&1
    got=$(digest <$o)
}
verdict() { # what, digest, the host's
    if [ "$2" = "$3" ] && [ -n "$2" ]; then pass "$1: digest $2"; else fail "$1: digest '$2', host '$3'"; fi
}
kernels() { # core: models in the plain layout, and in that of its kind
    for k in $(printf '%s\n' plain "$(target_of $1)" | sort -u); do
        ./build/mcu_gen cases 16 $d/cases.h 0 $k || exit 1
        ran $1 kernels tests/mcu_kernels.c
        [ $1 = host ] && want_kernels=$got
        grep -q ' 0 failed' $o || got="tests failed: $(tail -n 1 $o)"
        verdict "kernel tests on $1, planes for $k" "$got" "$want_kernels"
        case $1 in avr) continue ;; m0) large_m0 ;; esac # more than a microbit's RAM
        ./build/mcu_gen maps 24 $d/cases.h 0 $k || exit 1
        ran $1 maps tests/mcu_kernels.c
        [ $1 = host ] && want_maps=$got
        grep -q ' 0 failed' $o || got="tests failed: $(tail -n 1 $o)"
        verdict "networks with tensors on $1, planes for $k" "$got" "$want_maps"
        small_m0
    done
}
one_stop() { # core: models of one stop by SUCREF_NO_STOPS, in the layout of its kind
    for n in 'cases 16' 'maps 24'; do
        case $1.$n in avr.maps*) continue ;; m0.maps*) large_m0 ;; esac
        ./build/mcu_gen $n $d/cases.h 0 "$(target_of $1)" one || exit 1
        ran $1 one_stop -DSUCREF_NO_STOPS tests/mcu_kernels.c tests/mcu_cases.c
        if [ $1 = host ]; then eval "want_one_${n% *}=\$got"; fi
        grep -q ' 0 failed' $o || got="tests failed: $(tail -n 1 $o)"
        want=""
        eval "want=\$want_one_${n% *}"
        verdict "models of one stop on $1, ${n% *}" "$got" "$want"
        small_m0
    done
}
plain() { # core: the same without assembly, with kernels in C for models that are not read by LPM, with constant work
    for flag in NO_ASM 'READ_U8(p)=(pgm_read_byte(p))' CONSTANT_WORK; do
        ran $1 kernels_plain "-DSUCREF_$flag" tests/mcu_kernels.c tests/mcu_cases.c
        verdict "kernel tests on $1, SUCREF_$flag" "$got" "$want_kernels"
    done
}
wide() { # core, plan: a layer of more columns than sums of a chunk hold, in blocks of 16 rows, 8 and 4
    n=$(echo $2 | tr -d ,)
    ran $1 wide_$n bench/mcu_layer.c -DMODEL_H="\"wide_$n.h\"" -DINPUTS_H="\"wide_in_$n.h\""
    if [ $1 = host ]; then eval "want_wide_$n=\$got"; fi
    want=""
    eval "want=\$want_wide_$n"
    verdict "28 x 600 on $1, plan $2" "$got" "$want"
}
largest() { # core: of its layout, the largest sums that so many columns have
    ran $1 largest bench/mcu_layer.c -DMODEL_H="\"largest_$(target_of $1).h\"" -DINPUTS_H='"largest_in.h"'
    [ $1 = host ] && want_largest=$got
    verdict "largest sums of 28 x 600 on $1" "$got" "$want_largest"
}
windows() { # core: in the plain layout, which all read, windows whose lists do not pay; two positions at a time
    for k in full random; do
        ran $1 windows_$k bench/mcu_layer.c -DMODEL_H="\"windows_$k.h\"" -DINPUTS_H="\"windows_in_$k.h\""
        if [ $1 = host ]; then eval "want_windows_$k=\$got"; fi
        want=""
        eval "want=\$want_windows_$k"
        verdict "windows without lists on $1, $k" "$got" "$want"
    done
}
frames() {
    ran $1 vec bench/mcu_vec.c
    [ $1 = host ] && want_vec=$got
    verdict "vector frames on $1" "$got" "$want_vec"
}
mixtures() { # coding across inputs
    ran $1 mix bench/mcu_mix.c
    [ $1 = host ] && want_mix=$got
    verdict "mixtures on $1" "$got" "$want_mix"
}
exchange() { # parts that exchange activations
    ran $1 exchange tests/mcu_exchange.c
    [ $1 = host ] && want_exchange=$got
    grep -q ' 0 failed' $o || got="tests failed: $(tail -n 1 $o)"
    verdict "exchange on $1" "$got" "$want_exchange"
}
channels() { # convolutions by output channels; more than a microbit's RAM
    large_m0
    ran $1 channels tests/mcu_channels.c
    small_m0
    [ $1 = host ] && want_channels=$got
    grep -q ' 0 failed' $o || got="tests failed: $(tail -n 1 $o)"
    verdict "convolutions over devices on $1" "$got" "$want_channels"
}
ends() { # of rows, next to the steps of their outputs
    ran $1 ends tests/mcu_ends.c
    if grep -q ' 0 failed' $o; then pass "ends of rows on $1: $(tail -n 1 $o)"; else fail "ends of rows on $1"; fi
}
telemetry() { # the board's frame is decoded by example 08
    ran $1 telemetry examples/mcu/telemetry.c
    grep -a frame $o >$d/frame_$1.txt
    if ./$d/telemetry $d/frame_$1.txt >$d/frame_$1.out && grep -q '^received 256 values' $d/frame_$1.out; then
        pass "telemetry from $1: $(tail -n 1 $d/frame_$1.out)"
    else fail "telemetry from $1"; fi
}
systick() {
    ran $1 systick -DMODEL_H='"small_44.h"' examples/mcu/systick.c
    if grep -q ' 0 failed' $o; then pass "SysTick on $1"; else fail "SysTick on $1: $(head -n 1 $o)"; fi
}
digits() { # core, model
    ran $1 $2 -DMODEL_H="\"$2.h\"" examples/mcu/digits.c
    if [ $1 = host ]; then eval "want_$2=\$got"; fi
    want=""
    eval "want=\$want_$2"
    verdict "$2 on $1 ($(sed -n 's/\(.* right, .*stack [0-9]*\) bytes.*/\1/p' $o))" "$got" "$want"
}
kept() { # core: the files of tests/compat, packed for it; four inputs each
    case $1 in avr) kinds="dense heads" ;; *) kinds="dense heads picture depth halves rows" ;; esac
    for k in $kinds; do
        ./build/sucref retarget tests/compat/$k.sucref --target "$(target_of $1)" -o $d/kept.sucref >/dev/null &&
            ./build/sucref emit-c $d/kept.sucref -o $d/kept.h --name net >/dev/null || exit 1
        n=$(./build/sucref info $d/kept.sucref | sed -n '1s/^\([0-9]*\) inputs.*/\1/p')
        dd if=examples/models/even.sucref bs=$n skip=1 count=4 2>/dev/null | pack - $n 65535 >$d/kept_inputs.h
        ran $1 kept_$k bench/mcu_net.c -DMODEL_H='"kept.h"' -DINPUTS_H='"kept_inputs.h"'
        if [ $1 = host ]; then eval "want_kept_$k=\$got"; fi
        want=""
        eval "want=\$want_kept_$k"
        verdict "kept $k on $1" "$got" "$want"
    done
}
network() { # name, .tflite, inputs, what the reference answers to them: a network for outputs
    ./build/sucref import "$2" -o $d/$1.plain >/dev/null && ./build/sucref info $d/$1.plain >$d/$1.info || exit 1
    for kind in plain dsp mve; do
        ./build/sucref retarget $d/$1.plain --target $kind -o $d/$1.$kind >/dev/null &&
            ./build/sucref emit-c $d/$1.$kind -o $d/$1_$kind.h --name net >/dev/null || exit 1
    done
    MOST_INPUTS=65535 pack $3 "$(sed -n '1,2s/^\([0-9]*\) inputs.*/\1/p' $d/$1.info)" 4000000 >$d/$1_in.h
    eval "want_$1=$(echo "$4" | digest)"
    nets="$nets $1"
}
networks() { # the data's networks with the reference's own answers
    if ! g=$(data_dir golden/person_real.out.s8 2>/dev/null) || ! t=$(data_dir tflite/person_detect.tflite 2>/dev/null)
    then skip "networks of keywords and pictures on boards: no tflite/ and golden/ here" 2
    else
        g=$g/golden t=$t/tflite
        network kws "$t/kws_ref_model.tflite" "$g/kws_rand_a.in.s8" "$(./build/reference golden "$g/kws_rand_a.out.s8")"
        network person "$t/person_detect.tflite" "$g/person_real.in.s8" \
            "$(./build/reference golden "$g/person_real.out.s8")"
    fi
    wake=wild/2fc332c8.tflite # "hey Peppa Pig", of ESPHome's wake words
    if ! t=$(data_dir $wake 2>/dev/null); then skip "a wake word on boards: no $wake here"
    else network wake "$t/$wake" $d/wake.s8 "$(./build/reference windows "$t/$wake" 100 $d/wake.s8)"
    fi
}
outputs() { # core: bytes that the reference computed for these networks, wake words' states kept from window to window
    for n in $nets; do
        case $1.$n in m0.person) large_m0 ;; esac # 42 KB
        ran $1 outputs_$n tests/mcu_outputs.c -DMODEL_H="\"${n}_$(target_of $1).h\"" -DINPUTS_H="\"${n}_in.h\""
        small_m0
        want=""
        eval "want=\$want_$n"
        if [ "$got" = "$want" ] && [ -n "$got" ]; then pass "$n on $1: $(head -n 1 $o), digest $got as the reference's"
        else fail "$n on $1: digest '$got', reference '$want'"; fi
    done
}
worker() { # one of the devices that share a network is a Cortex-M3, asked through its serial port
    build m3 $d/worker_m3 -DMODEL_H='"part3.h"' examples/mcu/worker.c &&
        timeout 300 ./$d/worker qemu-system-arm -M mps2-an385 -display none -monitor none -serial stdio \
            -semihosting-config enable=on,target=native -kernel $d/worker_m3 >$d/worker.out 2>&1
    if grep -q '40 exact at the last stop, 0 messages bad, worker left with 0$' $d/worker.out; then
        pass "worker on m3: $(cat $d/worker.out)"
    else fail "worker on m3: $(tail -n 1 $d/worker.out)"; fi
}
sensor() { # one of two devices that see half a picture is a Cortex-M3, the others talk UDP
    build m3 $d/sensor_m3 examples/mcu/sensor.c &&
        timeout 300 ./$d/halves qemu-system-arm -M mps2-an385 -display none -monitor none -serial stdio \
            -semihosting-config enable=on,target=native -kernel $d/sensor_m3 >$d/sensor.out 2>&1
    if grep -q '^200 of 200 answers' $d/sensor.out && grep -q '20 of 20 answers by the left' $d/sensor.out; then
        pass "halves with an m3: $(sed -n 2p $d/sensor.out)"
    else fail "halves with an m3: $(tail -n 1 $d/sensor.out)"; fi
}

./build/mcu_gen exchange 4 $d/shares.h && ./build/mcu_gen parts $d/parts.h &&
    ./build/mcu_gen pictures $d/pictures.h examples/digits/?_4.pgm || exit 1
$C -o $d/telemetry examples/08_telemetry.c $LDLIBS || exit 1
for m in digits_44 small_44; do
    ./build/sucref emit-c examples/models/$m.sucref -o $d/$m.h --name net >/dev/null || exit 1
done
for plan in 8 4,4 1,2,2,3; do
    n=$(echo $plan | tr -d ,)
    ./build/mcu_gen layer $plan 28 600 $d/wide.sucref $d/wide.u8 random &&
        ./build/sucref emit-c $d/wide.sucref -o $d/wide_$n.h --name net >/dev/null || exit 1
    pack $d/wide.u8 600 65535 >$d/wide_in_$n.h
done
./build/mcu_gen layer 8 28 600 $d/largest.sucref $d/largest.u8 most || exit 1
pack $d/largest.u8 600 65535 >$d/largest_in.h
for target in plain dsp mve; do
    ./build/sucref retarget $d/largest.sucref --target $target -o $d/largest_$target.sucref >/dev/null &&
        ./build/sucref emit-c $d/largest_$target.sucref -o $d/largest_$target.h --name net >/dev/null || exit 1
done
for k in full random; do # 8 x 8 positions
    ./build/mcu_gen layer 8 16 3x3x16x8 $d/windows.sucref $d/windows.u8 $k &&
        ./build/sucref emit-c $d/windows.sucref -o $d/windows_$k.h --name net >/dev/null || exit 1
    pack $d/windows.u8 1024 65535 >$d/windows_in_$k.h
done
nets=""
networks
for c in host $cores; do
    kernels $c
    case $c in avr) plain $c ;; *) ends $c; channels $c ;; esac # pictures are not for AVR
    one_stop $c
    for plan in 8 4,4 1,2,2,3; do wide $c $plan; done
    largest $c
    case $c in avr) ;; *) windows $c ;; esac
    frames $c
    mixtures $c
    exchange $c
    telemetry $c
    case $c in m*) systick $c ;; esac
    case $c in avr) ;; *) outputs $c ;; esac
    digits $c small_44
    kept $c
    [ $c = avr ] || digits $c digits_44 # 128 KB of flash, objects end at 32,767 bytes
done
for c in $more_cores; do
    kernels $c
    [ $c != m55 ] || outputs $c
    kept $c
done
case $cores in *m3*)
    ./build/sucref split examples/models/digits_44.sucref --devices 4 --parity 1 -o $d/part%d.sucref >/dev/null &&
        ./build/sucref emit-c $d/part3.sucref -o $d/part3.h --name net >/dev/null &&
        $C -o $d/worker examples/cluster/worker.c $LDLIBS && $C -o $d/halves examples/cluster/halves.c $LDLIBS || exit 1
    worker
    sensor ;;
esac
total
