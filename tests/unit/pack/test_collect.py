"""What a pack is to hold, of whole distributions and of the path."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import trees
from importal.pack.collect import Collected, Gatherer, collect, index
from importal.pack.table import EXTENSION, SOURCE
from importal.pack.writing import Contents


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


def install(site: Path, name: str, files: dict[str, str]) -> None:
    """Write *files* and record them as those of a distribution."""
    for file, text in files.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text)
    information = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "RECORD": "".join(f"{file},,\n" for file in files),
    }
    trees.write({f"{name}-1.0.dist-info": information}, site)


def test_a_shared_library_goes_before_its_source(site: Path) -> None:
    suffix = EXTENSION_SUFFIXES[0]
    install(site, "twins", {
        "twins/__init__.py": "", f"twins/both{suffix}": "", "twins/both.py": "", f"twins/alone{suffix}": "",
        "twins/plain.py": "", "single.py": "", "twins/data.txt": "", "../bin/tool.py": "", "twins/not-one.py": "",
        "twins/__pycache__/plain.cpython-311.pyc": "",
    })  # fmt: skip
    modules = collect([], ["twins"]).contents.modules
    assert {name: module.kind for name, module in modules.items()} == {
        "twins": SOURCE, "twins.both": EXTENSION, "twins.alone": EXTENSION, "twins.plain": SOURCE, "single": SOURCE,
    }  # fmt: skip
    assert modules["twins.both"].file == str(site / "twins" / f"both{suffix}")


def test_a_package_goes_before_a_module(site: Path) -> None:
    install(site, "twice", {"twice/__init__.py": "", "twice.py": ""})
    modules = collect([], ["twice"]).contents.modules
    assert [module.file for module in modules.values()] == [str(site / "twice" / "__init__.py")]


def test_a_distribution_within_a_namespace_package(site: Path) -> None:
    install(site, "spaced", {"spacious/inner/__init__.py": "", "spacious/inner/a.py": ""})
    collected = collect([], ["spaced"])
    assert sorted(collected.contents.modules) == ["spacious", "spacious.inner", "spacious.inner.a"]


def holders(contents: Contents) -> dict[str, list[str]]:
    """Return in which directories each name was listed."""
    found: dict[str, list[str]] = {}
    for place, _, names in contents.roots:
        for name in sorted(names):
            found.setdefault(name, []).append(Path(place).name)
    return found


def test_an_entry_that_is_a_portion_as_well(tmp_path: Path) -> None:
    trees.write({"one": {"ns": {"x.py": ""}}, "two": {"ns": {"y.py": ""}}}, tmp_path)
    contents = index([str(tmp_path / "one"), str(tmp_path / "one" / "ns"), str(tmp_path / "two")])
    assert [Path(place).name for place, _, _ in contents.roots[: contents.searched]] == ["one", "ns", "two"]
    assert len(contents.roots) == 4
    assert holders(contents) == {"ns": ["one", "two"], "x": ["ns"], "ns.x": ["ns"], "ns.y": ["ns"]}


def test_a_module_beside_a_folder_of_its_name_is_no_portion(tmp_path: Path) -> None:
    trees.write({"one": {"ns.py": "", "ns": {"data": ""}}, "two": {"ns": {"y.py": ""}}}, tmp_path)
    assert index([str(tmp_path / "one"), str(tmp_path / "two")]).packages == {}


def test_links_to_what_holds_them(tmp_path: Path) -> None:
    trees.write({"one": {"x.py": ""}}, tmp_path)
    for name in ("a", "b"):
        (tmp_path / "one" / name).symlink_to(".", target_is_directory=True)
    (tmp_path / "two").symlink_to("one", target_is_directory=True)
    contents = index([str(tmp_path / "one"), str(tmp_path / "two")])
    assert (len(contents.roots), contents.packages) == (2, {})


def test_what_goes_before_a_module_by_now_keeps_it_out(tmp_path: Path) -> None:
    trees.write({"m.py": "", "m": {"__init__.py": ""}}, tmp_path)
    collected = Collected()
    collected.contents = index([str(tmp_path)])
    gather = Gatherer(collected, sys.flags.optimize)
    gather.file("m", str(tmp_path / "m.py"))
    assert collected.left_out == [("m", "something else goes before it in its directory")]


def test_a_namespace_package_has_no_portions_within_others(tmp_path: Path) -> None:
    trees.write(
        {"one": {"data": {"x.py": ""}, "ns": {"data": {"wrong.py": ""}}}, "two": {"ns": {"y.py": ""}}}, tmp_path
    )
    collected = Collected()
    collected.contents = index([str(tmp_path / "one"), str(tmp_path / "two")])
    Gatherer(collected, sys.flags.optimize).namespace("data")
    assert collected.contents.modules["data"].portions == (str(tmp_path / "one" / "data"),)
