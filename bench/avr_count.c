/* avr_count.c - runs an ELF on simavr's ATmega1284P, one instruction at a time, and counts them.
 *
 *   avr_count FILE.elf      UART0 goes to stdout; a 1 in GPIOR0 starts a count, a 2 ends it:
 *                           `COUNT k instructions cycles`
 * Build: cc avr_count.c -lsimavr -lelf (Debian: libsimavr-dev, libelf-dev) */
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdio.h>
#include <string.h>

enum { GPIOR0 = 0x3E };

static void put(struct avr_irq_t *irq, uint32_t value, void *user)
{
    (void)irq; (void)user;
    putchar((int)(value & 0xFF));
}

int main(int argc, char **argv)
{
    static elf_firmware_t f;
    unsigned long long n = 0, from = 0, cycles = 0;
    unsigned counts = 0, before = 0;
    uint32_t flags = 0;
    int state = cpu_Running;
    avr_t *avr;
    if (argc != 2 || elf_read_firmware(argv[1], &f) != 0) { fprintf(stderr, "usage: avr_count FILE.elf\n"); return 2; }
    avr = avr_make_mcu_by_name("atmega1284p");
    if (avr == NULL) { fprintf(stderr, "avr_count: simavr lacks the atmega1284p\n"); return 2; }
    avr_init(avr);
    avr->log = LOG_NONE;
    avr->frequency = 16000000;
    avr_load_firmware(avr, &f);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), put, NULL);
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)AVR_UART_FLAG_STDIO;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    while (state != cpu_Done && state != cpu_Crashed) {
        state = avr_run(avr);
        n++;
        if (avr->data[GPIOR0] != before) {
            before = avr->data[GPIOR0];
            if (before == 1) { from = n; cycles = avr->cycle; }
            if (before == 2) {
                fprintf(stderr, "COUNT %u %llu %llu\n", counts++, n - from, (unsigned long long)avr->cycle - cycles);
            }
        }
    }
    fflush(stdout);
    return state == cpu_Crashed;
}
