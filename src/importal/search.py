"""Asking the finders: from a name to the spec of its module (reference, 5.3).

No lock is held meanwhile: a finder may import what it needs.
"""

from __future__ import annotations

import sys

from .interpreter import warn
from .machine import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from .events import Events
    from .spec import ModuleSpec
    from .state import StateLike

if sys.version_info < (3, 12):
    from .loaders.legacy import ask_finder

__all__ = ["find"]


def find(
    state: StateLike, events: Events, name: str, path: Sequence[str] | None, target: ModuleType | None = None
) -> ModuleSpec | None:
    """Return the spec of the first finder on ``meta_path`` that has one, or None.

    *path* is that of the package above, *target* the module that is going to be reloaded. Raises ImportError when there
    are no finders any more, and whatever a finder raises.
    """
    meta_path = state.meta_path
    if meta_path is None:
        raise ImportError("sys.meta_path is None, Python is likely shutting down")
    if not meta_path:
        _warn("sys.meta_path is empty", ImportWarning)
    observed = False
    if tell := events.hearers.find:
        observed = True
        tell("started", name, path=path)
    spec = finder = None
    for finder in tuple(meta_path):
        if tell := events.hearers.finder:
            tell("asked", name, finder=finder)
        try:
            spec = _ask(finder, name, path, target)
        except BaseException as error:
            if observed and (tell := events.hearers.find):
                tell("failed", name, path=path, error=error)
            raise
        if tell := events.hearers.finder:
            tell("answered", name, finder=finder, spec=spec)
        if spec is not None:
            break
    if observed and (tell := events.hearers.find):
        tell("finished", name, path=path, spec=spec, finder=None if spec is None else finder)
    return spec


def _ask(finder: Any, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    try:
        find_spec = finder.find_spec
    except AttributeError:
        if VERSION < (3, 12):
            return ask_finder(finder, name, path)
        return None
    return find_spec(name, path, target)  # type: ignore[no-any-return]


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 3)
