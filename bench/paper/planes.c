/* planes.c - [AB] 2.3.2, distributed source coding: half of the workers send coded indices, the others the syndromes of
 * their binary planes, which the server decodes beside what it has. 784-300-100-10 on MNIST, 7 levels, a scale a layer.
 *
 * The server knows P(index | mean of the workers before, dither) from the steps before, counts halved at each, and fits
 * it to how often each index comes, which a worker says first (7 numbers), and to its pilots, every seventeenth value,
 * which go by a code: neurons differ, and every sixteenth would be of a quarter of them, as 16 and 300 share a factor.
 * Signs have more pilots, 4 in 17 of the odd ones. From it come the rates that the server asks for and the likelihoods.
 * Where the decoder sticks it asks for an eighth of a run, by the code, too: so the rate may be close to what is
 * expected, which is now and then too little. The code is adaptive and arithmetic and knows the dither and the layer,
 * not the other workers. */
#include "data.h"
#include "plane_law.h"
#include "table.h"
#include "../../examples/tool/syndrome.h"

enum { UNIT = 30000, PLANE_BYTES = VALUES / 8 + 1 };
/* of the planes that go as syndromes: checks asked for over what the shares expect; places of a run */
static const double rate_of[2] = { 1.08, 1.16 };
static const unsigned log2_run[2] = { 11, 9 };

/* the first two planes as syndromes, where the server expects the code to cost more, or always */
enum { CHEAPER, ALWAYS, RULES };
static const char *const rule_name[RULES] = { "cheaper", "always" };

/* off: what the plane's bits are worth by the server's shares, over what it expects, less 1; asked: how often the
 * decoder stuck; told: values that it was sent then */
typedef struct { double ideal, spent, off; int values, asked, told, failed; } plane_result;
typedef struct {
    double coded, known, nested; /* bits a value by a code: of the indices, of them given the dither, of nested ones */
    double missed;               /* share of nested values that jump */
    double ideal, spent[RULES];  /* of all planes, bits a value */
    plane_result plane[RULES][PLANES];
} worker_result;

static sent worker_sent[LEARN_WORKERS];
/* one worker's gradient, quantized as senders.c does */
static void p_quantize(learning *t, int worker, sent *o)
{
    static float g[VALUES];
    static int32_t x[VALUES], back[VALUES];
    sucref_stream s;
    int l, i;
    learn_batch(t, worker);
    sucref_stream_init(&s, (uint32_t)t->step, (uint32_t)worker, (uint32_t)t->seed);
    for (l = 0; l < t->net.n; l++) {
        const int at = t->net.at[l], n = t->net.at[l + 1] - at;
        const uint32_t counter = (uint32_t)l << 24;
        sucref_grid grid;
        float max = 1e-20F;
        learn_product(g, &t->net, l, t->net.x[l], t->net.d[l]);
        for (i = 0; i < n; i++) { max = fmaxf(max, fabsf(g[i])); }
        for (i = 0; i < n; i++) { x[i] = (int32_t)lrintf(g[i] / max * UNIT); }
        if (sucref_grid_for(&grid, UNIT, MIDDLE) != SUCREF_OK ||
            sucref_dither_encode(o->q + at, sucref_int32(x, (size_t)n), &grid, &s, counter) != SUCREF_OK ||
            sucref_dither_decode(back, o->q + at, (size_t)n, &grid, &s, counter) != SUCREF_OK) {
            exit(2);
        }
        o->step[l] = max / MIDDLE;
        for (i = 0; i < n; i++) {
            o->estimate[at + i] = (float)back[i] / (2 * (float)grid.multiplier) / UNIT * max;
            o->dither[at + i] = (uint8_t)(sucref_random(&s, counter + (uint32_t)i) >> 29); /* its upper three bits */
        }
    }
}

/* bits of a plane by the code, of its pilots or the others */
static double p_rest(const sent *o, int plane, int pilots)
{
    static uint32_t count[4][CODER][2];
    double bits = 0;
    int i, a, b;
    memset(count, 0, sizeof count);
    for (i = 0; i < VALUES; i++) {
        const int q = p_coded_as(o, i);
        if (!p_in(i, q, plane) || p_pilot_of(i, plane) != pilots) { continue; }
        count[p_known(q, plane)][p_coder(o, i)][p_bit(q, plane)]++;
    }
    for (a = 0; a < 4; a++) { for (b = 0; b < CODER; b++) { bits += adaptive_bits(count[a][b], 2); } }
    return bits;
}

