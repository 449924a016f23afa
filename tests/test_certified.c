/* certified exit: a proof is never wrong, on random small networks of every kind that can have bounds; the bounds'
 * parts against
 * their equations; what cannot be proved says so.   test_certified [seed [cases]] */
#include "library.h"
#include "../examples/tool/corrections.h"
#include "../examples/tool/certify.h"
#include "crc.h"
#include "random_spec.h"
#include "oracle.h"
#include <math.h>

/* 1 proved, 0 not, or the error */
static int asked_of(const sucref_net *s, uint32_t *work, size_t work_len)
{
    int proved = -1;
    const int status = sucref_net_proved(&proved, s, work, work_len);
    CHECK(proved == 0 || (proved == 1 && status == SUCREF_OK));
    return status == SUCREF_OK ? proved : status;
}

static uint32_t cases = 300;
enum { INPUTS = 100, SAMPLES = 60, WIDEST = 24 };

/* a random model whose every stop may have bounds; the corrections it had are replaced by fitted ones two times of
 * three */
static void certifiable(random_spec *r, void **fitted, const uint8_t *samples)
{
    unsigned n, t, g;
    for (rs_make(r, WIDEST); r->spec.n_layers > 3 || r->spec.n_stops < 2 || r->spec.heads != NULL;
         rs_make(r, WIDEST)) {
        rs_free(r);
    }
    r->layer[0].flags |= SUCREF_LAYER_KEEP;
    for (n = 0; n < r->spec.n_layers; n++) { r->layer[n].act %= 3; r->layer[n].slope = 0; }
    /* ReLUs that neither saturate nor sleep, where the lines matter */
    for (n = 0; rnd_below(2) && n < r->spec.n_layers; n++) {
        sucref_layer_spec *s = &r->layer[n];
        s->requant = SUCREF_REQUANT_TFLITE; s->lo = s->out_zero; s->hi = 255;
        for (t = 0; t < s->n_out; t++) { r->exponent[n][t] = -9; r->ints[n][s->n_out + t] |= 0x40000000; }
    }
    for (t = 0; t < r->spec.n_stops; t++) {
        r->in_bits[t] = 8;
        for (g = 0; g < r->total; g++) {
            uint8_t *b = &r->bits[t * r->total + g];
            unsigned plane = t, i, sum = 0;
            if (plane >= r->layer[0].n_planes || t + 1U == r->spec.n_stops) { plane = r->layer[0].n_planes - 1U; }
            for (i = 0; i <= plane; i++) { sum = r->layer[0].coarse ? r->layer[0].plan[i] : sum + r->layer[0].plan[i]; }
            *b = (uint8_t)(g < r->layer[0].n_groups ? sum : 8);
        }
    }
    *fitted = NULL;
    r->spec.corrections = NULL;
    if (rnd_below(3)) {
        static sucref_correction c[RS_STOPS * RS_LAYERS * RS_GROUPS];
        CHECK(prepare_calibrate(c, fitted, &r->spec, samples, SAMPLES, NULL, NULL) == SUCREF_OK);
        r->spec.corrections = c;
    }
}

/* the answer that a stop stands for */
static int class_of(const int32_t *z, uint32_t n) { return n == 1 ? z[0] >= 0 : (int)sucref_argmax(z, n); }

