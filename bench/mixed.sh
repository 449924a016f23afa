#!/bin/sh
# mixed.sh DIR - trains the codes across inputs of [CIC] Table 2 and what stands beside them in DIR (those that are
# there are kept, those that were stopped are taken up again), and DIR/paper.csv with their rows. The encoder of
# convolutions is smaller and trained for less long than print's (mixed.c says so in its row), which takes hours
set -u
d=$1; t=./build/train_mixed; mkdir -p "$d"
code() { # name, worker, options
    name=$1; worker=$2; shift 2
    if [ -f "$d/${name}_omega.npz" ] && [ ! -f "$d/$name.part" ]; then return; fi
    $t "$worker" "$d/$name" "$@" || exit 2
}
code centralised centralised
code linear linear
code basic basic
code shared shared
code conv basic --encoder conv --width 24 --pairs 16 --falling --epochs 7
./build/published "$d" --mixed "$d"
