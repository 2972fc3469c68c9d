"""anatomy.target: a name or a file, and clear words for what is neither."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal import ImportSystem, machinery
from importal.anatomy.library import library_at
from importal.anatomy.target import find_target
from importal.tool_errors import FileError, NotFoundError

Private = Callable[..., ImportSystem]


@pytest.fixture
def system(private: Private) -> ImportSystem:
    return private({"shop.py": "raise AssertionError\n", "p": {"__init__.py": "", "sub.py": ""}, "ns": {"x.py": ""}})


def test_a_name(system: ImportSystem) -> None:
    target = find_target(system, "p.sub")
    assert (target.name, target.file) == ("p.sub", None)
    assert target.spec is not None
    assert target.module(system) is None
    assert not target.is_library


def test_a_module_that_is_there(system: ImportSystem) -> None:
    module = system.import_module("p.sub")
    assert find_target(system, "p.sub").module(system) is module
    namespace = system.import_module("ns")
    assert find_target(system, "ns").module(system) is namespace
    # Another one of the same name is not it.
    system.state.modules["shop"] = module
    assert find_target(system, "shop").module(system) is None


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.py", "a"),
        ("pkg/__init__.py", "pkg"),
        (f"pkg/__pycache__/b.{sys.implementation.cache_tag}.opt-2.pyc", "b"),
        (f"pkg/__pycache__/__init__.{sys.implementation.cache_tag}.pyc", "pkg"),
        ("pkg/__pycache__/c.cpython-38.pyc", "c"),
        ("alone.pyc", "alone"),
        (f"d{machinery.EXTENSION_SUFFIXES[0]}", "d"),
        ("e.cpython-39-strange.so", "e"),
    ],
)
def test_the_name_of_a_file(system: ImportSystem, tmp_path: Path, file: str, name: str) -> None:
    place = tmp_path / file
    trees.write({}, place.parent)
    place.write_bytes(b"")
    target = find_target(system, str(place))
    assert (target.name, target.file) == (name, str(place))
    assert target.is_library is file.startswith(("d", "e"))


def test_a_file_in_the_current_folder(system: ImportSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path / "tree")
    assert find_target(system, "shop.py").file == str(tmp_path / "tree" / "shop.py")


def test_names_that_cannot_be_found(system: ImportSystem) -> None:
    with pytest.raises(NotFoundError, match=r"no module p\.subb; nearest names: p\.sub") as caught:
        find_target(system, "p.subb")
    assert (caught.value.name, caught.value.nearest) == ("p.subb", ("p.sub",))
    assert "importal explain p.subb" in str(caught.value)
    with pytest.raises(NotFoundError, match="shop is not a package"):
        find_target(system, "shop.nothing")
    with pytest.raises(NotFoundError, match="there is no such file either"):
        find_target(system, "shop.pyc")


def test_names_that_only_the_table_knows(system: ImportSystem) -> None:
    """As `os.path`: another module's, under a name of its own; and a module that has no spec."""
    sub = system.state.modules["shop.inner"] = system.import_module("p.sub")
    target = find_target(system, "shop.inner")
    assert (target.name, target.module(system)) == ("p.sub", sub)
    bare = system.state.modules["made"] = type(sys)("made")
    assert find_target(system, "made").module(system) is bare
    assert find_target(ImportSystem.host(), "os.path").name == os.path.__name__


@pytest.mark.parametrize(
    ("text", "words"),
    [("./gone.py", "no such file"), ("gone/m.py", "no such file"), (".", "no package|is a directory")],
)
def test_files_that_are_not_there(system: ImportSystem, text: str, words: str) -> None:
    with pytest.raises(ImportError, match=words):
        find_target(system, text)


def test_what_is_no_module_file(system: ImportSystem, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("hello")
    with pytest.raises(FileError, match=r"neither \.py"):
        find_target(system, str(tmp_path / "words.txt"))
    with pytest.raises(FileError, match="is a directory"):
        find_target(system, str(tmp_path))


# ---------------------------------------------------------------- shared libraries


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "it is empty"), (b"hello", "begins with b'hell'"), (b"\x7fEL", "begins with")]
)
def test_what_is_no_library(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "x.so"
    file.write_bytes(data)
    with pytest.raises(FileError, match="is no shared library: .*" + words):
        library_at(str(file), "x")


@pytest.mark.parametrize(
    ("file", "data", "form", "loads", "has"),
    [
        (f"x{machinery.EXTENSION_SUFFIXES[0]}", b"\x7fELF\0PyInit_x\0", "ELF", True, True),
        ("x.cpython-27-vax.so", b"\x7fELF\0PyInit_y\0", "ELF", False, False),
        ("x.cp27-win.pyd", b"MZ\0PyInit_x\0", "PE", False, True),
        ("x.dylib", b"\xcf\xfa\xed\xfe\0_PyInit_x\0", "Mach-O", False, True),
    ],
)
def test_a_library(tmp_path: Path, file: str, data: bytes, form: str, loads: bool, has: bool) -> None:
    (tmp_path / file).write_bytes(data)
    library = library_at(str(tmp_path / file), "p.x")
    assert (library.format, library.size, library.initialisation) == (form, len(data), "PyInit_x")
    assert (library.is_for_this_interpreter, library.has_initialisation) == (loads, has)
    assert file == "x" + library.suffix


def test_a_real_library() -> None:
    import _ctypes

    if not getattr(_ctypes, "__file__", None):
        pytest.skip("compiled into this interpreter")
    library = library_at(_ctypes.__file__, "_ctypes")
    assert library.is_for_this_interpreter
    assert library.has_initialisation
    assert library.size == os.path.getsize(_ctypes.__file__)