static void never_wrong(void)
{
    static uint8_t samples[SAMPLES * WIDEST];
    static uint32_t proof[3 * WIDEST + 4 * WIDEST];
    uint32_t k, i, proved = 0, asked = 0, by_layers[3] = { 0 };
    for (k = 0; k < cases; k++) {
        static random_spec r;
        sucref_bounds bounds;
        void *fitted, *memory = NULL;
        sucref_model m;
        sucref_net s;
        uint32_t *file, *work, bytes;
        for (i = 0; i < sizeof samples; i++) { samples[i] = (uint8_t)rnd(); }
        certifiable(&r, &fitted, samples);
        CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, SAMPLES) == SUCREF_OK);
        r.spec.bounds = &bounds;
        file = rs_write(&r, &bytes);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK &&
              sucref_model_check(&m, NULL) == SUCREF_OK);
        if (file == NULL) { return; }
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
        CHECK(sucref_net_init(&s, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        for (i = 0; i < INPUTS; i++) {
            uint8_t x[WIDEST], out[64];
            int32_t full[64];
            unsigned t;
            rs_input(x, m.n_in, m.input_type);
            oracle_stop(full, out, &r.spec, x, m.n_stops - 1U);
            CHECK(sucref_net_set_input(&s, x, s.model->n_in) == SUCREF_OK);
            CHECK(asked_of(&s, proof, sizeof proof / 4) == SUCREF_E_STATE);
            for (t = 0; t < m.n_stops; t++) {
                sucref_answer a = { NULL, NULL, 0, 0, 0 };
                int said;
                CHECK(sucref_net_run(&s, t) == SUCREF_OK && sucref_net_answer(&s, &a) == SUCREF_OK);
                said = asked_of(&s, proof, sizeof proof / 4);
                CHECK(said == 0 || said == 1);
                if (said == 1) { CHECK(class_of(a.logits, a.n_out) == class_of(full, a.n_out)); }
                if (t + 1U == m.n_stops) { CHECK(said == 1); continue; }
                asked++;
                proved += said == 1;
                by_layers[m.n_layers - 1U] += said == 1;
            }
        }
        free(work); free(file); free(memory); free(fitted);
        rs_free(&r);
    }
    printf("  %lu inputs, %lu of %lu stops proved, by layers %lu %lu %lu\n", (unsigned long)cases * INPUTS,
           (unsigned long)proved, (unsigned long)asked, (unsigned long)by_layers[0], (unsigned long)by_layers[1],
           (unsigned long)by_layers[2]);
    CHECK(proved > asked / 20 && by_layers[0] > 0 && by_layers[1] > 0 && by_layers[2] > 0);
}

/* ---- what plain intervals prove, in double, a little wider than they have to be: 1, or 0 ---- */

/* the first layer's activations, from the published inequality z_full = z + offset + [0, 2) +- norm |y| */
static int first_intervals(int *lo, int *hi, const random_spec *r, unsigned stop, const int64_t *u)
{
    const sucref_layer_spec *s = &r->layer[0];
    const sucref_bounds *b = r->spec.bounds;
    double square = 0;
    uint32_t c, row = 0, i;
    unsigned g;
    for (c = 0; c < s->n_in; c++) {
        const double y = (double)u[c] - b->mean[c];
        square += y * y * b->weight[c];
    }
    for (g = 0; g < s->n_groups; g++) {
        const unsigned bits = r->bits[stop * r->total + g];
        const sucref_correction *k = r->spec.corrections ? &r->spec.corrections[stop * r->total + g] : NULL;
        for (i = 0; i < s->group_rows[g]; i++, row++) {
            const uint32_t at = stop * s->n_out + row;
            const double e = b->norm[at] / 256.0 * sqrt(square) * 1.02 + 4,
                         middle = (double)oracle_row(s, u, s->group_columns[g], row, (int)bits, k, i) +
                                  b->offset[at] + 1;
            if (fabs(middle) + e > 1e9) { return 0; }
            lo[row] = oracle_requant(s, (int64_t)floor(middle - e), row);
            hi[row] = oracle_requant(s, (int64_t)ceil(middle + e), row);
        }
    }
    return 1;
}

/* lowest value of bias + sum w * a of row a, less that of row b if there is one */
static int64_t lowest(const sucref_layer_spec *s, const int *lo, const int *hi, uint32_t a, long b, int sign)
{
    int64_t sum = sign * ((int64_t)s->bias[a] - (b < 0 ? 0 : s->bias[b]));
    uint32_t c;
    for (c = 0; c < s->n_in; c++) {
        const int w = sign * (s->w[a * s->n_in + c] - (b < 0 ? 0 : s->w[(uint32_t)b * s->n_in + c]));
        sum += (int64_t)w * (w > 0 ? lo[c] : hi[c]);
    }
    return sum;
}

