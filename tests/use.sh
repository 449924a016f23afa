#!/bin/sh
# use.sh - the ways to use the header: declarations only, one implementation, private copies, from C++
# shellcheck disable=SC2086 # flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/use; mkdir -p $d
ok() { # sentence, command
    if [ -n "${LIST:-}" ]; then echo "use: $1"; return; fi
    if sh -c "$2" >$d/log 2>&1; then passed=$((passed + 1)); else fail "$1"; head -n 3 $d/log; fi
}
cat >$d/one.c <<'E'
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
E
cat >$d/two.c <<'E'
#include "../../sucref.h"
#include "../../sucref.h"
int main(void) { const int32_t z[2] = { 1, 2 }; return sucref_argmax(z, 2) == 1 && SUCREF_VERSION >= 100 ? 0 : 1; }
E
cat >$d/static.c <<'E'
#define SUCREF_STATIC
#include "../../sucref.h"
int NAME(void); int NAME(void) { const int32_t z[2] = { 1, 2 }; return (int)sucref_argmax(z, 2); }
E
cat >$d/statics.c <<'E'
int first(void); int second(void);
int main(void) { return first() == 1 && second() == 1 ? 0 : 1; }
E
ok "one implementation, used from another file" "$C $d/one.c $d/two.c -o $d/a $LDLIBS && $d/a"
ok "private copies in two files" "$C -DNAME=first -c $d/static.c -o $d/1.o && $C -DNAME=second -c $d/static.c \
    -o $d/2.o && $C $d/statics.c $d/1.o $d/2.o -o $d/b $LDLIBS && $d/b"
ok "files that stay readable, without the checks of opening" \
    "$C -DSUCREF_NO_CHECKS tests/test_compat.c -o $d/f $LDLIBS && $d/f"
ok "without texts" "$C -DSUCREF_NO_STATUS_TEXT $d/one.c $d/two.c -o $d/c $LDLIBS && $d/c"
if have $CXX; then
    CC11="$CXX -std=c++11 $CPPFLAGS $CXXFLAGS $LDFLAGS"
    cp $d/one.c $d/one.cpp; cp $d/two.c $d/two.cpp
    ok "from C++11" "$CC11 -DSUCREF_HOST $d/one.cpp $d/two.cpp -o $d/d $LDLIBS && $d/d"
    ok "C++ over a C implementation" "$C -c $d/one.c -o $d/3.o && $CC11 $d/two.cpp $d/3.o -o $d/e $LDLIBS && $d/e"
else skip "no C++ compiler (Debian: g++)" 2; fi
[ -n "${LIST:-}" ] || report use
