"""The directories that a pack knows."""

from __future__ import annotations

import pytest

from importal.pack.roots import Roots, runs_of, stamps_of

ANCHORS = {"prefix": "/env", "base": "/usr", "": ""}
BELOW = [("prefix", "/lib/a"), ("prefix", ""), ("base", "/lib"), ("", "/x\udcff"), ("", ""), ("prefix", "/b")]
DIRECTORIES = ["/env/lib/a", "/env", "/usr/lib", "/x\udcff", "", "/env/b"]


def test_directories_and_numbers() -> None:
    roots = Roots(runs_of(BELOW), ANCHORS, 3, stamps_of([5, None, -7]))
    assert roots.directories == DIRECTORIES
    assert roots.numbers == {"/env/lib/a": 0, "/env": 1, "/usr/lib": 2}
    assert [roots.stamp(number) for number in range(3)] == [5, None, -7]


def test_roots_below_one_anchor_lie_in_one_run() -> None:
    assert [anchor for anchor, _ in runs_of(BELOW)] == ["prefix", "base", "", "prefix"]


def test_an_environment_that_was_moved() -> None:
    roots = Roots(runs_of(BELOW), {**ANCHORS, "prefix": "/elsewhere"}, 0, b"")
    assert roots.directories[:3] == ["/elsewhere/lib/a", "/elsewhere", "/usr/lib"]


def test_no_roots() -> None:
    roots = Roots(runs_of([]), ANCHORS, 0, stamps_of([]))
    assert (roots.directories, roots.numbers) == ([], {})


@pytest.mark.parametrize("stamp", [0, 1, -1, 2**63, 10**19, -(10**19), None])
def test_a_directory_may_be_of_any_time(stamp: int | None) -> None:
    assert Roots(runs_of(BELOW), ANCHORS, 1, stamps_of([stamp])).stamp(0) == stamp


def test_nothing_is_named_before_somebody_asks() -> None:
    roots = Roots(runs_of(BELOW), ANCHORS, 1, stamps_of([1]))
    assert roots._directories is roots._numbers is None
    assert roots.stamp(0) == 1
    assert roots._directories is None


@pytest.mark.parametrize(
    ("runs", "listed", "stamps"),
    [
        ((("nowhere", "/a"),), 0, b""),
        ((("prefix", 5),), 0, b""),
        (("prefix",), 0, b""),
        (5, 0, b""),
        ((("prefix", "/a"),), 2, bytes(24)),
        ((("prefix", "/a"),), -1, b""),
        ((("prefix", "/a"),), 1, bytes(11)),
        ((("prefix", "/a"),), None, b""),
        ((("prefix", "/a"),), 0, 0),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(runs: object, listed: object, stamps: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Roots(runs, ANCHORS, listed, stamps)  # type: ignore[arg-type]
