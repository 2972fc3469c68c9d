"""The ``__import__`` that a realm's code has: names are the realm's, and a module that is there costs little."""

from __future__ import annotations

import sys

from ..interpreter import import_frame, without_import_frames
from ..statement import handle_fromlist, package_of
from .extensions import PutBack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any

    from ..system import ImportSystem
    from .names import Names

__all__ = ["import_function", "import_own", "in_the_realms_words"]


def import_function(system: ImportSystem, names: Names) -> Callable[..., ModuleType]:
    """Return the ``__import__`` of the realm that *names* belongs to."""
    table = sys.modules

    @import_frame
    def __import__(  # noqa: A001, N807, it is what has this name
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002, the built-in function's own names
        locals: object = None,  # noqa: A002, ARG001
        fromlist: Iterable[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import *name* as code of this realm means it."""
        if level == 0:
            try:
                full, top = names[name]
                module = table[full]
                if not module.__spec__._initializing:  # type: ignore[union-attr]
                    if not fromlist:
                        # C code, which imports by PyImport_Import, is told by its empty list.
                        if type(fromlist) is not list:
                            return module if top is full else table[top]
                    else:
                        for wanted in fromlist:
                            if not hasattr(module, wanted):
                                break
                        else:
                            return module
            except (KeyError, AttributeError, TypeError):
                pass  # it is not there, or is something unusual: the long way knows what to say
        try:
            module = _import(system, names, name, globals, fromlist, level)
            if fromlist == [] and not level and names.is_own(name):
                shown = import_own(system, names, name)
                fromlist.append(PutBack(name, shown))
                # No call comes after this: until C code has looked, no other thread runs that could see it.
                table[name] = shown
            return module
        except ImportError as error:
            in_the_realms_words(error, names)
            raise

    return __import__


@import_frame
def _import(
    system: ImportSystem,
    names: Names,
    name: str,
    globals: Mapping[str, Any] | None,  # noqa: A002
    fromlist: Iterable[str] | None,
    level: int,
) -> ModuleType:
    if level:
        package = package_of(globals or {})
        if package.count(".") < level:
            raise ImportError("attempted relative import beyond top-level package")
        module = system.import_name(name, package, level)
    else:
        module = import_own(system, names, name)
    if fromlist:
        if not hasattr(module, "__path__"):
            return module
        return handle_fromlist(module, fromlist, lambda full: import_own(system, names, full))
    if level:
        below = len(name) - len(name.partition(".")[0])
        return sys.modules[module.__name__[: len(module.__name__) - below]]
    return sys.modules[names[name.partition(".")[0]][0]] if "." in name else module


@import_frame
def import_own(system: ImportSystem, names: Names, name: str) -> ModuleType:
    """Import and return the module that *name* means in the realm."""
    full, top = names[name]
    module = system.import_name(full)
    if not top:
        parent, _, child = name.rpartition(".")
        setattr(system.import_name(names[parent][0]), child, module)
    return module


def in_the_realms_words(error: ImportError, names: Names) -> None:
    """Let *error* name the realm's module as the realm's code does."""
    without_import_frames(error)
    if error.name is not None and error.name.startswith(names.prefix):
        short = names.short(error.name)
        error.msg = error.msg.replace(error.name, short) if isinstance(error.msg, str) else error.msg
        error.args = tuple(one.replace(error.name, short) if isinstance(one, str) else one for one in error.args)
        error.name = short
