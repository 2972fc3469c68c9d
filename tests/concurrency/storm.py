"""Run the two programs that CPython fails, many times, under importal and a few times under CPython; print a table.

``python tests/concurrency/storm.py --runs 100 --python python3.11 --python python3.13``. The exit status is 0 when
every run under importal ended well, else 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

for folder in ("src", "tests"):  # where no importal is installed
    sys.path.append(str(Path(__file__).resolve().parents[2] / folder))

import process

import packaged

PROGRAMS = sorted((process.HERE / "programs").glob("*.py"))


def verdict(run: process.Run) -> str:
    """Return "well", or in a few words how the run failed."""
    if run.hung:
        return "hung"
    if run.status:
        return f"exit status {run.status}"
    errors = [error for _, error in run.facts["outcomes"] if error]
    if errors:
        return errors[0][:60]
    if run.facts["incomplete"]:
        return "half-initialised"
    return "well" if run.clean else "something left behind"


def storm(program: Path, mode: str, python: str, runs: int, limit: float, **options: Any) -> dict[str, int]:
    """Return how often the program ended in which way."""
    counts: dict[str, int] = {}
    for _ in range(runs):
        run = process.run(program, mode=mode, python=python, limit=limit, **options)
        word = verdict(run)
        counts[word] = counts.get(word, 0) + 1
        if mode == "importal" and word != "well":
            print(f"-- {program.stem} under importal: {word}\n{run.facts}\n{run.left}\n{run.output}", file=sys.stderr)
    return counts


def main() -> int:
    """Carry out what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100, help="runs of each program under importal (default: 100)")
    parser.add_argument("--stock-runs", type=int, default=5, help="and under CPython (default: 5)")
    parser.add_argument("--limit", type=float, default=20, help="seconds after which a run has hung (default: 20)")
    parser.add_argument("--stock-limit", type=float, default=8, help="the same for CPython, which hangs (default: 8)")
    parser.add_argument("--python", action="append", help="an interpreter; may be given more than once")
    parser.add_argument("--first", action="append", default=[], help="a module to import before the threads start")
    # Far below the interpreter's own 0.005, library code shows races of its own: dataclasses takes `typing` from
    # sys.modules without importing it, and may find it half-initialised under any import system.
    parser.add_argument("--switch", type=float, help="seconds between two switches of threads (default: CPython's own)")
    options = parser.parse_args()
    failed = False
    for base in options.python or [sys.executable]:
        python = packaged.environment(Path(__file__).with_name("requirements.txt"), base)
        version = packaged.version(python)
        for program in PROGRAMS:
            for mode, runs, limit in (
                ("importal", options.runs, options.limit),
                ("cpython", options.stock_runs, options.stock_limit),
            ):
                began = time.perf_counter()
                counts = storm(program, mode, python, runs, limit, switch=options.switch, first=options.first)
                others = ", ".join(f"{count} {word}" for word, count in counts.items() if word != "well")
                print(
                    f"{version:8} {program.stem:20} {mode:9} {counts.get('well', 0):3} of {runs:3} well"
                    f" in {time.perf_counter() - began:5.1f} s  {others}",
                    flush=True,
                )
                failed = failed or (mode == "importal" and counts.get("well", 0) < runs)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
