/* worker.c - a board as one of the devices that share a network: requests come and answers go through its serial port.
 * examples/cluster/worker.c is the other end. Build with -DMODEL_H="part.h",
 * a part of `sucref split` through `sucref emit-c --name net`. */
#include "board.h"
#include "serial.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include "../cluster/worker.h"
#include MODEL_H

enum { LAYERS = 4 };

int board_main(void)
{
    static sucref_model part[LAYERS];
    static sucref_net net[LAYERS];
    static uint32_t work[LAYERS][NET_WORK_LEN];
    uint32_t at = 0;
    unsigned n;
    for (n = 0; n < LAYERS && at < NET_BYTES; n++, at += part[n - 1].bytes_len) {
        if (sucref_model_open(&part[n], net_model.bytes + at, NET_BYTES - at, NULL) != SUCREF_OK ||
            sucref_model_check(&part[n], NULL) != SUCREF_OK ||
            sucref_net_init(&net[n], &part[n], work[n], NET_WORK_LEN) != SUCREF_OK) {
            return 1;
        }
    }
    serial_start();
    return worker_serve(part, net, n, serial_get, serial_put);
}
