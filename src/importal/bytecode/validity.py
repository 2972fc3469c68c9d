"""Is a bytecode file valid for its source? The answer is a value that carries its reason.

``Fresh`` may be executed; ``Stale`` was made for another state of the source; ``Refused`` is no bytecode file of this
interpreter at all. None of the three is an error: with the source at hand the module is compiled again.
"""

from __future__ import annotations

from ..interpreter import MAGIC_NUMBER, check_hash_based_pycs, source_hash
from .header import SIZE, Header, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

__all__ = ["Fresh", "Refused", "Stale", "Verdict", "judge", "refusal"]


class _Verdict:
    __slots__ = ("header", "reason")

    def __init__(self, reason: str, header: Header | None = None) -> None:
        self.reason = reason
        self.header = header

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reason!r})"


class Fresh(_Verdict):
    """The file may be executed; ``reason`` says what made it trusted."""

    __slots__ = ()


class Stale(_Verdict):
    """The source has changed since the file was written; ``reason`` says what differs."""

    __slots__ = ()


class Refused(_Verdict):
    """The file is not bytecode of this interpreter; ``truncated`` tells a short file from a foreign one."""

    __slots__ = ("truncated",)

    def __init__(self, reason: str, header: Header | None = None, *, truncated: bool = False) -> None:
        super().__init__(reason, header)
        self.truncated = truncated


if TYPE_CHECKING:
    Verdict: TypeAlias = Fresh | Stale | Refused


def refusal(data: bytes | memoryview, name: str, magic: bytes = MAGIC_NUMBER) -> Refused | None:
    """Return why *data* cannot be a bytecode file of the interpreter with *magic*, or None. *name* is the module's."""
    header = parse(data)
    if data[:4] != magic:
        return Refused(f"bad magic number in {name!r}: {bytes(data[:4])!r}", header)
    if header is None:
        return Refused(f"reached EOF while reading pyc header of {name!r}", truncated=True)
    if header.unknown_flags:
        return Refused(f"invalid flags {header.flags!r} in {name!r}", header)
    return None


def judge(
    data: bytes | memoryview,
    name: str,
    *,
    mtime: float | None,
    size: int | None,
    read_source: Callable[[], bytes],
    tolerance: int = 0,
    magic: bytes = MAGIC_NUMBER,
) -> Verdict:
    """Judge the bytecode file *data* of the module *name*.

    *mtime* (seconds) and *size* (bytes) are the source's now, None where they are not known. *read_source* is called
    only when a hash has to be compared: the file asks for it, or ``--check-hash-based-pycs always`` does (PEP 552).
    *tolerance* is by how many seconds the two times may differ, for places that know time only roughly. *magic* is the
    magic number of the interpreter that is to use the file; hashes can be compared for the running one only.
    """
    refused = refusal(data, name, magic)
    if refused is not None:
        return refused
    header = parse(data)
    assert header is not None
    if header.hash_based:
        return _judge_hash(header, name, read_source)
    if mtime is not None and abs(header.mtime - (int(mtime) & 0xFFFF_FFFF)) > tolerance:
        return Stale(f"bytecode is stale for {name!r}: source changed at {int(mtime)}, not {header.mtime}", header)
    if size is not None and header.size != size & 0xFFFF_FFFF:
        return Stale(f"bytecode is stale for {name!r}: source has {size} bytes, not {header.size}", header)
    return Fresh("modification time and size match", header)


def _judge_hash(header: Header, name: str, read_source: Callable[[], bytes]) -> Verdict:
    mode = check_hash_based_pycs()
    if mode == "never" or not (header.check_source or mode == "always"):
        return Fresh("unchecked hash", header)
    if source_hash(read_source()) != header.hash:
        return Stale(f"hash in bytecode doesn't match hash of source {name!r}", header)
    return Fresh("source hash matches", header)


CODE_START = SIZE
