"""Laws of names and of bytecode files' places, with importlib as the oracle."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importal import locations, names, resolve_name

from . import strategies


def outcome(function: Any, *arguments: Any, **named: Any) -> object:
    """Return what a function answers, or the type and text of what it raises."""
    try:
        return function(*arguments, **named)
    except (ImportError, ValueError, TypeError, NotImplementedError) as error:
        return type(error), str(error)


@given(strategies.relative, st.one_of(st.none(), st.just(""), strategies.dotted))
def test_resolve_name_is_importlibs(name: str, package: str | None) -> None:
    assert outcome(resolve_name, name, package) == outcome(importlib.util.resolve_name, name, package)


@given(strategies.dotted, strategies.dotted, st.integers(1, 6))
def test_resolve_is_what_bootstrap_does(name: str, package: str, level: int) -> None:
    theirs = importlib._bootstrap._resolve_name  # type: ignore[attr-defined]
    assert outcome(names.resolve, name, package, level) == outcome(theirs, name, package, level)


@given(strategies.dotted, strategies.dotted)
def test_one_dot_is_inside_the_package(name: str, package: str) -> None:
    assert names.resolve(name, package, 1) == f"{package}.{name}"
    assert names.ancestors(f"{package}.{name}")[-1] == names.parent(f"{package}.{name}")


@given(strategies.dotted)
def test_ancestors_are_the_parents_of_the_parents(name: str) -> None:
    above = []
    while name := names.parent(name):
        above.insert(0, name)
    assert names.ancestors(f"{above[-1]}.x" if above else "x") == above


@given(strategies.folders, strategies.file_names, strategies.levels, st.booleans())
def test_bytecode_location_is_importlibs(folder: str, file: str, level: object, prefixed: bool) -> None:
    source = os.path.join(os.sep, folder, file) if folder else os.sep + file
    prefix = os.path.join(os.sep, "prefix", "tree") if prefixed else None
    tag = sys.implementation.cache_tag
    with mock.patch.object(sys, "pycache_prefix", prefix):
        theirs = outcome(importlib.util.cache_from_source, source, optimization=level)
    assert outcome(locations.bytecode_location, source, tag, level, prefix) == theirs


@given(strategies.folders, strategies.file_names, st.booleans())
def test_source_location_is_importlibs(folder: str, file: str, prefixed: bool) -> None:
    for path in (os.path.join(os.sep, folder, "__pycache__", file), os.path.join(os.sep, folder, file)):
        prefix = os.path.join(os.sep, folder) if prefixed and folder else None
        with mock.patch.object(sys, "pycache_prefix", prefix):
            theirs = outcome(importlib.util.source_from_cache, path)
        assert outcome(locations.source_location, path, sys.implementation.cache_tag, prefix) == theirs


@given(strategies.folders, st.from_regex(r"\A[a-zà-ÿ_ ]{1,8}\Z"), strategies.tags, strategies.levels, st.booleans())
def test_there_and_back(folder: str, stem: str, tag: str, level: object, prefixed: bool) -> None:
    # Not for files in the root: as importlib's, their bytecode lies below the current directory.
    source = os.path.join(os.sep, "top", folder, f"{stem}.py")
    prefix = os.path.join(os.sep, "prefix") if prefixed else None
    cached = locations.bytecode_location(source, tag, level, prefix)
    assert locations.source_location(cached, tag, prefix) == source


@given(st.text("ab/.", max_size=8), st.text("ab.", max_size=4))
def test_split_undoes_join(folder: str, name: str) -> None:
    assert locations.split(locations.join(folder, name))[1] == name
    if folder and not folder.endswith("/"):
        assert locations.split(locations.join(folder, name)) == (folder, name)


@pytest.mark.parametrize("function", [locations.split])
@given(path=st.text("ab/.", max_size=10))
def test_split_is_what_bootstrap_external_does(function: Any, path: str) -> None:
    theirs = importlib._bootstrap_external._path_split  # type: ignore[attr-defined]
    assert function(path) == tuple(theirs(path))
