/* graph.h - a network of int8 tensors in memory, as a file describes it: tensors, operators in the order in which they
 * run, and what they keep from one input to the next. tflite_read.h fills it, lower.h makes a model of it. Operators
 * and types have the numbers of TensorFlow Lite's schema. What is in a graph has been checked: shapes fit, constants
 * are there, every tensor is given before it is read. */
#ifndef SUCREF_TOOL_GRAPH_H
#define SUCREF_TOOL_GRAPH_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "flatbuffer.h"

enum { GRAPH_FLOAT32 = 0, GRAPH_FLOAT16 = 1, GRAPH_INT32 = 2, GRAPH_UINT8 = 3, GRAPH_INT64 = 4, GRAPH_INT16 = 7,
       GRAPH_INT8 = 9, GRAPH_RESOURCE = 13 };
enum {
    GRAPH_ADD = 0, GRAPH_AVERAGE_POOL = 1, GRAPH_CONCATENATION = 2, GRAPH_CONV = 3, GRAPH_DEPTHWISE = 4,
    GRAPH_DEPTH_TO_SPACE = 5, GRAPH_DEQUANTIZE = 6, GRAPH_DENSE = 9, GRAPH_LOGISTIC = 14, GRAPH_MAX_POOL = 17,
    GRAPH_MUL = 18, GRAPH_RELU = 19, GRAPH_RELU_N1_TO_1 = 20, GRAPH_RELU6 = 21, GRAPH_RESHAPE = 22, GRAPH_SOFTMAX = 25,
    GRAPH_SPACE_TO_DEPTH = 26, GRAPH_TANH = 28, GRAPH_PAD = 34, GRAPH_BATCH_TO_SPACE = 37, GRAPH_SPACE_TO_BATCH = 38,
    GRAPH_TRANSPOSE = 39, GRAPH_MEAN = 40, GRAPH_SUB = 41, GRAPH_DIV = 42, GRAPH_SQUEEZE = 43,
    GRAPH_STRIDED_SLICE = 45, GRAPH_EXP = 47, GRAPH_SPLIT = 49, GRAPH_CAST = 53, GRAPH_PRELU = 54, GRAPH_MAXIMUM = 55,
    GRAPH_ARG_MAX = 56, GRAPH_MINIMUM = 57, GRAPH_NEG = 59, GRAPH_PADV2 = 60, GRAPH_SLICE = 65, GRAPH_SIN = 66,
    GRAPH_TRANSPOSE_CONV = 67, GRAPH_EXPAND_DIMS = 70, GRAPH_LOG = 73, GRAPH_SUM = 74, GRAPH_SQRT = 75,
    GRAPH_RSQRT = 76, GRAPH_SHAPE = 77, GRAPH_REDUCE_MAX = 82, GRAPH_PACK = 83, GRAPH_UNPACK = 88,
    GRAPH_REDUCE_MIN = 89, GRAPH_SQUARE = 92, GRAPH_RESIZE_NEAREST = 97, GRAPH_LEAKY_RELU = 98,
    GRAPH_SQUARED_DIFFERENCE = 99, GRAPH_MIRROR_PAD = 100, GRAPH_ABS = 101, GRAPH_SPLIT_V = 102, GRAPH_COS = 108,
    GRAPH_ELU = 111, GRAPH_QUANTIZE = 114, GRAPH_HARD_SWISH = 117, GRAPH_CALL_ONCE = 129, GRAPH_VAR_HANDLE = 142,
    GRAPH_READ = 143, GRAPH_ASSIGN = 144, GRAPH_GELU = 150, GRAPH_RELU_0_TO_1 = 152
};
enum { GRAPH_NO_ACT = 0, GRAPH_ACT_RELU = 1, GRAPH_ACT_RELU_N1_TO_1 = 2, GRAPH_ACT_RELU6 = 3 }; /* fused */
#ifndef GRAPH_ROOM
#  define GRAPH_ROOM 1024 /* a fuzzer has less: its small files get there, and clearing room is half of its time */
#endif
enum { GRAPH_RANK = 8, GRAPH_WORKING = GRAPH_ROOM, /* most operators that are more than a change of shape */
       GRAPH_MORE = GRAPH_ROOM,             /* and most tensors that no file has */
       GRAPH_OPERATORS = 32768 };           /* most of a file: ways through them are walked by recursion */

