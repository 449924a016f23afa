/* lower.h - makes the words of sucref_model_spec of a graph: which layers, of which kinds, on which tensors, with the
 * reference's multipliers, so that the model's answers equal the graph's byte for byte. Changes of shape cost nothing
 * where who reads does not care; functions of one number become a layer's clamp or lookup where only they read it;
 * padding becomes a convolution's own; variables are tensors that are states, written and read where they lie. */
#ifndef SUCREF_TOOL_LOWER_H
#define SUCREF_TOOL_LOWER_H
#include "gemmlowp.h"
#include "graph.h"

typedef struct { /* the arrays are the graph's and go with it */
    sucref_layer_spec layer[SUCREF_MAX_LAYERS];
    sucref_tensor_spec tensor[SUCREF_MAX_TENSORS];
    unsigned n_layers, n_tensors;
    uint8_t input_type, softmax_shift;
    int32_t softmax_multiplier;
    double in_scale, out_scale, logit_scale; /* of the input, the output, the last layer's z (0: many) */
    int out_zero;                            /* of unsigned bytes */
    int dense_only, has_state;
    graph *g;
    int *place, *maker, *alone;              /* of a graph's tensor: where its bytes are, or -1; the operator that makes
                                              * it, or -1; the only operator that reads it, -1 none, -2 several */
    int *state;                              /* of a graph's state: its tensor, or -1 */
    uint8_t *dead;                           /* of an operator: nobody needs it, or it is done by another one */
} lowered;

static inline int lower_fail(const lowered *l, const graph_op *o, const char *what)
{
    return graph_fail(l->g, o->place, o->name, what);
}

/* who needs what no operator asks for */
static inline graph_op lower_nobody(void)
{
    graph_op o;
    memset(&o, 0, sizeof o);
    o.name = "";
    o.place = -1;
    return o;
}

static inline const graph_tensor *lower_tensor_of(const lowered *l, int t) { return &l->g->tensor[t]; }

/* ---- arithmetic ---- */

/* a function of one number as the reference computes it; v and the result are the tensors' own numbers */
static inline int lower_number(const graph_op *o, const graph_tensor *x, const graph_tensor *y, int v)
{
    const float sx = graph_scale(x, 0), sy = graph_scale(y, 0);
    const int in = v - x->zero, zero = y->zero, low = y->type == GRAPH_UINT8 ? 0 : -128;
    int32_t m, r, lo = low, hi = low + 255;
    int e;
    if (o->code == GRAPH_LOGISTIC || o->code == GRAPH_TANH) {
        const double q = frexp((double)sx * 134217728.0, &e);
        const int bits = o->code == GRAPH_LOGISTIC ? 8 : 7;
        const double radius = floor(15.0 * 134217728.0 / ldexp(1, e)); /* CalculateInputRadius(4, e, 31) */
        m = (int32_t)prepare_sat((int64_t)floor(q * 2147483648.0 + 0.5));
        if (e < -31) { m = 0; e = 0; }
        if (in <= -radius) { return -128; }
        if (in >= radius) { return 127; }
        r = prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE);
        r = o->code == GRAPH_LOGISTIC ? prepare_round_shift(gemmlowp_logistic(r), (unsigned)(31 - bits)) - 128
                                      : prepare_round_shift(gemmlowp_tanh(r), (unsigned)(31 - bits));
    } else {
        const int leaks = o->code == GRAPH_LEAKY_RELU && in < 0;
        double ratio = (double)graph_ratio(leaks ? graph_float(sx * o->number) : sx, sy);
        if (o->code == GRAPH_QUANTIZE) { ratio = (double)sx / (double)sy; }
        if (o->code == GRAPH_RELU || o->code == GRAPH_RELU6) { lo = zero; }
        if (o->code == GRAPH_RELU6) { hi = graph_steps(6.0F, sy, zero, -128, 127); }
        prepare_multiplier(&m, &e, ratio);
        if (e > 30) { m = INT32_MAX; e = 30; }
        r = prepare_sat((int64_t)zero + prepare_requant(in, m, e, SUCREF_REQUANT_TFLITE));
    }
    return r < lo ? lo : r > hi ? hi : r;
}

/* one multiplier as a layer holds it; 0 where there is none */
static inline int lower_multiplier(int32_t *multiplier, int8_t *exponent, double real)
{
    int e;
    prepare_multiplier(multiplier, &e, real);
    if (e > 30 || !isfinite(real)) { return 0; }
    *exponent = (int8_t)e;
    return 1;
}

/* sum and product of numbers that count from their zero points, before the output's zero point */
typedef struct { int32_t multiplier[3]; int8_t exponent[3]; } lower_pair;

static inline int lower_sum_multipliers(lower_pair *p, double a, double b, double y)
{
    const double twice = 2 * (a > b ? a : b);
    return lower_multiplier(&p->multiplier[0], &p->exponent[0], a / twice) &&
           lower_multiplier(&p->multiplier[1], &p->exponent[1], b / twice) &&
           lower_multiplier(&p->multiplier[2], &p->exponent[2], twice / (1048576.0 * y)) && p->exponent[2] <= 0;
}

static inline int32_t lower_scaled(const lower_pair *p, int k, int32_t z)
{
    return prepare_requant(z, p->multiplier[k], p->exponent[k], SUCREF_REQUANT_TFLITE);
}

/* ---- layers and tensors ---- */

/* a new tensor of the model; -1 with a reason */
static inline int lower_new_tensor(lowered *l, const graph_op *o, const int32_t *d, int zero)
{
    sucref_tensor_spec *t = &l->tensor[l->n_tensors];
    if (l->n_tensors == SUCREF_MAX_TENSORS) { lower_fail(l, o, "needs more tensors than a model may have"); return -1; }
    if (d[1] > 65535 || d[2] > 65535 || d[3] > 65535) { lower_fail(l, o, "has a side longer than 65535"); return -1; }
    memset(t, 0, sizeof *t);
    t->height = (uint16_t)d[1]; t->width = (uint16_t)d[2]; t->channels = (uint16_t)d[3];
    t->zero = (uint8_t)zero;
    return (int)l->n_tensors++;
}

