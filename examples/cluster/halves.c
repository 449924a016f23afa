/* halves.c - a network over two devices that see the left and the right half of a picture: processes that talk UDP on
 * this machine, or, for the right one, a board at a serial port (`make mcu`: an emulated Cortex-M3). Each computes its
 * neurons and tells the other those that are read there; a third node collects the answer and compares it with the
 * whole network's. Then the right one is killed: the node names it, switches to the plan of one device, and goes on.
 * Every picture comes as it is and moved by a pixel to three sides.
 *
 *     halves [COMMAND...]   COMMAND: the right device, its datagrams on standard input and output (../mcu/sensor.c)
 *
 * Output:
 *     an answer: 4 messages, 200 bytes; 2 messages, 472 bytes where one device sends its inputs to the other
 *     200 of 200 answers as the whole network's, 191 right, 4.00 messages and 200.0 bytes each
 *     right device gone: device 1 named, 20 of 20 answers by the left one alone
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "../digits/picture.h"
#include "../tool/exchange.h"
#include "../tool/model_file.h"
#include "../tool/npz.h"
#include "sensor.h"
#include "udp.h"

enum { LEFT, RIGHT, NODE, NODES, PLANS = 2, PIXELS = 784, JOBS = 200, AFTER = 20 };

static sucref_model model;
static respec spec;
static exchange_net net[PLANS];
static uint8_t *owner[PLANS][SUCREF_MAX_LAYERS + 1], *bytes[PLANS][NODES];
static uint32_t bytes_len[PLANS][NODES];
static int port[NODES];
static struct sockaddr_in address[NODES];
static volatile unsigned long *sent; /* shared by all: messages, bytes of devices */
static unsigned self;

static void post(unsigned to, const uint8_t *p, size_t len)
{
    (void)sendto(port[self], p, len, 0, (struct sockaddr *)&address[to], sizeof address[to]);
}

/* of devices: counted */
static void post_counted(unsigned to, const uint8_t *p, size_t len)
{
    (void)__sync_fetch_and_add(&sent[0], 1);
    (void)__sync_fetch_and_add(&sent[1], len);
    post(to, p, len);
}

/* ---- devices ---- */
static void serve(unsigned i)
{
    static sensor s;
    static uint8_t m[SENSOR_DATAGRAM];
    unsigned p;
    self = i;
    for (p = 0; p < PLANS; p++) { /* both plans are ready */
        if (sucref_exchange_open(&s.part[p], bytes[p][i], bytes_len[p][i], NULL) != SUCREF_OK) { _exit(1); }
        s.plans++;
    }
    if (!sensor_switch(&s, 0, 0)) { _exit(1); }
    for (;;) {
        const ssize_t len = recv(port[i], m, sizeof m, 0);
        if (len > 0 && !sensor_hear(&s, m, (size_t)len, post_counted)) { _exit(0); }
    }
}

static void whole(int fd, uint8_t *p, size_t len, int out)
{
    while (len > 0) {
        const ssize_t n = out ? write(fd, p, len) : read(fd, p, len);
        if (n <= 0) { _exit(1); }
        p += n;
        len -= (size_t)n;
    }
}

/* between a device's serial port and UDP */
static void bridge(unsigned i, char **command)
{
    int there[2], back[2];
    uint8_t head[4] = { (uint8_t)bytes_len[0][i], (uint8_t)(bytes_len[0][i] >> 8), (uint8_t)(bytes_len[0][i] >> 16) };
    static uint8_t m[SENSOR_DATAGRAM + 4];
    pid_t pid;
    self = i;
    if (pipe(there) != 0 || pipe(back) != 0) { _exit(1); }
    pid = fork();
    if (pid == 0) {
        (void)dup2(there[0], 0); (void)dup2(back[1], 1);
        (void)close(there[1]); (void)close(back[0]);
        (void)execvp(command[0], command);
        _exit(127);
    }
    (void)close(there[0]); (void)close(back[1]);
    whole(there[1], head, 4, 1);
    whole(there[1], bytes[0][i], bytes_len[0][i], 1);
    for (;;) {
        struct pollfd p[2];
        p[0].fd = port[i]; p[1].fd = back[0];
        p[0].events = p[1].events = POLLIN;
        if (poll(p, 2, -1) < 0) { _exit(1); }
        if (p[0].revents & POLLIN) {
            const ssize_t len = recv(port[i], m + 2, SENSOR_DATAGRAM, 0);
            if (len <= 0) { continue; }
            m[0] = (uint8_t)len; m[1] = (uint8_t)(len >> 8);
            whole(there[1], m, (size_t)len + 2, 1);
            if (m[2] == 'Q') { (void)waitpid(pid, NULL, 0); _exit(0); }
        }
        if (p[1].revents & (POLLIN | POLLHUP)) {
            size_t len;
            whole(back[0], head, 3, 0);
            len = head[0] | (size_t)head[1] << 8;
            if (len > SENSOR_DATAGRAM) { _exit(1); }
            whole(back[0], m, len, 0);
            post_counted(head[2], m, len);
        }
    }
}

