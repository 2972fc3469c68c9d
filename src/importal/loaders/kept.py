"""The bytecode of sources in archives, kept in the user's cache: an archive is compiled once, and not at every run.

It lies in a folder for the archive's file as it is now (its path, size and time), and says of which member it is by
what the directory of the archive says of that (checksum and size): no source is read only to know that it is unchanged.
"""

from __future__ import annotations

import marshal
import os
import sys

from .. import files
from ..bytecode import header
from ..caches import bytecode_folder
from ..events import host_events
from ..interpreter import MAGIC_NUMBER
from ..sources.archive_files import identity
from ..sources.directory import read_code
from .source import code_from_bytecode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from ..sources.archive import Member

__all__ = ["KeptBytecode"]


class KeptBytecode:
    """The bytecode that is kept of one *archive*, as it is now."""

    def __init__(self, archive: str) -> None:
        self._folder = identity(archive)

    def location(self, member: Member) -> str | None:
        """Return where the bytecode of *member* is kept, need it be there or not; None where none is kept."""
        base = bytecode_folder(sys)
        if base is None:
            return None
        parts = member.name.split(os.sep)
        if self._folder is None or not {"", ".", ".."}.isdisjoint(parts) or os.path.splitdrive(member.name)[0]:
            return None  # the archive is gone, or the member's name would lead out of the cache
        return os.path.join(base, "archives", self._folder, f"{member.name.removesuffix('.py')}.pyc")

    def code(self, member: Member, path: str, fullname: str, compile_it: Callable[[], CodeType]) -> CodeType:
        """Return the code of *member*: what is kept of it, or what *compile_it* returns, which is then kept.

        *path* is what the code says it comes from. Raises what *compile_it* raises.
        """
        location = self.location(member)
        head = header.hash_header(MAGIC_NUMBER, _stamp(member), checked=False)
        if location is not None:
            data = _read(location)
            if data.startswith(head):
                if tell := host_events.hearers.bytecode:
                    tell("fresh", fullname, location=location, reason="checksum matches")
                return code_from_bytecode(data, fullname, location, path)
            if tell := host_events.hearers.bytecode:
                tell("missing", fullname, location=location, reason="not compiled before")
        code = compile_it()
        if location is None:
            return code
        if sys.dont_write_bytecode:
            if tell := host_events.hearers.store:
                tell("skipped", fullname, location=location, reason="dont_write_bytecode is set")
            return code
        # A second reference, as for bytecode beside its source: the same bytes whatever the interpreter keeps.
        references = [code]
        written = files.write(location, head + marshal.dumps(references[0]), 0o600)
        if tell := host_events.hearers.store:
            tell("written" if written else "failed", fullname, location=location, reason=written.reason)
        return code


def _stamp(member: Member) -> bytes:
    return member.crc.to_bytes(4, "little") + (member.size & 0xFFFF_FFFF).to_bytes(4, "little")


def _read(location: str) -> bytes:
    try:
        return read_code(location)
    except OSError:
        return b""  # not compiled yet
