#!/usr/bin/env python3
"""Runs `hearth bench` at tiny sizes: smoke.py HEARTH. Checks no figures, only this: every peer returns the bytes that
were put, in every workload; the JSON, SVG and Markdown files are valid; no files are left behind; invalid arguments are
refused before measuring."""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

MEMORY = ("hot-get", "chains", "put", "churn")
DISK = ("cold-get", "cold-chains", "cold-put", "miss", "contains", "beside", "mixed")
OPEN = ("open", "open-killed")
SHARES = {"hot-get": 1, "chains": 1, "cold-get": 1, "cold-chains": 1, "miss": 0, "open": 1, "open-killed": 1}
MUST = ({("hearth", name) for name in MEMORY + DISK + OPEN} | {("hearth's store", name) for name in DISK + OPEN}
        | {("hearth by message", "chains"), ("limit: memory", "hot-get"), ("limit: threads", "cold-put")}
        | {(name, "paced-put") for name in ("hearth, healthy disk", "1 s a write", "hangs for a minute", "no disk, beside raw")})


def refusals(hearth):
    """An invalid argument is refused before measuring; the error names the flag and what was expected."""
    for flag, value, expected in (("--seconds", "nan", "0.001 to 3600 seconds, found nan"),
                                  ("--seed", "-1", "0..18446744073709551615, found -1"),
                                  ("--sizes", "5000", "a multiple of 4 KiB, found 5000"),
                                  ("--json", "no-such-folder/out.json", "no-such-folder/out.json cannot be written"),
                                  ("--plot", ".", ".: expected a file to write, found a directory")):
        run = subprocess.run([hearth, "bench", f"{flag}={value}"], capture_output=True, text=True, check=False)
        if run.returncode != 2 or expected not in run.stderr or run.stdout:
            yield f"{flag}={value}: exit code {run.returncode}, {run.stderr!r}, expected 2 and {expected!r}"


def faults(cells, must):
    """Results in cells that are wrong."""
    for cell in cells:
        who = f"{cell['peer']}, {cell['workload']}, {cell['block_bytes']} bytes, {cell['threads']} threads"
        if cell["failed"] or not cell["repetitions"]:
            yield f"{who}: {cell['failed'] or 'not measured'}"
            continue
        found = cell["repetitions"][0]
        wanted = SHARES.get(cell["workload"])
        ours = cell["peer"].startswith(("hearth", "limit", "raw", "store"))
        if ours and wanted is not None and found.get("hit_share") != wanted:
            yield f"{who}: hits {found.get('hit_share', 'missing')}, expected {wanted}"
        if cell["workload"] in DISK and not found["checked_blocks"] and not found.get("lost_share"):
            yield f"{who}: no block was checked"
    for peer, workload in sorted(must - {(cell["peer"], cell["workload"]) for cell in cells}):
        yield f"{peer} was not measured at {workload}"


def run(hearth, directory, *arguments):
    """The cells that a run wrote."""
    written = directory / "out.json"
    ended = subprocess.run([hearth, "bench", "--quick", "--directory", directory, "--memory", "16MiB", "--disk", "64MiB",
                            "--seconds", "0.02", "--chain", "20", "--json", written, *arguments],
                           capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"exit code {ended.returncode}\n{ended.stdout}\n{ended.stderr}")
    cells = json.loads(written.read_text())["cells"]
    written.unlink()
    return cells


def main():
    hearth = sys.argv[1]
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-smoke-") as name:
        directory = pathlib.Path(name)
        plot, results = directory / "out.svg", directory / "out.md"
        wrong = list(refusals(hearth))
        wrong += faults(run(hearth, directory, "--sizes", "256KiB", "--threads", "1,3", "--repetitions", "1"), MUST)
        cells = run(hearth, directory, "hot-get", "put", "cold-put", "--sizes", "64KiB,1MiB", "--threads", "2",
                    "--repetitions", "2", "--plot", plot, "--results", results)
        wrong += faults(cells, set())
        wrong += [f"{cell['peer']}: repetitions {len(cell['repetitions'])}" for cell in cells if len(cell["repetitions"]) != 2]
        if not xml.etree.ElementTree.parse(plot).getroot().tag.endswith("svg"):
            wrong.append("the plot is no SVG")
        if "## hot-get" not in results.read_text():
            wrong.append("the results have no table for hot-get")
        plot.unlink()
        results.unlink()
        wrong += [f"left behind: {path.name}" for path in directory.iterdir()]
    print("\n".join(wrong) or "each peer gives back what was put")
    return 1 if wrong else 0


sys.exit(main())
