/* exchange: random networks on random devices that tell each other activations, in any order of arrival, with losses
 * and repeats: every stop's answer is the whole network's; what is missing is named; jobs are purged, plans change; and
 * what no part may hold. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "random_spec.h"
#include "../examples/tool/exchange.h"
#include "../examples/tool/parts.h"
#include "crc.h"

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

static unsigned nodes(void) { return w.devices + 1U; }

/* ---- a world ---- */
static void make_model(void)
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

static void new_owners(unsigned without)
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

static void free_parts(void)
{
    unsigned i;
    for (i = 0; i < NODES; i++) { free(w.d[i].work); free(w.d[i].bytes); w.d[i].work = NULL; w.d[i].bytes = NULL; }
    exchange_free(&w.plan);
}

static void make_parts(unsigned plan, uint32_t job)
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

static void make_world(void)
{
    w.devices = 1 + rnd_below(NODES - 1);
    w.ahead = 1U << rnd_below(3);
    make_model();
    new_owners(NODES);
    make_parts(rnd_below(256), 0);
}

static void free_world(void)
{
    unsigned l;
    free_parts();
    for (l = 0; l <= w.m.n_layers; l++) { free(w.owner[l]); w.owner[l] = NULL; }
    free(w.work); free(w.file); respec_free(&w.r); rs_free(&w.rs);
}

/* a new input: what the whole network answers at every stop, and everybody's own part of it */
static void new_input(void)
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

static void begin(unsigned i, uint32_t job)
{
    CHECK(sucref_exchange_begin(&w.d[i].e, job, i < w.devices ? w.d[i].x : NULL, w.d[i].part.n_in) == SUCREF_OK);
    w.d[i].done = SUCREF_MORE;
    w.d[i].stops = 0;
}

/* ---- letters ---- */
static void post(const uint8_t *bytes, size_t len, unsigned to)
{
    CHECK(w.queued < QUEUE && len <= MESSAGE);
    memcpy(w.queue[w.queued].bytes, bytes, len);
    w.queue[w.queued].len = len;
    w.queue[w.queued++].to = to;
}

static void collect(unsigned i, uint32_t loss)
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

static int deliver(unsigned n)
{
    const letter now = w.queue[n];
    w.queue[n] = w.queue[--w.queued];
    return sucref_exchange_take(&w.d[now.to].e, now.bytes, now.len);
}

/* at a stop: the node has the whole answer, a device its own rows of it */
static void check_answer(unsigned i)
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

static void work(unsigned i)
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
static int ask_again(void)
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
static void run_job(uint32_t loss)
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

static void all_networks(void)
{
    int trial;
    unsigned long repeated = 0, stops = 0;
    for (trial = 0; trial < 1000; trial++) {
        const uint32_t loss = rnd_below(3) ? 0 : 2 + rnd_below(10);
        uint32_t job, number = 0;
        unsigned i;
        make_world();
        for (job = 0; job < 2; job++, number += 1 + rnd_below(3)) {
            new_input();
            for (i = 0; i < nodes(); i++) { begin(i, number); }
            run_job(loss);
            stops += w.m.n_stops;
        }
        for (i = 0; i < nodes(); i++) { CHECK(w.d[i].e.bad == 0); repeated += w.d[i].e.repeated; }
        free_world();
    }
    CHECK(repeated > 1000 && stops > 4000);
}

/* a job is purged while all work on it and messages are under way: nobody works on it any more, what still comes is
 * foreign, and the next one is as if it had not been; one can be purged before it has begun, too */
