/* chance.h - a small convolutional network with weights by chance: 12 x 12 x 3, two convolutions around a depthwise
 * layer, their sum, a convolution of stride 2, its mean, and ten outputs. */
#ifndef SUCREF_EXAMPLES_CHANCE_H
#define SUCREF_EXAMPLES_CHANCE_H
#include "../tool/random.h"
#include "../tool/spec.h"

enum { CHANCE_LAYERS = 7, CHANCE_WEIGHTS = 1200 };

/* kernel x kernel taps of stride s, padded; weights that leave most values within a byte */
static inline void chance_layer(sucref_layer_spec *l, unsigned kind, unsigned kernel, unsigned stride, uint32_t n_in,
                                uint32_t n_out)
{
    static const int32_t multiplier[1] = { 0x50000000 };
    static const int8_t exponent[1] = { -7 };
    static int8_t w[CHANCE_WEIGHTS];
    static uint32_t state = 1;
    uint32_t i;
    if (state == 1) {
        for (i = 0; i < CHANCE_WEIGHTS; i++) { w[i] = (int8_t)((int)random_below(&state, 255) - 127); }
    }
    memset(l, 0, sizeof *l);
    l->kind = (uint8_t)kind;
    l->n_in = n_in; l->n_out = n_out;
    l->w = w + n_in; /* no two layers have the same */
    l->multiplier = multiplier; l->exponent = exponent;
    l->hi = 255;
    if (n_in > 0) { l->n_groups = l->n_planes = 1; l->plan[0] = 8; }
    l->kernel_h = l->kernel_w = (uint8_t)kernel;
    l->stride_h = l->stride_w = (uint8_t)stride;
    l->dilation_h = l->dilation_w = kernel > 0;
    l->pad_top = l->pad_left = (uint8_t)(kernel / 2);
}

/* 1, or 0; the memory is never given back */
static inline int chance_model(sucref_model *m)
{
    static const sucref_tensor_spec tensor[CHANCE_LAYERS + 1] = {
        { 12, 12, 3, 0, 0, 0 }, { 12, 12, 8, 0, 0, 0 }, { 12, 12, 8, 0, 0, 0 }, { 12, 12, 8, 0, 0, 0 },
        { 12, 12, 8, 0, 0, 0 }, { 6, 6, 12, 0, 0, 0 },  { 1, 1, 12, 0, 0, 0 },  { 1, 1, 10, 0, 0, 0 } };
    static const int32_t third[3] = { 0x40000000, 0x40000000, 0x40000000 }, none[1] = { 0 };
    static const int8_t scale[3] = { 0, 0, -19 };
    static const uint8_t bits[CHANCE_LAYERS] = { 8, 8, 8, 8, 8, 8, 8 };
    sucref_layer_spec l[CHANCE_LAYERS];
    sucref_model_spec s;
    uint32_t len, *file;
    unsigned n;
    chance_layer(&l[0], SUCREF_KIND_CONV, 3, 1, 27, 8);
    chance_layer(&l[1], SUCREF_KIND_DEPTHWISE, 3, 1, 9, 8);
    chance_layer(&l[2], SUCREF_KIND_CONV, 1, 1, 8, 8);
    chance_layer(&l[3], SUCREF_KIND_ADD, 0, 0, 0, 0);
    chance_layer(&l[4], SUCREF_KIND_CONV, 3, 2, 72, 12);
    chance_layer(&l[5], SUCREF_KIND_AVERAGE, 6, 1, 0, 0);
    chance_layer(&l[6], SUCREF_KIND_DENSE, 0, 0, 12, 10);
    for (n = 0; n < CHANCE_LAYERS; n++) { l[n].from = (uint8_t)n; l[n].to = (uint8_t)(n + 1U); }
    l[3].from2 = 1; l[3].multiplier = third; l[3].exponent = scale;
    l[5].multiplier = none; l[5].exponent = scale; l[5].pad_top = l[5].pad_left = 0;
    memset(&s, 0, sizeof s);
    s.layers = l; s.tensors = tensor; s.bits = bits; s.in_bits = bits;
    s.n_layers = CHANCE_LAYERS; s.n_tensors = CHANCE_LAYERS + 1; s.n_stops = 1;
    len = sucref_model_write(NULL, 0, &s, NULL);
    file = (uint32_t *)respec_new(len);
    return len > 0 && sucref_model_write((uint8_t *)file, len, &s, NULL) == len &&
           sucref_model_open(m, file, len, NULL) == SUCREF_OK;
}
#endif
