"""What the import statement does around the import of a name: relative levels, from-lists, which module it yields.

(reference, 7.11 and 5.7; PEP 328, PEP 366)
"""

from __future__ import annotations

import sys

from .interpreter import import_frame, warn, without_import_frames
from .machine import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any

    from .system import ImportSystem

__all__ = ["handle_fromlist", "import_statement", "package_of", "warn_of_fallback"]


@import_frame
def import_statement(
    system: ImportSystem,
    name: str,
    globals: Mapping[str, Any] | None = None,  # noqa: A002, the built-in function's own names
    locals: object = None,  # noqa: A002, ARG001
    fromlist: Iterable[str] | None = (),
    level: int = 0,
    import_name: Callable[..., ModuleType] | None = None,
) -> ModuleType:
    """Import *name* as ``__import__`` does and return the module that the statement binds or takes names from.

    *level* counts the leading dots, *globals* is the namespace the statement stands in. Without *fromlist* the first
    package of the dotted name is returned, with it the last module. *import_name* replaces the system's own.
    """
    import_name = import_name or system.import_name
    if level == 0:
        module = import_name(name)
    else:
        module = import_name(name, package_of({} if globals is None else globals), level)
    if fromlist:
        if hasattr(module, "__path__"):
            return handle_fromlist(module, fromlist, import_name, system.state.modules)
        return module
    if level == 0:
        return import_name(name.partition(".")[0]) if "." in name else module
    if not name:
        return module
    below = len(name) - len(name.partition(".")[0])
    return system.state.modules[module.__name__[: len(module.__name__) - below]]


def package_of(globals: Mapping[str, Any]) -> str:  # noqa: A002
    """Return the package that relative imports in the namespace *globals* count from (PEP 366)."""
    package = globals.get("__package__")
    spec = globals.get("__spec__")
    if package is not None:
        if spec is not None and package != spec.parent:
            category = ImportWarning if VERSION < (3, 12) else DeprecationWarning
            _warn(f"__package__ != __spec__.parent ({package!r} != {spec.parent!r})", category)
        return package  # type: ignore[no-any-return]
    if spec is not None:
        return spec.parent  # type: ignore[no-any-return]
    warn_of_fallback()
    name: str = globals["__name__"]
    return name if "__path__" in globals else name.rpartition(".")[0]


@import_frame
def handle_fromlist(
    module: ModuleType,
    fromlist: Iterable[str],
    import_name: Callable[[str], object],
    table: Mapping[str, ModuleType] | None = None,
    *,
    listed_in_all: bool = False,
) -> ModuleType:
    """Import the submodules of the package *module* that *fromlist* names and that are no attributes yet.

    ``*`` stands for what ``__all__`` lists. A name that is neither attribute nor submodule is left to the statement,
    which raises the ImportError. Returns *module*. *table* is ``sys.modules`` unless given. Raises TypeError for a
    name that is no string.
    """
    for name in fromlist:
        if not isinstance(name, str):
            where = f"{module.__name__}.__all__" if listed_in_all else "``from list''"
            raise TypeError(f"Item in {where} must be str, not {type(name).__name__}")
        if name == "*":
            if not listed_in_all and hasattr(module, "__all__"):
                handle_fromlist(module, module.__all__, import_name, table, listed_in_all=True)
        elif not hasattr(module, name):
            try:
                _import_submodule(f"{module.__name__}.{name}", import_name, sys.modules if table is None else table)
            except BaseException as error:
                without_import_frames(error)
                raise
    return module


@import_frame
def _import_submodule(name: str, import_name: Callable[[str], object], table: Mapping[str, ModuleType]) -> None:
    """Import *name*, which need not exist; a missing module inside it is an error all the same."""
    try:
        import_name(name)
    except ModuleNotFoundError as error:
        # An entry None in the table forbids the module: that is an error, and the statement's own would hide it.
        forbidden = name in table and table[name] is None
        if error.name != name or forbidden:
            raise


def warn_of_fallback() -> None:
    _warn("can't resolve package from __spec__ or __package__, falling back on __name__ and __path__", ImportWarning)


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 4)
