/* 04_model_file.c - a model that arrives in packets answers as soon as its first stop is complete.
 *
 * Output:
 *     11776 of 102368 bytes: 1 stop, it is a 5
 *     25152 of 102368 bytes: 2 stops, it is a 5
 *     102368 of 102368 bytes: 3 stops, it is a 5
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include "tool/model_file.h"
#include "digits/picture.h"

enum { PACKET = 64, ROOM = 112 * 1024 };

int main(void)
{
    static uint32_t memory[ROOM / 4]; /* where the file grows; uint32_t aligns it */
    static uint8_t digit[784];
    sucref_model m;
    sucref_net net;
    size_t arrived = 0, got;
    int stops = 0;
    FILE *radio = fopen("examples/models/widths.sucref", "rb");
    if (!picture_digit(digit, "examples/digits/5_1.pgm") || radio == NULL) { return 1; }

    while (arrived + PACKET <= ROOM && (got = fread((uint8_t *)memory + arrived, 1, PACKET, radio)) > 0) {
        sucref_answer a;
        const int before = stops;
        arrived += got;
        if (stops == 0) { /* not open yet: E_DATA until the first stop is whole */
            if (sucref_model_open(&m, memory, arrived, NULL) != SUCREF_OK) { continue; }
            if (sucref_model_check(&m, NULL) != SUCREF_OK || !net_start(&net, &m)) { return 1; }
            (void)sucref_net_set_input(&net, digit, sizeof digit);
            stops = m.usable_stops;
        } else {
            stops = sucref_model_extend(&m, arrived, NULL);
        }
        if (stops <= before) { continue; }
        if (sucref_net_run(&net, (unsigned)stops - 1U) != SUCREF_OK || sucref_net_answer(&net, &a) != SUCREF_OK) {
            return 1;
        }
        printf("%lu of %lu bytes: %d stop%s, it is a %lu\n", (unsigned long)m.bytes_len, (unsigned long)m.file_bytes,
               stops, stops == 1 ? "" : "s", (unsigned long)sucref_argmax(a.logits, a.n_out));
    }
    fclose(radio);
    return stops == 3 ? 0 : 1;
}