/* the entropy of a plane given context and planes before, by how often they come in this very worker */
static double p_ideal(const sent *o, int plane)
{
    static double count[CONTEXTS][4][2];
    double bits = 0;
    int i, c, k;
    memset(count, 0, sizeof count);
    for (i = 0; i < VALUES; i++) {
        if (p_in(i, o->q[i], plane)) { count[context[i]][p_known(o->q[i], plane)][p_bit(o->q[i], plane)]++; }
    }
    for (c = 0; c < CONTEXTS; c++) {
        for (k = 0; k < 4; k++) { bits += (count[c][k][0] + count[c][k][1]) * p_entropy(count[c][k]); }
    }
    return bits;
}

/* sends one plane as a syndrome and decodes it; what the decoder asks for where it sticks is sent by the code */
static plane_result p_syndrome(const sent *o, int plane)
{
    static int16_t likely[VALUES];
    static uint8_t bits[PLANE_BYTES], found[PLANE_BYTES], message[2 * PLANE_BYTES], again[2 * PLANE_BYTES];
    sucref_syndrome_code code = { 0, 0, 0 };
    plane_result out = { 0, 0, 0, 0, 0, 0, 0 };
    syndrome_decoder d;
    sucref_stream r;
    double expected = 0, rest = p_rest(o, plane, 0), chain;
    int32_t piece;
    size_t len = 0;
    int i;
    memset(bits, 0, sizeof bits);
    for (i = 0; i < VALUES; i++) {
        double p[2];
        const uint32_t n = code.values;
        if (!p_in(i, o->q[i], plane) || p_pilot_of(i, plane)) { continue; }
        p_share(p, share[context[i]], o->q[i], plane);
        expected += p_entropy(p);
        out.off -= log2(p[p_bit(o->q[i], plane)] / (p[0] + p[1]));
        likely[n] = (int16_t)lrint(fmax(-SYNDROME_SURE, fmin(SYNDROME_SURE, 32 * log((p[0] + 1e-9) / (p[1] + 1e-9)))));
        if (p_bit(o->q[i], plane)) { bits[n / 8] = (uint8_t)(bits[n / 8] | 1U << (n % 8)); }
        code.values++;
    }
    out.off = out.off / expected - 1;
    code.log2_run = (uint8_t)log2_run[plane];
    out.values = (int)code.values;
    chain = ceil(ldexp(code.values, -(int)log2_run[plane])) + 1.5; /* runs, and the chain's end */
    code.checks = (uint16_t)ceil(rate_of[plane] * expected / chain);
    sucref_stream_init(&r, (uint32_t)plane, 0, 77); /* the same matrix for all workers and steps */
    if (sucref_syndrome_encode(message, sizeof message, &len, bits, &code, &r) != SUCREF_OK ||
        syndrome_open(&d, &code, &r) != 0) {
        exit(2);
    }
    syndrome_start(&d, likely, message);
    while ((piece = syndrome_go(&d)) >= 0 && out.told < out.values / 2) {
        out.told += (int)syndrome_tell(&d, piece, bits);
        out.asked++;
    }
    out.failed = !syndrome_end(&d, found, again, len, &r);
    if (!out.failed && memcmp(found, bits, (code.values + 7) / 8) != 0) { exit(2); } /* a wrong plane, a right CRC */
    syndrome_close(&d);
    out.spent = (8.0 * (double)len + (out.failed ? rest : rest * out.told / out.values) + 16 + 16 * out.asked) / VALUES;
    return out; /* 16 bits: the rate, and yes or no; 16: which piece */
}

