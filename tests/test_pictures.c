/* test_pictures.c - the law for networks with tensors: every stop of the stepping engine equals METHOD's integers, for
 * random networks of every kind, every work budget, every order of inputs; tensors that share their bytes; and files
 * with a byte changed, which are refused or mean what METHOD says of them. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) CHECK(cond)
#include "test.h"
#include "../sucref.h"
#include "crc.h"
#include "picture_oracle.h"
#include "random_pictures.h"

#ifndef NETS
#define NETS 2500
#endif

static random_pictures r;
static picture_oracle oracle;
static int32_t want_z[RP_STOPS][RP_BYTES], got_z[RP_BYTES];
static uint8_t want_u[RP_STOPS][RP_BYTES], got_u[RP_BYTES], x[RP_BYTES];
static uint32_t spent_at[RP_STOPS];

/* a network that is written, opened and has a state */
typedef struct {
    sucref_model m;
    sucref_net net;
    uint32_t *file, bytes, *work;
} running;

static int same(const sucref_answer *a, unsigned stop)
{
    return a->stop == stop && memcmp(a->logits, want_z[stop], a->n_out * 4U) == 0 &&
           memcmp(a->out, want_u[stop], a->n_out) == 0;
}

static void oracle_all(const sucref_model_spec *spec)
{
    unsigned t;
    for (t = 0; t < spec->n_stops; t++) { (void)po_stop(&oracle, want_z[t], want_u[t], x, t); }
}

/* another input for the oracle and the network */
static void next_input(const sucref_model *m)
{
    rs_input(x, m->n_in, m->input_type);
    oracle_all(&r.spec);
}

/* 0: it could not be written or opened */
static int start(running *t)
{
    sucref_fault f = { "", 0 };
    size_t len;
    t->work = NULL;
    t->file = rp_write(&r, &t->bytes);
    CHECK(t->file != NULL);
    if (t->file == NULL || sucref_model_open(&t->m, t->file, t->bytes, &f) != SUCREF_OK) { return 0; }
    CHECK(sucref_model_check(&t->m, &f) == SUCREF_OK);
    len = sucref_net_work_len(&t->m);
    t->work = (uint32_t *)malloc(len * 4U); /* exact: a sanitizer sees every step outside */
    CHECK(sucref_net_init(&t->net, &t->m, t->work, len - 1U) == SUCREF_E_SPACE);
    CHECK(sucref_net_init(&t->net, &t->m, t->work, len) == SUCREF_OK);
    po_init(&oracle, &r.spec);
    return 1;
}

static void stop(running *t)
{
    if (t->work != NULL) { po_free(&oracle); }
    free(t->work);
    free(t->file);
}

/* what a run must have spent at a stop: as much as the run before on the same input, where there was one */
static void check_spent(const sucref_answer *a, int known)
{
    if (known) { CHECK(a->spent == spent_at[a->stop]); }
    spent_at[a->stop] = a->spent;
}

/* steps through all stops with one budget, or with any (0xFFFFFFFF: all at once; 0: any); every answer read at every
 * moment must be that of the last stop reached */
static void step_through(running *t, uint32_t budget, int known)
{
    sucref_answer a;
    int reached = -1, status;
    const uint32_t quantum = sucref_net_quantum(&t->m);
    CHECK(sucref_net_set_input(&t->net, x, t->m.n_in) == SUCREF_OK);
    CHECK(sucref_net_answer(&t->net, &a) == SUCREF_E_STATE);
    do {
        const uint32_t before = t->net.spent, now = budget != 0 ? budget : 1 + rnd_below(rnd_below(2) ? 20 : 2000);
        status = sucref_net_step(&t->net, now);
        CHECK(t->net.spent - before < (uint64_t)now + quantum);
        if (status == SUCREF_STOP || status == SUCREF_DONE) { reached++; }
        if (reached < 0) { CHECK(sucref_net_answer(&t->net, &a) == SUCREF_E_STATE); continue; }
        CHECK(sucref_net_answer(&t->net, &a) == SUCREF_OK && same(&a, (unsigned)reached));
        if (test_bad) { return; }
        if (status != SUCREF_MORE) { check_spent(&a, known); }
    } while (status == SUCREF_MORE || status == SUCREF_STOP);
    CHECK(status == SUCREF_DONE && reached + 1 == r.spec.n_stops);
    CHECK(sucref_net_step(&t->net, 1) == SUCREF_DONE);
}

/* any stop may be the first; the last one is the one-shot network, which spends the same in any slices */
static void start_anywhere(running *t)
{
    const unsigned last = r.spec.n_stops - 1U;
    sucref_answer a;
    unsigned k, first = rnd_below(r.spec.n_stops);
    uint32_t spent = 0;
    CHECK(sucref_net_set_input(&t->net, x, t->m.n_in) == SUCREF_OK);
    CHECK(sucref_net_start_at(&t->net, first) == SUCREF_OK && sucref_net_run(&t->net, first) == SUCREF_OK);
    CHECK(sucref_net_read(&t->net, &a, got_z, got_u) == SUCREF_OK && same(&a, first));
    CHECK(sucref_net_run(&t->net, last) == SUCREF_OK);
    CHECK(sucref_net_read(&t->net, &a, got_z, got_u) == SUCREF_OK && same(&a, last));
    for (k = 0; k < 2; k++) {
        CHECK(sucref_net_set_input(&t->net, x, t->m.n_in) == SUCREF_OK);
        CHECK(sucref_net_start_at(&t->net, last) == SUCREF_OK);
        while (sucref_net_step(&t->net, k == 0 ? 0xFFFFFFFFU : 1 + rnd_below(300)) == SUCREF_MORE) { }
        CHECK(sucref_net_answer(&t->net, &a) == SUCREF_OK && same(&a, last));
        CHECK(k == 0 || a.spent == spent);
        spent = a.spent;
    }
}

