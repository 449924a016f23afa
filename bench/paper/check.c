/* check.c - reads build/paper.csv as any reader of CSV would (RFC 4180), counts its rows and fails where it is no table
 * or where a goal is broken.  check FILE
 *
 * It shares nothing with the writer (table.c) but the columns' names. */
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 9, REPRODUCES = 5, GOAL = 6, MEETS = 7, NOTE = 8, LONGEST = 400 };
static const char *const column[COLUMNS] = { "source", "item", "published", "as printed", "ours", "reproduces", "goal",
                                             "meets", "note" };
typedef struct { char cell[COLUMNS][LONGEST]; int n; } record;

/* one field into `cell`; returns what ended it: ',', '\n', EOF, or 0 where the text is no CSV */
static int read_field(FILE *f, char *cell)
{
    int c = fgetc(f), at = 0;
    const int quoted = c == '"';
    if (quoted) { c = fgetc(f); }
    for (;; c = fgetc(f)) {
        if (c == EOF && quoted) { return 0; }
        if (quoted && c == '"') {
            c = fgetc(f);
            if (c != '"') { break; }
        } else if (!quoted && (c == ',' || c == '\n' || c == EOF)) {
            break;
        } else if (!quoted && c == '"') {
            return 0;
        }
        if (at + 1 >= LONGEST) { return 0; }
        cell[at++] = (char)c;
    }
    cell[at] = 0;
    return c == ',' || c == '\n' || c == EOF ? c : 0;
}

/* 1 a record, 0 the end, -1 no CSV */
static int read_record(FILE *f, record *r)
{
    int end = ',';
    for (r->n = 0; end == ','; r->n++) {
        if (r->n == COLUMNS) { return -1; }
        end = read_field(f, r->cell[r->n]);
        if (end == EOF && r->n == 0 && r->cell[0][0] == 0) { return 0; }
        if (end != ',' && end != '\n') { return -1; } /* the last line too ends in a line end */
    }
    return r->n == COLUMNS ? 1 : -1;
}

static int is_header(const record *r)
{
    int i, same = 1;
    for (i = 0; i < COLUMNS; i++) { same &= strcmp(r->cell[i], column[i]) == 0; }
    return same;
}

int main(int argc, char **argv)
{
    static record r;
    int rows = 0, met = 0, broken = 0, out = 0, not_out = 0, without = 0, got;
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (f == NULL) { fprintf(stderr, "check FILE: cannot be read\n"); return 2; }
    if (read_record(f, &r) != 1 || !is_header(&r)) {
        fprintf(stderr, "%s: the first line must name the %d columns\n", argv[1], COLUMNS);
        return 1;
    }
    while ((got = read_record(f, &r)) == 1) {
        const int empty = r.cell[3][0] == 0 && r.cell[4][0] == 0;
        rows++;
        if (strcmp(r.cell[0], "source") == 0) {
            fprintf(stderr, "%s: row %d: a second header\n", argv[1], rows);
            return 1;
        }
        if (empty && r.cell[NOTE][0] == 0) {
            fprintf(stderr, "%s: row %d (%s) has no value and no reason\n", argv[1], rows, r.cell[1]);
            return 1;
        }
        without += empty;
        met += strcmp(r.cell[MEETS], "yes") == 0;
        out += strcmp(r.cell[REPRODUCES], "yes") == 0;
        not_out += strcmp(r.cell[REPRODUCES], "no") == 0;
        if (strcmp(r.cell[MEETS], "no") == 0) {
            broken++;
            printf("BROKEN %s: %s (%s)\n", r.cell[0], r.cell[1], r.cell[GOAL]);
        }
    }
    fclose(f);
    if (got < 0) { fprintf(stderr, "%s: row %d is not CSV of %d fields\n", argv[1], rows + 1, COLUMNS); return 1; }
    printf("%s: %d rows; %d goals met, %d broken; of the published numbers %d come out again, %d do not; "
           "%d rows without a value say why\n", argv[1], rows, met, broken, out, not_out, without);
    return broken != 0;
}
