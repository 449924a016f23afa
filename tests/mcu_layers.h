/* mcu_layers.h - single layers whose instructions are counted, and inputs of any kind; included by mcu_gen.c. */
#ifndef SUCREF_TEST_MCU_LAYERS_H
#define SUCREF_TEST_MCU_LAYERS_H

/* kinds of inputs: as after a ReLU, half zeros, mean about 25; centred on the zero point with a standard deviation of
 * 32; all 255; any bytes; the zero point alone; all the way up and down in turn; all 255 of a layer whose weights are
 * 127 or -127, a row of each in turn: the largest sums. */
enum { LIKE_RELU, CENTRED, FULL, ANY, ZEROS, STRIPES, MOST, INPUT_KINDS };

static int input_kind(const char *name) /* INPUT_KINDS: there is none of that name */
{
    static const char *const names[] = { "relu", "centred", "full", "random", "zeros", "stripes", "most" };
    int kind = 0;
    while (kind < INPUT_KINDS && strcmp(name, names[kind]) != 0) { kind++; }
    return kind;
}

static void layer_input(uint8_t *x, uint32_t n, int kind, unsigned zero)
{
    uint32_t i, k;
    for (i = 0; i < n; i++) {
        int sum = (int)zero;
        switch (kind) {
        case CENTRED:
            for (k = 0; k < 12; k++) { sum += rnd_in(-16, 16); }
            x[i] = (uint8_t)(sum > 255 ? 255 : sum < 0 ? 0 : sum);
            break;
        case FULL: case MOST: x[i] = 255; break;
        case ANY: x[i] = (uint8_t)rnd(); break;
        case ZEROS: x[i] = (uint8_t)zero; break;
        case STRIPES: x[i] = (uint8_t)(i % 2 ? 0 : 255); break;
        default: x[i] = (uint8_t)(rnd_below(2) ? 0 : 1 + rnd_below(100));
        }
    }
}

static int write_bytes(const char *path, const uint8_t *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    return f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0 ? 0 : 2;
}

typedef struct {
    sucref_layer_spec l, pick; /* must follow each other */
    sucref_model_spec s;
    sucref_tensor_spec tensor[3];
    uint8_t in_bits[8], bits[8];
    uint32_t input_bytes;
} one_layer;

static void layer_plan(one_layer *o, const char *plan)
{
    sucref_layer_spec *l = &o->l;
    for (; *plan; plan++) {
        if (*plan == '+') { l->coarse = 1; continue; }
        if (*plan == ',') { continue; }
        l->plan[l->n_planes] = (uint8_t)(*plan - '0');
        o->bits[l->n_planes] =
            (uint8_t)(l->coarse || l->n_planes == 0 ? *plan - '0' : o->bits[l->n_planes - 1] + *plan - '0');
        o->in_bits[l->n_planes++] = 8;
    }
}

/* behind a convolution: its first position's values become the answer, so that no others are kept as one */
static void pick_one(one_layer *o)
{
    o->pick.kind = SUCREF_KIND_MAX; o->pick.from = 1; o->pick.to = 2;
    o->pick.kernel_h = o->pick.kernel_w = o->pick.dilation_h = o->pick.dilation_w = 1;
    o->pick.stride_h = o->pick.stride_w = (uint8_t)o->tensor[1].height;
    o->pick.hi = 255;
    o->tensor[2].height = o->tensor[2].width = 1;
    o->tensor[2].channels = o->tensor[1].channels;
    o->s.n_layers = 2;
}