/* bits of all by the code; pilots: of those only */
static double p_coded(const sent *o, int pilots)
{
    static uint32_t count[CODER][KINDS];
    double bits = 0;
    int i, b;
    memset(count, 0, sizeof count);
    for (i = 0; i < VALUES; i++) { if (!pilots || p_pilot(i)) { count[p_coder(o, i)][p_coded_as(o, i) + MIDDLE]++; } }
    for (b = 0; b < CODER; b++) { bits += adaptive_bits(count[b], KINDS); }
    return bits;
}

/* the entropy of all indices given their contexts */
static double p_ideal_all(const sent *o)
{
    static double count[CONTEXTS][KINDS];
    double bits = 0;
    int i, c, k;
    memset(count, 0, sizeof count);
    for (i = 0; i < VALUES; i++) { count[context[i]][o->q[i] + MIDDLE]++; }
    for (c = 0; c < CONTEXTS; c++) {
        double n = 0;
        for (k = 0; k < KINDS; k++) { n += count[c][k]; }
        for (k = 0; k < KINDS; k++) { if (count[c][k] > 0) { bits -= count[c][k] * log2(count[c][k] / n); } }
    }
    return bits;
}

/* what the server expects a plane to cost as a syndrome, and by the code */
static void p_expected(double *syndrome, double *code, const sent *o, int plane)
{
    static double sum[4][CODER][2];
    int i, a, b;
    memset(sum, 0, sizeof sum);
    *syndrome = *code = 0;
    for (i = 0; i < VALUES; i++) {
        double p[2];
        const int q = p_coded_as(o, i), turned = p_bit(q, plane) != p_bit(o->q[i], plane);
        if (!p_in(i, q, plane) || p_pilot_of(i, plane)) { continue; }
        p_share(p, share[context[i]], o->q[i], plane);
        *syndrome += p_entropy(p) * rate_of[plane];
        for (b = 0; b < 2; b++) { sum[p_known(q, plane)][p_coder(o, i)][b ^ turned] += p[b] / (p[0] + p[1]); }
    }
    for (a = 0; a < 4; a++) {
        for (b = 0; b < CODER; b++) { *code += (sum[a][b][0] + sum[a][b][1]) * p_entropy(sum[a][b]); }
    }
}

/* one plane by each rule */
static void p_plane(worker_result *r, const sent *o, const uint32_t *told, int plane)
{
    plane_result coded = { 0, 0, 0, 0, 0, 0, 0 }, out;
    const double pilots = p_rest(o, plane, 1) / VALUES; /* 0 but for plane 1, whose others are among all planes' */
    double syndrome = 1, code = 0;
    int rule;
    coded.spent = pilots + p_rest(o, plane, 0) / VALUES;
    out = coded;
    if (plane < 2) {
        p_fit(o, told, plane);
        p_expected(&syndrome, &code, o, plane);
        out = p_syndrome(o, plane);
        out.spent += pilots;
    }
    for (rule = 0; rule < RULES; rule++) {
        plane_result *const to = &r->plane[rule][plane];
        *to = rule == ALWAYS || syndrome < code ? out : coded;
        to->ideal = p_ideal(o, plane) / VALUES;
        r->spent[rule] += to->spent;
    }
}

/* one step: the first half of the workers coded, the others one behind the other by syndromes where out is not NULL;
 * the law learns from the latter */
static double p_step(learning *t, worker_result *out)
{
    static double side[VALUES], now[CONTEXTS][KINDS];
    const int first = t->workers / 2;
    double coded = 0;
    int w, i, k, c;
    memset(side, 0, sizeof side);
    memset(now, 0, sizeof now);
    for (w = 0; w < t->workers; w++) {
        sent *const o = &worker_sent[w];
        uint32_t told[KINDS] = { 0 }, symbol[3] = { 0 };
        worker_result r;
        memset(&r, 0, sizeof r);
        p_quantize(t, w, o);
        for (i = 0; i < VALUES; i++) { told[o->q[i] + MIDDLE]++; symbol[(o->q[i] + MIDDLE) % 3]++; }
        r.coded = adaptive_bits(told, KINDS) / VALUES;
        if (w < first) { coded += r.coded / first; }
        if (w >= first) {
            r.missed = p_contexts(t, o, side);
            r.nested = adaptive_bits(symbol, 3) / VALUES;
            r.spent[CHEAPER] = r.spent[ALWAYS] = (8 * 24.0 + p_coded(o, 1)) / VALUES;
            r.known = p_coded(o, 0) / VALUES;
            r.ideal = p_ideal_all(o) / VALUES;
            for (k = 0; k < PLANES && out != NULL; k++) { p_plane(&r, o, told, k); }
            for (i = 0; i < VALUES; i++) { now[context[i]][o->q[i] + MIDDLE]++; }
            if (out != NULL) { out[w - first] = r; }
        }
        for (i = 0; i < VALUES; i++) { side[i] = (side[i] * w + (double)o->estimate[i]) / (w + 1); }
    }
    for (c = 0; c < CONTEXTS; c++) { for (k = 0; k < KINDS; k++) { law[c][k] = law[c][k] / 2 + now[c][k]; } }
    return coded;
}

