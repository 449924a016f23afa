/* draw_digits.c - draws the fifty digit pictures of examples/digits/: our own pen strokes, five hands, five sizes.
 *
 *   draw_digits OUT_DIR        writes D_h.pgm and, where stb_image_write.h is installed, D_h.png (digit D, hand h)
 *
 * A digit is one or more strokes of points in a box of 0..100, drawn as a smooth curve with a round pen. A hand has its
 * own slant, width, pen, wobble and picture size; two hands write light on dark, three dark on light. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_STB
#  define STB_IMAGE_WRITE_IMPLEMENTATION
#  include <stb/stb_image_write.h>
#endif

/* x,y pairs; -1 ends a stroke, -2 the digit. Two shapes of each digit. */
static const int shapes[10][2][64] = {
    { { 52, 5, 25, 18, 15, 50, 25, 82, 50, 95, 75, 82, 85, 50, 75, 18, 52, 5, -1, -2 },
      { 60, 8, 35, 10, 20, 35, 20, 65, 38, 92, 62, 92, 80, 65, 80, 35, 66, 10, 50, 7, -1, -2 } },
    { { 52, 4, 51, 35, 49, 65, 48, 96, -1, -2 }, { 32, 24, 45, 14, 54, 5, -1, 54, 5, 53, 50, 51, 96, -1, -2 } },
    { { 20, 25, 35, 8, 60, 6, 75, 22, 70, 42, 45, 68, 18, 92, -1, 18, 92, 50, 91, 84, 92, -1, -2 },
      { 22, 22, 40, 6, 66, 8, 76, 26, 62, 52, 38, 76, 22, 88, 30, 76, 44, 82, 64, 94, 86, 88, -1, -2 } },
    { { 22, 14, 45, 5, 70, 12, 72, 32, 58, 44, 44, 47, -1, 44, 47, 66, 52, 78, 70, 64, 90, 40, 95, 20, 84, -1, -2 },
      { 20, 10, 50, 8, 76, 9, -1, 76, 9, 60, 28, 46, 42, -1, 46, 42, 70, 50, 76, 72, 60, 92, 38, 95, 18, 85, -1, -2 } },
    { { 62, 5, 42, 30, 20, 62, -1, 20, 62, 50, 63, 84, 61, -1, 64, 34, 62, 65, 60, 96, -1, -2 },
      { 28, 8, 24, 30, 22, 48, -1, 22, 48, 46, 52, 74, 47, -1, 74, 6, 71, 50, 67, 96, -1, -2 } },
    { { 74, 8, 50, 8, 30, 9, -1, 30, 9, 26, 42, -1, 26, 42, 50, 36, 72, 50, 76, 70, 62, 90, 40, 95, 20, 86, -1, -2 },
      { 78, 6, 55, 8, 34, 8, -1, 34, 8, 31, 26, 28, 44, -1, 28, 44, 56, 40, 74, 56, 72, 80, 52, 94, 22, 90, -1, -2 } },
    { { 66, 5, 44, 22, 27, 50, 24, 76, 40, 94, 62, 92, 74, 74, 64, 56, 44, 56, 28, 70, -1, -2 },
      { 58, 4, 38, 30, 24, 58, 28, 84, 48, 96, 68, 86, 72, 68, 58, 57, 38, 62, 27, 76, -1, -2 } },
    { { 18, 10, 50, 9, 80, 10, -1, 80, 10, 62, 46, 46, 96, -1, -2 },
      { 18, 18, 22, 9, 50, 10, 80, 8, -1, 80, 8, 66, 36, 52, 66, 44, 96, -1, -2 } },
    { { 68, 16, 50, 5, 32, 14, 32, 32, 50, 46, 70, 62, 74, 80, 54, 95, 32, 88, 28, 70, 44, 50, 64, 34, 70, 20, 66,
        14, -1, -2 },
      { 50, 47, 30, 36, 28, 18, 48, 5, 70, 14, 72, 32, 50, 47, 28, 62, 24, 82, 48, 96, 74, 84, 74, 62, 50,
        47, -1, -2 } },
    { { 72, 26, 60, 8, 38, 8, 26, 26, 34, 46, 56, 48, 72, 30, -1, 72, 26, 70, 60, 62, 96, -1, -2 },
      { 70, 18, 50, 6, 30, 18, 28, 38, 46, 50, 66, 40, 71, 20, -1, 71, 18, 72, 50, 66, 78, 50, 95, -1, -2 } }
};

