/* test_widths.c - networks nested in width, from floats to a model: every stop is the law's, early stops are the
 * network of their groups, schedules and groups that cannot be are refused; thresholds of exits keep their risk. Leaves
 * archives for tests/tool.sh. */
#include "library.h"
#include "oracle.h"
#include "rnd_real.h"
#include "../examples/tool/exits.h"
#include "../examples/tool/quantize.h"
#include "../examples/tool/npz.h"

enum { IN = 40, OUT = 5, GROUPS = 3, SAMPLES = 150, MOST = 64 };
static const uint32_t hidden_rows[2][GROUPS] = { { 8, 9, 15 }, { 4, 4, 12 } },
                      input_columns[GROUPS] = { 10, 20, IN };

static float w[3][MOST * MOST], b[3][MOST];
static uint8_t x[SAMPLES][IN];
static uint16_t order[IN];
static prepare_float_layer layers[3];
static prepare_nested nested;

/* floats of layer n, 0 behind the columns of a row's group */
static void fill(unsigned n)
{
    uint32_t r, c, row = 0, g;
    for (g = 0; g < GROUPS && row < layers[n].n_out; g++) {
        for (r = 0; r < nested.rows[n][g]; r++, row++) {
            for (c = 0; c < layers[n].n_in; c++) {
                w[n][row * layers[n].n_in + c] = c < nested.columns[n][g] ? bell() : 0;
            }
            b[n][row] = bell();
        }
    }
}

/* a network of one or two hidden layers */
static prepare_options setup(unsigned n_layers, int heads)
{
    static const uint8_t cuts[] = { 4, 8 };
    prepare_options o;
    uint32_t have[GROUPS], from[GROUPS], i, k, g;
    unsigned n;
    memset(&nested, 0, sizeof nested);
    memset(layers, 0, sizeof layers);
    nested.n_groups = GROUPS;
    nested.heads = (uint8_t)heads;
    for (g = 0; g < GROUPS; g++) { from[g] = input_columns[g]; }
    for (n = 0; n < n_layers; n++) {
        const int last = n + 1U == n_layers;
        layers[n].n_in = n == 0 ? IN : have[GROUPS - 1];
        layers[n].w = w[n];
        layers[n].b = b[n];
        for (g = 0; g < GROUPS; g++) {
            nested.rows[n][g] = last ? OUT : hidden_rows[n][g];
            nested.columns[n][g] = last && !heads ? layers[n].n_in : from[g];
            have[g] = nested.rows[n][g] + (g > 0 ? have[g - 1] : 0);
        }
        layers[n].n_out = last && !heads ? OUT : have[GROUPS - 1];
        fill(n);
        for (g = 0; g < GROUPS; g++) { from[g] = have[g]; }
    }
    for (i = 0; i < IN; i++) { order[i] = (uint16_t)(i * 7 % IN); }
    nested.order = order;
    prepare_schedule(&nested, cuts + 1, 1);
    for (k = 0; k < SAMPLES; k++) { for (i = 0; i < IN; i++) { x[k][i] = (uint8_t)(rnd_below(2) ? 0 : rnd()); } }
    memset(&o, 0, sizeof o);
    o.plan[0] = 8; o.n_planes = 1;
    o.act = SUCREF_ACT_RELU; o.input_scale = 1.0F / 255; o.clip = 1;
    o.calibrate = x[0]; o.n_calibrate = SAMPLES;
    o.nested = &nested;
    return o;
}

static void schedule(const char *text)
{
    unsigned g = 0;
    memset(nested.bits, SUCREF_ABSENT, sizeof nested.bits);
    nested.n_stops = 1;
    for (; *text != 0; text++) {
        if (*text == '/') { nested.n_stops++; g = 0; } else if (*text != ',') {
            nested.bits[nested.n_stops - 1][g++] = (uint8_t)(*text - '0');
        }
    }
}

/* a model's answers at every stop are those of its spec, step by step and in one shot */
static void check_law(const sucref_model *m)
{
    const size_t len = sucref_model_spec_of(NULL, NULL, 0, m);
    void *memory = malloc(len);
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    sucref_model_spec spec;
    int32_t logits[OUT];
    uint8_t out[OUT];
    unsigned k, t, shot;
    CHECK(sucref_model_spec_of(&spec, memory, len, m) == len && m->n_out == OUT);
    for (k = 0; k < 20; k++) {
        for (shot = 0; shot < 2; shot++) {
            sucref_net net;
            CHECK(sucref_net_init(&net, m, work, sucref_net_work_len(m)) == SUCREF_OK);
            CHECK(sucref_net_set_input(&net, x[k], IN) == SUCREF_OK);
            for (t = 0; t < m->n_stops; t++) {
                sucref_answer a;
                if (shot) { CHECK(sucref_net_set_input(&net, x[k], IN) == 0 && sucref_net_start_at(&net, t) == 0); }
                CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
                oracle_stop(logits, out, &spec, x[k], t);
                CHECK(memcmp(a.logits, logits, sizeof logits) == 0 && memcmp(a.out, out, sizeof out) == 0);
            }
        }
    }
    free(memory); free(work);
}