static int intervals_prove(const random_spec *r, unsigned stop, const int64_t *u, const sucref_answer *a)
{
    const sucref_layer_spec *s = &r->layer[r->spec.n_layers - 1];
    int lo[2][WIDEST], hi[2][WIDEST], now = 0;
    uint32_t row, best = 0, k;
    unsigned n;
    if (!first_intervals(lo[0], hi[0], r, stop, u)) { return 0; }
    for (n = 1; n + 1U < r->spec.n_layers; n++, now ^= 1) {
        for (row = 0; row < r->layer[n].n_out; row++) {
            const int64_t low = lowest(&r->layer[n], lo[now], hi[now], row, -1, 1),
                          high = -lowest(&r->layer[n], lo[now], hi[now], row, -1, -1);
            lo[now ^ 1][row] = oracle_requant(&r->layer[n], low, row);
            hi[now ^ 1][row] = oracle_requant(&r->layer[n], high, row);
        }
    }
    if (s->n_out == 1) { return lowest(s, lo[now], hi[now], 0, -1, a->logits[0] >= 0 ? 1 : -1) > 0; }
    while ((s->flags & SUCREF_LAYER_ORDER ? s->order[best] : best) != sucref_argmax(a->logits, a->n_out)) { best++; }
    for (k = 0; k < s->n_out; k++) {
        if (k != best && lowest(s, lo[now], hi[now], best, (long)k, 1) <= 0) { return 0; }
    }
    return 1;
}

/* a proof by lines is asked for only where intervals do not do: what they prove, the engine proves */
static void as_much_as_intervals(void)
{
    static uint8_t samples[SAMPLES * WIDEST];
    static uint32_t proof[7 * WIDEST];
    uint32_t k, i, simple = 0, more = 0;
    for (k = 0; k < 200; k++) {
        static random_spec r;
        sucref_bounds bounds;
        void *fitted, *memory = NULL;
        sucref_model m;
        sucref_net s;
        uint32_t *file, *work, bytes;
        for (i = 0; i < sizeof samples; i++) { samples[i] = (uint8_t)rnd(); }
        certifiable(&r, &fitted, samples);
        CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, SAMPLES) == SUCREF_OK);
        r.spec.bounds = &bounds;
        file = rs_write(&r, &bytes);
        CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
        work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
        CHECK(sucref_net_init(&s, &m, work, sucref_net_work_len(&m)) == SUCREF_OK);
        for (i = 0; m.n_layers > 1 && i < 20U * (m.n_stops - 1U); i++) {
            const unsigned t = i % (m.n_stops - 1U);
            uint8_t x[WIDEST];
            int64_t u[WIDEST];
            sucref_answer a = { NULL, NULL, 0, 0, 0 };
            uint32_t c;
            int proved, plain;
            rs_input(x, m.n_in, m.input_type);
            for (c = 0; c < m.n_in; c++) {
                u[c] = x[rs_input_of(&r, c)] ^ (m.input_type == SUCREF_INPUT_S8 ? 0x80 : 0);
            }
            CHECK(sucref_net_set_input(&s, x, m.n_in) == SUCREF_OK && sucref_net_run(&s, t) == SUCREF_OK &&
                  sucref_net_answer(&s, &a) == SUCREF_OK);
            if (bounds.root[t] == 0) { continue; }
            proved = asked_of(&s, proof, sizeof proof / 4);
            plain = intervals_prove(&r, t, u, &a);
            CHECK(proved == 1 || plain == 0);
            simple += plain;
            more += proved == 1 && !plain;
        }
        free(work); free(file); free(memory); free(fitted);
        rs_free(&r);
    }
    printf("  %lu proved by intervals, %lu by lines beside them\n", (unsigned long)simple, (unsigned long)more);
    CHECK(simple > 100 && more > 0);
}

