/* test_hostile.c - files that somebody means to do harm with, all CRCs right: what breaks a promise of the format is
 * refused by name; what is accepted gives evaluator.h's integers, and no signed sum overflows (see `make sanitize`). */
#include "library.h"
#include "../examples/tool/certify.h"
#include "crc.h"
#include "evaluator.h"

enum { FILE_WORDS = 4000, WORK_WORDS = 4000, WIDEST = 40, MAX_WEIGHT = 33 /* in a layer's record */ };
static uint32_t words[FILE_WORDS], work[WORK_WORDS], scratch[WORK_WORDS];
static uint8_t *const file = (uint8_t *)words;
static uint32_t bytes;
static const char *field;  /* what open or check refused */
static unsigned proofs;    /* that were asked for and could be tried, before the last stop */

/* up to three layers of equal plans and their storage; every weight is `weight` of its place */
static sucref_layer_spec layer[3];
static int8_t weights[3][WIDEST * WIDEST];
static int32_t biases[3][WIDEST];
static int32_t multiplier = 0x7FFFFFFF;
static int8_t exponent = -20;
static uint16_t order[WIDEST];
static uint8_t in_bits[SUCREF_MAX_STOPS], bits[SUCREF_MAX_STOPS * 3], x[WIDEST];
static sucref_model_spec spec;

static void plan_of(sucref_layer_spec *l, const char *plan) /* digits' widths; `+`: a coarse plane */
{
    for (l->n_planes = 0; *plan; plan++) {
        if (*plan == '+') { l->coarse = 1; } else { l->plan[l->n_planes++] = (uint8_t)(*plan - '0'); }
    }
}

/* a model of so many layers, n_in inputs and n_out outputs of each; stops as many as the plan has planes */
static void model_of(unsigned layers, const char *plan, uint32_t n_in, uint32_t n_out)
{
    unsigned n, t, known = 0;
    uint32_t i;
    memset(layer, 0, sizeof layer);
    memset(&spec, 0, sizeof spec);
    for (n = 0; n < layers; n++) {
        sucref_layer_spec *l = &layer[n];
        l->n_in = n ? n_out : n_in; l->n_out = n_out; l->w = weights[n]; l->bias = biases[n];
        l->multiplier = &multiplier; l->exponent = &exponent; l->hi = 255; l->n_groups = 1;
        l->act = n + 1 < layers ? SUCREF_ACT_RELU : SUCREF_ACT_NONE;
        l->flags = n == 0 ? SUCREF_LAYER_KEEP : 0;
        plan_of(l, plan);
        for (i = 0; i < l->n_in * n_out; i++) { weights[n][i] = (int8_t)rnd_in(-127, 127); }
        for (i = 0; i < n_out; i++) { biases[n][i] = 0; }
    }
    for (t = 0; t < layer[0].n_planes; t++) {
        known = layer[0].coarse ? layer[0].plan[t] : known + layer[0].plan[t];
        in_bits[t] = 8;
        for (n = 0; n < layers; n++) { bits[t * layers + n] = (uint8_t)(n ? 8 : known); }
    }
    spec.layers = layer; spec.in_bits = in_bits; spec.bits = bits;
    spec.n_layers = (uint8_t)layers; spec.n_stops = layer[0].n_planes;
}

static void written(void)
{
    sucref_fault fault = { "", 0 };
    bytes = sucref_model_write(file, sizeof words, &spec, &fault);
    if (bytes == 0) { printf("  %s\n", fault.field); }
    CHECK(bytes > 0);
}

static void repair(void)
{
    const uint32_t head = get_le(file + 12, 4);
    uint32_t at = head;
    put_le(file + 60, ~crc_more(crc_more(0xFFFFFFFFU, file, 60), file + 64, head - 64), 4);
    while (at + 16 <= bytes && get_le(file + at + 8, 4) <= bytes - at - 16) {
        const uint32_t len = get_le(file + at + 8, 4);
        put_le(file + at + 12, ~crc_more(crc_more(0xFFFFFFFFU, file + at, 12), file + at + 16, len), 4);
        at += 16 + len;
    }
}

/* 2: open and check accept the first n bytes; 1: only open does; 0: neither */
static int accepted(sucref_model *m, uint32_t n)
{
    sucref_fault fault = { "", 0 };
    int status = sucref_model_open(m, file, n, &fault), good = 0;
    if (status == SUCREF_OK) { status = sucref_model_check(m, &fault); good = status == SUCREF_OK ? 2 : 1; }
    CHECK(status == SUCREF_OK || status == SUCREF_E_DATA);
    field = fault.field;
    return good;
}
static int whole_accepted(void) { sucref_model m; repair(); return accepted(&m, bytes); }
static int refused(int by_check, const char *name)
{
    const int got = whole_accepted();
    if (got != by_check || strcmp(field, name) != 0) { printf("  %d '%s', not '%s'\n", got, field, name); return 0; }
    return 1;
}

