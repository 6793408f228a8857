#!/usr/bin/env python3
"""Compiles each header alone, so that none leans on what its includer happened to include before it.

headers.py ROOT COMPILER...: those without CAF; actors' headers cost seconds each, and their .cpp files include them first.
They must do without CAF as well: reading one of its files, by whatever way, counts as a failure.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

FOLDERS = ("storage/**/*.hpp", "stats/*.hpp", "messages/*.hpp", "actors/host/cache.hpp", "actors/host/cache_options.hpp",
           "actors/host/memory.hpp")


def compile_alone(root, compiler, header):
    """Nothing, or what is wrong. -H lists each file that was opened, on stderr."""
    # -H names the header's own text "-" when it comes on standard input, which also silences "#pragma once in main file".
    run = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-H", "-I", root, "-x", "c++", "-"], check=False,
                         input=f'#include "{header}"\n', capture_output=True, text=True)
    opened = [line.split(" ", 1)[1] for line in run.stderr.splitlines() if line.startswith(".") and " " in line]
    if run.returncode != 0:
        return f"{header} does not compile alone:\n" + "\n".join(l for l in run.stderr.splitlines() if ": error" in l)
    if with_caf := [name for name in opened if "/caf/" in name]:
        return f"{header} must do without CAF, yet reads {with_caf[0]}"
    return None


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    headers = sorted(p.relative_to(root).as_posix() for pattern in FOLDERS for p in root.glob(pattern))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [w for w in pool.map(lambda h: compile_alone(root, compiler, h), headers) if w]
    print("\n".join(wrong) or f"{len(headers)} headers compile alone")
    return 1 if wrong or not headers else 0


sys.exit(main())
