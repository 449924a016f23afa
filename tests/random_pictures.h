/* random_pictures.h - random networks with tensors: convolutions, pools, sums, copies, softmax, constants and dense
 * layers, of one stop or of several by bits, by width and by depth, with states; chains of dense layers alone. Small:
 * most tensors have some hundred bytes. */
#ifndef SUCREF_RANDOM_PICTURES_H
#define SUCREF_RANDOM_PICTURES_H
#include "random_spec.h"

enum { RP_LAYERS = 24, RP_TENSORS = RP_LAYERS + 4, RP_GROUPS = 4, RP_STOPS = 5, RP_BYTES = 5000, RP_MEMORY = 4000 };

typedef struct {
    sucref_model_spec spec;
    sucref_layer_spec layer[RP_LAYERS];
    sucref_tensor_spec tensor[RP_TENSORS];
    uint32_t group_rows[RP_LAYERS][RP_GROUPS], group_columns[RP_LAYERS][RP_GROUPS];
    uint32_t cut[RP_TENSORS][RP_GROUPS]; /* of a tensor: channels that are there with its first groups; 0: no groups */
    uint8_t heads[RP_STOPS], answers[RP_STOPS], in_bits[RP_STOPS], bits[RP_STOPS * RP_LAYERS * RP_GROUPS];
    sucref_correction correction[RP_STOPS * RP_LAYERS * RP_GROUPS];
    void *memory[RP_MEMORY];
    unsigned n_memory, total;
    const sucref_layer_spec *heads_of;   /* the layer whose groups are heads, or NULL */
    unsigned state[2], n_states;         /* tensors that are */
    uint32_t most_bytes, most_work;      /* of a tensor; multiply-adds of a layer */
    uint32_t outputs;                    /* of every layer that answers, where earlier ones than the last do; or 0 */
    int chain;                           /* dense layers alone, each of the vector before it */
    int mobile;                          /* depthwise layers of 3 x 3 and 1 x 1 convolutions in turn */
} random_pictures;

static inline void *rp_memory(random_pictures *r, size_t n)
{
    return r->memory[r->n_memory++] = malloc(n ? n : 1);
}

static inline void rp_free(random_pictures *r)
{
    while (r->n_memory > 0) { free(r->memory[--r->n_memory]); }
}

static inline int rp_has_rows(const sucref_layer_spec *s) { return s->kind <= SUCREF_KIND_DEPTHWISE; }
static inline uint32_t rp_size(const sucref_tensor_spec *t) { return (uint32_t)t->height * t->width * t->channels; }

static inline uint8_t rp_zero(void) { return (uint8_t)(rnd_below(3) == 0 ? 0 : rnd_below(2) ? 128 : rnd_below(256)); }

static inline unsigned rp_tensor(random_pictures *r, uint32_t height, uint32_t width, uint32_t channels)
{
    sucref_tensor_spec *t = &r->tensor[r->spec.n_tensors];
    t->height = (uint16_t)height; t->width = (uint16_t)width; t->channels = (uint16_t)channels;
    t->zero = rp_zero();
    return r->spec.n_tensors++;
}

/* a layer that writes all of a new tensor (or `to` is said later) */
static inline sucref_layer_spec *rp_layer(random_pictures *r, int kind, unsigned from, unsigned to)
{
    sucref_layer_spec *s = &r->layer[r->spec.n_layers++];
    s->kind = (uint8_t)kind; s->from = (uint8_t)from; s->to = (uint8_t)to;
    s->hi = 255;
    s->out_zero = r->tensor[to].zero;
    if (kind > SUCREF_KIND_DEPTHWISE && kind != SUCREF_KIND_CONSTANT &&
        r->tensor[from].channels == r->tensor[to].channels) {
        memcpy(r->cut[to], r->cut[from], sizeof r->cut[to]);
    }
    return s;
}

/* one axis of a window over n values: how many outputs. Every output of a pool sees the picture */
static inline uint32_t rp_axis(uint32_t n, int pool, uint8_t *kernel, uint8_t *stride, uint8_t *dilation, uint8_t *pad)
{
    uint32_t reach, after = 0, kind = rnd_below(4), out;
    *kernel = (uint8_t)(1 + rnd_below(rnd_below(4) ? 3 : 7));
    *stride = (uint8_t)(rnd_below(3) ? 1 : 1 + rnd_below(4));
    *dilation = (uint8_t)(pool || rnd_below(4) ? 1 : 1 + rnd_below(3));
    reach = (*kernel - 1U) * *dilation + 1U;
    if (kind == 0 && reach > n) { kind = 1; }
    *pad = 0;
    if (kind == 1) { /* as many as the strides */
        out = (n + *stride - 1U) / *stride;
        *pad = (uint8_t)((out - 1U) * *stride + reach > n ? ((out - 1U) * *stride + reach - n) / 2U : 0);
        return out;
    }
    if (kind > 1) {
        *pad = (uint8_t)rnd_below(reach);
        after = rnd_below(2) ? rnd_below(reach) : *pad;
        if (n + *pad + after < reach) { after = reach - 1U; }
        if (n + *pad < 1U) { *pad = 0; }
    }
    return (n + *pad + after - reach) / *stride + 1U;
}

static inline void rp_window(sucref_layer_spec *s, const sucref_tensor_spec *in, uint32_t *height, uint32_t *width)
{
    const int pool = s->kind == SUCREF_KIND_AVERAGE || s->kind == SUCREF_KIND_MAX;
    *height = rp_axis(in->height, pool, &s->kernel_h, &s->stride_h, &s->dilation_h, &s->pad_top);
    *width = rp_axis(in->width, pool, &s->kernel_w, &s->stride_w, &s->dilation_w, &s->pad_left);
}

/* how far a z that is of the size of the root of z2 must go to the right to be of the size of 64 */
static inline int rp_right(double z2)
{
    int e = 0;
    while (z2 > 4096.0 * 2 && e < 28) { z2 /= 4; e++; }
    return e;
}

/* one multiplier and exponent, for a shift to the right */
static inline void rp_scale(int32_t *multiplier, int8_t *exponent, int requant, int right)
{
    right += rnd_in(-1, 1);
    *multiplier = (int32_t)(0x40000000U + rnd() % 0x40000000U);
    *exponent = (int8_t)(requant == SUCREF_REQUANT_TFLITE ? 1 - right : right < 0 ? 0 : right);
    if (rnd_below(200) == 0) { *multiplier = 0; }
    if (rnd_below(200)) { return; }
    *exponent = (int8_t)(requant == SUCREF_REQUANT_TFLITE ? rnd_in(-31, 30) : rnd_in(0, 31));
}

