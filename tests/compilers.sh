# compilers.sh - the exactness test (tests/test_net.c) under several compilers and optimisation levels, the tests named in TESTS on a
# big-endian machine and on i386
d=build/compilers; mkdir -p $d; passed=0; failed=0; skipped=0
for c in "gcc -O0" "gcc -O1" "gcc -O2" "gcc -O3" "gcc -Os" "gcc -m32 -O2" "gcc -m32 -O3" "clang -O0" "clang -O2" "clang -O3" "tcc"; do
    if ! command -v ${c%% *} >/dev/null 2>&1 || ! echo 'int main(void){return 0;}' | $c -x c - -o $d/probe 2>/dev/null; then
        echo 'int main(void){return 0;}' >$d/probe.c
        if ! $c $d/probe.c -o $d/probe 2>/dev/null; then echo "skipped: $c (Debian: gcc-multilib, clang, tcc)"; skipped=$((skipped + 1)); continue; fi
    fi
    if $c -std=c99 -w -DNETS=1000 tests/test_net.c -o $d/t -lm 2>$d/log && ./$d/t >$d/log; then passed=$((passed + 1)); echo "ok   $c"; else failed=$((failed + 1)); echo "FAIL $c"; head -n 3 $d/log; fi
done
all() { # name, runner, compiler and flags: every test
    name=$1; runner=$2; shift 2
    for t in $TESTS; do
        if "$@" -std=c99 -O2 -w -DNETS=300 -DCASES=20000 -DFAULTS=20000 tests/test_$t.c -o $d/t -lm 2>$d/log && $runner ./$d/t >$d/log; then passed=$((passed + 1)); echo "ok   $name $t"
        else failed=$((failed + 1)); echo "FAIL $name $t"; head -n 3 $d/log; fi
    done
}
if command -v s390x-linux-gnu-gcc >/dev/null 2>&1 && command -v qemu-s390x >/dev/null 2>&1; then all "big-endian s390x" qemu-s390x s390x-linux-gnu-gcc -static
else echo "skipped: big-endian s390x (Debian: gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user)"; skipped=$((skipped + $(echo $TESTS | wc -w))); fi
if echo '#include <math.h>' | gcc -m32 -x c -c - -o $d/probe.o 2>/dev/null; then all "i386" "" gcc -m32
else echo "skipped: i386 (Debian: gcc-multilib, or gcc-12-multilib beside cross compilers)"; skipped=$((skipped + $(echo $TESTS | wc -w))); fi
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
