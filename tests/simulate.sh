#!/bin/sh
# Simulates whole caches: SEEDS fixed seeds (2,000 by default), then as many from a random seed on, which is printed. Then
# checks that the builds of g++ and clang++ produce the same traces from the same seeds.
# A violation prints the command that repeats it. Ends with "N passed, N failed", counted in these three checks.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

seeds=${1:-2000}
passed=0 failed=0
closing='0 passed, 1 failed'
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

# count TITLE COMMAND...: runs the command and counts it as passed or failed.
count() {
  title=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$title: FAILED"
  fi
  closing="$passed passed, $failed failed"
}

# simulate FOLDER FIRST: simulates from seed FIRST on, half of the seeds on each of two cores.
simulate() {
  half=$(((seeds + 1) / 2))
  "$root/$1/tests/simulation/hearth-simulate" --seed $(($2 + half)) --seeds "$half" --ops 1000 >"$logs/simulate-second.log" 2>&1 &
  second=$!
  status=0
  "$root/$1/tests/simulation/hearth-simulate" --seed "$2" --seeds "$half" --ops 1000 2>&1 || status=1
  wait "$second" || status=1
  cat "$logs/simulate-second.log"
  return "$status"
}

# Compares the hash of each seed's trace between the two compilers.
same_traces() {
  for folder in build build-clang; do
    "$root/$folder/tests/simulation/hearth-simulate" --seeds 200 --ops 500 --hashes 2>&1 |
      grep -E '^[0-9]+ [0-9a-f]{16}$' >"$logs/traces-$folder.log"
  done
  [ "$(wc -l <"$logs/traces-build.log")" -eq 200 ] && diff "$logs/traces-build.log" "$logs/traces-build-clang.log"
}

configure build --buildtype=release "-Dwerror=$werror"
step 'building the simulation' build-simulation ninja -C "$root/build" tests/simulation/hearth-simulate
configure_clang
step 'building it with clang++' build-simulation-clang ninja -C "$root/build-clang" tests/simulation/hearth-simulate

# First the release build, then a build with assertions and sanitizers.
count 'fixed seeds' simulate build 1
random=$(($(od -An -N4 -tu4 /dev/urandom) + 1000000))
echo "random seeds, from $random on"
count 'random seeds' simulate build-clang "$random"
count 'the same traces with g++ and clang++' same_traces
[ "$failed" -eq 0 ]
