"""loaders.sourceless: bytecode files that stand where a source would."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import marshal
import py_compile
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from importal import MAGIC_NUMBER, ImportState, ImportSystem, machinery


@pytest.fixture
def file(tmp_path: Path) -> Path:
    source = tmp_path / "m.py"
    source.write_text("value = 1\ndef f(): pass\n")
    py_compile.compile(str(source), cfile=str(tmp_path / "m.pyc"))
    source.unlink()
    return tmp_path / "m.pyc"


def test_it_is_executed_and_its_code_left_as_it_is(file: Path) -> None:
    loader = machinery.SourcelessFileLoader("m", str(file))
    module = ModuleType("m")
    loader.exec_module(module)
    assert module.value == 1
    code = loader.get_code("m")
    assert isinstance(code, CodeType)
    assert code.co_filename.endswith("m.py")
    assert loader.get_source("m") is None
    assert not loader.is_package("m")


def test_it_is_found_and_knows_itself(file: Path) -> None:
    system = ImportSystem(ImportState([str(file.parent)]))
    module = system.import_module("m")
    assert module.__file__ == str(file)
    assert module.__spec__ is not None
    assert module.__spec__.cached == str(file)
    assert list(file.parent.iterdir()) == [file]


def test_age_does_not_matter(file: Path) -> None:
    (file.parent / "m.py").write_text("value = 'newer and longer'\n")
    loader = machinery.SourcelessFileLoader("m", str(file))
    module = ModuleType("m")
    loader.exec_module(module)
    assert module.value == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:3], id="part of the magic"),
        pytest.param(lambda data: data[:15], id="part of the header"),
        pytest.param(lambda data: data[:16], id="header alone"),
        pytest.param(lambda data: data[:-9], id="cut"),
        pytest.param(lambda data: b"\0\0\r\n" + data[4:], id="foreign magic"),
        pytest.param(lambda data: data[:4] + b"\x04\0\0\0" + data[8:], id="unknown flag"),
        pytest.param(lambda data: data[:16] + marshal.dumps(5), id="no code"),
    ],
)
def test_damage_is_told_in_the_interpreters_words(file: Path, damage: Callable[[bytes], bytes]) -> None:
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises((ImportError, EOFError, ValueError)) as theirs:
        importlib.machinery.SourcelessFileLoader("m", str(file)).get_code("m")
    with pytest.raises(theirs.type) as ours:
        machinery.SourcelessFileLoader("m", str(file)).get_code("m")
    assert str(ours.value) == str(theirs.value)
    for fact in ("name", "path"):
        assert getattr(ours.value, fact, None) == getattr(theirs.value, fact, None)


@pytest.mark.parametrize("flags", [1, 3])
def test_hash_based_files_are_not_compared_with_anything(file: Path, flags: int) -> None:
    data = file.read_bytes()
    file.write_bytes(MAGIC_NUMBER + flags.to_bytes(4, "little") + bytes(8) + data[16:])
    assert machinery.SourcelessFileLoader("m", str(file)).get_code("m").co_names
    assert data[:4] == importlib.util.MAGIC_NUMBER
