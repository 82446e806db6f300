#!/bin/sh
# The tests of the kernels under AddressSanitizer: every access of theirs is checked, the innermost
# loop's in its form without assembly (`limner_checked`). x86-64 Linux; needs no nightly compiler.
# Arguments go to the test programs.
set -eu
cd "$(dirname "$0")"
cp ../../Cargo.lock Cargo.lock
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=address --cfg limner_checked"
export ASAN_OPTIONS="detect_leaks=0"
exec cargo test --target x86_64-unknown-linux-gnu --target-dir ../../target/sanitized "$@"
