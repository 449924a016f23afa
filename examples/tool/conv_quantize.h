/* conv_quantize.h - a network of conv_npz.h in int8: the path of imported float models, with the caller's bytes and
 * with groups of channels that come stop by stop. Scales are those of the whole network, one for each row of weights
 * and one for each map, so that a channel's bytes are the same at all stops. */
#ifndef SUCREF_TOOL_CONV_QUANTIZE_H
#define SUCREF_TOOL_CONV_QUANTIZE_H
#include "conv_npz.h"
#include "nested.h"
#include "tflite.h"

typedef struct {
    conv_net net;
    graph real;                /* what `ranges` runs */
    graph_ranges ranges;
    tflite made;               /* the int8 graph and its layers */
    float in_scale;            /* real input = (u - in_zero) * in_scale, u unsigned */
    int in_zero, is_signed;
} conv_model;

/* 1, or 0 with real.why filled. z stays in use until conv_lower; free with conv_free either way */
static inline int conv_open(conv_model *m, const npz *z)
{
    memset(m, 0, sizeof *m);
    return conv_read(&m->net, &m->real, z) && conv_graph(&m->real, &m->net, z) && ranges_init(&m->ranges, &m->real);
}

static inline void conv_free(conv_model *m)
{
    graph_free(&m->real);
    tflite_free(&m->made);
}

static inline uint32_t conv_inputs(const conv_model *m) { return m->real.tensor[0].elements; }
static inline unsigned conv_heads(const conv_model *m) { return m->net.n_groups > 0 ? m->net.n_groups : 1U; }
static inline uint32_t conv_outputs(const conv_model *m)
{
    return m->real.tensor[m->real.output].elements / conv_heads(m);
}

/* runs one sample in float and takes its ranges in; returns the answers, head by head */
static inline const float *conv_sample(conv_model *m, const uint8_t *x)
{
    float *in = m->ranges.real.v[0];
    uint32_t i;
    for (i = 0; i < conv_inputs(m); i++) {
        in[i] = (float)((x[i] ^ (m->is_signed ? 0x80 : 0)) - m->in_zero) * m->in_scale;
    }
    (void)ranges_add(&m->ranges, &m->real);
    return m->ranges.real.v[m->real.output];
}

/* the groups of one layer with weights, row k of ops. Those of a dense layer behind a map hold all of its channels:
 * hidden ones become convolutions, whose groups hold what they read; heads are dense and hold zeros, too */
static inline void conv_put_groups(conv_net *c, const lowered *l, sucref_layer_spec *s, int k)
{
    const sucref_tensor_spec *in = &l->tensor[s->from];
    const int map = in->height > 1 || in->width > 1, last = k + 1 == c->n;
    unsigned g;
    if (s->kind == SUCREF_KIND_DENSE && map && !last) {
        s->kind = SUCREF_KIND_CONV;
        s->kernel_h = (uint8_t)in->height; s->kernel_w = (uint8_t)in->width;
        s->stride_h = s->stride_w = s->dilation_h = s->dilation_w = 1;
    }
    for (g = 0; g < c->n_groups; g++) {
        const uint32_t taps = s->kind == SUCREF_KIND_CONV ? (uint32_t)s->kernel_h * s->kernel_w : 1U;
        c->columns[k][g] = s->kind == SUCREF_KIND_DEPTHWISE || (s->kind == SUCREF_KIND_DENSE && map)
                               ? s->n_in
                               : c->reads[k][g] * taps;
    }
    s->group_rows = c->rows[k];
    s->group_columns = c->columns[k];
    s->n_groups = (uint8_t)c->n_groups;
}

/* layers with weights are those rows of ops that have some, in their order */
static inline void conv_nest(conv_net *c, lowered *l)
{
    unsigned n = 0;
    int k;
    for (k = 1; k < c->n; k++) {
        if (!conv_weighs(c->node[k])) { continue; }
        while (l->layer[n].kind > SUCREF_KIND_DEPTHWISE) { n++; }
        conv_put_groups(c, l, &l->layer[n++], k);
    }
    l->tensor[l->layer[l->n_layers - 1U].to].channels = (uint16_t)c->rows[c->n - 1][0];
    l->dense_only = 0; /* of the format without tensors only chains, and those of vectors */
}

/* m->made.net, of the samples seen; 1, or 0 with made.graph.why filled */
static inline int conv_lower(conv_model *m, const npz *z)
{
    graph *q = &m->made.graph;
    m->ranges.compares = 1;
    if (!ranges_choose(&m->ranges, &m->real)) { return conv_fail(q, "%s", m->real.why); }
    ranges_input(&m->ranges, m->in_scale, m->in_zero - 128);
    if (!conv_graph(q, &m->net, z) || !quantize_graph(q, &m->ranges)) { return 0; }
    q->input_type = m->is_signed ? GRAPH_INT8 : GRAPH_UINT8;
    if (m->net.n_groups == 0) { return tflite_lower(&m->made); }
    if (!lower_graph(&m->made.net, q)) { return 0; }
    conv_nest(&m->net, &m->made.net);
    return 1;
}

/* bits of all groups at every stop, and the head that it names */
static inline void conv_stops(uint8_t *bits, uint8_t *heads, const conv_model *m, const prepare_nested *p)
{
    const lowered *l = &m->made.net;
    unsigned t, n, g;
    for (t = 0; t < p->n_stops; t++) {
        heads[t] = (uint8_t)(prepare_nested_present(p, t) - 1U);
        for (n = 0; n < l->n_layers; n++) {
            const int last = n + 1U == l->n_layers;
            for (g = 0; l->layer[n].kind <= SUCREF_KIND_DEPTHWISE && g < m->net.n_groups; g++) {
                *bits++ = (uint8_t)(!last ? p->bits[t][g] : g == heads[t] ? 8 : (int)SUCREF_ABSENT);
            }
        }
    }
}

/* a softmax behind the last layer; 0 where there is none for its scale */
static inline int conv_softmax(conv_model *m)
{
    lowered *l = &m->made.net;
    const sucref_layer_spec *last = &l->layer[l->n_layers - 1U];
    if (conv_outputs(m) > 4095 || !prepare_softmax(&l->softmax_multiplier, &l->softmax_shift, l->out_scale)) {
        return 0;
    }
    l->out_scale = 1.0 / 256;
    l->out_zero = 0;
    l->tensor[last->to].zero = 0;
    return 1;
}
#endif
