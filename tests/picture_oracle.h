/* picture_oracle.h - what METHOD 1 to 6 says of networks with tensors, evaluated slowly and obviously from the integers
 * of a spec: every layer, position and row by itself, every tensor in memory of its own. Rows and requantization are
 * oracle.h's equations; shares no code with the header's implementation but sucref_softmax, which has a test. */
#ifndef SUCREF_PICTURE_ORACLE_H
#define SUCREF_PICTURE_ORACLE_H
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

typedef struct {
    const sucref_model_spec *spec;
    uint8_t *bytes[SUCREF_MAX_TENSORS];    /* every tensor's own; states live from input to input */
    uint32_t present[SUCREF_MAX_TENSORS];  /* at the stop at hand: channels before the first absent one */
    int written[SUCREF_MAX_TENSORS];       /* at the stop at hand: by a layer before? */
    int32_t *logits;                       /* of the layer that answers, all its outputs */
    int64_t *cut, *u;                      /* a row's weights as the stop knows them; what they are multiplied with */
    unsigned stop, flat;                   /* flat: groups of the layers before */
} picture_oracle;

static inline int po_has_rows(const sucref_layer_spec *s) { return s->kind <= SUCREF_KIND_DEPTHWISE; }

static inline uint32_t po_size(const sucref_tensor_spec *t)
{
    return (uint32_t)t->height * t->width * t->channels;
}

/* how many groups a layer has in the tables of stops */
static inline unsigned po_groups(const sucref_layer_spec *s)
{
    return po_has_rows(s) ? (s->group_rows != NULL ? s->n_groups : 1U) : 0;
}

static inline unsigned po_all_groups(const sucref_model_spec *m)
{
    unsigned n, total = 0;
    for (n = 0; n < m->n_layers; n++) { total += po_groups(&m->layers[n]); }
    return total;
}

/* METHOD 6: the layer whose outputs are a stop's answer */
static inline unsigned po_answers(const sucref_model_spec *m, unsigned stop)
{
    return m->answers != NULL ? m->answers[stop] : m->n_layers - 1U;
}

static inline void po_free(picture_oracle *o)
{
    unsigned t;
    for (t = 0; t < o->spec->n_tensors; t++) { free(o->bytes[t]); }
    free(o->logits); free(o->cut); free(o->u);
}

/* states start as `initial` */
static inline void po_init(picture_oracle *o, const sucref_model_spec *spec)
{
    uint32_t widest = 1;
    unsigned t, n;
    memset(o, 0, sizeof *o);
    o->spec = spec;
    for (t = 0; t < spec->n_tensors; t++) {
        const uint32_t size = po_size(&spec->tensors[t]);
        o->bytes[t] = (uint8_t *)malloc(size);
        memset(o->bytes[t], spec->tensors[t].state ? spec->tensors[t].initial : 0xA5, size);
    }
    for (n = 0; n < spec->n_layers; n++) { widest = spec->layers[n].n_in > widest ? spec->layers[n].n_in : widest; }
    o->logits = (int32_t *)malloc(po_size(&spec->tensors[spec->layers[spec->n_layers - 1U].to]) * sizeof(int32_t));
    o->cut = (int64_t *)malloc(widest * sizeof(int64_t));
    o->u = (int64_t *)malloc(widest * sizeof(int64_t));
}

/* METHOD 5: the input's bytes, unsigned, with the bits that the stop has */
static inline void po_input(picture_oracle *o, const uint8_t *x)
{
    const int missing = 8 - o->spec->in_bits[o->stop];
    uint32_t i;
    for (i = 0; i < po_size(&o->spec->tensors[0]); i++) {
        const int64_t v = o->spec->input_type == SUCREF_INPUT_S8 ? (x[i] + 128) % 256 : x[i];
        const int64_t top = v / oracle_pow2(missing);
        const int64_t centre = missing == 0 || top == 0 ? 0 : top * oracle_pow2(missing) + oracle_pow2(missing - 1);
        o->bytes[0][i] = (uint8_t)(missing == 0 ? v : centre);
    }
    o->present[0] = o->spec->tensors[0].channels;
}

