"""Adding a release to a store, and removing old ones: the decisions, whatever kind of store it is."""

from __future__ import annotations

import datetime as dt
import re

from ..errors import SourceError
from ..sources import manifest as manifests
from ..sources.opening import opened
from ..sources.tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..sources.places import Place
    from ..sources.store import Published, Writer
    from ..sources.tree import File
    from .collected import Collected

__all__ = ["Outcome", "add_release", "check_name", "files_of", "next_name", "superfluous"]

# It is part of URLs, and in some stores of file names.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@=-]{0,99}")
_NUMBERED = re.compile(r"r([1-9][0-9]*)")
# How often another name is tried when other publishers take the names (each of them has then published).
_ATTEMPTS = 20


class Outcome:
    """What became of publishing: the ``release``; ``new`` is False where nothing had to be done.

    ``contents`` and ``bytes`` are what was brought to the store.
    """

    __slots__ = ("bytes", "contents", "digest", "new", "release")

    def __init__(self, release: str, digest: str, *, new: bool, contents: int = 0, size: int = 0) -> None:
        self.release = release
        self.digest = digest
        self.new = new
        self.contents = contents
        self.bytes = size


def check_name(name: str, root: str) -> None:
    """Raise SourceError for what cannot be the name of a release."""
    if not _NAME.fullmatch(name):
        advice = "use at most 100 of A-Z a-z 0-9 . _ + @ = -, the first a letter or digit"
        raise SourceError(root, None, f"{name!r:.200} cannot name a release", advice)


def next_name(releases: Sequence[Published]) -> str:
    """Return the name after the highest of r1, r2, ..."""
    numbers = [int(found[1]) for release in releases if (found := _NUMBERED.fullmatch(release.name))]
    return f"r{max(numbers, default=0) + 1}"


def add_release(
    writer: Writer, root: str, collected: Collected, name: str | None, progress: Callable[[str], None]
) -> Outcome:
    """Publish what was collected as the release *name*, None: as the next number, and make it current.

    What is current already is left alone, unless it is to have another name. Raises SourceError.
    """
    manifest = collected.manifest()
    digest = manifests.digest_of(manifest)
    for attempt in range(_ATTEMPTS):
        releases = writer.releases()
        same = _unchanged(releases, name, digest, root)
        if same is not None:
            return Outcome(same, digest, new=False)
        chosen = next_name(releases) if name is None else name
        contents = collected.contents()
        lacking = writer.lacking(list(contents))
        try:
            writer.publish(chosen, digest, manifest, _one_by_one(contents, lacking, progress), _now())
        except SourceError:
            # Another publisher may have been faster with this name; any name that is free will do here.
            taken = any(release.name == chosen for release in writer.releases())
            if name is not None or not taken or attempt == _ATTEMPTS - 1:
                raise
            continue
        size = sum(len(contents[one]) for one in lacking)
        return Outcome(chosen, digest, new=True, contents=len(lacking), size=size)
    raise AssertionError("the last attempt returns or raises")


def _unchanged(releases: Sequence[Published], name: str | None, digest: str, root: str) -> str | None:
    """Return the name of the release that is all that is asked for, None where there is none.

    Raises SourceError for a *name* that is taken by another one.
    """
    for release in releases:
        if release.name == name:
            if release.manifest != digest:
                raise SourceError(
                    root, None, f"there is a release {name!r} with other files", "choose another name; a release stays"
                )
            if not release.current:
                advice = f"make it current with: importal rollback {root} {name}"
                raise SourceError(root, None, f"{name!r} has these files already, and is not current", advice)
            return release.name
        if name is None and release.current and release.manifest == digest:
            return release.name
    return None


def files_of(place: Place, releases: Sequence[Published], name: str) -> list[tuple[str, File]]:
    """Return the files of the release *name* of the store at *place*, by their paths. Raises SourceError."""
    if not any(release.name == name for release in releases):
        names = ", ".join(release.name for release in releases) or "none"
        raise SourceError(place.root, None, f"there is no release {name!r}", f"there are: {names}")
    release = opened(f"{place.address}#{name}")
    assert isinstance(release, Tree), "what has releases is a tree"
    return list(release.files())


def superfluous(releases: Sequence[Published], keep: int) -> list[str]:
    """Return the names of the releases that are neither current nor among the *keep* latest."""
    latest = releases[-keep:] if keep else []
    return [release.name for release in releases if not release.current and release not in latest]


def _one_by_one(
    contents: dict[str, bytes], lacking: list[str], progress: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    total = sum(len(contents[digest]) for digest in lacking)
    done = 0
    for number, digest in enumerate(lacking, 1):
        progress(f"publishing {number:,} of {len(lacking):,} files, {done:,} of {total:,} bytes")
        yield digest, contents[digest]
        done += len(contents[digest])
    progress(f"publishing: {total:,} bytes are there; waiting for the store to keep them")


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
