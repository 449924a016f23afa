/* sensor.h - a device that senses a part of the input and exchanges activations: what it does with a datagram.
 *
 *     sensed   0 'I'  4 u32 job  8 its own inputs; the same again: send all messages again, and say what is missing
 *     leave    0 'Q'
 *     all else messages and notices of exchange
 */
#ifndef SUCREF_EXAMPLES_SENSOR_H
#define SUCREF_EXAMPLES_SENSOR_H
#include <string.h>

enum { SENSOR_PART = 110000, SENSOR_WORK = 4000, SENSOR_DATAGRAM = 1024, SENSOR_AHEAD = 2 };

typedef struct {
    sucref_exchange_part part[2]; /* one for each plan */
    sucref_exchange e;
    uint32_t work[SENSOR_WORK];
    uint32_t job;            /* the last one sensed */
    int plans, sensing;
} sensor;

typedef void sensor_send(unsigned to, const uint8_t *bytes, size_t len);

/* into plan `which` from a job on; 1 or 0 */
static int sensor_switch(sensor *s, unsigned which, uint32_t job)
{
    return (int)which < s->plans &&
           sucref_exchange_init(&s->e, &s->part[which], s->work, SENSOR_WORK, SENSOR_AHEAD, job) == SUCREF_OK;
}

/* works until it waits or is done, and sends what is ready; a status */
static int sensor_work(sensor *s, sensor_send *put)
{
    static uint8_t message[SENSOR_DATAGRAM];
    size_t len;
    unsigned to;
    int status;
    do {
        status = sucref_exchange_step(&s->e, 5000);
        while (sucref_exchange_send(&s->e, message, sizeof message, &len, &to) == SUCREF_OK) { put(to, message, len); }
    } while (status == SUCREF_MORE || status == SUCREF_STOP);
    return status;
}

/* asks for what is missing, and tells the node so */
static void sensor_ask(sensor *s, sensor_send *put)
{
    uint8_t notice[SUCREF_SHARD_OVERHEAD + 4];
    sucref_exchange_want want;
    unsigned n;
    for (n = 0; sucref_exchange_wants(&s->e, n, &want) == SUCREF_OK; n++) {
        (void)sucref_notice_pack(notice, sizeof notice, SUCREF_NOTICE_AGAIN, s->e.part->device, want.job, want.again);
        put(want.from, notice, sizeof notice);
        put(s->e.part->devices, notice, sizeof notice);
    }
}

/* 0 when it is to leave */
static int sensor_hear(sensor *s, const uint8_t *m, size_t len, sensor_send *put)
{
    if (len > 0 && m[0] == 'Q') { return 0; }
    if (s->plans == 0) { return 1; }
    if (len > 8 && m[0] == 'I') {
        const uint32_t job = (uint32_t)m[4] | (uint32_t)m[5] << 8 | (uint32_t)m[6] << 16 | (uint32_t)m[7] << 24;
        const int again = s->sensing && job == s->job;
        if (sucref_exchange_begin(&s->e, job, m + 8, len - 8) != SUCREF_OK) { return 1; }
        s->job = job; s->sensing = 1;
        if (sensor_work(s, put) == SUCREF_WAIT && again) { sensor_ask(s, put); }
        return 1;
    }
    if (sucref_exchange_take(&s->e, m, len) == SUCREF_DONE && s->e.plan != s->e.part->plan) {
        (void)sensor_switch(s, s->e.plan, s->e.plan_job);
        s->sensing = 0;
    }
    (void)sensor_work(s, put);
    return 1;
}
#endif