/* an activation: any of a layer with weights, or one that is no more than lo, hi, or with lookup */
static inline void rp_act(random_pictures *r, sucref_layer_spec *s, uint32_t kinds)
{
    uint8_t *lookup = (uint8_t *)rp_memory(r, SUCREF_LOOKUP_LEN);
    int16_t *table = (int16_t *)rp_memory(r, SUCREF_TABLE_LEN * sizeof(int16_t));
    uint32_t i;
    s->act = (uint8_t)(rnd_below(2) ? rnd_below(3) : rnd_below(kinds));
    if (kinds == 4 && s->act == 3) { s->act = SUCREF_ACT_LOOKUP; }
    s->lo = (uint8_t)(rnd_below(3) == 0 ? s->out_zero : rnd_below(3) ? 0 : rnd_below(100));
    s->hi = (uint8_t)(rnd_below(2) ? 255 : s->lo + rnd_below(256U - s->lo));
    if (s->act == SUCREF_ACT_LEAKY) { s->slope = (int16_t)rnd_in(-3000, 32767); }
    for (i = 0; i < SUCREF_TABLE_LEN; i++) { table[i] = (int16_t)rnd_in(-32768, 32767); }
    for (i = 0; i < SUCREF_LOOKUP_LEN; i++) { lookup[i] = (uint8_t)rnd(); }
    if (s->act == SUCREF_ACT_TABLE) { s->table = table; }
    if (s->act == SUCREF_ACT_LOOKUP) { s->lookup = lookup; s->out_zero = rp_zero(); }
}

static inline void rp_plan(sucref_layer_spec *s, int one_plane)
{
    const uint8_t *plan = rs_plans[one_plane || rs_one_stop ? 0 : rnd_below(sizeof rs_plans / sizeof rs_plans[0])];
    for (s->n_planes = 0; s->n_planes < 8 && plan[s->n_planes]; s->n_planes++) {
        s->plan[s->n_planes] = plan[s->n_planes];
    }
    s->coarse = (uint8_t)(s->n_planes == 2 && plan[1] == 8);
}

static inline int rp_is_head(const random_pictures *r, const sucref_layer_spec *s) /* are its groups heads? */
{
    return r->heads_of == s && s != NULL;
}

/* the rows of each group: of any number (of cameras' layers by eight), equal ones for heads; channels that are there
 * with the first ones */
static inline void rp_groups(random_pictures *r, sucref_layer_spec *s)
{
    const unsigned n = (unsigned)(s - r->layer);
    const uint32_t by = r->mobile && s->n_out % 8U == 0 ? 8 : 1, pieces = s->n_out / by;
    uint32_t *rows = r->group_rows[n], i = 0;
    unsigned g;
    s->n_groups = 1;
    if (rp_is_head(r, s)) { s->n_groups = (uint8_t)(r->heads[r->spec.n_stops - 1U] + 1U); }
    else if (rnd_below(r->spec.n_stops == 1 ? 6 : 4) == 0 || r->spec.n_stops > 1) {
        s->n_groups = (uint8_t)(1 + rnd_below(pieces < RP_GROUPS ? pieces : RP_GROUPS));
    }
    for (g = 0; g < s->n_groups; g++) {
        rows[g] = rp_is_head(r, s)        ? s->n_out / s->n_groups
                  : g + 1U == s->n_groups ? s->n_out - i
                                          : by * (1 + rnd_below(pieces - i / by - (s->n_groups - g - 1U)));
        i += rows[g];
        r->cut[s->to][g] = i;
    }
    if (s->n_groups > 1 || rnd_below(2)) { s->group_rows = rows; }
    r->total += s->n_groups;
}

/* the columns of each group: all, any, or channels that are there with the first groups of the layer before. Of CONV a
 * multiple of the taps */
static inline void rp_widths(random_pictures *r, sucref_layer_spec *s)
{
    const uint32_t taps = s->kind == SUCREF_KIND_CONV ? (uint32_t)s->kernel_h * s->kernel_w : 1;
    const uint32_t channels = s->n_in / taps;
    const sucref_tensor_spec *in = &r->tensor[s->from];
    const int all = s->kind == SUCREF_KIND_DEPTHWISE || (s->kind == SUCREF_KIND_DENSE && in->height * in->width > 1);
    const uint32_t kind = all ? 0 : rnd_below(3), *cut = r->cut[s->from];
    uint32_t *columns = r->group_columns[s - r->layer], before = 1;
    unsigned g;
    if (s->group_rows == NULL) { return; }
    for (g = 0; g < s->n_groups; g++) {
        uint32_t n = channels;
        if (kind == 1) { n = before + rnd_below(channels - before + 1U); }
        if (kind == 2 && cut[g] != 0 && cut[g] <= channels) { n = cut[g]; }
        if (n < before) { n = channels; }
        before = n;
        columns[g] = n * taps;
    }
    if (kind != 0 || rnd_below(2)) { s->group_columns = columns; }
}

/* the group of a row, and whether it reads a column */
static inline int rp_reads(const sucref_layer_spec *s, uint32_t row, uint32_t column)
{
    const uint32_t taps = s->kind == SUCREF_KIND_CONV ? (uint32_t)s->kernel_h * s->kernel_w : 1;
    unsigned g = 0;
    if (s->group_columns == NULL) { return 1; }
    while (row >= s->group_rows[g]) { row -= s->group_rows[g++]; }
    return column % (s->n_in / taps) < s->group_columns[g] / taps;
}

/* weights and biases that leave z near 0 for inputs near the zero point */
static inline void rp_weights(random_pictures *r, sucref_layer_spec *s, int zero)
{
    const int most = rnd_below(4) ? 127 : rnd_in(1, 127), least = s->kind == SUCREF_KIND_DEPTHWISE && most == 127;
    int8_t *w = (int8_t *)rp_memory(r, (size_t)s->n_in * s->n_out);
    uint8_t *shift = (uint8_t *)rp_memory(r, s->n_out);
    int32_t *bias = (int32_t *)rp_memory(r, s->n_out * sizeof(int32_t));
    uint32_t i, c;
    for (i = 0; i < s->n_out; i++) {
        const int row_most = most >> (rnd_below(3) ? 0 : rnd_below(5));
        bias[i] = rnd_in(-5000, 5000);
        for (c = 0; c < s->n_in; c++) {
            w[i * s->n_in + c] = (int8_t)rnd_in(-row_most - (least && row_most == most), row_most);
            if (!rp_reads(s, i, c)) { w[i * s->n_in + c] = 0; }
            bias[i] -= w[i * s->n_in + c] * zero;
        }
        shift[i] = (uint8_t)(s->coarse ? rnd_below(4) : (uint32_t)rs_full_shift(w + i * s->n_in, s->n_in));
    }
    s->w = w;
    s->bias = bias;
    s->row_shift = s->coarse || rnd_below(2) ? shift : NULL;
}

