/* devices.c - a whole network on four devices and one or two spares: processes that talk UDP on this machine, each
 * with its part of every layer (examples/tool/parts.h, `sucref split`). Devices are killed, stopped and slow at random
 * moments; any four of them give the exact answer, stop by stop. With more losses than spares a job closes at its
 * deadline with its last whole stop, and says which. The slowest answers' times go to stderr.
 *
 * Output:
 *     1 spare, 1 of 5 killed or stopped: 200 of 200 jobs exact at the last stop
 *     2 spares, 2 of 6 killed or stopped: 210 of 210 jobs exact at the last stop
 *     2 spares for the first plane only, 2 data devices gone: 3 of 3 jobs exact at stop 0 of 0..1
 *     2 spares, 3 gone: 3 of 3 jobs without an answer
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "../tool/model_file.h"
#include "../tool/parts.h"
#include "../tool/random.h"
#include "udp.h"

enum { N = 4, MOST = 6, LAYERS = 4, WIDE = 784 };
/* the first `planes` planes are wanted */
typedef struct { uint32_t job; uint16_t layer, planes; uint8_t x[WIDE]; } request;

static sucref_model model;
static respec spec;
static split_plan plan[LAYERS];
static sucref_fusion fusion[LAYERS];
static unsigned devices;
static int home_port, port[MOST];
static struct sockaddr_in home, address[MOST];
static pid_t pid[MOST];
static uint32_t dice = 1;

static uint32_t roll(uint32_t n) { return random_below(&dice, n); }

/* ---- a device: its part of every layer; answers a request plane by plane, sometimes late, sometimes twice ---- */
static void serve(unsigned shard)
{
    static request q;
    sucref_model part[LAYERS];
    sucref_net net[LAYERS];
    unsigned n, t;
    dice += shard;
    for (n = 0; n < model.n_layers; n++) {
        uint32_t len;
        const uint8_t *bytes = split_part(&len, &spec.layer[n], &plan[n], shard);
        if (sucref_model_open(&part[n], bytes, len, NULL) != SUCREF_OK || !net_start(&net[n], &part[n])) { exit(1); }
    }
    for (;;) {
        int32_t y[WIDE], before[2 * WIDE];
        uint8_t message[SUCREF_SHARD_OVERHEAD + 4 * WIDE];
        sucref_shard s;
        sucref_scales scales;
        size_t len;
        if (recv(port[shard], &q, sizeof q, 0) != (ssize_t)sizeof q || q.layer >= model.n_layers) { continue; }
        if (roll(16) == 0) { usleep(2000); }
        (void)sucref_net_set_input(&net[q.layer], q.x, net[q.layer].model->n_in);
        for (t = 0; t < q.planes && t < part[q.layer].n_stops; t++) {
            memset(&s, 0, sizeof s);
            s.job = q.job;
            s.layer = q.layer;
            s.plane = (uint8_t)t;
            s.shard = (uint8_t)shard;
            s.count = (uint16_t)plan[q.layer].rows;
            sucref_model_scales(&scales, &part[q.layer]);
            s.unit = scales.logit;
            (void)sucref_net_run(&net[q.layer], t);
            (void)sucref_shard_sums(y, s.count, &net[q.layer], before);
            (void)sucref_shard_pack(message, sizeof message, &len, &s, y);
            (void)sendto(port[shard], message, len, 0, (struct sockaddr *)&home, sizeof home);
            if (roll(32) == 0) { (void)sendto(port[shard], message, len, 0, (struct sockaddr *)&home, sizeof home); }
        }
    }
}

static void start(unsigned i)
{
    if (pid[i] > 0) { (void)kill(pid[i], SIGKILL); (void)waitpid(pid[i], NULL, 0); }
    fflush(stdout);
    pid[i] = fork();
    if (pid[i] == 0) { serve(i); }
}

/* ---- the fusion node ---- */

/* what goes wrong, and how many messages into the job */
typedef struct { int victim[2], signal[2], after; } trouble;

