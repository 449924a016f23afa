/* udp.h - what the examples of processes that talk UDP on this machine share. */
#ifndef EXAMPLES_UDP_H
#define EXAMPLES_UDP_H
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static inline double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

/* a socket of its own on the loopback, and its address; leaves the program, by its name, where there is none */
static inline int open_port(struct sockaddr_in *a, const char *program)
{
    socklen_t len = sizeof *a;
    const int s = socket(AF_INET, SOCK_DGRAM, 0);
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s < 0 || bind(s, (struct sockaddr *)a, len) != 0 || getsockname(s, (struct sockaddr *)a, &len) != 0) {
        perror(program);
        exit(1);
    }
    return s;
}
#endif
