#!/usr/bin/env python3
"""Disk throughput of a chat trace: end_to_end.py --program hearth --trace FILE --directory ON_THE_DISK [...].
Replays the trace at full speed with both tiers. Before and after, it measures the raw disk with the same mix of reads and
writes of the same size (fio, io_uring, O_DIRECT, 32 at a time). Expected: most of the raw throughput; the rest is time in
which the one replaying thread has no I/O in flight. CPU is that of the requests after the first ones: those fill the hot
tier, and touching its memory is a cost of the start. CPU includes making and checking payloads; the second figure
subtracts them, as measured without a cold tier. Prints one line per repetition, and the medians."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

GB = 1e9
LIMITS = {"of the disk": 0.85, "cores per GB/s": 0.25}


def replay(arguments, requests, *more):
    """Cost of `hearth replay` of this many requests: bytes to and from the device, seconds, CPU seconds; and its report."""
    command = [arguments.program, "replay", "--trace", arguments.trace, "--json", "--hot", arguments.hot,
               "--block-bytes", arguments.block_bytes, "--requests", str(requests), *more, *arguments.more]
    with tempfile.TemporaryFile("w+") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status != 0:
            sys.exit(f"{' '.join(command)} ended with status {status}")
        out.seek(0)
        report = json.load(out)
    return {"read": used.ru_inblock * 512, "written": used.ru_oublock * 512, "seconds": seconds,
            "cpu": used.ru_utime + used.ru_stime, "put": report["replay"]["bytes_put"]}, report


def on_disk(arguments, requests, place):
    """The same with a cold tier in a new directory in `place`."""
    with tempfile.TemporaryDirectory(dir=place, prefix="store-") as store:
        return replay(arguments, requests, "--dir", store, "--cold", arguments.cold)


def beyond(whole, first):
    """Cost of the requests after the first ones."""
    return {name: whole[name] - first[name] for name in whole}


def payload_cpu(arguments):
    """CPU seconds per byte put, in a cache without a cold tier: mostly for making payloads."""
    whole, first = (replay(arguments, requests, "--cold", "0")[0] for requests in (arguments.requests, arguments.first))
    more = beyond(whole, first)
    return more["cpu"] / more["put"]


def disk(arguments, place, read_share, depth=32):
    """Bytes a second of the raw disk."""
    found = subprocess.run(
        ["fio", "--name=raw", f"--directory={place}", "--size=4g", "--rw=randrw", f"--rwmixread={round(100 * read_share)}",
         f"--bs={arguments.block_bytes.lower().replace('ib', '')}", "--direct=1", "--ioengine=io_uring", f"--iodepth={depth}",
         f"--runtime={arguments.seconds}", "--time_based", "--randrepeat=1", "--output-format=json"],
        check=True, capture_output=True, text=True)
    job = json.loads(found.stdout)["jobs"][0]
    return (job["read"]["io_bytes"] + job["write"]["io_bytes"]) / (job["job_runtime"] / 1000)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--trace", required=True)
    parser.add_argument("--directory", required=True, help="on the disk; needs the cold tier's size and 4 GiB")
    parser.add_argument("--hot", default="1GiB")
    parser.add_argument("--cold", default="8GiB")
    parser.add_argument("--block-bytes", default="256KiB")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--requests", type=int, default=3000, help="of the trace")
    parser.add_argument("--first", type=int, default=800, help="of them, which fill the hot tier; their CPU does not count")
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement of the disk")
    parser.add_argument("more", nargs="*", help="further options of hearth replay")
    arguments = parser.parse_args()
    if not 0 < arguments.first < arguments.requests:
        parser.error(f"--first: expected 1 to --requests {arguments.requests} less 1, found {arguments.first}")
    rows = []
    read_share = 0.5
    for _ in range(arguments.repetitions):
        with tempfile.TemporaryDirectory(dir=arguments.directory, prefix="hearth-end-to-end-") as place:
            first, _ = on_disk(arguments, arguments.first, place)
            before = disk(arguments, place, read_share)
            whole, report = on_disk(arguments, arguments.requests, place)
            read_share = whole["read"] / (whole["read"] + whole["written"])
            raw = (before + disk(arguments, place, read_share)) / 2
        making = payload_cpu(arguments)
        rate = (whole["read"] + whole["written"]) / whole["seconds"]
        more = beyond(whole, first)
        bytes_more = more["read"] + more["written"]
        row = {"read GB/s": whole["read"] / whole["seconds"] / GB, "written GB/s": whole["written"] / whole["seconds"] / GB,
               "disk GB/s": raw / GB, "of the disk": rate / raw, "cores per GB/s": more["cpu"] / (bytes_more / GB),
               "without payloads": (more["cpu"] - making * more["put"]) / (bytes_more / GB),
               "usable": report["replay"]["usable_prefix_hit_ratio"], "drops": report["ssd_write_drops"],
               "seconds": whole["seconds"]}
        rows.append(row)
        print("  ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)
    print("median: " + "  ".join(f"{name} {statistics.median(row[name] for row in rows):.3f}" for name in rows[0]))
    print("limits: " + "  ".join(f"{name} {value}" for name, value in LIMITS.items()))


main()