static void purges(void)
{
    int trial;
    unsigned long stopped = 0, left = 0;
    for (trial = 0; trial < 200; trial++) {
        uint8_t notice[SUCREF_SHARD_OVERHEAD + 4];
        const uint32_t last = 1 + rnd_below(3);
        unsigned i, k;
        make_world();
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, 0); }
        for (k = rnd_below(60); k > 0; k--) {
            i = rnd_below(nodes());
            collect(i, 0);
            if (w.d[i].done != SUCREF_DONE) { work(i); }
            if (w.queued > 0) { (void)deliver(rnd_below(w.queued)); }
        }
        CHECK(sucref_notice_pack(notice, sizeof notice, SUCREF_NOTICE_PURGE, w.devices, 0, last) == SUCREF_OK);
        for (i = 0; i < nodes(); i++) {
            sucref_exchange *e = &w.d[i].e;
            sucref_answer a;
            const uint32_t spent = e->spent;
            CHECK(sucref_exchange_take(e, notice, sizeof notice) == SUCREF_DONE);
            CHECK(sucref_exchange_take(e, notice, sizeof notice) == SUCREF_MORE); /* heard twice */
            CHECK(sucref_exchange_step(e, 1000) == SUCREF_E_STATE && e->spent == spent);
            CHECK(sucref_exchange_answer(e, &a) == SUCREF_E_STATE);
            CHECK(sucref_exchange_begin(e, 0, w.d[i].x, w.d[i].part.n_in) == SUCREF_E_STATE);
            if (w.ahead > 1 && last > 1) { /* known already */
                CHECK(sucref_exchange_begin(e, 1, w.d[i].x, w.d[i].part.n_in) == SUCREF_E_STATE);
            }
            stopped += w.d[i].done != SUCREF_DONE;
        }
        left += w.queued;
        while (w.queued > 0) { CHECK(deliver(0) == SUCREF_E_STATE); }
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, last); }
        run_job(0);
        free_world();
    }
    CHECK(stopped > 100 && left > 100);
}

/* a device is gone for good: nothing it computed is guessed; the node switches to the plan without it, in which another
 * one has its inputs and neurons, and what is under way from the old plan is foreign */
static void fallback(void)
{
    int trial, named = 0;
    for (trial = 0; trial < 200; trial++) {
        uint8_t notice[SUCREF_SHARD_OVERHEAD + 4];
        unsigned i, k, gone, old;
        do { /* there must be two, and one that the others need */
            w.devices = 2 + rnd_below(NODES - 2);
            w.ahead = 1U << rnd_below(3);
            make_model();
            new_owners(NODES);
            make_parts(3, 0);
            gone = rnd_below(w.devices);
            for (k = 0, i = 0; i < w.m.n_layers; i++) {
                exchange_list a = exchange_sent(&w.plan, gone, w.devices, i + 1U);
                k += a.n;
                free(a.neuron);
            }
            if (k == 0) { free_world(); }
        } while (k == 0);
        new_input();
        for (i = 0; i < nodes(); i++) { if (i != gone) { begin(i, 0); } }
        for (k = 0; k < 2000; k++) {
            i = rnd_below(nodes());
            if (i == gone) { continue; }
            collect(i, 0);
            if (w.d[i].done != SUCREF_DONE) { work(i); }
            while (w.queued > 0 && rnd_below(4)) {
                const unsigned n = rnd_below(w.queued);
                if (w.queue[n].to == gone) { w.queue[n] = w.queue[--w.queued]; } else { (void)deliver(n); }
            }
        }
        CHECK(w.d[w.devices].done == SUCREF_WAIT || w.m.n_stops == 0);
        for (i = 0; i < nodes(); i++) { /* somebody names it, the node at the latest */
            sucref_exchange_want want;
            for (k = 0; i != gone && sucref_exchange_wants(&w.d[i].e, k, &want) == SUCREF_OK; k++) {
                named += want.from == gone;
            }
        }
        CHECK(sucref_notice_pack(notice, sizeof notice, SUCREF_NOTICE_PLAN, w.devices, 0, 4) == SUCREF_OK);
        for (i = 0; i < nodes(); i++) {
            if (i == gone) { continue; }
            CHECK(sucref_exchange_take(&w.d[i].e, notice, sizeof notice) == SUCREF_DONE);
            CHECK(w.d[i].e.plan == 4 && w.d[i].e.plan_job == 0);
            CHECK(sucref_exchange_begin(&w.d[i].e, 5, w.d[i].x, w.d[i].part.n_in) == SUCREF_E_STATE);
        }
        old = w.queued;
        free_parts();
        new_owners(gone);
        make_parts(4, 0);
        for (k = 0; k < old; k++) { CHECK(deliver(0) == SUCREF_E_STATE); }
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, 0); }
        CHECK(w.d[gone].part.n_in == 0 && w.d[gone].part.pieces == 0);
        run_job(0);
        free_world();
    }
    CHECK(named > 100);
}

