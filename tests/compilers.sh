# compilers.sh - the exactness test (tests/test_net.c) under several compilers and optimisation levels
d=build/compilers; mkdir -p $d; passed=0; failed=0; skipped=0
for c in "gcc -O0" "gcc -O1" "gcc -O2" "gcc -O3" "gcc -Os" "gcc -m32 -O2" "gcc -m32 -O3" "clang -O0" "clang -O2" "clang -O3" "tcc"; do
    if ! command -v ${c%% *} >/dev/null 2>&1 || ! echo 'int main(void){return 0;}' | $c -x c - -o $d/probe 2>/dev/null; then
        echo 'int main(void){return 0;}' >$d/probe.c
        if ! $c $d/probe.c -o $d/probe 2>/dev/null; then echo "skipped: $c (Debian: gcc-multilib, clang, tcc)"; skipped=$((skipped + 1)); continue; fi
    fi
    if $c -std=c99 -w -DNETS=1000 tests/test_net.c -o $d/t -lm 2>$d/log && ./$d/t >$d/log; then passed=$((passed + 1)); echo "ok   $c"; else failed=$((failed + 1)); echo "FAIL $c"; head -n 3 $d/log; fi
done
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
