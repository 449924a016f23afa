/* names.h - the names that quantize and import give a model's outputs (labels.h is how they lie in the file). */
#ifndef SUCREF_TOOL_NAMES_H
#define SUCREF_TOOL_NAMES_H
#include "tool.h"

/* names of the outputs from a text, or refused with what it looks like */
static void names_of_file(labels *l, const char *path, uint32_t n_out)
{
    size_t n;
    uint8_t *p = read_file(path, &n);
    const char *why = labels_of_lines(l, p, n, n_out);
    if (why != NULL && (!looks_like_text(p, n) || looks_by_magic(p, n) != NULL)) {
        const char *is = looks_like(p, n, "");
        die("%s: %s%s; --names is a text, a line for each output (classes of samples are --labels of evaluate)", path,
            why, is[0] != 0 ? is : "; it is no text");
    }
    if (why != NULL) { die("%s: %s", path, why); }
    free(p);
}

/* names of the outputs: of --names, or of the archive behind a .tflite's bytes (NULL: there is none) */
static void name_outputs(const args *a, uint8_t **model, uint32_t *len, const uint8_t *file, size_t file_len)
{
    char name[64] = "";
    sucref_model m;
    labels l;
    memset(&l, 0, sizeof l);
    if (sucref_model_open(&m, *model, *len, NULL) != SUCREF_OK) { die("internal error"); }
    if (a->names != NULL) {
        names_of_file(&l, a->names, m.n_out);
    } else if (file != NULL) {
        labels_of_archive(&l, name, file, file_len, m.n_out);
        if (l.text != NULL) { printf("%s: %s in it names the outputs\n", a->in, name); }
        if (l.text == NULL && l.why[0] != 0) {
            warn("%s: %s in it %s; the outputs stay without names (--names takes them from a file)", a->in, name,
                 l.why);
        }
    }
    if (!labels_add(model, len, &l)) { die("out of memory"); }
    free(l.text);
}
#endif
