/* mix: weights against rational Lagrange interpolation, every choice of workers gives the same integers, coded
 * polynomials equal those of the inputs, bounds at their limits. */
#include "library.h"

enum { LEN = 7, IN = 12, TERMS = 16 };

static int64_t magnitude(int64_t v) { return v < 0 ? -v : v; }
static int64_t common(int64_t a, int64_t b) { return b == 0 ? magnitude(a) : common(b, a % b); }

/* the rational number top / bottom, reduced, bottom > 0 */
typedef struct { int64_t top, bottom; } ratio;
static ratio ratio_of(int64_t top, int64_t bottom)
{
    const int64_t g = common(top, bottom) * (bottom < 0 ? -1 : 1);
    ratio r;
    r.top = top / g; r.bottom = bottom / g;
    return r;
}
static ratio minus(ratio a, ratio b) { return ratio_of(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom); }
static ratio times(ratio a, ratio b)
{
    const ratio x = ratio_of(a.top, b.bottom), y = ratio_of(b.top, a.bottom);
    return ratio_of(x.top * y.top, x.bottom * y.bottom);
}
static ratio over(ratio a, ratio b) { const ratio c = ratio_of(b.bottom, b.top); return times(a, c); }

static unsigned bits_of(uint32_t mask)
{
    unsigned n = 0;
    for (; mask != 0; mask >>= 1) { n += mask & 1U; }
    return n;
}

/* the equation, word by word: workers n = 1..N, inputs k = 1..K, the first `needed` bits of the mask */
static ratio weight_of(unsigned k, unsigned n, unsigned inputs, unsigned workers, unsigned needed, uint32_t mask)
{
    const ratio b = ratio_of(k, inputs), an = ratio_of(n, workers + 1);
    ratio w = ratio_of(1, 1);
    unsigned j, seen = 0;
    for (j = 1; j <= workers && seen < needed; j++) {
        const ratio aj = ratio_of(j, workers + 1);
        if (!(mask >> (j - 1) & 1U)) { continue; }
        seen++;
        if (j != n) { w = times(w, over(minus(b, aj), minus(an, aj))); }
    }
    return w;
}

/* does a plan agree with the equation, also in what does not fit? 1 if it fits */
static int plan_agrees(unsigned inputs, unsigned workers, unsigned needed, uint32_t mask)
{
    sucref_mix p;
    int64_t least = 1;
    int fits = 1;
    unsigned k, n;
    const int status = sucref_mix_plan(&p, inputs, workers, needed, mask | 0xFFFF0000U << workers);
    if (bits_of(mask) < needed) { CHECK(status == SUCREF_E_STATE); return 0; }
    for (k = 0; k < inputs; k++) {
        for (n = 0; n < needed; n++) {
            const ratio w = weight_of(k + 1, p.worker[n] + 1U, inputs, workers, needed, mask);
            CHECK(mask >> p.worker[n] & 1U && (n == 0 || p.worker[n] > p.worker[n - 1]));
            fits &= w.bottom <= INT32_MAX;
            if (fits) { least = least / common(least, w.bottom) * w.bottom; }
            fits &= least <= INT32_MAX;
        }
    }
    for (k = 0; fits && k < inputs; k++) {
        int64_t left = INT32_MAX;
        for (n = 0; fits && n < needed; n++) {
            const ratio w = weight_of(k + 1, p.worker[n] + 1U, inputs, workers, needed, mask);
            fits = magnitude(w.top) <= left / (least / w.bottom);
            if (fits) {
                left -= magnitude(w.top) * (least / w.bottom);
                CHECK(p.weight[k][n] == w.top * (least / w.bottom));
            }
        }
    }
    CHECK(status == (fits ? SUCREF_OK : SUCREF_E_RANGE) && (!fits || p.denominator == least));
    return fits;
}

