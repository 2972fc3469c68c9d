"""Path entries that are URLs: the path hook that claims them, and the finder for a folder of what they name."""

from __future__ import annotations

import sys

from ..events import host_events
from ..interpreter import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from ..loaders.placed import PlacedBytecodeLoader, PlacedExtensionLoader, PlacedSourceLoader
from ..sources.opening import is_being_read, opening
from ..sources.places import is_url
from ..uncaught import show_sources
from .entry import EntryFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..events import Events
    from ..protocols import Source
    from ..spec import ModuleSpec
    from ..state import StateLike

__all__ = ["PlacedFinder", "placed_hook"]


class PlacedFinder(EntryFinder):
    """The path entry finder for a folder of a source that a URL names."""

    # A private system's own; it is handed on to the loaders.
    state: StateLike = sys
    events: Events = host_events

    def __init__(self, entry: str) -> None:
        self._opening, self.folder = opening(entry)
        self._entry = entry
        root = self._opening.place.root
        path = f"{root}/{self.folder}" if self.folder else root
        details = [
            (self._extension, EXTENSION_SUFFIXES),
            (self._source_code, SOURCE_SUFFIXES),
            (self._bytecode, BYTECODE_SUFFIXES),
        ]
        super().__init__(path, _NOT_OPEN, details)

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """Return the spec of the module *fullname* if this folder holds it, else None. Raises SourceError."""
        if not self.opened() or is_being_read(self.source):
            return None
        return super().find_spec(fullname, target)

    def invalidate_caches(self) -> None:
        """Forget the listing, and that the source could not be opened."""
        super().invalidate_caches()
        self._opening.forget()

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Yield (name, is a package) of each module in this folder, as ``pkgutil.iter_modules`` asks for them."""
        if self.opened():
            for name in sorted(self._child_names()):
                spec = self.find_spec(name) if name.isidentifier() and name != "__init__" else None
                if spec is not None and spec.loader is not None:
                    yield prefix + name, spec.submodule_search_locations is not None

    def opened(self) -> bool:
        """Open the source if need be; False when this very thread is about to. Raises SourceError."""
        if self.source is _NOT_OPEN:
            source = self._opening.source()
            if source is None:
                return False
            self.source = source
        return True

    def source_and_folder(self) -> tuple[Source, str] | None:
        """Return the source and this folder's location in it; None to what is needed to open it, or to read from it."""
        return (self.source, self.path) if self.opened() and not is_being_read(self.source) else None

    def _complete(self, spec: ModuleSpec, location: str, status: Any) -> None:
        loader: Any = spec.loader
        if isinstance(loader, PlacedSourceLoader):
            loader.state = self.state
            loader.events = self.events
            spec.cached = loader._cache_location(location)

    def _extension(self, fullname: str, path: str) -> PlacedExtensionLoader:
        return PlacedExtensionLoader(fullname, path, self.source, self.state)

    def _source_code(self, fullname: str, path: str) -> PlacedSourceLoader:
        return PlacedSourceLoader(fullname, path, self.source)

    def _bytecode(self, fullname: str, path: str) -> PlacedBytecodeLoader:
        return PlacedBytecodeLoader(fullname, path, self.source)


class _NotOpen:
    """Stands in the place of a source until that is opened."""

    root = ""
    separator = "/"


_NOT_OPEN: Any = _NotOpen()


def placed_hook(entry: str) -> PlacedFinder:
    """Return the finder for a path entry that is a URL (a path hook). Raises ImportError for any other entry."""
    if not is_url(entry):
        raise ImportError("only URLs are supported", path=entry)
    show_sources()
    return PlacedFinder(entry)