/* what SPACE_TO_BATCH_ND makes of a tensor, and a convolution of that: every block-th line and place in a batch */
typedef struct {
    int from, op;              /* 1 + the tensor that was taken apart, 1 + the convolution, or 0 */
    int block[2], side[2], before[2]; /* of y, x: the distance of lines in a batch; before taken apart; added before */
    int turned;                /* y and x have changed places since */
} graph_apart;

typedef struct {
    const char *why;           /* what makes it unusable, or NULL */
    const uint8_t *scales, *zeros; /* floats and int64 as the file holds them */
    const uint8_t *data;       /* of a constant, as the file holds it, or NULL */
    uint32_t n_scales, n_zeros, data_len, elements;
    int32_t dim[GRAPH_RANK];
    int type, rank, zero, dimension; /* dimension: along which the scales run */
    int state;                 /* of a handle: the state that it names, else -1 */
    int given;                 /* is it there before the next operator: a constant, the input, an operator's output? */
    int stands;                /* 1 + the tensor that the model answers with where this one is asked for, or 0 */
    graph_apart apart;
} graph_tensor;

/* what is kept from one input to the next: a tensor's worth of bytes */
typedef struct {
    const uint8_t *name, *initial; /* initial: int8 values before the first input, or NULL */
    uint32_t name_len, elements; /* elements 0: nothing is known yet */
    float scale;
    int zero, assigned;        /* assigned: an operator has written it by now */
} graph_state;

/* Sizes and places are in y, x order, or batch, y, x, channel; tensors of less than 4 dimensions count as if leading
 * ones of 1 were there. SPLIT, SPLIT_V, SLICE, STRIDED_SLICE and UNPACK all become GRAPH_SLICE, one for each output,
 * TRANSPOSE_CONV a convolution, a DEPTH_TO_SPACE and a slice, and a convolution of what is taken apart by
 * SPACE_TO_BATCH_ND one with dilation. */
typedef struct {
    const char *name;
    long place;                /* the operator's number in the file */
    int code, n_in, out, act;
    int *in;                   /* -1: left out */
    int kernel[2], stride[2], dilation[2], pad[2]; /* pad: above and to the left */
    int32_t begin[4], step[4], size[4]; /* of slices; PAD, MIRROR_PAD: begin is what is added before. DEPTH_TO_SPACE,
                                * SPACE_TO_DEPTH and RESIZE_NEAREST: step is the block. PACK: an input is size[0] times
                                * size[1] numbers. TRANSPOSE: of three sides, size, number step[k] becomes number k */
    int axis;                  /* of CONCATENATION */
    int repeats;               /* MIRROR_PAD: the edge, too */
    int over[3];               /* MEAN, SUM, REDUCE_MAX, REDUCE_MIN: over y, x, channels? */
    int fill;                  /* PAD: in the tensor's numbers */
    int state;                 /* of READ and ASSIGN */
    float number;              /* beta of SOFTMAX, alpha of LEAKY_RELU; of real numbers what PAD fills in */
} graph_op;

typedef struct graph_block { struct graph_block *next; double align; } graph_block;
typedef struct {               /* free with graph_free; the file's bytes stay in use until then */
    flat file;
    graph_tensor *tensor;
    graph_op *op;
    graph_state *state;
    uint32_t n_tensors, n_ops, n_states, n_working;
    uint32_t n_more, n_apart;  /* tensors behind the file's own; convolutions whose batches are not together yet */
    int input, output;         /* tensors */
    int input_type;            /* of the file's own input: float, uint8 or int8 */
    int output_type;
    const char *dropped;       /* an operator at the end that is left out, or NULL */
    int real;                  /* numbers are float32, to be quantized: scales say nothing yet */
    graph_block *blocks;
    int past;                  /* did the file point beyond its last byte? */
    char why[400];
} graph;

