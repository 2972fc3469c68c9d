"""loaders.extension: shared libraries."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from importal import ImportState, ImportSystem, machinery

#: Extension modules of the standard library that are shared libraries in some build of every supported version.
CANDIDATES = (
    "_testimportmultiple",
    "_testmultiphase",
    "_testcapi",
    "_ctypes",
    "_json",
    "_sqlite3",
    "_bisect",
    "_heapq",
)


def find(*names: str) -> tuple[str, Path]:
    """Return (name, file) of the first of the extension modules that is there as a shared library."""
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin and Path(spec.origin).is_file():
            return name, Path(spec.origin)
    pytest.skip(f"this interpreter has none of {', '.join(names)} as a shared library (all are compiled in)")


@pytest.fixture
def extension() -> tuple[str, Path]:
    return find("_bisect", "_heapq", "_json", "_ctypes")


def test_it_is_loaded_by_a_private_system(extension: tuple[str, Path]) -> None:
    name, file = extension
    before = sys.modules.get(name)
    system = ImportSystem(ImportState([str(file.parent)]))
    module = system.import_module(name)
    assert module.__file__ == str(file)
    assert module.__spec__ is not None
    assert isinstance(module.__spec__.loader, machinery.ExtensionFileLoader)
    assert module.__spec__.cached is None
    assert system.state.modules[name] is module
    assert sys.modules.get(name) is before


def test_a_single_phase_module_leaves_the_hosts_table_alone(child: Callable[..., str]) -> None:
    """C code of single-phase initialisation registers its module in sys.modules, whoever asks."""
    name, file = find("_testimportmultiple", "_testsinglephase", "_testcapi")
    out = child(f"""
        import importal
        system = importal.ImportSystem(importal.ImportState([{str(file.parent)!r}]))
        module = system.import_module({name!r})
        print(module.__name__, {name!r} in sys.modules, system.state.modules[{name!r}] is module)
    """)
    assert out == f"{name} False True\n"


def test_the_loader_has_neither_code_nor_source(extension: tuple[str, Path]) -> None:
    name, file = extension
    loader = machinery.ExtensionFileLoader(name, str(file))
    assert loader.get_code(name) is None
    assert loader.get_source(name) is None
    assert loader.get_filename(name) == str(file)
    assert not loader.is_package(name)
    assert loader.get_data(str(file)) == file.read_bytes()


@pytest.mark.parametrize("suffix", machinery.EXTENSION_SUFFIXES)
def test_an_init_library_is_a_package(suffix: str) -> None:
    assert machinery.ExtensionFileLoader("p", f"p/__init__{suffix}").is_package("p")
    assert not machinery.ExtensionFileLoader("p", f"p/init{suffix}").is_package("p")


def test_every_suffix_is_found(tmp_path: Path, extension: tuple[str, Path]) -> None:
    name, file = extension
    for suffix in machinery.EXTENSION_SUFFIXES:
        place = tmp_path / suffix.strip(".")
        place.mkdir()
        shutil.copy(file, place / f"{name}{suffix}")
        finder = machinery.FileFinder(str(place), (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES))
        spec = finder.find_spec(name)
        assert spec is not None
        assert spec.origin == str(place / f"{name}{suffix}")


def test_what_is_no_library_is_an_import_error_with_the_systems_reason(tmp_path: Path) -> None:
    file = tmp_path / f"wrong{machinery.EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"not a library")
    errors = []
    for loader_class in (importlib.machinery.ExtensionFileLoader, machinery.ExtensionFileLoader):
        loader = loader_class("wrong", str(file))
        spec = importlib.util.spec_from_file_location("wrong", file, loader=loader)
        with pytest.raises(ImportError) as caught:
            loader.create_module(spec)
        errors.append((str(caught.value), caught.value.name, caught.value.path))
    assert errors[0] == errors[1]


def test_a_library_without_an_init_function_of_that_name(tmp_path: Path, extension: tuple[str, Path]) -> None:
    _, file = extension
    copy = tmp_path / f"renamed{machinery.EXTENSION_SUFFIXES[0]}"
    shutil.copy(file, copy)
    system = ImportSystem(ImportState([str(tmp_path)]))
    with pytest.raises(ImportError, match="dynamic module does not define module export function") as caught:
        system.import_module("renamed")
    assert (caught.value.name, caught.value.path) == ("renamed", str(copy))
    assert "renamed" not in system.state.modules
