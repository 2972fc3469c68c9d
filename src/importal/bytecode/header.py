"""The sixteen bytes in front of the code in a bytecode file (PEP 552).

===== ====== ==================================================================
bytes field  meaning
===== ====== ==================================================================
0-3   magic  the interpreter's bytecode version, ending in CR LF
4-7   flags  bit 0: hash-based; bit 1: check the hash against the source
8-11  mtime  source modification time in whole seconds, modulo 2**32
12-15 size   source size in bytes, modulo 2**32
8-15  hash   instead of mtime and size where flag bit 0 is set
===== ====== ==================================================================

All integers are little-endian. Nothing here reads a file.
"""

from __future__ import annotations

__all__ = ["CHECK_SOURCE", "HASH_BASED", "SIZE", "Header", "hash_header", "parse", "timestamp_header"]

SIZE = 16
HASH_BASED = 0b01
CHECK_SOURCE = 0b10
_KNOWN_FLAGS = HASH_BASED | CHECK_SOURCE
_TIMESTAMP_FLAGS = bytes(4)


class Header:
    """A header's fields as numbers; ``hash`` is the raw eight bytes where ``hash_based``."""

    __slots__ = ("flags", "magic", "stamp")

    def __init__(self, magic: bytes, flags: int, stamp: bytes) -> None:
        self.magic = magic
        self.flags = flags
        self.stamp = stamp

    @property
    def hash_based(self) -> bool:
        return bool(self.flags & HASH_BASED)

    @property
    def check_source(self) -> bool:
        """Whether the file itself asks to be compared with its source's hash."""
        return bool(self.flags & CHECK_SOURCE)

    @property
    def unknown_flags(self) -> int:
        """The flag bits no PEP defines; a file that has any is for a later interpreter."""
        return self.flags & ~_KNOWN_FLAGS

    @property
    def hash(self) -> bytes:
        return self.stamp

    @property
    def mtime(self) -> int:
        return int.from_bytes(self.stamp[:4], "little")

    @property
    def size(self) -> int:
        return int.from_bytes(self.stamp[4:], "little")


def parse(data: bytes | memoryview) -> Header | None:
    """Return the header at the start of *data*, or None when *data* is too short to hold one.

    >>> parse(b"short") is None
    True
    """
    if len(data) < SIZE:
        return None
    head = bytes(data[:SIZE])
    return Header(head[:4], int.from_bytes(head[4:8], "little"), head[8:])


def timestamp_header(magic: bytes, mtime: float, size: int) -> bytes:
    """Return the header of a bytecode file that is valid for the source with *mtime* (seconds) and *size* (bytes)."""
    seconds = int(mtime) & 0xFFFF_FFFF
    return magic + _TIMESTAMP_FLAGS + seconds.to_bytes(4, "little") + (size & 0xFFFF_FFFF).to_bytes(4, "little")


def hash_header(magic: bytes, source_hash: bytes, *, checked: bool) -> bytes:
    """Return the header of a bytecode file that is valid for the source with *source_hash* (eight bytes).

    *checked* makes every import compare the hash again; otherwise the file is trusted.
    """
    if len(source_hash) != 8:
        raise ValueError(f"a source hash has 8 bytes, not {len(source_hash)}")
    return magic + (HASH_BASED | CHECK_SOURCE * checked).to_bytes(4, "little") + source_hash