/* value (y, x, c) of a tensor: 0 of an absent channel, the zero point outside the picture */
static inline int po_inside(const sucref_tensor_spec *t, long y, long x)
{
    return y >= 0 && y < t->height && x >= 0 && x < t->width;
}
static inline int po_at(const picture_oracle *o, unsigned tensor, long y, long x, uint32_t c)
{
    const sucref_tensor_spec *t = &o->spec->tensors[tensor];
    if (c >= o->present[tensor]) { return 0; }
    if (!po_inside(t, y, x)) { return t->zero; }
    return o->bytes[tensor][((size_t)y * t->width + (size_t)x) * t->channels + c];
}

/* METHOD 6: where tap (i, j) of output (y, x) is */
static inline long po_tap_y(const sucref_layer_spec *s, uint32_t y, unsigned i)
{
    return (long)y * s->stride_h + (long)i * s->dilation_h - s->pad_top;
}
static inline long po_tap_x(const sucref_layer_spec *s, uint32_t x, unsigned j)
{
    return (long)x * s->stride_w + (long)j * s->dilation_w - s->pad_left;
}

/* METHOD 1: a row's weights from its top `bits`; returns its shift */
static inline int po_cut(picture_oracle *o, const sucref_layer_spec *s, uint32_t row, int bits)
{
    const int8_t *w = s->w + (size_t)row * s->n_in;
    const int k = 8 - bits;
    int shift = s->plan[0] == 8 || s->row_shift == NULL ? 0 : s->row_shift[row], most = 0;
    uint32_t c;
    for (c = 0; c < s->n_in; c++) { most = w[c] > most ? w[c] : -w[c] > most ? -w[c] : most; }
    if (s->row_shift == NULL && s->plan[0] != 8) {
        while (most > 0 && shift < 7 && most * oracle_pow2(shift + 1) <= 127) { shift++; }
    }
    if (s->coarse && bits == 8) { shift = 0; }
    for (c = 0; c < s->n_in; c++) {
        const int64_t v = oracle_clamp(w[c] * oracle_pow2(shift), -128, 127) + 128;
        o->cut[c] = oracle_floor_div(v, oracle_pow2(k)) * oracle_pow2(k) - 128;
    }
    return shift;
}

/* METHOD 2: z of a row whose columns are in u (0: not read, or absent) */
static inline int64_t po_row(const picture_oracle *o, const sucref_layer_spec *s, uint32_t row, int bits, int shift,
                             const sucref_correction *c, uint32_t i)
{
    const int k = 8 - bits;
    int64_t acc = 0, sum = 0, z;
    uint32_t col;
    for (col = 0; col < s->n_in; col++) { acc += o->cut[col] * o->u[col]; sum += o->u[col]; }
    if (c != NULL && c->alpha != NULL) {
        z = c->beta[i] + oracle_floor_div(c->alpha[i] * acc + c->gamma[i] * sum, 4096);
    } else {
        z = s->bias != NULL ? s->bias[row] : 0;
        z += bits == 8 ? oracle_floor_div(acc, oracle_pow2(shift))
                       : oracle_floor_div(4096 / oracle_pow2(shift) * acc +
                                          (oracle_pow2(k > shift ? k - shift : 0) - 1) * 2048 * sum, 4096);
    }
    return oracle_clamp(z, INT32_MIN, INT32_MAX);
}

/* the columns of a row at output (y, x), of which its group reads so many: of CONV so many by taps */
static inline void po_columns(picture_oracle *o, const sucref_layer_spec *s, uint32_t y, uint32_t x, uint32_t row,
                              uint32_t columns)
{
    const sucref_tensor_spec *in = &o->spec->tensors[s->from], *out = &o->spec->tensors[s->to];
    uint32_t i, j, c, n = 0;
    if (s->kind == SUCREF_KIND_DENSE) {
        for (i = 0; i < s->n_in; i++) {
            j = s->flags & SUCREF_LAYER_INPUT_ORDER ? s->input_order[i] : i;
            c = j / in->channels; /* its place */
            o->u[i] = i < columns ? po_at(o, s->from, c / in->width, c % in->width, j % in->channels) : 0;
        }
        return;
    }
    for (i = 0; i < s->kernel_h; i++) {
        for (j = 0; j < s->kernel_w; j++) {
            if (s->kind == SUCREF_KIND_DEPTHWISE) {
                o->u[n++] = po_at(o, s->from, po_tap_y(s, y, i), po_tap_x(s, x, j),
                                  row / (out->channels / in->channels));
                continue;
            }
            for (c = 0; c < in->channels; c++) {
                const int reads = c < columns / s->kernel_h / s->kernel_w;
                o->u[n++] = reads ? po_at(o, s->from, po_tap_y(s, y, i), po_tap_x(s, x, j), c) : 0;
            }
        }
    }
}

