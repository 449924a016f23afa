/* test_evaluator.c - the engine against evaluator.h, which reads the file's bytes: random models; files changed at
 * random, their CRCs repaired, wherever sucref_model_open and sucref_model_check accept them; files cut anywhere.
 * `-v` says how many there were. Built again for every family of kernels: see the Makefile. */
#include "library.h"
#include "random_spec.h"
#include "crc.h"
#include "evaluator.h"

#ifndef NETS
#  define NETS 1000
#endif
enum { HOSTILE = 10 * NETS, SECTIONS = 1000 };

static unsigned long stops_compared, answers_compared;
static uint32_t *work;
static size_t work_len;

static void work_for(const sucref_model *m)
{
    free(work);
    work_len = sucref_net_work_len(m);
    work = (uint32_t *)malloc(work_len * 4);
}

/* inputs besides those of random_spec.h: near the middle, ends only, one that is not zero */
static void input(uint8_t *x, uint32_t n, int type)
{
    const uint32_t kind = rnd_below(8), where = rnd_below(n);
    uint32_t i;
    rs_input(x, n, type);
    for (i = 0; i < n && kind < 3; i++) {
        x[i] = (uint8_t)(kind == 0 ? 120 + rnd_below(17) : kind == 1 ? 255 * rnd_below(2) : i == where ? rnd() : 0);
    }
}

static int same(const sucref_net *s, const uint8_t *file, const uint8_t *x, unsigned stop)
{
    static int32_t z[EV_WIDEST];
    static uint8_t u[EV_WIDEST];
    sucref_answer a;
    uint32_t i, differ = 0;
    if (sucref_net_answer(s, &a) != SUCREF_OK || a.stop != stop) { return 0; }
    evaluator_stop(z, u, file, x, stop);
    for (i = 0; i < a.n_out; i++) { differ += z[i] != a.logits[i] || u[i] != a.out[i]; }
    stops_compared++;
    answers_compared += a.n_out;
    return differ == 0;
}

/* the same while the input's lower bits arrive late: what is not there yet is anything */
static int agrees_as_bits_arrive(sucref_net *s, const uint8_t *x)
{
    static uint8_t part[EV_WIDEST];
    const sucref_model *m = s->model;
    unsigned t, good = sucref_net_set_input(s, part, m->n_in) == SUCREF_OK;
    uint32_t i;
    for (t = 0; t < m->usable_stops && good; t++) {
        const unsigned there = ev_stop_record(m->bytes, t)[4], missing = 0xFFU >> there;
        for (i = 0; i < m->n_in; i++) { part[i] = (uint8_t)((x[i] & ~missing) | (rnd() & missing)); }
        good = sucref_net_set_input_bits(s, there) == SUCREF_OK && sucref_net_run(s, t) == SUCREF_OK &&
               same(s, m->bytes, x, t);
    }
    return (int)good;
}

/* all stops that are there, in steps of some budget; then one of them alone, without those before it */
static int model_agrees(const sucref_model *m)
{
    static uint8_t x[EV_WIDEST];
    sucref_net s;
    unsigned t, k, good = 1;
    work_for(m);
    if (sucref_net_init(&s, m, work, work_len) != SUCREF_OK) { return 0; }
    for (k = 0; k < 2; k++) {
        const uint32_t budget = rnd_below(2) ? 0xFFFFFFFFU : rnd_below(500);
        input(x, m->n_in, m->input_type);
        good &= sucref_net_set_input(&s, x, m->n_in) == SUCREF_OK;
        for (t = 0; t < m->usable_stops && good; t++) {
            int status = SUCREF_MORE;
            while (status == SUCREF_MORE) { status = sucref_net_step(&s, budget); }
            good = status == (t + 1U == m->usable_stops ? SUCREF_DONE : SUCREF_STOP) && same(&s, m->bytes, x, t);
        }
    }
    t = rnd_below(m->usable_stops);
    return good && sucref_net_set_input(&s, x, m->n_in) == SUCREF_OK && sucref_net_start_at(&s, t) == SUCREF_OK &&
           sucref_net_run(&s, t) == SUCREF_OK && same(&s, m->bytes, x, t) && agrees_as_bits_arrive(&s, x);
}

static uint32_t size_of_case(unsigned n) { return n % 8 == 7 ? 100 : n % 8 < 3 ? 6 : 24; }

static void random_models(void)
{
    static random_spec r;
    unsigned n;
    for (n = 0; n < NETS; n++) {
        uint32_t bytes, *file;
        sucref_model m;
        rs_make(&r, size_of_case(n));
        file = rs_write(&r, &bytes);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK && model_agrees(&m));
        free(file);
        rs_free(&r);
    }
    if (test_telling) { printf("    %d models, %lu stops, %lu values\n", NETS, stops_compared, answers_compared); }
}

