"""The state that drives an import system: an object with the attributes that ``sys`` has.

A system never copies its state: it reads an attribute each time it needs it, because programs rebind ``sys.path``,
``sys.meta_path`` and the rest while they run. ``sys`` itself is a state; :class:`State` is a private one.
"""

from __future__ import annotations

import sys

from .errors import StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType, SimpleNamespace
    from typing import Any, Protocol

    class StateLike(Protocol):
        """What an import system asks of its state (reference, 5.3; the ``sys`` module)."""

        modules: dict[str, ModuleType]
        path: list[str]
        meta_path: list[Any]
        path_hooks: list[Callable[[str], Any]]
        path_importer_cache: dict[str, Any]
        dont_write_bytecode: bool
        pycache_prefix: str | None
        flags: Any
        implementation: Any


__all__ = ["State", "check_state"]

ATTRIBUTES = (
    "modules",
    "path",
    "meta_path",
    "path_hooks",
    "path_importer_cache",
    "dont_write_bytecode",
    "pycache_prefix",
    "flags",
    "implementation",
)


class State:
    """A private state: its own module table, path, finders and hooks; flags and implementation as the host has them."""

    def __init__(
        self,
        path: Iterable[str] = (),
        *,
        modules: dict[str, ModuleType] | None = None,
        meta_path: Iterable[Any] = (),
        path_hooks: Iterable[Callable[[str], Any]] = (),
        dont_write_bytecode: bool | None = None,
        pycache_prefix: str | None = None,
        flags: Any = None,
        implementation: SimpleNamespace | None = None,
    ) -> None:
        self.modules = {} if modules is None else modules
        self.path = list(path)
        self.meta_path = list(meta_path)
        self.path_hooks = list(path_hooks)
        self.path_importer_cache: dict[str, Any] = {}
        self.dont_write_bytecode = sys.dont_write_bytecode if dont_write_bytecode is None else dont_write_bytecode
        self.pycache_prefix = sys.pycache_prefix if pycache_prefix is None else pycache_prefix
        self.flags = sys.flags if flags is None else flags
        self.implementation = sys.implementation if implementation is None else implementation

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {len(self.modules)} modules, path={self.path!r}>"


def check_state(state: object) -> None:
    """Raise StateError naming every attribute of ``sys`` that *state* lacks."""
    missing = tuple(name for name in ATTRIBUTES if not hasattr(state, name))
    if missing:
        raise StateError(state, missing)
