"""A store: contents by their sha256, and releases, which are manifests of contents.

A :class:`Shelf` is where a store lies: in a database, or as files at some URL. What is here is the same for all of
them: opening a release, and getting its contents with few questions, whatever the number of modules.
"""

from __future__ import annotations

import _thread
import marshal
import os

from .. import files
from ..caches import cache_folder
from ..errors import SourceError
from ..interpreter import sha256
from . import manifest as manifests
from .contents import Contents, Turn
from .kept_index import kept_index
from .opening import is_being_read, reading
from .tree import File, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Protocol

    from .manifest import Folders
    from .places import Place

    class Shelf(Protocol):
        """Where a store lies, open for reading."""

        #: Whether contents are at hand, so that keeping copies of them would save nothing.
        at_hand: bool

        def manifest_digest(self, release: str | None) -> tuple[str, str] | None:
            """Return (name, digest of the manifest) of a release, None: the current one. None when there is none."""

        def manifest(self, digest: str) -> bytes | None:
            """Return the manifest with this sha256, None when there is none."""

        def contents(self, digests: list[str]) -> Iterator[tuple[str, bytes]]:
            """Yield (sha256, bytes) of those of *digests* that there are."""

    class Writer(Protocol):
        """Where a store lies, open for writing. Everything here raises SourceError when it cannot be done."""

        def releases(self) -> Sequence[Published]:
            """Return the releases, oldest first; none where nothing has been published yet. Makes nothing."""

        def lacking(self, digests: list[str]) -> list[str]:
            """Return those of *digests* whose contents are not there yet, each once."""

        def publish(
            self, name: str, digest: str, manifest: bytes, contents: Iterable[tuple[str, bytes]], published: str
        ) -> None:
            """Add the release *name*, whose *manifest* has the sha256 *digest*, and make it current.

            *contents* are (sha256, bytes) of what :meth:`lacking` has named, *published* a moment in ISO 8601. A reader
            sees all of it or nothing. Raises SourceError where *name* is there already, and where a content that the
            manifest names is neither given nor there (it was, and another process has removed it).
            """

        def make_current(self, name: str) -> None:
            """Make the release *name* the one that those see who name none."""

        def remove(self, names: list[str]) -> tuple[int, int]:
            """Remove releases, and the contents that no remaining one names: return how many, and their bytes."""

        def close(self) -> None:
            """End the connection, if there is one."""


__all__ = ["Published", "Release", "Shelf", "Writer", "opened"]

# Larger files are fetched one by one, and only when they are asked for (bytes).
_BUNDLED_MOST = 1 << 20


class Published:
    """What a store lists of a release: its ``name``, the digest of its ``manifest``, since when it is ``published``.

    The moment is UTC, in ISO 8601 to the second. ``current``: it is what those see who name no release.
    """

    __slots__ = ("current", "manifest", "name", "published")

    def __init__(self, name: str, manifest: str, published: str, current: bool) -> None:
        self.name = name
        self.manifest = manifest
        self.published = published
        self.current = current

    def __repr__(self) -> str:
        return f"Published({self.name!r}, {self.manifest!r}, {self.published!r}, {self.current})"