/* accumulators and lists that are kept where they may be */
static inline void rp_keep(const random_pictures *r, sucref_layer_spec *s)
{
    const sucref_tensor_spec *in = &r->tensor[s->from];
    if (s->kind != SUCREF_KIND_DENSE || in->height != 1 || in->width != 1) { return; }
    if (rnd_below(2)) { s->flags |= SUCREF_LAYER_KEEP; }
    if (s == r->layer && s->from == 0 && rnd_below(2)) { s->flags |= SUCREF_LAYER_KEEP_LIST; }
}

static inline void rp_scales(random_pictures *r, sucref_layer_spec *s)
{
    int32_t *multiplier = (int32_t *)rp_memory(r, s->n_out * sizeof(int32_t));
    int8_t *exponent = (int8_t *)rp_memory(r, s->n_out);
    double z2 = 0;
    uint32_t i;
    s->requant = (uint8_t)(r->mobile || rnd_below(2) ? 0 : rnd_below(3));
    s->flags = (uint8_t)(rnd_below(2) ? SUCREF_LAYER_PER_ROW : 0);
    for (i = 0; i < s->n_in * s->n_out; i++) { z2 += s->w[i] * s->w[i] * 70.0 * 70.0; }
    z2 /= s->n_out;
    if (s->act == SUCREF_ACT_TABLE) { z2 /= 256.0 * 256.0; }
    for (i = 0; i < s->n_out; i++) { rp_scale(&multiplier[i], &exponent[i], s->requant, rp_right(z2)); }
    s->multiplier = multiplier;
    s->exponent = exponent;
}

/* weights, multipliers and activation of DENSE, CONV, DEPTHWISE */
static inline void rp_rows(random_pictures *r, sucref_layer_spec *s)
{
    rp_plan(s, s->kind == SUCREF_KIND_DEPTHWISE || ((r->mobile || r->spec.n_stops == 1) && rnd_below(4)));
    s->in_zero = r->tensor[s->from].zero;
    rp_groups(r, s);
    rp_widths(r, s);
    rp_weights(r, s, s->in_zero);
    rp_act(r, s, r->mobile ? 3 : 6);
    rp_scales(r, s);
    rp_keep(r, s);
}

/* a window that gives no more work than there should be; 0: none was found */
static inline int rp_small_window(random_pictures *r, sucref_layer_spec *s, const sucref_tensor_spec *in,
                                  uint32_t channels, uint32_t *height, uint32_t *width)
{
    int n;
    for (n = 0; n < 20; n++) {
        const uint32_t each = channels * (s->kind == SUCREF_KIND_CONV ? in->channels : 1U);
        rp_window(s, in, height, width);
        if (*height * *width * channels <= r->most_bytes &&
            *height * *width * each * s->kernel_h * s->kernel_w <= r->most_work) { return 1; }
    }
    return 0;
}

/* a layer with a window that is known */
static inline void rp_windowed(random_pictures *r, unsigned from, const sucref_layer_spec *window, uint32_t height,
                               uint32_t width, uint32_t channels)
{
    sucref_layer_spec *s = rp_layer(r, window->kind, from, rp_tensor(r, height, width, channels));
    const sucref_layer_spec made = *s;
    *s = *window;
    s->from = made.from; s->to = made.to; s->hi = made.hi; s->out_zero = made.out_zero;
    s->n_in = s->kernel_h * (uint32_t)s->kernel_w *
              (s->kind == SUCREF_KIND_DEPTHWISE ? 1 : r->tensor[from].channels);
    s->n_out = channels;
    rp_rows(r, s);
}

static inline int rp_conv_of(random_pictures *r, unsigned from, int depthwise, uint32_t channels)
{
    const sucref_tensor_spec in = r->tensor[from];
    sucref_layer_spec window;
    uint32_t height, width;
    memset(&window, 0, sizeof window);
    window.kind = depthwise ? SUCREF_KIND_DEPTHWISE : SUCREF_KIND_CONV;
    if (!depthwise && rnd_below(4) == 0) { /* 1 x 1 */
        window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = 1;
        window.dilation_h = window.dilation_w = 1;
        height = in.height;
        width = in.width - (in.width > 1 && rnd_below(4) == 0 ? 1U : 0U);
        if (height * width * channels > r->most_bytes) { return 0; }
        if (height * width * channels * in.channels > r->most_work) { return 0; }
    } else if (!rp_small_window(r, &window, &in, channels, &height, &width)) { return 0; }
    rp_windowed(r, from, &window, height, width, channels);
    return 1;
}

/* what only layers that read a vector may have: kept accumulators, and as the first layer an order and a kept list */
static inline void rp_vector(random_pictures *r, sucref_layer_spec *s)
{
    uint16_t *order = (uint16_t *)rp_memory(r, s->n_in * sizeof(uint16_t));
    if (rnd_below(2)) { s->flags |= SUCREF_LAYER_KEEP; }
    if (s != r->layer || s->from != 0) { return; }
    rs_permutation(order, s->n_in);
    if (rnd_below(2)) { s->flags |= SUCREF_LAYER_INPUT_ORDER; s->input_order = order; }
    if (rnd_below(2)) { s->flags |= SUCREF_LAYER_KEEP_LIST; }
}

static inline int rp_conv(random_pictures *r, unsigned from, int depthwise)
{
    const uint32_t channels = r->tensor[from].channels;
    if (depthwise) { return rp_conv_of(r, from, 1, channels * (rnd_below(3) ? 1 : 1 + rnd_below(4))); }
    return rp_conv_of(r, from, 0, rnd_below(4) ? 1 + rnd_below(rnd_below(4) ? 9 : 33) : 8U * (1 + rnd_below(4)));
}

