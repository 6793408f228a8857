#!/bin/sh
# Runs the two commands of the front page on bare Debian 12 and 13: each in a fresh root with the packages of debootstrap and
# the last commit of this repository, and nothing else. Needs root (the user), and about 4 GB in HEARTH_ROOTS (build-roots/ by
# default), freed at the end.
# Ends with "N passed, N failed", counted in commands.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"
# shellcheck source=tests/roots.sh
. "$root/tests/roots.sh"

roots=${HEARTH_ROOTS:-$root/build-roots}
passed=0 failed=0
closing='0 passed, 1 failed'

# remove NAME
remove() { close_root "$roots/$1" && rm -rf --one-file-system "${roots:?}/$1"; }
trap 'status=$?; for name in bookworm trixie; do remove "$name"; done; echo "$closing"; exit "$status"' EXIT

# shellcheck disable=SC2317 # called by step
enter() {
  make_root "$1" "$roots/$1" || return
  mkdir "$roots/$1/hearth"
  git -C "$root" archive HEAD | tar -x -C "$roots/$1/hearth"
  open_root "$roots/$1"
}

install_packages debootstrap
for name in bookworm trixie; do
  remove "$name"
  step "making a root of $name" "root-$name" enter "$name"
  for command in demo.sh run.sh; do
    if step "$name: sh tests/$command" "$command-$name" in_root "$roots/$name" /hearth sh "tests/$command"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
  tail -n 1 "$logs/run.sh-$name.log"
  closing="$passed passed, $failed failed"
  remove "$name"
done
[ "$failed" -eq 0 ]
