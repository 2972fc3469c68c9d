"""What importal asks of the objects it works with: finders, loaders and sources.

Finders and loaders are those of the language reference (5.3 and 5.4); any object that has the methods will do, whoever
wrote it. A source is importal's own: a place that holds files, which knows nothing of imports.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import ModuleType
    from typing import Any, Protocol

    from .spec import ModuleSpec

    class Finder(Protocol):
        """A meta path finder."""

        def find_spec(
            self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
        ) -> ModuleSpec | None:
            """Return the spec of *fullname*, searched in *path* (None: top level), or None for "ask the next"."""

    class PathEntryFinder(Protocol):
        """A finder for one path entry."""

        def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
            """Return the spec of *fullname* if this entry holds it; without a loader it is a portion (PEP 420)."""

    class Loader(Protocol):
        """Creates and executes one module."""

        def create_module(self, spec: ModuleSpec) -> ModuleType | None:
            """Return the module object to use, or None for an ordinary one."""

        def exec_module(self, module: ModuleType) -> None:
            """Execute the module in its own namespace. Whatever it raises is the import's failure."""

    class Known(Protocol):
        """Knows modules without looking for them: a pack."""

        def answer(self, name: str, path: Sequence[str] | None, ask: Callable[[str, list[str]], Any]) -> Any:
            """Return the spec of *name*; None: there is none; a list of the entries to search; or UNKNOWN."""

        def folder(self, path: str) -> Any:
            """Return the folder *path* with the files in it that are carried along (a Traversable); None: no such."""

        def invalidate_caches(self) -> None:
            """Look again at whatever it has looked at."""

    class Source(Protocol):
        """A place that holds files in folders. A location is what ``__file__`` and ``__path__`` say."""

        root: str
        separator: str

        def stamp(self, location: str) -> Any:
            """Return a value that changes when the folder *location* gains or loses an entry; None: no folder."""

        def settled(self, stamp: Any) -> bool:
            """Tell whether a listing taken at *stamp* may be kept until the stamp changes."""

        def list(self, location: str) -> Collection[str]:
            """Return the names in the folder *location*. Raises OSError."""

        def stat(self, location: str) -> Any:
            """Return an object with ``st_mtime`` (seconds) and ``st_size`` (bytes) of a file; None: no such file."""

        def is_directory(self, location: str) -> bool:
            """Tell whether *location* is a folder."""

        def read(self, location: str) -> bytes:
            """Return the bytes of the file *location*. Raises OSError."""

        # A source that knows it beforehand may also have ``digest(location) -> str | None``: the sha256 of a file's
        # bytes in 64 hexadecimal digits, by which bytecode is kept. Without it each source file is read to be known.
