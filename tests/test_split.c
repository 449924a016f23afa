/* split: parts of random layers on devices of their own, every pattern of losses, joined to the whole network's answer
 * at every stop; and which ways to split a layer can be coded at all. */
#include "library.h"
#include "random_spec.h"
#include "../examples/tool/parts.h"

enum { WIDE = RS_WIDE, PLANES = SUCREF_MAX_PLANES, SHARDS = SUCREF_MAX_SHARDS + SUCREF_MAX_PARITY };

static int finish(uint8_t *out, int32_t *logits, const sucref_model *m, unsigned stop, unsigned layer,
                  const int32_t *const *planes, const uint8_t *input)
{
    sucref_layer_sums sums;
    sums.planes = planes;
    sums.input = input;
    return sucref_layer_finish(out, logits, m, stop, layer, &sums);
}

/* every device's sums of every plane of one layer, [plane][shard][rows] */
typedef struct { int32_t y[PLANES][SHARDS][WIDE]; } answers;

static void ask_devices(answers *a, const sucref_layer_spec *layer, const split_plan *p, const uint8_t *input)
{
    unsigned i, t;
    for (i = 0; i < p->n + p->r; i++) {
        uint32_t len, *work;
        uint8_t *bytes = split_part(&len, layer, p, i);
        int32_t before[4 * WIDE];
        sucref_model m;
        sucref_net net;
        CHECK(sucref_model_open(&m, bytes, len, NULL) == SUCREF_OK && sucref_model_check(&m, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
        CHECK(work != NULL && sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK &&
              sucref_net_set_input(&net, input, net.model->n_in) == SUCREF_OK);
        CHECK(sucref_shard_sums(a->y[0][i], p->rows, &net, before) == SUCREF_E_STATE);
        for (t = 0; t < m.n_stops; t++) {
            CHECK(sucref_net_run(&net, t) == SUCREF_OK);
            CHECK(sucref_shard_sums(a->y[t][i], p->rows, &net, before) == SUCREF_OK);
        }
        free(work); free(bytes);
    }
}

/* of a row, as the spec says or as METHOD 1 does */
static int shift_of(const sucref_layer_spec *s, uint32_t row)
{
    int most = 0, shift = 0;
    uint32_t c;
    if (s->row_shift != NULL || s->plan[0] == 8) { return s->row_shift != NULL ? s->row_shift[row] : 0; }
    for (c = 0; c < s->n_in; c++) { most = abs(s->w[row * s->n_in + c]) > most ? abs(s->w[row * s->n_in + c]) : most; }
    while (most != 0 && shift < 7 && most * (2 << shift) <= 127) { shift++; }
    return shift;
}

/* the slow way: digits of the spec times the input */
static void check_sums(const answers *a, const sucref_layer_spec *s, const split_plan *p, const uint8_t *input)
{
    unsigned t, i;
    uint32_t r, c;
    for (t = 0; t < s->n_planes; t++) {
        for (i = 0; i < p->n; i++) {
            for (r = 0; r < p->rows; r++) {
                int64_t sum = 0;
                for (c = 0; p->row[i] + r < p->row[i + 1] && c < s->n_in; c++) {
                    int v = s->w[(p->row[i] + r) * s->n_in + c] * (1 << shift_of(s, p->row[i] + r)), k = 8;
                    unsigned q;
                    if (v > 127) { v = 127; }
                    if (v < -128) { v = -128; }
                    for (q = 0; q <= t; q++) { k -= s->plan[q]; }
                    v += 128;
                    if (s->plan[t] == 8) {
                        v = s->w[(p->row[i] + r) * s->n_in + c];
                    } else {
                        v = v / (1 << k) % (1 << s->plan[t]) - (t == 0 ? 1 << (s->plan[0] - 1) : 0);
                    }
                    sum += v * (int64_t)input[s->flags & SUCREF_LAYER_INPUT_ORDER ? s->input_order[c] : c];
                }
                CHECK(a->y[t][i][r] == sum);
            }
        }
    }
}

/* all rows' sums of the planes, from the shards present */
static void join(int32_t (*sums)[WIDE], const answers *a, const sucref_layer_spec *s, const split_plan *p,
                 uint32_t present)
{
    unsigned t, i;
    uint32_t r;
    for (t = 0; t < s->n_planes; t++) {
        const int32_t *shard[SHARDS];
        int32_t found[SUCREF_MAX_PARITY][WIDE];
        sucref_recovery plan;
        plan.n_lost = 0;
        for (i = 0; i < p->n + p->r; i++) { shard[i] = present >> i & 1U ? a->y[t][i] : NULL; }
        CHECK(sucref_recovery_plan(&plan, p->n, p->r, present, split_limit(s)) == SUCREF_OK);
        for (i = 0; i < plan.n_lost; i++) {
            CHECK(sucref_recover(found[i], &plan, i, shard, p->rows) == SUCREF_OK);
            shard[plan.lost[i]] = found[i];
        }
        for (i = 0; i < p->n; i++) {
            for (r = p->row[i]; r < p->row[i + 1]; r++) { sums[t][r] = shard[i][r - p->row[i]]; }
        }
    }
}

/* random networks, layer by layer on random splits; at every stop the joined answer is the engine's, for any losses */
static void whole_networks(void)
{
    static answers a;
    static int32_t sums[PLANES][WIDE];
    int trial, done = 0;
    for (trial = 0; trial < 60; trial++) {
        static respec r;
        static random_spec rs;
        uint32_t len, *work, *file;
        uint8_t x[WIDE], u[WIDE], next[WIDE];
        int32_t logits[WIDE];
        sucref_model m;
        sucref_net net;
        unsigned stop, layer, c;
        rs_make(&rs, trial % 4 ? 24 : 90);
        file = rs_write(&rs, &len);
        CHECK(file != NULL && sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
        respec_model(&r, &m);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
        CHECK(sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        rs_input(x, m.n_in, m.input_type);
        CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
        for (stop = 0; stop < m.n_stops; stop++) {
            sucref_stop st;
            sucref_answer want;
            sucref_model_stop(&st, &m, stop);
            CHECK(sucref_net_run(&net, stop) == SUCREF_OK && sucref_net_answer(&net, &want) == SUCREF_OK);
            for (c = 0; c < m.n_in; c++) { /* METHOD 5: what is cut is read at its centre */
                const int v = x[c] ^ (m.input_type ? 128 : 0), unit = 1 << (8 - st.in_bits);
                u[c] = (uint8_t)(v / unit == 0 ? 0 : v / unit * unit + unit / 2);
            }
            for (layer = 0; layer < m.n_layers; layer++) {
                const sucref_layer_spec *s = &r.layer[layer];
                const int32_t *use[PLANES];
                const unsigned planes = sucref_layer_planes(&m, stop, layer);
                unsigned wanted = 0, g, before = 0;
                uint32_t present;
                split_plan p;
                unsigned i;
                for (i = 0; i < layer; i++) { before += r.layer[i].n_groups; }
                for (g = 0; g < s->n_groups; g++) { /* the planes that hold each group's bits */
                    const unsigned bits = r.bits[stop * m.n_groups + before + g];
                    unsigned sum = 0, t;
                    if (bits == SUCREF_ABSENT) { continue; }
                    for (t = 0; t < s->n_planes; t++) {
                        if (s->coarse ? bits == s->plan[t] : sum < bits) { wanted |= 1U << t; }
                        sum += s->plan[t];
                    }
                }
                CHECK(planes == wanted);
                p.n = 1 + rnd_below(s->n_out < 16 ? s->n_out : 16);
                p.r = 1 + rnd_below(p.n <= 8 ? 4 : 3);
                p.protect = s->n_planes;
                CHECK(split_rows(&p, s->n_out, NULL) && p.row[p.n] == s->n_out);
                ask_devices(&a, s, &p, u);
                check_sums(&a, s, &p, u);
                present = (1U << (p.n + p.r)) - 1U;
                for (i = 0; i < p.r; i++) { present &= ~(1U << rnd_below(p.n + p.r)); }
                join(sums, &a, s, &p, present);
                for (i = 0; i < s->n_planes; i++) { use[i] = planes >> i & 1U ? sums[i] : NULL; }
                CHECK(finish(next, layer + 1U == m.n_layers ? logits : NULL, &m, stop, layer, use, u) ==
                      SUCREF_OK);
                memcpy(u, next, s->n_out);
            }
            CHECK(memcmp(u, want.out, m.n_out) == 0 && memcmp(logits, want.logits, m.n_out * 4) == 0);
            done++;
        }
        free(work); free(file); respec_free(&r); rs_free(&rs);
    }
    CHECK(done > 60);
}

/* sums from anywhere, as a wrong device sends them with a right CRC: what no digits can give is refused and nothing is
 * written; what is not cannot overflow, with the largest bias that a model may have */
static void sums_from_anywhere(void)
{
    static const uint8_t plans[3][3] = { { 8, 0, 0 }, { 4, 4, 0 }, { 2, 8, 0 } };
    static const int8_t w[4] = { 127, -127, 5, 0 }, e[1] = { 0 };
    static const int32_t multiplier[1] = { 0x40000000 };
    static const uint8_t whole[2] = { 8, 8 }, x[2] = { 255, 255 };
    int k, sign, t, end;
    for (k = 0; k < 3; k++) {
        const int planes = k ? 2 : 1;
        const uint8_t bits[2] = { k ? plans[k][0] : 8, 8 };
        for (sign = -1; sign <= 1; sign += 2) {
            const int32_t most = INT32_MAX - 2 * 32640 - 1, one = sign < 0 ? -most : most, bias[2] = { one, one };
            uint32_t file[400], len;
            sucref_layer_spec l;
            sucref_model_spec s;
            sucref_model m;
            memset(&l, 0, sizeof l);
            memset(&s, 0, sizeof s);
            l.n_in = l.n_out = 2; l.w = w; l.bias = bias; l.multiplier = multiplier; l.exponent = e;
            memcpy(l.plan, plans[k], 3);
            l.n_planes = (uint8_t)planes; l.coarse = k == 2; l.hi = 255; l.n_groups = 1;
            s.layers = &l; s.in_bits = whole; s.bits = bits; s.n_layers = 1; s.n_stops = (uint8_t)planes;
            len = sucref_model_write((uint8_t *)file, sizeof file, &s, NULL);
            CHECK(len > 0 && sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
            for (t = 0; t < planes; t++) { /* one sum at an end of its range, then one beyond */
                for (end = 0; end < 2; end++) {
                    const int width = plans[k][t], first = t == 0 || width == 8;
                    const int32_t low = first ? -(510 << (width - 1)) : 0, high = low + 510 * ((1 << width) - 1);
                    int32_t sum[2][2] = { { 0, 0 }, { 0, 0 } }, logits[2] = { 7, 7 };
                    const int32_t *sums[2];
                    uint8_t out[2] = { 99, 99 };
                    const unsigned stop = k == 2 ? (unsigned)t : (unsigned)planes - 1U;
                    sums[0] = sum[0]; sums[1] = sum[1];
                    sum[t][1] = end ? high : low;
                    CHECK(finish(out, logits, &m, stop, 0, sums, x) == SUCREF_OK);
                    sum[t][1] += end ? 1 : -1;
                    logits[0] = logits[1] = 7;
                    out[0] = out[1] = 99;
                    CHECK(finish(out, logits, &m, stop, 0, sums, x) == SUCREF_E_DATA && out[0] == 99 &&
                          logits[1] == 7);
                    sum[t][1] = end ? INT32_MAX : INT32_MIN;
                    CHECK(finish(out, logits, &m, stop, 0, sums, x) == SUCREF_E_DATA && out[1] == 99);
                    sums[t] = NULL;
                    CHECK(finish(out, logits, &m, stop, 0, sums, x) == SUCREF_E_ARG);
                }
            }
            CHECK(sucref_layer_planes(NULL, 0, 0) == 0 && sucref_layer_planes(&m, 0, 1) == 0 &&
                  sucref_layer_planes(&m, (unsigned)planes, 0) == 0 && sucref_layer_planes(&m, 0, 0) == 1);
        }
    }
}

/* rates, refusals, and every error code */
static void plans_and_errors(void)
{
    static const double rate[3] = { 3, 1, 1 };
    static const int8_t w[8] = { 1, -2, 3, 4, 5, -6, 7, 127 };
    sucref_layer_spec s;
    split_plan p;
    uint32_t len, work[400];
    int32_t y[8], before[8];
    uint8_t x[2] = { 1, 255 }, out[8], *bytes;
    const int32_t *sums[1];
    sucref_model m;
    sucref_net net;
    memset(&s, 0, sizeof s);
    p.n = 3; p.r = 1; p.protect = 1;
    CHECK(split_rows(&p, 10, rate) && p.row[1] == 6 && p.row[2] == 8 && p.row[3] == 10 && p.rows == 6);
    CHECK(split_rows(&p, 4, NULL) && p.rows == 2);
    CHECK(!split_rows(&p, 2, NULL));
    s.n_in = 2; s.n_out = 4; s.w = w; s.plan[0] = 8; s.n_planes = 1;
    p.n = 2;
    CHECK(split_limit(&s) == 134 * 255 + 1 && split_rows(&p, 4, NULL));
    bytes = split_part(&len, &s, &p, 1);
    CHECK(sucref_model_open(&m, bytes, len, NULL) == SUCREF_OK && m.n_out == 2 &&
          sucref_net_init(&net, &m, work, 400) == SUCREF_OK);
    CHECK(sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK &&
          sucref_shard_sums(y, 2, &net, before) == SUCREF_E_STATE);
    CHECK(sucref_net_run(&net, 0) == SUCREF_OK && sucref_shard_sums(y, 2, &net, before) == SUCREF_OK &&
          y[0] == 5 - 6 * 255 && y[1] == 7 + 127 * 255);
    CHECK(sucref_shard_sums(y, 3, &net, before) == SUCREF_OK && y[2] == 0);
    CHECK(sucref_shard_sums(y, 0, &net, before) == SUCREF_E_RANGE);
    CHECK(sucref_shard_sums(NULL, 2, &net, before) == SUCREF_E_ARG &&
          sucref_shard_sums(y, 2, NULL, before) == SUCREF_E_ARG && sucref_shard_sums(y, 2, &net, NULL) == SUCREF_E_ARG);
    sums[0] = y;
    CHECK(finish(out, NULL, &m, 0, 0, sums, x) == SUCREF_OK);
    CHECK(sucref_layer_finish(out, NULL, &m, 0, 0, NULL) == SUCREF_E_ARG);
    CHECK(finish(NULL, NULL, &m, 0, 0, sums, x) == SUCREF_E_ARG &&
          finish(out, NULL, NULL, 0, 0, sums, x) == SUCREF_E_ARG);
    CHECK(finish(out, NULL, &m, 0, 0, NULL, x) == SUCREF_E_ARG &&
          finish(out, NULL, &m, 0, 0, sums, NULL) == SUCREF_E_ARG);
    CHECK(finish(out, NULL, &m, 1, 0, sums, x) == SUCREF_E_RANGE &&
          finish(out, NULL, &m, 0, 1, sums, x) == SUCREF_E_RANGE);
    free(bytes);
    p.n = 1;
    CHECK(split_rows(&p, 4, NULL)); /* four rows in one part: two for each of two outputs, but not of three or one */
    bytes = split_part(&len, &s, &p, 0);
    CHECK(sucref_model_open(&m, bytes, len, NULL) == SUCREF_OK && sucref_net_init(&net, &m, work, 400) == SUCREF_OK &&
          sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK && sucref_net_run(&net, 0) == SUCREF_OK);
    CHECK(sucref_shard_sums(y, 2, &net, before) == SUCREF_OK && y[1] == (3 + 4 * 255) + 128 * (7 + 127 * 255));
    CHECK(sucref_shard_sums(y, 3, &net, before) == SUCREF_E_RANGE &&
          sucref_shard_sums(y, 1, &net, before) == SUCREF_E_RANGE);
    free(bytes);
    s.plan[0] = s.plan[1] = 4; s.n_planes = 2;
    bytes = split_part(&len, &s, &p, 0);
    CHECK(sucref_model_open(&m, bytes, len, NULL) == SUCREF_OK && sucref_net_init(&net, &m, work, 400) == SUCREF_OK &&
          sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK && sucref_net_run(&net, 0) == SUCREF_OK);
    CHECK(sucref_shard_sums(y, 4, &net, before) == SUCREF_OK &&
          sucref_shard_sums(y, 3, &net, before) == SUCREF_E_RANGE);
    free(bytes);
}

/* a model of one layer with more stops than row groups is no part, nor is one of two layers */
static void no_parts(void)
{
    static const int8_t w[4] = { 1, 2, 3, 4 }, exponent[1] = { 0 };
    static const int32_t bias[2] = { 0, 0 }, multiplier[1] = { 1 << 30 };
    static const uint32_t group_rows[2] = { 1, 1 };
    static const uint8_t bits[6] = { 8, 0, 8, 8, 8, 8 }, in_bits[3] = { 8, 8, 8 }, x[2] = { 3, 4 };
    sucref_layer_spec layer[2];
    sucref_model_spec spec;
    uint32_t file[400], len, work[400];
    int32_t y[2], before[2];
    sucref_model m;
    sucref_net net;
    memset(layer, 0, sizeof layer); memset(&spec, 0, sizeof spec);
    layer[0].n_in = layer[0].n_out = 2;
    layer[0].w = w;
    layer[0].bias = bias;
    layer[0].multiplier = multiplier;
    layer[0].exponent = exponent;
    layer[0].plan[0] = 8; layer[0].n_planes = 1; layer[0].hi = 255;
    layer[1] = layer[0];
    spec.layers = layer; spec.n_layers = 2; spec.n_stops = 1; spec.bits = bits + 2; spec.in_bits = in_bits;
    len = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(len > 0 && sucref_model_open(&m, file, len, NULL) == SUCREF_OK &&
          sucref_net_init(&net, &m, work, 400) == SUCREF_OK &&
          sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
    CHECK(sucref_net_run(&net, 0) == SUCREF_OK && sucref_shard_sums(y, 2, &net, before) == SUCREF_E_RANGE);
    layer[0].group_rows = group_rows; layer[0].n_groups = 2;
    spec.n_layers = 1; spec.n_stops = 3; spec.bits = bits;
    len = sucref_model_write((uint8_t *)file, sizeof file, &spec, NULL);
    CHECK(len > 0 && sucref_model_open(&m, file, len, NULL) == SUCREF_OK &&
          sucref_net_init(&net, &m, work, 400) == SUCREF_OK &&
          sucref_net_set_input(&net, x, net.model->n_in) == SUCREF_OK);
    CHECK(sucref_net_run(&net, 1) == SUCREF_OK && sucref_shard_sums(y, 1, &net, before) == SUCREF_OK && y[0] == 25);
    CHECK(sucref_net_run(&net, 2) == SUCREF_OK && sucref_shard_sums(y, 1, &net, before) == SUCREF_E_RANGE);
}

/* ---- which splits can be coded ([CDC] Table 1, corrected) ---- */
enum { C_IN = 3, C_OUT = 4, H = 6, F = 3, OH = H - F + 1 };
typedef struct { int64_t v[C_OUT][OH][OH]; } image;

/* valid convolution of the input channels c0..c1-1, rows y0.. of the input */
static void convolve(image *y, const int32_t (*w)[C_IN][F][F], const int32_t (*x)[H][H], int c0, int c1)
{
    int o, c, i, j, a, b;
    memset(y, 0, sizeof *y);
    for (o = 0; o < C_OUT; o++) {
        for (c = c0; c < c1; c++) {
            for (i = 0; i < OH; i++) {
                for (j = 0; j < OH; j++) {
                    for (a = 0; a < F; a++) {
                        for (b = 0; b < F; b++) { y->v[o][i][j] += (int64_t)w[o][c][a][b] * x[c][i + a][j + b]; }
                    }
                }
            }
        }
    }
}

static int32_t filter[C_OUT][C_IN][F][F], picture[C_IN][H][H];
static void random_convolution(void)
{
    int k;
    for (k = 0; k < C_OUT * C_IN * F * F; k++) { (&filter[0][0][0][0])[k] = rnd_in(-127, 127); }
    for (k = 0; k < C_IN * H * H; k++) { (&picture[0][0][0])[k] = (int32_t)rnd_below(256); }
}

/* by output channels: the parity device convolves with the combined filter */
static void by_channels(void)
{
    int32_t combined[C_OUT][C_IN][F][F], y[C_OUT][OH * OH], parity[OH * OH], back[OH * OH];
    const int32_t *shard[C_OUT + 1];
    image all, extra;
    sucref_recovery plan;
    unsigned lost, i;
    int k;
    random_convolution();
    memset(combined, 0, sizeof combined);
    for (k = 0; k < C_IN * F * F; k++) {
        for (i = 0; i < C_OUT; i++) {
            (&combined[0][0][0][0])[k] += sucref_parity_coefficient(C_OUT, 1, 0, i) * (&filter[i][0][0][0])[k];
        }
    }
    convolve(&all, (const int32_t (*)[C_IN][F][F])filter, (const int32_t (*)[H][H])picture, 0, C_IN);
    convolve(&extra, (const int32_t (*)[C_IN][F][F])combined, (const int32_t (*)[H][H])picture, 0, C_IN);
    for (k = 0; k < OH * OH; k++) {
        for (i = 0; i < C_OUT; i++) { y[i][k] = (int32_t)(&all.v[i][0][0])[k]; }
        parity[k] = (int32_t)(&extra.v[0][0][0])[k];
    }
    for (lost = 0; lost < C_OUT; lost++) {
        for (i = 0; i < C_OUT; i++) { shard[i] = i == lost ? NULL : y[i]; }
        shard[C_OUT] = parity;
        CHECK(sucref_recovery_plan(&plan, C_OUT, 1, 31U & ~(1U << lost), 1 << 24) == SUCREF_OK &&
              sucref_recover(back, &plan, 0, shard, OH * OH) == SUCREF_OK);
        CHECK(memcmp(back, y[lost], sizeof back) == 0);
    }
}

/* by space: the parity device convolves the sum of the two halves (with their overlap); inputs need one more bit */
static void by_space(void)
{
    enum { HALF = OH / 2 };
    int32_t part[3][C_IN][H][H];
    image whole, y[3];
    int c, i, j, o, most = 0;
    random_convolution();
    memset(part, 0, sizeof part);
    for (c = 0; c < C_IN; c++) { for (i = 0; i < HALF + F - 1; i++) { for (j = 0; j < H; j++) {
        part[0][c][i][j] = picture[c][i][j];
        part[1][c][i][j] = picture[c][i + HALF][j];
        part[2][c][i][j] = part[0][c][i][j] + part[1][c][i][j];
        if (part[2][c][i][j] > most) { most = part[2][c][i][j]; }
    } } }
    CHECK(most > 255 && most < 512);
    convolve(&whole, (const int32_t (*)[C_IN][F][F])filter, (const int32_t (*)[H][H])picture, 0, C_IN);
    for (i = 0; i < 3; i++) {
        convolve(&y[i], (const int32_t(*)[C_IN][F][F])filter, (const int32_t(*)[H][H])part[i], 0, C_IN);
    }
    /* either half from the other two */
    for (o = 0; o < C_OUT; o++) { for (i = 0; i < HALF; i++) { for (j = 0; j < OH; j++) {
                CHECK(y[2].v[o][i][j] - y[1].v[o][i][j] == whole.v[o][i][j] &&
                      y[2].v[o][i][j] - y[0].v[o][i][j] == whole.v[o][i + HALF][j]);
    } } }
}

/* the coefficient of z^(k-1) of a polynomial of degree 2k - 2, times *den, as weights of its values at 2k - 1 points */
static void middle_coefficient(int64_t *weight, int64_t *den, const int *z, int k)
{
    const int n = 2 * k - 1;
    int64_t d[9];
    int i, j, a;
    *den = 1;
    for (i = 0; i < n; i++) {
        int64_t poly[10] = { 1 };
        for (j = 0, a = 0, d[i] = 1; j < n; j++) {
            int q;
            if (j == i) { continue; }
            for (q = ++a; q > 0; q--) { poly[q] = poly[q - 1] - z[j] * poly[q]; }
            poly[0] *= -z[j];
            d[i] *= z[i] - z[j];
        }
        weight[i] = poly[k - 1];
        *den *= d[i];
    }
    for (i = 0; i < n; i++) { weight[i] *= *den / d[i]; }
}

/* inputs or filters: y = sum_i A_i x_i; MatDot codes, worker z computes (sum A_i z^i) (sum x_i z^(k-1-i)); any 2k - 1
 * workers. No fewer: (z - 1)(z - 2) is 0 at two points and has the middle coefficient -3 (k = 2) */
static void by_inputs(void)
{
    static const int points[7] = { 1, -1, 2, -2, 3, -3, 4 };
    int trial, k;
    for (k = 2; k <= 3; k++) {
        for (trial = 0; trial < 200; trial++) {
            enum { LEN = 6 };
            int64_t y = 0, value[7], weight[9], den, sum = 0;
            int32_t a[3][LEN], x[3][LEN];
            int used[5], z[5], i, j, n = 0, w;
            for (i = 0; i < k; i++) {
                for (j = 0; j < LEN; j++) {
                    a[i][j] = rnd_in(-127, 127);
                    x[i][j] = (int32_t)rnd_below(256);
                    y += (int64_t)a[i][j] * x[i][j];
                }
            }
            for (w = 0; w < 7; w++) {
                value[w] = 0;
                for (j = 0; j < LEN; j++) {
                    int64_t left = 0, right = 0;
                    for (i = k; i-- > 0; ) { left = left * points[w] + a[i][j]; }
                    for (i = 0; i < k; i++) { right = right * points[w] + x[i][j]; }
                    value[w] += left * right;
                }
            }
            while (n < 2 * k - 1) { /* any of them */
                const int pick = (int)rnd_below(7);
                for (i = 0; i < n && used[i] != pick; i++) { }
                if (i == n) { used[n] = pick; z[n++] = points[pick]; }
            }
            middle_coefficient(weight, &den, z, k);
            for (i = 0; i < n; i++) { sum += weight[i] * value[used[i]]; }
            CHECK(sum % den == 0 && sum / den == y);
        }
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("networks on split devices, any losses, equal the engine at every stop", whole_networks);
    RUN("sums from anywhere", sums_from_anywhere);
    RUN("rows by rates, limits, every error code", plans_and_errors);
    RUN("models that are no parts", no_parts);
    RUN("convolution by output channels: any N of N + 1", by_channels);
    RUN("convolution by space: coded inputs", by_space);
    RUN("inputs and filters: MatDot codes, any 2k - 1", by_inputs);
    return test_report("split");
}
