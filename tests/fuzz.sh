#!/bin/sh
# fuzz.sh - libFuzzer on the model reader, then on the importer, both seeded with small valid files.
#   RUNS=N sh tests/fuzz.sh    N executions of each; default 100000, -1: no end
#   TIME=S sh tests/fuzz.sh    at most S seconds of each, too, whichever comes first; default 0: no limit
# What reached something new stays in build/fuzz/corpus and build/fuzz/tflite, where the next run goes on. A finding is
# written to build/fuzz: give it to the program there, with ASAN_OPTIONS=malloc_context_size=30 to see who allocated.
# For speed comparisons are not traced (fuzz_change.h knows what numbers files have), and rare features have no weights;
# files are changed twice at most, for more of them to open. Coverage at equal executions is no less with all of that.
# shellcheck disable=SC2086 # C is several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
# shellcheck source=examples/training/data.sh
. examples/training/data.sh
d=build/fuzz; mkdir -p $d/corpus $d/tflite
F="clang -std=c99 -g -O2 -w -fsanitize=fuzzer,address,undefined -fno-sanitize-coverage=trace-cmp
    -fno-sanitize-recover=all"
if ! have clang || ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' >$d/probe.c || ! $F $d/probe.c -o $d/probe \
    2>/dev/null; then
    skip "fuzzing ($CLANG)"; total; exit
fi
fuzz() { # what, program, longest input, corpus
    echo "$1:"
    if ./$d/$2 -runs=${RUNS:-100000} -max_total_time=${TIME:-0} -max_len=$3 -mutate_depth=2 -entropic=0 \
        -reload=0 -print_funcs=0 -artifact_prefix=$d/ $d/$4 >$d/log 2>&1; then
        passed=$((passed + 1)); grep -a DONE $d/log
    else fail "$1"; grep -E 'Seed|ERROR|SUMMARY|runtime error|Test unit written' $d/log; fi
}
$C -w -DREPLAY tests/fuzz_model.c -o $d/replay $LDLIBS && ./$d/replay seeds $d/corpus >/dev/null &&
    $F tests/fuzz_model.c -o $d/fuzz -lm || exit 1
fuzz "model reader" fuzz 4096 corpus
$C -w -DSEEDS tests/fuzz_import.c -o $d/seeds $LDLIBS && ./$d/seeds $d/tflite &&
    $F tests/fuzz_import.c -o $d/import -lm || exit 1
if t=$(data_dir tflite/hello_world_int8.tflite); then cp $t/tflite/hello_world_int8.tflite $d/tflite/; fi
for m in 9b931a24 9ccac1a0 e10999b6; do # convolutions, pools, a mean; too long to be changed whole, not to be read
    if t=$(data_dir wild/$m.tflite); then cp $t/wild/$m.tflite $d/tflite/; fi
done
fuzz "importer" import 10240 tflite
total
