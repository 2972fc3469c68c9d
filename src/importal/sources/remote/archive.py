"""A zip archive at a remote place: fetched whole, once per machine, and again when it has changed.

In the user's cache are the archive itself, found by its sha256, a manifest of its members, and two notes: which archive
was at the place the last time, and which manifest goes with which archive. A process that finds all of them asks one
question, whether the archive has changed; one that pins the archive by its digest asks none.
"""

from __future__ import annotations

import os

from ...errors import SourceError, ZipImportError
from ...interpreter import sha256
from .. import manifest as manifests
from ..archive import Member, list_members, read_member
from ..contents import Contents, Turn
from ..tree import File, Tree, check_path
from .notes import Notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..places import Place
    from .facts import Facts
    from .files import Remote

__all__ = ["Archive", "opened"]

# No module is larger (bytes).
_MEMBER_MOST = 2 << 30
# What expands to more than this and to more than so many times its size is made to fill memories.
_HARMLESS = 100 << 20
_EXPANSION_MOST = 100
_STORED, _DEFLATED = 0, 8
_DAMAGED = "what was fetched is damaged: try again, then put the archive there anew"


class Archive(Tree):
    """The members of an archive, read from the copy of it that is in the cache."""

    def __init__(self, place: Place, digest: str, members: dict[str, File], copies: _Copies) -> None:
        super().__init__(place.root, members)
        self.archive_digest = digest
        self._release = place.release
        self._copies = copies
        self._directory: dict[str, Member] | None = None

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of a member. Raises SourceError when they are not what they were at the first reading."""
        for attempt in range(2):
            location = self._copies.file(self.archive_digest)
            try:
                if self._directory is None or attempt:
                    self._directory = {_path(member): member for member in list_members(location)}
                data = unpacked(location, self._directory[path])
                if sha256(data).hexdigest() == file.digest:
                    return data
            except (OSError, EOFError, KeyError, ValueError, ZipImportError):
                pass  # the copy is gone, or damaged
            self._copies.drop(self.archive_digest)
        raise SourceError(self.root, self._release, f"{path} is not what it was when the archive was fetched", _DAMAGED)


def opened(place: Place, remote: Remote) -> Archive:
    """Return the archive that *place* names. Raises SourceError."""
    if place.release is not None and place.digest is None:
        advice = "name a store, or pin the archive with #sha256: and its digest"
        raise SourceError(place.root, place.release, "an archive has no releases", advice)
    copies = _Copies(place, remote)
    digest = place.digest
    if digest is None:
        digest = copies.current()
    elif copies.members(digest) is None:
        copies.fetch(None)
    members = copies.members(digest)
    if members is None:
        members = copies.index(digest)
    return Archive(place, digest, members, copies)


class _Copies:
    """Copies of the archives that were at one place, and what is noted of them."""

    def __init__(self, place: Place, remote: Remote) -> None:
        self._place = place
        self._remote = remote
        self._contents = Contents()
        self._seen = Notes("places", place.root)
        # Where a copy lies that cannot be in the cache.
        self._elsewhere: dict[str, str] = {}
        self._indexed: dict[str, dict[str, File]] = {}

    def current(self) -> str:
        """Return the digest of the archive that is there now. It is fetched when it is not in the cache."""
        noted = self._seen.get()
        known = str(noted.get("digest", ""))
        at_hand = bool(known) and self.members(known) is not None
        try:
            facts = self._remote.facts()
        except SourceError as error:
            if not at_hand:
                raise
            import warnings

            warnings.warn(f"{error}; going on with the archive as it was the last time", RuntimeWarning, 2)
            return known
        if facts is None:
            raise self._error("there is no such file", "see that its URL is right")
        if at_hand and facts.identity is not None and facts.identity == noted.get("identity"):
            return known
        return self.fetch(facts)

    def fetch(self, facts: Facts | None) -> str:
        """Fetch the archive that is there and return its digest. Raises SourceError for another than a pinned one."""
        with Turn(os.path.join(self._contents.folder, "lock")):
            identity = None if facts is None else facts.identity
            noted = self._seen.get()
            known = self._place.digest or str(noted.get("digest", ""))
            same = self._place.digest is not None or (identity is not None and identity == noted.get("identity"))
            if same and self.members(known) is not None:
                return known  # another process was faster
            temporary = self._download()
            digest = _digest_of_file(temporary)
            try:
                self._check(temporary, digest, facts)
                self._keep(temporary, digest)
                self.index(digest)
            except SourceError:
                _remove(temporary)
                self.drop(digest)
                raise
            if self._place.digest is None:
                self._seen.put({"identity": identity, "digest": digest})
            return digest

    def members(self, digest: str) -> dict[str, File] | None:
        """Return what is noted of the members of an archive of which there is a copy, else None."""
        if digest in self._indexed:
            return self._indexed[digest]
        if not os.path.isfile(self._contents.path(digest)):
            return None
        manifest_digest = str(Notes("archives", digest).get().get("manifest", ""))
        manifest = self._contents.get(manifest_digest) if manifest_digest else None
        return None if manifest is None else manifests.read(manifest, self._place.root, manifest_digest)

    def index(self, digest: str) -> dict[str, File]:
        """Read every member of a copy once, check it, and return and note what they are. Raises SourceError."""
        location = self.file(digest)
        try:
            listed = list_members(location)
            self._check_sizes(listed, os.path.getsize(location))
            found: dict[str, File] = {}
            for member in listed:
                path = _path(member)
                check_path(path.removesuffix("/"), self._place.root)
                if path in found:
                    raise self._error(f"two members of it are called {path!r}", "do not use what it holds")
                data = unpacked(location, member)
                found[path] = File(sha256(data).hexdigest(), len(data), int(_mtime(member)))
        except SourceError:
            raise
        except (OSError, EOFError, ValueError, ZipImportError) as error:
            words = str(error).replace(location, "the copy of it")
            raise self._error(words, _DAMAGED) from None
        found = {path: file for path, file in found.items() if not path.endswith("/")}
        manifest = manifests.write(found)
        self._contents.put(manifests.digest_of(manifest), manifest)
        Notes("archives", digest).put({"manifest": manifests.digest_of(manifest)})
        self._indexed[digest] = found
        return found

    def file(self, digest: str) -> str:
        """Return where a copy lies, fetched again when it is gone. Raises SourceError."""
        location = self._elsewhere.get(digest, self._contents.path(digest))
        if not os.path.isfile(location):
            self._elsewhere.pop(digest, None)
            temporary = self._download()
            if _digest_of_file(temporary) != digest:
                _remove(temporary)
                raise self._error(
                    "it is another archive now, and the copy of the one that was there is gone",
                    "start the program anew to use the one that is there",
                )
            self._keep(temporary, digest)
            location = self._elsewhere.get(digest, self._contents.path(digest))
        return location

    def drop(self, digest: str) -> None:
        """Remove a copy that is damaged."""
        self._indexed.pop(digest, None)
        _remove(self._elsewhere.pop(digest, self._contents.path(digest)))

    # ------------------------------------------------------------ fetching

    def _download(self) -> str:
        """Return a temporary file with the bytes of the archive."""
        try:
            return self._downloaded(self._in_cache())
        except OSError as error:
            if isinstance(error, SourceError):
                raise
            hindrance = error.strerror or str(error)
        # The cache is full or cannot be written to. The copy is of this process alone.
        try:
            return self._downloaded(_in_temporary_folder())
        except OSError as error:
            if isinstance(error, SourceError):
                raise
            advice = "make room, or set IMPORTAL_CACHE to a folder that has some"
            failure = self._error(f"there is nowhere to put a copy of it ({hindrance})", advice)
        raise failure

    def _downloaded(self, file: str) -> str:
        try:
            there = self._remote.download(file)
        except OSError:
            _remove(file)
            raise
        if not there:
            _remove(file)
            raise self._error("there is no such file", "see that its URL is right")
        return file

    def _in_cache(self) -> str:
        import tempfile

        os.makedirs(self._contents.folder, exist_ok=True)
        descriptor, file = tempfile.mkstemp(prefix="archive-", dir=self._contents.folder)
        os.close(descriptor)
        return file

    def _check(self, temporary: str, digest: str, facts: Facts | None) -> None:
        pinned = self._place.digest
        if pinned is not None and digest != pinned:
            raise self._error(f"its sha256 is {digest}", "it is not the archive that is asked for: see who changed it")
        size = os.path.getsize(temporary)
        if facts is not None and facts.size is not None and facts.size != size:
            raise self._error(f"{size} bytes were fetched, and it has {facts.size}", "try again")

    def _keep(self, temporary: str, digest: str) -> None:
        location = self._contents.path(digest)
        if os.path.dirname(temporary) == self._contents.folder:
            try:
                os.makedirs(os.path.dirname(location), exist_ok=True)
                os.replace(temporary, location)
            except OSError:
                pass  # used where it is
            else:
                return
        self._elsewhere[digest] = temporary
        import atexit

        atexit.register(_remove_own, temporary, os.getpid())

    def _check_sizes(self, members: list[Member], size: int) -> None:
        total = 0
        for member in members:
            total += member.size
            if member.size > _MEMBER_MOST:
                raise self._error(f"{_path(member)!r:.200} claims {member.size} bytes", "do not use what it holds")
        if total > _HARMLESS and total > _EXPANSION_MOST * size:
            reason = f"its {size} bytes would expand to {total}"
            raise self._error(reason, "do not use what it holds; store large members instead of deflating them")

    def _error(self, reason: str, advice: str) -> SourceError:
        return SourceError(self._place.root, self._place.release, reason, advice)


def unpacked(archive: str, member: Member) -> bytes:
    """Return the bytes of *member*, never more than it claims to have.

    Raises OSError, EOFError or ZipImportError for an archive that is damaged, ValueError for a member that is.
    """
    as_it_is = Member(
        member.name, _STORED, member.compressed_size, member.compressed_size, member.offset, member.stamp, member.crc
    )
    data = read_member(archive, as_it_is)
    if member.method != _STORED:
        data = _expander(archive, member)(data, member.size + 1)
    from zlib import crc32

    if len(data) != member.size or crc32(data) != member.crc:
        raise ValueError(f"{_path(member)!r:.200} is damaged")
    return data


def _expander(archive: str, member: Member) -> Callable[[bytes, int], bytes]:
    import zlib

    if member.method == _DEFLATED:

        def expand(data: bytes, most: int) -> bytes:
            try:
                return zlib.decompressobj(-15).decompress(data, most)
            except zlib.error as error:
                raise ValueError(f"{_path(member)!r:.200} is damaged ({error})") from None

        return expand
    reason = f"{_path(member)!r:.200} is compressed by method {member.method}; store or deflate it"
    raise ZipImportError(reason, path=archive)


def _path(member: Member) -> str:
    return member.name.replace(os.sep, "/")


def _mtime(member: Member) -> float:
    try:
        return max(member.mtime, 0)
    except (ValueError, OverflowError):
        return 0  # no date: archives that are made to be the same each time have such


def _digest_of_file(path: str) -> str:
    found = sha256(b"")
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()  # type: ignore[no-any-return]


def _in_temporary_folder() -> str:
    import tempfile

    descriptor, file = tempfile.mkstemp(prefix="importal-", suffix=".zip")
    os.close(descriptor)
    return file


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # gone already, or in a folder that cannot be written to


def _remove_own(path: str, process: int) -> None:
    if os.getpid() == process:  # a forked child uses its parent's
        _remove(path)
