/* worker.c - a fusion node with a microcontroller among its devices: three data devices and a spare are simulated
 * here, the fourth data device is a process that talks on its standard input and output. In every job another device is
 * lost, so that its rows have to be found from the worker's and the others'.
 *
 *     worker [COMMAND...]   COMMAND: the worker, e.g. an emulator with its serial port on stdio (`make mcu` does so)
 *                              without it a child of this program
 *
 * Output:
 *     40 jobs, one device lost in each: 40 exact at the last stop, 0 messages bad, worker left with 0
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "../tool/model_file.h"
#include "../tool/parts.h"
#include "../tool/random.h"
#include "worker.h"

enum { N = 4, R = 1, LAYERS = 2, WORKER = 3, JOBS = 40 };
static sucref_model model, part[N + R][LAYERS];
static sucref_net whole, net[N + R][LAYERS];
static sucref_fusion fusion[LAYERS];
static split_plan plan[LAYERS];
static respec spec;
static int to_worker, from_worker;

static void move(int fd, uint8_t *p, size_t len, int out)
{
    while (len > 0) {
        const ssize_t n = out ? write(fd, p, len) : read(fd, p, len);
        if (n <= 0) { fprintf(stderr, "worker: the other end has gone\n"); _exit(1); }
        p += n;
        len -= (size_t)n;
    }
}
static void child_get(uint8_t *p, size_t len) { move(0, p, len, 0); }
static void child_put(const uint8_t *p, size_t len) { move(1, (uint8_t *)(uintptr_t)p, len, 1); }

static pid_t start_worker(char **command)
{
    int there[2], back[2];
    pid_t pid;
    if (pipe(there) != 0 || pipe(back) != 0) { exit(1); }
    pid = fork();
    if (pid == 0) {
        (void)dup2(there[0], 0); (void)dup2(back[1], 1);
        (void)close(there[1]); (void)close(back[0]);
        if (command[0] == NULL) { _exit(worker_serve(part[WORKER], net[WORKER], LAYERS, child_get, child_put)); }
        (void)execvp(command[0], command);
        _exit(127);
    }
    (void)close(there[0]); (void)close(back[1]);
    to_worker = there[1]; from_worker = back[0];
    return pid;
}

static void ask_worker(uint32_t job, unsigned layer, unsigned planes, const uint8_t *x)
{
    uint8_t head[WORKER_REQUEST] = { 0 }, message[SUCREF_SHARD_OVERHEAD + 4 * WORKER_ROWS];
    unsigned t;
    head[0] = (uint8_t)job;
    head[4] = (uint8_t)layer;
    head[6] = (uint8_t)plan[layer].rows;
    head[8] = (uint8_t)planes;
    head[9] = WORKER;
    move(to_worker, head, sizeof head, 1);
    if (planes == 0) { return; }
    move(to_worker, (uint8_t *)(uintptr_t)x, spec.layer[layer].n_in, 1);
    for (t = 0; t < planes; t++) {
        const size_t len = SUCREF_SHARD_OVERHEAD + 4U * plan[layer].rows;
        move(from_worker, message, len, 0);
        (void)sucref_fusion_take(&fusion[layer], message, len);
    }
}

/* what another device would send */
static void simulate(uint32_t job, unsigned layer, unsigned i, const uint8_t *x)
{
    int32_t y[WORKER_ROWS], before[4 * WORKER_ROWS];
    uint8_t message[SUCREF_SHARD_OVERHEAD + 4 * WORKER_ROWS];
    sucref_shard s;
    sucref_scales scales;
    size_t len;
    memset(&s, 0, sizeof s);
    sucref_model_scales(&scales, &part[i][layer]);
    s.unit = scales.logit;
    s.job = job; s.layer = (uint16_t)layer; s.shard = (uint8_t)i; s.count = (uint16_t)plan[layer].rows;
    (void)sucref_net_set_input(&net[i][layer], x, net[i][layer].model->n_in);
    for (; s.plane < part[i][layer].n_stops; s.plane++) {
        (void)sucref_net_run(&net[i][layer], s.plane);
        (void)sucref_shard_sums(y, s.count, &net[i][layer], before);
        (void)sucref_shard_pack(message, sizeof message, &len, &s, y);
        (void)sucref_fusion_take(&fusion[layer], message, len);
    }
}

