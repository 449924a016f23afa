/* channel_world.h - devices with parts of every layer (examples/tool/channels.h) in one program: what they answer,
 * in any order, some of it lost, twice or wrong, and a master that joins it. */
#ifndef SUCREF_CHANNEL_WORLD_H
#define SUCREF_CHANNEL_WORLD_H
#include "test.h"
#include "../examples/tool/channels.h"

enum { CW_SHARDS = SUCREF_MAX_SHARDS + SUCREF_MAX_PARITY };
typedef struct { uint8_t *bytes; uint32_t *work; sucref_model model; sucref_net net; } cw_part;
typedef struct {
    respec r;
    channel_split layer[SUCREF_MAX_LAYERS];
    cw_part part[SUCREF_MAX_LAYERS][CW_SHARDS];
    unsigned devices, spares;
    /* shards that are lost, one that is wrong in one value (CW_SHARDS: none); and counted: layers computed by devices,
     * by the master, and by it because shards contradicted each other; budgets that were spent */
    uint32_t lost;
    unsigned wrong, shared, alone, refused, paused;
} channel_world;

/* parts of all layers that devices can compute */
static inline void cw_start(channel_world *w, const sucref_model *m, unsigned devices, unsigned spares)
{
    unsigned n, i;
    memset(w, 0, sizeof *w);
    w->devices = devices; w->spares = spares; w->wrong = CW_SHARDS;
    respec_model(&w->r, m);
    for (n = 0; n < m->n_layers; n++) {
        channel_split *c = &w->layer[n];
        if (!channels_plan(c, &w->r.spec, n, devices, spares, NULL)) { continue; }
        if (rnd_below(2)) { channels_cut(c, rnd_below(200)); }
        CHECK(channels_listen(c, &w->r.layer[n]));
        for (i = 0; i < devices + spares; i++) {
            cw_part *p = &w->part[n][i];
            uint32_t len;
            p->bytes = channels_part(&len, &w->r.spec, n, &c->plan, i);
            CHECK(p->bytes != NULL && sucref_model_open(&p->model, p->bytes, len, NULL) == SUCREF_OK &&
                  sucref_model_check(&p->model, NULL) == SUCREF_OK);
            p->work = (uint32_t *)malloc(4 * sucref_net_work_len(&p->model));
            CHECK(sucref_net_init(&p->net, &p->model, p->work, sucref_net_work_len(&p->model)) == SUCREF_OK);
        }
    }
}

static inline void cw_free(channel_world *w)
{
    unsigned n, i;
    for (n = 0; n < SUCREF_MAX_LAYERS; n++) {
        free(w->layer[n].fusion.memory);
        for (i = 0; i < CW_SHARDS; i++) { free(w->part[n][i].bytes); free(w->part[n][i].work); }
    }
    respec_free(&w->r);
}

/* a device's sums of a layer, [blocks][values]; to be freed */
static inline int32_t *cw_compute(channel_world *w, unsigned layer, unsigned shard, const uint8_t *u)
{
    const channel_split *c = &w->layer[layer];
    cw_part *p = &w->part[layer][shard];
    int32_t *y = (int32_t *)calloc((size_t)c->blocks * channels_values(c), 4),
            *before = (int32_t *)malloc(4U * p->model.n_out);
    CHECK(sucref_net_set_input(&p->net, u, p->model.n_in) == SUCREF_OK &&
          sucref_shard_sums(y, c->plan.rows, &p->net, before) == SUCREF_E_STATE);
    CHECK(sucref_net_run(&p->net, 0) == SUCREF_OK &&
          sucref_shard_sums(y, c->plan.rows, &p->net, before) == SUCREF_OK);
    free(before);
    return y;
}

