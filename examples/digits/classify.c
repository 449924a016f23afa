/* classify.c - reads a picture of a digit and says what it is, stop by stop.
 *
 *   cc -O2 -o classify examples/digits/classify.c
 *   ./classify examples/models/digits.sucref examples/digits/7_2.png
 *
 * One handwritten digit a picture, dark on light or light on dark, on transparent paper too; printed digits are not
 * what the network has learnt. PNG and JPEG need stb_image (Debian: libstb-dev) when this is compiled; PGM is always
 * read. */
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#include "picture.h"
#include "../tool/model_file.h"

int main(int argc, char **argv)
{
    static uint8_t digit[784];
    sucref_model m;
    sucref_net net;
    sucref_answer a;
    sucref_cost so_far, one_shot;
    int status;
    if (argc != 3) { fprintf(stderr, "usage: classify model.sucref picture.png|jpg|pgm\n"); return 2; }
    if (!model_load(&m, argv[1])) { return 2; }
    if (m.n_in != 784 || m.n_out != 10) {
        fprintf(stderr, "classify: %s has %lu inputs and %lu outputs, not 28x28 and 10 as digits have\n", argv[1],
                (unsigned long)m.n_in, (unsigned long)m.n_out);
        return 2;
    }
    if (!picture_digit(digit, argv[2])) { return 2; }
    if (!net_start(&net, &m)) { return 2; }
    (void)sucref_net_set_input(&net, digit, sizeof digit);
    sucref_model_cost(&one_shot, &m, m.usable_stops - 1U, m.usable_stops - 1U);
    do {
        do { status = sucref_net_step(&net, 5000); } while (status == SUCREF_MORE);
        if (status < 0 || sucref_net_answer(&net, &a) != SUCREF_OK) { return 2; }
        sucref_model_cost(&so_far, &m, 0, a.stop);
        printf("stop %u: digit %lu, margin %lu, %.1f %% of the weights' bytes read\n", a.stop,
               (unsigned long)sucref_argmax(a.logits, 10), (unsigned long)sucref_margin(a.logits, 10, 0),
               100.0 * (double)so_far.weight_bytes / (double)one_shot.weight_bytes);
    } while (status == SUCREF_STOP);
    return 0;
}