/* a dense layer; outputs: of each of its heads by width, or 0 for any number */
static inline int rp_dense(random_pictures *r, unsigned from, uint32_t outputs, uint32_t heads)
{
    sucref_layer_spec *s;
    const uint32_t n_in = rp_size(&r->tensor[from]);
    uint32_t n_out = outputs ? outputs * heads : 1 + rnd_below(rnd_below(3) ? 12 : 70);
    if (!outputs && n_in * n_out > r->most_work * 2) { n_out = 1 + r->most_work / n_in; }
    s = rp_layer(r, SUCREF_KIND_DENSE, from, rp_tensor(r, 1, 1, n_out / heads));
    s->n_in = n_in;
    s->n_out = n_out;
    rp_rows(r, s);
    if (r->tensor[from].height == 1 && r->tensor[from].width == 1) { rp_vector(r, s); }
    return 1;
}

static inline void rp_multipliers(random_pictures *r, sucref_layer_spec *s, unsigned n)
{
    s->multiplier = (int32_t *)rp_memory(r, n * sizeof(int32_t));
    s->exponent = (int8_t *)rp_memory(r, n);
}

/* the k-th multiplier of a layer without weights */
static inline void rp_set_scale(sucref_layer_spec *s, unsigned k, int right)
{
    rp_scale((int32_t *)(uintptr_t)s->multiplier + k, (int8_t *)(uintptr_t)s->exponent + k, SUCREF_REQUANT_TFLITE,
             right);
}

/* a pool; all: of the whole picture */
static inline int rp_pool_of(random_pictures *r, unsigned from, int all)
{
    const sucref_tensor_spec in = r->tensor[from];
    sucref_layer_spec *s, window;
    uint32_t height, width;
    memset(&window, 0, sizeof window);
    window.kind = (uint8_t)(rnd_below(2) ? SUCREF_KIND_AVERAGE : SUCREF_KIND_MAX);
    if (all) {
        window.kernel_h = (uint8_t)in.height; window.kernel_w = (uint8_t)in.width;
        window.stride_h = window.stride_w = window.dilation_h = window.dilation_w = 1;
        height = width = 1;
    } else if (!rp_small_window(r, &window, &in, in.channels, &height, &width)) { return 0; }
    s = rp_layer(r, window.kind, from, rp_tensor(r, height, width, in.channels));
    window.from = s->from; window.to = s->to; window.hi = s->hi; window.out_zero = s->out_zero;
    *s = window;
    rp_multipliers(r, s, 1);
    if (s->kind == SUCREF_KIND_AVERAGE && rnd_below(2)) {
        rp_set_scale(s, 0, rp_right(70.0 * 70.0 * s->kernel_h * s->kernel_w));
        rp_act(r, s, s->multiplier[0] == 0 ? 3 : 4);
    } else {
        *(int32_t *)(uintptr_t)s->multiplier = 0;
        *(int8_t *)(uintptr_t)s->exponent = 0;
        rp_act(r, s, 3);
        if (rnd_below(2)) { s->lo = 0; s->hi = 255; }
    }
    return 1;
}

static inline int rp_pool(random_pictures *r, unsigned from) { return rp_pool_of(r, from, rnd_below(5) == 0); }

/* ADD or MUL of a tensor and another one of its shape or 1 x 1 x channels */
static inline int rp_pair(random_pictures *r, unsigned from)
{
    const sucref_tensor_spec a = r->tensor[from];
    const unsigned first = rnd_below(r->spec.n_tensors);
    sucref_layer_spec *s;
    unsigned k;
    for (k = 0; k < r->spec.n_tensors; k++) {
        const unsigned other = (first + k) % r->spec.n_tensors;
        const sucref_tensor_spec *b = &r->tensor[other];
        const int fits = (b->height == a.height && b->width == a.width) || (b->height == 1 && b->width == 1);
        if (b->channels != a.channels || !fits || (other == from && rnd_below(4))) { continue; }
        s = rp_layer(r, rnd_below(2) ? SUCREF_KIND_ADD : SUCREF_KIND_MUL, from,
                     rp_tensor(r, a.height, a.width, a.channels));
        s->from2 = (uint8_t)other;
        rp_multipliers(r, s, 3);
        if (s->kind == SUCREF_KIND_ADD) {
            for (k = 0; k < 2; k++) {
                rp_set_scale(s, k, rnd_in(1, 2));
                if (s->exponent[k] > 1) { *(int8_t *)(uintptr_t)(s->exponent + k) = 1; }
            }
            rp_set_scale(s, 2, rnd_in(19, 20));
        } else { rp_set_scale(s, 0, 6); }
        rp_act(r, s, 4);
        return 1;
    }
    return 0;
}

static inline sucref_layer_spec *rp_copy_of(random_pictures *r, unsigned from, unsigned to)
{
    sucref_layer_spec *s = rp_layer(r, SUCREF_KIND_COPY, from, to);
    s->box = (uint16_t *)rp_memory(r, 9 * sizeof(uint16_t));
    memset((uint16_t *)(uintptr_t)s->box, 0, 9 * sizeof(uint16_t));
    if (rnd_below(4) == 0) {
        rp_act(r, s, 4);
        s->lo = 0; s->hi = 255;
        if (s->act == SUCREF_ACT_LOOKUP) { s->out_zero = r->tensor[to].zero; }
    }
    return s;
}

static inline void rp_box(sucref_layer_spec *s, const uint32_t *from, const uint32_t *to, const uint32_t *size)
{
    uint16_t *b = (uint16_t *)(uintptr_t)s->box;
    int k;
    for (k = 0; k < 3; k++) { b[k] = (uint16_t)from[k]; b[3 + k] = (uint16_t)to[k]; b[6 + k] = (uint16_t)size[k]; }
}

static inline void rp_shape(uint32_t *shape, const sucref_tensor_spec *t)
{
    shape[0] = t->height; shape[1] = t->width; shape[2] = t->channels;
}

/* padding or a slice, of any axes */
static inline int rp_slice(random_pictures *r, unsigned from)
{
    uint32_t in[3], at[3], to[3], size[3], out[3];
    int k;
    rp_shape(in, &r->tensor[from]);
    for (k = 0; k < 3; k++) {
        const int same = rnd_below(2) == 0;
        size[k] = same ? in[k] : 1 + rnd_below(in[k]);
        at[k] = rnd_below(in[k] - size[k] + 1U);
        to[k] = same || rnd_below(2) ? 0 : rnd_below(3);
        out[k] = size[k] + to[k] + (same || rnd_below(2) ? 0 : rnd_below(3));
    }
    if (out[0] * out[1] * out[2] > r->most_bytes) { return 0; }
    rp_box(rp_copy_of(r, from, rp_tensor(r, out[0], out[1], out[2])), at, to, size);
    return 1;
}

