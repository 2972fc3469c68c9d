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
from ..finders.path import UNKNOWN
from ..interpreter import rename_code
from ..loaders.extension import ExtensionFileLoader
from ..loaders.source import SourceFileLoader
from ..machine import Machine
from ..spec import ModuleSpec
from .entries import Entries, entries_of, is_somebody_elses, stamp_of
from .format import INDEX_ONLY, REPLACED, SEALED, PackFile
from .roots import Roots
from .streams import Streams
from .table import EXTENSION, NAMESPACE, SOURCE, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType
    from typing import Any

    from ..loaders.resources import SourcePath
    from .carried import Carried

__all__ = ["Pack", "anchors"]


def anchors(pack: str) -> dict[str, str]:
    """Return what the roots of a pack, which lies at *pack*, are relative to, so that an environment can be moved."""
    return {"prefix": sys.prefix, "base": sys.base_prefix, "pack": os.path.dirname(pack), "": ""}


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
        self._usable = True
        self.stale: list[str] = []
        self.used = 0
        self.events = host_events

    def _understand(self, root: dict[str, Any]) -> None:
        self._roots = Roots(
            root["roots"],
            anchors(self.path),
            searched=root["searched"],
            listed=root["listed"],
            stamps=root["stamps"],
        )
        #: Its names.
        self.table = Table(self.file, root["names"], self._roots.listed)
        self._entries = Entries(
            self._roots, self.table, dict(root["packages"]), self._found, sealed=self.sealed, index_only=self.index_only
        )
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
        return self.roots[: self._roots.searched]

    def answer(self, name: str, path: Sequence[str] | None, ask: Callable[[str, list[str]], Any]) -> Any:
        """Return a spec, None (there is no such module), path entries (it is in one of these), or UNKNOWN.

        *path* is the package's, None for a top-level name; *ask* searches a list of path entries for a name.
        """
        if not self._usable or sys.path_hooks is None:
            return UNKNOWN
        try:
            if path is None:
                return UNKNOWN if "." in name else self._entries.answer("", name, sys.path, ask)
            parent = name.rpartition(".")[0]
            if parent in self._entries.packages:
                return self._entries.answer(parent, name, path, ask)
            given = self._given.get(parent)
            path = entries_of(path)
            if given is None or path[: len(given)] != given:
                return UNKNOWN  # what comes behind the directories that it was given does not matter
            if self._entries.looked().hooks is not None and any(map(is_somebody_elses, path)):
                return UNKNOWN
            module = self.table.module(name)
            if module is not None:
                return self._found(name, module)
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

    def read_listing(self) -> None:
        """Read what may be modules in the packages' directories, if nobody has yet. Raises PackError."""
        listing = self._listing
        if listing is not None:
            self._inside = self.file.read(listing)
            self._listing = None  # only now: another thread asks as well

    def _inside_of(self, package: str) -> list[tuple[str, int | None, tuple[str, ...]]]:
        """Return of each directory of a *package* its path, its stamp, and what may be modules in it."""
        self.read_listing()
        return [(self.roots[root] + below, stamp, names) for root, below, stamp, names in self._inside.get(package, ())]

    def held(self, name: str) -> Any:
        """Return the spec of *name* wherever the path leads, None or UNKNOWN where the pack holds no such module."""
        try:
            module = self.table.module(name) if self._usable else None
        except PackError as error:
            self._give_up(error)
            return UNKNOWN
        return UNKNOWN if module is None else self._found(name, module)

    def folder(self, path: str) -> SourcePath | None:
        """Return the directory *path* with those of its files that the pack carries; None when it has none there."""
        return None if self.carried is None else self.carried.folder(path)

    def invalidate_caches(self) -> None:
        """Look at the directories again when that matters next."""
        self._entries.invalidate()

    # ------------------------------------------------------------ a module that the pack holds

    def _found(self, name: str, module: Any) -> Any:
        kind, root, below, size, mtime, place = module
        if kind == NAMESPACE:
            return self._namespace(name, below)
        origin = self._roots.directories[root] + below
        if not self.sealed and kind == EXTENSION and stamp_of(origin) is None:
            return UNKNOWN
        if not self.sealed and kind == SOURCE:
            try:
                status = Machine.stat(origin)
            except OSError:
                status = None
            if status is None or status.st_size != size or status.st_mtime_ns != mtime:
                self.stale.append(name)
                if tell := self.events.hearers.bytecode:
                    reason = "the source is not what it was when the pack was made"
                    tell("stale", name, location=self.path, reason=reason)
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
        if tell := self.events.hearers.bytecode:
            tell("fresh", name, location=self.path, reason="it is in the pack")
        return code

    def _give_up(self, error: PackError) -> None:
        """Know nothing any more: the file is damaged, or is another one by now, which is nothing to complain of."""
        if self._usable and error.reason != REPLACED and sys.stderr is not None:
            sys.stderr.write(f"importal: ignoring a pack from now on: {error}\n")
        self._usable = False
        self.streams.forget()


_INIT = os.sep + "__init__.py"
