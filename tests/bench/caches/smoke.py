#!/usr/bin/env python3
"""Runs `hearth bench` at tiny sizes: smoke.py HEARTH. No figure is looked at, but these must hold: every cache gave
back what was asked for, in every workload; JSON, SVG and Markdown are written and are that; nothing is left behind; what cannot be done is refused at once."""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree


def refusals(hearth):
    """What is asked for in vain is said before anything is measured, with the flag and what was expected."""
    for flag, value, expected in (("--seconds", "nan", "0.001 to 3600 seconds, found nan"),
                                  ("--seed", "-1", "0..18446744073709551615, found -1"),
                                  ("--sizes", "5000", "a multiple of 4 KiB, found 5000"),
                                  ("--json", "no-such-folder/out.json", "no-such-folder/out.json cannot be written"),
                                  ("--plot", ".", ".: expected a file to write, found a directory")):
        run = subprocess.run([hearth, "bench", f"{flag}={value}"], capture_output=True, text=True, check=False)
        if run.returncode != 2 or expected not in run.stderr or run.stdout:
            yield f"{flag}={value}: exit code {run.returncode}, {run.stderr!r}, expected 2 and {expected!r}"


def main():
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-smoke-") as name:
        directory = pathlib.Path(name)
        files = {kind: directory / f"out.{kind}" for kind in ("json", "svg", "md")}
        run = subprocess.run(
            [sys.argv[1], "bench", "--directory", name, "--sizes", "64KiB,1MiB", "--threads", "1,3", "--memory", "16MiB",
             "--disk", "64MiB", "--repetitions", "2", "--seconds", "0.02", "--chain", "20",
             "--json", files["json"], "--plot", files["svg"], "--results", files["md"]],
            capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"exit code {run.returncode}\n{run.stdout}\n{run.stderr}")
        cells = json.loads(files["json"].read_text())["cells"]
        wrong = list(refusals(sys.argv[1]))
        for cell in cells:
            who = f"{cell['cache']}, {cell['workload']}, {cell['block_bytes']} bytes, {cell['threads']} threads"
            if cell["failed"] or len(cell["repetitions"]) != 2:
                wrong.append(f"{who}: {cell['failed'] or 'not measured'}")
            elif (cell["cache"].startswith(("hearth", "limit")) and cell["repetitions"][0]["hit_share"] < 1
                  and cell["workload"] in ("hot-get", "chains", "cold-get")):
                wrong.append(f"{who}: not all was found")
        measured = {(cell["cache"], cell["workload"]) for cell in cells}
        for workload in ("hot-get", "chains", "put", "churn", "cold-get", "mixed"):
            if ("hearth", workload) not in measured:
                wrong.append(f"hearth was not measured at {workload}")
        if not xml.etree.ElementTree.parse(files["svg"]).getroot().tag.endswith("svg"):
            wrong.append("the plot is no SVG")
        if "## hot-get" not in files["md"].read_text():
            wrong.append("the results have no table for hot-get")
        for file in files.values():
            file.unlink()
        wrong += [f"left behind: {path.name}" for path in directory.iterdir()]
    print("\n".join(wrong) or "each cache gives back what was put")
    return 1 if wrong else 0


sys.exit(main())
