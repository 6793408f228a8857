#!/bin/sh
# Runs tests and a long stress run under sanitizers: first ThreadSanitizer with the tests that start threads (suite
# "threads"; with SANITIZED_TESTS=all every test), then AddressSanitizer and UBSan with every test.
# ThreadSanitizer must see CAF's own synchronisation: with the distribution's libcaf_core it reports dozens of false races,
# and a suppression for that library hides real ones. So libcaf_core is built once from the distribution's source package
# with -fsanitize=thread (about two minutes), kept in HEARTH_SANITIZED_CAF, and loaded instead of the installed one.
# Both builds use clang++: with AddressSanitizer and UBSan it compiles in a quarter of the time of g++, with ThreadSanitizer
# in half. So these builds also show the warnings of the second compiler, which are errors in CI.
# STRESS_OPERATIONS: calls per sanitizer in its stress run of ten seeds.
# Ends with "N passed, N failed", counted in test cases.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

# Turns address randomisation off if allowed: with that of a recent kernel, the ThreadSanitizer of clang++ 13 to 17 cannot map
# its memory.
if [ "${1:-}" != fixed ] && setarch "$(uname -m)" -R true 2>/dev/null; then
  exec setarch "$(uname -m)" -R sh "$0" fixed
fi

caf=${HEARTH_SANITIZED_CAF:-$root/build-thread-caf}
operations=${STRESS_OPERATIONS:-1000000}

closing='0 passed, 1 failed'
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

# Copies the system's package sources into $caf/apt, with "deb" replaced by "deb-src": nothing on the system changes.
# shellcheck disable=SC2317 # called by step
fetch_caf() {
  mkdir -p "$caf/apt/sources" "$caf/apt/lists/partial" "$caf/apt/cache/archives/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    sed -e 's/^deb[[:space:]]/deb-src /' -e 's/^Types:.*/Types: deb-src/' "$file" >"$caf/apt/sources/$(basename "$file")"
  done
  [ ! -f "$caf/apt/sources/sources.list" ] || mv "$caf/apt/sources/sources.list" "$caf/apt/sources/main.list"
  set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$caf/apt/sources" -o Dir::State::lists="$caf/apt/lists" \
    -o Dir::Cache="$caf/apt/cache" -o APT::Sandbox::User="$(id -un)"
  apt-get "$@" update
  # CAF as its authors released it: the package adds only missing includes to libcaf_core, which the compiler flags add here.
  (cd "$caf" && apt-get "$@" source --download-only --tar-only actor-framework)
  mkdir -p "$caf/source"
  tar -xzf "$caf"/actor-framework_0.17.*.orig.tar.gz -C "$caf/source" --strip-components=1
}

# shellcheck disable=SC2317 # called by step
build_caf() {
  CXX=clang++ cmake -S "$caf/source" -B "$caf/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS='-fsanitize=thread -include cstddef -include cstdint -include limits -include string' \
    -DCAF_NO_IO=yes -DCAF_NO_OPENSSL=yes -DCAF_NO_OPENCL=yes -DCAF_NO_PYTHON=yes -DCAF_NO_TOOLS=yes \
    -DCAF_NO_UNIT_TESTS=yes -DCAF_NO_EXAMPLES=yes -DCAF_NO_SUMMARY=yes
  ninja -C "$caf/build"
  mv "$caf/build/lib" "$caf/lib" # last, so that an unfinished build does not count as done
}

# sanitized NAME FOLDER TARGET TEST_OPTION...: builds the target, runs these tests and sets `stressed`.
sanitized() {
  name=$1 built=$2 target=$3
  shift 3
  step "building $built" "build-$name" ninja -C "$root/$built" "$target"
  test_in "$built" "$@" --timeout-multiplier 10 || true # count.py counts the failures
  stressed=0
  step "stress, 10 seeds, $name" "stress-$name" "$root/$built/tests/stress/hearth_stress" --operations "$operations" --seeds 10 || stressed=$?
}

install_packages cmake clang
if [ ! -e "$caf/lib/libcaf_core.so" ]; then
  step 'fetching the source of CAF' fetch-caf fetch_caf
  step 'building CAF for ThreadSanitizer' build-caf build_caf
fi

export TSAN_OPTIONS=second_deadlock_stack=1
installed_libraries=${LD_LIBRARY_PATH:-}
export LD_LIBRARY_PATH="$caf/lib${installed_libraries:+:$installed_libraries}"
# shellcheck disable=SC2086 # two options
CXX=clang++ configure build-thread --buildtype=debugoptimized $fewer_files -Db_sanitize=thread -Db_lundef=false "-Dcpp_args=$lines_only" "-Dwerror=$werror"
case ${SANITIZED_TESTS:-threads} in
all) sanitized thread build-thread all --no-suite style ;;
*) sanitized thread build-thread with_threads --suite threads ;;
esac
thread_stressed=$stressed
export LD_LIBRARY_PATH="$installed_libraries"
configure_clang
sanitized address build-clang all --no-suite style

status=0
closing=$(python3 "$root/tests/count.py" "$root/build-thread" "$root/build-clang" \
  "stress-thread=$thread_stressed" "stress-address=$stressed") || status=$?
exit "$status"
