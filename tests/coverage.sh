#!/bin/sh
# coverage.sh - lines and branches of sucref.h that the tests named in TESTS reach
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
have gcovr || { skip "coverage (Debian: gcovr)"; total; exit; }
d=build/coverage; rm -rf $d; mkdir -p $d
TEST_DIR=$d; export TEST_DIR
for t in $TESTS; do
    if ! (cd $d && gcc -std=c99 -O0 -w --coverage -DCASES=20000 -DNETS=1000 "../../tests/test_$t.c" -o "test_$t" -lm) ||
        ! "./$d/test_$t" >$d/log; then
        cat $d/log; exit 1
    fi
done
gcovr -r . --filter '.*sucref\.h' --exclude-unreachable-branches --print-summary --txt $d/report.txt \
    --fail-under-line 98 --fail-under-branch 95 $d >$d/summary
rc=$?
tail -n 4 $d/summary
exit $rc