/* ---- the node ---- */

/* what device i senses of a picture under a plan, and in which job; also asks it to begin again */
static void sense(unsigned plan, unsigned i, uint32_t job, const uint8_t *x)
{
    uint8_t m[8 + PIXELS] = { 'I' };
    size_t n = 8, c;
    for (c = 0; c < 4; c++) { m[4 + c] = (uint8_t)(job >> 8 * c); }
    for (c = 0; c < PIXELS; c++) { if (owner[plan][0][c] == i) { m[n++] = x[c]; } }
    if (n > 8) { post(i, m, n); }
}

/* 1 when the answer is there and the whole network's; *missing: whose message a device said it lacks */
static int ask(sensor *s, unsigned plan, uint32_t job, const uint8_t *x, double patience_ms, unsigned *missing,
               uint32_t *class)
{
    static sucref_net own;
    static uint8_t m[SENSOR_DATAGRAM];
    const double begun = now_ms();
    double asked = -1e9;
    sucref_shard notice;
    sucref_answer a, b;
    if (own.model == NULL && !net_start(&own, &model)) { return 0; }
    if (sucref_exchange_begin(&s->e, job, NULL, 0) != SUCREF_OK) { return 0; }
    while (sensor_work(s, post) != SUCREF_DONE) {
        struct pollfd p;
        ssize_t len;
        p.fd = port[NODE]; p.events = POLLIN;
        if (now_ms() - begun > patience_ms) { return 0; }
        if (now_ms() - asked > patience_ms / 4) { /* again: a datagram was lost, or all are slow */
            sense(plan, LEFT, job, x);
            sense(plan, RIGHT, job, x);
            asked = now_ms();
        }
        if (poll(&p, 1, 50) != 1) { continue; }
        len = recv(port[NODE], m, sizeof m, 0);
        if (len <= 0) { continue; }
        (void)sucref_exchange_take(&s->e, m, (size_t)len);
        if (sucref_shard_open(&notice, m, (size_t)len) == SUCREF_OK && notice.layer == 65535 &&
            notice.plane == SUCREF_NOTICE_AGAIN) { /* a device says whose message it lacks */
            *missing = notice.outputs[2];
        }
    }
    (void)sucref_net_set_input(&own, x, PIXELS);
    if (sucref_net_run(&own, model.n_stops - 1U) != SUCREF_OK || sucref_net_answer(&own, &a) != SUCREF_OK ||
        sucref_exchange_answer(&s->e, &b) != SUCREF_OK) {
        return 0;
    }
    *class = sucref_argmax(b.logits, b.n_out);
    return a.n_out == b.n_out && memcmp(a.logits, b.logits, 4 * a.n_out) == 0;
}

/* picture k / 4, moved k % 4; its digit */
static unsigned picture(uint8_t *x, uint32_t k)
{
    static const int dy[4] = { 0, 0, 0, 1 }, dx[4] = { 0, 1, -1, 0 };
    const unsigned digit = (unsigned)(k / 4 / 5 % 10);
    uint8_t p[PIXELS];
    char path[64];
    int r, c;
    snprintf(path, sizeof path, "examples/digits/%u_%u.pgm", digit, (unsigned)(k / 4 % 5));
    if (!picture_digit(p, path)) { exit(1); }
    memset(x, 0, PIXELS);
    for (r = 1; r < 27; r++) {
        for (c = 1; c < 27; c++) { x[28 * (r + dy[k % 4]) + c + dx[k % 4]] = p[28 * r + c]; }
    }
    return digit;
}

