#!/bin/sh
# Runs every benchmark of the project, one after the other; each writes its own file in OUT:
#   tests/bench/run.sh BUILD DIRECTORY OUT [TRACE]
# BUILD: a build folder of type release. DIRECTORY: a folder on the disk to measure, with 20 GiB free. TRACE: JSON lines with
# hash_ids, for the two benchmarks that replay a trace. Takes hours, on an idle machine. $BENCH_OPTIONS: options of
# `hearth bench`.
set -eu
if [ $# -lt 3 ] || [ ! -d "$1" ] || [ ! -d "$2" ]; then
  echo "run.sh: expected BUILD DIRECTORY OUT [TRACE], the first two existing folders, found: $*" >&2
  exit 2
fi
build=$1 directory=$2 out=$3 trace=${4:-}
here=$(dirname "$0")
mkdir -p "$out"
ninja -C "$build" all measures
# shellcheck disable=SC2086
"$build/actors/host/program/hearth" bench --directory "$directory" --json "$out/bench.json" --plot "$out/bench.svg" \
  --results "$out/bench.md" ${BENCH_OPTIONS:-}
"$build/tests/bench/hearth-churn" "$directory" >"$out/churn.txt"
if [ -n "$trace" ]; then
  "$build/tests/bench/hearth-chain-cutting" "$trace" >"$out/chain-cutting.txt"
  python3 "$here/end_to_end.py" --program "$build/actors/host/program/hearth" --trace "$trace" --directory "$directory" \
    >"$out/end-to-end.txt"
fi
if command -v valgrind >/dev/null; then
  ninja -C "$build" instructions >"$out/instructions.txt"
fi
cat "$out"/*.txt
