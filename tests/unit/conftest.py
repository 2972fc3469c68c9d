"""What the unit tests share: private systems over trees of files, and programs in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import importal
import trees
from importal import Event, ImportState, ImportSystem

#: The folder the package under test was imported from; processes that tests start find the very same one.
SOURCES = Path(importal.__file__).parents[1]

Record = list[Event]


@pytest.fixture
def private(tmp_path: Path) -> Callable[..., ImportSystem]:
    """Return a function that writes a tree of files and returns a private system over it.

    With `archive=True` the tree is packed into a zip file. Anything else is given to `ImportState`.
    """

    def make(tree: trees.Tree, *, archive: bool = False, **facts: Any) -> ImportSystem:
        place = trees.zip(tree, tmp_path / "tree.zip") if archive else trees.write(tree, tmp_path / "tree")
        return ImportSystem(ImportState([str(place)], **facts))

    return make


@pytest.fixture
def recorded() -> Callable[[ImportSystem], Record]:
    """Return a function that starts to record what a system announces, and returns the growing list."""

    def record(system: ImportSystem) -> Record:
        seen: Record = []
        system.events.observe(seen.append)
        return seen

    return record


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs a program in a new interpreter and returns what it printed.

    The program finds the package under test, and `trees` and `tmp`, this test's own folder, are there for it.
    Anything it writes to stderr, and a status other than 0, fails the test; warnings are errors.
    """

    def run(program: str, *arguments: str, flags: tuple[str, ...] = (), **environment: str) -> str:
        start = f"import pathlib, sys; tmp = pathlib.Path({str(tmp_path)!r}); import trees\n"
        paths = os.pathsep.join([str(SOURCES), str(Path(trees.__file__).parent)])
        result = subprocess.run(
            [sys.executable, "-W", "error", *flags, "-c", start + textwrap.dedent(program), *arguments],
            env={**os.environ, "PYTHONPATH": paths, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
        return result.stdout

    return run
