/* split_conv.c - [CDC] Table 1 on a real network, ResNet8 of MLPerf Tiny: its nine convolutions over several devices by
 * output channels (print: channel splitting), by rows of the picture with their halo (spatial) and by input channels
 * (filter). Every device has copies of just the weights and inputs that it needs and makes its sums from them; joined
 * they must be the whole layer's, and with a device lost what a spare gives must make up for it. Inputs are random
 * bytes: costs do not depend on them. Bytes go from one node to the devices and back, a layer after the other; outputs
 * are bytes, sums that are added up somewhere else or recovered have four. */
#include "data.h"
#include "pieces.h"
#include "table.h"
#include "../../tests/rnd.h"
#define SUCREF_HOST
#include "../../sucref.h"
#include "../../examples/tool/channels.h"
#include "../../examples/tool/tflite.h"

enum { CHANNEL, SPATIAL, FILTER, METHODS, DEVICES = 4, MAP = 32 * 32 * 64, WEIGHTS = 64 * 9 * 64 };

typedef struct { int h, w, c, out_h, out_w, out_c, kh, kw, stride, top, left; } shape; /* of a convolution */
typedef struct { int16_t x[MAP], w[WEIGHTS]; int32_t y[MAP]; shape s; } device; /* x: less the zero point */
typedef struct { double to, from, macs, memory; } costs; /* bytes, multiply-adds, bytes */

static device whole, part[DEVICES + 1]; /* the last one is the spare */

static int outputs(const shape *s) { return s->out_h * s->out_w * s->out_c; }
static int inputs(const shape *s) { return s->h * s->w * s->c; }
static int weights(const shape *s) { return s->out_c * s->kh * s->kw * s->c; }

/* the sums of what a device has; returns its multiply-adds, those of padded places not among them */
static double convolve(device *d)
{
    const shape *s = &d->s;
    double macs = 0;
    int y, x, f, ky, kx, c;
    for (y = 0; y < s->out_h; y++) {
        for (x = 0; x < s->out_w; x++) {
            for (f = 0; f < s->out_c; f++) {
                int32_t sum = 0; /* |x| < 2^10, |w| < 2^10, at most 9 * 64 products: below 2^30 */
                for (ky = 0; ky < s->kh; ky++) {
                    for (kx = 0; kx < s->kw; kx++) {
                        const int iy = y * s->stride - s->top + ky, ix = x * s->stride - s->left + kx;
                        if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w) { continue; }
                        for (c = 0; c < s->c; c++) {
                            sum += d->x[(iy * s->w + ix) * s->c + c] * d->w[((f * s->kh + ky) * s->kw + kx) * s->c + c];
                        }
                        macs += s->c;
                    }
                }
                d->y[(y * s->out_w + x) * s->out_c + f] = sum;
            }
        }
    }
    return macs;
}

/* channels from..end of every place of a map or of every tap of a kernel: n of them in all, `of` each */
static void take(int16_t *to, const int16_t *map, int n, int of, int from, int end)
{
    int i, c;
    for (i = 0; i < n; i++) { for (c = from; c < end; c++) { *to++ = map[i * of + c]; } }
}

/* device k of n: what it needs of the layer; `first` of what is divided */
static void give(device *d, int method, int k, int n, int *first)
{
    const shape *s = &whole.s;
    const int all = method == CHANNEL ? s->out_c : method == SPATIAL ? s->out_h : s->c,
              from = all * k / n, end = all * (k + 1) / n, taps = s->kh * s->kw;
    d->s = *s;
    *first = from;
    memcpy(d->x, whole.x, sizeof d->x);
    memcpy(d->w, whole.w, sizeof d->w);
    if (method == CHANNEL) {
        d->s.out_c = end - from;
        memmove(d->w, whole.w + from * taps * s->c, (size_t)weights(&d->s) * sizeof *d->w);
    } else if (method == FILTER) {
        d->s.c = end - from;
        take(d->x, whole.x, s->h * s->w, s->c, from, end);
        take(d->w, whole.w, s->out_c * taps, s->c, from, end);
    } else { /* rows with a halo, as far as the map goes */
        const int above = from * s->stride - s->top, below = (end - 1) * s->stride - s->top + s->kh,
                  row = above < 0 ? 0 : above, last = below > s->h ? s->h : below;
        d->s.out_h = end - from;
        d->s.top = row - above;
        d->s.h = last - row;
        memmove(d->x, whole.x + row * s->w * s->c, (size_t)inputs(&d->s) * sizeof *d->x);
    }
}

