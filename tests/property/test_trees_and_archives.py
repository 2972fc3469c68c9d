"""Laws of trees of modules and of archives, wherever they are kept."""

from __future__ import annotations

import importlib.util
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import trees
from importal import ImportState, ImportSystem
from importal.finders.archive import directories
from importal.sources.archive import read_directory, read_member

from . import strategies


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder for one example; pytest's own would be the same for all."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
    directories.clear()


def module_names(tree: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, content in tree.items():
        if isinstance(content, dict):
            yield prefix + name
            yield from module_names(content, f"{prefix}{name}.")
        elif name.endswith(".py") and name != "__init__.py":
            yield prefix + name.removesuffix(".py")


def picture(place: Path, names: list[str]) -> dict[str, Any]:
    """Import every module in a new system over the place; return what came of it, the place's own name taken out."""
    system = ImportSystem(ImportState([str(place)]))
    seen: dict[str, Any] = {}
    for name in names:
        try:
            module = system.import_module(name)
        except (ImportError, KeyError) as error:
            # KeyError: below a namespace package whose parent has failed, as with the interpreter up to 3.14.
            seen[name] = f"{type(error).__name__}: {error}".replace(str(place), "")
            continue
        seen[name] = {
            "value": getattr(module, "value", None),
            "found": _words(getattr(module, "found", None)).replace(str(place), ""),
            "file": (getattr(module, "__file__", None) or "").replace(str(place), ""),
            "path": _path(module, place),
            "package": module.__package__,
            "names": sorted(name for name in vars(module) if not name.startswith("__")),
        }
    seen["table"] = sorted(system.state.modules)
    return seen


def _path(module: Any, place: Path) -> object:
    try:
        return [entry.replace(str(place), "") for entry in getattr(module, "__path__", ())]
    except (KeyError, ModuleNotFoundError) as error:
        return str(error)  # the path of a namespace package whose parent has failed leads nowhere


def _words(found: object) -> str:
    return found if isinstance(found, str) else getattr(found, "__name__", "nothing")


@settings(max_examples=60)
@given(strategies.module_trees(), st.booleans(), st.booleans(), st.randoms())
def test_a_directory_and_an_archive_hold_the_same_modules(
    tree: dict[str, Any], deflated: bool, listed: bool, random: Any
) -> None:
    names = sorted(set(module_names(tree)))
    random.shuffle(names)
    assume(names)
    with folder() as place:
        directory = trees.write(tree, place / "lib")
        archive = trees.zip(tree, place / "lib.zip", deflated=deflated, directories=listed)
        assert picture(directory, names) == picture(archive, names)


@settings(max_examples=40)
@given(strategies.module_trees())
def test_a_second_system_finds_the_same_by_way_of_bytecode(tree: dict[str, Any]) -> None:
    names = sorted(set(module_names(tree)))
    with folder() as place:
        trees.write(tree, place)
        first = picture(place, names)
        assert picture(place, names) == first


@settings(max_examples=40)
@given(strategies.module_trees(), strategies.dotted)
def test_what_can_be_found_can_be_imported_and_only_that(tree: dict[str, Any], name: str) -> None:
    with folder() as place:
        trees.write(tree, place)
        finding, importing = (ImportSystem(ImportState([str(place)])) for _ in range(2))
        try:
            found = finding.find_spec(name) is not None
        except ImportError:
            return  # a parent is missing or fails
        missing = None
        try:
            importing.import_module(name)
        except ImportError as error:
            missing = error.name  # the module itself, or something that its code asks for
            if found:
                return
        assert missing == (None if found else name)


@given(strategies.members, st.binary(max_size=30), st.binary(max_size=30))
def test_an_archive_is_read_as_zipfile_reads_it(
    content: dict[str, tuple[bytes, bool]], prefix: bytes, comment: bytes
) -> None:
    assume(b"PK" not in comment)  # what looks like an end record in a comment: every reader has its own opinion
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, (data, deflated) in content.items():
            member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            made.writestr(member, data, zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED)
        made.comment = comment
    with folder() as place:
        file = place / "a.zip"
        file.write_bytes(prefix + buffer.getvalue())
        ours = {
            name.replace(os.sep, "/"): (read_member(str(file), member), member.crc, member.size, member.method)
            for name, member in read_directory(str(file)).items()
            if member is not None
        }
        with zipfile.ZipFile(file) as opened:
            theirs = {
                info.filename: (opened.read(info), info.CRC, info.file_size, info.compress_type)
                for info in opened.infolist()
            }
    assert ours == theirs


def test_the_oracle_is_there() -> None:
    """The laws compare with importlib, which must not be importal's by an installation that another test left."""
    assert not importlib.util.cache_from_source.__module__.startswith("importal")
