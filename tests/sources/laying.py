"""Lay a tree of files where modules can come from: one function for each kind of place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from importal.sources import File, Memory, manifest
from importal.sources.archive import read_directory
from importal.sources.archive_files import ArchiveFiles
from importal.sources.directory import FileSystem
from importal.sources.opening import opened
from importal.sources.places import parse, without_secrets
from importal.sources.writing import writer

if TYPE_CHECKING:
    from importal.protocols import Source

# What a module shows as its place: the entry, without the password that a server's URL may have.
shown = without_secrets

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


def in_store(url: str, files: Files) -> str:
    """Add the files to the store at *url* as a release of their own and return the path entry."""
    held = {sha256(data).hexdigest(): data for data in files.values()}
    known = {path: File(sha256(data).hexdigest(), len(data), 1) for path, data in files.items()}
    text = manifest.write(known)
    name = f"release{_number()}"
    store = writer(parse(url))
    try:
        store.publish(name, manifest.digest_of(text), text, iter(held.items()), "2026-01-01T00:00:00+00:00")
    finally:
        store.close()
    return f"{url}#{name}"


def sqlite(files: Files, folder: Path) -> str:
    """Lay the files in a database and return the path entry."""
    return in_store(f"sqlite:///{folder / 'modules.db'}", files)


def store_of_files(files: Files, folder: Path) -> str:
    """Lay the files in a store that is a directory, reached by fsspec, and return the path entry."""
    return in_store(f"file://{folder / 'store'}", files)


def remote_folder(files: Files, folder: Path) -> str:
    """Lay the files in a directory that is reached by fsspec and return the path entry."""
    return f"file://{directory(files, folder)}"


Lay = Callable[[Files, Path], str]

# What needs no server.
LOCAL: dict[str, Lay] = {
    "directory": directory,
    "archive": archive,
    "inside_archive": inside_archive,
    "memory": memory,
    "sqlite": sqlite,
    "store_of_files": store_of_files,
    "remote_folder": remote_folder,
}


def postgres(request: pytest.FixtureRequest) -> Lay:
    """Return what lays files in a database of a real server."""
    url: str = request.getfixturevalue("postgres")
    return lambda files, _: in_store(url, files)


def http(request: pytest.FixtureRequest) -> Lay:
    """Return what lays files in an archive on a real server."""
    server = request.getfixturevalue("http")

    def lay(files: Files, folder: Path) -> str:
        return f"{server.url.rstrip('/')}/{Path(archive(files, server.folder)).name}"

    return lay


def s3(request: pytest.FixtureRequest) -> Lay:
    """Return what lays files in a bucket of a real server, as a store."""
    bucket: str = request.getfixturevalue("s3")
    return lambda files, _: in_store(f"{bucket}/modules", files)


SERVED: dict[str, Callable[[pytest.FixtureRequest], Lay]] = {"postgres": postgres, "http": http, "s3": s3}


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
