/* demo.c - fifty pictures of digits, answered stop by stop; then, where MNIST is, a table over its 10,000 test images.
 *
 *   demo model.sucref PICTURE...      (the true digit is the first letter of a picture's name) */
#include "../training/idx.h" /* first: it asks for POSIX */
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "picture.h"
#include "../tool/model_file.h"

static sucref_model m;
static sucref_net net;

/* the digit at each stop of one input; returns the first stop after which it did not change any more */
static unsigned answer(uint32_t *digit, const uint8_t *x)
{
    unsigned t, settled = 0;
    (void)sucref_net_set_input(&net, x, net.model->n_in);
    for (t = 0; t < m.usable_stops; t++) {
        sucref_answer a;
        if (sucref_net_run(&net, t) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) { return 0; }
        digit[t] = sucref_argmax(a.logits, a.n_out);
        if (t > 0 && digit[t] != digit[t - 1]) { settled = t; }
    }
    return settled;
}

static double share(unsigned stop)
{
    sucref_cost c, one_shot;
    sucref_model_cost(&c, &m, 0, stop);
    sucref_model_cost(&one_shot, &m, m.usable_stops - 1U, m.usable_stops - 1U);
    return 100.0 * (double)c.weight_bytes / (double)one_shot.weight_bytes;
}

/* what a stop has of the first layer: its bits, or where neurons come group by group how many there are */
static void stop_name(char *text, size_t len, unsigned stop)
{
    sucref_layer first;
    sucref_group group;
    sucref_stop_group e;
    unsigned g;
    uint32_t rows = 0;
    sucref_model_layer(&first, &m, 0);
    for (g = 0; g < first.n_groups; g++) {
        sucref_model_stop_group(&e, &m, stop, g);
        sucref_model_group(&group, &m, g);
        if (e.bits > 0) { rows += group.n_rows; }
    }
    sucref_model_stop_group(&e, &m, stop, 0);
    if (first.n_groups > 1) { snprintf(text, len, "%lu of %lu", (unsigned long)rows, (unsigned long)first.n_out); }
    else { snprintf(text, len, "%u bit%s", e.bits, e.bits == 1 ? "" : "s"); }
}

static void table(void)
{
    uint32_t digit[SUCREF_MAX_STOPS], right[SUCREF_MAX_STOPS] = { 0 }, same[SUCREF_MAX_STOPS] = { 0 };
    const idx_set s = idx_load(NULL, "mnist", 1);
    char name[48];
    size_t k;
    unsigned t;
    if (s.n == 0) {
        printf("\n(%s: the table over its test images is skipped)\n", data_missing("mnist"));
        return;
    }
    for (k = 0; k < s.n; k++) {
        (void)answer(digit, s.x + k * IDX_PIXELS);
        for (t = 0; t < m.usable_stops; t++) {
            right[t] += digit[t] == s.label[k];
            same[t] += digit[t] == digit[m.usable_stops - 1U];
        }
    }
    printf("\n%lu MNIST test images\nfirst layer   weights read   right     same as full answer\n", (unsigned long)s.n);
    for (t = 0; t < m.usable_stops; t++) {
        stop_name(name, sizeof name, t);
        printf("%-11s   %9.1f %%   %.2f %%   %.2f %%\n", name, share(t), 100.0 * right[t] / (double)s.n,
               100.0 * same[t] / (double)s.n);
    }
    free(s.x); free(s.label);
}

int main(int argc, char **argv)
{
    static uint8_t x[784];
    uint32_t digit[SUCREF_MAX_STOPS];
    char name[48];
    int i, right = 0, pictures = 0;
    unsigned t;
    int wide;
    if (argc < 3) { fprintf(stderr, "usage: demo model.sucref PICTURE...\n"); return 2; }
    if (!model_load(&m, argv[1])) { return 2; }
    if (m.n_in != 784 || m.n_out != 10 || !net_start(&net, &m)) {
        fprintf(stderr, "demo: %s has %lu inputs and %lu outputs, not 28x28 and 10 as digits have\n", argv[1],
                (unsigned long)m.n_in, (unsigned long)m.n_out);
        return 2;
    }
    stop_name(name, sizeof name, m.usable_stops - 1U);
    wide = strlen(name) < 8 ? 8 : (int)strlen(name) + 2;
#ifndef PICTURE_STB
    printf("(built without stb_image, Debian: libstb-dev - reading the pictures as PGM)\n");
#endif
    printf("picture   ");
    for (t = 0; t < m.usable_stops; t++) { stop_name(name, sizeof name, t); printf("%-*s", wide, name); }
    printf("settled after\n");
    for (i = 2; i < argc; i++) {
        const char *file = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
        unsigned settled;
        if (!picture_digit(x, argv[i])) { return 2; }
        settled = answer(digit, x);
        printf("%-10s", file);
        for (t = 0; t < m.usable_stops; t++) { printf("%-*lu", wide, (unsigned long)digit[t]); }
        printf("%5.1f %% of the weights%s\n", share(settled),
               digit[m.usable_stops - 1U] == (uint32_t)(file[0] - '0') ? "" : "   wrong");
        right += digit[m.usable_stops - 1U] == (uint32_t)(file[0] - '0');
        pictures++;
    }
    table();
    printf("\n%d of %d pictures right\n", right, pictures);
    return 0;
}