/* logits of the float network's first groups, by head or by the shared outputs */
static void float_stop(double *z, unsigned n_layers, unsigned stop, const uint8_t *in)
{
    double u[MOST], y[MOST];
    unsigned n;
    uint32_t r, c, g, k, row;
    for (c = 0; c < IN; c++) { u[c] = in[order[c]] / 255.0; }
    for (n = 0; n < n_layers; n++) {
        const int last = n + 1U == n_layers;
        for (row = 0, g = 0; g < (last && !nested.heads ? 1U : GROUPS); g++) {
            for (r = 0; r < nested.rows[n][g]; r++, row++) {
                y[row] = b[n][row];
                for (c = 0; c < nested.columns[n][g]; c++) { y[row] += (double)w[n][row * layers[n].n_in + c] * u[c]; }
                if (!last && (y[row] < 0 || g > stop)) { y[row] = 0; } /* a group that comes later */
            }
        }
        for (k = 0; k < row; k++) { u[k] = y[k]; }
    }
    for (k = 0; k < OUT; k++) { z[k] = u[k + (nested.heads ? stop * OUT : 0U)]; }
}

static void check_close(const sucref_model *m, unsigned n_layers)
{
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(m) * 4);
    sucref_scales s;
    sucref_net net;
    unsigned k, t, i;
    sucref_model_scales(&s, m);
    (void)sucref_net_init(&net, m, work, sucref_net_work_len(m));
    for (t = 0; t < GROUPS; t++) {
        double off = 0, of = 0;
        for (k = 0; k < 40; k++) {
            double z[OUT];
            sucref_answer a;
            float_stop(z, n_layers, t, x[k]);
            (void)sucref_net_set_input(&net, x[k], IN);
            CHECK(sucref_net_run(&net, t) == SUCREF_OK && sucref_net_answer(&net, &a) == SUCREF_OK);
            for (i = 0; i < OUT; i++) {
                const double d = ldexp((double)a.logits[i] * s.logit.multiplier, s.logit.exponent - 31) - z[i];
                off += d * d;
                of += z[i] * z[i];
            }
        }
        CHECK(off < 0.001 * of);
    }
    free(work);
}

static void every_stop_is_the_law(void)
{
    static const char *const plans[] = { "8/8,8/8,8,8", "4/8/8,4/8,8/8,8,4/8,8,8", "4/4,4/8,8/8,8,4/8,8,8" };
    unsigned k;
    for (k = 0; k < 24; k++) {
        const unsigned n_layers = 2 + k % 2;
        prepare_options o = setup(n_layers, k / 2 % 2);
        sucref_fault fault = { "", 0 };
        sucref_model m;
        uint8_t *file = NULL;
        uint32_t len;
        schedule(plans[k / 4 % 3]);
        if (k / 4 % 3 > 0) { o.plan[0] = o.plan[1] = 4; o.n_planes = 2; }
        o.keep = (uint8_t)(k / 12);
        o.input_type = (uint8_t)(k == 5 || k == 18);
        if (o.input_type) { o.input_zero = 128; }
        if (k % 5 == 4) { nested.order = NULL; }
        CHECK(prepare_quantize(&file, &len, layers, n_layers, &o, &fault) == SUCREF_OK);
        if (file == NULL) { printf("  %s\n", fault.field); continue; }
        CHECK(sucref_model_open(&m, file, len, &fault) == SUCREF_OK && m.n_stops == nested.n_stops);
        check_law(&m);
        if (k / 4 % 3 == 0 && nested.heads && o.input_type == 0 && nested.order != NULL) { /* shared: corrected */
            check_close(&m, n_layers);
        }
        free(file);
    }
}

static const char *refused(const prepare_options *o, unsigned n_layers)
{
    sucref_fault fault = { "", 0 };
    uint8_t *file = NULL;
    uint32_t len;
    const int status = prepare_quantize(&file, &len, layers, n_layers, o, &fault);
    free(file);
    return status == SUCREF_E_RANGE ? fault.field : status == SUCREF_OK ? "nothing" : "another status";
}