/* a spare of [CDC] protects the rows of a lost device in the first layer: its sums are recovered, the layer finished,
 * and a stand-in with its part is given them and sends in its place */
static void protected_part(void)
{
    int trial, lost_rows = 0;
    for (trial = 0; trial < 100; trial++) {
        static int32_t y[SUCREF_MAX_PLANES][NODES + 1][RS_WIDE], sums[SUCREF_MAX_PLANES][RS_WIDE], found[RS_WIDE];
        const int32_t *use[SUCREF_MAX_PLANES];
        uint8_t u[RS_WIDE], out[RS_WIDE], mine[RS_WIDE];
        int32_t z[RS_WIDE], my_z[RS_WIDE];
        split_plan p;
        unsigned i, t, gone;
        uint32_t c;
        do {
            w.devices = 2 + rnd_below(NODES - 2);
            w.ahead = 1;
            make_model();
            p.n = w.devices; p.r = 1; p.protect = SUCREF_MAX_PLANES;
            if (w.m.n_stops != 1 || !split_rows(&p, w.r.layer[0].n_out, NULL)) {
                free(w.work); free(w.file); respec_free(&w.r); rs_free(&w.rs);
                continue;
            }
            new_owners(NODES);
            for (i = 0; i < w.devices; i++) {
                for (c = p.row[i]; c < p.row[i + 1]; c++) { w.owner[1][c] = (uint8_t)i; }
            }
            make_parts(0, 0);
            break;
        } while (1);
        gone = rnd_below(w.devices);
        new_input();
        for (c = 0; c < w.m.n_in; c++) { u[c] = (uint8_t)(w.x[c] ^ (w.m.input_type ? 128 : 0)); }
        for (i = 0; i <= w.devices; i++) { /* everybody's sums but those of the lost one */
            uint32_t len, *room;
            uint8_t *bytes = split_part(&len, &w.r.layer[0], &p, i);
            int32_t before[4 * RS_WIDE];
            sucref_model m;
            sucref_net net;
            CHECK(sucref_model_open(&m, bytes, len, NULL) == SUCREF_OK);
            room = (uint32_t *)malloc(4 * sucref_net_work_len(&m));
            CHECK(sucref_net_init(&net, &m, room, sucref_net_work_len(&m)) == SUCREF_OK &&
                  sucref_net_set_input(&net, u, m.n_in) == SUCREF_OK);
            for (t = 0; t < m.n_stops; t++) {
                CHECK(sucref_net_run(&net, t) == SUCREF_OK);
                CHECK(sucref_shard_sums(y[t][i], p.rows, &net, before) == SUCREF_OK);
            }
            free(room); free(bytes);
        }
        for (t = 0; t < w.r.layer[0].n_planes; t++) {
            const int32_t *shard[NODES + 1];
            sucref_recovery plan;
            for (i = 0; i <= w.devices; i++) { shard[i] = i == gone ? NULL : y[t][i]; }
            CHECK(sucref_recovery_plan(&plan, p.n, 1, ~(1U << gone), split_limit(&w.r.layer[0])) == SUCREF_OK &&
                  sucref_recover(found, &plan, 0, shard, p.rows) == SUCREF_OK);
            shard[gone] = found;
            for (i = 0; i < p.n; i++) {
                for (c = p.row[i]; c < p.row[i + 1]; c++) { sums[t][c] = shard[i][c - p.row[i]]; }
            }
            use[t] = sums[t];
        }
        {
            sucref_layer_sums of;
            of.planes = use; of.input = u;
            CHECK(sucref_layer_finish(out, z, &w.m, 0, 0, &of) == SUCREF_OK);
        }
        for (c = p.row[gone]; c < p.row[gone + 1]; c++) { /* the last layer's answer is in another order */
            const uint32_t at = w.m.n_layers == 1 ? exchange_place(&w.plan, c) : c;
            mine[c - p.row[gone]] = out[at];
            my_z[c - p.row[gone]] = z[at];
            lost_rows++;
        }
        for (i = 0; i < nodes(); i++) { begin(i, 0); }
        CHECK(sucref_exchange_give(&w.d[gone].e, mine, my_z, p.rows + 1U) == SUCREF_E_RANGE &&
              sucref_exchange_give(&w.d[gone].e, NULL, my_z, 1) == SUCREF_E_ARG &&
              sucref_exchange_give(NULL, mine, my_z, 1) == SUCREF_E_ARG);
        if (w.m.n_layers == 1) {
            CHECK(sucref_exchange_give(&w.d[gone].e, mine, NULL, p.row[gone + 1] - p.row[gone]) == SUCREF_E_ARG);
        }
        if (w.m.softmax_multiplier == 0 || w.m.n_layers > 1) {
            CHECK(sucref_exchange_give(&w.d[gone].e, mine, my_z, p.row[gone + 1] - p.row[gone]) == SUCREF_OK);
        }
        run_job(0);
        CHECK(sucref_exchange_give(&w.d[gone].e, mine, my_z, p.row[gone + 1] - p.row[gone]) == SUCREF_E_STATE);
        free_world();
    }
    CHECK(lost_rows > 100);
}

