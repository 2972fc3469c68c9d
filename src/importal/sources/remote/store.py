"""A store as files at a remote place, for reading.

    importal-store.json      which releases there are and which is current; written last, and whole
    releases/NAME.json       one release: name, number, sha256 of its manifest, when it was published
    manifests/SHA256         a manifest
    manifests/SHA256.where   in which bundles its contents are: {"bundles": {SHA256: [[sha256, size], ...]}}
    bundles/SHA256           contents one after the other, compressed as one (zlib); named by what the file holds
    contents/SHA256          one large content, or one that is in no bundle

A process asks for the first file, for a manifest together with its ``.where``, and for the bundles together: three
round trips, whatever the number of modules. A release that is published later adds one bundle, with what is new.
"""

from __future__ import annotations

from ...errors import SourceError
from ...interpreter import sha256
from ..store import Published

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..places import Place
    from .files import Remote

__all__ = [
    "BUNDLE_MOST",
    "FORMAT",
    "POINTER",
    "RemoteShelf",
    "StoredRelease",
    "bundled",
    "parsed",
    "release_file",
    "stored",
    "unbundled",
    "where_of",
]

POINTER = "importal-store.json"
FORMAT = 1

# No bundle is made that is larger, and none is read (bytes).
BUNDLE_MOST = 64 << 20


class StoredRelease(Published):
    """A release that was published, as the pointer file lists it; ``number`` counts the releases of a store."""

    __slots__ = ("number",)

    def __init__(self, name: str, manifest: str, published: str, number: int, *, current: bool = False) -> None:
        super().__init__(name, manifest, published, current)
        self.number = number

    def described(self) -> dict[str, object]:
        """Return it as it is written."""
        return {
            "name": self.name, "manifest": self.manifest, "published": self.published, "number": self.number,
        }  # fmt: skip


