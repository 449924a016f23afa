/* test_picture.c - pictures of digits: dark or light ink, on white, black or transparent paper, are the same digit;
 * what is no picture is refused by name, and one that is too large before memory is asked for. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "test.h"
#include <unistd.h>
#include "crc.h"

static size_t most_asked;
static inline void *counted_malloc(size_t n)
{
    if (n > most_asked) { most_asked = n; }
    return malloc(n);
}
static inline void *counted_realloc(void *p, size_t n)
{
    if (n > most_asked) { most_asked = n; }
    return realloc(p, n);
}
#define malloc counted_malloc
#define realloc counted_realloc
#include "../examples/digits/picture.h"
#undef malloc
#undef realloc

enum { SIDE = 40, ROOM = 1 << 16 };
static char path[600]; /* a file of this run's own */

static void write_bytes(const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0);
}

/* ---- PNG without compression ---- */
static size_t chunk(uint8_t *to, const char *type, const uint8_t *data, size_t n)
{
    size_t k;
    for (k = 0; k < 4; k++) { to[k] = (uint8_t)(n >> (24 - 8 * k)); }
    memcpy(to + 4, type, 4);
    if (n > 0) { memcpy(to + 8, data, n); }
    for (k = 0; k < 4; k++) { to[8 + n + k] = (uint8_t)(crc_of(to + 4, n + 4) >> (24 - 8 * k)); }
    return 12 + n;
}

/* grey and alpha, [side][side][2]; w, h: what the head says */
static void write_png(const uint8_t *pixels, uint32_t side, uint32_t w, uint32_t h)
{
    static uint8_t file[ROOM], data[ROOM];
    uint8_t head[13] = { 0, 0, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0, 0 };
    size_t n = 8, at = 7, row = 1 + 2 * side;
    uint32_t a = 1, b = 0, y, k;
    for (k = 0; k < 4; k++) { head[k] = (uint8_t)(w >> (24 - 8 * k)); head[4 + k] = (uint8_t)(h >> (24 - 8 * k)); }
    memcpy(file, "\x89PNG\r\n\x1a\n", 8);
    n += chunk(file + n, "IHDR", head, 13);
    data[0] = 0x78; data[1] = 1; data[2] = 1; /* one stored block */
    put_le(data + 3, (uint32_t)(row * side), 2);
    put_le(data + 5, ~(uint32_t)(row * side), 2);
    for (y = 0; y < side; y++) {
        data[at++] = 0;
        memcpy(data + at, pixels + 2 * side * y, 2 * side);
        at += 2 * side;
    }
    for (k = 7; k < at; k++) { a = (a + data[k]) % 65521; b = (b + a) % 65521; }
    for (k = 0; k < 4; k++) { data[at++] = (uint8_t)((b << 16 | a) >> (24 - 8 * k)); }
    n += chunk(file + n, "IDAT", data, at);
    n += chunk(file + n, "IEND", NULL, 0);
    write_bytes(file, n);
}

/* a seven: how much ink a pixel has, 0..255 */
static unsigned ink(int x, int y)
{
    if (y >= 8 && y < 12 && x >= 10 && x < 30) { return 255; }
    return y >= 12 && y < 34 && x >= 28 - (y - 12) / 2 && x < 32 - (y - 12) / 2 ? y % 2 ? 255 : 230 : 0;
}

static int digit_of(uint8_t *digit)
{
    int w, h, status;
    uint8_t *p = picture_read(path, &w, &h);
    if (p == NULL) { return -1; }
    status = w == SIDE && h == SIDE ? picture_to_digit(digit, p, w, h) : -1;
    free(p);
    return status;
}

static void pgm_seven(uint8_t *digit)
{
    static uint8_t file[16 + SIDE * SIDE];
    const int n = sprintf((char *)file, "P5\n%d %d\n255\n", SIDE, SIDE);
    int k;
    for (k = 0; k < SIDE * SIDE; k++) { file[n + k] = (uint8_t)(255 - ink(k % SIDE, k / SIDE)); }
    write_bytes(file, (size_t)n + SIDE * SIDE);
    CHECK(digit_of(digit) == 0);
}

static void inks_and_papers(void)
{
    static uint8_t want[784], got[784], pixels[SIDE * SIDE * 2];
    int kind, k;
    pgm_seven(want);
#ifndef PICTURE_STB
    SKIP("PNG pictures (Debian: libstb-dev)");
    return;
#endif
    for (kind = 0; kind < 6; kind++) { /* ink dark or light; paper opaque, or transparent with black or white below */
        const int light = kind & 1, clear = kind / 2;
        for (k = 0; k < SIDE * SIDE; k++) {
            const unsigned v = ink(k % SIDE, k / SIDE);
            pixels[2 * k] = (uint8_t)(clear == 0 ? (light ? v : 255 - v)
                                      : v        ? (light ? 255 : 0)
                                      : clear == 1 ? 0
                                                   : 255);
            pixels[2 * k + 1] = (uint8_t)(clear == 0 ? 255 : v);
        }
        write_png(pixels, SIDE, SIDE, SIDE);
        memset(got, 1, sizeof got);
        CHECK(digit_of(got) == 0);
        for (k = 0; k < 784; k++) { CHECK(abs(got[k] - want[k]) <= 1); }
    }
}

static void refused(const char *bytes, size_t n, const char *why)
{
    uint8_t digit[784];
    if (bytes != NULL) { write_bytes(bytes, n); }
    CHECK(digit_of(digit) != 0 && strstr(picture_why, why) != NULL);
    if (strstr(picture_why, why) == NULL) { printf("  %s, not %s\n", picture_why, why); }
}

static void no_pictures(void)
{
    static uint8_t flat[16 + SIDE * SIDE];
    int w, h;
    CHECK(picture_read(test_path("no such picture"), &w, &h) == NULL && strstr(picture_why, "opened"));
    refused("", 0, "empty");
    refused("some text that is no picture", 28, "is no ");
    refused("P5 40 40 255\nabc", 16, "shorter");
    refused("P5 4097 1 255\nabc", 17, "larger");
    refused("P5 99999999999 1 255\nabc", 24, "larger");
    refused("P5 0 40 255\nabc", 15, "larger");
    refused("P5 -1 40 255\nabc", 16, "larger");
    refused("P5 2 2 65535\nabcdabcd", 21, "8 bits");
    memset(flat, 200, sizeof flat);
    memcpy(flat, "P5 40 40 255\n", 13);
    refused((const char *)flat, 13 + SIDE * SIDE, "no ink");
}

/* a head that names 400 million pixels is refused by it */
static void too_large(void)
{
#ifdef PICTURE_STB
    static uint8_t pixels[SIDE * SIDE * 2];
    write_png(pixels, SIDE, 20000, 20000);
    most_asked = 0;
    refused(NULL, 0, "");
    CHECK(most_asked < 1 << 20);
    write_png(pixels, SIDE, 4096, 4097);
    refused(NULL, 0, "");
    CHECK(most_asked < 1 << 20);
#else
    SKIP("large PNG pictures (Debian: libstb-dev)");
#endif
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    snprintf(path, sizeof path, "%s.%ld", test_path("picture"), (long)getpid());
    RUN("dark and light ink on any paper are the same digit", inks_and_papers);
    RUN("what is no picture is named", no_pictures);
    RUN("size is looked at first", too_large);
    (void)remove(path);
    return test_report("picture");
}
