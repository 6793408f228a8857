#!/bin/sh
# Builds the program `hearth` and replays its built-in workload: a hot tier too small for it, and a disk that is slowed down
# so far that some blocks are given up, but not so far that nothing reaches it. The table shows what comes of that: hits
# from both tiers, and an account of every block that was not written. The numbers differ with the machine.
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
