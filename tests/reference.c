/* reference.c - what the reference kernels answer (graph_eval.h), for boards that are to answer the same. Prints the
 * digest of the outputs as unsigned bytes, int8 ones and 128.
 *
 *   reference windows MODEL.tflite N OUT.s8    N inputs of changing level, written one behind the other
 *   reference golden OUT.s8                    outputs of int8 that are there */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "rnd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../examples/tool/tflite_read.h"
#include "graph_eval.h"

enum { MOST_BYTES = 1 << 20 };
static uint8_t file[MOST_BYTES];

static uint32_t fnv(uint32_t h, uint32_t byte) { return (h ^ byte) * 16777619U; }

static size_t read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(file, 1, sizeof file, f) : 0;
    if (f == NULL || n == 0 || n == sizeof file) { fprintf(stderr, "reference: cannot read %s\n", path); exit(2); }
    fclose(f);
    return n;
}

/* sounds of a few windows, each with levels of its own for the forty channels: of bytes that know nothing of each
 * other a wake word's output stays near 0 */
static void next_window(int8_t *x, uint32_t n)
{
    static int level[40], left;
    uint32_t i;
    if (left-- == 0) {
        const int mean = rnd_in(-128, 60), spread = rnd_in(0, 120);
        for (i = 0; i < 40; i++) { level[i] = mean + rnd_in(-spread, spread); }
        left = rnd_in(1, 6);
    }
    for (i = 0; i < n; i++) {
        const int v = level[i % 40] + rnd_in(-20, 20);
        x[i] = (int8_t)(v < -128 ? -128 : v > 127 ? 127 : v);
    }
}

static uint32_t windows(const char *model, unsigned n, FILE *f)
{
    static graph g;
    static int8_t x[65536];
    uint32_t hash = 2166136261U, i, n_in, n_out;
    graph_eval e;
    if (!tflite_read(&g, file, read_all(model))) { fprintf(stderr, "reference: %s: %s\n", model, g.why); exit(2); }
    n_in = g.tensor[g.input].elements;
    n_out = g.tensor[g.output].elements;
    if (n_in > sizeof x) { exit(2); }
    eval_init(&e, &g);
    for (; n > 0; n--) {
        const int32_t *y;
        next_window(x, n_in);
        y = eval_run(&e, x);
        for (i = 0; i < n_out; i++) {
            hash = fnv(hash, (uint32_t)(y[i] + (g.tensor[g.output].type == GRAPH_UINT8 ? 0 : 128)));
        }
        if (fwrite(x, 1, n_in, f) != n_in) { exit(2); }
    }
    eval_free(&e);
    graph_free(&g);
    return hash;
}

int main(int argc, char **argv)
{
    uint32_t hash = 2166136261U;
    test_state = 20240229;
    if (argc == 5 && strcmp(argv[1], "windows") == 0) {
        FILE *f = fopen(argv[4], "wb");
        if (f == NULL) { return 2; }
        hash = windows(argv[2], (unsigned)atoi(argv[3]), f);
        if (fclose(f) != 0) { return 2; }
    } else if (argc == 3 && strcmp(argv[1], "golden") == 0) {
        const size_t n = read_all(argv[2]);
        size_t i;
        for (i = 0; i < n; i++) { hash = fnv(hash, file[i] ^ 128U); }
    } else {
        fprintf(stderr, "reference: see the top of tests/reference.c\n");
        return 2;
    }
    printf("digest %08lx\n", (unsigned long)hash);
    return 0;
}
