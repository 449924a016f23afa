#!/bin/sh
# paper.sh - the reader that guards build/paper.csv: a good table passes, each damaged one is refused for its own reason
# shellcheck disable=SC2086 # flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/paper_test; mkdir -p $d
says() { # sentence, status, words of the answer, table
    if [ -n "${LIST:-}" ]; then echo "paper: $1"; return; fi
    $d/check "$4" >$d/log 2>&1; rc=$?
    if [ $rc = "$2" ] && grep -q -e "$3" $d/log; then passed=$((passed + 1))
    else fail "$1: said ($rc): $(head -n 1 $d/log)"; fi
}
if [ -z "${LIST:-}" ] && ! $C bench/paper/check.c -o $d/check $LDLIBS 2>$d/log; then
    fail "bench/paper/check.c does not compile: $(head -n 1 $d/log)"; report paper; exit
fi
cat >$d/good.csv <<'X'
source,item,published,as printed,ours,reproduces,goal,meets,note
SR Table I,"a, quoted ""item""",1.0000,1.0000,,yes,0.9 to 1.1,yes,
ours,no goal,,,2.0000,,,,
data,no value,,,,,,,needs data
X
{ cat $d/good.csv; echo 'ours,worse,,,3.0000,,<= 2,no,'; } >$d/broken.csv
sed '1s/published,as printed/as printed,published/' $d/good.csv >$d/swapped.csv
sed '3s/,$//' $d/good.csv >$d/short.csv
sed '3s/no goal/no, goal/' $d/good.csv >$d/comma.csv
sed '4s/needs data//' $d/good.csv >$d/silent.csv
dd if=$d/good.csv of=$d/cut.csv bs=1 count=$(($(wc -c <$d/good.csv) - 3)) 2>/dev/null
says "a good table" 0 '3 rows; 1 goals met, 0 broken; .* 1 come out again, 0 do not; 1 rows' $d/good.csv
says "columns of other names" 1 'must name the 9 columns' $d/swapped.csv
says "a row of eight fields" 1 'row 2 is not CSV' $d/short.csv
says "a comma without quotes" 1 'row 2 is not CSV' $d/comma.csv
says "a broken goal" 1 'BROKEN ours: worse (<= 2)' $d/broken.csv
says "a cut last line" 1 'row 3 is not CSV' $d/cut.csv
says "no value and no reason" 1 'row 3 (no value) has no value' $d/silent.csv
says "no file" 2 'cannot be read' $d/none.csv
[ -n "${LIST:-}" ] || report paper