/* all plans of few, and random ones up to the largest numbers */
static void weights(void)
{
    unsigned inputs, workers, needed, i, plans = 0, fits = 0;
    uint32_t mask;
    for (inputs = 1; inputs <= 4; inputs++) {
        for (workers = 1; workers <= 8; workers++) {
            for (needed = 1; needed <= (workers < 5 ? workers : 5); needed++) {
                for (mask = 0; mask < 1U << workers; mask++) {
                    CHECK(plan_agrees(inputs, workers, needed, mask) == (bits_of(mask) >= needed));
                }
            }
        }
    }
    for (i = 0; i < 40000; i++, plans++) {
        inputs = 1 + rnd_below(8); workers = 1 + rnd_below(16);
        needed = 1 + rnd_below(workers < 8 ? workers : 8);
        fits += (unsigned)plan_agrees(inputs, workers, needed, rnd() & ((1U << workers) - 1U));
    }
    printf("  %u of %u random plans are there\n", fits, plans);
    CHECK(fits > plans / 4 && fits < plans);
}

/* values worked out by hand, and the sums of magnitudes that rounding is multiplied by, best and worst choice */
static void known(void)
{
    static const struct { unsigned mask; int32_t denominator, w[2][2]; } hand[3] = {
        { 3, 1, { { 0, 1 }, { -2, 3 } } }, { 5, 2, { { 1, 1 }, { -1, 3 } } }, { 6, 1, { { 1, 0 }, { -1, 2 } } } };
    static const struct { unsigned inputs, needed, workers; double best, worst; } sums[] = {
        { 2, 2, 3, 2, 5 }, { 2, 3, 4, 5, 17 }, { 2, 3, 5, 3.5, 31 }, { 4, 3, 4, 5, 17 }, { 4, 5, 6, 19, 129 },
        { 4, 5, 7, 12.2, 351 }, { 4, 5, 8, 9.9, 769 } };
    sucref_mix p;
    unsigned t, k, n;
    for (t = 0; t < 3; t++) {
        CHECK(sucref_mix_plan(&p, 2, 3, 2, hand[t].mask) == SUCREF_OK && p.denominator == hand[t].denominator);
        CHECK(p.inputs == 2 && p.workers == 3 && p.needed == 2);
        for (k = 0; k < 2; k++) { for (n = 0; n < 2; n++) { CHECK(p.weight[k][n] == hand[t].w[k][n]); } }
    }
    CHECK(sucref_mix_plan(&p, 2, 3, 2, 7) == SUCREF_OK && p.worker[0] == 0 && p.worker[1] == 1); /* the first */
    for (t = 0; t < sizeof sums / sizeof sums[0]; t++) {
        double best = 1e9, worst = 0;
        uint32_t mask;
        for (mask = 0; mask < 1U << sums[t].workers; mask++) {
            double most = 0;
            if (bits_of(mask) != sums[t].needed) { continue; }
            CHECK(sucref_mix_plan(&p, sums[t].inputs, sums[t].workers, sums[t].needed, mask) == SUCREF_OK);
            for (k = 0; k < sums[t].inputs; k++) {
                double sum = 0;
                for (n = 0; n < sums[t].needed; n++) { sum += (double)magnitude(p.weight[k][n]) / p.denominator; }
                if (sum > most) { most = sum; }
            }
            if (most < best) { best = most; }
            if (most > worst) { worst = most; }
        }
        CHECK(best > sums[t].best - 0.06 && best < sums[t].best + 0.06);
        CHECK(worst > sums[t].worst - 0.06 && worst < sums[t].worst + 0.06);
    }
}

static int16_t coefficient[TERMS][IN];
static const int16_t *c[TERMS];
static int32_t answer[16][LEN];

/* the pointers that a plan of this mask may read: others are NULL */
static void seen_of(const int32_t **seen, uint32_t mask)
{
    unsigned n;
    for (n = 0; n < 16; n++) { seen[n] = mask >> n & 1U ? answer[n] : NULL; }
}

