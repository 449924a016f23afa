/* test_picture_files.c - files of networks with tensors: what is refused of them, by name, what lies at a limit, and
 * windows of many columns. */
#include "library.h"
#include "picture_run.h"
#include "crc.h"

/* ---- what is refused ---- */
static void multiplier_of(sucref_layer_spec *s, unsigned k, int exponent)
{
    *(int32_t *)(uintptr_t)(s->multiplier + k) = 0x50000000;
    *(int8_t *)(uintptr_t)(s->exponent + k) = (int8_t)exponent;
}

static sucref_layer_spec *window(int kind, unsigned from, uint32_t height, uint32_t width, uint32_t channels,
                                 int kernel, int stride, int pad)
{
    sucref_layer_spec *s = rp_layer(&r, kind, from, rp_tensor(&r, height, width, channels));
    s->kernel_h = s->kernel_w = (uint8_t)kernel;
    s->stride_h = s->stride_w = (uint8_t)stride;
    s->dilation_h = s->dilation_w = 1;
    s->pad_top = s->pad_left = (uint8_t)pad;
    s->n_in = (uint32_t)(kernel * kernel) * (kind == SUCREF_KIND_CONV ? r.tensor[from].channels : 1U);
    s->n_out = channels;
    if (kind <= SUCREF_KIND_DEPTHWISE) { rp_rows(&r, s); s->act = s->flags = s->lo = 0; s->slope = 0; s->hi = 255; }
    else { s->n_in = s->n_out = 0; rp_multipliers(&r, s, 1); multiplier_of(s, 0, -7); }
    s->out_zero = r.tensor[s->to].zero;
    return s;
}

static sucref_layer_spec *other(int kind, unsigned from, uint32_t height, uint32_t width, uint32_t channels)
{
    sucref_layer_spec *s = rp_layer(&r, kind, from, rp_tensor(&r, height, width, channels));
    rp_multipliers(&r, s, 3);
    multiplier_of(s, 0, 0);
    multiplier_of(s, 1, 0);
    multiplier_of(s, 2, -19);
    return s;
}

/* the layers of the network that is changed below, and its tensors: layer n writes tensor n + 1 but for the last two */
enum { L_CONV, L_DEPTHWISE, L_AVERAGE, L_MAX, L_ADD, L_CONSTANT, L_MUL, L_SOFTMAX, L_COPY, L_STATE, L_DENSE, LAYERS };
enum { T_STATE = 10, T_OUT, TENSORS };

static void every_kind(void)
{
    static const uint8_t bytes[4] = { 1, 2, 3, 4 };
    static const uint32_t none[3] = { 0 }, size[3] = { 2, 2, 4 };
    unsigned n;
    memset(&r, 0, sizeof r);
    r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
    r.spec.n_stops = 1;
    r.most_work = 10000;
    (void)rp_tensor(&r, 6, 6, 2);
    (void)window(SUCREF_KIND_CONV, 0, 6, 6, 4, 3, 1, 1);
    (void)window(SUCREF_KIND_DEPTHWISE, 1, 3, 3, 4, 3, 2, 1);
    (void)window(SUCREF_KIND_AVERAGE, 2, 2, 2, 4, 2, 1, 0);
    (void)window(SUCREF_KIND_MAX, 2, 2, 2, 4, 2, 1, 0);
    other(SUCREF_KIND_ADD, 3, 2, 2, 4)->from2 = 4;
    other(SUCREF_KIND_CONSTANT, 0, 1, 1, 4)->constant = bytes;
    r.layer[L_CONSTANT].n_out = 4;
    other(SUCREF_KIND_MUL, 5, 2, 2, 4)->from2 = 6;
    (void)other(SUCREF_KIND_SOFTMAX, 7, 2, 2, 4);
    multiplier_of(&r.layer[L_SOFTMAX], 0, 20);
    rp_box(rp_copy_of(&r, 8, rp_tensor(&r, 3, 2, 4)), none, none, size);
    r.layer[L_COPY].act = 0;
    r.tensor[rp_tensor(&r, 3, 2, 4)].state = 1;
    rp_copy_of(&r, 9, T_STATE)->act = 0;
    (void)rp_dense(&r, T_STATE, 0, 1);
    for (n = 0; n < LAYERS; n++) { /* one group each */
        r.layer[n].group_rows = r.layer[n].group_columns = NULL;
        r.layer[n].n_groups = r.layer[n].kind <= SUCREF_KIND_DEPTHWISE;
    }
    memset(r.bits, 8, sizeof r.bits);
    memset(r.in_bits, 8, sizeof r.in_bits);
}