/* ---- files changed at random ---- */
static uint8_t *file;
static uint32_t bytes;
static uint32_t section[SECTIONS], n_sections;

static uint32_t any_of(const uint32_t *v, uint32_t n) { return v[rnd_below(n)]; }
#define ANY_OF(...) any_of((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

static void find_sections(void)
{
    uint32_t at = get_le(file + 12, 4);
    for (n_sections = 0; n_sections < SECTIONS && at <= bytes && bytes - at >= 16; n_sections++) {
        const uint32_t len = get_le(file + at + 8, 4);
        if (len > bytes - at - 16) { break; }
        section[n_sections] = at;
        at += 16 + len;
    }
}

static void repair_crcs(void)
{
    const uint32_t head = get_le(file + 12, 4);
    uint32_t i;
    if (head < 64 || head > bytes) { return; }
    put_le(file + 60, ~crc_more(crc_more(0xFFFFFFFFU, file, 60), file + 64, head - 64), 4);
    find_sections();
    for (i = 0; i < n_sections; i++) {
        uint8_t *p = file + section[i];
        put_le(p + 12, ~crc_more(crc_more(0xFFFFFFFFU, p, 12), p + 16, get_le(p + 8, 4)), 4);
    }
}

static uint8_t *section_of_type(unsigned type) /* a random one, or NULL */
{
    uint32_t i, n = 0;
    uint8_t *found = NULL;
    for (i = 0; i < n_sections; i++) {
        if (get_le(file + section[i], 2) == type && rnd_below(++n) == 0) { found = file + section[i]; }
    }
    return found;
}

static uint8_t *changed(const uint8_t *p) { return file + (p - file); } /* the same place, to write to */
static uint8_t *some_entry(void)
{
    const unsigned stop = rnd_below(file[28]);
    return changed(ev_entry(file, stop, rnd_below(get_le(file + 26, 2))));
}

/* a number of the given bytes becomes one of the limits, or any */
static void limit(uint8_t *p, int width)
{
    const uint32_t top = 1U << (8 * width - 1);
    put_le(p, ANY_OF(0, 1, top - 1, top, top + 1, 0xFFFFFFFFU, rnd()), width);
}

/* Each of these draws its numbers in an order that no compiler changes. */
static void change_record(void)
{
    uint8_t *p = changed(ev_layer_record(file, rnd_below(get_le(file + 24, 2))));
    const uint32_t kind = rnd_below(9), where = rnd_below(8), value = rnd();
    switch (kind) {
    case 0: p[26] = (uint8_t)(value % 6); break;
    case 1: p[27] = (uint8_t)(value % 4); break;
    case 2: p[28] ^= (uint8_t)(1U << where % 4); break;
    case 3: case 4: case 5: p[27 + kind] = (uint8_t)value; break; /* output zero point, lo, hi */
    case 6: p[26] = EV_LEAKY; limit(p + 34, 2); break;
    case 7: p[24 + where % 2] = (uint8_t)(value % 9); break;
    default: p[16 + where] = (uint8_t)(value % 9); break;
    }
}

static void change_parameters(void)
{
    const ev_layer l = ev_layer_of(file, rnd_below(get_le(file + 24, 2)));
    const uint32_t kind = rnd_below(7), row = rnd_below(l.n_out), other = rnd_below(l.n_out);
    const uint32_t k = l.record[28] & EV_PER_ROW ? row : 0, most = 0x7FFFFFFFU - l.n_in * 128 * 255;
    const uint32_t knot = rnd_below(33), value = rnd();
    switch (kind) {
    case 0:
        put_le(changed(l.bias) + 4 * row, ANY_OF(most, most - 1, most + 1, 0U - most, 0U - most - 1, value), 4);
        break;
    case 1: limit(changed(l.multiplier) + 4 * k, 4); break;
    case 2: changed(l.exponent)[k] = (uint8_t)(rnd_below(4) ? (int)(value % 63) - 31 : (int)(value % 256)); break;
    case 3: changed(l.row_shift)[row] = (uint8_t)(value % 9); break;
    case 4:
        changed(l.record)[33] = (uint8_t)ANY_OF(0, 127, 128, 255, value);
        if (l.sums != NULL) { changed(l.sums)[4 * row + value % 4] ^= (uint8_t)(value >> 8); }
        break;
    case 5:
        if (l.record[26] == EV_TABLE) { limit(changed(l.table) + 2 * knot, 2); }
        if (l.record[26] == EV_LOOKUP) { changed(l.table)[value % 256] = (uint8_t)(value >> 8); }
        break;
    default:
        if (l.order) {
            const uint32_t is = ev_u16(l.order + 2 * row);
            put_le(changed(l.order) + 2 * row, ev_u16(l.order + 2 * other), 2);
            if (value % 4) { put_le(changed(l.order) + 2 * other, is, 2); }
        }
    }
}

