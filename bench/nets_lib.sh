# nets_lib.sh - sourced by mcu.sh: whole networks, counted from the setting of an input to its answer. net NAME PLAN
# INPUTS MODEL adds the rows of one on every core that it fits, means over its inputs. Multiply-adds are those of the
# network as imported, also where the importer drops some.
# shellcheck shell=sh disable=SC2086,SC2154 # cores and sizes are words; the callers' variables
# shellcheck source=examples/training/data.sh
. examples/training/data.sh
MOST_INPUTS=200

idx_pictures() { # name of an idx file, first picture, how many, output: their bytes; false where there is no such file
    if idx_d=$(data_dir mnist/$1 2>/dev/null); then idx=$idx_d/mnist/$1
    else
        idx_d=$(data_dir mnist/$1.gz 2>/dev/null) || return 1
        idx=$d/pictures.idx
        gzip -dc "$idx_d/mnist/$1.gz" >$idx || return 1
    fi
    dd if="$idx" of=$4 bs=16 skip=$((1 + 49 * $2)) count=$((49 * $3)) 2>/dev/null # 784 = 49 * 16 bytes
    rm -f $d/pictures.idx
    [ "$(wc -c <$4)" -eq $((784 * $3)) ]
}
digits() { # $d/digits.u8: MNIST test images ($input real), or the pictures of examples/digits (drawn); $d/samples.u8
    input=real
    idx_pictures t10k-images-idx3-ubyte 0 $MOST_INPUTS $d/digits.u8 &&
        idx_pictures train-images-idx3-ubyte 50000 10000 $d/samples.u8 && return # the validation images
    skip "exit rules, and $MOST_INPUTS MNIST test images in place of fifty drawn digits: no MNIST here"
    input=drawn
    ./build/mcu_gen bytes $d/digits.u8 examples/digits/*.pgm && cp $d/digits.u8 $d/samples.u8 || exit 1
}
quantized() { # .npz, plan: $d/quantized.sucref
    ./build/sucref quantize $1 -o $d/quantized.sucref --plan $2 --input-scale 1/255 \
        --calibrate $d/samples.u8 >/dev/null || exit 1
    as_imported=""
}
imported() { # .tflite, plan: $d/imported.sucref, $as_imported: its multiply-adds where some were dropped
    ./build/sucref import "$1" -o $d/imported.sucref --plan $2 >$d/import.log || exit 1
    as_imported=$(sed -n 's/.* of \([0-9]*\) multiply-adds are left.*/\1/p' $d/import.log)
}
with_exits() { # model: $model, the same with exit rules where it has none, several stops and samples
    model=$1
    ./build/sucref info $1 >$d/net.info || exit 1
    if [ $inputs = $d/digits.u8 ] && [ $input = real ] && grep -q '^stop 1' $d/net.info &&
        ! grep -q 'leaves at margin' $d/net.info; then
        model=$d/exits.sucref # a fifth of the samples judges: that a risk of .001 is not shown is known
        ./build/sucref calibrate $1 --in $d/samples.u8 -o $model --max-disagree 0.001 >/dev/null 2>$d/net.log ||
            { cat $d/net.log; exit 1; }
    fi
}
# how many bytes of inputs fit beside the model: M0 has 256 KB of flash, 24 of them code; what ATmega reads by 16-bit
# addresses are objects of 32,767 bytes in 64 KB; both have 16 KB of RAM
room_for_inputs() { # core
    case $1 in m0|avr) [ $((work_bytes + n_in)) -le 12288 ] || { echo 0; return; } ;; esac
    case $1 in
    m0) echo $((256 * 1024 - 24 * 1024 - model_bytes)) ;;
    avr) r=$((62 * 1024 - model_bytes)); [ $model_bytes -le 24576 ] || r=0; [ $r -lt 32767 ] || r=32767; echo $r ;;
    *) echo 2000000 ;;
    esac
}
pack() { # inputs, bytes of one, room: the header of the inputs that fit, runs of zeros as 0 and their length
    od -An -v -tu1 $1 | awk -v n=$2 -v room=$3 -v most=$MOST_INPUTS '
        function out(byte) { text = text byte ","; bytes++; if (length(text) > 110) { text = text "\n" } }
        function flush() { if (zeros) { out(0); out(zeros); zeros = 0 } }
        BEGIN { print "#define INPUT_BYTES " n "U\nstatic const uint8_t packed[] SUCREF_FLASH = {" }
        full || count == most { next }
        { for (i = 1; i <= NF; i++) {
            if ($i == 0) { if (++zeros == 255) { flush() } } else { flush(); out($i) }
            if (++k % n == 0) {
                flush()
                if (bytes > room) { full = 1; next }
                printf "%s\n", text; text = ""; room -= bytes; bytes = 0
                if (++count == most) { next }
            }
        } }
        END { print "};\n#define INPUT_COUNT " count + 0 "U" }'
}
net_rows() { # from $o, on $core: means over the inputs into build/bench-mcu.csv
    awk -v whole="$as_imported" \
        -v core=$core -v name=$network -v plan=$plan -v exact=$exact -v input=$kind -v csv=build/bench-mcu.csv '
        function row(stage, n, macs, bytes) {
            printf "%s,%s,\"%s\",%d,%d,%s,%.0f,%.0f,%.0f,%d,%d,%s\n", core, name, plan, n_in, n_out, stage, n, macs,
                bytes, scratch, exact, input >>csv
            printf "%-4s %-9s %-8s %-8s %9.0f instructions, mean of %d inputs, exact %d, %s\n", core, name, plan, stage,
                n, inputs, exact, input }
        /^COUNT/ { count[k++] = $3 }
        /^stop/ { macs[++stops] = $2; bytes[stops] = $3; left[stops] = $4; exits += $4 }
        /^oneshot/ { one_macs = $2; one_bytes = $3; inputs = $4 }
        /^scratch/ { scratch = $2; n_in = $3; n_out = $4 }
        END {
            if (whole && stops == 1) { macs[1] = one_macs = whole }
            spans = stops + 1 + (exits > 0)
            if (!inputs || k != spans * inputs) { print "FAIL " k + 0 " counts on " core; exit 1 }
            for (i = 0; i < k; i++) { mean[i % spans] += count[i] / inputs }
            for (i = 1; i <= stops; i++) {
                row(i, mean[i - 1], macs[i] - macs[i - 1], bytes[i] - bytes[i - 1])
                sum += mean[i - 1]; exit_macs += left[i] * macs[i] / inputs; exit_bytes += left[i] * bytes[i] / inputs
            }
            row("sum", sum, macs[stops], bytes[stops])
            if (exits) { row("exit", mean[stops], exit_macs, exit_bytes) }
            row("oneshot", mean[spans - 1], one_macs, one_bytes)
        }' $o || failed=$((failed + 1))
}
net() { # name, plan, inputs, model, more cores, what the inputs are
    network=$1 plan=$2 inputs=$3 kind=${6:-real} packed=""
    set -- "$1" "$2" "$3" "$4" "${5:-}"
    [ -n "$cores" ] || return
    [ $inputs != $d/digits.u8 ] || kind=$input
    with_exits $4
    for target in plain dsp mve; do
        ./build/sucref retarget $model --target $target -o $d/net.sucref >/dev/null &&
            ./build/sucref emit-c $d/net.sucref -o $d/net_$target.h --name net >/dev/null || exit 1
    done
    model_bytes=$(wc -c <$model) n_in=$(sed -n '1,2s/^\([0-9]*\) inputs.*/\1/p' $d/net.info)
    work_bytes=$(sed -n 's/^work buffer: \([0-9]*\) bytes.*/\1/p' $d/net.info)
    for c in $cores $5; do
        room=$(room_for_inputs $c)
        small_m0
        if [ $c = m0 ] && [ "$room" -lt $((2 * n_in)) ]; then large_m0; room=2000000; fi
        pack $inputs $n_in "$room" >$d/inputs.h
        if grep -q 'INPUT_COUNT 0U' $d/inputs.h; then
            printf '%-4s %-9s %s bytes of model do not fit\n' $c $network $model_bytes
            continue
        fi
        if [ "$(tail -n 1 $d/inputs.h)" != "$packed" ]; then # the host's digest of as many inputs
            packed=$(tail -n 1 $d/inputs.h)
            wanted net bench/mcu_net.c -DMODEL_H='"net_plain.h"' -DINPUTS_H='"inputs.h"'
        fi
        counted $c net bench/mcu_net.c -DMODEL_H="\"net_$(target_of $c).h\"" -DINPUTS_H='"inputs.h"'
        net_rows
    done
}
