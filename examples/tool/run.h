/* run.h - the command run: a model's answers on inputs, at a stop or by an exit rule. */
#ifndef SUCREF_TOOL_RUN_H
#define SUCREF_TOOL_RUN_H
#include "samples.h"

static void put_word(output *o, uint32_t v)
{
    const uint8_t le[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
    put_bytes(o, le, 4);
}

static void put_real(output *o, double real)
{
    const float f = (float)real;
    uint32_t u;
    memcpy(&u, &f, 4);
    put_word(o, u);
}

/* one answer: bytes of the model's type, int32 logits, or either as float32 */
static void write_answer(output *o, const args *a, const sucref_model *m, const sucref_answer *y)
{
    const uint8_t flip = m->input_type == SUCREF_INPUT_S8 ? 0x80 : 0;
    const double unit = logit_unit(m, y->stop);
    sucref_scales s;
    uint32_t i;
    sucref_model_scales(&s, m);
    for (i = 0; i < y->n_out; i++) {
        const uint8_t byte = y->out[i] ^ flip;
        if (a->real != NULL) {
            put_real(o, a->logits ? ldexp(unit * y->logits[i] * s.logit.multiplier, s.logit.exponent - 31)
                                  : ldexp((double)(y->out[i] - s.output_zero) * s.output.multiplier,
                                          s.output.exponent - 31));
        } else if (a->logits != NULL) {
            put_word(o, (uint32_t)y->logits[i]);
        } else {
            put_bytes(o, &byte, 1);
        }
    }
}

/* what was written */
static void print_format(const args *a, const sucref_model *m, uint32_t n)
{
    const int is_signed = m->input_type == SUCREF_INPUT_S8;
    sucref_scales s;
    sucref_model_scales(&s, m);
    printf("%s: %lu answers of %lu %s", a->out, (unsigned long)n, (unsigned long)m->n_out,
           a->real ? "float32, little-endian" : a->logits ? "int32, little-endian" : type_name(m));
    if (a->real == NULL) {
        printf(", %s", a->logits ? unit_text(&s.logit, 0, 0) : unit_text(&s.output, s.output_zero, is_signed));
    }
    printf("%s\n", has_softmax(m) && a->logits == NULL ? " (softmax)" : "");
}

/* how many inputs left at each stop, and the most that they cost of the one-shot network's weight bytes and
 * multiply-adds */
static void print_exits(const sucref_model *m, const uint32_t *left, uint32_t n, int by_margin)
{
    sucref_cost one_shot, c;
    double sum = 0, macs = 0;
    unsigned t;
    sucref_model_cost(&one_shot, m, m->usable_stops - 1U, m->usable_stops - 1U);
    for (t = 0; t < m->usable_stops; t++) {
        sucref_model_cost(&c, m, 0, t);
        sum += (double)left[t] * (double)c.weight_bytes / (double)one_shot.weight_bytes / n;
        macs += (double)left[t] * (double)c.macs / (double)one_shot.macs / n;
        printf("stop %u: %lu of %lu left here%s\n", t, (unsigned long)left[t], (unsigned long)n,
               by_margin && never_leaves(m, t) ? " (never leaves)" : "");
    }
    printf("weight bytes read, of one-shot: %.3f; multiply-adds: %.3f\n", sum, macs);
}

/* how `run` leaves early */
typedef struct { const args *a; uint32_t *work; size_t work_len; int32_t lo, hi; } exit_rule;

/* one end of the gray zone: a whole number is a logit, 0.3 or 30% a probability, the logistic function of the logit */
static int32_t gray_end(const char *text, size_t len, const sucref_scale *s, const char *all)
{
    char number[64], *end;
    int probability = 0;
    double v;
    if (len == 0 || len >= sizeof number) { die("--gray must be LO,HI with LO <= HI, not %s", *all ? all : "nothing"); }
    memcpy(number, text, len);
    number[len] = 0;
    if (number[len - 1] == '%') { number[len - 1] = 0; probability = 100; }
    v = strtod(number, &end);
    if (end == number || *end != 0 || isspace((unsigned char)number[0]) || !isfinite(v)) {
        die("--gray must be LO,HI with LO <= HI, not %s", all);
    }
    if (probability == 0 && strchr(number, '.') != NULL) { probability = 1; }
    if (probability != 0) {
        v /= probability;
        if (!(v > 0 && v < 1)) { die("--gray: a probability must be between 0 and 1, not %s", all); }
        if (s->multiplier == 0) { die("--gray: probabilities need a model that knows its logit's scale; use logits"); }
        v = floor(log(v / (1 - v)) / ldexp(s->multiplier, s->exponent - 31) + 0.5);
    }
    if (v != floor(v) || v < -2147483648.0 || v > 2147483647.0) {
        die("--gray: logits are whole numbers of 32 bits, not %s", all);
    }
    return (int32_t)v;
}

static void gray_zone(exit_rule *e, const args *a, const sucref_model *m)
{
    const char *comma = strchr(a->gray, ',');
    sucref_scales s;
    sucref_model_scales(&s, m);
    if (comma == NULL) { die("--gray must be LO,HI with LO <= HI, not %s", *a->gray ? a->gray : "nothing"); }
    e->lo = gray_end(a->gray, (size_t)(comma - a->gray), &s.logit, a->gray);
    e->hi = gray_end(comma + 1, strlen(comma + 1), &s.logit, a->gray);
    if (e->lo > e->hi) { die("--gray must be LO,HI with LO <= HI, not %s", a->gray); }
    printf("gray zone: logits %ld to %ld\n", (long)e->lo, (long)e->hi);
}

/* does a stop have what --exit margin or certified reads? */
static int has_rules(const sucref_model *m, const char *exit_rule)
{
    sucref_exit rule;
    sucref_stop s;
    unsigned t;
    for (t = 0; t < m->usable_stops; t++) {
        sucref_model_stop(&s, m, t);
        if (exit_rule[0] == 'c' ? s.bounds_offset != 0 : sucref_model_exit(&rule, m, t) == SUCREF_OK) { return 1; }
    }
    return exit_rule[0] == 'g';
}

static exit_rule exit_rule_of(const args *a, const sucref_model *m)
{
    exit_rule e;
    memset(&e, 0, sizeof e);
    e.a = a;
    if (a->exit_rule == NULL) {
        if (a->gray != NULL) { die("--gray needs --exit gray"); }
        return e;
    }
    if (a->stop != NULL || (strcmp(a->exit_rule, "margin") != 0 && strcmp(a->exit_rule, "certified") != 0 &&
                            strcmp(a->exit_rule, "gray") != 0)) {
        die("--exit must be margin, certified or gray, without --stop");
    }
    if (strcmp(a->exit_rule, "gray") == 0) {
        if (m->n_out != 1 || a->gray == NULL) {
            die("--exit gray needs a model of one output and --gray LO,HI in logits or probabilities");
        }
        gray_zone(&e, a, m);
    } else if (a->gray != NULL) {
        die("--gray needs --exit gray");
    }
    if (!has_rules(m, a->exit_rule)) {
        warn("%s: has no %s, all inputs go to the last stop (sucref calibrate %s makes them)", a->in,
             a->exit_rule[0] == 'c' ? "bounds" : "exit rules", a->exit_rule[0] == 'c' ? "--certify" : "--max-disagree");
    }
    e.work_len = sucref_net_proof_len(m);
    e.work = (uint32_t *)malloc(e.work_len * 4);
    if (e.work == NULL) { die("out of memory"); }
    return e;
}

static int leaves(const exit_rule *e, const sucref_net *net, const sucref_answer *y)
{
    double z;
    int proved;
    switch (e->a->exit_rule[0]) {
    case 'c': return sucref_net_proved(&proved, net, e->work, e->work_len) == SUCREF_OK && proved;
    case 'g':
        z = floor(y->logits[0] * logit_unit(net->model, y->stop) + .5);
        return sucref_settled_gray((int32_t)fmax(fmin(z, INT32_MAX), INT32_MIN), e->lo, e->hi);
    default: return sucref_settled(net->model, y);
    }
}

/* one input to the stop where it leaves, which is returned */
static unsigned run_one(sucref_answer *y, sucref_net *net, const uint8_t *x, const exit_rule *rule, unsigned last)
{
    unsigned t = rule->a->exit_rule != NULL ? 0 : last;
    if (sucref_net_set_input(net, x, net->model->n_in) != SUCREF_OK || sucref_net_start_at(net, t) != SUCREF_OK) {
        die("internal error");
    }
    for (;; t++) {
        if (sucref_net_run(net, t) != SUCREF_OK || sucref_net_answer(net, y) != SUCREF_OK) { die("internal error"); }
        if (t == last || leaves(rule, net, y)) { return t; }
    }
}

static void check_real(const args *a, const sucref_model *m)
{
    sucref_scales s;
    sucref_model_scales(&s, m);
    if (a->real != NULL && (a->logits != NULL ? s.logit : s.output).multiplier == 0) {
        die("--real: the model does not know the scale of its %s", a->logits ? "logits" : "outputs");
    }
}

static void run(const args *a)
{
    uint8_t *bytes, *x;
    size_t more;
    const sucref_model m = open_first(a->in, &bytes, &more);
    const size_t work_len = sucref_net_work_len(&m);
    const input_unit unit = unit_of(&m);
    uint32_t *work = (uint32_t *)malloc(work_len * 4), left[SUCREF_MAX_STOPS] = { 0 }, n, k;
    unsigned last = m.usable_stops - 1U;
    exit_rule rule;
    sucref_net net;
    output o;
    if (a->x == NULL || a->out == NULL) { die("run needs --in x.u8|x.s8|x.npy and --out y.bin"); }
    rule = exit_rule_of(a, &m);
    check_real(a, &m);
    if (a->stop != NULL) { last = whole_number(a->stop, "--stop", 0, last); }
    x = read_samples(a->x, a->type, m.n_in, &unit, &n);
    if (work == NULL || sucref_net_init(&net, &m, work, work_len) != SUCREF_OK) { die("out of memory"); }
    o = open_output(a->out);
    for (k = 0; k < n; k++) {
        sucref_answer y;
        left[run_one(&y, &net, x + (size_t)k * m.n_in, &rule, last)]++;
        write_answer(&o, a, &m, &y);
        if (isatty(2) && k % 1000 == 999) {
            fprintf(stderr, "\r%lu of %lu%s", (unsigned long)k + 1, (unsigned long)n, k + 1 == n ? "\n" : "");
        }
    }
    close_output(&o);
    if (more > 0) {
        warn("%s: %lu bytes lie behind the model that was run, its first one (sucref info)", a->in,
             (unsigned long)more);
    }
    print_format(a, &m, n);
    if (a->exit_rule != NULL) { print_exits(&m, left, n, a->exit_rule[0] == 'm'); }
    free(x); free(work); free(bytes); free(rule.work);
}
#endif
