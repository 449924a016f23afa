/* dithers.h - a part of published.c: [AB], the thesis on dithered quantization,
 * beside the shipped quantizers and frames. */
#ifndef SUCREF_BENCH_DITHERS_H
#define SUCREF_BENCH_DITHERS_H

enum { D_N = 1024 };
/* ---- sources: one block of n values ---- */
static float *d_gradients;
static size_t d_blocks; /* of D_N gradients */

/* gradients of 784-128-10's first layer, one batch of 32 training pictures, by the trained float network */
static void d_make_gradients(void)
{
    static npz z;
    static float w1t[784 * 128];
    float a[128], p[10], back[128];
    int k, i, r;
    if (!load_npz(&z, "digits") || train_set.n == 0) { return; }
    d_gradients = (float *)calloc(784 * 128, sizeof(float));
    for (r = 0; r < 128; r++) { for (i = 0; i < 784; i++) { w1t[i * 128 + r] = z.a[0].v[r * 784 + i]; } }
    for (k = 0; k < 32; k++) {
        const uint8_t *x = train_set.x + (size_t)k * 784;
        float max = -1e9F, sum = 0;
        memcpy(a, z.a[1].v, sizeof a);
        for (i = 0; i < 784; i++) {
            for (r = 0; x[i] && r < 128; r++) { a[r] += (float)x[i] / 255 * w1t[i * 128 + r]; }
        }
        for (r = 0; r < 10; r++) {
            p[r] = z.a[3].v[r];
            for (i = 0; i < 128; i++) { p[r] += (a[i] > 0 ? a[i] : 0) * z.a[2].v[r * 128 + i]; }
            max = p[r] > max ? p[r] : max;
        }
        /* softened: a trained network's own gradients are all but 0 */
        for (r = 0; r < 10; r++) { p[r] = expf((p[r] - max) / 4); sum += p[r]; }
        for (i = 0; i < 128; i++) {
            back[i] = 0;
            for (r = 0; r < 10; r++) {
                back[i] += (p[r] / sum - (float)(r == train_set.label[k])) * z.a[2].v[r * 128 + i];
            }
            if (a[i] <= 0) { back[i] = 0; }
        }
        for (i = 0; i < 784; i++) {
            for (r = 0; x[i] && r < 128; r++) { d_gradients[r * 784 + i] += (float)x[i] / 255 * back[r]; }
        }
    }
    d_blocks = 784 * 128 / D_N;
    npz_free(&z);
}

static void d_source(double *x, int n, int kind, int trial)
{
    int i;
    for (i = 0; i < n; i++) {
        const double s = d_normal();
        if (kind == 0) {
            x[i] = s;
        } else if (kind == 1) {
            x[i] = -log(d_uniform()) * (s < 0 ? -1 : 1);
        } else if (kind == 2) {
            const double a = d_normal(), b = d_normal(), c = d_normal();
            x[i] = s / sqrt((a * a + b * b + c * c) / 3);
        } else {
            x[i] = (double)d_gradients[((size_t)trial % d_blocks) * D_N + (size_t)i];
        }
    }
}

/* ---- peers, in floats from their published descriptions ---- */

static double d_eden(const double *x, int n, int bits)
{
    static double estimate[D_N];
    static int sign[D_N];
    int i;
    for (i = 0; i < n; i++) { sign[i] = d_uniform() < 0.5 ? -1 : 1; }
    return eden(estimate, x, sign, n, bits);
}

static double d_phi(double z) { return 0.5 * erfc(-z * 0.7071067811865476); }

/* an ideal entropy coder behind EDEN: uniform steps, centroids, error D / (1 - D) once unbiased,
 * at an entropy of `bits` */
static double d_ideal(double bits)
{
    double lo = 0.05, hi = 8, d = 1;
    int step;
    for (step = 0; step < 60; step++) {
        const double s = (lo + hi) / 2;
        double h = 0;
        int j;
        d = 1;
        for (j = -200; j <= 200; j++) {
            const double a = (j - 0.5) * s, b = (j + 0.5) * s, p = d_phi(b) - d_phi(a),
                         m = (exp(-a * a / 2) - exp(-b * b / 2)) / 2.5066282746310002;
            if (p > 1e-14) { h -= p * log2(p); d -= m * m / p; }
        }
        if (h > bits) { lo = s; } else { hi = s; }
    }
    return d / (1 - d);
}

