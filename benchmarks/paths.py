"""Imports along a path of 10 and of 1,000 directories: CPython, importal, and importal with an index, also a sealed one.

Each directory holds one module and one portion of a namespace package. Microseconds, in processes of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import _measure as measure

SIZES = (10, 1000)
# What is imported with, and the options of the index, where there is one.
VARIANTS: dict[str, list[str] | None] = {"CPython": None, "importal": None, "index": [], "sealed": ["--sealed"]}
PROGRAM = """
import json, sys, time
root, size = sys.argv[1], int(sys.argv[2])
sys.path[1:1] = [f"{root}/d{number:04}" for number in range(size)]
def timed(name):
    begun = time.perf_counter()
    try:
        __import__(name)
    except ImportError:
        pass
    return (time.perf_counter() - begun) * 1e6
last = size - 1
middle = lambda values: sorted(values)[len(values) // 2]
print(json.dumps({
    "first": timed(f"m{last}"), "later": middle([timed(f"m{last - one}") for one in range(1, 9)]),
    "failing, first": timed("nothing"), "failing": middle([timed(f"nothing{one}") for one in range(8)]),
    "namespace, first": timed(f"ns.s{last}"), "namespace": middle([timed(f"ns.s{last - one}") for one in range(1, 9)]),
}))
"""


def write(folder: Path, size: int) -> None:
    for number in range(size):
        place = folder / f"d{number:04}"
        (place / "ns").mkdir(parents=True)
        (place / f"m{number}.py").write_text("x = 1\n")
        (place / "ns" / f"s{number}.py").write_text("x = 1\n")


def main() -> None:
    arguments = measure.parser(__doc__ or "", rounds=7).parse_args()
    tables, figures = [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "main.py").write_text(PROGRAM)
        runs: dict[str, Callable[[], dict[str, float]]] = {}
        for size in SIZES:
            write(folder / str(size), size)
            entries = sorted(str(one) for one in (folder / str(size)).iterdir())
            program = [str(folder / "main.py"), str(folder / str(size)), str(size)]
            for variant, options in VARIANTS.items():
                index = folder / f"{size}-{variant}.pack"
                command = [sys.executable, *program]
                if variant != "CPython":
                    command[1:1] = ["-m", "importal", "run"]
                if options is not None:
                    making = [sys.executable, "-m", "importal", "index", "-o", str(index), *options, *entries]
                    subprocess.run(making, check=True, capture_output=True, env=measure.environment())
                    command[4:4] = ["--pack", str(index)]
                runs[f"{variant}, {size}"] = lambda command=command: json.loads(measure.Run(command).stdout)
        results = measure.interleave(runs, arguments.rounds)
        medians = {run: {what: measure.statistics.median(values) for what, values in result.items()} for run, result in results.items()}  # fmt: skip
        title = f"Microseconds for one import: medians of {arguments.rounds} rounds, and 1,000 directories to 10"
        ratios = [f"{variant} ratio" for variant, options in VARIANTS.items() if options is not None]
        table = measure.Table(title, ["", *runs, *ratios])
        for what in next(iter(medians.values())):
            cells = {run: median[what] for run, median in medians.items()}
            times = [
                cells[f"{variant}, {SIZES[1]}"] / cells[f"{variant}, {SIZES[0]}"]
                for variant, options in VARIANTS.items()
                if options is not None
            ]
            table.add(what, *(f"{cell:.0f}" for cell in cells.values()), *(f"{time:.2f}" for time in times))
        tables.append(table)
        figures["medians"] = medians
    measure.show("paths", tables, figures, arguments.json)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