/* one row of a group at all positions */
static inline void po_one_row(picture_oracle *o, const sucref_layer_spec *s, unsigned g, uint32_t row, uint32_t i)
{
    const unsigned entry = o->stop * po_all_groups(o->spec) + o->flat + g;
    const sucref_correction *k = o->spec->corrections != NULL ? &o->spec->corrections[entry] : NULL;
    const sucref_tensor_spec *to = &o->spec->tensors[s->to];
    const int bits = o->spec->bits[entry], dense = s->kind == SUCREF_KIND_DENSE;
    const uint32_t columns = s->group_columns != NULL ? s->group_columns[g] : s->n_in;
    const int last = s == &o->spec->layers[o->spec->n_layers - 1U];
    const int answers = s == &o->spec->layers[po_answers(o->spec, o->stop)];
    const uint32_t at = last && o->spec->heads != NULL ? i : row; /* heads write the same outputs */
    const uint32_t step = dense ? 0 : to->channels, places = dense ? 1 : (uint32_t)to->height * to->width;
    const int shift = bits == 0 || bits == SUCREF_ABSENT ? 0 : po_cut(o, s, row, bits);
    uint32_t p;
    for (p = 0; p < places; p++) {
        int64_t z = 0;
        int u = 0;
        if (bits == 0) { u = k != NULL && k->constant != NULL ? k->constant[i] : s->out_zero; }
        if (bits > 0 && bits != SUCREF_ABSENT) {
            po_columns(o, s, p / to->width, p % to->width, row, columns);
            z = po_row(o, s, row, bits, shift, k, i);
            u = oracle_requant(s, z, row);
        }
        o->bytes[s->to][p * step + at] = (uint8_t)u;
        if (answers) { o->logits[p * step + at] = (int32_t)z; }
    }
}

/* DENSE, CONV and DEPTHWISE */
static inline void po_rows(picture_oracle *o, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *to = &o->spec->tensors[s->to];
    const int heads = o->spec->heads != NULL && s == &o->spec->layers[o->spec->n_layers - 1U];
    uint32_t row = 0, i, rows;
    unsigned g;
    o->present[s->to] = to->channels;
    for (g = 0; g < po_groups(s); g++) {
        rows = s->group_rows != NULL ? s->group_rows[g] : s->n_out;
        const int absent = o->spec->bits[o->stop * po_all_groups(o->spec) + o->flat + g] == SUCREF_ABSENT;
        if (absent && row < o->present[s->to] && !heads) {
            o->present[s->to] = row;
        }
        for (i = 0; i < rows; i++, row++) {
            if (!heads || o->spec->heads[o->stop] == g) { po_one_row(o, s, g, row, i); }
        }
    }
}

/* METHOD 3 with the k-th multiplier of a layer without weights */
static inline int po_requant(const sucref_layer_spec *s, int64_t z, unsigned k)
{
    sucref_layer_spec one = *s;
    one.multiplier = s->multiplier + k;
    one.exponent = s->exponent + k;
    one.flags = 0;
    return oracle_requant(&one, oracle_clamp(z, INT32_MIN, INT32_MAX), 0);
}

static inline int64_t po_scaled(const sucref_layer_spec *s, int64_t z, unsigned k) /* R alone */
{
    const int e = s->exponent[k];
    const int64_t left = e > 0 ? oracle_clamp(z * oracle_pow2(e), INT32_MIN, INT32_MAX) : z;
    return oracle_round_pow2(oracle_high_mul(left, s->multiplier[k]), e < 0 ? -e : 0);
}

static inline int po_average(const sucref_layer_spec *s, int zero, const int *u, int count)
{
    int64_t sum = 0, a = 0;
    int i;
    for (i = 0; i < count; i++) { sum += u[i] - zero; a += u[i] - 128; }
    if (s->multiplier[0] != 0) { return po_requant(s, sum, 0); }
    a = a >= 0 ? (2 * a + count) / (2 * count) : -((2 * -a + count) / (2 * count));
    return (int)oracle_clamp(128 + a, s->lo, s->hi);
}

