/* quantize.h - float layers to a model: scales, int8 weights, corrections. */
#ifndef SUCREF_TOOL_QUANTIZE_H
#define SUCREF_TOOL_QUANTIZE_H
#include <float.h>
#include "corrections.h"
#include "nested.h"
#include "ranges.h"

typedef struct {
    uint32_t n_in, n_out;
    const float *w, *b;       /* [n_out][n_in] and [n_out], real units */
} prepare_float_layer;

/* activations beside SUCREF_ACT_NONE, _RELU, _RELU6 and _LEAKY; the last one of outputs only */
enum { PREPARE_ACT_SIGMOID = 16, PREPARE_ACT_TANH, PREPARE_ACT_SOFTMAX };

typedef struct {
    uint8_t plan[SUCREF_MAX_PLANES], n_planes, coarse; /* of every layer with at least a quarter of the weights */
    uint8_t keep;             /* keep accumulators of planned layers between stops */
    uint8_t cut_input;        /* cut the input to as many bits as the first layer's weights */
    uint8_t act, output;      /* activation of hidden layers, and of the last one */
    uint8_t input_type;       /* SUCREF_INPUT_U8 or _S8: of what the model and `calibrate` hold */
    uint8_t input_zero;       /* real input = (u - input_zero) * input_scale, u unsigned (x + 128 of int8) */
    float input_scale;        /* e.g. 1/255 */
    float clip;               /* row scales: largest |w| that keeps its value, as a share of the row's largest; 0:
                                 chosen per row for the smallest error over the plan's stops */
    float leak;               /* slope of SUCREF_ACT_LEAKY */
    const prepare_nested *nested; /* groups that come stop by stop; or NULL */
    const uint8_t *calibrate; /* [n_calibrate][n_in] unlabelled inputs */
    uint32_t n_calibrate;
    int ranges;               /* RANGE_.. of hidden layers, percent of RANGE_PERCENTILE; default: what 99.5 % of the
                                 inputs stay in */
    double percent;
    void (*progress)(void *user, unsigned done, unsigned of); /* or NULL */
    void *user;
} prepare_options;

typedef struct {             /* one layer while it is being prepared; arrays from one malloc each */
    int8_t *w;
    int32_t *bias, *multiplier;
    int8_t *exponent;
    uint8_t *shift;
    int16_t table[SUCREF_TABLE_LEN];
    double *row_scale;       /* real value of one step of w */
    double in_scale, out_scale;
    double range[2];         /* of the float activations: highest, minus lowest */
    sucref_layer_spec spec;
    int planned;             /* follows the plan; else 8 bits at every stop */
} prepare_prep;

typedef struct {
    prepare_prep *layer;
    const prepare_float_layer *in;
    const prepare_options *opt;
    const char *why;         /* of a refusal */
    range_bins *bins;        /* [n_layers] of activations, while ranges are found; or NULL */
    unsigned n_layers, n_stops, n_cuts, total; /* total: groups of all layers */
    uint32_t widest;
    uint8_t cuts[SUCREF_MAX_PLANES]; /* bits that planned layers can have; without groups those of the stops */
} prepare_job;

static inline int prepare_finite_layers(const prepare_float_layer *in, unsigned n)
{
    unsigned i;
    size_t k;
    for (i = 0; i < n; i++) {
        if (in[i].n_in < 1 || in[i].n_in > 65535U || in[i].n_out < 1 || in[i].n_out > 65535U) { return 0; }
        if (i > 0 && in[i].n_in != in[i - 1].n_out) { return 0; }
        for (k = 0; k < (size_t)in[i].n_in * in[i].n_out; k++) { if (!isfinite(in[i].w[k])) { return 0; } }
        for (k = 0; k < in[i].n_out; k++) { if (!isfinite(in[i].b[k])) { return 0; } }
    }
    return 1;
}

