/* published.c - the published tables beside ours, added to the rows of queue.c: OUT_DIR/paper.csv and figures as SVG.
 * published OUT_DIR [SEEDS | --mixed CODES | --sensors | --train PLAN | --planes | --encode WAY BATCH]
 *
 * With SEEDS, a folder of networks, only the rows of width, in a file of their own; with CODES, a folder of what
 * bench/mixed.sh trains, only the rows of codes across inputs; with --sensors [AB]'s set-ups 2 and 3; with PLAN the
 * trainings of [AB]'s networks that it lists, OUT_DIR/trainings.csv; --planes more of distributed source coding,
 * OUT_DIR/planes.csv; --encode one batch for bench/encode.sh. One piece a file in paper/ (pieces.h); the columns are
 * told in paper/table.h. */
#include "paper/data.h"
#include "paper/pieces.h"
#include "paper/table.h"

static void needs_data(const char *what, const char *set)
{
    row("data", "%s", what);
    row_note("needs %s/ in $SUCREF_DATA, data/ or ../shared/data", set);
}

/* `make paper-long`: the rows of networks nested in width, means of three trainings */
static int widths_only(const char *dir, const char *seeds)
{
    table_open(dir, "w");
    if (!data_load("mnist")) { return 2; }
    width(seeds);
    if (!data_load("fashion-mnist")) { return 2; }
    fashion_width(seeds);
    table_close();
    return 0;
}

/* `make paper-mixed`: the rows of [CIC] */
static int mixed_only(const char *dir, const char *codes)
{
    table_open(dir, "w");
    if (!data_load("fashion-mnist")) { return 2; }
    mixed(codes);
    table_close();
    return 0;
}

/* `make paper-sensors`: [AB] set-ups 2 and 3, trained over six sensors and two cameras */
static int sensors_only(const char *dir)
{
    table_open(dir, "w");
    if (!data_load("mnist")) { return 2; }
    average();
    if (!data_load("fashion-mnist")) { return 2; }
    cameras();
    table_close();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[2], "--sensors") == 0) { return sensors_only(argv[1]); }
    if (argc > 3 && strcmp(argv[2], "--mixed") == 0) { return mixed_only(argv[1], argv[3]); }
    if (argc > 3 && strcmp(argv[2], "--train") == 0) { return data_load("mnist") ? trainings(argv[1], argv[3]) : 2; }
    if (argc > 2 && strcmp(argv[2], "--planes") == 0) { return data_load("mnist") ? planes_long(argv[1]) : 2; }
    if (argc > 4 && strcmp(argv[2], "--encode") == 0) {
        return data_load("mnist") ? encode_one(argv[3], atoi(argv[4])) : 2;
    }
    if (argc > 2) { return widths_only(argv[1], argv[2]); }
    table_open(argc > 1 ? argv[1] : ".", "a");
    statements();
    coverage();
    split_conv();
    late();
    parities();
    sampling();
    factors();
    air();
    repurpose();
    sensors();
    elsewhere();
    if (data_load("mnist")) {
        table_ii();
        bits();
        exits();
        width(NULL);
        lost();
        frames();
        training();
        longs();
        encoding();
        planes();
        syndromes();
        air_training();
    } else {
        needs_data("Table II, Figures 6 to 8; early exits; Figure 2 of [CDC]; frames; training", "mnist");
    }
    if (data_load("fashion-mnist")) {
        fashion_exits();
        fashion_width(NULL);
    } else {
        needs_data("early exits on Fashion-MNIST", "fashion-mnist");
    }
    imported();
    table_close();
    return 0;
}