/* sums over the workers of one stage, by one rule */
typedef struct {
    double ideal, spent, coded, known, nested, missed, first;
    int workers, values, asked, told, planes, failed;
} p_total;
enum { STAGES = 3 };
static const int stage[STAGES] = { 10, 61, 600 };
static p_total total[STAGES][RULES];

static void p_add(p_total *o, const worker_result *r, int rule, double first)
{
    const plane_result *const b = r->plane[rule];
    int k;
    o->ideal += r->ideal; o->spent += r->spent[rule]; o->coded += r->coded; o->known += r->known;
    o->nested += r->nested; o->missed += r->missed; o->first += first;
    o->workers++;
    for (k = 0; k < PLANES; k++) {
        o->values += b[k].values; o->asked += b[k].asked; o->told += b[k].told;
        o->failed += b[k].failed; o->planes += b[k].values > 0;
    }
}

static void p_print(FILE *f, const learning *t, int worker, const worker_result *r, int rule)
{
    const plane_result *b = r->plane[rule];
    int k;
    for (k = 0; k < PLANES; k++, b++) {
        fprintf(f, "%d,%d,%d,%d,%s,%d,%.5f,%.5f,%d,%d,%d,%s,%.4f\n", t->seed, t->workers, t->step, worker,
                rule_name[rule], k, b->ideal, b->spent, b->values, b->asked, b->told,
                b->values == 0 ? "coded" : b->failed ? "no" : "yes", b->off);
    }
    fprintf(f, "%d,%d,%d,%d,%s,all,%.5f,%.5f,,,,,\n", t->seed, t->workers, t->step, worker, rule_name[rule], r->ideal,
            r->spent[rule]);
    fprintf(stderr, "seed %d, %d workers, step %d, worker %d, %s: %.3f of the ideal\n", t->seed, t->workers, t->step,
            worker, rule_name[rule], r->spent[rule] / r->ideal);
}

/* `many` steps at every stage of a training, each by both rules; every plane to f, where there is one */
static void p_training(int seed, int workers, int many, FILE *f)
{
    learning t;
    int s, k, w, rule;
    memset(&t, 0, sizeof t);
    t.workers = workers; t.batch = 200; t.sender = SEND_DITHER; t.rate = 0.01; t.fall = 0.9; t.seed = seed;
    learn_start(&t);
    memset(law, 0, sizeof law);
    for (s = 0; s < STAGES; s++) {
        while (t.step < stage[s] - 2) { learn_step(&t); }
        for (k = 0; k < 2 + many; k++) { /* the first two fill the law */
            worker_result r[LEARN_WORKERS];
            double first;
            if (k < 2) { (void)p_step(&t, NULL); learn_step(&t); continue; }
            first = p_step(&t, r);
            for (w = 0; w < workers / 2; w++) {
                for (rule = 0; rule < RULES; rule++) {
                    p_add(&total[s][rule], &r[w], rule, first);
                    if (f != NULL) { p_print(f, &t, w + workers / 2, &r[w], rule); }
                }
            }
            learn_step(&t);
        }
    }
    learn_end(&t);
}

