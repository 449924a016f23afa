/* lower_base.h - what is being made of a graph: layers, tensors, and which tensor of the graph lies where. */
#ifndef SUCREF_TOOL_LOWER_BASE_H
#define SUCREF_TOOL_LOWER_BASE_H
#include "lower_numbers.h"

typedef struct { /* the arrays are the graph's and go with it */
    sucref_layer_spec layer[SUCREF_MAX_LAYERS];
    sucref_tensor_spec tensor[SUCREF_MAX_TENSORS];
    unsigned n_layers, n_tensors;
    struct { const char *name; long place; } made_of[SUCREF_MAX_LAYERS]; /* the operator that a layer computes */
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
    l->made_of[l->n_layers].name = o->name;
    l->made_of[l->n_layers].place = o->place;
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
    graph_sides(d, x);
    s = lower_new_layer(l, o, SUCREF_KIND_CONSTANT, 0, lower_new_tensor(l, o, d, graph_zero(x)));
    bytes = (uint8_t *)graph_new(l->g, x->elements);
    if (s == NULL || bytes == NULL) { return -1; }
    for (k = 0; k < x->elements; k++) { bytes[k] = x->data[k] ^ 0x80; }
    s->constant = bytes;
    s->n_out = x->elements;
    return l->place[t] = s->to;
}

/* the bytes of a model's tensor in this shape: a copy where it has another one */
static inline int lower_view(lowered *l, const graph_op *o, int from, int32_t h, int32_t w, int32_t c)
{
    const int32_t d[4] = { 1, h, w, c };
    int32_t have[4];
    int to;
    if (from < 0) { return -1; }
    lower_shape_of(l, from, have);
    if (lower_same_shape(have, d)) { return from; }
    to = lower_new_tensor(l, o, d, l->tensor[from].zero);
    return lower_copy(l, o, from, to, NULL, NULL, NULL) == NULL ? -1 : to;
}

/* where a tensor's bytes are in this shape: they are copied once where they lie in another one */
static inline int lower_shaped(lowered *l, const graph_op *o, int t, const int32_t *d)
{
    const int to = lower_view(l, o, lower_bytes(l, o, t), d[1], d[2], d[3]);
    return to < 0 ? -1 : (l->place[t] = to);
}

/* the same in the tensor's own shape */
static inline int lower_read(lowered *l, const graph_op *o, int t)
{
    int32_t d[4];
    graph_sides(d, lower_tensor_of(l, t));
    return lower_shaped(l, o, t, d);
}

/* the shape to give to a tensor whose maker does not care: that of the RESHAPE which alone reads it */
static inline void lower_free_shape(const lowered *l, int t, int32_t *d)
{
    unsigned steps;
    for (steps = 0; steps < 8 && l->alone[t] >= 0 && l->g->op[l->alone[t]].code == GRAPH_RESHAPE; steps++) {
        t = l->g->op[l->alone[t]].out;
    }
    graph_sides(d, lower_tensor_of(l, t));
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

static inline int lower_one_multiplier(lowered *l, sucref_layer_spec *s, unsigned n)
{
    s->multiplier = (const int32_t *)graph_new(l->g, 4 * n);
    s->exponent = (const int8_t *)graph_new(l->g, n);
    return s->multiplier != NULL && s->exponent != NULL;
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
#endif
