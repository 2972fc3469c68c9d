"""The state that drives an import system: an object with the attributes that ``sys`` has.

A system never copies its state: it reads an attribute each time it needs it, because programs rebind ``sys.path``,
``sys.meta_path`` and the rest while they run. ``sys`` itself is a state; :mod:`.private` has one of one's own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
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


__all__ = ["check_state"]

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


def check_state(state: object) -> None:
    """Raise StateError naming every attribute of ``sys`` that *state* lacks."""
    missing = tuple(name for name in ATTRIBUTES if not hasattr(state, name))
    if missing:
        from .errors import StateError

        raise StateError(state, missing)
