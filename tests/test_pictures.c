/* test_pictures.c - the law for networks with tensors: every stop of the stepping engine equals METHOD's integers, for
 * random networks of every kind, every work budget, every order of inputs; tensors that share their bytes; and files
 * with a byte changed, which are refused or mean what METHOD says of them. */
#include "library.h"
#include "picture_run.h"
#include "crc.h"

#ifndef NETS
#define NETS 2500
#endif

static int32_t got_z[RP_BYTES];
static uint8_t got_u[RP_BYTES];

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

static void one_network(void (*make)(random_pictures *), int inputs)
{
    running t;
    int k;
    const uint32_t state = test_state;
    make(&r);
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
    for (n = 0; n < NETS && test_bad == 0; n++) { one_network(rp_make, 2 + n % 3); }
}

static void large_windows(void)
{
    int n;
    for (n = 0; n < NETS / 6 && test_bad == 0; n++) { one_network(rp_make_large, 3); }
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
/* is a byte of the file a row shift, or in a section? With another one digits may be no weights of any spec */
static int is_digit(const sucref_model *m, uint32_t at)
{
    sucref_layer l;
    unsigned n;
    if (at == 6) { return 1; } /* the layout: of all of them */
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
            file_close(p, bytes, at);
            accepted += try_file(p, bytes, at) > 0;
            if (test_bad) {
                printf("  byte %lu, head %lu: %u was %u\n", (unsigned long)at, (unsigned long)head, p[at], was);
                rp_print(&r);
            }
            p[at] = was;
            file_close(p, bytes, at);
        }
        free(file);
        rp_free(&r);
    }
    CHECK(accepted >= NETS / 5 || NETS < 200);
    if (test_telling) { printf("  %d of %d changed files were accepted\n", accepted, NETS / 25 * 200); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every stop of random networks equals the oracle", random_networks);
    RUN("large windows equal the oracle, too", large_windows);
    RUN("states start again", states_start_again);
    RUN("the spec of a file is that file again", files_come_back);
    RUN("input bits may arrive late", input_bits_arrive_late);
    RUN("a network may arrive stop by stop", streamed_networks);
    RUN("tensors share bytes where nobody needs both", tensors_share_bytes);
    RUN("a changed byte is refused or means what METHOD says", changed_bytes);
    return test_report("pictures");
}
