"""A zip archive as a source, and what stands for an archive as it is now."""

from __future__ import annotations

import os

from ..interpreter import sha256, source_hash
from ..locations import SEPARATOR, split
from ..machine import Machine
from .archive import folders_of, read_member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .archive import Member

__all__ = ["ArchiveFiles", "MemberStatus", "identity"]


def identity(archive: str) -> str | None:
    """Return a name that stands for the file *archive* as it is now (path, size, time); None: it is gone."""
    try:
        status = Machine.stat(archive)
    except OSError:
        return None
    now = status.st_mtime_ns, status.st_size
    known = _identities.get(archive)
    if known is None or known[0] != now:
        # No sha256: no other hash is there without importing it, in the middle of an import.
        path = source_hash(os.path.abspath(archive).encode("utf-8", "surrogateescape")).hex()
        known = _identities[archive] = now, f"{path}-{now[0]:x}-{now[1]:x}"
    return known[1]


_identities: dict[str, tuple[tuple[int, int], str]] = {}


class ArchiveFiles:
    """The files of an archive as a source: a location is the archive's path with the member's behind it."""

    separator = SEPARATOR

    def __init__(self, archive: str, members: Mapping[str, Member | None]) -> None:
        self.root = archive
        self._members = members
        self._folders = folders_of(members)

    def _name(self, location: str) -> str:
        return location.removeprefix(self.root).strip(SEPARATOR)

    def stamp(self, location: str) -> int | None:
        """Return a constant for a folder, None where there is none."""
        return 0 if self.is_directory(location) else None

    def settled(self, stamp: int) -> bool:
        """Return True."""
        return True

    def list(self, location: str) -> list[str]:
        """Return the names in a folder. Raises FileNotFoundError."""
        if not self.is_directory(location):
            raise FileNotFoundError(2, "no such folder", location)
        name = self._name(location)
        inside = {split(one.rstrip(SEPARATOR)) for one in (*self._members, *self._folders)}
        return [child for folder, child in inside if folder == name and child]

    def stat(self, location: str) -> MemberStatus | None:
        """Return size and time of a member, None where there is none."""
        member = self._members.get(self._name(location))
        return None if member is None else MemberStatus(member)

    def is_directory(self, location: str) -> bool:
        """Tell whether *location* is a folder."""
        name = self._name(location)
        return not name or name in self._folders

    def digest(self, location: str) -> str | None:
        """Return what identifies a member's bytes, as far as the archive's directory does; None where there is none."""
        member = self._members.get(self._name(location))
        archive = identity(self.root)
        if member is None or archive is None:
            return None
        return sha256(f"{archive} {member.crc} {member.size} {member.name}".encode()).hexdigest()  # type: ignore[no-any-return]

    def read(self, location: str) -> bytes:
        """Return the bytes of a member. Raises OSError, FileNotFoundError where there is none."""
        member = self._members.get(self._name(location))
        if member is None:
            raise FileNotFoundError(2, "no such member", location)
        return read_member(self.root, member)


class MemberStatus:
    """What a source says of a file: ``st_size`` in bytes, ``st_mtime`` in seconds."""

    __slots__ = ("st_mtime", "st_size")

    def __init__(self, member: Member) -> None:
        self.st_size = member.size
        self.st_mtime = member.mtime
