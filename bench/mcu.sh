# mcu.sh run|count - boards. run: the kernel tests and the digits example on every emulated core found, digests compared with
# the host's. count: exact instruction counts of one layer, stop by stop, into build/bench-mcu.csv.
CC=${CC:-cc}; d=build/mcu; mkdir -p $d; passed=0; failed=0; skipped=0
ARM="arm-none-eabi-gcc -std=c99 -O2 -mthumb -Wall -Wextra -Werror -ffunction-sections -fdata-sections -I$d -nostartfiles --specs=nano.specs -T examples/mcu/cm.ld -Wl,--gc-sections,--no-warn-rwx-segments"
AVR="avr-gcc -std=c99 -mmcu=atmega1284p -O2 -Wall -Wextra -Werror -ffunction-sections -fdata-sections -I$d -Wl,--gc-sections"
RV="riscv64-unknown-elf-gcc -std=c99 -O2 -march=rv32imc -mabi=ilp32 -Wall -Wextra -Werror -I$d"
SEMI="-nographic -monitor none -serial none -semihosting-config enable=on,target=native"
have() { command -v $1 >/dev/null 2>&1; }
place() { echo "-Wl,--defsym=ROM_ORG=0,--defsym=ROM_LEN=$1,--defsym=RAM_ORG=0x20000000,--defsym=RAM_LEN=$2"; }

build() { # core, output, sources and flags
    core=$1; out=$2; shift 2
    case $core in
    host) $CC -std=c99 -O2 -Wall -Wextra -I$d -o $out "$@" examples/mcu/board.c ;;
    m0) $ARM -mcpu=cortex-m0 $(place 256K 16K) -o $out "$@" examples/mcu/board.c ;;
    m3) $ARM -mcpu=cortex-m3 $(place 4M 4M) -o $out "$@" examples/mcu/board.c ;;
    m4) $ARM -mcpu=cortex-m4 -mfloat-abi=soft $(place 4M 4M) -o $out "$@" examples/mcu/board.c ;;
    avr) $AVR -o $out "$@" examples/mcu/board.c ;;
    esac
}
run() { # core, program: its output on stdout, counts on stderr
    core=$1; shift
    case $core in
    host) ./$1 ;;
    m0) timeout 300 qemu-system-arm -M microbit $SEMI $PLUGIN -kernel $1 ;;
    m3) timeout 300 qemu-system-arm -M mps2-an385 $SEMI $PLUGIN -kernel $1 ;;
    m4) timeout 300 qemu-system-arm -M mps2-an386 $SEMI $PLUGIN -kernel $1 ;;
    avr) if [ -n "$PLUGIN" ]; then timeout 600 ./$d/avr_count $1
         else timeout 600 simavr -m atmega1284p -f 16000000 $1 2>&1 | sed -e 's/\x1b\[[0-9;]*m//g' -e 's/\.$//'; fi ;;
    esac
}
cores=""
if have arm-none-eabi-gcc && have qemu-system-arm && $ARM -mcpu=cortex-m0 -E -x c /dev/null >/dev/null 2>&1; then cores="m0 m3 m4"
else echo "skipped: Cortex-M (Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)"; skipped=$((skipped + 3)); fi
if have avr-gcc && have simavr; then cores="$cores avr"
else echo "skipped: AVR (Debian: gcc-avr avr-libc simavr)"; skipped=$((skipped + 1)); fi
verdict() { if [ "$2" = "$3" ] && [ -n "$2" ]; then passed=$((passed + 1)); echo "ok   $1: digest $2"; else failed=$((failed + 1)); echo "FAIL $1: digest '$2', host '$3'"; fi; }
digest() { sed -n 's/.*digest \([0-9a-f]*\).*/\1/p' | tail -n 1; }

