/* library.c - the library's bodies, compiled once for all test programs of the same switches: nothing else takes as
 * long to compile. An assertion that does not hold ends the program. */
#include <stdio.h>
#include <stdlib.h>
static inline void library_fails(const char *cond, int line)
{
    printf("sucref.h:%d: %s does not hold\n", line, cond);
    abort();
}
#define SUCREF_HOST
#define SUCREF_IMPLEMENTATION
#define SUCREF_ASSERT(cond) ((cond) ? (void)0 : library_fails(#cond, __LINE__))
#include "../sucref.h"