/* `make paper-long`: three seeds with 4 workers, one with 8 and 16 */
int planes_long(const char *dir)
{
    char path[500];
    FILE *f;
    int seed;
    snprintf(path, sizeof path, "%s/planes.csv", dir);
    f = fopen(path, "w");
    if (f == NULL) { fprintf(stderr, "cannot write %s\n", path); return 2; }
    fprintf(f, "seed,workers,step,worker,rule,plane,ideal bits a value,spent bits a value,values,"
               "times asked,values sent by the code,found,bits over what was expected\n");
    for (seed = 1; seed <= 3; seed++) { p_training(seed, 4, 4, f); }
    p_training(1, 8, 2, f);
    p_training(1, 16, 1, f);
    fclose(f);
    return 0;
}

void planes(void)
{
    double second = 0, first = 0;
    p_total all[RULES];
    int s, rule;
    memset(total, 0, sizeof total); memset(all, 0, sizeof all);
    p_training(1, 4, 1, NULL);
    for (s = 0; s < STAGES; s++) {
        const p_total *const o = total[s];
        const int n = o->workers;
        row("AB 2.3.2", "4 workers, step %d: bits a value of an adaptive code", stage[s]);
        row_printed(o->coded / n); row_goal(0.5, 0.9); row_note("of workers 2 and 3, dithered with 7 levels, seed 1");
        row("AB 2.3.2", "4 workers, step %d: bits a value of an adaptive code that knows the dither", stage[s]);
        row_ours(o->known / n); row_goal(0.8 * o->coded / n, 0.97 * o->coded / n);
        row("AB 2.3.2", "4 workers, step %d: ideal bits a value, dither and the other workers known", stage[s]);
        row_ours(o->ideal / n); row_goal(0.75 * o->coded / n, 0.9 * o->coded / n);
        row("AB 2.3.2", "4 workers, step %d: bits a value as syndromes", stage[s]);
        row_ours(o[1].spent / n); row_goal(o->ideal / n, 1.2 * o->ideal / n);
        row_note("%.3f of the ideal; stuck %d times, %.1f %% of the values by the code, %d of %d planes lost",
                 o[1].spent / o[1].ideal, o[1].asked, 100.0 * o[1].told / o[1].values, o[1].failed, o[1].planes);
        row("AB 2.3.2", "4 workers, step %d: bits a value, each plane as the server expects it to cost less", stage[s]);
        row_ours(o->spent / n); row_goal(o->ideal / n, 1.2 * o->ideal / n);
        row_note("%.3f of the ideal; %d planes as syndromes", o->spent / o->ideal, o->planes);
        row("AB 2.3.2", "4 workers, step %d: coded bits a value of the nested quantizer, k 3", stage[s]);
        row_printed(o->nested / n); row_goal(o->spent / n, NAN);
        row_note("%.2f %% of the values jump", 100 * o->missed / n);
        for (rule = 0; rule < RULES; rule++) {
            all[rule].ideal += o[rule].ideal; all[rule].spent += o[rule].spent; all[rule].told += o[rule].told;
            all[rule].values += o[rule].values; all[rule].failed += o[rule].failed; all[rule].planes += o[rule].planes;
        }
        second += o->spent / n / STAGES; first += o->first / n / STAGES;
    }
    row("AB 2.3.2", "4 workers: spent bits over the ideal ones, each plane as expected to cost less");
    row_ours(all[0].spent / all[0].ideal); row_goal(1, 1.12);
    row("AB 2.3.2", "4 workers: spent bits over the ideal ones, syndromes always");
    row_ours(all[1].spent / all[1].ideal); row_goal(1, 1.12);
    row_note("more seeds: bench/planes.csv");
    row("AB 2.3.2", "4 workers, syndromes always: share of planes lost");
    row_ours((double)all[1].failed / all[1].planes); row_goal(0, 0.01); row_note("of %d", all[1].planes);
    row("AB 2.3.2", "4 workers, syndromes always: share of the values that the decoder had to be sent where it stuck");
    row_ours((double)all[1].told / all[1].values); row_goal(0, 0.01); row_note("what they cost is counted");
    row("AB Table 2.2", "FC, 4 workers, Kbit a step and worker by distributed source coding");
    row_compared(299.9181); row_ours((second + first) / 2 * VALUES / 1000); row_goal(140, 200);
    row_note("one scale a layer; print's indices are denser: scales of blocks whose size is not told");
}
