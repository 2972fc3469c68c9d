"""What the tests of this folder share: a program and its modules, written down, run, and seen to end well."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import packaged
import trees

from . import process

Play = Callable[..., dict[str, Any]]

# Set to "cpython" to see what the interpreter's own import does in these tests: it fails many of them.
MODE = os.environ.get("CONCURRENCY_MODE", "importal")


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Return a function that runs a program among some modules and returns what it reported.

    It fails the test unless the program ends by itself with status 0 and leaves no lock, no waiting thread and no
    half-initialised module behind.
    """

    def run(modules: trees.Tree, program: str, **options: Any) -> dict[str, Any]:
        trees.write(modules, tmp_path)
        main = tmp_path / "main.py"
        main.write_text(trees.text(program), encoding="utf-8")
        result = process.run(main, **{"mode": MODE, **options})
        if result.hung:
            pytest.fail(f"hung:\n{result.output}")
        assert result.clean, f"exit status {result.status}, left behind: {result.left}\n{result.output}"
        return result.facts

    return run


@pytest.fixture(scope="session")
def python() -> str:
    """Return an interpreter that has the packages of requirements.txt."""
    return packaged.environment(Path(__file__).with_name("requirements.txt"))
