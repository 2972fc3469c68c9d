"""observe.loaded: modules by kind and distribution, their sizes, and names that mean the same module."""

from __future__ import annotations

import json
import os
from pathlib import Path

import trees
from importal.machinery import EXTENSION_SUFFIXES
from importal.observe.loaded import Loaded, Stated, describe


def record(name: str, origin: str | None = None, **more: object) -> Stated:
    facts = {"spec_name": name, "cached": None, "file": None, "is_package": False} | more
    return Stated(name, origin=origin, **facts)  # type: ignore[arg-type]


def kinds(loaded: Loaded) -> dict[str, str]:
    return {module.name: group.kind for group in loaded.groups for module in group.modules}


def test_kinds_in_a_fixed_order(tmp_path: Path) -> None:
    loaded = describe(
        [
            record("local", str(tmp_path / "local.py")),
            record("odd"),
            record("ns", is_package=True),
            record("os", "frozen"),
            record("json", json.__file__),
            record("sys", "built-in"),
            record("_sre", "built-in"),
            record("__main__", None, spec_name=None, file=str(tmp_path / "main.py")),
        ],
        [],
    )
    assert list(kinds(loaded).items()) == [
        ("__main__", "program"),
        ("sys", "core built-in module"),
        ("_sre", "built-in extension module"),
        ("os", "frozen module of the standard library"),
        ("json", "standard library Python module"),
        ("ns", "namespace package"),
        ("local", "local Python module"),
        ("odd", "module without a place"),
    ]
    assert loaded.count == 8


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    suffix = EXTENSION_SUFFIXES[0]
    tree = {"m.py": "x = 1\n", "m.pyc": b"12345", f"e{suffix}": b"123", "alone.pyc": b"1234"}
    trees.write(tree, tmp_path)
    trees.zip({"p": {"z.py": "value = 1\n"}}, tmp_path / "a.zip")
    loaded = describe(
        [
            record("m", str(tmp_path / "m.py"), cached=str(tmp_path / "m.pyc")),
            record("gone", str(tmp_path / "gone.py"), cached=str(tmp_path / "gone.pyc")),
            record("e", str(tmp_path / f"e{suffix}")),
            record("alone", str(tmp_path / "alone.pyc"), cached=str(tmp_path / "alone.pyc")),
            record("p.z", str(tmp_path / "a.zip" / "p" / "z.py")),
            record("p.gone", str(tmp_path / "a.zip" / "p" / "gone.py")),
        ],
        [],
    )
    sizes = {module.name: module.sizes for group in loaded.groups for module in group.modules}
    assert {name: (s.source_bytes, s.bytecode_bytes, s.library_bytes) for name, s in sizes.items()} == {
        "m": (6, 5, 0),
        "gone": (0, 0, 0),
        "e": (0, 0, 3),
        "alone": (0, 4, 0),
        "p.z": (10, 0, 0),
        "p.gone": (0, 0, 0),
    }
    total = loaded.to_json()["totals"]
    assert total == {"count": 6, "source_bytes": 16, "bytecode_bytes": 9, "library_bytes": 3}


def test_two_names_of_one_module(tmp_path: Path) -> None:
    loaded = describe(
        [record("posixpath", "frozen"), record("os.path", "frozen", spec_name="posixpath"), record("x", spec_name="y")],
        [],
    )
    assert loaded.aliases == {"os.path": "posixpath"}
    assert set(kinds(loaded)) == {"posixpath", "x"}  # what x is a name of is not in the table


def test_distributions(tmp_path: Path) -> None:
    facts = {"METADATA": "Metadata-Version: 2.1\nName: one\nVersion: 1\n", "RECORD": "site/one.py,,\n"}
    project = tmp_path / "project"
    url = json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}})
    two = {"METADATA": facts["METADATA"].replace("one", "two"), "RECORD": "", "direct_url.json": url}
    trees.write({"site": {"one.py": "", "other.py": ""}, "one-1.dist-info": facts, "two-1.dist-info": two}, tmp_path)
    trees.write({"src": {"two.py": ""}}, project)
    trees.write({"three.py": ""}, tmp_path / "projects")
    files = {
        "one": tmp_path / "site" / "one.py",
        "other": tmp_path / "site" / "other.py",
        "two": project / "src" / "two.py",
        "three": tmp_path / "projects" / "three.py",
    }
    loaded = describe([record(name, str(file)) for name, file in files.items()], [str(tmp_path), os.devnull])
    of = {module.name: group.distribution for group in loaded.groups for module in group.modules}
    assert of == {"one": "one 1", "other": None, "two": "two 1", "three": None}
