"""A plain folder of files at a remote place: listed once, and fetched together when the first of them is needed.

What a file holds is noted in the user's cache beside what identified it (an ETag, or time and size): a later process
fetches what has changed, and nothing else. What the files of one listing hold need not belong together, as what a
release holds does: where others write while programs start, publish a store.
"""

from __future__ import annotations

import _thread
import os

from ...errors import SourceError
from ...interpreter import sha256
from ..contents import Contents, Turn
from ..opening import reading
from ..tree import File, Tree
from .notes import Notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..places import Place
    from .facts import Facts
    from .files import Remote

__all__ = ["Folder", "opened"]

# Larger files are fetched one by one, and only when they are asked for (bytes).
_BUNDLED_MOST = 1 << 20
# Files that may be there in any number without being modules: fetched when they are asked for.
_UNBUNDLED = 5_000


class _Listed(File):
    """A file that was listed; ``digest`` is empty until what it holds is known."""

    __slots__ = ("identity", "sized")

    def __init__(self, digest: str, facts: Facts) -> None:
        super().__init__(digest, facts.size or 0, facts.mtime)
        self.identity = facts.identity
        self.sized = facts.size is not None


class Folder(Tree):
    """The files below a remote place, as they were listed when it was opened."""

    def __init__(self, place: Place, remote: Remote, listed: dict[str, Facts], notes: Notes) -> None:
        self._remote = remote
        self._notes = notes
        self._release = place.release
        self._contents = Contents()
        self._one_at_a_time = _thread.allocate_lock()
        noted = _noted(notes)
        known = {
            path: digest
            for path, (identity, digest) in noted.items()
            if path in listed and identity == listed[path].identity
        }
        super().__init__(place.root, {path: _Listed(known.get(path, ""), facts) for path, facts in listed.items()})

    def digest(self, location: str) -> str | None:
        """Return the sha256 of a file's bytes, which are fetched if need be; None where there is no file."""
        path = self._path(location)
        file = self._file(path)
        if file is not None and not file.digest:
            self.fetch(path, file)
        return None if file is None else file.digest

    def stat(self, location: str) -> File | None:
        """Return what is known of a file, None where there is none; a size that is not is found by fetching it."""
        path = self._path(location)
        file = self._file(path)
        if isinstance(file, _Listed) and not file.sized:
            self.fetch(path, file)
        return file

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of *file*, fetched with all others that are not known. Raises SourceError."""
        assert isinstance(file, _Listed)
        if self._remote.at_hand:
            return self._received(path, file, self._remote.read(path))
        data = self._contents.get(file.digest) if file.digest else None
        if data is None:
            with self._one_at_a_time, reading(self), Turn(os.path.join(self._contents.folder, "lock")):
                data = self._contents.get(file.digest) if file.digest else None
                if data is None:
                    data = self._fetch_with_others(path, file)
        return data

    def _fetch_with_others(self, path: str, file: _Listed) -> bytes:
        self._learn()
        here = self._contents.get(file.digest) if file.digest else None
        if here is not None:
            return here  # another process has fetched it meanwhile
        wanted = {path: file, **dict(self._small_and_not_here())}
        found = self._remote.read_many(wanted)
        data = self._received(path, file, found.get(path))
        for other, one in wanted.items():
            if other != path and other in found and (not one.sized or len(found[other]) == one.st_size):
                self._received(other, one, found[other])
        known = {other: [one.identity, one.digest] for other, one in self._all() if one.identity and one.digest}
        self._notes.put({"files": known})
        return data

    def _learn(self) -> None:
        """Take over what other processes have noted since this one listed the files."""
        noted = _noted(self._notes)
        for path, file in self._all():
            identity, digest = noted.get(path, (None, ""))
            if not file.digest and identity is not None and identity == file.identity:
                file.digest = digest

    def _small_and_not_here(self) -> Iterable[tuple[str, _Listed]]:
        small = [(path, file) for path, file in self._all() if file.st_size <= _BUNDLED_MOST][:_UNBUNDLED]
        missing = set(self._contents.missing(file.digest for _, file in small if file.digest))
        return [(path, file) for path, file in small if not file.digest or file.digest in missing]

    def _received(self, path: str, file: _Listed, data: bytes | None) -> bytes:
        """Keep what was fetched and return it. Raises SourceError for what cannot be the file that was listed."""
        if data is None:
            reason = f"{path} was there when it was listed, and is not any more"
        elif file.sized and len(data) != file.st_size:
            reason = f"{path} had {file.st_size} bytes when it was listed, and {len(data)} were fetched"
        else:
            digest = sha256(data).hexdigest()
            if not file.digest or digest == file.digest:
                file.digest, file.st_size, file.sized = digest, len(data), True
                if not self._remote.at_hand:
                    self._contents.put(digest, data)
                return data
            reason = f"{path} has another content than it had, and the same date"
        raise SourceError(self.root, self._release, reason, "try again; publish a store where files change under way")

    def _all(self) -> Iterable[tuple[str, _Listed]]:
        return ((path, file) for path, file in self.files() if isinstance(file, _Listed))


def opened(place: Place, remote: Remote) -> Folder:
    """Return the folder that *place* names. Where it cannot be reached, it is as it was the last time."""
    notes = Notes("places", place.root)
    try:
        listed = remote.walk()
    except SourceError as error:
        listed = {} if remote.at_hand else _as_noted(notes)
        if not listed:
            raise
        import warnings

        warnings.warn(f"{error}; going on with its files as they were the last time", RuntimeWarning, 2)
    if listed is None:
        advice = "see that its URL is right; over HTTP a folder is a page of links, an archive or a store needs none"
        raise SourceError(place.root, place.release, "there is nothing", advice)
    return Folder(place, remote, listed, notes)


def _noted(notes: Notes) -> dict[str, tuple[str, str]]:
    """Return (identity, sha256) of each file that is noted, by its path."""
    found = notes.get().get("files")
    if not isinstance(found, dict):
        return {}
    return {
        path: (entry[0], entry[1])
        for path, entry in found.items()
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(text, str) for text in entry)
    }


def _as_noted(notes: Notes) -> dict[str, Facts]:
    from .facts import Facts

    return {path: Facts(identity, None) for path, (identity, _) in _noted(notes).items()}
