#!/usr/bin/env bash
# Grow on the single-picture test set: time, Fréchet distance in VGG-19's relu2_1, variety over five seeds, share of
# patches whose neighbours come from beside them. usage: benches/grow.sh PYTHON [GPNN]
# PYTHON: an interpreter with PyTorch, SciPy and Pillow. GPNN: a checkout of the public PyTorch code
# (ariel415el/Efficient-GPNN), to be timed beside ours on the first picture, one round of ten.
set -eu
cd "$(dirname "$0")/.."
shared=../shared/eval
[ -d $shared/one_picture ] || { echo "there is no $shared/one_picture here; this needs the shared data"; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cargo bench --bench grow -- --pictures $shared/one_picture/Places50 --out "$out"
"$1" $shared/single_picture.py $shared/one_picture/Places50 "$out"/seed-*
cargo bench --bench grow -- --picture $shared/one_picture/Places50/1.jpg
[ $# -lt 2 ] || "$1" benches/gpnn.py "$2" $shared/one_picture/Places50/1.jpg
