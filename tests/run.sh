#!/bin/sh
# run.sh PROGRAMS - runs these test programs, then the builds and the tool; SEED starts the programs elsewhere, LIST=1
# lists the tests. Prints what is not as it should be, then one total: N passed, N failed[, N skipped].
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/test; log=$d/log
mkdir -p $d
TEST_DIR=$d; export TEST_DIR
if [ -n "${LIST:-}" ]; then
    for t in "$@"; do "./$t" --list | sed "s|^|$(basename "$t"): |"; done
    sh tests/use.sh
    sh tests/paper.sh
    exec sh tests/tool.sh
fi
: >$log
count() { # adds up the closing line of a file
    line=$(sed -n '$s/.*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 + p \2 + f \3 + s/p' "$1")
    if [ -z "$line" ]; then failed=$((failed + 1)); return; fi
    passed=$((passed + ${line%% + p*}))
    line=${line#* + p }
    failed=$((failed + ${line%% + f*}))
    line=${line#* + f }
    skipped=$((skipped + ${line%% + s*}))
}
one() { # name, command: what it says beyond a good closing line is shown
    name=$1; shift
    "$@" >$d/one 2>&1
    rc=$?
    cat $d/one >>$log
    sed "s|^|$name: |" $d/one | grep -v '0 failed, 0 skipped$'
    [ $rc = 0 ] || grep -q ' [1-9][0-9]* failed' $d/one || fail "$name ended with $rc"
    count $d/one
}
for t in "$@"; do one "$(basename "$t")" "./$t" ${SEED:+"$SEED"}; done
one use sh tests/use.sh
one paper sh tests/paper.sh
one tool sh tests/tool.sh
total
