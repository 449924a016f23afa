/* fusion: messages, and the state machine under losses, repeats, damage and any order;
 * every release equals the uncoded plane. */
#include "library.h"
#include "crc.h"

enum { N = 4, R = 2, ROWS = 5, PLANES = 3, JOBS = 2, MEMORY = JOBS * (4 + PLANES * (1 + (N + R) * ROWS)) };

/* the last plane has no parity */
static const sucref_fusion_options options = { 1 << 20, ROWS, N, R, PLANES, 2, JOBS };
static uint32_t memory[MEMORY];
static int32_t y[PLANES][N + R][ROWS];
static uint8_t message[PLANES][N + R][SUCREF_SHARD_OVERHEAD + 4 * ROWS];
static size_t message_len;

/* what an honest parity device answers, wrapping */
static void parity_of(int32_t *out, const int32_t *const *x, unsigned parity)
{
    unsigned i, k;
    for (k = 0; k < ROWS; k++) {
        uint32_t sum = 0;
        for (i = 0; i < N; i++) { sum += (uint32_t)sucref_parity_coefficient(N, R, parity, i) * (uint32_t)x[i][k]; }
        out[k] = (int32_t)sum;
    }
}

/* message[plane][shard] from y, of a unit that every job has for itself */
static void pack(uint32_t job, unsigned layer, unsigned plane, unsigned shard)
{
    sucref_shard s;
    memset(&s, 0, sizeof s);
    s.job = job; s.layer = (uint16_t)layer; s.count = ROWS; s.plane = (uint8_t)plane; s.shard = (uint8_t)shard;
    s.unit.multiplier = 0x40000000 + (int32_t)job; s.unit.exponent = (int8_t)(-3 - (int)layer);
    CHECK(sucref_shard_pack(message[plane][shard], sizeof message[plane][shard], &message_len, &s, y[plane][shard]) ==
              SUCREF_OK && message_len == sizeof message[plane][shard]);
}

static void make(uint32_t job, unsigned layer)
{
    unsigned t, i, k;
    for (t = 0; t < PLANES; t++) {
        const int32_t *p[N];
        for (i = 0; i < N; i++) {
            p[i] = y[t][i];
            for (k = 0; k < ROWS; k++) { y[t][i][k] = rnd_in(-(1 << 19), 1 << 19); }
        }
        for (i = 0; i < R; i++) { parity_of(y[t][N + i], p, i); }
        for (i = 0; i < N + R; i++) { pack(job, layer, t, i); }
    }
}

