/* tflite_read.h - reads a TensorFlow Lite file of int8 tensors into a graph. The file may hold any bytes: every offset
 * is checked, and what would change the result and is not known here (other weight formats, sparse or external data,
 * scales along another dimension) is refused with the operator's name and number, and what would help.
 *
 * Of several subgraphs the first one is read, and the one that CALL_ONCE names. README.md lists the operators. */
#ifndef SUCREF_TOOL_TFLITE_READ_H
#define SUCREF_TOOL_TFLITE_READ_H
#include "tflite_apart.h"
#include "tflite_moves.h"

/* ---- operators ---- */

static inline int tflite_read_pool(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t dx[4], dy[4];
    graph_op *o;
    if (y == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) { return 0; }
    if (x->rank != 4 || y->rank != 4 || dx[3] != dy[3]) { return tflite_say(r, "has shapes that do not fit"); }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL || !tflite_act(r, o, 5)) { return 0; }
    o->stride[0] = (int)flat_int(&r->options, 2, 4, 0); o->stride[1] = (int)flat_int(&r->options, 1, 4, 0);
    o->kernel[0] = (int)flat_int(&r->options, 4, 4, 0); o->kernel[1] = (int)flat_int(&r->options, 3, 4, 0);
    o->dilation[0] = o->dilation[1] = 1;
    return tflite_windows(r, o, dx, dy);
}

/* MEAN, SUM, REDUCE_MAX, REDUCE_MIN */
static inline int tflite_read_reduce(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    const graph_tensor *axes = y != NULL ? tflite_numbers(r, 1, 4) : NULL;
    const int compares = r->code == GRAPH_REDUCE_MAX || r->code == GRAPH_REDUCE_MIN;
    int32_t d[4];
    int over[4] = { 0, 0, 0, 0 };
    graph_op *o;
    uint32_t k;
    if (axes == NULL || !tflite_shape(r, d, x) || (compares && !tflite_same_scale(r, x, y))) { return 0; }
    for (k = 0; k < axes->elements; k++) {
        const int a = tflite_axis(x, graph_int32(axes, k));
        if (a < 0) { return tflite_say(r, "has an impossible axis"); }
        over[a] = 1;
    }
    for (k = 1; k < 4; k++) { d[k] = over[k] ? 1 : d[k]; }
    if (y->elements != (uint32_t)d[1] * (uint32_t)d[2] * (uint32_t)d[3]) {
        return tflite_say(r, "has shapes that do not fit");
    }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL) { return 0; }
    for (k = 0; k < 3; k++) { o->over[k] = over[k + 1]; }
    return 1;
}

/* two tensors of which one may be a constant, and sides of 1 are spread. PRELU's second one are slopes */
static inline int tflite_read_pair(const tflite_op *r)
{
    graph_tensor *a = tflite_in(r, 0), *b = a != NULL ? tflite_in(r, 1) : NULL,
                 *y = b != NULL ? tflite_out(r, 0) : NULL;
    const int fuses = r->code == GRAPH_ADD || r->code == GRAPH_MUL || r->code == GRAPH_SUB || r->code == GRAPH_DIV,
              compares = r->code == GRAPH_MAXIMUM || r->code == GRAPH_MINIMUM;
    int32_t da[4], db[4], dy[4];
    graph_op *o;
    int k;
    if (y == NULL || !tflite_shape(r, da, a) || !tflite_shape(r, db, b) || !tflite_shape(r, dy, y)) { return 0; }
    if (compares && (!tflite_same_scale(r, a, y) || !tflite_same_scale(r, b, y))) { return 0; }
    for (k = 1; k < 4; k++) {
        if ((da[k] != 1 && db[k] != 1 && da[k] != db[k]) || dy[k] != (da[k] > db[k] ? da[k] : db[k]) ||
            (r->code == GRAPH_PRELU && dy[k] != da[k])) {
            return tflite_say(r, "has shapes that do not fit");
        }
    }
    o = tflite_add(r, r->code, 2, y);
    return o != NULL && (!fuses || tflite_act(r, o, 0));
}

