#!/bin/sh
# scripts.sh - from_sklearn.py and from_torch.py of examples/tool, where those libraries are: models say what the float
# networks say, the commands in their first comments are those that they run; then networks of many kinds (scripts.py).
# PYTHON names another interpreter.
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/scripts; mkdir -p $d
python() { # module: an interpreter that has it
    for p in ${PYTHON:-python3 /usr/bin/python3}; do
        if "$p" -c "import sklearn, $1" 2>/dev/null; then echo "$p"; return; fi
    done
}
one_line() { sed -e 's/ \\$//' | tr -s ' \n' ' '; }
script() { # sklearn or torch, packages
    p=$(python "$1")
    if [ -z "$p" ]; then skip "from_$1.py (Debian: $2)" 3; return; fi
    f=examples/tool/from_$1.py
    if "$p" -W ignore "$f" >"$d/$1"; then pass "from_$1: $(tail -n 1 "$d/$1")"
    else fail "$f"; tail -n 3 "$d/$1"; fi
    sed -n '/^    \$ /,/^$/p' "$f" | one_line >"$d/told"
    { printf ' '; grep '^\$ ' "$d/$1"; } | one_line >"$d/ran"
    if cmp "$d/told" "$d/ran"; then pass "from_$1: its comment's commands are those that it runs"
    else fail "$f runs other commands"; fi
    if "$p" -W ignore tests/scripts.py "$1" ${SEED:+"$SEED"} >"$d/log" 2>&1; then pass "$(tail -n 1 "$d/log")"
    else fail "tests/scripts.py $1"; tail -n 5 "$d/log"; fi
}
script sklearn python3-sklearn
script torch "python3-torch python3-sklearn"
total
