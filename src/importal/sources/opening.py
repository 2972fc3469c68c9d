"""Opening what path entries name: who opens which scheme, and one opened source for each place.

Which scheme is opened by whom is in :data:`openers`; programs may add their own.
"""

from __future__ import annotations

import _thread
from contextvars import ContextVar

from ..errors import SourceError
from .places import SQL_SCHEMES, is_url, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..protocols import Source
    from .places import Place

__all__ = [
    "Opening",
    "close_all",
    "is_being_read",
    "load_what_opens",
    "opened",
    "openers",
    "opening",
    "reading",
    "register",
]

#: Who opens the places of a scheme: called with the Place, it returns a Source. Raises SourceError.
openers: dict[str, Callable[[Place], Source]] = {}

# The sources in use, by their root: everything below a root is found in it.
_open: dict[str, Opening] = {}
_one_at_a_time = _thread.allocate_lock()

# What this thread is in the middle of opening, and what a task of another thread does on its behalf: asyncio hands the
# context on with the task, as fsspec's thread is given its work.
_under_way: ContextVar[tuple[Opening, ...]] = ContextVar("importal_openings_under_way", default=())


# The sources that are being read from in the same sense: what is imported meanwhile, to read, does not come from them.
_being_read: ContextVar[tuple[object, ...]] = ContextVar("importal_sources_being_read", default=())


class reading:  # noqa: N801, used as a function; contextlib takes longer to load than all of this
    """A context in which *source* has nothing to offer to imports: they are made in order to read from it."""

    def __init__(self, source: object) -> None:
        self._source = source

    def __enter__(self) -> None:
        self._token = _being_read.set((*_being_read.get(), self._source))

    def __exit__(self, *_: object) -> None:
        _being_read.reset(self._token)


def is_being_read(source: object) -> bool:
    """Tell whether this is done in order to read from *source*, in this thread or on its behalf."""
    return any(one is source for one in _being_read.get())


class Opening:
    """A source that is opened when it is first asked something, once, whichever thread comes first.

    Opening may import (a database's driver), also in a thread that works for this one; these imports come by here, and
    to them the source has nothing.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._lock = _thread.allocate_lock()
        self._source: Source | None = None
        self._error: SourceError | None = None

    def source(self) -> Source | None:
        """Return the source, None to what is opening it. Raises SourceError, until :meth:`forget`."""
        if self._source is not None:
            return self._source
        others = _under_way.get()
        if self in others:
            return None
        with self._lock:
            if self._source is None and self._error is None:
                token = _under_way.set((*others, self))
                try:
                    self._source = _opener(self.place)(self.place)
                except SourceError as error:
                    self._error = error
                finally:
                    _under_way.reset(token)
            if self._error is not None:
                # A new one for everybody: one that is being shown keeps its traceback, whatever is imported to show it.
                known = self._error
                raise SourceError(known.entry, known.release, known.reason, known.advice) from known.__cause__
            return self._source

    def forget(self) -> None:
        """Try again when it is asked next, where opening has failed."""
        self._error = None


def _opener(place: Place) -> Callable[[Place], Source]:
    own = openers.get(place.scheme)
    if own is not None:
        return own
    if place.scheme == "memory":
        from .memory import opened as open_memory

        return open_memory
    if place.scheme in SQL_SCHEMES:
        from .sql import connected
        from .store import opened as open_release

        return lambda place: open_release(place, connected(place))
    from .remote.kinds import opened as open_remote

    return open_remote


def load_what_opens(path: Iterable[str]) -> None:
    """Import what opening the entries of *path* that are URLs takes of importal; nothing is opened.

    For programs whose imports are recorded: these are none of theirs. Raises SourceError for a URL that names no place.
    """
    for entry in path:
        if is_url(entry):
            _opener(parse(entry))


def opening(entry: str) -> tuple[Opening, str]:
    """Return the source that *entry* lies in, and the folder it names. Raises SourceError for a URL that is none."""
    with _one_at_a_time:
        within = [root for root in _open if entry == root or entry.startswith(f"{root}/")]
        if within:
            root = max(within, key=len)
            return _open[root], entry[len(root) :].strip("/")
        place = parse(entry)
        present = _open.get(place.root)
        if present is None:
            present = _open[place.root] = Opening(place)
        elif present.place.address != place.address:
            reason = "another entry differs from it only in its password or query, which modules do not show"
            raise SourceError(place.root, place.release, reason, "use one of the two in a process")
        return present, place.folder


def opened(entry: str) -> Source:
    """Return the source that the path entry *entry* names, opened. Raises SourceError."""
    source = opening(entry)[0].source()
    assert source is not None, "asked for while it is being opened"
    return source


def register(scheme: str, opener: Callable[[Place], Source]) -> Callable[[], None]:
    """Have path entries that begin with ``scheme://`` opened by *opener*, and return what undoes this.

    It is called with the :class:`Place` once, when the entry is first searched, and returns a source. What it raises as
    SourceError says why there is none; a Place without a release in its ``release`` names the current one.
    """
    before = openers.get(scheme)
    openers[scheme] = opener

    def undo() -> None:
        if before is None:
            openers.pop(scheme, None)
        else:
            openers[scheme] = before

    return undo


def close_all() -> None:
    """Forget every source: the next use opens it anew, and sees the release that is current then."""
    with _one_at_a_time:
        _open.clear()
