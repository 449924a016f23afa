# ratios.awk - build/bench-mcu-ratios.csv from the other tables of `make bench-mcu`: the cost of the worst input by that
# of a ReLU-like one, instructions per unit of budget from input to input, programs compiled otherwise by those at -O2
function field_commas(    i, m, part) { # commas inside quotes become semicolons
    m = split($0, part, "\"")
    $0 = part[1]
    for (i = 2; i <= m; i++) { if (i % 2 == 0) { gsub(/,/, ";", part[i]) } $0 = $0 part[i] }
}
function put(core, what, ratio, more) {
    printf "%s,%s,%.3f\n", core, what, ratio >csv
    printf "%-4s %-34s %6.3f%s\n", core, what, ratio, more
}
function seen(list, name) {
    if (!((list, name) in known)) { known[list, name] = 1; names[list] = names[list] " " name }
}
# a row of a variant by the one at -O2: what it is of, and its stage, which gates do not tell apart
function compared(v, core, r, what, stage,    p, one) {
    p = v " " core; one = core "," v " " what
    seen("variants", p)
    if (v ~ /builtin|freestanding/ && r < 1) { r = 1 / r }
    if (!(one in each)) { ones[++n_ones] = one }
    if (r > each[one]) { each[one] = r }
    rows[p]++
    if (r > top[p]) { top[p] = r }
    if (!(p in bottom) || r < bottom[p]) { bottom[p] = r }
    if (r > (v == "os" ? 1.15 : v == "c" ? 4 / 3 : 1.03)) {
        over[p] = over[p] sprintf("\n       %s %s%s: %.3f", v, what, stage, r)
    }
}
BEGIN { FS = ","; csv = "build/bench-mcu-ratios.csv"; print "core,what,ratio" >csv }
FNR == 1 { next }
{ field_commas() }
FILENAME ~ /bench-mcu.csv$/ {
    n[$1, $2, $3, $4, $5, $6, $12] = $7
    if ($2 == "psoc" && $6 == "oneshot") { psoc[$1, $12] = $7 / $8; seen("psoc", $1) }
    if ($2 !~ /^(pairs|quads|halves|rows)$/ || $3 != "8" || $6 != "oneshot") { next }
    shape = $4 "x" $5
    seen("shapes", shape); seen("cores", $1)
    if ($12 == "relu") { usual[$1, shape] = $7 }
    if ($7 > worst[$1, shape]) { worst[$1, shape] = $7; which[$1, shape] = $12 }
    next
}
FILENAME ~ /steps/ {
    if ($8 > stack[$1]) { stack[$1] = $8; deepest[$1] = $2 }
    seen("stacks", $1)
    if ($3 != "8") { next }
    unit = $1 SUBSEP $2
    seen("units", $1 " " $2)
    if ($4 == "zeros") { zeros[unit] = $7; next }
    if (!(unit in most) || $7 > most[unit]) { most[unit] = $7; dearest[unit] = $4 }
    if (!(unit in least) || $7 < least[unit]) { least[unit] = $7; cheapest[unit] = $4 }
    next
}
FILENAME ~ /worst/ && $10 != "" { compared("c", $1, $4 / plain[$1, $2, $3], $2 " " $3, ""); next }
FILENAME ~ /worst/ {
    plain[$1, $2, $3] = $4
    if ($7 != "") { against++; if ($6 > $7) { above = above "\n  " $1 " " $2 " " $3 ": " $6 ", CMSIS-NN " $7 } }
    next
}
{ # a variant
    v = FILENAME
    sub(/.*bench-mcu-/, "", v); sub(/\.csv/, "", v)
    base = n[$1, $2, $3, $4, $5, $6, $12]
    if (!base || $6 == "sum") { next }
    compared(v, $1, $7 / base, ($2 ~ /^(pairs|quads|halves|rows)$/ ? $4 "x" $5 : $2) " " $3 " " $12, " " $6)
}
END {
    print "worst input by a ReLU-like one, one-shot:"
    k = split(names["cores"], core, " "); m = split(names["shapes"], shape_of, " ")
    for (i = 1; i <= k; i++) {
        for (j = 1; j <= m; j++) {
            s = shape_of[j]
            if (!usual[core[i], s]) { continue }
            put(core[i], "worst " s, worst[core[i], s] / usual[core[i], s], ", " which[core[i], s])
        }
    }
    print "instructions per unit of budget, most by least (goal 1.6), zeros apart:"
    k = split(names["units"], unit_of, " ")
    for (i = 1; i < k; i += 2) {
        u = unit_of[i] SUBSEP unit_of[i + 1]
        put(unit_of[i], "budget " unit_of[i + 1], most[u] / least[u],
            sprintf(": %.2f (%s) to %.2f (%s)%s", least[u], cheapest[u], most[u], dearest[u],
                u in zeros ? sprintf(", all zeros %.2f", zeros[u]) : ""))
        if (u in zeros) { put(unit_of[i], "budget-zeros " unit_of[i + 1], zeros[u] / least[u], "") }
    }
    print "stack of steps, most (goal 256 bytes):"
    k = split(names["stacks"], core, " ")
    for (i = 1; i <= k; i++) { printf "%-4s %d bytes, %s\n", core[i], stack[core[i]], deepest[core[i]] }
    print "vibration model, instructions per weight (goal on m0: 5):"
    k = split(names["psoc"], core, " ")
    for (i = 1; i <= k; i++) {
        put(core[i], "psoc centred", psoc[core[i], "centred"], "")
        put(core[i], "psoc random", psoc[core[i], "random"], "")
    }
    print "compiled otherwise, of the rows at -O2, least to most, and those over 1.15 (os), 1.03 (no-builtin,"
    print "freestanding) or 1.333 (c: without assembly):"
    k = split(names["variants"], pair, " ")
    for (i = 1; i < k; i += 2) {
        p = pair[i] " " pair[i + 1]
        printf "%-4s %-12s %5.3f to %5.3f, %d rows%s\n", pair[i + 1], pair[i], bottom[p], top[p], rows[p], over[p]
    }
    for (i = 1; i <= n_ones; i++) { printf "%s,%.3f\n", ones[i], each[ones[i]] >csv }
    printf "%d rows of the worst inputs have a published count of CMSIS-NN beside them; above it:%s\n", against,
        above ? above : " none"
}