/* where a record of the file starts: a layer's, a tensor's, a layer's first multiplier, exponent, box; its group's */
enum { AT_LAYER, AT_TENSOR, AT_MULTIPLIER, AT_EXPONENT, AT_BOX, AT_GROUP };
static uint32_t place_of(const sucref_model *m, int what, unsigned n)
{
    const uint32_t layers = 64, tensors = layers + 48U * m->n_layers, groups = tensors + 16U * m->n_tensors;
    sucref_layer l;
    if (what == AT_LAYER) { return layers + 48U * n; }
    if (what == AT_TENSOR) { return tensors + 16U * n; }
    sucref_model_layer(&l, m, n);
    if (what == AT_GROUP) { return groups + 40U * l.first_group; }
    if (what == AT_MULTIPLIER || what == AT_BOX) { return l.params_offset; } /* of a layer without weights */
    return l.params_offset + 4U * (l.kind == SUCREF_KIND_ADD ? 3U : 1U);
}

/* one field changed in the file of a network of every kind: its name, and a place in the same record */
static void faults(void)
{
    static const struct {
        int what;
        unsigned n;
        uint32_t at;
        int bytes;
        uint32_t value;
        const char *field;
    } change[] = {
        { AT_LAYER, L_CONV, 36, 1, 10, "kind of a layer" },
        { AT_LAYER, L_CONV, 37, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_CONV, 37, 1, 255, "tensors of a layer" },
        { AT_LAYER, L_CONV, 38, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_CONV, 38, 1, 0, "tensors of a layer" },
        { AT_LAYER, L_DEPTHWISE, 37, 1, 5, "tensors of a layer" }, /* not written yet */
        { AT_LAYER, L_DEPTHWISE, 37, 1, 2, "tensors of a layer" }, /* what it writes */
        { AT_LAYER, L_MAX, 38, 1, 3, "tensors of a layer" },       /* another layer's, no copy */
        { AT_LAYER, L_ADD, 39, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 7, "tensors of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 0, "shape of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 2, "tensors of a layer" },     /* needed no longer */
        { AT_LAYER, L_DENSE, 37, 1, 3, "tensors of a layer" },     /* needed no longer */
        { AT_LAYER, L_DEPTHWISE, 39, 1, 1, "shape of a layer" },   /* a second input */
        { AT_LAYER, L_CONSTANT, 37, 1, 5, "shape of a layer" },
        { AT_LAYER, L_CONV, 40, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 41, 1, 2, "shape of a layer" },
        { AT_LAYER, L_CONV, 42, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 43, 1, 2, "shape of a layer" },        /* windows beyond the picture */
        { AT_LAYER, L_CONV, 44, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 45, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 46, 1, 3, "shape of a layer" },
        { AT_LAYER, L_CONV, 47, 1, 3, "shape of a layer" },
        { AT_LAYER, L_AVERAGE, 44, 1, 2, "shape of a layer" },
        { AT_LAYER, L_MAX, 45, 1, 2, "shape of a layer" },
        { AT_LAYER, L_ADD, 40, 1, 1, "shape of a layer" },
        { AT_LAYER, L_DENSE, 47, 1, 1, "shape of a layer" },
        { AT_LAYER, L_ADD, 0, 4, 1, "shape of a layer" },
        { AT_LAYER, L_MUL, 4, 4, 1, "shape of a layer" },
        { AT_LAYER, L_CONSTANT, 4, 4, 3, "shape of a layer" },
        { AT_LAYER, L_CONV, 0, 4, 0, "size of a layer" },
        { AT_LAYER, L_CONV, 4, 4, 65536, "size of a layer" },
        { AT_LAYER, L_ADD, 14, 2, 1, "groups of a layer" },
        { AT_LAYER, L_CONV, 14, 2, 0, "groups of a layer" },
        { AT_LAYER, L_ADD, 24, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_ADD, 16, 1, 8, "plan or activation of a kind" },
        { AT_LAYER, L_ADD, 25, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_MUL, 27, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_MUL, 26, 1, 3, "plan or activation of a kind" },
        { AT_LAYER, L_CONV, 28, 1, 1, "layer flags" },
        { AT_LAYER, L_CONV, 28, 1, 32, "layer flags" },
        { AT_LAYER, L_ADD, 28, 1, 2, "layer flags" },
        { AT_MULTIPLIER, L_ADD, 12, 1, 2, "exponent" },
        { AT_MULTIPLIER, L_ADD, 13, 1, 2, "exponent" },
        { AT_MULTIPLIER, L_ADD, 14, 1, 31, "exponent" },
        { AT_MULTIPLIER, L_ADD, 8, 4, 1, "multiplier" },
        { AT_MULTIPLIER, L_MUL, 0, 4, 0x3FFFFFFF, "multiplier" },
        { AT_MULTIPLIER, L_SOFTMAX, 0, 4, 0, "softmax of a layer" },
        { AT_EXPONENT, L_SOFTMAX, 0, 1, 0xFF, "softmax of a layer" },
        { AT_BOX, L_COPY, 0, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 2, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 4, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 6, 2, 2, "shape of a layer" },
        { AT_BOX, L_COPY, 8, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 10, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 12, 2, 3, "shape of a layer" },
        { AT_BOX, L_COPY, 12, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 14, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 14, 2, 3, "shape of a layer" },
        { AT_BOX, L_COPY, 16, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 16, 2, 5, "shape of a layer" },
        { AT_BOX, L_COPY, 18, 2, 1, "shape of a layer" },
        { AT_GROUP, L_CONV, 6, 2, 17, "columns of a group" },
        { AT_GROUP, L_CONV, 6, 2, 27, "columns of a group" },
        { AT_GROUP, L_DEPTHWISE, 6, 2, 8, "columns of a group" },
        { AT_GROUP, L_DENSE, 6, 2, 23, "columns of a group" },
        { AT_TENSOR, 3, 0, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 2, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 4, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 0, 4, 0xFFFFFFFF, "size of a tensor" },
        { AT_TENSOR, 3, 0, 2, 3, "shape of a layer" },
        { AT_TENSOR, 3, 7, 1, 1, "flags of a tensor" },
        { AT_TENSOR, 3, 7, 1, 4, "flags of a tensor" },
        { AT_TENSOR, 0, 7, 1, 2, "flags of a tensor" },
        { AT_TENSOR, 3, 7, 1, 2, "life of a tensor" },
        { AT_TENSOR, T_STATE, 12, 1, 1, "life of a tensor" },
        { AT_TENSOR, T_STATE, 13, 1, 20, "life of a tensor" },
        { AT_TENSOR, 3, 12, 1, 9, "life of a tensor" },
        { AT_TENSOR, 1, 12, 1, 1, "tensors of a layer" },
        { AT_TENSOR, 2, 13, 1, L_AVERAGE, "tensors of a layer" }, /* MAX reads it, too */
        { AT_TENSOR, 3, 14, 1, 1, "reserved bytes of a tensor" },
        { AT_TENSOR, T_STATE, 15, 1, 1, "reserved bytes of a tensor" },
        { AT_TENSOR, 3, 8, 4, 0x7FFFFFFF, "place of a tensor" },
        { AT_TENSOR, 0, 8, 4, 1, "place of a tensor" } };
    running t;
    unsigned k;
    every_kind();
    if (start(&t)) {
        uint8_t *p = (uint8_t *)t.file;
        next_input(&t.m);
        step_through(&t, 0, 0);
        CHECK(r.spec.n_layers == LAYERS && r.spec.n_tensors == TENSORS);
        for (k = 0; k < sizeof change / sizeof change[0]; k++) {
            const uint32_t record = place_of(&t.m, change[k].what, change[k].n), at = record + change[k].at;
            const uint32_t was = get_le(p + at, change[k].bytes);
            sucref_fault f = { "", 0 };
            sucref_model m;
            put_le(p + at, change[k].value, change[k].bytes);
            CHECK(sucref_model_open(&m, p, t.bytes, &f) == SUCREF_E_DATA && strcmp(f.field, change[k].field) == 0);
            if (strcmp(f.field, change[k].field) != 0) {
                printf("  change %u: %s at %lu, not %s\n", k, f.field, (unsigned long)f.offset, change[k].field);
            }
            if (change[k].what == AT_TENSOR && strstr(change[k].field, "of a tensor") != NULL) {
                CHECK(f.offset >= record && f.offset < record + 16U);
            }
            if (change[k].what == AT_LAYER) { CHECK(f.offset >= record && f.offset < record + 48U); }
            put_le(p + at, was, change[k].bytes);
        }
    }
    stop(&t);
    rp_free(&r);
}

