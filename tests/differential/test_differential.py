"""Every program of the corpus shows the same under importal, process-wide and private, as under CPython."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from . import runner
from .program import PRELUDE, Intended, Program

# The interpreter under test may be one that has no pytest of its own.
PYTHON = os.environ.get("DIFFERENTIAL_PYTHON", sys.executable)
PROGRAMS = runner.corpus()
RUNS = [(program, mode) for program in PROGRAMS for mode in ("host", "private") if runner.applies(program, mode)]


@pytest.mark.parametrize(("program", "mode"), RUNS, ids=[f"{program.id}-{mode}" for program, mode in RUNS])
def test_program(program: Program, mode: str) -> None:
    """The program shows what it shows under CPython, but for the differences it declares."""
    if runner.version_of(PYTHON) < program.since:
        pytest.skip(f"{program.name} is about something this interpreter is too old for")
    try:
        wrong = runner.check(program, mode, PYTHON)
    except runner.Unavailable as reason:
        pytest.skip(str(reason))
    assert not wrong, "\n".join([f"{program.id} [{mode}]", *wrong])


def test_the_corpus_covers_every_row() -> None:
    """There are programs for rows 1 to 12 and for bad input, at least 170, no two of one name."""
    keys = {program.row for program in PROGRAMS}
    assert {f"row{number:02}" for number in range(1, 13)} | {"bad"} <= keys
    assert len(PROGRAMS) >= 170
    assert len({program.id for program in PROGRAMS}) == len(PROGRAMS)


def test_most_programs_run_under_a_private_system() -> None:
    """One program serves both kinds of system unless it says in words why it cannot."""
    private = [program for program in PROGRAMS if program.private is None]
    assert len(private) >= 170
    assert all(len(program.private.split()) > 3 for program in PROGRAMS if program.private is not None)


# --- that the comparison itself can fail ---------------------------------------------------------------------------

SMALL = Program("self", "small", {"m.py": "value = 1"}, "import m\nreport({'value': m.value, 'list': [1, 2]})")


def test_a_difference_is_found() -> None:
    """Two outcomes that differ in one place differ in that place only."""
    cpython = runner.oracle(SMALL, PYTHON)
    ours = replace(cpython, report={"value": 2, "list": [1, 2]})
    assert runner.judge(SMALL, "host", cpython, cpython, (3, 11)) == []
    (wrong,) = runner.judge(SMALL, "host", cpython, ours, (3, 11))
    assert wrong.startswith("report.value")


def test_true_is_not_one() -> None:
    """A bool that becomes a number is a difference, though Python calls them equal."""
    cpython = runner.oracle(SMALL, PYTHON)
    assert runner.judge(SMALL, "private", cpython, replace(cpython, report={"value": True, "list": [1, 2]}), (3, 11))


def test_output_and_status_count() -> None:
    """What a program prints is compared process-wide; its exit status in every mode."""
    cpython = runner.oracle(SMALL, PYTHON)
    assert runner.judge(SMALL, "host", cpython, replace(cpython, stderr="a warning\n"), (3, 11))
    assert runner.judge(SMALL, "host", cpython, replace(cpython, stdout="a line\n"), (3, 11))
    assert runner.judge(SMALL, "private", cpython, replace(cpython, status=1), (3, 11))


def test_an_intended_difference_is_exact() -> None:
    """A meant difference passes as it is written, and fails when it is another or when there is none any more."""
    cpython = runner.oracle(SMALL, PYTHON)
    meant = replace(SMALL, intended={"report.value": Intended(2, "a reason")})
    assert runner.judge(meant, "host", cpython, replace(cpython, report={"value": 2, "list": [1, 2]}), (3, 11)) == []
    assert runner.judge(meant, "host", cpython, replace(cpython, report={"value": 3, "list": [1, 2]}), (3, 11))
    assert runner.judge(meant, "host", cpython, cpython, (3, 11))
    elsewhere = replace(
        SMALL, intended={"report.value": Intended(2, "a reason", when=lambda version: version >= (3, 14))}
    )
    assert runner.judge(elsewhere, "host", cpython, cpython, (3, 11)) == []


def test_an_intended_difference_may_vary_with_the_version() -> None:
    """Each version is held to its own; two for one version would leave open which is meant."""
    cpython = runner.oracle(SMALL, PYTHON)
    ours = replace(cpython, report={"value": 2, "list": [1, 2]})
    old = Intended(2, "a reason", when=lambda version: version < (3, 13))
    new = Intended(3, "another", when=lambda version: version >= (3, 13))
    meant = replace(SMALL, intended={"report.value": (old, new)})
    assert runner.judge(meant, "host", cpython, ours, (3, 12)) == []
    assert runner.judge(meant, "host", cpython, ours, (3, 13))
    with pytest.raises(ValueError, match=r"two differences are meant at report\.value"):
        runner.judge(replace(SMALL, intended={"report.value": (old, old)}), "host", cpython, ours, (3, 12))


def test_an_intended_difference_may_be_made_from_what_cpython_answers() -> None:
    """A function gives what importal is meant to answer, and is held to it."""
    cpython = runner.oracle(SMALL, PYTHON)
    meant = replace(SMALL, intended={"report.value": Intended(lambda value: value + 10, "a reason")})
    assert runner.judge(meant, "host", cpython, replace(cpython, report={"value": 11, "list": [1, 2]}), (3, 11)) == []
    assert runner.judge(meant, "host", cpython, replace(cpython, report={"value": 12, "list": [1, 2]}), (3, 11))


def test_a_program_that_breaks_under_cpython_is_a_fault() -> None:
    """Two runs that fail alike would compare equal; the declared exit status and the report keep that from passing."""
    with pytest.raises(runner.BrokenProgram):
        runner.oracle(Program("self", "raises", {}, "raise ValueError(1)"), PYTHON)
    with pytest.raises(runner.BrokenProgram):
        runner.oracle(Program("self", "forgets", {}, "pass"), PYTHON)


def test_a_program_says_what_it_lacks() -> None:
    """A missing extension module is told in words instead of being a difference."""
    with pytest.raises(runner.Unavailable, match="no extension module no_such_module"):
        runner.run(Program("self", "lacks", {}, "copy_extension('no_such_module')"), "cpython", PYTHON)


@pytest.mark.parametrize("mode", ["cpython", "host", "private"])
def test_a_mode_is_what_it_says(mode: str) -> None:
    """Under importal the code that loads a module is importal's, in every mode but that of the oracle."""
    # Neither the class's module nor the code's file: importal's go by the interpreter's names where it is installed.
    main = "import m\nreport(m.__spec__.loader.get_code.__globals__['__name__'])"
    owner = runner.run(Program("self", "mode", {"m.py": ""}, main), mode, PYTHON).report
    assert owner.startswith("importlib." if mode == "cpython" else "importal."), owner


def test_the_prelude_takes_one_line() -> None:
    """Line numbers in tracebacks are those of the program's text plus one, in every mode."""
    assert PRELUDE.count("\n") == 1
