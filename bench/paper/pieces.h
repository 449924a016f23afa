/* pieces.h - the pieces of `published`, one file each; every one adds its rows to the table and writes its figures. */
#ifndef SUCREF_BENCH_PIECES_H
#define SUCREF_BENCH_PIECES_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* [SR] */
void statements(void);  /* theorems and examples: no data */
void table_ii(void);    /* the published networks by the published rules: Table II, Figures 6 to 8 */
void bits(void);        /* our networks by bits of the weights */
void exits(void);       /* early exit: margins and proofs */
void fashion_exits(void);
void width(const char *seeds);         /* networks nested in width; seeds: the folder of three trainings, or NULL */
void fashion_width(const char *seeds);
void imported(void);    /* a TensorFlow Lite model cut everywhere */

/* [CDC] */
void coverage(void);    /* Table 1, Figures 17 and 18: no data */
void split_conv(void);  /* Table 1 on the convolutions of ResNet8 */
void late(void);        /* Figures 1 and 11 to 16: answers that are late or lost: no data */
void parities(void);    /* what parities cost on the parts of the shipped models: no data */
void lost(void);        /* Figure 2, dense */
void lost_conv(void);   /* Figure 2, LeNet-5: called by lost() */
double lost_share(const double *at, double level); /* where a curve of ten tenths falls to a level; NAN: nowhere */

/* [CIC] */
void mixed(const char *dir); /* Table 2, from the codes that bench/mixed.sh trained in `dir` */

/* [AB] */
void frames(void);      /* vectors at one and two bits a value */
void sampling(void);    /* quantized compressive sampling */
void factors(void);     /* outer products from quantized factors, chapter 3 */
void air(void);         /* sums over the air, chapter 5 */
void repurpose(void);   /* splitting of trained networks, chapter 6: arithmetic */
void sensors(void);     /* the same, set-up 1: trained over two sensors */
void average(void);     /* the same, set-up 2: six digits' mean, a table of its own */
void cameras(void);     /* the same, a substitute for set-up 3 */
void training(void);    /* workers that share gradients: short trainings */
void longs(void);       /* the same: what bench/trainings.csv has */
void encoding(void);     /* what encoding costs a batch, Table 3.1 */
void air_training(void); /* sums over the air, Figure 5.4 */
void planes(void);      /* distributed source coding */
void syndromes(void);   /* the same: what bench/planes.csv has */
double planes_spent(int workers); /* there, bits a value of workers that send syndromes; NAN: not there */
int planes_long(const char *dir);                 /* more of it: DIR/planes.csv; 0, or 2 on errors */
int trainings(const char *dir, const char *plan); /* the long ones: DIR/trainings.csv; 0, or 2 on errors */
int encode_one(const char *way, int batch);       /* one batch, to be counted; 0, or 2 on errors */

/* the published rule's mean accuracy, r = 1..4, and the shares of test images still undecided after each resolution:
 * filled by table_ii(); the accuracies are NAN before */
extern double printed_accuracy[4], printed_left[4];

void elsewhere(void);   /* what other commands measure */

/* area under the ROC curve of 10,000 scores, one every `stride`, against even[]; ties count half */
double auc(const double *score, size_t stride);
#endif
