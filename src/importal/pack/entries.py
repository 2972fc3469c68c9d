"""The entries of a path, as a pack knows them."""

from __future__ import annotations

import os
import sys

from ..finders.entry import FileFinder
from ..loaders.location import file_loaders
from ..loaders.namespace import NamespacePath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

__all__ = ["View", "entries_of", "is_somebody_elses"]


class View:
    """A path that was looked at: which of the roots its entries are. A path may have thousands."""

    def __init__(self, path: list[str], roots: list[Any]) -> None:
        self.path = path
        # Of each entry: which root it is; None for what the pack does not know.
        self.roots = roots
        self.others = [place for place, root in enumerate(roots) if root is None] if None in roots else []
        self._places: dict[Any, int] | None = None

    def places_of(self, roots: Sequence[int]) -> list[int]:
        """Return the places of *roots*, of those that are in the path, in its order."""
        if not roots:
            return []
        if self._places is None:
            # Where each root is first: what stands earlier is put in later.
            self._places = dict(zip(reversed(self.roots), range(len(self.roots) - 1, -1, -1), strict=True))
        places: list[Any] = list(map(self._places.get, roots))
        return sorted(places if None not in places else [place for place in places if place is not None])

    def at(self, places: list[int]) -> list[str]:
        """Return the entries at *places*, and those that the pack does not know: where a name may be."""
        return [self.path[place] for place in sorted({*places, *self.others})]

    def portions_elsewhere(self, name: str, ask: Callable[[str, list[str]], Any]) -> list[tuple[int, str]] | None:
        """Return (place, portion) of a namespace package in the entries that the pack does not know.

        None where one of them holds a module of that *name*. *ask* searches a list of path entries for it.
        """
        found: list[tuple[int, str]] = []
        for place in self.others:
            spec = ask(name, [self.path[place]])
            if spec is not None:
                if spec.loader is not None:
                    return None
                found += [(place, portion) for portion in spec.submodule_search_locations]
        return found


def entries_of(path: Iterable[str]) -> list[str]:
    """Return the entries of a path, which may be of any type, in a list that is not to be changed."""
    if type(path) is list:
        return path
    return path.portions() if isinstance(path, NamespacePath) else list(path)


def is_somebody_elses(entry: str) -> bool:
    """Tell whether what is in the directory *entry* is found by another finder than the usual one, or may be."""
    finder: Any = sys.path_importer_cache.get(entry)
    return type(finder) is not FileFinder or finder._loaders != _USUAL_LOADERS


_USUAL_LOADERS = FileFinder(os.sep, *file_loaders())._loaders
