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
refused() { # words, status, program, arguments: one line that holds the words, and nothing else
    words=$1; status=$2; e=$3; shift 3
    "./$d/$e" "$@" >$d/$e.got 2>$d/$e.err
    if [ $? = "$status" ] && [ ! -s $d/$e.got ] && [ "$(wc -l <$d/$e.err)" = 1 ] && grep -q "$words" $d/$e.err
    then pass "$e: $words"
    else fail "$e $* should say '$words', said: $(head -n 1 $d/$e.err)"; fi
}
: >$d/empty; cat examples/models/halves.sucref examples/models/halves.sucref >$d/part
p="1 pictures"; m=examples/models
refused "cannot be read: No such file" $p $d/none
refused "from the library.s folder" $p examples/none
refused "cannot be read: Is a directory" $p $d
refused "cannot be read: it is empty" $p $d/empty
refused "no model that can be used: magic at byte 0" $p $m/lenet.npz
refused "more than one model" $p $d/part
refused "has several stops" $p $m/digits_44.sucref
refused "DEVICES is a number from 2 to 8" $p $m/halves.sucref 9
refused "DEVICES is a number from 2 to 8" $p $m/halves.sucref 3x
if $C -Wall -Wextra -o $d/classify examples/digits/classify.c $LDLIBS &&
    $C -Wall -Wextra -o $d/demo examples/digits/demo.c $LDLIBS &&
    $C -Wall -Wextra -o $d/train_digits examples/training/train_digits.c $LDLIBS; then
    refused "cannot be read: No such file" 2 classify $d/none x.pgm
    refused "784 inputs and 1 outputs, not 28x28 and 10" 2 classify $m/even.sucref x.pgm
    refused "784 inputs and 1 outputs, not 28x28 and 10" 2 demo $m/even.sucref x.pgm
    refused "SEED is a number, not x" 2 train_digits digits plain x $d/o.npz
    refused "cannot write $d/none/o.npz" 2 train_digits digits plain 1 $d/none/o.npz
else fail "programs of examples/digits and examples/training"; fi
# shellcheck disable=SC2016
if grep -q '^```c$' README.md; then
    sed -n '/^```c$/,/^```$/p' README.md | sed -e '1d' -e '/^```$/,$d' >$d/readme.c
    if $C $W -I. -o $d/readme $d/readme.c $LDLIBS && ./$d/readme >$d/readme.got; then
        pass "the program in README.md: $(tail -n 1 $d/readme.got)"
    else fail "the program in README.md"; fi
fi
total