/* an input that is replaced before its end leaves nothing behind (states: what was written of them) */
static void replaced_input(running *t)
{
    unsigned n;
    rs_input(x, t->m.n_in, t->m.input_type);
    CHECK(sucref_net_set_input(&t->net, x, t->m.n_in) == SUCREF_OK);
    for (n = rnd_below(60); n > 0; n--) { (void)sucref_net_step(&t->net, rnd_below(500)); }
    next_input(&t->m);
    step_through(t, 0, 0);
}

static void one_network(int inputs)
{
    running t;
    int k;
    const uint32_t state = test_state;
    rp_make(&r);
    if (start(&t)) {
        for (k = 0; k < inputs && test_bad == 0; k++) { /* nothing of an earlier input may remain */
            next_input(&t.m);
            step_through(&t, k == 0 ? 1 : k == 1 ? 1 + rnd_below(5000) : k == 2 ? 0xFFFFFFFFU : 0, 0);
        }
        if (r.n_states == 0 && test_bad == 0) {
            step_through(&t, 0, 1);
            start_anywhere(&t);
            replaced_input(&t);
        }
    }
    stop(&t);
    if (test_bad) { printf("  state %lu\n", (unsigned long)state); rp_print(&r); }
    rp_free(&r);
}

static void random_networks(void)
{
    int n;
    for (n = 0; n < NETS && test_bad == 0; n++) { one_network(2 + n % 3); }
}

/* a state that starts again has its first bytes again, and does not forget them where an input is looked at twice */
static void states_start_again(void)
{
    int n;
    for (n = 0; n < NETS / 5 && test_bad == 0; n++) {
        running t;
        rp_make(&r);
        if (r.n_states > 0 && start(&t)) {
            int k;
            for (k = 0; k < 4; k++) { next_input(&t.m); step_through(&t, 0, 0); }
            po_free(&oracle);
            po_init(&oracle, &r.spec);
            CHECK(sucref_net_init(&t.net, &t.m, t.work, sucref_net_work_len(&t.m)) == SUCREF_OK);
            next_input(&t.m);
            step_through(&t, 1, 0);
            stop(&t);
        }
        rp_free(&r);
    }
}

/* the spec of a file, written again, is the file */
static void files_come_back(void)
{
    int n;
    for (n = 0; n < NETS / 3 && test_bad == 0; n++) {
        sucref_model_spec back;
        running t;
        rp_make(&r);
        if (start(&t)) {
            const size_t len = sucref_model_spec_of(NULL, NULL, 0, &t.m);
            void *memory = malloc(len);
            uint8_t *again = (uint8_t *)malloc(t.bytes);
            CHECK(len > 0 && sucref_model_spec_of(&back, memory, len, &t.m) == len);
            CHECK(back.n_tensors == r.spec.n_tensors && back.n_layers == r.spec.n_layers);
            CHECK(sucref_model_write(again, t.bytes, &back, NULL) == t.bytes && memcmp(again, t.file, t.bytes) == 0);
            free(memory);
            free(again);
        }
        stop(&t);
        rp_free(&r);
    }
}

/* progressive input: low bits hold noise until they are said to have arrived, whichever layers read the input */
static void input_bits_arrive_late(void)
{
    static uint8_t noisy[RP_BYTES];
    int n;
    for (n = 0; n < NETS / 5 && test_bad == 0; n++) {
        running t;
        sucref_answer a;
        uint32_t c;
        unsigned bits, reached = 0;
        rp_make(&r);
        if (r.spec.n_stops > 1 && start(&t)) {
            next_input(&t.m);
            CHECK(sucref_net_set_input(&t.net, noisy, t.m.n_in) == SUCREF_OK);
            for (bits = 1; bits <= 8; bits++) {
                int status = SUCREF_MORE;
                for (c = 0; c < t.m.n_in; c++) {
                    noisy[c] = (uint8_t)((x[c] & (0xFF00U >> bits)) | (rnd() & (0xFFU >> bits)));
                }
                CHECK(sucref_net_set_input_bits(&t.net, bits) == SUCREF_OK);
                while (status != SUCREF_WAIT && status != SUCREF_DONE) {
                    status = sucref_net_step(&t.net, 300);
                    if (status != SUCREF_STOP && status != SUCREF_DONE) { continue; }
                    if (reached >= r.spec.n_stops) { break; }
                    CHECK(r.in_bits[reached] <= bits);
                    CHECK(sucref_net_answer(&t.net, &a) == SUCREF_OK && same(&a, reached));
                    reached++;
                }
            }
            CHECK(reached == r.spec.n_stops);
            stop(&t);
        }
        rp_free(&r);
    }
}

/* a file cut behind a stop answers up to there; the rest arrives and the same state goes on */
static void streamed_networks(void)
{
    int n;
    for (n = 0; n < NETS / 5 && test_bad == 0; n++) {
        running t;
        sucref_answer a;
        sucref_stop s;
        unsigned k;
        rp_make(&r);
        if (start(&t)) {
            next_input(&t.m);
            sucref_model_stop(&s, &t.m, 0);
            CHECK(sucref_model_open(&t.m, t.file, s.end, NULL) == SUCREF_OK);
            CHECK(sucref_net_set_input(&t.net, x, t.m.n_in) == SUCREF_OK);
            for (k = 0; k < r.spec.n_stops; k++) {
                sucref_model_stop(&s, &t.m, k);
                CHECK(sucref_model_extend(&t.m, s.end, NULL) >= (int)k + 1);
                if (sucref_net_answer(&t.net, &a) == SUCREF_OK && a.stop >= k) { continue; }
                CHECK(sucref_net_run(&t.net, k) == SUCREF_OK);
                CHECK(sucref_net_answer(&t.net, &a) == SUCREF_OK && same(&a, k));
            }
        }
        stop(&t);
        rp_free(&r);
    }
}

/* ---- tensors that share their bytes ---- */
static struct { int nets, shared, before[10], behind[10]; uint64_t words, all_words; } shares; /* by kind of layer */

static uint32_t words_of(const sucref_tensor_spec *t) { return (rp_size(t) + 3U) / 4U; }

