# fuzz.sh - RUNS executions of libFuzzer on the model reader, seeded with small valid models
command -v clang >/dev/null 2>&1 || { echo "skipped: no clang (Debian: clang libclang-rt-14-dev)"; exit 0; }
d=build/fuzz; mkdir -p $d/corpus
${CC:-cc} -std=c99 -O1 -w -DREPLAY tests/fuzz_model.c -o $d/replay -lm && ./$d/replay $d/corpus || exit 1
clang -std=c99 -g -O1 -w -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all tests/fuzz_model.c -o $d/fuzz -lm || { echo "skipped: clang has no libFuzzer (Debian: libclang-rt-14-dev)"; exit 0; }
echo "model reader:"
./$d/fuzz -runs=${RUNS:-100000} -max_len=8192 -artifact_prefix=$d/ $d/corpus 2>&1 | tail -n 1 || exit 1
mkdir -p $d/tflite
${CC:-cc} -std=c99 -O1 -w tests/test_import.c -o $d/seeds -lm && ./$d/seeds seeds $d/tflite || exit 1
for f in ${SUCREF_DATA:-none} data ../shared/data; do cp $f/tflite/hello_world_int8.tflite $d/tflite/ 2>/dev/null; done
clang -std=c99 -g -O1 -w -DFUZZ -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all tests/test_import.c -o $d/import -lm || exit 1
echo "importer:"
./$d/import -runs=${RUNS:-100000} -max_len=4096 -artifact_prefix=$d/ $d/tflite 2>&1 | tail -n 1
