/* test_writer.c - the writer of model files and its inverse: what was written, read as a spec and written again is the
 * same bytes; a spec that is wrong in one place is refused by name before anything is read behind its arrays. */
#include "library.h"
#include "random_spec.h"
#include "../examples/tool/corrections.h"
#include "../examples/tool/certify.h"

static void random_scales(sucref_scales *s)
{
    sucref_scale *scale[3];
    int k;
    scale[0] = &s->input; scale[1] = &s->output; scale[2] = &s->logit;
    for (k = 0; k < 3; k++) {
        scale[k]->multiplier = rnd_below(3) ? (int32_t)(0x40000000U + rnd() % 0x40000000U) : 0;
        scale[k]->exponent = (int8_t)(scale[k]->multiplier != 0 ? rnd_in(-20, 3) : 0);
    }
    s->output_zero = (uint8_t)rnd();
}

/* exact room, so that a sanitizer sees what is beyond it */
static void round_trips(const sucref_model_spec *spec)
{
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, NULL);
    uint8_t *file = (uint8_t *)malloc(bytes + 1U), *again = (uint8_t *)malloc(bytes + 1U), *memory;
    sucref_model_spec back;
    sucref_model m;
    size_t len;
    CHECK(bytes > 0 && sucref_model_write(file, bytes, spec, NULL) == bytes &&
          sucref_model_open(&m, file, bytes, NULL) == SUCREF_OK);
    len = sucref_model_spec_of(NULL, NULL, 0, &m);
    memory = (uint8_t *)malloc(len + 1U);
    CHECK(len > 0 && sucref_model_spec_of(&back, memory, len, &m) == len);
    CHECK(sucref_model_write(NULL, 0, &back, NULL) == bytes && sucref_model_write(again, bytes, &back, NULL) == bytes &&
          memcmp(file, again, bytes) == 0);
    CHECK(sucref_model_spec_of(&back, memory, len - 1U, &m) == 0 &&
          sucref_model_spec_of(NULL, memory, len, &m) == 0 && sucref_model_spec_of(&back, memory, len, NULL) == 0);
    CHECK(sucref_model_spec_of(&back, memory + 1, len, &m) == 0);
    CHECK(sucref_model_write(again, bytes - 1U, spec, NULL) == 0);
    m.usable_stops--;
    CHECK(sucref_model_spec_of(NULL, NULL, 0, &m) == 0);
    free(file); free(again); free(memory);
}

static void inverse(void)
{
    static random_spec r;
    int k, with_bounds = 0, with_exits = 0, with_order = 0;
    for (k = 0; k < 400; k++) {
        static uint8_t samples[40 * 10];
        sucref_bounds bounds;
        void *memory = NULL;
        uint32_t i;
        rs_make(&r, k % 8 ? 24 : 60);
        random_scales(&r.spec.scales);
        for (i = 0; i < sizeof samples; i++) { samples[i] = (uint8_t)rnd(); }
        if (r.layer[0].n_in <= 40 && prepare_certify(&bounds, &memory, &r.spec, samples, 10) == SUCREF_OK) {
            r.spec.bounds = &bounds;
            with_bounds++;
        }
        with_exits += r.spec.exits != NULL && r.spec.n_stops > 1;
        with_order += (r.layer[r.spec.n_layers - 1].flags & SUCREF_LAYER_ORDER) != 0;
        round_trips(&r.spec);
        free(memory);
        rs_free(&r);
    }
    CHECK(with_bounds > 5 && with_exits > 50 && with_order > 50);
}

/* one layer of 4 rows and 3 inputs in two groups, two stops */
typedef struct {
    sucref_model_spec spec;
    sucref_layer_spec layer[2];
    int8_t w[12], exponent[4];
    int32_t bias[4], multiplier[4], beta[4];
    int16_t alpha[4];
    uint8_t shift[4], bits[2 * 3], in_bits[2];
    uint32_t group_rows[2];
    sucref_correction c[2 * 3];
    sucref_bounds bounds;
} small_spec;

