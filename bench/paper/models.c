/* models.c - see models.h. Holds the one implementation of sucref.h in the program. */
#include "data.h"
#define SUCREF_IMPLEMENTATION
#include "models.h"
#include "../../examples/tool/exits.h"
#include "../../examples/tool/certify.h"
#include "../../examples/tool/parts.h"
#include "../../examples/tool/quantize.h"

static void read_path(npz *z, const char *path)
{
    enum { MOST = 4000000 };
    FILE *f = fopen(path, "rb");
    uint8_t *p = (uint8_t *)malloc(MOST);
    if (f == NULL || p == NULL || npz_parse(z, p, fread(p, 1, MOST, f)) != 0) {
        fprintf(stderr, "published: %s cannot be read\n", path);
        exit(2);
    }
    fclose(f);
    free(p);
}

void models_read(npz *z, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "examples/models/%s.npz", name);
    read_path(z, path);
}

/* array NAMEk, or NULL */
static const npz_array *numbered(const npz *z, const char *name, int k)
{
    char text[16];
    snprintf(text, sizeof text, "%s%d", name, k);
    return npz_get(z, text);
}

/* options of every model here: one digit per width of `plan`, the first validation pictures calibrate */
static prepare_options options_of(const char *plan)
{
    prepare_options o;
    memset(&o, 0, sizeof o);
    for (; plan[o.n_planes] != 0; o.n_planes++) { o.plan[o.n_planes] = (uint8_t)(plan[o.n_planes] - '0'); }
    o.act = SUCREF_ACT_RELU; o.keep = 1; o.clip = 1; o.input_scale = 1.0F / 255;
    o.calibrate = train_set.x + (size_t)IDX_TRAIN * IDX_PIXELS; o.n_calibrate = CALIBRATE;
    return o;
}

/* layers of an archive; returns how many */
static unsigned layers_of(prepare_float_layer *layers, const npz *z)
{
    unsigned n;
    for (n = 0; numbered(z, "W", (int)n) != NULL; n++) {
        const npz_array *w = numbered(z, "W", (int)n);
        layers[n].n_out = w->shape[0];
        layers[n].n_in = w->shape[1];
        layers[n].w = w->v;
        layers[n].b = numbered(z, "b", (int)n)->v;
    }
    return n;
}

/* groups, order and heads, as examples/training/train_widths.c writes them */
static void nested_of(prepare_nested *p, uint16_t *order, const npz *z, unsigned n_layers)
{
    const npz_array *a = npz_get(z, "order");
    unsigned n, g, c;
    memset(p, 0, sizeof *p);
    p->n_groups = (uint8_t)numbered(z, "groups", 0)->shape[0];
    p->heads = npz_get(z, "heads") != NULL;
    for (n = 0; n < n_layers; n++) {
        const npz_array *groups = numbered(z, "groups", (int)n);
        for (g = 0; g < groups->shape[0]; g++) {
            p->rows[n][g] = (uint32_t)groups->v[2U * g];
            p->columns[n][g] = (uint32_t)groups->v[2U * g + 1U];
        }
    }
    for (c = 0; a != NULL && c < IDX_PIXELS; c++) { order[c] = (uint16_t)a->v[c]; }
    p->order = a != NULL ? order : NULL;
}

uint8_t *models_nested(sucref_model *m, const char *path, const char *plan, const char *schedule)
{
    static npz z;
    static uint16_t order[IDX_PIXELS];
    static prepare_nested nested;
    prepare_options o = options_of(plan);
    prepare_float_layer layers[4];
    uint8_t *file = NULL;
    uint32_t len = 0;
    unsigned n, g = 0;
    read_path(&z, path);
    n = layers_of(layers, &z);
    if (schedule != NULL) {
        nested_of(&nested, order, &z, n);
        o.nested = &nested;
        memset(nested.bits, SUCREF_ABSENT, sizeof nested.bits);
        for (nested.n_stops = 1; *schedule != 0; schedule++) {
            if (*schedule == '/') { nested.n_stops++; g = 0; }
            else if (*schedule != ',') { nested.bits[nested.n_stops - 1U][g++] = (uint8_t)(*schedule - '0'); }
        }
    }
    if (prepare_quantize(&file, &len, layers, n, &o, NULL) != SUCREF_OK ||
        sucref_model_open(m, file, len, NULL) != SUCREF_OK) {
        fprintf(stderr, "published: %s cannot be quantized\n", path);
        exit(2);
    }
    npz_free(&z);
    return file;
}

uint8_t *models_quantized(sucref_model *m, const char *name, float clip, int cut_input, const char *plan)
{
    static npz z;
    prepare_float_layer layers[4];
    prepare_options o = options_of(plan);
    uint8_t *file = NULL;
    uint32_t len = 0;
    unsigned n;
    models_read(&z, name);
    n = layers_of(layers, &z);
    o.clip = clip; o.cut_input = (uint8_t)cut_input;
    if (prepare_quantize(&file, &len, layers, n, &o, NULL) != SUCREF_OK ||
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

uint8_t *models_with_exits(sucref_model *m, double risk)
{
    const size_t len = sucref_model_spec_of(NULL, NULL, 0, m);
    const uint8_t *x = train_set.x + (size_t)IDX_TRAIN * IDX_PIXELS;
    stop_result *chosen = judge(m, x, CALIBRATE, NULL, NULL),
                *judged = judge(m, x + (size_t)CALIBRATE * IDX_PIXELS, IDX_VALID - CALIBRATE, NULL, NULL);
    uint32_t left[SUCREF_MAX_STOPS];
    sucref_exit exits[SUCREF_MAX_STOPS];
    sucref_model_spec spec;
    void *memory = malloc(len);
    uint8_t *file;
    if (memory == NULL || sucref_model_spec_of(&spec, memory, len, m) == 0 ||
        !find_thresholds(exits, left, m, chosen, CALIBRATE, judged, IDX_VALID - CALIBRATE, risk, 0.95)) {
        exit(2);
    }
    spec.exits = exits;
    file = written(m, &spec);
    free(chosen); free(judged); free(memory);
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
