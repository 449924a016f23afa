/* test_net.c - the law: every stop of the stepping engine equals the int64 oracle, bit for bit, for random networks of
 * every kind, every work budget, every order of reading; the last stop equals the one-shot network. */
#define SUCREF_HOST
#define SUCREF_STATIC
#define SUCREF_ASSERT(cond) CHECK(cond)
#define SUCREF_BARRIER() interrupt()
#include "test.h"
#if defined(SUCREF_CONSTANT_WORK) || (defined(SUCREF_KERNEL) && (SUCREF_KERNEL == 1 || SUCREF_KERNEL == 4))
#  define READS_ALL 0 /* of one product at a time: the plain layout only */
#else
#  define READS_ALL 1
#endif

static void interrupt(void);
#include "../sucref.h"
#include "../examples/tool/corrections.h"
#include "oracle.h"
#include "random_spec.h"

#ifndef NETS
#define NETS 3000
#endif

static random_spec r;
static int32_t want_z[RS_STOPS][RS_WIDE], got_z[RS_WIDE];
static uint8_t want_u[RS_STOPS][RS_WIDE], got_u[RS_WIDE], x[RS_WIDE];

static int same(const sucref_answer *a, unsigned stop)
{
    return a->stop == stop && memcmp(a->logits, want_z[stop], a->n_out * 4U) == 0 &&
           memcmp(a->out, want_u[stop], a->n_out) == 0;
}

static void oracle_all(void)
{
    unsigned t;
    for (t = 0; t < r.spec.n_stops; t++) { oracle_stop(want_z[t], want_u[t], &r.spec, x, t); }
}

/* the stored exit rule says what the margin says */
static void check_exit(const sucref_model *m, const sucref_answer *a)
{
    sucref_exit e;
    const int last = a->stop + 1U == r.spec.n_stops, has = r.spec.exits != NULL && !last;
    CHECK(sucref_model_exit(&e, m, a->stop) == (has ? SUCREF_OK : SUCREF_E_STATE));
    if (has) { CHECK(memcmp(&e, &r.exits[a->stop], sizeof e) == 0); }
    CHECK(sucref_settled(m, a) == (last || (has && sucref_margin(a->logits, a->n_out, 0) >= e.margin)));
}

/* steps through all stops with one budget; every answer read at every moment must be that of the last stop reached */
static void step_through(sucref_net *net, const sucref_model *m, uint32_t budget)
{
    sucref_answer a;
    int reached = -1, status;
    const uint32_t quantum = sucref_net_quantum(m);
    CHECK(sucref_net_set_input(net, x, net->model->n_in) == SUCREF_OK);
    CHECK(sucref_net_answer(net, &a) == SUCREF_E_STATE);
    do {
        const uint32_t before = net->spent;
        status = sucref_net_step(net, budget);
        CHECK(net->spent - before <= (uint64_t)(budget > 0 ? budget - 1U : 0U) + quantum);
        if (status == SUCREF_STOP || status == SUCREF_DONE) { reached++; }
        if (reached < 0) { CHECK(sucref_net_answer(net, &a) == SUCREF_E_STATE); continue; }
        CHECK(sucref_net_answer(net, &a) == SUCREF_OK);
        CHECK(same(&a, (unsigned)reached));
        if (status != SUCREF_MORE) { CHECK(a.spent == net->spent); check_exit(m, &a); }
    } while (status == SUCREF_MORE || status == SUCREF_STOP);
    CHECK(status == SUCREF_DONE && reached + 1 == r.spec.n_stops);
    CHECK(sucref_net_step(net, 1) == SUCREF_DONE);
}

