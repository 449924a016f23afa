/* host.c - one layer on this machine, for counting under valgrind: host MODEL.sucref INPUT.u8 WHAT
 *
 * WHAT is plain (a C loop over int8 rows, the result compared with the library's first), oneshot, or a stop's number:
 * only measured() is counted. */
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "../examples/tool/model_file.h"
#include "../examples/tool/spec.h"

static sucref_model m;
static sucref_net net;
static respec r;
static uint8_t x[65535];
static int32_t z[65535];

void measured(int stop);
void measured(int stop)
{
    const sucref_layer_spec *s = &r.layer[0];
    uint32_t row, c;
    if (stop >= 0) { (void)sucref_net_run(&net, (unsigned)stop); return; }
    for (row = 0; row < s->n_out; row++) {
        int32_t sum = s->bias[row];
        for (c = 0; c < s->n_in; c++) { sum += s->w[(size_t)row * s->n_in + c] * x[c]; }
        z[row] = sum;
    }
}

int main(int argc, char **argv)
{
    FILE *f = argc == 4 ? fopen(argv[2], "rb") : NULL;
    const int last = f != NULL && model_load(&m, argv[1]) ? m.n_stops - 1 : -1;
    const int stop = last < 0                          ? 0
                     : strcmp(argv[3], "plain") == 0   ? -1
                     : strcmp(argv[3], "oneshot") == 0 ? last
                                                       : atoi(argv[3]);
    sucref_answer a;
    if (last < 0 || fread(x, 1, m.n_in, f) != m.n_in || stop > last || !net_start(&net, &m)) {
        fprintf(stderr, "usage: host MODEL INPUT plain|oneshot|STOP\n");
        return 2;
    }
    fclose(f);
    respec_model(&r, &m);
    (void)sucref_net_set_input(&net, x, net.model->n_in);
    if (strcmp(argv[3], "oneshot") == 0) { (void)sucref_net_start_at(&net, (unsigned)last); }
    if (stop > 0 && strcmp(argv[3], "oneshot") != 0) { (void)sucref_net_run(&net, (unsigned)stop - 1U); }
    measured(stop);
    if (stop < 0) { /* the comparison must be the same work */
        (void)sucref_net_run(&net, (unsigned)last);
        if (sucref_net_answer(&net, &a) != SUCREF_OK || memcmp(a.logits, z, 4U * m.n_out) != 0) {
            fprintf(stderr, "host: the plain loop differs\n");
            return 1;
        }
    }
    return 0;
}
