#!/usr/bin/env bash
# Installs a package into a bare Debian and starts it from its menu entry on a virtual screen.
# Usage, as root: packaging/try-deb.sh target/debian/limner_*.deb OUT.png
# Needs debootstrap and a Debian mirror (MIRROR; SUITE is bookworm). Fails unless Fruit is found and a picture shows.
set -euo pipefail

deb=$(realpath "$1")
out=$(realpath -m "$2")
suite=${SUITE:-bookworm}
mirror=${MIRROR:-http://deb.debian.org/debian}
root=$(mktemp -d)/root
clean() {
  umount -l "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$(dirname "$root")"
}
trap clean EXIT

debootstrap --variant=minbase "$suite" "$root" "$mirror" >/dev/null
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
[[ -d /etc/apt/apt.conf.d ]] && cp -n /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp "$deb" "$root/limner.deb"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }

inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /limner.deb >/dev/null
echo 'installed with what the package itself asks for:'
inside dpkg -s limner | sed -n '/^Version\|^Status\|^Depends/p'
inside limner doctor
inside limner models list | grep -i fruit

# Only for looking at it.
inside apt-get install -y -qq --no-install-recommends xvfb x11-apps imagemagick >/dev/null
exec_line=$(sed -n 's/^Exec=\([^ ]*\).*/\1/p' "$root/usr/share/applications/limner.desktop")
inside mkdir -p /tmp/run
inside sh -c "Xvfb :77 -screen 0 1280x800x24 >/dev/null 2>&1 & echo \$! >/tmp/run/xvfb
  sleep 2
  DISPLAY=:77 XDG_RUNTIME_DIR=/tmp/run $exec_line >/tmp/run/log 2>&1 & echo \$! >/tmp/run/limner"
for _ in $(seq 60); do
  sleep 2
  inside sh -c 'kill -0 $(cat /tmp/run/limner)' || { cat "$root/tmp/run/log"; exit 1; }
  inside sh -c 'DISPLAY=:77 xwd -root -silent | convert xwd:- /tmp/run/screen.png'
  colours=$(inside identify -format '%k' /tmp/run/screen.png)
  ((colours > 3000)) && break
done
cp "$root/tmp/run/screen.png" "$out"
inside sh -c 'kill $(cat /tmp/run/limner) $(cat /tmp/run/xvfb)' || true
echo "$out: $colours colours"
((colours > 3000))
