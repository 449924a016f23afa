/* syndromes.c - [AB] 2.3.2, what `make paper-long` found of distributed source coding (bench/planes.csv, planes.c):
 * bits, and how often the decoder stuck, plane by plane. */
#include "pieces.h"
#include "table.h"

enum { PLANES = 4, ALL = 4 };
/* sums over the workers of one plane, or of all */
typedef struct { double ideal, spent, values, told, off; int n, asked, lost; } p_sum; /* off: of its square */
static const char *const plane_name[PLANES] = { "is the index odd", "the second bit of odd ones",
                                                "the second bit of even ones", "the third bit" };

/* rule: "always" or "cheaper" */
static p_sum p_read(int workers, const char *rule, int plane)
{
    char line[200], by[12], which[8], found[8];
    FILE *f = fopen("bench/planes.csv", "r");
    p_sum s;
    memset(&s, 0, sizeof s);
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        double ideal, spent, values = 0, told = 0, off = 0;
        int of, asked = 0;
        found[0] = 0;
        if (sscanf(line, "%*d,%d,%*d,%*d,%11[^,],%7[^,],%lf,%lf,%lf,%d,%lf,%7[^,],%lf", &of, by, which, &ideal, &spent,
                   &values, &asked, &told, found, &off) < 5 ||
            of != workers || strcmp(by, rule) != 0 || plane != (which[0] == 'a' ? ALL : which[0] - '0')) {
            continue;
        }
        s.ideal += ideal; s.spent += spent; s.values += values; s.told += told; s.asked += asked;
        s.off += off * off;
        s.lost += strcmp(found, "no") == 0;
        s.n++;
    }
    if (f != NULL) { fclose(f); }
    return s;
}

double planes_spent(int workers)
{
    const p_sum s = p_read(workers, "cheaper", ALL);
    return s.n > 0 ? s.spent / s.n : NAN;
}

/* a plane's bits over its ideal ones */
static void p_over_ideal(int plane, double lo, double hi)
{
    const p_sum s = p_read(4, "always", plane);
    row("AB 2.3.2", "4 workers, plane %d, %s: spent bits over the ideal ones", plane, plane_name[plane]);
    if (s.n == 0) { row_note("n/a: make paper-long"); return; }
    row_ours(s.spent / s.ideal); row_goal(lo, hi);
    row_note("%s; %.4f bits a value of %d planes, three seeds", plane < 2 ? "syndrome" : "by the code, as it is small",
             s.spent / s.n, s.n);
}

/* how well the pilots tell the server what to expect */
static void p_expected(int workers, int plane, double most)
{
    const p_sum s = p_read(workers, "always", plane);
    row("AB 2.3.2", "%d workers, plane %d, %s: bits off what the server expects, as a share, rms", workers, plane,
        plane_name[plane]);
    if (s.n == 0) { row_note("n/a: make paper-long"); return; }
    row_ours(sqrt(s.off / s.n)); row_goal(0, most);
    row_note("the rate has %d %% to spare, a part of which the code needs", plane == 0 ? 8 : 16);
}

/* all planes by a rule, what the worker says first and pilots among them */
static void p_all_over_ideal(int workers, const char *rule, const char *what)
{
    const p_sum s = p_read(workers, rule, ALL);
    row("AB 2.3.2", "%d workers, all planes, %s: spent bits over the ideal ones", workers, what);
    if (s.n == 0) { row_note("n/a: make paper-long"); return; }
    row_ours(s.spent / s.ideal); row_goal(1, 1.12);
    row_note("%.4f bits a value of %d workers and steps", s.spent / s.n, s.n);
}

/* of the planes that go as syndromes: what the decoder asked for where it stuck */
static void p_stuck(int workers, int plane, double most)
{
    const p_sum s = p_read(workers, "always", plane);
    row("AB 2.3.2", "%d workers, plane %d, %s: share of its eighths of runs that did not decode", workers, plane,
        plane_name[plane]);
    if (s.n == 0) { row_note("n/a: make paper-long"); return; }
    row_ours(s.told / s.values); row_goal(0, most);
    row_note("%d of them in %d planes, asked for one by one, their bits counted; wanted: at most 1 %%; planes lost: %d",
             s.asked, s.n, s.lost);
}

void syndromes(void)
{
    static const int workers[3] = { 4, 8, 16 };
    static const double over[PLANES][2] = { { 1.05, 1.10 }, { 1.15, 1.25 }, { 1.2, 1.35 }, { 2.5, 3 } };
    int w, plane;
    for (plane = 0; plane < PLANES; plane++) { p_over_ideal(plane, over[plane][0], over[plane][1]); }
    for (w = 0; w < 3; w++) {
        for (plane = 0; plane < 2; plane++) {
            p_stuck(workers[w], plane, 0.01);
            p_expected(workers[w], plane, plane == 0 ? 0.012 : 0.04);
        }
        p_all_over_ideal(workers[w], "always", "syndromes always");
        p_all_over_ideal(workers[w], "cheaper", "each as expected to cost less");
    }
}