static inline int tflite_read_pad(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL, *fill = NULL;
    const graph_tensor *sides = y != NULL ? tflite_numbers(r, 1, 8) : NULL;
    const int mirrors = r->code == GRAPH_MIRROR_PAD, repeats = flat_int(&r->options, 0, 1, 0) == 1;
    int32_t dx[4], dy[4], before[4] = { 0, 0, 0, 0 };
    graph_op *o;
    int k;
    if (sides == NULL || !tflite_shape(r, dx, x) || !tflite_shape(r, dy, y) || !tflite_same_scale(r, x, y)) {
        return 0;
    }
    if (sides->elements != 2U * (uint32_t)x->rank) { return tflite_say(r, "has shapes that do not fit"); }
    for (k = 0; k < 4; k++) {
        const int have = k - 4 + x->rank;
        const int64_t lo = have < 0 ? 0 : graph_int32(sides, 2U * (uint32_t)have),
                      hi = have < 0 ? 0 : graph_int32(sides, 2U * (uint32_t)have + 1U);
        if (lo < 0 || hi < 0 || lo + dx[k] + hi != dy[k]) { return tflite_say(r, "has shapes that do not fit"); }
        if (mirrors && (lo > dx[k] - !repeats || hi > dx[k] - !repeats)) {
            return tflite_say(r, "pads more than there is");
        }
        before[k] = (int32_t)lo;
    }
    if (r->code == GRAPH_PADV2) {
        fill = tflite_in(r, 2);
        if (fill == NULL) { return 0; }
        if (fill->data == NULL || fill->elements != 1) { return tflite_say(r, "must fill with a constant"); }
        if (!tflite_same_scale(r, fill, y)) { return 0; }
    }
    o = tflite_add(r, mirrors ? GRAPH_MIRROR_PAD : GRAPH_PAD, 1, y);
    if (o == NULL) { return 0; }
    memcpy(o->begin, before, sizeof before);
    o->repeats = repeats;
    if (r->g->real) { o->number = fill != NULL ? flat_f32(fill->data) : 0; return 1; }
    o->fill = fill != NULL ? (int8_t)fill->data[0] : y->zero;
    return 1;
}

static inline int tflite_read_concatenation(const tflite_op *r)
{
    graph_tensor *y = tflite_out(r, 0);
    int32_t dy[4], dx[4];
    int64_t sum = 0;
    graph_op *o;
    uint32_t i;
    int axis, k;
    if (y == NULL || !tflite_shape(r, dy, y)) { return 0; }
    axis = tflite_axis(y, flat_int(&r->options, 0, 4, 0));
    if (r->in.len < 1 || r->in.len > 64) { return tflite_say(r, "of no or more than 64 inputs is not supported"); }
    if (axis < 1) { return tflite_say(r, "along the batch is not supported"); }
    for (i = 0; i < r->in.len; i++) {
        const graph_tensor *x = tflite_in(r, i);
        if (x == NULL || !tflite_shape(r, dx, x) || !tflite_same_scale(r, x, y)) { return 0; }
        for (k = 1; k < 4; k++) {
            if (k != axis && dx[k] != dy[k]) { return tflite_say(r, "has shapes that do not fit"); }
        }
        sum += dx[axis];
    }
    if (sum != dy[axis]) { return tflite_say(r, "has shapes that do not fit"); }
    o = tflite_add(r, GRAPH_CONCATENATION, r->in.len, y);
    if (o == NULL || !tflite_act(r, o, 1)) { return 0; }
    if (o->act != GRAPH_NO_ACT) { return tflite_say(r, "with a fused activation is not supported"); }
    o->axis = axis;
    return 1;
}

/* RESHAPE, EXPAND_DIMS, SQUEEZE: the shape that the file gives the output holds, whatever says it */
static inline int tflite_read_reshape(const tflite_op *r)
{
    graph_tensor *x = tflite_tensor(r, r->in, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    if (y == NULL) { return 0; }
    if (x->stands > 0 && !y->given) { y->stands = x->stands; return 1; }
    if (x->apart.from > 0) { return tflite_reshape_apart(r, x); }
    x = tflite_in(r, 0);
    if (x != NULL && x == y) { return 1; }
    y = x != NULL ? tflite_out(r, 0) : NULL;
    if (y == NULL) { return 0; }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    return tflite_add(r, GRAPH_RESHAPE, 1, y) != NULL;
}

/* functions of one number */
static inline int tflite_read_elementwise(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    graph_op *o;
    if (y == NULL) { return 0; }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    if (!r->g->real &&
        ((r->code == GRAPH_LOGISTIC && (y->zero != -128 || graph_scale(y, 0) != 1.0F / 256)) ||
         (r->code == GRAPH_TANH && (y->zero != 0 || graph_scale(y, 0) != 1.0F / 128)))) {
        return tflite_say(r, "must have output scale 1/256 and zero point -128 (LOGISTIC), or 1/128 and 0 (TANH)");
    }
    o = tflite_add(r, r->code, 1, y);
    if (o == NULL) { return 0; }
    if (r->code == GRAPH_LEAKY_RELU) { o->number = flat_float(&r->options, 0, 0); }
    if (r->code == GRAPH_GELU) { o->number = flat_int(&r->options, 0, 1, 0) != 0; }
    return isfinite(o->number) || tflite_say(r, "with an impossible slope");
}

static inline int tflite_read_softmax(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 0), *y = x != NULL ? tflite_out(r, 0) : NULL;
    int32_t d[4], dy[4];
    graph_op *o;
    if (y == NULL || !tflite_shape(r, d, x) || !tflite_shape(r, dy, y)) { return 0; }
    if (d[3] != dy[3]) { return tflite_say(r, "has shapes that do not fit"); }
    if (x->elements != y->elements || (!r->g->real && (y->zero != -128 || graph_scale(y, 0) != 1.0F / 256))) {
        return tflite_say(r, "must be int8 with output scale 1/256 and zero point -128");
    }
    if (d[3] > 4095) { return tflite_say(r, "with over 4095 classes"); }
    o = tflite_add(r, GRAPH_SOFTMAX, 1, y);
    if (o == NULL) { return 0; }
    o->number = flat_float(&r->options, 0, 0);
    return (isfinite(o->number) && o->number > 0 &&
            (r->g->real || (double)o->number * (double)graph_scale(x, 0) * 67108864.0 >= 1)) ||
           tflite_say(r, "with an impossible scale");
}

