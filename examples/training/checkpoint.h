/* checkpoint.h - a training's state in a file, so that it can be stopped after any epoch and taken up again: what comes
 * out is the same to the bit. A checkpoint fits one program, one machine and one set of options, its title. */
#ifndef SUCREF_EXAMPLES_CHECKPOINT_H
#define SUCREF_EXAMPLES_CHECKPOINT_H
#include "conv.h"
#include <stdint.h>

enum { TITLE = 256, CHECKPOINT_NETS = 8 };

typedef struct {
    char title[TITLE];
    int epoch, t;                   /* epochs and steps done */
    uint32_t rng;
    net *nets[CHECKPOINT_NETS];     /* whose weights and moments are kept */
    int n_nets;
} checkpoint;

/* values and both moments of a parameter, one way or the other; the gradient between them is 0 after a step */
static inline int param_move(param *p, FILE *f, int write)
{
    const size_t len = (size_t)p->n;
    float *const part[3] = { p->v, p->m, p->u };
    int k;
    for (k = 0; k < 3; k++) {
        const size_t moved = write ? fwrite(part[k], sizeof(float), len, f) : fread(part[k], sizeof(float), len, f);
        if (moved != len) { return 0; }
    }
    return 1;
}

static inline int nets_move(checkpoint *c, FILE *f, int write)
{
    int i, k, ok = 1;
    for (i = 0; i < c->n_nets; i++) {
        for (k = 1; ok && k < c->nets[i]->n; k++) {
            net_node *o = &c->nets[i]->node[k];
            ok = !node_weighs(o) || (param_move(&o->weight, f, write) && param_move(&o->bias, f, write));
        }
    }
    return ok;
}

/* PATH.new first: a training that is stopped while it writes keeps the epoch before. 0 or -1 */
static inline int checkpoint_write(checkpoint *c, const char *path)
{
    char temporary[1024];
    const int32_t number[2] = { c->epoch, c->t };
    FILE *f;
    int ok;
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary) { return -1; }
    f = fopen(temporary, "wb");
    if (f == NULL) { return -1; }
    c->rng = rng_state;
    ok = fwrite(c->title, 1, TITLE, f) == TITLE && fwrite(number, sizeof number, 1, f) == 1 &&
         fwrite(&c->rng, sizeof c->rng, 1, f) == 1 && nets_move(c, f, 1);
    return fclose(f) == 0 && ok && rename(temporary, path) == 0 ? 0 : -1;
}

/* 1: taken up; 0: there is no such file; -1: it is of another training, or damaged (the weights may be, too, then) */
static inline int checkpoint_read(checkpoint *c, const char *path)
{
    char title[TITLE];
    int32_t number[2];
    FILE *f = fopen(path, "rb");
    int ok;
    if (f == NULL) { return 0; }
    ok = fread(title, 1, TITLE, f) == TITLE && memcmp(title, c->title, TITLE) == 0 &&
         fread(number, sizeof number, 1, f) == 1 && fread(&c->rng, sizeof c->rng, 1, f) == 1 && nets_move(c, f, 0) &&
         fgetc(f) == EOF;
    fclose(f);
    if (!ok) { return -1; }
    c->epoch = number[0];
    c->t = number[1];
    rng_state = c->rng;
    return 1;
}
#endif