/* root is no smaller than |G v| / |v| allows, and not much larger than the largest of many such */
static void eigenvalue(void)
{
    double g[64], copy[64], t[64];
    uint32_t k, i, j, n;
    int step;
    for (k = 0; k < 300; k++) {
        double a[8][5], v[8] = { 1, 1, 1, 1, 1, 1, 1, 1 }, norm = 0, root;
        n = 1 + rnd_below(8);
        for (i = 0; i < n; i++) { for (j = 0; j < 5; j++) { a[i][j] = rnd_in(-100, 100) / 100.0 + 0.5; } }
        for (i = 0; i < n; i++) {
            for (j = 0; j < n; j++) {
                double dot = 0;
                int c;
                for (c = 0; c < 5; c++) { dot += a[i][c] * a[j][c]; }
                g[i * n + j] = copy[i * n + j] = dot;
            }
        }
        for (step = 0; step < 3000; step++) { /* power iteration, from below */
            double w[8] = { 0 };
            norm = 0;
            for (i = 0; i < n; i++) { for (j = 0; j < n; j++) { w[i] += copy[i * n + j] * v[j]; } norm += w[i] * w[i]; }
            norm = sqrt(norm);
            for (i = 0; i < n; i++) { v[i] = w[i] / norm + 1e-9; }
        }
        root = prepare_gram_root(g, t, n);
        CHECK(root >= sqrt(norm) && root < 1.01 * sqrt(norm) + 1e-6);
    }
    for (k = 1; k <= 8; k++) { /* all rows along one column: their normalised Gram matrix is +-1, its root sqrt(k) */
        double r[8][3] = { { 0 } }, root;
        for (i = 0; i < k; i++) { r[i][k % 3] = rnd_in(0, 1) ? 1 + i : -3.5; }
        root = prepare_certify_root(r[0], k, 3, g, t) / 65536.0;
        CHECK(root >= sqrt(k) && root < 1.02 * sqrt(k) + 0.001);
    }
}

/* at the mean input nothing is left to Cauchy-Schwarz: what the full row has more is the offset and 0 to 2 */
static void offsets_at_the_mean(void)
{
    static random_spec r;
    static uint8_t samples[SAMPLES * WIDEST];
    uint32_t k, i;
    for (k = 0; k < 40; k++) {
        void *fitted, *memory;
        sucref_bounds b;
        int64_t u[WIDEST];
        unsigned t, g;
        for (i = 0; i < sizeof samples; i++) { samples[i] = (uint8_t)(k % 4 ? rnd() : 100 + rnd_below(2)); }
        certifiable(&r, &fitted, samples);
        CHECK(prepare_certify(&b, &memory, &r.spec, samples, SAMPLES) == SUCREF_OK);
        for (i = 0; i < r.layer[0].n_in; i++) {
            const uint8_t flip = r.spec.input_type == SUCREF_INPUT_S8 ? 0x80 : 0;
            const uint32_t from = rs_input_of(&r, i);
            uint32_t sum = 0, n;
            double square = 0;
            for (n = 0; n < SAMPLES; n++) { sum += (uint8_t)(samples[n * r.layer[0].n_in + from] ^ flip); }
            u[i] = b.mean[i];
            CHECK(b.mean[i] == (2 * sum + SAMPLES) / (2 * SAMPLES));
            for (n = 0; n < SAMPLES; n++) {
                const double d = (uint8_t)(samples[n * r.layer[0].n_in + from] ^ flip) - (double)sum / SAMPLES;
                square += d * d / SAMPLES;
            }
            CHECK(fabs(b.weight[i] - 2040.0 / (8 + sqrt(square))) <= 0.501);
        }
        for (t = 0; t + 1U < r.spec.n_stops; t++) {
            uint32_t row = 0;
            for (g = 0; g < r.layer[0].n_groups; g++) {
                for (i = 0; i < r.group_rows[0][g]; i++, row++) {
                    const sucref_correction *c = r.spec.corrections != NULL ? &r.spec.corrections[t * r.total + g]
                                                                            : NULL;
                    const uint32_t columns = r.group_columns[0][g];
                    const int64_t more = oracle_row(&r.layer[0], u, columns, row, 8, NULL, i) -
                                         oracle_row(&r.layer[0], u, columns, row, r.bits[t * r.total + g], c, i) -
                                         b.offset[t * r.layer[0].n_out + row];
                    CHECK(more >= 0 && more < 2);
                }
            }
        }
        free(memory); free(fitted);
        rs_free(&r);
    }
}

