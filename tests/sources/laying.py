"""Lay a tree of files where modules can come from: one function for each kind of place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from importal.sources import Memory
from importal.sources.archive import read_directory
from importal.sources.archive_files import ArchiveFiles
from importal.sources.directory import FileSystem
from importal.sources.opening import opened

if TYPE_CHECKING:
    from importal.protocols import Source

# The files of a tree: bytes by relative paths with slashes.
Files = Mapping[str, bytes]

_number = count().__next__


def directory(files: Files, folder: Path) -> str:
    """Lay the files in a directory and return the path entry."""
    root = folder / f"directory{_number()}"
    root.mkdir()
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return str(root)


def archive(files: Files, folder: Path, method: int = zipfile.ZIP_DEFLATED) -> str:
    """Lay the files in a zip archive, without members for its folders, and return the path entry."""
    path = folder / f"archive{_number()}.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return str(path)


def inside_archive(files: Files, folder: Path) -> str:
    """Lay the files in a folder of an archive and return the path entry."""
    return f"{archive({f'sub/{path}': data for path, data in files.items()}, folder)}/sub"


def memory(files: Files, folder: Path) -> str:
    """Lay the files in memory and return the path entry."""
    return Memory(f"memory{_number()}", files).root


Lay = Callable[[Files, Path], str]

LOCAL: dict[str, Lay] = {"directory": directory, "archive": archive, "inside_archive": inside_archive, "memory": memory}


class _Directory(FileSystem):
    """The file system as a source that begins at one directory."""

    def __init__(self, root: str) -> None:
        self.root = root


def source_of(entry: str) -> Source:
    """Return the source that a path entry names."""
    if "://" in entry:
        return opened(entry)
    if entry.endswith(".zip"):
        return ArchiveFiles(entry, read_directory(entry))
    return _Directory(entry)
