"""Python's import system, written in Python as an object.

The public names are loaded when they are first used, so that ``import importal`` costs next to nothing (PEP 562).

PYTEST_DONT_REWRITE: pytest would warn that it is imported too early for that, where it runs under importal.
"""

# Without `from __future__ import annotations`: executed at the start of every Python of an enabled environment, these
# two files leave no module in the table that the program has not asked for.
import sys
from builtins import __import__ as builtin_import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import abc, machinery, util
    from .errors import DeadlockError, ImportalError, InstallError, RealmError, StateError, TargetError, ZipImportError
    from .events import Event, Events
    from .private import ImportState
    from .realm.realm import Realm
    from .spec import ModuleSpec
    from .standard import ImportSystem
    from .tool_errors import InterpreterError
    from .util import (
        MAGIC_NUMBER,
        LazyLoader,
        cache_from_source,
        decode_source,
        find_spec,
        module_from_spec,
        resolve_name,
        source_from_cache,
        source_hash,
        spec_from_file_location,
        spec_from_loader,
    )

    __import__ = ImportSystem.host().__import__  # noqa: A001, the name is the function's own
    import_module = ImportSystem.host().import_module
    invalidate_caches = ImportSystem.host().invalidate_caches
    load_source = ImportSystem.host().load_source
    reload = ImportSystem.host().reload
    run_module = ImportSystem.host().run_module
    run_path = ImportSystem.host().run_path

__version__ = "0.1.0"

__all__ = [
    "MAGIC_NUMBER",
    "DeadlockError",
    "Event",
    "Events",
    "ImportState",
    "ImportSystem",
    "ImportalError",
    "InstallError",
    "InterpreterError",
    "LazyLoader",
    "ModuleSpec",
    "Realm",
    "RealmError",
    "StateError",
    "TargetError",
    "ZipImportError",
    "__import__",
    "abc",
    "cache_from_source",
    "decode_source",
    "find_spec",
    "import_module",
    "invalidate_caches",
    "load_source",
    "machinery",
    "module_from_spec",
    "reload",
    "resolve_name",
    "run_module",
    "run_path",
    "source_from_cache",
    "source_hash",
    "spec_from_file_location",
    "spec_from_loader",
    "util",
]

# Where a public name that is not in `util` comes from.
_PLACES = {
    **dict.fromkeys(
        (
            "DeadlockError",
            "ImportalError",
            "InstallError",
            "RealmError",
            "StateError",
            "TargetError",
            "ZipImportError",
        ),
        "errors",
    ),
    "Event": "events",
    "Events": "events",
    "ImportState": "private",
    "ImportSystem": "standard",
    "InterpreterError": "tool_errors",
    "ModuleSpec": "spec",
    "Realm": "realm.realm",
}
_OF_THE_HOST = {"__import__", "import_module", "invalidate_caches", "load_source", "reload", "run_module", "run_path"}
if sys.version_info < (3, 12):
    _PLACES["find_loader"] = "deprecated"


def __getattr__(name: str) -> "Any":
    if name not in __all__ and name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in {"abc", "machinery", "util"}:
        return _room(name)
    if name in _OF_THE_HOST:
        return getattr(_room("standard").ImportSystem.host(), name)
    return getattr(_room(_PLACES.get(name, "util")), name)


def _room(name: str) -> "Any":
    """Return the module *name* of this package, imported without importlib, which need not be loaded."""
    with Eagerly():
        builtin_import(f"{__name__}.{name}")
    return sys.modules[f"{__name__}.{name}"]


class Eagerly:
    """A context in which import statements import at once, where the program has made all of them lazy (PEP 810).

    What importing itself needs is not to be imported in the middle of an import.
    """

    def __enter__(self) -> None:
        self._mode = getattr(sys, "get_lazy_imports", str)()
        if self._mode == "all":
            sys.set_lazy_imports("normal")  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        if self._mode == "all":
            sys.set_lazy_imports("all")  # type: ignore[attr-defined]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
