/* svg.h - a line chart as an SVG file: axes, ticks, one polyline and one legend line per series. */
#ifndef SUCREF_BENCH_SVG_H
#define SUCREF_BENCH_SVG_H
#include <stdio.h>

enum { SVG_W = 620, SVG_H = 340, SVG_LEFT = 60, SVG_TOP = 40, SVG_RIGHT = 240, SVG_BOTTOM = 50 };
typedef struct { FILE *f; double x0, x1, y0, y1; int series; } svg;

static inline double svg_x(const svg *s, double x)
{
    return SVG_LEFT + (x - s->x0) / (s->x1 - s->x0) * (SVG_W - SVG_LEFT - SVG_RIGHT);
}
static inline double svg_y(const svg *s, double y)
{
    return SVG_H - SVG_BOTTOM - (y - s->y0) / (s->y1 - s->y0) * (SVG_H - SVG_TOP - SVG_BOTTOM);
}

static inline svg svg_open(const char *path, const char *title, const char *x, const char *y, double x0, double x1,
                           double y0, double y1, double dx, double dy)
{
    svg s;
    double t;
    s.f = fopen(path, "w"); s.x0 = x0; s.x1 = x1; s.y0 = y0; s.y1 = y1; s.series = 0;
    if (s.f == NULL) { return s; }
    fprintf(
        s.f,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n<text x=\"%d\" y=\"22\" font-size=\"14\">%s</text>\n",
        SVG_W, SVG_H, SVG_LEFT, title);
    for (t = y0; t <= y1 + dy / 1000; t += dy) {
        fprintf(s.f,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" "
                "text-anchor=\"end\">%.4g</text>\n",
                SVG_LEFT, SVG_W - SVG_RIGHT, svg_y(&s, t), svg_y(&s, t), SVG_LEFT - 6, svg_y(&s, t) + 4, t);
    }
    for (t = x0; t <= x1 + dx / 1000; t += dx) {
        fprintf(s.f,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%d\" "
                "text-anchor=\"middle\">%.4g</text>\n",
                svg_x(&s, t), svg_x(&s, t), SVG_TOP, SVG_H - SVG_BOTTOM, svg_x(&s, t), SVG_H - SVG_BOTTOM + 18, t);
    }
    fprintf(s.f,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n<text transform=\"translate(16,%d) "
            "rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
            (SVG_LEFT + SVG_W - SVG_RIGHT) / 2, SVG_H - 12, x, (SVG_TOP + SVG_H - SVG_BOTTOM) / 2, y);
    return s;
}

static const char *const svg_colour[8] = { "#c0392b", "#2471a3", "#1e8449", "#7d3c98",
                                           "#b9770e", "#444444", "#16a085", "#e377c2" };

static inline void svg_line(svg *s, const char *name, const double *x, const double *y, int n, int points)
{
    const char *c = svg_colour[s->series % 8];
    int i;
    if (s->f == NULL) { return; }
    fprintf(s->f, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", c);
    for (i = 0; i < n; i++) { fprintf(s->f, "%.1f,%.1f ", svg_x(s, x[i]), svg_y(s, y[i])); }
    fprintf(s->f, "\"/>\n");
    for (i = 0; points && i < n; i++) {
        fprintf(s->f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", svg_x(s, x[i]), svg_y(s, y[i]), c);
    }
    fprintf(s->f,
            "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/><text x=\"%d\" "
            "y=\"%d\">%s</text>\n",
            SVG_W - SVG_RIGHT + 12, SVG_W - SVG_RIGHT + 32, SVG_TOP + 12 + 18 * s->series,
            SVG_TOP + 12 + 18 * s->series, c, SVG_W - SVG_RIGHT + 38, SVG_TOP + 16 + 18 * s->series, name);
    s->series++;
}

/* an upright bar from y0 to y1 at x, of the last line's colour: its spread */
static inline void svg_bar(const svg *s, double x, double y0, double y1)
{
    if (s->f == NULL) { return; }
    fprintf(s->f, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"5\" "
            "stroke-opacity=\".4\"/>\n", svg_x(s, x), svg_x(s, x), svg_y(s, y0), svg_y(s, y1),
            svg_colour[(s->series + 7) % 8]);
}

/* a filled cell of a colour map; shade 0 is black, up to 1 bright */
static inline void svg_cell(svg *s, double x0, double y0, double x1, double y1, double shade)
{
    const int red = shade <= 0 ? 0 : (int)(80 + 175 * shade), green = shade <= 0 ? 0 : (int)(40 + 180 * shade),
              blue = shade <= 0 ? 0 : (int)(160 - 120 * shade);
    if (s->f == NULL) { return; }
    fprintf(s->f,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%02x%02x%02x\" "
            "stroke=\"white\"/>\n",
            svg_x(s, x0), svg_y(s, y1), svg_x(s, x1) - svg_x(s, x0), svg_y(s, y0) - svg_y(s, y1), red, green, blue);
}

static inline void svg_close(svg *s)
{
    if (s->f != NULL) { fprintf(s->f, "</svg>\n"); fclose(s->f); }
}
#endif
