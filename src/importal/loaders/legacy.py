"""Asking finders of before PEP 451, which CPython 3.11 still does and 3.12 no longer."""

from __future__ import annotations

from ..interpreter import warn
from ..spec import ModuleSpec
from .module import spec_from_loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["ask_entry_finder", "ask_finder"]


def ask_finder(finder: Any, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Ask a meta path finder that has no ``find_spec``. Raises AttributeError when it has no ``find_module`` either."""
    _warn(f"{_describe(finder)}.find_spec() not found; falling back to find_module()", ImportWarning)
    loader = finder.find_module(name, path)
    return None if loader is None else spec_from_loader(name, loader)


def ask_entry_finder(finder: Any, name: str) -> ModuleSpec | None:
    """Ask a path entry finder that has no ``find_spec``."""
    portions: Sequence[str]
    if hasattr(finder, "find_loader"):
        _warn(f"{_describe(finder)}.find_spec() not found; falling back to find_loader()", ImportWarning)
        loader, portions = finder.find_loader(name)
    else:
        _warn(f"{_describe(finder)}.find_spec() not found; falling back to find_module()", ImportWarning)
        loader, portions = finder.find_module(name), []
    if loader is not None:
        return spec_from_loader(name, loader)
    if not portions:
        return None
    spec = ModuleSpec(name, None)
    spec.submodule_search_locations = list(portions)
    return spec


def _describe(finder: object) -> str:
    return str(getattr(finder, "__qualname__", type(finder).__qualname__))


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 3)
