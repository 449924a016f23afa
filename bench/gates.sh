#!/bin/sh
# gates.sh - the counts and sizes in build/ (make bench-mcu size) against the limits of bench/gates.csv. A line of it:
#
#   FILE,"KEY",LIMIT        KEY: a core, then what was counted ("m0 4,4 1": 784 x 128, plan 4,4, stop 1; "m0 full
#                           256x256 8 oneshot": another input and shape; of a network "m0 real plain 8 oneshot");
#                           LIMIT: the measured number with 3 % to spare, or the "KEY" of a number that may not be
#                           exceeded, or a share of it: .5*"KEY"; a * in a KEY stands for anything: a limit of all that
#                           was counted under such a name and has no line of its own
#
# UPDATE=1 writes the limits again, 3 % above what build/ holds; look at the difference before it is committed.
# shellcheck disable=SC2016 # awk programs stand in single quotes
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/gates; mkdir -p $d
table=bench/gates.csv
: >$d/found
found() { # file, awk program that prints KEY<tab>NUMBER; a plan in quotes loses them, its commas become semicolons
    [ -f "build/$1" ] || { echo "gates: no build/$1 (make bench-mcu size)"; return; }
    sed -e '1d' -e 's/"\([^"]*\)"/<\1>/' -e ':a' -e 's/\(<[^>,]*\),\([^>]*>\)/\1;\2/' -e 'ta' -e 's/[<>]//g' \
        "build/$1" | awk -F, -v OFS='\t' -v file="$1" "$2" | sed "s/;/,/g" >>$d/found
}
found bench-mcu.csv '{ layer = $2 == "pairs" || $2 == "quads" || $2 == "halves" || $2 == "rows"
    usual = $4 == 784 && $5 == ($1 == "avr" ? 20 : 128)
    what = layer ? $1 ($12 == "relu" ? " " : " " $12 " ") (usual ? "" : $4 "x" $5 " ") $3 : $1 " " $12 " " $2 " " $3
    print file, what " " $6, $7; print file, what " scratch", $10 }'
found bench-mcu-vec.csv '{ print file, $1 " " $2, $3 }'
found bench-mcu-parity.csv '{ print file, $1 " " $2, $3 }'
found bench-mcu-mix.csv '{ print file, $1 " " $2, $3 }'
found bench-mcu-steps.csv '{ if ($8 > most[$1]) { most[$1] = $8 } }
    END { for (core in most) { print file, core " stack", most[core] } }'
found bench-mcu-ratios.csv '{ print file, $1 " " $2, $3 }'
found size.csv '{ print file, $1 " " $2 " " $3, $4 }'
if [ -n "${UPDATE:-}" ]; then
    sed 's/^\([^,]*\),"\([^"]*\)",\(.*\)$/\1	\2	\3/' $table | awk -F'\t' -v found=$d/found '
        BEGIN { while ((getline line < found) > 0) { split(line, f, "\t"); n[f[1], f[2]] = f[3] } }
        NF < 3 { print; next }
        { kept = $3 ~ /"/ || $1 ~ /ratios/ || !(($1, $2) in n) }
        { printf "%s,\"%s\",%s\n", $1, $2, kept ? $3 : int(n[$1, $2] * 1.03) }
        ' >$d/table && cp $d/table $table
fi
sed -n 's/^\([^,]*\),"\([^"]*\)",\(.*\)$/\1	\2	\3/p' $table | tr -d '"' | awk -F'\t' -v OFS='\t' -v found=$d/found '
    { line[NR] = $0; own[$1, $2] = 1 }
    END {
        while ((getline one < found) > 0) { split(one, f, "\t"); name[++names] = f[1] SUBSEP f[2] }
        for (i = 1; i <= NR; i++) {
            split(line[i], f, "\t")
            if (f[2] !~ /[*]/) { print line[i]; continue }
            like = "^" f[1] SUBSEP f[2] "$"
            gsub(/[.]/, "[.]", like); gsub(/[*]/, ".*", like)
            some = 0
            for (k = 1; k <= names; k++) {
                if (name[k] !~ like) { continue }
                some = 1
                if (!(name[k] in own)) { split(name[k], g, SUBSEP); print f[1], g[2], f[3] }
            }
            if (!some) { print line[i] }
        }
    }' >$d/limits
awk -F'\t' -v found=$d/found '
    function kind(key) { split(key, k, " "); return k[2] ~ /^(real|drawn)$/ ? k[2] : "" }
    BEGIN { while ((getline line < found) > 0) { split(line, f, "\t"); n[f[1], f[2]] = f[3]; any[kind(f[2])] = 1 } }
    { share = 1; key = $3 }
    $3 ~ /^[0-9.]+[*]/ { share = $3 + 0; sub(/^[0-9.]+[*]/, "", key) }
    kind($2) != "" && !(kind($2) in any) {
        if (!told[kind($2)]++) { print "skipped: networks on " kind($2) " pictures were not measured" }
        next
    }
    !(($1, $2) in n) || (key !~ /^[0-9.]+$/ && !(($1, key) in n)) {
        print "skipped: " $1 ", " $2 " was not measured (make bench-mcu size)"; next }
    { limit = share * (key ~ /^[0-9.]+$/ ? key : n[$1, key]) }
    n[$1, $2] > limit + 0 { print "FAIL " $1 ", " $2 ": " n[$1, $2] " is over " limit; next }
    { print "ok   " $1 ", " $2 ": " n[$1, $2] " of " limit }' $d/limits >$d/result
grep -v '^ok' $d/result
passed=$(grep -c '^ok' $d/result); failed=$(grep -c '^FAIL' $d/result); skipped=$(grep -c '^skipped' $d/result)
[ "$((passed + failed + skipped))" -gt 0 ] || fail "$table has no limits"
total
