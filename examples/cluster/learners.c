/* learners.c - eight learners train 784-20-10 on handwritten digits together: each sends its gradient over a radio,
 * at about one bit a value, and all apply the mean. Beside it: the same uncompressed, and with error feedback.
 *
 *     learners [STEPS]
 *
 * With STEPS on MNIST, where its files are found; else on the fifty pictures of examples/digits.
 *
 * Output:
 *     uncompressed                   32.00 bits a value, 100.00 % right
 *     dithered, coded                 0.96 bits a value, 100.00 % right
 *     with error feedback             0.97 bits a value, 100.00 % right
 */
#include "../training/idx.h"
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "../digits/picture.h"
#include "../tool/random.h"
#include <math.h>

enum { LEARNERS = 8, BATCH = 16, IN = 784, HIDDEN = 20, OUT = 10, WEIGHTS = (IN + 1) * HIDDEN + (HIDDEN + 1) * OUT };
enum { PLAIN, CODED, CODED_WITH_FEEDBACK };

static idx_set train_set, test_set;
static float w[WEIGHTS], gradient[WEIGHTS], residual[LEARNERS][WEIGHTS];
static uint32_t state;

static uint32_t rng(void) { return random_next(&state); }

/* class probabilities p[OUT] of a picture, hidden activations a[HIDDEN] */
static void forward(float *p, float *a, const uint8_t *x)
{
    const float *b1 = w + IN * HIDDEN, *w2 = b1 + HIDDEN, *b2 = w2 + HIDDEN * OUT;
    float sum = 0, max;
    int i, r;
    for (r = 0; r < HIDDEN; r++) { a[r] = b1[r]; }
    for (i = 0; i < IN; i++) {
        for (r = 0; x[i] != 0 && r < HIDDEN; r++) { a[r] += (float)x[i] * (1.0F / 255) * w[i * HIDDEN + r]; }
    }
    for (r = 0; r < HIDDEN; r++) { a[r] = a[r] > 0 ? a[r] : 0; }
    for (r = 0; r < OUT; r++) { p[r] = b2[r]; for (i = 0; i < HIDDEN; i++) { p[r] += w2[r * HIDDEN + i] * a[i]; } }
    for (r = 1, max = p[0]; r < OUT; r++) { max = p[r] > max ? p[r] : max; }
    for (r = 0; r < OUT; r++) { p[r] = expf(p[r] - max); sum += p[r]; }
    for (r = 0; r < OUT; r++) { p[r] /= sum; }
}

/* the mean gradient over one batch */
static void batch_gradient(void)
{
    float p[OUT], a[HIDDEN], back[HIDDEN], *g1 = gradient + IN * HIDDEN, *g2 = g1 + HIDDEN, *g3 = g2 + HIDDEN * OUT;
    int k, i, r;
    memset(gradient, 0, sizeof gradient);
    for (k = 0; k < BATCH; k++) {
        const size_t n = rng() % train_set.n;
        const uint8_t *x = train_set.x + n * IN;
        forward(p, a, x);
        memset(back, 0, sizeof back);
        for (r = 0; r < OUT; r++) {
            const float d = (p[r] - (float)(r == train_set.label[n])) / BATCH;
            g3[r] += d;
            for (i = 0; i < HIDDEN; i++) {
                g2[r * HIDDEN + i] += d * a[i];
                back[i] += d * w[IN * HIDDEN + HIDDEN + r * HIDDEN + i];
            }
        }
        for (r = 0; r < HIDDEN; r++) { back[r] = a[r] > 0 ? back[r] : 0; g1[r] += back[r]; }
        for (i = 0; i < IN; i++) {
            for (r = 0; x[i] != 0 && r < HIDDEN; r++) {
                gradient[i * HIDDEN + r] += (float)x[i] * (1.0F / 255) * back[r];
            }
        }
    }
}

/* sends v[WEIGHTS] as one frame: v becomes what arrives; returns the frame's bytes. A fixed point for values to +-32 is
 * enough: a frame finds the scale of its vector by itself. */