static void small(small_spec *s)
{
    int k;
    memset(s, 0, sizeof *s);
    for (k = 0; k < 12; k++) { s->w[k] = (int8_t)(k * 5 - 30); }
    for (k = 0; k < 4; k++) { s->multiplier[k] = 1 << 30; s->alpha[k] = 4096; s->shift[k] = 1; }
    s->layer[0].n_in = 3; s->layer[0].n_out = 4;
    s->layer[0].w = s->w; s->layer[0].bias = s->bias;
    s->layer[0].multiplier = s->multiplier; s->layer[0].exponent = s->exponent;
    s->layer[0].row_shift = s->shift;
    s->layer[0].group_rows = s->group_rows; s->layer[0].n_groups = 2;
    s->layer[0].plan[0] = s->layer[0].plan[1] = 4; s->layer[0].n_planes = 2; s->layer[0].hi = 255;
    s->group_rows[0] = 3; s->group_rows[1] = 1;
    s->layer[1] = s->layer[0];
    s->layer[1].n_in = 4; s->layer[1].n_out = 3;
    s->layer[1].group_rows = NULL; s->layer[1].n_groups = 1;
    for (k = 0; k < 3; k++) { s->bits[k] = 4; s->bits[3 + k] = 8; }
    s->in_bits[0] = s->in_bits[1] = 8;
    s->spec.layers = s->layer; s->spec.n_layers = 2; s->spec.n_stops = 2;
    s->spec.bits = s->bits; s->spec.in_bits = s->in_bits; s->spec.corrections = s->c;
}

static int refused(const small_spec *s, const char *why)
{
    sucref_fault fault = { "", 0 };
    uint32_t file[400];
    const uint32_t counted = sucref_model_write(NULL, 0, &s->spec, &fault),
                   written = sucref_model_write((uint8_t *)file, sizeof file, &s->spec, &fault);
    if (written == 0 && strstr(fault.field, why) != NULL) { return 1; }
    printf("  %lu %lu bytes: %s, not %s\n", (unsigned long)counted, (unsigned long)written, fault.field, why);
    return 0;
}

#define REFUSED(change, why) do { small(&s); change; CHECK(refused(&s, why)); } while (0)

static void wrong_shapes(void)
{
    static small_spec s;
    small(&s);
    CHECK(sucref_model_write(NULL, 0, &s.spec, NULL) > 0 && sucref_model_write(NULL, 0, NULL, NULL) == 0);
    REFUSED(s.spec.layers = NULL, "NULL");
    REFUSED(s.spec.bits = NULL, "NULL");
    REFUSED(s.spec.in_bits = NULL, "NULL");
    REFUSED(s.spec.n_layers = 0, "number of layers");
    REFUSED(s.spec.n_layers = 129, "number of layers");
    REFUSED(s.spec.n_stops = 0, "number of stops");
    REFUSED(s.spec.n_stops = 33, "number of stops");
    REFUSED(s.layer[1].n_planes = 40, "plan");
    REFUSED(s.layer[1].n_planes = 0, "plan");
    REFUSED(s.layer[1].n_planes = 9, "plan");
    REFUSED(s.layer[0].plan[1] = 3, "plan");
    REFUSED(s.layer[0].plan[2] = 1, "plan");
    REFUSED(s.layer[0].coarse = 1, "plan");
    REFUSED(s.layer[0].n_groups = 0, "number of groups");
    REFUSED(s.layer[0].n_groups = 17, "number of groups");
    REFUSED(s.layer[1].n_groups = 2, "number of groups");
    REFUSED(s.group_rows[0] = 2, "rows");
    REFUSED(s.group_rows[0] = 4, "rows");
    REFUSED(s.group_rows[1] = 0xFFFFFFFF, "rows");
    REFUSED(s.group_rows[1] = 0, "rows");
    REFUSED(s.layer[0].w = NULL, "NULL");
    REFUSED(s.layer[0].multiplier = NULL, "NULL");
    REFUSED(s.layer[0].exponent = NULL, "NULL");
    REFUSED(s.layer[1].act = SUCREF_ACT_TABLE, "NULL");
    REFUSED(s.layer[1].act = SUCREF_ACT_LOOKUP, "NULL");
    REFUSED(s.layer[1].flags = SUCREF_LAYER_ORDER, "NULL");
    REFUSED(s.layer[1].act = 6, "activation");
    REFUSED(s.layer[1].requant = 3, "requantization");
    REFUSED(s.layer[1].flags = 64, "flags");
    REFUSED(s.layer[0].n_in = 0, "sizes");
    REFUSED(s.layer[0].n_in = 65536, "sizes");
    REFUSED(s.layer[1].n_out = 0, "sizes");
    REFUSED(s.layer[1].n_out = 65536, "sizes");
    REFUSED(s.layer[1].n_in = 3, "sizes");
    REFUSED(s.spec.bounds = &s.bounds, "bounds");
}