/* all bytes into another shape */
static inline int rp_reshape(random_pictures *r, unsigned from)
{
    const uint32_t size = rp_size(&r->tensor[from]);
    uint32_t height = 1 + rnd_below(6), width = 1 + rnd_below(6);
    if (size % height) { height = 1; }
    if (size / height % width) { width = 1; }
    (void)rp_copy_of(r, from, rp_tensor(r, height, width, size / height / width));
    return 1;
}

/* two or three tensors into one, along an axis */
static inline int rp_concat(random_pictures *r, unsigned from)
{
    uint32_t shape[3][3], out[3], zero[3] = { 0 }, to[3] = { 0 };
    const unsigned axis = rnd_below(3), most = 2 + rnd_below(2), first = rnd_below(r->spec.n_tensors);
    unsigned with[3], n = 1, k, a;
    if (r->spec.n_layers + 5U > RP_LAYERS) { return 0; }
    with[0] = from;
    rp_shape(shape[0], &r->tensor[from]);
    memcpy(out, shape[0], sizeof out);
    for (k = 0; k < r->spec.n_tensors && n < most; k++) {
        const unsigned other = (first + k) % r->spec.n_tensors;
        rp_shape(shape[n], &r->tensor[other]);
        for (a = 0; a < 3 && (a == axis || shape[n][a] == out[a]); a++) { }
        if (a == 3 && rnd_below(3)) { out[axis] += shape[n][axis]; with[n++] = other; }
    }
    if (n == 1 || out[0] * out[1] * out[2] > r->most_bytes) { return 0; }
    a = rp_tensor(r, out[0], out[1], out[2]);
    for (k = 0; k < n; k++) {
        rp_box(rp_copy_of(r, with[k], a), zero, to, shape[k]);
        to[axis] += shape[k][axis];
    }
    if (rnd_below(3) == 0) { /* a byte of the input over what is there */
        static const uint32_t one[3] = { 1, 1, 1 };
        for (k = 0; k < 3; k++) { to[k] = rnd_below(out[k]); }
        rp_box(rp_copy_of(r, 0, a), zero, to, one);
    }
    return 1;
}

static inline int rp_softmax(random_pictures *r, unsigned from)
{
    const sucref_tensor_spec in = r->tensor[from];
    sucref_layer_spec *s;
    if (in.channels > 4095) { return 0; }
    s = rp_layer(r, SUCREF_KIND_SOFTMAX, from, rp_tensor(r, in.height, in.width, in.channels));
    rp_multipliers(r, s, 1);
    *(int32_t *)(uintptr_t)s->multiplier = (int32_t)(0x40000000U + rnd() % 0x40000000U);
    *(int8_t *)(uintptr_t)s->exponent = (int8_t)rnd_in(16, 26);
    return 1;
}

static inline int rp_constant(random_pictures *r, unsigned from)
{
    const sucref_tensor_spec in = r->tensor[from];
    const unsigned one = rnd_below(2);
    sucref_layer_spec *s = rp_layer(r, SUCREF_KIND_CONSTANT, 0,
                                    rp_tensor(r, one ? 1 : in.height, one ? 1 : in.width, in.channels));
    uint32_t n = s->n_out = rp_size(&r->tensor[s->to]);
    uint8_t *bytes = (uint8_t *)rp_memory(r, n);
    while (n-- > 0) { bytes[n] = (uint8_t)rnd(); }
    s->constant = bytes;
    return 1;
}

static inline void rp_input_tensor(random_pictures *r)
{
    uint32_t height = 1 + rnd_below(rnd_below(3) ? 10 : 40), width = 1 + rnd_below(rnd_below(3) ? 10 : 40), channels;
    channels = 1 + rnd_below(rnd_below(2) ? 3 : 12);
    if (r->chain) { height = width = 1; channels = 1 + rnd_below(60); }
    if (rnd_below(8) == 0) { height = width = 1; channels = 1 + rnd_below(200); }
    while (height * width * channels > r->most_bytes) {
        if (height > 1) { height = (height + 1) / 2; } else { width = (width + 1) / 2; }
    }
    (void)rp_tensor(r, height, width, channels);
}

/* one or two states */
static inline void rp_states(random_pictures *r)
{
    const sucref_tensor_spec in = r->tensor[0];
    uint32_t shape[3];
    int k;
    for (r->n_states = 0; r->n_states < 1U + rnd_below(2);) {
        unsigned t;
        rp_shape(shape, &in);
        for (k = 0; k < 3; k++) { if (rnd_below(2)) { shape[k] = 1 + rnd_below(shape[k]); } }
        t = rp_tensor(r, shape[0], shape[1], shape[2]);
        r->tensor[t].state = 1;
        r->tensor[t].initial = (uint8_t)rnd();
        r->state[r->n_states++] = t;
    }
}

/* a part of a tensor to a part of a state */
static inline int rp_store(random_pictures *r, unsigned from)
{
    uint32_t in[3], state[3], at[3], to[3], size[3];
    const unsigned t = r->n_states ? r->state[rnd_below(r->n_states)] : 0;
    int k;
    if (t == 0 || t == from) { return 0; }
    rp_shape(in, &r->tensor[from]);
    rp_shape(state, &r->tensor[t]);
    for (k = 0; k < 3; k++) {
        const uint32_t most = in[k] < state[k] ? in[k] : state[k];
        size[k] = rnd_below(2) ? most : 1 + rnd_below(most);
        at[k] = rnd_below(in[k] - size[k] + 1U);
        to[k] = rnd_below(state[k] - size[k] + 1U);
    }
    rp_box(rp_copy_of(r, from, t), at, to, size);
    return 1;
}

/* a random layer behind a tensor; 0: it was none */
static inline int rp_any(random_pictures *r, unsigned from)
{
    if (r->chain) { return rp_dense(r, r->spec.n_tensors - 1U, 0, 1); }
    switch (rnd_below(16)) {
    case 0: case 1: case 2: case 3: return rp_conv(r, from, 0);
    case 4: case 5: return rp_conv(r, from, 1);
    case 6: case 7: return rp_pool(r, from);
    case 8: case 9: return rp_pair(r, from);
    case 10: return rp_slice(r, from);
    case 11: return rp_reshape(r, from);
    case 12: return rp_concat(r, from);
    case 13: return rp_softmax(r, from);
    case 14: return rp_constant(r, from);
    default: return rnd_below(2) ? rp_dense(r, from, 0, 1) : rp_store(r, from);
    }
}