/* weights to int8 on a grid of `step`; returns the squared error, each column weighted */
static inline double prepare_round_row(int8_t *q, const float *w, uint32_t n, double step, const double *weight)
{
    double err = 0;
    uint32_t c;
    for (c = 0; c < n; c++) {
        double v = floor(w[c] / step + 0.5);
        v = v > 127 ? 127 : v < -127 ? -127 : v;
        q[c] = (int8_t)v;
        err += weight[c] * (w[c] - v * step) * (w[c] - v * step);
    }
    return err;
}

/* weighted squared error of w ~ a * cut(q) + g, the best a and g, at b bits */
static inline double prepare_cut_error(const float *w, const int8_t *q, uint32_t n, unsigned b, const double *weight)
{
    double s0 = 0, sw = 0, sq = 0, sww = 0, swq = 0, sqq = 0, cov, var;
    uint32_t c;
    for (c = 0; c < n; c++) {
        const double v = (double)((q[c] + 128) >> (8U - b)), k = weight[c];
        s0 += k; sw += k * w[c]; sq += k * v; sww += k * w[c] * w[c]; swq += k * w[c] * v; sqq += k * v * v;
    }
    cov = swq - sw * sq / s0;
    var = sqq - sq * sq / s0;
    return sww - sw * sw / s0 - (var > 0 ? cov * cov / var : 0);
}

/* the largest magnitude that keeps its value: the option, or the share of max with the smallest error over all stops */
static inline double prepare_choose_clip(const prepare_job *j, const float *w, int8_t *q, uint32_t n, double max,
                                         const double *weight)
{
    static const double share[] = { 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42 };
    double best = -1, clip = max;
    unsigned i, t;
    if (j->opt->clip > 0) { return max * j->opt->clip; }
    for (i = 0; i < sizeof share / sizeof share[0]; i++) {
        double err = prepare_round_row(q, w, n, max * share[i] / 127.0, weight) * 8.0;
        for (t = 0; t + 1U < j->n_cuts; t++) { err += prepare_cut_error(w, q, n, j->cuts[t], weight); }
        if (best < 0 || err < best) { best = err; clip = max * share[i]; }
    }
    return clip;
}

/* what column c of the first layer reads of a calibration sample, unsigned */
static inline unsigned prepare_calibration_byte(const prepare_job *j, uint32_t sample, uint32_t c)
{
    const prepare_nested *p = j->opt->nested;
    const uint32_t from = p != NULL && p->order != NULL ? p->order[c] : c;
    return j->opt->calibrate[(size_t)sample * j->in[0].n_in + from] ^
           (j->opt->input_type == SUCREF_INPUT_S8 ? 0x80U : 0U);
}

/* the columns that a row of layer n reads */
static inline uint32_t prepare_columns_of(const prepare_job *j, unsigned n, uint32_t row)
{
    const prepare_nested *p = j->opt->nested;
    unsigned g;
    if (p == NULL) { return j->in[n].n_in; }
    for (g = 0; row >= p->rows[n][g]; g++) { row -= p->rows[n][g]; }
    return p->columns[n][g];
}

/* columns weigh as much as their inputs do on average: mean squares in the input's steps, which are integers */
static inline double *prepare_column_energy(const prepare_job *j, unsigned n)
{
    const uint32_t n_in = j->in[n].n_in;
    double *weight = (double *)malloc(n_in * sizeof(double));
    uint32_t c, k;
    for (c = 0; weight != NULL && c < n_in; c++) {
        double sum = 1e-3;
        for (k = 0; n == 0 && k < j->opt->n_calibrate; k++) {
            const double u = (double)prepare_calibration_byte(j, k, c) - j->opt->input_zero;
            sum += u * u;
        }
        weight[c] = n == 0 && j->opt->n_calibrate > 0 ? sum : 1;
    }
    return weight;
}

