/* shares.h - split --exchange: a model's parts for devices that tell each other activations, owners from the maps that
 * repurpose writes. */
#ifndef SUCREF_TOOL_SHARES_H
#define SUCREF_TOOL_SHARES_H
#include "create.h"
#include "spares.h"

/* every array is of a level that the model has: maps of a deeper network are not this one's */
static void shares_check(const npz *z, const char *path, unsigned levels)
{
    int i;
    for (i = 0; i < z->n; i++) {
        if (!npz_of_layer(&z->a[i], "level", levels)) {
            die("%s: %s is no level of this model, which has level0 (inputs) to level%u (outputs): are these the maps "
                "of its network?", path, z->a[i].name, levels - 1U);
        }
    }
}

/* the owner of every input, in the order of the columns, and of every row */
static void shares_read(uint8_t **owner, const respec *r, unsigned devices, const char *path)
{
    static npz z;
    size_t len;
    uint8_t *file = read_file(path, &len);
    const sucref_layer_spec *first = &r->layer[0], *last = &r->layer[r->spec.n_layers - 1];
    unsigned l, most = 0;
    uint32_t i;
    if (npz_parse(&z, file, len) != 0) {
        die("%s: %s%s; --exchange takes the maps that repurpose writes", path, z.why, looks_like(file, len, ""));
    }
    shares_check(&z, path, r->spec.n_layers + 1U);
    for (l = 0; l <= r->spec.n_layers; l++) {
        const uint32_t n = l == 0 ? first->n_in : r->layer[l - 1].n_out;
        const npz_array *a;
        char name[16];
        snprintf(name, sizeof name, "level%u", l);
        a = npz_get(&z, name);
        if (a == NULL || a->dims != 2 || a->shape[0] != 2 || a->shape[1] != n) {
            die("%s: %s must be there, 2 x %lu, row 0 the devices (repurpose --maps writes it)", path, name,
                (unsigned long)n);
        }
        owner[l] = (uint8_t *)respec_new(n);
        for (i = 0; i < n; i++) {
            const uint32_t at = l == 0 && (first->flags & SUCREF_LAYER_INPUT_ORDER) ? first->input_order[i]
                                : l == r->spec.n_layers && (last->flags & SUCREF_LAYER_ORDER) ? last->order[i] : i;
            const float v = a->v[at];
            if (!(v >= 0 && v < (float)devices && v == floorf(v))) {
                die("%s: %s holds a device that is none of 0 to %u", path, name, devices - 1);
            }
            owner[l][i] = (uint8_t)v;
            most = (unsigned)v > most ? (unsigned)v : most;
        }
    }
    if (most + 1U < devices) {
        warn("%s: names devices 0 to %u; those up to %u have no inputs and no neurons", path, most, devices - 1U);
    }
    npz_free(&z);
    free(file);
}

/* a plan without one device: its inputs go to the next one, each of its neurons to the one that has most of what it
 * reads, of equals to the one with fewest neurons */
static void shares_without(uint8_t **owner, const respec *r, unsigned devices, unsigned gone)
{
    unsigned l, k, best;
    uint32_t i, c;
    for (l = 0; l <= r->spec.n_layers; l++) {
        const uint32_t n = l == 0 ? r->layer[0].n_in : r->layer[l - 1].n_out;
        uint32_t has[EXCHANGE_MAX_DEVICES] = { 0 };
        for (i = 0; i < n; i++) { has[owner[l][i]]++; }
        for (i = 0; i < n; i++) {
            uint32_t reads[EXCHANGE_MAX_DEVICES] = { 0 };
            if (owner[l][i] != gone) { continue; }
            best = (gone + 1U) % devices;
            for (c = 0; l > 0 && c < r->layer[l - 1].n_in; c++) {
                reads[owner[l - 1][c]] += r->layer[l - 1].w[(size_t)i * r->layer[l - 1].n_in + c] != 0;
            }
            for (k = 0; l > 0 && k < devices; k++) {
                if (k != gone && (reads[k] > reads[best] || (reads[k] == reads[best] && has[k] < has[best]))) {
                    best = k;
                }
            }
            owner[l][i] = (uint8_t)best;
            has[best]++;
        }
    }
}

