/* tool.h - what the commands of sucref.c share: refusals, files, arguments. */
#ifndef SUCREF_EXAMPLES_TOOL_H
#define SUCREF_EXAMPLES_TOOL_H
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../sucref.h"

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sucref: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t room = 1 << 16, got;
    *len = 0;
    if (f == NULL) { die("%s: cannot be read", path); }
    for (p = (uint8_t *)malloc(room); p != NULL; ) {
        got = fread(p + *len, 1, room - *len, f);
        if (got == 0) { break; }
        *len += got;
        if (*len == room) {
            uint8_t *more = (uint8_t *)realloc(p, room *= 2);
            if (more == NULL) { free(p); }
            p = more;
        }
    }
    if (p == NULL) { die("%s: out of memory", path); }
    if (ferror(f)) { die("%s: read error", path); }
    fclose(f);
    return p;
}

static void write_file(const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(p, 1, len, f) != len || fclose(f) != 0) { die("%s: cannot be written", path); }
}

typedef struct {
    const char *in, *out, *x, *calibrate, *plan, *act, *clip, *scale, *stop, *stops, *type, *name, *exit_rule,
        *disagree, *confidence, *quiet, *gray, *devices, *parity, *protect, *rates;
    int logits, keep, cut_input, every, certify;
} args;

static args parse(int argc, char **argv)
{
    args a;
    struct { const char *name; const char **value; int *flag; } option[26];
    int i, k, n = 0;
    memset(&a, 0, sizeof a);
#define OPTION(text, v, f) option[n].name = text; option[n].value = v; option[n++].flag = f
    OPTION("-o", &a.out, NULL); OPTION("--out", &a.out, NULL); OPTION("--in", &a.x, NULL);
    OPTION("--calibrate", &a.calibrate, NULL); OPTION("--plan", &a.plan, NULL); OPTION("--act", &a.act, NULL);
    OPTION("--clip", &a.clip, NULL); OPTION("--input-scale", &a.scale, NULL); OPTION("--stop", &a.stop, NULL);
    OPTION("--stops", &a.stops, NULL); OPTION("--type", &a.type, NULL); OPTION("--logits", NULL, &a.logits);
    OPTION("--name", &a.name, NULL); OPTION("--exit", &a.exit_rule, NULL);
    OPTION("--max-disagree", &a.disagree, NULL);
    OPTION("--confidence", &a.confidence, NULL);
    OPTION("--quiet", &a.quiet, NULL);
    OPTION("--keep", NULL, &a.keep);
    OPTION("--cut-input", NULL, &a.cut_input);
    OPTION("--every-layer", NULL, &a.every); OPTION("--gray", &a.gray, NULL); OPTION("--certify", NULL, &a.certify);
    OPTION("--devices", &a.devices, NULL);
    OPTION("--parity", &a.parity, NULL);
    OPTION("--protect", &a.protect, NULL);
    OPTION("--rates", &a.rates, NULL);
    for (i = 2; i < argc; i++) {
        for (k = 0; k < n && strcmp(argv[i], option[k].name) != 0; k++) { }
        if (k < n && option[k].flag != NULL) { *option[k].flag = 1; continue; }
        if (k < n) {
            if (i + 1 == argc) { die("%s needs a value", argv[i]); }
            *option[k].value = argv[++i];
            continue;
        }
        if (argv[i][0] == '-') { die("unknown option %s", argv[i]); }
        if (a.in != NULL) { die("one file expected, got %s and %s", a.in, argv[i]); }
        a.in = argv[i];
    }
    if (a.in == NULL) { die("no input file (see sucref without arguments)"); }
    return a;
}

static unsigned whole_number(const char *text, const char *what, unsigned lo, unsigned hi)
{
    char *end;
    const unsigned long v = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != 0 || v < lo || v > hi) {
        die("%s must be a number from %u to %u, not %s", what, lo, hi, text);
    }
    return (unsigned)v;
}

static float real_number(const char *text, const char *what)
{
    char *end;
    const float v = strtof(text, &end);
    if (end == text || *end != 0 || !isfinite(v)) { die("%s must be a finite number, not %s", what, text); }
    return v;
}

static sucref_model open_model(const char *path, uint8_t **bytes)
{
    sucref_model m;
    sucref_fault fault = { "", 0 };
    size_t len;
    *bytes = read_file(path, &len);
    if (sucref_model_open(&m, *bytes, len, &fault) != SUCREF_OK || sucref_model_check(&m, &fault) != SUCREF_OK) {
        die("%s: not a valid model: %s at byte %lu", path, fault.field, (unsigned long)fault.offset);
    }
    return m;
}
#endif