static void schedules_are_checked(void)
{
    static const struct { const char *plan, *why; int heads; } bad[] = {
        { "8/8,8", "last stop has 8 bits", 1 },        { "4/4,4/4,4,4", "last stop has 8 bits", 1 },
        { "8,8/8,8,8", "groups come one by one", 1 },  { "8/8,8,8", "groups come one by one", 1 },
        { "8/4,8/8,8,8", "never fall", 1 },            { "8,8/8/8,8,8", "groups of the one before", 0 },
        { "2/8/8,8/8,8,8", "the plan does not give", 0 }
    };
    unsigned k;
    for (k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        prepare_options o = setup(2, bad[k].heads);
        o.plan[0] = o.plan[1] = 4; o.n_planes = 2;
        schedule(bad[k].plan);
        CHECK(strstr(refused(&o, 2), bad[k].why) != NULL);
    }
    {
        prepare_options o = setup(2, 0);
        schedule("8,8/8,8,8"); /* without heads groups may come together */
        CHECK(strcmp(refused(&o, 2), "nothing") == 0);
        nested.bits[0][1] = SUCREF_ABSENT; nested.bits[0][2] = 8;
        CHECK(strstr(refused(&o, 2), "in their order") != NULL);
        nested.n_stops = 0; CHECK(strstr(refused(&o, 2), "a stop or more") != NULL);
    }
}

static void groups_are_checked(void)
{
    prepare_options o = setup(3, 1);
    const prepare_nested good = nested;
    CHECK(strcmp(refused(&o, 3), "nothing") == 0);
    nested.rows[0][1]--; CHECK(strstr(refused(&o, 3), "rows of the groups") != NULL); nested = good;
    nested.rows[0][2]++; CHECK(strstr(refused(&o, 3), "rows of the groups") != NULL); nested = good;
    nested.rows[1][0] = 0; CHECK(strstr(refused(&o, 3), "rows of the groups") != NULL); nested = good;
    nested.columns[0][0] = 0; CHECK(strstr(refused(&o, 3), "columns of a group") != NULL); nested = good;
    nested.columns[0][2] = IN + 1; CHECK(strstr(refused(&o, 3), "columns of a group") != NULL); nested = good;
    nested.columns[0][1] = 9; CHECK(strstr(refused(&o, 3), "columns of a group") != NULL); nested = good;
    nested.columns[1][0]++; CHECK(strstr(refused(&o, 3), "a later one") != NULL); nested = good;
    nested.columns[2][1]++; CHECK(strstr(refused(&o, 3), "a later one") != NULL); nested = good;
    nested.rows[2][0]++; CHECK(strstr(refused(&o, 3), "heads of different") != NULL); nested = good;
    nested.n_groups = 0; CHECK(strstr(refused(&o, 3), "number of groups") != NULL); nested = good;
    w[0][10] = 1; CHECK(strstr(refused(&o, 3), "behind the columns") != NULL); w[0][10] = 0;
    order[3] = order[4]; CHECK(strstr(refused(&o, 3), "order") != NULL); order[3] = 21;
    o.cut_input = 1; CHECK(strstr(refused(&o, 3), "cut input") != NULL); o.cut_input = 0;
    CHECK(strcmp(refused(&o, 3), "nothing") == 0);
}

/* results whose chance to disagree falls with the margin; each stop halves it */
static stop_result *results(uint32_t n, unsigned stops)
{
    stop_result *r = (stop_result *)malloc(n * stops * sizeof *r);
    uint32_t k;
    unsigned t;
    for (k = 0; k < n; k++) {
        for (t = 0; t < stops; t++) {
            r[k * stops + t].margin = rnd_below(1000);
            r[k * stops + t].agrees = t + 1 == stops || rnd_below(1000) > (1000 - r[k * stops + t].margin) >> (t + 3);
        }
    }
    return r;
}