if [ "$1" = run ]; then
    ./build/mcu_gen cases 16 $d/cases.h && ./build/mcu_gen pictures $d/pictures.h examples/digits/?_4.pgm || exit 1
    $CC -std=c99 -O2 -o $d/telemetry examples/08_telemetry.c || exit 1
    for m in digits_44 small_44; do ./build/sucref emit-c examples/models/$m.sucref -o $d/$m.h --name net || exit 1; done
    for c in host $cores; do
        build $c $d/kernels_$c tests/mcu_kernels.c && run $c $d/kernels_$c >$d/kernels_$c.out 2>&1
        got=$(digest <$d/kernels_$c.out)
        [ $c = host ] && want=$got
        grep -q ' 0 failed' $d/kernels_$c.out || got="tests failed: $(tail -n 1 $d/kernels_$c.out)"
        verdict "kernel tests on $c" "$got" "$want"
        build $c $d/vec_$c bench/mcu_vec.c && run $c $d/vec_$c >$d/vec_$c.out 2>&1
        got=$(digest <$d/vec_$c.out)
        [ $c = host ] && want_vec=$got
        verdict "vector frames on $c" "$got" "$want_vec"
        build $c $d/telemetry_$c examples/mcu/telemetry.c && run $c $d/telemetry_$c 2>&1 | grep -a frame >$d/telemetry_$c.txt
        if ./$d/telemetry $d/telemetry_$c.txt >$d/telemetry_$c.out && grep -q '^received 256 values' $d/telemetry_$c.out; then
            passed=$((passed + 1)); echo "ok   telemetry from $c: $(tail -n 1 $d/telemetry_$c.out)"
        else failed=$((failed + 1)); echo "FAIL telemetry from $c"; fi
        case $c in m*)
            build $c $d/systick_$c -DMODEL_H='"small_44.h"' examples/mcu/systick.c && run $c $d/systick_$c >$d/systick_$c.out 2>&1
            if grep -q ' 0 failed' $d/systick_$c.out; then passed=$((passed + 1)); echo "ok   SysTick on $c"; else failed=$((failed + 1)); echo "FAIL SysTick on $c: $(head -n 1 $d/systick_$c.out)"; fi ;;
        esac
        for m in small_44 digits_44; do
            [ $c = avr ] && [ $m = digits_44 ] && continue # 128 KB of flash, objects end at 32,767 bytes
            build $c $d/${m}_$c -DMODEL_H="\"$m.h\"" examples/mcu/digits.c && run $c $d/${m}_$c >$d/${m}_$c.out 2>&1
            got=$(digest <$d/${m}_$c.out)
            [ $c = host ] && eval "want_$m=\$got"
            eval "verdict \"$m on \$c ($(sed -n 's/\(.* right, .*stack [0-9]*\) bytes.*/\1/p' $d/${m}_$c.out))\" \"\$got\" \"\$want_$m\""
        done
    done
    # one of the devices that share a network is a Cortex-M3, asked through its serial port
    ./build/sucref split examples/models/digits_44.sucref --devices 4 --parity 1 -o $d/part%d.sucref >/dev/null && ./build/sucref emit-c $d/part3.sucref -o $d/part3.h --name net &&
        $CC -std=c99 -O2 -o $d/worker examples/cluster/worker.c -lm || exit 1
    case $cores in *m3*)
        build m3 $d/worker_m3 -DMODEL_H='"part3.h"' examples/mcu/worker.c &&
            timeout 300 ./$d/worker qemu-system-arm -M mps2-an385 -display none -monitor none -serial stdio -semihosting-config enable=on,target=native -kernel $d/worker_m3 >$d/worker.out 2>&1
        if grep -q '40 exact at the last stop, 0 messages bad, worker left with 0$' $d/worker.out; then passed=$((passed + 1)); echo "ok   worker on m3: $(cat $d/worker.out)"; else failed=$((failed + 1)); echo "FAIL worker on m3: $(tail -n 1 $d/worker.out)"; fi ;;
    esac
    [ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]; exit
fi

csv=build/bench-mcu.csv
echo "core,kernel,plan,n_in,n_out,stage,instructions,macs,weight_bytes,scratch_bytes,exact" >$csv
if [ -n "$cores" ]; then $CC -O2 -shared -fPIC -o $d/icount.so bench/icount.c || exit 1; fi
case $cores in *avr*) $CC -D_DEFAULT_SOURCE -O2 -o $d/avr_count bench/avr_count.c -lsimavr -lelf 2>/dev/null ||
    { echo "skipped: counting on AVR (Debian: libsimavr-dev libelf-dev)"; cores=${cores% avr}; } ;; esac
