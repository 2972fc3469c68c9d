"""cli: which command is carried out, and what is said of the others. (Whole commands are in tests/e2e.)"""

from __future__ import annotations

import sys

import pytest

import importal
from importal import cli


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([option]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: importal COMMAND ...")
    assert [command for command in cli.COMMANDS if f"\n  {command:9}" not in out] == []
    assert err == ""


def test_no_command_is_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[0]) == ("", "usage: importal COMMAND ...")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([option]) == 0
    assert capsys.readouterr() == (f"importal {importal.__version__} on Python {sys.version.split()[0]}\n", "")


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("rnu", "; did you mean 'run'?"),
        ("explian", "; did you mean 'explain'?"),
        ("enabel", "; did you mean 'enable'?"),
        ("zzz", f"; commands are {', '.join(cli.COMMANDS)}"),
        ("", f"; commands are {', '.join(cli.COMMANDS)}"),
    ],
)
def test_an_unknown_command(command: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 2
    assert capsys.readouterr() == ("", f"importal: no command {command!r}{hint}\n")


def test_arguments_default_to_the_processs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["importal", "--version"])
    assert cli.main() == 0
    assert capsys.readouterr().out.startswith("importal ")


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_each_command_has_help_of_its_own(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Some take out the first entry, as that of a process of their own.
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    try:
        status = cli.main([command, "--help"])
    except SystemExit as done:
        status = int(done.code or 0)
    assert status == 0
    assert capsys.readouterr().out.startswith(f"usage: importal {command}")


@pytest.mark.parametrize("arguments", [[], ["-m"], ["-c"], ["--no-such-option"], ["-x", "script.py"], ["-O"]])
def test_run_with_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: importal run " in err


def test_the_option_that_is_not_known_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["run", "-W", "error", "script.py"])
    assert (
        "importal run: unknown option '-W'; options of python itself go before -m importal" in capsys.readouterr().err
    )


@pytest.mark.parametrize("command", ["enable", "disable"])
def test_enable_and_disable_take_no_arguments(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main([command, "something"])
    assert "unrecognized arguments: something" in capsys.readouterr().err
