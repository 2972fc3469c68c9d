"""The path finder: modules found along ``path`` and packages' ``__path__`` (reference, 5.5).

For each path entry the path hooks are asked once which finder is responsible; the answer is kept in
``path_importer_cache``. The first finder with a loader wins; entries that hold only portions of a namespace package
are gathered on the way (PEP 420).
"""

from __future__ import annotations

import sys

from ..events import host_events
from ..interpreter import warn
from ..loaders.namespace import NamespacePath
from ..machine import VERSION, Machine
from ..spec import ModuleSpec
from .legacy import LegacyFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType
    from typing import Any

    from ..events import Events
    from ..protocols import Known
    from ..state import StateLike

if sys.version_info < (3, 12):
    from ..loaders.legacy import ask_entry_finder

__all__ = ["UNKNOWN", "PathFinder", "PathSearch", "url_hook"]

#: The answer of what knows nothing of a module: look for it.
UNKNOWN: Any = object()


class PathSearch:
    """The path finder of one state."""

    def __init__(self, state: StateLike = sys, events: Events = host_events) -> None:
        self.state = state
        self.events = events
        # What is asked before any path entry is looked at.
        self.known: tuple[Known, ...] = ()
        # What stands on ``path_hooks`` where nobody has added a hook.
        self.usual_hooks: list[Any] = []
        # Counted up whenever the finders forget what they know: live namespace paths then search again.
        self.epoch = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} over {self.state!r}>"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of *fullname* found along *path* (None: the state's ``path``), or None."""
        searched: Any = self.state.path if path is None else path
        # A module that is there is loaded anew from where it is now, be that what a pack knows or not.
        spec = None if target is None else self._search(fullname, searched, target)
        if spec is None and self.known:
            spec, searched = self._known(fullname, path, searched)
        if spec is None and target is None:
            spec = self._search(fullname, searched)
        if spec is None or spec.loader is not None:
            return spec
        portions = spec.submodule_search_locations
        if not portions:
            return None
        spec.origin = None
        spec.submodule_search_locations = NamespacePath(fullname, portions, self._search, self.state)  # type: ignore[assignment]
        return spec

    def _known(self, fullname: str, path: Sequence[str] | None, searched: Any) -> tuple[ModuleSpec | None, Any]:
        """Ask what knows modules without looking; return (spec, the entries that are left to search if it is None)."""
        nowhere = False
        for known in self.known:
            answer = known.answer(fullname, path, self._search)
            if answer is None or isinstance(answer, ModuleSpec):
                if tell := self.events.hearers.entry:
                    tell("searched", fullname, entry=known, finder=known, spec=answer)
                if answer is not None:
                    return answer, ()
                nowhere = True  # as far as this one knows: another may have it from a place that is not there
            elif answer is not UNKNOWN:
                searched, nowhere = answer, False
        return None, () if nowhere else searched

    def _search(self, fullname: str, path: Iterable[str], target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the first spec with a loader, else one without that holds all portions found (none: None)."""
        cache = self.state.path_importer_cache
        portions: list[str] = []
        for entry in path:
            if not isinstance(entry, str):
                continue
            finder = cache.get(entry, UNKNOWN) if entry else UNKNOWN
            if finder is UNKNOWN:
                finder = self.entry_finder(entry)
            spec = None if finder is None else _ask(finder, fullname, target)
            if tell := self.events.hearers.entry:
                tell("searched", fullname, entry=entry, finder=finder, spec=spec)
            if spec is None:
                continue
            if spec.loader is not None:
                return spec
            if spec.submodule_search_locations is None:
                raise ImportError("spec missing loader")
            portions.extend(spec.submodule_search_locations)
        if not portions:
            return None
        spec = ModuleSpec(fullname, None)
        spec.submodule_search_locations = portions
        return spec

    def entry_finder(self, entry: str) -> Any:
        """Return the path entry finder of *entry*, from the cache or the hooks; None when no hook claims it.

        The empty entry stands for the current directory, whichever that is at each search.
        """
        if not entry:
            try:
                entry = Machine.current_directory()
            except (FileNotFoundError, PermissionError):
                return None  # the current directory is gone; nothing is remembered, it may come back
        cache = self.state.path_importer_cache
        finder = cache.get(entry, UNKNOWN)
        if finder is UNKNOWN:
            finder = self.ask_hooks(entry)
            # That nobody claims a URL is not remembered: who does may be in the middle of being imported.
            if finder is not None or "://" not in entry:
                cache[entry] = finder
        return finder

    def ask_hooks(self, entry: str) -> Any:
        """Return what the first path hook that claims *entry* makes of it, None when none does."""
        hooks = self.state.path_hooks
        if hooks is not None and not hooks:
            warn("sys.path_hooks is empty", ImportWarning, 2)
        for hook in hooks or ():
            try:
                return hook(entry)
            except ImportError:
                continue  # a hook's way to say that the entry is not its own (PEP 302)
        return None

    def invalidate_caches(self) -> None:
        """Have every cached finder forget what it knows, and forget entries that have no finder or are relative."""
        cache = self.state.path_importer_cache
        for entry, finder in list(cache.items()):
            if finder is None or not Machine.is_absolute(entry):
                # Whether a hook claims it may have changed, and with it what a relative entry stands for.
                cache.pop(entry, None)
            elif hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()
        for known in self.known:
            known.invalidate_caches()
        self.epoch += 1
        metadata = sys.modules.get("importlib.metadata")
        if metadata is not None:
            metadata.MetadataPathFinder().invalidate_caches()

    def find_distributions(self, *args: Any, **kwargs: Any) -> Iterable[Any]:
        """Return the distributions along a path, as ``importlib.metadata`` asks for them."""
        from importlib.metadata import MetadataPathFinder
        from itertools import chain

        found = MetadataPathFinder.find_distributions(*args, **kwargs)
        # Of directories and archives as a whole the standard library knows by itself.
        placed = [entry for entry in self._metadata_path(*args, **kwargs) if _is_in_a_source(entry)]
        if placed:
            from .distributions import placed_distributions

            context = args[0] if args else kwargs.get("context")
            return chain(found, placed_distributions(map(self.entry_finder, placed), getattr(context, "name", None)))
        return found

    def _metadata_path(self, context: Any = None) -> Iterable[str]:
        """Return the entries in which distributions are looked for: the context's own path, or the state's."""
        return self.state.path if context is None or "path" not in vars(context) else context.path

    def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """Yield the specs of the modules along the path, or of *parent*'s submodules. Raises ValueError: no package."""
        path: Iterable[str]
        if parent is None:
            path = self.state.path
        elif parent.submodule_search_locations is None:
            raise ValueError(f"{parent} is not a package module")
        else:
            path = parent.submodule_search_locations
        for entry in dict.fromkeys(path):
            finder = self.entry_finder(entry) if isinstance(entry, str) else None
            if hasattr(finder, "discover"):
                yield from finder.discover(parent)


def _is_in_a_source(entry: str) -> bool:
    """Tell whether *entry* is a URL, or a folder of an archive; many a path has entries that are nowhere."""
    from ..sources.archive import lies_in_an_archive
    from ..sources.places import is_url

    return is_url(entry) or (not Machine.exists(entry) and lies_in_an_archive(entry))


def _ask(finder: Any, fullname: str, target: ModuleType | None) -> ModuleSpec | None:
    if VERSION < (3, 12) and not hasattr(finder, "find_spec"):
        return ask_entry_finder(finder, fullname)
    return finder.find_spec(fullname, target)  # type: ignore[no-any-return]


class PathFinder(LegacyFinder):
    """The interpreter's own path finder, over ``sys``. Used as a class on ``sys.meta_path``."""

    search = PathSearch()

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of *fullname* found along *path* (None: ``sys.path``), or None."""
        return cls.search.find_spec(fullname, path, target)

    @classmethod
    def invalidate_caches(cls) -> None:
        """Have every finder in ``sys.path_importer_cache`` forget what it knows."""
        cls.search.invalidate_caches()

    @classmethod
    def find_distributions(cls, *args: Any, **kwargs: Any) -> Iterable[Any]:
        """Return the distributions along a path, as ``importlib.metadata`` asks for them."""
        return cls.search.find_distributions(*args, **kwargs)

    @classmethod
    def discover(cls, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """Yield the specs of the modules along ``sys.path``, or of *parent*'s submodules."""
        return cls.search.discover(parent)

    # Names by which tests and editable-install hooks reach the two steps of a path entry.
    @classmethod
    def _path_hooks(cls, path: str) -> Any:
        return cls.search.ask_hooks(path)

    @classmethod
    def _path_importer_cache(cls, path: str) -> Any:
        return cls.search.entry_finder(path)


def url_hook(path: str) -> Any:
    """Return a finder for what the URL *path* names (a path hook). Raises ImportError for anything else."""
    if "://" not in path:
        raise ImportError("only URLs are supported", path=path)
    from .placed import placed_hook

    return placed_hook(path)
