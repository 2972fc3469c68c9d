#!/usr/bin/env python3
"""Run CPython's own test.test_importlib, unedited, with another import system in its "Source" slot.

CPython tests importlib twice: most test classes are made in a pair, ``Frozen_X`` for the importlib frozen into
the interpreter and ``Source_X`` for a fresh copy read from its source. All pairs come from three functions and
two tables of ``test.test_importlib.util``; this program re-points the second half of each pair before any test
module is loaded. The frozen half stays as it is and is the control group: if it fails too, the machine is to blame.

    run_slot.py                                  importal in the slot
    run_slot.py --adapter stock_adapter.py       a private copy of the interpreter's own importlib in the slot

An adapter is a Python file with

    get(name)   the namespace for 'importlib', 'importlib.machinery', 'importlib.util' or 'importlib.abc'
    ROOTS       path prefixes of the implementation's own source files, for --reach
    setup(arg)  optional; called once before get, with the text after ':' in --adapter FILE:ARG

Exit status: 0 all is well; 1 a test failed, a test module did not load, or --expect was not met; 2 the run
could not start.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import sys
import tempfile
import time
import unittest
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

from recorder import BAD, OUTCOMES, Reach, Record, Row, flatten, module_not_loaded

HERE = Path(__file__).resolve().parent
SUITE = "test.test_importlib"
SLOT = "Source"
#: The kinds of test there are, and what each is here.
GROUPS = {SLOT: "the slot", "Frozen": "the control group", "": "not one of a pair"}
NAMESPACES = ("importlib", "importlib.machinery", "importlib.util", "importlib.abc")


class CannotRun(Exception):
    """The run cannot start; the text says what is missing and what to do."""


@dataclass(frozen=True)
class Report:
    """What one run of the suite showed."""

    rows: list[Row]
    not_loaded: list[str]
    seconds: float

    def counts(self, kind: str) -> Counter[str]:
        """Return how many tests of that kind had each outcome."""
        return Counter(row.outcome for row in self.rows if row.kind == kind)

    def complaints(self, expect: int | None) -> list[str]:
        """Return one line for each reason why this run is not good."""
        lines = [f"test module did not load: {name}" for name in self.not_loaded]
        lines += [f"{row.outcome}: {row.id}: {row.why}" for row in self.rows if row.outcome in BAD]
        seen = self.counts(SLOT).total()
        if seen == 0:
            lines.append("no test ran in the slot")
        if expect is not None and seen != expect:
            lines.append(f"expected {expect} tests in the slot, saw {seen}")
        return lines


def load_adapter(text: str) -> ModuleType:
    """Load the adapter named by `text`, FILE or FILE:ARG, and call its setup."""
    file, _, argument = text.partition(":")
    spec = importlib.util.spec_from_file_location("slot_adapter", file)
    if spec is None or spec.loader is None or not os.path.isfile(file):
        raise CannotRun(f"{file} is not a Python file")
    adapter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(adapter)
    if hasattr(adapter, "setup"):
        adapter.setup(argument)
    return adapter


def check_environment() -> None:
    """Refuse to run where the suite would quietly shrink."""
    if sys.dont_write_bytecode:
        raise CannotRun(
            "bytecode writing is off, and the suite would silently skip about 45 tests in the slot: "
            "unset PYTHONDONTWRITEBYTECODE, do not give -B"
        )
    try:
        importlib.import_module(SUITE)
    except ImportError as problem:
        raise CannotRun(
            f"this Python ({sys.executable}) comes without its own test suite ({problem}); "
            "Debian has it in libpythonX.Y-testsuite, a Python built from source always does"
        ) from problem


def plug(namespaces: dict[str, ModuleType]) -> None:
    """Make the Source half of every pair that the suite builds from now on be `namespaces`."""
    from test.test_importlib import util as suite_util

    original = suite_util.import_importlib

    def import_importlib(module_name: str) -> dict[str, ModuleType]:
        pair = original(module_name)  # still raises for a name that does not exist: one test wants that
        if module_name in namespaces:
            pair[SLOT] = namespaces[module_name]
        return pair

    top = namespaces["importlib"]
    suite_util.import_importlib = import_importlib
    suite_util.source_importlib = top
    suite_util.__import__ = {**suite_util.__import__, SLOT: staticmethod(top.__import__)}


def load_tests(only: str) -> tuple[unittest.TestSuite, list[str]]:
    """Return the tests whose id matches `only`, and the names of the test modules that did not load."""
    kept, not_loaded = unittest.TestSuite(), []
    for test in flatten(unittest.TestLoader().loadTestsFromName(SUITE)):
        missing = module_not_loaded(test)
        if missing is not None:
            not_loaded.append(missing)
        if missing is not None or re.search(only, test.id()):
            kept.addTest(test)
    return kept, not_loaded


def run(adapter: ModuleType, only: str, reach: bool, verbosity: int) -> Report:
    """Run the suite with `adapter` in the slot."""
    plug({name: adapter.get(name) for name in NAMESPACES})
    suite, not_loaded = load_tests(only)
    record = Record(reach=Reach(adapter.ROOTS) if reach else None)
    started = time.perf_counter()
    record.run(suite, verbosity)
    return Report(record.rows, not_loaded, time.perf_counter() - started)


def print_report(report: Report, complaints: list[str], reach: bool) -> None:
    print(f"CPython {version()}, {SUITE}, {report.seconds:.1f} s")
    for kind, meaning in GROUPS.items():
        counts = report.counts(kind)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
        print(f"  {meaning}: {counts.total()} tests: {told or 'none'}")
    if reach:
        reached = sum(row.kind == SLOT and row.reached is True for row in report.rows)
        print(f"  {reached} tests in the slot called into the implementation")
    for line in complaints:
        print(f"  {line}")
    print("not good" if complaints else "good")


def as_json(report: Report, complaints: list[str]) -> dict[str, object]:
    return {
        "python": version(),
        "seconds": round(report.seconds, 3),
        "counts": {meaning: dict(report.counts(kind)) for kind, meaning in GROUPS.items()},
        "not_loaded": report.not_loaded,
        "complaints": complaints,
        "tests": [asdict(row) for row in report.rows],
    }


def version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--adapter",
        default=str(HERE / "adapter.py"),
        metavar="FILE[:ARG]",
        help="what goes into the slot (default: importal)",
    )
    parser.add_argument("--expect", type=int, metavar="N", help="exact number of tests there must be in the slot")
    parser.add_argument("--only", default="", metavar="RE", help="run the tests whose id matches this expression")
    parser.add_argument("--reach", action="store_true", help="count the tests that call into the implementation")
    parser.add_argument("--json", metavar="FILE", help="write every test and its outcome to FILE")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each test as it runs")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    options = arguments(argv)
    json_file = Path(options.json).absolute() if options.json else None
    try:
        check_environment()
        adapter = load_adapter(options.adapter)
    except CannotRun as problem:
        print(f"run_slot: {problem}", file=sys.stderr)
        return 2
    home = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="slot-") as directory:
        os.chdir(directory)  # the tests write files into the current directory
        try:
            report = run(adapter, options.only, options.reach, 2 if options.verbose else 0)
        finally:
            os.chdir(home)
    complaints = report.complaints(options.expect)
    print_report(report, complaints, options.reach)
    if json_file:
        json_file.write_text(json.dumps(as_json(report, complaints), indent=1) + "\n", encoding="utf-8")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
