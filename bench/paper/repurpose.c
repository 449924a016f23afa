/* repurpose.c - [AB] chapter 6, splitting trained networks: what follows by arithmetic. The assignment itself is
 * tested in tests/test_repurpose.c. */
#include "pieces.h"
#include "table.h"
#include "../random.h"
#include "../../examples/tool/repurpose.h"

static const int nodes[5] = { 2, 4, 8, 16, 32 };

/* a node's work of a layer, of the whole layer's: its own block and the share of the others' rows that is kept */
static double work(int p, double kept) { return (1 + (p - 1) * kept) / p / p; }

/* Figure 6.8 takes the values a node sends as linear in the edges that are left. Single weights that go leave most
 * rows needed: 512 wide, bell-shaped weights, 4 nodes, rearranged; eta2 is the quantile that leaves about this share */
static void filled_rows(void)
{
    enum { N = 512, P = 4 };
    static const double eta2[2] = { 2.71, 6.63 }, kept[2] = { 0.1, 0.01 }, lo[2] = { 380, 220 }, hi[2] = { 384, 300 };
    static double w[N * N], b[N];
    const double eta1 = 0;
    repurpose_layer s = { N, N, 1, 1, 0, w, b };
    int k;
    size_t i;
    for (k = 0; k < 2; k++) {
        repurpose_plan p;
        repurpose_traffic t;
        random_start(1);
        for (i = 0; i < N * N; i++) { w[i] = normal(); }
        if (repurpose_plan_init(&p, &s, 1, P) != 0 || repurpose_arrange(&s, &p, &eta1, &eta2[k]) != 0) { exit(2); }
        (void)repurpose_threshold(&s, repurpose_start(&p, 0), repurpose_start(&p, 1), P, 0, eta2[k], NULL);
        if (repurpose_count(&t, &s, repurpose_start(&p, 0), repurpose_start(&p, 1), P) != 0) { exit(2); }
        row("AB Figure 6.8", "4 nodes, 512 wide, %g of the cross edges kept: values each sends a layer", kept[k]);
        row_printed(kept[k] * N * (P - 1) / P); row_ours((double)t.values / P); row_goal(lo[k], hi[k]);
        row_note("counted on rearranged random weights, share %.3f; print's is linear in the share",
                 (double)t.edges / (N * N * (P - 1) / P));
        repurpose_free(&p);
    }
}

void repurpose(void)
{
    static const double sparsity[4] = { 0.5, 0.75, 0.9, 0.99 }, centre[4] = { 1.7, 2.76, 4.77, 10.47 },
                        edge[4] = { 1.7, 2.77, 4.78, 11.01 }, want[4] = { 1.707, 2.764, 4.761, 10.336 };
    static const int sent[5] = { 4096, 6144, 7168, 7680, 7936 };
    double full = 0, cut = 0;
    int s, k;
    row("AB C.2", "2 nodes, a tenth of the cross rows kept: a node's work, of N^2");
    row_published(0.275, 0.0005); row_printed(work(2, 0.1)); row_goal(0.275, 0.275);
    row("AB C.2", "2 nodes, a tenth of the cross rows kept: how many times less than N^2 / 2");
    row_published(1.82, 0.005); row_printed(0.5 / work(2, 0.1)); row_goal(1.81, 1.82);
    for (k = 0; k < 5; k++) {
        row("AB Figure 6.8", "%d nodes, 8192 wide, nothing pruned: values each sends a layer", nodes[k]);
        row_printed(8192.0 * (nodes[k] - 1) / nodes[k]); row_goal(sent[k], sent[k]);
    }
    for (s = 0; s < 4; s++) {
        double mean = 0;
        for (k = 0; k < 5; k++) {
            const double whole = 1.0 / nodes[k];
            mean += whole / work(nodes[k], 1 - sparsity[s]) / 5;
            full += whole; cut += work(nodes[k], 1 - sparsity[s]);
        }
        row("AB Figure 6.9", "RP-%.0f: speed-up of computing, datacenter, mean over 2 to 32 nodes", 100 * sparsity[s]);
        row_published(centre[s], 0.02 * centre[s]); row_printed(mean); row_goal(want[s] - 0.001, want[s] + 0.001);
        row("AB Figure 6.9", "RP-%.0f: speed-up of computing, edge, mean over 2 to 32 nodes", 100 * sparsity[s]);
        row_published(edge[s], 0.02 * edge[s]); row_printed(mean); row_goal(want[s] - 0.001, want[s] + 0.001);
        if (s == 3) { row_note("print simulates an accelerator (SCALE-sim); ours counts multiply-adds"); }
    }
    row("AB Figure 6.10", "1M wide, datacenter: ratio of the total times");
    row_published(2.06, 0.01); row_printed(full / cut); row_goal(2.06, 2.065); row_note("computing alone");
    row("AB Figures 6.9, 6.10", "speed-ups of communication; totals at small widths");
    row_note("n/a: need the network simulator ASTRA-sim");
    filled_rows();
}
