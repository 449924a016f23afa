#!/bin/sh
# compilers.sh - the exactness test (tests/test_net.c) under several compilers and optimisation levels, the tests named
# in TESTS on a big-endian machine and on i386
# shellcheck disable=SC2086 # TESTS, compilers and their flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/compilers; mkdir -p $d
TEST_DIR=$d; export TEST_DIR
for c in "gcc -O0" "gcc -O1" "gcc -O2" "gcc -O3" "gcc -Os" "gcc -m32 -O2" "gcc -m32 -O3" "clang -O0" "clang -O1" \
    "clang -O2" "clang -O3" "clang -Os" "tcc"; do
    if ! have ${c%% *} || ! runs $c; then skip "$c (Debian: gcc-multilib, clang, tcc)"; continue; fi
    if $c -std=c99 -w -DNETS=1000 tests/test_net.c -o $d/t -lm 2>$d/log && ./$d/t >$d/log; then pass "$c"
    else fail "$c"; head -n 3 $d/log; fi
done
all() { # name, runner, compiler and flags: every test
    name=$1; runner=$2; shift 2
    for t in $TESTS; do
        if "$@" -std=c99 -O2 -w -DNETS=300 -DCASES=20000 -DFAULTS=20000 tests/test_$t.c -o $d/t -lm 2>$d/log &&
            $runner ./$d/t >$d/log; then pass "$name $t"
        else fail "$name $t"; head -n 3 $d/log; fi
    done
}
if have s390x-linux-gnu-gcc && have qemu-s390x; then all "big-endian s390x" qemu-s390x s390x-linux-gnu-gcc -static
else skip "big-endian s390x (Debian: gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user)" "$(words $TESTS)"; fi
if runs gcc -m32; then all "i386" "" gcc -m32
else skip "i386 ($I386)" "$(words $TESTS)"; fi
total
