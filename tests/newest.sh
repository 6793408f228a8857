#!/bin/sh
# Compiles every .cpp file with the newest compiler and Catch2 of a Debian release: today g++ 14 and Catch2 3 of Debian 13.
# It links nothing, so it takes minutes; tests/compile_alone.py does the work and describes the options.
# Works in a root of that release, which is made once (2 GB) and kept: in HEARTH_NEWEST_ROOT, or in build-newest/.
# Ends with "N passed, N failed", counted in files. Needs root; without root it fails with CI=true, and is skipped otherwise.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"
# shellcheck source=tests/roots.sh
. "$root/tests/roots.sh"

release=trixie
newest=${HEARTH_NEWEST_ROOT:-$root/build-newest}
closing='0 passed, 1 failed'
opened=false
trap 'status=$?; ! $opened || close_root "$newest"; echo "$closing"; exit "$status"' EXIT

# without REASON: fails or skips, because there is no root to compile in.
without() {
  echo "tests/newest.sh compiles in a root of Debian $release: $1"
  [ "${CI:-}" = true ] && exit 1
  closing='0 passed, 0 failed'
  echo 'skipped'
  exit 0
}

# shellcheck disable=SC2317 # called by step
copy_tree() {
  rm -rf --one-file-system "${newest:?}/srv/hearth" && mkdir "$newest/srv/hearth" &&
    tar -C "$root" --exclude=./.git --exclude='./build*' -c . | tar -C "$newest/srv/hearth" -x
}

[ "$(id -u)" -eq 0 ] || without "run it as root (the user is $(id -un))"
if [ ! -d "$newest" ]; then
  install_packages debootstrap || without 'debootstrap could not be installed'
  step "making a root of $release" newest-root make_root "$release" "$newest" || without 'it could not be made, see above'
fi
opened=true
mountpoint -q "$newest/dev" && opened=false # another run uses the root, and will close it
open_root "$newest"
step 'copying the tree' newest-copy copy_tree
# Additional packages: for the peers of the benchmarks.
step 'installing what is missing in there' newest-install in_root "$newest" /srv/hearth \
  sh tests/install.sh librocksdb-dev liblmdb-dev libhiredis-dev
in_root "$newest" /srv/hearth g++ --version | head -n 1
status=0
in_root "$newest" /srv/hearth python3 tests/compile_alone.py tree g++ --param=ggc-min-heapsize=524288 >"$logs/newest.log" 2>&1 || status=$?
sed '$d' "$logs/newest.log" | tail -n 200
closing=$(tail -n 1 "$logs/newest.log")
exit "$status"
