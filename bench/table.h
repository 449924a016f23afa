/* table.h - rows of published figures beside ours: OUT_DIR/paper.csv (source,item,published,as_printed,ours,goal,meets)
 * and stdout.
 *
 * as_printed: the published rule on our data. ours: the shipped header. Goals are bounds on `ours`, or on `as_printed`
 * where ours is n/a. Nothing is left out because it misses. */
#ifndef SUCREF_BENCH_TABLE_H
#define SUCREF_BENCH_TABLE_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *csv;
static const char *out_dir;

/* mode "w" begins the file, "a" adds to it */
static void table_open(const char *dir, const char *mode)
{
    char path[256];
    out_dir = dir;
    snprintf(path, sizeof path, "%s/paper.csv", out_dir);
    csv = fopen(path, mode);
    if (csv == NULL) { fprintf(stderr, "%s cannot be written\n", path); exit(2); }
    if (mode[0] == 'w') { fprintf(csv, "source,item,published,as_printed,ours,goal,meets\n"); }
    printf("%-16s %-58s %8s %8s %8s  %-14s %s\n", "source", "item", "publ.", "printed", "ours", "goal", "meets");
}

/* one row; a goal is lo <= value <= hi. NAN prints n/a. */
static void row(const char *source, const char *item, double published, double printed, double ours, double lo,
                double hi)
{
    const double value = isnan(ours) ? printed : ours;
    char cell[3][24], goal[48] = "n/a";
    const char *meets = "n/a";
    const double v[3] = { published, printed, ours };
    int i;
    for (i = 0; i < 3; i++) {
        if (isnan(v[i])) {
            strcpy(cell[i], "n/a");
        } else {
            snprintf(cell[i], sizeof cell[i], "%.4f", v[i]);
        }
    }
    if (!isnan(lo) || !isnan(hi)) {
        if (isnan(hi)) {
            snprintf(goal, sizeof goal, ">= %.4g", lo);
        } else if (isnan(lo)) {
            snprintf(goal, sizeof goal, "<= %.4g", hi);
        } else {
            snprintf(goal, sizeof goal, "%.4g to %.4g", lo, hi);
        }
        if (!isnan(value)) { meets = (isnan(lo) || value >= lo) && (isnan(hi) || value <= hi) ? "yes" : "no"; }
    }
    fprintf(csv, "%s,%s,%s,%s,%s,%s,%s\n", source, item, cell[0], cell[1], cell[2], goal, meets);
    printf("%-16s %-58s %8s %8s %8s  %-14s %s\n", source, item, cell[0], cell[1], cell[2], goal, meets);
}

/* closes the file and counts all of its rows */
static void table_close(void)
{
    char path[256], line[512];
    int rows = -1, met = 0, missed = 0;
    fclose(csv);
    snprintf(path, sizeof path, "%s/paper.csv", out_dir);
    csv = fopen(path, "r");
    while (csv != NULL && fgets(line, sizeof line, csv) != NULL) {
        rows++;
        met += strstr(line, ",yes\n") != NULL;
        missed += strstr(line, ",no\n") != NULL;
    }
    if (csv != NULL) { fclose(csv); }
    printf("%d rows, %d meet their goal, %d miss it: %s\n", rows, met, missed, path);
}
#endif
