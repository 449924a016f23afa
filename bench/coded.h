/* coded.h - a part of published.c: [CDC], outputs of lost and late devices. */
#ifndef SUCREF_BENCH_CODED_H
#define SUCREF_BENCH_CODED_H

/* Figure 2: accuracy of 784-128-10 when a share of the first layer's outputs is lost and read as 0; recovered,
 * nothing is */
static void c_lost_outputs(void)
{
    enum { PICTURES = 2000, DRAWS = 5 };
    static float hidden[PICTURES][128];
    static npz z;
    char item[96];
    int share, draw, k, i, r;
    if (!load_npz(&z, "digits")) { return; }
    for (k = 0; k < PICTURES; k++) {
        const uint8_t *x = test_set.x + (size_t)k * 784;
        for (r = 0; r < 128; r++) {
            float a = z.a[1].v[r];
            for (i = 0; i < 784; i++) { if (x[i]) { a += (float)x[i] / 255 * z.a[0].v[r * 784 + i]; } }
            hidden[k][r] = a > 0 ? a : 0;
        }
    }
    for (share = 0; share <= 50; share += 10) {
        double right = 0;
        for (draw = 0; draw < DRAWS; draw++) {
            uint8_t lost[128] = { 0 };
            for (i = 0; i < 128 * share / 100; ) { r = (int)(d_uniform() * 128); i += !lost[r]; lost[r] = 1; }
            for (k = 0; k < PICTURES; k++) {
                float best = -1e9F;
                int at = 0;
                for (r = 0; r < 10; r++) {
                    float a = z.a[3].v[r];
                    for (i = 0; i < 128; i++) { a += lost[i] ? 0 : z.a[2].v[r * 128 + i] * hidden[k][i]; }
                    if (a > best) { best = a; at = r; }
                }
                right += (at == test_set.label[k]) / (double)(PICTURES * DRAWS);
            }
        }
        snprintf(item, sizeof item, "784-128-10, %d %% of the hidden outputs lost: accuracy", share);
        row("CDC Figure 2", item, NAN, NAN, right, NAN, NAN);
    }
    npz_free(&z);
}

/* arrivals as in Figure 1: none before 50 ms, 34 % by 100, 42 % by 150, linear between,
 * then at the hazard of 100 to 150 */
static double c_arrived(double t)
{
    return t < 50    ? 0
           : t < 100 ? 0.34 * (t - 50) / 50
           : t < 150 ? 0.34 + 0.08 * (t - 100) / 50
                     : 1 - 0.58 * exp(-log(0.66 / 0.58) * (t - 150) / 50);
}

/* Figure 16 and its section: mean time to all N answers, and to any N of N + 1 */
static void c_stragglers(void)
{
    char item[96];
    int n;
    for (n = 2; n <= 16; n *= 2) {
        double all = 0, any = 0, t;
        for (t = 0.5; t < 12000; t += 1) {
            const double f = c_arrived(t);
            all += 1 - pow(f, n);
            any += 1 - pow(f, n + 1) - (n + 1) * pow(f, n) * (1 - f);
        }
        snprintf(item, sizeof item, "any %d of %d: time saved (printed: up to 35 %%)", n, n + 1);
        row("CDC Figure 16", item, 0.35, NAN, 1 - any / all, NAN, NAN);
    }
    for (n = 100; n <= 400; n *= 2) { /* the parity is used only after a while */
        double all = 0, late = 0, t;
        for (t = 0.5; t < 12000; t += 1) {
            const double f = c_arrived(t);
            all += 1 - pow(f, 4);
            late += t < n ? 1 - pow(f, 4) : 1 - pow(f, 5) - 5 * pow(f, 4) * (1 - f);
        }
        snprintf(item, sizeof item, "any 4 of 5 after waiting %d ms for all: time saved", n);
        row("CDC Figure 16", item, NAN, NAN, 1 - late / all, NAN, NAN);
    }
}

/* an answer's arrival by that distribution */
static double c_draw(void)
{
    const double f = d_uniform();
    return f < 0.34   ? 50 + 50 * f / 0.34
           : f < 0.42 ? 100 + 50 * (f - 0.34) / 0.08
                      : 150 + 50 * log(0.58 / (1 - f)) / log(0.66 / 0.58);
}

/* Figures 12, 14 and 15: a layer on four devices: all well; one lost, its rows asked again of another when it is missed
 * (after the other answers have come); one lost and a parity device there.
 * The published slowdown without recovery is 2.4. */
