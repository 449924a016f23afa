/* lenet.h - LeNet-5 on 28 x 28 pictures (examples/training/conv.h), its weights in one array as learn.c has them. */
#ifndef SUCREF_BENCH_LENET_H
#define SUCREF_BENCH_LENET_H

enum { LENET_LAYERS = 5, LENET_CONVOLUTIONS = 2, LENET_CLASSES = 10 };
/* layer l's weights lie as [in + 1][out], the last row biases; of a convolution in is a window's taps and channels */
extern const int lenet_in[LENET_LAYERS], lenet_out[LENET_LAYERS];

typedef struct lenet lenet;
lenet *lenet_new(int batch);
void lenet_free(lenet *n);
float *lenet_pictures(lenet *n); /* [batch][784], the caller's to fill */
/* answers [samples][10] of the first `samples` pictures, with weights w */
const float *lenet_forward(lenet *n, const float *w, int samples);
/* of all pictures, from the gradient of their answers d [batch][10] */
void lenet_backward(lenet *n, const float *d);
/* a layer's gradient, the mean of the batch, as its weights lie */
void lenet_gradient(const lenet *n, float *g, int l);
/* a dense layer's factors: its inputs [batch][in], and the loss's gradient by its outputs [batch][out] */
const float *lenet_x(const lenet *n, int l);
const float *lenet_d(const lenet *n, int l);
#endif