/* places that two tensors may not have at the same time */
static void places(void)
{
    static const uint8_t pair[][2] = { { 2, 1 }, { 3, 2 },       { 4, 2 },         { 4, 3 },
                                       { 6, 5 }, { T_STATE, 1 }, { T_OUT, T_STATE } };
    running t;
    unsigned k;
    every_kind();
    r.tensor[1].height = r.tensor[1].width = 6;
    if (start(&t)) {
        uint8_t *p = (uint8_t *)t.file;
        for (k = 0; k < sizeof pair / sizeof pair[0]; k++) {
            const uint32_t at = place_of(&t.m, AT_TENSOR, pair[k][0]) + 8U, was = get_le(p + at, 4);
            const uint32_t with = get_le(p + place_of(&t.m, AT_TENSOR, pair[k][1]) + 8U, 4);
            sucref_fault f = { "", 0 };
            sucref_model m;
            put_le(p + at, with + (k == 0), 4); /* the first: a line too near */
            CHECK(sucref_model_open(&m, p, t.bytes, &f) == SUCREF_E_DATA);
            CHECK(strcmp(f.field, "tensors that share bytes") == 0);
            put_le(p + at, was, 4);
        }
    }
    stop(&t);
    rp_free(&r);
}

/* the writer names what is wrong with a spec */
static int refused(const char *why, uint32_t at)
{
    sucref_fault f = { "", 0 };
    const uint32_t n = sucref_model_write(NULL, 0, &r.spec, &f);
    uint32_t *file = (uint32_t *)malloc(n + 4U);
    const uint32_t written = n == 0 ? 0 : sucref_model_write((uint8_t *)file, n, &r.spec, &f);
    free(file);
    if (written == 0 && strcmp(f.field, why) == 0 && (f.offset == at || at == 0xFFFFFFFFU)) { return 1; }
    printf("  %s at %lu, not %s\n", written ? "written" : f.field, (unsigned long)f.offset, why);
    return 0;
}

