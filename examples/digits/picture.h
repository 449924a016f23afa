/* picture.h - a picture file as the 28x28 digit that MNIST would have made of it.
 *
 * Reads binary PGM, and PNG and JPEG where stb_image is installed (Debian: libstb-dev). Paper is what the border shows,
 * ink what differs from it; transparent is paper. The ink's box is scaled to 20x20 and its centre of mass put in the
 * middle. One handwritten digit a picture: printed ones look different from MNIST's and are often read wrong. */
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
#    define STBI_MAX_DIMENSIONS 4096
#    define STBI_NO_LINEAR
#    define STB_IMAGE_IMPLEMENTATION
#    include <stb/stb_image.h>
#    if defined(__GNUC__)
#      pragma GCC diagnostic pop
#    endif
#  endif
#endif

enum { PICTURE_MAX = 4096 };

static const char *picture_why = ""; /* why the last picture could not be used */

/* of a binary PGM, 1 where it is one: its pixels, or NULL and picture_why */
static int picture_pgm(uint8_t **p, FILE *f, int *w, int *h)
{
    int max = 0;
    size_t n;
    *p = NULL;
    if (fscanf(f, "P5 %6d %6d %6d", w, h, &max) != 3 || fgetc(f) == EOF) { return 0; }
    picture_why = "is larger than 4096 x 4096 pixels, or empty";
    if (*w < 1 || *h < 1 || *w > PICTURE_MAX || *h > PICTURE_MAX) { return 1; }
    picture_why = "is a PGM of more or less than 8 bits";
    if (max != 255) { return 1; }
    picture_why = "is shorter than its size";
    n = (size_t)*w * (size_t)*h;
    *p = (uint8_t *)malloc(n);
    if (*p != NULL && fread(*p, 1, n, f) != n) { free(*p); *p = NULL; }
    return 1;
}

#ifdef PICTURE_STB
/* grey of n pixels of grey and alpha. Paper is white under dark ink and black under light ink, so that what is
 * transparent is paper */
static void picture_flatten(uint8_t *grey, const uint8_t *both, size_t n)
{
    double sum = 0, weight = 0;
    unsigned paper;
    size_t i;
    for (i = 0; i < n; i++) { sum += (double)both[2 * i] * both[2 * i + 1]; weight += both[2 * i + 1]; }
    paper = sum < 127.5 * weight ? 255 : 0;
    for (i = 0; i < n; i++) {
        const unsigned alpha = both[2 * i + 1];
        grey[i] = (uint8_t)((both[2 * i] * alpha + paper * (255 - alpha) + 127) / 255);
    }
}

/* PNG, JPEG and what else stb_image reads; their size is looked at before they are decoded */
static uint8_t *picture_stb(const char *path, int *w, int *h)
{
    int channels;
    uint8_t *both, *grey;
    picture_why = "is no picture (PNG, JPEG or binary PGM)";
    if (!stbi_info(path, w, h, &channels)) { return NULL; }
    picture_why = "is larger than 4096 x 4096 pixels, or empty";
    if (*w < 1 || *h < 1 || *w > PICTURE_MAX || *h > PICTURE_MAX) { return NULL; }
    picture_why = "is damaged";
    both = stbi_load(path, w, h, &channels, 2);
    if (both == NULL) { return NULL; }
    grey = (uint8_t *)malloc((size_t)*w * (size_t)*h);
    if (grey != NULL) { picture_flatten(grey, both, (size_t)*w * (size_t)*h); }
    stbi_image_free(both);
    return grey;
}
#endif

/* grey pixels [h][w], free() them; NULL and picture_why where the file is no picture that can be read here */
static uint8_t *picture_read(const char *path, int *w, int *h)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    int pgm, empty;
    picture_why = "cannot be opened";
    if (f == NULL) { return NULL; }
    pgm = picture_pgm(&p, f, w, h);
    rewind(f);
    empty = fgetc(f) == EOF;
    fclose(f);
    if (pgm) { return p; }
    picture_why = "is empty, or a folder";
    if (empty) { return NULL; }
#ifdef PICTURE_STB
    return picture_stb(path, w, h);
#else
    picture_why = "is no binary PGM; for PNG and JPEG build with stb_image (Debian: libstb-dev)";
    return NULL;
#endif
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

/* digit [28*28] out; 0, or -1 and picture_why where there is no ink */
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
    picture_why = "shows no ink";
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

/* the picture in a file as a digit [28*28]: 1, or 0 with one line on stderr */
static inline int picture_digit(uint8_t *digit, const char *path)
{
    int w, h;
    uint8_t *p = picture_read(path, &w, &h);
    const int ok = p != NULL && picture_to_digit(digit, p, w, h) == 0;
    free(p);
    if (!ok) { fprintf(stderr, "%s %s\n", path, picture_why); }
    return ok;
}
#endif
