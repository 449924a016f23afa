/* mcu_kinds.c - where a network's instructions go, by kinds of layers, and how deep the stack of its steps is.
 *
 * Counted are the whole network, from the setting of its first input to the answer, and then, for each layer, the rest
 * from where it begins: one is what two rests that follow one another differ by. So no mark stands between steps, and
 * the layers add up to the whole. A softmax at the end counts as a layer, and so does what comes before the first one
 * and behind the last one. Models of one stop. */
#include "../examples/mcu/board.h"
#include "count.h"
#define SUCREF_STATIC
#include "../sucref.h"
#include "mcu_case.h"

static uint32_t first_step[SUCREF_MAX_LAYERS + 1], n_steps; /* of each layer */
static volatile uint32_t budget; /* not known to the compiler, which makes one sucref_net_step for all that follows */

static __attribute__((noinline)) int step(sucref_net *net, uint32_t spend)
{
    budget = spend;
    return sucref_net_step(net, budget);
}

#if defined(__arm__) || defined(__riscv)
extern uint32_t stack_limit[];
/* the stack below is as it was at the start; returns what of it is in use */
static __attribute__((noinline)) uint32_t repaint(void)
{
    volatile uint32_t here = 0, *p = stack_limit;
    while ((uintptr_t)p + 64U < (uintptr_t)&here) { *p++ = 0xA5A5A5A5U; }
    return board_stack_used() - 64U;
}
#else
static uint32_t repaint(void) { return 0; }
#endif

static const char *name_of(const sucref_layer *l)
{
    switch (l->kind) {
    case SUCREF_KIND_CONV: return l->kernel_h * l->kernel_w > 1 ? "conv" : "pointwise";
    case SUCREF_KIND_DEPTHWISE: return "depthwise";
    case SUCREF_KIND_AVERAGE: case SUCREF_KIND_MAX: return "pool";
    case SUCREF_KIND_ADD: return "add";
    case SUCREF_KIND_DENSE: return "dense";
    default: return "rest";
    }
}
static void line(const char *kind, uint32_t amount) /* multiply-adds, or outputs where there are no weights */
{
    board_text("kind ");
    board_text(kind);
    board_text(" ");
    board_number(amount);
    board_text("\n");
}
static void lines(const sucref_model *m)
{
    unsigned n;
    for (n = 0; n < m->n_layers; n++) {
        sucref_layer l;
        sucref_tensor t;
        uint32_t outputs;
        sucref_model_layer(&l, m, n);
        outputs = l.n_out;
        if (m->n_tensors > 0) {
            sucref_model_tensor(&t, m, l.to);
            outputs = (uint32_t)t.height * t.width * t.channels;
        }
        line(name_of(&l), outputs * (l.n_in > 0 ? l.n_in : 1U));
    }
    if (m->softmax_multiplier != 0) { line("rest", m->n_out); }
}

static uint32_t whole(sucref_net *net)
{
    sucref_answer a = { 0 };
    uint32_t hash = 2166136261U, i;
    COUNT_FROM();
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    while (step(net, 0xFFFFFFFFU) == SUCREF_MORE) { }
    (void)sucref_net_answer(net, &a);
    COUNT_TO();
    for (i = 0; i < a.n_out; i++) { hash = (hash ^ a.out[i]) * 16777619U; }
    return hash;
}
/* the steps, one quantum each; where layers begin, and the stack that they take */
static uint32_t find_layers(sucref_net *net)
{
    const uint32_t above = repaint();
    unsigned seen = 0;
    int status;
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    do {
        while (seen <= net->layer) { first_step[seen++] = n_steps; }
        status = step(net, 1);
        n_steps++;
    } while (status == SUCREF_MORE);
    first_step[net->model->n_layers] = n_steps - 1U; /* the softmax */
    return board_stack_used() - above;
}
static void rest_from(sucref_net *net, uint32_t steps)
{
    (void)sucref_net_set_input(net, the_case.x, the_case.input_bytes);
    for (; steps > 0; steps--) { (void)step(net, 1); }
    COUNT_FROM();
    while (step(net, 0xFFFFFFFFU) == SUCREF_MORE) { }
    COUNT_TO();
}

int board_main(void)
{
    sucref_model m;
    sucref_net net;
    uint32_t hash, stack;
    unsigned n, parts;
    if (sucref_model_open(&m, the_case.model, the_case.model_bytes, NULL) != SUCREF_OK || m.n_stops != 1 ||
        m.n_in != the_case.input_bytes ||
        sucref_net_init(&net, &m, the_case.work, the_case.work_len) != SUCREF_OK) {
        board_text("the model does not open\n");
        return 1;
    }
    next_input();
    stack = find_layers(&net);
    hash = whole(&net);
    parts = m.n_layers + (m.softmax_multiplier != 0 ? 1U : 0U);
    for (n = 0; n < parts; n++) { rest_from(&net, first_step[n]); }
    lines(&m);
    board_text("stack ");
    board_number(stack);
    board_text("\nwork ");
    board_number(the_case.work_len * 4U);
    board_text("\ndigest ");
    board_hex(hash);
    board_text("\n");
    return 0;
}