/* the limits of the file are fine, one more is named */
static void limits(void)
{
    unsigned n;
    running t;
    random_pictures *const all = &r;
    static sucref_layer_spec layers[SUCREF_MAX_LAYERS + 1];
    static sucref_tensor_spec tensors[SUCREF_MAX_TENSORS + 1];
    static const uint16_t box[9] = { 0 };
    memset(all, 0, sizeof *all);
    for (n = 0; n <= SUCREF_MAX_TENSORS; n++) { tensors[n].height = tensors[n].width = tensors[n].channels = 2; }
    for (n = 0; n <= SUCREF_MAX_LAYERS; n++) {
        layers[n].kind = SUCREF_KIND_COPY; layers[n].from = (uint8_t)n; layers[n].to = (uint8_t)(n + 1U);
        layers[n].hi = 255; layers[n].box = box;
    }
    r.spec.layers = layers; r.spec.tensors = tensors; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
    r.spec.n_stops = 1;
    r.in_bits[0] = 8;
    r.spec.n_layers = SUCREF_MAX_LAYERS;
    r.spec.n_tensors = SUCREF_MAX_TENSORS;
    if (start(&t)) { next_input(&t.m); step_through(&t, 0, 0); }
    stop(&t);
    r.spec.n_layers++;
    CHECK(refused("number of layers", 0xFFFFFFFFU));
    r.spec.n_layers = 1;
    r.spec.n_tensors++;
    CHECK(refused("number of tensors", 0xFFFFFFFFU));
    r.spec.n_tensors = 2;
    layers[0].kind = SUCREF_KIND_SOFTMAX;
    layers[0].multiplier = (const int32_t *)rp_memory(&r, 4);
    layers[0].exponent = (const int8_t *)rp_memory(&r, 1);
    multiplier_of(&layers[0], 0, 20);
    tensors[0].height = tensors[0].width = tensors[1].height = tensors[1].width = 1;
    tensors[0].channels = tensors[1].channels = 4095;
    if (start(&t)) { next_input(&t.m); step_through(&t, 0, 0); }
    stop(&t);
    tensors[0].channels = tensors[1].channels = 4096;
    CHECK(refused("shape of a layer", 64));
    rp_free(&r);
}

