/* coded.h - a part of published.c: [CDC], outputs of lost and late devices. */
#ifndef SUCREF_BENCH_CODED_H
#define SUCREF_BENCH_CODED_H

/* Figure 2: accuracy of 784-128-10 when a share of the first layer's outputs is lost and read as 0; recovered, nothing is */
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

/* arrivals as in Figure 1: none before 50 ms, 34 % by 100, 42 % by 150, linear between, then at the hazard of 100 to 150 */
static double c_arrived(double t)
{
    return t < 50 ? 0 : t < 100 ? 0.34 * (t - 50) / 50 : t < 150 ? 0.34 + 0.08 * (t - 100) / 50 : 1 - 0.58 * exp(-log(0.66 / 0.58) * (t - 150) / 50);
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
}

/* compute of N devices and r spares when u of R planes have parities: 1 + (r/N)(u/R) */
static void c_overheads(void)
{
    static const int t[5][4] = { { 4, 1, 1, 1 }, { 4, 2, 2, 2 }, { 4, 2, 1, 2 }, { 8, 2, 1, 4 }, { 8, 4, 4, 4 } };
    char item[96];
    int k;
    for (k = 0; k < 5; k++) {
        snprintf(item, sizeof item, "%d + %d devices, %d of %d planes protected: compute, as a share", t[k][0], t[k][1], t[k][2], t[k][3]);
        row("CDC", item, NAN, NAN, 1 + (double)t[k][1] / t[k][0] * t[k][2] / t[k][3], NAN, NAN);
    }
}

static void coded(void)
{
    if (test_set.n == IDX_TEST) { c_lost_outputs(); }
    c_stragglers();
    c_overheads();
    row("CDC", "Figures 12, 14, 15, 17, 18 (their devices and networks are not here)", NAN, NAN, NAN, NAN, NAN);
}
#endif
