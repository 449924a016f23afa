/* test_adds.c - every ADD of the public models, with its own scales, zero points and activation, on all pairs of bytes
 * (random ones in test_lower.c). The ADDs are found in the files' tables, in models that are refused, too. */
#include "library.h"
#include "../examples/training/data.h"
#include "lowered.h"

typedef struct { float scale; int zero; } meaning;
typedef struct { meaning of[3]; long act; } sum; /* of both inputs and the output */

/* operators of int8 tensors, after the schema's tables: model 1 codes, 2 subgraphs; subgraph 0 tensors, 3 operators;
 * operator 0 code, 1 inputs, 2 outputs, 4 options; tensor 1 type, 4 quantization of 2 scales and 3 zero points */
static int is_sum(const flat *file, flat_vector codes, const flat_table *op)
{
    const flat_table code = flat_item(file, codes, (uint32_t)flat_int(op, 0, 4, 0));
    return code.at != 0 && flat_int(&code, 0, 1, 0) == GRAPH_ADD && flat_int(&code, 3, 4, 0) == GRAPH_ADD;
}
static int meaning_of(meaning *m, const flat *file, flat_vector tensors, int32_t tensor)
{
    const flat_table t = flat_item(file, tensors, (uint32_t)tensor), q = flat_child(file, &t, 4);
    const flat_vector scales = flat_vec(&q, 2, 4), zeros = flat_vec(&q, 3, 8);
    if (flat_int(&t, 1, 1, 0) != GRAPH_INT8 || scales.len != 1) { return 0; }
    m->scale = flat_f32(file->p + scales.at);
    m->zero = flat_number(file, zeros, 0, 0);
    return 1;
}
static unsigned find_sums(sum *found, unsigned most, const uint8_t *p, size_t n)
{
    int past = 0;
    const flat file = { p, n, &past };
    const flat_table model = flat_at(&file, flat_u32(p)), part = flat_item(&file, flat_vec(&model, 2, 4), 0);
    const flat_vector codes = flat_vec(&model, 1, 4), tensors = flat_vec(&part, 0, 4), ops = flat_vec(&part, 3, 4);
    unsigned k, count = 0;
    for (k = 0; k < ops.len && count < most; k++) {
        const flat_table op = flat_item(&file, ops, k), options = flat_child(&file, &op, 4);
        const flat_vector in = flat_vec(&op, 1, 4), out = flat_vec(&op, 2, 4);
        sum *s = &found[count];
        if (!is_sum(&file, codes, &op)) { continue; }
        s->act = flat_int(&options, 0, 1, 0);
        count += meaning_of(&s->of[0], &file, tensors, flat_number(&file, in, 0, -1)) &&
                 meaning_of(&s->of[1], &file, tensors, flat_number(&file, in, 1, -1)) &&
                 meaning_of(&s->of[2], &file, tensors, flat_number(&file, out, 0, -1));
    }
    return count;
}

/* a channel of the input, whose bytes are numbers of scale 1, as bytes of another meaning: a convolution by 1 */
static int channel(int input, int which, const meaning *m)
{
    static const int dim[4] = { 1, 1, 1, 2 };
    const int8_t w[2] = { (int8_t)(which == 0), (int8_t)(which == 1) };
    const int32_t bias = -m->zero;
    int in[3], out;
    in[0] = input;
    in[1] = gf_weights(&f, 4, dim, w, m->scale);
    in[2] = gf_numbers(&f, 1, &bias);
    out = gf_image(&f, 1, 256, 1, m->scale, m->zero);
    gf_window(gf_add(&f.part[0], GRAPH_CONV, 3, in, out), 0, 1, 1, 3, 0);
    return out;
}

static int8_t pairs[256][512];

/* the two tensors that are added hold every pair of bytes? */
static int pairs_arrive(const int *part)
{
    graph_eval e;
    int k, i, ok = tflite_read(&plain, f.file.p, f.file.n);
    if (ok) {
        eval_init(&e, &plain);
        for (k = 0; k < 256; k++) {
            eval_run(&e, pairs[k]);
            for (i = 0; i < 256; i++) { ok = ok && e.v[part[0]][i] == i - 128 && e.v[part[1]][i] == k - 128; }
        }
        eval_free(&e);
    }
    graph_free(&plain);
    return ok;
}
static int equal_on_all_pairs(const sum *s)
{
    int part[2], input;
    gf_begin(&f);
    f.part[0].input = input = gf_image(&f, 1, 256, 2, 1, 0);
    part[0] = channel(input, 0, &s->of[0]);
    part[1] = channel(input, 1, &s->of[1]);
    f.part[0].output = gf_image(&f, 1, 256, 1, s->of[2].scale, s->of[2].zero);
    gf_field(gf_add(&f.part[0], GRAPH_ADD, 2, part, f.part[0].output), 0, 1, (uint32_t)s->act);
    gf_write(&f);
    return pairs_arrive(part) && compare(f.file.p, f.file.n, 256, pairs[0]);
}

static void public_sums(void)
{
    static const struct { const char *name; unsigned sums; } all[] = {
        { "tflite/ad01_int8", 0 }, { "tflite/hello_world_int8", 0 }, { "tflite/kws_ref_model", 0 },
        { "tflite/person_detect", 0 }, { "tflite/pretrainedResnet_quant", 3 }, { "tflite/vww_96_int8", 0 },
        { "wild/2e5555fe", 0 }, { "wild/2fc332c8", 0 }, { "wild/3bb65fb0", 0 }, { "wild/50b87192", 0 },
        { "wild/5aab8fac", 0 }, { "wild/73c3493a", 1 }, { "wild/7c743178", 1 }, { "wild/80191370", 1 },
        { "wild/86959f76", 1 }, { "wild/8a5eb1b2", 0 }, { "wild/8b8b2ecc", 0 }, { "wild/9b931a24", 0 },
        { "wild/9ccac1a0", 0 }, { "wild/aac77e76", 0 }, { "wild/afc5fba8", 0 }, { "wild/bf4dc85c", 3 },
        { "wild/c7150984", 0 }, { "wild/d12d9534", 0 }, { "wild/d2a99742", 0 }, { "wild/e10999b6", 0 },
        { "wild/e2d95484", 0 }, { "wild/e3194f30", 0 }, { "wild/fa797ba0", 0 }
    };
    size_t k, n;
    int i;
    for (k = 0; k < 256; k++) {
        for (i = 0; i < 256; i++) { pairs[k][2 * i] = (int8_t)(i - 128); pairs[k][2 * i + 1] = (int8_t)((int)k - 128); }
    }
    for (k = 0; k < sizeof all / sizeof all[0]; k++) {
        sum found[8];
        unsigned count, s;
        char name[64];
        uint8_t *p;
        snprintf(name, sizeof name, "%s.tflite", all[k].name);
        p = data_read(name, &n);
        if (p == NULL) { SKIP(data_missing(name)); return; }
        count = n < 8 ? 0 : find_sums(found, 8, p, n);
        if (count != all[k].sums) { printf("  %s: %u sums\n", name, count); CHECK(0); }
        for (s = 0; s < count; s++) {
            if (!equal_on_all_pairs(&found[s])) { printf("  %s: sum %u\n", name, s); CHECK(0); }
        }
        free(p);
    }
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("every ADD of the public models on all pairs of bytes", public_sums);
    return test_report("adds");
}
