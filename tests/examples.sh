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
refused() { # words, arguments of pictures
    words=$1; shift
    ./$d/pictures "$@" >$d/pictures.got 2>$d/pictures.err
    if [ $? = 1 ] && [ ! -s $d/pictures.got ] && [ "$(wc -l <$d/pictures.err)" = 1 ] &&
        grep -q "$words" $d/pictures.err; then pass "pictures: $words"
    else fail "pictures $* should say '$words', said: $(head -n 1 $d/pictures.err)"; fi
}
: >$d/empty; cat examples/models/halves.sucref examples/models/halves.sucref >$d/part
refused "cannot be read: No such file" $d/none
refused "cannot be read: Is a directory" $d
refused "cannot be read: it is empty" $d/empty
refused "no model that can be used: magic at byte 0" examples/models/lenet.npz
refused "more than one model" $d/part
refused "has several stops" examples/models/digits_44.sucref
refused "DEVICES is a number from 2 to 8" examples/models/halves.sucref 9
refused "DEVICES is a number from 2 to 8" examples/models/halves.sucref 3x
# shellcheck disable=SC2016
if grep -q '^```c$' README.md; then
    sed -n '/^```c$/,/^```$/p' README.md | sed -e '1d' -e '/^```$/,$d' >$d/readme.c
    if $C $W -I. -o $d/readme $d/readme.c $LDLIBS && ./$d/readme >$d/readme.got; then
        pass "the program in README.md: $(tail -n 1 $d/readme.got)"
    else fail "the program in README.md"; fi
fi
total