/* at the start, from float or from uint8 of the same scale: the model's input is what it gives */
static inline int tflite_quantize_input(const tflite_op *r, graph_tensor *x, graph_tensor *y)
{
    if (!tflite_is_byte(y, GRAPH_INT8)) {
        return tflite_say(r, "of the input to other numbers than int8 is not supported" TFLITE_INT8);
    }
    x->given = 0; /* whoever reads it is refused */
    r->g->input = tflite_index(r->g, y);
    y->given = 1;
    return 1;
}

/* QUANTIZE: between int8 scales, to uint8, and at the start from float or uint8 */
static inline int tflite_read_quantize(const tflite_op *r)
{
    graph *g = r->g;
    graph_tensor *x = tflite_tensor(r, r->in, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    int starts, same;
    if (y == NULL || !tflite_scales(r, x, 1) || !tflite_scales(r, y, 1)) { return 0; }
    if (g->real) { return tflite_say(r, "in a float model: it is quantized already, in part or as a whole; leave out "
                                        "--calibrate"); }
    if (y->given || y->stands > 0) { return tflite_say(r, "gives a tensor that is there already"); }
    if (x->elements != y->elements) { return tflite_say(r, "changes the number of elements"); }
    starts = tflite_index(g, x) == g->input;
    same = x->type == GRAPH_UINT8 && x->n_scales == 1 && y->n_scales == 1 && x->zero == y->zero + 128 &&
           graph_scale(x, 0) == graph_scale(y, 0);
    if (starts && (x->type == GRAPH_FLOAT32 || same)) { return tflite_quantize_input(r, x, y); }
    if (!x->given || !(tflite_is_byte(x, GRAPH_INT8) || (starts && tflite_is_byte(x, GRAPH_UINT8))) ||
        (!tflite_is_byte(y, GRAPH_INT8) && !tflite_is_byte(y, GRAPH_UINT8))) {
        return tflite_say(r, "is supported between int8 scales, to uint8, and at the start from float or uint8");
    }
    return tflite_add(r, GRAPH_QUANTIZE, 1, y) != NULL;
}

/* float16 as float32 */
static inline float tflite_half(const uint8_t *p)
{
    const int bits = p[0] | p[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double v = exponent == 31 ? (fraction != 0 ? NAN : (double)INFINITY)
                     : exponent > 0 ? ldexp(1024 + fraction, exponent - 25)
                                    : ldexp(fraction, -24);
    return (float)(bits >> 15 ? -v : v);
}

/* of a float model: constants that the file holds as float16 or int8 */
static inline int tflite_widen(const tflite_op *r, const graph_tensor *x, graph_tensor *y)
{
    const uint32_t size = x->type == GRAPH_FLOAT16 ? 2 : 1;
    const int along = x->n_scales > 1 ? x->dimension : 0;
    uint32_t k, below = 1, rows = 1;
    uint8_t *data;
    int i;
    if (x->data == NULL || (x->type != GRAPH_FLOAT16 && x->type != GRAPH_INT8) || x->data_len / size != x->elements ||
        y->type != GRAPH_FLOAT32 || y->given || y->elements != x->elements || along < 0 || along >= GRAPH_RANK) {
        return tflite_say(r, "in a float model is supported of constants of float16 and int8");
    }
    for (i = along + 1; i < x->rank; i++) { below *= (uint32_t)x->dim[i]; }
    if (x->n_scales > 1) { rows = (uint32_t)x->dim[along]; }
    if (x->type == GRAPH_INT8 && (!tflite_scales(r, x, 65535) || (x->n_scales != 1 && x->n_scales != rows) ||
                                  x->zero < -128 || x->zero > 127)) {
        return tflite_say(r, "has scales or a zero point that do not fit");
    }
    data = (uint8_t *)graph_new(r->g, 4 * (size_t)x->elements);
    if (data == NULL) { return 0; }
    for (k = 0; k < x->elements; k++) {
        const float v = size == 2 ? tflite_half(x->data + 2 * (size_t)k)
                                  : (float)((int8_t)x->data[k] - x->zero) * graph_scale(x, k / below % rows);
        uint32_t u;
        memcpy(&u, &v, 4);
        for (i = 0; i < 4; i++) { data[4 * (size_t)k + (size_t)i] = (uint8_t)(u >> 8 * i); }
    }
    y->data = data;
    y->data_len = 4 * x->elements;
    y->given = 1;
    return 1;
}

/* At the end the answer is what is read: of DEQUANTIZE, of ARG_MAX, whose answer is where the largest output is, and of
 * CAST behind them */
static inline int tflite_read_end(const tflite_op *r)
{
    graph_tensor *x = tflite_tensor(r, r->in, 0), *y = x != NULL ? tflite_tensor(r, r->out, 0) : NULL;
    const graph_tensor *axis;
    int32_t d[4];
    if (y == NULL) { return 0; }
    if (r->code == GRAPH_DEQUANTIZE && r->g->real) { return tflite_widen(r, x, y); }
    if (y->given || y->stands > 0) { return tflite_say(r, "gives a tensor that is there already"); }
    if (x->stands == 0 && r->code == GRAPH_CAST) { return tflite_say(r, "is supported behind ARG_MAX, at the end"); }
    if (x->stands == 0 && x->type != GRAPH_UINT8 && !tflite_in(r, 0)) { return 0; }
    if (r->code == GRAPH_ARG_MAX) {
        axis = tflite_numbers(r, 1, 1);
        if (axis == NULL || !tflite_shape(r, d, x)) { return 0; }
        if (tflite_axis(x, graph_int32(axis, 0)) != 3 || (uint32_t)d[3] != x->elements) {
            return tflite_say(r, "is supported at the end, over all that the model answers with");
        }
        r->g->dropped = r->name;
    }
    y->stands = x->stands > 0 ? x->stands : tflite_index(r->g, x) + 1;
    return 1;
}

/* ---- variables ---- */

/* the state of this name, a new one where there is none; -1 with a reason */
static inline int tflite_state(const tflite_op *r)
{
    graph *g = r->g;
    const flat_vector name = flat_vec(&r->options, 1, 1);
    const uint8_t *bytes = g->file.p + name.at;
    graph_state *s;
    uint32_t k;
    if (g->state == NULL) { g->state = (graph_state *)graph_new(g, GRAPH_WORKING * sizeof *g->state); }
    if (g->state == NULL) { return -1; }
    if (name.len < 1 || name.len > 1000) { tflite_say(r, "without a name, or with too long a one"); return -1; }
    for (k = 0; k < g->n_states; k++) {
        s = &g->state[k];
        if (s->name_len == name.len && memcmp(s->name, bytes, name.len) == 0) { return (int)k; }
    }
    if (g->n_states == 200) { tflite_say(r, "is one of more than 200 variables"); return -1; }
    s = &g->state[g->n_states];
    s->name = bytes;
    s->name_len = name.len;
    return (int)g->n_states++;
}

static inline int tflite_read_handle(const tflite_op *r)
{
    graph_tensor *y = tflite_tensor(r, r->out, 0);
    if (y == NULL) { return 0; }
    if (r->g->real) { return tflite_say(r, "of float numbers is not supported"); }
    if (++r->g->n_working > GRAPH_WORKING) { return tflite_say(r, "is one of too many operators"); }
    y->state = tflite_state(r);
    return y->state >= 0;
}

/* the state that the first input names, of this tensor's size and scale; -1 with a reason */
static inline int tflite_state_like(const tflite_op *r, const graph_tensor *x)
{
    const graph_tensor *handle = tflite_tensor(r, r->in, 0);
    graph_state *s;
    if (handle == NULL) { return -1; }
    if (handle->state < 0) { tflite_say(r, "does not follow a VAR_HANDLE"); return -1; }
    s = &r->g->state[handle->state];
    if (s->elements == 0) {
        s->elements = x->elements;
        s->scale = graph_scale(x, 0);
        s->zero = x->zero;
    }
    if (s->elements != x->elements || s->zero != x->zero || s->scale != graph_scale(x, 0)) {
        tflite_say(r, "has a variable of another size or scale");
        return -1;
    }
    return handle->state;
}

static inline int tflite_read_variable(const tflite_op *r)
{
    graph_tensor *y = tflite_out(r, 0);
    const int state = y != NULL ? tflite_state_like(r, y) : -1;
    graph_op *o;
    if (state < 0) { return 0; }
    if (r->g->state[state].initial == NULL && !r->g->state[state].assigned) {
        return tflite_say(r, "of a variable that nothing has set; export the model with its initialization");
    }
    o = tflite_add(r, GRAPH_READ, 1, y);
    if (o == NULL) { return 0; }
    o->state = state;
    return 1;
}

static inline int tflite_assign_variable(const tflite_op *r)
{
    graph_tensor *x = tflite_in(r, 1);
    const int state = x != NULL ? tflite_state_like(r, x) : -1;
    graph_op *o = state >= 0 ? tflite_add(r, GRAPH_ASSIGN, 2, NULL) : NULL;
    if (o == NULL) { return 0; }
    o->in[0] = o->in[1];
    o->n_in = 1;
    o->state = state;
    r->g->state[state].assigned = 1;
    return 1;
}

/* in the subgraph of CALL_ONCE: constants for variables */
static inline int tflite_initial(const tflite_op *r)
{
    const graph_tensor *x = tflite_in(r, 1);
    const int state = x != NULL ? tflite_state_like(r, x) : -1;
    if (state < 0) { return 0; }
    if (x->data == NULL) { return tflite_say(r, "of what is not a constant, in CALL_ONCE"); }
    r->g->state[state].initial = x->data;
    return 1;
}

/* ---- the file ---- */

typedef struct { graph *g; flat_vector codes, buffers, graphs; int called; } tflite_file;

/* the operator's name; of custom ones their own */
static inline const char *tflite_op_name(graph *g, const flat_table *code, int number)
{
    const flat_vector own = flat_vec(code, 1, 1);
    const uint8_t *p = g->file.p + own.at;
    uint32_t k;
    char *name;
    for (k = 0; k < own.len && k < 40 && p[k] >= ' ' && p[k] < 127; k++) { }
    if (number != 32 || k == 0) { return tflite_name(number); }
    name = (char *)graph_new(g, 64);
    if (name == NULL) { return "CUSTOM"; }
    snprintf(name, 64, "CUSTOM %.*s", (int)k, (const char *)p);
    return name;
}

/* operator k of a subgraph; 0 with a reason */
static inline int tflite_open_op(tflite_op *r, const tflite_file *t, flat_vector ops, uint32_t k)
{
    const flat *f = &t->g->file;
    const flat_table op = flat_item(f, ops, k), code = flat_item(f, t->codes, (uint32_t)flat_int(&op, 0, 4, 0));
    const long old = flat_int(&code, 0, 1, 0), now = flat_int(&code, 3, 4, 0);
    r->g = t->g;
    r->place = (long)k;
    r->bias = 2;
    r->code = (int)(now > old ? now : old);
    r->options = flat_child(f, &op, 4);
    r->in = flat_vec(&op, 1, 4);
    r->out = flat_vec(&op, 2, 4);
    if (op.at == 0 || code.at == 0) { return graph_fail(t->g, (long)k, "", "is damaged"); }
    r->name = tflite_op_name(t->g, &code, r->code);
    return 1;
}

/* reads the subgraph that sets variables before the first input */
static inline int tflite_call_once(const tflite_op *r, tflite_file *t)
{
    graph *g = r->g, main = *g;
    const flat_table sub = flat_item(&g->file, t->graphs, (uint32_t)flat_int(&r->options, 0, 4, 0));
    const flat_vector ops = flat_vec(&sub, 3, 4), tensors = flat_vec(&sub, 0, 4);
    uint32_t k;
    int ok = 1;
    if (t->called || g->n_ops > 0) { return tflite_say(r, "is supported once, at the start"); }
    t->called = 1;
    if (sub.at == 0 || ops.len > GRAPH_WORKING) { return tflite_say(r, "names no subgraph of a few operators"); }
    g->tensor = tflite_read_tensors(g, tensors, t->buffers);
    g->n_tensors = g->tensor != NULL ? tensors.len : 0;
    for (k = 0; ok && k < ops.len; k++) {
        tflite_op init;
        ok = tflite_open_op(&init, t, ops, k) &&
             (init.code == GRAPH_VAR_HANDLE ? tflite_read_handle(&init)
              : init.code == GRAPH_ASSIGN   ? tflite_initial(&init)
                                            : tflite_say(&init, "is not supported in CALL_ONCE"));
    }
    g->tensor = main.tensor;
    g->n_tensors = main.n_tensors;
    return ok;
}

static inline int tflite_is_recurrent(int code)
{
    return code == 16 || code == 24 || code == 35 || code == 44 || code == 46 || code == 52 || code == 119;
}

static inline int tflite_unsupported(const tflite_op *r)
{
    if (tflite_is_recurrent(r->code)) { /* of LSTM, RNN and their like, WHILE among them */
        return tflite_say(r, "is not supported, as no recurrent layer is; convert the model with the layer unrolled "
                             "(Keras: unroll=True), which makes dense layers, sums and products of it, or take "
                             "convolutions over time");
    }
    if (r->code == 27) {
        return tflite_say(r, "is not supported; build the model with what computes the same, a dense layer and a "
                             "depthwise convolution over the last inputs");
    }
    return tflite_say(r, "is not supported; supported are convolutions, dense layers, pooling, reductions, sums, "
                         "products, functions of one number, what moves numbers, and variables, of int8 or float32");
}

/* reads the operator; with check_only says just whether it is one that can be read */
static inline int tflite_read_op(const tflite_op *r, tflite_file *t, int check_only)
{
    int (*act)(const tflite_op *) = NULL;
    switch (r->code) {
    case GRAPH_CONV: case GRAPH_DEPTHWISE: act = tflite_read_any_conv; break;
    case GRAPH_TRANSPOSE_CONV: act = tflite_read_transpose_conv; break;
    case GRAPH_SPACE_TO_BATCH: act = tflite_read_apart; break;
    case GRAPH_BATCH_TO_SPACE: act = tflite_read_together; break;
    case GRAPH_TRANSPOSE: act = tflite_read_transpose; break;
    case GRAPH_DEPTH_TO_SPACE: case GRAPH_SPACE_TO_DEPTH: act = tflite_read_blocks; break;
    case GRAPH_RESIZE_NEAREST: act = tflite_read_resize; break;
    case GRAPH_MIRROR_PAD: act = tflite_read_pad; break;
    case GRAPH_UNPACK: act = tflite_read_unpack; break;
    case GRAPH_DENSE: act = tflite_read_dense; break;
    case GRAPH_AVERAGE_POOL: case GRAPH_MAX_POOL: act = tflite_read_pool; break;
    case GRAPH_MEAN: case GRAPH_SUM: case GRAPH_REDUCE_MAX: case GRAPH_REDUCE_MIN: act = tflite_read_reduce; break;
    case GRAPH_ADD: case GRAPH_MUL: case GRAPH_SUB: case GRAPH_DIV: case GRAPH_PRELU: case GRAPH_MAXIMUM:
    case GRAPH_MINIMUM: case GRAPH_SQUARED_DIFFERENCE:
        act = tflite_read_pair;
        break;
    case GRAPH_PAD: case GRAPH_PADV2: act = tflite_read_pad; break;
    case GRAPH_CONCATENATION: act = tflite_read_concatenation; break;
    case GRAPH_RESHAPE: case GRAPH_EXPAND_DIMS: case GRAPH_SQUEEZE: act = tflite_read_reshape; break;
    case GRAPH_LOGISTIC: case GRAPH_TANH: case GRAPH_RELU: case GRAPH_RELU6: case GRAPH_LEAKY_RELU:
    case GRAPH_RELU_N1_TO_1: case GRAPH_RELU_0_TO_1: case GRAPH_HARD_SWISH: case GRAPH_ELU: case GRAPH_GELU:
    case GRAPH_ABS: case GRAPH_NEG: case GRAPH_EXP: case GRAPH_LOG: case GRAPH_SQRT: case GRAPH_RSQRT:
    case GRAPH_SQUARE: case GRAPH_SIN: case GRAPH_COS:
        act = tflite_read_elementwise;
        break;
    case GRAPH_SOFTMAX: act = tflite_read_softmax; break;
    case GRAPH_QUANTIZE: act = tflite_read_quantize; break;
    case GRAPH_DEQUANTIZE: case GRAPH_ARG_MAX: case GRAPH_CAST: act = tflite_read_end; break;
    case GRAPH_SPLIT: case GRAPH_SPLIT_V: act = tflite_read_split; break;
    case GRAPH_SLICE: act = tflite_read_slice; break;
    case GRAPH_STRIDED_SLICE: act = tflite_read_strided_slice; break;
    case GRAPH_SHAPE: act = tflite_read_shape; break;
    case GRAPH_PACK: act = tflite_read_pack; break;
    case GRAPH_VAR_HANDLE: act = tflite_read_handle; break;
    case GRAPH_READ: act = tflite_read_variable; break;
    case GRAPH_ASSIGN: act = tflite_assign_variable; break;
    case GRAPH_CALL_ONCE: return check_only || tflite_call_once(r, t);
    default: return tflite_unsupported(r);
    }
    return check_only || act(r);
}

/* the operator that reads (field 1) or gives (field 2) a tensor, as text */
static inline void tflite_user(char *to, size_t room, const tflite_file *t, const flat_table *main, int32_t tensor,
                               unsigned field)
{
    const flat *f = &t->g->file;
    const flat_vector ops = flat_vec(main, 3, 4);
    uint32_t k, i;
    snprintf(to, room, "of no operator");
    for (k = 0; k < ops.len; k++) {
        const flat_table op = flat_item(f, ops, k);
        const flat_vector list = flat_vec(&op, field, 4);
        for (i = 0; i < list.len; i++) {
            tflite_op r;
            if (flat_number(f, list, i, -1) != tensor) { continue; }
            memset(&r, 0, sizeof r);
            if (tflite_open_op(&r, t, ops, k)) { snprintf(to, room, "operator %lu: %.32s", (unsigned long)k, r.name); }
            return;
        }
    }
}

/* up to three ends: tensor 4 'name' (operator 3: ADD) */
static inline void tflite_name_ends(char *to, size_t room, const tflite_file *t, const flat_table *main, unsigned field)
{
    const flat *f = &t->g->file;
    const flat_vector list = flat_vec(main, field, 4), tensors = flat_vec(main, 0, 4);
    uint32_t k, i;
    for (k = 0; k < list.len && k < 3; k++) {
        const int32_t tensor = flat_number(f, list, k, -1);
        const flat_table b = flat_item(f, tensors, (uint32_t)tensor);
        const flat_vector name = flat_vec(&b, 3, 1);
        char text[24] = "", user[64];
        size_t at;
        for (i = 0; i < name.len && i < sizeof text - 1; i++) {
            text[i] = f->p[name.at + i] >= ' ' && f->p[name.at + i] < 127 ? (char)f->p[name.at + i] : '?';
        }
        tflite_user(user, sizeof user, t, main, tensor, field);
        at = strlen(to);
        snprintf(to + at, room - at, "%stensor %ld '%s' (%s)", k > 0 ? ", " : ": ", (long)tensor, text, user);
    }
}

/* the first subgraph, with one input and one output; at 0 with a reason where there is no such */
static inline flat_table tflite_main(const tflite_file *t)
{
    flat_table main = flat_item(&t->g->file, t->graphs, 0);
    const flat_vector inputs = flat_vec(&main, 1, 4), outputs = flat_vec(&main, 2, 4), ops = flat_vec(&main, 3, 4);
    char what[340];
    if (main.at == 0 || ops.len < 1) {
        main.at = (size_t)graph_fail(t->g, -1, "", "holds no graph with operators");
    } else if (inputs.len != 1 || outputs.len != 1) {
        snprintf(what, 64, "has %lu inputs and %lu outputs", (unsigned long)inputs.len, (unsigned long)outputs.len);
        tflite_name_ends(what, sizeof what - 60, t, &main, inputs.len != 1 ? 1 : 2);
        strcat(what, "; export a part of it that has one of each");
        main.at = (size_t)graph_fail(t->g, -1, "", what);
    }
    return main;
}

static inline int tflite_ends(graph *g, const flat_table *main)
{
    const int32_t in = flat_number(&g->file, flat_vec(main, 1, 4), 0, -1),
                  out = flat_number(&g->file, flat_vec(main, 2, 4), 0, -1);
    if (in < 0 || (uint32_t)in >= g->n_tensors || out < 0 || (uint32_t)out >= g->n_tensors || g->tensor[in].given) {
        return graph_fail(g, -1, "", "the input or the output is no tensor");
    }
    if (g->real && g->tensor[in].type != GRAPH_FLOAT32) {
        char what[120];
        snprintf(what, sizeof what, "is no float model: its input, tensor %ld, is of integers already; leave out "
                 "--calibrate", (long)in);
        return graph_fail(g, -1, "", what);
    }
    g->input = in;
    g->output = out;
    g->input_type = g->tensor[in].type;
    g->output_type = g->tensor[out].type;
    g->tensor[in].given = 1;
    return 1;
}

/* Does the operator only compute a shape from shapes? Shapes are read where they are needed, from the tensors that have
 * them. SHAPE, PACK and STRIDED_SLICE give numbers, which slices may need. */
static inline int tflite_is_glue(const tflite_op *r)
{
    const int32_t out = flat_number(&r->g->file, r->out, 0, -1);
    uint32_t k;
    if (r->in.len == 0 || out < 0 || (uint32_t)out >= r->g->n_tensors || r->code == GRAPH_SHAPE ||
        r->code == GRAPH_PACK || r->code == GRAPH_STRIDED_SLICE || r->code == GRAPH_CALL_ONCE) {
        return 0;
    }
    for (k = 0; k < r->in.len; k++) {
        const int32_t in = flat_number(&r->g->file, r->in, k, -1);
        const graph_tensor *x = in >= 0 && (uint32_t)in < r->g->n_tensors ? &r->g->tensor[in] : NULL;
        if (x == NULL || (x->type != GRAPH_INT32 && x->type != GRAPH_INT64) || x->stands > 0) { return 0; }
    }
    return r->g->tensor[out].type == GRAPH_INT32 || r->g->tensor[out].type == GRAPH_INT64;
}

/* the network's input or output as operators ask for it, which may all have left it alone */
static inline int tflite_check_end(graph *g, int tensor, const char *name)
{
    const graph_tensor *x = &g->tensor[tensor];
    tflite_op nobody;
    memset(&nobody, 0, sizeof nobody);
    nobody.g = g;
    nobody.name = name;
    nobody.place = -1;
    if (x->why != NULL) { return tflite_say(&nobody, x->why); }
    if (!g->real && x->data == NULL && tflite_is_byte(x, GRAPH_UINT8)) { return tflite_scales(&nobody, x, 1); }
    return tflite_check_int8(&nobody, x);
}

/* what the graph gives, once all of it is read */
static inline int tflite_finish(graph *g)
{
    const graph_tensor *y = &g->tensor[g->output];
    if (!y->given && y->stands > 0) { g->output = y->stands - 1; }
    if (g->n_apart > 0) { return graph_fail(g, -1, "", "a SPACE_TO_BATCH_ND is without its BATCH_TO_SPACE_ND"); }
    if (!g->tensor[g->output].given) {
        return graph_fail(g, -1, "", "nothing that is supported gives the output");
    }
    g->n_tensors += g->n_more;
    return tflite_check_end(g, g->input, "the input:") && tflite_check_end(g, g->output, "the output:");
}

/* the operators one after the other; with check_only, whether each is one that can be read */
static inline int tflite_read_ops(tflite_file *t, flat_vector ops, int check_only)
{
    tflite_op r;
    uint32_t k;
    for (k = 0; k < ops.len; k++) {
        if (!tflite_open_op(&r, t, ops, k)) { return 0; }
        if (!tflite_is_glue(&r) && !tflite_read_op(&r, t, check_only)) { return 0; }
    }
    return 1;
}

static inline int tflite_read_file(graph *g, const uint8_t *p, size_t n, int real)
{
    tflite_file t;
    flat_table model, main;
    flat_vector tensors, ops;
    memset(g, 0, sizeof *g);
    memset(&t, 0, sizeof t);
    g->file.p = p; g->file.n = n; g->file.past = &g->past;
    t.g = g;
    g->real = real;
    if (n < 8 || n > 0x7FFFFFFF || memcmp(p + 4, "TFL3", 4) != 0) {
        return graph_fail(g, -1, "", "not a TensorFlow Lite file");
    }
    model = flat_at(&g->file, flat_u32(p));
    t.codes = flat_vec(&model, 1, 4); t.graphs = flat_vec(&model, 2, 4); t.buffers = flat_vec(&model, 4, 4);
    main = tflite_main(&t);
    if (main.at == 0) { return 0; }
    tensors = flat_vec(&main, 0, 4); ops = flat_vec(&main, 3, 4);
    if (ops.len > GRAPH_OPERATORS) { return graph_fail(g, -1, "", "more than 32768 operators"); }
    g->tensor = tflite_read_tensors(g, tensors, t.buffers);
    g->op = (graph_op *)graph_new(g, ((size_t)ops.len + GRAPH_WORKING + GRAPH_MORE + 1) * sizeof *g->op);
    if (g->tensor == NULL || g->op == NULL) { return 0; }
    g->n_tensors = tensors.len;
    /* an operator that nobody could read is named before what is only odd */
    return tflite_read_ops(&t, ops, 1) && tflite_ends(g, &main) && tflite_read_ops(&t, ops, 0) && tflite_finish(g);
}

/* 1, or 0 with g->why filled. p stays in use until graph_free, which the caller calls in both cases. real: a network
 * of float32 tensors is wanted */
static inline int tflite_read_as(graph *g, const uint8_t *p, size_t n, int real)
{
    const int ok = tflite_read_file(g, p, n, real);
    if (!g->past) { return ok; }
    snprintf(g->why, sizeof g->why, "is cut short, or damaged: it points beyond its %lu bytes; get the whole file",
             (unsigned long)n);
    return 0;
}

static inline int tflite_read(graph *g, const uint8_t *p, size_t n) { return tflite_read_as(g, p, n, 0); }
#endif