/* puts a device's sums where they belong */
static void join(int32_t *y, const device *d, int method, int first)
{
    const int of = whole.s.out_c;
    int i, f;
    for (i = 0; i < d->s.out_h * d->s.out_w; i++) {
        for (f = 0; f < d->s.out_c; f++) {
            const int32_t v = d->y[i * d->s.out_c + f];
            if (method == CHANNEL) { y[i * of + first + f] = v; }
            else if (method == SPATIAL) { y[(first * d->s.out_w + i) * of + f] = v; }
            else { y[i * of + f] += v; }
        }
    }
}

/* the layer over n devices; adds to what all need, and of multiply-adds and memory to what one needs at most; returns
 * how many of the joined sums are the whole layer's */
static int split_over(costs *sum, costs *one, int method, int n)
{
    static int32_t y[MAP];
    double busiest = 0;
    int k, i, same = 0, first;
    memset(y, 0, sizeof y);
    for (k = 0; k < n; k++) {
        device *d = &part[k];
        costs c;
        give(d, method, k, n, &first);
        if (weights(&d->s) == 0) { continue; } /* three channels, four devices */
        c.macs = convolve(d);
        c.to = inputs(&d->s);
        c.from = outputs(&d->s) * (method == FILTER ? 4 : 1);
        c.memory = weights(&d->s) + c.to + c.from;
        join(y, d, method, first);
        sum->to += c.to; sum->from += c.from; sum->macs += c.macs;
        busiest = fmax(busiest, c.macs);
        one->memory = fmax(one->memory, c.memory);
    }
    one->macs += busiest;
    for (i = 0; i < outputs(&whole.s); i++) { same += y[i] == whole.y[i]; }
    return same;
}

/* how many sums of each device, lost, come out again: the spare's less the others' ones */
static int recovered(int n)
{
    static int32_t found[MAP];
    const int32_t *shard[DEVICES + 1];
    int k, i, lost, same = 0;
    for (lost = 0; lost < n; lost++) {
        sucref_recovery plan;
        for (k = 0; k <= n; k++) { shard[k] = k == lost ? NULL : part[k].y; }
        if (sucref_recovery_plan(&plan, (unsigned)n, 1, ~(1U << lost), 1U << 30) != SUCREF_OK ||
            sucref_recover(found, &plan, 0, shard, (size_t)outputs(&part[lost].s)) != SUCREF_OK) {
            return -1;
        }
        for (i = 0; i < outputs(&part[lost].s); i++) { same += found[i] == part[lost].y[i]; }
    }
    return same;
}

/* a spare beside output channels has a combination of the weights, all inputs */
static int spare_of_channels(costs *c, int n)
{
    device *d = &part[n];
    static int8_t w[DEVICES][WEIGHTS];
    const int8_t *of[DEVICES];
    int k, i, first;
    for (k = 0; k < n; k++) {
        give(&part[k], CHANNEL, k, n, &first);
        (void)convolve(&part[k]);
        for (i = 0; i < weights(&part[k].s); i++) { w[k][i] = (int8_t)part[k].w[i]; }
        of[k] = w[k];
    }
    give(d, CHANNEL, 0, n, &first);
    if (sucref_parity_rows(d->w, of, (size_t)weights(&d->s), (unsigned)n, 1, 0) != SUCREF_OK) { return -1; }
    c->macs += convolve(d);
    c->to += inputs(&d->s);
    c->from += 4 * outputs(&d->s);
    c->memory = fmax(c->memory, 2 * weights(&d->s) + inputs(&d->s) + 4 * outputs(&d->s));
    return recovered(n);
}

