/* test_labels.c - names of outputs: from lines and from archives behind a model, whatever their bytes; the section of a
 * model that holds them changes no answer, and may be cut off. Leaves archives for tests/tool.sh. */
#include "library.h"
#include "test.h"
#include "../examples/tool/labels.h"

enum { OUT = 3, ROOM = 1 << 20 };
static labels l;

/* lines for OUT outputs: the names, a | behind each, or NULL where they are refused with these words */
static void lines(const char *text, size_t n, const char *names, const char *refused)
{
    const char *why = labels_of_lines(&l, (const uint8_t *)text, n, OUT);
    uint32_t k;
    CHECK((why == NULL) == (names != NULL) && (l.text != NULL) == (names != NULL));
    if (why != NULL) {
        CHECK(refused != NULL && strstr(why, refused) != NULL);
        if (refused == NULL || strstr(why, refused) == NULL) { printf("  %s\n", why); }
    }
    for (k = 0; l.text != NULL && names != NULL && k < OUT; k++) {
        const size_t len = strcspn(names, "|");
        CHECK(strlen(label_of(&l, k)) == len && memcmp(label_of(&l, k), names, len) == 0);
        names += len + 1;
    }
    CHECK(l.text == NULL || (names != NULL && *names == 0 && l.len % 4 == 0));
    free(l.text);
}
static void good(const char *text, const char *names) { lines(text, strlen(text), names, NULL); }
static void bad(const char *text, const char *why) { lines(text, strlen(text), NULL, why); }

static void lines_are_names(void)
{
    char text[80];
    good("a\nbc\ndef\n", "a|bc|def|");
    good("a\nbc\ndef", "a|bc|def|");
    good("a b\r\n0 c\r\n\"d\r\n", "a b|0 c|\"d|");
    good("\xEF\xBB\xBF" "a\nb\nc\n", "a|b|c|");
    good("\xC3\xA9\n\xE2\x82\xAC\n\xF0\x9F\x98\x80\n", "\xC3\xA9|\xE2\x82\xAC|\xF0\x9F\x98\x80|");
    bad("a\nb\n", "has 2 lines, the model has 3 outputs");
    bad("a\nb\nc\nd\n", "has 4 lines");
    bad("a\nb\nc\n\n", "has 4 lines");
    bad("", "has 0 lines");
    bad("a\n\nc\n", "line 2 is empty");
    bad("a\nb\n\r\n", "line 3 is empty");
    sprintf(text, "%063d\nb\nc", 0);
    CHECK(labels_of_lines(&l, (const uint8_t *)text, strlen(text), OUT) == NULL);
    CHECK(strlen(label_of(&l, 0)) == LABEL_MOST);
    free(l.text);
    sprintf(text, "%064d\nb\nc", 0);
    bad(text, "line 1 is longer than 63");
    lines("a\nb\0b\nc", 7, NULL, "line 2 holds a control character");
    bad("a\nb\n\x1B[2J", "line 3 holds a control character");
    bad("a\rb\nb\nc", "line 1 holds");
    bad("a\nb\n\x7F", "line 3 holds");
    bad("a\nb\n\xC2\x9B", "line 3 holds");         /* a control character of two bytes */
    bad("a\nb\n\xC1\xBF", "line 3 holds");         /* longer than it need be */
    bad("a\nb\n\xE0\x9F\xBF", "line 3 holds");
    bad("a\nb\n\xF0\x8F\xBF\xBF", "line 3 holds");
    bad("a\nb\n\xED\xA0\x80", "line 3 holds");     /* half of a pair */
    bad("a\nb\n\xF4\x90\x80\x80", "line 3 holds"); /* beyond the last one */
    bad("a\nb\n\xE2\x82", "line 3 holds");
    bad("a\n\xC3\nc", "line 2 holds");
    bad("a\nb\n\x80", "line 3 holds");
    bad("a\nb\n\xFF", "line 3 holds");
}

/* ---- archives ---- */

typedef struct { const char *name, *body; int method; } member;

