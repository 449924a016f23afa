/* elsewhere.c - published tables and figures whose rows other commands write, because they train for longer. */
#include "pieces.h"
#include "table.h"

void elsewhere(void)
{
    static const char *const of[4][3] = {
        { "AB Figure 6.4", "six digits: accuracy against eta2 and cross edges (set-up 2)",
          "make paper-sensors: bench/sensors.csv, average.svg" },
        { "AB Figure 6.5", "two cameras: accuracy against eta2 and kernels across (substitute for set-up 3)",
          "make paper-sensors: bench/sensors.csv" },
        { "CIC Table 2", "accuracy of codes across inputs, 3 workers of which 2 answer",
          "make paper-mixed: bench/mixed.csv; three codes of eight are trained, the others n/a there" },
        { "CIC Table 3", "accuracy with convolutions for encoders and workers, K 2 and 4",
          "n/a: 7 to 20 hours of training a row; make paper-mixed: bench/mixed.csv has print's numbers" } };
    int k;
    for (k = 0; k < 4; k++) { row(of[k][0], "%s", of[k][1]); row_note("%s", of[k][2]); }
}