/* int8 weights and their scales; the last layer has one scale, so that its outputs compare */
static inline int prepare_quantize_weights(prepare_job *j, unsigned n)
{
    const prepare_float_layer *in = &j->in[n];
    prepare_prep *p = &j->layer[n];
    const int last = n + 1U == j->n_layers;
    double *weight = prepare_column_energy(j, n), widest = 0;
    uint32_t r, c;
    if (weight == NULL) { return SUCREF_E_SPACE; }
    for (r = 0; r < in->n_out; r++) {
        const float *w = in->w + (size_t)r * in->n_in;
        const double least = fabs((double)in->b[r]) / p->in_scale * 1e-6; /* else the bias does not fit */
        double max = 0;
        for (c = 0; c < in->n_in; c++) { if (fabs((double)w[c]) > max) { max = fabs((double)w[c]); } }
        if (max < least && (!last || !(max > 0))) { max = least; } /* a neuron that hardly has weights */
        if (p->planned && !last && max > 0) {
            max = prepare_choose_clip(j, w, p->w + (size_t)r * in->n_in, prepare_columns_of(j, n, r), max, weight);
        }
        if (!(max > 0) && !last) { max = 127 * p->out_scale / p->in_scale; } /* nothing at all: any scale */
        p->row_scale[r] = max / 127.0;
        widest = max > widest ? max : widest;
    }
    if (!(widest > 0)) { widest = 127 * p->out_scale / p->in_scale; }
    for (r = 0; r < in->n_out; r++) {
        if (last) { p->row_scale[r] = widest / 127.0; }
        (void)prepare_round_row(p->w + (size_t)r * in->n_in, in->w + (size_t)r * in->n_in, in->n_in, p->row_scale[r],
                                weight);
    }
    free(weight);
    return SUCREF_OK;
}

static inline unsigned prepare_act_of(const prepare_job *j, unsigned n)
{
    return n + 1U == j->n_layers ? j->opt->output : j->opt->act;
}

static inline double prepare_float_act(const prepare_job *j, unsigned n, double z)
{
    switch (prepare_act_of(j, n)) {
    case SUCREF_ACT_RELU: return z < 0 ? 0 : z;
    case SUCREF_ACT_RELU6: return z < 0 ? 0 : z > 6 ? 6 : z;
    case SUCREF_ACT_LEAKY: return z < 0 ? z * (double)j->opt->leak : z;
    case PREPARE_ACT_SIGMOID: return 1 / (1 + exp(-z));
    case PREPARE_ACT_TANH: return tanh(z);
    default: return z;
    }
}

static inline int prepare_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* the float network on one sample, or without samples bounds of magnitudes: high and low [n_layers] of every layer; a:
 * room for two layers. 0 where a value is beyond float32 */
static inline int prepare_forward(const prepare_job *j, uint32_t sample, double *a, double *high, double *low,
                                  size_t stride)
{
    const prepare_options *o = j->opt;
    const int known = o->n_calibrate > 0;
    double *from = a, *to = a + j->widest, *swap;
    uint32_t r, c;
    unsigned i;
    for (c = 0; c < j->in[0].n_in; c++) {
        const int zero = o->input_zero, u = known ? (int)prepare_calibration_byte(j, sample, c) : 0;
        from[c] = (known ? u - zero : zero > 127 ? zero : 255 - zero) * (double)o->input_scale;
    }
    for (i = 0; i < j->n_layers; i++) {
        double hi = 0, lo = 0;
        for (r = 0; r < j->in[i].n_out; r++) {
            const float *w = j->in[i].w + (size_t)r * j->in[i].n_in;
            double z = (double)j->in[i].b[r];
            for (c = 0; c < j->in[i].n_in; c++) { z += (known ? (double)w[c] : fabs((double)w[c])) * from[c]; }
            if (!(fabs(z) <= (double)FLT_MAX)) { return 0; }
            z = prepare_float_act(j, i, z);
            hi = z > hi ? z : hi;
            lo = z < lo ? z : lo;
            to[r] = z;
            if (j->bins != NULL) { range_add(&j->bins[i], (double)(float)z); }
        }
        if (!known) { lo = prepare_float_act(j, i, -hi); }
        high[i * stride] = hi;
        low[i * stride] = lo < 0 ? -lo : 0;
        swap = from; from = to; to = swap;
    }
    return 1;
}

