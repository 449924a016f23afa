/* conv_archive.h - random archives of convolutions, models made of them, and what runs these. */
#ifndef SUCREF_TEST_CONV_ARCHIVE_H
#define SUCREF_TEST_CONV_ARCHIVE_H
#include "../examples/training/idx.h"
#include "library.h"
#include "../examples/training/conv_file.h"
#include "../examples/tool/conv_quantize.h"
#include "npy_file.h"

enum { ROWS = 12, SAMPLES = 40 };

/* ---- random archives ---- */

static npz z;
static int ops[ROWS][CONV_COLUMNS], ends[ROWS][3], n_rows, n_groups;
static int acts = 2; /* activations that rows may have */

static inline npz_array *put(const char *letter, int k, uint32_t dims, const uint32_t *shape)
{
    npz_array *a = &z.a[z.n++];
    size_t n = 1;
    uint32_t i;
    if (k < 0) { snprintf(a->name, sizeof a->name, "%s", letter); }
    else { snprintf(a->name, sizeof a->name, "%s%d", letter, k); }
    a->dims = dims;
    for (i = 0; i < NPZ_MAX_DIMS; i++) { a->shape[i] = i < dims ? shape[i] : 1; n *= a->shape[i]; }
    a->v = (float *)calloc(n, sizeof(float));
    return a;
}

/* a row of ops whose window is `taps` wide; channels: of each group, or NULL for those of what it reads */
static inline int row(int kind, int from, int other, int taps, int stride, int dilation, const int *channels)
{
    const int *in = ops[from], same = kind == CONV_SUM || in[CONV_H] <= (taps - 1) * dilation ||
                              in[CONV_W] <= (taps - 1) * dilation || rnd_below(2);
    int *o = ops[n_rows], g;
    o[CONV_KIND] = kind; o[CONV_FROM] = from; o[CONV_OTHER] = other;
    o[CONV_KH] = o[CONV_KW] = taps;
    o[CONV_STRIDE] = stride; o[CONV_DILATION] = dilation;
    o[CONV_H] = net_places(&o[CONV_TOP], in[CONV_H], taps, stride, dilation, same);
    o[CONV_W] = net_places(&o[CONV_LEFT], in[CONV_W], taps, stride, dilation, same);
    o[CONV_ACT] = (int)rnd_below((uint32_t)acts);
    for (g = 0; g < n_groups; g++) {
        ends[n_rows][g] = channels ? (g ? ends[n_rows][g - 1] : 0) + channels[g] : ends[from][g];
    }
    o[CONV_C] = ends[n_rows][n_groups - 1];
    return n_rows++;
}

static inline void channels_of(int *c, int most)
{
    int g;
    for (g = 0; g < n_groups; g++) { c[g] = rnd_in(1, most); }
}

/* W, b and groups of row k */
static inline void weights(int k)
{
    const int *o = ops[k], *in = ops[o[CONV_FROM]], deep = o[CONV_KIND] == CONV_DEPTHWISE,
              taps = o[CONV_KH] * o[CONV_KW], ci = deep ? o[CONV_C] : in[CONV_C], rows = deep ? 1 : o[CONV_C];
    const uint32_t shape[4] = { (uint32_t)rows, (uint32_t)o[CONV_KH], (uint32_t)o[CONV_KW], (uint32_t)ci },
                   channels = (uint32_t)o[CONV_C], pairs[2] = { (uint32_t)n_groups, 2 };
    float *w = put("W", k, 4, shape)->v, *b = put("b", k, 1, &channels)->v, *p;
    int r, i, g;
    for (r = g = 0; r < rows; r++) {
        while (r >= ends[k][g]) { g++; }
        for (i = 0; i < taps * ci; i++) {
            const int there = deep || i % ci < (o[CONV_FROM] == 0 ? ci : ends[o[CONV_FROM]][g]);
            const float v = (float)rnd_in(-1000, 1000) / 500 / sqrtf((float)(taps * (deep ? 1 : ci)));
            w[r * taps * ci + i] = there ? v : 0;
        }
    }
    for (i = 0; i < o[CONV_C]; i++) { b[i] = (float)rnd_in(-1000, 1000) / 4000; }
    if (n_groups == 1) { return; }
    p = put("groups", k, 2, pairs)->v;
    for (g = 0; g < n_groups; g++) {
        p[2 * g] = (float)(ends[k][g] - (g ? ends[k][g - 1] : 0));
        p[2 * g + 1] = (float)(deep ? 1 : o[CONV_FROM] == 0 ? ci : ends[o[CONV_FROM]][g]);
    }
}

/* some layers on row k; returns the last one */
static inline int trunk(int k)
{
    int channels[3], first, n = rnd_in(1, 4);
    for (; n > 0; n--) {
        const int h = ops[k][CONV_H], taps = 1 + (int)rnd_below(3), stride = h > 3 ? rnd_in(1, 2) : 1;
        channels_of(channels, 4);
        switch (rnd_below(5)) {
        case 0: k = row(CONV_PRODUCT, k, 0, taps, stride, rnd_in(1, 2), channels); break;
        case 1: k = row(CONV_DEPTHWISE, k, 0, taps, stride, 1, NULL); break;
        case 2: k = row(CONV_MAX, k, 0, taps, stride, 1, NULL); break;
        case 3: k = row(CONV_MEAN, k, 0, taps, stride, 1, NULL); break;
        default:
            if (n_rows + 3 > ROWS - n) { break; }
            first = row(CONV_PRODUCT, k, 0, 1, 1, 1, channels);
            k = row(CONV_DEPTHWISE, first, 0, 1, 1, 1, NULL);
            k = row(CONV_SUM, k, first, 1, 1, 1, NULL);
        }
    }
    return k;
}

