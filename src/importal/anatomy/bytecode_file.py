"""A bytecode file, field by field, and whether an import would use it (PEP 552)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from ..bytecode import header, validity
from ..bytecode.cache import source_from_cache
from ..interpreter import BYTECODE_SUFFIXES, MAGIC_NUMBER
from ..loaders.file import FileLoader
from ..loaders.source import SourceLoader
from ..loaders.sourceless import SourcelessFileLoader
from ..observe.bytecode import bytecode_of
from ..sources.directory import read_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..spec import ModuleSpec

__all__ = ["BytecodeFile", "Field", "bytecode_file", "python_of"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the header: its first byte's ``offset``, its ``bytes`` in hex, its ``value`` and what that means."""

    name: str
    offset: int
    bytes: str
    value: int | str
    meaning: str


@dataclass(frozen=True, slots=True)
class BytecodeFile:
    """Where a module's bytecode is kept, and its ``state``: fresh, stale, refused, missing or none (not kept).

    ``size`` is the file's, in bytes, None where there is none. ``fields`` is empty where there is no whole header.
    """

    location: str | None
    state: str
    reason: str
    size: int | None
    fields: tuple[Field, ...]


def bytecode_file(spec: ModuleSpec | None) -> BytecodeFile | None:
    """Return the bytecode file of the module *spec*; None for a module that is kept in no file of its own.

    Never raises OSError: what cannot be read is told as the reason.
    """
    loader = None if spec is None else spec.loader
    if isinstance(loader, SourcelessFileLoader):
        state, reason = _judge_alone(loader.path, loader.name)
        return _described(loader.path, state, reason)
    if isinstance(loader, SourceLoader) and isinstance(loader, FileLoader):
        try:
            return _described(*_rearranged(bytecode_of(loader)))
        except OSError as error:
            return _described(None, "none", f"not asked for: the source cannot be read: {error.strerror}")
    return None


def _rearranged(answer: tuple[str, str, str | None]) -> tuple[str | None, str, str]:
    state, words, location = answer
    return location, state, words


def _judge_alone(path: str, name: str) -> tuple[str, str]:
    """Judge a bytecode file that was asked for itself, by its source where that can be found."""
    try:
        data = read_data(path)
    except OSError as error:
        return "missing", f"cannot be read: {error.strerror}"
    refused = validity.refusal(data, name)
    if refused is not None:
        return "refused", f"refused: {refused.reason}"
    source = _source_of(path)
    if source is None:
        return "fresh", "fresh: there is no source to compare it with, and alone it is not compared"
    status = os.stat(source)
    verdict = validity.judge(
        data, name, mtime=status.st_mtime, size=status.st_size, read_source=lambda: read_data(source)
    )
    state = type(verdict).__name__.lower()
    return state, f"{state}: {verdict.reason} ({source})"


def _source_of(path: str) -> str | None:
    """Return the source file beside which an import would use the bytecode file *path*, if it exists."""
    try:
        source = source_from_cache(path)
    except (NotImplementedError, ValueError):
        suffix = next((one for one in BYTECODE_SUFFIXES if path.endswith(one)), "")
        source = f"{path.removesuffix(suffix)}.py"
    return source if os.path.isfile(source) else None


def _described(location: str | None, state: str, reason: str) -> BytecodeFile:
    try:
        data = b"" if location is None else read_data(location)
    except OSError:
        return BytecodeFile(location, state, reason, None, ())
    return BytecodeFile(location, state, reason, None if location is None else len(data), _fields(data))


def _fields(data: bytes) -> tuple[Field, ...]:
    parsed = header.parse(data)
    if parsed is None:
        return ()
    number = int.from_bytes(parsed.magic[:2], "little")
    own = " (this interpreter's)" if parsed.magic == MAGIC_NUMBER else ""
    magic = Field("magic", 0, parsed.magic.hex(), number, f"{python_of(parsed.magic)}{own}")
    flags = Field("flags", 4, data[4:8].hex(), parsed.flags, _flag_words(parsed))
    if parsed.hash_based:
        return magic, flags, Field("hash", 8, parsed.hash.hex(), parsed.hash.hex(), "of the source (SipHash, PEP 552)")
    changed = datetime.fromtimestamp(parsed.mtime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        magic,
        flags,
        Field("mtime", 8, data[8:12].hex(), parsed.mtime, f"the source was changed at {changed}"),
        Field("size", 12, data[12:16].hex(), parsed.size, f"the source had {parsed.size} bytes"),
    )


def _flag_words(parsed: header.Header) -> str:
    if parsed.unknown_flags:
        return f"has bits that no PEP defines: {parsed.unknown_flags:#x}"
    if not parsed.hash_based:
        return "valid for one modification time and size of the source"
    return "valid for one hash of the source, " + ("compared at each import" if parsed.check_source else "not compared")


def python_of(magic: bytes) -> str:
    r"""Return which Python writes *magic*, the four bytes at the start of a bytecode file.

    Since 3.11 the numbers of version 3.n begin at 2900 + 50 n.

    >>> python_of((3495).to_bytes(2, "little") + b"\r\n")
    'Python 3.11'
    >>> python_of(b"PK\x03\x04")
    'of no Python: it does not end in CR LF'
    """
    if magic[2:] != b"\r\n":
        return "of no Python: it does not end in CR LF"
    number = int.from_bytes(magic[:2], "little")
    if not 3450 <= number < 5000:
        return "an older Python than 3.11"
    return f"Python 3.{(number - 2900) // 50}"
