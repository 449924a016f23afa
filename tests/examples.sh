# examples.sh - builds and runs the examples named, from the top of the tree, and compares with the lines behind
# ` * Output:` in their first comment; then the README's program and its output, if it has one.
CC=${CC:-cc}; CFLAGS=${CFLAGS:--O2}; passed=0; failed=0
d=build/examples; mkdir -p $d
for e in "$@"; do
    sed -n '/^ \* Output:$/,/^ \*\//p' examples/$e.c | sed -e '1d' -e '$d' -e 's/^ \*     //' -e 's/^ \*$//' >$d/$e.want
    if $CC -std=c99 $CFLAGS -w -o $d/$e examples/$e.c -lm && ./$d/$e >$d/$e.got && [ -s $d/$e.want ] && cmp -s $d/$e.want $d/$e.got; then
        passed=$((passed + 1)); echo "ok   $e"
    else failed=$((failed + 1)); echo "FAIL $e"; diff $d/$e.want $d/$e.got | head -n 5; fi
done
if grep -q '^```c$' README.md 2>/dev/null; then
    sed -n '/^```c$/,/^```$/p' README.md | sed -e '1d' -e '/^```$/,$d' >$d/readme.c
    if $CC -std=c99 $CFLAGS -Wall -Wextra -Werror -I. -o $d/readme $d/readme.c && ./$d/readme >$d/readme.got; then
        passed=$((passed + 1)); echo "ok   the program in README.md: $(tail -n 1 $d/readme.got)"
    else failed=$((failed + 1)); echo "FAIL the program in README.md"; fi
fi
echo "examples: $passed passed, $failed failed"
[ $failed = 0 ]
