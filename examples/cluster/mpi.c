/* mpi.c - the devices as MPI ranks, for users who outgrow one machine: rank 0 is the fusion node, ranks 1..5 hold four
 * data parts and a parity part of every layer of the digits network, and rank 2 is killed while they work. `make mpi`
 * builds and runs it where there is an MPI. With Open MPI a lost rank is survived with
 *
 *     mpirun --enable-recovery -n 6 ./mpi
 *
 * plus MPI_ERRORS_RETURN, receives that never block, and leaving without MPI_Finalize
 *
 * Output:
 *     60 jobs, rank 2 killed at job 20: 60 exact at the last stop
 */
#define _DEFAULT_SOURCE
#include <mpi.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "../tool/model_file.h"
#include "../tool/parts.h"
#include "../tool/random.h"

enum {
    N = 4, R = 1, LAYERS = 2, WIDE = 784, ROWS = 32, MESSAGE = SUCREF_SHARD_OVERHEAD + 4 * ROWS, JOBS = 60,
    KILLED = 2, WHEN = 20
};
typedef struct { uint32_t job, layer; uint8_t x[WIDE]; } request;
static sucref_model model;
static respec spec;
static split_plan plan[LAYERS];

static void serve(unsigned shard)
{
    static sucref_model part[LAYERS];
    static sucref_net net[LAYERS];
    static request q;
    unsigned n;
    for (n = 0; n < LAYERS; n++) {
        uint32_t len;
        const uint8_t *bytes = split_part(&len, &spec.layer[n], &plan[n], shard);
        if (sucref_model_open(&part[n], bytes, len, NULL) != SUCREF_OK || !net_start(&net[n], &part[n])) { _exit(1); }
    }
    while (MPI_Recv(&q, sizeof q, MPI_BYTE, 0, MPI_ANY_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE) == MPI_SUCCESS &&
           q.layer < LAYERS) {
        sucref_shard s;
        if (shard + 1U == KILLED && q.job == WHEN) { (void)raise(SIGKILL); }
        memset(&s, 0, sizeof s);
        s.job = q.job; s.layer = (uint16_t)q.layer; s.shard = (uint8_t)shard; s.count = (uint16_t)plan[q.layer].rows;
        (void)sucref_net_set_input(&net[q.layer], q.x, net[q.layer].model->n_in);
        for (; s.plane < part[q.layer].n_stops; s.plane++) {
            static int32_t y[ROWS], before[4 * ROWS];
            uint8_t message[MESSAGE];
            size_t len;
            (void)sucref_net_run(&net[q.layer], s.plane);
            (void)sucref_shard_sums(y, s.count, &net[q.layer], before);
            (void)sucref_shard_pack(message, sizeof message, &len, &s, y);
            if (MPI_Send(message, (int)len, MPI_BYTE, 0, 0, MPI_COMM_WORLD) != MPI_SUCCESS) { return; }
        }
    }
}

