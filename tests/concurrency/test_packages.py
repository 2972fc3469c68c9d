"""Real packages, imported by threads and green threads at once. (`storm.py` does the first two a hundred times.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from . import process

PROGRAMS = sorted((process.HERE / "programs").glob("*.py"))


@pytest.mark.slow
@pytest.mark.timeout(600)  # the first to ask installs the packages
@pytest.mark.parametrize("program", PROGRAMS, ids=[program.stem for program in PROGRAMS])
def test_packages_that_cpython_fails(python: str, program: Path) -> None:
    """Every thread gets complete modules and no error, and nothing is left behind."""
    for _ in range(5):
        run = process.run(program, python=python)
        assert run.clean, f"{run.left}\n{run.output}"
        assert [error for _, error in run.facts["outcomes"]] == [None] * len(run.facts["outcomes"])
        assert run.facts["incomplete"] == []