/* ranges of hidden layers as asked for; the last one's holds all that the inputs give, as its values are compared */
static inline void prepare_pick_ranges(prepare_job *j)
{
    unsigned i;
    for (i = 0; j->bins != NULL && i < j->n_layers; i++) {
        double lo, hi;
        range_choose(&lo, &hi, &j->bins[i], i + 1U == j->n_layers ? RANGE_MINMAX : j->opt->ranges, j->opt->percent);
        j->layer[i].range[0] = hi;
        j->layer[i].range[1] = -lo;
    }
    free(j->bins);
    j->bins = NULL;
}

/* ranges and scales of the float network's activations: what 99.5 % of the inputs stay in, or as the options say; or a
 * bound where there are no inputs. Of functions with a range of their own, theirs */
static inline int prepare_find_ranges(prepare_job *j)
{
    const int asked = j->opt->ranges != RANGE_DEFAULT && j->opt->n_calibrate > 0;
    const uint32_t n = j->opt->n_calibrate > 0 ? j->opt->n_calibrate : 1U, keep = (n - 1U) - (n - 1U) / 200U;
    double *a = (double *)malloc(sizeof(double) * j->widest * 2U),
           *max = (double *)malloc(sizeof(double) * n * j->n_layers * 2U);
    uint32_t k;
    unsigned i;
    int status = a != NULL && max != NULL ? SUCREF_OK : SUCREF_E_SPACE;
    if (asked) {
        j->bins = (range_bins *)calloc(j->n_layers, sizeof *j->bins);
        if (j->bins == NULL) { status = SUCREF_E_SPACE; }
    }
    for (k = 0; status == SUCREF_OK && k < n; k++) {
        if (!prepare_forward(j, k, a, max + k, max + n + k, 2U * n)) {
            j->why = "values of the network beyond float32";
            status = SUCREF_E_RANGE;
        }
    }
    for (i = 0; status == SUCREF_OK && i < 2U * j->n_layers; i++) {
        qsort(max + (size_t)i * n, n, sizeof(double), prepare_compare);
        j->layer[i / 2U].range[i % 2U] = max[(size_t)i * n + keep];
    }
    prepare_pick_ranges(j);
    for (i = 0; status == SUCREF_OK && i < j->n_layers; i++) {
        prepare_prep *p = &j->layer[i];
        const double span = p->range[0] + p->range[1];
        const unsigned act = prepare_act_of(j, i);
        p->out_scale = act == PREPARE_ACT_SIGMOID ? 1.0 / 256 : act == PREPARE_ACT_TANH ? 1.0 / 128
                       : (span > 0 ? span : 1.0) / 255.0;
        p->in_scale = i > 0 ? j->layer[i - 1U].out_scale : (double)j->opt->input_scale;
    }
    free(a);
    free(max);
    return status;
}

/* what a layer does behind its accumulators; returns the real value of one step of the requantized z */
static inline double prepare_set_act(prepare_job *j, unsigned n)
{
    prepare_prep *p = &j->layer[n];
    sucref_layer_spec *s = &p->spec;
    const unsigned act = prepare_act_of(j, n);
    s->lo = 0;
    s->hi = 255;
    if (act == PREPARE_ACT_SIGMOID || act == PREPARE_ACT_TANH) {
        const int tangent = act == PREPARE_ACT_TANH;
        const double step = tangent ? 1.0 / 8192 : 1.0 / 4096;
        (void)prepare_table(p->table, tangent ? PREPARE_TANH : PREPARE_SIGMOID, step);
        s->act = SUCREF_ACT_TABLE;
        s->table = p->table;
        s->out_zero = tangent ? 128 : 0;
        return step;
    }
    s->act = (uint8_t)(act == PREPARE_ACT_SOFTMAX ? (unsigned)SUCREF_ACT_NONE : act);
    s->out_zero = (uint8_t)floor(p->range[1] / p->out_scale + 0.5);
    if (act == SUCREF_ACT_RELU || act == SUCREF_ACT_RELU6) { s->lo = s->out_zero; }
    if (act == SUCREF_ACT_LEAKY) { s->slope = (int16_t)floor((double)j->opt->leak * 32768.0 + 0.5); }
    return p->out_scale;
}

