"""Publishing to a store at a remote place: contents first, the pointer last, so that no reader sees half a release.

Whoever is stopped on the way leaves files that nothing names; :meth:`RemoteWriter.remove` removes such, too. What
another is just writing is not named by anything yet either, so whoever removes is alone (:mod:`.turns`).
"""

from __future__ import annotations

from ...errors import SourceError
from .. import manifest as manifests
from .store import (
    BUNDLE_MOST,
    FORMAT,
    POINTER,
    RemoteShelf,
    StoredRelease,
    bundled,
    parsed,
    release_file,
    stored,
    unbundled,
    where_of,
)
from .turns import NAME, PUBLISH, REMOVE, turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .files import Remote

    Where = dict[str, list[tuple[str, int]]]

__all__ = ["RemoteWriter"]

# Larger contents are files of their own (bytes); readers fetch them only when they are asked for.
_BUNDLED_MOST = 1 << 20
# A release that is spread over more bundles than this gets new ones: readers fetch them all.
_BUNDLES_MOST = 16


class RemoteWriter:
    """The store at a remote place, for publishing. Every method raises SourceError."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        # What the bundles hold that have been seen: (sha256, size) in order.
        self._bundles: Where = {}

    def releases(self) -> list[StoredRelease]:
        """Return the releases, oldest first."""
        pointed = RemoteShelf(self._remote.place, self._remote).releases() or {}
        if self._remote.web:
            found = list(pointed.values())
        else:
            names = [f"releases/{name}" for name in self._remote.names("releases") if name.endswith(".json")]
            read = self._remote.read_many(names)
            found = [parsed(self._remote, name, data, stored) for name, data in read.items()]
        for one in found:
            one.current = one.name in pointed and pointed[one.name].current
        return sorted(found, key=lambda one: (one.number, one.published, one.name))

    def lacking(self, digests: list[str]) -> list[str]:
        """Return those of *digests* that are not in the store yet."""
        there = self._there(self._wheres(self.releases()))
        return [digest for digest in dict.fromkeys(digests) if digest not in there]

    def publish(
        self, name: str, digest: str, manifest: bytes, contents: Iterable[tuple[str, bytes]], published: str
    ) -> None:
        """Add a release with this manifest, whose sha256 is *digest*, and make it the current one.

        *contents* are (sha256, bytes), at least of what is lacking. *published* is a date in ISO 8601.
        """
        self._check_writable()
        with turn(self._remote, PUBLISH):
            bundles = self._bring(digest, manifest, contents)
            with turn(self._remote, NAME):
                self._name(name, digest, published, bundles)

    def make_current(self, name: str) -> None:
        """Make the release *name* the current one."""
        self._check_writable()
        with turn(self._remote, NAME):
            releases = self.releases()
            if not any(one.name == name for one in releases):
                raise self._error(f"there is no release {name!r}", "importal releases lists what there is")
            self._point(releases, name)

    def remove(self, names: Iterable[str]) -> tuple[int, int]:
        """Remove releases, and the contents that no other names. Return how many contents, and their bytes.

        Raises SourceError for the current release, which is not removed.
        """
        self._check_writable()
        with turn(self._remote, REMOVE):
            return self._remove(set(names))

    def close(self) -> None:
        """Do nothing: there is no connection that stays."""

    # ------------------------------------------------------------ writing

    def _bring(self, digest: str, manifest: bytes, contents: Iterable[tuple[str, bytes]]) -> set[str]:
        """Write a manifest, what it names and is lacking, and where that is; return the bundles it is in."""
        files = manifests.read(manifest, self._remote.place.root, digest)
        known = _where_each(self._wheres(self.releases()))
        known.update(self._write_contents(contents))
        where = self._where({file.digest: file.st_size for file in files.values()}, known)
        self._remote.write(f"manifests/{digest}.where", _json({"bundles": where}))
        self._remote.write(f"manifests/{digest}", manifest)
        return set(where)

    def _name(self, name: str, digest: str, published: str, bundles: set[str]) -> None:
        """Give what was brought a name, and make it current."""
        releases = self.releases()
        taken = next((one for one in releases if one.name == name), None)
        if taken is None:
            number = max((one.number for one in releases), default=0) + 1
            taken = StoredRelease(name, digest, published, number)
            releases.append(taken)
        elif taken.manifest != digest:
            raise self._error(f"there is a release {name!r} already, and it is another", "choose another name")
        if bundles - set(self._remote.names("bundles")):
            # Somebody has removed them since, by hand or when this one's note did not count any more.
            raise self._error("another has removed what the release needs at the same time", "publish it again")
        self._remote.write(release_file(name), _json(taken.described()))
        self._point(releases, name)

    def _write_contents(self, contents: Iterable[tuple[str, bytes]]) -> dict[str, tuple[str, int]]:
        """Write *contents* and return in which bundle each of the small ones is, and its size."""
        found: dict[str, tuple[str, int]] = {}
        waiting: dict[str, bytes] = {}
        size = 0
        for digest, data in contents:
            if manifests.digest_of(data) != digest:
                raise self._error(f"a content has the sha256 {manifests.digest_of(data)}, not {digest}", "try again")
            if len(data) > _BUNDLED_MOST:
                self._remote.write(f"contents/{digest}", data)
                found[digest] = ("", len(data))
                continue
            if size + len(data) > BUNDLE_MOST:
                found.update(self._write_bundle(waiting))
                waiting, size = {}, 0
            waiting[digest] = data
            size += len(data)
        found.update(self._write_bundle(waiting))
        return found

    def _write_bundle(self, held: dict[str, bytes]) -> dict[str, tuple[str, int]]:
        if not held:
            return {}
        name, data = bundled(list(held.items()))
        self._remote.write(f"bundles/{name}", data)
        # The others of a bundle have to be known for one of them to be found in it.
        self._bundles[name] = [(digest, len(content)) for digest, content in held.items()]
        return {digest: (name, len(content)) for digest, content in held.items()}

    def _where(self, needed: dict[str, int], known: dict[str, tuple[str, int]]) -> Where:
        """Return the bundles that hold the contents of a release. Raises SourceError when one is nowhere."""
        lacking = [digest for digest in needed if digest not in known]
        lacking = [digest for digest in lacking if digest not in set(self._remote.names("contents"))]
        if lacking:
            reason = f"{len(lacking)} of its contents are neither there nor given ({lacking[0]})"
            raise self._error(reason, "publish it again")
        names = {known[digest][0] for digest in needed if digest in known} - {""}
        if len(names) > _BUNDLES_MOST:
            names = self._gathered(names, needed)
        return {name: self._bundles[name] for name in sorted(names)}

    def _gathered(self, names: set[str], needed: dict[str, int]) -> set[str]:
        """Put what is needed of many bundles into new ones and return the names of these."""
        held = self._unbundled(names)
        wanted = [(digest, data) for digest, data in held.items() if digest in needed]
        return {bundle for bundle, _ in self._write_contents(wanted).values()}

    def _unbundled(self, names: set[str]) -> dict[str, bytes]:
        read = self._remote.read_many([f"bundles/{name}" for name in names])
        found: dict[str, bytes] = {}
        for name in names:
            contents = dict(unbundled(name, read.get(f"bundles/{name}"), self._bundles[name]))
            if len(contents) != len(dict(self._bundles[name])):
                raise self._error(f"bundles/{name} is damaged", "publish the releases anew that need it")
            found.update(contents)
        return found

    def _point(self, releases: list[StoredRelease], current: str | None) -> None:
        described = [one.described() for one in releases]
        self._remote.write(POINTER, _json({"format": FORMAT, "current": current, "releases": described}))

    # ------------------------------------------------------------ what is there

    def _wheres(self, releases: list[StoredRelease]) -> dict[str, Where]:
        """Return where the contents of *releases* are, by the sha256 of their manifests."""
        names = {f"manifests/{one.manifest}.where": one.manifest for one in releases}
        read = self._remote.read_many(names)
        found: dict[str, Where] = {
            names[name]: parsed(self._remote, name, data, where_of) for name, data in read.items()
        }
        for where in found.values():
            self._bundles.update(where)
        return found

    def _there(self, wheres: dict[str, Where]) -> set[str]:
        return _where_each(wheres).keys() | set(self._remote.names("contents"))

    def _needed(self, releases: list[StoredRelease], *, whole: bool = True) -> dict[str, int]:
        """Return the contents that *releases* name, with their sizes. *whole*: no manifest may be missing."""
        names = {f"manifests/{one.manifest}": one.manifest for one in releases}
        read = self._remote.read_many(names)
        if whole and len(read) != len(names):
            missing = next(name for name in names if name not in read)
            raise self._error(f"{missing} is not there", "remove the releases whose manifests are gone as well")
        root = self._remote.place.root
        return {
            file.digest: file.st_size
            for name, data in read.items()
            for file in manifests.read(data, root, names[name]).values()
        }

    # ------------------------------------------------------------ removing

    def _remove(self, going: set[str]) -> tuple[int, int]:
        releases = self.releases()
        current = next((one.name for one in releases if one.current), None)
        if current in going:
            raise self._error(f"{current!r} is the current release", "make another one current first")
        staying = [one for one in releases if one.name not in going]
        kept = self._wheres(staying)
        lost = self._needed([one for one in releases if one.name in going], whole=False)
        needed = self._needed(staying)
        self._point(staying, current)
        self._remote.delete(release_file(one.name) for one in releases if one.name in going)
        kept = self._without_remainders(kept, needed)
        manifests_kept = {f"{one.manifest}{ending}" for one in staying for ending in ("", ".where")}
        self._delete_others("manifests", manifests_kept)
        self._delete_others("bundles", {bundle for where in kept.values() for bundle in where})
        self._delete_others("contents", set(needed))
        removed = [size for digest, size in lost.items() if digest not in needed]
        return len(removed), sum(removed)

    def _without_remainders(self, wheres: dict[str, Where], needed: dict[str, int]) -> dict[str, Where]:
        """Make bundles anew that hold anything nobody needs, and return where everything is then."""
        parted = {
            name
            for where in wheres.values()
            for name, held in where.items()
            if any(digest not in needed for digest, _ in held)
        }
        if not parted:
            return wheres
        held = {digest: data for digest, data in self._unbundled(parted).items() if digest in needed}
        new = {bundle: self._bundles[bundle] for bundle, _ in self._write_contents(held.items()).values()}
        found = {}
        for manifest, where in wheres.items():
            if parted & where.keys():
                # All of the new ones, although some may hold nothing of this release: there are few.
                found[manifest] = {name: held for name, held in where.items() if name not in parted} | new
                self._remote.write(f"manifests/{manifest}.where", _json({"bundles": found[manifest]}))
            else:
                found[manifest] = where
        return found

    def _delete_others(self, folder: str, keep: set[str]) -> None:
        """Remove every file of *folder* that *keep* does not name."""
        self._remote.delete(f"{folder}/{name}" for name in self._remote.names(folder) if name not in keep)

    def _check_writable(self) -> None:
        if self._remote.web:
            raise self._error(
                "nothing can be written over HTTP", "publish to the folder or bucket that the server shows"
            )

    def _error(self, reason: str, advice: str) -> SourceError:
        return SourceError(self._remote.place.root, self._remote.place.release, reason, advice)


def _where_each(wheres: dict[str, Where]) -> dict[str, tuple[str, int]]:
    """Return (bundle, size) of each content."""
    return {digest: (name, size) for where in wheres.values() for name, held in where.items() for digest, size in held}


def _json(value: object) -> bytes:
    import json

    return json.dumps(value, sort_keys=True).encode()
