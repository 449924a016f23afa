/* gradients: the operators of examples/training/conv.h against double loops in double precision, their gradients
 * against differences of those, Adam against its equations, groups, files, checkpoints. */
#include "test.h"
#include "../examples/training/checkpoint.h"
#include "../examples/training/conv_file.h"
#include "../examples/training/mixed.h"

enum { BATCH = 3, ROOM = 1 << 14 };

/* ---- the slow network: one sample, word by word; one number may be moved ---- */

static const float *moved;
static double by;
static double at(const float *p) { return (double)*p + (p == moved ? by : 0); }
static double value[NET_NODES][ROOM];

static double slow_window(const net *n, const net_node *o, int i, int j, int c)
{
    const net_node *in = &n->node[o->op.from];
    const double *x = value[o->op.from];
    const int kind = o->op.kind;
    double sum = kind == NET_MAX ? -1e30 : node_weighs(o) ? at(&o->bias.v[c]) : 0;
    int r, q, k, inside = 0;
    for (r = 0; r < o->op.kh; r++) {
        for (q = 0; q < o->op.kw; q++) {
            const int y = i * o->op.stride - o->op.top + r * o->op.dilation;
            const int z = j * o->op.stride - o->op.left + q * o->op.dilation;
            if (y < 0 || z < 0 || y >= in->h || z >= in->w) { continue; }
            inside++;
            for (k = 0; k < in->c; k++) {
                const double v = x[(y * in->w + z) * in->c + k];
                if (kind == NET_CONV) {
                    sum += v * at(&o->weight.v[((c * o->op.kh + r) * o->op.kw + q) * in->c + k]);
                } else if (k == c) {
                    if (kind == NET_DEPTHWISE) { sum += v * at(&o->weight.v[(r * o->op.kw + q) * in->c + k]); }
                    else if (kind == NET_MEAN) { sum += v; }
                    else { sum = v > sum ? v : sum; }
                }
            }
        }
    }
    if (inside == 0 && !node_weighs(o)) { return 0; }
    return kind == NET_MEAN ? sum / inside : sum;
}

/* from value[0] on */
static void slow_nodes(const net *n)
{
    int k, i, j, c;
    for (k = 1; k < n->n; k++) {
        const net_node *o = &n->node[k];
        for (i = 0; i < o->h; i++) {
            for (j = 0; j < o->w; j++) {
                for (c = 0; c < o->c; c++) {
                    const int place = (i * o->w + j) * o->c + c;
                    const double v = o->op.kind == NET_SUM ? value[o->op.from][place] + value[o->op.other][place]
                                                           : slow_window(n, o, i, j, c);
                    value[k][place] = v < 0 && o->op.relu ? 0 : v;
                }
            }
        }
    }
}

static void slow_forward(const net *n, int sample)
{
    const int len = node_len(&n->node[0]);
    int i;
    for (i = 0; i < len; i++) { value[0][i] = at(&n->node[0].y[sample * len + i]); }
    slow_nodes(n);
}

/* the loss whose gradient by the last node's values is `d` */
static double slow_loss(const net *n, const float *d)
{
    const int last = n->n - 1, len = node_len(&n->node[last]);
    double loss = 0;
    int s, i;
    for (s = 0; s < BATCH; s++) {
        slow_forward(n, s);
        for (i = 0; i < len; i++) { loss += (double)d[s * len + i] * value[last][i]; }
    }
    return loss;
}

/* ---- random networks ---- */

static int groups_random(int *end, int groups)
{
    int g;
    for (g = 0; g < groups; g++) { end[g] = (g ? end[g - 1] : 0) + 1 + rnd_in(0, 4); }
    return groups;
}