/* lists of many columns and many rows, of every plan: they go by other quanta than short ones */
static void long_windows(void)
{
    static const uint8_t size[4][2] = { { 1, 126 }, { 1, 250 }, { 3, 40 }, { 3, 70 } }; /* kernel, channels */
    int n;
    for (n = 0; n < 120 && test_bad == 0; n++) {
        const int kernel = size[n % 4][0];
        running t;
        memset(&r, 0, sizeof r);
        r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
        r.spec.corrections = r.correction;
        r.spec.n_stops = (uint8_t)(1 + rnd_below(3));
        r.most_work = 10000;
        (void)rp_tensor(&r, 2, 2, size[n % 4][1]);
        (void)window(SUCREF_KIND_CONV, 0, 2, 2, n % 3 ? 33 + rnd_below(20) : 8, kernel, 1, kernel / 2);
        (void)rp_dense(&r, 1, 0, 1);
        rp_answers(&r);
        rp_schedule(&r);
        if (start(&t)) {
            next_input(&t.m);
            step_through(&t, 1, 0);
            step_through(&t, 0, 1);
        }
        stop(&t);
        if (test_bad) { rp_print(&r); }
        rp_free(&r);
    }
}

/* the largest window: 255 x 255 taps, of all kinds that have one */
static void largest_windows(void)
{
    static uint8_t big[255 * 255];
    static const int kind[4] = { SUCREF_KIND_CONV, SUCREF_KIND_DEPTHWISE, SUCREF_KIND_AVERAGE, SUCREF_KIND_MAX };
    int k, i;
    for (k = 0; k < 4; k++) {
        running t;
        sucref_answer a;
        int32_t z = 0;
        uint8_t u = 0;
        memset(&r, 0, sizeof r);
        r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
        r.spec.n_stops = 1;
        r.bits[0] = r.in_bits[0] = 8;
        (void)rp_tensor(&r, 255, 255, 1);
        (void)window(kind[k], 0, 1, 1, 1, 255, 255, 0);
        if (start(&t)) {
            for (i = 0; i < 255 * 255; i++) { big[i] = (uint8_t)rnd(); }
            CHECK(sucref_net_set_input(&t.net, big, sizeof big) == SUCREF_OK);
            CHECK(sucref_net_run(&t.net, 0) == SUCREF_OK);
            (void)po_stop(&oracle, &z, &u, big, 0);
            CHECK(sucref_net_answer(&t.net, &a) == SUCREF_OK && a.logits[0] == z && a.out[0] == u);
        }
        stop(&t);
        rp_free(&r);
    }
}