/* a dense layer on row k */
static inline void dense(int k, const int *channels, int relu)
{
    int *o = ops[row(CONV_PRODUCT, k, 0, 1, 1, 1, channels)];
    o[CONV_KH] = ops[k][CONV_H]; o[CONV_KW] = ops[k][CONV_W];
    o[CONV_H] = o[CONV_W] = 1;
    o[CONV_TOP] = o[CONV_LEFT] = 0;
    o[CONV_ACT] = relu;
}

static inline void random_archive(int groups)
{
    const uint32_t one = 1;
    uint32_t shape[2] = { 0, CONV_COLUMNS };
    int channels[3], k, i;
    npz_array *a;
    npz_free(&z);
    memset(ops, 0, sizeof ops);
    n_rows = 1;
    n_groups = groups;
    ops[0][CONV_H] = rnd_in(5, 9); ops[0][CONV_W] = rnd_in(5, 9); ops[0][CONV_C] = rnd_in(1, 3);
    channels_of(channels, 5);
    k = trunk(row(CONV_PRODUCT, 0, 0, rnd_in(1, 3), rnd_in(1, 2), 1, channels));
    if (rnd_below(2) && n_rows + 2 <= ROWS) {
        channels_of(channels, 9);
        dense(k, channels, 1);
        k = n_rows - 1;
    }
    channels[0] = channels[1] = channels[2] = rnd_in(2, 6);
    dense(k, channels, 0);
    shape[0] = (uint32_t)n_rows;
    a = put("ops", -1, 2, shape);
    for (k = 0; k < n_rows; k++) {
        for (i = 0; i < CONV_COLUMNS; i++) { a->v[k * CONV_COLUMNS + i] = (float)ops[k][i]; }
        if (conv_weighs(ops[k])) { weights(k); }
    }
    if (groups > 1) { put("heads", -1, 1, &one)->v[0] = (float)groups; }
}

/* ---- models ---- */

/* the model's bytes, or NULL with what is wrong printed */
static inline uint8_t *written(conv_model *m, uint32_t *len)
{
    static uint8_t bits[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS * SUCREF_MAX_GROUPS];
    static const uint8_t cut = 8;
    uint8_t in_bits[SUCREF_MAX_GROUPS], heads[SUCREF_MAX_GROUPS], *p;
    sucref_fault fault = { "", 0 };
    sucref_model_spec spec;
    prepare_nested nested;
    lower_spec(&spec, &m->made.net);
    memset(bits, 8, sizeof bits);
    memset(in_bits, 8, sizeof in_bits);
    memset(&nested, 0, sizeof nested);
    spec.n_stops = 1;
    if (m->net.n_groups > 0) {
        nested.n_groups = (uint8_t)m->net.n_groups;
        nested.heads = 1;
        prepare_schedule(&nested, &cut, 1);
        conv_stops(bits, heads, m, &nested);
        spec.heads = heads;
        spec.n_stops = nested.n_stops;
    }
    spec.bits = bits;
    spec.in_bits = in_bits;
    *len = sucref_model_write(NULL, 0, &spec, &fault);
    p = (uint8_t *)malloc(*len ? *len : 1);
    if (*len == 0 || sucref_model_write(p, *len, &spec, &fault) == 0) {
        printf("  %s (%lu)\n", fault.field, (unsigned long)fault.offset);
        free(p);
        return NULL;
    }
    return p;
}

typedef struct { sucref_model model; sucref_net net; uint8_t *bytes; uint32_t *work; } runner;

static inline int runs(runner *r, conv_model *m)
{
    uint32_t len;
    r->bytes = written(m, &len);
    r->work = NULL;
    CHECK(r->bytes != NULL && sucref_model_open(&r->model, r->bytes, len, NULL) == SUCREF_OK);
    if (r->bytes == NULL) { return 0; }
    r->work = (uint32_t *)malloc(sucref_net_work_len(&r->model) * 4);
    return sucref_net_init(&r->net, &r->model, r->work, sucref_net_work_len(&r->model)) == SUCREF_OK;
}

static inline const int32_t *logits(runner *r, unsigned stop)
{
    sucref_answer a;
    CHECK(sucref_net_run(&r->net, stop) == SUCREF_OK && sucref_net_answer(&r->net, &a) == SUCREF_OK);
    return a.logits;
}

static inline void gone(runner *r, conv_model *m)
{
    free(r->bytes); free(r->work);
    conv_free(m);
}

/* opens the archive and shows it samples; whole: as if it had no groups. 0 where it is refused */
static inline int seen(conv_model *m, const uint8_t *x, int n, int is_signed, int whole)
{
    int k;
    if (!conv_open(m, &z)) { printf("  %s\n", m->real.why); CHECK(0); return 0; }
    if (whole) { m->net.n_groups = 0; }
    m->in_scale = 1.0F / 255;
    m->in_zero = is_signed ? 128 : 0;
    m->is_signed = is_signed;
    for (k = 0; k < n; k++) { (void)conv_sample(m, x + (size_t)k * conv_inputs(m)); }
    if (!conv_lower(m, &z)) { printf("  %s\n", m->made.graph.why); CHECK(0); return 0; }
    return 1;
}

static inline uint8_t *random_bytes(size_t n)
{
    uint8_t *x = (uint8_t *)malloc(n);
    size_t i;
    for (i = 0; i < n; i++) { x[i] = (uint8_t)rnd_below(128); } /* less than bytes can be: the scale is the caller's */
    return x;
}

static inline int archive_of(const char *path)
{
    FILE *f = fopen(path, "rb");
    static uint8_t p[1 << 20];
    const size_t n = f ? fread(p, 1, sizeof p, f) : 0;
    if (f != NULL) { fclose(f); }
    npz_free(&z);
    return npz_parse(&z, p, n) == 0;
}
#endif
