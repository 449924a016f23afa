/* create.h - the commands that make models: quantize (from float layers) and import (from TensorFlow Lite). */
#ifndef SUCREF_EXAMPLES_CREATE_H
#define SUCREF_EXAMPLES_CREATE_H
#include "calibrate.h"
#include "quantize.h"
#include "npz.h"
#include "tflite.h"
#include "tool.h"

/* ---- quantize ---------------------------------------------------------------------------------------------------- */

static void parse_plan(prepare_options *o, const char *text)
{
    const char *s = text;
    unsigned sum = 0;
    int ok = 1;
    for (o->n_planes = 0; ok; s++) {
        ok = *s >= '1' && *s <= '8' && o->n_planes < SUCREF_MAX_PLANES;
        if (!ok) { break; }
        o->plan[o->n_planes++] = (uint8_t)(*s - '0');
        sum = (o->coarse ? 0 : sum) + (unsigned)(*s++ - '0');
        if (*s == '+' && o->n_planes == 1) { o->coarse = 1; } else if (*s != ',' || o->coarse) { break; }
    }
    if (!ok || *s != 0 || sum != 8 || (o->coarse && (o->n_planes != 2 || o->plan[0] > 7))) {
        die("plan must be widths that sum to 8 such as 4,4, or b+8 with b < 8, not %s", text);
    }
}

static void check_array(const npz_array *a, const char *path)
{
    size_t i, n = (size_t)a->shape[0] * a->shape[1];
    for (i = 0; i < n; i++) { if (!isfinite(a->v[i])) { die("%s: %s holds NaN or infinity", path, a->name); } }
}

static unsigned read_layers(prepare_float_layer *layers, const npz *z, const char *path)
{
    unsigned n;
    for (n = 0; n < 32; n++) {
        char wn[16], bn[16];
        const npz_array *w, *b;
        snprintf(wn, sizeof wn, "W%u", n);
        snprintf(bn, sizeof bn, "b%u", n);
        w = npz_get(z, wn);
        b = npz_get(z, bn);
        if (w == NULL && b == NULL) { break; }
        if (w == NULL) { die("%s: %s is missing", path, wn); }
        if (b == NULL) { die("%s: %s is missing", path, bn); }
        if (w->dims != 2) { die("%s: %s must have two dimensions, out x in", path, wn); }
        if (b->dims != 1 || b->shape[0] != w->shape[0]) {
            die("%s: %s must have as many values as %s has rows", path, bn, wn);
        }
        if (n > 0 && w->shape[1] != layers[n - 1].n_out) {
            die("%s: %s does not take what W%u gives", path, wn, n - 1);
        }
        check_array(w, path);
        check_array(b, path);
        layers[n].n_out = w->shape[0];
        layers[n].n_in = w->shape[1];
        layers[n].w = w->v;
        layers[n].b = b->v;
    }
    if (n == 0) { die("%s: W0 is missing", path); }
    if (z->n != 2 * (int)n) { die("%s: arrays other than W0,b0 .. W%u,b%u", path, n - 1, n - 1); }
    return n;
}

static void show_progress(void *user, unsigned done, unsigned of)
{
    (void)user;
    fprintf(stderr, "\rcalibrating %u of %u%s", done, of, done == of ? "\n" : "");
}

