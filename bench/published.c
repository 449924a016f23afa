/* published.c - the published tables beside ours, added to the rows of queue.c: OUT_DIR/paper.csv and figures as SVG.
 * published OUT_DIR
 *
 * One piece a file in paper/ (pieces.h); the columns are told in paper/table.h. */
#include "paper/data.h"
#include "paper/pieces.h"
#include "paper/table.h"

static void needs_data(const char *what, const char *set)
{
    row("data", "%s", what);
    row_note("needs %s/ in $SUCREF_DATA, data/ or ../shared/data", set);
}

int main(int argc, char **argv)
{
    table_open(argc > 1 ? argv[1] : ".", "a");
    statements();
    coverage();
    late();
    parities();
    sampling();
    factors();
    air();
    repurpose();
    sensors();
    if (data_load("mnist")) {
        table_ii();
        bits();
        exits();
        lost();
        frames();
        training();
    } else {
        needs_data("Table II, Figures 6 to 8; early exits; Figure 2 of [CDC]; frames; training", "mnist");
    }
    if (data_load("fashion-mnist")) {
        fashion_exits();
    } else {
        needs_data("early exits on Fashion-MNIST", "fashion-mnist");
    }
    imported();
    table_close();
    return 0;
}
