#!/bin/sh
# Builds the program `hearth` and replays its built-in workload. The hot tier is too small for the workload, and the disk is
# slowed down, so that some blocks are dropped and others are written. The table shows the result: hits from both tiers, and
# the reason for every block that was not written. The numbers differ between machines.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

install_packages
configure build --buildtype=release "-Dwerror=$werror"
step 'building hearth' build-hearth ninja -C "$root/build" actors/host/program/hearth
echo 'The disk is slowed down on purpose: blocks have to be given up. The table says how many, why, and what was found.'
"$root/build/actors/host/program/hearth" replay --requests 1500 --block-bytes 256KiB --hot 64MiB --cold 1GiB \
  --writer-queue-blocks 16 --drain-mib-per-s 800 --verify