static void one_network(uint32_t widest)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t bytes, *file, *work;
    size_t len;
    unsigned t, k;
    rs_make(&r, widest);
    file = rs_write(&r, &bytes);
    CHECK(file != NULL);
    if (file != NULL) {
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        CHECK(sucref_model_check(&m, NULL) == SUCREF_OK);
        len = sucref_net_work_len(&m);
        work = (uint32_t *)malloc(len * 4U); /* exact: a sanitizer sees every step outside */
        CHECK(sucref_net_init(&net, &m, work, len - 1U) == SUCREF_E_SPACE);
        CHECK(sucref_net_init(&net, &m, work, len) == SUCREF_OK);
        for (k = 0; k < 3; k++) { /* the same state again: nothing of an earlier input may remain */
            rs_input(x, m.n_in, m.input_type);
            oracle_all();
            step_through(&net, &m, k == 0 ? 1 : k == 1 ? 1 + rnd_below(5000) : 0xFFFFFFFFU);
        }
        t = rnd_below(r.spec.n_stops); /* any stop may be the first; the last is the one-shot network */
        CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
        CHECK(sucref_net_start_at(&net, t) == SUCREF_OK);
        CHECK(sucref_net_run(&net, t) == SUCREF_OK);
        CHECK(sucref_net_read(&net, &a, got_z, got_u) == SUCREF_OK && same(&a, t));
        CHECK(sucref_net_run(&net, r.spec.n_stops - 1U) == SUCREF_OK);
        CHECK(sucref_net_read(&net, &a, got_z, got_u) == SUCREF_OK && same(&a, r.spec.n_stops - 1U));
        free(work);
    }
    free(file);
    rs_free(&r);
}

static void random_networks(void)
{
    int n;
    for (n = 0; n < NETS; n++) { one_network(n % 10 == 0 ? RS_WIDE : n % 3 ? 40 : 12); }
}

/* writes and opens the random model in r and starts a state for it; *file and *work are to be freed */
static uint32_t start(sucref_model *m, sucref_net *net, uint32_t **file, uint32_t **work)
{
    uint32_t bytes;
    *file = rs_write(&r, &bytes);
    CHECK(*file != NULL && sucref_model_open(m, *file, bytes, NULL) == SUCREF_OK);
    *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4U);
    CHECK(sucref_net_init(net, m, *work, sucref_net_work_len(m)) == SUCREF_OK);
    return bytes;
}

/* one network, every budget from 1 to everything */
static void every_budget(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t *file, *work, budget, all = 0;
    do {
        rs_make(&r, 12);
        if (r.spec.n_layers < 3 || r.spec.n_stops < 3) { rs_free(&r); }
    } while (r.spec.n_layers < 3 || r.spec.n_stops < 3);
    (void)start(&m, &net, &file, &work);
    rs_input(x, m.n_in, m.input_type);
    oracle_all();
    for (budget = 0; budget <= all + 1U; budget++) {
        step_through(&net, &m, budget);
        if (budget == 0) { all = net.spent; }
    }
    CHECK(all > 100);
    free(work);
    free(file);
    rs_free(&r);
}

/* progressive input: low bits hold noise until they are said to have arrived */
static void input_bits_arrive_late(void)
{
    int n;
    for (n = 0; n < 300; n++) {
        sucref_model m;
        sucref_net net;
        sucref_answer a;
        uint32_t *file, *work, c;
        uint8_t noisy[RS_WIDE];
        unsigned bits, stop = 0;
        rs_make(&r, 30);
        (void)start(&m, &net, &file, &work);
        rs_input(x, m.n_in, m.input_type);
        oracle_all();
        CHECK(sucref_net_set_input(&net, noisy, net.model->n_in) == SUCREF_OK);
        for (bits = 1; bits <= 8; bits++) {
            int status = SUCREF_MORE;
            for (c = 0; c < m.n_in; c++) {
                noisy[c] = (uint8_t)((x[c] & (0xFF00U >> bits)) | (rnd() & (0xFFU >> bits)));
            }
            CHECK(sucref_net_set_input_bits(&net, bits) == SUCREF_OK);
            while (status != SUCREF_WAIT && status != SUCREF_DONE) {
                status = sucref_net_step(&net, 100);
                if (status == SUCREF_STOP || status == SUCREF_DONE) {
                    if (stop >= r.spec.n_stops) { break; }
                    CHECK(r.in_bits[stop] <= bits);
                    CHECK(sucref_net_answer(&net, &a) == SUCREF_OK && same(&a, stop));
                    stop++;
                }
            }
        }
        CHECK(stop == r.spec.n_stops);
        CHECK(sucref_net_set_input(&net, noisy, net.model->n_in) == SUCREF_OK);
        CHECK(sucref_net_set_input_bits(&net, 1) == SUCREF_OK);
        CHECK(sucref_net_run(&net, r.spec.n_stops - 1U) ==
              (r.in_bits[r.spec.n_stops - 1] > 1 ? SUCREF_WAIT : SUCREF_OK));
        free(work);
        free(file);
        rs_free(&r);
    }
}

