"""locations: from a source file to its bytecode file and back."""

from __future__ import annotations

import os

import pytest

from importal import locations

TAG = "cpython-399"


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a/b.py", ("a", "b.py")),
        ("b.py", ("", "b.py")),
        ("/b.py", ("", "b.py")),
        ("a//b", ("a/", "b")),
        ("a/", ("a", "")),
    ],
)
def test_split_normalises_nothing(path: str, parts: tuple[str, str]) -> None:
    path, parts = path.replace("/", os.sep), tuple(part.replace("/", os.sep) for part in parts)
    assert locations.split(path) == parts


@pytest.mark.parametrize(("folder", "joined"), [("", "b.py"), ("a", "a/b.py"), ("a/", "a/b.py"), ("/", "/b.py")])
def test_join(folder: str, joined: str) -> None:
    assert locations.join(folder.replace("/", os.sep), "b.py") == joined.replace("/", os.sep)


@pytest.mark.parametrize(
    ("path", "optimization", "cached"),
    [
        ("a/b.py", "", "a/__pycache__/b.cpython-399.pyc"),
        ("a/b.py", 2, "a/__pycache__/b.cpython-399.opt-2.pyc"),
        ("a/b.py", "fast", "a/__pycache__/b.cpython-399.opt-fast.pyc"),
        ("b.py", "", "__pycache__/b.cpython-399.pyc"),
        ("a/b.c.py", "", "a/__pycache__/b.c.cpython-399.pyc"),
        ("a.d/b", "", "a.d/__pycache__/bcpython-399.pyc"),
    ],
)
def test_bytecode_location(path: str, optimization: object, cached: str) -> None:
    where = locations.bytecode_location(path.replace("/", os.sep), TAG, optimization)
    assert where == cached.replace("/", os.sep)


def test_bytecode_location_below_a_prefix() -> None:
    source, prefix = os.path.abspath(os.path.join("a", "b.py")), os.path.abspath("p")
    below = os.path.splitdrive(os.path.dirname(source))[1].lstrip(os.sep)
    assert locations.bytecode_location(source, TAG, "", prefix) == os.path.join(prefix, below, f"b.{TAG}.pyc")


def test_a_relative_source_counts_from_the_current_directory(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prefix = os.path.abspath("p")
    expected = locations.bytecode_location(os.path.abspath("b.py"), TAG, "", prefix)
    assert locations.bytecode_location("b.py", TAG, "", prefix) == expected


def test_without_a_tag_there_is_no_bytecode() -> None:
    with pytest.raises(NotImplementedError, match="cache_tag is None"):
        locations.bytecode_location("b.py", None)
    with pytest.raises(NotImplementedError, match="cache_tag is None"):
        locations.source_location("b.py", None)


@pytest.mark.parametrize("level", ["a-b", "1.5", " "])
def test_levels_are_alphanumeric(level: str) -> None:
    with pytest.raises(ValueError, match="is not alphanumeric"):
        locations.bytecode_location("b.py", TAG, level)


@pytest.mark.parametrize("optimization", ["", 1, "x9"])
@pytest.mark.parametrize("prefix", [None, os.path.abspath("p")])
def test_source_location_is_the_inverse(optimization: object, prefix: str | None) -> None:
    source = os.path.abspath(os.path.join("a", "b.py"))
    cached = locations.bytecode_location(source, TAG, optimization, prefix)
    assert locations.source_location(cached, TAG, prefix) == source


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a/b.tag.pyc", "not bottom-level directory"),
        ("__pycache__/b.pyc", "expected only 2 or 3 dots"),
        ("__pycache__/b.c.d.e.pyc", "expected only 2 or 3 dots"),
        ("__pycache__/b.tag.other-1.pyc", "does not start with 'opt-'"),
        ("__pycache__/b.tag.opt-.pyc", "is not an alphanumeric value"),
        ("__pycache__/b.tag.opt-a b.pyc", "is not an alphanumeric value"),
    ],
)
def test_source_location_refuses_other_forms(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        locations.source_location(path.replace("/", os.sep), TAG)


def test_a_path_outside_the_prefix_needs_pycache() -> None:
    inside = os.path.join(os.sep, "p", "a", f"b.{TAG}.pyc")
    assert locations.source_location(inside, TAG, os.path.join(os.sep, "p")) == os.path.join(os.sep, "a", "b.py")
    with pytest.raises(ValueError, match="not bottom-level"):
        locations.source_location(inside, TAG, os.path.join(os.sep, "other"))
    # A prefix is a whole folder name, not the beginning of one.
    with pytest.raises(ValueError, match="not bottom-level"):
        locations.source_location(os.path.join(os.sep, "prefix", f"b.{TAG}.pyc"), TAG, os.path.join(os.sep, "pre"))