/* linear workers with a bias: all choices give (N + 1)^G D(b_k) exactly, in integers against the encoder at b_k */
static void linear(void)
{
    unsigned inputs, workers, needed, g, n, k, choices = 0;
    for (workers = 1; workers <= 8; workers++) {
        for (needed = 1; needed <= (workers < 5 ? workers : 5); needed++) {
            int8_t w[LEN][IN];
            int32_t bias[LEN];
            int64_t scale = 1;
            uint32_t mask;
            int r, i;
            for (g = 1; g < needed; g++) { scale *= workers + 1; }
            for (r = 0; r < LEN; r++) {
                bias[r] = rnd_in(-999, 999);
                for (i = 0; i < IN; i++) { w[r][i] = (int8_t)rnd_in(-127, 127); }
            }
            for (g = 0; g < needed; g++) {
                for (i = 0, c[g] = coefficient[g]; i < IN; i++) { coefficient[g][i] = (int16_t)rnd_in(-127, 127); }
            }
            for (n = 0; n < workers; n++) {
                int32_t x[IN];
                CHECK(sucref_mix_encode(x, c, IN, needed - 1, workers, n) == SUCREF_OK);
                for (r = 0; r < LEN; r++) {
                    int64_t sum = bias[r] * scale;
                    for (i = 0; i < IN; i++) { sum += (int64_t)w[r][i] * x[i]; }
                    CHECK(magnitude(sum) <= INT32_MAX);
                    answer[n][r] = (int32_t)sum;
                }
            }
            for (inputs = 1; inputs <= 4; inputs++) {
                for (mask = 0; mask < 1U << workers; mask++) {
                    const int32_t *seen[16];
                    int64_t out[LEN];
                    sucref_mix p;
                    if (bits_of(mask) < needed) { continue; }
                    seen_of(seen, mask);
                    CHECK(sucref_mix_plan(&p, inputs, workers, needed, mask) == SUCREF_OK);
                    for (k = 0; k < inputs; k++) {
                        int64_t down = 1; /* K^G */
                        for (g = 1; g < needed; g++) { down *= inputs; }
                        CHECK(sucref_mix_decode(out, &p, k, seen, LEN) == SUCREF_OK);
                        for (r = 0; r < LEN; r++) {
                            int64_t direct = bias[r] * down, up = 1, rest = down; /* K^G H(E((k + 1) / K)) */
                            for (g = 0; g < needed; g++, up *= k + 1, rest /= inputs) {
                                for (i = 0; i < IN; i++) { direct += w[r][i] * coefficient[g][i] * up * rest; }
                            }
                            CHECK(out[r] * down == direct * scale * p.denominator);
                        }
                    }
                    choices++;
                }
            }
        }
    }
    printf("  %u choices of workers\n", choices);
}

/* Lagrange coded computing: C_g are the coefficients of (K - 1)! times the polynomial through the inputs; workers
 * apply f(x) = sum_e f_e x^e in whole numbers, (unit^d f(x / unit)); needed are (K - 1) d + 1 */
