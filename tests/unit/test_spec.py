"""spec: ModuleSpec and the representation of modules."""

from __future__ import annotations

import importlib._bootstrap as stock  # type: ignore[import-untyped, unused-ignore]
import sys
import types
from importlib.machinery import ModuleSpec as StockSpec
from typing import Any

import pytest

from importal.spec import ModuleSpec, cached_location, module_repr


def test_defaults() -> None:
    spec = ModuleSpec("a.b", None)
    assert (spec.name, spec.loader, spec.origin, spec.loader_state) == ("a.b", None, None, None)
    assert spec.submodule_search_locations is None
    assert not spec.has_location
    assert spec.cached is None


def test_a_package_is_its_own_parent() -> None:
    assert ModuleSpec("a.b", None).parent == "a"
    assert ModuleSpec("a", None).parent == ""
    assert ModuleSpec("a.b", None, is_package=True).parent == "a.b"
    assert ModuleSpec("a.b", None, is_package=True).submodule_search_locations == []


@pytest.mark.parametrize("origin", ["built-in", "/x/y.py", None])
@pytest.mark.parametrize("package", [False, True])
def test_repr_is_the_interpreters(origin: str | None, package: bool) -> None:
    ours, theirs = (cls("a", "loader", origin=origin, is_package=package) for cls in (ModuleSpec, StockSpec))
    assert repr(ours) == repr(theirs)


def test_specs_are_equal_by_their_facts() -> None:
    def spec(name: str = "a", origin: str = "o", has_location: bool = True) -> ModuleSpec:
        made = ModuleSpec(name, "loader", origin=origin)
        made.has_location = has_location
        return made

    assert spec() == spec()
    assert spec() != spec(name="b")
    assert spec() != spec(origin="p")
    assert spec() != spec(has_location=False)
    assert spec() != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(spec())


def test_a_spec_equals_the_interpreters() -> None:
    assert ModuleSpec("a", None, origin="o") == StockSpec("a", None, origin="o")


def test_cached_follows_the_origin() -> None:
    spec = ModuleSpec("a", None, origin="/x/a.py")
    assert spec.cached is None  # not a place to load from
    spec.has_location = True
    theirs = StockSpec("a", None, origin="/x/a.py")
    theirs.has_location = True
    assert spec.cached == theirs.cached
    spec.cached = "elsewhere"
    assert spec.cached == "elsewhere"


@pytest.mark.parametrize(("origin", "cached"), [("a.pyc", "a.pyc"), ("a.so", None), ("built-in", None)])
def test_cached_location_of_other_files(origin: str, cached: str | None) -> None:
    assert cached_location(origin) == cached


def test_cached_location_without_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert cached_location("/x/a.py") is None


# ---------------------------------------------------------------- module_repr


class Loader:
    def __repr__(self) -> str:
        return "<the loader>"


def module(**attributes: Any) -> types.ModuleType:
    made = types.ModuleType("m")
    del made.__loader__, made.__spec__
    vars(made).update(attributes)
    return made


def located(cls: Any = ModuleSpec, **facts: Any) -> Any:
    spec = cls("s", Loader(), origin="/x/s.py")
    spec.has_location = True
    for name, value in facts.items():
        setattr(spec, name, value)
    return spec


CASES = [
    pytest.param({}, id="nothing"),
    pytest.param({"__file__": "/x/m.py"}, id="file"),
    pytest.param({"__loader__": Loader()}, id="loader"),
    pytest.param({"__loader__": Loader(), "__file__": "/x/m.py"}, id="loader and file"),
    pytest.param({"__spec__": None}, id="spec None"),
    pytest.param({"__spec__": ModuleSpec("s", None)}, id="spec"),
    pytest.param({"__spec__": ModuleSpec("s", Loader())}, id="spec with loader"),
    pytest.param({"__spec__": ModuleSpec("s", Loader(), origin="built-in")}, id="spec with origin"),
    pytest.param({"__spec__": located()}, id="spec with location"),
    pytest.param({"__spec__": located(name=None)}, id="spec without name"),
]


@pytest.mark.parametrize("attributes", CASES)
def test_module_repr_is_the_interpreters(attributes: dict[str, Any]) -> None:
    assert module_repr(module(**attributes)) == stock._module_repr(module(**attributes))


def test_module_repr_without_a_name() -> None:
    nameless = module()
    del nameless.__name__
    assert module_repr(nameless) == stock._module_repr(nameless) == "<module '?'>"