/* one layer's outputs; requests and receives do not block, so that a rank that has gone holds nothing up */
static int run_layer(uint8_t *out, int32_t *logits, sucref_fusion *f, uint32_t job, unsigned layer, const uint8_t *x)
{
    static request q[2];
    static uint8_t message[N + R][MESSAGE];
    static MPI_Request receive[N + R];
    static int32_t sums[2][N * ROWS], released[N * ROWS];
    static int begun;
    const int32_t *use[2] = { sums[0], sums[1] };
    sucref_layer_sums of;
    MPI_Request send;
    const unsigned planes = spec.layer[layer].n_planes;
    const double start = MPI_Wtime();
    unsigned i, t;
    for (i = 0; !begun && i < N + R; i++) {
        (void)MPI_Irecv(message[i], MESSAGE, MPI_BYTE, (int)i + 1, 0, MPI_COMM_WORLD, &receive[i]);
    }
    begun = 1;
    q[layer].job = job; q[layer].layer = layer;
    memcpy(q[layer].x, x, spec.layer[layer].n_in);
    for (i = 0; i < N + R; i++) {
        if (MPI_Isend(&q[layer], sizeof q[layer], MPI_BYTE, (int)i + 1, 0, MPI_COMM_WORLD, &send) == MPI_SUCCESS) {
            (void)MPI_Request_free(&send);
        }
    }
    (void)sucref_fusion_begin(&f[layer], job, layer);
    while (sucref_fusion_stops(&f[layer], job, layer) < (int)planes && MPI_Wtime() - start < 5) {
        for (i = 0; i < N + R; i++) {
            MPI_Status status;
            int there = 0, len = 0;
            if (receive[i] == MPI_REQUEST_NULL || MPI_Test(&receive[i], &there, &status) != MPI_SUCCESS || !there) {
                continue;
            }
            (void)MPI_Get_count(&status, MPI_BYTE, &len);
            if (len > 3 && message[i][2] < LAYERS) {
                (void)sucref_fusion_take(&f[message[i][2]], message[i], (size_t)len);
            }
            (void)MPI_Irecv(message[i], MESSAGE, MPI_BYTE, (int)i + 1, 0, MPI_COMM_WORLD, &receive[i]);
        }
    }
    for (t = 0; t < planes; t++) {
        if (!split_sums(sums[t], &f[layer], job, layer, t, &plan[layer], released)) { return 0; }
    }
    (void)sucref_fusion_close(&f[layer], job, layer);
    of.planes = use;
    of.input = x;
    return sucref_layer_finish(out, logits, &model, model.n_stops - 1U, layer, &of) == SUCREF_OK;
}

static void fuse(void)
{
    static uint8_t u[2][WIDE];
    static int32_t logits[N * ROWS];
    sucref_fusion f[LAYERS];
    sucref_net whole;
    uint32_t job, dice = 1;
    unsigned n;
    int exact = 0;
    if (!net_start(&whole, &model)) { return; }
    for (n = 0; n < LAYERS; n++) { if (!split_listen(&f[n], &spec.layer[n], &plan[n], 1)) { return; } }
    for (job = 0; job < JOBS; job++) {
        static uint8_t x[WIDE];
        sucref_answer a;
        int whole_job = 1;
        for (n = 0; n < WIDE; n++) { x[n] = (uint8_t)(random_next(&dice) >> 24); }
        memcpy(u[0], x, WIDE);
        for (n = 0; whole_job && n < LAYERS; n++) {
            whole_job = run_layer(u[(n + 1) % 2], logits, f, job, n, u[n % 2]);
        }
        (void)sucref_net_set_input(&whole, x, whole.model->n_in);
        (void)sucref_net_run(&whole, model.n_stops - 1U);
        exact += whole_job && sucref_net_answer(&whole, &a) == SUCREF_OK &&
                 memcmp(a.logits, logits, 4 * model.n_out) == 0;
        (void)usleep(2000);
    }
    for (n = 0; n < N + R; n++) { /* no such layer: the device leaves */
        static request quit;
        MPI_Request send;
        quit.layer = LAYERS;
        if (MPI_Isend(&quit, sizeof quit, MPI_BYTE, (int)n + 1, 0, MPI_COMM_WORLD, &send) == MPI_SUCCESS) {
            (void)MPI_Request_free(&send);
        }
    }
    /* lets them go out */
    for (n = 0; n < 100; n++) {
        int there;
        (void)MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
        (void)usleep(1000);
    }
    printf("%d jobs, rank %d killed at job %d: %d exact at the last stop\n", JOBS, KILLED, WHEN, exact);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int rank, size;
    unsigned n;
    MPI_Init(&argc, &argv);
    (void)MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    (void)MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size != N + R + 1 || !model_load(&model, "examples/models/digits_44.sucref") || model.n_layers != LAYERS) {
        fprintf(stderr, "mpi: needs %d ranks\n", N + R + 1);
        _exit(1);
    }
    respec_model(&spec, &model);
    for (n = 0; n < LAYERS; n++) {
        plan[n].n = N;
        plan[n].r = R;
        plan[n].protect = 8;
        (void)split_rows(&plan[n], spec.layer[n].n_out, NULL);
    }
    if (rank > 0) { serve((unsigned)rank - 1U); } else { fuse(); }
    _exit(0); /* MPI_Finalize would wait for the rank that has gone */
}
