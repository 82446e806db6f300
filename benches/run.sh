#!/bin/sh
# Runs the speed programs with all peers: makes a Python environment with the pinned packages once
# (in target/peers), then measures the convolutions, the networks, and the memory that photos take.
# Arguments go to all programs: `--quick` leaves out candle and PyTorch.
set -eu
cd "$(dirname "$0")/.."
venv=target/peers
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --requirement benches/requirements.txt
fi
python="$PWD/$venv/bin/python"
cargo bench --quiet --bench conv -- --python "$python" "$@"
cargo bench --quiet --bench networks -- --python "$python" "$@"
cargo bench --quiet --bench fine -- --python "$python"
cargo bench --quiet --bench learn -- --python "$python"
cargo bench --quiet --bench memory -- "$@"