/* a spare beside rows of the picture has all weights and the sum of the others' inputs, pads as zeros among them: these
 * are to be added for every input anew, and have 16 bits */
static int spare_of_rows(costs *c, int n)
{
    device *d = &part[n];
    int k, i, at, first;
    for (k = 0; k < n; k++) {
        const shape *s = &part[k].s;
        give(&part[k], SPATIAL, k, n, &first);
        (void)convolve(&part[k]);
        if (k == 0) {
            d->s = part[0].s;
            d->s.h = (s->out_h - 1) * s->stride + s->kh;
            d->s.top = 0;
            memcpy(d->w, whole.w, sizeof d->w);
            memset(d->x, 0, sizeof d->x);
        }
        for (i = 0, at = s->top * s->w * s->c; i < inputs(s); i++) {
            d->x[at + i] = (int16_t)(d->x[at + i] + part[k].x[i]);
        }
    }
    c->macs += convolve(d);
    c->to += 2 * inputs(&d->s);
    c->from += 4 * outputs(&d->s);
    c->memory = fmax(c->memory, weights(&d->s) + 2 * inputs(&d->s) + 4 * outputs(&d->s));
    return recovered(n);
}

/* layer l of the network with random bytes before it; 0 where it is no convolution */
static int layer_of(const tflite *t, unsigned l)
{
    const sucref_layer_spec *p = &t->net.layer[l];
    const sucref_tensor_spec *in = &t->net.tensor[p->from], *out = &t->net.tensor[p->to];
    shape *s = &whole.s;
    int i;
    if (p->kind != SUCREF_KIND_CONV) { return 0; }
    s->h = in->height; s->w = in->width; s->c = in->channels;
    s->out_h = out->height; s->out_w = out->width; s->out_c = out->channels;
    s->kh = p->kernel_h; s->kw = p->kernel_w; s->stride = p->stride_h; s->top = p->pad_top; s->left = p->pad_left;
    if (inputs(s) > MAP || outputs(s) > MAP || weights(s) > WEIGHTS || p->stride_w != s->stride ||
        p->dilation_h != 1 || p->dilation_w != 1 || s->out_h % DEVICES != 0) {
        fprintf(stderr, "published: another network than ResNet8\n");
        exit(2);
    }
    for (i = 0; i < inputs(s); i++) { whole.x[i] = (int16_t)((int)rnd_below(256) - in->zero); }
    for (i = 0; i < weights(s); i++) { whole.w[i] = p->w[i]; }
    return 1;
}

/* ---- rows ---- */

typedef struct { double outputs, macs, same, found; costs sum, one, spare; } totals;

static void one_layer(totals *t, int method, int n)
{
    t->macs += convolve(&whole);
    t->outputs += outputs(&whole.s);
    t->same += split_over(&t->sum, &t->one, method, n);
    if (method == CHANNEL) { t->found += spare_of_channels(&t->spare, n); }
    if (method == SPATIAL) { t->found += spare_of_rows(&t->spare, n); }
}

static void counted(double value, double goal) { row_printed(value); row_goal(goal, goal); }

