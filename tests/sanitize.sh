#!/bin/sh
# sanitize.sh - the test programs named in TESTS under address + undefined behaviour (gcc), those that run the engine
# under clang's, with its integer checks, and under memory; ALL=1: all of them, and more of each; QUICK=1: fewer. Under
# gcc the families of kernels, too
# shellcheck disable=SC2086 # TESTS and flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/sanitize; mkdir -p $d
try() { # name, source, flags; the library's bodies are $library
    name=$1; source=$2; shift 2
    if $build -DTEST_LIBRARY "$@" tests/$source.c $o/$library.o -o $o/t $LDLIBS &&
        TEST_DIR=$o ./$o/t ${SEED:+"$SEED"} >$o/log 2>&1; then
        passed=$((passed + 1))
    else fail "$label $name"; grep -E 'ERROR|runtime error|FAIL|:[0-9]+:' $o/log | head -n 3; fi
}
most="-DCASES=30000 -DNETS=100 -DFAULTS=20000"
[ -z "${ALL:-}" ] || most="-DCASES=100000 -DNETS=300 -DFAULTS=50000"
halves=-DTEST_LAYOUT=SUCREF_LAYOUT_HALVES rows=-DTEST_LAYOUT=SUCREF_LAYOUT_ROWS
engine="certified depth engine evaluator exchange exchange_files fusion groups hostile model nested net \
picture_files pictures prepare sums syndrome triangular vec widths writer"
few="hostile model net picture_files pictures writer"
one() { # label, folder, compiler and flags; the counts go to a file, for two of these run side by side
    label=$1; o=$d/$2; shift 2; mkdir -p $o; passed=0; failed=0; programs=$TESTS
    [ $label = gcc ] || [ -n "${ALL:-}" ] || programs=$engine
    if [ -n "${QUICK:-}" ]; then programs=$few; [ $label != gcc ] || programs=$engine; fi
    build="$* -std=c99 -g -w -fno-sanitize-recover=all"
    library=library; $build -c tests/library.c -o $o/library.o || { fail "$label library"; return; }
    for t in $programs; do try $t test_$t $most; done
    try replay fuzz_model -DREPLAY
    for k in -DSUCREF_KERNEL=1 -DSUCREF_KERNEL=2 -DSUCREF_KERNEL=4 -DSUCREF_CONSTANT_WORK $halves $rows; do
        [ $label = gcc ] && [ -z "${QUICK:-}" ] || [ $k = $halves ] || [ $k = $rows ] || continue
        library=library
        case $k in -DSUCREF*) library=other; $build $k -c tests/library.c -o $o/other.o ;; esac
        try "net $k" test_net $most $k
        try "pictures $k" test_pictures $most $k
        try "picture files $k" test_picture_files $k
        [ $label != gcc ] || try "evaluator $k" test_evaluator $most $k
    done
    echo $passed $failed >$o/count
}
rm -rf $d/*/count
(one gcc gcc gcc -O1 -fsanitize=address,undefined) &
if have clang && runs clang -fsanitize=memory; then
    (one clang clang clang -O1 -fsanitize=address,undefined,integer,implicit-conversion \
        -fno-sanitize=unsigned-integer-overflow,unsigned-shift-base,implicit-conversion)
    (one memory memory clang -O1 -fsanitize=memory)
else skip "clang's sanitizers ($CLANG)" $((2 * ($(words $engine) + 7))); fi
wait
passed=$(cat $d/*/count | awk '{ n += $1 } END { print n + 0 }')
failed=$(cat $d/*/count | awk '{ n += $2 } END { print n + 0 }')
total
