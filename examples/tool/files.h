/* files.h - refusals and files of the tool's commands: a file is read whole, and an output stands in its place when all
 * of it is there. */
#ifndef SUCREF_TOOL_FILES_H
#define SUCREF_TOOL_FILES_H
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- outputs, written beside their names and renamed: half a model is a valid model of fewer stops ---- */

static char beside[4096]; /* the file being written, or empty */

static void drop_unfinished(void)
{
    if (beside[0] != 0) { (void)unlink(beside); }
}

static void interrupted(int number)
{
    drop_unfinished();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void die(const char *format, ...)
{
    va_list args;
    drop_unfinished();
    va_start(args, format);
    fputs("sucref: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sucref: warning: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

typedef struct { FILE *f; const char *name; char *target; } output; /* target NULL: written in place */

static void cannot_write(const char *name) { die("%s: cannot be written: %s", name, strerror(errno)); }

static output open_output(const char *name)
{
    output o = { NULL, NULL, NULL };
    struct stat s;
    const int there = stat(name, &s) == 0;
    mode_t mask;
    int fd;
    o.name = name;
    if (there && !S_ISREG(s.st_mode)) { /* a device or a pipe */
        o.f = fopen(name, "wb");
        if (o.f == NULL) { cannot_write(name); }
        return o;
    }
    o.target = there ? realpath(name, NULL) : strdup(name);
    if (o.target == NULL || (size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", o.target) >= sizeof beside) {
        beside[0] = 0;
        cannot_write(name);
    }
    fd = mkstemp(beside);
    if (fd < 0) { beside[0] = 0; cannot_write(name); }
    mask = umask(0);
    (void)umask(mask);
    (void)fchmod(fd, there ? s.st_mode & 07777 : 0666 & ~mask);
    o.f = fdopen(fd, "wb");
    if (o.f == NULL) { cannot_write(name); }
    return o;
}

static void close_output(output *o)
{
    const int bad = ferror(o->f);
    if (fclose(o->f) != 0 || bad) { cannot_write(o->name); }
    if (o->target != NULL && rename(beside, o->target) != 0) { cannot_write(o->name); }
    beside[0] = 0;
    free(o->target);
}

static void put_bytes(output *o, const void *p, size_t len)
{
    if (fwrite(p, 1, len, o->f) != len) { cannot_write(o->name); }
}

static void write_file(const char *path, const void *p, size_t len)
{
    output o = open_output(path);
    put_bytes(&o, p, len);
    close_output(&o);
}

/* are both there, and one file? */
static int same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* refuses an output that is a file which is read */
static void must_not_overwrite(const char *out, const char *in)
{
    if (out != NULL && in != NULL && same_file(out, in)) {
        die("%s would overwrite %s, which is read: give the output another name", out, in);
    }
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t room = 1 << 16, got;
    *len = 0;
    if (f == NULL) { die("%s: cannot be read: %s", path, strerror(errno)); }
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
    if (ferror(f)) { die("%s: cannot be read: %s", path, strerror(errno)); }
    fclose(f);
    return p;
}
#endif
