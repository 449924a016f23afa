# coverage.sh - lines and branches of sucref.h that the tests named in TESTS reach
command -v gcovr >/dev/null 2>&1 || { echo "skipped: no gcovr (Debian: gcovr)"; exit 0; }
d=build/coverage; rm -rf $d; mkdir -p $d
for t in $TESTS; do
    (cd $d && gcc -std=c99 -O0 -w --coverage -DCASES=20000 -DNETS=1000 ../../tests/test_$t.c -o test_$t -lm) && ./$d/test_$t >$d/log || { cat $d/log; exit 1; }
done
gcovr -r . --filter '.*sucref\.h' --exclude-unreachable-branches --print-summary --txt $d/report.txt --fail-under-line 98 --fail-under-branch 95 $d | tail -n 4
