"""Putting packs to use: for a whole process, or as an entry of the path."""

from __future__ import annotations

import sys

from ..errors import PackError
from ..finders.path import UNKNOWN, PathFinder
from .reader import Pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..spec import ModuleSpec

__all__ = ["PackEntryFinder", "pack_hook", "use", "use_all"]


def use(path: str) -> Pack:
    """Have the interpreter's path finder ask the pack at *path* before it looks. Raises PackError."""
    for known in PathFinder.search.known:
        if isinstance(known, Pack) and known.path == path:
            return known
    pack = Pack(path)
    if pack.carried is not None:
        from ..uncaught import show_sources

        show_sources()
    PathFinder.search.known = (*PathFinder.search.known, pack)
    return pack


def use_all(paths: list[str]) -> Callable[[], None]:
    """Use the packs at *paths*; of one that cannot be used say so, and go on without it. Return what undoes it."""
    used = []
    for path in paths:
        try:
            used.append(use(path))
        except PackError as error:
            sys.stderr.write(f"importal: ignoring a pack: {error}\n")

    def put_back() -> None:
        search = PathFinder.search
        search.known = tuple(known for known in search.known if known not in used)

    return put_back


def pack_hook(entry: str) -> PackEntryFinder:
    """Return a finder for the pack *entry*. Raises ImportError for one that cannot be used."""
    try:
        return PackEntryFinder(use(entry))
    except PackError as error:
        raise ImportError(str(error), path=entry) from error


class PackEntryFinder:
    """Finds the top-level modules of a pack that is an entry of the path; their submodules the pack is asked for."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pack.path!r})"

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """Return the spec of *fullname* if the pack holds it, and its file is what it was."""
        answer: Any = self.pack.held(fullname)
        return None if answer is UNKNOWN else answer

    def invalidate_caches(self) -> None:
        """Look at the directories again when that matters next."""
        self.pack.invalidate_caches()