/* a layer of this kind over node `from`, with any window, stride, dilation and pads */
static int layer_random(net *n, int kind, int from, int groups)
{
    const net_node *in = &n->node[from];
    const int same = rnd_in(0, 1), dilation = rnd_in(1, 3), most_h = (in->h - 1) / dilation + 1,
              most_w = (in->w - 1) / dilation + 1;
    net_op op = { kind, from, 0, 1, 1, rnd_in(1, 3), dilation, 0, 0, rnd_in(0, 1) };
    int end[NET_GROUPS];
    op.kh = rnd_in(1, same ? 4 : most_h < 4 ? most_h : 4);
    op.kw = rnd_in(1, same ? 4 : most_w < 4 ? most_w : 4);
    groups_random(end, groups);
    return net_layer(n, op, same, kind == NET_CONV ? end : NULL, groups);
}

/* random weights, biases, inputs and gradients at the end; nothing is 0 */
static void fill(net *n, float *d)
{
    const net_node *last = &n->node[n->n - 1];
    int k, i;
    for (k = 1; k < n->n; k++) {
        net_node *o = &n->node[k];
        if (!node_weighs(o)) { continue; }
        node_init(n, o, 2.0F);
        for (i = 0; i < o->bias.n; i++) { o->bias.v[i] = uniform(0.5F); }
    }
    for (i = 0; i < BATCH * node_len(&n->node[0]); i++) { n->node[0].y[i] = uniform(1); }
    for (i = 0; i < BATCH * node_len(last); i++) { d[i] = uniform(1); }
}

/* ---- the checks ---- */

static int kinks, slopes;

/* the gradient by one number against the slopes to both sides, which differ at a kink of a ReLU or a max */
static void check_slope(const net *n, const float *d, const float *v, float gradient)
{
    const double step = 1e-5, here = slow_loss(n, d);
    double up, down;
    moved = v;
    by = step; up = (slow_loss(n, d) - here) / step;
    by = -step; down = (here - slow_loss(n, d)) / step;
    moved = NULL;
    slopes++;
    if (fabs(up - down) > 1e-4 * (1 + fabs(up))) { kinks++; return; }
    CHECK(fabs((double)gradient - up) < 2e-4 * (1 + fabs(up)));
}

static void check_param(const net *n, const float *d, const param *p, int most)
{
    int i;
    for (i = 0; i < p->n && i < most; i++) {
        const int k = p->n <= most ? i : (int)rnd_below((uint32_t)p->n);
        if (p->v[k] != 0) { check_slope(n, d, p->v + k, p->grad[k]); }
    }
}

static void check_net(net *n)
{
    static float d[BATCH * ROOM];
    net_node *last = &n->node[n->n - 1];
    const int len = node_len(last), in = node_len(&n->node[0]);
    int s, i, k;
    fill(n, d);
    net_forward(n, BATCH);
    for (s = 0; s < BATCH; s++) {
        slow_forward(n, s);
        for (i = 0; i < len; i++) {
            CHECK(fabs((double)last->y[s * len + i] - value[n->n - 1][i]) < 1e-4 * (1 + fabs(value[n->n - 1][i])));
        }
    }
    memcpy(last->d, d, (size_t)(BATCH * len) * sizeof(float));
    net_backward(n, BATCH);
    for (k = 1; k < n->n; k++) {
        if (node_weighs(&n->node[k])) {
            check_param(n, d, &n->node[k].weight, 12);
            check_param(n, d, &n->node[k].bias, 3);
        }
    }
    for (i = 0; i < 12 && n->input_gradient; i++) {
        const int at_input = (int)rnd_below((uint32_t)(BATCH * in));
        check_slope(n, d, n->node[0].y + at_input, n->node[0].d[at_input]);
    }
}

