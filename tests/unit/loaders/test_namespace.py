"""loaders.namespace: packages that are sets of portions."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal import ImportState, ImportSystem, machinery
from importal.loaders.namespace import NamespaceLoader, NamespacePath


@pytest.fixture
def system(tmp_path: Path) -> ImportSystem:
    """A system over two entries that hold a portion each; a third entry lies ready."""
    trees.write(
        {
            "one": {"ns": {"a.py": "where = 'one'", "inner": {"x.py": ""}}},
            "two": {"ns": {"b.py": "where = 'two'", "inner": {"y.py": ""}}},
            "three": {"ns": {"c.py": "where = 'three'", "inner": {"z.py": ""}}},
        },
        tmp_path,
    )
    return ImportSystem(ImportState([str(tmp_path / "one"), str(tmp_path / "two")]))


def test_portions_are_gathered_along_the_path(system: ImportSystem, tmp_path: Path) -> None:
    ns = system.import_module("ns")
    assert list(ns.__path__) == [str(tmp_path / "one" / "ns"), str(tmp_path / "two" / "ns")]
    assert isinstance(ns.__spec__.loader, NamespaceLoader)
    assert ns.__spec__.origin is None
    assert ns.__file__ is None
    assert ns.__package__ == "ns"
    assert (system.import_module("ns.a").where, system.import_module("ns.b").where) == ("one", "two")
    assert len(ns.__path__) == 2
    assert ns.__path__[1] == str(tmp_path / "two" / "ns")
    assert str(tmp_path / "one" / "ns") in ns.__path__
    assert repr(ns.__path__).endswith(f"NamespacePath({list(ns.__path__)!r})")


def test_the_path_follows_the_systems_path(system: ImportSystem, tmp_path: Path) -> None:
    ns = system.import_module("ns")
    with pytest.raises(ModuleNotFoundError):
        system.import_module("ns.c")
    system.state.path.append(str(tmp_path / "three"))
    assert system.import_module("ns.c").where == "three"
    assert len(ns.__path__) == 3
    del system.state.path[0]
    assert list(ns.__path__) == [str(tmp_path / "two" / "ns"), str(tmp_path / "three" / "ns")]
    system.state.path = [str(tmp_path / "one")]  # another list
    assert list(ns.__path__) == [str(tmp_path / "one" / "ns")]


def test_the_path_of_a_nested_one_follows_its_parents(system: ImportSystem, tmp_path: Path) -> None:
    inner = system.import_module("ns.inner")
    assert [Path(entry).parts[-3] for entry in inner.__path__] == ["one", "two"]
    system.state.path.append(str(tmp_path / "three"))
    assert [Path(entry).parts[-3] for entry in inner.__path__] == ["one", "two", "three"]
    system.import_module("ns").__path__ = [str(tmp_path / "three" / "ns")]
    assert [Path(entry).parts[-3] for entry in inner.__path__] == ["three"]


def test_a_portion_that_appears_later_is_found_after_invalidation(system: ImportSystem, tmp_path: Path) -> None:
    ns = system.import_module("ns")
    (tmp_path / "four").mkdir()
    system.state.path.append(str(tmp_path / "four"))
    assert len(ns.__path__) == 2
    trees.write({"ns": {"d.py": "where = 'four'"}}, tmp_path / "four")
    system.invalidate_caches()
    assert system.import_module("ns.d").where == "four"


def test_portions_that_are_all_gone_are_kept(system: ImportSystem) -> None:
    ns = system.import_module("ns")
    before = list(ns.__path__)
    system.state.path.clear()
    assert list(ns.__path__) == before


def test_portions_can_be_appended_and_exchanged(system: ImportSystem, tmp_path: Path) -> None:
    ns = system.import_module("ns")
    ns.__path__.append(str(tmp_path / "three" / "ns"))
    assert system.import_module("ns.c").where == "three"
    ns.__path__[0] = "elsewhere"
    assert ns.__path__[0] == "elsewhere"
    system.state.path.append("unknown")
    assert len(ns.__path__) == 2  # searched again: what was put in by hand is gone


def test_a_regular_package_anywhere_wins(system: ImportSystem, tmp_path: Path) -> None:
    trees.write({"regular": {"ns": {"__init__.py": "regular = True"}}}, tmp_path)
    system.state.path.append(str(tmp_path / "regular"))
    assert system.import_module("ns").regular


def test_a_path_whose_parent_is_gone_from_the_table(system: ImportSystem) -> None:
    inner = system.import_module("ns.inner")
    del system.state.modules["ns"]
    theirs = ModuleNotFoundError if sys.version_info >= (3, 15) else KeyError
    with pytest.raises(theirs, match="ns"):
        list(inner.__path__)


def test_the_hosts_namespace_path_follows_sys_path(child: Callable[..., str]) -> None:
    out = child("""
        from importal import machinery
        trees.write({"one": {"ns": {"a.py": ""}}, "two": {"ns": {"b.py": ""}}}, tmp)
        sys.path.append(str(tmp / "one"))
        spec = machinery.PathFinder.find_spec("ns")
        print(len(spec.submodule_search_locations), end=" ")
        sys.path.append(str(tmp / "two"))
        print(len(spec.submodule_search_locations))
    """)
    assert out == "1 2\n"


def test_the_loader(system: ImportSystem) -> None:
    loader = system.import_module("ns").__spec__.loader
    assert loader.is_package("ns")
    assert loader.get_source("ns") == ""
    assert eval(loader.get_code("ns"), {}) is None
    assert loader.create_module(None) is None
    assert loader.exec_module(None) is None
    assert list(loader.portions) == list(system.import_module("ns").__path__)


def test_resources_of_all_portions(system: ImportSystem, tmp_path: Path) -> None:
    (tmp_path / "two" / "ns" / "data.txt").write_text("found")
    loader = system.import_module("ns").__spec__.loader
    names = {one.name for one in loader.get_resource_reader("ns").files().iterdir()}
    assert {"a.py", "b.py", "data.txt"} <= names


def test_made_by_hand_as_importlib_lets_one() -> None:
    def find(name: str, path: object) -> None:
        return None

    theirs = importlib.machinery.NamespaceLoader("ns", ["x"], find)
    ours = machinery.NamespaceLoader("ns", ["x"], find)
    assert list(ours._path) == list(theirs._path) == ["x"]
    assert isinstance(ours._path, NamespacePath)


def test_unsettled_after_an_ordinary_import(system: ImportSystem) -> None:
    """A namespace package has no code, so importing it executes nothing and cannot fail."""
    heard: list[str] = []
    system.events.observe(lambda event: heard.append(f"{event.step} {event.outcome}"))
    system.import_module("ns")
    assert "execute failed" not in heard
    assert heard[-1] == "import finished"


def test_resources_where_a_portion_is_no_place(child: Callable[..., str]) -> None:
    """Editable installations put a name for their path hook among the portions: as CPython, without opening anything."""
    out = child("""
        import importal, importlib.machinery, importlib.readers
        (tmp / "space").mkdir()
        portions = [str(tmp / "space"), "__editable__.hook"]
        def answer(loader):
            try:
                return [one.name for one in loader.get_resource_reader("space").files().iterdir()]
            except (NotADirectoryError, ValueError) as error:
                return str(error)
        stock = answer(importlib.machinery.NamespaceLoader("space", portions, lambda *_: None))
        before = set(sys.modules)
        ours = answer(importal.machinery.NamespaceLoader("space", portions, lambda *_: None))
        print(ours == stock, {"contextvars", "importal.sources.opening"} & (set(sys.modules) - before))
    """)
    assert out == "True set()\n"
