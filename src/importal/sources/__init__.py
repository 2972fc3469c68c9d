"""Places that hold modules. A source lists, stats and reads; it knows nothing of imports.

What programs use of it is offered here: :class:`Memory`, modules in memory; :class:`Tree` and :class:`File`, for
sources of one's own whose files are known beforehand; :func:`register`, which gives a scheme of path entries to a
source; and :class:`Place`, what such an entry names.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .memory import Memory
    from .opening import register
    from .places import Place
    from .tree import File, Tree

__all__ = ["File", "Memory", "Place", "Tree", "register"]

_PLACES = {"File": "tree", "Memory": "memory", "Place": "places", "Tree": "tree", "register": "opening"}


def __getattr__(name: str) -> Any:
    # Loaded when they are used: the engine needs but the directories, at each start (PEP 562).
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{_PLACES[name]}", fromlist=[name])
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