/* a file cut behind a stop answers up to there; the rest arrives and the same state goes on */
static void streamed_models(void)
{
    int n;
    for (n = 0; n < 200; n++) {
        sucref_model m;
        sucref_net net;
        sucref_answer a;
        sucref_stop s;
        uint32_t bytes, *file, *work;
        unsigned t;
        rs_make(&r, 30);
        file = rs_write(&r, &bytes);
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        sucref_model_stop(&s, &m, 0);
        CHECK(sucref_model_open(&m, file, s.end - 1U, NULL) == SUCREF_E_DATA);
        CHECK(sucref_model_open(&m, file, s.end, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        rs_input(x, m.n_in, m.input_type);
        oracle_all();
        CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
        for (t = 0; t < r.spec.n_stops; t++) {
            int usable;
            sucref_model_stop(&s, &m, t);
            usable = sucref_model_extend(&m, s.end, NULL);
            CHECK(usable >= (int)t + 1 && usable == m.usable_stops);
            CHECK(sucref_model_check(&m, NULL) == SUCREF_OK);
            if (sucref_net_answer(&net, &a) == SUCREF_OK && a.stop >= t) { continue; }
            CHECK(sucref_net_run(&net, t) == SUCREF_OK);
            CHECK(sucref_net_answer(&net, &a) == SUCREF_OK && same(&a, t));
        }
        CHECK(sucref_model_extend(&m, bytes - 1U, NULL) == SUCREF_E_ARG);
        free(work);
        free(file);
        rs_free(&r);
    }
}

/* Interrupts. Every barrier of the header is a point where the other side may run: here a stepper interrupts a reader,
 * and a reader the stepper, at random. Every answer read is that of a true stop,
 * none older than the one read before. */
static sucref_net *shared;
static int interrupt_kind, interrupt_depth, interrupts, barriers;
static unsigned stop_seen;

static void check_read(void)
{
    sucref_answer a;
    if (sucref_net_read(shared, &a, got_z, got_u) == SUCREF_OK) {
        CHECK(same(&a, a.stop) && a.stop >= stop_seen);
        stop_seen = a.stop;
    }
}

static void interrupt(void)
{
    barriers++;
    if (shared == NULL || interrupt_depth != 0 || rnd_below(2)) { return; }
    interrupt_depth++;
    interrupts++;
    if (interrupt_kind == 0) { check_read(); } else { (void)sucref_net_step(shared, rnd_below(2) ? 1 : 0xFFFFFFFFU); }
    interrupt_depth--;
}

/* the loops above notice when both of a pair are gone; that each is there is counted */
static void barriers_stand_before_and_after(void)
{
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t *file, *work;
    rs_make(&r, 10);
    (void)start(&m, &net, &file, &work);
    rs_input(x, m.n_in, m.input_type);
    barriers = 0;
    CHECK(sucref_net_set_input(&net, x, m.n_in) == SUCREF_OK && barriers == 2);
    CHECK(sucref_net_run(&net, 0) == SUCREF_OK && barriers == 4);
    CHECK(sucref_net_read(&net, &a, got_z, got_u) == SUCREF_OK && barriers == 6);
    free(work);
    free(file);
    rs_free(&r);
}

static void readers_and_steppers_interrupt_each_other(void)
{
    int n;
    for (n = 0; n < 2000 && interrupts < 10000 && test_bad == 0; n++) {
        sucref_model m;
        sucref_net net;
        uint32_t *file, *work;
        int k;
        long calls;
        rs_make(&r, 10);
        (void)start(&m, &net, &file, &work);
        rs_input(x, m.n_in, m.input_type);
        oracle_all();
        for (k = 0; k < 6; k++) {
            CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
            shared = &net;
            stop_seen = 0;
            interrupt_kind = k % 2;
            for (calls = 0; net.stop < m.usable_stops && calls < 1000000; calls++) {
                if (interrupt_kind == 0) { (void)sucref_net_step(&net, 1); } else { check_read(); }
            }
            CHECK(net.stop == m.usable_stops);
            shared = NULL;
        }
        free(work);
        free(file);
        rs_free(&r);
    }
    CHECK(interrupts >= 10000); /* without the barriers there are none */
}

/* of entry i of the stops' groups: does the group have its 8 bits but read columns that are absent, and may it be
 * corrected? */
static int lacks_columns(unsigned i)
{
    const unsigned stop = i / r.total;
    const uint8_t *bits = r.bits + stop * r.total, *before = NULL;
    unsigned n, g, k;
    for (n = 0, g = i % r.total; g >= r.layer[n].n_groups; n++) {
        before = bits;
        bits += r.layer[n].n_groups;
        g -= r.layer[n].n_groups;
    }
    if (n == 0 || bits[g] != 8 || rs_whole(&r, n, g, stop)) { return 0; }
    for (k = i = 0; k < r.layer[n - 1U].n_groups && before[k] != SUCREF_ABSENT; k++) { i += r.group_rows[n - 1U][k]; }
    return r.group_columns[n][g] > i;
}

/* calibration: the fitted rows of the first layer come closer to the full network's z than uncalibrated ones, rows of 0
 * bits get the mean activation, and the engine equals the oracle with the new corrections too */
static void calibrated_models(void)
{
    static uint8_t samples[12][RS_WIDE];
    static sucref_correction corrections[RS_STOPS * RS_LAYERS * RS_GROUPS], *before;
    double all_with = 0, all_without = 0;
    int n, k;
    for (n = 0; n < 200; n++) {
        sucref_model m;
        sucref_net net;
        uint32_t *file, *work, i, row = 0;
        unsigned g;
        void *memory = NULL;
        double with = 0, without = 0, fitted = 0;
        rs_make(&r, 24);
        for (k = 0; k < 12; k++) {
            rs_input(samples[0] + (uint32_t)k * r.layer[0].n_in, r.layer[0].n_in, r.spec.input_type);
        }
        CHECK(prepare_calibrate(corrections, &memory, &r.spec, samples[0], 12, NULL, NULL) == SUCREF_OK);
        before = r.correction;
        /* what each group gets is by its bits and columns; nothing at the last stop */
        for (i = 0; i < r.spec.n_stops * r.total; i++) {
            const int last = i >= (r.spec.n_stops - 1U) * r.total,
                      cut = !last && ((r.bits[i] > 0 && r.bits[i] < 8) || lacks_columns(i));
            CHECK((corrections[i].alpha != NULL) == cut && (corrections[i].beta != NULL) == cut &&
                  (corrections[i].gamma != NULL) == cut);
            CHECK((corrections[i].constant != NULL) == (!last && r.bits[i] == 0));
        }
        for (g = 0; g < r.layer[0].n_groups; row += r.group_rows[0][g], g++) {
            const int bits = r.bits[g];
            const uint32_t columns = r.group_columns[0][g];
            for (i = 0; i < r.group_rows[0][g]; i++) {
                double mean = 0;
                for (k = 0; k < 12; k++) {
                    int64_t full[RS_WIDE], cut[RS_WIDE], z;
                    uint32_t c;
                    for (c = 0; c < r.layer[0].n_in; c++) {
                        const int missing = 8 - r.in_bits[0],
                                  u = samples[0][(uint32_t)k * r.layer[0].n_in + rs_input_of(&r, c)] ^
                                      (r.spec.input_type ? 0x80 : 0);
                        full[c] = u;
                        cut[c] = missing == 0        ? u
                                 : u >> missing == 0 ? 0
                                                     : (u >> missing << missing) + (1 << (missing - 1));
                    }
                    z = oracle_row(&r.layer[0], full, columns, row + i, 8, NULL, 0);
                    mean += oracle_requant(&r.layer[0], z, row + i);
                    if (bits == 0 || bits >= 8 || r.spec.n_stops == 1) { continue; }
                    with += pow((double)(oracle_row(&r.layer[0], cut, columns, row + i, bits, &corrections[g], i) - z),
                                2);
                    without += pow((double)(oracle_row(&r.layer[0], cut, columns, row + i, bits, NULL, 0) - z), 2);
                    fitted++;
                }
                if (bits == 0 && r.spec.n_stops > 1) {
                    CHECK(corrections[g].constant[i] == (uint8_t)(mean / 12 + 0.5));
                }
            }
        }
        CHECK(with <= without * 1.001 + 64 * fitted); /* alpha is rounded to 2^-12 */
        all_with += with;
        all_without += without;
        r.spec.corrections = corrections;
        (void)start(&m, &net, &file, &work);
        memcpy(x, samples[0], m.n_in);
        oracle_all();
        step_through(&net, &m, 100);
        r.spec.corrections = before;
        free(memory); free(work); free(file);
        rs_free(&r);
    }
    CHECK(all_with < all_without / 2);
    CHECK(prepare_calibrate(NULL, NULL, &r.spec, samples[0], 12, NULL, NULL) == SUCREF_E_ARG);
}

/* the largest sums that the format allows: 65,535 inputs of 255, weights of +-127 */
static void widest_layer(void)
{
    static int8_t w[2 * 65535];
    static uint8_t big[65535];
    const uint8_t bits[2] = { 4, 8 }, in_bits[2] = { 8, 8 };
    int32_t bias[2] = { 8421247, -8421247 }, multiplier = 0x40000000; /* 2^31 - 1 - 65535 * 32640 is 8,421,247 */
    const int8_t exponent = -24;
    sucref_layer_spec l;
    sucref_model_spec spec;
    sucref_model m;
    sucref_net net;
    sucref_answer a = { 0 };
    uint32_t bytes, c, *file, *work;
    memset(&l, 0, sizeof l);
    memset(&spec, 0, sizeof spec);
    for (c = 0; c < 65535; c++) { w[c] = 127; w[65535 + c] = -127; big[c] = 255; }
    l.n_in = 65535; l.n_out = 2; l.w = w; l.bias = bias; l.multiplier = &multiplier; l.exponent = &exponent;
    l.plan[0] = l.plan[1] = 4; l.n_planes = 2; l.hi = 255; l.out_zero = 128;
    spec.layers = &l; spec.n_layers = 1; spec.n_stops = 2; spec.bits = bits; spec.in_bits = in_bits;
    bytes = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint32_t *)malloc(bytes);
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes);
    CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
    CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
    CHECK(sucref_net_set_input(&net, big, net.model->n_in) == SUCREF_OK && sucref_net_run(&net, 1) == SUCREF_OK);
    CHECK(sucref_net_answer(&net, &a) == SUCREF_OK);
    CHECK(a.logits[0] == 65535 * 255 * 127 + 8421247 && a.logits[1] == -(65535 * 255 * 127) - 8421247);
    bias[0]++;
    CHECK(sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == 0); /* one more could overflow: refused */
    free(work);
    free(file);
}

