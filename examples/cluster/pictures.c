/* pictures.c - a convolutional network on devices and a spare: processes that talk UDP on this machine, each with its
 * part of every convolution by output channels (examples/tool/channels.h, `sucref split`), and a master that has the
 * whole model, joins their sums, and computes the rest. Devices are killed in the middle of answers; one is wrong;
 * with more gone than there are spares the master computes their layers itself, until the model is split again for
 * those that are left. Every answer is compared with the whole network's.
 *
 *     pictures [MODEL [DEVICES]]   a model of one stop with convolutions, as `sucref import` makes it; none: a small
 *                                  one with weights by chance. 2 to 8 devices, else 3
 *
 * Output:
 *     3 devices, 1 spare, 4 layers shared out
 *     all there: 20 of 20 answers exact, 80 layers by devices, 0 here
 *     each killed in the middle: 20 of 20 answers exact, 80 layers by devices, 0 here
 *     one wrong: 5 of 5 answers exact, 0 layers by devices, 20 here
 *     two gone: 5 of 5 answers exact, 0 layers by devices, 20 here
 *     split again for 2: 20 of 20 answers exact, 80 layers by devices, 0 here
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
#include "../tool/channels.h"
#include "../tool/model_file.h"
#include "../tool/random.h"
#include "chance.h"
#include "udp.h"

enum { MOST = 9, DATAGRAM = 65000, AGAIN_MS = 50, PATIENCE_MS = 2000 };
typedef struct { uint32_t job, layer, blocks[2]; } request; /* the blocks that are wanted; the layer's input follows */

static sucref_model model;
static respec spec;
static channel_split part[SUCREF_MAX_LAYERS];
static unsigned devices, here, shared; /* layers of the answers so far by whom */
static int home_port, port[MOST], broken;
static int checked; /* all sums are waited for, that of the spare as well: a wrong one is noticed then */
static struct sockaddr_in home, address[MOST];
static pid_t pid[MOST];
static uint32_t dice = 1;

/* ---- a device: sums of the layer that was asked for, kept for those who ask again ---- */

static int32_t *compute(sucref_net *net, const channel_split *c, const uint8_t *u)
{
    int32_t *y = (int32_t *)respec_new(4 * (size_t)c->blocks * channels_values(c)),
            *before = (int32_t *)respec_new(4 * (size_t)net->model->n_out);
    (void)sucref_net_set_input(net, u, net->model->n_in);
    (void)sucref_net_run(net, 0);
    if (sucref_shard_sums(y, c->plan.rows, net, before) != SUCREF_OK) { exit(1); }
    free(before);
    return y;
}

static void serve(unsigned shard, int wrong)
{
    static sucref_model m[SUCREF_MAX_LAYERS];
    static sucref_net net[SUCREF_MAX_LAYERS];
    static uint8_t in[DATAGRAM], message[DATAGRAM];
    static request q, had;
    int32_t *y = NULL;
    unsigned n, b;
    dice += shard;
    for (n = 0; n < model.n_layers; n++) {
        uint32_t len;
        const uint8_t *bytes;
        if (part[n].plan.n == 0) { continue; }
        bytes = channels_part(&len, &spec.spec, n, &part[n].plan, shard);
        if (bytes == NULL || sucref_model_open(&m[n], bytes, len, NULL) != SUCREF_OK || !net_start(&net[n], &m[n])) {
            exit(1);
        }
    }
    for (;;) {
        const ssize_t len = recv(port[shard], in, sizeof in, 0);
        if (len < (ssize_t)sizeof q) { continue; }
        memcpy(&q, in, sizeof q);
        if (q.layer >= model.n_layers || part[q.layer].plan.n == 0 ||
            (size_t)len != sizeof q + m[q.layer].n_in) { continue; }
        if (y == NULL || q.job != had.job || q.layer != had.layer) {
            free(y);
            y = compute(&net[q.layer], &part[q.layer], in + sizeof q);
            if (wrong) { y[0] ^= 1; }
            had = q;
        }
        for (b = 0; b < part[q.layer].blocks; b++) {
            if (!(q.blocks[b / 32] >> b % 32 & 1U)) { continue; }
            (void)sendto(port[shard], message,
                         channels_pack(message, sizeof message, &part[q.layer], q.job, shard, b, y), 0,
                         (struct sockaddr *)&home, sizeof home);
        }
    }
}

