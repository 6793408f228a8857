#!/bin/sh
# Fuzzes the code that reads bytes from outside, with libFuzzer, AddressSanitizer and UBSan (clang): six programs, two at
# once, SECONDS each (20). tests/fuzz/README.md lists the targets.
# Results are in build-fuzz/: corpora, which grow from run to run, and the inputs that made a target fail.
# Ends with "N passed, N failed", counted in programs.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

seconds=${1:-20}
built=$root/build-clang/tests/fuzz
kept=$root/build-fuzz
passed=0 failed=0
closing='0 passed, 1 failed'
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

# fuzz NAME
fuzz() {
  mkdir -p "$kept/corpus/$1" "$kept/broken"
  "$built/fuzz_$1" "-max_total_time=$seconds" -max_len=4096 -entropic=0 -timeout=30 -rss_limit_mb=2048 \
    -print_final_stats=1 "-artifact_prefix=$kept/broken/$1-" "$kept/corpus/$1" "$kept/seeds/$1" \
    >"$logs/fuzz-$1.log" 2>&1 </dev/null
}

# report NAME EXIT_CODE
report() {
  log=$logs/fuzz-$1.log
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
    sed -nE 's/^stat::number_of_executed_units: *//p' "$log" | tr '\n' ' ' | sed "s/^/$1: /; s/ *\$/ inputs, /"
    sed -nE 's/^stat::average_exec_per_sec: *//p' "$log" | tr '\n' ' '
    sed -nE 's/.*(cov: [0-9]+).*/\1/p' "$log" | tail -n 1 | sed 's/^/a second, /'
    return
  fi
  failed=$((failed + 1))
  echo "$1: FAILED with exit code $2, the end of $log:"
  tail -n 60 "$log"
  input=$(sed -nE 's/.*Test unit written to //p' "$log" | tail -n 1)
  [ -z "$input" ] || echo "once more: UBSAN_OPTIONS=$UBSAN_OPTIONS $built/fuzz_$1 $input"
}

configure_clang
step 'building the fuzzers' build-fuzzers ninja -C "$root/build-clang" fuzzers
step 'writing the seeds' fuzz-seeds "$built/hearth_fuzz_seeds" "$kept/seeds"

ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=16:malloc_context_size=8 # a small heap for many small inputs
echo "fuzzing for $seconds seconds each, two at once"
set -- records indexes recovery snapshot trace arguments
while [ $# -gt 0 ]; do
  fuzz "$1" &
  first=$!
  fuzz "$2" &
  second=$!
  trap 'kill "$first" "$second" 2>/dev/null; exit 130' INT TERM
  status=0
  wait "$first" || status=$?
  report "$1" "$status"
  status=0
  wait "$second" || status=$?
  report "$2" "$status"
  trap - INT TERM
  shift 2
done
closing="$passed passed, $failed failed"
[ "$failed" -eq 0 ]
