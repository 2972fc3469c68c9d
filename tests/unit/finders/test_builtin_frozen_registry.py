"""finders.builtin, finders.frozen and finders.registry."""

from __future__ import annotations

import importlib.machinery
import sys
from typing import Any

import pytest

from importal import machinery

NAMES = [
    "sys",
    "_sre",
    "_frozen_importlib",
    "__hello__",
    "__phello__",
    "__phello__.spam",
    "os",
    "zipimport",
    "nothing",
    "a.sys",
]


def facts(spec: Any) -> object:
    if spec is None:
        return None
    state = spec.loader_state
    return (
        spec.name,
        spec.loader.__name__,
        spec.origin,
        spec.submodule_search_locations,
        spec.has_location,
        spec.cached,
        None if state is None else vars(state),
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("finder", ["BuiltinImporter", "FrozenImporter"])
def test_as_the_interpreter(finder: str, name: str) -> None:
    ours = getattr(machinery, finder).find_spec(name)
    assert facts(ours) == facts(getattr(importlib.machinery, finder).find_spec(name))


def test_every_frozen_module_as_the_interpreter() -> None:
    import _imp

    names = _imp._frozen_module_names()  # type: ignore[attr-defined]
    assert len(names) > 10
    for name in names:
        theirs = importlib.machinery.FrozenImporter.find_spec(name)
        assert facts(machinery.FrozenImporter.find_spec(name)) == facts(theirs)


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows there is a registry to look into")
def test_the_registry_holds_nothing_here() -> None:
    assert machinery.WindowsRegistryFinder.find_spec("anything") is None
    assert machinery.WindowsRegistryFinder.find_spec("any.thing", ["x"]) is None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.12 has no find_module any more")
@pytest.mark.parametrize(
    "finder", [machinery.BuiltinImporter, machinery.FrozenImporter, machinery.WindowsRegistryFinder]
)
def test_find_module(finder: Any) -> None:
    with pytest.warns(DeprecationWarning, match=r"find_module\(\) is deprecated"):
        assert finder.find_module("no_such_module") is None
    if finder is machinery.BuiltinImporter:
        with pytest.warns(DeprecationWarning, match="find_module"):
            assert finder.find_module("sys") is finder
