#!/bin/sh
# Fuzzes all that reads what somebody else may have written, with libFuzzer, AddressSanitizer and UBSan (clang): six
# programs, two at once, SECONDS each (20). tests/fuzz/README.md says what they hold against what.
# What they find lies in build-fuzz/: corpora, which grow from run to run, and the inputs that broke something.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

seconds=${1:-20}
built=$root/build-fuzz/tests/fuzz
passed=0 failed=0
closing='0 passed, 1 failed'
trap 'status=$?; echo "$closing"; exit "$status"' EXIT

# Where the runtime of libFuzzer is a package of its own, clang does not bring it along.
can_fuzz() {
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null
}

# fuzz NAME
fuzz() {
  mkdir -p "$root/build-fuzz/corpus/$1" "$root/build-fuzz/broken"
  "$built/fuzz_$1" "-max_total_time=$seconds" -max_len=4096 -entropic=0 -timeout=30 -rss_limit_mb=2048 \
    -print_final_stats=1 "-artifact_prefix=$root/build-fuzz/broken/$1-" "$root/build-fuzz/corpus/$1" "$root/build-fuzz/seeds/$1" \
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

install_packages clang
can_fuzz || install_packages "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
CXX=clang++ configure build-fuzz --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
  -Dcpp_args=-fsanitize=fuzzer-no-link "-Dwerror=$werror"
step 'building build-fuzz' build-fuzz ninja -C "$root/build-fuzz" fuzzers
step 'writing the seeds' fuzz-seeds "$built/hearth_fuzz_seeds" "$root/build-fuzz/seeds"

export ASAN_OPTIONS=detect_stack_use_after_return=1:quarantine_size_mb=16:malloc_context_size=8
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:suppressions=$root/tests/fuzz/ubsan_suppressions.txt"
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
