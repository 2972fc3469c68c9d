"""Places that fsspec reaches. Not there yet."""

from __future__ import annotations

from ..errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..protocols import Source
    from .places import Place

__all__ = ["opened"]


def opened(place: Place) -> Source:
    """Raise SourceError."""
    raise SourceError(place.root, place.release, f"no source opens {place.scheme}://", "see importal.sources")
