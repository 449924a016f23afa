# use.sh - the ways to use the header: declarations only, one implementation, private copies, from C++
CC=${CC:-cc}; CXX=${CXX:-c++}; passed=0; failed=0; skipped=0
d=build/use; mkdir -p $d
ok() { if sh -c "$2" >$d/log 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; head -n 3 $d/log; fi; }
cat >$d/one.c <<'X'
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
#define SUCREF_IMPLEMENTATION
#include "../../sucref.h"
X
cat >$d/two.c <<'X'
#include "../../sucref.h"
#include "../../sucref.h"
int main(void) { return sucref_status_text(0) != 0 && SUCREF_VERSION >= 100 ? 0 : 1; }
X
cat >$d/static.c <<'X'
#define SUCREF_STATIC
#include "../../sucref.h"
int NAME(void); int NAME(void) { return (int)SUCREF_VERSION + (sucref_status_text(0) != 0); }
X
cat >$d/statics.c <<'X'
int first(void); int second(void);
int main(void) { return first() == 8 && second() == 8 ? 0 : 1; }
X
ok "one implementation, used from another file" "$CC -std=c99 $d/one.c $d/two.c -o $d/a && $d/a"
ok "private copies in two files" "$CC -std=c99 -DNAME=first -c $d/static.c -o $d/1.o && $CC -std=c99 -DNAME=second -c $d/static.c -o $d/2.o && $CC -std=c99 $d/statics.c $d/1.o $d/2.o -o $d/b && $d/b"
ok "without texts" "$CC -std=c99 -DSUCREF_NO_STATUS_TEXT $d/one.c $d/two.c -o $d/c && $d/c"
if command -v $CXX >/dev/null 2>&1; then
    cp $d/one.c $d/one.cpp; cp $d/two.c $d/two.cpp
    ok "from C++11" "$CXX -std=c++11 -DSUCREF_HOST $d/one.cpp $d/two.cpp -o $d/d && $d/d"
    ok "C++ over a C implementation" "$CC -std=c99 -c $d/one.c -o $d/1.o && $CXX -std=c++11 $d/two.cpp $d/1.o -o $d/e && $d/e"
else echo "skipped: no C++ compiler (Debian: g++)"; skipped=2; fi
echo "use: $passed passed, $failed failed, $skipped skipped"
