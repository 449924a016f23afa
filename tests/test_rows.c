/* test_rows.c - refinement by width without training: every stop as the oracle has it, the last one as it was; what is
 * dead costs nothing; rows for a share.
 * Leaves a model of as many outputs as inputs for tests/tool.sh. */
#include "library.h"
#include "oracle.h"
#include "random_spec.h"
#include "../examples/tool/rows.h"

enum { SAMPLES = 12 };

static int one_group_each(const random_spec *r)
{
    unsigned n, wide = 0;
    for (n = 0; n < r->spec.n_layers; n++) {
        if (r->layer[n].n_groups > 1) { return 0; }
        wide += n + 1U < r->spec.n_layers && r->layer[n].n_out >= ROWS_LEAST;
    }
    return wide > 0;
}

/* answers of a stop, into logits and out */
static void answer(int32_t *logits, uint8_t *out, const sucref_model *m, const uint8_t *x, unsigned first,
                   unsigned stop)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    sucref_answer a;
    sucref_net net;
    unsigned t;
    CHECK(sucref_net_init(&net, m, work, sucref_net_work_len(m)) == SUCREF_OK);
    CHECK(sucref_net_set_input(&net, x, m->n_in) == SUCREF_OK && sucref_net_start_at(&net, first) == SUCREF_OK);
    for (t = first; t <= stop; t++) { CHECK(sucref_net_run(&net, t) == SUCREF_OK); }
    CHECK(sucref_net_answer(&net, &a) == SUCREF_OK);
    memcpy(logits, a.logits, m->n_out * sizeof *logits);
    memcpy(out, a.out, m->n_out);
    free(work);
}

/* bytes of a spec fitted to samples, opened */
static uint8_t *fitted(sucref_model *m, respec *r, void **memory, const uint8_t *x)
{
    sucref_fault fault = { "", 0 };
    uint32_t len;
    uint8_t *bytes;
    CHECK(prepare_calibrate(r->corrections, memory, &r->spec, x, SAMPLES, NULL, NULL) == SUCREF_OK);
    len = sucref_model_write(NULL, 0, &r->spec, &fault);
    bytes = (uint8_t *)malloc(len + 1U);
    if (sucref_model_write(bytes, len, &r->spec, &fault) != len || sucref_model_open(m, bytes, len, &fault)) {
        printf("  %s\n", fault.field);
        CHECK(0);
    }
    return bytes;
}

/* every stop of a refined model equals the oracle, step by step and started at it, and the last one the model before */
static void compare(const respec *r, const sucref_model *before, const sucref_model *after, const uint8_t *x)
{
    int32_t logits[512], want[512];
    uint8_t out[512], want_out[512];
    unsigned t, k;
    for (k = 0; k < 3; k++, x += before->n_in) {
        for (t = 0; t < after->n_stops; t++) {
            oracle_stop(want, want_out, &r->spec, x, t);
            answer(logits, out, after, x, 0, t);
            CHECK(memcmp(logits, want, after->n_out * 4U) == 0 && memcmp(out, want_out, after->n_out) == 0);
            answer(logits, out, after, x, t, t);
            CHECK(memcmp(logits, want, after->n_out * 4U) == 0 && memcmp(out, want_out, after->n_out) == 0);
        }
        answer(want, want_out, before, x, before->n_stops - 1U, before->n_stops - 1U);
        CHECK(memcmp(logits, want, after->n_out * 4U) == 0 && memcmp(out, want_out, after->n_out) == 0);
    }
}

static void random_models(void)
{
    static random_spec s;
    static respec r;
    uint8_t x[SAMPLES * 64];
    int done, k;
    for (done = 0; done < 60;) {
        const row_shares shares = { { .2 + rnd_below(30) / 100.0, .6, .9 }, 1 + rnd_below(3) };
        sucref_model before, after;
        uint32_t *file, bytes;
        void *memory = NULL;
        uint8_t *model;
        rs_make(&s, 64);
        if (!one_group_each(&s)) { rs_free(&s); continue; }
        for (k = 0; k < SAMPLES; k++) { rs_input(x + (size_t)k * s.layer[0].n_in, s.layer[0].n_in, s.spec.input_type); }
        file = rs_write(&s, &bytes);
        CHECK(sucref_model_open(&before, file, bytes, NULL) == SUCREF_OK);
        respec_model(&r, &before);
        CHECK(rows_refine(&r, &shares, x, SAMPLES) == NULL);
        model = fitted(&after, &r, &memory, x);
        CHECK(after.n_stops == before.n_stops + shares.n && sucref_model_check(&after, NULL) == SUCREF_OK);
        compare(&r, &before, &after, x);
        respec_free(&r); rs_free(&s);
        free(memory); free(model); free(file);
        done++;
    }
}

