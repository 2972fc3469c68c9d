"""Offer importal under the names that CPython's test.test_importlib reaches for.

The four public modules stand as they are: `importal` for importlib, `importal.machinery`, `importal.util` and
`importal.abc` for importlib's submodules of those names. Above them stand the private names the tests use, each
answered by what does that job in importal. They are gathered here so that importal itself need not have them.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_SOURCES = Path(__file__).resolve().parents[2] / "src"
if _SOURCES.is_dir():
    # What is tested is the tree this file belongs to, whatever else is installed.
    sys.path.insert(0, str(_SOURCES))

import importal
import importal.abc
import importal.machinery
import importal.util
from importal.bytecode.header import timestamp_header
from importal.errors import DeadlockError
from importal.loaders.location import file_loaders
from importal.loaders.module import execute_again, load
from importal.locks import ModuleLock
from importal.machinery import FileFinder, ModuleSpec, PathFinder
from importal.spec import module_repr

if sys.path[0] == str(_SOURCES):
    del sys.path[0]  # the tests look along sys.path

#: Where the files of the implementation lie.
ROOTS = (str(Path(importal.__file__).parent),)

#: The system over `sys`, which the tests work on.
HOST = importal.ImportSystem.host()


def namespace(public: ModuleType, **private: Any) -> ModuleType:
    """Return a module that has what `public` has, and `private` above it.

    Names that `public` makes up when they are asked for are kept on the namespace from then on: a test deletes them.
    """
    made = ModuleType(public.__name__)
    vars(made).update(vars(public))
    # A tool of the type checker's; the tests take every public name without a __module__ for part of the interface.
    vars(made).pop("TYPE_CHECKING", None)

    def on_demand(name: str) -> Any:
        value = getattr(public, name)
        setattr(made, name, value)
        return value

    made.__getattr__ = on_demand  # type: ignore[method-assign]
    vars(made).update(private)
    return made


def private_namespace(name: str, **private: Any) -> ModuleType:
    """Return a module that has nothing but `private`."""
    made = ModuleType(name)
    vars(made).update(private)
    return made


def settle(public: ModuleType, like: str) -> None:
    """Have what the module `like` of importlib defines itself say that it is defined in `public`.

    A test compares `__all__` with the names whose `__module__` is the module's. In which room of importal something is
    written is importal's own affair.
    """
    original = importlib.import_module(like)
    for name in public.__all__:
        if getattr(getattr(original, name, None), "__module__", None) == like:
            getattr(public, name).__module__ = public.__name__


# ---------------------------------------------------------------- what stands for importlib._bootstrap


class SlotLock(ModuleLock):
    """A module lock in the host system's graph of who waits for whom."""

    def __init__(self, name: str) -> None:
        super().__init__(name, HOST.locks)


class HeldLock:
    """The lock of a module as long as somebody keeps this object."""

    def __init__(self, name: str) -> None:
        self._lock = HOST.locks.acquire(name)

    def __del__(self) -> None:
        HOST.locks.release(self._lock)


def load_spec(spec: ModuleSpec) -> object:
    """Load the module of `spec` and return what the table then holds for it."""
    try:
        return load(spec, sys.modules, HOST.events)
    finally:
        spec._initializing = False


def load_spec_locked(spec: ModuleSpec) -> object:
    """Do the same holding the module's lock."""
    lock = HOST.locks.acquire(spec.name)
    try:
        return load_spec(spec)
    finally:
        HOST.locks.release(lock)


def execute(spec: ModuleSpec, module: ModuleType) -> ModuleType:
    """Execute `spec`'s code in the module that is in the table already."""
    return execute_again(spec, module, sys.modules, HOST.events)


_bootstrap = private_namespace(
    "importlib._bootstrap",
    _ModuleLock=SlotLock,
    _DeadlockError=DeadlockError,
    _get_module_lock=HeldLock,
    _module_locks=HOST.locks.held,
    _blocking_on=HOST.locks.waiting,
    _load=load_spec_locked,
    _load_unlocked=load_spec,
    _exec=execute,
    _module_repr=module_repr,
)


# ---------------------------------------------------------------- what stands for importlib._bootstrap_external


def install(bootstrap: ModuleType) -> None:
    """Put the path finder and the directories' path hook at the end of sys.meta_path and sys.path_hooks."""
    sys.path_hooks.append(FileFinder.path_hook(*file_loaders()))
    sys.meta_path.append(PathFinder)


_bootstrap_external = private_namespace(
    "importlib._bootstrap_external", _get_supported_file_loaders=file_loaders, _install=install
)


# ---------------------------------------------------------------- the four namespaces


def pack_uint32(number: float) -> bytes:
    """Return `number` as the four bytes that a bytecode header has for it."""
    return timestamp_header(bytes(4), number, 0)[8:12]


if sys.version_info < (3, 12):
    from importal.deprecated import find_loader

    _dropped = {"find_loader": find_loader}
else:
    _dropped = {}

for _name in ("machinery", "util"):
    settle(getattr(importal, _name), f"importlib.{_name}")

_NAMESPACES = {
    "importlib": namespace(
        importal,
        _bootstrap=_bootstrap,
        _bootstrap_external=_bootstrap_external,
        _pack_uint32=pack_uint32,
        **_dropped,
    ),
    "importlib.machinery": namespace(importal.machinery),
    "importlib.util": namespace(importal.util),
    "importlib.abc": namespace(importal.abc, machinery=importal.machinery),
}


def get(name: str) -> ModuleType:
    """Return the namespace that stands for the module `name` of importlib."""
    return _NAMESPACES[name]