/* a layer that can answer early: behind a mean of a picture, or of any tensor; what comes behind it may read it */
static inline void rp_early(random_pictures *r, unsigned from)
{
    if (!r->chain && rnd_below(2) && rp_pool_of(r, from, 1)) { from = r->spec.n_tensors - 1U; }
    if (rnd_below(4) == 0 && rp_size(&r->tensor[from]) == r->tensor[from].channels &&
        rp_conv_of(r, from, 0, r->outputs)) {
        return;
    }
    (void)rp_dense(r, from, r->outputs, 1);
}

/* its outputs are restored to another order */
static inline void rp_order(random_pictures *r, sucref_layer_spec *s)
{
    uint16_t *order = (uint16_t *)rp_memory(r, s->n_out * sizeof(uint16_t));
    if (r->heads_of != NULL || rnd_below(3)) { return; }
    rs_permutation(order, s->n_out);
    s->order = order;
    s->flags |= SUCREF_LAYER_ORDER;
}

/* the last layer: dense mostly, for its sums show every byte that is wrong */
static inline void rp_last(random_pictures *r, unsigned from)
{
    const unsigned before = r->spec.n_layers;
    const uint32_t kind = r->spec.heads != NULL ? 9 : r->chain || r->outputs ? 8 : rnd_below(8);
    const uint32_t outputs = r->outputs ? r->outputs : kind == 9 ? 1 + rnd_below(9) : 0;
    if (kind == 0) { (void)rp_conv(r, from, 0); }
    if (kind == 1) { (void)rp_conv(r, from, 1); }
    if (kind == 2 && r->spec.n_stops == 1) { (void)(rnd_below(2) ? rp_pair(r, from) : rp_pool(r, from)); }
    if (kind == 3 && r->spec.n_stops == 1) { (void)(rnd_below(2) ? rp_softmax(r, from) : rp_reshape(r, from)); }
    if (r->spec.n_layers > before) { return; }
    r->heads_of = kind == 9 ? &r->layer[before] : NULL;
    (void)rp_dense(r, from, outputs, kind == 9 ? r->heads[r->spec.n_stops - 1U] + 1U : 1);
    rp_order(r, &r->layer[before]);
}

/* layers as networks for small cameras have them */
static inline void rp_mobile(random_pictures *r)
{
    const unsigned n = 1 + rnd_below(4);
    unsigned i;
    (void)rp_tensor(r, 3 + rnd_below(9), 3 + rnd_below(9), 8 * (1 + rnd_below(3)) + (rnd_below(3) ? 0 : rnd_below(9)));
    for (i = 0; i < n; i++) {
        const unsigned from = r->spec.n_tensors - 1U;
        const sucref_tensor_spec in = r->tensor[from];
        const unsigned stride = rnd_below(3) ? 1 : 2, pad = rnd_below(2) ? 1 : rnd_below(3),
                       after = rnd_below(2) ? pad : rnd_below(3);
        sucref_layer_spec window;
        if (in.height < 3 || in.width < 3) { return; }
        memset(&window, 0, sizeof window);
        window.kind = SUCREF_KIND_DEPTHWISE;
        window.kernel_h = window.kernel_w = 3;
        window.stride_h = window.stride_w = (uint8_t)stride;
        window.dilation_h = window.dilation_w = 1;
        window.pad_top = window.pad_left = (uint8_t)pad;
        rp_windowed(r, from, &window, (in.height + pad + after - 3U) / stride + 1U,
                    (in.width + pad + after - 3U) / stride + 1U, in.channels * (rnd_below(6) ? 1U : 2U));
        window.kind = SUCREF_KIND_CONV;
        window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = 1;
        window.pad_top = window.pad_left = 0;
        rp_windowed(r, from + 1U, &window, r->tensor[from + 1U].height,
                    r->tensor[from + 1U].width - (r->tensor[from + 1U].width > 1 && rnd_below(4) == 0 ? 1U : 0U),
                    rnd_below(2) ? 4 + rnd_below(29) : 8 * (1 + rnd_below(4)));
    }
}

static inline void rp_layers(random_pictures *r)
{
    const unsigned n = rnd_below(rnd_below(3) ? 6 : RP_LAYERS - 8);
    unsigned tries;
    for (tries = 0; tries < 60 && r->spec.n_layers < n; tries++) {
        const unsigned latest = r->spec.n_tensors - 1U;
        unsigned from = rnd_below(4) ? latest : rnd_below(latest + 1U);
        if (r->n_states > 0 && rnd_below(4) == 0) { from = r->state[rnd_below(r->n_states)]; }
        if (r->outputs && rnd_below(3) == 0) { rp_early(r, r->chain ? latest : from); } else { (void)rp_any(r, from); }
    }
    if (r->n_states > 0) { (void)rp_store(r, r->spec.n_tensors - 1U); }
    rp_last(r, rnd_below(6) || r->chain ? r->spec.n_tensors - 1U : rnd_below(r->spec.n_tensors));
}

/* is what a layer writes read by another one? */
static inline int rp_is_read(const random_pictures *r, unsigned layer)
{
    const unsigned to = r->layer[layer].to;
    unsigned n;
    for (n = 0; n < r->spec.n_layers; n++) {
        const sucref_layer_spec *s = &r->layer[n];
        const int two = s->kind == SUCREF_KIND_ADD || s->kind == SUCREF_KIND_MUL;
        if (s->kind != SUCREF_KIND_CONSTANT && (s->from == to || (two && s->from2 == to))) { return 1; }
    }
    return 0;
}

/* which layer answers at which stop: of those with weights and as many outputs as the last one, ever later ones */
static inline void rp_answers(random_pictures *r)
{
    const unsigned last = r->spec.n_layers - 1U;
    unsigned may[RP_LAYERS], n_may = 0, n, t, k = 0;
    for (n = 0; n < last; n++) {
        if (rp_has_rows(&r->layer[n]) && rp_size(&r->tensor[r->layer[n].to]) == r->outputs) { may[n_may++] = n; }
    }
    may[n_may++] = last;
    for (t = 0; t < r->spec.n_stops; t++) {
        if (rnd_below(3)) { k += rnd_below(n_may - k); }
        if (t + 1U == r->spec.n_stops || r->heads[t + 1U] != 0) { k = n_may - 1U; } /* every head by width answers */
        r->answers[t] = (uint8_t)may[r->outputs ? k : n_may - 1U];
    }
    if (r->outputs && rnd_below(8)) { r->spec.answers = r->answers; }
    if (r->spec.answers == NULL) { memset(r->answers, (int)last, sizeof r->answers); }
}