/* QSGD: levels / norm, half-dithered; norm the largest or the 2-norm */
static double d_qsgd(const double *x, int n, int levels, int two_norm)
{
    double norm = 0, energy = 0, error = 0;
    int i;
    for (i = 0; i < n; i++) { energy += x[i] * x[i]; norm = fmax(norm, fabs(x[i])); }
    if (two_norm) { norm = sqrt(energy); }
    if (energy == 0) { return 0; }
    for (i = 0; i < n; i++) {
        const double e = norm / levels * floor(x[i] / norm * levels + d_uniform()) - x[i];
        error += e * e;
    }
    return error / energy;
}

/* ---- the shipped frames ---- */
/* ratio: the step over the rms that the frame really has */
typedef struct { double error, bits, energy, ratio; } d_result;
static d_result d_frame(const double *x, int n, uint16_t ratio, unsigned flags, uint32_t stream)
{
    static int16_t in[65536];
    static int32_t out[65536], work[SUCREF_VEC_BLOCK];
    static int64_t work64[SUCREF_VEC_BLOCK];
    static uint8_t frame[300000];
    sucref_vec_options o;
    d_result r = { 0, 0, 0, 0 };
    double max = 1e-30;
    uint32_t got = 65536;
    size_t len;
    int i;
    for (i = 0; i < n; i++) { max = fmax(max, fabs(x[i])); }
    for (i = 0; i < n; i++) { in[i] = (int16_t)lrint(x[i] / max * 32767); }
    o.seed_low = 1; o.seed_high = 2; o.stream = stream; o.ratio = ratio; o.flags = (uint8_t)flags; o.fraction_bits = 8;
    if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, (size_t)n), &o, work) != SUCREF_OK ||
        sucref_vec_decode(out, &got, frame, len, &o, work64) != SUCREF_OK) {
        exit(2);
    }
    for (i = 0; i < n; i++) {
        const double e = out[i] / 256.0 * max / 32767 - x[i];
        r.error += e * e;
        r.energy += x[i] * x[i];
    }
    r.bits = 8.0 * (double)(len - SUCREF_VEC_OVERHEAD) / n;
    r.ratio = (frame[14] | frame[15] << 8) / 256.0;
    return r;
}

static void d_frames(void)
{
    static const char *source[4] = { "Gaussian", "Laplace", "Student t3", "gradients" };
    static const struct {
        const char *name;
        unsigned flags;
        uint16_t ratio;
        double bits, error;
        int eden;
    } row_of[3] = { { "D4", SUCREF_VEC_D4, 559, 1.00, 0.52, 1 },
                    { "D4", SUCREF_VEC_D4, 228, 2.05, 0.087, 2 },
                    { "plain", 0, 654, 1.02, 0.55, 1 } };
    static double x[D_N];
    char item[96];
    int kind, k, trial;
    for (kind = 0; kind < 4; kind++) {
        if (kind == 3 && d_gradients == NULL) {
            row("AB frames", "real gradients (needs the MNIST files)", NAN, NAN, NAN, NAN, NAN);
            continue;
        }
        for (k = 0; k < 3; k++) {
            double bits = 0, error = 0, energy = 0, eden = 0, qsgd = 0;
            int n = 0;
            for (trial = 0; trial < 300; trial++) {
                d_result r;
                d_source(x, D_N, kind, trial);
                r = d_frame(x, D_N, row_of[k].ratio, row_of[k].flags, (uint32_t)trial);
                if (r.energy == 0) { continue; }
                bits += r.bits; error += r.error / r.energy; energy++; n++;
                eden += d_eden(x, D_N, row_of[k].eden);
                qsgd += d_qsgd(x, D_N, 1, 0);
            }
            snprintf(item, sizeof item, "%s, %s step %.2f rms: bits a value (1024)", source[kind], row_of[k].name,
                     row_of[k].ratio / 256.0);
            row("AB frames", item, NAN, NAN, bits / n, NAN, row_of[k].bits);
            snprintf(item, sizeof item, "%s, %s step %.2f rms: error (published: EDEN %d bit%s)", source[kind],
                     row_of[k].name, row_of[k].ratio / 256.0, row_of[k].eden, row_of[k].eden == 1 ? "" : "s");
            row("AB frames", item, eden / n, NAN, error / n, NAN, row_of[k].error);
            if (k == 0) {
                snprintf(item, sizeof item, "%s, QSGD ternary, scaled by the largest: error", source[kind]);
                row("AB frames", item, NAN, qsgd / n, NAN, NAN, NAN);
            }
        }
    }
    row("AB frames", "EDEN with an ideal entropy coder, 1.00 bit: error", NAN, d_ideal(1.00), NAN, NAN, NAN);
    row("AB frames", "EDEN with an ideal entropy coder, 2.05 bits: error", NAN, d_ideal(2.05), NAN, NAN, NAN);
}

