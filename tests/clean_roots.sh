#!/bin/sh
# What a newcomer does, on bare Debian 12 and 13: each a fresh root with nothing in it but what debootstrap puts there, and
# the last commit of this repository. Runs the two commands of the front page in there. Needs root, and about 4 GB in
# HEARTH_ROOTS (build-roots/ by default), which are given back.
# Closes with "N passed, N failed" in commands.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

roots=${HEARTH_ROOTS:-$root/build-roots}
passed=0 failed=0
closing='0 passed, 1 failed'

# leave NAME: takes the root away, mounts first.
leave() {
  for place in proc dev; do
    ! mountpoint -q "$roots/$1/$place" || umount -l "$roots/$1/$place"
  done
  rm -rf "${roots:?}/$1"
}
trap 'status=$?; for name in bookworm trixie; do leave "$name"; done; echo "$closing"; exit "$status"' EXIT

# shellcheck disable=SC2317 # called by step
enter() {
  mkdir -p "$roots"
  debootstrap --variant=minbase "$1" "$roots/$1"
  # How this machine reaches its package servers.
  cp /etc/resolv.conf "$roots/$1/etc/resolv.conf"
  for file in /etc/apt/apt.conf.d/*; do
    ! grep -qi 'proxy\|Acquire' "$file" || cp "$file" "$roots/$1/etc/apt/apt.conf.d/"
  done
  mkdir "$roots/$1/hearth"
  git -C "$root" archive HEAD | tar -x -C "$roots/$1/hearth"
  mount -t proc proc "$roots/$1/proc"
  mount --rbind /dev "$roots/$1/dev"
  mount --make-rslave "$roots/$1/dev"
}

# shellcheck disable=SC2317 # called by step
in_root() { chroot "$roots/$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true sh -c "cd /hearth && sh tests/$2"; }

install_packages debootstrap
for name in bookworm trixie; do
  leave "$name"
  step "making a root of $name" "root-$name" enter "$name"
  for command in demo.sh run.sh; do
    if step "$name: sh tests/$command" "$command-$name" in_root "$name" "$command"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
  tail -n 1 "$logs/run.sh-$name.log"
  closing="$passed passed, $failed failed"
  leave "$name"
done
[ "$failed" -eq 0 ]
