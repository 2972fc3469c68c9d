"""The command itself: help, versions, mistakes, and explaining a name."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import importal
import trees

from .conftest import Result

Command = Callable[..., Result]


def test_help(command: Command) -> None:
    result = command("--help")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("usage: importal COMMAND ...")
    assert command("-h") == result


def test_no_command(command: Command) -> None:
    result = command()
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("usage: importal COMMAND ...")


def test_version(command: Command) -> None:
    assert command("--version").out == f"importal {importal.__version__} on Python {sys.version.split()[0]}\n"


@pytest.mark.parametrize(("name", "hint"), [("rum", "did you mean 'run'?"), ("frobnicate", "commands are run, ")])
def test_unknown_command(command: Command, name: str, hint: str) -> None:
    result = command(name)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"importal: no command {name!r}; {hint}")


@pytest.mark.parametrize(
    "name", ["run", "explain", "inspect", "steps", "doctor", "modules", "publish", "prune", "enable"]
)
def test_help_of_each_command(command: Command, name: str) -> None:
    result = command(name, "--help")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"usage: importal {name}")


@pytest.mark.parametrize("arguments", [[], ["-m"], ["-c"], ["-W", "error", "m.py"]])
def test_run_without_a_program(command: Command, arguments: list[str]) -> None:
    result = command("run", *arguments)
    assert (result.status, result.out) == (2, "")
    assert "usage: importal run" in result.err


# ---------------------------------------------------------------- explain


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return trees.write({"m.py": "print('executed')", "p": {"__init__.py": "print('executed')", "sub.py": ""}}, tmp_path)


def test_explain_executes_nothing(command: Command, place: Path) -> None:
    result = command("explain", "p.sub")
    assert (result.status, result.err) == (0, "")
    assert "executed" not in result.out
    assert str(place / "p" / "sub.py") in result.out.replace("\n", "").replace(" ", "")


def test_explain_as_json(command: Command, place: Path) -> None:
    result = command("explain", "m", "--json")
    document = json.loads(result.out)
    assert (document["name"], document["found"], result.status) == ("m", True, 0)
    steps = {step["step"]: step for step in document["steps"]}
    assert steps["spec"]["origin"] == str(place / "m.py")
    assert steps["bytecode"]["state"] == "missing"
    assert not list(place.rglob("*.pyc"))


def test_explain_says_what_is_shadowed(command: Command, place: Path) -> None:
    """Files of one's own that hide modules of the standard library, which importal itself needs, do not confuse it."""
    # (What python -m itself imports, as importlib, would stop python.)
    hidden = ("json", "argparse", "difflib", "rich", "pkgutil", "sysconfig")
    trees.write({f"{name}.py": "raise AssertionError('executed')" for name in hidden}, place)
    document = json.loads(command("explain", "json", "--json").out)
    steps = {step["step"]: step for step in document["steps"]}
    assert steps["spec"]["origin"] == str(place / "json.py")
    assert any(os.path.join("json", "__init__.py") in other for other in steps["shadowed"]["shadowed"])


def test_explain_of_what_is_not_there(command: Command, place: Path) -> None:
    result = command("explain", "p.subb", "--json")
    document = json.loads(result.out)
    assert (result.status, document["found"]) == (1, False)
    assert [step["nearest"] for step in document["steps"] if step["step"] == "not found"] == [["p.sub"]]


def test_explain_relative_to_a_module(command: Command, place: Path) -> None:
    assert json.loads(command("explain", ".sub", "--from", "p", "--json").out)["name"] == "p.sub"
    result = command("explain", ".sub")
    assert result.status == 2
    assert result.err.startswith("importal explain: '.sub': ")
    assert command("explain", ".sub", "--from", "nothing_here").status == 2
    assert command("explain", "").status == 2


def test_explain_and_run(command: Command, place: Path) -> None:
    document = json.loads(command("explain", "m", "--json", "--run").out.removeprefix("executed\n"))
    assert document["run"]["error"] is None
    assert "m" in document["run"]["executed"]
    (place / "broken.py").write_text("1 / 0")
    result = command("explain", "broken", "--run", "--json")
    assert result.status == 1
    assert json.loads(result.out)["run"]["error"] == "ZeroDivisionError: division by zero"


def test_the_example_that_says_where_modules_come_from(command: Command, tmp_path: Path) -> None:
    """What `make demo` runs: as importal's, no module is left to the interpreter's own loaders."""
    example = Path(__file__).parents[2] / "examples" / "whence.py"
    (tmp_path / "program.py").write_text("import colorsys, json\nprint('ran')\n")
    result = command("run", str(example), "program.py")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("ran\n")
    assert "importal" in result.out