/* over many draws thresholds whose true share of others is beyond what was asked are rarer than 1 - confidence */
static void risk_holds(void)
{
    enum { DRAWS = 100, CHOSEN = 300, JUDGED = 1200, FRESH = 20000 };
    prepare_options o = setup(2, 1);
    uint8_t *file = NULL;
    uint32_t len, left[SUCREF_MAX_STOPS], wrong[SUCREF_MAX_STOPS], margin[SUCREF_MAX_STOPS];
    sucref_exit exits[SUCREF_MAX_STOPS];
    unsigned k, t, beyond = 0, shown = 0;
    stop_result *fresh = results(FRESH, GROUPS);
    sucref_model m;
    CHECK(prepare_quantize(&file, &len, layers, 2, &o, NULL) == 0 && sucref_model_open(&m, file, len, NULL) == 0);
    for (k = 0; k < DRAWS; k++) {
        stop_result *chosen = results(CHOSEN, GROUPS), *judged = results(JUDGED, GROUPS);
        const int ok = find_thresholds(exits, left, &m, chosen, CHOSEN, judged, JUDGED, 0.02, 0.9);
        uint32_t others;
        for (t = 0; t < GROUPS; t++) { margin[t] = exits[t].margin; }
        others = exit_apply(left, wrong, margin, fresh, FRESH, GROUPS);
        beyond += others > FRESH / 50;
        shown += ok && left[GROUPS - 1] < FRESH;
        free(chosen); free(judged);
    }
    if (test_telling) { printf("  %u of %u show it, %u are beyond\n", shown, (unsigned)DRAWS, beyond); }
    CHECK(shown > DRAWS / 2 && beyond <= DRAWS / 5); /* a tenth is to be expected at most */
    {
        stop_result *chosen = results(10, GROUPS);
        CHECK(!find_thresholds(exits, left, &m, chosen, 10, chosen, 10, 0.02, 0.9) && left[GROUPS - 1] == 10);
        CHECK(exits[0].margin == EXIT_NEVER && exits[0].risk > 0x10000000U);
        free(chosen);
    }
    free(fresh); free(file);
}

static void put(npz_array *a, int *n, const char *name, uint32_t rows, uint32_t cols, float *v)
{
    strcpy(a[*n].name, name);
    a[*n].dims = cols ? 2 : 1;
    a[*n].shape[0] = rows;
    a[*n].shape[1] = cols ? cols : 1;
    a[(*n)++].v = v;
}

/* archives of one hidden layer; without what `leave` names, values of `spoil` plus a half; or spoil is "more" heads */
static void archive(const char *name, const char *leave, const char *spoil)
{
    static float groups[2][2 * GROUPS], places[IN], heads[2] = { GROUPS, GROUPS };
    const char *const names[] = { "W0", "b0", "groups0", "W1", "b1", "groups1", "order", "heads" };
    float *const v[] = { w[0], b[0], groups[0], w[1], b[1], groups[1], places, heads };
    const uint32_t rows[] = { layers[0].n_out, layers[0].n_out, GROUPS, layers[1].n_out, layers[1].n_out,
                              nested.heads ? GROUPS : 1, IN,
                              spoil != NULL && strcmp(spoil, "more") == 0 ? 2 : 1 },
                   cols[] = { IN, 0, 2, layers[1].n_in, 0, 2, 0, 0 };
    npz_array a[8];
    int n = 0, k;
    unsigned g, l;
    heads[0] = GROUPS;
    for (k = 0; k < IN; k++) { places[k] = order[k]; }
    for (l = 0; l < 2; l++) {
        for (g = 0; g < GROUPS; g++) {
            groups[l][2 * g] = (float)nested.rows[l][g];
            groups[l][2 * g + 1] = (float)nested.columns[l][g];
        }
    }
    for (k = 0; k < 8; k++) {
        if (spoil != NULL && strcmp(spoil, names[k]) == 0) { v[k][0] += 0.5F; }
        if (leave == NULL || strcmp(leave, names[k]) != 0) { put(a, &n, names[k], rows[k], cols[k], v[k]); }
    }
    CHECK(npz_write(test_path(name), a, n) == 0);
}

static void archives(void)
{
    FILE *f;
    (void)setup(2, 1);
    archive("nested.npz", NULL, NULL);
    archive("nested_no_groups1.npz", "groups1", NULL);
    archive("nested_no_heads.npz", "heads", NULL);
    archive("nested_order.npz", NULL, "order");
    archive("nested_heads.npz", NULL, "heads");
    archive("nested_groups0.npz", NULL, "groups0");
    archive("nested_more.npz", NULL, "more");
    f = fopen(test_path("nested.u8"), "wb");
    CHECK(f != NULL && fwrite(x, IN, SAMPLES, f) == SAMPLES && fclose(f) == 0);
    (void)setup(2, 0);
    archive("nested_shared.npz", "heads", NULL);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every stop is the law's, and the float network of its groups", every_stop_is_the_law);
    RUN("schedules that cannot be are refused", schedules_are_checked);
    RUN("groups that cannot be are refused", groups_are_checked);
    RUN("exit rules keep the risk that they state", risk_holds);
    RUN("archives for tests/tool.sh are written", archives);
    return test_report("widths");
}
