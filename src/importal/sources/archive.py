"""Zip archives: the directory at their end, and the bytes of their members.

Written from PKWARE's APPNOTE.TXT 6.3 (sections 4.3 and 4.5). The standard library's ``zipfile`` reads more kinds of
archive and takes a multiple of the time to import; what a start-up path reads has to be small.
"""

from __future__ import annotations

import os
import sys
import time
from _operator import itemgetter
from stat import S_ISREG

from ..import_errors import ZipImportError
from ..interpreter import source_hash
from ..locations import SEPARATOR, split
from ..machine import VERSION, Machine
from .kept_index import kept_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO, Self, TypeAlias

    # What a member is made of.
    Row: TypeAlias = tuple[str, int, int, int, int, int, int]

__all__ = ["Member", "archive_in", "folders_of", "list_members", "read_directory", "read_member"]

_END = b"PK\x05\x06"
_END_SIZE = 22
_END64_LOCATOR = b"PK\x06\x07"
_END64_LOCATOR_SIZE = 20
_END64 = b"PK\x06\x06"
_END64_SIZE = 56
_ENTRY = b"PK\x01\x02"
_ENTRY_SIZE = 46
_LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30
_COMMENT_MOST = 0xFFFF
_COUNT_MASK = 0xFFFF
_ELSEWHERE = 0xFFFF_FFFF  # stands for: see the zip64 extra field
_EXTRA64 = 1
_UTF8 = 0x800
_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93


class Member(tuple):  # type: ignore[type-arg]
    """One member: where it lies in the archive and what it is. Sizes and offsets are bytes, ``mtime`` seconds."""

    __slots__ = ()

    name: str = property(itemgetter(0))  # type: ignore[assignment]
    method: int = property(itemgetter(1))  # type: ignore[assignment]
    compressed_size: int = property(itemgetter(2))  # type: ignore[assignment]
    size: int = property(itemgetter(3))  # type: ignore[assignment]
    offset: int = property(itemgetter(4))  # type: ignore[assignment]
    stamp: int = property(itemgetter(5))  # type: ignore[assignment]
    crc: int = property(itemgetter(6))  # type: ignore[assignment]

    def __new__(
        cls, name: str, method: int, compressed_size: int, size: int, offset: int, stamp: int, crc: int
    ) -> Self:
        return tuple.__new__(cls, (name, method, compressed_size, size, offset, stamp, crc))

    @property
    def mtime(self) -> float:
        """When the member was last changed; archives know this to two seconds, in local time."""
        date, clock = self.stamp >> 16, self.stamp & 0xFFFF
        moment = ((date >> 9) + 1980, date >> 5 & 0xF, date & 0x1F, clock >> 11, clock >> 5 & 0x3F, (clock & 0x1F) * 2)
        return time.mktime((*moment, -1, -1, -1))


def lies_in_an_archive(path: str) -> bool:
    """Tell whether the first part of *path* that is there is a file."""
    try:
        archive_in(path)
    except ZipImportError:
        return False
    return True


def archive_in(path: str) -> tuple[str, str]:
    """Return (archive, folder in it) for *path*: the first part of it that is a file. Raises ZipImportError."""
    if not isinstance(path, str):
        raise TypeError(f"expected str, not {type(path)!r}")
    if path == "":
        raise ZipImportError("archive path is empty", path=path)
    if "://" in path:
        from .places import is_url

        if is_url(path):
            raise ZipImportError("not a Zip file", path=path)  # and each folder of it would be asked for in vain
    location = path.replace(os.altsep, SEPARATOR) if os.altsep else path
    location = location.rstrip(SEPARATOR) or location
    folders: list[str] = []
    while True:
        try:
            status = Machine.stat(location)
        except (OSError, ValueError):
            outer, name = split(location)
            if not name or outer == location or not outer:
                raise ZipImportError("not a Zip file", path=location) from None
            location = outer
            folders.append(name)
            continue
        if not S_ISREG(status.st_mode):
            raise ZipImportError("not a Zip file", path=location)
        return location, SEPARATOR.join(reversed(folders))


