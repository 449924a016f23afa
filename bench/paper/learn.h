/* learn.h - the dense networks of [AB] and LeNet-5, trained by workers that share gradients through a sender: what the
 * pieces training.c and planes.c and the long trainings (trainings.c) run. */
#ifndef SUCREF_BENCH_LEARN_H
#define SUCREF_BENCH_LEARN_H
#include "pieces.h"
#include "models.h"
#include "lenet.h"

enum { LEARN_LAYERS = 5, LEARN_WORKERS = 16 };
enum { LEARN_NARROW, LEARN_WIDE, LEARN_LENET, LEARN_NETS };
extern const char *const learn_name[LEARN_NETS]; /* 784-300-100-10, 784-1000-300-100-10, lenet */

/* what a worker's gradient goes through; senders.c says how */
enum {
    SEND_PLAIN, SEND_SEIDE, SEND_QSG, SEND_SPARSE, SEND_TOP, SEND_DITHER, SEND_NESTED, SEND_NAIVE_1, SEND_NAIVE_2,
    SEND_MSE_1, SEND_MSE_2, SEND_ISGQ_1, SEND_ISGQ_2, SEND_ISGQ_1S, SEND_ISGQ_2S, SEND_ISGQ_4S, SEND_QCS_1, SEND_QCS_2,
    SEND_D4, SEND_QSG_3, SENDERS
};
extern const char *const sender_name[SENDERS]; /* in files and on the command line */
extern const char *const sender_text[SENDERS]; /* in tables */

typedef struct {
    int n, in[LEARN_LAYERS], out[LEARN_LAYERS]; /* layers and their sizes */
    int at[LEARN_LAYERS + 1];                   /* layer l's values: [in + 1][out] from at[l], the last row biases */
    int batch;                                  /* of one worker */
    float *w;                                   /* [at[n]] */
    float *x[LEARN_LAYERS], *d[LEARN_LAYERS];   /* inputs [batch][in] and deltas [batch][out] of the last batch; of
                                                 * convolutions NULL */
    lenet *conv;                                /* or NULL: all layers are dense */
} learn_net;

/* one training and where it stands: all of it is in its checkpoint */
typedef struct {
    int shape, adam, workers, batch, sender, seed; /* shape: LEARN_NARROW ..; batch of all */
    double rate, fall;                            /* rate, times `fall` after every epoch */
    int epoch_steps;
    int step;
    uint32_t random;
    double raw, coded;       /* bits of all workers and steps so far */
    learn_net net;
    float *first, *second;   /* Adam's moments */
    float *residual;         /* [workers][values], of senders with error feedback */
    int *order;              /* of the training pictures in this epoch */
} learning;

void learn_start(learning *t);              /* the first line and rate, fall are the caller's; sizes, start, memory */
void learn_end(learning *t);
void learn_step(learning *t);
double learn_accuracy(learning *t, int n);  /* on the first n test pictures */
int learn_values(const learning *t);

/* the next batch of `worker` in this step: net.x, net.d */
void learn_batch(learning *t, int worker);
/* layer l's gradient [in + 1][out] from factors x [batch][in], d [batch][out]; of a convolution x, d are not used */
void learn_product(float *g, const learn_net *net, int l, const float *x, const float *d);

/* worker's gradient, of the factors in t->net, as the others receive it; mean: of those before it in this step, for
 * nested senders. Adds to t->raw and t->coded */
void send_gradient(learning *t, int worker, float *received, const float *mean);
/* bits of an adaptive arithmetic code (Krichevsky-Trofimov) for symbols that come count[k] times each */
double adaptive_bits(const uint32_t *count, int kinds);
/* Lloyd-Max values of `kinds` bins for v [n]; bin [n] out. Returns the mean squared error */
double lloyd_max(double *value, uint8_t *bin, const float *v, int n, int kinds);
#endif