static void messages(void)
{
    sucref_shard s;
    size_t k;
    uint8_t room[20];
    make(77, 3);
    CHECK(sucref_shard_open(&s, message[1][4], message_len) == SUCREF_OK && s.job == 77 && s.layer == 3 &&
          s.plane == 1 && s.shard == 4 && s.count == ROWS);
    CHECK(s.unit.multiplier == 0x40000000 + 77 && s.unit.exponent == -6);
    for (k = 0; k < ROWS; k++) { CHECK(get_le(s.outputs + 4 * k, 4) == (uint32_t)y[1][4][k]); }
    CHECK(message[1][4][1] == 0xFA && get_le(message[1][4] + 12, 4) == 0x4000004D &&
          s.outputs == message[1][4] + 16);
    for (k = 0; k < message_len; k++) {
        uint8_t *cut = (uint8_t *)malloc(k ? k : 1);
        memcpy(cut, message[0][0], k);
        CHECK(sucref_shard_open(&s, cut, k) == SUCREF_E_DATA);
        free(cut);
        message[0][0][k] ^= (uint8_t)(1U << rnd_below(8));
        CHECK(sucref_shard_open(&s, message[0][0], message_len) == SUCREF_E_DATA);
        make(77, 3);
    }
    s.count = 2;
    CHECK(sucref_shard_pack(room, 20, NULL, &s, y[0][0]) == SUCREF_E_ARG &&
          sucref_shard_pack(room, 20, &k, NULL, y[0][0]) == SUCREF_E_ARG &&
          sucref_shard_pack(room, 20, &k, &s, NULL) == SUCREF_E_ARG);
    CHECK(sucref_shard_open(NULL, message[0][0], 9) == SUCREF_E_ARG && sucref_shard_open(&s, NULL, 9) == SUCREF_E_ARG);
    s.count = 0;
    CHECK(sucref_shard_pack(room, sizeof room, &k, &s, y[0][0]) == SUCREF_E_RANGE);
    { /* the longest message */
        static uint8_t longest[SUCREF_SHARD_OVERHEAD + 4 * 16384];
        static int32_t outputs[16383];
        outputs[16382] = -5;
        s.count = 16383;
        CHECK(sucref_shard_pack(longest, sizeof longest, &k, &s, outputs) == SUCREF_OK &&
              k == sizeof longest - 4);
        CHECK(sucref_shard_open(&s, longest, k) == SUCREF_OK && s.count == 16383 &&
              get_le(s.outputs + 4 * 16382, 4) == (uint32_t)-5);
        for (s.count = 16382; s.count <= 16384; s.count++) { /* another count than the length's, and one too many */
            sucref_shard got;
            put_le(longest + 10, s.count, 2);
            bytes_close(longest, k);
            CHECK(sucref_shard_open(&got, longest, k) == (s.count == 16383 ? SUCREF_OK : SUCREF_E_DATA));
        }
        bytes_close(longest, sizeof longest);
        CHECK(sucref_shard_open(&s, longest, sizeof longest) == SUCREF_E_DATA);
    }
    s.count = 16384;
    CHECK(sucref_shard_pack(room, sizeof room, &k, &s, y[0][0]) == SUCREF_E_RANGE);
    s.count = 2;
    CHECK(sucref_shard_pack(room, sizeof room, &k, &s, y[0][0]) == SUCREF_E_SPACE && k == 28 &&
          sucref_shard_pack(NULL, 1, &k, &s, y[0][0]) == SUCREF_E_ARG);
}

/* undamaged messages that no device of this job sends: each difference by itself is counted, nothing else happens */
static void other_shapes(void)
{
    /* count, plane, shard; the last is fine */
    static const uint16_t shape[7][3] = { { ROWS - 1, 0, 0 }, { ROWS + 1, 0, 0 }, { ROWS, PLANES, 0 }, { ROWS, 255, 0 },
                                          { ROWS, 0, N + R }, { ROWS, 2, N }, { ROWS, PLANES - 1, N - 1 } };
    static int32_t outputs[ROWS + 1];
    uint8_t m[SUCREF_SHARD_OVERHEAD + 4 * (ROWS + 1)];
    sucref_fusion f;
    uint32_t k, before[MEMORY];
    size_t len;
    CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK && sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
    for (k = 0; k < 7; k++) {
        sucref_shard s;
        memset(&s, 0, sizeof s);
        s.job = 9; s.layer = 1; s.count = shape[k][0]; s.plane = (uint8_t)shape[k][1]; s.shard = (uint8_t)shape[k][2];
        memcpy(before, memory, sizeof before);
        CHECK(sucref_shard_pack(m, sizeof m, &len, &s, outputs) == SUCREF_OK);
        CHECK(sucref_fusion_take(&f, m, len) == (k < 6 ? SUCREF_E_DATA : SUCREF_MORE) && f.bad == (k < 6 ? k + 1 : 6));
        CHECK((memcmp(before, memory, sizeof before) == 0) == (k < 6));
    }
    CHECK(sucref_fusion_take(&f, NULL, 20) == SUCREF_E_ARG && sucref_fusion_take(NULL, m, len) == SUCREF_E_ARG);
    CHECK(sucref_fusion_take(&f, m, 0) == SUCREF_E_DATA && f.bad == 7 && f.foreign == 0 && f.repeated == 0);
}

/* a wrong device with a right CRC: outputs at the limit are refused where they come, those of parities where they are
 * used; and so is another unit than the job's first message said */