/* which stop answers by which head: from the first to the last one */
static inline void rp_heads(random_pictures *r)
{
    const unsigned stops = r->spec.n_stops, most = stops < RP_GROUPS ? stops : RP_GROUPS, n = 2 + rnd_below(most - 1U);
    unsigned t;
    r->spec.heads = r->heads;
    for (t = 1; t < stops; t++) {
        const unsigned before = r->heads[t - 1], left = n - 1U - before; /* heads that have not come yet */
        r->heads[t] = (uint8_t)(before + (left > 0 && (left >= stops - t || rnd_below(2))));
    }
}

/* a head by depth: a layer before the last one that none reads. Is it not the one that answers? */
static inline int rp_is_idle(const random_pictures *r, unsigned layer, unsigned stop)
{
    return layer != r->answers[stop] && layer + 1U < r->spec.n_layers && !rp_is_read(r, layer);
}

/* must a group have 8 bits and no correction at a stop? */
static inline int rp_whole(const random_pictures *r, const sucref_layer_spec *s, unsigned group, unsigned stop)
{
    const unsigned n = (unsigned)(s - r->layer);
    return stop + 1U == r->spec.n_stops || (rp_is_head(r, s) && r->heads[stop + 1U] != group) ||
           (n == r->answers[stop] && rp_is_idle(r, n, stop + 1U));
}

static inline void rp_constants(random_pictures *r, sucref_correction *c, uint32_t rows)
{
    uint8_t *v = (uint8_t *)rp_memory(r, rows);
    uint32_t i;
    for (i = 0; i < rows; i++) { v[i] = (uint8_t)rnd(); }
    c->constant = v;
}

static inline void rp_correct(random_pictures *r, sucref_correction *c, uint32_t rows)
{
    int32_t *v = (int32_t *)rp_memory(r, rows * 2U * sizeof(int32_t));
    int16_t *a = (int16_t *)rp_memory(r, rows * sizeof(int16_t));
    uint32_t i;
    for (i = 0; i < rows; i++) {
        v[i] = rnd_in(-30000, 30000);
        v[rows + i] = rnd_below(10) ? rnd_in(-30000, 30000) : (int32_t)rnd();
        a[i] = (int16_t)rnd();
    }
    c->beta = v; c->gamma = v + rows; c->alpha = a;
}

/* has a group no value at a stop? Where nothing needs one, and of a hidden layer perhaps before it has bits */
static inline int rp_is_absent(const random_pictures *r, const sucref_layer_spec *s, unsigned g, unsigned t,
                               int perhaps)
{
    const unsigned n = (unsigned)(s - r->layer);
    if (n > r->answers[t] || (rp_is_head(r, s) && r->heads[t] != g)) { return 1; }
    return n != r->answers[t] && (perhaps || (rp_is_idle(r, n, t) && !rs_one_stop && rnd_below(3)));
}

/* a group's bits stop by stop: of the plan, not falling, 8 at last; corrections or constants where they belong; of a
 * hidden layer it may be absent before */
static inline void rp_schedule_group(random_pictures *r, const sucref_layer_spec *s, unsigned g, unsigned flat)
{
    const int head = rp_is_head(r, s);
    const uint32_t rows = s->group_rows ? s->group_rows[g] : s->n_out;
    int absent = (int)rnd_below(2), whole = 0;
    unsigned plane = rnd_below(3) ? rnd_below(s->n_planes + 1U) : 0, t, k;
    if (head && plane == 0) { plane = 1; }
    for (t = 0; t < r->spec.n_stops; t++) {
        uint8_t *to = &r->bits[t * r->total + flat];
        sucref_correction *c = &r->correction[t * r->total + flat];
        unsigned bits = 0;
        if (rp_whole(r, s, g, t)) { plane = s->n_planes; }
        for (k = 0; k < plane; k++) { bits = s->coarse ? s->plan[k] : bits + s->plan[k]; }
        *to = (uint8_t)(rp_is_absent(r, s, g, t, bits == 0 && absent) ? SUCREF_ABSENT : bits);
        if (t + 1U == r->spec.n_stops && !whole) { *to = 8; } /* of a head that none names */
        whole |= *to == 8;
        if (*to != SUCREF_ABSENT) { absent = 0; } /* and never again */
        if (*to == 0 && rnd_below(2)) { rp_constants(r, c, rows); }
        k = *to > 0 && *to != SUCREF_ABSENT && s->kind != SUCREF_KIND_DEPTHWISE && !rp_whole(r, s, g, t);
        if (k != 0 && rnd_below(*to == 8 ? 8 : 2)) {
            rp_correct(r, c, rows);
        }
        if (plane < s->n_planes && (!head || *to != SUCREF_ABSENT)) { plane += rnd_below(2); }
    }
}

/* only the last groups of a layer can be absent, but of heads that do not answer: others get the zero point as their
 * constant */
static inline void rp_absent(random_pictures *r, const sucref_layer_spec *s, unsigned flat)
{
    unsigned g, t;
    for (t = 0; t < r->spec.n_stops; t++) {
        uint8_t *bits = r->bits + t * r->total + flat;
        int behind = 1; /* are all groups behind it absent? */
        if (rp_is_idle(r, (unsigned)(s - r->layer), t)) { continue; }
        for (g = s->n_groups; g-- > 0;) {
            if (bits[g] != SUCREF_ABSENT) { behind = 0; } else if (!behind) { bits[g] = 0; }
        }
    }
}

static inline void rp_schedule(random_pictures *r)
{
    unsigned n, g, flat = 0;
    uint32_t bits = rnd_below(2) ? 8 : 1 + rnd_below(8);
    for (n = 0; n < r->spec.n_layers; n++) {
        const sucref_layer_spec *s = &r->layer[n];
        if (!rp_has_rows(s)) { continue; }
        for (g = 0; g < s->n_groups; g++) { rp_schedule_group(r, s, g, flat + g); }
        if (n + 1U < r->spec.n_layers) { rp_absent(r, s, flat); }
        flat += s->n_groups;
    }
    for (n = 0; n < r->spec.n_stops; n++) {
        if (n + 1U == r->spec.n_stops) { bits = 8; }
        r->in_bits[n] = (uint8_t)bits;
        bits += rnd_below(9 - bits);
    }
}

static inline void rp_start(random_pictures *r, uint32_t most_bytes, uint32_t most_work)
{
    memset(r, 0, sizeof *r);
    r->most_bytes = most_bytes;
    r->most_work = most_work;
    r->spec.layers = r->layer; r->spec.tensors = r->tensor; r->spec.bits = r->bits; r->spec.in_bits = r->in_bits;
    r->spec.corrections = r->correction;
    r->spec.layout = TEST_LAYOUT;
    r->spec.input_type = (uint8_t)rnd_below(2);
}

