/* sensor.c - a board as one of the devices that sense parts of an input and exchange activations. Datagrams come and go
 * through its serial port, each behind its length and, when sent, whom it is for; the first one is its part of the
 * network. examples/cluster/halves.c is the other end. */
#include "board.h"
#include "serial.h"
#define SUCREF_STATIC
#include "../../sucref.h"
#include "../cluster/sensor.h"

static sensor self;
static uint32_t file[SENSOR_PART / 4];

static void send(unsigned to, const uint8_t *bytes, size_t len)
{
    const uint8_t head[3] = { (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)to };
    serial_put(head, sizeof head);
    serial_put(bytes, len);
}

int board_main(void)
{
    static uint8_t datagram[SENSOR_DATAGRAM];
    uint8_t head[4];
    uint32_t len;
    serial_start();
    serial_get(head, 4);
    len = head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16;
    if (len > sizeof file) { return 1; }
    serial_get((uint8_t *)file, len);
    if (sucref_exchange_open(&self.part[0], file, len, NULL) != SUCREF_OK) { return 2; }
    self.plans = 1;
    if (!sensor_switch(&self, 0, 0)) { return 3; }
    do {
        serial_get(head, 2);
        len = head[0] | (uint32_t)head[1] << 8;
        if (len > sizeof datagram) { return 4; }
        serial_get(datagram, len);
    } while (sensor_hear(&self, datagram, len, send));
    return 0;
}
