/* test_conv_files.c - archives of convolutions as files: every order and precision, what is wrong with them named, rows
 * of any numbers refused or run. Leaves archives behind for the tool's tests. */
#include "conv_archive.h"

/* ---- files and refusals ---- */

static const float small_ops[39] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 1,
                                     1, 0, 0, 2, 2, 1, 1, 0, 0, 1, 2, 2, 2,
                                     1, 1, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 2 };

/* the small network from a file of float32 or float64, either order of axes, and a model's bytes of it */
static uint8_t *from_file(int wide, int fortran, uint32_t *len)
{
    static const char *const name[5] = { "ops", "W1", "b1", "W2", "b2" },
                      *const text[5] = { "(3, 13)", "(2, 2, 2, 1)", "(2,)", "(2, 2, 2, 2)", "(2,)" };
    static const int shape[5][4] = { { 3, 13, 1, 1 }, { 2, 2, 2, 1 }, { 2, 1, 1, 1 }, { 2, 2, 2, 2 }, { 2, 1, 1, 1 } };
    static const uint8_t x[18] = { 1, 200, 30, 44, 250, 6, 70, 180, 90, 9, 8, 7, 6, 255, 4, 3, 2, 1 };
    npy_member m[5];
    conv_model model;
    uint8_t *p = NULL;
    int k, i;
    for (k = 0; k < 5; k++) {
        const int *s = shape[k], n = s[0] * s[1] * s[2] * s[3];
        double d[39];
        float f[39];
        for (i = 0; i < n; i++) {
            const int l = i % s[3], c = i / s[3] % s[2], b = i / s[3] / s[2] % s[1], a = i / s[3] / s[2] / s[1],
                      at = fortran ? a + s[0] * (b + s[1] * (c + s[2] * l)) : i;
            d[at] = k == 0 ? (double)small_ops[i] : ((i * 7 + k) % 11 - 5) / 8.0;
            f[at] = (float)d[at];
        }
        m[k] = npy_new(name[k], wide ? "'<f8'" : "'<f4'", fortran ? "True" : "False", text[k],
                       wide ? (const void *)d : (const void *)f, (wide ? 8U : 4U) * (size_t)n);
    }
    CHECK(npy_archive(test_path("conv_small.npz"), m, 5) == 0 && archive_of(test_path("conv_small.npz")));
    if (seen(&model, x, 2, 0, 0)) { p = written(&model, len); }
    conv_free(&model);
    CHECK(p != NULL);
    return p;
}

static void orders_and_precisions(void)
{
    uint32_t len = 0, other = 0;
    uint8_t *want = from_file(0, 0, &len);
    int k;
    for (k = 1; k < 4; k++) {
        uint8_t *got = from_file(k & 1, k >> 1, &other);
        CHECK(want && got && other == len && memcmp(want, got, len) == 0);
        free(got);
    }
    free(want);
}

static npz_array *array_named(const char *name) { return (npz_array *)(uintptr_t)npz_get(&z, name); }

/* the archive as it stands is refused with these words */
static void refused(const char *why)
{
    conv_model m;
    const int ok = conv_open(&m, &z);
    CHECK(!ok && strstr(m.real.why, why) != NULL);
    if (ok || strstr(m.real.why, why) == NULL) { printf("  '%s', not '%s'\n", m.real.why, why); }
    conv_free(&m);
}

static void value_refused(const char *name, uint32_t at, float v, const char *why)
{
    npz_array *a = array_named(name);
    const float was = a->v[at];
    a->v[at] = v;
    refused(why);
    a->v[at] = was;
}

/* without the array (what: its name's first letter changed), with one dimension less, with another size */
static void array_refused(const char *name, const char *missing, const char *shape)
{
    npz_array *a = array_named(name);
    const char was = a->name[0];
    const uint32_t dims = a->dims, size = a->shape[0];
    a->name[0] = '_';
    refused(missing);
    a->name[0] = was;
    a->dims = 3;
    refused(shape);
    a->dims = dims;
    a->shape[0] = 1;
    refused(shape);
    a->shape[0] = size;
}

static void refusals(void)
{
    uint32_t len;
    free(from_file(0, 0, &len));
    array_refused("ops", "ops is missing", "ops must be nodes x 13");
    array_refused("W1", "W1 is missing", "W1 must be 2 x 2 x 2 x 1, out x kernel rows x kernel columns x in");
    array_refused("b2", "b2 is missing", "b2 must have 2 values");
    value_refused("W2", 3, (float)NAN, "W2 holds NaN");
    value_refused("ops", 13, 6, "row 1: kind must be a whole number from 1 to 5, not 6");
    value_refused("ops", 13, 1.5F, "row 1: kind");
    value_refused("ops", 0, 1, "row 0 must be the input");
    value_refused("ops", 14, 1, "row 1 reads row 1");
    value_refused("ops", 13, 3, "says 2 channels, what it reads has 1");
    value_refused("ops", 13, 5, "adds maps of different sizes");
    value_refused("ops", 20, 9, "some of whose windows lie outside");
    value_refused("ops", 26, 4, "the last row must have weights");
    value_refused("ops", 27, 0, "row 1 is read by no row");
    z.a[z.n] = z.a[z.n - 1];
    strcpy(z.a[z.n++].name, "slope");
    refused("slope must be one number");
    z.a[z.n - 1].shape[0] = 1;
    value_refused("slope", 0, 1, "slope must be one number, from 0 to below 1");
    z.n--;
    value_refused("ops", 22, 6, "row 1: activation must be a whole number from 0 to 5, not 6");
    value_refused("ops", 35, 3, "its activation must be 0, 1 or 2");
    value_refused("ops", 18, 0, "stride must be a whole number from 1");
    array_named("b2")->name[1] = '3';
    z.n++; /* one more array than rows have */
    z.a[z.n - 1] = z.a[z.n - 2];
    strcpy(z.a[z.n - 1].name, "b2");
    refused("b3 belongs to no row of ops");
    z.n--;
}