static void one_operator(int kind)
{
    int k;
    kinks = slopes = 0;
    for (k = 0; k < 60; k++) {
        const int most = k % 2 ? 9 : 3;
        net *n = net_new(BATCH, rnd_in(1, most), rnd_in(1, most), rnd_in(1, 11));
        n->input_gradient = 1;
        layer_random(n, kind, 0, rnd_in(1, 3));
        check_net(n);
        net_free(n);
    }
    CHECK(slopes > 400 && kinks * 20 < slopes);
}
static void convolutions(void) { one_operator(NET_CONV); }
static void depthwise(void) { one_operator(NET_DEPTHWISE); }
static void max_pools(void) { one_operator(NET_MAX); }
static void mean_pools(void) { one_operator(NET_MEAN); }

/* layers whose windows need no patches: dense ones, single pixels, global means */
static void whole_maps(void)
{
    int k, end[NET_GROUPS];
    kinks = slopes = 0;
    for (k = 0; k < 40; k++) {
        net *n = k < 4 ? net_new(BATCH, 2, 2, 3) : net_new(BATCH, rnd_in(1, 5), rnd_in(1, 5), rnd_in(1, 11));
        const net_op pixel = { NET_CONV, k < 4, 0, 1, 1, 1, 1, 0, 0, 1 };
        const net_op holes = { NET_CONV, 0, 0, 2, 2, 2, 2, 0, 0, 0 }; /* as large as the map, but reads its corner */
        net_op mean = { NET_MEAN, 0, 0, 1, 1, 1, 1, 0, 0, 0 };
        n->input_gradient = rnd_in(0, 1);
        groups_random(end, 2);
        if (k < 4) { net_layer(n, holes, 1, end, 2); }
        net_layer(n, pixel, 0, end, 2);
        mean.from = n->n - 1;
        mean.kh = n->node[mean.from].h; mean.kw = n->node[mean.from].w;
        if (k % 2) { net_layer(n, mean, 0, NULL, 0); }
        groups_random(end, 2);
        net_dense(n, n->n - 1, 0, end, 2);
        check_net(n);
        net_free(n);
    }
    CHECK(slopes > 400 && kinks * 20 < slopes);
}

/* whole networks: a value that two nodes read, sums, groups */
static net *network_random(int groups)
{
    net *n = net_new(BATCH, rnd_in(4, 8), rnd_in(4, 8), rnd_in(1, 3));
    const net_op same = { NET_CONV, 1, 0, 3, 3, 1, rnd_in(1, 2), 0, 0, 1 };
    int end[NET_GROUPS];
    layer_random(n, NET_CONV, 0, groups);
    memcpy(end, n->node[1].end, sizeof end);
    net_layer(n, same, 1, end, groups);
    n->node[n->n - 1].op.relu = 0;
    net_sum(n, 1, 2, 1);
    net_sum(n, 3, 1, 0);
    layer_random(n, NET_MAX, 4, groups);
    layer_random(n, NET_DEPTHWISE, 5, groups);
    groups_random(end, groups);
    net_dense(n, n->n - 1, 0, end, groups);
    return n;
}

static void networks(void)
{
    int k;
    kinks = slopes = 0;
    for (k = 0; k < 40; k++) {
        net *n = network_random(rnd_in(1, 4));
        n->input_gradient = k % 2;
        check_net(n);
        net_free(n);
    }
    CHECK(slopes > 400 && kinks * 20 < slopes);
}

/* weights that a group does not read stay 0, so its values do not depend on later groups */
static void groups(void)
{
    int k, t, i, g, r, left = 0;
    for (k = 0; k < 20; k++) {
        const int many = rnd_in(2, 4);
        net *n = network_random(many);
        static float d[BATCH * ROOM], first[BATCH * ROOM];
        const net_node *last = &n->node[n->n - 1];
        net_node *o = &n->node[2];
        for (t = 1, fill(n, d); t < 4; t++) {
            net_forward(n, BATCH);
            memcpy(last->d, d, (size_t)(BATCH * node_len(last)) * sizeof(float));
            net_backward(n, BATCH);
            net_step(n, 0.01F, 0.01F, t);
        }
        net_forward(n, BATCH);
        memcpy(first, last->y, (size_t)(BATCH * last->c) * sizeof(float));
        for (r = o->end[many - 2]; r < o->c; r++) { o->bias.v[r] += 7; }
        net_forward(n, BATCH);
        for (i = 0; i < BATCH * last->c; i++) {
            g = i % last->c >= last->end[many - 2];
            left += g && first[i] != last->y[i];
            CHECK(g || first[i] == last->y[i]);
        }
        CHECK(net_products(n, many - 2) < net_products(n, many - 1));
        net_free(n);
    }
    CHECK(left > 0);
}