/* the first and the last layer that need a tensor of the spec; beyond the end: the answer's and states */
static void life_of(unsigned tensor, unsigned *first, unsigned *last)
{
    unsigned n;
    *first = *last = r.spec.n_layers;
    for (n = r.spec.n_layers; n-- > 0;) {
        const sucref_layer_spec *s = &r.layer[n];
        const int two = s->kind == SUCREF_KIND_ADD || s->kind == SUCREF_KIND_MUL;
        const int reads = s->kind != SUCREF_KIND_CONSTANT && (s->from == tensor || (two && s->from2 == tensor));
        if (s->to == tensor) { *first = n; }
        if ((reads || s->to == tensor) && *last == r.spec.n_layers) { *last = n; }
    }
    if (r.layer[r.spec.n_layers - 1U].to == tensor) { *last = r.spec.n_layers; }
    if (r.tensor[tensor].state) { *first = 0; *last = r.spec.n_layers; }
}

/* may b, needed no earlier than a, lie in a's place? Where nobody needs a any longer, or its last reader writes b */
static int may_share(unsigned a, unsigned b)
{
    unsigned first_a, last_a, first_b, last_b;
    const sucref_layer_spec *s;
    life_of(a, &first_a, &last_a);
    life_of(b, &first_b, &last_b);
    if (first_b < first_a) { return may_share(b, a); }
    if (last_a < first_b) { return 1; }
    if (last_a != first_b || last_a == r.spec.n_layers) { return 0; }
    s = &r.layer[first_b];
    return s->to == b && (s->from == a || s->from2 == a);
}

static void count_shares(const running *t)
{
    sucref_tensor a, b;
    uint32_t end = 0, all = 0;
    unsigned i, j, n, any = 0;
    for (i = 1; i < t->m.n_tensors; i++) {
        sucref_model_tensor(&a, &t->m, i);
        if (a.place + words_of(&r.tensor[i]) > end) { end = a.place + words_of(&r.tensor[i]); }
        all += words_of(&r.tensor[i]);
        for (j = 1; j < i; j++) {
            sucref_model_tensor(&b, &t->m, j);
            if (a.place >= b.place + words_of(&r.tensor[j])) { continue; }
            if (b.place >= a.place + words_of(&r.tensor[i])) { continue; }
            CHECK(r.spec.n_stops == 1 && may_share(i, j));
            any = 1;
            for (n = 0; n < r.spec.n_layers; n++) {
                const sucref_layer_spec *s = &r.layer[n];
                if (s->from == i && s->to == j) { (b.place > a.place ? shares.behind : shares.before)[s->kind]++; }
                if (s->from == j && s->to == i) { (a.place > b.place ? shares.behind : shares.before)[s->kind]++; }
            }
        }
    }
    CHECK(t->net.at_kept - t->net.at_tensors == end); /* the tensors' part of the buffer is what they need */
    if (r.spec.n_stops > 1 || r.spec.n_layers < 3) { return; }
    shares.nets++;
    shares.shared += (int)any;
    shares.words += end;
    shares.all_words += all;
}

static void tensors_share_bytes(void)
{
    int n;
    memset(&shares, 0, sizeof shares);
    for (n = 0; n < NETS && test_bad == 0; n++) {
        running t;
        rp_make(&r);
        if (start(&t)) { count_shares(&t); }
        stop(&t);
        rp_free(&r);
    }
    if (NETS < 500) { return; }
    CHECK(shares.shared * 2 > shares.nets); /* or the rule is not really tested */
    CHECK(shares.words * 4 < shares.all_words * 3);
    for (n = SUCREF_KIND_CONV; n <= SUCREF_KIND_SOFTMAX; n++) {
        if (n != SUCREF_KIND_COPY) { CHECK(shares.before[n] > 0); }
        if (n <= SUCREF_KIND_DEPTHWISE) { CHECK(shares.behind[n] > 0); }
    }
    if (test_telling) {
        printf("  %d of %d networks share bytes; %lu of %lu words\n", shares.shared, shares.nets,
               (unsigned long)shares.words, (unsigned long)shares.all_words);
        for (n = 0; n < 10; n++) {
            printf("  kind %d: %d before, %d behind its input\n", n, shares.before[n], shares.behind[n]);
        }
    }
}

/* ---- a byte changed ---- */
enum { HEAD_BYTES = 12, HEAD_CRC = 60, HEADER = 64, FRAME = 16 };

/* makes the CRCs right of the head and of the section in which a byte was changed */
static void close_file(uint8_t *p, uint32_t bytes, uint32_t changed)
{
    const uint32_t head = get_le(p + HEAD_BYTES, 4);
    uint32_t at = head, len;
    if (head < HEADER || head > bytes) { return; }
    put_le(p + HEAD_CRC, ~crc_more(crc_more(0xFFFFFFFFU, p, HEAD_CRC), p + HEADER, head - HEADER), 4);
    for (; at + FRAME <= bytes; at += FRAME + (len + 3U) / 4U * 4U) {
        len = get_le(p + at + 8, 4);
        if (len > bytes - at - FRAME) { return; }
        if (changed < at || changed >= at + FRAME + len) { continue; }
        put_le(p + at + 12, ~crc_more(crc_more(0xFFFFFFFFU, p + at, 12), p + at + FRAME, len), 4);
    }
}

/* is a byte of the file a row shift, or in a section? With another one digits may be no weights of any spec */
static int is_digit(const sucref_model *m, uint32_t at)
{
    sucref_layer l;
    unsigned n;
    for (n = 0; n < m->n_layers; n++) {
        uint32_t k, shifts;
        sucref_model_layer(&l, m, n);
        k = l.flags & SUCREF_LAYER_PER_ROW ? l.n_out : 1;
        shifts = l.params_offset + 4U * l.n_out + 4U * k + (k + 3U) / 4U * 4U;
        if (l.kind <= SUCREF_KIND_CONV && at >= shifts && at < shifts + l.n_out) { return 1; }
    }
    return at >= get_le(m->bytes + HEAD_BYTES, 4);
}

