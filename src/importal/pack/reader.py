"""Answering imports from a pack: which module a name means here, and its code.

A pack knows some directories of the path, the *roots*: all the names that were in them when it was made. So it knows
of a top-level name where it is, and that it is nowhere. Entries of the path that the pack does not know are asked as
ever. A submodule is known where its package came from the pack, and has kept its path.
"""

from __future__ import annotations

import os
import sys

from ..errors import PackError
from ..events import host_events
from ..finders.entry import ignores_case
from ..finders.path import UNKNOWN, PathFinder
from ..interpreter import rename_code, source_hash
from ..loaders.extension import ExtensionFileLoader
from ..loaders.source import SourceFileLoader
from ..machine import Machine
from ..spec import ModuleSpec
from .entries import View, entries_of, is_somebody_elses
from .format import INDEX_ONLY, REPLACED, SEALED, PackFile
from .roots import Roots
from .streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType
    from typing import Any

    from ..loaders.resources import SourcePath
    from .carried import Carried

__all__ = ["EXTENSION", "NAMESPACE", "SOURCE", "Pack", "anchors", "bucket_of"]

#: Kinds of modules.
SOURCE, EXTENSION, NAMESPACE = "source", "extension", "namespace"

# Of so many directories an index looks at each once, before it is trusted: that costs some microseconds.
_FEW = 32


def anchors(pack: str) -> dict[str, str]:
    """Return what the roots of a pack, which lies at *pack*, are relative to, so that an environment can be moved."""
    return {"prefix": sys.prefix, "base": sys.base_prefix, "pack": os.path.dirname(pack), "": ""}


def bucket_of(name: str, buckets: int) -> int:
    """Return in which of so many *buckets* the module *name* is to be found."""
    return int.from_bytes(source_hash(name.encode("utf-8", "surrogatepass")), "little") % buckets


