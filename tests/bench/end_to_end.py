#!/usr/bin/env python3
"""What a chat trace gets out of the disk: end_to_end.py --program hearth --trace FILE --directory ON_THE_DISK [...].
Replays the trace as fast as it goes with both tiers, and measures before and after it what the disk does by itself for
the same mix of reads and writes of the same size (fio, io_uring, O_DIRECT, 32 at a time). Expected: the better part of
that; what is missing are moments in which one thread has nothing under way. CPU is that of the whole process, making and
looking at payloads included; what that takes is measured by a replay without a cold tier, and taken off in the second
figure. Prints a line a repetition and the medians."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

GB = 1e9
LIMITS = {"of the disk": 0.85, "cores per GB/s": 0.25}


def replay(arguments, place):
    """Bytes that went to and came from the device, seconds, CPU seconds and the report."""
    command = [arguments.program, "replay", "--trace", arguments.trace, "--dir", place, "--json", "--hot", arguments.hot,
               "--cold", arguments.cold, "--block-bytes", arguments.block_bytes, *arguments.more]
    with tempfile.TemporaryFile("w+") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status != 0:
            sys.exit(f"{' '.join(command)} ended with status {status}")
        out.seek(0)
        report = json.load(out)
    return used.ru_inblock * 512, used.ru_oublock * 512, seconds, used.ru_utime + used.ru_stime, report


def payload_cpu(arguments):
    """CPU seconds for each byte put, in a cache without a cold tier: mostly for making payloads."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([arguments.program, "replay", "--trace", arguments.trace, "--json", "--hot", arguments.hot, "--cold",
                                    "0", "--block-bytes", arguments.block_bytes, "--requests", "1000"], stdout=out)
        _, _, used = os.wait4(process.pid, 0)
        out.seek(0)
        report = json.load(out)
    return (used.ru_utime + used.ru_stime) / report["replay"]["bytes_put"]


def disk(arguments, place, read_share, depth=32):
    """Bytes a second of the disk by itself."""
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
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement of the disk")
    parser.add_argument("more", nargs="*", help="further options of hearth replay")
    arguments = parser.parse_args()
    rows = []
    read_share = 0.5
    making = payload_cpu(arguments)
    for _ in range(arguments.repetitions):
        with tempfile.TemporaryDirectory(dir=arguments.directory, prefix="hearth-end-to-end-") as place:
            store = pathlib.Path(place) / "store"
            store.mkdir()
            before = disk(arguments, place, read_share)
            read, written, seconds, cpu, report = replay(arguments, str(store))
            subprocess.run(["rm", "-rf", str(store)], check=True)
            read_share = read / (read + written)
            raw = (before + disk(arguments, place, read_share)) / 2
        rate = (read + written) / seconds
        row = {"read GB/s": read / seconds / GB, "written GB/s": written / seconds / GB, "disk GB/s": raw / GB,
               "of the disk": rate / raw, "cores per GB/s": cpu / seconds / (rate / GB),
               "without payloads": (cpu - making * report["replay"]["bytes_put"]) / seconds / (rate / GB),
               "usable": report["replay"]["usable_prefix_hit_ratio"], "drops": report["ssd_write_drops"], "seconds": seconds}
        rows.append(row)
        print("  ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)
    print("median: " + "  ".join(f"{name} {statistics.median(row[name] for row in rows):.3f}" for name in rows[0]))
    print("limits: " + "  ".join(f"{name} {value}" for name, value in LIMITS.items()))


main()
