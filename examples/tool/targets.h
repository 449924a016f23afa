/* targets.h - what evaluate compares outputs with: a class for each sample (--labels), or real values (--targets). */
#ifndef SUCREF_TOOL_TARGETS_H
#define SUCREF_TOOL_TARGETS_H
#include "samples.h"

/* what is wrong with so many labels for n samples, or with what they are */
static void no_labels(const char *path, const uint8_t *p, size_t len, size_t got, uint32_t n, uint32_t classes)
{
    const char *is = is_npy(path) ? "" : looks_like(p, len, "");
    if (is_npy(path) && classes > 1 && got == (size_t)n * classes) {
        is = "; are they one-hot rows? --labels are their classes (numpy.argmax(y, 1)), --targets real values";
    }
    die("%s: %lu labels for %lu samples%s%s", path, (unsigned long)got, (unsigned long)n, is,
        is_npy(path) ? "" : "; --labels is a class for each sample, one byte each, or a .npy (names of the outputs are "
                            "--names of quantize and import)");
}

/* one class a sample: bytes, or an array of numbers */
static uint32_t *read_labels(const char *path, uint32_t n, uint32_t classes)
{
    size_t len;
    uint8_t *p = read_file(path, &len);
    uint32_t *label = (uint32_t *)malloc(n * sizeof *label), k;
    const char *why = NULL;
    npy a;
    memset(&a, 0, sizeof a);
    if (is_npy(path)) { why = npy_parse(&a, p, len); } else { a.count = len; }
    if (why != NULL) { die("%s: %s", path, why); }
    if (label == NULL) { die("out of memory"); }
    if (a.count != n) { no_labels(path, p, len, (size_t)a.count, n, classes); }
    for (k = 0; k < n; k++) {
        const double v = is_npy(path) ? npy_value(&a, npy_place(&a, k)) : p[k];
        if (!(v >= 0 && v < classes) || v != floor(v)) {
            die("%s: labels must be classes from 0 to %lu, not %g as of sample %lu%s%s", path,
                (unsigned long)classes - 1U, v, (unsigned long)k,
                is_npy(path) && a.kind == 'f' ? " (real values to compare outputs with are --targets of evaluate)" : "",
                is_npy(path) ? "" : looks_like(p, len, ": names of the outputs are --names of quantize and import"));
        }
        label[k] = (uint32_t)v;
    }
    free(p);
    return label;
}

/* real values: a row of n_out for each sample */
static double *read_targets(const char *path, uint32_t n, uint32_t n_out)
{
    double *target = (double *)malloc(((size_t)n * n_out + 1U) * sizeof *target), lo, hi;
    const char *why;
    uint8_t *p;
    size_t len, k;
    npy a;
    if (!is_npy(path)) {
        die("%s: --targets are real values in a .npy, a row of %lu for each sample", path, (unsigned long)n_out);
    }
    p = read_file(path, &len);
    why = npy_parse(&a, p, len);
    if (why != NULL) { die("%s: %s", path, why); }
    if (a.count != (uint64_t)n * n_out) {
        die("%s: %lu targets for %lu samples of %lu output%s", path, (unsigned long)a.count, (unsigned long)n,
            (unsigned long)n_out, n_out == 1 ? "" : "s");
    }
    npy_range(&a, path, &lo, &hi);
    if (target == NULL) { die("out of memory"); }
    for (k = 0; k < a.count; k++) { target[k] = npy_value(&a, npy_place(&a, k)); }
    free(p);
    return target;
}
#endif