static void beyond_the_limit(void)
{
    static const int32_t edge[6] = { (1 << 20) - 1, 1 - (1 << 20), 1 << 20, -(1 << 20), INT32_MAX, INT32_MIN };
    sucref_fusion f;
    int32_t out[N][ROWS];
    unsigned i, k;
    for (k = 0; k < 6; k++) {
        CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK &&
              sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
        make(9, 1);
        y[0][1][ROWS - 1] = edge[k];
        pack(9, 1, 0, 1);
        CHECK(sucref_fusion_take(&f, message[0][1], message_len) == (k < 2 ? SUCREF_MORE : SUCREF_E_DATA) &&
              f.bad == (k < 2 ? 0 : 1));
    }
    CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK && sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
    make(9, 1);
    y[0][N][2] += 1 << 22; /* the first parity is a plain sum: the lost output becomes too large by as much */
    pack(9, 1, 0, N);
    for (i = 1; i <= N; i++) { CHECK(sucref_fusion_take(&f, message[0][i], message_len) > 0); }
    memset(out, 0x55, sizeof out);
    CHECK(sucref_fusion_stops(&f, 9, 1) == 1 && sucref_fusion_release(&f, 9, 1, 0, out[0], NULL) == SUCREF_E_DATA &&
          out[0][0] == 0x55555555 && out[N - 1][ROWS - 1] == 0x55555555);
    make(9, 1);
    message[1][0][12] ^= 1;
    bytes_close(message[1][0], message_len);
    CHECK(sucref_fusion_take(&f, message[1][0], message_len) == SUCREF_E_DATA);
    message[1][0][12] ^= 1;
    message[1][0][1] ^= 1;
    bytes_close(message[1][0], message_len);
    CHECK(sucref_fusion_take(&f, message[1][0], message_len) == SUCREF_E_DATA && f.bad == 2);
    message[1][0][1] ^= 1;
    bytes_close(message[1][0], message_len);
    CHECK(sucref_fusion_take(&f, message[1][0], message_len) == SUCREF_MORE);
}

/* more shards than are needed are compared before anything is released, whether data are lost or not */
static void contradictions(void)
{
    int trial, refused = 0;
    for (trial = 0; trial < 2000; trial++) {
        const unsigned lost = rnd_below(N + 1), wrong = rnd_below(N + R), row = rnd_below(ROWS);
        sucref_fusion f;
        int32_t out[N][ROWS];
        unsigned i;
        CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK &&
              sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
        make(9, 1);
        y[0][wrong][row] ^= 1 << rnd_below(15); /* stays below the limit */
        pack(9, 1, 0, wrong);
        for (i = 0; i < N + R; i++) {
            const int status = i == lost ? SUCREF_MORE : sucref_fusion_take(&f, message[0][i], message_len);
            CHECK(status > 0 || (i == wrong && status == SUCREF_E_DATA));
        }
        memset(out, 0x55, sizeof out);
        if (wrong == lost) {
            CHECK(sucref_fusion_release(&f, 9, 1, 0, out[0], NULL) == SUCREF_OK);
            continue;
        }
        refused += f.bad == 0;
        CHECK(f.bad == 1 || (sucref_fusion_release(&f, 9, 1, 0, out[0], NULL) == SUCREF_E_DATA &&
              out[0][0] == 0x55555555));
    }
    CHECK(refused > 1000);
}

/* memory that another job has used: nothing of it is left; and a number that comes again is refused as long as it can
 * be known */