/* parts for both plans: 0 as arranged, 1 all on the left one */
static void plan(void)
{
    static npz z;
    static uint8_t file[20000];
    FILE *f = fopen("examples/models/halves_maps.npz", "rb");
    const size_t len = f != NULL ? fread(file, 1, sizeof file, f) : 0;
    unsigned p, l, i;
    uint32_t c;
    if (f != NULL) { fclose(f); }
    if (npz_parse(&z, file, len) != 0) { fprintf(stderr, "halves: %s\n", z.why); exit(1); }
    for (p = 0; p < PLANS; p++) {
        for (l = 0; l <= model.n_layers; l++) {
            const uint32_t n = l == 0 ? model.n_in : spec.layer[l - 1].n_out;
            char name[16];
            const npz_array *a;
            snprintf(name, sizeof name, "level%u", l);
            a = npz_get(&z, name);
            if (a == NULL || a->shape[1] != n) { fprintf(stderr, "halves: maps of another network\n"); exit(1); }
            owner[p][l] = (uint8_t *)respec_new(n);
            for (c = 0; p == 0 && c < n; c++) { owner[p][l][c] = a->v[c] > 0 ? RIGHT : LEFT; }
        }
        if (!exchange_init(&net[p], &spec, (const uint8_t *const *)owner[p], 2, p)) { exit(1); }
        for (i = 0; i < NODES; i++) { bytes[p][i] = exchange_part(&bytes_len[p][i], &net[p], i); }
    }
}

int main(int argc, char **argv)
{
    static sensor s;
    static uint8_t x[PIXELS];
    static const uint8_t quit[1] = { 'Q' };
    uint8_t notice[SUCREF_SHARD_OVERHEAD + 4];
    pid_t pid[2];
    uint32_t job, class = 0;
    unsigned i, exact = 0, right = 0, missing = NODE;
    if (!model_load(&model, "examples/models/halves.sucref")) { return 1; }
    respec_model(&spec, &model);
    plan();
    sent = (volatile unsigned long *)mmap(NULL, 2 * sizeof *sent, PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sent == MAP_FAILED) { return 1; }
    for (i = 0; i < NODES; i++) { port[i] = open_port(&address[i], "halves"); }
    for (i = 0; i < 2; i++) {
        fflush(stdout);
        pid[i] = fork();
        if (pid[i] == 0) { if (i == RIGHT && argc > 1) { bridge(i, argv + 1); } else { serve(i); } }
    }
    self = NODE;
    for (i = 0; i < PLANS; i++) {
        if (sucref_exchange_open(&s.part[i], bytes[i][NODE], bytes_len[i][NODE], NULL) != SUCREF_OK) { return 1; }
        s.plans++;
    }
    if (!sensor_switch(&s, 0, 0)) { return 1; }
    printf("an answer: %lu messages, %lu bytes; 2 messages, %u bytes where one device sends its inputs to the other\n",
           net[0].messages, net[0].bytes, 2 * SUCREF_SHARD_OVERHEAD + PIXELS / 2 + 4 * model.n_out);
    for (job = 0; job < JOBS; job++) {
        const unsigned digit = picture(x, job);
        const int ok = ask(&s, 0, job, x, 8000, &missing, &class);
        exact += (unsigned)ok;
        right += ok && class == digit;
    }
    printf("%u of %u answers as the whole network's, %u right, %.2f messages and %.1f bytes each\n", exact, JOBS, right,
           (double)sent[0] / JOBS, (double)sent[1] / JOBS);
    if (argc > 1) { post(RIGHT, quit, 1); } else { (void)kill(pid[RIGHT], SIGKILL); }
    (void)waitpid(pid[RIGHT], NULL, 0);
    (void)picture(x, job);
    exact = (unsigned)ask(&s, 0, job, x, 800, &missing, &class);
    (void)sucref_notice_pack(notice, sizeof notice, SUCREF_NOTICE_PLAN, NODE, job, 1);
    post(LEFT, notice, sizeof notice);
    if (missing != RIGHT || exact != 0 || !sensor_switch(&s, 1, job)) { return 1; }
    for (; job < JOBS + AFTER; job++) {
        (void)picture(x, job);
        exact += (unsigned)ask(&s, 1, job, x, 4000, &missing, &class);
    }
    printf("right device gone: device %u named, %u of %u answers by the left one alone\n", missing, exact, AFTER);
    post(LEFT, quit, 1);
    (void)waitpid(pid[LEFT], NULL, 0);
    return 0;
}
