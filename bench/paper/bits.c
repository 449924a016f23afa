/* bits.c - our networks, through the shipped header, by bits of the first layer's weights; accuracy.svg. */
#include "data.h"
#include "pieces.h"
#include "models.h"
#include "svg.h"
#include "table.h"

typedef struct { double acc[STOPS], auc[STOPS]; } our_result;

static our_result run_ours(const char *name, float clip, int cut_input)
{
    static double score[IDX_TEST];
    our_result res;
    sucref_model m;
    sucref_net net;
    uint8_t *file = models_quantized(&m, name, clip, cut_input, "1124");
    uint32_t *work = (uint32_t *)malloc(sucref_net_work_len(&m) * 4), t;
    size_t k;
    if (work == NULL || sucref_net_init(&net, &m, work, sucref_net_work_len(&m)) != SUCREF_OK) { exit(2); }
    for (t = 0; t < STOPS; t++) {
        size_t right = 0;
        for (k = 0; k < IDX_TEST; k++) {
            sucref_answer a;
            (void)sucref_net_set_input(&net, test_set.x + k * IDX_PIXELS, m.n_in);
            (void)sucref_net_start_at(&net, t);
            if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { exit(2); }
            score[k] = a.logits[0];
            right += models_is_right(&a, k) != 0;
        }
        res.acc[t] = (double)right / IDX_TEST;
        res.auc[t] = m.n_out == 1 ? auc(score, 1) : NAN;
    }
    free(work); free(file);
    return res;
}

/* one network's rows; beside: the published resolutions 1, 2, 4 and the one-shot stand beside 1, 2, 4 and 8 bits */
static void our_rows(const char *title, const our_result *r, const double *goal, const double *auc_goal, int beside)
{
    static const int bits_of[STOPS] = { 1, 2, 4, 8 };
    static const double acc[STOPS] = { 0.5074, 0.7694, 0.9366, 0.9762 },
                        roc[STOPS] = { 0.4918, 0.8587, 0.9922, 0.9968 };
    const double printed[STOPS] = { printed_accuracy[0], printed_accuracy[1], printed_accuracy[3], NAN };
    int t;
    for (t = 0; t < STOPS; t++) {
        row("SR Table II", "%s, %d bit%s: accuracy", title, bits_of[t], t ? "s" : "");
        if (beside) { row_compared(acc[t]); row_printed(printed[t]); }
        row_ours(r->acc[t]); row_goal(goal[t], NAN);
        if (beside && t < 3) { row_note("beside it: resolution %d, which cuts weights and inputs", bits_of[t]); }
        if (beside && t == 3) { row_note("beside it: the published one-shot network"); }
        if (isnan(r->auc[t])) { continue; }
        row("SR Table II", "%s, %d bit%s: AUC", title, bits_of[t], t ? "s" : "");
        if (beside) { row_compared(roc[t]); }
        row_ours(r->auc[t]); row_goal(auc_goal[t], NAN);
    }
}

static void figure(const our_result *plain, const our_result *cut, const our_result *nested)
{
    static const double published[4] = { 0.5074, 0.7694, 0.9188, 0.9366 }, x4[4] = { 1, 2, 3, 4 },
                        x[4] = { 1, 2, 4, 8 };
    svg s = svg_open(out_path("accuracy.svg"), "Even or odd digit: right answers by bits of the weights",
                     "bits of the first layer's weights that have been read", "share of 10,000 test images", 0, 8, 0.5,
                     1, 1, 0.1);
    svg_line(&s, "published, [SR] Table II", x4, published, 4, 1);
    svg_line(&s, "published rule, worked out here", x4, printed_accuracy, 4, 1);
    svg_line(&s, "this library, network as trained", x, plain->acc, 4, 1);
    svg_line(&s, "the same, inputs cut as well", x, cut->acc, 4, 1);
    svg_line(&s, "trained for early answers", x, nested->acc, 4, 1);
    svg_close(&s);
}

void bits(void)
{
    static const double even_goal[4] = { .925, .970, .979, .980 }, even_nested[4] = { .970, .980, .981, .981 },
                        digit_goal[4] = { .950, .962, .975, .975 }, digit_nested[4] = { .970, .976, .977, .977 },
                        like_goal[4] = { .905, .965, .975, .980 }, auc_goal[4] = { .97, .993, .996, .996 };
    const our_result plain = run_ours("even0", 0, 0), nested = run_ours("even_nested", 1, 0),
                     digits = run_ours("digits", 0, 0), digits2 = run_ours("digits_nested", 1, 0),
                     cut = run_ours("even0", 0, 1);
    our_rows("even/odd as trained", &plain, even_goal, auc_goal, 1);
    our_rows("even/odd, inputs cut to as many bits", &cut, like_goal, auc_goal, 1);
    our_rows("even/odd trained under all cuts", &nested, even_nested, auc_goal, 1);
    our_rows("784-128-10 as trained", &digits, digit_goal, NULL, 0);
    our_rows("784-128-10 trained under all cuts", &digits2, digit_nested, NULL, 0);
    figure(&plain, &cut, &nested);
}