static void used_again(void)
{
    sucref_fusion f;
    int32_t out[N][ROWS];
    sucref_scale unit;
    unsigned i, t, job;
    CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK);
    for (job = 1; job < 20; job++) {
        CHECK(sucref_fusion_begin(&f, job, 1) == SUCREF_OK && sucref_fusion_stops(&f, job, 1) == 0);
        for (t = 0; t < PLANES; t++) { CHECK(sucref_fusion_release(&f, job, 1, t, out[0], NULL) == SUCREF_E_STATE); }
        make(job, 1);
        for (t = 0; t < PLANES; t++) {
            for (i = 0; i < N; i++) {
                CHECK(sucref_fusion_take(&f, message[t][i], message_len) == (i == N - 1 ? SUCREF_STOP : SUCREF_MORE));
            }
            unit.multiplier = 0;
            CHECK(sucref_fusion_release(&f, job, 1, t, out[0], &unit) == SUCREF_OK &&
                  memcmp(out, y[t], sizeof out) == 0);
            CHECK(unit.multiplier == 0x40000000 + (int32_t)job && unit.exponent == -4);
        }
        CHECK(sucref_fusion_close(&f, job, 1) == PLANES);
        CHECK(sucref_fusion_take(&f, message[0][N], message_len) == SUCREF_E_STATE && f.foreign == job);
        CHECK(sucref_fusion_begin(&f, job, 1) == SUCREF_E_STATE); /* late messages would be taken for the new job's */
        CHECK(sucref_fusion_close(&f, job, 1) == SUCREF_E_STATE && f.bad == 0 && f.repeated == 0);
    }
    CHECK(sucref_fusion_begin(&f, 19, 2) == SUCREF_OK); /* another layer's is another job */
    CHECK(sucref_fusion_begin(&f, 20, 1) == SUCREF_OK && sucref_fusion_begin(&f, 21, 1) == SUCREF_E_SPACE);
    CHECK(sucref_fusion_close(&f, 20, 1) == 0 && sucref_fusion_begin(&f, 19, 1) == SUCREF_OK); /* long ago */
}

/* a copy changes nothing; another message in its place is neither taken nor overwrites the first */
static void repeats(void)
{
    sucref_fusion f;
    int32_t out[N][ROWS];
    unsigned i;
    CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK && sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
    make(9, 1);
    for (i = 0; i < N; i++) { CHECK(sucref_fusion_take(&f, message[0][i], message_len) > 0); }
    CHECK(sucref_fusion_take(&f, message[0][2], message_len) == SUCREF_E_STATE && f.repeated == 1 && f.bad == 0);
    y[0][2][0] ^= 1;
    pack(9, 1, 0, 2);
    CHECK(sucref_fusion_take(&f, message[0][2], message_len) == SUCREF_E_DATA && f.repeated == 1 && f.bad == 1);
    y[0][2][0] ^= 1;
    CHECK(sucref_fusion_release(&f, 9, 1, 0, out[0], NULL) == SUCREF_OK && memcmp(out, y[0], sizeof out) == 0);
}

/* random order, losses, repeats and damage: a stop is announced exactly when a naive count says so,
 * and releases exactly */