static void change_correction(void)
{
    uint8_t *p = section_of_type(1);
    uint32_t len, rows, k;
    if (p == NULL || (len = get_le(p + 8, 4)) == 0) { return; }
    rows = len / 10; /* of a section that is no constants; else any place will do */
    for (k = rnd_below(4); k < 4; k++) {
        if (rnd_below(3) == 0 && rows > 0) { limit(p + 16 + 8 * rows + 2 * rnd_below(rows), 2); }
        else { limit(p + 16 + rnd_below(len / 4) * 4, 4); }
    }
}

static void change_plane(void)
{
    uint8_t *p = section_of_type(2);
    const uint32_t len = p ? get_le(p + 8, 4) : 0, kind = rnd_below(6);
    const uint32_t mask = ANY_OF(0x77, 0x33, 0x7F, 0x1F, 0x3F, 0xFF);
    uint32_t i;
    for (i = 0; i < len; i++) {
        uint8_t *q = p + 16 + i;
        if (kind == 0) { *q = (uint8_t)(rnd() & mask); }
        if (kind == 1) { *q = 0; }
        if (kind == 2) { *q = (uint8_t)mask; }
        if (kind == 3) { *q |= (uint8_t)(~mask & rnd()); }
    }
    if (len && kind > 3) { p[16 + rnd_below(len)] ^= (uint8_t)(kind == 4 ? 1U << rnd_below(8) : rnd()); }
}

static void change_groups(void) /* some rows of a group go to its neighbour */
{
    const uint32_t n = get_le(file + 26, 2), g = rnd_below(n), by = 1 + rnd_below(3);
    uint8_t *p = changed(ev_group_record(file, g));
    put_le(p + 4, get_le(p + 4, 4) - by, 4);
    if (g + 1 < n) { put_le(p + 44, get_le(p + 44, 4) + by, 4); put_le(p + 40, get_le(p + 40, 4) - by, 4); }
}

static void change_schedule(void)
{
    uint8_t *p = changed(ev_stop_record(file, rnd_below(file[28])));
    uint8_t *entry = some_entry();
    const uint32_t kind = rnd_below(5), place = 16 + section[rnd_below(n_sections)], value = rnd();
    switch (kind) {
    case 0: put_le(p, get_le(p, 4) + ANY_OF(4, 0U - 4U, 16, 0U - 16U, value), 4); break;
    case 1: p[4] = (uint8_t)(value % 10); break;
    case 2: put_le(p + (value & 1 ? 8 : 12), ANY_OF(0, 64, place, value % bytes), 4); break;
    case 3: entry[0] = (uint8_t)(value % 9); break;
    default: put_le(entry + 4, ANY_OF(0, place, value % bytes), 4); break;
    }
}

static void change_frame(void)
{
    uint8_t *p = file + section[rnd_below(n_sections)];
    const uint32_t kind = rnd_below(4), where = rnd_below(5), value = rnd();
    switch (kind) {
    case 0: put_le(p, value % 7, 2); break;
    case 1: p[2] = (uint8_t)(value % 3); break;
    case 2: p[3 + where] = (uint8_t)(value % 8); break;
    default: put_le(p + 8, get_le(p + 8, 4) + ANY_OF(4, 0U - 4U, 1, 16, value), 4); break;
    }
}

static void change_header(void)
{
    const uint32_t kind = rnd_below(4), where = rnd_below(16), value = rnd();
    switch (kind) {
    case 0: file[29] ^= 1; break;
    case 1: file[30] = (uint8_t)(value % 33); break;
    case 2: put_le(file + 32, ANY_OF(0, 0x40000000U, 0x7FFFFFFFU, 0x80000000U, value | 0x40000000U), 4); break;
    default: file[36 + where] = (uint8_t)value; break;
    }
}