/* every stop of an accepted file, asked for a proof as well */
static void runs_as_evaluated(void)
{
    static int32_t z[WIDEST];
    static uint8_t u[WIDEST];
    sucref_model m;
    sucref_net s;
    sucref_answer a;
    unsigned t;
    repair();
    CHECK(accepted(&m, bytes) == 2);
    CHECK(sucref_net_init(&s, &m, work, WORK_WORDS) == SUCREF_OK && sucref_net_proof_len(&m) <= WORK_WORDS);
    CHECK(sucref_net_set_input(&s, x, m.n_in) == SUCREF_OK);
    for (t = 0; t < m.n_stops; t++) {
        int proved;
        CHECK(sucref_net_run(&s, t) == SUCREF_OK && sucref_net_answer(&s, &a) == SUCREF_OK);
        evaluator_stop(z, u, file, x, t);
        CHECK(memcmp(z, a.logits, a.n_out * sizeof z[0]) == 0 && memcmp(u, a.out, a.n_out) == 0);
        proofs += sucref_net_proved(&proved, &s, scratch, WORK_WORDS) == SUCREF_OK && t + 1U < m.n_stops;
    }
}

static uint8_t *plane(unsigned n, unsigned i) { return file + ev_u32(ev_group_record(file, n) + 8 + 4 * i); }
static uint32_t plane_len(unsigned n, unsigned i) { return get_le(plane(n, i) - 8, 4); }

/* ---- planes ---- */
static void wide_digits(void)
{
    static const char *const plans[] = { "35", "53", "62", "26", "71", "17", "332", "3+8", "5+8", "6+8", "7+8", "44" };
    unsigned k, i, bit;
    uint32_t at;
    for (k = 0; k < sizeof plans / sizeof plans[0]; k++) {
        model_of(1, plans[k], 3, 13);
        written();
        for (i = 0; i < layer[0].n_planes; i++) {
            const unsigned width = layer[0].plan[i], slot = width == 3 ? 4 : width > 4 ? 8 : width;
            for (at = 0; width < 8 && at < plane_len(0, i); at++) {
                for (bit = 0; bit < 8; bit++) {
                    plane(0, i)[at] ^= (uint8_t)(1U << bit);
                    if (bit % slot >= width) { CHECK(refused(1, "digit wider than its plan")); }
                    else { CHECK(whole_accepted() == 2); }
                    plane(0, i)[at] ^= (uint8_t)(1U << bit);
                }
            }
        }
    }
}

static void low_maxima(void)
{
    unsigned k;
    for (k = 0; k < 2; k++) {
        uint8_t *most, was;
        model_of(1, k ? "4+8" : "8", 5, 9);
        written();
        most = file + (ev_layer_of(file, 0).record - file) + MAX_WEIGHT;
        was = *most;
        for (*most = 0; *most < was; ++*most) { CHECK(refused(1, "weight above its maximum, or sum of a row")); }
        *most = (uint8_t)(was + rnd_below(129U - was));
        memset(x, 255, sizeof x);
        runs_as_evaluated();
        *most = 129;
        CHECK(refused(0, "largest weight"));
    }
}

static void wrong_sums(void)
{
    unsigned k, bit;
    for (k = 0; k < 2; k++) {
        model_of(1, k ? "4+8" : "8", 5, 9);
        layer[0].in_zero = 3;
        written();
        for (bit = 0; bit < 32; bit++) {
            uint8_t *sum = file + (ev_layer_of(file, 0).sums - file) + 4 * rnd_below(9) + bit / 8;
            *sum ^= (uint8_t)(1U << bit % 8);
            CHECK(refused(1, "weight above its maximum, or sum of a row"));
            *sum ^= (uint8_t)(1U << bit % 8);
        }
        runs_as_evaluated();
    }
}

