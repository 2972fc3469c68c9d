"""The directories that a pack knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from importal.pack.roots import Roots, runs_of, stamps_of

ANCHORS = {"prefix": "/env", "base": "/usr", "": ""}
BELOW = [("prefix", "/lib/a"), ("prefix", ""), ("base", "/lib"), ("", "/x\udcff"), ("", ""), ("prefix", "/b")]
DIRECTORIES = ["/env/lib/a", "/env", "/usr/lib", "/x\udcff", "", "/env/b"]


def test_directories_and_numbers() -> None:
    roots = Roots(runs_of(BELOW), ANCHORS, searched=2, listed=3, stamps=stamps_of([5, None, -7]))
    assert roots.directories == DIRECTORIES
    assert roots.numbers == {"/env/lib/a": 0, "/env": 1}
    assert [roots.stamp(number) for number in range(3)] == [5, None, -7]


def test_roots_below_one_anchor_lie_in_one_run() -> None:
    assert [anchor for anchor, _ in runs_of(BELOW)] == ["prefix", "base", "", "prefix"]


def test_an_environment_that_was_moved() -> None:
    roots = Roots(runs_of(BELOW), {**ANCHORS, "prefix": "/elsewhere"}, searched=0, listed=0, stamps=b"")
    assert roots.directories[:3] == ["/elsewhere/lib/a", "/elsewhere", "/usr/lib"]


def test_no_roots() -> None:
    roots = Roots(runs_of([]), ANCHORS, searched=0, listed=0, stamps=stamps_of([]))
    assert (roots.directories, roots.numbers) == ([], {})


@pytest.mark.parametrize("stamp", [0, 1, -1, 2**63, 10**19, -(10**19), None])
def test_a_directory_may_be_of_any_time(stamp: int | None) -> None:
    assert Roots(runs_of(BELOW), ANCHORS, searched=0, listed=1, stamps=stamps_of([stamp])).stamp(0) == stamp


def test_nothing_is_named_before_somebody_asks() -> None:
    roots = Roots(runs_of(BELOW), ANCHORS, searched=1, listed=1, stamps=stamps_of([1]))
    assert roots._directories is roots._numbers is None
    assert roots.stamp(0) == 1
    assert roots._directories is None


@pytest.mark.parametrize(
    ("runs", "searched", "listed", "stamps"),
    [
        ((("nowhere", "/a"),), 0, 0, b""),
        ((("prefix", 5),), 0, 0, b""),
        (("prefix",), 0, 0, b""),
        (5, 0, 0, b""),
        ((("prefix", "/a"),), 0, 2, bytes(24)),
        ((("prefix", "/a"),), -1, -1, b""),
        ((("prefix", "/a"),), -1, 0, b""),
        ((("prefix", "/a"),), 1, 0, b""),
        ((("prefix", "/a"),), 0, 1, bytes(11)),
        ((("prefix", "/a"),), 0, None, b""),
        ((("prefix", "/a"),), None, 0, b""),
        ((("prefix", "/a"),), 0.0, 0, b""),
        ((("prefix", "/a"),), 0, 0.0, b""),
        ((("prefix", "/a"),), 0, 0, 0),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(runs: object, searched: object, listed: object, stamps: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Roots(runs, ANCHORS, searched=searched, listed=listed, stamps=stamps)  # type: ignore[arg-type]


MANY = [f"/env/d{number}" for number in range(100)]
PORTIONS = [f"{one}/ns" for one in MANY]


class Text(str):
    __slots__ = ()


PATHS: dict[str, list[object]] = {
    "as they were": [*MANY],
    "between others": ["/here", *MANY, "/env/d", "/env"],
    "empty": [],
    "not the first": MANY[1:],
    "not the last": MANY[:-1],
    "not the last, and others": [*MANY[:-1], "/other", "/more"],
    "one left out": [*MANY[:50], *MANY[51:], "/other"],
    "one put in": [*MANY[:50], "/other", *MANY[50:]],
    "two exchanged": [*MANY[:50], MANY[51], MANY[50], *MANY[52:]],
    "one twice, first": [MANY[7], *MANY],
    "one twice, last": [*MANY, MANY[0]],
    "a portion as well": [*MANY, PORTIONS[3]],
    "backwards": MANY[::-1],
    "two in one": [*MANY[:50], f"{MANY[50]}\0{MANY[51]}", *MANY[52:]],
    "two in one, and a portion": [*MANY[:50], f"{MANY[50]}\0{MANY[51]}", *MANY[52:], PORTIONS[0]],
    "no strings": [b"/env/d0", *MANY, None, 5, Path(MANY[1])],
    "a string of another class": [*MANY[:-1], Text(MANY[-1])],
}


@pytest.mark.parametrize("path", PATHS)
def test_which_roots_the_entries_of_a_path_are(path: str) -> None:
    below = [("prefix", one.removeprefix("/env")) for one in [*MANY, *PORTIONS]]
    roots = Roots(runs_of(below), ANCHORS, searched=100, listed=200, stamps=stamps_of([0] * 200))
    known = {one: number for number, one in enumerate(MANY)}
    assert roots.numbers_of(PATHS[path]) == [known.get(one) if isinstance(one, str) else None for one in PATHS[path]]
    seen_in_a_row = path in {"as they were", "between others"}
    assert (roots._numbers is roots._directories is None) == seen_in_a_row