/* does a spec say all that the file says? */
static int is_file_of(const sucref_model_spec *spec, const sucref_model *m)
{
    uint8_t *again = (uint8_t *)malloc(m->file_bytes);
    const int ok = sucref_model_write(again, m->file_bytes, spec, NULL) == m->file_bytes &&
                   memcmp(again, m->bytes, m->file_bytes) == 0;
    free(again);
    return ok;
}

/* an accepted file means what METHOD says of its spec, -1: it has none */
static int check_meaning(sucref_model *m, uint32_t *work, uint32_t changed)
{
    sucref_model_spec spec;
    sucref_net net;
    sucref_answer a;
    const size_t len = sucref_model_spec_of(NULL, NULL, 0, m);
    void *memory = malloc(len);
    unsigned k, t;
    int ok = 1;
    CHECK(sucref_model_spec_of(&spec, memory, len, m) == len);
    if (spec.tensors == NULL || (is_digit(m, changed) && !is_file_of(&spec, m))) { free(memory); return -1; }
    po_init(&oracle, &spec);
    CHECK(sucref_net_init(&net, m, work, sucref_net_work_len(m)) == SUCREF_OK);
    for (k = 0; k < 2; k++) {
        rs_input(x, m->n_in, m->input_type);
        oracle_all(&spec);
        CHECK(sucref_net_set_input(&net, x, m->n_in) == SUCREF_OK);
        for (t = 0; t < m->n_stops; t++) {
            CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            if (!same(&a, t)) { ok = 0; }
        }
    }
    po_free(&oracle);
    free(memory);
    return ok;
}

/* opens and, if it opens, runs a file: nothing may go wrong inside. 1: open and check accept it and it means what it
 * should; 0: not accepted, -1: not said */
static int try_file(const uint8_t *p, uint32_t bytes, uint32_t changed)
{
    sucref_model m;
    sucref_fault f = { NULL, 0 };
    sucref_net net;
    uint32_t *file = (uint32_t *)malloc(bytes), *work;
    const int status = sucref_model_open(&m, memcpy(file, p, bytes), bytes, &f);
    int ok = 0;
    CHECK(status == SUCREF_OK || (status == SUCREF_E_DATA && f.field != NULL));
    if (status == SUCREF_OK && sucref_net_work_len(&m) < 20000 && m.n_in <= RP_BYTES && m.n_out <= RP_BYTES) {
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        rs_input(x, m.n_in, m.input_type);
        CHECK(sucref_net_set_input(&net, x, m.n_in) == SUCREF_OK);
        CHECK(sucref_net_run(&net, m.usable_stops - 1U) == SUCREF_OK);
        ok = sucref_model_check(&m, &f) == SUCREF_OK && m.usable_stops == m.n_stops && m.n_stops <= RP_STOPS;
        if (ok) { ok = check_meaning(&m, work, changed); }
        CHECK(ok != 0 || sucref_model_check(&m, &f) != SUCREF_OK);
        free(work);
    }
    free(file);
    return ok;
}

/* one byte of a file's head, or of a section, changed, the CRCs made right again */
static void changed_bytes(void)
{
    int n, k, accepted = 0;
    for (n = 0; n < NETS / 25 && test_bad == 0; n++) {
        uint32_t bytes, *file, head;
        uint8_t *p;
        rp_make(&r);
        file = rp_write(&r, &bytes);
        p = (uint8_t *)file;
        head = file != NULL ? get_le(p + HEAD_BYTES, 4) : 0;
        for (k = 0; k < 200 && file != NULL && test_bad == 0; k++) {
            const uint32_t at = rnd_below(rnd_below(3) ? rnd_below(3) ? head : HEADER + 64U * r.spec.n_layers : bytes);
            uint8_t was;
            if (at >= bytes || at / 4U == HEAD_CRC / 4U) { continue; }
            was = p[at];
            p[at] = (uint8_t)(rnd_below(3) == 0 ? rnd() : rnd_below(2) ? was ^ (1U << rnd_below(8)) : rnd_below(9));
            close_file(p, bytes, at);
            accepted += try_file(p, bytes, at) > 0;
            if (test_bad) {
                printf("  byte %lu, head %lu: %u was %u\n", (unsigned long)at, (unsigned long)head, p[at], was);
                rp_print(&r);
            }
            p[at] = was;
            close_file(p, bytes, at);
        }
        free(file);
        rp_free(&r);
    }
    CHECK(accepted >= NETS / 5 || NETS < 200);
    if (test_telling) { printf("  %d of %d changed files were accepted\n", accepted, NETS / 25 * 200); }
}

/* ---- what is refused ---- */
static void multiplier_of(sucref_layer_spec *s, unsigned k, int exponent)
{
    *(int32_t *)(uintptr_t)(s->multiplier + k) = 0x50000000;
    *(int8_t *)(uintptr_t)(s->exponent + k) = (int8_t)exponent;
}

static sucref_layer_spec *window(int kind, unsigned from, uint32_t height, uint32_t width, uint32_t channels,
                                 int kernel, int stride, int pad)
{
    sucref_layer_spec *s = rp_layer(&r, kind, from, rp_tensor(&r, height, width, channels));
    s->kernel_h = s->kernel_w = (uint8_t)kernel;
    s->stride_h = s->stride_w = (uint8_t)stride;
    s->dilation_h = s->dilation_w = 1;
    s->pad_top = s->pad_left = (uint8_t)pad;
    s->n_in = (uint32_t)(kernel * kernel) * (kind == SUCREF_KIND_CONV ? r.tensor[from].channels : 1U);
    s->n_out = channels;
    if (kind <= SUCREF_KIND_DEPTHWISE) { rp_rows(&r, s); s->act = s->flags = s->lo = 0; s->slope = 0; s->hi = 255; }
    else { s->n_in = s->n_out = 0; rp_multipliers(&r, s, 1); multiplier_of(s, 0, -7); }
    s->out_zero = r.tensor[s->to].zero;
    return s;
}

