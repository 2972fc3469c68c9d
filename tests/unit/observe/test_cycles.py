"""The cycles that happened, on records whose answer is known by construction."""

from __future__ import annotations

from typing import Any

import pytest

from importal.observe.cycles import Missing, cycles
from importal.observe.record import Record
from records import Load, again, load, record


def circle(name: str, line: int, **facts: Any) -> Load:
    return load(name, line=line, ms=0, outcome="circular", **facts)


def shown(made: Record) -> list[list[str]]:
    return [[f"{link.by} {link.module}" for link in one.links] for one in cycles(made)]


def test_statement_by_statement() -> None:
    made = record(load("a", load("b", load("c", circle("a", 9), line=2), line=7)))
    assert shown(made) == [["a.py:7 b", "b.py:2 c", "c.py:9 a"]]
    (one,) = cycles(made)
    assert one.modules == ("a", "b", "c", "a")
    assert one.to_json()["modules"] == ["a", "b", "c", "a"]


def test_only_the_part_that_goes_round() -> None:
    made = record(load("m", load("n", load("a", load("b", circle("a", 3))))))
    assert shown(made) == [["a.py:1 b", "b.py:3 a"]]


def test_what_is_done_when_it_is_asked_for_is_no_cycle() -> None:
    assert cycles(record(load("a"), load("b", again("a"), load("c", again("a"))))) == []


def test_a_module_that_asks_for_itself_is_none() -> None:
    assert cycles(record(load("p", circle("p", 2)))) == []


def test_one_that_waits_for_its_package_is_not_executed() -> None:
    made = record(load("p.x", load("p", load("p.x", line=4), circle("p.x", 5), line=1, by="__main__"), outcome="found"))
    assert cycles(made) == []


def test_each_once_and_in_order() -> None:
    made = record(load("a", load("b", circle("a", 3), circle("a", 3)), load("c", circle("a", 1), line=5)))
    assert shown(made) == [["a.py:1 b", "b.py:3 a"], ["a.py:5 c", "c.py:1 a"]]


NAME = "ImportError: cannot import name 'y' from partially initialized module 'a' (most likely due to a circular import) (/a.py)"


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (NAME, "y"),
        ("AttributeError: partially initialized module 'a' has no attribute 'y' (most likely due to a circular import)", "y"),
        ("AttributeError: partially initialized module 'a' from '/a.py' has no attribute 'y' (most likely due to a circular import)", "y"),
        ("AttributeError: cannot access submodule 'y' of module 'a' (most likely due to a circular import)", "y"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("handled", [True, False])
def test_the_names_that_were_missing(error: str, name: str, handled: bool) -> None:
    """The error goes through b and a; it belongs to where it began."""
    failed: Any = {"outcome": "failed", "error": error, "handled": handled}
    made = record(load("a", load("b", circle("a", 3), **failed), **failed))
    (one,) = cycles(made)
    assert one.missing == (Missing(name, "a", "b", handled),)


def test_missing_without_a_statement() -> None:
    """An attribute of a module that is bound already: no statement asks for it again."""
    error = (
        "AttributeError: partially initialized module 'a' has no attribute 'y' (most likely due to a circular import)"
    )
    made = record(load("a", load("b", outcome="failed", error=error)))
    (one,) = cycles(made)
    assert [f"{link.by}" for link in one.links] == ["a.py:1", "b.py:0"]
    assert one.missing[0].name == "y"


def test_another_failure_is_none_of_its_business() -> None:
    made = record(load("a", load("b", circle("a", 3), outcome="failed", error="ValueError: no")))
    assert [one.missing for one in cycles(made)] == [()]
