/* test_engine.c - the engine at its edges: the largest chunks, halves that round, interrupted readers, answers without
 * logits, cut files and cut inputs. One small model, changed in one thing at a time. */
#define SUCREF_HOST
#define SUCREF_STATIC
#define SUCREF_BARRIER() barrier()
#include "test.h"
static void barrier(void);
#include "../sucref.h"
#include "crc.h"

enum { ROWS = 20, COLS = 300, STOPS = 3 };
static int8_t weight[ROWS * COLS];
static int32_t bias[ROWS], multiplier[1];
static int8_t exponent[1];
static uint8_t shift[ROWS], bits[STOPS], in_bits[STOPS], x[COLS];
static sucref_exit exits[STOPS];
static sucref_layer_spec layer;
static sucref_model_spec spec;
static sucref_model m;
static sucref_net net;
static sucref_answer a;
static uint32_t file[8192], work[2048], file_bytes;

/* one layer, R = z: rows x cols, weights of 0, stops of the given bits */
static void fresh(uint32_t rows, uint32_t cols, const char *plan, const char *stop_bits)
{
    memset(weight, 0, sizeof weight); memset(bias, 0, sizeof bias); memset(shift, 0, sizeof shift);
    memset(&layer, 0, sizeof layer); memset(&spec, 0, sizeof spec); memset(x, 0, sizeof x);
    multiplier[0] = 1 << 30;
    exponent[0] = 1;
    layer.n_in = cols; layer.n_out = rows; layer.w = weight; layer.bias = bias; layer.multiplier = multiplier;
    layer.exponent = exponent; layer.row_shift = shift; layer.hi = 255;
    for (; *plan; plan++) { layer.plan[layer.n_planes++] = (uint8_t)(*plan - '0'); }
    layer.coarse = (uint8_t)(layer.n_planes == 2 && layer.plan[1] == 8);
    spec.layers = &layer; spec.n_layers = 1; spec.bits = bits; spec.in_bits = in_bits;
    for (; *stop_bits; stop_bits++, spec.n_stops++) {
        bits[spec.n_stops] = (uint8_t)(*stop_bits - '0');
        in_bits[spec.n_stops] = 8;
    }
}

static int begin(void)
{
    file_bytes = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    return file_bytes != 0 && sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK &&
           sucref_net_init(&net, &m, work, sizeof work / 4) == SUCREF_OK &&
           sucref_net_set_input(&net, x, layer.n_in) == SUCREF_OK;
}

