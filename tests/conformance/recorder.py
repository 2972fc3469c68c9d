"""Keep what became of every single test of a unittest run.

Shared by run_slot.py and suite_child.py. Imports nothing outside the standard library, because it runs inside the
interpreter under test, and no more of it than it needs.
"""

from __future__ import annotations

import sys
import threading
import unittest
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

#: From harmless to worst: a test whose subtests end differently counts as the worst of them.
OUTCOMES = ("pass", "skip", "expected failure", "unexpected success", "fail", "error")
BAD = frozenset({"unexpected success", "fail", "error"})

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType]


@dataclass
class Row:
    """What became of one test."""

    #: The test's id; the second test of the same id in one run is called "id #2", and so on.
    id: str
    #: The slot of test.test_importlib the test was made for, "" for all other tests.
    kind: str
    outcome: str = "pass"
    why: str = ""
    #: Whether any function of the watched implementation was called; None when nothing is watched.
    reached: bool | None = None

    def worsen(self, outcome: str, why: str = "") -> None:
        """Take on `outcome` unless something worse is known already."""
        if OUTCOMES.index(outcome) >= OUTCOMES.index(self.outcome):
            self.outcome, self.why = outcome, why


class Reach:
    """Notes whether any Python function below `roots` is called while a test runs, in any thread.

    A function belongs where its module's file lies; its code may name another file, to be left out of tracebacks.
    """

    def __init__(self, roots: Iterable[str]) -> None:
        self.roots = tuple(roots)
        self.reached = False

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and str(frame.f_globals.get("__file__")).startswith(self.roots):
            self.reached = True

    def start(self) -> None:
        self.reached = False
        threading.setprofile(self._called)
        sys.setprofile(self._called)

    def stop(self) -> bool:
        sys.setprofile(None)
        threading.setprofile(None)
        return self.reached


@dataclass
class Record:
    """All rows of one run, in the order in which the tests began."""

    rows: list[Row] = field(default_factory=list)
    reach: Reach | None = None
    _times_seen: dict[str, int] = field(default_factory=dict)

    def add(self, test: unittest.TestCase) -> Row:
        name = test.id()
        times = self._times_seen[name] = self._times_seen.get(name, 0) + 1
        row = Row(name if times == 1 else f"{name} #{times}", getattr(type(test), "_KIND", ""))
        self.rows.append(row)
        return row

    def run(self, suite: unittest.TestSuite, verbosity: int) -> None:
        """Run `suite`, telling the standard error stream about it, and keep the outcome of every test."""

        def result(*args: Any, **kwargs: Any) -> Recorder:
            recorder = Recorder(*args, **kwargs)
            recorder.record = self
            return recorder

        unittest.TextTestRunner(resultclass=result, verbosity=verbosity, warnings="ignore").run(suite)


class Recorder(unittest.TextTestResult):
    """A unittest result that gives every test its row, whatever way the test ends."""

    record: Record
    _row: Row | None = None

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._row = self.record.add(test)
        if self.record.reach:
            self.record.reach.start()

    def stopTest(self, test: unittest.TestCase) -> None:
        if self.record.reach and self._row:
            self._row.reached = self.record.reach.stop()
        self._row = None
        super().stopTest(test)

    def _note(self, test: unittest.TestCase, outcome: str, why: str) -> None:
        # A class or module fixture that fails, and on some versions a skipped test, comes without startTest.
        row = self._row or self.record.add(test)
        row.worsen(outcome, why)

    def addFailure(self, test: unittest.TestCase, err: ExceptionInfo) -> None:
        super().addFailure(test, err)
        self._note(test, "fail", summary(err))

    def addError(self, test: unittest.TestCase, err: ExceptionInfo) -> None:
        super().addError(test, err)
        self._note(test, "error", summary(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self._note(test, "skip", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: ExceptionInfo) -> None:
        super().addExpectedFailure(test, err)
        self._note(test, "expected failure", summary(err))

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        super().addUnexpectedSuccess(test)
        self._note(test, "unexpected success", "")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: ExceptionInfo | None) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test, "fail" if issubclass(err[0], test.failureException) else "error", summary(err))


def summary(err: ExceptionInfo) -> str:
    """Return the end of a traceback as one line of at most 300 characters."""
    return f"{err[0].__name__}: {err[1]}".replace("\n", " ")[:300]


def flatten(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """Yield the tests in a tree of suites, in order."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def module_not_loaded(test: unittest.TestCase) -> str | None:
    """Return the name of the test module that `test` stands for because it could not be imported, else None.

    unittest's loader turns such a module into one failing test: all the module's own tests are simply not there.
    """
    if type(test).__module__ == "unittest.loader" and type(test).__qualname__ == "_FailedTest":
        return test.id().removeprefix("unittest.loader._FailedTest.")
    return None
