/* exchange_world.h - a random network, its parts on random devices, and the messages between them: a world of which
 * tests let pass, lose, repeat and change what they want. What the whole network answers is known. */
#ifndef SUCREF_EXCHANGE_WORLD_H
#define SUCREF_EXCHANGE_WORLD_H
#include "test.h"
#include "random_spec.h"
#include "../examples/tool/exchange.h"

enum { NODES = 6, QUEUE = 4000, MESSAGE = SUCREF_SHARD_OVERHEAD + 4 * 2 * RS_WIDE };

typedef struct {
    sucref_exchange_part part;
    sucref_exchange e;
    uint32_t *work, len;
    uint8_t *bytes, x[RS_WIDE];
    int done;                   /* what the last step said */
    unsigned stops;             /* seen */
} device;

typedef struct { uint8_t bytes[MESSAGE]; size_t len; unsigned to; } letter;

typedef struct {                /* a model, its parts, and what the whole answers */
    random_spec rs;
    respec r;
    sucref_model m;
    uint32_t *file, *work;
    sucref_net net;
    uint8_t *owner[RS_LAYERS + 1], x[RS_WIDE];
    exchange_net plan;
    device d[NODES];
    unsigned devices, ahead;
    int32_t logits[RS_STOPS][RS_WIDE];
    uint8_t out[RS_STOPS][RS_WIDE];
    letter queue[QUEUE], lost[QUEUE];
    unsigned queued, n_lost;
} world;

static world w; /* of one test at a time */

static inline unsigned nodes(void) { return w.devices + 1U; }

/* ---- a world ---- */
static inline void make_model(void)
{
    uint32_t len;
    unsigned n;
    rs_make(&w.rs, rnd_below(4) ? 24 : 60);
    for (n = 0; n < w.rs.spec.n_layers; n++) { /* most weights are 0, as where an arrangement left few */
        const uint32_t keep = rnd_below(4);
        uint32_t i;
        for (i = 0; i < w.rs.layer[n].n_in * w.rs.layer[n].n_out; i++) {
            if (keep < 3 && rnd_below(4) > keep) { w.rs.w[n][i] = 0; }
        }
    }
    w.file = rs_write(&w.rs, &len);
    CHECK(w.file != NULL && sucref_model_open(&w.m, w.file, len, NULL) == SUCREF_OK);
    respec_model(&w.r, &w.m);
    w.work = (uint32_t *)malloc(4 * sucref_net_work_len(&w.m));
    CHECK(sucref_net_init(&w.net, &w.m, w.work, sucref_net_work_len(&w.m)) == SUCREF_OK);
}

static inline void new_owners(unsigned without)
{
    unsigned l;
    uint32_t i;
    for (l = 0; l <= w.m.n_layers; l++) {
        const uint32_t n = l == 0 ? w.m.n_in : w.r.layer[l - 1].n_out, kind = rnd_below(3);
        free(w.owner[l]);
        w.owner[l] = (uint8_t *)malloc(n);
        for (i = 0; i < n; i++) {
            w.owner[l][i] = (uint8_t)(kind == 0 ? i * w.devices / n : kind == 1 ? rnd_below(w.devices)
                                                                                : (rnd_below(8) ? 0 : w.devices - 1));
            if (w.owner[l][i] == without) { w.owner[l][i] = (uint8_t)((without + 1U) % w.devices); }
        }
    }
}

static inline void free_parts(void)
{
    unsigned i;
    for (i = 0; i < NODES; i++) { free(w.d[i].work); free(w.d[i].bytes); w.d[i].work = NULL; w.d[i].bytes = NULL; }
    exchange_free(&w.plan);
}

static inline void make_parts(unsigned plan, uint32_t job)
{
    unsigned i;
    CHECK(exchange_init(&w.plan, &w.r, (const uint8_t *const *)w.owner, w.devices, plan));
    for (i = 0; i < nodes(); i++) {
        device *d = &w.d[i];
        sucref_fault fault = { "", 0 };
        size_t len;
        int status;
        d->bytes = exchange_part(&d->len, &w.plan, i);
        CHECK(d->bytes != NULL);
        status = sucref_exchange_open(&d->part, d->bytes, d->len, &fault);
        if (status != SUCREF_OK) { printf("  part %u: %s at %lu\n", i, fault.field, (unsigned long)fault.offset); }
        CHECK(status == SUCREF_OK);
        len = sucref_exchange_work_len(&d->part, w.ahead);
        d->work = (uint32_t *)malloc(4 * len);
        CHECK(len > 0 && sucref_exchange_init(&d->e, &d->part, d->work, len - 1, w.ahead, job) == SUCREF_E_SPACE &&
              sucref_exchange_init(&d->e, &d->part, d->work, len, w.ahead, job) == SUCREF_OK);
    }
}

