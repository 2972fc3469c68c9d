"""Places that fsspec reaches: an archive, a store, or a plain folder of files."""

from __future__ import annotations

import os

from ...caches import cache_folder
from ...errors import SourceError
from ...interpreter import sha256
from ..places import ARCHIVE_SUFFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...protocols import Source
    from ..places import Place
    from .store import RemoteShelf
    from .writing import RemoteWriter

__all__ = ["opened", "writer"]


def opened(place: Place) -> Source:
    """Return the source at *place*: the members of an archive, a release of a store, or the files of a folder.

    What is named like an archive is one; a folder with the pointer file of a store is that. Raises SourceError.
    """
    if place.address.partition("?")[0].endswith(ARCHIVE_SUFFIXES):
        from .archive import opened as open_archive
        from .files import Remote

        return open_archive(place, Remote(place))
    from .store import RemoteShelf

    shelf = RemoteShelf(place)
    if place.digest is None and not _is_store(place, shelf):
        if place.release is not None:
            advice = f"importal publish SRC --to {place.root.partition('#')[0]} makes one"
            raise SourceError(place.root, place.release, "there is no store, and so no release", advice)
        from .files import Remote
        from .folder import opened as open_folder

        return open_folder(place, Remote(place))
    from ..store import opened as open_release

    release = open_release(place, shelf)
    # Where the store could not be reached, the shelf was not asked which one it is.
    shelf.manifest_in_use = release.manifest_digest
    return release


def _is_store(place: Place, shelf: RemoteShelf) -> bool:
    try:
        return shelf.releases() is not None
    except SourceError:
        # Then it is what it was the last time. Opening it as such says what is wrong, or goes on with what is kept.
        note = os.path.join(cache_folder(), "releases", sha256(place.root.encode()).hexdigest())
        if os.path.isfile(note) or place.release is not None:
            return True
        from .notes import Notes

        if Notes("places", place.root).get():
            return False
        raise


def writer(place: Place) -> RemoteWriter:
    """Return what publishes to the store at *place*. Raises SourceError for places that can only be read."""
    from .files import Remote
    from .writing import RemoteWriter

    return RemoteWriter(Remote(place))