/* asks for a layer's planes and waits for enough shards; 0 at the deadline */
static int ask(uint32_t job, unsigned layer, unsigned planes, const uint8_t *x, double deadline, trouble *tr)
{
    static request q;
    static uint8_t message[SUCREF_SHARD_OVERHEAD + 4 * WIDE];
    double sent = 0;
    unsigned i;
    memset(&q, 0, sizeof q);
    q.job = job; q.layer = (uint16_t)layer; q.planes = (uint16_t)planes;
    memcpy(q.x, x, spec.layer[layer].n_in);
    if (sucref_fusion_stops(&fusion[layer], job, layer) < 0) { (void)sucref_fusion_begin(&fusion[layer], job, layer); }
    while (sucref_fusion_stops(&fusion[layer], job, layer) < (int)planes) {
        struct pollfd p;
        ssize_t len;
        if (now_ms() - sent > 100) { /* messages get lost: ask again, what comes twice is dropped */
            for (i = 0; i < devices; i++) {
                (void)sendto(home_port, &q, sizeof q, 0, (struct sockaddr *)&address[i], sizeof address[i]);
            }
            sent = now_ms();
        }
        if (tr->after-- == 0) {
            for (i = 0; i < 2; i++) {
                if (tr->victim[i] >= 0) { (void)kill(pid[tr->victim[i]], tr->signal[i]); }
            }
        }
        p.fd = home_port; p.events = POLLIN;
        if (now_ms() > deadline) { return 0; }
        if (poll(&p, 1, 20) != 1) { continue; }
        len = recv(home_port, message, sizeof message, 0);
        for (i = 0; len > 0 && i < model.n_layers; i++) { /* the layer it names takes it */
            sucref_shard s;
            if (sucref_shard_open(&s, message, (size_t)len) == SUCREF_OK && s.layer == i) {
                (void)sucref_fusion_take(&fusion[i], message, (size_t)len);
            }
        }
    }
    return 1;
}

/* one layer at one stop from the sums of its planes; 0 at the deadline. Layer 0 has one job for all stops:
 * its input stays */
static int run_layer(uint8_t *out, int32_t *logits, uint32_t number, unsigned stop, unsigned layer, const uint8_t *x,
                     double deadline, trouble *tr)
{
    static int32_t sums[SUCREF_MAX_PLANES][WIDE], released[MOST * WIDE];
    const int32_t *use[SUCREF_MAX_PLANES];
    sucref_layer_sums of;
    const uint32_t job = number * 16U + (layer == 0 ? 0 : stop);
    const unsigned mask = sucref_layer_planes(&model, stop, layer);
    unsigned t, planes = 0;
    while (mask >> planes != 0) { planes++; }
    if (!ask(job, layer, planes, x, deadline, tr)) { return 0; }
    for (t = 0; t < planes; t++) {
        if (!split_sums(sums[t], &fusion[layer], job, layer, t, &plan[layer], released)) { return 0; }
        use[t] = sums[t];
    }
    if (layer > 0) { (void)sucref_fusion_close(&fusion[layer], job, layer); }
    of.planes = use;
    of.input = x;
    return sucref_layer_finish(out, logits, &model, stop, layer, &of) == SUCREF_OK;
}

/* refines until the deadline; returns how many stops were answered, the last one's logits */
static unsigned answer(int32_t *logits, uint32_t number, const uint8_t *x, double patience_ms, trouble *tr)
{
    const double deadline = now_ms() + patience_ms;
    uint8_t u[2][WIDE];
    int32_t z[WIDE];
    unsigned stop, layer, stops = 0;
    for (layer = model.n_layers; layer == model.n_layers && stops < model.n_stops; ) {
        memcpy(u[0], x, model.n_in);
        for (layer = 0; layer < model.n_layers &&
                        run_layer(u[(layer + 1) % 2], z, number, stops, layer, u[layer % 2], deadline, tr);
             layer++) { }
        if (layer == model.n_layers) { memcpy(logits, z, 4 * model.n_out); stops++; }
    }
    for (layer = 0; layer < model.n_layers; layer++) {
        for (stop = 0; stop < model.n_stops; stop++) {
            (void)sucref_fusion_close(&fusion[layer], number * 16U + stop, layer);
        }
    }
    return stops;
}

