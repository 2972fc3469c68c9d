"""cli.command_line: where the options end is what the parser says."""

from __future__ import annotations

import argparse

import pytest

from importal.cli.command_line import parse, split


def parser(*, word: bool = False) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(allow_abbrev=False)
    group = made.add_argument_group("in a group").add_mutually_exclusive_group()
    group.add_argument("--form", "-f")
    made.add_argument("--json", action="store_true")
    made.add_argument("-O", dest="optimize", action="store_const", const=1)
    if word:
        made.add_argument("name")
    return made


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ("", ""),
        ("app.py --json -f x", "app.py --json -f x"),
        ("--json app.py", "app.py"),
        ("-f x app.py", "app.py"),
        ("--form x --json -", "-"),
        ("--form=x app.py", "app.py"),
        ("-fx app.py", "app.py"),
        ("-O -m json --json", "-m json --json"),
        ("-mjson -f", "-mjson -f"),
        ("-f -m app.py", None),
        ("-f - app.py", "app.py"),
        ("--json -- --odd.py", "--odd.py"),
        ("-- -- x", "-- x"),
        ("-c", None),
        ("-f", None),
        ("--jso app.py", None),
        ("--unknown app.py", None),
    ],
)
def test_the_program(arguments: str, target: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    if target is None:
        with pytest.raises(SystemExit, match="2"):
            parse(parser(), arguments.split())
    else:
        assert parse(parser(), arguments.split()).target == target.split()


@pytest.mark.parametrize(
    ("arguments", "name", "target"),
    [
        ("x app.py", "x", "app.py"),
        ("--json x -m json", "x", "-m json"),
        ("x --json app.py", "x", "app.py"),
        ("-f y x", "x", ""),
        ("-- -x app.py --json", "-x", "app.py --json"),
    ],
)
def test_words_before_the_program(arguments: str, name: str, target: str) -> None:
    options = parse(parser(word=True), arguments.split())
    assert (options.name, options.target) == (name, target.split())


def test_without_a_parser() -> None:
    """As `importal run` has it, which must not load argparse into the program's process."""
    assert split(["-OO", "-O", "-c", "x", "-O"]) == (["-OO", "-O"], ["-c", "x", "-O"])
    assert split(["--", "-O"]) == ([], ["-O"])
