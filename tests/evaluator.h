/* evaluator.h - what a model file must answer at a stop, from its bytes: a second evaluator, written after METHOD in
 * sucref.h and the comments of its API only. Everything is int64 and one weight at a time.
 *
 *   evaluator_stop(logits, out, file, x, stop)
 *
 * file: as sucref_model_check accepts it, complete up to this stop; logits, out: its outputs; x: its inputs as they are
 * given to the net. */
#ifndef SUCREF_EVALUATOR_H
#define SUCREF_EVALUATOR_H
#include <stdint.h>

enum { EV_WIDEST = 65535 };
enum { EV_NONE, EV_RELU, EV_RELU6, EV_LEAKY, EV_TABLE, EV_LOOKUP };
enum { EV_TFLITE, EV_FLOOR, EV_ROUND };
enum { EV_PER_ROW = 2, EV_ORDER = 4, EV_COLUMNS = 8, EV_INPUT_ORDER = 16 };

typedef struct { /* a layer's record and where its parameters lie */
    uint32_t n_in, n_out;
    const uint8_t *record, *bias, *multiplier, *exponent, *row_shift, *sums, *colmax, *table, *order, *input_order;
} ev_layer;

/* ---- bytes ---- */
static uint32_t ev_u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t ev_u32(const uint8_t *p) { return ev_u16(p) | ev_u16(p + 2) << 16; }
static int64_t ev_i8(const uint8_t *p) { return p[0] < 128 ? p[0] : p[0] - 256; }
static int64_t ev_i16(const uint8_t *p) { return (int64_t)ev_u16(p) - (p[1] < 128 ? 0 : 65536); }
static int64_t ev_i32(const uint8_t *p) { return (int64_t)ev_u32(p) - (p[3] < 128 ? 0 : 0x100000000); }

/* ---- numbers ---- */
static int64_t ev_floor(int64_t a, int64_t b) { return a / b - (a % b < 0); } /* b > 0 */
static int64_t ev_clamp(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }
static int64_t ev_clamp32(int64_t x) { return ev_clamp(x, INT32_MIN, INT32_MAX); }
static int64_t ev_away(int64_t a, int64_t b) { return a < 0 ? -((-a + b / 2) / b) : (a + b / 2) / b; } /* to nearest */
static int64_t ev_power(int64_t e) { return (int64_t)1 << e; }

/* ---- 6: tables ---- */
static const uint8_t *ev_layer_record(const uint8_t *file, uint32_t layer) { return file + 64 + 48 * layer; }
static const uint8_t *ev_group_record(const uint8_t *file, uint32_t g)
{
    return ev_layer_record(file, ev_u16(file + 24)) + 16 * ev_u16(file + 52) + 40 * g;
}
static const uint8_t *ev_stop_record(const uint8_t *file, uint32_t stop)
{
    return ev_group_record(file, ev_u16(file + 26)) + 16 * stop;
}
static const uint8_t *ev_entry(const uint8_t *file, uint32_t stop, uint32_t g)
{
    return ev_stop_record(file, file[28]) + 8 * (stop * ev_u16(file + 26) + g);
}

/* zero point of what a layer reads */
static uint8_t ev_zero_in(const uint8_t *file, const uint8_t *record)
{
    return ev_layer_record(file, ev_u16(file + 24))[16 * record[37] + 6];
}

static const uint8_t *ev_take(const uint8_t **at, uint32_t bytes, int used)
{
    const uint8_t *p = *at;
    if (!used) { return 0; }
    *at += (bytes + 3) / 4 * 4;
    return p;
}
static ev_layer ev_layer_of(const uint8_t *file, uint32_t layer)
{
    const uint8_t *r = ev_layer_record(file, layer), *at = file + ev_u32(r + 8);
    const uint32_t n_in = ev_u32(r), n_out = ev_u32(r + 4), k = r[28] & EV_PER_ROW ? n_out : 1;
    ev_layer l;
    l.n_in = n_in;
    l.n_out = n_out;
    l.record = r;
    l.bias = ev_take(&at, 4 * n_out, 1);
    l.multiplier = ev_take(&at, 4 * k, 1);
    l.exponent = ev_take(&at, k, 1);
    l.row_shift = ev_take(&at, n_out, 1);
    l.sums = ev_take(&at, 4 * n_out, ev_zero_in(file, r) != 0 && r[16 + r[24] - 1] == 8);
    l.colmax = ev_take(&at, n_in, r[16 + r[24] - 1] == 8);
    l.table = ev_take(&at, r[26] == EV_TABLE ? 2 * 33 : 256, r[26] == EV_TABLE || r[26] == EV_LOOKUP);
    l.order = ev_take(&at, 2 * n_out, r[28] & EV_ORDER);
    (void)ev_take(&at, n_in, r[28] & EV_COLUMNS);
    (void)ev_take(&at, n_in, r[28] & EV_COLUMNS);
    l.input_order = ev_take(&at, 2 * n_in, r[28] & EV_INPUT_ORDER);
    return l;
}

