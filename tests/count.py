#!/usr/bin/env python3
"""Sums up test runs as "N passed, N failed", counted in Catch2 test cases.

count.py WHAT...: a build folder, whose meson-logs/testlog.json is read, or NAME=EXIT_CODE of a check that ran outside meson.
A test program without a Catch2 summary counts as one case. Exits 1 if a case failed or none passed.
"""
import json
import pathlib
import re
import sys

ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)", re.MULTILINE)
SOME_FAILED = re.compile(r"^test cases: +\d+ \|(.*)$", re.MULTILINE)


def of_program(text, good):
    """Passed and failed test cases of one test program; the format is the same in Catch2 2.13 and 3."""
    passed = failed = 0
    if found := ALL_PASSED.findall(text):
        passed = int(found[-1])
    elif found := SOME_FAILED.findall(text):
        counts = {what.strip(): int(number) for number, what in re.findall(r"(\d+) ([a-z ]+)", found[-1])}
        passed = counts.get("passed", 0) + counts.get("failed as expected", 0)
        failed = counts.get("failed", 0)
    elif good:
        passed = 1
    # A program that crashed or hung counts as a failure, whatever its summary says.
    return (passed, failed) if good else (passed, max(failed, 1))


def of_folder(folder):
    log = pathlib.Path(folder) / "meson-logs" / "testlog.json"
    if not log.exists():
        print(f"{log}: not there, so the tests did not run to their end", file=sys.stderr)
        return 0, 1
    runs = [json.loads(line) for line in log.read_text().splitlines()]
    counts = [of_program(run.get("stdout") or "", run["result"] in ("OK", "EXPECTEDFAIL")) for run in runs if run["result"] != "SKIP"]
    return sum(c[0] for c in counts), sum(c[1] for c in counts)


def main():
    passed = failed = 0
    for what in sys.argv[1:]:
        name, equals, code = what.partition("=")
        good, bad = (int(code == "0"), int(code != "0")) if equals else of_folder(name)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


sys.exit(main())