static void writer_refuses(void)
{
    static const uint8_t lookup[SUCREF_LOOKUP_LEN] = { 0 };
    static const int16_t table[SUCREF_TABLE_LEN] = { 0 };
    const uint32_t any = 0xFFFFFFFFU;
    sucref_layer_spec *s = r.layer;
    unsigned n;
    every_kind();
#define REFUSES(field, value, why, at)                                                                                 \
    do {                                                                                                               \
        random_pictures *const was = (random_pictures *)malloc(sizeof r);                                              \
        memcpy(was, &r, sizeof r);                                                                                     \
        field = value;                                                                                                 \
        CHECK(refused(why, at));                                                                                       \
        memcpy(&r, was, sizeof r);                                                                                     \
        free(was);                                                                                                     \
    } while (0)
    REFUSES(s[L_MAX].kind, 10, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_MAX].from, TENSORS, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_MAX].to, TENSORS, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_ADD].from2, TENSORS, "spec: kind or tensors of a layer", L_ADD);
    REFUSES(s[L_CONV].kernel_h, 0, "spec: shape of a layer", L_CONV);
    REFUSES(s[L_CONV].stride_w, 0, "spec: shape of a layer", L_CONV);
    REFUSES(s[L_MAX].pad_top, 2, "spec: shape of a layer", L_MAX);
    REFUSES(s[L_CONV].n_in, 65536, "spec: sizes of a layer", L_CONV);
    REFUSES(s[L_CONV].n_in, 17, "spec: sizes of a layer", L_CONV);
    REFUSES(s[L_CONV].w, NULL, "spec: a layer's NULL", L_CONV);
    REFUSES(s[L_ADD].multiplier, NULL, "spec: a layer's NULL", L_ADD);
    REFUSES(s[L_MUL].exponent, NULL, "spec: a layer's NULL", L_MUL);
    REFUSES(s[L_COPY].box, NULL, "spec: a layer's NULL", L_COPY);
    REFUSES(s[L_CONSTANT].constant, NULL, "spec: a layer's NULL", L_CONSTANT);
    REFUSES(s[L_ADD].act, SUCREF_ACT_LOOKUP, "spec: a table or order that is NULL", L_ADD);
    REFUSES(r.tensor[3].width, 0, "spec: size of a tensor", 3);
    REFUSES(r.tensor[3].channels, 0, "spec: size of a tensor", 3);
    REFUSES(r.spec.n_tensors, 1, "number of tensors", any);
    REFUSES(r.spec.n_tensors, SUCREF_MAX_TENSORS + 1, "number of tensors", any);
    REFUSES(s[L_CONV].out_zero, (uint8_t)(s[L_CONV].out_zero + 1), "output zero point", any);
    REFUSES(s[L_CONV].flags, SUCREF_LAYER_KEEP, "layer flags", any);
    for (n = 0; n < L_DENSE; n++) { s[n].lookup = lookup; }
    s[L_COPY].table = table;
    REFUSES(s[L_COPY].act, SUCREF_ACT_TABLE, "plan or activation of a kind", any);
    REFUSES(s[L_MAX].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    REFUSES(s[L_SOFTMAX].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    REFUSES(s[L_CONSTANT].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    *(int32_t *)(uintptr_t)s[L_AVERAGE].multiplier = 0;
    REFUSES(s[L_AVERAGE].act, SUCREF_ACT_LOOKUP, "lookup of a plain average", any);
    r.tensor[T_STATE].state = 0;
    CHECK(sucref_model_write(NULL, 0, &r.spec, NULL) != 0);
    r.spec.n_stops = 2;
    CHECK(sucref_model_write(NULL, 0, &r.spec, NULL) != 0);
    REFUSES(r.tensor[T_STATE].state, 1, "flags of a tensor", any);
    REFUSES(r.spec.n_layers, L_STATE, "answer of a stop", any);
    r.spec.corrections = r.correction;
    rp_correct(&r, &r.correction[1], 4); /* of the depthwise layer */
    REFUSES(s, r.layer, "correction", any);
#undef REFUSES
    rp_free(&r);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("faults name the field and its record", faults);
    RUN("limits of the file", limits);
    RUN("long windows", long_windows);
    RUN("the largest windows", largest_windows);
    RUN("places that are taken are refused", places);
    RUN("the writer refuses what is inconsistent", writer_refuses);
    return test_report("picture files");
}