static inline int po_largest(const sucref_layer_spec *s, const int *u, int count)
{
    int most = 0, i;
    for (i = 0; i < count; i++) { most = u[i] > most ? u[i] : most; }
    return (int)oracle_clamp(most, s->lo, s->hi);
}

/* AVERAGE and MAX */
static inline int po_pool(const picture_oracle *o, const sucref_layer_spec *s, uint32_t y, uint32_t x, uint32_t c)
{
    const sucref_tensor_spec *in = &o->spec->tensors[s->from];
    static int u[65536];
    int count = 0;
    unsigned i, j;
    for (i = 0; i < s->kernel_h; i++) {
        for (j = 0; j < s->kernel_w; j++) {
            const long ty = po_tap_y(s, y, i), tx = po_tap_x(s, x, j);
            if (po_inside(in, ty, tx)) { u[count++] = po_at(o, s->from, ty, tx, c); }
        }
    }
    return s->kind == SUCREF_KIND_MAX ? po_largest(s, u, count) : po_average(s, in->zero, u, count);
}

/* ADD and MUL */
static inline int po_pair(const picture_oracle *o, const sucref_layer_spec *s, uint32_t y, uint32_t x, uint32_t c)
{
    const sucref_tensor_spec *a = &o->spec->tensors[s->from], *b = &o->spec->tensors[s->from2];
    const int one = b->height == 1 && b->width == 1;
    const int u = po_at(o, s->from, y, x, c) - a->zero, v = po_at(o, s->from2, one ? 0 : y, one ? 0 : x, c) - b->zero;
    if (s->kind == SUCREF_KIND_MUL) { return po_requant(s, (int64_t)u * v, 0); }
    return po_requant(s, po_scaled(s, u * oracle_pow2(20), 0) + po_scaled(s, v * oracle_pow2(20), 1), 2);
}

static inline void po_softmax(const picture_oracle *o, const sucref_layer_spec *s, uint32_t y, uint32_t x, uint8_t *out)
{
    const uint32_t n = o->spec->tensors[s->to].channels;
    uint32_t c;
    for (c = 0; c < n; c++) { out[c] = (uint8_t)po_at(o, s->from, y, x, c); }
    (void)sucref_softmax(out, out, n, s->multiplier[0], s->exponent[0]);
}

/* pools, sums, softmax: everything that has an output for each position */
static inline void po_positions(picture_oracle *o, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *to = &o->spec->tensors[s->to];
    uint32_t y, x, c;
    for (y = 0; y < to->height; y++) {
        for (x = 0; x < to->width; x++) {
            uint8_t *out = o->bytes[s->to] + ((size_t)y * to->width + x) * to->channels;
            if (s->kind == SUCREF_KIND_SOFTMAX) { po_softmax(o, s, y, x, out); continue; }
            for (c = 0; c < to->channels; c++) {
                out[c] = (uint8_t)(s->kind == SUCREF_KIND_ADD || s->kind == SUCREF_KIND_MUL ? po_pair(o, s, y, x, c)
                                                                                            : po_pool(o, s, y, x, c));
            }
        }
    }
    o->present[s->to] = o->present[s->from];
    if ((s->kind == SUCREF_KIND_ADD || s->kind == SUCREF_KIND_MUL) && o->present[s->from2] < o->present[s->to]) {
        o->present[s->to] = o->present[s->from2];
    }
    if (s->kind == SUCREF_KIND_SOFTMAX && o->present[s->from] < to->channels) { o->present[s->to] = 0; }
}

static inline uint8_t po_look(const sucref_layer_spec *s, int u)
{
    return s->act == SUCREF_ACT_LOOKUP ? s->lookup[u] : (uint8_t)u;
}

/* of copies into one tensor the fewest channels are present */
static inline void po_copied(picture_oracle *o, const sucref_layer_spec *s, uint32_t present)
{
    if (!o->written[s->to] || present < o->present[s->to]) { o->present[s->to] = present; }
}