/* ---- 4: the digit of a row of its group and a column ---- */
static uint32_t ev_digit(const uint8_t *plane, uint32_t rows, uint32_t cols, uint32_t width, uint32_t row, uint32_t col)
{
    const uint32_t slot = width <= 2 ? width : width <= 4 ? 4 : 8;
    for (;;) {
        const uint32_t left = (rows + 3) / 4 * 4; /* cut into the largest blocks that fit */
        const uint32_t block = slot < 8 && left >= 16 ? 16 : left >= 8 ? 8 : 4, bits = block * slot;
        const uint32_t words = bits > 32 ? 2 * cols : (cols * bits + 31) / 32;
        if (row < block) {
            const uint32_t in_word = bits > 32 ? block / 2 : block, h = in_word / 2, r = row % in_word;
            const uint32_t per_word = bits > 32 ? 1 : 32 / bits;
            const uint32_t word = bits > 32 ? 2 * col + row / in_word : col / per_word;
            const uint32_t at = 16 * (r / h) + (col % per_word) * h * slot + (r % h) * slot;
            return ev_u32(plane + 4 * word) >> at & ((1U << slot) - 1);
        }
        plane += 4 * words;
        row -= block;
        rows -= block;
    }
}

/* of a plane of halves: v of METHOD 1 */
static uint32_t ev_half(const uint8_t *plane, uint32_t cols, uint32_t row, uint32_t col)
{
    /* of four rows and four columns 16 bytes; of columns 0, 2 | 1, 3 two words each, rows 0, 1 | 2, 3; of a word two
     * halves, a column each */
    const uint8_t *block = plane + 16 * (row / 4 * ((cols + 3) / 4) + col / 4);
    const int64_t half = ev_i16(block + 8 * (col % 2) + 4 * (row % 4 / 2) + 2 * (col % 4 / 2));
    const int64_t low = ev_i8(block + 8 * (col % 2) + 4 * (row % 4 / 2) + 2 * (col % 4 / 2));
    return (uint32_t)((row % 2 ? ev_floor(half - low, 256) : low) + 128);
}

/* of a plane of rows: a digit. Rows share a byte where they fit; of four rows (of 1 bit eight) and sixteen columns the
 * bytes of one row, or of those that share them, come first */
static uint32_t ev_row_digit(const uint8_t *plane, uint32_t cols, uint32_t width, uint32_t row, uint32_t col)
{
    const uint32_t slot = width <= 2 ? width : width <= 4 ? 4 : 8, share = 8 / slot, unit = slot == 1 ? 8 : 4;
    const uint32_t lines = unit / share; /* of 16 bytes */
    const uint8_t *at = plane + 16 * lines * (row / unit * ((cols + 15) / 16) + col / 16);
    return at[row % unit / share * 16 + col % 16] >> row % share * slot & ((1U << slot) - 1);
}

/* ---- 1: the sum of a row at b known bits ---- */
static int64_t ev_accumulate(const uint8_t *file, const ev_layer *l, const uint8_t *group, uint32_t row, uint32_t b,
                             const uint8_t *u)
{
    const uint32_t rows = ev_u16(group + 4), columns = ev_u16(group + 6);
    const uint8_t *plan = l->record + 16;
    int64_t acc = 0;
    uint32_t c;
    for (c = 0; c < columns; c++) {
        uint32_t v = 0, known = 0, p = 0;
        if (l->record[25]) { p = b == 8; } /* a coarse layer reads one of its planes */
        do {
            const uint8_t *plane = file + ev_u32(group + 8 + 4 * p);
            v = v << plan[p] | (file[6] == 1 && plan[p] == 8 ? ev_half(plane, columns, row, c)
                                : file[6] == 2 ? ev_row_digit(plane, columns, plan[p], row, c)
                                               : ev_digit(plane, rows, columns, plan[p], row, c));
            known += plan[p++];
        } while (known < b);
        acc += ((int64_t)v * ev_power(8 - b) - 128) * u[c];
    }
    return acc;
}

