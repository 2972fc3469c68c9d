"""Names along a path, some of whose entries a pack knows: which of these hold a name, and whether it is nowhere.

Entries that the pack does not know, and those that are not what they were, are asked as ever.
"""

from __future__ import annotations

import os
import sys

from ..errors import PackError
from ..finders.entry import FileFinder, ignores_case
from ..finders.path import UNKNOWN, PathFinder
from ..loaders.extension import ExtensionFileLoader
from ..loaders.location import file_loaders
from ..loaders.namespace import NamespacePath
from ..loaders.source import SourceFileLoader
from ..machine import Machine
from ..spec import ModuleSpec
from .table import EXTENSION, NAMESPACE, SOURCE, numbers_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from .roots import Roots
    from .table import Table

    # Searches a list of path entries for a name.
    Ask: TypeAlias = Callable[[str, list[str]], Any]

__all__ = ["Entries", "View", "entries_of", "is_somebody_elses", "stamp_of"]

_AGAIN: Any = object()

# So many directories an index looks at before it answers: that costs some microseconds.
_FEW = 32


class View:
    """A path that was looked at: which of the roots its entries are. A path may have thousands."""

    def __init__(self, path: list[str], roots: list[Any]) -> None:
        self.path = path
        # Of each entry: which root it is; None for what the pack does not know.
        self.roots = roots
        self.others = [place for place, root in enumerate(roots) if root is None] if None in roots else []
        self._places: dict[Any, int] | None = None

    def _first_places(self) -> dict[Any, int]:
        places = self._places
        if places is None:
            # Where each root is first: what stands earlier is put in later.
            places = dict(zip(reversed(self.roots), range(len(self.roots) - 1, -1, -1), strict=True))
            self._places = places
        return places

    def places_of(self, roots: Sequence[int]) -> list[int]:
        """Return the places of *roots*, of those that are in the path, in its order."""
        if not roots:
            return []
        places: list[Any] = list(map(self._first_places().get, roots))
        return sorted(places if None not in places else [place for place in places if place is not None])

    def has_one_twice(self) -> bool:
        """Tell whether a root is in the path more than once."""
        return len(self._first_places()) - bool(self.others) < len(self.roots) - len(self.others)

    def at(self, places: list[int]) -> list[str]:
        """Return the entries at *places*, and those that the pack does not know: where a name may be."""
        return [self.path[place] for place in sorted({*places, *self.others})]

    def portions_elsewhere(self, name: str, ask: Ask) -> list[tuple[int, str]] | None:
        """Return (place, portion) of a namespace package in the entries that the pack does not know.

        None where one of them holds a module of that *name*.
        """
        found: list[tuple[int, str]] = []
        for place in self.others:
            spec = ask(name, [self.path[place]])
            if spec is not None:
                if spec.loader is not None:
                    return None
                found += [(place, portion) for portion in spec.submodule_search_locations]
        return found


class Looked:
    """What was seen when the roots were last looked at: *upto* so many, and those in *changed* are not what they were.

    *hooks* are what stands on ``path_hooks``, None for the usual ones. ``views`` are the paths that were looked at
    since, by package ("": the top level). Whatever changes, another one takes its place: an answer is from one time.
    """

    __slots__ = ("changed", "hooks", "upto", "views")

    def __init__(self, upto: int, changed: frozenset[int], hooks: list[Any] | None) -> None:
        self.upto = upto
        self.changed = changed
        self.hooks = hooks
        self.views: dict[str, View] = {}