/* an input whose first columns are otherwise than the rest; kind 0: far from the zero point, then at it or near; 1: the
 * other way round; 2: far everywhere, 3: anything */
static void long_input(uint8_t *u, uint32_t n, unsigned zero, unsigned kind)
{
    const uint32_t first = rnd_below(100);
    uint32_t c;
    for (c = 0; c < n; c++) {
        const int far = kind == 2 || (kind < 2 && (c < first + 40) == (kind == 0));
        u[c] = (uint8_t)(kind == 3 ? rnd_below(256) : far ? (zero < 128 ? 255U : 0U) : rnd_below(4) ? zero : zero ^ 3U);
    }
}

/* rows of one number, which sum up to the most, or of any; and biases that hold the zero point */
static void long_weights(int8_t *w, int32_t *bias, uint32_t n_in, uint32_t n_out, int most, int zero)
{
    uint32_t r, c;
    for (r = 0; r < n_out; r++) {
        const int same = rnd_below(2) ? 0 : rnd_below(2) ? most : -most;
        bias[r] = 0;
        for (c = 0; c < n_in; c++) {
            w[r * n_in + c] = (int8_t)(same ? same : rnd_in(-most, most));
            bias[r] -= zero * w[r * n_in + c];
        }
    }
}

/* layers of more columns than a list tries before it decides how they are listed */
static void long_inputs(void)
{
    enum { OUT = 20, IN = 700 };
    static int8_t w[OUT * IN];
    static uint8_t u[IN];
    int32_t bias[OUT];
    const uint8_t bits = 8, in_bits = 8;
    const int32_t multiplier = 0x40000000;
    const int8_t exponent = -20;
    unsigned k;
    for (k = 0; k < 400; k++) {
        const uint32_t n_in = 256 + rnd_below(IN - 255), n_out = 1 + rnd_below(OUT);
        const int most = k % 3 ? 127 : 1 + (int)rnd_below(127);
        const unsigned zero = k % 2 ? 0U : k % 4 ? 128U : rnd_below(256);
        sucref_layer_spec l;
        sucref_model_spec spec;
        sucref_model m;
        sucref_net net;
        sucref_answer a = { 0 };
        uint32_t bytes, r, c, *file, *work;
        memset(&l, 0, sizeof l);
        memset(&spec, 0, sizeof spec);
        long_weights(w, bias, n_in, n_out, most, (int)zero);
        l.n_in = n_in; l.n_out = n_out; l.w = w; l.bias = bias; l.multiplier = &multiplier; l.exponent = &exponent;
        l.plan[0] = 8; l.n_planes = 1; l.hi = 255; l.in_zero = (uint8_t)zero;
        spec.layers = &l; spec.n_layers = 1; spec.n_stops = 1; spec.bits = &bits; spec.in_bits = &in_bits;
        spec.layout = TEST_LAYOUT;
        bytes = sucref_model_write(NULL, 0, &spec, NULL);
        file = (uint32_t *)malloc(bytes + 4U);
        CHECK(bytes > 0 && sucref_model_write((uint8_t *)file, bytes, &spec, NULL) == bytes);
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        long_input(u, n_in, zero, k / 4 % 4);
        CHECK(sucref_net_set_input(&net, u, n_in) == SUCREF_OK && sucref_net_run(&net, 0) == SUCREF_OK);
        CHECK(sucref_net_answer(&net, &a) == SUCREF_OK && a.n_out == n_out);
        for (r = 0; r < n_out; r++) {
            int64_t z = bias[r];
            for (c = 0; c < n_in; c++) { z += (int64_t)w[r * n_in + c] * u[c]; }
            CHECK(a.logits[r] == z);
        }
        free(work);
        free(file);
    }
}

