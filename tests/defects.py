#!/usr/bin/env python3
"""Plants one defect after the other in a copy of the tree, and prints which of them the simulation and the unit suites find.

defects.py [--only NAME,...] [--jobs N] [--first] [--check]. A defect that nothing finds is a hole in the tests, and the exit
code is 1. With --first the unit suites are built and asked only about what the simulation does not find.
A defect is a piece of the source and what stands in its place: it stands in defects_list.py, not in the product, which is the
same with and without this. A piece that the source no longer has fails the run, and CI, which runs --check: the list follows
the code.
Works in build-defects/. Closes with "N passed, N failed".
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

from defects_list import DEFECTS

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "build-defects"
TREE, BUILD = PLACE / "tree", PLACE / "build"
SIMULATION = "tests/simulation/hearth-simulate"
SUITES = ("tests/messages/messages_tests", "tests/actors/actors_tests", "tests/storage/storage_tests")
PATIENCE_S = 300  # a defect may well be that something never ends


def copy_tree():
    """The files as git knows them, in the place where the build folder expects them; unchanged ones keep their time."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        source, target = ROOT / name, TREE / name
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def build(jobs, programs):
    if not (BUILD / "build.ninja").is_file():
        subprocess.run(["meson", "setup", "--buildtype=debugoptimized", BUILD, TREE], check=True, stdout=subprocess.DEVNULL)
    made = subprocess.run(["ninja", "-C", BUILD, "-j", str(jobs), *programs], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"does not build:\n{made.stdout[-3000:]}")


def complains(program, *arguments):
    """Whether the program ends badly, or not at all."""
    try:
        ended = subprocess.run([BUILD / program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE_S, cwd=TREE)
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0


def finders(chosen, first):
    build(chosen.jobs, [SIMULATION] if first else [SIMULATION, *SUITES])
    if complains(SIMULATION, "--seeds", str(chosen.seeds), "--ops", "500", "--first"):
        yield "simulation"
        if first:
            return
    build(chosen.jobs, SUITES)
    for suite in SUITES:
        if complains(suite):
            yield suite.split("/")[1]


def planted(defect):
    path = TREE / defect.file
    path.write_text(path.read_text().replace(defect.old, defect.new))


def out_of_date():
    """What the source does not have exactly once."""
    for defect in DEFECTS:
        if (times := (ROOT / defect.file).read_text().count(defect.old)) != 1:
            yield f"{defect.name}: {defect.file} has {times} times, expected once:\n{defect.old}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--check", action="store_true", help="only whether the source has what is to be replaced")
    chosen = parser.parse_args()
    if (stale := list(out_of_date())) or chosen.check:
        print(*stale or [f"{len(DEFECTS)} defects can be planted"], sep="\n")
        return 1 if stale else 0
    only = set(filter(None, chosen.only.split(",")))
    copy_tree()
    if found := list(finders(chosen, False)):
        sys.exit(f"without any defect there are complaints from: {', '.join(found)}")
    print(f"{'defect':34} {'found by':40} what it is", flush=True)
    passed = failed = 0
    for defect in DEFECTS:
        if only and defect.name not in only:
            continue
        planted(defect)
        try:
            found = list(finders(chosen, chosen.first))
        finally:
            copy_tree()
        print(f"{defect.name:34} {', '.join(found) or 'NOTHING':40} {defect.what}", flush=True)
        passed, failed = passed + bool(found), failed + (not found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
