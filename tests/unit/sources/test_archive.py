"""sources.archive: reading zip archives, whole ones and damaged ones."""

from __future__ import annotations

import io
import os
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest

import trees
from importal.errors import ZipImportError
from importal.sources.archive import Member, folders_of, read_directory, read_member

MOMENT = (2020, 1, 2, 3, 4, 6)
CONTENT = {"top.py": b"x = 1\n", "pkg/__init__.py": b"", "pkg/deep/mod.py": b"y = 2\n" * 100}


def pack(content: dict[str, bytes], *, comment: bytes = b"", method: int = zipfile.ZIP_STORED) -> bytes:
    """Return the bytes of an archive made by the standard library."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, MOMENT), data, compress_type=method)
        archive.comment = comment
    return buffer.getvalue()


def directory(file: Path) -> dict[str, Member]:
    """Return the members that are in the archive; folders that are only implied are left out."""
    return {name.replace(os.sep, "/"): member for name, member in read_directory(str(file)).items() if member}


def unpacked(file: Path) -> dict[str, bytes]:
    return {name: read_member(str(file), member) for name, member in directory(file).items()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.zip"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"a comment", b"c" * 0xFFFF])
@pytest.mark.parametrize("prefix", [b"", b"#!/usr/bin/env python3\n", bytes(70_000)])
def test_everything_is_read(file: Path, method: int, comment: bytes, prefix: bytes) -> None:
    """What stands before the archive and after it is nobody's business."""
    file.write_bytes(prefix + pack(CONTENT, comment=comment, method=method))
    assert unpacked(file) == CONTENT


def test_facts_of_a_member(file: Path) -> None:
    file.write_bytes(pack({"a.py": b"x" * 50}, method=zipfile.ZIP_DEFLATED))
    member = directory(file)["a.py"]
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("a.py")
    assert (member.name, member.method, member.size, member.compressed_size, member.crc, member.offset) == (
        info.filename, info.compress_type, info.file_size, info.compress_size, info.CRC, info.header_offset
    )  # fmt: skip
    assert time.localtime(member.mtime)[:6] == MOMENT


def test_an_empty_archive(file: Path) -> None:
    file.write_bytes(pack({}))
    assert read_directory(str(file)) == {}


def test_folders_with_and_without_members_of_their_own(file: Path) -> None:
    trees.zip({"a": {"b": {"c.py": ""}}, "d.py": ""}, file)
    implied = read_directory(str(file))
    assert folders_of(implied) == {"a", os.path.join("a", "b")}
    trees.zip({"a": {"b": {"c.py": ""}}, "d.py": ""}, file, directories=True)
    listed = read_directory(str(file))
    assert folders_of(listed) == {"a", os.path.join("a", "b")}
    assert listed[os.path.join("a", "")] is not None
    if sys.version_info >= (3, 14):
        assert implied.keys() == listed.keys()
        assert implied[os.path.join("a", "")] is None


# ---------------------------------------------------------------- names


def renamed(raw: bytes, *, utf8: bool) -> bytes:
    """Return an archive with one member whose name is the raw bytes."""
    data = pack({"n" * len(raw): b"x = 1\n"})
    data = data.replace(b"n" * len(raw), raw)
    if utf8:
        for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = data.index(signature) + at
            flags = int.from_bytes(data[start : start + 2], "little") | 0x800
            data = data[:start] + flags.to_bytes(2, "little") + data[start + 2 :]
    return data


@pytest.mark.parametrize("value", range(128, 256))
def test_names_in_code_page_437(file: Path, value: int) -> None:
    raw = bytes([value]) + b".py"
    file.write_bytes(renamed(raw, utf8=False))
    assert list(directory(file)) == zipfile.ZipFile(file).namelist() == [raw.decode("cp437")]
    assert unpacked(file) == {raw.decode("cp437"): b"x = 1\n"}


@pytest.mark.parametrize("name", ["é.py", "πακέτο/μ.py", "模块.py", "\N{SNAKE}.py", "a.py"])
def test_names_in_utf8(file: Path, name: str) -> None:
    file.write_bytes(renamed(name.encode(), utf8=True))
    assert list(directory(file)) == [name]


def test_names_that_are_no_utf8(file: Path) -> None:
    file.write_bytes(renamed(b"\xff\xfe.py", utf8=True))
    with pytest.raises(ZipImportError, match="invalid UTF-8 file name in "):
        read_directory(str(file))


# ---------------------------------------------------------------- zip64


def zip64(
    content: dict[str, bytes], *, wide: tuple[str, ...] = ("size", "compressed", "offset"), junk: bytes = b""
) -> bytes:
    """Return an archive all of whose numbers are where zip64 puts them (APPNOTE, 4.3.14, 4.3.15 and 4.5.3).

    `wide` says which numbers of a member do not stand in its entry; `junk` is an extra field before zip64's own.
    """
    out, entries = bytearray(), bytearray()
    for name, data in content.items():
        raw = name.encode()
        facts = {"size": len(data), "compressed": len(data), "offset": len(out)}
        crc = zipfile.crc32(data)  # type: ignore[attr-defined]
        out += struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 33, crc, len(data), len(data), len(raw), 0)
        out += raw + data
        field = b"".join(struct.pack("<Q", facts[fact]) for fact in ("size", "compressed", "offset") if fact in wide)
        extra = junk + struct.pack("<2H", 1, len(field)) + field
        narrow = {fact: 0xFFFFFFFF if fact in wide else number for fact, number in facts.items()}
        entries += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, crc, narrow["compressed"], narrow["size"],
            len(raw), len(extra), 0, 0, 0, 0, narrow["offset"],
        )  # fmt: skip
        entries += raw + extra
    start = len(out)
    count = len(content)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(entries), start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(entries), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return bytes(out + entries) + end64 + locator + end


