/* table.c - writes the table of `make paper` (table.h). Nothing is left out because it misses. */
#include "table.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 240 };
const char *out_dir = ".";
static FILE *csv;
static struct {
    char source[TEXT], item[TEXT], note[TEXT];
    double published, tolerance, printed, ours, least, most, lo, hi;
    int open;
} now;

const char *out_path(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", out_dir, name);
    return path;
}

/* RFC 4180: a field with a comma, a quote or a line end is quoted, its quotes are doubled */
static void put_field(const char *text, int last)
{
    const int quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted) { fputc('"', csv); }
    for (; *text != 0; text++) {
        if (*text == '"') { fputc('"', csv); }
        fputc(*text, csv);
    }
    if (quoted) { fputc('"', csv); }
    fputc(last ? '\n' : ',', csv);
}

void table_open(const char *dir, const char *mode)
{
    static const char *const head[9] = { "source", "item", "published", "as printed", "ours", "reproduces", "goal",
                                         "meets", "note" };
    int i;
    out_dir = dir;
    csv = fopen(out_path("paper.csv"), mode);
    if (csv == NULL) { fprintf(stderr, "%s cannot be written\n", out_path("paper.csv")); exit(2); }
    for (i = 0; mode[0] == 'w' && i < 9; i++) { put_field(head[i], i == 8); }
    if (mode[0] == 'w') {
        printf("%-18s %-66s %10s %10s %10s %-4s %-16s %s\n", "source", "item", "published", "printed", "ours", "repr",
               "goal", "meets");
    }
}

/* four decimals, or four digits where those would hide the number */
static void number(char *out, size_t size, double v)
{
    if (isnan(v)) {
        *out = 0;
    } else if (v != 0 && (fabs(v) < 0.01 || fabs(v) >= 100000)) {
        snprintf(out, size, "%.4g", v);
    } else {
        snprintf(out, size, "%.4f", v);
    }
}

static void goal_text(char *out, size_t size)
{
    *out = 0;
    if (!isnan(now.lo) && !isnan(now.hi)) {
        snprintf(out, size, "%.6g to %.6g", now.lo, now.hi);
    } else if (!isnan(now.lo)) {
        snprintf(out, size, ">= %.6g", now.lo);
    } else if (!isnan(now.hi)) {
        snprintf(out, size, "<= %.6g", now.hi);
    }
}

/* "", "yes" or "no" */
static const char *reproduces(void)
{
    const double value = isnan(now.printed) ? now.ours : now.printed;
    if (isnan(now.published) || isnan(value) || (isnan(now.tolerance) && isnan(now.least))) { return ""; }
    if (!isnan(now.least) && now.published >= now.least && now.published <= now.most) { return "yes"; }
    return fabs(value - now.published) <= now.tolerance ? "yes" : "no";
}

static const char *meets(void)
{
    const double value = isnan(now.ours) ? now.printed : now.ours;
    if ((isnan(now.lo) && isnan(now.hi)) || isnan(value)) { return ""; }
    return (isnan(now.lo) || value >= now.lo) && (isnan(now.hi) || value <= now.hi) ? "yes" : "no";
}

static void write_row(void)
{
    const double value[3] = { now.published, now.printed, now.ours };
    char cell[3][32], goal[48];
    int i;
    if (!now.open) { return; }
    now.open = 0;
    if (!isnan(now.least)) { row_note("%.4f to %.4f%s%s", now.least, now.most, *now.note ? "; " : "", now.note); }
    goal_text(goal, sizeof goal);
    put_field(now.source, 0);
    put_field(now.item, 0);
    for (i = 0; i < 3; i++) { number(cell[i], sizeof cell[i], value[i]); put_field(cell[i], 0); }
    put_field(reproduces(), 0);
    put_field(goal, 0);
    put_field(meets(), 0);
    put_field(now.note, 1);
    printf("%-18s %-66s %10s %10s %10s %-4s %-16s %s\n", now.source, now.item, cell[0], cell[1], cell[2], reproduces(),
           goal, meets());
}

void row(const char *source, const char *item, ...)
{
    va_list ap;
    write_row();
    memset(&now, 0, sizeof now);
    now.published = now.tolerance = now.printed = now.ours = now.least = now.most = now.lo = now.hi = NAN;
    now.open = 1;
    snprintf(now.source, sizeof now.source, "%s", source);
    va_start(ap, item);
    vsnprintf(now.item, sizeof now.item, item, ap);
    va_end(ap);
}

void row_published(double value, double tolerance) { now.published = value; now.tolerance = tolerance; }
void row_compared(double value) { now.published = value; now.tolerance = NAN; }
void row_printed(double value) { now.printed = value; }
void row_ours(double value) { now.ours = value; }
void row_spread(double least, double most) { now.least = least; now.most = most; }
void row_goal(double lo, double hi) { now.lo = lo; now.hi = hi; }

void row_note(const char *note, ...)
{
    char text[TEXT];
    va_list ap;
    va_start(ap, note);
    vsnprintf(text, sizeof text, note, ap); /* a note may be written into itself */
    va_end(ap);
    memcpy(now.note, text, sizeof text);
}

void table_close(void)
{
    write_row();
    if (ferror(csv) || fclose(csv) != 0) { fprintf(stderr, "%s cannot be written\n", out_path("paper.csv")); exit(2); }
}