static void c_latencies(void)
{
    enum { BINS = 60, JOBS = 200000, N = 4 };
    static const char *const name[3] = { "all well", "one lost, asked again", "one lost, coded" };
    static double x[BINS], y[3][BINS];
    double mean[3] = { 0, 0, 0 };
    char path[256];
    svg s;
    int j, i, k;
    for (j = 0; j < JOBS; j++) {
        double t[3] = { 0, 0, 0 };
        for (i = 0; i < N; i++) {
            const double a = c_draw(), b = c_draw();
            t[0] = fmax(t[0], a);
            t[2] = fmax(t[2], b); /* the four left of five */
            if (i < N - 1) { t[1] = t[0]; }
        }
        t[1] += c_draw();
        for (k = 0; k < 3; k++) {
            i = (int)(t[k] / 50);
            y[k][i < BINS ? i : BINS - 1] += 1.0 / JOBS;
            mean[k] += t[k] / JOBS;
        }
    }
    row("CDC Figures 12-15", "four devices, one lost, rows asked again: latency, of all well", 2.4, NAN,
        mean[1] / mean[0], NAN, NAN);
    row("CDC Figures 12-15", "four devices and a parity device, one lost: latency, of all well", NAN, NAN,
        mean[2] / mean[0], 0.99, 1.01);
    for (i = 0; i < BINS; i++) { x[i] = 50 * i; }
    snprintf(path, sizeof path, "%s/latency.svg", out_dir);
    s = svg_open(path, "[CDC] Figs. 12, 14, 15: latency of a layer on four devices", "ms", "share of jobs, 50 ms a bin",
                 0, 3000, 0, 0.15, 500, 0.05);
    for (k = 0; k < 3; k++) { svg_line(&s, name[k], x, y[k], BINS, 0); }
    svg_close(&s);
}

/* Figure 17: C3D on 7 and on 9 devices and two more. Doubling covers two devices with the two; as parities they cover
 * the two fully connected layers, which have 2 and 2 of the 7 devices, 3 and 3 of the 9 (inferred:
 * these give the published shares). */
static void c_coverage(void)
{
    static const int t[2][2] = { { 7, 4 }, { 9, 6 } };
    static const double doubled[2] = { 0.44, 0.36 }, coded[2] = { 0.67, 0.73 };
    char item[96];
    int k;
    for (k = 0; k < 2; k++) {
        snprintf(item, sizeof item, "C3D on %d + 2 devices: share covered by doubling", t[k][0]);
        row("CDC Figure 17", item, doubled[k], 4.0 / (t[k][0] + 2), NAN, doubled[k] - 0.005, doubled[k] + 0.005);
        snprintf(item, sizeof item, "C3D on %d + 2 devices: share covered by parities", t[k][0]);
        row("CDC Figure 17", item, coded[k], NAN, (t[k][1] + 2.0) / (t[k][0] + 2), coded[k] - 0.005, coded[k] + 0.005);
    }
}

/* storage of 784-128-10 in parts (examples/tool/parts.h), of the data parts alone */
static void c_storage(void)
{
    static const unsigned t[3][3] = { { 4, 1, 8 }, { 4, 2, 8 }, { 4, 2, 1 } };
    static respec r;
    sucref_model m;
    uint8_t *file = quantized(&m, "digits", 0, 0, "44");
    char item[96];
    unsigned k, n, i;
    respec_model(&r, &m);
    for (k = 0; k < 3; k++) {
        double bytes[2] = { 0, 0 };
        for (n = 0; n < m.n_layers; n++) {
            split_plan p;
            p.n = t[k][0]; p.r = t[k][1]; p.protect = t[k][2];
            (void)split_rows(&p, r.layer[n].n_out, NULL);
            for (i = 0; i < p.n + p.r; i++) {
                uint32_t len;
                free(split_part(&len, &r.layer[n], &p, i));
                bytes[i >= p.n] += len;
            }
        }
        snprintf(item, sizeof item, "784-128-10 plan 4/4 on %u + %u devices%s: storage, as a share", t[k][0], t[k][1],
                 t[k][2] == 1 ? ", first plane protected" : "");
        row("CDC", item, NAN, NAN, 1 + bytes[1] / bytes[0], NAN, NAN);
    }
    respec_free(&r);
    free(file);
}

/* compute of N devices and r spares when u of R planes have parities: 1 + (r/N)(u/R) */
static void c_overheads(void)
{
    static const int t[5][4] = { { 4, 1, 1, 1 }, { 4, 2, 2, 2 }, { 4, 2, 1, 2 }, { 8, 2, 1, 4 }, { 8, 4, 4, 4 } };
    char item[96];
    int k;
    for (k = 0; k < 5; k++) {
        snprintf(item, sizeof item, "%d + %d devices, %d of %d planes protected: compute, as a share", t[k][0], t[k][1],
                 t[k][2], t[k][3]);
        row("CDC", item, NAN, NAN, 1 + (double)t[k][1] / t[k][0] * t[k][2] / t[k][3], NAN, NAN);
        snprintf(item, sizeof item, "the same: messages a job, of %d without parity", t[k][0] * t[k][3]);
        row("CDC", item, NAN, NAN, t[k][0] * t[k][3] + t[k][1] * t[k][2], NAN, NAN);
    }
}

static void coded(void)
{
    if (test_set.n == IDX_TEST) { c_lost_outputs(); }
    c_stragglers();
    c_latencies();
    c_coverage();
    c_overheads();
    if (train_set.n != 0) { c_storage(); }
    row("CDC Figure 18", "its networks and how they are spread are not here", NAN, NAN, NAN, NAN, NAN);
}
#endif