static void print_totals(const totals *t, int method, int n)
{
    static const char *const name[METHODS] = { "channel splitting", "spatial splitting", "filter splitting" };
    static const double goal[2][METHODS][5] = { /* as print's definitions give them: counts, which are exact */
        { { 194.56, 86.016, .5, 25.728, 807.936 }, { 100.544, 86.016, .5031, 41.472, 722.496 },
          { 97.28, 688.128, .5061, 74.88, 0 } },
        { { 389.12, 86.016, .25, 21.056, 916.48 }, { 109.12, 86.016, .2597, 39.936, 596.416 },
          { 97.28, 1310.72, .2531, 70.208, 0 } }
    };
    const double *g = goal[n / 2 - 1][method];
    const char *s = name[method];
    row("CDC Table 1", "ResNet8's convolutions on %d devices, %s: sums joined that are the whole layers', share", n, s);
    counted(t->same / t->outputs, 1);
    row("CDC Table 1", "ResNet8's convolutions on %d devices, %s: thousand bytes to the devices", n, s);
    counted(t->sum.to / 1e3, g[0]);
    row("CDC Table 1", "ResNet8's convolutions on %d devices, %s: thousand bytes from the devices", n, s);
    counted(t->sum.from / 1e3, g[1]);
    row("CDC Table 1", "ResNet8's convolutions on %d devices, %s: multiply-adds of the busiest, of all", n, s);
    row_printed(t->one.macs / t->macs); row_goal(g[2] - 1e-4, g[2] + 1e-4);
    row("CDC Table 1", "ResNet8's convolutions on %d devices, %s: thousand bytes of memory for a layer, at most", n, s);
    counted(t->one.memory / 1e3, g[3]);
    row("CDC Table 1", "ResNet8's convolutions on %d devices and a spare, %s: lost sums that come out again", n, s);
    if (method == FILTER) { row_note("none: no two devices share inputs or weights"); return; }
    counted(t->found / t->outputs, 1);
    row("CDC Table 1", "ResNet8's convolutions on %d devices and a spare, %s: thousand bytes to and from", n, s);
    counted((t->sum.to + 4 * t->sum.from + t->spare.to + t->spare.from) / 1e3, g[4]);
    row_note(method == CHANNEL ? "sums have four bytes"
                               : "sums have four bytes, the spare's inputs two, added up anew for every picture");
}

/* what an answer takes through the parts of `sucref split`, the dense layer's too: messages of sums with their heads */
static void parts_of_split(const tflite *t, int n, int spares)
{
    static const double goal[2][2][2] = { { { 194.688, 344.984 }, { 292.032, 517.476 } },
                                          { { 389.376, 345.152 }, { 486.72, 431.44 } } };
    const double *g = goal[n / 2 - 1][spares];
    const char *s = spares ? " and a spare" : "";
    sucref_model_spec spec;
    channel_traffic all = { 0, 0, 0 };
    channel_split c;
    unsigned l;
    lower_spec(&spec, &t->net);
    for (l = 0; l < spec.n_layers; l++) {
        if (channels_plan(&c, &spec, l, (unsigned)n, (unsigned)spares, NULL)) { channels_count(&all, &c, &spec); }
    }
    row("CDC Table 1", "ResNet8 on %d devices%s, parts of sucref split: thousand bytes of inputs to them", n, s);
    row_ours((double)all.to / 1e3); row_goal(g[0], g[0]);
    row("CDC Table 1", "ResNet8 on %d devices%s, parts of sucref split: thousand bytes of messages from them", n, s);
    row_ours((double)all.from / 1e3); row_goal(g[1], g[1]);
    row_note("%lu messages", all.messages);
}

void split_conv(void)
{
    static tflite t;
    size_t len;
    uint8_t *p = data_read("tflite/pretrainedResnet_quant.tflite", &len);
    unsigned l;
    int method, n;
    if (p == NULL || !tflite_parse(&t, p, len)) {
        row("CDC Table 1", "ResNet8 on several devices");
        row_note("needs tflite/pretrainedResnet_quant.tflite of the data directory");
        return;
    }
    for (n = 2; n <= DEVICES; n += 2) {
        for (method = 0; method < METHODS; method++) {
            totals all = { 0, 0, 0, 0, { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } };
            test_state = 5;
            for (l = 0; l < t.net.n_layers; l++) { if (layer_of(&t, l)) { one_layer(&all, method, n); } }
            print_totals(&all, method, n);
        }
        parts_of_split(&t, n, 0);
        parts_of_split(&t, n, 1);
    }
    tflite_free(&t);
    free(p);
}
