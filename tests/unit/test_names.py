"""names: the algebra of dotted names."""

from __future__ import annotations

import importlib
import re

import pytest

from importal import names


@pytest.mark.parametrize(("name", "parent"), [("a.b.c", "a.b"), ("a.b", "a"), ("a", ""), ("", "")])
def test_parent(name: str, parent: str) -> None:
    assert names.parent(name) == parent


@pytest.mark.parametrize(("name", "above"), [("a.b.c", ["a", "a.b"]), ("a.b", ["a"]), ("a", []), ("", [])])
def test_ancestors(name: str, above: list[str]) -> None:
    assert names.ancestors(name) == above


@pytest.mark.parametrize(
    ("name", "package", "level", "absolute"),
    [
        ("c", "a.b", 1, "a.b.c"),
        ("c", "a.b", 2, "a.c"),
        ("", "a.b", 1, "a.b"),
        ("", "a.b", 2, "a"),
        ("x.y", "a", 1, "a.x.y"),
    ],
)
def test_resolve(name: str, package: str, level: int, absolute: str) -> None:
    assert names.resolve(name, package, level) == absolute


@pytest.mark.parametrize(("package", "level"), [("a", 2), ("a.b", 3), ("a.b.c", 9)])
def test_resolve_beyond_the_top(package: str, level: int) -> None:
    with pytest.raises(ImportError, match="attempted relative import beyond top-level package"):
        names.resolve("x", package, level)


@pytest.mark.parametrize(
    ("name", "package", "level"), [("x", None, 0), ("x.y", 3, 0), ("x", "a", 1), ("", "a", 1), ("", "a.b", 2)]
)
def test_check_lets_pass(name: str, package: object, level: int) -> None:
    names.check(name, package, level)


WRONG = [
    pytest.param(5, None, 0, id="no string"),
    pytest.param(None, None, 0, id="None"),
    pytest.param(b"x", None, 0, id="bytes"),
    pytest.param("", None, 0, id="empty"),
    pytest.param("x", None, -1, id="negative level"),
    pytest.param("x", None, 1, id="no package"),
    pytest.param("x", 3, 1, id="package no string"),
    pytest.param("x", "", 1, id="empty package"),
]


@pytest.mark.parametrize(("name", "package", "level"), WRONG)
def test_check_refuses_in_the_interpreters_words(name: object, package: object, level: int) -> None:
    """`importlib._bootstrap._sanity_check` is what every import of the interpreter passes."""
    with pytest.raises((TypeError, ValueError, ImportError)) as theirs:
        importlib._bootstrap._sanity_check(name, package, level)  # type: ignore[attr-defined]
    with pytest.raises(theirs.type, match=f"^{re.escape(str(theirs.value))}$"):
        names.check(name, package, level)


@pytest.mark.parametrize(("name", "package"), [("a", None), ("a.b", ""), (".b", "a"), ("..c", "a.b"), (".", "a")])
def test_resolve_name(name: str, package: str | None) -> None:
    assert names.resolve_name(name, package) == importlib.util.resolve_name(name, package)


@pytest.mark.parametrize("package", [None, ""])
def test_resolve_name_without_a_package(package: str | None) -> None:
    with pytest.raises(ImportError, match=r"no package specified for '..b'"):
        names.resolve_name("..b", package)