enum { PART_NAME = 512 };

/* the name of a device's file */
static void part_name(char path[PART_NAME], const char *pattern, unsigned device)
{
    const char *mark = strstr(pattern, "%d");
    if (snprintf(path, PART_NAME, "%.*s%u%s", (int)(mark - pattern), pattern, device, mark + 2) >= PART_NAME) {
        die("%s: name too long", pattern);
    }
}

/* refuses n parts of which one would be written over what is read, before any is */
static void check_parts(const args *a, unsigned n)
{
    char path[PART_NAME];
    unsigned k;
    for (k = 0; k < n; k++) {
        part_name(path, a->out, k);
        must_not_overwrite(path, a->in);
        must_not_overwrite(path, a->exchange);
    }
}

/* the parts' files; `spares` of the devices hold parities */
static void shares_files(const args *a, exchange_net *x, unsigned spares)
{
    const unsigned devices = x->devices - spares;
    unsigned k;
    check_parts(a, x->devices + 1U);
    for (k = 0; k <= x->devices; k++) {
        sucref_exchange_part p;
        sucref_fault fault = { "a part", 0 };
        uint32_t len;
        char path[PART_NAME];
        uint8_t *bytes = exchange_part(&len, x, k);
        if (bytes == NULL || sucref_exchange_open(&p, bytes, len, &fault) != SUCREF_OK) {
            die("%s: cannot be shared out: %s", a->in, fault.field);
        }
        part_name(path, a->out, k);
        write_file(path, bytes, len);
        printf("%s %u: %lu inputs, %lu bytes in %s, work buffer of %lu\n",
               k < devices ? "device" : k < x->devices ? "spare" : "node", k, (unsigned long)p.n_in, (unsigned long)len,
               path, 4UL * (unsigned long)sucref_exchange_work_len(&p, 2));
        free(bytes);
    }
}

static void shares(const args *a, const sucref_model *m)
{
    static respec r, with;
    static exchange_net x;
    uint8_t *owner[SUCREF_MAX_LAYERS + 1];
    const unsigned spares = a->parity != NULL ? whole_number(a->parity, "--parity", 0, SUCREF_MAX_PARITY) : 0,
                   devices = whole_number(a->devices, "--devices", 1, EXCHANGE_MAX_DEVICES - spares),
                   number = a->number != NULL ? whole_number(a->number, "--number", 0, 255) : 0;
    const char *why = NULL;
    unsigned l;
    respec_model(&r, m);
    shares_read(owner, &r, devices, a->exchange);
    if (a->without != NULL) {
        if (devices < 2) { die("--without needs another device"); }
        shares_without(owner, &r, devices, whole_number(a->without, "--without", 0, devices - 1));
    }
    if (spares > 0) { why = spares_add(&with, &r, owner, devices, spares); }
    if (why != NULL) { die("%s: %s", a->in, why); }
    if (!exchange_init(&x, spares > 0 ? &with : &r, (const uint8_t *const *)owner, devices + spares, number)) {
        die("%s: stops by depth cannot be shared out", a->in);
    }
    x.answers = r.layer[r.spec.n_layers - 1U].n_out;
    shares_files(a, &x, spares);
    printf("an answer: %lu messages with %lu values, %lu bytes; "
           "inputs to everybody: %lu with %lu, %lu, and the answer\n", x.messages, x.values, x.bytes,
           (unsigned long)devices * (devices - 1U),
           (devices - 1UL) * (unsigned long)m->n_in,
           (devices - 1UL) * ((unsigned long)m->n_in + (unsigned long)devices * SUCREF_SHARD_OVERHEAD));
    for (l = 0; l <= r.spec.n_layers; l++) { free(owner[l]); }
    exchange_free(&x);
    if (spares > 0) { respec_free(&with); }
    respec_free(&r);
}
#endif