static void quantize(const args *a)
{
    prepare_options o;
    prepare_float_layer layers[32];
    sucref_fault fault = { "", 0 };
    static npz z;
    uint8_t *model = NULL, *calibrate = NULL;
    uint32_t model_len = 0;
    size_t len;
    uint8_t *file = read_file(a->in, &len);
    unsigned n;
    int status;
    memset(&o, 0, sizeof o);
    if (a->out == NULL) { die("quantize needs -o m.sucref"); }
    if (npz_parse(&z, file, len) != 0) { die("%s: %s", a->in, z.why); }
    free(file);
    n = read_layers(layers, &z, a->in);
    parse_plan(&o, a->plan ? a->plan : "4,4");
    o.act = a->act == NULL || strcmp(a->act, "relu") == 0 ? SUCREF_ACT_RELU
            : strcmp(a->act, "relu6") == 0                ? SUCREF_ACT_RELU6
                                                          : SUCREF_ACT_NONE;
    if (o.act == SUCREF_ACT_NONE && strcmp(a->act, "none") != 0) {
        die("--act must be relu, relu6 or none, not %s", a->act);
    }
    o.clip = a->clip == NULL || strcmp(a->clip, "auto") == 0 ? 0 : real_number(a->clip, "--clip");
    if (a->clip != NULL && strcmp(a->clip, "auto") != 0 && !(o.clip > 0 && o.clip <= 1)) {
        die("--clip must be auto or in 0..1, not %s", a->clip);
    }
    o.input_scale = a->scale ? real_number(a->scale, "--input-scale") : 1.0F / 255;
    if (!(o.input_scale > 0)) { die("--input-scale must be positive, not %s", a->scale); }
    o.keep = (uint8_t)a->keep;
    o.cut_input = (uint8_t)a->cut_input;
    if (a->calibrate != NULL) {
        calibrate = read_file(a->calibrate, &len);
        if (len == 0 || len % layers[0].n_in != 0) {
            die("%s: %lu bytes are not whole inputs of %lu", a->calibrate, (unsigned long)len,
                (unsigned long)layers[0].n_in);
        }
        o.calibrate = calibrate;
        o.n_calibrate = (uint32_t)(len / layers[0].n_in);
    }
    if (isatty(2)) { o.progress = show_progress; }
    status = prepare_quantize(&model, &model_len, layers, n, &o, &fault);
    if (status != SUCREF_OK) { die("%s: cannot be quantized: %s %s", a->in, sucref_status_text(status), fault.field); }
    write_file(a->out, model, model_len);
    free(model);
    free(calibrate);
    npz_free(&z);
}

static uint8_t *write_spec(const args *a, const sucref_model_spec *spec, uint32_t *len)
{
    sucref_fault fault = { "", 0 };
    uint8_t *model;
    *len = sucref_model_write(NULL, 0, spec, &fault);
    model = (uint8_t *)malloc(*len + 1U);
    if (*len == 0 || model == NULL || sucref_model_write(model, *len, spec, &fault) == 0) {
        die("%s: cannot be written: %s", a->in, fault.field);
    }
    return model;
}

/* ---- import ------------------------------------------------------------------------------------------------------ */

/* layers of at least a quarter of the largest one's weights (or every one) follow the plan,
 * others have 8 bits at every stop */
static void import(const args *a)
{
    static tflite t;
    prepare_options plan;
    sucref_model_spec spec;
    uint8_t bits[SUCREF_MAX_STOPS * TFLITE_LAYERS], in_bits[SUCREF_MAX_STOPS], *model;
    size_t len, most = 0;
    uint8_t *file = read_file(a->in, &len);
    uint32_t model_len;
    unsigned n, k, sum;
    if (a->out == NULL) { die("import needs -o m.sucref"); }
    memset(&plan, 0, sizeof plan);
    memset(&spec, 0, sizeof spec);
    parse_plan(&plan, a->plan ? a->plan : "4,4");
    if (!tflite_parse(&t, file, len)) { die("%s: %s", a->in, t.why); }
    for (n = 0; n < t.n_layers; n++) {
        most = (size_t)t.layer[n].n_in * t.layer[n].n_out > most ? (size_t)t.layer[n].n_in * t.layer[n].n_out : most;
    }
    for (n = 0; n < t.n_layers; n++) {
        sucref_layer_spec *s = &t.layer[n];
        const int planned = plan.n_planes > 1 && (a->every || (size_t)s->n_in * s->n_out * 4 >= most);
        s->n_planes = planned ? plan.n_planes : 1;
        s->coarse = (uint8_t)(planned && plan.coarse);
        s->plan[0] = 8;
        if (planned) { memcpy(s->plan, plan.plan, sizeof s->plan); }
        if (planned && a->keep) { s->flags |= SUCREF_LAYER_KEEP; }
        for (k = 0, sum = 0; k < plan.n_planes; k++) {
            sum = plan.coarse ? plan.plan[k] : sum + plan.plan[k];
            bits[k * t.n_layers + n] = (uint8_t)(planned ? sum : 8);
            in_bits[k] = 8;
        }
    }
    spec.layers = t.layer;
    spec.n_layers = (uint8_t)t.n_layers;
    spec.n_stops = plan.n_planes;
    spec.bits = bits;
    spec.in_bits = in_bits;
    spec.input_type = t.input_type;
    spec.softmax_multiplier = t.softmax_multiplier;
    spec.softmax_shift = t.softmax_shift;
    model = write_spec(a, &spec, &model_len);
    write_file(a->out, model, model_len);
    tflite_free(&t);
    free(model);
    free(file);
}
#endif
