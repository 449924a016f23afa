#!/bin/sh
# widths.sh DIR - three trainings of each network nested in width and of the plain ones beside them, in DIR (six minutes
# on one core; those that are there are kept), and DIR/paper.csv, whose rows are means of the three
set -u
d=$1; w=./build/train_widths; mkdir -p "$d"
net() { # set, schedule, name, options
    [ -f "$d/$3_s3.npz" ] && return
    at=$3_s%d.npz; set_=$1; schedule=$2; shift 3
    $w "$set_" "$schedule" 1..3 "$d/$at" --teacher "$d/teacher_$set_.npz" "$@" || exit 2
}
net mnist 32x196,32x392,96x784 mnist --heads
net mnist 32x196,32x392,192x784/32,32,64 deep --heads
net mnist 128 plain
net fashion-mnist 32x196,32x392,96x784 fashion --heads --last labels
net fashion-mnist 128 fplain
./build/published "$d" "$d"
