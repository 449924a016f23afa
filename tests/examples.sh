#!/bin/sh
# examples.sh NAMES - builds these examples under -Wall -Wextra -Werror and runs them, from the top of the tree, and
# compares with the lines behind ` * Output:` in their first comment; then the programs of cluster/ that need nothing
# else, and the README's program.
# shellcheck disable=SC2086 # C is several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/examples; mkdir -p $d
W="-Wall -Wextra -Werror"
example() { # name, source
    sed -n '/^ \* Output:$/,/^ \*\//p' $2 | sed -e '1d' -e '$d' -e 's/^ \*     //' -e 's/^ \*$//' >$d/$1.want
    if $C $W -o $d/$1 $2 $LDLIBS && ./$d/$1 >$d/$1.got 2>$d/$1.err && [ -s $d/$1.want ] &&
        cmp -s $d/$1.want $d/$1.got; then pass "$1"
    else fail "$1"; diff $d/$1.want $d/$1.got | head -n 5; fi
}
for e in "$@"; do example $e examples/$e.c; done
for e in learners devices halves pictures; do example $e examples/cluster/$e.c; done
# shellcheck disable=SC2016
if grep -q '^```c$' README.md; then
    sed -n '/^```c$/,/^```$/p' README.md | sed -e '1d' -e '/^```$/,$d' >$d/readme.c
    if $C $W -I. -o $d/readme $d/readme.c $LDLIBS && ./$d/readme >$d/readme.got; then
        pass "the program in README.md: $(tail -n 1 $d/readme.got)"
    else fail "the program in README.md"; fi
fi
total
