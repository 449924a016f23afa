/* encode.c - [AB] Table 3.1, what a batch costs a worker by what it sends: the instructions of one batch of
 * 784-1000-300-100-10, forward, backward and encoding, counted by valgrind (bench/encode.sh) and committed as
 * bench/encode.csv. */
#include "data.h"
#include "learn.h"
#include "table.h"

enum { PLAIN, QSGD, FACTORS, NESTED, QCS, FRAMES, SEIDE, TOP, WAYS, MOST = 785 * 1000, UNIT = 30000 };
static const char *const way_name[WAYS] = { "plain", "qsgd", "isgq", "nested", "qcs1", "d4", "seide", "top" };
static const char *const way_text[WAYS] = { "", "QSGD", "dithered ISGQ", "nested, k 3", "QCS-1", "D4 frames",
                                            "one bit (Seide) with error feedback", "Top-K, 2 %, with error feedback" };

static int32_t fixed[MOST];
static float gradient[MOST];

static void must(int status) { if (status != SUCREF_OK) { exit(2); } }

static void to_fixed(const float *v, int n)
{
    float max = 1e-20F;
    int i;
    for (i = 0; i < n; i++) { max = fmaxf(max, fabsf(v[i])); }
    for (i = 0; i < n; i++) { fixed[i] = (int32_t)lrintf(v[i] / max * UNIT); }
}

static void encode_grid(const float *v, int n, const sucref_stream *s, int half)
{
    static int16_t q[MOST];
    sucref_grid grid;
    to_fixed(v, n);
    must(sucref_grid_for(&grid, UNIT, 1));
    if (half) { grid.kind = SUCREF_DITHER_HALF; }
    must(sucref_dither_encode(q, sucref_int32(fixed, (size_t)n), &grid, s, 0));
}

static void encode_nested(const float *v, int n, const sucref_stream *s)
{
    static uint16_t symbol[MOST];
    const sucref_nested c = { UNIT / 3, 3, 1, 0 };
    to_fixed(v, n);
    must(sucref_dither_nested_encode(symbol, sucref_int32(fixed, (size_t)n), &c, s, 0));
}

/* blocks of 256, 64 projections of 7 levels to each side */
static void encode_qcs(const float *v, int n, const sucref_stream *s)
{
    enum { BLOCK = 256, LOG2_K = 6, K = 1 << LOG2_K };
    int16_t x[BLOCK], q[K];
    int32_t sum[K];
    sucref_grid grid;
    uint32_t top;
    int at, i;
    to_fixed(v, n);
    for (at = 0; at < n; at += BLOCK) {
        for (i = 0; i < BLOCK; i++) { x[i] = (int16_t)(at + i < n ? fixed[at + i] : 0); }
        must(sucref_fold(sum, LOG2_K, x, BLOCK, sucref_signs_of(s, (uint32_t)at)));
        for (i = 0, top = 1; i < K; i++) { top = (uint32_t)abs(sum[i]) > top ? (uint32_t)abs(sum[i]) : top; }
        must(sucref_grid_for(&grid, top, 7));
        must(sucref_dither_encode(q, sucref_int32(sum, K), &grid, s, (uint32_t)at));
    }
}

static void encode_frames(const float *v, int n)
{
    enum { FRAME = 65536 };
    static int32_t work[SUCREF_VEC_BLOCK];
    static uint8_t frame[2 * FRAME];
    sucref_vec_options o = { 3, 3, 0, 0, SUCREF_VEC_D4, 0 };
    size_t bytes;
    int at;
    o.ratio = sucref_vec_ratio_for_bits(256, o.flags);
    to_fixed(v, n);
    for (at = 0; at < n; at += FRAME, o.stream++) {
        const size_t len = (size_t)(n - at < FRAME ? n - at : FRAME);
        must(sucref_vec_encode(frame, sizeof frame, &bytes, sucref_int32(fixed + at, len), &o, work));
    }
}

/* what is counted */
void measured_batch(learning *t, int way);
void measured_batch(learning *t, int way)
{
    static float sent[1200000], none[1200000];
    sucref_stream s;
    int l;
    sucref_stream_init(&s, 1, 2, 3);
    learn_batch(t, 0);
    if (way == SEIDE || way == TOP) { send_gradient(t, 0, sent, none); return; }
    for (l = 0; l < t->net.n; l++) {
        const int n = t->net.at[l + 1] - t->net.at[l];
        if (way == FACTORS) { /* no product */
            encode_grid(t->net.x[l], t->net.in[l] * t->net.batch, &s, 0);
            encode_grid(t->net.d[l], t->net.out[l] * t->net.batch, &s, 0);
            continue;
        }
        learn_product(gradient, &t->net, l, t->net.x[l], t->net.d[l]);
        if (way == QSGD) { encode_grid(gradient, n, &s, 1); }
        if (way == NESTED) { encode_nested(gradient, n, &s); }
        if (way == QCS) { encode_qcs(gradient, n, &s); }
        if (way == FRAMES) { encode_frames(gradient, n); }
    }
}

/* `published DIR --encode WAY BATCH`, under valgrind */
int encode_one(const char *way, int batch)
{
    learning t;
    int k;
    for (k = 0; k < WAYS && strcmp(way, way_name[k]) != 0; k++) { }
    if (k == WAYS || batch < 1 || batch > 256) { fprintf(stderr, "encode: no such way or batch\n"); return 2; }
    memset(&t, 0, sizeof t);
    t.shape = LEARN_WIDE; t.workers = 1; t.batch = batch; t.seed = 1; t.rate = 0.1; t.fall = 0.9;
    t.sender = k == SEIDE ? SEND_SEIDE : k == TOP ? SEND_TOP : SEND_PLAIN;
    learn_start(&t);
    measured_batch(&t, k);
    learn_end(&t);
    return 0;
}

/* instructions of a way and batch, 0 where the file lacks them */
static double counted(int way, int batch)
{
    char line[200], name[20];
    double n, found = 0;
    int b;
    FILE *f = fopen("bench/encode.csv", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "%d,%19[^,],%lf", &b, name, &n) == 3 && b == batch && strcmp(name, way_name[way]) == 0) {
            found = n;
        }
    }
    if (f != NULL) { fclose(f); }
    return found;
}

void encoding(void)
{
    static const int batch[3] = { 256, 128, 64 };
    static const double published[2][3] = { { 1.54, 1.83, 1.95 }, { 1.08, 0.97, 0.83 } };
    int k, way;
    for (way = QSGD; way < WAYS; way++) {
        for (k = 0; k < 3; k++) {
            const double base = counted(PLAIN, batch[k]), n = counted(way, batch[k]);
            row(way <= FACTORS ? "AB Table 3.1" : "ours, AB 3.1",
                "FC, batch %d: instructions of a batch with %s over those without quantization", batch[k],
                way_text[way]);
            if (way <= FACTORS) { row_compared(published[way - QSGD][k]); }
            if (base <= 0 || n <= 0) { row_note("not counted: make paper-encode"); continue; }
            row_ours(n / base); row_goal(way == FACTORS ? 0.2 : 1, way == FACTORS ? 1.5 : 8);
            row_note("%.0f million, counted once (bench/encode.csv); %s", n / 1e6,
                     way > FACTORS ? "not in print" : way == QSGD ? "print: time of a Core i7"
                                                                  : "the worker makes no product; print: time");
        }
    }
    row("AB Table 3.1", "Lenet, CifarNet, AlexNet");
    row_note("Lenet is not counted; the other two are not here");
    row("AB Table 3.2", "seconds for 200 batches on a Titan Xp");
    row_note("n/a: no GPU here");
}