/* any spec can be calibrated: groups, absent ones, few columns, heads; what is written is what the oracle says */
static void calibrated_specs(void)
{
    static random_spec s;
    static sucref_correction corrections[RS_STOPS * RS_LAYERS * RS_GROUPS];
    uint8_t x[SAMPLES * 48], out[512], want_out[512];
    int32_t logits[512], want[512];
    unsigned done, k, t, lacking = 0;
    for (done = 0; done < 150; done++) {
        sucref_model_spec spec;
        sucref_fault fault = { "", 0 };
        sucref_model m;
        uint32_t bytes;
        uint8_t *file;
        void *memory;
        rs_make(&s, 48);
        for (k = 0; k < SAMPLES; k++) { rs_input(x + (size_t)k * s.layer[0].n_in, s.layer[0].n_in, s.spec.input_type); }
        spec = s.spec;
        spec.exits = NULL;
        CHECK(prepare_calibrate(corrections, &memory, &spec, x, SAMPLES, NULL, NULL) == SUCREF_OK);
        spec.corrections = corrections;
        for (k = 0; k < spec.n_stops * s.total; k++) { lacking += corrections[k].alpha != NULL && spec.bits[k] == 8; }
        bytes = sucref_model_write(NULL, 0, &spec, &fault);
        file = (uint8_t *)malloc(bytes + 1U);
        if (bytes == 0 || sucref_model_write(file, bytes, &spec, &fault) != bytes) {
            printf("  %s at %lu\n", fault.field, (unsigned long)fault.offset);
            CHECK(0);
        }
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        for (k = 0; k < 2; k++) {
            for (t = 0; t < spec.n_stops; t++) {
                oracle_stop(want, want_out, &spec, x + (size_t)k * m.n_in, t);
                answer(logits, out, &m, x + (size_t)k * m.n_in, 0, t);
                CHECK(memcmp(logits, want, m.n_out * 4U) == 0 && memcmp(out, want_out, m.n_out) == 0);
            }
        }
        free(file); free(memory);
        rs_free(&s);
    }
    CHECK(lacking > 20);
}

static void leave_file(const char *name, const void *p, size_t len)
{
    FILE *f = fopen(test_path(name), "wb");
    CHECK(f != NULL && fwrite(p, 1, len, f) == len);
    if (f != NULL) { fclose(f); }
}

/* a network of 40 hidden neurons of which every third one lives: its early stop computes 16 and is exact */
enum { IN = 20, HIDDEN = 40, OUT = IN };
static void dead_neurons(void)
{
    static const row_shares half = { { .35 }, 1 };
    static const uint8_t bits[2] = { 8, 8 }, in_bits[1] = { 8 };
    int8_t w0[HIDDEN * IN], w1[OUT * HIDDEN];
    int32_t bias[HIDDEN], bias1[OUT], multiplier = 0x40000000;
    const int8_t exponent = -5, exponent1 = -6;
    uint8_t x[SAMPLES * IN];
    uint32_t *file, bytes, i;
    sucref_layer_spec layer[2];
    sucref_model_spec spec;
    sucref_model before, after;
    static respec r;
    void *memory = NULL;
    uint8_t *model;
    sucref_cost cost, all;
    stop_errors e;
    for (i = 0; i < HIDDEN * IN; i++) { w0[i] = (int8_t)rnd_in(-100, 100); }
    for (i = 0; i < OUT * HIDDEN; i++) { w1[i] = (int8_t)rnd_in(-100, 100); }
    for (i = 0; i < HIDDEN; i++) { bias[i] = i % 3 == 0 ? 2000 : -1000000; }
    for (i = 0; i < OUT; i++) { bias1[i] = rnd_in(-999, 999); }
    for (i = 0; i < SAMPLES * IN; i++) { x[i] = (uint8_t)rnd(); }
    memset(&spec, 0, sizeof spec);
    memset(layer, 0, sizeof layer);
    layer[0].n_in = IN; layer[0].n_out = layer[1].n_in = HIDDEN; layer[1].n_out = OUT;
    layer[0].w = w0; layer[1].w = w1; layer[0].bias = bias; layer[1].bias = bias1;
    for (i = 0; i < 2; i++) {
        layer[i].multiplier = &multiplier; layer[i].exponent = i == 0 ? &exponent : &exponent1;
        layer[i].plan[0] = 8; layer[i].n_planes = 1; layer[i].n_groups = 1; layer[i].hi = 255;
        layer[i].act = i == 0 ? SUCREF_ACT_RELU : SUCREF_ACT_NONE;
        layer[i].out_zero = (uint8_t)(128 * i);
    }
    spec.layers = layer; spec.n_layers = 2; spec.n_stops = 1; spec.bits = bits; spec.in_bits = in_bits;
    bytes = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint32_t *)malloc(bytes + 4U);
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes && bytes > 0);
    CHECK(sucref_model_open(&before, file, bytes, NULL) == SUCREF_OK);
    leave_file("same.sucref", file, bytes);
    respec_model(&r, &before);
    CHECK(rows_refine(&r, &half, x, SAMPLES) == NULL);
    model = fitted(&after, &r, &memory, x);
    measure_stops(&e, &after, x, SAMPLES);
    CHECK(after.n_stops == 2 && !(e.rms[0] > 0) && !(e.rms[1] > 0) && !(e.same[0] < 1));
    sucref_model_cost(&cost, &after, 0, 0);
    sucref_model_cost(&all, &before, 0, 0);
    CHECK(cost.macs == 16 * (IN + OUT) && all.macs == HIDDEN * (IN + OUT));
    CHECK(rows_refine(&r, &half, x, SAMPLES) != NULL); /* it has groups already */
    respec_free(&r);
    free(memory); free(model); free(file);
}

static void rows_for_shares(void)
{
    uint32_t n;
    int k;
    CHECK(rows_for(128, .625) == 80 && rows_for(128, .75) == 96 && rows_for(128, .65) == 84 && rows_for(20, .5) == 12);
    CHECK(rows_for(8, .1) == 8 && rows_for(16, .999) == 16 && rows_for(128, .7) == 96 && rows_for(65, .99) == 65);
    for (n = 1; n < 700; n++) {
        for (k = 1; k < 20; k++) {
            const uint32_t rows = rows_for(n, k / 20.0);
            CHECK(rows <= n && rows * 20U >= n * (uint32_t)k && (rows == n || rows % 4 == 0));
        }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("stops of few rows equal the oracle, the last stop what it was", random_models);
    RUN("specs of every kind, calibrated, equal the oracle", calibrated_specs);
    RUN("absent neurons that never fire change nothing", dead_neurons);
    RUN("rows for a share: at least it, in whole blocks", rows_for_shares);
    return test_report("rows");
}
