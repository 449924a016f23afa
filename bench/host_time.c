/* host_time.c - times of one layer on this machine, as ratios of each other, best of many rounds that take turns:
 * host_time PLAN_8.sucref PLAN_4_4.sucref INPUT.u8 cold|warm
 *
 * Prints the one-shot by a plain C loop over int8 rows, and the first 4-bit plane and both by the one-shot. Cold: all
 * that is read and written is put out of the caches before. Processor time, so that what else runs disturbs less. */
#define _POSIX_C_SOURCE 199309L
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "../examples/tool/model_file.h"
#include "../examples/tool/spec.h"
#include <time.h>
#ifdef __SSE2__
#  include <emmintrin.h>
#endif

enum { ROUNDS = 25, PLAIN = 0, ONE, FIRST, SECOND, KINDS, SPAN = 64 << 20 };
static sucref_model eight, four;
static sucref_net net_8, net_4;
static respec r;
static uint8_t x[65535];
static int32_t z[65535];

static void out_of_caches(const void *from, size_t n)
{
    size_t i;
#ifdef __SSE2__
    for (i = 0; i < n; i += 64) { _mm_clflush((const char *)from + i); }
    _mm_mfence();
#else
    static volatile uint8_t span[SPAN];
    (void)from; (void)n;
    for (i = 0; i < SPAN; i += 32) { span[i]++; }
#endif
}
static void all_out_of_caches(void)
{
    out_of_caches(eight.bytes, eight.bytes_len);
    out_of_caches(four.bytes, four.bytes_len);
    out_of_caches(r.layer[0].w, (size_t)r.layer[0].n_in * r.layer[0].n_out);
    out_of_caches(x, sizeof x);
}

static void plain(void)
{
    const sucref_layer_spec *s = &r.layer[0];
    uint32_t row, c;
    for (row = 0; row < s->n_out; row++) {
        int32_t sum = s->bias[row];
        for (c = 0; c < s->n_in; c++) { sum += s->w[(size_t)row * s->n_in + c] * x[c]; }
        z[row] = sum;
    }
}
static void work(int kind)
{
    switch (kind) {
    case PLAIN: plain(); break;
    case ONE: case FIRST:
        (void)sucref_net_set_input(kind == ONE ? &net_8 : &net_4, x, eight.n_in);
        (void)sucref_net_run(kind == ONE ? &net_8 : &net_4, 0);
        break;
    default: (void)sucref_net_run(&net_4, 1);
    }
}
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* the least time of each kind; warm ones many times in a row, of which a second stop begins with the first one's */
static void rounds(double best[KINDS], int cold)
{
    const uint32_t macs = eight.n_in * eight.n_out, times = cold || macs > 4000000U ? 1 : 4000000U / macs;
    uint32_t i;
    int n, k;
    for (n = 0; n < ROUNDS; n++) {
        for (k = 0; k < KINDS; k++) {
            double t;
            if (cold && k != SECOND) { all_out_of_caches(); }
            t = now();
            for (i = 0; i < times; i++) {
                if (k == SECOND && times > 1) { work(FIRST); }
                work(k);
            }
            t = (now() - t) / times;
            if (n == 0 || t < best[k]) { best[k] = t; }
        }
    }
    if (times == 1) { best[SECOND] += best[FIRST]; }
}

int main(int argc, char **argv)
{
    FILE *f = argc == 5 ? fopen(argv[3], "rb") : NULL;
    double best[KINDS];
    sucref_answer a, b;
    if (f == NULL || !model_load(&eight, argv[1]) || !model_load(&four, argv[2]) || eight.n_stops != 1 ||
        four.n_stops != 2 || four.n_in != eight.n_in || fread(x, 1, eight.n_in, f) != eight.n_in ||
        !net_start(&net_8, &eight) || !net_start(&net_4, &four)) {
        fprintf(stderr, "usage: host_time PLAN_8 PLAN_4_4 INPUT cold|warm\n");
        return 2;
    }
    fclose(f);
    respec_model(&r, &eight);
    rounds(best, strcmp(argv[4], "cold") == 0);
    if (sucref_net_answer(&net_8, &a) != SUCREF_OK || sucref_net_answer(&net_4, &b) != SUCREF_OK ||
        memcmp(a.logits, z, 4U * eight.n_out) != 0 || memcmp(b.logits, z, 4U * eight.n_out) != 0) {
        fprintf(stderr, "host_time: the answers differ\n");
        return 1;
    }
    printf("%.4f %.3f %.3f\n", best[ONE] / best[PLAIN], best[FIRST] / best[ONE], best[SECOND] / best[ONE]);
    return 0;
}