/* its columns, and its tensors where `shape` is a convolution's: window, channels, positions a side */
static void layer_shape(one_layer *o, const char *shape)
{
    unsigned high = 0, wide = 0, channels = 0, side = 0;
    if (sscanf(shape, "%ux%ux%ux%u", &high, &wide, &channels, &side) != 4) {
        o->l.n_in = o->input_bytes = (uint32_t)atoi(shape);
        return;
    }
    o->l.n_in = high * wide * channels;
    o->input_bytes = side * side * channels;
    o->l.kind = SUCREF_KIND_CONV; o->l.to = 1;
    o->l.kernel_h = (uint8_t)high; o->l.kernel_w = (uint8_t)wide;
    o->l.stride_h = o->l.stride_w = o->l.dilation_h = o->l.dilation_w = 1;
    o->l.pad_top = (uint8_t)(high / 2); o->l.pad_left = (uint8_t)(wide / 2);
    o->tensor[0].height = o->tensor[0].width = o->tensor[1].height = o->tensor[1].width = (uint16_t)side;
    o->tensor[0].channels = (uint16_t)channels; o->tensor[1].channels = (uint16_t)o->l.n_out;
    o->tensor[0].zero = o->l.in_zero;
    o->s.tensors = o->tensor; o->s.n_tensors = 3;
    pick_one(o);
}

static int layer(char **arg) /* PLAN ROWS COLS OUT.sucref OUT.u8 KIND */
{
    static uint8_t x[65535];
    static one_layer o;
    const int kind = input_kind(arg[5]);
    int32_t multiplier = 0x40000000, *bias;
    const int8_t exponent = -12;
    int8_t *w;
    uint32_t bytes, i, k;
    uint8_t *out;
    o.l.n_out = (uint32_t)atoi(arg[1]);
    o.s.n_layers = 1;
    o.l.in_zero = kind == CENTRED || kind == STRIPES ? 128 : 0;
    layer_plan(&o, arg[0]);
    layer_shape(&o, arg[2]);
    if (kind == INPUT_KINDS || o.input_bytes > sizeof x) { return 2; }
    bias = (int32_t *)calloc(o.l.n_out, 4);
    w = (int8_t *)malloc((size_t)o.l.n_out * o.l.n_in);
    for (i = 0; i < o.l.n_out * o.l.n_in; i++) { /* sum of twelve: standard deviation 32 of 127 */
        int sum = 0;
        for (k = 0; k < 12; k++) { sum += rnd_in(-16, 16); }
        w[i] = (int8_t)(sum > 127 ? 127 : sum < -127 ? -127 : sum);
        if (kind == MOST) { w[i] = i / o.l.n_in % 2 ? -127 : 127; }
    }
    layer_input(x, o.input_bytes, kind, o.l.in_zero);
    o.l.w = w; o.l.bias = bias; o.l.multiplier = &multiplier; o.l.exponent = &exponent;
    o.l.hi = 255; o.l.act = SUCREF_ACT_RELU;
    o.l.flags = (uint8_t)(o.s.tensors == NULL ? SUCREF_LAYER_KEEP : 0);
    o.s.layers = &o.l; o.s.n_stops = o.l.n_planes; o.s.bits = o.bits; o.s.in_bits = o.in_bits;
    bytes = sucref_model_write(NULL, 0, &o.s, NULL);
    out = (uint8_t *)malloc(bytes + 4U);
    if (bytes == 0 || sucref_model_write(out, bytes, &o.s, NULL) != bytes) { return 2; }
    i = (uint32_t)(write_bytes(arg[3], out, bytes) | write_bytes(arg[4], x, o.input_bytes));
    free(out); free(w); free(bias);
    return (int)i;
}

static int inputs(char **arg) /* N ZERO OUT.s8 KIND */
{
    const uint32_t n = (uint32_t)atoi(arg[0]);
    const int kind = input_kind(arg[3]);
    uint8_t *x = (uint8_t *)malloc(n + 1U);
    uint32_t i;
    int status;
    if (x == NULL || kind == INPUT_KINDS) { return 2; }
    layer_input(x, n, kind, (unsigned)(atoi(arg[1]) + 128));
    for (i = 0; i < n; i++) { x[i] ^= 0x80; }
    status = write_bytes(arg[2], x, n);
    free(x);
    return status;
}
#endif
