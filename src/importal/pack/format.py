"""The file format of packs: a header, and marshalled objects in blocks that are checked before they are made.

All numbers of the header are little-endian; see docs/reference/pack.md for a description by which another reader can be
written. Nothing here knows what the blocks mean.
"""

from __future__ import annotations

import _io  # by this name, pyfakefs sees to it that real files are opened
import marshal

from ..errors import PackError
from ..interpreter import MAGIC_NUMBER, source_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, TypeAlias

    # Where a block lies: its offset behind the root block, its length, both in bytes, and the checksum's eight bytes.
    Block: TypeAlias = tuple[int, int, bytes]

__all__ = [
    "HEADER_SIZE",
    "INDEX_ONLY",
    "REPLACED",
    "SEALED",
    "VERSION",
    "Code",
    "Header",
    "PackFile",
    "marshalled",
    "marshalled_shared",
    "read_header",
    "write",
]

# As in PNG's: a transfer that takes the file for text damages this first.
SIGNATURE = b"\x89IMPORTALPACK\r\n\n"
VERSION = 5
HEADER_SIZE = 64
_CHECKED = 56

#: Flags of a header.
SEALED, INDEX_ONLY = 1, 2

#: The type of code objects; `types` is a module that a start does without.
Code: type[CodeType] = type((lambda: None).__code__)

#: Why a pack goes out of use without being damaged.
REPLACED = "another file was put in its place"

# One call reads a header and the root block behind it.
_FIRST = 1 << 16


class Header:
    """What a pack says of itself: ``optimization`` level, ``flags``, the ``root`` block, and the file's ``size``."""

    __slots__ = ("data", "flags", "optimization", "root", "size")

    def __init__(self, data: bytes, optimization: int, flags: int, root: Block, size: int) -> None:
        self.data = data
        self.optimization = optimization
        self.flags = flags
        self.root = root
        self.size = size


def read_header(data: bytes) -> Header:
    """Return the header that *data* begins with. Raises ValueError with the reason it cannot be used."""
    if data[: len(SIGNATURE)] != SIGNATURE:
        raise ValueError("it is no pack, or was damaged by a transfer as text")
    if len(data) < HEADER_SIZE:
        raise ValueError("it ends within its header")
    version = int.from_bytes(data[16:18], "little")
    if version != VERSION:
        raise ValueError(f"its format is version {version}, and this importal reads version {VERSION}")
    if data[20:24] != MAGIC_NUMBER:
        raise ValueError("it was made by another version of Python")
    if source_hash(data[:_CHECKED]) != data[_CHECKED:HEADER_SIZE]:
        raise ValueError("its header is damaged")
    root = (int.from_bytes(data[24:32], "little"), int.from_bytes(data[32:40], "little"), data[40:48])
    return Header(data[:HEADER_SIZE], data[18], data[19], root, int.from_bytes(data[48:56], "little"))


class PackFile:
    """A pack on a disk. Nothing is held open: a block is read when it is needed, from the very file that was opened."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            with _io.open_code(path) as file:
                first = file.read(_FIRST)
                self.header = read_header(first)
                size = file.seek(0, 2)
                if size != self.header.size:
                    raise ValueError("it is cut short" if size < self.header.size else "something was added to it")
                offset, length, _ = self.header.root
                self._base = offset + length
                data: bytes | bytearray = first[offset : self._base]
                if len(data) < length:
                    data = _read(file, offset, length)
        except OSError as error:
            raise PackError(path, error.strerror or str(error)) from error
        except ValueError as error:
            raise PackError(path, str(error)) from error
        self.root = self.object(data, 0, length, self.header.root[2])

    def read(self, block: Block) -> Any:
        """Return the object in *block*. Raises PackError when the file is gone, was replaced, or is damaged."""
        return self.object(self.part(block[0], block[1]), 0, block[1], block[2])

    def part(self, offset: int, length: int, memory: bytearray | None = None) -> bytearray:
        """Return so many bytes of the file, unchecked, at the beginning of *memory* if they fit there.

        Raises PackError when the file is gone, or was replaced.
        """
        try:
            with _io.open_code(self.path) as file:
                if file.read(HEADER_SIZE) != self.header.data:
                    raise ValueError(REPLACED)
                return _read(file, self._base + offset, length, memory)
        except OSError as error:
            raise PackError(self.path, error.strerror or str(error)) from error
        except ValueError as error:
            raise PackError(self.path, str(error)) from error

    def object(self, data: bytes | bytearray, start: int, length: int, checksum: bytes) -> Any:
        """Return the object in *length* bytes of *data* from *start* on. Raises PackError for damaged ones."""
        block = data if length == len(data) else memoryview(data)[start : start + length]
        if len(block) != length:
            raise PackError(self.path, "it is cut short")
        if source_hash(block) != checksum:  # type: ignore[arg-type]
            raise PackError(self.path, "a block of it is damaged")
        try:
            return marshal.loads(block)
        except (EOFError, TypeError, ValueError) as error:
            raise PackError(self.path, f"a block of it cannot be read ({error})") from error


def _read(file: Any, offset: int, length: int, memory: bytearray | None = None) -> bytearray:
    if offset + length > file.seek(0, 2):
        raise ValueError("it is cut short")
    file.seek(offset)
    data = memory if memory is not None and length <= len(memory) else bytearray(length)
    if file.readinto(memoryview(data)[:length]) != length:
        raise ValueError("it is cut short")
    return data


def write(root: bytes, blocks: list[bytes], *, optimization: int, flags: int) -> bytes:
    """Return the file that has *root* behind its header, and behind that *blocks*."""
    whole = b"".join((root, *blocks))
    head = b"".join(
        (
            SIGNATURE,
            VERSION.to_bytes(2, "little"),
            bytes((optimization, flags)),
            MAGIC_NUMBER,
            HEADER_SIZE.to_bytes(8, "little"),
            len(root).to_bytes(8, "little"),
            source_hash(root),
            (HEADER_SIZE + len(whole)).to_bytes(8, "little"),
        )
    )
    return head + source_hash(head) + whole


def marshalled(value: Any) -> bytes:
    """Return plain *value* marshalled, the same bytes in every process."""
    # This version of marshal's format writes every object out, whatever else refers to it.
    return marshal.dumps(value, 2)


def marshalled_shared(value: CodeType | tuple[CodeType | None, ...] | None) -> bytes:
    """Return code marshalled so that what it shares is made once, the same bytes in every process.

    marshal marks what is referred to more than once in the process; here, that is everything.
    """
    held: list[object] = []
    rest: list[object] = [value]
    while rest:
        one = rest.pop()
        held.append(one)
        if isinstance(one, Code):
            rest += [
                one.co_consts, one.co_names, one.co_varnames, one.co_cellvars, one.co_freevars, one.co_filename,
                one.co_name, one.co_qualname, one.co_linetable, one.co_exceptiontable,
            ]  # fmt: skip
        elif isinstance(one, (tuple, frozenset)):
            rest += one
    return marshal.dumps(value)