/* a new layer from one tensor to another; NULL with a reason */
static inline sucref_layer_spec *lower_new_layer(lowered *l, const graph_op *o, int kind, int from, int to)
{
    sucref_layer_spec *s = &l->layer[l->n_layers];
    if (from < 0 || to < 0) { return NULL; }
    if (l->n_layers == SUCREF_MAX_LAYERS) { lower_fail(l, o, "needs more layers than a model may have"); return NULL; }
    memset(s, 0, sizeof *s);
    s->kind = (uint8_t)kind;
    s->from = (uint8_t)from;
    s->to = (uint8_t)to;
    s->hi = 255;
    s->in_zero = l->tensor[from].zero;
    s->out_zero = l->tensor[to].zero;
    s->requant = SUCREF_REQUANT_TFLITE;
    l->n_layers++;
    return s;
}

/* copies n[1] x n[2] x n[3] from place a to place b, both y, x, c from [1] on; n NULL: all bytes */
static inline sucref_layer_spec *lower_copy(lowered *l, const graph_op *o, int from, int to, const int32_t *a,
                                            const int32_t *b, const int32_t *n)
{
    sucref_layer_spec *s = lower_new_layer(l, o, SUCREF_KIND_COPY, from, to);
    uint16_t *box = s != NULL ? (uint16_t *)graph_new(l->g, 9 * sizeof *box) : NULL;
    int k;
    if (box == NULL) { return NULL; }
    for (k = 0; n != NULL && k < 3; k++) {
        box[k] = (uint16_t)(a != NULL ? a[k + 1] : 0);
        box[3 + k] = (uint16_t)(b != NULL ? b[k + 1] : 0);
        box[6 + k] = (uint16_t)n[k + 1];
    }
    s->box = box;
    return s;
}

static inline void lower_shape_of(const lowered *l, int tensor, int32_t *d)
{
    d[0] = 1;
    d[1] = l->tensor[tensor].height; d[2] = l->tensor[tensor].width; d[3] = l->tensor[tensor].channels;
}

static inline int lower_same_shape(const int32_t *a, const int32_t *b)
{
    return a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

/* where the bytes of a graph's tensor are, whatever their shape; constants get a layer of their own */
static inline int lower_bytes(lowered *l, const graph_op *o, int t)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    uint8_t *bytes;
    sucref_layer_spec *s;
    int32_t d[4];
    uint32_t k;
    if (l->place[t] >= 0) { return l->place[t]; }
    if (x->data == NULL) { lower_fail(l, o, "reads what is not there"); return -1; }
    if (x->elements > 65535) { lower_fail(l, o, "has a constant of more than 65535 numbers"); return -1; }
    graph_shape(d, x);
    s = lower_new_layer(l, o, SUCREF_KIND_CONSTANT, 0, lower_new_tensor(l, o, d, graph_zero(x)));
    bytes = (uint8_t *)graph_new(l->g, x->elements);
    if (s == NULL || bytes == NULL) { return -1; }
    for (k = 0; k < x->elements; k++) { bytes[k] = x->data[k] ^ 0x80; }
    s->constant = bytes;
    s->n_out = x->elements;
    return l->place[t] = s->to;
}

/* where a tensor's bytes are in this shape: they are copied once where they lie in another one */
static inline int lower_shaped(lowered *l, const graph_op *o, int t, const int32_t *d)
{
    int32_t have[4];
    const int from = lower_bytes(l, o, t);
    int to;
    if (from < 0) { return -1; }
    lower_shape_of(l, from, have);
    if (lower_same_shape(have, d)) { return from; }
    to = lower_new_tensor(l, o, d, l->tensor[from].zero);
    return lower_copy(l, o, from, to, NULL, NULL, NULL) == NULL ? -1 : (l->place[t] = to);
}

/* the same in the tensor's own shape */
static inline int lower_read(lowered *l, const graph_op *o, int t)
{
    int32_t d[4];
    graph_shape(d, lower_tensor_of(l, t));
    return lower_shaped(l, o, t, d);
}

/* the shape to give to a tensor whose maker does not care: that of the RESHAPE which alone reads it */
static inline void lower_free_shape(const lowered *l, int t, int32_t *d)
{
    unsigned steps;
    for (steps = 0; steps < 8 && l->alone[t] >= 0 && l->g->op[l->alone[t]].code == GRAPH_RESHAPE; steps++) {
        t = l->g->op[l->alone[t]].out;
    }
    graph_shape(d, lower_tensor_of(l, t));
}

/* the tensor that an operator writes, of this shape: a new one, or the state that is to hold it. -1 with a reason */
static inline int lower_output(lowered *l, const graph_op *o, const int32_t *d)
{
    const graph_tensor *y = lower_tensor_of(l, o->out);
    int32_t have[4];
    if (l->place[o->out] >= 0) { /* a state, as lower_states found */
        lower_shape_of(l, l->place[o->out], have);
        if (lower_same_shape(have, d)) { return l->place[o->out]; }
    }
    return l->place[o->out] = lower_new_tensor(l, o, d, graph_zero(y));
}

/* ---- weights ---- */

static inline int lower_arrays(lowered *l, sucref_layer_spec *s, const graph_op *o, uint32_t rows)
{
    int32_t *ints = (int32_t *)graph_new(l->g, 4 * ((size_t)s->n_out + rows));
    int8_t *exponents = (int8_t *)graph_new(l->g, rows);
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *w = lower_tensor_of(l, o->in[1]),
                       *y = lower_tensor_of(l, o->out);
    uint32_t r;
    if (ints == NULL || exponents == NULL) { return 0; }
    s->bias = ints;
    s->multiplier = ints + s->n_out;
    s->exponent = exponents;
    for (r = 0; r < rows; r++) { /* a dense layer's product of a single scale is rounded to float in the reference */
        const double product = o->code == GRAPH_DENSE && rows == 1
                                   ? (double)graph_float(graph_scale(x, 0) * graph_scale(w, 0))
                                   : (double)graph_scale(x, 0) * (double)graph_scale(w, r);
        if (!lower_multiplier(&ints[s->n_out + r], &exponents[r], product / (double)graph_scale(y, 0))) {
            return lower_fail(l, o, "has an impossible scale");
        }
    }
    s->flags = (uint8_t)(rows > 1 ? SUCREF_LAYER_PER_ROW : 0);
    return 1;
}