/* the whole network at its last stop; 1 when it equals this machine's */
static int run_job(uint32_t job, const uint8_t *x, unsigned lost)
{
    static int32_t sums[2][WORKER_ROWS * N], logits[WORKER_ROWS * N];
    const int32_t *use[2] = { sums[0], sums[1] };
    uint8_t u[2][WORKER_WIDE];
    sucref_layer_sums of;
    sucref_answer a;
    unsigned layer, i, t;
    memcpy(u[0], x, model.n_in);
    for (layer = 0; layer < LAYERS; layer++) {
        int32_t released[N * WORKER_ROWS];
        (void)sucref_fusion_begin(&fusion[layer], job, layer);
        for (i = 0; i < N + R; i++) { if (i != lost && i != WORKER) { simulate(job, layer, i, u[layer % 2]); } }
        ask_worker(job, layer, spec.layer[layer].n_planes, u[layer % 2]);
        for (t = 0; t < spec.layer[layer].n_planes; t++) {
            if (!split_sums(sums[t], &fusion[layer], job, layer, t, &plan[layer], released)) { return 0; }
        }
        (void)sucref_fusion_close(&fusion[layer], job, layer);
        of.planes = use;
        of.input = u[layer % 2];
        if (sucref_layer_finish(u[(layer + 1) % 2], logits, &model, model.n_stops - 1U, layer, &of) != SUCREF_OK) {
            return 0;
        }
    }
    (void)sucref_net_set_input(&whole, x, whole.model->n_in);
    (void)sucref_net_run(&whole, model.n_stops - 1U);
    return sucref_net_answer(&whole, &a) == SUCREF_OK && memcmp(a.logits, logits, 4 * model.n_out) == 0;
}

int main(int argc, char **argv)
{
    static uint8_t x[WORKER_WIDE];
    uint32_t job, dice = 1;
    int exact = 0, status = 0;
    unsigned n, i;
    pid_t pid;
    if (!model_load(&model, "examples/models/digits_44.sucref") || model.n_layers != LAYERS ||
        !net_start(&whole, &model)) {
        return 1;
    }
    respec_model(&spec, &model);
    for (n = 0; n < LAYERS; n++) {
        plan[n].n = N; plan[n].r = R; plan[n].protect = 8;
        if (!split_rows(&plan[n], spec.layer[n].n_out, NULL) ||
            !split_listen(&fusion[n], &spec.layer[n], &plan[n], 1)) {
            return 1;
        }
        for (i = 0; i < N + R; i++) {
            uint32_t len;
            const uint8_t *bytes = split_part(&len, &spec.layer[n], &plan[n], i);
            if (sucref_model_open(&part[i][n], bytes, len, NULL) != SUCREF_OK || !net_start(&net[i][n], &part[i][n])) {
                return 1;
            }
        }
    }
    pid = start_worker(argv + (argc > 0));
    for (job = 0; job < JOBS; job++) {
        for (i = 0; i < model.n_in; i++) { x[i] = (uint8_t)(random_next(&dice) >> 24); }
        exact += run_job(job, x, job % 4 == WORKER ? N : job % 4); /* a data device or the spare */
    }
    ask_worker(0, 0, 0, x);
    (void)waitpid(pid, &status, 0);
    printf("%d jobs, one device lost in each: %d exact at the last stop, %lu messages bad, worker left with %d\n", JOBS,
           exact, (unsigned long)(fusion[0].bad + fusion[1].bad), WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