layer() { # plan rows cols
    ./build/mcu_gen layer $1 $2 $3 $d/layer.sucref $d/layer.u8 && ./build/sucref emit-c $d/layer.sucref -o $d/layer.h --name net || exit 1
    { echo "#define INPUT_BYTES $3"; echo "static const uint8_t input[$3] SUCREF_FLASH = {"; od -An -v -tu1 $d/layer.u8 | sed 's/\([0-9][0-9]*\)/\1,/g'; echo "};"; } >>$d/layer.h
    build host $d/layer_host -DMODEL_H='"layer.h"' bench/mcu_layer.c && want=$(run host $d/layer_host | digest)
}
measure() { # core plan rows cols
    core=$1; plan=$2; rows=$3; cols=$4
    build $core $d/layer_$core -DMODEL_H='"layer.h"' bench/mcu_layer.c || { failed=$((failed + 1)); return; }
    PLUGIN="-plugin $d/icount.so" run $core $d/layer_$core >$d/layer.out 2>&1 # a semihosted board writes to stderr
    exact=0; [ "$(digest <$d/layer.out)" = "$want" ] && exact=1
    scratch=$(sed -n 's/.*scratch \([0-9]*\).*/\1/p' $d/layer.out)
    ./build/sucref info $d/layer.sucref | sed -n 's/.*at most \([0-9]*\) multiply-adds and \([0-9]*\) weight bytes.*/\1 \2/p' >$d/layer.cost
    awk -v core=$core -v plan="$plan" -v rows=$rows -v cols=$cols -v scratch=$scratch -v exact=$exact -v csv=$csv '
        function row(stage, n, macs, bytes) {
            printf "%s,%s,\"%s\",%d,%d,%s,%d,%d,%d,%d,%d\n", core, core == "avr" ? "quads" : "pairs", plan, cols, rows, stage, n, macs, bytes, scratch, exact >>csv
            printf "%-4s %-8s %4d x %-4d %-8s %9d instructions, %6.3f each, exact %d\n", core, plan, rows, cols, stage, n, n / (rows * cols), exact }
        FILENAME ~ /cost$/ { macs[FNR] = $1; bytes[FNR] = $2; stops = FNR; next }
        /^COUNT/ { n[++k] = $3 }
        END {
            for (i = 1; i <= stops; i++) { row(i, n[i], macs[i] - macs[i-1], bytes[i] - bytes[i-1]); sum += n[i] }
            row("sum", sum, macs[stops], bytes[stops]); once = plan ~ /\+/ ? 1 : stops; row("oneshot", n[stops + 1], once * rows * cols, plan ~ /\+/ ? bytes[stops] - bytes[1] : bytes[stops]) }' $d/layer.cost $d/layer.out
    if [ $exact = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
echo "core,what,instructions,values,each,exact" >build/bench-mcu-vec.csv
build host $d/vec_host bench/mcu_vec.c && want=$(run host $d/vec_host | digest)
for core in $cores; do # 256 numbers of the generator, then 1024 values a frame
    rm -f $d/vec.out; build $core $d/vec_$core bench/mcu_vec.c && PLUGIN="-plugin $d/icount.so" run $core $d/vec_$core >$d/vec.out 2>&1
    exact=0; [ "$(digest <$d/vec.out)" = "$want" ] && exact=1
    awk -v core=$core -v exact=$exact 'BEGIN { split("generator encode-Z encode-D4 encode-sparse", what) }
        /^COUNT/ { k++; n = k == 1 ? 256 : 1024; printf "%s,%s,%d,%d,%.1f,%d\n", core, what[k], $3, n, $3 / n, exact >>"build/bench-mcu-vec.csv"
                   printf "%-4s %-14s %9d instructions, %6.1f each, exact %d\n", core, what[k], $3, $3 / n, exact }' $d/vec.out
    if [ $exact = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "core,what,instructions,outputs,each,exact" >build/bench-mcu-parity.csv
build host $d/parity_host bench/mcu_parity.c && want=$(run host $d/parity_host | digest)
for core in $cores; do # one of four shards lost, then two of eight
    rm -f $d/parity.out; build $core $d/parity_$core bench/mcu_parity.c && PLUGIN="-plugin $d/icount.so" run $core $d/parity_$core >$d/parity.out 2>&1
    exact=0; [ "$(digest <$d/parity.out)" = "$want" ] && exact=1
    awk -v core=$core -v exact=$exact 'BEGIN { split("plan-1of4 recover-1of4 plan-2of8 recover-2of8", what) }
        /^COUNT/ { k++; n = k == 2 ? 128 : k == 4 ? 256 : 1; printf "%s,%s,%d,%d,%.1f,%d\n", core, what[k], $3, n, $3 / n, exact >>"build/bench-mcu-parity.csv"
                   printf "%-4s %-14s %9d instructions, %6.1f each, exact %d\n", core, what[k], $3, $3 / n, exact }' $d/parity.out
    if [ $exact = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
for plan in 8 4,4 2+8 2,2,2,2; do
    [ -n "$cores" ] || break
    layer $plan 128 784
    for c in ${cores% avr}; do [ $c != avr ] && measure $c $plan 128 784; done
    case $cores in *avr*) layer $plan 20 784; [ $plan = 2+8 ] || measure avr $plan 20 784 ;; esac
done
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
