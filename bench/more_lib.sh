# more_lib.sh - sourced by mcu.sh: the same programs compiled otherwise, what steps spend and how deep they go, layers
# on the worst inputs beside published counts of CMSIS-NN, and the ratios that follow.
# shellcheck shell=sh disable=SC2046,SC2086,SC2154,SC2034 # cores and kinds are words; the callers' variables

# a variant of the compiler's flags, the cores that it is counted on, and its rows: build/bench-mcu-VARIANT.csv
VARIANTS="os no-builtin freestanding c"
flags_of() {
    case $1 in os) echo -Os ;; no-builtin) echo -fno-builtin ;; freestanding) echo -ffreestanding ;;
    c) echo -DSUCREF_NO_ASM ;; esac
}
cores_of() {
    case $1 in os) echo m0 m3 m4 m55 rv32 avr ;; c) echo m0 m3 m4 avr ;; *) echo m0 m4 ;; esac # m0 stands for m3, too
}
start_csvs() {
    for v in "" $VARIANTS; do
        echo "core,kernel,plan,n_in,n_out,stage,instructions,macs,weight_bytes,scratch_bytes,exact,input" \
            >build/bench-mcu${v:+-$v}.csv
    done
    echo "core,what,plan,input,instructions,spent,each,stack_bytes,exact" >build/bench-mcu-steps.csv
    echo "core,layer,input,instructions,macs,each,cmsis_nn,of,exact,flags" >build/bench-mcu-worst.csv
}
in_variants() { # variants, cores at hand, a command whose first argument is a core, its others
    vs=$1 at_hand=" $2 "; command=$3; shift 3
    for v in $vs; do
        VARIANT=$(flags_of $v) layer_csv=build/bench-mcu-$v.csv
        for c in $(cores_of $v); do
            case $at_hand in *" $c "*) [ $c != m0 ] || $m0_place; echo "$VARIANT:"; $command $c "$@" ;; esac
        done
    done
    VARIANT="" layer_csv=build/bench-mcu.csv
}
m0_place=small_m0

stepped() { # what, plan, input: from $o, on $core, the one-shot's cost in units of the budget, and the stack of steps
    awk -v head="$core,$1,\"$2\",$3" -v exact=$exact '
        /^COUNT/ { n = $3 }
        /^spent/ { printf "%s,%d,%d,%.3f,%d,%d\n", head, n, $2, n / $2, $4, exact }' $o >>build/bench-mcu-steps.csv
}
headers_of() { # model: a header of it for each kind of core
    for target in dsp mve plain; do
        ./build/sucref retarget $1 --target $target -o $d/to.sucref >/dev/null &&
            ./build/sucref emit-c $d/to.sucref -o $d/$target.h --name net >/dev/null || exit 1
    done
}
generated() { # kind, file, how many: inputs of $d/imported.sucref, around its zero point
    ./build/sucref info $d/imported.sucref >$d/net.info
    zero=$(sed -n 's/^inputs: int8, real = (value \([-+]\) \([0-9]*\)).*/\1\2/p' $d/net.info)
    n_in=$(sed -n '1,2s/^\([0-9]*\) inputs.*/\1/p' $d/net.info)
    ./build/mcu_gen inputs $((n_in * $3)) $((0 - ${zero:-0})) $2 $1 || exit 1
}
stepped_net() { # core, network, input
    counted $1 layer bench/mcu_layer.c -DMODEL_H="\"$(target_of $1).h\"" -DINPUTS_H='"inputs.h"'
    [ -z "$VARIANT" ] || awk -v head="$1,$2,\"8\",$n_in,$n_out,oneshot" -v exact=$exact -v input=$3 -v cost="$cost" '
        /^COUNT/ { n = $3 }
        /^spent/ { printf "%s,%d,%s,%d,%d,%s\n", head, n, cost, $6, exact, input }' $o >>$layer_csv
    [ -n "$VARIANT" ] || stepped $2 8 $3
    sed -n "s/^spent.* stack \([0-9]*\).*/$1 $2 $3: stack of steps \1 bytes/p" $o
}
steps() { # network, inputs (real: $d/real.s8), variants that count the first of them, too: of $d/imported.sucref
    [ -n "$others" ] || return 0
    headers_of $d/imported.sucref
    vs=${3:-} m0_place=large_m0
    for kind in $2; do
        [ $kind = real ] || generated $kind $d/$kind.s8 1
        ./build/sucref info $d/imported.sucref >$d/net.info
        n_in=$(sed -n '1,2s/^\([0-9]*\) inputs.*/\1/p' $d/net.info)
        n_out=$(sed -n '1,2s/^.* inputs[^,]*, \([0-9]*\) outputs.*/\1/p' $d/net.info)
        cost=$(sed -n 's/.*at most \([0-9]*\) multiply-adds and \([0-9]*\) weight bytes.*/\1,\2/p' $d/net.info)
        head -c $n_in $d/$kind.s8 >$d/first.s8
        pack $d/first.s8 $n_in 2000000 >$d/inputs.h
        wanted layer bench/mcu_layer.c -DMODEL_H='"plain.h"' -DINPUTS_H='"inputs.h"'
        large_m0
        for c in $others ${more_cores:+m55}; do stepped_net $c $1 $kind; done
        in_variants "$vs" "$others ${more_cores:+m55}" stepped_net $1 $kind
        vs=""
    done
    small_m0
    m0_place=small_m0
}