static void close_file(uint8_t *p, uint32_t len)
{
    put_le(p + 32, ~crc_more(crc_more(0xFFFFFFFFU, p, 32), p + 36, len - 36), 4);
}

/* files with any bytes changed, their CRC made right: refused, or safe to run */
static void any_file(void)
{
    int trial, opened = 0, refused = 0;
    for (trial = 0; trial < 60; trial++) {
        int k;
        make_world();
        new_input();
        for (k = 0; k < 400; k++) {
            device *d = &w.d[rnd_below(nodes())];
            uint32_t *copy = (uint32_t *)malloc(d->len), i, at;
            uint8_t *bytes = (uint8_t *)copy;
            const uint32_t tables = rnd_below(2) && d->len > 200 ? 200 : d->len;
            sucref_exchange_part p;
            sucref_fault fault = { NULL, 0 };
            memcpy(bytes, d->bytes, d->len);
            for (i = 1 + rnd_below(2); i > 0; i--) {
                at = rnd_below(tables);
                bytes[at] = (uint8_t)(rnd_below(2) ? bytes[at] ^ 1U << rnd_below(8) : rnd_below(3) * 127U);
            }
            if (rnd_below(40) == 0) { bytes[8] = (uint8_t)(bytes[8] - 4); }
            if (exchange_get(bytes + 8) == d->len) { close_file(bytes, d->len); }
            if (sucref_exchange_open(&p, bytes, d->len, &fault) == SUCREF_OK) {
                const size_t len = sucref_exchange_work_len(&p, 2);
                uint32_t *work = len < 1000000 ? (uint32_t *)malloc(4 * len) : NULL;
                uint8_t *x = (uint8_t *)malloc(p.n_in + 1U), message[MESSAGE];
                sucref_exchange e;
                opened++;
                for (i = 0; i < p.n_in; i++) { x[i] = (uint8_t)rnd(); }
                if (work != NULL && sucref_exchange_init(&e, &p, work, len, 2, 0) == SUCREF_OK &&
                    sucref_exchange_begin(&e, 0, x, p.n_in) == SUCREF_OK) {
                    for (i = 0; i < 40 && sucref_exchange_step(&e, 0xFFFFFFFFU) > 0; i++) {
                        sucref_exchange_want want;
                        size_t n;
                        unsigned to;
                        while (sucref_exchange_send(&e, message, sizeof message, &n, &to) == SUCREF_OK) { }
                        if (sucref_exchange_wants(&e, 0, &want) == SUCREF_OK) {
                            static int32_t v[2 * RS_WIDE];
                            sucref_shard s;
                            s.job = 0; s.layer = (uint16_t)(p.plan * 256U + want.level); s.plane = want.stop;
                            s.shard = want.from; s.unit.multiplier = 0; s.unit.exponent = (int8_t)p.device;
                            for (s.count = 1; s.count < 2 * RS_WIDE; s.count++) {
                                if (sucref_shard_pack(message, sizeof message, &n, &s, v) == SUCREF_OK &&
                                    sucref_exchange_take(&e, message, n) > 0) {
                                    break;
                                }
                            }
                        }
                    }
                }
                free(work); free(x);
            } else {
                refused++;
                CHECK(fault.field != NULL);
            }
            free(copy);
        }
        free_world();
    }
    CHECK(opened > 1000 && refused > 5000);
}

