#!/usr/bin/env bash
# Lays out an AppDir (target/appimage/Limner.AppDir) from a release build and, where appimagetool is installed, makes
# target/appimage/Limner-VERSION-ARCH.AppImage of it. Usage: packaging/appimage.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-target/release/limner}
[[ -x $program ]] || { echo "$program isn't there: cargo build --release --locked" >&2; exit 1; }
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
out=target/appimage
dir=$out/Limner.AppDir
rm -rf "$dir"
install -D -m 755 "$program" "$dir/usr/bin/limner"
mkdir -p "$dir/usr/share/limner"
cp -r models "$dir/usr/share/limner/models"
install -D -m 644 packaging/limner.desktop "$dir/usr/share/applications/limner.desktop"
install -D -m 644 packaging/art.limner.Limner.metainfo.xml "$dir/usr/share/metainfo/art.limner.Limner.metainfo.xml"
install -D -m 644 assets/licences.txt "$dir/usr/share/doc/limner/licences.txt"
for side in 16 32 48 64 128 256 512; do
  install -D -m 644 "packaging/icons/$side.png" "$dir/usr/share/icons/hicolor/${side}x$side/apps/limner.png"
done
install -D -m 644 packaging/icons/limner.svg "$dir/usr/share/icons/hicolor/scalable/apps/limner.svg"
# What the format wants at the top. The program finds its models in ../share, seen from itself.
ln -s usr/bin/limner "$dir/AppRun"
ln -s usr/share/applications/limner.desktop "$dir/limner.desktop"
ln -s usr/share/icons/hicolor/256x256/apps/limner.png "$dir/limner.png"
ln -s limner.png "$dir/.DirIcon"

if command -v appimagetool >/dev/null; then
  ARCH=$(uname -m) appimagetool "$dir" "$out/Limner-$version-$(uname -m).AppImage"
else
  echo "$dir is laid out; appimagetool, which makes one file of it, isn't installed" >&2
fi
