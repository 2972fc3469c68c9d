"""What `importal cost` forecasts for import statements of applications, beside what is saved without each of them.

The applications import real packages, which share much of what they bring in. Each statement is taken out in turn, and
each application is timed under `importal run` with and without it, round after round; as many traces give forecasts.
Whatever else the machine does only adds to a time: so a time is the mean of the faster half of its rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import _measure as measure

APPLICATIONS = {
    "command line": ("import requests", "import rich.console, rich.table, rich.progress", "import typer"),
    "service": ("import fastapi", "import sqlalchemy.orm", "import boto3"),
    "analysis": ("import pandas", "import sympy", "import matplotlib.pyplot"),
}
LIMIT = 0.2


def application(statements: tuple[str, ...], without: str | None = None) -> str:
    """Return the program, which prints how many milliseconds its imports took; a statement may be left out."""
    lines = (statement if statement != without else "pass" for statement in statements)
    body = "\n".join(lines)
    return f"import time\nbegun = time.perf_counter()\n{body}\nprint((time.perf_counter() - begun) * 1e3)\n"


def timed(program: Path) -> float:
    """Return the milliseconds that the imports of *program* take."""
    said = measure.Run([sys.executable, "-m", "importal", "run", str(program)], program.parent).stdout
    return float(said.split()[-1])


def forecasts(program: Path) -> dict[str, float]:
    """Return the milliseconds that each statement costs, by `importal cost`."""
    command = [sys.executable, "-m", "importal", "cost", "--json", "--most", "0", "--in", "__main__", str(program)]
    # Standard output is the program's own.
    done = subprocess.run(
        command, env=measure.environment(), cwd=program.parent, capture_output=True, text=True, check=True
    )
    document = json.loads(done.stderr[done.stderr.index("{") :])
    lines = program.read_text().splitlines()
    return {lines[one["by"]["line"] - 1]: one["time"] / 1e6 for one in document["statements"]}


def undisturbed(times: list[float]) -> float:
    """Return the mean of the faster half of *times*."""
    faster = sorted(times)[: (len(times) + 1) // 2]
    return sum(faster) / len(faster)


def measured(statements: tuple[str, ...], rounds: int, folder: Path) -> dict[str, dict[str, float]]:
    """Return the forecast, and what was saved, for each statement of an application, in milliseconds."""
    programs: dict[str | None, Path] = {}
    for number, without in enumerate([None, *statements]):
        programs[without] = folder / f"without{number}.py"
        programs[without].write_text(application(statements, without))
        timed(programs[without])
    times: dict[str | None, list[float]] = {without: [] for without in programs}
    forecast: dict[str, list[float]] = {statement: [] for statement in statements}
    for turn in range(rounds):
        # In another order each time: what has just run is warmer.
        order = list(programs)[turn % len(programs) :] + list(programs)[: turn % len(programs)]
        for without in order:
            times[without].append(timed(programs[without]))
        told = forecasts(programs[None])
        for statement in statements:
            forecast[statement].append(told.get(statement, 0.0))
    whole = undisturbed(times[None])
    return {
        statement: {"forecast": undisturbed(forecast[statement]), "saved": whole - undisturbed(times[statement])}
        for statement in statements
    }


def main() -> None:
    arguments = measure.parser(__doc__ or "", rounds=15).parse_args()
    table = measure.Table(
        f"Milliseconds: means of the faster half of {arguments.rounds} rounds",
        ["application", "statement", "forecast", "saved", "forecast to saved"],
    )
    figures: dict[str, object] = {}
    within = total = 0
    for name, statements in APPLICATIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = measured(statements, arguments.rounds, Path(folder))
        figures[name] = found
        for statement, one in found.items():
            ratio = one["forecast"] / one["saved"]
            total += 1
            within += abs(ratio - 1) <= LIMIT
            table.add(name, statement, f"{one['forecast']:.1f}", f"{one['saved']:.1f}", f"{ratio:.2f}")
    table.add("within 20 %", "", "", "", f"{within} of {total}")
    measure.show("cost", [table], figures, arguments.json)


if __name__ == "__main__":
    main()
