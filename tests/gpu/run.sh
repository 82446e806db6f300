#!/usr/bin/env bash
# On a machine with an NVIDIA card: checks every operator, network and job against the processor, then times the
# networks against PyTorch on the same card. Needs what tests/gpu/build.sh made, and a Python with PyTorch.
#
#   tests/gpu/run.sh [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:-python3}
# CUDA's libraries as PyTorch brings them, where the system has none.
libraries=$("$python" - <<'PY'
import glob, os, site
roots = [*site.getsitepackages(), site.getusersitepackages()]
print(":".join(sorted({os.path.dirname(f) for r in roots for f in glob.glob(r + "/nvidia/**/lib/*.so*", recursive=True)})))
PY
)
export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
target/gpu/limner doctor --device cuda
target/gpu/tests --test-threads 1 --nocapture
target/gpu/networks --device cuda --python "$python"