/* places and pads worked out by hand */
static void shapes(void)
{
    static const struct { int size, taps, stride, dilation, same, places, pad; } hand[] = {
        { 28, 3, 1, 1, 1, 28, 1 }, { 28, 3, 2, 1, 1, 14, 0 }, { 28, 5, 1, 1, 0, 24, 0 }, { 28, 3, 1, 8, 1, 28, 8 },
        { 24, 2, 2, 1, 0, 12, 0 }, { 7, 3, 2, 1, 1, 4, 1 }, { 7, 7, 1, 1, 0, 1, 0 }, { 28, 1, 2, 1, 1, 14, 0 },
        { 9, 3, 3, 2, 0, 2, 0 }, { 28, 5, 2, 1, 1, 14, 1 } };
    size_t k;
    for (k = 0; k < sizeof hand / sizeof hand[0]; k++) {
        int pad;
        CHECK(net_places(&pad, hand[k].size, hand[k].taps, hand[k].stride, hand[k].dilation, hand[k].same) ==
              hand[k].places && pad == hand[k].pad);
    }
}

/* multiply-adds and weights counted one by one */
static void counts(void)
{
    int k, o, i, g, r;
    for (k = 0; k < 20; k++) {
        const int many = rnd_in(1, 3);
        static float d[BATCH * ROOM];
        net *n = network_random(many);
        long products[NET_GROUPS] = { 0 }, weights = 0;
        fill(n, d);
        for (o = 1; o < n->n; o++) {
            const net_node *v = &n->node[o];
            for (i = 0; i < v->weight.n; i++) {
                r = v->op.kind == NET_CONV ? i / (v->weight.n / v->c) : i % v->c;
                weights += v->weight.v[i] != 0;
                for (g = 0; g < many; g++) { products[g] += v->weight.v[i] != 0 && r < v->end[g] ? v->h * v->w : 0; }
            }
        }
        CHECK(weights == net_weights(n));
        for (g = 0; g < many; g++) { CHECK(products[g] == net_products(n, g)); }
        net_free(n);
    }
}

static double entropy(const double *z, const float *target, int n)
{
    double sum = 0, loss = 0;
    int k;
    for (k = 0; k < n; k++) { sum += exp(z[k]); }
    for (k = 0; k < n; k++) { loss -= (double)target[k] * (z[k] - log(sum)); }
    return loss;
}

static void losses(void)
{
    int k, i, n;
    for (k = 0; k < 200; k++) {
        float z[12], target[12], d[12], sum = 0;
        double x[12], up, down;
        n = rnd_in(2, 12);
        for (i = 0; i < n; i++) { x[i] = (double)(z[i] = uniform(6)); target[i] = 1 + uniform(1); sum += target[i]; }
        for (i = 0; i < n; i++) { target[i] /= sum; }
        CHECK(fabs(cross_entropy(d, z, target, n, 0.5F) - 0.5 * entropy(x, target, n)) < 1e-4);
        for (i = 0; i < n; i++) {
            x[i] += 1e-4; up = entropy(x, target, n);
            x[i] -= 2e-4; down = entropy(x, target, n);
            x[i] += 1e-4;
            CHECK(fabs((double)d[i] - 0.5 * (up - down) / 2e-4) < 1e-4);
        }
    }
}