static sucref_layer_spec *other(int kind, unsigned from, uint32_t height, uint32_t width, uint32_t channels)
{
    sucref_layer_spec *s = rp_layer(&r, kind, from, rp_tensor(&r, height, width, channels));
    rp_multipliers(&r, s, 3);
    multiplier_of(s, 0, 0);
    multiplier_of(s, 1, 0);
    multiplier_of(s, 2, -19);
    return s;
}

/* the layers of the network that is changed below, and its tensors: layer n writes tensor n + 1 but for the last two */
enum { L_CONV, L_DEPTHWISE, L_AVERAGE, L_MAX, L_ADD, L_CONSTANT, L_MUL, L_SOFTMAX, L_COPY, L_STATE, L_DENSE, LAYERS };
enum { T_STATE = 10, T_OUT, TENSORS };

static void every_kind(void)
{
    static const uint8_t bytes[4] = { 1, 2, 3, 4 };
    static const uint32_t none[3] = { 0 }, size[3] = { 2, 2, 4 };
    unsigned n;
    memset(&r, 0, sizeof r);
    r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
    r.spec.n_stops = 1;
    r.most_work = 10000;
    (void)rp_tensor(&r, 6, 6, 2);
    (void)window(SUCREF_KIND_CONV, 0, 6, 6, 4, 3, 1, 1);
    (void)window(SUCREF_KIND_DEPTHWISE, 1, 3, 3, 4, 3, 2, 1);
    (void)window(SUCREF_KIND_AVERAGE, 2, 2, 2, 4, 2, 1, 0);
    (void)window(SUCREF_KIND_MAX, 2, 2, 2, 4, 2, 1, 0);
    other(SUCREF_KIND_ADD, 3, 2, 2, 4)->from2 = 4;
    other(SUCREF_KIND_CONSTANT, 0, 1, 1, 4)->constant = bytes;
    r.layer[L_CONSTANT].n_out = 4;
    other(SUCREF_KIND_MUL, 5, 2, 2, 4)->from2 = 6;
    (void)other(SUCREF_KIND_SOFTMAX, 7, 2, 2, 4);
    multiplier_of(&r.layer[L_SOFTMAX], 0, 20);
    rp_box(rp_copy_of(&r, 8, rp_tensor(&r, 3, 2, 4)), none, none, size);
    r.layer[L_COPY].act = 0;
    r.tensor[rp_tensor(&r, 3, 2, 4)].state = 1;
    rp_copy_of(&r, 9, T_STATE)->act = 0;
    (void)rp_dense(&r, T_STATE, 0, 1);
    for (n = 0; n < LAYERS; n++) { /* one group each */
        r.layer[n].group_rows = r.layer[n].group_columns = NULL;
        r.layer[n].n_groups = r.layer[n].kind <= SUCREF_KIND_DEPTHWISE;
    }
    memset(r.bits, 8, sizeof r.bits);
    memset(r.in_bits, 8, sizeof r.in_bits);
}

/* where a record of the file starts: a layer's, a tensor's, a layer's first multiplier, exponent, box; its group's */
enum { AT_LAYER, AT_TENSOR, AT_MULTIPLIER, AT_EXPONENT, AT_BOX, AT_GROUP };
static uint32_t place_of(const sucref_model *m, int what, unsigned n)
{
    const uint32_t layers = 64, tensors = layers + 48U * m->n_layers, groups = tensors + 16U * m->n_tensors;
    sucref_layer l;
    if (what == AT_LAYER) { return layers + 48U * n; }
    if (what == AT_TENSOR) { return tensors + 16U * n; }
    sucref_model_layer(&l, m, n);
    if (what == AT_GROUP) { return groups + 40U * l.first_group; }
    if (what == AT_MULTIPLIER || what == AT_BOX) { return l.params_offset; } /* of a layer without weights */
    return l.params_offset + 4U * (l.kind == SUCREF_KIND_ADD ? 3U : 1U);
}