/* sums that no neurons can have are refused, and the largest are not: they cannot overflow S */
static void sums_from_anywhere(void)
{
    int tries, found = 0;
    for (tries = 0; tries < 300; tries++) {
        unsigned i, k;
        make_world();
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, 0); collect(i, 0); }
        for (k = 0; k < w.queued; k++) {
            letter now = w.queue[k];
            sucref_exchange_want want;
            sucref_shard s;
            uint32_t c, of = 0;
            CHECK(sucref_shard_open(&s, now.bytes, now.len) == SUCREF_OK);
            for (i = 0; sucref_exchange_wants(&w.d[now.to].e, i, &want) == SUCREF_OK && want.from != s.shard; i++) { }
            if (want.from != s.shard || s.plane != 0 || s.count <= (want.count + 3U) / 4U || now.to == w.devices) {
                continue;
            }
            for (c = 0; c < w.m.n_in; c++) { of += w.owner[0][c] == s.shard; }
            put_le(now.bytes + 16, 255 * of + 1, 4);
            bytes_close(now.bytes, now.len);
            CHECK(sucref_exchange_take(&w.d[now.to].e, now.bytes, now.len) == SUCREF_E_DATA && w.d[now.to].e.bad == 1);
            put_le(now.bytes + 16, 255 * of, 4);
            bytes_close(now.bytes, now.len);
            CHECK(sucref_exchange_take(&w.d[now.to].e, now.bytes, now.len) > 0);
            found++;
            break;
        }
        w.queued = 0;
        free_world();
    }
    CHECK(found > 20);
}

/* a part whose rows need sums that a link does not send at that stop is refused: they would be guessed */
static void missing_sums(void)
{
    int tries, found = 0;
    for (tries = 0; tries < 300; tries++) {
        unsigned i, n, t;
        make_world();
        for (i = 0; i < w.devices; i++) {
            device *d = &w.d[i];
            uint8_t *links = d->bytes + 36 + (d->part.n_stops + 3) / 4 * 4 + 8 * (d->part.n_layers + 1);
            sucref_exchange_part p;
            uint32_t words = 0;
            for (n = 0; n < d->part.links; n++) {
                uint8_t *k = links + 20 * n;
                for (t = 0; k[2] == 1 && t < d->part.n_stops; t++) {
                    uint8_t *at = d->bytes + get_le(k + 16, 4) + 8 * t;
                    if (get_le(at, 2) == 0xFFFF) { continue; }
                    put_le(at + 4, get_le(at + 4, 4) - words, 4); /* what lies behind it moves up */
                    if (words == 0 && k[3] > 0 && exchange_sums_at(&w.plan, i, k[0], t)) {
                        words = k[3] + (get_le(at + 2, 2) + 3) / 4;
                        put_le(at, 0xFFFF, 2);
                    }
                }
            }
            if (words == 0) { continue; }
            close_file(d->bytes, d->len);
            CHECK(sucref_exchange_open(&p, d->bytes, d->len, NULL) == SUCREF_E_DATA);
            found++;
        }
        free_world();
    }
    CHECK(found > 5);
}