/* ---- 2: the pre-activation; i: the row in its group ---- */
static int64_t ev_value(const uint8_t *file, const ev_layer *l, const uint8_t *group, const uint8_t *entry, uint32_t i,
                        const uint8_t *u)
{
    const uint32_t b = entry[0], rows = ev_u16(group + 4), row = ev_u32(group) + i;
    const int64_t bias = ev_i32(l->bias + 4 * row), acc = ev_accumulate(file, l, group, i, b, u);
    const int64_t s = l->record[16] == 8 || (l->record[25] && b == 8) ? 0 : l->row_shift[row], k = 8 - (int64_t)b;
    int64_t alpha = 4096 / ev_power(s), gamma = (ev_power(k > s ? k - s : 0) - 1) * 2048, beta = bias, sum = 0;
    uint32_t c;
    if (b == 8 && !ev_u32(entry + 4)) { return ev_clamp32(bias + ev_floor(acc, ev_power(s))); }
    if (ev_u32(entry + 4)) {
        const uint8_t *p = file + ev_u32(entry + 4);
        beta = ev_i32(p + 4 * i);
        gamma = ev_i32(p + 4 * rows + 4 * i);
        alpha = ev_i16(p + 8 * rows + 2 * i);
    }
    for (c = 0; c < ev_u16(group + 6); c++) { sum += u[c]; }
    return ev_clamp32(beta + ev_floor(alpha * acc + gamma * sum, 4096));
}

/* ---- 3: the activation ---- */
static uint8_t ev_activate(const ev_layer *l, uint32_t row, int64_t z)
{
    const uint8_t *r = l->record;
    const uint32_t k = r[28] & EV_PER_ROW ? row : 0;
    const int64_t e = ev_i8(l->exponent + k);
    int64_t R = z, zero = r[30];
    if (r[27] == EV_TFLITE) {
        R = ev_clamp32(z * ev_power(e > 0 ? e : 0)) * ev_i32(l->multiplier + 4 * k);
        R = ev_away(ev_floor(R + ev_power(30), ev_power(31)), ev_power(e < 0 ? -e : 0));
    } else if (r[27] == EV_FLOOR) {
        R = ev_floor(z, ev_power(e));
    } else {
        R = ev_floor(z + ev_power(e) / 2, ev_power(e));
    }
    if (r[26] == EV_LEAKY && R < 0) { R = ev_floor(R * ev_i16(r + 34) + ev_power(14), ev_power(15)); }
    if (r[26] == EV_TABLE) {
        const int64_t at = ev_clamp(R, -32768, 32767) + 32768, i = at / 2048, f = at % 2048;
        R = (2048 - f) * ev_i16(l->table + 2 * i) + f * ev_i16(l->table + 2 * i + 2);
        R = ev_floor(R + ev_power(18), ev_power(19));
        zero = 128;
    }
    R = ev_clamp(R + zero, r[31], r[32]);
    return r[26] == EV_LOOKUP ? l->table[R] : (uint8_t)R;
}

/* ---- softmax: TensorFlow Lite's reference for int8, by the published sources of it and of gemmlowp. A number with i
 * integer bits is raw / 2^(31 - i); `One` of a number without integer bits is 2^31 - 1. ---- */
static int64_t ev_mul(int64_t a, int64_t b) { return ev_clamp32(ev_floor(a * b + ev_power(30), ev_power(31))); }

static int64_t ev_exp(int64_t a) /* a <= 0 with 5 integer bits, the result with none */
{
    static const int32_t powers[7] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
    const int64_t quarter = ev_power(24), part = a - ev_floor(a, quarter) * quarter - quarter, rest = part - a;
    const int64_t x = part * 32 + ev_power(28), x2 = ev_mul(x, x), x3 = ev_mul(x2, x), x4 = ev_mul(x2, x2);
    const int64_t sum = ev_away(ev_mul(ev_away(x4, 4) + x3, 715827883) + x2, 2);
    int64_t y = 1895147668 + ev_mul(1895147668, x + sum);
    int k;
    for (k = 0; k < 7; k++) { if (rest / ev_power(24 + k) % 2) { y = ev_mul(y, powers[k]); } }
    return a == 0 ? INT32_MAX : y;
}

