"""The files that a release is to hold, each with where it came from; what cannot be in a release is refused."""

from __future__ import annotations

from ..interpreter import sha256
from ..sources import manifest as manifests
from ..sources.tree import File, check_path
from ..tool_errors import FileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LARGEST", "Collected", "left_out"]

#: The largest file that a release may hold (bytes): the databases themselves draw the line at 1,000,000,000.
LARGEST = 900_000_000

# Folders that are no part of a program.
_NOT_FOLLOWED = frozenset({"__pycache__", ".git"})


def left_out(path: str) -> bool:
    """Tell whether a file below a source is none of a release's: bytecode that is kept, and version control's.

    >>> left_out("pkg/__pycache__/a.cpython-313.pyc"), left_out("pkg/a.py")
    (True, False)
    """
    return not _NOT_FOLLOWED.isdisjoint(path.split("/"))


class Collected:
    """Files by their paths, relative and with slashes. ``sources`` has for each path the name of what brought it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.digests: dict[str, str] = {}
        self.sources: dict[str, str] = {}

    def add(self, source: str, path: str, data: bytes) -> None:
        """Add the file at *path* that *source* brings. Raises FileError, SourceError for what cannot be in a release.

        Two sources may bring the same file; different ones at one path are refused.
        """
        _check(source, path, data)
        other = self.sources.get(path)
        if other is None:
            self.files[path] = data
            self.digests[path] = sha256(data).hexdigest()
            self.sources[path] = source
        elif self.files[path] != data:
            reason = f"it has another {path} than {other}"
            raise FileError(source, reason, "publish only one of the two, or each to a store of its own")

    def contents(self) -> dict[str, bytes]:
        """Return the bytes by their sha256."""
        return {self.digests[path]: data for path, data in self.files.items()}

    def manifest(self) -> bytes:
        """Return the manifest. It knows no times: the same files give the same release on every machine."""
        return manifests.write({path: File(self.digests[path], len(data)) for path, data in self.files.items()})

    def top_level(self) -> Iterator[str]:
        """Yield the names of the modules that can be imported, each once, sorted."""
        names = {path.partition("/")[0].partition(".")[0] for path in self.files if not _is_metadata(path)}
        yield from sorted(name for name in names if name.isidentifier())


def _is_metadata(path: str) -> bool:
    return path.partition("/")[0].endswith((".dist-info", ".egg-info"))


def _check(source: str, path: str, data: bytes) -> None:
    check_path(path, source)
    if "\n" in path or not path.isprintable():
        raise FileError(source, f"{path!r:.200} cannot be the path of a module or resource", "rename or remove it")
    if len(data) > LARGEST:
        reason = f"{path} has {len(data):,} bytes; a release holds files of at most {LARGEST:,}"
        raise FileError(source, reason, "keep data of this size elsewhere")