# the layer's name, rows and columns as mcu_gen has them, inputs, CMSIS-NN's published instructions per multiply-add
# (measured once, not here) on m0, m3 and m4, of what they are, and variants that count all inputs but stripes, too
worst_layer() {
    layer_name=$1 of=$8 figures="$5 $6 $7" worst_rows=$2 worst_columns=$3
    for kind in $4; do
        layer 8 $2 $3 $kind
        large_m0
        for c in $others; do
            case $c in m[034]) worst_row $c $kind ;; esac # those that have a figure
        done
        [ $kind = stripes ] || in_variants "${9:-}" "$others" worst_row $kind
    done
    small_m0
}
worst_row() { # core, input
    counted $1 layer bench/mcu_layer.c -DMODEL_H="\"$(target_of $1).h\"" -DINPUTS_H='"inputs.h"'
    awk -v core=$1 -v name="$layer_name" -v input=$2 -v of="$of" -v figures="$figures" -v exact=$exact \
        -v flags="$VARIANT" -v csv=build/bench-mcu-worst.csv '
        FILENAME ~ /cost$/ { macs = $1; next }
        /^COUNT/ { n = $3 }
        END {
            split(figures, f)
            peer = core == "m0" ? f[1] : core == "m3" ? f[2] : core ~ /^m4/ ? f[3] : ""
            printf "%s,%s,%s,%d,%d,%.3f,%s,%s,%d,%s\n", core, name, input, n, macs, n / macs, peer, peer ? of : "",
                exact, flags >>csv
            printf "%-4s %-16s %-8s %6.3f each%s\n", core, name, input, n / macs,
                peer ? ", CMSIS-NN " peer (n / macs > peer + 0 ? ": ABOVE" : "") : ""
        }' $d/layer.cost $o
}
worst_layers() { # of 16 outputs, and of 64
    m0_place=large_m0
    worst="full random stripes"
    worst_layer 784x16 16 784 "$worst" 6.16 3.42 1.94 "784 x 128 (other sizes within 6 %)"
    worst_layer 64x16 16 64 "$worst" 7.87 4.10 2.84 "64 x 12 (keyword spotting)"
    worst_layer "1x1 16 to 16" 16 1x1x16x12 "$worst" 8.10 3.35 2.35 "all 1x1 layers of person_detect"
    worst_layer "1x1 64 to 64" 64 1x1x64x11 "relu $worst" 7.57 3.11 2.09 "all 1x1 layers of keyword spotting" c
    worst_layer "3x3 8 to 16" 16 3x3x8x14 "$worst" 8.67 3.85 2.88 "the same layer"
    worst_layer "3x3 16 to 16" 16 3x3x16x16 "relu $worst" 7.17 3.12 2.17 "all 3x3 layers of ResNet-8" c
    m0_place=small_m0
}
ratios() { # build/bench-mcu-ratios.csv and what it says; rows are matched by all but their counts
    awk -v variants="$VARIANTS" -f bench/ratios.awk build/bench-mcu.csv build/bench-mcu-steps.csv \
        build/bench-mcu-worst.csv $(for v in $VARIANTS; do echo build/bench-mcu-$v.csv; done)
}