static void any_order(void)
{
    int trial, e;
    unsigned long released = 0, withheld = 0;
    for (trial = 0; trial < 3000; trial++) {
        sucref_fusion f;
        uint32_t came[PLANES] = { 0 }, again = 0, bad = 0, foreign = 0;
        unsigned stops = 0;
        CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK &&
              sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
        make(9, 1);
        for (e = 0; e < 30; e++) {
            const unsigned t = rnd_below(PLANES), i = rnd_below(N + R), kind = rnd_below(12);
            unsigned now, q;
            int said;
            if (kind == 0) {
                message[t][i][rnd_below((uint32_t)message_len)] ^= 4;
                CHECK(sucref_fusion_take(&f, message[t][i], message_len) == SUCREF_E_DATA);
                bad++;
                pack(9, 1, t, i);
                continue;
            }
            if (kind == 1) { /* another job */
                sucref_shard s;
                uint8_t other[SUCREF_SHARD_OVERHEAD + 4 * ROWS];
                memset(&s, 0, sizeof s);
                s.job = 10; s.layer = 1; s.count = ROWS;
                CHECK(sucref_shard_pack(other, sizeof other, &message_len, &s, y[0][0]) == SUCREF_OK &&
                      sucref_fusion_take(&f, other, message_len) == SUCREF_E_STATE);
                foreign++;
                continue;
            }
            said = sucref_fusion_take(&f, message[t][i], message_len);
            if (i >= N && t >= 2) { CHECK(said == SUCREF_E_DATA); bad++; continue; } /* a parity that cannot be */
            if (came[t] >> i & 1U) { CHECK(said == SUCREF_E_STATE); again++; continue; }
            came[t] |= 1U << i;
            for (now = 0; now < PLANES; now++) {
                unsigned count = 0;
                for (q = 0; q < N + R; q++) { count += came[now] >> q & 1U; }
                if ((came[now] & 15U) != 15U && (now >= 2 || count < N)) { break; }
            }
            CHECK(said == (now > stops ? SUCREF_STOP : SUCREF_MORE));
            stops = now;
            CHECK(sucref_fusion_stops(&f, 9, 1) == (int)stops);
            for (now = 0; now < PLANES; now++) {
                int32_t out[N][ROWS];
                const int status = sucref_fusion_release(&f, 9, 1, now, out[0], NULL);
                if (now >= stops) { CHECK(status == SUCREF_E_STATE); withheld++; continue; }
                CHECK(status == SUCREF_OK && memcmp(out, y[now], sizeof out) == 0);
                released++;
            }
        }
        CHECK(f.bad == bad && f.repeated == again && f.foreign == foreign);
        CHECK(sucref_fusion_close(&f, 9, 1) == (int)stops && sucref_fusion_stops(&f, 9, 1) == SUCREF_E_STATE);
        CHECK(sucref_fusion_take(&f, message[0][0], message_len) == SUCREF_E_STATE &&
              f.foreign == foreign + 1); /* late */
    }
    CHECK(released > 10000 && withheld > 10000);
}

