"""Finding modules below one path entry: a directory, or a folder in any other source.

A folder is listed once and the listing kept until the folder says that it changed (for a directory, by its
modification time). A name that is not in the listing costs one question to the source and a few looks into a set.
"""

from __future__ import annotations

import os
import sys

from ..events import host_events
from ..loaders.source import SourceFileLoader, SourceLoader
from ..locations import PYCACHE, SEPARATOR, SEPARATORS, absolute
from ..machine import Machine
from ..sources.directory import FileSystem
from ..spec import ModuleSpec, cached_location
from .legacy import LegacyEntryFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import Any

    from ..events import Events
    from ..protocols import Source
    from ..state import StateLike

__all__ = ["EntryFinder", "FileFinder"]

_NO_STAMP = -1


class EntryFinder(LegacyEntryFinder):
    """A path entry finder over one folder of a source.

    *details* are pairs of (loader factory, suffixes), tried in order; a factory is called with the module's name and
    the location of its file.
    """

    def __init__(
        self,
        path: str,
        source: Source,
        details: Iterable[tuple[Callable[[str, str], Any], Iterable[str]]],
    ) -> None:
        self.path = path
        self.source = source
        separator = source.separator
        self._prefix = path if path.endswith(separator) else path + separator
        self._loaders = [(suffix, loader) for loader, suffixes in details for suffix in suffixes]
        self._inits = [(f"{separator}__init__{suffix}", loader) for suffix, loader in self._loaders]
        # What the folder said of itself when it was listed, and the names it then held.
        self._path_mtime: Any = _NO_STAMP
        self._names: Collection[str] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"

    def invalidate_caches(self) -> None:
        """Forget the listing."""
        self._path_mtime = _NO_STAMP

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """Return the spec of the module *fullname* if this folder holds it, else None.

        A directory that is no regular package is a portion of a namespace package: a spec without a loader whose
        ``submodule_search_locations`` names it (PEP 420).
        """
        tail = fullname.rpartition(".")[2]
        stamp = self.source.stamp(self.path)
        if stamp is None or stamp != self._path_mtime:
            self._list(stamp)
        names = self._names
        folded = tail
        if ignores_case():
            names = {name.lower() for name in names}
            folded = tail.lower()
        location = self._prefix + tail
        is_folder = folded in names
        if is_folder:
            for init, loader in self._inits:
                status = self.source.stat(location + init)
                if status is not None:
                    return self._spec(fullname, location + init, loader, [location], status)
        for suffix, loader in self._loaders:
            if folded + suffix in names:
                status = self.source.stat(location + suffix)
                if status is not None:
                    return self._spec(fullname, location + suffix, loader, None, status)
        if is_folder and self.source.is_directory(location):
            spec = ModuleSpec(fullname, None)
            spec.submodule_search_locations = [location]
            return spec
        return None

    def _list(self, stamp: Any) -> None:
        """Take the listing anew; *stamp* is what the folder said of itself before, None when it is not there."""
        try:
            self._names = frozenset(self.source.list(self.path))
        except OSError:
            # Gone, unreadable or not a directory: there is nothing to find here now.
            self._names, stamp = (), None
        self._path_mtime = stamp if stamp is not None and self.source.settled(stamp) else _NO_STAMP

    def _spec(
        self,
        fullname: str,
        location: str,
        factory: Callable[[str, str], Any],
        locations: list[str] | None,
        status: Any,
    ) -> ModuleSpec:
        spec = ModuleSpec(fullname, factory(fullname, location), origin=location)
        spec.submodule_search_locations = locations
        spec._set_fileattr = True
        self._complete(spec, location, status)
        return spec

    def _complete(self, spec: ModuleSpec, location: str, status: Any) -> None:
        """Add to *spec* what this kind of finder knows besides; *status* is the file's, as the source gave it."""

    def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """Yield the specs of all modules in this folder; *parent* is the spec of the package it belongs to."""
        prefix = _child_prefix(parent)
        for name in sorted(self._child_names()):
            spec = self.find_spec(prefix + name)
            if spec is not None:
                yield spec

    def _child_names(self) -> set[str]:
        found: set[str] = set()
        try:
            names = self.source.list(self.path)
        except OSError:
            return found
        for name in names:
            if name != PYCACHE and "." not in name:
                found.add(name)
            found.update(name.removesuffix(suffix) for suffix, _ in self._loaders if name.endswith(suffix))
        return found


def _child_prefix(parent: ModuleSpec | None) -> str:
    if parent is None:
        return ""
    if parent.submodule_search_locations is None:
        raise ValueError(f"{parent} is not a package module")
    return f"{parent.name}."


_FILES = FileSystem()


class FileFinder(EntryFinder):
    """The path entry finder of a directory (``importlib.machinery.FileFinder``)."""

    # A private system's own; it is handed on to the loaders.
    state: StateLike = sys
    events: Events = host_events
    # Hooks for what is no directory: URLs and packs, while importal is installed.
    elsewhere: tuple[Callable[[str], Any], ...] = ()

    def __init__(self, path: str, *loader_details: tuple[Callable[[str, str], Any], Iterable[str]]) -> None:
        super().__init__(_absolute(path), _FILES, loader_details)
        self._prefix = self.path.rstrip(SEPARATORS) + SEPARATOR

    @classmethod
    def path_hook(cls, *loader_details: tuple[Callable[[str, str], Any], Iterable[str]]) -> Callable[[str], FileFinder]:
        """Return a path hook that makes finders for directories, and raises ImportError for anything else."""

        def path_hook_for_FileFinder(path: str) -> Any:  # noqa: N802, the name that CPython's has
            if _FILES.is_directory(path or Machine.current_directory()):
                return cls(path, *loader_details)
            for hook in cls.elsewhere if isinstance(path, str) else ():
                try:
                    return hook(path)
                except ImportError:
                    continue
            raise ImportError("only directories are supported", path=path)

        return path_hook_for_FileFinder

    def _complete(self, spec: ModuleSpec, location: str, status: Any) -> None:
        loader: Any = spec.loader
        if type(loader) is SourceFileLoader:
            loader._found = status
        if self.state is not sys:
            spec.cached = cached_location(location, self.state)
            if isinstance(loader, SourceLoader):
                loader.state = self.state
                loader.events = self.events
            elif hasattr(type(loader), "private_table"):
                loader.private_table = self.state.modules


def _absolute(path: str) -> str:
    return Machine.current_directory() if not path or path == "." else absolute(path)


_CASE_FOLDS = sys.platform.startswith(("win", "cygwin", "darwin", "ios", "tvos", "watchos"))


def ignores_case() -> bool:
    """Tell whether PYTHONCASEOK asks that a module's file be found in whatever case its name is written (PEP 235)."""
    return _CASE_FOLDS and not sys.flags.ignore_environment and "PYTHONCASEOK" in os.environ