static void adam_steps(void)
{
    double v = 0.5, m = 0, u = 0;
    param p = new_param(1, 0.5F);
    int t;
    for (t = 1; t <= 50; t++) {
        const double g = (double)uniform(1);
        m = 0.9 * m + 0.1 * g;
        u = 0.999 * u + 0.001 * g * g;
        v -= 0.01 * (m / (1 - pow(0.9, t))) / (sqrt(u / (1 - pow(0.999, t))) + 1e-8);
        p.grad[0] = (float)(g * 4);
        adam(&p, 4, 0.01F, t);
        CHECK(fabs((double)p.v[0] - v) < 1e-5 && p.grad[0] == 0);
    }
    free(p.v);
}

/* ---- codes across inputs ---- */

enum { SIDE = 5, PIXELS = SIDE * SIDE, GROUPS = 3, ALL = GROUPS * MIXED };
static uint8_t picture[ALL][PIXELS], label[ALL];
static const uint8_t *x_of[ALL];

static mixed_code code_random(int width, int shared)
{
    static const int rows[2] = { 8, MIXED_CLASSES };
    mixed_code c = mixed_new(GROUPS, SIDE);
    int j, i;
    mixed_encoders(&c, SIDE, width, shared);
    c.omega = mixed_dense(ALL, PIXELS, rows, 2, 0);
    c.omega->input_gradient = 1;
    for (j = 0; j < ALL; j++) {
        x_of[j] = picture[j];
        label[j] = (uint8_t)rnd_in(0, MIXED_CLASSES - 1);
        for (i = 0; i < PIXELS; i++) { picture[j][i] = (uint8_t)rnd_in(0, 255); }
    }
    return c;
}

/* the slow loss of the code, whose encoders have their inputs */
static double code_loss(const mixed_code *c)
{
    double loss = 0, made[2 * TERMS][PIXELS];
    int s, g, k, i;
    for (s = 0; s < GROUPS; s++) {
        for (g = 0; g < (c->lambda[0] ? 2 * TERMS : TERMS); g++) {
            const net *n = g < TERMS ? c->gamma[g] : c->lambda[g - TERMS];
            slow_forward(n, s);
            memcpy(made[g], value[n->n - 1], sizeof made[g]);
        }
        for (k = 0; k < MIXED; k++) {
            float want[MIXED_CLASSES] = { 0 };
            want[label[s * MIXED + k]] = 1;
            for (i = 0; i < PIXELS; i++) {
                const double x = made[0][i] + (k + 1.0) / MIXED * made[1][i];
                value[0][i] = c->lambda[0] ? made[2][i] + made[3][i] * x : x;
            }
            slow_nodes(c->omega);
            loss += entropy(value[c->omega->n - 1], want, MIXED_CLASSES) / ALL;
        }
    }
    return loss;
}

/* one of the steepest weights or biases of a network against the slopes to both sides, which differ at a kink */
static void code_slope(const mixed_code *c, const net *n)
{
    const net_node *o = &n->node[rnd_in(1, n->n - 1)];
    const param *p = rnd_in(0, 3) ? &o->weight : &o->bias;
    const double step = 1e-6, here = code_loss(c);
    double up, down;
    int k = 0, i;
    for (i = 0; i < 40; i++) {
        const int some = (int)rnd_below((uint32_t)p->n);
        k = fabsf(p->grad[some]) >= fabsf(p->grad[k]) ? some : k;
    }
    moved = p->v + k;
    by = step; up = (code_loss(c) - here) / step;
    by = -step; down = (here - code_loss(c)) / step;
    moved = NULL;
    slopes++;
    if (fabs(up - down) > 1e-4 * (1e-2 + fabs(up))) { kinks++; return; }
    CHECK(fabs((double)p->grad[k] - up) < 1e-3 * (1e-2 + fabs(up)));
}

