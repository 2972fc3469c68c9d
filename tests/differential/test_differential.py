"""Every program of the corpus shows the same under importal, process-wide and private, as under CPython."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from . import runner
from .program import Intended, Program

# The interpreter under test may be one that has no pytest of its own.
PYTHON = os.environ.get("DIFFERENTIAL_PYTHON", sys.executable)
PROGRAMS = runner.corpus()


@pytest.mark.parametrize("mode", ["host", "private"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.id)
def test_program(program: Program, mode: str) -> None:
    """The program shows what it shows under CPython, but for the differences it declares."""
    if mode == "private" and program.private is not None:
        assert program.private, "a program that is not run privately says why"
        # Not a skip: there is nothing to run, and the reason stands in the case file.
        return
    reason = runner.why_not(program, mode, PYTHON)
    if reason is not None:
        pytest.skip(reason)
    try:
        wrong = runner.check(program, mode, PYTHON)
    except runner.Unavailable as reason_in_words:
        pytest.skip(str(reason_in_words))
    assert not wrong, "\n".join([f"{program.id} [{mode}]", *wrong])
