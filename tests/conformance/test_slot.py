"""CPython's own test.test_importlib with importal in its "Source" slot, for the Python that runs this."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

#: {release: (tests in the slot, of them passed, of them skipped)}, measured on Linux with a copy of the release's
#: own importlib in the slot. Another release is measured when the test runs, against the same copy.
COUNTS = {
    (3, 11, 7): (572, 565, 7),
    (3, 12, 1): (487, 482, 5),
    (3, 13, 0): (487, 482, 5),
    (3, 14, 10): (491, 486, 5),
    (3, 15, 2): (416, 411, 5),
}

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("test.test_importlib") is None,
    reason="this Python comes without the `test` package, CPython's own test suite (Debian: libpythonX.Y-testsuite)",
)


@dataclass(frozen=True)
class Run:
    """One run of run_slot.py."""

    status: int
    output: str
    #: {test id: (slot, outcome)} for every test, in the slot and elsewhere.
    outcomes: dict[str, tuple[str, str]]
    not_loaded: list[str]

    def counts(self) -> tuple[int, int, int]:
        """Return how many tests ran in the slot, how many of them passed and how many were skipped."""
        slot = [outcome for kind, outcome in self.outcomes.values() if kind == "Source"]
        return len(slot), slot.count("pass"), slot.count("skip")


def run_slot(directory: Path, *arguments: str) -> Run:
    # The settings of whoever runs pytest must not reach the suite: PYTHONDONTWRITEBYTECODE makes it skip 45 tests.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    file = directory / "slot.json"
    done = subprocess.run(
        [sys.executable, str(HERE / "run_slot.py"), "--json", str(file), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    output = done.stdout + done.stderr
    if not file.exists():
        return Run(done.returncode, output, {}, [])
    found = json.loads(file.read_text(encoding="utf-8"))
    outcomes = {test["id"]: (test["kind"], test["outcome"]) for test in found["tests"]}
    return Run(done.returncode, output, outcomes, found["not_loaded"])


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_slot(tmp_path_factory.mktemp("stock"), "--adapter", str(HERE / "stock_adapter.py"))


@pytest.fixture(scope="module")
def importal(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_slot(tmp_path_factory.mktemp("importal"))


def test_the_yardstick_is_right(stock: Run) -> None:
    """A copy of the interpreter's own importlib passes, with the counts known for this release."""
    assert stock.status == 0, stock.output
    assert stock.counts() == COUNTS.get(sys.version_info[:3], stock.counts())
    assert stock.counts()[0] > 400


def test_every_test_module_loads(importal: Run) -> None:
    assert importal.outcomes, importal.output
    assert importal.not_loaded == []


def test_importal_passes(importal: Run) -> None:
    assert importal.status == 0, importal.output


def test_importal_fares_as_importlib_does_test_by_test(importal: Run, stock: Run) -> None:
    """The same tests run, in the slot and outside it, and each ends the same way: nothing is skipped instead."""
    assert importal.outcomes == stock.outcomes


def test_the_counts_are_exact(importal: Run, stock: Run) -> None:
    assert importal.counts() == COUNTS.get(sys.version_info[:3], stock.counts())


def test_a_missing_name_is_noticed(tmp_path: Path) -> None:
    """A name the tests reach for makes a whole test module vanish, and everything left passes."""
    adapter = f"{HERE / 'stock_adapter.py'}:importlib._bootstrap._ModuleLock"
    run = run_slot(tmp_path, "--adapter", adapter, "--only", "test_locks")
    assert run.status == 1
    assert [name.rpartition(".")[2] for name in run.not_loaded] == ["test_locks"]
    assert "test module did not load" in run.output


def test_a_wrong_number_of_tests_is_noticed(tmp_path: Path) -> None:
    only = ("--adapter", str(HERE / "stock_adapter.py"), "--only", r"\.Source_InvalidateCacheTests\.")
    right = run_slot(tmp_path, *only, "--expect", "2")
    assert right.status == 0, right.output
    wrong = run_slot(tmp_path, *only, "--expect", "3")
    assert wrong.status == 1
    assert "expected 3 tests in the slot, saw 2" in wrong.output


def test_a_run_that_could_not_write_bytecode_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", str(HERE / "run_slot.py")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "PYTHONDONTWRITEBYTECODE" in done.stderr