/* keeps the first reason: `operator 3: NAME what`; place < 0 leaves the operator out, name may be empty */
static inline int graph_fail(graph *g, long place, const char *name, const char *what)
{
    char where[40] = "";
    if (place >= 0) { snprintf(where, sizeof where, "operator %ld: ", place); }
    if (g->why[0] == 0) { snprintf(g->why, sizeof g->why, "%s%s%s%s", where, name, *name ? " " : "", what); }
    return 0;
}

/* zeroed memory that graph_free gives back; NULL with a reason */
static inline void *graph_new(graph *g, size_t n)
{
    graph_block *b = n > (size_t)1 << 31 ? NULL : (graph_block *)calloc(1, sizeof *b + n);
    if (b == NULL) { graph_fail(g, -1, "", "out of memory"); return NULL; }
    b->next = g->blocks;
    g->blocks = b;
    return b + 1;
}

static inline void graph_free(graph *g)
{
    while (g->blocks != NULL) {
        graph_block *b = g->blocks;
        g->blocks = b->next;
        free(b);
    }
    g->tensor = NULL; g->op = NULL; g->state = NULL;
    g->n_tensors = g->n_ops = g->n_states = 0;
}

static inline float graph_scale(const graph_tensor *x, uint32_t k)
{
    return flat_f32(x->scales + 4 * (size_t)(x->n_scales > 1 ? k : 0));
}

static inline int32_t graph_int32(const graph_tensor *x, uint32_t k)
{
    return (int32_t)flat_u32(x->data + 4 * (size_t)k);
}

/* batch, height, width, channels */
static inline void graph_shape(int32_t *d, const graph_tensor *x)
{
    int k;
    for (k = 0; k < 4; k++) { d[k] = k < 4 - x->rank ? 1 : x->dim[k - 4 + x->rank]; }
}

/* the same where the batch, or what else lies before the last three dimensions, is a part of the height */
static inline void graph_sides(int32_t *d, const graph_tensor *x)
{
    int k;
    graph_shape(d, x);
    d[0] = 1;
    for (k = x->rank - 4; k >= 0; k--) { d[1] *= x->dim[k]; }
}

/* zero point as a number of unsigned bytes: int8 values count from -128 */
static inline int graph_zero(const graph_tensor *x) { return x->type == GRAPH_UINT8 ? x->zero : x->zero + 128; }

/* ---- the reference's steps in float, whatever registers hold more ---- */

static inline float graph_float(float v)
{
    volatile float f = v;
    return f;
}
static inline float graph_ratio(float a, float b) { return graph_float(a / b); }

/* zero point plus a real number in units of a scale, within lo..hi */
static inline int graph_steps(float real, float scale, int zero, int lo, int hi)
{
    const float steps = roundf(graph_ratio(real, scale));
    return steps >= (float)(hi - zero) ? hi : steps <= (float)(lo - zero) ? lo : zero + (int)steps;
}

/* the clamp of a fused activation, in int8 */
static inline void graph_clamp(int *lo, int *hi, int act, float scale, int zero)
{
    *lo = act == GRAPH_ACT_RELU_N1_TO_1 ? graph_steps(-1.0F, scale, zero, -128, 127)
          : act != GRAPH_NO_ACT         ? zero
                                        : -128;
    *hi = act == GRAPH_ACT_RELU6          ? graph_steps(6.0F, scale, zero, -128, 127)
          : act == GRAPH_ACT_RELU_N1_TO_1 ? graph_steps(1.0F, scale, zero, -128, 127)
                                          : 127;
}

/* sizes of a window's output and what is added before, along one axis; 0 where they do not fit */
static inline int graph_window(int *pad, int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation,
                               int same)
{
    const int64_t reach = (kernel - 1) * dilation + 1;
    const int64_t want = same ? (in + stride - 1) / stride : in >= reach ? (in - reach) / stride + 1 : 0;
    const int64_t missing = (out - 1) * stride + reach - in;
    *pad = (int)(same && missing > 0 ? missing / 2 : 0);
    return want == out && out > 0;
}
#endif
