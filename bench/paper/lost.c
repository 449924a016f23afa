/* lost.c - [CDC]: accuracy without the lost outputs (Figure 2), and what parities cost on the parts that `sucref split`
 * makes of 784-128-10. */
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
        if (share == 0) { row_goal(0.97, NAN); }
        if (share == 70) { row_goal(0.3, 0.8); row_note("print, of its networks: destructive beyond 70 %%"); }
    }
    before = at[0] - at[7];
    row("CDC Figure 2", "784-128-10: accuracy lost from 70 to 90 %% less that from 0 to 20 %%");
    row_printed(at[7] - at[9] - (at[0] - at[2])); row_goal(0.05, NAN);
    row_note("up to 70 %% it loses %.2f: no network is spared, recovery loses nothing", before);
    row("CDC Figure 2", "LeNet-5: accuracy");
    row_note("needs convolution, which the library does not have");
    row("CDC Figure 2", "Inception v3: accuracy");
    row_note("its weights and the pictures of 1000 classes are not here");
    npz_free(&z);
}

/* computing and storage with parities, on the parts themselves */
static void costs(void)
{
    static const struct { const char *plan; unsigned n, r, protect; double macs; } t[] = {
        { "4,4", 4, 1, 8, 1.25 }, { "4,4", 4, 2, 8, 1.5 }, { "4,4", 4, 2, 1, 1.25 }, { "4,4", 8, 2, 8, 1.25 },
        { "4,4", 8, 2, 1, 1.125 }, { "4,4", 8, 4, 8, 1.5 }, { "4,4", 12, 3, 8, 1.25 }, { "4,4", 12, 3, 1, 1.125 },
        { "4,4", 16, 3, 8, 1.1875 }, { "8", 4, 1, 8, 1.25 }, { "8", 8, 2, 8, 1.25 }
    };
    size_t k;
    for (k = 0; k < sizeof t / sizeof t[0]; k++) {
        const int whole = t[k].plan[1] == 0;
        sucref_model m;
        parts_cost c;
        uint8_t *file = models_quantized(&m, "digits", 0, 0, whole ? "8" : "44");
        if (!models_parts(&c, &m, 0, t[k].n, t[k].r, t[k].protect)) { exit(2); }
        row("CDC 5", "784 x 128, plan %s, %u + %u devices%s: multiply-adds, of no parity", t[k].plan, t[k].n, t[k].r,
            t[k].protect == 1 ? ", first plane coded" : "");
        if (t[k].r == 1) { row_published(1 + 1.0 / t[k].n, 0.005); }
        row_printed(1 + (double)t[k].r / t[k].n * (t[k].protect == 1 && !whole ? 0.5 : 1));
        row_ours((c.macs[0] + c.macs[1]) / c.macs[0]);
        row_goal(1, 2);
        row_note("ours: sucref_model_cost of the parts; a parity digit is wider than a digit");
        row("CDC 5", "the same: bytes stored, of no parity");
        row_ours((c.bytes[0] + c.bytes[1]) / c.bytes[0]); row_goal(1, 2);
        free(file);
    }
}

void lost(void)
{
    figure_2();
    costs();
}
