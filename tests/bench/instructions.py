#!/usr/bin/env python3
"""Counts instructions of the hottest paths with callgrind: instructions.py PROGRAM COMPILER BUILD_TYPE [--write].
Guards their speed without noise: fails if a path takes 10 % more or 10 % fewer instructions than instructions.json
says. After an improvement, write the new counts. Compilers differ: counts that the file does not have for this compiler
are reported and not checked. --write replaces the counts of this compiler and build type."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROUNDS = 20
BLOCKS = 1000 * ROUNDS
TOLERANCE = 0.10
PATHS = {"get": "a hot get", "prefix": "a block of a hot chain of 1,000, asked for by message", "put": "a put that evicts"}


def instructions(program, path):
    """Instructions per block in the function of this path, including the functions that it calls."""
    with tempfile.TemporaryDirectory() as directory:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--toggle-collect=counted_{path}",
             f"--callgrind-out-file={directory}/out", program, path, str(ROUNDS)],
            capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not counted or int(counted[1]) == 0:
        sys.exit(f"counting {path} failed:\n{run.stdout}{run.stderr}\n0 passed, 1 failed")
    return round(int(counted[1]) / BLOCKS, 1)


def main():
    program, compiler, build_type = sys.argv[1:4]
    kept = pathlib.Path(__file__).with_suffix(".json")
    known = json.loads(kept.read_text())
    build = f"{compiler} {build_type}"
    found = {path: instructions(program, path) for path in PATHS}
    wrong = 0
    for path, what in PATHS.items():
        before = known.get(build, {}).get(path)
        verdict = "not judged: nothing is written down for this compiler and build type"
        if before:
            ratio = found[path] / before
            far = abs(ratio - 1) > TOLERANCE
            wrong += far and "--write" not in sys.argv
            verdict = f"{ratio:.3f} of what is written down, {before}" + (", MORE THAN A TENTH AWAY" if far else "")
        print(f"{what}: {found[path]} instructions, {verdict}")
    if "--write" in sys.argv:
        known[build] = found
        kept.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    print(f"{len(PATHS) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


sys.exit(main())