static void other_targets_files_are_refused_by_name(void)
{
    const char *const name[] = { "", "plane layout: halves, of targets with DSP instructions",
                                 "plane layout: rows, of targets with MVE" };
    uint32_t file[64] = { 0 };
    uint8_t *const bytes = (uint8_t *)file;
    unsigned layout;
    memcpy(bytes, "SUCR", 4);
    bytes[4] = SUCREF_FORMAT;
    for (layout = SUCREF_LAYOUT_HALVES; layout <= SUCREF_LAYOUT_ROWS; layout++) {
        sucref_fault fault = { NULL, 0 };
        sucref_model m;
        bytes[6] = (uint8_t)layout;
        CHECK(sucref_model_open(&m, file, sizeof file, &fault) != SUCREF_OK && fault.field != NULL);
        CHECK((strcmp(fault.field, name[layout]) == 0) == !READS_ALL);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("files of other targets are refused by name", other_targets_files_are_refused_by_name);
    RUN("long inputs of every kind are listed in one way or the other", long_inputs);
    RUN("every stop of random networks equals the oracle", random_networks);
    RUN("every budget gives the same answers", every_budget);
    RUN("input bits may arrive late", input_bits_arrive_late);
    RUN("a model may arrive stop by stop", streamed_models);
    RUN("calibrated models", calibrated_models);
    RUN("a barrier stands before and after a publication and a reading", barriers_stand_before_and_after);
    RUN("readers and steppers interrupt each other", readers_and_steppers_interrupt_each_other);
    RUN("the widest layer does not overflow", widest_layer);
    return test_report("net");
}