/* the bias less zero point * sum of the weights */
static inline int lower_biases(lowered *l, sucref_layer_spec *s, const graph_op *o, int zero)
{
    const graph_tensor *b = o->in[2] >= 0 ? lower_tensor_of(l, o->in[2]) : NULL;
    const int64_t most = INT32_MAX - (int64_t)s->n_in * 32640;
    int32_t *bias = (int32_t *)(uintptr_t)s->bias;
    uint32_t r, c;
    for (r = 0; r < s->n_out; r++) {
        int64_t sum = b != NULL ? graph_int32(b, r) : 0;
        for (c = 0; c < s->n_in; c++) {
            const int8_t v = s->w[(size_t)r * s->n_in + c];
            if (v == -128 && s->kind != SUCREF_KIND_DEPTHWISE) {
                return lower_fail(l, o, "has a weight of -128; the format takes -127 to 127");
            }
            sum -= (int64_t)zero * v;
        }
        if (sum > most || sum < -most) { return lower_fail(l, o, "has an accumulator that could pass 32 bits"); }
        bias[r] = (int32_t)sum;
    }
    return 1;
}

/* clamp and activation of a fused function */
static inline void lower_clamp(lowered *l, sucref_layer_spec *s, const graph_op *o)
{
    const graph_tensor *y = lower_tensor_of(l, o->out);
    int lo, hi;
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    s->lo = (uint8_t)(lo + 128);
    s->hi = (uint8_t)(hi + 128);
    s->act = (uint8_t)(o->act == GRAPH_ACT_RELU    ? SUCREF_ACT_RELU
                       : o->act == GRAPH_ACT_RELU6 ? SUCREF_ACT_RELU6
                                                   : SUCREF_ACT_NONE);
}

/* a layer with weights of this shape is complete but for its weights, which are w */
static inline int lower_weights(lowered *l, sucref_layer_spec *s, const graph_op *o, const int8_t *w)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *scales = lower_tensor_of(l, o->in[1]);
    const uint32_t rows = scales->n_scales;
    if (s->n_in > 65535 || s->n_out > 65535) { return lower_fail(l, o, "has more than 65535 columns"); }
    s->w = w;
    s->n_groups = 1;
    s->plan[0] = 8;
    s->n_planes = 1;
    if (w == NULL || !lower_arrays(l, s, o, rows) || !lower_biases(l, s, o, graph_zero(x))) { return 0; }
    lower_clamp(l, s, o);
    l->logit_scale = rows == 1 ? (double)graph_scale(x, 0) * (double)graph_scale(scales, 0) : 0;
    return 1;
}

static inline int lower_dense(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *w = lower_tensor_of(l, o->in[1]);
    const int32_t n_out = w->dim[0], n_in = w->dim[1], places = (int32_t)x->elements / n_in;
    int32_t d[4];
    int from;
    sucref_layer_spec *s;
    if (places == 1) {
        from = lower_bytes(l, o, o->in[0]);
        lower_free_shape(l, o->out, d);
        s = from < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_DENSE, from, lower_output(l, o, d));
    } else { /* the same rows at every place: a convolution of one tap */
        graph_shape(d, x);
        if (d[3] != n_in) { d[1] = 1; d[2] = places; d[3] = n_in; }
        from = lower_shaped(l, o, o->in[0], d);
        d[3] = n_out;
        s = from < 0 ? NULL : lower_new_layer(l, o, SUCREF_KIND_CONV, from, lower_output(l, o, d));
        if (s != NULL) {
            s->kernel_h = s->kernel_w = s->stride_h = s->stride_w = s->dilation_h = s->dilation_w = 1;
        }
    }
    if (s == NULL) { return 0; }
    s->n_in = (uint32_t)n_in;
    s->n_out = (uint32_t)n_out;
    return lower_weights(l, s, o, (const int8_t *)w->data);
}

/* a window as a layer holds it */
static inline int lower_window(lowered *l, sucref_layer_spec *s, const graph_op *o)
{
    int k;
    for (k = 0; k < 2; k++) {
        if (o->kernel[k] > 255 || o->stride[k] > 255 || o->dilation[k] > 255 || o->pad[k] > 255) {
            return lower_fail(l, o, "has a kernel, stride, dilation or padding beyond 255");
        }
    }
    s->kernel_h = (uint8_t)o->kernel[0]; s->kernel_w = (uint8_t)o->kernel[1];
    s->stride_h = (uint8_t)o->stride[0]; s->stride_w = (uint8_t)o->stride[1];
    s->dilation_h = (uint8_t)o->dilation[0]; s->dilation_w = (uint8_t)o->dilation[1];
    s->pad_top = (uint8_t)o->pad[0]; s->pad_left = (uint8_t)o->pad[1];
    return 1;
}

/* weights [taps][n_out] as [n_out][taps] */
static inline const int8_t *lower_turned(lowered *l, const int8_t *w, uint32_t taps, uint32_t n_out)
{
    int8_t *t = (int8_t *)graph_new(l->g, (size_t)taps * n_out);
    uint32_t k, r;
    for (k = 0; t != NULL && k < taps; k++) { for (r = 0; r < n_out; r++) { t[r * taps + k] = w[k * n_out + r]; } }
    return t;
}

static inline int lower_conv(lowered *l, const graph_op *o)
{
    const graph_tensor *w = lower_tensor_of(l, o->in[1]);
    const int deep = o->code == GRAPH_DEPTHWISE, from = lower_read(l, o, o->in[0]);
    const uint32_t taps = (uint32_t)o->kernel[0] * (uint32_t)o->kernel[1];
    int32_t dx[4], dy[4];
    sucref_layer_spec *s;
    int whole;
    if (from < 0) { return 0; }
    lower_shape_of(l, from, dx);
    graph_shape(dy, lower_tensor_of(l, o->out));
    whole = !deep && dy[1] == 1 && dy[2] == 1 && o->kernel[0] == dx[1] && o->kernel[1] == dx[2] && o->pad[0] == 0 &&
            o->pad[1] == 0 && o->dilation[0] == 1 && o->dilation[1] == 1;
    /* of one channel it is a convolution, whose kernels are faster */
    s = lower_new_layer(l, o,
                        deep && (dx[3] > 1 || memchr(w->data, 0x80, w->elements) != NULL) ? SUCREF_KIND_DEPTHWISE
                        : whole ? SUCREF_KIND_DENSE
                                : SUCREF_KIND_CONV,
                        from, lower_output(l, o, dy));
    if (s == NULL || (!whole && !lower_window(l, s, o))) { return 0; }
    s->n_in = deep ? taps : taps * (uint32_t)dx[3];
    s->n_out = (uint32_t)dy[3];
    return lower_weights(l, s, o, deep ? lower_turned(l, (const int8_t *)w->data, taps, s->n_out)
                                       : (const int8_t *)w->data);
}

