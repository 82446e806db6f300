#!/usr/bin/env bash
# Builds the Debian package: target/debian/limner_*.deb. A release build from scratch, 15 to 20 minutes on two cores.
# Needs cargo-deb (cargo install cargo-deb --locked).
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-deb >/dev/null || { echo 'cargo-deb is missing: cargo install cargo-deb --locked' >&2; exit 1; }

# Messages of crates name their source files; those of this machine are nobody's business. The target folder stays
# apart, because other flags would make cargo build everything anew for the next `cargo run --release`.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)
remap=("$cargo_home/registry/src=crates" "$sysroot=rust" "$PWD=.")
export RUSTFLAGS="${RUSTFLAGS:-}" CFLAGS="${CFLAGS:-}" CXXFLAGS="${CXXFLAGS:-}"
for pair in "${remap[@]}"; do
  RUSTFLAGS+=" --remap-path-prefix=$pair"
  CFLAGS+=" -ffile-prefix-map=$pair"
  CXXFLAGS+=" -ffile-prefix-map=$pair"
done
target=${LIMNER_PACKAGE_TARGET:-target/package}
CARGO_TARGET_DIR=$target cargo build --release --locked --bin limner
if grep -qaF "$PWD" "$target/release/limner" || grep -qaF "$cargo_home" "$target/release/limner"; then
  echo 'the program names folders of this machine' >&2
  exit 1
fi
# cargo-deb keeps its results under the target folder that cargo tells it.
CARGO_TARGET_DIR=$target cargo deb --no-build --locked --output target/debian/
ls -l target/debian/*.deb
