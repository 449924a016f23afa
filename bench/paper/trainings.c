/* trainings.c - the long trainings of [AB]'s networks: a plan of one training a line, results as CSV, one line each.
 * A training that was stopped is taken up after its last whole epoch; those whose line is there are kept. */
#include "data.h"
#include "learn.h"

enum { EPOCHS = 40, TITLE = 120 };

typedef struct { char title[TITLE]; int step; uint32_t random; double raw, coded, accuracy[EPOCHS]; } saved;

/* all that a training goes on from, one way or the other */
static int t_move(learning *t, saved *s, FILE *f, int write)
{
    const size_t n = (size_t)learn_values(t), size = sizeof(float);
    struct { void *p; size_t len; } part[6];
    int k, ok = 1;
    part[0].p = s; part[0].len = sizeof *s;
    part[1].p = t->net.w; part[1].len = n * size;
    part[2].p = t->first; part[2].len = n * size;
    part[3].p = t->second; part[3].len = n * size;
    part[4].p = t->residual; part[4].len = n * size * (size_t)t->workers;
    part[5].p = t->order; part[5].len = sizeof(int) * 50000;
    for (k = 0; k < 6 && ok; k++) {
        ok = write ? fwrite(part[k].p, 1, part[k].len, f) == part[k].len
                   : fread(part[k].p, 1, part[k].len, f) == part[k].len;
    }
    return ok;
}

static void t_save(learning *t, saved *s, const char *path)
{
    char temporary[600];
    FILE *f;
    int ok;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    f = fopen(temporary, "wb");
    s->step = t->step; s->random = t->random; s->raw = t->raw; s->coded = t->coded;
    ok = f != NULL && t_move(t, s, f, 1);
    if (f != NULL && fclose(f) != 0) { ok = 0; }
    if (!ok || rename(temporary, path) != 0) { fprintf(stderr, "cannot write %s\n", path); exit(2); }
}

/* 1 where `path` is this training's checkpoint */
static int t_take_up(learning *t, saved *s, const char *path)
{
    const saved before = *s;
    FILE *f = fopen(path, "rb");
    int ok;
    if (f == NULL) { return 0; }
    ok = t_move(t, s, f, 0) && memcmp(before.title, s->title, TITLE) == 0;
    fclose(f);
    if (!ok) { fprintf(stderr, "%s is of another training\n", path); exit(2); }
    t->step = s->step; t->random = s->random; t->raw = s->raw; t->coded = s->coded;
    return 1;
}

static int t_is_there(const char *path, const char *title)
{
    char line[1000];
    FILE *f = fopen(path, "r");
    int found = 0;
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        found = strncmp(line, title, strlen(title)) == 0 && line[strlen(title)] == ',';
    }
    if (f != NULL) { fclose(f); }
    return found;
}

static void t_report(const learning *t, const saved *s, const char *path, int epochs)
{
    const double values = (double)learn_values(t) * t->workers * t->step;
    FILE *f = fopen(path, "a");
    int e;
    if (f == NULL) { fprintf(stderr, "cannot write %s\n", path); exit(2); }
    if (fseek(f, 0, SEEK_END) == 0 && ftell(f) == 0) {
        fprintf(f, "net,optimizer,rate,workers,batch,sender,seed,epochs,raw bits,coded bits,"
                   "accuracy after each epoch\n");
    }
    fprintf(f, "%s,%.4f,%.4f,", s->title, t->raw / values, t->coded / values);
    for (e = 0; e < epochs; e++) { fprintf(f, "%s%.4f", e ? " " : "", s->accuracy[e]); }
    fprintf(f, "\n");
    fclose(f);
}

static void t_train(learning *t, int epochs, const char *dir)
{
    char path[500], part[540];
    saved s;
    int e;
    memset(&s, 0, sizeof s);
    snprintf(path, sizeof path, "%s/trainings.csv", dir);
    snprintf(s.title, TITLE, "%s,%s,%g,%d,%d,%s,%d,%d", learn_name[t->shape],
             t->adam ? "adam" : "sgd", t->rate, t->workers, t->batch, sender_name[t->sender], t->seed, epochs);
    if (t_is_there(path, s.title)) { return; }
    learn_start(t);
    snprintf(part, sizeof part, "%s/training.part", dir);
    if (t_take_up(t, &s, part)) { fprintf(stderr, "taken up after epoch %d\n", t->step / t->epoch_steps); }
    while (t->step < epochs * t->epoch_steps) {
        learn_step(t);
        if (t->step % t->epoch_steps != 0) { continue; }
        e = t->step / t->epoch_steps - 1;
        s.accuracy[e] = learn_accuracy(t, 10000);
        fprintf(stderr, "%s: epoch %d of %d, %.4f\n", s.title, e + 1, epochs, s.accuracy[e]);
        t_save(t, &s, part);
    }
    t_report(t, &s, path, epochs);
    remove(part);
    learn_end(t);
}

static int t_sender(const char *name)
{
    int k;
    for (k = 0; k < SENDERS; k++) { if (strcmp(name, sender_name[k]) == 0) { return k; } }
    fprintf(stderr, "no sender is called %s\n", name);
    exit(2);
}

static int t_shape(const char *name)
{
    int k;
    for (k = 0; k < LEARN_NETS; k++) { if (strcmp(name, learn_name[k]) == 0) { return k; } }
    fprintf(stderr, "no network is called %s\n", name);
    exit(2);
}

int trainings(const char *dir, const char *plan)
{
    FILE *f = fopen(plan, "r");
    char line[200], net[40], how[10], sender[20];
    if (f == NULL) { fprintf(stderr, "cannot read %s\n", plan); return 2; }
    while (fgets(line, sizeof line, f) != NULL) {
        learning t;
        int epochs;
        memset(&t, 0, sizeof t);
        if (line[0] == '#' || line[0] == '\n') { continue; }
        if (sscanf(line, "%39s %9s %lf %d %d %19s %d %d", net, how, &t.rate, &t.workers, &t.batch, sender, &t.seed,
                   &epochs) != 8 ||
            t.workers < 1 || t.workers > LEARN_WORKERS || t.batch < t.workers || t.batch / t.workers > 256 ||
            epochs < 1 || epochs > EPOCHS) {
            fprintf(stderr, "%s: what is: %s", plan, line);
            fclose(f);
            return 2;
        }
        t.shape = t_shape(net);
        t.adam = strcmp(how, "adam") == 0;
        t.fall = 0.9;
        t.sender = t_sender(sender);
        t_train(&t, epochs, dir);
    }
    fclose(f);
    return 0;
}