static void errors(void)
{
    static random_spec r;
    static uint8_t samples[SAMPLES * WIDEST], x[WIDEST];
    uint32_t *file, *work, bytes, proof[7 * WIDEST];
    void *fitted, *memory = NULL;
    sucref_bounds bounds;
    sucref_model m;
    sucref_net s;
    do {
        if (memory != NULL) { free(memory); free(fitted); rs_free(&r); }
        certifiable(&r, &fitted, samples);
        CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, SAMPLES) == SUCREF_OK);
    } while (r.spec.n_layers < 2 || r.layer[0].n_planes < 2);
    CHECK(prepare_certify(NULL, &memory, &r.spec, samples, SAMPLES) == SUCREF_E_ARG);
    CHECK(prepare_certify(&bounds, NULL, &r.spec, samples, SAMPLES) == SUCREF_E_ARG);
    CHECK(prepare_certify(&bounds, &memory, NULL, samples, SAMPLES) == SUCREF_E_ARG);
    CHECK(prepare_certify(&bounds, &memory, &r.spec, NULL, SAMPLES) == SUCREF_E_ARG);
    CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, 0) == SUCREF_E_ARG);
    file = rs_write(&r, &bytes); /* without bounds */
    CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
    CHECK(sucref_net_init(&s, &m, work, sucref_net_work_len(&m)) == SUCREF_OK &&
          sucref_net_set_input(&s, x, s.model->n_in) == SUCREF_OK && sucref_net_run(&s, 0) == SUCREF_OK);
    CHECK(asked_of(&s, proof, 7 * WIDEST) == SUCREF_E_STATE);
    free(file);
    r.spec.bounds = &bounds;
    file = rs_write(&r, &bytes);
    CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    CHECK(sucref_net_init(&s, &m, work, sucref_net_work_len(&m)) == SUCREF_OK &&
          sucref_net_set_input(&s, x, s.model->n_in) == SUCREF_OK && sucref_net_run(&s, 0) == SUCREF_OK);
    CHECK(sucref_net_proved(NULL, &s, proof, 7 * WIDEST) == SUCREF_E_ARG);
    CHECK(asked_of(NULL, proof, 7 * WIDEST) == SUCREF_E_ARG &&
          asked_of(&s, NULL, 7 * WIDEST) == SUCREF_E_ARG);
    CHECK(asked_of(&s, proof, sucref_net_proof_len(&m) - 1U) == SUCREF_E_SPACE);
    CHECK(asked_of(&s, proof, sucref_net_proof_len(&m)) >= 0);
    CHECK(sucref_net_proof_len(NULL) == 0);
    /* the next stop has begun */
    CHECK(sucref_net_step(&s, 1) == SUCREF_MORE && asked_of(&s, proof, 7 * WIDEST) == SUCREF_E_STATE);
    free(memory);
    r.layer[0].flags &= (uint8_t)~SUCREF_LAYER_KEEP;
    CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, SAMPLES) == SUCREF_E_STATE && memory == NULL);
    free(file); free(work); free(fitted);
    rs_free(&r);
}

