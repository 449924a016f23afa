/* test.h - a small harness. A test is a function that returns nothing and uses CHECK; main starts with test_init, runs
 * its tests with RUN and returns test_report, which prints `name: N passed, N failed, N skipped`.
 *
 *   test_net [SEED] [-v] [--list]      -v says `ok  <sentence>` of what passes; --list prints the sentences only
 *
 * Every test starts from the seed (1), which is printed on failure. Files go to $TEST_DIR (build). */
#ifndef SUCREF_TEST_H
#define SUCREF_TEST_H
#include "rnd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_passed, test_failed, test_skipped, test_bad, test_shown, test_telling, test_listing;
static uint32_t test_seed = 1;

#define CHECK(cond)                                                                                                    \
    do {                                                                                                               \
        if (!(cond)) {                                                                                                 \
            test_bad++;                                                                                                \
            if (test_shown++ < 20) { printf("  %s:%d: %s\n", __FILE__, __LINE__, #cond); }                             \
        }                                                                                                              \
    } while (0)

#define RUN(sentence, fn)                                                                                              \
    do {                                                                                                               \
        if (test_listing) { printf("%s\n", sentence); break; }                                                         \
        test_bad = 0;                                                                                                  \
        test_state = test_seed * 2654435761U | 1U;                                                                     \
        (void)rnd();                                                                                                   \
        fn();                                                                                                          \
        if (test_bad) { printf("FAIL %s (%d checks, seed %lu)\n", sentence, test_bad, (unsigned long)test_seed); }     \
        if (test_telling && !test_bad) { printf("ok  %s\n", sentence); }                                               \
        test_passed += !test_bad;                                                                                      \
        test_failed += test_bad != 0;                                                                                  \
    } while (0)

#define SKIP(why)                                                                                                      \
    do {                                                                                                               \
        printf("skipped: %s\n", why);                                                                                  \
        test_skipped++;                                                                                                \
    } while (0)

static inline void test_init(int argc, char **argv)
{
    int i;
    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) { test_telling = 1; }
        else if (strcmp(argv[i], "--list") == 0) { test_listing = 1; }
        else { test_seed = (uint32_t)strtoul(argv[i], NULL, 10); }
    }
}

/* a file of the tests' own, till the next call */
static inline const char *test_path(const char *name)
{
    static char path[512];
    const char *dir = getenv("TEST_DIR");
    snprintf(path, sizeof path, "%s/%s", dir ? dir : "build", name);
    return path;
}

static inline int test_report(const char *name)
{
    if (test_listing) { return 0; }
    printf("%s: %d passed, %d failed, %d skipped\n", name, test_passed, test_failed, test_skipped);
    return test_failed != 0;
}
#endif