/* the last stop's logits are sum(w * u) + bias, for every row */
static int answers(void)
{
    uint32_t r, c;
    if (sucref_net_run(&net, m.n_stops - 1U) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { return 0; }
    for (r = 0; r < layer.n_out; r++) {
        int32_t want = bias[r];
        for (c = 0; c < layer.n_in; c++) { want += weight[r * layer.n_in + c] * (int32_t)x[c]; }
        if (a.logits[r] != want) { return 0; }
    }
    return 1;
}

/* digits and inputs whose products add up to 65535 fill a field; one more begins the next chunk. METHOD 4 */
static void fields_are_filled_to_the_last(void)
{
    uint32_t more, c, r;
    for (more = 0; more < 3; more++) {
        fresh(ROWS, 258, "11111111", "8");
        for (c = 0; c < 257; c++) { x[c] = 255; } /* 257 * 255 = 65535 */
        x[257] = (uint8_t)more;
        for (r = 0; r < ROWS * 258U; r++) { weight[r] = r / 258 % 2 ? 127 : (int8_t)(127 - (int)(r % 3)); }
        CHECK(begin() && answers());
        fresh(ROWS, 20, "44", "8");
        for (c = 0; c < 17; c++) { x[c] = c < 16 ? 255 : 15 * 16 + 1; } /* 15 * (16 * 255 + 289) = 65535 */
        x[17] = 48;
        x[18] = (uint8_t)more;
        for (r = 0; r < ROWS * 20U; r++) { weight[r] = 127; }
        CHECK(begin() && answers());
    }
}

/* full bytes: fields start at 32768 - 128 * sum(u), so that 32767 is the most that sum(|w| * u) may be */
static void fields_of_full_bytes_are_filled_to_the_last(void)
{
    static const uint8_t first[4][3] = { { 255, 255, 1 }, { 255, 255, 2 }, { 255, 255, 3 }, { 255, 2, 255 } };
    uint32_t k, r, sign;
    for (k = 0; k < 4; k++) {
        for (sign = 0; sign < 2; sign++) {
            fresh(ROWS, 9, "8", "8");
            for (r = 0; r < 3; r++) { x[r] = first[k][r]; }
            for (r = 0; r < ROWS * 9U; r++) { weight[r] = r / 9 % 2 == sign ? 64 : -64; }
            CHECK(begin() && answers());
            for (r = 0; r < ROWS * 9U; r++) { weight[r] = r / 9 % 2 == sign ? 127 : -127; }
            for (r = 0; r < 9; r++) { x[r] = (uint8_t)(r == 0 ? 255 : r == 1 ? 3 + k : 0); } /* 127 * 258 = 32766 */
            CHECK(begin() && answers());
        }
    }
}

/* every input centred on 128 or the largest: the lists without chunks, rows of every tail */
static void dense_inputs(void)
{
    uint32_t rows, c, kind;
    for (rows = 1; rows <= ROWS; rows++) {
        for (kind = 0; kind < 6; kind++) {
            fresh(rows, 37, kind % 3 == 0 ? "8" : kind % 3 == 1 ? "71" : "17", "8");
            for (c = 0; c < 37; c++) { x[c] = (uint8_t)(kind < 3 ? 255 : 96 + rnd_below(64)); }
            for (c = 0; c < rows * 37; c++) {
                weight[c] = (int8_t)(kind >= 3 ? rnd_in(-127, 127) : c % 5 ? 127 : -127);
            }
            CHECK(begin() && answers());
        }
    }
}

/* R * slope / 2^15 rounds halves upwards, and the largest of either sign stay within an int32 */
static void leaky_halves(void)
{
    static const int16_t slope[] = { 16384, 16384, 16384, -32768, 32767 };
    static const int32_t z[] = { -1, -3, -2, INT32_MIN + 70000, INT32_MIN + 70000 }, want[] = { 0, -1, -1, 255, 0 };
    unsigned k;
    for (k = 0; k < 5; k++) {
        fresh(1, 1, "8", "8");
        layer.act = SUCREF_ACT_LEAKY;
        layer.slope = slope[k];
        layer.requant = SUCREF_REQUANT_FLOOR;
        exponent[0] = 0;
        layer.out_zero = (uint8_t)(k < 3 ? 10 : 0);
        bias[0] = z[k];
        CHECK(begin() && answers());
        CHECK(a.out[0] == (k < 3 ? 10 + want[k] : want[k]));
    }
}

/* ---- readers ---- */

static int interrupts;
static uint8_t other[COLS];
static void barrier(void) /* the stepper interrupts a reader: whole rounds of publications */
{
    int n = interrupts;
    interrupts = 0;
    for (; n > 0; n--) { /* two publications each: an input, an answer */
        (void)sucref_net_set_input(&net, other, layer.n_in);
        (void)sucref_net_run(&net, 0);
    }
}

/* 256 publications during a copy do not look like none */
static void readers_notice_any_number_of_publications(void)
{
    int32_t logits[ROWS];
    uint8_t out[ROWS];
    int n;
    uint32_t r;
    for (n = 1; n <= 300; n++) {
        const uint32_t before = n % 2 ? 1 : 3;
        fresh(ROWS, 1, "8", "8");
        for (r = 0; r < ROWS; r++) { weight[r] = 1; }
        x[0] = (uint8_t)before;
        other[0] = 77;
        CHECK(begin() && sucref_net_run(&net, 0) == SUCREF_OK);
        interrupts = n; /* in the first barrier of the read, before the copy; its count is taken already */
        CHECK(sucref_net_read(&net, &a, logits, out) == SUCREF_OK && interrupts == 0);
        for (r = 0; r < ROWS; r++) { CHECK(logits[r] == 77 && out[r] == 77); }
    }
}

static void answers_without_logits(void)
{
    sucref_answer none = { NULL, NULL, 0, 0, 0 };
    uint8_t out[ROWS];
    fresh(2, 1, "44", "48");
    spec.exits = exits;
    memset(exits, 0, sizeof exits);
    CHECK(begin() && sucref_net_run(&net, 0) == SUCREF_OK);
    CHECK(sucref_net_read(&net, &a, NULL, out) == SUCREF_OK && a.logits == NULL && sucref_settled(&m, &a) == 0);
    CHECK(sucref_net_read(&net, &a, NULL, NULL) == SUCREF_OK && a.stop == 0 && a.n_out == 2);
    CHECK(sucref_settled(NULL, &a) == 0 && sucref_settled(&m, NULL) == 0);
    CHECK(sucref_net_read(NULL, &a, NULL, NULL) == SUCREF_E_ARG &&
          sucref_net_read(&net, NULL, NULL, NULL) == SUCREF_E_ARG);
    CHECK(sucref_net_run(&net, 1) == SUCREF_OK && sucref_net_read(&net, &a, NULL, NULL) == SUCREF_OK &&
          sucref_settled(&m, &a) == 1);
    CHECK(sucref_net_set_input(&net, x, layer.n_in) == SUCREF_OK);
    CHECK(sucref_net_read(&net, &none, NULL, out) == SUCREF_E_STATE && none.logits == NULL);
}

/* ---- exits, cut files, cut inputs ---- */

/* settled at exactly the margin, not below it; the last stop that a cut file holds is not the last of the file */
static void settled_at_exactly_the_margin(void)
{
    sucref_stop s;
    uint32_t k;
    fresh(2, 1, "44", "48");
    weight[0] = 112;
    x[0] = 1;
    spec.exits = exits;
    for (k = 0; k < 3; k++) {
        memset(exits, 0, sizeof exits);
        exits[0].margin = 0;
        CHECK(begin() && sucref_net_run(&net, 0) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
        exits[0].margin = sucref_margin(a.logits, 2, 0) + k - 1U;
        CHECK(begin() && sucref_net_run(&net, 0) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
        CHECK(sucref_settled(&m, &a) == (k < 2));
    }
    sucref_model_stop(&s, &m, 0);
    CHECK(sucref_model_open(&m, file, s.end, NULL) == SUCREF_OK && m.usable_stops == 1 && m.n_stops == 2);
    CHECK(sucref_settled(&m, &a) == 0);
}

/* the stops' bits may not fall, a row shift is at most 7, a softmax has at most 4095 outputs */
static void limits_of_a_file(void)
{
    uint8_t *p = (uint8_t *)file, was;
    uint32_t at, n;
    sucref_fault f;
    fresh(1, 1, "2222", "268");
    CHECK(begin());
    for (at = 64; p[at] != 2 || p[at + 8] != 6 || p[at + 16] != 8; at += 4) { } /* the entries, 8 bytes a stop */
    p[at + 8] = 0; p[at] = 2;
    CHECK(sucref_model_open(&m, file, file_bytes, &f) == SUCREF_E_DATA && strcmp(f.field, "bits of a stop") == 0);
    CHECK(begin());
    at = 64 + 8; /* the first layer's parameters: bias, multiplier, exponent, row shift */
    at = get_le(p + at, 4) + 4 + 4 + 4;
    was = p[at];
    p[at] = 7;
    CHECK(sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK);
    p[at] = 8;
    CHECK(sucref_model_open(&m, file, file_bytes, &f) == SUCREF_E_DATA && strcmp(f.field, "row shift") == 0);
    p[at] = was;
    for (n = 4095; n <= 4096; n++) {
        static int8_t w[4096];
        static int32_t zero[4096];
        static uint8_t y[4096], big[1 << 17];
        CHECK(sucref_softmax(y, y, n, 1 << 30, 20) == (n == 4095 ? SUCREF_OK : SUCREF_E_RANGE));
        fresh(1, 1, "8", "8");
        layer.n_out = n; layer.w = w; layer.bias = zero; layer.row_shift = NULL;
        spec.softmax_multiplier = 1 << 30;
        CHECK((sucref_model_write(big, sizeof big, &spec, NULL) != 0) == (n == 4095));
    }
}

/* a plane's frame must name its own layer, and its stop must reach behind it */
static void sections_belong_where_they_are(void)
{
    uint8_t *p = (uint8_t *)file;
    sucref_group g;
    sucref_fault f;
    uint32_t at, stop_at = 64 + 48 + 32 + 40;
    fresh(2, 3, "44", "48");
    CHECK(begin());
    sucref_model_group(&g, &m, 0);
    p[g.plane_offset[1] - 12] = 1; /* the frame's layer */
    CHECK(sucref_model_open(&m, file, file_bytes, &f) == SUCREF_E_DATA && strcmp(f.field, "plane") == 0);
    p[g.plane_offset[1] - 12] = 0;
    CHECK(sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK);
    at = get_le(p + stop_at, 4);
    put_le(p + stop_at, at - 4U, 4); /* the first stop ends four bytes before its plane does */
    CHECK(sucref_model_open(&m, file, file_bytes, &f) == SUCREF_E_DATA);
    put_le(p + stop_at, at, 4);
    CHECK(sucref_model_open(&m, file, file_bytes, NULL) == SUCREF_OK);
}

/* ---- work ---- */

/* a list that needs no words is not charged as one without chunks, and what is charged stays within the quantum */
static void charges(void)
{
    uint32_t c, sparse;
    fresh(ROWS, COLS, "8", "8");
    for (c = 0; c < ROWS * COLS; c++) { weight[c] = (int8_t)rnd_in(-127, 127); }
    x[5] = 200;
    CHECK(begin() && answers());
    sparse = a.spent;
    for (c = 0; c < COLS; c++) { x[c] = 250; }
    CHECK(begin() && answers());
#ifndef SUCREF_CONSTANT_WORK
    CHECK(a.spent > sparse + ROWS * (COLS - 2U));
#endif
    CHECK(a.spent < sparse + 2U * sucref_net_quantum(&m) + ROWS * COLS);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("fields of digits are filled to the last", fields_are_filled_to_the_last);
    RUN("fields of full bytes are filled to the last", fields_of_full_bytes_are_filled_to_the_last);
    RUN("dense inputs", dense_inputs);
    RUN("leaky halves", leaky_halves);
    RUN("readers notice any number of publications", readers_notice_any_number_of_publications);
    RUN("answers without logits", answers_without_logits);
    RUN("settled at exactly the margin", settled_at_exactly_the_margin);
    RUN("limits of a file", limits_of_a_file);
    RUN("sections belong where they are", sections_belong_where_they_are);
    RUN("what is charged", charges);
    return test_report("engine");
}
