"""A source whose files are known beforehand: an index in memory, and bytes that are fetched when they are asked for."""

from __future__ import annotations

from ..errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["File", "Tree", "check_path", "folders_of"]

# Longer than any file system allows; an index of such paths is no index of modules.
_PATH_MOST = 4096


class File:
    """One file of a tree: ``st_size`` in bytes, ``st_mtime`` in seconds, and the sha256 ``digest`` of what it holds."""

    __slots__ = ("digest", "st_mtime", "st_size")

    def __init__(self, digest: str, size: int, mtime: float = 0) -> None:
        self.digest = digest
        self.st_size = size
        self.st_mtime = mtime

    def __repr__(self) -> str:
        return f"File({self.digest!r}, {self.st_size}, {self.st_mtime})"


class Tree:
    """Files below ``root``. A location is the root, a slash, and the path of a file or folder.

    *files* are known by their paths, relative and with slashes. Subclasses say in :meth:`fetch` where bytes come from.
    Raises SourceError for paths that lead out of the tree or contradict each other.
    """

    separator = "/"

    def __init__(self, root: str, files: Mapping[str, File]) -> None:
        self.root = root
        self._prefix = f"{root}/"
        self._index(files)

    def _index(self, files: Mapping[str, File]) -> None:
        self._folders = folders_of(self.root, files)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.root!r}>"

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of *file*, which lies at *path*. Raises OSError."""
        raise NotImplementedError

    # ------------------------------------------------------------ what a source is asked

    def stamp(self, location: str) -> int | None:
        """Return a constant for a folder, None where there is none: a tree does not change."""
        return 0 if self._path(location) in self._folders else None

    def settled(self, stamp: int) -> bool:
        """Return True."""
        return True

    def list(self, location: str) -> Collection[str]:
        """Return the names in a folder. Raises FileNotFoundError."""
        names = self._names(self._path(location))
        if names is None:
            raise FileNotFoundError(2, "no such folder", location)
        return names.keys()

    def stat(self, location: str) -> File | None:
        """Return what is known of a file, None where there is none."""
        return self._file(self._path(location))

    def is_directory(self, location: str) -> bool:
        """Tell whether *location* is a folder."""
        return self._path(location) in self._folders

    def read(self, location: str) -> bytes:
        """Return the bytes of a file. Raises OSError, FileNotFoundError where there is none."""
        path = self._path(location)
        file = self._file(path)
        if file is None:
            raise FileNotFoundError(2, "no such file", location)
        return self.fetch(path, file)

    def digest(self, location: str) -> str | None:
        """Return the sha256 of a file's bytes, in hexadecimal digits; None where there is no file."""
        file = self._file(self._path(location))
        return None if file is None else file.digest

    # ------------------------------------------------------------ what it is all about

    def describe(self) -> str:
        """Say in a few words what it is."""
        return self.root

    def files(self) -> Iterable[tuple[str, File]]:
        """Yield every file with its path, folder by folder."""
        for folder in self._folders:
            for name in self._names(folder) or ():
                path = f"{folder}/{name}" if folder else name
                file = self._file(path)
                if file is not None:
                    yield path, file

    def _path(self, location: str) -> str:
        if location.startswith(self._prefix):
            return location[len(self._prefix) :].rstrip("/")
        return "" if location == self.root else "/"  # which is nothing's path

    def _names(self, folder: str) -> Mapping[str, File | None] | None:
        """Return what is in a folder by its names, None for a folder; None where there is no such folder."""
        return self._folders.get(folder)

    def _file(self, path: str) -> File | None:
        folder, _, name = path.rpartition("/")
        return (self._names(folder) or _NOTHING).get(name)


_NOTHING: dict[str, File | None] = {}


def check_path(path: str, root: str) -> None:
    """Raise SourceError unless *path* is relative, with slashes, and stays inside the tree *root*."""
    parts = path.split("/")
    reason = None
    if not set(parts).isdisjoint({"", ".", ".."}) or "\\" in path or "\0" in path or path[1:2] == ":":
        reason = f"{path!r:.200} is no path inside it"
    elif len(path) > _PATH_MOST:
        reason = f"a path in it has {len(path)} characters"
    if reason is not None:
        raise SourceError(root, None, reason, "do not use what it holds; publish it anew")


def _check_paths(paths: Collection[str], root: str) -> None:
    """Raise SourceError unless :func:`check_path` holds for every one of *paths*: thousands, at every start."""
    all_of_them = "\n".join(["", *paths, ""])
    if max(map(len, paths), default=0) > _PATH_MOST or any(one in all_of_them for one in _SUSPICIOUS):
        for path in paths:
            check_path(path, root)


# What a path that leads out of its tree has in it, where paths stand between line ends; so may some that do not.
_SUSPICIOUS = (
    "\\", "\0", ":", "//", "/./", "/../", "\n/", "\n./", "\n../", "/\n", "/.\n", "/..\n", "\n.\n", "\n..\n", "\n\n",
)  # fmt: skip


def folders_of(root: str, files: Mapping[str, File]) -> dict[str, dict[str, File | None]]:
    """Return each folder's names, by its path: None stands for a folder. Raises SourceError, as a tree does."""
    _check_paths(files.keys(), root)
    folders: dict[str, dict[str, File | None]] = {"": {}}
    for path, file in files.items():
        folder, _, name = path.rpartition("/")
        names = folders.get(folder)
        if names is None:
            _add_folder(folders, folder, root)
            names = folders[folder]
        if name in names:
            raise SourceError(root, None, f"{path!r} is both a file and a folder in it", "publish it anew")
        names[name] = file
    return folders


def _add_folder(folders: dict[str, dict[str, File | None]], folder: str, root: str) -> None:
    """Add *folder*, and those above it."""
    while folder not in folders:
        folders[folder] = {}
        above, _, name = folder.rpartition("/")
        if folders.get(above, _NOTHING).get(name) is not None:
            raise SourceError(root, None, f"{folder!r} is both a file and a folder in it", "publish it anew")
        if above in folders:
            folders[above][name] = None
            return
        _add_folder(folders, above, root)
        folders[above][name] = None
