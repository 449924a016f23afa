/* exchange: random networks on random devices that tell each other activations, in any order of arrival, with losses
 * and repeats: every stop's answer is the whole network's; what is missing is named; jobs are purged, plans change. */
#include "library.h"
#include "exchange_world.h"
#include "../examples/tool/parts.h"
#include "../examples/tool/spares.h"
#include "crc.h"

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
    for (trial = 0; trial < 500; trial++) {
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
        CHECK(w.d[w.devices].done == SUCREF_WAIT);
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

/* ---- spares of the tool's files: every layer of every device ---- */

static respec shared;          /* the network with the spares' rows */
static int32_t z_of[NODES][RS_LAYERS * 4 * RS_WIDE];

/* a random network that can have spares, its parts on w.devices - spares devices and the spares; 0 where it has none */
static int make_spared(unsigned spares)
{
    unsigned i, devices = w.devices - spares;
    const unsigned all = w.devices;
    make_model();
    w.devices = devices;
    new_owners(NODES);
    w.devices = all;
    if (spares_add(&shared, &w.r, w.owner, devices, spares) != NULL) {
        for (i = 0; i <= w.m.n_layers; i++) { free(w.owner[i]); w.owner[i] = NULL; }
        if (shared.bits != NULL) { respec_free(&shared); }
        free(w.work); free(w.file); respec_free(&w.r); rs_free(&w.rs);
        return 0;
    }
    w.ahead = 1;
    CHECK(exchange_init(&w.plan, &shared, (const uint8_t *const *)w.owner, w.devices, 0));
    w.plan.answers = w.r.layer[w.m.n_layers - 1].n_out;
    for (i = 0; i < nodes(); i++) {
        device *d = &w.d[i];
        d->bytes = exchange_part(&d->len, &w.plan, i);
        CHECK(d->bytes != NULL && sucref_exchange_open(&d->part, d->bytes, d->len, NULL) == SUCREF_OK);
        d->work = (uint32_t *)malloc(4 * sucref_exchange_work_len(&d->part, 1));
        CHECK(sucref_exchange_init(&d->e, &d->part, d->work, sucref_exchange_work_len(&d->part, 1), 1, 0) == SUCREF_OK);
        CHECK(d->e.z == NULL);
        d->e.z = z_of[i];
    }
    return 1;
}

/* own neurons of a level, as the file says */
static uint32_t level_own(unsigned i, unsigned level) { return get_le(w.d[i].bytes + 40 + 8 * level, 2); }
static int32_t *layer_z(unsigned i, unsigned layer)
{
    unsigned l;
    int32_t *z = z_of[i];
    for (l = 1; l <= layer; l++) { z += level_own(i, l); }
    return z;
}

/* all but `gone` work and talk until nothing moves; the stand-in sends what it knows */
static void settle(unsigned gone)
{
    static uint8_t bytes[MESSAGE];
    unsigned i, to, moved = 1;
    size_t len;
    while (moved) {
        for (i = 0, moved = 0; i < nodes(); i++) {
            sucref_exchange *e = &w.d[i].e;
            const unsigned stop = e->stop, layer = e->layer;
            if (i != gone && w.d[i].done != SUCREF_DONE) { w.d[i].done = sucref_exchange_step(e, 0xFFFFFFFFU); }
            moved |= e->stop != stop || e->layer != layer;
            while (sucref_exchange_send(e, bytes, sizeof bytes, &len, &to) == SUCREF_OK) {
                CHECK(sucref_exchange_take(&w.d[to].e, bytes, len) >= 0);
                moved = 1;
            }
        }
    }
}

/* z of the lost device's rows of a layer, from the others' and the spares', of which one may be missing; how many */
static uint32_t recover_z(int32_t *found, unsigned gone, unsigned layer, unsigned spares)
{
    static int32_t room[NODES][4 * RS_WIDE];
    const int32_t *shard[NODES];
    const unsigned devices = w.devices - spares;
    const unsigned missing = spares > 1 ? devices + rnd_below(spares) : NODES;
    const uint32_t n = level_own(gone, layer + 1), present = ~(1U << gone) & ~(1U << missing);
    sucref_recovery plan;
    uint32_t most = 0, j, own;
    unsigned i;
    for (i = 0; i < devices; i++) { own = level_own(i, layer + 1); most = own > most ? own : most; }
    memset(room, 0, sizeof room);
    for (i = 0; i < w.devices; i++) {
        const int32_t *z = layer_z(i, layer);
        own = level_own(i, layer + 1);
        CHECK(i < devices || own == most || own == 2 * most);
        for (j = 0; i != gone && i != missing && j < own && j < most; j++) {
            room[i][j] = z[j] + (i >= devices && own > most ? 128 * z[j + most] : 0);
        }
        shard[i] = i == gone || i == missing ? NULL : room[i];
    }
    CHECK(sucref_recovery_plan(&plan, devices, spares, present, spare_limit(&w.r.layer[layer])) == SUCREF_OK &&
          sucref_recover(found, &plan, 0, shard, most) == SUCREF_OK);
    return n;
}

/* the outputs of z, by the lost device's own piece of the layer: its sums are z less the bias */
static void finish_piece(uint8_t *u, const int32_t *z, unsigned gone, unsigned layer)
{
    const uint8_t *p = w.d[gone].bytes, *level = p + 40 + 8 * layer;
    const sucref_exchange_part *part = &w.d[gone].part;
    const uint32_t first = get_le(level + 4, 2), pieces = get_le(level + 6, 1);
    const uint8_t *piece = p + 40 + 8 * (part->n_layers + 1U) + 20 * (uint32_t)(part->links + first);
    static int32_t y[RS_WIDE], again[RS_WIDE];
    static uint8_t x[RS_WIDE], out[RS_WIDE];
    const int32_t *planes[1] = { y };
    sucref_layer_sums sums;
    sucref_layer l;
    sucref_model m;
    uint32_t j;
    CHECK(pieces == (level_own(gone, layer + 1) > 0));
    if (pieces == 0) { return; }
    CHECK(sucref_model_open(&m, p + get_le(piece, 4), w.d[gone].len - get_le(piece, 4), NULL) == SUCREF_OK);
    sucref_model_layer(&l, &m, 0);
    for (j = 0; j < l.n_out; j++) { y[j] = z[j] - (int32_t)get_le(m.bytes + l.params_offset + 4 * j, 4); }
    memset(x, 255, sizeof x); /* with it no sum within the weights' reach is refused */
    sums.planes = planes; sums.input = x;
    CHECK(sucref_layer_finish(out, again, &m, 0, 0, &sums) == SUCREF_OK && memcmp(again, z, 4 * l.n_out) == 0);
    for (j = 0; j < l.n_out; j++) { u[get_le(p + get_le(piece + 8, 4) + 2 * j, 2)] = out[j]; }
}

/* each device is lost in turn, from the first layer on: layer by layer its z come again from the others' and the
 * spares', and a stand-in that computes nothing is given them; the answer is the whole network's */
static void spared(void)
{
    int trial, models = 0, lost = 0;
    for (trial = 0; models < 60; trial++) {
        const unsigned spares = 1 + rnd_below(2);
        unsigned gone, i, l;
        CHECK(trial < 50000);
        w.devices = spares + 2 + rnd_below(NODES - 2 - spares);
        if (!make_spared(spares)) { continue; }
        models++;
        for (gone = 0; gone + spares < w.devices; gone++) {
            sucref_answer a;
            w.devices -= spares;
            new_input();
            w.devices += spares;
            for (i = 0; i < nodes(); i++) { begin(i, gone); }
            for (l = 0; l < w.m.n_layers; l++) {
                static int32_t z[4 * RS_WIDE];
                uint8_t u[RS_WIDE] = { 0 };
                uint32_t n;
                settle(gone);
                n = recover_z(z, gone, l, spares);
                finish_piece(u, z, gone, l);
                CHECK(sucref_exchange_give(&w.d[gone].e, u, z, n) == SUCREF_OK);
                lost += (int)n;
            }
            settle(gone);
            CHECK(w.d[w.devices].done == SUCREF_DONE && sucref_exchange_answer(&w.d[w.devices].e, &a) == SUCREF_OK);
            CHECK(a.n_out == w.m.n_out && memcmp(a.logits, w.logits[0], 4 * a.n_out) == 0);
        }
        respec_free(&shared);
        free_world();
    }
    CHECK(lost > 500);
}

/* what can have none is refused */
static void no_spares(void)
{
    int trial, refused = 0;
    for (trial = 0; trial < 100; trial++) {
        w.devices = 2;
        make_model();
        new_owners(NODES);
        if (w.m.n_stops > 1) {
            CHECK(spares_add(&shared, &w.r, w.owner, 2, 1) != NULL);
            refused++;
        }
        CHECK(spares_add(&shared, &w.r, w.owner, 17, 1) != NULL && spares_add(&shared, &w.r, w.owner, 9, 4) != NULL);
        make_parts(0, 0);
        free_world();
    }
    CHECK(refused > 20);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("1,000 networks on devices, any order, losses, repeats", all_networks);
    RUN("jobs purged while they run, and before", purges);
    RUN("a device gone for good, and the plan without it", fallback);
    RUN("a lost part recovered by a parity and stood in for", protected_part);
    RUN("spares: any device lost in every layer, its z come again", spared);
    RUN("models and numbers of devices without spares", no_spares);
    return test_report("exchange");
}
