"""Run a program in a process of its own, under importal or under CPython's import, and say how it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import importal

HERE = Path(__file__).resolve().parent
# The importal under test is the one this process has, so that a broken copy of it can be tested in the same way.
SOURCE = Path(importal.__file__).resolve().parent.parent
LIMIT = 20.0  # seconds; a program takes less than two
HASTE = 1e-6  # seconds between two switches of threads, where the interpreter's own is 0.005


@dataclass(frozen=True, slots=True)
class Run:
    """How a program ended: *status* is its exit status, *facts* what it reported, *left* what imports left behind."""

    status: int
    facts: dict[str, Any]
    left: dict[str, Any]
    output: str

    @property
    def hung(self) -> bool:
        """Whether the time limit ended it."""
        return "Timeout (" in self.output

    @property
    def clean(self) -> bool:
        """Whether it ended by itself and no lock, no waiting thread and no half-initialised module was left behind."""
        return self.status == 0 and bool(self.left) and not any(self.left.values())


def run(
    program: str | Path,
    *,
    mode: str = "importal",
    python: str = sys.executable,
    limit: float = LIMIT,
    switch: float | None = None,
    first: Iterable[str] = (),
) -> Run:
    """Execute the file *program*, with its directory on ``sys.path``, and return how it ended.

    *mode* is "importal" or "cpython"; *limit* is in seconds, *switch* too: how often threads are switched. The
    modules *first* are imported before the program begins.
    """
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [
            python,
            str(HERE / "child.py"),
            mode,
            str(limit),
            str(switch or ""),
            ",".join(first),
            str(report),
            str(program),
        ]
        # Into a file, not a pipe, which a forked process that goes on for ever would keep open.
        with open(Path(folder, "output"), "w+", encoding="utf-8", errors="replace") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**variables, "PYTHONPATH": str(SOURCE)},
                start_new_session=True,
            )
            try:
                process.wait(limit + 5)
            except subprocess.TimeoutExpired:
                output.write("Timeout (and the process did not end itself)\n")
            finally:
                # Also what it has forked and not waited for.
                _end_group(process)
            output.seek(0)
            said = output.read()
        written = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"facts": {}, "left": {}}
    return Run(process.returncode, written["facts"], written["left"], said)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all of them have ended
    process.wait()
