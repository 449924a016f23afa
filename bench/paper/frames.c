/* frames.c - vectors at one and two bits a value: the shipped frames beside EDEN and QSGD, and [AB] Tables 2.1, 2.2. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"
#include "../eden.h"
#include "../random.h"

/* ---- sources: one block of n values ---- */
enum { D_N = 1024 };
static float *d_gradients;
static size_t d_blocks; /* of D_N gradients */

/* gradients of 784-128-10's first layer, one batch of 32 training pictures, by the trained float network */
static void d_make_gradients(void)
{
    static npz z;
    static float w1t[784 * 128];
    float a[128], p[10], back[128];
    int k, i, r;
    models_read(&z, "digits");
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
        const double s = normal();
        if (kind == 0) {
            x[i] = s;
        } else if (kind == 1) {
            x[i] = -log(uniform()) * (s < 0 ? -1 : 1);
        } else if (kind == 2) {
            const double a = normal(), b = normal(), c = normal();
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
    for (i = 0; i < n; i++) { sign[i] = uniform() < 0.5 ? -1 : 1; }
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
        const double e = norm / levels * floor(x[i] / norm * levels + uniform()) - x[i];
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
    o.seed_low = 1; o.seed_high = 2; o.stream = stream; o.ratio = ratio; o.flags = (uint8_t)flags;
    o.fraction_bits = 8;
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
    static const char *const source[4] = { "Gaussian", "Laplace", "Student t3", "gradients" };
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
    int kind, k, trial;
    for (kind = 0; kind < 4; kind++) {
        for (k = 0; k < 3; k++) {
            const double step = row_of[k].ratio / 256.0;
            double bits = 0, error = 0, peer = 0, qsgd = 0;
            int n = 0;
            for (trial = 0; trial < 300; trial++) {
                d_result r;
                d_source(x, D_N, kind, trial);
                r = d_frame(x, D_N, row_of[k].ratio, row_of[k].flags, (uint32_t)trial);
                if (r.energy == 0) { continue; }
                bits += r.bits; error += r.error / r.energy; n++;
                peer += d_eden(x, D_N, row_of[k].eden);
                qsgd += d_qsgd(x, D_N, 1, 0);
            }
            row("ours, frames", "%s, 1024 values, %s step %.2f rms: bits a value", source[kind], row_of[k].name, step);
            row_ours(bits / n); row_goal(NAN, row_of[k].bits); row_note("without the frame's own 24 bytes");
            row("ours, frames", "%s, 1024 values, %s step %.2f rms: error", source[kind], row_of[k].name, step);
            row_printed(peer / n); row_ours(error / n); row_goal(NAN, row_of[k].error);
            row_note("beside it: EDEN's rule at %d bit%s, our port", row_of[k].eden, row_of[k].eden == 1 ? "" : "s");
            if (k > 0) { continue; }
            row("ours, frames", "%s, 1024 values, QSGD ternary by the largest value: error", source[kind]);
            row_printed(qsgd / n); row_goal(1, 7);
        }
    }
    row("ours, frames", "EDEN with an ideal entropy coder, 1.00 bit: error");
    row_printed(d_ideal(1.00)); row_goal(0.53, 0.54); row_note("computed, Gaussian");
    row("ours, frames", "EDEN with an ideal entropy coder, 2.05 bits: error");
    row_printed(d_ideal(2.05)); row_goal(0.09, 0.091); row_note("computed, Gaussian");
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
    static const double saved_lo[3] = { 0.05, 0.15, 0.21 }, saved_hi[3] = { 0.06, 0.17, 0.24 };
    static double x[D_N];
    int k, n, trial;
    for (k = 0; k < 3; k++) {
        const double step = ratio[k] / 256.0;
        for (n = 256; n <= 1024; n *= 4) {
            double over = 0;
            for (trial = 0; trial < 400; trial++) {
                d_result r;
                d_source(x, n, 0, trial);
                r = d_frame(x, n, ratio[k], 0, (uint32_t)trial);
                over += (r.bits - d_entropy(r.ratio)) / 400;
            }
            row("ours, frames", "%d Gaussian values, step %.2f rms: bits a value above H(q given u)", n, step);
            row_ours(over); row_goal(NAN, n == 256 ? 0.03 : 0.01);
        }
        row("ours, frames", "Gaussian, step %.2f rms: bits a value saved by knowing the dither", step);
        row_ours(d_entropy_unknown(step) - d_entropy(step)); row_goal(saved_lo[k], saved_hi[k]);
        row_note("H(q) - H(q given u); Table 2.2 instead saves by other workers' gradients");
    }
}

/* Table 2.1's raw bits, Mbit a step and worker; scales of small blocks are in print, not here. Values of Lenet and
 * CifarNet: 32 and 64 maps of 5 x 5, then 3136-512-10; 64 and 64 of 5 x 5, then 2304-384-192-10 (they give print's
 * uncompressed bits) */
static void d_table_2_1(void)
{
    enum { NETS = 3, WAYS = 4 };
    static const char *const name[NETS] = { "FC", "Lenet", "CifarNet" },
                      *const way[WAYS] = { "uncompressed", "QSG of 7 levels", "half dithered, half nested k = 3",
                                           "one bit (Seide)" };
    static const double values[NETS] = { 266610, 1663370, 1068298 },
                        print[NETS][WAYS] = { { 8.53, 0.78, 0.61, 0.35 }, { 53.23, 4.775, 3.758, 1.898 },
                                              { 34.19, 3.088, 2.435, 1.254 } },
                        coded[NETS][WAYS] = { { 0, 0, 0, 0 }, { 0, 2.673, 2.42, 1.895 },
                                              { 0, 1.312, 1.269, 1.253 } };
    const double bits[WAYS] = { 32, log2(7), (log2(7) + log2(3)) / 2, 1 };
    int n, w;
    for (n = 0; n < NETS; n++) {
        for (w = 0; w < WAYS; w++) {
            row("AB Table 2.1", "%s, raw Mbit a step and worker, %s", name[n], way[w]);
            row_published(print[n][w], w == 0 ? 0.006 : 0.05 * print[n][w]); row_printed(bits[w] * values[n] / 1e6);
            row_goal(bits[w] * values[n] / 1e6 * 0.9999, print[n][w] * 1.001);
            if (w > 0) { row_note("without scales; print has %.3f bits a value", print[n][w] * 1e6 / values[n]); }
        }
        for (w = 1; w < WAYS && n > 0; w++) {
            row("AB Table 2.1", "%s, coded Mbit a step and worker, %s", name[n], way[w]);
            row_compared(coded[n][w]);
            row_note("n/a: %s", n == 1 ? "the LeNet trained here has 61,706 parameters" : "Cifar10 is not here");
        }
    }
    row("AB Table 2.1", "FC, raw bits, QSG over half nested: .78 / .61");
    row_published(0.78 / 0.61, 0.01); row_printed(bits[1] / bits[2]); row_goal(1.278, 1.279);
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
    row("ours, frames", "mean of 4000 decodes of 8 vectors: its error over that of an unbiased code");
    row_ours(off / (one / 4000)); row_goal(0.9, 1.1);
}

/* error against bits, Gaussian, n 1024 */
static void d_plot(void)
{
    static double x[D_N];
    static const uint16_t ratio[8] = { 128, 181, 256, 362, 512, 724, 1024, 1448 };
    double bits[2][8], error[2][8], one[2] = { 1, 2 }, eden[2], qsgd_bits[2], qsgd[2];
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
    s = svg_open(out_path("dither.svg"), "Vectors of 1024 Gaussian values: error against bits", "bits a value",
                 "error, share of the energy, log10", 0, 3, -2, 1, 0.5, 0.5);
    svg_line(&s, "this library, lattice D4", bits[1], error[1], 8, 1);
    svg_line(&s, "this library, value by value", bits[0], error[0], 8, 1);
    svg_line(&s, "EDEN, 1 and 2 bits", one, eden, 2, 1);
    svg_line(&s, "QSGD, 3 and 5 levels", qsgd_bits, qsgd, 2, 1);
    svg_close(&s);
}

void frames(void)
{
    random_start(2);
    d_make_gradients();
    d_frames();
    d_lengths();
    d_unbiased();
    d_table_2_1();
    d_plot();
    free(d_gradients);
}
