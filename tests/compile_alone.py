#!/usr/bin/env python3
"""Compiles each source file without the project's precompiled headers, which hide a missing #include.

compile_alone.py headers COMPILER...: each header without a .cpp file of its name, in rooms without CAF. (A header with a
.cpp file is the first include of that file: rules.py checks it.)
compile_alone.py tree COMPILER...: these headers and every .cpp file, with warnings as errors. Only tests get a precompiled
header, made of what they include anyway: Catch2, and CAF if they reach it. Prints the errors, then "N passed, N failed".
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("storage", "stats", "messages", "actors", "tests")
WITHOUT_CAF = ("storage/", "stats/", "messages/", "actors/tiers/", "actors/host/program/")
# Some warnings need optimisation. It is worth its time in files where types of callers meet our templates.
OPTIMISED = re.compile(r"actors/host/\w+\.cpp")
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I."]
CATCH, CAF = "tests/support/catch.hpp", "caf/"
HEAVY = {CATCH: f'#include "{CATCH}"\n', CAF: "#include <caf/all.hpp>\n"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def sources(pattern):
    return sorted(p.relative_to(ROOT).as_posix() for room in ROOMS for p in (ROOT / room).rglob(pattern))


def lone_headers():
    return [h for h in sources("*.hpp") if h.startswith(WITHOUT_CAF) and not (ROOT / h).with_suffix(".cpp").exists()]


def reached(path, seen):
    """Our headers that a file includes, directly or through others; and the names of foreign headers."""
    for target in INCLUDE.findall((ROOT / path).read_text()):
        if target not in seen:
            seen.add(target)
            if (ROOT / target).is_file():
                reached(target, seen)
    return seen


def compile_one(compiler, options, path, text=None):
    """The output of the compiler, or None if the file compiles."""
    source = [path] if text is None else ["-x", "c++", "-"]
    run = subprocess.run([*compiler, *FLAGS, *options, *source], cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    return f"{path}:\n{run.stderr}" if run.returncode != 0 else None


def heavy_of(path):
    names = reached(path, set())
    return frozenset(heavy for heavy in HEAVY if heavy in names or any(n.startswith(heavy) for n in names))


def precompile(compiler, folder, heavy):
    """The option that includes these headers; the compiler finds NAME.gch next to NAME."""
    name = pathlib.Path(folder) / f"heavy{len(heavy)}{'c' if CAF in heavy else ''}.hpp"
    name.write_text("".join(HEAVY[h] for h in sorted(heavy)))
    subprocess.run([*compiler, *FLAGS, "-x", "c++-header", name, "-o", f"{name}.gch"], cwd=ROOT, check=True)
    return ["-include", str(name)]


def main():
    what, compiler = sys.argv[1], sys.argv[2:]
    headers = [(["-fsyntax-only"], h, f'#include "{h}"\n') for h in lone_headers()]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = headers
        if what == "tree":
            heavy = {path: heavy_of(path) if path.startswith("tests/") else frozenset() for path in sources("*.cpp")}
            kinds = [k for k in set(heavy.values()) if k]
            included = dict(zip(kinds, pool.map(lambda k: precompile(compiler, folder, k), kinds)))
            included[frozenset()] = []
            how = {path: ["-O2", "-c", "-o", os.devnull] if OPTIMISED.fullmatch(path) else ["-fsyntax-only"] for path in heavy}
            jobs = headers + [(how[path] + included[heavy[path]], path, None) for path in heavy]
        wrong = [w for w in pool.map(lambda job: compile_one(compiler, *job), jobs) if w]
    print("\n".join(wrong) if wrong else f"{len(jobs)} files compile alone")
    print(f"{len(jobs) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not jobs else 0


sys.exit(main())