/* ---- pools, sums, products ---- */

static inline int lower_one_multiplier(lowered *l, sucref_layer_spec *s, unsigned n)
{
    s->multiplier = (const int32_t *)graph_new(l->g, 4 * n);
    s->exponent = (const int8_t *)graph_new(l->g, n);
    return s->multiplier != NULL && s->exponent != NULL;
}

static inline int lower_pool(lowered *l, const graph_op *o)
{
    const int most = o->code == GRAPH_MAX_POOL, from = lower_read(l, o, o->in[0]);
    int32_t d[4];
    sucref_layer_spec *s;
    graph_shape(d, lower_tensor_of(l, o->out));
    s = from < 0 ? NULL : lower_new_layer(l, o, most ? SUCREF_KIND_MAX : SUCREF_KIND_AVERAGE, from,
                                          lower_output(l, o, d));
    if (s == NULL || !lower_window(l, s, o) || (!most && !lower_one_multiplier(l, s, 1))) { return 0; }
    lower_clamp(l, s, o);
    return 1;
}

/* the multiplier takes 1 / count in: it is cut, not rounded, as in the reference */
static inline int lower_mean(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *y = lower_tensor_of(l, o->out);
    const int from = lower_read(l, o, o->in[0]);
    graph_op window = *o;
    sucref_layer_spec *s;
    int32_t d[4], m;
    int e, shift = 0;
    int64_t count;
    if (from < 0) { return 0; }
    lower_shape_of(l, from, d);
    window.kernel[0] = o->over[0] ? d[1] : 1;
    window.kernel[1] = o->over[1] ? d[2] : 1;
    window.stride[0] = window.stride[1] = window.dilation[0] = window.dilation[1] = 1;
    if (o->over[0]) { d[1] = 1; }
    if (o->over[1]) { d[2] = 1; }
    count = (int64_t)window.kernel[0] * window.kernel[1];
    s = lower_new_layer(l, o, SUCREF_KIND_AVERAGE, from, lower_output(l, o, d));
    if (s == NULL || !lower_window(l, s, &window) || !lower_one_multiplier(l, s, 1)) { return 0; }
    prepare_multiplier(&m, &e, (double)graph_scale(x, 0) / (double)graph_scale(y, 0));
    while (count >> (shift + 1) != 0) { shift++; }
    shift = shift > 32 ? 32 : shift;
    shift = shift > 31 + e ? 31 + e : shift;
    m = (int32_t)(m * ((int64_t)1 << shift) / count);
    if (m == 0 || e - shift > 30) { return lower_fail(l, o, "has an impossible scale"); }
    *(int32_t *)(uintptr_t)s->multiplier = m;
    *(int8_t *)(uintptr_t)s->exponent = (int8_t)(e - shift);
    return 1;
}

/* an operator whose other input is one constant number is a function of one */
static inline uint8_t lower_with_constant(const lowered *l, const graph_op *o, const lower_pair *p, int which, int u)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[which]), *k = lower_tensor_of(l, o->in[!which]),
                       *y = lower_tensor_of(l, o->out);
    const int32_t a = u - 128 - x->zero, b = (int8_t)k->data[0] - k->zero;
    int lo, hi;
    int32_t r = o->code == GRAPH_MUL ? lower_scaled(p, 0, a * b)
                                     : lower_scaled(p, 2, lower_scaled(p, which, a * 1048576) +
                                                              lower_scaled(p, !which, b * 1048576));
    graph_clamp(&lo, &hi, o->act, graph_scale(y, 0), y->zero);
    r = prepare_sat((int64_t)r + y->zero);
    return (uint8_t)((r < lo ? lo : r > hi ? hi : r) + 128);
}

static inline int lower_apply(lowered *l, const graph_op *o, int in, const uint8_t *table);

static inline int lower_pair_multipliers(lowered *l, const graph_op *o, lower_pair *p)
{
    const double a = (double)graph_scale(lower_tensor_of(l, o->in[0]), 0),
                 b = (double)graph_scale(lower_tensor_of(l, o->in[1]), 0),
                 y = (double)graph_scale(lower_tensor_of(l, o->out), 0);
    memset(p, 0, sizeof *p);
    return (o->code == GRAPH_MUL ? lower_multiplier(&p->multiplier[0], &p->exponent[0], a * b / y)
                                 : lower_sum_multipliers(p, a, b, y)) ||
           lower_fail(l, o, "has an impossible scale");
}

/* the second input: of the output's shape, or one number for each channel, or a constant that is spread out */
static inline int lower_second(lowered *l, const graph_op *o, int t, const int32_t *dy)
{
    const graph_tensor *x = lower_tensor_of(l, t);
    int32_t d[4];
    uint8_t *bytes;
    sucref_layer_spec *s;
    int y, c, k;
    graph_shape(d, x);
    if (lower_same_shape(d, dy) || (d[1] == 1 && d[2] == 1 && d[3] == dy[3])) { return lower_read(l, o, t); }
    if (x->data == NULL || (int64_t)dy[1] * dy[2] * dy[3] > 65535) {
        lower_fail(l, o, "spreads a tensor over another one in a way that is not supported");
        return -1;
    }
    s = lower_new_layer(l, o, SUCREF_KIND_CONSTANT, 0, lower_new_tensor(l, o, dy, graph_zero(x)));
    bytes = (uint8_t *)graph_new(l->g, (size_t)dy[1] * (size_t)dy[2] * (size_t)dy[3]);
    if (s == NULL || bytes == NULL) { return -1; }
    s->constant = bytes;
    s->n_out = (uint32_t)(dy[1] * dy[2] * dy[3]);
    for (y = 0; y < dy[1]; y++) {
        for (k = 0; k < dy[2]; k++) {
            for (c = 0; c < dy[3]; c++) {
                *bytes++ = x->data[((d[1] > 1 ? y : 0) * d[2] + (d[2] > 1 ? k : 0)) * d[3] + (d[3] > 1 ? c : 0)] ^ 0x80;
            }
        }
    }
    return s->to;
}