/* all messages of a layer's job from the shards that are not lost, in any order, some twice */
static inline void cw_deliver(channel_world *w, unsigned layer, uint32_t job, const uint8_t *u)
{
    channel_split *c = &w->layer[layer];
    const unsigned shards = w->devices + w->spares, all = shards * c->blocks;
    const size_t room = SUCREF_SHARD_OVERHEAD + 4U * channels_values(c);
    const uint32_t where = rnd_below(c->positions) * c->plan.rows; /* every shard has a value there */
    int32_t *y[CW_SHARDS];
    uint8_t *message = (uint8_t *)malloc(room);
    uint16_t *order = (uint16_t *)malloc(2U * all);
    unsigned i, k;
    for (i = 0; i < shards; i++) {
        y[i] = w->lost >> i & 1U ? NULL : cw_compute(w, layer, i, u);
        if (i == w->wrong && y[i] != NULL) { y[i][where] += y[i][where] > 0 ? -1 : 1; }
    }
    for (i = 0; i < all; i++) { order[i] = (uint16_t)i; }
    for (i = all; i > 1; i--) {
        const unsigned other = (unsigned)rnd_below(i);
        const uint16_t t = order[i - 1];
        order[i - 1] = order[other]; order[other] = t;
    }
    for (i = 0; i < all; i++) {
        const unsigned shard = order[i] % shards;
        size_t len;
        if (y[shard] == NULL) { continue; }
        len = channels_pack(message, room, c, job, shard, order[i] / shards, y[shard]);
        CHECK(len == room && sucref_fusion_take(&c->fusion, message, len) >= 0);
        for (k = rnd_below(8) == 0; k > 0; k--) {
            CHECK(sucref_fusion_take(&c->fusion, message, len) == SUCREF_E_STATE);
        }
    }
    for (i = 0; i < shards; i++) { free(y[i]); }
    free(message); free(order);
}

/* sums of a layer that was asked for, to be freed; NULL where the master is to compute it */
static inline int32_t *cw_ask(channel_world *w, const sucref_share *ask, uint32_t job)
{
    channel_split *c = &w->layer[ask->layer];
    int32_t *sums, *scratch;
    uint8_t *u;
    uint32_t i;
    int status;
    if (c->plan.n == 0) { w->alone++; return NULL; }
    CHECK(ask->positions == c->positions && ask->rows == c->plan.row[c->plan.n]);
    u = (uint8_t *)malloc(ask->n_in);
    for (i = 0; i < ask->n_in; i++) { u[i] = (uint8_t)(ask->input[i] ^ ask->flip); }
    CHECK(channels_begin(c, job));
    cw_deliver(w, ask->layer, job, u);
    CHECK(channels_complete(c, job) == c->blocks);
    sums = (int32_t *)malloc(4U * ask->positions * ask->rows);
    scratch = (int32_t *)malloc(4U * channels_values(c) * w->devices);
    status = channels_sums(sums, c, job, scratch);
    CHECK(status == SUCREF_OK || (status == SUCREF_E_DATA && w->wrong < CW_SHARDS));
    channels_close(c, job);
    free(scratch); free(u);
    if (status == SUCREF_OK) { w->shared++; return sums; }
    free(sums);
    w->refused++;
    return NULL;
}

/* an input that is set, through devices and master, in steps of a budget; what the last step said */
static inline int cw_answer(channel_world *w, sucref_net *net, uint32_t job, uint32_t budget)
{
    sucref_share ask;
    int status = sucref_net_share(net, NULL, budget, &ask);
    while (status == SUCREF_WAIT || status == SUCREF_MORE) {
        int32_t *sums = status == SUCREF_WAIT ? cw_ask(w, &ask, job) : NULL;
        const int32_t *planes[1];
        planes[0] = sums;
        w->paused += status == SUCREF_MORE;
        if (status == SUCREF_WAIT && sums == NULL) { (void)sucref_net_step(net, 1); }
        status = sucref_net_share(net, sums == NULL ? NULL : planes, budget, &ask);
        free(sums);
    }
    return status;
}
#endif
