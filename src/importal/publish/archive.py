"""The members of a wheel or another zip archive, for a release: a wheel's lie where pip would put them."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from stat import S_ISLNK

from ..tool_errors import FileError
from .collected import LARGEST, left_out
from .record import rewritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .collected import Collected

__all__ = ["add_archive"]

# What a wheel's *.data directory holds that is put where the modules are (PEP 427); the rest has no place in a store.
_WITH_MODULES = ("purelib", "platlib")
# All of it is in memory while it is published (bytes).
_LARGEST_TOGETHER = 8 * LARGEST


def add_archive(collected: Collected, archive: str) -> None:
    """Add the members of the file *archive*. Raises FileError for one that is damaged or holds what it must not."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _members(archive, opened)
            read = {path: opened.read(member) for path, member in members.items()}
    except (OSError, EOFError, ValueError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(archive, f"it cannot be read as a zip archive ({error})", "make or fetch it anew") from error
    if archive.endswith(".whl"):
        read = _laid_out(archive, read)
    for path, data in read.items():
        if not _kept_bytecode(path, read):
            collected.add(archive, path, data)


def _members(archive: str, opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for member in opened.infolist():
        path = member.filename
        if member.is_dir() or left_out(path):
            continue
        reason = None
        if path in found:
            reason = f"it has two members {path!r}"
        elif S_ISLNK(member.external_attr >> 16):
            reason = f"its member {path!r} is a symbolic link"
        elif member.file_size > LARGEST:
            reason = f"its member {path!r} has {member.file_size:,} bytes; a release takes files of {LARGEST:,}"
        elif member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            reason = f"its member {path!r} is compressed by method {member.compress_type}, neither stored nor deflated"
        if reason is not None:
            raise FileError(archive, reason, "do not use it; make it anew if it is your own")
        found[path] = member
    size = sum(member.file_size for member in found.values())
    if size > _LARGEST_TOGETHER:
        raise FileError(archive, f"its members have {size:,} bytes", f"publish {_LARGEST_TOGETHER:,} bytes at most")
    return found


def _laid_out(archive: str, members: dict[str, bytes]) -> dict[str, bytes]:
    """Return the members of a wheel where they belong, and its RECORD to match."""
    data_folder = "-".join(os.path.basename(archive).split("-")[:2]) + ".data/"
    moved: dict[str, str] = {}
    for path in members:
        if not path.startswith(data_folder):
            moved[path] = path
            continue
        kind, _, rest = path.removeprefix(data_folder).partition("/")
        if kind in _WITH_MODULES:
            moved[path] = rest
    laid_out: dict[str, bytes] = {}
    for path, place in moved.items():
        if place in laid_out and laid_out[place] != members[path]:
            raise FileError(archive, f"it holds two different files for {place}", "make it anew")
        laid_out[place] = members[path]
    return {path: rewritten(data, moved) if _is_record(path) else data for path, data in laid_out.items()}


def _is_record(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name == "RECORD" and folder.endswith(".dist-info") and "/" not in folder


def _kept_bytecode(path: str, members: dict[str, bytes]) -> bool:
    """Tell whether *path* is bytecode beside its source. Bytecode alone is a module that has no source."""
    return path.endswith(".pyc") and path[:-1] in members