/* ADD and MUL */
static inline int lower_two(lowered *l, const graph_op *o)
{
    const graph_tensor *a = lower_tensor_of(l, o->in[0]), *b = lower_tensor_of(l, o->in[1]);
    const unsigned n = o->code == GRAPH_ADD ? 3 : 1;
    int32_t da[4], db[4], dy[4];
    int first = 0, from, second, u;
    uint8_t table[256];
    lower_pair p;
    sucref_layer_spec *s;
    if (!lower_pair_multipliers(l, o, &p)) { return 0; }
    graph_shape(da, a);
    graph_shape(db, b);
    graph_shape(dy, lower_tensor_of(l, o->out));
    if ((a->data != NULL && b->data == NULL) || !lower_same_shape(da, dy)) { first = 1; }
    if (lower_tensor_of(l, o->in[!first])->data != NULL && lower_tensor_of(l, o->in[!first])->elements == 1) {
        for (u = 0; u < 256; u++) { table[u] = lower_with_constant(l, o, &p, first, u); }
        return lower_apply(l, o, o->in[first], table);
    }
    if (!lower_same_shape(first ? db : da, dy)) {
        return lower_fail(l, o, "spreads both inputs, which is not supported");
    }
    from = lower_read(l, o, o->in[first]);
    second = from < 0 ? -1 : lower_second(l, o, o->in[!first], dy);
    s = second < 0 ? NULL : lower_new_layer(l, o, o->code == GRAPH_ADD ? SUCREF_KIND_ADD : SUCREF_KIND_MUL, from,
                                            lower_output(l, o, dy));
    if (s == NULL || !lower_one_multiplier(l, s, n)) { return 0; }
    s->from2 = (uint8_t)second;
    if (first && n == 3) { /* the inputs have changed places */
        const lower_pair was = p;
        p.multiplier[0] = was.multiplier[1]; p.multiplier[1] = was.multiplier[0];
        p.exponent[0] = was.exponent[1]; p.exponent[1] = was.exponent[0];
    }
    memcpy((void *)(uintptr_t)s->multiplier, p.multiplier, 4 * n);
    memcpy((void *)(uintptr_t)s->exponent, p.exponent, n);
    lower_clamp(l, s, o);
    return 1;
}

/* ---- functions of one number ---- */

/* may a table follow what the layer computes? */
static inline int lower_takes_lookup(const sucref_layer_spec *s)
{
    switch (s->kind) {
    case SUCREF_KIND_DENSE: case SUCREF_KIND_CONV: case SUCREF_KIND_DEPTHWISE: case SUCREF_KIND_ADD:
    case SUCREF_KIND_MUL:
        return 1;
    case SUCREF_KIND_AVERAGE: return s->multiplier[0] != 0;
    default: return 0;
    }
}

/* a table that only clamps becomes the layer's clamp, one that does nothing goes */
static inline int lower_put_lookup(lowered *l, sucref_layer_spec *s, const uint8_t *table)
{
    unsigned lo = s->lo, hi = s->hi, u;
    int clamps = s->act != SUCREF_ACT_LOOKUP && (s->kind == SUCREF_KIND_COPY || s->out_zero == l->tensor[s->to].zero);
    uint8_t *bytes;
    while (lo < hi && table[lo] == table[lo + 1U]) { lo++; }
    while (hi > lo && table[hi] == table[hi - 1U]) { hi--; }
    for (u = lo; clamps && u <= hi; u++) { clamps = table[u] == u; }
    if (s->kind == SUCREF_KIND_COPY && (lo > 0 || hi < 255)) { clamps = 0; } /* copies have no clamp */
    if (clamps) {
        s->lo = (uint8_t)lo;
        s->hi = (uint8_t)hi;
        return 1;
    }
    bytes = (uint8_t *)graph_new(l->g, SUCREF_LOOKUP_LEN);
    if (bytes == NULL) { return 0; }
    for (u = 0; u < SUCREF_LOOKUP_LEN; u++) { bytes[u] = table[s->act == SUCREF_ACT_LOOKUP ? s->lookup[u] : u]; }
    s->lookup = bytes;
    s->act = SUCREF_ACT_LOOKUP;
    return 1;
}

/* the layer that makes a tensor, where nothing else reads the tensor and one layer makes all of it; else NULL */
static inline sucref_layer_spec *lower_maker_of(lowered *l, const graph_op *o, int in)
{
    const int t = l->place[in];
    sucref_layer_spec *found = NULL;
    unsigned n;
    if (l->alone[in] != (int)(o - l->g->op)) { return NULL; }
    while (l->maker[in] >= 0 && l->g->op[l->maker[in]].code == GRAPH_RESHAPE) {
        const int before = l->g->op[l->maker[in]].in[0];
        if (l->alone[before] != l->maker[in]) { return NULL; }
        in = before;
    }
    for (n = 0; n < l->n_layers; n++) {
        if (l->layer[n].from == t || (l->layer[n].from2 == t && t != 0)) { return NULL; }
        if (l->layer[n].to == t) {
            if (found != NULL) { return NULL; }
            found = &l->layer[n];
        }
    }
    return found == NULL || t == 0 || l->tensor[t].state || !lower_takes_lookup(found) ? NULL : found;
}

/* bytes of tensor `in` through a table are the operator's output */
static inline int lower_apply(lowered *l, const graph_op *o, int in, const uint8_t *table)
{
    const int from = lower_bytes(l, o, in), wanted = l->place[o->out];
    sucref_layer_spec *s = from < 0 || wanted >= 0 ? NULL : lower_maker_of(l, o, in);
    int32_t d[4];
    if (from < 0) { return 0; }
    if (s != NULL) { /* where the maker's tensor has the new meaning now */
        l->tensor[from].zero = (uint8_t)graph_zero(lower_tensor_of(l, o->out));
        l->place[o->out] = from;
        return lower_put_lookup(l, s, table);
    }
    lower_free_shape(l, o->out, d);
    s = lower_copy(l, o, from, lower_output(l, o, d), NULL, NULL, NULL);
    return s != NULL && lower_put_lookup(l, s, table);
}

