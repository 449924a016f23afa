/* test_channel_models.c - public convolutional networks over devices: the whole network's bytes with all devices there,
 * with each one lost, and with one that is wrong. */
#include "library.h"
#include "../examples/training/data.h"
#include "../examples/tool/tflite.h"
#include "channel_world.h"

static channel_world w;

/* the model of a TensorFlow Lite file, to be freed; NULL: it is not there, or cannot be read */
static uint32_t *public_model(const char *name, uint32_t *len)
{
    static const uint8_t in_bits[1] = { 8 };
    static uint8_t bits[SUCREF_MAX_LAYERS];
    static tflite t;
    sucref_model_spec spec;
    size_t n;
    uint8_t *p = data_read(name, &n);
    uint32_t *file = NULL;
    if (p == NULL) { SKIP(data_missing(name)); return NULL; }
    CHECK(tflite_parse(&t, p, n));
    memset(bits, 8, sizeof bits);
    lower_spec(&spec, &t.net);
    spec.n_stops = 1; spec.bits = bits; spec.in_bits = in_bits;
    *len = sucref_model_write(NULL, 0, &spec, NULL);
    file = (uint32_t *)malloc(*len + 4U);
    CHECK(*len > 0 && sucref_model_write((uint8_t *)file, *len, &spec, NULL) == *len);
    tflite_free(&t);
    free(p);
    return file;
}

/* a device's job of one layer after the other, each with other losses; then one that is wrong all the way */
static void public_one(const char *name, unsigned devices, unsigned spares, unsigned shared, unsigned alone)
{
    uint32_t len, i, *file = public_model(name, &len), *work[2];
    sucref_model m;
    sucref_net net[2];
    int8_t *in;
    unsigned lost;
    if (file == NULL) { return; }
    CHECK(sucref_model_open(&m, file, len, NULL) == SUCREF_OK);
    in = (int8_t *)malloc(m.n_in);
    for (i = 0; i < 2; i++) {
        work[i] = (uint32_t *)malloc(4 * sucref_net_work_len(&m));
        CHECK(sucref_net_init(&net[i], &m, work[i], sucref_net_work_len(&m)) == SUCREF_OK);
    }
    cw_start(&w, &m, devices, spares);
    for (lost = 0; lost <= devices + spares + 1U && test_bad == 0; lost++) {
        sucref_answer a, b;
        w.lost = lost > 0 && lost <= devices + spares ? 1U << (lost - 1U) : 0;
        w.wrong = lost == devices + spares + 1U ? (unsigned)rnd_below(devices + spares) : (unsigned)CW_SHARDS;
        w.shared = w.alone = w.refused = 0;
        for (i = 0; i < m.n_in; i++) { in[i] = (int8_t)rnd_in(-128, 127); }
        CHECK(sucref_net_set_input(&net[0], in, m.n_in) == SUCREF_OK && sucref_net_run(&net[0], 0) == SUCREF_OK);
        CHECK(sucref_net_set_input(&net[1], in, m.n_in) == SUCREF_OK &&
              cw_answer(&w, &net[1], lost, 100000) == SUCREF_DONE);
        CHECK(sucref_net_answer(&net[0], &a) == SUCREF_OK && sucref_net_answer(&net[1], &b) == SUCREF_OK &&
              memcmp(a.logits, b.logits, 4U * m.n_out) == 0 && memcmp(a.out, b.out, m.n_out) == 0);
        CHECK(w.shared + w.refused == shared && w.alone == alone);
        CHECK(w.wrong < CW_SHARDS ? w.shared == 0 : w.refused == 0);
    }
    cw_free(&w);
    for (i = 0; i < 2; i++) { free(work[i]); }
    free(in); free(file);
}

static void residual(void)
{
    public_one("tflite/pretrainedResnet_quant.tflite", 2, 1, 10, 0);
    public_one("tflite/pretrainedResnet_quant.tflite", 4, 1, 10, 0);
}
static void keywords(void) { public_one("tflite/kws_ref_model.tflite", 3, 1, 6, 0); }
static void person(void) { public_one("tflite/person_detect.tflite", 4, 1, 14, 1); }

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("ResNet8 on two and four devices and a spare, each lost, one wrong", residual);
    RUN("a keyword network on three", keywords);
    RUN("a network that detects persons on four", person);
    return test_report("channel_models");
}