/* biases, multipliers, zero points and clamps of one layer from its scales; 0 when an accumulator could overflow */
static inline int prepare_set_scales(prepare_job *j, unsigned n)
{
    prepare_prep *p = &j->layer[n];
    sucref_layer_spec *s = &p->spec;
    const double step = prepare_set_act(j, n);
    uint32_t r, c;
    s->in_zero = n > 0 ? j->layer[n - 1].spec.out_zero : j->opt->input_zero;
    s->requant = SUCREF_REQUANT_TFLITE;
    s->flags = (uint8_t)(s->flags | SUCREF_LAYER_PER_ROW | (p->planned && j->opt->keep ? SUCREF_LAYER_KEEP : 0));
    for (r = 0; r < s->n_out; r++) {
        const double unit = p->in_scale * p->row_scale[r];
        double bias = floor((double)j->in[n].b[r] / unit + 0.5);
        int32_t sum = 0;
        int exponent;
        for (c = 0; c < s->n_in; c++) { sum += p->w[(size_t)r * s->n_in + c]; }
        bias -= (double)s->in_zero * sum;
        if (!(fabs(bias) <= 2147483647.0 - s->n_in * 32640.0)) {
            j->why = "a bias so large that an accumulator could overflow";
            return 0;
        }
        p->bias[r] = (int32_t)bias;
        prepare_multiplier(&p->multiplier[r], &exponent, unit / step);
        if (exponent > 30) { j->why = "weights too large for what follows them"; return 0; }
        p->exponent[r] = (int8_t)exponent;
        p->shift[r] = (uint8_t)(s->plan[0] == 8 || s->coarse ? 0U : prepare_full_shift(s->w + (size_t)r * s->n_in,
                                                                                      s->n_in));
    }
    return 1;
}

static inline int prepare_allocate(prepare_job *j)
{
    unsigned n;
    j->layer = (prepare_prep *)calloc(j->n_layers, sizeof *j->layer);
    if (j->layer == NULL) { return SUCREF_E_SPACE; }
    for (n = 0; n < j->n_layers; n++) {
        prepare_prep *p = &j->layer[n];
        const size_t out = j->in[n].n_out, all = out * j->in[n].n_in;
        p->w = (int8_t *)malloc(all);
        p->bias = (int32_t *)calloc(out * 2U, sizeof(int32_t));
        p->exponent = (int8_t *)calloc(out, 2);
        p->row_scale = (double *)calloc(out, sizeof(double));
        if (p->w == NULL || p->bias == NULL || p->exponent == NULL || p->row_scale == NULL) { return SUCREF_E_SPACE; }
        p->multiplier = p->bias + out;
        p->shift = (uint8_t *)p->exponent + out;
    }
    return SUCREF_OK;
}

/* groups, order of the inputs and flags of a layer of a network nested in width */
static inline void prepare_set_groups(prepare_job *j, unsigned n)
{
    const prepare_nested *p = j->opt->nested;
    const int last = n + 1U == j->n_layers;
    sucref_layer_spec *s = &j->layer[n].spec;
    s->group_rows = p->rows[n];
    s->group_columns = p->columns[n];
    s->n_groups = (uint8_t)prepare_nested_groups(p, last);
    if (n == 0) {
        s->flags |= SUCREF_LAYER_KEEP_LIST;
        if (p->order != NULL) { s->flags |= SUCREF_LAYER_INPUT_ORDER; }
        s->input_order = p->order;
    }
    if (last && !p->heads && j->n_stops > 1) { s->flags |= SUCREF_LAYER_KEEP; } /* only new columns are added */
}

/* which layers follow the plan: those with at least a quarter of the largest one's weights; the last one of a network
 * nested in width never does */