@pytest.mark.parametrize(
    "wide", [("size", "compressed", "offset"), ("offset",), ("size", "compressed"), ("compressed",), ()]
)
@pytest.mark.parametrize("junk", [b"", struct.pack("<2H", 0x5455, 5) + b"12345"])
@pytest.mark.parametrize("prefix", [b"", b"#!/bin/sh\n"])
def test_zip64(file: Path, wide: tuple[str, ...], junk: bytes, prefix: bytes) -> None:
    file.write_bytes(prefix + zip64(CONTENT, wide=wide, junk=junk))
    assert unpacked(file) == CONTENT


def test_zip64_of_the_standard_library_with_very_many_members(file: Path) -> None:
    """More than 65535 members do not fit an ordinary end record."""
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(0x10002):
            archive.writestr(zipfile.ZipInfo(f"m{number}.py", MOMENT), b"")
        archive.writestr(zipfile.ZipInfo("last.py", MOMENT), b"x = 1\n")
    found = directory(file)
    assert len(found) == 0x10003
    assert read_member(str(file), found["last.py"]) == b"x = 1\n"


def test_a_zip64_field_that_is_missing_or_too_short(file: Path) -> None:
    whole = zip64({"a.py": b"x"})
    field = struct.pack("<2H", 1, 24)
    assert whole.count(field) == 1
    for broken in (struct.pack("<2H", 2, 24), struct.pack("<2H", 1, 16)):
        file.write_bytes(whole.replace(field, broken))
        with pytest.raises(ZipImportError, match="can't read header extra: "):
            read_directory(str(file))


# ---------------------------------------------------------------- damage


def test_no_such_file(file: Path) -> None:
    with pytest.raises(ZipImportError, match="can't open Zip file: ") as caught:
        read_directory(str(file))
    assert caught.value.path == str(file)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


@pytest.mark.parametrize("data", [b"", b"text", bytes(100_000)])
def test_no_archive(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(ZipImportError, match="not a Zip file: "):
        read_directory(str(file))


def test_a_file_that_ends_too_early_is_an_error_wherever_it_ends(file: Path) -> None:
    whole = pack(CONTENT)
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        with pytest.raises(ZipImportError):
            read_directory(str(file))


@pytest.mark.parametrize(
    "whole", [pack({"a/b.py": b"x" * 30, "é.py": b"y"}), zip64({"a/b.py": b"x" * 30})], ids=["", "zip64"]
)
def test_one_wrong_byte_is_an_error_or_harmless(file: Path, whole: bytes) -> None:
    """Whatever the wrong byte: an error of importing, or members that can be read or are refused."""
    for position in range(len(whole)):
        for value in {0, 255, whole[position] ^ 1}:
            file.write_bytes(whole[:position] + bytes([value]) + whole[position + 1 :])
            try:
                members = directory(file)
            except (ZipImportError, EOFError):
                continue
            for member in members.values():
                member.mtime  # noqa: B018 - no date is so wrong that it cannot be asked for
                try:
                    read_member(str(file), member)
                except (ImportError, EOFError, OSError, zlib.error):
                    continue


def test_members_are_not_lost_silently(file: Path) -> None:
    """A directory that is damaged in the middle must not pass for a smaller one: the end record knows the number."""
    whole = pack(CONTENT)
    second = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 1)
    file.write_bytes(whole[:second] + b"PKxx" + whole[second + 4 :])
    with pytest.raises(ZipImportError):
        read_directory(str(file))


@pytest.mark.parametrize(
    ("field", "at", "value", "message"),
    [
        (b"PK\x05\x06", 12, 0xFFFFFF, "bad central directory size: "),
        (b"PK\x05\x06", 16, 0xFFFFFF, "bad central directory offset: "),
        (b"PK\x01\x02", 42, 0xFFFFFF, "bad local header offset: "),
    ],
)
def test_wrong_places(file: Path, field: bytes, at: int, value: int, message: str) -> None:
    whole = pack({"a.py": b"x"})
    start = whole.index(field) + at
    file.write_bytes(whole[:start] + value.to_bytes(4, "little") + whole[start + 4 :])
    with pytest.raises(ZipImportError, match=message):
        read_directory(str(file))


def test_a_member_whose_header_is_damaged(file: Path) -> None:
    whole = pack({"a.py": b"x = 1\n"})
    file.write_bytes(whole)
    member = directory(file)["a.py"]
    file.write_bytes(b"PKxx" + whole[4:])
    with pytest.raises(ZipImportError, match="bad local file header: "):
        read_member(str(file), member)
    file.write_bytes(whole[:20])
    with pytest.raises(EOFError):
        read_member(str(file), member)
    file.write_bytes(whole[:38])
    with pytest.raises(OSError, match="can't read data"):
        read_member(str(file), member)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        read_member(str(file), member)


def test_a_packing_method_nobody_here_unpacks(file: Path) -> None:
    file.write_bytes(pack({"a.py": b"x = 1\n" * 9}, method=zipfile.ZIP_LZMA))
    with pytest.raises(ZipImportError, match=r"can't decompress 'a.py' in .* is 14; store or deflate it"):
        read_member(str(file), directory(file)["a.py"])


@pytest.mark.skipif(sys.version_info < (3, 15), reason="zipimport unpacks Zstandard from CPython 3.15 on")
def test_zstandard(file: Path) -> None:
    method = zipfile.ZIP_ZSTANDARD  # type: ignore[attr-defined]
    file.write_bytes(pack(CONTENT, method=method))
    assert unpacked(file) == CONTENT