/* stored members behind the n bytes that p holds; offsets count from `base`. How many bytes there are then */
static size_t archive(uint8_t *p, size_t n, size_t base, const member *m, int count)
{
    uint8_t dir[512];
    size_t dir_len = 0, at = n;
    int i;
    memset(dir, 0, sizeof dir);
    for (i = 0; i < count; i++) {
        const uint32_t size = (uint32_t)strlen(m[i].body), name_len = (uint32_t)strlen(m[i].name);
        uint8_t *head = p + at, *entry = dir + dir_len;
        memset(head, 0, 30);
        npz_put(head, 0x04034B50U, 4); npz_put(head + 8, (uint32_t)m[i].method, 2);
        npz_put(head + 14, npz_crc((const uint8_t *)m[i].body, size), 4);
        npz_put(head + 18, size, 4); npz_put(head + 22, size, 4); npz_put(head + 26, name_len, 2);
        npz_put(entry, 0x02014B50U, 4);
        memcpy(entry + 6, head + 4, 26);
        npz_put(entry + 42, (uint32_t)(at - base), 4);
        memcpy(entry + 46, m[i].name, name_len);
        memcpy(head + 30, m[i].name, name_len);
        memcpy(head + 30 + name_len, m[i].body, size);
        at += 30 + name_len + size;
        dir_len += 46 + name_len;
    }
    memcpy(p + at, dir, dir_len);
    memset(p + at + dir_len, 0, 22);
    npz_put(p + at + dir_len, 0x06054B50U, 4);
    npz_put(p + at + dir_len + 8, (uint32_t)count, 2); npz_put(p + at + dir_len + 10, (uint32_t)count, 2);
    npz_put(p + at + dir_len + 12, (uint32_t)dir_len, 4); npz_put(p + at + dir_len + 16, (uint32_t)(at - base), 4);
    return at + dir_len + 22;
}

static uint8_t room[4096];
/* what the archive's bytes give: these names' first one from this file, or nothing but these words */
static void gives(size_t n, const char *file, const char *first, const char *why)
{
    char name[64];
    labels_of_archive(&l, name, room, n, OUT);
    CHECK((l.text != NULL) == (first != NULL) && (file == NULL || strcmp(name, file) == 0));
    CHECK(first == NULL || (l.text != NULL && strcmp(label_of(&l, 0), first) == 0));
    CHECK(first != NULL || strcmp(l.why, why) == 0 || (*why != 0 && strstr(l.why, why) != NULL));
    if (first == NULL && strstr(l.why, why) == NULL) { printf("  %s\n", l.why); }
    free(l.text);
}

static void archives_hold_names(void)
{
    static const member two[] = { { "vocab.txt", "x\ny\n", 0 }, { "labels.txt", "cat\ndog\ncow\n", 0 } },
                        none[] = { { "scores.json", "{}", 0 }, { "labels.md", "a\nb\nc\n", 0 } },
                        odd[] = { { "labels.txt", "cat\ndog\n", 0 } }, packed[] = { { "labels.txt", "zzz", 8 } },
                        raw[] = { { "la\nbels.txt", "a\nb\nc\n", 0 } };
    size_t n;
    memset(room, 'x', sizeof room);
    gives(archive(room, 100, 100, two, 2), "labels.txt", "cat", "");
    gives(archive(room, 100, 0, two, 2), "labels.txt", "cat", ""); /* as Python's zipfile counts behind other bytes */
    gives(archive(room, 0, 0, two, 2), "labels.txt", "cat", "");
    gives(archive(room, 100, 100, none, 2), "", NULL, "");
    gives(archive(room, 100, 100, odd, 1), "labels.txt", NULL, "has 2 lines, the model has 3 outputs");
    gives(archive(room, 100, 100, packed, 1), "labels.txt", NULL, "compressed");
    gives(archive(room, 100, 100, raw, 1), NULL, NULL, "without a readable name");
    gives(100, "", NULL, "");
    n = archive(room, 100, 100, odd, 1);
    room[100 + 30 + 10] ^= 1;
    gives(n, "labels.txt", NULL, "CRC");
    n = archive(room, 100, 100, two, 2);
    npz_put(room + n - 22 + 10, 3, 2); /* one member more than there are: the good one came before */
    gives(n, "labels.txt", "cat", "");
    n = archive(room, 100, 100, odd, 1);
    npz_put(room + n - 22 + 10, 2, 2);
    gives(n, "the archive behind the model", NULL, "is damaged");
}

/* any bytes are read within their bounds: each file in memory of its own size, for sanitizers to see */
static void damaged_archives(void)
{
    static const member two[] = { { "vocab.txt", "x\ny\n", 0 }, { "labels.txt", "cat\ndog\ncow\n", 0 } };
    const size_t n = archive(room, 40, 40, two, 2);
    char name[64];
    int round, k, found = 0;
    for (round = 0; round < 20000; round++) {
        const size_t cut = rnd_below(4) ? n : n - rnd_below((uint32_t)n);
        uint8_t *p = (uint8_t *)malloc(cut);
        memcpy(p, room + (n - cut), cut); /* the end stays: there the archive is found */
        for (k = (int)rnd_below(4); k > 0; k--) { p[rnd_below((uint32_t)cut)] = (uint8_t)rnd(); }
        labels_of_archive(&l, name, p, cut, OUT);
        found += l.text != NULL;
        CHECK(l.text == NULL || strcmp(label_of(&l, 2), "cow") == 0);
        CHECK(memchr(name, 0, sizeof name) != NULL);
        free(l.text);
        free(p);
    }
    CHECK(found > 1000 && found < 19000);
}

/* ---- the section ---- */