static inline void prepare_choose_plans(prepare_job *j)
{
    size_t most = 0;
    unsigned n;
    for (n = 0; n < j->n_layers; n++) {
        const size_t size = (size_t)j->in[n].n_in * j->in[n].n_out;
        most = size > most ? size : most;
    }
    for (n = 0; n < j->n_layers; n++) {
        prepare_prep *p = &j->layer[n];
        sucref_layer_spec *s = &p->spec;
        p->planned = j->n_cuts > 1 && (size_t)j->in[n].n_in * j->in[n].n_out * 4U >= most &&
                     (j->opt->nested == NULL || n + 1U < j->n_layers);
        s->n_in = j->in[n].n_in; s->n_out = j->in[n].n_out;
        s->w = p->w;
        s->bias = p->bias;
        s->multiplier = p->multiplier;
        s->exponent = p->exponent;
        s->row_shift = p->shift;
        s->n_groups = 1;
        s->n_planes = 1;
        s->plan[0] = 8;
        if (j->opt->nested != NULL) { prepare_set_groups(j, n); }
        j->total += s->n_groups;
        if (p->planned) {
            memcpy(s->plan, j->opt->plan, j->opt->n_planes); /* the rest is zero already */
            s->n_planes = j->opt->n_planes;
            s->coarse = j->opt->coarse;
        }
    }
}

/* bits of a layer's group at a stop */
static inline unsigned prepare_bits(const prepare_job *j, unsigned stop, unsigned n, unsigned group)
{
    const prepare_nested *p = j->opt->nested;
    const int planned = j->layer[n].planned;
    if (p == NULL) { return planned ? j->cuts[stop] : 8U; }
    if (n + 1U < j->n_layers) {
        return planned || p->bits[stop][group] == SUCREF_ABSENT ? p->bits[stop][group] : 8U;
    }
    return p->heads && group + 1U != prepare_nested_present(p, stop) ? (unsigned)SUCREF_ABSENT : 8U;
}

/* scales of the head, and a softmax; 0 where it cannot be */
static inline int prepare_set_head(prepare_job *j, sucref_model_spec *spec)
{
    const prepare_prep *p = &j->layer[j->n_layers - 1U];
    spec->scales.input = prepare_scale((double)j->opt->input_scale);
    spec->scales.output = prepare_scale(p->out_scale);
    spec->scales.output_zero = p->spec.out_zero;
    spec->scales.logit = prepare_scale(p->in_scale * p->row_scale[0]);
    if (j->opt->output != PREPARE_ACT_SOFTMAX) { return 1; }
    spec->scales.output = prepare_scale(1.0 / 256);
    spec->scales.output_zero = 0;
    if (p->spec.n_out <= 4095 && prepare_softmax(&spec->softmax_multiplier, &spec->softmax_shift, p->out_scale)) {
        return 1;
    }
    j->why = "a softmax of over 4095 outputs, or of outputs too close to each other";
    return 0;
}

/* what a stop has of every group, of the input, and which head it names */
static inline void prepare_fill_stops(const prepare_job *j, uint8_t *bits, uint8_t *in_bits, uint8_t *heads)
{
    const prepare_nested *p = j->opt->nested;
    unsigned t, n, g;
    for (t = 0; t < j->n_stops; t++) {
        in_bits[t] = j->opt->cut_input ? j->cuts[t] : 8;
        heads[t] = (uint8_t)(p != NULL ? prepare_nested_present(p, t) - 1U : 0U);
        for (n = 0; n < j->n_layers; n++) {
            for (g = 0; g < j->layer[n].spec.n_groups; g++) { *bits++ = (uint8_t)prepare_bits(j, t, n, g); }
        }
    }
}

