#!/usr/bin/env python3
"""Plants one defect after the other in a copy of the tree, and prints whether the simulation finds it.

defects.py [--only NAME,...] [--jobs N] [--seeds N] [--suites] [--check]. A defect is a patch in tests/defects/; its first line
describes it. Unit suites may miss these defects; --suites runs them, too. A defect that the simulation does not find is a gap in
the simulation: the exit code is 1.
A patch must apply exactly. Otherwise the run fails, and so does CI, which runs --check: update the patch with the code.
Works in build-defects/. Ends with "N passed, N failed".
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFECTS = sorted((ROOT / "tests" / "defects").glob("*.patch"))
PLACE = ROOT / "build-defects"
TREE, BUILD = PLACE / "tree", PLACE / "build"
SIMULATION = "tests/simulation/hearth-simulate"
SUITES = ("tests/messages/messages_tests", "tests/actors/actors_tests", "tests/actors/tiers_tests",
          "tests/storage/storage_tests", "tests/storage/storage_threads_tests")
PATIENCE_S = 300  # a defect may make a program run forever


def copy_tree():
    """Copies the files that git knows to where the build folder expects them. Unchanged files keep their time."""
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
    """Whether the program fails or does not end."""
    try:
        ended = subprocess.run([BUILD / program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE_S, cwd=TREE)
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0


def finders(chosen):
    build(chosen.jobs, [SIMULATION, *SUITES] if chosen.suites else [SIMULATION])
    if complains(SIMULATION, "--seeds", str(chosen.seeds), "--ops", "500", "--first"):
        yield "simulation"
    for suite in SUITES if chosen.suites else ():
        if complains(suite):
            yield suite.split("/")[1]


def apply(patch, folder, *options):
    """Applies a patch with git, which needs exact context. Returns the error, or an empty text. Without the ceiling, git would
    take the copy for a folder of the repository around it."""
    ended = subprocess.run(["git", "apply", *options, patch], cwd=folder, capture_output=True, text=True,
                           env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)})
    return ended.stderr.strip() if ended.returncode != 0 else ""


def out_of_date():
    for patch in DEFECTS:
        if why := apply(patch, ROOT, "--check"):
            yield f"{patch.relative_to(ROOT)} does not apply: make it anew from what its first lines say\n{why}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--suites", action="store_true", help="ask the unit suites, too")
    parser.add_argument("--check", action="store_true", help="only whether each patch applies")
    chosen = parser.parse_args()
    if (stale := list(out_of_date())) or chosen.check:
        print(*stale or [f"{len(DEFECTS)} defects can be planted"], sep="\n")
        return 1 if stale else 0
    only = set(filter(None, chosen.only.split(",")))
    copy_tree()
    if found := list(finders(chosen)):
        sys.exit(f"without any defect there are complaints from: {', '.join(found)}")
    print(f"{'defect':34} {'found by':40} what it is", flush=True)
    passed = failed = 0
    for patch in DEFECTS:
        if only and patch.stem not in only:
            continue
        if why := apply(patch, TREE):
            sys.exit(why)
        try:
            found = list(finders(chosen))
        finally:
            copy_tree()
        print(f"{patch.stem:34} {', '.join(found) or 'NOTHING':40} {patch.read_text().splitlines()[0]}", flush=True)
        passed, failed = passed + ("simulation" in found), failed + ("simulation" not in found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
