"""Opening a store for writing: who writes to places of which scheme."""

from __future__ import annotations

from ..errors import SourceError
from .places import SQL_SCHEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Place
    from .store import Writer

__all__ = ["writer"]


def writer(place: Place) -> Writer:
    """Return the store that *place* names, for writing. Raises SourceError where there can be none."""
    if place.scheme in SQL_SCHEMES:
        from .sql_writing import writer as sql_writer

        return sql_writer(place)
    if place.scheme == "memory":
        advice = "it ends with its process; publish to a database, such as sqlite:///modules.db"
        raise SourceError(place.root, None, "what is in memory is no store", advice)
    from .remote.kinds import writer as remote_writer

    return remote_writer(place)