static void change(unsigned kind)
{
    uint8_t *p;
    switch (kind) {
    case 0: change_record(); break;
    case 1: case 2: change_parameters(); break;
    case 3: case 4: change_correction(); break;
    case 5: change_plane(); break;
    case 6: change_groups(); break;
    case 7: change_schedule(); break;
    case 8: change_frame(); break;
    case 9: change_header(); break;
    case 10:
        p = section_of_type(3);
        if (p != NULL) { limit(p + 16 + 4 * rnd_below(4), 4); }
        break;
    default: /* the head, anywhere */
        p = file + 4 + rnd_below(get_le(file + 12, 4) - 4);
        *p = (uint8_t)rnd();
    }
}
enum { CHANGES = 12 };

static void hostile_files(void)
{
    static random_spec r;
    static unsigned accepted_of[CHANGES];
    unsigned n, k, accepted = 0;
    stops_compared = 0;
    for (n = 0; n < HOSTILE; n++) {
        const unsigned kind = rnd_below(CHANGES);
        uint32_t *whole;
        sucref_model m;
        rs_make(&r, n % 50 == 49 ? 80 : size_of_case(n % 7));
        whole = rs_write(&r, &bytes);
        rs_free(&r);
        CHECK(whole != NULL);
        if (whole == NULL) { continue; }
        file = (uint8_t *)whole;
        find_sections();
        for (k = rnd_below(3); k < 2; k++) { change(1 + rnd_below(5)); }
        change(kind); /* last, as it may move what others look for */
        repair_crcs();
        if (sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK && sucref_model_check(&m, NULL) == SUCREF_OK) {
            const int agrees = model_agrees(&m);
            if (!agrees) { printf("  changed file %u, kind %u\n", n, kind); }
            CHECK(agrees);
            accepted_of[kind]++;
            accepted++;
        }
        free(whole);
    }
    CHECK(accepted > HOSTILE / 4);
    if (test_telling) {
        printf("    %u of %d files accepted, %lu stops; by last change:", accepted, HOSTILE, stops_compared);
        for (k = 0; k < CHANGES; k++) { printf(" %u", accepted_of[k]); }
        printf("\n");
    }
}

/* ---- files cut anywhere, and what arrives later ---- */
static uint32_t end_of(unsigned stop) { return get_le(ev_stop_record(file, stop), 4); }

static int cut_agrees(uint32_t cut) /* 1 or 0; -1: not even a stop */
{
    uint32_t *part = (uint32_t *)malloc(cut + 1U);
    sucref_model m;
    int agrees = -1;
    unsigned t;
    memcpy(part, file, cut);
    if (sucref_model_open(&m, part, cut, NULL) == SUCREF_OK) {
        for (t = 0; t < m.n_stops && end_of(t) <= cut; t++) { }
        agrees = m.usable_stops == t && sucref_model_check(&m, NULL) == SUCREF_OK && model_agrees(&m);
    }
    free(part);
    return agrees == -1 && end_of(0) <= cut ? 0 : agrees;
}

static int grows(void) /* the first stop, then more of the file by pieces */
{
    static uint8_t x[RS_WIDE];
    sucref_model m;
    sucref_net s;
    unsigned t, good;
    if (sucref_model_open(&m, file, end_of(0), NULL) != SUCREF_OK) { return 0; }
    work_for(&m);
    input(x, m.n_in, m.input_type);
    good = sucref_net_init(&s, &m, work, work_len) == SUCREF_OK && sucref_net_set_input(&s, x, m.n_in) == SUCREF_OK;
    for (t = 0; t < m.n_stops; t++) {
        good &= sucref_model_extend(&m, end_of(t), NULL) > (int)t && sucref_net_run(&s, t) == SUCREF_OK;
        good &= same(&s, file, x, t);
    }
    return good;
}

static void cut_files(void)
{
    static random_spec r;
    unsigned n, k, opened = 0;
    stops_compared = 0;
    for (n = 0; n < NETS; n++) {
        uint32_t *whole;
        rs_make(&r, size_of_case(n % 7));
        whole = rs_write(&r, &bytes);
        rs_free(&r);
        CHECK(whole != NULL);
        if (whole == NULL) { continue; }
        file = (uint8_t *)whole;
        for (k = 0; k < 4; k++) {
            const int agrees = cut_agrees(k < 2 ? end_of(rnd_below(file[28])) : rnd_below(bytes + 1));
            CHECK(agrees != 0);
            opened += agrees == 1;
        }
        CHECK(grows());
        free(whole);
    }
    if (test_telling) { printf("    %u cut files of %d, %lu stops\n", opened, 4 * NETS, stops_compared); }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("the engine equals the evaluator of files on random models at every stop", random_models);
    RUN("changed files that are accepted give the evaluator's integers", hostile_files);
    RUN("files cut anywhere, and extended, give the evaluator's integers", cut_files);
    free(work);
    return test_report("test_evaluator");
}