/* calibrates and writes what has been prepared */
static inline int prepare_write_job(prepare_job *j, uint8_t **model, uint32_t *model_len, sucref_fault *fault)
{
    sucref_model_spec spec;
    sucref_layer_spec layers[SUCREF_MAX_LAYERS];
    const size_t groups = (size_t)j->n_stops * j->total;
    sucref_correction *c = (sucref_correction *)calloc(groups, sizeof *c);
    uint8_t *bits = (uint8_t *)malloc(groups), in_bits[SUCREF_MAX_STOPS], heads[SUCREF_MAX_STOPS];
    void *memory = NULL;
    unsigned n;
    int status = c == NULL || bits == NULL ? SUCREF_E_SPACE : SUCREF_OK;
    memset(&spec, 0, sizeof spec);
    if (status == SUCREF_OK) { prepare_fill_stops(j, bits, in_bits, heads); }
    for (n = 0; n < j->n_layers; n++) { layers[n] = j->layer[n].spec; }
    spec.layers = layers; spec.in_bits = in_bits; spec.bits = bits; spec.corrections = c;
    if (j->opt->nested != NULL && j->opt->nested->heads && j->opt->nested->n_groups > 1) { spec.heads = heads; }
    spec.n_layers = (uint8_t)j->n_layers; spec.n_stops = (uint8_t)j->n_stops; spec.input_type = j->opt->input_type;
    if (status == SUCREF_OK && !prepare_set_head(j, &spec)) { status = SUCREF_E_RANGE; }
    if (status == SUCREF_OK && j->opt->n_calibrate > 0) {
        status = prepare_calibrate(c, &memory, &spec, j->opt->calibrate, j->opt->n_calibrate, j->opt->progress,
                                   j->opt->user);
        if (status == SUCREF_OK) { prepare_leave_whole(c, &spec); }
    }
    if (status == SUCREF_OK) {
        *model_len = sucref_model_write(NULL, 0, &spec, fault);
        *model = (uint8_t *)malloc(*model_len > 0 ? *model_len : 1);
        status = *model == NULL                                              ? SUCREF_E_SPACE
                 : sucref_model_write(*model, *model_len, &spec, fault) == 0 ? SUCREF_E_RANGE
                                                                             : SUCREF_OK;
        if (status != SUCREF_OK) { free(*model); *model = NULL; }
    }
    free(memory);
    free(c);
    free(bits);
    return status;
}

/* bits that the plan's first planes give together; 0 where the plan is none */
static inline unsigned prepare_cuts(uint8_t *cuts, const prepare_options *o)
{
    unsigned i, sum = 0;
    if (o->n_planes < 1 || o->n_planes > SUCREF_MAX_PLANES ||
        (o->coarse && (o->n_planes != 2 || o->plan[0] > 7 || o->plan[1] != 8))) {
        return 0;
    }
    for (i = 0; i < o->n_planes; i++) {
        if (o->plan[i] < 1 || o->plan[i] > 8) { return 0; }
        sum = o->coarse ? o->plan[i] : sum + o->plan[i];
        cuts[i] = (uint8_t)sum;
    }
    return sum == 8 ? o->n_planes : 0U;
}

/* NULL, or what is wrong with the groups */
static inline const char *prepare_bad_nested(const prepare_job *j)
{
    const prepare_nested *p = j->opt->nested;
    uint32_t have[SUCREF_MAX_GROUPS];
    const char *why;
    unsigned n, g;
    if (p->n_groups < 1 || p->n_groups > SUCREF_MAX_GROUPS || j->n_layers < 2) { return "number of groups"; }
    if (j->opt->cut_input) { return "cut input, which groups do not have"; }
    if (p->order != NULL && !prepare_is_order(p->order, j->in[0].n_in)) { return "order, not every input once"; }
    for (n = 0; n < j->n_layers; n++) {
        why = prepare_bad_groups(p, n, n + 1U == j->n_layers, n > 0 ? have : NULL, j->in[n].w, j->in[n].n_out,
                                 j->in[n].n_in);
        if (why != NULL) { return why; }
        for (g = 0; g < p->n_groups; g++) { have[g] = p->rows[n][g] + (g > 0 ? have[g - 1U] : 0U); }
    }
    return prepare_bad_schedule(p, j->cuts, j->n_cuts);
}

