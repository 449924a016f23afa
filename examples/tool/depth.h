/* depth.h - `sucref calibrate --heads`: its options and what it says of heads by depth. */
#ifndef SUCREF_TOOL_DEPTH_H
#define SUCREF_TOOL_DEPTH_H
#include "compare.h"
#include "heads.h"

/* N heads, or shares of the multiply-adds */
static void heads_by_share(headed *h, const char *text)
{
    row_shares p;
    unsigned i;
    if (strchr(text, '.') == NULL) {
        p.n = whole_number(text, "--heads", 1, HEADS_MOST);
        for (i = 0; i < p.n; i++) { p.share[i] = (i + 1.0) / (p.n + 1.0); }
    } else {
        p = parse_shares(text, "--heads");
    }
    heads_choose(h, p.share, p.n);
}

/* layers of the network, as info numbers them */
static void heads_by_layer(headed *h, const char *text)
{
    const char *s = text;
    for (;; s++) {
        char *end = NULL;
        const unsigned long k = isdigit((unsigned char)*s) ? strtoul(s, &end, 10) : 1000;
        if (k >= h->r.spec.n_layers || (*end != 0 && *end != ',') || h->n == HEADS_MOST ||
            (h->n > 0 && k <= h->at[h->n - 1U])) {
            die("--heads-at must be up to %d rising layers with commas between, not %s", HEADS_MOST, text);
        }
        if (!heads_may(h, (unsigned)k)) { die("--heads-at: layer %lu has no output that a head can read", k); }
        h->at[h->n++] = (unsigned)k;
        s = end;
        if (*s == 0) { return; }
    }
}

/* where the heads are in the network */
static void print_heads(const headed *h, const sucref_model *m)
{
    unsigned t;
    for (t = 0; t < h->n_lost; t++) {
        printf("no tensor of its own for a head at %.2f of the multiply-adds\n", h->lost[t]);
    }
    for (t = 0; t < h->n; t++) {
        const depth_head *d = &h->head[t];
        sucref_layer l;
        sucref_tensor in;
        sucref_model_layer(&l, m, h->at[t]);
        sucref_model_tensor(&in, m, l.to);
        printf("stop %u: behind layer %u (%s, %ux%ux%u), %.3f of the multiply-adds; its head reads ", t, h->at[t],
               kind_name(l.kind), in.height, in.width, in.channels, h->macs[h->at[t] + 1U] / h->macs[m->n_layers]);
        if (d->has_pool) { printf("means of %u x %u parts, ", d->pooled.height, d->pooled.width); }
        printf("%lu x %lu\n", (unsigned long)d->dense.n_out, (unsigned long)d->dense.n_in);
    }
}
#endif
