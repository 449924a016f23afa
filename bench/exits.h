/* exits.h - a part of published.c: early exit on the test images, and an imported model cut everywhere. */
#ifndef SUCREF_BENCH_EXITS_H
#define SUCREF_BENCH_EXITS_H

/* ---- early exit: thresholds from validation pictures that no correction was fitted on, then the test images ---- */
static void early_exit(const char *title, const char *name, float clip, double goal_cost, double goal_auc)
{
    static double score[IDX_TEST];
    static respec r;
    char item[96];
    sucref_model m;
    sucref_net net;
    sucref_cost one_shot, c;
    uint8_t *file = quantized(&m, name, clip, 0, "1124"), *with_exits;
    stop_result *chosen = judge(&m, train_set.x + (size_t)(IDX_TRAIN + CALIBRATE) * 784, IDX_VALID - CALIBRATE),
                *full = judge(&m, test_set.x, IDX_TEST);
    uint32_t *work, bytes;
    double cost = 0, disagree = 0, right = 0, full_right = 0;
    size_t k;
    unsigned t;
    respec_model(&r, &m);
    memset(undecided[1], 0, sizeof undecided[1]);
    choose_thresholds(r.exits, chosen, IDX_VALID - CALIBRATE, STOPS, 0.0006, 0.95);
    r.spec.exits = r.exits;
    for (t = 0; t + 1 < STOPS; t++) { /* the corrections as they are in the file */
        unsigned g;
        for (g = 0; g < m.n_groups; g++) {
            sucref_correction *k2 = &r.corrections[t * m.n_groups + g];
            sucref_stop_group e;
            sucref_group group;
            sucref_model_stop_group(&e, &m, t, g);
            sucref_model_group(&group, &m, g);
            if (e.correction_offset == 0) { continue; }
            /* little-endian hosts only: see main */
            k2->beta = (const int32_t *)(const void *)(m.bytes + e.correction_offset);
            k2->gamma = k2->beta + group.n_rows;
            k2->alpha = (const int16_t *)(const void *)(k2->gamma + group.n_rows);
        }
    }
    bytes = sucref_model_write(NULL, 0, &r.spec, NULL);
    with_exits = (uint8_t *)malloc(bytes + 1U);
    if (with_exits == NULL || sucref_model_write(with_exits, bytes, &r.spec, NULL) != bytes ||
        sucref_model_open(&m, with_exits, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    if (work == NULL || sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK) { exit(2); }
    sucref_model_cost(&one_shot, &m, STOPS - 1, STOPS - 1);
    for (k = 0; k < IDX_TEST; k++) {
        sucref_answer a;
        (void)sucref_net_set_input(&net, test_set.x + k * 784, net.model->n_in);
        for (t = 0; ; t++) {
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            if (sucref_settled(&m, &a)) { break; }
        }
        score[k] = a.logits[0];
        sucref_model_cost(&c, &m, 0, t);
        cost += (double)c.weight_bytes / (double)one_shot.weight_bytes / IDX_TEST;
        for (t = 0; t < a.stop; t++) { undecided[1][t] += 1.0 / IDX_TEST; }
        disagree += !full[k * STOPS + t].agrees;
        right += (m.n_out == 1 ? (a.logits[0] > 0) == even[k] : sucref_argmax(a.logits, a.n_out) == test_set.label[k]) /
                 (double)IDX_TEST;
        (void)sucref_net_run(&net, STOPS - 1);
        (void)sucref_net_answer(&net, &a);
        full_right += (m.n_out == 1 ? (a.logits[0] > 0) == even[k]
                                    : sucref_argmax(a.logits, a.n_out) == test_set.label[k]) /
                      (double)IDX_TEST;
    }
    snprintf(item, sizeof item, "margin exit %s: weight bytes read of one-shot", title);
    row("SR V", item, NAN, NAN, cost, NAN, goal_cost);
    snprintf(item, sizeof item, "margin exit %s: disagreement with the full answer", title);
    row("SR V", item, NAN, NAN, disagree / IDX_TEST, NAN, 0.001);
    snprintf(item, sizeof item, "margin exit %s: accuracy lost", title);
    row("SR V", item, NAN, NAN, full_right - right, NAN, 0.001);
    if (m.n_out == 1) {
        snprintf(item, sizeof item, "margin exit %s: adaptive AUC", title);
        row("SR V", item, 0.9654, NAN, auc(score, 1), goal_auc, NAN);
    }
    free(work); free(file); free(with_exits); free(chosen); free(full);
}

/* ---- certified exit: proved, so nothing may disagree; the plan's first `skipped` stops are left out ---- */
static void certified_exit(const char *title, const char *name, float clip, const char *plan, unsigned skipped,
                           double goal)
{
    static respec r;
    sucref_bounds bounds;
    sucref_model m;
    sucref_net net;
    sucref_cost one_shot, c;
    uint32_t *work, *proof, bytes, wrong = 0, n_tables = 0;
    uint8_t *file = quantized(&m, name, clip, 0, plan), *with_bounds;
    void *memory, *fitted;
    double cost = 0, tables = 0;
    char item[96];
    size_t k;
    unsigned t;
    respec_model(&r, &m);
    r.spec.bits += skipped * m.n_groups;
    r.spec.n_stops = (uint8_t)(m.n_stops - skipped);
    if (prepare_calibrate(r.corrections, &fitted, &r.spec, train_set.x + (size_t)IDX_TRAIN * 784, CALIBRATE, NULL,
                         NULL) != SUCREF_OK ||
        prepare_certify(&bounds, &memory, &r.spec, train_set.x + (size_t)IDX_TRAIN * 784, CALIBRATE) != SUCREF_OK) {
        exit(2);
    }
    r.spec.bounds = &bounds;
    bytes = sucref_model_write(NULL, 0, &r.spec, NULL);
    with_bounds = (uint8_t *)malloc(bytes + 1U);
    if (with_bounds == NULL || sucref_model_write(with_bounds, bytes, &r.spec, NULL) != bytes ||
        sucref_model_open(&m, with_bounds, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4);
    proof = (uint32_t *)malloc(sucref_net_proof_len(&m) * 4);
    if (work == NULL || proof == NULL || sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK) {
        exit(2);
    }
    sucref_model_cost(&one_shot, &m, m.n_stops - 1U, m.n_stops - 1U);
    for (k = 0; k < IDX_TEST; k++) {
        sucref_answer a;
        uint32_t class_then;
        int proved;
        (void)sucref_net_set_input(&net, test_set.x + k * 784, net.model->n_in);
        for (t = 0; ; t++) {
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            n_tables += t + 1U < m.n_stops;
            if (sucref_net_proved(&proved, &net, proof, sucref_net_proof_len(&m)) == SUCREF_OK && proved) { break; }
        }
        class_then = sucref_argmax(a.logits, a.n_out);
        sucref_model_cost(&c, &m, 0, t);
        cost += (double)c.weight_bytes / (double)one_shot.weight_bytes / IDX_TEST;
        (void)sucref_net_run(&net, m.n_stops - 1U);
        (void)sucref_net_answer(&net, &a);
        wrong += class_then != sucref_argmax(a.logits, a.n_out);
    }
    /* bounds and corrections of the stops passed */
    tables = n_tables * (4.0 + 18.0 * r.layer[0].n_out) / IDX_TEST / (double)one_shot.weight_bytes;
    snprintf(item, sizeof item, "certified exit %s: weight bytes read of one-shot", title);
    row("SR V", item, NAN, NAN, cost, NAN, goal);
    snprintf(item, sizeof item, "certified exit %s: tables read besides", title);
    row("SR V", item, NAN, NAN, tables, NAN, NAN);
    snprintf(item, sizeof item, "certified exit %s: wrong", title);
    row("SR V", item, NAN, NAN, wrong, NAN, 0);
    free(work); free(proof); free(file); free(with_bounds); free(memory); free(fitted);
}

/* ---- an imported model: the anomaly score of every cut, calibrated and not ---- */
static uint8_t *data_file(const char *name, size_t *len)
{
    const char *dirs[3];
    char path[512];
    int i;
    dirs[0] = getenv("SUCREF_DATA"); dirs[1] = "data"; dirs[2] = "../shared/data";
    for (i = 0; i < 3; i++) {
        uint8_t *p;
        FILE *f;
        if (dirs[i] == NULL) { continue; }
        snprintf(path, sizeof path, "%s/%s", dirs[i], name);
        f = fopen(path, "rb");
        p = f ? (uint8_t *)malloc(1 << 20) : NULL;
        if (f != NULL) { *len = p ? fread(p, 1, 1 << 20, f) : 0; fclose(f); }
        if (p != NULL) { return p; }
    }
    return NULL;
}

/* mean squared reconstruction error of one window in real units */
static double anomaly_score(const tflite *t, const uint8_t *x, const uint8_t *y_unsigned)
{
    const sucref_layer_spec *last = &t->layer[t->n_layers - 1];
    double sum = 0;
    uint32_t i;
    for (i = 0; i < last->n_out; i++) {
        const double d = ((x[i] ^ 0x80) - t->layer[0].in_zero) * (double)t->in_scale -
                         (y_unsigned[i] - last->out_zero) * (double)t->out_scale;
        sum += d * d;
    }
    return sum / last->n_out;
}

/* scores at each of the 8 stops, [8][n] */
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
        (void)sucref_net_set_input(&net, x + (size_t)k * m.n_in, net.model->n_in);
        for (b = 0; b < 8; b++) {
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
    char item[96];
    uint32_t k;
    int b;
    for (b = 0; b < 8; b++) {
        double c = 0, sa = 0, sb = 0, aa = 0, ab = 0, bb = 0, err = 0;
        for (k = 0; k < n; k++) {
            const double x = score[b * (int)n + (int)k], y = score[7 * (int)n + (int)k];
            if (used[k]) { continue; }
            c++; sa += x; sb += y; aa += x * x; ab += x * y; bb += y * y; err += fabs(x - y);
        }
        snprintf(item, sizeof item, "ad01 every layer at %d bit%s %s: score error", b + 1, b ? "s" : "", title);
        row("SR import", item, NAN, NAN, err / c, NAN, goals && b == 3 ? 0.60 : NAN);
        snprintf(item, sizeof item, "ad01 every layer at %d bit%s %s: correlation", b + 1, b ? "s" : "", title);
        row("SR import", item, NAN, NAN, (ab - sa * sb / c) / sqrt((aa - sa * sa / c) * (bb - sb * sb / c)),
            goals && b == 3 ? 0.85 : NAN, NAN);
    }
}

static void imported(void)
{
    static tflite t;
    static uint8_t bits[8 * TFLITE_LAYERS], used[100000];
    static sucref_correction corrections[8 * TFLITE_LAYERS];
    const uint8_t in_bits[8] = { 8, 8, 8, 8, 8, 8, 8, 8 };
    size_t len, x_len;
    uint8_t *p = data_file("tflite/ad01_int8.tflite", &len), *x = data_file("golden/ad01_real_even.in.s8", &x_len),
            *drawn;
    sucref_model_spec spec;
    double *score;
    uint32_t n, k, state = 7;
    void *memory;
    unsigned i, b;
    int pass;
    if (p == NULL || x == NULL || !tflite_parse(&t, p, len)) {
        row("SR import", "ad01 anomaly score by bits (needs tflite/ and golden/)", NAN, NAN, NAN, NAN, NAN);
        return;
    }
    memset(&spec, 0, sizeof spec);
    for (i = 0; i < t.n_layers; i++) {
        for (b = 0; b < 8; b++) { t.layer[i].plan[b] = 1; bits[b * t.n_layers + i] = (uint8_t)(b + 1); }
        t.layer[i].n_planes = 8;
    }
    spec.layers = t.layer;
    spec.n_layers = (uint8_t)t.n_layers;
    spec.n_stops = 8;
    spec.bits = bits;
    spec.in_bits = in_bits;
    spec.input_type = t.input_type;
    n = (uint32_t)(x_len / t.layer[0].n_in);
    score = (double *)malloc(sizeof(double) * 8 * n);
    drawn = (uint8_t *)malloc(60U * t.layer[0].n_in);
    if (score == NULL || drawn == NULL || n < 80 || n > sizeof used) { exit(2); }
    for (k = 0; k < 60; k++) { used[k] = 1; }
    anomaly_scores(score, &t, &spec, x, n);
    anomaly_rows("uncalibrated", score, n, used, 0);
    for (pass = 0; pass < 2; pass++) { /* the first 60 windows, then 60 drawn at random */
        for (k = 0; pass == 1 && k < n; k++) { used[k] = 0; }
        for (k = 0; k < 60; k++) {
            uint32_t at = k;
            while (pass == 1 && (at == k || used[at])) {
                state = state * 1664525U + 1013904223U;
                at = (state >> 8) % n;
                if (!used[at]) { break; }
            }
            used[at] = 1;
            memcpy(drawn + (size_t)k * t.layer[0].n_in, x + (size_t)at * t.layer[0].n_in, t.layer[0].n_in);
        }
        if (prepare_calibrate(corrections, &memory, &spec, drawn, 60, NULL, NULL) != SUCREF_OK) { exit(2); }
        spec.corrections = corrections;
        anomaly_scores(score, &t, &spec, x, n);
        anomaly_rows(pass == 0 ? "calibrated on the first 60 windows" : "calibrated on 60 windows at random", score, n,
                     used, pass == 0);
        free(memory);
    }
    free(score); free(drawn); free(x);
    tflite_free(&t);
    free(p);
}
#endif
