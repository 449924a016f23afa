/* fuzz_import.c - an entry for libFuzzer on the importer of TensorFlow Lite files; with SEEDS a main() that writes the
 * files from which it starts into a folder. */

/* a fuzzer's most operators: clearing room that nothing uses would take most of its time. LARGEST: numbers and
 * multiply-adds of an int8 network that is made a model. A damaged file may ask for a thousand times its own bytes; of
 * the random networks that a fuzzer starts from one in a hundred is larger */
enum { FEW = 32, MOST = 30000, LARGEST = 80000, LONGEST = 1 << 15 };
#define GRAPH_ROOM FEW
#define RANGE_SIDE 64
#include <stdlib.h>
#define SUCREF_HOST
#define SUCREF_STATIC
#define SUCREF_ASSERT(cond) ((cond) ? (void)0 : abort())
#include "../sucref.h"
#ifdef SEEDS
#  include "graph_float.h"
#  include "graph_random.h"
#else
#  include "fuzz_change.h"
#endif
#include "import_any.h"

#ifdef SEEDS
/* more operators than a fuzzer has room for */
static void many_steps(gf_file *f)
{
    int at, to, k;
    gf_begin(f);
    f->part[0].input = at = gf_image(f, 1, 1, 2, 1, 0);
    for (k = 0; k <= FEW; k++, at = to) {
        to = gf_image(f, 1, 1, 2, 1, 0);
        gf_add(&f->part[0], GRAPH_RELU, 1, &at, to);
    }
    f->part[0].output = at;
    gf_write(f);
}

/* chains of dense layers, networks of all operators, and these in float; mostly small ones, in which a change meets
 * more */
int main(int argc, char **argv)
{
    const char *dir = argc == 2 ? argv[1] : ".";
    static const int ends[] = { 0, TF_DEQUANTIZE, TF_RELU, TF_LOGISTIC, TF_SOFTMAX };
    static tf_file chain;
    static gf_file net;
    int k;
    for (k = 0; k < 2000; k++) {
        const tf_file *f = k % 20 == 0 ? &chain : &net.file;
        char path[512];
        FILE *o;
        if (k % 20 == 0) {
            tf_random(&chain, ends[k / 20 % 5]);
        } else if (k < 3) {
            many_steps(&net);
        } else {
            gf_random(&net);
        }
        if (k % 3 == 1 && f == &net.file) { gf_real(&net); }
        if (f->n > (k < 300 ? 10240U : 2500U)) { continue; }
        snprintf(path, sizeof path, "%s/seed%d", dir, k);
        o = fopen(path, "wb");
        if (o == NULL || fwrite(f->p, 1, f->n, o) != f->n || fclose(o) != 0) { return 1; }
    }
    return 0;
}
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t bytes;
    int ok = tflite_read(&t.graph, data, size);
    if (ok && work_of(&t.graph) < LARGEST) {
        ok = tflite_lower(&t);
        if (ok) { free(write_model(&bytes, 1)); }
    }
    if (!ok && t.graph.why[0] == 0) { abort(); }
    tflite_free(&t);
    try_real(data, size);
    return 0;
}
#endif