static void codes(void)
{
    int conv, shared, k, t;
    kinks = slopes = 0;
    for (conv = 0; conv < 2; conv++) {
        for (shared = 0; shared < 2; shared++) {
            mixed_code c = code_random(conv ? rnd_in(3, 12) : 0, shared);
            net *nets[MIXED_NETS];
            const char *names[MIXED_NETS];
            const int n = mixed_nets(&c, nets, names);
            CHECK(n == (shared ? 5 : 3) && fabs(mixed_gradients(&c, x_of, label) - code_loss(&c)) < 1e-5);
            for (k = 0; k < ALL * PIXELS; k++) { /* joined, or as channels */
                const int i = conv ? k / MIXED % PIXELS : k % PIXELS;
                const int j = conv ? k / (MIXED * PIXELS) * MIXED + k % MIXED : k / PIXELS;
                CHECK(fabsf(c.gamma[0]->node[0].y[k] * 255 - (float)picture[j][i]) < 1e-3F);
            }
            for (k = 0; k < n; k++) { for (t = 0; t < 10; t++) { code_slope(&c, nets[k]); } }
            mixed_free(&c);
        }
    }
    CHECK(kinks * 20 < slopes);
}

/* logits of a group at any point a */
static void code_at(double *z, mixed_code *c, int group, float a)
{
    int k;
    mixed_input(c, group, a, c->omega->node[0].y);
    net_forward(c->omega, 1);
    for (k = 0; k < MIXED_CLASSES; k++) { z[k] = (double)c->omega->node[c->omega->n - 1].y[k]; }
}

/* what workers 1 and 3 of 3 answer, read at b_k by the weights of two points, is what was trained for picture k */
static void decoded(void)
{
    int shared, j, k;
    for (shared = 0; shared < 2; shared++) {
        mixed_code c = code_random(0, shared);
        float trained[ALL * MIXED_CLASSES];
        mixed_forward(&c, x_of);
        memcpy(trained, c.omega->node[c.omega->n - 1].y, sizeof trained);
        for (j = 0; j < ALL; j++) {
            double first[MIXED_CLASSES], third[MIXED_CLASSES];
            const double w = j % 2 ? -0.5 : 0.5; /* b = 1 and b = 1/2 from 1/4 and 3/4 */
            code_at(first, &c, j / 2, 0.25F);
            code_at(third, &c, j / 2, 0.75F);
            for (k = 0; k < MIXED_CLASSES; k++) {
                CHECK(fabs(w * first[k] + (1 - w) * third[k] - (double)trained[j * MIXED_CLASSES + k]) < 1e-4);
            }
        }
        mixed_free(&c);
    }
}

/* ---- files ---- */

static int file_parse(npz *z, const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t len = 0;
    if (f != NULL) { len = fread(bytes, 1, sizeof bytes, f); fclose(f); }
    return npz_parse(z, bytes, len);
}

/* the network of an archive answers as the one that was written */
static void archive_answers(const net *n, const npz *z)
{
    const net_node *last = &n->node[n->n - 1];
    net *again = net_read(z, BATCH);
    CHECK(again != NULL && again->n == n->n && net_products(again, 0) == net_products(n, 0));
    if (again == NULL) { return; }
    memcpy(again->node[0].y, n->node[0].y, (size_t)(BATCH * node_len(&n->node[0])) * sizeof(float));
    net_forward(again, BATCH);
    CHECK(memcmp(again->node[again->n - 1].y, last->y, (size_t)(BATCH * last->c) * sizeof(float)) == 0);
    net_free(again);
}

/* rows of `ops` that no network has; how many of the changed archives can be read all the same */
static int archive_damage(const npz *z)
{
    int c, t, read = 0;
    for (c = 0; c < 7 * OPS_COLUMNS; c++) {
        const int row = 1 + c / OPS_COLUMNS, column = c % OPS_COLUMNS;
        float *field = npz_get(z, "ops")->v + row * OPS_COLUMNS + column;
        const float old = *field;
        for (t = 0; t < 2; t++) {
            net *again;
            *field = t == 0 ? old - 77 : column == 0 ? 6 : column < 3 ? (float)row : old + 5000;
            again = net_read(z, BATCH);
            CHECK(again == NULL || (t == 0 ? column == 9 : column >= 3 && column <= 9));
            if (again != NULL) { net_free(again); read++; }
        }
        *field = old;
    }
    return read;
}

