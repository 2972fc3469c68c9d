"""cli.progress: what is written to a terminal, and that nothing is written to anything else."""

from __future__ import annotations

import io

import pytest

from importal.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_DELAY", 0)
    monkeypatch.setattr(progress, "_INTERVAL", 0)


def test_a_pipe_gets_nothing() -> None:
    stream = io.StringIO()
    with progress.Progress(stream) as said:
        said("reading")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("columns", "shown"), [("40", "reading /a/long/folder"), ("10", "...folder"), ("3", "")])
def test_one_line_that_goes_again(columns: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    stream = Terminal()
    with progress.Progress(stream) as said:
        said("reading /a/long/folder")
        assert stream.getvalue() == f"\r{shown}"
        said("x")
    assert stream.getvalue().endswith(f"\r{' ' * min(1, int(columns) - 1) if shown else ''}\r") or not shown
    assert "\n" not in stream.getvalue()


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_DELAY", 60)
    stream = Terminal()
    with progress.Progress(stream) as said:
        said("reading")
    assert stream.getvalue() == ""
