# lib.sh - to be sourced, from the top of the tree: the caller's compiler and flags, counts and the closing line.
# shellcheck shell=sh disable=SC2034,SC2154
CC=${CC:-cc}; CXX=${CXX:-c++}; CPPFLAGS=${CPPFLAGS:-}; CFLAGS=${CFLAGS:--O2}; CXXFLAGS=${CXXFLAGS:-$CFLAGS}
LDFLAGS=${LDFLAGS:-}; LDLIBS=${LDLIBS:--lm}
C="$CC -std=c99 $CPPFLAGS $CFLAGS $LDFLAGS" # $C SOURCES -o PROGRAM $LDLIBS
passed=0; failed=0; skipped=0

have() { command -v "$1" >/dev/null 2>&1; }
pass() { passed=$((passed + 1)); echo "ok   $*"; }
fail() { failed=$((failed + 1)); echo "FAIL $*"; }
skip() { # why and what to install, how many tests it was
    skipped=$((skipped + ${2:-1})); echo "skipped: $1"
}
words() { echo $#; }
total() { # N passed, N failed[, N skipped]; false when something failed
    if [ $skipped = 0 ]; then echo "$passed passed, $failed failed"
    else echo "$passed passed, $failed failed, $skipped skipped"; fi
    [ $failed = 0 ]
}
report() { # name: as a test program ends
    echo "$1: $passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
runs() { # in the folder $d: compiler and flags: does it make programs that include a header of the C library?
    printf '#include <math.h>\nint main(void) { return 0; }\n' >"$d/probe.c"
    "$@" "$d/probe.c" -o "$d/probe" 2>/dev/null
}
CLANG="Debian: clang libclang-rt-14-dev"
I386="Debian: gcc-multilib, or gcc-12-multilib beside cross compilers"
