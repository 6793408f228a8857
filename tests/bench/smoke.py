#!/usr/bin/env python3
"""Runs the cold tier's benchmark at tiny sizes: smoke.py PROGRAM. No figure is looked at, but these must hold:
each contender gave back the bytes that were put, or says why it took no part; the JSON is JSON; nothing is left."""
import json
import pathlib
import subprocess
import sys
import tempfile


def run(program, directory, *arguments):
    """The JSON that a run wrote."""
    written = pathlib.Path(directory) / "out.json"
    run = subprocess.run([program, "--quick", "--directory", directory, "--json", written, *arguments],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"exit code {run.returncode}\n{run.stdout}\n{run.stderr}")
    found = json.loads(written.read_text())
    written.unlink()
    return found


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-smoke-") as directory:
        wrong = []
        for size, contenders in run(program, directory)["sizes"].items():
            for name, cell in contenders.items():
                seen = [cell.get(figure, {}).get("max", 0) for figure in ("checked_blocks", "lost_share")]
                if cell["failed"] or not (cell["refused"] or max(seen) > 0):
                    wrong.append(f"{name}, {size}: {cell['failed'] or 'no block was checked'}")
        for name, row in run(program, directory, "--reopen")["reopen"].items():
            if row["failed"] or row["found"] < 100:
                wrong.append(f"{name}: found {row['found']} of 100 blocks again. {row['failed']}")
        wrong += [f"left behind: {path.name}" for path in pathlib.Path(directory).iterdir()]
    print("\n".join(wrong) or "each contender gives back what was put")
    return 1 if wrong else 0


sys.exit(main())
