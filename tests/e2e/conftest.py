"""What the end-to-end tests share: a command run by python, the same by `importal run`, and the two compared."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import importal
import trees

#: The folder the package under test was imported from; the commands find the very same one, whatever is installed.
SOURCES = Path(importal.__file__).parents[1]
#: The lines of a traceback that are about importlib's and runpy's frames (these have no source lines).
MACHINERY = re.compile(r'^[ |+]*File "<frozen (?:runpy|importlib\._bootstrap(?:_external)?)>".*\n', re.MULTILINE)
PATIENCE = 60  # seconds a command may take; it takes a fraction of one


@dataclass(frozen=True)
class Result:
    """What a command has printed, and its exit status as subprocess has it (negative: killed by that signal)."""

    status: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    """Return the variables a command is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "PYTEST"))}
    return {**kept, "PYTHONPATH": str(SOURCES), **changes}


def run(command: list[str], cwd: Path, stdin: str = "", **changes: str) -> Result:
    """Run a command to its end."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(**changes),
        input=stdin.encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


class Pair:
    """The same program, by python and by importal."""

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd

    def commands(self, arguments: tuple[str, ...], flags: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
        """Return the two command lines; `flags` are python's own."""
        start = [sys.executable, *flags]
        return [*start, *arguments], [*start, "-m", "importal", "run", *arguments]

    def run(
        self,
        *arguments: str,
        stdin: str = "",
        flags: tuple[str, ...] = (),
        tree: trees.Tree | None = None,
        **changes: str,
    ) -> tuple[Result, Result]:
        """Return (what python did, what importal did). The tree is written anew before each."""
        results = []
        for command in self.commands(arguments, flags):
            if tree is not None:
                for cached in self.cwd.rglob("*.pyc"):
                    cached.unlink()
                trees.write(tree, self.cwd)
            results.append(run(command, self.cwd, stdin, **changes))
        return results[0], results[1]

    def same_but_for_frames(self, *arguments: str, **how: Any) -> Result:
        """Do as `same`, the frames of the interpreter's own import machinery taken out of what python writes.

        That importal shows the user's frames only is intended.
        """
        theirs, ours = self.run(*arguments, **how)
        theirs = replace(theirs, err=MACHINERY.sub("", theirs.err))
        assert ours.err == theirs.err
        assert ours == theirs
        return ours

    def same(self, *arguments: str, **how: Any) -> Result:
        """Return what both did; fail when it was not the same, byte for byte."""
        theirs, ours = self.run(*arguments, **how)
        assert ours.err == theirs.err
        assert ours == theirs
        return ours


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """The two ways of running a program in this test's folder."""
    return Pair(tmp_path)


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs `importal` with arguments in this test's folder."""

    def importal_command(*arguments: str, stdin: str = "", **changes: str) -> Result:
        return run([sys.executable, "-m", "importal", *arguments], tmp_path, stdin, **changes)

    return importal_command


def without_roots_rights() -> None:
    """Give up, before a command is executed, root's right to write where the permissions forbid it."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, by PR_CAPBSET_DROP
            if prctl(24, capability, 0, 0, 0):
                raise OSError("cannot give up root's rights; run this test as another user")
