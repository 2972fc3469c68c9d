"""Break the engine, one line at a time, and see whether the tests notice.

    python tests/mutants/run.py [--only NUMBER ...] [--write]

Each mutant is a copy of src with one line changed (catalogue.py); the tests named for it run against that copy, which
they find by PYTHONPATH. A mutant that no test notices has survived: exit status 1. So has a line that is no longer
there to be changed. `--write` puts the table of what was seen into tests/README.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from catalogue import MUTANTS, ROWS, Mutant

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src"
README = ROOT / "tests" / "README.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
TEST_LIMIT = 40  # seconds for one test: some mutants make threads wait for ever

Test = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one mutant: the tests that turned red, or what went wrong instead."""

    mutant: Mutant
    red: tuple[str, ...]
    words: str
    seconds: float

    @property
    def survived(self) -> bool:
        return not self.red


def misplaced(mutant: Mutant) -> str | None:
    """Return why the mutant cannot be made, or None."""
    file = SOURCES / "importal" / mutant.file
    if not file.is_file():
        return f"there is no {mutant.file}"
    count = file.read_text(encoding="utf-8").count(mutant.old)
    return None if count == 1 else f"its text stands {count} times in {mutant.file}"


def copy_of_sources(folder: Path, mutant: Mutant | None) -> Path:
    """Copy src below the folder, with the mutant's line changed, and return the copy."""
    copy = folder / "src"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if mutant is not None:
        file = copy / "importal" / mutant.file
        file.write_text(file.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")
    return copy


def failing(tests: Iterable[str], sources: Path, folder: Path) -> tuple[set[Test], str]:
    """Run tests against a copy of the sources; return (those that failed, the last words of pytest).

    Raises RuntimeError when the tests ran against other sources, or none ran.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(sources)
    report = folder / "report.xml"
    seen = subprocess.run(
        [sys.executable, "-c", "import importal; print(importal.__file__)"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    if not Path(seen).is_relative_to(sources):
        raise RuntimeError(f"the tests would run against {seen}, not {sources}")
    options = [
        "-q",
        "--tb=no",
        "-o",
        f"cache_dir={folder / 'cache'}",
        f"--timeout={TEST_LIMIT}",
        f"--junit-xml={report}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *sorted(set(tests))],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    words = ([line for line in done.stdout.splitlines() if line.strip()] or [done.stderr.strip()])[-1]
    if not report.is_file():
        raise RuntimeError(f"pytest wrote no report: {done.stdout}{done.stderr}")
    cases = list(ET.parse(report).getroot().iter("testcase"))
    if not cases:
        raise RuntimeError(f"no test ran: {done.stdout}{done.stderr}")
    failed = {
        (case.get("classname") or "", case.get("name") or "")
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    return failed, words


def try_mutant(mutant: Mutant, red_before: set[Test]) -> Verdict:
    """Make one mutant and run its tests."""
    started = time.monotonic()
    wrong = misplaced(mutant)
    if wrong is not None:
        return Verdict(mutant, (), f"cannot be made: {wrong}", 0.0)
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        failed, words = failing(mutant.tests, copy_of_sources(folder, mutant), folder)
    names = {name.partition("[")[0] for _, name in failed - red_before}
    return Verdict(mutant, tuple(sorted(names)), words, time.monotonic() - started)


def red_without_mutants(mutants: Iterable[Mutant]) -> set[Test]:
    """Return the tests that fail on the engine as it is: they prove nothing."""
    with tempfile.TemporaryDirectory(prefix="mutant-none-") as name:
        folder = Path(name)
        tests = [test for mutant in mutants for test in mutant.tests]
        failed, _ = failing(tests, copy_of_sources(folder, None), folder)
    return failed


def table(verdicts: list[Verdict]) -> str:
    """Return the verdicts as a table in Markdown."""
    lines = ["| row | what is broken | where | tests that turn red |", "|---|---|---|---|"]
    for verdict in verdicts:
        mutant = verdict.mutant
        red = "<br>".join(f"`{name}`" for name in verdict.red) or "**none: it survives**"
        lines.append(f"| {mutant.row} {ROWS[mutant.row]} | {mutant.what} | `{mutant.file}` | {red} |")
    return "\n".join(lines)


def write(verdicts: list[Verdict]) -> None:
    """Put the table between its two marks in tests/README.md."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table(verdicts)}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Try the mutants that are asked for; return 0 when the tests have noticed all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="these mutants, counted from 1")
    parser.add_argument("--list", action="store_true", help="say what there is, try nothing")
    parser.add_argument("--write", action="store_true", help="put the table into tests/README.md")
    options = parser.parse_args()
    numbered = [(number, mutant) for number, mutant in enumerate(MUTANTS, 1) if number in (options.only or [number])]
    if options.list:
        for number, mutant in numbered:
            print(f"{number:3} row {mutant.row:2}  {mutant.file:24} {mutant.what}")
        return 0
    chosen = [mutant for _, mutant in numbered]
    red_before = red_without_mutants(chosen)
    for _, name in sorted(red_before):
        print(f"red without any mutant, proves nothing: {name}")
    verdicts = []
    for number, mutant in numbered:
        verdict = try_mutant(mutant, red_before)
        verdicts.append(verdict)
        word = "SURVIVES" if verdict.survived else "red"
        print(f"{number:3} {word:9}{verdict.seconds:5.1f} s  row {mutant.row:2}  {mutant.what}", flush=True)
        print(f"    {verdict.words if verdict.survived else ', '.join(verdict.red)}", flush=True)
    survivors = [verdict for verdict in verdicts if verdict.survived]
    print(f"{len(verdicts)} mutants, {len(survivors)} survive")
    if options.write and not options.only:
        write(verdicts)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
