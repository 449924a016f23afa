# rules.sh - sourced by warn.sh: rules for the sources that no compiler knows. rule NAME COMMAND: what the command
# prints breaks the rule.
# shellcheck shell=sh disable=SC2016,SC2046,SC2086,SC2154 # awk in single quotes; d and CC are warn.sh's
rule() {
    name=$1; shift
    "$@" >$d/broken 2>&1
    if [ -s $d/broken ]; then fail "$name"; head -n 5 $d/broken | cut -c 1-140; else passed=$((passed + 1)); fi
}
scripts=$(find . -name '*.sh' ! -path './build/*' | sort)
c_files=$(find sucref.h examples tests bench -name '*.[ch]' | sort)
$CC -fpreprocessed -dD -E -P sucref.h >$d/code.c 2>/dev/null # without comments
# lines of the header (the goal is 5600), functions, lines of a page, percent
: "${MOST_LINES:=13984}" "${MOST_PUBLIC:=98}" "${MOST_PAGE:=70}" "${LONG_SHARE:=10}"

functions() { # length and name of every function of sucref.h, from its signature to its brace
    awk '/^[A-Za-z].*\(/ && !/^(typedef|struct|enum|union)/ { at = NR; name = $0; one = /\}$/
                                                             if (one) { print 1, name } }
         /^\}/ && at { print NR - at + 1, name; at = 0 }
         /;$/ && at == NR { at = 0 }' sucref.h
}
long_functions() { # more than one in ten over 30 lines
    functions | awk -v most=$LONG_SHARE '
        { n++; long += $1 > 30 }
        END { if (100 * long > most * n) { print long " of " n " functions are longer than 30 lines" } }'
}
public() { sed -n 's/^SUCREF_API .*\(sucref_[a-z0-9_]*\)(.*/\1/p' sucref.h | sort -u; }

rule "C sources within 120 columns" awk 'length > 120 { print FILENAME ":" FNR }' \
    $(echo $c_files | tr ' ' '\n' | grep -v 'golden')
rule "scripts, Makefile and CI within 120 columns" awk 'length > 120 { print FILENAME ":" FNR }' \
    $scripts Makefile .ci/run examples/mcu/*.ld tests/mutants.py
rule "sucref.h has no float, no heap, no math.h" grep -nwE 'float|double|malloc|calloc|realloc|free|math\.h' $d/code.c
rule "sucref.h has at most $MOST_LINES lines" awk -v most=$MOST_LINES 'END { if (NR > most) { print NR } }' sucref.h
rule "sucref.h has at most $MOST_PUBLIC public functions" \
    sh -c "n=$(public | wc -l); [ \$n -le $MOST_PUBLIC ] || echo \$n"
rule "nine in ten functions of sucref.h have at most 30 lines" long_functions
rule "what is private to sucref.h is used by nobody else" grep -rnE 'sucref_i_|SUCREF_I_' \
    examples tests bench README.md --include=*.c --include=*.h --include=*.md --exclude=mcu_ends.c # rows' ends apart
rule "the examples are pages of at most $MOST_PAGE lines" \
    awk -v most=$MOST_PAGE 'FNR == most + 1 { print FILENAME }' examples/*.c
rule "loops end on errors" grep -nE '!= *SUCREF_DONE\) *(\{ *\}|;)' -r examples README.md sucref.h
rule "examples include nothing from tests or bench" grep -rnE 'include.*(tests|bench)/' examples
rule "every script starts as the others do" sh -c '
    for f in "$@"; do
        case $f in */lib.sh|*_lib.sh|*/data.sh|*/rules.sh) continue ;; esac # sourced
        head -n 1 $f | grep -q "^#!/bin/sh$" && grep -q "^set -u$" $f || echo $f
    done' rules $scripts
for f in $scripts; do rule "$f is read by sh" sh -n $f; done
if have shellcheck; then rule "shellcheck has nothing to say" shellcheck -x $scripts .ci/run
else skip "shellcheck (Debian: shellcheck)"; fi
rule "READMEs name files that exist" sh -c '
    for r in "$@"; do
        for f in $(grep -o "\`[^\` *$]*\.\(c\|h\|sh\|py\|ld\|sucref\)\`" $r | tr -d "\`"); do
            [ -e "$(dirname $r)/$f" ] || [ -e "$f" ] || echo "$r: $f"
        done
    done' readmes examples/README.md examples/*/README.md tests/README.md
