#!/bin/sh
# Builds the program `hearth` and replays its built-in workload: a hot tier too small for it, and a disk slowed down
# until the writer must give blocks up. The table shows what that does: cold hits, and every block that was not written.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

install_packages
configure build --buildtype=release
step 'building hearth' build-hearth ninja -C "$root/build" actors/host/hearth
"$root/build/actors/host/hearth" replay --requests 1500 --block-bytes 256KiB --hot 64MiB --cold 1GiB \
  --writer-queue-blocks 16 --drain-mib-per-s 300 --verify