static inline void make_world(void)
{
    w.devices = 1 + rnd_below(NODES - 1);
    w.ahead = 1U << rnd_below(3);
    make_model();
    new_owners(NODES);
    make_parts(rnd_below(256), 0);
}

static inline void free_world(void)
{
    unsigned l;
    free_parts();
    for (l = 0; l <= w.m.n_layers; l++) { free(w.owner[l]); w.owner[l] = NULL; }
    free(w.work); free(w.file); respec_free(&w.r); rs_free(&w.rs);
}

/* a new input: what the whole network answers at every stop, and everybody's own part of it */
static inline void new_input(void)
{
    unsigned t, i;
    uint32_t c;
    sucref_answer a;
    rs_input(w.x, w.m.n_in, w.m.input_type);
    CHECK(sucref_net_set_input(&w.net, w.x, w.m.n_in) == SUCREF_OK);
    for (t = 0; t < w.m.n_stops; t++) {
        CHECK(sucref_net_run(&w.net, t) == SUCREF_OK && sucref_net_answer(&w.net, &a) == SUCREF_OK);
        memcpy(w.logits[t], a.logits, 4 * w.m.n_out);
        memcpy(w.out[t], a.out, w.m.n_out);
    }
    for (i = 0; i < w.devices; i++) {
        uint32_t n = 0;
        for (c = 0; c < w.m.n_in; c++) { if (w.owner[0][c] == i) { w.d[i].x[n++] = w.x[rs_input_of(&w.rs, c)]; } }
        CHECK(n == w.d[i].part.n_in);
    }
}

static inline void begin(unsigned i, uint32_t job)
{
    CHECK(sucref_exchange_begin(&w.d[i].e, job, i < w.devices ? w.d[i].x : NULL, w.d[i].part.n_in) == SUCREF_OK);
    w.d[i].done = SUCREF_MORE;
    w.d[i].stops = 0;
}

/* ---- letters ---- */
static inline void post(const uint8_t *bytes, size_t len, unsigned to)
{
    CHECK(w.queued < QUEUE && len <= MESSAGE);
    memcpy(w.queue[w.queued].bytes, bytes, len);
    w.queue[w.queued].len = len;
    w.queue[w.queued++].to = to;
}

static inline void collect(unsigned i, uint32_t loss)
{
    static uint8_t bytes[MESSAGE];
    size_t len;
    unsigned to;
    while (sucref_exchange_send(&w.d[i].e, bytes, sizeof bytes, &len, &to) == SUCREF_OK) {
        CHECK(to < nodes() && to != i);
        post(bytes, len, to);
        if (loss > 0 && rnd_below(loss) == 0) { w.lost[w.n_lost++] = w.queue[--w.queued]; }
        else if (rnd_below(16) == 0) { post(bytes, len, to); }
    }
}

static inline int deliver(unsigned n)
{
    const letter now = w.queue[n];
    w.queue[n] = w.queue[--w.queued];
    return sucref_exchange_take(&w.d[now.to].e, now.bytes, now.len);
}

/* at a stop: the node has the whole answer, a device its own rows of it */
static inline void check_answer(unsigned i)
{
    const device *d = &w.d[i];
    sucref_answer a;
    uint32_t r, n = 0;
    CHECK(sucref_exchange_answer(&d->e, &a) == SUCREF_OK && a.stop + 1U == d->stops);
    if (i == w.devices) {
        CHECK(a.n_out == w.m.n_out && a.out == NULL && memcmp(a.logits, w.logits[a.stop], 4 * a.n_out) == 0);
        return;
    }
    for (r = 0; r < w.r.layer[w.m.n_layers - 1].n_out; r++) {
        const sucref_layer_spec *s = &w.r.layer[w.m.n_layers - 1];
        uint32_t place = s->flags & SUCREF_LAYER_ORDER ? s->order[r] : r;
        if (w.owner[w.m.n_layers][r] != i) { continue; }
        if (w.r.spec.heads != NULL) {
            place = r % w.m.n_out;
            if (r / w.m.n_out != w.r.spec.heads[a.stop]) { n++; continue; }
        }
        CHECK(a.logits[n] == w.logits[a.stop][place]);
        CHECK(w.m.softmax_multiplier != 0 || a.out[n] == w.out[a.stop][place]);
        n++;
    }
    CHECK(n == a.n_out);
}