def read_directory(archive: str) -> dict[str, Member | None]:
    """Return the members of the file *archive* by name, with the platform's separator. Raises ZipImportError.

    From CPython 3.14 on a folder that only its members imply is there too, as None.
    """
    try:
        with Machine.open(archive, "rb") as file:
            directory = _Directory(file, archive)
    except OSError as error:
        raise ZipImportError(f"can't open Zip file: {archive!r}", path=archive) from error
    rows = kept_index("archive", directory.key(), directory.rows)
    members: dict[str, Member | None] = {row[0]: tuple.__new__(Member, row) for row in rows}
    if VERSION >= (3, 14):
        for folder in folders_of(members):
            members.setdefault(folder + SEPARATOR, None)
    return members


def list_members(archive: str) -> list[Member]:
    """Return the members of the file *archive* as its directory lists them, one that is there twice too.

    Raises OSError, and ZipImportError or EOFError for what is no archive or a damaged one.
    """
    with Machine.open(archive, "rb") as file:
        directory = _Directory(file, archive)
    return [Member(*row) for row in directory.rows()]


def folders_of(members: Iterable[str]) -> frozenset[str]:
    """Return every folder of the archive, without closing separator: listed ones and those that *members* imply."""
    folders = {""}
    for name in members:
        folder = name.rpartition(SEPARATOR)[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition(SEPARATOR)[0]
    folders.remove("")
    return frozenset(folders)


def read_member(archive: str, member: Member) -> bytes:
    """Return the uncompressed bytes of *member*. Raises OSError, and ZipImportError for an archive that is damaged."""
    with Machine.open(archive, "rb") as file:
        file.seek(member.offset)
        head = file.read(_LOCAL_SIZE)
        if len(head) < _LOCAL_SIZE:
            raise EOFError("EOF read where not expected")
        if head[:4] != _LOCAL:
            raise ZipImportError(f"bad local file header: {archive!r}", path=archive)
        start = file.seek(_number(head, 26, 2) + _number(head, 28, 2), os.SEEK_CUR)
        # A size that is wrong can be absurd: only what the file can hold is asked for.
        data = file.read(min(member.compressed_size, max(file.seek(0, os.SEEK_END) - file.seek(start), 0)))
    if len(data) != member.compressed_size:
        raise OSError("zipimport: can't read data")
    return data if member.method == _STORED else _inflate(data, archive, member)


def _inflate(data: bytes, archive: str, member: Member) -> bytes:
    if member.method == _ZSTANDARD and VERSION >= (3, 15):
        return _expand(data, archive)
    if member.method != _DEFLATED:
        raise ZipImportError(
            f"can't decompress {member.name!r} in {archive!r}: its compression method is {member.method}; "
            "store or deflate it",
            path=archive,
        )
    try:
        # The name and not the module: a zlib that lies compressed in an archive of its own is in the middle of this.
        from zlib import decompress
    except ImportError as error:
        raise ZipImportError("can't decompress data; zlib not available", path=archive) from error
    return decompress(data, -15)


def _expand(data: bytes, archive: str) -> bytes:
    try:
        from compression.zstd import ZstdError, decompress  # type: ignore[import-not-found]
    except ImportError as error:
        raise ZipImportError("can't decompress data; zstd not available", path=archive) from error
    try:
        return bytes(decompress(data))
    except ZstdError as error:
        raise ZipImportError(f"could not decompress data: {error}", path=archive) from error


class _Directory:
    """The directory of an open archive. Raises OSError, and ZipImportError for what is no archive."""

    def __init__(self, file: BinaryIO, archive: str) -> None:
        self._archive = archive
        size = file.seek(0, os.SEEK_END)
        self._start, length, self._shift, self._count = _directory_place(file, size, archive)
        file.seek(self._start)
        self._data = file.read(length)
        if len(self._data) != length:
            raise ZipImportError(f"can't read Zip file: {archive!r}", path=archive)

    def key(self) -> str:
        """Return text that stands for what :meth:`rows` returns."""
        return f"{source_hash(self._data).hex()}-{self._start:x}-{self._shift:x}-{self._count:x}-{len(self._data):x}"

    def rows(self) -> list[Row]:
        """Return the members that it lists, as plain values. Raises ZipImportError, EOFError for a damaged one."""
        directory, archive = self._data, self._archive
        rows = []
        position = 0
        view = memoryview(directory)
        while directory.startswith(_ENTRY, position):
            if position + _ENTRY_SIZE > len(directory):
                raise EOFError("EOF read where not expected")
            # Fields of two and of four bytes, from offset 8: flags, method, time, date, CRC, sizes, lengths, offset.
            (
                flags, method, clock, date, crc, crc_above, packed, packed_above, size, size_above,
                name_size, extra_size, comment_size, _, _, _, _, offset, offset_above,
            ) = _halves(view[position + 8 : position + _ENTRY_SIZE])  # fmt: skip
            name_start = position + _ENTRY_SIZE
            extra_start = name_start + name_size
            position = extra_start + extra_size + comment_size
            if position > len(directory):
                raise ZipImportError(f"can't read Zip file: {archive!r}", path=archive)
            wide = [size | size_above << 16, packed | packed_above << 16, offset | offset_above << 16]
            if _ELSEWHERE in wide:
                wide = _wide_numbers(wide, directory[extra_start : extra_start + extra_size], archive)
            if wide[2] + self._shift > self._start:
                raise ZipImportError(f"bad local header offset: {archive!r}", path=archive)
            name = _name(directory[name_start:extra_start], flags, archive)
            stamp, crc = clock | date << 16, crc | crc_above << 16
            rows.append((name, method, wide[1], wide[0], wide[2] + self._shift, stamp, crc))
        # Archives of before zip64 count modulo 2**16.
        if (len(rows) - self._count) & _COUNT_MASK:
            reason = f"mismatched num_entries: {len(rows)} should be {self._count} in {archive!r}"
            raise ZipImportError(reason, path=archive)
        return rows


def _directory_place(file: BinaryIO, size: int, archive: str) -> tuple[int, int, int, int]:
    """Return (start, length, shift, count): where the directory lies, how far a prefix moves it, how many it lists."""
    tail_size = min(size, _COMMENT_MOST + _END_SIZE + _END64_LOCATOR_SIZE + _END64_SIZE)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    end = tail.rfind(_END)
    if end < 0:
        raise ZipImportError(f"not a Zip file: {archive!r}", path=archive)
    record = tail[end : end + _END_SIZE]
    if len(record) != _END_SIZE:
        raise ZipImportError(f"corrupt Zip file: {archive!r}", path=archive)
    length, offset, count = _number(record, 12, 4), _number(record, 16, 4), _number(record, 10, 2)
    end_position = size - tail_size + end
    record64 = _end64(tail, end)
    if record64 is not None:
        length, offset, count = (_number(record64, at, 8) for at in (40, 48, 32))
        end_position -= _END64_LOCATOR_SIZE + _END64_SIZE
    if end_position < length:
        raise ZipImportError(f"bad central directory size: {archive!r}", path=archive)
    start = end_position - length
    if start < offset:
        raise ZipImportError(f"bad central directory offset: {archive!r}", path=archive)
    return start, length, start - offset, count


def _end64(tail: bytes, end: int) -> bytes | None:
    """Return the zip64 end record before the ordinary one at *end*, None where the archive has none."""
    locator = end - _END64_LOCATOR_SIZE
    record = locator - _END64_SIZE
    if record < 0 or tail[locator : locator + 4] != _END64_LOCATOR or tail[record : record + 4] != _END64:
        return None
    return tail[record:locator]


def _wide_numbers(narrow: list[int], extra: bytes, archive: str) -> list[int]:
    """Return *narrow* (size, compressed size, offset) with what does not fit four bytes taken from the zip64 field."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = _number(extra, position, 2), _number(extra, position + 2, 2)
        field = extra[position + 4 : position + 4 + length]
        position += 4 + length
        if kind != _EXTRA64:
            continue
        wanted = narrow.count(_ELSEWHERE)
        if len(field) < 8 * wanted:
            break
        numbers = iter([_number(field, at, 8) for at in range(0, 8 * wanted, 8)])
        return [next(numbers) if number == _ELSEWHERE else number for number in narrow]
    raise ZipImportError(f"can't read header extra: {archive!r}", path=archive)


def _name(raw: bytes, flags: int, archive: str) -> str:
    """Return a member's name: UTF-8 where it says so, else the first archives' code page (APPNOTE, D)."""
    if raw.isascii():
        name = raw.decode()
    elif flags & _UTF8:
        try:
            name = raw.decode()
        except UnicodeDecodeError as error:
            raise ZipImportError(f"invalid UTF-8 file name in {archive!r}", path=archive) from error
    else:
        name = raw.decode("cp437")
    return name.replace("/", SEPARATOR)


def _halves(data: memoryview) -> list[int]:
    """Return *data* as numbers of two bytes each."""
    if sys.byteorder == "little":
        return data.cast("H").tolist()
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