class Pack:
    """One open pack. Raises PackError for a file that cannot be used.

    That includes one whose code is of another optimisation level than this process, but for *any_level*.
    """

    def __init__(self, path: str, *, any_level: bool = False) -> None:
        self.path = os.path.abspath(path)
        self.file = PackFile(self.path)
        self.streams = Streams(self.file)
        header = self.file.header
        if header.optimization != sys.flags.optimize and not (any_level or header.flags & INDEX_ONLY):
            reason = (
                f"its code is of optimisation level {header.optimization}, and this Python's is {sys.flags.optimize}"
            )
            raise PackError(self.path, reason)
        self.sealed = bool(header.flags & SEALED)
        self.index_only = bool(header.flags & INDEX_ONLY)
        try:
            self._understand(self.file.root)
        except (KeyError, TypeError, ValueError) as error:
            raise PackError(self.path, f"its root block is not as it should be ({error!r})") from error
        # Of each package that came from here: its directories.
        self._given: dict[str, list[str]] = {}
        # By package ("": top level): the path it was last looked for along.
        self._views: dict[str, View] = {}
        # The roots that are not what they were; None: nobody has looked.
        self._changed: frozenset[int] | None = None
        self._usable = True
        # What stands on ``path_hooks``, if that is not what importal put there.
        self._hooks: list[Any] | None = None
        self.stale: list[str] = []
        self.used = 0
        self.events = host_events

    def _understand(self, root: dict[str, Any]) -> None:
        self._roots = Roots(root["roots"], anchors(self.path), root["listed"], root["stamps"])
        self._searched: int = root["searched"]
        self._buckets: tuple[Any, ...] = root["buckets"]
        self._entries: list[dict[str, Any] | None] = [None] * len(self._buckets)
        # The namespace packages whose portions are roots.
        self._indexed = frozenset(root["packages"])
        # What may be modules in the directories of each package, besides those that are here: where it lies, and that.
        self._listing = root["inside"]
        self._inside: dict[str, Any] = {}
        #: What is carried along: "sources", "resources"; and these files.
        self.carries: tuple[str, ...] = tuple(root["carries"])
        self.carried: Carried | None = None
        if root["files"] is not None:
            from .carried import Carried

            self.carried = Carried(self.file, root["files"], self._roots)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path!r}>"

    # ------------------------------------------------------------ what is known of a name

    @property
    def roots(self) -> list[str]:
        """The directories that the pack knows."""
        return self._roots.directories

    @property
    def searched(self) -> list[str]:
        """The entries of the path of which the pack knows all names."""
        return self.roots[: self._searched]

    def entry(self, name: str) -> Any:
        """Return what the pack holds of *name*: (the roots that hold such a name, the module or None), or None."""
        number = bucket_of(name, len(self._buckets)) if len(self._buckets) > 1 else 0
        entries = self._entries[number]
        if entries is None:
            entries = self._entries[number] = self.file.read(self._buckets[number])
        return entries.get(name)

    def names(self) -> list[str]:
        """Return the names of all modules in the pack, sorted."""
        found: list[str] = []
        for block in self._buckets:
            found += [name for name, (_, module) in self.file.read(block).items() if module is not None]
        return sorted(found)

    def answer(self, name: str, path: Sequence[str] | None, ask: Callable[[str, list[str]], Any]) -> Any:
        """Return a spec, None (there is no such module), path entries (it is in one of these), or UNKNOWN.

        *path* is the package's, None for a top-level name; *ask* searches a list of path entries for a name.
        """
        hooks = sys.path_hooks
        if not self._usable or hooks is None:
            return UNKNOWN
        if hooks != (PathFinder.search.usual_hooks if self._hooks is None else self._hooks):
            # Somebody has added one, or taken it away: it may claim what the pack knows.
            self._hooks = list(hooks)
            self._views = {}
        try:
            if path is None:
                return self._along("", name, sys.path, ask)
            parent = name.rpartition(".")[0]
            if parent in self._indexed:
                return self._along(parent, name, path, ask)
            given = self._given.get(parent)
            path = entries_of(path)
            if given is None or path[: len(given)] != given:
                return UNKNOWN  # what comes behind the directories that it was given does not matter
            if self._hooks is not None and any(map(is_somebody_elses, path)):
                return UNKNOWN
            entry = self.entry(name)
            if entry is not None:
                return self._found(name, entry[1])
            return self._absent(parent, name) if path == given else UNKNOWN
        except PackError as error:
            self._give_up(error)
            return UNKNOWN

    def _absent(self, package: str, name: str) -> Any:
        """Return None where no submodule of that *name* was in the *package*, or has come since; else UNKNOWN."""
        listed = self._inside_of(package)
        if not listed or ignores_case():
            return UNKNOWN
        child = name.rpartition(".")[2]
        for directory, stamp, names in listed:
            if child in names or not (self.sealed or stamp_of(directory) == stamp):
                return UNKNOWN
        return None

    def _inside_of(self, package: str) -> list[tuple[str, int | None, tuple[str, ...]]]:
        """Return of each directory of a *package* its path, its stamp, and what may be modules in it."""
        listing = self._listing
        if listing is not None:
            self._inside = self.file.read(listing)
            self._listing = None  # only now: another thread asks as well
        return [(self.roots[root] + below, stamp, names) for root, below, stamp, names in self._inside.get(package, ())]

    def held(self, name: str) -> Any:
        """Return the spec of *name* wherever the path leads, None or UNKNOWN where the pack holds no such module."""
        try:
            entry = self.entry(name) if self._usable else None
        except PackError as error:
            self._give_up(error)
            return UNKNOWN
        return UNKNOWN if entry is None or entry[1] is None else self._found(name, entry[1])

    def _along(self, package: str, name: str, path: Sequence[str], ask: Callable[[str, list[str]], Any]) -> Any:
        """Answer for a *name* of the top level, or of a namespace package whose portions were listed."""
        view = self._views.get(package)
        path = entries_of(path)
        if view is None or path != view.path:
            view = self._look_at(package, path)
        holders, module = self.entry(name) or ((), None)
        found = view.places_of(holders)
        if name in self._indexed and (module is None or module[0] == NAMESPACE):
            return self._portions(name, view, found, ask)
        if not (found or self.sealed or self._changed is not None):
            # Only what still holds what it held lets a name be nowhere.
            self._check()
            if self._changed:
                return self._along(package, name, path, ask)
        if module is not None and module[0] == NAMESPACE and view.others:
            return self._merged(name, module, view, ask)
        first = found[0] if found else len(view.path)
        for place in view.others:
            if place > first:
                break
            spec = ask(name, [view.path[place]])
            if spec is not None:
                # A directory that has changed may still hold the very file the pack was made from.
                if module is not None and self._is_of(spec, module):
                    return self._found(name, module)
                return spec if isinstance(spec, ModuleSpec) and spec.loader is not None else view.at(found)
        if not found:
            return None
        if module is None or module[1] != view.roots[first]:
            return view.at(found)
        return self._found(name, module)

    def _portions(self, name: str, view: View, found: list[int], ask: Callable[[str, list[str]], Any]) -> Any:
        """Return the spec of a namespace package with its portions in the places that were *found*, and in others."""
        below = os.sep + name.rpartition(".")[2]
        directories, listed = self._roots.directories, self._roots.numbers
        portions = [directories[view.roots[place]] + below for place in found]
        if not listed.keys() >= set(portions):
            return UNKNOWN  # something else of that name is in one of them
        if self._changed and not self._changed.isdisjoint(map(listed.__getitem__, portions)):
            return UNKNOWN  # one of them may be a regular package by now
        elsewhere = view.portions_elsewhere(name, ask)
        if elsewhere is None:
            return UNKNOWN
        if elsewhere:
            placed = [*zip(found, portions, strict=True), *elsewhere]
            portions = [portion for _, portion in sorted(placed, key=lambda one: one[0])]
        made = ModuleSpec(name, None)
        made.submodule_search_locations = portions
        return made if portions else UNKNOWN

    def _merged(self, name: str, module: Any, view: View, ask: Callable[[str, list[str]], Any]) -> Any:
        """Return the spec of a namespace package that the pack holds, with the portions that are in other entries."""
        elsewhere = view.portions_elsewhere(name, ask)
        if not elsewhere:
            return UNKNOWN if elsewhere is None else self._found(name, module)
        spec = self._found(name, module)
        if spec is UNKNOWN:
            return UNKNOWN
        mine = [(view.places_of([root]), self.roots[root] + below) for root, below in module[2]]
        if not all(places for places, _ in mine):
            return UNKNOWN
        placed = [*((places[0], portion) for places, portion in mine), *elsewhere]
        spec.submodule_search_locations = [portion for _, portion in sorted(placed, key=lambda one: one[0])]
        return spec

    def _is_of(self, spec: ModuleSpec, module: Any) -> bool:
        """Tell whether *spec* is of the file that *module* in the pack was made from, and to be loaded as usual."""
        kind, root, below = module[:3]
        usual = {SOURCE: SourceFileLoader, EXTENSION: ExtensionFileLoader}.get(kind)
        return type(spec.loader) is usual and spec.origin == f"{self.roots[root]}{below}"

    def _look_at(self, package: str, path: Sequence[str]) -> View:
        """Find the roots in *path*. One that has changed since the pack was made is asked as any other entry."""
        if not self.sealed and self._changed is None and (not self.index_only or self._roots.listed <= _FEW):
            self._check()
        known = list(path)
        number = self._roots.numbers.get
        if set(map(type, known)) <= {str}:
            roots = list(map(number, known))
        else:
            roots = [number(one) if isinstance(one, str) else None for one in known]
        if self._changed:
            roots = [None if root in self._changed else root for root in roots]
        if self._hooks is not None:
            usual = [root is not None and not is_somebody_elses(one) for root, one in zip(roots, known, strict=True)]
            roots = [root if still else None for root, still in zip(roots, usual, strict=True)]
        self._views[package] = view = View(known, roots)
        return view

    def _check(self) -> None:
        """Look which directories are not what they were."""
        roots = self._roots
        self._changed = frozenset(one for at, one in roots.numbers.items() if stamp_of(at) != roots.stamp(one))
        if self._changed:
            self._views = {}

    def folder(self, path: str) -> SourcePath | None:
        """Return the directory *path* with those of its files that the pack carries; None when it has none there."""
        return None if self.carried is None else self.carried.folder(path)

    def invalidate_caches(self) -> None:
        """Look at the directories again when that matters next."""
        self._changed = None
        self._views = {}

    # ------------------------------------------------------------ a module that the pack holds

    def _found(self, name: str, module: Any) -> Any:
        kind, root, below, size, mtime, place = module
        if kind == NAMESPACE:
            return self._namespace(name, below)
        origin = self.roots[root] + below
        if not self.sealed and kind == EXTENSION and stamp_of(origin) is None:
            return UNKNOWN
        if not self.sealed and kind == SOURCE:
            try:
                status = Machine.stat(origin)
            except OSError:
                status = None
            if status is None or status.st_size != size or status.st_mtime_ns != mtime:
                self.stale.append(name)
                if self.events.observers:
                    reason = "the source is not what it was when the pack was made"
                    self.events.announce("bytecode", "stale", name, location=self.path, reason=reason)
                return UNKNOWN
        if kind == EXTENSION:
            loader: Any = ExtensionFileLoader(name, origin)
        else:
            loader = SourceFileLoader(name, origin)
            loader._packed = self, place
            if self.carried is not None:
                loader._carried = self.carried
        spec = ModuleSpec(name, loader, origin=origin)
        spec._set_fileattr = True
        if below.endswith(_INIT):
            directory = origin[: -len(_INIT)]
            spec.submodule_search_locations = [directory]
            self._given[name] = [directory]
        return spec

    def _namespace(self, name: str, portions: Any) -> Any:
        if not self.sealed and any(stamp_of(directory) != stamp for directory, stamp, _ in self._inside_of(name)):
            return UNKNOWN  # it may be a regular package by now
        spec = ModuleSpec(name, None)
        self._given[name] = found = [self.roots[root] + below for root, below in portions]
        spec.submodule_search_locations = list(found)
        return spec

    def code(self, place: Any, name: str, path: str) -> CodeType | None:
        """Return the code of the module *name* from the source *path*, which lies at *place*; None: it is damaged."""
        try:
            code = self.streams.code(place)
        except PackError as error:
            self._give_up(error)
            return None
        if code.co_filename != path:
            rename_code(code, path)
        self.used += 1
        if self.events.observers:
            self.events.announce("bytecode", "fresh", name, location=self.path, reason="it is in the pack")
        return code

    def _give_up(self, error: PackError) -> None:
        """Know nothing any more: the file is damaged, or is another one by now, which is nothing to complain of."""
        if self._usable and error.reason != REPLACED and sys.stderr is not None:
            sys.stderr.write(f"importal: ignoring a pack from now on: {error}\n")
        self._usable = False
        self.streams.forget()


_INIT = os.sep + "__init__.py"


def stamp_of(directory: str) -> int | None:
    """Return the directory's modification time in nanoseconds, None when it is not there."""
    try:
        return Machine.stat(directory).st_mtime_ns
    except OSError:
        return None
