#!/bin/sh
# All tests, before an issue is closed: those of `.ci/run`, and those that take hours: 20,000 simulated caches, 15 minutes of
# fuzzing per target, 700 killed processes, every planted defect, bare roots of Debian. About four hours on two cores. Needs
# root. Every suite ends with "N passed, N failed"; this script ends with their sum.
exec "$(dirname -- "$0")/../.ci/run" full