static void polynomials(void)
{
    unsigned inputs, degree, workers, g, k, j, n, e, done = 0;
    for (inputs = 1; inputs <= 4; inputs++) {
        for (degree = 1; degree <= 7; degree++) {
            const unsigned top = inputs - 1, needed = top * degree + 1;
            for (workers = needed; workers <= 8 && needed <= 7; workers++) {
                int64_t input[4][LEN], f[8], unit = 1;
                int fits = 1, i;
                uint32_t mask;
                for (k = 2; k < inputs; k++) { unit *= k; }
                for (e = 0; e <= degree; e++) { f[e] = rnd_in(-2, 2); }
                for (k = 0; k < 4; k++) { for (i = 0; i < LEN; i++) { input[k][i] = rnd_in(-2, 2); } }
                for (i = 0; i < LEN; i++) {
                    int64_t sum[4] = { 0 };
                    for (k = 1; k <= inputs; k++) { /* unit X_k prod (K a - j) / (k - j) */
                        int64_t term[5] = { 0 }, bottom = 1;
                        term[0] = unit * input[k - 1][i];
                        for (j = 1; j <= inputs; j++) {
                            if (j == k) { continue; }
                            for (g = 4; g-- > 0; ) {
                                term[g] = (g > 0 ? term[g - 1] * (int64_t)inputs : 0) - (int64_t)j * term[g];
                            }
                            bottom *= (int64_t)k - (int64_t)j;
                        }
                        for (g = 0; g <= top; g++) { CHECK(term[g] % bottom == 0); sum[g] += term[g] / bottom; }
                    }
                    for (g = 0; g <= top; g++) {
                        CHECK(magnitude(sum[g]) < 32768);
                        c[g] = coefficient[g]; coefficient[g][i] = (int16_t)sum[g];
                    }
                }
                for (g = 0; g < top; g++) { unit *= workers + 1; }
                for (n = 0; n < workers; n++) {
                    int32_t x[LEN];
                    CHECK(sucref_mix_encode(x, c, LEN, top, workers, n) == SUCREF_OK);
                    for (i = 0; i < LEN && fits; i++) {
                        int64_t y = 0, scale = 1;
                        for (e = degree + 1; e-- > 0 && fits; scale *= unit) {
                            int64_t term = f[e] * scale;
                            for (j = 0; j < e && magnitude(term) <= INT64_MAX >> 24; j++) { term *= x[i]; }
                            fits = j == e && magnitude(term) <= INT32_MAX && magnitude(x[i]) < 1 << 24 &&
                                   scale <= INT32_MAX;
                            y += term;
                        }
                        fits &= magnitude(y) <= INT32_MAX;
                        answer[n][i] = fits ? (int32_t)y : 0;
                    }
                }
                for (mask = 0; fits && mask < 1U << workers; mask++) {
                    const int32_t *seen[16];
                    int64_t out[LEN], scale = 1;
                    sucref_mix p;
                    seen_of(seen, mask);
                    for (e = 0; e < degree; e++) { scale *= unit; }
                    if (bits_of(mask) < needed) { continue; }
                    CHECK(sucref_mix_plan(&p, inputs, workers, needed, mask) == SUCREF_OK);
                    for (k = 0; k < inputs; k++) {
                        CHECK(sucref_mix_decode(out, &p, k, seen, LEN) == SUCREF_OK);
                        for (i = 0; i < LEN; i++) {
                            int64_t want = 0;
                            for (e = degree + 1; e-- > 0; ) { want = want * input[k][i] + f[e]; }
                            CHECK(out[i] == want * scale * p.denominator);
                        }
                    }
                    done |= 1U << (4 * (inputs - 1) + (degree < 4 ? degree - 1 : 3));
                }
            }
        }
    }
    CHECK((done & 0x11FF) == 0x11FF); /* K = 1, 2 of degrees 1 to more than 3, K = 3 and 4 of degree 1 */
    printf("  K and degrees: mask %x\n", done);
}

/* the encoder's sums at the last code that fits and the largest coefficients; the decoder's at the largest answers */
static void limits(void)
{
    static const unsigned most[16] = { 15, 9, 7, 6, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3 };
    unsigned workers, n, g, i;
    for (workers = 1; workers <= 16; workers++) {
        const unsigned degree = most[workers - 1];
        int32_t x[2];
        for (g = 0; g < TERMS; g++) { c[g] = coefficient[g]; coefficient[g][0] = -32768; coefficient[g][1] = 32767; }
        for (n = 0; n < workers; n++) {
            int64_t sum = 0, power = 1;
            for (g = 0; g <= degree; g++) { sum = sum * (workers + 1) + power; power *= n + 1; }
            CHECK(sucref_mix_encode(x, c, 2, degree, workers, n) == SUCREF_OK);
            CHECK(x[0] == -32768 * sum && x[1] == 32767 * sum);
            CHECK(sucref_mix_encode(x, c, 2, degree + 1, workers, n) == SUCREF_E_RANGE);
        }
    }
    for (i = 0; i < 4000; i++) {
        const unsigned all = 1 + rnd_below(16), inputs = 1 + rnd_below(8), needed = 1 + rnd_below(all < 8 ? all : 8);
        const int32_t *seen[16];
        int64_t out[LEN];
        uint64_t want = 0;
        sucref_mix p;
        const int status = sucref_mix_plan(&p, inputs, all, needed, 0xFFFFFFFFU << rnd_below(all - needed + 1));
        CHECK(status == SUCREF_OK || (status == SUCREF_E_RANGE && needed > 4));
        if (status != SUCREF_OK) { continue; }
        for (n = 0; n < 16; n++) { seen[n] = NULL; }
        for (n = 0; n < needed; n++) {
            answer[n][0] = p.weight[inputs - 1][n] < 0 ? INT32_MIN : INT32_MAX;
            want += (uint64_t)answer[n][0] * (uint64_t)(int64_t)p.weight[inputs - 1][n];
            seen[p.worker[n]] = answer[n];
        }
        CHECK(sucref_mix_decode(out, &p, inputs - 1, seen, 1) == SUCREF_OK && out[0] == (int64_t)want);
    }
}

