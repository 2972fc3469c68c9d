"""Imports along a path of 10 and of 1,000 directories: CPython, importal, and importal with an index of the path.

Each directory holds one module and one portion of a namespace package. Microseconds, in processes of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import _measure as measure

SIZES = (10, 1000)
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
        runs = {}
        for size in SIZES:
            write(folder / str(size), size)
            index = folder / f"{size}.pack"
            entries = sorted(str(one) for one in (folder / str(size)).iterdir())
            subprocess.run(
                [sys.executable, "-m", "importal", "index", "-o", index, *entries],
                check=True,
                capture_output=True,
                env=measure.environment(),
            )
            program = [str(folder / "main.py"), str(folder / str(size)), str(size)]
            for variant, options in (
                ("CPython", None),
                ("importal", []),
                ("index", ["--pack", str(index)]),
            ):
                start = [] if options is None else ["-m", "importal", "run", *options]
                command = [sys.executable, *start, *program]
                runs[f"{variant}, {size}"] = lambda command=command: json.loads(measure.Run(command).stdout)
        results = measure.interleave(runs, arguments.rounds)
        medians = {run: {what: measure.statistics.median(values) for what, values in result.items()} for run, result in results.items()}  # fmt: skip
        table = measure.Table(
            f"Microseconds for one import: medians of {arguments.rounds} rounds, and 1,000 directories to 10",
            [
                "",
                *(f"{variant}, {size}" for variant in ("CPython", "importal", "index") for size in SIZES),
                "index ratio",
            ],
        )
        for what in next(iter(medians.values())):
            cells = [
                medians[f"{variant}, {size}"][what] for variant in ("CPython", "importal", "index") for size in SIZES
            ]
            table.add(what, *(f"{cell:.0f}" for cell in cells), f"{cells[-1] / cells[-2]:.2f}")
        tables.append(table)
        figures["medians"] = medians
    measure.show("paths", tables, figures, arguments.json)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