static size_t send_vector(float *v, uint32_t stream)
{
    static int32_t x[WEIGHTS], y[WEIGHTS], work[SUCREF_VEC_BLOCK];
    static int64_t work64[SUCREF_VEC_BLOCK];
    static uint8_t frame[4 * WEIGHTS];
    const float unit = 1.0F / (1 << 26);
    sucref_vec_options o = { 8, 0, 0, 0, SUCREF_VEC_D4, 0 };
    uint32_t n = WEIGHTS;
    size_t len;
    int i;
    for (i = 0; i < WEIGHTS; i++) { x[i] = (int32_t)lrintf(v[i] / unit); }
    o.stream = stream;
    o.ratio = sucref_vec_ratio_for_bits(256, o.flags);
    if (sucref_vec_encode(frame, sizeof frame, &len, sucref_int32(x, WEIGHTS), &o, work) != SUCREF_OK ||
        sucref_vec_decode(y, &n, frame, len, &o, work64) != SUCREF_OK) { exit(1); }
    for (i = 0; i < WEIGHTS; i++) { v[i] = (float)y[i] * unit; }
    return len;
}

static void run(int how, int steps)
{
    static float sum[WEIGHTS], z[WEIGHTS];
    double bytes = 0;
    size_t k, right = 0;
    int t, l, i;
    state = 12345;
    for (i = 0; i < WEIGHTS; i++) {
        w[i] = i < IN * HIDDEN || (i >= (IN + 1) * HIDDEN && i < (IN + 1) * HIDDEN + HIDDEN * OUT)
                   ? ((float)(rng() >> 8) / 8388608.0F - 1) * (i < IN * HIDDEN ? 0.08F : 0.4F)
                   : 0;
    }
    memset(residual, 0, sizeof residual);
    for (t = 0; t < steps; t++) {
        const float rate = 0.5F * (1 - (float)t / (float)steps) + 0.01F;
        memset(sum, 0, sizeof sum);
        for (l = 0; l < LEARNERS; l++) {
            const float beta = 0.25F;
            batch_gradient();
            for (i = 0; i < WEIGHTS; i++) {
                z[i] = gradient[i] + (how == CODED_WITH_FEEDBACK ? beta * residual[l][i] : 0);
            }
            bytes += how == PLAIN ? 4.0 * WEIGHTS : (double)send_vector(z, (uint32_t)(t * LEARNERS + l));
            for (i = 0; i < WEIGHTS; i++) { residual[l][i] += gradient[i] - z[i]; sum[i] += z[i]; }
        }
        for (i = 0; i < WEIGHTS; i++) { w[i] -= rate * sum[i] / LEARNERS; }
    }
    for (k = 0; k < test_set.n; k++) {
        float p[OUT], a[HIDDEN];
        int best = 0;
        forward(p, a, test_set.x + k * IN);
        for (i = 1; i < OUT; i++) { best = p[i] > p[best] ? i : best; }
        right += best == test_set.label[k];
    }
    printf("%-30s %5.2f bits a value, %.2f %% right\n",
           how == PLAIN   ? "uncompressed"
           : how == CODED ? "dithered, coded"
                          : "with error feedback",
           8 * bytes / steps / LEARNERS / WEIGHTS, 100.0 * (double)right / (double)test_set.n);
}

/* the pictures that are always there */
static idx_set own_pictures(void)
{
    idx_set s;
    int k;
    s.n = 50;
    s.x = (uint8_t *)calloc(50, IN);
    s.label = (uint8_t *)calloc(50, 1);
    for (k = 0; s.x != NULL && s.label != NULL && k < 50; k++) {
        char path[64];
        snprintf(path, sizeof path, "examples/digits/%d_%d.pgm", k / 5, k % 5);
        if (!picture_digit(s.x + k * IN, path)) { exit(1); }
        s.label[k] = (uint8_t)(k / 5);
    }
    return s;
}

int main(int argc, char **argv)
{
    const int steps = argc > 1 ? atoi(argv[1]) : 60; /* the output above is of the fifty pictures */
    if (steps < 1) { fprintf(stderr, "usage: learners [STEPS]\n"); return 2; }
    if (argc > 1) {
        train_set = idx_load(NULL, "mnist", 0);
        test_set = idx_load(NULL, "mnist", 1);
        if (train_set.n == 0 || test_set.n == 0) {
            printf("(%s: the fifty pictures instead)\n", data_missing("mnist"));
        }
    }
    if (train_set.n == 0 || test_set.n == 0) { train_set = test_set = own_pictures(); }
    run(PLAIN, steps);
    run(CODED, steps);
    run(CODED_WITH_FEEDBACK, steps);
    return 0;
}