class Entries:
    """What a pack with these *roots*, and names in this *table*, knows of a path.

    *packages* are the namespace packages whose portions are roots: as text, the numbers of the roots that hold a
    portion, and of the roots that these portions are. *found* makes a spec of a name and a module of the pack.
    """

    def __init__(
        self,
        roots: Roots,
        table: Table,
        packages: Mapping[str, tuple[str, str]],
        found: Callable[[str, Any], Any],
        *,
        sealed: bool,
        index_only: bool,
    ) -> None:
        self.packages = packages
        self._roots = roots
        self._table = table
        self._found = found
        self._sealed = sealed
        # Whether the roots are looked at before anything is answered. A large index is trusted to know where a name is.
        self._looks_first = not (sealed or (index_only and roots.listed > _FEW))
        self._looked = Looked(0, frozenset(), None)

    def looked(self) -> Looked:
        """Return what was seen of the roots, under the hooks that there are now."""
        hooks = sys.path_hooks
        looked = self._looked
        if hooks is not None and hooks != (PathFinder.search.usual_hooks if looked.hooks is None else looked.hooks):
            # Somebody has added one, or taken it away: it may claim what the pack knows.
            self._looked = looked = Looked(looked.upto, looked.changed, list(hooks))
        return looked

    def invalidate(self) -> None:
        """Look at the roots again before anything is answered."""
        self._looks_first = not self._sealed
        self._looked = Looked(0, frozenset(), self._looked.hooks)

    def answer(self, package: str, name: str, path: Sequence[str], ask: Ask) -> Any:
        """Return a spec, None (there is no such module), path entries (it is in one of these), or UNKNOWN.

        *package* is "" for the top level, or one of the namespace packages; *path* its path. Raises PackError.
        """
        path = entries_of(path)
        answer = _AGAIN
        while answer is _AGAIN:
            looked = self.looked()
            if self._looks_first:
                looked = self._look(looked, self._roots.listed)
            view = looked.views.get(package)
            if view is None or path != view.path:
                view = looked.views[package] = self._view(looked, package, path)
            answer = self._answer(looked, view, package, name, ask)
        return answer

    def _answer(self, looked: Looked, view: View, package: str, name: str, ask: Ask) -> Any:
        """Answer by what was *looked* at; `_AGAIN` where more had to be looked at, and was."""
        module = self._table.module(name)
        found = view.places_of(self._table.holders(name))
        if name in self.packages and (module is None or module[0] == NAMESPACE):
            return self._portions(looked, view, name, found, ask)
        # Only what still holds what it held lets a name be nowhere.
        concerned = self._roots.listed if package else self._roots.searched
        if not found and not self._is_known(looked, concerned):
            return _AGAIN
        if module is not None and module[0] == NAMESPACE and view.others:
            return self._merged(view, name, module, ask)
        first = found[0] if found else len(view.path)
        for place in view.others:
            if place > first:
                break
            spec = ask(name, [view.path[place]])
            if spec is not None:
                # A directory that has changed may still hold the very file the pack was made from.
                if module is not None and self._is_of(spec, module):
                    return self._found(name, module)
                return _usable(spec, view.at(found))
        if not found:
            return UNKNOWN if ignores_case() else None
        if module is not None and module[1] == view.roots[first]:
            return self._found(name, module)
        return self._narrowed(looked, view.at(found), concerned, name, ask)

    def _narrowed(self, looked: Looked, entries: list[str], concerned: int, name: str, ask: Ask) -> Any:
        """Return where to look for the module *name*, or its spec. It may not be there any more, and anywhere else."""
        if self._sealed or looked.upto >= concerned:
            return entries
        spec = ask(name, entries)
        if spec is None and not self._is_known(looked, concerned):
            return _AGAIN
        return _usable(spec, entries)

    def _is_known(self, looked: Looked, upto: int) -> bool:
        """Tell whether so many roots were looked at; if not, it is done now."""
        return self._sealed or self._look(looked, upto) is looked

    def _look(self, looked: Looked, upto: int) -> Looked:
        """Look which of so many roots, the first ones, are not what they were; return *looked* if that was known."""
        if looked.upto >= upto:
            return looked
        roots = self._roots
        directories = roots.directories[looked.upto : upto]
        changed = [one for one, at in enumerate(directories, looked.upto) if stamp_of(at) != roots.stamp(one)]
        seen = Looked(upto, looked.changed.union(changed), looked.hooks)
        if not changed:
            seen.views = looked.views
        if self._looked is looked:
            self._looked = seen
        return seen

    def _view(self, looked: Looked, package: str, path: Sequence[str]) -> View:
        """Find the roots in *path*. One that has changed since the pack was made is asked as any other entry."""
        known = list(path)
        if package:
            portions = {self._roots.directories[number]: number for number in self._portion_of(package).values()}
            roots = [portions.get(one) if isinstance(one, str) else None for one in known]
        else:
            roots = self._roots.numbers_of(known)
        if looked.changed:
            roots = [None if root in looked.changed else root for root in roots]
        if looked.hooks is not None:
            usual = [root is not None and not is_somebody_elses(one) for root, one in zip(roots, known, strict=True)]
            roots = [root if still else None for root, still in zip(roots, usual, strict=True)]
        return View(known, roots)

    def _portion_of(self, package: str) -> dict[int, int]:
        """Return which root is the portion of a namespace package, by the root that holds it."""
        try:
            holders, portions = (numbers_in(text, self._roots.listed) for text in self.packages[package])
            return dict(zip(holders, portions, strict=True))
        except (AttributeError, TypeError, ValueError) as error:
            raise PackError(self._table.path, f"the portions of {package} are not as they should be") from error

    def _portions(self, looked: Looked, view: View, name: str, found: list[int], ask: Ask) -> Any:
        """Return the spec of a namespace package with its portions in the places that were *found*, and in others."""
        if looked.upto and not self._is_known(looked, self._roots.listed):
            return _AGAIN  # who has looked for one thing wants to know of the other
        portion_of = self._portion_of(name)
        try:
            numbers = list(map(portion_of.__getitem__, map(view.roots.__getitem__, found)))
        except KeyError:
            return UNKNOWN  # something else of that name is in one of them
        if not looked.changed.isdisjoint(numbers) or view.has_one_twice():
            return UNKNOWN  # one of them may be a regular package by now; or it is a portion twice
        elsewhere = view.portions_elsewhere(name, ask)
        if elsewhere is None:
            return UNKNOWN
        portions = list(map(self._roots.directories.__getitem__, numbers))
        if elsewhere:
            placed = [*zip(found, portions, strict=True), *elsewhere]
            portions = [portion for _, portion in sorted(placed, key=lambda one: one[0])]
        elif looked.hooks is None and not looked.changed:
            looked.views[name] = View([*portions], numbers)  # as it would look to what is asked for below it
        made = ModuleSpec(name, None)
        made.submodule_search_locations = portions
        return made if portions else UNKNOWN

    def _merged(self, view: View, name: str, module: Any, ask: Ask) -> Any:
        """Return the spec of a namespace package that the pack holds, with the portions that are in other entries."""
        elsewhere = view.portions_elsewhere(name, ask)
        if not elsewhere:
            return UNKNOWN if elsewhere is None else self._found(name, module)
        spec = self._found(name, module)
        if spec is UNKNOWN:
            return UNKNOWN
        mine = [(view.places_of([root]), self._roots.directories[root] + below) for root, below in module[2]]
        if not all(places for places, _ in mine):
            return UNKNOWN
        placed = [*((places[0], portion) for places, portion in mine), *elsewhere]
        spec.submodule_search_locations = [portion for _, portion in sorted(placed, key=lambda one: one[0])]
        return spec

    def _is_of(self, spec: ModuleSpec, module: Any) -> bool:
        """Tell whether *spec* is of the file that *module* in the pack was made from, and to be loaded as usual."""
        kind, root, below = module[:3]
        usual = {SOURCE: SourceFileLoader, EXTENSION: ExtensionFileLoader}.get(kind)
        return type(spec.loader) is usual and spec.origin == f"{self._roots.directories[root]}{below}"


def entries_of(path: Iterable[str]) -> list[str]:
    """Return the entries of a path, which may be of any type, in a list that is not to be changed."""
    if type(path) is list:
        return path
    return path.portions() if isinstance(path, NamespacePath) else list(path)


def is_somebody_elses(entry: str) -> bool:
    """Tell whether what is in the directory *entry* is found by another finder than the usual one, or may be."""
    finder: Any = sys.path_importer_cache.get(entry)
    return type(finder) is not FileFinder or finder._loaders != _USUAL_LOADERS


def stamp_of(directory: str) -> int | None:
    """Return the directory's modification time in nanoseconds, None when it is not there."""
    try:
        return Machine.stat(directory).st_mtime_ns
    except OSError:
        return None


def _usable(spec: Any, entries: list[str]) -> Any:
    """Return *spec*; for what is left to the search that goes through all portions, or is not importal's, *entries*."""
    return spec if isinstance(spec, ModuleSpec) and spec.loader is not None else entries


_USUAL_LOADERS = FileFinder(os.sep, *file_loaders())._loaders
