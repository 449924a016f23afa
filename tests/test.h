/* test.h - a small harness. A test is a function that returns nothing and uses CHECK; main runs them with RUN and ends
 * with REPORT, which prints `N passed, N failed[, N skipped]`.
 * Every test starts from the seed that it prints on failure. */
#ifndef SUCREF_TEST_H
#define SUCREF_TEST_H
#include "rnd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_passed, test_failed, test_skipped, test_bad, test_shown;
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
        test_bad = 0;                                                                                                  \
        test_state = test_seed * 2654435761U | 1U;                                                                     \
        (void)rnd();                                                                                                   \
        fn();                                                                                                          \
        if (test_bad) { printf("FAIL %s (%d checks, seed %lu)\n", sentence, test_bad, (unsigned long)test_seed); }     \
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
    if (argc > 1) { test_seed = (uint32_t)strtoul(argv[1], NULL, 10); }
}

static inline int test_report(const char *name)
{
    printf("%s: %d passed, %d failed, %d skipped\n", name, test_passed, test_failed, test_skipped);
    return test_failed != 0;
}
#endif