/* NULL, or what is wrong with the options */
static inline const char *prepare_bad_options(const prepare_options *o)
{
    const int leaky = o->act == SUCREF_ACT_LEAKY || o->output == SUCREF_ACT_LEAKY;
    if (!(o->input_scale > 0) || !isfinite(o->input_scale)) { return "input scale"; }
    if (!(o->clip >= 0 && o->clip <= 1)) { return "clip"; }
    if (o->act > SUCREF_ACT_LEAKY && o->act != PREPARE_ACT_SIGMOID && o->act != PREPARE_ACT_TANH) {
        return "activation";
    }
    if (o->output > SUCREF_ACT_LEAKY && (o->output < PREPARE_ACT_SIGMOID || o->output > PREPARE_ACT_SOFTMAX)) {
        return "activation of the output";
    }
    if (leaky && !(o->leak >= 0 && o->leak < 1)) { return "slope of the leaky ReLU"; }
    return o->input_type > SUCREF_INPUT_S8 ? "input type" : NULL;
}

/* prepare_quantize - float layers to a model, rows justified, corrections of every stop fitted layer by layer by least
 * squares on the activations that the cut network really has. Without calibration inputs hidden scales assume inputs
 * of full range and no correction is stored.
 *   *model out, from malloc, free() it; *model_len out
 * Returns SUCREF_OK, SUCREF_E_ARG, SUCREF_E_RANGE (fault says what: an option, a weight that is no finite number,
 * values beyond float32), SUCREF_E_SPACE. */
static inline int prepare_quantize(uint8_t **model, uint32_t *model_len, const prepare_float_layer *layers,
                                   unsigned n_layers, const prepare_options *options, sucref_fault *fault)
{
    prepare_job j;
    unsigned n;
    int status;
    if (model == NULL || model_len == NULL || layers == NULL || options == NULL || n_layers < 1 ||
        n_layers > SUCREF_MAX_LAYERS || (options->n_calibrate > 0 && options->calibrate == NULL)) {
        return SUCREF_E_ARG;
    }
    memset(&j, 0, sizeof j);
    j.in = layers; j.opt = options; j.n_layers = n_layers;
    j.why = prepare_bad_options(options);
    j.n_cuts = prepare_cuts(j.cuts, options);
    if (j.why == NULL && j.n_cuts == 0) { j.why = "plan"; }
    if (j.why == NULL && !prepare_finite_layers(layers, n_layers)) { j.why = "sizes of layers, NaN or infinity"; }
    if (j.why == NULL && options->nested != NULL) { j.why = prepare_bad_nested(&j); }
    j.n_stops = options->nested != NULL ? options->nested->n_stops : j.n_cuts;
    if (j.why != NULL) {
        if (fault != NULL) { fault->field = j.why; fault->offset = 0; }
        return SUCREF_E_RANGE;
    }
    j.widest = layers[0].n_in;
    for (n = 0; n < n_layers; n++) { j.widest = layers[n].n_out > j.widest ? layers[n].n_out : j.widest; }
    status = prepare_allocate(&j);
    if (status == SUCREF_OK) {
        prepare_choose_plans(&j);
        status = prepare_find_ranges(&j);
    }
    for (n = 0; status == SUCREF_OK && n < n_layers; n++) {
        status = prepare_quantize_weights(&j, n);
        if (status == SUCREF_OK && !prepare_set_scales(&j, n)) { status = SUCREF_E_RANGE; }
    }
    if (status == SUCREF_OK) { status = prepare_write_job(&j, model, model_len, fault); }
    if (j.why != NULL && fault != NULL) { fault->field = j.why; fault->offset = n; }
    for (n = 0; j.layer != NULL && n < n_layers; n++) {
        free(j.layer[n].w); free(j.layer[n].bias); free(j.layer[n].exponent); free(j.layer[n].row_scale);
    }
    free(j.layer);
    return status;
}
#endif