/* a convolution of hundreds of columns, or of thousands, and a last layer: lists that are quanta, or have parts */
static inline void rp_make_large(random_pictures *r)
{
    const int thousands = rnd_below(4) == 0;
    const uint32_t kernel = 1 + rnd_below(3), height = kernel + rnd_below(3), width = kernel + rnd_below(6),
                   most = RP_BYTES / (height * width), some = (200 + rnd_below(1500)) / (kernel * kernel) + 1;
    sucref_layer_spec w;
    rp_start(r, RP_BYTES, 3000000);
    r->spec.n_stops = (uint8_t)(rs_one_stop ? 1 : 1 + rnd_below(4) / 3);
    r->mobile = !thousands || rnd_below(2);
    memset(&w, 0, sizeof w);
    w.kind = SUCREF_KIND_CONV;
    w.stride_h = w.stride_w = w.dilation_h = w.dilation_w = 1;
    if (thousands) { /* most of it lies outside */
        (void)rp_tensor(r, 3, 5, 20);
        w.kernel_h = 3; w.kernel_w = (uint8_t)(100 + rnd_below(140));
        w.pad_top = (uint8_t)rnd_below(3); w.pad_left = (uint8_t)rnd_below(w.kernel_w);
        rp_windowed(r, 0, &w, 1 + rnd_below(2), 1 + rnd_below(3), 8 * (1 + rnd_below(2)));
    } else {
        (void)rp_tensor(r, height, width, some < most ? some : most);
        w.kernel_h = w.kernel_w = (uint8_t)kernel;
        w.pad_top = w.pad_left = (uint8_t)(kernel == 3 ? rnd_below(2) : 0);
        rp_windowed(r, 0, &w, height + 2U * w.pad_top - kernel + 1U, width + 2U * w.pad_left - kernel + 1U,
                    1 + rnd_below(rnd_below(2) ? 8 : 40));
    }
    if (rnd_below(2)) { r->tensor[0].zero = 0; }
    rp_last(r, r->spec.n_tensors - 1U);
    rp_answers(r);
    rp_schedule(r);
}

static inline void rp_make(random_pictures *r)
{
    const uint32_t size = rnd_below(10);
    rp_start(r, size == 0 ? RP_BYTES : size < 4 ? 1500 : 300, size == 0 ? 40000 : size < 4 ? 10000 : 2500);
    r->spec.n_stops = (uint8_t)(rs_one_stop || rnd_below(2) ? 1 : 1 + rnd_below(RP_STOPS));
    if (r->spec.n_stops > 1 && rnd_below(4) == 0) { rp_heads(r); }
    if (r->spec.n_stops > 1 && rnd_below(2)) { r->outputs = 1 + rnd_below(9); }
    r->chain = rnd_below(r->spec.n_stops > 1 ? 5 : 20) == 0;
    r->mobile = !r->chain && rnd_below(4) == 0;
    if (r->mobile) {
        rp_mobile(r);
        rp_last(r, r->spec.n_tensors - 1U);
    } else {
        rp_input_tensor(r);
        if (r->spec.n_stops == 1 && !r->chain && rnd_below(4) == 0) { rp_states(r); }
        rp_layers(r);
    }
    rp_answers(r);
    rp_schedule(r);
    if (rnd_below(6) == 0 && rp_size(&r->tensor[r->spec.n_tensors - 1U]) < 4096U) { /* ends in a softmax */
        r->spec.softmax_multiplier = (int32_t)(0x40000000U + rnd() % 0x40000000U);
        r->spec.softmax_shift = (uint8_t)rnd_in(16, 26);
    }
}

static inline void rp_print(const random_pictures *r)
{
    static const char *const kind[] = { "dense", "conv", "depthwise", "average", "max",
                                        "add",   "mul",  "copy",      "softmax", "constant" };
    unsigned n, k;
    printf("  input %s, %u stops, softmax %ld\n", r->spec.input_type ? "int8" : "uint8", r->spec.n_stops,
           (long)r->spec.softmax_multiplier);
    for (n = 0; n < r->spec.n_tensors; n++) {
        const sucref_tensor_spec *t = &r->tensor[n];
        printf("  tensor %u: %u x %u x %u zero %u%s\n", n, t->height, t->width, t->channels, t->zero,
               t->state ? " state" : "");
    }
    for (n = 0; n < r->spec.n_layers; n++) {
        const sucref_layer_spec *s = &r->layer[n];
        printf("  %2u %-9s %u,%u -> %u  %lu x %lu", n, kind[s->kind], s->from, s->from2, s->to, (unsigned long)s->n_out,
               (unsigned long)s->n_in);
        printf(" kernel %u,%u stride %u,%u dilation %u,%u pad %u,%u", s->kernel_h, s->kernel_w, s->stride_h,
               s->stride_w, s->dilation_h, s->dilation_w, s->pad_top, s->pad_left);
        printf(" act %u requant %u flags %u zero %u %u..%u groups %u plan", s->act, s->requant, s->flags, s->out_zero,
               s->lo, s->hi, s->n_groups);
        for (k = 0; k < s->n_planes; k++) { printf(" %u", s->plan[k]); }
        for (k = 0; s->kind == SUCREF_KIND_COPY && k < 9; k++) { printf(" %u", s->box[k]); }
        printf("\n");
    }
    for (n = 0; n < r->spec.n_stops && r->spec.n_stops > 1; n++) {
        printf("  stop %u: input %u, head %u, layer %u, bits", n, r->in_bits[n], r->heads[n], r->answers[n]);
        for (k = 0; k < r->total; k++) {
            const unsigned e = n * r->total + k;
            printf(" %d%s%s", r->bits[e] == SUCREF_ABSENT ? -1 : r->bits[e], r->correction[e].beta ? "c" : "",
                   r->correction[e].constant ? "k" : "");
        }
        printf("\n");
    }
}

static inline uint32_t *rp_write(const random_pictures *r, uint32_t *bytes)
{
    sucref_fault fault = { "", 0 };
    uint32_t *file;
    *bytes = sucref_model_write(NULL, 0, &r->spec, &fault);
    file = (uint32_t *)malloc(*bytes + 4U);
    if (*bytes == 0 || file == NULL || sucref_model_write((uint8_t *)file, *bytes, &r->spec, &fault) != *bytes) {
        printf("  cannot write a random network: %s at %lu\n", fault.field, (unsigned long)fault.offset);
        free(file);
        return NULL;
    }
    return file;
}
#endif
