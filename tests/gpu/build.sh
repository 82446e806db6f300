#!/usr/bin/env bash
# Builds Limner for NVIDIA cards, on a machine that needs no card and no CUDA: compiler and libraries come
# as packages from PyPI (about 2 GB). The binaries come to lie in target/gpu.
#
#   tests/gpu/build.sh [CAPABILITY]     80 (the default) runs on Ampere and everything newer, 75 on Turing
set -euo pipefail
cd "$(dirname "$0")/../.."

capability=${1:-80}
# Also where several checkouts share one.
kit=$(realpath -m target/cuda-kit)
root=$kit/nvidia/cu13

if [[ ! -x $root/bin/nvcc ]]; then
  python3 -m pip install --quiet --target "$kit" \
    nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85 \
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-nvrtc==13.0.88 nvidia-curand==10.4.0.35 nvidia-cublas==13.1.2.11 \
    nvidia-cudnn-cu13==9.28.1.4
  chmod +x "$root"/bin/* "$root"/nvvm/bin/*
fi
# The packages carry numbered libraries; the linker looks for plain names. The driver's own library is in no
# package: an empty one with the names that cudarc calls satisfies the linker, the real one is there on a machine with a card.
lib=$kit/link
mkdir -p "$lib"
for file in "$root"/lib/*.so.* "$kit"/nvidia/cudnn/lib/*.so.*; do
  name=$(basename "$file")
  ln -sf "$file" "$lib/${name%%.so.*}.so"
done
ln -sfn lib "$root/lib64"
cargo fetch --locked
cudarc=$(cargo metadata --locked --features cuda --format-version 1 |
  python3 -c 'import json,sys; print(next(p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == "cudarc"))')
grep -rhoE 'fn cu[A-Z][A-Za-z0-9_]*' "${cudarc%/*}/src/driver/sys" | sort -u | sed 's/^fn \(.*\)/void \1(void) {}/' |
  gcc -shared -x c - -Wl,-soname,libcuda.so.1 -o "$lib/libcuda.so"

export PATH=$root/bin:$PATH CUDA_HOME=$root CUDA_PATH=$root CUDA_ROOT=$root CUDA_TOOLKIT_ROOT_DIR=$root
export CUDA_COMPUTE_CAP=$capability CUDARC_CUDA_VERSION=13000 LIBRARY_PATH=$lib
# The dependencies of daily work, Limner itself with all its speed.
export CARGO_PROFILE_DEV_OPT_LEVEL=3
mkdir -p target/gpu
# Each program by what cargo says of it: it may build elsewhere (CARGO_TARGET_DIR).
built() { python3 -c 'import json,sys; print([m["executable"] for m in map(json.loads, sys.stdin) if m.get("executable")][-1])'; }
cp "$(cargo build --locked --features cuda --bin limner --message-format json | built)" target/gpu/limner
cp "$(cargo test --locked --features cuda --test gpu --no-run --message-format json | built)" target/gpu/tests
cp "$(cargo bench --locked --features cuda --bench networks --profile dev --no-run --message-format json | built)" target/gpu/networks
strip target/gpu/*