/* H(q given u) of a Gaussian at a plain step of c * rms */
static double d_entropy(double c)
{
    double h = 0;
    int k, j;
    for (k = 0; k < 400; k++) {
        for (j = -60; j <= 60; j++) {
            const double u = (k + 0.5) / 400, p = d_phi((j + 1 - u) * c) - d_phi((j - u) * c);
            if (p > 1e-15) { h -= p * log2(p) / 400; }
        }
    }
    return h;
}

/* the same without the dither: q of a uniform plus a Gaussian */
static double d_entropy_unknown(double c)
{
    double h = 0;
    int k, j;
    for (j = -60; j <= 60; j++) {
        double p = 0;
        for (k = 0; k < 400; k++) {
            const double u = (k + 0.5) / 400;
            p += (d_phi((j + 1 - u) * c) - d_phi((j - u) * c)) / 400;
        }
        if (p > 1e-15) { h -= p * log2(p); }
    }
    return h;
}

static void d_lengths(void)
{
    static const uint16_t ratio[3] = { 256, 512, 700 };
    static double x[D_N];
    char item[96];
    int k, n, trial;
    for (k = 0; k < 3; k++) {
        for (n = 256; n <= 1024; n *= 4) {
            double over = 0;
            for (trial = 0; trial < 400; trial++) {
                d_result r;
                d_source(x, n, 0, trial);
                r = d_frame(x, n, ratio[k], 0, (uint32_t)trial);
                over += (r.bits - d_entropy(r.ratio)) / 400;
            }
            snprintf(item, sizeof item, "bits over H(q given u), %d values, step %.2f rms", n, ratio[k] / 256.0);
            row("AB 2.3.2", item, NAN, NAN, over, NAN, n == 256 ? 0.03 : 0.01);
        }
        snprintf(item, sizeof item, "entropy saved by knowing the dither, step %.2f rms", ratio[k] / 256.0);
        row("AB Table 2.2", item, NAN, NAN, d_entropy_unknown(ratio[k] / 256.0) - d_entropy(ratio[k] / 256.0), NAN,
            NAN);
    }
    row("AB Table 2.2", "distributed source coding: not built; ours is the entropy given the dither, above", NAN, NAN,
        NAN, NAN, NAN);
    row("AB Table 2.1", "raw bits, 7 levels against half of the senders nested, k = 3", 1.278, NAN,
        2 * log2(7) / (log2(7) + log2(3)), 1.278, 1.279);
}

/* mean of 4000 decodes of one vector: its error over error / 4000 */
static void d_unbiased(void)
{
    static double x[256], sum[256];
    double off = 0, one = 0;
    int k, i, vector;
    for (vector = 0; vector < 8; vector++) {
        d_source(x, 256, 1, 0);
        memset(sum, 0, sizeof sum);
        for (k = 0; k < 4000; k++) {
            static int16_t in[256];
            static int32_t out[256], work[SUCREF_VEC_BLOCK];
            static int64_t work64[SUCREF_VEC_BLOCK];
            static uint8_t frame[2000];
            sucref_vec_options o = { 1, 7, 0, 560, SUCREF_VEC_D4, 8 };
            size_t len;
            uint32_t n = 256;
            for (i = 0; i < 256; i++) { in[i] = (int16_t)lrint(1000 * x[i]); }
            o.stream = (uint32_t)(vector * 4000 + k);
            if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int16(in, 256), &o, work) != SUCREF_OK ||
                sucref_vec_decode(out, &n, frame, len, &o, work64) != SUCREF_OK) {
                exit(2);
            }
            for (i = 0; i < 256; i++) {
                const double d = out[i] / 256.0 - in[i];
                sum[i] += d / 4000;
                one += d * d / 4000;
            }
        }
        for (i = 0; i < 256; i++) { off += sum[i] * sum[i]; }
    }
    row("AB frames", "mean of 4000 decodes, over the unbiased floor (EDEN 1.1 to 3.6)", NAN, NAN, off / (one / 4000),
        0.9, 1.1);
}

/* quantized compressive sampling: measured error of the integer functions against gamma (4.10),
 * unbiased and least squares */