/* jobs on pictures of noise, compared with the network on this machine at the stop that they name */
static int run_jobs(uint32_t first, int jobs, double patience_ms, int want_stops, const trouble *tr, double *slowest)
{
    static sucref_net net;
    static uint8_t x[WIDE];
    const int when = (int)roll((uint32_t)jobs);
    int k, exact = 0;
    if (net.model == NULL && !net_start(&net, &model)) { exit(1); }
    for (k = 0; k < jobs; k++) {
        static const trouble none = { { -1, -1 }, { 0, 0 }, 0 };
        trouble now = k == when ? *tr : none;
        const double begin = now_ms();
        int32_t logits[WIDE];
        sucref_answer a;
        unsigned i, stops;
        for (i = 0; i < model.n_in; i++) { x[i] = (uint8_t)roll(256); }
        now.after = (int)roll(12);
        stops = answer(logits, first + (uint32_t)k, x, patience_ms, &now);
        if (now_ms() - begin > *slowest) { *slowest = now_ms() - begin; }
        if (stops > 0) {
            (void)sucref_net_set_input(&net, x, net.model->n_in);
            (void)sucref_net_start_at(&net, stops - 1);
            if (sucref_net_run(&net, stops - 1) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK ||
                memcmp(a.logits, logits, 4 * model.n_out) != 0) {
                continue;
            }
        }
        exact += stops == (unsigned)want_stops;
    }
    return exact;
}

/* splits for r spares, of which planes 0..protect-1 have parities, and starts every device */
static void deploy(unsigned r, unsigned protect)
{
    unsigned n, i;
    for (i = 0; i < MOST; i++) {
        if (pid[i] > 0) {
            (void)kill(pid[i], SIGKILL);
            (void)waitpid(pid[i], NULL, 0);
            pid[i] = 0;
        }
    }
    devices = N + r;
    for (n = 0; n < model.n_layers; n++) {
        plan[n].n = N; plan[n].r = r; plan[n].protect = protect;
        free(fusion[n].memory);
        if (!split_rows(&plan[n], spec.layer[n].n_out, NULL) ||
            !split_listen(&fusion[n], &spec.layer[n], &plan[n], 2)) {
            exit(1);
        }
    }
    for (i = 0; i < devices; i++) { start(i); }
}

int main(void)
{
    uint32_t number = 0;
    double slowest = 0;
    int a, b, exact = 0;
    unsigned i;
    trouble tr = { { -1, -1 }, { SIGKILL, SIGSTOP }, 0 };
    if (!model_load(&model, "examples/models/digits_44.sucref") || model.n_layers > LAYERS) { return 1; }
    respec_model(&spec, &model);
    home_port = open_port(&home, "devices");
    for (i = 0; i < MOST; i++) { port[i] = open_port(&address[i], "devices"); }
    deploy(1, 8);
    for (a = 0; a < N + 1; a++, number += 40) {
        tr.victim[0] = a; tr.signal[0] = a % 2 ? SIGSTOP : SIGKILL;
        exact += run_jobs(number, 40, 5000, model.n_stops, &tr, &slowest);
        start((unsigned)a);
    }
    printf("1 spare, 1 of %d killed or stopped: %d of 200 jobs exact at the last stop\n", N + 1, exact);
    fprintf(stderr, "slowest answer: %.1f ms\n", slowest);
    deploy(2, 8);
    for (a = 0, exact = 0, slowest = 0; a < N + 2; a++) {
        for (b = a + 1; b < N + 2; b++, number += 14) {
            tr.victim[0] = a; tr.victim[1] = b; tr.signal[0] = SIGKILL;
            exact += run_jobs(number, 14, 5000, model.n_stops, &tr, &slowest);
            start((unsigned)a); start((unsigned)b);
        }
    }
    printf("2 spares, 2 of %d killed or stopped: %d of 210 jobs exact at the last stop\n", N + 2, exact);
    fprintf(stderr, "slowest answer: %.1f ms\n", slowest);
    deploy(2, 1);
    tr.victim[0] = tr.victim[1] = -1;
    (void)kill(pid[0], SIGKILL); (void)kill(pid[2], SIGKILL);
    printf("2 spares for the first plane only, 2 data devices gone: %d of 3 jobs exact at stop 0 of 0..%d\n",
           run_jobs(number, 3, 300, 1, &tr, &slowest), model.n_stops - 1);
    deploy(2, 8);
    (void)kill(pid[0], SIGKILL); (void)kill(pid[3], SIGKILL); (void)kill(pid[5], SIGKILL);
    printf("2 spares, 3 gone: %d of 3 jobs without an answer\n", run_jobs(number + 10, 3, 300, 0, &tr, &slowest));
    for (i = 0; i < devices; i++) { (void)kill(pid[i], SIGKILL); (void)waitpid(pid[i], NULL, 0); }
    return 0;
}
