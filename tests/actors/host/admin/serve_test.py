#!/usr/bin/env python3
"""Runs `hearth serve` with a disk that is too slow, and checks that all its views tell the same numbers.

serve_test.py HEARTH. Works in a temporary folder. Exit code 77 (skipped) if hearth was built without the admin server.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

TOKEN = "0123456789abcdef0123"
PATIENCE_S = 120  # of every single step


class Server:
    """A running `hearth serve`, whose workload has ended."""

    def __init__(self, hearth, token_file, *arguments):
        self.process = subprocess.Popen(
            [hearth, "serve", "--token-file", token_file, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        if not first:
            error = self.process.stderr.read()
            if "built without" in error:
                print(f"skipped: {error}")
                sys.exit(77)
            raise AssertionError(f"hearth serve ended at once: {error}")
        self.url = first.removeprefix("admin server: ").strip()
        while "rests" not in self.process.stdout.readline():
            assert self.process.poll() is None, self.process.stderr.read()

    def ask(self, path, method="GET", token=None, body=None, headers=()):
        """Status and body of the answer."""
        request = urllib.request.Request(self.url.rstrip("/") + path, method=method, data=body, headers=dict(headers))
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def end(self):
        self.process.terminate()
        _, errors = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, f"status {self.process.returncode}: {errors}"
        return errors


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout


def metrics_of(text):
    """Sum of each metric over its series, and over the reasons of drops apart."""
    sums = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = re.fullmatch(r"(\w+)(?:\{.*\})? (\S+)", line).groups()
            sums[name] = sums.get(name, 0) + float(value)
    return sums


def total(ledger, name):
    return sum(amount["blocks"] for amount in ledger[name].values())


def check_numbers(hearth, server):
    """The snapshot, the metrics, the history, `top` and the table agree, and the ledger is balanced in each."""
    status, text = server.ask("/api/flush", "POST", TOKEN)
    assert status == 200, text
    status, text = server.ask("/admin/api/stats")
    assert status == 200
    item = json.loads(text)
    ledger, drops = item["ledger"], item["ssd_write_drops"]
    assert drops > 0, "the disk was fast enough: nothing was dropped"
    ends = ledger["persisted"]["blocks"] + ledger["pending"]["blocks"] + ledger["cancelled"]["blocks"]
    assert ledger["offered"]["blocks"] == ends + total(ledger, "dropped") + total(ledger, "failed")

    metrics = metrics_of(server.ask("/metrics")[1])
    assert metrics["hearth_ssd_write_drops_total"] == drops
    assert metrics["hearth_offered_blocks_total"] == ledger["offered"]["blocks"]
    assert metrics["hearth_persisted_blocks_total"] == ledger["persisted"]["blocks"]
    assert metrics["hearth_dropped_blocks_total"] == total(ledger, "dropped")
    assert metrics["hearth_offered_blocks_total"] == sum(metrics[f"hearth_{name}"] for name in (
        "persisted_blocks_total", "pending_blocks", "cancelled_blocks_total", "dropped_blocks_total", "failed_blocks_total"))

    table = run(hearth, "stats", server.url)
    assert re.search(rf"^\* = ssd_write_drops +{drops} ", table, re.MULTILINE), table
    assert table.count("-> balanced") == 2 and "NOT BALANCED" not in table, table
    assert server.ask("/api/stats?format=table")[1].count("-> balanced") == 2
    assert json.loads(run(hearth, "stats", server.url, "--json"))["ledger"] == ledger

    screen = run(hearth, "top", server.url, "--screens", "1")
    for reason, amount in ledger["dropped"].items():
        if amount["blocks"]:
            assert re.search(rf"^dropped: {reason} .* {amount['blocks']}$", screen, re.MULTILINE), screen
    assert re.search(rf"^offered .* {ledger['offered']['blocks']}$", screen, re.MULTILINE), screen

    events = json.loads(server.ask("/api/events")[1])["events"]
    burst = next(e for e in events if e["event"] == "stats.write_drops")
    assert burst["fields"]["total"] == str(drops), burst


def check_history(server):
    """The history's steps add up to what the snapshot counted since the first step."""
    history = json.loads(server.ask("/api/history")[1])
    item = json.loads(server.ask("/api/stats")[1])
    for path, of in (("ledger.offered.blocks", item["ledger"]["offered"]["blocks"]), ("misses", item["misses"])):
        assert sum(history["counters"][path]) <= of, path
    assert len(history["counters"]["misses"]) == len(history["time_ms"])


def check_health(server):
    status, text = server.ask("/healthz")
    health = json.loads(text)
    assert status == 200 and health["status"] == "degraded", text
    assert any(reason["id"] == "drops" for reason in health["reasons"]), text


def check_refusals(server):
    assert server.ask("/api/flush", "POST")[0] == 401
    assert server.ask("/metrics", "POST")[0] == 405
    assert server.ask("/none")[0] == 404
    assert server.ask("/api/limits", "POST", TOKEN, b"{}")[0] == 400
    assert "<!doctype html>" in server.ask("/")[1]


def main():
    hearth = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        token_file = pathlib.Path(folder) / "token"
        token_file.touch(mode=0o600)
        token_file.write_text(TOKEN + "\n")
        server = Server(hearth, str(token_file), "--listen", "127.0.0.1:0", "--writer-queue-blocks", "4", "--drain-mib-per-s", "20",
                        "--requests", "200", "--requests-per-s", "1000")
        try:
            check_numbers(hearth, server)
            check_history(server)
            check_health(server)
            check_refusals(server)
        finally:
            errors = server.end()
    assert "stats.write_drops" in errors, errors
    print("all views agree")


main()
