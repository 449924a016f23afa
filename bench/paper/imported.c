/* imported.c - an imported network, MLPerf Tiny's anomaly detection, cut to few bits in every layer, and to few rows:
 * its score at each cut, calibrated and not. */
#include "data.h"
#include "pieces.h"
#include "table.h"
#include "../random.h"
#define SUCREF_HOST
#include "../../sucref.h"
#include "../../examples/tool/rows.h"
#include "../../examples/tool/tflite.h"

enum { WINDOWS = 60 };

/* mean squared reconstruction error of one window in real units */
static double anomaly_score(const tflite *t, const uint8_t *x, const uint8_t *y_unsigned)
{
    const sucref_layer_spec *last = &t->net.layer[t->net.n_layers - 1];
    double sum = 0;
    uint32_t i;
    for (i = 0; i < last->n_out; i++) {
        const double d = ((x[i] ^ 0x80) - t->net.layer[0].in_zero) * (double)t->net.in_scale -
                         (y_unsigned[i] - last->out_zero) * (double)t->net.out_scale;
        sum += d * d;
    }
    return sum / last->n_out;
}

/* scores at each stop, [n_stops][n] */
static void anomaly_scores(double *score, const tflite *t, const sucref_model_spec *spec, const uint8_t *x, uint32_t n)
{
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, NULL);
    uint8_t *file = (uint8_t *)malloc(bytes + 1U);
    sucref_model m;
    sucref_net net;
    uint32_t *work, k;
    unsigned b;
    if (file == NULL || sucref_model_write(file, bytes, spec, NULL) != bytes ||
        sucref_model_open(&m, file, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    if (work == NULL || sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK) { exit(2); }
    for (k = 0; k < n; k++) {
        (void)sucref_net_set_input(&net, x + (size_t)k * m.n_in, m.n_in);
        for (b = 0; b < m.n_stops; b++) {
            sucref_answer a;
            if (sucref_net_run(&net, b) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            score[b * n + k] = anomaly_score(t, x + (size_t)k * m.n_in, a.out);
        }
    }
    free(work); free(file);
}

/* rows of error and correlation against the last stop over the windows that `used` does not mark */
static void anomaly_rows(const char *title, const double *score, uint32_t n, const uint8_t *used, int goals)
{
    uint32_t k;
    int b;
    for (b = 0; b < 8; b++) {
        double c = 0, sa = 0, sb = 0, aa = 0, ab = 0, bb = 0, err = 0;
        for (k = 0; k < n; k++) {
            const double x = score[b * (int)n + (int)k], y = score[7 * (int)n + (int)k];
            if (used[k]) { continue; }
            c++; sa += x; sb += y; aa += x * x; ab += x * y; bb += y * y; err += fabs(x - y);
        }
        row("ours, import", "ad01, every layer at %d bit%s, %s: score error", b + 1, b ? "s" : "", title);
        row_ours(err / c); row_goal(NAN, b == 7 ? 0 : goals && b == 3 ? 0.60 : NAN);
        row("ours, import", "ad01, every layer at %d bit%s, %s: correlation", b + 1, b ? "s" : "", title);
        row_ours((ab - sa * sb / c) / sqrt((aa - sa * sa / c) * (bb - sb * sb / c)));
        row_goal(goals && b == 3 ? 0.85 : NAN, NAN);
    }
}

/* 60 windows to calibrate on: the first ones, or drawn */
static void pick_windows(uint8_t *drawn, uint8_t *used, const uint8_t *x, uint32_t n, uint32_t n_in, int at_random)
{
    uint32_t k, at;
    memset(used, 0, n);
    for (k = 0; k < WINDOWS; k++) {
        for (at = at_random ? rnd_below(n) : k; used[at]; at = rnd_below(n)) { }
        used[at] = 1;
        memcpy(drawn + (size_t)k * n_in, x + (size_t)at * n_in, n_in);
    }
}

/* every layer in eight planes of one bit, stop b with b + 1 bits everywhere */
static void spec_by_bits(sucref_model_spec *spec, tflite *t, uint8_t *bits)
{
    static const uint8_t in_bits[8] = { 8, 8, 8, 8, 8, 8, 8, 8 };
    unsigned i, b;
    memset(spec, 0, sizeof *spec);
    for (i = 0; i < t->net.n_layers; i++) {
        for (b = 0; b < 8; b++) { t->net.layer[i].plan[b] = 1; bits[b * t->net.n_layers + i] = (uint8_t)(b + 1); }
        t->net.layer[i].n_planes = 8;
    }
    spec->layers = t->net.layer;
    spec->n_layers = (uint8_t)t->net.n_layers;
    spec->n_stops = 8;
    spec->bits = bits;
    spec->in_bits = in_bits;
    spec->input_type = t->net.input_type;
}

static void all_cuts(tflite *t, const uint8_t *x, uint32_t n)
{
    static const char *const title[2] = { "calibrated on the first 60 windows", "calibrated on 60 windows at random" };
    static uint8_t bits[8 * SUCREF_MAX_LAYERS];
    static sucref_correction corrections[8 * SUCREF_MAX_LAYERS];
    const uint32_t n_in = t->net.layer[0].n_in;
    double *score = (double *)malloc(sizeof(double) * 8 * n);
    uint8_t *drawn = (uint8_t *)malloc((size_t)WINDOWS * n_in), *used = (uint8_t *)malloc(n);
    sucref_model_spec spec;
    int pass;
    if (score == NULL || drawn == NULL || used == NULL || n < WINDOWS + 20) { exit(2); }
    random_start(7);
    spec_by_bits(&spec, t, bits);
    pick_windows(drawn, used, x, n, n_in, 0);
    anomaly_scores(score, t, &spec, x, n);
    anomaly_rows("uncalibrated", score, n, used, 0);
    for (pass = 0; pass < 2; pass++) {
        void *memory;
        pick_windows(drawn, used, x, n, n_in, pass);
        if (prepare_calibrate(corrections, &memory, &spec, drawn, WINDOWS, NULL, NULL) != SUCREF_OK) { exit(2); }
        spec.corrections = corrections;
        anomaly_scores(score, t, &spec, x, n);
        anomaly_rows(title[pass], score, n, used, pass == 0);
        free(memory);
    }
    free(score); free(drawn); free(used);
}

/* what a stop alone costs of the last stop's multiply-adds and weight bytes */
static void row_costs(const sucref_model_spec *spec, unsigned stop, double rows, double goal)
{
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, NULL);
    uint8_t *file = (uint8_t *)malloc(bytes + 1U);
    sucref_cost c, all;
    sucref_model m;
    if (file == NULL || sucref_model_write(file, bytes, spec, NULL) != bytes ||
        sucref_model_open(&m, file, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    sucref_model_cost(&c, &m, stop, stop);
    sucref_model_cost(&all, &m, m.n_stops - 1U, m.n_stops - 1U);
    row("ours, import", "ad01, %.3f of the rows: multiply-adds, of all", rows);
    row_ours((double)c.macs / (double)all.macs); row_goal(NAN, goal);
    row("ours, import", "ad01, %.3f of the rows: weight bytes read, of all", rows);
    row_ours((double)c.weight_bytes / (double)all.weight_bytes); row_goal(NAN, goal);
    free(file);
}

/* stops of .625 and .75 of every wide layer's rows, fitted to the windows that `half` picks */
static void row_stops(const sucref_model *m, const tflite *t, const uint8_t *x, uint32_t n, int half)
{
    static const char *const title[2] = { "fitted to even windows, on the odd ones",
                                          "fitted to the first 60 windows, on the last 38" };
    static const row_shares shares = { { .625, .75 }, 2 };
    static const double share[2] = { .54, .681 }, error[2] = { .16, .06 };
    static respec r;
    uint8_t *fit = (uint8_t *)malloc((size_t)n * m->n_in);
    double *score = (double *)malloc(sizeof(double) * 3 * n), sum;
    uint32_t k, n_fit = 0;
    void *memory;
    unsigned b;
    if (fit == NULL || score == NULL) { exit(2); }
    for (k = 0; k < n; k++) {
        if (!(half ? k < WINDOWS : k % 2 == 0)) { continue; }
        memcpy(fit + m->n_in * (size_t)n_fit++, x + m->n_in * (size_t)k, m->n_in);
    }
    respec_model(&r, m);
    if (rows_refine(&r, &shares, fit, n_fit) != NULL ||
        prepare_calibrate(r.corrections, &memory, &r.spec, fit, n_fit, NULL, NULL) != SUCREF_OK) {
        exit(2);
    }
    anomaly_scores(score, t, &r.spec, x, n);
    for (b = 0; b < 2; b++) {
        for (k = 0, sum = 0; k < n; k++) {
            if (half ? k >= WINDOWS : k % 2 == 1) { sum += fabs(score[b * n + k] - score[2 * n + k]); }
        }
        row("ours, import", "ad01, %.3f of the rows, %s: score error", shares.share[b], title[half]);
        row_ours(sum / (n - n_fit)); row_goal(NAN, error[b]);
        if (half == 0) { row_costs(&r.spec, b, shares.share[b], share[b]); }
    }
    free(memory); free(fit); free(score);
    respec_free(&r);
}

/* the same network, all eight bits, by few rows of each layer */
static void all_rows(tflite *t, const uint8_t *x, uint32_t n)
{
    static const uint8_t whole[SUCREF_MAX_LAYERS] = { 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 };
    sucref_model_spec spec;
    sucref_model m;
    uint32_t bytes;
    uint8_t *file;
    unsigned i;
    for (i = 0; i < t->net.n_layers; i++) {
        memset(t->net.layer[i].plan, 0, sizeof t->net.layer[i].plan);
        t->net.layer[i].plan[0] = 8;
        t->net.layer[i].n_planes = 1;
    }
    lower_spec(&spec, &t->net);
    spec.n_stops = 1; spec.bits = whole; spec.in_bits = whole;
    bytes = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint8_t *)malloc(bytes + 1U);
    if (t->net.n_layers > 10 || file == NULL || sucref_model_write(file, bytes, &spec, NULL) != bytes ||
        sucref_model_open(&m, file, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < 2; i++) { row_stops(&m, t, x, n, (int)i); }
    free(file);
}

void imported(void)
{
    static tflite t;
    size_t len, x_len;
    uint8_t *p = data_read("tflite/ad01_int8.tflite", &len), *x = data_read("golden/ad01_real_even.in.s8", &x_len);
    if (p == NULL || x == NULL || !tflite_parse(&t, p, len)) {
        row("ours, import", "ad01, anomaly score by bits");
        row_note("needs tflite/ad01_int8.tflite and golden/ad01_real_even.in.s8 of the data directory");
        return;
    }
    all_cuts(&t, x, (uint32_t)(x_len / t.net.layer[0].n_in));
    all_rows(&t, x, (uint32_t)(x_len / t.net.layer[0].n_in));
    free(x);
    tflite_free(&t);
    free(p);
}
