"""finders.archive: modules in zip archives."""

from __future__ import annotations

import importlib.util
import marshal
import os
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal import MAGIC_NUMBER, ImportState, ImportSystem
from importal.bytecode import header
from importal.finders.archive import ZipImportError, directories, zipimporter

MOMENT = (2020, 1, 1, 0, 0, 0)
MTIME = time.mktime((*MOMENT, -1, -1, -1))  # type: ignore[arg-type]
SOURCE = b"value = 'source'\n"


@pytest.fixture(autouse=True)
def forget_archives() -> object:
    """The directories of archives are kept for the whole process; a test leaves none behind."""
    before = dict(directories)
    yield
    directories.clear()
    directories.update(before)


def compiled(
    body: str = "value = 'bytecode'\n", *, mtime: float = MTIME, size: int = len(SOURCE), head: bytes = b""
) -> bytes:
    head = head or header.timestamp_header(MAGIC_NUMBER, mtime, size)
    return head + marshal.dumps(compile(body, "built/elsewhere.py", "exec"))


def system_over(tree: trees.Tree, tmp_path: Path, folder: str = "", **packing: bool) -> ImportSystem:
    file = trees.zip(tree, tmp_path / "app.zip", **packing)  # type: ignore[arg-type]
    return ImportSystem(ImportState([str(file / folder) if folder else str(file)]))


TREE: trees.Tree = {
    "m.py": "value = 'm'\n",
    "pkg": {
        "__init__.py": "value = 'pkg'\n",
        "sub.py": "value = 'sub'\n",
        "deep": {"__init__.py": "", "x.py": "value = 'x'"},
    },
    "ns": {"part.py": "value = 'part'\n", "inner": {"y.py": "value = 'y'\n"}},
    "data.txt": "text",
}


@pytest.mark.parametrize(
    "packing", [{}, {"deflated": True}, {"directories": True}], ids=["stored", "deflated", "directories"]
)
def test_modules_packages_and_namespaces(tmp_path: Path, packing: dict[str, bool]) -> None:
    system = system_over(TREE, tmp_path, **packing)
    for name in ("m", "pkg.sub", "pkg.deep.x", "ns.part", "ns.inner.y"):
        assert system.import_module(name).value == name.rpartition(".")[2]
    archive = str(tmp_path / "app.zip")
    assert system.import_module("m").__file__ == os.path.join(archive, "m.py")
    assert system.import_module("pkg").__path__ == [os.path.join(archive, "pkg")]
    assert list(system.import_module("ns").__path__) == [os.path.join(archive, "ns")]
    with pytest.raises(ModuleNotFoundError):
        system.import_module("data")
    with pytest.raises(ModuleNotFoundError):
        system.import_module("ns.nothing")


def test_a_folder_of_an_archive_is_an_entry(tmp_path: Path) -> None:
    system = system_over(TREE, tmp_path, "pkg")
    assert system.import_module("sub").value == "sub"
    assert system.import_module("deep.x").value == "x"
    with pytest.raises(ModuleNotFoundError):
        system.import_module("m")


def test_an_archive_behind_a_script_prefix(tmp_path: Path) -> None:
    file = trees.zip(TREE, tmp_path / "app", prefix=b"#!/usr/bin/env python3\n")
    assert ImportSystem(ImportState([str(file)])).import_module("pkg.sub").value == "sub"


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        ({"m.py": SOURCE, "m.pyc": compiled()}, "bytecode"),
        ({"m.py": SOURCE, "m": {"__init__.py": "value = 'package'"}}, "package"),
        ({"m.pyc": compiled("value = 'module'"), "m": {"__init__.pyc": compiled("value = 'package'")}}, "package"),
        ({"m.pyc": compiled(), "m": {"part.py": ""}}, "bytecode"),
    ],
    ids=["bytecode first", "package first", "package bytecode first", "module before namespace"],
)
def test_what_goes_before_what(tmp_path: Path, tree: trees.Tree, value: str) -> None:
    assert system_over(tree, tmp_path).import_module("m").value == value


