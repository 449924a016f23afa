/* worker.h - a device that computes its part of every layer for a fusion node, over any stream of bytes.
 *
 *     request   0 u32 job  4 u16 layer  6 u16 rows of the largest shard  8 u8 planes wanted  9 u8 shard
 *               10 the layer's input, unsigned
 *     answer    one message (sucref_shard_pack) for each plane
 *
 * Little-endian; planes 0 ends it. */
#ifndef SUCREF_EXAMPLES_WORKER_H
#define SUCREF_EXAMPLES_WORKER_H

enum { WORKER_REQUEST = 10, WORKER_ROWS = 32, WORKER_WIDE = 784 };

/* part, net [layers]: each layer's part and a state for it; get and put move len bytes */
static int worker_serve(const sucref_model *part, sucref_net *net, unsigned layers, void (*get)(uint8_t *, size_t),
                        void (*put)(const uint8_t *, size_t))
{
    static uint8_t head[WORKER_REQUEST], x[WORKER_WIDE], message[SUCREF_SHARD_OVERHEAD + 4 * WORKER_ROWS];
    static int32_t y[WORKER_ROWS], before[2 * WORKER_ROWS * SUCREF_MAX_PLANES];
    for (;;) {
        sucref_shard s;
        sucref_scales scales;
        unsigned layer, t;
        size_t len;
        get(head, sizeof head);
        s.job = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
        s.layer = (uint16_t)(head[4] | (unsigned)head[5] << 8);
        s.count = (uint16_t)(head[6] | (unsigned)head[7] << 8);
        s.shard = head[9];
        layer = s.layer;
        if (head[8] == 0) { return 0; }
        if (layer >= layers || s.count > WORKER_ROWS || part[layer].n_in > WORKER_WIDE) { return 1; }
        sucref_model_scales(&scales, &part[layer]);
        s.unit = scales.logit; /* as far as the part says it */
        get(x, part[layer].n_in);
        (void)sucref_net_set_input(&net[layer], x, net[layer].model->n_in);
        for (t = 0; t < head[8] && t < part[layer].n_stops; t++) {
            s.plane = (uint8_t)t;
            if (sucref_net_run(&net[layer], t) != SUCREF_OK ||
                sucref_shard_sums(y, s.count, &net[layer], before) != SUCREF_OK ||
                sucref_shard_pack(message, sizeof message, &len, &s, y) != SUCREF_OK) {
                return 1;
            }
            put(message, len);
        }
    }
}
#endif
