/* library.h - the library as tests see it: with its bodies, or, where TEST_LIBRARY is defined, for one compiled apart
 * (library.c) */
#ifndef SUCREF_TESTS_LIBRARY_H
#define SUCREF_TESTS_LIBRARY_H
#include "test.h"
#define SUCREF_HOST
#ifndef TEST_LIBRARY
#  define SUCREF_IMPLEMENTATION
#  define SUCREF_ASSERT(cond) CHECK(cond)
#endif
#include "../sucref.h"
#endif
