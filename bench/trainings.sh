#!/bin/sh
# trainings.sh DIR - the trainings of [AB]'s networks that trainings.txt lists, to DIR/trainings.csv (hours
# of one core; those that are there are kept, one that was stopped is taken up after its last epoch), and more of
# distributed source coding, to DIR/planes.csv (five minutes); both are committed beside this script
set -u
d=$1; mkdir -p "$d"
./build/published "$d" --train bench/trainings.txt || exit 2
[ -f "$d/planes.csv" ] || ./build/published "$d" --planes
