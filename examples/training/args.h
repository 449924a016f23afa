/* args.h - the command line of the trainers that take two words and a few options: --seed N, --epochs N, --data DIR,
 * one option of two choices, perhaps a flag and other numbers. */
#ifndef SUCREF_EXAMPLES_ARGS_H
#define SUCREF_EXAMPLES_ARGS_H
#include <stdlib.h>
#include <string.h>

/* first the defaults; name: of other options that are numbers, or NULL */
typedef struct {
    const char *word[2], *choice, *data;
    int seed, epochs, flag;
    const char *name[2];
    int number[2];
} training_args;

/* a number of 0 to 99999, or -1 */
static inline int args_number(const char *text)
{
    char *end;
    const long n = strtol(text, &end, 10);
    return end == text || *end != 0 || n < 0 || n > 99999 ? -1 : (int)n;
}

/* one option; choice: its name and its two values. NULL, or what is wrong */
static inline const char *args_option(training_args *a, const char *name, const char *value, const char *const *choice)
{
    int *n = strcmp(name, "--seed") == 0 ? &a->seed : strcmp(name, "--epochs") == 0 ? &a->epochs : NULL, k;
    for (k = 0; k < 2; k++) { if (a->name[k] != NULL && strcmp(name, a->name[k]) == 0) { n = &a->number[k]; } }
    if (value == NULL) { return "needs a value"; }
    if (strcmp(name, choice[0]) == 0) {
        a->choice = value;
        return strcmp(value, choice[1]) == 0 || strcmp(value, choice[2]) == 0 ? NULL : "has no such choice";
    }
    if (strcmp(name, "--data") == 0) { a->data = value; return NULL; }
    if (n == NULL) { return "no such option"; }
    *n = args_number(value);
    return *n < 0 ? "is not such a number" : NULL;
}

/* flag: an option without a value, or NULL. Returns 0, 1 where what, why say what is wrong, -1 without two words */
static inline int args_read(training_args *a, int argc, char **argv, const char *const *choice, const char *flag,
                            const char **what, const char **why)
{
    int k, n = 0;
    for (k = 1; k < argc; k++) {
        *what = argv[k];
        if (flag != NULL && strcmp(argv[k], flag) == 0) { a->flag = 1; }
        else if (argv[k][0] == '-') {
            *why = args_option(a, argv[k], k + 1 < argc ? argv[k + 1] : NULL, choice);
            if (*why != NULL) { return 1; }
            k++;
        } else if (n < 2) { a->word[n++] = argv[k]; }
        else { return -1; }
    }
    return n == 2 ? 0 : -1;
}
#endif
