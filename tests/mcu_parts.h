/* mcu_parts.h - mcu_gen parts: the convolutional network of examples/cluster/chance.h as C, its parts for two devices
 * and a spare, an input and the answer's logits. */
#ifndef SUCREF_MCU_PARTS_H
#define SUCREF_MCU_PARTS_H
#include "../examples/cluster/chance.h"
#include "../examples/tool/channels.h"

static void parts_words(FILE *f, const char *name, const uint8_t *bytes, uint32_t len)
{
    uint32_t i;
    fprintf(f, "static const uint32_t %s[] = {\n", name);
    for (i = 0; i < len; i += 4) {
        fprintf(f, "%luU,%s", (unsigned long)(bytes[i] | bytes[i + 1] << 8 | (uint32_t)bytes[i + 2] << 16 |
                                              (uint32_t)bytes[i + 3] << 24), i % 32 == 28 ? "\n" : "");
    }
    fprintf(f, "};\n");
}

static int parts(FILE *f)
{
    static channel_split c[SUCREF_MAX_LAYERS];
    static respec s;
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    uint32_t i, len, *work;
    uint8_t x[12 * 12 * 3];
    unsigned n, k;
    if (!chance_model(&m)) { return 2; }
    work = (uint32_t *)respec_new(4 * sucref_net_work_len(&m));
    for (i = 0; i < sizeof x; i++) { x[i] = (uint8_t)rnd(); }
    if (sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK ||
        sucref_net_set_input(&net, x, sizeof x) != SUCREF_OK || sucref_net_run(&net, 0) != SUCREF_OK ||
        sucref_net_answer(&net, &a) != SUCREF_OK) {
        return 2;
    }
    respec_model(&s, &m);
    parts_words(f, "whole", m.bytes, m.file_bytes);
    fprintf(f, "static const uint8_t input[] = {\n");
    bytes_to_c(f, x, sizeof x);
    fprintf(f, "};\nstatic const int32_t want[] = {");
    for (i = 0; i < a.n_out; i++) { fprintf(f, "%ld,", (long)a.logits[i]); }
    fprintf(f, "};\n");
    for (n = 0; n < m.n_layers; n++) {
        for (k = 0; channels_plan(&c[n], &s.spec, n, 2, 1, NULL) && k < 3; k++) {
            uint8_t *bytes = channels_part(&len, &s.spec, n, &c[n].plan, k);
            char name[24];
            snprintf(name, sizeof name, "part%u_%u", n, k);
            parts_words(f, name, bytes, len);
            free(bytes);
        }
    }
    fprintf(f, "static const struct { uint16_t rows, first; uint32_t limit; const uint32_t *part[3]; "
               "uint32_t len[3]; } layers[] = {\n");
    for (n = 0; n < m.n_layers; n++) {
        fprintf(f, "{ %lu, %lu, %lu, {", (unsigned long)c[n].plan.rows, (unsigned long)c[n].plan.row[1],
                c[n].plan.n ? (unsigned long)split_limit(&s.layer[n]) : 0);
        for (k = 0; k < 3; k++) { fprintf(f, c[n].plan.n ? " part%u_%u," : " 0,", n, k); }
        fprintf(f, " }, {");
        for (k = 0; k < 3; k++) { fprintf(f, c[n].plan.n ? " sizeof part%u_%u," : " 0,", n, k); }
        fprintf(f, " } },\n");
    }
    fprintf(f, "};\n");
    respec_free(&s);
    free(work);
    return 0;
}
#endif