static void ev_softmax(uint8_t *y, const uint8_t *u, uint32_t n, int64_t multiplier, int64_t left_shift)
{
    const int64_t radius = 31 * ev_power(26) / ev_power(left_shift);
    int64_t most = 0, sum = 0, over = 12, half, x;
    uint32_t i;
    for (i = 0; i < n; i++) { if (u[i] > most) { most = u[i]; } }
    for (i = 0; i < n; i++) {
        const int64_t d = u[i] - most;
        if (d >= -radius) { sum += ev_away(ev_exp(ev_mul(d * ev_power(left_shift), multiplier)), ev_power(12)); }
    }
    while (sum < ev_power(31)) { sum *= 2; over--; }
    half = ev_floor(sum - ev_power(31) + INT32_MAX + 1, 2); /* (1 + x) / 2, rounded */
    x = 1515870810 + ev_mul(half, -1010580540);
    for (i = 0; i < 3; i++) { x += ev_clamp32(4 * ev_mul(x, ev_power(29) - ev_mul(half, x))); }
    x = ev_clamp32(2 * x);
    for (i = 0; i < n; i++) {
        const int64_t d = u[i] - most;
        y[i] = 0;
        if (d >= -radius) {
            const int64_t e = ev_exp(ev_mul(d * ev_power(left_shift), multiplier));
            y[i] = (uint8_t)ev_clamp(ev_away(ev_mul(x, e), ev_power(over + 31 - 8)), 0, 255);
        }
    }
}

/* ---- 5: the input as a stop reads it ---- */
static uint8_t ev_cut(uint32_t u, uint32_t bits)
{
    const uint32_t step = 1U << (8 - bits);
    return (uint8_t)(bits == 8 ? u : u < step ? 0 : u / step * step + step / 2);
}

static void evaluator_stop(int32_t *logits, uint8_t *out, const uint8_t *file, const uint8_t *x, unsigned stop)
{
    static uint8_t u[EV_WIDEST], next[EV_WIDEST];
    const uint32_t n_layers = ev_u16(file + 24);
    const uint8_t *input_order = ev_layer_of(file, 0).input_order;
    uint32_t layer, g, i;
    for (i = 0; i < ev_u32(file + 16); i++) {
        const uint32_t from = input_order ? ev_u16(input_order + 2 * i) : i;
        u[i] = ev_cut(file[29] == 1 ? x[from] ^ 0x80U : x[from], ev_stop_record(file, stop)[4]);
    }
    for (layer = 0; layer < n_layers; layer++) {
        const ev_layer l = ev_layer_of(file, layer);
        const uint32_t first = ev_u16(l.record + 12), groups = ev_u16(l.record + 14);
        for (g = first; g < first + groups; g++) {
            const uint8_t *group = ev_group_record(file, g), *entry = ev_entry(file, stop, g);
            const uint8_t *constant = ev_u32(entry + 4) ? file + ev_u32(entry + 4) : 0;
            const int heads = layer + 1 == n_layers && l.n_out != ev_u32(file + 20);
            if (heads && g - first != ev_stop_record(file, stop)[5]) { continue; }
            for (i = 0; i < ev_u16(group + 4); i++) { /* what is absent is 0 */
                const uint32_t row = ev_u32(group) + i;
                const uint32_t to = heads ? i : l.order ? ev_u16(l.order + 2 * row) : row;
                const int64_t z = entry[0] ? ev_value(file, &l, group, entry, i, u) : 0;
                next[to] = entry[0] ? ev_activate(&l, row, z) : constant ? constant[i] : 0;
                if (layer + 1 == n_layers) { logits[to] = (int32_t)z; }
            }
        }
        for (i = 0; i < l.n_out; i++) { u[i] = next[i]; }
    }
    for (i = 0; i < ev_u32(file + 20); i++) { out[i] = u[i]; }
    if (ev_u32(file + 32)) { ev_softmax(out, u, ev_u32(file + 20), ev_i32(file + 32), file[30]); }
}
#endif