static void states_and_errors(void)
{
    uint8_t message[MESSAGE], notice[SUCREF_SHARD_OVERHEAD + 4];
    sucref_exchange_part p;
    sucref_exchange_want want;
    sucref_answer a;
    sucref_fault fault = { NULL, 0 };
    device *d;
    size_t len = 0;
    unsigned to, i;
    do { /* two devices that tell each other something */
        w.devices = 2;
        w.ahead = 2;
        make_model();
        new_owners(NODES);
        make_parts(7, 10);
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, 10); }
        d = &w.d[0];
        for (i = 0; sucref_exchange_send(&w.d[1].e, message, sizeof message, &len, &to) != SUCREF_OK || to != 0; i++) {
            if (w.m.n_layers < 3 || i == 50) { break; }
        }
        if (w.m.n_layers >= 3 && i < 50) { break; }
        free_world();
    } while (1);
    CHECK(len > 0);
    CHECK(sucref_exchange_open(NULL, d->bytes, d->len, NULL) == SUCREF_E_ARG &&
          sucref_exchange_open(&p, NULL, d->len, NULL) == SUCREF_E_ARG);
    CHECK(sucref_exchange_open(&p, d->bytes, d->len - 1, &fault) == SUCREF_E_DATA && fault.field != NULL);
    CHECK(sucref_exchange_open(&p, d->bytes, 35, NULL) == SUCREF_E_DATA);
    d->bytes[40] ^= 1;
    CHECK(sucref_exchange_open(&p, d->bytes, d->len, &fault) == SUCREF_E_DATA && strstr(fault.field, "CRC") != NULL);
    d->bytes[40] ^= 1;
    CHECK(sucref_exchange_work_len(NULL, 1) == 0 && sucref_exchange_work_len(&d->part, 0) == 0 &&
          sucref_exchange_work_len(&d->part, 3) == 0 && sucref_exchange_work_len(&d->part, 128) == 0 &&
          sucref_exchange_work_len(&d->part, 64) > sucref_exchange_work_len(&d->part, 32));
    CHECK(sucref_exchange_init(NULL, &d->part, d->work, 1, 2, 0) == SUCREF_E_ARG &&
          sucref_exchange_init(&d->e, NULL, d->work, 1, 2, 0) == SUCREF_E_ARG &&
          sucref_exchange_init(&d->e, &d->part, NULL, 1, 2, 0) == SUCREF_E_ARG &&
          sucref_exchange_init(&d->e, &d->part, d->work, 1, 5, 0) == SUCREF_E_RANGE);
    CHECK(sucref_exchange_begin(NULL, 11, d->x, 1) == SUCREF_E_ARG &&
          sucref_exchange_begin(&d->e, 11, NULL, 1) == SUCREF_E_ARG &&
          sucref_exchange_begin(&d->e, 11, d->x, d->part.n_in + 1U) == SUCREF_E_RANGE &&
          sucref_exchange_begin(&d->e, 9, d->x, d->part.n_in) == SUCREF_E_RANGE); /* over */
    CHECK(sucref_exchange_step(NULL, 1) == SUCREF_E_ARG && sucref_exchange_take(NULL, message, len) == SUCREF_E_ARG &&
          sucref_exchange_take(&d->e, NULL, len) == SUCREF_E_ARG);
    CHECK(sucref_exchange_send(NULL, message, 1, &len, &to) == SUCREF_E_ARG &&
          sucref_exchange_send(&d->e, NULL, 1, &len, &to) == SUCREF_E_ARG &&
          sucref_exchange_send(&d->e, message, 1, NULL, &to) == SUCREF_E_ARG &&
          sucref_exchange_send(&d->e, message, 1, &len, NULL) == SUCREF_E_ARG);
    CHECK(sucref_exchange_wants(NULL, 0, &want) == SUCREF_E_ARG &&
          sucref_exchange_wants(&d->e, 0, NULL) == SUCREF_E_ARG && sucref_exchange_answer(NULL, &a) == SUCREF_E_ARG &&
          sucref_exchange_answer(&d->e, NULL) == SUCREF_E_ARG &&
          sucref_exchange_answer(&d->e, &a) == SUCREF_E_STATE);
    CHECK(sucref_notice_pack(NULL, 24, 255, 0, 0, 0) == SUCREF_E_ARG &&
          sucref_notice_pack(notice, 24, 252, 0, 0, 0) == SUCREF_E_RANGE &&
          sucref_notice_pack(notice, 24, 256, 0, 0, 0) == SUCREF_E_RANGE &&
          sucref_notice_pack(notice, 24, 255, 256, 0, 0) == SUCREF_E_RANGE &&
          sucref_notice_pack(notice, 23, 255, 0, 0, 0) == SUCREF_E_SPACE);
    /* the message from 1, changed in every way but its CRC: it fits only as it was */
    for (i = 0; i < len - 4; i++) {
        const uint8_t was = message[i];
        const uint32_t dropped = d->e.bad + d->e.foreign;
        int status;
        if (i >= 16 || (i >= 4 && i < 8)) { continue; } /* values and the job */
        message[i] = (uint8_t)(was ^ 0x55);
        bytes_close(message, len);
        status = sucref_exchange_take(&d->e, message, len);
        CHECK((status == SUCREF_E_DATA || status == SUCREF_E_STATE) && d->e.bad + d->e.foreign == dropped + 1);
        message[i] = was;
    }
    CHECK(sucref_exchange_take(&d->e, message, len) == SUCREF_E_DATA); /* the CRC is the last change's */
    for (i = 0; i < 4; i++) { /* jobs 9 and 12 are not kept, 10 and 11 are */
        put_le(message + 4, 9 + i, 4);
        bytes_close(message, len);
        CHECK(sucref_exchange_take(&d->e, message, len) == (i == 0 || i == 3 ? SUCREF_E_STATE : SUCREF_MORE) ||
              (i == 1 && !sucref_exchange_wants(&d->e, 0, &want)) || i == 1);
    }
    put_le(message + 4, 11, 4); /* again, and with another value */
    bytes_close(message, len);
    i = d->e.repeated;
    CHECK(sucref_exchange_take(&d->e, message, len) == SUCREF_E_STATE && d->e.repeated == i + 1);
    message[16] ^= 1;
    bytes_close(message, len);
    i = d->e.bad;
    CHECK(sucref_exchange_take(&d->e, message, len) == SUCREF_E_DATA && d->e.bad == i + 1);
    /* notices that say nothing: an unknown kind, a plan beyond 255, a question to somebody else or of another job */
    CHECK(sucref_notice_pack(notice, 24, SUCREF_NOTICE_PLAN, 2, 10, 256) == SUCREF_OK &&
          sucref_exchange_take(&d->e, notice, 24) == SUCREF_E_DATA);
    CHECK(sucref_notice_pack(notice, 24, SUCREF_NOTICE_AGAIN, 2, 10, 1UL << 16) == SUCREF_OK &&
          sucref_exchange_take(&d->e, notice, 24) == SUCREF_E_STATE);
    CHECK(sucref_notice_pack(notice, 24, SUCREF_NOTICE_AGAIN, 2, 11, 0) == SUCREF_OK &&
          sucref_exchange_take(&d->e, notice, 24) == SUCREF_E_STATE);
    notice[8] = 252;
    bytes_close(notice, 24);
    CHECK(sucref_exchange_take(&d->e, notice, 24) == SUCREF_E_DATA);
    /* the plan that is in force already changes nothing, one from job 11 on ends only that one */
    CHECK(sucref_notice_pack(notice, 24, SUCREF_NOTICE_PLAN, 2, 10, 7) == SUCREF_OK &&
          sucref_exchange_take(&d->e, notice, 24) == SUCREF_MORE);
    CHECK(sucref_notice_pack(notice, 24, SUCREF_NOTICE_PLAN, 2, 11, 8) == SUCREF_OK &&
          sucref_exchange_take(&d->e, notice, 24) == SUCREF_MORE && d->e.plan == 8 && d->e.plan_job == 11);
    CHECK(sucref_exchange_begin(&d->e, 11, d->x, d->part.n_in) == SUCREF_E_STATE &&
          sucref_exchange_begin(&d->e, 10, d->x, d->part.n_in) == SUCREF_OK);
    CHECK(sucref_exchange_send(&w.d[1].e, message, 4, &len, &to) == SUCREF_E_SPACE ||
          sucref_exchange_send(&w.d[1].e, message, 4, &len, &to) == SUCREF_E_STATE);
    free_world();
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("1,000 networks on devices, any order, losses, repeats", all_networks);
    RUN("jobs purged while they run, and before", purges);
    RUN("a device gone for good, and the plan without it", fallback);
    RUN("a lost part recovered by a parity and stood in for", protected_part);
    RUN("sums from anywhere", sums_from_anywhere);
    RUN("a part that lacks sums", missing_sums);
    RUN("files with any bytes changed", any_file);
    RUN("states and errors", states_and_errors);
    return test_report("exchange");
}