static void wrong_values(void)
{
    static small_spec s;
    REFUSED(s.w[5] = -128, "-128");
    REFUSED(s.w[5] = 64, "cuts weights off");
    REFUSED(s.shift[3] = 8, "over 7");
    REFUSED(s.shift[2] = 255, "over 7");
    REFUSED(s.bits[1] = 3, "bits of a stop");
    REFUSED(s.bits[1] = 9, "bits of a stop");
    REFUSED(s.bits[4] = 0, "bits of a stop");
    REFUSED(s.bits[4] = 4, "bits of a stop");   /* not 8 at last: the reader says so */
    REFUSED(s.in_bits[0] = 0, "input bits");
    REFUSED(s.in_bits[1] = 9, "input bits");
    REFUSED(s.in_bits[1] = 7, "input bits");
    REFUSED(s.c[0].alpha = s.alpha, "half a correction");
    REFUSED((s.c[1].beta = s.beta, s.c[1].gamma = s.beta), "half a correction");
    REFUSED(s.bias[1] = INT32_MAX, "bias");
    REFUSED(s.exponent[0] = 31, "exponent");
    REFUSED(s.spec.input_type = 2, "input type");
    REFUSED(s.spec.softmax_shift = 1, "softmax");
    REFUSED(s.layer[0].lo = s.layer[0].hi = 0; s.layer[0].lo = 1, "clamp");
    small(&s);
    s.layer[0].bias = NULL; /* zeros */
    CHECK(sucref_model_write(NULL, 0, &s.spec, NULL) > 0);
    round_trips(&s.spec);
    /* a coarse plane's shift may saturate */
    s.layer[0].plan[1] = 8; s.layer[0].coarse = 1; s.w[5] = 127;
    s.layer[1].row_shift = NULL;
    CHECK(sucref_model_write(NULL, 0, &s.spec, NULL) > 0);
    round_trips(&s.spec);
}

/* calibration and bounds refuse what the writer would refuse */
static void tools_check_specs(void)
{
    static small_spec s;
    static uint8_t x[30];
    sucref_correction c[6];
    sucref_bounds b;
    void *memory = NULL;
    small(&s);
    s.layer[0].flags = SUCREF_LAYER_KEEP;
    CHECK(prepare_calibrate(c, &memory, &s.spec, x, 10, NULL, NULL) == SUCREF_OK);
    free(memory);
    s.layer[0].n_planes = 40;
    CHECK(prepare_calibrate(c, &memory, &s.spec, x, 10, NULL, NULL) == SUCREF_E_RANGE);
    CHECK(prepare_certify(&b, &memory, &s.spec, x, 10) == SUCREF_E_RANGE);
    small(&s);
    s.spec.n_stops = 40;
    CHECK(prepare_calibrate(c, &memory, &s.spec, x, 10, NULL, NULL) == SUCREF_E_RANGE);
    CHECK(prepare_certify(&b, &memory, &s.spec, x, 10) == SUCREF_E_RANGE);
}

static int part_refused(const small_spec *s, const sucref_parts *p, unsigned part, const char *why)
{
    sucref_fault fault = { "", 0 };
    return sucref_part_write(NULL, 0, &s->layer[0], p, part, &fault) == 0 && strstr(fault.field, why) != NULL;
}

static void wrong_parts(void)
{
    static small_spec s;
    const sucref_parts good = { 2, 1, 1, { 0, 3, 4 }, 3 };
    sucref_parts p;
    sucref_fault fault;
    small(&s);
    CHECK(sucref_part_write(NULL, 0, &s.layer[0], &good, 0, NULL) > 0 &&
          sucref_part_write(NULL, 0, &s.layer[0], &good, 2, NULL) > 0);
    CHECK(sucref_part_write(NULL, 0, NULL, &good, 0, &fault) == 0 &&
          sucref_part_write(NULL, 0, &s.layer[0], NULL, 0, &fault) == 0);
    CHECK(part_refused(&s, &good, 3, "number"));
#define PART(change, part, why) do { p = good; change; CHECK(part_refused(&s, &p, part, why)); } while (0)
    PART(p.n = 0, 0, "number");
    PART(p.n = 17, 0, "number");
    PART(p.r = 5, 0, "number");
    PART((p.n = 9, p.r = 4), 0, "number");
    PART(p.protect = 0, 2, "number");
    PART(p.row[0] = 1, 0, "rows");
    PART(p.row[1] = 4, 0, "rows");
    PART(p.row[2] = 5, 0, "rows");
    PART(p.rows = 2, 0, "rows");
    s.layer[0].n_planes = 40;
    CHECK(part_refused(&s, &good, 0, "plan") && part_refused(&s, &good, 2, "plan"));
    small(&s);
    s.shift[1] = 9;
    CHECK(part_refused(&s, &good, 0, "over 7") && part_refused(&s, &good, 2, "over 7"));
    small(&s);
    s.w[0] = -128;
    CHECK(part_refused(&s, &good, 0, "-128") && part_refused(&s, &good, 2, "-128"));
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("written, read as a spec, written again: the same bytes", inverse);
    RUN("shapes and pointers that are wrong are named", wrong_shapes);
    RUN("values that are wrong are named", wrong_values);
    RUN("calibration and bounds check the spec", tools_check_specs);
    RUN("parts that are wrong are named", wrong_parts);
    return test_report("writer");
}
