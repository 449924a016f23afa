# kinds_lib.sh - sourced by mcu.sh: whole networks of one stop by kinds of layers. kinds NAME INPUTS MODEL counts one
# input on Cortex-M0, M3 and M4, and adds the rows to build/bench-mcu-kinds.csv.
# shellcheck shell=sh disable=SC2086,SC2154 # cores are words; the callers' variables
kinds_csv=build/bench-mcu-kinds.csv
kinds_rows() { # from $o, on $core: what layers cost, put together by kind
    awk -v core=$core -v name=$network -v exact=$exact -v csv=$kinds_csv '
        function row(kind, amount, n) {
            printf "%s,%s,%s,%d,%d,%.3f,%d,%d,%d\n", core, name, kind, amount, n, n / amount, stack, work, exact >>csv
            printf "%-4s %-9s %-9s %9d instructions, %8d times %7.3f\n", core, name, kind, n, amount, n / amount
        }
        /^COUNT/ { count[k++] = $3 }
        /^kind/ { kind[++layers] = $2; amount[layers] = $3 }
        /^stack/ { stack = $2 }
        /^work/ { work = $2 }
        END {
            if (!layers || k != layers + 1) { print "FAIL " k + 0 " counts of " layers + 1 " on " core; exit 1 }
            for (i = 1; i <= layers; i++) {
                n[kind[i]] += count[i] - count[i + 1]; of[kind[i]] += amount[i]
                if (amount[i] < 0 || count[i] < count[i + 1]) { print "FAIL layer " i " on " core; exit 1 }
            }
            apart = count[0] - count[1] # input and answer: layers are the whole but for these
            n["rest"] += apart
            if (!of["rest"]) { of["rest"] = 1 }
            split("conv pointwise depthwise dense pool add rest", order)
            for (i = 1; i <= 7; i++) {
                if (order[i] in n) { row(order[i], of[order[i]], n[order[i]]) }
                if (order[i] in n && i <= 4) { macs += of[order[i]] }
            }
            row("all", macs, count[0])
            printf "%-4s %-9s stack of a step %d bytes, work buffer %d\n", core, name, stack, work
            if (apart < 0 || apart > 500) { print "FAIL " apart " instructions outside of layers on " core; exit 1 }
        }' $o || failed=$((failed + 1))
}
kinds() { # name, inputs, model
    network=$1
    for target in plain dsp; do
        ./build/sucref retarget $3 --target $target -o $d/net.sucref >/dev/null &&
            ./build/sucref emit-c $d/net.sucref -o $d/kinds_$target.h --name net >/dev/null || exit 1
    done
    n_in=$(./build/sucref info $3 | sed -n '1,2s/^\([0-9]*\) inputs.*/\1/p')
    head -c $n_in $2 | pack - $n_in 4000000 >$d/kinds_in.h
    wanted kinds bench/mcu_kinds.c -DMODEL_H='"kinds_plain.h"' -DINPUTS_H='"kinds_in.h"'
    for c in $cores; do
        case $c in m0|m3|m4) ;; *) continue ;; esac
        [ $c != m0 ] || large_m0
        counted $c kinds bench/mcu_kinds.c -DMODEL_H="\"kinds_$(target_of $c).h\"" -DINPUTS_H='"kinds_in.h"'
        small_m0
        kinds_rows
    done
}
