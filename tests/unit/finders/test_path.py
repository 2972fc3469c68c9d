"""finders.path: along the entries of a path."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import Events, machinery
from importal.finders.path import PathSearch
from importal.loaders.location import file_loaders
from importal.private import State
from importal.spec import ModuleSpec

directories = machinery.FileFinder.path_hook(*file_loaders())


class Finder:
    """A path entry finder that knows some modules."""

    def __init__(self, *names: str, portions: list[str] | None = None) -> None:
        self.names, self.portions = names, portions
        self.forgot = 0

    def find_spec(self, name: str, target: object = None) -> ModuleSpec | None:
        if name in self.names:
            return ModuleSpec(name, self)
        if self.portions is not None:
            spec = ModuleSpec(name, None)
            spec.submodule_search_locations = list(self.portions)
            return spec
        return None

    def invalidate_caches(self) -> None:
        self.forgot += 1


class Nowhere:
    """Knows that there is no module of any name."""

    def answer(self, *_: object) -> None:
        return None


def search(*path: str, hooks: Any = (), cache: dict[str, Any] | None = None) -> PathSearch:
    state = State(path, path_hooks=hooks)
    state.path_importer_cache.update(cache or {})
    return PathSearch(state, Events())


def refusing(asked: list[str]) -> Callable[[str], Any]:
    def hook(entry: str) -> Any:
        asked.append(entry)
        raise ImportError(entry)

    return hook


# ---------------------------------------------------------------- entries


def test_the_first_finder_with_a_loader_wins() -> None:
    first, second = Finder("a"), Finder("a", "b")
    found = search("x", "y", cache={"x": first, "y": second})
    assert found.find_spec("a").loader is first  # type: ignore[union-attr]
    assert found.find_spec("b").loader is second  # type: ignore[union-attr]
    assert found.find_spec("c") is None


def test_a_path_that_is_none_cannot_be_searched() -> None:
    searching = search()
    searching.state.path = None  # type: ignore[assignment]
    with pytest.raises(TypeError, match="not iterable"):
        searching.find_spec("a")
    searching.known = (Nowhere(),)
    assert searching.find_spec("a") is None


def test_a_path_that_is_given_replaces_the_states() -> None:
    finder = Finder("a")
    found = search("x", cache={"x": Finder("a"), "y": finder})
    assert found.find_spec("a", ["y"]).loader is finder  # type: ignore[union-attr]
    assert found.find_spec("a", []) is None


def test_portions_are_gathered_until_a_loader_turns_up() -> None:
    portions = {"x": Finder(portions=["x/a"]), "y": Finder(portions=["y/a"])}
    spec = search("x", "none", "y", cache={**portions, "none": None}).find_spec("a")
    assert spec is not None
    assert (spec.loader, spec.origin, list(spec.submodule_search_locations or ())) == (None, None, ["x/a", "y/a"])
    regular = Finder("a")
    assert search("x", "z", cache={**portions, "z": regular}).find_spec("a").loader is regular  # type: ignore[union-attr]


def test_a_spec_with_neither_loader_nor_portions_is_nonsense() -> None:
    class Nonsense(Finder):
        def find_spec(self, name: str, target: object = None) -> ModuleSpec:
            return ModuleSpec(name, None)

    with pytest.raises(ImportError, match="spec missing loader"):
        search("x", cache={"x": Nonsense()}).find_spec("a")


def test_entries_that_are_no_strings_are_passed_over(tmp_path: Path) -> None:
    finder = Finder("a")
    found = search("x", cache={"x": finder})
    found.state.path = [None, 5, b"x", tmp_path, "x"]  # type: ignore[list-item]
    assert found.find_spec("a").loader is finder  # type: ignore[union-attr]


def test_what_a_finder_raises_goes_on() -> None:
    class Broken(Finder):
        def find_spec(self, name: str, target: object = None) -> ModuleSpec:
            raise ValueError("broken finder")

    with pytest.raises(ValueError, match="broken finder"):
        search("x", cache={"x": Broken()}).find_spec("a")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.12 no longer asks finders without find_spec")
def test_finders_of_before_pep_451() -> None:
    class Loads:
        def find_loader(self, name: str) -> tuple[Any, list[str]]:
            return ("loader", []) if name == "a" else (None, ["p"]) if name == "ns" else (None, [])

    class Older:
        def find_module(self, name: str) -> Any:
            return "loader" if name == "a" else None

    for finder, method in ((Loads(), "find_loader"), (Older(), "find_module")):
        found = search("x", cache={"x": finder})
        with pytest.warns(ImportWarning, match=rf"find_spec\(\) not found; falling back to {method}\(\)"):
            assert found.find_spec("a").loader == "loader"  # type: ignore[union-attr]
        with pytest.warns(ImportWarning):
            assert found.find_spec("b") is None
    with pytest.warns(ImportWarning):
        assert list(search("x", cache={"x": Loads()}).find_spec("ns").submodule_search_locations) == ["p"]  # type: ignore[union-attr, arg-type]


# ---------------------------------------------------------------- hooks and the cache of finders


def test_hooks_are_asked_in_order_and_once() -> None:
    asked: list[str] = []
    finder = Finder("a")
    found = search("x", hooks=[refusing(asked), lambda entry: finder, lambda entry: pytest.fail("one claimed it")])
    for _ in range(3):
        assert found.find_spec("a").loader is finder  # type: ignore[union-attr]
    assert asked == ["x"]
    assert found.state.path_importer_cache == {"x": finder}


def test_an_entry_nobody_claims_is_remembered() -> None:
    asked: list[str] = []
    found = search("x", hooks=[refusing(asked)])
    assert found.find_spec("a") is None
    assert found.find_spec("b") is None
    assert asked == ["x"]
    assert found.state.path_importer_cache == {"x": None}


def test_a_hook_that_fails_otherwise_fails_the_search() -> None:
    def hook(entry: str) -> Any:
        raise ValueError("broken hook")

    found = search("x", hooks=[hook])
    with pytest.raises(ValueError, match="broken hook"):
        found.find_spec("a")
    assert found.state.path_importer_cache == {}


def test_no_hooks_at_all() -> None:
    with pytest.warns(ImportWarning, match="sys.path_hooks is empty"):
        assert search("x").find_spec("a") is None
    found = search("x")
    found.state.path_hooks = None  # type: ignore[assignment]
    assert found.find_spec("a") is None  # the interpreter is shutting down


def test_the_state_is_read_at_each_search() -> None:
    found = search("x", cache={"x": Finder("a")})
    found.state.path = ["y"]
    found.state.path_importer_cache = {"y": Finder("b")}
    assert found.find_spec("a") is None
    assert found.find_spec("b") is not None


def test_the_empty_entry_is_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.write({"one": {"m.py": ""}, "two": {"m.py": ""}}, tmp_path)
    found = search("", hooks=[directories])
    for name in ("one", "two", "one"):
        monkeypatch.chdir(tmp_path / name)
        assert found.find_spec("m").origin == str(tmp_path / name / "m.py")  # type: ignore[union-attr]
    assert set(found.state.path_importer_cache) == {str(tmp_path / "one"), str(tmp_path / "two")}


def test_a_current_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    found = search("", "x", hooks=[directories], cache={"x": Finder("a")})
    assert found.find_spec("a") is not None
    assert set(found.state.path_importer_cache) == {"x"}


# ---------------------------------------------------------------- invalidation


def test_invalidation(tmp_path: Path) -> None:
    kept, relative = Finder(), Finder()
    here = str(tmp_path / "here")
    cache = {here: kept, "relative": relative, str(tmp_path / "none"): None, str(tmp_path / "plain"): object()}
    found = search(cache=cache)
    found.invalidate_caches()
    assert (kept.forgot, relative.forgot) == (1, 0)
    assert set(found.state.path_importer_cache) == {here, str(tmp_path / "plain")}


def test_an_entry_that_appears_is_found_after_invalidation(tmp_path: Path) -> None:
    found = search(str(tmp_path / "lib"), hooks=[directories])
    assert found.find_spec("m") is None
    trees.write({"m.py": ""}, tmp_path / "lib")
    assert found.find_spec("m") is None  # as with the interpreter: nobody claimed the entry
    found.invalidate_caches()
    assert found.find_spec("m") is not None


# ---------------------------------------------------------------- announcements, and the class over sys


def test_each_entry_is_announced() -> None:
    first, second = Finder(), Finder("a")
    found = search("x", "none", "y", cache={"x": first, "none": None, "y": second})
    heard: list[Any] = []
    found.events.observe(lambda event: heard.append((event.step, event.outcome, event.name, dict(event.facts))))
    spec = found.find_spec("a")
    assert heard == [
        ("entry", "searched", "a", {"entry": "x", "finder": first, "spec": None}),
        ("entry", "searched", "a", {"entry": "none", "finder": None, "spec": None}),
        ("entry", "searched", "a", {"entry": "y", "finder": second, "spec": spec}),
    ]


def test_the_class_is_over_sys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "importal_unit_m.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "path_hooks", [directories])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    spec = machinery.PathFinder.find_spec("importal_unit_m")
    assert spec is not None
    assert spec.origin == str(tmp_path / "importal_unit_m.py")
    assert list(sys.path_importer_cache) == [str(tmp_path)]
    machinery.PathFinder.invalidate_caches()
    assert machinery.PathFinder.find_spec("importal_unit_m", []) is None


def test_distributions_are_found(tmp_path: Path) -> None:
    trees.write({"thing-1.0.dist-info": {"METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"}}, tmp_path)
    from importlib.metadata import DistributionFinder

    context = DistributionFinder.Context(name="thing", path=[str(tmp_path)])
    (found,) = machinery.PathFinder.find_distributions(context)
    assert found.version == "1.0"


@pytest.mark.skipif(sys.version_info < (3, 15), reason="finders discover from CPython 3.15 on")
def test_discover(tmp_path: Path) -> None:
    trees.write({"m.py": "", "pkg": {"__init__.py": "", "sub.py": ""}}, tmp_path)
    found = search(str(tmp_path), str(tmp_path), hooks=[directories])
    assert [spec.name for spec in found.discover()] == ["m", "pkg"]
    parent = found.find_spec("pkg")
    assert "pkg.sub" in {spec.name for spec in found.discover(parent)}
    with pytest.raises(ValueError, match="is not a package module"):
        list(found.discover(found.find_spec("m")))


def test_repr() -> None:
    assert repr(search("x")) == "<PathSearch over <State with 0 modules, path=['x']>>"


def test_looking_for_distributions_loads_nothing_of_other_places(child: Callable[..., str]) -> None:
    """Entries that are nowhere are no archives, whatever they are called."""
    out = child("""
        import importal, importlib.metadata
        importal.ImportSystem.host().install()
        sys.path += [str(tmp / "none.zip"), "__editable__.x.__path_hook__"]
        before = set(sys.modules)
        list(importlib.metadata.distributions())
        print([name for name in sys.modules if name not in before and "resources" in name])
    """)
    assert out == "[]\n"
