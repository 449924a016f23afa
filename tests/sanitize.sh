# sanitize.sh - the test programs named in TESTS under address + undefined behaviour (gcc and clang) and memory (clang)
d=build/sanitize; mkdir -p $d build/mcu; passed=0; failed=0; skipped=0
alone() { # test, program: the one that writes files runs once at a time
    [ $1 = prepare ] || { $2; return; }
    while ! mkdir $d/lock 2>/dev/null; do sleep 1; done
    $2; rc=$?; rmdir $d/lock; return $rc
}
one() { # label, folder, compiler and flags; the counts go to a file, for two of these run side by side
    label=$1; o=$d/$2; shift 2; mkdir -p $o; passed=0; failed=0
    for t in $TESTS; do
        "$@" -std=c99 -g -w -DCASES=100000 -DNETS=300 -DFAULTS=50000 tests/test_$t.c -o $o/t -lm && alone $t ./$o/t >$o/log 2>&1 && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAIL $label $t"; grep -m 3 -E 'ERROR|runtime error|FAIL' $o/log; }
    done
    "$@" -std=c99 -g -w -DREPLAY tests/fuzz_model.c -o $o/t -lm && ./$o/t >$o/log 2>&1 && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAIL $label replay"; head -n 5 $o/log; }
    for k in -DSUCREF_KERNEL=1 -DSUCREF_KERNEL=2 -DSUCREF_KERNEL=4 -DSUCREF_CONSTANT_WORK; do
        "$@" -std=c99 -g -w -DNETS=300 $k tests/test_net.c -o $o/t -lm && ./$o/t >$o/log 2>&1 && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAIL $label net $k"; }
    done
    echo $passed $failed >$o/count
}
rm -rf $d/*/count $d/lock
one "gcc address undefined" gcc gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all &
if command -v clang >/dev/null 2>&1 && echo 'int main(void){return 0;}' | clang -fsanitize=memory -x c - -o $d/probe 2>/dev/null; then
    (one "clang address undefined" clang clang -O1 -fsanitize=address,undefined -fno-sanitize-recover=all)
    wait
    one "clang memory" memory clang -O1 -fsanitize=memory -fno-sanitize-recover=all &
    (one "clang implicit conversions" implicit clang -O1 -fsanitize=undefined,integer,implicit-conversion -fno-sanitize=unsigned-integer-overflow,unsigned-shift-base,implicit-conversion -fno-sanitize-recover=all)
else echo "skipped: clang's sanitizers (Debian: clang libclang-rt-14-dev)"; skipped=$((3 * ($(echo $TESTS | wc -w) + 5))); fi
wait
passed=$(cat $d/*/count | awk '{ n += $1 } END { print n + 0 }'); failed=$(cat $d/*/count | awk '{ n += $2 } END { print n + 0 }')
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
