/* samples.h - inputs for a model from files: raw bytes (.u8, .s8) or NumPy arrays (.npy) of bytes or real numbers. */
#ifndef SUCREF_TOOL_SAMPLES_H
#define SUCREF_TOOL_SAMPLES_H
#include "npy.h"
#include "tool.h"

/* what a model's input bytes stand for: real = (u - zero) * scale, u unsigned; scale 0: not known */
typedef struct { double scale; unsigned zero; int is_signed; } input_unit;

static int is_npy(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && strcmp(dot, ".npy") == 0;
}

/* raw bytes must be of the model's type, by name or --type */
static void check_type(const char *path, const char *type, const input_unit *u)
{
    const char *dot = strrchr(path, '.');
    if (type == NULL) { type = dot ? dot + 1 : ""; }
    if (strcmp(type, "u8") != 0 && strcmp(type, "s8") != 0) {
        die("%s: type must be u8 or s8 (by its name or --type); arrays are a .npy", path);
    }
    if ((type[0] == 's') != u->is_signed) {
        const int z = (int)u->zero - (u->is_signed ? 128 : 0);
        char unit[64] = "";
        if (u->scale > 0) {
            snprintf(unit, sizeof unit, ", real = (value %c %d) * %.9g", z > 0 ? '-' : '+', abs(z), u->scale);
        }
        die("%s: the model takes %s, not %s%s", path, u->is_signed ? "s8" : "u8", u->is_signed ? "u8" : "s8", unit);
    }
}

/* the array of an .npy file whose rows are inputs of n_in values; *n out: how many */
static npy read_npy(const char *path, const uint8_t *p, size_t len, uint32_t n_in, uint32_t *n)
{
    npy a;
    const char *why = npy_parse(&a, p, len);
    if (why != NULL) { die("%s: %s", path, why); }
    if (a.dims < 1 || a.count % n_in != 0 || (a.dims > 1 && a.count / a.shape[0] != n_in)) {
        die("%s: its shape does not hold inputs of %lu values, one behind the other: it has %lu values in %lu row%s",
            path, (unsigned long)n_in, (unsigned long)a.count, (unsigned long)(a.dims > 0 ? a.shape[0] : 1U),
            a.dims > 0 && a.shape[0] > 1 ? "s" : "");
    }
    *n = (uint32_t)(a.count / n_in);
    return a;
}

/* lowest and highest value of an array of reals, which must be finite */
static void npy_range(const npy *a, const char *path, double *lo, double *hi)
{
    uint64_t i;
    *lo = *hi = 0;
    for (i = 0; i < a->count; i++) {
        const double v = npy_value(a, i);
        if (!isfinite(v)) { die("%s: holds NaN or infinity", path); }
        *lo = v < *lo ? v : *lo;
        *hi = v > *hi ? v : *hi;
    }
}

/* bytes of the model's type from an array; says how many values were beyond what a byte can hold */
static uint8_t *npy_inputs(const npy *a, const char *path, const input_unit *u)
{
    uint8_t *x = (uint8_t *)malloc((size_t)a->count);
    uint64_t i, beyond = 0;
    double lo, hi;
    if (x == NULL) { die("%s: out of memory", path); }
    if (a->kind != 'f' && (a->kind == 'i') != u->is_signed) {
        die("%s: the model takes %s", path, u->is_signed ? "int8" : "uint8");
    }
    if (a->kind == 'f') {
        if (!(u->scale > 0)) { die("%s: real values, but what the model's inputs stand for is not known", path); }
        npy_range(a, path, &lo, &hi);
    }
    for (i = 0; i < a->count; i++) {
        double v = npy_value(a, npy_place(a, i));
        if (a->kind == 'f') {
            v = floor(v / u->scale + 0.5) + u->zero;
            beyond += v < 0 || v > 255;
            v = v < 0 ? 0 : v > 255 ? 255 : v;
            x[i] = (uint8_t)((unsigned)v ^ (u->is_signed ? 0x80U : 0U));
        } else {
            x[i] = (uint8_t)(int)v;
        }
    }
    if (beyond > 0) {
        warn("%s: %.2g %% of the values are beyond what the input scale and zero can hold", path,
             100.0 * (double)beyond / (double)a->count);
    }
    return x;
}

/* inputs of n_in bytes as the model takes them; *n out: how many */
static uint8_t *read_samples(const char *path, const char *type, uint32_t n_in, const input_unit *u, uint32_t *n)
{
    size_t len;
    uint8_t *p, *x;
    npy a;
    if (!is_npy(path)) { check_type(path, type, u); }
    p = read_file(path, &len);
    if (is_npy(path)) {
        a = read_npy(path, p, len, n_in, n);
        x = npy_inputs(&a, path, u);
        free(p);
        return x;
    }
    if (len >= 6 && memcmp(p, "\x93NUMPY", 6) == 0) { die("%s: is a NumPy array: name it .npy", path); }
    if (len == 0 || len % n_in != 0 || len / n_in > 0xFFFFFFF) {
        die("%s: %lu bytes are not whole inputs of %lu%s", path, (unsigned long)len, (unsigned long)n_in,
            looks_like(p, len, ""));
    }
    *n = (uint32_t)(len / n_in);
    return p;
}

static void need_inputs(const char *path, uint32_t n, uint32_t least)
{
    if (n >= least) { return; }
    die("%s: too few inputs: it has %lu, and %lu are the least", path, (unsigned long)n, (unsigned long)least);
}

static input_unit unit_of(const sucref_model *m)
{
    sucref_scales s;
    sucref_tensor first;
    input_unit u;
    sucref_model_scales(&s, m);
    sucref_model_tensor(&first, m, 0);
    u.scale = ldexp(s.input.multiplier, s.input.exponent - 31);
    u.zero = first.zero;
    u.is_signed = m->input_type == SUCREF_INPUT_S8;
    return u;
}
#endif
