/* picture.h - a picture file as the 28x28 digit that MNIST would have made of it.
 *
 * Reads binary PGM, and PNG and JPEG where stb_image is installed (Debian: libstb-dev). Paper is what the border shows,
 * ink what differs from it; the ink's box is scaled to 20x20 and its centre of mass put in the middle. */
#ifndef SUCREF_EXAMPLES_PICTURE_H
#define SUCREF_EXAMPLES_PICTURE_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_include)
#  if __has_include(<stb/stb_image.h>) && !defined(PICTURE_NO_STB)
#    define PICTURE_STB 1
#    if defined(__GNUC__)
#      pragma GCC diagnostic push
#      pragma GCC diagnostic ignored "-Wall"
#      pragma GCC diagnostic ignored "-Wextra"
#      pragma GCC diagnostic ignored "-Wconversion"
#      pragma GCC diagnostic ignored "-Wsign-conversion"
#      pragma GCC diagnostic ignored "-Wunused-function"
#      pragma GCC diagnostic ignored "-Wcast-qual"
#    endif
#    define STBI_NO_HDR
#    define STBI_NO_LINEAR
#    define STB_IMAGE_IMPLEMENTATION
#    include <stb/stb_image.h>
#    if defined(__GNUC__)
#      pragma GCC diagnostic pop
#    endif
#  endif
#endif

enum { PICTURE_MAX = 4096 };

/* grey pixels [h][w], free() them; NULL where the file is no picture that can be read here */
static uint8_t *picture_read(const char *path, int *w, int *h)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    int max = 0;
    if (f == NULL) { return NULL; }
    if (fscanf(f, "P5 %d %d %d", w, h, &max) == 3 && fgetc(f) != EOF && max == 255 && *w > 0 && *h > 0 &&
        *w <= PICTURE_MAX && *h <= PICTURE_MAX) {
        const size_t n = (size_t)*w * (size_t)*h;
        p = (uint8_t *)malloc(n);
        if (p != NULL && fread(p, 1, n, f) != n) { free(p); p = NULL; }
    }
    fclose(f);
#ifdef PICTURE_STB
    if (p == NULL && max == 0) {
        int channels;
        p = stbi_load(path, w, h, &channels, 1);
        if (p != NULL && (*w > PICTURE_MAX || *h > PICTURE_MAX)) { free(p); p = NULL; }
    }
#endif
    return p;
}

/* how much darker or lighter than the paper each pixel is, 0..255; the strongest ink becomes 255, grain becomes 0 */
static void picture_ink(uint8_t *p, int w, int h)
{
    long paper = 0, n = 0;
    int x, y, most = 1;
    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) { if (x == 0 || y == 0 || x == w - 1 || y == h - 1) { paper += p[y * w + x]; n++; } }
    }
    paper /= n;
    for (x = 0; x < w * h; x++) {
        const int ink = abs((int)p[x] - (int)paper);
        most = ink > most ? ink : most;
        p[x] = (uint8_t)ink;
    }
    for (x = 0; x < w * h; x++) {
        const int ink = p[x] * 255 / most;
        p[x] = (uint8_t)(ink < 64 ? 0 : ink);
    }
}

/* average ink of the source box [x0, x1) x [y0, y1) */
static double picture_area(const uint8_t *p, int w, int h, double x0, double y0, double x1, double y1)
{
    double sum = 0;
    int x, y;
    for (y = (int)y0; y < y1 && y < h; y++) {
        for (x = (int)x0; x < x1 && x < w; x++) {
            const double a = (x + 1 < x1 ? x + 1 : x1) - (x > x0 ? x : x0),
                         b = (y + 1 < y1 ? y + 1 : y1) - (y > y0 ? y : y0);
            sum += a * b * p[y * w + x];
        }
    }
    return sum / ((x1 - x0) * (y1 - y0));
}

/* digit [28*28] out; 0, or -1 where there is no ink */
static int picture_to_digit(uint8_t *digit, uint8_t *p, int w, int h)
{
    int x, y, left = w, right = -1, top = h, bottom = -1, tw, th, side, ox, oy;
    double small[20 * 20], mass = 0, mx = 0, my = 0, scale;
    picture_ink(p, w, h);
    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            if (p[y * w + x] < 96) { continue; }
            left = x < left ? x : left; right = x > right ? x : right;
            top = y < top ? y : top; bottom = y > bottom ? y : bottom;
        }
    }
    memset(digit, 0, 784);
    if (right < 0) { return -1; }
    side = right - left > bottom - top ? right - left + 1 : bottom - top + 1;
    scale = side / 20.0;
    tw = (int)((right - left + 1) / scale + 0.5); th = (int)((bottom - top + 1) / scale + 0.5);
    tw = tw < 1 ? 1 : tw > 20 ? 20 : tw; th = th < 1 ? 1 : th > 20 ? 20 : th;
    for (y = 0; y < th; y++) {
        for (x = 0; x < tw; x++) {
            const double v = picture_area(p, w, h, left + x * scale, top + y * scale, left + (x + 1) * scale,
                                          top + (y + 1) * scale);
            small[y * 20 + x] = v;
            mass += v; mx += v * x; my += v * y;
        }
    }
    ox = (int)(14 - mx / mass); oy = (int)(14 - my / mass);
    for (y = 0; y < th; y++) {
        for (x = 0; x < tw; x++) {
            const double v = small[y * 20 + x] * 1.15;
            if (y + oy >= 0 && y + oy < 28 && x + ox >= 0 && x + ox < 28) {
                digit[(y + oy) * 28 + x + ox] = (uint8_t)(v > 255 ? 255 : v);
            }
        }
    }
    return 0;
}
#endif
