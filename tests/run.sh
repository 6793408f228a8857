#!/bin/sh
# The demo, then every test. Ends with "N passed, N failed", counted in test cases. With CI=true a warning is an error.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

closing='0 passed, 1 failed' # printed if the script ends before it counts
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

install_packages
sh "$root/tests/demo.sh"
step 'building the tests' build-tests ninja -C "$root/build"
test_in build || true # count.py counts the failures
status=0
closing=$(python3 "$root/tests/count.py" "$root/build") || status=$?
exit "$status"
