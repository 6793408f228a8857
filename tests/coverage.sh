#!/bin/sh
# Coverage of the recovery code by the simulation: lines and branches per file, after SEEDS seeds (300 by default). Uses gcov
# and gcovr. Works in build-coverage/.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

seeds=${1:-300}
folder=$root/build-coverage
recovery='storage/(segments|format)/(segments_recovery|segments_core|segments_state|segment_placement|segment_tail|segment_index|segment_record|recency|page|format_file|whole_file)\.cpp'

install_packages gcovr
configure build-coverage --buildtype=debug -Db_coverage=true
step 'building the simulation' build-coverage ninja -C "$folder" tests/simulation/hearth-simulate
find "$folder" -name '*.gcda' -delete # counts of an earlier run
step "simulating $seeds seeds" coverage "$folder/tests/simulation/hearth-simulate" --seeds "$seeds" --ops 1000
cd "$root"
for what in '' --branches; do
  gcovr --root "$root" --object-directory "$folder" --exclude-throw-branches --exclude-unreachable-branches $what --filter "$recovery"
done
