/* lost.c - [CDC]: accuracy without the lost outputs (Figure 2), and what parities cost on the parts that `sucref split`
 * makes of the shipped models. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "table.h"
#include "../random.h"

enum { PICTURES = 2000, HIDDEN = 128 };
static float hidden[PICTURES][HIDDEN];

static void run_first_layer(const npz *z)
{
    int k, i, r;
    for (k = 0; k < PICTURES; k++) {
        const uint8_t *x = test_set.x + (size_t)k * IDX_PIXELS;
        for (r = 0; r < HIDDEN; r++) {
            float a = z->a[1].v[r];
            for (i = 0; i < IDX_PIXELS; i++) { if (x[i]) { a += (float)x[i] / 255 * z->a[0].v[r * IDX_PIXELS + i]; } }
            hidden[k][r] = a > 0 ? a : 0;
        }
    }
}

/* right answers when the outputs in `gone` are read as 0 */
static double accuracy_without(const npz *z, const uint8_t *gone)
{
    double right = 0;
    int k, i, r;
    for (k = 0; k < PICTURES; k++) {
        float best = -1e9F;
        int at = 0;
        for (r = 0; r < 10; r++) {
            float a = z->a[3].v[r];
            for (i = 0; i < HIDDEN; i++) { a += gone[i] ? 0 : z->a[2].v[r * HIDDEN + i] * hidden[k][i]; }
            if (a > best) { best = a; at = r; }
        }
        right += at == test_set.label[k];
    }
    return right / PICTURES;
}

static void figure_2(void)
{
    enum { DRAWS = 10 };
    static npz z;
    static const double want[10] = { .975, .962, .939, .91, .85, .81, .74, .62, .50, .31 };
    double at[10], before;
    int share, draw, i, r;
    models_read(&z, "digits");
    run_first_layer(&z);
    random_start(2);
    for (share = 0; share <= 90; share += 10) {
        for (at[share / 10] = 0, draw = 0; draw < DRAWS; draw++) {
            uint8_t gone[HIDDEN] = { 0 };
            for (i = 0; i < HIDDEN * share / 100; ) { r = rnd_in(0, HIDDEN - 1); i += !gone[r]; gone[r] = 1; }
            at[share / 10] += accuracy_without(&z, gone) / DRAWS;
        }
        row("CDC Figure 2", "784-128-10, %d %% of the hidden outputs lost: accuracy", share);
        row_printed(at[share / 10]);
        row_goal(want[share / 10] - 0.07, want[share / 10] + 0.07);
        if (share == 70) { row_note("print, of its networks: destructive beyond 70 %%"); }
    }
    before = at[0] - at[7];
    row("CDC Figure 2", "784-128-10: accuracy lost from 70 to 90 %% less that from 0 to 20 %%");
    row_printed(at[7] - at[9] - (at[0] - at[2])); row_goal(0.05, NAN);
    row_note("up to 70 %% it loses %.2f: no network is spared, recovery loses nothing", before);
    row("CDC Figure 2", "784-128-10: share of the hidden outputs lost at which accuracy falls to 90 %%");
    row_printed(lost_share(at, 0.9)); row_goal(0.2, 0.45);
    lost_conv();
    row("CDC Figure 2", "Inception v3: accuracy");
    row_note("its weights and the pictures of 1000 classes are not here");
    npz_free(&z);
}

/* computing and storage with parities, on the parts of the two shipped models; devices beyond 10 share the first layer
 * only, the second has 10 rows */
static void costs(void)
{
    static const struct { const char *name; unsigned n, r, protect; double macs, bytes; } t[] = {
        { "digits_44", 4, 1, 8, 1.252, 1.496 }, { "digits_44", 4, 2, 8, 1.504, 1.992 },
        { "digits_44", 4, 2, 1, 1.256, 1.518 },
        { "digits_44", 8, 2, 8, 1.378, 1.715 }, { "digits_44", 8, 2, 1, 1.191, 1.374 },
        { "digits_44", 8, 4, 8, 1.880, 2.657 },
        { "digits_44", 12, 3, 8, 1.473, 1.909 }, { "digits_44", 12, 3, 1, 1.215, 1.426 },
        { "digits_44", 16, 3, 8, 1.344, 1.682 },
        { "digits", 4, 1, 8, 1.251, 1.945 }, { "digits", 8, 2, 8, 1.283, 2.028 }
    };
    char name[96];
    size_t k;
    for (k = 0; k < sizeof t / sizeof t[0]; k++) {
        const unsigned planes = t[k].name[6] ? 2 : 4, coded = t[k].protect < planes ? t[k].protect : planes;
        sucref_model m;
        uint8_t *file = models_shipped(&m, t[k].name);
        const parts_cost c = models_parts(&m, t[k].n > 10 ? 1 : 2, t[k].n, t[k].r, t[k].protect);
        const double macs = 1 + c.macs[1] / c.macs[0], bytes = 1 + c.bytes[1] / c.bytes[0];
        snprintf(name, sizeof name, "%s%s, %u + %u devices, %u of %u planes coded", t[k].name,
                 t[k].n > 10 ? ", first layer" : "", t[k].n, t[k].r, coded, planes);
        row("CDC 5", "%s: computing", name);
        if (t[k].r == 1) { row_compared(1 + 1.0 / t[k].n); }
        row_printed(1 + (double)t[k].r / t[k].n * coded / planes);
        row_ours(macs); row_goal(t[k].macs - 0.01, t[k].macs + 0.01);
        row_note("of no parity; printed: 1 + r/n of the planes; ours: sucref_model_cost of the parts");
        row("CDC 5", "%s: storage", name);
        row_ours(bytes); row_goal(t[k].bytes - 0.01, t[k].bytes + 0.01);
        row_note("a parity digit takes one byte, or two where combined digits pass 127");
        row("CDC 5", "%s: messages a job and layer", name);
        row_ours(t[k].n * planes + t[k].r * coded); row_note("%u without parity", t[k].n * planes);
        free(file);
    }
}

void lost(void) { figure_2(); }
void parities(void) { costs(); }