class RemoteShelf:
    """A store at a remote place."""

    at_hand = False

    def __init__(self, place: Place, remote: Remote | None = None) -> None:
        self._place = place
        self._connected = remote
        self._asked = False
        self._failure: SourceError | None = None
        self._pointer: dict[str, StoredRelease] | None = None
        self._where: dict[str, list[tuple[str, int]]] | None = None
        # The manifest of the release whose contents will be asked for.
        self.manifest_in_use = place.digest

    @property
    def _remote(self) -> Remote:
        """Its files. A pinned release that is in the cache asks for none, and needs nothing that knows how to."""
        if self._connected is None:
            from .files import Remote

            self._connected = Remote(self._place)
        return self._connected

    def releases(self) -> dict[str, StoredRelease] | None:
        """Return what the pointer lists, by name; None where there is no store. Asked once. Raises SourceError."""
        if self._failure is not None:
            raise self._failure.with_traceback(None)  # waiting for it a second time would tell nothing new
        if not self._asked:
            try:
                data = self._remote.read(POINTER)
            except SourceError as error:
                self._failure = error
                raise
            self._pointer = None if data is None else parsed(self._remote, POINTER, data, _pointer)
            self._asked = True
        return self._pointer

    def manifest_digest(self, release: str | None) -> tuple[str, str] | None:
        """Return (name, digest of the manifest) of a release, None: of the current one. Raises SourceError."""
        releases = self.releases()
        if releases is None:
            return None
        if release is None:
            found = next((one for one in releases.values() if one.current), None)
        else:
            found = releases.get(release)
            if found is None:
                # Of two that publish at the same time, one may not know of the other when it writes the pointer.
                data = self._remote.read(release_file(release))
                found = None if data is None else parsed(self._remote, release_file(release), data, stored)
        if found is None:
            return None
        self.manifest_in_use = found.manifest
        return found.name, found.manifest

    def manifest(self, digest: str) -> bytes | None:
        """Return the manifest with this sha256, None when there is none. Raises SourceError."""
        names = [f"manifests/{digest}", f"manifests/{digest}.where"]
        found = self._remote.read_many(names)
        self.manifest_in_use = digest
        self._where = self._read_where(names[1], found.get(names[1]))
        return found.get(names[0])

    def contents(self, digests: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (sha256, bytes) of those of *digests* that there are. Raises SourceError."""
        left = set(digests)
        for attempt in range(2):
            if self._where is None or attempt:
                # Bundles are made anew when releases are removed: those that this process knew may be gone.
                name = f"manifests/{self.manifest_in_use}.where"
                self._where = self._read_where(name, self._remote.read(name))
            bundles = {name: held for name, held in self._where.items() if any(one in left for one, _ in held)}
            inside = {digest for held in bundles.values() for digest, _ in held}
            alone = [f"contents/{digest}" for digest in left - inside]
            found = self._remote.read_many([*(f"bundles/{name}" for name in bundles), *alone])
            for name, held in bundles.items():
                for digest, data in unbundled(name, found.get(f"bundles/{name}"), held):
                    if digest in left:
                        left.discard(digest)
                        yield digest, data
            for path in alone:
                if path in found:
                    left.discard(path.rpartition("/")[2])
                    yield path.rpartition("/")[2], found[path]
            if not left:
                return

    def _read_where(self, name: str, data: bytes | None) -> dict[str, list[tuple[str, int]]]:
        return {} if data is None else parsed(self._remote, name, data, where_of)


def release_file(name: str) -> str:
    """Return the path of the file of a release, whose name may have any characters.

    >>> release_file("r1"), release_file("a/b c")
    ('releases/r1.json', 'releases/a=2Fb=20c.json')
    """
    from urllib.parse import quote

    return f"releases/{quote(name, safe='').replace('=', '%3D').replace('%', '=')}.json"


def bundled(contents: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return (sha256, bytes) of the bundle of *contents*."""
    from zlib import compress

    data = compress(b"".join(data for _, data in contents))
    return sha256(data).hexdigest(), data


def unbundled(name: str, data: bytes | None, held: list[tuple[str, int]]) -> Iterator[tuple[str, bytes]]:
    """Yield (sha256, bytes) of what a bundle holds; nothing of one that is not there, damaged or larger than it says.

    Whether the contents are what their names say is for the reader to see.
    """
    total = sum(size for _, size in held)
    if data is None or total > BUNDLE_MOST or sha256(data).hexdigest() != name:
        return
    import zlib

    try:
        data = zlib.decompressobj().decompress(data, total + 1)
    except zlib.error:
        return
    if len(data) == total:
        start = 0
        for digest, size in held:
            yield digest, data[start : start + size]
            start += size


def parsed(remote: Remote, name: str, data: bytes, reading: Any) -> Any:
    """Return what *reading* makes of the JSON in a file of the store. Raises SourceError when it is none of ours."""
    import json

    try:
        return reading(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        words = f"{name} is no such file as importal writes ({type(error).__name__}: {error})"
        advice = "read it with the importal it was published with, or publish it anew"
        failure = SourceError(remote.place.root, remote.place.release, f"{words:.300}", advice)
    raise failure


def stored(entry: Any) -> StoredRelease:
    """Return the release that a parsed JSON object describes."""
    name, manifest, published, number = (entry[key] for key in ("name", "manifest", "published", "number"))
    if not isinstance(name, str) or not isinstance(published, str):
        raise TypeError("name and published are text")
    return StoredRelease(name, _digest(manifest), published, int(number))


def _pointer(document: Any) -> dict[str, StoredRelease]:
    if document["format"] != FORMAT:
        raise ValueError(f"its format is {document['format']!r}")
    found = {one.name: one for one in map(stored, document["releases"])}
    if document["current"] is not None:
        found[document["current"]].current = True
    return found


def where_of(document: Any) -> dict[str, list[tuple[str, int]]]:
    """Return what each bundle holds, by its name: (sha256, size) of each content, in order."""
    return {
        _digest(name): [(_digest(digest), int(size)) for digest, size in held if int(size) >= 0]
        for name, held in document["bundles"].items()
    }


def _digest(text: Any) -> str:
    if not isinstance(text, str) or len(text) != 64 or set(text) - _HEXADECIMAL:
        raise ValueError(f"{text!r:.80} is no sha256")
    return text


_HEXADECIMAL = frozenset("0123456789abcdef")
