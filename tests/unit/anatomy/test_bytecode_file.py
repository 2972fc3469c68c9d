"""anatomy.bytecode_file: each field of the header, and whether an import would use the file."""

from __future__ import annotations

import os
import py_compile
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from importal import MAGIC_NUMBER, ImportSystem, source_hash
from importal.anatomy.bytecode_file import BytecodeFile, bytecode_file, python_of
from importal.loaders.location import spec_from_file_location

Private = Callable[..., ImportSystem]
SOURCE = b"x = 1\n"
HERE = f"Python 3.{sys.version_info[1]}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "m.py"
    file.write_bytes(SOURCE)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    return file


def written(source: Path, mode: py_compile.PycInvalidationMode = py_compile.PycInvalidationMode.TIMESTAMP) -> Path:
    return Path(py_compile.compile(str(source), doraise=True, invalidation_mode=mode) or "")


def described(file: Path) -> BytecodeFile:
    found = bytecode_file(spec_from_file_location("m", str(file)))
    assert found is not None
    return found


def test_a_timestamp_header(source: Path) -> None:
    cached = written(source)
    file = described(source)
    assert (file.location, file.state, file.size) == (str(cached), "fresh", cached.stat().st_size)
    magic, flags, mtime, size = file.fields
    assert (magic.name, magic.offset, magic.bytes) == ("magic", 0, MAGIC_NUMBER.hex())
    assert magic.value == int.from_bytes(MAGIC_NUMBER[:2], "little")
    assert magic.meaning == f"{HERE} (this interpreter's)"
    assert (flags.name, flags.offset, flags.bytes, flags.value) == ("flags", 4, "00000000", 0)
    assert "modification time and size" in flags.meaning
    assert (mtime.name, mtime.offset, mtime.bytes, mtime.value) == ("mtime", 8, "00ca9a3b", 1_000_000_000)
    assert mtime.meaning == "the source was changed at 2001-09-09 01:46:40 UTC"
    assert (size.name, size.offset, size.bytes, size.value) == ("size", 12, "06000000", 6)


@pytest.mark.parametrize(
    ("mode", "flag", "words"),
    [
        (py_compile.PycInvalidationMode.CHECKED_HASH, 3, "compared at each import"),
        (py_compile.PycInvalidationMode.UNCHECKED_HASH, 1, "not compared"),
    ],
)
def test_a_hash_header(source: Path, mode: py_compile.PycInvalidationMode, flag: int, words: str) -> None:
    written(source, mode)
    file = described(source)
    assert file.state == "fresh"
    _, flags, stamp = file.fields
    assert flags.value == flag
    assert words in flags.meaning
    assert (stamp.name, stamp.offset, stamp.value) == ("hash", 8, source_hash(SOURCE).hex())


def test_states(source: Path) -> None:
    assert described(source).state == "missing"
    assert described(source).fields == ()
    assert described(source).size is None
    cached = written(source)
    os.utime(source, (5, 5))
    assert described(source).state == "stale"
    assert "source changed at 5" in described(source).reason
    cached.write_bytes(cached.read_bytes()[:10])
    assert described(source).state == "refused"
    assert described(source).fields == ()
    cached.write_bytes(b"")
    assert described(source).size == 0


def test_a_file_asked_for_itself(source: Path, tmp_path: Path) -> None:
    cached = written(source)
    assert described(cached).state == "fresh"
    assert str(source) in described(cached).reason
    source.write_bytes(b"x = 10000\n")
    assert described(cached).state == "stale"
    alone = tmp_path / "alone.pyc"
    alone.write_bytes(cached.read_bytes())
    assert described(alone).state == "fresh"
    assert "alone it is not compared" in described(alone).reason
    beside = tmp_path / "beside.pyc"
    beside.write_bytes(cached.read_bytes())
    beside.with_suffix(".py").write_bytes(b"")
    assert described(beside).state == "stale"


def test_a_file_of_another_python(source: Path) -> None:
    cached = written(source)
    cached.write_bytes((3439).to_bytes(2, "little") + b"\r\n" + cached.read_bytes()[4:])
    file = described(cached)
    assert file.state == "refused"
    assert file.fields[0].meaning == "an older Python than 3.11"


def test_flags_that_no_pep_defines(source: Path) -> None:
    cached = written(source)
    cached.write_bytes(MAGIC_NUMBER + b"\x10\0\0\0" + cached.read_bytes()[8:])
    assert described(cached).state == "refused"
    assert "0x10" in described(cached).fields[1].meaning


def test_what_has_no_bytecode_file(private: Private) -> None:
    assert bytecode_file(None) is None
    assert bytecode_file(private({}).find_spec("sys")) is None
    assert bytecode_file(private({"m.py": ""}, archive=True).find_spec("m")) is None


@pytest.mark.parametrize(
    ("magic", "python"),
    [(3450, "Python 3.11"), (3499, "Python 3.11"), (3531, "Python 3.12"), (3571, "Python 3.13"), (3627, "Python 3.14"),
     (3413, "an older Python than 3.11"), (60000, "an older Python than 3.11")],
)  # fmt: skip
def test_who_writes_a_magic_number(magic: int, python: str) -> None:
    assert python_of(magic.to_bytes(2, "little") + b"\r\n") == python


def test_this_python_writes_its_own() -> None:
    assert python_of(MAGIC_NUMBER) == HERE
    assert "no Python" in python_of(b"PK\3\4")