static void start(unsigned i, int wrong)
{
    if (pid[i] > 0) { (void)kill(pid[i], SIGKILL); (void)waitpid(pid[i], NULL, 0); }
    fflush(stdout);
    pid[i] = fork();
    if (pid[i] == 0) { serve(i, wrong); }
}

/* ---- the master ---- */

/* asks all devices for the blocks of a layer that are not complete */
static void ask_all(uint32_t job, const channel_split *c, const sucref_share *ask)
{
    static uint8_t out[DATAGRAM];
    request q;
    uint32_t i;
    unsigned b;
    memset(&q, 0, sizeof q);
    q.job = job; q.layer = ask->layer;
    for (b = 0; b < c->blocks; b++) {
        if (!checked && channels_has(c, job, b)) { continue; }
        q.blocks[b / 32] |= (uint32_t)1 << b % 32;
    }
    memcpy(out, &q, sizeof q);
    for (i = 0; i < ask->n_in; i++) { out[sizeof q + i] = (uint8_t)(ask->input[i] ^ ask->flip); }
    for (i = 0; i < devices + 1U; i++) {
        (void)sendto(home_port, out, sizeof q + ask->n_in, 0, (struct sockaddr *)&address[i], sizeof address[i]);
    }
}

/* waits for enough messages of a layer; 0: too many devices are gone. victim: is killed after the first one, or -1 */
static int collect(uint32_t job, channel_split *c, const sucref_share *ask, int victim)
{
    static uint8_t message[DATAGRAM];
    const double deadline = now_ms() + PATIENCE_MS;
    unsigned taken = 0;
    double asked = 0;
    (void)channels_begin(c, job);
    while ((checked ? taken < (devices + 1U) * c->blocks : channels_complete(c, job) < c->blocks) &&
           now_ms() < deadline) {
        struct pollfd p;
        ssize_t len;
        if (now_ms() - asked > AGAIN_MS) {
            ask_all(job, c, ask);
            asked = now_ms();
        }
        p.fd = home_port; p.events = POLLIN;
        if (poll(&p, 1, AGAIN_MS) != 1) { continue; }
        len = recv(home_port, message, sizeof message, 0);
        taken += len > 0 && sucref_fusion_take(&c->fusion, message, (size_t)len) >= 0;
        if (victim >= 0) { (void)kill(pid[victim], SIGKILL); }
        victim = -1;
    }
    return channels_complete(c, job) == c->blocks;
}

/* sums of a layer from devices, to be freed; NULL: it is to be computed here */
static int32_t *from_devices(uint32_t job, const sucref_share *ask, int victim)
{
    channel_split *c = &part[ask->layer];
    int32_t *sums, *scratch;
    int ok;
    if (c->plan.n == 0) { return NULL; }
    if (broken || !collect(job, c, ask, victim)) { /* those gone stay so */
        broken = 1;
        channels_close(c, job);
        here++;
        return NULL;
    }
    sums = (int32_t *)respec_new(4 * (size_t)ask->positions * ask->rows);
    scratch = (int32_t *)respec_new(4 * (size_t)channels_values(c) * c->plan.n);
    ok = channels_sums(sums, c, job, scratch) == SUCREF_OK;
    channels_close(c, job);
    free(scratch);
    if (ok) { shared++; return sums; }
    free(sums); /* devices contradict each other */
    here++;
    return NULL;
}

/* the answer of an input; victim: killed in the middle of it, or -1 */
static void answer(sucref_net *net, uint32_t job, const uint8_t *x, int victim)
{
    sucref_share ask;
    int status, layers = (int)random_below(&dice, 4);
    (void)sucref_net_set_input(net, x, model.n_in);
    for (status = sucref_net_share(net, NULL, 0xFFFFFFFFU, &ask); status == SUCREF_WAIT;) {
        int32_t *sums = from_devices(job, &ask, layers-- == 0 ? victim : -1);
        const int32_t *planes[1];
        planes[0] = sums;
        if (sums == NULL) { (void)sucref_net_step(net, 1); }
        status = sucref_net_share(net, sums == NULL ? NULL : planes, 0xFFFFFFFFU, &ask);
        free(sums);
    }
}

