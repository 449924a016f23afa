/* table.h - the table of `make paper`: published numbers beside ours, OUT_DIR/paper.csv and stdout.
 *
 * A row is begun by row() and described by the calls after it; the next row() or table_close() writes it. The columns:
 *
 *   source      the paper and its table, figure or section; what has no counterpart there is "ours"
 *   item        what is measured
 *   published   a number that stands in the paper (or follows from two that do, as the item says); else empty
 *   as printed  the published rule or formula, worked out here
 *   ours        this library, or the printed rule put right
 *   reproduces  does the published number come out again: of `as printed`, or of `ours` where that is empty; yes, no,
 *               or empty where nothing was to come out
 *   goal        what must hold of `ours`, or of `as printed` where that is empty: a condition that notices a change
 *   meets       yes or no
 *   note        why a value is missing, why it does not reproduce, how it was measured */
#ifndef SUCREF_BENCH_TABLE_H
#define SUCREF_BENCH_TABLE_H

extern const char *out_dir;

/* mode "w" begins the file, "a" adds to it; files go into `dir` */
void table_open(const char *dir, const char *mode);
void table_close(void);

#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void row(const char *source, const char *item, ...);

/* a published number, and how far from it ours may be; compared: it stands beside ours and is not to come out again */
void row_published(double value, double tolerance);
void row_compared(double value);
void row_printed(double value);
void row_ours(double value);
/* the least and most of several runs: a published number between them has come out */
void row_spread(double least, double most);
/* lo <= value <= hi; NAN: no bound */
void row_goal(double lo, double hi);
#ifdef __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
void row_note(const char *note, ...);

/* OUT_DIR/name, in a buffer that the next call writes again */
const char *out_path(const char *name);
#endif
