/* test_graph_parts.c - dilated convolutions that a graph has in parts, and transposed ones: what they give, by the
 * definitions of the parts. */
#define SUCREF_HOST
#include "test.h"
#include "../sucref.h"
#include "graph_random.h"
#include "graph_hand.h"

static int32_t raw[GF_TENSORS][4096]; /* numbers of a file's tensors, batches and all, where scales are 1 */

static const gf_tensor *part_tensor(int t) { return &f.part[0].tensor[t]; }
static int32_t part_number(int t, int k) /* of a constant of int32 */
{
    return (int32_t)flat_u32(f.pool + part_tensor(t)->data + 4 * k);
}
static int32_t *raw_at(int t, int n, int y, int x, int c)
{
    const int *d = part_tensor(t)->dim;
    return &raw[t][((n * d[1] + y) * d[2] + x) * d[3] + c];
}

/* line y and place x of a picture with margins are line y / block of batch .. + y % block; back the same way */
static void raw_batches(const gf_op *o)
{
    const int apart = o->code == GRAPH_SPACE_TO_BATCH, line = part_tensor(o->in[0])->rank == 3,
              whole = apart ? o->in[0] : o->out[0], parts = apart ? o->out[0] : o->in[0];
    const int *dw = part_tensor(whole)->dim, *dp = part_tensor(parts)->dim, h = line ? 1 : dw[1],
              w = line ? dw[1] : dw[2], c = line ? dw[2] : dw[3], ph = line ? 1 : dp[1], pw = line ? dp[1] : dp[2];
    const int by = line ? 1 : part_number(o->in[1], 0), bx = part_number(o->in[1], line ? 0 : 1),
              top = line ? 0 : part_number(o->in[2], 0), left = part_number(o->in[2], line ? 0 : 2);
    int n, y, x, i;
    for (n = 0; n < by * bx; n++) {
        for (y = 0; y < ph; y++) {
            for (x = 0; x < pw; x++) {
                for (i = 0; i < c; i++) {
                    const int wy = y * by + n / bx - top, wx = x * bx + n % bx - left;
                    const int inside = wy >= 0 && wy < h && wx >= 0 && wx < w;
                    int32_t *p = &raw[parts][((n * ph + y) * pw + x) * c + i],
                            *q = inside ? &raw[whole][(wy * w + wx) * c + i] : NULL;
                    if (apart) { *p = inside ? *q : 0; } else if (inside) { *q = *p; }
                }
            }
        }
    }
}

/* CONV_2D and DEPTHWISE_CONV_2D without padding, a picture of the batch after the other */
static void raw_conv(const gf_op *o)
{
    const int deep = o->code == GRAPH_DEPTHWISE, in = o->in[0], out = o->out[0];
    const int *dy = part_tensor(out)->dim, *dw = part_tensor(o->in[1])->dim;
    const int8_t *w = (const int8_t *)f.pool + part_tensor(o->in[1])->data;
    int n, y, x, c, ky, kx, i;
    for (n = 0; n < dy[0]; n++) {
        for (y = 0; y < dy[1]; y++) {
            for (x = 0; x < dy[2]; x++) {
                for (c = 0; c < dy[3]; c++) {
                    int32_t sum = o->in[2] >= 0 ? part_number(o->in[2], c) : 0;
                    for (ky = 0; ky < dw[1]; ky++) {
                        for (kx = 0; kx < dw[2]; kx++) {
                            for (i = 0; i < (deep ? 1 : dw[3]); i++) {
                                sum += *raw_at(in, n, y + ky, x + kx, deep ? c : i) *
                                       w[deep ? (ky * dw[2] + kx) * dw[3] + c
                                              : ((c * dw[1] + ky) * dw[2] + kx) * dw[3] + i];
                            }
                        }
                    }
                    *raw_at(out, n, y, x, c) = eval_clamp(sum, -128, 127);
                }
            }
        }
    }
}

/* what every input gives to the outputs that lie around it */
static void raw_transposed(const gf_op *o)
{
    const int in = o->in[2], out = o->out[0], same = o->field[0].value == 0;
    const int step[2] = { (int)o->field[2].value, (int)o->field[1].value };
    const int *dx = part_tensor(in)->dim, *dy = part_tensor(out)->dim, *dw = part_tensor(o->in[1])->dim;
    const int8_t *w = (const int8_t *)f.pool + part_tensor(o->in[1])->data;
    int pad[2], k, y, x, ky, kx, n, c;
    for (k = 0; k < 2; k++) {
        pad[k] = same ? ((dy[1 + k] + step[k] - 1) / step[k] - 1) * step[k] + dw[1 + k] - dy[1 + k] : 0;
        pad[k] = pad[k] > 0 ? pad[k] / 2 : 0;
    }
    for (k = 0; k < dy[1] * dy[2] * dy[3]; k++) { raw[out][k] = o->n_in > 3 ? part_number(o->in[3], k % dy[3]) : 0; }
    for (y = 0; y < dx[1]; y++) {
        for (x = 0; x < dx[2]; x++) {
            for (ky = 0; ky < dw[1]; ky++) {
                for (kx = 0; kx < dw[2]; kx++) {
                    const int oy = y * step[0] + ky - pad[0], ox = x * step[1] + kx - pad[1];
                    if (oy < 0 || oy >= dy[1] || ox < 0 || ox >= dy[2]) { continue; }
                    for (n = 0; n < dy[3]; n++) {
                        for (c = 0; c < dx[3]; c++) {
                            *raw_at(out, 0, oy, ox, n) += *raw_at(in, 0, y, x, c) *
                                                          w[((n * dw[1] + ky) * dw[2] + kx) * dw[3] + c];
                        }
                    }
                }
            }
        }
    }
    for (k = 0; k < dy[1] * dy[2] * dy[3]; k++) { raw[out][k] = eval_clamp(raw[out][k], -128, 127); }
}

static void convolutions_in_parts(void)
{
    int k, i, n, out, made = 0;
    for (k = 0; k < 300; k++) {
        static int8_t x[1000];
        static int y[4096];
        const int at = start(k % 3 ? 1 + (int)rnd_below(5) : 1, 1 + (int)rnd_below(7), 1 + (int)rnd_below(3), 0);
        f.plain = 1;
        for (n = i = 0; i < 3; i++) { n = (i ? n : 1) * part_tensor(at)->dim[1 + i]; }
        for (i = 0; i < n; i++) { raw[at][i] = x[i] = (int8_t)rnd_in(-4, 4); }
        out = k & 1 ? gf_random_apart(&f, at) : gf_random_transposed(&f, at);
        for (i = 0; i < f.part[0].n_ops; i++) {
            const gf_op *o = &f.part[0].op[i];
            switch (o->code) {
            case GRAPH_SPACE_TO_BATCH: case GRAPH_BATCH_TO_SPACE: raw_batches(o); break;
            case GRAPH_CONV: case GRAPH_DEPTHWISE: raw_conv(o); break;
            case GRAPH_TRANSPOSE_CONV: raw_transposed(o); break;
            default: memcpy(raw[o->out[0]], raw[o->in[0]], sizeof raw[0]); /* another shape */
            }
        }
        for (n = i = 0; i < 3; i++) { n = (i ? n : 1) * part_tensor(out)->dim[1 + i]; }
        for (i = 0; i < n; i++) { y[i] = raw[out][i]; made += y[i] > -128 && y[i] < 127 && y[i] != 0; }
        finish(out);
        gives(x, y, (uint32_t)n);
    }
    CHECK(made > 2000);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("transposed and dilated convolutions by their parts", convolutions_in_parts);
    return test_report("graph_parts");
}
