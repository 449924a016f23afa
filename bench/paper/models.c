/* models.c - see models.h. Holds the one implementation of sucref.h in the program. */
#include "data.h"
#define SUCREF_IMPLEMENTATION
#include "models.h"
#include "../../examples/tool/calibrate.h"
#include "../../examples/tool/certify.h"
#include "../../examples/tool/parts.h"
#include "../../examples/tool/quantize.h"

void models_read(npz *z, const char *name)
{
    enum { MOST = 4000000 };
    char path[256];
    FILE *f;
    uint8_t *p = (uint8_t *)malloc(MOST);
    snprintf(path, sizeof path, "examples/models/%s.npz", name);
    f = fopen(path, "rb");
    if (f == NULL || p == NULL || npz_parse(z, p, fread(p, 1, MOST, f)) != 0) {
        fprintf(stderr, "published: %s cannot be read\n", path);
        exit(2);
    }
    fclose(f);
    free(p);
}

uint8_t *models_quantized(sucref_model *m, const char *name, float clip, int cut_input, const char *plan)
{
    static npz z;
    prepare_float_layer layers[3];
    prepare_options o;
    uint8_t *file = NULL;
    uint32_t len = 0;
    int l;
    models_read(&z, name);
    for (l = 0; l < z.n / 2; l++) {
        layers[l].n_out = z.a[2 * l].shape[0];
        layers[l].n_in = z.a[2 * l].shape[1];
        layers[l].w = z.a[2 * l].v;
        layers[l].b = z.a[2 * l + 1].v;
    }
    memset(&o, 0, sizeof o);
    for (; plan[o.n_planes] != 0; o.n_planes++) { o.plan[o.n_planes] = (uint8_t)(plan[o.n_planes] - '0'); }
    o.act = SUCREF_ACT_RELU; o.keep = 1; o.clip = clip; o.cut_input = (uint8_t)cut_input; o.input_scale = 1.0F / 255;
    o.calibrate = train_set.x + (size_t)IDX_TRAIN * IDX_PIXELS; o.n_calibrate = CALIBRATE;
    if (prepare_quantize(&file, &len, layers, (unsigned)z.n / 2, &o, NULL) != SUCREF_OK ||
        sucref_model_open(m, file, len, NULL) != SUCREF_OK) {
        exit(2);
    }
    npz_free(&z);
    return file;
}

/* the spec as a file, opened as m */
static uint8_t *written(sucref_model *m, const sucref_model_spec *spec)
{
    const uint32_t bytes = sucref_model_write(NULL, 0, spec, NULL);
    uint8_t *file = (uint8_t *)malloc(bytes + 1U);
    if (file == NULL || sucref_model_write(file, bytes, spec, NULL) != bytes ||
        sucref_model_open(m, file, bytes, NULL) != SUCREF_OK) {
        exit(2);
    }
    return file;
}

uint8_t *models_with_exits(sucref_model *m)
{
    const size_t len = sucref_model_spec_of(NULL, NULL, 0, m);
    stop_result *chosen = judge(m, train_set.x + (size_t)(IDX_TRAIN + CALIBRATE) * IDX_PIXELS, IDX_VALID - CALIBRATE);
    sucref_exit exits[SUCREF_MAX_STOPS];
    sucref_model_spec spec;
    void *memory = malloc(len);
    uint8_t *file;
    if (memory == NULL || sucref_model_spec_of(&spec, memory, len, m) == 0) { exit(2); }
    memset(exits, 0, sizeof exits);
    choose_thresholds(exits, chosen, IDX_VALID - CALIBRATE, m->n_stops, 0.0006, 0.95);
    spec.exits = exits;
    file = written(m, &spec);
    free(chosen); free(memory);
    return file;
}

uint8_t *models_certified(sucref_model *m, unsigned skipped)
{
    static respec r;
    const uint8_t *x = train_set.x + (size_t)IDX_TRAIN * IDX_PIXELS;
    sucref_bounds bounds;
    void *memory, *fitted;
    uint8_t *file;
    respec_model(&r, m);
    r.spec.bits += skipped * m->n_groups;
    r.spec.n_stops = (uint8_t)(m->n_stops - skipped);
    if (prepare_calibrate(r.corrections, &fitted, &r.spec, x, CALIBRATE, NULL, NULL) != SUCREF_OK ||
        prepare_certify(&bounds, &memory, &r.spec, x, CALIBRATE) != SUCREF_OK) {
        exit(2);
    }
    r.spec.bounds = &bounds;
    file = written(m, &r.spec);
    respec_free(&r);
    free(memory); free(fitted);
    return file;
}

uint8_t *models_shipped(sucref_model *m, const char *name)
{
    enum { MOST = 400000 };
    char path[256];
    uint8_t *file = (uint8_t *)malloc(MOST);
    FILE *f;
    snprintf(path, sizeof path, "examples/models/%s.sucref", name);
    f = fopen(path, "rb");
    if (f == NULL || file == NULL || sucref_model_open(m, file, fread(file, 1, MOST, f), NULL) != SUCREF_OK) {
        fprintf(stderr, "published: %s cannot be read\n", path);
        exit(2);
    }
    fclose(f);
    return file;
}

parts_cost models_parts(const sucref_model *m, unsigned layers, unsigned n, unsigned r, unsigned protect)
{
    static respec spec;
    parts_cost out;
    split_plan p;
    unsigned l, i;
    memset(&out, 0, sizeof out);
    respec_model(&spec, m);
    p.n = n; p.r = r; p.protect = protect;
    for (l = 0; l < layers; l++) {
        if (!split_rows(&p, spec.layer[l].n_out, NULL)) { exit(2); } /* fewer rows than devices */
        for (i = 0; i < n + r; i++) {
            uint32_t len;
            uint8_t *file = split_part(&len, &spec.layer[l], &p, i);
            sucref_model part;
            sucref_cost c;
            if (sucref_model_open(&part, file, len, NULL) != SUCREF_OK) { exit(2); }
            sucref_model_cost(&c, &part, 0, part.n_stops - 1U);
            out.bytes[i >= n] += len;
            out.macs[i >= n] += (double)c.macs;
            free(file);
        }
    }
    respec_free(&spec);
    return out;
}

int models_is_right(const sucref_answer *a, size_t picture)
{
    return a->n_out == 1 ? (a->logits[0] > 0) == even[picture]
                         : (int)sucref_argmax(a->logits, a->n_out) == test_set.label[picture];
}
