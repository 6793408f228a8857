#!/usr/bin/env python3
"""Checks the metrics that a program prints (metrics_text.cpp).

check_metrics.py page PROGRAM PAGE: the table of PAGE (stats/METRICS.md) has exactly these metrics, with their types, labels
and meanings. check_metrics.py promtool PROGRAM: Prometheus' own tool has no complaint; exits 77 (skipped) without promtool.
"""
import pathlib
import re
import shutil
import subprocess
import sys

HEADER = re.compile(r"# (HELP|TYPE) (\w+) (.+)")
SAMPLE = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? \S+')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
HISTOGRAM_PART = re.compile(r"_(bucket|sum|count)$")
OPEN = {"namespace"}  # labels whose values are data


def rows(text):
    """The rows of the table for these metrics, in their order."""
    found = {}
    for line in text.splitlines():
        if header := HEADER.fullmatch(line):
            found.setdefault(header[2], {"labels": {}})[header[1]] = header[3]
        elif sample := SAMPLE.fullmatch(line):
            family = sample[1] if sample[1] in found else HISTOGRAM_PART.sub("", sample[1])
            for name, value in LABEL.findall(sample[2] or ""):
                if name == "le":  # a bound of a histogram's bucket
                    continue
                values = found[family]["labels"].setdefault(name, [])
                if name not in OPEN and value not in values:
                    values.append(value)
        else:
            sys.exit(f"neither a header nor a sample: {line}")
    for name, metric in found.items():
        labels = "; ".join(label + (": " + ", ".join(values) if values else "") for label, values in metric["labels"].items())
        yield f"| {name} | {metric['TYPE']} | {labels} | {metric['HELP']} |".replace("|  |", "| |")


def check_page(text, page):
    expected = list(rows(text))
    found = [line for line in page.read_text().splitlines() if line.startswith("| hearth_")]
    for line in expected:
        if line not in found:
            print(f"{page.name} lacks this row:\n{line}")
    for line in found:
        if line not in expected:
            print(f"{page.name} has this row, but the metrics have not:\n{line}")
    if found != expected and sorted(found) == sorted(expected):
        print(f"{page.name}: expected the rows in the order of the metrics")
    return found == expected


def check_promtool(text):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is missing (package prometheus): not checked")
        sys.exit(77)
    run = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    print(run.stdout + run.stderr, end="")
    return run.returncode == 0 and not run.stdout + run.stderr


def main():
    what, program = sys.argv[1:3]
    text = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    good = check_page(text, pathlib.Path(sys.argv[3])) if what == "page" else check_promtool(text)
    return 0 if good else 1


sys.exit(main())