/* ---- sums at their limits ---- */
static void fill_planes(unsigned n, uint8_t with) /* every digit of a layer's planes; maxima and sums follow */
{
    const ev_layer l = ev_layer_of(file, n);
    unsigned i;
    for (i = 0; i < l.record[24]; i++) {
        const unsigned width = l.record[16 + i];
        if (plane(n, i) == file) { continue; } /* no stop reads it */
        memset(plane(n, i), with & (width == 3 ? 0x77 : width > 4 ? 0xFF >> (8 - width) : 0xFF), plane_len(n, i));
    }
    file[l.record - file + MAX_WEIGHT] = 128;
    if (l.colmax != NULL) { memset(file + (l.colmax - file), 128, l.n_in); }
    for (i = 0; l.sums != NULL && i < l.n_out; i++) {
        put_le(file + (l.sums - file) + 4 * i, (uint32_t)(((int)with - 128) * (int)l.n_in), 4);
    }
}

static void biases_at_the_limit(void)
{
    static const char *const plans[] = { "8", "44", "2222", "35", "71", "17", "3+8", "7+8" };
    unsigned k, n, sign, with;
    uint32_t i;
    proofs = 0;
    for (k = 0; k < sizeof plans / sizeof plans[0]; k++) {
        for (sign = 0; sign < 4; sign++) {
            uint8_t samples[4 * 6];
            sucref_bounds bounds;
            void *memory = NULL;
            model_of(3, plans[k], 6, 5);
            for (i = 0; i < sizeof samples; i++) { samples[i] = (uint8_t)rnd(); }
            if (layer[0].n_planes > 1) {
                CHECK(prepare_certify(&bounds, &memory, &spec, samples, 4) == SUCREF_OK);
                spec.bounds = &bounds;
            }
            for (n = 0; n < 3; n++) {
                const int32_t most = (int32_t)(0x7FFFFFFFU - layer[n].n_in * 32640U);
                for (i = 0; i < 5; i++) { biases[n][i] = (sign < 2 ? sign : (i + n + sign) % 2) ? -most : most; }
            }
            written();
            for (with = 0; with < 4; with++) { /* the weights as they are; all of the least, of the largest; some */
                const uint8_t digits = (uint8_t)(with == 1 ? 0 : with == 2 ? 255 : rnd());
                for (n = 0; with > 0 && n < 3; n++) { fill_planes(n, digits); }
                memset(x, with == 3 && sign == 0 ? 0 : 255, sizeof x);
                runs_as_evaluated();
            }
            put_le(file + (ev_layer_of(file, 1).bias - file),
                   (uint32_t)biases[1][0] + (biases[1][0] < 0 ? 0xFFFFFFFFU : 1U), 4);
            CHECK(refused(0, "bias: accumulator could overflow"));
            free(memory);
        }
    }
    CHECK(proofs > 100);
}

static void leaky_extremes(void)
{
    static const uint8_t kinds[] = { SUCREF_REQUANT_FLOOR, SUCREF_REQUANT_ROUND, SUCREF_REQUANT_TFLITE };
    static const int16_t slopes[] = { -32768, -1, 0, 32767 };
    int32_t beta[3] = { INT32_MIN, INT32_MAX, -1 }, gamma[3] = { INT32_MIN, INT32_MAX, 0 };
    const int16_t alpha[3] = { -32768, 32767, 0 };
    sucref_correction c[2];
    unsigned k, i;
    memset(c, 0, sizeof c);
    c[0].beta = beta; c[0].gamma = gamma; c[0].alpha = alpha;
    for (k = 0; k < 3; k++) {
        for (i = 0; i < 4; i++) {
            model_of(1, "44", 4, 3);
            spec.corrections = c;
            layer[0].act = SUCREF_ACT_LEAKY; layer[0].requant = kinds[k]; layer[0].out_zero = 128; layer[0].lo = 3;
            exponent = 0;
            layer[0].slope = 1; /* the number itself is put into the file */
            written();
            put_le(file + 64 + 34, (uint16_t)slopes[i], 2);
            memset(x, 0, sizeof x);
            runs_as_evaluated();
            memset(x, 255, sizeof x);
            runs_as_evaluated();
        }
    }
    exponent = -20;
}

/* ---- places ---- */
static void orders(void)
{
    static const uint32_t widths[] = { 2, 7, 32, 33, 40 };
    unsigned k, i;
    for (k = 0; k < sizeof widths / sizeof widths[0]; k++) {
        const uint32_t n = widths[k];
        uint8_t *at;
        model_of(1, "44", 2, n);
        for (i = 0; i < n; i++) { order[i] = (uint16_t)((i + 1) % n); }
        layer[0].order = order;
        layer[0].flags |= SUCREF_LAYER_ORDER;
        written();
        memset(x, 200, sizeof x);
        runs_as_evaluated();
        at = file + (ev_layer_of(file, 0).order - file);
        for (i = 0; i < n; i++) {
            put_le(at + 2 * i, order[(i + 1) % n], 2); /* twice the neighbour's, never its own */
            CHECK(refused(1, "output order"));
            put_le(at + 2 * i, n, 2);
            CHECK(refused(0, "output order"));
            put_le(at + 2 * i, order[i], 2);
        }
    }
}