static inline void work(unsigned i)
{
    device *d = &w.d[i];
    d->done = sucref_exchange_step(&d->e, rnd_below(3) ? rnd_below(3000) : 0xFFFFFFFFU);
    CHECK(d->done > 0);
    if ((d->done == SUCREF_STOP || d->done == SUCREF_DONE) && d->e.stop > d->stops) {
        d->stops++;
        CHECK(d->stops == d->e.stop);
        check_answer(i);
    }
}

/* what each one waits for was lost, or its sender waits, too; it comes when it is asked for again; 1 when some was */
static inline int ask_again(void)
{
    uint8_t notice[SUCREF_SHARD_OVERHEAD + 4];
    unsigned i, n, k, asked = 0, of[NODES] = { 0 };
    for (i = 0; i < nodes(); i++) {
        sucref_exchange_want want;
        for (n = 0; sucref_exchange_wants(&w.d[i].e, n, &want) == SUCREF_OK; n++) {
            sucref_shard s;
            memset(&s, 0, sizeof s);
            for (k = 0; k < w.n_lost; k++) {
                CHECK(sucref_shard_open(&s, w.lost[k].bytes, w.lost[k].len) == SUCREF_OK);
                if (w.lost[k].to == i && s.job == want.job && s.shard == want.from && s.plane == want.stop &&
                    (s.layer & 255U) == want.level) {
                    break;
                }
            }
            if (w.d[want.from].e.stop < want.stop ||
                (w.d[want.from].e.stop == want.stop && w.d[want.from].e.layer < want.level)) {
                CHECK(k == w.n_lost && w.d[want.from].done == SUCREF_WAIT); /* not sent yet: it waits itself */
                continue;
            }
            CHECK(k < w.n_lost); /* it names what went missing and nothing else */
            if (want.count > 0 && i < w.devices) { /* and the neurons: those that its sender owns */
                const uint8_t *name = w.d[i].bytes + want.names;
                for (k = 0; k < want.count; k++, name += 2) {
                    CHECK(w.owner[want.level][name[0] | (unsigned)name[1] << 8] == want.from);
                }
            }
            CHECK(sucref_notice_pack(notice, sizeof notice, SUCREF_NOTICE_AGAIN, i, want.job, want.again) == SUCREF_OK);
            CHECK(sucref_exchange_take(&w.d[want.from].e, notice, sizeof notice) == SUCREF_MORE);
            if (of[want.from]++ == 0) { /* it had sent everything: that one comes next */
                static uint8_t bytes[MESSAGE];
                size_t len = 0;
                unsigned to = NODES;
                CHECK(sucref_exchange_send(&w.d[want.from].e, bytes, sizeof bytes, &len, &to) == SUCREF_OK && to == i);
                CHECK(sucref_shard_open(&s, bytes, len) == SUCREF_OK && s.plane == want.stop &&
                      (s.layer & 255U) == want.level);
                post(bytes, len, to);
            }
            asked++;
        }
    }
    return asked > 0;
}

/* until all have all stops; the order is random */
static inline void run_job(uint32_t loss)
{
    unsigned i, open, idle = 0, rounds = 0;
    do {
        const unsigned n = rnd_below(nodes());
        if (rnd_below(2)) { collect(n, loss); }
        if (w.d[n].done != SUCREF_DONE || rnd_below(4) == 0) { work(n); }
        while (w.queued > 0 && rnd_below(3)) { (void)deliver(rnd_below(w.queued)); }
        for (i = 0, open = 0, idle++; i < nodes(); i++) { open += w.d[i].done != SUCREF_DONE; }
        if (idle > 200 && open > 0) { /* have all come to wait? */
            idle = 0;
            for (i = 0; i < nodes(); i++) { if (w.d[i].done != SUCREF_DONE) { work(i); } collect(i, loss); }
            for (i = 0; i < nodes() && (w.d[i].done == SUCREF_WAIT || w.d[i].done == SUCREF_DONE); i++) { }
            if (i == nodes() && w.queued == 0 && loss > 0) { (void)ask_again(); loss = loss > 1 ? loss : 2; }
        }
        CHECK(rounds++ < 200000);
    } while (open > 0);
    while (w.queued > 0) { (void)deliver(0); }
    w.n_lost = 0;
}
#endif
