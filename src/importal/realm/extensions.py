"""Extension modules in realms: C code imports by plain names, and looks into the interpreter's own table.

While an extension module of a realm is initialised, the plain names in that table are lent to the realm: they mean its
modules, and are the host's again afterwards. What C code imports later is shown to it there for the moment in which it
looks.
"""

from __future__ import annotations

import _thread
import os
import sys
from types import FunctionType

from .. import interpreter
from ..interpreter import import_frame
from ..loaders.extension import ExtensionFileLoader
from .names import REALMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..spec import ModuleSpec
    from .names import Names

__all__ = ["Lending", "RealmExtensionLoader", "show", "source_beside"]

# One realm at a time: there is one table.
_one_at_a_time = _thread.RLock()


def _call(function: Any, argument: Any) -> Any:
    return function(argument)


class Lending:
    """The plain names of one realm in the interpreter's table, while this is entered."""

    def __init__(self, names: Names, builtins: dict[str, object]) -> None:
        self.names = names
        # C code asks for the built-in names of the function that has called it.
        space = {"__builtins__": builtins, "__name__": f"{names.realm}.<C code>"}
        self.call = import_frame(FunctionType(_call.__code__, space))
        self._depth = 0
        self._saved: dict[str, ModuleType] = {}
        self._lent: dict[str, ModuleType] = {}
        # What has been found out of the names in the table, as long as there are the same realms: the realm's own with
        # their plain names, and the names that are lent to nobody.
        self._own: dict[str, str] = {}
        self._others: set[str] = set()
        self._realms: set[str] = set()

    def __enter__(self) -> None:
        _one_at_a_time.acquire()
        self._depth += 1
        if self._depth > 1:
            return
        table = sys.modules
        if self._realms != REALMS:
            self._realms = set(REALMS)
            self._own.clear()
            self._others.clear()
        lent = {}
        for name in table.keys() - self._others:
            module = table[name]
            if name in self._own:
                lent[self._own[name]] = module
            elif name.startswith(self.names.prefix) and self.names.is_own(short := self.names.short(name)):
                lent[short] = module
                self._own[name] = short
            elif self.names.is_own(name):
                self._saved[name] = module
            else:
                self._others.add(name)
        for name in self._saved:
            del table[name]
        table.update(lent)
        self._lent = lent

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            table = sys.modules
            for name in self._lent:
                table.pop(name, None)
            for name in table.keys() - self._others - self._own.keys():
                if self.names.is_own(name):
                    # What C code has registered by itself is the realm's.
                    table.setdefault(self.names.prefix + name, table.pop(name))
            table.update(self._saved)
            self._saved, self._lent = {}, {}
        _one_at_a_time.release()


class _PutBack:
    """Puts back what was in the table below *name*, when this is thrown away."""

    __slots__ = ("_before", "_name", "_shown")

    def __init__(self, name: str, shown: ModuleType) -> None:
        self._name = name
        self._shown = shown
        self._before: object = sys.modules.get(name, _PutBack)

    def __del__(self) -> None:
        if sys.modules.get(self._name) is self._shown:
            if self._before is _PutBack:
                del sys.modules[self._name]
            else:
                sys.modules[self._name] = self._before  # type: ignore[assignment]


def show(name: str, module: ModuleType, asked: list[object]) -> None:
    """Let C code, which imports by ``PyImport_Import``, find *module* below its plain name, and nobody else.

    It calls ``__import__`` with the empty list *asked*, then looks into the interpreter's table, then throws the list
    away: with that, what was there before is put back.
    """
    asked.append(_PutBack(name, module))
    sys.modules[name] = module


class RealmExtensionLoader(ExtensionFileLoader):
    """Loads an extension module of a realm; a finder sets ``lending``."""

    lending: Lending

    @import_frame
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Open the library and create its module. Raises ImportError with the system's own reason."""
        with self.lending:
            return self.lending.call(interpreter.create_dynamic, spec)  # type: ignore[no-any-return]

    @import_frame
    def exec_module(self, module: ModuleType) -> None:
        """Run the module's initialisation functions."""
        with self.lending:
            self.lending.call(interpreter.exec_dynamic, module)


def source_beside(library: str) -> str | None:
    """Return the Python source that the shared *library* was compiled from, where that lies beside it; else None.

    Compiled modules import from C by plain names whenever they like; their source does what the realm's code does.
    """
    for suffix in interpreter.EXTENSION_SUFFIXES:
        if library.endswith(suffix):
            source = f"{library.removesuffix(suffix)}.py"
            return source if os.path.isfile(source) else None
    return None