@pytest.mark.parametrize(
    ("bytecode", "value"),
    [
        pytest.param(compiled(), "bytecode", id="fresh"),
        pytest.param(compiled(mtime=MTIME + 1), "bytecode", id="one second later"),  # archives know two seconds
        pytest.param(compiled(mtime=MTIME - 1), "bytecode", id="one second earlier"),
        pytest.param(compiled(mtime=MTIME + 2), "source", id="two seconds later"),
        pytest.param(compiled(size=len(SOURCE) + 1), "source", id="another size"),
        pytest.param(compiled(head=b"\0\0\r\n" + bytes(12)), "source", id="foreign"),
        pytest.param(compiled(head=MAGIC_NUMBER + b"\4" + bytes(11)), "source", id="unknown flag"),
        pytest.param(b"", "source", id="empty"),
        pytest.param(
            compiled(head=header.hash_header(MAGIC_NUMBER, importlib.util.source_hash(SOURCE), checked=True)),
            "bytecode",
            id="matching hash",
        ),
        pytest.param(
            compiled(head=header.hash_header(MAGIC_NUMBER, bytes(8), checked=True)),
            "source",
            id="checked, another hash",
        ),
        pytest.param(
            compiled(head=header.hash_header(MAGIC_NUMBER, bytes(8), checked=False)), "bytecode", id="unchecked"
        ),
    ],
)
def test_bytecode_beside_its_source(tmp_path: Path, bytecode: bytes, value: str) -> None:
    assert system_over({"m.py": SOURCE, "m.pyc": bytecode}, tmp_path).import_module("m").value == value


def test_code_from_an_archive_says_where_it_lies(tmp_path: Path) -> None:
    file = trees.zip({"m.pyc": compiled("def f(): pass\n")}, tmp_path / "app.zip")
    code = zipimporter(str(file)).get_code("m")
    assert code.co_filename == code.co_consts[0].co_filename == os.path.join(str(file), "m.pyc")


@pytest.mark.parametrize(
    "bytecode", [b"", b"\0\0\r\n" + bytes(12), MAGIC_NUMBER, MAGIC_NUMBER + b"\4" + bytes(11)],
    ids=["empty", "foreign", "short", "unknown flag"],
)  # fmt: skip
def test_bytecode_alone_that_cannot_be_executed_says_why(tmp_path: Path, bytecode: bytes) -> None:
    system = system_over({"m.pyc": bytecode}, tmp_path)
    with pytest.raises(ZipImportError, match="module load failed: ") as caught:
        system.import_module("m")
    assert caught.value.name == "m"
    assert "m" not in system.state.modules


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r", b""])
def test_line_endings_of_elsewhere(tmp_path: Path, ending: bytes) -> None:
    source = b"value = 1" + ending + b"other = 2" + ending if ending else b"other = 2"
    assert system_over({"m.py": source}, tmp_path).import_module("m").other == 2


# ---------------------------------------------------------------- the interface


def test_the_constructor(tmp_path: Path) -> None:
    file = trees.zip(TREE, tmp_path / "app.zip")
    for path, prefix in [("", ""), ("pkg", "pkg/"), ("pkg/deep", "pkg/deep/"), ("no/such", "no/such/")]:
        made = zipimporter(os.path.join(str(file), path) if path else str(file))
        assert (made.archive, made.prefix) == (str(file), prefix.replace("/", os.sep))
    assert repr(zipimporter(str(file))) == f'<zipimporter object "{file}{os.sep}">'


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("text")
    for path in (tmp_path / "text", tmp_path / "gone.zip", tmp_path, tmp_path / "gone" / "deep.zip"):
        with pytest.raises(ZipImportError, match="not a Zip file"):
            zipimporter(str(path))
    with pytest.raises(ZipImportError, match="archive path is empty"):
        zipimporter("")
    for path in (5, None, b"app.zip", tmp_path):
        with pytest.raises(TypeError, match="expected str, not"):
            zipimporter(path)  # type: ignore[arg-type]


def test_inspection(tmp_path: Path) -> None:
    file = trees.zip(TREE, tmp_path / "app.zip")
    here = zipimporter(str(file))
    assert (here.is_package("pkg"), here.is_package("m")) == (True, False)
    assert here.get_source("m") == "value = 'm'\n"
    assert here.get_filename("pkg") == os.path.join(str(file), "pkg", "__init__.py")
    for ask in (here.is_package, here.get_source, here.get_filename, here.get_code):
        with pytest.raises(ZipImportError, match="can't find module 'nothing'") as caught:
            ask("nothing")
        assert caught.value.name == "nothing"
    with pytest.raises(TypeError, match="expected str, not"):
        here.is_package(5)  # type: ignore[arg-type]


