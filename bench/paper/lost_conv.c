/* lost_conv.c - [CDC] Figure 2 on LeNet-5: accuracy when a share of one layer's outputs is lost. Print says "some part
 * of the data within a layer" and neither which layer nor which part: here single values at random, the same ones for
 * all pictures of a draw (what a lost device would have made), of each layer in turn; and whole channels. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"
#include "../../examples/training/conv_file.h"
#include "../../tests/rnd.h"

enum { PICTURES = 1000, DRAWS = 10, SHARES = 10, MOST = 28 * 28 * 6, CLASSES = 10 };

/* which of `n` are lost, so many of them */
static void lose(uint8_t *gone, int n, int lost)
{
    int i, r;
    memset(gone, 0, (size_t)n);
    for (i = 0; i < lost; ) { r = rnd_in(0, n - 1); i += !gone[r]; gone[r] = 1; }
}

/* zeroes the lost outputs of a node; channels: gone is by channel */
static void zero(net_node *o, const uint8_t *gone, int channels)
{
    const int len = node_len(o);
    int s, i;
    for (s = 0; s < PICTURES; s++) {
        for (i = 0; i < len; i++) { if (gone[channels ? i % o->c : i]) { o->y[s * len + i] = 0; } }
    }
}

/* right answers of the network from node `from` on */
static double finish(net *n, int from)
{
    const net_node *out = &n->node[n->n - 1];
    double right = 0;
    int k, s;
    for (k = from; k < n->n; k++) { node_forward(n, &n->node[k], PICTURES); }
    for (s = 0; s < PICTURES; s++) {
        const float *z = out->y + s * out->c;
        int best = 0;
        for (k = 1; k < CLASSES; k++) { best = z[k] > z[best] ? k : best; }
        right += best == test_set.label[s];
    }
    return right / PICTURES;
}

/* accuracy by tenths of node k's outputs that are lost, mean of the draws */
static void curve(double *at, net *n, int k, int channels)
{
    static uint8_t gone[MOST];
    net_node *o = &n->node[k];
    const int all = PICTURES * node_len(o), units = channels ? o->c : node_len(o);
    float *whole = (float *)zeros((size_t)all, sizeof(float));
    int share, draw;
    node_forward(n, o, PICTURES);
    memcpy(whole, o->y, (size_t)all * sizeof(float));
    for (share = 0; share < SHARES; share++) {
        for (at[share] = 0, draw = 0; draw < (share ? DRAWS : 1); draw++) {
            memcpy(o->y, whole, (size_t)all * sizeof(float));
            lose(gone, units, (units * share + 5) / 10);
            zero(o, gone, channels);
            at[share] += finish(n, k + 1) / (share ? DRAWS : 1);
        }
    }
    memcpy(o->y, whole, (size_t)all * sizeof(float));
    free(whole);
    (void)finish(n, k + 1);
}

/* the share at which a curve of tenths falls to `level`, straight between its points; NAN where it does not */
double lost_share(const double *at, double level)
{
    int k;
    for (k = 1; k < SHARES; k++) {
        if (at[k] <= level) { return (k - 1 + (at[k - 1] - level) / (at[k - 1] - at[k])) / 10; }
    }
    return NAN;
}

static net *lenet_read(void)
{
    static npz z;
    net *n;
    int s, i;
    models_read(&z, "lenet");
    n = net_read(&z, PICTURES);
    npz_free(&z);
    if (n == NULL) { fprintf(stderr, "published: examples/models/lenet.npz is no network\n"); exit(2); }
    for (s = 0; s < PICTURES; s++) {
        for (i = 0; i < IDX_PIXELS; i++) {
            n->node[0].y[s * IDX_PIXELS + i] = (float)test_set.x[s * IDX_PIXELS + i] / 255;
        }
    }
    net_forward(n, PICTURES);
    return n;
}

void lost_conv(void)
{
    static const struct { const char *what; int node, channels; double falls; } layer[] = {
        { "of the first convolution's values", 1, 0, 0.80 }, { "of the second convolution's values", 3, 0, 0.77 },
        { "of the second convolution's channels", 3, 1, 0.53 }, { "of the first dense layer's values", 5, 0, 0.48 },
        { "of the second dense layer's values", 6, 0, 0.55 } };
    static const double x[SHARES] = { 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
    double at[5][SHARES];
    net *n = lenet_read();
    svg s = svg_open(out_path("lost.svg"), "[CDC] Fig. 2: LeNet-5, a share of one layer lost", "share lost", "accuracy",
                     0, 0.9, 0, 1, 0.1, 0.1);
    int k, share;
    test_state = 3;
    for (k = 0; k < 5; k++) {
        curve(at[k], n, layer[k].node, layer[k].channels);
        svg_line(&s, layer[k].what, x, at[k], SHARES, 1);
        for (share = 0; share < SHARES && k < 2; share++) {
            row("CDC Figure 2", "LeNet-5, %d %% %s lost: accuracy", share * 10, layer[k].what);
            row_printed(at[k][share]);
            if (share == 0) { row_goal(0.985, NAN); }
            if (share == 7) { row_note("print: destructive beyond 70 %%"); }
        }
        row("CDC Figure 2", "LeNet-5: share %s lost at which accuracy falls to 90 %%", layer[k].what);
        row_printed(lost_share(at[k], 0.9));
        row_goal(layer[k].falls - 0.1, layer[k].falls + 0.1);
        row_note("print does not say which layer, nor whether values or channels");
    }
    svg_close(&s);
    net_free(n);
}
