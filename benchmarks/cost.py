"""What `importal cost` forecasts for import statements of an application, beside what is saved without each of them.

The application imports real packages, which share much of what they bring in. Each statement is taken out in turn; the
savings are differences of paired rounds under `importal run`, the forecasts medians of as many traces.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import _measure as measure

STATEMENTS = (
    "import requests",
    "import rich.console, rich.table",
    "import typer",
    "import sqlalchemy.orm",
    "import pandas",
    "import sympy",
    "import boto3",
    "import fastapi",
    "import matplotlib.pyplot",
)
LIMIT = 0.2


def application(without: str | None = None) -> str:
    """Return the program, which prints how many milliseconds its imports took; a statement may be left out."""
    lines = (statement if statement != without else "pass" for statement in STATEMENTS)
    body = "\n".join(lines)
    return f"import time\nbegun = time.perf_counter()\n{body}\nprint((time.perf_counter() - begun) * 1e3)\n"


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


def main() -> None:
    arguments = measure.parser(__doc__ or "", rounds=9).parse_args()
    table = measure.Table(
        f"Milliseconds: medians of {arguments.rounds} rounds",
        ["statement", "forecast", "saved", "", "forecast to saved"],
    )
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        programs = {None: Path(name, "app.py")}
        programs[None].write_text(application())
        for number, statement in enumerate(STATEMENTS):
            programs[statement] = Path(name, f"without{number}.py")
            programs[statement].write_text(application(statement))

        def timed(program: Path) -> dict[str, float]:
            said = measure.Run([sys.executable, "-m", "importal", "run", str(program)], program.parent).stdout
            return {"ms": float(said.split()[-1])}

        runs = {
            statement or "": lambda program=program: timed(program)  # type: ignore[misc]
            for statement, program in programs.items()
        }
        results = measure.interleave({**runs, "forecast": lambda: forecasts(programs[None])}, arguments.rounds)
    within = 0
    for statement in STATEMENTS:
        saved = measure.Difference(results[statement]["ms"], results[""]["ms"])
        forecast = measure.statistics.median(results["forecast"].get(statement, [0.0]))
        ratio = forecast / saved.median
        within += abs(ratio - 1) <= LIMIT
        table.add(
            statement, f"{forecast:.1f}", f"{saved.median:.1f}", f"({saved.low:.1f}-{saved.high:.1f})", f"{ratio:.2f}"
        )
        figures[statement] = {"forecast": forecast, "saved": vars(saved)}
    table.add("within 20 %", "", "", "", f"{within} of {len(STATEMENTS)}")
    measure.show("cost", [table], figures, arguments.json)


if __name__ == "__main__":
    main()
