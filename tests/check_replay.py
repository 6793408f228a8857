#!/usr/bin/env python3
"""Checks the output of `hearth replay --json`. check_replay.py FILE [drops]: with `drops`, there must be write drops.

Ends with "N passed, N failed"; each check is one equation (the ledger, in actors/DESIGN.md). Exits 1 if a check failed.
"""
import json
import pathlib
import sys

WRITE_DROPS = ("evict_full", "preflight_full", "late_full")


def checks(report, drops_expected):
    """Pairs of a sentence and whether it is true, for the whole cache and for each namespace."""
    wrong = report["replay"]["wrong_blocks"]
    yield f"no block came back with other bytes than were put ({wrong} did)", wrong == 0
    yield f"blocks were asked for and found ({report['hits']} hits)", report["hits"] > 0
    for name, part in {report["namespace"]: report, **report.get("namespaces", {})}.items():
        ledger = part["ledger"]
        for unit in ("blocks", "bytes"):
            offered = ledger["offered"][unit]
            ended = sum(ledger[end][unit] for end in ("persisted", "pending", "cancelled"))
            ended += sum(amount[unit] for way in ("dropped", "failed") for amount in ledger[way].values())
            yield f"namespace {name}: each offer has one end, in {unit} ({offered} offered, {ended} ended)", offered == ended
        drops = part["ssd_write_drops"]
        summed = sum(ledger["dropped"][reason]["blocks"] for reason in WRITE_DROPS)
        yield f"namespace {name}: ssd_write_drops is the sum of its reasons ({drops}, {summed})", drops == summed
    if drops_expected:
        yield f"a disk too slow for the workload makes write drops ({report['ssd_write_drops']})", report["ssd_write_drops"] > 0


def main():
    try:
        results = list(checks(json.loads(pathlib.Path(sys.argv[1]).read_text()), "drops" in sys.argv[2:]))
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        results = [(f"{sys.argv[1]} is a snapshot with a replay member ({type(wrong).__name__}: {wrong})", False)]
    for sentence, holds in results:
        print("ok:" if holds else "FAILED:", sentence)
    failed = sum(not holds for _, holds in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