def test_source_beside_bytecode_and_bytecode_alone(tmp_path: Path) -> None:
    here = zipimporter(str(trees.zip({"m.py": SOURCE, "m.pyc": compiled(), "n.pyc": compiled()}, tmp_path / "app.zip")))
    assert here.get_filename("m").endswith("m.pyc")
    assert here.get_source("m") == SOURCE.decode()
    assert here.get_source("n") is None


def test_get_data(tmp_path: Path) -> None:
    file = trees.zip(TREE, tmp_path / "app.zip")
    here = zipimporter(str(file))
    assert here.get_data("data.txt") == here.get_data(os.path.join(str(file), "data.txt")) == b"text"
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its file name says it
        here.get_data("nothing")
    assert caught.value.filename == "nothing"


def test_a_changed_archive_is_read_again_after_invalidation(tmp_path: Path) -> None:
    file = trees.zip({"m.py": ""}, tmp_path / "app.zip")
    here = zipimporter(str(file))
    trees.zip({"m.py": "", "n.py": "value = 1"}, file)
    assert here.find_spec("n") is None
    here.invalidate_caches()
    assert here.find_spec("n") is not None
    file.unlink()
    here.invalidate_caches()
    assert here.find_spec("n") is None
    assert str(file) not in directories


def test_a_broken_archive_is_no_entry_and_no_failure(tmp_path: Path) -> None:
    """An import goes on to the next entry when an archive on the path turns out to be damaged."""
    trees.write({"m.py": "value = 1"}, tmp_path / "lib")
    for data in (b"", b"PK\5\6", b"not an archive"):
        (tmp_path / "app.zip").write_bytes(data)
        system = ImportSystem(ImportState([str(tmp_path / "app.zip"), str(tmp_path / "lib")]))
        assert system.import_module("m").value == 1


def test_a_damaged_member_is_told_and_not_hidden(tmp_path: Path) -> None:
    file = trees.zip({"m.py": "value = 1\n" * 50}, tmp_path / "app.zip", deflated=True)
    data = bytearray(file.read_bytes())
    start = data.index(b"m.py") + len(b"m.py")
    data[start : start + 4] = b"\xff" * 4
    file.write_bytes(data)
    system = ImportSystem(ImportState([str(file)]))
    with pytest.raises(zlib.error, match="invalid block type"):
        system.import_module("m")
    assert "m" not in system.state.modules


def test_a_member_with_a_wrong_date(tmp_path: Path) -> None:
    """Dates that do not exist (month 0, day 0) are common in archives made by programs."""
    file = trees.zip({"m.py": SOURCE, "m.pyc": compiled()}, tmp_path / "app.zip")
    data = file.read_bytes()
    stamp = struct.pack("<2H", 0, (2020 - 1980) << 9 | 1 << 5 | 1)
    assert stamp in data
    file.write_bytes(data.replace(stamp, bytes(4)))
    assert ImportSystem(ImportState([str(file)])).import_module("m").value == "source"


def test_two_importers_share_one_directory(tmp_path: Path) -> None:
    file = trees.zip(TREE, tmp_path / "app.zip")
    zipimporter(str(file))
    assert str(file) in directories
    file.unlink()
    (tmp_path / "app.zip").write_bytes(b"")
    assert zipimporter(str(file)).find_spec("m") is not None


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="CPython 3.15 has no load_module any more")
def test_load_module(child: Callable[..., str]) -> None:
    out = child(
        """
        from importal.finders.archive import zipimporter
        file = trees.zip({"m.py": "value = 1"}, tmp / "app.zip")
        here = zipimporter(str(file))
        print(here.load_module("m").value, "m" in sys.modules)
        try:
            here.load_module("nothing")
        except ImportError as error:
            print(error)
        """,
        flags=("-W", "ignore::DeprecationWarning", "-W", "ignore::ImportWarning"),
    )
    assert out == "1 True\ncan't find module 'nothing'\n"


def test_names_beyond_ascii(tmp_path: Path) -> None:
    file = tmp_path / "app.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("módulo.py", MOMENT), "value = 'ó'\n".encode())
    assert ImportSystem(ImportState([str(file)])).import_module("módulo").value == "ó"
