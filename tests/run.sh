# run.sh - runs the test programs given, then the builds and the tool; prints one total: N passed, N failed[, N skipped]
passed=0; failed=0; skipped=0
log=build/test.log
: >$log
count() { # count the closing line of a test program
    line=$(tail -n 1 "$1")
    set -- $(echo "$line" | sed -n 's/.*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    if [ $# = 3 ]; then passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); else failed=$((failed + 1)); fi
}
for t in "$@"; do
    ./$t >build/one.log 2>&1
    rc=$?
    cat build/one.log >>$log
    sed "s|^|$(basename $t): |" build/one.log | grep -v '0 failed, 0 skipped$'
    [ $rc = 0 ] || [ -n "$(grep -E ' [1-9][0-9]* failed' build/one.log)" ] || { echo "FAIL $t ended with $rc"; failed=$((failed + 1)); }
    count build/one.log
done
for s in tests/use.sh tests/tool.sh; do
    sh $s >build/one.log 2>&1
    cat build/one.log >>$log
    grep -v '0 failed, 0 skipped$' build/one.log
    count build/one.log
done
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
