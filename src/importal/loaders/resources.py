"""The files of a source for ``importlib.resources``, and for whoever reads them as one reads paths."""

from __future__ import annotations

import io
from importlib.resources.abc import Traversable, TraversableResources

from ..machine import Machine
from ..sources.archive import archive_in, lies_in_an_archive, read_directory
from ..sources.archive_files import ArchiveFiles
from ..sources.places import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO, Any

    from ..protocols import Known, Source

__all__ = ["PlacedReader", "PortionsReader", "SourcePath", "portions_reader"]


class SourcePath(Traversable):
    """One file or folder of a source."""

    def __init__(self, source: Source, location: str) -> None:
        self._source = source
        self._location = location

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._location!r})"

    def __str__(self) -> str:
        return self._location

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SourcePath):
            return NotImplemented
        return self._source is other._source and self._location == other._location

    def __hash__(self) -> int:
        return hash(self._location)

    @property
    def name(self) -> str:
        """The last part of the location."""
        return self._location.rpartition(self._source.separator)[2]

    @property
    def parent(self) -> SourcePath:
        """The folder it lies in; of the source's root the root itself."""
        outer = self._location.rpartition(self._source.separator)[0]
        return SourcePath(self._source, outer if len(outer) >= len(self._source.root) else self._location)

    def exists(self) -> bool:
        """Tell whether there is such a file or folder (``importlib.metadata`` asks, from Python 3.12 on)."""
        return self.is_file() or self.is_dir()

    def iterdir(self) -> Iterator[SourcePath]:
        """Yield what the folder holds. Raises OSError for what is no folder."""
        for name in sorted(self._source.list(self._location)):
            yield self._below(name)

    def is_dir(self) -> bool:
        """Tell whether it is a folder."""
        return self._source.is_directory(self._location)

    def is_file(self) -> bool:
        """Tell whether it is a file."""
        return self._source.stat(self._location) is not None

    def joinpath(self, *descendants: Any) -> SourcePath:
        """Return what *descendants*, each with slashes or without, lead to; nothing leads out of the source."""
        at = self
        for descendant in descendants:
            for part in str(descendant).replace("\\", "/").split("/"):
                if part == "..":
                    raise ValueError(f"{descendant!r} leads out of {self._location}")
                if part not in {"", "."}:
                    at = at._below(part)
        return at

    __truediv__ = joinpath

    def _below(self, name: str) -> SourcePath:
        return SourcePath(self._source, f"{self._location}{self._source.separator}{name}")

    def read_bytes(self) -> bytes:
        """Return the bytes of the file. Raises OSError."""
        if self.is_dir():
            raise IsADirectoryError(21, "is a folder", self._location)
        return self._source.read(self._location)

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Return the text of the file, UTF-8 unless *encoding* says otherwise. Raises OSError, UnicodeDecodeError."""
        with io.TextIOWrapper(io.BytesIO(self.read_bytes()), encoding or "utf-8", errors) as file:
            return file.read()

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:
        """Open the file for reading: bytes with ``rb``, text with ``r``. Raises OSError, ValueError for other modes."""
        if mode not in {"r", "rb", "rt"}:
            raise ValueError(f"a resource is read, with mode 'r' or 'rb', not {mode!r}")
        data = io.BytesIO(self.read_bytes())
        return data if mode == "rb" else io.TextIOWrapper(data, *args, **kwargs)


class PlacedReader(TraversableResources):
    """Reads the files in one folder of a source."""

    def __init__(self, folder: SourcePath) -> None:
        self._folder = folder

    def files(self) -> SourcePath:
        """Return the folder."""
        return self._folder


class _Portions(Traversable):
    """The portions of a namespace package as one folder."""

    def __init__(self, portions: Iterable[Traversable]) -> None:
        self._portions = list(portions)

    @property
    def name(self) -> str:
        """The package's own name."""
        return self._portions[0].name

    def iterdir(self) -> Iterator[Traversable]:
        """Yield what the portions hold; of files with one name that of the first portion, of folders all as one."""
        for name in sorted({one.name for portion in self._portions for one in portion.iterdir()}):
            yield self.joinpath(name)

    def is_dir(self) -> bool:
        """Return True."""
        return True

    def is_file(self) -> bool:
        """Return False."""
        return False

    def joinpath(self, *descendants: Any) -> Traversable:
        """Return what *descendants* lead to in the first portion that has it."""
        if not descendants:
            return self
        candidates = [portion.joinpath(*descendants) for portion in self._portions]
        found = [one for one in candidates if one.is_file() or one.is_dir()]
        if len(found) > 1 and all(one.is_dir() for one in found):
            return _Portions(found)
        return (found or candidates)[0]

    __truediv__ = joinpath

    def read_bytes(self) -> bytes:
        """Raise IsADirectoryError."""
        raise IsADirectoryError(21, "is a folder", str(self._portions[0]))

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Raise IsADirectoryError."""
        return self.read_bytes().decode()

    def open(self, *_: Any, **__: Any) -> IO[Any]:
        """Raise IsADirectoryError."""
        return io.BytesIO(self.read_bytes())


class PortionsReader(TraversableResources):
    """Reads the files of a namespace package whose portions lie in sources, or in sources and directories."""

    def __init__(self, portions: Iterable[Traversable]) -> None:
        self._portions = _Portions(portions)

    def files(self) -> Traversable:
        """Return all portions as one folder."""
        return self._portions


def portions_reader(portions: Iterable[str], known: Iterable[Known]) -> PortionsReader | None:
    """Return a reader of the files of a namespace package, some of whose *portions* are no directories.

    Files may lie in what is *known* besides the path. None where a portion is no place at all, as those are that
    editable installations have.
    """
    folders = [_folder(portion, known) for portion in portions]
    return None if None in folders else PortionsReader(folders)  # type: ignore[arg-type]


def _folder(portion: str, known: Iterable[Known]) -> Traversable | None:
    """Return a portion: a folder of a source, of an archive, of something *known*, or a directory; None: no place."""
    if is_url(portion):
        from ..sources.opening import opened

        return SourcePath(opened(portion), portion)
    if Machine.is_directory(portion):
        from pathlib import Path

        return Path(portion)
    if lies_in_an_archive(portion):
        archive, _ = archive_in(portion)
        return SourcePath(ArchiveFiles(archive, read_directory(archive)), portion)
    found = (one.folder(portion) for one in known)
    return next((folder for folder in found if folder is not None), None)
