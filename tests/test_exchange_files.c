/* exchange files: what no part of a network may hold, what no message may say, and every state and error of
 * sucref_exchange_*. */
#include "library.h"
#include "exchange_world.h"
#include "crc.h"

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

/* a list may stand anywhere but at an odd place, where some cores cannot read it */
static void odd_places(void)
{
    unsigned odd, i;
    make_world();
    for (i = 0; i < w.devices; i++) {
        const device *d = &w.d[i];
        const uint32_t pieces = (uint32_t)(36 + (d->part.n_stops + 3) / 4 * 4 + 8 * (d->part.n_layers + 1) +
                                           20 * d->part.links),
                       len = (uint32_t)d->len, more = 2U * RS_WIDE + 2U;
        for (odd = 0; odd < 2 && d->part.pieces > 0; odd++) {
            uint8_t *const file = (uint8_t *)calloc(1, len + more);
            const uint32_t from = get_le(d->bytes + pieces + 8, 4), to = len + (len & 1U) + odd;
            sucref_exchange_part p;
            memcpy(file, d->bytes, len);
            memcpy(file + to, file + from, len - from < more - 2U ? len - from : more - 2U);
            put_le(file + pieces + 8, to, 4);
            put_le(file + 8, len + more, 4);
            close_file(file, len + more);
            CHECK(sucref_exchange_open(&p, file, len + more, NULL) == (odd ? SUCREF_E_DATA : SUCREF_OK));
            free(file);
        }
    }
    free_world();
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
    int status;
    do { /* two devices that tell each other something */
        w.devices = 2;
        w.ahead = 2;
        make_model();
        new_owners(NODES);
        make_parts(7, 10);
        new_input();
        for (i = 0; i < nodes(); i++) { begin(i, 10); }
        d = &w.d[0];
        status = sucref_exchange_send(&w.d[1].e, message, 4, &len, &to); /* too short for what is ready, if any is */
        CHECK(status == SUCREF_E_STATE || (status == SUCREF_E_SPACE && len > 4));
        for (i = 0; sucref_exchange_send(&w.d[1].e, message, sizeof message, &len, &to) != SUCREF_OK || to != 0; i++) {
            if (w.m.n_layers < 3 || i == 50) { break; }
        }
        if (w.m.n_layers >= 3 && i < 50) { CHECK(status == SUCREF_E_SPACE); break; }
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
        status = sucref_exchange_take(&d->e, message, len);
        CHECK(status == (i == 0 || i == 3 ? SUCREF_E_STATE : i == 1 ? SUCREF_STOP : SUCREF_MORE));
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
    CHECK(sucref_exchange_send(&w.d[1].e, message, sizeof message, &len, &to) == SUCREF_E_STATE);
    free_world();
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("sums from anywhere", sums_from_anywhere);
    RUN("a part that lacks sums", missing_sums);
    RUN("lists at odd places", odd_places);
    RUN("files with any bytes changed", any_file);
    RUN("states and errors", states_and_errors);
    return test_report("exchange files");
}