static void states_and_errors(void)
{
    sucref_fusion f;
    sucref_fusion_options o = options;
    int32_t out[N * ROWS];
    CHECK(sucref_fusion_work_len(&options) == MEMORY && sucref_fusion_work_len(NULL) == 0);
    CHECK(sucref_fusion_init(&f, NULL, memory, MEMORY) == SUCREF_E_ARG &&
          sucref_fusion_init(&f, &options, NULL, MEMORY) == SUCREF_E_ARG);
    CHECK(sucref_fusion_init(NULL, &options, memory, MEMORY) == SUCREF_E_ARG &&
          sucref_fusion_init(&f, &options, memory, MEMORY - 1) == SUCREF_E_SPACE);
#define REFUSED(change)                                                                                                \
    o = options;                                                                                                       \
    change;                                                                                                            \
    CHECK(sucref_fusion_work_len(&o) == 0 && sucref_fusion_init(&f, &o, memory, MEMORY) == SUCREF_E_RANGE)
    REFUSED(o.n = 0);
    REFUSED(o.n = 17);
    REFUSED(o.r = 5);
    REFUSED((o.n = 9, o.r = 4));
    REFUSED(o.rows = 0);
    REFUSED(o.rows = 16384);
    REFUSED(o.planes = 0);
    REFUSED(o.planes = 9);
    REFUSED(o.protect = 4);
    REFUSED(o.jobs = 0);
    REFUSED(o.jobs = 65);
    REFUSED(o.limit = 0);
    REFUSED(o.limit = 0x80000001U);
    { /* the largest of everything: jobs, planes and shards; rows */
        static uint32_t large[64 * (4 + 8 * 20)];
        unsigned job;
        memset(&o, 0, sizeof o);
        o.limit = 1; o.rows = 1; o.n = 16; o.r = 3; o.planes = o.protect = 8; o.jobs = 64;
        CHECK(sucref_fusion_work_len(&o) == sizeof large / 4 &&
              sucref_fusion_init(&f, &o, large, sizeof large / 4) == SUCREF_OK);
        for (job = 0; job < 64; job++) { CHECK(sucref_fusion_begin(&f, job, 65535) == SUCREF_OK); }
        CHECK(sucref_fusion_begin(&f, 64, 65535) == SUCREF_E_SPACE && sucref_fusion_stops(&f, 63, 65535) == 0);
        o.rows = 16383; o.n = 1; o.r = 0; o.planes = 1; o.protect = 0; o.jobs = 1;
        CHECK(sucref_fusion_work_len(&o) == 5 + 16383);
    }
    CHECK(sucref_fusion_init(&f, &options, memory, MEMORY) == SUCREF_OK);
    CHECK(sucref_fusion_begin(&f, 1, 0) == SUCREF_OK && sucref_fusion_begin(&f, 1, 0) == SUCREF_E_STATE &&
          sucref_fusion_begin(&f, 1, 1) == SUCREF_OK && sucref_fusion_begin(&f, 2, 0) == SUCREF_E_SPACE);
    CHECK(sucref_fusion_begin(&f, 3, 65536) == SUCREF_E_RANGE &&
          sucref_fusion_begin(&f, 0, 0xFFFFFFFFU) == SUCREF_E_RANGE);
    CHECK(sucref_fusion_stops(&f, 0, 0xFFFFFFFFU) == SUCREF_E_STATE &&
          sucref_fusion_close(&f, 1, 65536) == SUCREF_E_STATE);
    CHECK(sucref_fusion_begin(NULL, 1, 0) == SUCREF_E_ARG && sucref_fusion_stops(NULL, 1, 0) == SUCREF_E_ARG &&
          sucref_fusion_close(NULL, 1, 0) == SUCREF_E_ARG &&
          sucref_fusion_release(NULL, 1, 0, 0, out, NULL) == SUCREF_E_ARG &&
          sucref_fusion_release(&f, 1, 0, 0, NULL, NULL) == SUCREF_E_ARG);
    CHECK(sucref_fusion_release(&f, 1, 0, 0, out, NULL) == SUCREF_E_STATE &&
          sucref_fusion_release(&f, 5, 0, 0, out, NULL) == SUCREF_E_STATE &&
          sucref_fusion_close(&f, 5, 0) == SUCREF_E_STATE);
    CHECK(sucref_fusion_close(&f, 1, 0) == 0 && sucref_fusion_begin(&f, 2, 0) == SUCREF_OK);
    { /* a wrong shard that a recovery contradicts, and a limit that no recovery keeps */
        unsigned i;
        make(2, 0);
        y[0][4][0] += 1;
        pack(2, 0, 0, 4);
        for (i = 2; i < N + R; i++) {
            CHECK(sucref_fusion_take(&f, message[0][i], message_len) == (i == N + R - 1 ? SUCREF_STOP : SUCREF_MORE));
        }
        CHECK(sucref_fusion_release(&f, 2, 0, 0, out, NULL) == SUCREF_E_DATA);
        f.o.limit = 0x80000000U;
        CHECK(sucref_fusion_release(&f, 2, 0, 0, out, NULL) == SUCREF_E_RANGE);
    }
    o = options; o.r = 0; o.protect = 0; /* without parities */
    CHECK(sucref_fusion_init(&f, &o, memory, MEMORY) == SUCREF_OK && sucref_fusion_begin(&f, 9, 1) == SUCREF_OK);
    {
        unsigned i;
        make(9, 1);
        CHECK(sucref_fusion_take(&f, message[0][N], message_len) == SUCREF_E_DATA);
        for (i = 0; i < N; i++) { CHECK(sucref_fusion_take(&f, message[0][i], message_len) > 0); }
        CHECK(sucref_fusion_release(&f, 9, 1, 0, out, NULL) == SUCREF_OK && memcmp(out, y[0], sizeof out) == 0);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("messages", messages);
    RUN("any order, losses, repeats, damage", any_order);
    RUN("messages of other shapes", other_shapes);
    RUN("outputs beyond the limit, another unit", beyond_the_limit);
    RUN("shards that contradict each other", contradictions);
    RUN("a job's memory and number used again", used_again);
    RUN("copies, and another message in their place", repeats);
    RUN("states and errors", states_and_errors);
    return test_report("fusion");
}