static void archives(void)
{
    int k, read = 0;
    for (k = 0; k < 20; k++) {
        static float d[BATCH * ROOM];
        const int many = rnd_in(1, 3);
        net *n = network_random(many);
        npz z;
        fill(n, d);
        net_forward(n, BATCH);
        CHECK(net_write(test_path("gradients.npz"), n, many) == 0 && file_parse(&z, test_path("gradients.npz")) == 0);
        CHECK((npz_get(&z, "heads") != NULL) == (many > 1) && (npz_get(&z, "groups2") != NULL) == (many > 1));
        archive_answers(n, &z);
        read += archive_damage(&z);
        npz_free(&z);
        net_free(n);
    }
    CHECK(read > 20 * 7); /* any number but 0 says ReLU */
}

/* so many steps on a network of seed 5, from the checkpoint where there is one, writing one after every step */
static void steps(float *out, const char *title, int until, int expect)
{
    static float d[BATCH * ROOM];
    net *n;
    checkpoint c = { "", 0, 0, 0, { NULL }, 1 };
    rng_seed(5);
    n = net_new(BATCH, 5, 5, 2);
    c.nets[0] = n;
    strcpy(c.title, title);
    { const int end[1] = { 4 }; net_dense(n, 0, 0, end, 1); }
    fill(n, d);
    CHECK(checkpoint_read(&c, test_path("gradients.part")) == expect);
    while (expect >= 0 && c.t < until) {
        int i;
        net_forward(n, BATCH);
        for (i = 0; i < BATCH * 4; i++) { n->node[1].d[i] = uniform(1); }
        net_backward(n, BATCH);
        net_step(n, 0.01F, 0, ++c.t);
        CHECK(checkpoint_write(&c, test_path("gradients.part")) == 0);
    }
    memcpy(out, n->node[1].weight.v, 200 * sizeof(float));
    net_free(n);
}

static void checkpoints(void)
{
    float once[200], twice[200];
    FILE *f;
    remove(test_path("gradients.part"));
    steps(once, "a", 6, 0);
    remove(test_path("gradients.part"));
    steps(twice, "a", 3, 0);
    CHECK(memcmp(once, twice, sizeof once) != 0);
    steps(twice, "a", 6, 1);
    CHECK(memcmp(once, twice, sizeof once) == 0);
    steps(twice, "b", 6, -1);
    f = fopen(test_path("gradients.part"), "ab");
    fputc(0, f);
    fclose(f);
    steps(twice, "a", 6, -1);
    remove(test_path("gradients.part"));
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    rng_seed((int)test_seed);
    RUN("convolutions of any stride, dilation, pad and groups, both ways", convolutions);
    RUN("depthwise convolutions both ways", depthwise);
    RUN("max pools both ways", max_pools);
    RUN("mean pools both ways", mean_pools);
    RUN("dense layers, pixels and global means both ways", whole_maps);
    RUN("networks with values read twice, sums, groups, both ways", networks);
    RUN("groups read no later group, also when trained", groups);
    RUN("places and pads worked out by hand", shapes);
    RUN("multiply-adds and weights are those that are there", counts);
    RUN("the cross-entropy's gradient", losses);
    RUN("Adam's equations", adam_steps);
    RUN("codes across inputs: gradients of all their networks", codes);
    RUN("two workers' answers are what was trained for every picture", decoded);
    RUN("a network comes back from its archive, and damaged rows are refused", archives);
    RUN("a training taken up again ends with the same bits", checkpoints);
    return test_report("gradients");
}
