"""Imports along a path of 10 and of 1,000 directories: CPython, importal, and importal with an index, also a sealed one.

Each directory holds one module and one portion of a namespace package. Microseconds for one import, in processes of their
own; milliseconds of whole processes that make none of them, the first, or all; and instructions and file-system calls:
those of a process that makes an import less those of one that stops before it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import _measure as measure

SIZES = (10, 1000)
# What is imported with, and the options of the index, where there is one.
VARIANTS: dict[str, list[str] | None] = {"CPython": None, "importal": None, "index": [], "sealed": ["--sealed"]}
INDEXED = [variant for variant, options in VARIANTS.items() if options is not None]
PROGRAM = """
import json, sys, time
root, size = sys.argv[1], int(sys.argv[2])
with open(root + ".txt") as file:
    sys.path[1:1] = file.read().splitlines()
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
COUNTED = """
import os, sys
root, size, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with open(root + ".txt") as file:
    sys.path[1:1] = file.read().splitlines()
for name in names:
    try:
        __import__(name)
    except ImportError:
        pass
os._exit(0)
"""


def steps(size: int) -> dict[str, str]:
    """Return what is imported, one after the other, in the counted program."""
    last = size - 1
    return {
        "first": f"m{last}",
        "later": f"m{last - 1}",
        "failing, first": "nothing",
        "failing": "nothing1",
        "namespace, first": f"ns.s{last}",
        "namespace": f"ns.s{last - 1}",
    }


def processes(size: int) -> dict[str, list[str]]:
    """Return what the processes import that are timed as a whole."""
    made = steps(size)
    firsts = {step.partition(",")[0]: [name] for step, name in made.items() if step.endswith("first")}
    return {"no import": [], **firsts, "all six": list(made.values())}


class Paths:
    """The directories, the indexes of them, and the two programs, in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "timed.py").write_text(PROGRAM)
        (folder / "counted.py").write_text(COUNTED)
        for size in SIZES:
            for number in range(size):
                place = folder / str(size) / f"d{number:04}"
                (place / "ns").mkdir(parents=True)
                (place / f"m{number}.py").write_text("x = 1\n")
                (place / "ns" / f"s{number}.py").write_text("x = 1\n")
            places = [str(folder / str(size) / f"d{number:04}") for number in range(size)]
            (folder / f"{size}.txt").write_text("\n".join(places))
            # Before the index is made: a directory in which bytecode is written later has changed.
            self._run("-m", "compileall", "-q", str(folder / str(size)))
            for variant in INDEXED:
                index = str(self._index(variant, size))
                self._run("-m", "importal", "index", "-o", index, *(VARIANTS[variant] or []), *places)

    def _run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=measure.environment())

    def _index(self, variant: str, size: int) -> Path:
        return self.folder / f"{size}-{variant}.pack"

    def command(self, variant: str, size: int, program: str, *arguments: str) -> list[str]:
        command = [sys.executable]
        if variant != "CPython":
            command += ["-m", "importal", "run"]
        if variant in INDEXED:
            command += ["--pack", str(self._index(variant, size))]
        return [*command, str(self.folder / program), str(self.folder / str(size)), str(size), *arguments]


def table(title: str, figures: dict[str, dict[str, float]], digits: int = 0) -> measure.Table:
    """Return the table of *figures*, by run and step, and of 1,000 directories to 10 where there is an index."""
    ratios = {f"{variant} ratio": [f"{variant}, {size}" for size in reversed(SIZES)] for variant in INDEXED}
    rows = measure.Table(title, ["", *figures, *ratios])
    for step in next(iter(figures.values())):
        cells = [f"{figure[step]:,.{digits}f}" for figure in figures.values()]
        parts = [figures[more][step] / (figures[less][step] or 1) for more, less in ratios.values()]
        rows.add(step, *cells, *(f"{part:.2f}" for part in parts))
    return rows


def time_imports(paths: Paths, rounds: int) -> dict[str, dict[str, float]]:
    runs: dict[str, Callable[[], dict[str, float]]] = {}
    for size in SIZES:
        for variant in VARIANTS:
            command = paths.command(variant, size, "timed.py")
            runs[f"{variant}, {size}"] = lambda command=command: json.loads(measure.Run(command).stdout)
    results = measure.interleave(runs, rounds)
    return {
        run: {step: measure.statistics.median(values) for step, values in result.items()}
        for run, result in results.items()
    }


def time_processes(paths: Paths, rounds: int) -> dict[str, dict[str, float]]:
    """Return the milliseconds of each process of `processes`."""
    medians: dict[str, dict[str, float]] = {}
    for process in processes(1):
        runs: dict[str, Callable[[], dict[str, float]]] = {}
        for size in SIZES:
            for variant in VARIANTS:
                command = paths.command(variant, size, "counted.py", *processes(size)[process])
                runs[f"{variant}, {size}"] = lambda command=command: {"ms": measure.Run(command).wall * 1e3}
        for run, result in measure.interleave(runs, rounds).items():
            medians.setdefault(run, {})[process] = measure.statistics.median(result["ms"])
    return medians


def count(paths: Paths, counter: Callable[[list[str]], int]) -> dict[str, dict[str, float]]:
    """Return what each import costs by *counter*, which says it of a command."""
    figures: dict[str, dict[str, float]] = {}
    for size in SIZES:
        for variant in VARIANTS:
            names = steps(size)
            whole = paths.command(variant, size, "counted.py", *names.values())
            for _ in range(2):
                measure.Run(whole)  # importal's own modules are kept by the first
            ends = [counter(whole[: len(whole) - len(names) + made]) for made in range(len(names) + 1)]
            figures[f"{variant}, {size}"] = {
                step: after - before for step, (before, after) in zip(names, pairwise(ends), strict=True)
            }
    return figures


def main() -> None:
    arguments = measure.parser(__doc__ or "", rounds=7).parse_args()
    tables, figures = [], {}
    with tempfile.TemporaryDirectory() as name:
        paths = Paths(Path(name))
        if arguments.rounds:
            figures["medians"] = time_imports(paths, arguments.rounds)
            title = f"Microseconds for one import: medians of {arguments.rounds} rounds, and 1,000 directories to 10"
            tables.append(table(title, figures["medians"]))
            figures["processes"] = time_processes(paths, arguments.rounds)
            title = f"Milliseconds of a process: medians of {arguments.rounds} rounds, and 1,000 directories to 10"
            tables.append(table(title, figures["processes"], 1))
        if not arguments.no_count and measure.available("valgrind", "instructions are"):
            figures["instructions"] = count(paths, measure.instructions)
            tables.append(table("Instructions for one import, and 1,000 directories to 10", figures["instructions"]))
        if not arguments.no_count and measure.available("strace", "system calls are"):
            calls = count(paths, lambda command: measure.file_calls(measure.system_calls(command)))
            figures["file-system calls"] = calls
            tables.append(table("File-system calls for one import, and 1,000 directories to 10", calls))
    measure.show("paths", tables, figures, arguments.json)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
