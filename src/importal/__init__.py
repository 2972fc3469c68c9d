"""Python's import system, written in Python as an object.

The public names are loaded when they are first used, so that ``import importal`` costs next to nothing (PEP 562).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import abc, machinery, util
    from .errors import DeadlockError, ImportalError, InstallError, StateError, TargetError, ZipImportError
    from .events import Event, Events
    from .standard import ImportState, ImportSystem
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

__version__ = "0.1.0"

_ERRORS = ("DeadlockError", "ImportalError", "InstallError", "StateError", "TargetError", "ZipImportError")
_UTIL = (
    "LazyLoader",
    "MAGIC_NUMBER",
    "cache_from_source",
    "decode_source",
    "find_spec",
    "module_from_spec",
    "resolve_name",
    "source_from_cache",
    "source_hash",
    "spec_from_file_location",
    "spec_from_loader",
)
_HOST = ("__import__", "import_module", "invalidate_caches", "load_source", "reload", "run_module", "run_path")
_PLACES = {
    **dict.fromkeys(_ERRORS, "errors"),
    **dict.fromkeys(_UTIL, "util"),
    "Event": "events",
    "Events": "events",
    "ImportState": "standard",
    "ImportSystem": "standard",
    "ModuleSpec": "spec",
}
if sys.version_info < (3, 12):
    _PLACES["find_loader"] = "deprecated"
_MODULES = ("abc", "machinery", "util")

__all__ = sorted([*_PLACES, *_HOST, *_MODULES])


def __getattr__(name: str) -> object:
    from importlib import import_module as import_

    if name in _PLACES:
        return getattr(import_(f".{_PLACES[name]}", __name__), name)
    if name in _MODULES:
        return import_(f".{name}", __name__)
    if name in _HOST:
        standard = import_(".standard", __name__)
        return getattr(standard.ImportSystem.host(), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
