/* worker.c - a board as one of the devices that share a network: requests come and answers go through its serial port.
 * examples/cluster/worker.c is the other end. Build with -DMODEL_H="part.h",
 * a part of `sucref split` through `sucref emit-c --name net`. */
#include "board.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include "../cluster/worker.h"
#include MODEL_H

enum { LAYERS = 4 };

#if defined(__arm__) /* UART0 of the MPS2 boards (CMSDK APB UART) */
#  define UART ((volatile uint32_t *)0x40004000U) /* data, state (bit 0: cannot send, bit 1: has received), control */
static void uart_start(void) { UART[4] = 16; UART[2] = 3; }
static void get(uint8_t *p, size_t len)
{
    for (; len > 0; len--) {
        while (!(UART[1] & 2U)) { }
        *p++ = (uint8_t)UART[0];
    }
}
static void put(const uint8_t *p, size_t len) { for (; len > 0; len--) { while (UART[1] & 1U) { } UART[0] = *p++; } }
#else
#  include <stdio.h>
#  include <stdlib.h>
static void uart_start(void) { }
static void get(uint8_t *p, size_t len) { if (fread(p, 1, len, stdin) != len) { exit(1); } }
static void put(const uint8_t *p, size_t len)
{
    if (fwrite(p, 1, len, stdout) != len || fflush(stdout) != 0) { exit(1); }
}
#endif

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
    uart_start();
    return worker_serve(part, net, n, get, put);
}