/* one field changed in the file of a network of every kind: its name, and a place in the same record */
static void faults(void)
{
    static const struct {
        int what;
        unsigned n;
        uint32_t at;
        int bytes;
        uint32_t value;
        const char *field;
    } change[] = {
        { AT_LAYER, L_CONV, 36, 1, 10, "kind of a layer" },
        { AT_LAYER, L_CONV, 37, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_CONV, 37, 1, 255, "tensors of a layer" },
        { AT_LAYER, L_CONV, 38, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_CONV, 38, 1, 0, "tensors of a layer" },
        { AT_LAYER, L_DEPTHWISE, 37, 1, 5, "tensors of a layer" }, /* not written yet */
        { AT_LAYER, L_DEPTHWISE, 37, 1, 2, "tensors of a layer" }, /* what it writes */
        { AT_LAYER, L_MAX, 38, 1, 3, "tensors of a layer" },       /* another layer's, no copy */
        { AT_LAYER, L_ADD, 39, 1, TENSORS, "tensors of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 7, "tensors of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 0, "shape of a layer" },
        { AT_LAYER, L_ADD, 39, 1, 2, "tensors of a layer" },     /* needed no longer */
        { AT_LAYER, L_DENSE, 37, 1, 3, "tensors of a layer" },     /* needed no longer */
        { AT_LAYER, L_DEPTHWISE, 39, 1, 1, "shape of a layer" },   /* a second input */
        { AT_LAYER, L_CONSTANT, 37, 1, 5, "shape of a layer" },
        { AT_LAYER, L_CONV, 40, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 41, 1, 2, "shape of a layer" },
        { AT_LAYER, L_CONV, 42, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 43, 1, 2, "shape of a layer" },        /* windows beyond the picture */
        { AT_LAYER, L_CONV, 44, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 45, 1, 0, "shape of a layer" },
        { AT_LAYER, L_CONV, 46, 1, 3, "shape of a layer" },
        { AT_LAYER, L_CONV, 47, 1, 3, "shape of a layer" },
        { AT_LAYER, L_AVERAGE, 44, 1, 2, "shape of a layer" },
        { AT_LAYER, L_MAX, 45, 1, 2, "shape of a layer" },
        { AT_LAYER, L_ADD, 40, 1, 1, "shape of a layer" },
        { AT_LAYER, L_DENSE, 47, 1, 1, "shape of a layer" },
        { AT_LAYER, L_ADD, 0, 4, 1, "shape of a layer" },
        { AT_LAYER, L_MUL, 4, 4, 1, "shape of a layer" },
        { AT_LAYER, L_CONSTANT, 4, 4, 3, "shape of a layer" },
        { AT_LAYER, L_CONV, 0, 4, 0, "size of a layer" },
        { AT_LAYER, L_CONV, 4, 4, 65536, "size of a layer" },
        { AT_LAYER, L_ADD, 14, 2, 1, "groups of a layer" },
        { AT_LAYER, L_CONV, 14, 2, 0, "groups of a layer" },
        { AT_LAYER, L_ADD, 24, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_ADD, 16, 1, 8, "plan or activation of a kind" },
        { AT_LAYER, L_ADD, 25, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_MUL, 27, 1, 1, "plan or activation of a kind" },
        { AT_LAYER, L_MUL, 26, 1, 3, "plan or activation of a kind" },
        { AT_LAYER, L_CONV, 28, 1, 1, "layer flags" },
        { AT_LAYER, L_CONV, 28, 1, 32, "layer flags" },
        { AT_LAYER, L_ADD, 28, 1, 2, "layer flags" },
        { AT_MULTIPLIER, L_ADD, 12, 1, 2, "exponent" },
        { AT_MULTIPLIER, L_ADD, 13, 1, 2, "exponent" },
        { AT_MULTIPLIER, L_ADD, 14, 1, 31, "exponent" },
        { AT_MULTIPLIER, L_ADD, 8, 4, 1, "multiplier" },
        { AT_MULTIPLIER, L_MUL, 0, 4, 0x3FFFFFFF, "multiplier" },
        { AT_MULTIPLIER, L_SOFTMAX, 0, 4, 0, "softmax of a layer" },
        { AT_EXPONENT, L_SOFTMAX, 0, 1, 0xFF, "softmax of a layer" },
        { AT_BOX, L_COPY, 0, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 2, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 4, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 6, 2, 2, "shape of a layer" },
        { AT_BOX, L_COPY, 8, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 10, 2, 1, "shape of a layer" },
        { AT_BOX, L_COPY, 12, 2, 3, "shape of a layer" },
        { AT_BOX, L_COPY, 12, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 14, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 14, 2, 3, "shape of a layer" },
        { AT_BOX, L_COPY, 16, 2, 0, "shape of a layer" },
        { AT_BOX, L_COPY, 16, 2, 5, "shape of a layer" },
        { AT_BOX, L_COPY, 18, 2, 1, "shape of a layer" },
        { AT_GROUP, L_CONV, 6, 2, 17, "columns of a group" },
        { AT_GROUP, L_CONV, 6, 2, 27, "columns of a group" },
        { AT_GROUP, L_DEPTHWISE, 6, 2, 8, "columns of a group" },
        { AT_GROUP, L_DENSE, 6, 2, 23, "columns of a group" },
        { AT_TENSOR, 3, 0, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 2, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 4, 2, 0, "size of a tensor" },
        { AT_TENSOR, 3, 0, 4, 0xFFFFFFFF, "size of a tensor" },
        { AT_TENSOR, 3, 0, 2, 3, "shape of a layer" },
        { AT_TENSOR, 3, 7, 1, 1, "flags of a tensor" },
        { AT_TENSOR, 3, 7, 1, 4, "flags of a tensor" },
        { AT_TENSOR, 0, 7, 1, 2, "flags of a tensor" },
        { AT_TENSOR, 3, 7, 1, 2, "life of a tensor" },
        { AT_TENSOR, T_STATE, 12, 1, 1, "life of a tensor" },
        { AT_TENSOR, T_STATE, 13, 1, 20, "life of a tensor" },
        { AT_TENSOR, 3, 12, 1, 9, "life of a tensor" },
        { AT_TENSOR, 1, 12, 1, 1, "tensors of a layer" },
        { AT_TENSOR, 2, 13, 1, L_AVERAGE, "tensors of a layer" }, /* MAX reads it, too */
        { AT_TENSOR, 3, 14, 1, 1, "reserved bytes of a tensor" },
        { AT_TENSOR, T_STATE, 15, 1, 1, "reserved bytes of a tensor" },
        { AT_TENSOR, 3, 8, 4, 0x7FFFFFFF, "place of a tensor" },
        { AT_TENSOR, 0, 8, 4, 1, "place of a tensor" } };
    running t;
    unsigned k;
    every_kind();
    if (start(&t)) {
        uint8_t *p = (uint8_t *)t.file;
        next_input(&t.m);
        step_through(&t, 0, 0);
        CHECK(r.spec.n_layers == LAYERS && r.spec.n_tensors == TENSORS);
        for (k = 0; k < sizeof change / sizeof change[0]; k++) {
            const uint32_t record = place_of(&t.m, change[k].what, change[k].n), at = record + change[k].at;
            const uint32_t was = get_le(p + at, change[k].bytes);
            sucref_fault f = { "", 0 };
            sucref_model m;
            put_le(p + at, change[k].value, change[k].bytes);
            CHECK(sucref_model_open(&m, p, t.bytes, &f) == SUCREF_E_DATA && strcmp(f.field, change[k].field) == 0);
            if (strcmp(f.field, change[k].field) != 0) {
                printf("  change %u: %s at %lu, not %s\n", k, f.field, (unsigned long)f.offset, change[k].field);
            }
            if (change[k].what == AT_TENSOR && strstr(change[k].field, "of a tensor") != NULL) {
                CHECK(f.offset >= record && f.offset < record + 16U);
            }
            if (change[k].what == AT_LAYER) { CHECK(f.offset >= record && f.offset < record + 48U); }
            put_le(p + at, was, change[k].bytes);
        }
    }
    stop(&t);
    rp_free(&r);
}