/* jobs on random inputs; victims: devices are killed one after the other, and started again */
static void jobs(const char *what, int n, int victims)
{
    static sucref_net net, whole;
    static uint32_t job;
    uint8_t *x = (uint8_t *)respec_new(model.n_in);
    int k, exact = 0;
    uint32_t i;
    if (net.model == NULL && (!net_start(&net, &model) || !net_start(&whole, &model))) { exit(1); }
    shared = here = 0;
    for (k = 0; k < n; k++, job++) {
        const int victim = victims ? k % (int)(devices + 1U) : -1;
        sucref_answer a, b;
        for (i = 0; i < model.n_in; i++) { x[i] = (uint8_t)random_below(&dice, 256); }
        (void)sucref_net_set_input(&whole, x, model.n_in);
        answer(&net, job, x, victim);
        exact += sucref_net_run(&whole, 0) == SUCREF_OK && sucref_net_answer(&whole, &a) == SUCREF_OK &&
                 sucref_net_answer(&net, &b) == SUCREF_OK && memcmp(a.out, b.out, a.n_out) == 0 &&
                 memcmp(a.logits, b.logits, 4 * a.n_out) == 0;
        if (victim >= 0) { start((unsigned)victim, 0); }
    }
    printf("%s: %d of %d answers exact, %u layers by devices, %u here\n", what, exact, n, shared, here);
    free(x);
}

/* splits the model for so many devices and a spare, and starts them; returns how many layers are shared out */
static unsigned deploy(unsigned n_devices)
{
    unsigned n, i, layers = 0;
    devices = n_devices;
    for (n = 0; n < model.n_layers; n++) {
        free(part[n].fusion.memory);
        if (!channels_plan(&part[n], &spec.spec, n, devices, 1, NULL)) { continue; }
        if (channels_input(&part[n], &spec.spec) > DATAGRAM - sizeof(request)) { part[n].plan.n = 0; continue; }
        if (!channels_listen(&part[n], &spec.layer[n])) { exit(1); }
        layers++;
    }
    for (i = 0; i < devices + 1U; i++) { start(i, 0); }
    broken = 0;
    return layers;
}

static void end_all(void)
{
    unsigned i;
    for (i = 0; i < MOST; i++) { if (pid[i] > 0) { (void)kill(pid[i], SIGKILL); (void)waitpid(pid[i], NULL, 0); } }
}

/* ends with what is wrong with a model */
static void stop(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

/* reads the arguments: a model and how many devices share it */
static unsigned arguments(int argc, char **argv)
{
    char *end = NULL;
    const unsigned long n = argc > 2 ? strtoul(argv[2], &end, 10) : 3;
    if (argc > 3 || (end != NULL && *end != 0) || n < 2 || n > MOST - 1) {
        fprintf(stderr, "pictures [MODEL [DEVICES]]: DEVICES is a number from 2 to %d\n", MOST - 1);
        exit(1);
    }
    if (!(argc > 1 ? model_load(&model, argv[1]) : chance_model(&model))) { exit(1); }
    if (model.n_stops != 1) {
        stop(argv[1], "has several stops; layers are shared out in models of one: import or quantize with --plan 8");
    }
    return (unsigned)n;
}

int main(int argc, char **argv)
{
    const unsigned n = arguments(argc, argv);
    char text[40];
    unsigned i, layers;
    respec_model(&spec, &model);
    home_port = open_port(&home, "pictures");
    for (i = 0; i < MOST; i++) { port[i] = open_port(&address[i], "pictures"); }
    layers = deploy(n);
    if (layers == 0) { end_all(); stop(argc > 1 ? argv[1] : "the model", "no layer has channels for so many devices"); }
    printf("%u devices, 1 spare, %u layers shared out\n", n, layers);
    jobs("all there", 20, 0);
    jobs("each killed in the middle", 20, 1);
    start(1, 1);
    checked = 1;
    jobs("one wrong", 5, 0);
    checked = 0;
    start(1, 0);
    (void)kill(pid[0], SIGKILL); (void)kill(pid[n], SIGKILL);
    jobs("two gone", 5, 0);
    snprintf(text, sizeof text, "split again for %u", n - 1U);
    (void)deploy(n - 1U);
    jobs(text, 20, 0);
    end_all();
    return 0;
}