static inline int lower_elementwise(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]), *y = lower_tensor_of(l, o->out);
    const int up = y->type == GRAPH_UINT8 ? 0 : 128;
    uint8_t table[256];
    int u;
    for (u = 0; u < 256; u++) { table[u] = (uint8_t)(lower_number(o, x, y, u - 128) + up); }
    return lower_apply(l, o, o->in[0], table);
}

/* ---- moving ---- */

/* what a padding adds that is not the zero point is copied into a tensor that calls it so, then taken over */
static inline int lower_pad(lowered *l, const graph_op *o)
{
    const graph_tensor *y = lower_tensor_of(l, o->out);
    const int from = lower_read(l, o, o->in[0]), own = o->fill == y->zero && l->place[o->out] < 0;
    int32_t dx[4], dy[4];
    int to;
    if (from < 0) { return 0; }
    lower_shape_of(l, from, dx);
    graph_shape(dy, y);
    to = own ? lower_output(l, o, dy) : lower_new_tensor(l, o, dy, o->fill + 128);
    if (to < 0 || lower_copy(l, o, from, to, NULL, o->begin, dx) == NULL) { return 0; }
    return own || lower_copy(l, o, to, lower_output(l, o, dy), NULL, NULL, NULL) != NULL;
}

static inline int lower_concatenation(lowered *l, const graph_op *o)
{
    int32_t d[4], at[4] = { 0, 0, 0, 0 };
    int k, from[64], to;
    for (k = 0; k < o->n_in; k++) {
        from[k] = lower_read(l, o, o->in[k]);
        if (from[k] < 0) { return 0; }
    }
    graph_shape(d, lower_tensor_of(l, o->out));
    to = lower_output(l, o, d);
    for (k = 0; k < o->n_in; k++) {
        lower_shape_of(l, from[k], d);
        if (lower_copy(l, o, from[k], to, NULL, at, d) == NULL) { return 0; }
        at[o->axis] += d[o->axis];
    }
    return 1;
}

/* a box, then every other line or place of it by a pool of one place */
static inline int lower_slice(lowered *l, const graph_op *o)
{
    const int from = lower_read(l, o, o->in[0]), steps = o->step[1] > 1 || o->step[2] > 1;
    int32_t d[4], n[4];
    graph_op window = *o;
    sucref_layer_spec *s;
    int k, box;
    if (from < 0) { return 0; }
    if (o->step[3] > 1) { return lower_fail(l, o, "of every other channel is not supported"); }
    memcpy(d, o->size, sizeof d);
    if (!steps) { return lower_copy(l, o, from, lower_output(l, o, d), o->begin, NULL, o->size) != NULL; }
    for (k = 1; k < 4; k++) { n[k] = (o->size[k] - 1) * o->step[k] + 1; }
    box = lower_new_tensor(l, o, n, l->tensor[from].zero);
    if (box < 0 || lower_copy(l, o, from, box, o->begin, NULL, n) == NULL) { return 0; }
    s = lower_new_layer(l, o, SUCREF_KIND_MAX, box, lower_output(l, o, d));
    for (k = 0; k < 2; k++) {
        window.kernel[k] = window.dilation[k] = 1;
        window.stride[k] = o->step[1 + k];
    }
    return s != NULL && lower_window(l, s, &window);
}

/* the model's own softmax where it is the end of a layer with weights, which then has logits; else a layer */
static inline int lower_softmax(lowered *l, const graph_op *o)
{
    const graph_tensor *x = lower_tensor_of(l, o->in[0]);
    const int from = lower_read(l, o, o->in[0]);
    const sucref_layer_spec *last = l->n_layers > 0 ? &l->layer[l->n_layers - 1U] : NULL;
    int32_t d[4], multiplier;
    uint8_t shift;
    sucref_layer_spec *s;
    if (from < 0) { return 0; }
    if (!prepare_softmax(&multiplier, &shift, (double)o->number * (double)graph_scale(x, 0))) {
        return lower_fail(l, o, "with an impossible scale");
    }
    lower_shape_of(l, from, d);
    if (o->out == l->g->output && d[1] == 1 && d[2] == 1 && last != NULL && last->to == from &&
        last->kind <= SUCREF_KIND_DEPTHWISE && !l->tensor[from].state && lower_maker_of(l, o, o->in[0]) == last) {
        l->softmax_multiplier = multiplier;
        l->softmax_shift = shift;
        l->tensor[from].zero = (uint8_t)graph_zero(lower_tensor_of(l, o->out));
        l->place[o->out] = from;
        return 1;
    }
    s = lower_new_layer(l, o, SUCREF_KIND_SOFTMAX, from, lower_output(l, o, d));
    if (s == NULL || !lower_one_multiplier(l, s, 1)) { return 0; }
    *(int32_t *)(uintptr_t)s->multiplier = multiplier;
    *(int8_t *)(uintptr_t)s->exponent = (int8_t)shift;
    return 1;
}

/* ---- variables ---- */

static inline int lower_read_variable(lowered *l, const graph_op *o)
{
    int32_t d[4];
    int to;
    if (l->place[o->out] >= 0) { return 1; } /* read where it lies */
    lower_shape_of(l, l->state[o->state], d);
    to = lower_output(l, o, d);
    return lower_copy(l, o, l->state[o->state], to, NULL, NULL, NULL) != NULL;
}

static inline int lower_assign(lowered *l, const graph_op *o)
{
    const int from = lower_bytes(l, o, o->in[0]);
    return from >= 0 && (from == l->state[o->state] ||
                         lower_copy(l, o, from, l->state[o->state], NULL, NULL, NULL) != NULL);
}

/* ---- preparation: who makes and reads what, what nobody needs ---- */

/* who makes and who reads each tensor */
static inline void lower_find_readers(lowered *l)
{
    const graph *g = l->g;
    uint32_t k;
    int i;
    for (k = 0; k < g->n_tensors; k++) { l->maker[k] = l->alone[k] = -1; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (l->dead[k]) { continue; }
        if (o->out >= 0) { l->maker[o->out] = (int)k; }
        for (i = 0; i < o->n_in && o->code != GRAPH_READ; i++) {
            if (o->in[i] >= 0) { l->alone[o->in[i]] = l->alone[o->in[i]] == -1 ? (int)k : -2; }
        }
    }
    l->alone[g->output] = l->alone[g->output] == -1 ? -3 : -2; /* the output is read by the caller */
}