static void groups_refused(void)
{
    npz_array *a;
    do { random_archive(3); } while (n_rows < 4 || !conv_weighs(ops[2]) || ops[2][CONV_KIND] != CONV_PRODUCT);
    value_refused("ops", 22, 5, "row 1: channels in groups have the activations 0, 1 and 2 (none, ReLU, ReLU6), not 5");
    value_refused("heads", 0, 1, "heads must be one number, how many groups");
    array_named("heads")->shape[0] = 2;
    refused("heads must be one number");
    array_named("heads")->shape[0] = 1;
    value_refused("heads", 0, 2, "groups1 must be groups x 2");
    value_refused("groups1", 0, 0.5F, "groups1 must hold whole numbers");
    value_refused("groups1", 0, 60, "groups1 must have as many channels");
    value_refused("groups2", 1, (float)(ends[1][0] + 1), "groups2 has a group that reads channels of a later one");
    a = array_named("groups2");
    a->name[0] = '_';
    refused("_roups2 belongs to no row");
    a->name[0] = 'g';
    a->dims = 1;
    refused("groups2 must be groups x 2");
    a->dims = 2;
    a->name[0] = 'g';
    a = array_named("heads");
    a->name[0] = '_';
    refused("_eads belongs to no row");
    a->name[0] = 'h';
    a = array_named("W2");
    value_refused("W2", (uint32_t)ends[1][0], 1, "W2 has a weight that is not 0 behind the channels");
}

/* what is not refused is quantized and runs, whatever rows and groups say */
static void random_rows(void)
{
    int round, taken = 0;
    for (round = 0; round < 3000; round++) {
        npz_array *a;
        uint8_t *x;
        conv_model m;
        runner r;
        int n = rnd_in(1, 3);
        if (round % 20 == 0) { random_archive(rnd_in(1, 3)); }
        a = &z.a[rnd_below(3) ? 0 : rnd_below((uint32_t)z.n)];
        for (; n > 0; n--) {
            a->v[rnd_below(a->shape[0] * a->shape[1] * a->shape[2] * a->shape[3])] = (float)rnd_in(-1, 9);
        }
        if (conv_open(&m, &z)) {
            x = random_bytes(conv_inputs(&m));
            m.in_scale = 1;
            (void)conv_sample(&m, x);
            if (conv_lower(&m, &z) && runs(&r, &m)) {
                CHECK(sucref_net_set_input(&r.net, x, r.model.n_in) == SUCREF_OK);
                (void)logits(&r, r.model.n_stops - 1U);
                taken++;
                free(r.bytes); free(r.work);
            } else {
                CHECK(m.made.graph.why[0]);
            }
            free(x);
        } else {
            CHECK(m.real.why[0]);
        }
        conv_free(&m);
    }
    CHECK(taken > 50);
}

/* 2 x 2 places of 3 channels, a convolution to 5 of which two are what no input changes, a dense layer of all places */
static void dead_channels(void)
{
    static float rows[39] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3,
                              1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 2, 2, 5,
                              1, 1, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 2 },
                 w1[15] = { 1, 2, 3, 0, 0, 0, 3, 1, 2, 0, 0, 0, 2, 3, 1 }, b1[5] = { 0, -1, 0, 2, 0 }, w2[40], b2[2];
    npz_array a[5] = { { "ops", 2, { 3, 13 }, rows },       { "W1", 4, { 5, 1, 1, 3 }, w1 }, { "b1", 1, { 5, 1 }, b1 },
                       { "W2", 4, { 2, 2, 2, 5 }, w2 }, { "b2", 1, { 2, 1 }, b2 } };
    int k;
    for (k = 0; k < 40; k++) { w2[k] = (float)(k % 7 - 3) + 0.5F; }
    CHECK(npz_write(test_path("conv_dead.npz"), a, 5) == 0);
}

/* archives and samples for the tool's tests: plain, nested, and a set of inputs that fits both */
static void files_for_the_tool(void)
{
    FILE *f;
    uint8_t *x;
    uint32_t len;
    dead_channels();
    free(from_file(0, 0, &len));
    CHECK(npz_write(test_path("conv.npz"), z.a, z.n) == 0);
    do { random_archive(3); } while (ops[0][CONV_H] * ops[0][CONV_W] * ops[0][CONV_C] != 25);
    CHECK(npz_write(test_path("conv_nested.npz"), z.a, z.n) == 0);
    x = random_bytes(9 * 25 * 40);
    f = fopen(test_path("conv.u8"), "wb");
    CHECK(f != NULL && fwrite(x, 1, 9 * 25 * 40, f) == 9 * 25 * 40 && fclose(f) == 0);
    free(x);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("float64 and column order give the same model", orders_and_precisions);
    RUN("what is wrong with an archive is named", refusals);
    RUN("what is wrong with groups of channels is named", groups_refused);
    RUN("archives of random rows are refused or run", random_rows);
    RUN("archives for the tool", files_for_the_tool);
    npz_free(&z);
    return test_report("conv_files");
}