static void d_sampling(void)
{
    static const int ks[] = { 8, 32, 64, 128, 256 };
    enum { N = 256 };
    static int16_t x[N];
    static int32_t v[N], w2[N];
    static int16_t q[N];
    static int64_t out[N], work[N];
    char item[96];
    int c, levels, trial, i;
    for (c = 0; c < 5; c++) {
        for (levels = 1; levels <= 2; levels++) {
            const int k = ks[c];
            const double gamma = (double)N / k - 1 + N / (4.0 * levels * levels) * log(k) / (k - 1);
            double error = 0, shrunk = 0;
            for (trial = 0; trial < 400; trial++) {
                sucref_stream r;
                sucref_grid st;
                double e2 = 0, s2 = 0, energy = 0;
                uint32_t max = 1;
                unsigned log2_k = 0;
                while (1 << log2_k < k) { log2_k++; }
                sucref_stream_init(&r, 5, 5, (uint32_t)trial);
                for (i = 0; i < N; i++) { x[i] = (int16_t)lrint(1000 * d_normal()); energy += (double)x[i] * x[i]; }
                (void)sucref_fold(v, log2_k, x, N, &r, 1000);
                for (i = 0; i < k; i++) { max = (uint32_t)abs(v[i]) > max ? (uint32_t)abs(v[i]) : max; }
                if (sucref_grid_for(&st, max, (uint32_t)levels) != SUCREF_OK ||
                    sucref_dither_encode(q, sucref_int32(v, (size_t)k), &st, &r, 0) != SUCREF_OK ||
                    sucref_dither_decode(w2, q, (size_t)k, &st, &r, 0) != SUCREF_OK ||
                    sucref_unfold(out, N, w2, log2_k, &r, 1000, work) != SUCREF_OK) {
                    exit(2);
                }
                for (i = 0; i < N; i++) {
                    const double y = (double)out[i] / (2.0 * st.multiplier * k), e = y - x[i],
                                 s = y / (1 + gamma) - x[i];
                    e2 += e * e; s2 += s * s;
                }
                error += e2 / energy / 400; shrunk += s2 / energy / 400;
            }
            snprintf(item, sizeof item, "QCS n 256, k %d, Q %d: error (printed: the bound gamma)", k, levels);
            row("AB Figure 4.1", item, NAN, gamma, error, NAN, 1.02 * gamma);
            snprintf(item, sizeof item, "the same, least squares (printed: gamma / (1 + gamma))");
            row("AB Figure 4.1", item, NAN, gamma / (1 + gamma), shrunk, NAN, 1.02 * gamma / (1 + gamma));
        }
    }
}

/* (4.11) and Figure 4.2: the best k and Q for a wanted gain, 32 n / (k log2(2Q + 1)),
 * their gamma and the error measured with them */