static uint8_t *load(const char *path, uint32_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = (uint8_t *)malloc(ROOM);
    *len = f != NULL ? (uint32_t)fread(p, 1, ROOM, f) : 0;
    if (f != NULL) { fclose(f); }
    CHECK(*len > 0 && *len < ROOM);
    return p;
}

/* ten names behind a model of ten outputs */
static uint8_t *named(uint32_t *len, uint32_t *was)
{
    static const char ten[] = "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";
    uint8_t *p = load("examples/models/digits_44.sucref", was);
    *len = *was;
    CHECK(labels_of_lines(&l, (const uint8_t *)ten, strlen(ten), 10) == NULL && labels_add(&p, len, &l));
    free(l.text);
    return p;
}

static void answer(int32_t *logits, const sucref_model *m)
{
    uint32_t *work = (uint32_t *)malloc(4 * sucref_net_work_len(m));
    uint8_t x[784];
    sucref_answer a;
    sucref_net net;
    int i;
    for (i = 0; i < 784; i++) { x[i] = (uint8_t)(i * 7); }
    CHECK(sucref_net_init(&net, m, work, sucref_net_work_len(m)) == SUCREF_OK &&
          sucref_net_set_input(&net, x, 784) == SUCREF_OK && sucref_net_run(&net, m->n_stops - 1U) == SUCREF_OK &&
          sucref_net_answer(&net, &a) == SUCREF_OK);
    memcpy(logits, a.logits, 10 * sizeof *logits);
    free(work);
}

static void models_with_names(void)
{
    uint32_t len, was, cut;
    uint8_t *p = named(&len, &was), *plain = load("examples/models/digits_44.sucref", &was);
    int32_t a[10], b[10];
    sucref_model m, without;
    CHECK(sucref_model_open(&m, p, len, NULL) == SUCREF_OK && sucref_model_check(&m, NULL) == SUCREF_OK);
    CHECK(sucref_model_open(&without, plain, was, NULL) == SUCREF_OK && m.file_bytes == len && labels_at(&m) == was);
    CHECK(labels_of_model(&l, &m) == NULL && l.text != NULL && strcmp(label_of(&l, 9), "nine") == 0);
    CHECK(labels_of_model(&l, &without) == NULL && l.text == NULL);
    answer(a, &m);
    answer(b, &without);
    CHECK(memcmp(a, b, sizeof a) == 0);
    for (cut = was; cut < len; cut++) { /* whole but for its names */
        CHECK(sucref_model_open(&m, p, cut, NULL) == SUCREF_OK && m.usable_stops == m.n_stops);
        CHECK(labels_of_model(&l, &m) == NULL && l.text == NULL);
    }
    labels_seal(p, was);
    CHECK(memcmp(p, plain, was) == 0);
    free(p); free(plain);
}

/* a byte of the section changed, its CRC made right again: read as names, or refused */
static void damaged_sections(void)
{
    uint32_t len, was, k, refused = 0;
    uint8_t *p = named(&len, &was);
    sucref_model m;
    for (k = was; k < len; k++) {
        p[k] ^= 1;
        CHECK(sucref_model_open(&m, p, len, NULL) != SUCREF_OK || sucref_model_check(&m, NULL) != SUCREF_OK);
        p[k] ^= 1;
    }
    for (k = was + LABELS_FRAME; k < len; k++) {
        const uint8_t before = p[k];
        p[k] = (uint8_t)(before == 0 ? 'x' : 0);
        npz_put(p + was + 12, npz_crc_on(npz_crc(p + was, 12), p + was + LABELS_FRAME, len - was - LABELS_FRAME), 4);
        CHECK(sucref_model_open(&m, p, len, NULL) == SUCREF_OK && sucref_model_check(&m, NULL) == SUCREF_OK);
        refused += labels_of_model(&l, &m) != NULL;
        p[k] = before;
    }
    CHECK(refused == len - was - LABELS_FRAME - 2); /* the last name may be one longer or shorter: there is padding */
    free(p);
}

static void put(const char *path, const member *m)
{
    FILE *f = fopen(test_path(path), "wb");
    const size_t n = archive(room, 0, 0, m, 1);
    CHECK(f != NULL && fwrite(room, 1, n, f) == n && fclose(f) == 0);
}

static void files_for_the_tool(void)
{
    static const member five = { "labels.txt", "a\nb\nc\nd\ne\n", 0 }, four = { "labels.txt", "a\nb\nc\nd\n", 0 };
    put("labels5.zip", &five);
    put("labels4.zip", &four);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("lines are names, as many as outputs", lines_are_names);
    RUN("archives behind a model hold names", archives_hold_names);
    RUN("damaged archives", damaged_archives);
    RUN("a model with names has the same answers, and may be cut before them", models_with_names);
    RUN("damaged sections", damaged_sections);
    RUN("files for the tool", files_for_the_tool);
    return test_report("labels");
}