/* operators whose outputs nobody reads */
static inline void lower_bury(lowered *l)
{
    int again = 1;
    uint32_t k;
    while (again) {
        again = 0;
        lower_find_readers(l);
        for (k = 0; k < l->g->n_ops; k++) {
            const graph_op *o = &l->g->op[k];
            if (!l->dead[k] && o->out >= 0 && l->alone[o->out] == -1) { l->dead[k] = 1; again = 1; }
        }
    }
}

/* a slice of a slice is one of what that reads */
static inline void lower_join_slices(lowered *l)
{
    uint32_t k;
    int i;
    for (k = 0; k < l->g->n_ops; k++) {
        graph_op *o = &l->g->op[k];
        while (o->code == GRAPH_SLICE && l->maker[o->in[0]] >= 0) {
            const graph_op *before = &l->g->op[l->maker[o->in[0]]];
            int32_t made[4];
            int whole = before->code == GRAPH_SLICE;
            if (!whole) { break; }
            graph_shape(made, lower_tensor_of(l, before->out));
            for (i = 1; i < 4; i++) { whole &= before->step[i] == 1 && before->size[i] == made[i]; }
            if (!whole) { break; }
            for (i = 1; i < 4; i++) { o->begin[i] += before->begin[i]; }
            o->in[0] = before->in[0];
        }
    }
}

/* PAD of lines and places with the zero point, read by one convolution only, is that convolution's own padding */
static inline void lower_join_pads(lowered *l)
{
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *pad = &l->g->op[k];
        graph_op *o = pad->code == GRAPH_PAD && l->alone[pad->out] >= 0 ? &l->g->op[l->alone[pad->out]] : NULL;
        int32_t dx[4], dy[4];
        int i, fits = o != NULL && (o->code == GRAPH_CONV || o->code == GRAPH_DEPTHWISE) && o->in[0] == pad->out &&
                      pad->fill == lower_tensor_of(l, pad->out)->zero && pad->begin[3] == 0 && !l->dead[k];
        if (!fits) { continue; }
        graph_shape(dx, lower_tensor_of(l, pad->in[0]));
        graph_shape(dy, lower_tensor_of(l, o->out));
        fits = dx[3] == lower_tensor_of(l, pad->out)->dim[3];
        for (i = 0; i < 2; i++) { /* each window must hold a place of the picture */
            const int sum = o->pad[i] + pad->begin[1 + i];
            fits &= sum <= (o->kernel[i] - 1) * o->dilation[i] && (dy[1 + i] - 1) * o->stride[i] < dx[1 + i] + sum;
        }
        for (i = 0; fits && i < 2; i++) { o->pad[i] += pad->begin[1 + i]; }
        if (fits) {
            o->in[0] = pad->in[0];
            l->dead[k] = 1;
        }
    }
}

/* ---- states ---- */

/* the last operator that reads a tensor, changes of shape followed */
static inline int lower_last_use(const lowered *l, int t)
{
    const graph *g = l->g;
    int last = t == g->output ? (int)g->n_ops : -1, i;
    uint32_t k;
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (l->dead[k] || o->code == GRAPH_READ) { continue; }
        for (i = 0; i < o->n_in; i++) {
            const int use = o->in[i] != t ? -1 : o->code == GRAPH_RESHAPE ? lower_last_use(l, o->out) : (int)k;
            last = use > last ? use : last;
        }
    }
    return last;
}

/* is the state, as it was, read at or behind operator `at`? */
static inline int lower_read_behind(const lowered *l, int state, int assign, int at)
{
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *o = &l->g->op[k];
        if (!l->dead[k] && o->code == GRAPH_READ && o->state == state && (int)k < assign &&
            lower_last_use(l, o->out) >= at) {
            return 1;
        }
    }
    return 0;
}

/* the only ASSIGN of a state; -1 none, -2 several */
static inline int lower_assign_of(const lowered *l, int state)
{
    int found = -1;
    uint32_t k;
    for (k = 0; k < l->g->n_ops; k++) {
        const graph_op *o = &l->g->op[k];
        if (o->code == GRAPH_ASSIGN && o->state == state) { found = found == -1 ? (int)k : -2; }
    }
    return found;
}

/* may what is assigned be written into the state at once, by the operator that makes it? */
static inline int lower_writes_state(const lowered *l, int state, int assign)
{
    const int x = l->g->op[assign].in[0], maker = l->maker[x];
    const graph_op *o = maker >= 0 ? &l->g->op[maker] : NULL;
    int32_t d[4], have[4];
    uint32_t k;
    if (o == NULL || l->place[x] >= 0 || x == l->g->output || o->code == GRAPH_RESHAPE || o->code == GRAPH_READ ||
        o->code == GRAPH_PAD || lower_read_behind(l, state, assign, maker)) {
        return 0;
    }
    for (k = 0; k < l->g->n_ops; k++) { /* and it is nowhere put into another one, too */
        if (l->g->op[k].code == GRAPH_ASSIGN && (int)k != assign && l->g->op[k].in[0] == x) { return 0; }
    }
    graph_shape(d, lower_tensor_of(l, x));
    lower_shape_of(l, l->state[state], have);
    return lower_same_shape(d, have);
}

/* makes the state's tensor, of the shape in which it is read */
static inline int lower_state(lowered *l, const graph_op *read)
{
    const graph_state *s = &l->g->state[read->state];
    int32_t d[4];
    uint32_t k;
    int t;
    for (k = 1; s->initial != NULL && k < s->elements; k++) {
        if (s->initial[k] != s->initial[0]) {
            return lower_fail(l, read, "of a variable that starts with more than one value is not supported");
        }
    }
    lower_free_shape(l, read->out, d);
    t = lower_new_tensor(l, read, d, s->zero + 128);
    if (t < 0) { return 0; }
    l->tensor[t].state = 1;
    l->tensor[t].initial = s->initial != NULL ? s->initial[0] ^ 0x80 : (uint8_t)(s->zero + 128);
    l->state[read->state] = t;
    l->has_state = 1;
    return 1;
}