/* an optional section of a type that nobody knows, in front of the first stop's sections */
static void with_foreign_section(uint32_t len)
{
    const uint32_t head = get_le(file + 12, 4), by = 16 + len;
    unsigned n, i, t;
    memmove(file + head + by, file + head, bytes - head);
    memset(file + head, 0, by);
    put_le(file + head, 77, 2);
    put_le(file + head + 8, len, 4);
    bytes += by;
    put_le(file + 8, bytes, 4);
    for (n = 0; n < get_le(file + 26, 2); n++) {
        uint8_t *p = file + (ev_group_record(file, n) - file) + 8;
        for (i = 0; i < 8; i++, p += 4) { put_le(p, get_le(p, 4) ? get_le(p, 4) + by : 0, 4); }
    }
    for (t = 0; t < file[28]; t++) {
        uint8_t *p = file + (ev_stop_record(file, t) - file);
        put_le(p, get_le(p, 4) + by, 4);
    }
}

static void sections_stay_in_their_stop(void)
{
    unsigned t, k;
    model_of(2, "2222", 7, 6);
    written();
    with_foreign_section(8);
    memset(x, 99, sizeof x);
    runs_as_evaluated();
    for (k = 0; k < 2; k++) { /* the foreign section, then a plane that is said to be optional */
        const uint32_t at = k ? (uint32_t)(plane(0, 0) - file) - 16 : get_le(file + 12, 4);
        const uint32_t len = get_le(file + at + 8, 4), end = get_le(ev_stop_record(file, 0), 4);
        const uint8_t flags = file[at + 2];
        uint32_t l, cut;
        file[at + 2] = 0;
        for (l = end - at - 16 + 4; l <= bytes + 8; l += 4) { /* past its stop: in whole files and in cut ones */
            sucref_model m;
            put_le(file + at + 8, l, 4);
            CHECK(refused(0, "section length"));
            for (t = 0; t < file[28]; t++) {
                cut = get_le(ev_stop_record(file, t), 4);
                CHECK(accepted(&m, cut) == 0 && strcmp(field, "section length") == 0);
                cut -= 4;
                CHECK(cut < end || (accepted(&m, cut) == 0 && strcmp(field, "section length") == 0));
            }
        }
        put_le(file + at + 8, 0xFFFFFFFCU, 4);
        CHECK(refused(0, "section length"));
        put_le(file + at + 8, len, 4);
        file[at + 2] = flags;
        CHECK(whole_accepted() == 2);
    }
}

/* a plane's place leads into the payload of another section, where no walk looks */
static void planes_outside_sections(void)
{
    static const char *const plans[] = { "53", "35", "71", "8", "4+8" };
    unsigned k, i;
    for (k = 0; k < sizeof plans / sizeof plans[0]; k++) {
        for (i = 0; i < 2 && plans[k][i]; i++) {
            uint8_t *inner, *place;
            uint32_t len;
            model_of(1, plans[k], 3, 16);
            i = layer[0].coarse ? 1 : i;
            written();
            len = plane_len(0, i);
            with_foreign_section(16 + len);
            inner = file + get_le(file + 12, 4) + 16;
            memcpy(inner, plane(0, i) - 16, 16); /* as the plane's own frame */
            memset(inner + 16, 255, len);
            place = file + (ev_group_record(file, 0) - file) + 8 + 4 * i;
            put_le(place, (uint32_t)(inner + 16 - file), 4);
            file[ev_layer_of(file, 0).record - file + MAX_WEIGHT] = 126; /* 255 is 127 */
            if (layer[0].plan[i] == 1) { runs_as_evaluated(); } else { CHECK(whole_accepted() < 2); } /* 8 digits */
        }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("a digit wider than its plan is refused, every other one accepted", wide_digits);
    RUN("a largest weight below the truth is refused, one above it changes nothing", low_maxima);
    RUN("sums of rows that are not theirs are refused", wrong_sums);
    RUN("biases at the limit: no sum overflows in the engine or in a proof", biases_at_the_limit);
    RUN("corrections and slopes at the limits of their types overflow nothing", leaky_extremes);
    RUN("an output order that is no permutation is refused", orders);
    RUN("a section past its stop's end is refused, also an optional or a cut one", sections_stay_in_their_stop);
    RUN("a plane that is no section of the file is looked at all the same", planes_outside_sections);
    return test_report("test_hostile");
}
