/* 11_devices.c - four devices and two spares compute a layer of 128 x 784 together, as processes that talk UDP on this machine. Devices
 * are killed, stopped and slow at random, and messages are lost; every output is exact from any four of the six, the 4-bit plane
 * first. With three gone a job is closed at its deadline and says how far it came.
 *
 * Output:
 *     200 jobs, one killed meanwhile: 200 exact, 0 cut short
 *     200 jobs, another stopped: 200 exact, 0 cut short
 *     3 jobs, three gone: 0 exact, 3 cut short, 0 stops
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "model_file.h"

enum { N = 4, R = 2, ROWS = 32, IN = 784, PLANES = 2 };
typedef struct { uint32_t job; uint8_t x[IN]; } request;

static int16_t w[PLANES][N + R][ROWS][IN]; /* digits 0..15 and their parities */
static int server;                         /* a socket; devices hear on ports of their own */
static struct sockaddr_in device[N + R], home;
static pid_t pid[N + R];

static void load_digits(void)
{
    sucref_model m;
    sucref_group g;
    int t, i, j, k, c;
    if (!model_load(&m, "examples/models/digits_44.sucref")) { exit(1); }
    sucref_model_group(&g, &m, 0);
    for (t = 0; t < PLANES; t++) {
        for (k = 0; k < ROWS; k++) {
            for (c = 0; c < IN; c++) {
                for (i = 0; i < N; i++) { w[t][i][k][c] = (int16_t)sucref_plane_digit(m.bytes + g.plane_offset[t], 128, IN, 4, (uint32_t)(ROWS * i + k), (uint32_t)c); }
                for (j = 0; j < R; j++) { for (i = 0; i < N; i++) { w[t][N + j][k][c] = (int16_t)(w[t][N + j][k][c] + sucref_parity_coefficient(N, R, (unsigned)j, (unsigned)i) * w[t][i][k][c]); } }
            }
        }
    }
}

static void product(int32_t *y, int t, int shard, const uint8_t *x)
{
    int k, c;
    for (k = 0; k < ROWS; k++) { for (c = 0, y[k] = 0; c < IN; c++) { y[k] += w[t][shard][k][c] * x[c]; } }
}

static int open_port(struct sockaddr_in *a)
{
    socklen_t len = sizeof *a;
    const int s = socket(AF_INET, SOCK_DGRAM, 0);
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s < 0 || bind(s, (struct sockaddr *)a, len) != 0 || getsockname(s, (struct sockaddr *)a, &len) != 0) { perror("11_devices"); exit(1); }
    return s;
}

/* a device: answers every request with a message for each plane, sometimes late, sometimes twice */
static void serve(int port, int shard)
{
    static request q;
    uint32_t state = (uint32_t)shard + 1U;
    for (;;) {
        int32_t y[ROWS];
        uint8_t message[SUCREF_SHARD_OVERHEAD + 4 * ROWS];
        sucref_shard s;
        size_t len;
        int t;
        if (recv(port, &q, sizeof q, 0) != (ssize_t)sizeof q) { continue; }
        state = state * 1664525U + 1013904223U;
        if (state >> 28 == 0) { usleep(2000); }
        for (t = 0; t < PLANES; t++) {
            memset(&s, 0, sizeof s);
            s.job = q.job; s.plane = (uint8_t)t; s.shard = (uint8_t)shard; s.count = ROWS;
            product(y, t, shard, q.x);
            (void)sucref_shard_pack(message, sizeof message, &len, &s, y);
            (void)sendto(port, message, len, 0, (struct sockaddr *)&home, sizeof home);
            if (state >> 27 == 7) { (void)sendto(port, message, len, 0, (struct sockaddr *)&home, sizeof home); }
        }
    }
}

/* 1 when every plane's outputs equal the local product, else 0 and *stops of the job at its deadline */
static int run_job(sucref_fusion *f, uint32_t job, int patience_ms, int *stops)
{
    static request q;
    static uint8_t message[2048];
    int i, t, exact = 1;
    q.job = job;
    for (i = 0; i < IN; i++) { q.x[i] = (uint8_t)((job * 31U + (unsigned)i) * 2654435761U >> 24); }
    (void)sucref_fusion_begin(f, job, 0);
    for (i = 0; i < N + R; i++) { (void)sendto(server, &q, sizeof q, 0, (struct sockaddr *)&device[i], sizeof device[i]); }
    while (sucref_fusion_stops(f, job, 0) < PLANES) {
        struct pollfd p;
        ssize_t len;
        p.fd = server; p.events = POLLIN;
        if (poll(&p, 1, patience_ms) != 1) { break; } /* the deadline, on the caller's clock */
        len = recv(server, message, sizeof message, 0);
        if (len > 0) { (void)sucref_fusion_take(f, message, (size_t)len); }
    }
    for (t = 0; t < PLANES; t++) {
        int32_t got[N][ROWS], want[ROWS];
        if (sucref_fusion_release(f, job, 0, (unsigned)t, got[0]) != SUCREF_OK) { exact = 0; break; }
        for (i = 0; i < N; i++) { product(want, t, i, q.x); exact &= memcmp(got[i], want, sizeof want) == 0; }
    }
    *stops = sucref_fusion_close(f, job, 0);
    return exact;
}

/* sends a signal to the victim when a third of the jobs is done */
static void run(const char *what, sucref_fusion *f, uint32_t first, int jobs, int patience_ms, int victim, int signal_number)
{
    int k, exact = 0, stops = PLANES, least = PLANES;
    for (k = 0; k < jobs; k++) {
        if (k == jobs / 3 && signal_number != 0) { (void)kill(pid[victim], signal_number); }
        exact += run_job(f, first + (uint32_t)k, patience_ms, &stops);
        if (stops < least) { least = stops; }
    }
    printf("%d jobs, %s: %d exact, %d cut short", jobs, what, exact, jobs - exact);
    if (exact < jobs) { printf(", %d stops", least); }
    printf("\n");
}

int main(void)
{
    const sucref_fusion_options o = { 1 << 24, ROWS, N, R, PLANES, PLANES, 2 };
    static uint32_t memory[2 * (2 + PLANES * (1 + (N + R) * ROWS))];
    sucref_fusion f;
    int i;
    load_digits();
    server = open_port(&home);
    fflush(stdout);
    for (i = 0; i < N + R; i++) {
        const int port = open_port(&device[i]);
        pid[i] = fork();
        if (pid[i] == 0) { serve(port, i); }
        (void)close(port);
    }
    if (sucref_fusion_init(&f, &o, memory, sizeof memory / sizeof memory[0]) != SUCREF_OK) { return 1; }
    run("one killed meanwhile", &f, 0, 200, 2000, 1, SIGKILL);
    run("another stopped", &f, 1000, 200, 2000, 4, SIGSTOP);
    (void)kill(pid[0], SIGKILL);
    run("three gone", &f, 2000, 3, 200, 0, SIGKILL);
    for (i = 0; i < N + R; i++) { (void)kill(pid[i], SIGKILL); (void)waitpid(pid[i], NULL, 0); }
    return 0;
}