/* places that two tensors may not have at the same time */
static void places(void)
{
    static const uint8_t pair[][2] = { { 2, 1 }, { 3, 2 },       { 4, 2 },         { 4, 3 },
                                       { 6, 5 }, { T_STATE, 1 }, { T_OUT, T_STATE } };
    running t;
    unsigned k;
    every_kind();
    r.tensor[1].height = r.tensor[1].width = 6;
    if (start(&t)) {
        uint8_t *p = (uint8_t *)t.file;
        for (k = 0; k < sizeof pair / sizeof pair[0]; k++) {
            const uint32_t at = place_of(&t.m, AT_TENSOR, pair[k][0]) + 8U, was = get_le(p + at, 4);
            const uint32_t with = get_le(p + place_of(&t.m, AT_TENSOR, pair[k][1]) + 8U, 4);
            sucref_fault f = { "", 0 };
            sucref_model m;
            put_le(p + at, with + (k == 0), 4); /* the first: a line too near */
            CHECK(sucref_model_open(&m, p, t.bytes, &f) == SUCREF_E_DATA);
            CHECK(strcmp(f.field, "tensors that share bytes") == 0);
            put_le(p + at, was, 4);
        }
    }
    stop(&t);
    rp_free(&r);
}

/* the writer names what is wrong with a spec */
static int refused(const char *why, uint32_t at)
{
    sucref_fault f = { "", 0 };
    const uint32_t n = sucref_model_write(NULL, 0, &r.spec, &f);
    uint32_t *file = (uint32_t *)malloc(n + 4U);
    const uint32_t written = n == 0 ? 0 : sucref_model_write((uint8_t *)file, n, &r.spec, &f);
    free(file);
    if (written == 0 && strcmp(f.field, why) == 0 && (f.offset == at || at == 0xFFFFFFFFU)) { return 1; }
    printf("  %s at %lu, not %s\n", written ? "written" : f.field, (unsigned long)f.offset, why);
    return 0;
}

/* the limits of the file are fine, one more is named */
static void limits(void)
{
    unsigned n;
    running t;
    random_pictures *const all = &r;
    static sucref_layer_spec layers[SUCREF_MAX_LAYERS + 1];
    static sucref_tensor_spec tensors[SUCREF_MAX_TENSORS + 1];
    static const uint16_t box[9] = { 0 };
    memset(all, 0, sizeof *all);
    for (n = 0; n <= SUCREF_MAX_TENSORS; n++) { tensors[n].height = tensors[n].width = tensors[n].channels = 2; }
    for (n = 0; n <= SUCREF_MAX_LAYERS; n++) {
        layers[n].kind = SUCREF_KIND_COPY; layers[n].from = (uint8_t)n; layers[n].to = (uint8_t)(n + 1U);
        layers[n].hi = 255; layers[n].box = box;
    }
    r.spec.layers = layers; r.spec.tensors = tensors; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
    r.spec.n_stops = 1;
    r.in_bits[0] = 8;
    r.spec.n_layers = SUCREF_MAX_LAYERS;
    r.spec.n_tensors = SUCREF_MAX_TENSORS;
    if (start(&t)) { next_input(&t.m); step_through(&t, 0, 0); }
    stop(&t);
    r.spec.n_layers++;
    CHECK(refused("number of layers", 0xFFFFFFFFU));
    r.spec.n_layers = 1;
    r.spec.n_tensors++;
    CHECK(refused("number of tensors", 0xFFFFFFFFU));
    r.spec.n_tensors = 2;
    layers[0].kind = SUCREF_KIND_SOFTMAX;
    layers[0].multiplier = (const int32_t *)rp_memory(&r, 4);
    layers[0].exponent = (const int8_t *)rp_memory(&r, 1);
    multiplier_of(&layers[0], 0, 20);
    tensors[0].height = tensors[0].width = tensors[1].height = tensors[1].width = 1;
    tensors[0].channels = tensors[1].channels = 4095;
    if (start(&t)) { next_input(&t.m); step_through(&t, 0, 0); }
    stop(&t);
    tensors[0].channels = tensors[1].channels = 4096;
    CHECK(refused("shape of a layer", 64));
    rp_free(&r);
}

/* lists of many columns and many rows, of every plan: they go by other quanta than short ones */
static void long_windows(void)
{
    static const uint8_t size[4][2] = { { 1, 126 }, { 1, 250 }, { 3, 40 }, { 3, 70 } }; /* kernel, channels */
    int n;
    for (n = 0; n < 120 && test_bad == 0; n++) {
        const int kernel = size[n % 4][0];
        running t;
        memset(&r, 0, sizeof r);
        r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
        r.spec.corrections = r.correction;
        r.spec.n_stops = (uint8_t)(1 + rnd_below(3));
        r.most_work = 10000;
        (void)rp_tensor(&r, 2, 2, size[n % 4][1]);
        (void)window(SUCREF_KIND_CONV, 0, 2, 2, n % 3 ? 33 + rnd_below(20) : 8, kernel, 1, kernel / 2);
        (void)rp_dense(&r, 1, 0, 1);
        rp_answers(&r);
        rp_schedule(&r);
        if (start(&t)) {
            next_input(&t.m);
            step_through(&t, 1, 0);
            step_through(&t, 0, 1);
        }
        stop(&t);
        if (test_bad) { rp_print(&r); }
        rp_free(&r);
    }
}

