#!/usr/bin/env python3
"""Measures what scraping costs a cache: latencies of puts and gets with and without 200 scrapes a second and 50 half-open
connections, in turn.

scrapes.py HEARTH [--seconds N] [--pairs N] [--scrapes-per-s N] [--half-open N]. Prints a table with the medians over the pairs, and
the resident memory before and after. The latencies are those of /api/stats, whose quantiles are at most 6.3 % too high: means are
exact.
"""
import argparse
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

TOKEN = "0123456789abcdef0123"
FIGURES = ("mean", "p50_ns", "p99_ns")


class Served:
    def __init__(self, hearth, folder):
        token = pathlib.Path(folder) / "token"
        token.touch(mode=0o600)
        token.write_text(TOKEN + "\n")
        self.process = subprocess.Popen([hearth, "serve", "--listen", "127.0.0.1:0", "--token-file", token, "--requests-per-s", "50"],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("admin server: ").strip()
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def post(self, path):
        request = urllib.request.Request(self.url + path, method="POST", headers={"Authorization": f"Bearer {TOKEN}"})
        urllib.request.urlopen(request, timeout=60).read()

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * 4096

    def latencies(self):
        measured = json.loads(self.get("api/stats"))["latency"]
        for one in measured.values():
            one["mean"] = one["sum_ns"] // max(one["count"], 1)
        return measured


class Scrapers:
    """Scrapes at a steady rate on one connection each, and holds connections that never send a whole request."""

    def __init__(self, served, per_second, half_open):
        self.stop = threading.Event()
        self.scraped = 0
        self.served, self.per_second, self.half_open = served, per_second, half_open
        self.threads = [threading.Thread(target=self.scrape), threading.Thread(target=self.hold)]
        for thread in self.threads:
            thread.start()

    def scrape(self):
        due = time.monotonic()
        while not self.stop.is_set():
            self.served.get("metrics")
            self.scraped += 1
            due += 1 / self.per_second
            self.stop.wait(max(0.0, due - time.monotonic()))

    def hold(self):
        held = []
        while not self.stop.is_set():
            while len(held) < self.half_open:
                one = socket.create_connection(("127.0.0.1", self.served.port), timeout=60)
                one.sendall(b"GET /metrics HT")
                one.setblocking(False)
                held.append(one)
            self.stop.wait(0.2)
            held = [one for one in held if not self.is_closed(one)]
        for one in held:
            one.close()

    @staticmethod
    def is_closed(one):
        try:
            return one.recv(4096) == b""  # the answer 408 comes before the end
        except BlockingIOError:
            return False
        except OSError:
            return True

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hearth")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--scrapes-per-s", type=int, default=200)
    parser.add_argument("--half-open", type=int, default=50)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        served = Served(chosen.hearth, folder)
        try:
            time.sleep(10)  # the tiers fill
            found = {"without": [], "with": []}
            resident = served.resident_bytes()
            for pair in range(chosen.pairs):
                for kind in ("without", "with") if pair % 2 == 0 else ("with", "without"):
                    served.post("api/stats/reset")
                    scrapers = Scrapers(served, chosen.scrapes_per_s, chosen.half_open) if kind == "with" else None
                    time.sleep(chosen.seconds)
                    if scrapers:
                        scrapers.end()
                        print(f"{scrapers.scraped / chosen.seconds:.0f} scrapes a second", file=sys.stderr)
                    found[kind].append(served.latencies())
            print(f"{'us':<24}{'without':>10}{'with':>10}{'ratio':>8}")
            for operation in ("put", "get_hot", "get_cold"):
                for figure in FIGURES:
                    medians = [statistics.median(one[operation][figure] for one in found[kind]) / 1000 for kind in found]
                    print(f"{operation + ' ' + figure.removesuffix('_ns'):<24}{medians[0]:>10.1f}{medians[1]:>10.1f}"
                          f"{medians[1] / medians[0] if medians[0] else 0:>8.3f}")
            lost = json.loads(served.get("api/stats"))["lost"]["blocks"]
            print(f"lost blocks: {lost}; resident: {resident >> 20} MiB before, {served.resident_bytes() >> 20} MiB after")
        finally:
            served.process.terminate()
            served.process.wait(60)


main()