/* a table that names bounds which are not there, or that no such stop can have, is refused */
static void refused(void)
{
    static random_spec r;
    static uint8_t samples[SAMPLES * WIDEST];
    uint32_t *file, *work, bytes, at, good, proof[7 * WIDEST];
    void *fitted, *memory;
    sucref_bounds bounds;
    sucref_model m;
    sucref_net s;
    uint8_t *p;
    for (certifiable(&r, &fitted, samples);
         !(r.layer[r.spec.n_layers - 1].flags & SUCREF_LAYER_ORDER) || r.layer[r.spec.n_layers - 1].n_out < 3;
         certifiable(&r, &fitted, samples)) {
        free(fitted);
        rs_free(&r);
    }
    CHECK(prepare_certify(&bounds, &memory, &r.spec, samples, SAMPLES) == SUCREF_OK);
    r.spec.bounds = &bounds;
    file = rs_write(&r, &bytes);
    CHECK(file != NULL && sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    p = (uint8_t *)file;
    /* METHOD 6: the first stop's bounds; the first layer's flags */
    at = 64 + 48U * m.n_layers + 16U * (m.n_layers + 1U) + 40U * m.n_groups + 12;
    good = get_le(p + at, 4);
    CHECK(good != 0);
    work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4U);
    CHECK(sucref_net_init(&s, &m, work, sucref_net_work_len(&m)) == SUCREF_OK &&
          sucref_net_set_input(&s, samples, s.model->n_in) == SUCREF_OK && sucref_net_run(&s, 0) == SUCREF_OK);
    CHECK(asked_of(&s, proof, 7 * WIDEST) >= 0);
    p[at] = (uint8_t)(p[at] + 4);
    CHECK(asked_of(&s, proof, 7 * WIDEST) == SUCREF_E_DATA);
    p[at] = (uint8_t)(p[at] - 4);
    p[64 + 28] ^= SUCREF_LAYER_KEEP;
    CHECK(asked_of(&s, proof, 7 * WIDEST) == SUCREF_E_DATA);
    p[64 + 28] ^= SUCREF_LAYER_KEEP;
    { /* an order that is no permutation: opened, but nothing is proved by it and nothing read behind it */
        sucref_layer l;
        uint32_t k, per, whole;
        sucref_model_layer(&l, &m, m.n_layers - 1U);
        whole = l.plan[l.n_planes - 1] == 8; /* has sums and maxima */
        per = l.flags & SUCREF_LAYER_PER_ROW ? l.n_out : 1;
        at = l.params_offset + 4 * l.n_out + 4 * per + (per + 3) / 4 * 4 + (l.n_out + 3) / 4 * 4 +
             whole * ((l.n_in + 3) / 4 * 4 + (l.in_zero != 0 ? 4U * l.n_out : 0U));
        CHECK(l.act <= SUCREF_ACT_RELU6);
        for (k = 0; k < l.n_out; k++) {
            CHECK((uint32_t)p[at + 2 * k] == r.layer[m.n_layers - 1U].order[k]);
            p[at + 2 * k] = (uint8_t)(l.n_out - 1U);
        }
        CHECK(sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK && sucref_net_run(&s, 0) == SUCREF_OK);
        CHECK(sucref_net_set_input(&s, samples, s.model->n_in) == SUCREF_OK && sucref_net_run(&s, 0) == SUCREF_OK);
        k = (uint32_t)asked_of(&s, proof, 7 * WIDEST);
        CHECK(k == 0 || k == 1 || (int)k == SUCREF_E_DATA);
    }
    free(work);
    free(file); free(memory); free(fitted);
    rs_free(&r);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    if (argc > 2) { cases = (uint32_t)strtoul(argv[2], NULL, 10) / INPUTS; }
    RUN("a proof is never wrong", never_wrong);
    RUN("what intervals prove is proved", as_much_as_intervals);
    RUN("the root bounds the largest eigenvalue", eigenvalue);
    RUN("offsets at the mean input", offsets_at_the_mean);
    RUN("errors", errors);
    RUN("bad bounds are refused", refused);
    return test_report("certified");
}
