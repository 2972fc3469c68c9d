"""ModuleSpec (PEP 451) and the representation of a module that follows from it.

A spec says everything about a module before the module exists: its name, who loads it, where it comes from, and
whether it is a package. The import system fills a module's attributes from it (:mod:`importal.loaders.module`).
"""

from __future__ import annotations

import sys

from .locations import bytecode_location
from .machine import VERSION
from .names import parent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableSequence
    from types import ModuleType

__all__ = ["ModuleSpec", "cached_location", "module_repr"]


class ModuleSpec:
    """The import-related facts about one module (PEP 451; reference, 5.4.3).

    ``name`` is the absolute dotted name; ``loader`` executes the module, or is None for a namespace package;
    ``origin`` is where the module comes from (a path, ``"built-in"``, ...); ``submodule_search_locations`` is the
    list of path entries below a package and None for anything else; ``loader_state`` is the loader's own;
    ``has_location`` says that ``origin`` is a place that can be loaded from; ``cached`` is where its bytecode is kept.
    """

    def __init__(
        self,
        name: str,
        loader: object | None,
        *,
        origin: str | None = None,
        loader_state: object = None,
        is_package: bool | None = None,
    ) -> None:
        # Read by C code at each import statement, to wait for a module that another thread executes; what comes first
        # is found first.
        self._initializing = False
        self.submodule_search_locations: MutableSequence[str] | None = [] if is_package else None
        self.name, self.loader, self.origin = name, loader, origin
        self.loader_state = loader_state
        # Read by C code to word the error for a submodule that is being imported.
        self._uninitialized_submodules: list[str] = []
        self._set_fileattr = False
        self._cached: str | None = None

    def __repr__(self) -> str:
        shown = [f"name={self.name!r}", f"loader={self.loader!r}"]
        if self.origin is not None:
            shown.append(f"origin={self.origin!r}")
        if self.submodule_search_locations is not None:
            shown.append(f"submodule_search_locations={self.submodule_search_locations}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        facts = ("name", "loader", "origin", "submodule_search_locations", "cached", "has_location")
        try:
            return all(getattr(self, fact) == getattr(other, fact) for fact in facts)
        except AttributeError:
            return NotImplemented

    # Mutable and compared by value: as with the interpreter's own spec, there is no hash.
    __hash__ = None  # type: ignore[assignment]

    @property
    def cached(self) -> str | None:
        """Where the module's bytecode is kept (it need not exist), or None when it has no such place."""
        if self._cached is None and self._set_fileattr and self.origin is not None:
            self._cached = cached_location(self.origin)
        return self._cached

    @cached.setter
    def cached(self, location: str | None) -> None:
        self._cached = location

    @property
    def parent(self) -> str:
        """The package the module belongs to: itself for a package, ``""`` for a top-level module."""
        if self.submodule_search_locations is None:
            return parent(self.name)
        return self.name

    @property
    def has_location(self) -> bool:
        """Whether ``origin`` is a place to load from, and becomes the module's ``__file__``."""
        return self._set_fileattr

    @has_location.setter
    def has_location(self, value: object) -> None:
        self._set_fileattr = bool(value)


def cached_location(origin: str, state: object = sys) -> str | None:
    """Return where the bytecode of the file *origin* is kept: beside a source file, itself for a bytecode file.

    None for anything else, and where *state* has no cache tag.
    """
    if origin.endswith(".py"):
        tag = sys.implementation.cache_tag if state is sys else state.implementation.cache_tag  # type: ignore[attr-defined]
        if tag is None:
            return None
        return bytecode_location(origin, tag, state.flags.optimize or "", state.pycache_prefix)  # type: ignore[attr-defined]
    if origin.endswith(".pyc"):
        return origin
    return None


def module_repr(module: ModuleType) -> str:
    """Return the representation of *module* from its spec, or from its attributes (reference, 5.4.6)."""
    spec = getattr(module, "__spec__", None)
    if spec:
        return _repr_from_spec(spec)
    loader = getattr(module, "__loader__", None)
    if VERSION < (3, 12) and loader is not None and hasattr(loader, "module_repr"):
        try:
            return str(loader.module_repr(module))
        except Exception:  # noqa: BLE001
            pass  # whatever a loader's own representation raises, the module is still shown
    name = getattr(module, "__name__", "?")
    file = getattr(module, "__file__", None)
    if hasattr(module, "__file__"):
        return f"<module {name!r} from {file!r}>"
    return f"<module {name!r}>" if loader is None else f"<module {name!r} ({loader!r})>"


def _repr_from_spec(spec: ModuleSpec) -> str:
    name = "?" if spec.name is None else spec.name
    if spec.origin is not None:
        return (
            f"<module {name!r} from {spec.origin!r}>"
            if spec.has_location
            else f"<module {spec.name!r} ({spec.origin})>"
        )
    if spec.loader is None:
        return f"<module {name!r}>"
    portions = getattr(spec.loader, "portions", None)
    if portions is not None and VERSION >= (3, 12):
        return f"<module {name!r} (namespace) from {list(portions)}>"
    return f"<module {name!r} ({spec.loader!r})>"