/* where variables lie, and which reads and writes need no copy */
static inline int lower_states(lowered *l)
{
    const graph *g = l->g;
    uint32_t k;
    for (k = 0; k < g->n_states; k++) { l->state[k] = -1; }
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        if (!l->dead[k] && o->code == GRAPH_READ && l->state[o->state] < 0 && !lower_state(l, o)) { return 0; }
    }
    for (k = 0; k < g->n_ops; k++) { /* what nobody reads need not be kept */
        if (g->op[k].code == GRAPH_ASSIGN && l->state[g->op[k].state] < 0) { l->dead[k] = 1; }
    }
    lower_bury(l);
    for (k = 0; k < g->n_ops; k++) {
        const graph_op *o = &g->op[k];
        const int assign = o->code == GRAPH_READ && !l->dead[k] ? lower_assign_of(l, o->state) : -2;
        int first = assign >= 0 ? assign : (int)g->n_ops;
        if (assign == -2) { continue; }
        if (assign >= 0 && lower_writes_state(l, o->state, assign)) {
            l->place[g->op[assign].in[0]] = l->state[o->state];
        }
        if (assign >= 0 && l->place[g->op[assign].in[0]] == l->state[o->state]) {
            first = l->maker[g->op[assign].in[0]];
        }
        if ((int)k > assign || lower_last_use(l, o->out) < first) { l->place[o->out] = l->state[o->state]; }
    }
    return 1;
}

/* ---- all of it ---- */

static inline int lower_op(lowered *l, const graph_op *o)
{
    switch (o->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: return lower_conv(l, o);
    case GRAPH_DENSE: return lower_dense(l, o);
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: return lower_pool(l, o);
    case GRAPH_MEAN: return lower_mean(l, o);
    case GRAPH_ADD: case GRAPH_MUL: return lower_two(l, o);
    case GRAPH_PAD: return lower_pad(l, o);
    case GRAPH_CONCATENATION: return lower_concatenation(l, o);
    case GRAPH_SLICE: return lower_slice(l, o);
    case GRAPH_SOFTMAX: return lower_softmax(l, o);
    case GRAPH_READ: return lower_read_variable(l, o);
    case GRAPH_ASSIGN: return lower_assign(l, o);
    case GRAPH_RESHAPE:
        l->place[o->out] = lower_bytes(l, o, o->in[0]);
        return l->place[o->out] >= 0;
    default: return lower_elementwise(l, o);
    }
}

/* the last layer must write the answer */
static inline int lower_answer(lowered *l)
{
    const graph_op none = lower_nobody();
    const graph_tensor *y = lower_tensor_of(l, l->g->output);
    const int place = lower_bytes(l, &none, l->g->output);
    int32_t d[4];
    if (place < 0) { return 0; }
    l->out_scale = (double)graph_scale(y, 0);
    l->out_zero = graph_zero(y);
    if (l->n_layers == 0 || l->layer[l->n_layers - 1U].to != place || l->tensor[place].state) {
        graph_shape(d, y);
        if (lower_copy(l, &none, place, lower_new_tensor(l, &none, d, graph_zero(y)), NULL, NULL, NULL) == NULL) {
            return 0;
        }
    }
    if (l->layer[l->n_layers - 1U].kind > SUCREF_KIND_DEPTHWISE) { l->logit_scale = l->out_scale; }
    return 1;
}

/* one chain of dense layers: what every model of this format can be, with stops by bits */
static inline int lower_is_dense(const lowered *l)
{
    unsigned n;
    for (n = 0; n < l->n_layers; n++) {
        if (l->layer[n].kind != SUCREF_KIND_DENSE || l->layer[n].from != n || l->layer[n].to != n + 1U) { return 0; }
    }
    return 1;
}

static inline int lower_start(lowered *l, graph *g)
{
    const size_t n = g->n_tensors * sizeof(int);
    const graph_op none = lower_nobody();
    int32_t d[4];
    uint32_t k;
    memset(l, 0, sizeof *l);
    l->g = g;
    l->place = (int *)graph_new(g, n); l->maker = (int *)graph_new(g, n); l->alone = (int *)graph_new(g, n);
    l->state = (int *)graph_new(g, (g->n_states + 1U) * sizeof(int));
    l->dead = (uint8_t *)graph_new(g, g->n_ops + 1U);
    if (l->place == NULL || l->maker == NULL || l->alone == NULL || l->state == NULL || l->dead == NULL) { return 0; }
    for (k = 0; k < g->n_tensors; k++) { l->place[k] = -1; }
    l->input_type = g->input_type == GRAPH_UINT8 ? SUCREF_INPUT_U8 : SUCREF_INPUT_S8;
    l->in_scale = (double)graph_scale(&g->tensor[g->input], 0);
    lower_find_readers(l);
    lower_join_slices(l);
    lower_bury(l);
    lower_join_pads(l);
    lower_bury(l);
    lower_free_shape(l, g->input, d);
    l->place[g->input] = lower_new_tensor(l, &none, d, graph_zero(&g->tensor[g->input]));
    return l->place[g->input] == 0 && lower_states(l);
}

/* 1, or 0 with g->why filled */
static inline int lower_graph(lowered *l, graph *g)
{
    uint32_t k;
    if (!lower_start(l, g)) { return 0; }
    for (k = 0; k < g->n_ops; k++) { if (!l->dead[k] && !lower_op(l, &g->op[k])) { return 0; } }
    if (!lower_answer(l)) { return 0; }
    l->dense_only = lower_is_dense(l);
    return 1;
}

/* what the file says of a spec; stops, plans and bits are the caller's */
static inline void lower_spec(sucref_model_spec *spec, const lowered *l)
{
    memset(spec, 0, sizeof *spec);
    spec->layers = l->layer;
    spec->n_layers = (uint8_t)l->n_layers;
    spec->tensors = l->dense_only ? NULL : l->tensor;
    spec->n_tensors = (uint8_t)(l->dense_only ? 0 : l->n_tensors);
    spec->input_type = l->input_type;
    spec->softmax_multiplier = l->softmax_multiplier;
    spec->softmax_shift = l->softmax_shift;
    spec->scales.input = prepare_scale(l->in_scale);
    spec->scales.output = prepare_scale(l->out_scale);
    spec->scales.output_zero = (uint8_t)l->out_zero;
    spec->scales.logit = prepare_scale(l->logit_scale);
}
#endif