/* the largest window: 255 x 255 taps, of all kinds that have one */
static void largest_windows(void)
{
    static uint8_t big[255 * 255];
    static const int kind[4] = { SUCREF_KIND_CONV, SUCREF_KIND_DEPTHWISE, SUCREF_KIND_AVERAGE, SUCREF_KIND_MAX };
    int k, i;
    for (k = 0; k < 4; k++) {
        running t;
        sucref_answer a;
        int32_t z = 0;
        uint8_t u = 0;
        memset(&r, 0, sizeof r);
        r.spec.layers = r.layer; r.spec.tensors = r.tensor; r.spec.bits = r.bits; r.spec.in_bits = r.in_bits;
        r.spec.n_stops = 1;
        r.bits[0] = r.in_bits[0] = 8;
        (void)rp_tensor(&r, 255, 255, 1);
        (void)window(kind[k], 0, 1, 1, 1, 255, 255, 0);
        if (start(&t)) {
            for (i = 0; i < 255 * 255; i++) { big[i] = (uint8_t)rnd(); }
            CHECK(sucref_net_set_input(&t.net, big, sizeof big) == SUCREF_OK);
            CHECK(sucref_net_run(&t.net, 0) == SUCREF_OK);
            (void)po_stop(&oracle, &z, &u, big, 0);
            CHECK(sucref_net_answer(&t.net, &a) == SUCREF_OK && a.logits[0] == z && a.out[0] == u);
        }
        stop(&t);
        rp_free(&r);
    }
}

static void writer_refuses(void)
{
    static const uint8_t lookup[SUCREF_LOOKUP_LEN] = { 0 };
    static const int16_t table[SUCREF_TABLE_LEN] = { 0 };
    const uint32_t any = 0xFFFFFFFFU;
    sucref_layer_spec *s = r.layer;
    unsigned n;
    every_kind();
#define REFUSES(field, value, why, at)                                                                                 \
    do {                                                                                                               \
        random_pictures *const was = (random_pictures *)malloc(sizeof r);                                              \
        memcpy(was, &r, sizeof r);                                                                                     \
        field = value;                                                                                                 \
        CHECK(refused(why, at));                                                                                       \
        memcpy(&r, was, sizeof r);                                                                                     \
        free(was);                                                                                                     \
    } while (0)
    REFUSES(s[L_MAX].kind, 10, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_MAX].from, TENSORS, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_MAX].to, TENSORS, "spec: kind or tensors of a layer", L_MAX);
    REFUSES(s[L_ADD].from2, TENSORS, "spec: kind or tensors of a layer", L_ADD);
    REFUSES(s[L_CONV].kernel_h, 0, "spec: shape of a layer", L_CONV);
    REFUSES(s[L_CONV].stride_w, 0, "spec: shape of a layer", L_CONV);
    REFUSES(s[L_MAX].pad_top, 2, "spec: shape of a layer", L_MAX);
    REFUSES(s[L_CONV].n_in, 65536, "spec: sizes of a layer", L_CONV);
    REFUSES(s[L_CONV].n_in, 17, "spec: sizes of a layer", L_CONV);
    REFUSES(s[L_CONV].w, NULL, "spec: a layer's NULL", L_CONV);
    REFUSES(s[L_ADD].multiplier, NULL, "spec: a layer's NULL", L_ADD);
    REFUSES(s[L_MUL].exponent, NULL, "spec: a layer's NULL", L_MUL);
    REFUSES(s[L_COPY].box, NULL, "spec: a layer's NULL", L_COPY);
    REFUSES(s[L_CONSTANT].constant, NULL, "spec: a layer's NULL", L_CONSTANT);
    REFUSES(s[L_ADD].act, SUCREF_ACT_LOOKUP, "spec: a table or order that is NULL", L_ADD);
    REFUSES(r.tensor[3].width, 0, "spec: size of a tensor", 3);
    REFUSES(r.tensor[3].channels, 0, "spec: size of a tensor", 3);
    REFUSES(r.spec.n_tensors, 1, "number of tensors", any);
    REFUSES(r.spec.n_tensors, SUCREF_MAX_TENSORS + 1, "number of tensors", any);
    REFUSES(s[L_CONV].out_zero, (uint8_t)(s[L_CONV].out_zero + 1), "output zero point", any);
    REFUSES(s[L_CONV].flags, SUCREF_LAYER_KEEP, "layer flags", any);
    for (n = 0; n < L_DENSE; n++) { s[n].lookup = lookup; }
    s[L_COPY].table = table;
    REFUSES(s[L_COPY].act, SUCREF_ACT_TABLE, "plan or activation of a kind", any);
    REFUSES(s[L_MAX].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    REFUSES(s[L_SOFTMAX].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    REFUSES(s[L_CONSTANT].act, SUCREF_ACT_LOOKUP, "plan or activation of a kind", any);
    *(int32_t *)(uintptr_t)s[L_AVERAGE].multiplier = 0;
    REFUSES(s[L_AVERAGE].act, SUCREF_ACT_LOOKUP, "lookup of a plain average", any);
    r.tensor[T_STATE].state = 0;
    CHECK(sucref_model_write(NULL, 0, &r.spec, NULL) != 0);
    r.spec.n_stops = 2;
    CHECK(sucref_model_write(NULL, 0, &r.spec, NULL) != 0);
    REFUSES(r.tensor[T_STATE].state, 1, "flags of a tensor", any);
    REFUSES(r.spec.n_layers, L_STATE, "answer of a stop", any);
    r.spec.corrections = r.correction;
    rp_correct(&r, &r.correction[1], 4); /* of the depthwise layer */
    REFUSES(s, r.layer, "correction", any);
#undef REFUSES
    rp_free(&r);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every stop of random networks equals the oracle", random_networks);
    RUN("states start again", states_start_again);
    RUN("the spec of a file is that file again", files_come_back);
    RUN("input bits may arrive late", input_bits_arrive_late);
    RUN("a network may arrive stop by stop", streamed_networks);
    RUN("tensors share bytes where nobody needs both", tensors_share_bytes);
    RUN("a changed byte is refused or means what METHOD says", changed_bytes);
    RUN("faults name the field and its record", faults);
    RUN("limits of the file", limits);
    RUN("long windows", long_windows);
    RUN("the largest windows", largest_windows);
    RUN("places that are taken are refused", places);
    RUN("the writer refuses what is inconsistent", writer_refuses);
    return test_report("pictures");
}
