#!/bin/sh
# mpi.sh - the devices of examples/cluster as MPI ranks, one of which is killed
# shellcheck disable=SC2086 # flags are several words
set -u
# shellcheck source=tests/lib.sh
. tests/lib.sh
d=build/mpi; mkdir -p $d
have mpicc || { skip "mpi (Debian: openmpi-bin libopenmpi-dev)"; total; exit; }
OMPI_CC=$CC mpicc -std=c99 -Wall -Wextra -Werror $CPPFLAGS $CFLAGS $LDFLAGS -o $d/mpi examples/cluster/mpi.c \
    $LDLIBS || exit 1
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 timeout 60 mpirun --oversubscribe --enable-recovery -n 6 \
    ./$d/mpi >$d/out 2>$d/err
cat $d/out
if grep -q ': 60 exact at the last stop' $d/out; then passed=1; else failed=1; tail -n 3 $d/err; fi
total