class Release(Tree):
    """One release of a store, as it was when it was opened, whatever is published later."""

    def __init__(self, root: str, name: str, digest: str, folders: Folders, shelf: Shelf) -> None:
        super().__init__(root, {})
        self._folders: Any = folders
        self._read: dict[str, Any] = {}
        self.release = name
        self.manifest_digest = digest
        self._shelf = shelf
        self._contents = Contents()
        self._one_at_a_time = _thread.allocate_lock()

    def _names(self, folder: str) -> Any:
        names = self._read.get(folder)
        if names is None and folder in self._folders:
            names = self._read[folder] = marshal.loads(self._folders[folder])
        return names

    def _file(self, path: str) -> File | None:
        # Of plain values, which are made to files when they are asked for.
        row: Any = super()._file(path)
        return None if row is None else File(*row)

    def describe(self) -> str:
        """Say which release it is."""
        return f"release {self.release} of {self.root.partition('#')[0]}, sha256:{self.manifest_digest}"

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of *file*: from the cache, or from the store together with what else is not in the cache.

        Raises SourceError when the store cannot be reached, or has something else under that sha256.
        """
        if self._shelf.at_hand:
            return self._checked(path, file, next(iter(self._shelf.contents([file.digest])), None))
        data = self._contents.get(file.digest)
        if data is None:
            if is_being_read(self):
                # Waiting for it would never end.
                reason = f"{path} is asked for by what is about to fetch it"
                advice = "what connects to the place has to come from elsewhere on the path"
                raise SourceError(self.root, self.release, reason, advice)
            with self._one_at_a_time, reading(self), Turn(os.path.join(self._contents.folder, "lock")):
                # Another thread or process may have fetched it meanwhile.
                data = self._contents.get(file.digest)
                if data is None:
                    data = self._fetch_with_others(path, file)
        return data

    def _fetch_with_others(self, path: str, file: File) -> bytes:
        small = [one.digest for _, one in self.files() if one.st_size <= _BUNDLED_MOST]
        # What lies in the cache and is damaged counts as there: hence the one in question in any case.
        wanted = dict.fromkeys([file.digest, *self._contents.missing(small)])
        found = None
        for digest, data in self._shelf.contents(list(wanted)):
            if sha256(data).hexdigest() != digest:
                continue  # refused when it is asked for, which it may never be
            self._contents.put(digest, data)
            if digest == file.digest:
                found = (digest, data)
        return self._checked(path, file, found)

    def _checked(self, path: str, file: File, found: tuple[str, bytes] | None) -> bytes:
        if found is None:
            reason = f"{path} is not there, or not with the sha256 that the release names"
        elif sha256(found[1]).hexdigest() != file.digest:
            reason = f"{path} has the sha256 {sha256(found[1]).hexdigest()}, not {file.digest}"
        else:
            return found[1]
        advice = "what was fetched is damaged: try again, then publish the release anew"
        raise SourceError(self.root, self.release, reason, advice)


def opened(place: Place, shelf: Shelf) -> Release:
    """Return the release that *place* names, the current one if it names none.

    Two questions at most: which manifest it is, and the manifest, which is kept in the cache. A release that is pinned
    by its digest and in the cache needs none. Raises SourceError.
    """
    digest = place.digest
    name = place.release
    if digest is None:
        answer = _ask(place, shelf)
        if answer is None:
            what = f"there is no release {place.release!r}" if place.release else "nothing has been published there yet"
            advice = (
                f"importal releases {place.root.partition('#')[0]} lists what there is; importal publish adds to it"
            )
            raise SourceError(place.root, place.release, what, advice)
        name, digest = answer
    folders = kept_index("manifest", digest, lambda: _read_manifest(place, digest, shelf))
    return Release(place.root, name or digest, digest, folders, shelf)


def _read_manifest(place: Place, digest: str, shelf: Shelf) -> Folders:
    contents = Contents()
    kept = None if shelf.at_hand else contents.get(digest)
    manifest = shelf.manifest(digest) if kept is None else kept
    if manifest is None:
        advice = f"importal releases {place.root.partition('#')[0]} lists what there is"
        raise SourceError(place.root, f"sha256:{digest}", "its manifest is not there", advice)
    found = manifests.folders(manifest, place.root, digest)
    if kept is None and not shelf.at_hand:
        contents.put(digest, manifest)
    return found


def _ask(place: Place, shelf: Shelf) -> tuple[str, str] | None:
    """Return name and digest of the release; where the store cannot be reached, those that it had the last time."""
    note = os.path.join(cache_folder(), "releases", sha256(place.root.encode()).hexdigest())
    try:
        answer = shelf.manifest_digest(place.release)
    except SourceError as error:
        known = None if shelf.at_hand else _noted(note)
        if known is None:
            raise
        import warnings

        warnings.warn(f"{error}; going on with release {known[0]}, as it was the last time", RuntimeWarning, 2)
        return known
    if answer is not None and not shelf.at_hand and _noted(note) != answer:
        files.write(note, f"{answer[1]} {answer[0]}\n".encode(), 0o600)
    return answer


def _noted(path: str) -> tuple[str, str] | None:
    try:
        with open(path, encoding="utf-8") as file:
            digest, _, name = file.read().rstrip("\n").partition(" ")
    except (OSError, UnicodeDecodeError):
        return None
    return (name, digest) if len(digest) == 64 and name else None