/* all bytes, one after the other */
static inline void po_flat(picture_oracle *o, const sucref_layer_spec *s, uint8_t *out)
{
    const sucref_tensor_spec *in = &o->spec->tensors[s->from];
    uint32_t i;
    for (i = 0; i < po_size(in); i++) {
        const uint32_t c = i % in->channels, at = i / in->channels;
        out[i] = po_look(s, po_at(o, s->from, at / in->width, at % in->width, c));
    }
    po_copied(o, s, o->present[s->from] < in->channels ? 0 : o->spec->tensors[s->to].channels);
}

static inline void po_box(picture_oracle *o, const sucref_layer_spec *s, uint8_t *out)
{
    const sucref_tensor_spec *to = &o->spec->tensors[s->to];
    const uint16_t *b = s->box;
    const uint32_t have = o->present[s->from] > b[2] ? o->present[s->from] - b[2] : 0; /* channels of the box */
    uint32_t y, x, c, present = to->channels;
    for (y = 0; y < b[6]; y++) {
        for (x = 0; x < b[7]; x++) {
            for (c = 0; c < b[8]; c++) {
                out[((b[3] + y) * to->width + b[4] + x) * to->channels + b[5] + c] =
                    po_look(s, po_at(o, s->from, b[0] + (long)y, b[1] + (long)x, b[2] + c));
            }
        }
    }
    if (have < b[8]) { present = b[5] + have; }
    po_copied(o, s, present);
}

static inline void po_copy(picture_oracle *o, const sucref_layer_spec *s)
{
    const sucref_tensor_spec *to = &o->spec->tensors[s->to];
    const uint32_t size = po_size(to);
    uint8_t *out = (uint8_t *)malloc(size);
    memcpy(out, o->bytes[s->to], size);
    if (!o->written[s->to] && !to->state) { memset(out, to->zero, size); }
    if (s->box[6] == 0 && s->box[7] == 0 && s->box[8] == 0) { po_flat(o, s, out); } else { po_box(o, s, out); }
    memcpy(o->bytes[s->to], out, size);
    free(out);
}

static inline void po_layer(picture_oracle *o, const sucref_layer_spec *s)
{
    if (po_has_rows(s)) { po_rows(o, s); }
    else if (s->kind == SUCREF_KIND_COPY) { po_copy(o, s); }
    else if (s->kind == SUCREF_KIND_CONSTANT) {
        memcpy(o->bytes[s->to], s->constant, po_size(&o->spec->tensors[s->to]));
        o->present[s->to] = o->spec->tensors[s->to].channels;
    } else { po_positions(o, s); }
    o->written[s->to] = 1;
    o->flat += po_groups(s);
}

/* the answer from a layer's bytes and logits: a head's rows, the order of outputs, a softmax at the end */
static inline uint32_t po_answer(const picture_oracle *o, int32_t *logits, uint8_t *out)
{
    const sucref_model_spec *m = o->spec;
    const sucref_layer_spec *s = &m->layers[po_answers(m, o->stop)];
    const sucref_tensor_spec *to = &m->tensors[s->to];
    const uint32_t n = po_size(to);
    uint32_t i;
    for (i = 0; i < n; i++) {
        const uint32_t at = s->flags & SUCREF_LAYER_ORDER ? s->order[i] : i;
        out[at] = o->bytes[s->to][i];
        logits[at] = po_has_rows(s) ? o->logits[i] : out[at] - to->zero;
    }
    if (m->softmax_multiplier != 0) { (void)sucref_softmax(out, out, n, m->softmax_multiplier, m->softmax_shift); }
    return n;
}

/* one input at one stop, as its first and only one; returns the number of outputs */
static inline uint32_t po_stop(picture_oracle *o, int32_t *logits, uint8_t *out, const uint8_t *x, unsigned stop)
{
    unsigned t, n;
    o->stop = stop;
    o->flat = 0;
    for (t = 0; t < o->spec->n_tensors; t++) {
        o->written[t] = 0;
        o->present[t] = o->spec->tensors[t].state ? o->spec->tensors[t].channels : 0;
    }
    po_input(o, x);
    for (n = 0; n <= po_answers(o->spec, stop); n++) { po_layer(o, &o->spec->layers[n]); }
    return po_answer(o, logits, out);
}
#endif
