#!/bin/sh
# Simulates whole caches in worlds that seeds decide: SEEDS fixed ones (2,000 by default), then as many that begin at a
# random one, which is printed; and checks that builds of g++ and clang++ make the same of the same seeds.
# A violation prints the command that shows it again. Closes with "N passed, N failed" in runs of these three kinds.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

seeds=${1:-2000}
passed=0 failed=0
closing='0 passed, 1 failed'
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

# count TITLE COMMAND...: a run that passes or fails.
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

# simulate FOLDER FIRST: half of the seeds on each of two cores.
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

# The hash of each seed's trace is the same, whoever compiled.
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

# As it is shipped, and once more with the assertions of the product and the sanitizers.
count 'fixed seeds' simulate build 1
random=$(($(od -An -N4 -tu4 /dev/urandom) + 1000000))
echo "random seeds, from $random on"
count 'random seeds' simulate build-clang "$random"
count 'the same traces with g++ and clang++' same_traces
[ "$failed" -eq 0 ]