static void errors(void)
{
    const int32_t *seen[16];
    int32_t x[LEN];
    int64_t out[LEN];
    sucref_mix p;
    unsigned g;
    for (g = 0; g < TERMS; g++) { c[g] = coefficient[g]; }
    x[0] = 77;
    CHECK(sucref_mix_encode(NULL, c, 1, 1, 3, 0) == SUCREF_E_ARG &&
          sucref_mix_encode(x, NULL, 1, 1, 3, 0) == SUCREF_E_ARG);
    CHECK(sucref_mix_encode(x, c, 1, 1, 3, 3) == SUCREF_E_RANGE &&
          sucref_mix_encode(x, c, 1, 1, 0, 0) == SUCREF_E_RANGE &&
          sucref_mix_encode(x, c, 1, 1, 17, 0) == SUCREF_E_RANGE &&
          sucref_mix_encode(x, c, 1, 0xFFFFU, 1, 0) == SUCREF_E_RANGE && x[0] == 77);
    CHECK(sucref_mix_encode(x, c, 0, 1, 3, 0) == SUCREF_OK && x[0] == 77);
    CHECK(sucref_mix_plan(NULL, 2, 3, 2, 7) == SUCREF_E_ARG);
    CHECK(sucref_mix_plan(&p, 0, 3, 2, 7) == SUCREF_E_RANGE && sucref_mix_plan(&p, 9, 3, 2, 7) == SUCREF_E_RANGE &&
          sucref_mix_plan(&p, 2, 3, 4, 15) == SUCREF_E_RANGE && sucref_mix_plan(&p, 2, 3, 0, 7) == SUCREF_E_RANGE &&
          sucref_mix_plan(&p, 2, 17, 2, 7) == SUCREF_E_RANGE && sucref_mix_plan(&p, 2, 0, 0, 7) == SUCREF_E_RANGE &&
          sucref_mix_plan(&p, 1, 9, 9, 0x1FF) == SUCREF_E_RANGE);
    CHECK(sucref_mix_plan(&p, 2, 3, 2, 4) == SUCREF_E_STATE && sucref_mix_plan(&p, 2, 3, 2, 8 + 4) == SUCREF_E_STATE &&
          sucref_mix_plan(&p, 2, 3, 2, 0) == SUCREF_E_STATE);
    CHECK(sucref_mix_plan(&p, 7, 16, 8, 0xFFFF) == SUCREF_E_RANGE &&
          sucref_mix_plan(&p, 1, 16, 8, 0xFFFF) == SUCREF_OK);
    CHECK(sucref_mix_plan(&p, 2, 3, 2, 5) == SUCREF_OK);
    seen_of(seen, 5);
    CHECK(sucref_mix_decode(NULL, &p, 0, seen, 1) == SUCREF_E_ARG &&
          sucref_mix_decode(out, NULL, 0, seen, 1) == SUCREF_E_ARG &&
          sucref_mix_decode(out, &p, 0, NULL, 1) == SUCREF_E_ARG &&
          sucref_mix_decode(out, &p, 2, seen, 1) == SUCREF_E_ARG &&
          sucref_mix_decode(out, &p, 1, seen, LEN) == SUCREF_OK);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("weights are those of rational interpolation", weights);
    RUN("weights worked out by hand, and what rounding is multiplied by", known);
    RUN("linear workers: every choice gives the same integers", linear);
    RUN("polynomials of coded inputs are those of the inputs", polynomials);
    RUN("sums at their limits", limits);
    RUN("errors", errors);
    return test_report("mix");
}