static void d_best(void)
{
    enum { N = 1024 };
    static const int gains[] = { 2, 5, 10, 21, 50, 100 };
    static int16_t x[N], q[N];
    static int32_t v[N], w2[N];
    static int64_t out[N], work[N];
    double at[6], curve[2][6];
    char item[96], path[256];
    svg s;
    int g, i, trial;
    for (g = 0; g < 6; g++) {
        unsigned log2_k, levels;
        uint32_t gamma;
        double error = 0;
        if (sucref_qcs_best(&log2_k, &levels, &gamma, N, (uint32_t)(32 * N / gains[g])) != SUCREF_OK) { exit(2); }
        for (trial = 0; trial < 300; trial++) {
            sucref_stream r;
            sucref_grid st;
            double e2 = 0, energy = 0;
            uint32_t top = 1;
            sucref_stream_init(&r, 7, 7, (uint32_t)trial);
            for (i = 0; i < N; i++) { x[i] = (int16_t)lrint(1000 * d_normal()); energy += (double)x[i] * x[i]; }
            (void)sucref_fold(v, log2_k, x, N, &r, 5000);
            for (i = 0; i < 1 << log2_k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
            if (sucref_grid_for(&st, top, levels) != SUCREF_OK ||
                sucref_dither_encode(q, sucref_int32(v, (size_t)1 << log2_k), &st, &r, 0) != SUCREF_OK ||
                sucref_dither_decode(w2, q, (size_t)1 << log2_k, &st, &r, 0) != SUCREF_OK ||
                sucref_unfold(out, N, w2, log2_k, &r, 5000, work) != SUCREF_OK) {
                exit(2);
            }
            for (i = 0; i < N; i++) {
                const double e = (double)out[i] / (2.0 * st.multiplier * (1 << log2_k)) - x[i];
                e2 += e * e;
            }
            error += e2 / energy / 300;
        }
        at[g] = log10(gains[g]); curve[0][g] = log10(gamma / 65536.0); curve[1][g] = log10(error);
        snprintf(item, sizeof item, "gain %d, n 1024: best k %d, Q %u: error (printed: gamma)", gains[g], 1 << log2_k,
                 levels);
        row("AB 4.11, Fig. 4.2", item, NAN, gamma / 65536.0, error, NAN, 1.02 * gamma / 65536.0);
    }
    snprintf(path, sizeof path, "%s/fig4_2.svg", out_dir);
    s = svg_open(path, "[AB] Fig. 4.2: error by gain, best k and Q", "log10 of the gain",
                 "log10 of the error's share of the energy", 0, 2.5, -2, 3, 0.5, 1);
    svg_line(&s, "gamma", at, curve[0], 6, 1);
    svg_line(&s, "measured", at, curve[1], 6, 1);
    svg_close(&s);
}

/* linear regression by gradients that QCS compresses 21 times (16 indices of 17 values and a scale): n 64, m 50
 * samples, eigenvalues 1 to 4, batch 32; share of runs that converge, by step size, unbiased or by least squares
 * (shrink), without and with weighted feedback. Here the gradient depends on what was sent before, so that Lemma 21
 * does not hold: feedback narrows the range of steps. */
static double d_converged(double step, int shrink, double beta, int runs)
{
    enum { N = 64, K = 16 };
    const double gamma = (double)N / K - 1 + N / (4.0 * 64) * log(K) / (K - 1);
    int run_, t, i, done = 0;
    for (run_ = 0; run_ < runs; run_++) {
        double w[N], goal[N], r[N] = { 0 }, first = 0, last = 0;
        for (i = 0; i < N; i++) { goal[i] = d_normal(); w[i] = 0; first += goal[i] * goal[i]; }
        for (t = 0; t < 400; t++) {
            int16_t x[N];
            int32_t v[K], w2[K];
            int16_t q[K];
            int64_t out[N], work[K];
            double z[N], max = 1e-12;
            sucref_stream s;
            sucref_grid st;
            uint32_t top = 1;
            sucref_stream_init(&s, (uint32_t)run_, 3, (uint32_t)t);
            for (i = 0; i < N; i++) { /* eigenvalues 1..4 along the axes; noise of a batch of 32 of 50 */
                const double lambda = 1 + 3.0 * i / (N - 1),
                             g = lambda * (w[i] - goal[i]) * (1 + d_normal() * sqrt((1 / 32.0 - 1 / 50.0)));
                z[i] = g + beta * r[i];
                r[i] += g; /* less what is sent, below */
                max = fmax(max, fabs(z[i]));
            }
            for (i = 0; i < N; i++) { x[i] = (int16_t)lrint(z[i] / max * 8000); }
            (void)sucref_fold(v, 4, x, N, &s, 1000);
            for (i = 0; i < K; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
            if (sucref_grid_for(&st, top, 8) != SUCREF_OK ||
                sucref_dither_encode(q, sucref_int32(v, K), &st, &s, 0) != SUCREF_OK) {
                exit(2);
            }
            (void)sucref_dither_decode(w2, q, K, &st, &s, 0);
            (void)sucref_unfold(out, N, w2, 4, &s, 1000, work);
            for (i = 0; i < N; i++) {
                const double sent = (double)out[i] / (2.0 * st.multiplier * K) * max / 8000 / (shrink ? 1 + gamma : 1);
                w[i] -= step * sent;
                r[i] = beta > 0 ? r[i] - sent : 0;
                if (!(fabs(w[i]) < 1e6)) { t = 1000; break; }
            }
        }
        for (i = 0; i < N; i++) { last += (w[i] - goal[i]) * (w[i] - goal[i]); }
        done += t == 400 && last < 0.01 * first;
    }
    return (double)done / runs;
}

static void d_regression(void)
{
    static const double steps[8] = { 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7 };
    static const struct {
        const char *name;
        int shrink;
        double beta;
    } kind[4] = { { "unbiased", 0, 0 },
                  { "unbiased, feedback .2", 0, 0.2 },
                  { "least squares", 1, 0 },
                  { "least squares, feedback .2", 1, 0.2 } };
    double y[4][8];
    char path[256], item[96];
    svg s;
    int k, c;
    snprintf(path, sizeof path, "%s/fig4_4.svg", out_dir);
    s = svg_open(path, "[AB] Fig. 4.4: runs that converge, by step size", "step size", "share of 40 runs", 0, 0.7, 0, 1,
                 0.1, 0.2);
    for (c = 0; c < 4; c++) {
        for (k = 0; k < 8; k++) {
            y[c][k] = d_converged(steps[k], kind[c].shrink, kind[c].beta, 40);
            snprintf(item, sizeof item, "regression by QCS k 16, Q 8, %s, step %.2f: share converged", kind[c].name,
                     steps[k]);
            row("AB Figure 4.4", item, NAN, NAN, y[c][k], NAN, NAN);
        }
        svg_line(&s, kind[c].name, steps, y[c], 8, 1);
    }
    svg_close(&s);
}

/* error against bits, Gaussian, n 1024 */
static void d_plot(void)
{
    static double x[D_N];
    static const uint16_t ratio[8] = { 128, 181, 256, 362, 512, 724, 1024, 1448 };
    double bits[2][8], error[2][8], one[2] = { 1, 2 }, eden[2], qsgd_bits[2], qsgd[2];
    char path[256];
    svg s;
    int k, d4, trial;
    for (d4 = 0; d4 < 2; d4++) {
        for (k = 0; k < 8; k++) {
            bits[d4][k] = error[d4][k] = 0;
            for (trial = 0; trial < 60; trial++) {
                d_result r;
                d_source(x, D_N, 0, 0);
                r = d_frame(x, D_N, ratio[k], (unsigned)d4, (uint32_t)trial);
                bits[d4][k] += r.bits / 60; error[d4][k] += r.error / r.energy / 60;
            }
            error[d4][k] = log10(error[d4][k]);
        }
    }
    for (k = 0; k < 2; k++) {
        eden[k] = qsgd[k] = 0;
        for (trial = 0; trial < 60; trial++) {
            d_source(x, D_N, 0, 0);
            eden[k] += d_eden(x, D_N, k + 1) / 60;
            qsgd[k] += d_qsgd(x, D_N, k + 1, 0) / 60;
        }
        eden[k] = log10(eden[k]); qsgd[k] = log10(qsgd[k]); qsgd_bits[k] = log2(2 * k + 3);
    }
    snprintf(path, sizeof path, "%s/dither.svg", out_dir);
    s = svg_open(path, "error against bits, Gaussian vectors of 1024", "bits a value",
                 "log10 of the error's share of the energy", 0, 3, -2, 1, 0.5, 0.5);
    svg_line(&s, "D4 frame", bits[1], error[1], 8, 1);
    svg_line(&s, "plain frame", bits[0], error[0], 8, 1);
    svg_line(&s, "EDEN", one, eden, 2, 1);
    svg_line(&s, "QSGD", qsgd_bits, qsgd, 2, 1);
    svg_close(&s);
}

/* indirect quantization of G = Delta X^T / L (3.8), unbiased for dithers;
 * its error and the batch size up to which it pays */
static void d_outer(void)
{
    enum { N = 32, M = 24, LONG = 64 };
    static double x[N][LONG], d[M][LONG];
    static int32_t xi[LONG], xq[N][LONG], dq[M][LONG];
    static int16_t q[LONG];
    const int batches[4] = { 4, 8, 16, 64 };
    char item[96];
    int b, trial, i, j, l;
    for (b = 0; b < 4; b++) {
        const int L = batches[b];
        double error = 0, energy = 0, naive = 0;
        for (trial = 0; trial < 100; trial++) {
            sucref_stream s;
            const sucref_grid st = { 1, 8, SUCREF_DITHER_SUBTRACTIVE };
            sucref_stream_init(&s, 9, 9, (uint32_t)trial);
            for (i = 0; i < N; i++) {
                for (l = 0; l < L; l++) { x[i][l] = fabs(d_normal()) * 256; xi[l] = (int32_t)lrint(x[i][l]); }
                if (sucref_dither_encode(q, sucref_int32(xi, (size_t)L), &st, &s, (uint32_t)i * 64U) != SUCREF_OK ||
                    sucref_dither_decode(xq[i], q, (size_t)L, &st, &s, (uint32_t)i * 64U) != SUCREF_OK) {
                    exit(2);
                }
            }
            for (j = 0; j < M; j++) {
                for (l = 0; l < L; l++) { d[j][l] = d_normal() * 256; xi[l] = (int32_t)lrint(d[j][l]); }
                if (sucref_dither_encode(q, sucref_int32(xi, (size_t)L), &st, &s, 9000U + (uint32_t)j * 64U) !=
                        SUCREF_OK ||
                    sucref_dither_decode(dq[j], q, (size_t)L, &st, &s, 9000U + (uint32_t)j * 64U) != SUCREF_OK) {
                    exit(2);
                }
            }
            for (j = 0; j < M; j++) {
                for (i = 0; i < N; i++) {
                    double g = 0, h = 0, k = 0;
                    for (l = 0; l < L; l++) {
                        g += lrint(d[j][l]) * (double)lrint(x[i][l]) / L;
                        h += dq[j][l] / 2.0 * xq[i][l] / 2.0 / L;
                        /* no dither: the naive rule */
                        k += 256 * floor(d[j][l] / 256 + 0.5) * 256 * floor(x[i][l] / 256 + 0.5) / L;
                    }
                    error += (h - g) * (h - g); naive += (k - g) * (k - g); energy += g * g;
                }
            }
        }
        snprintf(item, sizeof item, "outer product from dithered factors, step one rms, batch %d: error", L);
        row("AB 3.8", item, NAN, naive / energy, error / energy, NAN, NAN);
    }
    row("AB Table 3.3", "784 x 300: largest batch at which factors are fewer values than the product", NAN, NAN,
        300 * 784 / (300 + 784), NAN, NAN);
    for (b = 16; b <= 256; b *= 2) {
        snprintf(item, sizeof item,
                 "784 x 300, batch %d: gain of ternary factors over 32-bit products (ternary products 20.2)", b);
        row("AB Table 3.3", item, NAN, NAN, 32.0 * 784 * 300 / ((784 + 300) * b * log2(3)), NAN, NAN);
    }
    /* operations by what the functions do: products of factors, quantizer calls; fits by prepare_outer_fit's loops */
    row("AB Table 3.1", "784 x 300, batch 32: values quantized, directly (printed column) and by factors", NAN,
        784.0 * 300, (784.0 + 300) * 32, NAN, NAN);
    row("AB Table 3.1", "784 x 300, batch 32: multiply-adds of the sender, directly (printed column) and by factors",
        NAN, 784.0 * 300 * 32, 0, NAN, NAN);
    row("AB Table 3.2", "784 x 300, batch 32, 3 and 2 bins: multiply-adds of one round of Algorithm 1", NAN, NAN,
        784.0 * 300 * (2 * 32 + 3 + 2 + 9 + 4 + 3 + 2), NAN, NAN);
}

/* the same nodes with digital QCS of one trit a value, each in its own slot, and all of them over the air (5.5):
 * n/k - 1 */
static void d_air_digital(const int16_t *x, int nodes, int n, unsigned log2_k, const double *weight, const double *g,
                          double energy)
{
    enum { MOST = 320 };
    static int32_t v[MOST], w2[MOST], air[MOST], sent[MOST], ones[MOST];
    static int16_t q[MOST];
    static int64_t out[MOST], work[MOST];
    static uint8_t used[MOST];
    const int k = 1 << log2_k;
    double digital = 0, all = 0;
    char item[96];
    int t, i, node;
    for (i = 0; i < MOST; i++) { used[i] = 1; ones[i] = 65536; }
    for (t = 0; t < 300; t++) {
        double sum[MOST] = { 0 };
        sucref_stream s;
        memset(air, 0, sizeof air);
        for (node = 0; node < nodes; node++) {
            sucref_grid st;
            uint32_t top = 1;
            sucref_stream_init(&s, 5, 5, (uint32_t)t);
            (void)sucref_fold(v, log2_k, x + node * n, (size_t)n, &s, 0);
            sucref_air_encode(sent, v, (size_t)k, used, ones, (int32_t)lrint(weight[node] * 65536));
            for (i = 0; i < k; i++) { air[i] += sent[i]; }
            if (d_uniform() < 0.5) { continue; }
            sucref_stream_init(&s, 5, (uint32_t)node + 6, (uint32_t)t);
            (void)sucref_fold(v, log2_k, x + node * n, (size_t)n, &s, 0);
            for (i = 0; i < k; i++) { top = (uint32_t)abs(v[i]) > top ? (uint32_t)abs(v[i]) : top; }
            if (sucref_grid_for(&st, top, 1) != SUCREF_OK ||
                sucref_dither_encode(q, sucref_int32(v, (size_t)k), &st, &s, 9000) != SUCREF_OK ||
                sucref_dither_decode(w2, q, (size_t)k, &st, &s, 9000) != SUCREF_OK ||
                sucref_unfold(out, (size_t)n, w2, log2_k, &s, 0, work) != SUCREF_OK) {
                exit(2);
            }
            for (i = 0; i < n; i++) { sum[i] += 2 * weight[node] * (double)out[i] / (2.0 * st.multiplier * k); }
        }
        for (i = 0; i < n; i++) { digital += (sum[i] - g[i]) * (sum[i] - g[i]) / 300; }
        sucref_stream_init(&s, 5, 5, (uint32_t)t);
        (void)sucref_unfold(out, (size_t)n, air, log2_k, &s, 0, work);
        for (i = 0; i < n; i++) { const double e = (double)out[i] / k - g[i]; all += e * e / 300; }
    }
    snprintf(item, sizeof item, "32 nodes over the air, all sending, gain %d: error (printed: n/k - 1)", n / k);
    row("AB (5.5)", item, NAN, (double)n / k - 1, all / energy, 0.85 * ((double)n / k - 1), 1.15 * ((double)n / k - 1));
    snprintf(item, sizeof item, "32 nodes with digital QCS, half sending, k = n / %d, one trit: error", n / k);
    row("AB Figure 5.4", item, NAN, NAN, digital / energy, NAN, NAN);
}

/* Figure 5.3 by arithmetic: channel uses for k values, over the air and by one node after the other with trits at
 * capacity */
static void d_channel_uses(void)
{
    static const int decibel[3] = { 0, 10, 20 };
    char item[96];
    int k;
    for (k = 0; k < 3; k++) {
        const double capacity = 0.5 * log2(1 + pow(10, decibel[k] / 10.0));
        snprintf(item, sizeof item, "channel uses a value, 32 nodes at %d dB: digital (printed), over the air",
                 decibel[k]);
        row("AB Figure 5.3", item, NAN, 32 * log2(3) / capacity, 1, NAN, NAN);
    }
}

/* random linear coding over the air: 32 nodes of unequal weight, half of them sending, gains of n / k; measured error
 * of the weighted mean against (n/k) (|g|^2 + sum a_i^2 (1/p - 1) |g_i|^2) - |g|^2, the sum of (5.5),
 * (5.8) and (5.9) without noise */
static void d_air(void)
{
    enum { MOST = 320, NODES = 32 };
    /* gains 2, 5, 20, 100 */
    static const struct { int n; unsigned log2_k; } set[4] = { { 256, 7 }, { 160, 5 }, { 320, 4 }, { 200, 1 } };
    static int16_t x[NODES * MOST];
    static int64_t out[MOST], work[MOST];
    static int32_t v[MOST], sent[MOST], air[MOST], ones[MOST];
    static uint8_t used[MOST];
    char item[96];
    int c, t, i, node;
    for (i = 0; i < MOST; i++) { used[i] = 1; ones[i] = 65536; }
    for (c = 0; c < 4; c++) {
        const int n = set[c].n, k = 1 << set[c].log2_k;
        double weight[NODES], g[MOST] = { 0 }, energy = 0, spread = 0, total = 0, error = 0;
        for (node = 0; node < NODES; node++) { total += weight[node] = 1 + node % 4; }
        for (node = 0; node < NODES; node++) {
            double own = 0;
            weight[node] /= total;
            for (i = 0; i < n; i++) {
                const int16_t value = (int16_t)lrint(300 * d_normal() + 300 * sin(i));
                x[node * n + i] = value; g[i] += weight[node] * value; own += (double)value * value;
            }
            spread += weight[node] * weight[node] * own;
        }
        for (i = 0; i < n; i++) { energy += g[i] * g[i]; }
        for (t = 0; t < 600; t++) {
            sucref_stream signs;
            sucref_stream_init(&signs, 4, 4, (uint32_t)t);
            memset(air, 0, sizeof air);
            for (node = 0; node < NODES; node++) {
                if (d_uniform() < 0.5) { continue; }
                (void)sucref_fold(v, set[c].log2_k, x + node * n, (size_t)n, &signs, 0);
                sucref_air_encode(sent, v, (size_t)k, used, ones, (int32_t)lrint(weight[node] * 2 * 65536));
                for (i = 0; i < k; i++) { air[i] += sent[i]; }
            }
            (void)sucref_unfold(out, (size_t)n, air, set[c].log2_k, &signs, 0, work);
            for (i = 0; i < n; i++) { const double e = (double)out[i] / k - g[i]; error += e * e / 600; }
        }
        d_air_digital(x, NODES, n, set[c].log2_k, weight, g, energy);
        snprintf(item, sizeof item, "32 nodes over the air, half sending, gain %d: error (printed: the formula)",
                 n / k);
        row("AB Figure 5.4", item, NAN, ((double)n / k * (energy + spread) - energy) / energy, error / energy, NAN,
            1.1 * ((double)n / k * (energy + spread) - energy) / energy);
    }
}

static void dithered(void)
{
    d_make_gradients();
    d_frames();
    d_lengths();
    d_unbiased();
    d_sampling();
    d_best();
    d_regression();
    d_outer();
    d_air();
    d_channel_uses();
    d_plot();
    row("AB", "rows and figures of Lenet, CifarNet and AlexNet, GPU times (not here)", NAN, NAN, NAN, NAN, NAN);
    free(d_gradients);
}
#endif