typedef struct { int size, light, shape; double pen, slant, wide, wobble; } hand;
static const hand hands[5] = { { 28, 1, 0, 7.5, 0.05, 0.95, 2.0 },
                               { 40, 0, 1, 6.5, -0.20, 0.70, 4.0 },
                               { 64, 1, 1, 11.0, 0.25, 1.15, 5.0 },
                               { 96, 0, 0, 8.0, 0.40, 0.80, 5.0 },
                               { 128, 0, 1, 14.0, 0.0, 1.1, 6.5 } };
static uint32_t state;

/* a generator of its own: the pictures in examples/digits are this one's */
static double noise(double a)
{
    state = state * 1664525U + 1013904223U;
    return a * ((double)(state >> 8) / 8388608.0 - 1.0);
}

/* a smooth curve (Catmull-Rom) through n points, inked onto an image of ink 0..1 with a round pen of radius r */
static void stroke(double *ink, int size, const double *x, const double *y, int n, double r)
{
    int i, k, px, py;
    for (i = 0; i + 1 < n; i++) {
        const double x0 = x[i > 0 ? i - 1 : 0], x1 = x[i], x2 = x[i + 1], x3 = x[i + 2 < n ? i + 2 : n - 1];
        const double y0 = y[i > 0 ? i - 1 : 0], y1 = y[i], y2 = y[i + 1], y3 = y[i + 2 < n ? i + 2 : n - 1];
        for (k = 0; k <= 32; k++) {
            const double t = k / 32.0, a = t * t, b = a * t;
            const double cx = 0.5 * (2 * x1 + (x2 - x0) * t + (2 * x0 - 5 * x1 + 4 * x2 - x3) * a +
                                     (3 * x1 - x0 - 3 * x2 + x3) * b);
            const double cy = 0.5 * (2 * y1 + (y2 - y0) * t + (2 * y0 - 5 * y1 + 4 * y2 - y3) * a +
                                     (3 * y1 - y0 - 3 * y2 + y3) * b);
            for (py = (int)(cy - r - 2); py <= cy + r + 2; py++) {
                for (px = (int)(cx - r - 2); px <= cx + r + 2; px++) {
                    double v = r + 0.5 - hypot(px + 0.5 - cx, py + 0.5 - cy);
                    if (px < 0 || py < 0 || px >= size || py >= size) { continue; }
                    v = v > 1 ? 1 : v < 0 ? 0 : v;
                    if (v > ink[py * size + px]) { ink[py * size + px] = v; }
                }
            }
        }
    }
}

static void draw(double *ink, const int *p, const hand *h)
{
    double x[32], y[32];
    const double scale = h->size * 0.0068, lean = noise(0.12), r = h->pen * 0.5 * scale;
    int n = 0;
    for (; *p != -2; ) {
        if (*p == -1) {
            stroke(ink, h->size, x, y, n, r);
            n = 0;
            p++;
            continue;
        }
        x[n] = h->size * 0.5 + ((p[0] - 50) * h->wide - (p[1] - 50) * (h->slant + lean) + noise(h->wobble)) * scale;
        y[n++] = h->size * 0.5 + (p[1] - 50 + noise(h->wobble)) * scale;
        p += 2;
    }
}

int main(int argc, char **argv)
{
    static double ink[128 * 128];
    static uint8_t pixel[128 * 128];
    char path[1024];
    int d, k, i;
    if (argc != 2) { fprintf(stderr, "usage: draw_digits OUT_DIR\n"); return 2; }
    for (d = 0; d < 10; d++) {
        for (k = 0; k < 5; k++) {
            const hand *h = &hands[k];
            const int n = h->size * h->size;
            FILE *f;
            state = (uint32_t)(d * 5 + k + 1) * 2654435761U;
            for (i = 0; i < n; i++) { ink[i] = 0; }
            draw(ink, shapes[d][h->shape ^ (d == 1 && k == 3)], h);
            for (i = 0; i < n; i++) { /* paper is not even: a slope of light, and grain */
                const double paper = 12 + 18.0 * (i % h->size) / h->size + noise(6),
                             v = paper + (235 - paper) * ink[i] + noise(5);
                pixel[i] = (uint8_t)(h->light ? v : 255 - v);
            }
            snprintf(path, sizeof path, "%s/%d_%d.pgm", argv[1], d, k);
            f = fopen(path, "wb");
            if (f == NULL) { fprintf(stderr, "draw_digits: cannot write %s\n", path); return 2; }
            fprintf(f, "P5\n%d %d\n255\n", h->size, h->size);
            fwrite(pixel, 1, (size_t)n, f);
            fclose(f);
#ifdef HAVE_STB
            snprintf(path, sizeof path, "%s/%d_%d.png", argv[1], d, k);
            if (!stbi_write_png(path, h->size, h->size, 1, pixel, h->size)) { return 2; }
#endif
        }
    }
    return 0;
}
