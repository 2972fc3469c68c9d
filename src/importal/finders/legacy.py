"""Finder methods of before PEP 451, which CPython 3.11 still has and 3.12 no longer: find_module and find_loader."""

from __future__ import annotations

import sys

from ..interpreter import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["LegacyEntryFinder", "LegacyFinder", "loader_by_find_loader"]


class LegacyFinder:
    """``find_module`` for a meta path finder that has ``find_spec``."""

    if sys.version_info < (3, 12):

        @classmethod
        def find_module(cls, fullname: str, path: Sequence[str] | None = None) -> Any:
            """Return the loader of *fullname*, or None. Deprecated: use ``find_spec``."""
            _warn_of_find_module(f"{cls.__name__}.find_module()")
            spec = cls.find_spec(fullname, path)  # type: ignore[attr-defined]
            return None if spec is None else spec.loader


class LegacyEntryFinder:
    """``find_loader`` and ``find_module`` for a path entry finder that has ``find_spec``."""

    if sys.version_info < (3, 12):

        def find_loader(self, fullname: str, path: object = None) -> tuple[Any, Sequence[str]]:
            """Return (loader or None, portions of a namespace package). Deprecated: use ``find_spec``."""
            _warn_of_find_module(f"{type(self).__name__}.find_loader()")
            spec = self.find_spec(fullname)  # type: ignore[attr-defined]
            return (None, []) if spec is None else (spec.loader, spec.submodule_search_locations or [])

        def find_module(self, fullname: str, path: object = None) -> Any:
            """Return the loader of *fullname*, or None. Deprecated: use ``find_spec``."""
            return loader_by_find_loader(self, fullname)


def loader_by_find_loader(finder: Any, fullname: str) -> Any:
    """Return what *finder*'s ``find_loader`` loads *fullname* with; a mere portion is warned of and is None."""
    _warn_of_find_module("find_module()")
    loader, portions = finder.find_loader(fullname)
    if loader is None and portions:
        _warn(f"Not importing directory {portions[0]}: missing __init__", ImportWarning)
    return loader


def _warn_of_find_module(method: str) -> None:
    _warn(f"{method} is deprecated and slated for removal in Python 3.12; use find_spec() instead", DeprecationWarning)


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 3)
