#!/bin/sh
# mutants.sh - how many of MAX changed headers the tests notice; ROOM names one room of the header
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
have python3 || { skip "mutants (Debian: python3)"; total; exit; }
exec python3 tests/mutants.py "${MAX:-300}" "${ROOM:-}"
